"""Ordinary reading of OpenDocument: order, tables, cells, slides, refusals."""

from __future__ import annotations

import contextlib
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.claims import ODF
from disclosure_pipeline.builtin.extractors.odf.reader import OdfExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.odf import PLACES, box, cell, flat, odp, ods, odt, row, sheet
from tests.unit.damage import damaged, torn

LIMITS = ExtractionSettings().model_dump()
SECRET = "13912345678"


def read(data: bytes, name: str = "文件.odt", **limits: int) -> Text:
    return OdfExtractor({**LIMITS, **limits}).read(data, name)


def shown(found: Text) -> list[Segment]:
    return [segment for segment in found.segments if segment.visible]


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (odt(), "a.odt", "text"), (ods(), "a.ods", "spreadsheet"), (odp(), "a.odp", "presentation"),
        (flat("text", ""), "a.fodt", "text"),
    ],
)  # fmt: skip
def test_everyday_file_has_no_doubt_and_nothing_unplaced(data: bytes, name: str, media_type: str) -> None:
    found = read(data, name)
    assert found.doubts == ()
    assert found.warnings == ()
    assert found.media_type == f"application/vnd.oasis.opendocument.{media_type}"
    assert {segment.place.kind for segment in found.segments} <= {"body", "table", "metadata", "textbox"}


def test_runs_are_joined_and_signs_kept() -> None:
    body = f'<text:p>电话：<text:span>{SECRET[:5]}</text:span>{SECRET[5:]}<text:tab/>转<text:s text:c="2"/>3<text:line-break/>止</text:p>'
    segment = shown(read(odt(body)))[1]
    assert segment.text == f"电话：{SECRET}\t转  3\n止"
    assert segment.place.paragraph == 2


def test_hidden_run_does_not_tear_the_visible_text_apart() -> None:
    style = '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    found = read(odt('<text:p>甲<text:span text:style-name="H">密</text:span>乙</text:p>', styles=style))
    assert "甲乙" in [segment.text for segment in shown(found)]
    assert [segment.text for segment in found.segments if segment.place.kind == "hidden"] == ["密"]


def test_style_inherits_from_its_parent() -> None:
    styles = (
        '<style:style style:name="A" style:family="paragraph"><style:text-properties fo:color="#ffffff"/></style:style>'
        '<style:style style:name="B" style:family="paragraph" style:parent-style-name="A"/>'
    )
    found = read(odt(f'<text:p text:style-name="B">{SECRET}</text:p>', styles=styles))
    assert [segment.text for segment in found.segments if segment.place.kind == "hidden"] == [SECRET]


def test_white_text_on_a_dark_background_is_visible() -> None:
    style = '<style:style style:name="A" style:family="text"><style:text-properties fo:color="#ffffff" fo:background-color="#c00000"/></style:style>'
    found = read(odt(f'<text:p><text:span text:style-name="A">{SECRET}</text:span></text:p>', styles=style))
    assert SECRET in [segment.text for segment in shown(found)]


def test_styles_that_inherit_in_a_circle_end() -> None:
    styles = '<style:style style:name="A" style:family="text" style:parent-style-name="A"/>'
    found = read(odt(f'<text:p><text:span text:style-name="A">{SECRET}</text:span></text:p>', styles=styles))
    assert SECRET in [segment.text for segment in shown(found)]


def test_automatic_colour_is_visible_whatever_its_opacity() -> None:
    style = '<style:style style:name="A" style:family="text"><style:text-properties style:use-window-font-color="true" loext:opacity="0%"/></style:style>'
    found = read(odt(f'<text:p><text:span text:style-name="A">{SECRET}</text:span></text:p>', styles=style))
    assert SECRET in [segment.text for segment in shown(found)]


def test_table_in_a_text_gives_cells() -> None:
    rows = row(cell("姓名"), cell("身份证号")) + row(cell("张三"), cell(SECRET))
    found = read(odt(f"<table:table>{rows}</table:table>"))
    cells = {segment.place.cell: segment.text for segment in found.segments if segment.place.kind == "table"}
    assert cells == {
        "table 1 A1": "姓名",
        "table 1 B1": "身份证号",
        "table 1 A2": "张三",
        "table 1 B2": SECRET,
    }


def test_lines_of_one_cell_are_one_segment() -> None:
    two = f"<table:table-cell><text:p>{SECRET[:6]}</text:p><text:p>{SECRET[6:]}</text:p></table:table-cell>"
    found = read(odt(f"<table:table><table:table-row>{two}</table:table-row></table:table>"))
    assert f"{SECRET[:6]}\n{SECRET[6:]}" in [segment.text for segment in shown(found)]


def test_sheet_gives_references_over_repeated_and_empty_cells() -> None:
    rows = (
        row(cell("姓名"), '<table:table-cell table:number-columns-repeated="2"/>', cell("电话"))
        + row("<table:table-cell/>", more=' table:number-rows-repeated="3"')
        + row(cell("张三", table__number_columns_repeated="2"), "<table:table-cell/>", cell(SECRET))
    )
    found = read(ods(first=sheet(rows)), "a.ods")
    assert {segment.place.cell: segment.text for segment in shown(found)} == {
        "Sheet1!A1": "姓名", "Sheet1!D1": "电话", "Sheet1!A5": "张三", "Sheet1!B5": "张三", "Sheet1!D5": SECRET,
    }  # fmt: skip
    assert found.facts["sheets"] == 1


