"""Deputies' days and reach: whatever is given, nobody gets more than the principal has that day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import DEPARTMENT, FINAL, FIRST, OTHER_DEPARTMENT, SECOND, Office

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.store import deputies, people
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Grant, Person

FROM = date(2026, 12, 1)
NOVEMBER = datetime(2026, 11, 29, tzinfo=UTC)
DEPARTMENTS = ("", DEPARTMENT, OTHER_DEPARTMENT)


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    store = tmp_path / "store.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = open_office(f"sqlite:///{store}")
    made.staff()
    return made


def appoint(
    office: Office,
    first: date,
    last: date,
    *,
    role: Role = Role.FINAL,
    principal: str = FINAL,
    department: str = "",
) -> None:
    with office.core.database.write() as connection:
        wish = Appointment(principal, SECOND, role, "default", department, first, last)
        deputies.give(connection, wish, "管员")


def held(office: Office, day: date) -> list[Grant]:
    with office.core.database.read() as connection:
        return [grant for grant in people.get(connection, SECOND, day).grants if grant.for_]


_SLOW_FIXTURE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_SLOW_FIXTURE
@given(
    first=st.integers(0, 20), length=st.integers(-3, 10),
    instant=st.integers(0, 34 * 24 * 60).map(lambda minutes: NOVEMBER + timedelta(minutes=minutes)),
)  # fmt: skip
def test_a_deputy_acts_from_the_first_day_in_shanghai_to_the_last(
    office, first: int, length: int, instant: datetime
):
    office.sql("DELETE FROM deputy")
    begin = FROM + timedelta(days=first)
    end = begin + timedelta(days=length)
    appoint(office, begin, end)
    in_shanghai = (instant + timedelta(hours=8)).date()
    grants = held(office, today_in_shanghai(instant))
    assert grants == ([Grant(Role.FINAL, "default", "", FINAL)] if begin <= in_shanghai <= end else [])


def test_the_last_day_ends_at_midnight_in_shanghai(office: Office):
    appoint(office, FROM, FROM)
    before_and_after = [
        ("2026-11-30T15:59:59.999999+00:00", 0), ("2026-11-30T16:00:00+00:00", 1),
        ("2026-12-01T15:59:59.999999+00:00", 1), ("2026-12-01T16:00:00+00:00", 0),
    ]  # fmt: skip
    for instant, number in before_and_after:
        assert len(held(office, today_in_shanghai(datetime.fromisoformat(instant)))) == number, instant


@_SLOW_FIXTURE
@given(
    has=st.sets(st.sampled_from(DEPARTMENTS)), given_for=st.sampled_from(DEPARTMENTS),
    asked=st.sampled_from((DEPARTMENT, OTHER_DEPARTMENT, "办公室")),
)  # fmt: skip
def test_a_deputy_has_no_department_that_the_principal_has_not(
    office, has: set[str], given_for: str, asked: str
):
    office.sql("DELETE FROM deputy")
    office.sql("DELETE FROM person_role WHERE person = :who", who=FIRST)
    for department in has:
        office.hire(FIRST, Role.FIRST, department)
    appoint(office, FROM, FROM, role=Role.FIRST, principal=FIRST, department=given_for)
    with office.core.database.read() as connection:
        principal, deputy = people.get(connection, FIRST, FROM), people.get(connection, SECOND, FROM)
    allowed = principal.holds(Role.FIRST, "default", asked) and given_for in ("", asked)
    assert deputy.holds(Role.FIRST, "default", asked) is allowed
    assert deputy.acts_for(Role.FIRST, "default", asked) == ((FIRST,) if allowed else ())


def test_nothing_is_passed_on(office: Office):
    """Neither what the principal only stands in for, nor a role that was taken away, nor one of another unit."""
    with office.core.database.write() as connection:
        for principal, deputy in ((FINAL, FIRST), (FIRST, SECOND)):
            deputies.give(
                connection, Appointment(principal, deputy, Role.FINAL, "default", "", FROM, FROM), "管员"
            )
        deputies.give(connection, Appointment(FINAL, SECOND, Role.FINAL, "town", "", FROM, FROM), "管员")
    assert held(office, FROM) == []
    appoint(office, FROM, FROM)
    assert len(held(office, FROM)) == 1
    office.sql("DELETE FROM person_role WHERE person = :who", who=FINAL)
    assert held(office, FROM) == []


def test_an_ended_appointment_and_a_disabled_principal_give_nothing(office: Office):
    appoint(office, FROM, FROM)
    office.sql("UPDATE person SET disabled_at = '2026-11-30T00:00:00.000000Z' WHERE name = :who", who=FINAL)
    assert held(office, FROM) == []
    office.sql("UPDATE person SET disabled_at = NULL")
    assert len(held(office, FROM)) == 1
    with office.core.database.write() as connection:
        assert [deputies.end(connection, 1), deputies.end(connection, 1)] == [True, False]
    assert held(office, FROM) == []


def test_own_roles_come_first_and_count_first() -> None:
    person = Person(
        "乙",
        (Grant(Role.FINAL, "u", "", "甲"), Grant(Role.FINAL, "u", "", "丙"), Grant(Role.FIRST, "u", "x")),
    )
    assert person.acts_for(Role.FINAL, "u") == ("丙", "甲")
    assert person.acts_for(Role.FIRST, "u", "x") == ("",)
    assert person.acts_for(Role.FIRST, "u", "y") == ()
    both = Person("乙", (*person.grants, Grant(Role.FINAL, "u", "")))
    assert both.acts_for(Role.FINAL, "u") == ("",)


def test_the_list_of_people_shows_their_own_roles_only(office: Office):
    today = today_in_shanghai()
    appoint(office, today, today)
    with office.core.database.read() as connection:
        assert people.get(connection, SECOND).holds(Role.FINAL, "default")
        (shown,) = [person for person in people.everyone(connection) if person.name == SECOND]
    assert not shown.holds(Role.FINAL, "default")
