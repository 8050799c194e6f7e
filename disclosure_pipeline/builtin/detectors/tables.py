"""The tables of a part, and what their cells mean by the words above and beside them.

A name, a number or an address in a table has its meaning from the heading of its column (联系方式) or, in a form,
from the cell at its left (申请人). Cells are those that a format names (``Place.cell``: ``Sheet!B3`` in a
spreadsheet, ``table 2 B3`` in a document), and in plain text those of lines with tabs. Everything is read once for all
detectors that look at cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, takewhile
from weakref import WeakKeyDictionary

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.text import Place, Text
from disclosure_pipeline.model.view import Span, Views

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]+)(?P<row>[0-9]+)\Z", re.DOTALL)
_LONGEST = 64
_TITLE_LINES = 3

_VALUE = re.compile(r"[0-9]{5}|[0-9]\.[0-9]|\*{2}")
_LONGEST_HEADING = 24
_LEAST_HEADINGS = 2

_LONG_NUMBER = re.compile(r"[0-9](?:\W*[0-9]){4}")
_ROWS_ABOVE = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with words in it, or a paragraph of one.

    Args:
        span: its characters without the white space around them.
        column: the number of its column.
        row: the number of its row.
        text: the first of its characters in folded form, without white space.
    """

    span: Span
    column: int
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell and the words that say what it holds; folded and without white space, empty where there are none.

    Args:
        cell: the cell.
        heading: what stands over its column; empty in the heading row and above it.
        label: the nearest filled cell at its left.
        is_heading: it stands in the heading row or above it.
        headings: the headings of all columns, separated by blanks.
        title: the lines before the table, and what stands in the rows above its heading row.
    """

    cell: Cell
    heading: str
    label: str
    is_heading: bool
    headings: str
    title: str


@dataclass(frozen=True)
class Table:
    """The cells of one table.

    Args:
        cells: in the order of the text.
        title: the lines directly before it.
    """

    cells: Sequence[Cell]
    title: str

    @cached_property
    def columns(self) -> Mapping[int, Sequence[Cell]]:
        """The cells of each column from top to bottom."""
        columns: dict[int, list[Cell]] = {}
        for cell in self.cells:
            columns.setdefault(cell.column, []).append(cell)
        return {number: sorted(cells, key=lambda cell: cell.row) for number, cells in columns.items()}

    @cached_property
    def rows(self) -> Mapping[int, Sequence[Cell]]:
        """The cells of each row from left to right."""
        rows: dict[int, list[Cell]] = {}
        for cell in self.cells:
            rows.setdefault(cell.row, []).append(cell)
        return {number: sorted(cells, key=lambda cell: cell.column) for number, cells in rows.items()}

    @cached_property
    def named(self) -> Sequence[NamedCell]:
        """The cells with their headings and labels, row by row.

        The heading row of a table is its first one with two or more filled cells, if none of these looks like a
        value (mostly digits, a long number, a masked one); a cell under a merged heading takes the one at its left.
        In a form the row that is taken for the heading row may hold values: its cells have labels like those of
        any other row. Hidden cells count like others.
        """
        return tuple(self._named())

    def below(self, head: Cell) -> Iterator[Cell]:
        """The cells of the same column under a cell."""
        return (cell for cell in self.columns[head.column] if cell.row > head.row)

    def above(self, column: int, row: int) -> tuple[str, str]:
        """What stands over a number, line by line, in its column and in all columns.

        That are the cells of a column above its first long number: titles and headings of several lines are common,
        and a list may begin in any row.
        """
        key = (column, min(row, self._below_tops))
        if key not in self._above:
            whole = chain.from_iterable(self._tops.values())
            self._above[key] = _words(self._tops.get(column, ()), row), _words(whole, row)
        return self._above[key]

    @cached_property
    def _above(self) -> dict[tuple[int, int], tuple[str, str]]:
        return {}

    @cached_property
    def _below_tops(self) -> int:
        return 1 + max((cell.row for cells in self._tops.values() for cell in cells), default=0)

    @cached_property
    def _tops(self) -> Mapping[int, Sequence[Cell]]:
        return {
            number: tuple(takewhile(lambda cell: not _LONG_NUMBER.search(cell.text), cells[:_ROWS_ABOVE]))
            for number, cells in self.columns.items()
        }

    def _named(self) -> Iterator[NamedCell]:
        top, headings = self._headings()
        together = " ".join(headings.values())
        title = " ".join([self.title, *(cell.text for cell in self.cells if cell.row < top)])
        for number, row in self.rows.items():
            left, beside, column = "", "", 0
            for cell in row:
                if cell.column != column:  # a cell can have several paragraphs
                    left, beside, column = beside, "", cell.column
                heading = _over(headings, column) if number > top else ""
                yield NamedCell(cell, heading, left, number <= top, together, title)
                beside = (beside + cell.text)[:_LONGEST_HEADING]

    def _headings(self) -> tuple[int, Mapping[int, str]]:
        """Number of the heading row with its words by column; (0, nothing) where the table has none."""
        for number in sorted(self.rows):
            words: dict[int, str] = {}
            for cell in self.rows[number]:
                words[cell.column] = words.get(cell.column, "") + cell.text
            if len(words) >= _LEAST_HEADINGS:
                return (number, words) if all(map(_may_be_heading, words.values())) else (0, {})
        return 0, {}


class _Tables:
    """All tables of a text.

    Args:
        text: the extracted text.
    """

    def __init__(self, text: Text):
        self.of_format = _of_format(text)
        self.all = (*self.of_format.values(), *_of_text(text))
        self.named = tuple(chain.from_iterable(table.named for table in self.all))


_Name = tuple[str, str]
_KNOWN: WeakKeyDictionary[Views, _Tables] = WeakKeyDictionary()


def _read(part: PartText) -> _Tables:
    known = _KNOWN.get(part.views)
    if known is None:
        known = _KNOWN[part.views] = _Tables(part.text)
    return known


def tables_of(part: PartText) -> Sequence[Table]:
    """The tables of a part, shared by whoever asks."""
    return _read(part).all


def named_cells(part: PartText) -> Sequence[NamedCell]:
    """The cells of all tables of a part, shared by whoever asks."""
    return _read(part).named


def words_above(part: PartText, place: Place) -> tuple[str, str]:
    """What stands over a number in a cell (:meth:`Table.above`); empty outside of tables."""
    located = _located(place)
    table = _read(part).of_format.get(located[0]) if located else None
    return table.above(*located[1:]) if located and table else ("", "")


def column_of(place: Place) -> tuple[str, str, int] | None:
    """Which column of which table a place is in, so that cells of one column can be told; ``None`` outside."""
    located = _located(place)
    return (*located[0], located[1]) if located else None


def _located(place: Place) -> tuple[_Name, int, int] | None:
    """Table, column and row of a place."""
    match = _CELL.match(place.cell) if place.cell else None
    return ((place.part, match["table"]), _number(match["column"]), int(match["row"])) if match else None


def _number(letters: str) -> int:
    """Number of a column from its letters, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _of_format(text: Text) -> Mapping[_Name, Table]:
    """The tables whose cells the format names."""
    cells: dict[_Name, list[Cell]] = {}
    titles: dict[_Name, str] = {}
    for index, segment in enumerate(text.segments):
        located = _located(segment.place)
        if located is None:
            continue
        name, column, row = located
        if name not in cells:
            cells[name] = []
            titles[name] = _title(text, index)
        cells[name] += _cell(index, segment.text, 0, column, row)
    return {name: Table(found, titles[name]) for name, found in cells.items()}


