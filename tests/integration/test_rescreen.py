"""Screening stored text again under newer rules: what it adds, voids, flags, recalls; and who is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rule_desk import (
    BODY,
    SECRET,
    TERM,
    TITLE,
    counts,
    guard,
    kinds,
    put_into_force,
    renewed,
    rescreened,
    run,
    term,
)
from sqlalchemy import update
from support import FINAL, FIRST, OFFICE, PHONE, SECOND, SECRECY, SIGNERS, Office, refused
from traces import files_with

from disclosure_pipeline.model.finding import Fault, Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.pipeline import (
    incidents,
    recall,
    rescreen_runs,
    rescreening,
)
from disclosure_pipeline.pipeline.referrals import Answer, answer
from disclosure_pipeline.store.tables import document, finding

LITERAL = "D1.term_of_secrecy"


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


def older_rules_said(office: Office, case: str, **values: object) -> None:
    """What stands in the rows as if older rules had found it."""
    with office.core.database.write() as connection:
        connection.execute(update(finding).where(finding.c.document == case).values(**values))
        connection.execute(update(document).where(document.c.id == case).values(rules_version="older"))


def test_what_older_rules_called_information_must_be_settled(office: Office):
    case = office.reviewed(TITLE, f"{BODY}联系人电话{PHONE}。")
    older_rules_said(office, case, severity="info")
    office.sign(case, SECRECY, FIRST)
    put_into_force(office, term("别处没有的词"))
    with renewed(office) as fresh:
        assert counts(rescreened(fresh))["reopened"] == 1
        assert kinds(fresh, case) == [("privacy.mobile", False)]
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"
        assert rescreening.rescreen(fresh.core, case).end is rescreening.End.SAME
        fresh.clear(case, Settlement.REDACT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.PUBLISHED


def test_what_was_settled_before_it_bound_more_must_be_settled_again(office: Office):
    case = office.reviewed(TITLE, f"{BODY}联系人电话{PHONE}。")
    office.clear(case, Settlement.DISMISS)
    put_into_force(office, term("别处没有的词"))
    with renewed(office) as fresh:
        rescreened(fresh)
        assert kinds(fresh, case) == [("privacy.mobile", True)]
        older_rules_said(fresh, case, severity="info")
        rescreened(fresh)
        assert kinds(fresh, case) == [("privacy.mobile", False)]


def test_a_list_that_has_grown_says_more():
    first = Finding("privacy.mobile", Severity.REVIEW, "1", 0, 11, 3, Place("text", "table"), "D9.mobile")
    listed = replace(first, more=((4, 0, 11),), count=2)
    assert rescreening.says_more(listed, first)
    assert not rescreening.says_more(first, listed)
    assert not rescreening.says_more(listed, replace(listed, count=3))
    assert rescreening.says_more(replace(first, severity=Severity.BLOCK), first)


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
        recall.withdraw(fresh.core, case, SECRECY, "先行撤回")
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


def test_nothing_goes_out_that_the_rules_in_force_would_stop(office: Office):
    """Signed to the end under older rules, and nobody has asked for a re-screening yet."""
    found, unread, clear = (office.reviewed(TITLE, body) for body in (BODY, f"{BODY}附件略。", "照常开放。"))
    for case in (found, unread, clear):
        office.sign(case, SECRECY, FIRST, SECOND)
    for case in (found, unread, clear):
        office.decide(case, FINAL)
    put_into_force(office, term(SECRET))
    office.sql("DELETE FROM extract WHERE document = :case", case=unread)
    with renewed(office) as fresh:
        fresh.work()
        assert [fresh.state(case) for case in (found, unread)] == [State.IN_REVIEW] * 2
        assert [fresh.channels(case) for case in (found, unread)] == [{}] * 2
        assert ("secrecy.term", False) in kinds(fresh, found)
        assert ("check.undetermined", False) in kinds(fresh, unread)
        assert files_with(fresh.core.workspace.site, SECRET) == []
        assert fresh.state(clear) is State.PUBLISHED
        assert fresh.row(clear).rules_version == fresh.core.rulebook.version
        fresh.chain_holds()


def test_what_cannot_be_screened_before_it_goes_out_stays_in(office: Office, monkeypatch: pytest.MonkeyPatch):
    case = office.reviewed(TITLE, BODY)
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        monkeypatch.setattr(rescreening, "load_case", lambda *_: 1 / 0)
        fresh.work()
        assert (fresh.state(case), fresh.channels(case)) == (State.APPROVED, {})
        assert fresh.faults(case) != []


def test_an_incident_stops_what_is_on_its_way(office: Office):
    case = office.reviewed(TITLE, BODY)
    site = office.core.workspace.site
    site.rename(site.with_name("aside"))
    site.write_text("no folder")
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHING
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        assert counts(rescreened(fresh))["incident"] == 1
        site.unlink()
        site.with_name("aside").rename(site)
        fresh.retry_now()
        fresh.work()
        assert (fresh.state(case), fresh.channels(case)["site"]) == (State.PUBLISHING, "failed")
        assert "incident.open" in fresh.faults(case)
        assert files_with(site, TERM) == []
        incidents.keep(fresh.core, case, by=SECRECY, reason="对外公开场所")
        fresh.retry_now()
        fresh.work()
        assert (fresh.state(case), fresh.faults(case)) == (State.PUBLISHED, [])


def test_what_older_rules_let_out_waits_until_newer_ones_have_looked(office: Office):
    case = office.reviewed(TITLE, BODY)
    site = office.core.workspace.site
    site.rename(site.with_name("aside"))
    site.write_text("no folder")
    office.sign(case, *SIGNERS)
    put_into_force(office, term("乙号储备库"))
    site.unlink()
    site.with_name("aside").rename(site)
    with renewed(office) as fresh:
        for worker in (office, fresh):
            worker.retry_now()
            worker.work()
            assert (fresh.state(case), fresh.channels(case)["site"]) == (State.PUBLISHING, "failed")
            assert fresh.faults(case) == ["rules.older"]
        rescreened(fresh)
        fresh.retry_now()
        fresh.work()
        assert (fresh.state(case), fresh.faults(case)) == (State.PUBLISHED, [])


def test_what_cannot_be_screened_again_goes_to_a_person(office: Office, monkeypatch: pytest.MonkeyPatch):
    published, review = office.published(TITLE, BODY), office.reviewed(body="另一份文稿。")
    put_into_force(office, term("乙号储备库"))
    with renewed(office) as fresh:
        whole = rescreening.load_case
        monkeypatch.setattr(rescreening, "load_case", lambda *_: 1 / 0)
        for _ in range(2):
            status = rescreened(fresh)
            assert counts(status)["failed"] == 2
            (told,) = status["incidents"]  # type: ignore[misc]
            assert (told["document"], told["kind"], status["older"]) == (published, "undetermined", 2)
        assert sorted(fresh.faults(published)) == ["internal", "rescreen.incident"]
        assert fresh.faults(review) == ["internal"]
        monkeypatch.setattr(rescreening, "load_case", whole)
        assert rescreened(fresh)["older"] == 0
        assert (fresh.faults(published), fresh.faults(review)) == (["rescreen.incident"], [])
        assert incidents.keep(fresh.core, published, by=SECRECY, reason="已人工核查") == 1


def test_a_doubt_that_is_known_lets_no_finding_vanish(office: Office):
    """What could not be read may hold the very place: that nobody found it again says nothing."""
    case = office.reviewed(body="群众可参观机要交通主题展。")
    put_into_force(office, guard(LITERAL, after="主题展", words="机要交通"))
    office.sql("DELETE FROM extract")
    with renewed(office) as fresh:
        for _ in range(2):
            rescreened(fresh, only=[case])
            assert ("secrecy.term", False) in kinds(fresh, case)
            doubts = [item.id for item in fresh.findings(case) if item.finding.kind == "check.undetermined"]
            fresh.clear(case, Settlement.ACCEPT, *doubts)


def test_a_full_disk_is_no_doubt_about_a_document(office: Office, monkeypatch: pytest.MonkeyPatch):
    case = office.published(TITLE, BODY)
    put_into_force(office, term("乙号储备库"))
    with renewed(office) as fresh:
        full = Fault("disk.full", "screen", "No space.", "Make room.")
        monkeypatch.setattr(fresh.core.host, "run_stage", lambda *_: full)
        status = rescreened(fresh)
        assert (status["run"]["done"], status["incidents"], fresh.faults(case)) == (0, [], [])  # type: ignore[index]
        monkeypatch.undo()
        fresh.sql("UPDATE rescreen_batch SET due_at = '2026-01-01T00:00:00.000000Z'")
        run(fresh)
        assert rescreen_runs.status(fresh.core)["run"]["state"] == "done"
