"""The index as its channel writes it: one transaction an order, and nothing of what was taken back left in the file.

Three places could keep a text that was removed: free pages of the file (``secure_delete`` overwrites them), segments
of FTS5 that only note that a document is gone (its shelf is merged into one segment, which holds no such notes; or made
anew from the other documents on it, if a row was changed behind our back), and the write-ahead log (it is emptied before the order counts as carried out).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.builtin import files
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.public_index import FILE, FORMAT, SCHEMA, shelf_table
from disclosure_pipeline.model.public_search import Question
from disclosure_pipeline.model.search_terms import terms_of

SHELF_DOCUMENTS = 400
"""Most documents on one shelf."""

SHELF_SIZE = 600_000
"""Characters from which on a shelf takes no further document."""

_WAIT = 30.0
_BUSY = ("locked", "busy")
_COLUMNS = (
    "key", "generation", "version", "state", "at", "address", "title", "index_number", "document_number", "department",
    "published", "marks", "body",
)  # fmt: skip
_SHOWN = ("address", "title", "index_number", "document_number", "department", "published", "marks", "body")
_WORDS = ("title", "marks", "body")


@dataclass(frozen=True, slots=True)
class Card:
    """What the index holds of a document; after a withdrawal only the first six.

    Args:
        document: case number.
        key: key of the order carried out last, as text.
        generation: its generation. version: its version.
        state: ``published`` or ``withdrawn``.
        at: its time, UTC.
        address: the document's page, relative to the site's root.
        title: its title.
        index_number: 索引号. document_number: 发文字号. department: who made it.
        published: ``YYYY-MM-DD HH:MM``.
        marks: further words that it is found by.
        body: its text.
    """

    document: str
    key: str
    generation: int
    version: int
    state: str
    at: str
    address: str = ""
    title: str = ""
    index_number: str = ""
    document_number: str = ""
    department: str = ""
    published: str = ""
    marks: str = ""
    body: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that it is found by."""
        return tuple(getattr(self, name) for name in _WORDS)

    @property
    def digest(self) -> str:
        """sha256 of everything of it that is shown or found."""
        parts = (str(getattr(self, name)) for name in _SHOWN)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


