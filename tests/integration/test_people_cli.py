"""Passwords, disabling and deputies on the command line: exact keys, proofs, and what is printed once."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import accounts
from tests.cli_calls import Desk, Office, call

pytest_plugins = ["tests.cli_fixtures"]

TODAY = today_in_shanghai()


def enters(office: Office, name: str, password: str) -> accounts.Entered:
    with office.core() as core:
        return accounts.enter(core, name, password)


def appoint(office: Office, by: str, *words: str, days: int = 3) -> object:
    last = (TODAY + timedelta(days=days)).isoformat()
    return office.as_(by, "user", "deputy", *words, "--from", TODAY.isoformat(), "--to", last).json


def test_a_password_is_printed_once_and_must_be_changed(cli_office: Office) -> None:
    made = cli_office("user", "password", "李示密").json
    assert set(made) == {"user", "password"}
    assert enters(cli_office, "李示密", made["password"]).must_change
    again = cli_office("user", "password", "李示密").json["password"]
    assert again != made["password"]
    with pytest.raises(accounts.EntryRefused):
        enters(cli_office, "李示密", made["password"])
    assert cli_office("user", "password", "无此人").code == "not_found"
    shown = call("user", "password", "李示密", *cli_office.options[1:]).text
    assert shown.startswith("李示密 的工作台初始密码")
    for path in cli_office.workspace.data.glob("disclosure.sqlite*"):
        assert again.encode() not in path.read_bytes()


def test_a_new_person_gets_both_only_when_asked(cli_office: Office) -> None:
    both = cli_office("user", "add", "陈新甲", "--role", "clerk", "--department", "办公室", "--password").json
    assert set(both) == {"user", "token", "password"}
    assert enters(cli_office, "陈新甲", both["password"]).must_change
    more = ("user", "add", "陈新甲", "--role", "office")
    assert cli_office(*more, "--password").json == {"user": "陈新甲", "token": None, "password": None}
    assert cli_office(*more).json == {"user": "陈新甲", "token": None}
    late = cli_office("user", "add", "孟示密", "--role", "office", "--password").json
    assert late["token"] is None and late["password"]


def test_who_is_disabled_is_out_and_can_come_back(cli_office: Office, cli_desk: Desk) -> None:
    made = cli_office("user", "add", "陈新乙", "--role", "secrecy", "--password").json
    entered = enters(cli_office, "陈新乙", made["password"])
    assert cli_office("user", "disable", "陈新乙").json == {"user": "陈新乙", "disabled": True}
    assert cli_office("user", "disable", "陈新乙").code == "user.unchanged"
    assert "陈新乙" not in [item["user"] for item in cli_office("user", "list").json]
    case = cli_desk.cleared(cli_desk())
    approve = ("decide", case, "approve", "--version", "1", "--as", "陈新乙")
    assert cli_office(*approve, token=made["token"]).code == "bad_token"
    with cli_office.core() as core:
        assert accounts.visitor_of(core, entered.token) is None
    assert cli_office("user", "enable", "陈新乙").json == {"user": "陈新乙", "disabled": False}
    assert cli_office(*approve, token=made["token"]).status == 0
    assert cli_office("user", "disable", "无此人").code == "not_found"


def test_a_deputy_is_appointed_signs_and_is_ended(cli_office: Office, cli_desk: Desk) -> None:
    made = appoint(cli_office, "李示密", "李示密", "赵示复", "--role", "secrecy")
    assert made == {
        "number": 1, "principal": "李示密", "deputy": "赵示复", "role": "secrecy", "unit": "default",
        "department": None, "first_day": TODAY.isoformat(), "last_day": (TODAY + timedelta(days=3)).isoformat(),
        "given_by": "李示密", "state": "running",
    }  # fmt: skip
    assert cli_office("user", "deputies").json == [made]
    assert "赵示复" in call("user", "deputies", *cli_office.options[1:]).text
    (person,) = [item for item in cli_office("user", "list").json if item["user"] == "赵示复"]
    assert [role["role"] for role in person["roles"]] == ["second"]
    case = cli_desk.cleared(cli_desk())
    cli_desk.sign(case, "赵示复")
    first = cli_office("show", case).json["tiers"][0]
    assert (first["by"], first["deputy_for"]) == ("赵示复", "李示密")
    assert "赵示复（代李示密）" in call("show", case, *cli_office.options[1:]).text
    assert cli_office.as_("王示初", "user", "deputy-end", "1").code == "wrong_role"
    assert cli_office.as_("管理员", "user", "deputy-end", "1").json == {"number": 1, "state": "ended"}
    assert cli_office("user", "deputies").json == []
    assert [item["state"] for item in cli_office("user", "deputies", "--all").json] == ["ended"]
    other = cli_desk.cleared(cli_desk())
    assert cli_office.as_("赵示复", "decide", other, "approve", "--version", "1").code == "wrong_role"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--role", "king"), "usage"), (("--role", "secrecy", "--unit", "mars"), "usage"),
        (("--role", "final"), "deputy.role"),
    ],
)  # fmt: skip
def test_words_that_cannot_be(cli_office: Office, words: tuple[str, ...], code: str) -> None:
    days = ("--from", TODAY.isoformat(), "--to", TODAY.isoformat())
    assert cli_office.as_("李示密", "user", "deputy", "李示密", "赵示复", *words, *days).code == code


def test_an_appointment_wants_a_proof_and_days(cli_office: Office) -> None:
    words = ("user", "deputy", "李示密", "赵示复", "--role", "secrecy", "--as", "李示密")
    days = ("--from", TODAY.isoformat(), "--to", TODAY.isoformat())
    assert cli_office(*words, *days, token="x").code == "bad_token"
    assert cli_office(*words, *days[:2]).code == "usage"
    assert cli_office(*words, "--from", "明天", "--to", TODAY.isoformat()).code == "usage"


def test_the_audit_log_names_acts_and_no_secrets(cli_office: Office) -> None:
    made = cli_office("user", "add", "陈新丙", "--role", "office", "--password").json
    store = sqlite3.connect(cli_office.workspace.database)
    rows = store.execute("SELECT actor, action, detail FROM audit ORDER BY seq DESC LIMIT 2").fetchall()
    assert [action for _, action, _ in rows] == ["account.opened", "user.add"]
    assert all(actor.startswith("os:") for actor, _, _ in rows)
    assert json.loads(rows[0][2]) == {"user": "陈新丙"}
    assert made["password"] not in str(rows) and made["token"] not in str(rows)
