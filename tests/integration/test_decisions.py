"""Who may decide what, on which version: each rule of the procedure with a test that needs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import (
    BROKEN,
    CLERK,
    CONFIG,
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

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import leases, publication, referrals
from disclosure_pipeline.pipeline.decisions import Decision, decide, decisions_of
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import carry_on, conclude, next_case
from disclosure_pipeline.pipeline.takeback import retry
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.settings.models import UnitSettings
from disclosure_pipeline.settings.policy import load_chains
from disclosure_pipeline.store.vault import file_digest

SCAN = "5" * 64


def tier_states(office: Office, case: str, version: int | None = None) -> list[str]:
    return [state for _, state, _ in office.tiers(case, version)]


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
        assert tier_states(office, case) == ["approved", "open", "open", "open"]


# ---------------------------------------------------------------------------- version and content


def test_a_decision_names_the_version_it_was_made_on(office: Office):
    case = office.reviewed()
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    office.hand_in(name=f"{case} 改.txt")
    office.work()
    assert office.row(case).version == 2
    before = office.dump()
    assert refused(lambda: office.decide(case, SECRECY, version=1)) == "stale_version"
    assert refused(lambda: office.decide(case, SECRECY, version=3)) == "stale_version"
    assert office.dump() == before
    office.decide(case, SECRECY, version=2)


UNDER_A_SIGNATURE = {
    "part": "UPDATE part SET sha256 = '{forged}' WHERE position = 0",
    "part role": "UPDATE part SET role = 'internal' WHERE position = 0",
    "title": "UPDATE document SET title = '另一个标题'",
    "attribute": "UPDATE document SET reviewed_as = 'proactive'",
    "ground": "UPDATE document SET proposed_ground = 'R15'",
    "settlement": "UPDATE finding SET settled = 'accept'",
    "range of a settled finding": 'UPDATE finding SET "end" = "end" - 1',
    "removed finding": "DELETE FROM finding",
    "text": "UPDATE extract SET segments = '[]' WHERE position = 0",
    "dropped tier": "DELETE FROM tier WHERE tier = 'second'",
    "signature": "UPDATE decision SET content = '{forged}'",
    "removed signature": "DELETE FROM decision",
}


def test_what_is_changed_under_a_signature_stops_the_next_one(office: Office):
    for what, change in UNDER_A_SIGNATURE.items():
        case = office.reviewed(body=f"联系电话：{PHONE}。", attribute="依申请公开")
        office.clear(case, Settlement.REDACT)
        office.sign(case, SECRECY)
        office.sql(change.replace("{forged}", "f" * 64))
        assert refused(lambda c=case: office.decide(c, FIRST)) == "content_changed", what


def test_published_slip_fields_are_part_of_what_is_signed(office: Office):
    case = office.reviewed(document_number="示政发〔2026〕1号")
    office.sign(case, SECRECY)
    slip = {**office.row(case).slip, "document_number": "示政发〔2026〕2号"}
    office.sql("UPDATE document SET slip = :slip", slip=json.dumps(slip))
    assert refused(lambda: office.decide(case, FIRST)) == "content_changed"


def test_frozen_files_that_were_exchanged_are_neither_signed_nor_published(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.sql("UPDATE artefact SET sha256 = '{}' WHERE ordinal = 0".format("f" * 64))
    assert refused(lambda: office.decide(case, FINAL)) == "content_changed"
    assert office.state(case) is State.IN_REVIEW


def test_frozen_files_that_were_exchanged_after_the_last_signature_are_not_published(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    office.sql("UPDATE artefact SET sha256 = '{}' WHERE ordinal = 0".format("f" * 64))
    office.work()
    assert (office.state(case), office.channels(case)) == (State.APPROVED, {})
    assert office.faults(case) == ["content_changed"]


def test_after_a_retry_the_same_version_is_reviewed_afresh(office: Office):
    """Older signatures of the same version neither count nor stand in the way."""
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST)
    office.decide(case, SECOND, attribute=Attribute.ON_REQUEST)
    office.sql("UPDATE document SET state = 'attention', work_at = NULL")
    assert retry(office.core, case, "管员") is State.RECEIVED
    office.work()
    assert tier_states(office, case) == ["open"] * 4
    assert (office.row(case).office, office.row(case).reviewed_as) == (None, "proactive")
    office.clear(case, Settlement.DISMISS, *(item.id for item in office.findings(case)))
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED


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
    assert tier_states(office, case) == ["open"] * 4


def test_a_major_matter_names_its_meeting(office: Office):
    case = office.reviewed("关于调整县城区集中供热价格的公告")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, FINAL)) == "meeting_required"
    assert refused(lambda: office.decide(case, FINAL, meeting="  ")) == "meeting_required"
    office.decide(case, FINAL, meeting="第9次局务会")
    assert "第9次局务会" in str(office.query("SELECT meeting FROM decision"))


def test_a_focus_item_gets_its_tier(office: Office):
    case = office.reviewed("关于重大行政决策事项目录的公告")
    assert [name for name, _, _ in office.tiers(case)] == ["secrecy", "first", "second", "focus", "final"]
    office.sign(case, SECRECY, FIRST, SECOND)
    assert refused(lambda: office.decide(case, FINAL)) == "wrong_role"
    office.sign(case, OFFICE, FINAL)
    assert office.state(case) is State.PUBLISHED


# ---------------------------------------------------------------------------- attribute


def test_the_three_values_are_kept(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST)
    office.sign(case, SECOND, attribute=Attribute.ON_REQUEST)
    assert refused(lambda: office.decide(case, FINAL)) == "attribute_undecided"
    office.sign(case, FINAL, attribute=Attribute.ON_REQUEST)
    row = office.row(case)
    assert (row.proposed, row.office, row.final) == ("proactive", "on_request", "on_request")
    assert (row.version, office.state(case)) == (1, State.ON_REQUEST)
    assert office.channels(case) == {"archive": "done", "register": "done"}


def test_the_signatory_may_side_with_the_department(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST)
    office.sign(case, SECOND, attribute=Attribute.ON_REQUEST)
    office.sign(case, FINAL, attribute=Attribute.PROACTIVE)
    assert (office.final(case), office.state(case)) == (Attribute.PROACTIVE, State.PUBLISHED)


def test_a_wider_attribute_makes_a_new_version_that_everybody_signs(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。", attribute="依申请公开")
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST)
    assert office.decide(case, SECOND, attribute=Attribute.PROACTIVE) is State.IN_REVIEW
    row = office.row(case)
    assert (row.version, row.reviewed_as, row.office) == (2, "proactive", "proactive")
    assert tier_states(office, case, 1) == ["void"] * 4
    assert tier_states(office, case, 2) == ["open"] * 4
    # What may stay in a file that is given out on request has not been accepted for everybody.
    assert [item.settled for item in office.findings(case)] == [None]
    assert [item.settled for item in office.findings(case, 1)] == [Settlement.ACCEPT]
    office.clear(case, Settlement.REDACT)
    office.sign(case, SECRECY, FIRST, SECOND)
    office.sign(case, FINAL, attribute=Attribute.PROACTIVE)
    assert office.state(case) is State.PUBLISHED


def test_what_was_dismissed_stays_dismissed_in_a_wider_version(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。", attribute="依申请公开")
    office.clear(case, Settlement.DISMISS)
    office.sign(case, SECRECY)
    office.decide(case, FIRST, attribute=Attribute.PROACTIVE)
    assert [item.settled for item in office.findings(case)] == [Settlement.DISMISS]


def test_a_wider_version_takes_the_tiers_that_rules_ask_of_it(office: Office):
    """Focus items are public ones: the rule adds nothing while the document is to be withheld."""
    case = office.reviewed(
        "关于重大行政决策事项目录的公告", attribute="不予公开", ground="R16a", reason="内部"
    )
    assert len(office.tiers(case)) == 4
    office.sign(case, SECRECY)
    office.decide(case, FIRST, attribute=Attribute.PROACTIVE)
    assert [name for name, _, _ in office.tiers(case)] == ["secrecy", "first", "second", "focus", "final"]


def test_a_narrower_attribute_keeps_version_and_signatures(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY)
    office.decide(case, FIRST, attribute=Attribute.EXEMPT, ground="R16b", reason="正在讨论")
    assert office.row(case).version == 1
    assert tier_states(office, case) == ["approved", "approved", "open", "open"]


def test_withholding_needs_a_ground(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    wrong: list[dict[str, Any]] = [{}, {"ground": "R99"}, {"ground": "不方便"}]
    for more in wrong:
        assert (
            refused(lambda m=more: office.decide(case, FINAL, Verb.WITHHOLD, reason="内部", **m))
            == "ground_required"
        )
    assert refused(lambda: office.decide(case, FINAL, Verb.WITHHOLD, ground="R16a")) == "reason_required"
    office.decide(case, FINAL, Verb.WITHHOLD, ground="R16a", reason="内部事务")
    office.work()
    row = office.row(case)
    assert (row.state, row.final, row.ground) == ("withheld", "exempt", "R16a")
    assert office.channels(case) == {"archive": "done", "register": "done"}


def test_a_ground_in_words_is_kept_as_its_code(office: Office):
    """A wording may be longer than the column of a code, and PostgreSQL would refuse it."""
    wording = "内部事务信息，包括人事管理、后勤管理、内部工作流程等方面的信息，" * 4
    case = office.reviewed()
    office.sign(case, SECRECY)
    assert (
        refused(lambda: office.decide(case, FIRST, Verb.WITHHOLD, ground=wording, reason="x"))
        == "ground_required"
    )
    name = next(item.title for item in office.core.rulebook.grounds if item.code == "R16a")
    office.decide(case, FIRST, Verb.WITHHOLD, ground=name, reason="内部")
    assert office.query("SELECT ground FROM decision WHERE verb = 'withhold'") == [("R16a",)]


@pytest.mark.parametrize("verb", [Verb.RETURN, Verb.WITHHOLD, Verb.REFER])
def test_everything_but_an_approval_wants_a_reason(office: Office, verb: Verb):
    case = office.reviewed()
    assert refused(lambda: office.decide(case, SECRECY, verb, reason="  ")) == "reason_required"


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
    assert tier_states(office, case) == states
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
    assert refused(lambda: office.decide(case, SECRECY, recorded_by="管员", scan=scan)) == "wrong_role"


def test_a_refused_decision_leaves_no_trace(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    before = office.dump()
    refused(lambda: office.decide(case, SECRECY))
    refused(lambda: office.decide(case, FIRST))
    refused(lambda: office.decide(case, SECRECY, Verb.WITHHOLD, reason="x"))
    assert office.dump() == before


# ---------------------------------------------------------------------------- units

UNITS = [
    {"code": "county", "name": "示范县人民政府", "departments": [DEPARTMENT], "index_org": "MB01",
     "index_template": "{org}-{year}-{serial:04d}"},
    {"code": "town", "name": "示范镇人民政府", "parent": "county", "departments": [DEPARTMENT], "index_org": "MB02",
     "index_template": "{unit}/{org}/{year}/{serial}", "route": "short"},
]  # fmt: skip

SHORT = """
[[chain]]
name = "short"
tiers = [
  { name = "secrecy", role = "secrecy", label = "保密审查" },
  { name = "final", role = "final", label = "终审" },
]
"""


@pytest.fixture
def county(open_office: Callable[..., Office], store_url: str, tmp_path: Path) -> Office:
    """A county and its town: different chains, different index numbers."""
    made = open_office(store_url, unit=UNITS)
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    with (config / "routes.toml").open("a", encoding="utf-8") as routes:
        routes.write(SHORT)
    made.core.chains = load_chains(config)
    made.staff("county")
    made.staff("town", "乙")
    return made


def test_each_unit_has_its_own_chain_people_and_index_numbers(county: Office):
    above = county.reviewed(unit="county")
    below = county.reviewed(unit="town", by=CLERK + "乙")
    assert (county.row(above).unit, county.row(below).unit) == ("county", "town")
    assert [name for name, _, _ in county.tiers(below)] == ["secrecy", "final"]
    assert len(county.tiers(above)) == 4
    assert refused(lambda: county.decide(below, SECRECY)) == "wrong_role"
    assert refused(lambda: county.decide(above, SECRECY + "乙")) == "wrong_role"
    county.sign(below, SECRECY + "乙", FINAL + "乙")
    county.sign(above, *SIGNERS)
    assert county.row(above).index_number == "MB01-2026-0001"
    assert county.row(below).index_number == "town/MB02/2026/1"
    for who in (SECRECY, OFFICE, "管员"):
        assert refused(lambda name=who: publication.withdraw(county.core, below, name, "撤")) == "wrong_role"
    assert {row[0] for row in county.query("SELECT unit FROM audit WHERE document = :d", d=below)} == {"town"}


def test_the_same_bytes_in_another_unit_are_no_duplicate(county: Office):
    first = county.hand_in("同一标题", unit="county", name="同.txt")
    second = county.hand_in("同一标题", unit="town", name="同.txt")
    assert (first.outcome, second.outcome) == ("accepted", "accepted")
    assert county.hand_in("同一标题", unit="town", name="又.txt").first == second.case


def test_index_numbers_are_never_used_twice(office: Office):
    numbers = []
    for index in range(3):
        case = office.published()
        numbers.append(office.row(case).index_number)
        if index == 0:
            publication.withdraw(office.core, case, OFFICE, "内容有误")
            office.work()
            assert office.state(case) is State.WITHDRAWN
    assert numbers == ["MB0000000/2026-00001", "MB0000000/2026-00002", "MB0000000/2026-00003"]
    assert office.row("2026-000001").index_number == numbers[0]


def test_a_number_that_is_taken_already_is_passed_over(open_office: Callable[..., Office], store_url: str):
    """Two units with the same template share its numbers."""
    units = [
        {"code": code, "departments": [DEPARTMENT], "index_template": "{org}/{serial}"} for code in ("a", "b")
    ]
    both = open_office(store_url, unit=units)
    both.staff("a")
    both.staff("b", "乙")
    one = both.published(unit="a")
    two = both.reviewed(unit="b")
    both.sign(two, *(name + "乙" for name in SIGNERS))
    assert (both.row(one).index_number, both.row(two).index_number) == ("MB0000000/1", "MB0000000/2")


@pytest.mark.parametrize("template", ["{org}-{year}", "{org}/{number}", "{org}/{", "{serial:x}{0}"])
def test_a_template_that_cannot_number_is_refused_at_the_start(template: str):
    """Without a serial the second document would look for a free number for ever."""
    with pytest.raises(ValueError, match="index_template"):
        UnitSettings(index_template=template)


def test_a_version_keeps_the_number_of_the_one_before(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    number = office.row(case).index_number
    office.decide(case, FINAL, Verb.RETURN, reason="请改")
    office.hand_in(name=f"{case} 改.txt")
    office.work()
    office.sign(case, *SIGNERS)
    assert office.row(case).index_number == number == "MB0000000/2026-00001"


def test_decide_answers_with_the_state(office: Office):
    case = office.reviewed()
    assert decide(office.core, case, Decision(Verb.APPROVE, 1, SECRECY)) is State.IN_REVIEW
    assert decide(office.core, case, Decision(Verb.REFER, 1, FIRST, reason="拿不准")) is State.REFERRED
    answer = referrals.Answer("示密〔2026〕1号", "示范县保密局", SCAN, agree=False)
    assert referrals.answer(office.core, case, 1, OFFICE, answer) is State.RETURNED
