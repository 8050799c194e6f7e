"""Opening, hashing and syncing files that hostile hands may have touched.

Threats: a link or a pipe put in place of a file or of a folder on the way to it, a file changed or
replaced while it is read. Behaviour: every step of a path is opened relative to the folder before
it and never through a link; a digest counts only if inode, size and mtime are the same before and
after, and are those the scan saw. Accepted risk: a writer that changes bytes and restores the mtime
within one read is found only by the comparison of digests in the spool.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.service.watcher.desk import Identity

CHUNK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SourceChanged(DisclosureError):
    """A dropped file changed while it was taken in; it is taken when it is quiet again."""

    code = "drop.changed"
    advice = "Nothing to do: the drop is looked at again. If it stays, see what keeps writing to it."


def identity_of(status: os.stat_result) -> Identity:
    """Inode, size and mtime of a file."""
    return Identity(status.st_ino, status.st_size, status.st_mtime_ns)


@contextmanager
def folder_handle(path: Path, name: str | None = None, *, at: int | None = None) -> Iterator[int]:
    """An open folder that is not a link.

    Args:
        path: the folder; ignored when ``at`` is given.
        name: with ``at``: name of the folder in the open folder ``at``.
        at: handle of an open folder.

    Raises:
        OSError: missing, a link, not a folder, not readable.
    """
    handle = os.open(path, _FOLDER) if at is None or name is None else os.open(name, _FOLDER, dir_fd=at)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def open_beneath(folder: Path, relative: str) -> Iterator[int]:
    """An open regular file below a folder; no part of ``relative`` may be a link.

    Raises:
        SourceChanged: what lies there is not a regular file (any more).
        OSError: missing, not readable, or being written by a process that holds a lease (EAGAIN).
    """
    *parents, name = relative.split("/")
    handle = os.open(folder, _FOLDER)
    try:
        for part in parents:
            inner = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        file = os.open(name, _FILE, dir_fd=handle)
    finally:
        os.close(handle)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise SourceChanged("A dropped file was replaced by something that is not a file.")
        yield file
    finally:
        os.close(file)


def digest_of(handle: int) -> str:
    """sha256 (hex) of an open file, from its start, in chunks."""
    digest = hashlib.sha256()
    offset = 0
    while chunk := os.pread(handle, CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest()


def require_identity(handle: int, expected: Identity) -> None:
    """Check that an open file still is what was seen before.

    Raises:
        SourceChanged: another inode, size or mtime.
    """
    if identity_of(os.fstat(handle)) != expected:
        raise SourceChanged("A dropped file changed while it was read.")


def being_written(handle: int) -> bool:
    """Whether some process of this machine holds the file open for writing.

    Asks for a read lease, which the kernel refuses while there is a writer (Samba's server included:
    it holds a client's files open). Where leases cannot tell (network mounts, files of other owners
    without CAP_LEASE) the answer is no, and only the quiet time protects.
    """
    try:
        # Somebody may open the file in the instant of the lease; the default SIGIO would kill us.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def sync_folder(path: Path) -> None:
    """Flush a folder to the disk, so that names in it survive a power loss."""
    with folder_handle(path) as handle:
        os.fsync(handle)
