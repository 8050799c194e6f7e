"""When an approved document goes out by itself: at once, or in its unit's next release window (发布时段).

What is 特急 goes out at any time; so do withdrawals, which are never asked here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, update

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.times import as_text, parse, utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.transitions import Lease
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.tables import document

_AT_ONCE = 0
"""Urgency of what goes out at any time (特急)."""


def wait_for_window(core: Core, lease: Lease) -> bool:
    """Put an approved document off until its unit's release window opens, if it is closed now.

    Args:
        core: the process's parts.
        lease: the lease of the worker that carries the document.

    Returns:
        Whether it waits.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
    opens = opening(core, row)
    if opens <= utc_now():
        return False
    with core.database.write() as connection:
        held = documents.fetch(connection, lease.document, lock=True)
        if (held.lease_owner, held.fence, held.state) != (lease.owner, lease.fence, row.state):
            return True
        connection.execute(update(document).where(document.c.id == lease.document).values(work_at=opens))
        audit.append(
            connection,
            audit.Record(
                "release.waits", "system", row.id, row.unit, version=row.version, detail={"until": opens}
            ),
        )
    return True


def opening(core: Core, row: Row[Any]) -> str:
    """The instant from which a document may go out, UTC; now, where nothing makes it wait."""
    now = utc_now()
    window = core.unit(row.unit).release
    if window is None or row.urgency == _AT_ONCE or row.final != Attribute.PROACTIVE.value:
        return now
    return as_text(window.as_window().next_opening(parse(now), core.calendar))
