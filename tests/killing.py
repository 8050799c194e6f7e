"""Kills a step of the pipeline before every single write, one run after the other.

The step runs in a forked child that ends itself with SIGKILL just before its n-th change of a file
or of the store: no ``finally``, no roll-back, no clean-up, as in a power cut.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from disclosure_pipeline.store.database import Database

_FILES = frozenset(
    {
        "os.rename",
        "os.remove",
        "os.rmdir",
        "os.mkdir",
        "os.chmod",
        "os.truncate",
        "shutil.rmtree",
        "shutil.move",
    }
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_MOST = 400


def killed_before_each_write(
    database: Database, step: Callable[[], Callable[[], object]], after: Callable[[int], None]
) -> int:
    """Kill a step before its first write, its second, and so on until it gets through.

    Args:
        database: the store that the step writes to.
        step: prepares the step anew and gives what is to be run.
        after: called with the number of writes that were done before each kill; recovers and checks.

    Returns:
        How many kills there were.
    """
    for writes in range(_MOST):
        action = step()
        database.close()
        child = os.fork()
        if child == 0:
            _run(database, action, writes)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the step failed by itself"
            after(-1)
            return writes
        assert os.WTERMSIG(status) == signal.SIGKILL
        after(writes)
    raise AssertionError("the step never ends")


def _run(database: Database, action: Callable[[], object], left: int) -> None:
    """The child's life."""

    def write(*_: object) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def watch(name: str, arguments: Any) -> None:
        if name in _FILES or (name == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING):
            write()

    def statement(_connection: Any, _cursor: Any, words: str, *_: object) -> None:
        if not words.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")):
            write()

    try:
        event.listen(database.engine, "before_cursor_execute", statement)
        event.listen(database.engine, "commit", write)
        sys.addaudithook(watch)
        action()
    except BaseException as error:  # noqa: BLE001 -- the child must never return into pytest
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)
