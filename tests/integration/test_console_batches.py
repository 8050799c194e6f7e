"""The batch page: the same words in several documents, after a look, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import CLERK, OTHER_DEPARTMENT, PHONE, SECRECY, SECRECY_2, Office
from web import ROOT, Seat, signed_in

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import batch_views
from disclosure_pipeline.pipeline.batches import confirmation

FORM = "//form[@method='post'][contains(@action,'/batches')]"
BODY = "第{}号事项在一楼大厅办理，咨询电话：{}，传真同号。"
HOSTILE = "计划<script>alert(1)</script>\u202etxt"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


def hand_in(office: Office, number: int, **options: Any) -> list[str]:
    return [office.reviewed(body=BODY.format(at, PHONE), **options) for at in range(1, number + 1)]


def finding(office: Office, case: str) -> str:
    (found,) = [item.id for item in office.findings(case) if item.finding.kind == "privacy.mobile"]
    return found


def batch(officer: Seat, office: Office, case: str, **more: str) -> None:
    officer.get("/batches", document=case, finding=finding(office, case), **more)


def settled(office: Office, *cases: str) -> list[Settlement | None]:
    return [item.settled for case in cases for item in office.findings(case)]


def rows(officer: Seat) -> dict[str, str]:
    """What each row of the page says, by case number."""
    return {
        row.xpath(".//input[@name='case']/@value")[0]: str(row.text_content())
        for row in officer.page.xpath("//tr[@data-stop]")
    }


def send(officer: Seat, cases: list[str], **typed: str) -> None:
    given = {
        "case": cases,
        "do": "dismiss",
        "reason": "lookalike",
        "remark": "",
        "typed": confirmation(len(cases)),
    }
    officer.press(FORM, **{**given, **typed})


def test_from_a_finding_to_all_documents_with_the_same_words(office: Office, officer: Seat) -> None:
    first, second, third = hand_in(office, 3)
    other = office.reviewed(body=BODY.format(4, "13887654321"))
    officer.get(f"/documents/{first}")
    (link,) = officer.page.xpath("//a[@data-key='w']/@href")
    officer.get(link.removeprefix(ROOT))
    shown = rows(officer)
    assert list(shown) == [first, second, third]
    assert "第2号事项在一楼大厅办理，咨询电话：" + PHONE + "，传真同号" in shown[second]
    assert "样本" in shown[first]
    assert ["已打开看过" in shown[case] for case in (first, second, third)] == [True, False, False]
    assert officer.page.xpath("//input[@name='case'][@checked]") == []
    assert officer.page.xpath("//select[@name='do']/option/@value") == [
        "dismiss",
        "accept",
        "redact.remove",
        "redact.mask",
    ]
    send(officer, [first, third], do="redact.mask", reason="", remark="个人联系方式")
    assert (officer.path, officer.status, officer.refusal) == ("/batches", 200, "")
    assert "已处理 2 件，跳过 0 件" in officer.words
    assert settled(office, first, second, third, other) == [Settlement.REDACT, None, Settlement.REDACT, None]
    assert list(rows(officer)) == [second]
    office.chain_holds()


def test_all_can_be_ticked_and_the_number_to_type_is_told(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    officer.get(f"/documents/{first}/review")
    batch(officer, office, first, all="1")
    assert officer.page.xpath("//input[@name='case'][@checked]/@value") == [first, second]
    assert confirmation(2) in officer.words
    officer.press(FORM, do="accept", reason="", typed=confirmation(2))
    assert settled(office, first, second) == [Settlement.ACCEPT] * 2


def test_without_a_look_nothing_happens_and_nothing_typed_is_lost(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    batch(officer, office, first)
    batch(officer, office, first)
    assert "已打开看过" not in officer.text
    send(officer, [first, second], remark="窗口公开电话", do="accept", reason="")
    assert officer.status == 409
    assert "一件也没有打开看过" in officer.refusal
    assert settled(office, first, second) == [None, None]
    assert officer.page.xpath("//input[@name='remark']/@value") == ["窗口公开电话"]
    assert officer.page.xpath("//input[@name='typed']/@value") == [confirmation(2)]
    assert officer.page.xpath("//input[@name='case'][@checked]/@value") == [first, second]
    assert officer.page.xpath("//select[@name='do']/option[@selected]/@value") == ["accept"]
    officer.client.get(f"{ROOT}/documents/{second}/review")
    officer.press(FORM)
    assert settled(office, first, second) == [Settlement.ACCEPT] * 2


@pytest.mark.parametrize("typed", ["", "确认", "确认 3 件"])
def test_the_number_must_be_typed(office: Office, officer: Seat, typed: str) -> None:
    cases = hand_in(office, 2)
    officer.get(f"/documents/{cases[0]}/review")
    batch(officer, office, cases[0])
    send(officer, cases, typed=typed)
    assert "确认文字与要求不一致" in officer.refusal
    assert confirmation(2) in officer.words
    assert settled(office, *cases) == [None, None]


def test_the_words_around_a_finding_are_in_the_access_log_once_a_day(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    batch(officer, office, first)
    batch(officer, office, first)
    assert office.query("SELECT document, what FROM access ORDER BY document") == [
        (first, "batch"),
        (second, "batch"),
    ]


def test_a_batch_that_is_sent_twice_tells_that_nothing_was_left(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    officer.get(f"/documents/{first}/review")
    batch(officer, office, first)
    opened = officer.page
    send(officer, [first, second])
    before = office.dump(without=("session", "access", "page_view"))
    officer.page = opened
    send(officer, [first, second])
    assert "已处理 0 件，跳过 2 件" in officer.words
    assert officer.words.count("已没有未处理的同样命中") == 2
    assert office.dump(without=("session", "access", "page_view")) == before


def test_documents_that_went_on_meanwhile_are_skipped_with_the_reason(office: Office, officer: Seat) -> None:
    first, gone, dealt = hand_in(office, 3)
    officer.get(f"/documents/{first}/review")
    batch(officer, office, first)
    office.decide(gone, SECRECY_2, Verb.RETURN, reason="补正")
    office.clear(dealt, Settlement.REDACT)
    send(officer, [first, gone, dealt, "2026-999999"])
    assert "已处理 1 件，跳过 3 件" in officer.words
    told = {
        row.xpath(".//a/text()")[0]: row.xpath("./td[2]")[0].text_content()
        for row in officer.page.xpath("//tbody/tr[not(@data-stop)]")
    }
    assert list(told) == [gone, dealt, "2026-999999"]
    assert "状态" in told[gone]
    assert "已没有未处理的同样命中" in told[dealt]
    assert "没有这一项" in told["2026-999999"]
    assert settled(office, dealt) == [Settlement.REDACT]


def test_a_sample_that_is_gone_keeps_what_was_typed(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    officer.get(f"/documents/{first}/review")
    batch(officer, office, first)
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :case", case=first)
    send(officer, [first, second], remark="窗口公开电话", reason="")
    assert officer.status == 404
    assert "没有这一项" in officer.refusal
    assert "窗口公开电话" in officer.words
    assert settled(office, second) == [None]
    batch(officer, office, first)
    assert officer.status == 404
    assert PHONE not in officer.text


def test_nothing_secret_is_settled_here(office: Office, officer: Seat) -> None:
    first, second = hand_in(office, 2)
    office.sql("UPDATE finding SET kind = 'secrecy.term'")
    identity = office.findings(first)[0].id
    officer.get(f"/documents/{first}/review")
    assert officer.page.xpath("//a[@data-key='w']") == []
    officer.get("/batches", document=first, finding=identity)
    assert officer.status == 409
    assert "须逐件判断" in officer.refusal
    assert PHONE not in officer.text
    typed = {"document": first, "finding": identity, "case": [first, second], "do": "dismiss", "reason": "lookalike",
             "typed": confirmation(2), "remark": "常用词"}  # fmt: skip
    officer.get("/account")
    officer.post("/batches", typed)
    assert officer.status == 409
    assert "须逐件判断" in officer.refusal
    assert "常用词" in officer.words
    assert settled(office, first, second) == [None, None]


def test_the_page_without_a_finding_says_how_one_comes_here(officer: Seat) -> None:
    officer.get("/batches")
    assert officer.status == 200
    assert "在审查页选中一处命中" in officer.words
    assert officer.page.xpath("//main//form") == []


def test_text_of_drafts_shows_as_text(office: Office, officer: Seat) -> None:
    body = f"{HOSTILE}咨询电话：{PHONE}，=cmd()|'/c calc'!A1。"
    first, _second = (office.reviewed(title=f"关于计划{at}的通知", body=body) for at in range(2))
    batch(officer, office, first)
    assert len(rows(officer)) == 2
    assert officer.page.xpath("//script[not(@src)]") == []
    assert "<script>alert(1)</script>‹U+202E›txt" in officer.words
    assert "\u202e" not in officer.text
    officer.get("/batches", done="<script>x</script>", skipped="2026-000001.<script>alert(2)</script>")
    assert "2026-000001" in officer.words
    assert "alert" not in officer.text
    assert officer.page.xpath("//script[not(@src)]") == []


def test_documents_of_other_units_and_drafts_of_one_s_own_stay_apart(office: Office, app: Any) -> None:
    office.hire(CLERK, Role.SECRECY)
    office.hire("远方", Role.SECRECY, unit="elsewhere")
    office.hire("外经办", Role.CLERK, OTHER_DEPARTMENT)
    mine, far = hand_in(office, 2)
    theirs = office.reviewed(body=BODY.format(9, PHONE), department=OTHER_DEPARTMENT, by="外经办")
    office.sql("UPDATE document SET unit = 'elsewhere', title = '柳河村名册' WHERE id = :case", case=far)
    with signed_in(app, office, "远方") as stranger:
        batch(stranger, office, mine)
        assert stranger.status == 404
        assert PHONE not in stranger.text
    with signed_in(app, office, CLERK) as drafter:
        drafter.get(f"/documents/{theirs}/review")
        batch(drafter, office, mine)
        assert list(rows(drafter)) == [mine, theirs]
        assert "柳河村" not in drafter.text
        send(drafter, [mine, theirs])
        assert "已处理 1 件，跳过 1 件" in drafter.words
        assert "拟稿一方" in drafter.words
    assert settled(office, mine, theirs) == [None, Settlement.DISMISS]


def test_pages_follow_one_another(office: Office, officer: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_views.sheet, "__kwdefaults__", {"after": "", "limit": 2})
    first, second, third = hand_in(office, 3)
    batch(officer, office, first)
    assert list(rows(officer)) == [first, second]
    (following,) = officer.page.xpath("//a[contains(@href,'after=')][normalize-space()='下一页']/@href")
    officer.get(following.removeprefix(ROOT))
    assert list(rows(officer)) == [third]
