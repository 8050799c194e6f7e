"""Lines of content that only show words are passed over, and nothing that stands among them is."""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.pdf.content import unshown
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf.showing import ShowingLines
from disclosure_pipeline.builtin.extractors.pdf.state import state_of
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_paper import VISIBLE, append, paper, saved
from tests.unit.hostile import limits, only

A4 = (595.0, 842.0)
SHOWING = (
    b"/F1 12 Tf", b"72 500 Td", b"1 0 0 1 72 500 Tm", b"<4E2D> Tj", b"<4E2D>Tj", b"[<4E2D>-20<6587>] TJ", b"0 Tc",
    b"T*", b"EMC", b"/P <</MCID 0 >>BDC", b"/Artifact BMC", b"(words) Tj", b"72 400 Td /F1 9 Tf<4E2D>Tj", b"", b"-3 Ts",
)  # fmt: skip
OTHERS = (
    b"q", b"Q", b"BT", b"ET", b"0 g", b"1 g", b"0.9 0.9 1 rg", b"/G1 gs", b"3 Tr", b"0 Tr", b"1 0 0 1 10 10 cm",
    b"0 1 1 0 0 0 cm", b"0 0 595 842 re", b"10 10 30 20 re", b"W n", b"W* n", b"f", b"/CS0 cs",
    b"/Span <</ActualText <FEFF85CF>>> BDC", b"/Span <</Alt (a word that is hidden)>> BDC", b"<FEFF673A8981> Tz",
    b"(lost words among the operators) g", b"/X Do",
)  # fmt: skip
TORN = (
    b"% a comment",
    b"(a string",
    b"1 0 0",
    b"<4E",
    b"BI /W 1 ID x EI",
    b"/F1",
    b"[<4E2D>",
    b"<</K",
    b"0 0\tTd",
    b"(a) '",
)
LINES = st.lists(st.sampled_from((*SHOWING, *OTHERS)), max_size=40)


def read(content: Sequence[bytes]) -> Text:
    """A page with these lines of operators among many that show words."""
    document = paper()
    shown = [b"BT", b"/F1 12 Tf", b"1 0 0 1 72 300 Tm", b"<6B63> Tj", b"0 -20 Td", b"<6587> Tj", b"ET"]
    append(document, b"\n".join((*shown, *content, *shown)))
    return PdfExtractor(limits()).read(saved(document), "文件.pdf")


def spoken(words: str) -> bytes:
    return words.encode("utf-16-be").hex().encode()


@pytest.mark.parametrize("line", SHOWING)
def test_what_only_shows_words_is_passed_over(line: bytes) -> None:
    rest = ShowingLines().rest_of(b"q\n" + line + b"\nQ")
    assert rest is not None
    assert rest.text == rest.telling == b"q\nQ"


@pytest.mark.parametrize("line", OTHERS)
def test_what_says_more_is_left(line: bytes) -> None:
    lines = ShowingLines()
    for _ in range(2):  # also when it is known
        rest = lines.rest_of(b"\n".join((b"BT", *SHOWING, line, *SHOWING, b"ET")))
        assert rest is not None
        assert rest.telling.split(b"\n") == list(dict.fromkeys((b"BT", line, b"ET")))


@pytest.mark.parametrize("line", TORN)
def test_what_may_go_on_in_the_next_line_is_read_as_a_whole(line: bytes) -> None:
    lines = ShowingLines()
    for _ in range(2):
        assert lines.rest_of(b"\n".join((*SHOWING, line, *SHOWING))) is None
    assert lines.rest_of(b"\n".join(SHOWING)) is not None


@given(LINES)
def test_nothing_is_lost_with_the_lines_that_show_words(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    rest = ShowingLines().rest_of(data)
    assert rest is not None
    assert list(dict.fromkeys(unshown(rest.telling))) == list(dict.fromkeys(unshown(data)))
    resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(G1=pikepdf.Dictionary(ca=1)))
    assert state_of(data, resources, A4, rest) == state_of(data, resources, A4)


@given(LINES)
def test_what_is_known_of_other_pages_changes_nothing(lines: list[bytes]) -> None:
    known, data = ShowingLines(), b"\n".join(lines)
    known.rest_of(b"\n".join((*OTHERS, *SHOWING)))
    assert known.rest_of(data) == ShowingLines().rest_of(data)


