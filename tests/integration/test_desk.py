"""The queue repeats what the documents say, whatever is decided in whatever order, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from desk_looks import at, grants, holds, queue
from sqlalchemy import select
from support import (
    BROKEN,
    CLERK,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SECRECY_2,
    SECRET,
    Office,
    at_once,
)

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Desk, Role, Verb
from disclosure_pipeline.pipeline import backup, desk, quarantine, referrals, takeback
from disclosure_pipeline.store import desk as rows
from disclosure_pipeline.store.console_tables import desk_count

MARKED = "机密★10年\n\n关于专项工作的报告"


# ------------------------------------------------------------------------ who acts


def test_every_place_at_which_a_document_waits(office: Office):
    review = office.reviewed(body=f"联系电话：{PHONE}。")
    assert at(office, review) == ("secrecy", "secrecy", "in_review", 1, Severity.REVIEW.weight)
    office.clear(review, Settlement.REDACT)
    assert at(office, review) == ("secrecy", "secrecy", "in_review", 0, 0)
    for signer, role in ((SECRECY, "first"), (FIRST, "second"), (SECOND, "final")):
        office.decide(review, signer)
        assert at(office, review) == (role, role, "in_review", 0, 0)
    office.work()
    office.sign(review, FINAL)
    assert at(office, review) is None

    marked = office.hand_in("甲", MARKED).case
    broken = office.hand_in(raw=BROKEN, name="坏.docx").case
    assert at(office, marked) is None
    office.work()
    assert at(office, marked) == ("secrecy", Desk.QUARANTINE, "quarantined", 0, 0)
    assert at(office, broken) == ("secrecy", Desk.ATTENTION, "attention", 0, 0)
    office.decide(broken, OFFICE, Verb.RETURN, reason="文件已损坏")
    assert at(office, broken) == ("clerk", Desk.RETURNED, "returned", 0, 0)

    referred = office.reviewed()
    office.sign(referred, SECRECY)
    office.decide(referred, FIRST, Verb.REFER, reason="请示上级")
    assert at(office, referred) == ("first", Desk.REFERRED, "referred", 0, 0)
    reply = referrals.Answer("复1号", "上级机关", "5" * 64, agree=True)
    referrals.answer(office.core, referred, 1, FIRST, reply)
    assert at(office, referred) == ("first", "first", "in_review", 0, 0)
    holds(office)


def test_who_waits_for_the_machine_is_told(office: Office):
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST)
    office.decide(case, SECOND)
    with office.core.database.read() as connection:
        (row,) = desk.waiting(connection, grants(office, FINAL)).rows
        assert (row.tier, row.frozen) == ("final", False)
    office.work()
    with office.core.database.read() as connection:
        (row,) = desk.waiting(connection, grants(office, FINAL)).rows
        assert (row.document, row.frozen, row.state, row.version) == (case, True, State.IN_REVIEW, 1)


def test_each_sees_what_waits_for_them_and_nothing_else(office: Office):
    office.hire("财政初审", Role.FIRST, OTHER_DEPARTMENT)
    office.hire("外单位", Role.SECRECY, unit="other")
    mine, other = office.reviewed(), office.reviewed(department=OTHER_DEPARTMENT)
    assert queue(office, SECRECY) == [mine, other]
    assert queue(office, FIRST) == queue(office, OFFICE) == queue(office, "外单位") == []
    office.sign(mine, SECRECY)
    office.sign(other, SECRECY)
    assert (queue(office, FIRST), queue(office, "财政初审"), queue(office, SECRECY)) == ([mine], [other], [])
    office.decide(mine, FIRST, Verb.RETURN, reason="请核对")
    assert (queue(office, CLERK), queue(office, FIRST)) == ([mine], [])


def test_a_quarantined_case_is_a_number_in_the_queue(office: Office):
    case = office.reviewed(f"关于{SECRET}的报告")
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :case", case=case)
    with office.core.database.write() as connection:
        rows.refresh(connection, case)
    with office.core.database.read() as connection:
        (row,) = desk.waiting(connection, grants(office, SECRECY)).rows
    assert row.document == case
    assert SECRET not in str(row)


# ------------------------------------------------------------------------ random walks


SIGNED_BY = {"secrecy": SECRECY, "first": FIRST, "second": SECOND, "final": FINAL}


def walks(office: Office, case: str, dice: random.Random) -> Iterator[Callable[[], object]]:
    """What could be done to a document, sensible or not."""
    place = at(office, case)
    signer = SIGNED_BY.get(place[0] if place else "", SECRECY)
    yield from [lambda: office.decide(case, signer)] * 3
    yield lambda: office.decide(case, signer, Verb.RETURN, reason="请核对")
    yield lambda: office.decide(case, SECOND, attribute=Attribute.EXEMPT, ground="R16b", reason="过程性信息")
    yield lambda: office.decide(case, FIRST, attribute=Attribute.PROACTIVE)
    yield lambda: office.decide(case, signer, Verb.REFER, reason="请示上级")
    yield lambda: office.clear(case, dice.choice(list(Settlement)))
    yield lambda: takeback.take_back(office.core, case, CLERK)
    yield lambda: takeback.retry(office.core, case, OFFICE)
    yield lambda: office.hand_in(
        name=f"{case} 改.txt", body=dice.choice(["已改。", f"电话：{PHONE}。", MARKED])
    )
    yield lambda: quarantine.release(office.core, case, dice.choice([SECRECY, SECRECY_2]), "不是秘密")
    yield lambda: quarantine.confirm(office.core, case, SECRECY, "确认")
    yield lambda: referrals.answer(
        office.core, case, office.row(case).version, OFFICE,
        referrals.Answer("复1号", "上级机关", "5" * 64, agree=dice.random() < 0.7),
    )  # fmt: skip
    yield office.work


@pytest.mark.parametrize("seed", range(2))
def test_after_any_walk_the_queue_is_what_the_documents_say(office: Office, seed: int):
    dice = random.Random(seed)
    cases = [
        office.reviewed(body=f"联系电话：{PHONE}。"),
        office.reviewed(attribute="依申请公开"),
        office.reviewed(),
        office.hand_in("甲", MARKED).case,
        office.hand_in(raw=BROKEN, name="坏.docx").case,
    ]
    office.work()
    done = 0
    for _ in range(90):
        try:
            dice.choice(list(walks(office, dice.choice(cases), dice)))()
        except DisclosureError:
            continue
        holds(office)
        done += 1
    assert done > 8
    office.work()
    holds(office)


def test_counts_are_right_when_many_decide_at_once(office: Office):
    cases = [office.reviewed() for _ in range(8)]
    answers = at_once(*(lambda case=case: office.decide(case, SECRECY) for case in cases))
    answers += at_once(
        *(lambda case=case: office.decide(case, FIRST, Verb.RETURN, reason="请核对") for case in cases)
    )
    assert set(answers) == {State.IN_REVIEW, State.RETURNED}
    holds(office)
    with office.core.database.read() as connection:
        assert [
            tuple(row) for row in connection.execute(
                select(desk_count.c.role, desk_count.c.number).where(desk_count.c.number > 0)
            )
        ] == [("clerk", 8)]  # fmt: skip


def test_drift_is_seen_and_mended(office: Office):
    case = office.reviewed()
    holds(office)
    for damage in (
        "DELETE FROM desk", "UPDATE desk SET open = 7", "UPDATE desk_count SET number = 2",
        "INSERT INTO desk_count VALUES ('default', 'first', '', 'first', 2, 0, 1)",
    ):  # fmt: skip
        office.sql(damage)
        with office.core.database.write() as connection:
            assert rows.drift(connection) > 0
            assert rows.rebuild(connection) == 1
            assert rows.drift(connection) == 0
    assert queue(office, SECRECY) == [case]


def test_a_restored_store_has_its_queue(office: Office, tmp_path):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    made = backup.backup(office.core, tmp_path / "copy")
    assert not {"desk", "desk_count"} & set(made["rows"])
    office.clear(case, Settlement.REDACT)
    backup.restore(office.core, tmp_path / "copy")
    assert at(office, case) == ("secrecy", "secrecy", "in_review", 1, Severity.REVIEW.weight)
    holds(office)
