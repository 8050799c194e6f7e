"""The same words in many documents, settled in one go: after a look, and never anything secret."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from support import CLERK, DEPARTMENT, FIRST, OFFICE, SECRECY, SECRECY_2, Office, refused

from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import batches, views
from disclosure_pipeline.pipeline.batch_views import sheet
from disclosure_pipeline.pipeline.batches import Candidate, candidates, confirmation, settle_batch
from disclosure_pipeline.pipeline.settling import reopen
from disclosure_pipeline.pipeline.shown import note_shown
from disclosure_pipeline.store import people
from disclosure_pipeline.store.people import Person

PHONE, OTHER = "13912345678", "13887654321"
BODY = "第{}号事项的联系电话：{}，传真同号。"


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite; only what says so depends on the database."""
    shutil.copyfile(sqlite_template, tmp_path / "one.sqlite")
    made = open_office(f"sqlite:///{tmp_path / 'one.sqlite'}")
    made.staff()
    return made


@pytest.fixture
def either(open_office: Callable[..., Office], store_url: str) -> Office:
    """An office on each database."""
    made = open_office(store_url)
    made.staff()
    return made


def person(office: Office, name: str = SECRECY) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def hand_in(office: Office, *numbers: str, **options: str) -> list[str]:
    return [office.reviewed(body=BODY.format(at, number), **options) for at, number in enumerate(numbers)]


def finding(office: Office, case: str) -> str:
    (found,) = [item.id for item in office.findings(case) if item.finding.kind == "privacy.mobile"]
    return found


def found(office: Office, sample: str, **more: object) -> list[str]:
    given = candidates(office.core, person(office), sample, finding(office, sample), **more)  # type: ignore[arg-type]
    return [item.document for item in given]


def batch(office: Office, sample: str, cases: list[str], **more: object) -> dict[str, str]:
    given = {
        "by": SECRECY, "reason": "lookalike", "typed": confirmation(len(cases)), "how": Settlement.DISMISS, **more,
    }  # fmt: skip
    how = given.pop("how")
    done = settle_batch(office.core, (sample, finding(office, sample)), cases, how, **given)  # type: ignore[arg-type]
    return {item.document: item.code for item in done}


def look(office: Office, case: str, by: str = SECRECY) -> None:
    note_shown(office.core, person(office, by), case, office.row(case).version, part=0, page=1)


def test_the_same_words_are_settled_in_all_documents_at_once(either: Office):
    first, second, third, other = hand_in(either, PHONE, "139 1234 5678", PHONE, OTHER)
    assert found(either, first) == [first, second, third]
    assert candidates(either.core, person(either), first, finding(either, first))[0] == Candidate(
        first, finding(either, first), either.row(first).title, "民政局"
    )
    look(either, second)
    assert batch(either, first, [third, first, second]) == dict.fromkeys((third, first, second), "done")
    for case in (first, second, third):
        assert [item.settled for item in either.findings(case)] == [Settlement.DISMISS]
        assert either.steps(case)[-1] == "clear"
    assert [item.settled for item in either.findings(other)] == [None]
    assert found(either, first) == []
    either.chain_holds()


def test_the_words_around_each_finding_are_quoted_and_are_no_look(either: Office):
    first, second, third = hand_in(either, PHONE, "139 1234 5678", PHONE)
    look(either, third)
    sample = (first, finding(either, first))
    shown = sheet(either.core, person(either), *sample, limit=2)
    assert [(row.before, row.words, row.behind, row.opened) for row in shown.rows] == [
        ("第0号事项的联系电话：", PHONE, "，传真同号。", False),
        ("第1号事项的联系电话：", "139 1234 5678", "，传真同号。", False),
    ]
    assert shown.treatments == (Treatment.REMOVE, Treatment.MASK)
    rest = sheet(either.core, person(either), *sample, after=shown.after)
    assert [(row.candidate.document, row.opened) for row in rest.rows] == [(third, True)]
    assert rest.after == ""
    seen = "SELECT document FROM access WHERE what = 'batch' ORDER BY seq"
    assert either.query(seen) == [(first,), (second,), (third,)]
    assert refused(lambda: batch(either, first, [first, second])) == "not_looked"


def test_pages_of_candidates_follow_one_another(office: Office):
    cases = hand_in(office, PHONE, PHONE, PHONE)
    assert found(office, cases[0], limit=2) == cases[:2]
    assert found(office, cases[0], limit=2, after=cases[1]) == cases[2:]


def test_each_document_answers_for_itself(office: Office):
    first, gone, settled, own = hand_in(office, PHONE, PHONE, PHONE, OTHER)
    office.decide(gone, SECRECY_2, Verb.RETURN, reason="补正")
    office.clear(settled, Settlement.REDACT)
    look(office, first)
    codes = batch(office, first, [first, gone, settled, own, "2026-999999"])
    assert codes == {
        first: "done", gone: "refused", settled: "nothing_alike", own: "nothing_alike", "2026-999999": "not_found",
    }  # fmt: skip
    assert [item.settled for item in office.findings(settled)] == [Settlement.REDACT]
    assert [item.settled for item in office.findings(own)] == [None]


def test_only_versions_under_review_are_found(office: Office):
    first, signed, returned = hand_in(office, PHONE, PHONE, PHONE)
    office.clear(signed, Settlement.ACCEPT)
    office.sign(signed, SECRECY)
    reopened = office.findings(signed)[0].id
    reopen(office.core, signed, (reopened,), SECRECY)
    office.decide(returned, SECRECY_2, Verb.RETURN, reason="补正")
    assert found(office, first) == [first, signed]
    assert office.query("SELECT count(*) FROM finding WHERE document = :case AND version = 1 AND words IS NOT NULL",
                        case=signed) == [(0,)]  # fmt: skip


