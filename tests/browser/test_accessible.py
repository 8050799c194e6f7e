"""Every screen can be read by everybody: axe-core finds nothing, in light and dark, wide, narrow and enlarged.

WCAG 2.2 AA with the practices that axe calls best; a page never scrolls sideways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, TABLET, ZOOMED, Person, Seats
from screens import FILES, SCREENS, visits
from support import SECRECY

from disclosure_pipeline.console.routes import PLACES

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
VIEWS: dict[str, tuple[tuple[int, int], str, Any]] = {
    "desk": (DESK, "light", RULES),
    "dark": (DESK, "dark", COLOURS),
    "tablet": (TABLET, "light", None),
    "zoomed": (ZOOMED, "light", RULES),
}
"""Size of the window, scheme, and what axe looks for: only colours change with the scheme, and a tablet has the
columns of the enlarged page."""

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_every_screen_is_visited() -> None:
    assert set(SCREENS) | FILES == {place.path for place in PLACES if place.method == "GET"}
    assert not set(SCREENS) & FILES


def test_no_screen_shuts_anybody_out(seats: Seats, cases: dict[str, str]) -> None:
    person: Person | None = None
    wrong: dict[str, Any] = {}
    for visit in visits():
        if person is None or person.name != visit.who:
            person = seats.sit(visit.who, enter=bool(visit.who))
        person.go(visit.path.format(**cases))
        person.watch.refused(*([visit.refused] if visit.refused else []))
        for name, ((width, height), scheme, rules) in VIEWS.items():
            person.page.set_viewport_size({"width": width, "height": height})
            person.page.emulate_media(color_scheme=scheme)
            if (sideways := person.page.evaluate(SIDEWAYS)) > 0:
                wrong[f"{visit.name} {name}"] = f"{sideways} px too wide"
            person.album.keep(person.page, f"{visit.name}-{name}", whole=True)
            if rules:
                wrong |= {f"{visit.name} {name} {rule}": at for rule, at in found(person.page, rules)}
    assert wrong == {}


def found(page: Page, rules: Any = RULES) -> list[tuple[str, list[str]]]:
    """Rules that a page breaks, with where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    answer = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", rules)
    return [
        (item["id"], [f"{node['target']} {node['failureSummary']}" for node in item["nodes"]])
        for item in answer["violations"]
    ]


def test_what_is_hard_to_read_is_found(seats: Seats) -> None:
    """The measure itself: a faint, nameless button is told."""
    person = seats.sit("", enter=False)
    person.go("/sign-in")
    person.page.evaluate(
        "() => { const added = document.createElement('button'); document.querySelector('main').append(added);"
        " const faint = document.createElement('p'); faint.textContent = '看不清'; faint.className = 'faint';"
        " document.querySelector('main').append(faint); faint.style.color = '#ddd'; faint.style.minWidth = '9999px' }"
    )
    assert {name for name, _ in found(person.page)} >= {"button-name", "color-contrast"}
    assert person.page.evaluate(SIDEWAYS) > 0


def test_the_list_of_keys_is_readable(seats: Seats, cases: dict[str, str]) -> None:
    person = seats.sit(SECRECY)
    person.go(f"/documents/{cases['open']}/review")
    person.page.keyboard.press("?")
    person.page.wait_for_selector("dialog#keys[open]")
    person.look("keys")
    assert found(person.page) == []
