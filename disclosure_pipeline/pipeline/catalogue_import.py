"""The catalogue that an office had before: read from CSV or XLSX, checked as a whole, and kept (目录导入).

It makes 转发 look-ups find what was published before, and keeps its 索引号 from being given again. Nothing of it is
published anew. Either every line is right and all come in, or none does and each mistake is named by its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from disclosure_pipeline.errors import NotAllowed, Refused, UsageError
from disclosure_pipeline.model.citations import number_keys, title_keys
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.index_numbers import raise_above
from disclosure_pipeline.store import audit, imported, people
from disclosure_pipeline.store.imported import ImportedEntry

ROLES = (Role.OFFICE, Role.ADMIN)
"""Who brings a catalogue in."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "index_number": ("索引号", "索引号码"),
    "title": ("标题", "名称", "信息名称", "文件名称"),
    "document_number": ("发文字号", "文号", "文件编号"),
    "formed": ("成文日期", "生成日期"),
    "published": ("发布日期", "公开日期"),
    "address": ("网址", "地址", "链接", "公开网址"),
    "attribute": ("公开属性", "公开方式"),
}
"""How the columns of a catalogue are headed; others are passed over."""

MOST = 200_000
"""Most lines of one file."""

_SHOWN = 20
"""Mistakes that are named; the rest is counted."""

