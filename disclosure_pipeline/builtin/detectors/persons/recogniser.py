"""Persons' names in a text: sentence by sentence by the model, then over the whole document.

A name that was recognised for sure stands as such wherever the document repeats it, also where the sentence
alone would not have told; the parts of a foreign name count as well (卡洛斯·阿马特 … 阿马特).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahocorasick_rs import AhoCorasick

from disclosure_pipeline.builtin.detectors.persons.decoding import Candidate, names_in
from disclosure_pipeline.builtin.detectors.persons.lexical_model import LexicalModel
from disclosure_pipeline.builtin.detectors.persons.sentences import HAN, Sentence, sentences
from disclosure_pipeline.builtin.detectors.persons.shapes import DOTS, Look, Shapes
from disclosure_pipeline.builtin.detectors.persons.spelling import Shape, Spelling

_SURE = 4.0
"""Score from which a name is looked for in the rest of the document."""

_SURE_SHORT = 6.0
"""The same for names of two characters, which are other words as well."""

_SURELY_WRITTEN = 0.97
_ASKED = 1.0
_LISTED = 0.95
_REPEATED = 0.85
_AROUND = 6
"""Characters around a repeated name that show whether it is part of something else."""

_WORD = re.compile(f"[{HAN}][{HAN}{DOTS}]")
"""What a sentence must hold to be read: figures and single characters are no names."""

_LEAST_IN_LIST = 2
"""Recognised names that make a list one of names, if they are at least half of its items or nearly all look alike."""

_ALIKE = 0.8

_ITEM = re.compile(f"[{HAN}{DOTS}]+")
_LIST = re.compile(f"(?<![{HAN}])[{HAN}]{{2,4}}(?:(?:[、,] ?| )[{HAN}{DOTS}]{{2,12}})+(?![{HAN}])")
_ANSWERS = frozenset(Shape) - {Shape.FAMILY_ONLY, Shape.OTHER_LONG, Shape.LONG}
"""Looks of a name where a name is asked for."""

_USUAL_ANSWERS = _ANSWERS - {Shape.OTHER_SHORT, Shape.OTHER, Shape.FOREIGN_SHORT}

_FEW = 20
_DOT = re.compile(f"[{DOTS}]")


class Source(StrEnum):
    """What tells that something is a name."""

    MODEL = "model"
    """The lexical model, in its sentence."""
    ASKED = "asked"
    """It stands where a heading or a label asks for a name."""
    LISTED = "listed"
    """It stands in a list of names."""
    REPEATED = "repeated"
    """It is a name elsewhere in the document."""
    FIGURE = "figure"
    """It is the name of somebody whom everybody knows."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the text of a view.

    Args:
        start: first character.
        end: behind the last one.
        confidence: 0 … 1.
        shape: its look.
        source: what tells that it is one.
    """

    start: int
    end: int
    confidence: float
    shape: Shape
    source: Source = Source.MODEL


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a heading or a label asks for a name.

    Args:
        start: first character of what stands there.
        end: behind the last one.
        strange: whether names with unusual family names are likely as well (not beside a label in a table that may
            itself be a row of headings).
    """

    start: int
    end: int
    strange: bool = True


