"""Property sets of compound files ([MS-OLEPS]): who wrote a document, its title, and what was added by hand."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_STREAM_PREFIX = "\x05"
_SUMMARY = {2: "title", 3: "subject", 4: "creator", 5: "keywords", 6: "description", 7: "template",
            8: "lastModifiedBy", 9: "revision", 18: "application"}  # fmt: skip
_DOCUMENT = {2: "category", 3: "presentation format", 12: "headings", 13: "parts", 14: "manager", 15: "company",
             26: "content type", 27: "status", 28: "language", 29: "version"}  # fmt: skip
_SUMMARY_ID = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
_DOCUMENT_ID = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae")
_PLAIN = re.compile(r"\s*|[\d.]{1,9}|[Tt]rue|[Ff]alse")
_CODE_PAGES = {936: "gb18030", 54936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949", 65001: "utf-8",
               1200: "utf-16-le", 10000: "mac-roman"}  # fmt: skip
_VECTOR, _VARIANT = 0x1000, 0x0C
_PREVIEW, _CLIPBOARD, _DRAWING, _FRAME = 17, 71, 3, 8
_DRAWS_WORDS = (0x0521, 0x0A32)
_MOST = 10_000


def is_property_stream(name: str) -> bool:
    """Whether a stream's name is that of a property set."""
    return name.startswith(_STREAM_PREFIX)


def read_properties(data: bytes) -> Iterator[tuple[str, str]]:
    """Names and values of all text properties; numbers, dates and previews are left to the sweep.

    Args:
        data: a property set stream. A damaged one gives what can be read.
    """
    try:
        yield from _sets(data)
    except (struct.error, IndexError, LookupError):
        return


def without_preview(data: bytes) -> bytes:
    """The stream with its preview picture blanked, but for the words of a drawing."""
    rest = bytearray(data)
    try:
        for key, start, end in _spans(data):
            if key != _PREVIEW or end <= start or struct.unpack_from("<H", data, start)[0] != _CLIPBOARD:
                continue
            origin, form = struct.unpack_from("<iI", data, start + 8)
            rest[start:end] = bytes(end - start)
            if origin == -1 and form == _DRAWING:
                for first, last in _drawn_words(data, start + 16 + _FRAME, end):
                    rest[first:last] = data[first:last]
    except struct.error:
        return bytes(rest)
    return bytes(rest)


def _drawn_words(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """First and last offset of the records of a Windows metafile that draw words."""
    at = start + 2 * struct.unpack_from("<HH", data, start)[1]  # behind the header, counted in words
    while at + 6 <= end:
        size, function = struct.unpack_from("<IH", data, at)
        if size < 3:
            return
        if function in _DRAWS_WORDS:
            yield at + 6, min(end, at + 2 * size)
        at += 2 * size


def _spans(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Key, first and last offset of each property of the summary."""
    (start,) = struct.unpack_from("<I", data, 44)
    size, count = struct.unpack_from("<II", data, start)
    places = sorted(
        (offset, key)
        for key, offset in struct.iter_unpack("<II", data[start + 8 : start + 8 + 8 * min(count, _MOST)])
    )
    for (offset, key), following in zip(places, [*places[1:], (size, 0)], strict=False):
        yield key, start + offset, min(len(data), start + following[0])


def _sets(data: bytes) -> Iterator[tuple[str, str]]:
    if data[:2] != b"\xfe\xff":
        return
    (count,) = struct.unpack_from("<I", data, 24)
    for number in range(min(count, 8)):
        identity = data[28 + 20 * number : 44 + 20 * number]
        (start,) = struct.unpack_from("<I", data, 44 + 20 * number)
        labels = {_SUMMARY_ID: _SUMMARY, _DOCUMENT_ID: _DOCUMENT}.get(identity, {})
        yield from _Section(data, start, labels).values()


class _Section:
    def __init__(self, data: bytes, start: int, labels: dict[int, str]):
        self._data = data
        (count,) = struct.unpack_from("<I", data, start + 4)
        pairs = struct.iter_unpack("<II", data[start + 8 : start + 8 + 8 * min(count, _MOST)])
        self._places = [(key, start + offset) for key, offset in pairs]
        self._labels = dict(labels)
        self._encoding = self._code_page()

    def values(self) -> Iterator[tuple[str, str]]:
        for key, at in self._places:
            if key == 0:
                self._read_dictionary(at)
        for key, at in self._places:
            if key <= 1 or key == 0x80000000:
                continue
            kind = struct.unpack_from("<H", self._data, at)[0]
            for text in self._texts(kind, at + 4):
                if text and not _PLAIN.fullmatch(text):
                    yield self._labels.get(key, str(key)), text
        # Names that a person gave to properties.
        yield from (("property name", text) for key, text in self._named if not text.startswith("_PID_"))

    def _code_page(self) -> str:
        self._named: list[tuple[int, str]] = []
        for key, at in self._places:
            if key == 1:
                page = struct.unpack_from("<H", self._data, at + 4)[0]
                return _CODE_PAGES.get(page, f"cp{page}" if 1250 <= page <= 1258 else "gb18030")
        return "gb18030"

    def _read_dictionary(self, at: int) -> None:
        (count,) = struct.unpack_from("<I", self._data, at)
        at += 4
        for _ in range(min(count, _MOST)):
            key, length = struct.unpack_from("<II", self._data, at)
            width = 2 if self._encoding == "utf-16-le" else 1
            text = self._decoded(self._data[at + 8 : at + 8 + length * width])
            self._labels[key] = text
            self._named.append((key, text))
            at += 8 + length * width
            if width == 2:
                at += -at % 4

    def _texts(self, kind: int, at: int) -> Iterator[str]:
        base = kind & 0xFFF
        if kind & _VECTOR:
            (count,) = struct.unpack_from("<I", self._data, at)
            at += 4
            for _ in range(min(count, _MOST)):
                inner = base
                if base == _VARIANT:
                    inner, at = struct.unpack_from("<H", self._data, at)[0], at + 4
                size = self._size(inner, at)
                yield from self._text(inner, at)
                at += size
        else:
            yield from self._text(base, at)

    def _size(self, kind: int, at: int) -> int:
        if kind in (30, 31, 8):
            length = int(struct.unpack_from("<I", self._data, at)[0])
            if kind == 31:
                return 4 + (2 * length + 3) // 4 * 4
            return 4 + length  # strings in vectors are not padded, whatever the specification says
        return 8 if kind in (5, 20, 21, 64) else 4

    def _text(self, kind: int, at: int) -> Iterator[str]:
        if kind not in (30, 31, 8):
            return
        (length,) = struct.unpack_from("<I", self._data, at)
        if kind == 31:
            yield self._data[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace").rstrip("\x00")
        else:
            yield self._decoded(self._data[at + 4 : at + 4 + length])

    def _decoded(self, data: bytes) -> str:
        try:
            return data.decode(self._encoding, "replace").rstrip("\x00")
        except LookupError:
            return data.decode("gb18030", "replace").rstrip("\x00")
