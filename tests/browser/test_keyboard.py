"""Everything without a mouse: Tab goes through every screen in its order, and keys do what they say and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import DESK, ZOOMED, AtKeys, Person, Seats
from playwright.sync_api import expect
from screens import Visit, visits
from support import SECRECY, SECRECY_2, Office
from whole_day import CALL, PHONE

from disclosure_pipeline.model.finding import Settlement

if TYPE_CHECKING:
    from playwright.sync_api import Page

GROWN = """() => {
  const more = document.querySelector('[data-more]');
  if (more) { more.scrollIntoView(); }
  return !more;
}"""
"""Scrolls to what is fetched when it comes into sight; true when all of it is there."""

STOPS = """() => {
  const folded = (element) => {
    const shut = element.closest('details:not([open])');
    return shut && !(element.tagName === 'SUMMARY' && element.parentNode === shut && !(shut.parentNode.closest('details:not([open])')));
  };
  const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const groups = new Set();
  const again = (element) => element.type === 'radio' && (groups.has(element.name) || !groups.add(element.name));
  return found.filter((element) => !again(element) && element.getClientRects().length && !element.disabled && element.type !== 'hidden'
    && element.tabIndex >= 0 && !folded(element)).length;
}"""
"""How many places of a page Tab should come to."""

HERE = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) { return null; }
  if (here.tagName === 'IFRAME') { return { order: -1 }; }
  const box = here.getBoundingClientRect();
  const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
  const x = middle(box.left, box.right, innerWidth), y = middle(box.top, box.bottom, innerHeight);
  const on = document.elementFromPoint(x, y);
  const look = getComputedStyle(here);
  return {
    order: [...document.querySelectorAll('*')].indexOf(here),
    name: here.tagName + ' ' + (here.id || here.name || here.textContent.trim().slice(0, 20)),
    ring: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
    seen: Boolean(on && (here.contains(on) || on.contains(here) || (on.closest('label') && on.closest('label').control === here))),
  };
}"""
"""Where the focus is, and whether one can see it."""


def wrongs(page: Page) -> list[str]:
    """What is wrong on the way through a page by Tab."""
    page.wait_for_function(GROWN)
    page.evaluate("() => window.scrollTo(0, 0)")
    told, orders, framed = [], [-1], False
    for _ in range(400):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None and framed:  # the focus comes back from a frame's own process, which takes a moment
            page.wait_for_timeout(500)
            here = page.evaluate(HERE)
        framed = here is not None and here["order"] < 0
        if here is None or -1 < here["order"] < orders[-1]:
            break
        if here["order"] >= 0:
            orders.append(here["order"])
            told += [f"{here['name']}: no ring"] if not here["ring"] else []
            told += [f"{here['name']}: not to be seen"] if not here["seen"] else []
    reached, wanted = len(set(orders)) - 1, page.evaluate(STOPS)
    return told + ([f"Tab comes to {reached} of {wanted}"] if reached != wanted else [])


@pytest.mark.parametrize("who", sorted({visit.who for visit in visits()}), ids=lambda who: who or "stranger")
@pytest.mark.parametrize("size", [DESK, ZOOMED], ids=["desk", "zoomed"])
def test_tab_goes_through_every_screen_in_order_and_is_always_seen(
    seats: Seats, cases: dict[str, str], who: str, size: tuple[int, int]
) -> None:
    person = seats.sit(who, enter=bool(who), viewport={"width": size[0], "height": size[1]})
    wrong = {}
    for visit in visits():
        if visit.who == who:
            show(person, visit, cases)
            if told := wrongs(person.page):
                wrong[visit.name] = told
    assert wrong == {}


def show(person: Person, visit: Visit, cases: dict[str, str]) -> None:
    person.go(visit.path.format(**cases))
    person.watch.refused(*([visit.refused] if visit.refused else []))


