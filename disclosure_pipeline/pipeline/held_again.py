"""After a restore: the folders of quarantine outlive a backup that does not know what they hold (design 7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.pipeline import clocks, isolation, publication, publication_rows, quarantine, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store.tables import artefact
from disclosure_pipeline.store.tables import document as document_table


def hold_again(core: Core) -> list[str]:
    """Purge from a restored store what the folders of quarantine say was isolated or destroyed since.

    Returns:
        The case numbers.
    """
    held: dict[str, str | None] = {
        path.read_text("ascii"): path.parent.name
        for path in core.workspace.quarantine.glob(f"*/{spool.CASE}")
    }
    held |= dict.fromkeys(
        path.stem for path in (core.workspace.quarantine / quarantine.RECORDS).glob("*.json")
    )
    again = {case: _hold_again(core, case, name) for case, name in sorted(held.items())}
    found = {case: frozen for case, frozen in again.items() if frozen is not None}
    isolation.forget(core)
    for case, frozen in found.items():
        isolation.tidy(core, case, frozen)
    return list(found)


def _hold_again(core: Core, document: str, name: str | None) -> set[str] | None:
    """Hold one case again; the hashes of its frozen files, or ``None`` when there is nothing to do."""
    with core.database.write() as connection:
        row = connection.execute(
            select(document_table).where(document_table.c.id == document).with_for_update()
        ).first()
        if row is None:
            return None
        state, frozen = State(row.state), isolation.only_its_own(connection, document, artefact)
        if state in step("found_isolated").sources:
            isolation.purge(connection, document, row.version, "", [])
            changes = {"spool": name, "work_at": None, "attempts": 0, "frozen_digest": None}
            take_step(core, connection, document, "found_isolated", changes=changes)
        elif state in step("recall").sources or state is State.WITHDRAWN:
            _recall_again(core, connection, row, name)
            return frozen
        elif state is not State.QUARANTINED or name is not None:
            return None
        if name is None:
            clocks.stop(connection, document)
            take_step(core, connection, document, "destroy", changes={"spool": None})
        return frozen


def _recall_again(core: Core, connection: Connection, row: Any, name: str | None) -> None:
    """A restored store says that something is out or archived which was recalled or destroyed since.

    Every channel is asked again; quarantine follows as in `isolation.isolate`.
    """
    state = State(row.state)
    isolation.purge(connection, row.id, row.version, "", [])
    changes = {"spool": name or f"case-{row.id}", "work_at": None, "attempts": 0, "frozen_digest": None}
    if state is State.WITHDRAWN:
        changes["generation"] = publication_rows.call_back(core, connection, row)
        take_step(core, connection, row.id, "quarantine", changes=changes)
    else:
        if state is not State.WITHDRAWING:
            changes["generation"] = publication_rows.call_back(core, connection, row)
        take_step(core, connection, row.id, "recall", changes=changes)
        publication.finish(core, connection, row.id)
