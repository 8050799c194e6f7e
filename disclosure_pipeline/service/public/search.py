"""The page ``/search``: a form and its answers, made on the server; no script, no cookie, nothing is noted.

Threat model: anybody asks anything. A question is cut to a length, becomes terms (`model/public_search.py`), is given
a bounded time, and who asks too often waits; what was typed is escaped wherever it is shown and stands in no log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks.public_index import MOST, Found, Narrowing, PublicIndex
from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.model.public_search import LONGEST, Question
from disclosure_pipeline.model.site_words import words
from disclosure_pipeline.service.public.files import COMMON_HEADERS, POLICY

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request
    from starlette.responses import Response

    from disclosure_pipeline.settings.models import SiteSettings

SITE = "site"
"""Where the site lies, seen from the page."""

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_NAME = 100
_RATE, _BURST = 2.0, 20
_FAILED = {"search.too_wide": "search_too_wide"}
"""Key of the word for each refusal that is not :data:`_UNAVAILABLE`."""
_UNAVAILABLE = "search_unavailable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks.

    Args:
        words: what is looked for. narrowing: among which documents. page: which page of the answers.
        is_cut: whether more was typed than counts.
    """

    words: str
    narrowing: Narrowing
    page: int
    is_cut: bool

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """What the address says; what is no date or number there counts as not said."""
        typed = query.get("q", "").strip()
        page = query.get("page", "")
        narrowing = Narrowing(
            query.get("department", "").strip()[:_LONGEST_NAME],
            _day(query.get("from", "")),
            _day(query.get("to", "")),
        )
        number = int(page) if page.isascii() and page.isdigit() and len(page) < len(str(MOST)) else 1
        return cls(typed[:LONGEST], narrowing, number, len(typed) > LONGEST)

    def address(self, page: int) -> str:
        """Address of another page of the same answers, relative to this one."""
        said = {
            "q": self.words, "department": self.narrowing.department, "from": self.narrowing.since,
            "to": self.narrowing.until, "page": str(page),
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in said.items() if value}, errors="replace")


class SearchPage:
    """Answers ``/search``.

    Args:
        folder: the folder of the index.
        pace: how often one caller may ask; the usual pace by default.
    """

    def __init__(self, folder: Path, pace: Pace | None = None):
        self._index = PublicIndex(folder)
        self._pace = pace or Pace(_RATE, _BURST)

    async def answer(self, request: Request, site: SiteSettings) -> Response:
        """One request.

        Args:
            request: the request.
            site: how the site presents itself.
        """
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import HTMLResponse

        asked, headers = Asked.of(request.query_params), dict(_HEADERS)
        wait = self._pace.wait(request.client.host if request.client else "")
        if wait:
            headers["retry-after"] = str(ceil(wait))
            page, status = _page(site, asked, trouble="search_pace"), 429
        else:
            page, status = await run_in_threadpool(self._found, asked, site)
        return HTMLResponse(page, status, headers)

    def _found(self, asked: Asked, site: SiteSettings) -> tuple[str, int]:
        question = Question(asked.words)
        try:
            departments = self._index.departments()
            found = self._index.find(question, asked.narrowing, asked.page) if question.match else None
        except DisclosureError as error:
            return _page(site, asked, trouble=_FAILED.get(error.code, _UNAVAILABLE)), 503
        return _page(site, asked, departments=departments, question=question, found=found), 200


_HEADERS = {**COMMON_HEADERS, "content-security-policy": POLICY, "cache-control": "no-store"}


def _page(
    site: SiteSettings,
    asked: Asked,
    *,
    departments: tuple[str, ...] = (),
    question: Question | None = None,
    found: Found | None = None,
    trouble: str = "",
) -> str:
    values: dict[str, Any] = {
        "site": site, "root": SITE, "asked": asked, "departments": departments, "found": found, "trouble": trouble,
        "question": question, "most": MOST, "longest": LONGEST, "language": site.language, "w": words(site.language),
    }  # fmt: skip
    return _environment().get_template("search.html").render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.filters["address"] = lambda address: quote(address, safe="/-_.~")
    return made


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
