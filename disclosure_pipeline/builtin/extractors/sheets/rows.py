"""The rows of a sheet, streamed: a strict pattern reads what every spreadsheet program writes, lxml the rest.

A row that fits the pattern is well-formed and holds nothing but cells, so that nothing can hide between
them; any other row is parsed, and what it holds beside its cells is handed on as an extra. Everything of
the part that is no row (its frame) is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import is_known_namespace, tags_of, vocabulary
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import column_name, column_number, local
from disclosure_pipeline.builtin.extractors.sheets.strings import (
    Runs,
    raw_text,
    readings,
    rich_runs,
    unescaped,
)

if TYPE_CHECKING:
    from lxml import etree

_CHUNK = 1 << 18
_TREE_BYTES = 32 << 20
"""Largest sheet that is parsed as a whole, because it is not written the way every program writes it."""
_PLAIN_START = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:(?!encoding)[^>])*(?:encoding=["'](?:utf-8|us-ascii)["'][^>]*)?\?>)?\s*"""
    rb"(?P<root><(?:(?P<prefix>[\w.\-]+):)?\w)",
    re.IGNORECASE,
)
"""The start of a part in UTF-8."""
_ATTRIBUTE = re.compile(r'([\w:.\-]+)="([^"]*)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ROW_ATTRIBUTES = frozenset((
    "r", "spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed", "thickTop",
    "thickBot", "ph", "dyDescent",
))  # fmt: skip
_CELL_ATTRIBUTES = frozenset(("r", "s", "t", "cm", "vm", "ph"))
_FORMULA_ATTRIBUTES = frozenset((
    "t", "aca", "ref", "dt2D", "dtr", "del1", "del2", "r1", "r2", "ca", "si", "bx", "space",
))  # fmt: skip
TELLING = re.compile(r"[^\x00-\x7f]|\d{11}|[A-Za-z]{4}")
"""Values of unknown attributes that are worth keeping: words, long numbers."""


class Cell(NamedTuple):
    """A cell: column letters, row digits, style, type, style once more, formula, value, inline text.

    Where the formula is that of another cell (a shared one), ``follows`` is a slash and ``formula`` is empty.
    """

    column: str
    row: str
    style: str
    type: str
    late_style: str
    follows: str
    formula: str
    value: str
    inline: str


@dataclass(slots=True)
class Row:
    """A row.

    Args:
        attributes: of the row element. cells: in order. extras: (text, what it is) of anything else in it.
        rich: runs of the inline strings that have formatted ones, by the index of the cell.
    """

    attributes: dict[str, str]
    cells: list[Cell] | list[tuple[str, ...]]
    extras: list[tuple[str, str]] = field(default_factory=list)
    rich: dict[int, Runs] = field(default_factory=dict)


class _Patterns(NamedTuple):
    opening: re.Pattern[str]
    cell: re.Pattern[str]
    nothing_but_cells: re.Pattern[str]


@lru_cache(maxsize=16)
def _patterns(prefix: str) -> _Patterns:
    p = re.escape(prefix)
    named = "|".join(sorted(_FORMULA_ATTRIBUTES - {"space"}))
    formula = rf'<{p}f(?: (?:{named})="[A-Za-z]{{0,9}}\d{{0,7}}(?::[A-Z]{{1,3}}\d{{1,7}})?")*'
    body = (
        rf"(?:{formula}(?:(/)>|>([^<]*)</{p}f>))?(?:<{p}v>([^<]*)</{p}v>|<{p}v ?/>)?"
        rf'(?:<{p}is><{p}t(?: xml:space="preserve")?>([^<]*)</{p}t></{p}is>)?'
    )
    cell = (
        rf'<{p}c r="([A-Z]{{1,3}})(\d{{1,7}})"(?: s="(\d{{1,5}})")?(?: t="([A-Za-z]{{1,9}})")?(?: s="(\d{{1,5}})")?'
        rf'(?: [cv]m="\d{{1,5}}")*(?: ?/>|>{body}</{p}c>)'
    )
    ungrouped = re.sub(r"(?<!\\)\((?!\?)", "(?:", cell)
    return _Patterns(
        re.compile(rf'\s*<{p}row((?: [\w:.\-]+="[^"<>]*")*) ?(/?)>', re.ASCII | re.DOTALL),
        re.compile(cell, re.ASCII),
        re.compile(rf"(?:\s*{ungrouped})*+\s*", re.ASCII),
    )


