"""Workbooks (xlsx, xlsm): every sheet, hidden or not, and every other part of the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.markup import attribute, local
from disclosure_pipeline.builtin.extractors.ooxml import OoxmlReader, relation_targets
from disclosure_pipeline.builtin.extractors.package import ZIP_MAGIC, Package, first_folder
from disclosure_pipeline.builtin.extractors.sheetml import (
    CellFormats,
    SharedStrings,
    SheetReader,
    hidden_state,
)
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

if TYPE_CHECKING:
    from lxml import etree

_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Parts whose attributes hold data: caches of pivot tables keep what a sheet no longer shows.
_CACHE_ROOTS = ("pivotCacheDefinition", "pivotCacheRecords")
_TABLE_NAMES = ("name", "displayName", "comment", "totalsRowLabel")
_TEXT_ROOTS: Mapping[str, str] = {
    "externalLink": "hidden", "revisions": "deletion", "users": "metadata", "headers": "deletion",
    "ThreadedComments": "comment", "metadata": "metadata", "connections": "unplaced", "queryTable": "unplaced",
}  # fmt: skip


class XlsxExtractor:
    """Reads SpreadsheetML packages.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside others.
    """

    id = "xlsx"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:
        """Certain when the zip's first members say so; a guess by name when they say nothing."""
        if not head.startswith(ZIP_MAGIC):
            return 0
        folder = first_folder(head)
        if folder:
            return 95 if folder == "xl" else 0
        return 20 if name.endswith(_SUFFIXES) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read every part of the package.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``, ``file.unknown``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        out = Collector(_MEDIA_TYPE, f"builtin.{self.id}", self._limits)
        check_suffix(out, name, _SUFFIXES, "Excel 工作簿")
        with Package(source, self._limits) as package:
            _Workbook(package, out, self._limits, self._settings, self._depth).read()
        return out.text()


class _Workbook:
    """One workbook while it is read."""

    def __init__(
        self, package: Package, out: Collector, limits: Limits, settings: Mapping[str, Any], depth: int
    ):
        self._package = package
        self._out = out
        self._limits = limits
        own = {
            "comments": self._comments,
            "table": self._table,
            **dict.fromkeys(_CACHE_ROOTS, self._cache),
            **dict.fromkeys(_TEXT_ROOTS, self._text),
        }
        self._reader = OoxmlReader(package, out, settings, depth, own)

    def read(self) -> None:
        main = next((name for name in self._package.names if name.lower() == "xl/workbook.xml"), None)
        if main is None:
            raise failure("file.unknown", "It has no workbook.")
        workbook = self._package.xml(main)
        strings = SharedStrings.of(self._package, self._limits)
        done = {main, strings.part}
        formats = self._formats()
        cells = 0
        sheets = list(self._sheets(main, workbook))
        for sheet_name, part, hidden in sheets:
            reader = SheetReader(
                self._package, self._out, self._limits, strings=strings, formats=formats, cells=cells
            )
            reader.read(part, sheet_name, hidden=hidden)
            cells = reader.cells
            done.add(part)
        self._names(main, workbook, sheets)
        strings.leftovers(self._out)
        for name in sorted(self._package.names, key=lambda name: (name.startswith("docProps/"), name)):
            if name not in done:
                self._reader.read(name)
        self._reader.comment()
        self._out.facts["sheets"] = len(sheets)
        if any(hidden for *_, hidden in sheets):
            self._out.warn("工作簿中有隐藏的工作表。")

    def _sheets(self, main: str, workbook: etree._Element) -> list[tuple[str, str, bool]]:
        """(name, part, hidden) of each sheet in tab order."""
        targets = relation_targets(self._package, main)
        found = []
        for sheet in workbook.iter("{*}sheet"):
            part = targets.get(attribute(sheet, "id"), "")
            if part not in self._package.names:
                raise failure("file.broken", "A sheet that its workbook names is missing.")
            found.append((sheet.get("name", ""), part, hidden_state(sheet.get("state", "visible"))))
        if not found:
            raise failure("file.broken", "Its workbook names no sheet.")
        return found

    def _names(self, main: str, workbook: etree._Element, sheets: list[tuple[str, str, bool]]) -> None:
        for sheet_name, _, hidden in sheets:
            detail = "hidden sheet" if hidden else "sheet"
            self._out.add(sheet_name, "metadata", main, detail=detail, visible=False)
        for name in workbook.iter("{*}definedName"):
            text = f"{name.get('name', '')}={name.text or ''}"
            self._out.add(text, "metadata", main, detail="defined name")
            self._out.add(name.get("comment", ""), "metadata", main, detail="defined name comment")

    def _formats(self) -> CellFormats:
        name = "xl/styles.xml"
        return CellFormats.of(self._package.xml(name)) if name in self._package.names else CellFormats()

    # ------------------------------------------- other parts with text of their own

    def _comments(self, name: str, root: etree._Element, data: bytes) -> bool:  # noqa: ARG002 - PartReader
        authors = [author.text or "" for author in root.iter("{*}author")]
        for author in authors:
            self._out.add(author, "metadata", name, detail="comment author")
        for comment in root.iter("{*}comment"):
            text = "".join(run.text or "" for run in comment.iter("{*}t"))
            index = comment.get("authorId", "")
            known = index.isdigit() and int(index) < len(authors)
            detail = authors[int(index)] if known else None
            self._out.add(text, "comment", name, cell=comment.get("ref"), detail=detail)
        return False

    def _cache(self, name: str, root: etree._Element, data: bytes) -> bool:  # noqa: ARG002 - PartReader
        for element in root.iter():
            for key, value in element.attrib.items():
                if (
                    key == "v"
                    or not str(value).isascii()
                    or (key == "name" and local(element) == "cacheField")
                ):
                    self._out.add(str(value), "hidden", name, detail="pivot cache")
        self._out.warn("工作簿中有数据透视表缓存，其中可能留有已删除的数据。")
        return True

    def _text(self, name: str, root: etree._Element, data: bytes) -> bool:  # noqa: ARG002 - PartReader
        self._reader.sweep_text(name, root, _TEXT_ROOTS[local(root)])
        return False

    def _table(self, name: str, root: etree._Element, data: bytes) -> bool:
        """A table repeats its column names, which are cells; only others are worth a segment."""
        del data
        known = self._out.texts()
        for element in root.iter():
            for key, value in element.attrib.items():
                if value not in known and (key in _TABLE_NAMES or not str(value).isascii()):
                    self._out.add(str(value), "metadata", name, detail=f"table {key!s}")
            if element.text:
                self._out.add(element.text, "field", name)
        return True
