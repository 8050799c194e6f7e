"""Deputies (AB角): appointing them, and what their acting for somebody means.

Whoever acts as a deputy counts as two people, themselves and their principal: where different people must
act, neither of the two may have acted before. Whoever holds the role themselves acts as themselves, also
when they could act for somebody. Every record of such an act names both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, people
from disclosure_pipeline.store import deputies as rows
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Grant, Person
from disclosure_pipeline.store.tables import audit as audit_table

DEPUTY_FOR = "deputy_for"
"""Key under which the audit log names the principal."""


# -------------------------------------------------------------------- appointing


def give(core: Core, wish: Appointment, *, by: str) -> int:
    """Let somebody stand in for somebody else, from one day to another.

    Args:
        core: the process's parts.
        wish: who for whom, in which role, when.
        by: the principal, or an administrator of the unit.

    Returns:
        The appointment's number.

    Raises:
        NotFound: the principal or the deputy is nobody here.
        NotAllowed: somebody else may not appoint, and nobody appoints themselves.
        Refused: the principal does not hold the role, or the days or people cannot be.
    """
    with core.database.write() as connection:
        principal = people.get(connection, wish.principal)
        deputy = people.get(connection, wish.deputy)
        actor = people.get(connection, by)
        acting = "" if by == wish.principal else _administrator(actor, wish.unit)
        if wish.deputy == wish.principal or wish.deputy in (by, acting):
            raise NotAllowed("Nobody appoints themselves as a deputy.", code="deputy.self")
        _check(wish, principal, deputy)
        number = rows.give(connection, wish, by)
        detail = {
            "number": number, "principal": wish.principal, "deputy": wish.deputy, "role": wish.role.value,
            "department": wish.department, "first_day": wish.first_day.isoformat(),
            "last_day": wish.last_day.isoformat(), **told(acting),
        }  # fmt: skip
        record = audit.Record(action="deputy.given", actor=by, unit=wish.unit, detail=detail)
        audit.append(connection, record)
    return number


def end(core: Core, number: int, *, by: str) -> None:
    """End an appointment at once.

    Args:
        core: the process's parts.
        number: the appointment's number.
        by: the principal, the deputy, or an administrator of the unit.

    Raises:
        NotFound: there is none of this number.
        NotAllowed: somebody else may not.
        Refused: it has ended already.
    """
    with core.database.write() as connection:
        row = rows.fetch(connection, number)
        actor = people.get(connection, by)
        acting = "" if by in (row.principal, row.deputy) else _administrator(actor, row.unit)
        if not rows.end(connection, number):
            raise Refused(f"The appointment {number} has ended already.", code="deputy.ended")
        detail = {"number": number, "principal": row.principal, "deputy": row.deputy, **told(acting)}
        record = audit.Record(action="deputy.ended", actor=by, unit=row.unit, detail=detail)
        audit.append(connection, record)


def listing(core: Core, *, past: bool = False) -> list[dict[str, Any]]:
    """Appointments as `disclosure user deputies --json` prints them.

    Args:
        core: the process's parts.
        past: also those that have ended.
    """
    today = today_in_shanghai()
    with core.database.read() as connection:
        found = rows.listed(connection, None if past else today)
    return [
        {
            "number": row.seq, "principal": row.principal, "deputy": row.deputy, "role": row.role,
            "unit": row.unit, "department": row.department or None, "first_day": row.first_day,
            "last_day": row.last_day, "given_by": row.given_by, "state": _state(row, today.isoformat()),
        }
        for row in found
    ]  # fmt: skip


def concerning(core: Core, person: Person, *, past: bool = False) -> list[dict[str, Any]]:
    """The appointments that a person may see and end: their own, and all of the units that they administer.

    Args:
        core: the process's parts.
        person: who looks.
        past: also those that have ended.
    """
    return [
        item
        for item in listing(core, past=past)
        if person.name in (item["principal"], item["deputy"]) or person.holds(Role.ADMIN, item["unit"])
    ]


def candidates(core: Core, person: Person, unit: str) -> tuple[list[tuple[str, Grant]], list[str]]:
    """Whom a person may appoint in a unit.

    Returns:
        The posts that can be stood in for, as (principal, role): one's own, of everybody for an administrator;
        and the names of those who can stand in.
    """
    with core.database.read() as connection:
        found = people.of_unit(connection, unit)
    working = [(row.name, grants) for row, grants in found if row.disabled_at is None]
    all_of_them = person.holds(Role.ADMIN, unit)
    posts = [
        (name, grant)
        for name, grants in working
        for grant in grants
        if grant.unit == unit and (all_of_them or name == person.name)
    ]
    return posts, [name for name, _ in working if all_of_them or name != person.name]


def _administrator(person: Person, unit: str) -> str:
    acting = entitled(person, (Role.ADMIN,), unit)
    if acting is None:
        raise NotAllowed(
            "Only the person concerned, or an administrator of the unit, decides about a deputy.",
            code="wrong_role",
        )
    return acting


def _check(wish: Appointment, principal: Person, deputy: Person) -> None:
    own = [grant for grant in principal.grants if not grant.for_]
    if not any(grant.covers(wish.role, wish.unit, wish.department or None) for grant in own):
        raise Refused(
            f"{wish.principal} does not hold the role '{wish.role.value}' there.", code="deputy.role",
            advice="A deputy gets no more than the principal has; see `disclosure user list`.",
        )  # fmt: skip
    if not any(grant.unit == wish.unit and not grant.for_ for grant in deputy.grants):
        raise Refused(
            f"{wish.deputy} belongs to another unit.", code="deputy.outsider",
            advice="Name somebody who holds a role in the unit.",
        )  # fmt: skip
    if wish.last_day < wish.first_day or wish.last_day < today_in_shanghai():
        raise Refused(
            "The last day lies before the first one, or in the past.", code="deputy.days",
            advice="Give the days as YYYY-MM-DD; both are included.",
        )  # fmt: skip


def _state(row: Any, today: str) -> str:
    if row.ended_at is not None or row.last_day < today:
        return "ended"
    return "coming" if row.first_day > today else "running"


# ------------------------------------------------------------------ acting as one


def entitled(person: Person, roles: Iterable[Role], unit: str, department: str | None = None) -> str | None:
    """For whom a person would act who needs one of some roles.

    Returns:
        Empty for themselves, the principal's name as a deputy, ``None`` when they hold none of the roles.
    """
    names = [name for role in roles for name in person.acts_for(role, unit, department)]
    return "" if "" in names else next(iter(names), None)


def first_allowed(names: Sequence[str], check: Callable[[str], None]) -> str:
    """The first principal for whom a person may act here; somebody can be the deputy of several.

    Args:
        names: what :meth:`Person.acts_for` answered, not empty.
        check: refuses a principal with :class:`NotAllowed`.

    Raises:
        NotAllowed: none of them.
    """
    for name in names[:-1]:
        try:
            check(name)
        except NotAllowed:
            continue
        return name
    check(names[-1])
    return names[-1]


def counted(name: str | None, principal: str | None) -> frozenset[str]:
    """The people whom one act counts for."""
    return frozenset(item for item in (name, principal) if item)


def told(principal: str | None) -> dict[str, str]:
    """What an audit row tells in addition about an act for somebody."""
    return {DEPUTY_FOR: principal} if principal else {}


def principals_of(
    connection: Connection, action: str, *, document: str, actor: str = "", since: str = "", **facts: Any
) -> Iterator[str]:
    """For whom somebody acted earlier, newest first, by the audit log.

    Args:
        connection: a transaction.
        action: the step or act.
        document: case number, or empty for an act on none.
        actor: only acts of this person.
        since: only acts at this time or later.
        facts: what the rows' details must say.
    """
    query = select(audit_table.c.detail).where(
        audit_table.c.document == document, audit_table.c.action == action
    )
    if actor:
        query = query.where(audit_table.c.actor == actor)
    if since:
        query = query.where(audit_table.c.at >= since)
    for text in connection.execute(query.order_by(audit_table.c.seq.desc())).scalars():
        detail = json.loads(text)
        if facts.items() <= detail.items():
            yield detail.get(DEPUTY_FOR, "")
