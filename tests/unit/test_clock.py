"""Working-day clocks: vectors of the real calendar, and properties that hold for any calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.model.clock import (
    Clock,
    Pause,
    add_working_days,
    day_of,
    today_in_shanghai,
    working_days_between,
)
from disclosure_pipeline.model.policy import ClockRule
from disclosure_pipeline.settings.calendars import HolidayCalendar, load_calendar

PUBLISH = ClockRule("publish", "主动公开上网", 20, "条例第二十六条", legs={"internal": 15, "site": 5},
                    leg_titles={"internal": "报送", "site": "上网"})  # fmt: skip


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> HolidayCalendar:
    return load_calendar(tmp_path_factory.mktemp("config"))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-02-05", 7, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-05", 15, "2026-03-04"),
        ("2026-02-05", 20, "2026-03-11"),
        ("2026-04-28", 7, "2026-05-11"),
        ("2026-04-28", 15, "2026-05-21"),
        ("2026-04-28", 20, "2026-05-28"),
        ("2026-09-21", 7, "2026-10-08"),
        ("2026-09-21", 15, "2026-10-19"),
        ("2026-09-21", 20, "2026-10-26"),
    ],
)
def test_vectors_of_2026(calendar: HolidayCalendar, start: str, days: int, due: str) -> None:
    limit = add_working_days(calendar, date.fromisoformat(start), days)
    assert (limit.day.isoformat(), limit.provisional) == (due, False)


def test_a_limit_into_an_unloaded_year_is_provisional(calendar: HolidayCalendar) -> None:
    crossing = add_working_days(calendar, date(2026, 12, 21), 20)
    assert (crossing.day, crossing.provisional) == (date(2027, 1, 18), True)
    assert not add_working_days(calendar, date(2026, 12, 1), 20).provisional


def test_recomputed_when_the_schedule_is_loaded(tmp_path: Path, calendar: HolidayCalendar) -> None:
    before = Clock.begin(PUBLISH, date(2026, 12, 21), calendar)
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "2027.toml").write_text(
        'year = 2027\nholidays = [2027-01-01, 2027-01-02, 2027-01-03]\nsource = "通知"\n', "utf-8"
    )
    after = Clock.begin(PUBLISH, date(2026, 12, 21), load_calendar(tmp_path))
    assert (before.due, before.provisional) == (date(2027, 1, 18), True)
    assert (after.due, after.provisional) == (date(2027, 1, 19), False)
    assert before.calendar_version != after.calendar_version


def test_pauses_are_not_counted(calendar: HolidayCalendar) -> None:
    pause = Pause(date(2026, 3, 3), date(2026, 3, 10), "征求第三方意见")
    assert working_days_between(calendar, pause.begins, pause.ends) == 5
    paused = add_working_days(calendar, date(2026, 3, 2), 10, [pause])
    assert paused.day == add_working_days(calendar, date(2026, 3, 2), 15).day == date(2026, 3, 23)


def test_overlapping_pauses_count_once(calendar: HolidayCalendar) -> None:
    one = Pause(date(2026, 3, 3), date(2026, 3, 10))
    both = [one, Pause(date(2026, 3, 5), date(2026, 3, 10))]
    start = date(2026, 3, 2)
    assert add_working_days(calendar, start, 10, both) == add_working_days(calendar, start, 10, [one])


def test_the_second_leg_starts_when_the_first_was_reached(calendar: HolidayCalendar) -> None:
    planned = Clock.begin(PUBLISH, date(2026, 2, 5), calendar)
    assert [(leg.name, leg.due.isoformat()) for leg in planned.legs] == [
        ("internal", "2026-03-04"), ("site", "2026-03-11"),
    ]  # fmt: skip
    early = Clock.begin(PUBLISH, date(2026, 2, 5), calendar, reached={"internal": date(2026, 2, 14)})
    assert early.legs[1].start == date(2026, 2, 14)
    assert early.legs[1].due == date(2026, 2, 28)  # a Saturday that is worked
    assert early.due == planned.due


def test_a_late_leg_does_not_outlast_the_law(calendar: HolidayCalendar) -> None:
    late = Clock.begin(PUBLISH, date(2026, 2, 5), calendar, reached={"internal": date(2026, 3, 10)})
    assert late.legs[0].state(date(2026, 3, 10)) == "done_late"
    assert late.legs[1].due == late.due == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("today", "done_on", "state"),
    [
        (date(2026, 3, 10), None, "running"),
        (date(2026, 3, 11), None, "due"),
        (date(2026, 3, 12), None, "overdue"),
        (date(2026, 4, 1), date(2026, 3, 11), "done"),
        (date(2026, 4, 1), date(2026, 3, 12), "done_late"),
    ],
)
def test_states(calendar: HolidayCalendar, today: date, done_on: date | None, state: str) -> None:
    clock = Clock.begin(PUBLISH, date(2026, 2, 5), calendar)
    assert clock.state(today, done_on) == state
    assert clock.as_json(today, done_on)["state"] == state


def test_json(calendar: HolidayCalendar) -> None:
    clock = Clock.begin(PUBLISH, date(2026, 2, 5), calendar, reached={"internal": date(2026, 3, 4)})
    assert clock.as_json(date(2026, 3, 9)) == {
        "rule": "publish", "start": "2026-02-05", "due": "2026-03-11", "provisional": False, "state": "running",
        "legs": [
            {"name": "internal", "start": "2026-02-05", "due": "2026-03-04", "provisional": False, "state": "done"},
            {"name": "site", "start": "2026-03-04", "due": "2026-03-11", "provisional": False, "state": "running"},
        ],
    }  # fmt: skip


def test_explains_how_the_date_came_about(calendar: HolidayCalendar) -> None:
    pause = Pause(date(2026, 2, 5), date(2026, 2, 6), "会签")
    clock = Clock.begin(PUBLISH, date(2026, 2, 5), calendar, [pause])
    assert clock.explain() == [
        "时限：主动公开上网，20 个工作日（条例第二十六条）",
        "起算：2026-02-05（当日不计入）",
        "扣除：2026-02-05 次日至 2026-02-06，会签",
        "放假不计：2026-02-16、2026-02-17、2026-02-18、2026-02-19、2026-02-20、2026-02-23",
        "调休上班计入：2026-02-14、2026-02-28",
        "分段：报送 15 个工作日，2026-02-05 起，2026-03-05 届满",
        "分段：上网 5 个工作日，2026-03-05 起，2026-03-12 届满",
        "届满：2026-03-12",
        f"日历：{calendar.version}",
    ]
    crossing = Clock.begin(PUBLISH, date(2026, 12, 21), calendar).explain()
    assert any(line.startswith("届满：2027-01-18（暂定") for line in crossing)


def test_days_are_those_of_shanghai() -> None:
    assert day_of(datetime(2026, 3, 4, 15, 59, tzinfo=UTC)) == date(2026, 3, 4)
    assert day_of(datetime(2026, 3, 4, 16, 0, tzinfo=UTC)) == date(2026, 3, 5)
    assert today_in_shanghai(datetime(2026, 3, 5, 0, 30, tzinfo=timezone(timedelta(hours=9)))) == date(
        2026, 3, 4
    )
    assert abs((today_in_shanghai() - datetime.now(UTC).date()).days) <= 1
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 3, 4, 16, 0))  # noqa: DTZ001


def test_a_negative_limit_is_refused(calendar: HolidayCalendar) -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(calendar, date(2026, 3, 2), -1)


# ------------------------------------------------------------------- properties


@dataclass(frozen=True)
class Schedule:
    """A calendar made up of exceptions; days from ``unknown_from`` on are not loaded."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    unknown_from: date = date.max
    version: str = field(default="test")

    def is_working_day(self, day: date) -> bool | None:
        if day >= self.unknown_from:
            return None
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)


