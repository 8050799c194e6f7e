"""`take_step`: row, audit row and queue together, or nothing; on real stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, insert
from support import Office, at_once

from disclosure_pipeline.errors import Fenced, Refused, StaleVersion
from disclosure_pipeline.model.lifecycle import STEPS, State, step, target_of
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import INTAKE
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.tables import document

CASE = "2026-000001"


class Breaks(Exception):
    """Something unexpected."""


@dataclass
class Noted:
    """A queue that writes what is asked for into the store's own transaction."""

    breaks: bool = False
    seen: list[str] = field(default_factory=list)

    def enqueue(
        self, connection: Connection, queue: str, *, key: str, subject: str, delay: float = 0.0
    ) -> None:
        connection.exec_driver_sql(f"INSERT INTO counter (name, value) VALUES ('{key}', 1)")
        if self.breaks:
            raise Breaks


def put(office: Office, state: State = State.IN_REVIEW, case: str = CASE, **more: Any) -> None:
    """A row as it stands in a state."""
    now = utc_now()
    values = {
        "id": case, "unit": "default", "department": "民政局", "state": state.value, "version": 1, "revision": 1,
        "slip": {}, "content_digest": "0" * 64, "created_at": now, "entered_at": now, **more,
    }  # fmt: skip
    with office.core.database.write() as connection:
        connection.execute(insert(document).values(**values))


def act(office: Office, name: str, case: str = CASE, **more: Any) -> Any:
    with office.core.database.write() as connection:
        return take_step(office.core, connection, case, name, **more)


def chain(office: Office) -> list[tuple[str, str, str]]:
    with office.core.database.read() as connection:
        return [(row["action"], row["before"], row["after"]) for row in audit.rows(connection)]


def test_a_step_writes_row_audit_and_queue_together(office: Office):
    office.core.queue = Noted()
    put(office)
    before = office.row(CASE)
    row = act(office, "approve", actor="钟终", work=INTAKE, changes={"final": "proactive"}, detail={"n": 1})
    assert (row.state, row.revision, row.final) == ("approved", before.revision + 1, "proactive")
    assert row.entered_at > before.entered_at
    assert chain(office) == [("approve", "in_review", "approved")]
    assert office.query("SELECT name FROM counter") == [(f"intake:{CASE}:2",)]
    with office.core.database.read() as connection:
        (told,) = audit.rows(connection, CASE)
    assert (told["actor"], told["unit"], told["version"], told["detail"]) == (
        "钟终",
        "default",
        1,
        '{"n": 1}',
    )


def test_a_step_that_keeps_the_state_keeps_the_day_it_was_entered(office: Office):
    put(office)
    before = office.row(CASE)
    assert act(office, "sign").entered_at == before.entered_at


def test_an_illegal_step_changes_nothing(office: Office):
    put(office, State.RECEIVED)
    before = office.dump()
    with pytest.raises(Refused):
        act(office, "approve", changes={"final": "proactive"})
    assert office.dump() == before


def test_a_step_on_another_version_changes_nothing(office: Office):
    put(office)
    before = office.dump()
    with pytest.raises(StaleVersion):
        act(office, "sign", version=2)
    assert office.dump() == before


@pytest.mark.parametrize("owner, fence", [("test-1#0002", 4), ("test-1#0001", 3), ("test-1#0001", 5)])
def test_a_worker_that_lost_its_lease_writes_nothing(office: Office, owner: str, fence: int):
    put(office, State.RECEIVED, lease_owner="test-1#0001", fence=4)
    before = office.dump()
    with pytest.raises(Fenced):
        act(office, "extract", lease=Lease(CASE, owner, fence), changes={"title": "x"})
    assert office.dump() == before


def test_a_step_of_a_person_ends_the_lease_of_the_worker_that_carries_the_document(office: Office):
    """A worker builds the public copy of version 1 while somebody makes version 2: nothing of it may count."""
    put(office, lease_owner="test-1#0001", fence=4)
    act(office, "revise", actor="李密", changes={"version": 2})
    with pytest.raises(Fenced):
        act(office, "freeze", lease=Lease(CASE, "test-1#0001", 4), changes={"frozen_digest": "0" * 64})
    assert office.row(CASE).frozen_digest is None


def test_a_step_that_keeps_state_and_version_keeps_the_lease(office: Office):
    put(office, lease_owner="test-1#0001", fence=4)
    act(office, "clear", actor="李密")
    assert act(office, "freeze", lease=Lease(CASE, "test-1#0001", 4)).fence == 4


@pytest.mark.parametrize("place", ["queue", "after"])
def test_an_exception_before_the_commit_leaves_everything_as_it_was(office: Office, place: str):
    office.core.queue = Noted(breaks=place == "queue")
    put(office)
    before = office.dump()
    with pytest.raises(Breaks), office.core.database.write() as connection:
        take_step(office.core, connection, CASE, "approve", work=INTAKE, changes={"final": "proactive"})
        raise Breaks
    assert office.dump() == before


def test_of_two_at_once_one_wins_and_the_chain_holds(office: Office):
    for number in range(1, 9):
        put(office, case=f"2026-{number:06d}")
    jobs: list[Callable[[], Any]] = []
    for number in range(1, 9):
        case = f"2026-{number:06d}"
        jobs += [
            lambda c=case: act(office, "approve", c).state,
            lambda c=case: act(office, "return", c).state,
        ]
    answers = at_once(*jobs)
    pairs = [answers[at : at + 2] for at in range(0, len(answers), 2)]
    for pair in pairs:
        assert sorted(type(answer).__name__ for answer in pair) == ["Refused", "str"]
    office.chain_holds()
    assert len(chain(office)) == 8


# ---------------------------------------------------------------------------- any order of steps


class Steps(RuleBasedStateMachine):
    """Random steps, legal and illegal, whole and broken: the store always says what the table says."""

    office: ClassVar[Office]
    cases: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).cases += 1
        self.case = f"2026-{self.cases:06d}"
        self.state = State.RECEIVED
        self.taken: list[str] = []
        put(self.office, self.state, self.case)

    @rule(name=st.sampled_from([item.name for item in STEPS]))
    def any_step(self, name: str) -> None:
        try:
            act(self.office, name, self.case)
        except Refused:
            assert self.state not in step(name).sources
        else:
            self.state = target_of(name, self.state)
            self.taken.append(name)

    @precondition(lambda self: [item for item in STEPS if self.state in item.sources])
    @rule(data=st.data(), place=st.sampled_from(["queue", "after"]))
    def broken_step(self, data: st.DataObject, place: str) -> None:
        name = data.draw(st.sampled_from([item.name for item in STEPS if self.state in item.sources]))
        self.office.core.queue = Noted(breaks=place == "queue")
        with pytest.raises(Breaks), self.office.core.database.write() as connection:
            take_step(self.office.core, connection, self.case, name, work=INTAKE)
            raise Breaks

    @invariant()
    def the_rows_say_what_was_taken(self) -> None:
        row = self.office.row(self.case)
        assert (row.state, row.revision) == (self.state.value, 1 + len(self.taken))
        assert self.office.steps(self.case) == self.taken

    def teardown(self) -> None:
        self.office.chain_holds()
        assert self.office.query("SELECT name FROM counter") == []


def test_any_order_of_steps(office: Office, tmp_path: Path):
    Steps.office, Steps.cases = office, 0
    run_state_machine_as_test(
        Steps,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
