"""What goes on around the documents in the course of a day: batches, isolation, records, people, and what has failed."""

from __future__ import annotations

from browsing import Person
from support import BROKEN, FINAL, PHONE, SECRECY, Office

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline.batches import confirmation

NEWCOMER = "吴新"
LINE = "第{}号事项在一楼大厅办理，咨询电话：{}，传真同号。"


def settle_a_batch(office: Office, officer: Person) -> None:
    """The same telephone in two drafts, dismissed at once after a look at one of them."""
    cases = [office.reviewed(body=LINE.format(number, PHONE)) for number in (1, 2)]
    (finding,) = (item.id for item in office.findings(cases[0]))
    officer.go(f"/documents/{cases[0]}/review?finding={finding}")
    officer.send("w")
    assert officer.path == "/batches"
    officer.press(officer.page.get_by_role("link", name="全部勾选"))
    officer.page.locator("select[name=do]").select_option("dismiss")
    officer.page.locator("select[name=reason]").select_option("not_personal")
    officer.write(officer.page.locator("#typed"), confirmation(2))
    officer.look("batch")
    officer.send("Ctrl+Enter")
    assert "已处理 2 件" in officer.words
    officer.look("batch-done")
    for case in cases:
        assert {item.settled for item in office.findings(case)} == {Settlement.DISMISS}


def release_what_was_isolated(office: Office, officer: Person, other: Person) -> None:
    """Two officers look at the original elsewhere and agree that it holds no secret."""
    case = office.hand_in("绝密计划甲", "机密★10年\n甲号库位置").case
    office.work()
    for person, after in ((officer, State.QUARANTINED), (other, State.RECEIVED)):
        person.go("/quarantine")
        assert "甲号库" not in person.words
        person.look("quarantine")
        person.reach(f"case-{case}")
        person.send("Enter")
        person.write(person.page.locator("#release-reason"), "核对原件，属于旧文封面")
        person.look("quarantine-case")
        person.press(person.page.locator("form[action$='/release'] button"))
        assert office.state(case) is after


def look_at_the_records(person: Person) -> None:
    """Who did what, the chain proved, a list to take away, and the figures."""
    person.go("/trail")
    while person.page.locator("[data-key='p']:visible").count():
        person.send("p")
    assert "链条完好" in person.words
    assert SECRECY in person.words
    person.look("trail")
    for path in ("/trail", "/statistics"):
        person.go(path)
        with person.page.expect_download() as taken:
            person.page.get_by_role("button", name="导出 CSV").press("Enter")
        assert taken.value.path().stat().st_size > 0
    person.look("statistics")


def take_somebody_on(office: Office, admin: Person) -> None:
    """A new clerk with a first password that is shown once."""
    admin.go("/people")
    admin.look("people")
    admin.open("u")
    admin.write(admin.page.locator("#name"), NEWCOMER)
    admin.page.locator("#role-new").select_option("final")
    admin.press(admin.page.locator("form[action$='/people/add'] button"))
    assert "只显示这一次" in admin.words
    admin.look("first-password")
    admin.go("/people")
    assert NEWCOMER in admin.words
    assert FINAL in admin.words


def mend_what_failed(office: Office, admin: Person) -> None:
    """A draft that could not be read is tried again."""
    case = office.hand_in(raw=BROKEN, name="坏.docx").case
    office.work()
    assert office.state(case) is State.ATTENTION
    admin.go("/operations")
    admin.look("operations")
    admin.reach(f"attention-{case}")
    admin.send("r")
    assert "已重新安排" in admin.notice
    assert office.state(case) is not State.ATTENTION
    office.work()
    admin.go("/operations")
    admin.send("p")
    assert admin.path == "/operations/plugins"
    admin.look("plugins")
