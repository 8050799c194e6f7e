"""Pages, filters and counts of the queue, and the document that comes next."""

from __future__ import annotations

import random
from datetime import date

import pytest
from alembic import command
from alembic.config import Config
from desk_looks import grants
from sqlalchemy import insert, select
from support import (
    DEPARTMENT,
    OTHER_DEPARTMENT,
    SECRECY,
    SECRECY_2,
    Office,
)

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import desk
from disclosure_pipeline.pipeline.desk import Filters, Place
from disclosure_pipeline.store import desk as rows
from disclosure_pipeline.store import people, search
from disclosure_pipeline.store.console_tables import desk as table
from disclosure_pipeline.store.console_tables import desk_count, desk_lock
from disclosure_pipeline.store.database import MIGRATIONS, Database
from disclosure_pipeline.store.people import Grant
from disclosure_pipeline.store.tables import document as documents

UNIT = "default"
MARKED = "机密★10年\n\n关于专项工作的报告"


# ------------------------------------------------------------------------ pages


@pytest.fixture
def full(office: Office) -> Office:
    """A queue of 60 documents that waits at several places; most of them are rows only."""
    dice = random.Random(5)
    case = office.reviewed()
    with office.core.database.write() as connection:
        template = dict(connection.execute(select(table)).one()._mapping)
        document = dict(office.row(case)._mapping)
        for number in range(2, 61):
            name = f"2026-{number:06d}"
            place = dice.choice([
                ("secrecy", "secrecy", "in_review"), ("secrecy", "quarantine", "quarantined"),
                ("second", "second", "in_review"), ("first", "first", "in_review"), ("first", "referred", "referred"),
            ])  # fmt: skip
            spread = {
                "department": dice.choice([DEPARTMENT, OTHER_DEPARTMENT]),
                "urgency": dice.choice([0, 1, 2, 2]),
            }
            connection.execute(insert(documents).values(document | spread | {"id": name, "claim": None}))
            connection.execute(
                insert(table).values(
                    template | spread | dict(zip(("role", "tier", "state"), place, strict=True)) | {
                        "document": name, "severity": dice.choice([0, 1, 2]),
                        "due": dice.choice(["2026-01-05", "2099-03-02", rows.NO_DUE]),
                    }
                )
            )  # fmt: skip
        connection.execute(desk_count.delete())
        counted = rows._counted()
        connection.execute(insert(desk_count).from_select([*rows.SORT, "number"], counted))
    return office


SCOPES = {
    "secrecy": (Grant(Role.SECRECY, UNIT, ""),),
    "head": (Grant(Role.FIRST, UNIT, DEPARTMENT),),
    "several": (
        Grant(Role.SECRECY, UNIT, ""), Grant(Role.FIRST, UNIT, DEPARTMENT), Grant(Role.FIRST, UNIT, OTHER_DEPARTMENT),
        Grant(Role.SECOND, UNIT, ""), Grant(Role.SECRECY, UNIT, "", for_="某某"), Grant(Role.SECOND, UNIT, DEPARTMENT),
        Grant(Role.ADMIN, UNIT, ""), Grant(Role.SECRECY, "other", ""),
    ),
    "nobody": (),
}  # fmt: skip
FILTERS = (
    Filters(), Filters(role=Role.FIRST), Filters(tier="quarantine"), Filters(department=OTHER_DEPARTMENT),
    Filters(urgency=0), Filters(severity=Severity.REVIEW), Filters(severity=Severity.BLOCK, urgency=2),
    Filters(overdue=True), Filters(overdue=True, department=DEPARTMENT, severity=Severity.REVIEW),
    Filters(state=State.IN_REVIEW), Filters(state=State.QUARANTINED), Filters(state=State.REFERRED),
    Filters(state=State.PUBLISHED), Filters(claimed_by=SECRECY), Filters(claimed_by=SECRECY, urgency=2),
)  # fmt: skip


def expected(office: Office, scope: tuple[Grant, ...], wish: Filters) -> list[str]:
    """The same by looking at every row."""
    today = today_in_shanghai().isoformat()
    with office.core.database.read() as connection:
        everything = connection.execute(select(table)).all()
        claimed = {row.document for row in connection.execute(select(desk_lock)) if row.until > utc_now()}
    found = [
        row for row in everything
        if any(
            (grant.role.value, grant.unit) == (row.role, row.unit) and grant.department in ("", row.department)
            for grant in scope
        )
        and wish.role in (None, row.role) and wish.tier in ("", row.tier) and wish.department in ("", row.department)
        and wish.urgency in (None, row.urgency) and row.severity >= wish.severity.weight
        and wish.state in (None, row.state) and not (wish.overdue and row.due >= today)
        and not (wish.claimed_by and row.document not in claimed)
    ]  # fmt: skip
    return [
        row.document for row in sorted(found, key=lambda row: (row.urgency, row.due, row.document))
    ]  # fmt: skip


def claim(office: Office, case: str, who: str, seconds: float = 3600) -> None:
    with office.core.database.write() as connection:
        connection.execute(
            insert(desk_lock).values(
                document=case, person=who, since=utc_now(), until=later(utc_now(), seconds)
            )
        )


def test_every_filter_pages_through_what_it_names(full: Office):
    for number in (3, 9, 17, 33):
        claim(full, f"2026-{number:06d}", SECRECY)
    claim(full, "2026-000041", SECRECY, seconds=-1)
    some = 0
    with full.core.database.read() as connection:
        for scope in SCOPES.values():
            for wish in FILTERS:
                wanted, seen, place = expected(full, scope, wish), [], None
                while True:
                    page = desk.waiting(connection, scope, wish, place, limit=7)
                    assert len(page.rows) <= 7
                    seen += [row.document for row in page.rows]
                    if (place := page.after) is None:
                        break
                assert seen == wanted, (scope, wish)
                some += bool(seen)
    assert some > 25


