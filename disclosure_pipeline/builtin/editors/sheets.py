"""Clean copies of workbooks: the cells that a reader sees, with their looks, and nothing that computes.

The copy is a new workbook: visible sheets, rows and columns only, values instead of formulas, sheets by
number. A library writes it; what the library adds about itself is taken out again.
"""

from __future__ import annotations

import copy
import re
import zipfile
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.editors.repaint import repaint
from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from lxml import etree
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_LOOKS = ("font", "fill", "border", "alignment", "number_format")
_ROOM = ("baseColWidth", "defaultColWidth", "defaultRowHeight", "customHeight")
_PAGE = ("orientation", "paperSize", "scale", "fitToHeight", "fitToWidth")
_SIDES = {"oddHeader": "", "oddFooter": "", "evenHeader": "differentOddEven", "evenFooter": "differentOddEven",
          "firstHeader": "differentFirst", "firstFooter": "differentFirst"}  # fmt: skip
_OBJECT_FOLDERS = ("xl/charts/", "xl/chartsheets/", "xl/diagrams/", "xl/slicers/", "xl/timelines/", "xl/ctrlProps/",
                   "xl/dialogsheets/", "xl/macrosheets/")  # fmt: skip
_DRAWN = frozenset(("sp", "grpSp", "graphicFrame", "cxnSp", "AlternateContent", "contentPart"))

_OLD_OBJECT = re.compile(rb"ObjectType=[\"'](?!Note)|imagedata")
"""A control in an old drawing, or a picture in a header; notes to cells stand there too."""

UnseenCells = Mapping[str, Sequence[str]]
"""Cell (``Sheet!B3``) with the texts in it that a reader does not see."""


def clean_workbook(source: Source, unseen: Sequence[Segment], limits: Limits) -> bytes:
    """The clean copy of a workbook.

    Args:
        source: the workbook.
        unseen: what the extractor found in it that a reader does not see.
        limits: the limits of ``[extraction]``.

    Raises:
        ExtractionFailed: it cannot be read; ``clean.object`` for charts, drawings and controls, ``clean.picture``,
            ``clean.formula`` for a formula whose result nobody has stored.
    """
    import openpyxl

    with Package(source, limits) as package:
        pictures = _refuse_objects(package)
    cells: dict[str, list[str]] = {}
    for segment in unseen:
        if segment.place.cell is not None:
            cells.setdefault(segment.place.cell, []).append(segment.text)
    new = openpyxl.Workbook()
    new.remove(new.worksheets[0])
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
        old = openpyxl.load_workbook(BytesIO(data), data_only=True)
        if sum(len(getattr(sheet, "_images", ())) for sheet in old.worksheets) < pictures:
            raise failure("clean.picture")  # The library leaves out what it cannot read.
        shown = [sheet for sheet in old.worksheets if sheet.sheet_state == "visible"]
        for number, sheet in enumerate(shown, start=1):
            _SheetCopy(sheet, new.create_sheet(f"Sheet{number}"), cells, limits).fill()
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise failure("file.broken", f"Its sheets cannot be copied ({type(error).__name__}).") from None
    if not new.worksheets:
        raise failure("clean.nothing")
    buffer = BytesIO()
    new.save(buffer)
    return _without_properties(buffer.getvalue())


def _refuse_objects(package: Package) -> int:
    """Refuse what cannot be taken over.

    Returns:
        How many pictures stand in drawings.
    """
    pictures = 0
    for name in package.names:
        if name.startswith(_OBJECT_FOLDERS):
            raise failure("clean.object", "It shows a chart, a diagram or a control.")
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            _refuse_open_formulas(package.xml(name))
        if not name.startswith("xl/drawings/"):
            continue
        if name.endswith(".vml") and _OLD_OBJECT.search(package.read(name)):
            raise failure("clean.object", "It shows a control, or a picture in a header.")
        if name.endswith(".xml"):
            kinds = [local(element) for element in package.xml(name).iter()]
            if not _DRAWN.isdisjoint(kinds):
                raise failure("clean.object", "It shows a drawing.")
            pictures += kinds.count("pic")
    return pictures


def _refuse_open_formulas(sheet: etree._Element) -> None:
    """Refuse formulas that no program has computed yet: what a reader will see there is not in the file."""
    for cell in sheet.iterfind("{*}sheetData/{*}row/{*}c"):
        if cell.find("{*}f") is not None and not cell.findtext("{*}v") and cell.get("t") != "str":
            raise failure("clean.formula")


