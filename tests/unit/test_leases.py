"""Leases: one worker at a time, a fence for each claim, nothing from the dead."""

from __future__ import annotations

import dataclasses

import pytest
from support import WORKER, Office, at_once, refused

from disclosure_pipeline.errors import PluginFault, StoreFault
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import delays, leases
from disclosure_pipeline.pipeline.run import carry_on, due
from disclosure_pipeline.pipeline.transitions import take_step


def another(office: Office, name: str) -> Office:
    """The same office as another worker sees it."""
    core = type(office.core)(
        office.workshop, **{
            item.name: getattr(office.core, item.name) for item in dataclasses.fields(office.core) if item.name != "worker"
        }, worker=name,
    )  # fmt: skip
    return dataclasses.replace(office, core=core)


def test_a_claim_raises_the_fence_and_the_end_gives_the_lease_back(office: Office):
    case = office.hand_in().case
    for fence in (1, 2):
        with leases.claimed(office.core, case) as lease:
            assert lease is not None and (lease.owner, lease.fence) == (WORKER, fence)
            assert office.row(case).lease_owner == WORKER
        assert (office.row(case).lease_owner, office.row(case).takeovers) == (None, 0)


def test_the_lease_is_given_back_also_after_an_error(office: Office):
    case = office.hand_in().case
    with pytest.raises(ZeroDivisionError), leases.claimed(office.core, case):
        raise ZeroDivisionError
    assert office.row(case).lease_owner is None


def test_what_a_living_worker_holds_is_not_claimed(office: Office):
    case = office.hand_in().case
    leases.register_worker(office.core, host="h", pid=1)
    with leases.claimed(office.core, case), leases.claimed(another(office, "other#1").core, case) as second:
        assert second is None


def test_what_a_dead_worker_holds_is_taken_over_and_counted(office: Office):
    case = office.hand_in().case
    office.sql("UPDATE document SET lease_owner = 'dead#1', fence = 4")
    with leases.claimed(office.core, case) as lease:
        assert lease is not None and lease.fence == 5
    assert office.row(case).takeovers == 1


def test_of_many_that_claim_at_once_one_gets_it(office: Office):
    case = office.hand_in().case
    workers = [another(office, f"worker-{number}#1") for number in range(5)]
    for worker in workers:
        leases.register_worker(worker.core, host="h", pid=1)
    leased = at_once(*(lambda w=worker: leases._claim(w.core, case) for worker in workers))
    assert sum(lease is not None for lease in leased) == 1


def test_a_worker_that_wakes_up_after_a_takeover_writes_nothing(office: Office):
    case = office.hand_in().case
    sleeper = another(office, "sleeper#1")
    with leases.claimed(sleeper.core, case) as lease:
        assert lease is not None
        carry_on(office.core, case)
        assert office.state(case) == "in_review"
        rows = office.dump()
        with sleeper.core.database.write() as connection:
            assert (
                refused(lambda: take_step(sleeper.core, connection, case, "freeze", lease=lease)) == "fenced"
            )
        delays.try_later(sleeper.core, lease, StoreFault())
    assert office.dump() == rows


def test_a_beat_keeps_a_life_and_silence_ends_it(office: Office):
    leases.register_worker(office.core, host="h", pid=1)
    silent = later(utc_now(), -60.0)
    office.sql("UPDATE worker SET beat_at = :at", at=silent)
    with office.core.database.read() as connection:
        assert leases.living(office.core, connection) == set()
    leases.beat(office.core)
    with office.core.database.read() as connection:
        assert leases.living(office.core, connection) == {WORKER}
    leases.retire(office.core, WORKER)
    with office.core.database.read() as connection:
        assert leases.living(office.core, connection) == set()


def test_due_is_what_nobody_holds_and_a_worker_can_carry_on(office: Office):
    """Work asked for in a state in which only a person can act must not make workers spin."""
    case = office.hand_in().case
    seen = {}
    for state in ("received", "in_review", "referred", "returned", "attention", "approved", "withdrawing"):
        office.sql("UPDATE document SET state = :state", state=state)
        with office.core.database.read() as connection:
            seen[state] = due(connection, 10)
    assert [state for state, cases in seen.items() if cases] == ["received", "in_review", "approved"]
    office.sql("UPDATE document SET state = 'received', lease_owner = 'x'")
    with office.core.database.read() as connection:
        assert due(connection, 10) == []
    office.sql("UPDATE document SET lease_owner = NULL, work_at = :at", at=later(utc_now(), 60.0))
    with office.core.database.read() as connection:
        assert (due(connection, 10), office.row(case).work_at > utc_now()) == ([], True)


def test_work_that_failed_waits_longer_each_time_without_end(office: Office):
    case = office.hand_in().case
    for attempts in (0, 1, 5, 2000):
        office.sql("UPDATE document SET attempts = :n", n=attempts)
        with leases.claimed(office.core, case) as lease:
            assert lease is not None
            delays.try_later(office.core, lease, StoreFault(code="disk.full"))
        row = office.row(case)
        assert (row.state, row.attempts) == ("received", attempts + 1)
        assert row.work_at <= later(utc_now(), 300.0)
    assert office.faults(case) == ["disk.full"]


def test_a_fault_that_does_not_pass_sets_the_document_aside(office: Office):
    case = office.hand_in().case
    office.sql("UPDATE document SET attempts = 3")
    with leases.claimed(office.core, case) as lease:
        assert lease is not None
        delays.try_later(office.core, lease, PluginFault())
    assert (office.state(case), office.faults(case)) == ("attention", ["plugin.fault"])
