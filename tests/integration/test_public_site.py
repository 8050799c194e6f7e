"""The public site and its search as the daemon serves them, to readers and to those who try things."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from lxml import html

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.hooks.public_index import FILE
from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.pipeline import filling, recall
from disclosure_pipeline.service.health import Status, application
from disclosure_pipeline.service.public.search import SearchPage
from disclosure_pipeline.settings.models import SiteSettings
from tests.support import OFFICE, Office

if TYPE_CHECKING:
    import httpx2 as httpx

SEARCH = "builtin.search"
TITLE = "关于发放冬季养老服务补贴的通知"


@pytest.fixture
def visitor(office: Office) -> Iterator[httpx.Client]:
    """Somebody with a browser at the daemon's own web application."""
    with at_the_door(office) as client:
        yield client


def at_the_door(office: Office) -> Any:
    from starlette.testclient import TestClient

    status = Status(office.core, lambda: pytest.fail("no watcher is asked"), None)  # type: ignore[arg-type]
    return TestClient(application(status, {}), base_url="http://localhost", follow_redirects=False)


def asked(visitor: httpx.Client, **query: str) -> html.HtmlElement:
    answer = visitor.get("/search", params=query)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def said(page: html.HtmlElement) -> str:
    return " ".join(page.xpath("string(//*[@role='status'])").split())


def test_what_is_published_is_found_and_read_and_what_is_withdrawn_is_not(
    office: Office, visitor: httpx.Client
) -> None:
    case = office.published(TITLE)
    page = asked(visitor, q="养老服务 补贴")
    assert said(page) == "共找到 1 件，第 1 页，共 1 页。"
    assert page.xpath("//h2//mark/text()") == ["养老服务", "补贴"]
    (link,) = page.xpath("//h2/a/@href")
    read = visitor.get(f"/{link}")
    assert (read.status_code, TITLE in read.text) == (200, True)
    assert page.xpath("count(//script)") == 0
    assert said(asked(visitor, q=office.row(case).index_number)) == "共找到 1 件，第 1 页，共 1 页。"
    assert asked(visitor, q="养老", department="民政局").xpath("//option[@selected]/text()") == ["民政局"]
    assert "没有找到" in said(asked(visitor, q="养老", to="2001-01-01"))

    recall.withdraw(office.core, case, OFFICE, "内容有误")
    office.work()
    assert office.channels(case)["search"] == "withdrawn"
    assert "没有找到" in said(asked(visitor, q="养老服务 补贴"))
    assert TITLE not in visitor.get(f"/{link}").text
    folder = office.core.workspace.search
    assert not any("冬季养老".encode() in path.read_bytes() for path in folder.iterdir())


def test_a_channel_that_came_later_gets_what_was_published_before(
    office: Office, visitor: httpx.Client
) -> None:
    case, gone = office.published(TITLE), office.published()
    recall.withdraw(office.core, gone, OFFICE, "内容有误")
    office.work()
    withheld = office.published(attribute="不予公开", ground="R16a", reason="内部事务")
    for table in ("publication", "receipt"):  # as if they had gone out before there was a search
        office.sql(f"DELETE FROM {table} WHERE channel = :c", c=SEARCH)
    lose_the_index(office)
    assert visitor.get("/search?q=养老服务").status_code == 503

    assert filling.fill(office.core, SEARCH, by=OFFICE) == 1
    assert office.channels(case)["search"] == "pending"
    assert filling.fill(office.core, SEARCH, by=OFFICE) == 0
    office.work()
    assert (office.channels(case)["search"], office.state(case).value) == ("done", "published")
    assert {"search" in office.channels(other) for other in (gone, withheld)} == {False}
    assert "1 件" in said(asked(visitor, q="养老服务"))

    lose_the_index(office)
    assert filling.fill(office.core, SEARCH, by=OFFICE) == 0
    assert filling.fill(office.core, SEARCH, by=OFFICE, again=True) == 1
    office.work()
    assert "1 件" in said(asked(visitor, q="养老服务"))
    office.chain_holds()


def lose_the_index(office: Office) -> None:
    for path in office.core.workspace.search.iterdir():
        path.unlink()


def test_only_a_channel_in_use_is_filled(open_office: Callable[..., Office], tmp_path: Path) -> None:
    office = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", publication={"channels": ["builtin.site"]})
    with pytest.raises(Refused) as caught:
        filling.fill(office.core, SEARCH, by=OFFICE)
    assert caught.value.code == "channel.not_in_use"
    with pytest.raises(NotFound):
        filling.fill(office.core, "builtin.ghost", by=OFFICE)


