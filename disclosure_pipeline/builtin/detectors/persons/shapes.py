"""What a range of characters is worth as a person's name by its look: family name, length, script of foreign names.

The values come from the rule file; they were set by the share of such ranges that were names in public texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick

from disclosure_pipeline.builtin.detectors.persons.sentences import HAN
from disclosure_pipeline.builtin.detectors.persons.spelling import Shape, Spelling
from disclosure_pipeline.builtin.detectors.persons.vocabulary import Vocabulary

DOTS = "·•・‧∙"
_PART = f"[{HAN}A-Za-z]+\\.?"
_DOTTED = re.compile(f"(?=[^{DOTS}]*[{DOTS}]){_PART}(?:[{DOTS}-]{_PART})*(?<=[{HAN}])")
_HAN_ONLY = re.compile(f"[{HAN}]+")
_LONGEST, _LONGEST_DOTTED = 8, 20
_LONG_INTRODUCER = 3
"""Characters from which an introducing word never is part of a name itself."""
_LONGEST_WORD = 4
_PHRASES = (4, 5)


class Shapes:
    """The look of sentences; one for all texts.

    Args:
        spelling: what names are made of.
        introducers: further words that often stand directly before a name.
    """

    def __init__(self, spelling: Spelling, introducers: Iterable[str] = ()):
        self.spelling = spelling
        self.vocabulary = Vocabulary()
        self.suffixes = tuple(spelling.suffixes)
        self._words = tuple(
            {
                *spelling.titles,
                *spelling.barriers,
                *spelling.introducers,
                *spelling.place_introducers,
                *spelling.places,
                *introducers,
            }
        )
        self._automaton = AhoCorasick(self._words)

    def of(self, text: str) -> Look:
        """The look of one sentence."""
        titles, barriers = self.spelling.titles, self.spelling.barriers
        marks = _Marks()
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            written = self._words[word]
            if written in titles:
                marks.title_starts.add(start)
                marks.title_ends.add(end)
            elif written in self.spelling.places:
                marks.places.append((start, end))
                continue
            elif written in self.spelling.place_introducers:
                marks.place_introduced.add(end)
                continue
            elif written not in barriers:
                marks.introduced.add(end)
                if end - start < _LONG_INTRODUCER:
                    continue
            marks.fixed.append((start, end))
        return Look(self, text, marks)

    def shape(self, name: str) -> Shape | None:
        """The shape of a name by itself, wherever it stands; ``None`` for what cannot be one."""
        if not _HAN_ONLY.fullmatch(name):
            return Shape.DOTTED if _DOTTED.fullmatch(name) else None
        spelling, length = self.spelling, len(name)
        if name[:2] in spelling.compound and 2 <= length <= 4:
            return (Shape.COMPOUND_ONLY, Shape.COMPOUND_SHORT, Shape.COMPOUND_FULL)[length - 2]
        if name[0] in spelling.families and length <= 3:
            return (Shape.FAMILY_ONLY, Shape.SHORT, Shape.FULL)[length - 1]
        if length > 1 and spelling.foreign.issuperset(name):
            return Shape.FOREIGN_SHORT if length == 2 else Shape.FOREIGN
        if name[0] in spelling.families and length == 4:
            return Shape.LONG
        return {1: None, 2: Shape.OTHER_SHORT, 3: Shape.OTHER}.get(length, Shape.OTHER_LONG)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands around the names of one sentence, by place.

    Args:
        fixed: (start, end) of words that are no part of a name.
        title_starts: where titles begin.
        title_ends: behind titles.
        introduced: behind words that introduce names.
        place_introduced: behind words that introduce places.
        places: (start, end) of places.
    """

    fixed: list[tuple[int, int]] = field(default_factory=list)
    title_starts: set[int] = field(default_factory=set)
    title_ends: set[int] = field(default_factory=set)
    introduced: set[int] = field(default_factory=set)
    place_introduced: set[int] = field(default_factory=set)
    places: list[tuple[int, int]] = field(default_factory=list)


