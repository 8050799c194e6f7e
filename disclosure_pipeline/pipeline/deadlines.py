"""Deadlines as a page shows them: a month of days, and lists of what is overdue or due next (条例 第二十六条).

Days are read from kept counts and lists from index ranges of ``clock``; documents are looked at for the rows of a page only. A day
whose year has no 放假安排 loaded yet is *unknown*, and dates that were computed across it are 暂定.
"""

from __future__ import annotations

import calendar as months
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from disclosure_pipeline.model.clock import (
    ONE_DAY,
    SATURDAY,
    Calendar,
    today_in_shanghai,
    working_days_between,
)
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.rights import SEALED
from disclosure_pipeline.pipeline.scopes import Scope
from disclosure_pipeline.store.console_tables import due_count
from disclosure_pipeline.store.tables import clock, document

DayKind = Literal["workday", "weekend", "holiday", "makeup", "unknown"]
"""A working day, a free weekend, a weekday that is free (节假日), a weekend day that is worked (调休), a day of a
year whose schedule is not loaded."""

PAGE = 50
"""Rows of a list."""

_SEALED = tuple(sorted(state.value for state in SEALED))

Cursor = tuple[str, str]
"""Where a list goes on: due day and case number of the last row."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar.

    Args:
        day: the day.
        kind: see :data:`DayKind`.
        due: running limits that end on this day.
        provisional: how many of them may still move (暂定).
        overdue: whether the day has passed, so that they have run out.
    """

    day: date
    kind: DayKind
    due: int
    provisional: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of days.

    Args:
        first: its first day.
        days: every day.
        loaded: whether the holidays of its year are loaded.
    """

    first: date
    days: tuple[Day, ...]
    loaded: bool

    @property
    def before(self) -> date:
        """First day of the month before."""
        return (self.first - ONE_DAY).replace(day=1)

    @property
    def after(self) -> date:
        """First day of the month after."""
        return self.days[-1].day + ONE_DAY


@dataclass(frozen=True, slots=True)
class Totals:
    """How many running limits there are.

    Args:
        overdue: have run out.
        today: end today.
        week: end after today and not after Sunday.
    """

    overdue: int
    today: int
    week: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """One running limit.

    Args:
        document: case number.
        title: title; ``None`` for a sealed case or one that has not been read yet.
        department: drafting department.
        state: state of the document.
        urgency: 0 特急, 1 加急, 2 ordinary.
        rule: id of the clock rule.
        start: first day, not counted. due: last day.
        provisional: whether the date may still move (暂定).
        left: working days left; negative when it has run out.
        extended: working days that were added.
    """

    document: str
    title: str | None
    department: str
    state: str
    urgency: int
    rule: str
    start: date
    due: date
    provisional: bool
    left: int
    extended: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, by due day and case number.

    Args:
        rows: the rows.
        after: where the next page begins; ``None`` at the end.
    """

    rows: tuple[Deadline, ...]
    after: Cursor | None


def month(core: Core, scope: Scope, year: int, number: int, today: date | None = None) -> Month:
    """A month with what ends on each of its days.

    Args:
        core: the process's parts.
        scope: whose documents.
        year: 1900 … 2199.
        number: 1 … 12.
        today: stands in for the present day.

    Raises:
        ValueError: there is no such month.
    """
    first = date(year, number, 1)
    last = first.replace(day=months.monthrange(year, number)[1])
    now = today or today_in_shanghai()
    with core.database.read() as connection:
        due, provisional = _by_day(connection, scope, first, last)
    days = tuple(
        Day(day, kind_of(core.calendar, day), due[day.isoformat()], provisional[day.isoformat()], day < now)
        for day in (first + timedelta(step) for step in range(last.day))
    )
    return Month(first, days, all(day.kind != "unknown" for day in days))


def kind_of(calendar: Calendar, day: date) -> DayKind:
    """What sort of day it is."""
    working, weekend = calendar.is_working_day(day), day.weekday() >= SATURDAY
    if working is None:
        return "unknown"
    if working:
        return "makeup" if weekend else "workday"
    return "weekend" if weekend else "holiday"


def totals(core: Core, scope: Scope, today: date | None = None) -> Totals:
    """What is overdue, due today and due in the rest of the week."""
    now = today or today_in_shanghai()
    with core.database.read() as connection:
        due, _ = _by_day(connection, scope, date.min, end_of_week(now))
    text = now.isoformat()
    overdue = sum(number for day, number in due.items() if day < text)
    return Totals(overdue, due[text], due.total() - overdue - due[text])


