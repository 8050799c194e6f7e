"""What a pdf's page shows against what its text layer says: fonts, replacement texts, recognition."""

from __future__ import annotations

import pikepdf
import pytest

from disclosure_pipeline.builtin.extractors.pdf import recognition as pdf_recognition
from disclosure_pipeline.builtin.extractors.pdf.drawing import Drawing
from disclosure_pipeline.builtin.extractors.pdf.fonts import judge, parse_table, write_table
from disclosure_pipeline.builtin.extractors.pdf.page import PageText
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf.replacements import agree
from disclosure_pipeline.builtin.extractors.pdf.specimen import _rows, _sheet, is_unproven, liars
from disclosure_pipeline.builtin.extractors.pdf.state import state_of
from disclosure_pipeline.builtin.extractors.shared.layout import Line
from disclosure_pipeline.hooks.contracts import RecognisedLine
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_drawn import scan, truetype
from tests.hiding.pdf_paper import VISIBLE, append, paper, saved, text
from tests.unit.hostile import codes, limits, only

A4 = (595.0, 842.0)


def read(document: pikepdf.Pdf) -> Text:
    return PdfExtractor(limits()).read(saved(document), "文件.pdf")


def test_a_font_that_lies_is_a_doubt_while_nobody_can_look() -> None:
    document = paper()
    truetype(document, dict(enumerate("OPEN")), "SAFE")
    result = read(document)
    assert only(result, "SAFE").visible
    assert not only(result, "OPEN").visible
    assert codes(result) == {"page.text_layer"}


def test_an_honest_font_is_none() -> None:
    document = paper()
    truetype(document, dict(enumerate("SAFE")), "SAFE")
    result = read(document)
    assert only(result, "SAFE").visible
    assert result.doubts == ()


@pytest.mark.parametrize(
    "program", [b"\0\1\0\0" + b"\xff" * 400, b"\0\1\0\0\xff\xff" + bytes(4000), b"nothing", b""]
)
def test_a_font_whose_program_is_none_is_a_doubt(program: bytes) -> None:
    document = paper()
    truetype(document, dict(enumerate("SAFE")), "SAFE", table=False)
    assert codes(read(document)) == {"font.unproven"}, "nobody can look here"
    document.pages[0].Resources.Font.E1.DescendantFonts[0].FontDescriptor.FontFile2.write(program)
    assert codes(read(document)) == {"page.text_layer"}


def test_a_replacement_text_after_a_change_of_fonts_agrees() -> None:
    fonts = {"F": (1, {1: "工"}), "G": (1, {1: "作", 2: "\u2f6c"})}
    spans = [
        f"/Span <</ActualText <FEFF{ord(says):04X}> >> BDC {font} <{code:02x}> Tj EMC"
        for says, font, code in (("工", "/F 9 Tf", 1), ("作", "/G 9 Tf", 1), ("目", "3 0 Td", 2))
    ]
    assert agree(" ".join(spans).encode(), fonts)
    assert not agree(" ".join(spans).replace("/G", "/F").encode(), fonts)


def test_embedded_fonts_are_drawn_on_a_sheet() -> None:
    document = paper()
    truetype(document, dict(enumerate("SAFE 2026")), "SAFE 2026", table=False)
    font = document.pages[0].Resources.Font.E1
    verdict = judge(font)
    assert is_unproven(verdict)
    rows = list(_rows([(font, verdict), (font, verdict)]))
    assert {glyph.says for row in rows for glyph in row} == set("SAFE206")
    assert {glyph.font for row in rows for glyph in row} == {0, 1}
    sheet = _sheet([font, font], rows)
    assert min(sheet.convert("L").tobytes()) < 60
    assert not is_unproven(judge(document.pages[0].Resources.Font.F1)), "its outlines are the reader's own"
    assert liars([(font, verdict)]) is None, "nobody can look here"
    assert liars([]) == set()


def test_tables_of_characters_are_read_as_they_are_written() -> None:
    meanings = {3: "甲", 0xFF01: "ffi", 9: "\U00020000"}
    assert parse_table(write_table(meanings, 2)) == meanings
    ranges = b"2 beginbfrange <0001> <0003> <4e00> <0010> <0011> [<0041> <00420043>] endbfrange"
    assert parse_table(ranges) == {1: "\u4e00", 2: "\u4e01", 3: "\u4e02", 16: "A", 17: "BC"}


def test_letters_of_one_meaning_too_often_are_suspicious() -> None:
    table = write_table(dict.fromkeys(range(1, 20), "是"), 2)
    document = paper()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=[pikepdf.Dictionary()], ToUnicode=document.make_stream(table),
    )  # fmt: skip
    assert judge(font).lies
    assert judge(font).doubtful


