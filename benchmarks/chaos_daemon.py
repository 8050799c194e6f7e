"""A real daemon in a process group of its own, and the ways to kill it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

KILLS = ("everything", "daemon", "worker", "sandbox")
"""What ``kill -9`` is sent to: the whole process group, only the daemon, one worker, one sandbox."""

_READY_WITHIN = 90.0
_ENDS_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the machine, as ``/proc`` shows it."""

    pid: int
    parent: int
    session: int
    command: str


class Daemon:
    """`disclosure run`, started again and again on one workspace.

    Args:
        config: configuration folder. data: data folder.
        log: file that standard output and error of every life are appended to.
        temporary: folder for temporary files.
    """

    def __init__(self, config: Path, data: Path, log: Path, temporary: Path):
        self._command = [
            sys.executable, "-m", "disclosure_pipeline", "run", "--config", str(config), "--data", str(data),
        ]  # fmt: skip
        self._log = log
        self._temporary = temporary
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: set[int] = set()
        self._port = 0

    def start(self) -> None:
        """Start the daemon; it is not waited for."""
        self._port = _free_port()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "--port", str(self._port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "TMPDIR": str(self._temporary)},
            )  # fmt: skip
        self._sessions.add(self._process.pid)

    @property
    def running(self) -> bool:
        """Whether the daemon's own process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def address(self) -> str:
        """Where it answers over HTTP."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ready(self) -> bool:
        """Whether ``/readyz`` answers 200."""
        address = f"{self.address}/readyz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2.0) as answer:
            return bool(answer.status == 200)
        return False

    def wait_ready(self) -> None:
        """Wait until the drop folders are watched.

        Raises:
            RuntimeError: the daemon ended or did not become ready.
        """
        deadline = time.monotonic() + _READY_WITHIN
        while not self.ready:
            if not self.running:
                raise RuntimeError(f"the daemon did not start: see {self._log}")
            if time.monotonic() > deadline:
                raise RuntimeError("the daemon did not become ready in time")
            time.sleep(0.05)

    def kill(self, what: str, rng: random.Random) -> bool:
        """Send SIGKILL.

        Args:
            what: one of :data:`KILLS`.
            rng: which one, where there are several.

        Returns:
            Whether there was something to kill.
        """
        assert self._process is not None
        if what in ("everything", "daemon"):
            if not self.running:
                return False
            if what == "everything":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
            self._process.wait()
            return True
        wanted = [item for item in self.processes() if _is_kind(item, what)]
        if not wanted:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(wanted).pid, signal.SIGKILL)
        return True

    def stop(self) -> tuple[int, int]:
        """End in order with SIGTERM.

        Returns:
            The exit code, and how many processes outlived the daemon.
        """
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(_ENDS_WITHIN)
        return code, len(self.processes())

    def end_all(self) -> None:
        """Make sure that nothing of any life runs on (after a failure of the run itself)."""
        for item in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(item.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def processes(self) -> list[Process]:
        """Every living process of any life of this daemon."""
        return [item for item in _processes() if item.session in self._sessions]


def _is_kind(process: Process, kind: str) -> bool:
    is_worker = "disclosure_pipeline work" in process.command
    return is_worker if kind == "worker" else "spawn_main" in process.command


def _processes() -> list[Process]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if fields[0] != "Z":
            found.append(Process(int(entry.name), int(fields[1]), int(fields[3]), command))
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
