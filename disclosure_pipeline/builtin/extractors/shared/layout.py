"""Lines of letters with their boxes, ruling lines and the tables that they make. Pure geometry, no pdf library.

Coordinates are points from the top left corner of the page: (left, top, right, bottom).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from disclosure_pipeline.builtin.extractors.shared.markup import column_name

_SURROGATE = re.compile("[\ud800-\udfff]")

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_SNAP = 3.0
_FEWEST_LINES = 2
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
