"""The parts of a picture's file, byte by byte: every chunk, segment, block and dataset, and where the picture ends.

A library's list of known fields would miss the others.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.pictures.unpacking import inflated_rest
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.shared.packed_words import sweep_packed

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


def weighed(name: str, data: bytes, *, packed: bool = False) -> list[Field]:
    """What is surely text among numbers; rows of neighbouring ones, as colours have them, are none.

    Args:
        name: of the field.
        data: the bytes.
        packed: whether they are packed, as most pixels are.
    """
    swept = sweep_packed(data) if packed else sweep(data)
    found = (run for run in swept if list(run) not in (sorted(run), sorted(run, reverse=True)))
    return [(name, run.encode()) for run in dict.fromkeys(found)]


def in_profile(name: str, data: bytes) -> list[Field]:
    """Words in a colour profile (ICC.1, 7.2) and behind the size that it gives itself; of anything else, all of it.

    What describes a profile is told from other words by no structure: what reads like a sentence or a number
    counts. Its tags of text hold ASCII, or UTF-16 whose high byte stands first; others hold rows of numbers.
    """
    if data[36:40] != b"acsp":
        return [(name, data)]
    size, count = int.from_bytes(data[:4], "big"), int.from_bytes(data[128:132], "big")
    fields = weighed(name, data[:size], packed=True)
    for at in range(132, 132 + 12 * min(count, _MOST_TAGS), 12):
        start, length = _pair(data, at + 4)
        tag = data[start : start + min(length, _LONGEST_TAG)]
        if tag.startswith(_TAGS_OF_TEXT):
            swapped = bytearray(tag[: len(tag) & ~1])
            swapped[::2], swapped[1::2] = swapped[1::2], swapped[::2]
            fields += [*weighed(name, tag), *weighed(name, bytes(swapped))]
    return [*fields, (name, data[size:])]


_MOST_TAGS, _LONGEST_TAG = 100, 1 << 16
_TAGS_OF_TEXT = (b"desc", b"text", b"mluc", b"dict", b"utf8", b"utf1", b"zut8")


# ------------------------------------------------------------------------ PNG


def _png(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    # Of the picture and of each frame: bytes that its pixels take, and its pieces.
    streams: list[tuple[int, list[bytes]]] = []
    head, at = b"", 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if not kind.isalpha():
            fields.append(("png gap", data[at:]))
            break
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IEND":
            return [*fields, *_png_pixels(streams)], min(at, len(data))
        if kind == b"PLTE" and head[9:10] == _COLOURS_OF_A_TABLE:
            body = body[_PNG_NUMBERS[kind] :]  # its bytes are colours that show
        if kind == b"IHDR":
            head = body
        elif kind == b"fcTL" and streams:
            streams.append((_png_need(head, *_pair(body, 4)), []))
        elif kind == b"IDAT" and not streams:
            streams.append((_png_need(head, *_pair(head, 0)), []))
        if kind == b"IDAT":
            streams[0][1].append(body)
        elif kind == b"fdAT" and streams:
            streams[-1][1].append(body[4:])
        else:
            fields += _png_chunk(kind, body)
    return [*fields, *_png_pixels(streams)], len(data)


def _png_chunk(kind: bytes, body: bytes) -> Iterator[Field]:
    """The fields of a chunk that holds no pixels."""
    name, (keyword, _, rest) = "png " + kind.decode("latin-1"), body.partition(b"\0")
    if kind == b"tEXt":
        yield name, rest.decode("latin-1").encode() if _is_latin(body) else rest
        yield "png keyword", _unusual(keyword)
    elif kind in (b"zTXt", b"iCCP"):
        yield "png keyword", _unusual(keyword)
        text, *behind = _inflated(rest[1:])
        yield from [(name, text)] if kind == b"zTXt" else in_profile(name, text)
        yield from ((name, piece) for piece in behind)
    elif kind == b"iTXt":
        yield from ((name, piece) for piece in _itxt(body))
    elif kind == b"sPLT":
        yield "png keyword", keyword
        yield from weighed(name, rest)
    elif kind == b"eXIf":
        yield EXIF, body
    elif kind in _PNG_NUMBERS:
        most = _PNG_NUMBERS[kind]
        yield from weighed(name, body[:most])
        yield "png chunk", body[most:]
    else:
        yield "png chunk", body


def _png_pixels(streams: list[tuple[int, list[bytes]]]) -> Iterator[Field]:
    """What stands behind the pixels in their chunks, and what is unpacked beyond the last row."""
    for need, pieces in streams:
        surplus, behind = inflated_rest(b"".join(pieces), need)
        yield from weighed("png rows", surplus)
        yield "png pixels", behind


def _pair(body: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(body[at : at + 4], "big"), int.from_bytes(body[at + 4 : at + 8], "big")


def _png_need(head: bytes, wide: int, high: int) -> int:
    """Bytes that pixels take, unpacked: each row has a byte in front; those of seven passes (Adam7) are shorter."""
    if len(head) < 13:
        return 0
    bits = head[8] * _PNG_SAMPLES.get(head[9], 1)
    passes = _PNG_PASSES if head[12] else ((0, 0, 1, 1),)
    sizes = ((-(-(wide - x) // across), -(-(high - y) // down)) for x, y, across, down in passes)
    return sum((1 + -(-columns * bits // 8)) * rows for columns, rows in sizes if columns > 0 and rows > 0)


_COLOURS_OF_A_TABLE = b"\3"
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
_PNG_NUMBERS = {
    b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"bKGD": 6, b"hIST": 512,
    b"pHYs": 9, b"tIME": 7, b"acTL": 8, b"fcTL": 26, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"fdAT": 4,
}  # fmt: skip
"""Chunks of numbers, and how many bytes those take at most."""
_USUAL_KEYWORDS = (
    b"Title", b"Author", b"Description", b"Copyright", b"Creation Time", b"Software", b"Disclaimer", b"Warning",
    b"Source", b"Comment", b"XML:com.adobe.xmp", b"date:create", b"date:modify", b"date:timestamp",
    b"ICC Profile", b"ICC profile", b"icc", b"Photoshop ICC profile",
    *(b"Raw profile type " + kind for kind in (b"exif", b"iptc", b"8bim", b"xmp", b"app1", b"APP1", b"icc", b"icm")),
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
    return [*(_inflated(text) if compressed else [text]), translated, _unusual(keyword)]


def _inflated(data: bytes) -> list[bytes]:
    """What a stream holds, and the bytes behind its end; of a broken one the bytes as they stand.

    Raises:
        ValueError: it unpacks to more than words would.
    """
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, MOST_UNPACKED)
    except zlib.error as error:
        check_memory(error)
        return [data]
    if stream.unconsumed_tail:
        raise ValueError("a text that unpacks without end")
    return [text, stream.unused_data]


# ----------------------------------------------------------------------- JPEG


def _jpeg(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    profile, at, end = bytearray(), 2, len(data)
    while at + 4 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF:
            following = data.find(b"\xff", at)
            following = len(data) if following < 0 else following
            fields.append(("jpeg gap", data[at:following]))
            at = following
        elif marker == 0xD9:
            end = at + 2
            break
        elif marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
        else:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            body = data[at + 4 : at + 2 + length]
            at += 2 + length
            if body.startswith(_JPEG_PROFILE):
                profile += body[len(_JPEG_PROFILE) + 2 :]
            else:
                fields += _jpeg_segment(marker, body)
            if marker == 0xDA:
                scan, at = at, _after_scan(data, at)
                fields += weighed("jpeg pixels", data[scan:at], packed=True)
    return fields + (in_profile("jpeg profile", bytes(profile)) if profile else []), end


def _jpeg_segment(marker: int, body: bytes) -> list[Field]:
    if marker == 0xFE:
        return [("jpeg comment", body)]
    if marker == 0xE1 and body.startswith(b"Exif\0"):
        return [(EXIF, body)]
    if not 0xE0 <= marker <= 0xEF or body.startswith(_JPEG_TECHNICAL):
        return weighed("jpeg segment", body)
    return [(f"jpeg app{marker - 0xE0}", body.removeprefix(b"http://ns.adobe.com/xap/1.0/\0"))]


_JPEG_PROFILE = b"ICC_PROFILE\0"
_JPEG_TECHNICAL = (b"JFIF\0", b"JFXX\0", b"Adobe", b"MPF\0", b"Ducky")


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
            pixels, at = _blocks(data, at + 11 + _palette(data[at + 9]))
            fields += weighed("gif pixels", pixels, packed=True)
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


_BMP_PACKED = (1, 2, 4, 5)
"""Run lengths, JPEG and PNG; what else is said of the colours leaves the pixels as they are."""


def _bmp(data: bytes) -> tuple[list[Field], int]:
    """Bytes between header and pixels, and behind the pixels."""
    pixels, header = struct.unpack_from("<I", data, 10)[0], struct.unpack_from("<I", data, 14)[0]
    wide, high, _, depth, packed, size = (
        struct.unpack_from("<iiHHII", data, 18) if header >= 40 else (0, 0, 1, 24, 0, 0)
    )
    row = (abs(wide) * depth + 31) // 32 * 4
    end = pixels + (size if packed in _BMP_PACKED else row * abs(high))
    colours = struct.unpack_from("<I", data, 46)[0] if header >= 40 else 0
    table = (
        14
        + header
        + 4 * (colours or (1 << depth if depth <= 8 else 0))
        + (12 if packed == 3 and header == 40 else 0)
    )
    runs = weighed("bmp pixels", data[pixels:end]) if packed in _BMP_PACKED else []
    return [("bmp gap", data[table:pixels]), *runs], end


def _webp(data: bytes) -> tuple[list[Field], int]:
    fields: list[Field] = []
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    at = 12
    while at + 8 <= end:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"EXIF":
            fields.append((EXIF, data[at + 8 : at + 8 + size]))
        elif kind == b"ICCP":
            fields += in_profile("webp profile", data[at + 8 : at + 8 + size])
        elif kind in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"):
            fields += weighed("webp pixels", data[at + 8 : at + 8 + size], packed=True)
        else:
            fields.append(("webp chunk", data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return fields, end


_WALKS: dict[str, Callable[[bytes], tuple[list[Field], int]]] = {
    "PNG": _png, "JPEG": _jpeg, "MPO": _jpeg, "GIF": _gif, "BMP": _bmp, "WEBP": _webp,
}  # fmt: skip