def test_what_is_wrong_on_the_way_is_told(seats: Seats) -> None:
    """The measure itself: a ring that is missing, a place under something else, an order that jumps."""
    person = seats.sit("", enter=False)
    person.go("/sign-in")
    person.page.evaluate(
        "() => { document.querySelector('#name').style.outline = 'none'; const over = document.createElement('div');"
        " const box = document.querySelector('button.main').getBoundingClientRect(); document.body.append(over);"
        " over.style.cssText = `position:fixed;background:#fff;left:0;right:0;top:${box.top - 4}px;height:${box.height + 8}px`;"
        " document.querySelector('#password').tabIndex = 1 }"
    )
    assert wrongs(person.page)[-1].startswith("Tab comes to")
    person.page.evaluate("() => { document.querySelector('#password').tabIndex = 0 }")
    person.page.locator(".brand").focus()
    assert wrongs(person.page)[:2] == ["INPUT name: no ring", "BUTTON 登录: not to be seen"]


# --------------------------------------------------------------------------- what keys do


@pytest.fixture
def case(office: Office) -> str:
    return office.reviewed(body=f"补贴按月发放。\n{CALL}")


@pytest.fixture
def officer(seats: Seats, case: str) -> AtKeys:
    made: AtKeys = seats.sit(SECRECY)
    made.go(f"/documents/{case}/review")
    return made


def settled(office: Office, case: str) -> list[Settlement | None]:
    return [item.settled for item in office.findings(case)]


def test_the_list_tells_every_key_of_the_page(officer: AtKeys) -> None:
    shown = set(officer.page.locator("main kbd:visible").all_inner_texts())
    officer.page.keyboard.press("?")
    listed = set(officer.page.locator("#keys kbd").all_inner_texts())
    assert shown <= listed
    assert {"j", "k", "a", "r", "d", "e", "b"} <= listed
    officer.page.keyboard.press("Escape")
    expect(officer.page.locator("#keys")).to_be_hidden()


def test_keys_write_where_one_writes(officer: AtKeys, office: Office, case: str) -> None:
    officer.open("e")
    officer.tab_to(officer.page.locator("#why"))
    before = officer.present
    officer.page.keyboard.type("jknadru?")
    assert officer.page.locator("#why").input_value() == "jknadru?"
    assert (officer.present, set(settled(office, case))) == (before, {None})
    officer.page.keyboard.press("Escape")
    officer.page.keyboard.press("j")
    assert officer.present != before


def test_keys_that_compose_a_word_do_nothing_else(officer: AtKeys, office: Office, case: str) -> None:
    """Letters of an input method: told as being composed, or as the key 229 by older browsers."""
    protocol = officer.page.context.new_cdp_session(officer.page)
    before = officer.present
    for name in ("a", "r", "j"):
        officer.page.evaluate(
            "name => { document.body.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));"
            " document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, isComposing: true, bubbles: true })) }",
            name,
        )
        protocol.send(
            "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": name, "windowsVirtualKeyCode": 229}
        )
        protocol.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": name, "windowsVirtualKeyCode": 229})
    officer.open("e")
    officer.tab_to(officer.page.locator("#why"))
    protocol.send("Input.imeSetComposition", {"text": "tuihui", "selectionStart": 6, "selectionEnd": 6})
    protocol.send("Input.insertText", {"text": "退回"})
    assert officer.page.locator("#why").input_value() == "退回"
    assert (officer.present, set(settled(office, case))) == (before, {None})


def test_single_keys_can_be_switched_off(seats: Seats, office: Office, case: str) -> None:
    officer = seats.sit(SECRECY_2)
    officer.go("/account")
    officer.tab_to(officer.page.locator("#keys-on"))
    officer.page.keyboard.press("Space")
    officer.press(officer.page.locator("main button.main"))
    officer.go(f"/documents/{case}/review")
    before = officer.present
    for key in ("j", "a", "r", "?"):
        officer.page.keyboard.press(key)
    expect(officer.page.locator("#keys")).to_be_hidden()
    assert officer.page.locator("kbd:visible").count() == 0
    assert (officer.present, set(settled(office, case))) == (before, {None})
    office.clear(case, Settlement.REDACT)
    officer.go(f"/documents/{case}/review")
    assert officer.page.locator("kbd:visible").all_inner_texts() == ["Ctrl+Enter"]
    officer.tab_to(officer.page.locator("[data-open=keys]"))
    officer.page.keyboard.press("Enter")
    assert officer.page.locator("#keys kbd:visible").all_inner_texts() == ["Ctrl+Enter", "Esc"]
    officer.page.keyboard.press("Escape")
    officer.send("Ctrl+Enter")
    assert office.tier_states(case)[0] == "approved"


