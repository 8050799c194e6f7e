"""The pages of one partition of the catalogue.

A page is its own list of rows: every row is one line, a function of the row alone, with the sort key beside it. A
publication reads the page that its row belongs to (with those beside it), changes that line and writes the page again.
Before that, each page it changes is compared with what these rows would give: a page that somebody or something else
changed counts as broken, and all listings are made anew from the records.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site import division, layout
from disclosure_pipeline.builtin.channels.site.faults import ListingBroken
from disclosure_pipeline.builtin.channels.site.pages import Pages
from disclosure_pipeline.builtin.channels.site.writing import Writer
from disclosure_pipeline.builtin.files import sweep

Row = Mapping[str, Any]

_LINE = re.compile(r'<tr id="([\d-]+)" data-key="([^"]*)">')
_PIECES = re.compile(r"\d+|\D+")
_KEY_BYTES = 64
"""Longest part of an index number that counts for the order; page names grow with it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page.

    Args:
        name: its file name.
        lines: its rows, oldest first.
    """

    name: str
    lines: tuple[str, ...]


class Shelf:
    """Keeps the pages of a partition.

    Args:
        root: the site's folder.
        partition: which one.
        pages: the renderer.
        writer: how files are written.
    """

    def __init__(self, root: Path, partition: layout.Partition, pages: Pages, writer: Writer) -> None:
        self._folder = root / partition.folder
        self._partition = partition
        self._prefix, self._head = f"{partition.stem}.", partition.head
        self._pages = pages
        self._writer = writer

    @property
    def exists(self) -> bool:
        """Whether it has a page."""
        return (self._folder / self._head).is_file()

    def change(self, before: Row | None, after: Row | None) -> None:
        """Bring a document's row in, out, or to what it is now.

        Args:
            before: the row as the pages show it; ``None`` when they do not.
            after: the row as they shall show it; ``None`` when they shall not.

        Raises:
            ListingBroken: the pages are not what these rows gave.
        """
        old = None if before is None else self._line(before)
        new = None if after is None else self._line(after)
        if old is not None and new is not None and self._key(old) == self._key(new):
            self._exchange(old, new)
            return
        if old is not None:
            self._exchange(old, None)
        if new is not None:
            self._exchange(None, new)

    def repair(self, document: str, row: Row | None) -> None:
        """Like :meth:`change`, whatever the pages show of the document: every page is read and compared."""
        lines = {_document(line): line for sheet in self._sheets() for line in sheet.lines}
        lines.pop(document, None)
        if row is not None:
            lines[document] = self._line(row)
        self._write_all(list(lines.values()))
        sweep(self._folder)

    def fill(self, rows: Iterable[Row]) -> set[str]:
        """Make every page from all rows; gives the names of the files."""
        return self._write_all([self._line(row) for row in rows])

    # ------------------------------------------------------------------ changes

    def _exchange(self, old: str | None, new: str | None) -> None:
        """Take one line out or put one in, or both when they have the same place."""
        key = self._key(old if old is not None else new or "")
        names = self._names()
        at = division.position([self._end(name) for name in names[:-1]], key) if names else 0
        first, last = max(at - 1, 0), min(at + 2, len(names))
        window = [self._read(name) for name in names[first:last]]
        lines = [line for sheet in window for line in sheet.lines]
        place = bisect_left(lines, key, key=self._key)
        present = place < len(lines) and self._key(lines[place]) == key
        if present != (old is not None) or (present and lines[place] != old):
            raise ListingBroken
        lines[place : place + present] = [] if new is None else [new]
        outer = (
            self._read(names[first - 1]).lines[-1:] if first else (),
            self._read(names[last]).lines[:1] if last < len(names) else (),
        )
        sheets = self._divided(lines, *outer)
        below = names[first - 1] if first else None
        above = names[last:]
        if above and (not sheets or sheets[-1].name != names[last - 1]):
            window.append(self._read(above[0]))
            sheets.append(window[-1])
        self._replace(window, sheets, below)

    def _divided(self, lines: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[Sheet]:
        """The pages of some neighbouring rows; the last one is the head when no page follows."""
        shares = division.divide(
            len(lines),
            lambda at: self._key(lines[at]),
            self._key(before[0]) if before else None,
            self._key(after[0]) if after else None,
        )
        sheets = [Sheet(self._name(share.end), tuple(lines[share.start : share.stop])) for share in shares]
        if sheets and not after:
            sheets[-1] = Sheet(self._head, sheets[-1].lines)
        return sheets

    def _replace(self, old: Sequence[Sheet], new: Sequence[Sheet], below: str | None) -> None:
        """Write the new ones of some neighbouring pages and remove those that are no more."""
        before, after = _linked(old, below), _linked(new, below)
        for name, (lines, older) in after.items():
            if before.get(name) == (lines, older):
                continue
            if name in before and self._html(name, *before[name]) != self._bytes(name):
                raise ListingBroken
            self._writer.write(self._folder / name, self._html(name, lines, older))
        for name in sorted(set(before) - set(after)):
            if name == self._head and self._pages.is_item(self._partition):
                self._writer.write(self._folder / name, self._html(name, (), None))
            else:
                self._writer.remove(self._folder / name)

    def _write_all(self, lines: list[str]) -> set[str]:
        lines.sort(key=self._key)
        sheets = self._divided(lines, (), ())
        if not sheets and self._pages.is_item(self._partition):
            sheets = [Sheet(self._head, ())]
        wanted = _linked(sheets, None)
        for name, (shown, older) in wanted.items():
            self._writer.write(self._folder / name, self._html(name, shown, older))
        for name in self._names():
            if name not in wanted:
                self._writer.remove(self._folder / name)
        return set(wanted)

    # -------------------------------------------------------------------- pages

    def _sheets(self) -> list[Sheet]:
        return [self._read(name) for name in self._names()]

    def _names(self) -> list[str]:
        """File names of the pages in the order of their rows, the head last."""
        listed = os.listdir(self._folder) if self._folder.is_dir() else []  # noqa: PTH208 -- names, quickly
        found = {name for name in listed if name.startswith(self._prefix) and name.endswith(".html")}
        ends = [self._end(name) for name in found if name != self._head]
        longest = max(map(len, ends), default=0)
        ends.sort(key=lambda end: division.padded(end, longest))
        return [*map(self._name, ends), *([self._head] if self._head in found else [])]

    def _name(self, end: str) -> str:
        return f"{self._prefix}{end}.html"

    def _end(self, name: str) -> str:
        return name[len(self._prefix) : -len(".html")]

    def _read(self, name: str) -> Sheet:
        """A page's rows.

        Raises:
            ListingBroken: it cannot be read, or a page that links lead to is not there.
        """
        try:
            text = self._bytes(name).decode()
        except (FileNotFoundError, UnicodeDecodeError):
            raise ListingBroken from None
        return Sheet(name, tuple(line for line in text.split("\n") if line.startswith("<tr id="))[::-1])

    def _bytes(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def _html(self, name: str, lines: Sequence[str], older: str | None) -> bytes:
        return self._pages.listing(
            self._partition,
            f"{self._partition.folder}/{name}",
            lines[::-1],
            older=older,
            newest=None if name == self._head else self._head,
        )

    # --------------------------------------------------------------------- rows

    def _line(self, row: Row) -> str:
        shown = row["index_number"] if self._partition.family == "index" else row["published"]
        return self._pages.line(row, shown)

    def _key(self, line: str) -> bytes:
        found = _LINE.match(line)
        if found is None:
            raise ListingBroken
        return (
            _ORDER[self._partition.family == "index"](unescape(found[2])) + b"\0" + found[1].encode() + b"\0"
        )


def _linked(sheets: Sequence[Sheet], below: str | None) -> dict[str, tuple[tuple[str, ...], str | None]]:
    """Rows of each page and the name of the page that it calls older."""
    names = [below, *(sheet.name for sheet in sheets)]
    return {sheet.name: (sheet.lines, older) for sheet, older in zip(sheets, names, strict=False)}


def _document(line: str) -> str:
    found = _LINE.match(line)
    if found is None:
        raise ListingBroken
    return found[1]


def _by_time(published: str) -> bytes:
    return published.encode()


def _by_number(number: str) -> bytes:
    """Index numbers in the order of their digits: 9 stands before 10, words before numbers."""
    pieces = []
    for piece in _PIECES.findall(number):
        if piece.isascii() and piece.isdecimal():
            digits = piece.lstrip("0").encode()
            pieces.append(b"\x02" + bytes([min(len(digits), 0xFE)]) + digits)
        else:
            pieces.append(b"\x01" + piece.encode() + b"\0")
    return b"".join(pieces)[:_KEY_BYTES]


_ORDER: dict[bool, Callable[[str], bytes]] = {True: _by_number, False: _by_time}
