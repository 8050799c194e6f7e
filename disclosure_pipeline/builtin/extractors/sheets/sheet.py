"""Walks the sheets of a workbook: cells as the page shows them, and what is hidden; streams, never a grid.

A cell is read where it stands, so that one far away costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import vocabulary
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import column_number
from disclosure_pipeline.builtin.extractors.sheets.elements import ElementReader
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas, spells
from disclosure_pipeline.builtin.extractors.sheets.number_formats import general
from disclosure_pipeline.builtin.extractors.sheets.rows import Cell, Row, SheetPart
from disclosure_pipeline.builtin.extractors.sheets.strings import Runs, SharedStrings, decoded
from disclosure_pipeline.builtin.extractors.sheets.styles import CellStyles, Look, is_lost, is_tiny
from disclosure_pipeline.builtin.extractors.sheets.veil import Range, Veil
from disclosure_pipeline.model.text import Place

_NUMERIC = ("n", "")
_TEXTUAL = ("s", "str", "inlineStr")
_TRUTH = {"0": "FALSE", "1": "TRUE"}
_UNCOMPUTED = "cell.uncomputed"


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet as the workbook lists it.

    Args:
        name: on its tab. part: where it is. hidden: why nobody sees it; empty when it is shown.
        print_area: blocks that are printed; empty when everything is.
    """

    name: str
    part: str
    hidden: str = ""
    print_area: Sequence[Range] = ()


