"""People, their roles and their tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.tables import person, person_role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person.

    Args:
        role: the role. unit: unit code.
        department: only for ``clerk`` and ``first``; empty means every department of the unit.
    """

    role: Role
    unit: str
    department: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts.

    Args:
        name: printed name, may be Chinese.
        grants: roles held.
    """

    name: str
    grants: tuple[Grant, ...]

    def holds(self, role: Role, unit: str, department: str | None = None) -> bool:
        """Whether the person has a role in a unit (and, if given, for a department)."""
        return any(
            grant.role is role
            and grant.unit == unit
            and (department is None or grant.department in ("", department))
            for grant in self.grants
        )


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
    if connection.execute(select(person.c.name).where(person.c.name == name)).first() is None:
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


def get(connection: Connection, name: str) -> Person:
    """A person by name.

    Raises:
        NotFound: nobody of that name, or disabled.
    """
    row = connection.execute(select(person).where(person.c.name == name)).first()
    if row is None or row.disabled_at is not None:
        raise NotFound(
            f"There is no user named '{name}'.", advice="Add the person with `disclosure user add`."
        )
    return Person(name, _grants(connection, name))


def everyone(connection: Connection) -> list[Person]:
    """All people, by name."""
    names = connection.execute(
        select(person.c.name).where(person.c.disabled_at.is_(None)).order_by(person.c.name)
    )
    return [Person(name, _grants(connection, name)) for name in names.scalars()]


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


def _grants(connection: Connection, name: str) -> tuple[Grant, ...]:
    rows = connection.execute(select(person_role).where(person_role.c.person == name)).all()
    return tuple(sorted((Grant(Role(row.role), row.unit, row.department) for row in rows), key=_by_role))


def _by_role(grant: Grant) -> tuple[str, str, str]:
    return (grant.role.value, grant.unit, grant.department)
