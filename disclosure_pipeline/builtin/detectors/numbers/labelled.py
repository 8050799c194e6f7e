"""Numbers that only a word makes what they are: passports, permits, officers' cards, accounts on the net."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.numbers.digits import Digits, Number, Taken, digits_of, strength
from disclosure_pipeline.builtin.detectors.numbers.surroundings import (
    Judgement,
    NumberRule,
    around,
    words_of,
)
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.words import Words
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

_LETTERS = 12
"""Characters before and behind the digits of a number that may belong to it."""

_REACH = 60
"""Characters behind a word in which its number stands."""


class _Kind:
    """A rule with its compiled patterns.

    Args:
        rule: the rule; its option ``anywhere`` says that its patterns may match without five digits in a row of
            groups, so that they are tried behind its words and in every cell.
        patterns: what compiles them.
    """

    def __init__(self, rule: Rule, patterns: PatternSet):
        self.rule = NumberRule(rule)
        self.words = words_of(rule)
        self._expressions = tuple(patterns.compiled(rule, pattern) for pattern in rule.patterns)
        self._anywhere = bool(rule.options.get("anywhere", False))
        spread = "|".join(r"\s?".join(map(re.escape, word)) for word in self.words)
        self._word = re.compile(spread)

    def ranges(self, part: PartText, digits: Digits) -> Iterator[tuple[int, int]]:
        """Where a pattern matches."""
        text = digits.text
        for expression in self._expressions:
            for begin, end in _merged(self._windows(part, digits), text):
                for match in expression.finditer(text, begin, end):
                    yield _in_its_cell(expression, match)

    def _windows(self, part: PartText, digits: Digits) -> Iterator[tuple[int, int]]:
        """Stretches of the text in which the patterns are tried."""
        if not self._anywhere:
            for run in digits.runs:
                yield max(0, run.start - _LETTERS), run.end + _LETTERS
        elif any(segment.place.cell for segment in part.text.segments):
            yield 0, len(digits.text)
        else:
            for word in self._word.finditer(digits.text):
                yield word.start(), word.end() + _REACH


class _Labelled:
    """Finds what the patterns of its rules describe, where their words and labels stand around.

    Args:
        rulebook: all rules in force; the option ``words`` of a rule names words without one of which a text
            is not searched, the others are those of :class:`~.surroundings.NumberRule`.

    Raises:
        ConfigError: rules are missing, empty, or do not compile.
    """

    form: ClassVar[str]

    def __init__(self, rulebook: RuleBook):
        self._all = rules_of(rulebook, self.form)
        patterns = PatternSet(rulebook, ())
        self._kinds = tuple(_Kind(rule, patterns) for rule in self._all)
        words = dict.fromkeys(word for kind in self._kinds for word in kind.words)
        self._words = Words(tuple(words))

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._all)
        taken = Taken()
        return [
            rule.finding(part, part.views.plain, start, end, judgement)
            for rule, start, end, judgement in self._hits(part, digits_of(part))
            if taken.take(start, end)
        ]

    def _hits(self, part: PartText, digits: Digits) -> Iterator[tuple[NumberRule, int, int, Judgement]]:
        if not self._words.occur(digits.letters, codes_of(part.views.compact)):
            return
        view = part.views.plain
        for kind in self._kinds:
            if not digits.mentions(kind.words):
                continue
            for start, end in kind.ranges(part, digits):
                near = around(part, view, start, end)
                judgement = kind.rule.judge(view.text, _written(view.text, start, end), near)
                if judgement is not None:
                    yield kind.rule, start, end, judgement


def _merged(windows: Iterable[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
    """Windows in order without overlaps; none ends within a row of letters or digits."""
    begin, end = 0, -1
    for first, last in windows:
        if first > end:
            if end > 0:
                yield begin, end
            begin = first
        end = max(end, min(last, len(text)))
        while end < len(text) and text[end].isalnum() and text[end].isascii():
            end += 1
    if end > 0:
        yield begin, end


def _in_its_cell(expression: re.Pattern[str], match: re.Match[str]) -> tuple[int, int]:
    """The match, without what stands in the next cell where it is complete before that."""
    start, end = match.span()
    border = match.string.find("\t", start, end)
    if border >= 0 and expression.fullmatch(match.string, start, border):
        return start, border
    return start, end


def _written(text: str, start: int, end: int) -> Number:
    separators = "".join(character for character in text[start:end] if not character.isalnum())
    return Number("", start, end, (), strength(separators))


class IdentityPaper(_Labelled):
    """Finds passports, permits and cards of soldiers (rules of the form ``paper``)."""

    id = "identity_paper"
    version = "1"
    form = "paper"
    kinds = ("privacy.passport",)
    canaries = (
        Canary("护照号码：E12345678", "privacy.passport"),
        Canary("港澳居民来往内地通行证：H １２３４\n５６７８", "privacy.passport"),
        Canary("台胞证号：12345678", "privacy.passport"),
        Canary("军官证号：军字第1234567号", "privacy.passport"),
    )


class OnlineAccount(_Labelled):
    """Finds accounts of WeChat, QQ and Alipay (rules of the form ``account``)."""

    id = "online_account"
    version = "1"
    form = "account"
    kinds = ("privacy.email", "privacy.bank_card")
    canaries = (
        Canary("微信号：zhangsan_1990", "privacy.email"),
        Canary("QQ号：１２３４５６７８９", "privacy.email"),
        Canary("支付宝账号：2088012345678901", "privacy.bank_card"),
    )
