"""LibreOffice converts a legacy document into one that our own readers read.

Threat model: the document may make LibreOffice hang, crash, eat memory, run a macro, or fetch a link.
Each conversion is a process group of its own, with limits on memory, time and the size of what it
writes, and a fresh profile that forbids macros, links and the network. It dies with the
process that started it. The real program is started, not its launcher: whoever kills the launcher leaves
the program behind. Profile and files lie in a folder that is removed at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks import allowance

_PROGRAM = "soffice.bin"
_PROFILE_READY = 81
"""Exit status by which LibreOffice asks to be started again, after it has made a new profile."""

_TRIES = 3
_MOST_WRITTEN = 1 << 30
_MEMORY = 3 << 30
_PR_SET_PDEATHSIG = 1
_KILL_GRACE = 5.0

_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Recovery/AutoSave", "Enabled", "false"),
    ("Recovery/RecoveryInfo", "Enabled", "false"),
    ("Writer/Content/Update", "Link", "2"),
    ("Calc/Content/Update", "Link", "2"),
    ("Java/VirtualMachine", "Enable", "false"),
)  # fmt: skip
_PROXY = (("ooInetProxyType", "2"), ("ooInetHTTPProxyName", "127.0.0.1"), ("ooInetHTTPProxyPort", "9"),
          ("ooInetHTTPSProxyName", "127.0.0.1"), ("ooInetHTTPSProxyPort", "9"))  # fmt: skip

_libc = ctypes.CDLL(None)


class ConversionFailed(Exception):
    """LibreOffice gave no document.

    Args:
        reason: ``missing``, ``timeout`` or ``failed``.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def convert(data: bytes, suffix: str, target: str, limits: Mapping[str, Any]) -> bytes:
    """Convert a document.

    Args:
        data: its bytes.
        suffix: of its format, with the dot.
        target: suffix of the wanted format, without the dot.
        limits: the keys of ``[extraction]``: ``office``, ``office_timeout``.

    Raises:
        ConversionFailed: there is no LibreOffice, it took too long, or it gave nothing.
    """
    program = find_program(str(limits["office"]))
    if program is None:
        raise ConversionFailed("missing")
    timeout = float(limits["office_timeout"])
    allowance.grant(timeout)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="office-")).absolute()
    try:
        source = folder / f"document{suffix}"
        source.write_bytes(data)
        return _run(program, folder, source, target, began + timeout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        allowance.take_back(timeout - (time.monotonic() - began))


def find_program(name: str) -> Path | None:
    """The program itself, beside the launcher that a name on the search path leads to.

    Args:
        name: name or path of the launcher; empty for none.
    """
    launcher = shutil.which(name) if name else None
    if launcher is None:
        return None
    resolved = Path(launcher).resolve()
    program = resolved.with_name(_PROGRAM)
    return program if program.is_file() else None


def _run(program: Path, folder: Path, source: Path, target: str, deadline: float) -> bytes:
    result = folder / "out" / f"{source.stem}.{target}"
    _write_profile(folder / "profile")
    command = [
        str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nologo",
        "--nodefault", "--nolockcheck", "--convert-to", target, "--outdir", str(result.parent), str(source),
    ]  # fmt: skip
    for _ in range(_TRIES):
        status = _wait(command, folder, max(1.0, deadline - time.monotonic()))
        if result.is_file() and result.stat().st_size:
            return result.read_bytes()
        if status != _PROFILE_READY:
            break
    raise ConversionFailed("failed")


def _wait(command: list[str], folder: Path, timeout: float) -> int:
    environment = {
        "HOME": str(folder), "TMPDIR": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp", "SAL_DISABLE_OPENCL": "1",
    }  # fmt: skip
    # A sandbox process has one thread, so that code between fork and exec cannot meet a held lock.
    process = subprocess.Popen(  # noqa: S603 - a program named by the operator, arguments made here
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, process_group=0, preexec_fn=_confine(timeout),  # noqa: PLW1509
    )  # fmt: skip
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise ConversionFailed("timeout") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_KILL_GRACE)


def _confine(timeout: float) -> Any:
    """What the child does before it becomes LibreOffice: limits, and death with its parent."""
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        # The sandbox's own limit is a soft one; LibreOffice may take more, if the hard limit lets it.
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        memory = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        seconds = int(timeout) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return prepare


def _write_profile(profile: Path) -> None:
    """A profile that forbids what a document could start."""
    items = [_item(f"org.openoffice.Office.{path}", name, value) for path, name, value in _SETTINGS]
    items += [_item("org.openoffice.Inet/Settings", name, value) for name, value in _PROXY]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "\n".join(items)
        + "\n</oor:items>\n"
    )
    folder = profile / "user"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "registrymodifications.xcu").write_text(text, encoding="utf-8")


def _item(path: str, name: str, value: str) -> str:
    return (
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
    )
