"""Papers that are recorded (代录): the day that they bear, who might sign on it, and what a refusal leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support import ADMIN, FINAL, FIRST, SECOND, SECRECY, Office, refused

from disclosure_pipeline.model.clock import beginning_of, today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import paper, staff
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.store import deputies, people
from disclosure_pipeline.store.deputies import Appointment

SCAN = b"%PDF-1.7\nsigned\n%%EOF"
DEPUTY = "代理人"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    made = staffed()
    made.hire(DEPUTY, Role.OFFICE)
    return made


def ago(days: int) -> date:
    return today_in_shanghai() - timedelta(days=days)


def reviewed(office: Office, days: int, **options: str) -> str:
    """A draft that was handed in some days ago."""
    case = office.reviewed(**options)
    office.sql(
        "UPDATE audit SET at = :at WHERE document = :d AND version = 1", at=beginning_of(ago(days)), d=case
    )
    return case


def stand_in(office: Office, first: date, last: date) -> int:
    wish = Appointment(SECRECY, DEPUTY, Role.SECRECY, "default", "", first, last)
    with office.core.database.write() as connection:
        return deputies.give(connection, wish, ADMIN)


def record(office: Office, case: str, by: str, day: date | None, **more: object) -> State:
    wish = Decision(Verb.APPROVE, office.row(case).version, by, signed_on=day, **more)  # type: ignore[arg-type]
    return paper.record(office.core, case, wish, SCAN, by=ADMIN)


def kept(office: Office) -> int:
    return len(office.query("SELECT seq FROM audit WHERE action = 'scan.kept'"))


def sheet(office: Office, case: str) -> paper.PaperSheet:
    with office.core.database.read() as connection:
        person = people.get(connection, ADMIN)
    return paper.sheet(office.core, case, person)


def test_the_day_lies_between_handing_in_and_today(office: Office) -> None:
    case = reviewed(office, 3)
    for day, code in ((ago(-1), "paper.future"), (ago(4), "paper.early")):
        assert refused(lambda day=day: record(office, case, SECRECY, day)) == code
    assert kept(office) == 0
    assert sheet(office, case).since == ago(3)
    record(office, case, SECRECY, ago(3))
    record(office, case, FIRST, ago(0))
    record(office, case, SECOND, None)
    days = office.query("SELECT signed_on FROM decision WHERE document = :d ORDER BY seq", d=case)
    assert days == [(ago(3).isoformat(),), (ago(0).isoformat(),), (None,)]


def test_a_paper_about_an_earlier_version_is_none_about_this_one(office: Office) -> None:
    case = reviewed(office, 3, attribute="依申请公开")
    office.decide(case, SECRECY, attribute=Attribute.PROACTIVE)
    assert (office.row(case).version, sheet(office, case).since) == (2, ago(0))
    assert refused(lambda: record(office, case, SECRECY, ago(1))) == "paper.early"


def test_whether_a_deputy_might_sign_is_asked_of_the_day_on_the_paper(office: Office) -> None:
    case = reviewed(office, 5)
    stand_in(office, ago(4), ago(2))
    assert DEPUTY in sheet(office, case).signers
    for day in (ago(5), ago(1), ago(0), None):
        assert refused(lambda day=day: record(office, case, DEPUTY, day)) == "wrong_role"
    assert kept(office) == 0
    record(office, case, DEPUTY, ago(2))
    signed = office.query('SELECT "by", deputy_for, recorded_by, signed_on FROM decision')
    assert signed == [(DEPUTY, SECRECY, ADMIN, ago(2).isoformat())]
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'sign'")
    told = json.loads(detail)
    assert (told["deputy_for"], told["signed_on"]) == (SECRECY, ago(2).isoformat())


def test_an_appointment_that_was_ended_ran_to_the_day_before(office: Office) -> None:
    case = reviewed(office, 5)
    stand_in(office, ago(4), ago(0))
    office.sql("UPDATE deputy SET ended_at = :at", at=beginning_of(ago(1)))
    assert refused(lambda: record(office, case, DEPUTY, ago(1))) == "wrong_role"
    record(office, case, DEPUTY, ago(2))
    assert office.tiers(case)[0] == ("secrecy", "approved", DEPUTY)


def test_deputies_of_other_days_are_not_offered(office: Office) -> None:
    case = reviewed(office, 3)
    stand_in(office, ago(9), ago(4))
    assert DEPUTY not in sheet(office, case).signers


def test_who_decides_themselves_decides_today(office: Office) -> None:
    case = reviewed(office, 5)
    stand_in(office, ago(4), ago(2))
    wish = Decision(Verb.APPROVE, 1, DEPUTY, signed_on=ago(2))
    assert refused(lambda: decide(office.core, case, wish)) == "wrong_role"
    decide(office.core, case, replace(wish, by=SECRECY))
    assert office.query("SELECT signed_on FROM decision") == [(None,)]


def test_whose_account_was_closed_signs_no_more_on_paper(office: Office) -> None:
    case = reviewed(office, 5)
    stand_in(office, ago(4), ago(2))
    staff.disable(office.core, SECRECY, by=ADMIN)
    assert refused(lambda: record(office, case, DEPUTY, ago(2))) == "wrong_role"


def test_a_chain_that_cannot_be_planned_keeps_no_scan(office: Office) -> None:
    case = office.reviewed(attribute="依申请公开")
    chains = office.core.chains
    office.core.chains = {name: replace(chain, tiers=()) for name, chain in chains.items()}
    wide = {"attribute": Attribute.PROACTIVE}
    assert refused(lambda: record(office, case, SECRECY, None, **wide)) == "route.broken"
    assert (kept(office), [by for _, _, by in office.tiers(case)]) == (0, [None] * 4)
    office.core.chains = chains
    record(office, case, SECRECY, None, **wide)
    assert (office.row(case).version, kept(office)) == (2, 1)


def test_the_archive_knows_the_day(office: Office) -> None:
    case = office.reviewed(attribute="依申请公开")
    for name in (SECRECY, FIRST, SECOND, FINAL):
        record(office, case, name, ago(0), reason="同意")
        office.work()
    assert office.state(case) is State.ON_REQUEST
    sheets = [path.read_text("utf-8") for path in office.core.workspace.archive.rglob("*.html")]
    assert any("签署日期" in text and ago(0).isoformat() in text for text in sheets)
