"""银行卡号 by issuer prefix, length and check digit (Luhn)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.checks import is_luhn, is_resident_id
from disclosure_pipeline.builtin.detectors.numbers.digits import Digits, Number, digits_of
from disclosure_pipeline.builtin.detectors.numbers.surroundings import around, sole_rule
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_LENGTHS = (16, 17, 18, 19)


class BankCard:
    """Finds bank card numbers (rule of the form ``bank_card``; its patterns are issuer prefixes).

    Args:
        rulebook: all rules in force; the option ``lengths`` maps a prefix to the lengths in use, without it a
            number of 16 to 19 digits counts; ``common`` are the prefixes that count without a word about cards.

    Raises:
        ConfigError: the rule is missing, empty or ambiguous.
    """

    id = "bank_card"
    version = "2"
    kinds = ("privacy.bank_card",)
    canaries = (
        Canary("卡号：6222021234567890128", "privacy.bank_card"),
        Canary("６２２２ ０２１２ ３４５６\n７８９０ １２８", "privacy.bank_card"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rule = sole_rule(rulebook, "bank_card")
        rule = self._rule.rule
        usual = {
            prefix: tuple(rule.options.get("lengths", {}).get(prefix, _LENGTHS)) for prefix in rule.patterns
        }
        self._prefixes = {
            length: tuple(prefix for prefix, lengths in usual.items() if length in lengths)
            for length in _LENGTHS
        }
        self._common = tuple(rule.options.get("common", ()))
        first = "".join(sorted({prefix[0] for prefix in rule.patterns}))
        # The longest reading that ends with a group is tried first.
        self._shapes = {
            length: re.compile(f"(?=([{first}]\\d{{{length - 1}}}))") for length in reversed(_LENGTHS)
        }

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: the rule has expired.
        """
        refuse_expired((self._rule.rule,))
        view = part.views.plain
        found: list[Finding] = []
        last = 0
        for number in sorted(self._numbers(digits_of(part)), key=self._rank):
            if number.start < last:
                continue
            near = around(part, view, number.start, number.end)
            common = number.digits.startswith(self._common)
            judgement = self._rule.judge(view.text, number, near, sure=self._is_sure(number))
            if judgement is None:
                continue
            if common or judgement.labelled or self._rule.has_context(near):
                finding = self._rule.finding(part, view, number.start, number.end, judgement)
                found.append(finding)
                last = number.end
        return found

    def _rank(self, number: Number) -> tuple[int, bool, int]:
        return number.start, not self._rule.is_usual(number), -len(number.digits)

    def _is_sure(self, number: Number) -> bool:
        """Whether its digits and groups say enough: a usual way of writing, or cut in two at most."""
        return self._rule.is_usual(number) or (
            number.digits.startswith(self._common) and len(number.groups) < 3
        )

    def _numbers(self, digits: Digits) -> Iterator[Number]:
        for length, shape in self._shapes.items():
            prefixes = self._prefixes[length]
            for run, match in digits.matches(shape, length):
                written = match[1]
                if written.startswith(prefixes) and is_luhn(written) and _is_plausible(written):
                    number = Number.at(digits.text, *run.range(*match.span(1)))
                    if self._is_sure(number) or run.begins(digits.text, match.start(1), number):
                        yield number


def _is_plausible(digits: str) -> bool:
    return len(set(digits)) > 2 and not is_resident_id(digits)
