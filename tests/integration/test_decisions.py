"""Who may decide what, on which version: each rule of the procedure with a test that needs it."""

from __future__ import annotations

import pytest
from support import (
    BROKEN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
    at_once,
    refused,
)

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.judgement import Risk, RiskLevel
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import leases, referrals
from disclosure_pipeline.pipeline.decisions import Decision, decide, decisions_of
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import carry_on, conclude, next_case
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.store.purging import purge_text

SCAN = "5" * 64


# ---------------------------------------------------------------------------- order and people


def test_tiers_are_signed_in_order(office: Office):
    case = office.reviewed()
    for early in (FIRST, SECOND, FINAL):
        assert refused(lambda who=early: office.decide(case, who)) == "wrong_role"
    office.sign(case, *SIGNERS)
    assert office.tiers(case) == [
        ("secrecy", "approved", SECRECY), ("first", "approved", FIRST), ("second", "approved", SECOND),
        ("final", "approved", FINAL),
    ]  # fmt: skip
    assert office.state(case) is State.PUBLISHED
    office.chain_holds()


def test_who_comes_too_late_is_told_so_and_nobody_else(office: Office):
    office.hire("迟到员", Role.SECRECY)
    office.hire("两岗员", Role.SECRECY)
    office.hire("两岗员", Role.SECOND)
    office.hire("别处初审", Role.FIRST, OTHER_DEPARTMENT)
    case = office.reviewed()
    office.sign(case, SECRECY)
    codes = {
        who: refused(lambda who=who: office.decide(case, who))
        for who in (SECRECY, "迟到员", "两岗员", "别处初审", SECOND, OFFICE)
    }
    assert codes == {
        SECRECY: "already_signed", "迟到员": "already_signed", "两岗员": "wrong_role", "别处初审": "wrong_role",
        SECOND: "wrong_role", OFFICE: "wrong_role",
    }  # fmt: skip
    office.sign(case, FIRST)
    assert refused(lambda: office.decide(case, FIRST, Verb.RETURN, reason="重看")) == "already_signed"
    assert office.tier_states(case) == ["approved", "approved", "open", "open"]


def test_every_tier_is_signed_by_a_different_person(office: Office):
    office.hire("多面手", Role.SECRECY)
    office.hire("多面手", Role.FIRST, DEPARTMENT)
    case = office.reviewed()
    office.sign(case, "多面手")
    assert refused(lambda: office.decide(case, "多面手")) == "same_person"
    office.sign(case, FIRST)


def test_who_handed_the_draft_in_does_not_sign_it(office: Office):
    office.hire(CLERK, Role.SECRECY)
    case = office.reviewed()
    assert refused(lambda: office.decide(case, CLERK)) == "drafter"
    office.decide(case, SECRECY)


def test_nobody_who_handed_in_any_version_signs(office: Office):
    office.hire("起草人", Role.SECRECY)
    office.hire("改稿人", Role.SECRECY)
    case = office.reviewed(by="起草人")
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    office.hand_in(name=f"{case} 改.txt", by="改稿人")
    office.work()
    for who in ("起草人", "改稿人"):
        assert refused(lambda name=who: office.decide(case, name)) == "drafter"
    office.sign(case, SECRECY)


def test_when_nobody_signed_for_a_drop_no_clerk_of_the_department_signs_it(office: Office):
    office.hire(CLERK, Role.SECRECY)
    office.hire("别处经办", Role.CLERK, OTHER_DEPARTMENT)
    office.hire("别处经办", Role.SECRECY)
    case = office.reviewed(by=None)
    assert refused(lambda: office.decide(case, CLERK)) == "drafter"
    office.decide(case, "别处经办")


def test_the_head_of_another_department_does_not_sign_the_first_tier(office: Office):
    office.hire("别处初审", Role.FIRST, OTHER_DEPARTMENT)
    case = office.reviewed()
    office.sign(case, SECRECY)
    assert refused(lambda: office.decide(case, "别处初审")) == "wrong_role"
    office.sign(case, FIRST)


