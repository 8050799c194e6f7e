"""The spool: private copies of originals that nobody has checked yet (design 5, 7).

One folder (0700) per submission, named by its claim. Names of files are text too: they stay in the
folder's manifest until the marking check passed, and go with the folder into quarantine. The vault
gets the files afterwards; the spool folder is removed when that is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from disclosure_pipeline.durable import file_digest, move_folder, sync_folder
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.settings.workspace import PRIVATE

MANIFEST = "manifest.json"
SCRATCH = ".scratch-"
"""Beginning of the name of a worker's scratch folder in the spool."""
CASE = "case"
"""Name of the file in a quarantine folder that holds the case number."""

ARCHIVED = "archived"
"""Folder in a quarantine folder to which an archive moved its bags, laid out as in the archive."""

_EARLIER = "earlier-"
_AGAIN = "again-"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """One file in a spool folder.

    Args:
        file: its name inside the spool folder (neutral: ``0.bin``).
        name: name as dropped, decoded for display.
        relative: path inside the submission, with ``/``.
        sha256: hash of the bytes, proved by reading back.
        size: bytes.
    """

    file: str
    name: str
    relative: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a spool folder holds.

    Args:
        name: display name of the dropped file or folder.
        is_folder: whether a folder was dropped.
        files: its files, in order.
    """

    name: str
    is_folder: bool
    files: tuple[SpooledFile, ...]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest durably into a spool folder."""
    path = folder / MANIFEST
    with path.open("w", encoding="utf-8") as handle:
        json.dump(asdict(manifest), handle, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """Read a spool folder's manifest."""
    data = json.loads((folder / MANIFEST).read_text("utf-8"))
    return Manifest(data["name"], data["is_folder"], tuple(SpooledFile(**item) for item in data["files"]))


def scratch_prefix(worker: str) -> str:
    """Beginning of the names of one worker life's scratch folders, by which the dead one's are known."""
    return f"{SCRATCH}{hashlib.sha256(worker.encode()).hexdigest()[:12]}-"


def folder_of(core: Core, name: str) -> Path:
    """Where a spooled submission lies: in the spool, or in quarantine if it was moved already."""
    spooled = core.workspace.spool / name
    return spooled if spooled.is_dir() else core.workspace.quarantine / name


def unchecked_parts(manifest: Manifest) -> tuple[Part, ...]:
    """Parts as rows before the marking check: no names, no media types."""
    return tuple(
        Part(position, None, "", item.sha256, item.size, PartRole.ATTACHMENT if position else PartRole.MAIN)
        for position, item in enumerate(manifest.files)
    )


def promote(core: Core, folder: Path, parts: Sequence[Part]) -> None:
    """Keep the checked originals in the vault; the spool folder stays until :func:`remove`."""
    manifest = read_manifest(folder)
    for part in parts:
        core.vault.put(folder / manifest.files[part.position].file, part.sha256)


def remove(core: Core, name: str) -> None:
    """Remove a spool folder whose files are safe in the vault; what an archive had goes back to it."""
    return_archived(core, core.workspace.spool / name)
    shutil.rmtree(core.workspace.spool / name, ignore_errors=True)


def isolate(core: Core, name: str) -> None:
    """Move a whole submission into quarantine; done before the row says so, and repeatable.

    After a crash the same claim may have been copied into the spool once more: that copy goes after
    the first one.
    """
    source, target = core.workspace.spool / name, core.workspace.quarantine / name
    if not source.is_dir():
        return
    if target.exists():
        _merge(source, target)
    else:
        source.rename(target)
        target.chmod(PRIVATE)
    sync_folder(core.workspace.quarantine)
    sync_folder(core.workspace.spool)


def _merge(source: Path, target: Path) -> None:
    """Move what another copy holds beside the first one; a file that lies there already is overwritten and goes."""
    for path in sorted(item for item in source.rglob("*") if item.is_file()):
        known = target / path.relative_to(source)
        if known.is_file() and (path.name == MANIFEST or file_digest(known) == file_digest(path)):
            continue
        path.replace(target / f"{_AGAIN}{uuid.uuid4().hex}")
    sync_folder(target)
    _destroy(source)


def label(core: Core, name: str, document: str) -> None:
    """Write the case number into a quarantine folder, for a store that was restored and knows nothing of it."""
    path = core.workspace.quarantine / name / CASE
    path.write_text(document, "ascii")
    sync_folder(path.parent)


def isolate_checked(core: Core, name: str, parts: Sequence[Part]) -> None:
    """Make a quarantine folder for a submission whose files are in the vault; repeatable."""
    target = core.workspace.quarantine / name
    if (target / MANIFEST).is_file():
        return
    target.mkdir(mode=PRIVATE, exist_ok=True)
    files = []
    for part in parts:
        file, known_as = f"{part.position}.bin", part.name or str(part.position)
        shutil.copyfile(core.vault.path(part.sha256), target / file)
        files.append(SpooledFile(file, known_as.rpartition("/")[2], known_as, part.sha256, part.size))
    write_manifest(target, Manifest("", len(files) > 1, tuple(files)))
    sync_folder(core.workspace.quarantine)


def empty_vault(core: Core, name: str | None, earlier: Sequence[str], derived: Sequence[str]) -> int:
    """Take everything of a quarantined submission out of the vault; repeatable.

    Args:
        core: the process's parts.
        name: its quarantine folder; ``None`` when it was destroyed and nothing is ``earlier``.
        earlier: hashes of originals of earlier versions; they are moved into the folder.
        derived: hashes of what can be made again, or lies in the folder already; it is dropped.

    Returns:
        How many files left the vault.
    """
    target = core.workspace.quarantine / (name or "")
    held = [sha256 for sha256 in (*earlier, *derived) if core.vault.holds(sha256)]
    if held and name:
        target.mkdir(mode=PRIVATE, exist_ok=True)
    for sha256 in held:
        if sha256 in earlier:
            shutil.move(core.vault.path(sha256), target / f"{_EARLIER}{sha256}")
        else:
            core.vault.drop(sha256)
    if held:
        sync_folder(target)
    return len(held)


def bring_back(core: Core, name: str) -> None:
    """Move a released submission from quarantine back into the spool, earlier versions into the vault."""
    source, target = core.workspace.quarantine / name, core.workspace.spool / name
    if source.is_dir() and not target.exists():
        for path in source.glob(f"{_EARLIER}*"):
            core.vault.put(path, path.name.removeprefix(_EARLIER))
            path.unlink()
        source.rename(target)
        sync_folder(core.workspace.spool)


def return_archived(core: Core, folder: Path) -> None:
    """Give the archive back the bags of a released submission: an archive loses nothing that is no secret."""
    held = folder / ARCHIVED
    for bag in sorted(held.glob("*/*/*")):
        target = core.workspace.archive / bag.relative_to(held)
        target.parent.mkdir(parents=True, exist_ok=True)
        move_folder(bag, target)


def count(core: Core, name: str) -> int:
    """How many files of a quarantined submission there are, also while it is being released."""
    found = [path for folder in _places(core, name) for path in folder.rglob("*") if path.is_file()]
    return sum(path.name not in (MANIFEST, CASE) for path in found)


def destroy(core: Core, name: str) -> None:
    """Overwrite and remove a quarantined submission.

    Overwriting is best effort: journals, snapshots and flash storage may keep copies, which the
    incident note says.
    """
    for folder in _places(core, name):
        _destroy(folder)


def _places(core: Core, name: str) -> tuple[Path, Path]:
    """Where a quarantined submission may lie: a release that was begun has moved it back already."""
    return core.workspace.quarantine / name, core.workspace.spool / name


def _destroy(folder: Path) -> None:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            path.chmod(0o600)
            with path.open("r+b") as handle:
                handle.write(b"\0" * path.stat().st_size)
                handle.flush()
                os.fsync(handle.fileno())
    shutil.rmtree(folder, ignore_errors=True)
