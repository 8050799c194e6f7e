"""The site looks by itself whether something is behind: new templates, new pages of the office, a power cut."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from site_example import POLICY, furnish, office_pages, page
from site_orders import context, entry, frozen, order, tree

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.builtin.channels.site.layout import STATE
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Mending
from disclosure_pipeline.model.publication import Action

NAME = "改名县人民政府"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with every kind of page."""
    furnish(tmp_path / "site", tmp_path)
    return tmp_path / "site"


def again(root: Path, **site: Any) -> SiteChannel:
    """The channel as the next process makes it."""
    given = context(site=root)
    pages = {"pages": str(root.parent / "pages"), "columns": [{"id": "budget", "name": "财政预算、决算信息"},
                                                              {"id": "fees", "name": "行政事业性收费"}]}  # fmt: skip
    return SiteChannel(replace(given, site={**given.site, **pages, **site}))


def stamps(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}


def test_nothing_is_touched_where_nothing_is_behind(root: Path) -> None:
    before = stamps(root)
    channel = again(root)
    assert isinstance(channel, Mending)
    assert channel.mend(whole=False) is False
    assert stamps(root) == before
    assert channel.mend(whole=True) is True
    assert stamps(root) == before


def test_new_templates_reach_every_page_without_an_order(root: Path) -> None:
    assert again(root, name=NAME).mend(whole=False) is True
    assert NAME in page(root, POLICY)
    assert NAME in (root / "catalogue/month/2026-11.html").read_text("utf-8")
    assert again(root, name=NAME).mend(whole=False) is False
    again(root, name=NAME).verify([])


def test_pages_follow_when_an_order_has_made_the_listings_anew(root: Path, tmp_path: Path) -> None:
    channel = again(root, name=NAME)
    channel.publish(order(Action.PUBLISH, entry(9), frozen(tmp_path / "vault")))
    assert NAME not in page(root, POLICY)
    assert channel.mend(whole=False) is True
    assert NAME in page(root, POLICY)


def test_a_new_page_of_the_office_goes_out_and_a_faulty_one_is_told_once(root: Path) -> None:
    guide = root.parent / "pages/guide/2026-05-01.md"
    guide.with_name("2026-12-01.md").write_text(
        guide.read_text("utf-8").replace("2026-05-01", "2026-12-01").replace("甲", "新的条款"), "utf-8"
    )
    assert "新的条款" not in (root / "guide/index.html").read_text("utf-8")
    assert again(root).mend(whole=False) is True
    assert "新的条款" in (root / "guide/index.html").read_text("utf-8")
    assert again(root).mend(whole=False) is False
    guide.write_text(guide.read_text("utf-8").replace("phone", "tel"), "utf-8")
    with pytest.raises(ChannelFault) as caught:
        again(root).mend(whole=False)
    assert caught.value.code == "page.incomplete"
    assert again(root).mend(whole=False) is False


def test_after_a_boot_that_is_not_known_the_listings_are_made_anew(root: Path) -> None:
    lost = root / "catalogue/month/2026-11.html"
    expected = tree(root)
    lost.write_bytes(b"")
    assert again(root).mend(whole=False) is False
    values = json.loads((root / STATE).read_text("utf-8"))
    (root / STATE).write_text(json.dumps({**values, "boots": ["another"]}), "utf-8")
    assert again(root).mend(whole=False) is True
    assert lost.read_bytes() == expected["catalogue/month/2026-11.html"]


def test_a_state_that_an_older_release_left_is_behind(root: Path) -> None:
    before = tree(root)
    values = json.loads(before[STATE])
    (root / STATE).write_text(json.dumps({"shell": values["shell"], "boots": values["boots"]}), "utf-8")
    assert again(root).mend(whole=False) is True
    assert tree(root) == before


def test_a_site_that_nobody_has_begun_stays_away_until_the_office_has_written_something(
    tmp_path: Path,
) -> None:
    root = tmp_path / "site"
    assert again(root).mend(whole=False) is False
    assert tree(root) == {}
    office_pages(tmp_path / "pages")
    assert again(root).mend(whole=False) is True
    assert (root / "guide/index.html").is_file()


@pytest.mark.parametrize(
    ("search", "from_home", "from_document"),
    [
        ("../search", "../search", "../../../../search"),
        ("https://search.example.gov.cn/?site=a&b", "https://search.example.gov.cn/?site=a&amp;b",
         "https://search.example.gov.cn/?site=a&amp;b"),
        ("/search", "/search", "/search"),
    ],
)  # fmt: skip
def test_every_page_leads_to_the_search(
    tmp_path: Path, search: str, from_home: str, from_document: str
) -> None:
    furnish(tmp_path / "site", tmp_path, search=search)
    assert f'<a href="{from_home}">信息检索</a>' in (tmp_path / "site/index.html").read_text("utf-8")
    assert f'<a href="{from_document}">信息检索</a>' in page(tmp_path / "site", POLICY)


def test_without_a_search_no_page_leads_there(root: Path) -> None:
    assert "信息检索" not in (root / "index.html").read_text("utf-8")
