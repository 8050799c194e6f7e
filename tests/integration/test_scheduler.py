"""Regular work in one leader: each job runs at the start, a failing one ends nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import SECRECY, Office
from waiting import wait_for

from disclosure_pipeline.errors import Locked
from disclosure_pipeline.pipeline import anchors, leases, views
from disclosure_pipeline.pipeline.jobs import JobFacade
from disclosure_pipeline.service.lock import DataLock, held
from disclosure_pipeline.service.scheduler import Scheduler


def test_every_job_runs_once_at_the_start(office: Office):
    """On PostgreSQL all of them ask for the leadership at once, and none may be shut out by another."""
    hidden = office.published(attribute="依申请公开")
    case = office.reviewed(date="2026-11-02")
    views.note_view(office.core, SECRECY, case, "show")
    office.sql("UPDATE clock SET due = '2026-01-01' WHERE document = :case", case=case)
    office.sql("UPDATE document SET lease_owner = 'dead#1' WHERE id = :case", case=case)
    scheduler = Scheduler(office.core)
    scheduler.start()
    try:
        wait_for(lambda: office.row(case).lease_owner is None)  # reconcile
        wait_for(
            lambda: office.query("SELECT due FROM clock WHERE document = :c", c=case) == [("2026-11-30",)]
        )
        wait_for(lambda: office.query("SELECT document FROM attribute_review") == [(hidden,)])
        wait_for(lambda: anchors.anchors(office.core))
        wait_for(lambda: office.query("SELECT count(*) FROM access WHERE batch IS NULL") == [(0,)])
    finally:
        scheduler.stop()
    office.chain_holds()


def test_of_two_schedulers_on_one_postgresql_store_one_leads(
    open_office: Callable[..., Office], store_url: str
):
    one, two = open_office(store_url, "one"), open_office(store_url, "two")
    first, second = Scheduler(one.core), Scheduler(two.core)
    assert first._leads() is True
    assert second._leads() is one.core.database.sqlite
    assert first._leads() is True
    first.stop()
    wait_for(second._leads)
    second.stop()


def test_a_job_that_fails_ends_nobody(office: Office):
    office.core.workspace.archive.rename(office.folder / "aside")  # the anchor has nowhere to go
    case = office.reviewed()
    office.sql("UPDATE document SET lease_owner = 'dead#1'")
    scheduler = Scheduler(office.core)
    scheduler.start()
    wait_for(lambda: office.row(case).lease_owner is None)
    scheduler.stop()


def test_what_a_plugin_s_job_may_see(office: Office):
    case = office.reviewed(date="2026-01-05")
    facade = JobFacade(office.core)
    assert facade.counts() == {"in_review": 1}
    assert facade.overdue() == [case]
    assert (facade.listing("in_review"), facade.listing("published")) == ([case], [])


def test_one_daemon_per_data_folder(office: Office):
    data = office.core.workspace.data
    lock = DataLock(data)
    lock.take()
    assert held(data)
    with pytest.raises(Locked):
        DataLock(data).take()
    lock.release()
    assert not held(data)
    other = DataLock(data)
    other.take()
    other.release()
    other.release()


def test_a_worker_that_has_ended_in_order_is_not_living(office: Office):
    leases.register_worker(office.core, host="h", pid=1)
    with office.core.database.read() as connection:
        assert leases.living(office.core, connection) == {office.core.worker}
    leases.beat(office.core, stopped=True)
    with office.core.database.read() as connection:
        assert leases.living(office.core, connection) == set()
