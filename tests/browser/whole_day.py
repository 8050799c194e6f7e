"""The day of a clerk, an officer, three signers and an operator, told once for keys and once for a browser without script."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from browsing import Person, Seats
from office_day import (
    look_at_the_records,
    mend_what_failed,
    release_what_was_isolated,
    settle_a_batch,
    take_somebody_on,
)
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, SECOND, SECRECY, SECRECY_2, Office

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import review

CLEAN_TITLE, PRIVATE_TITLE = "关于调整服务窗口办公时间的通知", "关于冬季养老服务补贴发放的通知"
NAME, PHONE, REMARK = "张建国", "13912345678", "先别公开，等李局长电话13887654321确认"
CALL = f"咨询请联系{NAME}，手机{PHONE}。逾期请再次拨打{PHONE}。"
BETTER_CALL = "咨询请到县政务服务大厅窗口办理。"
RETURNED = "请改为公布窗口，不要公布个人手机"


@dataclass
class Day:
    """An office's day.

    Args:
        office: where the work is done. seats: browsers. hands: how people work.
    """

    office: Office
    seats: Seats
    hands: type[Person]

    def sit(self, name: str) -> Person:
        """Set somebody down at a browser."""
        found: Person = self.seats.sit(name, self.hands)
        return found


def clean_draft() -> bytes:
    """A draft that nothing is found in."""
    lines = (
        CLEAN_TITLE,
        "",
        "自下月起，政务服务大厅窗口周一至周五对外办公。",
        "",
        "示范县民政局",
        "2026年11月2日",
    )
    return "\n".join((*lines, "（此件公开发布）", "")).encode()


def private_draft(call: str, remark: str = "", heading: tuple[str, ...] = (PRIVATE_TITLE,)) -> bytes:
    """A Word draft; its author's remark is in a comment, which no printed page shows."""
    import docx

    draft = docx.Document()
    draft.core_properties.author = draft.core_properties.comments = ""
    for line in (*heading, "各镇人民政府：为方便群众办事，现就补贴发放时间通知如下。"):
        draft.add_paragraph(line)
    said = draft.add_paragraph(call)
    if remark:
        draft.add_comment(said.runs, remark, author=CLERK)
    for line in ("示范县民政局", "2026年11月2日", "（此件公开发布）"):
        draft.add_paragraph(line)
    stream = io.BytesIO()
    draft.save(stream)
    return stream.getvalue()


def tell(day: Day) -> None:
    """The whole day."""
    last_quarter = day.office.published("关于乡镇统计台账的通知", attribute="依申请公开")
    review.open_due(day.office.core)
    clerk, officer = day.sit(CLERK), day.sit(SECRECY)
    clean = hand_in(day, clerk, {"办公时间.txt": clean_draft()})
    private = hand_in(day, clerk, {"补贴发放.docx": private_draft(CALL, REMARK)})
    follow(clerk, private)
    clear_the_queue(day, officer, clean, private)
    first, second, final = day.sit(FIRST), day.sit(SECOND), day.sit(FINAL)
    sign(day, first, clean, private)
    sign(day, second, clean)
    send_back(day, second, private)
    correct(day, clerk, private)
    conclude_the_corrected(day, officer, private)
    sign(day, first, private)
    compare_and_sign(day, second, private)
    sign(day, final, clean, private)
    assert {day.office.state(case) for case in (clean, private)} == {State.PUBLISHED}
    see_it_published(clerk, clean)
    look_after_dates(day, private)
    settle_the_quarter(day, last_quarter)
    look_after_the_office(day, officer)
    day.office.chain_holds()


# ------------------------------------------------------------------------ the clerk


def hand_in(day: Day, clerk: Person, drafts: dict[str, bytes]) -> str:
    """Upload a draft; the number it was taken in under."""
    clerk.go("/department")
    clerk.open("u")
    clerk.look("department-upload")
    clerk.hand_over(drafts=drafts)
    clerk.press(clerk.page.locator("form[action$='/upload'] button.main"))
    assert "已收件" in clerk.notice
    case = clerk.present.removeprefix("row-")
    day.office.work()
    assert day.office.state(case) is State.IN_REVIEW, day.office.faults(case)
    return case


