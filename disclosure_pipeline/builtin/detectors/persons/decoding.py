"""From what the model says about characters to names: the best way to cut a sentence into names and the rest.

Where the model leans towards a name, every range that could be one is weighed: what the model says for its
characters (against the best other reading), plus what its shape is worth (`shapes.py`). The cut with the highest sum
wins. So a row of names without separators falls apart at the family names, a name that the model cut short
gets its last character back, and what has no shape of a name needs a surer model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.detectors.persons.lexical_model import Evidence
    from disclosure_pipeline.builtin.detectors.persons.shapes import Look
    from disclosure_pipeline.builtin.detectors.persons.spelling import Shape

_NEAR = -6.0
"""Score of a character above which it may belong to a name; below, no shape makes up for it."""

_HOPELESS = -15.0
"""Score of a range below which no longer one is looked at."""

_LATE_START = 1.0
"""What it costs to let a name begin where the model lets one go on (rows of names)."""

_SHARPNESS = 0.6
"""Steepness of the confidence over the score, so that 0 is even."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name in a sentence.

    Args:
        start: first character.
        end: behind the last one.
        score: how much better the name is than no name.
        shape: its look.
    """

    start: int
    end: int
    score: float
    shape: Shape

    @property
    def confidence(self) -> float:
        """The score as 0.5 … 1."""
        return 1.0 / (1.0 + math.exp(-_SHARPNESS * self.score))


@dataclass(frozen=True, slots=True)
class _Gains:
    """How much better a name is than another word, and than the name of a place, by character."""

    begin: Sequence[float]
    inside: Sequence[float]
    after: Sequence[float]
    place_begin: Sequence[float]
    place_inside: Sequence[float]

    @classmethod
    def of(cls, evidence: Evidence) -> _Gains:
        return cls(
            evidence.begin.tolist(), evidence.inside.tolist(), [*evidence.after.tolist(), 0.0],
            evidence.place_begin.tolist(), evidence.place_inside.tolist(),
        )  # fmt: skip

    def following(self, at: int) -> float:
        """For a name that begins directly behind another one, where the model may see one long name."""
        return max(self.begin[at], self.inside[at] - _LATE_START)


def names_in(evidence: Evidence, look: Look) -> list[Candidate]:
    """The names in a sentence, in order.

    Args:
        evidence: what the model says about the characters of the sentence.
        look: what its ranges are worth by their look.
    """
    if float(evidence.begin.max()) <= _NEAR:
        return []
    gains = _Gains.of(evidence)
    found: list[Candidate] = []
    for start, end in _regions(gains):
        found += _best(start, end, gains, look)
    return found


def _regions(gains: _Gains) -> Iterator[tuple[int, int]]:
    """Ranges in which names can stand."""
    start = None
    for at, (begin, inside) in enumerate(zip(gains.begin, gains.inside, strict=True)):
        if begin > _NEAR or inside > _NEAR:
            if start is None:
                start = at
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(gains.begin)


def _best(start: int, end: int, gains: _Gains, look: Look) -> list[Candidate]:
    """The best cut of a region; what is no name costs nothing, but must begin with a new word after a name."""
    outside = {start: _Cut(0.0)}
    named: dict[int, _Cut] = {}
    for at in range(start, end + 1):
        behind = named.get(at)
        before = outside.get(at, _NOTHING)
        if behind is not None and behind.score + gains.after[at] > before.score:
            before = outside[at] = _Cut(behind.score + gains.after[at], behind.last, behind.previous)
        if at == end:
            break
        _keep(outside, at + 1, before.score, before.last, before.previous)
        row = (
            behind if behind is not None and behind.last is not None and behind.last.shape.is_native else None
        )
        begin, following = gains.begin[at], gains.following(at) if row is not None else -math.inf
        for behind_name, shape, rest in _ranges(at, end, max(begin, following), gains, look):
            if begin > _NEAR:
                candidate = Candidate(at, behind_name, begin + rest, shape)
                _keep(named, behind_name, before.score + candidate.score, candidate, before)
            if row is not None and shape.is_native:
                candidate = Candidate(at, behind_name, following + rest, shape)
                reached = row.score + candidate.score + look.in_a_row(shape)
                _keep(named, behind_name, reached, candidate, row)
    return list(outside[end].names())[::-1]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A way to cut the text up to some place."""

    score: float
    last: Candidate | None = None
    previous: _Cut | None = None

    def names(self) -> Iterator[Candidate]:
        """Its names, last first."""
        cut: _Cut | None = self
        while cut is not None and cut.last is not None:
            yield cut.last
            cut = cut.previous


_NOTHING = _Cut(-math.inf)


def _keep(
    cuts: dict[int, _Cut], place: int, score: float, last: Candidate | None, previous: _Cut | None
) -> None:
    """Remember a cut if it is the best one up to its place."""
    known = cuts.get(place)
    if known is None or score > known.score:
        cuts[place] = _Cut(score, last, previous)


def _ranges(
    start: int, end: int, first: float, gains: _Gains, look: Look
) -> Iterator[tuple[int, Shape, float]]:
    """The ranges that can be a name, from one place on.

    Args:
        start: where they begin.
        end: behind the last character that they may hold.
        first: best gain of the first character.
        gains: gains of the others.
        look: what ranges are worth by their look.

    Yields:
        End, shape, and score without the gain of the first character.
    """
    if first <= _NEAR:
        return
    inside = 0.0
    against_place = gains.place_begin[start]
    for behind in range(start + 1, min(end, look.reach(start)) + 1):
        if behind > start + 1:
            inside += gains.inside[behind - 1]
            against_place += gains.place_inside[behind - 1]
        if first + inside < _HOPELESS:
            return
        shape = look.shape(start, behind)
        if shape is not None:
            points = look.worth(start, behind, shape) + look.place_weight(shape) * min(against_place, 0.0)
            yield behind, shape, inside + points
