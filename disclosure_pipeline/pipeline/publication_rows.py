"""The rows of publications: one a document and channel, with the receipts and audit entries that belong to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.model.publication import PublicationState
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.audit import Record, append
from disclosure_pipeline.store.tables import document as document_table
from disclosure_pipeline.store.tables import publication, receipt


def publications_of(connection: Connection, document: str, *, lock: bool = False) -> list[Row[Any]]:
    """The channels of a document, by id.

    Args:
        connection: a transaction.
        document: case number.
        lock: lock the rows for the rest of a writing transaction that changes them: a worker may be
            claiming one of them just now, and a fence counts only when it is raised above the last.
    """
    query = select(publication).where(publication.c.document == document).order_by(publication.c.channel)
    return list(connection.execute(query.with_for_update() if lock else query))


def is_leaving(connection: Connection, document: str) -> bool:
    """Whether a channel has yet to answer that it gave a document up."""
    rows = publications_of(connection, document)
    return any(row.state == PublicationState.WITHDRAWING.value for row in rows)


def row_of(connection: Connection, document: str, channel: str, *, lock: bool = False) -> Row[Any] | None:
    """One channel of a document, or ``None``; ``lock`` as in :func:`publications_of`."""
    query = select(publication).where(publication.c.document == document, publication.c.channel == channel)
    return connection.execute(query.with_for_update() if lock else query).first()


def change(connection: Connection, document: str, channel: str, values: dict[str, Any]) -> None:
    """Change one channel of a document."""
    connection.execute(
        update(publication)
        .where(publication.c.document == document, publication.c.channel == channel)
        .values(**values)
    )


def keep_receipt(connection: Connection, row: Row[Any], key: str, body: dict[str, Any]) -> None:
    """Keep what a channel answered, once per effect, whatever became of it meanwhile.

    Args:
        connection: a writing transaction.
        row: the publication.
        key: the effect's key.
        body: the receipt, without names where they must not be kept.
    """
    known = connection.execute(select(receipt.c.seq).where(receipt.c.key == key)).first()
    if known is None:
        connection.execute(
            insert(receipt).values(
                document=row.document,
                channel=row.channel,
                key=key,
                body=body,
                at=utc_now(),
            )
        )


def note(connection: Connection, row: Row[Any], action: str, detail: dict[str, Any]) -> None:
    """Enter into the audit chain what a channel did or failed to do."""
    unit = connection.execute(
        select(document_table.c.unit).where(document_table.c.id == row.document)
    ).scalar_one()
    append(
        connection,
        Record(
            action=action, actor="system", document=row.document, unit=unit, version=row.version,
            detail={"channel": row.channel, "generation": row.generation, **detail},
        ),
    )  # fmt: skip