def follow(clerk: Person, case: str) -> None:
    """See where the draft is."""
    clerk.go("/department")
    clerk.look("department")
    clerk.reach(f"row-{case}")
    clerk.send("Enter")
    assert clerk.path == f"/documents/{case}/timeline"
    assert "收件" in clerk.words
    clerk.look("timeline")


def correct(day: Day, clerk: Person, case: str) -> None:
    """Read why it came back, hand in a better one, and see the difference."""
    clerk.go(f"/documents/{case}/timeline")
    assert RETURNED in clerk.words
    assert PHONE in clerk.page.locator(".reasons q").all_inner_texts()
    clerk.look("timeline-returned")
    clerk.hand_over(drafts={"补贴发放.docx": private_draft(BETTER_CALL)})
    clerk.press(clerk.page.locator("form[action$='/resubmit'] button.main"))
    assert "已收件" in clerk.notice
    day.office.work()
    clerk.go(f"/documents/{case}/timeline")
    clerk.send("v")
    assert PHONE in " ".join(clerk.page.locator("del").all_inner_texts())
    assert "窗口" in " ".join(clerk.page.locator("ins").all_inner_texts())
    clerk.look("difference")


def see_it_published(clerk: Person, case: str) -> None:
    """See who signed and where it can be read."""
    clerk.go(f"/documents/{case}/timeline")
    assert all(name in clerk.words for name in (SECRECY, FIRST, SECOND, FINAL, "公开地址"))
    clerk.look("timeline-published")


# ----------------------------------------------------------------------- the officer


def clear_the_queue(day: Day, officer: Person, clean: str, private: str) -> None:
    """Both documents; the clean one takes a single key after its pages were shown."""
    officer.go("/queue")
    officer.look("queue")
    officer.reach(f"row-{clean}")
    officer.send("Enter")
    assert officer.path == f"/documents/{clean}/review"
    officer.look("review-clean")
    officer.send("Ctrl+Enter")
    assert "保密审查已签署" in officer.notice
    assert officer.path == f"/documents/{private}/review"
    officer.look("review")
    settle_all(day, officer, private)
    officer.send("Ctrl+Enter")
    assert officer.path == "/queue"
    officer.look("queue-empty")
    assert [day.office.tier_states(case)[0] for case in (clean, private)] == ["approved"] * 2


def settle_all(day: Day, officer: Person, case: str) -> None:
    """Leave out the name and the telephone, mask one for a moment, see the comment and dismiss what is in it."""
    stops = {
        (item.finding.text, item.finding.place.kind): item.id
        for item in reversed(day.office.findings(case))
        if item.finding.severity.value != "info"
    }
    name, phone = stops[NAME, "body"], stops[PHONE, "body"]
    comment, number = stops[REMARK, "comment"], stops["13887654321", "comment"]
    officer.reach(name)
    officer.send("a")
    assert_settled(day, case, name, Settlement.ACCEPT)
    officer.send("u")
    assert_settled(day, case, name, None)
    assert officer.present == name
    officer.send("r")
    assert_settled(day, case, name, Settlement.REDACT)
    officer.reach(phone)
    officer.choose(officer.page.locator(f"[id='{phone}'] [data-key='s']"))
    officer.send("m")
    assert_settled(day, case, phone, Settlement.REDACT)
    officer.reach(comment)
    assert REMARK in officer.page.locator(".hiddenpanel").inner_text()
    officer.look("review-comment")
    officer.send("r")
    assert_settled(day, case, comment, Settlement.REDACT)
    officer.reach(number)
    officer.open("d")
    officer.look("review-reasons")
    officer.send("4")
    assert_settled(day, case, number, Settlement.DISMISS)
    assert "未处理 0 处" in officer.words
    officer.look("review-settled")
    preview(officer, case)


