"""正式件: what was approved waits for its issued file, which is confirmed once if it says the same, else reviewed in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from issued_desk import (
    CONFIRMED_ONLY,
    DRAFT,
    HANDLER,
    IN_FULL,
    ISSUED,
    NUMBER,
    ONLY_ISSUED,
    TITLE,
    approved,
    drop,
    issue,
    page_of,
    plain,
    printed,
    route_said,
    segments_of,
    tiers,
    told,
    waiting,
    whole,
    word,
)
from killing import killed_before_each_write
from rule_desk import put_into_force, renewed, rescreened, term
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
    SIGNERS,
    Office,
    refused,
)
from traces import files_with

from disclosure_pipeline.model.finding import DIFFERS, PERMITTED, Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import letters, marking, reconcile
from disclosure_pipeline.pipeline.intake import drafters
from disclosure_pipeline.pipeline.marking import Chars
from disclosure_pipeline.pipeline.recall import withdraw
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.pipeline.takeback import retry, take_back


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed(**ONLY_ISSUED)


# ------------------------------------------------------------------------ the way


def test_what_was_approved_waits_and_the_department_is_asked(office: Office) -> None:
    case = approved(office)
    assert office.channels(case) == {}
    letters.deliver(office.core)
    note = office.core.workspace.outbox / DEPARTMENT / f"{case}_待投放正式件.html"
    words = note.read_text("utf-8")
    assert case in words
    assert PHONE not in words
    carry_on(office.core, case)
    assert office.state(case) is State.AWAITING_ISSUE
    whole(office)


def test_an_issued_file_that_says_the_same_is_confirmed_once_and_published(office: Office) -> None:
    case = approved(office, "通知.docx", word(DRAFT))
    number = office.row(case).index_number
    issue(office, case, printed(ISSUED), ".pdf")
    row = office.row(case)
    assert (row.state, row.version, row.issue_of) == ("in_review", 2, 1)
    assert tiers(office, case) == CONFIRMED_ONLY
    assert told(office, case, PERMITTED) == {"issue.number", "issue.date", "issue.note"}
    assert route_said(office, case) | {"tiers": 0, "rules": 0} == {
        "tiers": 0, "rules": 0, "compared": 1, "same": True, "carried": 1,
    }  # fmt: skip
    (phone,) = [item for item in office.findings(case) if item.settled]
    assert (phone.finding.text, phone.settled, phone.by) == (PHONE, Settlement.REDACT, SECRECY)
    assert (row.formed, row.slip["document_number"], row.title) == ("2026-11-20", NUMBER, TITLE)
    assert row.frozen_digest is not None
    office.sign(case, OFFICE)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert office.row(case).index_number == number
    said = page_of(office, case)
    assert NUMBER in said
    assert "2026年11月20日" in said
    assert FINAL in said
    assert files_with(office.core.workspace.site, PHONE) == []
    assert files_with(office.core.workspace.search, PHONE) == []
    whole(office)


def test_other_attributes_and_other_units_wait_for_nothing(staffed: Callable[..., Office]) -> None:
    office = staffed(**ONLY_ISSUED)
    case = office.published(attribute="依申请公开")
    assert office.state(case) is State.ON_REQUEST
    office.core.settings = staffed(folder="other").core.settings
    assert office.state(office.published()) is State.PUBLISHED


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (printed([line.replace("300", "330") for line in ISSUED]), "text"),
        (printed([*ISSUED[:-1], "（联系人电话13811112222）"]), "text"),
        (word(ISSUED, hidden="王某某的意见"), "hidden"),
    ],
    ids=["figure", "phone", "hidden"],
)
def test_one_that_says_anything_else_is_reviewed_in_full_and_then_goes_out_directly(
    office: Office, content: bytes, code: str
) -> None:
    case = approved(office, "通知.docx", word(DRAFT))
    issue(office, case, content, ".docx" if code == "hidden" else ".pdf")
    assert office.row(case).issue_of == 0
    assert tiers(office, case) == IN_FULL
    assert told(office, case, DIFFERS) == {f"issue.differs.{code}"}
    assert route_said(office, case)["differs"] == [code]
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"
    office.clear(case, Settlement.REDACT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, PHONE) == []
    whole(office)


def test_a_slip_or_folder_that_asks_for_something_else_is_not_overridden(office: Office) -> None:
    case = approved(office)
    issue(office, case, slip='attribute = "依申请公开"\n')
    row = office.row(case)
    assert (row.issue_of, row.proposed, row.state) == (0, "on_request", "in_review")
    assert tiers(office, case) == IN_FULL


def test_marks_by_hand_are_carried_over_and_do_not_go_out(office: Office) -> None:
    case = office.reviewed(TITLE, name="通知.docx", raw=word(DRAFT))
    office.clear(case, Settlement.REDACT)
    with_it = next(
        (at, segment.text) for at, segment in enumerate(segments_of(office, case)) if HANDLER in segment.text
    )
    start = with_it[1].index(HANDLER)
    marking.mark(
        office.core, case, Chars(0, with_it[0], start, start + len(HANDLER)), kind="process.information",
        by=SECRECY, reason="内部流程",
    )  # fmt: skip
    office.sign(case, *SIGNERS)
    issue(office, case, printed(ISSUED), ".pdf")
    assert tiers(office, case) == CONFIRMED_ONLY
    assert {item.finding.text for item in office.findings(case) if item.settled is Settlement.REDACT} == {
        PHONE, HANDLER,
    }  # fmt: skip
    office.sign(case, OFFICE)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    for words in (PHONE, HANDLER):
        assert files_with(office.core.workspace.site, words) == []


# ------------------------------------------------------------------------ who may


def test_one_person_of_the_office_confirms_and_decides_nothing_else(office: Office) -> None:
    case = approved(office)
    issue(office, case)
    for name in (SECRECY, FINAL, ADMIN, CLERK):
        assert refused(lambda: office.decide(case, name)) == "wrong_role"  # noqa: B023
    office.hire(CLERK, Role.OFFICE)
    assert refused(lambda: office.decide(case, CLERK)) == "drafter"
    assert {CLERK} == _drafters(office, case)
    for verb, more in ((Verb.WITHHOLD, {"ground": "R16a"}), (Verb.REFER, {})):
        wish = lambda: office.decide(case, OFFICE, verb, reason="理由", **more)  # noqa: B023, E731
        assert refused(wish) == "issue_confirmed_only"
    office.sql("UPDATE document SET frozen_digest = NULL")
    assert refused(lambda: office.decide(case, OFFICE)) == "not_frozen"


def _drafters(office: Office, case: str) -> set[str]:
    with office.core.database.read() as connection:
        return drafters(connection, case)


def test_who_dropped_only_the_issued_file_is_a_drafter_too(office: Office) -> None:
    other = "乙经办"
    office.hire(other, Role.CLERK, DEPARTMENT)
    office.hire(other, Role.OFFICE)
    case = approved(office)
    issue(office, case, by=other)
    assert refused(lambda: office.decide(case, other)) == "drafter"


def test_what_is_not_what_was_confirmed_does_not_go_out(office: Office) -> None:
    case = approved(office)
    issue(office, case)
    office.decide(case, OFFICE)
    office.sql("UPDATE finding SET settled = 'accept' WHERE version = 2 AND settled = 'redact'")
    office.work()
    assert office.state(case) is State.APPROVED
    assert office.channels(case) == {}


# ------------------------------------------------------------------------ returned, taken back, withdrawn


def test_a_return_by_the_office_is_compared_again(office: Office) -> None:
    case = approved(office)
    issue(office, case)
    office.decide(case, OFFICE, Verb.RETURN, reason="盖章不清")
    assert office.state(case) is State.RETURNED
    issue(office, case, plain([*ISSUED[:-2], "2026年11月21日", ISSUED[-1]]))
    assert (office.row(case).version, office.row(case).issue_of) == (3, 1)
    assert tiers(office, case) == CONFIRMED_ONLY
    office.sign(case, OFFICE)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert office.row(case).formed == "2026-11-21"
    whole(office)


def test_a_wrong_file_that_the_clerk_takes_back_costs_no_review(office: Office) -> None:
    case = approved(office)
    issue(office, case)
    take_back(office.core, case, CLERK)
    issue(office, case)
    assert tiers(office, case) == CONFIRMED_ONLY


def test_after_a_return_in_full_review_nothing_is_compared_any_more(office: Office) -> None:
    case = approved(office)
    issue(office, case, plain([line.replace("300", "330") for line in ISSUED]))
    office.decide(case, SECRECY, Verb.RETURN, reason="金额与审定稿不符")
    issue(office, case)
    assert (office.row(case).version, office.row(case).issue_of) == (3, 0)
    assert tiers(office, case) == IN_FULL


def test_the_office_gives_back_what_waits_and_it_begins_anew(office: Office) -> None:
    case = approved(office)
    assert refused(lambda: office.decide(case, SECRECY, Verb.RETURN, reason="不再公开")) == "wrong_role"
    office.decide(case, OFFICE, Verb.RETURN, reason="政策有变")
    assert office.state(case) is State.RETURNED
    drop(
        office,
        f"{case}改稿.docx",
        word([line.replace("300", "350") for line in DRAFT]),
        slip='attribute = "主动公开"\n',
    )
    office.work()
    assert (office.row(case).issue_of, tiers(office, case)) == (None, IN_FULL)
    office.clear(case, Settlement.REDACT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.AWAITING_ISSUE
    whole(office)


def test_what_waits_can_be_withdrawn(office: Office) -> None:
    case = approved(office)
    withdraw(office.core, case, OFFICE, "不再公开")
    assert office.state(case) is State.WITHDRAWN
    assert drop(office, f"{case}正式件.txt", plain(ISSUED)).outcome == "not_taken"
    whole(office)


def test_a_marking_in_the_issued_file_quarantines_the_whole_case(office: Office) -> None:
    case = approved(office)
    drop(office, f"{case}正式件.docx", word(("机密★10年", *ISSUED)))
    office.work()
    assert office.state(case) is State.QUARANTINED
    whole(office)


def test_a_file_that_nobody_could_read_and_that_is_given_back_is_reviewed_in_full_next_time(
    office: Office,
) -> None:
    case = approved(office)
    drop(office, f"{case}正式件.docx", b"PK\x03\x04 no office wrote this")
    office.work()
    assert office.state(case) is State.ATTENTION
    retry(office.core, case, ADMIN)
    office.work()
    assert (office.state(case), office.row(case).issue_of) == (State.ATTENTION, 1)
    office.decide(case, OFFICE, Verb.RETURN, reason="不能打开")
    issue(office, case)
    assert (office.row(case).issue_of, tiers(office, case)) == (0, IN_FULL)


# ------------------------------------------------------------------------ changed before it is confirmed


def test_settling_otherwise_before_it_is_confirmed_asks_for_the_whole_chain(office: Office) -> None:
    case = approved(office)
    issue(office, case)
    frozen = office.row(case).frozen_digest
    (phone,) = [item for item in office.findings(case) if item.settled]
    assert office.clear(case, Settlement.ACCEPT, phone.id) == (1, 3)
    assert office.row(case).frozen_digest is None
    assert refused(lambda: office.decide(case, OFFICE)) == "refused"
    office.work()
    assert (tiers(office, case), office.row(case).issue_of) == (IN_FULL, 0)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.row(case).frozen_digest not in (None, frozen)
    office.sign(case, FINAL)
    assert office.state(case) is State.PUBLISHED
    whole(office)


def test_newer_rules_reopen_what_waits(office: Office) -> None:
    case = approved(office)
    put_into_force(office, term(HANDLER))
    with renewed(office) as fresh:
        rescreened(fresh)
        assert (fresh.state(case), fresh.row(case).version, fresh.row(case).issue_of) == (
            State.IN_REVIEW,
            2,
            None,
        )
        assert tiers(fresh, case) == IN_FULL
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"
        assert drop(fresh, f"{case}正式件.txt", plain(ISSUED)).outcome == "not_taken"
        fresh.clear(case, Settlement.ACCEPT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.AWAITING_ISSUE
        issue(fresh, case)
        assert (tiers(fresh, case), fresh.row(case).issue_of) == (CONFIRMED_ONLY, 2)


@pytest.mark.parametrize("signed", [False, True])
def test_newer_rules_send_a_file_that_was_to_be_confirmed_through_the_chain(
    office: Office, signed: bool
) -> None:
    case = approved(office)
    issue(office, case)
    if signed:
        office.decide(case, OFFICE)
        assert office.state(case) is State.APPROVED
    put_into_force(office, term(HANDLER))
    with renewed(office) as fresh:
        rescreened(fresh)
        fresh.work()
        assert (fresh.state(case), fresh.row(case).issue_of) == (State.IN_REVIEW, 0)
        assert tiers(fresh, case) == IN_FULL
        assert fresh.channels(case) == {}
        assert refused(lambda: fresh.decide(case, SECRECY)) == "findings_open"
        fresh.clear(case, Settlement.REDACT)
        fresh.sign(case, *SIGNERS)
        assert fresh.state(case) is State.PUBLISHED, fresh.faults(case)
        assert files_with(fresh.core.workspace.site, HANDLER) == []
        whole(fresh)


# ------------------------------------------------------------------------ which case a drop belongs to


@pytest.fixture
def both(open_office: Callable[..., Office], store_url: str) -> Office:
    """The same on each database."""
    made = open_office(store_url, **ONLY_ISSUED)
    made.staff()
    return made


def test_the_number_or_the_very_name_says_of_which_case_a_file_is_the_issued_one(both: Office) -> None:
    first, second = waiting(both, "甲.txt", "关于甲的通知"), waiting(both, "乙.txt", "关于乙的通知")
    draft = both.folder / "desk" / "1" / "甲.txt"
    again = both.hand_in("关于甲的通知", name="甲.txt")
    assert (again.outcome, again.first) == ("duplicate", first)
    assert drop(both, "甲.txt", draft.read_bytes()).case not in (first, second)
    assert drop(both, f"{first}.txt", b"x", department=OTHER_DEPARTMENT).outcome == "not_taken"
    named = drop(both, f"{second} 乙.txt", draft.with_name("甲.txt").read_bytes())
    assert (named.outcome, named.case) == ("accepted", second)
    assert (both.row(second).version, both.row(second).issue_of) == (2, 1)
    assert drop(both, "甲.txt", draft.read_bytes() + b"\n").case == first
    assert both.steps(first)[-1] == "issue"
    assert drop(both, f"{first} 甲.txt", b"y").outcome == "not_taken"


def test_the_same_bytes_are_the_issued_file_when_the_number_is_written_on_them(both: Office) -> None:
    case = waiting(both, "甲.txt", "关于甲的通知")
    draft = both.folder / "desk" / "1" / "甲.txt"
    assert drop(both, f"{case}.txt", draft.read_bytes()).case == case
    both.work()
    assert tiers(both, case) == CONFIRMED_ONLY


def test_of_a_returned_and_an_awaiting_case_of_one_name_none_is_guessed(both: Office) -> None:
    waits = waiting(both, "同名.txt", "关于甲的通知")
    back = both.reviewed("关于乙的通知", name="同名二.txt")
    both.sql("UPDATE document SET dropped_as = (SELECT dropped_as FROM document WHERE id = :one) WHERE id = :two",
             one=waits, two=back)  # fmt: skip
    both.decide(back, SECRECY, Verb.RETURN, reason="请核对")
    answer = drop(both, "同名.txt", b"changed")
    assert (answer.outcome, answer.case) == ("not_taken", "")
    assert "收件号" in answer.reason
    assert [both.row(case).version for case in (waits, back)] == [1, 1]


def test_the_slip_that_comes_with_the_issued_file_may_name_the_case(both: Office) -> None:
    case = waiting(both, "甲.txt", "关于甲的通知")
    draft = both.folder / "desk" / "1" / "甲.txt"
    assert drop(both, "印发.txt", draft.read_bytes() + b"\n", slip=f'case = "{case}"\n').case == case


# ------------------------------------------------------------------------ crashes


def test_waiting_begins_once_whatever_kills_the_worker(office: Office) -> None:
    cases: list[str] = []

    def step() -> Callable[[], object]:
        case = office.reviewed()
        cases.append(case)
        office.sign(case, SECRECY, FIRST, SECOND)
        office.decide(case, FINAL)
        return lambda: carry_on(office.core, case)

    def after(_: int) -> None:
        office.sql("UPDATE worker SET beat_at = '2026-01-01T00:00:00.000000Z'")
        reconcile.reconcile(office.core)
        office.retry_now()
        office.work()
        assert office.state(cases[-1]) is State.AWAITING_ISSUE
        assert office.query(
            "SELECT count(*) FROM letter WHERE document = :case AND kind = 'awaiting_issue'", case=cases[-1]
        ) == [(1,)]

    assert killed_before_each_write(office.core.database, step, after) > 3
    letters.deliver(office.core)
    whole(office)


def test_a_store_that_was_made_before_has_no_issued_files(office: Office, tmp_path: Path) -> None:
    assert office.row(office.reviewed()).issue_of is None
