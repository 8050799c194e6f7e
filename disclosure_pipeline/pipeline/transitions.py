"""The one function through which a document changes its state.

A step is taken in the caller's transaction: the table (`model/lifecycle.py`) allows it, the row is
updated, the work that comes next is enqueued, the queue of people and the search index follow, the audit row is
appended — or nothing happens. A step that somebody takes to another state or version ends the lease of the worker that carries the document:
what that worker concludes is about something that is no longer there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, update

from disclosure_pipeline.errors import Fenced, StaleVersion
from disclosure_pipeline.model.lifecycle import State, target_of
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, desk, documents, due_counts, rule_changes, search
from disclosure_pipeline.store.tables import document

SYSTEM = "system"
"""The actor of the pipeline's own steps."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one document.

    Args:
        document: case number.
        owner: worker life that holds it.
        fence: raised with each claim; a step under an older fence is refused.
    """

    document: str
    owner: str
    fence: int


def take_step(
    core: Core,
    connection: Connection,
    document_id: str,
    step: str,
    *,
    actor: str = SYSTEM,
    version: int | None = None,
    lease: Lease | None = None,
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    work: str | None = None,
    rules_mark: str | None = None,
) -> Row[Any]:
    """Take one step of the lifecycle table.

    Args:
        core: the process's parts.
        connection: a writing transaction; it has written everything else of the step already,
            because the audit lock is the last one a transaction takes.
        document_id: case number.
        step: name of the step.
        actor: who acts.
        version: the version the actor means; refused if it is not the present one.
        lease: the lease under which a worker acts; refused if somebody else took over.
        changes: further columns to set.
        detail: facts for the audit row (ids, codes, hashes, counts).
        work: queue on which the document's next work is asked for.
        rules_mark: which changes of the rules must be in force, if it is not those the process works by: a step
            whose own transaction let some lapse has proved those before.

    Returns:
        The row after the step.

    Raises:
        Refused: the table has no such step from the present state.
        StaleVersion: ``version`` is not the present one.
        Fenced: the lease is no longer held, or the rules have changed since the worker read them.
    """
    row = documents.fetch(connection, document_id, lock=True)
    if version is not None and version != row.version:
        raise StaleVersion(f"{document_id} is at version {row.version}, not {version}.")
    if lease is not None and (row.lease_owner, row.fence) != (lease.owner, lease.fence):
        raise Fenced(f"{document_id} was taken over by another worker.")
    if lease is not None:
        check_rules(core, connection, rules_mark)
    before = State(row.state)
    after = target_of(step, before)
    values: dict[str, Any] = {**(changes or {}), "state": after.value, "revision": row.revision + 1}
    if after is not before:
        values["entered_at"] = utc_now()
    if lease is None and (after is not before or values.get("version", row.version) != row.version):
        values |= {"lease_owner": None, "fence": row.fence + 1}
    connection.execute(update(document).where(document.c.id == document_id).values(**values))
    if work is not None:
        core.queue.enqueue(
            connection, work, key=f"{work}:{document_id}:{row.revision + 1}", subject=document_id
        )
    if search.COLUMNS & values.keys() or before is State.QUARANTINED:
        search.refresh(connection, document_id)
    desk.refresh(connection, document_id)
    due_counts.refresh(connection, document_id)
    audit.append(
        connection,
        audit.Record(
            action=step,
            actor=actor,
            document=document_id,
            unit=row.unit,
            version=values.get("version", row.version),
            before=before.value,
            after=after.value,
            detail=detail,
        ),
    )
    return documents.fetch(connection, document_id)


def check_rules(core: Core, connection: Connection, mark: str | None = None) -> None:
    """Prove that the changes of the rules that a process works by (or these) are the ones in force.

    Raises:
        Fenced: they are not.
    """
    if rule_changes.mark(connection) != (core.rules_mark if mark is None else mark):
        raise Fenced("Other rules are in force than this worker works by.")
