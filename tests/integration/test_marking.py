"""What an officer marks by hand goes out no more; what an officer suspects is isolated at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, SECOND, SECRECY, SECRECY_2, SIGNERS, Office, refused
from traces import files_with
from typeset import Written, reportlab_pdf, set_in_type

from disclosure_pipeline.model.boxes import Box, is_box, share
from disclosure_pipeline.model.finding import PERSON, Settlement, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RouteRule
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.pipeline import marking, quarantine, rescreening
from disclosure_pipeline.pipeline.marking import Chars, Drawn, mark, suspect, unmark
from disclosure_pipeline.store import documents

WORDS = "柳河村低保户名册编号甲字第九号"
BODY = f"本次发放依据为{WORDS}，请按时办理。"
KIND = "process.information"


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite: nothing here depends on the database."""
    shutil.copyfile(sqlite_template, tmp_path / "store.sqlite")
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def text_of(office: Office, case: str, part: int = 0) -> Text:
    with office.core.database.read() as connection:
        return documents.texts_of(connection, case, documents.fetch(connection, case).version)[part]


def chars(office: Office, case: str, words: str = WORDS) -> Chars:
    segments = text_of(office, case).segments
    index = next(number for number, segment in enumerate(segments) if words in segment.text)
    start = segments[index].text.index(words)
    return Chars(0, index, start, start + len(words))


def marked(office: Office, case: str, where: Chars | Drawn | None = None, **more: object) -> tuple[str, int]:
    given = {"kind": KIND, "by": SECRECY, "reason": "过程性信息", **more}
    return mark(office.core, case, where or chars(office, case), **given)  # type: ignore[arg-type]


def by_hand(office: Office, case: str, version: int | None = None) -> list[documents.Settled]:
    return [item for item in office.findings(case, version) if item.finding.detector == PERSON]


# -------------------------------------------------------------------- characters


def test_marked_characters_are_settled_at_once_and_do_not_go_out(office: Office):
    case = office.reviewed(body=BODY)
    identity, version = marked(office, case)
    (item,) = by_hand(office, case)
    assert (item.id, version, item.settled, item.by) == (identity, 1, Settlement.REDACT, SECRECY)
    assert (item.finding.text, item.finding.kind, item.finding.rule) == (WORDS, KIND, "person.mark")
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, "请按时办理")
    assert files_with(office.core.workspace.site, WORDS) == []
    assert WORDS not in str(office.query("SELECT detail FROM audit"))
    office.chain_holds()


def test_what_is_left_open_waits_for_the_officer(office: Office):
    case = office.reviewed(body=BODY)
    identity, _ = marked(office, case, how=None, reason="")
    assert [item.settled for item in by_hand(office, case)] == [None]
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"
    office.clear(case, Settlement.ACCEPT, identity)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED


def test_a_marked_number_can_be_masked(office: Office):
    number = "88001234567"
    case = office.reviewed(body=f"服务代码{number}。")
    assert by_hand(office, case) == []
    marked(office, case, chars(office, case, number), kind="privacy.mobile", treatment=Treatment.MASK)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, "880****4567")
    assert files_with(office.core.workspace.site, number) == []


def test_a_mark_behind_a_signature_makes_a_new_version(office: Office):
    case = office.reviewed(body=BODY)
    office.sign(case, SECRECY, FIRST)
    assert marked(office, case)[1] == 2
    assert office.tier_states(case, 1) == ["void"] * 4
    assert by_hand(office, case, 1) == []
    assert len(by_hand(office, case, 2)) == 1
    office.sign(case, *SIGNERS)
    assert files_with(office.core.workspace.site, WORDS) == []


def test_a_mark_is_removed_again(office: Office):
    case = office.reviewed(body=BODY)
    before = office.findings(case)
    identity, _ = marked(office, case)
    assert unmark(office.core, case, identity, by=SECRECY) == 1
    assert office.findings(case) == before
    identity, _ = marked(office, case)
    office.sign(case, SECRECY)
    assert unmark(office.core, case, identity, by=SECRECY) == 2
    assert [item.id for item in by_hand(office, case, 1)] == [identity]
    assert by_hand(office, case) == []
    assert office.tier_states(case) == ["open"] * 4


