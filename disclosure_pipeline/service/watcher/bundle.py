"""Builds a submission out of a claim, or out of paths on the command line.

Only here are dropped files opened for the first time. Threat: a file changes between the look and
the digest; behaviour: inode, size and mtime must be those of the look before and after the read, or
:class:`~.files.SourceChanged` sends the claim back to waiting.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.service.watcher import names
from disclosure_pipeline.service.watcher.claim import Claim
from disclosure_pipeline.service.watcher.desk import DroppedFile, DropRootInfo, Submission
from disclosure_pipeline.service.watcher.files import (
    being_written,
    digest_of,
    open_beneath,
    require_identity,
)
from disclosure_pipeline.service.watcher.reasons import REFUSED_ZH, WAITING_ZH
from disclosure_pipeline.service.watcher.scan import Entry, ScanRules, SeenFile, examine
from disclosure_pipeline.settings.models import IntakeSettings


def build(claim: Claim, entry: Entry) -> Submission:
    """The submission that a claim holds, with the digest of every file.

    Args:
        claim: the claim.
        entry: the look into it.

    Raises:
        SourceChanged: a file is not what the look saw.
        OSError: a file cannot be read.
    """
    return _submission(claim.root, claim.path, claim.id, entry, entry.attribute)


def submit_paths(
    paths: Iterable[Path], root: DropRootInfo, settings: IntakeSettings, attribute: str = ""
) -> Iterator[Submission]:
    """Submissions of files and folders anywhere (``disclosure submit``): copied, never moved.

    The desk's spool copy is the copy; the user's files are neither claimed nor removed. Each path is
    a submission; the slip beside a file goes with it, also when it is named itself. A path may be a
    link (the user named it), what lies in a folder may not.

    Args:
        paths: files or folders.
        root: drop root of the department, see :meth:`RootPlan.find`.
        settings: ``[intake]``, for limits and ignored names.
        attribute: 主动公开, 依申请公开 or 不予公开 when the user said so.

    Raises:
        NotFound: a path does not exist, or is an empty folder.
        Refused: a link in a folder, too large, open in an office program …
        SourceChanged: a file changes while it is read.
        OSError: a file cannot be read.
    """
    rules = ScanRules(settings, hard_links=True)
    named = [path.resolve() for path in paths]
    slips = {path.with_name(path.name + names.SLIP_SUFFIX) for path in named}
    for path in named:
        if path in slips:
            continue
        try:
            entry = examine(path.parent, path.name, rules)
        except OSError:
            entry = None
        if entry is None:
            raise NotFound("A path to submit is missing, empty, or ignored by [intake] ignore.")
        _refuse_unfit(entry)
        yield _submission(root, path.parent, uuid.uuid4().hex, entry, attribute)


def _refuse_unfit(entry: Entry) -> None:
    code = entry.problem or entry.look.hold
    if code:
        reason = {**WAITING_ZH, **REFUSED_ZH}[code]
        raise Refused(reason, code=code, advice="Correct the file or folder and submit it again.")


def obstacle(folder: Path, entry: Entry) -> str:
    """Why a quiet drop still cannot be claimed, as a reason code; empty when it can.

    Args:
        folder: the folder the entry was seen in.
        entry: the drop.

    Raises:
        SourceChanged: something else lies there now.
        FileNotFoundError: it is gone.
    """
    for file in entry.files:
        try:
            with open_beneath(folder, file.relative) as handle:
                require_identity(handle, file.identity)
                if being_written(handle):
                    return "drop.busy"
        except PermissionError:
            return "drop.unreadable"
        except BlockingIOError:
            return "drop.busy"
    return ""


def _submission(root: DropRootInfo, folder: Path, claim_id: str, entry: Entry, attribute: str) -> Submission:
    prefix = len(entry.key) + 1 if entry.is_folder else len(entry.key) - len(entry.name)
    return Submission(
        root=root,
        department=root.department,
        unit=root.unit,
        folder_attribute=attribute,
        files=tuple(_dropped(folder, file, prefix) for file in entry.files),
        is_folder=entry.is_folder,
        name=entry.display,
        claim=folder,
        claim_id=claim_id,
    )


def _dropped(folder: Path, file: SeenFile, prefix: int) -> DroppedFile:
    """Hash one file; ``prefix`` characters of its path lead to the bundle."""
    with open_beneath(folder, file.relative) as handle:
        require_identity(handle, file.identity)
        digest = digest_of(handle)
        require_identity(handle, file.identity)
    raw_name = os.fsencode(file.relative.rsplit("/", 1)[-1])
    return DroppedFile(
        name=names.display_name(raw_name),
        relative=names.display_path(file.relative[prefix:]),
        path=folder / file.relative,
        size=file.identity.size,
        sha256=digest,
        raw_name=raw_name,
        identity=file.identity,
    )
