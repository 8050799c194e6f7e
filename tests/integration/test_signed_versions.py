"""A signature holds for one version and its bytes, and for nothing else."""

from __future__ import annotations

import json

from support import (
    FINAL,
    FIRST,
    PHONE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
    refused,
)

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline.takeback import retry


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
    assert office.tier_states(case) == ["open"] * 4
    assert (office.row(case).office, office.row(case).reviewed_as) == (None, "proactive")
    office.clear(case, Settlement.DISMISS, *(item.id for item in office.findings(case)))
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED
