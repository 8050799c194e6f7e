"""期限: a month of working days with what ends on each, what is overdue, and how each date came about."""

from __future__ import annotations

from disclosure_pipeline.console import documents, units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.console.days import day_of
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import deadlines, extensions
from disclosure_pipeline.pipeline.scopes import scope_of

LISTS = ("overdue", "week", "day")
"""What the list beside the month can show."""


def page(ask: Ask) -> Answer:
    """The month, and the list of one kind."""
    unit = units.chosen(ask)
    scope, today = scope_of(ask.me.person, unit.code), today_in_shanghai()
    shown, month = day_of(ask.query.get("day")), ask.query.get("month")
    first = (day_of(f"{month}-01") if month else shown) or today
    which = "day" if shown else ask.query.chosen("list", LISTS, "overdue")
    after = ask.query.get("after").partition(".")
    cursor = (after[0], after[2]) if after[2] else None
    if which == "day" and shown:
        found = deadlines.between(ask.core, scope, shown, shown, cursor)
    elif which == "week":
        found = deadlines.due_this_week(ask.core, scope, cursor)
    else:
        found = deadlines.overdue(ask.core, scope, cursor)
    shown_month = deadlines.month(ask.core, scope, first.year, first.month)
    values = {
        "unit": unit,
        "units": units.mine(ask),
        "month": shown_month,
        "blanks": shown_month.first.weekday(),
        "today": today,
        "totals": deadlines.totals(ask.core, scope),
        "which": which,
        "shown": shown,
        "found": found,
        "more": {"list": which, "day": shown, "unit": unit.code, "after": ".".join(found.after)}
        if found.after
        else None,
        "titles": _titles(ask),
    }
    return Page("deadlines.html", values)


def clock(ask: Ask) -> Answer:
    """How the dates of one document came about, and the form to extend one."""
    doc = documents.opened(ask)
    found = extensions.show(ask.core, doc.case)["clocks"]
    with ask.core.database.read() as connection:
        against = {
            item["rule"]: extensions.may_extend(ask.core, connection, doc.case, item["rule"], ask.name)
            for item in found
        }
    documents.note_look(ask, doc, "clock")
    return Page(
        "clock.html",
        {"doc": doc, "row": doc.row, "clocks": found, "against": against, "titles": _titles(ask)},
    )


def extend(ask: Ask) -> Answer:
    """Extend a limit, with the reason and the law that allows it."""
    doc = documents.opened(ask)
    extensions.extend(
        ask.core, doc.case, ask.form.get("rule"), ask.form.number("days"), by=ask.name, reason=ask.form.get("reason"),
        law=ask.form.get("law"),
    )  # fmt: skip
    return Redirect(f"/documents/{doc.case}/clock", said="extended")


def _titles(ask: Ask) -> dict[str, str]:
    return {rule.id: rule.title for rule in ask.core.rulebook.clocks}
