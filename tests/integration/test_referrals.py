"""报审, 会签, 专项审批: a document stops until the outside answer is recorded."""

from __future__ import annotations

import json

import pytest
from support import FINAL, FIRST, OFFICE, SECOND, SECRECY, SIGNERS, Office, refused

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import letters, referrals
from disclosure_pipeline.pipeline.referrals import Answer
from disclosure_pipeline.service.desk import submit
from disclosure_pipeline.store.purging import purge_text

SCAN = "5" * 64
YES = Answer("示密〔2026〕1号", "示范县保密局", SCAN, agree=True)
NO = Answer("示密〔2026〕2号", "示范县保密局", SCAN, agree=False)


def referred(office: Office, by: str = FIRST) -> str:
    case = office.reviewed()
    office.sign(case, *SIGNERS[: SIGNERS.index(by)])
    assert office.decide(case, by, Verb.REFER, reason="拿不准是否可以公开") is State.REFERRED
    return case


def demanded(office: Office, kinds: str, title: str = "关于联合行动的通知") -> str:
    """A document of which a rule asks an outside answer before the last signature."""
    case = office.reviewed(title)
    office.sql("UPDATE document SET referral_needed = :kinds WHERE id = :case", kinds=kinds, case=case)
    office.sign(case, SECRECY, FIRST, SECOND)
    return case


def test_agreement_leads_back_to_the_tier_that_asked_and_signatures_stand(office: Office):
    case = referred(office)
    assert refused(lambda: office.decide(case, FIRST)) == "refused"
    assert referrals.answer(office.core, case, 1, FIRST, YES) is State.IN_REVIEW
    assert [state for _, state, _ in office.tiers(case)] == ["approved", "open", "open", "open"]
    office.sign(case, FIRST, SECOND, FINAL)
    assert office.state(case) is State.PUBLISHED


def test_a_refusal_returns_the_draft_with_number_and_body(office: Office):
    case = referred(office)
    assert referrals.answer(office.core, case, 1, OFFICE, NO) is State.RETURNED
    assert [state for _, state, _ in office.tiers(case)] == ["approved", "void", "void", "void"]
    letters.deliver(office.core)
    (note,) = (office.core.workspace.outbox / "民政局").rglob("*_退回说明.html")
    assert "示范县保密局" in note.read_text() and "示密〔2026〕2号" in note.read_text()


def test_what_the_outside_body_wrote_goes_with_the_text(office: Office):
    secret = "磐石工程位置图"
    case = referred(office)
    referrals.answer(office.core, case, 1, OFFICE, Answer(secret, f"{secret}办公室", SCAN, agree=False))
    letters.deliver(office.core)
    assert secret not in json.dumps(
        [list(row) for row in office.query("SELECT detail FROM audit")], ensure_ascii=False
    )
    with office.core.database.write() as connection:
        purge_text(connection, case)
    assert secret not in json.dumps(office.dump(), ensure_ascii=False, default=str)


@pytest.mark.parametrize(
    "reply", [Answer(" ", "b", SCAN, True), Answer("1", "", SCAN, True), Answer("1", "b", "", True)]
)
def test_an_answer_has_number_body_and_scan(office: Office, reply: Answer):
    case = referred(office)
    assert refused(lambda: referrals.answer(office.core, case, 1, FIRST, reply)) == "answer_incomplete"
    assert office.state(case) is State.REFERRED


def test_the_tier_that_asked_or_the_office_records_the_answer(office: Office):
    case = referred(office)
    for who in (SECRECY, SECOND, "管员"):
        assert refused(lambda by=who: referrals.answer(office.core, case, 1, by, YES)) == "wrong_role"
    referrals.answer(office.core, case, 1, OFFICE, YES)


def test_an_answer_names_the_version(office: Office):
    case = referred(office)
    assert refused(lambda: referrals.answer(office.core, case, 2, OFFICE, YES)) == "stale_version"


def test_a_document_that_was_not_referred_takes_no_answer(office: Office):
    case = office.reviewed()
    assert refused(lambda: referrals.answer(office.core, case, 1, OFFICE, YES)) == "refused"


def test_the_last_tier_waits_for_every_answer_that_a_rule_demands(office: Office):
    case = demanded(office, "countersign,report_up")
    for left in (2, 1):
        assert refused(lambda: office.decide(case, FINAL)) == "referral_needed", left
        office.decide(case, FINAL, Verb.REFER, reason="须会签")
        referrals.answer(office.core, case, 1, OFFICE, YES)
    office.sign(case, FINAL)
    assert office.state(case) is State.PUBLISHED
    kinds = office.query("SELECT kind, outcome FROM referral ORDER BY seq")
    assert kinds == [("countersign", "agree"), ("report_up", "agree")]


def test_an_answer_given_for_an_earlier_version_does_not_count(office: Office):
    case = demanded(office, "countersign")
    office.decide(case, FINAL, Verb.REFER, reason="须会签")
    referrals.answer(office.core, case, 1, OFFICE, YES)
    office.decide(case, FINAL, Verb.RETURN, reason="请改日期")
    office.hand_in(name=f"{case} 改.txt")
    office.work()
    office.sql("UPDATE document SET referral_needed = 'countersign'")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, FINAL)) == "referral_needed"


def test_joint_documents_ask_for_the_word_of_the_others(office: Office):
    folder = office.folder / "desk" / "joint"
    folder.mkdir(parents=True)
    draft = folder / "联合通知.txt"
    draft.write_text("关于联合开展宣传的通知\n\n请各单位配合。\n\n2026年11月2日\n", "utf-8")
    draft.with_name("联合通知.txt.slip.toml").write_text(
        'title = "关于联合开展宣传的通知"\nattribute = "主动公开"\ndate = "2026-11-02"\njoint_bodies = ["示范县财政局"]\n'
    )
    (taken,) = submit(office.core, [draft], department="民政局")
    office.work()
    assert office.row(taken.case).referral_needed == "countersign"


def test_a_special_approval_that_only_false_hits_asked_for_is_not_needed(office: Office):
    case = office.reviewed("关于疾病防控工作的通知", "全县累计报告新冠肺炎确诊病例十二例。")
    assert office.row(case).referral_needed == "special_approval"
    assert {item.finding.kind for item in office.findings(case)} == {"special.epidemic"}
    office.clear(case, Settlement.DISMISS)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED


def test_the_freeze_that_was_asked_for_waits_while_an_answer_is_awaited(office: Office):
    """Work of a referred document must neither be done nor spin in the workers."""
    case = office.reviewed()
    for who in (SECRECY, FIRST, SECOND):
        office.decide(case, who)
    office.decide(case, FINAL, Verb.REFER, reason="拿不准")
    office.work()
    assert office.row(case).frozen_digest is None
    referrals.answer(office.core, case, 1, OFFICE, YES)
    office.work()
    assert office.row(case).frozen_digest is not None


def test_a_head_of_another_unit_records_nothing(office: Office):
    case = referred(office)
    office.hire("外单位", Role.OFFICE, unit="elsewhere")
    assert refused(lambda: referrals.answer(office.core, case, 1, "外单位", YES)) == "wrong_role"
