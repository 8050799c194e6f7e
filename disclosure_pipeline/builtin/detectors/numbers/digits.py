"""Every run of digits in a text, found once for all detectors of numbers.

People write the digits of a number in groups, with blanks, dashes, dots, cell borders or line ends between.
A run is what may belong together: digits with no more than a few separators between two of them. A number is
always made of whole groups of a run, so a longer number never yields a shorter one inside.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.folding import SEPARATORS
from disclosure_pipeline.model.view import Views

GAP_CLASS = "[" + re.escape("".join(sorted(SEPARATORS | frozenset("∙⋅・−")))) + "]"
"""Expression for one of the characters that may stand between two digits."""

GAP = GAP_CLASS + "{0,4}"
"""Expression for what may stand between two digits of one number."""

_FEWEST = 5
"""Digits of the shortest number looked for in runs."""

_RUN = re.compile(f"[0-9][0-9]*(?:{GAP_CLASS}{{1,4}}[0-9]+)*+")
_GROUP = re.compile("[0-9]+")
_NOT_DIGITS = re.compile("[^0-9]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A candidate made of whole groups of digits.

    Args:
        digits: the digits alone.
        start: first character in the searched text.
        end: behind the last one.
        groups: lengths of the groups.
        strength: of the strongest separator inside: 0 none, 1 dash or dot, 2 blank, 3 cell, 4 line.
        mixed: some groups are separated by less than the border of a cell or the end of a line.
    """

    digits: str
    start: int
    end: int
    groups: tuple[int, ...]
    strength: int
    mixed: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether each digit stands alone (1 3 8 …): longer groups beside it are no part of it."""
        return len(self.groups) > _FEWEST and max(self.groups) == 1

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Number:
        """The number in a range of the text; what is no digit separates."""
        written = text[start:end]
        if written.isdecimal():
            return cls(written, start, end, (len(written),), 0)
        groups = [group for group in _NOT_DIGITS.split(written) if group]
        mixed = any(not character.isdecimal() and character not in "\n\t" for character in written)
        return cls("".join(groups), start, end, tuple(map(len, groups)), strength(written), mixed)


def strength(separators: str) -> int:
    """How strongly some characters separate: see :class:`Number`."""
    for rank, separator in ((4, "\n"), (3, "\t"), (2, " ")):
        if separator in separators:
            return rank
    return int(any(not character.isdecimal() for character in separators))


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that may belong together.

    Args:
        digits: the digits alone.
        places: where in the text each of them stands.
        edges: how many of them precede each beginning or end of a group.
    """

    digits: str
    places: Sequence[int]
    edges: frozenset[int]

    @property
    def start(self) -> int:
        """Place of the first digit."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Behind the last digit."""
        return self.places[-1] + 1

    def begins(self, text: str, first: int, number: Number) -> bool:
        """Whether a number begins a row: no digit precedes it, or one better separated than its own groups.

        Args:
            text: the text of the run.
            first: how many digits of the run precede the number.
            number: the number.
        """
        if first == 0 or number.strength == 0:
            return True
        if number.is_spread:
            return first - 1 not in self.edges
        return strength(text[self.places[first - 1] + 1 : self.places[first]]) > number.strength

    def range(self, first: int, behind: int) -> tuple[int, int]:
        """Where in the text the digits from ``first`` to before ``behind`` stand."""
        return self.places[first], self.places[behind - 1] + 1


class Digits:
    """The runs of a text.

    Args:
        text: a view's text.
        letters: the same without white space, to ask quickly whether a word occurs at all.
    """

    def __init__(self, text: str, letters: str):
        self.text = text
        self.letters = letters
        self.runs = tuple(_runs(text))
        self._runs_of: dict[int, Sequence[Run]] = {}

    def matches(self, shape: re.Pattern[str], least: int) -> Iterator[tuple[Run, re.Match[str]]]:
        """Where a shape fits whole groups.

        Args:
            shape: an expression over digits alone whose matches are empty (a look-ahead); its groups
                must begin and end with a group of the run, as far as they took part and are not empty.
            least: digits that any match needs; most runs (years, amounts) have fewer.
        """
        if least not in self._runs_of:
            self._runs_of[least] = [run for run in self.runs if len(run.digits) >= least]
        for run in self._runs_of[least]:
            for match in shape.finditer(run.digits):
                if run.edges.issuperset(match.span(1)):
                    yield run, match

    def mentions(self, words: Sequence[str]) -> bool:
        """Whether one of some words occurs, blanks in it aside."""
        return any(word in self.letters for word in words)


class Taken:
    """Ranges of a text that are spoken for; none overlaps another."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def take(self, start: int, end: int) -> bool:
        """Take a range, unless a part of it is taken.

        Returns:
            Whether it was free.
        """
        place = bisect_left(self._ranges, (start, start))
        free_before = place == 0 or self._ranges[place - 1][1] <= start
        free_behind = place == len(self._ranges) or self._ranges[place][0] >= end
        if free_before and free_behind:
            self._ranges.insert(place, (start, end))
            return True
        return False


_KNOWN: WeakKeyDictionary[Views, Digits] = WeakKeyDictionary()


def digits_of(part: PartText) -> Digits:
    """The digits of a part's plain view, shared by whoever asks."""
    known = _KNOWN.get(part.views)
    if known is None:
        known = _KNOWN[part.views] = Digits(part.views.plain.text, part.views.compact.text)
    return known


def _runs(text: str) -> Iterator[Run]:
    for match in _RUN.finditer(text):
        start, end = match.span()
        if end - start < _FEWEST:
            continue
        written = match.group()
        if written.isdecimal():
            yield Run(written, range(start, end), frozenset((0, end - start)))
            continue
        run = _broken(written, start)
        if len(run.digits) >= _FEWEST:
            yield run


def _broken(written: str, start: int) -> Run:
    digits: list[str] = []
    places: list[int] = []
    edges = {0}
    for group in _GROUP.finditer(written):
        digits.append(group.group())
        places.extend(range(start + group.start(), start + group.end()))
        edges.add(len(places))
    return Run("".join(digits), places, frozenset(edges))
