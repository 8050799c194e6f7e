"""The daemon's worker processes: started, watched, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from structlog import get_logger

from disclosure_pipeline.settings.workspace import Workspace

log = get_logger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY_AFTER = 0.5, 30.0, 60.0


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker: a token that an officer exported is no business of it."""
    return {name: value for name, value in given.items() if not name.startswith("DISCLOSURE_TOKEN")}


@dataclass(slots=True)
class _Slot:
    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _FIRST_PAUSE
    not_before: float = 0.0


class WorkerProcesses:
    """Keeps a number of ``disclosure work`` processes alive on this machine.

    A worker that ends by itself is started again, later each time it fails quickly. Slot names are
    stable, so that the engine gives a new life the work that the old one had begun.

    Args:
        workspace: the folders.
        count: how many.
        grace: seconds that a worker gets at the end before it is killed.
    """

    def __init__(self, workspace: Workspace, count: int, grace: float):
        self._workspace = workspace
        self._grace = grace
        host = socket.gethostname()
        self._slots = [_Slot(f"{host}-{number + 1}") for number in range(count)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="workers", daemon=True)

    def start(self) -> None:
        """Start the processes and the thread that watches them."""
        for slot in self._slots:
            self._spawn(slot)
        self._thread.start()

    def stop(self) -> None:
        """Ask every worker to end; kill what has not ended in time."""
        self._stop.set()
        self._thread.join(5.0)
        self._end_all()

    def renew(self) -> None:
        """Let every worker end in order and start again (after a change of the configuration)."""
        for slot in self._slots:
            if slot.process is not None:
                slot.process.send_signal(signal.SIGTERM)

    def alive(self) -> int:
        """How many processes run now."""
        return sum(slot.process is not None and slot.process.poll() is None for slot in self._slots)

    def _spawn(self, slot: _Slot) -> None:
        command = [
            sys.executable, "-m", "disclosure_pipeline", "work", "--slot", slot.name,
            "--parent", str(os.getpid()),
            "--config", str(self._workspace.config), "--data", str(self._workspace.data),
        ]  # fmt: skip
        slot.process = subprocess.Popen(  # noqa: S603 -- our own module
            command, stdin=subprocess.DEVNULL, env=environment(os.environ)
        )
        slot.started = time.monotonic()

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            now = time.monotonic()
            for slot in self._slots:
                if slot.process is None:
                    if now >= slot.not_before and not self._stop.is_set():
                        self._spawn(slot)
                elif slot.process.poll() is not None:
                    self._bury(slot, now)

    def _bury(self, slot: _Slot, now: float) -> None:
        code = slot.process.returncode if slot.process else 0
        steady = now - slot.started > _STEADY_AFTER or code == 0
        slot.pause = _FIRST_PAUSE if steady else min(slot.pause * 2, _LONGEST_PAUSE)
        slot.not_before = now + (0.0 if code == 0 else slot.pause)
        slot.process = None
        log.warning("worker_ended", slot=slot.name, exit_code=code)

    def _end_all(self) -> None:
        running = [slot.process for slot in self._slots if slot.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self._grace + 5.0
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()
