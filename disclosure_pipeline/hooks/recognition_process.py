"""The recognition process, seen from the sandbox process that starts it.

Threat model. Engines are large libraries of C code that eat a gigabyte and may hang or crash on a
picture; third-party ones may do anything. They get a process of their own: started when the first
picture comes, limited, without streams and network, killed hard when a picture takes too long, gone
when its sandbox process is. Its answers are read as data only (:func:`.wire.unpack`) and checked.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.hooks import sandbox_child, wire
from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine
from disclosure_pipeline.hooks.guard import Nonsense, Subject
from disclosure_pipeline.hooks.leftovers import MARK
from disclosure_pipeline.model.finding import Fault

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.loading import PluginSource
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

START_SECONDS = 30.0
"""Seconds that a new process gets to start and load the plugins that offer engines."""

_MODULE = "disclosure_pipeline.hooks.recognition_child"
_PROCESS = Subject("recogniser", "recognition", "extract")
_KEPT = ("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", MARK)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a recognition process is made of.

    Args:
        settings: the settings.
        workspace: the folders.
        rulebook: all rules in force.
        extras: third-party plugins that register recognisers.
    """

    settings: Settings
    workspace: Workspace
    rulebook: RuleBook
    extras: tuple[PluginSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one picture.

    Args:
        lines: what the first engine that answered read; ``None`` when none did.
        engine: its full id, or empty.
        faults: what went wrong on the way.
    """

    lines: tuple[RecognisedLine, ...] | None = None
    engine: str = ""
    faults: tuple[Fault, ...] = ()


class RecognitionProcess:
    """One process that is started when it is needed; not thread-safe.

    Args:
        setup: what it is made of.
    """

    def __init__(self, setup: Setup):
        self._setup = setup
        self._timeout = setup.settings.recognition.page_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection[Any, Any] | None = None
        self._folder: Path | None = None
        self._peak = 0

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended (it ends by itself when idle)."""
        return self._process is not None and self._process.poll() is None

    def read(self, raster: Raster) -> Reply:
        """Have one picture read; whatever fails is a fault in the reply, and the process is killed."""
        early: tuple[Fault, ...] = ()
        try:
            if not self.running:
                early = self._start()
            assert self._line is not None  # noqa: S101  _start has made it
            self._line.send(raster)
            reply = _reply(self._receive(self._timeout))
        except _Lost as lost:
            self.end()
            return Reply(faults=(*early, lost.fault))
        except (OSError, EOFError):
            self.end()
            return Reply(faults=(*early, _PROCESS.fault("crashed", "The recognition process died.")))
        return Reply(reply.lines, reply.engine, (*early, *reply.faults))

    def peak_memory(self) -> int:
        """Most memory that it held so far, bytes."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                for entry in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
                    if entry.startswith("VmHWM:"):
                        self._peak = max(self._peak, int(entry.split()[1]) << 10)
        return self._peak

    def end(self) -> None:
        """Kill it and remove its folder."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            # It leads a process group of its own: what an engine started goes with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._line = self._folder = None

    def _start(self) -> tuple[Fault, ...]:
        """Start it and wait until it has loaded its engines; the faults of those that did not load."""
        self.end()
        ours, theirs = socket.socketpair()
        self._line = Connection(ours.detach())
        self._folder = Path(tempfile.mkdtemp(prefix="recognition-", dir=sandbox_child.own_folder()))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno()), str(os.getpid()), str(self._folder)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=_environment(self._folder), pass_fds=(theirs.fileno(),), start_new_session=True,
            )  # fmt: skip
        self._line.send(self._setup)
        reply = self._receive(START_SECONDS)
        if not isinstance(reply, tuple) or not all(isinstance(item, Fault) for item in reply):
            raise _Lost("nonsense", "The recognition process answered nonsense when it started.")
        return reply

    def _receive(self, timeout: float) -> object:
        assert self._line is not None  # noqa: S101  callers have started the process
        if not self._line.poll(timeout):
            raise _Lost("timeout", f"A picture was not recognised within {timeout:g} s.")
        try:
            return wire.unpack(self._line.recv_bytes())
        except Nonsense:
            raise _Lost("nonsense", "The recognition process sent something else than data.") from None


class _Lost(Exception):
    """The process is of no more use."""

    def __init__(self, problem: str, message: str):
        super().__init__(problem)
        self.fault = _PROCESS.fault(problem, message)


def _reply(answer: object) -> Reply:
    """The check of an answer; third-party code lives where it comes from."""
    match answer:
        case (str() as engine, tuple() | None as lines, tuple() as faults):
            good = lines is None or all(isinstance(line, RecognisedLine) for line in lines)
            if good and all(isinstance(fault, Fault) for fault in faults):
                return Reply(lines, engine, faults)
    raise _Lost("nonsense", "The recognition process gave an answer that cannot be used.")


def _environment(folder: Path) -> dict[str, str]:
    """Where its libraries are, and a home of its own; no tokens, no proxies."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    return {**kept, "PYTHONPATH": path, "HOME": str(folder), "TMPDIR": str(folder)}
