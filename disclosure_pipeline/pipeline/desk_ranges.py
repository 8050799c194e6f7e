"""Where rows of the queue stand, and the index ranges that a page of it is merged from.

The counts say which sorts of rows there are; for each of these an index holds them in the queue's order. A page is
merged from the beginnings of those that a filter lets through, so that it costs the same however much waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select, text

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Desk, Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.console_tables import desk, desk_lock
from disclosure_pipeline.store.people import Grant

MANY = 999
"""Most overdue documents that are counted; one more means more than that (999+)."""

_SORTS = (
    "SELECT {number} AS granted, role, tier, urgency, severity, sum(number) AS number FROM desk_count"
    " WHERE {conditions} AND number > 0 GROUP BY role, tier, urgency, severity"
)
_FIRST = (
    "SELECT * FROM (SELECT urgency, due, document FROM desk WHERE {conditions}"
    " ORDER BY due, document LIMIT :most) AS some{number}"
)
_LATE = "SELECT * FROM (SELECT document FROM desk WHERE {conditions} AND due < :today LIMIT :most) AS some{number}"
_COUNT = "SELECT count(*) FROM (SELECT * FROM ({pieces}) AS every LIMIT :most) AS late"
_ORDER = "{pieces} ORDER BY urgency, due, document LIMIT :most"
_BOTH = " UNION ALL "

_PLACES = {
    State.QUARANTINED: Desk.QUARANTINE,
    State.ATTENTION: Desk.ATTENTION,
    State.REFERRED: Desk.REFERRED,
    State.AWAITING_ISSUE: Desk.AWAITING_ISSUE,
    State.RETURNED: Desk.RETURNED,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands in the queue; pages go on behind one.

    Args:
        urgency: 0 特急, 1 加急, 2 ordinary.
        due: day, or :data:`~disclosure_pipeline.store.desk.NO_DUE`.
        document: case number.
    """

    urgency: int
    due: str
    document: str

    def __str__(self) -> str:
        return f"{self.urgency}.{self.due}.{self.document}"

    @classmethod
    def parse(cls, words: str) -> Place | None:
        """The place that an address names; ``None`` for anything else."""
        urgency, _, rest = words.partition(".")
        due, _, case = rest.partition(".")
        return cls(int(urgency), due, case) if urgency in ("0", "1", "2") and due and case else None


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is asked for; every default means everything.

    Args:
        claimed_by: only what this person has claimed.
        role: only what waits for this role. tier: only what waits at this tier or place (:class:`Desk`).
        department: only of this department.
        urgency: only of this urgency.
        severity: only with open findings that bind at least so much.
        overdue: only what is due before today.
        state: only in this state.
    """

    claimed_by: str = ""
    role: Role | None = None
    tier: str = ""
    department: str = ""
    urgency: int | None = None
    severity: Severity = Severity.INFO
    overdue: bool = False
    state: State | None = None

    def lets(self, row: Row[Any]) -> bool:
        """Whether a row of `desk` is asked for; the department is told by the grants, the day by the range."""
        return (
            (self.role is None or row.role == self.role.value)
            and (not self.tier or row.tier == self.tier)
            and (self.urgency is None or row.urgency == self.urgency)
            and row.severity >= self.severity.weight
            and (self.state is None or _stands_in(self.state, row.tier))
        )


def _stands_in(state: State, tier: str) -> bool:
    """Whether documents at a tier or place of the queue are in a state: the place tells it."""
    return tier == _PLACES[state] if state in _PLACES else state is State.IN_REVIEW and tier not in set(Desk)


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Range:
    """Rows of one sort, which an index holds in the queue's order."""

    grant: Grant
    tier: str
    urgency: int
    severity: int


def merged(scope: Iterable[Grant], department: str) -> list[Grant]:
    """The grants without those that another one holds already, for one department if it is named."""
    wanted = {replace(grant, for_="") for grant in scope}
    whole = {grant for grant in wanted if not grant.department}
    kept = whole | {grant for grant in wanted if replace(grant, department="") not in whole}
    if department:
        kept = {
            replace(grant, department=department) for grant in kept if grant.department in ("", department)
        }
    return sorted(kept, key=lambda grant: (grant.unit, grant.role, grant.department))


