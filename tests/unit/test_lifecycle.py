"""The table of states: everything reachable, nothing without a way out, nothing beside the table."""

from __future__ import annotations

import pytest

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.lifecycle import FINAL, STEPS, WORKABLE, State, Step, step, target_of

S = State

BIRTH = {S.RECEIVED, S.DUPLICATE}
"""States in which a row is born (`pipeline/intake.py`)."""


def ways_out(state: State) -> tuple[Step, ...]:
    """The steps that lead out of a state."""
    return tuple(item for item in STEPS if state in item.sources and item.target not in (None, state))


def reachable() -> set[State]:
    found = set(BIRTH)
    while True:
        more = {item.target for item in STEPS if item.target is not None and item.sources & found} - found
        if not more:
            return found
        found |= more


def test_every_state_can_be_reached():
    assert reachable() == set(State)


def test_only_what_was_approved_waits_for_its_issued_file_and_it_is_signed_again():
    assert [item.name for item in STEPS if item.target is S.AWAITING_ISSUE] == ["await_issue"]
    assert step("await_issue").sources == {S.APPROVED}
    assert {(item.name, item.target) for item in ways_out(S.AWAITING_ISSUE)} == {
        ("issue", S.RECEIVED), ("give_back", S.RETURNED), ("reopen", S.IN_REVIEW), ("quarantine", S.QUARANTINED),
        ("found_isolated", S.QUARANTINED), ("withdraw", S.WITHDRAWING), ("found_withdrawn", S.WITHDRAWING),
    }  # fmt: skip


def test_every_state_that_is_not_final_has_a_command_that_leads_out_of_it():
    waiting = set(State) - FINAL
    without = {state for state in waiting if not any(item.command for item in ways_out(state))}
    # `channel retry` carries a withdrawal on and `channel verify` ends one; neither is a step of its own.
    assert without == {S.WITHDRAWING}
    assert [item.name for item in ways_out(S.WITHDRAWING)] == ["finish_withdrawal", "supersede"]
    assert S.WITHDRAWING in step("found_withdrawn").sources


def test_steps_from_final_states_are_the_documented_ones():
    found = {(state, item.name, item.target) for state in FINAL for item in STEPS if state in item.sources}
    assert found == {
        (S.PUBLISHED, "withdraw", S.WITHDRAWING),
        (S.PUBLISHED, "found_withdrawn", S.WITHDRAWING),
        (S.PUBLISHED, "recall", S.WITHDRAWING),
        (S.PUBLISHED, "replace", S.WITHDRAWING),
        (S.PUBLISHED, "amend", None),
        (S.WITHHELD, "recall", S.WITHDRAWING),
        (S.ON_REQUEST, "recall", S.WITHDRAWING),
        (S.WITHDRAWN, "quarantine", S.QUARANTINED),
        (S.WITHHELD, "convert", S.RECEIVED),
        (S.ON_REQUEST, "convert", S.RECEIVED),
    }


def test_nothing_is_published_without_the_final_signature():
    """Without the step `approve` no document leaves: every way to the public runs over it."""
    found = set(BIRTH)
    for _ in STEPS:
        for item in STEPS:
            if item.name != "approve" and item.sources & found and item.target is not None:
                found.add(item.target)
    assert found & {S.APPROVED, S.PUBLISHING, S.PUBLISHED, S.WITHHELD, S.ON_REQUEST} == set()


def test_a_suspected_secret_leaves_quarantine_by_two_ways_only():
    assert {item.name for item in ways_out(S.QUARANTINED)} == {"release", "destroy"}
    assert ways_out(S.DESTROYED) == ()


def test_workers_carry_documents_only_before_a_person_must_act():
    assert {S.RECEIVED, S.EXTRACTED, S.SCREENED, S.TAGGED} == WORKABLE


def test_names_of_steps_are_unique():
    names = [item.name for item in STEPS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("state", list(State))
def test_target_of_answers_from_the_table_alone(state: State):
    for wanted in STEPS:
        if state in wanted.sources:
            assert target_of(wanted.name, state) is (wanted.target or state)
        else:
            message = f"'{wanted.name}' is not possible while the document is {state.value}"
            with pytest.raises(Refused, match=message):
                target_of(wanted.name, state)
