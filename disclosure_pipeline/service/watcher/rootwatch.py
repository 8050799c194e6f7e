"""Watches one drop root: looks at it, waits until drops are stable, claims or refuses them.

Synchronous and without threads: :mod:`.lane` says when to look. No single drop stops the others:
each is settled on its own, what fails is reported by code and tried again when it has been quiet once
more.
"""

from __future__ import annotations

import structlog

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.service.watcher.bundle import obstacle
from disclosure_pipeline.service.watcher.claim import take
from disclosure_pipeline.service.watcher.desk import DropRootInfo
from disclosure_pipeline.service.watcher.files import SourceChanged
from disclosure_pipeline.service.watcher.hand import Hand, Intake, describe
from disclosure_pipeline.service.watcher.reasons import REFUSED_ZH, WAITING_ZH
from disclosure_pipeline.service.watcher.roots import availability
from disclosure_pipeline.service.watcher.scan import Entry, ScanRules, scan
from disclosure_pipeline.service.watcher.stability import FileStabilityTracker

log = structlog.get_logger(__name__)


class RootWatch:
    """One drop root under watch.

    Args:
        root: the root.
        intake: desk, settings, clock.
        hand: takes the claims.
    """

    def __init__(self, root: DropRootInfo, intake: Intake, hand: Hand):
        self.root = root
        self.fault = "root.unseen"
        self.last_look: float | None = None
        self.identity: tuple[int, int] | None = None
        self._intake = intake
        self._hand = hand
        self._rules = ScanRules(intake.settings)
        self._tracker = FileStabilityTracker(intake.clock)
        self._was_mount = False

    @property
    def available(self) -> bool:
        """Whether the last look saw the root."""
        return not self.fault

    @property
    def waiting(self) -> int:
        """Drops that are seen and neither taken nor refused."""
        return self._tracker.waiting

    def next_due(self) -> float | None:
        """Clock time at which a drop may become stable."""
        return self._tracker.next_due() if self.available else None

    def look(self, *, recover: bool) -> None:
        """One look at the root, with everything that follows from it; never raises for one drop.

        Args:
            recover: whether to look for claims left on the disk too.
        """
        self.last_look = self._intake.clock()
        fault, detail = availability(self.root, was_mount=self._was_mount), ""
        entries: dict[str, Entry] = {}
        if not fault:
            try:
                self._remember()
                if recover or self.fault:
                    self._hand.recover(self.root)
                entries = scan(self.root.drop, self._rules)
            except OSError as error:
                fault, detail = "root.unreadable", describe(error)
        self._turn(fault, detail)
        if not fault:
            self._settle_all(entries)

    def _remember(self) -> None:
        """Keep what tells later that the share was unmounted, or the folder replaced."""
        self._was_mount = self._was_mount or self.root.path.is_mount()
        status = self.root.drop.stat()
        self.identity = (status.st_dev, status.st_ino)

    def _turn(self, fault: str, detail: str) -> None:
        """Note that the root went away or came back; said once per change."""
        if fault != self.fault:
            if fault:
                self._intake.report(fault, self.root.id, detail)
            elif self.fault != "root.unseen":
                log.info("root_back", root=self.root.id, after=self.fault)
        if fault:
            self._tracker.interrupt()
            self.identity = None
        self.fault = fault

    def _settle_all(self, entries: dict[str, Entry]) -> None:
        ready = self._tracker.observe({key: entry.look for key, entry in entries.items()})
        for key in ready:
            try:
                self._settle(entries[key])
            except (FileNotFoundError, SourceChanged):
                self._tracker.again(key)  # gone, or just replaced: the next look tells
            except Exception as error:  # noqa: BLE001 - no drop may stop the others
                code = error.code if isinstance(error, DisclosureError) else "drop.failed"
                self._intake.report(code, self.root.id, describe(error))
                self._tracker.again(key)
        self._tell_overdue(entries)

    def _settle(self, entry: Entry) -> None:
        """A stable drop is refused, made to wait, or claimed."""
        if entry.problem:
            self._intake.desk.refuse(self.root, entry.display, entry.problem, REFUSED_ZH[entry.problem])
            log.info("drop_refused", root=self.root.id, code=entry.problem)
            return
        blocked = obstacle(self.root.drop, entry)
        if blocked:
            self._tracker.again(entry.key, blocked)
            return
        self._hand.agenda.add(take(self.root, entry))

    def _tell_overdue(self, entries: dict[str, Entry]) -> None:
        for key, code in self._tracker.overdue(self._intake.patience):
            name = entries[key].display
            try:
                self._intake.desk.in_progress(self.root, name, code, WAITING_ZH[code])
            except Exception as error:  # noqa: BLE001 - a note that fails must not stop the intake
                self._intake.report("desk.failed", self.root.id, describe(error))
            log.info("drop_waits", root=self.root.id, code=code)
