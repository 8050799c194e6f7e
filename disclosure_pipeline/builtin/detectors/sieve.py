"""The few places of a text at which any of many expressions can match, found in one pass (`lookup.py`).

A regular expression reads a text at some nanoseconds a character, and detectors try dozens of them. Here each is tried
where its openings fit, and nowhere else. The answer is that of the expression alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.detectors.lookup import BITS, Lookup
from disclosure_pipeline.builtin.detectors.openings import Opening, openings

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.detectors.lookup import Codes

_RESERVED = 16
"""Bits kept for expressions that matter less."""
_MOST = 8
"""Openings of one expression that are told apart."""
_DENSE = 6
"""Where more than one character in so many is left, an expression is faster alone."""


@dataclass(frozen=True, slots=True)
class Finder:
    """An expression on a text, of which it may be known where it can match.

    Args:
        expression: the expression.
        text: the text.
        places: every place at which it can match, in order; ``None`` where that is not known.
    """

    expression: re.Pattern[str]
    text: str
    places: Sequence[int] | None = None

    def search(self, start: int, stop: int) -> re.Match[str] | None:
        """What the expression's ``search`` says of a stretch of the text."""
        if self.places is None:
            return self.expression.search(self.text, start, stop)
        for number in range(bisect_left(self.places, start), len(self.places)):
            if self.places[number] >= stop:
                break
            if match := self.expression.match(self.text, self.places[number], stop):
                return match
        return None

    @property
    def is_vain(self) -> bool:
        """Whether it is known that nothing matches."""
        return self.places is not None and not self.places

    def finditer(self, start: int, stop: int) -> Iterator[re.Match[str]]:
        """What the expression's ``finditer`` finds in a stretch of the text."""
        if self.places is None:
            return self.expression.finditer(self.text, start, stop)
        return self._matches(start, stop)

    def _matches(self, start: int, stop: int) -> Iterator[re.Match[str]]:
        places, text, match_at = self.places or (), self.text, self.expression.match
        for number in range(bisect_left(places, start), len(places)):
            place = places[number]
            if place >= stop:
                return
            if place >= start and (match := match_at(text, place, stop)):
                start = match.end()
                yield match


class Sieve:
    """Tells where expressions can match.

    Args:
        expressions: the expressions.
        further: others that matter less: they get the bits that are left.
    """

    def __init__(self, expressions: Sequence[re.Pattern[str]], further: Sequence[re.Pattern[str]] = ()):
        self.expressions = (*expressions, *further)
        ways = list(_ways(expressions, BITS - _RESERVED if further else BITS))
        ways += _ways(further, BITS - sum(map(len, ways)))
        self.lookup = Lookup(ways)

    def sifted(self, text: str, known: Codes) -> Sifted:
        """Look at a text.

        Args:
            text: the text.
            known: its codes.
        """
        return Sifted(self, text, known)


class Sifted:
    """What a sieve left of a text.

    Args:
        sieve: the sieve.
        text: the text.
        known: its codes.
    """

    def __init__(self, sieve: Sieve, text: str, known: Codes):
        self._expressions, self._masks, self._text = sieve.expressions, sieve.lookup.masks, text
        self._places, self._bits = sieve.lookup.left(known)
        self._present = reduce(or_, set(self._bits.tolist()), 0)

    def finder(self, number: int) -> Finder:
        """An expression of the sieve with the places at which it can match.

        Args:
            number: its place among them.
        """
        expression, mask = self._expressions[number], self._masks[number]
        if not mask:
            return Finder(expression, self._text)
        if not mask & self._present:
            return Finder(expression, self._text, ())
        places = self._places[(self._bits & mask) != 0]
        is_dense = len(places) * _DENSE > len(self._text)
        return Finder(expression, self._text, None if is_dense else places.tolist())


def _ways(expressions: Sequence[re.Pattern[str]], bits: int) -> Iterator[Sequence[Opening]]:
    """The openings of some expressions, as many as there are bits for; none where they leave too much."""
    share = max(1, min(_MOST, bits // max(len(expressions), 1)))
    for expression in expressions:
        found = openings(expression, min(share, bits)) if bits else ()
        found = found if all(one.is_narrow for one in found) else ()
        bits -= len(found)
        yield found
