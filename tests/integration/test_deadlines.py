"""Deadlines of a scope: a month of days, lists that go on where they stopped, nothing of sealed cases."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from support import (
    ADMIN,
    CLERK,
    CONFIG,
    DEPARTMENT,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    SECRECY,
    SIGNERS,
    Office,
)

from disclosure_pipeline.errors import NotAllowed
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import clocks, deadlines, extensions
from disclosure_pipeline.pipeline.scopes import Scope, scope_of
from disclosure_pipeline.settings.calendars import load_calendar
from disclosure_pipeline.store import people
from disclosure_pipeline.store.database import MIGRATIONS, Database

FRIDAY = date(2026, 11, 27)
WHOLE = Scope("default", None, True)


def scope(office: Office, name: str) -> Scope:
    with office.core.database.read() as connection:
        return scope_of(people.get(connection, name), "default")


def cases(page: deadlines.Page) -> list[str]:
    return [row.document for row in page.rows]


@pytest.fixture
def filled(office: Office) -> tuple[Office, list[str]]:
    """Due 11-24 (twice, two departments), 11-30, and over the end of the year."""
    made = [
        office.reviewed(date="2026-10-27"),
        office.reviewed(date="2026-10-27", department=OTHER_DEPARTMENT, by=None),
        office.reviewed(date="2026-11-02"),
        office.reviewed(date="2026-12-25"),
    ]
    return office, made


def test_a_month_tells_what_ends_on_each_day_and_what_sort_of_day_it_is(filled):
    office, _ = filled
    month = deadlines.month(office.core, WHOLE, 2026, 11, FRIDAY)
    due = {day.day.isoformat(): (day.due, day.provisional, day.overdue) for day in month.days if day.due}
    assert due == {"2026-11-24": (2, 0, True), "2026-11-30": (1, 0, False)}
    assert (len(month.days), month.loaded, month.before, month.after) == (
        30,
        True,
        date(2026, 10, 1),
        date(2026, 12, 1),
    )
    later = deadlines.month(office.core, WHOLE, 2027, 1, FRIDAY)
    assert sum(day.due for day in later.days) == sum(day.provisional for day in later.days) == 1


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-02-14", "makeup"), ("2026-10-01", "holiday"), ("2026-11-28", "weekend"), ("2026-11-27", "workday"),
        ("2199-01-02", "unknown"),
    ],
)  # fmt: skip
def test_kinds_of_days(office: Office, day: str, kind: str):
    assert deadlines.kind_of(office.core.calendar, date.fromisoformat(day)) == kind


def test_lists_go_on_where_they_stopped(filled):
    office, made = filled
    first = deadlines.between(office.core, WHOLE, date.min, date.max, limit=1, today=FRIDAY)
    assert (cases(first), first.after) == ([made[0]], ("2026-11-24", made[0]))
    rest = deadlines.between(office.core, WHOLE, date.min, date.max, first.after, limit=3, today=FRIDAY)
    assert (cases(rest), rest.after) == (made[1:], None)
    assert [row.left for row in rest.rows][:2] == [-3, 1]
    assert (rest.rows[1].title, rest.rows[1].urgency) == (office.row(made[2]).title, 2)
    assert cases(deadlines.overdue(office.core, WHOLE, today=FRIDAY)) == made[:2]
    assert cases(deadlines.due_this_week(office.core, WHOLE, today=date(2026, 11, 30))) == [made[2]]
    assert deadlines.totals(office.core, WHOLE, FRIDAY) == deadlines.Totals(2, 0, 0)
    assert deadlines.totals(office.core, WHOLE, date(2026, 11, 24)) == deadlines.Totals(0, 2, 0)


def test_what_is_out_is_not_due_any_more(filled):
    office, made = filled
    office.sql("UPDATE clock SET done_on = '2026-11-20' WHERE document = :d", d=made[0])
    assert cases(deadlines.overdue(office.core, WHOLE, today=FRIDAY)) == [made[1]]


def test_each_sees_the_own_departments_only(filled):
    office, made = filled
    assert scope(office, CLERK) == Scope("default", (DEPARTMENT,))
    assert cases(deadlines.overdue(office.core, scope(office, FIRST), today=FRIDAY)) == [made[0]]
    assert deadlines.totals(office.core, scope(office, CLERK), FRIDAY).overdue == 1
    assert cases(deadlines.overdue(office.core, scope(office, ADMIN), today=FRIDAY)) == made[:2]
    assert deadlines.totals(office.core, Scope("other"), FRIDAY) == deadlines.Totals(0, 0, 0)
    with pytest.raises(NotAllowed), office.core.database.read() as connection:
        scope_of(people.get(connection, CLERK), "other")


def test_a_sealed_case_is_a_number_for_secrecy_and_office_and_nothing_for_others(filled):
    office, made = filled
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :d", d=made[0])
    for name, found, count in (
        (CLERK, [], 0),
        (ADMIN, [made[1]], 1),
        (SECRECY, made[:2], 2),
        (OFFICE, made[:2], 2),
    ):
        seen = scope(office, name)
        page = deadlines.overdue(office.core, seen, today=FRIDAY)
        assert cases(page) == found
        assert deadlines.totals(office.core, seen, FRIDAY).overdue == count
        assert [row.title for row in page.rows if row.document == made[0]] in ([], [None])
        (day,) = [
            day for day in deadlines.month(office.core, seen, 2026, 11, FRIDAY).days if day.day.day == 24
        ]
        assert day.due == count


def test_a_clerk_of_every_department_sees_the_unit(office: Office):
    office.hire("总经办", Role.CLERK)
    assert scope(office, "总经办") == Scope("default", None)


def test_the_kept_counts_are_what_the_clocks_say_after_everything_that_moves_them(
    office: Office, tmp_path: Path
):
    today = today_in_shanghai().isoformat()
    moved, out, back = (office.reviewed(date=today) for _ in range(3))
    office.reviewed(date="2026-12-25")
    office.sign(out, *SIGNERS)
    extensions.extend(office.core, moved, "publish", 3, by=OFFICE, reason="须等意见", law="示例条例第九条")
    title = office.row(back).title
    office.decide(back, SECRECY, Verb.RETURN, reason="请改")
    office.hand_in(title, "改过的正文。", name=f"通知{back}.txt", date="2026-11-02")
    office.work()
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    (config / "calendars" / "2027.toml").write_text(
        'year = 2027\nsource = "test"\nholidays = ["2027-01-01", "2027-01-04", "2027-01-05"]\nworkdays = []\n'
    )
    office.core.calendar = load_calendar(config)
    assert clocks.recompute(office.core) >= 1
    counted = "SELECT unit, due, department, provisional, number FROM due_count WHERE number <> 0"
    derived = (
        "SELECT unit, due, department, CASE WHEN provisional THEN 1 ELSE 0 END, count(*) FROM clock "
        "WHERE done_on IS NULL GROUP BY 1, 2, 3, 4"
    )
    assert sorted(office.query(counted)) == sorted(office.query(derived))
    assert sum(row[4] for row in office.query(counted)) == 3


def test_limits_and_reviews_of_an_older_store_learn_their_office_and_are_counted(empty_url: str):
    database = Database(empty_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    document = {
        "id": "2026-000001", "unit": "u", "department": DEPARTMENT, "state": "returned", "slip": "{}",
        "content_digest": "d", "created_at": "2026-11-02", "entered_at": "2026-11-03",
    }  # fmt: skip
    document |= dict.fromkeys(("folder_attribute", "proposed_ground", "ground", "ground_reason"), "")
    document |= dict.fromkeys(("formed", "referral_needed", "rules_version"), "")
    numbers = ("version", "revision", "generation", "attempts", "fence", "takeovers")
    columns = ", ".join((*document, *numbers, "taken_back"))
    values = ", ".join((*(f"'{value}'" for value in document.values()), *("1" for _ in numbers), "false"))
    clock = "INSERT INTO clock (document, rule, start, due, provisional, done_on, inputs) VALUES "
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in (
            f"INSERT INTO document ({columns}) VALUES ({values})",
            f"{clock} ('2026-000001', 'publish', '2026-11-02', '2026-11-30', false, NULL, '{{}}')",
            f"{clock} ('2026-000001', 'correction', '2026-11-02', '2027-01-05', true, NULL, '{{}}')",
            f"{clock} ('2026-000001', 'answer', '2026-11-02', '2026-11-30', false, '2026-11-05', '{{}}')",
            "INSERT INTO attribute_review (quarter, document, attribute, state) "
            "VALUES ('2026Q3', '2026-000001', 'exempt', 'open')",
        ):
            connection.exec_driver_sql(statement)
    database.migrate()
    with database.read() as connection:
        counted = connection.exec_driver_sql(
            "SELECT unit, due, department, provisional, number FROM due_count ORDER BY due"
        ).all()
        offices = connection.exec_driver_sql("SELECT DISTINCT unit, department FROM clock").all()
        reviews = connection.exec_driver_sql("SELECT unit FROM attribute_review").all()
    database.close()
    assert [tuple(row) for row in counted] == [
        ("u", "2026-11-30", DEPARTMENT, 0, 1), ("u", "2027-01-05", DEPARTMENT, 1, 1),
    ]  # fmt: skip
    assert ([tuple(row) for row in offices], [tuple(row) for row in reviews]) == (
        [("u", DEPARTMENT)],
        [("u",)],
    )
