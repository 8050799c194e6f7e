"""Looking up other documents without keeping their words: numbers, titles, and of whom published ones tell what.

Every key is kept as a digest (HMAC-SHA-256) under a key of the store's own, so that a row says nothing to whoever has
not the words and the store. Rows of documents that are not published count for nothing, whatever else
happened to them: the state of the document decides, not the removal of its rows.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, case, delete, insert, literal, null, select

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.store.database import get_meta
from disclosure_pipeline.store.publication_tables import (
    TAKEN_OVER,
    WITHDRAWN,
    catalogue_key,
    imported,
    imported_key,
    subject,
)
from disclosure_pipeline.store.tables import document

DIGEST_KEY = "digest_key"
"""Fact in `meta`: the key of the digests, made with the tables."""

_STATE_OF_IMPORTED = case(
    (imported.c.ended == WITHDRAWN, State.WITHDRAWN.value),
    (imported.c.attribute == Attribute.PROACTIVE.value, State.PUBLISHED.value),
    (imported.c.attribute == Attribute.ON_REQUEST.value, State.ON_REQUEST.value),
    else_=State.WITHHELD.value,
)
"""Where a document of that attribute stands that went its way before, unless a review took it back."""

_AT_ONCE = 5_000
"""Keys of one query; a list of thousands of people needs a second one."""


def write_catalogue_keys(connection: Connection, document_id: str, keys: Iterable[str]) -> None:
    """Replace what a document is looked up by.

    Args:
        connection: a writing transaction.
        document_id: case number.
        keys: number and titles, normalised.
    """
    connection.execute(delete(catalogue_key).where(catalogue_key.c.document == document_id))
    digests = _digests(connection, keys)
    if digests:
        connection.execute(
            insert(catalogue_key), [{"document": document_id, "key": digest} for digest in digests]
        )


def write_subjects(
    connection: Connection, document_id: str, told: Iterable[tuple[Sequence[str], Iterable[str]]]
) -> None:
    """Replace what is known of whom a document tells what.

    Args:
        connection: a writing transaction.
        document_id: case number.
        told: keys of each subject with the kinds of facts.
    """
    forget_subjects(connection, document_id)
    facts: defaultdict[str, set[str]] = defaultdict(set)
    for keys, kinds in told:
        for key in keys:
            facts[key].update(kinds)
    digests = _digests(connection, facts)
    if digests:
        connection.execute(
            insert(subject),
            [
                {"document": document_id, "key": digest, "facts": " ".join(sorted(facts[key]))}
                for digest, key in digests.items()
            ],
        )


def forget_subjects(connection: Connection, document_id: str) -> None:
    """Take a document out of the index of subjects."""
    connection.execute(delete(subject).where(subject.c.document == document_id))


def listed(connection: Connection, keys: Iterable[str], *, but: str) -> Mapping[str, list[Row[Any]]]:
    """Rows of the documents that bear these keys.

    Args:
        connection: a transaction.
        keys: numbers and titles, normalised.
        but: case number of the document that asks.

    Returns:
        Id, unit, state and the attributes, by key; keys that nobody bears are left out. Entries of the catalogue
        that the office had before have no id.
    """
    bearers = _bearers(connection, catalogue_key, keys)
    query = select(
        document.c.id,
        document.c.unit,
        document.c.state,
        document.c.final,
        document.c.office,
        document.c.proposed,
    ).where(document.c.id != but)
    rows = _documents(connection, {item.document for _, item in bearers}, query)
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for key, item in bearers:
        if item.document in rows:
            found[key].append(rows[item.document])
    for key, entry in _imported(connection, keys):
        found[key].append(entry)
    return found


def _imported(connection: Connection, keys: Iterable[str]) -> Iterator[tuple[str, Row[Any]]]:
    """The entries of the imported catalogue that bear these keys, in the form of documents."""
    digests = _digests(connection, keys)
    nothing = null()
    query = (
        select(
            imported_key.c.key, literal("").label("id"), imported.c.unit, _STATE_OF_IMPORTED.label("state"),
            imported.c.attribute.label("final"), nothing.label("office"), nothing.label("proposed"),
        )
        .join(imported, imported.c.seq == imported_key.c.entry)
        .where(imported.c.ended != TAKEN_OVER)
        .order_by(imported_key.c.entry)
    )  # fmt: skip
    for some in _chunks([*digests]):
        for row in connection.execute(query.where(imported_key.c.key.in_(some))):
            yield digests[row.key], row


def told(
    connection: Connection, keys: Iterable[str], *, but: str, since: str
) -> Mapping[str, list[Row[Any]]]:
    """What published documents tell of these subjects.

    Args:
        connection: a transaction.
        keys: of the subjects, normalised.
        but: case number of the document that asks.
        since: earliest time of publication.

    Returns:
        Document and facts (words with blanks between), by key.
    """
    bearers = _bearers(connection, subject, keys)
    published = select(document.c.id).where(
        document.c.id != but, document.c.state == State.PUBLISHED.value, document.c.published_at >= since
    )
    rows = _documents(connection, {item.document for _, item in bearers}, published)
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for key, item in bearers:
        if item.document in rows:
            found[key].append(item)
    return found


def _bearers(connection: Connection, table: Table, keys: Iterable[str]) -> list[tuple[str, Row[Any]]]:
    """The rows of an index that hold these keys, each with its key.

    Documents are asked for afterwards: in one statement a planner may begin with all that are published.
    """
    digests = _digests(connection, keys)
    return [
        (digests[row.key], row)
        for some in _chunks([*digests])
        for row in connection.execute(select(table).where(table.c.key.in_(some)).order_by(table.c.document))
    ]


def _documents(connection: Connection, ids: Iterable[str], query: Select[Any]) -> Mapping[str, Row[Any]]:
    """The documents that a query lets pass, by case number."""
    return {
        row.id: row
        for some in _chunks([*ids])
        for row in connection.execute(query.where(document.c.id.in_(some)))
    }


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE))


def digests(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The digests by their keys.

    Raises:
        StoreFault: the store has lost its key.
    """
    return {key: digest for digest, key in _digests(connection, keys).items()}


def _digests(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The keys by their digests.

    Raises:
        StoreFault: the store has lost its key; nothing could be found then, and that must not look like nothing.
    """
    secret = get_meta(connection, DIGEST_KEY)
    if not secret:
        raise StoreFault(
            "The store has no key for looking up other documents.",
            code="store.no_digest_key",
            advice="Restore the backup: rows of the table `meta` are missing.",
        )
    binary = bytes.fromhex(secret)
    return {hmac.digest(binary, key.encode("utf-8", "surrogatepass"), "sha256").hex(): key for key in keys}
