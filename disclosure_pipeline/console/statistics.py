"""统计: what came in and what became of it over some months, in words, charts and tables, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from disclosure_pipeline.console import downloads, units, words
from disclosure_pipeline.console.answers import Answer, Ask, Fields, Page
from disclosure_pipeline.console.charts import Chart, Series
from disclosure_pipeline.console.days import day_of
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.console.languages import translations
from disclosure_pipeline.console.templating import visible
from disclosure_pipeline.console.trail import Speak
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.pipeline import figures
from disclosure_pipeline.pipeline.exports import Table, Value
from disclosure_pipeline.pipeline.figures import READERS, Line, Report

MOST = 60
"""Most months of one report."""

USUAL = 12
"""Months of a report when the address names none."""

DRAWN = 10
"""Most departments of a chart; its table has all."""

RULES = 20
"""Rules that the page lists, those dismissed most often first; the file holds all."""

COUNTS: Sequence[tuple[str, str]] = (
    ("received", _("收件")),
    ("published", _("公开")),
    ("on_request", _("依申请公开")),
    ("withheld", _("不予公开")),
    ("returned", _("退回")),
    ("withdrawn", _("撤回")),
    ("in_time", _("按期")),
    ("late", _("逾期")),
)
"""Numbers of documents, in the order of the columns."""

_RATES = (_("退回率"), _("逾期率"), _("意见不一致率"), _("办理工作日（中位数）"))
_SETTLEMENTS = (Settlement.REDACT, Settlement.ACCEPT, Settlement.DISMISS)


def page(ask: Ask) -> Answer:
    """The figures of a unit."""
    unit = units.chosen(ask, READERS)
    found = _report(ask, unit.code, ask.query)
    speak = translations(ask.me.language).gettext
    values = {
        "unit": unit,
        "units": units.mine(ask, READERS),
        "names": units.names(ask),
        "found": found,
        "counts": COUNTS,
        "charts": _charts(found, speak),
        "settlements": _SETTLEMENTS,
        "rules": list(found.whole.rules.items())[:RULES],
        "most": MOST,
    }
    return Page("statistics.html", values)


def export(ask: Ask) -> Answer:
    """The figures as a file."""
    unit = units.chosen(ask, READERS)
    found = _report(ask, unit.code, ask.form)
    speak = translations(ask.me.language).gettext
    return downloads.export(
        ask, unit.code, "statistics", _tables(found, units.names(ask), speak), roles=READERS
    )


def months_of(fields: Fields) -> tuple[str, str]:
    """First and last month that an address names, in their order; the last twelve when it names none.

    Args:
        fields: the address's query, or a form with the same fields.
    """
    today = today_in_shanghai()
    last = _month(fields.get("to")) or (today.year, today.month)
    first = _month(fields.get("from")) or _before(last, USUAL - 1)
    first, last = min(first, last), max(first, last)
    first = max(first, _before(last, MOST - 1))
    return _text(first), _text(last)


def _report(ask: Ask, unit: str, fields: Fields) -> Report:
    first, last = months_of(fields)
    return figures.report(ask.core, ask.me.person, unit, first, last)


def _charts(found: Report, speak: Speak) -> dict[str, Chart]:
    """The charts by the name of the table that says the same."""
    months = [line.name[2:] for line in found.months]
    largest = sorted(found.departments, key=lambda line: -line.total("received"))[:DRAWN]

    def counted(measure: str) -> list[float | None]:
        return [float(line.total(measure)) for line in found.months]

    def shared(values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else round(value * 100, 1) for value in values]

    return {
        "documents": Chart(
            "documents", speak(_("每月件数")), speak(_("每月收件、公开、退回的件数，数字见下表。")), months,
            [Series(speak(name), counted(measure)) for measure, name in (COUNTS[0], COUNTS[1], COUNTS[4])],
        ),
        "rates": Chart(
            "rates", speak(_("每月退回率和逾期率（%）")), speak(_("每月退回率和逾期率，数字见下表。")), months,
            [
                Series(speak(_RATES[0]), shared([line.return_rate for line in found.months])),
                Series(speak(_RATES[1]), shared([line.late_rate for line in found.months])),
            ],
        ),
        "departments": Chart(
            "departments", speak(_("各部门件数")), speak(_("收件最多的部门的收件和退回件数，数字见下表。")),
            [visible(line.name) for line in largest],
            [
                Series(speak(name), [float(line.total(measure)) for line in largest])
                for measure, name in (COUNTS[0], COUNTS[4])
            ],
        ),
    }  # fmt: skip


def _tables(found: Report, names: dict[str, str], speak: Speak) -> list[Table]:
    """One sheet with every line, one by kinds of findings, one by rules."""
    head = [speak(_("范围")), speak(_("名称")), *(speak(name) for _code, name in COUNTS), *map(speak, _RATES)]
    kinds = [speak(_("命中类型")), speak(_("检出")), *(speak(words.SETTLEMENTS[how]) for how in _SETTLEMENTS)]
    rules = [speak(_("规则")), speak(_("排除误报")), speak(_("已处理"))]
    return [
        Table(speak(_("件数")), head, _lines(found, names, speak)),
        Table(speak(_("命中")), kinds, _kinds(found.whole, speak)),
        Table(speak(_("规则")), rules, ((name, *numbers) for name, numbers in found.whole.rules.items())),
    ]


def _lines(found: Report, names: dict[str, str], speak: Speak) -> Iterator[Sequence[Value]]:
    yield (speak(_("合计")), f"{found.first}/{found.last}", *_cells(found.whole))
    for line in found.months:
        yield (speak(_("月份")), line.name, *_cells(line))
    for line in found.departments:
        yield (speak(_("部门")), line.name, *_cells(line))
    for line in found.units:
        yield (speak(_("下级单位")), names.get(line.name, line.name), *_cells(line)[: len(COUNTS)])


def _cells(line: Line) -> Sequence[Value]:
    rates = (line.return_rate, line.late_rate, line.disagreement_rate)
    return (
        *(line.total(measure) for measure, _name in COUNTS),
        *(None if rate is None else round(rate, 4) for rate in rates),
        line.median_days("whole"),
    )


def _kinds(line: Line, speak: Speak) -> Iterator[Sequence[Value]]:
    """Places by kind: found, and settled in each way."""
    found, settled, names = line.by_key("found"), line.settlements, words.TABLES["kind"]
    for kind in dict.fromkeys((*found, *settled)):
        ways = (settled.get(kind, {}).get(how.value, 0) for how in _SETTLEMENTS)
        yield (speak(names[kind]) if kind in names else kind, found.get(kind, 0), *ways)


def _month(text: str) -> tuple[int, int] | None:
    try:
        day = day_of(f"{text}-01")
    except UsageError:
        return None
    return (day.year, day.month) if day else None


def _before(month: tuple[int, int], number: int) -> tuple[int, int]:
    """The month so many months before another."""
    at = month[0] * 12 + month[1] - 1 - number
    return at // 12, at % 12 + 1


def _text(month: tuple[int, int]) -> str:
    return f"{month[0]:04d}-{month[1]:02d}"
