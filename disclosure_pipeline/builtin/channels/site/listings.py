"""The catalogue's pages and files, derived from the records.

Rows are divided by index year, department and month of publication, never "page N from the
newest": a publication touches the newest page of three partitions, not all of them. Each partition
keeps its rows beside its pages as JSON: a first line with its name, one row a line, newest (or highest number) first.
``catalogue.json`` is made by joining those lines of the months, without reading them.

After a crash the pages can be newer than the rows (pages are written first), never the other way
round; whoever repairs asks for ``thorough`` work, which compares every page.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout
from disclosure_pipeline.builtin.channels.site.layout import Partition, partitions_of
from disclosure_pipeline.builtin.channels.site.pages import COLUMNS, Pages, style
from disclosure_pipeline.builtin.files import remove, remove_others, sweep, write_if_changed
from disclosure_pipeline.errors import ChannelFault

ROWS_PER_PAGE = 500
"""Rows after which a partition gets a further page."""

FEED_ROWS = 100
HOME_ROWS = 20

Row = Mapping[str, Any]


class ListingBroken(ChannelFault):
    """A listing of the site cannot be read."""

    code = "listing.broken"
    advice = "Nothing to do: the next order makes the listings anew from the records."


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page of a partition: its rows and its links to other pages."""

    rows: tuple[Row, ...]
    older: str | None
    newest: str | None


class Listings:
    """Keeps the listings; every method needs the site's lock.

    Args:
        root: the site's folder.
        pages: the renderer.
    """

    def __init__(self, root: Path, pages: Pages) -> None:
        self._root = root
        self._pages = pages

    def apply(
        self, document: str, row: Row | None, touched: Collection[Partition], *, thorough: bool
    ) -> None:
        """Bring one document's row into the listings, or out of them.

        Args:
            document: case number.
            row: its row, or ``None`` when it must not be listed.
            touched: every partition that lists it now or should.
            thorough: compare every page of those partitions, also where the rows did not change.

        Raises:
            ListingBroken: a partition's rows cannot be read; :meth:`rebuild` mends it.
        """
        target = frozenset() if row is None else partitions_of(row)
        for partition in sorted(touched):
            before = self._read(partition)
            others = [item for item in before if item["id"] != document]
            after = [*others, row] if row is not None and partition in target else others
            self._write(partition, before, after, thorough=thorough)
        self._write_overviews()
        self._write_summaries()

    def rebuild(self, rows: Sequence[Row]) -> None:
        """Make every listing anew from all rows, and remove listings that have none."""
        divided: dict[Partition, list[Row]] = defaultdict(list)
        for row in rows:
            for partition in partitions_of(row):
                divided[partition].append(row)
        kept: dict[str, set[str]] = {family: {layout.PAGE} for family in layout.FAMILIES}
        for partition, share in sorted(divided.items()):
            kept[partition.family] |= self._write(partition, [], share, thorough=True)
        for family, names in kept.items():
            remove_others(self._root / "catalogue" / family, names)
        self._write_overviews()
        self._write_summaries()

    def _write(
        self, partition: Partition, before: Sequence[Row], after: Sequence[Row], *, thorough: bool
    ) -> set[str]:
        """Write the changed pages of a partition, then its rows; gives the names of all its files."""
        ordered = sorted(after, key=_ORDER[partition.family], reverse=True)
        old, new = _sheets(partition, before), _sheets(partition, ordered)
        folder = self._root / partition.folder
        for name, sheet in new.items():
            if thorough or old.get(name) != sheet:
                address = f"{partition.folder}/{name}"
                html = self._pages.listing(
                    partition, address, sheet.rows, older=sheet.older, newest=sheet.newest
                )
                write_if_changed(folder / name, html)
        present = {path.name for path in folder.glob(f"{partition.stem}.*html")} if thorough else set(old)
        for name in sorted(present - set(new)):
            remove(folder / name)
        if thorough:
            sweep(folder)
        sidecar = self._root / partition.sidecar
        if not ordered:
            remove(sidecar)
            return set()
        write_if_changed(sidecar, _dump(partition.name, ordered))
        return {*new, sidecar.name}

    def _write_overviews(self) -> None:
        """Write what leads to the partitions; only a new or vanished partition changes it."""
        found: dict[str, list[Partition]] = {family: [] for family in layout.FAMILIES}
        for partition in self._partitions():
            found[partition.family].append(partition)
        for family, partitions in found.items():
            newest_first = family != "department"
            html = self._pages.overview(family, sorted(partitions, reverse=newest_first))
            write_if_changed(self._root / f"catalogue/{family}/index.html", html)
        write_if_changed(self._root / "catalogue/index.html", self._pages.catalogue())

    def _write_summaries(self) -> None:
        """Write catalogue.json, the feed, the home page and the style sheet."""
        months = sorted((self._root / "catalogue/month").glob("*.json"), reverse=True)
        write_if_changed(self._root / layout.CATALOGUE, _join(months))
        newest = list(islice(self._newest(months), FEED_ROWS))
        write_if_changed(self._root / layout.FEED, self._pages.feed(newest))
        write_if_changed(self._root / layout.STYLE, style())
        columns = [column for column in COLUMNS if (self._root / column[1]).is_file()]
        write_if_changed(self._root / layout.PAGE, self._pages.home(columns, newest[:HOME_ROWS]))
        for folder in (self._root, self._root / "catalogue", self._root / "static"):
            sweep(folder)

    def _newest(self, months: Sequence[Path]) -> Iterator[Row]:
        for path in months:
            yield from self._read(Partition("month", path.stem))

    def _partitions(self) -> Iterator[Partition]:
        for family in layout.FAMILIES:
            for path in sorted((self._root / "catalogue" / family).glob("*.json")):
                yield Partition(family, _name_in(path))

    def _read(self, partition: Partition) -> list[Row]:
        path = self._root / partition.sidecar
        try:
            rows = json.loads(path.read_bytes())["entries"]
            return [row for row in rows if row["id"] and row["published"]]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            raise ListingBroken from None


