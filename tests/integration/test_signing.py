"""What a signer is asked and shown: checklist, risk assessment, disagreements first, verbs as the core allows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    Office,
    refused,
)
from traces import holds

from disclosure_pipeline.builtin.archives.review_sheet import _decision
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.judgement import Risk, RiskLevel
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState, Verb
from disclosure_pipeline.pipeline import objections, records, referrals, signing
from disclosure_pipeline.pipeline.decisions import Decision, decide, decisions_of
from disclosure_pipeline.pipeline.signing import Dispute, SigningSheet
from disclosure_pipeline.store import documents, people, purging

SECRECY_LIST = ("secrecy.state_secrets", "secrecy.others_interests")
FINAL_LIST = ("release.procedure", "release.scope", "release.content")
MINUTES = "第12次县长办公会议纪要"
RISK = Risk(RiskLevel.HIGH, "甲号储备库一事须先解读")


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def sheet(office: Office, case: str, by: str) -> SigningSheet:
    with office.core.database.read() as connection:
        person = people.get(connection, by)
    return signing.sheet(office.core, case, person)


def detail(office: Office, case: str) -> str:
    """The last audit row's detail."""
    return str(
        office.query("SELECT detail FROM audit WHERE document = :case ORDER BY seq DESC", case=case)[0][0]
    )


# ------------------------------------------------------------------------------ checklist


def test_who_is_asked_confirms_every_compulsory_point(office: Office) -> None:
    case = office.reviewed()
    for ticked in ((), SECRECY_LIST[:1]):
        assert refused(lambda some=ticked: office.decide(case, SECRECY, checklist=some)) == "checklist_open"
    assert office.tier_states(case)[0] == "open"
    office.decide(case, SECRECY, checklist=SECRECY_LIST)
    assert all(name in detail(office, case) for name in SECRECY_LIST)
    with office.core.database.read() as connection:
        (made,) = decisions_of(connection, case)
        record = records.review_record(office.core, connection, office.row(case))
    assert made.checklist == [{"id": name, "version": 1} for name in SECRECY_LIST]
    assert "不涉及国家秘密" in _decision(record["decisions"][0])[10]


def test_a_tier_without_points_is_signed_with_none(office: Office) -> None:
    case = office.reviewed()
    office.decide(case, SECRECY)
    office.decide(case, FIRST, checklist=())
    with office.core.database.read() as connection:
        assert [item.checklist for item in decisions_of(connection, case)] == [None, []]


def test_a_point_of_another_tier_counts_for_nothing(office: Office) -> None:
    case = office.reviewed()
    for ticked in (FINAL_LIST, (*SECRECY_LIST, "release.scope"), (*SECRECY_LIST, "made.up")):
        assert (
            refused(lambda some=ticked: office.decide(case, SECRECY, checklist=some)) == "checklist_unknown"
        )


def test_a_command_is_not_asked(office: Office) -> None:
    case = office.published()
    assert office.query("SELECT count(*) FROM decision WHERE checklist IS NOT NULL") == [(0,)]
    assert office.state(case) is State.PUBLISHED


def test_withholding_confirms_too_and_a_return_does_not(office: Office) -> None:
    case = office.reviewed()
    exempt = {"reason": "会议尚在商议", "ground": "R16b"}
    assert (
        refused(lambda: office.decide(case, SECRECY, Verb.WITHHOLD, checklist=(), **exempt))
        == "checklist_open"
    )
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期", checklist=())
    assert office.state(case) is State.RETURNED


# ------------------------------------------------------------------------ risk assessment


def test_a_focus_item_is_not_concluded_without_a_written_risk_assessment(office: Office) -> None:
    case = office.reviewed(MINUTES)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST, SECOND, OFFICE)
    asked = {"checklist": ()}
    assert refused(lambda: office.decide(case, FINAL, **asked)) == "risk_required"
    blank = Risk(RiskLevel.LOW, " \n")
    assert refused(lambda: office.decide(case, FINAL, risk=blank, **asked)) == "risk_required"
    office.decide(case, FINAL, risk=RISK)
    assert "high" in detail(office, case) and RISK.text not in detail(office, case)
    with office.core.database.read() as connection:
        record = records.review_record(office.core, connection, office.row(case))
    assert _decision(record["decisions"][-1])[11] == f"高 {RISK.text}"
    office.chain_holds()


def test_an_ordinary_document_needs_none(office: Office) -> None:
    case = office.published()
    assert office.query("SELECT count(*) FROM decision WHERE risk IS NOT NULL") == [(0,)]
    assert office.state(case) is State.PUBLISHED


