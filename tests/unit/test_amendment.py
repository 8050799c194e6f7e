"""Changes of the rules on top of the rule files: what they make of a rule book, and what they cannot."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screening_rules import part, shipped

from disclosure_pipeline.hooks.explaining import explanation, unexplained
from disclosure_pipeline.model.amendment import (
    GUARDS,
    Action,
    Amendment,
    Guard,
    amended,
    guards_of,
    normalised,
    unguarded,
)
from disclosure_pipeline.model.finding import MARKING, Finding, Severity
from disclosure_pipeline.model.text import Place

TERM = Amendment(
    "L2026-0001", Action.TERM, "一览表第3项", terms=("甲号储备库",), kind="secrecy.term", article="保密法",
    expires=date(2030, 1, 1),
)  # fmt: skip
GUARD = Amendment("L2026-0002", Action.GUARD, "处理意见", "D9.mobile", Guard("热线", "", "", "L2026-0002"))


def found(
    text: str, words: str, rule: str = "D9.mobile", kind: str = "privacy.mobile", **more: object
) -> Finding:
    start = text.index(words)
    return Finding(
        kind, Severity.REVIEW, words, start, start + len(words), 0, Place("test", "body"), rule, **more
    )  # type: ignore[arg-type]


def test_terms_become_a_rule_of_their_own() -> None:
    book = amended(shipped(), [TERM])
    (own,) = [rule for rule in book.rules if rule.id == "office.L2026-0001"]
    assert (own.patterns, own.kind, own.source, own.article) == (
        ("甲号储备库",),
        "secrecy.term",
        "一览表第3项",
        "保密法",
    )
    assert (own.form, own.version, own.expires) == ("literal", 1, date(2030, 1, 1))
    assert book.rules[:-1] == shipped().rules


def test_a_guard_raises_the_rule_s_version_and_touches_no_other() -> None:
    book = amended(shipped(), [GUARD])
    changed = [(new, old) for new, old in zip(book.rules, shipped().rules, strict=True) if new != old]
    ((new, old),) = changed
    assert (new.id, new.version, new.patterns, new.guards) == (
        old.id,
        old.version + 1,
        old.patterns,
        old.guards,
    )
    assert guards_of(book) == {"D9.mobile": (GUARD.guard,)}
    assert guards_of(shipped()) == {}


def test_every_set_of_changes_has_a_version_of_its_own() -> None:
    sets = ([], [TERM], [GUARD], [TERM, GUARD])
    assert len({amended(shipped(), changes).version for changes in sets}) == 4
    assert amended(shipped(), [GUARD, TERM]) == amended(shipped(), [TERM, GUARD])
    assert amended(shipped(), []) is shipped()


def test_a_guard_for_a_rule_that_is_gone_has_no_effect() -> None:
    gone = Amendment("L2026-0003", Action.GUARD, "x", "no.such", Guard("热线"))
    assert amended(shipped(), [gone]).rules == shipped().rules


def test_no_guard_reaches_a_marking_rule() -> None:
    marking = next(rule for rule in shipped().rules if rule.kind == MARKING)
    sly = Amendment("L2026-0003", Action.GUARD, "x", marking.id, Guard("样式"))
    assert amended(shipped(), [sly]).rules == shipped().rules


@pytest.mark.parametrize("amendment", [TERM, GUARD])
def test_a_change_comes_back_from_its_row(amendment: Amendment) -> None:
    written = json.loads(json.dumps(amendment.content()))
    again = Amendment.of(amendment.id, amendment.action.value, amendment.rule, amendment.source, written)
    assert again == amendment


def test_words_that_were_purged_explain_nothing() -> None:
    empty = Amendment.of("L2026-0002", "guard", "D9.mobile", "x", {})
    assert not empty.guard.explains("热线", "1", "转")


def test_white_space_width_and_script_do_not_matter() -> None:
    text = "監督 熱線：\n13912345678"
    guard = Guard(before="监督热线:")
    assert explanation(found(text, "13912345678"), part(text), (guard,)) is guard


def test_words_may_stand_in_the_next_segments() -> None:
    looked_at = part("服务热", "线", "13912345678", "", "转", "人工")
    hit = Finding("privacy.mobile", Severity.REVIEW, "", 0, 11, 2, Place("test", "body"), "D9.mobile")
    assert explanation(hit, looked_at, (Guard("热线", "转人工"),)) is not None
    assert explanation(hit, looked_at, (Guard("热线", "转机器"),)) is None


@pytest.mark.parametrize(
    "hit",
    [
        found("热线13912345678", "13912345678", kind=MARKING),
        found("热线13912345678", "13912345678", kind="hidden.content"),
        found("热线13912345678", "13912345678", kind="check.undetermined"),
        found("热线13912345678", "13912345678", count=3),  # a list whose things cannot be told apart
    ],
)  # fmt: skip
def test_some_findings_are_never_explained_away(hit: Finding) -> None:
    assert explanation(hit, part("热线13912345678"), (Guard("热线"),)) is None
    assert unexplained([hit], [part("热线13912345678")], {"D9.mobile": (Guard("热线"),)}) == [hit]


def test_of_a_list_only_what_stands_beside_the_words_goes() -> None:
    text = "热线111，联系人222，热线333。"
    looked_at, guards = part(text), {"D9.mobile": (Guard("热线"),)}
    whole = found(text, "111", count=3, more=((0, 9, 12), (0, 15, 18)))
    assert [text[start:end] for _, start, end in whole.ranges] == ["111", "222", "333"]
    (left,) = unexplained([whole], [looked_at], guards)
    assert (left.text, left.count, left.more, left.start) == ("222", 1, (), 9)
    assert unexplained([whole], [looked_at], {"D9.mobile": (Guard("热线"), Guard("联系人"))}) == []
    assert unexplained([whole], [looked_at], {"D9.mobile": (Guard("传真"),)}) == [whole]


def test_another_rule_s_guard_explains_nothing() -> None:
    hit = found("热线13912345678", "13912345678")
    assert unexplained([hit], [part("热线13912345678")], {"D9.email": (Guard("热线"),)}) == [hit]


def test_without_guards_nothing_is_explained() -> None:
    book = unguarded(amended(shipped(), [GUARD]))
    assert guards_of(book) == {}
    assert all(not rule.guards for rule in book.rules if rule.form in ("literal", "regex"))
    assert book.version != shipped().version


_TEXT = st.text(st.sampled_from("热线转接机关办0123 \n"), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=_TEXT,
    words=st.text(st.sampled_from("甲乙丙"), min_size=1, max_size=3),
    after=_TEXT,
    left=_TEXT,
    right=_TEXT,
)
def test_a_guard_explains_exactly_what_stands_beside_it(
    before: str, words: str, after: str, left: str, right: str
) -> None:
    text = f"{before}{words}{after}"
    hit = Finding(
        "privacy.mobile",
        Severity.REVIEW,
        words,
        len(before),
        len(before) + len(words),
        0,
        Place("t", "body"),
        "r",
    )
    guard = Guard(left, right, words)
    beside = normalised(before).endswith(normalised(left)) and normalised(after).startswith(normalised(right))
    expected = beside and bool(normalised(left) or normalised(right))
    assert (explanation(hit, part(text), (guard,)) is not None) == expected


def test_the_option_s_name_is_not_used_by_a_shipped_rule() -> None:
    assert not any(GUARDS in rule.options for rule in shipped().rules)
