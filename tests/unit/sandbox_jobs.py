"""Jobs that the sandbox tests run in the sandbox's own processes."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import DisclosureError, ExtractionFailed
from disclosure_pipeline.hooks import allowance
from disclosure_pipeline.hooks.contracts import SourceFile
from tests.hiding import reading

SECRET = "绝不外泄的文字"
_state: dict[str, Any] = {}


class OwnError(DisclosureError):
    """An error class that the parent does not know."""


def remember(value: str) -> None:
    """An initializer."""
    _state["value"] = value


def fail_to_start() -> None:
    """An initializer that refuses."""
    raise ExtractionFailed("no start", code="start.refused", advice="mend it")


def remembered() -> str:
    """What the initializer left."""
    return str(_state["value"])


def surroundings() -> dict[str, Any]:
    """What a job can see of its process."""
    with tempfile.NamedTemporaryFile() as file:
        temporary = file.name
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "token": os.environ.get("DISCLOSURE_TOKEN"),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "temporary": temporary,
        "streams": [str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3)],
    }


def shout() -> None:
    """Write text to every stream, as a crashing library might."""
    print(SECRET)
    print(SECRET, file=sys.stderr)
    os.write(2, SECRET.encode())


def raise_with_text() -> None:
    """A parser's error that quotes the document."""
    raise ValueError(SECRET)


def raise_chained() -> None:
    """A product error whose cause quotes the document."""
    try:
        raise_with_text()
    except ValueError as error:
        raise ExtractionFailed("broken", code="file.broken", advice="再试") from error


def raise_own() -> None:
    """A product error of a class that only this process knows."""
    raise OwnError("own", code="own.code", advice="own advice")


def leave() -> None:
    """A library that calls exit."""
    sys.exit(SECRET)


def unpicklable() -> Any:
    """An answer that cannot travel."""
    return lambda: SECRET


def leave_file() -> str:
    """Leave a file behind and die."""
    path = Path(tempfile.gettempdir()) / "rest"
    path.write_text(SECRET)
    _state["path"] = str(path)
    os.kill(os.getpid(), 9)
    return ""


def attempts(target: str) -> dict[str, str]:
    """What comes of things that a reader of files has no need of; ``target`` is a file of the workspace."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent, own = os.getppid(), Path(os.environ["HOME"])

    def raw(*arguments: int) -> None:
        if libc.syscall(*arguments) == -1:
            raise OSError(ctypes.get_errno(), "refused")

    things: dict[str, Callable[[], object]] = {
        "internet": lambda: socket.socket(socket.AF_INET),
        "internet 6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        "kernel socket": lambda: socket.socket(16, socket.SOCK_RAW),
        "system log": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
        "desktop bus": lambda: socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket"),
        "io_uring": lambda: raw(425, 1, 0),
        "user namespace": lambda: raw(272 if os.uname().machine == "x86_64" else 97, 0x10000000),
        "read a draft": lambda: Path(target).read_bytes(),
        "change a draft": lambda: Path(target).write_bytes(b""),
        "remove a draft": lambda: Path(target).unlink(),
        "list drafts": lambda: list(Path(target).parent.iterdir()),
        "link a draft": lambda: (own / "link").hardlink_to(target),
        "read accounts": lambda: Path("/etc/shadow").read_bytes(),
        "parent's environment": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "signal the parent": lambda: os.kill(parent, 0),
        "write into the system": lambda: Path("/var/tmp/disclosure-test").touch(),
        "write into the temporary folder": lambda: Path("/tmp/disclosure-test").touch(),
        "run a written program": lambda: _run_own(own / "program"),
        "own file": lambda: (own / "file").write_text(SECRET),
        "thread": lambda: threading.Thread(target=print).start(),
        "program": lambda: subprocess.run(["/bin/true"], check=True),
        "own sockets": socket.socketpair,
    }
    return {name: _outcome(thing) for name, thing in things.items()}


def _outcome(thing: Callable[[], object]) -> str:
    try:
        thing()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def _run_own(path: Path) -> None:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    subprocess.run([path], check=True)


def litter() -> list[str]:
    """Leave files wherever a library might, and say where they are."""
    folders = [tempfile.gettempdir(), os.environ["TMPDIR"], tempfile.mkdtemp()]
    paths = [Path(folder) / "text" for folder in folders]
    for path in paths:
        path.write_text(SECRET)
    return list(map(str, paths))


def start_programs() -> None:
    """Start a program that starts another one in a session of its own, and hang."""
    subprocess.Popen(["/bin/sh", "-c", "sleep 311 & exec sleep 312"], start_new_session=True)
    time.sleep(60)


def granted(seconds: float) -> str:
    """Work that takes a second and has been granted this much."""
    allowance.grant(seconds)
    time.sleep(1.0)
    return "done"


def without_alarm() -> None:
    """Code that takes its own time limit off, and hangs."""
    allowance.end()
    time.sleep(60)


def slow(seconds: float) -> int:
    """A job that takes a while, to be killed in the middle."""
    time.sleep(seconds)
    return os.getpid()


def write_much(size: int) -> None:
    """Write a file of this size without writing it."""
    with tempfile.TemporaryFile() as file:
        file.truncate(size)


def lent_path(file: SourceFile) -> tuple[str, str]:
    """Where a job sees its file, and what is in it."""
    return str(file.path), file.path.read_text()


def read_with_little_memory(small: bytes, large: bytes, name: str) -> int:
    """Read a file, and another one of its kind with 24 MB more than the process has; how many segments it has."""
    reading.read(small, name)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (24 << 20), most))
    return len(reading.read(large, name).segments)