def test_a_new_version_asks_for_the_assessment_again(office: Office) -> None:
    case = office.reviewed(MINUTES, f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY)
    office.clear(
        case, Settlement.REDACT, *(item.id for item in office.findings(case) if item.finding.text == PHONE)
    )
    assert office.row(case).version == 2
    office.sign(case, SECRECY, FIRST, SECOND, OFFICE)
    assert refused(lambda: office.decide(case, FINAL, checklist=())) == "risk_required"


def test_purging_takes_the_words_of_the_assessment(office: Office) -> None:
    case = office.reviewed(MINUTES)
    office.clear(case, Settlement.ACCEPT)
    office.decide(case, SECRECY, risk=RISK, reason=RISK.text)
    assert holds(office.dump(), RISK.text) == ["decision", "tier"]
    with office.core.database.write() as connection:
        purging.purge_text(connection, case)
    assert holds(office.dump(), RISK.text) == []
    office.chain_holds()


# ----------------------------------------------------------------------------- the sheet


def test_the_sheet_tells_what_the_tiers_before_decided(office: Office) -> None:
    case = office.reviewed()
    office.decide(case, SECRECY, checklist=SECRECY_LIST, reason="经审查不涉密", risk=RISK)
    shown = sheet(office, case, FIRST)
    first, second, *_ = shown.tiers
    assert (first.label, first.state, first.by, first.reason) == (
        "保密审查", TierState.APPROVED, SECRECY, "经审查不涉密",
    )  # fmt: skip
    assert (first.checklist, first.risk, first.deputy_for) == (SECRECY_LIST, RISK, None)
    assert (second.state, second.by, second.checklist) == (TierState.OPEN, None, None)
    assert (shown.version, shown.disagreements, shown.frozen, shown.signed_before) == (1, (), None, None)
    assert (shown.grounds[0].code, bool(shown.grounds[0].article)) == ("R14a", True)


def test_the_open_tier_says_what_it_asks(office: Office) -> None:
    case = office.reviewed("关于调整县城区集中供热价格的公告", f"联系电话：{PHONE}。")
    asked = sheet(office, case, SECRECY).open
    assert asked is not None
    assert (asked.role, asked.final, asked.findings_open) == (Role.SECRECY, False, 1)
    assert tuple(item.id for item in asked.checklist) == SECRECY_LIST
    office.clear(case, Settlement.REDACT)
    office.sign(case, SECRECY, FIRST, SECOND)
    asked = sheet(office, case, FINAL).open
    assert asked is not None
    assert (asked.tier, asked.final, asked.meeting, asked.risk, asked.findings_open) == (
        "final",
        True,
        True,
        True,
        0,
    )
    assert tuple(item.id for item in asked.checklist) == FINAL_LIST and asked.rules == ("major.interests",)


def test_disagreements_about_the_attribute_come_first(office: Office) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT, reason="已在门户公布的办公电话")
    office.sign(case, SECRECY, FIRST)
    office.decide(case, SECOND, attribute=Attribute.ON_REQUEST, reason="宜依申请公开")
    shown = sheet(office, case, FINAL)
    first, second = shown.disagreements
    assert first.dispute is Dispute.ATTRIBUTE
    assert first.held == (("proposed", "proactive"), ("office", "on_request"), ("second", "on_request"))
    assert second.dispute is Dispute.ACCEPTED
    assert second.finding is not None and second.finding.finding.text == PHONE
    assert "attribute_undecided" in shown.uses[Verb.APPROVE].asks


def test_what_contradicts_the_attribute_is_a_disagreement_until_it_is_dismissed(office: Office) -> None:
    case = office.reviewed(body="正文。\n（此件不公开）")
    (found,) = [item for item in sheet(office, case, SECRECY).disagreements if item.finding]
    assert found.dispute is Dispute.CONTRADICTION
    office.clear(case, Settlement.DISMISS)
    assert sheet(office, case, SECRECY).disagreements == ()


def test_the_version_signed_before_is_named_for_the_difference(office: Office) -> None:
    case = office.reviewed()
    office.sign(case, SECRECY)
    office.decide(case, FIRST, Verb.RETURN, reason="请核对日期")
    office.hand_in(body="第二稿的内容。", name=f"{case} 通知.txt")
    office.work()
    shown = sheet(office, case, SECRECY)
    assert (shown.version, shown.signed_before) == (2, 1)


def test_the_frozen_files_are_listed_once_they_are_there(office: Office) -> None:
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST)
    office.decide(case, SECOND)
    waiting = sheet(office, case, FINAL)
    assert waiting.frozen is None
    assert [item.code for item in waiting.uses[Verb.APPROVE].refusals] == ["not_frozen"]
    office.work()
    ready = sheet(office, case, FINAL)
    assert ready.frozen is not None and "page.html" in [item.name for item in ready.frozen]
    assert ready.uses[Verb.APPROVE].allowed


