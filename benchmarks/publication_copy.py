"""What a public copy costs: milliseconds a page by format, for making it and for reading it again.

    python benchmarks/publication_copy.py [--pages 10] [--recognise]

A page has about 600 characters, a sheet 60 rows of 6 cells, a picture six lines. Nothing runs in a sandbox process here, so that only the work
itself is measured. With ``--recognise`` the pictures are read by recognition, as in the proof.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure_pipeline.builtin.public import word, workbook
from disclosure_pipeline.builtin.public.blocks import Block, Grid, Heading, Paragraph
from disclosure_pipeline.builtin.public.pages import drawing, layered
from disclosure_pipeline.builtin.public.pictures.pixels import redrawn
from disclosure_pipeline.builtin.public.pictures.spots import WHOLE
from tests import recognition_desk, typeset
from tests.hiding import picture
from tests.hiding.reading import read

T = TypeVar("T")

PICTURES = "pdf, pictures"

_SENTENCE = "各镇人民政府要落实属地责任，明确分管负责人和经办人员，按时办理，2026年12月底前完成1250户。"


@dataclass(frozen=True)
class Cost:
    """What one format costs.

    Args:
        format: its name.
        pages: how many were made.
        made: milliseconds a page to make.
        read: milliseconds a page to read again; ``None`` if that was not measured.
        size: bytes a page.
    """

    format: str
    pages: int
    made: float
    read: float | None
    size: int


def measure(pages: int = 10, *, recognise: bool = False) -> list[Cost]:
    """The costs of every format.

    Args:
        pages: pages (or sheets) of each.
        recognise: whether pictures are read too; recognition must be set up.
    """
    blocks = _prose(pages)
    paper = _paper(pages)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(paper)
        count = sum(1 for _ in drawing.of_pdf(path))
        return [
            _cost("docx", pages, lambda: word.document("通知", blocks), ".docx"),
            _cost("xlsx", pages, lambda: workbook.workbook(_sheets(pages)), ".xlsx"),
            _cost("pdf, text layer", count, lambda: layered.copy(path), ".pdf"),
            _cost("picture of a document", pages, lambda: _pictures(pages), ""),
            _cost(PICTURES, count, lambda: drawing.bound(drawing.of_pdf(path), {}), ".pdf" if recognise else ""),
        ]  # fmt: skip


def _cost(name: str, pages: int, make: Callable[[], bytes], suffix: str) -> Cost:
    make()  # libraries are loaded
    made, data = _timed(make)
    again = None
    if suffix:
        if name != PICTURES:  # what was recognised once is known
            read(data, f"copy{suffix}")
        again = _timed(lambda: read(data, f"copy{suffix}"))[0] / pages
    return Cost(name, pages, made / pages, again, len(data) // pages)


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    answer = call()
    return 1000 * (time.perf_counter() - start), answer


def _prose(pages: int) -> list[Block]:
    blocks: list[Block] = []
    for page in range(pages):
        blocks.append(Heading(1, "一、总体要求"))
        blocks += [Paragraph(f"第{page}项之{number}，{3 * _SENTENCE}") for number in range(4)]
    return blocks


def _sheets(pages: int) -> list[Grid]:
    rows = [tuple("镇村组户人元"), *(tuple(f"{row}-{column}" for column in range(6)) for row in range(59))]
    return [Grid("", tuple(rows))] * pages


def _pictures(pages: int) -> bytes:
    """A picture of words for each page, made anew."""
    drawn = picture.stored(picture.page(*[_SENTENCE] * 6), "PNG")
    return b"".join(redrawn(drawn, WHOLE)[1] for _ in range(pages))


def _paper(pages: int) -> bytes:
    written = [typeset.Written(3 * _SENTENCE) for _ in range(4 * pages)]
    return typeset.reportlab_pdf(typeset.set_in_type(written))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--recognise", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        recognition_desk.opened(Path(folder), enabled=options.recognise),
    ):
        costs = measure(options.pages, recognise=options.recognise)
    print("| format | pages | ms a page, made | ms a page, read again | KB a page |")
    print("|---|---|---|---|---|")
    for cost in costs:
        again = "—" if cost.read is None else f"{cost.read:.1f}"
        print(f"| {cost.format} | {cost.pages} | {cost.made:.1f} | {again} | {cost.size / 1024:.1f} |")


if __name__ == "__main__":
    main()