def sorts(connection: Connection, grants: Sequence[Grant]) -> list[tuple[Grant, Row[Any]]]:
    """Which sorts of rows wait for each grant, with their numbers."""
    if not grants:
        return []
    pieces: list[str] = []
    values: dict[str, Any] = {}
    for number, grant in enumerate(grants):
        conditions, bound = _of_grant(grant, number)
        values |= bound
        pieces.append(_SORTS.format(number=number, conditions=conditions))
    rows = connection.execute(text(_BOTH.join(pieces)), values)
    return [(grants[row.granted], row) for row in rows]


def places(
    connection: Connection, scope: Iterable[Grant], filters: Filters, after: Place | None, *, most: int
) -> list[Place]:
    """The first places of a filter in order; at most ``most``."""
    if filters.claimed_by:
        return _claimed(connection, scope, filters, after)[:most]
    grants = [grant for grant in merged(scope, filters.department) if filters.role in (None, grant.role)]
    ranges = [
        Range(grant, row.tier, row.urgency, row.severity)
        for grant, row in sorts(connection, grants)
        if filters.lets(row) and (after is None or row.urgency >= after.urgency)
    ]
    found: list[Place] = []
    for urgency, some in groupby(sorted(ranges, key=_by_urgency), key=_by_urgency):
        if len(found) < most:
            begin = after if after is not None and after.urgency == urgency else None
            found += _of_ranges(connection, list(some), begin, most - len(found), overdue=filters.overdue)
    return found


def _by_urgency(item: Range) -> int:
    return item.urgency


def _of_ranges(
    connection: Connection, ranges: Sequence[Range], after: Place | None, most: int, *, overdue: bool
) -> Iterator[Place]:
    """The first places of ranges of one urgency."""
    further = ""
    values: dict[str, Any] = {"most": most}
    if after is not None:
        further += " AND (due, document) > (:due, :document)"
        values |= {"due": after.due, "document": after.document}
    if overdue:
        further += " AND due < :today"
        values["today"] = today_in_shanghai().isoformat()
    pieces = []
    for number, item in enumerate(ranges):
        conditions, bound = _within(item, number)
        values |= bound
        pieces.append(_FIRST.format(number=number, conditions=conditions + further))
    query = _ORDER.format(pieces=_BOTH.join(pieces))
    return (Place(*row) for row in connection.execute(text(query), values))


def _of_grant(grant: Grant, number: int) -> tuple[str, dict[str, Any]]:
    """The condition that names the rows of a grant, with its values."""
    values = {f"unit{number}": grant.unit, f"role{number}": grant.role.value}
    conditions = f"unit = :unit{number} AND role = :role{number}"
    if not grant.department:
        return conditions, values
    return f"{conditions} AND department = :department{number}", values | {
        f"department{number}": grant.department
    }


def _within(item: Range, number: int) -> tuple[str, dict[str, Any]]:
    """The condition that names the beginning of an index, with its values."""
    conditions, values = _of_grant(item.grant, number)
    sort = {"tier": item.tier, "severity": item.severity, "urgency": item.urgency}
    named = "".join(f" AND {name} = :{name}{number}" for name in sort)
    return f"{conditions}{named}", values | {f"{name}{number}": value for name, value in sort.items()}


def overdue(connection: Connection, ranges: Sequence[Range]) -> int:
    """How many are due before today, up to one more than :data:`MANY`."""
    if not ranges:
        return 0
    values: dict[str, Any] = {"today": today_in_shanghai().isoformat(), "most": MANY + 1}
    pieces = []
    for number, item in enumerate(ranges):
        conditions, bound = _within(item, number)
        values |= bound
        pieces.append(_LATE.format(number=number, conditions=conditions))
    query = _COUNT.format(pieces=_BOTH.join(pieces))
    return int(connection.execute(text(query), values).scalar_one())


def _claimed(
    connection: Connection, scope: Iterable[Grant], filters: Filters, after: Place | None
) -> list[Place]:
    """The places of what a person has claimed; so few that they are sorted here."""
    grants, today = merged(scope, filters.department), today_in_shanghai().isoformat()
    rows = connection.execute(
        select(desk)
        .join(desk_lock, desk_lock.c.document == desk.c.document)
        .where(desk_lock.c.person == filters.claimed_by, desk_lock.c.until > utc_now())
    )
    found = [
        Place(row.urgency, row.due, row.document)
        for row in rows
        if any(grant.covers(Role(row.role), row.unit, row.department) for grant in grants)
        and filters.lets(row)
        and not (filters.overdue and row.due >= today)
    ]
    return sorted(place for place in found if after is None or place > after)
