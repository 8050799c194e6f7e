"""国家秘密标志: 密级★保密期限 and everything people write for it.

A marking counts wherever it stands: body, header, text box, comment, property, hidden sheet. A bare
level (机密 on a line of its own) is a marking at the top of a page and in every place that does not
flow down the page; elsewhere, and where several levels are listed, it is only a question to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet, without_overlaps
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Text
from disclosure_pipeline.model.view import View

_BESIDE = 24
_WORD = re.compile("[A-Za-z\u3400-\u9fff]")
_LINE = re.compile(r"\s*[^\n]*\n")


class SecrecyMarking:
    """Finds secrecy markings (保守国家秘密法 第二十二条; rules of the forms ``marking*``).

    Rules of the form ``marking`` count anywhere. Rules of the form ``marking_line`` count outside
    of the kinds of place named by their option ``flow``, and inside of these within the first
    ``top_lines`` lines of a page; elsewhere the rule named by ``otherwise`` applies, if any.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty, or do not compile.
    """

    id = "secrecy_marking"
    version = "1"
    kinds = ("secrecy.marking", "secrecy.term")
    canaries = (
        Canary("机密★10年", "secrecy.marking"),
        Canary("绝　密☆長期", "secrecy.marking"),
        Canary("秘密\n关于有关事项的通知", "secrecy.marking"),
    )

    def __init__(self, rulebook: RuleBook):
        anywhere, lines = rules_of(rulebook, "marking"), rules_of(rulebook, "marking_line")
        fallbacks = rulebook.of_form("marking_fallback")
        self._rules = (*anywhere, *lines, *fallbacks)
        self._fallbacks = {rule.id: rule for rule in fallbacks}
        self._anywhere = PatternSet(rulebook, anywhere)
        self._lines = PatternSet(rulebook, lines)
        for rule in lines:
            if rule.options.get("otherwise", "") not in ("", *self._fallbacks):
                raise ConfigError(f"Rule {rule.id} names an unknown rule.", code="rule.unknown")

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part; overlapping hits are reported once, the surest first.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        text = self._anywhere.plain(view.text)
        hits = [*self._anywhere.hits(text), *self._placed(part.text, view, text)]
        hits.sort(key=lambda hit: hit.rule.kind not in self.kinds[:1])
        return [finding_at(part, view, hit.rule, hit.start, hit.end) for hit in without_overlaps(hits)]

    def _placed(self, extracted: Text, view: View, text: str) -> Iterator[Hit]:
        """Bare levels, judged by where they stand."""
        hits = list(self._lines.hits(text))
        if not hits:
            return
        tops = _Tops(extracted, view, text)
        listed = _listed(hits, text)
        for hit in hits:
            place = extracted.segments[view.segment(hit.start)].place
            options = hit.rule.options
            if hit.start not in listed and (
                place.kind not in options["flow"] or hit.start < tops.end(place, options["top_lines"])
            ):
                yield hit
            elif options.get("otherwise"):
                yield Hit(self._fallbacks[options["otherwise"]], hit.start, hit.end, hit.core)


class _Tops:
    """Where the first lines of each page of each part of the file end in the view."""

    def __init__(self, extracted: Text, view: View, text: str):
        self._text = text
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
                line = _LINE.match(self._text, end)
                end = line.end() if line else len(self._text)
            self._ends[key] = end
        return self._ends[key]


def _listed(hits: Sequence[Hit], text: str) -> set[int]:
    """Starts of levels that stand beside a different level: a list or table head, not a marking.

    Between them there may be figures and signs (numbers of papers by level), no words.
    """
    listed: set[int] = set()
    for one, other in pairwise(sorted(hits, key=lambda hit: hit.start)):
        between = text[one.end : other.start]
        if one.core != other.core and len(between) <= _BESIDE and not _WORD.search(between):
            listed |= {one.start, other.start}
    return listed
