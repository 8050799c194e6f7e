"""What the public copy may hold: words that the secrecy officer let pass, whatever rule finds them there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_pipeline.builtin.stages import unapproved
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import PartRole, Slip
from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Place, Segment, Text

NAME = "privacy.person_name"


def part(*segments: str) -> PartText:
    placed = tuple(Segment(text, Place("text", "body", paragraph=at)) for at, text in enumerate(segments, 1))
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", placed))


def found(text: PartText, *words: str, rule: str = "D9.name_applicant", kind: str = NAME) -> Finding:
    """A finding of these words; of several, one that stands for a list."""
    places = []
    for word in words:
        at = next(at for at, segment in enumerate(text.text.segments) if word in segment.text)
        start = text.text.segments[at].text.index(word)
        places.append((at, start, start + len(word)))
    segment, start, end = places[0]
    made = Finding(kind, Severity.REVIEW, words[0], start, end, segment, Place("text", "body"), rule)
    return replace(made, more=tuple(places[1:]), count=len(words))


def case(text: PartText, *settled: tuple[Finding, Settlement]) -> Case:
    return Case(
        document="2026-000001", unit="default", department="民政局", state=State.IN_REVIEW, version=1, title="公示",
        slip=Slip(attribute="主动公开"), parts=(), paths={}, texts=(text,), findings=tuple(item for item, _ in settled),
        settled={item.id: how.value for item, how in settled},
    )  # fmt: skip


DRAFT = part("张三", "李四", "王五")
COPY = part("张三\t李四", "王五，赵六")


@pytest.mark.parametrize("how", [Settlement.ACCEPT, Settlement.DISMISS])
def test_accepted_words_pass_under_another_rule_of_their_kind(how: Settlement) -> None:
    document = case(DRAFT, (found(DRAFT, "张三"), how))
    assert unapproved(document, [found(COPY, "张三", rule="D9.name")], (COPY,)) == ()


def test_a_list_that_was_accepted_passes_name_by_name_and_the_other_way_round() -> None:
    listed = case(DRAFT, (found(DRAFT, "张三", "李四", "王五"), Settlement.ACCEPT))
    assert unapproved(listed, [found(COPY, "李四"), found(COPY, "王五")], (COPY,)) == ()
    singly = case(DRAFT, *((found(DRAFT, name), Settlement.ACCEPT) for name in ("张三", "李四", "王五")))
    assert unapproved(singly, [found(COPY, "张三", "李四", "王五")], (COPY,)) == ()


def test_a_list_with_one_name_more_does_not_pass() -> None:
    document = case(DRAFT, (found(DRAFT, "张三", "李四", "王五"), Settlement.ACCEPT))
    more = found(COPY, "张三", "李四", "王五", "赵六")
    assert unapproved(document, [more], (COPY,)) == (more,)


def test_words_that_were_to_be_removed_do_not_pass() -> None:
    document = case(DRAFT, (found(DRAFT, "张三"), Settlement.REDACT))
    assert len(unapproved(document, [found(COPY, "张三")], (COPY,))) == 1


def test_another_kind_or_a_weightier_finding_does_not_pass() -> None:
    document = case(DRAFT, (found(DRAFT, "张三"), Settlement.ACCEPT))
    health = found(COPY, "张三", kind="privacy.health")
    block = replace(found(COPY, "张三"), severity=Severity.BLOCK)
    assert unapproved(document, [health, block], (COPY,)) == (health, block)


def test_a_number_broken_in_the_draft_is_the_same_number_whole() -> None:
    draft, copy = part("1381234", "5678"), part("13812345678")
    broken = replace(found(draft, "1381234", "5678", kind="privacy.mobile"), count=1)
    document = case(draft, (broken, Settlement.ACCEPT))
    assert unapproved(document, [found(copy, "13812345678", kind="privacy.mobile")], (copy,)) == ()
    assert len(unapproved(document, [found(copy, "5678", kind="privacy.mobile")], (copy,))) == 1


def test_findings_for_information_need_nobody() -> None:
    note = replace(found(COPY, "赵六"), severity=Severity.INFO)
    assert unapproved(case(DRAFT), [note], (COPY,)) == ()