def test_screening_again_keeps_what_a_person_marked(office: Office):
    case = office.reviewed(body=BODY)
    identity, _ = marked(office, case)
    open_one, _ = marked(office, case, chars(office, case, "请按时办理"), how=None)
    office.sql("UPDATE document SET rules_version = 'older'")
    assert rescreening.rescreen(office.core, case).end is rescreening.End.SAME
    assert {item.id: item.settled for item in by_hand(office, case)} == {
        identity: Settlement.REDACT,
        open_one: None,
    }


def test_a_mark_asks_for_the_tiers_that_rules_add(office: Office):
    added = (
        RouteRule("own.meeting", "本单位规定", finding_kinds=("internal.affairs",), meeting=True),
        RouteRule("own.asked", "本单位规定", finding_kinds=("commercial.secret",), refer="countersign"),
    )
    office.core.rulebook = replace(office.core.rulebook, routes=(*office.core.rulebook.routes, *added))
    case = office.reviewed(body=BODY)
    marked(office, case, kind="internal.affairs")
    assert office.row(case).referral_needed == ""
    ((meeting,),) = office.query(
        "SELECT meeting FROM tier WHERE document = :case AND tier = 'final' AND version = 1", case=case
    )
    assert meeting
    office.sign(case, SECRECY)
    assert marked(office, case, kind="commercial.secret")[1] == 2
    assert office.row(case).referral_needed == "countersign"


# ----------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("part", "segment", "start", "end"),
    [(0, 0, 0, 0), (0, 0, 3, 2), (0, 0, -1, 3), (0, 0, 0, 999), (0, 99, 0, 1), (0, -1, 0, 1), (9, 0, 0, 1)],
)
def test_places_that_are_not_there_are_refused(office: Office, part: int, segment: int, start: int, end: int):
    case = office.reviewed(body=BODY)
    before = office.dump()
    assert refused(lambda: marked(office, case, Chars(part, segment, start, end))) == "bad_range"
    assert office.dump() == before


def test_who_may_not_mark_learns_nothing(office: Office):
    office.hire(CLERK, Role.SECRECY)
    case = office.reviewed(body=BODY)
    identity, _ = marked(office, case)
    where = Chars(0, 99, 0, 1)
    before = office.dump()
    for who in (FIRST, SECOND, FINAL, OFFICE, ADMIN):
        assert refused(lambda by=who: marked(office, case, where, by=by)) == "wrong_role"
        assert refused(lambda by=who: marked(office, case, by=by)) == "wrong_role"
        assert refused(lambda by=who: unmark(office.core, case, identity, by=by)) == "wrong_role"
    assert refused(lambda: marked(office, case, chars(office, case, "请按时办理"), by=CLERK)) == "drafter"
    assert refused(lambda: unmark(office.core, case, identity, by=CLERK)) == "drafter"
    assert office.dump() == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "secrecy.marking"}, "bad_kind"), ({"kind": "check.undetermined"}, "bad_kind"),
        ({"kind": "own"}, "bad_kind"), ({"reason": " "}, "reason_required"), ({"reason": "consent"}, "reason_unfit"),
        ({"how": Settlement.ACCEPT}, "treatment_unfit"), ({"treatment": Treatment.MASK}, "mask_unknown"),
        ({"treatment": Treatment.COLUMN}, "not_in_table"),
    ],
)  # fmt: skip
def test_what_cannot_be_marked_so_is_refused(office: Office, more: dict[str, object], code: str):
    case = office.reviewed(body=BODY)
    before = office.dump()
    assert refused(lambda: marked(office, case, **more)) == code
    assert office.dump() == before


def test_the_same_characters_are_marked_once(office: Office):
    case = office.reviewed(body=BODY)
    marked(office, case)
    assert refused(lambda: marked(office, case)) == "already_marked"
    assert len(by_hand(office, case)) == 1


