"""What stands over a column of a table: the words that say what its numbers are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.text import Place, Text
from disclosure_pipeline.model.view import Views

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]+)(?P<row>[0-9]+)\Z", re.DOTALL)
_NUMBER = re.compile(r"[0-9](?:\W*[0-9]){4}")
_LONGEST = 60
_ROWS = 4

_Table = tuple[str, str]


class Headings:
    """The headings of every table of a part.

    The cells of a column above its first long number are its heading: titles and headings of several lines
    are common, and a list may begin in any row.

    Args:
        text: the extracted text.
    """

    def __init__(self, text: Text):
        self._columns: dict[tuple[_Table, str], list[tuple[int, str]]] = {}
        begun: set[tuple[_Table, str]] = set()
        for segment in text.segments:
            cell = _cell(segment.place)
            if cell is None or cell[:2] in begun:
                continue
            words = "".join(fold(segment.text[:_LONGEST]).split())
            above = self._columns.setdefault(cell[:2], [])
            if _NUMBER.search(words) or len(above) == _ROWS:
                begun.add(cell[:2])
            else:
                above.append((cell[2], words))
        self._tables: dict[_Table, list[tuple[int, str]]] = {}
        for (table, _), words_of_rows in self._columns.items():
            self._tables.setdefault(table, []).extend(words_of_rows)

    def column(self, place: Place) -> str:
        """What stands over a cell, line by line; empty for what is no cell."""
        cell = _cell(place)
        return _above(self._columns.get(cell[:2], ()), cell[2]) if cell else ""

    def table(self, place: Place) -> str:
        """The headings of all columns of the cell's table."""
        cell = _cell(place)
        return _above(self._tables.get(cell[0], ()), cell[2]) if cell else ""


_KNOWN: WeakKeyDictionary[Views, Headings] = WeakKeyDictionary()


def headings_of(part: PartText) -> Headings:
    """The headings of a part, shared by whoever asks."""
    known = _KNOWN.get(part.views)
    if known is None:
        known = _KNOWN[part.views] = Headings(part.text)
    return known


def _above(cells: Iterable[tuple[int, str]], row: int) -> str:
    return " ".join(words for other, words in cells if other < row)


def _cell(place: Place) -> tuple[_Table, str, int] | None:
    """The cell's table, column and row."""
    match = _CELL.match(place.cell) if place.cell else None
    return ((place.part, match["table"]), match["column"], int(match["row"])) if match else None