def test_repeated_empty_cells_cost_nothing() -> None:
    empty = row(
        '<table:table-cell table:number-columns-repeated="999999999"/>',
        more=' table:number-rows-repeated="999999999"',
    )
    begun = time.perf_counter()
    assert read(ods(first=sheet(row(cell("甲")) + empty)), "a.ods").facts["sheets"] == 1
    assert time.perf_counter() - begun < 2


def test_repeated_spaces_do_not_grow() -> None:
    assert read(odt('<text:p>甲<text:s text:c="999999999"/>乙</text:p>')).length < 2000


def test_value_that_its_format_hides_is_hidden_text() -> None:
    masked = f'<table:table-cell office:value-type="float" office:value="{SECRET}"><text:p>****</text:p></table:table-cell>'
    rounded = '<table:table-cell office:value-type="float" office:value="1.005"><text:p>1.01</text:p></table:table-cell>'
    grouped = '<table:table-cell office:value-type="float" office:value="12345678"><text:p>12,345,678.00</text:p></table:table-cell>'
    found = read(ods(first=sheet(row(masked, rounded, grouped))), "a.ods")
    hidden = [segment for segment in found.segments if segment.place.kind == "hidden"]
    assert [(segment.text, segment.place.cell) for segment in hidden] == [(SECRET, "Sheet1!A1")]


def test_slides_are_counted_and_numbered() -> None:
    found = read(odp(f'<draw:page draw:name="page2">{box(SECRET)}</draw:page>'), "a.odp")
    assert found.facts["pages"] == 2
    assert next(segment for segment in found.segments if segment.text == SECRET).place.page == 2


def test_comment_names_its_author_and_leaves_the_paragraph_whole() -> None:
    note = "<office:annotation><dc:creator>李四</dc:creator><text:p>请删去</text:p></office:annotation>"
    found = read(odt(f"<text:p>甲{note}乙</text:p>"))
    comment = next(segment for segment in found.segments if segment.place.kind == "comment")
    assert (comment.text, comment.place.detail, comment.visible) == ("请删去", "李四", False)
    assert "甲乙" in [segment.text for segment in shown(found)]


def test_macros_are_read_and_told() -> None:
    place = next(item for item in PLACES if item.name == "Basic")
    found = read(place.data)
    assert found.doubts == ()
    assert found.warnings == ("文件中含有宏或脚本。",)


def test_unknown_binary_member_is_a_doubt() -> None:
    found = read(odt(more={"x.bin": bytes(range(256)) * 4}))
    assert [doubt.code for doubt in found.doubts] == ["attachment.unread"]


def test_wrong_suffix_is_told() -> None:
    assert any("扩展名" in warning for warning in read(ods(), "a.odt").warnings)


def _bomb(columns: int, rows: int) -> bytes:
    filled = cell(SECRET, table__number_columns_repeated=str(columns))
    return ods(first=sheet(row(filled, more=f' table:number-rows-repeated="{rows}"')))


@pytest.mark.parametrize(
    ("data", "code", "limits"),
    [
        (b"PK\x03\x04" + SECRET.encode(), "file.broken", {}),
        (odt(entries='<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'), "file.encrypted", {}),
        (odt(more={"content.xml": f'<!DOCTYPE a [<!ENTITY b "{SECRET}">]><a>&b;</a>'.encode()}), "file.bomb", {}),
        (odt(more={"content.xml": f"<office:document-content>{SECRET}".encode()}), "file.broken", {}),
        (odt(f"<text:p>{SECRET}</text:p>" + "<text:list>" * 300 + "</text:list>" * 300), "file.broken", {}),
        (_bomb(1000, 1_000_000), "file.too_large", {"max_cells": 1000}),
        (_bomb(999_999_999, 1), "file.too_large", {"max_cells": 1000}),
        (odp(f'<draw:page draw:name="p">{box(SECRET)}</draw:page>' * 5), "file.too_large", {"max_pages": 5}),
        (odt(f"<text:p>{SECRET}</text:p>"), "file.too_large", {"max_characters": 10}),
    ],
)  # fmt: skip
def test_refusals_have_a_reason_and_tell_nothing(data: bytes, code: str, limits: dict[str, int]) -> None:
    with pytest.raises(ExtractionFailed) as refused:
        read(data, **limits)
    assert refused.value.code == code
    assert SECRET not in str(refused.value)


def test_score_is_sure_by_content_and_never_by_name() -> None:
    assert ODF.score(odt(), "a.docx") > 90
    assert ODF.score(flat("text", ""), "a.xml") > 90
    assert ODF.score(b"PK\x03\x04", "a.odt") == 0
    assert ODF.score(b"<html>", "a.odt") == 0


WHOLE = odt(f"<text:p>{SECRET}</text:p>")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_damaged_files_fail_in_one_way_only(seed: int, count: int) -> None:
    with contextlib.suppress(ExtractionFailed):
        read(damaged(WHOLE, seed, count))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_xml_fails_in_one_way_only(seed: int) -> None:
    body = flat(
        "text",
        f'<text:p text:style-name="A">{SECRET}<text:s text:c="3"/></text:p>{sheet(row(cell("甲", table__number_columns_repeated="3")))}',
    )
    with contextlib.suppress(ExtractionFailed):
        read(torn(body, random.Random(seed)))
