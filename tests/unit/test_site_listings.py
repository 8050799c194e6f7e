from __future__ import annotations

import json
import os
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from site_orders import SITE, TITLE, artefact, context, entry, frozen, order, tree

from disclosure_pipeline.builtin.channels.site import division
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.layout import STATE, Partition, partitions_of
from disclosure_pipeline.builtin.channels.site.tags import missing_tags
from disclosure_pipeline.model.publication import Action, Entry

ATOM = "{http://www.w3.org/2005/Atom}"
TOMB = "{http://purl.org/atompub/tombstones/1.0}"
DEPARTMENTS = ("财政局", "教育局", "index", "发改委/物价科", "甲.1")
WITHDRAWN = {5, 23, 300}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def numbered(number: int) -> Entry:
    return entry(
        number,
        title=f"第{number}号通知",
        department=DEPARTMENTS[number % len(DEPARTMENTS)],
        published=f"2026-{1 + number % 12:02d}-{1 + number % 28:02d} 09:{number % 60:02d}",
    )


def fill(root: Path, vault: Path, count: int, seed: int = 1) -> SiteChannel:
    site = SiteChannel(context(site=root))
    numbers = list(range(1, count + 1))
    random.Random(seed).shuffle(numbers)
    for number in numbers:
        site.publish(
            order(Action.PUBLISH, numbered(number), (artefact(vault, "a.html", b"<main>x</main>", "page"),))
        )
    for number in sorted(WITHDRAWN & set(numbers)):
        site.withdraw(order(Action.WITHDRAW, numbered(number), generation=1, at="2026-12-20T16:30:00+00:00"))
    return site


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteChannel, Path]:
    """A site of 300 documents, three of them withdrawn, with pages of 50 rows."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        patch.setattr(division, "ROWS_PER_PAGE", 20)
        return fill(folder / "site", folder / "vault", 300), folder / "site"


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def ids_on(path: Path) -> list[str]:
    return re.findall(r"documents/\d{4}/([\d-]+)/index\.html", path.read_text("utf-8"))


def test_every_family_lists_each_document_once(filled: tuple[SiteChannel, Path]) -> None:
    _, root = filled
    expected = sorted(f"2026-{number:06d}" for number in range(1, 301))
    for family in ("index", "department", "month"):
        pages = [path for path in (root / "catalogue" / family).glob("*.html") if path.name != "index.html"]
        assert sorted(name for path in pages for name in ids_on(path)) == expected
        assert 10 < max(len(ids_on(path)) for path in pages) <= 20


def test_catalogue_has_all_rows_newest_first(filled: tuple[SiteChannel, Path]) -> None:
    rows = json.loads((filled[1] / "catalogue.json").read_bytes())
    assert len(rows) == 300
    order_of = [(row["published"], row["id"]) for row in rows]
    assert order_of == sorted(order_of, reverse=True)
    withdrawn = {row["id"]: row for row in rows if "withdrawn" in row}
    assert sorted(withdrawn) == [f"2026-{number:06d}" for number in sorted(WITHDRAWN)]
    assert {row["title"] for row in withdrawn.values()} == {"已撤回"}
    assert {row["withdrawn"] for row in withdrawn.values()} == {"2026-12-21"}  # 16:30 UTC is the next day


def test_feed_is_atom_with_the_newest_hundred(filled: tuple[SiteChannel, Path]) -> None:
    _, root = filled
    feed = ElementTree.fromstring((root / "feed.xml").read_bytes())
    rows = json.loads((root / "catalogue.json").read_bytes())[:100]
    entries, gone = feed.findall(f"{ATOM}entry"), feed.findall(f"{TOMB}deleted-entry")
    out = [row for row in rows if "withdrawn" not in row]
    assert [item.findtext(f"{ATOM}title") for item in entries] == [row["title"] for row in out]
    assert [item.find(f"{ATOM}link").get("href") for item in entries] == [row["address"] for row in out]
    ids = [item.findtext(f"{ATOM}id") for item in [feed, *entries]] + [item.get("ref") for item in gone]
    assert len(set(ids)) == 101
    assert all(re.fullmatch(r"tag:www\.example\.gov\.cn,2008-05-01:[\w-]+", name) for name in ids)
    stamps = [item.findtext(f"{ATOM}updated") for item in [feed, *entries]]
    stamps += [item.get("when") for item in gone]
    assert all(re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp) for stamp in stamps)
    assert stamps[0] == max(stamps[1:])
    assert len(gone) == len(rows) - len(out) == 1


def test_every_link_leads_to_a_file(filled: tuple[SiteChannel, Path]) -> None:
    _, root = filled
    pages = sorted(root.rglob("*.html"))
    assert len(pages) > 350
    for page in pages:
        for href in _Links(page.read_text("utf-8")).found:
            if not href.startswith("#"):
                assert "://" not in href, page
                assert not href.startswith("/")
                assert (page.parent / unquote(href)).resolve().is_file(), (page, href)


def test_every_page_carries_its_tags(filled: tuple[SiteChannel, Path]) -> None:
    _, root = filled
    for page in root.rglob("*.html"):
        if page.parent.name != "files":
            assert missing_tags(page.read_text("utf-8"), content="documents" in page.parts) == [], page


def test_every_page_is_marked_up_for_readers(filled: tuple[SiteChannel, Path]) -> None:
    from lxml import etree

    _, root = filled
    for page in root.rglob("*.html"):
        if page.parent.name == "files":
            continue
        html = etree.HTML(page.read_bytes())
        assert html.get("lang") == "zh-CN"
        assert html.xpath("count(//main[@id='content'])") == 1
        assert html.xpath("string(//body/a[1]/@href)") == "#content"
        assert html.xpath("count(//h1)") <= 1
        assert html.xpath("//title")[0].text
        assert html.xpath("//table//th[not(@scope)]") == []
        assert html.xpath("//table[not(caption)]") == []
        assert html.xpath("//script/@type") in ([], ["application/ld+json"])


def test_rebuild_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "ROWS_PER_PAGE", 7)
    site = fill(tmp_path / "site", tmp_path / "vault", 80)
    published = tree(tmp_path / "site")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*.html")}
    site.rebuild()
    before = tree(tmp_path / "site")
    assert {**before, STATE: published[STATE]} == published
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    for name in before:
        if name.startswith(("catalogue", "feed", "index", "static")):
            (tmp_path / "site" / name).unlink()
    (tmp_path / "site/catalogue/month/2019-01.html").write_text("stray", "utf-8")
    (tmp_path / "site/catalogue/month/2019-01.json").write_text(
        '{"name": "2019-01", "entries": [\n\n]}\n', "utf-8"
    )
    site.rebuild()
    assert tree(tmp_path / "site") == before


def test_the_order_of_publishing_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "ROWS_PER_PAGE", 7)
    fill(tmp_path / "one", tmp_path / "vault", 60, seed=1)
    fill(tmp_path / "two", tmp_path / "vault", 60, seed=2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_publication_touches_few_files(filled: tuple[SiteChannel, Path], tmp_path: Path) -> None:
    import shutil

    root = shutil.copytree(filled[1], tmp_path / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "ROWS_PER_PAGE", 20)
        before = tree(root)
        listed = entry(301, published="2026-12-31 09:00")
        SiteChannel(context(site=root)).publish(order(Action.PUBLISH, listed, frozen(tmp_path / "vault")))
    after = tree(root)
    changed = sorted(name for name in after if before.get(name) != after[name])
    assert changed == sorted(
        [
            "catalogue.json", "feed.xml", "feed.json", "index.html", "sitemap/2026-0000.xml",
            "catalogue/index/2026.html", "catalogue/month/2026-12.html", "catalogue/department/财政局.html",
            "catalogue/body/示范县财政局.html", "catalogue/genre/通知.html", "catalogue/validity/有效.html",
            "documents/2026/2026-000301/index.html", "documents/2026/2026-000301/record.json",
            *(name for name in after if name.startswith("documents/2026/2026-000301/files/")),
        ]
    )  # fmt: skip
    assert set(before) <= set(after)


DAMAGED = {
    "catalogue/month/2026-12.html": ["", "<html>", None],
    "catalogue/validity/有效.html": ["", None],
    "catalogue.json": ["", "[]", "[\n{}\n]\n", None],
    "sitemap/2026-0000.xml": ["", "<urlset>"],
}


@pytest.mark.parametrize(
    ("name", "damage"), [(name, text) for name, texts in DAMAGED.items() for text in texts]
)
def test_a_damaged_listing_is_made_anew(tmp_path: Path, name: str, damage: str | None) -> None:
    """What somebody else wrote must not keep a withdrawn title in the listings."""
    for folder, harmed in (("one", True), ("two", False)):
        site = fill(tmp_path / folder, tmp_path / "vault", 3)
        site.publish(
            order(Action.PUBLISH, entry(9, published="2026-12-03 09:00"), frozen(tmp_path / "vault"))
        )
        path = tmp_path / folder / name
        assert path.is_file()
        if harmed and damage is None:
            path.unlink()
        elif harmed:
            path.write_text(damage or "", "utf-8")
        site.withdraw(order(Action.WITHDRAW, entry(9), generation=1))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert TITLE.encode() not in b"".join(tree(tmp_path / "one").values())


def test_an_empty_site_has_valid_pages(tmp_path: Path) -> None:
    SiteChannel(context(site=tmp_path / "site")).rebuild()
    assert json.loads((tmp_path / "site/catalogue.json").read_bytes()) == []
    ElementTree.fromstring((tmp_path / "site/feed.xml").read_bytes())
    for page in (tmp_path / "site").rglob("*.html"):
        assert missing_tags(page.read_text("utf-8"), content=False) == []


@pytest.mark.parametrize(
    ("number", "year"),
    [
        ("MB1532375/2019-00045", "2019"),
        ("0101-02-2017-000641", "2017"),
        ("ZS-7", "2026"),
        ("120260", "2026"),
    ],
)
def test_year_of_an_index_number(number: str, year: str) -> None:
    row = {"index_number": number, "published": "2026-11-22 09:30", "department": "财政局"}
    assert Partition("index", year) in partitions_of(row)


def test_department_names_never_clash() -> None:
    names = ["财政局", "index", "INDEX", "a/b", "a b", "甲.1", "甲", "", "长" * 90, "长" * 91]
    stems = [Partition("department", name).stem for name in names]
    assert len(set(stems)) == len(names)
    assert all("/" not in stem and "." not in stem and len(stem.encode()) < 240 for stem in stems)


@pytest.mark.parametrize("tag", ["SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription",
                                 "ColumnKeywords", "ColumnType", "ArticleTitle", "PubDate", "ContentSource"])  # fmt: skip
def test_a_missing_tag_is_named(filled: tuple[SiteChannel, Path], tag: str) -> None:
    html = (filled[1] / "documents/2026/2026-000001/index.html").read_text("utf-8")
    line = re.search(f'<meta name="{tag}" content="([^"]*)">', html)
    assert line
    assert missing_tags(html.replace(line[0], "")) == [tag]
    assert missing_tags(html.replace(line[0], f'<meta name="{tag}" content=" ">')) == [tag]
    assert missing_tags(html.replace(line[0], "").replace("<body>", f"<body>{line[0]}")) == [tag]


def test_a_date_in_another_form_counts_as_missing() -> None:
    tags = {**dict.fromkeys(["SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription",
                             "ColumnKeywords", "ColumnType", "ArticleTitle", "ContentSource"], "x"),
            "PubDate": "2026-11-22"}  # fmt: skip
    html = "".join(f'<meta name="{name}" content="{text}">' for name, text in tags.items())
    assert missing_tags(html) == ["PubDate"]
    assert missing_tags(html, content=False) == []


def test_site_names_come_from_the_settings(filled: tuple[SiteChannel, Path]) -> None:
    html = (filled[1] / "index.html").read_text("utf-8")
    for value in SITE.values():
        assert value in html
