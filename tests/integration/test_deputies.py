"""Deputies (AB角) at work: what they may do, for whom it counts, and where both names stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rule_desk import term
from support import (
    ADMIN,
    BROKEN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SECRECY_2,
    Office,
    refused,
)

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import (
    deputies,
    quarantine,
    recall,
    referrals,
    replay,
    rules,
    scans,
    takeback,
    views,
)
from disclosure_pipeline.store.deputies import Appointment

DEPUTY = "代理人"
MARKED = "机密★10年\n\n甲号储备库存放示例物资三百箱。"


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office with one more person, who holds a role in which nothing is decided here."""
    store = tmp_path / "store.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = open_office(f"sqlite:///{store}")
    made.staff()
    made.hire(DEPUTY, Role.CLERK, OTHER_DEPARTMENT)
    return made


def stand_in(
    office: Office, principal: str, role: Role, deputy: str = DEPUTY, *, by: str = ADMIN, department: str = "",
    first: int = 0, last: int = 0, unit: str = "default",
) -> int:  # fmt: skip
    """Appoint a deputy, for days counted from today."""
    today = today_in_shanghai()
    wish = Appointment(
        principal, deputy, role, unit, department, today + timedelta(days=first), today + timedelta(days=last)
    )
    return deputies.give(office.core, wish, by=by)


def move(office: Office, first: int, last: int) -> None:
    """Let the appointments be for other days."""
    today: date = today_in_shanghai()
    office.sql(
        "UPDATE deputy SET first_day = :first, last_day = :last",
        first=(today + timedelta(days=first)).isoformat(), last=(today + timedelta(days=last)).isoformat(),
    )  # fmt: skip


def told(office: Office, action: str) -> dict[str, Any]:
    """The detail of the newest audit row of an action."""
    ((text,),) = office.query(
        "SELECT detail FROM audit WHERE action = :action ORDER BY seq DESC LIMIT 1", action=action
    )
    return dict(json.loads(text))


# ------------------------------------------------------------------------- appointing


def test_the_principal_or_an_administrator_appoints_and_nobody_else(office: Office):
    number = stand_in(office, FINAL, Role.FINAL, by=FINAL)
    assert stand_in(office, FINAL, Role.FINAL) == number + 1
    for who in (SECRECY, OFFICE, SECOND):
        assert refused(lambda by=who: stand_in(office, FINAL, Role.FINAL, by=by)) == "wrong_role"
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, by="无名氏")) == "not_found"
    given = told(office, "deputy.given")
    assert (given["principal"], given["deputy"], given["role"]) == (FINAL, DEPUTY, "final")
    office.chain_holds()


def test_nobody_appoints_themselves(office: Office):
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, ADMIN, by=ADMIN)) == "deputy.self"
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, FINAL, by=FINAL)) == "deputy.self"
    stand_in(office, ADMIN, Role.ADMIN, by=ADMIN)
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, DEPUTY, by=DEPUTY)) == "deputy.self"
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, ADMIN, by=DEPUTY)) == "deputy.self"
    stand_in(office, FINAL, Role.FINAL, SECOND, by=DEPUTY)
    assert told(office, "deputy.given")["deputy_for"] == ADMIN


