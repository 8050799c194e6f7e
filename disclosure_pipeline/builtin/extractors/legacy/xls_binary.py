"""Excel's binary format (BIFF5 to BIFF8, [MS-XLS]): every cell of every sheet, and every other string.

Records are read one after another, whatever sheet they stand in; those that a rule knows are placed, the
rest is left to the sweep. A string of the shared table that no cell uses is a leftover of an edit.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from itertools import pairwise

from disclosure_pipeline.builtin.extractors.legacy.xls_strings import (
    Record,
    counted,
    letters,
    literals,
    packed_number,
    shared_strings,
    shown_number,
    u16,
)
from disclosure_pipeline.builtin.extractors.ole.harvest import Harvest
from disclosure_pipeline.builtin.extractors.shared.markup import column_name

_BOF, _EOF, _CONTINUE, _FILEPASS, _SST = 0x0809, 0x000A, 0x003C, 0x002F, 0x00FC
_BIFF8 = 0x0600
_GLOBALS, _SHEET, _CHART, _MACROS = 0x0005, 0x0010, 0x0020, 0x0040
_STATES = {0: "", 1: "hidden sheet", 2: "very hidden sheet"}
_CODE_PAGES = {1200: "utf-16-le", 936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949"}
_FORMAT_WORDS = frozenset("年月日时時分秒上下午星期元万亿千百十人民币个人次倍第通用格式大小写￥、（）")
_MOST_FORMAT_WORDS = 3
_MARGIN_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-F+\-]{5,6}|\[\w+\]|[A-Za-z])')
_DRAWING_GROUP = 0x00EB
_OBJECT, _NOTE_OBJECT = 0x005D, 0x0019


def is_encrypted(stream: bytes) -> bool:
    """Whether a FILEPASS record stands before anything else."""
    return any(record.kind == _FILEPASS for _, record in zip(range(8), records(stream), strict=False))


def records(stream: bytes) -> Iterator[Record]:
    """The records of a stream, each with its continuations."""
    at, held = 0, None
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + length]
        if kind == _CONTINUE and held is not None and held.kind != _OBJECT:
            held.cuts.append(len(held.data))
            held.data += data
        else:
            if held is not None:
                yield held
            if kind == 0 and length == 0:
                return  # the rest is padding, or no records
            held = Record(kind, data, [], at)
        at += 4 + length
    if held is not None:
        yield held


def drawings(stream: bytes) -> bytes:
    """The drawing group: pictures of all sheets, cut into records by the format."""
    return b"".join(record.data for record in records(stream) if record.kind == _DRAWING_GROUP)


def loose(stream: bytes) -> bytes:
    """Everything for the sweep: the records without the pictures, and what lies behind the last one."""
    pieces, end = [], 0
    for record in records(stream):
        end = record.start + 4 * (1 + len(record.cuts)) + len(record.data)
        if record.kind != _DRAWING_GROUP:
            pieces.append(record.data)
    return b"\x00\x00\x00".join((*pieces, stream[end:]))


def read_xls(stream: bytes, part: str) -> Harvest:
    """Read a workbook stream.

    Args:
        stream: its bytes, not encrypted.
        part: its name.

    Returns:
        A harvest that is not ``complete`` when a known record was damaged.
    """
    found = Harvest()
    _Workbook(stream, part, found).read()
    return found


class _Sheet:
    """What is known of a sheet while its records are read."""

    def __init__(self, name: str, state: str):
        self.name = name
        self.state = state
        self.columns: set[int] = set()
        self.rows: set[int] = set()


class _Workbook:
    def __init__(self, stream: bytes, part: str, found: Harvest):
        self._stream, self._part, self._found = stream, part, found
        self._encoding = ""
        self._page = "cp1252"
        self._sheets: dict[int, _Sheet] = {}
        self._sheet: _Sheet | None = None
        self._depth = 0
        self._strings: list[str] = []
        self._used: set[int] = set()
        self._formula: tuple[int, int] | None = None
        self._is_note = False
        self._rules: dict[int, Callable[[bytes], None]] = {
            0x0204: self._label, 0x00D6: self._label, 0x00FD: self._shared, 0x0203: self._number,
            0x027E: self._packed, 0x00BD: self._many_packed, 0x0006: self._computed, 0x0207: self._result,
            0x0208: self._row, 0x007D: self._columns, 0x001C: self._note, 0x0014: self._header,
            0x0015: self._footer, 0x0018: self._name, 0x005C: self._user, 0x01BE: self._validation,
            0x0031: self._font, 0x0293: self._style, 0x041E: self._format, 0x100D: self._chart_text,
            0x00CD: self._cached, 0x01BA: self._code_name,
        }  # fmt: skip

    def read(self) -> None:
        for record in records(self._stream):
            try:
                self._record(record)
            except (struct.error, IndexError, ValueError, OverflowError):
                self._found.complete = False
        for index, text in enumerate(self._strings):
            if index not in self._used:
                self._add(text, "cache", detail="unused shared string", visible=False)

    def _record(self, record: Record) -> None:
        data = record.data
        if record.kind == _BOF:
            self._begin(record)
        elif record.kind == _EOF:
            self._depth -= 1
            if self._depth <= 0:
                self._sheet = None
        elif record.kind == 0x0085:
            self._bound_sheet(data)
        elif record.kind == 0x0042:
            page = u16(data, 0)
            self._page = _CODE_PAGES.get(page, f"cp{page}" if 1250 <= page <= 1258 else "gb18030")
            if self._encoding:
                self._encoding = self._page
        elif record.kind == _SST:
            self._strings = shared_strings(record)
        elif record.kind == _OBJECT:
            self._is_note = len(data) >= 6 and u16(data, 4) == _NOTE_OBJECT
        elif record.kind == 0x01B6:
            self._text_object(record)
        elif record.kind in self._rules:
            self._rules[record.kind](data)

    def _begin(self, record: Record) -> None:
        version, kind = struct.unpack_from("<HH", record.data)
        self._depth += 1
        if kind == _GLOBALS:
            self._encoding = "" if version >= _BIFF8 else self._page
        if self._depth == 1 and kind != _GLOBALS:
            self._sheet = self._sheets.get(record.start) or _Sheet("", "")

    def _bound_sheet(self, data: bytes) -> None:
        (start,) = struct.unpack_from("<I", data)
        name = counted(data, 6, self._encoding, long=False)
        state = _STATES.get(data[4] & 3, "hidden sheet")
        self._sheets[start] = _Sheet(name, state)
        self._add(name, "name", detail=state or "sheet", visible=False)

    # ------------------------------------------------------------------ cells

    def _cell(self, row: int, column: int, text: str) -> None:
        sheet = self._sheet or _Sheet("", "")
        unseen = bool(sheet.state) or row in sheet.rows or column in sheet.columns
        self._add(
            text, "hidden" if unseen else "table", cell=self._address(row, column), paragraph=row + 1,
            detail=sheet.state or None,
        )  # fmt: skip

    def _address(self, row: int, column: int) -> str:
        return f"{self._sheet.name if self._sheet else ''}!{column_name(column + 1)}{row + 1}"

    def _label(self, data: bytes) -> None:
        self._cell(u16(data, 0), u16(data, 2), counted(data, 6, self._encoding))

    def _shared(self, data: bytes) -> None:
        row, column, _, index = struct.unpack_from("<HHHI", data)
        self._used.add(index)
        self._cell(row, column, self._strings[index])

    def _number(self, data: bytes) -> None:
        row, column, _, value = struct.unpack_from("<HHHd", data)
        self._cell(row, column, shown_number(value))

    def _packed(self, data: bytes) -> None:
        row, column, _, value = struct.unpack_from("<HHHI", data)
        self._cell(row, column, shown_number(packed_number(value)))

    def _many_packed(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        for number in range((len(data) - 6) // 6):
            (value,) = struct.unpack_from("<I", data, 6 + 6 * number)
            self._cell(row, column + number, shown_number(packed_number(value)))

    def _computed(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        self._formula = (row, column)
        if data[12:14] != b"\xff\xff":
            (value,) = struct.unpack_from("<d", data, 6)
            self._cell(row, column, shown_number(value))
        for text in literals(data[22:], self._encoding):
            self._add(text, "formula", cell=self._address(row, column), visible=False)

    def _result(self, data: bytes) -> None:
        if self._formula is not None:
            self._cell(*self._formula, counted(data, 0, self._encoding))

    def _row(self, data: bytes) -> None:
        if self._sheet is not None and data[12] & 0x20:
            self._sheet.rows.add(u16(data, 0))

    def _columns(self, data: bytes) -> None:
        first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
        if self._sheet is not None and flags & 1:
            self._sheet.columns.update(range(first, min(last, 256) + 1))

    # ----------------------------------------------------------------- others

    def _note(self, data: bytes) -> None:
        row, column, third, _ = struct.unpack_from("<HHHH", data)
        place = self._address(row, column)
        if self._encoding:  # before BIFF8 the text stands here
            self._add(letters(data, 6, min(third, len(data) - 6), self._encoding), "comment", cell=place)
        else:
            self._add(counted(data, 8, ""), "metadata", cell=place, detail="comment author")

    def _text_object(self, record: Record) -> None:
        """The text of a shape or a note: in the first continuation, as characters without a count."""
        if self._encoding or not record.cuts:
            return
        count = u16(record.data, 10)
        cuts, pieces = [*record.cuts, len(record.data)], []
        for start, end in pairwise(cuts):
            if count <= 0:
                break
            wide = bool(record.data[start] & 1)
            taken = min(count, (end - start - 1) // (2 if wide else 1))
            pieces.append(letters(record.data[start:end], 0, taken, ""))
            count -= taken
        self._add("".join(pieces), "comment" if self._is_note else "textbox")

    def _header(self, data: bytes) -> None:
        self._margin(data, "header")

    def _footer(self, data: bytes) -> None:
        self._margin(data, "footer")

    def _margin(self, data: bytes, kind: str) -> None:
        if data:
            text = counted(data, 0, self._encoding, long=not self._encoding)
            self._add(_MARGIN_CODES.sub("\n", text).strip(), kind)

    def _name(self, data: bytes) -> None:
        flags, length = u16(data, 0), data[3]
        name = letters(data, 14, length, self._encoding)
        if not flags & 0x20 and len(name) <= 255:
            self._add(name, "name", detail="defined name", visible=False)
        behind = (
            14 + (0 if self._encoding else 1) + length * (2 if not self._encoding and data[14] & 1 else 1)
        )
        for text in literals(data[behind:], self._encoding):
            self._add(text, "formula", detail="defined name", visible=False)

    def _user(self, data: bytes) -> None:
        text = counted(data, 0, self._encoding, long=not self._encoding)
        self._add(text.rstrip(), "metadata", detail="user", visible=False)

    def _validation(self, data: bytes) -> None:
        at = 4
        for _ in range(4):
            text = counted(data, at, "")
            self._add(text.strip("\x00"), "form", detail="validation", visible=False)
            at += 3 + u16(data, at) * (2 if data[at + 2] & 1 else 1)
        for text in literals(data[at:], ""):
            self._add(text.replace("\x00", "\n"), "form", detail="validation", visible=False)

    def _chart_text(self, data: bytes) -> None:
        self._add(counted(data, 2, self._encoding, long=False), "textbox", detail="chart")

    def _cached(self, data: bytes) -> None:
        self._add(counted(data, 0, self._encoding), "cache", detail="pivot cache", visible=False)

    def _code_name(self, data: bytes) -> None:
        self._found.names.append(counted(data, 0, ""))

    def _font(self, data: bytes) -> None:
        self._found.names.append(counted(data, 14, self._encoding, long=False))

    def _style(self, data: bytes) -> None:
        if not u16(data, 0) & 0x8000:
            self._found.names.append(counted(data, 2, self._encoding, long=not self._encoding))

    def _format(self, data: bytes) -> None:
        text = counted(data, 2, self._encoding, long=not self._encoding)
        words = "".join(letter for letter in text if letter > "\u2fff" and letter not in _FORMAT_WORDS)
        if len(words) > _MOST_FORMAT_WORDS or re.search(r"\d{11}", text.replace("0", "")):
            self._add(text, "formula", detail="number format", visible=False)
        else:
            self._found.names.append(text)

    def _add(
        self, text: str, kind: str, *, cell: str | None = None, paragraph: int | None = None,
        detail: str | None = None, visible: bool | None = None,
    ) -> None:  # fmt: skip
        sheet = self._sheet
        if sheet is not None and sheet.state and kind in ("header", "footer", "textbox"):
            visible = False
        clean = text.replace("\x00", "").strip("\x01")
        self._found.add(
            clean, kind, self._part, cell=cell, paragraph=paragraph, detail=detail, visible=visible
        )
