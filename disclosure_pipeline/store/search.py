"""Finding documents by title, case number, 发文字号 and index number, without looking at each.

The index (`search`, made by the migration: FTS5 on SQLite, a ``tsvector`` with GIN on PostgreSQL) holds the terms of
`model/search_terms.py` and, for each document, where it belongs, so that somebody who may not see a
document never pays for it. It is changed in the transaction that changes the words, and can be made anew from the
documents at any time; a backup leaves it out. A purged case is not in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, delete, select, text

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.search_terms import is_beginning, phrases_of, terms_of
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.database import Database, get_meta, set_meta
from disclosure_pipeline.store.people import Grant
from disclosure_pipeline.store.tables import document, meta

COLUMNS = frozenset({"title", "slip", "index_number"})
"""Columns of `document` that the index repeats."""

REMAINS = "search_remains"
"""Fact in `meta`: a purged document was in the index, whose files may still hold its terms."""

_SEALED = (State.QUARANTINED.value, State.DESTROYED.value)
_BATCH = 2_000
_YEAR = 10**9


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Args:
        document: case number.
        unit: unit code. department: its department.
        title: title; ``None`` while there is none.
        state: state of the document.
        version: present version.
        document_number: 发文字号, if it is known.
        index_number: 索引号, if it is reserved.
    """

    document: str
    unit: str
    department: str
    title: str | None
    state: str
    version: int
    document_number: str | None
    index_number: str | None


class _Index(Protocol):
    """What the two databases do differently."""

    def write(self, connection: Connection, entries: Iterable[_Entry]) -> None: ...

    def numbers(
        self, connection: Connection, phrases: Sequence[tuple[str, ...]], places: Sequence[str], before: int, limit: int
    ) -> list[int]: ...  # fmt: skip

    def scrub(self, database: Database) -> None: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    """One document in the index: its number, its terms in order, and the places that it belongs to."""

    number: int
    terms: Sequence[str]
    places: Sequence[str]


def refresh(connection: Connection, document_id: str) -> None:
    """Make the index say what the row of a document says now.

    Args:
        connection: a writing transaction that holds the document's row.
        document_id: case number.
    """
    remove(connection, document_id)
    rows = connection.execute(_ROWS.where(document.c.id == document_id)).all()
    _index(connection).write(connection, map(_entry, rows))


def remove(connection: Connection, document_id: str) -> None:
    """Take a document out of the index."""
    key = "rowid" if connection.dialect.name == "sqlite" else "number"
    connection.execute(text(f"DELETE FROM search WHERE {key} = :number"), {"number": number_of(document_id)})  # noqa: S608


def purge(connection: Connection, document_id: str) -> None:
    """Take a document out of the index whose text must leave no trace (:func:`scrub` removes the remains)."""
    remove(connection, document_id)
    set_meta(connection, REMAINS, utc_now())


def scrub(database: Database) -> bool:
    """Remove what the files of the index still hold of purged documents, if anything is owed.

    An index keeps terms of deleted entries until it is written anew: about six seconds at a million documents
    on SQLite, during which others wait; PostgreSQL writes a second one beside it.

    Returns:
        Whether nothing is owed any more; if not, somebody was in the way and it must be tried again.
    """
    with database.read() as connection:
        owed = get_meta(connection, REMAINS)
    if owed is None:
        return True
    try:
        _index(database).scrub(database)
        with database.write() as connection:
            connection.execute(delete(meta).where(meta.c.key == REMAINS, meta.c.value == owed))
    except StoreFault:
        return False
    return True


def rebuild(connection: Connection) -> int:
    """Make the whole index anew; returns how many documents it holds."""
    connection.execute(text("DELETE FROM search"))
    last, count = "", 0
    while True:
        rows = connection.execute(
            _ROWS.where(document.c.id > last).order_by(document.c.id).limit(_BATCH)
        ).all()
        if not rows:
            return count
        _index(connection).write(connection, map(_entry, rows))
        last, count = rows[-1].id, count + len(rows)


def find(
    connection: Connection, scope: Iterable[Grant], words: str, *, after: str = "", limit: int = 50
) -> list[Hit]:
    """The documents that a search finds, newest first.

    Args:
        connection: a transaction.
        scope: grants of the person who asks: units, or departments of them.
        words: what is looked for: parts of a title, a case number, a 发文字号, an index number; blanks part what
            must all be there.
        after: case number of the last hit of the page before.
        limit: most hits.

    Returns:
        At most ``limit`` hits; none for words that hold no character or number, and for an empty scope.
    """
    places = sorted({_place(grant.unit, grant.department) for grant in scope})
    phrases = phrases_of(words)
    if not places or not phrases:
        return []
    before = number_of(after) if after else 2**62
    numbers = _index(connection).numbers(connection, phrases, places, before, limit)
    query = _ROWS.where(document.c.id.in_([case_of(number) for number in numbers]))
    return [_hit(row) for row in connection.execute(query.order_by(document.c.id.desc()))]


