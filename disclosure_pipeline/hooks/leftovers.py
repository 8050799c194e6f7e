"""What a sandbox process leaves when it is killed: files of a job, and programs that it had started.

A process that dies takes its direct children with it, if they asked for that, but not their children (LibreOffice
is started by a launcher). They are known by the session that the sandbox process opened, or by a variable in the
environment they got from it.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

MARK = "DISCLOSURE_SANDBOX"
"""Variable that everything started in a sandbox process has: the process's private folder."""

SOCKETS = Path("/tmp")  # noqa: S108 -- LibreOffice decides
"""Where LibreOffice makes its socket, whatever the environment says."""

_OFFICE_SOCKETS = "OSL_PIPE_*"
_ROUNDS = 5


def sweep(folder: Path) -> None:
    """End the programs and remove the folders of all processes in a sandbox's folder that are gone.

    Args:
        folder: the sandbox's private folder; a process's own one is named by its number.
    """
    for own in tuple(folder.iterdir()) if folder.is_dir() else ():
        if own.name.isdigit() and not Path("/proc", own.name).exists():
            end_programs(own)
            shutil.rmtree(own, ignore_errors=True)


def remove_sockets() -> None:
    """Remove this account's LibreOffice sockets that nobody listens to: one that was killed left its own."""
    found = [path for path in SOCKETS.glob(_OFFICE_SOCKETS) if _is_ours(path)]
    if found:
        used = Path("/proc/net/unix").read_text(errors="replace")
        for path in found:
            if str(path) not in used:
                path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid()


def end_programs(own: Path) -> None:
    """Kill what a dead sandbox process had started.

    Args:
        own: the dead process's folder.
    """
    for _ in range(_ROUNDS):  # a program may start another one while it is being killed
        left = tuple(_programs(own))
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                continue
        if not left:
            return


def _programs(own: Path) -> Iterator[int]:
    marks = (f"{MARK}={own}\0".encode(), f"{MARK}={own}/".encode())
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if state != "Z" and (session == own.name or _has((entry / "environ").read_bytes(), marks)):
                yield int(entry.name)
        except (OSError, ValueError):
            continue


def _has(environment: bytes, marks: tuple[bytes, ...]) -> bool:
    return any(mark in environment for mark in marks)
