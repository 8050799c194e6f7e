"""What other people do is seen at once, and takes nothing away from what one is typing."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import AtKeys, Seats
from playwright.sync_api import expect
from support import FIRST, PHONE, SECRECY, SECRECY_2, Office

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State

TYPED = "这里写了很久的退回理由"
BODY = f"补贴按月发放，咨询手机{PHONE}。"


@pytest.fixture
def case(office: Office) -> str:
    return office.reviewed(body=BODY)


def count(person: AtKeys) -> Any:
    """The count beside 待办 in the menu."""
    return person.page.locator(".menu [data-count=waiting]")


def test_counts_change_while_somebody_else_works(office: Office, seats: Seats, case: str) -> None:
    officer, head = seats.sit(SECRECY), seats.sit(FIRST)
    officer.go("/queue")
    head.go("/queue")
    waiting = len(officer.page.locator("#rows tr").all())
    expect(count(officer)).to_have_text(str(waiting))
    expect(count(head)).to_have_text("")
    officer.page.locator("#q").fill("尚未搜索")
    another = office.reviewed()
    expect(count(officer)).to_have_text(str(waiting + 1))
    office.sign(another, SECRECY_2)
    expect(count(officer)).to_have_text(str(waiting))
    expect(count(head)).to_have_text("1")
    assert officer.page.locator("#q").input_value() == "尚未搜索", "the page itself stays as it is"


def test_counts_go_on_after_the_page_has_changed_in_place(office: Office, seats: Seats, case: str) -> None:
    officer = seats.sit(SECRECY)
    officer.go("/queue")
    expect(count(officer)).not_to_have_text("")
    before = count(officer).inner_text()
    officer.reach(f"row-{case}")
    officer.send("c")
    expect(count(officer)).to_have_text(before)
    office.reviewed()
    expect(count(officer)).to_have_text(str(int(before) + 1))


def test_after_going_out_nothing_of_the_person_is_on_the_page(
    office: Office, seats: Seats, case: str
) -> None:
    officer = seats.sit(SECRECY)
    officer.go("/queue")
    expect(count(officer)).not_to_have_text("")
    officer.page.locator("form[action$='/sign-out'] button").click()
    officer.page.wait_for_url("**/sign-in*")
    assert officer.page.locator(".self, .menu, [data-live]").count() == 0
    assert SECRECY not in officer.page.content()
    del seats.sessions[SECRECY]


def test_the_second_officer_is_told_who_has_the_document(office: Office, seats: Seats, case: str) -> None:
    one, other = seats.sit(SECRECY), seats.sit(SECRECY_2)
    one.go(f"/documents/{case}/review")
    one.send("c")
    other.go(f"/documents/{case}/review")
    assert f"{SECRECY} " in other.page.locator(".dochead .notice").inner_text()
    other.look("second-officer")
    other.go("/queue")
    assert SECRECY in other.page.locator(f"#row-{case}").inner_text()


@pytest.mark.parametrize("finished", [False, True], ids=["settled", "signed"])
def test_the_second_officer_loses_nothing_that_was_typed(
    office: Office, seats: Seats, case: str, finished: bool
) -> None:
    other = seats.sit(SECRECY_2)
    other.go(f"/documents/{case}/review")
    other.open("e")
    other.tab_to(other.page.locator("#why"))
    other.page.keyboard.type(TYPED)
    office.clear(case, Settlement.REDACT, by=SECRECY)
    if finished:
        office.sign(case, SECRECY)
    other.send("Ctrl+Enter")
    if finished:
        other.watch.refused(403)
        assert f"保密审查：{SECRECY}" in other.words
        assert other.page.locator("#refusal").is_visible()
        assert other.page.evaluate("document.activeElement.id") == "refusal"
        assert TYPED in other.words
        other.look("second-officer-too-late")
    else:
        assert office.state(case) is State.RETURNED


def test_what_was_settled_meanwhile_is_told_and_settled_once(office: Office, seats: Seats, case: str) -> None:
    other = seats.sit(SECRECY_2)
    other.go(f"/documents/{case}/review")
    finding = other.present
    other.open("d")
    remark = other.page.locator(f"[id='{finding}'] details input[name=remark]")
    other.tab_to(remark)
    other.page.keyboard.type("单位公开电话")
    office.clear(case, Settlement.REDACT, by=SECRECY)
    other.send("Ctrl+Enter")
    other.watch.refused(409)
    assert "刚由他人处理过" in other.notice
    assert "单位公开电话" in other.words
    other.look("settled-meanwhile")
    assert {item.settled for item in office.findings(case)} == {Settlement.REDACT}


def test_without_the_server_nothing_typed_is_lost(office: Office, seats: Seats, case: str) -> None:
    officer = seats.sit(SECRECY)
    officer.go(f"/documents/{case}/review")
    officer.open("e")
    officer.tab_to(officer.page.locator("#why"))
    officer.page.keyboard.type(TYPED)
    officer.page.context.set_offline(True)
    officer.page.keyboard.press("Control+Enter")
    expect(officer.page.locator("#notices [role=alert]")).to_contain_text("连接不上服务器")
    assert officer.page.locator("#why").input_value() == TYPED
    officer.look("server-away")
    officer.watch.faults.clear()
    officer.page.context.set_offline(False)
    officer.send("Ctrl+Enter")
    assert office.state(case) is State.RETURNED