def test_a_detectors_finding_is_settled_and_not_removed(office: Office):
    case = office.reviewed(body="联系电话：13912345678。")
    (found,) = office.findings(case)
    assert refused(lambda: unmark(office.core, case, found.id, by=SECRECY)) == "not_by_hand"
    assert refused(lambda: unmark(office.core, case, "f000000000000", by=SECRECY)) == "not_found"
    assert office.findings(case) == [found]


def test_nothing_is_marked_outside_of_review(office: Office):
    case = office.published(body=BODY)
    assert refused(lambda: marked(office, case)) == "refused"
    assert refused(lambda: unmark(office.core, case, "f000000000000", by=SECRECY)) == "refused"


# -------------------------------------------------------------------------- boxes


def paper(office: Office) -> str:
    written = [
        Written("关于冬季养老服务补贴发放时间的通知", "center", 22.0, 0.0),
        Written(f"本次发放依据为{WORDS}，由各镇负责。"),
        Written("各镇人民政府要按时办理。"),
    ]
    return office.reviewed(
        "关于冬季养老服务补贴发放时间的通知", name="通知.pdf", raw=reportlab_pdf(set_in_type(written))
    )


def box_of(office: Office, case: str, words: str) -> Box:
    box = next(segment.place.bbox for segment in text_of(office, case).segments if words in segment.text)
    assert box is not None
    return box


def grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def test_a_box_means_the_characters_that_it_holds(office: Office):
    case = paper(office)
    box = grown(box_of(office, case, WORDS), 1.5)
    marked(office, case, Drawn(0, 1, box))
    (item,) = by_hand(office, case)
    assert WORDS in (item.finding.text or "")
    assert item.finding.place.bbox == box
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, "各镇人民政府要按时办理")
    assert files_with(office.core.workspace.site, WORDS) == []


def test_a_box_over_nothing_readable_is_kept_and_nothing_of_it_goes_out(office: Office):
    case = paper(office)
    empty = (60.0, 600.0, 300.0, 700.0)
    first, _ = marked(office, case, Drawn(0, 1, empty))
    second, _ = marked(office, case, Drawn(0, 1, (310.0, 600.0, 400.0, 700.0)))
    assert first != second
    assert [(item.finding.text, item.settled) for item in by_hand(office, case)] == [
        (None, Settlement.REDACT)
    ] * 2
    assert by_hand(office, case)[0].finding.place.bbox == empty
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)


def test_an_empty_box_can_only_be_removed_and_is_signed_as_it_lies(office: Office):
    case = paper(office)
    empty = (60.0, 600.0, 300.0, 700.0)
    assert refused(lambda: marked(office, case, Drawn(0, 1, empty), kind="privacy.mobile", treatment=Treatment.MASK)) \
        == "nothing_to_redact"  # fmt: skip
    marked(office, case, Drawn(0, 1, empty))
    office.sign(case, SECRECY)
    office.sql("UPDATE finding SET place = replace(place, '600.0', '610.0') WHERE detector = 'person'")
    assert refused(lambda: office.decide(case, FIRST)) == "content_changed"


def test_a_box_that_cuts_through_text_is_refused(office: Office):
    case = paper(office)
    left, top, right, bottom = box_of(office, case, WORDS)
    before = office.dump()
    for box in (
        (left, top, left + (right - left) / 3, bottom),
        (left + 5, top + 2, left + 30, bottom - 2),
        (left, bottom - (bottom - top) / 4, right, bottom + 200),
    ):
        assert refused(lambda box=box: marked(office, case, Drawn(0, 1, box))) == "box_cuts_text"
    assert office.dump() == before


