"""Where words of a list stand in a text: one pass leaves the few places at which one can begin (`lookup.py`).

The order of what is found is that of an automaton: by their ends, of words that end together the longest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, reduce
from itertools import pairwise, product
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.detectors.lookup import BITS, Lookup
from disclosure_pipeline.builtin.detectors.openings import DEPTH, EVERYTHING, Opening, characters

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.detectors.lookup import Codes

_READ = 3
_CASED = 0x20000
"""Scripts with capitals have codes below this one."""

Occurrence = tuple[int, int, int]
"""Which word of the list, where it begins, and where it ends."""


class Words:
    """Finds words.

    Args:
        words: the words, none of them empty.
        any_case: they are in lower case (:func:`lowered`) and found in any.
    """

    def __init__(self, words: Sequence[str], *, any_case: bool = False):
        self._keyed: dict[int, dict[str, list[tuple[str, int, bool]]]] = {}
        for number, word in sorted(enumerate(words), key=lambda item: -len(item[1])):
            keyed = self._keyed.setdefault(min(len(word), _READ), {})
            is_cased = any_case and any(map(_capitals().__contains__, word))
            for key in _spellings(word[:_READ]) if is_cased else (word[:_READ],):
                keyed.setdefault(key, []).append((word, number, is_cased))
        self._lookup = Lookup([_ways(words, any_case=any_case)])

    def occurrences(self, text: str, known: Codes) -> list[Occurrence]:
        """Every place of every word.

        Args:
            text: the text.
            known: its codes.
        """
        return sorted(self._found(text, known), key=lambda one: (one[2], one[1]))

    def occur(self, text: str, known: Codes) -> bool:
        """Whether one of the words stands anywhere.

        Args:
            text: the text.
            known: its codes.
        """
        return next(self._found(text, known), None) is not None

    def apart(self, text: str, known: Codes) -> Iterator[Occurrence]:
        """Places that do not overlap: from the left, of words that begin together the longest.

        Args:
            text: the text.
            known: its codes.
        """
        behind = 0
        for one in self._found(text, known):
            if one[1] >= behind:
                behind = one[2]
                yield one

    def _found(self, text: str, known: Codes) -> Iterator[Occurrence]:
        """Every place of every word in the order of the text, of words that begin together the longest first."""
        for place in self._lookup.left(known)[0].tolist():
            for length, keyed in self._keyed.items():
                several = keyed.get(text[place : place + length])
                if several is None:
                    continue
                for word, number, is_cased in several:
                    behind = place + len(word)
                    if text.startswith(word, place) or (is_cased and lowered(text[place:behind]) == word):
                        yield number, place, behind


def lowered(text: str) -> str:
    """Lower case, each character for itself: without a change of length, whatever stands beside it."""
    lower = text.lower()
    if len(lower) == len(text) and "\u03a3" not in text:
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _ways(words: Sequence[str], *, any_case: bool) -> list[Opening]:
    """Openings of some words, those of words that begin alike made one; short words apart from longer ones."""
    ordered = sorted(set(words), key=lambda word: (min(len(word), DEPTH), word))
    most = min(BITS, len(ordered))
    borders = [len(ordered) * number // most for number in range(most + 1)] if ordered else []
    groups = (ordered[low:high] for low, high in pairwise(borders))
    return [_opening(group, any_case=any_case) for group in groups]


def _opening(words: Sequence[str], *, any_case: bool) -> Opening:
    told = [{word[number] for word in words} for number in range(min(DEPTH, *map(len, words), DEPTH))]
    return Opening.of(EVERYTHING, (characters(_cased(letters) if any_case else letters) for letters in told))


def _spellings(letters: str) -> Iterator[str]:
    """Some letters in every case."""
    return map("".join, product(*(sorted({letter, *_capitals().get(letter, ())}) for letter in letters)))


def _cased(letters: set[str]) -> set[str]:
    """The characters that become one of some letters in lower case."""
    return reduce(set.union, (_capitals().get(letter, set()) for letter in letters), letters)


@cache
def _capitals() -> dict[str, set[str]]:
    """For each letter the characters that become it in lower case."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for character in map(chr, range(_CASED)):
        if not character.islower() and (letter := lowered(character)) != character:
            found[letter].add(character)
    return dict(found)
