"""定期审查: each quarter, every hidden item and the published ones by their cycle, until the queue is empty."""

from __future__ import annotations

from typing import Any

import pytest
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, PHONE, SECOND, SECRECY, Office, refused

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import review
from disclosure_pipeline.pipeline.review_lists import quarter_of

NOW = quarter_of(today_in_shanghai())
OLD = "2020-01-15T00:00:00.000000Z"


def open_tasks(office: Office, quarter: str = NOW) -> list[str]:
    return [
        item["document"] for item in review.tasks(office.core, quarter)["tasks"] if item["state"] == "open"
    ]


def test_a_quarter_is_opened_once_and_grows(office: Office):
    hidden = office.published(attribute="依申请公开")
    assert review.open_due(office.core) == 1
    assert review.open_due(office.core) == 0
    more = office.published(attribute="不予公开", ground="R16a", reason="内部事务")
    assert review.open_quarter(office.core) == NOW
    assert open_tasks(office) == [hidden, more]
    assert office.steps(hidden).count("review.opened") == 0
    assert len(office.query("SELECT seq FROM audit WHERE action = 'review.opened'")) == 2


def test_published_items_fall_due_by_their_cycle(office: Office):
    case = office.published()
    assert review.open_due(office.core) == 0
    office.sql("UPDATE document SET published_at = :at", at=OLD)
    assert review.open_due(office.core) == 1
    review.settle(office.core, case, "keep", by=OFFICE, reason="仍应公开")
    office.sql("UPDATE attribute_review SET quarter = '2026Q1'")
    assert review.open_due(office.core) == 0, "it was reviewed within its cycle"
    office.sql("UPDATE attribute_review SET at = :at", at=OLD)
    assert review.open_due(office.core) == 1


@pytest.mark.parametrize("attribute", ["依申请公开", "不予公开"])
def test_hidden_items_fall_due_in_each_quarter(office: Office, attribute: str):
    ground = {"ground": "R16a", "reason": "内部事务"} if attribute == "不予公开" else {}
    case = office.published(attribute=attribute, **ground)
    review.open_due(office.core)
    review.settle(office.core, case, "keep", by=OFFICE, reason="理由仍在")
    office.sql("UPDATE attribute_review SET quarter = '2026Q1'")
    assert review.open_due(office.core) == 1
    assert open_tasks(office) == [case]


def test_the_queue_ends_empty(office: Office):
    cases = [office.published(attribute="依申请公开") for _ in range(3)]
    review.open_due(office.core)
    for case, outcome, by in zip(cases, review.OUTCOMES, (OFFICE, SECOND, SECRECY), strict=True):
        answer = review.settle(office.core, case, outcome, by=by, reason="逐件核对")
        assert answer == {"document": case, "state": "done", "outcome": outcome, "quarter": NOW}
    office.work()
    assert open_tasks(office) == []
    assert [office.state(case) for case in cases] == [State.ON_REQUEST, State.IN_REVIEW, State.IN_REVIEW]
    assert office.steps(cases[0])[-1] == "review.kept"
    office.chain_holds()


def test_a_converted_item_is_proposed_for_publication_and_its_findings_are_open(office: Office):
    case = office.reviewed(
        body=f"联系电话：{PHONE}。", attribute="不予公开", ground="R16a", reason="内部事务"
    )
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST, SECOND, FINAL)
    assert office.state(case) is State.WITHHELD
    review.open_due(office.core)
    review.settle(office.core, case, "declassify", by=SECRECY, reason="密点已解除")
    office.work()
    row = office.row(case)
    assert (row.version, row.reviewed_as, row.ground, row.ground_reason) == (2, "proactive", "", "")
    assert [item.settled for item in office.findings(case)] == [None]


def test_a_task_is_settled_once(office: Office):
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    review.settle(office.core, case, "keep", by=OFFICE, reason="理由仍在")
    assert refused(lambda: review.settle(office.core, case, "keep", by=OFFICE, reason="x")) == "not_found"


def test_the_oldest_open_task_is_settled_first(office: Office):
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    office.sql("UPDATE attribute_review SET quarter = '2026Q1'")
    review.open_due(office.core)
    quarters = [review.settle(office.core, case, "keep", by=OFFICE, reason="x")["quarter"] for _ in range(2)]
    assert quarters == ["2026Q1", NOW]


@pytest.mark.parametrize("by", [FIRST, FINAL, CLERK, ADMIN])
def test_only_those_who_audit_attributes_settle(office: Office, by: str):
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    assert refused(lambda: review.settle(office.core, case, "keep", by=by, reason="x")) == "wrong_role"
    assert open_tasks(office) == [case]


def test_declassifying_is_for_the_secrecy_officer(office: Office):
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    assert (
        refused(lambda: review.settle(office.core, case, "declassify", by=OFFICE, reason="x")) == "wrong_role"
    )


@pytest.mark.parametrize(
    "change, code",
    [
        ({"reason": " "}, "reason_required"),
        ({"outcome": "burn"}, "usage"),
        ({"case": "2026-000099"}, "not_found"),
    ],
)
def test_a_wrong_call_changes_nothing(office: Office, change: dict[str, Any], code: str):
    case = office.published(attribute="依申请公开")
    review.open_due(office.core)
    before = office.dump()
    call = {"case": case, "outcome": "keep", "by": OFFICE, "reason": "x", **change}
    assert refused(lambda: review.settle(office.core, call.pop("case"), call.pop("outcome"), **call)) == code
    assert office.dump() == before


def test_a_published_item_is_withdrawn_not_converted(office: Office):
    case = office.published()
    office.sql("UPDATE document SET published_at = :at", at=OLD)
    review.open_due(office.core)
    assert refused(lambda: review.settle(office.core, case, "convert", by=OFFICE, reason="x")) == "published"
    assert open_tasks(office) == [case]


@pytest.mark.parametrize("quarter", ["2099Q1", "2026Q5", "26Q1", "2026-Q1", "latest"])
def test_a_future_or_misspelt_quarter_is_refused(office: Office, quarter: str):
    assert refused(lambda: review.open_quarter(office.core, quarter)) == "usage"


def test_a_past_quarter_is_shown_and_not_filled(office: Office):
    office.published(attribute="依申请公开")
    assert review.open_quarter(office.core, "2026Q1") == "2026Q1"
    assert review.tasks(office.core, "2026Q1") == {"quarter": "2026Q1", "tasks": []}