@pytest.mark.parametrize(
    ("page", "box"),
    [
        (0, (1.0, 1.0, 2.0, 2.0)), (2, (1.0, 1.0, 2.0, 2.0)), (1, (2.0, 1.0, 1.0, 2.0)), (1, (-1.0, 1.0, 2.0, 2.0)),
        (1, (1.0, 1.0, float("nan"), 2.0)), (1, (1.0, 1.0, float("inf"), 2.0)), (1, (1.0, 1.0, 1.0, 2.0)),
    ],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(office: Office, page: int, box: Box):
    case = paper(office)
    assert refused(lambda: marked(office, case, Drawn(0, page, box))) == "bad_range"
    assert by_hand(office, case) == []


def test_where_nobody_knows_the_places_of_words_a_box_says_nothing(office: Office):
    case = paper(office)
    where = Drawn(0, 1, (60.0, 600.0, 300.0, 700.0))
    marked(office, case, where)
    segments = text_of(office, case).segments
    text = replace(text_of(office, case), segments=tuple(
        segment._replace(place=segment.place._replace(bbox=None)) for segment in segments
    ))  # fmt: skip
    with office.core.database.write() as connection:
        documents.write_texts(connection, case, 1, {0: text})
    other = Drawn(0, 1, (310.0, 600.0, 400.0, 700.0))
    assert refused(lambda: marked(office, case, other)) == "box_unplaced"
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.ATTENTION
    assert office.faults(case) == ["freeze.picture_redaction"]
    assert files_with(office.core.workspace.site, WORDS) == []


def test_shares_of_boxes():
    whole = (0.0, 0.0, 10.0, 10.0)
    assert share(whole, (0.0, 0.0, 5.0, 10.0)) == 0.5
    assert share((0.0, 0.0, 5.0, 10.0), whole) == 1.0
    assert share(whole, (20.0, 20.0, 30.0, 30.0)) == 0.0
    assert share((3.0, 3.0, 3.0, 8.0), whole) == 1.0
    assert is_box(whole)
    assert not is_box((3.0, 3.0, 3.0, 8.0))


# ---------------------------------------------------------------------- suspicion


@pytest.mark.parametrize("published", [False, True])
def test_a_suspected_submission_is_isolated_as_if_it_bore_a_marking(office: Office, published: bool):
    case = office.published(body=BODY) if published else office.reviewed(body=BODY)
    suspect(office.core, case, by=SECRECY, reason="涉及储备库位置")
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert files_with(office.core.workspace.site, WORDS) == []
    assert files_with(office.core.workspace.vault, WORDS) == []
    assert WORDS not in str(office.dump())
    assert "储备库" not in str(office.dump())
    (row,) = quarantine.listing(office.core)
    assert [mark["rule"] for mark in row["marks"]] == [marking.SUSPECT_RULE]
    action = "recall" if published else "quarantine"
    assert office.query("SELECT actor FROM audit WHERE action = :action", action=action) == [(SECRECY,)]
    office.chain_holds()


def test_a_suspicion_that_two_officers_lift_lets_the_document_go_on(office: Office):
    case = office.reviewed(body=BODY)
    suspect(office.core, case, by=SECRECY, reason="疑似")
    quarantine.release(office.core, case, SECRECY, "不涉密")
    quarantine.release(office.core, case, SECRECY_2, "不涉密")
    office.work()
    assert office.state(case) is State.IN_REVIEW


def test_only_a_secrecy_officer_isolates(office: Office):
    case = office.reviewed(body=BODY)
    before = office.dump()
    for who in (FIRST, SECOND, FINAL, OFFICE, ADMIN, CLERK):
        assert refused(lambda by=who: suspect(office.core, case, by=by, reason="疑似")) == "wrong_role"
    assert refused(lambda: suspect(office.core, case, by=SECRECY, reason=" ")) == "reason_required"
    assert office.dump() == before
    assert files_with(office.core.workspace.vault, WORDS)


def test_an_officer_who_drafted_it_may_suspect_it(office: Office):
    office.hire(CLERK, Role.SECRECY)
    case = office.reviewed(body=BODY)
    suspect(office.core, case, by=CLERK, reason="疑似")
    assert office.state(case) is State.QUARANTINED
