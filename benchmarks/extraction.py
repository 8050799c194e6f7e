"""Milliseconds per document and format, beside the plain library that reads only the visible text.

Run: ``python benchmarks/extraction.py [--rounds N]``. In-process, best of N: what a warm sandbox does.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from typing import Any

from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sniff import choose
from disclosure_pipeline.settings.models import ExtractionSettings

LINE = "各镇人民政府，县政府各部门：现将《示范县人民政府2026年工作要点》印发给你们，请遵照执行。"
PAGES = 5


def make_docx() -> bytes:
    """Five pages of paragraphs and a table, as Word's own template would style them."""
    import docx

    document = docx.Document()
    for number in range(PAGES * 24):
        document.add_paragraph(LINE).add_run(f"第{number}项").bold = True
    table = document.add_table(10, 4)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "单元格"
    return saved(document)


def make_pdf() -> bytes:
    """Five pages of full lines."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(PAGES):
        canvas.setFont("STSong-Light", 10)
        for number in range(36):
            canvas.drawString(60, 790 - number * 20, LINE)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_xlsx() -> bytes:
    """Ten thousand cells."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(2000):
        sheet.append([f"姓名{number}", "110101199003070000", number, "是", LINE[:10]])
    return saved(book)


def make_html() -> bytes:
    """A page of five hundred paragraphs."""
    return f"<!DOCTYPE html><html><body>{f'<p>{LINE}</p>' * 500}</body></html>".encode()


def make_txt() -> bytes:
    """Five hundred lines of GB18030."""
    return (f"{LINE}\n" * 500).encode("gb18030")


def saved(document: Any) -> bytes:
    """The bytes of a document that a library wrote."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def plain_docx(data: bytes) -> None:
    """python-docx: paragraphs and cells of the body."""
    import docx

    document = docx.Document(io.BytesIO(data))
    "".join(paragraph.text for paragraph in document.paragraphs)
    "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)


def plain_pdf(data: bytes) -> None:
    """pypdfium2: the text of each page, no boxes, no objects."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for index in range(len(document)):
        page = document[index]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()


def plain_xlsx(data: bytes) -> None:
    """openpyxl, read-only."""
    import openpyxl

    for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True):
        for _ in sheet.iter_rows(values_only=True):
            pass


def plain_html(data: bytes) -> None:
    """lxml: text content."""
    import lxml.html

    lxml.html.fromstring(data).text_content()


def plain_txt(data: bytes) -> None:
    """One decode."""
    data.decode("gb18030").splitlines()


FORMATS: dict[str, tuple[Callable[[], bytes], Callable[[bytes], None]]] = {
    "docx": (make_docx, plain_docx),
    "pdf": (make_pdf, plain_pdf),
    "xlsx": (make_xlsx, plain_xlsx),
    "html": (make_html, plain_html),
    "txt": (make_txt, plain_txt),
}


def best(action: Callable[[], object], rounds: int) -> float:
    """Shortest of some runs, milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main() -> None:
    """Print one line a format, then the sandbox's own costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    extractors = builtin_extractors(ExtractionSettings().model_dump())
    print(f"{'format':8}{'bytes':>10}{'ours ms':>10}{'plain ms':>10}{'ratio':>8}")
    for suffix, (make, plain) in FORMATS.items():
        data = make()
        extractor = choose(extractors, data, f"a.{suffix}")
        assert extractor is not None
        assert extractor.id == suffix
        ours = best(lambda: extractor.read(data, f"a.{suffix}"), rounds)  # noqa: B023
        alone = best(lambda: plain(data), rounds)  # noqa: B023
        print(f"{suffix:8}{len(data):>10}{ours:>10.1f}{alone:>10.1f}{ours / alone:>8.1f}")
    with Sandbox(1) as sandbox:
        start = time.perf_counter()
        sandbox.warm()
        print(f"sandbox: first process after {1000 * (time.perf_counter() - start):.0f} ms, ", end="")
        print(f"{best(lambda: sandbox.run('os:getpid', timeout=10), 50):.2f} ms a job")


if __name__ == "__main__":
    main()
