"""The directories of a TIFF structure (TIFF files, EXIF blocks), walked entry by entry, and what lies between them."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from disclosure_pipeline.builtin.extractors.pictures.tiff_pixels import Strips, holds_picture, size_of
from disclosure_pipeline.builtin.extractors.pictures.walks import Field

MOST_DIRECTORIES = 3000
MOST_ENTRIES = 4096

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_POINTERS = {0x014A: "own", 0x8769: "exif", 0x8825: "gps", 0xA005: "interop"}
SHOWN = "main"
"""Name of the directories whose pixels viewers show."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Args:
        directory: number of its directory, in the order in which they are met; 0 is the first picture.
        name: ``main``, ``own``, ``exif``, ``gps`` or ``interop``.
        tag: its number.
        type: its type, as TIFF numbers them.
        value: its bytes as they stand.
        order: ``<`` or ``>``.
    """

    directory: int
    name: str
    tag: int
    type: int
    value: bytes
    order: str

    def numbers(self) -> tuple[int, ...]:
        """Its whole numbers; none if it holds something else."""
        letter = _INTEGERS.get(self.type)
        if letter is None:
            return ()
        count = len(self.value) // _SIZES[self.type]
        return struct.unpack(f"{self.order}{count}{letter}", self.value[: count * _SIZES[self.type]])


@dataclass(slots=True)
class Walk:
    """A walk over all directories.

    Args:
        data: the structure, from its byte order mark on.
        entries: what was found.
        covered: byte ranges that the structure accounts for.
        weighed: bytes of which nobody knows whether they are pixels.
        fields: what packed pixels carry beside themselves.
        unseen: sizes of pictures that viewers do not show, pixels.
    """

    data: bytes
    entries: list[Entry] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    weighed: list[bytes] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    unseen: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def over(cls, data: bytes) -> Walk:
        """Walk; what is broken ends that directory only.

        Raises:
            ValueError: strips share their bytes again and again, or unpack without end.
        """
        walk = cls(data)
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 8:
            return walk
        big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
        walk.covered.append((0, 16 if big else 8))
        first = (
            struct.unpack_from(f"{order}Q", data, 8)[0]
            if big
            else struct.unpack_from(f"{order}I", data, 4)[0]
        )
        todo, seen, number = [(first, SHOWN)], {0}, 0
        while todo and number < MOST_DIRECTORIES:
            at, name = todo.pop(0)
            if at in seen or at >= len(data):
                continue
            seen.add(at)
            with contextlib.suppress(struct.error):
                todo += walk._directory(at, name, number, order, big=big)
            number += 1
        walk._cover_pixels()
        return walk

    def gaps(self) -> Iterator[bytes]:
        """Bytes that nothing in the structure accounts for."""
        at = 0
        for start, end in sorted(self.covered):
            if start > at:
                yield self.data[at:start]
            at = max(at, end)
        if at < len(self.data):
            yield self.data[at:]

    def _directory(self, at: int, name: str, number: int, order: str, *, big: bool) -> list[tuple[int, str]]:
        count = struct.unpack_from(f"{order}{'Q' if big else 'H'}", self.data, at)[0]
        head, size, pointer = (8, 20, "Q") if big else (2, 12, "I")
        found: list[tuple[int, str]] = []
        for index in range(min(count, MOST_ENTRIES)):
            found += self._entry(at + head + index * size, name, number, order, pointer)
        end = at + head + min(count, MOST_ENTRIES) * size
        self.covered.append((at, end + struct.calcsize(pointer)))
        following = struct.unpack_from(f"{order}{pointer}", self.data, end)[0] if name == SHOWN else 0
        return [*found, (following, SHOWN)] if following else found

    def _entry(self, at: int, name: str, number: int, order: str, pointer: str) -> list[tuple[int, str]]:
        tag, kind, count = struct.unpack_from(f"{order}HH{pointer}", self.data, at)
        length, inline = _SIZES.get(kind, 1) * count, struct.calcsize(pointer)
        where = at + 4 + inline
        if length > inline:
            where = struct.unpack_from(f"{order}{pointer}", self.data, where)[0]
            self.covered.append((where, where + length))
        entry = Entry(number, name, tag, kind, self.data[where : where + length], order)
        self.entries.append(entry)
        below = _POINTERS.get(tag)
        return [(where_to, below) for where_to in entry.numbers()] if below else []

    def _cover_pixels(self) -> None:
        directories: dict[int, dict[int, Entry]] = {}
        for entry in self.entries:
            directories.setdefault(entry.directory, {})[entry.tag] = entry
        strips = Strips(self.data)
        for tags in directories.values():
            shown = next(iter(tags.values())).name == SHOWN
            pixels = strips.read(tags, shown=shown)
            self.covered += pixels.covered
            self.weighed += pixels.weighed
            self.fields += pixels.fields
            if not shown and holds_picture(tags):
                self.unseen.append(size_of(tags))