def test_nobody_decides_on_a_document_that_is_not_in_review(office: Office):
    case = office.hand_in().case
    assert refused(lambda: office.decide(case, SECRECY)) == "refused"
    office.work()
    office.sign(case, *SIGNERS)
    assert refused(lambda: office.decide(case, FINAL)) == "refused"
    assert refused(lambda: office.decide(case, SECRECY, Verb.ANSWER, reason="x")) == "refused"


def test_who_is_not_known_decides_nothing(office: Office):
    case = office.reviewed()
    assert refused(lambda: office.decide(case, "无名氏")) == "not_found"
    assert office.tiers(case)[0][1] == "open"


def test_of_two_officers_who_decide_at_once_one_wins(office: Office):
    cases = [office.reviewed() for _ in range(3)]
    for case in cases:
        answers = at_once(
            lambda c=case: office.decide(c, SECRECY, version=1),
            lambda c=case: office.decide(c, SECRECY_2, Verb.RETURN, version=1, reason="请核对"),
        )
        assert sum(isinstance(answer, State) for answer in answers) == 1
        with office.core.database.read() as connection:
            verbs = [item.verb for item in decisions_of(connection, case)]
        if office.state(case) is State.RETURNED:
            assert verbs in (["return"],)
        else:
            assert (office.state(case), verbs) == (State.IN_REVIEW, ["approve"])
    office.chain_holds()


def test_of_two_officers_who_sign_the_same_tier_at_once_one_wins(office: Office):
    for _ in range(3):
        case = office.reviewed()
        answers = at_once(
            lambda c=case: office.decide(c, SECRECY, version=1),
            lambda c=case: office.decide(c, SECRECY_2, version=1),
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["NotAllowed", "State"]
        assert office.tier_states(case) == ["approved", "open", "open", "open"]


# ---------------------------------------------------------------------------- findings, meeting, referral


def test_the_secrecy_tier_closes_only_when_every_finding_is_settled(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"
    office.clear(case, Settlement.ACCEPT)
    office.decide(case, SECRECY)


def test_findings_for_information_need_no_settling(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.sql("UPDATE finding SET severity = 'info'")
    office.decide(case, SECRECY)


def test_the_secrecy_tier_never_closes_by_itself(office: Office):
    case = office.reviewed()
    assert office.findings(case) == []
    assert refused(lambda: office.decide(case, FIRST)) == "wrong_role"
    assert office.tier_states(case) == ["open"] * 4


def test_a_major_matter_names_its_meeting(office: Office):
    case = office.reviewed("关于调整县城区集中供热价格的公告")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, FINAL)) == "meeting_required"
    assert refused(lambda: office.decide(case, FINAL, meeting="  ")) == "meeting_required"
    risk = Risk(RiskLevel.MEDIUM, "已准备政策解读。")
    long = "议" * 101
    assert refused(lambda: office.decide(case, FINAL, meeting=long, risk=risk)) == "meeting_long"
    office.decide(case, FINAL, meeting="第9次局务会", risk=risk)
    assert "第9次局务会" in str(office.query("SELECT meeting FROM decision"))
    assert "第9次局务会" not in str(office.query("SELECT detail FROM audit"))


def test_what_was_typed_as_a_meeting_goes_with_the_text(office: Office):
    title = "关于磐石计划的议题"
    case = office.reviewed()
    office.decide(case, SECRECY, meeting=title)
    office.decide(case, FIRST, Verb.RETURN, reason="重看", ground=title)
    assert "磐石" in str(office.query("SELECT meeting FROM decision"))
    with office.core.database.write() as connection:
        purge_text(connection, case)
    assert "磐石" not in str(office.dump())
    office.chain_holds()


def test_a_focus_item_gets_its_tier(office: Office):
    case = office.reviewed("关于重大行政决策事项目录的公告")
    assert [name for name, _, _ in office.tiers(case)] == ["secrecy", "first", "second", "focus", "final"]
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, FINAL)) == "wrong_role"
    office.sign(case, OFFICE)
    office.sign(case, FINAL, risk=Risk(RiskLevel.LOW, "公开后无不良影响。"))
    assert office.state(case) is State.PUBLISHED


# ---------------------------------------------------------------------------- frozen, returned, recorded


