"""Rows of deviations: where a channel does not hold what its receipts say, as the last comparison found it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.publication_tables import deviation
from disclosure_pipeline.store.tables import document

_AT_ONCE = 5_000
"""Documents of one query."""


class Deviation(NamedTuple):
    """One difference.

    Args:
        channel: full id of the channel.
        document: case number, or empty: the channel could not be asked.
        unit: unit of the document; for a channel the first one of the office.
        code: ``missing``, ``changed``, ``extra``, ``withdrawn`` or ``unverified``.
        since: when it was seen first, UTC.
    """

    channel: str
    document: str
    unit: str
    code: str
    since: str


def replace(
    connection: Connection, found: Sequence[Mapping[str, str]], unit: str, *, apart_from: Collection[str] = ()
) -> list[Deviation]:
    """Keep what a comparison of the channels found in place of what the one before it did.

    Args:
        connection: a writing transaction.
        found: ``document``, ``channel`` and ``code`` of each difference.
        unit: unit of what belongs to no document that is known here.
        apart_from: channels that were not looked at; what is known of them stays.

    Returns:
        What was not there before.
    """
    return _swap(connection, found, unit, deviation.c.channel.not_in(apart_from))


def replace_of(
    connection: Connection,
    channel: str,
    documents: Collection[str] | None,
    found: Sequence[Mapping[str, str]],
    unit: str,
) -> list[Deviation]:
    """Keep what a look at some documents of one channel found in place of what was known of them.

    Args:
        connection: a writing transaction.
        channel: full id of the channel.
        documents: case numbers, some thousands at most; ``None`` for all of the channel. That it could not be asked is
            known no longer either way.
        found: as in :func:`replace`.
        unit: as in :func:`replace`.

    Returns:
        What was not there before.
    """
    looked_at = deviation.c.channel == channel
    if documents is not None:
        looked_at &= deviation.c.document.in_([*documents, ""])
    return _swap(connection, found, unit, looked_at)


def _swap(
    connection: Connection, found: Sequence[Mapping[str, str]], unit: str, looked_at: ColumnElement[bool]
) -> list[Deviation]:
    before = {(row.channel, row.document, row.code): row.since for row in listed(connection)}
    units = _units(connection, [item["document"] for item in found])
    now = utc_now()
    present = [
        Deviation(
            item["channel"], item["document"], units.get(item["document"], unit), item["code"],
            before.get((item["channel"], item["document"], item["code"]), now),
        )
        for item in found
    ]  # fmt: skip
    connection.execute(delete(deviation).where(looked_at))
    if present:
        connection.execute(insert(deviation), [item._asdict() for item in present])
    return [item for item in present if (item.channel, item.document, item.code) not in before]


def _units(connection: Connection, cases: Sequence[str]) -> dict[str, str]:
    """Units of documents by case number."""
    query = select(document.c.id, document.c.unit)
    batches = (cases[start : start + _AT_ONCE] for start in range(0, len(cases), _AT_ONCE))
    return {
        row.id: row.unit
        for batch in batches
        for row in connection.execute(query.where(document.c.id.in_(batch)))
    }


def listed(connection: Connection, unit: str | None = None, limit: int | None = None) -> list[Deviation]:
    """What the last comparison found, the oldest first.

    Args:
        connection: a transaction.
        unit: only of this unit.
        limit: most rows.
    """
    query = (
        select(deviation).order_by(deviation.c.since, deviation.c.channel, deviation.c.document).limit(limit)
    )
    if unit is not None:
        query = query.where(deviation.c.unit == unit)
    return [
        Deviation(row.channel, row.document, row.unit, row.code, row.since)
        for row in connection.execute(query)
    ]


def number(connection: Connection, unit: str) -> int:
    """How many there are in a unit."""
    query = select(func.count()).select_from(deviation).where(deviation.c.unit == unit)
    return int(connection.execute(query).scalar_one())
