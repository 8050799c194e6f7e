"""公民身份号码 by check character and birth date (GB 11643); residence permits share its form.

Region codes are not looked at: real numbers carry retired and new ones that no list has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.checks import (
    CHECK_LETTERS,
    has_birth_date,
    is_birth_date,
    is_resident_id,
)
from disclosure_pipeline.builtin.detectors.numbers.digits import (
    GAP,
    Digits,
    Number,
    Taken,
    digits_of,
    strength,
)
from disclosure_pipeline.builtin.detectors.numbers.surroundings import NumberRule, around, sole_rule
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_BODY = r"[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}"
_CURRENT = ((re.compile(f"(?=({_BODY}\\d))"), 0), (re.compile(f"(?=({_BODY}\\d[1-7][1-4]))"), 2))
"""The number alone, and as a disability certificate carries it: with two digits, kind and degree, behind it."""

_LETTERED = re.compile(f"(?=({_BODY}))")
_FORMER = re.compile(r"(?=([1-9]\d{7}[01]\d[0-3]\d{4}))")
_CHECK_LETTER = re.compile(f"({GAP}[{CHECK_LETTERS}])(?:[1-7][1-4])?(?![0-9A-Za-z])")


class ResidentId:
    """Finds resident identity numbers of 18 and, less surely, of 15 digits.

    Four rules take part, by form: ``resident_id``; ``residence_permit``, whose patterns are the beginnings that
    tell permits of 18 digits from resident identity cards; ``resident_id_15``, whose patterns are the two digits
    of provinces (needed where there is no check character); ``resident_id_doubtful`` for a number that a label
    calls one although its check character is wrong (a slip of the pen, a misread scan).

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: one of the rules is missing, empty or ambiguous (``rule.missing``).
    """

    id = "resident_id"
    version = "2"
    kinds = ("privacy.resident_id",)
    canaries = (
        Canary("身份证号：11010519491231002X", "privacy.resident_id"),
        Canary("１１０１０５ １９４９１２３１\n００２Ｘ", "privacy.resident_id"),
    )

    def __init__(self, rulebook: RuleBook):
        self._current = sole_rule(rulebook, "resident_id", patterns=False)
        self._permit = sole_rule(rulebook, "residence_permit")
        self._former = sole_rule(rulebook, "resident_id_15")
        self._doubtful = sole_rule(rulebook, "resident_id_doubtful", patterns=False)
        self._rules = tuple(kind.rule for kind in (self._current, self._permit, self._former, self._doubtful))

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        digits = digits_of(part)
        taken = Taken()
        return [
            finding
            for search in (self._proved, self._mistaken, self._of_15)
            for number, finding in search(part, digits)
            if taken.take(number.start, number.end)
        ]

    def _proved(self, part: PartText, digits: Digits) -> Iterator[tuple[Number, Finding]]:
        for number in _candidates(digits):
            if is_resident_id(number.digits):
                permit = number.digits.startswith(self._permit.rule.patterns)
                yield from _judged(self._permit if permit else self._current, part, digits, number, sure=True)

    def _mistaken(self, part: PartText, digits: Digits) -> Iterator[tuple[Number, Finding]]:
        for number in _candidates(digits):
            if not is_resident_id(number.digits):
                yield from _judged(self._doubtful, part, digits, number)

    def _of_15(self, part: PartText, digits: Digits) -> Iterator[tuple[Number, Finding]]:
        provinces = self._former.rule.patterns
        for run, match in digits.matches(_FORMER, 15):
            written = match[1]
            if written.startswith(provinces) and is_birth_date(
                "19" + written[6:8], written[8:10], written[10:12]
            ):
                number = Number.at(digits.text, *run.range(*match.span(1)))
                yield from _judged(self._former, part, digits, number)


def _judged(
    rule: NumberRule, part: PartText, digits: Digits, number: Number, *, sure: bool = False
) -> Iterator[tuple[Number, Finding]]:
    view = part.views.plain
    near = around(part, view, number.start, number.end)
    judgement = rule.judge(digits.text, number, near, sure=sure)
    if judgement is not None:
        yield number, rule.finding(part, view, number.start, number.end, judgement)


def _candidates(digits: Digits) -> list[Number]:
    """Rows of 18 characters with a birth date, in the order of the text."""
    return sorted((*_with_letter(digits), *_of_digits(digits)), key=lambda number: number.start)


def _with_letter(digits: Digits) -> Iterator[Number]:
    for run, match in digits.matches(_LETTERED, 17):
        behind = match.end(1)
        letter = _CHECK_LETTER.match(digits.text, run.end) if behind == len(run.digits) else None
        if letter and has_birth_date(match[1] + "X"):
            start, end = run.range(match.start(1), behind)
            body = Number.at(digits.text, start, end)
            broken = max(body.strength, strength(letter[1][:-1]))
            yield Number(match[1] + "X", start, letter.end(), body.groups, broken)


def _of_digits(digits: Digits) -> Iterator[Number]:
    for shape, suffix in _CURRENT:
        for run, match in digits.matches(shape, 18):
            last = match.end(1) - suffix
            glued = run.places[match.end(1) - 1] - run.places[last - 1] == suffix
            if glued and has_birth_date(match[1][:18]):
                number = Number.at(digits.text, *run.range(*match.span(1)))
                yield replace(number, digits=match[1][:18])
