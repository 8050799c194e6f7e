"""Numbers as people write them: full-width, spaced, hyphenated, broken over lines and cells.

The digits of a number may stand in groups with separators between. A number is always made of
whole groups, so a longer number never yields a shorter one inside. A grouping that nobody uses for
this kind of number (a row of figures that happens to add up) only counts where it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.folding import SEPARATORS, fold
from disclosure_pipeline.model.policy import Rule

_GAP_CLASS = "[" + re.escape("".join(sorted(SEPARATORS))) + "]"
GAP = _GAP_CLASS + "{0,3}"
"""Expression for what may stand between two digits of one number."""

_REACH = 40
"""Characters on either side of a number in which its rule's guards and cues look."""

_DIGIT_BEFORE = re.compile(f"[0-9]({_GAP_CLASS}{{1,3}})\\Z")
_DIGIT_AFTER = re.compile(f"({_GAP_CLASS}{{1,3}})[0-9]")
_NOT_DIGITS = re.compile("[^0-9]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A candidate made of whole groups of digits.

    Args:
        digits: the digits alone.
        start: first character in the searched text.
        end: behind the last one.
        groups: lengths of the groups.
        strength: of the strongest separator inside: 0 none, 1 blank or dash, 2 cell, 3 line.
    """

    digits: str
    start: int
    end: int
    groups: tuple[int, ...]
    strength: int

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Number:
        """The number in a range of the text that begins and ends with a digit."""
        written = text[start:end]
        groups = _NOT_DIGITS.split(written)
        return cls(
            "".join(groups), start, end, tuple(len(group) for group in groups if group), _strength(written)
        )


def spread(digits: Sequence[str]) -> str:
    """An expression for these digits (each a character class) with gaps between."""
    return GAP.join(digits)


def whole(expression: str) -> re.Pattern[str]:
    """Compile an expression that begins and ends with a whole group of digits.

    Matches are empty and may overlap; group 1 is the number.
    """
    return re.compile(f"(?<![0-9])(?=({expression})(?![0-9]))")


def _strength(separators: str) -> int:
    if "\n" in separators:
        return 3
    if "\t" in separators:
        return 2
    return int(any(character in SEPARATORS for character in separators))


class NumberRule:
    """What a rule says about the surroundings of a number.

    Args:
        rule: options ``before`` and ``after`` (expressions that explain a number away when they
            match directly before or behind it), ``groupings`` (group lengths in use), ``refuse``
            (expressions for what an unusual grouping may not look like), ``cues`` (words before
            that make an unusual grouping credible), ``confidence``, ``confidence_broken``.

    Raises:
        ConfigError: an expression does not compile (``rule.pattern``).
    """

    def __init__(self, rule: Rule):
        self.rule = rule
        options = rule.options
        try:
            self._before = tuple(re.compile(f"(?:{guard})\\Z") for guard in options.get("before", ()))
            self._after = tuple(re.compile(guard) for guard in options.get("after", ()))
            self._refuse = tuple(re.compile(shape) for shape in options.get("refuse", ()))
        except re.error:
            raise ConfigError(f"A guard of rule {rule.id} cannot be used.", code="rule.pattern") from None
        self._groupings = frozenset(tuple(grouping) for grouping in options.get("groupings", ()))
        self._cues = tuple(fold(cue) for cue in options.get("cues", ()))

    def is_usual(self, number: Number) -> bool:
        """Whether numbers of this kind are written in such groups."""
        return len(number.groups) == 1 or number.groups in self._groupings

    def accepts(self, text: str, number: Number) -> bool:
        """Whether nothing around the number explains it away."""
        before = text[max(0, number.start - _REACH) : number.start]
        after = text[number.end : number.end + _REACH]
        if any(guard.search(before) for guard in self._before):
            return False
        if any(guard.match(after) for guard in self._after):
            return False
        if self.is_usual(number) or any(cue in before for cue in self._cues):
            return True
        if any(shape.match(text[number.start : number.end]) for shape in self._refuse):
            return False
        return not _in_a_row(before, after, number.strength)

    def confidence(self, number: Number) -> float:
        """How sure a number written like this is."""
        whole_number = float(self.rule.options.get("confidence", 1.0))
        if number.strength == 0:
            return whole_number
        return float(self.rule.options.get("confidence_broken", whole_number))


def _in_a_row(before: str, after: str, strength: int) -> bool:
    """Whether more digits follow or precede, not better separated than the number's own groups."""
    gaps = [match[1] for match in (_DIGIT_BEFORE.search(before), _DIGIT_AFTER.match(after)) if match]
    return any(_strength(gap) <= strength for gap in gaps)


def without_nested(numbers: Iterable[Number]) -> Iterator[Number]:
    """Of numbers that overlap, only the first given."""
    taken: list[Number] = []
    for number in numbers:
        if not any(number.start < other.end and other.start < number.end for other in taken[-8:]):
            taken.append(number)
            yield number
