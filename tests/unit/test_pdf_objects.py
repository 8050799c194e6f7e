"""Objects that are alike but for their numbers are looked at once; those that hold more, each."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from disclosure_pipeline.builtin.extractors.pdf.glyphs import GlyphReading
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf.unpacking import STREAM, _is_chained
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_drawn import truetype
from tests.hiding.pdf_paper import paper, saved
from tests.unit.hostile import codes, limits, only


def read(document: Pdf) -> Text:
    return PdfExtractor(limits()).read(saved(document), "文件.pdf")


def elements(document: Pdf, **entries: Any) -> None:
    """A structure of elements that differ in their numbers, among them one with more entries."""
    root = document.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    plain = [Dictionary(Type=Name.StructElem, S=Name.P, P=root, K=number) for number in range(40)]
    plain[30] = Dictionary(Type=Name.StructElem, S=Name.P, P=root, K=30, **entries)
    root.K = Array([document.make_indirect(element) for element in plain])
    document.Root.StructTreeRoot = root


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"Alt": String("机要内容")}, "机要内容"),
        ({"C": Name("/N 110101199003070000")}, "110101199003070000"),
        ({"C": Name("/机要内容")}, "机要内容"),
        ({"C": Array([1, Dictionary(T=String("机要内容"))])}, "机要内容"),
    ],
)
def test_one_among_many_is_found(entries: dict[str, Any], words: str) -> None:
    document = paper()
    elements(document, **entries)
    assert not only(read(document), words).visible


def test_names_that_differ_in_their_digits_are_not_alike() -> None:
    document = paper()
    for number in range(30):
        document.Root[f"/Kept{number}"] = document.make_indirect(Dictionary(S=Name(f"/A {number}")))
    document.Root.Kept = document.make_indirect(Dictionary(S=Name("/A 110101199003070000")))
    assert only(read(document), "110101199003070000")


def test_streams_that_others_name_keep_their_roles() -> None:
    document = paper()
    elements(document)
    for number in range(3):
        script = document.make_stream(f"app.alert('机要内容{number}')".encode())
        action = Dictionary(S=Name.JavaScript, JS=script)
        document.Root[f"/Kept{number}"] = document.make_indirect(action)
    text = read(document)
    assert {only(text, f"机要内容{number}").place.kind for number in range(3)} == {"script"}


def test_fonts_of_one_name_are_judged_page_by_page() -> None:
    document, liar, honest = paper(), paper(), paper()
    truetype(liar, dict(enumerate("OPEN")), "SAFE")
    truetype(honest, dict(enumerate("SAFE")), "SAFE")
    del document.pages[0]
    document.pages.extend((*honest.pages, *liar.pages, *honest.pages))
    glyphs = GlyphReading(document)
    for number, page in enumerate(document.pages, start=1):
        glyphs.survey(number, page)
    assert glyphs.lying == {2}
    result = read(document)
    assert codes(result) == {"page.text_layer"}
    assert [doubt.place.page for doubt in result.doubts if doubt.place] == [2]


def test_fonts_in_forms_are_judged_with_their_pages() -> None:
    document = paper()
    truetype(document, dict(enumerate("OPEN")), "SAFE")
    page = document.pages[0]
    font = page.Resources.Font.E1
    del page.Resources.Font["/E1"]
    resources = Dictionary(Font=Dictionary(E1=font))
    page.Resources.XObject.X = pikepdf.Stream(
        document, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=resources
    )
    glyphs = GlyphReading(document)
    glyphs.survey(1, page)
    assert glyphs.lying == {1}


def test_the_end_of_a_stream_begins_none() -> None:
    data = b"5 0 obj<<>>stream\nabc\nendstream\nendobj 6 0 obj<<>>\nstream\r\nendstream\n"
    assert [data[match.end() : match.end() + 3] for match in STREAM.finditer(data)] == [b"abc", b"end"]
    assert STREAM.search(data, data.index(b"endstream") + 3, data.index(b"endobj")) is None


@pytest.mark.parametrize(
    ("entry", "chained"),
    [
        (b"/Filter[/FlateDecode/FlateDecode]", True), (b"/Filter [ /ASCIIHexDecode /LZWDecode ]", True),
        (b"/Filter 12 0 R", True), (b"/Filter/Fl#61teDecode", True), (b"/Filter [ /Fl#61te ]", True),
        (b"/F#69lter/FlateDecode", True), (b"/F [/Fl /LZW]", True), (b"/F[/A85 /Fl]", True), (b"/F [/AHx /RL]", True),
        (b"/F [/RL /Fl]", True), (b"/Filter/FlateDecode", False), (b"/Filter [/FlateDecode]", False),
        (b"/FlateDecode /Length 5", False), (b"/Flags 4", False), (b"/F1 5 0 R", False),
    ],
)  # fmt: skip
def test_streams_that_pass_through_several_filters(entry: bytes, chained: bool) -> None:
    assert _is_chained(b"5 0 obj<<" + entry + b">>stream\n") == chained
