"""Patterns that begin at a needle: one cheap pass over the text finds where any of them can begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.words import Words
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View


@dataclass(frozen=True, slots=True)
class Anchored:
    """A place where a pattern matched.

    Args:
        rule: its rule.
        match: the match; its groups are named by the detector that reads them.
    """

    rule: Rule
    match: re.Match[str]


class AnchoredPatterns:
    """The patterns of some rules, each tried only where one of the needles stands.

    A rule's option ``needles`` lists the words with which all its patterns begin. Those of all rules
    are found in one pass, so the time grows with the number of needles found, not with the length of the text times
    the number of patterns.

    Args:
        rulebook: all rules (macros).
        rules: the rules.

    Raises:
        ConfigError: a rule has no needles (``rule.needles``), or an expression does not compile
            (``rule.pattern``).
    """

    def __init__(self, rulebook: RuleBook, rules: Sequence[Rule]):
        missing = [rule.id for rule in rules if not any(rule.options.get("needles", ()))]
        if missing:
            raise ConfigError(f"Rules without needles: {', '.join(missing)}.", code="rule.needles")
        compiler = PatternSet(rulebook, ())
        by_needle: dict[str, list[tuple[Rule, re.Pattern[str]]]] = {}
        for rule in rules:
            patterns = [(rule, compiler.compiled(rule, pattern)) for pattern in rule.patterns]
            for needle in dict.fromkeys(rule.options["needles"]):
                by_needle.setdefault(needle, []).extend(patterns)
        self._patterns = tuple(by_needle.values())
        self._needles = Words(tuple(by_needle))

    def hits(self, view: View) -> Iterator[Anchored]:
        """Every match, of overlapping ones the first; patterns that match together: the rule named first."""
        text, end = view.text, 0
        for needle, start, _ in self._needles.occurrences(text, codes_of(view)):
            if start < end:
                continue
            hit = next(_matches(self._patterns[needle], text, start), None)
            if hit is not None:
                end = hit.match.end()
                yield hit


def _matches(patterns: Sequence[tuple[Rule, re.Pattern[str]]], text: str, start: int) -> Iterator[Anchored]:
    for rule, pattern in patterns:
        match = pattern.match(text, start)
        if match is not None:
            yield Anchored(rule, match)
