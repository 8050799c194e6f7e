"""How many running time limits end on each day (`due_count`), so that a calendar need not count two hundred thousand.

Each row of ``clock`` remembers under which day it is counted; :func:`refresh` compares that with what the row says
now. Like the counts of the queue (`store/desk.py`), these are raised and lowered under the lock of the audit log,
so that two transactions never wait for each other's counts.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, select, update

from disclosure_pipeline.store import audit
from disclosure_pipeline.store.console_tables import due_count
from disclosure_pipeline.store.database import add_to
from disclosure_pipeline.store.tables import clock

_KEY = ("unit", "due", "department", "provisional")


def refresh(connection: Connection, document_id: str) -> None:
    """Count the clocks of a document as they are now; call it right before the audit row of the change.

    Args:
        connection: a writing transaction that holds the document's row.
        document_id: case number.
    """
    changes: Counter[tuple[str, str, str, int]] = Counter()
    for row in connection.execute(select(clock).where(clock.c.document == document_id)).all():
        before = None if row.counted_due is None else (row.counted_due, row.counted_provisional)
        now = None if row.done_on is not None else (row.due, int(row.provisional))
        if before == now:
            continue
        for sort, number in ((before, -1), (now, 1)):
            if sort is not None:
                changes[row.unit, sort[0], row.department, sort[1]] += number
        due, provisional = now or (None, None)
        connection.execute(
            update(clock)
            .where(clock.c.document == row.document, clock.c.rule == row.rule)
            .values(counted_due=due, counted_provisional=provisional)
        )
    if changes:
        audit.hold(connection)
    for key, number in sorted(changes.items()):
        if number:
            add_to(connection, due_count, dict(zip(_KEY, key, strict=True)), "number", number)
