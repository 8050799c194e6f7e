"""What an officer points at on a page: words that are selected, a box that is drawn with the mouse."""

from __future__ import annotations

from browsing import Person, Seats
from playwright.sync_api import Locator, expect
from screens import visits
from support import SECRECY

PICK = """words => {
  const node = [...document.querySelectorAll('[data-segment]')].find((one) => one.textContent.includes(words));
  const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walk.nextNode() && !walk.currentNode.data.includes(words)) { /* the next text */ }
  const from = walk.currentNode.data.indexOf(words);
  getSelection().setBaseAndExtent(walk.currentNode, from, walk.currentNode, from + words.length);
  return node.dataset.segment;
}"""
"""Selects words on the page; answers in which segment they stand."""


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


def test_a_box_is_drawn_with_the_mouse_and_opens_the_form(seats: Seats, cases: dict[str, str]) -> None:
    officer = opened(seats, cases, "review-paper")
    paper = officer.page.locator("figure[data-draw]").first
    paper.scroll_into_view_if_needed()
    area = paper.bounding_box()
    assert area is not None
    mouse = officer.page.mouse
    mouse.move(area["x"] + area["width"] * 0.25, area["y"] + 40)
    mouse.down()
    mouse.move(area["x"] + area["width"] * 0.75, area["y"] + 90, steps=4)
    mouse.up()
    expect(officer.page.locator("#marking")).to_have_attribute("open", "")
    expect(officer.page.locator("#marking .drawn")).to_be_visible()
    form = officer.page.locator("form[data-marking]")
    left, top, right, bottom = map(float, values(form, "left", "top", "right", "bottom"))
    assert (round(left, 2), round(right, 2)) == (0.25, 0.75)
    assert 0 < top < bottom < 1
    assert officer.page.locator("rect.new").count() == 1
