"""待办队列: what waits for the person who looks, 特急 first; filters stand in the address, so a filter is a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from disclosure_pipeline.console import words
from disclosure_pipeline.console.answers import Answer, Ask, Fields, Page, Redirect
from disclosure_pipeline.model.clock import Calendar, today_in_shanghai, working_days_between
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import claims, desk, saved_views
from disclosure_pipeline.store import search

KEYS = ("role", "tier", "department", "urgency", "severity", "overdue", "mine")
"""Names in the address that make a filter."""


def filters_of(query: Fields, name: str) -> desk.Filters:
    """The filter that an address stands for; what is not understood filters nothing.

    Args:
        query: the address's query.
        name: the person who looks, for ``mine``.
    """
    urgency = query.chosen("urgency", words.URGENCIES)
    return desk.Filters(
        claimed_by=name if query.get("mine") else "",
        role=Role(query.get("role")) if query.get("role") in set(Role) else None,
        tier=query.get("tier"),
        department=query.get("department"),
        urgency=int(urgency) if urgency else None,
        severity=Severity(query.chosen("severity", set(Severity), Severity.INFO)),
        overdue=bool(query.get("overdue")),
    )


def page(ask: Ask) -> Answer:
    """The queue."""
    chosen = ask.query.filled(KEYS)
    with ask.core.database.read() as connection:
        found = desk.waiting(
            connection, ask.me.person.grants, filters_of(ask.query, ask.name),
            desk.Place.parse(ask.query.get("after")),
        )  # fmt: skip
        counts = desk.counts(connection, ask.me.person.grants)
        departments = desk.departments(connection, ask.me.person.grants)
        views = saved_views.views_of(connection, ask.name)
    today = today_in_shanghai()
    values: Mapping[str, Any] = {
        "rows": found.rows,
        "left": {row.document: _left(ask.core.calendar, today, row.due) for row in found.rows},
        "more": {**chosen, "after": str(found.after)} if found.after else None,
        "counts": counts,
        "departments": departments,
        "views": [(view, dict(parse_qsl(view.query))) for view in views],
        "chosen": chosen,
        "filter": urlencode(chosen),
    }
    return Page("queue.html", values)


def claim(ask: Ask) -> Answer:
    """Claim documents, or give them back; what another person holds stays theirs."""
    if ask.form.get("do") == "release":
        return release(ask)
    for case in ask.form.all("case"):
        claims.claim(ask.core, case, ask.me.person)
    return _back(ask, "claimed")


def release(ask: Ask) -> Answer:
    """Give documents back."""
    for case in ask.form.all("case"):
        claims.release(ask.core, case, ask.me.person)
    return _back(ask, "released")


def save_view(ask: Ask) -> Answer:
    """Give the present filter a name."""
    chosen = _filter(ask)
    saved_views.save_view(ask.core, ask.name, ask.form.get("name"), urlencode(chosen))
    return _back(ask, "view-saved")


def remove_view(ask: Ask) -> Answer:
    """Forget a named filter."""
    saved_views.remove_view(ask.core, ask.name, ask.form.get("name"))
    return _back(ask, "view-removed")


def find(ask: Ask) -> Answer:
    """Search by title, case number, 发文字号 or index number, newest first."""
    asked = ask.query.get("q")
    with ask.core.database.read() as connection:
        hits = (
            search.find(connection, ask.me.person.grants, asked, after=ask.query.get("after"))
            if asked
            else []
        )
    more = {"q": asked, "after": hits[-1].document} if len(hits) == desk.PAGE else None
    return Page("search.html", {"asked": asked, "hits": hits, "more": more})


def _back(ask: Ask, said: str) -> Redirect:
    """The queue again, in the filter that the form came from."""
    return Redirect("/queue", said=said, query=_filter(ask))


def _filter(ask: Ask) -> dict[str, str]:
    """The filter that a form came from."""
    return Fields(tuple(parse_qsl(ask.form.get("filter")))).filled(KEYS)


def _left(calendar: Calendar, today: date, due: str | None) -> int | None:
    """Working days from today to the due day: 0 on it, negative behind it."""
    if due is None:
        return None
    day = date.fromisoformat(due)
    if day >= today:
        return working_days_between(calendar, today, day)
    return -max(1, working_days_between(calendar, day, today))
