"""The same day in a browser that runs no script: links, forms and one button for each action."""

from __future__ import annotations

from browsing import AtMouse, Seats
from support import SECRECY, Office
from whole_day import Day, tell


def test_the_whole_day_without_a_script(office: Office, seats: Seats) -> None:
    tell(Day(office, seats, AtMouse))


def test_what_only_a_script_could_do_is_not_offered(office: Office, seats: Seats) -> None:
    officer = seats.sit(SECRECY, AtMouse)
    lines = "\n".join(f"第{number}条，补贴按月发放，请各乡镇按时核对并做好公示。" for number in range(1, 200))
    case = office.reviewed(body=lines)
    officer.go(f"/documents/{case}/review")
    assert officer.page.locator("[data-open]:visible").count() == 0
    assert officer.page.locator("kbd").count() > 0
    assert officer.page.locator("kbd:visible").count() == 0
    while officer.page.locator("a[data-more]").count():
        officer.press(officer.page.locator("a[data-more]"))
    assert "全文完" in officer.words
    officer.send("Ctrl+Enter")
    assert office.tier_states(case)[0] == "approved"
