"""Pictures inside binary Office streams ([MS-ODRAW] 2.2.23): found by the head that stands before each."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.failures import check_memory

_HEAD = re.compile(rb"[\x00-\xff]{2}[\x1a-\x1f\x29]\xf0", re.DOTALL)
# Record type: (instances with one identity; the next number means two), suffix.
_FORMATS = {
    0xF01A: ((0x3D4,), ".emf"), 0xF01B: ((0x216,), ".wmf"), 0xF01C: ((0x542,), ".pict"),
    0xF01D: ((0x46A, 0x6E2), ".jpg"), 0xF01E: ((0x6E0,), ".png"), 0xF01F: ((0x7A8,), ".dib"),
    0xF029: ((0x6E4,), ".tif"),
}  # fmt: skip
_METAFILES = (0xF01A, 0xF01B, 0xF01C)
_IDENTITY, _METAFILE_HEAD = 16, 34
_MOST_UNPACKED = 64 << 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, and where in the stream they (with their head) lie.

    Args:
        data: as a file of its format; a metafile unpacked, a bitmap with its file header.
        suffix: of the format. start: offset of the head. end: offset behind the last byte.
    """

    data: bytes
    suffix: str
    start: int
    end: int

    @property
    def is_metafile(self) -> bool:
        """Whether it is drawn, not made of pixels."""
        return self.suffix in (".emf", ".wmf", ".pict")


def find_pictures(stream: bytes) -> Iterator[Picture]:
    """Every picture in a stream."""
    at = 0
    while match := _HEAD.search(stream, at):
        picture = _picture(stream, match.start())
        at = match.start() + 1 if picture is None else picture.end
        if picture is not None:
            yield picture


def without(stream: bytes, pictures: Iterator[Picture] | list[Picture]) -> bytes:
    """The stream with the bytes of pictures blanked."""
    rest = bytearray(stream)
    for picture in pictures:
        rest[picture.start : picture.end] = bytes(picture.end - picture.start)
    return bytes(rest)


def _picture(stream: bytes, start: int) -> Picture | None:
    if start + 8 > len(stream):
        return None
    head, kind, length = struct.unpack_from("<HHI", stream, start)
    instances, suffix = _FORMATS[kind]
    instance, end = head >> 4, start + 8 + length
    base = next((one for one in instances if instance in (one, one + 1)), None)
    if base is None or end > len(stream):
        return None
    at = start + 8 + _IDENTITY * (1 + instance - base)
    if kind not in _METAFILES:
        data = stream[at + 1 : end]
        return Picture(bitmap_file(data) if suffix == ".dib" else data, suffix, start, end)
    packed = stream[at + _METAFILE_HEAD : end]
    if end - at < _METAFILE_HEAD:
        return None
    if stream[at + 32] == 0:  # deflated
        try:
            packed = zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
        except zlib.error as error:
            check_memory(error)
            return Picture(packed, suffix, start, end)  # who looks at it finds that it is none
    return Picture(packed, suffix, start, end)


def bitmap_file(data: bytes) -> bytes:
    """A device-independent bitmap with the file header that it lacks."""
    if len(data) < 40:
        return data
    size, _, _, _, depth, _, _, _, _, colours = struct.unpack_from("<IiiHHIIiiI", data)
    table = 4 * (colours or (1 << depth if depth <= 8 else 0))
    return struct.pack("<2sIHHI", b"BM", 14 + len(data), 0, 0, 14 + size + table) + data