def test_next_passes_over_what_others_have_claimed(office: Office):
    cases = [office.reviewed() for _ in range(4)]
    claim(office, cases[1], SECRECY_2)
    scope = grants(office, SECRECY)
    with office.core.database.read() as connection:
        following = desk.next_in(connection, scope, Filters(), cases[0])
        free = desk.next_in(connection, scope, Filters(), cases[0], but_held_from=SECRECY)
        own = desk.next_in(connection, scope, Filters(), cases[0], but_held_from=SECRECY_2)
        assert desk.next_in(connection, scope, Filters(), cases[3]) is None
        assert desk.next_in(connection, scope, Filters(), "2026-999999") is None
    assert following and free and own
    assert (following.document, following.holder) == (cases[1], SECRECY_2)
    assert (free.document, own.document) == (cases[2], cases[1])
    office.sign(cases[0], SECRECY)
    with office.core.database.read() as connection:
        behind = desk.next_in(connection, scope, Filters(), cases[0])
    assert behind and behind.document == cases[1]


def test_who_began_in_the_middle_is_led_around(office: Office):
    cases = [office.reviewed() for _ in range(3)]
    claim(office, cases[0], SECRECY_2)
    scope = grants(office, SECRECY)

    def around(case: str, held_from: str = "") -> str:
        with office.core.database.read() as connection:
            found = desk.next_in(connection, scope, Filters(), case, but_held_from=held_from, around=True)
        return found.document if found else ""

    assert [around(case) for case in cases] == [cases[1], cases[2], cases[0]]
    assert around(cases[2], SECRECY) == cases[1]
    office.sign(cases[1], SECRECY)
    assert around(cases[1], SECRECY) == cases[2]
    assert around(cases[2], SECRECY) == ""  # it alone is left, and it is where the officer is
    assert around("2026-999999") == ""


def test_counts_are_those_of_the_rows(full: Office):
    with full.core.database.read() as connection:
        for scope in SCOPES.values():
            found = desk.counts(connection, scope)
            assert found.number == len(expected(full, scope, Filters()))
            assert found.urgent == len(expected(full, scope, Filters(urgency=0)))
            assert found.grave == len(expected(full, scope, Filters(severity=Severity.BLOCK)))
            assert found.overdue == len(expected(full, scope, Filters(overdue=True)))
            for item in found.tallies:
                assert item.number == len(expected(full, scope, Filters(role=item.role, tier=item.tier)))


def test_overdue_is_counted_up_to_a_limit(full: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("disclosure_pipeline.pipeline.desk_ranges.MANY", 3)
    with full.core.database.read() as connection:
        assert desk.counts(connection, SCOPES["secrecy"]).overdue == 4


def test_the_menu_counts_and_the_mark_follow_what_happens(office: Office):
    with office.core.database.read() as connection:
        before = desk.changes(connection)
        person = people.get(connection, SECRECY)
    office.hand_in("甲", MARKED)
    case = office.reviewed()
    found = desk.menu_counts(office.core, person)
    assert (found["waiting"], found["quarantine"], found["returned"]) == (2, 1, 0)
    with office.core.database.read() as connection:
        assert desk.changes(connection) != before
    office.sign(case, SECRECY)
    assert desk.menu_counts(office.core, person)["waiting"] == 1


def test_a_due_day_follows_its_clock(office: Office):
    case = office.reviewed()
    with office.core.database.read() as connection:
        (row,) = desk.waiting(connection, grants(office, SECRECY)).rows
    assert row.due and date.fromisoformat(row.due) > date(2026, 11, 2)
    assert row.overdue == (row.due < today_in_shanghai().isoformat())
    office.sql("UPDATE clock SET done_on = '2026-11-20'")
    with office.core.database.write() as connection:
        rows.refresh(connection, case)
    with office.core.database.read() as connection:
        (row,) = desk.waiting(connection, grants(office, SECRECY)).rows
    assert (row.due, row.place.due) == (None, rows.NO_DUE)


@pytest.mark.parametrize("words", ["", "3.2026-01-01.x", "1.2026-01-01", "x", "1..2026-000001", "-1.a.b"])
def test_what_is_no_place_in_an_address_is_none(words: str):
    assert Place.parse(words) is None


def test_a_place_in_an_address_is_read_back():
    place = Place(1, "2026-03-05", "2026-000012")
    assert Place.parse(str(place)) == place


# ------------------------------------------------------------------------ an older store


def test_a_store_from_before_the_queue_gets_one(empty_url: str):
    database = Database(empty_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        columns = (
            "id, unit, department, state, version, revision, title, slip, folder_attribute, proposed_ground, ground,"
            " ground_reason, formed, content_digest, taken_back, generation, referral_needed, rules_version, attempts,"
            " fence, takeovers, created_at, entered_at"
        )
        row = (
            "'2026-000001', 'default', '民政局', 'returned', 1, 3, '关于养老服务的通知', '{}', '', '', '', '', '', 'd',"
            " false, 0, '', '', 0, 0, 0, '2026-11-02', '2026-11-03'"
        )
        connection.exec_driver_sql(f"INSERT INTO document ({columns}) VALUES ({row})")
    database.migrate()
    scope = (Grant(Role.CLERK, UNIT, DEPARTMENT),)
    with database.read() as connection:
        (waiting,) = desk.waiting(connection, scope).rows
        (hit,) = search.find(connection, scope, "养老服务")
        assert rows.drift(connection) == 0
    database.close()
    assert waiting.document == hit.document == "2026-000001"
    assert (waiting.title, waiting.urgency, waiting.due) == ("关于养老服务的通知", 2, None)
