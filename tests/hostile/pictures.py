"""Pictures that unpack without end, lie about their size or are something else, too."""

from __future__ import annotations

import io
import struct
import zlib

from tests.hostile.case import BOMB, BROKEN, LARGE, MARKER, PICTURE, Hostile
from tests.hostile.pdfs import zeros
from tests.hostile.zips import MEGA, docx, zipped


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, packed: bytes, more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + more + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    )


def _tiff(pages: int, loop: bool) -> bytes:
    """Pages of one pixel; the last one points back to the first if they loop."""
    entries = (
        (256, 4, 1),
        (257, 4, 1),
        (258, 3, 1),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 1),
        (279, 4, 1),
    )
    size = 2 + 12 * len(entries) + 4
    data = [b"II*\0" + struct.pack("<I", 16) + b"\xff" + b"\0" * 7]
    for page in range(pages):
        following = 16 + size * (page + 1) if page + 1 < pages else 16 if loop else 0
        rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        data.append(struct.pack("<H", len(entries)) + rows + struct.pack("<I", following))
    return b"".join(data)


def _animated(frames: int) -> bytes:
    frame = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    refused = (*LARGE, *BOMB, *BROKEN, *PICTURE)
    return (
        Hostile("png of 100000 x 100000", ".png", lambda: _png(100_000, 100_000, zeros(64 * MEGA)), refused),
        Hostile("png whose words unpack without end", ".png", lambda: _png(2, 2, zlib.compress(b"\0" * 6), _comment()), refused),
        Hostile("png whose profile unpacks without end", ".png", lambda: _png(2, 2, zlib.compress(b"\0" * 6), _profile()), refused),
        Hostile("png in a docx", ".docx", lambda: docx(word__media__a_dot_png=_png(100_000, 100_000, zeros(64 * MEGA))), (
            *refused, "hidden.content")),
        Hostile("tiff of 50000 pages", ".tiff", lambda: _tiff(50_000, loop=False), refused),
        Hostile("tiff whose pages loop", ".tiff", lambda: _tiff(3, loop=True), refused),
        Hostile("gif of 100000 frames", ".gif", lambda: _animated(100_000), (*refused, "file.unknown")),
        Hostile("bmp that lies", ".bmp", lambda: b"BM" + struct.pack(
            "<IIIIiiHHIIiiII", 54, 0, 54, 40, 2**31 - 1, -(2**31), 1, 32, 0, 0, 0, 0, 0, 0), refused),
        Hostile("jpeg of nothing", ".jpg", lambda: b"\xff\xd8\xff\xe0" + b"\xff" * MEGA, refused),
        Hostile("jpeg and zip in one", ".jpg", lambda: _jpeg() + zipped({"payload.txt": MARKER}), refused),
        Hostile("gif and script in one", ".gif", lambda: b"GIF89a=/*" + b"\0" * 20 + b"*/1;alert(1)//", (
            *refused, "file.unknown", "text.binary")),
    )  # fmt: skip


def _comment() -> bytes:
    return _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * (200 * MEGA), 1))


def _profile() -> bytes:
    return _chunk(b"iCCP", b"p\0\0" + zeros(64 * MEGA))


def picture() -> bytes:
    """A small harmless picture."""
    return _png(8, 8, zlib.compress((b"\0" + b"\xc8" * 8) * 8))


def _jpeg() -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (40, 40), 200).save(buffer, "JPEG")
    return buffer.getvalue()
