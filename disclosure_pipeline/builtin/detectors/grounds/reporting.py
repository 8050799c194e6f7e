"""One finding for one range or for a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import finding_at, finding_of
from disclosure_pipeline.builtin.detectors.tables import Cell
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule
from disclosure_pipeline.model.view import Span, View

Range = tuple[int, int]


def listed(
    part: PartText,
    view: View,
    rule: Rule,
    ranges: Sequence[Range],
    *,
    why: str = "",
    count: int | None = None,
) -> Finding:
    """One finding for several ranges of a view; it stands on the first one.

    Args:
        part: the part looked at.
        view: its view in which the ranges stand.
        rule: the rule that fired.
        ranges: (start, end) pairs, not empty.
        why: what is to be added to the rule's own reason.
        count: how many things they are; the number of ranges without it.
    """
    found = finding_at(part, view, rule, *ranges[0], why=reason(rule, why))
    spans = [span for item in ranges[1:] for span in view.spans(*item)]
    return with_more(found, spans, len(ranges) if count is None else count)


def cells(part: PartText, rule: Rule, found: Sequence[Cell], *, why: str = "") -> Finding:
    """One finding for the contents of several cells; it stands on the first one.

    Args:
        part: the part looked at.
        rule: the rule that fired.
        found: the cells, not empty.
        why: what is to be added to the rule's own reason.
    """
    first, *others = dict.fromkeys(cell.span for cell in found)
    return with_more(finding_of(part, first, rule, why=reason(rule, why)), others, len(others) + 1)


def with_more(found: Finding, spans: Sequence[Span], count: int) -> Finding:
    """A finding that goes on in further ranges, for so many things."""
    more = tuple((span.segment, span.start, span.end) for span in spans)
    return replace(found, more=(*found.more, *more), count=count)


def reason(rule: Rule, why: str) -> str:
    """The rule's own reason and what is to be added to it."""
    return "；".join(filter(None, (str(rule.options.get("why", "")), why)))
