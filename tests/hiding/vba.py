"""Writes macro projects ([MS-OVBA]) in small: module sources, and what a form keeps beside them."""

from __future__ import annotations

import struct

from tests.hiding.msg_file import Tree, compound_file


def compressed(data: bytes) -> bytes:
    """Compression in its plainest form: one chunk of literals (at most 3,600 bytes)."""
    assert len(data) <= 3600
    groups = b"".join(b"\x00" + data[at : at + 8] for at in range(0, len(data), 8))
    return b"\x01" + struct.pack("<H", (len(groups) - 1) | 0xB000) + groups


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _directory(modules: dict[str, str], cached: int) -> bytes:
    records = (
        _record(0x01, struct.pack("<I", 3)) + _record(0x02, struct.pack("<I", 0x804))
        + _record(0x14, struct.pack("<I", 0x804)) + _record(0x03, struct.pack("<H", 936))
        + _record(0x04, b"Project") + _record(0x05, b"") + _record(0x40, b"") + _record(0x06, b"")
        + _record(0x3D, b"") + _record(0x07, bytes(4)) + _record(0x08, bytes(4))
        + struct.pack("<HIIH", 0x09, 4, 1_600_000_000, 4) + _record(0x0C, b"") + _record(0x3C, b"")
        + _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, b"\xff\xff")
    )  # fmt: skip
    for name in modules:
        narrow, wide = name.encode("gbk"), name.encode("utf-16-le")
        records += (
            _record(0x19, narrow) + _record(0x47, wide) + _record(0x1A, narrow) + _record(0x32, wide)
            + _record(0x1C, b"") + _record(0x48, b"") + _record(0x31, struct.pack("<I", cached))
            + _record(0x1E, bytes(4)) + _record(0x2C, b"\xff\xff") + _record(0x21, b"") + _record(0x2B, b"")
        )  # fmt: skip
    return records + _record(0x10, b"")


def project(modules: dict[str, str], *, cached: bytes = b"\x01\x16\x03", more: Tree | None = None) -> bytes:
    """``vbaProject.bin``.

    Args:
        modules: sources by name.
        cached: compiled code before each source. more: further streams and storages.
    """
    sources = {name: cached + compressed(text.encode("gbk")) for name, text in modules.items()}
    names = "".join(f"Module={name}\r\n" for name in modules)
    folder: Tree = {
        "dir": compressed(_directory(modules, len(cached))),
        "_VBA_PROJECT": b"\xcc\x61\xff\xff\x00\x00\x00",
        **sources,
    }
    about = f'ID="{{00000000-0000-0000-0000-000000000000}}"\r\n{names}Name="Project"\r\n'.encode("gbk")
    return compound_file({"VBA": folder, "PROJECT": about, **(more or {})})
