"""留痕: who did what and who looked at what in a unit, how far the chain is proved, and the rows as a file.

Filters stand in the address; pages follow one another by the number of the row, so that no page gets slower with the
length of the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from disclosure_pipeline.console import downloads, units, words
from disclosure_pipeline.console.answers import Answer, Ask, Fields, Page, Redirect
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.console.languages import translations
from disclosure_pipeline.console.templating import moment
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
    wanted, before = wanted_of(ask.query), ask.query.number("before") or None
    person = ask.me.person
    found = (
        trail.views(ask.core, person, unit.code, wanted, before)
        if log == LOOKS
        else trail.events(ask.core, person, unit.code, wanted, before)
    )
    chosen = kept(ask.query)
    values = {
        "unit": unit,
        "units": units.mine(ask, READERS),
        "log": log,
        "found": found,
        "chosen": chosen,
        "actions": words.LOOKS if log == LOOKS else words.ACTIONS,
        "chain": chain_status.status(ask.core),
        "more": {**chosen, "before": str(found.before)} if found.before else None,
        "newest": before is None,
        "most": EXPORTED,
    }
    return Page("trail.html", values)


def prove(ask: Ask) -> Answer:
    """Prove some more of the chain."""
    chain_status.prove_further(ask.core, PIECES)
    return Redirect("/trail", said="proved", query=kept(ask.form))


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
    table = Table(speak(title), [speak(head) for head in _HEADS[log]], _bounded(rows, cut_off))
    return downloads.export(ask, unit.code, "access" if log == LOOKS else "trail", [table])


def wanted_of(fields: Fields) -> Wanted:
    """The filter that an address stands for; days that are none filter nothing.

    Args:
        fields: the address's query, or a form with the same fields.
    """
    return Wanted(
        document=fields.get("document"),
        actor=fields.get("person"),
        action=fields.get("action"),
        department=fields.get("department"),
        first=_day(fields.get("from")),
        last=_day(fields.get("to")),
    )


def kept(fields: Fields) -> dict[str, str]:
    """The filter of an address as its values, for links that stay in it."""
    return {key: value for key in KEYS if (value := fields.get(key))}


def _log(fields: Fields) -> str:
    return fields.chosen("log", (EVENTS, LOOKS), EVENTS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _event_cells(row: Event, speak: Speak) -> Sequence[Value]:
    detail = json.dumps(dict(row.detail), ensure_ascii=False, sort_keys=True) if row.detail else ""
    return (
        row.seq, moment(row.at), row.actor, _word(words.ACTIONS, row.action, speak), row.action, row.document,
        row.version or None, _word(words.STATES, row.before, speak), _word(words.STATES, row.after, speak),
        detail, row.hash,
    )  # fmt: skip


def _view_cells(row: View, speak: Speak) -> Sequence[Value]:
    return (
        row.seq, moment(row.at), row.actor, _word(words.LOOKS, row.what, speak), row.what, row.document,
        "✓" if row.chained else "",
    )  # fmt: skip


def _word(table: Mapping[str, str], code: str, speak: Speak) -> str:
    """What a code is called; an unknown code is written as it is."""
    return speak(table[code]) if code in table else code


def _bounded(rows: Iterable[Sequence[Value]], cut_off: str) -> Iterator[Sequence[Value]]:
    """The rows; in place of the first one too many, that there are more."""
    for number, row in enumerate(rows):
        if number == EXPORTED:
            yield (cut_off,)
            return
        yield row