def _sheets(partition: Partition, rows: Sequence[Row]) -> dict[str, _Sheet]:
    """Divide rows (newest first) into pages, counted from the oldest so that full pages never change."""
    if not rows:
        return {}
    full = (len(rows) - 1) // ROWS_PER_PAGE
    head = f"{partition.stem}.html"
    names = [f"{partition.stem}.{number}.html" for number in range(1, full + 1)] + [head]
    end = len(rows)
    sheets = {}
    for position, name in enumerate(names):
        start = max(len(rows) - (position + 1) * ROWS_PER_PAGE, 0)
        older = names[position - 1] if position else None
        sheets[name] = _Sheet(tuple(rows[start:end]), older, None if name == head else head)
        end = start
    return sheets


def _by_time(row: Row) -> tuple[str, str]:
    return row["published"], row["id"]


def _by_number(row: Row) -> tuple[list[tuple[int, str]], str]:
    """Index numbers in the order of their digits: 9 stands before 10."""
    pieces = re.findall(r"\d+|\D+", row["index_number"])
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces], row["id"]


_ORDER: dict[str, Callable[[Row], Any]] = {"index": _by_number, "department": _by_time, "month": _by_time}


def _dump(name: str, rows: Sequence[Row]) -> bytes:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{"name": {json.dumps(name, ensure_ascii=False)}, "entries": [\n{lines}\n]}}\n'.encode()


def _name_in(path: Path) -> str:
    """The partition's name in the first line of its file."""
    try:
        with path.open("rb") as stream:
            return str(json.loads(stream.readline().rstrip() + b"]}")["name"])
    except (ValueError, KeyError, TypeError):
        raise ListingBroken from None


def _join(months: Sequence[Path]) -> bytes:
    """An array of the rows of all months, joined line by line."""
    bodies = []
    for path in months:
        head, _, rest = path.read_bytes().partition(b"\n")
        body, end, _ = rest.rpartition(b"\n]}\n")
        if not head.endswith(b"[") or not end:
            raise ListingBroken
        bodies.append(body)
    return b"[\n" + b",\n".join(bodies) + b"\n]\n"
