"""Workbooks: cells as the page shows them, numbers with all their digits, order, places, refusals."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from disclosure_pipeline.builtin.extractors.sheets.number_formats import as_stored, compiled, general
from disclosure_pipeline.builtin.extractors.sheets.reader import XlsxExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.hiding.workbooks import Book, Sheet, cell, row, styles
from tests.unit.hostile import LAUGHS, codes, limits, only, packed, replace_members

SHEET = "xl/worksheets/sheet1.xml"
SECRET = "绝不外泄的文字"


def made(change: Callable[[Workbook, Any], None] | None = None) -> bytes:
    """A workbook as openpyxl writes it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名单"
    sheet["A1"] = "看得见的格子"
    if change is not None:
        change(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes, name: str = "表.xlsx", **changes: int) -> Text:
    return XlsxExtractor(limits(**changes)).read(data, name)


def edited(part: str, old: str, new: str, data: bytes | None = None) -> bytes:
    """A workbook with one part changed by hand."""
    data = Book().data() if data is None else data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = package.read(part).decode()
    assert old in text
    return replace_members(data, {part: text.replace(old, new, 1)})


def shown(text: Text) -> list[str]:
    return [segment.text for segment in text.segments if segment.visible]


def test_a_cell_knows_its_place(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(made())
    text = XlsxExtractor(limits()).extract(SourceFile(0, path, path.name))
    assert text.segments[0].place.as_json() == {
        "part": "xl/worksheets/sheet1.xml", "kind": "table", "paragraph": 1, "cell": "名单!A1",
    }  # fmt: skip
    assert text.facts == {"sheets": 1}
    assert (text.doubts, text.warnings) == ((), ())


def test_cells_come_row_by_row_and_sheets_in_tab_order() -> None:
    book = Book(
        rows=row(3, cell("A3", "一") + cell("B3", "二")) + row(4, cell("A4", "三")),
        sheets=[Sheet("第二张", row(1, cell("A1", "四")))],
    )
    assert shown(read(book.data()))[4:] == ["一", "二", "三", "四"]


def test_a_number_over_two_cells_stays_in_order() -> None:
    text = read(Book(rows=row(3, cell("A3", "1380013") + cell("B3", "8000"))).data())
    assert "".join(shown(text)).endswith("13800138000")


@pytest.mark.parametrize(
    ("stored", "given_"),
    [
        ("110101199003074514", "110101199003074514"),
        ("1.10101199003074E+17", "110101199003074000"),
        ("1.3800138E+10", "13800138000"),
        ("0.30000000000000004", "0.3"),
        ("0.1", "0.1"),
        ("1E+99999", "1E+99999"),
        ("没有数", "没有数"),
        ("没有数.却有点，而且很长很长", "没有数.却有点，而且很长很长"),
        ("12345678901.50", "12345678901.50"),
        ("123456.78999999999", "123456.79"),
        ("0.00000000000123", "0.00000000000123"),
    ],
)
def test_numbers_keep_their_digits(stored: str, given_: str) -> None:
    text = read(Book(rows=row(3, f'<c r="B3"><v>{stored}</v></c>')).data())
    assert shown(text)[-1] == given_


@pytest.mark.parametrize(
    ("stored", "code", "page"),
    [
        ("46082", "yyyy-mm-dd", "2026-03-01"),
        ("46082", 'yyyy"年"m"月"d"日";@', "2026年3月1日"),
        ("46082.5", "yyyy/m/d h:mm", "2026/3/1 12:00"),
        ("0.5", "h:mm AM/PM", "12:00 下午"),
        ("1.25", "[h]:mm", "30:00"),
        ("46082", "aaaa", "星期日"),
        ("59", "yyyy-m-d", "1900-2-28"),
        ("0.1234", "0.00%", "12.34%"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("-5", "#,##0.00_);[Red]\\(#,##0.00\\)", "(5.00)"),
        ("12", "[$￥-804]#,##0", "￥12"),
        ("7", "000000", "000007"),
        ("13800138000", "000-0000-0000", "138-0013-8000"),
        ("13800138000", "0.00E+00", "13800138000"),
        ("12345", '0!.0,"万"', "12345"),
        ("3", '0"元"', "3元"),
        ("0", '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("3", '[>=5]0"大";[<5]0"小"', "3小"),
        ("2.50", "0.##", "2.5"),
    ],
)
def test_numbers_are_shown_as_on_the_page(stored: str, code: str, page: str) -> None:
    number_format = compiled(code)
    assert number_format is not None
    result = number_format.show(stored)
    assert (result.text, result.covers) == (page, False)


@pytest.mark.parametrize(
    ("stored", "code", "page"),
    [("13800138000", '"***"', "***"), ("13800138000", ";;;", ""), ("13800138000", "yyyy-mm-dd", "")],
)
def test_a_format_that_covers_its_value_leaves_the_value_as_hidden(stored: str, code: str, page: str) -> None:
    formats = f'<numFmt numFmtId="176" formatCode="{code.replace(chr(34), "&quot;")}"/>'
    book = Book(
        rows=row(3, f'<c r="B3" s="1"><v>{stored}</v></c>'),
        styles=styles(cells='<xf numFmtId="176"/>', formats=formats),
    )
    text = read(book.data())
    segment = only(text, stored)
    assert (segment.place.kind, segment.visible, segment.place.detail) == ("hidden", False, "number format")
    assert shown(text)[4:] == ([page] if page else [])


def test_dates_of_openpyxl_and_of_the_1904_system() -> None:
    def change(book: Workbook, sheet: Any) -> None:
        sheet["A2"] = date(2026, 3, 1)
        sheet["A3"] = datetime(2026, 3, 1, 8, 30)  # noqa: DTZ001 - a cell knows no time zone

    assert shown(read(made(change)))[1:] == ["2026-03-01", "2026-03-01 8:30:00"]
    old = Book(
        rows=row(3, '<c r="A3" s="1"><v>0</v></c>'),
        styles=styles(cells='<xf numFmtId="14"/>'),
        workbook_before='<workbookPr date1904="1"/>',
    )
    assert shown(read(old.data()))[-1] == "1904-01-01"


def test_truth_values_are_words() -> None:
    assert shown(read(Book(rows=row(3, '<c r="A3" t="b"><v>1</v></c>')).data()))[-1] == "TRUE"


def test_a_column_of_one_formula_is_told_once_and_references_never() -> None:
    graded = "".join(
        row(n, f'<c r="B{n}" t="str"><f>IF(A{n}&gt;60,"及格","不及格")</f><v>及格</v></c>')
        for n in range(3, 20)
    )
    plain = row(30, "<c r=\"A30\"><f>SUM('名单'!A1:A9)+名单!$B$2*1024</f><v>3</v></c>")
    text = read(Book(rows=graded + plain).data())
    assert [segment.place.cell for segment in text.segments if segment.place.kind == "formula"] == ["名单!B3"]


def test_a_picture_that_wps_puts_into_a_cell_is_no_word() -> None:
    name = "ID_" + "0A" * 16
    cells = row(3, f'<c r="A3" t="str"><f>_xlfn.DISPIMG("{name}",1)</f><v>=DISPIMG("{name}",1)</v></c>')
    assert "formula" not in {segment.place.kind for segment in read(Book(rows=cells).data()).segments}


def test_the_slow_way_reads_what_the_fast_one_does() -> None:
    rows = row(3, cell("A3", "甲&amp;乙") + '<c r="B3" t="s"><v>2</v></c><c r="C3"><f>A1</f><v>1.50</v></c>')
    fast = read(Book(rows=rows).data())
    slow = read(Book(rows=rows, after="<!-- 注 -->").data())
    prefixed = edited(SHEET, '<row r="3"', '<row r="3" x14ac:dyDescent="0.25"', Book(rows=rows).data())
    assert shown(fast) == shown(slow) == shown(read(prefixed))
    assert shown(fast)[4:] == ["甲&乙", "李明", "1.50"]


def test_a_sheet_with_a_prefix_or_in_utf16_reads_alike() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    prefixed = f'<?xml version="1.0" encoding="utf-8"?><x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    wide = f'<?xml version="1.0" encoding="utf-16"?><worksheet xmlns="{main}"><sheetData><row><c t="inlineStr"><is><t>李明</t></is></c></row></sheetData></worksheet>'
    for part in (prefixed, wide.encode("utf-16")):
        text = read(replace_members(Book().data(), {SHEET: part}))
        assert [(s.text, s.place.cell) for s in text.segments if s.visible] == [("李明", "名单!A1")]


def test_a_far_away_cell_costs_nothing() -> None:
    text = read(Book(rows=row(1048576, cell("XFD1048576", "远处"))).data())
    assert only(text, "远处").place.cell == "名单!XFD1048576"


def test_many_merges_and_cells_stay_fast() -> None:
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 3001))
    rows = "".join(row(n, cell(f"A{n}", "甲") + cell(f"B{n}", "乙")) for n in range(3, 3001))
    text = read(Book(rows=rows, after=f"<mergeCells>{merges}</mergeCells>").data())
    assert sum(segment.place.detail == "covered by a merged cell" for segment in text.segments) == 3000


def test_an_ordinary_book_has_no_warnings_and_a_hidden_sheet_one() -> None:
    assert read(made()).warnings == ()
    assert read(Book(sheets=[Sheet("附", row(1, cell("A1", "甲")), "hidden")]).data()).warnings == (
        "工作簿中有隐藏的工作表。",
    )


def test_defaults_of_office_are_nobodys_words() -> None:
    named = (
        '<cellStyle name="20% - 强调文字颜色 1" xfId="0" builtinId="30"/><cellStyle name="常规 2" xfId="0"/>'
    )
    formats = '<numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="177" formatCode="0.00_ &quot;元&quot;"/>'
    text = read(Book(styles=styles(named=named, formats=formats)).data())
    assert {segment.place.kind for segment in text.segments if not segment.visible} == {"name", "metadata"}
    assert [segment.text for segment in text.segments if segment.place.kind == "name"] == ["名单"]


def _shared(strings: str, index: str = "0") -> bytes:
    return replace_members(
        Book(rows=row(9, f'<c r="A9" t="s"><v>{index}</v></c>')).data(), {"xl/sharedStrings.xml": strings}
    )


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: Book(rows=row(3, cell("A3", SECRET))).data()[:-40], "file.broken"),
    "broken sheet": (lambda: edited(SHEET, "</sheetData>", f"<{SECRET}"), "file.broken"),
    "row that breaks off": (lambda: edited(SHEET, "</sheetData>", f'<row r="9"><c r="A9"><v>{SECRET}</sheetData>'), "file.broken"),
    "unknown entity": (lambda: Book(rows=row(3, cell("A3", f"{SECRET}&lol9;"))).data(), "file.broken"),
    "letters that are not UTF-8": (lambda: replace_members(Book().data(), {SHEET: f'<?xml version="1.0"?><worksheet xmlns="x"><sheetData><row r="1"><c r="A1" t="str"><v>{SECRET}</v></c></row></sheetData></worksheet>'.encode("gb18030")}), "file.broken"),
    "laughs in a sheet": (lambda: replace_members(Book().data(), {SHEET: LAUGHS + f"<worksheet><row><c><v>{SECRET}&lol9;</v></c></row></worksheet>"}), "file.bomb"),
    "laughs in the strings": (lambda: _shared(LAUGHS + f"<sst><si><t>{SECRET}&lol9;</t></si></sst>"), "file.bomb"),
    "missing sheet": (lambda: edited("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet7.xml", Book(rows=row(3, cell("A3", SECRET))).data()), "file.broken"),
    "string out of range": (lambda: _shared(f"<sst><si><t>{SECRET}</t></si></sst>", "99"), "file.broken"),
    "string of a number too long": (lambda: _shared(f"<sst><si><t>{SECRET}</t></si></sst>", "9" * 5000), "file.broken"),
    "no workbook": (lambda: packed({"xl/other.xml": f"<x>{SECRET}</x>"}), "file.unknown"),
    "binary workbook": (lambda: packed({"xl/workbook.bin": SECRET.encode("utf-16-le")}), "file.binary_workbook"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_workbooks_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make())
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())


