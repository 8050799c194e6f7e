"""审查单, and that every look at a document is in the access log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import ADMIN, BODY, CLERK, FINAL, FIRST, OFFICE, PHONE, SECOND, SECRECY, Office
from web import Seat

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.store.deputies import Appointment

DEPUTY, TODAY = "代班员", today_in_shanghai()


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


def looks(office: Office, case: str) -> list[tuple[str, str]]:
    return [(who, what) for who, what in office.query(
        "SELECT actor, what FROM access WHERE document = :d ORDER BY seq", d=case
    )]  # fmt: skip


def test_the_sheet_tells_the_review_and_none_of_the_words_that_were_found(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = office.reviewed("关于补贴的通知<b>", f"{BODY}\n咨询请联系张建国，手机{PHONE}。")
    office.clear(case, Settlement.REDACT, reason="personal")
    office.sign(case, SECRECY, FIRST, SECOND, FINAL)
    reader = sit(OFFICE)
    reader.get(f"/documents/{case}/sheet")
    assert (reader.status, reader.refusal) == (200, "")
    for word in (
        case,
        "关于补贴的通知<b>",
        SECRECY,
        FIRST,
        SECOND,
        FINAL,
        "手机号码",
        "遮盖",
        "同意",
        "主动公开",
    ):
        assert word in reader.words, word
    assert PHONE not in reader.text
    assert "张建国" not in reader.text
    assert "<b>" not in reader.text
    assert reader.page.xpath("count(//table[.//th='签署人']//tbody/tr)") == 4


def test_a_look_at_each_page_is_noted_once_a_day(office: Office, sit: Callable[[str], Seat]) -> None:
    case = office.reviewed("关于补贴的通知")
    pages = ("sheet", "sign", "preview", "difference", "timeline", "clock", "review")
    reader = sit(SECRECY)
    for page in (*pages, *pages):
        reader.get(f"/documents/{case}/{page}")
        assert reader.status == 200, page
    assert looks(office, case) == [(SECRECY, page) for page in pages]


def test_whoever_may_not_see_a_document_leaves_no_look_and_sees_no_sheet(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = office.reviewed("关于补贴的通知", f"{BODY}{PHONE}")
    sealed = office.hand_in("绝密计划甲", "机密★10年\n甲号储备库位置").case
    office.work()
    clerk, officer = sit(CLERK), sit(SECRECY)
    clerk.get(f"/documents/{case}/sheet")
    officer.get(f"/documents/{sealed}/sheet")
    assert (clerk.status, officer.status) == (403, 404)
    assert "绝密计划甲" not in officer.text
    assert looks(office, case) == looks(office, sealed) == []


def test_the_english_sheet_tells_places_and_deputies_in_english(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    office.hire(DEPUTY, Role.CLERK)
    wish = Appointment(SECRECY, DEPUTY, Role.SECRECY, "default", "", TODAY, TODAY)
    deputies.give(office.core, wish, by=ADMIN)
    case = office.reviewed(body=f"{BODY}\n手机{PHONE}。")
    office.clear(case, Settlement.REDACT, by=DEPUTY, reason="personal")
    office.sign(case, DEPUTY)
    reader = sit(OFFICE)
    reader.get(f"/documents/{case}/sheet")
    assert f"{DEPUTY}（代{SECRECY}）" in reader.words
    assert "段" in "".join(reader.page.xpath("//table[.//th='位置']//td[4]/text()"))
    reader.get("/account")
    reader.post("/account", {"language": "en"})
    reader.get(f"/documents/{case}/sheet")
    assert f"{DEPUTY} (for {SECRECY})" in reader.words
    assert reader.page.xpath("//table[.//th='Place']//td[4]/text()")
    assert "段" not in "".join(reader.page.xpath("//table[.//th='Place']//td[4]/text()"))
