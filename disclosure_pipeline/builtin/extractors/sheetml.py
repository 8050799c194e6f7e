"""Walks the sheets of a workbook: cells, formulas, headers, validations; streams, never a grid.

A cell is read where it stands, so that one far away costs nothing. Numbers are given as stored (an
identity number keeps all its digits); what a number format would show is not computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.markup import attribute, column_number, local
from disclosure_pipeline.builtin.extractors.package import ElementStream, Package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_FORMULA_WITH_WORDS = re.compile(r'"|[^\x00-\x7f]|\d{6}')
_SCIENTIFIC = re.compile(r"-?\d(?:\.\d+)?[eE]\+?\d{1,2}")
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[PNDTZFAGBIUESXYHO])')
_HEADER_SECTION = re.compile(r"&[LCR]")
_HEADER_TAGS = ("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter")
_READ_WITH_PARENT = frozenset(("formula1", "formula2", "list"))
_SHOWS_NOTHING = re.compile(r';{2,3}|"+;*"*')


def hidden_state(state: str) -> bool:
    """Whether a sheet's ``state`` hides it (``hidden``, ``veryHidden``)."""
    return state != "visible"


@dataclass(slots=True)
class SharedStrings:
    """The workbook's strings, and which of them a cell has used."""

    part: str = "xl/sharedStrings.xml"
    values: list[str] = field(default_factory=list)
    phonetics: list[str] = field(default_factory=list)
    used: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, package: Package, limits: Limits) -> SharedStrings:
        """Read them; a workbook may have none."""
        strings = cls()
        name = next((name for name in package.names if name.lower() == "xl/sharedstrings.xml"), None)
        if name is None:
            return strings
        strings.part = name
        characters = 0
        with package.open(name) as stream:
            for item in ElementStream(stream, "si"):
                text = "".join(_runs(item))
                characters += len(text)
                if characters > limits.max_characters:
                    raise failure("file.too_large", "It holds too many characters.")
                strings.values.append(text)
                strings.phonetics.extend(run.text or "" for run in item.iterfind(".//{*}rPh/{*}t"))
        strings.used = bytearray(len(strings.values))
        return strings

    def take(self, index: str) -> str:
        """The string a cell refers to."""
        if not index.isdigit() or int(index) >= len(self.values):
            raise failure("file.broken", "A cell refers to a string that is not there.")
        self.used[int(index)] = 1
        return self.values[int(index)]

    def leftovers(self, out: Collector) -> None:
        """Strings that no cell refers to, mostly of deleted cells; and readings (注音)."""
        for index, value in enumerate(self.values):
            if not self.used[index]:
                out.add(value, "unplaced", self.part, paragraph=index + 1)
        for reading in self.phonetics:
            out.add(reading, "hidden", self.part, detail="phonetic")


@dataclass(frozen=True, slots=True)
class CellFormats:
    """Indexes of cell formats whose cells show nothing."""

    hidden: frozenset[int] = frozenset()

    @classmethod
    def of(cls, styles: etree._Element) -> CellFormats:
        """Formats with an empty number format (``;;;``) or white letters on no fill."""
        empty = {
            attribute(item, "numFmtId")
            for item in styles.iter("{*}numFmt")
            if _SHOWS_NOTHING.fullmatch(attribute(item, "formatCode"))
        }
        white = {
            str(index) for index, font in enumerate(styles.iterfind("{*}fonts/{*}font")) if _is_white(font)
        }
        filled = {
            str(index) for index, fill in enumerate(styles.iterfind("{*}fills/{*}fill")) if _is_filled(fill)
        }
        return cls(
            frozenset(
                index
                for index, item in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
                if item.get("numFmtId") in empty
                or (item.get("fontId") in white and item.get("fillId", "0") not in filled)
            )
        )


