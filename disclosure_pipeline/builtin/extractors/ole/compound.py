"""OLE compound files ([MS-CFB]): every stream, and every byte that belongs to none.

Threat model: looping chains and trees, sizes beyond the file, streams that share sectors, names that
lead nowhere. Chains are followed once, by count; what a chain lacks is a damage that the caller hears of.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.signatures import OLE_MAGIC

STORAGE, STREAM, ROOT = 1, 2, 5

_HEADER = 512
_ENTRY = 128
_MINI = 64
_NONE = 0xFFFFFFFF
_LAST_REGULAR = 0xFFFFFFFA
_HEADER_FATS = 109


@dataclass(frozen=True, slots=True)
class Entry:
    """A directory entry.

    Args:
        path: names from the root down, without the root's own.
        kind: :data:`STORAGE`, :data:`STREAM` or :data:`ROOT`.
        start: first sector. size: bytes.
        clsid: class of a storage, 16 bytes.
        lost: no storage holds it (a deleted or hidden entry).
    """

    path: tuple[str, ...]
    kind: int
    start: int
    size: int
    clsid: bytes
    lost: bool = False

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path[-1] if self.path else ""

    @property
    def part(self) -> str:
        """The path as the name of a part; control characters of names are left out."""
        return "/".join("".join(letter for letter in name if letter >= " ") for name in self.path)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Bytes of the file that belong to no stream: slack of a last sector, free sectors, the file's tail."""

    part: str
    data: bytes