class _SheetCopy:
    """One sheet while it is copied; hidden rows and columns close up."""

    def __init__(self, old: Worksheet, new: Worksheet, unseen: UnseenCells, limits: Limits):
        self._old = old
        self._new = new
        self._unseen = unseen
        self._limits = limits
        self._rows = sorted(number for number, row in old.row_dimensions.items() if row.hidden)
        self._columns = sorted(_hidden_columns(old))
        self._covered = {cell for area in old.merged_cells.ranges for cell in _inner(area.bounds)}

    def fill(self) -> None:
        """Copy cells, shapes and pictures."""
        for (row, column), cell in sorted(self._old._cells.items()):
            new_row, new_column = _closed(row, self._rows), _closed(column, self._columns)
            if new_row is not None and new_column is not None:
                self._copy_cell(cell, new_row, new_column, covered=(row, column) in self._covered)
        self._copy_sizes()
        self._copy_areas()
        self._copy_page()
        for picture in getattr(self._old, "_images", ()):
            self._copy_picture(picture)

    def _copy_cell(self, old: Cell | MergedCell, row: int, column: int, *, covered: bool) -> None:
        cell = self._new.cell(row, column)
        value = None if covered else self._seen(old)
        if value is not None:
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # A text that begins with "=" stays a text.
        for look in _LOOKS:
            setattr(cell, look, copy.copy(getattr(old, look)))

    def _seen(self, cell: Cell | MergedCell) -> Any:
        """A cell's value without what a reader does not see."""
        hidden = self._unseen.get(f"{self._old.title}!{cell.coordinate}", ())
        if not hidden or not isinstance(cell.value, str):
            return None if hidden else cell.value
        value = cell.value
        for text in hidden:
            value = value.replace(text, "", 1)
        return value or None

    def _copy_sizes(self) -> None:
        from openpyxl.utils import get_column_letter

        for name in _ROOM:
            setattr(self._new.sheet_format, name, getattr(self._old.sheet_format, name))
        for row, dimension in self._old.row_dimensions.items():
            new_row = _closed(row, self._rows)
            if new_row is not None and dimension.height is not None:
                self._new.row_dimensions[new_row].height = dimension.height
        for group in self._old.column_dimensions.values():
            for column in range(group.min or 1, min(group.max or 1, self._old.max_column) + 1):
                new_column = _closed(column, self._columns)
                if new_column is not None:
                    self._new.column_dimensions[get_column_letter(new_column)].width = group.width

    def _copy_areas(self) -> None:
        for area in self._old.merged_cells.ranges:
            left, top, right, bottom = area.bounds
            rows = [new for row in range(top, bottom + 1) if (new := _closed(row, self._rows))]
            columns = [new for item in range(left, right + 1) if (new := _closed(item, self._columns))]
            if len(rows) * len(columns) > 1:
                self._new.merge_cells(
                    start_row=rows[0], end_row=rows[-1], start_column=columns[0], end_column=columns[-1]
                )

    def _copy_page(self) -> None:
        for name in _PAGE:
            setattr(self._new.page_setup, name, getattr(self._old.page_setup, name))
        self._new.sheet_properties.pageSetUpPr = copy.copy(self._old.sheet_properties.pageSetUpPr)
        self._new.page_margins = copy.copy(self._old.page_margins)
        self._new.print_options = copy.copy(self._old.print_options)
        old, new = self._old.HeaderFooter, self._new.HeaderFooter
        for side, switch in _SIDES.items():
            if switch and not getattr(old, switch):
                continue
            if switch:
                setattr(new, switch, True)
            for part in ("left", "center", "right"):
                getattr(getattr(new, side), part).text = getattr(getattr(old, side), part).text

    def _copy_picture(self, picture: Any) -> None:
        from openpyxl.drawing.image import Image
        from openpyxl.drawing.spreadsheet_drawing import AbsoluteAnchor

        anchor = copy.copy(picture.anchor)
        anchor.pic = None  # It holds what an author called the picture.
        if not isinstance(anchor, AbsoluteAnchor):
            if _closed(anchor._from.row + 1, self._rows) is None:
                return
            if _closed(anchor._from.col + 1, self._columns) is None:
                return
            for corner in ("_from", "to"):
                if hasattr(anchor, corner):
                    setattr(anchor, corner, self._closed_corner(getattr(anchor, corner)))
        data, _ = repaint(picture._data(), self._limits.max_pixels)
        clean = Image(BytesIO(data))
        clean.anchor = anchor
        self._new.add_image(clean)

    def _closed_corner(self, corner: Any) -> Any:
        """Where a picture's corner lies in the copy; in a hidden row or column it moves to its edge."""
        new = copy.copy(corner)
        for side, hidden in (("row", self._rows), ("col", self._columns)):
            number = getattr(corner, side)
            setattr(new, side, number - bisect_left(hidden, number + 1))
            if number + 1 in hidden:
                setattr(new, f"{side}Off", 0)
        return new


def _hidden_columns(sheet: Worksheet) -> set[int]:
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden.update(range(dimension.min or 1, min(dimension.max or 1, sheet.max_column) + 1))
    return hidden


def _closed(number: int, hidden: Sequence[int]) -> int | None:
    """The number of a row or column once the hidden ones before it are gone; ``None`` if it is one."""
    before = bisect_left(hidden, number)
    return None if before < len(hidden) and hidden[before] == number else number - before


def _inner(bounds: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The cells under a merged area's first one; what stands in them is not seen."""
    left, top, right, bottom = bounds
    return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)][1:]


def _without_properties(data: bytes) -> bytes:
    """The package without what the library says of itself: properties, and descriptions of pictures."""
    from lxml import etree

    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename.startswith("docProps/"):
                continue
            content = old.read(info)
            if info.filename in ("[Content_Types].xml", "_rels/.rels"):
                root = parse_xml(content)
                for entry in list(root):
                    if "docProps/" in (entry.get("PartName") or entry.get("Target") or ""):
                        root.remove(entry)
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            elif info.filename.startswith("xl/drawings/drawing"):
                root = parse_xml(content)
                for entry in root.iter("{*}cNvPr"):
                    if "descr" in entry.attrib:
                        del entry.attrib["descr"]
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            plain = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(plain, content)
    return buffer.getvalue()
