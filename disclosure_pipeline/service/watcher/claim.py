"""Claims: taking a drop out of the clerk's hands without losing it.

A claim is a rename into ``<root>/.disclosure-claims/<id>/`` on the same file system: the draft lies
either in the drop folder or in the claim, at every instant and after every crash. The claim folder
mirrors the place (``<id>/主动公开/稿件.docx``), so that a claim found after a crash says by itself
where it came from. A slip beside a file is claimed before its file: a claim that holds only a slip
was interrupted, and goes back.

Threats and behaviour: a file replaced between the look and the rename is found by the look into the
claim (inode, size, mtime) and waits there until it is quiet; what replaced it in the drop folder is
a drop of its own. A planted link in place of the claims folder is refused (all handles are opened
without following). Files that appear or change in a claim after it was built into a submission are
never removed with it: they become a claim of their own. Accepted risk: somebody who may write into
the claims folder itself (same account as the daemon) can delete from it; keep it from being shown
(``veto files = /.disclosure-claims/`` in Samba).
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.service.watcher import names
from disclosure_pipeline.service.watcher.desk import CLAIMS_FOLDER, Accepted, DropRootInfo, Submission
from disclosure_pipeline.service.watcher.files import folder_handle, identity_of, sync_folder
from disclosure_pipeline.service.watcher.scan import Entry, ScanRules, scan
from disclosure_pipeline.service.watcher.stability import Look

LONGEST_NAME = 255  # bytes of one name on the common file systems
_ID = re.compile(r"[0-9a-f]{32}")


class ClaimFault(DisclosureError):
    """A drop cannot be claimed: the root's file system or permissions forbid the rename."""

    code = "claim.fault"
    advice = "Give the daemon's account write access to the drop root, all on one file system."


@dataclass(slots=True)
class Claim:
    """A claimed drop.

    Args:
        root: where it was dropped.
        id: 32 hex digits; stable over restarts.
        look: the last look that was still; ``None`` until there is one.
        attempts: how often handing it over has failed.
    """

    root: DropRootInfo
    id: str
    look: Look | None = None
    attempts: int = 0

    @property
    def path(self) -> Path:
        """The claim folder."""
        return self.root.claims / self.id


def take(root: DropRootInfo, entry: Entry) -> Claim:
    """Claim a drop.

    Returns:
        The claim, with the entry's look: the hand-over compares it with what lies in the claim.

    Raises:
        FileNotFoundError: the drop is gone; nothing was claimed.
        ClaimFault: the rename is not possible; nothing was claimed.
    """
    claim = Claim(root, uuid.uuid4().hex, entry.look)
    place = root.drop / entry.attribute if entry.attribute else root.drop
    moved: list[str] = []
    try:
        with folder_handle(place) as source, _new_claim_folder(claim, entry.attribute) as target:
            for name in _names_of(entry):
                os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
                moved.append(name)
    except OSError as error:
        _undo(claim, entry, moved)
        if isinstance(error, FileNotFoundError):
            raise
        raise ClaimFault(f"A drop cannot be claimed ({errno.errorcode.get(error.errno or 0, 'error')}).",
                         code=_fault_code(error)) from None  # fmt: skip
    return claim


def _names_of(entry: Entry) -> tuple[str, ...]:
    """What is renamed, in order: the slip first."""
    if entry.is_folder:
        return (entry.name,)
    prefix = len(entry.attribute) + 1 if entry.attribute else 0
    return tuple(file.relative[prefix:] for file in reversed(entry.files))


def _fault_code(error: OSError) -> str:
    return "claim.cross_device" if error.errno == errno.EXDEV else "claim.denied"


@contextlib.contextmanager
def _new_claim_folder(claim: Claim, attribute: str) -> Iterator[int]:
    with folder_handle(claim.root.path) as root:
        with contextlib.suppress(FileExistsError):
            os.mkdir(CLAIMS_FOLDER, 0o700, dir_fd=root)
        with folder_handle(claim.root.claims, CLAIMS_FOLDER, at=root) as claims:
            os.mkdir(claim.id, 0o700, dir_fd=claims)
            with folder_handle(claim.path, claim.id, at=claims) as folder:
                if not attribute:
                    yield folder
                    return
                os.mkdir(attribute, 0o700, dir_fd=folder)
                with folder_handle(claim.path, attribute, at=folder) as inner:
                    yield inner


def _undo(claim: Claim, entry: Entry, moved: Iterable[str]) -> None:
    """Give back what was renamed before a later rename failed, where its place is still free."""
    for name in moved:
        put_back(claim, entry.attribute, name)
    remove_empty(claim)


