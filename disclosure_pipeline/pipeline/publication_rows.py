"""The rows of publications: one a document and channel, with the receipts and audit entries that belong to it.

Whatever asks something new of a channel raises its fence, and ends what was left to a person under the order before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.model.publication import Action, PublicationState
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import PUBLISH, Core
from disclosure_pipeline.pipeline.transitions import SYSTEM
from disclosure_pipeline.store import errands
from disclosure_pipeline.store.audit import Record, append
from disclosure_pipeline.store.publication_tables import publication, receipt
from disclosure_pipeline.store.tables import document as document_table

HELD = "held"
"""Fact in `meta`: after a restore nothing goes out until `channel verify` has looked."""

WAITS = "9999-12-31T00:00:00.000000Z"
"""When a publication is due that waits for a person: no worker looks at it, until that person has said something."""

P = PublicationState
OPEN = (P.PENDING.value, P.RUNNING.value, P.FAILED.value, P.WITHDRAWING.value)
"""States in which a worker may have something to do."""


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


def is_errand(row: Row[Any]) -> bool:
    """Whether a publication waits for a person who does what the channel asked."""
    return row.state in OPEN and row.due_at == WAITS


def call_back(core: Core, connection: Connection, row: Row[Any]) -> int:
    """Ask every channel to withdraw a document, under a new generation.

    Args:
        core: the process's parts.
        connection: a writing transaction that holds the document's row; its step has yet to be taken.
        row: the document's row.

    Returns:
        The generation, which belongs into the document's row.
    """
    asked = {"action": Action.WITHDRAW.value, "state": P.WITHDRAWING.value, "version": row.version}
    return _ask_again(core, connection, row, publications_of(connection, row.id, lock=True), asked)


def reissue(core: Core, connection: Connection, row: Row[Any]) -> int:
    """Have every channel that holds a document tell anew what is said of it (its validity, its links).

    Args:
        core: the process's parts.
        connection: a writing transaction that holds the document's row.
        row: the document's row.

    Returns:
        The generation, which belongs into the document's row.
    """
    holding = [
        item
        for item in publications_of(connection, row.id, lock=True)
        if item.action != Action.WITHDRAW.value and (item.state == P.DONE.value or item.state in OPEN)
    ]
    asked = {"action": Action.UPDATE.value, "state": P.PENDING.value}
    return _ask_again(core, connection, row, holding, asked)


def _ask_again(
    core: Core, connection: Connection, row: Row[Any], items: Iterable[Row[Any]], asked: Mapping[str, Any]
) -> int:
    now, generation = utc_now(), int(row.generation) + 1
    for item in items:
        values = {
            **asked, "generation": generation, "attempt": 0, "effect_at": now, "due_at": now, "lease_owner": None,
            "fence": item.fence + 1, "takeovers": 0,
        }  # fmt: skip
        change(connection, row.id, item.channel, values)
        errands.overtake(connection, row.id, item.channel)
        enqueue(core, connection, row.id, item.channel, f"{row.revision}:{generation}")
    return generation


def enqueue(core: Core, connection: Connection, document: str, channel: str, mark: object) -> None:
    """Ask for the work of one channel; ``mark`` tells this wish from those before it."""
    key = f"publish:{document}:{channel}:{mark}"
    core.queue.enqueue(connection, PUBLISH, key=key, subject=f"{document}|{channel}")


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


def note(
    connection: Connection, row: Row[Any], action: str, detail: dict[str, Any], actor: str = SYSTEM
) -> None:
    """Enter into the audit chain what a channel did or failed to do, or somebody for it."""
    unit = connection.execute(
        select(document_table.c.unit).where(document_table.c.id == row.document)
    ).scalar_one()
    append(
        connection,
        Record(
            action=action, actor=actor, document=row.document, unit=unit, version=row.version,
            detail={"channel": row.channel, "generation": row.generation, **detail},
        ),
    )  # fmt: skip