def test_nobody_comes_past_the_site(office: Office, visitor: httpx.Client) -> None:
    case = office.published(TITLE)
    site = office.core.workspace.site
    (site / ".hidden").write_text("秘密", "utf-8")
    (site / "link.html").symlink_to(office.core.workspace.data / "store.sqlite")
    (site / "inner").symlink_to(site / "documents")
    for path in (
        "/site/../disclosure.sqlite", "/site/%2e%2e/vault/", "/site/..%2fvault", "/site//etc/passwd", "/site/%2fetc/passwd",
        "/site/.hidden", "/site/.lock", "/site/.state", "/site/link.html", "/site/inner/2026", "/site/documents/",
        "/site/documents", "/site/%00", "/site/" + "a" * 300, "/site/\\..\\x", "/site/%5c..%5c", "/site/%ff",
    ):  # fmt: skip
        answer = visitor.get(path)
        assert (answer.status_code, "秘密" in answer.text) == (404, False), path
    assert visitor.post("/site/index.html").status_code == 405
    assert visitor.put("/search?q=x").status_code == 405
    page = visitor.get("/site/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "img-src 'self' data:"} <= set(policy)  # frozen pages hold their pictures
    assert "data:" not in "; ".join(item for item in policy if not item.startswith("img-src"))
    assert visitor.get("/site/index.html", headers={"if-none-match": page.headers["etag"]}).status_code == 304
    head = visitor.head("/site/index.html")
    assert (head.content, head.headers["content-length"]) == (b"", page.headers["content-length"])
    moved = visitor.get(f"/site/documents/{case[:4]}/{case}", headers={"host": "evil.example"})
    assert moved.headers["location"] == f"{case}/"
    for name, kind in {
        "feed.xml": "application/atom+xml", "feed.json": "application/feed+json", "static/site.css": "text/css; charset=utf-8",
        "catalogue.json": "application/json",
    }.items():  # fmt: skip
        assert visitor.get(f"/site/{name}").headers["content-type"] == kind


def test_hostile_questions_are_answered_kindly(office: Office, visitor: httpx.Client) -> None:
    office.published(TITLE)
    for words in (
        "<script>alert(1)</script>", '" OR *', "'; DROP TABLE document; --", "\"><img src=x onerror=alert(1)>", "养老\0", "a" * 5_000,
        "NEAR(养 老)", "%", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "-", "{{7*7}}",
    ):  # fmt: skip
        answer = visitor.get(
            f"/search?q={quote(words)}&page=99999&department={quote(words)}&from=x&to=2026-99-99"
        )
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "49" not in answer.text
        assert "form-action 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert "请输入关键词" in visitor.get("/search").text
    assert "只按前 200 字" in visitor.get("/search", params={"q": "养" * 201}).text
    assert visitor.get("/search?q=%ff%fe&page=-1&page=x").status_code == 200


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    page = SearchPage(tmp_path, Pace(rate=0.5, burst=2, clock=lambda: 0.0))
    request = SimpleNamespace(query_params={"q": "x"}, client=SimpleNamespace(host="192.0.2.1"))
    other = SimpleNamespace(query_params={"q": "x"}, client=SimpleNamespace(host="192.0.2.2"))

    def status(who: Any) -> tuple[int, str | None]:
        answer = asyncio.run(page.answer(who, SiteSettings()))
        return answer.status_code, answer.headers.get("retry-after")

    assert [status(request) for _ in range(3)] == [(503, None), (503, None), (429, "2")]
    assert status(other) == (503, None)


def test_the_search_speaks_the_site_s_language(tmp_path: Path) -> None:
    page = SearchPage(tmp_path, Pace(rate=1.0, burst=9, clock=lambda: 0.0))
    request: Any = SimpleNamespace(query_params={"q": "x" * 201}, client=None)
    told = {}
    for language in ("zh-CN", "zh-TW", "en"):
        site = SiteSettings(name="Office", id_code="0", contact="x", language=language)
        told[language] = html.fromstring(bytes(asyncio.run(page.answer(request, site)).body))
    assert [page.get("lang") for page in told.values()] == list(told)
    alarms = {language: page.xpath("string(//*[@role='alert'])") for language, page in told.items()}
    assert "檢索" in alarms["zh-TW"] and "检索" in alarms["zh-CN"] and "search" in alarms["en"]
    assert not re.search("[\u4e00-\u9fff]", told["en"].text_content())


def test_pages_of_answers_lead_to_one_another(office: Office, visitor: httpx.Client) -> None:
    from disclosure_pipeline.builtin.channels.search.index import Card, opened

    with opened(office.core.workspace.search) as index, index.transaction():
        for number in range(45):
            index.put(
                Card(
                    f"2026-{number:06d}", "k", 0, 1, "published", "", address="a/index.html", title=f"公示{number}",
                    department="<b>局", published=f"2026-01-{number % 28 + 1:02d} 09:00", body="补贴名单",
                )
            )  # fmt: skip
    page = asked(visitor, q="补贴 名单")
    shown = []
    while True:
        shown += page.xpath("//h2/a/text()")
        following = page.xpath("//a[@rel='next']/@href")
        if not following:
            break
        page = html.fromstring(visitor.get(f"/search{following[0]}").text)
    assert len(set(shown)) == len(shown) == 45
    assert said(page) == "共找到 45 件，第 3 页，共 3 页。"
    assert page.xpath("//option/text()") == ["全部", "<b>局"]
    assert (office.core.workspace.search / FILE).is_file()


def test_a_daemon_that_serves_no_site(open_office: Callable[..., Office], tmp_path: Path) -> None:
    office = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", server={"site": False})
    with at_the_door(office) as visitor:
        assert [visitor.get(path).status_code for path in ("/site/", "/search", "/healthz")] == [
            404,
            404,
            200,
        ]
        assert visitor.get("/").headers["location"] == "/healthz"
