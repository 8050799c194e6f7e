"""Index numbers (索引号): reserved before the final signature, never used twice (design 14)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.tables import index_number


def reserve(core: Core, connection: Connection, row: Row[Any]) -> str:
    """The index number of a document, reserved on first call.

    Args:
        core: the process's parts.
        connection: a writing transaction.
        row: the document's row.

    Returns:
        The number; the same one for every version of the document.
    """
    known = connection.execute(
        select(index_number.c.number).where(index_number.c.document == row.id)
    ).scalar()
    if known is not None:
        return str(known)
    unit = core.unit(row.unit)
    year = today_in_shanghai().year
    while True:
        number = unit.index_template.format(
            org=unit.index_org,
            unit=row.unit,
            year=year,
            serial=next_serial(connection, f"index:{row.unit}:{year}"),
        )
        taken = connection.execute(
            select(index_number.c.number).where(index_number.c.number == number)
        ).first()
        if taken is None:
            break
    connection.execute(insert(index_number).values(number=number, document=row.id, at=utc_now()))
    return number
