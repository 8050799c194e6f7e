"""银行卡号 by issuer prefix, length and check digit (Luhn)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.numbers.number import (
    Number,
    NumberRule,
    spread,
    whole,
    without_nested,
)
from disclosure_pipeline.builtin.detectors.numbers.resident_id import is_resident_id
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_LENGTHS = range(16, 20)
_LONGEST = whole(spread(["[1-9]", *["[0-9]"] * 15]) + "(?:" + spread(["", "[0-9]"]) + "){0,3}")


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


class BankCard:
    """Finds bank card numbers (rule of the form ``bank_card``; its patterns are issuer prefixes).

    Args:
        rulebook: all rules in force; the option ``lengths`` maps a prefix to the lengths in use,
            without it a number of 16 to 19 digits counts.

    Raises:
        ConfigError: the rule is missing, empty or ambiguous.
    """

    id = "bank_card"
    version = "1"
    kinds = ("privacy.bank_card",)
    canaries = (
        Canary("卡号：6222021234567890128", "privacy.bank_card"),
        Canary("６２２２ ０２１２ ３４５６\n７８９０ １２８", "privacy.bank_card"),
    )

    def __init__(self, rulebook: RuleBook):
        rules = rules_of(rulebook, "bank_card")
        if len(rules) != 1:
            raise ConfigError("More than one rule for bank cards.", code="rule.ambiguous")
        self._rule = NumberRule(rules[0])
        self._prefixes = rules[0].patterns
        self._lengths = {
            prefix: frozenset(lengths) for prefix, lengths in rules[0].options.get("lengths", {}).items()
        }

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: the rule has expired.
        """
        refuse_expired((self._rule.rule,))
        view = part.views.plain
        return [
            finding_at(
                part, view, self._rule.rule, number.start, number.end,
                confidence=self._rule.confidence(number),
            )
            for number in without_nested(self._numbers(view.text))
        ]  # fmt: skip

    def _numbers(self, text: str) -> Iterator[Number]:
        for match in _LONGEST.finditer(text):
            start = match.start(1)
            ends = [start + index + 1 for index, character in enumerate(match[1]) if character.isdecimal()]
            digits = "".join(text[end - 1] for end in ends)
            numbers = [
                Number.at(text, start, ends[length - 1])
                for length in range(16, len(ends) + 1)
                if self._is_card(digits[:length])
                and not text[ends[length - 1] : ends[length - 1] + 1].isdecimal()
            ]
            numbers.sort(key=lambda number: (not self._rule.is_usual(number), -len(number.digits)))
            card = next((number for number in numbers if self._rule.accepts(text, number)), None)
            if card is not None:
                yield card

    def _is_card(self, digits: str) -> bool:
        return (
            digits.startswith(self._prefixes)
            and any(
                digits.startswith(prefix) and len(digits) in self._lengths.get(prefix, _LENGTHS)
                for prefix in self._prefixes
            )
            and len(set(digits)) > 2
            and is_luhn(digits)
            and not is_resident_id(digits)
        )
