"""What the cells of a table mean by the words above and beside them.

A name, a number or an address in a table has its meaning from the heading of its column (联系方式) or, in a
form, from the cell at its left (申请人). Both are read from the places of the segments
(``Place.cell``: ``Sheet!B3`` in a spreadsheet, ``table 2 B3`` in a document).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.text import Place

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]{1,3})(?P<row>[0-9]+)\Z", re.DOTALL)
_VALUE = re.compile(r"[0-9]{5}|[0-9]\.[0-9]")
_BLANKS = re.compile(r"\s+")
_LONGEST_HEADING = 24
_LEAST_HEADINGS = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over and beside a cell, folded and without white space; empty where there is nothing.

    Args:
        column: heading of its column.
        label: nearest filled cell at its left.
    """

    column: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Cell:
    segment: int
    row: int
    column: int
    text: str


def headings(part: PartText) -> Mapping[int, Heading]:
    """Headings of the filled cells, by index of the segment; segments that are no cell have none.

    The heading row of a table is its first one with two or more filled cells of which none looks like a value
    (mostly digits, a long number); a cell under a merged heading takes the one at its left. In a form the row that is taken for the heading row may hold values:
    its cells have labels like those of any other row. Hidden cells count like others.

    Args:
        part: the part whose text is looked at.
    """
    found: dict[int, Heading] = {}
    for cells in _tables(part).values():
        rows: defaultdict[int, list[_Cell]] = defaultdict(list)
        for cell in cells:
            rows[cell.row].append(cell)
        top, columns = _heading_row(rows)
        for number, row in rows.items():
            found.update(
                _headings_of(sorted(row, key=lambda cell: cell.column), columns if number > top else {})
            )
    return found


def column_of(place: Place) -> tuple[str, str] | None:
    """Which column of which table a place is in, so that cells of one column can be told; ``None`` outside."""
    match = _CELL.match(place.cell) if place.cell else None
    return (f"{place.part}\n{match['table']}", match["column"]) if match else None


def _tables(part: PartText) -> Mapping[str, list[_Cell]]:
    """The filled cells of each table."""
    tables: defaultdict[str, list[_Cell]] = defaultdict(list)
    for index, segment in enumerate(part.text.segments):
        match = _CELL.match(segment.place.cell) if segment.place.cell else None
        text = _BLANKS.sub("", fold(segment.text)) if match else ""
        if match and text:
            table = f"{segment.place.part}\n{match['table']}"
            tables[table].append(_Cell(index, int(match["row"]), _number(match["column"]), text))
    return tables


def _number(letters: str) -> int:
    """Number of a column from its letters, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _heading_row(rows: Mapping[int, Sequence[_Cell]]) -> tuple[int, Mapping[int, str]]:
    """Number of the heading row with its texts by column; (0, nothing) where the table has none."""
    for number in sorted(rows):
        texts = {cell.column: cell.text for cell in rows[number]}
        if len(texts) >= _LEAST_HEADINGS:
            return (number, texts) if all(map(_is_heading, texts.values())) else (0, {})
    return 0, {}


def _is_heading(text: str) -> bool:
    digits = sum(one.isdigit() for one in text)
    return len(text) <= _LONGEST_HEADING and digits <= len(text) // 2 and not _VALUE.search(text)


def _headings_of(row: Sequence[_Cell], columns: Mapping[int, str]) -> Iterator[tuple[int, Heading]]:
    left, beside, here = "", "", 0
    for cell in row:
        if cell.column != here:  # a cell can hold several segments
            left, beside = beside, ""
        here = cell.column
        yield cell.segment, Heading(_over(columns, here), left)
        beside = (beside + cell.text)[:_LONGEST_HEADING]


def _over(columns: Mapping[int, str], column: int) -> str:
    """The heading of a column, or of the nearest one at its left."""
    if column in columns:
        return columns[column]
    left = [one for one in columns if one < column]
    return columns[max(left)] if left else ""
