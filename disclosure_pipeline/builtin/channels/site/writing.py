"""Files that are made from the records: written whole or not at all, and forced to disk only where it matters.

A listing can always be made again, and waiting for the disk for each of them would be most of a publication's time. So
a publication leaves them to the kernel: whoever reads sees the old or the new file, and a killed process loses nothing
that was written. What a power failure can lose is repaired: :mod:`.state` knows which boots of which machines have
compared the listings with the records, and the first work after a boot makes them anew. A **withdrawal** forces them,
because nobody may find a title in a listing between the power's return and that work.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from disclosure_pipeline.builtin import files
from disclosure_pipeline.durable import sync_folder

_BATCH = 500


class Writer:
    """Writes and removes derived files.

    Args:
        forced: whether every change is forced to disk.
    """

    def __init__(self, *, forced: bool) -> None:
        self._forced = forced

    def write(self, path: Path, data: bytes) -> bool:
        """Put ``data`` at ``path`` at once, unless it is there.

        Returns:
            Whether the file was written.
        """
        if self._forced:
            return files.write_if_changed(path, data)
        try:
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return False
        except FileNotFoundError:
            files.make_folder(path.parent)
        temporary = _stage(path, data)
        self.put(temporary, path)
        return True

    def put(self, temporary: Path, path: Path) -> None:
        """Give a finished temporary file its name.

        Forced is only the name, not the bytes: after a power failure the new file may be there without them, but the
        old one, which holds what was to go, is not.
        """
        temporary.replace(path)
        if self._forced:
            sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Remove a file that may be there."""
        if self._forced:
            files.remove(path)
        else:
            path.unlink(missing_ok=True)


class Batch:
    """Replaces many files that cannot be made again: each is whole, the old or the new one, also after a power failure.

    Waiting for the disk once for some hundreds is what lets a rebuild of a large site end.
    """

    def __init__(self) -> None:
        self._staged: list[tuple[Path, Path]] = []

    def add(self, path: Path, data: bytes) -> None:
        """Replace a file, now or with the others of the batch."""
        self._staged.append((_stage(path, data), path))
        if len(self._staged) >= _BATCH:
            self.close()

    def close(self) -> None:
        """Replace what is left."""
        if self._staged:
            os.sync()
        for temporary, path in self._staged:
            temporary.replace(path)
        self._staged.clear()

    def drop(self) -> None:
        """Forget what is left, after a failure."""
        for temporary, _ in self._staged:
            temporary.unlink(missing_ok=True)
        self._staged.clear()


def _stage(path: Path, data: bytes) -> Path:
    """Write a temporary file. Its space is reserved first: renaming it then waits for no blocks to be chosen."""
    temporary = temporary_beside(path)
    try:
        with os.fdopen(create(temporary), "wb", buffering=0) as stream:
            if data:
                os.posix_fallocate(stream.fileno(), 0, len(data))
            stream.write(data)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def temporary_beside(path: Path) -> Path:
    """A name in the same folder that :func:`disclosure_pipeline.builtin.files.sweep` knows."""
    return path.with_name(f"{files.TEMPORARY}{secrets.token_hex(8)}")


def create(path: Path) -> int:
    """Open a new file for writing."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o644)
