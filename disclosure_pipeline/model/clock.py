"""Time limits in working days (工作日), and how each due date came about.

The start day is never counted. Working days follow the yearly 放假安排 with its 调休 days, which a
:class:`Calendar` knows. A day of a year whose schedule is not loaded counts by its weekday, and
makes the result provisional (暂定): it is computed again once the schedule is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any, Literal, Protocol

from disclosure_pipeline.model.policy import ClockRule
from disclosure_pipeline.model.times import as_text

# China keeps one time zone without daylight saving since 1992; a fixed offset needs no zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

ONE_DAY = timedelta(days=1)
SATURDAY = 5

State = Literal["running", "due", "overdue", "done", "done_late"]
_STATE_NAMES: Mapping[State, str] = {
    "running": "计时中",
    "due": "今日届满",
    "overdue": "已逾期",
    "done": "按期办结",
    "done_late": "逾期办结",
}


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai of an instant.

    Raises:
        ValueError: the instant has no time zone, so its day is not known.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(SHANGHAI).date()


def today_in_shanghai(now: datetime | None = None) -> date:
    """Today in Asia/Shanghai; ``now`` (any time zone) stands in for the system clock."""
    return day_of(datetime.now(UTC) if now is None else now)


def beginning_of(day: date) -> str:
    """The instant at which a day begins in Asia/Shanghai, as it is stored."""
    return as_text(datetime.combine(day, time(), SHANGHAI).astimezone(UTC))


class Calendar(Protocol):
    """Which days are working days."""

    def __hash__(self) -> int: ...

    @property
    def version(self) -> str:
        """What the calendar rests on; kept with each date computed from it."""
        ...

    def is_working_day(self, day: date) -> bool | None:
        """Whether ``day`` is worked; ``None`` when the year's 放假安排 is not loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which a clock stands still (e.g. 征求意见, 条例 第三十三条).

    As with the clock itself, the day it begins is not part of it: the working days after
    ``begins`` up to and with ``ends`` are not counted. For a pause that has not ended yet, give
    the present day as ``ends`` and compute again later.

    Args:
        begins: day the reason for the pause arose (the letter went out).
        ends: day it fell away (the answer came in).
        reason: what is waited for, Chinese.
    """

    begins: date
    ends: date
    reason: str = ""

    def covers(self, day: date) -> bool:
        """Whether ``day`` is inside the pause."""
        return self.begins < day <= self.ends


@dataclass(frozen=True, slots=True)
class Extension:
    """Working days that were added to a limit (延长).

    Args:
        days: working days, 1 or more.
        on: day it was granted.
        leg: the leg that was open then and gets the days; empty for a limit without legs.
        ground: the article or law it rests on, Chinese.
        reason: why, Chinese.
        by: who granted it.
    """

    days: int
    on: date
    leg: str = ""
    ground: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a limit.

    Args:
        day: the day.
        provisional: whether a day of an unloaded year was counted or skipped on the way.
        holidays: weekdays on the way that the schedule makes free.
        workdays: Saturdays and Sundays on the way that the schedule makes working days (调休).
    """

    day: date
    provisional: bool
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


def add_working_days(calendar: Calendar, start: date, days: int, pauses: Sequence[Pause] = ()) -> DueDate:
    """The day on which a limit of working days ends.

    Args:
        calendar: which days are worked.
        start: day the limit begins; not counted.
        days: length of the limit, working days, 0 or more.
        pauses: spans that are not counted.

    Returns:
        The ``days``-th working day after ``start``; ``start`` itself for 0 days.

    Raises:
        ValueError: ``days`` is negative.
    """
    if days < 0:
        raise ValueError("a time limit cannot be negative")
    day, left, provisional = start, days, False
    holidays: list[date] = []
    workdays: list[date] = []
    while left:
        day += ONE_DAY
        working, known = _working(calendar, day)
        provisional = provisional or not known
        if any(pause.covers(day) for pause in pauses):
            continue
        if working:
            left -= 1
        if working and day.weekday() >= SATURDAY:
            workdays.append(day)
        elif not working and day.weekday() < SATURDAY:
            holidays.append(day)
    return DueDate(day, provisional, tuple(holidays), tuple(workdays))