near = st.dates(date(2025, 1, 1), date(2025, 12, 31))
exceptions = st.frozensets(near, max_size=40)
schedules = st.builds(Schedule, exceptions, exceptions, st.one_of(st.just(date.max), near))
lengths = st.integers(1, 40)


@given(schedules, near, lengths)
def test_adding_and_counting_agree(schedule: Schedule, start: date, days: int) -> None:
    limit = add_working_days(schedule, start, days)
    assert working_days_between(schedule, start, limit.day) == days


@given(schedules, near, lengths)
def test_never_ends_on_a_free_day(schedule: Schedule, start: date, days: int) -> None:
    day = add_working_days(schedule, start, days).day
    answer = schedule.is_working_day(day)
    assert answer is True or (answer is None and day.weekday() < 5)


@given(schedules, near, lengths, st.integers(0, 30))
def test_later_start_and_longer_limit_never_end_earlier(
    schedule: Schedule, start: date, days: int, more: int
) -> None:
    base = add_working_days(schedule, start, days).day
    assert add_working_days(schedule, start, days + more).day >= base
    assert add_working_days(schedule, start + timedelta(days=more), days).day >= base


@given(schedules, near, lengths, exceptions)
def test_more_holidays_never_end_earlier(
    schedule: Schedule, start: date, days: int, holidays: frozenset[date]
) -> None:
    stricter = Schedule(schedule.holidays | holidays, schedule.workdays - holidays, schedule.unknown_from)
    assert add_working_days(stricter, start, days).day >= add_working_days(schedule, start, days).day


@given(schedules, near, lengths, near, st.integers(0, 60))
def test_a_pause_never_ends_earlier(
    schedule: Schedule, start: date, days: int, begins: date, length: int
) -> None:
    pause = Pause(begins, begins + timedelta(days=length))
    paused = add_working_days(schedule, start, days, [pause]).day
    assert paused >= add_working_days(schedule, start, days).day
    assert not pause.covers(paused)


@given(schedules, near, lengths)
def test_provisional_exactly_when_an_unloaded_day_was_crossed(
    schedule: Schedule, start: date, days: int
) -> None:
    limit = add_working_days(schedule, start, days)
    assert limit.provisional == (limit.day >= schedule.unknown_from)