class SheetPart:
    """One sheet's part: its frame, and its rows.

    Args:
        data: the part's bytes.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.too_large``.
    """

    def __init__(self, data: bytes):
        self._data = data
        self._prefix = ""
        self._opening = ""
        self._rows = slice(0, 0)
        frame = self._cut()
        self._is_plain = frame is not None
        if frame is None and len(data) > _TREE_BYTES:
            raise failure(
                "file.too_large", "A sheet is written in an unusual way, and is too large for that."
            )
        frame = data if frame is None else frame
        self.root = parse_xml(frame)
        """Everything but the rows; where the sheet had to be parsed as a whole, the rows too."""
        self.tags = tags_of(frame, self.root)
        """The tags of that."""

    def rows(self) -> Iterator[Row]:
        """The rows, one by one."""
        return self._plain_rows() if self._is_plain else _tree_rows(self.root)

    def frame(self) -> Iterator[etree._Element]:
        """The elements outside the rows, comments too, in document order."""
        stack = [self.root]
        while stack:
            element = stack.pop()
            yield element
            if local(element) != "sheetData":
                stack.extend(reversed(element))

    def _cut(self) -> bytes | None:
        """The frame's bytes, if the part is plain: UTF-8, no comments, at most one ``sheetData``."""
        data = self._data
        start = _PLAIN_START.match(data[:1024])
        if start is None or b"\x00" in data[:64] or b"<!" in data or b"<?" in data[start.start("root") :]:
            return None
        self._prefix = f"{start['prefix'].decode()}:" if start["prefix"] else ""
        opening, closing = f"<{self._prefix}sheetData".encode(), f"</{self._prefix}sheetData>".encode()
        first = data.find(opening)
        if first < 0:  # none, or one with another prefix than the root: macro sheets are written so
            return None if b"sheetData" in data else data
        begin = data.find(b">", first) + 1
        if begin == 0 or data.find(opening, begin) >= 0:
            return None
        if data[begin - 2 : begin] == b"/>":
            return data
        end = data.find(closing, begin)
        if end < 0 or data.find(closing, end + 1) >= 0:
            return None
        self._rows = slice(begin, end)
        self._opening = data[start.start("root") : data.find(b">", start.start("root")) + 1].decode(
            "utf-8", "replace"
        )
        return data[:begin] + data[end:]

    def _plain_rows(self) -> Iterator[Row]:
        """The rows, a piece of the part at a time."""
        closing = f"</{self._prefix}row>".encode()
        at, end = self._rows.start, self._rows.stop
        while at < end:
            cut = self._data.find(closing, min(at + _CHUNK, end), end)
            cut = end if cut < 0 else cut + len(closing)
            yield from self._cut_rows(_decoded(self._data[at:cut]))
            at = cut

    def _cut_rows(self, text: str) -> Iterator[Row]:
        patterns = _patterns(self._prefix)
        closing, next_row = f"</{self._prefix}row>", f"<{self._prefix}row"
        at = 0
        while at < len(text):
            opening = patterns.opening.match(text, at)
            if opening is None:
                end = text.find(next_row, at + 1)
                if text.startswith(next_row, at):  # its attributes are written in another way
                    end = text.find(closing, at) + len(closing)
                end = end if end > at else len(text)
                yield from self._parsed(text[at:end])
            elif opening[2]:
                end = opening.end()
                yield from self._parsed(opening[0]) if TELLING.search(_unknown(opening[1])) else ()
            else:
                inside = opening.end()
                last = text.find(closing, inside)
                end = last + len(closing) if last >= 0 else len(text)
                inner = text[inside:last]
                fits = last >= 0 and patterns.nothing_but_cells.fullmatch(inner)
                if fits and not TELLING.search(_unknown(opening[1])):
                    cells = patterns.cell.findall(inner)
                    if "&" in inner:
                        cells = [_resolved(cell) for cell in cells]
                    yield Row(dict(_ATTRIBUTE.findall(opening[1])), cells)
                else:
                    yield from self._parsed(text[opening.start() : end])
            at = end

    def _parsed(self, text: str) -> Iterator[Row]:
        """A piece between or of the rows that is not plain."""
        if text.isspace() or not text:
            return
        name = self._opening[1:].split()[0].rstrip(">")
        root = parse_xml(f"{self._opening}{text}</{name}>".encode())
        yield from _tree_rows(root)
        yield Row({}, [], list(vocabulary(tags_of(text.encode(), root))))


