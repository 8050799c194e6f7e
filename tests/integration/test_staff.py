"""People as administrators see and change them, deputies and quarantined cases as lists; on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FINAL,
    OTHER_DEPARTMENT,
    SECOND,
    SECRECY,
    SECRECY_2,
    Office,
    refused,
)

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import accounts, deputies, paper, quarantine, staff
from disclosure_pipeline.store import people
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Grant, Person

TODAY = today_in_shanghai()


def who(office: Office, name: str) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def test_the_people_of_a_unit_with_what_they_can_do(office: Office) -> None:
    office.hire("甲新", Role.CLERK, OTHER_DEPARTMENT)
    office.hire("甲新", Role.FIRST, OTHER_DEPARTMENT)
    office.hire(SECOND, Role.FINAL, unit="elsewhere")
    first = accounts.give_password(office.core, CLERK, by=ADMIN)
    accounts.give_password(office.core, FINAL, by=ADMIN)
    accounts.change_password(office.core, CLERK, first, "柳絮池塘淡淡风梨花院落")
    office.sql("UPDATE account SET locked_until = '2999-01-01T00:00:00.000000Z' WHERE person = :p", p=CLERK)
    staff.disable(office.core, SECRECY_2, by=ADMIN)
    found = {item.name: item for item in staff.listing(office.core, who(office, ADMIN), "default")}
    assert found["甲新"].grants == (
        Grant(Role.CLERK, "default", OTHER_DEPARTMENT),
        Grant(Role.FIRST, "default", OTHER_DEPARTMENT),
    )
    assert {name: found[name].access for name in ("甲新", FINAL, CLERK)} == {
        "甲新": staff.Access.NONE, FINAL: staff.Access.FIRST, CLERK: staff.Access.LOCKED,
    }  # fmt: skip
    assert [name for name, item in found.items() if item.disabled] == [SECRECY_2]
    assert [name for name, item in found.items() if item.elsewhere] == [SECOND]
    assert [grant.unit for grant in found[SECOND].grants] == ["default"]
    assert [name for name, item in found.items() if item.myself] == [ADMIN]


def test_a_role_is_given_once_and_taken_once(office: Office) -> None:
    password = staff.hire(office.core, "乙新", Grant(Role.CLERK, "default", DEPARTMENT), by=ADMIN)
    assert accounts.enter(office.core, "乙新", password).must_change
    again = lambda: staff.hire(office.core, "乙新", Grant(Role.FINAL, "default", ""), by=ADMIN)  # noqa: E731
    assert refused(again) == "user.known"
    grant = Grant(Role.OFFICE, "default", "")
    for _ in range(2):
        staff.give_role(office.core, "乙新", grant, by=ADMIN)
    assert len(who(office, "乙新").grants) == 2
    staff.take_role(office.core, "乙新", grant, by=ADMIN)
    assert refused(lambda: staff.take_role(office.core, "乙新", grant, by=ADMIN)) == "not_found"
    assert who(office, "乙新").grants == (Grant(Role.CLERK, "default", DEPARTMENT),)
    office.chain_holds()


@pytest.mark.parametrize("name", ["system", "SYSTEM", "department", "os:root", "ｏｓ：root", " 某人", ""])
def test_nobody_gets_a_name_that_the_logs_use_themselves(office: Office, name: str) -> None:
    grant = Grant(Role.ADMIN, "default", "")
    for act in (
        lambda: staff.hire(office.core, name, grant, by=ADMIN),
        lambda: staff.add(office.core, name, grant, by="os:root"),
    ):
        assert refused(act) == "user.name"
    assert office.query("SELECT name FROM person WHERE name = :n", n=name) == []


def test_a_role_that_is_gone_is_gone_for_the_deputy(office: Office) -> None:
    wish = Appointment(FINAL, SECOND, Role.FINAL, "default", "", TODAY, TODAY + timedelta(days=2))
    number = deputies.give(office.core, wish, by=FINAL)
    assert who(office, SECOND).holds(Role.FINAL, "default")
    for name, seen in ((FINAL, [number]), (SECOND, [number]), (ADMIN, [number]), (CLERK, [])):
        shown = deputies.concerning(office.core, who(office, name))
        assert [item["number"] for item in shown] == seen
    last = Grant(Role.FINAL, "default", "")
    assert refused(lambda: staff.take_role(office.core, FINAL, last, by=ADMIN)) == "user.last_role"
    assert who(office, SECOND).holds(Role.FINAL, "default")
    office.hire(FINAL, Role.OFFICE)
    staff.take_role(office.core, FINAL, last, by=ADMIN)
    assert not who(office, SECOND).holds(Role.FINAL, "default")


def test_whom_one_may_appoint(office: Office) -> None:
    staff.disable(office.core, SECRECY_2, by=ADMIN)
    office.hire("远方", Role.FINAL, unit="elsewhere")
    posts, names = deputies.candidates(office.core, who(office, FINAL), "default")
    assert posts == [(FINAL, Grant(Role.FINAL, "default", ""))]
    assert not {FINAL, SECRECY_2, "远方"} & set(names)
    posts, names = deputies.candidates(office.core, who(office, ADMIN), "default")
    assert {CLERK, ADMIN, SECRECY} <= {name for name, _ in posts}
    assert "远方" not in {name for name, _ in posts}
    assert FINAL in names


def test_papers_bear_the_names_of_those_who_may_sign(office: Office) -> None:
    case = office.reviewed()
    wish = Appointment(SECRECY, SECOND, Role.SECRECY, "default", "", TODAY, TODAY)
    deputies.give(office.core, wish, by=SECRECY)
    staff.disable(office.core, SECRECY_2, by=ADMIN)
    sheet = paper.sheet(office.core, case, who(office, ADMIN))
    assert set(sheet.signers) == {SECRECY, SECOND}
    assert (sheet.open, sheet.version, len(sheet.tiers)) == ("secrecy", 1, 4)


def test_quarantined_cases_are_shown_to_the_officers_of_their_unit(office: Office) -> None:
    office.hire("远方", Role.SECRECY, unit="elsewhere")
    case = office.hand_in("磐石计划", "机密★10年\n甲号库").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    (found,) = quarantine.sealed(office.core, who(office, SECRECY)).cases
    assert (found.document, found.rules, found.released_by) == (case, ("D1.star",), "")
    for name in (ADMIN, FINAL, "远方"):
        assert quarantine.sealed(office.core, who(office, name)).cases == ()
        one = lambda name=name: quarantine.one_sealed(office.core, who(office, name), case)  # noqa: E731
        assert refused(one) == "not_found"
    quarantine.release(office.core, case, SECRECY, "误印")
    assert quarantine.one_sealed(office.core, who(office, SECRECY_2), case).released_by == SECRECY
    assert refused(lambda: quarantine.release(office.core, case, SECRECY_2, " ")) == "reason_required"
    destroy = lambda: quarantine.confirm(office.core, case, SECRECY_2, "涉密", typed="销毁")  # noqa: E731
    assert refused(destroy) == "not_confirmed"
    quarantine.release(office.core, case, SECRECY_2, "误印")
    assert quarantine.sealed(office.core, who(office, SECRECY)).cases == ()


def test_quarantined_cases_come_in_pages(office: Office) -> None:
    cases = [office.hand_in(f"磐石计划{number}", "机密★10年\n甲号库").case for number in range(3)]
    office.work()
    officer = who(office, SECRECY)
    first = quarantine.sealed(office.core, officer, limit=2)
    assert ([item.document for item in first.cases], first.after) == (cases[:2], cases[1])
    rest = quarantine.sealed(office.core, officer, after=first.after, limit=2)
    assert ([item.document for item in rest.cases], rest.after) == (cases[2:], "")
    assert [quarantine.one_sealed(office.core, officer, case) for case in cases] == [
        *first.cases,
        *rest.cases,
    ]
