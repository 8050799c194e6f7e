"""The pixels of a TIFF directory: which bytes of the file they really take, and what else its strips cover.

A strip is as long as its directory says; text may hide in what is longer than the pixels need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.pictures.unpacking import (
    facsimile_end,
    inflated_rest,
    lzw_end,
    packbits_end,
)
from disclosure_pipeline.builtin.extractors.pictures.walks import Field, fields_of

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.pictures.tiff_tags import Entry

Tags = Mapping[int, "Entry"]

_WIDTH, _HEIGHT, _DEPTH, _PACKING, _SCHEME, _ORDER = 256, 257, 258, 259, 262, 266
_SAMPLES, _ROWS, _PLANES = 277, 278, 284
_TILE_WIDTH, _TILE_HEIGHT, _SUBSAMPLING = 322, 323, 530
_STRIPS, _TILES, _THUMBNAIL = (273, 279), (324, 325), (513, 514)
"""Tags that say where pixels are, and how many bytes they take."""

_PLAIN, _FACSIMILE_4, _LZW, _JPEG_PACKED, _PACKBITS = 1, 4, 5, 7, 32773
_DEFLATED = (8, 32946)
_YCBCR = 6
_MOST_READ = 4
"""Times the size of the file that strips may take together; blank ones may share their bytes."""


@dataclass(slots=True)
class Pixels:
    """What the pixels of a directory take.

    Args:
        covered: byte ranges that pixels take, or that are in ``weighed``.
        weighed: bytes of which nobody knows whether they are pixels: only what is surely text counts.
        fields: what packed pixels (JPEG) carry beside themselves.
    """

    covered: list[tuple[int, int]] = field(default_factory=list)
    weighed: list[bytes] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


class Strips:
    """The strips and tiles of all directories of one file.

    Args:
        data: the file.
    """

    def __init__(self, data: bytes):
        self._data = data
        self._left = _MOST_READ * len(data) + (1 << 20)

    def read(self, tags: Tags, *, shown: bool) -> Pixels:
        """The pixels of a directory.

        Args:
            tags: its entries.
            shown: whether viewers show them; if not, nobody looks at their words, so that their bytes are weighed.

        Raises:
            ValueError: strips share their bytes again and again, or unpack without end.
        """
        pixels = Pixels()
        for start, raw, need in self._spans(tags):
            self._left -= len(raw)
            if self._left < 0:
                raise ValueError("strips that share their bytes")
            used = _used(raw, need, tags, pixels) if shown and need is not None else None
            if used is None:
                pixels.weighed.append(raw)
                used = len(raw)
            pixels.covered.append((start, start + used))
        for start, raw in self._blocks(tags, _THUMBNAIL):
            end = _jpeg_end(raw, pixels)
            pixels.weighed += [raw] if end is None else []
            pixels.covered.append((start, start + (len(raw) if end is None else end)))
        return pixels

    def _spans(self, tags: Tags) -> Iterator[tuple[int, bytes, int | None]]:
        """Where each strip or tile begins, its bytes, and how many its pixels take, unpacked; ``None`` if it has none."""
        for kind, needs in ((_STRIPS, _strips_need), (_TILES, _tiles_need)):
            blocks = list(self._blocks(tags, kind))
            if blocks:
                for (start, raw), need in zip(blocks, chain(needs(tags), repeat(None))):  # noqa: B905 - endless
                    yield start, raw, need

    def _blocks(self, tags: Tags, kind: tuple[int, int]) -> Iterator[tuple[int, bytes]]:
        if kind[0] in tags and kind[1] in tags:
            for start, size in zip(tags[kind[0]].numbers(), tags[kind[1]].numbers(), strict=False):
                yield start, self._data[start : start + size]


def holds_picture(tags: Tags) -> bool:
    """Whether a directory has pixels of its own."""
    return any(pair[0] in tags for pair in (_STRIPS, _TILES, _THUMBNAIL))


def size_of(tags: Tags) -> tuple[int, int]:
    """Width and height, pixels."""
    return _number(tags, _WIDTH, 0), _number(tags, _HEIGHT, 0)


def _used(raw: bytes, need: int, tags: Tags, pixels: Pixels) -> int | None:
    """How many bytes of a strip its pixels take; ``None`` when nobody knows."""
    packing, used = _number(tags, _PACKING, _PLAIN), None
    if packing == _PLAIN:
        used = min(len(raw), need)
    elif packing == _JPEG_PACKED:
        used = _jpeg_end(raw, pixels)
    elif packing in _DEFLATED:
        surplus, behind = inflated_rest(raw, need)
        pixels.weighed.append(surplus)
        used = len(raw) - len(behind)
    elif packing == _PACKBITS:
        used = packbits_end(raw, need)
    elif packing == _LZW:
        used = lzw_end(raw)
    elif packing == _FACSIMILE_4:
        used = facsimile_end(raw, turned=_number(tags, _ORDER, 1) == 2)
    return used


def _jpeg_end(raw: bytes, pixels: Pixels) -> int | None:
    if not raw.startswith(b"\xff\xd8"):
        return None
    fields, end = fields_of("JPEG", raw)
    pixels.fields += fields
    return end


def _number(tags: Tags, tag: int, otherwise: int) -> int:
    numbers = tags[tag].numbers() if tag in tags else ()
    return numbers[0] if numbers else otherwise


def _bits_of_pixel(tags: Tags) -> int:
    """Bits of a pixel in one strip; a strip of separate planes holds one sample of each."""
    samples = 1 if _number(tags, _PLANES, 1) == 2 else _number(tags, _SAMPLES, 1)
    depths = tags[_DEPTH].numbers() if _DEPTH in tags else ()
    return sum(depths) if len(depths) == samples else (max(depths, default=1) * samples)


def _planes(tags: Tags) -> int:
    return _number(tags, _SAMPLES, 1) if _number(tags, _PLANES, 1) == 2 else 1


def _tiles_need(tags: Tags) -> Iterator[int]:
    """Bytes of each tile, unpacked."""
    (wide, high), across, down = size_of(tags), _number(tags, _TILE_WIDTH, 0), _number(tags, _TILE_HEIGHT, 0)
    if across and down:
        count = -(-wide // across) * -(-high // down) * _planes(tags)
        yield from repeat(_block_bytes(tags, across, down), count)


def _strips_need(tags: Tags) -> Iterator[int]:
    """Bytes of each strip, unpacked."""
    wide, high = size_of(tags)
    rows = max(1, min(high, _number(tags, _ROWS, high)))
    for _ in range(_planes(tags)):
        for above in range(0, high, rows):
            yield _block_bytes(tags, wide, min(rows, high - above))


def _block_bytes(tags: Tags, wide: int, rows: int) -> int:
    if _number(tags, _SCHEME, 0) == _YCBCR and _number(tags, _PLANES, 1) == 1:
        said = tags[_SUBSAMPLING].numbers() if _SUBSAMPLING in tags else ()
        across, down = said if len(said) == 2 and all(said) else (2, 2)
        if _number(tags, _PACKING, _PLAIN) == _PLAIN:
            return -(-wide // across) * -(-rows // down) * (across * down + 2)
    return -(-wide * _bits_of_pixel(tags) // 8) * rows
