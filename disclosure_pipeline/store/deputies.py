"""Deputies (AB角): who stands in for whom, in which role, on which days.

Days are those of Asia/Shanghai and both ends count. What a row gives is worked out anew each time: the
principal must still be there and still hold the role themselves, so that nobody passes on what they only
stand in for, and a role that is taken away is gone for the deputy too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.clock import ONE_DAY, beginning_of
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.console_tables import deputy
from disclosure_pipeline.store.tables import person, person_role


@dataclass(frozen=True, slots=True)
class Standing:
    """A role that somebody holds for another person.

    Args:
        principal: for whom. role: the role.
        unit: unit code. department: empty for every department of the unit.
    """

    principal: str
    role: Role
    unit: str
    department: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """That somebody stands in for somebody.

    Args:
        principal: who is stood in for. deputy: who stands in.
        role: in which role. unit: unit code.
        department: empty means every department for which the principal holds the role.
        first_day: first day in Asia/Shanghai. last_day: last day, included.
    """

    principal: str
    deputy: str
    role: Role
    unit: str
    department: str
    first_day: date
    last_day: date


_RUNNING = (
    select(deputy.c.principal, deputy.c.role, deputy.c.unit, deputy.c.department,
           person_role.c.department.label("held"))
    .join(
        person_role,
        (person_role.c.person == deputy.c.principal)
        & (person_role.c.role == deputy.c.role)
        & (person_role.c.unit == deputy.c.unit),
    )
    .join(person, person.c.name == deputy.c.principal)
    .where(
        deputy.c.deputy == bindparam("name"),
        deputy.c.first_day <= bindparam("until"),
        deputy.c.last_day >= bindparam("day"),
        or_(deputy.c.ended_at.is_(None), deputy.c.ended_at >= bindparam("over")),
        person.c.disabled_at.is_(None),
    )
)  # fmt: skip
"""Asked with each request: built once, because building costs more than asking."""


def of(connection: Connection, name: str, day: date, until: date | None = None) -> list[Standing]:
    """What somebody may do for others on a day; an appointment that was ended runs to the day before.

    Args:
        connection: a transaction.
        name: the deputy.
        day: the day in Asia/Shanghai.
        until: a later day: what they may do on any day between the two.
    """
    days = {
        "day": day.isoformat(), "until": (until or day).isoformat(), "over": beginning_of(day + ONE_DAY),
    }  # fmt: skip
    rows = connection.execute(_RUNNING, {"name": name, **days})
    return list(dict.fromkeys(_standings(rows)))


def _standings(rows: Any) -> Iterator[Standing]:
    """What the rows give: never more than the principal holds."""
    for row in rows:
        if "" in (row.department, row.held) or row.department == row.held:
            yield Standing(row.principal, Role(row.role), row.unit, row.department or row.held)


def give(connection: Connection, wish: Appointment, by: str) -> int:
    """Write an appointment down; the rules are in `pipeline/deputies.py`.

    Returns:
        Its number.
    """
    written = insert(deputy).values(
        principal=wish.principal, deputy=wish.deputy, role=wish.role.value, unit=wish.unit,
        department=wish.department, first_day=wish.first_day.isoformat(), last_day=wish.last_day.isoformat(),
        given_by=by, given_at=utc_now(),
    )  # fmt: skip
    return int(connection.execute(written.returning(deputy.c.seq)).scalar_one())


def fetch(connection: Connection, number: int) -> Row[Any]:
    """One appointment.

    Raises:
        NotFound: there is none of this number.
    """
    row = connection.execute(select(deputy).where(deputy.c.seq == number)).first()
    if row is None:
        raise NotFound(f"There is no deputy number {number}.", advice="See `disclosure user deputies`.")
    return row


def end(connection: Connection, number: int) -> bool:
    """End an appointment now; whether it still ran."""
    done = connection.execute(
        update(deputy).where(deputy.c.seq == number, deputy.c.ended_at.is_(None)).values(ended_at=utc_now())
    )
    return done.rowcount == 1


def listed(connection: Connection, since: date | None = None) -> list[Row[Any]]:
    """Appointments by number: all, or those that run on a day or later."""
    query = select(deputy).order_by(deputy.c.seq)
    if since is not None:
        query = query.where(deputy.c.ended_at.is_(None), deputy.c.last_day >= since.isoformat())
    return list(connection.execute(query))
