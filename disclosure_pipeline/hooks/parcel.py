"""What a new process is made of, handed over in memory that both can read.

A process started by `spawn` gets its arguments through a pipe, which holds 64 KiB. With more than that its parent
waits for it to read; and because the parent itself keeps the end that is read open until all is written, it waits for
ever when the child dies first (killed for want of memory, say). All the rules in force are more than that.
"""

from __future__ import annotations

import os
import pickle
from multiprocessing import reduction
from typing import Any, Generic, TypeVar, cast

Content = TypeVar("Content")


class Parcel(Generic[Content]):
    """A value for processes that are about to be started; only its place in memory is sent.

    It can be given to any number of processes, one after another, until it is closed.

    Args:
        content: the value; it must pickle.
    """

    _descriptor = -1

    def __init__(self, content: Content):
        packed = pickle.dumps(content)
        self._size = len(packed)
        self._descriptor = os.memfd_create("parcel")
        with os.fdopen(os.dup(self._descriptor), "wb") as memory:
            memory.write(packed)

    def open(self) -> Content:
        """The value, a new one each time."""
        # At a place of its own: the position is one for all processes.
        packed = os.pread(self._descriptor, self._size, 0)
        while len(packed) < self._size:
            packed += os.pread(self._descriptor, self._size - len(packed), len(packed))
        return cast("Content", pickle.loads(packed))  # noqa: S301 -- our own parent packed it

    def close(self) -> None:
        """Give the memory back; processes that were started before still have it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self._descriptor), self._size)


def _received(descriptor: Any, size: int) -> Parcel[Any]:
    parcel: Parcel[Any] = Parcel.__new__(Parcel)
    parcel._descriptor, parcel._size = descriptor.detach(), size
    return parcel
