"""Whose name it is: what the words around a name, its list, its row and the rest of the document say of its bearer.

Officials who act in office are not private; applicants, complainants, patients and children are. The
words come from the rule file (form ``person_role``), one rule for each kind of role, the more binding first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from disclosure_pipeline.builtin.detectors.persons.recogniser import Name, Source
from disclosure_pipeline.builtin.detectors.persons.spelling import Shape
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook

_WINDOW = 16
_NEAR = 40
_BEFORE = " \t\n:([“\"'《"
_BEHIND = " (["
_SEPARATORS = re.compile(r"(?:[、,和及与 ]|以及|\d[.、])*(?:[\u3400-\u9fff]{2,3}[、 ]+)?\Z")
"""What stands between the names of a list; one of them may not have been recognised."""

_SENTENCE_ENDS = re.compile("[。!?;\n]")
_SURE = 0.9


class Ground(StrEnum):
    """What a role was told by."""

    BESIDE = "beside"
    """A word directly before or behind the name."""
    HEADING = "heading"
    """The heading of its column, or the label at its left."""
    LIST = "list"
    """A name in the same list."""
    DOCUMENT = "document"
    """The same name elsewhere in the document."""
    NEAR = "near"
    """Words in the same sentence or row that go with private matters."""
    NOTHING = "nothing"
    """Nothing told of a role."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A name with the rule for the kind of person who bears it.

    Args:
        name: the name.
        rule: the rule of the role.
        ground: what told the role.
    """

    name: Name
    rule: Rule
    ground: Ground


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one role, folded."""

    rule: Rule
    before: tuple[str, ...]
    behind: tuple[str, ...]
    headings: frozenset[str]
    near: tuple[str, ...]


class Roles:
    """Tells the role of names.

    Args:
        rulebook: all rules; those of the form ``person_role`` hold the words (``patterns`` beside a name, options
            ``behind`` only behind one, ``headings`` and ``near``), and one rule each of the forms ``person_figure``,
            ``person_family``, ``person_bare``, ``person_unsure`` and, in a file's properties, ``person_property`` is
            for the names of which no word tells anything.

    Raises:
        ConfigError: one of them is missing (``rule.missing``).
    """

    def __init__(self, rulebook: RuleBook):
        self._roles = tuple(_words(rule) for rule in rulebook.of_form("person_role"))
        self.figure, self.family, self.bare, self.unsure, self.author = (
            _only(rulebook, form)
            for form in ("person_figure", "person_family", "person_bare", "person_unsure", "person_property")
        )
        if not self._roles:
            raise ConfigError("No rule of form person_role.", code="rule.missing")
        self.headings = {word: role.rule for role in reversed(self._roles) for word in role.headings}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that can be reported."""
        others = (self.figure, self.family, self.bare, self.unsure, self.author)
        return (*(role.rule for role in self._roles), *others)

    @property
    def introducers(self) -> Iterable[str]:
        """Words that stand directly before a name."""
        return (word for role in self._roles for word in role.before)

    def of(self, text: str, names: Sequence[Name], told: Mapping[int, Rule]) -> list[Bearer]:
        """The bearers of the names of one text.

        Args:
            text: text of the view in which the names stand.
            names: in order, without overlaps.
            told: rules by index of the names whose heading or label tells the role.
        """
        known: list[tuple[Rule, Ground] | None] = []
        for index, name in enumerate(names):
            beside = self._beside(text, name)
            heading = told.get(index)
            if heading is not None and (beside is None or self._rank(heading) < self._rank(beside)):
                known.append((heading, Ground.HEADING))
            else:
                known.append((beside, Ground.BESIDE) if beside is not None else None)
        self._share_in_lists(text, names, known)
        elsewhere = self._by_writing(text, names, known)
        return [self._bearer(text, name, one, elsewhere) for name, one in zip(names, known, strict=True)]

    def heading(self, words: Iterable[str]) -> Rule | None:
        """The most binding role that one of these headings or labels tells."""
        rules = [self.headings[word] for word in words if word in self.headings]
        return min(rules, key=self._rank, default=None)

    def _rank(self, rule: Rule) -> int:
        """Place of a role among the others; the more binding have the lower."""
        return next(at for at, role in enumerate(self._roles) if role.rule is rule)

    def _beside(self, text: str, name: Name) -> Rule | None:
        before = text[max(0, name.start - _WINDOW) : name.start].rstrip(_BEFORE)
        behind = text[name.end : name.end + _WINDOW].lstrip(_BEHIND)
        for role in self._roles:
            if before.endswith(role.before) or behind.startswith(role.behind):
                return role.rule
        return None

    def _share_in_lists(
        self, text: str, names: Sequence[Name], known: list[tuple[Rule, Ground] | None]
    ) -> None:
        """Names in a row with nothing but separators between have the role of the first, or else of the last."""
        start = 0
        for index in range(1, len(names) + 1):
            if index < len(names) and _SEPARATORS.match(text[names[index - 1].end : names[index].start]):
                continue
            self._share(known, start, index)
            start = index

    def _share(self, known: list[tuple[Rule, Ground] | None], start: int, end: int) -> None:
        told = next((one for one in (known[start], known[end - 1]) if one is not None), None)
        for index in range(start, end):
            if known[index] is not None:
                told = known[index]
            elif told is not None:
                known[index] = (told[0], Ground.LIST)

    def _by_writing(
        self, text: str, names: Sequence[Name], known: Sequence[tuple[Rule, Ground] | None]
    ) -> Mapping[str, Rule]:
        """The most binding role that each name has anywhere in the document."""
        found: dict[str, Rule] = {}
        for name, one in zip(names, known, strict=True):
            if one is not None and name.shape is not Shape.FAMILY_ONLY:
                written = text[name.start : name.end]
                found[written] = min((found.get(written, one[0]), one[0]), key=self._rank)
        return found

    def _bearer(
        self, text: str, name: Name, known: tuple[Rule, Ground] | None, elsewhere: Mapping[str, Rule]
    ) -> Bearer:
        if name.source is Source.FIGURE:
            return Bearer(name, self.figure, Ground.NOTHING)
        if name.shape is Shape.FAMILY_ONLY:
            return Bearer(name, self.family, Ground.NOTHING)
        if known is not None:
            return Bearer(name, *known)
        document = elsewhere.get(text[name.start : name.end])
        if document is not None:
            return Bearer(name, document, Ground.DOCUMENT)
        near = self._near(text, name)
        if near is not None:
            return Bearer(name, near, Ground.NEAR)
        return Bearer(name, self.bare if name.confidence >= _SURE else self.unsure, Ground.NOTHING)

    def _near(self, text: str, name: Name) -> Rule | None:
        """The role told by words of the same sentence."""
        before = _SENTENCE_ENDS.split(text[max(0, name.start - _NEAR) : name.start])[-1]
        behind = _SENTENCE_ENDS.split(text[name.end : name.end + _NEAR])[0]
        for role in self._roles:
            if any(word in before or word in behind for word in role.near):
                return role.rule
        return None


def _words(rule: Rule) -> _Words:
    options = rule.options

    def folded(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(fold(word) for word in words)

    beside = folded(rule.patterns)
    return _Words(
        rule, beside, (*beside, *folded(options.get("behind", ()))),
        frozenset(folded(options.get("headings", ()))), folded(options.get("near", ())),
    )  # fmt: skip


def _only(rulebook: RuleBook, form: str) -> Rule:
    rules = rulebook.of_form(form)
    if len(rules) != 1:
        raise ConfigError(f"There must be one rule of form {form}.", code="rule.missing")
    return rules[0]
