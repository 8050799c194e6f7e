"""What cells mean by the words above and beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.tables import (
    NamedCell,
    column_of,
    named_cells,
    tables_of,
    words_above,
)
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.text import Place, Segment, Text
from tests.unit.screening_rules import part

Row = Sequence[str]


def table(*rows: Row, title: str = "") -> PartText:
    """A table of a format; empty cells have no segment, a line end makes two paragraphs of one cell."""
    segments = [Segment(title, Place("test", "body", paragraph=1))] if title else []
    for number, row in enumerate(rows, 1):
        for letter, words in zip("ABCDEF", row, strict=False):
            place = Place("test", "table", cell=f"table 1 {letter}{number}")
            segments += [Segment(line, place) for line in words.split("\n") if line]
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", tuple(segments)))


def cells(screened: PartText) -> dict[str, NamedCell]:
    return {named.cell.text: named for named in named_cells(screened)}


LIST: tuple[Row, ...] = (
    ("补贴发放表", "", "", ""), ("姓名", "联系方式", "", "2024年补贴（元）"), ("张三", "13800000000", "备用", "800"),
)  # fmt: skip


def test_headings_labels_and_title_of_a_list() -> None:
    found = cells(table(*LIST, title="关于发放补贴的公示"))
    assert (found["张三"].heading, found["张三"].label) == ("姓名", "")
    assert (found["13800000000"].heading, found["13800000000"].label) == ("联系方式", "张三")
    assert found["备用"].heading == "联系方式", "a merged heading stands over the columns at its right"
    assert found["800"].heading == "2024年补贴(元)"
    assert found["800"].headings == "姓名 联系方式 2024年补贴(元)"
    assert found["张三"].title == "关于发放补贴的公示 补贴发放表"
    assert [words for words, named in found.items() if named.is_heading] == [
        "补贴发放表", "姓名", "联系方式", "2024年补贴(元)",
    ]  # fmt: skip


def test_a_list_of_plain_text_is_read_like_a_table() -> None:
    found = cells(part("补贴发放表\n姓名\t联系方式\n张 三\t１３８\n说明"))
    assert (found["138"].heading, found["138"].label) == ("联系方式", "张三")
    (only,) = tables_of(part("补贴发放表\n姓名\t联系方式\n张三\t138\n说明"))
    assert only.title == "补贴发放表"
    assert [cell.text for cell in only.below(only.cells[0])] == ["张三"]


@pytest.mark.parametrize("value", ["13812345678", "张**", "1980.03", "2024", "东关镇" * 9])
def test_a_row_with_a_value_is_no_heading_row(value: str) -> None:
    found = cells(table(("申请人", value), ("住址", "幸福村")))
    assert (found["幸福村"].heading, found["幸福村"].label) == ("", "住址")
    assert not found["申请人"].is_heading


def test_paragraphs_of_one_cell_have_one_heading_and_one_label() -> None:
    found = cells(table(("姓\n名", "电\n话"), ("张三", "甲\n乙")))
    assert {(found[words].heading, found[words].label) for words in "甲乙"} == {("电话", "张三")}


def test_what_stands_over_a_number() -> None:
    rows = (("人员名册", "", ""), ("姓名", "联系", "账号"), ("", "电话", ""), ("张三", "13800000000", "62"))
    screened = table(*rows, ("李四", "13900000000", "63"))
    place = next(segment.place for segment in screened.text.segments if segment.text == "13900000000")
    column, whole = words_above(screened, place)
    assert column == "联系 电话"
    assert whole.split() == ["人员名册", "姓名", "张三", "联系", "电话", "账号", "62"]
    assert words_above(screened, Place("test", "body")) == ("", "")


def test_columns_of_places() -> None:
    def where(cell: str | None) -> tuple[str, str, int] | None:
        return column_of(Place("test", "table", cell=cell))

    assert where("名单!B3") == where("名单!B17")
    assert len({where("名单!B3"), where("名单!C3"), where("其他!B3"), where("名单!AB3")}) == 4
    assert where(None) is None


def test_text_outside_of_tables_has_no_cells() -> None:
    assert named_cells(part("姓名：张三")) == ()
    assert tables_of(part("姓名：张三")) == ()


@given(st.lists(st.lists(st.text("姓名电话张12. \u3000\u200b*", max_size=8), max_size=5), max_size=6))
@settings(max_examples=150, deadline=None)
def test_every_cell_stands_where_it_says(rows: list[list[str]]) -> None:
    lines = ["\t".join(row) for row in rows]
    for screened in (table(*rows), part("\n".join(lines))):
        named = [item.cell for item in named_cells(screened)]
        assert sorted(named, key=lambda cell: (cell.span.segment, cell.span.start)) == [
            cell for one in tables_of(screened) for cell in one.cells
        ]
        for cell in named:
            written = screened.text.segments[cell.span.segment].text[cell.span.start : cell.span.end]
            assert written
            assert written == written.strip()
