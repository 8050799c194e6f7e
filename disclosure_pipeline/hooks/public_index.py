"""The index of the public search: its file, its tables, and how it is asked.

The built-in channel ``search`` writes it, and the daemon's page ``/search`` reads it; neither may import the other, so
what they share stands here, between them.

Terms lie in *shelves*, FTS5 tables of a bounded number of documents each. What is taken back must not stay in the
file, and FTS5 only forgets a term when all segments that hold it are merged: in a shelf that takes a moment, in one
table of 100,000 documents minutes. A question goes through the shelves from the newest one and stops when it has
found enough.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.public_search import Question

FILE = "search.sqlite"
"""Name of the index in its folder."""

FORMAT = 1
"""Told by ``PRAGMA user_version``; an index of another format is not read."""

PAGE = 20
"""Documents on one page of answers."""

MOST = 1000
"""Documents that a question finds at most, the newest ones."""

_SECONDS = 2.0
_STEPS = 20_000
_STATEMENTS = 2_000

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS document (
        id INTEGER PRIMARY KEY AUTOINCREMENT, "case" TEXT NOT NULL UNIQUE, shelf INTEGER, digest TEXT NOT NULL,
        "key" TEXT NOT NULL, generation INTEGER NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
        at TEXT NOT NULL, address TEXT NOT NULL, title TEXT NOT NULL, index_number TEXT NOT NULL,
        document_number TEXT NOT NULL, department TEXT NOT NULL, published TEXT NOT NULL, marks TEXT NOT NULL,
        body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS document_department ON document (department)",
    "CREATE TABLE IF NOT EXISTS shelf (id INTEGER PRIMARY KEY, documents INTEGER NOT NULL, size INTEGER NOT NULL)",
)
"""``marks`` are the numbers and names a document is found by beside title and text; ``size`` counts characters."""


class SearchFailed(DisclosureError):
    """The index cannot be asked now, or not this."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that answers.

    Args:
        address: its page, relative to the site's root.
        title: its title. body: its text.
        index_number: 索引号. document_number: 发文字号. department: who made it.
        published: day of publication, ISO.
    """

    address: str
    title: str
    body: str
    index_number: str
    document_number: str
    department: str
    published: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of answers.

    Args:
        hits: in the order in which they are shown.
        total: how many there are in all, at most :data:`MOST`.
        is_cut: whether there are more than :data:`MOST`.
        page: which page this is, from 1.
    """

    hits: tuple[Hit, ...]
    total: int
    is_cut: bool
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which documents a question is asked of.

    Args:
        department: only of this one; empty for all.
        since: published on this day (ISO) or later; empty for any.
        until: published on this day or earlier; empty for any.
    """

    department: str = ""
    since: str = ""
    until: str = ""

    def clauses(self) -> tuple[tuple[str, str], ...]:
        """Conditions on the table ``document``, each with its value."""
        return (
            ("document.department = ?", self.department),
            ("document.published >= ?", self.since),
            ("substr(document.published, 1, 10) <= ?", self.until),
        )


ANY = Narrowing()
"""Every document."""


def shelf_table(number: int) -> str:
    """Name of a shelf's table."""
    return f"words_{number}"


class PublicIndex:
    """Reads the index, which may not be there yet; thread-safe.

    Args:
        folder: the folder of the channel ``search``.
    """

    def __init__(self, folder: Path):
        self._path = folder / FILE
        self._kept = threading.local()

    def find(self, question: Question, narrowing: Narrowing = ANY, page: int = 1) -> Found:
        """The documents that answer: those first whose title does, and of each kind the newest first.

        Args:
            question: what is asked.
            narrowing: of which documents.
            page: which page, from 1; behind the last one it is the last one.

        Raises:
            SearchFailed: ``search.unavailable``, ``search.too_wide``.
        """
        if not question.match:
            return Found((), 0, is_cut=False, page=1)
        with _Answering(self._connection()) as connection:
            rows = list(_candidates(connection, question, narrowing))
            is_cut = len(rows) > MOST
            rows = sorted(rows[:MOST], key=lambda row: (row[2], row[0]), reverse=True)
            rows.sort(key=lambda row: not question.is_in(row[1]))
            page = max(1, min(page, -(-len(rows) // PAGE)))
            shown = rows[(page - 1) * PAGE : page * PAGE]
            hits = tuple(_hit(connection, row[0]) for row in shown)
        return Found(hits, len(rows), is_cut, page)

    def departments(self) -> tuple[str, ...]:
        """The departments that have documents in it, by name.

        Raises:
            SearchFailed: see :meth:`find`.
        """
        with _Answering(self._connection()) as connection:
            rows = connection.execute(
                "SELECT DISTINCT department FROM document WHERE department > '' ORDER BY 1"
            )
            return tuple(name for (name,) in rows)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection to the file that is there now."""
        try:
            there = self._path.stat()
        except OSError:
            raise _unavailable() from None
        known = getattr(self._kept, "opened", None)
        if known is not None and known[0] == (there.st_dev, there.st_ino):
            return known[1]  # type: ignore[no-any-return]
        if known is not None:
            known[1].close()
            self._kept.opened = None
        try:
            opened = sqlite3.connect(
                f"file:{quote(str(self._path))}?mode=ro", uri=True, timeout=1.0, isolation_level=None,
                cached_statements=_STATEMENTS,
            )  # fmt: skip
            if opened.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                opened.close()
                raise _unavailable()
        except sqlite3.Error:
            raise _unavailable() from None
        self._kept.opened = ((there.st_dev, there.st_ino), opened)
        return opened


class _Answering:
    """One moment of the index, for a bounded time."""

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        until = time.monotonic() + _SECONDS
        self._connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            self._connection.execute("BEGIN")
        except sqlite3.Error:
            raise _unavailable() from None
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._connection.set_progress_handler(None, 0)
        with suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error):
            raise SearchFailed("The question asks for too much.", code="search.too_wide") from None
        if isinstance(error, sqlite3.Error):
            raise _unavailable() from None


def _candidates(
    connection: sqlite3.Connection, question: Question, narrowing: Narrowing
) -> Iterator[tuple[int, str, str]]:
    """(id, title, day) of the newest documents that answer, one more than are shown."""
    clauses = [(clause, value) for clause, value in narrowing.clauses() if value]
    wanted = "".join(f" AND {clause}" for clause, _ in clauses)
    values = [value for _, value in clauses]
    left = MOST + 1
    for (number,) in connection.execute("SELECT id FROM shelf ORDER BY id DESC").fetchall():
        table = shelf_table(number)
        rows = connection.execute(
            f"SELECT document.id, document.title, document.published FROM {table}"  # noqa: S608 -- a number of ours
            f" JOIN document ON document.id = {table}.rowid WHERE {table} MATCH ?{wanted}"
            f" ORDER BY {table}.rowid DESC LIMIT ?",
            (question.match, *values, left),
        ).fetchall()
        yield from rows
        left -= len(rows)
        if left <= 0:
            return


def _hit(connection: sqlite3.Connection, number: int) -> Hit:
    row = connection.execute(
        "SELECT address, title, body, index_number, document_number, department, substr(published, 1, 10)"
        " FROM document WHERE id = ?",
        (number,),
    ).fetchone()
    return Hit(*row)


def _unavailable() -> SearchFailed:
    return SearchFailed(
        "The index of the public search cannot be read.",
        code="search.unavailable",
        advice="See `disclosure channel list` and `disclosure channel fill builtin.search`.",
    )
