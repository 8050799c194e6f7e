"""What other extractors find in a list of files; run with the Python that has them (`make peers`).

``python benchmarks/peers.py PEER < files.json`` reads ``[{"path", "marker"}]`` and prints for each file
whether the marker stands in what the peer reads: its text, and the metadata it offers. ``--time`` instead
prints the best milliseconds of five runs for each file. A peer that fails on a file has not found it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

SECONDS = 20
MEMORY = 6 << 30
"""What a peer may take for one file, and at all: a far-away cell must not end the comparison."""


def python_docx(path: Path) -> Iterator[str]:
    """Paragraphs, tables, headers and footers of every section, comments, core properties."""
    import docx

    document = docx.Document(str(path))
    sides = [document, *(side for section in document.sections for side in (section.header, section.footer))]
    for part in sides:
        yield from (paragraph.text for paragraph in part.paragraphs)
        yield from (cell.text for table in part.tables for row in table.rows for cell in row.cells)
    yield from (comment.text for comment in getattr(document, "comments", ()))
    yield from (str(getattr(document.core_properties, name)) for name in ("author", "title", "subject", "keywords", "comments", "category"))  # fmt: skip


def docx2python(path: Path) -> Iterator[str]:
    """Its text, comments and properties."""
    from docx2python import docx2python as read

    with read(str(path)) as document:
        yield document.text
        yield str(document.comments)
        yield str(document.core_properties)


def openpyxl(path: Path) -> Iterator[str]:
    """Cells, their comments and links, sheet names, defined names, properties."""
    import openpyxl as library

    for values in (False, True):
        book = library.load_workbook(path, data_only=values)
        for sheet in book.worksheets:
            yield sheet.title
            for row in sheet.iter_rows():
                for cell in row:
                    yield f"{cell.value} {cell.comment.text if cell.comment else ''} {cell.hyperlink.target if cell.hyperlink else ''}"
        yield " ".join(f"{name} {item.attr_text}" for name, item in book.defined_names.items())
        yield str(vars(book.properties))


def pdfplumber(path: Path) -> Iterator[str]:
    """Text, annotations and metadata."""
    import pdfplumber as library

    with library.open(path) as document:
        yield str(document.metadata)
        for page in document.pages:
            yield page.extract_text() or ""
            yield str(page.annots)
            yield str(page.hyperlinks)


def pypdfium2(path: Path) -> Iterator[str]:
    """Text and metadata."""
    import pypdfium2 as library

    document = library.PdfDocument(path)
    yield str(document.get_metadata_dict())
    for page in document:
        yield page.get_textpage().get_text_range()


def markitdown(path: Path) -> Iterator[str]:
    """Its Markdown."""
    from markitdown import MarkItDown

    yield MarkItDown().convert(str(path)).text_content


def kreuzberg(path: Path) -> Iterator[str]:
    """Its content, metadata and tables, without its cache."""
    from kreuzberg import ExtractionConfig, extract_file_sync

    result = extract_file_sync(str(path), config=ExtractionConfig(use_cache=False))
    yield str(result.content)
    yield str(result.metadata)
    yield str(result.tables)


PEERS: dict[str, tuple[Callable[[Path], Iterator[str]], tuple[str, ...] | None]] = {
    "python-docx": (python_docx, (".docx", ".docm", ".dotx")),
    "docx2python": (docx2python, (".docx", ".docm", ".dotx")),
    "openpyxl": (openpyxl, (".xlsx", ".xlsm")),
    "pdfplumber": (pdfplumber, (".pdf",)),
    "pypdfium2": (pypdfium2, (".pdf",)),
    "markitdown": (markitdown, None),
    "kreuzberg": (kreuzberg, None),
}
"""Name → (reader, suffixes it is for; ``None`` for all)."""


def finds(read: Callable[[Path], Iterator[str]], path: Path, marker: str) -> bool:
    """Whether the marker is in what a peer reads, white space aside."""
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(SECONDS)
    try:
        with Path(os.devnull).open("w") as quiet, redirect_stdout(quiet):
            text = "".join(read(path))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return False
    finally:
        signal.alarm(0)
    return marker in "".join(text.split())


def _too_late(*_: object) -> None:
    raise TimeoutError


def milliseconds(read: Callable[[Path], Iterator[str]], path: Path) -> float:
    """Shortest of five runs."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in read(path):
            pass
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main() -> None:
    """Answer one list of files for one peer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    name, *options = sys.argv[1:]
    read, suffixes = PEERS[name]
    files: list[dict[str, Any]] = json.load(sys.stdin)
    answers: list[bool | float | None] = []
    for file in files:
        path = Path(file["path"])
        if suffixes is not None and path.suffix not in suffixes:
            answers.append(None)
        else:
            answers.append(milliseconds(read, path) if options else finds(read, path, file["marker"]))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
