"""What producers of pdf always write into it is quiet; the same place used for something else is not."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf.replacements import agree
from disclosure_pipeline.model.text import Segment
from tests.unit.hostile import limits, pdf

MARKER = "MARKERQ7731"


def hidden(remark: str) -> list[Segment]:
    """Unseen text outside the document information of a page with a remark between two objects."""
    data = pdf(lambda canvas: canvas.drawString(72, 700, "hello"))
    changed = data.replace(b"endobj\n", b"endobj\n" + remark.encode() + b"\n", 1)
    text = PdfExtractor(limits()).read(changed, "a.pdf")
    usual = ("Author", "Creator", "Producer", "Subject", "Title")
    return [part for part in text.segments if not part.visible and part.place.detail not in usual]


@pytest.mark.parametrize(
    "remark",
    [
        "% ReportLab Generated PDF document http://www.reportlab.com",
        "% 'F1': class PDFType1Font ",
        "% created by Pillow 12.0.0 PDF driver",
        "%%Page: 1 1",
    ],
)
def test_remarks_of_producers_are_quiet(remark: str) -> None:
    assert hidden(remark) == []


@pytest.mark.parametrize(
    "remark",
    [
        f"%% {MARKER}",
        f"% ReportLab {MARKER}",
        f"% 'F1': {MARKER}",
        f"% created by Pillow PDF driver {MARKER}",
        f"%%Page: {MARKER}",
    ],
)
def test_words_that_look_like_them_are_found(remark: str) -> None:
    assert [MARKER in part.text for part in hidden(remark)] == [True]


def test_how_ghostscript_was_called_is_metadata() -> None:
    (told,) = hidden(f"%%Invocation: gs -sOutputFile=/home/{MARKER}/a.pdf")
    assert (told.place.kind, MARKER in told.text) == ("metadata", True)


@pytest.mark.parametrize(
    ("shown", "says", "same"),
    [
        ("\u2f3e", "户", True),
        ("\u2f84", "自", True),
        ("\u2ed4", "门", True),
        ("户", "口", False),
        ("一", "二", False),
    ],
)
def test_a_radical_of_a_browser_stands_for_its_character(shown: str, says: str, *, same: bool) -> None:
    content = f"/F1 12 Tf /Span<</ActualText <FEFF{ord(says):04X}>>> BDC <0001> Tj EMC".encode()
    assert agree(content, {"F1": (2, {1: shown})}) is same
