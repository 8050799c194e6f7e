"""From characters with boxes to lines, paragraphs and table cells. Pure geometry, no pdf library.

Coordinates are points from the top left corner of the page: (left, top, right, bottom).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from disclosure_pipeline.builtin.extractors.shared.markup import column_name

_SURROGATE = re.compile("[\ud800-\udfff]")

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_SNAP = 3.0
_FEWEST_LINES = 2
_FEWEST_LETTERS = 6
_COLUMN = 18.0
_COLUMNS = 3
_MOST_CROSSINGS = 1_000_000


class Line:
    """A line of text: characters and their boxes (white space has none)."""

    __slots__ = ("boxes", "characters", "runs")

    def __init__(
        self,
        characters: list[str] | None = None,
        boxes: list[Box | None] | None = None,
        runs: list[Box] | None = None,
    ) -> None:
        self.characters: list[str] = [] if characters is None else characters
        self.boxes: list[Box | None] = [] if boxes is None else boxes
        self.runs: list[Box] = [] if runs is None else runs
        """Boxes of its pieces, where its characters were not looked at one by one."""

    @classmethod
    def whole(cls, text: str, box: Box, runs: list[Box] | None = None) -> Self:
        """A line whose characters were not looked at one by one.

        Args:
            text: all of it.
            box: around all of it.
            runs: boxes of its pieces, where somebody asks for them.
        """
        return cls([text], [box], runs or [box])

    def append(self, character: str, box: Box | None) -> None:
        """Add a character."""
        self.characters.append(character)
        self.boxes.append(box)

    @property
    def text(self) -> str:
        """The characters; halves of a surrogate pair are joined."""
        text = "".join(self.characters)
        if _SURROGATE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    @property
    def box(self) -> Box | None:
        """The box around all characters."""
        return self.boxes[0] if self.runs else union(self.boxes)


@dataclass(frozen=True, slots=True)
class Edge:
    """A ruling line, along x (``horizontal``) or along y."""

    box: Box
    horizontal: bool

    @classmethod
    def along(cls, box: Box) -> Self:
        """The line in the middle of a thin box, along its longer side."""
        left, top, right, bottom = box
        if right - left >= bottom - top:
            middle = (top + bottom) / 2
            return cls((left, middle, right, middle), horizontal=True)
        middle = (left + right) / 2
        return cls((middle, top, middle, bottom), horizontal=False)


@dataclass(slots=True)
class Grid:
    """A ruled table: its cells by name, row by row."""

    box: Box
    cells: dict[str, Box]

    def cell_at(self, box: Box, guess: str | None) -> str | None:
        """Name of the cell that holds the middle of a character's box."""
        if not inside(box, self.box):
            return None
        if guess is not None and guess in self.cells and inside(box, self.cells[guess]):
            return guess
        return next((name for name, cell in self.cells.items() if inside(box, cell)), None)


@dataclass(slots=True)
class Block:
    """A paragraph or a table cell."""

    lines: list[Line] = field(default_factory=list)
    cell: str | None = None
    last: Box | None = None
    """The box of a paragraph's last line."""

    @property
    def text(self) -> str:
        """The lines, with the page's line breaks."""
        if len(self.lines) == 1:
            return self.lines[0].text.rstrip()
        return "\n".join(line.text.rstrip() for line in self.lines)

    @property
    def box(self) -> Box | None:
        """The box around all lines."""
        if len(self.lines) == 1:
            return self.lines[0].box
        return union(line.box for line in self.lines)


