"""What programs follow: Atom, JSON Feed, and the sitemap in parts.

Atom names a withdrawn document with a tombstone (RFC 6721), which readers that have its title take as the order to
forget it. JSON Feed and the sitemap know no such thing: there it is gone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from disclosure_pipeline.builtin.channels.site import layout
from disclosure_pipeline.builtin.channels.site.faults import ListingBroken
from disclosure_pipeline.builtin.channels.site.writing import Writer
from disclosure_pipeline.builtin.files import sweep

Row = Mapping[str, Any]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_LINE = re.compile(r"<url><loc>[^<]*/([\d-]+)/index\.html</loc><lastmod>[^<]*</lastmod></url>")
COLUMNS_PART = f"{layout.SITEMAP_PARTS}/columns.xml"


def json_feed(name: str, base: str, rows: Sequence[Row]) -> bytes:
    """The JSON Feed (version 1.1).

    Args:
        name: the publishing body.
        base: absolute address of the site's root.
        rows: newest catalogue rows, newest first.
    """
    values = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{name}政府信息公开",
        "home_page_url": f"{base}{layout.PAGE}",
        "feed_url": f"{base}{layout.JSON_FEED}",
        "language": "zh-CN",
        "authors": [{"name": name}],
        "items": [_item(base, row) for row in rows if "withdrawn" not in row],
    }
    return f"{json.dumps(values, ensure_ascii=False, indent=1)}\n".encode()


def _item(base: str, row: Row) -> dict[str, Any]:
    address = base + layout.link(row["address"])
    tags = [row[name] for name in ("genre", "theme", "validity") if name in row]
    return {
        "id": address,
        "url": address,
        "title": row["title"],
        "content_text": row.get("summary") or row["title"],
        "date_published": f"{row['published'].replace(' ', 'T')}:00+08:00",
        "date_modified": row["updated"],
        "authors": [{"name": row["department"]}],
        "tags": tags,
    }


class Sitemap:
    """Keeps ``sitemap.xml`` and its parts; a part holds the documents of a range of case numbers.

    Args:
        root: the site's folder.
        base: absolute address of the site's root.
        writer: how files are written.
    """

    def __init__(self, root: Path, base: str, writer: Writer) -> None:
        self._root = root
        self._base = base
        self._writer = writer

    def change(self, document: str, row: Row | None) -> None:
        """Bring a document's address in, out, or to its new date.

        Raises:
            ListingBroken: the part is not what it was written as.
        """
        address = layout.sitemap_part(document)
        lines = self._read(address)
        known = bool(lines)
        lines.pop(document, None)
        if row is not None and "withdrawn" not in row:
            lines[document] = self._line(row)
        self._write_part(address, lines)
        if known != bool(lines):
            self.write_index()

    def write(self, rows: Iterable[Row], columns: Sequence[str]) -> None:
        """Write everything.

        Args:
            rows: all catalogue rows.
            columns: addresses of the pages that are no documents.
        """
        parts: dict[str, dict[str, str]] = {}
        for row in rows:
            if "withdrawn" not in row:
                parts.setdefault(layout.sitemap_part(row["id"]), {})[row["id"]] = self._line(row)
        for address in {*parts, *(f"{layout.SITEMAP_PARTS}/{name}" for name in self._names())}:
            if address != COLUMNS_PART:
                self._write_part(address, parts.get(address, {}))
        urls = "\n".join(f"<url><loc>{self._absolute(address)}</loc></url>" for address in sorted(columns))
        self._writer.write(self._root / COLUMNS_PART, _set(urls))
        self.write_index()
        sweep(self._root / layout.SITEMAP_PARTS)

    def write_index(self) -> None:
        """Write the list of the parts."""
        names = [f"{layout.SITEMAP_PARTS}/{name}" for name in self._names()]
        lines = "\n".join(f"<sitemap><loc>{self._absolute(name)}</loc></sitemap>" for name in names)
        text = f"{_HEAD}<sitemapindex {_SPACE}>\n{lines}\n</sitemapindex>\n"
        self._writer.write(self._root / layout.SITEMAP, text.encode())

    def _write_part(self, address: str, lines: Mapping[str, str]) -> None:
        if lines:
            text = "\n".join(lines[document] for document in sorted(lines))
            self._writer.write(self._root / address, _set(text))
        else:
            self._writer.remove(self._root / address)

    def _read(self, address: str) -> dict[str, str]:
        try:
            data = (self._root / address).read_bytes()
        except FileNotFoundError:
            return {}
        lines = data.decode("utf-8", "replace").split("\n")[2:-2]
        found = {match[1]: line for line in lines if (match := _LINE.fullmatch(line))}
        if _set("\n".join(lines)) != data or len(found) != len(lines):
            raise ListingBroken
        return found

    def _names(self) -> list[str]:
        folder = self._root / layout.SITEMAP_PARTS
        return sorted(name for name in os.listdir(folder) if name.endswith(".xml")) if folder.is_dir() else []  # noqa: PTH208

    def _line(self, row: Row) -> str:
        return f"<url><loc>{self._absolute(row['address'])}</loc><lastmod>{escape(row['updated'])}</lastmod></url>"

    def _absolute(self, address: str) -> str:
        return escape(self._base + layout.link(address))


def _set(lines: str) -> bytes:
    return f"{_HEAD}<urlset {_SPACE}>\n{lines}\n</urlset>\n".encode()