def test_cells_and_characters_are_limited() -> None:
    with pytest.raises(ExtractionFailed, match="too many cells"):
        read(Book().data(), max_cells=1)
    with pytest.raises(ExtractionFailed, match="too many characters"):
        read(Book().data(), max_characters=5)


@pytest.mark.parametrize(
    ("formula", "value", "expected"),
    [
        ("_xlfn.CONCAT(_xlfn.UNICHAR(24352),CHAR(65))", "", {"cell.uncomputed"}),
        ("CHAR(64+B1)", "", {"cell.uncomputed"}),
        ("CHAR(65)", "<v>A</v>", set()),
        ("A1&amp;CHAR(10)&amp;A2", "", set()),
        ("SUM(A1:A9)", "", set()),
    ],
)
def test_words_that_a_formula_makes_of_codes_are_a_doubt(
    formula: str, value: str, expected: set[str]
) -> None:
    text = read(Book(rows=row(3, f'<c r="B3" t="str"><f>{formula}</f>{value}</c>')).data())
    assert codes(text) == expected
    kept = {segment.text for segment in text.segments if segment.place.kind == "formula"}
    assert kept == ({formula} if expected else set())


def test_a_shown_formula_without_its_result_is_one_doubt() -> None:
    """openpyxl writes the formulas and no results: Excel would show numbers that nobody has read."""

    def sums(book: Workbook, sheet: Any) -> None:
        sheet.append(["合计", "=SUM(B1:B9)", "=1380000*100000+1380000"])
        book.create_sheet("二").append(["=1+1"])

    text = read(made(sums))
    (doubt,) = text.doubts
    assert (doubt.code, doubt.place and doubt.place.cell) == ("cell.uncomputed", "名单!B2")
    assert "保存一次" in doubt.message


