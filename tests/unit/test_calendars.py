"""Holiday schedules: the library, overlaid with files of the office."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.settings.calendars import load_calendar

NATIONAL = 'year = 2027\nsource = "国办通知"\n'


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "calendars").mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / "calendars" / f"{name}.toml").write_text(text, "utf-8")
    return tmp_path


def test_the_library_alone(tmp_path: Path) -> None:
    calendar = load_calendar(tmp_path)
    assert calendar.is_working_day(date(2026, 2, 14)) is True
    assert calendar.is_working_day(date(2026, 2, 17)) is False
    assert calendar.is_working_day(date(2027, 1, 4)) is None
    assert calendar.version.startswith("chinesecalendar ")
    assert ";" not in calendar.version


def test_a_file_loads_a_year(tmp_path: Path) -> None:
    text = NATIONAL + 'holidays = [2027-01-01, "2027-02-08"]\nworkdays = [2027-01-30]\n'
    calendar = load_calendar(folder(tmp_path, y2027=text))
    days = [date(2027, 1, 1), date(2027, 2, 8), date(2027, 1, 30), date(2027, 1, 31), date(2027, 1, 4)]
    assert [calendar.is_working_day(day) for day in days] == [False, False, True, False, True]
    assert calendar.is_working_day(date(2028, 1, 3)) is None


def test_a_new_year_schedule_may_reach_into_december(tmp_path: Path) -> None:
    text = NATIONAL + "holidays = [2027-01-01]\nworkdays = [2026-12-27]\n"
    assert load_calendar(folder(tmp_path, y2027=text)).is_working_day(date(2026, 12, 27)) is True


def test_a_local_holiday_does_not_make_the_year_loaded(tmp_path: Path) -> None:
    text = 'year = 2027\nsource = "自治区通知"\nscope = "local"\nholidays = [2027-04-09]\n'
    calendar = load_calendar(folder(tmp_path, local=text))
    assert calendar.is_working_day(date(2027, 4, 9)) is False
    assert calendar.is_working_day(date(2027, 4, 8)) is None


def test_a_file_corrects_the_library(tmp_path: Path) -> None:
    text = 'year = 2026\nsource = "更正通知"\nholidays = [2026-03-02]\nworkdays = [2026-02-17]\n'
    calendar = load_calendar(folder(tmp_path, fix=text))
    assert calendar.is_working_day(date(2026, 3, 2)) is False
    assert calendar.is_working_day(date(2026, 2, 17)) is True


def test_the_version_changes_with_every_byte(tmp_path: Path) -> None:
    first = load_calendar(folder(tmp_path, a=NATIONAL + "holidays = [2027-01-01]\n")).version
    second = load_calendar(folder(tmp_path, a=NATIONAL + "holidays = [2027-01-02]\n")).version
    assert first != second
    assert first.split(";")[1].split()[0] == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (NATIONAL, "names no day"),
        (NATIONAL + "holidays = [2028-01-01]", "not a day of 2027"),
        (NATIONAL + "holidays = [2026-11-30]", "not a day of 2027"),
        (NATIONAL + "holidays = [20270101]", "not a date"),
        (NATIONAL + "holidays = [2027-01-01T00:00:00]", "not a date"),
        (NATIONAL + 'holidays = "2027-01-01"', "must be a list"),
        (NATIONAL + "holidays = [2027-01-01]\nworkdays = [2027-01-04]", "neither a Saturday"),
        (NATIONAL + "holidays = [2027-01-02]\nworkdays = [2027-01-02]", "both free and worked"),
        (NATIONAL + "holiday = [2027-01-01]", "unknown key 'holiday'"),
        ('year = "2027"\nsource = "x"\nholidays = [2027-01-01]', "'year' must be a number"),
        ("year = 2027\nholidays = [2027-01-01]", "'source'"),
        (NATIONAL + 'scope = "town"\nholidays = [2027-01-01]', "'scope'"),
        ("year = ", "cannot be read"),
    ],
)
def test_a_doubtful_schedule_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_calendar(folder(tmp_path, y2027=text))
