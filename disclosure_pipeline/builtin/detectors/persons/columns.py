"""Cells with what names them: the heading of their column, or in a form the cell at their left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from disclosure_pipeline.builtin.detectors.grounds.tables import Cell, Table, tables_of
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.view import Views

_VALUE = re.compile(r"[0-9]{4}|\*{2}")
_LONGEST_HEADING = 24
_ROWS = 5


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell and the words that say what it holds; folded and without white space, empty where there are none.

    Args:
        cell: the cell.
        heading: what stands over its column.
        label: what stands at its left.
        table: the headings of all columns, separated by blanks.
        title: the lines before the table.
    """

    cell: Cell
    heading: str
    label: str
    table: str
    title: str


_KNOWN: WeakKeyDictionary[Views, tuple[NamedCell, ...]] = WeakKeyDictionary()


def named_cells(part: PartText) -> tuple[NamedCell, ...]:
    """The cells of a part below its headings, and those of forms, shared by whoever asks."""
    known = _KNOWN.get(part.views)
    if known is None:
        known = _KNOWN[part.views] = tuple(cell for table in tables_of(part) for cell in _named(table))
    return known


def _named(table: Table) -> Iterator[NamedCell]:
    top, headings = _headings(table)
    together = " ".join(headings.values())
    for number, row in table.rows.items():
        left = ""
        for cell in row:
            if number > top:
                yield NamedCell(cell, headings.get(cell.column, ""), left, together, table.title)
            left = cell.text[:_LONGEST_HEADING]


def _headings(table: Table) -> tuple[int, Mapping[str, str]]:
    """Number of the heading row with its words by column; (0, nothing) for a form."""
    for number in sorted(table.rows)[:_ROWS]:
        row = table.rows[number]
        if len(row) > 1:
            if any(len(cell.text) > _LONGEST_HEADING or _VALUE.search(cell.text) for cell in row):
                break
            return number, {cell.column: cell.text for cell in row}
    return 0, {}