@pytest.mark.parametrize(
    ("cells", "rest", "expected"),
    [
        ('<c r="B3"><f>SUM(A1:A9)</f><v/></c>', "", {"cell.uncomputed"}),
        ('<c r="B3"><f>SUM(A1:A9)</f></c>', "", {"cell.uncomputed"}),
        ('<c r="B3" t="n"><f t="shared" si="0"/></c>', "", {"cell.uncomputed"}),
        ('<c r="B3"><f  t="shared" si="0" /><v></v></c>', "", {"cell.uncomputed"}),
        (
            '<c r="B3"><f>SUM(A1:A9)</f><v/></c>',
            '<conditionalFormatting sqref="B3:B9"><cfRule type="expression" dxfId="0" priority="1"><formula>B3&gt;1</formula>'
            "</cfRule></conditionalFormatting>",
            {"cell.uncomputed"},
        ),
        ('<c r="B3"><f>SUM(A1:A9)</f><v>0</v></c>', "", set()),
        ('<c r="B3"><f t="shared" si="0"/><v>7</v></c>', "", set()),
        ('<c r="B3" t="str"><f>IF(A1=1,A2,A3)</f><v></v></c>', "", set()),
        ('<c r="B3"><f>SUM(A1:A9)</f><v/></c>', '<mergeCells><mergeCell ref="A3:B3"/></mergeCells>', set()),
    ],
)  # fmt: skip
def test_a_formula_without_result_is_a_doubt_where_its_result_would_be_seen(
    cells: str, rest: str, expected: set[str]
) -> None:
    looks = styles(
        dxfs='<dxf><font><color rgb="FFFFFFFF"/></font><fill><patternFill><bgColor rgb="FFFFFFFF"/></patternFill></fill></dxf>'
    )
    assert codes(read(Book(rows=row(3, cells), after=rest, styles=looks).data())) == expected


