"""Screening stored text again under newer rules: what it adds, voids, flags, recalls; and that it can be killed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from killing import killed_before_each_write
from rule_desk import guard, put_into_force, renewed, rescreened, run, term
from support import CLERK, FINAL, FIRST, OFFICE, PHONE, SECOND, SECRECY, SECRECY_2, SIGNERS, Office, refused
from traces import files_with, holds

from disclosure_pipeline.model.finding import MARKING, Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import (
    incidents,
    leases,
    letters,
    publication,
    quarantine,
    reconcile,
    rescreen_runs,
    rescreening,
    views,
)
from disclosure_pipeline.pipeline.backup import backup, restore
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.referrals import Answer, answer
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.pipeline.verify import verify_channels
from disclosure_pipeline.store import audit, documents

TERM, SECRET = "甲号储备库", "示例物资三百箱"
TITLE = f"关于{TERM}开放日的通知"
BODY = f"市民可于周六到{TERM}参观，现场陈列{SECRET}。"
LITERAL = "D1.term_of_secrecy"


def marking_in_force(office: Office) -> None:
    put_into_force(office, term(TERM, kind=MARKING))


def counts(status: dict[str, object]) -> dict[str, int]:
    return status["run"]["counts"]  # type: ignore[index]


def kinds(office: Office, case: str) -> list[tuple[str, bool]]:
    return [(item.finding.kind, item.settled is not None) for item in office.findings(case)]


# ------------------------------------------------------------------------ under review


def test_a_version_that_nobody_signed_gets_the_findings(office: Office):
    case = office.reviewed(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        status = rescreened(fresh)
        assert counts(status)["found"] == 1 and counts(status)["appeared"] >= 1
        assert (fresh.state(case), fresh.row(case).version) == (State.IN_REVIEW, 1)
        assert set(kinds(fresh, case)) == {("secrecy.term", False)}
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"
        assert fresh.row(case).rules_version == fresh.core.rulebook.version
        assert fresh.steps(case)[-1] == "rescreen"
        fresh.clear(case, Settlement.ACCEPT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.PUBLISHED
        fresh.chain_holds()


def test_signatures_given_without_the_findings_are_void(office: Office):
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.row(case).frozen_digest is not None
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        status = rescreened(fresh)
        assert counts(status)["reopened"] == 1
        assert [state for _, state, _ in fresh.tiers(case, 1)] == ["void"] * 4
        assert [state for _, state, _ in fresh.tiers(case, 2)] == ["open"] * 4
        assert (fresh.row(case).version, fresh.row(case).frozen_digest) == (2, None)
        assert refused(lambda: fresh.decide(case, FINAL, version=1)) == "stale_version"
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"
        fresh.clear(case, Settlement.ACCEPT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.PUBLISHED
        fresh.chain_holds()


def test_what_is_approved_and_not_out_yet_stays_in(office: Office):
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    assert office.state(case) is State.APPROVED
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreened(fresh)
        assert (fresh.state(case), fresh.row(case).version, fresh.row(case).final) == (
            State.IN_REVIEW,
            2,
            None,
        )
        fresh.work()
        assert fresh.state(case) is State.IN_REVIEW
        assert fresh.channels(case) == {}
        assert files_with(fresh.core.workspace.site, TERM) == []
        fresh.chain_holds()


def test_an_outside_answer_does_not_carry_old_signatures_over(office: Office, tmp_path: Path):
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY)
    office.decide(case, FIRST, Verb.REFER, reason="请上级确认")
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreened(fresh)
        assert (fresh.state(case), fresh.row(case).version) == (State.REFERRED, 2)
        scan = "0" * 64
        answer(fresh.core, case, 2, OFFICE, Answer("示函1号", "示范县国家保密局", scan, agree=True))
        assert fresh.state(case) is State.IN_REVIEW
        assert [state for _, state, _ in fresh.tiers(case)] == ["open"] * 4
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"


def test_findings_that_ask_for_more_tiers_get_them(office: Office):
    (rule,) = [item for item in office.core.rulebook.routes if item.id == "focus.special"] or [None]
    wanted = next(
        (item for item in office.core.rulebook.routes if item.finding_kinds and (item.add or item.refer)),
        rule,
    )
    assert wanted is not None
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY, FIRST)
    put_into_force(office, term(TERM, kind=wanted.finding_kinds[0]))
    with renewed(office) as fresh:
        rescreened(fresh)
        row = fresh.row(case)
        asked = set(row.referral_needed.split(",")) | {name for name, _, _ in fresh.tiers(case)}
        assert {wanted.refer, *wanted.add} - {""} <= asked
        assert {state for _, state, _ in fresh.tiers(case)} == {"open"}


def test_a_guard_takes_open_findings_away_and_leaves_settled_ones(office: Office):
    beside = "群众可参观机要交通主题展。"
    settled, open_one = office.reviewed(body=beside), office.reviewed(body=beside + "欢迎前来。")
    office.clear(settled, Settlement.DISMISS)
    put_into_force(office, guard(LITERAL, after="主题展", words="机要交通"))
    with renewed(office) as fresh:
        status = rescreened(fresh)
        assert counts(status)["vanished"] == 1
        assert kinds(fresh, open_one) == []
        assert kinds(fresh, settled) == [("secrecy.term", True)]
        fresh.decide(open_one, SECRECY)


def test_a_rule_file_that_finds_less_takes_nothing_away(office: Office):
    """Only a change by two people does; who edits a file alone removes no open finding."""
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    ((found, *_),) = [office.findings(case)]
    office.sql("UPDATE finding SET rule = 'gone.rule', id = 'fgone00000001'")
    assert rescreened(office, only=[case])["run"]["counts"].get("vanished", 0) == 0  # type: ignore[index]
    assert "gone.rule" in {item.finding.rule for item in office.findings(case)}
    assert found.finding.rule in {item.finding.rule for item in office.findings(case)}


# ------------------------------------------------------------------------ out


def test_a_published_document_becomes_an_incident(office: Office):
    case = office.published(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        status = rescreened(fresh)
        assert counts(status)["incident"] == 1
        (told,) = status["incidents"]  # type: ignore[misc]
        assert (told["document"], told["kind"], told["state"]) == (case, "finding", "published")
        assert (fresh.state(case), fresh.row(case).version) == (State.PUBLISHED, 1)
        assert fresh.faults(case) == ["rescreen.incident"]
        assert ("secrecy.term", False) in kinds(fresh, case)
        assert rescreened(fresh, only=[case])["incidents"] == status["incidents"]
        for who, code in ((FIRST, "wrong_role"), (OFFICE, "wrong_role")):
            assert refused(lambda by=who: incidents.keep(fresh.core, case, by=by, reason="无碍")) == code
        assert refused(lambda: incidents.keep(fresh.core, case, by=SECRECY, reason=" ")) == "reason_required"
        assert incidents.keep(fresh.core, case, by=SECRECY, reason="对外公开场所") == 1
        assert (fresh.faults(case), rescreen_runs.status(fresh.core)["incidents"]) == ([], [])
        assert refused(lambda: incidents.keep(fresh.core, case, by=SECRECY, reason="无碍")) == "not_found"
        assert rescreened(fresh, only=[case])["incidents"] == []
        fresh.chain_holds()


def test_a_withdrawal_ends_the_incident(office: Office):
    case = office.published(TITLE, BODY)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        rescreened(fresh)
        publication.withdraw(fresh.core, case, SECRECY, "先行撤回")
        fresh.work()
        assert fresh.state(case) is State.WITHDRAWN
        assert rescreen_runs.status(fresh.core)["incidents"] == []
        assert fresh.query("SELECT outcome, closed_by FROM incident") == [("withdrawn", SECRECY)]


def test_what_can_no_longer_be_looked_at_is_undetermined(office: Office):
    published, review = office.published(TITLE, BODY), office.reviewed(body="另一份文稿。")
    office.sql("DELETE FROM extract")
    status = rescreened(office, only=[published, review])
    (told,) = status["incidents"]  # type: ignore[misc]
    assert (told["document"], told["kind"]) == (published, "undetermined")
    assert counts(status)["undetermined"] == 2
    assert {kind for kind, _ in kinds(office, review)} == {"check.undetermined"}
    assert refused(lambda: office.decide(review, SECRECY)) == "findings_open"


def test_one_part_without_text_is_undetermined_too(office: Office):
    case = office.reviewed(TITLE, BODY)
    office.sql("DELETE FROM extract WHERE position = 0")
    rescreened(office, only=[case])
    assert "text.missing" in {item.finding.rule for item in office.findings(case)}


def test_a_settled_doubt_does_not_settle_a_new_one(office: Office):
    case = office.reviewed(TITLE, BODY)
    office.sql("DELETE FROM extract WHERE position = 0")
    rescreened(office, only=[case])
    office.clear(case, Settlement.ACCEPT)
    known = len(office.findings(case))
    rescreened(office, only=[case])
    assert len(office.findings(case)) == known
    office.sql("DELETE FROM extract")
    rescreened(office, only=[case])
    assert len([item for item in office.findings(case) if item.settled is None]) > 0


# ------------------------------------------------------------------------ markings


def traces(office: Office) -> list[str]:
    """Tables and files outside quarantine, archive and desk that hold words of the document."""
    rows = office.dump(without=("rule_change",))
    data = office.core.workspace.data
    found = [name for word in (TERM, SECRET) for name in holds(rows, word)]
    return found + [
        name
        for word in (TERM, SECRET)
        for name in files_with(data, word)
        if not name.startswith(("quarantine", "archive"))
    ]


def test_a_marking_under_review_is_quarantined(office: Office):
    case = office.reviewed(TITLE, BODY)
    marking_in_force(office)
    assert traces(office) != []
    with renewed(office) as fresh:
        assert counts(rescreened(fresh))["quarantined"] == 1
        assert fresh.state(case) is State.QUARANTINED
        letters.deliver(fresh.core)
        assert traces(fresh) == []
        folder = fresh.core.workspace.quarantine / fresh.row(case).spool
        assert files_with(folder, SECRET) != []
        fresh.chain_holds()


@pytest.mark.parametrize("attribute", ["主动公开", "依申请公开"])
def test_a_marking_in_what_is_out_is_recalled_and_leaves_no_text(office: Office, attribute: str):
    case = office.published(TITLE, BODY, attribute=attribute)
    number = office.row(case).index_number
    marking_in_force(office)
    with renewed(office) as fresh:
        assert counts(rescreened(fresh))["recalled"] == 1
        assert fresh.state(case) is State.WITHDRAWING
        rows = fresh.dump(without=("rule_change",))
        assert [(word, holds(rows, word)) for word in (TERM, SECRET) if holds(rows, word)] == []
        assert files_with(fresh.core.workspace.vault, SECRET) == []
        fresh.work()
        letters.deliver(fresh.core)
        assert (fresh.state(case), fresh.row(case).index_number) == (State.QUARANTINED, number)
        assert set(fresh.channels(case).values()) == {"withdrawn"}
        assert traces(fresh) == []
        (told,) = rescreen_runs.status(fresh.core)["incidents"]
        assert (told["document"], told["kind"]) == (case, "marking")
        note = json.loads((fresh.core.workspace.quarantine / "incidents" / f"{case}.json").read_text("utf-8"))
        assert note["index_number"] == number and len(note["copies_may_lie_in"]) >= 5
        assert views.show(fresh.core, case)["title"] is None
        assert (
            refused(lambda: incidents.keep(fresh.core, case, by=SECRECY, reason="无碍")) == "incident.marking"
        )
        quarantine.confirm(fresh.core, case, SECRECY, "确为密件")
        assert fresh.state(case) is State.DESTROYED
        assert files_with(fresh.core.workspace.quarantine, SECRET) == []
        assert rescreen_runs.status(fresh.core)["incidents"] == []
        fresh.chain_holds()


def test_a_recalled_document_that_two_release_goes_its_whole_way_again(office: Office):
    case = office.published(TITLE, BODY)
    marking_in_force(office)
    with renewed(office) as fresh:
        rescreened(fresh)
        fresh.work()
        quarantine.release(fresh.core, case, SECRECY, "不是密件")
        quarantine.release(fresh.core, case, SECRECY_2, "不是密件")
        assert rescreen_runs.status(fresh.core)["incidents"] == []
        fresh.work()
        assert fresh.state(case) is State.IN_REVIEW
        assert {state for _, state, _ in fresh.tiers(case)} == {"open"}
        fresh.clear(case, Settlement.ACCEPT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.PUBLISHED, fresh.faults(case)
        assert set(fresh.channels(case).values()) == {"done"}
        fresh.chain_holds()


def test_what_two_have_released_is_not_torn_down_by_other_rule_files(office: Office):
    case = office.hand_in(TITLE, "密级标志的写法为机密★10年。").case
    office.work()
    for who in (SECRECY, SECRECY_2):
        quarantine.release(office.core, case, who, "示例文字")
    office.work()
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    office.sql("UPDATE exemption SET rules_version = 'older'")
    office.sql("UPDATE document SET rules_version = 'older'")
    status = rescreened(office)
    (told,) = status["incidents"]  # type: ignore[misc]
    assert (told["kind"], office.state(case)) == ("released", State.PUBLISHED)
    assert incidents.keep(office.core, case, by=SECRECY, reason="已解除隔离的示例") == 1


def test_a_recall_outlives_the_restore_of_an_older_backup(office: Office, tmp_path: Path):
    case = office.published(TITLE, BODY)
    backup(office.core, tmp_path / "saved")
    marking_in_force(office)
    with renewed(office) as fresh:
        rescreened(fresh)
        fresh.work()
        assert fresh.state(case) is State.QUARANTINED
    restore(office.core, tmp_path / "saved")
    assert office.state(case) is State.WITHDRAWING
    assert holds(office.dump(), SECRET) == []
    verify_channels(office.core, by="os:test")
    office.work()
    reconcile.reconcile(office.core)
    assert office.state(case) is State.QUARANTINED
    assert files_with(office.core.workspace.vault, SECRET) == []


# ------------------------------------------------------------------------ runs


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
