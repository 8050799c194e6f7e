"""What an officer points at on a page: words that are selected, a box that is drawn with the mouse."""

from __future__ import annotations

import pytest
from browsing import Person, Seats
from playwright.sync_api import Locator, expect
from screens import visits
from support import FINAL, FIRST, SECOND, SECRECY, Office
from whole_day import PHONE

from disclosure_pipeline.model.finding import PERSON
from disclosure_pipeline.pipeline import reading_view

WORDS = "柳河村名册甲字第九号"

PICK = """words => {
  const node = [...document.querySelectorAll('[data-segment]')].find((one) => one.textContent.includes(words));
  const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walk.nextNode() && !walk.currentNode.data.includes(words)) { /* the next text */ }
  const from = walk.currentNode.data.indexOf(words);
  getSelection().setBaseAndExtent(walk.currentNode, from, walk.currentNode, from + words.length);
  return node.dataset.segment;
}"""
"""Selects words on the page; answers in which segment they stand."""

AT_THE_END = """number => {
  const sheets = document.querySelectorAll('.sheetview');
  sheets[sheets.length - 1].scrollIntoView({ block: 'end' });
  return sheets.length === number;
}"""
"""Goes to the end of what is there; true when that are so many pages."""


def opened(seats: Seats, cases: dict[str, str], screen: str) -> Person:
    """An officer before a screen of the review."""
    visit = next(visit for visit in visits() if (visit.name, visit.who) == (screen, SECRECY))
    officer = seats.sit(SECRECY)
    officer.go(visit.path.format(**cases))
    return officer


def values(form: Locator, *names: str) -> list[str]:
    return [form.locator(f"[name={name}]").input_value() for name in names]


def test_selected_words_go_into_the_form(seats: Seats, cases: dict[str, str]) -> None:
    officer = opened(seats, cases, "review")
    segment = officer.page.evaluate(PICK, "补贴")
    form = officer.page.locator("form[data-marking]")
    expect(form.locator("[name=words]")).to_have_value("补贴")
    found, start, end, left = values(form, "segment", "start", "end", "left")
    assert (found, int(end) - int(start), left) == (segment, len("补贴"), "")


def draw(officer: Person) -> None:
    """Draw a box on the first picture with the mouse."""
    paper = officer.page.locator("figure[data-draw]").first
    paper.scroll_into_view_if_needed()
    area = paper.bounding_box()
    assert area is not None
    mouse = officer.page.mouse
    mouse.move(area["x"] + area["width"] * 0.25, area["y"] + 40)
    mouse.down()
    mouse.move(area["x"] + area["width"] * 0.75, area["y"] + 90, steps=4)
    mouse.up()


def test_a_box_is_drawn_with_the_mouse_and_opens_the_form(seats: Seats, cases: dict[str, str]) -> None:
    officer = opened(seats, cases, "review-paper")
    draw(officer)
    expect(officer.page.locator("#marking")).to_have_attribute("open", "")
    expect(officer.page.locator("#marking .drawn")).to_be_visible()
    form = officer.page.locator("form[data-marking]")
    left, top, right, bottom = map(float, values(form, "left", "top", "right", "bottom"))
    assert (round(left, 2), round(right, 2)) == (0.25, 0.75)
    assert 0 < top < bottom < 1
    assert officer.page.locator("rect.new").count() == 1


# --------------------------------------------------------------------- which page typed words are of


@pytest.fixture
def long(office: Office) -> str:
    """A document of several pages; the same words stand on the first and on the last one."""
    lines = "\n".join(f"第{number}条，补贴按月发放，请各乡镇按时核对并做好公示。" for number in range(1, 200))
    return office.reviewed(body=f"依据{WORDS}办理，手机{PHONE}。\n{lines}\n另见{WORDS}，手机{PHONE}。")


def marked(office: Office, case: str) -> list[int]:
    """On which pages officers have marked something."""
    found = reading_view.read(office.core, case, 1).findings.values()
    return [item.page for item in found if item.page and item.settled.finding.detector == PERSON]


def type_words(officer: Person, shown: int) -> None:
    """Type the words and have them redacted; afterwards the page with them is there."""
    officer.page.locator("#marking").evaluate("tool => { tool.open = true }")
    officer.page.locator("#words").fill(WORDS)
    with officer.page.expect_response(lambda answer: "/marks" in answer.url):
        officer.page.locator("form[data-marking] button[value=redact]").click()
    expect(officer.page.locator("#said")).to_contain_text("已添加标注，共 1 处")
    expect(officer.page.locator("#document .sheetview").first).to_have_attribute("data-page", str(shown))


def test_typed_words_are_those_of_the_page_that_keys_turned_to(
    seats: Seats, office: Office, long: str
) -> None:
    officer = seats.sit(SECRECY)
    officer.go(f"/documents/{long}/review")
    last = reading_view.read(office.core, long, 1).parts[0].pages[-1].number
    assert last > 1
    officer.page.keyboard.press("j")
    expect(officer.page.locator("#document .sheetview").first).to_have_attribute("data-page", str(last))
    type_words(officer, last)
    assert marked(office, long) == [last]


def test_typed_words_are_those_of_the_page_in_sight_when_more_have_come(
    seats: Seats, office: Office, long: str
) -> None:
    officer = seats.sit(SECRECY)
    officer.go(f"/documents/{long}/review")
    last = reading_view.read(office.core, long, 1).parts[0].pages[-1].number
    officer.page.wait_for_function(AT_THE_END, arg=last)
    type_words(officer, last)
    assert marked(office, long) == [last]


def test_who_types_after_drawing_means_the_words(seats: Seats, cases: dict[str, str]) -> None:
    officer = opened(seats, cases, "review-paper")
    draw(officer)
    form = officer.page.locator("form[data-marking]")
    assert values(form, "left") != [""]
    form.locator("#words").fill("补贴")
    assert values(form, "left", "top", "right", "bottom") == [""] * 4
    expect(form.locator(".drawn")).to_be_hidden()
    assert officer.page.locator("rect.new").count() == 0


# ---------------------------------------------------------------------------------------------- pictures


def test_a_photograph_is_released_by_keys_and_shown_to_whoever_signs_last(
    seats: Seats, office: Office, cases: dict[str, str]
) -> None:
    officer = opened(seats, cases, "review-pictures")
    shown = officer.page.locator("#pictures img")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 760)
    officer.press(officer.page.locator("#pictures button[value=public]"))
    expect(officer.page.locator("#said")).to_contain_text("该图片公开")
    expect(officer.page.locator("#pictures .tag")).to_have_text("随文公开（已判定）")
    office.sign(cases["pictured"], SECRECY, FIRST, SECOND)
    leader = seats.sit(FINAL)
    leader.go(f"/documents/{cases['pictured']}/sign")
    frozen = leader.page.frame_locator("iframe.frozen").locator("img")
    expect(frozen).to_have_js_property("naturalWidth", 760)
