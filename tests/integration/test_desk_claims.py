"""Claims and saved views: notices between officers, and filters that somebody has named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import (
    ADMIN,
    CLERK,
    FINAL,
    FIRST,
    OTHER_DEPARTMENT,
    PHONE,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
    at_once,
    refused,
)

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import saved_views
from disclosure_pipeline.pipeline.claims import Claim, claim, holder, holders, release, take_over
from disclosure_pipeline.pipeline.saved_views import SavedView, remove_view, save_view, views_of
from disclosure_pipeline.store import people
from disclosure_pipeline.store.people import Person

PAST = "2026-01-01T00:00:00.000000Z"


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite; only what says so depends on the database."""
    shutil.copyfile(sqlite_template, tmp_path / "one.sqlite")
    made = open_office(f"sqlite:///{tmp_path / 'one.sqlite'}")
    made.staff()
    return made


@pytest.fixture
def either(open_office: Callable[..., Office], store_url: str) -> Office:
    """An office on each database."""
    made = open_office(store_url)
    made.staff()
    return made


def person(office: Office, name: str) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def held(office: Office, case: str) -> Claim | None:
    with office.core.database.read() as connection:
        return holder(connection, case)


def held_by(office: Office, case: str) -> str | None:
    found = held(office, case)
    return found.person if found else None


def test_a_claim_is_seen_by_others_and_given_up(office: Office):
    case = office.reviewed()
    mine, other = person(office, SECRECY), person(office, SECRECY_2)
    made = claim(office.core, case, mine)
    assert (made.person, made.before) == (SECRECY, "")
    assert made.since < made.until
    with pytest.raises(DisclosureError, match=SECRECY) as refusal:
        claim(office.core, case, other)
    assert refusal.value.code == "claimed"
    assert not release(office.core, case, other)
    assert held_by(office, case) == SECRECY
    assert release(office.core, case, mine)
    assert held_by(office, case) is None


def test_claiming_again_keeps_since_when(office: Office):
    case = office.reviewed()
    mine = person(office, SECRECY)
    made = claim(office.core, case, mine, 1)
    again = claim(office.core, case, mine, 30)
    assert again.since == made.since
    assert again.until > made.until
    assert claim(office.core, case, mine, 10**9).until < "2100"


def test_a_claim_holds_on_while_its_holder_works(either: Office):
    case = either.reviewed(body=f"电话：{PHONE}。")
    mine, other = person(either, SECRECY), person(either, SECRECY_2)
    made = claim(either.core, case, mine, 1)
    (found,) = either.findings(case)
    either.clear(case, Settlement.DISMISS, found.id, by=SECRECY_2)
    assert held(either, case) == made
    either.clear(case, Settlement.REDACT, found.id)
    longer = held(either, case)
    assert (longer.person, longer.since, longer.until > made.until) == (SECRECY, made.since, True)
    long = claim(either.core, case, mine, 100)
    either.clear(case, Settlement.DISMISS, found.id)
    assert held(either, case) == long
    either.sql("UPDATE desk_lock SET until = :past", past=PAST)
    either.clear(case, Settlement.REDACT, found.id)
    assert held(either, case) is None
    assert claim(either.core, case, other).before == ""


def test_the_former_holder_is_told_who_took_over(office: Office):
    case = office.reviewed()
    mine, other = person(office, SECRECY), person(office, SECRECY_2)
    claim(office.core, case, mine)
    assert take_over(office.core, case, other).before == SECRECY
    with pytest.raises(DisclosureError, match=SECRECY_2) as refusal:
        claim(office.core, case, mine)
    assert refusal.value.code == "claimed"
    assert take_over(office.core, case, other).before == ""
    assert held_by(office, case) == SECRECY_2


def test_a_claim_runs_out(office: Office):
    case = office.reviewed()
    mine, other = person(office, SECRECY), person(office, SECRECY_2)
    claim(office.core, case, mine)
    office.sql("UPDATE desk_lock SET until = :past", past=PAST)
    assert held_by(office, case) is None
    assert claim(office.core, case, other).before == ""
    assert held_by(office, case) == SECRECY_2


def test_a_claim_is_no_right(office: Office):
    case = office.reviewed()
    claim(office.core, case, person(office, SECRECY))
    office.decide(case, SECRECY_2)
    office.sign(case, *SIGNERS[1:])
    assert office.state(case) is State.PUBLISHED


def test_two_at_once_are_one_holder(either: Office):
    case = either.reviewed()
    both = [person(either, name) for name in (SECRECY, SECRECY_2)]
    answers = at_once(*[lambda who=who: claim(either.core, case, who) for who in both])
    made = [item for item in answers if isinstance(item, Claim)]
    assert len(made) == 1
    assert [item.code for item in answers if isinstance(item, DisclosureError)] == ["claimed"]
    assert held_by(either, case) == made[0].person


def test_only_who_sees_the_text_claims(office: Office):
    office.hire("别处经办", Role.CLERK, OTHER_DEPARTMENT)
    office.hire("外单位", Role.SECRECY, unit="other")
    case = office.reviewed()
    for who in (ADMIN, "别处经办", "外单位"):
        for act in (claim, take_over):
            assert refused(lambda a=act, w=who: a(office.core, case, person(office, w))) == "not_found"
    assert held_by(office, case) is None
    assert claim(office.core, case, person(office, CLERK)).person == CLERK


def test_claims_of_a_list_are_asked_for_at_once(office: Office):
    first, second, third = (office.reviewed() for _ in range(3))
    claim(office.core, first, person(office, SECRECY))
    claim(office.core, third, person(office, FINAL))
    with office.core.database.read() as connection:
        found = holders(connection, [first, second, third])
    assert {case: item.person for case, item in found.items()} == {first: SECRECY, third: FINAL}


# -------------------------------------------------------------------- saved views


def views(office: Office, name: str) -> list[SavedView]:
    with office.core.database.read() as connection:
        return views_of(connection, name)


def test_views_are_kept_replaced_and_removed(either: Office):
    save_view(either.core, SECRECY, " 特急  待审 ", "urgency=0&tier=secrecy")
    save_view(either.core, SECRECY, "一周内到期", "due=7")
    save_view(either.core, SECRECY, "一周内到期", "due=5")
    kept = {item.name: item.query for item in views(either, SECRECY)}
    assert kept == {"特急 待审": "urgency=0&tier=secrecy", "一周内到期": "due=5"}
    assert views(either, FIRST) == []
    assert refused(lambda: remove_view(either.core, FIRST, "一周内到期")) == "no_view"
    remove_view(either.core, SECRECY, "一周内到期")
    assert [item.name for item in views(either, SECRECY)] == ["特急 待审"]


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        (" ", "due=7", "view_name"), ("名" * 41, "due=7", "view_name"), ("\u202e名", "due=7", "view_name"),
        ("名", "标题=储备库", "view_query"), ("名", "a=1\r\nSet-Cookie: b", "view_query"), ("名", "a" * 1001, "view_query"),
    ],
)  # fmt: skip
def test_what_is_no_view_is_refused(office: Office, name: str, query: str, code: str):
    assert refused(lambda: save_view(office.core, SECRECY, name, query)) == code
    assert views(office, SECRECY) == []


def test_nobody_keeps_views_without_end(office: Office):
    for number in range(saved_views.MOST):
        save_view(office.core, SECRECY, f"视图{number}", "due=7")
    assert refused(lambda: save_view(office.core, SECRECY, "再一个", "due=7")) == "too_many_views"
    save_view(office.core, SECRECY, "视图0", "due=8")
    assert len(views(office, SECRECY)) == saved_views.MOST
