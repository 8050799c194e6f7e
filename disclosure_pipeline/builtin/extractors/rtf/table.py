"""Tables of Rich Text Format: which column a cell stands in.

A row knows no columns, only the right edge of each of its cells (``cellx``); a merged cell is a wider one. The
columns are known when the table ends: until then a cell is named by its position in the row. A cell that is
merged in the other two ways (``clmgf`` and ``clmrg``, ``clvmgf`` and ``clvmrg``) keeps its edge, so it counts; what
stands in the second of its halves is not shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from disclosure_pipeline.builtin.extractors.shared.markup import column_name

_SWALLOWED = ("clmrg", "clvmrg")
ROW_WORDS = frozenset(("trowd", "trleft", "cellx", *_SWALLOWED))
"""Control words that define where the cells of a row stand."""

_NEAR = 30
"""Twips, half a millimetre: edges that are not farther apart are one."""

_PART_OF_CELL = 4
"""So are edges within a quarter of the narrowest cell: somebody dragged one, and the cells still stand under each other."""

_MOST_EDGES = 1000
"""More edges of one row than any program writes; the cells behind them have none."""


class _Shape(NamedTuple):
    """Where the cells of a row stand, in twips: the left edge of the first, the right edges of all."""

    left: int
    edges: tuple[int, ...]


class _Row(NamedTuple):
    """A row in which something stands: its 1-based number, its cells up to the last with text, where they stand."""

    number: int
    cells: int
    shape: _Shape


@dataclass(slots=True)
class Table:
    """A table while it is read.

    Args:
        number: of the table in the document.
        level: 1, or more for a table inside the cell of another.
        row: number of the present row.
        cells: how many ended in it.
        filled: how many there are up to the last with text.
        left: left edge of the rows that come now, in twips.
        edges: right edges of their cells; they hold until others are defined.
        swallowed: positions of cells that are merged into the one before or above.
        rows: the rows that ended.
        shapes: those there are, each once.
    """

    number: int
    level: int
    row: int = 1
    cells: int = 0
    filled: int = 0
    left: int = 0
    edges: list[int] = field(default_factory=list)
    swallowed: set[int] = field(default_factory=set)
    rows: list[_Row] = field(default_factory=list)
    shapes: dict[_Shape, _Shape] = field(default_factory=dict)

    def name(self, column: int, row: int) -> str:
        """Name of a cell.

        Args:
            column: its 1-based column.
            row: its 1-based row.
        """
        return f"table {self.number} {column_name(column)}{row}"

    def end_row(self) -> None:
        """Go to the next row."""
        if self.filled:
            shape = _Shape(self.left, tuple(self.edges))
            self.rows.append(_Row(self.row, self.filled, self.shapes.setdefault(shape, shape)))
        self.row, self.cells, self.filled = self.row + 1, 0, 0

    def renamed(self) -> Iterator[tuple[str, str]]:
        """Names by position and by column of the cells for which they differ."""
        columns = _columns({row.shape for row in self.rows if _is_usable(row)})
        for row in self.rows:
            if _is_usable(row) and columns:
                for position, column in enumerate(columns[row.shape][: row.cells], 1):
                    if column != position:
                        yield self.name(position, row.number), self.name(column, row.number)


class Tables:
    """Names the cells of a document's tables. Every story (body, header, note) has open tables, the outer one first."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        """By name after position the name after column, of cells of ended tables for which they differ."""
        self._count = 0

    def define(self, story: list[Table], level: int, word: str, number: int) -> None:
        """Take a definition of the row.

        Args:
            story: its open tables.
            level: of the table.
            word: one of :data:`ROW_WORDS`.
            number: its parameter, in twips.
        """
        table = _find(story, level)
        if table is None:
            if word != "trowd":
                return
            table = self._open(story, level)
        if word == "trowd":
            table.left = 0
            table.edges.clear()
            table.swallowed.clear()
        elif word in _SWALLOWED:
            table.swallowed.add(len(table.edges) + 1)
        elif word == "trleft":
            table.left = number
        elif len(table.edges) < _MOST_EDGES:
            table.edges.append(number)

    def is_swallowed(self, story: list[Table], level: int) -> bool:
        """Whether the present cell of a table is merged into another one, which is shown in its place.

        Args:
            story: its open tables.
            level: of the table; 0 is outside of all.
        """
        table = _find(story, level)
        return table is not None and table.cells + 1 in table.swallowed

    def end_cell(self, story: list[Table], level: int, *, filled: bool) -> str:
        """Name the cell that ends, by its position.

        Args:
            story: its open tables.
            level: of the table.
            filled: whether text stands in it.
        """
        table = self._open(story, level)
        table.cells += 1
        if filled:
            table.filled = table.cells
        return table.name(table.cells, table.row)

    def end_paragraph(self, story: list[Table], level: int, *, filled: bool) -> str | None:
        """Name the cell that goes on behind a paragraph; ``None`` outside of the open tables.

        Args:
            story: its open tables.
            level: of the table the paragraph is in; 0 is outside of all.
            filled: whether text stands in it.
        """
        self.leave(story, level)
        if not story or story[-1].level != level:
            return None
        table = story[-1]
        if filled:
            table.filled = table.cells + 1
        return table.name(table.cells + 1, table.row)

    def end_row(self, story: list[Table], level: int) -> None:
        """End a row; its definition may have come before its cells or behind them.

        Args:
            story: its open tables.
            level: of the table.
        """
        self.leave(story, level)
        if story and story[-1].level == level:
            story[-1].end_row()

    def leave(self, story: list[Table], level: int) -> None:
        """End the tables inside a place.

        Args:
            story: its open tables.
            level: of the table the place is in; 0 is outside of all.
        """
        while story and story[-1].level > level:
            table = story.pop()
            table.end_row()
            self.names.update(table.renamed())

    def _open(self, story: list[Table], level: int) -> Table:
        """The open table of a level; a new one unless there is one, and one around it."""
        if story and story[-1].level == level:
            return story[-1]
        self.leave(story, level)
        if not story and level > 1:
            self._open(story, 1)
        if not story or story[-1].level < level:
            self._count += 1
            story.append(Table(self._count, level))
        return story[-1]


