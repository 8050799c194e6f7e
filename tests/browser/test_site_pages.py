"""Every kind of page of the public site can be read by everybody: axe-core in real Chromium, no script, no sideways."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from browsing import DESK, ZOOMED, Album, Watch
from site_example import EXPLAINED, GONE, POLICY, REPEALED, WRONG, furnish
from site_orders import context
from test_accessible import SIDEWAYS, found

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KINDS = {
    "home": "index.html", "guide": "guide/index.html", "old-guide": "guide/2025-01-01.html",
    "rules": "rules/index.html", "rule": "rules/review/index.html", "reports": "reports/index.html",
    "report": "reports/2025/index.html", "requests": "requests/index.html",
    "accessibility": "accessibility/index.html", "data": "data/index.html", "catalogue": "catalogue/index.html",
    "items": "catalogue/item/index.html", "item": "catalogue/item/budget.html",
    "empty-item": "catalogue/item/fees.html", "months": "catalogue/month/index.html",
    "month": "catalogue/month/2026-11.html", "department": "catalogue/department/财政局.html",
    "numbers": "catalogue/index/2026.html", "theme": "catalogue/theme/财政.html", "genre": "catalogue/genre/通知.html",
    "body": "catalogue/body/示范县财政局.html", "validity": "catalogue/validity/废止.html",
    "guide-to-come": "bare/guide/index.html", "rules-to-come": "bare/rules/index.html",
    **{name: f"documents/2026/2026-{serial:06d}/index.html" for name, serial in (
        ("policy", POLICY), ("interpretation", EXPLAINED), ("repealed", REPEALED), ("withdrawn", GONE),
        ("corrected", WRONG))},
}  # fmt: skip
"""A page of every kind, by name."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


ENGLISH = ("home", "policy", "corrected", "month", "guide")
"""What is visited once more with the English shell: the marks are the same, the words are longer."""


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Where the site answers, and its folder."""
    folder = tmp_path_factory.mktemp("site")
    furnish(folder / "site", folder, language=request.param)
    bare = context(site=folder / "site/bare")
    SiteChannel(replace(bare, site={**bare.site, "language": request.param})).rebuild()
    handler = functools.partial(_Quiet, directory=str(folder / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", folder / "site"
        server.shutdown()
        thread.join()


def test_no_page_shuts_anybody_out(browser: Browser, served: tuple[str, Path], album: Album) -> None:
    host, root = served
    context = browser.new_context(
        locale="zh-CN", viewport={"width": DESK[0], "height": DESK[1]}, bypass_csp=True
    )
    watch = Watch(host)
    watch.over(context)
    page, wrong = context.new_page(), {}
    english = '<html lang="en">' in (root / "index.html").read_text("utf-8")
    for name, address in KINDS.items():
        if english and name not in ENGLISH:
            continue
        assert (root / address).is_file(), name
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.goto(f"http://{host}/{quote(address)}")
        album.keep(page, name, whole=True)
        wrong |= {f"{name} {rule}": at for rule, at in found(page)}
        page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
        if (sideways := page.evaluate(SIDEWAYS)) > 0:
            wrong[f"{name} enlarged"] = f"{sideways} px too wide"
    context.close()
    assert wrong == {}
    assert [fault for fault in watch.faults if "favicon" not in fault and "404" not in fault] == []


def test_the_pages_policy_lets_nothing_be_refused(browser: Browser, served: tuple[str, Path]) -> None:
    """With the page's own policy in force: the description for programs is data, no script that is refused."""
    host, _ = served
    context = browser.new_context()
    watch = Watch(host)
    watch.over(context)
    page = context.new_page()
    for name in ("home", "policy", "withdrawn"):
        page.goto(f"http://{host}/{KINDS[name]}")
    context.close()
    assert [fault for fault in watch.faults if "favicon" not in fault and "404" not in fault] == []
