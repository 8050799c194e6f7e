"""Pages of the site, rendered from templates; the same values give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout, tags
from disclosure_pipeline.builtin.channels.site.records import Held
from disclosure_pipeline.builtin.rendering import beijing_time, environment, file_size
from disclosure_pipeline.errors import ChannelFault

COLUMNS = (
    ("政府信息公开指南", "guide/index.html"),
    ("政府信息公开制度", "rules/index.html"),
    ("法定主动公开内容", "catalogue/index.html"),
    ("政府信息公开年报", "reports/index.html"),
    ("依申请公开", "requests/index.html"),
)
"""The columns of the subtree (国办公开办函〔2019〕61号) and where an office puts its own pages."""

PUBLIC_NOTE = "此件公开发布"
WITHDRAWAL_HEADING = "政府信息撤回公告"

_NEVER = "1970-01-01T00:00:00Z"
_FOLDER = Path(__file__).parent
_MAIN_START = re.compile(r"<main\b[^>]*>", re.IGNORECASE)
_HEADING = re.compile(r"<h1\b", re.IGNORECASE)
_MAIN_END = re.compile(r"</main\s*>", re.IGNORECASE)


def style() -> bytes:
    """The site's one style sheet."""
    return (_FOLDER / "static" / "site.css").read_bytes()


def frozen_text(page: bytes) -> str:
    """What stands between the first ``<main>`` and the last ``</main>`` of a frozen page.

    Raises:
        ChannelFault: ``page.malformed``, not UTF-8 or without ``<main>``.
    """
    try:
        html = page.decode("utf-8")
    except UnicodeDecodeError:
        html = ""
    start = _MAIN_START.search(html)
    ends = list(_MAIN_END.finditer(html))
    if start is None or not ends or ends[-1].start() < start.end():
        raise ChannelFault("The frozen page has no <main> in UTF-8.", code="page.malformed")
    return html[start.end() : ends[-1].start()].strip()


class Pages:
    """Renders pages.

    Args:
        site: site settings (``name``, ``domain``, ``id_code``, ``contact``).
    """

    def __init__(self, site: Mapping[str, Any]) -> None:
        self._site = site

    def document(self, document: str, held: Held, text: str) -> bytes:
        """The page of a published document.

        Args:
            document: case number.
            held: what is published.
            text: the frozen text, HTML, placed as it is; empty when there is none.
        """
        entry = held.entry
        return self._render(
            "document.html.j2",
            layout.document_address(document),
            tags.content_page(self._site, entry, title=entry["title"], published=entry["published"]),
            title=entry["title"],
            headed=_HEADING.search(text) is not None,
            rows=_header_rows(entry),
            text=text,
            note="" if PUBLIC_NOTE in text else PUBLIC_NOTE,
            downloads=[_download(file) for file in held.files if file["role"] != "attachment"],
            attachments=[_download(file) for file in held.files if file["role"] == "attachment"],
            reviewers=entry["reviewers"],
        )

    def notice(self, document: str, held: Held) -> bytes:
        """The page that keeps a withdrawn document's address (撤回公告); it holds nothing of the text."""
        withdrawn = beijing_time(held.at)
        return self._render(
            "notice.html.j2",
            layout.document_address(document),
            tags.content_page(self._site, held.entry, title=WITHDRAWAL_HEADING, published=withdrawn),
            title=WITHDRAWAL_HEADING,
            index_number=held.entry["index_number"],
            department=held.entry["department"],
            withdrawn=withdrawn[:10],
            reason=held.reason,
        )

    def listing(
        self,
        partition: layout.Partition,
        address: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        older: str | None,
        newest: str | None,
    ) -> bytes:
        """One page of a partition.

        Args:
            partition: what is listed.
            address: the page's address.
            rows: catalogue rows, newest first.
            older: file name of the page before, if any.
            newest: file name of the partition's newest page, unless this is it.
        """
        return self._render(
            "listing.html.j2",
            address,
            self._column(tags.CATALOGUE),
            title=f"{layout.FAMILIES[partition.family]}：{partition.name}",
            family=layout.FAMILIES[partition.family],
            rows=rows,
            older=older,
            newest=newest,
        )

    def overview(self, family: str, partitions: Sequence[layout.Partition]) -> bytes:
        """The overview page of a family."""
        return self._render(
            "overview.html.j2",
            f"catalogue/{family}/index.html",
            self._column(tags.CATALOGUE),
            title=f"政府信息公开目录（{layout.FAMILIES[family]}）",
            links=[(item.name, item.address) for item in partitions],
        )

    def catalogue(self) -> bytes:
        """The page that leads to the families' overviews."""
        return self._render(
            "overview.html.j2",
            "catalogue/index.html",
            self._column(tags.CATALOGUE),
            title="法定主动公开内容",
            links=[(name, f"catalogue/{family}/index.html") for family, name in layout.FAMILIES.items()],
        )

    def home(self, columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The home page.

        Args:
            columns: (name, address) of the columns that have a page.
            rows: newest catalogue rows, newest first.
        """
        return self._render(
            "home.html.j2",
            "index.html",
            self._column(tags.HOME),
            title="政府信息公开",
            columns=columns,
            rows=rows,
        )

    def feed(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The Atom feed; ids are tag URIs, which stay when the site moves.

        Args:
            rows: newest catalogue rows, newest first.
        """
        template = environment(_FOLDER / "templates").get_template("feed.xml.j2")
        updated = max((row["updated"] for row in rows), default=_NEVER)
        return template.render(site=self._site, rows=rows, updated=updated, link=layout.link).encode()

    def _column(self, column: tags.Column) -> tags.Tags:
        return tags.column_page(self._site, column)

    def _render(self, template: str, address: str, page_tags: tags.Tags, **values: Any) -> bytes:
        page = environment(_FOLDER / "templates").get_template(template)
        root = layout.relative_root(address)
        return page.render(site=self._site, root=root, tags=page_tags, link=layout.link, **values).encode()


def _header_rows(entry: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
    """The header table of a document: rows of one or two (label, value) pairs; unknown stays empty."""
    bodies = "、".join([entry["issuing_body"], *entry["joint_bodies"]])
    return [
        [("索引号", entry["index_number"]), ("主题分类", entry["theme"])],
        [("发文机关", bodies), ("成文日期", entry["formed"])],
        [("标题", entry["title"])],
        [("发文字号", entry["document_number"]), ("发布日期", entry["published"][:10])],
        [("体裁分类", entry["genre"]), ("有效性", entry["validity"])],
        [("主题词", entry["keywords"])],
    ]


def _download(file: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": file["title"] or file["name"],
        "address": layout.link(f"{layout.FILES}/{file['name']}"),
        "type": file["media_type"],
        "size": file_size(file["size"]),
        "format": _FORMATS.get(str(file["media_type"]), str(file["name"]).rpartition(".")[2].upper()),
    }


_FORMATS = {"text/html": "网页", "text/plain": "纯文本", "text/csv": "表格 CSV"}
"""Formats of downloads as readers know them."""
