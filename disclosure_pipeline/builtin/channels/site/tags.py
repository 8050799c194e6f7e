"""Page tags (网页标签) that government sites must carry (政府网站发展指引)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

SITE_TAGS = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN_TAGS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
CONTENT_TAGS = ("ArticleTitle", "PubDate", "ContentSource")
"""The compulsory tags of every page, of a column's pages and of a content page."""

_PUBLICATION_DATE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")

Tags = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column (栏目) of the site.

    Args:
        name: its name.
        description: one sentence.
        keywords: separated by semicolons.
        type: one of the column types of the guideline.
    """

    name: str
    description: str
    keywords: str
    type: str = "信息公开目录"


HOME = Column("政府信息公开", "政府信息公开专栏首页", "政府信息公开;信息公开目录")
CATALOGUE = Column("法定主动公开内容", "主动公开的政府信息目录", "政府信息公开;主动公开;目录")


def column_page(site: Mapping[str, Any], column: Column) -> Tags:
    """The tags of a page of a column."""
    return [
        ("SiteName", str(site.get("name", ""))),
        ("SiteDomain", str(site.get("domain", ""))),
        ("SiteIDCode", str(site.get("id_code", ""))),
        ("ColumnName", column.name),
        ("ColumnDescription", column.description),
        ("ColumnKeywords", column.keywords),
        ("ColumnType", column.type),
    ]


def content_page(site: Mapping[str, Any], entry: Mapping[str, Any], *, title: str, published: str) -> Tags:
    """The tags of a document's page; optional ones only when there is something to say.

    Args:
        site: site settings.
        entry: the catalogue entry, or what a withdrawal left of it.
        title: title, or the heading of a notice.
        published: ``YYYY-MM-DD HH:MM``.
    """
    compulsory = [
        ("ArticleTitle", title),
        ("PubDate", published),
        ("ContentSource", str(entry.get("issuing_body") or entry["unit_name"])),
    ]
    optional = [
        ("Keywords", entry.get("keywords", "")),
        ("Author", entry["department"]),
        ("Description", entry.get("summary", "")),
    ]
    return column_page(site, CATALOGUE) + compulsory + [(name, text) for name, text in optional if text]


def missing_tags(html: str, *, content: bool = True) -> list[str]:
    """The compulsory tags that a page lacks, in the guideline's order.

    A tag with empty content counts as missing, and so does a ``PubDate`` that is not
    ``YYYY-MM-DD HH:MM``.

    Args:
        html: the page.
        content: whether it is a content page (a document), else a column's page.
    """
    reader = _MetaReader()
    reader.feed(html)
    wanted = SITE_TAGS + COLUMN_TAGS + (CONTENT_TAGS if content else ())
    missing = [name for name in wanted if not reader.found.get(name, "").strip()]
    date = reader.found.get("PubDate", "")
    if content and "PubDate" not in missing and not _PUBLICATION_DATE.fullmatch(date):
        missing.append("PubDate")
    return missing


class _MetaReader(HTMLParser):
    """Collects ``<meta name content>`` up to the end of the head."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._in_head = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta" and self._in_head:
            values = dict(attrs)
            self.found[values.get("name") or ""] = values.get("content") or ""
        elif tag == "body":
            self._in_head = False
