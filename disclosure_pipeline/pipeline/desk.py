"""The queue as people see it (待办): what waits for whom, 特急 first, then by the day it is due.

`store/desk.py` keeps the rows, `pipeline/desk_ranges.py` finds those of a page without looking at the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, func, select

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import ISSUE, Desk, Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.desk_ranges import (
    EVERYTHING,
    MANY,
    Filters,
    Place,
    Range,
    merged,
    overdue,
    places,
    sorts,
)
from disclosure_pipeline.store.console_tables import desk, desk_count, desk_lock
from disclosure_pipeline.store.desk import NO_DUE, PUBLISH
from disclosure_pipeline.store.people import Grant, Person
from disclosure_pipeline.store.tables import audit, clock, document

__all__ = [
    "MANY", "PAGE", "Counts", "Filters", "Page", "Place", "Tally", "Waiting", "changes", "counts", "menu_counts",
    "next_in", "place_of", "waiting",
]  # fmt: skip

PAGE = 50
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the queue.

    Args:
        document: case number.
        title: title; ``None`` for a quarantined case, or one that has not been read.
        unit: unit code. department: drafting department.
        state: state. version: present version.
        role: role that it waits for. tier: tier or place.
        urgency: 0 特急, 1 加急, 2 ordinary.
        severity: how much the gravest open finding binds (:attr:`Severity.weight`; 0 means none is open).
        open: findings that must still be settled.
        due: last day of the publication clock; ``None`` when none runs.
        overdue: whether that day has passed.
        since: when it came to this desk (UTC).
        frozen: ``False`` for the final tier of a document to be published whose public copy is not made yet:
            the signature would be refused.
        holder: who has claimed it, or empty. held_until: until when (UTC).
    """

    document: str
    title: str | None
    unit: str
    department: str
    state: State
    version: int
    role: Role
    tier: str
    urgency: int
    severity: int
    open: int
    due: str | None
    overdue: bool
    since: str
    frozen: bool
    holder: str
    held_until: str

    @property
    def place(self) -> Place:
        """Where it stands in the queue."""
        return Place(self.urgency, self.due or NO_DUE, self.document)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the queue in order.

    Args:
        rows: the rows.
        after: behind which place the next page begins; ``None`` at the end.
    """

    rows: tuple[Waiting, ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How much waits at one tier or place.

    Args:
        role: for whom. tier: tier or place.
        number: documents. urgent: 特急 among them. grave: those with open findings that block.
    """

    role: Role
    tier: str
    number: int
    urgent: int
    grave: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for a person.

    Args:
        tallies: by role and tier.
        overdue: how many are due before today; :data:`MANY` + 1 means more than :data:`MANY`.
    """

    tallies: tuple[Tally, ...]
    overdue: int

    @property
    def number(self) -> int:
        """All of them."""
        return sum(item.number for item in self.tallies)

    @property
    def urgent(self) -> int:
        """特急 among them."""
        return sum(item.urgent for item in self.tallies)

    @property
    def grave(self) -> int:
        """Those with open findings that block."""
        return sum(item.grave for item in self.tallies)


def waiting(
    connection: Connection,
    scope: Iterable[Grant],
    filters: Filters = EVERYTHING,
    after: Place | None = None,
    *,
    limit: int = PAGE,
) -> Page:
    """A page of the queue.

    Args:
        connection: a reading transaction.
        scope: grants of the person who looks; a row is shown to whom one of them makes responsible.
        filters: what is asked for.
        after: the place behind which the page begins.
        limit: most rows.
    """
    found = places(connection, scope, filters, after, most=limit + 1)
    rows = _rows(connection, [place.document for place in found[:limit]])
    return Page(rows, found[limit - 1] if len(found) > limit else None)


def next_in(
    connection: Connection,
    scope: Iterable[Grant],
    filters: Filters,
    after_document: str,
    *,
    but_held_from: str = "",
    around: bool = False,
) -> Waiting | None:
    """The document behind another one in a filter, for "sign and next".

    Args:
        connection: a reading transaction.
        scope: grants of the person who looks.
        filters: what is asked for.
        after_document: case number; it may have left the queue.
        but_held_from: a person's name: documents that others have claimed are passed over.
        around: at the end go on from the beginning: who began in the middle, or was overtaken by something urgent, has
            not done all.

    Returns:
        The row; ``None`` at the end of the queue, or, going around, when the filter holds no other free document.
    """
    place, grants = place_of(connection, after_document), list(scope)
    if place is None:
        return None
    free = partial(_first_free, connection, grants, filters, but=after_document, but_held_from=but_held_from)
    return free(place) or (free(None, until=place) if around else None)


def _first_free(
    connection: Connection,
    grants: Sequence[Grant],
    filters: Filters,
    after: Place | None,
    *,
    but: str,
    but_held_from: str,
    until: Place | None = None,
) -> Waiting | None:
    """The first document behind a place (or of all) that is not ``but``, and that nobody else has claimed.

    Behind the page that reaches ``until``, nothing is looked at.
    """
    while True:
        page = waiting(connection, grants, filters, after)
        for row in page.rows:
            if row.document != but and (not but_held_from or row.holder in ("", but_held_from)):
                return row
        after = page.after
        if after is None or (until is not None and after > until):
            return None


def place_of(connection: Connection, case: str) -> Place | None:
    """Where a document stands in the queue, or would stand; ``None`` without such a case."""
    due = select(clock.c.due).where(clock.c.document == document.c.id, clock.c.rule == PUBLISH)
    query = select(document.c.urgency, func.coalesce(due.scalar_subquery(), NO_DUE)).where(
        document.c.id == case
    )
    row = connection.execute(query).first()
    return None if row is None else Place(row[0], row[1], case)


def counts(connection: Connection, scope: Iterable[Grant]) -> Counts:
    """How much waits for a person; from `desk_count`, but for what is overdue, which changes with the day."""
    number: Counter[tuple[str, str]] = Counter()
    urgent: Counter[tuple[str, str]] = Counter()
    grave: Counter[tuple[str, str]] = Counter()
    ranges = []
    for grant, row in sorts(connection, merged(scope, "")):
        key = (row.role, row.tier)
        number[key] += row.number
        urgent[key] += row.number if row.urgency == 0 else 0
        grave[key] += row.number if row.severity >= Severity.BLOCK.weight else 0
        ranges.append(Range(grant, row.tier, row.urgency, row.severity))
    tallies = tuple(
        Tally(Role(role), tier, number[role, tier], urgent[role, tier], grave[role, tier])
        for role, tier in sorted(number)
    )
    return Counts(tallies, overdue(connection, ranges))


def departments(connection: Connection, scope: Iterable[Grant]) -> list[str]:
    """The departments whose documents wait for a person, by name."""
    found: set[str] = set()
    for grant in merged(scope, ""):
        if grant.department:
            found.add(grant.department)
            continue
        there = select(desk_count.c.department).distinct()
        there = there.where(
            desk_count.c.unit == grant.unit, desk_count.c.role == grant.role.value, desk_count.c.number > 0
        )
        found.update(connection.execute(there).scalars())
    return sorted(found)


def menu_counts(core: Core, person: Person) -> dict[str, int]:
    """The live counts beside the entries of the console's menu.

    Returns:
        ``waiting``, ``urgent``, ``grave`` (findings that block), ``overdue`` (at most :data:`MANY` + 1), and one entry
        for each place outside of the tiers (:class:`Desk`).
    """
    with core.database.read() as connection:
        found = counts(connection, person.grants)
    aside = {name.value: 0 for name in Desk}
    for item in found.tallies:
        if item.tier in aside:
            aside[item.tier] += item.number
    totals = {
        "waiting": found.number,
        "urgent": found.urgent,
        "grave": found.grave,
        "overdue": found.overdue,
    }
    return totals | aside


def changes(connection: Connection) -> str:
    """A mark that changes with everything that happens to any document."""
    return str(connection.execute(select(func.max(audit.c.seq))).scalar() or 0)


def _rows(connection: Connection, cases: Sequence[str]) -> tuple[Waiting, ...]:
    """The rows of these documents, in this order."""
    query = (
        select(desk, document.c.title, document.c.version, document.c.reviewed_as, document.c.frozen_digest,
               desk_lock.c.person, desk_lock.c.until)
        .join(document, document.c.id == desk.c.document)
        .outerjoin(
            desk_lock, (desk_lock.c.document == desk.c.document) & (desk_lock.c.until > utc_now())
        )
        .where(desk.c.document.in_(cases))
    )  # fmt: skip
    today = today_in_shanghai().isoformat()
    found = {row.document: _waiting(row, today) for row in connection.execute(query)}
    return tuple(found[case] for case in cases)


def _waiting(row: Row[Any], today: str) -> Waiting:
    state, role = State(row.state), Role(row.role)
    machine = (
        state is State.IN_REVIEW
        and (role is Role.FINAL or row.tier == ISSUE.name)
        and row.reviewed_as == Attribute.PROACTIVE.value
        and row.frozen_digest is None
    )
    return Waiting(
        document=row.document, title=None if state is State.QUARANTINED else row.title, unit=row.unit,
        department=row.department, state=state, version=row.version, role=role, tier=row.tier, urgency=row.urgency,
        severity=row.severity, open=row.open, due=None if row.due == NO_DUE else row.due, overdue=row.due < today,
        since=row.entered_at, frozen=not machine, holder=row.person or "", held_until=row.until or "",
    )  # fmt: skip
