"""Page tags (网页标签) that government sites must carry (政府网站发展指引)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from disclosure_pipeline.errors import ChannelFault

SITE_TAGS = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN_TAGS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
CONTENT_TAGS = ("ArticleTitle", "PubDate", "ContentSource")
"""The compulsory tags of every page, of a column's pages and of a content page."""

OPTIONAL_TAGS = ("Keywords", "Author", "Description", "Image", "Url")
"""What a content page says beside them, when it is known."""

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


HOME = Column("政府信息公开", "政府信息公开专栏首页", "政府信息公开;信息公开目录", "首页")
CATALOGUE = Column("法定主动公开内容", "主动公开的政府信息目录", "政府信息公开;主动公开;目录")
GUIDE = Column("政府信息公开指南", "如何查阅和获取政府信息", "政府信息公开;公开指南", "信息公开指南")
RULES = Column("政府信息公开制度", "政府信息公开的法规和制度", "政府信息公开;公开制度", "政策文件")
REPORTS = Column("政府信息公开年报", "政府信息公开工作年度报告", "政府信息公开;年度报告", "信息公开年报")
REQUESTS = Column("依申请公开", "申请获取政府信息的入口", "政府信息公开;依申请公开", "依申请公开")
DATA = Column("数据开放", "供程序读取的目录数据", "政府信息公开;开放数据", "数据开放")
ACCESSIBILITY = Column("无障碍声明", "本专栏的无障碍情况", "无障碍;政府信息公开", "概况信息")


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


def content_page(
    site: Mapping[str, Any], column: Column, *, title: str, published: str, source: str, **optional: str
) -> Tags:
    """The tags of a content page; optional ones only when there is something to say.

    Args:
        site: site settings.
        column: the column it belongs to.
        title: title, or the heading of a notice.
        published: ``YYYY-MM-DD HH:MM``.
        source: who says it.
        optional: some of :data:`OPTIONAL_TAGS`.
    """
    compulsory = [("ArticleTitle", title), ("PubDate", published), ("ContentSource", source)]
    told = [(name, optional[name]) for name in OPTIONAL_TAGS if optional.get(name)]
    return column_page(site, column) + compulsory + told


def check(page_tags: Tags, *, content: bool) -> None:
    """Refuse a page that lacks a compulsory tag.

    Raises:
        ChannelFault: ``page.tags``, with the names of the missing ones.
    """
    missing = _missing(dict(page_tags), content=content)
    if missing:
        raise ChannelFault(
            f"A page lacks compulsory tags: {', '.join(missing)}.",
            code="page.tags",
            advice="Complete [site] (name, domain, id_code) and the document's catalogue entry, then "
            "`disclosure channel retry`.",
        )


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
    return _missing(reader.found, content=content)


def _missing(found: Mapping[str, str], *, content: bool) -> list[str]:
    wanted = SITE_TAGS + COLUMN_TAGS + (CONTENT_TAGS if content else ())
    missing = [name for name in wanted if not found.get(name, "").strip()]
    date = found.get("PubDate", "")
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
