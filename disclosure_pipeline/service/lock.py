"""One daemon per data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from disclosure_pipeline.errors import Locked


class DataLock:
    """An advisory lock on ``daemon.lock`` in the data folder, held as long as the process lives.

    Args:
        data: the data folder.
    """

    def __init__(self, data: Path):
        self._path = data / "daemon.lock"
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock and write our process id into the file.

        Raises:
            Locked: another daemon holds it.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise Locked(f"Another daemon (process {holder or 'unknown'}) uses this data folder.") from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def held(data: Path) -> bool:
    """Whether a daemon uses this data folder now."""
    lock = DataLock(data)
    try:
        lock.take()
    except Locked:
        return True
    except OSError:
        return False
    lock.release()
    return False
