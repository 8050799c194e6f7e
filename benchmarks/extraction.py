"""Extraction, side by side: hiding places found, milliseconds against plain libraries, memory of a long file.

Run: ``python benchmarks/extraction.py [--peers PYTHON] [--only places|speed|memory] [--write docs/hiding-places.md]``.
``--peers`` names an interpreter with the peers (`make peers`); without it the peers that are here are asked.
Speed is in-process, best of N: what a warm sandbox does (`benchmarks/sandbox.py` measures the sandbox).
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import hiding_places
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding import ofd_file, word_papers

LINE = "各镇人民政府，县政府各部门：现将《示范县人民政府2026年工作要点》印发给你们，请遵照执行。"
PAGES = 10
LONG = 300
READERS = builtin_extractors(ExtractionSettings().model_dump())


def make_pdf(pages: int = PAGES) -> bytes:
    """Pages of full lines."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(pages):
        canvas.setFont("STSong-Light", 10)
        for number in range(36):
            canvas.drawString(60, 790 - number * 20, LINE)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_writer_pdf() -> bytes | None:
    """The Word paper as LibreOffice exports it; ``None`` without LibreOffice."""
    return _made_by("soffice", "a.docx", word_papers.paper(), lambda folder: [
        f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
        "--outdir", str(folder), str(folder / "a.docx"),
    ])  # fmt: skip


def make_browser_pdf() -> bytes | None:
    """The page of five hundred paragraphs as Chromium prints it; ``None`` without Chromium."""
    return _made_by("chromium", "a.html", make_html(), lambda folder: [
        "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
        f"--print-to-pdf={folder}/a.pdf", str(folder / "a.html"),
    ])  # fmt: skip


def _made_by(program: str, name: str, data: bytes, arguments: Callable[[Path], list[str]]) -> bytes | None:
    found = shutil.which(program)
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / name).write_bytes(data)
        subprocess.run([found, *arguments(place)], check=True, capture_output=True, timeout=120)
        return (place / "a.pdf").read_bytes()


def make_library_docx() -> bytes:
    """Paragraphs in the template that python-docx brings, with its hundred styles of tables."""
    import docx

    document = docx.Document()
    for number in range(250):
        document.add_paragraph(f"第{number}条　{LINE}")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_ofd() -> bytes:
    """Ten pages of 24 lines."""
    lines = [ofd_file.text(LINE, at=f"25 {30 + 9 * number} 160 6", size="4") for number in range(24)]
    names = [f"Pages/Page_{number}/Content.xml" for number in range(1, PAGES)]
    pages = "".join(ofd_file.element("Page", ID=str(200 + at), BaseLoc=name) for at, name in enumerate(names))
    more = {f"Doc_0/{name}": ofd_file.page(*lines) for name in names}
    return ofd_file.pack(ofd_file.members(*lines, pages=pages, more=more))


def make_xlsx() -> bytes:
    """Ten thousand cells."""
    import openpyxl

    book = openpyxl.Workbook()
    for number in range(2000):
        book.worksheets[0].append([f"姓名{number}", "110101199003070000", number, "是", LINE[:10]])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_html() -> bytes:
    """A page of five hundred paragraphs."""
    return f"<!DOCTYPE html><html><body>{f'<p>{LINE}</p>' * 500}</body></html>".encode()


def make_txt() -> bytes:
    """Five hundred lines of GB18030."""
    return (f"{LINE}\n" * 500).encode("gb18030")


def plain_docx(data: bytes) -> None:
    """python-docx: paragraphs and cells of the body."""
    import docx

    document = docx.Document(io.BytesIO(data))
    "".join(paragraph.text for paragraph in document.paragraphs)
    "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)


def plain_pdf(data: bytes) -> None:
    """pypdfium2: the text of each page, and the box of each character."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        for index in range(text.count_chars()):
            text.get_charbox(index)
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


def plain_zip(data: bytes) -> None:
    """zipfile and lxml: every member parsed, nothing else (no reader of this format is at hand)."""
    import zipfile

    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            etree.fromstring(package.read(name))


FILES: dict[str, tuple[Callable[[], bytes | None], Callable[[bytes], None]]] = {
    "docx, Word, 10 pages": (word_papers.paper, plain_docx),
    "docx, WPS, 10 pages": (lambda: word_papers.paper(wps=True), plain_docx),
    "docx, python-docx, 10 pages": (make_library_docx, plain_docx),
    "pdf, 10 pages": (make_pdf, plain_pdf),
    "pdf, of LibreOffice": (make_writer_pdf, plain_pdf),
    "pdf, of Chromium": (make_browser_pdf, plain_pdf),
    "ofd, 10 pages": (make_ofd, plain_zip),
    "xlsx, 10,000 cells": (make_xlsx, plain_xlsx),
    "html, 500 paragraphs": (make_html, plain_html),
    "txt, 500 lines": (make_txt, plain_txt),
}


def best(action: Callable[[], object], rounds: int) -> float:
    """Shortest of some runs, milliseconds of this process: a busy machine changes it little."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def read(data: bytes, name: str) -> None:
    """Read with the reader that claims the bytes."""
    reader = choose(READERS, data[:HEAD_BYTES], name)
    assert reader is not None
    reader.read(data, name)


def speed(rounds: int) -> Iterator[str]:
    """A Markdown table, a row a file."""
    yield "| file | bytes | ours ms | plain library ms | ratio |"
    yield "|---|---:|---:|---:|---:|"
    for name, (make, plain) in FILES.items():
        data, suffix = make(), name.partition(",")[0]
        if data is None:
            yield f"| {name} | – | – | – | – |"
            continue
        ours = best(lambda: read(data, f"a.{suffix}"), rounds)  # noqa: B023
        alone = best(lambda: plain(data), rounds)  # noqa: B023
        yield f"| {name} | {len(data):,} | {ours:.1f} | {alone:.1f} | {ours / alone:.1f} |"


_MEMORY = """
import resource, sys
from benchmarks import extraction
data = extraction.make_pdf({pages})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
extraction.read(data, "a.pdf")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def memory() -> Iterator[str]:
    """Peak resident memory of a process that reads a long pdf."""
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY.format(pages=LONG)], cwd=Path(__file__).parents[1],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    yield f"pdf of {LONG} pages: peak {done.stdout.strip()} MB resident"


_HEAD = """# Where text can hide, and who finds it

Written by `python benchmarks/extraction.py --only places --write docs/hiding-places.md`: the generators in
`tests/hiding` write one file per place with one marker in it, and each extractor is asked whether it gives the
marker back, metadata it offers included. ● found, · not found; a peer that does not read a format has no column
there. *Kind* is the name under which our reader reports the place.
"""


def main() -> None:
    """Print the sections that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("places", "speed", "memory"))
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    if options.only in (None, "speed"):
        print(*speed(options.rounds), sep="\n")
    if options.only in (None, "memory"):
        print(*memory(), sep="\n")
    if options.only in (None, "places"):
        lines = hiding_places.measure(hiding_places.FORMATS, options.peers)
        table = list(hiding_places.summary(lines))
        print(*table, sep="\n")
        if options.write:
            text = "\n".join((_HEAD, *table, *hiding_places.details(lines)))
            options.write.write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
