"""The intake desk: what the watcher hands over becomes a case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from structlog import get_logger

from disclosure_pipeline.hooks.contracts import Event
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import intake, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.service.watcher import desk as watcher_desk
from disclosure_pipeline.service.watcher.bundle import submit_paths
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.watcher.spool import spool as copy_to_spool

log = get_logger(__name__)


class IntakeDesk:
    """Takes submissions in; thread-safe.

    The watcher hands them over (`service.watcher.desk.Desk`), and so does the console (`pipeline.ports.IntakePort`).

    Args:
        core: the process's parts.
    """

    def __init__(self, core: Core):
        self._core = core

    def accept(self, submission: watcher_desk.Submission) -> watcher_desk.Accepted:
        """Spool a submission, open its case, send the receipt."""
        answer = take_in(self._core, submission, submitter=None)
        return watcher_desk.Accepted(
            answer.case or answer.first, watcher_desk.Outcome(answer.outcome), answer.stored
        )

    def submit(
        self,
        paths: Sequence[Path],
        *,
        department: str,
        unit: str,
        attribute: str,
        submitter: str,
        case: str = "",
    ) -> Sequence[intake.Accepted]:
        """Take in what a clerk uploaded; see :func:`submit`."""
        return submit(
            self._core,
            paths,
            department=department,
            unit=unit,
            attribute=attribute,
            submitter=submitter,
            case=case,
        )

    def refuse(self, root: watcher_desk.DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        """Tell the clerk that a drop is not taken."""
        self._tell("refused", root, name, code, reason_zh)

    def in_progress(self, root: watcher_desk.DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        """Tell the clerk that a drop still waits."""
        self._tell("waiting", root, name, code, reason_zh)

    def _tell(self, kind: str, root: watcher_desk.DropRootInfo, name: str, code: str, reason: str) -> None:
        """Write a note straight into the outbox: a name that nobody has checked goes into no row."""
        letter = {
            "key": f"{kind}:{uuid.uuid4().hex}",
            "kind": kind,
            "at": utc_now(),
            "folder": str(root.outbox),
            "returned_folder": str(root.returned),
            "name": name,
            "drop": f"{root.id}|{name}",
            "reasons": [{"text": reason}],
        }
        faults = self._core.host.notify(Event(kind, "", root.unit, root.department), letter)
        log.info("drop_told", root=root.id, kind=kind, code=code, delivered=not faults)


def take_in(
    core: Core, submission: watcher_desk.Submission, *, submitter: str | None, case: str = ""
) -> intake.Accepted:
    """Copy a submission durably into the spool and open its case.

    Args:
        core: the process's parts.
        submission: the files, still in their claim.
        submitter: person who handed it in, if known.
        case: the returned case it corrects, when the clerk said so outside of its files.
    """
    copied = copy_to_spool(submission, core.workspace.spool, submission.claim_id)
    files = tuple(
        spool.SpooledFile(item.path.name, item.source.name, item.source.relative, item.sha256, item.size)
        for item in copied.files
    )
    spool.write_manifest(copied.folder, spool.Manifest(submission.name, submission.is_folder, files))
    return intake.accept(
        core,
        intake.Drop(
            claim=submission.claim_id,
            unit=submission.unit,
            department=submission.department,
            folder_attribute=submission.folder_attribute,
            spool=submission.claim_id,
            submitter=submitter,
            case=case,
        ),
    )


def submit(
    core: Core,
    paths: Sequence[Path],
    *,
    department: str,
    unit: str = "",
    attribute: str = "",
    submitter: str | None = None,
    case: str = "",
) -> list[intake.Accepted]:
    """`disclosure submit`: the drop folder's way without the folder; the user keeps the files.

    Args:
        core: the process's parts.
        paths: files and folders, each a submission.
        department: department they belong to.
        unit: unit code; empty means any that has the department.
        attribute: 主动公开, 依申请公开 or 不予公开, or empty.
        submitter: person who hands them in, if known.
        case: the returned case that they correct, or empty.

    Returns:
        What became of each, in order.
    """
    plan = RootPlan(core.workspace, core.settings)
    plan.make()
    root = plan.find(department, unit)
    return [
        take_in(core, submission, submitter=submitter, case=case)
        for submission in submit_paths(paths, root, core.settings.intake, attribute)
    ]
