"""Release windows: the next opening lies in the hours of a day on which the unit lets something go out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.model.clock import SHANGHAI
from disclosure_pipeline.model.release import Window
from disclosure_pipeline.settings.calendars import HolidayCalendar, load_calendar
from tests.support import CONFIG

HOURS = Window(time(8, 30), time(18, 0))
START = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 1_060 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@pytest.fixture(scope="module")
def calendar() -> HolidayCalendar:
    return load_calendar(CONFIG)


def at(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}:00+08:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at("2026-11-23", "10:00"), at("2026-11-23", "10:00")),
        (at("2026-11-23", "06:00"), at("2026-11-23", "08:30")),
        (at("2026-11-23", "18:00"), at("2026-11-24", "08:30")),
        (at("2026-11-20", "21:00"), at("2026-11-23", "08:30")),  # a Friday night
        (at("2026-02-14", "09:00"), at("2026-02-14", "09:00")),  # a Saturday on which people work
        (at("2026-09-30", "20:00"), at("2026-10-08", "08:30")),  # the national holiday
    ],
)
def test_the_next_opening(now: datetime, opens: datetime, calendar: HolidayCalendar) -> None:
    assert HOURS.next_opening(now, calendar) == opens


def test_a_year_whose_holidays_nobody_knows_counts_by_the_week(calendar: HolidayCalendar) -> None:
    assert HOURS.next_opening(at("2031-11-21", "21:00"), calendar) == at("2031-11-24", "08:30")


def test_with_holidays_it_opens_every_day(calendar: HolidayCalendar) -> None:
    window = Window(time(8, 30), time(18, 0), holidays=True)
    assert window.next_opening(at("2026-10-01", "07:00"), calendar) == at("2026-10-01", "08:30")


@given(now=INSTANTS)
def test_it_lies_in_the_window_and_nothing_before_it_does(now: datetime) -> None:
    calendar = load_calendar(CONFIG)
    opens = HOURS.next_opening(now, calendar).astimezone(SHANGHAI)
    assert opens >= now
    assert HOURS.opens <= opens.time() < HOURS.closes
    assert calendar.is_working_day(opens.date())
    day: date = now.astimezone(SHANGHAI).date()
    while day < opens.date():
        late = now.astimezone(SHANGHAI).date() == day and now.astimezone(SHANGHAI).time() >= HOURS.closes
        assert late or not calendar.is_working_day(day)
        day += timedelta(days=1)
