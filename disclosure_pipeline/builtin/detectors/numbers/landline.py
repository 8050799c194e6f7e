"""固定电话: home and personal telephones; office telephones are no finding, unclear ones are mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.digits import GAP, Digits, Number, digits_of
from disclosure_pipeline.builtin.detectors.numbers.surroundings import (
    Judgement,
    NumberRule,
    Surroundings,
    around,
    expression_of,
    has_digits_before,
    sole_rule,
    words_of,
)
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_LOCAL = tuple((re.compile(rf"(?=([2-9]\d{{{more}}}))"), more + 1) for more in (7, 6))
_ABROAD = tuple((re.compile(rf"(?=((?:00)?86([1-9]\d{{{more}}})))"), more + 3) for more in (10, 9, 8))
"""Shapes, and how many digits each needs at least."""
_IN_BRACKETS = re.compile(rf"\({GAP}(0{GAP}[0-9]{GAP}[0-9](?:{GAP}[0-9])?){GAP}\){GAP}\Z")
_LONG = 10
_DASHED = re.compile(rf"0{GAP}[0-9]{GAP}[0-9](?:{GAP}[0-9])?\s?[-‐‑‒–—―]")
_NEXT_ITEM = re.compile(r"[.、)]\s?(?![0-9])")
_REMARK = re.compile(r"\s?\(([^()]{1,8})\)")


class Landline:
    """Finds landline numbers (rules of the forms ``landline`` and ``landline_neutral``).

    The patterns of ``landline`` are area codes. Its options ``private`` and ``office`` are words that say whose
    telephone it is; of those around a number the nearest before it decides. Where there is none, the rule
    ``landline_neutral`` mentions the number. A number without area code needs a label.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: a rule is missing, empty or ambiguous.
    """

    id = "landline"
    version = "1"
    kinds = ("privacy.landline",)
    canaries = (
        Canary("申请人住宅电话：0531-82345678。", "privacy.landline"),
        Canary("家庭电话：（０５３１）８２３４\n５６７８", "privacy.landline"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rule = sole_rule(rulebook, "landline")
        self._neutral = sole_rule(rulebook, "landline_neutral", patterns=False)
        rule = self._rule.rule
        private, office = expression_of(rule, "private"), expression_of(rule, "office")
        if private is None or office is None:
            raise ConfigError(f"Rule {rule.id} does not say whose telephones count.", code="rule.empty")
        self._private, self._office = private, office
        self._words = words_of(rule)
        codes = "|".join(rule.patterns)
        self._full = tuple((re.compile(rf"(?=((?:{codes})[2-9]\d{{{more}}}))"), more + 1) for more in (7, 6))
        self._complete = re.compile(rf"(?:{codes})[2-9]\d{{6,7}}")

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired((self._rule.rule, self._neutral.rule))
        digits, view = digits_of(part), part.views.plain
        found: list[Finding] = []
        taken: list[tuple[int, int]] = []
        for number, complete in self._numbers(digits):
            if any(number.start < end and start < number.end for start, end in taken[-4:]):
                continue
            near = around(part, view, number.start, number.end)
            judgement = self._rule.judge(view.text, number, near)
            written = view.text[number.start : number.end]
            if number.strength == 4 and _NEXT_ITEM.match(near.after):
                continue  # its last group is the number of the next line's item
            if judgement is None or not self._is_credible(
                number, written, near, judgement, complete=complete
            ):
                continue
            taken.append((number.start, number.end))
            owned = self._owned(near, judgement)
            if owned is not None:
                rule, why = owned
                found.append(rule.finding(part, view, number.start, number.end, replace(judgement, why=why)))
        return found

    def _numbers(self, digits: Digits) -> Iterator[tuple[Number, bool]]:
        """Candidates in the order of the text, and whether they have an area code; the least broken first."""
        numbers = [
            *((number, True) for number in self._with_code(digits)),
            *((number, False) for number in self._local(digits)),
        ]
        return iter(
            sorted(numbers, key=lambda item: (item[0].start, item[0].strength in (2, 3), -item[0].end))
        )

    def _with_code(self, digits: Digits) -> Iterator[Number]:
        for shape, least in self._full:
            for run, match in digits.matches(shape, least):
                number = Number.at(digits.text, *run.range(*match.span(1)))
                if run.begins(digits.text, match.start(1), number) or self._rule.is_usual(number):
                    yield number
        for shape, least in _ABROAD:
            for run, match in digits.matches(shape, least):
                plus = digits.text[max(0, run.places[match.start(1)] - 1) : run.places[match.start(1)]]
                if (plus in ("+", "(") or match[1].startswith("00")) and self._complete.fullmatch(
                    "0" + match[2]
                ):
                    yield Number.at(digits.text, *run.range(*match.span(2)))

    def _local(self, digits: Digits) -> Iterator[Number]:
        """Numbers without area code, or with one in brackets, where words say that there are telephones."""
        brackets = ")" in digits.text
        if not (brackets or digits.mentions(self._words)):
            return
        for shape, least in _LOCAL:
            for run, match in digits.matches(shape, least):
                start, end = run.range(*match.span(1))
                code = _IN_BRACKETS.search(digits.text[max(0, start - 24) : start]) if brackets else None
                if code and self._complete.fullmatch("".join(re.findall("[0-9]", code[1])) + match[1]):
                    start -= len(code[0])
                number = Number.at(digits.text, start, end)
                if run.begins(digits.text, match.start(1), number):
                    yield number

    def _is_credible(
        self, number: Number, written: str, near: Surroundings, judgement: Judgement, *, complete: bool
    ) -> bool:
        """Whether the digits or a word say that it is a telephone."""
        if judgement.labelled or (complete and self._rule.has_context(near)):
            return True
        if not complete:
            return number.digits.startswith("0")  # its area code stands in brackets
        if number.strength == 0:
            return len(number.digits) > _LONG and not has_digits_before(near)
        return number.is_spread or bool(_DASHED.match(written)) or self._rule.is_usual(number)

    def _owned(self, near: Surroundings, judgement: Judgement) -> tuple[NumberRule, str] | None:
        """Whose telephone it is: the rule to report it by and why, ``None`` for an office's."""
        remark = _REMARK.match(near.after)
        words = f"{near.table} {near.heading} {near.before} {remark[0] if remark else ''}"
        private, office = _last(self._private, words), _last(self._office, words)
        if office > private:
            return None
        if private < 0:
            return self._neutral, f"{judgement.why}；{self._neutral.rule.options.get('why_neutral', '')}"
        return self._rule, f"{judgement.why}；{self._rule.rule.options.get('why_private', '')}"


def _last(words: re.Pattern[str], text: str) -> int:
    """Where the last of some words ends, -1 where there is none."""
    return max((match.end() for match in words.finditer(text)), default=-1)
