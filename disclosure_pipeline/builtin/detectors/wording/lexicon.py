"""词库: terms and patterns of the lexicons, each rule with its own kind, article and guards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.told import untold
from disclosure_pipeline.builtin.detectors.wording.context import Judge, Weight
from disclosure_pipeline.builtin.detectors.wording.segmentation import WordBoundaries
from disclosure_pipeline.builtin.detectors.words import Words, lowered
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View


@dataclass(frozen=True, slots=True)
class _Owner:
    """What a word in the list means to a rule: a term of it, or one of its guards."""

    rule: Rule
    is_guard: bool


Range = tuple[int, int]

_TERM = "出现词库中的用语"


@dataclass(frozen=True, slots=True)
class _Hit:
    """A place of a rule with what its surroundings make of it."""

    rule: Rule
    place: Range
    weight: Weight
    severity: Severity


_LONGEST_CHANCE = 3
_MOST_WEIGHED = 400
"""Hits of one rule in a part whose surroundings are looked at; the others count in full."""
_LIST_FROM = 12
"""Hits of one rule in a part from which they are one finding."""


class Lexicon:
    """Finds the terms of all rules of the form ``literal`` and the patterns of the form ``regex``.

    Terms are searched with all white space left out, so that line ends and spread-out headings do
    not hide them. A hit is explained away by a guard of its own rule that covers it whole, or when
    it straddles a boundary between words. Terms of more than three characters are not made by
    chance and keep such hits (the segmenter itself errs there: 办公会议|纪要), so do all terms of a
    rule with the option ``boundary = false``. What remains is weighed by its surroundings
    (:class:`~.context.Judge`); what a part only speaks of is one finding for each rule. What an exact
    detector has told before (`told.py`) is not reported again.

    Args:
        rulebook: all rules in force, further lexicons included.
        words: further words that the segmenter should know.

    Raises:
        ConfigError: there are no terms (``lexicon.empty``), a rule has none (``rule.empty``), a
            pattern does not compile (``rule.pattern``) or a cue is unknown (``rule.cue``).
    """

    id = "lexicon"
    version = "2"

    def __init__(self, rulebook: RuleBook, words: Sequence[str] = ()):
        literal, regular = rulebook.of_form("literal"), rulebook.of_form("regex")
        if not literal:
            raise ConfigError("The lexicon holds no terms.", code="lexicon.empty")
        empty = [rule.id for rule in (*literal, *regular) if not any(map(_key, rule.patterns))]
        if empty:
            raise ConfigError(f"Rules without terms: {', '.join(empty)}.", code="lexicon.empty")
        self._patterns = PatternSet(rulebook, regular) if regular else None
        self._owners = _owners(literal)
        self._words = tuple(self._owners)
        self._finder = Words(self._words, any_case=True)
        self._boundaries = WordBoundaries(words)
        self._judge = Judge(rulebook, (*literal, *regular))
        self._rules = (*literal, *regular, *self._judge.rules)
        self.kinds = tuple(dict.fromkeys(rule.kind for rule in (*literal, *regular)))
        self.canaries = tuple(_canary(rule) for rule in literal)

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
        found = [
            *_findings(part, part.views.compact, self._terms(part)),
            *_findings(part, part.views.plain, self._regular(part)),
        ]
        return sorted(untold(part, found), key=lambda finding: (finding.segment, finding.start))

    def _regular(self, part: PartText) -> list[_Hit]:
        if self._patterns is None:
            return []
        places: dict[str, tuple[Rule, list[Range]]] = {}
        for hit in without_overlaps(self._patterns.hits(part.views.plain.text, codes_of(part.views.plain))):
            places.setdefault(hit.rule.id, (hit.rule, []))[1].append((hit.start, hit.end))
        return [hit for rule, own in places.values() for hit in self._weighed(part.views.plain, rule, own)]

    def _terms(self, part: PartText) -> list[_Hit]:
        view = part.views.compact
        found = self._hits(view)
        by_chance = {
            place
            for rule, places in found
            if _may_be_chance(rule)
            for place in places
            if place[1] - place[0] <= _LONGEST_CHANCE
        }
        straddling = self._boundaries.straddling(view.text, sorted(by_chance)) if by_chance else set()
        weighed: list[_Hit] = []
        for rule, places in found:
            chance = straddling if _may_be_chance(rule) else ()
            whole = [place for place in places if place not in chance and _is_whole(view, *place)]
            weighed += self._weighed(view, rule, whole)
        return weighed

    def _hits(self, view: View) -> list[tuple[Rule, list[Range]]]:
        """By rule, the longest terms that no guard of the rule covers."""
        terms: dict[str, list[Range]] = defaultdict(list)
        guards: dict[str, list[Range]] = defaultdict(list)
        rules: dict[str, Rule] = {}
        for word, start, end in self._finder.occurrences(view.text, codes_of(view)):
            for owner in self._owners[self._words[word]]:
                (guards if owner.is_guard else terms)[owner.rule.id].append((start, end))
                rules[owner.rule.id] = owner.rule
        return [(rules[rule], _longest(_unguarded(places, guards[rule]))) for rule, places in terms.items()]

    def _weighed(self, view: View, rule: Rule, places: Sequence[Range]) -> Iterator[_Hit]:
        """The hits of one rule that their surroundings do not make nothing."""
        for place in places[:_MOST_WEIGHED]:
            weight = self._judge.weigh(rule, view, *place)
            if weight.severity is not None:
                yield _Hit(rule, place, weight, weight.severity)
        unweighed = self._judge.unweighed(rule)
        for place in places[_MOST_WEIGHED:]:
            yield _Hit(rule, place, unweighed, rule.severity)


def _findings(part: PartText, view: View, hits: Iterable[_Hit]) -> Iterator[Finding]:
    """The findings for hits in one view: many of a rule, or what is only spoken of, together."""
    groups: dict[tuple[str, Severity], list[_Hit]] = defaultdict(list)
    for hit in _strongest(hits):
        groups[hit.rule.id, hit.severity].append(hit)
    for several in groups.values():
        first = several[0]
        only_named = first.severity is Severity.INFO and first.rule.severity is not Severity.INFO
        if len(several) >= _LIST_FROM or (only_named and len(several) > 1):
            yield _together(part, view, several)
        else:
            yield from (_finding(part, view, hit) for hit in several)


def _strongest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Of overlapping hits of one kind the most severe, then the longest; in the order of the text."""
    by_kind: dict[str, list[_Hit]] = defaultdict(list)
    for hit in hits:
        by_kind[hit.rule.kind].append(hit)
    kept = [hit for of_kind in by_kind.values() for hit in _apart(of_kind)]
    return sorted(kept, key=_place)


def _apart(hits: list[_Hit]) -> list[_Hit]:
    """The strongest of the hits of one kind, so that no two overlap."""
    taken = bytearray(max(hit.place[1] for hit in hits))
    kept = []
    for hit in sorted(hits, key=_strength):
        start, end = hit.place
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(hit)
    return kept


def _place(hit: _Hit) -> Range:
    return hit.place


def _strength(hit: _Hit) -> tuple[int, int, int]:
    start, end = hit.place
    return -hit.severity.weight, start - end, start


def _finding(part: PartText, view: View, hit: _Hit) -> Finding:
    options = hit.rule.options
    found = finding_at(
        part, view, hit.rule, *hit.place,
        confidence=round(float(options.get("confidence", 1.0)) * hit.weight.confidence, 3),
        why="；".join(filter(None, (str(options.get("why", _TERM)), hit.weight.why))),
    )  # fmt: skip
    return replace(found, severity=hit.severity)


def _together(part: PartText, view: View, several: Sequence[_Hit]) -> Finding:
    """One finding for several hits of a rule; it stands on the first one."""
    found = _finding(part, view, several[0])
    spans = (span for hit in several[1:] for span in view.spans(*hit.place))
    others = tuple((span.segment, span.start, span.end) for span in spans)
    return replace(found, more=(*found.more, *others), count=len(several))


def _canary(rule: Rule) -> Canary:
    """A text that the rule must fire on: its option ``canary``, else its first term in a sentence."""
    return Canary(str(rule.options.get("canary", f"。{rule.patterns[0]}。")), rule.kind)


def _owners(rules: Iterable[Rule]) -> Mapping[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = defaultdict(list)
    for rule in rules:
        for is_guard, phrases in ((False, rule.patterns), (True, rule.guards)):
            for key in filter(None, map(_key, phrases)):
                owners[key].append(_Owner(rule, is_guard))
    return owners


def _key(phrase: str) -> str:
    """A term as it appears in the searched text."""
    return lowered("".join(fold(phrase).split()))


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


def _may_be_chance(rule: Rule) -> bool:
    """Whether neighbouring words may make up a short term of the rule (计算机|密码 holds 机密)."""
    return bool(rule.options.get("boundary", True))


def _is_whole(view: View, start: int, end: int) -> bool:
    """Whether a hit does not begin or end within a word of Latin letters or a number."""
    if _is_latin(view.text[start]):
        first = view.origin(start)
        if _is_latin(view.original[max(0, first - 1) : first]):
            return False
    if _is_latin(view.text[end - 1]):
        behind = view.origin(end - 1) + 1
        return not _is_latin(view.original[behind : behind + 1])
    return True


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
