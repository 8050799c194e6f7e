"""代理 (AB角): who stands in for whom, from which day to which; appointing and ending."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.console.days import day_of
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Grant


def page(ask: Ask) -> Answer:
    """The appointments that concern the person, and the form for a new one."""
    unit = units.chosen(ask)
    past = ask.query.get("past") == "1"
    posts, names = deputies.candidates(ask.core, ask.me.person, unit.code)
    values = {
        "unit": unit,
        "units": units.mine(ask),
        "past": past,
        "rows": deputies.concerning(ask.core, ask.me.person, past=past),
        "posts": [(as_value(name, grant), name, grant) for name, grant in posts],
        "names": names,
        "today": today_in_shanghai(),
        "several": len({name for name, _ in posts}) > 1,
    }
    return Page("deputies.html", values)


def give(ask: Ask) -> Answer:
    """Appoint a deputy."""
    principal, grant = post_of(ask.form.get("post"))
    first, last = day_of(ask.form.get("first_day")), day_of(ask.form.get("last_day"))
    if grant is None or first is None or last is None:
        raise UsageError("A post and two days are needed.", code="deputy.incomplete")
    wish = Appointment(
        principal, ask.form.get("deputy"), grant.role, grant.unit, grant.department, first, last
    )
    deputies.give(ask.core, wish, by=ask.name)
    return Redirect("/deputies", "deputy-given", {"unit": grant.unit})


def end(ask: Ask) -> Answer:
    """End an appointment at once."""
    deputies.end(ask.core, ask.form.number("number"), by=ask.name)
    return Redirect("/deputies", "deputy-ended", {"unit": ask.form.get("unit")})


def as_value(name: str, grant: Grant) -> str:
    """Somebody's role as the value of a choice; names may hold any printable character."""
    words = {"name": name, "role": grant.role.value, "unit": grant.unit, "department": grant.department}
    return urlencode(words)


def post_of(value: str) -> tuple[str, Grant | None]:
    """What :func:`as_value` wrote; no role when it is none."""
    words = dict(parse_qsl(value))
    if words.get("role") not in set(Role):
        return "", None
    return words.get("name", ""), Grant(
        Role(words["role"]), words.get("unit", ""), words.get("department", "")
    )
