"""Makes everyday files without anything hidden in them, one function a format and program."""

from __future__ import annotations

import html
import io
import re
import subprocess
import textwrap
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.everyday_papers import Paper, Rows, budget, paper, places
from benchmarks.everyday_pictures import logo, scan, seal, stored
from tests.hiding import decks, ofd_file, word_papers

_FONT = "STSong-Light"


# --------------------------------------------------------------------- documents


def word(seed: int, *, wps: bool = False) -> bytes:
    """As Word (or WPS) writes it."""
    made = paper(seed)
    return word_papers.paper(wps=wps, blocks=(*made.opening, *made.blocks, *made.closing))


def python_docx(seed: int) -> bytes:
    """As programs with python-docx write it: logo, styles, table, page number, seal."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    made, document = paper(seed), docx.Document()
    document.core_properties.title = made.title
    if seed % 2:
        document.add_picture(io.BytesIO(stored(logo())), Cm(1.5))
    for line in made.opening:
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for block in made.blocks:
        if not isinstance(block, str):
            _add_table(document, block)
        elif block[1] == "、":
            document.add_heading(block, 1)
        else:
            document.add_paragraph(block, style="List Number" if seed % 3 == 0 else None)
    for line in made.closing:
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_picture(io.BytesIO(stored(seal(made.signed))), Cm(4.2))
    _number_pages(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_table(document: Any, rows: Rows) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)


def _number_pages(document: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line = document.sections[0].footer.paragraphs[0]
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    line.add_run("— ")
    line._p.append(field)
    line.add_run(" —")


# -------------------------------------------------------------------- workbooks


def workbook(seed: int) -> bytes:
    """A budget with sums and their results, a list, merged headings, number formats, dates and fixed columns."""
    import datetime

    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.worksheet.properties import PageSetupProperties

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "收支预算总表"
    sheet.append([f"2026年部门收支预算总表（{seed}）"])
    sheet.merge_cells("A1:C1")
    sheet["A1"].font, sheet["A1"].alignment = Font(name="宋体", size=18, bold=True), Alignment("center")
    sheet.append(["项目", "本年预算（万元）", "上年预算（万元）"])
    rows = budget(seed)
    for row in rows:
        sheet.append(list(row))
    last = len(rows) + 2
    sheet.append(["合计", f"=SUM(B3:B{last})", f"=SUM(C3:C{last})"])
    sheet.append(["编制日期", datetime.date(2026, 1, 1 + seed % 28)])
    line = Side("thin")
    for cells in sheet.iter_rows(min_row=2, max_row=last + 1):
        for cell in cells:
            cell.border, cell.number_format = Border(line, line, line, line), "#,##0.00"
    for column in "ABC":
        sheet.column_dimensions[column].width = 28
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.freeze_panes = "A3"
    sheet.print_title_rows, sheet.print_area = "1:2", f"A1:C{last + 2}"
    if seed % 2:
        names = book.create_sheet("服务站点名单")
        names.append(["序号", "名称", "地址", "办公时间"])
        for row in places(seed):
            names.append(list(row))
        names.auto_filter.ref = f"A1:D{names.max_row}"
    out = io.BytesIO()
    book.save(out)
    sums = {column: sum(row[at] for row in rows) for at, column in ((1, "B"), (2, "C"))}
    return _computed(out.getvalue(), {f"SUM({column}3:{column}{last})": sums[column] for column in sums})


def _computed(data: bytes, results: Mapping[str, float]) -> bytes:
    """The workbook with the results of its formulas, which spreadsheet programs store and openpyxl does not."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for member in package.infolist():
            part = package.read(member).decode("utf-8", "surrogateescape")
            for formula, result in results.items():
                part = re.sub(
                    rf"(<f>{re.escape(formula)}</f>)(?:<v ?/>|<v></v>)", rf"\g<1><v>{result:.10g}</v>", part
                )
            copy.writestr(member, part.encode("utf-8", "surrogateescape"))
    return out.getvalue()


def deck(seed: int) -> bytes:
    """Slides with titles and text."""
    lines = [block for block in paper(seed, 2).blocks if isinstance(block, str)]
    slides = [
        decks.box(f"第{at}部分", at=(60, 40), size=(600, 60))
        + decks.box(line[:60], at=(60, 150), size=(600, 200))
        for at, line in enumerate(lines[:6], 1)
    ]
    return decks.Deck(slides=slides).data()


def flat_deck(seed: int) -> bytes:
    """The same in one file of XML, for LibreOffice to save in other formats."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in (("office", "office"), ("draw", "drawing"), ("text", "text"))
    )
    size = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    lines = [block for block in paper(seed, 2).blocks if isinstance(block, str)]
    pages = "".join(
        f'<draw:page draw:name="page{at}">{_frame(2, f"第{at}部分")}{_frame(5, line[:60])}</draw:page>'
        for at, line in enumerate(lines[:6], 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {names} {size} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.presentation">'
        f"<office:body><office:presentation>{pages}</office:presentation></office:body></office:document>"
    ).encode()


def _frame(top: int, words: str) -> str:
    return (
        f'<draw:frame svg:x="2cm" svg:y="{top}cm" svg:width="22cm" svg:height="2cm"><draw:text-box>'
        f"<text:p>{words}</text:p></draw:text-box></draw:frame>"
    )


# -------------------------------------------------------------------------- pdf


def report_pdf(seed: int) -> bytes:
    """As programs with reportlab write it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    made, out = paper(seed), io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle(made.title)
    canvas.drawImage(ImageReader(logo()), 60, 770, 40, 40)
    for number, lines in enumerate(_sheets(made, 26), 1):
        if lines[-1] == made.note:
            seal_at = 740 - 26 * len(lines)
            canvas.drawImage(ImageReader(seal(made.signed)), 120, seal_at, 119, 119, mask="auto")
        canvas.setFont(_FONT, 16)
        for at, line in enumerate(lines):
            canvas.drawString(85, 740 - 26 * at, line)
        canvas.drawCentredString(A4[0] / 2, 40, f"— {number} —")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _sheets(made: Paper, room: int) -> Iterator[Sequence[str]]:
    lines = [piece for line in made.paragraphs for piece in textwrap.wrap(line, 26)]
    for start in range(0, len(lines), room):
        yield lines[start : start + room]


