"""Rich Text Format: ordinary reading, and what no bytes may do to it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.rtf.reader import RtfExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.rtf import PLACES, document, words

READER = RtfExtractor(ExtractionSettings().model_dump())


def read(data: bytes) -> Text:
    return READER.read(data, "通知.rtf")


def shown(data: bytes) -> list[tuple[str, str, str | None]]:
    return [(item.text, item.place.kind, item.place.cell) for item in read(data).segments if item.visible]


def test_paragraphs_keep_their_order_and_number() -> None:
    text = read(document(words("第一段") + r"\par " + words("第二段") + r"\line " + words("续行")))
    assert [(item.text, item.place.paragraph) for item in text.segments] == [
        ("第一段", 1),
        ("第二段\n续行", 2),
    ]
    assert text.doubts == ()
    assert text.warnings == ()


def test_cells_have_addresses() -> None:
    row = r"\trowd\cellx4000\cellx8000\intbl "
    body = (
        row
        + words("姓名")
        + r"\cell "
        + words("电话")
        + r"\cell\row "
        + row
        + words("甲")
        + r"\cell 1\cell\row\pard "
    )
    assert shown(document(body + words("完"))) == [
        ("姓名", "table", "table 1 A1"),
        ("电话", "table", "table 1 B1"),
        ("甲", "table", "table 1 A2"),
        ("1", "table", "table 1 B2"),
        ("完", "body", None),
    ]


def test_a_number_over_two_runs_is_one_text() -> None:
    assert shown(document(r"{\b 1391234}{\i 5678}")) == [("13912345678", "body", None)]


def test_bytes_of_one_character_may_stand_in_two_tokens() -> None:
    assert shown(document(r"\'d6\'d0\'b9\'fa")) == [("中国", "body", None)]


def test_characters_beyond_the_first_plane() -> None:
    assert shown(document(r"\u-10174?\u-9021?")) == [("\U000208c3", "body", None)]


def test_an_everyday_file_has_nothing_hidden() -> None:
    head = (
        r"{\info{\author }{\creatim\yr2026\mo1\dy1}}{\*\generator Writer;}{\*\rsidtbl \rsid1}{\*\themedata }"
    )
    label = r"{\listtext\pard\plain \hich\af0\dbch\af0\loch\f0 1.\tab}"
    text = read(document(label + words("一、总体要求") + r"\par " + words("正文"), head))
    assert {item.place.kind for item in text.segments} == {"body", "metadata"}
    assert text.doubts == ()


def test_white_letters_on_a_shade_are_seen() -> None:
    assert shown(document(r"{\cf2\chcbpat1 " + words("表头") + "}")) == [("表头", "body", None)]


def test_a_file_cut_short_is_in_doubt() -> None:
    assert [doubt.code for doubt in read(document(words("正文"))[:-2]).doubts] == ["rtf.truncated"]


def test_endless_groups_are_refused() -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        read(b"{\\rtf1" + b"{" * 100_000)
    assert refusal.value.code == "file.bomb"


def test_groups_without_number_are_refused_in_time() -> None:
    began = time.process_time()
    with pytest.raises(ExtractionFailed) as refusal:
        read(document(r"{\b x}" * 1_000_000))
    assert refusal.value.code == "file.too_large"
    assert time.process_time() - began < 10


def test_a_file_that_lies_about_its_name_is_told() -> None:
    assert READER.read(document("x"), "x.txt").warnings != ()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read(b"{\\rtf1\\ansi " + data)
    except ExtractionFailed as failed:
        assert failed.code.startswith("file.")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([place.data for place in PLACES]),
    st.integers(0, 5000),
    st.binary(min_size=1, max_size=12),
)
def test_no_damage_raises_anything_else(data: bytes, at: int, damage: bytes) -> None:
    at %= len(data)
    try:
        read(data[:at] + damage + data[at + len(damage) :])
    except ExtractionFailed as failed:
        assert failed.code.startswith("file.")


def test_names_of_page_styles_are_no_text_of_the_page() -> None:
    text = read(
        rb"{\rtf1{\*\pgdsctbl{\pgdsc0 Standard;}{\pgdsc1{\header Head\par}Default Page Style;}}Body\par}"
    )
    assert [(item.text, item.place.kind) for item in text.segments] == [("Head", "header"), ("Body", "body")]