def test_words_of_a_text_object_are_given_back() -> None:
    lines = (
        b"q",
        b"BT",
        b"5 5 Td",
        b"ET",
        b"BT",
        b"/P <</T (x) >>BDC",
        b"90 5 Td",
        b"<4E2D> Tj",
        b"ET",
        b"BT",
        b"0 g",
        b"ET",
    )
    rest = ShowingLines().rest_of(b"\n".join(lines))
    assert rest is not None
    assert rest.text_objects([1]) == [b"\n".join(lines[5:8])]
    assert rest.text_objects([0, 1]) == [b"5 5 Td", b"\n".join(lines[5:8])]
    assert rest.text_objects([2]) is None, "it sets a colour"
    shared = ShowingLines().rest_of(b"q BT\n5 5 Td\nET")
    assert shared is not None
    assert shared.text_objects([0]) is None


@pytest.mark.parametrize(
    ("lines", "plain"),
    [
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"1 0 0 1 5 5 Tm", b"<41> Tj", b"ET", b"Q"), True),
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"1 0 0 1 5 90 Tm", b"<41> Tj", b"ET", b"Q"), False),
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 5 Td", b"<41> Tj", b"0 40 Td", b"<41> Tj", b"ET", b"Q"), False),
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 5 Td", b"0 g", b"0 40 Td", b"<41> Tj", b"ET", b"Q"), False),
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 5 Td", b"<41> Tj", b"T*", b"<41> Tj", b"ET", b"Q"), False),
        ((b"q", b"0 0 40 20 re", b"W n", b"Q", b"BT", b"5 90 Td", b"<41> Tj", b"ET"), True),
        ((b"BT", b"5 90 Td", b"<41> Tj", b"ET", b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 5 Td", b"<41> Tj", b"ET"), True),
        ((b"BT", b"5 5 Td", b"<41> Tj", b"ET", b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 90 Td", b"<41> Tj", b"ET"), False),
        ((b"q", b"0 0 40 20 re", b"W n", b"BT", b"5 5 Td", b"<41> Tj"), False),
    ],
)  # fmt: skip
def test_words_under_a_small_clip_start_inside_it(lines: Sequence[bytes], plain: bool) -> None:
    data = b"\n".join(lines)
    rest = ShowingLines().rest_of(data)
    assert rest is not None
    assert state_of(data, pikepdf.Dictionary(), A4, rest).plain == plain
    assert state_of(data, pikepdf.Dictionary(), A4).plain == plain
    assert state_of(data.replace(b"\n", b" "), pikepdf.Dictionary(), A4).plain == plain


@pytest.mark.parametrize(
    "lines",
    [
        (b"BT", b"/F1 9 Tf", b"3 Tr", b"1 0 0 1 72 200 Tm", b"<%b> Tj", b"0 Tr", b"ET"),
        (b"BT", b"/F1 9 Tf", b"1 g", b"1 0 0 1 72 200 Tm", b"<%b> Tj", b"0 g", b"ET"),
        (b"q", b"0 0 40 20 re", b"W n", b"BT", b"/F1 9 Tf", b"1 0 0 1 72 200 Tm", b"<%b> Tj", b"ET", b"Q"),
        (b"BT", b"/F1 1 Tf", b"1 0 0 1 72 200 Tm", b"<%b> Tj", b"ET"),
        (b"BT", b"/F1 9 Tf", b"1 0 0 1 72 2000 Tm", b"<%b> Tj", b"ET"),
        (b"/Span <</Alt <FEFF%b>>> BDC", b"EMC"),
        (b"BT", b"/F1 9 Tf", b"<FEFF%b> Tz", b"ET"),
        (b"% a remark", b"BT", b"/F1 9 Tf", b"<FEFF%b> ET"),
    ],
)
def test_words_that_hide_among_lines_that_show_words_are_found(lines: Sequence[bytes]) -> None:
    words = "机要内容不得外传"
    text = read([line.replace(b"%b", spoken(words)) for line in lines])
    assert not only(text, words).visible
    assert only(text, VISIBLE).visible
