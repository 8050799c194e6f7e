"""Strings and numbers as they lie in BIFF records ([MS-XLS] 2.5): counted, wide or narrow, cut at records' ends."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

_WIDE, _EXTENDED, _RICH = 1, 4, 8


@dataclass(slots=True)
class Record:
    """A record with the ones that continue it.

    Args:
        kind: number of the record type.
        data: bytes of the record and its continuations.
        cuts: offsets in ``data`` where a continuation begins.
        start: offset in the stream.
    """

    kind: int
    data: bytes
    cuts: list[int] = field(default_factory=list)
    start: int = 0


def u16(data: bytes, at: int) -> int:
    """An unsigned number of two bytes."""
    return int(struct.unpack_from("<H", data, at)[0])


def counted(data: bytes, at: int, encoding: str, *, long: bool = True) -> str:
    """A string with its count before it.

    Args:
        data: a record.
        at: offset of the count.
        encoding: of narrow strings before BIFF8; empty for BIFF8, whose strings carry a byte of flags.
        long: whether the count takes two bytes.
    """
    count = u16(data, at) if long else data[at]
    return letters(data, at + (2 if long else 1), count, encoding)


def letters(data: bytes, at: int, count: int, encoding: str) -> str:
    """``count`` characters, see :func:`counted`."""
    if encoding:
        return data[at : at + count].decode(encoding, "replace")
    flags = data[at]
    at += 1 + (2 if flags & _RICH else 0) + (4 if flags & _EXTENDED else 0)
    if flags & _WIDE:
        return data[at : at + 2 * count].decode("utf-16-le", "replace")
    return data[at : at + count].decode("latin-1")


def shared_strings(record: Record) -> list[str]:
    """Every string of the shared table; phonetic readings follow their string as one of their own."""
    return _Table(record).read()


class _Table:
    """Reads a table of strings; where a continuation begins inside characters, a new byte of flags stands."""

    def __init__(self, record: Record):
        self._data = record.data
        self._cuts = [*record.cuts, len(record.data)]
        self._at = 8
        self._next = 0

    def read(self) -> list[str]:
        found: list[str] = []
        (count,) = struct.unpack_from("<I", self._data, 4)
        while len(found) < count and self._at + 3 <= len(self._data):
            found.append(self._string())
        return found

    def _string(self) -> str:
        count, flags = u16(self._data, self._at), self._data[self._at + 2]
        self._at += 3
        runs = size = 0
        if flags & _RICH:
            runs, self._at = u16(self._data, self._at), self._at + 2
        if flags & _EXTENDED:
            (size,) = struct.unpack_from("<I", self._data, self._at)
            self._at += 4
        text = self._characters(count, wide=bool(flags & _WIDE))
        extra = self._data[self._at + 4 * runs : self._at + 4 * runs + size]
        self._at += 4 * runs + size
        return text + _phonetic(extra)

    def _characters(self, count: int, *, wide: bool) -> str:
        pieces: list[str] = []
        while count > 0 and self._at < len(self._data):
            while self._cuts[self._next] <= self._at and self._next + 1 < len(self._cuts):
                if self._cuts[self._next] == self._at and pieces:
                    wide = bool(self._data[self._at] & _WIDE)
                    self._at += 1
                self._next += 1
            width = 2 if wide else 1
            room = (self._cuts[self._next] - self._at) // width
            taken = min(count, room)
            chunk = self._data[self._at : self._at + taken * width]
            pieces.append(chunk.decode("utf-16-le" if wide else "latin-1", "replace"))
            self._at += taken * width
            count -= taken
            if count and taken == 0:
                self._at = self._cuts[self._next]
                pieces.append("")
        return "".join(pieces)


def _phonetic(extra: bytes) -> str:
    """The reading (pinyin, furigana) that a string may carry, behind a line break."""
    if len(extra) < 14:
        return ""
    count = u16(extra, 12)
    text = extra[14 : 14 + 2 * count].decode("utf-16-le", "replace").strip("\x00")
    return f"\n{text}" if text and text.isprintable() and "\ufffd" not in text else ""


def packed_number(value: int) -> float:
    """An RK number: thirty bits of a whole number or of a float, perhaps in hundredths."""
    number: float
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return number / 100 if value & 1 else number


def shown_number(number: float) -> str:
    """A number as a cell of general format shows it, up to fifteen digits."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.15g}"


def literals(formula: bytes, encoding: str) -> list[str]:
    """Strings written into a formula."""
    found = []
    for match in re.finditer(b"\x17", formula):
        at = match.end()
        if at + 2 > len(formula) or formula[at] < 2:
            continue
        count = formula[at]
        if encoding:
            text = formula[at + 1 : at + 1 + count].decode(encoding, "replace")
        elif formula[at + 1] > 1:
            continue
        else:
            text = letters(formula, at + 1, count, "")
        if len(text) == count and text.isprintable() and any(map(str.isalnum, text)):
            found.append(text)
    return found