@pytest.mark.parametrize(
    ("says", "shown"),
    [("人民", {1: "人", 2: "民"}), ("人民", {1: "\u2f08", 2: "\u2ea0"}), ("ffi", {1: "f", 2: "ﬁ"})],
)
def test_replacement_texts_that_agree(says: str, shown: dict[int, str]) -> None:
    words = says.encode("utf-16-be").hex()
    content = f"/F 9 Tf /Span <</ActualText <FEFF{words}>>> BDC <01> Tj 3 0 Td <02> Tj EMC".encode()
    assert agree(content, {"F": (1, shown)})
    assert not agree(content, {"F": (1, {1: "别", 2: "的"})})
    assert not agree(content, {"F": (1, {1: "别"})})


def test_a_replacement_text_that_differs_is_no_longer_what_the_page_says() -> None:
    document = paper()
    words = "公开".encode("utf-16-be").hex()
    append(document, f"/Span <</ActualText <FEFF{words}>>> BDC ".encode() + text("机要内容") + b" EMC")
    result = read(document)
    assert only(result, "机要内容").visible
    assert not any(segment.visible for segment in result.segments if "公开" in segment.text)
    assert only(result, VISIBLE).visible


def test_a_scan_is_a_doubt_while_nobody_can_look() -> None:
    result = PdfExtractor(limits()).read(scan(), "文件.pdf")
    assert codes(result) == {"page.no_text", "text.empty"}


def _page(shown: list[str], hidden: list[str]) -> PageText:
    def lines(texts: list[str], top: float) -> list[Line]:
        return [
            Line.whole(words, (50, top + 20 * n, 300, top + 12 + 20 * n)) for n, words in enumerate(texts)
        ]

    return PageText(1, A4, lines(shown, 100), lines(hidden, 400), 0, Drawing())


def _seen(words: str, top: float) -> RecognisedLine:
    return RecognisedLine(words, (48, top, 310, top + 13), 0.99)


def test_the_text_layer_of_a_scan_is_shown_when_recognition_agrees() -> None:
    page = _page([], ["关于印发二〇二六年工作要点的通知", "没有人看见的一行文字"])
    lines = [_seen("关于印发二o二六年工作要点的通知", 400)]
    pdf_recognition._sort_out(page, lines, strict=False)
    assert [line.text for line in page.shown] == ["关于印发二〇二六年工作要点的通知"]
    assert [line.text for line in page.hidden] == ["没有人看见的一行文字"]


def test_words_that_the_page_does_not_show_are_hidden_where_the_layer_is_in_doubt() -> None:
    page = _page(["今年的工作要点", "第二行文字照旧"], [])
    lines = [_seen("处分决定全文", 100), _seen("第二行文字照旧", 120)]
    known = [pdf_recognition._Known(line) for line in page.shown]
    assert [pdf_recognition._agrees(line, known) for line in lines] == [False, True]
    pdf_recognition._sort_out(page, lines, strict=True)
    assert [line.text for line in page.hidden] == ["今年的工作要点"]
    assert [line.text for line in page.shown] == ["第二行文字照旧"]


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b"q 0 0 595 842 re W n BT 0 g /F 9 Tf 5 5 Td (a) Tj ET Q", True),
        (b"q 30 30 535 782 re W* n BT 1 0 0 rg (a) Tj ET Q", True),
        (b"BT 1 g (a) Tj ET", False),
        (b"BT 1 1 1 rg(a)Tj ET", False),
        (b"BT 0 0 0 0 k (a) Tj ET", False),
        (b"BT 3 Tr (a) Tj ET", False),
        (b"BT 3 Tr(a)Tj ET", False),
        (b"/CS0 cs 0 scn BT (a) Tj ET", False),
        (b"q 9 9 m 20 20 l h W n BT (a) Tj ET Q", False),
        (b"q 0 0 20 20 re W n BT 1 0 0 1 90 90 Tm (a) Tj ET Q", False),
        (b"q 0 0 20 20 re W n BT 1 0 0 1 5 5 Tm (a) Tj ET Q", True),
        (b".01 0 0 .01 0 0 cm 0 0 595 842 re W n 100 0 0 100 0 0 cm BT 1 0 0 1 90 90 Tm (a) Tj ET", False),
        (b"/G1 gs BT (a) Tj ET", False),
        (b"% q\nBT (a) Tj ET", False),
        (b"BT ( 1 g % 3 Tr ) Tj ET", True),
        (b"g BT (a) Tj ET", False),
    ],
)
def test_operators_that_leave_words_in_plain_sight(content: bytes, plain: bool) -> None:
    assert state_of(content, pikepdf.Dictionary(), A4).plain == plain
