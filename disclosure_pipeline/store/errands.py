"""Rows of errands: what a channel asked a person to do, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from disclosure_pipeline.model.publication import Errand
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.publication_tables import errand, publication

DONE, OVERTAKEN = "done", "overtaken"
"""Outcomes: somebody did it; something newer was asked of the channel before anybody did."""


def write_errand(connection: Connection, document: str, unit: str, asked: Errand) -> None:
    """Open an errand; one that is known under its key stays as it is.

    Args:
        connection: a writing transaction.
        document: case number.
        unit: its unit.
        asked: what the channel answered.
    """
    known = connection.execute(select(errand.c.seq).where(errand.c.key == asked.key)).first()
    if known is not None:
        return
    overtake(connection, document, asked.channel)
    connection.execute(
        insert(errand).values(
            document=document, unit=unit, channel=asked.channel, key=asked.key, kind=asked.kind,
            folder=asked.folder, wants=sorted(asked.wants), hashes=dict(asked.hashes), opened_at=utc_now(),
        )
    )  # fmt: skip


def overtake(connection: Connection, document: str, channel: str) -> None:
    """End what a channel still asks for a document: something newer is asked of it."""
    connection.execute(
        update(errand)
        .where(errand.c.document == document, errand.c.channel == channel, errand.c.ended_at.is_(None))
        .values(ended_at=utc_now(), outcome=OVERTAKEN)
    )


def end_errand(
    connection: Connection, seq: int, by: str, *, deputy_for: str = "", address: str = "", scan: str = ""
) -> None:
    """Note that an errand was done.

    Args:
        connection: a writing transaction.
        seq: its number.
        by: who says so.
        deputy_for: as whose deputy, or empty.
        address: where the public finds it, or empty.
        scan: sha256 of the paper that proves it, or empty.
    """
    values = {"ended_at": utc_now(), "outcome": DONE, "by": by, "deputy_for": deputy_for or None,
              "address": address, "scan": scan or None}  # fmt: skip
    connection.execute(update(errand).where(errand.c.seq == seq).values(**values))


def open_errand(connection: Connection, document: str, channel: str) -> Row[Any] | None:
    """What a channel asks for a document and nobody has done yet."""
    query = select(errand).where(
        errand.c.document == document, errand.c.channel == channel, errand.c.ended_at.is_(None)
    )
    return connection.execute(query).first()


def open_errands(connection: Connection, unit: str, after: int = 0, limit: int = 100) -> list[Row[Any]]:
    """What channels wait for in a unit, the oldest first; hand-over lists (`store/hand_overs.py`) are none of it.

    Args:
        connection: a transaction.
        unit: its code.
        after: number of the last one of the page before.
        limit: most rows.
    """
    asked = exists().where(
        publication.c.document == errand.c.document, publication.c.channel == errand.c.channel
    )
    query = (
        select(errand)
        .where(errand.c.unit == unit, errand.c.ended_at.is_(None), errand.c.seq > after, asked)
        .order_by(errand.c.seq)
        .limit(limit)
    )
    return list(connection.execute(query))


def by_number(connection: Connection, number: int) -> Row[Any] | None:
    """An errand that waits for somebody, by its number."""
    query = select(errand).where(errand.c.seq == number, errand.c.ended_at.is_(None))
    return connection.execute(query).first()


def errands_of(connection: Connection, document: str) -> list[Row[Any]]:
    """Every errand of a document, the oldest first."""
    return list(
        connection.execute(select(errand).where(errand.c.document == document).order_by(errand.c.seq))
    )
