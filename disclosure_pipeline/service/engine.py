"""The durable engine (DBOS), behind one module: nothing else imports ``dbos`` (design 2).

A piece of work is a one-step workflow that takes and returns ids. The rows are the truth about what
is to be done; the engine makes sure that somebody looks. It may therefore run a piece of work
twice, late, or after it was done: the leases and guards of the pipeline make that harmless.
Errors never leave a workflow, because the engine would store them with their arguments: a workflow
returns a code.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from structlog import get_logger

from disclosure_pipeline.model.times import as_text
from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH, RESCREEN
from disclosure_pipeline.pipeline.ports import DeadLetter
from disclosure_pipeline.store.database import Database

if TYPE_CHECKING:
    from dbos import DBOSClient

log = get_logger(__name__)

APPLICATION = "disclosure"
APPLICATION_VERSION = "1"
"""Pinned: by default it is a hash of the code, and an upgrade would leave old work behind."""

QUEUES = (INTAKE, PUBLISH, RESCREEN)
_WORKFLOW = "disclosure.{queue}"
_SETTLED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_GIVEN_UP = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH = 500
_SHOWN = 100
"""Dead letters that are listed."""

_CLAIMED_AT_ONCE = 64
"""Rows that one look at a queue takes. Most of them are done already when it looks, because the
doorbell is faster; how much really runs at once is the worker's own limit."""

Task = Callable[[str], str]
"""Work on one subject; returns a code, never text, and never raises."""


class EngineQueue:
    """The pipeline's queue port (`pipeline.core.Queue`), filled by the engine.

    Until the first worker has made the engine's tables there is nothing to note the work in; the
    rows say what is to be done, and that worker reads them.

    Args:
        database: the store; the engine's tables live in it, so that a step and the work it asks
            for are one transaction.
    """

    def __init__(self, database: Database):
        self._database = database
        self._ready = False

    def enqueue(
        self, connection: Connection, queue: str, *, key: str, subject: str, delay: float = 0.0
    ) -> None:
        """Ask for work inside the caller's transaction."""
        self._ready = self._ready or has_tables(self._database)
        if not self._ready:
            return
        options: dict[str, Any] = {
            "workflow_name": _WORKFLOW.format(queue=queue),
            "queue_name": queue,
            "workflow_id": key,
            "app_version": APPLICATION_VERSION,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        _client(self._database).enqueue_in_transaction(connection, options, subject)  # type: ignore[arg-type]

    def backlog(self) -> Mapping[str, int]:
        """Pieces of work that have not ended, by queue (`pipeline.ports.EnginePort`)."""
        return backlog(self._database) if has_tables(self._database) else dict.fromkeys(QUEUES, 0)

    def dead_letters(self, key: str | None = None) -> list[DeadLetter]:
        """The newest pieces of work that the engine has given up; or the one with this id."""
        return dead_letters(self._database, key) if has_tables(self._database) else []

    def revive(self, key: str) -> bool:
        """Let a piece of work that was given up be looked at again; whether there was such a one."""
        found = self.dead_letters(key)
        for letter in found:
            _client(self._database).resume_workflow(key, queue_name=letter.queue or INTAKE)
        return bool(found)

    def drop(self, key: str) -> bool:
        """Forget a piece of work that was given up; the rows say whether it is still to be done."""
        found = self.dead_letters(key)
        if found:
            _client(self._database).delete_workflow(key)
        return bool(found)


class WorkEngine:
    """One worker's engine. There is one per process.

    Args:
        database: the store.
        executor: stable id of the worker slot; unique among the living.
        tasks: what to do, by queue.
        poll: seconds between looks at a queue (the net under the doorbell).
    """

    def __init__(self, database: Database, *, executor: str, tasks: Mapping[str, Task], poll: float):
        from dbos import DBOS

        self._dbos = DBOS
        self._engine = engine_for(database)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._engine,
                "executor_id": executor,
                "application_version": APPLICATION_VERSION,
                "log_level": "ERROR",
                "use_listen_notify": False,
                "scheduler_polling_interval_sec": 3600.0,
                # It looks at nothing, because nobody waits for messages; its sleep delays the end.
                "notification_listener_polling_interval_sec": 0.25,
            }
        )
        self._workflows = {queue: _workflow(DBOS, queue, task) for queue, task in tasks.items()}
        self._poll = poll

    def launch(self) -> None:
        """Begin to work; what this slot had begun in an earlier life is looked at again."""
        self._dbos.launch()
        for queue in self._workflows:
            self._dbos.register_queue(
                queue, worker_concurrency=_CLAIMED_AT_ONCE, polling_interval_sec=self._poll
            )

    def start(self, queue: str, key: str, subject: str) -> None:
        """Start a piece of work at once, under an id of its own."""
        from dbos import SetWorkflowID

        with SetWorkflowID(key):
            self._dbos.start_workflow(self._workflows[queue], subject)

    def stop(self, grace: float) -> None:
        """End; running work gets ``grace`` seconds."""
        self._dbos.destroy(workflow_completion_timeout_sec=int(grace))
        self._engine.dispose()


