"""Runs of re-screening: what they take, who may ask, pauses, other hands, old rules, and that they can be killed."""

from __future__ import annotations

import pytest
from killing import killed_before_each_write
from rule_desk import BODY, TERM, TITLE, counts, put_into_force, renewed, rescreened, run, term
from support import CLERK, FIRST, OFFICE, SECRECY, Office, refused
from traces import holds

from disclosure_pipeline.pipeline import leases, reconcile, rescreen_batches, rescreen_runs, rescreening
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.store import audit, documents


def test_a_worker_with_older_rules_does_not_end_a_batch(office: Office):
    """By its own rules every document is up to date: it must leave the batch to others."""
    case = office.reviewed(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        started = rescreen_runs.start(fresh.core, by=SECRECY)
        rescreen_batches.carry_out(office.core, f"{started['run']['id']}|1")
        status = rescreen_runs.status(fresh.core)
        assert (status["run"]["state"], status["run"]["done"], status["older"]) == ("running", 0, 1)
        run(fresh)
        assert fresh.row(case).rules_version == fresh.core.rulebook.version


def test_a_worker_whose_rules_grow_old_at_the_end_of_a_batch_does_not_end_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    office.reviewed(TITLE, BODY)
    put_into_force(office, term("乙号储备库"))
    with renewed(office) as one:
        rescreen_runs.start(one.core, by=SECRECY)
        whole = rescreen_batches._end

        def changed_meanwhile(*words: object) -> None:
            put_into_force(one, term(TERM))
            whole(*words)  # type: ignore[arg-type]

        monkeypatch.setattr(rescreen_batches, "_end", changed_meanwhile)
        rescreen_batches.carry_out(one.core, "1|1")
        monkeypatch.undo()
        assert rescreen_runs.status(one.core)["run"]["state"] == "running"
        with renewed(office) as fresh:
            run(fresh)
            assert rescreen_runs.status(fresh.core)["run"]["state"] == "done"


def test_a_run_is_not_begun_by_rules_that_are_old(office: Office):
    office.reviewed(TITLE, BODY)
    put_into_force(office, term(TERM))
    assert refused(lambda: rescreen_runs.start(office.core, by=SECRECY)) == "rules.changed"


def test_a_run_takes_what_older_rules_screened_and_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rescreen_runs, "BATCH", 3)
    cases = [office.reviewed(body=f"第{number}份。") for number in range(7)]
    unread = office.hand_in(body="还没有读过。").case
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        started = rescreen_runs.start(fresh.core, by=SECRECY)
        assert (started["run"]["batches"], started["run"]["documents"], started["older"]) == (3, 7, 7)
        assert refused(lambda: rescreen_runs.start(fresh.core, by=SECRECY)) == "rescreen.running"
        run(fresh)
        status = rescreen_runs.status(fresh.core)
        assert (status["run"]["state"], status["run"]["done"], status["older"]) == ("done", 7, 0)
        assert counts(status)["same"] == 7
        assert {fresh.row(case).rules_version for case in cases} == {fresh.core.rulebook.version}
        assert fresh.row(unread).rules_version == ""
        assert rescreened(fresh)["run"]["documents"] == 0  # type: ignore[index]


def test_only_what_a_version_screened(office: Office):
    zero = office.core.rulebook.version
    first = office.reviewed(body="第一份。")
    put_into_force(office, term("乙号储备库"))
    with renewed(office) as one:
        second = one.reviewed(body="第二份。")
        between = one.core.rulebook.version
        put_into_force(one, term(TERM))
    with renewed(office) as fresh:
        assert refused(lambda: rescreen_runs.start(fresh.core, by=SECRECY, since="0000")) == "not_found"
        assert rescreened(fresh, since=between)["run"]["done"] == 1  # type: ignore[index]
        assert (fresh.row(first).rules_version, fresh.row(second).rules_version) == (
            zero,
            fresh.core.rulebook.version,
        )
        fresh.sql("UPDATE document SET rules_version = :old WHERE id = :case", old=between, case=second)
        assert rescreened(fresh, since=zero)["run"]["done"] == 2  # type: ignore[index]
        assert (
            refused(lambda: rescreen_runs.start(fresh.core, by=SECRECY, only=["2026-999999"])) == "not_found"
        )