def test_an_administrator_of_another_unit_does_not_appoint(office: Office):
    office.hire("外单位管员", Role.ADMIN, unit="town")
    assert refused(lambda: stand_in(office, FINAL, Role.FINAL, by="外单位管员")) == "wrong_role"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": Role.SECOND}, "deputy.role"), ({"unit": "town"}, "wrong_role"),
        ({"principal": FIRST, "role": Role.FIRST, "department": OTHER_DEPARTMENT}, "deputy.role"),
        ({"first": 1, "last": 0}, "deputy.days"), ({"first": -9, "last": -1}, "deputy.days"),
        ({"deputy": "外人"}, "deputy.outsider"), ({"deputy": "无名氏"}, "not_found"), ({"principal": "无名氏"}, "not_found"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(office: Office, changes: dict[str, Any], code: str):
    office.hire("外人", Role.FINAL, unit="town")
    wish = {"principal": FINAL, "role": Role.FINAL, **changes}
    assert refused(lambda: stand_in(office, **wish)) == code
    assert office.query("SELECT * FROM deputy") == []


def test_an_appointment_ends_at_once(office: Office):
    number = stand_in(office, FINAL, Role.FINAL, last=30)
    (listed,) = deputies.listing(office.core)
    assert (listed["number"], listed["state"], listed["department"]) == (number, "running", None)
    for who in (SECRECY, OFFICE):
        assert refused(lambda by=who: deputies.end(office.core, number, by=by)) == "wrong_role"
    assert refused(lambda: deputies.end(office.core, 99, by=ADMIN)) == "not_found"
    deputies.end(office.core, number, by=DEPUTY)
    assert refused(lambda: deputies.end(office.core, number, by=FINAL)) == "deputy.ended"
    assert deputies.listing(office.core) == []
    assert [item["state"] for item in deputies.listing(office.core, past=True)] == ["ended"]


# ---------------------------------------------------------------------------- signing


def test_both_names_stand_wherever_a_deputy_signed(office: Office):
    stand_in(office, FINAL, Role.FINAL)
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, OFFICE)) == "wrong_role"
    office.sign(case, DEPUTY)
    assert office.state(case) is State.PUBLISHED
    last = views.show(office.core, case)["tiers"][-1]
    assert (last["by"], last["deputy_for"]) == (DEPUTY, FINAL)
    assert [tier["deputy_for"] for tier in views.show(office.core, case)["tiers"][:-1]] == [None] * 3
    assert office.query("SELECT by, deputy_for FROM decision WHERE tier = 'final'") == [(DEPUTY, FINAL)]
    approved = told(office, "approve")
    assert approved["deputy_for"] == FINAL
    sheet = next(
        path
        for path in office.core.workspace.archive.rglob("*.html")
        if "审批签署" in path.read_text("utf-8")
    )
    assert f"{DEPUTY}（代{FINAL}）" in sheet.read_text("utf-8")
    pages = [path.read_text("utf-8") for path in office.core.workspace.site.rglob("*.html")]
    assert any(DEPUTY in page for page in pages)
    assert not any(f"代{FINAL}" in page or FINAL in page for page in pages)
    office.chain_holds()


def test_who_holds_the_role_acts_as_themselves(office: Office):
    stand_in(office, SECRECY_2, Role.SECRECY, SECRECY)
    case = office.reviewed()
    office.sign(case, SECRECY)
    assert views.show(office.core, case)["tiers"][0]["deputy_for"] is None
    assert "deputy_for" not in told(office, "sign")


def test_a_deputy_signs_once_for_two(office: Office):
    """Neither the deputy, nor the principal, nor another deputy of either signs a further tier."""
    for name in (SECRECY, DEPUTY, "第三人"):
        office.hire(name, Role.FIRST, DEPARTMENT)
    office.hire("第三人", Role.CLERK, OTHER_DEPARTMENT)
    office.sql("DELETE FROM person_role WHERE person = '第三人' AND role = 'first'")
    stand_in(office, SECRECY, Role.SECRECY)
    stand_in(office, SECRECY, Role.FIRST, "第三人")
    case = office.reviewed()
    office.sign(case, DEPUTY)
    for who in (DEPUTY, SECRECY, "第三人"):
        assert refused(lambda by=who: office.decide(case, by)) == "same_person", who
    office.sign(case, FIRST)


def test_nobody_signs_for_somebody_who_has_signed(office: Office):
    office.hire(SECRECY, Role.FIRST, DEPARTMENT)
    stand_in(office, SECRECY, Role.FIRST)
    case = office.reviewed()
    office.sign(case, SECRECY)
    assert refused(lambda: office.decide(case, DEPUTY)) == "same_person"
    stand_in(office, FIRST, Role.FIRST)
    office.sign(case, DEPUTY)
    assert views.show(office.core, case)["tiers"][1]["deputy_for"] == FIRST, "for the one who is free"


