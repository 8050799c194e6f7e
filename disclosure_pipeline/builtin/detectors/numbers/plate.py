"""机动车号牌 (GA 36), also of new-energy, police, learners' and trailers' plates and those for Hong Kong and Macau."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.digits import GAP, GAP_CLASS, Number, strength
from disclosure_pipeline.builtin.detectors.numbers.surroundings import around, sole_rule
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_LETTER, _ANY, _DIGIT = "[A-HJ-NP-Za-hj-np-z]", "[A-HJ-NP-Za-hj-np-z0-9]", "[0-9]"
_ENERGY = "[A-HJ-Ka-hj-k]"
_BODIES = (
    (_ENERGY, _ANY, *[_DIGIT] * 4),
    (*[_DIGIT] * 5, _ENERGY),
    (*[_ANY] * 4, "[学警挂港澳领]"),
    (*[_ANY] * 5,),
)
"""What stands behind province and letter: new-energy plates of small and large cars, special and usual plates."""

_GAPS = re.compile(GAP_CLASS)
_DIGITS_AT_LEAST = 2


def _expression(provinces: str) -> re.Pattern[str]:
    """Province, letter and body; without gaps in the body where that reads, else with them."""
    tight = "|".join("".join(body) for body in _BODIES)
    spread = "|".join(GAP.join(body) for body in _BODIES)
    return re.compile(f"[{provinces}]{GAP}{_LETTER}{GAP}(?:(?:{tight})|(?:{spread}))(?![A-Za-z0-9])")


class Plate:
    """Finds plates (rules of the forms ``plate`` and ``plate_official``).

    The pattern of ``plate`` lists the provinces' characters; those of ``plate_official`` are words for official
    cars: a plate behind one of them is reported by that rule, with its severity.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: a rule is missing, empty or ambiguous.
    """

    id = "plate"
    version = "1"
    kinds = ("privacy.plate",)
    canaries = (
        Canary("车牌号：鲁A·12345", "privacy.plate"),
        Canary("粤 B D １２３\n４５", "privacy.plate"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rule = sole_rule(rulebook, "plate")
        self._official = sole_rule(rulebook, "plate_official")
        self._words = self._official.rule.patterns
        self._expression = _expression("".join(self._rule.rule.patterns))

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired((self._rule.rule, self._official.rule))
        return list(self._findings(part))

    def _findings(self, part: PartText) -> Iterator[Finding]:
        view = part.views.plain
        for match in self._expression.finditer(view.text):
            written = match.group()
            if sum(map(str.isdecimal, written)) < _DIGITS_AT_LEAST:
                continue
            start, end = match.span()
            # The word before may hold the province's character (更新A…), so it is looked at with it.
            near = around(part, view, start, end)
            if self._rule.is_beside(near.beside + written[0]):
                continue
            broken = strength("".join(_GAPS.findall(written[2:])))
            number = Number("", start, end, (), broken)
            judgement = self._rule.judge(view.text, number, near, sure=True)
            if judgement is not None:
                official = any(word in near.before[-16:] for word in self._words)
                rule = self._official if official else self._rule
                yield rule.finding(part, view, start, end, judgement)
