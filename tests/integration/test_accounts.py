"""Coming into the console: equal answers, lock-out, sessions that rotate and end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs
from support import ADMIN, CLERK, DEPARTMENT, FIRST, SECRECY, Office, at_once, refused
from traces import holds

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import accounts, backup, passwords
from disclosure_pipeline.pipeline.accounts import EntryRefused, enter, visitor_of
from disclosure_pipeline.store.people import token_hash

GOOD, BETTER = "青山绿水-有晴天-2026", "another-long-Word-7"
WRONG = "wrong-but-Long-enough"


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite: most of what is tested here is no matter of the database."""
    store = tmp_path / "store.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = open_office(f"sqlite:///{store}")
    made.staff()
    return made


@pytest.fixture
def each_office(open_office: Callable[..., Office], store_url: str) -> Office:
    """An office on each database."""
    made = open_office(store_url)
    made.staff()
    return made


def opened(office: Office, name: str = SECRECY, password: str = GOOD) -> str:
    """Open an account whose owner has chosen a password; returns the session's id."""
    first = accounts.give_password(office.core, name, by=ADMIN)
    return accounts.change_password(office.core, name, first, password).token


def acts(office: Office) -> list[str]:
    return [action for (action,) in office.query("SELECT action FROM audit ORDER BY seq")]


def failures(office: Office) -> int:
    return int(office.query("SELECT failed FROM account")[0][0])


def try_in_vain(office: Office, times: int, name: str = SECRECY) -> None:
    for _ in range(times):
        assert refused(lambda: enter(office.core, name, WRONG)) == "entry.refused"


def time_passes(office: Office, column: str, seconds: int) -> None:
    """Let a session be older than it is."""
    office.sql(f"UPDATE session SET {column} = :at", at=later(utc_now(), -seconds))


# --------------------------------------------------------------------------- entering


def test_the_first_password_must_be_changed_and_then_opens(each_office: Office):
    first = accounts.give_password(each_office.core, SECRECY, by=ADMIN)
    entered = enter(each_office.core, SECRECY, first)
    present = visitor_of(each_office.core, entered.token)
    assert present is not None
    assert (entered.must_change, present.must_change, present.person.name) == (True, True, SECRECY)
    assert present.person.holds(Role.SECRECY, "default")
    changed = accounts.change_password(each_office.core, SECRECY, first, GOOD)
    again = visitor_of(each_office.core, changed.token)
    assert again is not None and not again.must_change
    assert refused(lambda: enter(each_office.core, SECRECY, first)) == "entry.refused"
    assert not enter(each_office.core, SECRECY, GOOD).must_change
    assert [act for act in acts(each_office) if act != "user.add"] == [
        "account.opened", "account.entered", "password.changed", "account.entered",
    ]  # fmt: skip
    each_office.chain_holds()


def test_no_secret_is_in_the_store(office: Office):
    token = opened(office)
    present = visitor_of(office.core, token)
    assert present is not None and present.session == token_hash(token)
    kept = office.dump()
    for secret in (GOOD, token, passwords._normal(GOOD)):
        assert holds(kept, secret) == []
    assert holds(kept, present.session) == ["session"]
    assert holds(kept, present.csrf) == ["session"]


def test_whoever_is_refused_learns_nothing(each_office: Office):
    """Unknown, without an account, disabled, locked, wrong: one answer, and one trace in the store."""
    opened(each_office)
    opened(each_office, FIRST)
    opened(each_office, CLERK)
    each_office.sql(
        "UPDATE account SET locked_until = :at WHERE person = :who", at=later(utc_now(), 60), who=FIRST
    )
    accounts.disable(each_office.core, CLERK, by=ADMIN)
    before = dict(each_office.query("SELECT name, value FROM counter"))
    tries = [
        (SECRECY, WRONG), (FIRST, GOOD), (FIRST, WRONG), (CLERK, GOOD), (ADMIN, GOOD), ("无名氏", GOOD), ("", ""),
        (SECRECY, ""), ("甲" * 5000, GOOD), ("a\0b", GOOD), ("\ud800", GOOD), (SECRECY, "x" * 100_000),
        ("' OR 1=1 --", GOOD), (SECRECY + " ", GOOD),
    ]  # fmt: skip
    answers = set()
    for name, password in tries:
        with pytest.raises(DisclosureError) as told:
            enter(each_office.core, name, password)
        assert type(told.value) is EntryRefused
        answers.add(str(told.value.as_json()))
    assert len(answers) == 1
    after = dict(each_office.query("SELECT name, value FROM counter"))
    for name in ("entry.tried", "entry.refused"):
        assert after[name] - before.get(name, 0) == len(tries)