class CompoundFile:
    """A compound file that was opened.

    Args:
        source: path or bytes.
        limits: most entries and unpacked bytes.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.too_large``.
    """

    def __init__(self, source: Source, limits: Limits):
        self.data = source if isinstance(source, bytes) else source.read_bytes()
        """The whole file."""
        if len(self.data) < _HEADER or not self.data.startswith(OLE_MAGIC):
            raise failure("file.broken", "It has no compound file header.")
        self._limits = limits
        self.damaged = False
        """Whether a chain of sectors ended early: some bytes of a stream are not there."""
        self._loose: list[Leftover] = []
        self._handed_out = 0
        (shift,) = struct.unpack_from("<H", self.data, 30)
        if shift not in (9, 12):
            raise failure("file.broken", "Its sectors have an unknown size.")
        self._sector = 1 << shift
        (self._directory_start,) = struct.unpack_from("<I", self.data, 48)
        self._cutoff, self._mini_fat_start = struct.unpack_from("<II", self.data, 56)
        self._count = max(0, -(-len(self.data) // self._sector) - 1)
        self._used = bytearray(self._count)
        self._fat = self._read_fat()
        directory = self._chained(self._directory_start, None, "directory")
        if len(directory) // _ENTRY > max(limits.max_members, 16):
            raise failure("file.bomb", "It has too many entries.")
        self._mini_fat = _numbers(self._chained(self._mini_fat_start, None, "small sectors table"))
        self.entries = tuple(_tree(directory))
        root = next((entry for entry in self.entries if entry.kind == ROOT), None)
        if root is None:
            raise failure("file.broken", "It has no root entry.")
        self.root = root
        self._mini = self._chained(root.start, root.size, "small streams")
        self._mini_used = bytearray(-(-len(self._mini) // _MINI))

    @property
    def streams(self) -> tuple[Entry, ...]:
        """Every stream, those that no storage holds last."""
        return tuple(entry for entry in self.entries if entry.kind == STREAM)

    def find(self, *path: str) -> Entry | None:
        """The first stream of this path; case is ignored, as the format does."""
        wanted = tuple(name.casefold() for name in path)
        for entry in self.streams:
            if tuple(name.casefold() for name in entry.path) == wanted:
                return entry
        return None

    def has_storage(self, *path: str) -> bool:
        """Whether a storage of this path exists."""
        wanted = tuple(name.casefold() for name in path)
        return any(
            entry.kind == STORAGE and tuple(name.casefold() for name in entry.path) == wanted
            for entry in self.entries
        )

    def read(self, entry: Entry) -> bytes:
        """The bytes of a stream.

        Raises:
            ExtractionFailed: ``file.bomb``: streams share sectors, so that they hold more than the file.
        """
        if entry.size < self._cutoff:
            data = self._mini_chained(entry)
        else:
            data = self._chained(entry.start, entry.size, entry.part)
        self._handed_out += len(data)
        if self._handed_out > 8 * len(self.data) + (1 << 20):  # a stream may be read several times
            raise failure("file.bomb", "Its streams share their bytes.")
        return data

    def leftovers(self) -> Iterator[Leftover]:
        """What no stream holds; complete only after every stream was read once."""
        yield from self._loose
        yield from self._free("free sectors", self._used, self._sector, self.data, self._sector)
        yield from self._free("free small sectors", self._mini_used, _MINI, self._mini, 0)

    # ---------------------------------------------------------------- sectors

    def _read_fat(self) -> tuple[int, ...]:
        """The table of chains, from the places that the header and its extension name."""
        places = list(struct.unpack_from(f"<{_HEADER_FATS}I", self.data, 76))
        (more,) = struct.unpack_from("<I", self.data, 68)
        steps = 0
        while more < _LAST_REGULAR and more < self._count and steps <= self._count:
            block = self._take(more)
            numbers = _numbers(block)
            places += numbers[:-1]
            more = numbers[-1] if len(block) == self._sector else _NONE
            steps += 1
        table: list[int] = []
        for place in places:
            if place < self._count:
                table += _numbers(self._take(place))
        return tuple(table)

    def _take(self, number: int) -> bytes:
        self._used[number] = 1
        start = (number + 1) * self._sector
        return self.data[start : start + self._sector]

    def _chained(self, start: int, size: int | None, part: str) -> bytes:
        """The bytes of a chain; what lies behind ``size`` is slack."""
        if size == 0:
            return b""
        pieces: list[bytes] = []
        number, taken = start, 0
        while number < _LAST_REGULAR:
            if number >= self._count or taken > self._count:
                self.damaged = True
                break
            pieces.append(self._take(number))
            taken += 1
            number = self._fat[number] if number < len(self._fat) else _NONE
        data = b"".join(pieces)
        if size is None:
            return data
        if len(data) < size:
            self.damaged = True
        elif data[size:].strip(b"\x00"):
            self._loose.append(Leftover(f"{part} (slack)", data[size:]))
        return data[:size]

    def _mini_chained(self, entry: Entry) -> bytes:
        if entry.size == 0:
            return b""
        pieces: list[bytes] = []
        number, taken = entry.start, 0
        while number < _LAST_REGULAR:
            if number >= len(self._mini_used) or taken > len(self._mini_used):
                self.damaged = True
                break
            self._mini_used[number] = 1
            pieces.append(self._mini[number * _MINI : (number + 1) * _MINI])
            taken += 1
            number = self._mini_fat[number] if number < len(self._mini_fat) else _NONE
        data = b"".join(pieces)
        if len(data) < entry.size:
            self.damaged = True
        elif data[entry.size :].strip(b"\x00"):
            self._loose.append(Leftover(f"{entry.part} (slack)", data[entry.size :]))
        return data[: entry.size]

    @staticmethod
    def _free(part: str, used: bytearray, size: int, data: bytes, shift: int) -> Iterator[Leftover]:
        """Runs of sectors that nothing uses."""
        at = used.find(0)
        while at >= 0:
            end = used.find(1, at)
            end = len(used) if end < 0 else end
            blob = data[at * size + shift : end * size + shift]
            if blob.strip(b"\x00\xff"):
                yield Leftover(part, blob)
            at = used.find(0, end)


def _numbers(data: bytes) -> tuple[int, ...]:
    count = len(data) // 4
    return struct.unpack_from(f"<{count}I", data)


def _tree(directory: bytes) -> Iterator[Entry]:
    """The entries, walked from the root; then those that no storage holds."""
    raw = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    seen: set[int] = set()
    # (number, path of its storage); siblings and children are pushed, so no depth can exhaust the stack.
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while waiting:
        number, above = waiting.pop()
        if number in seen or number >= len(raw) or raw[number][66] == 0:
            continue
        seen.add(number)
        entry = _entry(raw[number], above, is_root=number == 0)
        left, right, child = struct.unpack_from("<III", raw[number], 68)
        yield entry
        if number:
            waiting += [(right, above), (left, above)]
        if entry.kind != STREAM:
            waiting.append((child, entry.path))
    for number, data in enumerate(raw):
        if number not in seen and data[66] in (STORAGE, STREAM):
            yield _entry(data, ("lost",), lost=True)


def _entry(data: bytes, above: tuple[str, ...], *, is_root: bool = False, lost: bool = False) -> Entry:
    (length,) = struct.unpack_from("<H", data, 64)
    name = data[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", data, 116)
    if is_root:
        return Entry((), ROOT, start, size, data[80:96])
    return Entry((*above, name), STREAM if data[66] == STREAM else STORAGE, start, size, data[80:96], lost)
