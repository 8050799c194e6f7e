"""docs/console.md names every page of the console, and every key that its templates give."""

from __future__ import annotations

import re
from pathlib import Path

from disclosure_pipeline.console.routes import PLACES
from disclosure_pipeline.console.templating import TEMPLATES

PAGE = (Path(__file__).parents[2] / "docs" / "console.md").read_text("utf-8")
_HELD = re.compile(r"`(/[a-z/A-Z-]*)`")
NOT_SCREENS = {"/", "/sign-in", "/password"}


def test_every_page_is_named() -> None:
    pages = {place.path for place in PLACES if place.method == "GET"} - NOT_SCREENS
    screens = {
        path.replace("{case}", "CASE")
        for path in pages
        if path.count("{") <= 1 and path != "/documents/{case}"
    }
    screens = {path for path in screens if "{" not in path}
    assert {path for path in _HELD.findall(PAGE) if path not in ("/", "/console/")} == screens


def test_every_key_is_told() -> None:
    given: set[str] = set()
    for template in TEMPLATES.glob("*.html"):
        given |= set(re.findall(r'data-key="([^"{]+)"', template.read_text("utf-8")))
    told = set(re.findall(r"`([^`]+)`", PAGE.split("## Keys")[1].split("## Safety")[0]))
    assert given - told - {"Escape", "?"} == set()
