"""The quarter's attribute review as officers work through it (定期审查, 001; 条例 第十八条).

How many tasks there are and how many are done is counted from an index; documents are looked at for the rows
of a page only. Deciding is `pipeline/review.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from disclosure_pipeline.model.clock import day_of, today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import Ground
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.review import DONE, OPEN
from disclosure_pipeline.pipeline.rights import SEALED
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import attribute_review, document

READERS = (Role.OFFICE, Role.SECOND, Role.SECRECY)
"""Roles that review attributes, and so see the tasks."""

PAGE = 50
"""Tasks of a page."""

SHOWN = 12
"""Quarters that are shown; the others are in the audit log."""

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
class Task:
    """One item, with what an officer needs to decide on it.

    Args:
        document: case number.
        title: title; ``None`` for a sealed case.
        department: drafting department.
        state: where the document is now.
        attribute: the attribute it had when the review was opened.
        ground: 不予公开理由, or ``None``; its article is the law.
        reason: the written reason given then.
        formed: 成文日期, or ``None``.
        decided: day since which it stands as it is.
        age: whole months since then.
        reviewed: quarter and outcome of the review before, or ``None``.
        ways: outcomes that are possible now; none for a task that is done, or whose document has gone on.
        outcome: how it was settled, or empty.
        by: by whom, or empty.
        why: the reason given, or empty.
    """

    document: str
    title: str | None
    department: str
    state: State
    attribute: Attribute | None
    ground: Ground | None
    reason: str
    formed: date | None
    decided: date
    age: int
    reviewed: tuple[str, str] | None
    ways: tuple[str, ...]
    outcome: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, by case number.

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
            name: not _any(connection, unit, name, OPEN)
            for name in _opened(connection)
            if _any(connection, unit, name, OPEN) or _any(connection, unit, name, DONE)
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
    query = (
        select(attribute_review)
        .where(
            attribute_review.c.quarter == quarter, attribute_review.c.unit == unit,
            attribute_review.c.state == (DONE if done else OPEN), attribute_review.c.document > after,
        )
        .order_by(attribute_review.c.document)
        .limit(limit + 1)
    )  # fmt: skip
    with core.database.read() as connection:
        found = connection.execute(query).all()
        shown = found[:limit]
        names = [row.document for row in shown]
        cases = {row.id: row for row in _rows(connection, select(document).where(document.c.id.in_(names)))}
        before = _before(connection, names, quarter)
    rows = tuple(_task(core, row, cases[row.document], before.get(row.document)) for row in shown)
    return Page(rows, shown[-1].document if len(found) > limit else "")


def _opened(connection: Connection) -> Iterator[str]:
    """The newest quarters; each is asked for by itself, because they all together have many rows."""
    newest = func.max(attribute_review.c.quarter)
    name = connection.execute(select(newest)).scalar()
    for _ in range(SHOWN):
        if name is None:
            return
        yield name
        name = connection.execute(select(newest).where(attribute_review.c.quarter < name)).scalar()


def _any(connection: Connection, unit: str, quarter: str, state: str) -> bool:
    query = select(attribute_review.c.document).where(
        attribute_review.c.quarter == quarter,
        attribute_review.c.unit == unit,
        attribute_review.c.state == state,
    )
    return connection.execute(query.limit(1)).first() is not None


def _progress(connection: Connection, unit: str, quarter: str) -> Progress:
    query = (
        select(attribute_review.c.state, func.count())
        .where(attribute_review.c.quarter == quarter, attribute_review.c.unit == unit)
        .group_by(attribute_review.c.state)
    )
    counts = {state: int(number) for state, number in connection.execute(query)}
    return Progress(quarter, counts.get(DONE, 0), sum(counts.values()))


def _before(connection: Connection, names: list[str], quarter: str) -> dict[str, tuple[str, str]]:
    """Quarter and outcome of the last review before, by case number."""
    query = (
        select(attribute_review)
        .where(
            attribute_review.c.document.in_(names), attribute_review.c.quarter < quarter,
            attribute_review.c.state == DONE,
        )
        .order_by(attribute_review.c.quarter)
    )  # fmt: skip
    return {row.document: (row.quarter, row.outcome) for row in _rows(connection, query)}


def _rows(connection: Connection, query: Any) -> Iterable[Row[Any]]:
    found: Iterable[Row[Any]] = connection.execute(query)
    return found


def _task(core: Core, row: Row[Any], case: Row[Any], before: tuple[str, str] | None) -> Task:
    state = State(case.state)
    sealed = state in SEALED
    decided = day_of(parse(case.published_at if state is State.PUBLISHED else case.entered_at))
    return Task(
        document=row.document, title=None if sealed else case.title, department=case.department, state=state,
        attribute=Attribute(row.attribute) if row.attribute else None,
        ground=core.rulebook.ground(case.ground) if case.ground else None,
        reason="" if sealed else case.ground_reason, formed=date.fromisoformat(case.formed) if case.formed else None,
        decided=decided, age=_months(decided, today_in_shanghai()), reviewed=before,
        ways=_ways(state) if row.state == OPEN else (),
        outcome=row.outcome or "", by=row.by or "", why="" if sealed else row.reason or "",
    )  # fmt: skip


def _ways(state: State) -> tuple[str, ...]:
    """What is published cannot be converted; what has gone on since the review was opened is only ticked off."""
    if state in _HIDDEN:
        return ("keep", "convert", "declassify")
    return ("keep",) if state not in SEALED else ()


def _months(since: date, until: date) -> int:
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (until.day < since.day)