class SheetReader:
    """Reads the sheets of one workbook.

    Args:
        package: the workbook's package. out: gets the segments. limits: most cells.
        strings: the shared strings. styles: how cells look.
        known: names that formulas may use: sheets, defined names, tables.
    """

    def __init__(
        self,
        package: Package,
        out: Collector,
        limits: Limits,
        *,
        strings: SharedStrings,
        styles: CellStyles,
        known: Sequence[str] = (),
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._strings = strings
        self._styles = styles
        self._known = known
        self._cells = 0
        self._lacks_results = False

    def read(self, tab: Tab) -> None:
        """Read everything in a sheet.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.too_large``.
        """
        part = SheetPart(self._package.read(tab.part))
        veil = Veil(self._styles, tab.print_area)
        veil.read(part.frame())
        is_macro = part.root.tag.rpartition("}")[2] == "macrosheet"
        if is_macro:
            self._out.warn("工作簿中有 Excel 4 宏表。")
        formulas = Formulas(self._known)
        walk = _Walk(self, tab, veil, None if is_macro else formulas)
        for row in part.rows():
            self._cells += len(row.cells)
            if self._cells > self._limits.max_cells:
                raise failure("file.too_large", "It has too many cells.")
            walk.row(row)
        for word, detail in vocabulary(part.tags):
            self._out.add(word, "unplaced", tab.part, detail=detail, visible=False)
        ElementReader(self._out, tab.part, tab.name, formulas, hidden=bool(tab.hidden)).read(
            part.root, part.frame()
        )

    def string(self, index: str) -> tuple[str, Runs | None]:
        """A shared string, and its runs if it has formatted ones."""
        number = self._strings.take(index.strip())
        return self._strings.values[number], self._strings.rich.get(number)

    def look(self, style: str) -> Look:
        """How a cell of this style looks."""
        return self._styles.look(style)

    def shows(self, run_look: Look, runs: Runs) -> str:
        """The characters of rich text that can be read."""
        shown = []
        for run in runs:
            color = self._styles.color(run.color) or run_look.letters
            if not is_lost(color, run_look.ground) and not is_tiny(run.size):
                shown.append(run.text)
        return "".join(shown)

    def lacks_result(self, part: str, place: str) -> None:
        """A cell shows a number that nobody has computed: told once, for it is cured for all of them at once."""
        if not self._lacks_results:
            self._lacks_results = True
            self._out.doubt(
                _UNCOMPUTED,
                "表格中有公式没有保存计算结果，无法知道打开后显示的内容，请在 Excel、WPS 中打开文件、保存一次后重新投递。",
                Place(part, "formula", cell=place),
            )

    @property
    def out(self) -> Collector:
        """Where segments go."""
        return self._out


class _Walk:
    """One sheet while its rows are read."""

    def __init__(self, reader: SheetReader, tab: Tab, veil: Veil, formulas: Formulas | None):
        self._reader = reader
        self._out = reader.out
        self._tab = tab
        self._veil = veil
        self._plain = veil.is_plain
        self._formulas = formulas
        self._looks: dict[str, tuple[Look, str]] = {}
        self._columns: dict[str, int] = {}
        self._row = 0

    def row(self, row: Row) -> None:
        """Read a row."""
        number = natural(row.attributes.get("r"))
        self._row = number if number >= 0 else self._row + bool(row.cells)
        reason = self._tab.hidden
        if not reason and row.cells and self._veil.hides_row(row.attributes):
            reason = "hidden row"
        for at, cell in enumerate(row.cells):
            if cell[5] or cell[6] or cell[7] or cell[8]:
                self._cell(cell, row.rich.get(at), reason)
        for text, detail in row.extras:
            self._out.add(
                text, "unplaced", self._tab.part, paragraph=self._row or None, detail=detail, visible=False
            )

    def _cell(self, cell: Cell | tuple[str, ...], runs: Runs | None, reason: str) -> None:
        column, digits, style, kind, late_style, follows, formula, value, inline = cell
        place = f"{self._tab.name}!{column}{digits}"
        look, unseen = self._look(style or late_style)
        if value and inline:  # only one of them is on the page
            self._hidden(
                decoded(value if kind == "inlineStr" else inline), place, "beside the value of the cell"
            )
            value, inline = ("", inline) if kind == "inlineStr" else (value, "")
        stored = value
        if kind == "s" and value:
            stored, runs = self._reader.string(value)
        elif kind not in _NUMERIC or inline:
            stored = decoded(value or inline)
        is_silent = not stored and kind != "str" and bool(formula or follows) and self._formulas is not None
        if stored or is_silent:
            reason = reason or unseen
            if not reason and not self._plain:
                reason = self._veil.reason(int(digits), self._column(column), look, stored, kind)
        if stored:
            self._value(stored, kind, look, place, reason=reason, runs=runs)
        elif is_silent and not reason and not spells(formula):
            self._reader.lacks_result(self._tab.part, place)
        if formula:
            self._formula(formula, place, is_computed=bool(stored))

    def _formula(self, text: str, place: str, *, is_computed: bool) -> None:
        """A macro sheet's formulas are a program; those of others are kept for their words.

        Words made of character codes are read only by a program that computes them.
        """
        if self._formulas is None:
            self._out.add(text, "script", self._tab.part, cell=place, paragraph=self._row)
        elif not is_computed and spells(text):
            self._out.add(text, "formula", self._tab.part, cell=place, paragraph=self._row)
            where = Place(self._tab.part, "formula", cell=place)
            self._out.doubt(
                _UNCOMPUTED,
                "有单元格的公式用字符编码拼出文字，但文件中没有计算结果，请人工查看。",
                where,
            )
        elif self._formulas.tells_more(text):
            self._out.add(text, "formula", self._tab.part, cell=place, paragraph=self._row)

    def _value(
        self, stored: str, kind: str, look: Look, place: str, *, reason: str, runs: Runs | None
    ) -> None:
        is_number = kind in _NUMERIC
        text = general(stored) if is_number else stored
        page, covered = _TRUTH.get(stored, stored) if kind == "b" else text, ""
        if look.format is not None and (is_number or kind in _TEXTUAL):
            shown = look.format.show(stored, is_text=not is_number)
            page, covered = shown.text, "number format" if shown.covers else ""
        if runs is not None and not covered and (readable := self._reader.shows(look, runs)) != stored:
            page, covered = readable, "formatting of a run"
        if reason:
            self._hidden(text if covered else page, place, reason)
            return
        self._out.add(page, "table", self._tab.part, cell=place, paragraph=self._row)
        if covered:
            self._hidden(text, place, covered)

    def _hidden(self, text: str, place: str, reason: str) -> None:
        self._out.add(text, "hidden", self._tab.part, cell=place, paragraph=self._row, detail=reason)

    def _look(self, style: str) -> tuple[Look, str]:
        known = self._looks.get(style)
        if known is None:
            look = self._reader.look(style)
            known = self._looks[style] = (look, look.unseen)
        return known

    def _column(self, letters: str) -> int:
        number = self._columns.get(letters)
        if number is None:
            number = self._columns[letters] = column_number(letters)
        return number
