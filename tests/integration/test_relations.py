"""更正, 废止, 澄清, 解读: declared by the office, in effect when the document that declares it is out, told on both pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Relation
from disclosure_pipeline.pipeline import orders, recall, relations
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.store import documents
from tests.support import ADMIN, CLERK, FINAL, OFFICE, SECRECY, SIGNERS, Office, refused

WRONG = "补贴标准误写为每月三千元"


@pytest.fixture
def one(staffed: Callable[..., Office]) -> Office:
    """An office where the database makes no difference."""
    return staffed()


def relate(office: Office, document: str, kind: Relation, other: str, by: str = OFFICE) -> None:
    relations.relate(office.core, document, kind, other, by=by, reason="数据有误")


def page(office: Office, case: str) -> str:
    """The page of a document on the site."""
    (found,) = office.core.workspace.site.glob(f"documents/*/{case}/index.html")
    return found.read_text("utf-8")


def entry(office: Office, case: str) -> Any:
    with office.core.database.read() as connection:
        return orders.entry(office.core, connection, documents.fetch(connection, case))


def links(office: Office, case: str) -> list[tuple[str, str]]:
    return [(link.relation.value, link.document) for link in entry(office, case).links]


def test_a_correction_takes_the_place_of_what_was_wrong_as_soon_as_it_is_out(office: Office) -> None:
    wrong = office.published("关于发放补贴的通知", WRONG)
    right = office.reviewed("关于发放补贴的通知（更正）")
    relate(office, right, Relation.REPLACES, wrong)
    office.work()
    assert office.state(wrong) is State.PUBLISHED
    assert WRONG in page(office, wrong)

    office.sign(right, *SIGNERS)
    office.work()
    assert (office.state(right), office.state(wrong)) == (State.PUBLISHED, State.SUPERSEDED)
    assert WRONG not in page(office, wrong)
    assert set(office.channels(wrong).values()) == {"withdrawn"}
    assert links(office, right) == [("replaces", wrong)]
    assert office.row(wrong).validity == "corrected"
    assert "replace" in office.steps(wrong)
    office.chain_holds()
    files = [path for path in office.core.workspace.site.rglob("*") if path.is_file()]
    assert [path.name for path in files if WRONG.encode() in path.read_bytes()] == []


def test_what_explains_and_clarifies_stands_on_both_pages(office: Office) -> None:
    policy = office.published("关于养老服务的实施办法")
    note = office.published("《养老服务实施办法》解读")
    generation = office.row(policy).generation
    relate(office, note, Relation.INTERPRETS, policy)
    office.work()
    assert links(office, note) == [("interprets", policy)]
    assert links(office, policy) == [("interpreted_by", note)]
    assert office.state(policy) is State.PUBLISHED
    assert office.row(policy).generation == generation + 1
    assert set(office.channels(policy).values()) == {"done"}
    with office.core.database.read() as connection:
        assert {row.generation for row in publications_of(connection, policy)} == {generation + 1}

    recall.withdraw(office.core, note, OFFICE, "内容有误")
    office.work()
    (left,) = entry(office, policy).links
    assert (left.document, left.title) == (note, ""), "what was taken back is told by its number only"


def test_what_is_repealed_stays_and_says_so(one: Office) -> None:
    case = one.published("关于旧办法的通知")
    recall.repeal(one.core, case, by=OFFICE, reason="办法已修订")
    one.work()
    assert (one.state(case), one.row(case).validity) == (State.PUBLISHED, "repealed")
    assert entry(one, case).validity.value == "repealed"
    assert set(one.channels(case).values()) == {"done"}
    assert refused(lambda: recall.repeal(one.core, case, by=OFFICE, reason="再废止")) == "already_repealed"


def test_a_new_rule_repeals_the_old_one(one: Office) -> None:
    old, new = one.published("关于旧办法的通知"), one.reviewed("关于新办法的通知")
    relate(one, new, Relation.REPEALS, old, by=ADMIN)
    assert one.row(old).validity == "valid"
    one.sign(new, *SIGNERS)
    one.work()
    assert (one.state(old), one.row(old).validity) == (State.PUBLISHED, "repealed")
    assert links(one, old) == [("repealed_by", new)]


def test_what_was_withdrawn_meanwhile_stays_withdrawn(one: Office) -> None:
    wrong, right = one.published("关于甲事项的通知"), one.reviewed("关于甲事项的通知（更正）")
    relate(one, right, Relation.REPLACES, wrong)
    recall.withdraw(one.core, wrong, SECRECY, "泄露个人信息")
    one.sign(right, *SIGNERS)
    one.work()
    assert (one.state(right), one.state(wrong)) == (State.PUBLISHED, State.WITHDRAWN)


@pytest.mark.parametrize("by", [CLERK, SECRECY, FINAL])
def test_only_the_office_says_so(one: Office, by: str) -> None:
    case, other = one.published("关于甲的通知"), one.published("关于乙的通知")
    before = one.dump(without=("access",))
    assert refused(lambda: relate(one, case, Relation.REPLACES, other, by)) == "wrong_role"
    assert refused(lambda: recall.repeal(one.core, case, by=by, reason="x")) == "wrong_role"
    assert one.dump(without=("access",)) == before


def test_relations_that_make_no_sense_are_refused(one: Office) -> None:
    out, other = one.published("关于甲的通知"), one.published("关于乙的通知")
    waiting, hidden = (
        one.reviewed("关于丙的通知"),
        one.published("关于丁的通知", attribute="不予公开", ground="R16a", reason="内部事务"),
    )
    cases = {
        "relation.kind": (out, Relation.REPLACED_BY, other),
        "relation.documents": (out, Relation.REPLACES, out),
        "relation.not_published": (out, Relation.CLARIFIES, waiting),
        "relation.not_coming": (hidden, Relation.CLARIFIES, out),
    }
    for code, (document, kind, target) in cases.items():
        assert refused(lambda d=document, k=kind, t=target: relate(one, d, k, t)) == code
    relate(one, out, Relation.INTERPRETS, other)
    assert refused(lambda: relate(one, other, Relation.REPLACES, out)) == "relation.circle"
    assert (
        refused(lambda: relations.relate(one.core, waiting, Relation.CLARIFIES, other, by=OFFICE, reason=" "))
        == "reason_required"
    )


def test_nothing_of_the_reason_is_kept(one: Office) -> None:
    case = one.published("关于戊的通知")
    recall.repeal(one.core, case, by=OFFICE, reason="机密缘由不得外传")
    assert "机密缘由" not in json.dumps(one.dump(), ensure_ascii=False, default=str)


def test_who_signs_is_not_asked_again(one: Office) -> None:
    """A line that leads elsewhere is no part of what was signed: the frozen files stay what they are."""
    policy, note = one.published("关于己的办法"), one.reviewed("关于己的办法的解读")
    before = one.row(policy).frozen_digest
    relate(one, note, Relation.INTERPRETS, policy)
    one.sign(note, *SIGNERS)
    one.work()
    assert (one.row(policy).frozen_digest, one.row(policy).version) == (before, 1)
