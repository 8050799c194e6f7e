"""The watcher: finds submissions in every drop root and hands each to the intake desk.

The way of a drop: seen (:mod:`.scan`) → stable (:mod:`.stability`) → claimed by rename
(:mod:`.claim`) → hashed (:mod:`.bundle`) → handed to the desk (:mod:`.hand`), which spools it
(:mod:`.spool`) and commits its row → removed, and not before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from disclosure_pipeline.service.watcher.desk import Desk, DropRootInfo
from disclosure_pipeline.service.watcher.hand import Intake, Report
from disclosure_pipeline.service.watcher.lane import Lane
from disclosure_pipeline.service.watcher.listen import Source, file_events
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.watcher.rootwatch import RootWatch
from disclosure_pipeline.settings.models import IntakeSettings

STALLED_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class RootStatus:
    """How a drop root is doing, for ``/readyz`` and metrics.

    Args:
        root: the root.
        mode: ``events``, ``polling``, or ``degraded`` (polls because events are not to be had).
        state: ``available``, ``unavailable``, or ``stalled`` (no look has ended for long: the share hangs).
        fault: code why it is unavailable, else empty.
        waiting: drops seen that are neither taken nor refused.
        claims: claims that the desk has not finished.
        last_look: seconds since the last look began; ``None`` before the first.
    """

    root: DropRootInfo
    mode: str
    state: str
    fault: str
    waiting: int
    claims: int
    last_look: float | None


class Watcher:
    """Watches all drop roots.

    Args:
        roots: the plan of the roots.
        settings: ``[intake]``.
        desk: takes submissions; must be thread-safe.
        report: told about faults (code, root id, detail without names); must be thread-safe.
        clock: monotonic seconds.
        patience: seconds a drop may be blocked before its clerk is told.
        source: where events come from.
    """

    def __init__(
        self,
        roots: RootPlan,
        settings: IntakeSettings,
        desk: Desk,
        report: Report,
        clock: Callable[[], float] = time.monotonic,
        *,
        patience: float = 600.0,
        source: Source = file_events,
    ):
        self.ready = threading.Event()
        self._plan = roots
        self._settings = settings
        self._report = report
        self._clock = clock
        self._strays = 0
        intake = Intake(settings, desk, report, clock, patience)
        self._lanes = self._make_lanes(intake, source)

    def _make_lanes(self, intake: Intake, source: Source) -> list[Lane]:
        near = tuple(root for root in self._plan.elsewhere if not root.polling and not root.mount)
        local = Lane(
            "local",
            intake,
            lambda: (*self._plan.local_roots(), *near),
            base=self._plan.inbox,
            source=source,
            on_turn=self._round_done,
        )
        return [local, *(self._own_lane(intake, root, source) for root in self._plan.elsewhere
                         if root not in near)]  # fmt: skip

    def _own_lane(self, intake: Intake, root: DropRootInfo, source: Source) -> Lane:
        return Lane(
            root.id, intake, lambda: (root,), source=None if root.polling else source,
            on_turn=self._round_done,
        )  # fmt: skip

    def start(self) -> None:
        """Make the inbox folders and start watching; claims left by a crash are handed over first.

        Raises:
            OSError: the data folder cannot be written.
        """
        self._plan.make()
        for lane in self._lanes:
            lane.start()

    def stop(self, timeout: float = 20.0) -> bool:
        """Stop watching; the submission that is being handed over is finished.

        Args:
            timeout: seconds to wait.

        Returns:
            Whether everything has ended in time. What has not is safe in its claim.
        """
        end = time.monotonic() + timeout
        for lane in self._lanes:
            lane.ask_to_stop()
        return all(lane.join(lambda: end - time.monotonic()) for lane in self._lanes)

    def scan_once(self) -> int:
        """One full round in the calling thread, without starting (tests, one-shot intake).

        Returns:
            Number of claims handed over. A drop is taken by the round in which it has been quiet
            long enough since the round that saw it first.
        """
        for lane in self._lanes:
            lane.turn(full=True)
        return sum(lane.hand.run_due() for lane in self._lanes)

    def status(self) -> list[RootStatus]:
        """How every root is doing."""
        return [
            self._status(lane, watch, list(lane.hand.agenda.in_flight().values()))
            for lane in self._lanes
            for watch in tuple(lane.watches.values())
        ]

    def _status(self, lane: Lane, watch: RootWatch, flying: list[str]) -> RootStatus:
        age = None if watch.last_look is None else self._clock() - watch.last_look
        stalled = age is not None and age > max(STALLED_AFTER, 3 * self._settings.rescan_every)
        state = "stalled" if stalled else "available" if watch.available else "unavailable"
        return RootStatus(
            root=watch.root,
            mode=lane.mode,
            state=state,
            fault=watch.fault,
            waiting=watch.waiting,
            claims=flying.count(watch.root.id),
            last_look=age,
        )

    def _round_done(self) -> None:
        if all(lane.ready.is_set() for lane in self._lanes):
            self.ready.set()
        strays = self._plan.strays()
        if strays > self._strays:
            self._report("inbox.stray", "inbox", str(strays))
        self._strays = strays
