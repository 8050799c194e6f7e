"""What changed between two texts, paragraph by paragraph and word by word.

Paragraphs are aligned by those that occur once in both, what lies between them by their longest common subsequence.
Nothing here takes the square of a long list: what is too large to be aligned is said to be replaced as a whole, which
is honest, and not shown as a change of words that nobody made.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_WORDS = re.compile(r"[A-Za-z]+|\d+|\s+|.", re.DOTALL)
_MOST_LINES = 25_000_000
"""Pairs of paragraphs up to which two runs of them are aligned (5,000 by 5,000)."""
_MOST_PAIRS = 2_500
"""Pairs of changed paragraphs that are compared with one another."""
_MOST_WORDS = 4_000_000
"""Pairs of words up to which the words of two paragraphs are aligned."""
_ALIKE = 50.0
"""Likeness (0 … 100) from which one paragraph is the other one changed."""
_SPLINTER = 1
"""Characters up to which what stayed the same between two changes belongs to them."""


class How(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stayed, went or came."""

    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Paragraphs that stayed as they were."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A paragraph of which some words changed; one that was added or removed has words of one sort only."""

    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """Paragraphs of which nobody can say which became which."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


Part = Unchanged | Changed | Replaced


class _Run(NamedTuple):
    """A run of old and of new paragraphs; they are equal or not."""

    equal: bool
    old: Sequence[str]
    new: Sequence[str]


def differences(old: Sequence[str], new: Sequence[str]) -> tuple[Part, ...]:
    """What changed between two lists of paragraphs, in reading order."""
    found: list[Part] = []
    for run in _joined(_aligned(old, new)):
        if run.equal:
            found.append(Unchanged(tuple(run.new)))
        else:
            found += _changed(run.old, run.new)
    return tuple(found)


def changed_words(old: str, new: str) -> tuple[Words, ...]:
    """What changed between two paragraphs: words of letters, numbers, and single Chinese characters."""
    first, second = _WORDS.findall(old), _WORDS.findall(new)
    if len(first) * len(second) > _MOST_WORDS:
        return tuple(_words([("", old, new)]))
    hunks: list[tuple[str, str, str]] = []
    """Words that stayed, and what went and came behind them."""
    splinter = ""
    for equal, one, other in _subsequence(first, second):
        left, right = "".join(one), "".join(other)
        if equal and hunks and len(left) <= _SPLINTER and not left.isspace():
            splinter = left
        elif equal:
            hunks.append((left, "", ""))
        elif hunks:
            same, gone, come = hunks.pop()
            hunks.append((same, gone + splinter + left, come + splinter + right))
            splinter = ""
        else:
            hunks.append(("", left, right))
    return tuple(_words([*hunks, (splinter, "", "")]))


def _words(hunks: Sequence[tuple[str, str, str]]) -> Iterator[Words]:
    for hunk in hunks:
        for how, text in zip((How.SAME, How.REMOVED, How.ADDED), hunk, strict=True):
            if text:
                yield Words(how, text)


# ---------------------------------------------------------------------- alignment


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[_Run]:
    """Runs of paragraphs: between those that occur once on both sides, the longest common subsequence."""
    begin_old = begin_new = 0
    for at_old, at_new in (*_anchors(old, new), (len(old), len(new))):
        yield from _between(old[begin_old:at_old], new[begin_new:at_new])
        yield _Run(True, old[at_old : at_old + 1], new[at_new : at_new + 1])
        begin_old, begin_new = at_old + 1, at_new + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Places of paragraphs that occur once in both, as many as keep their order (patience sorting)."""
    once_old, once_new = Counter(old), Counter(new)
    places = {text: at for at, text in enumerate(new) if once_new[text] == 1}
    pairs = [(at, places[text]) for at, text in enumerate(old) if once_old[text] == 1 and text in places]
    ends: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for number, (_, at_new) in enumerate(pairs):
        pile = bisect_left(ends, at_new)
        ends[pile : pile + 1] = [at_new]
        tops[pile : pile + 1] = [number]
        before.append(tops[pile - 1] if pile else -1)
    chain = []
    number = tops[-1] if tops else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[_Run]:
    """Runs between two anchors; what begins or ends alike needs no alignment."""
    begin, shorter = 0, min(len(old), len(new))
    while begin < shorter and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    yield _Run(True, old[:begin], new[:begin])
    inner_old, inner_new = old[begin : len(old) - end], new[begin : len(new) - end]
    if len(inner_old) * len(inner_new) > _MOST_LINES:
        yield _Run(False, inner_old, inner_new)
    else:
        yield from (_Run(*item) for item in _subsequence(inner_old, inner_new))
    yield _Run(True, old[len(old) - end :], new[len(new) - end :])