def test_a_reason_is_chosen_only_where_reasons_are_shown(officer: AtKeys, office: Office, case: str) -> None:
    present = officer.present
    officer.page.keyboard.press("4")
    officer.open("d")
    assert set(settled(office, case)) == {None}
    expect(officer.page.locator(f"[id='{present}'] .reasons")).to_be_in_viewport(ratio=1)
    officer.send("4")
    assert settled(office, case).count(Settlement.DISMISS) == 1


def test_after_each_action_the_focus_and_the_voice_go_on(officer: AtKeys, office: Office, case: str) -> None:
    number = len([item for item in office.findings(case) if item.finding.severity.value != "info"])
    for left in range(number - 1, -1, -1):
        before = officer.present
        officer.send("r")
        told = f"还有 {left} 处未处理" if left else "全部命中已处理"
        expect(officer.page.locator("#announcer")).to_contain_text(told)
        if left:
            assert officer.present != before
            at = "document.activeElement.closest('[data-stop]').id"
        else:
            at = "document.activeElement.dataset.key"
        assert officer.page.evaluate(at) == (officer.present if left else "Ctrl+Enter")
        assert officer.page.evaluate(HERE)["seen"]
    assert settled(office, case).count(Settlement.REDACT) == number


def test_the_page_turns_and_what_was_ticked_stays(seats: Seats, office: Office) -> None:
    lines = "\n".join(f"第{number}条，补贴按月发放，请各乡镇按时核对并做好公示。" for number in range(1, 200))
    case = office.reviewed(body=f"咨询手机{PHONE}。\n{lines}\n再次咨询手机{PHONE}。")
    officer = seats.sit(SECRECY)
    officer.go(f"/documents/{case}/review")
    last = officer.page.locator("[data-stop]").last.get_attribute("id")
    shown = officer.page.locator("#document .sheetview").first.get_attribute("id")
    officer.page.keyboard.press("j")
    officer.page.keyboard.press("s")
    officer.open("d")
    mark = officer.page.locator(f"mark.present[data-shown-by='{last}']")
    expect(mark).to_be_in_viewport()
    assert officer.page.locator("#document .sheetview").first.get_attribute("id") != shown
    assert officer.page.locator(f"[id='{last}'] [data-key=s]").is_checked()
    assert officer.page.locator(f"[id='{last}'] details.dismiss").get_attribute("open") is not None
    officer.look("turned")


def test_the_queue_by_keys(seats: Seats, office: Office, case: str) -> None:
    officer = seats.sit(SECRECY)
    officer.go("/queue")
    officer.page.keyboard.press("/")
    assert officer.page.evaluate("document.activeElement.id") == "q"
    officer.page.keyboard.press("Escape")
    officer.open("f")
    officer.reach(f"row-{case}")
    officer.choose(officer.page.locator(f"#row-{case} [data-key=x]"))
    officer.send("c")
    assert "已认领" in officer.notice
    assert officer.page.evaluate("document.activeElement.closest('[data-stop]').id") == f"row-{case}"
    officer.send("c")
    assert "已释放" in officer.notice


def test_the_first_tab_leads_past_the_menu(officer: AtKeys) -> None:
    officer.page.keyboard.press("Tab")
    skip = officer.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    officer.page.evaluate("() => { document.body.dataset.still = 'here' }")
    officer.page.keyboard.press("Enter")
    expect(officer.page.locator("main")).to_be_focused()
    officer.page.keyboard.press("Tab")
    assert officer.page.evaluate("document.activeElement.closest('main') !== null")
    assert officer.page.locator("[data-still]").count() == 1, "the page was not loaded again"
