"""The attribute in review: proposed, decided, widened, narrowed; grounds and reasons."""

from __future__ import annotations

from typing import Any

import pytest
from support import (
    FINAL,
    FIRST,
    PHONE,
    SECOND,
    SECRECY,
    Office,
    refused,
)

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb


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
    assert office.tier_states(case, 1) == ["void"] * 4
    assert office.tier_states(case, 2) == ["open"] * 4
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
    assert office.tier_states(case) == ["approved", "approved", "open", "open"]


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