_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?.*")
_ADDRESS = re.compile(r"https?://\S{1,2000}")
_LONGEST = {"title": 2000, "index_number": 200, "document_number": 200}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A file that was read.

    Args:
        entries: its lines that are right.
        mistakes: what is wrong, each with its line, counted from 1.
    """

    entries: tuple[ImportedEntry, ...]
    mistakes: tuple[str, ...]


def bring_in(core: Core, path: Path, unit: str, *, by: str, check: bool = False) -> int:
    """Add a catalogue to what the office had before.

    Args:
        core: the process's parts.
        path: a CSV (UTF-8 or GB 18030) or XLSX file; its first line holds the headings.
        unit: the unit whose catalogue it is.
        by: a person with role ``office`` or ``admin`` there.
        check: only look, and write nothing.

    Returns:
        How many entries it has.

    Raises:
        NotAllowed: the person may not.
        UsageError: the file cannot be read, or lacks the column of titles.
        Refused: ``catalogue.mistakes``; nothing was written.
    """
    with core.database.read() as connection:
        _principal(connection, by, unit)
    found = read(path, core.rulebook.patterns_of("document_number"))
    if found.mistakes:
        raise _mistaken(found.mistakes)
    if check:
        with core.database.read() as connection:
            _check_numbers(connection, found.entries)
        return len(found.entries)
    with core.database.write() as connection:
        principal = _principal(connection, by, unit)
        _check_numbers(connection, found.entries)
        imported.write(connection, unit, found.entries, by)
        raise_above(core, connection, unit, [item.index_number for item in found.entries])
        detail = {"entries": len(found.entries), **deputies.told(principal)}
        audit.append(connection, audit.Record("catalogue.imported", by, unit=unit, detail=detail))
    return len(found.entries)


def read(path: Path, number_patterns: Sequence[str]) -> Catalogue:
    """Read a catalogue.

    Args:
        path: a CSV or XLSX file.
        number_patterns: regular expressions of 发文字号.

    Raises:
        UsageError: it cannot be read, is too long, or has no column of titles.
    """
    lines = _lines(path)
    columns = _columns(next(lines, ()))
    if "title" not in columns:
        raise UsageError(
            "The file has no column of titles in its first line.", code="catalogue.columns",
            advice=f"Head the columns {'、'.join(names[0] for names in HEADINGS.values())}.",
        )  # fmt: skip
    entries: list[ImportedEntry] = []
    mistakes: list[str] = []
    lines_of: dict[str, int] = {}
    for number, line in enumerate(lines, 2):
        if number > MOST + 1:
            raise UsageError(f"More than {MOST} lines.", code="catalogue.long", advice="Split the file.")
        values = {name: line[at].strip() if at < len(line) else "" for name, at in columns.items()}
        if not any(values.values()):
            continue
        wrong = [*_wrong(values)]
        index = values.get("index_number", "")
        if index and index in lines_of:
            wrong.append(f"索引号与第 {lines_of[index]} 行相同")
        lines_of.setdefault(index, number)
        if wrong:
            mistakes.append(f"第 {number} 行：{'；'.join(wrong)}")
        else:
            entries.append(_entry(values, number_patterns))
    return Catalogue(tuple(entries), tuple(mistakes))


def _lines(path: Path) -> Iterator[Sequence[str]]:
    try:
        if path.suffix.lower() == ".xlsx":
            yield from _sheet(path)
            return
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file cannot be read ({type(error).__name__}).", code="catalogue.unreadable"
        ) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield from csv.reader(io.StringIO(text, newline=""))
        return
    raise UsageError("The file is neither UTF-8 nor GB 18030.", code="catalogue.unreadable")


def _sheet(path: Path) -> Iterator[Sequence[str]]:
    """The lines of the first sheet, as text."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise UsageError("The file is no XLSX workbook.", code="catalogue.unreadable") from None
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if value is None else str(value) for value in row]
    finally:
        book.close()


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where the columns are, by what they hold; of two with one heading the first."""
    bare = ["".join(cell.split()) for cell in head]
    return {
        name: min(bare.index(heading) for heading in headings if heading in bare)
        for name, headings in HEADINGS.items()
        if set(headings) & set(bare)
    }


def _wrong(values: Mapping[str, str]) -> Iterator[str]:
    if not values["title"]:
        yield "没有标题"
    for name, longest in _LONGEST.items():
        if len(values.get(name, "")) > longest:
            yield f"{HEADINGS[name][0]}过长"
    for name in ("formed", "published"):
        if values.get(name) and not _day(values[name]):
            yield f"{HEADINGS[name][0]}不是日期"
    if values.get("address") and not _ADDRESS.fullmatch(values["address"]):
        yield "网址不完整"
    if values.get("attribute") and Attribute.parse(values["attribute"]) is None:
        yield "公开属性不是主动公开、依申请公开、不予公开之一"


def _entry(values: Mapping[str, str], number_patterns: Sequence[str]) -> ImportedEntry:
    number = values.get("document_number", "")
    attribute = Attribute.parse(values.get("attribute", "")) or Attribute.PROACTIVE
    return ImportedEntry(
        title=values["title"], index_number=values.get("index_number", ""), document_number=number,
        attribute=attribute.value, formed=_day(values.get("formed", "")), published=_day(values.get("published", "")),
        address=values.get("address", ""),
        keys=(*number_keys(number, number_patterns)[:1], *title_keys(values["title"])),
    )  # fmt: skip


def _day(words: str) -> str:
    """A day as ISO, whatever stands between its numbers; empty when it is none."""
    match = _DAY.fullmatch(words.strip())
    if match is None:
        return ""
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return ""


def _check_numbers(connection: Connection, entries: Sequence[ImportedEntry]) -> None:
    """Refuse a catalogue that claims numbers which are in use."""
    numbers = {item.index_number for item in entries if item.index_number}
    if both := sorted(imported.in_use(connection, numbers)):
        raise _mistaken([f"索引号 {number} 已经使用" for number in both])


def _principal(connection: Connection, by: str, unit: str) -> str:
    principal = deputies.entitled(people.get(connection, by), ROLES, unit)
    if principal is None:
        raise NotAllowed("Only office or admin may bring a catalogue in.", code="wrong_role")
    return principal


def _mistaken(mistakes: Sequence[str]) -> Refused:
    more = f"；另有 {len(mistakes) - _SHOWN} 处" if len(mistakes) > _SHOWN else ""
    return Refused(
        f"Nothing was brought in. {'。'.join(mistakes[:_SHOWN])}{more}", code="catalogue.mistakes",
        advice="Mend the lines in the file and try again.",
    )  # fmt: skip
