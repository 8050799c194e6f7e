"""The working-day calendar: the schedules of `chinesecalendar`, overlaid with files of the office.

The library knows the 放假安排 up to the year of its release. ``config/calendars/*.toml`` brings a
later one without an internet connection, corrects a day, or adds a local holiday.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.settings.files import read_file
from disclosure_pipeline.settings.resources import config_files

SCHEDULE_KEYS: Mapping[str, str] = {
    "year": "Year of the schedule. Dates lie in it, or in the December before it (元旦 调休).",
    "holidays": "Free days, weekdays and weekends alike, each a date.",
    "workdays": "Saturdays and Sundays that are worked (调休), each a date; "
    "also a weekday that the library wrongly holds for free.",
    "source": "The notice it was taken from (name and 文号).",
    "scope": "`national` (default): the whole 放假安排, so the year counts as loaded. "
    "`local`: only adds days; the year stays unloaded if nothing else loads it.",
}
"""Keys of a schedule file and what they mean; also the reference in ``docs/configuration.md``."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One file of ``config/calendars/``; the fields are its keys."""

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str
    national: bool


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Working days: a day named by a file goes by the file, every other by the library.

    Args:
        version: library version and digests of the files.
        holidays: free days named by files.
        workdays: working days named by files.
        years: years whose whole schedule a file holds.
    """

    version: str
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool | None:
        """Whether ``day`` is worked; ``None`` when no schedule of its year is loaded."""
        if day in self.workdays:
            return True
        if day in self.holidays:
            return False
        known = _library_says(day)
        if known is None and day.year in self.years:
            return day.weekday() < 5
        return known


def load_calendar(config: Path) -> HolidayCalendar:
    """The calendar of a configuration.

    Args:
        config: the configuration folder; without schedule files of its own the shipped ones count.

    Raises:
        ConfigError: a schedule file cannot be read, or contradicts itself or another file.
    """
    from importlib.metadata import version

    parts = [f"chinesecalendar {version('chinesecalendar')}"]
    schedules = []
    for name, path in config_files(config, "calendars"):
        content = read_file(path, name)
        parts.append(f"{path.stem} {hashlib.sha256(content).hexdigest()[:12]}")
        schedules.append(_schedule(content, name))
    holidays = frozenset[date]().union(*(schedule.holidays for schedule in schedules))
    workdays = frozenset[date]().union(*(schedule.workdays for schedule in schedules))
    if both := sorted(holidays & workdays):
        raise ConfigError(f"calendars: {both[0].isoformat()} is named both free and worked.")
    years = frozenset(schedule.year for schedule in schedules if schedule.national)
    return HolidayCalendar("; ".join(parts), holidays, workdays, years)


@lru_cache(maxsize=8192)
def _library_says(day: date) -> bool | None:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def _schedule(content: bytes, name: str) -> Schedule:
    """Check one file; every doubt about it is an error, because deadlines hang on it."""
    try:
        data: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{name} cannot be read: {error}") from None
    if unknown := sorted(set(data) - set(SCHEDULE_KEYS)):
        raise ConfigError(f"{name}: unknown key '{unknown[0]}'")
    year, source, scope = data.get("year"), data.get("source"), data.get("scope", "national")
    if type(year) is not int:
        raise ConfigError(f"{name}: 'year' must be a number")
    if not isinstance(source, str) or not source.strip():
        raise ConfigError(f"{name}: 'source' must name the notice the days were taken from")
    if scope not in ("national", "local"):
        raise ConfigError(f"{name}: 'scope' must be 'national' or 'local'")
    holidays = _dates(data, "holidays", year, name)
    workdays = _dates(data, "workdays", year, name)
    if not holidays:
        raise ConfigError(f"{name}: 'holidays' names no day")
    # A weekday is listed as worked only to undo a holiday that the library names; else it is a slip.
    if wrong := sorted(day for day in workdays if day.weekday() < 5 and _library_says(day) is not False):
        raise ConfigError(f"{name}: workday {wrong[0].isoformat()} is neither a Saturday nor a Sunday")
    return Schedule(year, holidays, workdays, source.strip(), scope == "national")


def _dates(data: Mapping[str, Any], key: str, year: int, name: str) -> frozenset[date]:
    values = data.get(key, [])
    if not isinstance(values, list):
        raise ConfigError(f"{name}: '{key}' must be a list of dates")
    days = set()
    for value in values:
        try:
            # A TOML date or its text; a date with a time is neither.
            day = value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ConfigError(f"{name}: '{key}' holds something that is not a date") from None
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise ConfigError(f"{name}: {day.isoformat()} in '{key}' is not a day of {year}")
        days.add(day)
    return frozenset(days)
