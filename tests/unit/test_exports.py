"""Tables as files: what spreadsheet programs could run does not run, and everything else is as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from disclosure_pipeline.pipeline.exports import Table, as_csv, as_xlsx, harmless

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x")
HIDDEN = tuple(
    f"{before}=cmd|' /C calc'!A0" for before in (" ", "　", "\u200b", "\ufeff", "\u00a0 ", "\x01", "\u202e")
)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", (*DANGEROUS, *HIDDEN))
def test_a_formula_gets_an_apostrophe(text: str):
    table = Table("表", ("题名",), [(text,)])
    kept = text.replace("\x01", "")
    assert harmless(text) == f"'{kept}"
    assert read_csv(b"".join(as_csv(table)))[1] == [f"'{kept}"]
    (cell,) = next(load_workbook(io.BytesIO(as_xlsx(table))).active.iter_rows(min_row=2))
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_no_cell_of_an_export_begins_like_a_formula(rows: list[tuple[str, str]]):
    found = read_csv(b"".join(as_csv(Table("表", ("甲", "乙"), rows))))
    assert len(found) == len(rows) + 1
    for row, given_row in zip(found[1:], rows, strict=True):
        for cell, text in zip(row, given_row, strict=True):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
            assert cell.removeprefix("'") == harmless(text).removeprefix("'")


@given(st.from_regex(r"[一-龥A-Za-z0-9（《][一-龥A-Za-z0-9=+@-]{0,20}", fullmatch=True))
def test_ordinary_text_is_left_alone(text: str):
    assert harmless(text) == text


def test_numbers_stay_numbers_also_below_zero():
    table = Table("数", ("甲", "乙", "丙"), [(-3, 2.5, None)])
    assert b"".join(as_csv(table)).decode("utf-8-sig") == '"甲","乙","丙"\r\n-3,2.5,""\r\n'
    rows = load_workbook(io.BytesIO(as_xlsx(table))).active.iter_rows(min_row=2, values_only=True)
    assert list(rows) == [(-3, 2.5, None)]


def test_characters_that_no_file_can_hold_and_odd_names_of_sheets_do_no_harm():
    table = Table("a[b]:c*?/\\" + "长" * 40, ("甲\x00\ud800",), [("乙\x0b\x1f丙" + "长" * 40_000,)])
    sheet = load_workbook(io.BytesIO(as_xlsx(table, Table("", ("x",), [])))).worksheets
    assert len(sheet[0].title) <= 31 and sheet[1].title == "Sheet2"
    assert sheet[0]["A1"].value == "甲"
    assert sheet[0]["A2"].value.startswith("乙丙长") and len(sheet[0]["A2"].value) == 32_767
    assert read_csv(b"".join(as_csv(table)))[0] == ["甲"]
