"""Faults that pass by themselves, and work that was taken over too often."""

from __future__ import annotations

from sqlalchemy import Connection, update
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import document

log = get_logger(__name__)

PASSING = frozenset(
    {"disk.full", "store.locked", "store.readonly", "store.fault", "vault.readonly", "vault.fault"}
)
"""Codes of faults of the machine, not of the document: tried again, never held against it."""

TAKEN_OVER = Fault(
    "taken_over",
    "intake",
    "Workers ended several times while they carried this document.",
    "Look at the log for what ended them; then `disclosure retry`, or return the draft.",
)
"""Why a document is set aside after too many takeovers (design 4)."""

_STAGE = "intake"
"""Stage under which a delay stands among the document's faults."""

_FIRST, _MOST = 2.0, 300.0
"""Seconds before the second try, and the longest wait between two."""

_DOUBLINGS = 20
"""Doublings after which the wait has long reached its maximum."""

_TRIES = 3
"""Tries after which a fault that is not one of the machine sets the document aside."""


def taken_over_too_often(core: Core, document_id: str) -> bool:
    """Whether the document's work was taken over more often than the configuration allows."""
    with core.database.read() as connection:
        row = documents.fetch(connection, document_id)
    return bool(row.takeovers >= core.settings.engine.max_takeovers)


def try_later(core: Core, lease: Lease, error: DisclosureError) -> None:
    """Leave the document in its state and ask for its work again, later each time.

    The fault is stored once per attempt when the store can still be written; when it cannot, the
    lease ends with the worker's life and the reconciler brings the work back.

    Args:
        core: the process's parts.
        lease: the lease under which the work failed.
        error: what happened.
    """
    log.warning("work_delayed", case=lease.document, code=error.code)
    try:
        with core.database.write() as connection:
            row = documents.fetch(connection, lease.document, lock=True)
            if (row.lease_owner, row.fence) != (lease.owner, lease.fence):
                return
            if (
                error.code not in PASSING
                and row.attempts >= _TRIES
                and State(row.state) in step("set_aside").sources
            ):
                _set_aside(core, connection, lease, error)
                return
            delay = min(_FIRST * 2 ** min(row.attempts, _DOUBLINGS), _MOST)
            connection.execute(
                update(document)
                .where(document.c.id == lease.document)
                .values(work_at=later(utc_now(), delay), attempts=row.attempts + 1)
            )
            documents.resolve_faults(connection, lease.document, _STAGE)
            fault = Fault(error.code, _STAGE, error.message, error.advice)
            documents.add_faults(connection, lease.document, (fault,))
            core.queue.enqueue(
                connection,
                INTAKE,
                key=f"intake:{lease.document}:{row.revision}:{row.fence}",
                subject=lease.document,
                delay=delay,
            )
    except DisclosureError as second:
        log.warning("work_delay_not_stored", case=lease.document, code=second.code)


def over(core: Core, document_id: str) -> None:
    """The work has gone as far as it can: what delayed it does not stand as a fault any more."""
    with core.database.read() as connection:
        row = documents.fetch(connection, document_id)
        delayed = any(item.stage == _STAGE for item in documents.open_faults(connection, document_id))
    if delayed and State(row.state) is not State.ATTENTION:
        with core.database.write() as connection:
            documents.resolve_faults(connection, document_id, _STAGE)


def _set_aside(core: Core, connection: Connection, lease: Lease, error: DisclosureError) -> None:
    documents.resolve_faults(connection, lease.document)
    fault = Fault(error.code, _STAGE, error.message, error.advice)
    documents.add_faults(connection, lease.document, (fault,))
    changes = {"work_at": None, "attempts": 0}
    detail = {"codes": [error.code]}
    take_step(core, connection, lease.document, "set_aside", lease=lease, changes=changes, detail=detail)
