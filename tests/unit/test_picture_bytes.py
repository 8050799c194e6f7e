"""Bytes that a picture's structure calls pixels, colours or numbers, and that are words."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.pdf.pictures import picture_words
from disclosure_pipeline.builtin.extractors.pictures import metadata
from disclosure_pipeline.builtin.extractors.pictures.pictures import open_picture
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings

WORDS = "举报人张小明，家住人民路三号"
LIMITS = Limits.of(ExtractionSettings().model_dump())
PACKINGS = (
    "raw",
    "tiff_lzw",
    "tiff_adobe_deflate",
    "tiff_deflate",
    "packbits",
    "jpeg",
    "group4",
    "group3",
    "tiff_ccitt",
)


def beside(data: bytes) -> Text:
    """What is read beside the pixels."""
    out = Collector("image", "test", LIMITS)
    out.add("正文", "body", "document")
    with open_picture(data, LIMITS.max_pixels) as picture:
        surplus = metadata.read(out, "picture", data, picture)
    metadata.sweep(out, "picture", surplus, "after the end")
    return out.text()


def codes(text: Text) -> list[str]:
    return [doubt.code for doubt in text.doubts]


def noise(mode: str = "RGB", size: tuple[int, int] = (301, 203)) -> Image.Image:
    """A picture that no packing makes much smaller, the same each time."""
    pixels = random.Random(4).randbytes(3 * size[0] * size[1])
    return Image.frombytes("RGB", size, pixels).convert(mode)


def stored(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


# ------------------------------------------------------------------------ PNG


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    *more: bytes, pixels: Callable[[bytes], bytes] = lambda packed: packed, interlaced: bool = False
) -> bytes:
    """A PNG of 40 by 30 grey pixels, with more chunks before its pixels."""
    rows = b"".join(b"\0" + bytes(range(at, at + 40)) for at in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)
    if interlaced:
        head, rows = head[:-1] + b"\1", bytes(_interlaced(40, 30))
    body = pixels(zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), *more, chunk(b"IDAT", body), chunk(b"IEND", b""))
    )


def _interlaced(wide: int, high: int) -> int:
    """Bytes of the rows of the seven passes, one sample of eight bits each, counted pixel by pixel."""
    grid = (
        "16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777",
    )  # fmt: skip
    rows = {(grid[y % 8][x % 8], y) for y in range(high) for x in range(wide)}
    return wide * high + len(rows)


def animated(words: bytes) -> bytes:
    """A PNG of two frames; words stand behind the pixels of the second."""
    frames = stored(
        noise("L", (60, 40)), "PNG", save_all=True, append_images=[noise("L", (60, 40)).rotate(180)]
    )
    at = frames.rindex(b"fdAT") - 4
    (length,) = struct.unpack_from(">I", frames, at)
    return frames[:at] + chunk(b"fdAT", frames[at + 8 : at + 8 + length] + words) + frames[at + 12 + length :]


def profile(tag: bytes) -> bytes:
    """A colour profile (ICC.1, 7.2) of one tag."""
    table = (1).to_bytes(4, "big") + b"desc" + (144).to_bytes(4, "big") + len(tag).to_bytes(4, "big")
    return (144 + len(tag)).to_bytes(4, "big").ljust(36, b"\0") + b"acsp".ljust(92, b"\0") + table + tag


def described(words: str) -> bytes:
    """A tag of text in one language (ICC.1, 10.15)."""
    text = words.encode("utf-16-be")
    return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"zh", b"CN", len(text), 28) + text


BODY = WORDS.encode()
PNGS = {
    "name of a profile": png(chunk(b"iCCP", b"13812345678 Zhang\0\0" + zlib.compress(bytes(36) + b"acsp"))),
    "behind a profile": png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(36) + b"acsp") + BODY)),
    "no profile at all": png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(BODY))),
    "longer than a profile": png(
        chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"\0\0\0\x28".ljust(36) + b"acsp" + BODY))
    ),
    "in a profile": png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile(b"curv\0\0\0\0" + BODY)))),
    "text of a profile": png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile(described(WORDS))))),
    "name of a palette": png(chunk(b"sPLT", b"13812345678 Zhang\0\x08")),
    "colours of a palette": png(chunk(b"sPLT", b"x\0\x08" + BODY)),
    "a time of many bytes": png(chunk(b"tIME", bytes((7, 230, 1, 2, 3, 4, 5)) + BODY)),
    "colours that nobody needs": png(chunk(b"PLTE", BODY.ljust(48, b"\0"))),
    "behind the pixels": png(pixels=lambda packed: packed + BODY),
    "behind the pixels of seven passes": png(pixels=lambda packed: packed + BODY, interlaced=True),
    "rows below the last": png(pixels=lambda packed: zlib.compress(zlib.decompress(packed) + BODY)),
    "no pixels at all": png(pixels=lambda _: BODY),
    "behind a wrong checksum": png(pixels=lambda packed: packed[:-4] + b"????" + BODY),
    "between two chunks": png()[:-12] + BODY + png()[-12:],
    "behind the pixels of a frame": animated(BODY),
}


@pytest.mark.parametrize("data", PNGS.values(), ids=PNGS)
def test_words_in_a_png_are_read(data: bytes) -> None:
    texts = [segment.text for segment in beside(data).segments if not segment.visible]
    assert any(WORDS in text or "13812345678" in text for text in texts), texts


@pytest.mark.parametrize(
    "data",
    [
        png(),
        png(interlaced=True),
        png(pixels=lambda packed: packed + bytes(40)),
        stored(noise(), "PNG"),
        stored(noise("P"), "PNG"),
        stored(noise("1"), "PNG"),
        stored(noise().convert("RGBA"), "PNG"),
        stored(noise("L"), "PNG", save_all=True, append_images=[noise("L", (301, 203))]),
        stored(noise(), "JPEG", progressive=True),
        stored(noise(), "JPEG", optimize=True, icc_profile=profile(described("Display P3"))),
    ],
)
def test_pixels_and_colours_are_no_words(data: bytes) -> None:
    found = beside(data)
    assert [segment.text for segment in found.segments] == ["正文"]
    assert codes(found) == []


def test_pixels_that_unpack_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="without end"):
        beside(png(pixels=lambda _: zlib.compress(bytes(8 << 20))))


# ----------------------------------------------------------------------- JPEG


@pytest.mark.parametrize(
    "more",
    [BODY, b"\xff\xee" + struct.pack(">H", len(BODY) + 14) + b"Adobe\0\x64\0\0\0\0\1" + BODY],
    ids=["between two segments", "in a segment of numbers"],
)
def test_words_in_a_jpeg_are_read(more: bytes) -> None:
    data = stored(noise(), "JPEG")
    at = 4 + int.from_bytes(data[4:6], "big")
    found = beside(data[:at] + more + data[at:])
    assert [segment.place.kind for segment in found.segments if WORDS in segment.text] == ["metadata"]


def test_words_in_the_colour_profile_of_a_jpeg_are_read() -> None:
    data = stored(noise(), "JPEG", icc_profile=profile(described(WORDS)))
    found = beside(data)
    assert any(WORDS in segment.text for segment in found.segments)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "WEBP"])
def test_words_behind_the_last_pixel_of_packed_ones_are_read(kind: str) -> None:
    """They stand inside the data of the picture, where every viewer has stopped reading."""
    data = stored(noise("P") if kind == "GIF" else noise(), kind)
    if kind == "JPEG":
        data = data[:-2] + BODY + data[-2:]
    elif kind == "GIF":
        data = data[:-2] + bytes([len(BODY)]) + BODY + data[-2:]
    else:
        size = int.from_bytes(data[16:20], "little")
        pixels = data[20 : 20 + size] + BODY + b"\0" * ((size + len(BODY)) % 2)
        data = data[:16] + (size + len(BODY)).to_bytes(4, "little") + pixels
        data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    assert any(WORDS in segment.text for segment in beside(data).segments)


def test_words_behind_the_last_pixel_of_a_picture_in_a_pdf_are_read() -> None:
    data = stored(noise("L"), "JPEG")
    with pikepdf.new() as document:
        image = document.make_stream(data, Filter=pikepdf.Name.DCTDecode)
        assert list(picture_words(image)) == []
        image.write(data[:-2] + BODY + data[-2:], filter=pikepdf.Name.DCTDecode)
        ((detail, words),) = picture_words(image)
    assert detail == "in the pixels"
    assert WORDS in words


# ----------------------------------------------------------------------- TIFF


def directory(data: bytes) -> dict[int, tuple[int, int, int]]:
    """Of each tag of the first directory: where its entry stands, its type, how many numbers it holds."""
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    entries = (struct.unpack_from("<HHI", data, at + 2 + 12 * index) for index in range(count))
    return {tag: (at + 2 + 12 * index, kind, size) for index, (tag, kind, size) in enumerate(entries)}


def lengthened(data: bytes, words: bytes) -> bytes:
    """A TIFF whose last strip stands at the end of the file, and goes on with words."""
    tags, changed = directory(data), bytearray(data)
    last = {}
    for tag in (273, 279):
        at, kind, count = tags[tag]
        size, letter = {3: (2, "<H"), 4: (4, "<I")}[kind]
        start = at + 8 if count * size <= 4 else struct.unpack_from("<I", data, at + 8)[0]
        place = start + (count - 1) * size
        last[tag] = (place, letter, struct.unpack_from(letter, data, place)[0])
    start, length = last[273][2], last[279][2]
    changed += bytes(len(changed) % 2)
    struct.pack_into(last[273][1], changed, last[273][0], len(changed))
    struct.pack_into(last[279][1], changed, last[279][0], length + len(words))
    return bytes(changed) + data[start : start + length] + words


def tiff(packing: str, mode: str = "RGB") -> bytes:
    facsimile = packing in ("group4", "group3", "tiff_ccitt")
    return stored(noise("1" if facsimile else mode), "TIFF", compression=packing)


@pytest.mark.parametrize("packing", PACKINGS)
def test_words_behind_the_pixels_of_a_strip_are_read(packing: str) -> None:
    data = lengthened(tiff(packing), BODY)
    with (
        open_picture(data, LIMITS.max_pixels) as picture,
        open_picture(tiff(packing), LIMITS.max_pixels) as plain,
    ):
        assert picture.tobytes() == plain.tobytes(), "it shows something else"
    texts = [segment.text for segment in beside(data).segments if not segment.visible]
    assert any(WORDS in text for text in texts), texts


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "CMYK"])
@pytest.mark.parametrize("packing", PACKINGS[:5])
def test_strips_are_no_words(packing: str, mode: str) -> None:
    found = beside(tiff(packing, mode))
    assert [segment.text for segment in found.segments] == ["正文"]
    assert codes(found) == []


@pytest.mark.parametrize("packing", PACKINGS[5:])
def test_strips_of_scans_are_no_words(packing: str) -> None:
    found = beside(tiff(packing))
    assert [segment.text for segment in found.segments] == ["正文"]
    assert codes(found) == []


def test_words_below_the_last_row_are_read() -> None:
    data = tiff("tiff_adobe_deflate", "L")
    at, _, count = directory(data)[273]
    assert count == 1
    (start,) = struct.unpack_from("<I", data, at + 8)
    packed = zlib.compress(zlib.decompress(data[start:]) + BODY)
    changed = bytearray(data)
    struct.pack_into("<I", changed, at + 8, len(data))
    struct.pack_into("<I", changed, directory(data)[279][0] + 8, len(packed))
    assert any(WORDS in segment.text for segment in beside(bytes(changed) + packed).segments)


@pytest.mark.parametrize("kind", [2, 3])
def test_colours_that_are_words_are_read(kind: int) -> None:
    """A tag of pixels in a picture that has no use for it, told to be letters or numbers."""
    data = tiff("raw", "L")
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    value = BODY + bytes(len(BODY) % 2)
    size = len(value) // (2 if kind == 3 else 1)
    entries = data[at + 2 : at + 2 + 12 * count] + struct.pack("<HHII", 320, kind, size, len(data))
    rows = sorted(entries[place : place + 12] for place in range(0, len(entries), 12))
    rows.sort(key=lambda row: struct.unpack_from("<H", row)[0])
    moved = struct.pack("<H", count + 1) + b"".join(rows) + bytes(4)
    changed = bytearray(data + value)
    struct.pack_into("<I", changed, 4, len(changed))
    assert any(WORDS in segment.text for segment in beside(bytes(changed) + moved).segments)


def unseen(wide: int, high: int, body: bytes) -> bytes:
    """A TIFF with a directory of a picture that viewers do not show."""
    data = stored(noise("L"), "TIFF", tiffinfo={0x014A: 0})
    below = struct.pack("<H", 4)
    for tag, value in ((256, wide), (257, high), (273, len(data) + 54), (279, len(body))):
        below += struct.pack("<HHII", tag, 4, 1, value)
    changed = bytearray(data)
    struct.pack_into("<I", changed, directory(data)[0x014A][0] + 8, len(data))
    return bytes(changed) + below + bytes(4) + body


def test_a_picture_that_no_viewer_shows_is_a_doubt_and_its_bytes_are_read() -> None:
    found = beside(unseen(300, 200, BODY + bytes(60_000)))
    assert codes(found) == ["picture.unread"]
    assert any(WORDS in segment.text for segment in found.segments)
    assert codes(beside(unseen(64, 64, bytes(4096)))) == []


def test_strips_that_share_their_bytes_are_refused() -> None:
    data = bytearray(stored(noise("L"), "TIFF"))
    entries = struct.pack("<HHII", 273, 4, 64, len(data)) + struct.pack("<HHII", 279, 4, 64, len(data) + 256)
    below = struct.pack("<H", 2) + entries + bytes(4)
    data += struct.pack("<64I", *[8] * 64) + struct.pack("<64I", *[len(data)] * 64)
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * count, len(data))
    with pytest.raises(ValueError, match="share"):
        beside(bytes(data) + below)


def test_words_between_the_directories_of_a_photograph_are_read() -> None:
    entry = struct.pack("<HHHII", 1, 0x0112, 3, 1, 1) + bytes(4)
    block = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entry + BODY
    data = stored(noise("L"), "JPEG")
    whole = data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]
    assert any(WORDS in segment.text for segment in beside(whole).segments)


# --------------------------------------------------------------------- memory


def test_a_picture_for_which_memory_does_not_suffice_ends_the_process() -> None:
    """It is no doubt about the picture: the process is spoiled (`hooks/reading.py`)."""
    code = """
        import resource
        from io import BytesIO
        from PIL import Image, PngImagePlugin
        from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
        from disclosure_pipeline.builtin.extractors.pictures.pictures import look_at
        from disclosure_pipeline.settings.models import ExtractionSettings
        out = BytesIO()
        Image.new("1", (8000, 8000), 1).save(out, "PNG")
        limits = Limits.of(ExtractionSettings().model_dump())
        collector = Collector("image", "test", limits)
        small = BytesIO()
        Image.new("1", (300, 300), 1).save(small, "PNG")
        look_at(collector, "first", small.getvalue())
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + (48 << 20),) * 2)
        try:
            look_at(collector, "picture", out.getvalue())
        except MemoryError:
            print("MemoryError")
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "MemoryError\n"