def test_a_hidden_row_needs_no_results() -> None:
    rows = '<row r="3" hidden="1"><c r="B3"><f>SUM(A1:A9)</f></c></row>'
    assert codes(read(Book(rows=rows).data())) == set()


def test_an_empty_workbook_is_a_doubt() -> None:
    buffer = io.BytesIO()
    Workbook().save(buffer)
    assert codes(read(buffer.getvalue())) == {"text.empty"}


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers().map(str),
    st.text(max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_no_format_and_no_number_breaks_the_display(number: object, code: str) -> None:
    number_format = compiled(code)
    if number_format is not None:
        number_format.show(str(number))
        number_format.show(str(number), is_text=True)


@given(st.integers(min_value=0, max_value=10**20))
def test_whole_numbers_never_lose_a_digit(number: int) -> None:
    assert general(str(number)) == as_stored(str(number)) == str(number)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_changed_bytes_end_in_text_or_in_a_refusal(at: int, noise: bytes) -> None:
    with zipfile.ZipFile(
        io.BytesIO(Book(rows=row(3, cell("A3", "甲") + '<c r="B3"><f>A1</f><v>1</v></c>')).data())
    ) as package:
        sheet = package.read(SHEET)
    at %= len(sheet)
    changed = replace_members(Book().data(), {SHEET: sheet[:at] + noise + sheet[at + len(noise) :]})
    try:
        read(changed)
    except ExtractionFailed as error:
        assert error.code in ("file.broken", "file.bomb", "file.unknown")


def test_a_merged_cell_is_seen_in_those_of_its_columns_that_are_shown() -> None:
    def change(book: Workbook, sheet: Any) -> None:
        sheet["E9"], sheet["E10"] = "合并后可见", "窄列中的字"
        sheet.merge_cells("E9:G9")
        sheet.column_dimensions["E"].hidden = True

    text = read(made(change))
    assert only(text, "合并后可见").visible
    assert only(text, "窄列中的字").place.detail == "hidden column"
