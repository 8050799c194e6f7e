"""Hands claims over to the intake desk, again and again until it has taken or returned them.

Whatever happens to one claim, the next one is worked on; a claim leaves this loop only when the desk
has committed it and its files are removed, when it was given back, or when it is gone from the disk.
A failing desk (full disk, locked database) leaves the claim where it is; tries double from one second
to one minute. After a crash, :meth:`Hand.recover` finds every claim on the disk.

Accepted risk: one claim is handed over at a time per lane, so a submission of the largest size delays
the receipts of the drops behind it by the time its copy takes; order of drops is kept in exchange.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.service.watcher.agenda import Agenda
from disclosure_pipeline.service.watcher.bundle import build
from disclosure_pipeline.service.watcher.claim import (
    Claim,
    give_back,
    leftover,
    look_into,
    put_back,
    release,
    remove_empty,
)
from disclosure_pipeline.service.watcher.desk import Desk, DropRootInfo, Outcome
from disclosure_pipeline.service.watcher.files import SourceChanged
from disclosure_pipeline.service.watcher.reasons import REFUSED_ZH
from disclosure_pipeline.service.watcher.scan import Entry, ScanRules
from disclosure_pipeline.settings.models import IntakeSettings

FIRST_RETRY = 1.0
LONGEST_RETRY = 60.0

Report = Callable[[str, str, str], None]
"""``report(code, root id, detail)``: a fault for operators; never a file name, never text."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """What scanning and handing over share.

    Args:
        settings: ``[intake]``.
        desk: takes submissions.
        report: told about faults.
        clock: monotonic seconds.
        patience: seconds a drop may be blocked before its clerk is told.
    """

    settings: IntakeSettings
    desk: Desk
    report: Report
    clock: Callable[[], float]
    patience: float = 600.0


class Hand:
    """The hand-over of one lane.

    Args:
        intake: desk, settings, clock.
    """

    def __init__(self, intake: Intake):
        self._intake = intake
        self._rules = ScanRules(intake.settings)
        self.agenda = Agenda(intake.clock)

    def recover(self, root: DropRootInfo) -> None:
        """Put claims that lie on the disk and are not in flight on the agenda.

        Raises:
            OSError: the claims folder cannot be listed.
        """
        known = self.agenda.in_flight()  # before the listing: what ends meanwhile is not taken up again
        for claim in leftover(root):
            if claim.id not in known and self.agenda.add(claim):
                log.info("claim_recovered", root=root.id, claim=claim.id)

    def run(self) -> None:
        """Hand over until the agenda is closed (body of the lane's hand-over thread)."""
        while (claim := self.agenda.wait()) is not None:
            self.process(claim)

    def run_due(self) -> int:
        """Hand over what is due now.

        Returns:
            Number of claims worked on.
        """
        count = 0
        while (claim := self.agenda.take_due()) is not None:
            self.process(claim)
            count += 1
        return count

    def process(self, claim: Claim) -> None:
        """Work on one claim; never raises."""
        try:
            delay = self._step(claim)
        except SourceChanged:
            claim.look = None
            delay = self._intake.settings.stable_after
        except FileNotFoundError as error:
            delay = self._failed(claim, error) if claim.path.exists() else self._gone(claim)
        except Exception as error:  # noqa: BLE001 - no claim may stop the others
            delay = self._failed(claim, error)
        if delay is None:
            self.agenda.done(claim)
        else:
            self.agenda.again(claim, delay)

    def _step(self, claim: Claim) -> float | None:
        """One try.

        Returns:
            Seconds until the next; ``None`` when the claim is finished.
        """
        entry = look_into(claim, self._rules)
        if entry is None:
            return self._tidy(claim)
        if entry.problem:
            self._intake.desk.refuse(claim.root, entry.display, entry.problem, REFUSED_ZH[entry.problem])
            return self._return(claim, entry.problem)
        if entry.look.hold == "drop.slip_alone":
            return self._lone_slip(claim, entry)
        if claim.look is None or entry.look.fingerprint != claim.look.fingerprint:
            claim.look = entry.look
            return entry.look.quiet
        return self._hand_over(claim, entry)

    def _hand_over(self, claim: Claim, entry: Entry) -> float | None:
        submission = build(claim, entry)
        accepted = self._intake.desk.accept(submission)
        log.info(
            "claim_handed_over", root=claim.root.id, claim=claim.id, case=accepted.case,
            outcome=accepted.outcome.value, files=len(submission.files),
        )  # fmt: skip
        if accepted.outcome is Outcome.NOT_TAKEN:
            return self._return(claim, "")
        late = release(claim, submission, accepted)
        if late is not None:
            log.info("claim_split", root=claim.root.id, claim=claim.id, later=late.id)
            self.agenda.add(late)
        return None

    def _return(self, claim: Claim, code: str) -> float | None:
        give_back(claim)
        log.info("drop_returned", root=claim.root.id, claim=claim.id, code=code)
        return None

    def _tidy(self, claim: Claim) -> float | None:
        """Nothing to take lies in the claim: clutter goes, ignored files of the clerk go back."""
        remove_empty(claim)
        return self._return(claim, "drop.ignored") if claim.path.exists() else None

    def _lone_slip(self, claim: Claim, entry: Entry) -> float | None:
        """A claim interrupted between slip and draft: the slip goes back to wait for its draft."""
        if not put_back(claim, entry.attribute, entry.name):
            return self._return(claim, "drop.slip_alone")
        remove_empty(claim)
        return None

    def _gone(self, claim: Claim) -> float | None:
        """The claim is not on the disk: with its root (it comes back with it), or by a foreign hand."""
        if claim.root.path.exists() and claim.root.claims.exists():
            self._intake.report("claim.vanished", claim.root.id, claim.id)
        return None

    def _failed(self, claim: Claim, error: Exception) -> float:
        code = error.code if isinstance(error, DisclosureError) else "desk.failed"
        self._intake.report(code, claim.root.id, describe(error))
        claim.attempts += 1
        return min(FIRST_RETRY * 2.0 ** (claim.attempts - 1), LONGEST_RETRY)


def describe(error: Exception) -> str:
    """An error without its text (which may hold a file name): class and errno."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__} {errno.errorcode.get(error.errno, error.errno)}"
    return type(error).__name__
