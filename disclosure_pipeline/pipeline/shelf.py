"""Stored texts with their layout, kept in memory for those who turn page after page.

To read a list of thousands of rows from the store and to cut it into pages takes longer than a page may. What is kept
is bound to the document's revision, which every step raises, so that a text that was read anew is never mistaken.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.layout import Layout, lay_out
from disclosure_pipeline.pipeline.opened import check_open
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.documents import Settled

ROOM = 200_000
"""Segments that are kept (some 100 MB at most)."""


class Laid(NamedTuple):
    """A file's text and where it is shown."""

    text: Text
    layout: Layout

    @classmethod
    def of(cls, text: Text) -> Self:
        """A text with its layout."""
        return cls(text, lay_out(text))


def laid_texts(connection: Connection, document: str, version: int) -> dict[int, Laid]:
    """The texts of a version with their layouts, by position of the file."""
    texts = documents.texts_of(connection, document, version)
    return {position: Laid.of(text) for position, text in texts.items()}


class TextShelf:
    """Texts of the versions that were looked at last; thread-safe. The console holds one.

    Args:
        room: segments that are kept.
    """

    def __init__(self, room: int = ROOM):
        self._room = room
        self._used = 0
        self._kept: OrderedDict[tuple[str, int, int], tuple[Mapping[int, Laid], int]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection: Connection, row: Row[Any], version: int) -> Mapping[int, Laid]:
        """The texts of a version; the caller has checked that they may be shown.

        Args:
            connection: the transaction in which ``row`` was read.
            row: the document's row.
            version: the version.
        """
        key = (row.id, version, row.revision)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        texts = laid_texts(connection, row.id, version)
        size = 1 + sum(len(laid.text.segments) for laid in texts.values())
        with self._lock:
            self._drop(lambda kept: kept[:2] == key[:2])
            self._kept[key] = (texts, size)
            self._used += size
            while self._used > self._room:
                self._used -= self._kept.popitem(last=False)[1][1]
        return texts

    def forget(self, document: str) -> None:
        """Keep nothing of a document (it was sealed)."""
        with self._lock:
            self._drop(lambda kept: kept[0] == document)

    def _drop(self, unwanted: Callable[[tuple[str, int, int]], bool]) -> None:
        for key in [key for key in self._kept if unwanted(key)]:
            self._used -= self._kept.pop(key)[1]


class Content(NamedTuple):
    """What there is of a version: its files, their texts by position, what was found in them."""

    parts: tuple[Part, ...]
    texts: Mapping[int, Laid]
    findings: Sequence[Settled]


def on_the_desk(core: Core, document: str, version: int, shelf: TextShelf | None) -> Content:
    """The content of a version; the caller has checked who asks.

    Args:
        core: the process's parts.
        document: case number.
        version: the version.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``; the shelf keeps nothing of the document then.
    """
    shelf = shelf or TextShelf()
    with core.database.read() as connection:
        try:
            row = check_open(connection, document, version)
        except Refused:
            shelf.forget(document)
            raise
        return Content(
            documents.parts_of(connection, document, version),
            shelf.of(connection, row, version),
            documents.findings_of(connection, document, version),
        )
