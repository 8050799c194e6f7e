"""Files written so that a reader never sees half of one, and a crash leaves nothing half done.

Every write goes to a temporary file in the same folder, is forced to disk and renamed over its
target. A killed process can leave temporary files behind; they begin with :data:`TEMPORARY` and
are removed by :func:`sweep` at the next work in that folder.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from disclosure_pipeline.durable import sync_folder
from disclosure_pipeline.errors import ChannelFault

TEMPORARY = ".tmp-"
"""Beginning of the name of every temporary file."""

LOCK = ".lock"
"""Name of the lock file of a folder."""

NAME_BYTES = 255
"""Longest file name, bytes of UTF-8 (the limit of Linux file systems)."""

_CHUNK = 1 << 20
_RETRY = 0.05
_FORBIDDEN = frozenset('/\\:*?"<>|')


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put ``data`` at ``path`` at once and durably.

    Args:
        path: target; its folder must exist.
        data: the whole content.
        mode: permission bits of a new file, narrowed by the umask.
    """
    temporary = _temporary_in(path.parent)
    try:
        with os.fdopen(_create(temporary, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        put(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, data: bytes, mode: int = 0o644) -> bool:
    """Like :func:`write_atomic`, but an equal file is left alone.

    Returns:
        Whether the file was written.
    """
    if _holds(path, data):
        return False
    make_folder(path.parent)
    write_atomic(path, data, mode)
    return True


def stage(source: Path, folder: Path, sha256: str = "", mode: int = 0o644) -> Path:
    """Copy a file to a temporary name in ``folder``, checking its hash on the way.

    Args:
        source: file to copy.
        folder: folder of the later target; must exist.
        sha256: expected hex digest; empty means any.
        mode: permission bits of the copy, narrowed by the umask.

    Returns:
        The temporary file; :func:`put` gives it its name.

    Raises:
        ChannelFault: ``artefact.changed``, the bytes are not the ones that were signed.
    """
    temporary = _temporary_in(folder)
    try:
        digest = _copy(source, temporary, mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if sha256 and digest != sha256:
        temporary.unlink()
        raise ChannelFault(
            "A frozen file is no longer the one that was signed.",
            code="artefact.changed",
            advice="Run `disclosure doctor`; restore the vault from a backup, then `disclosure channel retry`.",
        )
    return temporary


def put(temporary: Path, target: Path) -> None:
    """Give a temporary file its name, durably; an older file of that name is replaced."""
    temporary.replace(target)
    sync_folder(target.parent)


def remove(path: Path) -> bool:
    """Remove a file durably.

    Returns:
        Whether there was one.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True


def remove_others(folder: Path, keep: Collection[str]) -> None:
    """Remove every file of a folder that is not named in ``keep`` (folders in it are left)."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name not in keep and (path.is_symlink() or not path.is_dir()):
            remove(path)


def sweep(folder: Path, older_than: float = 0.0) -> None:
    """Remove temporary files that a killed process left behind.

    Args:
        folder: folder to clean (not below it).
        older_than: seconds; younger ones may belong to a living writer. 0 needs the folder's lock.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(TEMPORARY) and _age(path) >= older_than:
            remove(path)


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """Make a folder and those above it, durably; an existing one is left as it is.

    Args:
        folder: folder to make.
        mode: permission bits of each new folder, narrowed by the umask.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def folder_lock(folder: Path, timeout: float = 30.0) -> Iterator[None]:
    """Hold the one lock of a folder; the kernel releases it when the holder dies.

    Args:
        folder: folder to lock; it is made when missing.
        timeout: seconds to wait for another holder.

    Raises:
        ChannelFault: ``channel.busy``, another process held it all the time.
    """
    make_folder(folder)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, time.monotonic() + timeout)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def storage_faults(what: str) -> Iterator[None]:
    """Turn operating-system errors into a channel fault that names no path.

    File names can tell a document's title; an ``OSError`` prints them.

    Args:
        what: the thing that is read or written, for the message (``the site``).

    Raises:
        ChannelFault: ``channel.storage`` with the system's error name.
    """
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise ChannelFault(
            f"Files of {what} cannot be read or written ({name}).",
            code="channel.storage",
            advice="Check disk space, mounts and permissions; the work is tried again by itself.",
        ) from None


def safe_name(name: str, prefix: str = "") -> str:
    """A file name that is valid on Linux and Windows shares, with its suffix kept.

    Args:
        name: name as dropped; may hold separators, control characters or undecodable bytes.
        prefix: put in front, e.g. ``2026-000123_``; not changed.

    Returns:
        At most :data:`NAME_BYTES` bytes of UTF-8; never empty, ``.`` or ``..``.
    """
    letters = ["_" if char in _FORBIDDEN or unicodedata.category(char) == "Cs" else char for char in name]
    kept = "".join(char for char in letters if unicodedata.category(char) not in ("Cc", "Cf"))
    kept = kept.strip(". ") or "_"
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        stem, suffix = kept, ""
    tail = dot + suffix if suffix else ""
    room = NAME_BYTES - len(prefix.encode()) - len(tail.encode())
    return prefix + _cut(stem, room) + tail


def _cut(text: str, room: int) -> str:
    """The longest beginning of ``text`` that fits into ``room`` bytes of UTF-8."""
    return text.encode()[: max(room, 0)].decode("utf-8", "ignore")


def _temporary_in(folder: Path) -> Path:
    return folder / f"{TEMPORARY}{secrets.token_hex(8)}"


def _create(path: Path, mode: int) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)


def _copy(source: Path, target: Path, mode: int) -> str:
    """Copy durably to a new file; gives the sha256 of what was written."""
    digest = hashlib.sha256()
    with source.open("rb") as reader, os.fdopen(_create(target, mode), "wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0


def _lock(descriptor: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise ChannelFault(
                    "Another process is writing to the same folder.",
                    code="channel.busy",
                    advice="Nothing to do: the work is tried again by itself.",
                ) from None
            time.sleep(_RETRY)
        else:
            return