def test_nobody_signs_for_the_drafter(office: Office):
    office.hire(CLERK, Role.SECRECY)
    stand_in(office, CLERK, Role.SECRECY)
    for by in (CLERK, None):
        case = office.reviewed(by=by)
        assert refused(lambda c=case: office.decide(c, DEPUTY)) == "drafter"
        assert refused(lambda c=case: office.clear(c, Settlement.ACCEPT, "x", by=DEPUTY)) == "drafter"


def test_what_a_clerks_deputy_handed_in_was_drafted_by_both(office: Office):
    office.hire(CLERK, Role.SECRECY)
    office.hire(DEPUTY, Role.SECRECY)
    stand_in(office, CLERK, Role.CLERK, department=DEPARTMENT)
    case = office.reviewed(by=DEPUTY)
    assert told(office, "receive")["deputy_for"] == CLERK
    for who in (CLERK, DEPUTY):
        assert refused(lambda by=who: office.decide(case, by)) == "drafter"
    office.sign(case, SECRECY)


@pytest.mark.parametrize("days", [(-3, -1), (1, 5)])
def test_before_the_first_day_and_after_the_last_a_deputy_is_nobody(office: Office, days: tuple[int, int]):
    stand_in(office, SECRECY, Role.SECRECY)
    case = office.reviewed()
    move(office, *days)
    assert refused(lambda: office.decide(case, DEPUTY)) == "wrong_role"
    assert refused(lambda: office.clear(case, Settlement.ACCEPT, by=DEPUTY)) == "wrong_role"
    move(office, -3, 0)
    office.sign(case, DEPUTY)


def test_a_role_that_is_lost_or_an_appointment_that_ended_is_gone_at_once(office: Office):
    number = stand_in(office, SECRECY, Role.SECRECY, last=9)
    stand_in(office, SECRECY_2, Role.SECRECY, last=9)
    case = office.reviewed()
    deputies.end(office.core, number, by=SECRECY)
    office.sql("UPDATE person SET disabled_at = created_at WHERE name = :who", who=SECRECY_2)
    assert refused(lambda: office.decide(case, DEPUTY)) == "wrong_role"


# ------------------------------------------------------------------- everything else


def test_findings_and_returns_name_both(office: Office):
    stand_in(office, SECRECY, Role.SECRECY)
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT, by=DEPUTY)
    assert told(office, "clear")["deputy_for"] == SECRECY
    office.decide(case, DEPUTY, Verb.RETURN, reason="请核对")
    assert told(office, "return")["deputy_for"] == SECRECY
    assert views.show(office.core, case)["tiers"][0]["deputy_for"] == SECRECY
    broken = office.hand_in(raw=BROKEN, name="坏.docx").case
    office.work()
    office.decide(broken, DEPUTY, Verb.RETURN, reason="打不开")
    assert told(office, "give_back")["deputy_for"] == SECRECY


def test_referrals_and_their_answers_name_both(office: Office):
    stand_in(office, SECRECY, Role.SECRECY)
    case = office.reviewed()
    office.decide(case, DEPUTY, Verb.REFER, reason="请示")
    assert told(office, "refer")["deputy_for"] == SECRECY
    move(office, -3, -1)
    reply = referrals.Answer("函1号", "县保密局", "6" * 64, agree=True)
    assert refused(lambda: referrals.answer(office.core, case, 1, DEPUTY, reply)) == "wrong_role"
    stand_in(office, OFFICE, Role.OFFICE)
    referrals.answer(office.core, case, 1, DEPUTY, reply)
    assert told(office, "answer_agree")["deputy_for"] == OFFICE


