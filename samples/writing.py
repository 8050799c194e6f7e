"""Writes the sample drafts so that every run gives the same bytes: fixed times, fixed order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MADE = datetime(2026, 11, 20, 8, 0, tzinfo=UTC).replace(tzinfo=None)
"""The time that stands in every file (office programs store it without a zone)."""

PUBLIC_NOTE = "（此件公开发布）"
"""The 附注 of what is published."""

_ZIP_TIME = (2026, 11, 20, 8, 0, 0)
_PROGRAM = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>WPS Office</Application></Properties>"
)
_SUPERFLUOUS = ("docProps/thumbnail.jpeg",)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_FONT = "STSong-Light"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Paper:
    """An official document in the usual order of its elements (GB/T 9704).

    Empty elements are left out.
    """

    title: str
    paragraphs: Sequence[str]
    letterhead: str = ""
    number: str = ""
    marking: str = ""
    to: str = ""
    table: Sequence[Sequence[str]] = ()
    attachments: str = ""
    signed: str = ""
    date: str = ""
    note: str = ""

    def lines(self) -> tuple[list[str], list[str]]:
        """The elements in reading order; the table stands behind the paragraphs."""
        before = [self.marking, self.letterhead, self.number, self.title, self.to, *self.paragraphs]
        return [line for line in before if line], [line for line in self._after() if line]

    def _after(self) -> list[str]:
        return [self.attachments, self.signed, self.date, self.note]


def docx(paper: Paper, *, header: str = "") -> Any:
    """A python-docx document of the paper, not saved yet."""
    import docx as python_docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = python_docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "FangSong", Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    before, after = paper.lines()
    for line in before:
        paragraph = document.add_paragraph(line)
        if line in (paper.letterhead, paper.number, paper.title):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if paper.table:
        _table(document, paper.table)
    for line in after:
        paragraph = document.add_paragraph(line)
        if line in (paper.signed, paper.date):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if header:
        document.sections[0].header.paragraphs[0].text = header
    return document


def _table(document: Any, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def track_change(paragraph: Any, deleted: str, inserted: str, author: str) -> None:
    """Append a tracked deletion and insertion to a python-docx paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for number, (tag, text_tag, text) in enumerate(
        (("w:del", "w:delText", deleted), ("w:ins", "w:t", inserted)), 101
    ):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        change.set(qn("w:id"), str(number))
        change.set(qn("w:author"), author)
        change.set(qn("w:date"), "2026-11-20T08:00:00Z")
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)


def save_docx(document: Any, path: Path) -> None:
    """Save a python-docx document without author, thumbnail or times of its own."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = properties.title = ""
    properties.keywords = properties.subject = properties.category = ""
    properties.created = properties.modified = MADE
    properties.revision = 1
    for comment in document.comments:
        comment._comment_elm.set(f"{_WORD}date", "2026-11-20T08:00:00Z")
    stream = io.BytesIO()
    document.save(stream)
    write(path, _steady(stream.getvalue()))


def workbook(sheets: Mapping[str, Sequence[Sequence[str | float | None]]]) -> Any:
    """An openpyxl workbook of these sheets, not saved yet."""
    from openpyxl import Workbook

    made = Workbook()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del made["Sheet"]
    return made


def save_xlsx(book: Any, path: Path) -> None:
    """Save an openpyxl workbook with fixed times."""
    book.properties.creator = book.properties.lastModifiedBy = ""
    book.properties.created = MADE
    stream = io.BytesIO()
    book.save(stream)
    write(path, _steady(stream.getvalue()))


def pdf(path: Path, lines: Iterable[str], *, title: str) -> None:
    """A one-column pdf of printed lines with a page number; long paragraphs are broken like in print."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    size, left, top = 14.0, 85.0, A4[1] - 100
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    stream = io.BytesIO()
    canvas = _canvas(stream)
    canvas.setFont(_FONT, size)
    canvas.drawCentredString(A4[0] / 2, top, title)
    y = top - 44
    for line in lines:
        indent = 0.0 if line.endswith("：") else 2 * size
        for piece in _broken(line, size, A4[0] - 2 * left, indent):
            canvas.drawString(left + indent, y, piece)
            indent = 0.0
            y -= 28
    canvas.drawCentredString(A4[0] / 2, 50, "— 1 —")
    canvas.save()
    write(path, stream.getvalue())


