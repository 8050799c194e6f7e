"""Which everyday files are made, and how many: the formats and the programs that offices use."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.everyday_files import (
    deck,
    flat_deck,
    mail,
    plain_text,
    printed_web_page,
    python_docx,
    report_pdf,
    scanned,
    sealed_ofd,
    web_page,
    word,
    workbook,
)  # fmt: skip


@dataclass(frozen=True)
class Everyday:
    """One file.

    Args:
        kind: format and maker (``docx, WPS``).
        family: format, over which the share of undetermined ones is counted too.
        suffix: of its name.
        data: its bytes.
    """

    kind: str
    family: str
    suffix: str
    data: bytes


Make = Callable[[int], bytes]


def converted(files: Mapping[str, bytes], suffix: str, folder: Path) -> Iterator[bytes]:
    """The files as LibreOffice saves them."""
    sources, target = folder / f"to-{suffix}", folder / f"as-{suffix}"
    sources.mkdir()
    for name, data in files.items():
        (sources / name).write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", suffix, "--outdir", str(target)]
    subprocess.run(
        [*command, *map(str, sorted(sources.iterdir()))],
        check=True, capture_output=True, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    for path in sorted(target.glob(f"*.{suffix}")):
        yield path.read_bytes()


PLAIN: tuple[tuple[str, str, str, int, Make], ...] = (
    ("docx, Word", "docx", ".docx", 12, word),
    ("docx, WPS", "docx", ".docx", 12, lambda seed: word(seed, wps=True)),
    ("docx, python-docx", "docx", ".docx", 12, python_docx),
    ("xlsx, openpyxl", "xlsx", ".xlsx", 8, workbook),
    ("pptx, PowerPoint", "pptx", ".pptx", 4, deck),
    ("pdf, reportlab", "pdf", ".pdf", 10, report_pdf),
    ("ofd", "ofd", ".ofd", 24, sealed_ofd),
    ("html, saved page", "html", ".html", 6, web_page),
    ("eml, attachment", "eml", ".eml", 6, mail),
    ("txt", "txt", ".txt", 8, plain_text),
    ("scan, jpeg", "scan", ".jpg", 4, lambda seed: scanned(seed, "JPEG")),
    ("scan, png", "scan", ".png", 4, lambda seed: scanned(seed, "PNG")),
    ("scan, tiff", "scan", ".tif", 4, lambda seed: scanned(seed, "TIFF")),
    ("scan, pdf", "scan", ".pdf", 8, lambda seed: scanned(seed, "PDF")),
)
"""Kind, family, suffix, how many, and what makes one."""

CONVERTED: tuple[tuple[str, str, str, int, Make, str], ...] = (
    ("docx, LibreOffice", "docx", "docx", 10, python_docx, ".docx"),
    ("doc, LibreOffice", "doc", "doc", 4, python_docx, ".docx"),
    ("rtf, LibreOffice", "rtf", "rtf", 4, python_docx, ".docx"),
    ("odt, LibreOffice", "odf", "odt", 4, python_docx, ".docx"),
    ("pdf, LibreOffice", "pdf", "pdf", 10, python_docx, ".docx"),
    ("xlsx, LibreOffice", "xlsx", "xlsx", 6, workbook, ".xlsx"),
    ("xls, LibreOffice", "xls", "xls", 4, workbook, ".xlsx"),
    ("ods, LibreOffice", "odf", "ods", 3, workbook, ".xlsx"),
    ("pdf, LibreOffice, workbook", "pdf", "pdf", 4, workbook, ".xlsx"),
    ("pptx, LibreOffice", "pptx", "pptx", 3, flat_deck, ".fodp"),
    ("html, LibreOffice", "html", "html", 3, python_docx, ".docx"),
)
"""Kind, family, suffix, how many, what makes the source, and the source's suffix."""


def everyday(kinds: Sequence[str] = (), scale: float = 1.0) -> Iterator[Everyday]:
    """All files, the same in every run.

    Args:
        kinds: beginnings of kinds (``docx``, ``scan, pdf``); all by default.
        scale: times the usual number of files.
    """

    def wanted(kind: str) -> bool:
        return not kinds or kind.startswith(tuple(kinds))

    for kind, family, suffix, count, make in PLAIN:
        if wanted(kind):
            for seed in range(1, round(count * scale) + 1):
                yield Everyday(kind, family, suffix, make(seed))
    for kind, family, suffix, count, make, source in CONVERTED:
        if wanted(kind):
            given = {f"{seed:03d}{source}": make(seed) for seed in range(101, 101 + round(count * scale))}
            with tempfile.TemporaryDirectory() as folder:
                for data in converted(given, suffix, Path(folder)):
                    yield Everyday(kind, family, f".{suffix}", data)
    if wanted("pdf, browser"):
        with tempfile.TemporaryDirectory() as folder:
            for data in printed_web_page(range(201, 201 + round(8 * scale)), Path(folder)):
                yield Everyday("pdf, browser", "pdf", ".pdf", data)
