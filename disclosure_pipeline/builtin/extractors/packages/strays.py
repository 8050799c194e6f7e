"""What a zip file holds outside its members: gaps, unlisted members, extra fields, remarks, a tail."""

from __future__ import annotations

import mmap
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.failures import check_memory, failure

_HEADER = struct.Struct("<4s2xHH8xIIHH")
_LOCAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x05\x06"
_ZIP64_MAGICS = (b"PK\x06\x06", b"PK\x06\x07")
_PADDING = b"\x00 \t\r\n"
_END_SIZE = 22
_LONGEST_TAIL = _END_SIZE + 65_535
_DESCRIBED = 8
_UTF8 = 0x800
_EXTRA_SIZES = {
    0x0001: 28, 0x000A: 32, 0x5455: 13, 0x7855: 8, 0x7875: 15, 0x5855: 12, 0xCAFE: 0, 0x6375: 0,
}  # fmt: skip
"""Extra fields of plain numbers (sizes, times, owners) by their number, with the most bytes they take."""
_UNICODE_NAME = 0x7075
_GROWTH_HINT, _ALIGNMENT = 0xA220, 0xD935
"""Padding that Office and other writers leave: a few numbers, then zeros."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes outside the members.

    Args:
        part: where they lie: a member's name, or ``zip …``.
        data: the bytes. unlisted: they are a member that the directory does not list.
    """

    part: str
    data: bytes
    unlisted: bool = False


def inflate(packed: bytes, size: int) -> tuple[bytes, bytes]:
    """Unpack deflated bytes to exactly ``size``; also gives the bytes behind their end.

    Raises:
        ExtractionFailed: ``file.broken``.
    """
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, size + 1)
    except zlib.error as error:
        check_memory(error)
        raise failure("file.broken", "A member of the package is damaged.") from error
    if len(data) != size or not unpacker.eof:
        raise failure("file.broken", "A member of the package is damaged.")
    return data, unpacker.unused_data


class Strays:
    """Looks at every byte of a zip file that no member holds.

    Args:
        data: the file. package: its directory.
        count: counts what is unpacked, and raises when it is too much.
    """

    def __init__(self, data: bytes | mmap.mmap, package: zipfile.ZipFile, count: Callable[[int], None]):
        self._data = data
        self._package = package
        self._count = count

    def all(self) -> Iterator[Stray]:
        """Every stray, in the order of the file."""
        infos = sorted(self._package.infolist(), key=lambda info: info.header_offset)
        at = 0
        for info in infos:
            yield from self._gap(at, info.header_offset)
            at = max(at, self._end(info))
            yield from _extra_fields(info.filename, info.extra)
            yield from self._local_extra(info)
            if info.is_dir() and info.file_size:
                yield Stray(info.filename, self._package.read(info))
        directory = self._package.start_dir
        yield from self._gap(at, directory)
        end = self._data.rfind(_END_MAGIC, max(0, len(self._data) - _LONGEST_TAIL))
        size, _, comment = struct.unpack_from("<IIH", self._data, end + 12)
        between = self._data[directory + size : end]
        if between.strip(_PADDING) and not between.startswith(_ZIP64_MAGICS):
            yield Stray("zip directory", between)
        tail = self._data[end + _END_SIZE + comment :]
        if tail.strip(_PADDING):
            yield Stray("zip tail", tail)

    def _end(self, info: zipfile.ZipInfo) -> int:
        """Behind a member's packed bytes and the description that may follow them."""
        *_, name_length, extra_length = self._header(info.header_offset)
        at = info.header_offset + _HEADER.size + name_length + extra_length + info.compress_size
        if info.flag_bits & _DESCRIBED:
            at += 4 if self._data[at : at + 4] == b"PK\x07\x08" else 0
            sizes = struct.pack("<QQ", info.compress_size, info.file_size)
            at += 20 if self._data[at + 4 : at + 20] == sizes else 12
        return at

    def _header(self, at: int) -> tuple[bytes, int, int, int, int, int, int]:
        if len(self._data) < at + _HEADER.size:
            raise failure("file.broken", "A member of the package cannot be opened.")
        magic, flags, method, packed, size, name, extra = _HEADER.unpack_from(self._data, at)
        return magic, flags, method, packed, size, name, extra

    def _local_extra(self, info: zipfile.ZipInfo) -> Iterator[Stray]:
        *_, name_length, extra_length = self._header(info.header_offset)
        at = info.header_offset + _HEADER.size + name_length
        extra = self._data[at : at + extra_length]
        if extra != info.extra:
            yield from _extra_fields(info.filename, extra)

    def _gap(self, start: int, end: int) -> Iterator[Stray]:
        """Bytes between two members; members that the directory does not list are unpacked."""
        while start < end:
            gap = self._data[start:end]
            if not gap.strip(_PADDING):
                return
            found = self._unlisted(start, end) if gap.startswith(_LOCAL_MAGIC) else None
            if found is None:
                yield Stray("zip gap", gap)
                return
            stray, start = found
            yield stray

    def _unlisted(self, start: int, end: int) -> tuple[Stray, int] | None:
        """A member in a gap, and where it ends; ``None`` when it cannot be unpacked."""
        if end - start < _HEADER.size:
            return None
        _, flags, method, packed, size, name_length, extra_length = self._header(start)
        at = start + _HEADER.size
        name = self._data[at : at + name_length].decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        at += name_length + extra_length
        if flags & (1 | _DESCRIBED) or at + packed > end or method not in (0, zipfile.ZIP_DEFLATED):
            return None
        self._count(size)
        data = self._data[at : at + packed]
        if method == zipfile.ZIP_DEFLATED:
            data, _ = inflate(data, size)
        return Stray(name, data, unlisted=True), at + packed


def _extra_fields(part: str, extra: bytes) -> Iterator[Stray]:
    """Extra fields that hold more than numbers."""
    while len(extra) >= 4:
        number, size = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if number in (_GROWTH_HINT, _ALIGNMENT):
            content = content[4:].strip(_PADDING)
        elif number == _UNICODE_NAME:
            content = b"" if content[5:] == part.encode() else content[5:]
        elif size <= _EXTRA_SIZES.get(number, -1):
            continue
        if content.strip(_PADDING):
            yield Stray(part, content)
    if extra.strip(_PADDING):
        yield Stray(part, extra)
