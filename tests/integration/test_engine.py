"""The durable engine on both databases: in the step's own transaction, ids only, nothing of an error kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from dbos import DBOS
from sqlalchemy import inspect
from support import Office
from traces import dump, holds
from waiting import wait_for

from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.service import engine
from disclosure_pipeline.service.doorbell import Doorbell
from disclosure_pipeline.service.engine import EngineQueue, WorkEngine
from disclosure_pipeline.store.database import Database, set_meta

SECRET = "甲号储备库位置"


class Broken(Exception):
    """Something unexpected with text in it."""


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    made = Database(store_url)
    made.migrate()
    yield made
    engine._clients.pop(store_url, None)
    made.close()


@contextmanager
def working(database: Database, task: Callable[[str], str], grace: float = 0.0) -> Iterator[WorkEngine]:
    """An engine at work; ``grace`` is for what the test has not waited for."""
    made = WorkEngine(database, executor="slot-1", tasks={INTAKE: task, PUBLISH: task}, poll=0.1)
    made.launch()
    try:
        yield made
    finally:
        made.stop(grace)
        DBOS.destroy(destroy_registry=True)


def rows(database: Database, status: str | None = None) -> int:
    """Engine rows, of one status or of all."""
    table = "workflow_status" if database.sqlite else "dbos.workflow_status"
    where = f" WHERE status = '{status}'" if status else ""
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}{where}").scalar_one())


def test_before_the_first_worker_there_is_nothing_to_note_work_in(database: Database):
    with database.write() as connection:
        EngineQueue(database).enqueue(connection, INTAKE, key="k", subject="2026-000001")
    assert not engine.has_tables(database)
    assert "workflow_status" not in inspect(database.engine).get_table_names()


def test_work_is_noted_in_the_step_s_own_transaction(database: Database):
    done: list[str] = []
    with working(database, lambda subject: done.append(subject) or "done"):
        queue = EngineQueue(database)
        assert engine.has_tables(database)
        with pytest.raises(Broken), database.write() as connection:
            set_meta(connection, "x", "1")
            queue.enqueue(connection, INTAKE, key="intake:2026-000001:1", subject="2026-000001")
            raise Broken
        assert rows(database) == 0
        with database.write() as connection:
            for _ in range(2):  # the same key is the same piece of work
                queue.enqueue(connection, INTAKE, key="intake:2026-000002:1", subject="2026-000002")
        wait_for(lambda: rows(database, "SUCCESS"))
        assert (done, rows(database)) == (["2026-000002"], 1)


def test_an_exception_never_lands_in_the_engine_s_tables(database: Database):
    def task(subject: str) -> str:
        raise Broken(SECRET, {"text": SECRET})

    with working(database, task) as running:
        running.start(INTAKE, "one", "2026-000001")
        with database.write() as connection:
            EngineQueue(database).enqueue(connection, PUBLISH, key="two", subject="2026-000001|builtin.site")
        wait_for(lambda: rows(database, "SUCCESS") == 2)
        kept = dump(database)
    assert holds(kept, SECRET) == []
    assert holds(kept, "error:Broken") != []
    assert rows(database, "ERROR") == 0


def test_delayed_work_waits(database: Database):
    done: list[str] = []
    with working(database, lambda subject: done.append(subject) or "done"):
        queue = EngineQueue(database)
        with database.write() as connection:
            queue.enqueue(connection, INTAKE, key="later", subject="2026-000001", delay=3600.0)
            queue.enqueue(connection, INTAKE, key="now", subject="2026-000002")
        wait_for(lambda: rows(database, "SUCCESS") == 1)
        assert done == ["2026-000002"]
        assert engine.backlog(database) == {"intake": 1, "publish": 0, "rescreen": 0}


def test_settled_rows_are_pruned_by_age(database: Database):
    with working(database, lambda subject: "done") as running:
        for number in range(3):
            running.start(INTAKE, f"key-{number}", "2026-000001")
        wait_for(lambda: rows(database, "SUCCESS") == 3)
        assert engine.prune(database, days=1.0) == 0
        assert engine.prune(database, days=-1.0) == 3
        assert rows(database) == 0


def test_work_of_a_slot_that_will_not_come_back_is_given_to_the_living(database: Database):
    """What the dead slot had claimed is queued again; what waits was nobody's."""
    done: list[str] = []
    with working(database, lambda subject: done.append(subject) or "done") as running:
        running.start(INTAKE, "key-1", "2026-000001")
        wait_for(lambda: rows(database, "SUCCESS") == 1)
        table = "workflow_status" if database.sqlite else "dbos.workflow_status"
        with database.engine.begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE {table} SET status = 'PENDING', executor_id = 'dead-1', queue_name = 'intake', output = NULL"
            )
        done.clear()
        assert engine.adopt(database, ["other-1"]) == 0
        assert engine.adopt(database, ["dead-1"]) == 1
        wait_for(lambda: rows(database, "SUCCESS") == 1)
        assert done == ["2026-000001"]


def test_the_doorbell_rings_when_anybody_commits(database: Database, store_url: str):
    rung = threading.Event()
    bell = Doorbell(database, rung.set, every=0.02)
    bell.start()
    wait_for(rung.is_set)
    other = Database(store_url)
    for value in ("1", "2"):
        rung.clear()
        with other.write() as connection:
            set_meta(connection, "rung", value)
        assert rung.wait(10)
    bell.stop()
    bell.join(10)
    assert not bell.is_alive()
    other.close()


def test_steps_ask_for_work_through_the_engine(office: Office):
    """The whole of it: a drop is carried on by the engine because its step asked for it."""

    def task(subject: str) -> str:
        carry_on(office.core, subject)
        return "done"

    with working(office.core.database, task, grace=5.0):
        office.core.queue = EngineQueue(office.core.database)
        case = office.hand_in().case
        wait_for(lambda: office.state(case) == "in_review")
        kept = {
            name: lines for name, lines in office.dump().items() if "workflow" in name or "operation" in name
        }
    assert sum(map(len, kept.values())) >= 1
    assert holds(kept, "养老服务") == [] and holds(kept, office.row(case).title) == []
    engine._clients.pop(office.core.database.url, None)
