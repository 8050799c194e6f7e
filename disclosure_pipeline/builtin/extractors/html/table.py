"""Where in which table of a web page the reader is."""

from __future__ import annotations

from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.shared.markup import column_name

_MOST_COLUMNS = 1000


@dataclass(slots=True)
class _Grid:
    number: int
    row: int = 0
    column: int = 0


class TablePlaces:
    """Follows rows and cells, nested tables included."""

    def __init__(self) -> None:
        self._open: list[_Grid] = []
        self._count = 0

    def enter(self, tag: str) -> None:
        """Go into an element of this name (lower case)."""
        if tag == "table":
            self._count += 1
            self._open.append(_Grid(self._count))
        elif self._open and tag == "tr":
            self._open[-1].row += 1
            self._open[-1].column = 0
        elif self._open and tag in ("td", "th"):
            self._open[-1].column += 1

    def leave(self, tag: str, colspan: str) -> None:
        """Come out of an element; a wide cell takes the columns it spans."""
        if tag == "table" and self._open:
            self._open.pop()
        elif self._open and tag in ("td", "th") and colspan.isascii() and colspan.isdigit():
            self._open[-1].column += min(max(int(colspan[:4]), 1), _MOST_COLUMNS) - 1

    @property
    def cell(self) -> str | None:
        """The present cell as ``table 2 B3``; ``None`` outside of cells."""
        if not self._open or not self._open[-1].column or not self._open[-1].row:
            return None
        grid = self._open[-1]
        return f"table {grid.number} {column_name(grid.column)}{grid.row}"