def put_back(claim: Claim, attribute: str, name: str) -> bool:
    """Put a single file of a claim back where it was dropped.

    Returns:
        Whether it lies there now; a newer file of that name is never replaced.
    """
    source = claim.path / attribute / name
    target = claim.root.drop / attribute / name
    try:
        os.link(source, target, follow_symlinks=False)
        source.unlink()
    except OSError:
        return False
    return True


def leftover(root: DropRootInfo) -> list[Claim]:
    """Claims in the root's claims folder, from a crash or an absence; oldest first.

    Raises:
        OSError: the claims folder exists and cannot be listed.
    """
    try:
        with os.scandir(root.claims) as items:
            found = [
                (item.stat(follow_symlinks=False).st_mtime_ns, item.name)
                for item in items
                if _ID.fullmatch(item.name) and item.is_dir(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []
    return [Claim(root, name) for _, name in sorted(found)]


def look_into(claim: Claim, rules: ScanRules) -> Entry | None:
    """What lies in a claim; ``None`` when nothing does.

    Raises:
        OSError: the claim folder cannot be listed (``FileNotFoundError``: it is gone).
    """
    return next(iter(scan(claim.path, rules).values()), None)


def release(claim: Claim, submission: Submission, accepted: Accepted) -> Claim | None:
    """Remove what the desk has committed, and only that.

    Args:
        claim: the claim.
        submission: what was handed over.
        accepted: the desk's answer; digests it names limit what is removed.

    Returns:
        A new claim when files came or changed meanwhile; ``None`` when all is removed.
    """
    for file in submission.files:
        if accepted.stored is not None and file.sha256 not in accepted.stored:
            continue
        with contextlib.suppress(FileNotFoundError):
            if identity_of(file.path.lstat()) == file.identity:
                file.path.unlink()
    remove_empty(claim)
    return _renamed(claim) if claim.path.exists() else None


def _renamed(claim: Claim) -> Claim:
    """The same files under a new id: the desk has the old one."""
    later = Claim(claim.root, uuid.uuid4().hex)
    claim.path.rename(later.path)
    return later


def remove_empty(claim: Claim) -> None:
    """Remove clutter and empty folders of a claim; whatever else lies in it stays."""
    for folder, _, files in os.walk(claim.path, topdown=False):
        for name in files:
            if names.is_clutter(name):
                Path(folder, name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def give_back(claim: Claim) -> None:
    """Move everything in a claim to the department's returned folder; nothing there is replaced.

    Raises:
        OSError: the returned folder cannot be written; the rest stays in the claim.
    """
    claim.root.returned.mkdir(parents=True, exist_ok=True)
    for folder in (claim.path, *(claim.path / name for name in names.ATTRIBUTE_FOLDERS)):
        if not folder.is_dir() or folder.is_symlink():
            continue
        for item in sorted(folder.iterdir()):
            if folder == claim.path and item.name in names.ATTRIBUTE_FOLDERS and item.is_dir():
                continue
            _move(item, claim.root.returned)
    remove_empty(claim)


def _move(source: Path, folder: Path) -> None:
    """Move a file or folder into another folder, under a free name, also across file systems."""
    is_folder = source.is_dir() and not source.is_symlink()
    target = _reserve(folder, source.name, is_folder=is_folder)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across(source, target, is_folder=is_folder)


def _move_across(source: Path, target: Path, *, is_folder: bool) -> None:
    staged = target.parent / f".{uuid.uuid4().hex}.part"
    if is_folder:
        shutil.copytree(source, staged, symlinks=True)
    else:
        shutil.copy2(source, staged, follow_symlinks=False)
    staged.rename(target)
    sync_folder(target.parent)
    if is_folder:
        shutil.rmtree(source)
    else:
        source.unlink()


def _reserve(folder: Path, name: str, *, is_folder: bool) -> Path:
    """Make an empty file or folder under a free name; the move replaces it, and nothing else."""
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in itertools.count(1):
        mark = f" ({number})" if number > 1 else ""
        while len(os.fsencode(stem + mark + suffix)) > LONGEST_NAME:
            stem = stem[:-1]
        target = folder / f"{stem}{mark}{suffix}"
        with contextlib.suppress(FileExistsError):
            if is_folder:
                target.mkdir()
            else:
                target.touch(exist_ok=False)
            return target
    raise AssertionError("unreachable: numbers do not end")
