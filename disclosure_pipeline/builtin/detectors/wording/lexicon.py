"""词库: terms and patterns of the lexicons, each rule with its own kind, article and guards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired
from disclosure_pipeline.builtin.detectors.patterns import PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.wording.segmentation import WordBoundaries
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View


@dataclass(frozen=True, slots=True)
class _Owner:
    """What a word in the automaton means to a rule: a term of it, or one of its guards."""

    rule: Rule
    is_guard: bool


Range = tuple[int, int]

_LONGEST_CHANCE = 3


class Lexicon:
    """Finds the terms of all rules of the form ``literal`` and the patterns of the form ``regex``.

    Terms are searched with all white space left out, so that line ends and spread-out headings do
    not hide them. A hit is explained away by a guard of its own rule that covers it whole, or when
    it straddles a boundary between words. Terms of more than three characters are not made by
    chance and keep such hits (the segmenter itself errs there: 办公会议|纪要), so do all terms of a
    rule with the option ``boundary = false``.

    Args:
        rulebook: all rules in force, further lexicons included.
        words: further words that the segmenter should know.

    Raises:
        ConfigError: there are no terms (``lexicon.empty``), a rule has none (``rule.empty``) or a
            pattern does not compile (``rule.pattern``).
    """

    id = "lexicon"
    version = "1"

    def __init__(self, rulebook: RuleBook, words: Sequence[str] = ()):
        literal, regular = rulebook.of_form("literal"), rulebook.of_form("regex")
        self._rules = (*literal, *regular)
        if not literal:
            raise ConfigError("The lexicon holds no terms.", code="lexicon.empty")
        empty = [rule.id for rule in self._rules if not any(_key(pattern) for pattern in rule.patterns)]
        if empty:
            raise ConfigError(f"Rules without terms: {', '.join(empty)}.", code="lexicon.empty")
        self._patterns = PatternSet(rulebook, regular)
        self._owners = _owners(literal)
        self._words = tuple(self._owners)
        self._automaton = AhoCorasick(self._words)
        self._boundaries = WordBoundaries(words)
        self.kinds = tuple(dict.fromkeys(rule.kind for rule in self._rules))
        self.canaries = tuple(Canary(f"。{rule.patterns[0]}。", rule.kind) for rule in literal)

    @property
    def segmenter_loaded(self) -> bool:
        """Whether a hit has needed word boundaries so far."""
        return self._boundaries.is_loaded

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        return [*self._terms(part), *self._regular(part)]

    def _regular(self, part: PartText) -> Iterator[Finding]:
        view = part.views.plain
        for hit in without_overlaps(self._patterns.hits(view.text)):
            yield finding_at(part, view, hit.rule, hit.start, hit.end)

    def _terms(self, part: PartText) -> Iterator[Finding]:
        view = part.views.compact
        text = _lower(view.text)
        hits = self._hits(text)
        by_chance = {place for rule, places in hits for place in places if _may_be_chance(rule, place)}
        straddling = self._boundaries.straddling(view.text, sorted(by_chance)) if by_chance else set()
        for rule, places in hits:
            for place in places:
                if _is_whole(view, *place) and not (place in straddling and _may_be_chance(rule, place)):
                    yield finding_at(part, view, rule, *place)

    def _hits(self, text: str) -> list[tuple[Rule, list[Range]]]:
        """By rule, the longest terms that no guard of the rule covers."""
        terms: dict[str, list[Range]] = defaultdict(list)
        guards: dict[str, list[Range]] = defaultdict(list)
        rules: dict[str, Rule] = {}
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for owner in self._owners[self._words[word]]:
                (guards if owner.is_guard else terms)[owner.rule.id].append((start, end))
                rules[owner.rule.id] = owner.rule
        return [(rules[rule], _longest(_unguarded(places, guards[rule]))) for rule, places in terms.items()]


def _owners(rules: Iterable[Rule]) -> Mapping[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = defaultdict(list)
    for rule in rules:
        for is_guard, phrases in ((False, rule.patterns), (True, rule.guards)):
            for key in filter(None, map(_key, phrases)):
                owners[key].append(_Owner(rule, is_guard))
    return owners


def _key(phrase: str) -> str:
    """A term as it appears in the searched text."""
    return _lower("".join(fold(phrase).split()))


def _lower(text: str) -> str:
    """Lower case without a change of length."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _longest(places: Sequence[Range]) -> list[Range]:
    """Of overlapping places the longer ones, in the order of the text."""
    kept: list[Range] = []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
        elif end - start > kept[-1][1] - kept[-1][0]:
            kept[-1] = (start, end)
    return kept


def _unguarded(places: Sequence[Range], guards: Sequence[Range]) -> list[Range]:
    """The places that no guard covers; of guards that begin together only the longest matters."""
    if not guards:
        return list(places)
    ordered = sorted(guards)
    free: list[Range] = []
    furthest = -1
    upcoming = 0
    for start, end in sorted(places):
        while upcoming < len(ordered) and ordered[upcoming][0] <= start:
            furthest = max(furthest, ordered[upcoming][1])
            upcoming += 1
        if furthest < end:
            free.append((start, end))
    return free


def _may_be_chance(rule: Rule, place: Range) -> bool:
    """Whether neighbouring words may make up the term (计算机|密码 holds 机密)."""
    return place[1] - place[0] <= _LONGEST_CHANCE and bool(rule.options.get("boundary", True))


def _is_whole(view: View, start: int, end: int) -> bool:
    """Whether a hit does not begin or end within a word of Latin letters or a number."""
    first, behind = view.origin(start), view.origin(end - 1) + 1
    before, after = view.original[max(0, first - 1) : first], view.original[behind : behind + 1]
    return not (
        (_is_latin(before) and _is_latin(view.text[start]))
        or (_is_latin(after) and _is_latin(view.text[end - 1]))
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
