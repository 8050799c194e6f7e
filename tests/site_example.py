"""A small site with every kind of page: documents in every relation, taken back, corrected, of old and new versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from site_orders import LATER, context, entry, frozen, order

from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.model.publication import Action, Link, Relation, Validity

POLICY, EXPLAINED, REPEALED, GONE, WRONG, RIGHT = range(1, 7)
"""Serials: a policy, what interprets it, one that it repeals, one withdrawn, one corrected, its correction."""

ITEMS = [{"id": "budget", "name": "财政预算、决算信息"}, {"id": "fees", "name": "行政事业性收费"}]
WORDS = "甲文件的秘密字句"
_HEAD = """+++
title = "{title}"
version = {version}
[contact]
name = "示范县人民政府办公室"
address = "示范县人民路1号"
hours = "工作日"
phone = "0570-8000000"
fax = "0570-8000001"
postcode = "324000"
+++
## 一、范围

- 甲
- 乙

详见[目录](catalogue/index.html)。
"""


def link(relation: Relation, serial: int, title: str = "") -> Link:
    return Link(relation, f"2026-{serial:06d}", f"MB0000000/2026-{serial:05d}", title)


def office_pages(folder: Path) -> Path:
    """The office's own pages, the guide in two versions."""
    for name, version in (("guide/2025-01-01", "2025-01-01"), ("guide/2026-05-01", "2026-05-01"),
                          ("reports/2025", "2026-01-31")):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(_HEAD.format(title=f"页面{version}", version=version), "utf-8")
    (folder / "rules/review").mkdir(parents=True)
    (folder / "rules/review/2026-03-01.md").write_text(
        _HEAD.format(title="审查制度", version="2026-03-01"), "utf-8"
    )
    return folder


def furnish(root: Path, work: Path, **site: Any) -> SiteChannel:
    """Make the site.

    Args:
        root: its folder.
        work: folder for the vault and the office's pages.
        site: further settings.
    """
    given = context(site=root)
    pages = office_pages(work / "pages")
    channel = SiteChannel(replace(given, site={**given.site, "pages": str(pages), "columns": ITEMS, **site}))
    channel.rebuild()
    vault = work / "vault"

    def publish(serial: int, *links: Link, **changes: Any) -> None:
        listed = entry(serial, title=f"第{serial}号文件", links=links, item="budget", theme="财政", **changes)
        channel.publish(order(Action.PUBLISH, listed, frozen(vault, f"第{serial}号正文", f"文件{serial}")))

    publish(
        POLICY,
        link(Relation.INTERPRETED_BY, EXPLAINED, "第2号文件"),
        link(Relation.REPEALS, REPEALED, "第3号文件"),
    )
    publish(EXPLAINED, link(Relation.INTERPRETS, POLICY, "第1号文件"))
    publish(REPEALED, link(Relation.REPEALED_BY, POLICY, "第1号文件"), validity=Validity.REPEALED)
    channel.publish(order(Action.PUBLISH, entry(GONE, title=WORDS), frozen(vault, WORDS, WORDS)))
    channel.publish(order(Action.PUBLISH, entry(WRONG, title=WORDS), frozen(vault, WORDS, WORDS)))
    publish(RIGHT, link(Relation.REPLACES, WRONG))
    channel.withdraw(order(Action.WITHDRAW, entry(GONE), generation=1, at=LATER, reason="予以撤回"))
    corrected = entry(WRONG, links=(link(Relation.REPLACED_BY, RIGHT, "第6号文件"),))
    channel.withdraw(order(Action.WITHDRAW, corrected, generation=1, at=LATER, reason="内容有误"))
    return channel


def page(root: Path, serial: int) -> str:
    """A document's page."""
    return (root / f"documents/2026/2026-{serial:06d}/index.html").read_text("utf-8")
