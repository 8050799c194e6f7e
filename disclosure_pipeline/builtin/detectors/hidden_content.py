"""隐藏内容: what a file holds and a reader of the printed page does not see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import finding_of, refuse_expired, rules_of
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.model.view import Span

_ANY = "*"


class HiddenContent:
    """Reports text that is not seen on the page, one finding per kind of place with a count.

    The patterns of a rule of the form ``hidden`` are kinds of place (`model/text.py`), ``*`` stands
    for every kind that no other rule names. Options: ``seen`` (also report what is visible:
    tracked insertions), ``harmless`` (property names that need no attention), ``plain`` (regular
    expressions of what needs none wherever it is the whole text, as the code of a page number).

    Args:
        rulebook: all rules in force. ``{count}`` in a suggestion becomes the number of places.

    Raises:
        ConfigError: rules are missing or empty, or none covers the unnamed kinds.
    """

    id = "hidden_content"
    version = "1"
    kinds = ("hidden.content",)
    canaries = (
        Canary("批注：此处数据待核实", "hidden.content"),
        Canary("隐藏的一行 123", "hidden.content"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "hidden")
        self._by_kind = {kind: rule for rule in self._rules for kind in rule.patterns}
        if _ANY not in self._by_kind:
            raise ConfigError("No rule for kinds of hidden text without a rule.", code="rule.missing")
        self._plain = {rule.id: _pattern(rule) for rule in self._rules if "plain" in rule.options}

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        kinds = {segment.place.kind for segment in part.text.segments}
        even_seen = {kind for kind in kinds if self._rule(kind).options.get("seen", False)}
        places: dict[str, list[int]] = {}
        for index, segment in enumerate(part.text.segments):
            if (not segment.visible or segment.place.kind in even_seen) and self._counts(segment):
                places.setdefault(segment.place.kind, []).append(index)
        return [self._finding(part, kind, indexes) for kind, indexes in places.items()]

    def _rule(self, kind: str) -> Rule:
        return self._by_kind.get(kind, self._by_kind[_ANY])

    def _counts(self, segment: Segment) -> bool:
        rule = self._rule(segment.place.kind)
        options, plain = rule.options, self._plain.get(rule.id)
        if not any(character.isalnum() for character in segment.text):
            return False
        if plain is not None and plain.fullmatch(segment.text):
            return False
        name = "".join((segment.place.detail or "").lower().split("_"))
        return not (name and name.rpartition(":")[2] in options.get("harmless", ()))

    def _finding(self, part: PartText, kind: str, indexes: Sequence[int]) -> Finding:
        """The finding for all places of a kind; it stands on the first one."""
        rule = self._rule(kind)
        found = finding_of(part, _content(part.text, indexes[0]), rule)
        return replace(found, suggestion=rule.suggestion.replace("{count}", str(len(indexes))))


def _pattern(rule: Rule) -> re.Pattern[str]:
    try:
        return re.compile("|".join(f"(?:{pattern})" for pattern in rule.options["plain"]), re.IGNORECASE)
    except re.error as error:
        raise ConfigError(
            f"Rule {rule.id} has a pattern that is no regular expression.", code="rule.pattern"
        ) from error


def _content(text: Text, index: int) -> Span:
    """The text of a segment without the white space around it."""
    characters = text.segments[index].text
    start = len(characters) - len(characters.lstrip())
    return Span(index, start, start + len(characters.strip()))
