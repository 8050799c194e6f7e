"""Tables: cells far away, without number or repeated without end."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

import io

from tests.hostile.case import BOMB, BROKEN, LARGE, MARKER, READ, Hostile
from tests.hostile.xml import open_document
from tests.hostile.zips import members, zipped

_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _workbook(rows: str, **parts: str) -> bytes:
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    book.worksheets[0]["A1"] = MARKER
    book.save(buffer)
    sheet = f"<worksheet {_SHEET}><sheetData>{rows}</sheetData>{parts.pop('after', '')}</worksheet>"
    return zipped({**members(buffer.getvalue()), "xl/worksheets/sheet1.xml": sheet, **parts})


def _far_cell() -> bytes:
    return _workbook(
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>' + MARKER + "</t></is></c></row>"
    )


def _many_cells() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    return _workbook(row * 1000)


def _many_strings() -> bytes:
    strings = f"<sst {_SHEET}>" + "".join(f"<si><t>{n}</t></si>" for n in range(1_000_000)) + "</sst>"
    return _workbook(
        '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>', **{"xl/sharedStrings.xml": strings}
    )


def _one_string_often() -> bytes:
    text = "哈" * 30_000
    strings = f"<sst {_SHEET}><si><t>{text}</t></si></sst>"
    return _workbook(
        "<row>" + '<c t="s"><v>0</v></c>' * 10_000 + "</row>", **{"xl/sharedStrings.xml": strings}
    )


def _merged() -> bytes:
    merges = "".join(f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(1, 5000))
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{MARKER}</t></is></c></row>'
    return _workbook(cell, after=f"<mergeCells>{merges}</mergeCells>")


def _wide_columns() -> bytes:
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{MARKER}</t></is></c></row>'
    return _workbook(
        f'{cell}<row r="99999999999999999999"/><row r="-5"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>'
    )


def _repeated(rows: int, columns: int, text: str = MARKER) -> bytes:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"><t:p>{text}</t:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return open_document(body=f'<table:table table:name="表">{row}</table:table>', kind="spreadsheet")


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    return (
        Hostile("far-away cell", ".xlsx", _far_cell, (READ,)),
        Hostile("100000 cells", ".xlsx", _many_cells, LARGE),
        Hostile("1000000 shared strings", ".xlsx", _many_strings, (*LARGE, *BOMB, "hidden.content", READ)),
        Hostile("one long string in every cell", ".xlsx", _one_string_often, LARGE),
        Hostile("5000 merged regions", ".xlsx", _merged, (READ, *BROKEN, "sheet.unread")),
        Hostile("impossible row and column", ".xlsx", _wide_columns, (READ, *BROKEN, "sheet.unread", *LARGE)),
        Hostile("repeated cells without number", ".ods", lambda: _repeated(1_048_576, 16_384), (READ, *LARGE)),
        Hostile("repeated beyond any sheet", ".ods", lambda: _repeated(10**30, 10**30), (READ, *LARGE, *BROKEN)),
        Hostile("negative repetition", ".ods", lambda: _repeated(-5, -7), (READ, *LARGE, *BROKEN)),
        Hostile("long text repeated", ".ods", lambda: _repeated(1_048_576, 1, "哈" * 9000), (READ, *LARGE)),
        Hostile("repeated spaces", ".odt", lambda: open_document(
            text=f'<t:s t:c="{10**12}"/>'), (READ, *LARGE, *BROKEN)),
        Hostile("html table of huge spans", ".html", lambda: (
            f'<table><tr><td colspan="999999999" rowspan="999999999">{MARKER}</td></tr></table>' * 50).encode(), (
                READ, *LARGE)),
    )  # fmt: skip
