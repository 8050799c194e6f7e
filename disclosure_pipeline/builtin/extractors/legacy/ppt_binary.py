"""PowerPoint's binary format ([MS-PPT]): the text of every slide, kept or not.

A save appends: the stream holds older slides too. The directory of the last edit says which records
are in force; what lies in the others is kept as deleted.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.ole.harvest import Harvest

_CONTAINER = 0xF
_DOCUMENT, _SLIDE, _NOTES, _MASTER, _HANDOUT = 0x03E8, 0x03EE, 0x03F0, 0x03F8, 0x0FC9
_SHOW_ATOM, _EDIT_ATOM, _DIRECTORY = 0x03F9, 0x0FF5, 0x1772
_TEXT, _NARROW_TEXT, _STRING, _LIST, _PERSIST = 0x0FA0, 0x0FA8, 0x0FBA, 0x0FF0, 0x03F3
_FONT, _COMMENT, _LINK, _FOOTER, _OBJECT = 0x0FB7, 0x2EE0, 0x0FD7, 0x0FD9, 0x1011
_ENCRYPTED = 0xF3D1C4DF
_SESSION = 0x2F14
_HIDDEN = 0x0004
_FIELD = "*"  # stands for a page number or a date
_MOST_RECORDS = 2_000_000
_MOST_DEPTH = 64
_KINDS = {_SLIDE: "body", _NOTES: "note", _MASTER: "body", _HANDOUT: "note"}
_IN_CONTAINER = {_COMMENT: "comment", _LINK: "link", _FOOTER: "footer"}
# What PowerPoint writes into the placeholders of masters by itself.
_DEFAULT_NAME = re.compile(r"[\w\s]*(?:默认|主题|模板|演示文稿|设计方案|幻灯片)[\w\s]*")
_LONG_NUMBER = re.compile(r"\d{11}")
_PROMPTS = (
    "单击此处编辑", "单击以编辑", "单击鼠标编辑", "点击此处", "编辑母版", "第二级", "Click to edit", "Second level", "母版标题样式",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Record:
    kind: int
    instance: int
    version: int
    start: int
    body: int
    end: int


def is_encrypted(current_user: bytes, stream: bytes) -> bool:
    """Whether the presentation is encrypted, by its user stream or by a session in the main one."""
    if len(current_user) >= 16 and struct.unpack_from("<I", current_user, 12)[0] == _ENCRYPTED:
        return True
    return any(record.kind == _SESSION for record in _records(stream, 0, len(stream)))


def read_ppt(stream: bytes, current_user: bytes, part: str) -> Harvest:
    """Read a presentation stream.

    Args:
        stream: its bytes, not encrypted.
        current_user: the stream that says where the last edit is.
        part: name of the main stream.

    Returns:
        A harvest that is not ``complete`` when the directory could not be followed.
    """
    found = Harvest()
    _Presentation(stream, current_user, part, found).read()
    return found


def objects(stream: bytes) -> Iterator[tuple[str, bytes]]:
    """Embedded objects and macro projects: names and bytes, unpacked up to what such a file may hold."""
    for record in _records(stream, 0, len(stream)):
        if record.kind != _OBJECT:
            continue
        data = stream[record.body : record.end]
        name = f"object at {record.start}"
        if record.instance & 1 and len(data) > 4:
            (size,) = struct.unpack_from("<I", data)
            try:
                yield name, zlib.decompressobj().decompress(data[4:], min(size, 256 * len(data)) or 1)
            except zlib.error as error:
                check_memory(error)
                yield name, data
        else:
            yield name, data


def without_objects(stream: bytes) -> bytes:
    """The stream with its packed objects blanked: they are read on their own, unpacked."""
    rest = bytearray(stream)
    for record in _records(stream, 0, len(stream)):
        if record.kind == _OBJECT and record.instance & 1:
            rest[record.body : record.end] = bytes(record.end - record.body)
    return bytes(rest)


def _records(stream: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records of one level; a length beyond the end is cut there."""
    at = start
    while at + 8 <= end:
        head, kind, length = struct.unpack_from("<HHI", stream, at)
        until = min(end, at + 8 + length)
        yield _Record(kind, head >> 4, head & 0xF, at, at + 8, until)
        at = until


