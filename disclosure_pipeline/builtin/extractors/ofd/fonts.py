"""Which letters the glyphs of an embedded font stand for, from its character map (``cmap``).

A page may name glyphs beside its letters (``CGTransform``). Where the font's own map says that they are
other letters, what is read is not what is seen.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Sequence

_MOST_TABLES = 64
_MOST_CODES = 200_000
_UNICODE_ENCODINGS = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class CharacterMap:
    """Letters by glyph.

    Args:
        data: a TrueType or OpenType font; empty or broken ones give an empty map.
    """

    def __init__(self, data: bytes):
        self._letters: dict[int, str] = {}
        self._left = _MOST_CODES
        try:
            self._load(data)
        except (struct.error, IndexError, ValueError):
            self._letters.clear()

    def __bool__(self) -> bool:
        return bool(self._letters)

    def letter(self, glyph: int) -> str | None:
        """A letter that a glyph shows; ``None`` when the font does not say."""
        return self._letters[glyph][0] if glyph in self._letters else None

    def disagrees(self, glyph: int, letter: str) -> bool:
        """Whether the font says that a glyph shows something else than a letter."""
        shown = self._letters.get(glyph)
        return shown is not None and _plain(letter) not in map(_plain, shown)

    def _load(self, data: bytes) -> None:
        start = struct.unpack_from(">I", data, 12)[0] if data.startswith(b"ttcf") else 0
        count = min(struct.unpack_from(">H", data, start + 4)[0], _MOST_TABLES)
        for at in range(start + 12, start + 12 + 16 * count, 16):
            if data[at : at + 4] == b"cmap":
                self._load_map(data, struct.unpack_from(">I", data, at + 8)[0])

    def _load_map(self, data: bytes, base: int) -> None:
        count = min(struct.unpack_from(">H", data, base + 2)[0], _MOST_TABLES)
        found = {}
        for at in range(base + 4, base + 4 + 8 * count, 8):
            platform, encoding, offset = struct.unpack_from(">HHI", data, at)
            found[platform, encoding] = base + offset
        at = next((found[key] for key in _UNICODE_ENCODINGS if key in found), 0)
        kind = struct.unpack_from(">H", data, at)[0] if at else 0
        if kind == 12:
            self._load_groups(data, at)
        elif kind == 4:
            self._load_segments(data, at)

    def _load_groups(self, data: bytes, at: int) -> None:
        for index in range(min(struct.unpack_from(">I", data, at + 12)[0], _MOST_CODES)):
            first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * index)
            self._spend(last - first + 1)
            self._note(range(glyph, glyph + last - first + 1), first)

    def _spend(self, count: int) -> None:
        self._left -= max(count, 1)
        if self._left < 0:
            raise ValueError("too many codes")

    def _load_segments(self, data: bytes, at: int) -> None:
        count = struct.unpack_from(">H", data, at + 6)[0] // 2
        tables = at + 14
        ends = struct.unpack_from(f">{count}H", data, tables)
        starts, shifts, backs = (
            struct.unpack_from(f">{count}H", data, tables + 2 + 2 * count * part) for part in (1, 2, 3)
        )
        for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
            codes = range(first, min(last, 0xFFFE) + 1)
            self._spend(len(codes))
            glyphs: Sequence[int] = codes
            if backs[index] and codes:
                where = tables + 2 + 2 * (3 * count + index) + backs[index]
                glyphs = struct.unpack_from(f">{len(codes)}H", data, where)
            shift = shifts[index]
            self._note(
                [(glyph + shift) & 0xFFFF if glyph or not backs[index] else 0 for glyph in glyphs], first
            )

    def _note(self, glyphs: Iterable[int], first: int) -> None:
        """Note the glyphs of codes that follow each other; glyph 0 shows nothing."""
        letters = self._letters
        for code, glyph in enumerate(glyphs, first):
            if glyph:
                letters[glyph] = letters.get(glyph, "") + chr(code)


def _plain(letter: str) -> str:
    """A letter without its compatibility form: ⼀ is 一, full width is half width."""
    return unicodedata.normalize("NFKC", letter).strip().casefold() or " "