def preview(officer: Person, case: str) -> None:
    """See what will be left out, and go back."""
    address = officer.page.url
    officer.press(officer.page.locator(".tabs a[href*='/preview']"))
    assert officer.path == f"/documents/{case}/preview"
    assert (NAME in officer.words, PHONE in officer.words) == (False, False)
    officer.look("preview")
    officer.send("b")
    assert officer.path in address


def assert_settled(day: Day, case: str, finding: str, how: Settlement | None) -> None:
    """Compare with what the store says."""
    found = {item.id: item.settled for item in day.office.findings(case)}
    assert found[finding] is how


def conclude_the_corrected(day: Day, officer: Person, case: str) -> None:
    """The corrected draft has nothing in it any more."""
    officer.go("/queue")
    officer.reach(f"row-{case}")
    officer.send("Enter")
    assert "未处理 0 处" in officer.words
    while officer.page.locator("[data-key='v']:visible").count():
        officer.send("v")
    officer.look("review-corrected")
    officer.send("Ctrl+Enter")
    assert day.office.tier_states(case)[0] == "approved"


# ----------------------------------------------------------------------- the signers


def open_sheet(signer: Person, case: str) -> None:
    """Open the signing sheet from the queue."""
    signer.go("/queue")
    signer.reach(f"row-{case}")
    signer.send("Enter")
    assert signer.path == f"/documents/{case}/sign"
    signer.choose(*signer.page.locator("input[name=check]").all())


def sign(day: Day, signer: Person, *cases: str) -> None:
    """Agree."""
    for case in cases:
        open_sheet(signer, case)
        signer.look(f"sign-{signer.name}")
        signer.send("y")
        assert re.search("已签署|已办理", signer.notice)
        day.office.work()


def send_back(day: Day, signer: Person, case: str) -> None:
    """Return a document, with the passage that is wrong."""
    open_sheet(signer, case)
    signer.write(signer.page.locator("#reason"), RETURNED)
    quotes = signer.page.locator("details:has(input[name=quote])")
    summary = quotes.locator("summary")
    if not quotes.get_attribute("open"):
        signer.unfold(summary)
    box = signer.page.locator(f"label:has-text('{PHONE}')").first
    signer.choose(signer.page.locator(f"[id='{box.get_attribute('for')}']"))
    signer.look("sign-return")
    signer.send("e")
    day.office.work()
    assert day.office.state(case) is State.RETURNED


def compare_and_sign(day: Day, signer: Person, case: str) -> None:
    """See what has changed since one saw it last, and agree."""
    open_sheet(signer, case)
    assert re.search(r"第 2 版", signer.words)
    signer.look("sign-second-version")
    signer.go(f"/documents/{case}/difference")
    assert BETTER_CALL in signer.words
    sign(day, signer, case)


# ------------------------------------------------------------------------ the office


def look_after_dates(day: Day, case: str) -> None:
    """The calendar, month by month, and how a date came about."""
    person = day.sit(OFFICE)
    person.go("/deadlines")
    person.look("deadlines")
    month = person.page.locator("#month").inner_text()
    person.send("]")
    assert person.page.locator("#month").inner_text() > month
    person.send("[")
    assert person.page.locator("#month").inner_text() == month
    person.go(f"/documents/{case}/clock")
    assert "日期的由来" in person.words
    person.look("clock")


def settle_the_quarter(day: Day, case: str) -> None:
    """The one item of the quarter stays as it is."""
    person = day.sit(SECOND)
    person.go("/attribute-reviews")
    person.look("attribute-reviews")
    person.reach(f"task-{case}")
    person.write(person.page.locator(f"#task-{case} input[name=reason]"), "仍属内部台账")
    person.press(person.page.locator(f"#task-{case} button[value=keep]"))
    assert "没有待审的项目" in person.words
    person.look("attribute-reviews-done")


def look_after_the_office(day: Day, officer: Person) -> None:
    """Everything that goes on around the documents."""
    release_what_was_isolated(day.office, officer, day.sit(SECRECY_2))
    settle_a_batch(day.office, officer)
    admin = day.sit(ADMIN)
    take_somebody_on(day.office, admin)
    mend_what_failed(day.office, admin)
    look_at_the_records(admin)
