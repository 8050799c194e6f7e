"""Workbooks (xlsx, xlsm, xltx): every sheet, hidden or not, and every other part of the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import XLSX
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.drawings.colors import Theme
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import TELLING, sweep
from disclosure_pipeline.builtin.extractors.ooxml.owners import owned_by
from disclosure_pipeline.builtin.extractors.ooxml.parts import OoxmlReader, relation_targets
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import tags_of, vocabulary
from disclosure_pipeline.builtin.extractors.packages.extractor import PackageExtractor
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import attribute
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas
from disclosure_pipeline.builtin.extractors.sheets.parts import SheetParts, binary_texts
from disclosure_pipeline.builtin.extractors.sheets.sheet import SheetReader, Tab
from disclosure_pipeline.builtin.extractors.sheets.strings import SharedStrings
from disclosure_pipeline.builtin.extractors.sheets.styles import CellStyles
from disclosure_pipeline.builtin.extractors.sheets.veil import Range, parse_areas

if TYPE_CHECKING:
    from lxml import etree

_SHEET_FOLDERS = ("worksheets", "dialogsheets", "macrosheets", "chartsheets")
_BUILTIN_NAME = "_xlnm."
_BOOK_NAMES = {
    "workbookPr codeName": "name", "fileSharing userName": "metadata", "absPath url": "metadata",
    "customWorkbookView name": "name", "functionGroup name": "name", "webPublishObject title": "metadata",
    "webPublishObject destinationFile": "metadata", "webPublishObject sourceObject": "name", "smartTagType name": "name",
    "smartTagType url": "link", "docRevision documentId": "metadata",
}  # fmt: skip


class XlsxExtractor(PackageExtractor):
    """Reads SpreadsheetML packages."""

    claim = XLSX
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format_name = "Excel 工作簿"

    def _read_package(self, package: Package, out: Collector) -> None:
        _Workbook(package, out, self._limits, self._settings, self._depth).read()


class _Workbook:
    """One workbook while it is read."""

    def __init__(
        self, package: Package, out: Collector, limits: Limits, settings: Mapping[str, Any], depth: int
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._settings = settings
        self._depth = depth
        self._main = self._find("xl/workbook.xml")
        self._root = package.xml(self._main)

    def read(self) -> None:
        """Sheets in the order of their tabs, the workbook's own words, then every other part."""
        tabs = self._tabs()
        lost = self._lost_tabs({tab.part for tab in tabs})
        owners = {part: tab for tab in tabs for part in owned_by(self._package, tab.part, _SHEET_FOLDERS)}
        theme = Theme.of(self._optional("xl/theme/theme1.xml"))
        styles = self._styles(theme)
        known = [tab.name for tab in tabs] + [
            item.get("name", "") for item in self._root.iter("{*}definedName")
        ]
        strings = SharedStrings.of(self._package, self._limits)
        sheets = SheetReader(
            self._package, self._out, self._limits, strings=strings, styles=styles, known=known
        )
        for tab in (*tabs, *lost):
            sheets.read(tab)
        self._book(tabs, Formulas(known))
        for word in styles.spare_words:
            if not is_default("words_of_formats", word):
                self._out.add(word, "field", "xl/styles.xml", detail="number format")
        strings.leftovers(self._out)
        parts = SheetParts(self._out, theme, Formulas(known), owners)
        reader = OoxmlReader(self._package, self._out, self._settings, self._depth, parts.readers())
        self._others(reader, {self._main, strings.part, *(tab.part for tab in (*tabs, *lost))})
        self._out.facts["sheets"] = len(tabs)
        if any(tab.hidden for tab in tabs):
            self._out.warn("工作簿中有隐藏的工作表。")

    def _others(self, reader: OoxmlReader, done: set[str]) -> None:
        for name in sorted(self._package.names, key=lambda name: (name.startswith("docProps/"), name)):
            if TELLING.search(name):
                self._out.add(name, "name", name, detail="name of a part")
            if name.lower().startswith("xl/customproperty"):
                for text in binary_texts(self._package.read(name)):
                    self._out.add(text, "metadata", name, detail="property of a sheet")
            elif name not in done:
                reader.read(name)
        reader.comment()

    def _tabs(self) -> list[Tab]:
        """The sheets in the order of their tabs."""
        targets = relation_targets(self._package, self._main)
        areas = self._print_areas()
        found = []
        for at, sheet in enumerate(self._root.iter("{*}sheet")):
            part = targets.get(attribute(sheet, "id"), "")
            if part not in self._package.names:
                raise failure("file.broken", "A sheet that its workbook names is missing.")
            hidden = "" if sheet.get("state", "visible") == "visible" else "hidden sheet"
            found.append(Tab(sheet.get("name", ""), part, hidden, areas.get(at, ())))
        if not found:
            raise failure("file.broken", "Its workbook names no sheet.")
        return found

    def _lost_tabs(self, listed: set[str]) -> list[Tab]:
        """Sheets in the package that the workbook does not list."""
        folders = tuple(f"xl/{folder}/" for folder in _SHEET_FOLDERS)
        return [
            Tab(name.rpartition("/")[2], name, "sheet of no workbook")
            for name in self._package.names
            if name.lower().startswith(folders)
            and "/_rels/" not in name
            and name.endswith(".xml")
            and name not in listed
        ]

    def _print_areas(self) -> dict[int, list[Range]]:
        """The printed blocks of sheets, by their number."""
        areas = {}
        for name in self._root.iter("{*}definedName"):
            index = natural(name.get("localSheetId"))
            if name.get("name") == f"{_BUILTIN_NAME}Print_Area" and index >= 0:
                areas[index] = parse_areas(name.text or "")
        return areas

    def _styles(self, theme: Theme) -> CellStyles:
        root = self._optional("xl/styles.xml")
        properties = self._root.find("{*}workbookPr")
        epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        return CellStyles() if root is None else CellStyles.of(root, theme, epoch_1904=epoch_1904)

    def _book(self, tabs: list[Tab], formulas: Formulas) -> None:
        """Names of sheets and ranges, and whatever else the workbook part holds."""
        for word, detail in vocabulary(tags_of(self._package.read(self._main), self._root)):
            self._out.add(word, "unplaced", self._main, detail=detail, visible=False)
        for tab in tabs:
            self._out.add(tab.name, "name", self._main, detail=tab.hidden or "sheet", visible=False)
        for name in self._root.iter("{*}definedName"):
            title, value = name.get("name", ""), name.text or ""
            if not title.startswith(_BUILTIN_NAME) or formulas.tells(value):
                detail = "hidden defined name" if name.get("hidden") in ("1", "true") else "defined name"
                self._out.add(f"{title}={value}", "name", self._main, detail=detail)
        named = {
            **_BOOK_NAMES, "definedName comment": "comment", "definedName description": "comment",
            "definedName customMenu": "form", "definedName help": "form", "definedName statusBar": "form",
        }  # fmt: skip
        read = ("sheet name", "definedName name")
        sweep(self._out, self._main, self._root, texts=("definedName",), attributes=read, named=named)

    def _find(self, wanted: str) -> str:
        for name in self._package.names:
            if name.lower() == wanted:
                return name
        if any(name.lower() == "xl/workbook.bin" for name in self._package.names):
            raise failure("file.binary_workbook")
        raise failure("file.unknown", "It has no workbook.")

    def _optional(self, wanted: str) -> etree._Element | None:
        name = next((name for name in self._package.names if name.lower() == wanted), None)
        return None if name is None else self._package.xml(name)
