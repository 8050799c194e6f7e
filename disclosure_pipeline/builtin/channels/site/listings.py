"""Everything of the site that lists documents, derived from the records.

Rows are divided by index year, item of the law, theme, genre, body, department, month and validity: a publication
touches one page of each (:mod:`.shelf`), a line of ``catalogue.json`` and of the sitemap, the feeds and the first page.

Whoever repairs after a crash asks for ``thorough`` work, which does not trust what the listings show of the document.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout, linked_data
from disclosure_pipeline.builtin.channels.site.catalogue import Catalogue
from disclosure_pipeline.builtin.channels.site.columns import COLUMNS
from disclosure_pipeline.builtin.channels.site.feeds import Sitemap, json_feed
from disclosure_pipeline.builtin.channels.site.layout import Partition, partitions_of
from disclosure_pipeline.builtin.channels.site.pages import Pages
from disclosure_pipeline.builtin.channels.site.shelf import Shelf
from disclosure_pipeline.builtin.channels.site.writing import Writer
from disclosure_pipeline.builtin.files import remove_others, sweep
from disclosure_pipeline.builtin.rendering import beijing_time

FEED_ROWS = 100
HOME_ROWS = 20

Row = Mapping[str, Any]

_NAMED = re.compile(r'<li data-name="([^"]*)">')


class Listings:
    """Keeps the listings; every method needs the site's lock.

    Args:
        root: the site's folder.
        pages: the renderer.
    """

    def __init__(self, root: Path, pages: Pages) -> None:
        self._root = root
        self._pages = pages

    def apply(self, document: str, before: Row | None, after: Row | None, *, forced: bool) -> None:
        """Bring one document's row in, out, or to what it is now.

        Args:
            document: case number.
            before: the row as the listings show it, or ``None``.
            after: the row as they shall show it, or ``None``.
            forced: whether the changes are forced to disk.

        Raises:
            ListingBroken: the listings do not show ``before``; :meth:`rebuild` mends them.
        """
        writer = Writer(forced=forced)
        old, new = _partitions(before), _partitions(after)
        for partition in sorted(old | new):
            shelf = self._shelf(partition, writer)
            existed = shelf.exists
            shelf.change(before if partition in old else None, after if partition in new else None)
            if shelf.exists != existed:
                self._rename(partition, there=not existed, writer=writer)
        catalogue = Catalogue(self._root, writer)
        catalogue.change(before, after)
        self._sitemap(writer).change(document, after)
        self._write_newest(catalogue.newest(FEED_ROWS), writer)

    def repair(self, document: str, row: Row | None, touched: Collection[Partition]) -> None:
        """Bring one document's row in or out, whatever an unfinished order left of it.

        Args:
            document: case number.
            row: its row, or ``None`` when it must not be listed.
            touched: every partition that may show something of it.

        Raises:
            ListingBroken: a page cannot be read; :meth:`rebuild` mends it.
        """
        writer = Writer(forced=True)
        target = _partitions(row)
        for partition in sorted(touched):
            shelf = self._shelf(partition, writer)
            shelf.repair(document, row if partition in target else None)
            self._rename(partition, there=shelf.exists, writer=writer)
        catalogue = Catalogue(self._root, writer)
        catalogue.repair(document, row)
        self._sitemap(writer).change(document, row)
        self._sitemap(writer).write_index()
        self._write_newest(catalogue.newest(FEED_ROWS), writer)
        self._sweep()

    def rebuild(self, rows: Sequence[Row], columns: Sequence[str], *, forced: bool = False) -> None:
        """Make every listing anew from all rows, and remove listings that have none.

        Args:
            rows: all rows of the catalogue.
            columns: addresses of the pages that are no documents.
            forced: whether the changes are forced to disk.
        """
        writer = Writer(forced=forced)
        divided: dict[Partition, list[Row]] = defaultdict(list)
        for item in self._pages.items:
            divided[Partition("item", item)] = []
        for row in rows:
            for partition in partitions_of(row):
                divided[partition].append(row)
        kept: dict[str, set[str]] = {family: {layout.PAGE} for family in layout.FAMILIES}
        names: dict[str, list[str]] = {family: [] for family in layout.FAMILIES}
        for partition, share in sorted(divided.items()):
            kept[partition.family] |= self._shelf(partition, writer).fill(share)
            names[partition.family].append(partition.name)
        for family in layout.FAMILIES:
            remove_others(self._root / "catalogue" / family, kept[family])
            self._write_overview(family, names[family], writer)
        writer.write(self._root / f"catalogue/{layout.PAGE}", self._pages.catalogue())
        writer.write(self._root / layout.STYLE, self._pages.theme.style())
        catalogue = Catalogue(self._root, writer)
        catalogue.write(rows)
        self._sitemap(writer).write(rows, columns)
        self._write_newest(catalogue.newest(FEED_ROWS), writer)
        self._sweep()

    # ------------------------------------------------------------------- pieces

    def _write_newest(self, newest: Sequence[Row], writer: Writer) -> None:
        """Write what shows the newest documents."""
        name, base = self._pages.name, self._pages.base
        changed = max((beijing_time(row["updated"])[:10] for row in newest), default="")
        described = linked_data.dataset(name=name, base=base, modified=changed)
        writer.write(self._root / layout.FEED, self._pages.feed(newest))
        writer.write(self._root / layout.JSON_FEED, json_feed(name, base, newest))
        writer.write(self._root / layout.DATASET, _json(described))
        writer.write(self._root / layout.PAGE, self._pages.home(COLUMNS, newest[:HOME_ROWS]))

    def _rename(self, partition: Partition, *, there: bool, writer: Writer) -> None:
        """Add a partition's name to its family's page, or take it off."""
        path = self._root / f"catalogue/{partition.family}/{layout.PAGE}"
        text = path.read_text("utf-8") if path.is_file() else ""
        names = {unescape(name) for name in _NAMED.findall(text)} - {partition.name}
        self._write_overview(partition.family, [*names, *([partition.name] if there else [])], writer)

    def _write_overview(self, family: str, names: Sequence[str], writer: Writer) -> None:
        """Write a family's page: items in the order of the law, departments and bodies by name, times newest first."""
        if family in ("index", "month"):
            ordered = sorted(names, reverse=True)
        else:
            lawful = {name: at for at, name in enumerate(self._pages.items)} if family == "item" else {}
            ordered = sorted(names, key=lambda name: (lawful.get(name, len(lawful)), name))
        html = self._pages.overview(family, ordered)
        writer.write(self._root / f"catalogue/{family}/{layout.PAGE}", html)

    def _sweep(self) -> None:
        folders = [
            "",
            "catalogue",
            "static",
            layout.SITEMAP_PARTS,
            *(f"catalogue/{name}" for name in layout.FAMILIES),
        ]
        for folder in folders:
            sweep(self._root / folder)

    def _shelf(self, partition: Partition, writer: Writer) -> Shelf:
        return Shelf(self._root, partition, self._pages, writer)

    def _sitemap(self, writer: Writer) -> Sitemap:
        return Sitemap(self._root, self._pages.base, writer)


def _partitions(row: Row | None) -> frozenset[Partition]:
    return frozenset() if row is None else partitions_of(row)


def _json(values: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(values, ensure_ascii=False, indent=1)}\n".encode()
