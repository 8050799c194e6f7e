"""应急预案中的联络名单: names and telephones of those who are called in an emergency, one finding for each list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.reporting import Range, listed
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

_GAP = 90
"""Most characters between two telephones of one list."""
_OPENING, _ABOVE = 300, 600
"""Characters at the beginning of the part, and before the list, that say what it is about."""

_DIGITS = re.compile(r"[0-9](?=[0-9)\- ]{6})")
"""Where the digits of a telephone may begin; cheaper than its pattern."""


class ContactList:
    """Finds contact lists in emergency plans (rules of the form ``contact_list``).

    Patterns are telephone numbers. Options: ``least`` (telephones of the shortest list), ``about`` (an expression
    for what the plan is about, in the beginning of the part or before the list), ``headed`` (an expression for what
    makes it a list of people, inside of it or just before).

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile, or lack an option.
    """

    id = "contact_list"
    version = "1"
    kinds = ("infrastructure.secret",)
    canaries = (
        Canary(
            "防汛应急预案 附件：应急联络表\n姓名 联系电话\n王建国 13812345678\n李志强 13912345678\n赵敏 13712345678",
            "infrastructure.secret",
        ),
    )

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "contact_list")
        compiler = PatternSet(rulebook, ())
        try:
            self._lists = [
                (
                    rule,
                    compiler.compiled(rule, "|".join(f"(?:{pattern})" for pattern in rule.patterns)),
                    compiler.compiled(rule, rule.options["about"]),
                    compiler.compiled(rule, rule.options["headed"]),
                    int(rule.options["least"]),
                )
                for rule in self._rules
            ]
        except KeyError:
            raise ConfigError("A rule for contact lists lacks an option.", code="rule.option") from None

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        found: list[Finding] = []
        for rule, telephone, about, headed, least in self._lists:
            for numbers in _clusters(telephone, view.text):
                if len(numbers) >= least and _is_list(view.text, numbers, about, headed):
                    found.append(_finding(part, rule, numbers))
        return found


def _clusters(telephone: re.Pattern[str], text: str) -> Iterator[list[Range]]:
    """Telephones that follow each other closely."""
    cluster: list[Range] = []
    end = 0
    for digit in _DIGITS.finditer(text):
        match = telephone.match(text, digit.start()) if digit.start() >= end else None
        if match is None:
            continue
        if cluster and match.start() - end > _GAP:
            yield cluster
            cluster = []
        cluster.append(match.span())
        end = match.end()
    if cluster:
        yield cluster


def _is_list(text: str, numbers: Sequence[Range], about: re.Pattern[str], headed: re.Pattern[str]) -> bool:
    start, end = numbers[0][0], numbers[-1][1]
    near = text[max(0, start - _GAP * 2) : min(end, start + _ABOVE)]
    if headed.search(near) is None:
        return False
    opening = text[: min(_OPENING, start)]
    return about.search(opening) is not None or about.search(text, max(0, start - _ABOVE), end) is not None


def _finding(part: PartText, rule: Rule, numbers: Sequence[Range]) -> Finding:
    """The finding over the whole list: its names matter as much as its numbers."""
    view = part.views.plain
    start, end = numbers[0][0], numbers[-1][1]
    before = view.text[max(0, start - _GAP) : start]
    begin = start - len(before) + before.rfind("\n") + 1 if "\n" in before else start
    return listed(part, view, rule, [(begin, end)], count=len(numbers))