def _of_text(text: Text) -> Iterator[Table]:
    """The tables made of lines with tabs."""
    cells: list[Cell] = []
    title = ""
    row = 0
    for index, segment in enumerate(text.segments):
        if segment.place.cell is not None or ("\t" not in segment.text and not cells):
            continue
        at = 0
        for line in segment.text.splitlines(keepends=True):
            if "\t" in line.strip():
                if not cells:
                    title, row = _title(text, index) + _folded(segment.text[:at]), 0
                row += 1
                cells += _cells(index, line, at, row)
            elif line.strip() and cells:
                yield Table(cells, title)
                cells = []
            at += len(line)
    if cells:
        yield Table(cells, title)


def _cells(segment: int, line: str, at: int, row: int) -> Iterator[Cell]:
    for number, words in enumerate(line.split("\t"), start=1):
        yield from _cell(segment, words, at, number, row)
        at += len(words) + 1


def _cell(segment: int, words: str, at: int, column: int, row: int) -> Iterator[Cell]:
    """The cell, unless it is empty."""
    stripped = words.strip()
    if stripped:
        start = at + len(words) - len(words.lstrip())
        yield Cell(Span(segment, start, start + len(stripped)), column, row, _folded(stripped[:_LONGEST]))


def _title(text: Text, index: int) -> str:
    """The lines before a table that are not cells of another one."""
    lines = []
    for segment in reversed(text.segments[max(0, index - _TITLE_LINES) : index]):
        if segment.place.cell is not None:
            break
        lines.append(_folded(segment.text))
    return " ".join(reversed(lines))


def _folded(words: str) -> str:
    return "".join(fold(words[-_LONGEST:]).split())


def _may_be_heading(words: str) -> bool:
    digits = sum(map(str.isdigit, words))
    return len(words) <= _LONGEST_HEADING and digits <= len(words) // 2 and not _VALUE.search(words)


def _over(headings: Mapping[int, str], column: int) -> str:
    """The heading of a column, or of the nearest one at its left."""
    if column in headings:
        return headings[column]
    left = [one for one in headings if one < column]
    return headings[max(left)] if left else ""


def _words(cells: Iterable[Cell], row: int) -> str:
    return " ".join(cell.text for cell in cells if cell.row < row)
