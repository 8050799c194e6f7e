"""隔离 in the console: numbers, rules and dates for secrecy officers, and no character more for anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import ADMIN, CLERK, FINAL, OFFICE, OTHER_DEPARTMENT, SECRECY, SECRECY_2, Office
from web import Seat

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.store.deputies import Appointment

TITLE, FILE, TEXT = "磐石计划实施方案", "磐石计划甲号稿.txt", "甲号库位于柳河北岸"
LEAKS = ("磐石", "甲号", "柳河", "机密★", "10年", ".txt")


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    made = staffed()
    made.hire("远方", Role.SECRECY, unit="elsewhere")
    return made


@pytest.fixture
def case(office: Office) -> str:
    return isolated(office)


def isolated(office: Office, **options: Any) -> str:
    taken = office.hand_in(TITLE, f"机密★10年\n{TEXT}", name=options.pop("name", FILE), **options)
    office.work()
    assert office.state(taken.case) is State.QUARANTINED
    return taken.case


def leaks(*texts: str) -> list[str]:
    return [leak for leak in LEAKS for text in texts if leak in text]


def test_officers_see_number_rule_and_date_and_nothing_else(
    office: Office, case: str, sit: Callable[[str], Seat]
) -> None:
    other = isolated(office, name="别稿.txt", department=OTHER_DEPARTMENT)
    officer = sit(SECRECY)
    for path in ("/quarantine", f"/quarantine/{case}", f"/documents/{case}", "/queue"):
        officer.get(path)
        assert officer.status == 200
        assert case in officer.words
        assert leaks(officer.text) == []
        assert str(office.core.workspace.quarantine) not in officer.text
    officer.get("/quarantine")
    assert officer.page.xpath("//tbody/tr/th//text()[normalize-space()]") == [case, other]
    assert officer.page.xpath("//tbody//code/text()") == ["D1.star", "D1.star"]
    office.chain_holds()


def test_nobody_else_gets_here(office: Office, case: str, sit: Callable[[str], Seat]) -> None:
    for name in (CLERK, FINAL, OFFICE, ADMIN):
        person = sit(name)
        person.get("/account")
        for path in ("/quarantine", f"/quarantine/{case}"):
            person.get(path)
            assert (person.status, case in person.words, leaks(person.text)) == (403, False, [])
        for act in ("release", "confirm"):
            person.post(f"/quarantine/{case}/{act}", {"reason": "不是密件", "typed": f"销毁 {case}"})
            assert (person.status, leaks(person.text)) == (403, [])
    foreign = sit("远方")
    foreign.get("/quarantine")
    assert (foreign.page.xpath("//tbody"), case in foreign.text) == ([], False)
    foreign.get(f"/quarantine/{case}")
    assert (foreign.status, leaks(foreign.text)) == (404, [])
    for act in ("release", "confirm"):
        foreign.get("/quarantine")
        foreign.post(f"/quarantine/{case}/{act}", {"reason": "不是密件", "typed": f"销毁 {case}"})
        assert (foreign.status, leaks(foreign.text)) == (404, [])
    assert office.state(case) is State.QUARANTINED
    assert office.query("SELECT released_by FROM quarantine") == [(None,)]


def test_two_officers_release(office: Office, case: str, sit: Callable[[str], Seat]) -> None:
    first, second = sit(SECRECY), sit(SECRECY_2)
    release = "//form[contains(@action, '/release')]"
    first.get(f"/quarantine/{case}")
    first.press(release, reason="标志系误印")
    assert (first.refusal, "须由另一名保密审查员" in first.words) == ("", True)
    assert first.page.xpath(release) == []
    first.post(f"/quarantine/{case}/release", {"reason": "标志系误印"})
    assert (first.status, "须由不同的人" in first.refusal) == (403, True)
    assert office.state(case) is State.QUARANTINED
    second.get("/quarantine")
    assert "已有一人提出" in second.words
    assert SECRECY in second.words
    second.get(f"/quarantine/{case}")
    second.press(release, reason="同意解除")
    assert (second.path, "已解除隔离" in second.words, leaks(second.text)) == ("/quarantine", True, [])
    assert office.state(case) is State.RECEIVED
    second.post(f"/quarantine/{case}/release", {"reason": "同意解除"})
    assert second.status == 404


def test_a_deputy_of_the_first_officer_is_no_second_one(
    office: Office, case: str, sit: Callable[[str], Seat]
) -> None:
    today = today_in_shanghai()
    wish = Appointment(SECRECY, FINAL, Role.SECRECY, "default", "", today, today)
    deputies.give(office.core, wish, by=SECRECY)
    first, deputy = sit(SECRECY), sit(FINAL)
    for person in (first, deputy):
        person.get(f"/quarantine/{case}")
        person.press("//form[contains(@action, '/release')]", reason="标志系误印")
    assert (deputy.status, "须由不同的人" in deputy.refusal) == (403, True)
    assert office.state(case) is State.QUARANTINED


def test_without_a_reason_or_the_typed_words_nothing_happens(
    office: Office, case: str, sit: Callable[[str], Seat]
) -> None:
    officer = sit(SECRECY)
    officer.get(f"/quarantine/{case}")
    for act, values in (
        ("release", {"reason": " "}), ("confirm", {"reason": " ", "typed": f"销毁 {case}"}),
        ("confirm", {"reason": "确系密件"}), ("confirm", {"reason": "确系密件", "typed": "销毁"}),
        ("confirm", {"reason": "确系密件", "typed": case}),
    ):  # fmt: skip
        officer.post(f"/quarantine/{case}/{act}", values)
        assert (officer.status, officer.refusal != "") == (409, True)
        assert officer.page.xpath(f"//input[@id='{act}-reason']/@value") == [values["reason"].strip()]
    assert office.state(case) is State.QUARANTINED
    assert (office.core.workspace.quarantine / str(office.row(case).spool)).is_dir()


def test_one_officer_confirms_and_the_files_are_gone(
    office: Office, case: str, sit: Callable[[str], Seat]
) -> None:
    folder = office.core.workspace.quarantine / str(office.row(case).spool)
    assert folder.is_dir()
    officer = sit(SECRECY)
    officer.get(f"/quarantine/{case}")
    form = "//form[contains(@action, '/confirm')]"
    officer.press(form, reason=f"{TEXT}确系密件", typed=f"销毁 {case}")
    assert (officer.refusal, officer.path, "已销毁并留下记录" in officer.words) == ("", "/quarantine", True)
    assert "共享文件夹的回收站" in officer.words
    assert (leaks(officer.text), folder.exists()) == ([], False)
    assert office.state(case) is State.DESTROYED
    officer.post(f"/quarantine/{case}/confirm", {"reason": "再来", "typed": f"销毁 {case}"})
    assert officer.status == 404
    assert leaks(str(office.query("SELECT action, detail FROM audit"))) == []
