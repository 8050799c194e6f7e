"""What the office's guards explain away: hits of a rule that stand beside certain words.

Guards were proposed by one officer and approved by another (`model/amendment.py`). They are looked at after the
detectors have answered, so that they mean the same for every detector, plugins included. A list (one finding for
many things) is never explained away by the words beside its first item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
    return [
        item
        for item in findings
        if item.part not in parts or explanation(item, parts[item.part], guards.get(item.rule, ())) is None
    ]


def explanation(found: Finding, part: PartText, guards: Sequence[Guard]) -> Guard | None:
    """The guard that explains a finding away, if one does."""
    if not guards or found.kind in UNGUARDED or found.count > 1 or found.segment < 0:
        return None
    before, words, after = beside(found, part)
    return next((guard for guard in guards if guard.explains(before, words, after)), None)


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
