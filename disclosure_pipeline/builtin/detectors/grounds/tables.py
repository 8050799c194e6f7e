"""The tables of a part, read once for all detectors that look at cells.

Beside the tables of a format also those of plain text: lines in a row whose cells are separated by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.view import Span, Views

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]+)(?P<row>[0-9]+)\Z", re.DOTALL)
_LONGEST = 64
_TITLE_LINES = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with words in it.

    Args:
        span: its characters without the white space around them.
        column: what its column is called in its table.
        row: the number of its row.
        text: the first of its characters in folded form, without white space.
    """

    span: Span
    column: str
    row: int
    text: str


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
    def columns(self) -> Mapping[str, Sequence[Cell]]:
        """The cells of each column from top to bottom."""
        columns: dict[str, list[Cell]] = {}
        for cell in self.cells:
            columns.setdefault(cell.column, []).append(cell)
        return {name: sorted(cells, key=lambda cell: cell.row) for name, cells in columns.items()}

    @cached_property
    def rows(self) -> Mapping[int, Sequence[Cell]]:
        """The cells of each row in the order of the text."""
        rows: dict[int, list[Cell]] = {}
        for cell in self.cells:
            rows.setdefault(cell.row, []).append(cell)
        return rows

    def below(self, head: Cell) -> Iterator[Cell]:
        """The cells of the same column under a cell."""
        return (cell for cell in self.columns[head.column] if cell.row > head.row)


_KNOWN: WeakKeyDictionary[Views, tuple[Table, ...]] = WeakKeyDictionary()


def tables_of(part: PartText) -> tuple[Table, ...]:
    """The tables of a part, shared by whoever asks."""
    known = _KNOWN.get(part.views)
    if known is None:
        known = _KNOWN[part.views] = (*_of_format(part.text), *_of_text(part.text))
    return known


def _of_format(text: Text) -> Iterator[Table]:
    """The tables whose cells the format names."""
    cells: dict[tuple[str, str], list[Cell]] = {}
    titles: dict[tuple[str, str], str] = {}
    for index, segment in enumerate(text.segments):
        if segment.place.cell is None:
            continue
        match = _CELL.match(segment.place.cell)
        if match is None:
            continue
        key = (segment.place.part, match["table"])
        if key not in cells:
            cells[key] = []
            titles[key] = _title(text, index)
        cells[key] += _cell(index, segment.text, 0, match["column"], int(match["row"]))
    for key, found in cells.items():
        yield Table(found, titles[key])


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
                cells += _row(index, line, at, row)
            elif line.strip() and cells:
                yield Table(cells, title)
                cells = []
            at += len(line)
    if cells:
        yield Table(cells, title)


def _row(segment: int, line: str, at: int, row: int) -> Iterator[Cell]:
    for number, words in enumerate(line.split("\t")):
        yield from _cell(segment, words, at, str(number), row)
        at += len(words) + 1


def _cell(segment: int, words: str, at: int, column: str, row: int) -> Iterator[Cell]:
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
