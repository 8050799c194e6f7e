"""Objects in a pdf that no table lists: read, or a doubt."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_paper import VISIBLE, paper, saved, text, updated
from tests.unit.hostile import codes, limits, only

WORDS = "从前写在这里的一句话"


def read(data: bytes) -> Text:
    return PdfExtractor(limits()).read(data, "文件.pdf")


def beside(data: bytes, value: bytes) -> bytes:
    """The file with one more object, which no table lists."""
    at = data.rindex(b"xref\n", 0, data.rindex(b"startxref"))
    head, tail = data[:at] + b"99 0 obj\n%b\nendobj\n" % value, data[at:]
    return head + tail[: tail.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % len(head)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(content), content)


def test_a_drawing_that_no_table_lists_is_read_with_the_fonts_of_the_page() -> None:
    result = read(beside(saved(paper()), stream(text(WORDS))))
    found = only(result, WORDS)
    assert (found.place.kind, found.visible, result.doubts) == ("unplaced", False, ())
    assert only(result, VISIBLE).visible


def test_what_a_page_shows_again_is_not_reported() -> None:
    result = read(beside(saved(paper()), stream(text(VISIBLE))))
    assert only(result, VISIBLE).visible
    assert result.doubts == ()


@pytest.mark.parametrize(
    "value",
    [
        stream(text(WORDS).replace(b"/F1", b"/F77")),
        stream(b"nonsense", b"/Filter /FlateDecode"),
        stream(bytes(90_000), b"/Subtype /Image /Width 300 /Height 300 /BitsPerComponent 8 /ColorSpace /DeviceGray"),
    ],
    ids=["font that nobody knows", "that cannot be unpacked", "picture"],
)  # fmt: skip
def test_what_cannot_be_read_is_a_doubt(value: bytes) -> None:
    assert "object.unread" in codes(read(beside(saved(paper()), value)))


def test_fonts_of_one_name_that_differ_from_page_to_page_are_a_doubt() -> None:
    document = paper()
    page = document.add_blank_page(page_size=(595, 842))
    other = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F1=document.make_indirect(other)))
    page.Contents = document.make_stream(b"BT /F1 9 Tf 50 50 Td (Annex) Tj ET")
    result = read(beside(saved(document), stream(text(WORDS))))
    assert "object.unread" in codes(result)
    assert only(result, "Annex").visible


def test_leftovers_of_an_encrypted_file_are_a_doubt() -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(saved(paper()))) as document:
        document.save(buffer, encryption=pikepdf.Encryption(owner="x", user=""),
                      object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
    assert "object.unread" in codes(read(beside(buffer.getvalue(), stream(zlib.compress(b"?")))))


def test_a_saved_change_leaves_no_doubt() -> None:
    data = saved(paper())
    with pikepdf.open(io.BytesIO(data)) as document:
        number = document.pages[0].Contents.objgen[0]
    result = read(updated(data, {number: stream(text(VISIBLE, y=690))}))
    assert only(result, VISIBLE).visible
    assert result.doubts == ()
