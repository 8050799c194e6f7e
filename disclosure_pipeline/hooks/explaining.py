"""What the office's guards explain away: hits of a rule that stand beside certain words.

Guards were proposed by one officer and approved by another (`model/amendment.py`). They are looked at after the
detectors have answered, so that they mean the same for every detector, plugins included. Of a list (one finding for
many things) only those things go beside which the words stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.amendment import UNGUARDED, Guard, normalised
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.text import Segment

_NEAR, _SEGMENTS = 400, 8
"""Characters on either side that a guard can reach, and segments over which it can."""


def unexplained(
    findings: Iterable[Finding], texts: Sequence[PartText], guards: Mapping[str, Sequence[Guard]]
) -> list[Finding]:
    """The findings that no guard explains away.

    Args:
        findings: what the detectors found.
        texts: the parts they looked at.
        guards: the office's guards by rule id.
    """
    if not guards:
        return list(findings)
    parts = {part.position: part for part in texts}
    kept: list[Finding] = []
    for item in findings:
        mine = guards.get(item.rule, ())
        kept += [item] if not mine or item.part not in parts else _left(item, parts[item.part], mine)
    return kept


def explanation(found: Finding, part: PartText, guards: Sequence[Guard]) -> Guard | None:
    """The guard that explains a finding away, or one thing of a list, if one does."""
    if not guards or found.kind in UNGUARDED or found.segment < 0:
        return None
    singles = (item for item in singles_of(found, part) if item.count == 1)
    surroundings = (beside(item, part) for item in singles)
    return next((guard for each in surroundings for guard in guards if guard.explains(*each)), None)


def singles_of(found: Finding, part: PartText) -> list[Finding]:
    """The things of a list, one by one; a finding that is no list, or whose things cannot be told apart, as it is."""
    if found.count == 1 or len(found.ranges) != found.count:
        return [found]
    return [_listing(found, part, [place]) for place in found.ranges]


def _left(found: Finding, part: PartText, guards: Sequence[Guard]) -> list[Finding]:
    """What guards leave of a finding: all, nothing, or the things of a list that they do not explain."""
    singles = singles_of(found, part)
    left = [item for item in singles if item.count > 1 or explanation(item, part, guards) is None]
    if len(left) == len(singles):
        return [found]
    return [_listing(found, part, [item.ranges[0] for item in left])] if left else []


def _listing(found: Finding, part: PartText, places: Sequence[tuple[int, int, int]]) -> Finding:
    """The list with these things only."""
    (segment, start, end), *more = places
    at = part.text.segments[segment]
    return replace(
        found, segment=segment, start=start, end=end, text=at.text[start:end], place=at.place, more=tuple(more),
        count=len(places),
    )  # fmt: skip


def beside(found: Finding, part: PartText) -> tuple[str, str, str]:
    """What stands before a finding, its words, and what stands behind it, normalised."""
    segments = part.text.segments
    first, last = found.ranges[0], found.ranges[-1]
    words = "".join(segments[item].text[start:end] for item, start, end in found.ranges)
    before, after = _before(segments, first[0], first[1]), _after(segments, last[0], last[2])
    return normalised(before), normalised(words), normalised(after)


def _before(segments: Sequence[Segment], segment: int, start: int) -> str:
    earlier = segments[max(0, segment - _SEGMENTS) : segment]
    pieces = [item.text[-_NEAR:] for item in earlier]
    return "\n".join([*pieces, segments[segment].text[max(0, start - _NEAR) : start]])[-_NEAR:]


def _after(segments: Sequence[Segment], segment: int, end: int) -> str:
    later = segments[segment + 1 : segment + 1 + _SEGMENTS]
    pieces = [item.text[:_NEAR] for item in later]
    return "\n".join([segments[segment].text[end : end + _NEAR], *pieces])[:_NEAR]