def test_other_parameters_are_taken_over_at_the_next_entry(office: Office):
    opened(office)
    office.sql("UPDATE account SET password_hash = :old", old=PasswordHasher(1, 8, 1).hash(GOOD))
    enter(office.core, SECRECY, GOOD)
    ((kept,),) = office.query("SELECT password_hash FROM account")
    assert not passwords.outdated(kept)
    enter(office.core, SECRECY, GOOD)


# --------------------------------------------------------------------------- lock-out


def test_five_failures_lock_each_further_one_twice_as_long(office: Office):
    opened(office)
    with capture_logs() as logs:
        try_in_vain(office, 5)
    assert [line["event"] for line in logs] == ["account_locked"]
    assert WRONG not in str(logs)
    ((until,),) = office.query("SELECT locked_until FROM account")
    assert later(utc_now(), 30) < until <= later(utc_now(), 60)
    assert refused(lambda: enter(office.core, SECRECY, GOOD)) == "entry.refused"
    try_in_vain(office, 1)
    assert failures(office) == 5, "a try that cannot succeed is no further failure"
    for failed, seconds in ((6, 120), (7, 240)):
        office.sql("UPDATE account SET locked_until = :at", at=later(utc_now(), -1))
        try_in_vain(office, 1)
        ((until,),) = office.query("SELECT locked_until FROM account")
        assert failures(office) == failed
        assert later(utc_now(), seconds - 30) < until <= later(utc_now(), seconds)
    assert acts(office).count("account.locked") == 3
    office.sql("UPDATE account SET locked_until = :at", at=later(utc_now(), -1))
    enter(office.core, SECRECY, GOOD)
    assert office.query("SELECT failed, locked_until FROM account") == [(0, None)]
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'account.entered'")
    assert '"failed_before": 7' in detail
    office.chain_holds()


def test_a_lock_out_outlives_the_process(office: Office, open_office):
    opened(office)
    try_in_vain(office, 5)
    again = open_office(office.core.database.url, "again")
    assert refused(lambda: enter(again.core, SECRECY, GOOD)) == "entry.refused"


def test_four_failures_are_forgiven(office: Office):
    opened(office)
    try_in_vain(office, 4)
    enter(office.core, SECRECY, GOOD)
    assert failures(office) == 0


def test_many_tries_at_once_share_one_count(each_office: Office):
    opened(each_office)
    answers = at_once(*[lambda: enter(each_office.core, SECRECY, WRONG)] * 9)
    assert {type(answer) for answer in answers} == {EntryRefused}
    assert failures(each_office) == 5
    assert refused(lambda: enter(each_office.core, SECRECY, GOOD)) == "entry.refused"


def test_the_old_password_cannot_be_tried_out_from_inside(office: Office):
    opened(office)
    for _ in range(5):
        assert (
            refused(lambda: accounts.change_password(office.core, SECRECY, WRONG, BETTER)) == "entry.refused"
        )
    assert refused(lambda: accounts.change_password(office.core, SECRECY, GOOD, BETTER)) == "entry.refused"


def test_an_administrator_ends_a_lock_out_with_a_new_password(office: Office):
    token = opened(office)
    try_in_vain(office, 5)
    first = accounts.give_password(office.core, SECRECY, by=ADMIN)
    assert visitor_of(office.core, token) is None
    assert refused(lambda: enter(office.core, SECRECY, GOOD)) == "entry.refused"
    assert enter(office.core, SECRECY, first).must_change
    assert "password.reset" in acts(office)


# --------------------------------------------------------------------------- changing


def test_a_change_ends_every_other_session_and_makes_a_new_one(each_office: Office):
    stolen, own = opened(each_office), enter(each_office.core, SECRECY, GOOD).token
    others = opened(each_office, FIRST)
    new = accounts.change_password(each_office.core, SECRECY, GOOD, BETTER)
    assert [visitor_of(each_office.core, token) for token in (stolen, own)] == [None, None]
    assert visitor_of(each_office.core, new.token) is not None
    assert visitor_of(each_office.core, others) is not None
    assert refused(lambda: enter(each_office.core, SECRECY, GOOD)) == "entry.refused"
    enter(each_office.core, SECRECY, BETTER)


@pytest.mark.parametrize(
    ("new", "code"), [("short", "password.short"), (GOOD, "password.same"), (SECRECY + GOOD, "password.name")]
)
def test_a_refused_password_changes_nothing(office: Office, new: str, code: str):
    token = opened(office)
    assert refused(lambda: accounts.change_password(office.core, SECRECY, GOOD, new)) == code
    assert visitor_of(office.core, token) is not None
    assert failures(office) == 0