def _resolved(cell: tuple[str, ...]) -> tuple[str, ...]:
    """A cell with the entities in its formula, value and text resolved."""
    if "&" not in cell[8] and "&" not in cell[7] and "&" not in cell[6]:
        return cell
    return (*cell[:6], unescaped(cell[6]), unescaped(cell[7]), unescaped(cell[8]))


def _unknown(attributes: str) -> str:
    """A row's attributes that no rule knows, and their values."""
    if '"' not in attributes:
        return ""
    return " ".join(
        f"{key} {value}"
        for key, value in _ATTRIBUTE.findall(attributes)
        if key.rpartition(":")[2] not in _ROW_ATTRIBUTES
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise failure("file.broken", "A part of it is not UTF-8, as it claims.") from error


# ---------------------------------------------------------------- rows from a tree


def _tree_rows(root: etree._Element) -> Iterator[Row]:
    """The rows under a root; what stands between them is given as rows without cells."""
    number = 0
    for data in [item for item in root.iter() if local(item) == "sheetData"] or [root]:
        for item in data:
            if local(item) == "row":
                row = _tree_row(item, number)
                number = int(row.attributes["r"])
                yield row
            else:
                yield Row({}, [], list(extras_of(item)))
            yield Row({}, [], _stray(item.tail, "row"))
        yield Row({}, [], _stray(data.text, "sheetData"))


def _tree_row(item: etree._Element, number: int) -> Row:
    attributes = {str(key).rpartition("}")[2]: str(value) for key, value in item.attrib.items()}
    if natural(attributes.get("r")) < 0:
        attributes["r"] = str(number + 1)
    row = Row(attributes, [])
    row.extras += _unknown_attributes(item, _ROW_ATTRIBUTES)
    row.extras += _stray(item.text, "row")
    cells: list[Cell] = []
    column = 0
    for child in item:
        if local(child) == "c":
            column = _tree_cell(child, row, cells, column)
        else:
            row.extras += extras_of(child)
        row.extras += _stray(child.tail, "row")
    row.cells = cells
    return row


def _tree_cell(item: etree._Element, row: Row, cells: list[Cell], column: int) -> int:
    reference = _REFERENCE.fullmatch(item.get("r", ""))
    letters, digits = (
        (reference[1], reference[2]) if reference else (column_name(column + 1), row.attributes["r"])
    )
    row.extras += _unknown_attributes(item, _CELL_ATTRIBUTES)
    row.extras += _stray(item.text, "c")
    follows = formula = value = inline = ""
    for child in item:
        name = local(child)
        if name == "f":
            formula += child.text or ""
            follows = "" if formula else "/"
            row.extras += _unknown_attributes(child, _FORMULA_ATTRIBUTES)
        elif name == "v":
            value += child.text or ""
            row.extras += _unknown_attributes(child, frozenset(("space",)))
        elif name == "is":
            inline += raw_text(child)
            runs = rich_runs(child)
            if runs is not None:
                row.rich[len(cells)] = runs
            row.extras += [(text, "reading") for text in readings(child)]
        else:
            row.extras += extras_of(child)
        for below in child if name in ("f", "v") else ():
            row.extras += extras_of(below)
            row.extras += _stray(below.tail, name)
        row.extras += _stray(child.tail, "c")
    style, kind = item.get("s", ""), item.get("t", "")
    cells.append(Cell(letters, digits, style, kind, "", follows, formula, value, inline))
    return column_number(letters)


def extras_of(item: etree._Element) -> Iterator[tuple[str, str]]:
    """Every text, and every telling attribute, of an element that no rule knows."""
    for element in item.iter():
        name = local(element) or "xml comment"
        if name == "xml comment":
            yield from _stray(element.text, name)
            continue
        yield from _stray(element.text, name)
        yield from _unknown_attributes(element, frozenset())
        if element is not item:
            yield from _stray(element.tail, name)


def _unknown_attributes(element: etree._Element, known: frozenset[str]) -> list[tuple[str, str]]:
    name = local(element)
    return [
        (str(value), f"{name} {key.rpartition('}')[2]}")
        for key, value in ((str(key), str(value)) for key, value in element.attrib.items())
        if key.rpartition("}")[2] not in known and TELLING.search(value) and not is_known_namespace(value)
    ]


def _stray(text: str | None, detail: str) -> list[tuple[str, str]]:
    return [(text, detail)] if text and not text.isspace() else []
