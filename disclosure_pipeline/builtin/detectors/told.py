"""What an exact detector has found in a part, so that the word lists do not report the same place again.

The word 白血病 in somebody's row of a list of patients is a finding about that person and a term of the lexicon: one
place, one decision. Nothing is left out unless a finding of the same kind, at least as severe, holds all of it; where
the exact detector did not answer, the term stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from weakref import WeakKeyDictionary

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.view import Views

_TOLD: WeakKeyDictionary[Views, Sequence[Finding]] = WeakKeyDictionary()

_Range = tuple[int, int]


def tell(part: PartText, findings: Sequence[Finding]) -> None:
    """Keep what was found in a part for whoever looks at it next."""
    _TOLD[part.views] = tuple(findings)


def untold(part: PartText, findings: Sequence[Finding]) -> list[Finding]:
    """The findings without those that lie wholly in what was told about the part."""
    ranges: defaultdict[tuple[str, Severity, int], list[_Range]] = defaultdict(list)
    for found in _TOLD.get(part.views, ()):
        for segment, start, end in found.ranges:
            ranges[found.kind, found.severity, segment].append((start, end))
    if not ranges:
        return list(findings)
    reaches = {key: _reach(places) for key, places in ranges.items()}

    def is_held(found: Finding, segment: int, start: int, end: int) -> bool:
        severities = (item for item in Severity if item.weight >= found.severity.weight)
        held = (reaches.get((found.kind, severity, segment), ()) for severity in severities)
        return any(_holds(reach, start, end) for reach in held)

    return [found for found in findings if not all(is_held(found, *place) for place in found.ranges)]


def _reach(places: Sequence[_Range]) -> Sequence[_Range]:
    """For each start in order the furthest end of the ranges that begin there or before."""
    ordered = sorted(places)
    furthest = accumulate((end for _, end in ordered), max)
    return [(start, end) for (start, _), end in zip(ordered, furthest, strict=True)]


def _holds(reach: Sequence[_Range], start: int, end: int) -> bool:
    """Whether one range holds all characters of another."""
    before = bisect_right(reach, start, key=lambda place: place[0])
    return before > 0 and end <= reach[before - 1][1]