def _subsequence(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """(equal, old, new) along the longest common subsequence; changes that follow each other are one."""
    from rapidfuzz.distance import LCSseq

    at_old = at_new = 0
    for step in LCSseq.opcodes(old, new):
        if step.tag != "equal":
            continue
        if step.src_start > at_old or step.dest_start > at_new:
            yield False, old[at_old : step.src_start], new[at_new : step.dest_start]
        yield True, old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        at_old, at_new = step.src_end, step.dest_end
    if at_old < len(old) or at_new < len(new):
        yield False, old[at_old:], new[at_new:]


def _joined(runs: Iterator[_Run]) -> Iterator[_Run]:
    """Runs without empty ones; equal ones that follow each other, and changed ones, are one."""
    now: _Run | None = None
    for run in runs:
        if not run.old and not run.new:
            continue
        if now is not None and now.equal == run.equal:
            now = _Run(now.equal, [*now.old, *run.old], [*now.new, *run.new])
            continue
        if now is not None:
            yield now
        now = run
    if now is not None:
        yield now


# ------------------------------------------------------------------ changed paragraphs


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    if not old or not new:
        yield from (_only(How.REMOVED, text) for text in old)
        yield from (_only(How.ADDED, text) for text in new)
        return
    if len(old) * len(new) <= _MOST_PAIRS:
        yield from _paired(old, new, _alike(old, new))
    elif len(old) == len(new):
        same_place = [(at, at) for at in range(len(old)) if _likeness(old[at], new[at]) >= _ALIKE]
        yield from _paired(old, new, same_place)
    else:
        yield Replaced(tuple(old), tuple(new))


def _paired(old: Sequence[str], new: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Iterator[Part]:
    begin_old = begin_new = 0
    for at_old, at_new in (*pairs, (len(old), len(new))):
        yield from (_only(How.REMOVED, text) for text in old[begin_old:at_old])
        yield from (_only(How.ADDED, text) for text in new[begin_new:at_new])
        if at_old < len(old):
            yield Changed(changed_words(old[at_old], new[at_new]))
        begin_old, begin_new = at_old + 1, at_new + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of paragraphs that are one another changed: in order, as like as can be over all."""
    likeness = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at_old in range(len(old) - 1, -1, -1):
        for at_new in range(len(new) - 1, -1, -1):
            like = likeness[at_old][at_new]
            together = like + best[at_old + 1][at_new + 1] if like >= _ALIKE else 0.0
            best[at_old][at_new] = max(together, best[at_old + 1][at_new], best[at_old][at_new + 1])
    pairs = []
    at_old = at_new = 0
    while at_old < len(old) and at_new < len(new):
        like = likeness[at_old][at_new]
        if like >= _ALIKE and best[at_old][at_new] == like + best[at_old + 1][at_new + 1]:
            pairs.append((at_old, at_new))
            at_old, at_new = at_old + 1, at_new + 1
        elif best[at_old][at_new] == best[at_old + 1][at_new]:
            at_old += 1
        else:
            at_new += 1
    return pairs


def _likeness(one: str, other: str) -> float:
    """0 … 100; 0 for paragraphs that are too long to be compared."""
    from rapidfuzz import fuzz

    if len(one) * len(other) > _MOST_WORDS:
        return 0.0
    return float(fuzz.ratio(one, other, score_cutoff=_ALIKE))


def _only(how: How, text: str) -> Changed:
    return Changed((Words(how, text),))
