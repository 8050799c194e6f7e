"""Which documents the lists and counts of a page cover, for a person in one unit.

What a person may see of one document is in `pipeline/rights.py`; this is the same rule as a condition for
queries, so that no list has to look at documents that are not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_

from disclosure_pipeline.errors import NotAllowed
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT, WHOLE_UNIT
from disclosure_pipeline.store.people import Person


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents of one unit that lists cover.

    Args:
        unit: unit code.
        departments: departments; ``None`` means all of the unit.
        sealed: whether quarantined and destroyed cases are counted and listed, as numbers without a title.
    """

    unit: str
    departments: tuple[str, ...] | None = None
    sealed: bool = False

    def covers(self, unit: Column[str], department: Column[str]) -> ColumnElement[bool]:
        """The condition for a table with these columns."""
        if self.departments is None:
            return unit == self.unit
        return and_(unit == self.unit, department.in_(self.departments))


def scope_of(person: Person, unit: str) -> Scope:
    """What lists show a person of a unit.

    Raises:
        NotAllowed: the person holds no role there.
    """
    grants = [grant for grant in person.grants if grant.unit == unit]
    if not grants:
        raise not_here(unit)
    roles = {grant.role for grant in grants}
    sealed = not roles.isdisjoint({Role.SECRECY, Role.OFFICE})
    own = {grant.department for grant in grants if grant.role in OF_DEPARTMENT}
    if "" in own or not roles.isdisjoint(WHOLE_UNIT | {Role.ADMIN}):
        return Scope(unit, None, sealed)
    return Scope(unit, tuple(sorted(own)), sealed)


def require(person: Person, unit: str, roles: Iterable[Role]) -> None:
    """Refuse a page of a unit to whoever holds none of these roles there.

    Raises:
        NotAllowed: the person does not.
    """
    wanted = tuple(roles)
    if not any(person.holds(role, unit) for role in wanted):
        names = ", ".join(role.value for role in wanted)
        raise NotAllowed(f"This needs one of the roles {names} in the unit.", code="wrong_role")


def not_here(unit: str) -> NotAllowed:
    """The error of somebody who holds no role in a unit."""
    return NotAllowed(f"This person holds no role in unit '{unit}'.", code="wrong_role")
