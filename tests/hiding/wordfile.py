"""Writes Word documents by hand, part by part, as Word would: the ground that the hiding places stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.hiding.opc import OFFICE, PREFIX, Relation, content_types, core, relation_parts, zipped

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" '
    'xmlns:wpc="http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14 w15"'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_OFFICE_TYPES = "application/vnd.openxmlformats-officedocument."
_TYPES = (
    (r"word/document\.xml", f"{_WORD}document.main+xml"),
    (r"word/glossary/document\.xml", f"{_WORD}document.glossary+xml"),
    (r"word/(styles|settings|numbering|fontTable|webSettings|comments|commentsExtended|footnotes|endnotes|people)\.xml", _WORD + r"\1+xml"),
    (r"word/(header|footer)\d+\.xml", _WORD + r"\1+xml"),
    (r"word/theme/theme\d+\.xml", f"{_OFFICE_TYPES}theme+xml"),
    (r"word/charts/chart\d+\.xml", f"{_OFFICE_TYPES}drawingml.chart+xml"),
    (r"word/diagrams/data\d+\.xml", f"{_OFFICE_TYPES}drawingml.diagramData+xml"),
    (r"word/diagrams/drawing\d+\.xml", "application/vnd.ms-office.drawingml.diagramDrawing+xml"),
    (r"word/activeX/activeX\d+\.xml", "application/vnd.ms-office.activeX+xml"),
    (r"word/activeX/activeX\d+\.bin", "application/vnd.ms-office.activeX"),
    (r"word/vbaProject\.bin", "application/vnd.ms-office.vbaProject"),
    (r"word/vbaData\.xml", "application/vnd.ms-word.vbaData+xml"),
    (r"word/webextensions/webextension\d+\.xml", "application/vnd.ms-office.webextension+xml"),
    (r"word/ink/ink\d+\.xml", "application/inkml+xml"),
    (r"_xmlsignatures/sig\d+\.xml", "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"),
    (r"customXml/itemProps\d+\.xml", f"{_OFFICE_TYPES}customXmlProperties+xml"),
    (r"docProps/core\.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    (r"docProps/app\.xml", f"{_OFFICE_TYPES}extended-properties+xml"),
    (r"docProps/custom\.xml", f"{_OFFICE_TYPES}custom-properties+xml"),
)  # fmt: skip
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml",
    "png": "image/png", "jpeg": "image/jpeg", "html": "text/html", "rtf": "application/rtf", "txt": "text/plain",
    "bin": f"{_OFFICE_TYPES}oleObject", "docx": f"{_WORD}document", "xlsx": f"{_OFFICE_TYPES}spreadsheetml.sheet",
}  # fmt: skip
_KINDS = {  # the relationship that names a part, where it is not the part's own name without the number
    "fontTable": "fontTable", "commentsExtended": "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
    "people": "http://schemas.microsoft.com/office/2011/relationships/people", "document": "glossaryDocument",
    "vbaProject": "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
    "data": "diagramData", "activeX": "control", "webextension": "webextension", "ink": "customXml",
    "item": "customXml", "image": "image", "chunk": "aFChunk", "oleObject": "oleObject", "book": "package",
}  # fmt: skip
STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:eastAsia="仿宋_GB2312"/>'
    '<w:sz w:val="32"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="a0"><w:name w:val="Default Paragraph Font"/></w:style>'
)
SECTION = '<w:sectPr>{}<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"/>{}</w:sectPr>'


def part(root: str, inside: str, prefix: str = "w") -> str:
    """An XML part with this root element."""
    return f"{PREFIX}<{prefix}:{root} {NAMESPACES}>{inside}</{prefix}:{root}>"


def run(text: str, formatting: str = "") -> str:
    """A run."""
    properties = f"<w:rPr>{formatting}</w:rPr>" if formatting else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str, formatting: str = "", properties: str = "") -> str:
    """A paragraph of one run."""
    about = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{about}{run(text, formatting)}</w:p>"


def styles(more: str = "") -> str:
    """The style sheet with more styles."""
    return part("styles", STYLES + more)


def settings(inside: str) -> str:
    """The settings."""
    return part("settings", f'<w:zoom w:percent="100"/>{inside}<w:defaultTabStop w:val="420"/>')


@dataclass
class Draft:
    """A document: two ordinary paragraphs, whatever a place needs, and a closing one.

    Args:
        body: more blocks.
        parts: more parts by name; those under ``word/`` are related to the document as rId2, rId3 …
        section: inside the section's properties, before the page size. after: behind the page margins.
        relations: more relationships by the part that has them (``word/document.xml`` …).
        orphans: parts that nothing names, neither a relationship nor a content type.
        comment: behind the zip directory.
    """

    body: str = ""
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    section: str = ""
    after: str = ""
    relations: Mapping[str, Sequence[Relation]] = field(default_factory=dict)
    orphans: Mapping[str, str | bytes] = field(default_factory=dict)
    comment: bytes = b""

    def members(self) -> dict[str, str | bytes]:
        """Every member of the package, in order."""
        parts: dict[str, str | bytes] = {
            "word/document.xml": self._document(),
            "word/styles.xml": styles(),
            "docProps/core.xml": core(creator="openpyxl"),
        }
        parts.update(self.parts)
        relations = {
            "": [Relation("officeDocument", "word/document.xml")],
            "word/document.xml": self._related(parts),
        }
        relations[""] += [Relation(_root_kind(name), name) for name in parts if not name.startswith("word/")]
        for source, more in self.relations.items():
            relations[source] = [*relations.get(source, ()), *more]
        parts.update(relation_parts(relations))
        return {"[Content_Types].xml": content_types(parts, _TYPES, _DEFAULTS), **parts, **self.orphans}

    def data(self) -> bytes:
        """The zip package."""
        return zipped(self.members(), self.comment)

    def _document(self) -> str:
        opening = paragraph("各镇人民政府，县政府各部门：") + paragraph("现将有关事项通知如下。")
        section = SECTION.format(self.section, self.after)
        return part("document", f"<w:body>{opening}{self.body}{paragraph('特此通知。')}{section}</w:body>")

    def _related(self, parts: Mapping[str, str | bytes]) -> list[Relation]:
        named = [
            name
            for name in self.parts
            if name.startswith("word/") and name not in ("word/document.xml", "word/styles.xml")
        ]
        return [Relation("styles", "styles.xml")] + [
            Relation(_kind(name), name.removeprefix("word/")) for name in named if name in parts
        ]


def _kind(name: str) -> str:
    stem = re.sub(r"\d*\.\w+$", "", name.rpartition("/")[2])
    return _KINDS.get(stem, stem)


def _root_kind(name: str) -> str:
    kinds = {"core": "metadata/core-properties", "app": "extended-properties", "custom": "custom-properties",
             "thumbnail": "metadata/thumbnail"}  # fmt: skip
    return kinds.get(name.rpartition("/")[2].partition(".")[0], "customXml")
