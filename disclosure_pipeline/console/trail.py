"""留痕: who did what and who looked at what in a unit, how far the chain is proved, and the rows as a file.

Filters stand in the address; pages follow one another by the number of the row, so that no page gets slower with the
length of the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from disclosure_pipeline.console import downloads, trail_words, units, words
from disclosure_pipeline.console.answers import Answer, Ask, Fields, Page, Redirect
from disclosure_pipeline.console.days import day_of
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.console.languages import translations
from disclosure_pipeline.console.templating import moment
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.pipeline import chain_status, trail
from disclosure_pipeline.pipeline.exports import Table, Value
from disclosure_pipeline.pipeline.trail import READERS, Event, View, Wanted

Speak = Callable[[str], str]
"""A message in the reader's language."""

EVENTS, LOOKS = "events", "views"
"""The two logs: what was done, what was looked at."""

KEYS = ("log", "unit", "person", "action", "document", "department", "from", "to")
"""Names in the address that make a filter."""

EXPORTED = 50_000
"""Most rows of one file."""

PIECES = 4
"""Pieces of the chain that one press of the button proves."""

_HEADS = {
    EVENTS: (_("序号"), _("时间"), _("人员"), _("事项"), _("代码"), _("收件号"), _("版本"), _("原状态"), _("新状态"), _("明细"), _("哈希")),
    LOOKS: (_("序号"), _("时间"), _("人员"), _("查阅内容"), _("代码"), _("收件号"), _("已入链")),
}  # fmt: skip


def page(ask: Ask) -> Answer:
    """One page of a log."""
    unit, log = units.chosen(ask, READERS), _log(ask.query)
    before = ask.query.number("before") or None
    found = _found(ask, unit.code, log, before)
    chosen = ask.query.filled(KEYS) | ({"unit": unit.code} if ask.query.get("unit") else {})
    values = {
        "unit": unit,
        "units": units.mine(ask, READERS),
        "log": log,
        "found": found,
        "chosen": chosen,
        "actions": trail_words.LOOKS if log == LOOKS else trail_words.ACTIONS,
        "chain": chain_status.status(ask.core),
        "more": {**chosen, "before": str(found.before)} if found.before else None,
        "newest": before is None,
        "most": EXPORTED,
    }
    return Page("trail.html", values, 400 if ask.error else 200)


def _found(ask: Ask, unit: str, log: str, before: int | None) -> trail.Page[Event] | trail.Page[View]:
    """The rows that an address asks for; none, and why, when it cannot be understood."""
    look = trail.views if log == LOOKS else trail.events
    try:
        return look(ask.core, ask.me.person, unit, wanted_of(ask.query), before)
    except UsageError as error:
        ask.error = error
        nothing: trail.Page[Event] = trail.Page((), None)
        return nothing


def prove(ask: Ask) -> Answer:
    """Prove some more of the chain."""
    chain_status.prove_further(ask.core, PIECES)
    return Redirect("/trail", said="proved", query=ask.form.filled(KEYS))


def export(ask: Ask) -> Answer:
    """The rows of a filter as a file; that it was taken stands in the log itself."""
    unit, log = units.chosen(ask, READERS), _log(ask.form)
    wanted, person, core = wanted_of(ask.form), ask.me.person, ask.core
    speak = translations(ask.me.language).gettext
    rows: Iterator[Sequence[Value]]
    if log == LOOKS:
        looks = trail.every_view(core, person, unit.code, wanted, EXPORTED + 1)
        rows = (_view_cells(row, speak) for row in looks)
    else:
        done = trail.everything(core, person, unit.code, wanted, EXPORTED + 1)
        rows = (_event_cells(row, speak) for row in done)
    title = _("查阅记录") if log == LOOKS else _("办理留痕")
    cut_off = speak(_("已到上限，更早的记录没有导出。"))
    table = Table(speak(title), [speak(head) for head in _HEADS[log]], rows, most=EXPORTED, cut_off=cut_off)
    return downloads.export(ask, unit.code, "access" if log == LOOKS else "trail", [table], roles=READERS)


def wanted_of(fields: Fields) -> Wanted:
    """The filter that an address stands for.

    Args:
        fields: the address's query, or a form with the same fields.

    Raises:
        UsageError: what stands for a day is none; a wider list than was asked for would pass for the right one.
    """
    return Wanted(
        document=fields.get("document"),
        actor=fields.get("person"),
        action=fields.get("action"),
        department=fields.get("department"),
        first=day_of(fields.get("from")),
        last=day_of(fields.get("to")),
    )


def _log(fields: Fields) -> str:
    return fields.chosen("log", (EVENTS, LOOKS), EVENTS)


def _event_cells(row: Event, speak: Speak) -> Sequence[Value]:
    detail = json.dumps(dict(row.detail), ensure_ascii=False, sort_keys=True) if row.detail else ""
    return (
        row.seq, moment(row.at), row.actor, _word(trail_words.ACTIONS, row.action, speak), row.action, row.document,
        row.version or None, _word(words.STATES, row.before, speak), _word(words.STATES, row.after, speak),
        detail, row.hash,
    )  # fmt: skip


def _view_cells(row: View, speak: Speak) -> Sequence[Value]:
    return (
        row.seq, moment(row.at), row.actor, _word(trail_words.LOOKS, row.what, speak), row.what, row.document,
        "✓" if row.chained else "",
    )  # fmt: skip


def _word(table: Mapping[str, str], code: str, speak: Speak) -> str:
    """What a code is called; an unknown code is written as it is."""
    return speak(table[code]) if code in table else code