def test_a_run_can_be_paused_and_goes_on(office: Office):
    for number in range(3):
        office.reviewed(body=f"第{number}份。")
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreen_runs.start(fresh.core, by=SECRECY)
        assert rescreen_runs.pause(fresh.core, SECRECY)["run"]["state"] == "paused"
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["done"] == 0
        assert refused(lambda: rescreen_runs.pause(fresh.core, SECRECY)) == "refused"
        rescreen_runs.resume(fresh.core, SECRECY)
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["state"] == "done"
        assert refused(lambda: rescreen_runs.resume(fresh.core, SECRECY)) == "refused"
        actions = [
            row[0]
            for row in fresh.query("SELECT action FROM audit WHERE action LIKE 'rescreen%' ORDER BY seq")
        ]
        assert actions == ["rescreen.start", "rescreen.paused", "rescreen.running", "rescreen.done"]


def test_a_document_in_other_hands_is_waited_for(office: Office):
    case = office.reviewed(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        leases.register_worker(fresh.core, host="test", pid=1)
        fresh.sql(
            "UPDATE document SET lease_owner = :owner WHERE id = :case", owner=fresh.core.worker, case=case
        )
        rescreen_runs.start(fresh.core, by=SECRECY)
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["done"] == 0
        fresh.sql("UPDATE document SET lease_owner = NULL")
        fresh.sql("UPDATE rescreen_batch SET due_at = '2026-01-01T00:00:00.000000Z'")
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["done"] == 1


def test_a_person_s_decision_during_the_screening_is_not_overwritten(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case = office.reviewed(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        whole = fresh.core.host.run_stage

        def signed_meanwhile(*words: object) -> object:
            monkeypatch.setattr(fresh.core.host, "run_stage", whole)
            fresh.decide(case, SECRECY)
            return whole(*words)  # type: ignore[arg-type]

        monkeypatch.setattr(fresh.core.host, "run_stage", signed_meanwhile)
        assert rescreening.rescreen(fresh.core, case).end is rescreening.End.BUSY
        assert rescreening.rescreen(fresh.core, case).end is rescreening.End.REOPENED
        assert refused(lambda: fresh.decide(case, FIRST)) != ""


def test_a_batch_of_a_dead_worker_is_taken_over_and_the_dead_one_is_fenced(office: Office):
    office.reviewed(body="一份。")
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreen_runs.start(fresh.core, by=SECRECY)
        fresh.sql("UPDATE rescreen_batch SET lease_owner = 'gone#1', fence = 5")
        assert reconcile.free_batches(fresh.core) == 1
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["state"] == "done"
        assert reconcile.free_batches(fresh.core) == 0


def test_who_may_ask_for_a_run(office: Office):
    for who in (SECRECY, OFFICE):
        rescreen_runs.may_ask(office.core, who)
    for who in (FIRST, CLERK):
        assert refused(lambda by=who: rescreen_runs.may_ask(office.core, by)) == "wrong_role"


def test_nothing_of_a_text_is_in_runs_and_batches(office: Office):
    office.published(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreened(fresh)
        rows = fresh.dump()
        for table in ("rescreen", "rescreen_batch", "incident", "audit"):
            assert holds({table: rows[table]}, TERM) == []


# ------------------------------------------------------------------------ kill -9


@pytest.mark.slow
def test_a_run_that_is_killed_before_any_write_ends_as_one_that_was_not(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """One document of each sort; after each kill what was held is freed, and the run goes on.

    The sandbox's threads do not live in a forked child, so the screenings are made beforehand.
    """
    review, signed = office.reviewed(TITLE, BODY), office.reviewed("关于甲号储备库的说明", BODY)
    office.sign(signed, SECRECY)
    out = office.published("关于甲号储备库的公告", BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        core = fresh.core
        rescreen_runs.start(core, by=SECRECY)
        seen = {}
        for case in (review, signed, out):
            with core.database.read() as connection:
                looked_at = load_case(core, connection, documents.fetch(connection, case))
            seen[case] = core.host.run_stage("screen", looked_at, CaseTools(core, case))
        monkeypatch.setattr(core.host, "run_stage", lambda _name, case, _tools: seen[case.document])

        def step() -> object:
            return lambda: run(fresh)

        def after(_writes: int) -> None:
            fresh.sql("UPDATE rescreen_batch SET lease_owner = NULL, fence = fence + 1")
            fresh.sql("UPDATE document SET lease_owner = NULL, fence = fence + 1")
            with core.database.read() as connection:
                assert audit.verify(connection)[1] == []

        killed_before_each_write(core.database, step, after)  # type: ignore[arg-type]
        status = rescreen_runs.status(core)
        assert (status["run"]["state"], status["run"]["done"], status["older"]) == ("done", 3, 0)
        assert len(status["incidents"]) == 1
        assert (fresh.row(review).version, fresh.row(signed).version, fresh.row(out).version) == (1, 2, 1)
        for case in (review, signed, out):
            names = [item.id for item in fresh.findings(case)]
            assert len(names) == len(set(names)) > 0
        fresh.chain_holds()
