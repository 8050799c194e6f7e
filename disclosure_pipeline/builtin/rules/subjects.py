"""Of whom a document tells what: persons and bodies, what they are known by, and the kinds of facts beside them.

A name alone says nothing, because thousands share it. A person counts as the same only with something else that
stands beside the name: a number, a masked number, a village or a workplace. Bodies are known by their full names.
What was struck out is not told.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from disclosure_pipeline.builtin.detectors.tables import tables_of
from disclosure_pipeline.builtin.rules.evidence import Evidence
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.hooks.stages import Subject
from disclosure_pipeline.model.finding import Finding, Settlement
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.reading import Spot

PERSON, BODY = "aggregation_person", "aggregation_body"
"""Forms of the rules that say who counts, by what they are known, and which facts add up."""

Range = tuple[int, int, int]
"""Segment, start and end."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a document tells of a subject.

    Args:
        place: the name, or the fact beside which the body is named.
        rule: the rule of form ``aggregation_…`` it is read by.
        subject: keys and facts.
    """

    place: Evidence
    rule: Rule
    subject: Subject


@dataclass(slots=True)
class _Gathered:
    """What was seen of one subject so far."""

    place: Evidence
    rule: Rule
    keys: dict[str, None] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)


def mentions(case: Case, rulebook: RuleBook) -> tuple[Mention, ...]:
    """Every subject of the public parts, once.

    Args:
        case: with texts and findings; findings that were settled as struck out are left out.
        rulebook: rules of the forms ``aggregation_person`` and ``aggregation_body``.

    Raises:
        ConfigError: a rule is missing.
    """
    gathered: dict[tuple[str, str], _Gathered] = {}
    for part in case.texts:
        if part.role.public:
            found = [
                item
                for item in case.findings
                if item.part == part.position and case.settled.get(item.id) != Settlement.REDACT.value
            ]
            _persons(part, found, rulebook, gathered)
            _bodies(part, found, _only(rulebook, BODY), gathered)
    return tuple(
        Mention(item.place, item.rule, Subject(tuple(item.keys), frozenset(item.facts)))
        for item in gathered.values()
        if item.keys
    )


def _only(rulebook: RuleBook, form: str) -> Rule:
    rules = rulebook.of_form(form)
    if len(rules) != 1:
        raise ConfigError(f"rules: there must be one [[rule]] with form '{form}', not {len(rules)}")
    return rules[0]


# --------------------------------------------------------------------------- persons


def _persons(
    part: PartText, found: list[Finding], rulebook: RuleBook, gathered: dict[tuple[str, str], _Gathered]
) -> None:
    rule = _only(rulebook, PERSON)
    # A name that a disclosure profile shows bears the profile in the place of its rule.
    shown = {item.id for item in rulebook.profiles if not {*rule.options["names"]}.isdisjoint(item.rules)}
    roles = {*rule.options["names"], *shown}
    names = sorted(
        (place, _plain(part, place), item.rule)
        for item in found
        if item.rule in roles
        for place in item.ranges
        if place[0] >= 0
    )
    if not names:
        return
    surroundings = _Surroundings(part, [place for place, _, _ in names], len({word for _, word, _ in names}))
    facts = _by_segment(found, {*rule.options["facts"], *rule.options["anchors"]})
    for place, word, role in names:
        seen = gathered.setdefault(
            ("person", word), _Gathered(Evidence(part, Spot(place[0], place[1], place[2])), rule)
        )
        if role in rule.options["telling"]:
            seen.facts.add(role)
        for segment, start, end in surroundings.of(place):
            for at, item in _between(facts.get(segment, []), start, end):
                if item.kind in rule.options["facts"]:
                    seen.facts.add(item.kind)
                if item.kind in rule.options["anchors"]:
                    seen.keys[f"person|{word}|{_plain(part, at)}"] = None
            text = _plain(part, (segment, start, end))
            for anchor in _matches(rule, text):
                seen.keys[f"person|{word}|{anchor}"] = None


class _Surroundings:
    """The text that belongs to a name: its row, else from it to the next name, else the whole part for a lone person.

    Args:
        part: the part.
        names: where names stand, in order.
        persons: how many different ones.
    """

    def __init__(self, part: PartText, names: list[Range], persons: int):
        self._segments = part.text.segments
        self._names = names
        self._alone = persons == 1
        self._rows: _Rows = {} if self._alone else _rows(part)

    def of(self, name: Range) -> Iterable[Range]:
        """The ranges that belong to the name; those of a lone person are given once."""
        if self._alone:
            whole = ((index, 0, len(segment.text)) for index, segment in enumerate(self._segments))
            return whole if name == self._names[0] else ()
        segment = name[0]
        row = _row_at(self._rows, name)
        if row is not None:
            return row
        at = bisect_left(self._names, name)
        first = at == 0 or self._names[at - 1][0] != segment
        last = at + 1 == len(self._names) or self._names[at + 1][0] != segment
        end = len(self._segments[segment].text) if last else self._names[at + 1][1]
        return ((segment, 0 if first else name[1], end),)


_Rows = Mapping[int, Sequence[tuple[Range, Sequence[Range]]]]


def _rows(part: PartText) -> _Rows:
    """The cells of every table with the cells of their row, by segment."""
    found: defaultdict[int, list[tuple[Range, Sequence[Range]]]] = defaultdict(list)
    for table in tables_of(part):
        for cells in table.rows.values():
            row = [(cell.span.segment, cell.span.start, cell.span.end) for cell in cells]
            for cell in row:
                found[cell[0]].append((cell, row))
    for several in found.values():
        several.sort(key=_begin)
    return found


def _row_at(rows: _Rows, place: Range) -> Sequence[Range] | None:
    """The cells of the row in which a place lies; ``None`` outside of tables."""
    cells = rows.get(place[0], ())
    at = bisect_right(cells, place[1], key=_begin) - 1
    return cells[at][1] if at >= 0 and place[1] < cells[at][0][2] else None


# ---------------------------------------------------------------------------- bodies


def _bodies(
    part: PartText, found: list[Finding], rule: Rule, gathered: dict[tuple[str, str], _Gathered]
) -> None:
    """Bodies named in the segment or row in which a fact stands."""
    facts = _by_segment(found, {*rule.options["facts"]})
    rows = _rows(part) if facts else {}
    beside: defaultdict[tuple[Range, ...], dict[str, Range]] = defaultdict(dict)
    for segment, here in facts.items():
        whole = ((segment, 0, len(part.text.segments[segment].text)),)
        for place, item in here:
            beside[tuple(_row_at(rows, place) or whole)].setdefault(item.kind, place)
    for around, kinds in beside.items():
        place = min(kinds.values())
        for name in _matches(rule, "\n".join(_plain(part, at) for at in around)):
            seen = gathered.setdefault(("body", name), _Gathered(Evidence(part, Spot(*place)), rule))
            seen.keys[f"body|{name}"] = None
            seen.facts.update(kinds)


# --------------------------------------------------------------------------- reading


def _by_segment(found: list[Finding], kinds: set[str]) -> Mapping[int, list[tuple[Range, Finding]]]:
    """Every range of the findings of these kinds, by segment and in order."""
    by: defaultdict[int, list[tuple[Range, Finding]]] = defaultdict(list)
    for item in found:
        if item.kind in kinds:
            for place in item.ranges:
                if place[0] >= 0:  # not in the name of a file
                    by[place[0]].append((place, item))
    for several in by.values():
        several.sort(key=_begin)
    return by


def _begin(item: tuple[Range, object]) -> int:
    return item[0][1]


def _between(facts: list[tuple[Range, Finding]], start: int, end: int) -> list[tuple[Range, Finding]]:
    """The facts of one segment that begin in a range of it."""
    return facts[bisect_left(facts, start, key=_begin) : bisect_left(facts, end, key=_begin)]


def _plain(part: PartText, place: Range) -> str:
    """The characters of a range, folded and without white space."""
    segment, start, end = place
    return "".join(fold(part.text.segments[segment].text[start:end]).split())


def _matches(rule: Rule, text: str) -> Iterator[str]:
    for pattern in rule.patterns:
        for match in re.finditer(pattern, text):
            yield match.group()