_OFD = "http://www.ofdspec.org/2016"


def ofd(path: Path, lines: Sequence[str], *, title: str) -> None:
    """A one-page ofd (GB/T 33190) of printed lines."""
    from xml.sax.saxutils import escape

    size, left = 5.6, 30.0
    drawn = []
    for number, line in enumerate((title, *lines)):
        across = (210 - size * len(line)) / 2 if number == 0 else left
        drawn.append(
            f'<ofd:TextObject ID="{number + 10}" Boundary="{across:g} {40 + 12 * number} {size * len(line) + 2:g} 8" '
            f'Font="3" Size="{size}"><ofd:TextCode X="0" Y="6" DeltaX="g {max(len(line) - 1, 1)} {size}">'
            f"{escape(line)}</ofd:TextCode></ofd:TextObject>"
        )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:{{}} xmlns:ofd="{_OFD}"{{}}>{{}}</ofd:{{}}>'

    def member(name: str, inside: str, attributes: str = "") -> bytes:
        return head.format(name, attributes, inside, name).encode()

    members = {
        "OFD.xml": member(
            "OFD",
            "<ofd:DocBody><ofd:DocInfo><ofd:DocID>5c1f0e9a7b3d42688d20a4f6b1c3e570</ofd:DocID>"
            "<ofd:CreationDate>2026-11-20</ofd:CreationDate></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
            ' Version="1.1" DocType="OFD"',
        ),
        "Doc_0/Document.xml": member(
            "Document",
            "<ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            "</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>',
        ),
        "Doc_0/PublicRes.xml": member(
            "Res",
            '<ofd:Fonts><ofd:Font ID="3" FontName="仿宋" FamilyName="仿宋"/></ofd:Fonts>',
            ' BaseLoc="Res"',
        ),
        "Doc_0/Pages/Page_0/Content.xml": member(
            "Page", f'<ofd:Content><ofd:Layer ID="4">{"".join(drawn)}</ofd:Layer></ofd:Content>'
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(info, data, compresslevel=9)
    write(path, out.getvalue())


def _broken(line: str, size: float, width: float, indent: float) -> list[str]:
    """A paragraph broken into printed lines, the first ``indent`` points shorter."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    pieces = [""]
    for character in line:
        room = width - (indent if len(pieces) == 1 else 0.0)
        if stringWidth(pieces[-1] + character, _FONT, size) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def picture_pdf(path: Path, picture: Path) -> None:
    """A pdf whose only page is a picture, as a scanner makes it."""
    from reportlab.lib.pagesizes import A4

    stream = io.BytesIO()
    canvas = _canvas(stream)
    canvas.drawImage(str(picture), 0, 0, *A4)
    canvas.save()
    write(path, stream.getvalue())


def _canvas(stream: io.BytesIO) -> Any:
    """A page of A4 in a pdf without times, author or title of its own."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(stream, pagesize=A4, invariant=1, pageCompression=1)
    for clear in (
        canvas.setAuthor,
        canvas.setTitle,
        canvas.setSubject,
        canvas.setCreator,
        canvas.setKeywords,
    ):
        clear("")
    return canvas


def slip(path: Path, **values: str | list[str]) -> None:
    """Write a ``slip.toml``."""
    lines = []
    for key, value in values.items():
        items = [value] if isinstance(value, str) else value
        quoted = ", ".join(f'"{item}"' for item in items)
        lines.append(f"{key} = {quoted}" if isinstance(value, str) else f"{key} = [{quoted}]")
    write(path, ("\n".join(lines) + "\n").encode())


def write(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _steady(package: bytes) -> bytes:
    """An office package again, with fixed times and member order, without a preview picture."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            if name in _SUPERFLUOUS:
                continue
            data = source.read(name)
            if name == "_rels/.rels":
                data = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
            if name == "docProps/app.xml":
                data = _PROGRAM
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>2026-11-20T08:00:00Z\g<2>", data)
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            target.writestr(member, data, compresslevel=9)
    return out.getvalue()
