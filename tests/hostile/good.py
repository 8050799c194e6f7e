"""One small, harmless file of each format, to be cut short and to be given other names."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

import gzip
import io
from collections.abc import Callable

from tests.hostile.archives import tarball
from tests.hostile.case import MARKER
from tests.hostile.legacy import rich
from tests.hostile.mails import mail
from tests.hostile.pictures import picture
from tests.hostile.xml import layout_document, open_document, slides
from tests.hostile.zips import docx, zipped
from tests.unit import hostile as small


def _workbook() -> bytes:
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    book.worksheets[0]["A1"] = MARKER
    book.save(buffer)
    return buffer.getvalue()


def _pdf() -> bytes:
    return small.pdf(lambda canvas: canvas.drawString(72, 700, MARKER))


GOOD: dict[str, Callable[[], bytes]] = {
    ".docx": docx,
    ".xlsx": _workbook,
    ".pptx": slides,
    ".odt": open_document,
    ".ofd": layout_document,
    ".pdf": _pdf,
    ".html": lambda: (
        f"<!DOCTYPE html><html><head><title>题</title></head><body><p>{MARKER}</p></body></html>".encode()
    ),
    ".eml": mail,
    ".rtf": rich,
    ".zip": lambda: zipped({"正文.txt": MARKER}),
    ".tar": tarball,
    ".gz": lambda: gzip.compress((MARKER + "\n").encode()),
    ".png": picture,
}
"""By suffix."""

PLAIN = (".html", ".eml", ".tar")
"""Formats of which a beginning can be whole as far as anyone can tell (a tar ends in filling)."""

WORDLESS = (".png",)
"""Formats without words, unless recognition is on."""
