"""Presentations: slides in show order, places in points, tables, templates, refusals."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.slides.page import Page, PageReader
from disclosure_pipeline.builtin.extractors.slides.reader import PptxExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.hiding.decks import Deck, box, frame, picture, placeholder, sheet_of
from tests.hiding.opc import Relation
from tests.unit.hostile import LAUGHS, limits, only, packed, replace_members

SLIDE = "ppt/slides/slide1.xml"
SECRET = "绝不外泄的文字"
TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
BLUE = '<a:solidFill><a:srgbClr val="1F4E79"/></a:solidFill>'


def read(data: bytes, name: str = "汇报.pptx", **changes: int) -> Text:
    return PptxExtractor(limits(**changes)).read(data, name)


def shown(text: Text) -> list[str]:
    return [segment.text for segment in text.segments if segment.visible]


def test_a_text_box_knows_slide_and_place(tmp_path: Path) -> None:
    path = tmp_path / "汇报.pptx"
    path.write_bytes(Deck().data())
    text = PptxExtractor(limits()).extract(SourceFile(0, path, path.name))
    assert only(text, "办公室编制").place.as_json() == {
        "part": SLIDE, "kind": "body", "page": 1, "paragraph": 2, "bbox": [100, 100, 400, 140],
    }  # fmt: skip
    assert text.facts == {"slides": 1}
    assert (text.doubts, text.warnings) == ((), ())


def test_slides_come_in_the_order_of_the_show() -> None:
    text = read(Deck(slides=[box("甲"), box("乙")], show=[3, 1, 2]).data())
    pages = {segment.text: segment.place.page for segment in text.segments if segment.visible}
    assert pages == {"乙": 1, "年度工作报告": 2, "办公室编制": 2, "甲": 3}


def test_notes_and_comments_know_their_slide() -> None:
    part = "ppt/notesSlides/notesSlide2.xml"
    deck = Deck(
        slides=[box("甲")],
        parts={part: sheet_of("notes", placeholder("body", "备注占位符 2", "讲稿") + placeholder("sldNum", "灯片编号占位符 3", "2"))},
        relations={"ppt/slides/slide2.xml": [Relation("notesSlide", "../notesSlides/notesSlide2.xml")]},
    )  # fmt: skip
    notes = [segment for segment in read(deck.data()).segments if segment.place.kind == "note"]
    assert [(segment.text, segment.place.page, segment.visible) for segment in notes] == [("讲稿", 2, False)]


def test_cells_of_tables_are_cells() -> None:
    def cell(text: str) -> str:
        return f"<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    lines = f"<a:tr h='1'>{cell('姓名')}{cell('电话')}</a:tr><a:tr h='1'>{cell('李明')}{cell('无')}</a:tr>"
    text = read(Deck(shapes=frame(TABLE, f"<a:tbl><a:tblPr/>{lines}</a:tbl>")).data())
    cells = [(segment.place.cell, segment.text) for segment in text.segments if segment.place.kind == "table"]
    assert cells == [
        ("table 1 A1", "姓名"),
        ("table 1 B1", "电话"),
        ("table 1 A2", "李明"),
        ("table 1 B2", "无"),
    ]


def test_a_number_over_two_runs_is_one_text() -> None:
    split = box("1380013").replace("</a:r></a:p>", "</a:r><a:r><a:rPr b='1'/><a:t>8000</a:t></a:r></a:p>")
    assert only(read(Deck(shapes=split).data()), "13800138000").visible


def test_white_letters_on_a_dark_ground_are_seen() -> None:
    band = box("标题栏", at=(90, 290), size=(400, 90), properties=BLUE, run=WHITE)
    over = band + box("白字", at=(100, 300), size=(200, 40), run=WHITE)
    dark = f"<p:bg><p:bgPr>{BLUE}<a:effectLst/></p:bgPr></p:bg>"
    assert only(read(Deck(shapes=over).data()), "白字").visible
    assert only(read(Deck(shapes=box("白字", run=WHITE), background=dark).data()), "白字").visible
    assert not only(read(Deck(shapes=box("白字", run=WHITE)).data()), "白字").visible


def test_a_placeholder_lies_where_its_layout_puts_it() -> None:
    layout = placeholder("ftr", "页脚占位符 4", "").replace(
        "<p:spPr/>",
        '<p:spPr><a:xfrm><a:off x="12700" y="25400"/><a:ext cx="127000" cy="127000"/></a:xfrm></p:spPr>',
    )
    text = read(Deck(layout=layout, shapes=placeholder("ftr", "页脚占位符 9", "县政府办公室")).data())
    assert only(text, "县政府办公室").place.bbox == (1.0, 2.0, 11.0, 12.0)


def test_a_picture_over_half_the_slide_is_large() -> None:
    shapes = picture("rId2", at=(0, 0), size=(60, 60)) + picture("rId3", at=(0, 0), size=(700, 500))
    with zipfile.ZipFile(io.BytesIO(Deck(shapes=shapes).data())) as package:
        root = parse_xml(package.read(SLIDE))
    reader = PageReader(Collector("", "", Limits.of(limits())), Page(SLIDE), root)
    reader.read()
    assert reader.large_pictures == ["rId3"]


@pytest.mark.parametrize(
    ("family", "text", "default"),
    [
        ("prompts", "单击此处编辑母版标题样式", True), ("prompts", "Click to edit Master title style", True),
        ("prompts", "‹#›", True), ("prompts", "2026/3/1", True), ("prompts", "请填写举报人姓名", False),
        ("names", "矩形 12", True), ("names", "Title Placeholder 1", True), ("names", "李明的身份证", False),
        ("names", "矩形 李明", False), ("words_of_formats", "万元", True), ("words_of_formats", "李明收", False),
    ],
)  # fmt: skip
def test_words_of_office_are_told_from_those_of_people(family: str, text: str, default: bool) -> None:
    assert is_default(family, text) is default


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: Deck(shapes=box(SECRET)).data()[:-40], "file.broken"),
    "broken slide": (lambda: replace_members(Deck().data(), {SLIDE: f"<p:sld><{SECRET}"}), "file.broken"),
    "laughs in a slide": (lambda: replace_members(Deck().data(), {SLIDE: LAUGHS + f"<sld><t>{SECRET}&lol9;</t></sld>"}), "file.bomb"),
    "missing slide": (lambda: replace_members(Deck(shapes=box(SECRET)).data(), {"ppt/_rels/presentation.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'}), "file.broken"),
    "no presentation": (lambda: packed({"ppt/other.xml": f"<x>{SECRET}</x>"}), "file.unknown"),
    "too many slides": (lambda: Deck(shapes=box(SECRET), slides=[""] * 2).data(), "file.too_large"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_decks_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make(), **({"max_pages": 2} if attack == "too many slides" else {}))
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())


def test_layouts_that_name_each_other_in_a_circle_end() -> None:
    circle = {
        "ppt/slideMasters/slideMaster1.xml": [
            Relation("slide", "../slides/slide1.xml"),
            Relation("slideMaster", "slideMaster1.xml"),
        ]
    }
    assert "办公室编制" in shown(read(Deck(relations=circle).data()))


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_changed_bytes_end_in_text_or_in_a_refusal(at: int, noise: bytes) -> None:
    data = Deck(shapes=box("甲", run=WHITE)).data()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        slide = package.read(SLIDE)
    at %= len(slide)
    try:
        read(replace_members(data, {SLIDE: slide[:at] + noise + slide[at + len(noise) :]}))
    except ExtractionFailed as error:
        assert error.code in ("file.broken", "file.bomb", "file.unknown")
