"""Patterns as data: macros, spread-out words, look-alikes, needles and guards."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet, without_overlaps
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import MARKING, Severity
from disclosure_pipeline.model.policy import Rule, RuleBook

MACROS = {"gap": "[ \n·-]{0,3}", "end": "(?:甲|«tail»)", "tail": "乙丙"}
LOOKALIKES = {"密": "宻宓", "机": "杋"}


def rule(*patterns: str, guards: tuple[str, ...] = (), name: str = "one", **options: object) -> Rule:
    return Rule(
        name, MARKING, Severity.BLOCK, "marking", patterns, guards,
        options={"macros": MACROS, "lookalikes": LOOKALIKES, **options},
    )  # fmt: skip


def hits(text: str, *rules: Rule) -> list[Hit]:
    return list(PatternSet(RuleBook(rules), rules).hits(text))


def words(text: str, *rules: Rule) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits(text, *rules)]


@pytest.mark.parametrize("text", ["机密", "机 密", "机\n·密", "杋宻", "杋 宓"])
def test_a_spread_word_knows_gaps_and_lookalikes(text: str) -> None:
    assert words(f"，{text}。", rule("‹机密›")) == [text]


@pytest.mark.parametrize("text", ["机要", "机    密", "机x密", "密机"])
def test_a_spread_word_is_no_other_word(text: str) -> None:
    assert words(text, rule("‹机密›")) == []


def test_one_of_some_characters_and_a_macro_in_a_macro() -> None:
    assert words("机乙丙，杋甲，丁甲", rule("⟨机密⟩«end»")) == ["机乙丙", "杋甲"]


def test_letters_are_what_a_lookalike_stands_for() -> None:
    (hit,) = hits("杋 宻★", rule("(?P<core>‹机密›)★"))
    assert hit.core == "杋 宻"
    assert PatternSet(RuleBook((rule("a"),)), ()).letters(hit.core) == "机密"


def test_a_group_says_what_is_reported_and_blanks_are_left_out() -> None:
    assert words("编号 机密 特急", rule("编号(?P<found> ‹机密› )特急")) == ["机密"]


@pytest.mark.parametrize("text", ["商业机密", "商 业 机 密", "商业\n机密", "的商业机密的"])
def test_a_guard_covers_also_what_is_spread_out(text: str) -> None:
    assert words(text, rule("‹机密›", guards=("商业机密", "机密性"))) == []


@pytest.mark.parametrize("text", ["商业；机密", "商业化机密", "商机密"])
def test_a_guard_covers_nothing_beside_it(text: str) -> None:
    assert words(text, rule("‹机密›", guards=("商业机密",))) == ["机密"]


def test_a_guard_must_cover_the_core_only() -> None:
    assert words("商业机密★", rule("(?P<core>‹机密›)★", guards=("商业机密",))) == []
    assert words("商业机密★", rule("‹机密›★", guards=("商业机密",))) == ["机密★"]


@pytest.mark.parametrize("pattern", ["(", "«nothing»", "⟨机⟩["])
def test_a_pattern_that_cannot_work_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError) as raised:
        hits("", rule(pattern))
    assert raised.value.code == "rule.pattern"
    with pytest.raises(ConfigError):
        hits("", rule("a", needle=pattern))


def test_macros_that_hold_each_other_are_refused() -> None:
    broken = rule("«a»", macros={"a": "«b»", "b": "«a»"})
    with pytest.raises(ConfigError):
        hits("", broken)


pieces = st.lists(
    st.sampled_from(["机密", "★", "10年", "机", "密", " ", "\n", "保守", "，", "商业", "其他文字" * 30]),
    max_size=60,
)


@given(pieces)
@settings(max_examples=200, deadline=None)
def test_needles_lose_nothing_and_add_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    patterns = (
        "^(?P<core>‹机密›)★?$",
        "(?P<core>‹机密›)«gap»★«gap»10年(?!，)",
        "(?<=，)(?P<core>‹机密›)(?=，|$)",
    )
    plain = rule(*patterns, guards=("商业机密",))
    with_needle = rule(*patterns, guards=("商业机密",), needle=["⟨密⟩", "⟨机⟩«gap»⟨密⟩"], reach=16)
    assert [hit[1:] for hit in hits(text, with_needle)] == [hit[1:] for hit in hits(text, plain)]


def test_needs_keep_patterns_from_being_tried() -> None:
    assert words("机密", rule("机密", needs=["★"])) == []
    assert words("机密★", rule("机密", needs=["★"])) == ["机密"]


def test_of_overlapping_hits_the_first_given_stays() -> None:
    wide, narrow = rule("机密★10年", name="wide"), rule("★10", name="narrow")
    text = "★10 机密★10年 ★10"
    kept = without_overlaps(hits(text, wide, narrow))
    assert [(hit.rule.id, hit.start) for hit in kept] == [("narrow", 0), ("wide", 4), ("narrow", 11)]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=30))
def test_what_stays_is_in_order_and_disjoint(places: list[tuple[int, int]]) -> None:
    one = rule("a")
    given_hits = [Hit(one, start, start + length, "", start) for start, length in places]
    kept = without_overlaps(given_hits)
    assert all(left.end <= right.start for left, right in pairwise(kept))
    assert all(any(hit.start < other.end and other.start < hit.end for other in kept) for hit in given_hits)


def test_a_hundred_thousand_hits_take_no_time() -> None:
    began = time.process_time()
    found = without_overlaps(hits("机密★" * 100_000, rule("‹机密›★", guards=("商业机密",), needle="密")))
    assert len(found) == 100_000
    assert time.process_time() - began < 2


def test_the_rules_as_written_compile_to_what_they_say() -> None:
    assert (
        PatternSet(RuleBook((rule("a"),)), ()).compiled(rule("a"), "‹密›x").pattern
        == re.compile("[密宻宓]x").pattern
    )
