"""Work that the engine has given up: the real engine, and rows that say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dbos import DBOS
from support import Office
from waiting import wait_for

from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH
from disclosure_pipeline.service import engine
from disclosure_pipeline.service.engine import EngineQueue, WorkEngine


@contextmanager
def work_given_up(office: Office) -> Iterator[None]:
    """Let an office's queue be the engine's, which has given up ``dead-1`` and ``dead-2``."""
    running = WorkEngine(
        office.core.database,
        executor="slot-1",
        tasks={INTAKE: lambda _: "done", PUBLISH: lambda _: "done"},
        poll=0.1,
    )
    running.launch()
    office.core.queue = EngineQueue(office.core.database)
    running.start(INTAKE, "dead-1", "2026-000001")
    running.start(INTAKE, "dead-2", "2026-000002")
    table = "workflow_status" if office.core.database.sqlite else "dbos.workflow_status"
    wait_for(lambda: office.query(f"SELECT count(*) FROM {table} WHERE status = 'SUCCESS'") == [(2,)])
    office.sql(f"UPDATE {table} SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', queue_name = 'intake'")
    yield
    running.stop(5.0)
    DBOS.destroy(destroy_registry=True)
    engine._clients.pop(office.core.database.url, None)
