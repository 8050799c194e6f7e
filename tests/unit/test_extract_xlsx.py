"""Workbooks: every hiding place has a marker of its own; numbers keep their digits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from disclosure_pipeline.builtin.extractors.sheetml import as_stored
from disclosure_pipeline.builtin.extractors.xlsx import XlsxExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import LAUGHS, codes, docx, limits, only, packed, paragraph, replace_members

MARKER = "藏身处甲乙丙"


def made(change: Callable[[Workbook, Any], None] | None = None) -> bytes:
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
    data = made() if data is None else data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = package.read(part).decode()
    assert old in text
    return replace_members(data, {part: text.replace(old, new, 1)})


def _hidden_row(book: Workbook, sheet: Any) -> None:
    sheet["B3"] = MARKER
    sheet.row_dimensions[3].hidden = True


def _hidden_column(book: Workbook, sheet: Any) -> None:
    sheet["D3"] = MARKER
    sheet.column_dimensions["D"].hidden = True


def _sheet(state: str) -> Callable[[Workbook, Any], None]:
    def change(book: Workbook, sheet: Any) -> None:
        other = book.create_sheet("另")
        other["A1"] = MARKER
        other.sheet_state = state

    return change


def _put(**values: Any) -> Callable[[Workbook, Any], None]:
    def change(book: Workbook, sheet: Any) -> None:
        cell = sheet["B3"]
        cell.value = values.pop("value", MARKER)
        for key, value in values.items():
            setattr(cell, key, value)

    return change


def _validation(book: Workbook, sheet: Any) -> None:
    rule = DataValidation(type="list", formula1=f'"甲,{MARKER}"')
    rule.add("B2")
    sheet.add_data_validation(rule)


def _name(book: Workbook, sheet: Any) -> None:
    book.defined_names["n"] = DefinedName("n", attr_text=f'"{MARKER}"')


def _header(book: Workbook, sheet: Any) -> None:
    sheet.oddHeader.left.text = MARKER


def _footer(book: Workbook, sheet: Any) -> None:
    sheet.evenFooter.right.text = MARKER


def _property(book: Workbook, sheet: Any) -> None:
    book.properties.keywords = MARKER


def _title(book: Workbook, sheet: Any) -> None:
    book.create_sheet(MARKER)


def _link(book: Workbook, sheet: Any) -> None:
    sheet["A1"].hyperlink = f"http://x/{MARKER}"


def _part(name: str, content: str | bytes) -> bytes:
    return replace_members(made(), {name: content})


def shared(strings: str, index: str = "0") -> bytes:
    """A workbook by hand, whose one cell refers to a shared string."""
    link = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook {link}><sheets><sheet name="名单" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": strings,
            "xl/worksheets/sheet1.xml": f'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>{index}</v></c></row></sheetData></worksheet>',
        }
    )


def strings(more: str = "", inside: str = "") -> str:
    return f"<sst><si><t>看得见的格子</t>{inside}</si>{more}</sst>"


PLACES: dict[str, tuple[bytes, str, bool]] = {
    "cell": (made(_put()), "table", True),
    "hidden sheet": (made(_sheet("hidden")), "hidden", False),
    "very hidden sheet": (made(_sheet("veryHidden")), "hidden", False),
    "hidden row": (made(_hidden_row), "hidden", False),
    "hidden column": (made(_hidden_column), "hidden", False),
    "white letters": (made(_put(font=Font(color="FFFFFFFF"))), "hidden", False),
    "white on black": (made(_put(font=Font(color="FFFFFFFF"), fill=PatternFill("solid", "FF000000"))), "table", True),
    "empty format": (made(_put(number_format=";;;")), "hidden", False),
    "comment": (made(_put(value="甲", comment=Comment(MARKER, "a"))), "comment", False),
    "formula": (made(_put(value=f'=A1&"{MARKER}"')), "field", False),
    "number format": (made(_put(value=1, number_format=f'"{MARKER}"0')), "field", False),
    "validation": (made(_validation), "form", False),
    "defined name": (made(_name), "metadata", False),
    "header": (made(_header), "header", True),
    "footer": (made(_footer), "footer", True),
    "property": (made(_property), "metadata", False),
    "sheet name": (made(_title), "metadata", False),
    "hyperlink": (made(_link), "link", False),
    "string of a deleted cell": (shared(strings(f"<si><r><t>{MARKER[:3]}</t></r><r><t>{MARKER[3:]}</t></r></si>")), "unplaced", False),
    "phonetic": (shared(strings(inside=f"<rPh><t>{MARKER}</t></rPh>")), "hidden", False),
    "inline string": (edited("xl/worksheets/sheet1.xml", "</sheetData>", f'<row r="9"><c r="A9" t="inlineStr"><is><r><t>{MARKER[:2]}</t></r><r><t>{MARKER[2:]}</t></r></is></c></row></sheetData>'), "table", True),
    "pivot cache": (_part("xl/pivotCache/pivotCacheRecords1.xml", f'<pivotCacheRecords><r><s v="{MARKER}"/></r></pivotCacheRecords>'), "hidden", False),
    "external link": (_part("xl/externalLinks/externalLink1.xml", f"<externalLink><v>{MARKER}</v></externalLink>"), "hidden", False),
    "shared revisions": (_part("xl/revisions/log1.xml", f"<revisions><t>{MARKER}</t></revisions>"), "deletion", False),
    "text box": (_part("xl/drawings/drawing1.xml", f'<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><a:p><a:t>{MARKER}</a:t></a:p></xdr:wsDr>'), "textbox", True),
    "drawing name": (_part("xl/drawings/drawing1.xml", f'<xdr:wsDr xmlns:xdr="x"><xdr:cNvPr name="{MARKER}"/></xdr:wsDr>'), "unplaced", False),
    "threaded comment": (_part("xl/threadedComments/t1.xml", f"<ThreadedComments><text>{MARKER}</text></ThreadedComments>"), "comment", False),
    "connection": (_part("xl/connections.xml", f'<connections><connection><dbPr connection="{MARKER}"/></connection></connections>'), "unplaced", False),
    "table": (_part("xl/tables/table1.xml", f'<table name="t" comment="{MARKER}"/>'), "metadata", False),
    "embedded document": (_part("xl/embeddings/a.docx", docx(paragraph(MARKER))), "attachment", False),
    "stray text": (edited("xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData><x>{MARKER}</x>"), "unplaced", False),
    "beside a value": (edited("xl/worksheets/sheet1.xml", "</c>", f"<x>{MARKER}</x></c>"), "unplaced", False),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_finds_every_hiding_place(place: str) -> None:
    data, kind, visible = PLACES[place]
    text = read(data)
    found = only(text, MARKER)
    assert (found.place.kind, found.visible) == (kind, visible)
    assert only(text, "看得见的格子").visible


def test_a_cell_knows_its_place(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(made())
    text = XlsxExtractor(limits()).extract(SourceFile(0, path, path.name))
    assert text.segments[0].place.as_json() == {
        "part": "xl/worksheets/sheet1.xml", "kind": "table", "paragraph": 1, "cell": "名单!A1",
    }  # fmt: skip
    assert text.facts == {"sheets": 1}
    assert text.doubts == ()


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("110101199003074514", "110101199003074514"),
        ("6222021234567890123", "6222021234567890123"),
        ("1.3800138E+10", "13800138000"),
        ("1.38001380001E10", "13800138000.1"),
        ("0.1", "0.1"),
        ("1E-7", "1E-7"),
        ("1E+99999", "1E+99999"),
    ],
)
def test_numbers_keep_their_digits(stored: str, given: str) -> None:
    assert as_stored(stored) in (given, "13800138000.1")
    cell = f'<row r="2"><c r="B2"><v>{stored}</v></c></row></sheetData>'
    text = read(edited("xl/worksheets/sheet1.xml", "</sheetData>", cell))
    assert text.segments[1].text == as_stored(stored)


def test_a_far_away_cell_costs_nothing() -> None:
    cell = f'<row r="1048576"><c r="XFD1048576" t="str"><v>{MARKER}</v></c></row></sheetData>'
    text = read(edited("xl/worksheets/sheet1.xml", "</sheetData>", cell))
    assert only(text, MARKER).place.cell == "名单!XFD1048576"


def test_a_chartless_pivotless_book_has_no_warnings_and_a_hidden_sheet_one() -> None:
    assert read(made()).warnings == ()
    assert read(made(_sheet("hidden"))).warnings == ("工作簿中有隐藏的工作表。",)


SECRET = "绝不外泄的文字"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: made()[:-40], "file.broken"),
    "broken sheet": (lambda: edited("xl/worksheets/sheet1.xml", "</sheetData>", f"<{SECRET}"), "file.broken"),
    "laughs in a sheet": (lambda: _part("xl/worksheets/sheet1.xml", LAUGHS + f"<worksheet><row><c><v>{SECRET}&lol9;</v></c></row></worksheet>"), "file.bomb"),
    "laughs in the strings": (lambda: shared(LAUGHS + f"<sst><si><t>{SECRET}&lol9;</t></si></sst>"), "file.bomb"),
    "missing sheet": (lambda: edited("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet7.xml"), "file.broken"),
    "string out of range": (lambda: shared(strings(), "99"), "file.broken"),
    "no workbook": (lambda: packed({"xl/other.xml": f"<x>{SECRET}</x>"}), "file.unknown"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_workbooks_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make())
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())


def test_cells_are_limited() -> None:
    with pytest.raises(ExtractionFailed, match="too many cells"):
        read(made(_put()), max_cells=1)


def test_an_empty_workbook_is_a_doubt() -> None:
    buffer = io.BytesIO()
    Workbook().save(buffer)
    assert codes(read(buffer.getvalue())) == {"text.empty"}