@lru_cache(maxsize=4096)  # lists ask for the same few weeks again and again
def working_days_between(calendar: Calendar, start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``; 0 when ``end`` is not after ``start``."""
    span = (end - start).days
    return sum(_working(calendar, start + timedelta(days=step))[0] for step in range(1, span + 1))


def _working(calendar: Calendar, day: date) -> tuple[bool, bool]:
    """Whether a day is worked, and whether that is known or only taken from its weekday."""
    answer = calendar.is_working_day(day)
    return (day.weekday() < SATURDAY, False) if answer is None else (answer, True)


def _state(due: date, today: date, done_on: date | None) -> State:
    if done_on is not None:
        return "done" if done_on <= due else "done_late"
    if today == due:
        return "due"
    return "running" if today < due else "overdue"


@dataclass(frozen=True, slots=True)
class Leg:
    """One inner limit of a clock (分段时限), timed from the end of the leg before it.

    Args:
        name: stable name (``internal``, ``site``).
        title: what must be done, Chinese.
        start: day it begins; not counted.
        days: working days.
        due: its last day; never after the last day of the whole clock.
        provisional: as for :class:`DueDate`.
        done: day it was reached, ``None`` while open.
    """

    name: str
    title: str
    start: date
    days: int
    due: date
    provisional: bool
    done: date | None = None

    def state(self, today: date, stopped: date | None = None) -> State:
        """Where the leg stands on ``today``; a clock that was stopped ends the legs still open."""
        return _state(self.due, today, self.done or stopped)

    def as_json(self, today: date, stopped: date | None = None) -> dict[str, Any]:
        """The leg as an entry of ``legs`` of a clock."""
        return {
            "name": self.name, "start": self.start.isoformat(), "due": self.due.isoformat(),
            "provisional": self.provisional, "state": self.state(today, stopped),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """A running limit with everything it was computed from.

    Args:
        rule: id of the :class:`~disclosure_pipeline.model.policy.ClockRule`.
        title: what must be done.
        article: legal source.
        start: day it begins; not counted.
        days: working days, without extensions.
        due: last day.
        provisional: whether an unloaded year was crossed (暂定).
        calendar_version: version of the calendar it was computed with.
        pauses: spans that were not counted.
        legs: inner limits in order.
        holidays: weekdays on the way that were free.
        workdays: weekend days on the way that were worked (调休).
        extensions: what was added to it.
    """

    rule: str
    title: str
    article: str
    start: date
    days: int
    due: date
    provisional: bool
    calendar_version: str
    pauses: tuple[Pause, ...] = ()
    legs: tuple[Leg, ...] = ()
    holidays: tuple[date, ...] = field(default=())
    workdays: tuple[date, ...] = field(default=())
    extensions: tuple[Extension, ...] = ()

    @classmethod
    def begin(
        cls,
        rule: ClockRule,
        start: date,
        calendar: Calendar,
        pauses: Sequence[Pause] = (),
        reached: Mapping[str, date] | None = None,
        *,
        extensions: Sequence[Extension] = (),
    ) -> Clock:
        """Compute a clock; call again with the same inputs when the calendar has changed.

        Args:
            rule: the limit.
            start: day it begins (for ``publish`` the 成文日期).
            calendar: which days are worked.
            pauses: spans that do not count.
            reached: day on which each named leg was done.
            extensions: what was added to the limit.
        """
        days = rule.days + sum(item.days for item in extensions)
        limit = add_working_days(calendar, start, days, pauses)
        return cls(
            rule=rule.id, title=rule.title, article=rule.article, start=start, days=rule.days,
            due=limit.day, provisional=limit.provisional, calendar_version=calendar.version,
            pauses=tuple(pauses), holidays=limit.holidays, workdays=limit.workdays,
            extensions=tuple(extensions),
            legs=_legs(
                rule, start, calendar, pauses=pauses, limit=limit, reached=reached or {}, extensions=extensions
            ),
        )  # fmt: skip

    def state(self, today: date, done_on: date | None = None) -> State:
        """Where the clock stands.

        Args:
            today: the present day in Asia/Shanghai.
            done_on: day the thing was done, ``None`` while it is not.
        """
        return _state(self.due, today, done_on)

    def explain(self) -> list[str]:
        """How the due date came about, line by line, Chinese."""
        lines = [f"时限：{self.title}，{self.days} 个工作日（{self.article}）",
                 f"起算：{self.start.isoformat()}（当日不计入）"]  # fmt: skip
        for item in self.extensions:
            words = (
                item.ground and f"（{item.ground}）",
                item.reason and f"，{item.reason}",
                item.by and f"，{item.by}",
            )
            lines.append(f"延长：{item.on.isoformat()} 延长 {item.days} 个工作日{''.join(words)}")
        for pause in self.pauses:
            reason = f"，{pause.reason}" if pause.reason else ""
            lines.append(f"扣除：{pause.begins.isoformat()} 次日至 {pause.ends.isoformat()}{reason}")
        if self.holidays:
            lines.append(f"放假不计：{_days(self.holidays)}")
        if self.workdays:
            lines.append(f"调休上班计入：{_days(self.workdays)}")
        lines += [
            f"分段：{leg.title} {leg.days} 个工作日，{leg.start.isoformat()} 起，"
            f"{leg.due.isoformat()} 届满{_provisional(leg.provisional)}"
            for leg in self.legs
        ]
        lines.append(f"届满：{self.due.isoformat()}{_provisional(self.provisional)}")
        lines.append(f"日历：{self.calendar_version}")
        return lines

    def as_json(self, today: date, done_on: date | None = None) -> dict[str, Any]:
        """The clock as an entry of ``clocks`` in `disclosure show --json`."""
        values: dict[str, Any] = {
            "rule": self.rule, "start": self.start.isoformat(), "due": self.due.isoformat(),
            "provisional": self.provisional, "state": self.state(today, done_on),
        }  # fmt: skip
        if self.extensions:
            values["extended"] = sum(item.days for item in self.extensions)
        if self.legs:
            values["legs"] = [leg.as_json(today, done_on) for leg in self.legs]
        return values


def _legs(
    rule: ClockRule,
    start: date,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause],
    limit: DueDate,
    reached: Mapping[str, date],
    extensions: Sequence[Extension],
) -> tuple[Leg, ...]:
    """The inner limits: each begins when the one before was reached, or else falls due."""
    legs = []
    for name, usual in rule.legs.items():
        days = usual + sum(item.days for item in extensions if item.leg == name)
        inner = add_working_days(calendar, start, days, pauses)
        # The whole limit is the law's; an inner one is the office's and cannot outlast it.
        due = inner if inner.day <= limit.day else limit
        done = reached.get(name)
        title = rule.leg_titles.get(name, name)
        legs.append(Leg(name, title, start, days, due.day, due.provisional, done))
        start = done or due.day
    return tuple(legs)


def _days(days: Sequence[date]) -> str:
    return "、".join(day.isoformat() for day in days)


def _provisional(provisional: bool) -> str:
    return "（暂定：所跨年度放假安排尚未载入，载入后重新计算）" if provisional else ""