def inside(box: Box, area: Box) -> bool:
    """Whether the middle of a box lies in an area."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def holds(area: Box, box: Box, slack: float) -> bool:
    """Whether a box lies in an area, but for a little."""
    return (
        area[0] <= box[0] + slack and area[1] <= box[1] + slack
        and area[2] >= box[2] - slack and area[3] >= box[3] - slack
    )  # fmt: skip


def touch(one: Box, other: Box) -> bool:
    """Whether two boxes share an area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def product(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that moves by ``inner`` first, then by ``outer``."""
    if inner == IDENTITY:
        return outer
    a, b, c, d, e, f = inner
    x, y = moved(outer, e, f)
    return (
        a * outer[0] + b * outer[2], a * outer[1] + b * outer[3],
        c * outer[0] + d * outer[2], c * outer[1] + d * outer[3], x, y,
    )  # fmt: skip


def moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Where a matrix moves a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all boxes."""
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    lefts, tops, rights, bottoms = zip(*known, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def tables(edges: Sequence[Edge]) -> list[Grid]:
    """Ruled tables, found with pdfplumber's algorithm on pdfium's lines.

    Args:
        edges: ruling lines of the page.

    Returns:
        Tables of at least two cells, top to bottom; names are ``table 1 A1`` …
    """
    across = sum(edge.horizontal for edge in edges)
    if across < _FEWEST_LINES or len(edges) - across < _FEWEST_LINES:
        return []
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

    merged = merge_edges(
        [_as_dict(edge) for edge in edges],
        snap_x_tolerance=_SNAP, snap_y_tolerance=_SNAP, join_x_tolerance=_SNAP, join_y_tolerance=_SNAP,
    )  # fmt: skip
    if len(merged) ** 2 > _MOST_CROSSINGS:  # a drawing, not a table
        return []
    cells = intersections_to_cells(edges_to_intersections(merged, _SNAP, _SNAP))
    grids: list[Grid] = []
    for found in cells_to_tables(cells):
        if len(found) >= _FEWEST_LINES:
            grids.append(_grid(len(grids) + 1, [(box[0], box[1], box[2], box[3]) for box in found]))
    return grids


def paragraphs(lines: Sequence[Line], grids: Sequence[Grid], width: float) -> list[Block]:
    """Lines gathered into paragraphs; what lies in a ruled table becomes its cells instead.

    Two lines are one paragraph when the first runs to the right margin of its column (or breaks a number)
    and the second starts without an indent right below it: so an address or a number broken over two lines
    stays whole, while headings, list items and the lines of a signature stay apart. Letters that stand in a
    cell each, as the digits of a form do, are one cell.

    Args:
        lines: in reading order.
        grids: ruled tables of the page.
        width: width of the page.
    """
    blocks: list[Block] = []
    cells: dict[str, Block] = {}
    margins = _Margins(lines, width)
    for whole in lines:
        for name, line in _by_cell(whole, grids):
            if name is None:
                _continue_or_start(blocks, line, margins)
            elif name in cells:
                cells[name].lines.append(line)
            else:
                _start_cells(blocks, cells, name, grids)
                cells[name].lines.append(line)
    return list(_joined([block for block in blocks if block.lines])) if cells else blocks


class _Margins:
    """How far to the right the lines of a column run: lines that start at the same place are one.

    Args:
        lines: of a page. width: of the page.
    """

    def __init__(self, lines: Sequence[Line], width: float):
        self._width = width
        self._ends: dict[int, float] = {}
        self._known: dict[int, float] = {}
        for line in lines:
            box = line.box
            if box is not None:
                column = round(box[0] / _COLUMN)
                self._ends[column] = max(self._ends.get(column, 0.0), box[2])

    def of(self, box: Box) -> float:
        """The right margin of a line; an indent of two letters leaves it in its column."""
        column = round(box[0] / _COLUMN)
        if column not in self._known:
            near = [self._ends[at] for at in range(column - 2, column + 2) if at in self._ends]
            self._known[column] = max(near, default=self._width)
        return self._known[column]


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks, with runs of cells of one letter made one."""
    at = 0
    while at < len(blocks):
        end = at
        while end < len(blocks) and _is_letter_after(blocks[end], blocks[end - 1] if end > at else None):
            end += 1
        if end - at >= _FEWEST_LETTERS:
            whole = Line()
            for line in (line for block in blocks[at:end] for line in block.lines):
                for character, box in zip(line.characters, line.boxes, strict=True):
                    if not character.isspace():
                        whole.append(character, box)
            yield Block([whole], blocks[at].cell)
        else:
            yield from blocks[at : max(end, at + 1)]
        at = max(end, at + 1)


def _is_letter_after(block: Block, before: Block | None) -> bool:
    """Whether a cell holds a digit or Latin letter, and stands in the row of the one before."""
    if block.cell is None:
        return False
    text = block.text.strip()
    if len(text) != 1 or not (text.isascii() and text.isalnum()):
        return False
    return before is None or (before.cell is not None and _row(before.cell) == _row(block.cell))


def _row(cell: str) -> tuple[str, str]:
    """(table, row) of a cell's name."""
    table, _, place = cell.rpartition(" ")
    return table, place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _by_cell(line: Line, grids: Sequence[Grid]) -> list[tuple[str | None, Line]]:
    """A line cut at the borders of cells; white space goes with what stands before it."""
    if not grids:
        return [(None, line)]
    pieces: list[tuple[str | None, Line]] = []
    name: str | None = None
    for character, box in zip(line.characters, line.boxes, strict=True):
        if box is not None:
            name = next((found for grid in grids if (found := grid.cell_at(box, name))), None)
        if not pieces or pieces[-1][0] != name:
            pieces.append((name, Line()))
        pieces[-1][1].append(character, box)
    return pieces


def _start_cells(blocks: list[Block], cells: dict[str, Block], name: str, grids: Sequence[Grid]) -> None:
    """Put every cell of a table where its first character was met, row by row."""
    grid = next(grid for grid in grids if name in grid.cells)
    for cell in grid.cells:
        if cell not in cells:
            cells[cell] = Block(cell=cell)
            blocks.append(cells[cell])


def _continue_or_start(blocks: list[Block], line: Line, margins: _Margins) -> None:
    """Add a line to a paragraph right above it: the last one, or one of a column drawn in turns with others."""
    box = line.box
    if box is not None:
        for block in blocks[: -_COLUMNS - 1 : -1]:
            before = block.last
            if before is not None and _goes_on(block.lines[-1], before, line, box, margins):
                block.lines.append(line)
                block.last = box
                return
    blocks.append(Block([line], last=box))


def _goes_on(above: Line, before: Box, line: Line, box: Box, margins: _Margins) -> bool:
    height = max(before[3] - before[1], box[3] - box[1])
    if not -0.5 * height <= box[1] - before[3] <= 1.2 * height or box[0] > before[0] + 0.5 * height:
        return False
    if before[2] <= box[0] or before[0] >= box[2]:
        return False
    return before[2] >= margins.of(before) - 1.5 * height or _breaks_a_number(above, line)


def _breaks_a_number(before: Line, line: Line) -> bool:
    """Whether one line ends with a digit after words, and the next goes on with digits."""
    above, below = before.text.rstrip(), line.text.lstrip()
    return (
        above[-1:].isdigit() and below[:1].isdigit()
        and not above[:1].isdigit() and not (above + below).replace(".", "").isdigit()
    )  # fmt: skip


def _grid(number: int, boxes: list[Box]) -> Grid:
    tops = sorted({round(box[1]) for box in boxes})
    lefts = sorted({round(box[0]) for box in boxes})
    cells = {
        f"table {number} {column_name(lefts.index(round(box[0])) + 1)}{tops.index(round(box[1])) + 1}": box
        for box in sorted(boxes, key=lambda box: (round(box[1]), round(box[0])))
    }
    around = union(boxes)
    return Grid(around if around is not None else (0.0, 0.0, 0.0, 0.0), cells)


def _as_dict(edge: Edge) -> dict[str, object]:
    left, top, right, bottom = edge.box
    return {
        "x0": left, "x1": right, "top": top, "bottom": bottom, "width": right - left, "height": bottom - top,
        "orientation": "h" if edge.horizontal else "v", "object_type": "line",
    }  # fmt: skip
