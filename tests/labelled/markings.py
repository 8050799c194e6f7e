"""Secrecy markings and internal notices in all ways of writing, in many kinds of papers and places."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from disclosure_pipeline.model.text import VISIBLE_KINDS, Place, Segment, Text
from tests.labelled.marking_forms import FORMS
from tests.labelled.marking_texts import AROUND, BARE, INTERNAL, LEVELS, STARRED, TERMS
from tests.labelled.markings_by_hand import BY_HAND
from tests.labelled.sample import Half, Label, Sample

MARKING, INSIDE = "secrecy.marking", "secrecy.internal"
_SEEDS: Mapping[Half, int] = {"dev": 4417, "test": 9203}
_ROUNDS = 3
_FOR_LEVELS = (
    "plain",
    "spaced",
    "zero_width",
    "traditional",
    "lookalike",
    "line_broken",
    "hyphenated",
    "two_segments",
)
_FOR_NOTICES = ("plain", "full_width", "spaced", "zero_width", "line_broken")


@cache
def samples(half: Half) -> Sequence[Sample]:
    """All samples of a half."""
    chance = random.Random(_SEEDS[half])
    return (*_starred(chance, half), *_bare(chance, half), *_internal(chance, half), *_by_hand(half))


def _starred(chance: random.Random, half: Half) -> Iterator[Sample]:
    for _ in range(_ROUNDS):
        for paper in STARRED[half]:
            for form, write in FORMS.items():
                mark = write(chance, f"{chance.choice(LEVELS)}★{chance.choice(TERMS[half])}", half)
                yield _sample(paper, mark, MARKING, "marking", form)


def _bare(chance: random.Random, half: Half) -> Iterator[Sample]:
    for paper in BARE[half]:
        for form in _FOR_LEVELS:
            yield _sample(
                paper, FORMS[form](chance, chance.choice(LEVELS), half), MARKING, "marking.bare", form
            )


def _internal(chance: random.Random, half: Half) -> Iterator[Sample]:
    for notice in INTERNAL[half]:
        for form in _FOR_NOTICES:
            written = (
                FORMS[form](chance, notice, half) if notice.isascii() is False or form == "plain" else notice
            )
            yield _sample(chance.choice(AROUND[half]), written, INSIDE, "internal", form)


def _by_hand(half: Half) -> Iterator[Sample]:
    for kind, paper, mark in BY_HAND[half]:
        yield _sample(paper, mark, kind, "by_hand." + kind.partition(".")[2], "plain")


def _sample(paper: str, mark: str, kind: str, family: str, form: str) -> Sample:
    """The paper with the marking in its place, one segment a line, cell or broken piece."""
    segments: list[Segment] = []
    labels: list[Label] = []
    pieces = _broken(mark, form)
    for number, line in enumerate(paper.split("\n"), start=1):
        place = "body"
        if line.startswith("@"):
            place, _, line = line[1:].partition(" ")  # noqa: PLW2901
        cells = line.split(" | ")
        for column, cell in enumerate(cells):
            before, found, after = cell.partition("{x}")
            words = (
                [before + pieces[0], *pieces[1:-1], pieces[-1] + after]
                if len(pieces) > 1
                else [before + mark + after]
            )
            for index, text in enumerate(words if found else [cell]):
                if found:
                    start = len(before) if index == 0 else 0
                    labels.append(Label(len(segments), start, start + len(pieces[index]), kind))
                segments.append(Segment(text, _place(place, number, column + index, len(cells) > 1 or form == "cells"),
                                        visible=place in VISIBLE_KINDS))  # fmt: skip
    return Sample(
        family,
        form,
        Text("text/plain", "labelled", tuple(segments)),
        tuple(labels),
        frozenset({MARKING, INSIDE, kind}),
    )


def _broken(mark: str, form: str) -> Sequence[str]:
    if form == "two_segments":
        return mark[:1], mark[1:]
    if form == "cells":
        return [piece for piece in mark.partition("★") if piece]
    return (mark,)


def _place(kind: str, number: int, column: int, in_row: bool) -> Place:
    if in_row and kind == "body":
        return Place("text", "table", cell=f"table 1 {chr(ord('A') + column)}{number}")
    return Place("text", kind, paragraph=number)
