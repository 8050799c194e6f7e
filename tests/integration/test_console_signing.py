"""A document's way through the console without JavaScript: handed in, returned, corrected, signed by four people."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from support import (
    ADMIN,
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
)
from web import Seat

from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.route import Role, Verb

FOREIGN_CLERK = "周财经办"
TITLE = "关于冬季养老服务补贴发放的通知"
BODY = f"{TITLE}\n\n补贴按月发放。\n\n示范县{DEPARTMENT}\n2026年11月2日\n（此件公开发布）\n"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    made = staffed()
    made.hire(FOREIGN_CLERK, Role.CLERK, OTHER_DEPARTMENT)
    return made


def handed_in(seat: Seat, office: Office) -> str:
    seat.get("/department")
    files = [("files", ("通知.txt", BODY.encode(), "text/plain"))]
    seat.post(
        "/department/upload", {"unit": "default", "department": DEPARTMENT, "attribute": "proactive"}, files
    )
    assert (seat.status, seat.refusal) == (200, "")
    office.work()
    (case,) = seat.page.xpath("//tr[@aria-current]/@id")
    return str(case).removeprefix("row-")


def sign(seat: Seat, case: str, verb: str = "approve", **typed: Any) -> None:
    seat.get(f"/documents/{case}/sign")
    form = "//form[contains(@class, 'decision')]"
    checks = [str(value) for value in seat.page.xpath(f"{form}//input[@name='check']/@value")]
    seat.press(form, verb, check=checks, **typed)


def shown(seat: Seat, case: str) -> None:
    """Look at every page, as 经审查不涉密 asks."""
    seat.get(f"/documents/{case}/review")


def test_the_whole_way_of_a_clean_document(office: Office, sit: Callable[[str], Seat]) -> None:
    clerk = sit(CLERK)
    case = handed_in(clerk, office)
    secrecy = sit(SECRECY)
    shown(secrecy, case)
    sign(secrecy, case)
    assert secrecy.refusal == ""
    for name in (FIRST, SECOND):
        seat = sit(name)
        sign(seat, case)
        assert (seat.refusal, seat.path) == ("", "/queue")
    office.work()
    final = sit(FINAL)
    final.get(f"/documents/{case}/sign")
    (frame,) = final.page.xpath("//iframe/@src")
    frozen = final.client.get(frame)
    assert "补贴按月发放" in frozen.text
    entry = dict(
        zip(
            *(final.page.xpath(f"//dl[@aria-label='目录信息']/{tag}/text()") for tag in ("dt", "dd")),
            strict=True,
        )
    )
    assert (entry["发文机关"], entry["体裁分类"]) == (f"示范县{DEPARTMENT}", "通知")
    assert frozen.headers["content-security-policy"].startswith("sandbox;")
    sign(final, case)
    assert final.refusal == ""
    office.work()
    clerk.get(f"/documents/{case}/timeline")
    assert "公开发布" in clerk.words
    assert all(name in clerk.words for name in (SECRECY, FIRST, SECOND, FINAL))


def test_a_return_says_why_and_the_correction_goes_on_as_the_next_version(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    clerk = sit(CLERK)
    case = handed_in(clerk, office)
    secrecy = sit(SECRECY)
    sign(secrecy, case, "return", reason="补贴标准没有写明")
    office.work()
    clerk.get(f"/documents/{case}/timeline")
    assert "补贴标准没有写明" in clerk.words
    better = BODY.replace("按月发放", "每月发放300元")
    clerk.post(
        f"/documents/{case}/resubmit",
        {"version": "1"},
        [("files", ("通知.txt", better.encode(), "text/plain"))],
    )
    assert clerk.refusal == ""
    office.work()
    clerk.get(f"/documents/{case}/difference")
    assert clerk.page.xpath("//ins/text()")
    assert office.row(case).version == 2


def test_a_place_is_called_the_same_by_the_officer_and_in_the_departments_timeline(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    draft = docx.Document()
    for line in BODY.splitlines():
        remarked = draft.add_paragraph(line)
    draft.add_comment(remarked.runs, text=f"请先致电{PHONE}。", author="某人")
    packed = io.BytesIO()
    draft.save(packed)
    case = office.hand_in(raw=packed.getvalue(), name="通知.docx").case
    office.work()
    found = next(item for item in office.findings(case) if item.finding.text == PHONE)
    secrecy, clerk = sit(SECRECY), sit(CLERK)
    secrecy.get(f"/documents/{case}/review")
    (place,) = secrecy.page.xpath(f"//li[@id='{found.id}']//p[@class='where']/a/text()")
    assert place == "批注第1段"
    office.decide(case, SECRECY, Verb.RETURN, reason="请删去", quotes=(Quote(found.id, remark="请删去"),))
    clerk.get(f"/documents/{case}/timeline")
    assert place in clerk.page.xpath("//ul[@class='reasons']//span[@class='hint']/text()")
    clerk.post("/account", {"language": "en"})
    clerk.get(f"/documents/{case}/timeline")
    assert "Comment, Paragraph 1" in clerk.page.xpath("//ul[@class='reasons']//span[@class='hint']/text()")


def test_who_comes_too_late_to_sign_is_told_so(office: Office, sit: Callable[[str], Seat]) -> None:
    case = handed_in(sit(CLERK), office)
    late = sit(SECRECY_2)
    late.get(f"/documents/{case}/sign")
    office.decide(case, SECRECY)
    late.post(f"/documents/{case}/sign", {"version": "1", "verb": "return", "reason": "写了很久的理由"})
    assert "已经签署" in late.refusal
    assert office.tier_states(case) == ["approved", "open", "open", "open"]


def test_a_stale_decision_is_refused_and_nothing_typed_is_lost(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = handed_in(sit(CLERK), office)
    secrecy = sit(SECRECY)
    secrecy.get(f"/documents/{case}/sign")
    secrecy.post(f"/documents/{case}/sign", {"version": "7", "verb": "return", "reason": "写了很久的理由"})
    assert secrecy.status == 409
    assert "新版本" in secrecy.refusal
    assert secrecy.page.xpath("//textarea[@name='reason']/text()") == ["写了很久的理由"]
    assert secrecy.page.xpath("//input[@name='version']/@value") == ["1"]


def test_who_has_signed_does_not_sign_again_and_nobody_passes_a_tier(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = handed_in(sit(CLERK), office)
    final = sit(FINAL)
    final.get(f"/documents/{case}/sign")
    final.post(f"/documents/{case}/sign", {"version": "1", "verb": "approve"})
    assert (final.status, "角色" in final.refusal) == (403, True)
    assert office.state(case).value == "in_review"


@pytest.mark.parametrize(
    "page", ["", "/review", "/sign", "/difference", "/timeline", "/preview", "/pages/0/1"]
)
def test_another_department_and_the_administrator_see_no_text(
    office: Office, sit: Callable[[str], Seat], page: str
) -> None:
    case = handed_in(sit(CLERK), office)
    for name in (FOREIGN_CLERK, ADMIN):
        seat = sit(name)
        seat.get(f"/documents/{case}{page}")
        assert "按月发放" not in seat.text
        assert seat.status in (403, 404) if page or name == FOREIGN_CLERK else seat.status == 200


@pytest.mark.parametrize("name", ["../../etc/通知.txt", "con.txt", "a\u202eb.txt", "~$通知.docx", ""])
def test_names_that_are_tricks_are_not_taken(office: Office, sit: Callable[[str], Seat], name: str) -> None:
    clerk = sit(CLERK)
    clerk.get("/department")
    clerk.post(
        "/department/upload", {"unit": "default", "department": DEPARTMENT},
        [("files", (name, BODY.encode(), "text/plain"))],
    )  # fmt: skip
    office.work()
    clerk.get("/department")
    assert TITLE not in clerk.words


def test_nobody_hands_in_for_another_department(office: Office, sit: Callable[[str], Seat]) -> None:
    clerk = sit(FOREIGN_CLERK)
    clerk.get("/department")
    clerk.post(
        "/department/upload", {"unit": "default", "department": DEPARTMENT},
        [("files", ("通知.txt", BODY.encode(), "text/plain"))],
    )  # fmt: skip
    assert (clerk.status, office.query("SELECT id FROM document")) == (404, [])


def test_the_office_only_registers(office: Office, sit: Callable[[str], Seat]) -> None:
    case = handed_in(sit(CLERK), office)
    seat = sit(OFFICE)
    seat.get(f"/documents/{case}/sign")
    assert seat.status == 200
    assert all(button.get("disabled") is not None for button in seat.page.xpath("//button[@name='verb']"))
