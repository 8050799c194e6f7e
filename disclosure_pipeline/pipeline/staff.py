"""The people of the office: who works here, in which roles, and whether they can enter the console.

On the command line whoever can write the data folder adds people, and the audit log names the account of the
system (:func:`add`). In the console administrators do: in the units that they administer, and never for
themselves, so that nobody gives themselves a role or shuts the last administrator out. A person who works in
several units gets a new password, or is disabled, only from somebody who administers all of them: a password is
a key to everything its owner may do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy import Connection, select

from disclosure_pipeline.errors import NotAllowed, NotFound, Refused, UsageError
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import accounts, deputies
from disclosure_pipeline.pipeline.accounts import Guard
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import UNKNOWN
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.pipeline.transitions import SYSTEM
from disclosure_pipeline.store import people
from disclosure_pipeline.store.audit import Record, append
from disclosure_pipeline.store.people import Grant, Person
from disclosure_pipeline.store.tables import person as person_table

LONGEST_NAME = 60
"""Characters of a name or a department."""

BY_ACCOUNT = "os:"
"""How the audit and access logs begin the name of somebody who acts by an account of the system alone."""

_OF_THE_LOG = frozenset({SYSTEM, UNKNOWN})
"""Actors in the logs that are nobody."""


class Access(StrEnum):
    """Whether somebody can enter the console."""

    NONE = "none"
    FIRST = "first"
    """They were given a first password and have not changed it yet."""
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a unit, as its administrators see them.

    Args:
        name: the person's name.
        grants: own roles in the unit.
        disabled: since when they act no more, UTC, or empty.
        access: whether they can enter the console.
        locked_until: UTC, or empty.
        myself: whether it is who looks.
        elsewhere: whether they also hold roles in a unit that who looks does not administer.
    """

    name: str
    grants: tuple[Grant, ...]
    disabled: str
    access: Access
    locked_until: str
    myself: bool
    elsewhere: bool


# ----------------------------------------------------------------------- for everybody


def add(
    core: Core,
    name: str,
    grant: Grant,
    *,
    by: str,
    os_account: str | None = None,
    guard: Guard | None = None,
) -> str | None:
    """Add a person, or a role to a known one, with its row in the audit log.

    Args:
        core: the process's parts.
        name: what the public page prints.
        grant: the role.
        by: who does it, as the audit log names them.
        os_account: account of the system that proves the person on the command line.
        guard: proves that ``by`` may; ``None`` where the system's own rights say so (the command line).

    Returns:
        The new person's token, or ``None`` for a known person.

    Raises:
        UsageError: no name, a department with a role that has none, or somebody else's account.
    """
    check_name(name)
    if grant.department:
        check_department(grant)
    with core.database.write() as connection:
        told = guard(connection) if guard is not None else {}
        if os_account is not None:
            _check_account(connection, os_account, name)
        token = people.add(
            connection, name, grant.role, unit=grant.unit, department=grant.department, os_account=os_account
        )
        detail = {
            "user": name, **_as_detail(grant), "new": token is not None, "os_account": os_account or "", **told,
        }  # fmt: skip
        append(connection, Record(action="user.add", actor=by, unit=grant.unit, detail=detail))
    return token


