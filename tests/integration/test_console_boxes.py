"""Boxes that an officer draws on the picture of a page: around words inside of paragraphs, and where none are sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from support import ADMIN, CLERK, SECRECY, SIGNERS, Office
from traces import files_with
from typeset import HEIGHT, WIDTH, Written, breadth, reportlab_pdf, set_in_type
from web import Seat, signed_in

from disclosure_pipeline.hooks import page_pictures
from disclosure_pipeline.model.finding import PERSON, Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.store import documents

TITLE = "关于冬季养老服务补贴发放时间的通知"
SENDER = "示范县民政局"
WORDS = "柳河村名册甲字第九号"
BODY = f"依据{WORDS}和{WORDS}，由各镇人民政府负责落实，要按时办理并且逐户核对有关情况，认真做好政策解读，不得漏报。"
LINES = set_in_type([Written(TITLE, "center", 22.0, 0.0), Written(BODY), Written(SENDER, "right")])

UPPER, MIDDLE, LAST = LINES[1:4]
"""The printed lines of the paragraph."""

Shares = dict[str, str]


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


@pytest.fixture
def case(office: Office) -> str:
    return office.reviewed(TITLE, name="通知.pdf", raw=reportlab_pdf(LINES))


def around(words: str, nth: int = 0) -> Shares:
    """A box that an officer draws around words of a printed line."""
    found = [(line, at) for line in LINES for at in range(len(line.text)) if line.text.startswith(words, at)]
    line, at = found[nth]
    left = line.left + breadth(line.text[:at], line.size) + at * line.step
    wide = breadth(words, line.size) + (len(words) - 1) * line.step
    return shares(left - 1, line.baseline - line.size, left + wide + 1, line.baseline + 4)


def shares(left: float, top: float, right: float, bottom: float) -> Shares:
    sides = {"left": left / WIDTH, "top": top / HEIGHT, "right": right / WIDTH, "bottom": bottom / HEIGHT}
    return {side: f"{share:.5f}" for side, share in sides.items()}


def spanning(one: Shares, other: Shares) -> Shares:
    """The box around two boxes."""
    return {
        side: (min if side in ("left", "top") else max)(one[side], other[side], key=float) for side in one
    }


def draw(officer: Seat, case: str, box: Shares) -> None:
    officer.get(f"/documents/{case}/review")
    officer.press("//form[@data-marking]", "redact", kind="process.information", **box)


def text_of(office: Office, case: str) -> Text:
    with office.core.database.read() as connection:
        return documents.texts_of(connection, case, 1)[0]


def marked(office: Office, case: str) -> list[list[str]]:
    """The words of each mark, by range."""
    text = text_of(office, case)
    return [
        [text.segments[at].text[start:end] for at, start, end in item.finding.ranges]
        for item in office.findings(case)
        if item.finding.detector == PERSON
    ]


def refused(office: Office, officer: Seat, case: str, box: Shares) -> None:
    before = office.findings(case)
    draw(officer, case, box)
    assert "画的框切到了文字" in officer.refusal
    assert office.findings(case) == before
    # What was drawn is not lost.
    assert officer.page.xpath("//form[@data-marking]//input[@name='left']/@value") == [box["left"]]


# ------------------------------------------------------------------------ marked


def test_words_in_a_drawn_box_do_not_go_out_and_those_beside_it_do(office: Office, officer: Seat, case: str):
    draw(officer, case, around(WORDS, 1))
    assert officer.status == 200, officer.refusal
    assert marked(office, case) == [[WORDS]]
    (item,) = [one for one in office.findings(case) if one.finding.detector == PERSON]
    # The second of both, on the characters themselves: as if the words had been selected.
    assert (item.finding.start, item.settled) == (BODY.rindex(WORDS), Settlement.REDACT)
    draw(officer, case, around(WORDS, 0))
    assert sorted(marked(office, case)) == [[WORDS], [WORDS]]
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, "要按时办理")
    assert files_with(office.core.workspace.site, WORDS) == []


def test_a_box_over_two_lines_marks_words_of_both(office: Office, officer: Seat, case: str):
    upper, lower = UPPER.text[4:9], MIDDLE.text[6:11]
    draw(officer, case, spanning(around(upper), around(lower)))
    ((above, below),) = marked(office, case)
    assert (upper in above, lower in below) == (True, True)
    assert (above in UPPER.text, below in MIDDLE.text) == (True, True)


def test_a_box_over_the_end_of_one_paragraph_and_all_of_the_next(office: Office, officer: Seat, case: str):
    draw(officer, case, spanning(around(LAST.text[-4:]), around(SENDER)))
    assert marked(office, case) == [[LAST.text[-4:], SENDER]]


# ----------------------------------------------------------------------- refused


def test_a_box_where_the_text_is_another_one_is_refused(office: Office, officer: Seat, case: str):
    text = text_of(office, case)
    others = tuple(one._replace(text=one.text.replace("按时", "及时")) for one in text.segments)
    with office.core.database.write() as connection:
        documents.write_texts(connection, case, 1, {0: replace(text, segments=others)})
    refused(office, officer, case, around(WORDS))
    assert marked(office, case) == []


def test_a_box_on_a_page_that_cannot_be_looked_at_is_refused(
    office: Office, officer: Seat, case: str, monkeypatch: pytest.MonkeyPatch
):
    officer.get(f"/documents/{case}/review")  # the page's size is known from now on
    monkeypatch.setattr(page_pictures, "SECONDS", 0.0001)
    refused(office, officer, case, around(WORDS))


def test_a_box_beside_the_words_is_refused(office: Office, officer: Seat, case: str):
    end = LAST.left + breadth(LAST.text, LAST.size) + 20
    refused(office, officer, case, shares(end, LAST.baseline - 14, end + 60, LAST.baseline))
    assert marked(office, case) == []


@pytest.mark.parametrize(("who", "reads"), [(CLERK, True), (ADMIN, False)])
def test_who_may_not_mark_draws_nothing(app: Any, office: Office, case: str, who: str, reads: bool):
    with signed_in(app, office, who) as other:
        box = {"version": "1", "part": "0", "page": "1", "kind": "process.information", "do": "redact"}
        other.post(f"/documents/{case}/marks", box | around(WORDS))
        assert (other.status in (403, 404), WORDS in other.text) == (True, reads)
    assert marked(office, case) == []
