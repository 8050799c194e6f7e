"""Clocks in the store: started at 成文日期, in legs, provisional and computed again, overdue."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from support import CONFIG, FINAL, FIRST, SECOND, SECRECY, Office

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import clocks, views
from disclosure_pipeline.settings.calendars import load_calendar


def clock(office: Office, case: str) -> dict[str, Any]:
    with office.core.database.read() as connection:
        (found,) = clocks.clocks_of(office.core, connection, case)
    return found


def test_the_clock_starts_at_the_day_of_the_document(office: Office):
    found = clock(office, office.reviewed(date="2026-11-02"))
    assert (found["rule"], found["start"], found["due"]) == ("publish", "2026-11-02", "2026-11-30")
    assert (found["provisional"], found["state"]) == (False, "running")
    assert [(leg["name"], leg["start"], leg["due"]) for leg in found["legs"]] == [
        ("internal", "2026-11-02", "2026-11-23"), ("site", "2026-11-23", "2026-11-30"),
    ]  # fmt: skip


def test_the_final_signature_reaches_the_first_leg_and_publishing_stops_the_clock(office: Office):
    case = office.reviewed(date="2026-11-02")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.query("SELECT done_on FROM clock") == [(None,)]
    office.decide(case, FINAL)
    today = today_in_shanghai().isoformat()
    assert office.row(case).state == "approved"
    with office.core.database.read() as connection:
        row = connection.exec_driver_sql("SELECT inputs FROM clock").scalar_one()
    assert today in str(row)
    office.work()
    assert office.query("SELECT done_on FROM clock") == [(today,)]
    assert clock(office, case)["state"] in ("done", "late")


def test_overdue_documents_are_listed_until_they_are_out(office: Office):
    late, early = office.reviewed(date="2026-01-05"), office.reviewed(date="2026-11-20")
    assert [item["id"] for item in views.listing(office.core, overdue=True)] == [late]
    assert {item["id"] for item in views.listing(office.core)} == {late, early}
    assert views.listing(office.core, overdue=True, state="published") == []
    office.sign(late, SECRECY, FIRST, SECOND, FINAL)
    assert views.listing(office.core, overdue=True) == []


def test_a_day_beyond_the_loaded_holidays_is_provisional_and_computed_again(office: Office, tmp_path: Path):
    case = office.reviewed(date="2026-12-25")
    before = clock(office, case)
    assert before["provisional"] is True
    assert clocks.recompute(office.core) == 0
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    (config / "calendars" / "2027.toml").write_text(
        'year = 2027\nsource = "test"\nholidays = ["2027-01-01", "2027-01-04", "2027-01-05"]\nworkdays = []\n'
    )
    office.core.calendar = load_calendar(config)
    assert clocks.recompute(office.core) == 1
    after = clock(office, case)
    assert (after["provisional"], after["due"] > before["due"]) == (False, True)
    assert clocks.recompute(office.core) == 0
    assert office.steps(case)[-1] == "clock.recomputed"
    office.chain_holds()


def test_computing_again_keeps_what_was_reached_meanwhile(office: Office):
    """A signature is given between reading and writing: the clock keeps its date."""
    case = office.reviewed(date="2026-11-02")
    office.sign(case, SECRECY, FIRST, SECOND, FINAL)
    office.sql("UPDATE clock SET due = '2026-01-01', done_on = NULL")
    assert clocks.recompute(office.core, lambda: True) == 0  # no time for it now
    assert clocks.recompute(office.core) == 1
    assert "internal" in str(office.query("SELECT inputs FROM clock"))
    assert clock(office, case)["legs"][0]["state"] != "running"


def test_a_clock_that_was_stopped_is_not_computed_again(office: Office):
    office.published(date="2026-11-02")
    office.sql("UPDATE clock SET due = '2026-01-01'")
    assert clocks.recompute(office.core) == 0


def test_without_a_date_the_day_of_receipt_counts(office: Office):
    case = office.hand_in(date="").case
    office.sql("UPDATE document SET slip = '{}'")
    office.work()
    if office.row(case).formed == "":
        assert clock(office, case)["start"] == today_in_shanghai().isoformat()
    else:
        assert date.fromisoformat(clock(office, case)["start"]) == date(2026, 11, 2)