# --------------------------------------------------------------------------- sessions


def test_an_id_that_somebody_planted_is_never_taken_over(office: Office):
    first = opened(office)
    planted = "p" * 43
    tokens = {first, *(enter(office.core, SECRECY, GOOD).token for _ in range(2))}
    assert len(tokens) == 3 and planted not in tokens
    assert visitor_of(office.core, planted) is None
    assert len({visitor_of(office.core, token).csrf for token in tokens}) == 3  # type: ignore[union-attr]


def test_neither_a_hash_nor_an_ended_session_lets_anybody_in(office: Office):
    token = opened(office)
    key = token_hash(token)
    for tried in (key, "", token[:-1], token.upper()):
        assert visitor_of(office.core, tried) is None
    accounts.leave(office.core, key)
    accounts.leave(office.core, key)
    assert visitor_of(office.core, token) is None
    assert acts(office).count("account.left") == 1


@pytest.mark.parametrize(("column", "limit"), [("seen_at", 30 * 60), ("created_at", 12 * 3600)])
def test_a_session_runs_out(office: Office, column: str, limit: int):
    token = opened(office)
    time_passes(office, column, limit - 60)
    assert visitor_of(office.core, token, keep_alive=False) is not None
    time_passes(office, column, limit)
    assert visitor_of(office.core, token) is None
    assert accounts.sweep(office.core) == 1
    assert office.query("SELECT * FROM session") == []


def test_an_entry_sweeps_what_has_run_out(office: Office):
    opened(office)
    time_passes(office, "seen_at", 3600)
    enter(office.core, SECRECY, GOOD)
    assert len(office.query("SELECT * FROM session")) == 1


def test_seeing_somebody_is_written_once_a_minute(office: Office):
    token = opened(office)
    ((before,),) = office.query("SELECT seen_at FROM session")
    visitor_of(office.core, token)
    assert office.query("SELECT seen_at FROM session") == [(before,)]
    time_passes(office, "seen_at", 90)
    ((older,),) = office.query("SELECT seen_at FROM session")
    visitor_of(office.core, token, keep_alive=False)
    assert office.query("SELECT seen_at FROM session") == [(older,)], "an open page keeps nobody in"
    visitor_of(office.core, token)
    ((seen,),) = office.query("SELECT seen_at FROM session")
    assert seen > before


def test_who_is_disabled_or_loses_a_role_feels_it_at_the_next_request(each_office: Office):
    token = opened(each_office)
    each_office.hire(SECRECY, Role.FIRST, DEPARTMENT)
    present = visitor_of(each_office.core, token)
    assert present is not None and present.person.holds(Role.FIRST, "default", DEPARTMENT)
    each_office.sql("DELETE FROM person_role WHERE person = :who AND role = 'secrecy'", who=SECRECY)
    present = visitor_of(each_office.core, token)
    assert present is not None and not present.person.holds(Role.SECRECY, "default")
    each_office.sql("UPDATE person SET disabled_at = :at WHERE name = :who", at=utc_now(), who=SECRECY)
    assert visitor_of(each_office.core, token) is None
    each_office.sql("UPDATE person SET disabled_at = NULL")
    accounts.disable(each_office.core, SECRECY, by=ADMIN)
    assert refused(lambda: accounts.disable(each_office.core, SECRECY, by=ADMIN)) == "user.unchanged"
    accounts.disable(each_office.core, SECRECY, by=ADMIN, disabled=False)
    assert visitor_of(each_office.core, token) is None, "the session ended with the disabling"
    enter(each_office.core, SECRECY, GOOD)


def test_preferences_are_kept(office: Office):
    token = opened(office)
    accounts.save_preferences(office.core, SECRECY, {"language": "en", "keys": False})
    present = visitor_of(office.core, token)
    assert present is not None and present.preferences == {"language": "en", "keys": False}


def test_no_backup_lets_anybody_in_again(office: Office, tmp_path):
    token = opened(office)
    made = backup.backup(office.core, tmp_path / "copy")
    assert "account" in made["rows"] and "session" not in made["rows"]
    assert not any(
        token_hash(token) in path.read_text("utf-8") for path in (tmp_path / "copy").rglob("*.jsonl")
    )
    accounts.leave(office.core, token_hash(token))
    backup.restore(office.core, tmp_path / "copy")
    assert visitor_of(office.core, token) is None
    enter(office.core, SECRECY, GOOD)
