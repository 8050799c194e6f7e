"""Figures as people read them: one line a department, a month or a unit, with shares and medians.

Read from the monthly counts (`pipeline/statistics.py`); nothing here looks at a document. A unit sees its departments
and months, and of the units below it one line of counts each (design: the county sees counts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import statistics
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.rights import units_below
from disclosure_pipeline.pipeline.scopes import Scope, require, scope_of
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.console_tables import statistic
from disclosure_pipeline.store.people import Person

READERS = (Role.OFFICE, Role.SECRECY, Role.SECOND, Role.FINAL, Role.FIRST, Role.ADMIN)
"""Roles that read figures; a head of department (``first``) those of the department."""

_FRESH = 2
"""Batches of the log that a page counts itself before it reads; the scheduler does the rest."""

_OF_CHILDREN = ("received", "published", "withheld", "on_request", "returned", "withdrawn", "in_time", "late")


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one department, month or unit.

    Args:
        name: department or unit code, or month (``2026-11``); empty for a sum.
        counts: number by measure and key, as :func:`disclosure_pipeline.pipeline.statistics.changes_of` tells them.
    """

    name: str
    counts: Mapping[str, Mapping[str, int]]

    def total(self, measure: str) -> int:
        """The sum of a measure over its keys."""
        return sum(self.counts.get(measure, {}).values())

    def by_key(self, measure: str) -> dict[str, int]:
        """A measure by its keys (grounds, tiers, kinds), the largest first; what came to nothing is left out."""
        found = [(key, number) for key, number in self.counts.get(measure, {}).items() if number]
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))

    @property
    def return_rate(self) -> float | None:
        """Share of what left the office that went back to a department; ``None`` when nothing left."""
        ended = sum(self.total(measure) for measure in ("published", "withheld", "on_request"))
        return _share(self.total("returned"), self.total("returned") + ended)

    @property
    def late_rate(self) -> float | None:
        """Share of the ended documents that ended after their limit."""
        return _share(self.total("late"), self.total("late") + self.total("in_time"))

    @property
    def disagreement_rate(self) -> float | None:
        """Share of the judged documents for which the office held another attribute than the department."""
        judged = self.counts.get("judged", {})
        differ = judged.get("differ", 0)
        return _share(differ, differ + judged.get("agree", 0))

    def median_days(self, leg: str) -> float | None:
        """Median of the working days of a leg (``internal``, ``site``, ``whole``)."""
        days = sorted((int(key), number) for key, number in self.counts.get(f"days.{leg}", {}).items())
        return _median(days)

    @property
    def settlements(self) -> dict[str, dict[str, int]]:
        """Settled places by kind of finding and by how they were settled."""
        return _nested(self.by_key("settled"))

    @property
    def rules(self) -> dict[str, tuple[int, int]]:
        """Places by rule that officers dismissed as false, and all that they settled; whole units only."""
        found = {name: (how.get(Settlement.DISMISS.value, 0), sum(how.values()))
                 for name, how in _nested(self.by_key("rule")).items()}  # fmt: skip
        return dict(sorted(found.items(), key=lambda item: (-item[1][0], item[0])))


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a unit over some months.

    Args:
        unit: unit code.
        first: first month, ``2026-01``.
        last: last month.
        whole: the sum of what the person may see.
        departments: by department.
        months: by month, those without any figure too.
        units: the units below, counts of documents only.
        counted: sequence number of the last row of the audit log that is in them.
        waiting: rows of the log that are not counted yet.
    """

    unit: str
    first: str
    last: str
    whole: Line
    departments: tuple[Line, ...]
    months: tuple[Line, ...]
    units: tuple[Line, ...]
    counted: int
    waiting: int


def report(core: Core, person: Person, unit: str, first: str, last: str) -> Report:
    """Figures of a unit.

    Args:
        core: the process's parts.
        person: who reads them.
        unit: unit code.
        first: first month (``2026-01``).
        last: last month.

    Raises:
        NotAllowed: the person reads no figures of this unit.
        ValueError: a month is none, or the last comes before the first.
    """
    require(person, unit, READERS)
    scope = scope_of(person, unit)
    names = months_between(first, last)
    statistics.catch_up(core, _FRESH)
    with core.database.read() as connection:
        head, _ = audit.head(connection)
        counted = statistics.counted_up_to(connection)
        by_month = _of_months(connection, scope, first, last)
        by_department = _of_departments(connection, scope, first, last)
        below = tuple(units_below(core.settings, unit)) if scope.departments is None else ()
        units = _of_units(connection, below, first, last)
    return Report(
        unit=unit, first=first, last=last, whole=_summed(by_month.values()),
        departments=tuple(by_department[name] for name in sorted(by_department) if name != statistics.WHOLE),
        months=tuple(by_month.get(name, Line(name, {})) for name in names),
        units=tuple(units.get(name, Line(name, {})) for name in below),
        counted=counted, waiting=head - counted,
    )  # fmt: skip


def months_between(first: str, last: str) -> list[str]:
    """Months from one to another, as ``2026-11``.

    Raises:
        ValueError: one is no month, or the last comes before the first.
    """
    begin, end = (date.fromisoformat(f"{name}-01") for name in (first, last))
    number = (end.year - begin.year) * 12 + end.month - begin.month
    if number < 0:
        raise ValueError("the last month comes before the first")
    months = ((begin.month - 1 + step) for step in range(number + 1))
    return [f"{begin.year + month // 12:04d}-{month % 12 + 1:02d}" for month in months]


def _of_months(connection: Connection, scope: Scope, first: str, last: str) -> dict[str, Line]:
    """Sums by month of everything that the scope covers."""
    chosen = [statistic.c.unit == scope.unit, statistic.c.month.between(first, last)]
    names = (statistics.WHOLE,) if scope.departments is None else scope.departments
    return _read(connection, statistic.c.month, [*chosen, statistic.c.department.in_(names)])


def _of_departments(connection: Connection, scope: Scope, first: str, last: str) -> dict[str, Line]:
    """Sums by department; kinds and rules of findings are told of the whole only."""
    chosen = [
        scope.covers(statistic.c.unit, statistic.c.department), statistic.c.month.between(first, last),
        statistic.c.measure.not_in(("found", "settled")),
    ]  # fmt: skip
    return _read(connection, statistic.c.department, chosen)


def _of_units(connection: Connection, units: Iterable[str], first: str, last: str) -> dict[str, Line]:
    """What a unit above sees of others: how many documents, and how many in time."""
    chosen = [
        statistic.c.unit.in_(tuple(units)), statistic.c.department == statistics.WHOLE,
        statistic.c.month.between(first, last), statistic.c.measure.in_(_OF_CHILDREN),
    ]  # fmt: skip
    return {
        name: Line(name, {measure: {"": line.total(measure)} for measure in line.counts})
        for name, line in _read(connection, statistic.c.unit, chosen).items()
    }


def _read(connection: Connection, by: Any, chosen: Iterable[Any]) -> dict[str, Line]:
    query = (
        select(by, statistic.c.measure, statistic.c.key, func.sum(statistic.c.number))
        .where(*chosen)
        .group_by(by, statistic.c.measure, statistic.c.key)
    )
    rows: Iterable[Any] = connection.execute(query)
    found: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for name, measure, key, number in rows:
        found[name][measure][key] = int(number)
    return {name: Line(name, counts) for name, counts in found.items()}


def _summed(lines: Iterable[Line]) -> Line:
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        for measure, keys in line.counts.items():
            for key, number in keys.items():
                total[measure][key] += number
    return Line("", total)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(counted: list[tuple[int, int]]) -> float | None:
    """The median of sorted (value, how often) pairs."""
    size = sum(number for _, number in counted)
    if size <= 0:
        return None
    wanted, middle, seen = {(size - 1) // 2, size // 2}, [], 0
    for value, number in counted:
        middle += [value for place in wanted if seen <= place < seen + number]
        seen += number
    return sum(middle) / len(middle)


def _nested(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """``name|how`` keys as a table of tables."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for key, number in counts.items():
        name, _, how = key.rpartition("|")
        found[name][how] = number
    return dict(found)