def end_of_week(day: date) -> date:
    """The Sunday of a day's week."""
    return day + timedelta(days=6 - day.weekday())


def overdue(core: Core, scope: Scope, after: Cursor | None = None, today: date | None = None) -> Page:
    """Limits that have run out, the oldest first."""
    now = today or today_in_shanghai()
    return between(core, scope, date.min, now - ONE_DAY, after, today=now)


def due_this_week(core: Core, scope: Scope, after: Cursor | None = None, today: date | None = None) -> Page:
    """Limits that end today or in the rest of the week."""
    now = today or today_in_shanghai()
    return between(core, scope, now, end_of_week(now), after, today=now)


def between(
    core: Core,
    scope: Scope,
    first: date,
    last: date,
    after: Cursor | None = None,
    *,
    limit: int = PAGE,
    today: date | None = None,
) -> Page:
    """Running limits that end from one day to another.

    Args:
        core: the process's parts.
        scope: whose documents.
        first: first day.
        last: last day.
        after: where the page before ended.
        limit: most rows.
        today: stands in for the present day.
    """
    now = today or today_in_shanghai()
    since = first.isoformat() if after is None else max(first.isoformat(), after[0])
    query = select(clock).where(_running(scope), clock.c.due.between(since, last.isoformat()))
    if after is not None:
        query = query.where(tuple_(clock.c.due, clock.c.document) > after)
    # `done_on` is null in all of them; naming it lets PostgreSQL take the order from the index.
    query = query.order_by(clock.c.done_on, clock.c.due, clock.c.document).limit(limit + 1)
    with core.database.read() as connection:
        rows = connection.execute(query).all()
        shown = rows[:limit]
        cases = _documents(connection, scope, shown)
    found = tuple(_deadline(core, row, cases[row.document], now) for row in shown if row.document in cases)
    return Page(found, (shown[-1].due, shown[-1].document) if len(rows) > limit else None)


def _running(scope: Scope) -> ColumnElement[bool]:
    return scope.covers(clock.c.unit, clock.c.department) & clock.c.done_on.is_(None)


def _by_day(
    connection: Connection, scope: Scope, first: date, last: date
) -> tuple[Counter[str], Counter[str]]:
    """Running limits by the day on which they end, and how many of them are provisional."""
    due: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    query = select(due_count.c.due, due_count.c.provisional, func.sum(due_count.c.number)).where(
        scope.covers(due_count.c.unit, due_count.c.department),
        due_count.c.due.between(first.isoformat(), last.isoformat()),
    )
    rows = connection.execute(query.group_by(due_count.c.due, due_count.c.provisional))
    for day, unsure, number in (*rows, *_hidden(connection, scope, first, last)):
        due[day] += number
        doubtful[day] += number * bool(unsure)
    return due, doubtful


def _hidden(connection: Connection, scope: Scope, first: date, last: date) -> list[tuple[str, bool, int]]:
    """What is to be taken off the counts: sealed cases, where they must not be counted."""
    if scope.sealed:
        return []
    covered = scope.covers(document.c.unit, document.c.department)
    cases = connection.execute(select(document.c.id).where(covered, document.c.state.in_(_SEALED))).scalars()
    rows = connection.execute(
        select(clock.c.due, clock.c.provisional).where(
            clock.c.document.in_(cases.all()), clock.c.done_on.is_(None),
            clock.c.due.between(first.isoformat(), last.isoformat()),
        )
    )  # fmt: skip
    return [(row.due, row.provisional, -1) for row in rows]


def _documents(connection: Connection, scope: Scope, rows: Iterable[Row[Any]]) -> Mapping[str, Row[Any]]:
    query = select(document.c.id, document.c.title, document.c.state, document.c.urgency).where(
        document.c.id.in_([row.document for row in rows])
    )
    if not scope.sealed:
        query = query.where(document.c.state.not_in(_SEALED))
    found: Iterable[Row[Any]] = connection.execute(query)
    return {row.id: row for row in found}


def _deadline(core: Core, row: Row[Any], case_row: Row[Any], today: date) -> Deadline:
    due = date.fromisoformat(row.due)
    left = working_days_between(core.calendar, today, due) - working_days_between(core.calendar, due, today)
    return Deadline(
        document=row.document, title=None if case_row.state in _SEALED else case_row.title, department=row.department, state=case_row.state,
        urgency=case_row.urgency, rule=row.rule, start=date.fromisoformat(row.start), due=due,
        provisional=row.provisional, left=left,
        extended=sum(item["days"] for item in row.inputs.get("extensions", ())),
    )  # fmt: skip
