"""Which files a process may touch (Landlock, Linux 5.13 and later), set by the process itself and for good.

What is not named cannot be opened, listed, made, changed or removed; children inherit it. Newer kernels add:
no TCP, no signals to processes outside, no abstract unix sockets of others.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.hooks import syscall_filter

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ABI = 1
_BENEATH = 1

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_SOCKET = 1 << 5, 1 << 9
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL

_LOOK = _READ | _LIST
_RIGHTS_BY_ABI = ((5, 0xFFFF), (3, 0x7FFF), (2, 0x3FFF), (1, 0x1FFF))
_TCP, _TCP_SINCE = 3, 4
_SCOPES, _SCOPES_SINCE = 3, 6


@dataclass(frozen=True, slots=True)
class Paths:
    """What a process may touch; paths that are not there are left out.

    Args:
        readable: files and folders (with all beneath) that may be read.
        runnable: such that may also be run.
        listed: folders whose names may be seen, of which nothing else may be read.
        writable: files and folders in which anything may be made, changed and removed.
        sockets: folders in which sockets may be made, and (the kernel knows no finer right) files removed.
    """

    readable: tuple[Path, ...] = ()
    runnable: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    sockets: tuple[Path, ...] = ()


def version() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    return max(0, _system_call(_CREATE, None, 0, _ABI))


def restrict(paths: Paths) -> bool:
    """Confine the calling thread, and whatever it starts, to these paths.

    The process must have one thread: others would stay free.

    Returns:
        Whether it is confined.
    """
    abi = version()
    if not abi or _threads() > 1:
        return False
    handled = next(rights for since, rights in _RIGHTS_BY_ABI if abi >= since)
    attributes = struct.pack("<Q", handled)
    if abi >= _TCP_SINCE:
        attributes += struct.pack("<Q", _TCP)
    if abi >= _SCOPES_SINCE:
        attributes += struct.pack("<Q", _SCOPES)
    rules = _system_call(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        _allow(rules, paths.readable, _LOOK)
        _allow(rules, paths.runnable, _LOOK | _EXECUTE)
        _allow(rules, paths.listed, _LIST)
        _allow(rules, paths.writable, handled & ~_EXECUTE)
        _allow(rules, paths.sockets, _MAKE_SOCKET | _REMOVE_FILE)
        return syscall_filter.forbid_new_privileges() and _system_call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _threads() -> int:
    """Threads of this process; one that was confined by its parent cannot look, and is bound already."""
    try:
        return len(tuple(Path("/proc/self/task").iterdir()))
    except PermissionError:
        return 1


def _allow(rules: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            folder = stat.S_ISDIR(os.fstat(opened).st_mode)
            given = rights if folder else rights & _OF_FILES
            # A right that could not be given is one less: the process stays confined.
            _system_call(_ADD, rules, _BENEATH, struct.pack("<Qi", given, opened), 0)
        finally:
            os.close(opened)


def _system_call(number: int, *arguments: object) -> int:
    try:
        return int(ctypes.CDLL(None).syscall(number, *arguments))
    except (OSError, AttributeError):
        return -1
