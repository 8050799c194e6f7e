"""What hides the cells of a sheet: rows, columns, merges, the print area, conditional formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import column_number, local
from disclosure_pipeline.builtin.extractors.sheets.styles import CellStyles, Look, Overlay

if TYPE_CHECKING:
    from lxml import etree

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_RANGE = re.compile(r"\$?([A-Z]{1,3})?\$?(\d{1,7})?(?::\$?([A-Z]{1,3})?\$?(\d{1,7})?)?")
_COMPARISONS = (
    "equal",
    "notEqual",
    "greaterThan",
    "greaterThanOrEqual",
    "lessThan",
    "lessThanOrEqual",
    "between",
)
_Payload = TypeVar("_Payload")
_UNREADABLE_WIDTH = 0.3
"""Width of a column, in characters, in which nothing can be read."""
_UNREADABLE_HEIGHT = 1.5
"""Height of a row, in points, in which nothing can be read."""


@dataclass(frozen=True, slots=True)
class Range:
    """A block of cells; rows and columns are 1-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Range | None:
        """``A1``, ``$A$1:$C$9``, ``A:C`` or ``1:9``; ``None`` for anything else."""
        found = _RANGE.fullmatch(text.strip())
        if not text or found is None or not (found[1] or found[2]):
            return None
        left, top, right, bottom = found.groups()
        if right is None and bottom is None:
            right, bottom = left, top
        return cls(
            int(top or 1), column_number(left) if left else 1,
            int(bottom or LAST_ROW), column_number(right) if right else LAST_COLUMN,
        )  # fmt: skip


class RangesByRow(Generic[_Payload]):
    """Blocks of cells, asked row by row: cheap while the rows ascend.

    Args:
        ranges: the blocks, each with what it stands for.
    """

    def __init__(self, ranges: Iterable[tuple[Range, _Payload]]):
        self._ranges = sorted(ranges, key=lambda item: item[0].top)
        self._row = 0
        self._next = 0
        self._active: list[tuple[Range, _Payload]] = []

    def at(self, row: int) -> Sequence[tuple[Range, _Payload]]:
        """The blocks that this row goes through."""
        if row < self._row:
            self._next, self._active = 0, []
        if row != self._row:
            self._row = row
            while self._next < len(self._ranges) and self._ranges[self._next][0].top <= row:
                self._active.append(self._ranges[self._next])
                self._next += 1
            if self._active:
                self._active = [item for item in self._active if item[0].bottom >= row]
        return self._active


@dataclass(frozen=True, slots=True)
class Condition:
    """A conditional format that could make text disappear."""

    overlay: Overlay
    kind: str
    operator: str
    operands: tuple[str, ...]

    def hides(self, look: Look, stored: str, cell_type: str) -> bool:
        """Whether it makes a cell unreadable; a condition that cannot be computed is taken to hold."""
        is_text = cell_type in ("s", "str", "inlineStr")
        if not self.overlay.hides(look, stored, is_text=is_text):
            return False
        if self.kind == "containsErrors" or self._asks_for_errors():
            return cell_type == "e"
        if self.kind == "notContainsErrors":
            return cell_type != "e"
        if self.kind == "containsBlanks":
            return not stored.strip()
        if self.kind == "cellIs" and self.operator in _COMPARISONS and self.operands:
            return self._compares(stored, is_text=is_text)
        return True

    def _asks_for_errors(self) -> bool:
        formula = self.operands[0].upper() if self.operands else ""
        return (
            self.kind == "expression"
            and re.fullmatch(r"IS(?:ERROR|ERR|NA)\(\$?[A-Z]+\$?\d+\)", formula) is not None
        )

    def _compares(self, stored: str, *, is_text: bool) -> bool:
        operand = self.operands[0]
        if operand.startswith('"') or is_text:
            same = stored.casefold() == operand.strip('"').casefold()
            return same if self.operator == "equal" else not same
        try:
            number, other = float(stored), float(operand)
            last = float(self.operands[-1])
        except ValueError:
            return True
        return {
            "equal": number == other, "notEqual": number != other, "greaterThan": number > other,
            "greaterThanOrEqual": number >= other, "lessThan": number < other, "lessThanOrEqual": number <= other,
            "between": min(other, last) <= number <= max(other, last),
        }[self.operator]  # fmt: skip


