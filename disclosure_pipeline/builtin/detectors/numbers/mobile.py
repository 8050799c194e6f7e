"""手机号码 in every way of writing; masked ones (138****1234) are no finding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.digits import GAP, Number, digits_of
from disclosure_pipeline.builtin.detectors.numbers.surroundings import around, sole_rule
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_SHAPE = re.compile(r"(?=((?:(?:00)?86|0)?(1\d{10})))")
_PLUS = re.compile(rf"[+(]{{1,2}}{GAP}\Z")
_CLOSED = re.compile(rf"\({GAP}[+]?{GAP}(?:0{GAP}0{GAP})?8{GAP}6{GAP}\){GAP}\Z")


class Mobile:
    """Finds mobile numbers (rule of the form ``mobile``; its patterns are the allowed beginnings).

    A country code before the number is not part of the finding.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: the rule is missing, empty or ambiguous.
    """

    id = "mobile"
    version = "2"
    kinds = ("privacy.mobile",)
    canaries = (
        Canary("联系电话：13812345678。", "privacy.mobile"),
        Canary("１３８－１２３４－\n５６７８", "privacy.mobile"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rule = sole_rule(rulebook, "mobile")
        self._beginnings = self._rule.rule.patterns

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: the rule has expired.
        """
        refuse_expired((self._rule.rule,))
        view, digits = part.views.plain, digits_of(part)
        found: list[Finding] = []
        end = 0
        for run, match in digits.matches(_SHAPE, 11):
            start, behind = run.range(*match.span(2))
            if start < end or not match[2].startswith(self._beginnings):
                continue
            number = Number.at(view.text, start, behind)
            if not (run.begins(view.text, match.start(1), number) or self._rule.is_usual(number)):
                continue
            near = around(part, view, _beginning(view.text, run.places[match.start(1)]), behind)
            judgement = self._rule.judge(view.text, number, near)
            if judgement is not None:
                found.append(self._rule.finding(part, view, start, behind, judgement))
                end = behind
        return found


def _beginning(text: str, start: int) -> int:
    """Where a number with its country code begins: the signs before it belong to it."""
    before = text[max(0, start - 24) : start]
    signs = _CLOSED.search(before) or _PLUS.search(before)
    return start - len(before) + signs.start() if signs else start
