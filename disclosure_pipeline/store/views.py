"""The access log: who looked at which document (design 8). Its rows are chained in batches (`pipeline/anchors.py`)."""

from __future__ import annotations

from sqlalchemy import Connection, insert

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
