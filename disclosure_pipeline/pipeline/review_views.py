"""The quarter's attribute review as officers work through it (定期审查, 001; 条例 第十八条).

How many tasks there are and how many are done is counted from an index; documents are looked at for the rows
of a page only. Deciding is `pipeline/review.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from disclosure_pipeline.model.clock import day_of, today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import Ground
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.imported_reviews import (
    ACTING,
    TAKE_OVER,
    UNFINISHED,
    name_of,
    number_of,
    ways,
)
from disclosure_pipeline.pipeline.review_lists import DONE, OPEN, READERS
from disclosure_pipeline.pipeline.rights import SEALED
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.publication_tables import imported, imported_review
from disclosure_pipeline.store.tables import attribute_review, document

PAGE = 50
"""Tasks of a page."""

SHOWN = 12
"""Quarters that are shown; the others are in the audit log."""

_TABLES = (attribute_review, imported_review)
"""Where the tasks are; the columns that are counted have the same names."""

_HIDDEN = frozenset({State.WITHHELD, State.ON_REQUEST})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a quarter is.

    Args:
        quarter: ``2026Q4``.
        done: tasks that were settled.
        total: all of them.
    """

    quarter: str
    done: int
    total: int

    @property
    def open(self) -> int:
        """Tasks that are left."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class Before:
    """What else is known of an entry of the catalogue of before.

    Args:
        index_number: 索引号, or empty.
        document_number: 发文字号, or empty.
        address: where the public finds it, or empty.
        asked: whether somebody still has to act on what was decided.
        wants_case: whether the case number of its file has to be given then.
    """

    index_number: str
    document_number: str
    address: str
    asked: bool
    wants_case: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One item, with what an officer needs to decide on it.

    Args:
        document: case number, or the name of an entry of the catalogue of before.
        title: title; ``None`` for a sealed case.
        department: drafting department; empty for an entry.
        attribute: the attribute it had when the review was opened.
        ground: 不予公开理由, or ``None``; its article is the law.
        reason: the written reason given then.
        formed: 成文日期, or ``None``.
        age: whole months since which it stands as it is; ``None`` when no day is known.
        reviewed: quarter and outcome of the review before, or ``None``.
        ways: outcomes that are possible now; none for a task that is done, or whose document has gone on.
        outcome: how it was settled, or empty.
        by: by whom, or empty.
        why: the reason given, or empty.
        before: of an entry of the catalogue of before, what else is known; of a document ``None``.
    """

    document: str
    title: str | None
    department: str
    attribute: Attribute | None
    ground: Ground | None
    reason: str
    formed: date | None
    age: int | None
    reviewed: tuple[str, str] | None
    ways: tuple[str, ...]
    outcome: str
    by: str
    why: str
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, by case number; behind them those of the catalogue of before.

    Args:
        rows: the tasks.
        after: where the next page begins; empty at the end.
    """

    rows: tuple[Task, ...]
    after: str


def quarters(core: Core, person: Person, unit: str) -> dict[str, bool]:
    """The quarters of a unit that were opened, newest first, with whether each is done.

    Raises:
        NotAllowed: the person reviews no attributes there.
    """
    require(person, unit, READERS)
    with core.database.read() as connection:
        return {
            name: not _any(connection, unit, name, *UNFINISHED)
            for name in _opened(connection)
            if _any(connection, unit, name, *UNFINISHED, DONE)
        }


def progress(core: Core, person: Person, unit: str, quarter: str) -> Progress:
    """How far a quarter is in a unit; arguments and errors as of :func:`quarters`."""
    require(person, unit, READERS)
    with core.database.read() as connection:
        return _progress(connection, unit, quarter)


def tasks(
    core: Core,
    person: Person,
    unit: str,
    quarter: str,
    *,
    done: bool = False,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Tasks of a quarter.

    Args:
        core: the process's parts.
        person: who asks.
        unit: unit code.
        quarter: ``2026Q4``.
        done: those that are settled, instead of the open ones.
        after: where the page before ended.
        limit: most rows.

    Raises:
        NotAllowed: the person reviews no attributes there.
    """
    require(person, unit, READERS)
    behind, states = number_of(after), (DONE,) if done else UNFINISHED
    item, entry = attribute_review.c.document, imported_review.c.entry
    with core.database.read() as connection:
        found: list[Task] = []
        if behind is None:
            query = _some(item, unit, quarter, DONE if done else OPEN, limit + 1).where(item > after)
            found += _documents(core, connection, query, quarter)
        if left := limit + 1 - len(found):
            # Each state by itself: only then the index gives them in their order.
            queries = (
                _some(entry, unit, quarter, state, left).where(entry > (behind or 0)) for state in states
            )
            found += _entries(connection, queries, quarter, left)
    return Page(tuple(found[:limit]), found[limit - 1].document if len(found) > limit else "")