class Veil:
    """What hides the cells of one sheet.

    Args:
        styles: the workbook's formats.
        print_area: blocks that are printed; empty when everything is.
    """

    def __init__(self, styles: CellStyles, print_area: Sequence[Range] = ()):
        self._styles = styles
        self._columns: list[tuple[int, int]] = []
        self._known_columns: dict[int, bool] = {}
        self._merges: list[tuple[Range, None]] = []
        self._conditions: list[tuple[Range, Condition]] = []
        self._print_area = RangesByRow((block, None) for block in print_area)
        self._printed_in_part = bool(print_area)

    def read(self, elements: Iterable[etree._Element]) -> None:
        """Take in the frame of the sheet."""
        for element in elements:
            name = local(element)
            if name == "col":
                self._note_column(element)
            elif name == "mergeCell":
                block = Range.parse(element.get("ref", ""))
                if block is not None:
                    self._merges.append((block, None))
            elif name == "conditionalFormatting":
                self._note_conditions(element)
        self._merged = RangesByRow(self._merges)
        self._conditioned = RangesByRow(self._conditions)

    @property
    def is_plain(self) -> bool:
        """Whether no cell needs a second look because of where it stands."""
        return not (self._columns or self._merges or self._conditions or self._printed_in_part)

    @staticmethod
    def hides_row(attributes: dict[str, str]) -> bool:
        """Whether a row is hidden; a default that hides rows is for those that are not written down."""
        height = attributes.get("ht", "15")
        return attributes.get("hidden") in ("1", "true") or _is_nothing(height, _UNREADABLE_HEIGHT)

    def reason(self, row: int, column: int, look: Look, stored: str, cell_type: str) -> str:
        """Why a cell is not seen; empty when it is. Without a value, conditions on it are not asked."""
        columns = range(column, column + 1)
        for block, _ in self._merged.at(row):
            if block.left <= column <= block.right:
                if (row, column) != (block.top, block.left):
                    return "covered by a merged cell"
                columns = range(block.left, block.right + 1)  # seen in those that are shown
        if all(map(self._column_hidden, columns)):
            return "hidden column"
        if self._printed_in_part and not any(
            block.left <= column <= block.right for block, _ in self._print_area.at(row)
        ):
            return "outside the print area"
        for block, condition in self._conditioned.at(row) if stored else ():
            if block.left <= column <= block.right and condition.hides(look, stored, cell_type):
                return "conditional format"
        return ""

    def _column_hidden(self, column: int) -> bool:
        known = self._known_columns.get(column)
        if known is None:
            known = any(first <= column <= last for first, last in self._columns)
            self._known_columns[column] = known
        return known

    def _note_column(self, column: etree._Element) -> None:
        width = column.get("width")
        no_width = width is not None and _is_nothing(width, _UNREADABLE_WIDTH)
        if column.get("hidden") in ("1", "true") or no_width:
            self._columns.append((natural(column.get("min")), natural(column.get("max"))))

    def _note_conditions(self, element: etree._Element) -> None:
        blocks = [Range.parse(part) for part in element.get("sqref", "").split()]
        for rule in element.iterfind("{*}cfRule"):
            index = natural(rule.get("dxfId"))
            if not 0 <= index < len(self._styles.overlays):
                continue
            overlay = self._styles.overlays[index]
            if not overlay.may_hide:
                continue
            operands = tuple(formula.text or "" for formula in rule.iterfind("{*}formula"))
            condition = Condition(overlay, rule.get("type", ""), rule.get("operator", ""), operands)
            self._conditions += [(block, condition) for block in blocks if block is not None]


def _is_nothing(size: str, unreadable: float) -> bool:
    """Whether a width or height is too small for anybody to read what is in it."""
    try:
        return float(size) <= unreadable
    except ValueError:
        return False


def parse_areas(formula: str) -> list[Range]:
    """The blocks of a print area: ``'名单'!$A$1:$C$9,名单!$A$12:$C$20``; empty when one cannot be read."""
    blocks = []
    for part in re.findall(r"(?:'(?:[^']|'')*'!|[^,!']+!)?[^,]+", formula):
        block = Range.parse(part.rpartition("!")[2])
        if block is None:
            return []
        blocks.append(block)
    return blocks
