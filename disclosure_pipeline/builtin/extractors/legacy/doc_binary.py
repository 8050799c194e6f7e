"""Word's binary format ([MS-DOC]): the text by story, with what is deleted or hidden, and the string tables.

The text lies in pieces (the piece table); a fast save only appends, so that bytes outside of the pieces
may hold what a person believes deleted. Those are found by the sweep over the stream.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.ole.harvest import Harvest

_WORD97 = 0x00C1
_MAGIC = (0xA5EC, 0xA5DC, 0xA59B, 0xA697, 0xA699, 0xA69C)
_ENCRYPTED, _SECOND_TABLE, _GLOSSARY = 0x0100, 0x0200, 0x0002
_TABLE_OF_POINTERS = 0x9A
_PAGE = 512
_MOST_RUNS = 2_000_000

_DELETED, _INSERTED, _VANISHED, _SIGN = 1, 2, 4, 8
# Operations on characters ([MS-DOC] 2.6.1) that hide text, with the mark each sets.
_MARKS = {0x0800: _DELETED, 0x0801: _INSERTED, 0x083C: _VANISHED, 0x0818: _VANISHED}
_SYMBOL = 0x6A09  # a sign of another font stands in place of the character
_OPERAND_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
_TABLE_OPERATIONS = (0xD608, 0xD606)

_STORIES = ("body", "footnote", "header", "unplaced", "comment", "endnote", "textbox", "textbox")
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_CELL_END = "\x07"
_PARAGRAPH_ENDS = ("\r", _CELL_END, "\x0c")
_SIGNS = {"\x0b": "\n", "\x1e": "-", "\x1f": "", "\x0e": "\n"}

# String tables of the table stream: index of their pointer, kind, detail.
_STRINGS = (
    (21, "name", "bookmark"), (32, "metadata", "associated string"), (51, "metadata", "reviewer"),
    (57, "metadata", "caption"), (60, "metadata", "document variable"), (71, "metadata", "saved by"),
    (72, "link", "file name"), (36, "metadata", "comment author"), (19, "name", "AutoText"),
)  # fmt: skip
_FONTS, _STYLES = 15, 1
_DEFAULT_BOOKMARK = re.compile(r"_[A-Za-z]+\w*|OLE_LINK\d*")
_FALLBACK_PAGES = {0x0804: "gb18030", 0x0404: "cp950", 0x0411: "cp932", 0x0412: "cp949"}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of characters (``cp`` … ``cp + count``) and where its bytes lie."""

    cp: int
    count: int
    offset: int
    narrow: bool
    marks: int


def is_word(stream: bytes) -> bool:
    """Whether a stream begins like Word's main stream."""
    return len(stream) > 32 and struct.unpack_from("<H", stream)[0] in _MAGIC


def is_encrypted(stream: bytes) -> bool:
    """Whether the text is encrypted or obfuscated."""
    return len(stream) > 12 and bool(struct.unpack_from("<H", stream, 10)[0] & _ENCRYPTED)


def table_name(stream: bytes) -> str:
    """Name of the stream that holds the tables of a main stream."""
    flags = struct.unpack_from("<H", stream, 10)[0] if len(stream) > 12 else 0
    return "1Table" if flags & _SECOND_TABLE else "0Table"


def read_doc(stream: bytes, table: bytes, part: str) -> Harvest:
    """Read the main stream of a document.

    Args:
        stream: its bytes, not encrypted.
        table: the stream that :func:`table_name` names.
        part: name of the main stream.

    Returns:
        A harvest that is not ``complete`` when the structure could not be followed.
    """
    found = Harvest()
    try:
        _Document(stream, table, part, found).read()
    except (struct.error, IndexError, ValueError):
        found.complete = False
    return found