def _find(story: Sequence[Table], level: int) -> Table | None:
    """The open table of a level."""
    if story and story[-1].level == level:
        return story[-1]
    return next((table for table in story if table.level == level), None)


def _is_usable(row: _Row) -> bool:
    """Whether every cell with text has an edge."""
    return row.cells <= len(row.shape.edges)


def _columns(shapes: Iterable[_Shape]) -> dict[_Shape, list[int]]:
    """The 1-based column in which each cell begins; nothing if the edges do not make a grid."""
    shapes = tuple(shapes)
    starts, near = _grid(shapes)
    columns: dict[_Shape, list[int]] = {}
    for left, edges in shapes:
        ends = [bisect_right(starts, edge) for edge in edges]
        begins = [bisect_right(starts, left + near) if left < edges[0] else 0, *ends[:-1]]
        if any(begin >= end for begin, end in zip(begins, ends, strict=True)):
            return {}
        columns[_Shape(left, edges)] = [begin + 1 for begin in begins]
    return columns


def _grid(shapes: Sequence[_Shape]) -> tuple[list[int], int]:
    """Where the right edges of the columns begin, and how near edges are one."""
    widths = (
        right - left
        for shape in shapes
        for left, right in pairwise((shape.left, *shape.edges))
        if left < right
    )
    near = max(_NEAR, min(widths, default=0) // _PART_OF_CELL)
    edges = sorted({edge for shape in shapes for edge in shape.edges})
    return [
        edge for before, edge in pairwise((min(edges, default=0) - near - 1, *edges)) if edge - before > near
    ], near
