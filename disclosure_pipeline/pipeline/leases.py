"""Leases: one worker at a time carries a document; a dead worker's work is taken over (design 4).

A worker's life is a row with a heartbeat. A lease names the life that holds it and a fence number
that every claim raises; each step proves both, so that a worker that was thought dead and wakes up
again cannot write. A document that was taken over too often goes to ``attention``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert, select, update

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.transitions import Lease
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document, worker


def register_worker(core: Core, *, host: str, pid: int) -> None:
    """Write the row of this worker's life."""
    now = utc_now()
    with core.database.write() as connection:
        connection.execute(
            insert(worker).values(id=core.worker, host=host, pid=pid, started_at=now, beat_at=now)
        )


def beat(core: Core, *, stopped: bool = False) -> None:
    """Show that this worker lives (or has ended in order), and give back what it could not before."""
    now = utc_now()
    leases, publications = tuple(core.unreleased), tuple(core.unrecorded)
    with core.database.write() as connection:
        for case, fence in leases:
            _let_go(connection, Lease(case, core.worker, fence))
        for case, channel, fence in publications:
            connection.execute(
                update(publication)
                .where(
                    publication.c.document == case, publication.c.channel == channel,
                    publication.c.fence == fence, publication.c.lease_owner == core.worker,
                )
                .values(lease_owner=None)
            )  # fmt: skip
        connection.execute(
            update(worker)
            .where(worker.c.id == core.worker)
            .values(beat_at=now, stopped_at=now if stopped else None)
        )
    core.unreleased.difference_update(leases)
    core.unrecorded.difference_update(publications)


def retire(core: Core, worker_id: str) -> None:
    """Declare a worker life dead, because its process is known to have ended."""
    with core.database.write() as connection:
        connection.execute(update(worker).where(worker.c.id == worker_id).values(stopped_at=utc_now()))


def living(core: Core, connection: Connection) -> set[str]:
    """Ids of worker lives that have given a sign of life lately."""
    limit = later(utc_now(), -core.settings.engine.dead_after)
    rows = connection.execute(
        select(worker.c.id).where(worker.c.stopped_at.is_(None), worker.c.beat_at >= limit)
    )
    return set(rows.scalars())


def orphans(core: Core, connection: Connection) -> tuple[list[str], list[tuple[str, str]]]:
    """Work whose holder is dead: case numbers, and (document, channel) pairs."""
    alive = living(core, connection)
    documents_held = connection.execute(
        select(document.c.id, document.c.lease_owner).where(document.c.lease_owner.is_not(None))
    ).all()
    publications_held = connection.execute(
        select(publication.c.document, publication.c.channel, publication.c.lease_owner).where(
            publication.c.lease_owner.is_not(None)
        )
    ).all()
    return (
        [row.id for row in documents_held if row.lease_owner not in alive],
        [(row.document, row.channel) for row in publications_held if row.lease_owner not in alive],
    )


@contextmanager
def claimed(core: Core, document_id: str) -> Iterator[Lease | None]:
    """Hold the lease of a document for the time of the block.

    Yields:
        The lease, or ``None`` when a living worker holds it. The block sees too many takeovers as
        ``takeovers`` in the row and sets the document aside itself.
    """
    lease = _claim(core, document_id)
    try:
        yield lease
    finally:
        if lease is not None:
            _release(core, lease)


def _claim(core: Core, document_id: str) -> Lease | None:
    with core.database.write() as connection:
        row = documents.fetch(connection, document_id, lock=True)
        held = row.lease_owner is not None
        if held and row.lease_owner in living(core, connection):
            return None
        connection.execute(
            update(document)
            .where(document.c.id == document_id)
            .values(
                lease_owner=core.worker,
                fence=row.fence + 1,
                takeovers=row.takeovers + 1 if held else row.takeovers,
            )
        )
        return Lease(document_id, core.worker, row.fence + 1)


def _release(core: Core, lease: Lease) -> None:
    """Give a lease back; while the store cannot be written it is owed, because nobody takes it from the living."""
    try:
        with core.database.write() as connection:
            _let_go(connection, lease)
    except DisclosureError:
        core.unreleased.add((lease.document, lease.fence))
        raise


def _let_go(connection: Connection, lease: Lease) -> None:
    connection.execute(
        update(document)
        .where(
            document.c.id == lease.document,
            document.c.fence == lease.fence,
            document.c.lease_owner == lease.owner,
        )
        .values(lease_owner=None)
    )
