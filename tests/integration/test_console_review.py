"""The review page: what officers see of a document, what they do to it, and what nobody else may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import (
    ADMIN,
    BODY,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OTHER_DEPARTMENT,
    PHONE,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
)
from typeset import Written, reportlab_pdf, set_in_type
from web import ROOT, Seat, signed_in

from disclosure_pipeline.model.finding import PERSON, Settlement, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import claims, marking
from disclosure_pipeline.store import people

NAME, OTHER_PHONE = "张建国", "13887654321"
LETTERS = f"咨询请联系{NAME}，手机{PHONE}。逾期联系{NAME}，手机{PHONE}，备用{OTHER_PHONE}。"
HOSTILE = "计划<script>alert(1)</script>\u202etxt"
WORDS = "柳河村名册甲字第九号"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


def review(case: str) -> str:
    return f"/documents/{case}/review"


def look_through(officer: Seat, case: str) -> None:
    """Open every page and panel of every file by the links on the pages."""
    officer.get(review(case))
    while following := officer.page.xpath("//a[@data-more='sheets']/@href"):
        officer.get(following[0].removeprefix(ROOT))


def present(officer: Seat) -> str:
    """The words of the finding that keys act on."""
    return "".join(officer.page.xpath("//li[@data-stop][@aria-current]//p[@class='words']/text()"))


def act(officer: Seat, button: str, **typed: Any) -> None:
    """Press a button of the present finding."""
    officer.press("//li[@data-stop][@aria-current]/form", button, **typed)


def settled(office: Office, case: str) -> list[tuple[str | None, str | None]]:
    return [
        (item.finding.text, item.settled.value if item.settled else None) for item in office.findings(case)
    ]


# ------------------------------------------------------------------------ seeing


def test_the_officer_sees_the_page_with_its_findings_marked(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(f"/documents/{case}")
    assert (officer.status, officer.path) == (200, review(case))
    ids = {item.id for item in office.findings(case)}
    assert set(officer.page.xpath("//li[@data-stop]/@id")) == ids
    shown = {name for names in officer.page.xpath("//mark/@data-shown-by") for name in names.split()}
    assert shown == ids
    assert "十一位，号段属于移动电话" in officer.words
    assert "政府信息公开条例" in officer.words
    # The first open one on the page is before the officer, and it cannot be concluded yet.
    assert present(officer) == officer.page.xpath("//li[@data-stop][1]//p[@class='words']/text()")[0]
    assert officer.page.xpath("//button[@value='approve']") == []
    assert "还有未处理的命中" in officer.words


def test_text_of_a_draft_shows_as_text(office: Office, officer: Seat) -> None:
    case = office.reviewed(title="关于计划的通知", body=f"{BODY}\n{HOSTILE}\n=cmd()|'/c calc'!A1 {LETTERS}")
    for page in (review(case), f"/documents/{case}/preview"):
        officer.get(page)
        assert officer.page.xpath("//script[not(@src)]") == []
        assert "<script>alert(1)</script>‹RLO›txt" in officer.words
        assert "\u202e" not in officer.text
        assert "=cmd()" in officer.words


def test_who_may_not_see_a_document_learns_nothing(app: Any, office: Office) -> None:
    case = office.reviewed(title="柳河村补贴名册", body=f"{BODY}\n{LETTERS}", department=OTHER_DEPARTMENT)
    office.hire("远方", Role.SECRECY, unit="elsewhere")
    for name, status in ((CLERK, 404), (FIRST, 404), ("远方", 404), (ADMIN, 403)):
        with signed_in(app, office, name) as seat:
            for path in ("review", "preview", "pages/0/1"):
                seat.get(f"/documents/{case}/{path}")
                assert seat.status == status
                assert not any(secret in seat.text for secret in (NAME, PHONE, "柳河村"))
    with signed_in(app, office, ADMIN) as seat:
        seat.get(f"/documents/{case}")
        assert seat.status == 200
        assert "柳河村补贴名册" in seat.words
        assert PHONE not in seat.text


def test_those_who_do_not_settle_read_only(app: Any, office: Office) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    for name in (CLERK, FINAL):
        with signed_in(app, office, name) as seat:
            seat.get(review(case))
            assert PHONE in seat.words
            assert seat.page.xpath("//main//form[@method='post']") == []
            (first, *_) = office.findings(case)
            seat.post(f"/documents/{case}/findings", {"finding": first.id, "do": "accept", "version": 1})
            assert seat.status == 403
    assert {how for _, how in settled(office, case)} == {None}


def test_of_a_quarantined_case_only_the_number_is_shown(app: Any, office: Office, officer: Seat) -> None:
    case = office.hand_in("绝密计划甲", "机密★10年\n甲号库位置").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    officer.get(f"/documents/{case}")
    assert (officer.status, "已隔离" in officer.words, "触发规则" in officer.words) == (200, True, True)
    assert not any(secret in officer.text for secret in ("绝密计划甲", "甲号库", "机密"))
    officer.get(review(case))
    assert officer.status == 404
    with signed_in(app, office, CLERK) as seat:
        assert (seat.get(f"/documents/{case}") is not None, seat.status) == (True, 404)


# ------------------------------------------------------------------------ settling


def test_findings_are_settled_one_after_the_other_and_then_signed(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    second = office.reviewed()
    look_through(officer, case)
    officer.get(review(case))
    number = len(office.findings(case))
    for left in range(number, 0, -1):
        act(officer, "redact.remove")
        assert officer.status == 200, officer.refusal
        assert f"未处理 {left - 1} 处" in officer.words
    assert {how for _, how in settled(office, case)} == {"redact"}
    officer.press("//form[.//button[@value='approve']]", "approve")
    assert office.tier_states(case)[0] == "approved"
    assert officer.path == review(second)
    assert "保密审查已签署" in officer.words


def test_the_same_words_are_settled_together_and_taken_back_together(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(review(case), finding=next(i.id for i in office.findings(case) if i.finding.text == PHONE))
    assert "同样文字另有 1 处，一并处理" in officer.words
    act(officer, "redact.mask", same="on")
    done = [item for item in office.findings(case) if item.settled is Settlement.REDACT]
    assert [(item.finding.text, item.treatment) for item in done] == [(PHONE, Treatment.MASK)] * 2
    officer.press("//form[.//button[@value='undo']]", "undo")
    assert {how for _, how in settled(office, case)} == {None}
    # What was taken back is before the officer again, and there is nothing more to take back.
    assert present(officer) == PHONE
    assert officer.page.xpath("//button[@value='undo']") == []


def test_a_dismissal_says_why_and_loses_nothing_when_it_does_not(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(review(case))
    words, form = present(officer), "//li[@data-stop][@aria-current]/details/form"
    officer.press(form, do="dismiss", reason="other", remark="")
    assert (officer.status, "须另写说明" in officer.refusal) == (409, True)
    officer.press(form, do="dismiss", reason="name_by_law", remark="公示名单")
    if officer.status == 409:
        assert officer.page.xpath("//li[@aria-current]//input[@name='remark']/@value") == ["公示名单"]
    officer.press(form, do="dismiss", reason="other", remark="单位公开电话")
    item = next(item for item in office.findings(case) if item.finding.text == words and item.settled)
    assert (item.settled, item.reason) == (Settlement.DISMISS, "other: 单位公开电话")


def test_what_was_seen_of_another_version_settles_nothing(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(review(case))
    office.clear(case, Settlement.REDACT, by=SECRECY_2)
    office.sign(case, SECRECY_2)
    marking.mark(
        office.core, case, marking.Chars(0, 0, 0, 2), kind="process.information", by=SECRECY_2, reason="标注"
    )
    assert office.row(case).version == 2
    before = settled(office, case)
    officer.press(
        "//li[@data-stop][@aria-current]/details/form",
        do="accept",
        reason="already_public",
        remark="已在网站公开",
    )
    assert (officer.status, "新版本" in officer.refusal) == (409, True)
    assert settled(office, case) == before
    assert "已在网站公开" in officer.words
    officer.post(f"/documents/{case}/conclude", {"do": "return", "why": "请核对名册", "version": 1})
    assert officer.status == 409
    assert officer.page.xpath("//textarea[@name='why']/text()") == ["请核对名册"]
    assert office.state(case) is State.IN_REVIEW


def test_what_somebody_else_has_settled_meanwhile_stays(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(review(case))
    office.clear(case, Settlement.REDACT, by=SECRECY_2)
    before = settled(office, case)
    officer.press(
        "//li[@data-stop][@aria-current]/details/form", do="dismiss", reason="other", remark="单位电话"
    )
    assert (officer.status, "刚由他人处理过" in officer.refusal) == (409, True)
    assert "单位电话" in officer.words
    assert settled(office, case) == before


def test_who_presses_twice_is_told_nothing(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    officer.get(review(case))
    first = officer.page
    act(officer, "redact.remove")
    done = settled(office, case)
    officer.page = first
    act(officer, "redact.remove")
    assert (officer.status, officer.refusal, settled(office, case)) == (200, "", done)


def test_a_claim_of_another_officer_is_told_and_blocks_nothing(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n{LETTERS}")
    with office.core.database.read() as connection:
        other = people.get(connection, SECRECY_2)
    claims.claim(office.core, case, other)
    officer.get(review(case))
    assert f"{SECRECY_2} " in officer.words
    assert "起在审查本件" in officer.words
    act(officer, "accept")
    assert officer.status == 200
    assert "accept" in {how for _, how in settled(office, case)}


# ---------------------------------------------------------------------- concluding


def test_a_clean_document_is_concluded_only_after_its_pages_were_shown(office: Office, officer: Seat) -> None:
    lines = "\n".join(f"第{number}条，补贴按月发放，请各乡镇按时核对并做好公示。" for number in range(1, 300))
    case = office.reviewed(body=lines)
    officer.get(review(case))
    assert "页没有打开" in officer.words
    officer.press("//form[.//button[@value='approve']]", "approve")
    assert (officer.status, "没有打开过" in officer.refusal) == (409, True)
    assert office.tier_states(case)[0] == "open"
    look_through(officer, case)
    assert "页没有打开" not in officer.words
    officer.press("//form[.//button[@value='approve']]", "approve")
    assert (officer.path, office.tier_states(case)[0]) == ("/queue", "approved")
    said = office.query("SELECT checklist FROM decision")
    assert "secrecy.state_secrets" in str(said)


def test_a_draft_goes_back_with_its_reason(office: Office, officer: Seat) -> None:
    case = office.reviewed()
    officer.get(review(case))
    officer.press("//form[.//textarea[@name='why']]", "return", why="请补充附件")
    assert office.state(case) is State.RETURNED
    assert officer.path == "/queue"


def test_a_suspicion_is_confirmed_by_typing_and_isolates_everything(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n甲号储备库位置")
    officer.get(review(case))
    form = "//form[contains(@action, '/suspect')]"
    officer.press(form, reason="疑似涉密", typed="隔离")
    assert (officer.status, office.state(case)) == (409, State.IN_REVIEW)
    assert officer.page.xpath(f"{form}//input[@name='reason']/@value") == ["疑似涉密"]
    officer.press(form, reason="疑似涉密", typed=marking.suspicion(case))
    assert office.state(case) is State.QUARANTINED
    officer.get(review(case))
    assert (officer.status, "甲号储备库" in officer.text) == (404, False)


# ------------------------------------------------------------------------- marking


def test_words_that_nothing_found_are_marked_without_a_script(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"依据{WORDS}办理。\n另见{WORDS}。")
    officer.get(review(case))
    form = "//form[@data-marking]"
    officer.press(form, "redact", words="没有这些文字", kind="process.information")
    assert (officer.status, "本页没有这些文字" in officer.refusal) == (409, True)
    assert officer.page.xpath(f"{form}//input[@name='words']/@value") == ["没有这些文字"]
    officer.press(form, "redact", words=WORDS, kind="process.information")
    made = [item for item in office.findings(case) if item.finding.detector == PERSON]
    assert [(item.finding.text, item.settled) for item in made] == [(WORDS, Settlement.REDACT)] * 2
    officer.get(f"/documents/{case}/preview")
    assert (WORDS in officer.words, "遮盖 10 字" in officer.words) == (False, True)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)


def test_a_selection_means_the_characters_that_were_shown(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"依据\u202e{WORDS}\u202c办理。")
    officer.get(review(case))
    (segment,) = officer.page.xpath(f"//*[@data-segment][contains(., '{WORDS}')]")
    shown = segment.text_content()
    start = shown.index(WORDS)
    officer.press(
        "//form[@data-marking]", "open", segment=segment.get("data-segment"), start=str(start),
        end=str(start + len(WORDS)), words=WORDS, selected=WORDS, kind="process.information",
    )  # fmt: skip
    made = [item for item in office.findings(case) if item.finding.detector == PERSON]
    assert [(item.finding.text, item.settled) for item in made] == [(WORDS, None)]


# ------------------------------------------------------------------------ pictures


def test_pages_of_a_pdf_are_pictures_with_boxes_and_a_box_can_be_drawn(office: Office, officer: Seat) -> None:
    written = [
        Written("关于冬季养老服务补贴发放时间的通知", "center", 22.0, 0.0),
        Written(f"咨询电话{PHONE}。"),
    ]
    raw = reportlab_pdf(set_in_type([*written, Written("示范县民政局"), Written("2026年11月2日")]))
    case = office.reviewed(name="通知.pdf", raw=raw)
    officer.get(review(case))
    (source,) = officer.page.xpath("//figure//img/@src")
    (phone,) = [item.id for item in office.findings(case) if item.finding.text == PHONE]
    assert phone in officer.page.xpath("//figure//rect/@data-shown-by")
    # The text stands below the picture too, for those who do not see it.
    assert PHONE in "".join(officer.page.xpath("//details[@class='pagetext']//text()"))
    answer = officer.client.get(source)
    assert (answer.status_code, answer.headers["content-type"]) in ((200, "image/png"), (200, "image/jpeg"))
    assert answer.headers["cache-control"] == "no-store"
    drawn = {"left": "0.02", "top": "0.02", "right": "0.98", "bottom": "0.98"}
    officer.press("//form[@data-marking]", "redact", kind="process.information", **drawn)
    assert officer.status == 200, officer.refusal
    (item,) = [item for item in office.findings(case) if item.finding.detector == PERSON]
    assert (item.settled, item.finding.place.page) == (Settlement.REDACT, 1)


def test_views_are_in_the_access_log(office: Office, officer: Seat) -> None:
    case = office.reviewed()
    officer.get(review(case))
    officer.get(review(case))
    assert office.query("SELECT actor, document FROM access") == [(SECRECY, case)]


def test_a_mask_is_shown_as_it_will_be_and_can_be_taken_off(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"{BODY}\n咨询手机{PHONE}。", department=DEPARTMENT)
    phone = next(item.id for item in office.findings(case) if item.finding.text == PHONE)
    officer.get(review(case), finding=phone)
    act(officer, "redact.mask")
    officer.get(f"/documents/{case}/preview")
    assert (PHONE in officer.words, f"{PHONE[:3]}****{PHONE[-4:]}" in officer.words) == (False, True)
    officer.press("//li[@data-stop]/form", "reopen")
    assert officer.path == f"/documents/{case}/preview"
    assert PHONE in officer.words
