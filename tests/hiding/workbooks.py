"""Writes workbooks by hand, part by part, as Excel would: the ground that the hiding places stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.hiding.opc import OFFICE, PREFIX, Relation, content_types, core, relation_parts, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMESPACES = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" mc:Ignorable="x14ac"'
)
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_TYPES = (
    (r"xl/workbook\.xml", f"{_SPREADSHEET}sheet.main+xml"),
    (r"xl/worksheets/sheet\d+\.xml", f"{_SPREADSHEET}worksheet+xml"),
    (r"xl/dialogsheets/.*\.xml", f"{_SPREADSHEET}dialogsheet+xml"),
    (r"xl/macrosheets/.*\.xml", "application/vnd.ms-excel.macrosheet+xml"),
    (r"xl/styles\.xml", f"{_SPREADSHEET}styles+xml"),
    (r"xl/sharedStrings\.xml", f"{_SPREADSHEET}sharedStrings+xml"),
    (r"xl/comments\d*\.xml", f"{_SPREADSHEET}comments+xml"),
    (r"xl/threadedComments/.*", "application/vnd.ms-excel.threadedcomments+xml"),
    (r"xl/persons/.*", "application/vnd.ms-excel.person+xml"),
    (r"xl/tables/.*", f"{_SPREADSHEET}table+xml"),
    (r"xl/pivotCache/pivotCacheDefinition.*", f"{_SPREADSHEET}pivotCacheDefinition+xml"),
    (r"xl/pivotCache/pivotCacheRecords.*", f"{_SPREADSHEET}pivotCacheRecords+xml"),
    (r"xl/pivotTables/.*", f"{_SPREADSHEET}pivotTable+xml"),
    (r"xl/slicers/.*", "application/vnd.ms-excel.slicer+xml"),
    (r"xl/slicerCaches/.*", "application/vnd.ms-excel.slicerCache+xml"),
    (r"xl/externalLinks/.*", f"{_SPREADSHEET}externalLink+xml"),
    (r"xl/queryTables/.*", f"{_SPREADSHEET}queryTable+xml"),
    (r"xl/connections\.xml", f"{_SPREADSHEET}connections+xml"),
    (r"xl/drawings/drawing\d+\.xml", "application/vnd.openxmlformats-officedocument.drawing+xml"),
    (r"xl/charts/chart\d+\.xml", "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"),
    (r"xl/diagrams/data\d+\.xml", "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"),
    (r"xl/revisions/revisionHeaders\.xml", f"{_SPREADSHEET}revisionHeaders+xml"),
    (r"xl/revisions/revisionLog.*", f"{_SPREADSHEET}revisionLog+xml"),
    (r"xl/revisions/userNames\.xml", f"{_SPREADSHEET}userNames+xml"),
    (r"xl/ctrlProps/.*", "application/vnd.ms-excel.controlproperties+xml"),
    (r"xl/webextensions/webextension.*", "application/vnd.ms-office.webextension+xml"),
    (r"xl/metadata\.xml", f"{_SPREADSHEET}sheetMetadata+xml"),
    (r"xl/richData/rdrichvalue\.xml", "application/vnd.ms-excel.rdrichvalue+xml"),
    (r"xl/richData/rdrichvaluestructure\.xml", "application/vnd.ms-excel.rdrichvaluestructure+xml"),
    (r"xl/theme/.*", "application/vnd.openxmlformats-officedocument.theme+xml"),
    (r"docProps/core\.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    (r"docProps/app\.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
    (r"docProps/custom\.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml"),
    (r"customXml/itemProps\d+\.xml", "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"),
)
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml",
    "vml": "application/vnd.openxmlformats-officedocument.vmlDrawing", "png": "image/png",
    "bin": "application/vnd.openxmlformats-officedocument.oleObject",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
FONTS = (
    '<font><sz val="11"/><color theme="1"/><name val="等线"/><family val="2"/><scheme val="minor"/></font>'
)
FILLS = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'


@dataclass(frozen=True)
class Sheet:
    """One more sheet.

    Args:
        name: on its tab. rows: XML of its rows. state: of the ``sheet`` element. folder: of its part.
        root: its root element. after: XML after its rows.
    """

    name: str
    rows: str
    state: str = "visible"
    folder: str = "worksheets"
    root: str = "worksheet"
    after: str = ""


@dataclass
class Book:
    """A workbook: one ordinary sheet 名单 with a name list, and whatever a place needs.

    Args:
        rows: more rows of the first sheet. before: XML between its root and its rows. after: XML behind them.
        sheets: more sheets. workbook_before: XML before ``sheets``. workbook_after: XML behind it.
        styles: XML inside ``styleSheet`` in place of the ordinary one. strings: more shared strings.
        parts: more parts. relations: of a part, by its name. comment: behind the zip directory.
    """

    rows: str = ""
    before: str = ""
    after: str = ""
    sheets: Sequence[Sheet] = ()
    workbook_before: str = ""
    workbook_after: str = ""
    styles: str = ""
    strings: str = ""
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    relations: Mapping[str, Sequence[Relation]] = field(default_factory=dict)
    comment: bytes = b""

    def data(self) -> bytes:
        """The zip package."""
        parts = self._parts()
        return zipped({"[Content_Types].xml": content_types(parts, _TYPES, _DEFAULTS), **parts}, self.comment)

    def _parts(self) -> dict[str, str | bytes]:
        relations: dict[str, list[Relation]] = {
            "": [
                Relation("officeDocument", "xl/workbook.xml"),
                *(
                    Relation(kind, f"docProps/{name}.xml")
                    for name, kind in (("core", "metadata/core-properties"), ("app", "extended-properties"))
                ),
            ]
        }
        parts: dict[str, str | bytes] = {}
        tabs = [*self._tabs()]
        book = relations.setdefault("xl/workbook.xml", [])
        for path, xml in tabs:
            parts[path] = xml
            book.append(Relation(path.split("/")[1].rstrip("s"), path.removeprefix("xl/")))
        book += [Relation("styles", "styles.xml"), Relation("sharedStrings", "sharedStrings.xml")]
        parts["xl/workbook.xml"] = self._workbook()
        parts["xl/styles.xml"] = f'{PREFIX}<styleSheet xmlns="{MAIN}">{self.styles or styles()}</styleSheet>'
        texts = "".join(f"<si><t>{text}</t></si>" for text in ("姓名", "部门", "李明", "办公室"))
        parts["xl/sharedStrings.xml"] = f'{PREFIX}<sst xmlns="{MAIN}">{texts}{self.strings}</sst>'
        parts["docProps/core.xml"] = core()
        parts["docProps/app.xml"] = (
            f'{PREFIX}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
            'extended-properties"><Application>Microsoft Excel</Application></Properties>'
        )
        parts.update(self.parts)
        for source, more in self.relations.items():
            relations.setdefault(source, []).extend(more)
        return {**parts, **relation_parts(relations)}

    def _tabs(self) -> list[tuple[str, str]]:
        ordinary = (
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
            '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>'
        )
        first = worksheet(ordinary + self.rows, self.before, self.after)
        return [("xl/worksheets/sheet1.xml", first)] + [
            (f"xl/{sheet.folder}/sheet{at}.xml", worksheet(sheet.rows, "", sheet.after, sheet.root))
            for at, sheet in enumerate(self.sheets, 2)
        ]

    def _workbook(self) -> str:
        tabs = [("名单", "visible"), *((sheet.name, sheet.state) for sheet in self.sheets)]
        sheets = "".join(
            f'<sheet name="{name}" sheetId="{at}" state="{state}" r:id="rId{at}"/>'
            for at, (name, state) in enumerate(tabs, 1)
        )
        return (
            f"{PREFIX}<workbook {NAMESPACES}>{self.workbook_before}<bookViews><workbookView/></bookViews>"
            f"<sheets>{sheets}</sheets>{self.workbook_after}</workbook>"
        )


def worksheet(rows: str, before: str = "", after: str = "", root: str = "worksheet") -> str:
    """A sheet part."""
    return f"{PREFIX}<{root} {NAMESPACES}>{before}<sheetData>{rows}</sheetData>{after}</{root}>"


def cell(reference: str, text: str, style: int = 0) -> str:
    """A cell with its own text."""
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, cells: str, attributes: str = "") -> str:
    """A row."""
    return f'<row r="{number}" {attributes}>{cells}</row>'


def styles(
    *, fonts: str = "", fills: str = "", formats: str = "", cells: str = "", named: str = "", dxfs: str = ""
) -> str:
    """The inside of ``styleSheet``; what is given comes after the defaults (index 1, 2 … of each list)."""
    return (
        f"<numFmts>{formats}</numFmts>"
        f"<fonts>{FONTS}{fonts}</fonts><fills>{FILLS}{fills}</fills><borders><border/></borders>"
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{cells}</cellXfs>'
        f'<cellStyles><cellStyle name="常规" xfId="0" builtinId="0"/>{named}</cellStyles><dxfs>{dxfs}</dxfs>'
    )