class SheetReader:
    """Reads one sheet.

    Args:
        package: the workbook's package. out: gets the segments.
        limits: most cells. strings: the shared strings. formats: which cells show nothing.
        cells: cells counted before this sheet.
    """

    def __init__(
        self,
        package: Package,
        out: Collector,
        limits: Limits,
        *,
        strings: SharedStrings,
        formats: CellFormats,
        cells: int,
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._strings = strings
        self._formats = formats
        self.cells = cells
        self._hidden_columns: list[tuple[int, int]] = []
        self._rows_hidden_by_default = False
        self._row = 0

    def read(self, part: str, name: str, *, hidden: bool) -> None:
        """Read everything in the sheet.

        Args:
            part: the sheet's part.
            name: its name on the tab.
            hidden: whether the whole sheet is hidden.
        """
        with self._package.open(part) as stream:
            rows = ElementStream(stream, "row")
            started = False
            for row in rows:
                if not started:
                    started = True
                    self._read_preamble(row)
                self._read_row(row, part, name, hidden=hidden)
            for element in rows.rest.iter():
                self._read_element(element, part, name, hidden=hidden)

    def _read_preamble(self, row: etree._Element) -> None:
        """What stands before the first row and decides which rows and columns are hidden."""
        sheet_data = row.getparent()
        for sibling in () if sheet_data is None else sheet_data.itersiblings(preceding=True):
            if local(sibling) == "sheetFormatPr":
                self._rows_hidden_by_default = sibling.get("zeroHeight") in ("1", "true")
            elif local(sibling) == "cols":
                for column in sibling:
                    self._note_column(column)

    def _read_element(self, element: etree._Element, part: str, sheet: str, *, hidden: bool) -> None:
        tag = local(element)
        if tag in _HEADER_TAGS:
            self._header(element, part, sheet, hidden=hidden)
        elif tag == "dataValidation":
            self._validation(element, part, sheet)
        elif tag == "hyperlink":
            for key in ("display", "tooltip", "location"):
                self._out.add(element.get(key, ""), "link", part, cell=element.get("ref"), detail=key)
        elif tag == "protectedRange":
            self._out.add(element.get("name", ""), "metadata", part, detail=tag)
        elif tag not in _READ_WITH_PARENT and element.text:
            self._out.add(element.text, "unplaced", part, detail=tag or "xml comment", visible=False)

    def _read_row(self, row: etree._Element, part: str, sheet: str, *, hidden: bool) -> None:
        number = row.get("r", "")
        self._row = int(number) if number.isdigit() else self._row + 1
        folded = row.get("hidden") in ("1", "true") or row.get("ht") == "0"
        if self._rows_hidden_by_default and row.get("hidden") is None and row.get("customHeight") is None:
            folded = True
        column = 0
        for cell in row:
            if local(cell) != "c":
                continue
            column += 1
            reference = _CELL_REFERENCE.fullmatch(cell.get("r", ""))
            if reference:
                column = column_number(reference[1])
            self.cells += 1
            if self.cells > self._limits.max_cells:
                raise failure("file.too_large", "It has too many cells.")
            style = cell.get("s", "0")
            unseen = (
                hidden or folded or self._in_hidden_column(column)
                or (style.isdigit() and int(style) in self._formats.hidden)
            )  # fmt: skip
            place = f"{sheet}!{cell.get('r') or self._row}"
            self._read_cell(cell, part, place, unseen=unseen)

    def _read_cell(self, cell: etree._Element, part: str, place: str, *, unseen: bool) -> None:
        kind = "hidden" if unseen else "table"
        cell_type = cell.get("t", "n")
        for item in cell:
            tag = local(item)
            if tag == "v":
                text = item.text or ""
                if cell_type == "s":
                    text = self._strings.take(text.strip())
                elif cell_type == "n":
                    text = as_stored(text)
                self._out.add(text, kind, part, cell=place, paragraph=self._row)
            elif tag == "is":
                self._out.add("".join(_runs(item)), kind, part, cell=place, paragraph=self._row)
            elif tag == "f" and item.text and _FORMULA_WITH_WORDS.search(item.text):
                self._out.add(item.text, "field", part, cell=place, paragraph=self._row)
            elif tag not in ("f", "extLst") and item.text:
                self._out.add(item.text, "unplaced", part, cell=place, visible=False)

    def _note_column(self, column: etree._Element) -> None:
        if column.get("hidden") in ("1", "true") or column.get("width") == "0":
            first, last = column.get("min", ""), column.get("max", "")
            if first.isdigit() and last.isdigit():
                self._hidden_columns.append((int(first), int(last)))

    def _in_hidden_column(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self._hidden_columns)

    def _header(self, element: etree._Element, part: str, sheet: str, *, hidden: bool) -> None:
        kind = "header" if local(element).endswith("Header") else "footer"
        for section in _HEADER_SECTION.split(element.text or ""):
            text = _HEADER_CODE.sub("", section).replace("&&", "&")
            self._out.add(text, kind, part, detail=sheet, visible=not hidden)

    def _validation(self, element: etree._Element, part: str, sheet: str) -> None:
        place = f"{sheet}!{element.get('sqref', '')}"
        for key in ("promptTitle", "prompt", "errorTitle", "error"):
            self._out.add(element.get(key, ""), "form", part, cell=place, detail=key)
        for formula in element:
            self._out.add(
                "".join(map(str, formula.itertext())), "form", part, cell=place, detail=local(formula)
            )


def as_stored(number: str) -> str:
    """A stored number without its exponent, digit for digit: ``1.3800138E+10`` → ``13800138000``."""
    if _SCIENTIFIC.fullmatch(number):
        return format(Decimal(number), "f")
    return number


def _runs(item: etree._Element) -> Iterator[str]:
    for run in item.iterfind(".//{*}t"):
        parent = run.getparent()
        if parent is None or local(parent) != "rPh":
            yield run.text or ""


def _is_white(font: etree._Element) -> bool:
    color = font.find("{*}color")
    if color is None:
        return False
    return color.get("theme") == "0" or bool(
        re.fullmatch("[0-9a-fA-F]{2}(?:[fF][0-9a-fA-F]){3}", color.get("rgb", ""))
    )


def _is_filled(fill: etree._Element) -> bool:
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return True  # a gradient
    return pattern.get("patternType", "none") not in ("none",)