class Index:
    """The index during one piece of work; made by :func:`opened`.

    Args:
        connection: a connection in autocommit mode.
    """

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one writer at a time."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def get(self, document: str) -> Card | None:
        """What is held of a document; ``None`` when nothing ever was."""
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        row = self._connection.execute(
            f'SELECT {columns} FROM document WHERE "case" = ?',  # noqa: S608 -- names of ours
            (document,),
        ).fetchone()
        return None if row is None else Card(document, *row)

    def documents(self) -> list[str]:
        """Every document that anything was carried out for, in order."""
        return [name for (name,) in self._connection.execute('SELECT "case" FROM document ORDER BY 1')]

    def put(self, card: Card) -> None:
        """Hold this of a document, and nothing older; belongs into a :meth:`transaction`."""
        held = self.get(card.document)
        number, shelf = self._place(card.document)
        if held is not None and held.words == card.words and self._is_genuine(held):
            self._write(card, number, shelf)
            return
        genuine = held is not None and self._is_genuine(held)
        self._connection.execute('DELETE FROM document WHERE "case" = ?', (card.document,))
        if shelf is not None and held is not None:
            if genuine:
                self._forget(number, shelf, held.words)
            else:
                self._refill(shelf)
        shelf = self._open_shelf() if any(card.words) else None
        number = self._write(card, None, shelf)
        if shelf is not None:
            self._learn(number, shelf, card.words)

    def is_findable(self, card: Card) -> bool:
        """Whether a document is really found by its title, on its shelf; one without words needs no finding."""
        number, shelf = self._place(card.document)
        question = Question(card.title)
        if shelf is None:
            return not any(card.words)
        table = shelf_table(shelf)
        return not question.match or bool(
            self._connection.execute(
                f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?",  # noqa: S608 -- a number of ours
                (question.match, number),
            ).fetchone()
        )

    def empty_log(self) -> bool:
        """Bring all writes into the file and leave none of them in the log.

        Returns:
            Whether it is empty; while somebody reads, it cannot be.
        """
        busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _is_genuine(self, card: Card) -> bool:
        """Whether a row is still as it was written: only then are its terms those that its shelf was given."""
        (digest,) = self._connection.execute(
            'SELECT digest FROM document WHERE "case" = ?', (card.document,)
        ).fetchone()
        return bool(digest == card.digest) and self.is_findable(card)

    # ------------------------------------------------------------------ shelves

    def _place(self, document: str) -> tuple[int | None, int | None]:
        row = self._connection.execute(
            'SELECT id, shelf FROM document WHERE "case" = ?', (document,)
        ).fetchone()
        return row or (None, None)

    def _open_shelf(self) -> int:
        """The newest shelf if there is room on it, else a new one."""
        row = self._connection.execute(
            "SELECT id, documents, size FROM shelf ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row is not None and row[1] < SHELF_DOCUMENTS and row[2] < SHELF_SIZE:
            return int(row[0])
        number = 1 if row is None else int(row[0]) + 1
        self._connection.execute("INSERT INTO shelf (id, documents, size) VALUES (?, 0, 0)", (number,))
        self._make(number)
        return number

    def _make(self, shelf: int) -> None:
        self._connection.execute(
            f"CREATE VIRTUAL TABLE {shelf_table(shelf)}"
            f" USING fts5({', '.join(_WORDS)}, content = '', columnsize = 0, tokenize = 'ascii')"
        )

    def _forget(self, number: int | None, shelf: int, words: Sequence[str]) -> None:
        """Take the terms of a document off its shelf; merged into one segment, the shelf no longer tells of it."""
        table = shelf_table(shelf)
        self._connection.execute(
            f"INSERT INTO {table} ({table}, rowid, {', '.join(_WORDS)}) VALUES ('delete', ?, ?, ?, ?)",  # noqa: S608
            (number, *map(_terms, words)),
        )
        self._connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
        self._count(shelf, -1, words)

    def _refill(self, shelf: int) -> None:
        """Make a shelf anew from the documents that still belong on it: whatever else it told of is gone."""
        self._connection.execute(f"DROP TABLE {shelf_table(shelf)}")
        self._make(shelf)
        self._connection.execute("UPDATE shelf SET documents = 0, size = 0 WHERE id = ?", (shelf,))
        rows = self._connection.execute(
            f"SELECT id, {', '.join(_WORDS)} FROM document WHERE shelf = ? ORDER BY id",  # noqa: S608
            (shelf,),
        )
        for number, *words in rows.fetchall():
            self._learn(number, shelf, words)

    def _learn(self, number: int, shelf: int, words: Sequence[str]) -> None:
        self._connection.execute(
            f"INSERT INTO {shelf_table(shelf)} (rowid, {', '.join(_WORDS)}) VALUES (?, ?, ?, ?)",  # noqa: S608
            (number, *map(_terms, words)),
        )
        self._count(shelf, 1, words)

    def _count(self, shelf: int, documents: int, words: Sequence[str]) -> None:
        self._connection.execute(
            "UPDATE shelf SET documents = documents + ?, size = size + ? WHERE id = ?",
            (documents, documents * sum(map(len, words)), shelf),
        )

    def _write(self, card: Card, number: int | None, shelf: int | None) -> int:
        columns = ", ".join(f'"{name}"' for name in ("id", "shelf", "digest", "case", *_COLUMNS))
        values = (number, shelf, card.digest, card.document, *(getattr(card, name) for name in _COLUMNS))
        cursor = self._connection.execute(
            f"INSERT OR REPLACE INTO document ({columns}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
            values,
        )
        return int(cursor.lastrowid or 0)


@contextmanager
def opened(folder: Path) -> Iterator[Index]:
    """The index for one piece of work; it is made when it is not there.

    Raises:
        ChannelFault: ``channel.busy``, ``channel.storage``; ``search.broken``, it has to be made anew.
    """
    with files.storage_faults("the search index"), _sqlite_faults():
        files.make_folder(folder)
        connection = sqlite3.connect(folder / FILE, timeout=_WAIT, isolation_level=None)
        try:
            _prepare(connection)
            yield Index(connection)
        finally:
            connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in ("secure_delete = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == FORMAT:
        return
    if found:
        raise _broken(f"of format {found}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def _terms(text: str) -> str:
    return " ".join(terms_of(text))


@contextmanager
def _sqlite_faults() -> Iterator[None]:
    """SQLite's errors as faults without a word of what was written."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(word in str(error) for word in _BUSY):
            raise busy() from None
        raise ChannelFault(
            "The search index cannot be read or written.",
            code="channel.storage",
            advice="Check disk space, mounts and permissions; the work is tried again by itself.",
        ) from None
    except sqlite3.Error as error:
        raise _broken(type(error).__name__) from None


def busy() -> ChannelFault:
    """What is tried again when others are done with the index."""
    return ChannelFault(
        "Others are at work in the search index.",
        code="channel.busy",
        advice="Nothing to do: the work is tried again by itself.",
    )


def _broken(what: str) -> ChannelFault:
    return ChannelFault(
        f"The search index cannot be used ({what}).",
        code="search.broken",
        advice="Stop the daemon, remove the folder var/search, then `disclosure channel fill builtin.search --again`.",
    )