def check_name(name: str) -> None:
    """Refuse what cannot be printed as a name, or is what the logs write for somebody who is none of the people.

    Raises:
        UsageError: it is so.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    if not _printable(name) or folded in _OF_THE_LOG or folded.startswith(BY_ACCOUNT):
        raise UsageError(
            f"A name has 1 to {LONGEST_NAME} printable characters and no blank at either end, and is none that the "
            f"logs use themselves ({', '.join(sorted(_OF_THE_LOG))}, {BY_ACCOUNT}…).",
            code="user.name",
        )


def check_department(grant: Grant) -> None:
    """Refuse a department that cannot go with a role.

    Raises:
        UsageError: the role has none, or it cannot be printed.
    """
    if grant.role not in OF_DEPARTMENT:
        raise UsageError(
            "--department goes with the roles clerk and first only.", code="user.department_role"
        )
    if not _printable(grant.department):
        raise UsageError("This is no name of a department.", code="user.department")


def _printable(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def _check_account(connection: Connection, account: str, name: str) -> None:
    owner = connection.execute(
        select(person_table.c.name).where(person_table.c.os_account == account)
    ).scalar()
    if owner not in (None, name):
        raise UsageError(
            "This account is mapped to another person.",
            code="account.taken",
            advice="One account stands for one person; give this one a token of their own instead.",
        )


# ------------------------------------------------------------------ for administrators


def listing(core: Core, person: Person, unit: str) -> list[Member]:
    """The people of a unit, by name.

    Raises:
        NotAllowed: the person is no administrator of the unit.
    """
    require(person, unit, (Role.ADMIN,))
    administered = {grant.unit for grant in person.grants if grant.role is Role.ADMIN}
    now = utc_now()
    with core.database.read() as connection:
        found = people.of_unit(connection, unit)
    members = []
    for row, grants in found:
        locked = row.locked_until if row.locked_until and row.locked_until > now else ""
        members.append(
            Member(
                name=row.name,
                grants=tuple(grant for grant in grants if grant.unit == unit),
                disabled=row.disabled_at or "",
                access=_access(row.must_change, locked),
                locked_until=locked,
                myself=row.name == person.name,
                elsewhere=not {grant.unit for grant in grants} <= administered,
            )
        )
    return members


def _access(must_change: bool | None, locked: str) -> Access:
    if must_change is None:
        return Access.NONE
    if locked:
        return Access.LOCKED
    return Access.FIRST if must_change else Access.OPEN


def hire(core: Core, name: str, grant: Grant, *, by: str) -> str:
    """Add somebody who is not here yet, and let them into the console.

    Args:
        core: the process's parts.
        name: what the public page prints.
        grant: the first role.
        by: an administrator of the unit.

    Returns:
        The first password, shown this once.

    Raises:
        NotAllowed: ``by`` is no administrator of the unit.
        Refused: somebody has this name already (``user.known``): a role must never go to a namesake.
        UsageError: as of :func:`add`.
    """

    def guard(connection: Connection) -> Mapping[str, str]:
        told = _for_unit(by, name, grant.unit, connection)
        if people.is_known(connection, name):
            raise Refused(
                "Somebody has this name already.", code="user.known",
                advice="Add the role to this person, or choose a name that tells the two apart.",
            )  # fmt: skip
        return told

    add(core, name, grant, by=by, guard=guard)
    return accounts.give_password(core, name, by=by, guard=partial(_for_unit, by, name, grant.unit))


def give_role(core: Core, name: str, grant: Grant, *, by: str) -> None:
    """Give somebody of the unit a further role there.

    Raises:
        NotAllowed: ``by`` is no administrator of the unit, or it is their own name.
        NotFound: nobody of this name holds a role in the unit.
        UsageError: as of :func:`add`.
    """

    def guard(connection: Connection) -> Mapping[str, str]:
        told = _for_unit(by, name, grant.unit, connection)
        if all(item.unit != grant.unit for item in people.grants_of(connection, name)):
            raise _nobody(name)
        return told

    add(core, name, grant, by=by, guard=guard)


def take_role(core: Core, name: str, grant: Grant, *, by: str) -> None:
    """Take one role away; what the person did in it stands, and their deputies lose it too.

    Raises:
        NotAllowed: ``by`` is no administrator of the unit, or it is their own name.
        NotFound: the person does not hold the role.
        Refused: it is the last one that they hold: then they are disabled, so that nothing of theirs stays open.
    """
    with core.database.write() as connection:
        told = _for_unit(by, name, grant.unit, connection)
        if [item for item in people.grants_of(connection, name) if not item.for_] == [grant]:
            raise Refused(
                f"{name} holds no other role.", code="user.last_role", advice="Disable the person instead."
            )
        if not people.remove_role(connection, name, grant):
            raise _nobody(name)
        detail = {"user": name, **_as_detail(grant), **told}
        append(connection, Record(action="user.role_taken", actor=by, unit=grant.unit, detail=detail))


def give_password(core: Core, name: str, *, by: str) -> str:
    """Open somebody's account, or give it another first password; see :func:`accounts.give_password`.

    Raises:
        NotAllowed: it is their own name, or ``by`` does not administer every unit of the person.
        NotFound: nobody of this name in these units, or disabled.
    """
    return accounts.give_password(core, name, by=by, guard=partial(_for_person, by, name))


def disable(core: Core, name: str, *, by: str, disabled: bool = True) -> None:
    """Let somebody act no more, or again; errors as of :func:`give_password`.

    Raises:
        Refused: it is so already.
    """
    accounts.disable(core, name, by=by, disabled=disabled, guard=partial(_for_person, by, name))


def _for_unit(by: str, name: str, unit: str, connection: Connection) -> Mapping[str, str]:
    """Prove that somebody may change a person's roles in a unit; what the audit log tells of it."""
    people.lock(connection, (by, name))
    acting = deputies.entitled(people.get(connection, by), (Role.ADMIN,), unit)
    if acting is None:
        raise NotAllowed("Only an administrator of the unit decides about its people.", code="wrong_role")
    _refuse_oneself(by, acting, name)
    return deputies.told(acting)


def _for_person(by: str, name: str, connection: Connection) -> Mapping[str, str]:
    """Prove that somebody may decide about the whole of a person; what the audit log tells of it."""
    people.lock(connection, (by, name))
    actor = people.get(connection, by)
    units = {grant.unit for grant in people.grants_of(connection, name)}
    administered = {unit: deputies.entitled(actor, (Role.ADMIN,), unit) for unit in units}
    if all(acting is None for acting in administered.values()):
        raise _nobody(name)
    if None in administered.values():
        raise NotAllowed(
            "This person works in another unit too.", code="user.elsewhere",
            advice="Somebody who administers all of their units must do it, or `disclosure user`.",
        )  # fmt: skip
    for acting in administered.values():
        _refuse_oneself(by, acting, name)
    return deputies.told(next(filter(None, administered.values()), ""))


def _refuse_oneself(by: str, acting: str | None, name: str) -> None:
    if name in deputies.counted(by, acting):
        raise NotAllowed(
            "Nobody administers themselves.", code="user.self", advice="Another administrator must do it."
        )


def _nobody(name: str) -> NotFound:
    return NotFound(f"Nobody named '{name}' holds this in the unit.", advice="Load the page again.")


def _as_detail(grant: Grant) -> Mapping[str, str]:
    return {"role": grant.role.value, "department": grant.department}
