"""After a crash: dead workers' work is freed, letters go out, nothing of the living is touched."""

from __future__ import annotations

import os
import time

import pytest
from support import SECRECY, SIGNERS, WORKER, Office

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import leases, letters, reconcile
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import carry_on, conclude, next_case
from disclosure_pipeline.pipeline.takeback import retry
from disclosure_pipeline.pipeline.toolbox import CaseTools


def life(office: Office, name: str, *, beat: float = 0.0, stopped: bool = False) -> None:
    """A worker's row; ``beat`` seconds ago it gave its last sign of life."""
    at = later(utc_now(), -beat)
    office.sql(
        "INSERT INTO worker (id, host, pid, started_at, beat_at, stopped_at) VALUES (:id, 'h', 1, :at, :at, :stopped)",
        id=name, at=at, stopped=at if stopped else None,
    )  # fmt: skip


def holders(office: Office) -> dict[str, str | None]:
    return dict(office.query("SELECT id, lease_owner FROM document ORDER BY id"))


def test_work_of_the_dead_is_freed_and_of_the_living_is_not(office: Office):
    life(office, "alive-1#a")
    life(office, "silent-1#b", beat=60.0)
    life(office, "ended-1#c", stopped=True)
    owners = ["alive-1#a", "silent-1#b", "ended-1#c", "unknown-1#d", None]
    cases = [office.hand_in().case for _ in owners]
    for case, owner in zip(cases, owners, strict=True):
        office.sql(
            "UPDATE document SET lease_owner = :owner, fence = 5 WHERE id = :case", owner=owner, case=case
        )
    assert reconcile.free_orphans(office.core) == 3
    assert list(holders(office).values()) == ["alive-1#a", None, None, None, None]
    assert [(office.row(case).fence, office.row(case).takeovers) for case in cases] == [
        (5, 0), (6, 1), (6, 1), (6, 1), (5, 0),
    ]  # fmt: skip
    assert reconcile.free_orphans(office.core) == 0


def test_publications_of_the_dead_are_freed_too(office: Office):
    case = office.reviewed()
    office.sign(case, *SIGNERS)
    office.sql("UPDATE publication SET lease_owner = 'dead#1', state = 'running'")
    assert reconcile.free_orphans(office.core) == 3
    assert office.query("SELECT lease_owner, takeovers FROM publication") == [(None, 1)] * 3
    office.work()
    assert set(office.channels(case).values()) == {"done"}


def test_a_document_that_ends_worker_after_worker_goes_to_a_person(office: Office):
    case = office.hand_in().case
    for _ in range(office.core.settings.engine.max_takeovers):
        office.sql("UPDATE document SET lease_owner = 'dead#1'")
        reconcile.free_orphans(office.core)
    office.work()
    assert (office.state(case), office.faults(case)) == (State.ATTENTION, ["taken_over"])
    retry(office.core, case, "管员")
    office.work()
    assert (office.state(case), office.faults(case)) == (State.IN_REVIEW, [])


def test_a_letter_is_delivered_after_a_crash_between_commit_and_sending(office: Office):
    case = office.reviewed()
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    assert not any("退回" in name for name in office.letters())
    assert reconcile.reconcile(office.core)["letters"] == 1
    assert any("退回说明" in name for name in office.letters())
    assert reconcile.reconcile(office.core)["letters"] == 0


def test_a_letter_sent_twice_is_one_letter(office: Office):
    office.reviewed()
    before = {
        name: (office.core.workspace.outbox / "民政局" / name).read_bytes() for name in office.letters()
    }
    office.sql("UPDATE letter SET sent_at = NULL")
    letters.deliver(office.core)
    assert {
        name: (office.core.workspace.outbox / "民政局" / name).read_bytes() for name in office.letters()
    } == before


def test_old_strays_go_and_what_rows_name_stays(office: Office):
    case = office.hand_in().case
    spool = office.core.workspace.spool
    kept, old, young = spool / office.row(case).spool, spool / "old", spool / "young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "0.bin").write_text("x")
    for folder in (kept, old):
        os.utime(folder, (time.time() - 7200,) * 2)
    assert reconcile.remove_strays(office.core) == 1
    assert sorted(path.name for path in spool.iterdir()) == sorted([kept.name, "young"])


def test_dead_slots_are_told_once_and_again_after_another_life(office: Office):
    life(office, "host-1#a", stopped=True)
    life(office, "host-2#b")
    assert reconcile.dead_slots(office.core) == ["host-1"]
    assert reconcile.dead_slots(office.core) == []
    life(office, "host-1#c")
    assert reconcile.dead_slots(office.core) == []
    office.sql("UPDATE worker SET stopped_at = :at", at=utc_now())
    assert reconcile.dead_slots(office.core) == ["host-1", "host-2"]


@pytest.mark.parametrize("state", ["received", "extracted", "screened", "tagged"])
def test_work_is_taken_up_where_it_was_left(office: Office, state: str):
    """A worker died between two stages: the next one goes on from the rows."""
    case = office.hand_in().case
    tools = CaseTools(office.core, case)
    with leases.claimed(office.core, case) as lease:
        assert lease is not None
        while (present := next_case(office.core, lease)) is not None and present.state != state:
            record(conclude(office.core, present, tools), office.core, lease, present)
        tools.close()
    office.sql("UPDATE document SET lease_owner = 'dead#1'")
    assert office.state(case) == state
    carry_on(office.core, case)
    assert (office.state(case), office.row(case).takeovers) == (State.IN_REVIEW, 0)
    assert office.steps(case) == ["receive", "extract", "screen", "tag", "route"]
    assert office.row(case).lease_owner is None and office.core.worker == WORKER
    office.chain_holds()
