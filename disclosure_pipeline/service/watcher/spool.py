"""Copies a submission into the private spool so that it survives a power loss (design 5).

Each file is copied in chunks and hashed on the way, fsynced, dropped from the page cache, read back
and compared with the digest of the claim; then the folder is fsynced and renamed into place. Names
in the spool are numbers: a file name may already be a secret.

Threats and behaviour: the source changes during the copy (inode, size or mtime before and after, and
the digest of the claim): :class:`~.files.SourceChanged`, nothing is kept. A full disk or a bad one:
:class:`StoreFault`, the staging folder is removed, the claim stays. A crash: the staging folder is
replaced by the next attempt. A spool folder of that name with other content is never touched.
Accepted risk: where the kernel ignores the advice to drop its cache, the read-back reads memory.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.service.watcher.desk import DroppedFile, Submission
from disclosure_pipeline.service.watcher.files import (
    CHUNK,
    SourceChanged,
    digest_of,
    open_beneath,
    require_identity,
    sync_folder,
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """One file in the spool.

    Args:
        path: where it lies.
        source: the dropped file it was copied from.
        size: bytes.
        sha256: hex digest, read back from the spool.
    """

    path: Path
    source: DroppedFile
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SpooledFiles:
    """A submission in the spool: its folder, and its files in the order of the submission."""

    folder: Path
    files: tuple[SpooledFile, ...]


def spool(submission: Submission, spool_folder: Path, case_folder_name: str) -> SpooledFiles:
    """Copy a submission into ``<spool>/<case folder name>/``; durable when it returns.

    Calling it again with the same submission and name gives the same files (a crash came between
    the copy and the row).

    Args:
        submission: what the watcher handed over.
        spool_folder: the private spool.
        case_folder_name: neutral name of the new folder (case number or claim id).

    Raises:
        SourceChanged: the files are not what was hashed; hand the claim over again.
        StoreFault: no space (``spool.full``), an error of the disk (``spool.write``), a copy that
            reads back differently (``spool.read_back``), other content under that name
            (``spool.occupied``). The draft stays in its claim.
        OSError: the *source* cannot be read.
    """
    target = spool_folder / case_folder_name
    with _as_store_faults():
        spool_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        occupied = target.exists()
    if occupied:
        return _same_again(submission, target)
    staging = spool_folder / f".{case_folder_name}.part"
    try:
        with _as_store_faults():
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(mode=0o700)
        for number, file in enumerate(submission.files):
            _copy(submission, file, staging / _number(number))
        with _as_store_faults():
            for number, file in enumerate(submission.files):
                _read_back(staging / _number(number), file.sha256)
            sync_folder(staging)
            staging.rename(target)
            sync_folder(spool_folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return _spooled(submission, target)


def _spooled(submission: Submission, folder: Path) -> SpooledFiles:
    return SpooledFiles(
        folder,
        tuple(
            SpooledFile(folder / _number(number), file, file.size, file.sha256)
            for number, file in enumerate(submission.files)
        ),
    )


def _number(position: int) -> str:
    return f"{position:04d}"


def _copy(submission: Submission, file: DroppedFile, target: Path) -> None:
    """Copy one file and fsync it; the source must be what was hashed before."""
    relative = file.path.relative_to(submission.claim).as_posix()
    with open_beneath(submission.claim, relative) as source:
        require_identity(source, file.identity)
        with _new_file(target) as copy:
            digest = _copy_bytes(source, copy)
        require_identity(source, file.identity)
    if digest != file.sha256:
        raise SourceChanged("A dropped file changed while it was copied.")


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    """A new private file; on leaving it is on the disk and out of the page cache."""
    with _as_store_faults():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        yield handle
        with _as_store_faults():
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _copy_bytes(source: int, copy: int) -> str:
    digest = hashlib.sha256()
    offset = 0
    while chunk := os.pread(source, CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
        with _as_store_faults():
            _write_all(copy, chunk)
    return digest.hexdigest()


def _write_all(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]


def _read_back(path: Path, digest: str) -> None:
    if _digest(path) != digest:
        raise StoreFault("A copy in the spool does not read back as written.", code="spool.read_back")


def _digest(path: Path) -> str:
    with open_beneath(path.parent, path.name) as handle:
        return digest_of(handle)


def _same_again(submission: Submission, folder: Path) -> SpooledFiles:
    """The files of an earlier attempt, when they are exactly these; the desk's manifest may lie beside."""
    wanted = {_number(number): file.sha256 for number, file in enumerate(submission.files)}
    with _as_store_faults():
        found = {path.name: _digest(path) for path in folder.iterdir() if path.name.isdigit()}
    if found != wanted:
        raise StoreFault("The spool folder of this case is taken.", code="spool.occupied")
    return _spooled(submission, folder)


@contextmanager
def _as_store_faults() -> Iterator[None]:
    """Errors of the spool's file system, as faults an operator can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFault(
                "The spool is full; the draft stays in the drop folder's claim.",
                code="spool.full",
                advice="Free disk space; the intake goes on by itself.",
            ) from None
        name = errno.errorcode.get(error.errno or 0, "error")
        raise StoreFault(f"The spool cannot be written ({name}).", code="spool.write") from None
