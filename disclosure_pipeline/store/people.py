"""People, their roles and their tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store import deputies
from disclosure_pipeline.store.console_tables import account
from disclosure_pipeline.store.tables import person, person_role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person.

    Args:
        role: the role. unit: unit code.
        department: only for ``clerk`` and ``first``; empty means every department of the unit.
        for_: the principal for whom a deputy (AB角) holds it; empty for a role of one's own.
    """

    role: Role
    unit: str
    department: str
    for_: str = ""

    def covers(self, role: Role, unit: str, department: str | None = None) -> bool:
        """Whether it is this role in this unit (and, if given, for this department)."""
        return (
            self.role is role
            and self.unit == unit
            and (department is None or self.department in ("", department))
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts.

    Args:
        name: printed name, may be Chinese.
        grants: roles held, those held for others included.
    """

    name: str
    grants: tuple[Grant, ...]

    def holds(self, role: Role, unit: str, department: str | None = None) -> bool:
        """Whether the person has a role in a unit (and, if given, for a department), own or as a deputy."""
        return any(grant.covers(role, unit, department) for grant in self.grants)

    def acts_for(self, role: Role, unit: str, department: str | None = None) -> tuple[str, ...]:
        """For whom the person would act in a role.

        Returns:
            ``("",)`` with a role of their own, else the principals by name; nothing without the role.
        """
        names = {grant.for_ for grant in self.grants if grant.covers(role, unit, department)}
        return ("",) if "" in names else tuple(sorted(names))


def add(
    connection: Connection,
    name: str,
    role: Role,
    *,
    unit: str,
    department: str = "",
    os_account: str | None = None,
) -> str | None:
    """Add a person, or a further role to a known one.

    Returns:
        The new person's token, shown this once; ``None`` for a person who has one already.
    """
    token = None
    if not is_known(connection, name):
        token = secrets.token_urlsafe(32)
        connection.execute(
            insert(person).values(
                name=name, token_hash=token_hash(token), os_account=os_account, created_at=utc_now()
            )
        )
    elif os_account is not None:
        connection.execute(update(person).where(person.c.name == name).values(os_account=os_account))
    key = {"person": name, "role": role.value, "unit": unit, "department": department}
    if connection.execute(select(person_role.c.person).filter_by(**key)).first() is None:
        connection.execute(insert(person_role).values(**key))
    return token


def remove_role(connection: Connection, name: str, grant: Grant) -> bool:
    """Take a role of their own away from somebody; whether they held it."""
    key = {"person": name, "role": grant.role.value, "unit": grant.unit, "department": grant.department}
    return connection.execute(delete(person_role).filter_by(**key)).rowcount == 1


def lock(connection: Connection, names: Iterable[str]) -> None:
    """Let nobody else change these people until the writing transaction ends.

    Two administrators who take each other's role at the same moment must not both find themselves in office.
    """
    wanted = select(person.c.name).where(person.c.name.in_(sorted(set(names)))).order_by(person.c.name)
    connection.execute(wanted.with_for_update()).all()


def is_known(connection: Connection, name: str) -> bool:
    """Whether somebody has this name, disabled ones included."""
    return connection.execute(select(person.c.name).where(person.c.name == name)).first() is not None


def new_token(connection: Connection, name: str) -> str:
    """Replace a person's token.

    Raises:
        NotFound: nobody of that name.
    """
    token = secrets.token_urlsafe(32)
    done = connection.execute(
        update(person).where(person.c.name == name).values(token_hash=token_hash(token))
    )
    if done.rowcount == 0:
        raise NotFound(f"There is no user named '{name}'.", advice="See `disclosure user list`.")
    return token


def get(connection: Connection, name: str, day: date | None = None) -> Person:
    """A person by name, with the roles held as somebody's deputy on a day.

    Args:
        connection: a transaction.
        name: the person's name.
        day: the day in Asia/Shanghai; ``None`` means today.

    Raises:
        NotFound: nobody of that name, or disabled.
    """
    row = connection.execute(select(person).where(person.c.name == name)).first()
    if row is None or row.disabled_at is not None:
        raise NotFound(
            f"There is no user named '{name}'.", advice="Add the person with `disclosure user add`."
        )
    return Person(name, grants_of(connection, name, day))


def grants_of(
    connection: Connection, name: str, day: date | None = None, until: date | None = None
) -> tuple[Grant, ...]:
    """Somebody's own roles, then those held for others on a day (``None`` means today), or on any up to another."""
    standings = deputies.of(connection, name, day or today_in_shanghai(), until)
    held = (Grant(item.role, item.unit, item.department, item.principal) for item in standings)
    return (*_grants(connection, name), *sorted(held, key=_by_role))


def everyone(connection: Connection) -> list[Person]:
    """All people who may act, by name, with their own roles."""
    names = connection.execute(
        select(person.c.name).where(person.c.disabled_at.is_(None)).order_by(person.c.name)
    )
    return [Person(name, _grants(connection, name)) for name in names.scalars()]


def of_unit(connection: Connection, unit: str) -> list[tuple[Row[Any], tuple[Grant, ...]]]:
    """Who holds a role of their own in a unit, by name, disabled ones included.

    Returns:
        Rows (``name``, ``disabled_at``; ``must_change`` and ``locked_until`` of the account, ``None`` without
        one), each with the person's own roles in all units.
    """
    here = select(person_role.c.person).where(person_role.c.unit == unit)
    rows: list[Row[Any]] = list(
        connection.execute(
            select(person.c.name, person.c.disabled_at, account.c.must_change, account.c.locked_until)
            .join(account, account.c.person == person.c.name, isouter=True)
            .where(person.c.name.in_(here))
            .order_by(person.c.name)
        )
    )
    grants: dict[str, list[Grant]] = {row.name: [] for row in rows}
    for held in connection.execute(select(person_role).where(person_role.c.person.in_(here))):
        grants[held.person].append(Grant(Role(held.role), held.unit, held.department))
    return [(row, tuple(sorted(grants[row.name], key=_by_role))) for row in rows]


def disable(connection: Connection, name: str, *, disabled: bool = True) -> bool:
    """Let somebody act no more, or again.

    Returns:
        Whether that changed anything.

    Raises:
        NotFound: nobody of that name.
    """
    row = connection.execute(select(person.c.disabled_at).where(person.c.name == name)).first()
    if row is None:
        raise NotFound(f"There is no user named '{name}'.", advice="See `disclosure user list`.")
    changed = (row.disabled_at is None) is disabled
    if changed:
        at = utc_now() if disabled else None
        connection.execute(update(person).where(person.c.name == name).values(disabled_at=at))
    return changed


def proves(connection: Connection, name: str, token: str | None, os_account: str | None) -> bool:
    """Whether a token, or the operating-system account of the caller, belongs to a person who may act."""
    row = connection.execute(
        select(person.c.token_hash, person.c.os_account).where(
            person.c.name == name, person.c.disabled_at.is_(None)
        )
    ).first()
    if row is None:
        return False
    if token and row.token_hash:
        return hmac.compare_digest(row.token_hash, token_hash(token))
    return not token and bool(os_account) and row.os_account == os_account


def token_hash(token: str) -> str:
    """What the store keeps of a token (256 random bits: a plain hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


_ROLES = select(person_role).where(person_role.c.person == bindparam("name"))


def _grants(connection: Connection, name: str) -> tuple[Grant, ...]:
    rows = connection.execute(_ROLES, {"name": name}).all()
    return tuple(sorted((Grant(Role(row.role), row.unit, row.department) for row in rows), key=_by_role))


def _by_role(grant: Grant) -> tuple[str, str, str, str]:
    return (grant.role.value, grant.unit, grant.department, grant.for_)
