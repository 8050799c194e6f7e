"""The tables of a part of the public copy as a workbook, rebuilt from approved cells.

Every cell is text, also what looks like a number or a formula: nothing is calculated, and what readers see is what was
approved. There are no formulas, names, hidden sheets, rows or columns, no shared strings that no cell uses, and no
properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.public.blocks import Grid
from disclosure_pipeline.builtin.public.package import (
    OFFICE,
    PROLOGUE,
    content_types,
    packed,
    relationships,
    words,
)
from disclosure_pipeline.builtin.public.render import FORMULA_STARTS

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SHEET_NAME = re.compile(r"表\d{1,5}")
"""What sheets are called; names of the draft's own sheets are not part of the approved text."""

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LONGEST = 32_767
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_TEXT, _HEADING, _QUOTED = 1, 2, 3
"""Formats of cells, in the order of the style sheet."""
_WIDEST = 60


def fits(grids: Sequence[Grid]) -> bool:
    """Whether a workbook can hold these tables."""
    return all(
        len(grid.rows) < _MOST_ROWS
        and len(grid.rows[0]) <= _MOST_COLUMNS
        and all(len(cell) <= _LONGEST for row in (*grid.rows, (grid.caption,)) for cell in row)
        for grid in grids
    )


def workbook(grids: Sequence[Grid], notes: Sequence[str] = ()) -> bytes:
    """The workbook, one sheet a table.

    Args:
        grids: the tables.
        notes: lines below the last table that the office adds.
    """
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(grids) + 1)]
    last = len(grids) - 1
    return packed(
        {
            "[Content_Types].xml": content_types(
                {
                    "xl/workbook.xml": f"{_SHEET}sheet.main+xml",
                    "xl/styles.xml": f"{_SHEET}styles+xml",
                    **dict.fromkeys(names, f"{_SHEET}worksheet+xml"),
                }
            ),
            "_rels/.rels": relationships({"xl/workbook.xml": "officeDocument"}),
            "xl/workbook.xml": _book(len(grids)),
            "xl/_rels/workbook.xml.rels": relationships(
                {**{name.removeprefix("xl/"): "worksheet" for name in names}, "styles.xml": "styles"}
            ),
            "xl/styles.xml": _styles(),
            **{
                name: _sheet(grid, notes if number == last else ())
                for number, (name, grid) in enumerate(zip(names, grids, strict=True))
            },
        }
    )


def _book(count: int) -> str:
    sheets = "".join(
        f'<sheet name="表{number}" sheetId="{number}" r:id="rId{number}"/>' for number in range(1, count + 1)
    )
    return f'{PROLOGUE}<workbook {_SPACE} xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _sheet(grid: Grid, notes: Sequence[str]) -> str:
    lines = "".join(_lines(grid, notes))
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(_widths(grid), 1)
    )
    return f"{PROLOGUE}<worksheet {_SPACE}><cols>{widths}</cols><sheetData>{lines}</sheetData></worksheet>"


def _lines(grid: Grid, notes: Sequence[str]) -> Iterator[str]:
    number = 1
    if grid.caption:
        yield _row(number, (grid.caption,), heading=True)
        number += 1
    for row in grid.rows:
        yield _row(number, row, heading=row is grid.rows[0])
        number += 1
    for note in notes:
        number += 1  # a blank row parts them from the table
        yield _row(number, (note,), heading=False)


def _row(number: int, cells: Sequence[str], *, heading: bool) -> str:
    filled = "".join(
        _cell(f"{_column(column)}{number}", cell, heading=heading)
        for column, cell in enumerate(cells, 1)
        if cell
    )
    return f'<row r="{number}">{filled}</row>'


def _cell(name: str, text: str, *, heading: bool) -> str:
    # A quoted cell stays text when somebody edits it.
    look = _QUOTED if text.startswith(FORMULA_STARTS) else _HEADING if heading else _TEXT
    return f'<c r="{name}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{words(text)}</t></is></c>'


def _column(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _widths(grid: Grid) -> list[int]:
    """Widths in half-width characters: the longest line of each column, within reason."""
    return [
        min(max(10, *(2 * len(line) + 2 for row in grid.rows for line in row[column].split("\n"))), _WIDEST)
        for column in range(len(grid.rows[0]))
    ]


def _styles() -> str:
    font = '<font>{}<sz val="11"/><name val="宋体"/></font>'
    return (
        f"{PROLOGUE}<styleSheet {_SPACE}>"
        f'<fonts count="2">{font.format("")}{font.format("<b/>")}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        + "".join((_look(), _look(font=1), _look(more=' quotePrefix="1"')))
        + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _look(font: int = 0, more: str = "") -> str:
    """A format for cells: text (number format 49), broken into lines where it is long."""
    return (
        f'<xf numFmtId="49" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"'
        f'{more} applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    )
