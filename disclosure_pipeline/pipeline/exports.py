"""Tables as files: CSV that spreadsheet programs read as UTF-8, and XLSX, both without formulas.

Threat. A cell that begins like a formula is run by spreadsheet programs when somebody opens the export, and titles
are written by whoever hands in a document. Text that begins with ``= + - @``, with a tab or a line break, or with the
full-width forms that programs fold to them gets an apostrophe in front, also behind blanks and characters that do
not show. Numbers stay numbers. In XLSX every text is stored as text besides.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.people import Person

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | float | None
"""What a cell holds."""

_STARTS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−\t\r\n")
"""Characters with which no text may begin."""

_NOT_IN_FILES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold; they stand for nothing in a table."""

_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME, _LONGEST_CELL = 31, 32_767


class Form(StrEnum):
    """What an export is written as; the ending of its file."""

    CSV = "csv"
    XLSX = "xlsx"


_IN_MEMORY = 1 << 20
"""Bytes of an export that are kept in memory before it goes into a file."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported.

    Args:
        title: name of the table; the sheet's name.
        head: names of the columns.
        rows: cells, row by row; read once.
        most: rows that are exported; ``None`` for all of them.
        cut_off: what is written in place of the rows behind them.
    """

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]
    most: int | None = None
    cut_off: str = ""


def as_csv(table: Table) -> Iterator[bytes]:
    """The table as CSV with a byte-order mark, piece by piece; every text is quoted."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in chain([table.head], table.rows):
        writer.writerow([harmless(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def as_xlsx(*tables: Table) -> bytes:
    """The tables as a workbook, a sheet each."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for number, table in enumerate(tables, start=1):
        _write_sheet(book.create_sheet(_sheet_name(table.title, number)), table)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def harmless(value: Value) -> Value:
    """A value as no program takes it for a formula.

    Args:
        value: text or number; ``None`` is an empty cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = _NOT_IN_FILES.sub("", value)
    begins = next((char for char in text if not _shows_nothing(char)), "")
    return f"'{text}" if begins and begins in _STARTS else text


def note(core: Core, person: Person, unit: str, what: str, number: int, *, roles: Iterable[Role]) -> None:
    """Write into the audit log that somebody took a table out of the system.

    Args:
        core: the process's parts.
        person: who.
        unit: unit code.
        what: code of the table (``trail``, ``access``, ``statistics`` …).
        number: rows.
        roles: the roles that read the table; who holds none of their own acts as somebody's deputy.
    """
    detail = {"what": what, "rows": number, **deputies.told(deputies.entitled(person, roles, unit))}
    with core.database.write() as connection:
        audit.append(connection, audit.Record(action="export", actor=person.name, unit=unit, detail=detail))


def take(
    core: Core,
    person: Person,
    unit: str,
    what: str,
    tables: Sequence[Table],
    *,
    form: Form,
    roles: Iterable[Role],
) -> SpooledTemporaryFile[bytes]:
    """Write an export, and then into the audit log that it was taken; nothing leaves that is not in the log.

    Args:
        core: the process's parts.
        person: who; the caller reads the rows with this person's rights.
        unit: unit code.
        what: code of the table, see :func:`note`.
        tables: what is exported; a CSV file holds the first one only.
        form: what it is written as.
        roles: the roles that read the tables, see :func:`note`.

    Returns:
        The export from its beginning, in the private spool; the caller closes it.
    """
    chosen = tables if form is Form.XLSX else tables[:1]
    counts = [0] * len(chosen)
    counted = [replace(table, rows=_counted(table, counts, number)) for number, table in enumerate(chosen)]
    file = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY, dir=str(core.workspace.spool))
    try:
        for piece in [as_xlsx(*counted)] if form is Form.XLSX else as_csv(counted[0]):
            file.write(piece)
        note(core, person, unit, what, sum(counts), roles=roles)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _counted(table: Table, counts: list[int], number: int) -> Iterator[Sequence[Value]]:
    """A table's rows, as many as it may have, with how many they are; a line about those left out is none of them."""
    for row in table.rows:
        if counts[number] == table.most:
            yield (table.cut_off,)
            return
        counts[number] += 1
        yield row


def _shows_nothing(char: str) -> bool:
    """Blanks, and characters that programs leave out when they look for the first one of a cell."""
    return char not in "\t\r\n" and (char.isspace() or unicodedata.category(char) in ("Cf", "Cc", "Zs", "Mn"))


def _write_sheet(sheet: WriteOnlyWorksheet, table: Table) -> None:
    from openpyxl.cell import WriteOnlyCell

    for row in chain([table.head], table.rows):
        cells = []
        for value in row:
            safe = harmless(value)
            cell = WriteOnlyCell(sheet, safe[:_LONGEST_CELL] if isinstance(safe, str) else safe)
            if isinstance(safe, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)


def _sheet_name(title: str, number: int) -> str:
    return _SHEET_NAME.sub(" ", title).strip(" '")[:_LONGEST_NAME] or f"Sheet{number}"
