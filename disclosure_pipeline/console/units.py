"""The units that a person works in; pages about a unit name it in the address."""

from __future__ import annotations

from collections.abc import Iterable

from disclosure_pipeline.console.answers import Ask
from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.settings.models import UnitSettings


def mine(ask: Ask, roles: Iterable[Role] = Role) -> list[UnitSettings]:
    """The units in which the person holds a role (one of some, if they are named), in the order of the configuration."""
    wanted = frozenset(roles)
    codes = {grant.unit for grant in ask.me.person.grants if grant.role in wanted}
    return [unit for unit in ask.core.settings.unit if unit.code in codes]


def chosen(ask: Ask, roles: Iterable[Role] = Role) -> UnitSettings:
    """The unit that the address or the form names; the first one when an address names none of the person's.

    Args:
        ask: the request.
        roles: roles of which the person needs one in the unit.

    Raises:
        NotFound: the person works in no unit, or a form names none of theirs: nothing is done elsewhere than was said.
    """
    named = ask.form.get("unit")
    wanted = named or ask.query.get("unit")
    units = mine(ask, roles)
    found = next((unit for unit in units if unit.code == wanted), None)
    if found is None and units and (not named or ask.error is not None):
        found = units[0]
    if found is None:
        raise NotFound("This person works in no such unit.")
    return found


def names(ask: Ask) -> dict[str, str]:
    """Names of all units by their codes."""
    return {unit.code: unit.name for unit in ask.core.settings.unit}
