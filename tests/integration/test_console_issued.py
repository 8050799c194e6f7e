"""正式件 in the console: the clerk is asked for the file, the office sees what differs, and confirms or returns it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import BODY, CLERK, DEPARTMENT, OFFICE, OTHER_DEPARTMENT, SECRECY, Office
from web import Seat

from disclosure_pipeline.model.lifecycle import State

TITLE = "关于年度安排的通知"
NUMBER = "示民发〔2026〕18号"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed(unit=[{"departments": [DEPARTMENT, OTHER_DEPARTMENT], "issued_only": True}])


def content(body: str = BODY, number: str = "", day: str = "2日") -> bytes:
    return f"{number}\n{TITLE}\n\n{body}\n\n示范县{DEPARTMENT}\n2026年11月{day}\n".encode()


def awaited(office: Office) -> str:
    case = office.published(TITLE, raw=content())
    assert office.state(case) is State.AWAITING_ISSUE
    return case


def hand_in(seat: Seat, case: str, sent: bytes) -> None:
    """Hand the issued file in on the page of the document's way."""
    seat.get(f"/documents/{case}/timeline")
    files = [("files", ("印发件.txt", sent, "text/plain"))]
    seat.post(f"/documents/{case}/resubmit", {"version": "1", "attribute": ""}, files)
    assert seat.refusal == ""


def test_the_clerk_hands_it_in_and_the_office_confirms_it(office: Office, sit: Callable[[str], Seat]) -> None:
    case = awaited(office)
    clerk, desk = sit(CLERK), sit(OFFICE)
    clerk.get(f"/documents/{case}/timeline")
    assert "投放正式件" in clerk.words
    desk.get("/queue", tier="awaiting_issue")
    assert case in desk.text
    hand_in(clerk, case, content(number=NUMBER, day="20日"))
    office.work()
    desk.get("/queue", tier="issue")
    assert case in desk.text
    desk.get(f"/documents/{case}/sign")
    assert desk.status == 200
    assert "正式件与审定的第 1 版核对" in desk.words
    told = " ".join(desk.page.xpath("//section[@aria-labelledby='issued']//li//text()"))
    assert NUMBER in told
    assert "审定稿为“2026年11月2日”" in told
    form = "//form[contains(@class, 'decision')]"
    assert desk.page.xpath(f"{form}//button/@value") == ["approve", "return"]
    assert desk.page.xpath(f"{form}//*[@name='attribute' or @name='ground']") == []
    assert desk.page.xpath("//iframe/@src")
    desk.press(form, "approve")
    assert desk.refusal == ""
    office.work()
    assert office.state(case) is State.PUBLISHED
    clerk.get(f"/documents/{case}/timeline")
    assert "已审定，待投放正式件" in clerk.words


def test_a_changed_one_says_to_the_reviewers_where_it_differs(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = awaited(office)
    hand_in(sit(CLERK), case, content("补贴标准有调整。", NUMBER))
    office.work()
    secrecy = sit(SECRECY)
    secrecy.get(f"/documents/{case}/review")
    assert "本版是正式件，重新审查" in secrecy.words
    assert "与审定稿（第1版）不一致：文字" in secrecy.words
    desk = sit(OFFICE)
    desk.get(f"/documents/{case}/sign")
    assert desk.status == 200
    assert desk.page.xpath("//section[@aria-labelledby='issued']") == []


def test_the_office_returns_it_or_what_waits_for_it(office: Office, sit: Callable[[str], Seat]) -> None:
    case = awaited(office)
    desk = sit(OFFICE)
    desk.get(f"/documents/{case}/sign")
    desk.press("//form[@class='panel']", "return", reason="暂不公开")
    assert (desk.refusal, office.state(case)) == ("", State.RETURNED)
    other = office.published("关于另一安排的通知")
    secrecy = sit(SECRECY)
    secrecy.get(f"/documents/{other}/sign")
    assert secrecy.page.xpath("//button[@value='return']") == []
    hand_in(sit(CLERK), other, (office.folder / "desk" / "2" / "通知2.txt").read_bytes() + b"\n")
    office.work()
    desk.get(f"/documents/{other}/sign")
    assert "没有差异" in desk.words
    desk.press("//form[contains(@class, 'decision')]", "return", reason="印章不清")
    assert (desk.refusal, office.state(other)) == ("", State.RETURNED)