def adopt(database: Database, executors: list[str]) -> int:
    """Give the unfinished work of executors that will not come back to the living.

    Args:
        database: the store.
        executors: slot ids of the dead.

    Returns:
        How many pieces of work were given away.
    """
    client = _client(database)
    count = 0
    for executor in executors:
        for status in client.list_workflows(
            status="PENDING", executor_id=executor, load_input=False, load_output=False
        ):
            client.resume_workflow(status.workflow_id, queue_name=status.queue_name or INTAKE)
            count += 1
    return count


def prune(database: Database, days: float) -> int:
    """Delete settled engine rows older than some days; returns how many."""
    client = _client(database)
    end = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    count = 0
    while True:
        settled = client.list_workflows(
            status=_SETTLED, end_time=end, limit=_BATCH, load_input=False, load_output=False
        )
        if not settled:
            return count
        client.delete_workflows([item.workflow_id for item in settled])
        count += len(settled)


def backlog(database: Database) -> dict[str, int]:
    """Unfinished engine rows by queue."""
    client = _client(database)
    counts = dict.fromkeys(QUEUES, 0)
    for status in client.list_workflows(
        status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False, load_output=False, limit=10_000
    ):
        if status.queue_name in counts:
            counts[status.queue_name] += 1
    return counts


def dead_letters(database: Database, key: str | None = None) -> list[DeadLetter]:
    """Pieces of work that the engine has given up, the newest first; or the one with this id."""
    rows = _client(database).list_workflows(
        status=_GIVEN_UP, workflow_ids=None if key is None else [key], limit=_SHOWN, sort_desc=True,
        load_output=False,
    )  # fmt: skip
    return [
        DeadLetter(
            key=row.workflow_id, queue=row.queue_name or "", subject=_subject(row),
            at=as_text(datetime.fromtimestamp((row.created_at or 0) / 1000, UTC)), code=row.status,
        )
        for row in rows
    ]  # fmt: skip


def _subject(row: Any) -> str:
    """What a piece of work is about; its only argument."""
    given = (row.input or {}).get("args", ())
    return str(given[0]) if given else ""


def engine_for(database: Database) -> Engine:
    """A connection pool for the engine's own transactions.

    On SQLite they are not synced one by one: what a power cut takes from the engine's tables, the
    reconciler derives again from the rows, which are.
    """
    engine = create_engine(database.url, hide_parameters=True, pool_size=8, max_overflow=24)
    if database.sqlite:

        @event.listens_for(engine, "connect")
        def prepare_connection(connection: Any, _record: Any) -> None:
            connection.isolation_level = "IMMEDIATE"
            connection.execute("PRAGMA busy_timeout = 30000")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")

    return engine


_clients: dict[str, DBOSClient] = {}
_making = threading.Lock()


def _client(database: Database) -> DBOSClient:
    """The process's client for a store.

    The library is imported under the lock: by several threads at once it shows half-made modules.
    """
    with _making:
        from dbos import DBOSClient

        if database.url not in _clients:
            engine = engine_for(database)
            _clients[database.url] = DBOSClient(system_database_engine=engine, application_name=APPLICATION)
        return _clients[database.url]


def has_tables(database: Database) -> bool:
    """Whether a worker has made the engine's tables yet."""
    schema = None if database.sqlite else "dbos"
    return inspect(database.engine).has_table("workflow_status", schema=schema)


def _workflow(dbos: Any, queue: str, task: Task) -> Any:
    def run(subject: str) -> str:
        try:
            return task(subject)
        except Exception as error:  # noqa: BLE001 -- the engine would store the exception with its arguments
            log.warning("task_failed", queue=queue, subject=subject, error=type(error).__name__)
            return f"error:{type(error).__name__}"

    return dbos.workflow(name=_WORKFLOW.format(queue=queue))(run)