def test_nothing_secret_is_settled_in_a_batch(office: Office):
    case = hand_in(office, PHONE)[0]
    look(office, case)
    office.sql("UPDATE finding SET kind = 'secrecy.term'")
    (identity,) = [item.id for item in office.findings(case)]
    sample, before = (case, identity), office.dump()
    assert refused(lambda: candidates(office.core, person(office), *sample)) == "batch_secrecy"
    given = {"by": SECRECY, "reason": "citation", "typed": confirmation(1)}
    assert (
        refused(lambda: settle_batch(office.core, sample, [case], Settlement.DISMISS, **given))
        == "batch_secrecy"
    )
    assert office.dump() == before


@pytest.mark.parametrize("column", ["more", "count", "text", "severity"])
def test_what_has_no_words_of_its_own_is_settled_in_its_document(office: Office, column: str):
    case = hand_in(office, PHONE)[0]
    identity = finding(office, case)
    value = {"more": "'[[0, 0, 1]]'", "count": "2", "text": "NULL", "severity": "'info'"}[column]
    office.sql(f'UPDATE finding SET "{column}" = {value}')
    assert refused(lambda: candidates(office.core, person(office), case, identity)) == "batch_single"


def test_a_batch_wants_a_look_and_the_number_typed(office: Office):
    first, second = hand_in(office, PHONE, PHONE)
    cases, before = [first, second], office.dump()
    assert refused(lambda: batch(office, first, cases)) == "not_looked"
    office.sql("INSERT INTO access (at, actor, document, what) VALUES ('2026-01-01T00:00:00.000000Z', :who, :case, 'show')",
               who=SECRECY, case=first)  # fmt: skip
    views.note_view(office.core, SECRECY_2, first, "show")
    assert refused(lambda: batch(office, first, cases)) == "not_looked"
    views.note_view(office.core, SECRECY, first, "show")
    for typed in ("", "确认", "确认 3 件", "yes"):
        assert refused(lambda typed=typed: batch(office, first, cases, typed=typed)) == "not_confirmed"
    assert refused(lambda: batch(office, first, [])) == "not_confirmed"
    assert refused(lambda: batch(office, first, cases, reason=" ")) == "reason_required"
    assert refused(lambda: batch(office, first, cases, treatment=Treatment.COLUMN, how=Settlement.REDACT)) \
        == "treatment_unfit"  # fmt: skip
    many = [f"2026-{number:06}" for number in range(batches.MOST + 1)]
    assert refused(lambda: batch(office, first, many)) == "batch_too_many"
    after = office.dump(without=("access",))
    assert after == {name: rows for name, rows in before.items() if name != "access"}
    assert set(batch(office, first, [*cases, first], typed=confirmation(2)).values()) == {"done"}


def test_who_may_not_settle_finds_nothing_out(office: Office):
    office.hire("外单位", Role.SECRECY, unit="other")
    case = hand_in(office, PHONE)[0]
    sample = (case, finding(office, case))
    for who, code in (
        (FIRST, "wrong_role"),
        (OFFICE, "wrong_role"),
        (CLERK, "wrong_role"),
        ("外单位", "not_found"),
    ):
        assert refused(lambda who=who: candidates(office.core, person(office, who), *sample)) == code
        look_for = {"by": who, "reason": "lookalike", "typed": confirmation(1)}
        assert (
            refused(lambda g=look_for: settle_batch(office.core, sample, [case], Settlement.DISMISS, **g))
            == code
        )
    assert [item.settled for item in office.findings(case)] == [None]


def test_documents_of_units_where_one_is_no_officer_are_not_found(office: Office):
    first, second = hand_in(office, PHONE, PHONE)
    office.sql("UPDATE document SET unit = 'other' WHERE id = :case", case=second)
    assert found(office, first) == [first]


def test_an_officer_who_drafted_a_document_is_refused_there_alone(office: Office):
    office.hire(CLERK, Role.SECRECY)
    (mine,) = hand_in(office, PHONE)
    office.hire("刘经办", Role.CLERK, DEPARTMENT)
    theirs = office.reviewed(body=BODY.format(9, PHONE), by="刘经办")
    look(office, theirs, CLERK)
    assert batch(office, mine, [mine, theirs], by=CLERK) == {mine: "drafter", theirs: "done"}


def test_the_words_are_not_in_the_index(office: Office):
    case = hand_in(office, PHONE)[0]
    ((words,),) = office.query("SELECT words FROM finding")
    assert len(words) == 64
    assert PHONE not in words
    office.sql("UPDATE meta SET value = :other WHERE key = 'digest_key'", other="00" * 32)
    again = hand_in(office, PHONE)[0]
    assert office.query("SELECT words FROM finding WHERE document = :case", case=again) != [(words,)]
    assert office.state(case) is State.IN_REVIEW


def test_candidates_come_out_of_the_index(either: Office):
    query = (
        "SELECT document FROM finding WHERE settled IS NULL AND words IS NOT NULL AND rule = 'r' AND words = 'w'"
        " AND document > '' ORDER BY document"
    )
    with either.core.database.engine.connect() as connection:
        if either.core.database.sqlite:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
        else:
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {query}")).all()
    assert "ix_finding_open_words" in str(plan)