def test_withdrawal_and_taking_back_name_both(office: Office):
    stand_in(office, OFFICE, Role.OFFICE)
    stand_in(office, CLERK, Role.CLERK, department=DEPARTMENT)
    recall.withdraw(office.core, office.published(), DEPUTY, "有误")
    assert told(office, "withdraw")["deputy_for"] == OFFICE
    takeback.take_back(office.core, office.reviewed(), DEPUTY)
    assert told(office, "take_back")["deputy_for"] == CLERK


def test_a_principal_and_the_deputy_are_one_officer_in_quarantine(office: Office):
    stand_in(office, SECRECY, Role.SECRECY)
    case = office.hand_in(body=MARKED).case
    office.work()
    assert office.state(case) is State.QUARANTINED
    quarantine.release(office.core, case, DEPUTY, "误报")
    assert told(office, "release_first")["deputy_for"] == SECRECY
    stand_in(office, SECRECY, Role.SECRECY, OFFICE)
    for who in (SECRECY, DEPUTY, OFFICE):
        assert refused(lambda by=who: quarantine.release(office.core, case, by, "误报")) == "same_person"
    stand_in(office, SECRECY_2, Role.SECRECY, OFFICE)
    assert quarantine.release(office.core, case, OFFICE, "误报") is State.RECEIVED
    assert told(office, "release")["deputy_for"] == SECRECY_2


def test_two_officers_who_stand_in_for_each_other_are_still_two(office: Office):
    stand_in(office, SECRECY, Role.SECRECY, SECRECY_2)
    stand_in(office, SECRECY_2, Role.SECRECY, SECRECY)
    case = office.hand_in(body=MARKED).case
    office.work()
    quarantine.release(office.core, case, SECRECY, "误报")
    assert quarantine.release(office.core, case, SECRECY_2, "误报") is State.RECEIVED


def test_a_principal_and_the_deputy_are_one_officer_for_the_rules(office: Office):
    stand_in(office, SECRECY, Role.SECRECY)
    change = rules.propose(office.core, term("丙号储备库"), by=DEPUTY, reason="工作需要")
    assert told(office, "lexicon.propose")["deputy_for"] == SECRECY
    replay.replay(office.core, change, DEPUTY)
    for who in (DEPUTY, SECRECY):
        assert (
            refused(lambda by=who: rules.approve(office.core, change, by=by, reason="同意")) == "same_person"
        )
    rules.approve(office.core, change, by=SECRECY_2, reason="同意")


# ------------------------------------------------------------------------------ paper


def test_paper_is_recorded_as_the_deputys_and_by_an_administrators_deputy(office: Office):
    stand_in(office, SECRECY, Role.SECRECY)
    case = office.reviewed()
    scan = scans.keep_scan(office.core, b"%PDF-1.4 paper", ADMIN)
    assert refused(lambda: office.decide(case, DEPUTY, recorded_by=OFFICE, scan=scan)) == "wrong_role"
    stand_in(office, ADMIN, Role.ADMIN, OFFICE)
    office.decide(case, DEPUTY, recorded_by=OFFICE, scan=scan, deputy_for="谁", recorder_for="谁")
    detail = told(office, "sign")
    assert (detail["deputy_for"], detail["recorded_by"], detail["recorder_for"]) == (SECRECY, OFFICE, ADMIN)
    assert office.query("SELECT by, deputy_for FROM decision") == [(DEPUTY, SECRECY)]
    assert refused(lambda: office.decide(case, DEPUTY, recorded_by=OFFICE, scan=scan)) == "already_signed"


def test_what_the_caller_says_about_deputies_counts_for_nothing(office: Office):
    case = office.reviewed()
    office.decide(case, SECRECY, deputy_for=FINAL, recorder_for=ADMIN)
    assert "deputy_for" not in told(office, "sign") and "recorder_for" not in told(office, "sign")
    assert office.query("SELECT deputy_for FROM decision") == [(None,)]
