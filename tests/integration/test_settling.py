"""Settling findings: who, when, and what it does to signatures."""

from __future__ import annotations

import pytest
from support import FIRST, PHONE, SECOND, SECRECY, SIGNERS, Office, refused
from traces import files_with

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.store.audit import digest_of

BODY = f"联系电话：{PHONE}，传真同号。"


def test_before_the_secrecy_signature_the_version_stays(office: Office):
    case = office.reviewed(body=BODY)
    assert office.clear(case, Settlement.ACCEPT) == (1, 1)
    (found,) = office.findings(case)
    assert (found.settled, found.by, found.reason) == (Settlement.ACCEPT, SECRECY, "已核对")
    assert office.row(case).version == 1


def test_after_it_a_new_version_goes_round_and_old_signatures_are_void(office: Office):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.row(case).frozen_digest is not None
    (found,) = office.findings(case)
    assert office.clear(case, Settlement.REDACT, found.id, reason="不宜公开") == (1, 2)
    assert [state for _, state, _ in office.tiers(case, 1)] == ["void"] * 4
    assert [state for _, state, _ in office.tiers(case, 2)] == ["open"] * 4
    assert office.row(case).frozen_digest is None
    assert [item.settled for item in office.findings(case, 1)] == [Settlement.ACCEPT]
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED
    assert files_with(office.core.workspace.site, PHONE) == []
    office.chain_holds()


def test_nothing_left_to_settle_changes_nothing(office: Office):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY)
    before = office.dump()
    assert office.clear(case, Settlement.ACCEPT) == (0, 1)
    assert office.dump() == before


def test_a_finding_that_does_not_exist_leaves_everything_as_it_was(office: Office):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY)
    (found,) = office.findings(case)
    before = office.dump()
    assert refused(lambda: office.clear(case, Settlement.DISMISS, found.id, "f000000000000")) == "not_found"
    assert office.dump() == before


def test_only_what_has_characters_can_be_struck_out(office: Office):
    case = office.reviewed(body=BODY)
    office.sql("UPDATE finding SET text = NULL")
    (found,) = office.findings(case)
    for chosen in ((found.id,), ()):
        assert refused(lambda c=chosen: office.clear(case, Settlement.REDACT, *c)) == "nothing_to_redact"
    assert office.findings(case)[0].settled is None


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_settling_wants_a_reason(office: Office, reason: str):
    case = office.reviewed(body=BODY)
    assert refused(lambda: office.clear(case, Settlement.ACCEPT, reason=reason)) == "reason_required"


def test_only_the_secrecy_officer_settles(office: Office):
    case = office.reviewed(body=BODY)
    for who in (FIRST, SECOND, "管员", "孙办"):
        assert refused(lambda by=who: office.clear(case, Settlement.ACCEPT, by=by)) == "wrong_role"
    assert office.findings(case)[0].settled is None


def test_findings_are_settled_only_in_review(office: Office):
    case = office.hand_in(body=BODY).case
    assert refused(lambda: office.clear(case, Settlement.ACCEPT)) == "refused"


def test_the_reason_is_in_the_audit_log_as_a_digest(office: Office):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.ACCEPT, reason="该号码为公开热线")
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'clear'")
    assert digest_of("该号码为公开热线") in detail
    assert "热线" not in detail
