"""Sheets of OpenDocument spreadsheets: cells by their references, repeated ones within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.odf.runs import HIDDEN, Where, repeated
from disclosure_pipeline.builtin.extractors.odf.styles import Styles
from disclosure_pipeline.builtin.extractors.odf.text import TextWalker
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, column_name, local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.collector import Collector

_CELLS = ("table-cell", "covered-table-cell")
_NOT_SHOWN = ("collapse", "filter")
_LONG_VALUE = 7
_DIGITS = re.compile(r"\d")


class SheetReader:
    """Reads the sheets of one part.

    Args:
        out: gets the segments.
        part: the part's name.
        walker: reads what cells hold.
        max_cells: of the whole workbook.
    """

    def __init__(self, out: Collector, part: str, walker: TextWalker, max_cells: int):
        self._out = out
        self._part = part
        self._walker = walker
        self._styles: Styles = walker.styles
        self._max_cells = max_cells
        self._count = 0

    def sheet(self, table: etree._Element, where: Where) -> None:
        """Read one sheet.

        Args:
            table: a ``table:table``.
            where: what stands around it; its kind is that of the cells.

        Raises:
            ExtractionFailed: ``file.too_large`` when repeated cells pass the limit.
        """
        name = attribute(table, "name")
        look = self._styles.look("table", table)
        cached = next(table.iterchildren("{*}table-source"), None) is not None
        if cached:
            where = replace(where, hidden="cache")
        elif look.absent or attribute(table, "display") == "false":
            where = replace(where, hidden=HIDDEN)
        hidden_columns, defaults = self._columns(table)
        number = 0
        for row, hidden in self._rows(table, HIDDEN if where.hidden == HIDDEN else ""):
            times = repeated(row, "number-rows-repeated")
            inner = replace(where, hidden=where.hidden or hidden)
            filled = any(_is_filled(cell) for cell in row)
            for other in row:
                if local(other) not in _CELLS:
                    self._walker.block(other, inner)
            for extra in range(times if filled else 0):
                self._row(row, name, number + extra + 1, inner, (hidden_columns, defaults))
            number += times
        for child in table:
            if local(child) not in _STRUCTURE:
                self._walker.block(child, replace(where, kind="textbox"))

    def _columns(self, table: etree._Element) -> tuple[list[tuple[int, int]], list[tuple[int, int, str]]]:
        """Ranges of columns that are not shown, and of columns with a style for their cells."""
        hidden: list[tuple[int, int]] = []
        defaults: list[tuple[int, int, str]] = []
        at = 1
        for column in table.iter("{*}table-column"):
            end = at + repeated(column, "number-columns-repeated") - 1
            if (
                attribute(column, "visibility") in _NOT_SHOWN
                or self._styles.look("table-column", column).absent
            ):
                hidden.append((at, end))
            style = attribute(column, "default-cell-style-name")
            if style:
                defaults.append((at, end, style))
            at = end + 1
        return hidden, defaults

    def _rows(self, table: etree._Element, hidden: str) -> Iterator[tuple[etree._Element, str]]:
        for child in table:
            name = local(child)
            if name == "table-row":
                absent = (
                    attribute(child, "visibility") in _NOT_SHOWN
                    or self._styles.look("table-row", child).absent
                )
                yield child, HIDDEN if absent else hidden
            elif name in ("table-header-rows", "table-rows", "table-row-group"):
                closed = attribute(child, "display") == "false"
                yield from self._rows(child, HIDDEN if closed else hidden)

    def _row(
        self, row: etree._Element, sheet: str, number: int, where: Where,
        columns: tuple[list[tuple[int, int]], list[tuple[int, int, str]]],
    ) -> None:  # fmt: skip
        hidden_columns, defaults = columns
        at = 1
        for cell in row:
            if local(cell) not in _CELLS:
                continue
            times = repeated(cell, "number-columns-repeated")
            if _is_filled(cell):
                for column in range(at, at + times):
                    absent = any(first <= column <= last for first, last in hidden_columns)
                    style = next((name for first, last, name in defaults if first <= column <= last), "")
                    inner = replace(where, hidden=where.hidden or (HIDDEN if absent else ""))
                    self._cell(cell, f"{sheet}!{column_name(column)}{number}", inner, style)
            at += times

    def _cell(self, cell: etree._Element, name: str, where: Where, style: str) -> None:
        self._count += 1
        if self._count > self._max_cells:
            raise failure("file.too_large", "It has too many cells.")
        look = self._styles.look("table-cell", cell, self._styles.named("table-cell", style))
        hidden = where.hidden or (HIDDEN if local(cell) == "covered-table-cell" else "")
        inner = replace(where, kind="table", cell=name, hidden=hidden, look=look)
        shown = "\n".join(self._walker.collect(cell, inner))
        self._out.add(
            shown, hidden or "table", self._part, cell=name, visible=False if hidden else None
        )  # fmt: skip
        self._value(cell, name, shown, hidden)
        formula = attribute(cell, "formula")
        if formula and says_something(formula):
            self._out.add(formula, "formula", self._part, cell=name, visible=False)

    def _value(self, cell: etree._Element, name: str, shown: str, hidden: str) -> None:
        """The value behind what is shown: a format may show something else."""
        value = attribute(cell, "string-value") or attribute(cell, "value")
        bare = re.sub(r"[\s,.]", "", shown)
        if not value or value in shown or re.sub(r"[\s,.]", "", value) in bare:
            return
        if attribute(cell, "string-value") or len(_DIGITS.findall(value.partition(".")[0])) >= _LONG_VALUE:
            self._out.add(
                value, hidden or (HIDDEN if shown else "table"), self._part, cell=name, detail="value",
                visible=not (hidden or shown),
            )  # fmt: skip


def says_something(formula: str) -> bool:
    """Whether a formula holds more than cells, numbers and functions: words, or a long number."""
    return not formula.isascii() or '"' in formula or re.search(r"\d{11}", formula) is not None


def _is_filled(cell: etree._Element) -> bool:
    """Whether a cell holds anything: text, a comment, a value."""
    values = ("string-value", "value", "formula")
    return local(cell) in _CELLS and (len(cell) > 0 or any(attribute(cell, name) for name in values))


_STRUCTURE = frozenset(
    ("table-row", "table-header-rows", "table-rows", "table-row-group", "table-column", "table-columns",
     "table-header-columns", "table-column-group", "table-source")
)  # fmt: skip
