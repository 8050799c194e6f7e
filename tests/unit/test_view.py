"""The view shows what the original says, and every place in it leads back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.model.folding import SEPARATORS, WHITESPACE, fold
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.model.view import Span, View

ODD = "　 \t\n\r\x0b\x0c\u200b\u200d\ufeff\u00ad\u2060★☆⭐＊０１９Ｘ－：（），．\ufb01㎡㊙①⑴²½\u3164\ufe0f⼀機密机绝a1.-—·•…ﷺ٣"
characters = st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"]))
texts = st.lists(st.text(characters, max_size=30), min_size=1, max_size=5)
drops = st.sampled_from([frozenset(), WHITESPACE, SEPARATORS, frozenset("-.")])


def text_of(*parts: str, cells: tuple[str, ...] = ()) -> Text:
    named = dict(enumerate(cells))
    return Text(
        "text/plain",
        "test",
        tuple(
            Segment(part, Place("body", "table" if index in named else "body", cell=named.get(index)))
            for index, part in enumerate(parts)
        ),
    )


def bare(text: str, drop: frozenset[str]) -> str:
    return "".join(character for character in fold(text) if character not in drop | WHITESPACE)


def test_full_width_invisible_and_stars_are_folded_and_located() -> None:
    text = text_of("前言", "电话：１３８\u200b１２３ 机密☆１０年")
    view = View.of(text)
    start = view.text.index("138123")
    assert view.text == "前言\n电话:138123 机密★10年"
    assert view.locate(start, start + 6) == Span(1, 3, 10)
    assert text.segments[1].text[3:10] == "１３８\u200b１２３"


def test_runs_of_white_space_become_the_strongest_of_the_run() -> None:
    assert View.of(text_of("甲 　\u200b 乙", "　　丙\t 丁 \n\n 戊")).text == "甲 乙\n丙\t丁\n戊"


def test_cells_of_one_row_are_joined_by_a_tab_and_rows_by_a_line_end() -> None:
    text = text_of("a", "b", "c", "d", cells=("table 2 A3", "table 2 B3", "table 2 A4", "table 3 B4"))
    assert View.of(text).text == "a\tb\nc\nd"


def test_a_hit_over_segments_is_reported_on_the_first_it_touches() -> None:
    view = View.of(text_of("姓名138", "", "12345678"), drop=SEPARATORS)
    start = view.text.index("138")
    assert view.locate(start, start + 11) == Span(0, 2, 5)
    assert view.locate(start + 3, start + 11) == Span(2, 0, 8)


def test_a_range_that_begins_on_a_border_belongs_to_the_next_segment() -> None:
    view = View.of(text_of("甲", "乙丙"))
    assert view.locate(1, 3) == Span(1, 0, 1)
    assert view.locate(1, 2) == Span(0, 1, 1)


def test_footnote_marks_do_not_glue_to_numbers() -> None:
    assert View.of(text_of("①13812345678²⑴")).text == "①13812345678²⑴"


def test_segments_and_positions_agree() -> None:
    view = View.of(text_of("甲\u200b乙", " \ufb01丙", "丁"))
    assert view.text == "甲乙\nfi丙\n丁"
    assert [view.position(index) for index in range(3)] == [0, 3, 7]
    assert [view.segment(position) for position in (0, 3, 5, 7)] == [0, 1, 1, 2]


@pytest.mark.parametrize("bounds", [(0, 0), (1, 0), (-1, 1), (0, 9)])
def test_ranges_that_do_not_exist_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        View.of(text_of("甲乙")).locate(*bounds)


def test_nothing_extracted_gives_an_empty_view() -> None:
    assert View.of(text_of()).text == ""
    assert View.of(text_of("", "")).text == "\n"


@given(texts, drops)
def test_the_view_holds_every_character_and_no_more(parts: list[str], drop: frozenset[str]) -> None:
    view = View.of(text_of(*parts), drop)
    assert bare(view.text, drop) == bare("".join(parts), drop)
    assert not drop & set(view.text)
    assert not any(pair in view.text for pair in ("  ", "\n\n", " \n", "\n ", "\t ", "\t\n"))


@given(texts, drops, st.data())
def test_every_range_leads_back(parts: list[str], drop: frozenset[str], data: st.DataObject) -> None:
    text = text_of(*parts)
    view = View.of(text, drop)
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    span = view.locate(start, end)
    segment = text.segments[span.segment].text
    assert 0 <= span.start <= span.end <= len(segment)
    original = bare(view.original[view.origin(start) : view.origin(end - 1) + 1], drop)
    shown = bare(view.text[start:end], drop)
    assert shown in original
    located = bare(segment[span.start : span.end], drop)
    assert located == original or original.startswith(located)
    if shown and view.segment(start) == view.segment(end - 1) and span.segment == view.segment(start):
        assert shown in located


@given(texts)
def test_one_character_leads_back_to_itself(parts: list[str]) -> None:
    text = text_of(*parts)
    view = View.of(text)
    for position, shown in enumerate(view.text):
        if shown not in WHITESPACE:
            span = view.locate(position, position + 1)
            assert span.end == span.start + 1
            assert shown in fold(text.segments[span.segment].text[span.start])
