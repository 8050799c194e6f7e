"""The access log: who looked at which document (design 8). Its rows are chained in batches (`pipeline/anchors.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from disclosure_pipeline.model.clock import beginning_of, today_in_shanghai
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.tables import access


def write_view(connection: Connection, actor: str, case: str, what: str) -> None:
    """Note a view, as part of a writing transaction.

    Args:
        connection: the transaction.
        actor: who looked.
        case: case number.
        what: what was looked at.
    """
    connection.execute(insert(access).values(at=utc_now(), actor=actor, document=case, what=what))


def not_noted_today(connection: Connection, actor: str, cases: Sequence[str], what: str) -> list[str]:
    """Those documents of which no such view was noted for somebody since midnight (Asia/Shanghai).

    Args:
        connection: a transaction.
        actor: who looked.
        cases: case numbers.
        what: what was looked at.
    """
    query = select(access.c.document).where(
        access.c.document.in_(cases),
        access.c.actor == actor,
        access.c.what == what,
        access.c.at >= beginning_of(today_in_shanghai()),
    )
    noted = set(connection.execute(query).scalars())
    return [case for case in cases if case not in noted]
