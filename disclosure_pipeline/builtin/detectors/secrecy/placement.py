"""Where on its page something stands, and what a level means in the words around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import Place, Text
from disclosure_pipeline.model.view import View

_LINE = re.compile(r"\s*[^\n]*\n")


class Tops:
    """Where the first lines of each page of each part of the file end in the view.

    Args:
        extracted: the extracted text.
        view: its view.
        text: the view's text as it is searched.
    """

    def __init__(self, extracted: Text, view: View, text: str):
        self.text = text
        self._extracted, self._view = extracted, view
        self._starts: dict[tuple[str, int | None], int] = {}
        self._ends: dict[tuple[str, int | None, int], int] = {}
        for index, segment in enumerate(extracted.segments):
            key = (segment.place.part, segment.place.page)
            if key not in self._starts:
                self._starts[key] = view.position(index)

    def end(self, place: Place, lines: int) -> int:
        """Offset behind the first lines (empty ones not counted) of a place's page."""
        key = (place.part, place.page, lines)
        if key not in self._ends:
            end = self._starts[place.part, place.page]
            for _ in range(lines):
                line = _LINE.match(self.text, end)
                end = line.end() if line else len(self.text)
            self._ends[key] = end
        return self._ends[key]

    def place(self, at: int) -> Place:
        """The place of a character."""
        return self._extracted.segments[self._view.segment(at)].place

    def line(self, at: int) -> tuple[int, int]:
        """Where the line of a character begins and ends."""
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, end if end >= 0 else len(self.text)


@dataclass(frozen=True, slots=True)
class _Context:
    rule: Rule
    expressions: tuple[re.Pattern[str], ...]
    level: re.Pattern[str]
    unless: re.Pattern[str] | None
    only: frozenset[str]
    standing: tuple[re.Pattern[str], ...]


class Contexts:
    """Wordings in which a level is spoken of: lists of levels, examples, quotations.

    Rules of the form ``marking_context``; hits whose level lies in a match of their patterns are
    replaced by one hit of the rule named by ``otherwise``, or dropped without one. Options: ``rules``
    (ids of the rules whose hits it judges; all without it), ``distinct`` (so many
    different levels the match must name), ``level`` (expression of a level), ``unless`` (an expression; where it is found
    in the match or shortly before, the context does not count), ``flow`` (the kinds of place in which it counts; all
    without it), ``standing`` (expressions of a line in the first ``top_lines`` lines of a page on which the level, their
    group ``core``, stands for itself: there the context does not count either).

    Args:
        rulebook: all rules in force.
        patterns: the set that compiles the expressions.
        fallbacks: the rules that ``otherwise`` may name, by id.

    Raises:
        ConfigError: an expression does not compile.
    """

    def __init__(self, rulebook: RuleBook, patterns: PatternSet, fallbacks: Mapping[str, Rule]):
        self._patterns, self._fallbacks = patterns, fallbacks
        self.rules = rulebook.of_form("marking_context")
        self._contexts = [
            _Context(
                rule,
                tuple(patterns.compiled(rule, pattern) for pattern in rule.patterns),
                patterns.compiled(rule, rule.options.get("level", "«levels»")),
                patterns.compiled(rule, rule.options["unless"]) if "unless" in rule.options else None,
                frozenset(rule.options.get("rules", ())),
                tuple(patterns.compiled(rule, line) for line in rule.options.get("standing", ())),
            )
            for rule in self.rules
        ]

    def judged(self, hits: Sequence[Hit], tops: Tops) -> Iterator[Hit]:
        """The hits as they are meant in their context.

        Args:
            hits: markings found in the text.
            tops: the searched text and its pages.
        """
        text = tops.text
        present = {hit.rule.id for hit in hits}
        asked = [context for context in self._contexts if not context.only or context.only & present]
        reaches = [(context, reach) for context in asked if (reach := _united(self._reach(context, text)))]
        told: set[tuple[str, int]] = set()
        for hit in hits:
            spoken = next(filter(None, (_spoken_of(hit, *reach, tops) for reach in reaches)), None)
            if spoken is None:
                yield hit
                continue
            rule, start = spoken
            if (otherwise := rule.options.get("otherwise")) and (otherwise, start) not in told:
                told.add((otherwise, start))
                yield hit.under(self._fallbacks[otherwise])

    def _reach(self, context: _Context, text: str) -> Iterator[tuple[int, int]]:
        for expression in context.expressions:
            for match in expression.finditer(text):
                start, end = match.span()
                if context.unless is not None and context.unless.search(text, max(0, start - 16), end):
                    continue
                if self._named(context, match.group()) < context.rule.options.get("distinct", 0):
                    continue
                yield start, end

    def _named(self, context: _Context, words: str) -> int:
        """How many different levels are named."""
        levels = set(context.level.findall(words))
        return len({self._patterns.letters(level)[:1] for level in levels})


def _spoken_of(
    hit: Hit, context: _Context, reach: list[tuple[int, int]], tops: Tops
) -> tuple[Rule, int] | None:
    """The rule of a context in which a hit lies, and where the wording begins."""
    if context.only and hit.rule.id not in context.only:
        return None
    at = bisect_right(reach, hit.at, key=lambda stretch: stretch[0]) - 1
    if at < 0 or hit.at >= reach[at][1] or not _counts(hit, context, tops):
        return None
    return context.rule, reach[at][0]


def _counts(hit: Hit, context: _Context, tops: Tops) -> bool:
    """Whether a context counts where a hit stands."""
    flow = context.rule.options.get("flow")
    if flow is not None and tops.place(hit.at).kind not in flow:
        return False
    if not context.standing or hit.at >= tops.end(tops.place(hit.at), context.rule.options["top_lines"]):
        return True
    start, end = tops.line(hit.at)
    lines = (line for expression in context.standing for line in expression.finditer(tops.text, start, end))
    return not any(line.start("core") == hit.at for line in lines)


def _united(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same characters as stretches that do not overlap, in the order of the text."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