def printed_web_page(seeds: Sequence[int], folder: Path) -> Iterator[bytes]:
    """As a browser prints a page to pdf."""
    for seed in seeds:
        source, target = folder / f"{seed}.html", folder / f"{seed}.pdf"
        source.write_bytes(web_page(seed))
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder}/browser",
        ]
        subprocess.run([*command, f"--print-to-pdf={target}", str(source)], check=True, capture_output=True)
        yield target.read_bytes()


# -------------------------------------------------------------------------- ofd


def sealed_ofd(seed: int) -> bytes:
    """Pages with a letterhead, page numbers, a logo and an electronic seal."""
    made = paper(seed)
    sheets = list(_sheets(made, 24))
    media = ofd_file.element(
        "MultiMedias",
        ofd_file.element(
            "MultiMedia", ofd_file.element("MediaFile", "image_1.png"), ID="40", Type="Image", Format="PNG"
        ),
    )
    image = ofd_file.element(
        "ImageObject", ID="41", ResourceID="40", Boundary="20 10 15 15", CTM="15 0 0 15 0 0"
    )
    pages = {}
    for at, lines in enumerate(sheets):
        drawn = [
            ofd_file.text(html.escape(line), at=f"25 {30 + 9 * row} 170 8", size="6")
            for row, line in enumerate(lines)
        ]
        drawn.append(ofd_file.text(f"— {at + 1} —", at="95 280 30 6", size="4"))
        layer = ofd_file.element("Layer", (image if at == 0 else "") + "".join(drawn), ID="80")
        pages[f"Doc_0/Pages/Page_{at}/Content.xml"] = ofd_file.root(
            "Page", ofd_file.element("Content", layer)
        )
    listed = "".join(
        ofd_file.element("Page", ID=str(at + 1), BaseLoc=f"Pages/Page_{at}/Content.xml")
        for at in range(1, len(pages))
    )
    drawn_seal = stored(seal(made.signed, 240))
    parts = ofd_file.members(
        pages=listed, resources=media, more={**pages, "Doc_0/Res/image_1.png": stored(logo())}
    )
    return (
        ofd_file.stamped(parts, value=ofd_file.seal(made.signed, picture=drawn_seal))
        if seed % 2
        else ofd_file.pack(parts)
    )


# ------------------------------------------------------------------------ scans


def scanned(seed: int, kind: str) -> bytes:
    """A stamped scan of two pages (one, where the format holds one picture)."""
    dpi, mode = (300, 200)[seed % 2], ("RGB", "RGB", "L", "1")[seed % 4]
    sheets = scan(paper(seed, 2), seed, dpi=dpi, most=1 if kind in ("JPEG", "PNG") else 2, mode=mode)
    if kind == "JPEG":
        return stored(sheets[0].convert("RGB"), kind, dpi=(dpi, dpi), quality=80)
    packed = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    more = {"save_all": True, "append_images": sheets[1:]} if kind != "PNG" else {}
    shown = {"resolution": dpi} if kind == "PDF" else {"dpi": (dpi, dpi)}
    return stored(sheets[0], kind, **packed, **more, **shown)


# ------------------------------------------------------------- pages, mail, text


def web_page(seed: int) -> bytes:
    """A saved page of a government site."""
    made = paper(seed)
    inside = "".join(
        f"<p>{html.escape(block)}</p>" if isinstance(block, str) else _html_table(block)
        for block in made.blocks
    )
    style = "body{font-family:仿宋,serif;margin:2em}h1{text-align:center;color:#c00}td{border:1px solid #333}.foot{color:#666}"
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{made.title}</title><style>{style}</style></head><body><header><h1>{made.letterhead}</h1></header>"
        f"<main><p>{made.number}</p><h2>{made.title}</h2><p>{made.addressed}</p>{inside}"
        f'<p style="text-align:right">{made.signed}<br>{made.date}</p><p>{made.note}</p></main>'
        '<footer class="foot"><a href="https://www.example.gov.cn/">示范县人民政府</a></footer></body></html>'
    ).encode()


def _html_table(rows: Rows) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{lines}</table>"


def mail(seed: int) -> bytes:
    """A letter with a document attached."""
    from email.message import EmailMessage

    made, letter = paper(seed, 1), EmailMessage()
    letter["From"], letter["To"] = "办公室 <office@example.gov.cn>", "公开办 <open@example.gov.cn>"
    letter["Subject"], letter["Date"] = made.title, "Fri, 20 Nov 2026 08:00:00 +0800"
    letter.set_content("现报送文件，请审核公开。\n\n" + made.signed)
    if seed % 2:
        letter.add_alternative(f"<p>现报送文件，请审核公开。</p><p>{made.signed}</p>", subtype="html")
    letter.add_attachment(
        word(seed), maintype="application", subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename=f"{made.title}.docx",
    )  # fmt: skip
    return letter.as_bytes()


def plain_text(seed: int) -> bytes:
    """Lines in one of the usual encodings."""
    coding = ("utf-8", "gb18030", "utf-8-sig", "utf-16")[seed % 4]
    return ("\r\n" if seed % 2 else "\n").join(paper(seed).paragraphs).encode(coding)
