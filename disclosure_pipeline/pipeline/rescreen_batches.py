"""Batches of a re-screening run, as workers carry them out.

A batch is one piece of work, carried by one worker at a time under a lease. The cursor and the counts move in the
transaction that writes a document's result, so that a worker that was killed loses at most the document it was at,
and doing that one again changes nothing. The rows say what is due; the engine's queue is a net under them.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError, Fenced
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import incidents, leases, rescreening, stored
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.delays import PASSING
from disclosure_pipeline.pipeline.transitions import check_rules
from disclosure_pipeline.store import audit, rule_changes
from disclosure_pipeline.store.rule_tables import rescreen, rescreen_batch
from disclosure_pipeline.store.tables import document

log = get_logger(__name__)

_PAGE = 50
_PAUSE, _LONG_PAUSE = 2.0, 30.0
"""Seconds after which a batch goes on whose next document is in other hands; after a fault of the machine."""


class RunState(StrEnum):
    """Where a run stands; stored as these words."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a run is about; nothing named means all that older rules have screened.

    Args:
        versions: only those last screened under these rules versions.
        documents: only these, whatever rules have screened them.
    """

    versions: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None

    @classmethod
    def of(cls, run: Row[Any]) -> Selection:
        """The selection of a stored run."""
        return cls(*(None if value is None else tuple(value) for value in (run.versions, run.documents)))

    def conditions(self, core: Core) -> list[ColumnElement[bool]]:
        """As conditions on `document`."""
        if self.documents is not None:
            return [document.c.id.in_(self.documents)]
        older = document.c.rules_version != core.rulebook.version
        return [older] if self.versions is None else [older, document.c.rules_version.in_(self.versions)]


def due(connection: Connection, limit: int) -> list[str]:
    """Subjects of batches that nobody holds and whose time has come."""
    rows = connection.execute(
        select(rescreen_batch.c.run, rescreen_batch.c.number)
        .join(rescreen, rescreen.c.id == rescreen_batch.c.run)
        .where(
            rescreen.c.state == RunState.RUNNING.value, rescreen_batch.c.state == RunState.RUNNING.value,
            rescreen_batch.c.due_at <= utc_now(), rescreen_batch.c.lease_owner.is_(None),
        )
        .order_by(rescreen_batch.c.run, rescreen_batch.c.number)
        .limit(limit)
    )  # fmt: skip
    return [subject_of(row.run, row.number) for row in rows]


def carry_out(core: Core, subject: str, stopping: Callable[[], bool] = lambda: False) -> None:
    """Carry a batch on until it is done, paused, or the worker ends.

    Args:
        core: the process's parts.
        subject: which batch.
        stopping: whether the worker wants to end; asked between documents.
    """
    run, number = (int(word) for word in subject.split("|"))
    batch = _claim(core, run, number)
    if batch is None:
        return
    try:
        while not stopping() and _one_page(core, batch, stopping):
            pass
    except Fenced:
        log.info("rescreen_fenced", run=run, batch=number)
    finally:
        _let_go(core, batch)


def held(connection: Connection) -> set[str]:
    """Worker lives that hold a batch."""
    owners = select(rescreen_batch.c.lease_owner).where(rescreen_batch.c.lease_owner.is_not(None))
    return set(connection.execute(owners).scalars())


def free_orphans(connection: Connection, alive: set[str]) -> int:
    """Free the batches of dead workers (the reconciler's part); returns how many."""
    done = connection.execute(
        update(rescreen_batch)
        .where(rescreen_batch.c.lease_owner.is_not(None), rescreen_batch.c.lease_owner.not_in(alive))
        .values(lease_owner=None, fence=rescreen_batch.c.fence + 1)
    )
    return int(done.rowcount)


def _claim(core: Core, run: int, number: int) -> Row[Any] | None:
    with core.database.write() as connection:
        row = connection.execute(
            select(rescreen_batch).where(batch_of(run, number)).with_for_update()
        ).first()
        if row is None or row.state != RunState.RUNNING.value or row.due_at > utc_now():
            return None
        if rule_changes.mark(connection) != core.rules_mark:
            return None  # by its older rules this worker would find nothing left to do
        if row.lease_owner is not None and row.lease_owner in leases.living(core, connection):
            return None
        values = {"lease_owner": core.worker, "fence": row.fence + 1}
        connection.execute(update(rescreen_batch).where(batch_of(run, number)).values(**values))
        return connection.execute(select(rescreen_batch).where(batch_of(run, number))).one()


def _let_go(core: Core, batch: Row[Any]) -> None:
    with core.database.write() as connection:
        connection.execute(
            update(rescreen_batch)
            .where(batch_of(batch.run, batch.number), rescreen_batch.c.fence == batch.fence)
            .values(lease_owner=None)
        )


def _one_page(core: Core, batch: Row[Any], stopping: Callable[[], bool]) -> bool:
    """Do the next documents of a batch; whether it goes on."""
    with core.database.read() as connection:
        run = connection.execute(select(rescreen).where(rescreen.c.id == batch.run)).one()
        present = connection.execute(select(rescreen_batch).where(batch_of(batch.run, batch.number))).one()
        conditions = Selection.of(run).conditions(core)
        cases = stored.page(connection, present.cursor, _PAGE, *conditions, until=batch.last)
    if run.state != RunState.RUNNING.value:
        return False
    if not cases:
        _end(core, batch)
        return False
    return all(not stopping() and _one(core, batch, case) for case in cases)


def _one(core: Core, batch: Row[Any], case: str) -> bool:
    """Do one document and move the cursor; false when it must be tried again later."""

    def also(connection: Connection, result: rescreening.Result) -> None:
        counts = {
            result.end.value: 1, "appeared": result.appeared, "vanished": result.vanished,
            "undetermined": int(result.undetermined),
        }  # fmt: skip
        _move(core, connection, batch, case, counts)

    try:
        result = rescreening.rescreen(core, case, also)
    except Fenced:
        raise
    except Exception as error:  # noqa: BLE001 -- no document may hold up the ones behind it
        return _failed(core, batch, case, error)
    if result.end is rescreening.End.GONE:
        with core.database.write() as connection:
            also(connection, result)
    elif result.end is rescreening.End.BUSY:
        _put_off(core, batch, _PAUSE)
        return False
    return True


def _failed(core: Core, batch: Row[Any], case: str, error: Exception) -> bool:
    """A fault of the machine waits; any other goes to a person, and the document stays under its older rules.

    What is not out yet does not go out by them either (`rescreening.before_it_goes_out`).
    """
    told = error if isinstance(error, DisclosureError) else _own_fault(error)
    if told.code in PASSING:
        with contextlib.suppress(DisclosureError):  # the next look at the rows finds it due again
            _put_off(core, batch, _LONG_PAUSE)
        return False
    with core.database.write() as connection:
        incidents.not_screened(connection, case, told, core.rulebook.version)
        _move(core, connection, batch, case, {"failed": 1})
    return True


def _own_fault(error: Exception) -> DisclosureError:
    return DisclosureError(f"The pipeline itself failed ({type(error).__name__}).")


def _move(core: Core, connection: Connection, batch: Row[Any], case: str, counts: Mapping[str, int]) -> None:
    """Move the cursor of a batch behind a document.

    Raises:
        Fenced: the batch was taken over.
    """
    present = _mine(core, connection, batch)
    added = Counter(present.counts) + Counter({"done": 1, **counts})
    values = {"cursor": case, "counts": dict(added)}
    connection.execute(update(rescreen_batch).where(batch_of(batch.run, batch.number)).values(**values))


def _put_off(core: Core, batch: Row[Any], seconds: float) -> None:
    with core.database.write() as connection:
        _mine(core, connection, batch)
        due_at = later(utc_now(), seconds)
        connection.execute(
            update(rescreen_batch).where(batch_of(batch.run, batch.number)).values(due_at=due_at)
        )


def _mine(core: Core, connection: Connection, batch: Row[Any]) -> Row[Any]:
    present = connection.execute(
        select(rescreen_batch).where(batch_of(batch.run, batch.number)).with_for_update()
    ).one()
    if (present.lease_owner, present.fence) != (core.worker, batch.fence):
        raise Fenced("The batch was taken over by another worker.")
    return present


def _end(core: Core, batch: Row[Any]) -> None:
    with core.database.write() as connection:
        check_rules(core, connection)
        ended = connection.execute(
            update(rescreen_batch)
            .where(batch_of(batch.run, batch.number), rescreen_batch.c.fence == batch.fence)
            .values(state=RunState.DONE.value)
        )
        if ended.rowcount:
            finish(core, connection, batch.run)


def finish(core: Core, connection: Connection, run: int) -> None:
    """End a run whose batches are all done, in the transaction that ended the last one."""
    row = connection.execute(select(rescreen).where(rescreen.c.id == run).with_for_update()).one()
    if connection.execute(select(rescreen_batch.c.number).where(open_batches(run))).first() is not None:
        return
    connection.execute(
        update(rescreen).where(rescreen.c.id == run).values(state=RunState.DONE.value, ended_at=utc_now())
    )
    told = run_as_json(connection, row)
    detail = {"run": run, "rules": core.rulebook.version, "documents": told["done"], "counts": told["counts"]}
    audit.append(connection, audit.Record(action="rescreen.done", actor="system", detail=detail))


def subject_of(run: int, number: int) -> str:
    """The engine's name of a batch."""
    return f"{run}|{number}"


def batch_of(run: int, number: int) -> ColumnElement[bool]:
    """The condition that chooses a batch."""
    return (rescreen_batch.c.run == run) & (rescreen_batch.c.number == number)


def open_batches(run: int) -> ColumnElement[bool]:
    """The condition that chooses the batches of a run that are not done."""
    return (rescreen_batch.c.run == run) & (rescreen_batch.c.state != RunState.DONE.value)


def run_as_json(connection: Connection, run: Row[Any]) -> dict[str, Any]:
    """A run with its progress, as `disclosure rescreen --json` prints it."""
    batches = connection.execute(select(rescreen_batch).where(rescreen_batch.c.run == run.id)).all()
    counts = sum((Counter(row.counts) for row in batches), Counter())
    return {
        "id": run.id, "state": run.state, "asked_by": run.asked_by, "started_at": run.started_at,
        "ended_at": run.ended_at, "rules_version": run.rules_version, "batches": len(batches),
        "documents": sum(row.total for row in batches), "done": counts.pop("done", 0), "counts": dict(counts),
    }  # fmt: skip
