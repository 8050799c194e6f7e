"""人员: who works in a unit, in which roles, and whether they can enter the console.

A first password is shown once, on the page that answers the form: it stands in no address, and the page is kept
by no browser (`no-store` on every page).
"""

from __future__ import annotations

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import staff
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT
from disclosure_pipeline.settings.models import UnitSettings
from disclosure_pipeline.store.people import Grant

ADMINISTRATORS = frozenset({Role.ADMIN})


def page(ask: Ask) -> Answer:
    """The people of a unit, and the forms about them."""
    unit = units.chosen(ask, ADMINISTRATORS)
    values = {
        "unit": unit,
        "units": units.mine(ask, ADMINISTRATORS),
        "members": staff.listing(ask.core, ask.me.person, unit.code),
        "roles": list(Role),
        "of_department": OF_DEPARTMENT,
        "asked": ask.form.get("name") if ask.error else "",
        "adding": bool(ask.error) and ask.address.endswith("/people/add"),
        "longest": staff.LONGEST_NAME,
    }
    return Page("people.html", values)


def add(ask: Ask) -> Answer:
    """Add somebody; answers with the first password."""
    unit, name = units.chosen(ask, ADMINISTRATORS), ask.form.get("name")
    return _given(unit, name, staff.hire(ask.core, name, _grant(ask), by=ask.name))


def roles(ask: Ask) -> Answer:
    """Give somebody a further role, or take one away."""
    name, grant = ask.form.get("name"), _grant(ask)
    if ask.form.act(("give", "take")) == "take":
        staff.take_role(ask.core, name, grant, by=ask.name)
        return _back(ask, "role-taken")
    staff.give_role(ask.core, name, grant, by=ask.name)
    return _back(ask, "role-given")


def password(ask: Ask) -> Answer:
    """Give somebody a first password, new or instead of a forgotten one; answers with it."""
    unit, name = units.chosen(ask, ADMINISTRATORS), ask.form.get("name")
    return _given(unit, name, staff.give_password(ask.core, name, by=ask.name))


def disable(ask: Ask) -> Answer:
    """Let somebody act no more, or again."""
    disabled = ask.form.act(("disable", "enable")) == "disable"
    units.chosen(ask, ADMINISTRATORS)
    staff.disable(ask.core, ask.form.get("name"), by=ask.name, disabled=disabled)
    return _back(ask, "disabled" if disabled else "enabled")


def _grant(ask: Ask) -> Grant:
    """The role that a form names, in the unit that it names.

    Raises:
        UsageError: it names no role.
    """
    role = ask.form.chosen("role", set(Role))
    if not role:
        raise UsageError("No role was chosen.", code="user.role")
    return Grant(Role(role), units.chosen(ask, ADMINISTRATORS).code, ask.form.get("department"))


def _given(unit: UnitSettings, name: str, made: str) -> Page:
    return Page("first_password.html", {"name": name, "password": made, "unit": unit})


def _back(ask: Ask, said: str) -> Redirect:
    return Redirect("/people", said, {"unit": ask.form.get("unit")})
