"""Boxes of many characters at once are those that pdfium gives one by one; lines of them are seen or not."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from disclosure_pipeline.builtin.extractors.pdf.characters import Characters
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_paper import paper, saved
from tests.unit.hostile import limits, only

MANY = 700
"""Runs: more than are asked for at once."""


def shown(words: str, size: float = 8, x: float = 20, y: float = 300) -> bytes:
    """Each letter in a text object of its own, as browsers write them."""
    letters = (f"<{letter.encode('utf-16-be').hex()}> Tj" for letter in words)
    return f"BT\n/F1 {size} Tf\n1 0 0 1 {x} {y} Tm\n".encode() + "\n".join(letters).encode() + b"\nET\n"


def read(content: bytes) -> Text:
    return PdfExtractor(limits()).read(saved(paper(content)), "文件.pdf")


@contextlib.contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfTextPage]:
    document = pypdfium2.PdfDocument(saved(paper(content)))
    page = document[0]
    text = page.get_textpage()
    try:
        yield text
    finally:
        text.close()
        page.close()
        document.close()


def test_boxes_are_those_of_pdfium() -> None:
    words = "".join(chr(0x4E00 + number) for number in range(MANY))
    with opened(shown(words, size=0.8)) as text:
        count = text.count_chars()
        characters = Characters(text.raw)
        runs = list(zip(*characters.runs(0, count), strict=True))
        sides = [ctypes.c_double() for _ in range(4)]
        assert len(runs) == pdfium.FPDFText_CountRects(text.raw, 0, count) > MANY
        for index, run in enumerate(runs):
            pdfium.FPDFText_GetRect(text.raw, index, *sides)
            assert run == tuple(side.value for side in sides)
        boxes = characters.boxes(3, count - 3)
        assert boxes == [text.get_charbox(index, loose=True) for index in range(3, count)]
        assert characters.box(5) == boxes[2]


def test_what_is_no_character_has_no_box() -> None:
    with opened(b"") as text:
        count = text.count_chars()
        characters = Characters(text.raw)
        assert characters.box(count + 10) is None
        assert characters.boxes(count - 1, 3)[1:] == [None, None]
        assert characters.runs(0, 0) == ([], [], [], [])
        assert characters.source(0) != 0
        assert characters.source(count + 10) == 0
        assert not characters.is_meaningless(0)


def test_a_line_of_many_runs_has_one_box() -> None:
    box = only(read(shown("县" * 60)), "县" * 60).place.bbox
    assert box is not None
    assert (round(box[0]), round(box[2])) == (20, 20 + 60 * 8)


@pytest.mark.parametrize(("size", "visible"), [(8, True), (1, False)])
def test_thin_letters_are_looked_at_one_by_one(size: float, visible: bool) -> None:
    text = read(shown("一二三、", x=20) + shown("．处分决定全文", size, x=60))
    found = only(text, "处分决定全文")
    assert found.visible == visible
    assert only(text, "一二三").visible


def test_letters_off_the_page_are_not_seen() -> None:
    text = read(shown("看得见．的字", x=20) + shown("页外的字．", x=590))
    assert only(text, "看得见").visible
    assert not any(segment.visible for segment in text.segments if "外的字" in segment.text)
