"""Pages and data files of a site with every kind of document, held against the specifications."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import site_schemas as schemas
from lxml import etree
from site_example import EXPLAINED, GONE, POLICY, REPEALED, RIGHT, WORDS, WRONG, furnish, link, page
from site_orders import context, entry, frozen, order, tree

from disclosure_pipeline.builtin.channels.site import state
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.tags import missing_tags
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.publication import Action, Relation, Validity
from disclosure_pipeline.model.site_words import words

ADDRESS = "https://www.example.gov.cn/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    furnish(folder / "site", folder)
    return folder / "site"


def pages(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*.html")) if path.parent.name != "files")


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


# ------------------------------------------------------------------ relations


def test_links_lead_both_ways_by_relative_addresses(site: Path) -> None:
    there = '<dt>政策解读</dt>\n<dd><a href="../../../documents/2026/2026-000002/index.html">第2号文件</a>'
    back = '<dt>解读对象</dt>\n<dd><a href="../../../documents/2026/2026-000001/index.html">第1号文件</a>'
    assert there in page(site, POLICY)
    assert back in page(site, EXPLAINED)


def test_a_repealed_document_keeps_its_text_under_a_banner(site: Path) -> None:
    html = page(site, REPEALED)
    assert "本文件已废止，仅供查阅。" in html
    assert "第3号正文" in html
    assert '<th scope="row">有效性</th><td>废止</td>' in html
    assert "被下列文件废止" in html
    assert "2026-000003" in (site / "catalogue/validity/废止.html").read_text("utf-8")
    assert "2026-000003" not in (site / "catalogue/validity/有效.html").read_text("utf-8")


def test_a_corrected_document_leads_to_the_new_one_and_nothing_of_it_stays(site: Path) -> None:
    html = page(site, WRONG)
    assert "政府信息更正公告" in html
    assert "<td>已更正</td>" in html
    assert '<a href="../../../documents/2026/2026-000006/index.html">第6号文件</a>' in html
    assert "已撤回" not in html
    assert f"MB0000000/2026-0000{WRONG}" in page(site, RIGHT)
    for name, data in tree(site).items():
        assert WORDS.encode() not in data, name
        assert WORDS not in name


def test_a_withdrawn_document_leads_nowhere(site: Path) -> None:
    html = page(site, GONE)
    assert "政府信息撤回公告" in html
    assert f"MB0000000/2026-0000{GONE}" in html
    assert "<dl>" not in html


def test_a_change_of_validity_alone_reissues_the_entry(tmp_path: Path) -> None:
    channel = furnish(tmp_path / "site", tmp_path)
    root = tmp_path / "site"
    files = tree(root / "documents/2026/2026-000001/files")
    links = (link(Relation.REPEALED_BY, RIGHT, "第6号文件"),)
    listed = entry(POLICY, title="第1号文件", links=links, validity=Validity.REPEALED, item="fees")
    artefacts = frozen(tmp_path / "vault", "第1号正文", "文件1")
    channel.update(order(Action.UPDATE, listed, artefacts, generation=1))
    assert tree(root / "documents/2026/2026-000001/files") == files
    assert "本文件已废止" in page(root, POLICY)
    assert "2026-000001" not in (root / "catalogue/validity/有效.html").read_text("utf-8")
    assert "2026-000001" in (root / "catalogue/validity/废止.html").read_text("utf-8")
    assert "2026-000001" in (root / "catalogue/item/fees.html").read_text("utf-8")
    assert "2026-000001" not in (root / "catalogue/item/budget.html").read_text("utf-8")
    before = tree(root)
    channel.rebuild()
    assert tree(root) == before


def test_an_item_without_documents_again_is_still_listed(tmp_path: Path) -> None:
    channel = furnish(tmp_path / "site", tmp_path)
    for serial in (POLICY, EXPLAINED, REPEALED, RIGHT):
        channel.withdraw(order(Action.WITHDRAW, entry(serial), generation=1))
    assert "暂无文件" in (tmp_path / "site/catalogue/item/budget.html").read_text("utf-8")
    before = tree(tmp_path / "site")
    channel.rebuild()
    assert tree(tmp_path / "site") == before


# ---------------------------------------------------------------- page tags


@pytest.mark.parametrize(
    ("name", "tag"), [("name", "SiteName"), ("domain", "SiteDomain"), ("id_code", "SiteIDCode")]
)
def test_a_page_without_a_compulsory_tag_does_not_go_out(tmp_path: Path, name: str, tag: str) -> None:
    given = context(site=tmp_path / "site")
    channel = SiteChannel(replace(given, site={**given.site, name: ""}))
    with pytest.raises(ChannelFault) as caught:
        channel.publish(order(Action.PUBLISH, entry(), frozen(tmp_path / "vault")))
    assert caught.value.code == "page.tags"
    assert tag in str(caught.value)
    assert (
        not list((tmp_path / "site").rglob("*.html"))[:1]
        or not (tmp_path / "site/documents/2026/2026-000001/index.html").exists()
    )
    assert not (tmp_path / "site/catalogue.json").exists()


def test_a_document_without_source_or_title_does_not_go_out(tmp_path: Path) -> None:
    channel = SiteChannel(context(site=tmp_path / "site"))
    for number, changes in (
        (1, {"title": " "}),
        (2, {"issuing_body": "", "unit_name": ""}),
        (3, {"published": "昨天"}),
    ):
        with pytest.raises(ChannelFault) as caught:
            channel.publish(order(Action.PUBLISH, entry(number, **changes), frozen(tmp_path / "vault")))
        assert caught.value.code == "page.tags"
    assert not list((tmp_path / "site").rglob("index.html"))


def test_optional_tags_are_there_when_known(site: Path) -> None:
    html = page(site, POLICY)
    for tag, content in (
        ("Keywords", "收费目录"), ("Author", "财政局"), ("Description", "公布收费目录清单。"),
        ("Url", f"{ADDRESS}documents/2026/2026-000001/index.html"),
    ):  # fmt: skip
        assert f'<meta name="{tag}" content="{content}">' in html
    assert "Image" not in html


def test_every_page_carries_its_tags_and_every_link_leads_to_a_file(site: Path) -> None:
    seen = 0
    for path in pages(site):
        html = path.read_text("utf-8")
        assert missing_tags(html, content="ArticleTitle" in html) == [], path
        for href in Links(html).found:
            if not href.startswith("#"):
                seen += 1
                assert "://" not in href
                assert (path.parent / unquote(href)).resolve().is_file(), (path, href)
    assert seen > 500


# -------------------------------------------------------------------- schemas


def test_atom(site: Path) -> None:
    schema = etree.RelaxNG(etree.fromstring(schemas.ATOM))
    feed = etree.fromstring((site / "feed.xml").read_bytes())
    assert schema.validate(feed), schema.error_log
    feed.remove(feed[1])
    assert not schema.validate(feed)


def test_sitemap(site: Path) -> None:
    index = etree.fromstring((site / "sitemap.xml").read_bytes())
    schema = etree.XMLSchema(etree.fromstring(schemas.SITEMAP_INDEX))
    assert schema.validate(index), schema.error_log
    part = etree.XMLSchema(etree.fromstring(schemas.SITEMAP_PART))
    named = []
    for address in index.itertext("{*}loc"):
        name = address.strip().removeprefix(ADDRESS)
        if name:
            urls = etree.fromstring((site / name).read_bytes())
            assert part.validate(urls), part.error_log
            named += [text.strip() for text in urls.itertext("{*}loc") if text.strip()]
    assert len(set(named)) == len(named)
    for address in named:
        assert (site / unquote(address.removeprefix(ADDRESS))).is_file()
    out = {
        f"{ADDRESS}documents/2026/2026-00000{serial}/index.html"
        for serial in (POLICY, EXPLAINED, REPEALED, RIGHT)
    }
    assert {address for address in named if "/documents/" in address} == out
    assert f"{ADDRESS}guide/2025-01-01.html" in named


def test_json_feed_and_dcat(site: Path) -> None:
    feed = json.loads((site / "feed.json").read_bytes())
    assert schemas.faults(feed, schemas.JSON_FEED) == []
    assert len(feed["items"]) == 4
    described = json.loads((site / "dcat.jsonld").read_bytes())
    assert schemas.faults(described, schemas.DCAT) == []
    for item in described["dcat:dataset"][0]["dcat:distribution"]:
        assert (site / item["dcat:downloadURL"]["@id"].removeprefix(ADDRESS)).is_file()
    del described["dcat:dataset"][0]["dcterms:publisher"]
    assert schemas.faults(described, schemas.DCAT) == ["$.dcat:dataset[0].dcterms:publisher is missing"]


def test_schema_org_in_each_document(site: Path) -> None:
    for serial in (POLICY, EXPLAINED, REPEALED, RIGHT):
        (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(site, serial))
        values = json.loads(text)
        assert schemas.faults(values, schemas.SCHEMA_ORG) == []
        for file in values["encoding"]:
            assert (site / unquote(file["contentUrl"].removeprefix(ADDRESS))).is_file()
    assert json.loads(text)["legislationLegalForce"] == "https://schema.org/InForce"
    assert "<script" not in page(site, GONE)


def test_nothing_in_a_title_ends_the_description(tmp_path: Path) -> None:
    title = "</script><script>alert(1)//--><!--&\u2028"
    SiteChannel(context(site=tmp_path / "site")).publish(
        order(Action.PUBLISH, entry(title=title), frozen(tmp_path / "vault"))
    )
    html = page(tmp_path / "site", 1)
    (text,) = re.findall(r"<script[^>]*>(.*?)</script>", html)
    assert json.loads(text)["name"] == title


# ------------------------------------------------------- theme, language, state


def test_an_office_can_override_a_template_and_the_style(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "notice.html.j2").write_text(
        '{% extends "builtin/notice.html.j2" %}{% block content %}<p>本县说明</p>{{ super() }}{% endblock %}',
        "utf-8",
    )
    (own / "row.html.j2").write_text(
        '<td>{{ row.published[:10] }}</td>\n<td><a href="{{ root }}{{ link(row.address) }}">{{ row.title }}</a></td>\n'
        "<td>{{ row.department }}</td>\n<td>{{ row.index_number }}</td>\n",
        "utf-8",
    )
    (own / "theme.css").write_text("body { color: navy }", "utf-8")
    root = tmp_path / "site"
    channel = furnish(root, tmp_path, templates=str(own))
    assert "<p>本县说明</p>" in page(root, GONE)
    assert "政府信息撤回公告" in page(root, GONE)
    assert ">2026-11-22</td><td><a href=" in (root / "catalogue/month/2026-11.html").read_text("utf-8")
    style = (root / "static/site.css").read_text("utf-8")
    assert style.endswith("body { color: navy }")
    assert ":root" in style
    before = tree(root)
    channel.rebuild()
    assert tree(root) == before
    (own / "document.html.j2").write_text("{{ nothing_of_this_name }}", "utf-8")
    given = context(site=root)
    with pytest.raises(ChannelFault) as caught:
        SiteChannel(replace(given, site={**given.site, "templates": str(own)})).publish(
            order(Action.PUBLISH, entry(9), frozen(tmp_path / "vault"))
        )
    assert caught.value.code == "template.broken"


def test_a_new_theme_reaches_listings_with_the_next_order_and_pages_with_a_rebuild(tmp_path: Path) -> None:
    furnish(tmp_path / "site", tmp_path)
    given = context(site=tmp_path / "site")
    named = SiteChannel(replace(given, site={**given.site, "name": "改名县人民政府"}))
    named.publish(order(Action.PUBLISH, entry(9), frozen(tmp_path / "vault")))
    listing = tmp_path / "site/catalogue/month/2026-11.html"
    assert "改名县人民政府" in listing.read_text("utf-8")
    assert "改名县人民政府" not in page(tmp_path / "site", POLICY)
    named.rebuild()
    assert "改名县人民政府" in page(tmp_path / "site", POLICY)
    assert {item.state for item in named.verify([])} == {"published", "withdrawn"}
    assert named.verify(["2026-000001"])[0].hashes["正文.html"]


@pytest.mark.parametrize(("language", "shown"), [("en", "Index number"), ("zh-TW", "索引號")])
def test_the_shell_can_be_in_another_language(tmp_path: Path, language: str, shown: str) -> None:
    furnish(tmp_path / "site", tmp_path, language=language)
    html = page(tmp_path / "site", POLICY)
    assert f'<html lang="{language}">' in html
    assert f'<th scope="row">{shown}</th>' in html
    assert '<article lang="zh-CN">' in html
    assert '<meta name="ColumnName" content="法定主动公开内容">' in html
    for path in pages(tmp_path / "site"):
        assert missing_tags(path.read_text("utf-8"), content=False) == [], path


def test_every_language_has_every_word() -> None:
    assert set(words("en")) == set(words("zh-CN")) == set(words("zh-TW"))
    assert all(words("en").values())
    with pytest.raises(ChannelFault) as caught:
        words("tlh")
    assert caught.value.code == "site.language"


def test_after_a_boot_the_listings_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power failure may have lost what was not forced to disk; here it lost everything but records and documents."""
    channel = furnish(tmp_path / "site", tmp_path)
    whole = tree(tmp_path / "site")
    for name in whole:
        if name.startswith(("catalogue", "feed", "sitemap", "index", "dcat")):
            (tmp_path / "site" / name).write_bytes(b"")
    monkeypatch.setattr(state, "boot", lambda: "after the power came back")
    channel.withdraw(order(Action.WITHDRAW, entry(GONE), generation=1, at="2026-11-23T02:00:00+00:00"))
    after = tree(tmp_path / "site")
    assert {name for name in whole if after[name] != whole[name]} == {".state"}
