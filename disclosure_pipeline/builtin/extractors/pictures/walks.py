"""The parts of a picture's file, byte by byte: every chunk, segment, block and dataset, and where the picture ends.

A library's list of known fields would miss the others.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

Field = tuple[str, bytes]
"""A name (never the author's words) and what stands there."""

EXIF = "exif"
"""Name of a field that is an EXIF block."""

MOST_UNPACKED = 4 << 20
"""Bytes that a compressed text chunk may unpack to."""


def plain_text(value: bytes) -> str | None:
    """The text of a field that is nothing but text, in UTF-8 or GB18030."""
    body = value.strip(b"\x00")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(sign.isprintable() or sign in "\r\n\t" for sign in text):
            return text
    return None


def fields_of(kind: str, data: bytes) -> tuple[list[Field], int]:
    """Every field beside the pixels, and where the picture ends.

    Args:
        kind: the format as PIL names it; of one that is not walked here there are no fields.
        data: the file.
    """
    walk = _WALKS.get(kind)
    return walk(data) if walk is not None else ([], len(data))


# ------------------------------------------------------------------------ PNG


def _png(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IEND":
            return fields, at
        name = kind.decode("latin-1")
        if kind == b"tEXt":
            fields.append(
                (
                    "png " + name,
                    body.partition(b"\0")[2].decode("latin-1").encode()
                    if _is_latin(body)
                    else body.partition(b"\0")[2],
                )
            )
            fields.append(("png keyword", _unusual(body.partition(b"\0")[0])))
        elif kind == b"zTXt":
            fields.append(("png " + name, _inflated(body.partition(b"\0")[2][1:])))
        elif kind == b"iTXt":
            fields += [("png " + name, piece) for piece in _itxt(body)]
        elif kind == b"eXIf":
            fields.append((EXIF, body))
        elif kind not in _PNG_TECHNICAL:
            fields.append(("png chunk", body))
    return fields, len(data)


_PNG_TECHNICAL = (
    b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"hIST", b"pHYs",
    b"sPLT", b"tIME", b"acTL", b"fcTL", b"fdAT", b"cICP", b"mDCV", b"cLLI",
)  # fmt: skip
_USUAL_KEYWORDS = (
    b"Title", b"Author", b"Description", b"Copyright", b"Creation Time", b"Software", b"Disclaimer", b"Warning",
    b"Source", b"Comment", b"XML:com.adobe.xmp", b"date:create", b"date:modify", b"date:timestamp",
)  # fmt: skip


def _is_latin(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return plain_text(body) is None
    return False


def _unusual(keyword: bytes) -> bytes:
    return b"" if keyword in _USUAL_KEYWORDS else keyword


def _itxt(body: bytes) -> list[bytes]:
    keyword, _, rest = body.partition(b"\0")
    compressed, rest = rest[:1] == b"\1", rest[2:]
    _, _, rest = rest.partition(b"\0")  # language
    translated, _, text = rest.partition(b"\0")
    return [_inflated(text) if compressed else text, translated, _unusual(keyword)]


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MOST_UNPACKED)
    except zlib.error:
        return data


# ----------------------------------------------------------------------- JPEG


def _jpeg(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            return fields, at + 2
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:
            at = _after_scan(data, at)
        elif marker == 0xFE:
            fields.append(("jpeg comment", body))
        elif marker == 0xE1 and body.startswith(b"Exif\0"):
            fields.append((EXIF, body))
        elif 0xE0 <= marker <= 0xEF and not body.startswith(_JPEG_TECHNICAL):
            fields.append((f"jpeg app{marker - 0xE0}", body.removeprefix(b"http://ns.adobe.com/xap/1.0/\0")))
    return fields, len(data)


_JPEG_TECHNICAL = (b"JFIF\0", b"JFXX\0", b"ICC_PROFILE\0", b"Adobe", b"MPF\0", b"Ducky")


def _after_scan(data: bytes, at: int) -> int:
    """The next marker behind entropy-coded data."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] not in (0x00, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def photoshop(data: bytes) -> Iterator[Field]:
    """The resources of an image resource block; IPTC by its datasets."""
    at = data.find(b"8BIM")
    while at >= 0 and at + 12 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = data[at + 7 : at + 7 + data[at + 6]]
        at += 6 + (len(name) + 2) // 2 * 2
        size = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 4 + size]
        yield "photoshop name", name
        if number == 0x0404:
            yield from iptc(body)
        elif number not in (0x040C, 0x0409, 0x040F, 0x0425):
            yield f"photoshop {number}", body
        at = data.find(b"8BIM", at + 4 + size)


def iptc(data: bytes) -> Iterator[Field]:
    """The datasets of an IPTC block."""
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at + 1 : at + 3] not in (b"\x01\x5a", b"\x02\x00"):
            yield f"iptc {data[at + 1]}:{data[at + 2]}", data[at + 5 : at + 5 + size]
        at += 5 + size


# ------------------------------------------------------------ GIF, BMP, WebP


def _gif(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    at = 13 + _palette(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return fields, at + 1
        if kind == 0x2C:
            _, at = _blocks(data, at + 11 + _palette(data[at + 9]))
        elif kind == 0x21:
            label = data[at + 1]
            body, at = _blocks(data, at + 2)
            if label == 0xFF and body.startswith((b"NETSCAPE", b"ANIMEXTS", b"ICCRGBG1")):
                continue
            if label != 0xF9:
                fields.append(({0xFE: "gif comment", 0x01: "gif text"}.get(label, "gif extension"), body))
        else:
            return fields, at
    return fields, len(data)


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    body = bytearray()
    while at < len(data) and data[at]:
        body += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return bytes(body), at + 1


def _bmp(data: bytes) -> tuple[list[Field], int]:
    """Bytes between header and pixels, and behind the pixels."""
    pixels, header = struct.unpack_from("<I", data, 10)[0], struct.unpack_from("<I", data, 14)[0]
    wide, high, _, depth, packed, size = (
        struct.unpack_from("<iiHHII", data, 18) if header >= 40 else (0, 0, 1, 24, 0, 0)
    )
    row = (abs(wide) * depth + 31) // 32 * 4
    end = pixels + (size if packed else row * abs(high))
    colours = struct.unpack_from("<I", data, 46)[0] if header >= 40 else 0
    table = (
        14
        + header
        + 4 * (colours or (1 << depth if depth <= 8 else 0))
        + (12 if packed == 3 and header == 40 else 0)
    )
    return [("bmp gap", data[table:pixels])], end


def _webp(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    at = 12
    while at + 8 <= end:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"EXIF":
            fields.append((EXIF, data[at + 8 : at + 8 + size]))
        elif kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            fields.append(("webp chunk", data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return fields, end


_WALKS: dict[str, Callable[[bytes], tuple[list[Field], int]]] = {
    "PNG": _png, "JPEG": _jpeg, "MPO": _jpeg, "GIF": _gif, "BMP": _bmp, "WEBP": _webp,
}  # fmt: skip