class _Presentation:
    def __init__(self, stream: bytes, current_user: bytes, part: str, found: Harvest):
        self._stream, self._part, self._found = stream, part, found
        self._user = current_user
        self._budget = _MOST_RECORDS

    def read(self) -> None:
        try:
            directory = self._directory()
        except (struct.error, ValueError):
            directory = {}
            self._found.complete = False
        live = set(directory.values())
        top = list(_records(self._stream, 0, len(self._stream)))
        documents = [record for record in top if record.kind == _DOCUMENT]
        numbers: dict[int, int] = {}
        for record in documents:
            if record.start in live or not live:
                numbers = self._slide_numbers(record, directory)
                self._walk(record, "body", None, detail=None, visible=None)
        ordered = sorted(top, key=lambda record: numbers.get(record.start, len(top) + record.start))
        for record in ordered:
            if record.kind not in _KINDS:
                if record.kind == _DOCUMENT and live and record.start not in live:
                    self._deleted(record)
                continue
            forgotten = record.kind == _SLIDE and numbers and record.start not in numbers
            if forgotten or (live and record.start not in live):
                self._deleted(record)
            else:
                self._page(record, numbers.get(record.start))

    def _deleted(self, record: _Record) -> None:
        self._walk(record, "deletion", None, detail="earlier version", visible=False)

    def _page(self, record: _Record, number: int | None) -> None:
        if record.kind == _SLIDE and self._is_hidden(record):
            self._walk(record, "hidden", number, detail="hidden slide", visible=False)
        elif record.kind == _MASTER or (record.kind in (_NOTES, _HANDOUT) and number is None):
            self._walk(record, "body", None, detail="master", visible=False)
        else:
            self._walk(record, _KINDS[record.kind], number, detail=None, visible=None)

    def _is_hidden(self, slide: _Record) -> bool:
        for record in _records(self._stream, slide.body, slide.end):
            if record.kind == _SHOW_ATOM and record.end - record.body >= 12:
                return bool(struct.unpack_from("<H", self._stream, record.body + 10)[0] & _HIDDEN)
        return False

    # -------------------------------------------------------------- directory

    def _directory(self) -> dict[int, int]:
        """Offsets of the records in force, by their persistent number."""
        (at,) = struct.unpack_from("<I", self._user, 16)
        offsets: dict[int, int] = {}
        seen: set[int] = set()
        while at and at not in seen:
            seen.add(at)
            _, kind, _ = struct.unpack_from("<HHI", self._stream, at)
            if kind != _EDIT_ATOM:
                raise ValueError("no edit here")
            before, directory = struct.unpack_from("<II", self._stream, at + 16)
            for number, offset in self._entries(directory):
                offsets.setdefault(number, offset)
            at = before
        return offsets

    def _entries(self, at: int) -> Iterator[tuple[int, int]]:
        _, kind, length = struct.unpack_from("<HHI", self._stream, at)
        if kind != _DIRECTORY:
            raise ValueError("no directory here")
        at, end = at + 8, min(at + 8 + length, len(self._stream))
        while at + 4 <= end:
            (head,) = struct.unpack_from("<I", self._stream, at)
            first, count = head & 0xFFFFF, head >> 20
            at += 4
            for number in range(count):
                yield first + number, struct.unpack_from("<I", self._stream, at)[0]
                at += 4

    def _slide_numbers(self, document: _Record, directory: dict[int, int]) -> dict[int, int]:
        """1-based numbers of slides and of their notes, by offset of their records."""
        numbers: dict[int, int] = {}
        for block in _records(self._stream, document.body, document.end):
            if block.kind != _LIST or block.instance == 1:
                continue
            count = 0
            for record in _records(self._stream, block.body, block.end):
                if record.kind == _PERSIST:
                    count += 1
                    (number,) = struct.unpack_from("<I", self._stream, record.body)
                    numbers[directory.get(number, -1)] = count
        return numbers

    # ------------------------------------------------------------------- text

    def _walk(
        self, record: _Record, kind: str, page: int | None, *, detail: str | None, visible: bool | None, depth: int = 0,
    ) -> None:  # fmt: skip
        self._budget -= 1
        if self._budget < 0 or depth > _MOST_DEPTH:
            self._found.complete = False
            return
        if record.version == _CONTAINER:
            inner = _IN_CONTAINER.get(record.kind, kind) if kind != "deletion" else kind
            for child in _records(self._stream, record.body, record.end):
                if record.kind == _LIST and child.kind in (_TEXT, _NARROW_TEXT):
                    # The outline of the slides; it repeats what they hold, unless it was forgotten there.
                    self._atom(child, kind if kind == "deletion" else "body", page, "outline", visible)
                    continue
                shown = visible if inner in (kind, "footer") else False
                self._walk(child, inner, page, detail=detail, visible=shown, depth=depth + 1)
            return
        self._atom(record, kind, page, detail, visible)

    def _atom(
        self, record: _Record, kind: str, page: int | None, detail: str | None, visible: bool | None
    ) -> None:
        data = self._stream[record.body : record.end]
        if record.kind == _FONT:
            self._found.names.append(data[:64].decode("utf-16-le", "replace").partition("\x00")[0])
            return
        if record.kind == _NARROW_TEXT:
            text = data.decode("latin-1")
        elif record.kind in (_TEXT, _STRING):
            text = data.decode("utf-16-le", "replace")
        else:
            return
        text = text.strip("\x00").replace("\r", "\n").replace("\x0b", "\n")
        if text == _FIELD or (detail == "master" and any(prompt in text for prompt in _PROMPTS)):
            self._found.names.append(text)
        elif record.kind == _STRING and kind not in ("comment", "link", "footer"):
            self._string(text, page, kind)
        else:
            self._found.add(text, kind, self._part, page=page, detail=detail, visible=visible)

    def _string(self, text: str, page: int | None, kind: str) -> None:
        plain = text.isascii() and not _LONG_NUMBER.search(text)
        if plain or _DEFAULT_NAME.fullmatch(text):
            self._found.names.append(text)
            return
        own = "deletion" if kind == "deletion" else "name"
        self._found.add(text, own, self._part, page=page, detail="string", visible=False)
