"""A marking that newer rules find in stored documents: quarantine, recall, what is left behind, who is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rule_desk import BODY, SECRET, TERM, TITLE, counts, put_into_force, renewed, rescreened, run, term
from support import FINAL, FIRST, SECOND, SECRECY, SECRECY_2, SIGNERS, Office, refused
from traces import files_with, holds

from disclosure_pipeline.model.finding import MARKING, Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.pipeline import (
    incidents,
    isolation,
    letters,
    quarantine,
    recall,
    reconcile,
    replay,
    rescreen_batches,
    rescreen_runs,
    review,
    rules,
    views,
)
from disclosure_pipeline.pipeline.backup import backup, restore
from disclosure_pipeline.pipeline.verify import verify_channels


def marking_in_force(office: Office) -> None:
    put_into_force(office, term(TERM, kind=MARKING))


def note_of(office: Office, case: str) -> Path:
    return office.core.workspace.quarantine / incidents.NOTES / f"{case}.json"


def traces(office: Office) -> list[str]:
    """Tables and files outside quarantine and desk that hold words of the document."""
    rows = office.dump(without=("rule_change",))
    data = office.core.workspace.data
    found = [name for word in (TERM, SECRET) for name in holds(rows, word)]
    return found + [
        name
        for word in (TERM, SECRET)
        for name in files_with(data, word)
        if not name.startswith("quarantine")
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
        held = fresh.core.workspace.quarantine / fresh.row(case).spool / "archived"
        assert files_with(held, SECRET) != []
        quarantine.confirm(fresh.core, case, SECRECY, "确为密件")
        assert fresh.state(case) is State.DESTROYED
        assert files_with(fresh.core.workspace.data, SECRET) == []
        assert rescreen_runs.status(fresh.core)["incidents"] == []
        fresh.chain_holds()


def test_a_recalled_document_that_two_release_goes_its_whole_way_again(office: Office):
    case = office.published(TITLE, BODY)
    marking_in_force(office)
    with renewed(office) as fresh:
        rescreened(fresh)
        fresh.work()
        quarantine.release(fresh.core, case, SECRECY, "不是密件")
        bags = files_with(fresh.core.workspace.archive, SECRET)
        quarantine.release(fresh.core, case, SECRECY_2, "不是密件")
        assert rescreen_runs.status(fresh.core)["incidents"] == []
        fresh.work()
        assert fresh.state(case) is State.IN_REVIEW
        assert bags == [] != files_with(fresh.core.workspace.archive, SECRET)
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


def test_a_marking_in_what_was_withdrawn_long_ago_leaves_the_archive_too(office: Office):
    case = office.published(TITLE, BODY)
    recall.withdraw(office.core, case, SECRECY, "内容有误")
    office.work()
    assert files_with(office.core.workspace.archive, SECRET) != []
    marking_in_force(office)
    with renewed(office) as fresh:
        assert counts(rescreened(fresh))["quarantined"] == 1
        assert refused(lambda: quarantine.confirm(fresh.core, case, SECRECY, "确为密件")) == "channel.open"
        fresh.work()
        letters.deliver(fresh.core)
        assert fresh.state(case) is State.QUARANTINED
        assert set(fresh.channels(case).values()) == {"withdrawn"}
        assert traces(fresh) == []
        assert [item["kind"] for item in rescreen_runs.status(fresh.core)["incidents"]] == ["marking"]
        assert note_of(fresh, case).is_file()
        assert verify_channels(fresh.core)["differences"] == []
        quarantine.confirm(fresh.core, case, SECRECY, "确为密件")
        assert files_with(fresh.core.workspace.data, SECRET) == []


def test_a_marking_in_what_is_reviewed_anew_leaves_archive_and_register(office: Office):
    case = office.published(TITLE, BODY, attribute="依申请公开")
    review.open_due(office.core)
    review.settle(office.core, case, "convert", by=SECRECY, reason="已可公开")
    office.work()
    assert office.state(case) is State.IN_REVIEW
    assert files_with(office.core.workspace.register, TERM) != []
    mark = Finding(MARKING, Severity.BLOCK, None, 0, 2, 0, Place("", "body"), "own.mark")
    isolation.isolate(office.core, case, [mark], "newer")
    office.work()
    letters.deliver(office.core)
    assert (office.state(case), set(office.channels(case).values())) == (State.QUARANTINED, {"withdrawn"})
    assert traces(office) == []
    assert note_of(office, case).is_file()


@pytest.mark.parametrize("out", [False, True])
def test_a_marking_in_what_a_guard_was_cut_from_lets_the_guard_lapse(office: Office, *, out: bool):
    """The isolation changes the rules in its own transaction; that must not fence it off for ever."""
    case = office.reviewed(TITLE, f"{BODY}群众可参观机要交通主题展。")
    (found,) = office.findings(case)
    office.clear(case, Settlement.DISMISS, found.id)
    change = rules.propose_guard(
        office.core, case, found.id, before="", after="主题展", by=SECRECY, reason="展览名称"
    )
    replay.replay(office.core, change, SECRECY)
    rules.approve(office.core, change, by=SECRECY_2, reason="同意")
    with renewed(office) as one:
        if out:
            one.sign(case, *SIGNERS)
        marking_in_force(one)
        with renewed(office) as fresh:
            started = rescreen_runs.start(fresh.core, by=SECRECY)
            rescreen_batches.carry_out(fresh.core, f"{started['run']['id']}|1")
            assert fresh.state(case) is (State.WITHDRAWING if out else State.QUARANTINED)
            assert fresh.core.rules_changed()
    with renewed(office) as last:
        last.work()
        run(last)
        letters.deliver(last.core)
        assert last.state(case) is State.QUARANTINED
        assert rescreen_runs.status(last.core)["run"]["state"] == "done"
        assert traces(last) == []
        last.chain_holds()
        for who in (SECRECY, SECRECY_2):
            quarantine.release(last.core, case, who, "不是密件")
        last.work()
        assert last.state(case) is State.IN_REVIEW


def test_a_marking_stops_what_is_approved_before_it_goes_out(office: Office):
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    marking_in_force(office)
    with renewed(office) as fresh:
        fresh.work()
        letters.deliver(fresh.core)
        assert (fresh.state(case), fresh.channels(case)) == (State.QUARANTINED, {})
        assert traces(fresh) == []
        fresh.chain_holds()


def test_a_release_that_has_lapsed_lets_nothing_out(office: Office):
    """It is bound to the rules: the same characters under other rule files are judged again."""
    case = office.hand_in(TITLE, "密级标志的写法为机密★10年。").case
    office.work()
    for who in (SECRECY, SECRECY_2):
        quarantine.release(office.core, case, who, "示例文字")
    office.work()
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    office.sql("UPDATE exemption SET rules_version = 'older'")
    office.sql("UPDATE document SET rules_version = 'older'")
    office.work()
    assert (office.state(case), office.channels(case)) == (State.QUARANTINED, {})


def test_a_note_that_a_killed_worker_owed_is_written(office: Office):
    case = office.published(TITLE, BODY)
    marking_in_force(office)
    with renewed(office) as fresh:
        rescreened(fresh)
        written = json.loads(note_of(fresh, case).read_text("utf-8"))
        note_of(fresh, case).unlink()
        assert reconcile.reconcile(fresh.core)["notes"] == 1
        again = json.loads(note_of(fresh, case).read_text("utf-8"))
        assert {**again, "at": ""} == {**written, "at": ""}
        assert reconcile.reconcile(fresh.core)["notes"] == 0


def test_an_archive_that_cannot_move_its_bag_holds_the_recall_up(office: Office):
    case = office.published(TITLE, BODY)
    marking_in_force(office)
    with renewed(office) as fresh:
        rescreened(fresh)
        target = fresh.core.workspace.quarantine / fresh.row(case).spool / "archived"
        target.write_text("no folder")
        fresh.work()
        assert (fresh.state(case), fresh.channels(case)["archive"]) == (State.WITHDRAWING, "withdrawing")
        assert len(fresh.faults(case)) == 1
        target.unlink()
        fresh.retry_now()
        fresh.work()
        assert fresh.state(case) is State.QUARANTINED
        assert files_with(fresh.core.workspace.archive, SECRET) == []
