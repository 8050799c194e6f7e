"""The sandbox of a short command: one process forked from this one, which has everything loaded.

Threat model. The same as of :mod:`disclosure_pipeline.hooks.sandbox`: hostile bytes are opened only in
a process with limits, without streams, environment and core dumps, which can be killed. What differs
is how that process comes about: a command that reads one file cannot wait for a second interpreter
to import everything again, so it loads the readers and detectors (no file touched yet) and forks.
After a kill it forks again from the same untouched state.

Fork is safe here because the command has one thread when it forks; :class:`ForkedSandbox` refuses to
fork when there are more. The daemon, which has many, uses the other sandbox.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from disclosure_pipeline.hooks import leftovers, sandbox_child
from disclosure_pipeline.hooks.lending import lent
from disclosure_pipeline.hooks.sandbox import OUTER_ALLOWANCE, died, timed_out
from disclosure_pipeline.hooks.sandbox_child import Answer, Bounds, Surroundings


class ForkedSandbox:
    """One process in which jobs run one after the other; not thread-safe.

    Args:
        bounds: what the process may use.
    """

    def __init__(self, bounds: Bounds):
        self._folder = Path(tempfile.mkdtemp(prefix="disclosure-"))
        self._lent = self._folder / "lent"
        self._lent.mkdir()
        self._surroundings = Surroundings(
            os.getpid(), bounds.memory, str(self._folder), bounds=bounds, lent=str(self._lent)
        )
        self._outer = bounds.granted + OUTER_ALLOWANCE
        self._child: int | None = None
        self._line: Connection | None = None

    def run(
        self, function: str, *args: Any, timeout: float, on_retry: Callable[[], None] | None = None
    ) -> Any:
        """Run one job and wait for its answer; see :meth:`.sandbox.Sandbox.run`.

        Raises:
            DisclosureError: what the job raised, as it was.
            ExtractionFailed: ``extract.open``: a file could not be copied.
            SandboxFault: code ``sandbox.crash``, ``sandbox.timeout`` or ``sandbox.memory``.
        """
        with lent(args, self._lent) as arguments:
            answer = self._ask(function, arguments, timeout)
            if answer.died:
                if on_retry is not None:
                    on_retry()
                answer = self._ask(function, arguments, timeout)
        leftovers.remove_sockets()
        if answer.error is not None:
            raise answer.error
        return answer.value

    def _ask(self, function: str, args: tuple[Any, ...], timeout: float) -> Answer:
        line = self._line or self._fork()
        try:
            line.send((function, args, timeout))
            if not line.poll(timeout + self._outer):
                self._end()
                return timed_out()
            answer: Answer = line.recv()
        except (EOFError, OSError):
            return died(self._end())
        return answer

    def warm(self) -> None:
        """Start the process now."""
        if self._line is None:
            self._fork()

    def close(self) -> None:
        """End the process and remove its folder."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _fork(self) -> Connection:
        if threading.active_count() > 1:
            raise RuntimeError("a process with several threads must not fork")
        ours, theirs = multiprocessing.Pipe()
        # What is loaded stays for good: nobody looks through it for cycles, here at the end or in the child.
        gc.freeze()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            ours.close()
            _serve(theirs, self._surroundings)
        theirs.close()
        self._child, self._line = child, ours
        return ours

    def _end(self) -> int:
        """Make sure that the process has ended; its exit status, negative for a signal."""
        if self._child is None or self._line is None:
            return 0
        self._line.close()
        child, self._child, self._line = self._child, None, None
        # One that has ended by itself keeps its own status: the signal finds nobody.
        os.kill(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        leftovers.sweep(self._folder)
        return status


def _serve(line: Connection, surroundings: Surroundings) -> NoReturn:
    """The child's life: prepare, answer jobs, end. It never returns into the caller's code."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sandbox_child.prepare(surroundings)
        while True:
            line.send(sandbox_child.call(*line.recv()))
    except EOFError:
        os._exit(0)
    except BaseException:  # noqa: BLE001 -- whatever it was, the parent sees a dead process
        os._exit(1)
