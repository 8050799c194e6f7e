"""What the watcher hands over, and the intake desk that takes it.

The watcher knows folders and bytes; the desk knows cases. The line between them is one rule (design
5): **the claimed files stay where they are until** :meth:`Desk.accept` **has returned**. Whatever the
desk raises leaves the claim in place, and the same claim comes again with the same ``claim_id``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

CLAIMS_FOLDER = ".disclosure-claims"


class Identity(NamedTuple):
    """What tells whether a file is still the same content: change one, and it is another file."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class DropRootInfo:
    """One drop root of one department.

    Args:
        id: neutral id for logs and status (``unit/department``, ``#n`` for further roots).
        unit: code of the unit.
        department: department name.
        path: the root; claims lie here, on the same file system as the drafts.
        drop: the folder that clerks fill: the root, or its subfolder ``[intake.folders] inbox``.
        outbox: folder for receipts and notes.
        returned: folder for drafts that go back.
        polling: poll instead of waiting for events.
        mount: the root is a mount point; when it is not mounted it is unavailable, never empty.
    """

    id: str
    unit: str
    department: str
    path: Path
    drop: Path
    outbox: Path
    returned: Path
    polling: bool = False
    mount: bool = False

    @property
    def claims(self) -> Path:
        """Folder of the claims."""
        return self.path / CLAIMS_FOLDER


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """One file of a submission, in its claim.

    Args:
        name: file name for people: decoded, control characters replaced.
        relative: path inside the bundle, posix, decoded like ``name``; the name for a single file.
        path: where the bytes lie now (inside the claim).
        size: bytes.
        sha256: hex digest.
        raw_name: the name's bytes as the file system has them.
        identity: inode, size and mtime when the digest was made.
    """

    name: str
    relative: str
    path: Path
    size: int
    sha256: str
    raw_name: bytes
    identity: Identity


@dataclass(frozen=True, slots=True)
class Submission:
    """A file (with its slip), or a folder, that a department dropped.

    Args:
        root: where it was dropped.
        department: department of the root.
        unit: unit of the root.
        folder_attribute: 主动公开, 依申请公开 or 不予公开 when it lay in that subfolder, else empty.
        files: every file, in the order of their paths; the draft before its slip.
        is_folder: whether a folder was dropped.
        name: display name of the file or folder, case number in it kept.
        claim: folder below which all files lie.
        claim_id: stable id of this drop; the desk stores it, so that the same claim handed over
            again after a crash finds its case.
    """

    root: DropRootInfo
    department: str
    unit: str
    folder_attribute: str
    files: tuple[DroppedFile, ...]
    is_folder: bool
    name: str
    claim: Path
    claim_id: str


class Outcome(StrEnum):
    """What became of a submission.

    ``accepted``: a case (new or continued) holds it. ``duplicate``: the same bytes are on file, a
    receipt says so. ``not_taken``: no case was opened (it names a case that is not ``returned``);
    the files go to the department's returned folder, the note is the desk's.
    """

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The desk's answer.

    Args:
        case: case number; for ``not_taken`` the case that was named, or empty.
        outcome: see :class:`Outcome`.
        stored: sha256 of the files the case holds, when this ``claim_id`` was taken before a crash:
            files of the claim that came later are then kept and handed over as a new drop.
            ``None``: everything that was handed over now.
    """

    case: str
    outcome: Outcome
    stored: frozenset[str] | None = None


class Desk(Protocol):
    """Takes submissions in.

    Called from the hand-over thread of each lane, one submission at a time per lane, several lanes
    at once: implementations MUST be thread-safe.
    """

    def accept(self, submission: Submission) -> Accepted:
        """Commit a submission: spool copy, fsync, read back, row. Idempotent by ``claim_id``.

        Raises:
            DisclosureError: nothing was committed; the claim stays and comes again later.
        """
        ...

    def refuse(self, root: DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        """Tell the clerk that a drop is not taken and why; it stays where it lies.

        Called once per change of the drop (and once per start of the daemon).

        Args:
            root: where it lies.
            name: display name of the file or folder.
            code: reason code (``drop.*``).
            reason_zh: the reason for the clerk.
        """
        ...

    def in_progress(self, root: DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        """Tell the clerk that a drop still waits and why (open elsewhere, unfinished); told once.

        Args:
            root: where it lies.
            name: display name of the file or folder.
            code: reason code (``drop.*``).
            reason_zh: the reason for the clerk.
        """
        ...
