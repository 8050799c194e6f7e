"""A filter on system calls (seccomp): no network, no look into other processes, no way to widen it.

A process cannot take the filter off again, and its children have it too. What stays possible is what readers
and the programs that they start need: files, threads, children, pipes, and unix sockets between one's own
processes. Connecting to a unix socket is refused, and so are datagrams: a service of the machine (the system log,
a desktop bus, a database) would answer there as readily as on the network.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_GET_ACTION_AVAIL = 2
_EVERY_THREAD = 1

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Offsets in ``struct seccomp_data``; of arguments the lower half (both machines are little-endian)."""

_SOCKET_TYPES = 0xF
_X32_CALLS = 0x40000000
_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True, slots=True)
class Machine:
    """Numbers of system calls on one architecture.

    Args:
        audit: the architecture as the kernel names it to a filter.
        seccomp: number of ``seccomp`` itself.
        socket: ``socket``. socketpair: ``socketpair``. connect: ``connect``.
        clone: ``clone``.
        refused: calls that are refused whatever their arguments.
    """

    audit: int
    seccomp: int
    socket: int
    socketpair: int
    connect: int
    clone: int
    refused: tuple[int, ...]


_CLONE3 = 435
_ALIKE = (425, 426, 427, 428, 429, 430, 432, 433, 438, 442)
"""Same numbers everywhere: ``io_uring_*``, ``open_tree``, ``move_mount``, ``fsopen``, ``fsmount``, ``fspick``,
``pidfd_getfd``, ``mount_setattr``."""

MACHINES = {
    # ptrace, pivot_root, chroot, mount, umount2, init_module, delete_module, kexec_load, add_key, request_key,
    # keyctl, unshare, perf_event_open, open_by_handle_at, setns, process_vm_readv, process_vm_writev, kcmp,
    # finit_module, kexec_file_load, bpf, userfaultfd
    "x86_64": Machine(
        0xC000003E, 317, 41, 53, 42, 56,
        (101, 155, 161, 165, 166, 175, 176, 246, 248, 249, 250, 272, 298, 304, 308, 310, 311, 312, 313, 320, 321,
         323, *_ALIKE),
    ),
    "aarch64": Machine(
        0xC00000B7, 277, 198, 199, 203, 220,
        (117, 41, 51, 40, 39, 105, 106, 104, 217, 218, 219, 97, 241, 265, 268, 270, 271, 272, 273, 294, 280, 282,
         *_ALIKE),
    ),
}  # fmt: skip
"""By the name that ``uname`` gives."""


def program(machine: Machine) -> bytes:
    """The filter as the kernel wants it: an array of ``struct sock_filter``.

    Args:
        machine: whose numbers it uses; calls of any other architecture are refused.
    """
    steps: list[tuple[int, int, str, str]] = [
        (_LOAD, _ARCHITECTURE, "", ""),
        (_EQUAL, machine.audit, "", "refuse"),
        (_LOAD, _NUMBER, "", ""),
        (_AT_LEAST, _X32_CALLS, "refuse", ""),
        *((_EQUAL, number, "refuse", "") for number in machine.refused),
        # The C library falls back to `clone`, whose flags a filter can see.
        (_EQUAL, _CLONE3, "unknown", ""),
        (_EQUAL, machine.connect, "nobody", ""),
        (_EQUAL, machine.clone, "clone", ""),
        (_EQUAL, machine.socket, "socket", ""),
        (_EQUAL, machine.socketpair, "socket", "allow"),
    ]
    labels = {"clone": len(steps)}
    steps += [(_LOAD, _FIRST, "", ""), (_ANY_BIT, _CLONE_NEWUSER, "refuse", "allow")]
    labels["socket"] = len(steps)
    steps += [
        (_LOAD, _FIRST, "", ""),
        (_EQUAL, socket.AF_UNIX, "", "refuse"),
        (_LOAD, _SECOND, "", ""),
        (_AND, _SOCKET_TYPES, "", ""),
        (_EQUAL, socket.SOCK_DGRAM, "refuse", "allow"),
    ]
    for label, answer in (
        ("allow", _ALLOW),
        ("refuse", _ERRNO | errno.EPERM),
        ("unknown", _ERRNO | errno.ENOSYS),
        ("nobody", _ERRNO | errno.ECONNREFUSED),
    ):
        labels[label] = len(steps)
        steps.append((_RETURN, answer, "", ""))
    return b"".join(
        struct.pack("<HBBI", code, *(labels[to] - at - 1 if to else 0 for to in (yes, no)), operand)
        for at, (code, operand, yes, no) in enumerate(steps)
    )


def available() -> bool:
    """Whether this kernel and machine can filter; nothing is changed."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    answer = ctypes.c_uint32(_ERRNO)
    return _system_call(machine.seccomp, _SECCOMP_GET_ACTION_AVAIL, 0, ctypes.byref(answer)) == 0


def apply() -> bool:
    """Put the filter on this process and all its threads, for good.

    Returns:
        Whether it is on.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None or not forbid_new_privileges():
        return False
    code = program(machine)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    return _system_call(machine.seccomp, _SECCOMP_SET_MODE_FILTER, _EVERY_THREAD, described) == 0


def forbid_new_privileges() -> bool:
    """No program that this process starts gets more rights than it has (set-user-id and the like)."""
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _system_call(number: int, *arguments: object) -> int:
    try:
        return int(ctypes.CDLL(None).syscall(number, *arguments))
    except (OSError, AttributeError):
        return -1