class _Document:
    def __init__(self, stream: bytes, table: bytes, part: str, found: Harvest):
        self._stream, self._table, self._part, self._found = stream, table, part, found
        self._prms: list[int] = []

    def read(self) -> None:
        (version,) = struct.unpack_from("<H", self._stream, 2)
        if version < _WORD97:
            self._read_old()
            return
        pieces = self._pieces()
        starts, marks = self._character_marks()
        counts = struct.unpack_from("<8i", self._stream, 0x4C)
        text, flags = self._characters(pieces, starts, marks)
        at = 0
        for kind, count in zip(_STORIES, counts, strict=True):
            if count > 0:
                self._story(kind, text[at : at + count], flags[at : at + count])
                at += count
        self._story("unplaced", text[at:], flags[at:])
        self._strings()

    def _read_old(self) -> None:
        """Word 6 and 95: one run of bytes in the code page of the language; the rest is for the sweep."""
        (language,) = struct.unpack_from("<H", self._stream, 6)
        first, last = struct.unpack_from("<II", self._stream, 0x18)
        encoding = _FALLBACK_PAGES.get(language, "cp1252")
        text = self._stream[first:last].decode(encoding, "replace")
        self._story("body", text, bytes(len(text)))
        self._found.complete = False

    def _pointer(self, index: int) -> bytes:
        """The bytes of the table stream that the pointer of this index names."""
        offset, length = struct.unpack_from("<II", self._stream, _TABLE_OF_POINTERS + 8 * index)
        return self._table[offset : offset + length] if length else b""

    # ------------------------------------------------------------------- text

    def _pieces(self) -> list[_Piece]:
        data = self._pointer(33)
        at = 0
        while data[at] == 1:  # properties of a fast save
            (length,) = struct.unpack_from("<H", data, at + 1)
            self._prms.append(_marks_of(data[at + 3 : at + 3 + length], 0))
            at += 3 + length
        (length,) = struct.unpack_from("<I", data, at + 1)
        at += 5
        count = (length - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", data, at)
        pieces = []
        for number in range(count):
            _, place, prm = struct.unpack_from("<HIH", data, at + 4 * (count + 1) + 8 * number)
            narrow = bool(place & 0x40000000)
            offset = (place & 0x3FFFFFFF) // 2 if narrow else place & 0x3FFFFFFF
            length = ends[number + 1] - ends[number]
            if length < 0:
                raise ValueError("pieces run backwards")
            pieces.append(_Piece(ends[number], length, offset, narrow, self._piece_marks(prm)))
        return pieces

    def _piece_marks(self, prm: int) -> int:
        """Marks that a fast save laid on a whole piece."""
        number = prm >> 1
        if prm & 1:
            return self._prms[number] if number < len(self._prms) else 0
        return 0

    def _characters(self, pieces: list[_Piece], starts: list[int], marks: list[int]) -> tuple[str, bytes]:
        """All characters in order, and a byte of marks for each."""
        texts, flags = [], bytearray()
        budget = 2 * len(self._stream)  # pieces that share bytes cannot make more of them
        for piece in pieces:
            width = 1 if piece.narrow else 2
            budget -= piece.count * width
            if budget < 0:
                raise ValueError("pieces overlap")
            data = self._stream[piece.offset : piece.offset + piece.count * width]
            text = data.decode("cp1252" if piece.narrow else "utf-16-le", "replace")
            # One mark per code unit; pairs of surrogates were joined.
            if not piece.narrow and len(text) != piece.count:
                text = "".join(map(chr, struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])))
            texts.append(text)
            flags += self._marks_between(piece, len(text), width, starts, marks)
        return "".join(texts), bytes(flags)

    @staticmethod
    def _marks_between(
        piece: _Piece, count: int, width: int, starts: list[int], marks: list[int]
    ) -> bytearray:
        flags = bytearray()
        end = piece.offset + count * width
        at, index = piece.offset, bisect_right(starts, piece.offset) - 1
        while at < end:
            following = starts[index + 1] if index + 1 < len(starts) else end
            until = min(end, max(following, at + width))
            mark = piece.marks | (marks[index] if index >= 0 else 0)
            flags += bytes((mark,)) * (-(-(until - at) // width))
            at, index = until, index + 1
        return flags[:count].ljust(count, b"\x00")

    def _character_marks(self) -> tuple[list[int], list[int]]:
        """Where in the stream the marks change, and to what."""
        data = self._pointer(12)
        count = (len(data) - 4) // 8
        starts, marks = [0], [0]
        for number in range(max(0, count)):
            (page,) = struct.unpack_from("<I", data, 4 * (count + 1) + 4 * number)
            block = self._stream[(page & 0x3FFFFF) * _PAGE :][:_PAGE]
            if len(block) < _PAGE:
                continue
            runs = min(block[-1], 101)
            edges = struct.unpack_from(f"<{runs + 1}I", block)
            for run in range(runs):
                place = block[4 * (runs + 1) + run] * 2
                mark = _marks_of(block[place + 1 : place + 1 + block[place]], 0) if place else 0
                starts += (edges[run], edges[run + 1])
                marks += (mark, 0)
            if len(starts) > _MOST_RUNS:
                break
        # Where one run ends and another begins, the one that begins counts.
        last = {
            starts[index]: marks[index]
            for index in sorted(range(len(starts)), key=lambda at: (starts[at], at))
        }
        return list(last), list(last.values())

    # ---------------------------------------------------------------- stories

    def _story(self, kind: str, text: str, flags: bytes) -> None:
        """Cut a story into paragraphs, and those where their marks change."""
        number, first = 0, 0
        fields: list[bool] = []  # that are open: whether their result has begun
        for match in re.finditer("[\r\x07\x0c]", text):
            number += 1
            own = "table" if match[0] == _CELL_END and kind == "body" else kind
            span = slice(first, match.start())
            self._paragraph(own, text[span], flags[span], number, fields)
            first = match.end()
        self._paragraph(kind, text[first:], flags[first:], number + 1, fields)

    def _paragraph(self, own: str, text: str, flags: bytes, number: int, fields: list[bool]) -> None:
        if not fields and _FIELD_BEGIN not in text and not any(flags):
            self._keep(text, own, number)
            return
        gathered: list[str] = []
        state = own
        for letter, mark in zip(text, flags, strict=True):
            if letter == _FIELD_BEGIN:
                fields.append(False)
            elif letter == _FIELD_RESULT and fields:
                fields[-1] = True
            elif letter == _FIELD_END and fields:
                fields.pop()
            now = _state(own, mark, in_code=not all(fields))
            if now != state:
                self._keep("".join(gathered), state, number)
                gathered, state = [], now
            if not mark & _SIGN:
                gathered.append(letter)
        self._keep("".join(gathered), state, number)

    def _keep(self, text: str, kind: str, number: int) -> None:
        clean = "".join(
            _SIGNS.get(letter, letter if letter >= " " or letter == "\t" else "") for letter in text
        )
        if any("\ud800" <= letter <= "\udfff" for letter in clean):
            clean = clean.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self._found.add(clean, kind, self._part, paragraph=number)

    # ----------------------------------------------------------------- tables

    def _strings(self) -> None:
        for index, kind, detail in _STRINGS:
            data = self._pointer(index)
            for text in _owners(data) if index == 36 else _string_table(data):
                if text == "Unknown" or (kind == "name" and _DEFAULT_BOOKMARK.fullmatch(text)):
                    self._found.names.append(text)
                else:
                    self._found.add(text, kind, self._part, detail=detail, visible=False)
        self._found.names += _fonts(self._pointer(_FONTS))
        self._found.names += _style_names(self._pointer(_STYLES))


def _state(kind: str, mark: int, *, in_code: bool) -> str:
    if mark & _DELETED:
        return "deletion"
    if mark & _VANISHED:
        return "hidden"
    if in_code:
        return "field"
    return "insertion" if mark & _INSERTED else kind


def _marks_of(operations: bytes, marks: int) -> int:
    """The marks that a list of property operations sets."""
    at = 0
    while at + 2 < len(operations):
        (operation,) = struct.unpack_from("<H", operations, at)
        at += 2
        size = _OPERAND_SIZES[operation >> 13]
        if size == 0:
            size = operations[at] + 1
            if operation in _TABLE_OPERATIONS and at + 1 < len(operations):
                size = struct.unpack_from("<H", operations, at)[0] + 1
        if operation in _MARKS and operations[at] & 1:
            marks |= _MARKS[operation]
        elif operation == _SYMBOL:
            marks |= _SIGN
        at += size
    return marks


def _string_table(data: bytes) -> Iterator[str]:
    """The strings of an STTB ([MS-DOC] 2.2.4), with what is attached to each skipped."""
    if len(data) < 6:
        return
    wide = data[:2] == b"\xff\xff"
    at = 2 if wide else 0
    count, extra = struct.unpack_from("<HH", data, at)
    at += 4
    for _ in range(count):
        if at + (2 if wide else 1) > len(data):
            return
        if wide:
            (length,) = struct.unpack_from("<H", data, at)
            at += 2
            text, at = data[at : at + 2 * length].decode("utf-16-le", "replace"), at + 2 * length
        else:
            length = data[at]
            text, at = data[at + 1 : at + 1 + length].decode("cp1252", "replace"), at + 1 + length
        yield text
        at += extra


def _owners(data: bytes) -> Iterator[str]:
    """Names of the authors of comments: counted strings one after another."""
    at = 0
    while at + 2 <= len(data):
        (length,) = struct.unpack_from("<H", data, at)
        at += 2
        yield data[at : at + 2 * length].decode("utf-16-le", "replace")
        at += 2 * length


def _fonts(data: bytes) -> Iterator[str]:
    """Names of fonts; each entry is a length, a fixed head, then names that end with NUL."""
    if len(data) < 4:
        return
    count, at = struct.unpack_from("<H", data)[0], 4
    for _ in range(count):
        if at >= len(data):
            return
        length = data[at] + 1
        yield from data[at + 40 : at + length].decode("utf-16-le", "replace").split("\x00")
        at += length


def _style_names(data: bytes) -> Iterator[str]:
    """Names of styles: each description begins with fixed words, then a counted name."""
    if len(data) < 8:
        return
    head, count, base = struct.unpack_from("<HHH", data)
    at = 2 + head
    for _ in range(count):
        if at + 2 > len(data):
            return
        (length,) = struct.unpack_from("<H", data, at)
        if length > base + 2:
            (letters,) = struct.unpack_from("<H", data, at + 2 + base)
            start = at + 4 + base
            yield data[start : start + 2 * letters].decode("utf-16-le", "replace")
        at += 2 + length + (length & 1)