class NameRecogniser:
    """Finds names; whose they are is not its business (`roles.py`).

    Args:
        spelling: what names look like.
        figures: names of persons of public life and history, who are named in set phrases too.
        introducers: words that often stand directly before a name (申请人, 患者).
    """

    def __init__(self, spelling: Spelling, figures: Iterable[str], introducers: Iterable[str] = ()):
        self.model = LexicalModel()
        self._spelling = spelling
        self._introducers = tuple(introducers)
        self._figures = tuple(sorted(figures))
        self._figures_automaton = AhoCorasick(self._figures)
        self._loaded_shapes: Shapes | None = None

    @property
    def shapes(self) -> Shapes:
        """The look of names, loaded when the first sentence is read."""
        if self._loaded_shapes is None:
            self._loaded_shapes = Shapes(self._spelling, self._introducers)
        return self._loaded_shapes

    def names(self, text: str, asked: Iterable[Asked] = ()) -> list[Name]:
        """Every name in a text, in order, without overlaps.

        Args:
            text: text of the view in which each run of white space is one character.
            asked: where a heading or a label asks for a name.

        Raises:
            DisclosureError: the model cannot be loaded.
        """
        found, sure = self._read(
            [one for one in sentences(text, self._spelling.families) if _WORD.search(one.text)]
        )
        figures = [
            Name(start, end, _SURELY_WRITTEN, Shape.FULL, Source.FIGURE)
            for _, start, end in self._figures_automaton.find_matches_as_indexes(text)
        ]
        longer = {name.start: name.end for name in found}
        figures = [one for one in figures if longer.get(one.start, 0) <= one.end]
        return _without_overlaps([*figures, *self._answers(text, asked), *self._repeated(text, sure), *found])

    def _read(self, readable: Sequence[Sentence]) -> tuple[list[Name], dict[str, float]]:
        """Names of the sentences, and with their scores those that are sure."""
        found: list[Name] = []
        sure: dict[str, float] = {}
        if not readable:
            return found, sure
        for sentence, evidence in zip(readable, self.model.read([one.text for one in readable]), strict=True):
            look = self.shapes.of(sentence.text)
            candidates = names_in(evidence, look)
            for place, behind, shape in _listed(sentence.text, candidates, look):
                found.append(Name(*sentence.range(place, behind), _LISTED, shape, Source.LISTED))
            for candidate in candidates:
                start, end = sentence.range(candidate.start, candidate.end)
                found.append(Name(start, end, candidate.confidence, candidate.shape))
                written = sentence.text[candidate.start : candidate.end]
                if candidate.score >= (_SURE_SHORT if len(written) < 3 else _SURE):
                    sure[written] = max(candidate.score, sure.get(written, 0.0))
        return found, sure

    def _answers(self, text: str, asked: Iterable[Asked]) -> Iterator[Name]:
        """What has the look of a name and stands where one is asked for."""
        for one in asked:
            start = one.start + len(text[one.start : one.end]) - len(text[one.start : one.end].lstrip())
            end = start + len(text[start : one.end].rstrip())
            name = text[start:end].replace(" ", "")
            if not name or name in self._spelling.not_names:
                continue
            look = self.shapes.of(name)
            shape = look.shape(0, len(name))
            if (
                shape is None
                or shape not in (_ANSWERS if one.strange else _USUAL_ANSWERS)
                or look.is_part_of_another(0, len(name))
            ):
                continue
            yield Name(start, end, _ASKED if shape.is_native else _REPEATED, shape, Source.ASKED)

    def _repeated(self, text: str, sure: Iterable[str]) -> Iterator[Name]:
        """Every place of the sure names, and of the last part of those with dots."""
        wanted = {part for name in sure for part in (name, _DOT.split(name)[-1]) if len(part) > 1}
        if len(wanted) <= _FEW:
            wanted = {part for part in wanted if text.count(part) > 1}
        if not wanted:
            return
        words = tuple(sorted(wanted, key=len, reverse=True))
        for _, start, end in AhoCorasick(words).find_matches_as_indexes(text, overlapping=True):
            base = max(0, start - _AROUND)
            look = self.shapes.of(text[base : end + _AROUND])
            shape = look.shape(start - base, end - base)
            if shape is not None and not look.is_part_of_another(start - base, end - base):
                yield Name(start, end, _REPEATED, shape, Source.REPEATED)


def _listed(text: str, candidates: Sequence[Candidate], look: Look) -> Iterator[tuple[int, int, Shape]]:
    """Items of a list of which most are names, and which have the look of one but were not recognised."""
    if len(candidates) < _LEAST_IN_LIST:
        return
    recognised = {(candidate.start, candidate.end) for candidate in candidates}
    for match in _LIST.finditer(text):
        items = [
            (match.start() + item.start(), match.start() + item.end()) for item in _ITEM.finditer(match[0])
        ]
        names = sum(item in recognised for item in items)
        if names < _LEAST_IN_LIST:
            continue
        shapes = {item: shape for item in items if (shape := _usual_shape(item, look)) is not None}
        if 2 * names < len(items) and len(shapes) < _ALIKE * len(items):
            continue
        for (start, end), shape in shapes.items():
            if (start, end) not in recognised:
                yield start, end, shape


def _usual_shape(item: tuple[int, int], look: Look) -> Shape | None:
    """The shape of an item that looks like a Chinese name and like nothing else."""
    shape = look.shape(*item)
    if shape is None or not shape.is_native or look.is_part_of_another(*item):
        return None
    return shape


def _order(name: Name) -> tuple[int, float, int, int]:
    return (_SOURCES.get(name.source, len(_SOURCES)), -name.confidence, name.start - name.end, name.start)


_SOURCES = {Source.FIGURE: 0, Source.ASKED: 1}


def _without_overlaps(names: Iterable[Name]) -> list[Name]:
    """Of names that overlap the one by the better source, then the most certain, then the longest.

    A figure's name that begins another one (陈云 in 陈云芳) is not that figure.
    """
    kept: list[Name] = []
    for name in sorted(names, key=_order):
        place = bisect_left(kept, name.start, key=lambda other: other.start)
        before_free = place == 0 or kept[place - 1].end <= name.start
        after_free = place == len(kept) or kept[place].start >= name.end
        if before_free and after_free:
            kept.insert(place, name)
    return kept