def test_referrals_are_told_with_what_is_still_wanted(office: Office) -> None:
    case = office.reviewed()
    office.sql("UPDATE document SET referral_needed = 'countersign'")
    assert sheet(office, case, SECRECY).wanting == ("countersign",)
    office.decide(case, SECRECY, Verb.REFER, reason="请应急局书面意见")
    shown = sheet(office, case, SECRECY)
    assert (shown.state, shown.open) == (State.REFERRED, None)
    (asked,) = shown.questions
    assert (asked.kind, asked.outcome, asked.reason) == ("countersign", None, "请应急局书面意见")
    assert shown.uses[Verb.ANSWER].allowed and not shown.uses[Verb.APPROVE].allowed
    answer = referrals.Answer("示应函〔2026〕3号", "示范县应急局", "5" * 64, agree=True)
    referrals.answer(office.core, case, 1, SECRECY, answer)
    shown = sheet(office, case, SECRECY)
    assert (shown.wanting, shown.questions[0].outcome, shown.questions[0].body) == (
        (),
        "agree",
        "示范县应急局",
    )


# ------------------------------------------------------------------- the page and the core


CHAIN = (SECRECY, FIRST, SECOND, OFFICE, FINAL)
"""Who signs minutes, in order."""

WORDS = {"reason": "已核对", "ground": "R16b", "risk": RISK}
LISTS = (SECRECY_LIST, (), (), (), FINAL_LIST)


@pytest.mark.parametrize("signed", range(5))
@pytest.mark.parametrize("full", [False, True])
def test_what_the_page_offers_is_what_the_core_does(office: Office, signed: int, full: bool) -> None:
    """Each person, each verb, at each tier: who is told of objections meets one of them, and nobody else does."""
    case = office.reviewed(MINUTES)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *CHAIN[:signed])
    words = {**WORDS, "checklist": LISTS[signed]} if full else {"checklist": ()}
    offered = set()
    for name in (*CHAIN, ADMIN, CLERK):
        for verb in (Verb.APPROVE, Verb.WITHHOLD, Verb.RETURN, Verb.REFER):
            wish = Decision(verb, 1, name, **words)
            with office.core.database.read() as connection:
                row, person = documents.fetch(connection, case), people.get(connection, name)
                found = objections.against(office.core, connection, row, person, wish)
            if found:
                assert refused(lambda w=wish: decide(office.core, case, w)) in {error.code for error in found}
            else:
                offered.add((name, verb))
    verbs = {Verb.APPROVE, Verb.WITHHOLD, Verb.RETURN, Verb.REFER} if full else {Verb.APPROVE}
    assert offered == ({(CHAIN[signed], verb) for verb in verbs} if full or not LISTS[signed] else set())
    for name, verb in offered:
        if verb is Verb.APPROVE:
            decide(office.core, case, Decision(verb, 1, name, **words))


def test_asking_writes_nothing(office: Office) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    before = office.dump()
    for name in (SECRECY, FIRST, SECOND, FINAL, OFFICE):
        sheet(office, case, name)
    assert office.dump() == before


def test_why_a_verb_is_not_possible(office: Office) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    mine, other = sheet(office, case, SECRECY), sheet(office, case, FIRST)
    assert [item.code for item in mine.uses[Verb.APPROVE].refusals] == ["findings_open"]
    assert mine.uses[Verb.APPROVE].asks == ("checklist_open",)
    assert mine.uses[Verb.RETURN].allowed and mine.uses[Verb.RETURN].asks == ("reason_required",)
    assert mine.uses[Verb.WITHHOLD].asks == ("reason_required", "checklist_open", "ground_required")
    assert [item.code for item in other.uses[Verb.RETURN].refusals] == ["wrong_role"]
    assert not mine.uses[Verb.ANSWER].allowed


def test_the_sheet_is_for_the_chain_and_shows_nothing_of_a_quarantined_case(office: Office) -> None:
    office.hire("别处初审", Role.FIRST, OTHER_DEPARTMENT)
    case = office.reviewed()
    assert refused(lambda: sheet(office, case, CLERK)) == "wrong_role"
    assert refused(lambda: sheet(office, case, "别处初审")) == "not_found"
    assert refused(lambda: sheet(office, case, ADMIN)) == "not_found"
    office.hire("跨局经办", Role.CLERK, DEPARTMENT)
    office.hire("跨局经办", Role.FIRST, OTHER_DEPARTMENT)
    assert refused(lambda: sheet(office, case, "跨局经办")) == "wrong_role"
    held = office.hand_in(body="机密★10年\n\n甲号储备库位置").case
    office.work()
    assert office.state(held) is State.QUARANTINED
    for name in (SECRECY, FINAL, OFFICE):
        assert refused(lambda who=name: sheet(office, held, who)) == "not_found"
