"""Rows of the catalogue that an office had before it began with this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.lookups import digests
from disclosure_pipeline.store.publication_tables import imported, imported_key, imported_review, index_number

_AT_ONCE = 5_000
"""Numbers of one query."""


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """One line of an earlier catalogue.

    Args:
        title: 标题.
        index_number: 索引号, or empty.
        document_number: 发文字号, or empty.
        attribute: disclosure attribute, a token.
        formed: 成文日期, ISO, or empty.
        published: 发布日期, ISO, or empty.
        address: where the public finds it, or empty.
        keys: by which it is looked up, normalised.
    """

    title: str
    index_number: str = ""
    document_number: str = ""
    attribute: str = "proactive"
    formed: str = ""
    published: str = ""
    address: str = ""
    keys: tuple[str, ...] = ()


def write(connection: Connection, unit: str, entries: Sequence[ImportedEntry], by: str) -> None:
    """Add entries; none of their index numbers may be there already (:func:`in_use`).

    Args:
        connection: a writing transaction.
        unit: the unit whose catalogue it was.
        entries: at most some ten thousands.
        by: who brings them in.
    """
    first = int(connection.execute(select(func.coalesce(func.max(imported.c.seq), 0))).scalar_one()) + 1
    known = digests(connection, {key for entry in entries for key in entry.keys})
    now = utc_now()
    connection.execute(
        insert(imported),
        [
            {
                "seq": number, "unit": unit, "index_number": entry.index_number or None, "title": entry.title,
                "document_number": entry.document_number, "attribute": entry.attribute, "formed": entry.formed,
                "published": entry.published, "address": entry.address, "by": by, "at": now,
            }
            for number, entry in enumerate(entries, first)
        ],
    )  # fmt: skip
    keys = [
        {"entry": number, "key": known[key]}
        for number, entry in enumerate(entries, first)
        for key in dict.fromkeys(entry.keys)
    ]
    if keys:
        connection.execute(insert(imported_key), keys)


def fetch(connection: Connection, number: int) -> Row[Any]:
    """An entry, locked for the rest of a writing transaction.

    Raises:
        NotFound: no such entry.
    """
    row = connection.execute(select(imported).where(imported.c.seq == number).with_for_update()).first()
    if row is None:
        raise NotFound(f"There is no imported entry {number}.")
    return row


def end(connection: Connection, number: int, how: str, document: str | None = None) -> None:
    """Write how an entry ended (``WITHDRAWN``, ``TAKEN_OVER``), or with an empty ``how`` that it goes on.

    Args:
        connection: a writing transaction.
        number: the entry's number.
        how: a code, or empty.
        document: case number of the document that it has become.
    """
    connection.execute(update(imported).where(imported.c.seq == number).values(ended=how, document=document))


def purge(connection: Connection, document: str) -> None:
    """Take the words out of the entries that have become a document; the numbers stay used."""
    mine = select(imported.c.seq).where(imported.c.document == document)
    connection.execute(delete(imported_key).where(imported_key.c.entry.in_(mine)))
    connection.execute(update(imported_review).where(imported_review.c.entry.in_(mine)).values(reason=None))
    connection.execute(
        update(imported)
        .where(imported.c.document == document)
        .values(title="", document_number="", address="")
    )


def in_use(connection: Connection, numbers: Iterable[str]) -> set[str]:
    """Those index numbers that were ever given, here or in the catalogue before."""
    wanted = [*numbers]
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        for column in (imported.c.index_number, index_number.c.number):
            found |= set(connection.execute(select(column).where(column.in_(batch))).scalars())
    return found


def number(connection: Connection, unit: str) -> int:
    """How many entries of a unit were imported."""
    query = select(func.count()).select_from(imported).where(imported.c.unit == unit)
    return int(connection.execute(query).scalar_one())
