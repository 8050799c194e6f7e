"""Hits become findings: one each, and one for all the rest where a text repeats itself without end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import finding_at
from disclosure_pipeline.builtin.detectors.patterns import Hit
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.view import View

SINGLE = 200
"""Findings of one rule in one part that stand alone; all further hits are one finding with their count."""

CLOSE = 2
"""Characters between hits that share a range there."""


def reported(
    part: PartText, view: View, hits: Sequence[Hit], remark: Callable[[Hit], str] = lambda _: ""
) -> list[Finding]:
    """The findings for hits.

    Args:
        part: the part looked at.
        view: its view in which the hits stand.
        hits: in the order of the text.
        remark: what is to be said about a hit beside its rule's ``why``.
    """
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    surplus: dict[str, list[Hit]] = {}
    for hit in hits:
        seen[hit.rule.id] += 1
        if seen[hit.rule.id] > SINGLE:
            surplus.setdefault(hit.rule.id, []).append(hit)
        else:
            findings.append(_finding(part, view, hit, remark(hit)))
    return findings + [_united(part, view, rest, remark) for rest in surplus.values()]


def _finding(part: PartText, view: View, hit: Hit, remark: str) -> Finding:
    why = "；".join(filter(None, (str(hit.rule.options.get("why", "")), remark)))
    return finding_at(part, view, hit.rule, hit.start, hit.end, why=why)


def _united(part: PartText, view: View, hits: Sequence[Hit], remark: Callable[[Hit], str]) -> Finding:
    """One finding for many hits; those that follow one another closely share a range."""
    found = _finding(part, view, hits[0], remark(hits[0]))
    ranges: list[tuple[int, int]] = []
    for hit in hits[1:]:
        if ranges and hit.start - ranges[-1][1] <= CLOSE:
            ranges[-1] = (ranges[-1][0], hit.end)
        else:
            ranges.append((hit.start, hit.end))
    spans = (span for start, end in ranges for span in view.spans(start, end))
    more = (*found.more, *((span.segment, span.start, span.end) for span in spans))
    return replace(found, more=more, count=len(hits))