_ROWS: Select[Any] = select(
    document.c.id,
    document.c.unit,
    document.c.department,
    document.c.title,
    document.c.state,
    document.c.version,
    document.c.slip,
    document.c.index_number,
).where(document.c.state.not_in(_SEALED))


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        row.id, row.unit, row.department, row.title, row.state, row.version, row.slip.get("document_number"),
        row.index_number,
    )  # fmt: skip


def _entry(row: Row[Any]) -> _Entry:
    words = (row.id, row.title, row.slip.get("document_number"), row.index_number)
    terms = [term for item in words if item for term in terms_of(item)]
    return _Entry(number_of(row.id), terms, (_place(row.unit), _place(row.unit, row.department)))


def number_of(document_id: str) -> int:
    """A case number as a number that sorts like it."""
    year, _, serial = document_id.partition("-")
    return int(year) * _YEAR + int(serial)


def case_of(number: int) -> str:
    """The case number of such a number."""
    return f"{number // _YEAR}-{number % _YEAR:06d}"


def _place(unit: str, department: str = "") -> str:
    """A unit, or a department of one, as a term that no title holds."""
    name = f"{unit}\n{department}" if department else unit
    return f"place{hashlib.sha256(name.encode()).hexdigest()[:20]}"


def _index(where: Connection | Database) -> _Index:
    dialect = where.dialect.name if isinstance(where, Connection) else where.engine.dialect.name
    return _Sqlite() if dialect == "sqlite" else _Postgres()


class _Sqlite:
    """A table of FTS5, whose row ids are the numbers."""

    def write(self, connection: Connection, entries: Iterable[_Entry]) -> None:
        rows = [
            {"number": item.number, "words": " ".join(item.terms), "places": " ".join(item.places)}
            for item in entries
        ]
        if rows:
            insert = "INSERT INTO search (rowid, words, places) VALUES (:number, :words, :places)"
            connection.execute(text(insert), rows)

    def numbers(
        self, connection: Connection, phrases: Sequence[tuple[str, ...]], places: Sequence[str], before: int, limit: int
    ) -> list[int]:  # fmt: skip
        wanted = [f'words : "{" ".join(phrase)}"{" *" if is_beginning(phrase) else ""}' for phrase in phrases]
        asked = " AND ".join([*wanted, f"places : ({' OR '.join(places)})"])
        query = text(
            "SELECT rowid FROM search WHERE search MATCH :asked AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
        )
        return list(connection.execute(query, {"asked": asked, "before": before, "limit": limit}).scalars())

    def scrub(self, database: Database) -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO search (search) VALUES ('optimize')"))


class _Postgres:
    """A table of term lists with a GIN index; places stand among the terms, behind a sign that no term holds."""

    def write(self, connection: Connection, entries: Iterable[_Entry]) -> None:
        rows = []
        for item in entries:
            terms = [f"'{term}':{at}" for at, term in enumerate(item.terms, start=1)]
            rows.append({"number": item.number, "words": " ".join([*terms, *self._places(item.places)])})
        if rows:
            insert = "INSERT INTO search (number, words) VALUES (:number, CAST(:words AS tsvector))"
            connection.execute(text(insert), rows)

    def numbers(
        self, connection: Connection, phrases: Sequence[tuple[str, ...]], places: Sequence[str], before: int, limit: int
    ) -> list[int]:  # fmt: skip
        wanted = [
            " <-> ".join(f"'{term}'" for term in phrase) + (":*" if is_beginning(phrase) else "")
            for phrase in phrases
        ]
        asked = " & ".join(f"({item})" for item in [*wanted, " | ".join(self._places(places))])
        query = text(
            "SELECT number FROM search WHERE words @@ CAST(:asked AS tsquery) AND number < :before"
            " ORDER BY number DESC LIMIT :limit"
        )
        return list(connection.execute(query, {"asked": asked, "before": before, "limit": limit}).scalars())

    def scrub(self, database: Database) -> None:
        database.maintain("VACUUM search", "REINDEX INDEX CONCURRENTLY ix_search_words")

    @staticmethod
    def _places(places: Sequence[str]) -> list[str]:
        return [f"'@{place}'" for place in places]
