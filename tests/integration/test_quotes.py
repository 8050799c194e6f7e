"""Passages quoted in a return: proved, kept as offsets, read for the note, gone with the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ADMIN, BROKEN, DEPARTMENT, PHONE, SECRECY, Office, refused
from traces import files_with, holds

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import letters, quotes, returns
from disclosure_pipeline.store import documents

PASSAGE = "甲号储备库存放示例物资三百箱"
REMARK = "位置不宜公开"


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def marked(office: Office, case: str, words: str, remark: str = "") -> Quote:
    """What an officer marks who draws over these words."""
    with office.core.database.read() as connection:
        text = documents.texts_of(connection, case, office.row(case).version)[0]
    for number, segment in enumerate(text.segments):
        if words in segment.text:
            start = segment.text.index(words)
            return Quote("", 0, number, start, start + len(words), remark)
    raise AssertionError("not there")


def give_back(office: Office, case: str, *meant: Quote) -> None:
    office.decide(case, SECRECY, Verb.RETURN, reason="请按批注修改", quotes=meant)


def note(office: Office) -> str:
    letters.deliver(office.core)
    (path,) = (office.core.workspace.outbox / DEPARTMENT).rglob("*_退回说明.html")
    return path.read_text("utf-8")


def reasons(office: Office, case: str, version: int = 1) -> list[tuple[str, str, str]]:
    with office.core.database.read() as connection:
        told = returns.told(connection, case, version, {"tier": "保密审查"})
    return [(item.source.value, item.text, item.quote) for item in told.reasons]


# ------------------------------------------------------------------------------ the note


def test_the_note_quotes_the_passages_first_with_place_and_remark(office: Office) -> None:
    case = office.reviewed(body=f"{PASSAGE}。\n联系电话：{PHONE}。")
    (found,) = office.findings(case)
    give_back(office, case, marked(office, case, PASSAGE, REMARK), Quote(found.id, remark=" 请删去 "))
    assert reasons(office, case) == [
        ("quote", REMARK, PASSAGE), ("quote", "请删去", PHONE), ("officer", "请按批注修改", ""),
    ]  # fmt: skip
    text = note(office)
    order = [text.index(words) for words in (REMARK, PASSAGE, "请删去", PHONE, "请按批注修改")]
    assert order == sorted(order) and text.count(PHONE) == 1 and "第3段" in text


def test_a_finding_that_nobody_quoted_still_stands_in_the_note(office: Office) -> None:
    case = office.reviewed(body=f"{PASSAGE}。\n联系电话：{PHONE}。")
    give_back(office, case, marked(office, case, PASSAGE))
    assert [(source, quote) for source, _, quote in reasons(office, case)] == [
        ("quote", PASSAGE), ("officer", ""), ("finding", PHONE),
    ]  # fmt: skip


def test_the_store_keeps_offsets_and_no_copy_of_the_passage(office: Office) -> None:
    case = office.reviewed(body=f"{PASSAGE}。")
    before = holds(office.dump(), PASSAGE)
    give_back(office, case, marked(office, case, PASSAGE, REMARK))
    assert holds(office.dump(), PASSAGE) == before
    assert holds(office.dump(), REMARK) == ["decision"]
    (stored,) = json.loads(office.query("SELECT quotes FROM decision")[0][0])
    assert set(stored) == {"part", "segment", "start", "end", "remark"}
    assert "quotes" in office.query("SELECT detail FROM audit WHERE action = 'return'")[0][0]
    office.chain_holds()


def test_passages_of_an_earlier_return_are_read_from_its_own_version(office: Office) -> None:
    case = office.reviewed(body=f"{PASSAGE}。")
    give_back(office, case, marked(office, case, PASSAGE, REMARK))
    office.hand_in(body="第二稿。", name=f"{case} 通知.txt")
    office.work()
    assert reasons(office, case)[0] == ("quote", REMARK, PASSAGE)


def test_a_document_that_needs_attention_is_returned_without_passages(office: Office) -> None:
    case = office.hand_in(raw=BROKEN, name="坏.docx").case
    office.work()
    assert office.state(case) is State.ATTENTION
    meant = (Quote("", 0, 0, 0, 1),)
    assert (
        refused(lambda: office.decide(case, ADMIN, Verb.RETURN, reason="坏", quotes=meant)) == "quote_unknown"
    )
    office.decide(case, ADMIN, Verb.RETURN, reason="文件损坏")
    assert office.state(case) is State.RETURNED


# ------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("quote", "code"),
    [
        (Quote("f000000000000"), "quote_unknown"),
        (Quote("", 2, 0, 0, 1), "quote_unknown"),
        (Quote("", -1, 0, 0, 1), "quote_unknown"),
        (Quote("", 0, -1, 0, 1), "quote_unknown"),
        (Quote("", 0, 10_000, 0, 1), "quote_unknown"),
        (Quote("", 0, 0, -1, 1), "quote_unknown"),
        (Quote("", 0, 0, 0, 10_000), "quote_unknown"),
        (Quote("", 0, 0, 1, 1), "quote_unknown"),
        (Quote("", 0, 0, 2, 1), "quote_unknown"),
        (Quote("", 0, 0, 0, 1, PASSAGE * 200), "quote_too_long"),
    ],
)
def test_a_quote_that_does_not_stand_there_is_refused_without_its_words(
    office: Office, quote: Quote, code: str
) -> None:
    case = office.reviewed(body=f"{PASSAGE}。")
    with pytest.raises(Refused) as error:
        give_back(office, case, quote)
    assert error.value.code == code
    assert PASSAGE not in str(error.value.as_json())
    assert office.state(case) is State.IN_REVIEW
    assert office.query("SELECT count(*) FROM decision") == [(0,)]


def test_only_a_return_quotes_and_not_without_end(office: Office) -> None:
    case = office.reviewed(body=f"{PASSAGE * 200}。")
    one = Quote("", 0, 0, 0, 1)
    assert refused(lambda: office.decide(case, SECRECY, quotes=(one,))) == "quotes_misplaced"
    assert refused(lambda: give_back(office, case, *[one] * 51)) == "quotes_too_many"
    assert refused(lambda: give_back(office, case, marked(office, case, PASSAGE * 200))) == "quote_too_long"


def test_whatever_is_quoted_is_what_stands_there_or_is_refused(office: Office) -> None:
    case = office.reviewed(body=f"第一段𠮷🙂e\u0301。\n{PASSAGE}。\n联系电话：{PHONE}。")
    row = office.row(case)
    with office.core.database.read() as connection:
        texts = documents.texts_of(connection, case, 1)

    @settings(max_examples=150, deadline=None)
    @given(
        st.integers(-1, 1), st.integers(-2, 8), st.integers(-3, 40), st.integers(-3, 40), st.text(max_size=9)
    )
    def check(part: int, segment: int, start: int, end: int, remark: str) -> None:
        segments = texts[part].segments if part in texts else ()
        there = 0 <= segment < len(segments) and 0 <= start < end <= len(segments[segment].text)
        with office.core.database.read() as connection:
            try:
                (kept,) = quotes.proved(connection, row, [Quote("", part, segment, start, end, remark)])
            except Refused as error:
                assert (error.code, there) == ("quote_unknown", False)
                return
            (shown,) = quotes.passages(connection, case, 1, [json.loads(json.dumps(kept.as_json()))])
        assert there
        assert shown.text == segments[segment].text[start:end]
        assert (shown.place, shown.quote) == (segments[segment].place.as_json(), kept)

    check()


# ------------------------------------------------------------------- suspected secrets


def test_a_case_in_quarantine_is_quoted_nowhere(office: Office) -> None:
    """The corrected draft bears a marking before the note of the first one was written."""
    case = office.reviewed(body=f"{PASSAGE}。")
    give_back(office, case, marked(office, case, PASSAGE, REMARK))
    office.hand_in(body=f"机密★10年\n\n{PASSAGE}。", name=f"{case} 通知.txt")
    office.work()
    assert office.state(case) is State.QUARANTINED
    letters.deliver(office.core)
    assert holds(office.dump(), PASSAGE) == holds(office.dump(), REMARK) == []
    assert files_with(office.core.workspace.outbox, PASSAGE) == []
    assert files_with(office.core.workspace.outbox, REMARK) == []
    assert office.query("SELECT quotes FROM decision") == [(None,)]
    office.chain_holds()
