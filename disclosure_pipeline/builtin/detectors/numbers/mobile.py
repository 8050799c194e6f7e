"""手机号码 in every way of writing; masked ones (138****1234) are no finding."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.numbers.number import (
    GAP,
    Number,
    NumberRule,
    spread,
    whole,
    without_nested,
)
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_COUNTRY = f"[+(]{{0,2}}(?:0{GAP}0{GAP})?8{GAP}6[)]?{GAP}"


class Mobile:
    """Finds mobile numbers (rule of the form ``mobile``; its patterns are the allowed beginnings).

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: the rule is missing, empty or ambiguous.
    """

    id = "mobile"
    version = "1"
    kinds = ("privacy.mobile",)
    canaries = (
        Canary("联系电话：13812345678。", "privacy.mobile"),
        Canary("１３８－１２３４－\n５６７８", "privacy.mobile"),
    )

    def __init__(self, rulebook: RuleBook):
        rules = rules_of(rulebook, "mobile")
        if len(rules) != 1:
            raise ConfigError("More than one rule for mobile numbers.", code="rule.ambiguous")
        self._rule = NumberRule(rules[0])
        self._beginnings = rules[0].patterns
        self._expression = whole(f"(?:{_COUNTRY}|0{GAP})?({spread(['1', *['[0-9]'] * 10])})")

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: the rule has expired.
        """
        refuse_expired((self._rule.rule,))
        view = part.views.plain
        numbers = without_nested(
            Number.at(view.text, *match.span(2))
            for match in self._expression.finditer(view.text)
            if self._is_credible(view.text, match.span(1), match.span(2))
        )
        return [
            finding_at(
                part, view, self._rule.rule, number.start, number.end,
                confidence=self._rule.confidence(number),
            )
            for number in numbers
        ]  # fmt: skip

    def _is_credible(self, text: str, written: tuple[int, int], core: tuple[int, int]) -> bool:
        number = Number.at(text, *core)
        surrounded = Number(number.digits, written[0], core[1], number.groups, number.strength)
        return number.digits.startswith(self._beginnings) and self._rule.accepts(text, surrounded)
