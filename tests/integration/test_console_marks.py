"""Marks that an officer makes by typing words: where they stand, what goes before them, what does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import SECRECY, SECRECY_2, Office
from typeset import Written, reportlab_pdf, set_in_type
from web import Seat, signed_in

from disclosure_pipeline.model.finding import PERSON, Settlement
from disclosure_pipeline.pipeline import marking
from disclosure_pipeline.store.documents import Settled

WORDS, OTHERS = "柳河村名册甲字第九号", "逐户核对有关情况"
KIND = "process.information"
FORM = "//form[@data-marking]"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


def by_hand(office: Office, case: str) -> list[Settled]:
    return [item for item in office.findings(case) if item.finding.detector == PERSON]


def test_words_are_marked_where_they_are_not_yet_and_the_number_is_told(
    office: Office, officer: Seat
) -> None:
    first = f"依据{WORDS}办理。"
    case = office.reviewed(body=f"{first}\n另见{WORDS}。\n再见{WORDS}。")
    officer.get(f"/documents/{case}/review")
    (segment, *_) = officer.page.xpath(f"//*[@data-segment][contains(., '{WORDS}')]/@data-segment")
    there = marking.Chars(0, int(segment), first.index(WORDS), first.index(WORDS) + len(WORDS))
    marking.mark(office.core, case, there, kind=KIND, by=SECRECY_2, reason="标注")
    officer.press(FORM, "redact", words=WORDS, kind=KIND)
    assert (officer.status, officer.refusal) == (200, "")
    assert "已添加标注，共 2 处；其余" in officer.words
    made = by_hand(office, case)
    assert [(item.finding.text, item.settled) for item in made] == [(WORDS, Settlement.REDACT)] * 3
    officer.press(FORM, "redact", words=WORDS, kind=KIND)
    assert (officer.status, "此处已有标注" in officer.refusal) == (409, True)
    assert by_hand(office, case) == made


def test_the_number_is_told_in_the_readers_language(office: Office, officer: Seat) -> None:
    case = office.reviewed(body=f"依据{WORDS}办理。\n另见{WORDS}。")
    officer.get("/account")
    officer.post("/account", {"language": "en"})
    officer.get(f"/documents/{case}/review")
    officer.press(FORM, "redact", words=WORDS, kind=KIND)
    assert "Marked: 2." in officer.words


def test_typed_words_go_before_a_box_that_was_drawn_earlier(office: Office, officer: Seat) -> None:
    lines = [Written("关于补贴的通知", "center", 22.0, 0.0), Written(f"依据{WORDS}，{OTHERS}。")]
    case = office.reviewed(name="通知.pdf", raw=reportlab_pdf(set_in_type(lines)))
    officer.get(f"/documents/{case}/review")
    box = {"left": "0.00100", "top": "0.00100", "right": "0.99900", "bottom": "0.99900"}
    officer.press(FORM, "redact", kind=KIND, words=WORDS, **box)
    assert officer.refusal == ""
    assert [item.finding.text for item in by_hand(office, case)] == [WORDS]


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("conclude", {}),
        ("conclude", {"do": "agree"}),
        ("marks", {"words": WORDS, "kind": KIND, "part": "0", "page": "1"}),
        ("marks", {"words": WORDS, "kind": KIND, "part": "0", "page": "1", "do": "hide"}),
    ],
)
def test_a_form_that_does_not_say_what_it_wants_does_nothing(
    office: Office, officer: Seat, act: str, values: dict[str, str]
) -> None:
    case = office.reviewed(body=f"依据{WORDS}办理。")
    officer.get(f"/documents/{case}/review")
    before = office.row(case)
    officer.post(f"/documents/{case}/{act}", {"version": "1", **values})
    assert (officer.status in (400, 409), "没有执行任何操作" in officer.refusal) == (True, True)
    assert (office.row(case), office.findings(case)) == (before, [])
    assert office.tier_states(case)[0] == "open"
