"""Rows of relations: how one document stands to another, declared by people and in effect once the first is out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select, update

from disclosure_pipeline.model.publication import Relation
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.database import insert_once
from disclosure_pipeline.store.publication_tables import relation


def declare(connection: Connection, document: str, kind: Relation, other: str, by: str) -> None:
    """Note that a document stands in a relation to another one; said twice, it is one relation.

    Args:
        connection: a writing transaction.
        document: case number of the document that acts.
        kind: how it stands to the other one.
        other: case number of that one.
        by: who says so.
    """
    values = {"document": document, "kind": kind.value, "other": other, "by": by, "at": utc_now()}
    insert_once(connection, relation, values)


def take_effect(connection: Connection, document: str) -> list[Row[Any]]:
    """Put in effect what a document declared, now that it is out; returns what was not in effect before."""
    mine = (relation.c.document == document, relation.c.effective_at.is_(None))
    rows = list(connection.execute(select(relation).where(*mine).order_by(relation.c.other, relation.c.kind)))
    if rows:
        connection.execute(update(relation).where(*mine).values(effective_at=utc_now()))
    return rows


def of_document(connection: Connection, document: str) -> list[Row[Any]]:
    """Every relation that a document declared, in effect or not."""
    query = (
        select(relation).where(relation.c.document == document).order_by(relation.c.kind, relation.c.other)
    )
    return list(connection.execute(query))


def to_document(
    connection: Connection, document: str, kinds: Iterable[Relation] = Relation
) -> list[Row[Any]]:
    """Relations of other documents to this one that are in effect, the oldest first."""
    query = (
        select(relation)
        .where(
            relation.c.other == document,
            relation.c.kind.in_([kind.value for kind in kinds]),
            relation.c.effective_at.is_not(None),
        )
        .order_by(relation.c.effective_at, relation.c.document)
    )
    return list(connection.execute(query))
