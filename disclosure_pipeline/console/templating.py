"""How pages are made: templates with everything escaped, in the reader's language.

Text of documents is hostile: it is always escaped, and characters that would change how the text around
them reads (bidirectional controls, control characters) are shown as symbols.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from disclosure_pipeline.console import charts, sayings, words
from disclosure_pipeline.console.answers import Ask, Page
from disclosure_pipeline.console.frame import CSRF
from disclosure_pipeline.console.languages import speaker, translations
from disclosure_pipeline.console.menu import menu
from disclosure_pipeline.model.clock import SHANGHAI
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.model.words import (
    PageLabel,
    kind_in_words,
    page_in_words,
    place_in_words,
    signer_in_words,
)

if TYPE_CHECKING:
    from jinja2 import Environment

    from disclosure_pipeline.errors import DisclosureError

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

_TREACHEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Text in which nothing acts unseen: each such character is shown by its number."""
    return _TREACHEROUS.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def day(value: str | date | None) -> str:
    """A day as ``2026-11-22``; an instant (UTC) gives its day in Asia/Shanghai."""
    if not value:
        return ""
    if isinstance(value, str) and len(value) > 10:
        return parse(value).astimezone(SHANGHAI).date().isoformat()
    return value if isinstance(value, str) else value.isoformat()


def moment(value: str | datetime | None) -> str:
    """An instant (UTC) as ``2026-11-22 17:30`` in Asia/Shanghai."""
    if not value:
        return ""
    instant = parse(value) if isinstance(value, str) else value
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _token(csrf: str) -> object:
    """The hidden field that every form carries: the session's token."""
    from markupsafe import Markup

    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF, csrf)


def _bars(chart: charts.Chart) -> object:
    """A chart of bars; `console/charts.py` escapes what is in it."""
    from markupsafe import Markup

    return Markup(charts.bars(chart))  # noqa: S704 -- see above


def _lines(chart: charts.Chart) -> object:
    """A chart of lines."""
    from markupsafe import Markup

    return Markup(charts.lines(chart))  # noqa: S704 -- `console/charts.py` escapes what is in it


@lru_cache(maxsize=64)
def static_name(name: str) -> str:
    """A file of ours with a mark of its content, so that browsers may keep it for ever."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{name}?v={mark}"


class Templates:
    """The templates, once per language.

    Args:
        root: path under which the console is mounted.
    """

    def __init__(self, root: str):
        self._root = root
        self._made: dict[str, Environment] = {}

    def render(self, page: Page, ask: Ask) -> str:
        """One page as HTML."""
        language = ask.visitor.language if ask.visitor else ask.language
        environment = self._environment(language)
        values: Mapping[str, Any] = {
            "ask": ask,
            "me": ask.visitor,
            "token": _token(ask.visitor.csrf if ask.visitor else ""),
            "language": language,
            "menu": menu(ask),
            "said": sayings.DONE.get(ask.query.get("said"), ""),
            "error": ask.error,
            **page.values,
        }
        return environment.get_template(page.template).render(values)

    def _environment(self, language: str) -> Environment:
        if language not in self._made:
            self._made[language] = self._make(language)
        return self._made[language]

    def _make(self, language: str) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        spoken = translations(language)
        made = Environment(
            loader=FileSystemLoader(TEMPLATES),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.install_gettext_callables(speaker(language), spoken.ngettext, newstyle=True)  # type: ignore[attr-defined]

        def word(code: object, table: str) -> str:
            """What a code is called; an unknown code is shown as it is."""
            name = words.TABLES[table].get(str(code))
            return spoken.gettext(name) if name else str(code)

        def location(place: Mapping[str, Any] | None) -> str:
            """Where a passage stands, for people."""
            return place_in_words(place, spoken.gettext)

        def part_of_text(kind: str) -> str:
            """What a kind of place is called, for people."""
            return kind_in_words(kind, spoken.gettext)

        def page_name(label: PageLabel) -> str:
            """What a page of a document is called, for people."""
            return page_in_words(label, spoken.gettext)

        def signer(name: str | None, principal: str | None) -> str:
            """Who signed, and for whom."""
            return signer_in_words(name, principal, spoken.gettext)

        def refusal(error: DisclosureError) -> str:
            """What an error tells the officer."""
            known = sayings.REFUSED.get(error.code)
            return spoken.gettext(known) if known else f"{error.message} {error.advice}"

        def url(path: str, **query: object) -> str:
            """An address of the console; empty values are left out."""
            given = {key: value for key, value in query.items() if value not in (None, "", False)}
            return f"{self._root}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")

        made.filters |= {
            "word": word,
            "day": day,
            "moment": moment,
            "visible": visible,
            "location": location,
            "part_of_text": part_of_text,
            "page_name": page_name,
        }
        made.globals |= {
            "url": url,
            "refusal": refusal,
            "signer": signer,
            "bars": _bars,
            "lines": _lines,
            "desk_places": frozenset(words.PLACES),
            "static": lambda name: f"{self._root}/static/{static_name(name)}",
        }
        return made
