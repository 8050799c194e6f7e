"""Old binary formats and rich text: tables in circles, groups and properties without number."""

from __future__ import annotations

import io
import struct

from tests.hiding import msg_file
from tests.hostile.case import BOMB, BROKEN, LARGE, MARKER, PICTURE, READ, Hostile
from tests.hostile.zips import MEGA, docx


def _ole(fat: bytes, directory: bytes = b"") -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 0x1000, 2, 1, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    return header + fat.ljust(512, b"\xff") + directory.ljust(512, b"\0")


def _looping_fat() -> bytes:
    name = "WordDocument".encode("utf-16-le")
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 22, 5, 1)
    root += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1) + b"\0" * 36 + struct.pack("<II", 2, 2**31)
    entry = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, 2, 1)
    entry += struct.pack("<III", 1, 1, 1) + b"\0" * 36 + struct.pack("<II", 2, 2**31)
    # Sectors 1 and 2 follow each other for ever; the entry is its own sibling.
    return _ole(
        struct.pack("<IIII", 0xFFFFFFFD, 2, 1, 0xFFFFFFFF), root.ljust(128, b"\0") + entry.ljust(128, b"\0")
    )


def _protected(data: bytes) -> bytes:
    import msoffcrypto

    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt("unknown", out)
    return out.getvalue()


def _message(**extra: bytes) -> bytes:
    return msg_file.compound_file(msg_file.message(extra=extra))


def _looping_message() -> bytes:
    """A message whose table of sectors sends every chain back to the first sector of the table's own."""
    data = bytearray(_message())
    (first,) = struct.unpack_from("<I", data, 0x4C)
    start = 512 * (first + 1)
    for at in range(start, start + 512, 4):
        if struct.unpack_from("<I", data, at)[0] < 0xFFFFFFFA:
            struct.pack_into("<I", data, at, 1)
    return bytes(data)


def _many_properties() -> bytes:
    header = b"\0" * 8 + struct.pack("<IIII", 2**31, 2**31, 2**31, 2**31) + b"\0" * 8
    entry = struct.pack("<II", 0x0037001F, 6) + struct.pack("<II", 2**31, 0)
    return _message(**{"__properties_version1.0": header + entry * 50_000, **msg_file.stream(0x1000, MARKER)})


def rich() -> bytes:
    """A small harmless text."""
    return _rich("".join(f"\\u{ord(letter)}?" for letter in MARKER))


def _rich(text: str) -> bytes:
    return ("{\\rtf1\\ansi " + text + "}").encode("ascii")


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    ends = (
        *BOMB,
        *LARGE,
        *BROKEN,
        "office.missing",
        "legacy.unconverted",
        "ole.unread",
        "text.empty",
    )
    rich = (*ends, READ, "rtf.unread", "rtf.deep", "object.unread", "attachment.unread", *PICTURE)
    return (
        Hostile("allocation table in a circle", ".doc", _looping_fat, ends),
        Hostile("allocation table of noise", ".xls", lambda: _ole(b"\1\0\0\0" * 128, b"\xff" * 512), ends),
        Hostile("encrypted package", ".docx", lambda: _protected(docx()), ("file.encrypted",)),
        Hostile("message whose sectors loop", ".msg", _looping_message, (*ends, "file.partial", "attachment.unread")),
        Hostile("message of 50000 properties", ".msg", _many_properties, (*ends, READ, "file.partial", "attachment.unread")),
        Hostile("only a signature", ".ppt", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (*ends, "file.encrypted")),
        Hostile("a million groups", ".rtf", lambda: _rich("words " + "{\\b" * 1_000_000), rich),
        Hostile("groups without number", ".rtf", lambda: _rich("words " + "{\\b x}" * 1_000_000), LARGE),
        Hostile("object of noise", ".rtf", lambda: _rich("words {\\object{\\*\\objdata " + "ff" * MEGA + "}}"), rich),
        Hostile("bytes that are not there", ".rtf", lambda: _rich("words \\bin2147483647 x"), ("rtf.truncated",)),
        Hostile("skipped characters without end", ".rtf", lambda: _rich("words \\uc2147483647\\u21704 " + "x" * 1000), rich),
        Hostile("table of fonts without end", ".rtf", lambda: _rich(
            "{\\fonttbl" + "".join(f"{{\\f{n} F;}}" for n in range(60_000)) + "}words"), rich),
    )  # fmt: skip