def test_the_final_tier_waits_for_the_frozen_copy(office: Office):
    case = office.reviewed()
    for who in (SECRECY, FIRST, SECOND):
        office.decide(case, who)
    assert refused(lambda: office.decide(case, FINAL)) == "not_frozen"
    office.work()
    assert office.row(case).frozen_digest
    office.decide(case, FINAL)
    with office.core.database.read() as connection:
        last = decisions_of(connection, case)[-1]
    assert (last.by, last.frozen) == (FINAL, office.row(case).frozen_digest)


def test_a_copy_that_was_built_for_an_older_version_is_not_frozen_for_the_present_one(office: Office):
    """Somebody settles a finding anew while a worker builds the public copy."""
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    for who in (SECRECY, FIRST, SECOND):
        office.decide(case, who)
    tools = CaseTools(office.core, case)
    with leases.claimed(office.core, case) as lease:
        assert lease is not None
        present = next_case(office.core, lease)
        assert present is not None
        outcome = conclude(office.core, present, tools)
        office.clear(case, Settlement.REDACT, office.findings(case)[0].id)
        assert refused(lambda: record(outcome, office.core, lease, present)) == "fenced"
    tools.close()
    assert (office.row(case).version, office.row(case).frozen_digest) == (2, None)
    for who in (SECRECY, FIRST, SECOND):
        office.decide(case, who)
    assert refused(lambda: office.decide(case, FINAL)) == "not_frozen"
    office.work()
    office.sign(case, FINAL)
    assert office.state(case) is State.PUBLISHED


@pytest.mark.parametrize("level", range(4))
def test_every_tier_may_return_the_draft(office: Office, level: int):
    case = office.reviewed()
    office.sign(case, *SIGNERS[:level])
    office.decide(case, SIGNERS[level], Verb.RETURN, reason="请核对日期")
    assert office.state(case) is State.RETURNED
    states = ["approved"] * level + ["returned"] + ["void"] * (3 - level)
    assert office.tier_states(case) == states
    office.work()
    office.core.database.forget()
    carry_on(office.core, case)
    assert any("退回说明" in name for name in office.letters())


def test_what_needs_attention_is_returned_by_those_who_look_after_it(office: Office):
    case = office.hand_in(name="坏.docx", raw=BROKEN).case
    office.work()
    assert office.state(case) is State.ATTENTION
    assert refused(lambda: office.decide(case, FIRST, Verb.RETURN, reason="不能打开")) == "wrong_role"
    assert refused(lambda: office.decide(case, OFFICE, Verb.RETURN, version=2, reason="x")) == "stale_version"
    assert office.decide(case, OFFICE, Verb.RETURN, reason="不能打开") is State.RETURNED


def test_a_signature_on_paper_is_recorded_with_its_scan(office: Office):
    case = office.reviewed()
    paper = office.folder / "scan.pdf"
    paper.write_bytes(b"%PDF signed")
    scan = file_digest(paper)
    office.core.vault.put(paper, scan)
    office.decide(case, SECRECY, recorded_by="管员", scan=scan)
    with office.core.database.read() as connection:
        (made,) = decisions_of(connection, case)
    assert (made.by, made.recorded_by, made.scan) == (SECRECY, "管员", scan)
    assert scan in str(office.query("SELECT detail FROM audit WHERE action = 'sign'"))
    assert refused(lambda: office.decide(case, SECRECY, recorded_by="管员", scan=scan)) == "already_signed"


def test_a_refused_decision_leaves_no_trace(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    before = office.dump()
    refused(lambda: office.decide(case, SECRECY))
    refused(lambda: office.decide(case, FIRST))
    refused(lambda: office.decide(case, SECRECY, Verb.WITHHOLD, reason="x"))
    assert office.dump() == before


def test_decide_answers_with_the_state(office: Office):
    case = office.reviewed()
    assert decide(office.core, case, Decision(Verb.APPROVE, 1, SECRECY)) is State.IN_REVIEW
    assert decide(office.core, case, Decision(Verb.REFER, 1, FIRST, reason="拿不准")) is State.REFERRED
    answer = referrals.Answer("示密〔2026〕1号", "示范县保密局", SCAN, agree=False)
    assert referrals.answer(office.core, case, 1, OFFICE, answer) is State.RETURNED
