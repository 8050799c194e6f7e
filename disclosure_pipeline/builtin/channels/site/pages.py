"""Pages of documents and of the catalogue, rendered from templates; the same values give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout, linked_data, tags
from disclosure_pipeline.builtin.channels.site.records import VALIDITY, Held
from disclosure_pipeline.builtin.channels.site.templating import Theme
from disclosure_pipeline.builtin.rendering import beijing_time, file_size
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.model.site_words import CHINESE, words

_NEVER = "1970-01-01T00:00:00Z"
_FOLDERS = ("pages", "templates")
_MAIN_START = re.compile(r"<main\b[^>]*>", re.IGNORECASE)
_HEADING = re.compile(r"<h1\b", re.IGNORECASE)
_MAIN_END = re.compile(r"</main\s*>", re.IGNORECASE)
_BLANKS = re.compile(r"\s*\n\s*")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_FORMATS = {
    "text/html": "format_html", "text/plain": "format_text", "text/csv": "format_csv",
    f"{_OFFICE}.wordprocessingml.document": "format_word", "application/msword": "format_word",
    f"{_OFFICE}.spreadsheetml.sheet": "format_excel", "application/vnd.ms-excel": "format_excel",
    f"{_OFFICE}.presentationml.presentation": "format_slides", "application/vnd.ms-powerpoint": "format_slides",
    "application/pdf": "format_pdf", "application/ofd": "format_ofd", "image/png": "format_image",
    "image/jpeg": "format_image", "application/zip": "format_zip",
}  # fmt: skip
"""Formats of downloads as readers know them."""


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


def held_text(downloads: Path, held: Held) -> str | None:
    """The frozen text of a document, empty when it has none; ``None`` when its file is not there or was changed.

    Args:
        downloads: the folder of the document's files.
        held: what the site holds of it.

    Raises:
        ChannelFault: ``page.malformed``, it is no page.
    """
    pages = [file for file in held.files if file["role"] == "page"]
    if not pages:
        return ""
    path = downloads / pages[0]["name"]
    is_whole = path.is_file() and file_digest(path) == pages[0]["sha256"]
    return frozen_text(path.read_bytes()) if is_whole else None


class Pages:
    """Renders pages.

    Args:
        site: site settings: ``name``, ``domain``, ``id_code``, ``contact``; ``address`` (absolute address of the
            site's root; the domain's root when empty), ``language`` of the shell, ``templates`` (folder of the
            office's own ones), ``columns`` (items of 条例 第二十条 as ``id``, ``name``), ``search`` (address of the
            search, absolute or relative to the site's root; empty for none).
    """

    def __init__(self, site: Mapping[str, Any]) -> None:
        self._site = site
        templates = str(site.get("templates") or "")
        self.theme = Theme(Path(templates) if templates else None)
        self.language = str(site.get("language") or CHINESE)
        self.words = words(self.language)
        address = str(site.get("address") or f"https://{site.get('domain', '')}/")
        self.base = f"{address.rstrip('/')}/"
        self.items = {str(item["id"]): str(item["name"]) for item in site.get("columns") or ()}

    @property
    def name(self) -> str:
        """The publishing body."""
        return str(self._site.get("name", ""))

    @cached_property
    def digest(self) -> str:
        """A digest of everything that a page's shell comes from, as it was when the program began.

        Where the office's folders lie makes no difference, what is in them does.
        """
        return self.theme.digest({name: value for name, value in self._site.items() if name not in _FOLDERS})

    def is_item(self, partition: layout.Partition) -> bool:
        """Whether this is an item of the law, which is listed also without documents."""
        return partition.family == "item" and partition.name in self.items

    # ---------------------------------------------------------------- documents

    def document(self, document: str, held: Held, text: str) -> bytes:
        """The page of a published document.

        Args:
            document: case number.
            held: what is published.
            text: the frozen text, HTML, placed as it is; empty when there is none.

        Raises:
            ChannelFault: ``page.tags``, a compulsory tag is missing.
        """
        entry, address = held.entry, layout.document_address(document)
        described = linked_data.document(
            document, entry, list(held.files), base=self.base, validity=_validity(entry)
        )
        note = self.words["note_public"]
        return self.page(
            "document.html.j2",
            address,
            self._content(
                address, entry, entry["title"], entry["published"],
                Keywords=entry["keywords"], Description=entry["summary"],
            ),
            title=entry["title"],
            headed=_HEADING.search(text) is not None,
            rows=self._header_rows(entry),
            text=text,
            note="" if note in text else note,
            downloads=[self._download(file) for file in held.files if file["role"] != "attachment"],
            attachments=[self._download(file) for file in held.files if file["role"] == "attachment"],
            reviewers=entry["reviewers"],
            links=self._links(address, entry),
            validity=entry["validity"],
            described=linked_data.in_page(described),
        )  # fmt: skip

    def notice(self, document: str, held: Held) -> bytes:
        """The page that keeps a withdrawn document's address (撤回公告, or 更正公告 when another stands in its place)."""
        withdrawn, address = beijing_time(held.at), layout.document_address(document)
        links = self._links(address, held.entry)
        kind = "correction" if links else "withdrawal"
        heading = words()[f"{kind}_heading"]
        return self.page(
            "notice.html.j2",
            address,
            self._content(address, held.entry, heading, withdrawn),
            title=self.words[f"{kind}_heading"],
            corrected=bool(links),
            links=links,
            index_number=held.entry["index_number"],
            department=held.entry["department"],
            withdrawn=withdrawn[:10],
            reason=held.reason,
        )

    # ---------------------------------------------------------------- catalogue

    def line(self, row: Mapping[str, Any], key: str) -> str:
        """A catalogue row as one line of a listing.

        Args:
            row: the row.
            key: what it is sorted by.
        """
        cells = self.theme.render("row.html.j2", row=row, root="../../", link=layout.link, w=self.words)
        from markupsafe import escape

        return f'<tr id="{row["id"]}" data-key="{escape(key)}">{_BLANKS.sub("", cells.strip())}</tr>'

    def listing(
        self,
        partition: layout.Partition,
        address: str,
        lines: Sequence[str],
        *,
        older: str | None,
        newest: str | None,
    ) -> bytes:
        """One page of a partition.

        Args:
            partition: what is listed.
            address: the page's address.
            lines: its rows (:meth:`line`), newest first.
            older: file name of the page before, if any.
            newest: file name of the partition's newest page, unless this is it.
        """
        from markupsafe import Markup

        family = self.words[f"by_{partition.family}"]
        return self.page(
            "listing.html.j2",
            address,
            self._column(tags.CATALOGUE),
            title=f"{family}{self.words['colon']}{self.shown(partition)}",
            family=family,
            lines=Markup("\n".join(lines)),  # noqa: S704 -- made by line(), escaped there
            older=older,
            newest=newest,
        )

    def overview(self, family: str, names: Sequence[str]) -> bytes:
        """The page that leads to the partitions of a family; the names stand beside the links."""
        partitions = [layout.Partition(family, name) for name in names]
        return self.page(
            "overview.html.j2",
            f"catalogue/{family}/{layout.PAGE}",
            self._column(tags.CATALOGUE),
            title=self.words[f"by_{family}"],
            partitions=[(item.name, self.shown(item), item.head) for item in partitions],
        )

    def catalogue(self) -> bytes:
        """The column of what is public by law: its items, and the ways into the catalogue."""
        items = [layout.Partition("item", name) for name in self.items]
        return self.page(
            "catalogue.html.j2",
            f"catalogue/{layout.PAGE}",
            self._column(tags.CATALOGUE),
            title=self.words["catalogue"],
            items=[(self.shown(item), item.address) for item in items],
            families=[
                (self.words[f"by_{name}"], f"catalogue/{name}/{layout.PAGE}") for name in layout.FAMILIES
            ],
        )

    def home(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The first page.

        Args:
            columns: names of the columns (keys of the words, and their folders).
            rows: newest catalogue rows, newest first.
        """
        return self.page(
            "home.html.j2",
            layout.PAGE,
            self._column(tags.HOME),
            title=self.words["disclosure"],
            columns=[(self.words[name], f"{name}/{layout.PAGE}") for name in columns],
            rows=rows,
        )

    def feed(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The Atom feed; ids are tag URIs, which stay when the site moves.

        Args:
            rows: newest catalogue rows, newest first.
        """
        updated = max((row["updated"] for row in rows), default=_NEVER)
        values = {
            "site": self._site,
            "rows": rows,
            "updated": updated,
            "link": layout.link,
            "base": self.base,
        }
        return self.theme.render("feed.xml.j2", **values).encode()

    # ------------------------------------------------------------------ helpers

    def page(
        self, template: str, address: str, page_tags: tags.Tags, *, described: str = "", **values: Any
    ) -> bytes:
        """Any page of the site.

        Args:
            template: its template.
            address: where it will lie.
            page_tags: its tags; a content page's have an ``ArticleTitle``.
            described: JSON-LD for its head.
            values: what the template shows.

        Raises:
            ChannelFault: ``page.tags``, a compulsory tag is missing.
        """
        from markupsafe import Markup

        tags.check(page_tags, content=any(name == "ArticleTitle" for name, _ in page_tags))
        return self.theme.render(
            template,
            site=self._site,
            root=layout.relative_root(address),
            tags=page_tags,
            link=layout.link,
            w=self.words,
            language=self.language,
            search=self._search(address),
            described=Markup(described),  # noqa: S704 -- escaped for a script element
            **values,
        ).encode()

    def office_tags(self, column: tags.Column, address: str, title: str, published: str) -> tags.Tags:
        """The tags of a page that the office wrote."""
        return tags.content_page(
            self._site, column, title=title, published=published, source=self.name,
            Url=self.base + layout.link(address),
        )  # fmt: skip

    def column_tags(self, column: tags.Column) -> tags.Tags:
        """The tags of a page of a column."""
        return self._column(column)

    def shown(self, partition: layout.Partition) -> str:
        """A partition's name as readers see it."""
        return (
            self.items.get(partition.name, partition.name) if partition.family == "item" else partition.name
        )

    def _search(self, address: str) -> str:
        """The search as a page at ``address`` links to it; empty for none."""
        search = str(self._site.get("search") or "")
        is_relative = bool(search) and not search.startswith(("/", "https://", "http://"))
        return layout.relative_root(address) + search if is_relative else search

    def _column(self, column: tags.Column) -> tags.Tags:
        return tags.column_page(self._site, column)

    def _content(
        self, address: str, entry: Mapping[str, Any], title: str, published: str, **optional: str
    ) -> tags.Tags:
        return tags.content_page(
            self._site, tags.CATALOGUE, title=title, published=published,
            source=str(entry.get("issuing_body") or entry["unit_name"]),
            Author=entry["department"], Url=self.base + layout.link(address), **optional,
        )  # fmt: skip

    def _links(self, address: str, entry: Mapping[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
        """The documents that this one stands in relation to, grouped by how."""
        groups: dict[str, list[dict[str, str]]] = {}
        for link in entry.get("links", ()):
            target = layout.relative_root(address) + layout.document_address(link["document"])
            title = link["title"] or link["index_number"] or link["document"]
            number = link["index_number"] if link["title"] else ""
            groups.setdefault(link["relation"], []).append(
                {"address": layout.link(target), "title": title, "number": number}
            )
        return [(self.words[relation], links) for relation, links in groups.items()]

    def _header_rows(self, entry: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
        """The header table of a document: rows of one or two (label, value) pairs; unknown stays empty."""
        w = self.words
        bodies = w["list_comma"].join([entry["issuing_body"], *entry["joint_bodies"]])
        validity = w.get(entry["validity"], entry["validity"])
        return [
            [(w["index_number"], entry["index_number"]), (w["theme"], entry["theme"])],
            [(w["genre"], entry["genre"]), (w["bodies"], bodies)],
            [(w["document_number"], entry["document_number"]), (w["formed"], entry["formed"])],
            [(w["title"], entry["title"])],
            [(w["published"], entry["published"][:10]), (w["validity"], validity)],
            [(w["keywords"], entry["keywords"])],
        ]

    def _download(self, file: Mapping[str, Any]) -> dict[str, str]:
        suffix = str(file["name"]).rpartition(".")[2].upper()
        known = _FORMATS.get(str(file["media_type"]))
        return {
            "title": file["title"] or file["name"],
            "address": layout.link(f"{layout.FILES}/{file['name']}"),
            "type": file["media_type"],
            "size": file_size(file["size"]),
            "format": self.words[known] if known else suffix,
        }


def _validity(entry: Mapping[str, Any]) -> str:
    validity = str(entry["validity"])
    return VALIDITY.get(validity, validity)
