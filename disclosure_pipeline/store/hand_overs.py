"""Rows of hand-over lists: what was listed for an archive or a library, and whether somebody has signed for it.

A list is as many errands as it has documents (`store/errands.py`): opened when it is made, ended by the signed paper. They
stand under names that no channel has, so that nothing which is asked of a channel touches them; the folder of each is
the list's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.errands import DONE, OVERTAKEN
from disclosure_pipeline.store.publication_tables import errand

KIND = "hand_over"

_AT_ONCE = 500
_LIST = "list"
"""Key under which the digest of a list's file stands among an errand's hashes."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """A list.

    Args:
        id: its number. channel: for whom, see :attr:`Target.channel`. unit: whose documents.
        documents: how many. made: when, UTC. digest: sha256 of its file.
        received: when it was signed for, UTC, or ``None``. scan: sha256 of the signed paper, or ``None``.
        replaced: whether everything on it stands on newer lists.
    """

    id: str
    channel: str
    unit: str
    documents: int
    made: str
    digest: str
    received: str | None
    scan: str | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class Past:
    """The last time that a document was handed over.

    Args:
        version: which version. made: when its list was made, UTC.
    """

    version: int
    made: str


def write(
    connection: Connection, channel: str, number: str, digest: str, listed: Sequence[tuple[str, str, int]]
) -> None:
    """Open a list; what stands on an open one for the same taker is replaced by it.

    Args:
        connection: a writing transaction.
        channel: for whom.
        number: the list's number.
        digest: sha256 of its file.
        listed: case number, unit and version of each document.
    """
    now = utc_now()
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        connection.execute(
            update(errand)
            .where(
                errand.c.channel == channel,
                errand.c.document.in_([document for document, _, _ in batch]),
                errand.c.ended_at.is_(None),
            )
            .values(ended_at=now, outcome=OVERTAKEN)
        )
        connection.execute(
            insert(errand),
            [
                {
                    "document": document, "unit": unit, "channel": channel,
                    "key": f"{number}/{channel}/{document}/v{version}", "kind": KIND, "folder": number,
                    "wants": ["receipt"], "hashes": {_LIST: digest}, "opened_at": now,
                }
                for document, unit, version in batch
            ],
        )  # fmt: skip


def end(connection: Connection, number: str, by: str, *, deputy_for: str, scan: str) -> list[str]:
    """Note that a list was signed for; also what a newer one has replaced was handed over then.

    Args:
        connection: a writing transaction.
        number: the list's number.
        by: who says so.
        deputy_for: as whose deputy, or empty.
        scan: sha256 of the signed paper.

    Returns:
        Case numbers of its documents.
    """
    values = {
        "ended_at": utc_now(),
        "outcome": DONE,
        "by": by,
        "deputy_for": deputy_for or None,
        "scan": scan,
    }
    ended = update(errand).where(errand.c.kind == KIND, errand.c.folder == number).values(**values)
    return sorted(connection.execute(ended.returning(errand.c.document)).scalars())


def fetch(connection: Connection, number: str) -> HandOver | None:
    """A list by its number, or ``None``."""
    return next(iter(listing(connection, number=number)), None)


def by_digest(connection: Connection, digest: str) -> HandOver | None:
    """The newest list whose file has this sha256, or ``None``."""
    return next((item for item in reversed(listing(connection)) if item.digest == digest), None)


def listing(connection: Connection, unit: str | None = None, *, number: str | None = None) -> list[HandOver]:
    """Lists, the oldest first.

    Args:
        connection: a transaction.
        unit: only of this unit.
        number: only this one.
    """
    query = (
        select(
            errand.c.folder, errand.c.channel, errand.c.unit, func.count().label("documents"),
            func.min(errand.c.seq).label("first"), func.min(errand.c.opened_at).label("made"),
            func.count(errand.c.ended_at).label("ended"),
        )
        .where(errand.c.kind == KIND)
        .group_by(errand.c.folder, errand.c.channel, errand.c.unit)
        .order_by(func.min(errand.c.seq))
    )  # fmt: skip
    if unit is not None:
        query = query.where(errand.c.unit == unit)
    if number is not None:
        query = query.where(errand.c.folder == number)
    return [_list(connection, row) for row in connection.execute(query)]


def _list(connection: Connection, row: Row[Any]) -> HandOver:
    first = connection.execute(select(errand).where(errand.c.seq == row.first)).one()
    done = first.outcome == DONE
    return HandOver(
        row.folder, row.channel, row.unit, row.documents, row.made, dict(first.hashes).get(_LIST, ""),
        first.ended_at if done else None, first.scan if done else None,
        not done and row.ended == row.documents,
    )  # fmt: skip


def past(connection: Connection, channel: str, unit: str) -> dict[str, Past]:
    """When each document of a unit was handed over last, by case number; lists that nobody has signed count for nothing.

    Args:
        connection: a transaction.
        channel: to whom.
        unit: whose documents.
    """
    query = (
        select(errand.c.document, errand.c.key, errand.c.opened_at)
        .where(errand.c.channel == channel, errand.c.unit == unit, errand.c.outcome == DONE)
        .order_by(errand.c.seq)
    )
    return {
        row.document: Past(int(row.key.rpartition("/v")[2]), row.opened_at)
        for row in connection.execute(query)
    }