def _some(item: Column[Any], unit: str, quarter: str, state: str, limit: int) -> Select[Any]:
    """Tasks of a quarter in a state, in the order of their items."""
    columns = item.table.c
    query = select(item.table).where(
        columns.quarter == quarter, columns.unit == unit, columns.state == state
    )  # fmt: skip
    return query.order_by(item).limit(limit)


def _documents(core: Core, connection: Connection, query: Select[Any], quarter: str) -> Iterator[Task]:
    found = connection.execute(query).all()
    names = [row.document for row in found]
    cases = {row.id: row for row in _rows(connection, select(document).where(document.c.id.in_(names)))}
    before = _before(connection, attribute_review.c.document, names, quarter)
    return (_task(core, row, cases[row.document], before.get(row.document)) for row in found)


def _entries(
    connection: Connection, queries: Iterable[Select[Any]], quarter: str, limit: int
) -> Iterator[Task]:
    found = sorted(
        (row for query in queries for row in _rows(connection, query)), key=lambda row: int(row.entry)
    )
    names = [row.entry for row in found[:limit]]
    lines = {row.seq: row for row in _rows(connection, select(imported).where(imported.c.seq.in_(names)))}
    before = _before(connection, imported_review.c.entry, names, quarter)
    return (_task_of_entry(row, lines[row.entry], before.get(row.entry)) for row in found[:limit])


def _opened(connection: Connection) -> Iterator[str]:
    """The newest quarters; each is asked for by itself, because they all together have many rows."""
    name = _newest(connection)
    for _ in range(SHOWN):
        if not name:
            return
        yield name
        name = _newest(connection, name)


def _newest(connection: Connection, before: str = "9") -> str:
    """The newest quarter before one; empty when there is none."""
    queries = (select(func.max(table.c.quarter)).where(table.c.quarter < before) for table in _TABLES)
    return max(connection.execute(query).scalar() or "" for query in queries)


def _any(connection: Connection, unit: str, quarter: str, *states: str) -> bool:
    return any(
        connection.execute(
            select(table.c.quarter)
            .where(table.c.quarter == quarter, table.c.unit == unit, table.c.state.in_(states))
            .limit(1)
        ).first()
        is not None
        for table in _TABLES
    )


def _progress(connection: Connection, unit: str, quarter: str) -> Progress:
    done = total = 0
    for table in _TABLES:
        query = (
            select(table.c.state, func.count())
            .where(table.c.quarter == quarter, table.c.unit == unit)
            .group_by(table.c.state)
        )
        counts = {state: int(number) for state, number in connection.execute(query)}
        done, total = done + counts.get(DONE, 0), total + sum(counts.values())
    return Progress(quarter, done, total)


def _before(
    connection: Connection, item: Column[Any], names: list[Any], quarter: str
) -> dict[Any, tuple[str, str]]:
    """Quarter and outcome of the last review before, by the item."""
    query = (
        select(item.table)
        .where(item.in_(names), item.table.c.quarter < quarter, item.table.c.state == DONE)
        .order_by(item.table.c.quarter)
    )
    return {getattr(row, item.name): (row.quarter, row.outcome) for row in _rows(connection, query)}


def _rows(connection: Connection, query: Any) -> Iterable[Row[Any]]:
    found: Iterable[Row[Any]] = connection.execute(query)
    return found


def _task(core: Core, row: Row[Any], case: Row[Any], before: tuple[str, str] | None) -> Task:
    state = State(case.state)
    sealed = state in SEALED
    decided = day_of(parse(case.published_at if state is State.PUBLISHED else case.entered_at))
    return Task(
        document=row.document, title=None if sealed else case.title, department=case.department,
        attribute=Attribute(row.attribute) if row.attribute else None,
        ground=core.rulebook.ground(case.ground) if case.ground else None,
        reason="" if sealed else case.ground_reason, formed=_day(case.formed),
        age=_months(decided, today_in_shanghai()), reviewed=before,
        ways=_ways(state) if row.state == OPEN else (),
        outcome=row.outcome or "", by=row.by or "", why="" if sealed else row.reason or "",
    )  # fmt: skip


def _task_of_entry(row: Row[Any], line: Row[Any], before: tuple[str, str] | None) -> Task:
    asked = row.state == ACTING
    published = _day(line.published)
    return Task(
        document=name_of(row.entry), title=line.title, department="", attribute=Attribute(line.attribute),
        ground=None, reason="", formed=_day(line.formed),
        age=_months(published, today_in_shanghai()) if published else None,
        reviewed=before, ways=ways(line.attribute, row.state),
        outcome=row.outcome or "", by=row.by or "", why=row.reason or "",
        before=Before(
            line.index_number or "", line.document_number, line.address, asked, asked and row.outcome in TAKE_OVER
        ),
    )  # fmt: skip


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _ways(state: State) -> tuple[str, ...]:
    """What is published cannot be converted; what has gone on since the review was opened is only ticked off."""
    if state in _HIDDEN:
        return ("keep", "convert", "declassify")
    return ("keep",) if state not in SEALED else ()


def _months(since: date, until: date) -> int:
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (until.day < since.day)