class Look:
    """What the ranges of one sentence are worth by their look.

    Args:
        shapes: what knows the shapes.
        text: the sentence.
        marks: the words around names in it.
    """

    def __init__(self, shapes: Shapes, text: str, marks: _Marks):
        self._shapes = shapes
        self._text = text
        self._marks = marks
        self._phrase_at: dict[int, bool] = {}
        self._limits = _limits(marks.fixed, len(text))

    def worth(self, start: int, end: int, shape: Shape) -> float:
        """Points that the look of a range adds to the model's score."""
        worth, vocabulary = self._shapes.spelling.worth, self._shapes.vocabulary
        points = worth[shape]
        if self._begins_a_word(start, end):
            points += worth["word"]
        if not shape.is_foreign and end - start > 2 and shape is not Shape.COMPOUND_FULL:
            # Behind a family name of two characters the word is the given name: 欧阳建国.
            points += worth["word_end"] * vocabulary.is_word(self._text[end - 2 : end])
        if not shape.is_foreign and self._text[end - 1] in self._shapes.spelling.offices:
            points += worth["office"]
        if self._is_in_a_phrase(start):
            points += worth["phrase"]
        if end in self._marks.title_starts:
            points += worth["before_title"]
        if start in self._marks.title_ends:
            points += worth["after_title"]
        elif start in self._marks.introduced:
            points += worth["introduced"]
        if self._text.startswith(self._shapes.suffixes, end):
            points += worth["suffix"]
        if self._text[end - 1] in self._shapes.spelling.followers:
            points += worth["follower"]
        if self._text[start] in self._shapes.spelling.ambiguous:
            points += worth["ambiguous"]
        if "、" in (self._text[start - 1 : start], self._text[end : end + 1]):
            points += worth["listed"]
        if shape.is_foreign:
            points += worth["foreign_each"] * (end - start - 3)
            points += worth["foreign_place"] * (start in self._marks.place_introduced)
            points += worth["foreign_open"] * (self._is_foreign(start - 1) + self._is_foreign(end))
        return points

    def reach(self, start: int) -> int:
        """Behind the last character that a name which begins there can hold."""
        limit = self._limits[start]
        if limit - start > _LONGEST and not any(dot in self._text[start:limit] for dot in DOTS):
            return start + _LONGEST
        return min(limit, start + _LONGEST_DOTTED)

    def shape(self, start: int, end: int) -> Shape | None:
        """The shape of a range; ``None`` when it cannot be a name where it stands."""
        text, spelling = self._text, self._shapes.spelling
        if end > self._limits[start]:
            return None
        if self._marks.places and any(_is_cut(start, end, place) for place in self._marks.places):
            return None
        name = text[start:end]
        shape = self._shapes.shape(name)
        if (
            shape is None
            or name in spelling.not_names
            or not spelling.masks.isdisjoint(text[start : end + 1])
        ):
            return None
        if shape is Shape.FAMILY_ONLY and not self._stands_for_a_name(start, end):
            return None
        if shape is not Shape.DOTTED and (_is_dot(text, start - 1) or _is_dot(text, end)):
            return None
        return shape

    def in_a_row(self, shape: Shape) -> float:
        """Points for a native name directly behind another one."""
        return self._shapes.spelling.worth["row_short" if shape is Shape.SHORT else "row"]

    def place_weight(self, shape: Shape) -> float:
        """What each point counts by which the range looks rather like a place than like a name."""
        return self._shapes.spelling.worth["against_place"] if shape.is_foreign else 0.0

    def is_part_of_another(self, start: int, end: int) -> bool:
        """Whether what stands there is a common word, or the name of a place or an organisation."""
        return self._text.startswith(self._shapes.suffixes, end) or self._begins_a_word(start, end)

    def _begins_a_word(self, start: int, end: int) -> bool:
        text, is_word = self._text, self._shapes.vocabulary.is_word
        return end - start < _LONGEST_WORD and (
            is_word(text[start:end]) or is_word(text[start : end + 1]) or is_word(text[start : end + 2])
        )

    def _is_in_a_phrase(self, start: int) -> bool:
        """Whether the range begins in a set phrase or a long name of something else (偷梁换柱, 几内亚比绍)."""
        if start not in self._phrase_at:
            is_phrase = self._shapes.vocabulary.is_phrase
            places = range(max(0, start - 2), start + 1)
            self._phrase_at[start] = any(
                is_phrase(self._text[at : at + length]) for at in places for length in _PHRASES
            )
        return self._phrase_at[start]

    def _is_foreign(self, at: int) -> bool:
        """Whether a character could go on with a foreign name."""
        free = 0 <= at < len(self._text) and self._limits[at] > at
        return free and self._text[at] in self._shapes.spelling.foreign

    def _stands_for_a_name(self, start: int, end: int) -> bool:
        """Whether a family name stands alone: before a title, or behind 老."""
        if self._text[start:end] in self._shapes.spelling.ambiguous:
            return False
        before = self._text[start - 1 : start]
        return end in self._marks.title_starts or (
            bool(before) and before in self._shapes.spelling.diminutives
        )


def _limits(fixed: Sequence[tuple[int, int]], length: int) -> list[int]:
    """By character, how far a name that begins there can reach without touching a fixed word."""
    limits = [length] * (length + 1)
    for start, end in fixed:
        for at in range(start, end):
            limits[at] = at
    reach = length
    for at in range(length - 1, -1, -1):
        if limits[at] == at:
            reach = at
        limits[at] = reach
    return limits


def _is_cut(start: int, end: int, place: tuple[int, int]) -> bool:
    """Whether a range is the place, part of it, or begins or ends in it."""
    return (
        start < place[1]
        and place[0] < end
        and not (start <= place[0] and place[1] <= end and end - start > place[1] - place[0])
    )


def _is_dot(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in DOTS
