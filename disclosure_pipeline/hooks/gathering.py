"""Lists: a column of a table in which one rule fires again and again is one finding.

Gathered is after the guard has checked every single finding (`checks.py`), and before the office's guards are looked
at: a list is never explained away by the words beside its first item. Every range stays in the finding, so that one
decision settles, and one redaction blackens, all of them. Markings are never gathered: each is judged by itself.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import MARKING, Finding

_CELL = re.compile(r"(?P<table>.*?)(?P<column>[A-Z]+)(?P<row>[0-9]+)\Z", re.DOTALL)


def gathered(findings: Iterable[Finding], texts: Sequence[PartText], least: int) -> list[Finding]:
    """The findings, those in one column by one rule made one where they are many.

    The gathered finding keeps the place, and so the id, of the first one in reading order.

    Args:
        findings: checked findings over the parts.
        texts: the parts.
        least: how many findings in a column become one.
    """
    parts = {part.position: part for part in texts}
    columns: dict[Hashable, list[Finding]] = {}
    for position, item in enumerate(findings):
        columns.setdefault(_column(item, parts) or position, []).append(item)
    kept: list[Finding] = []
    for items in columns.values():
        kept += [_one(items)] if len(items) >= max(least, 2) else items
    return kept


def _column(found: Finding, parts: Mapping[int, PartText]) -> tuple[Hashable, ...] | None:
    """What findings of one list have in common; nothing where a finding belongs to no list."""
    match = _CELL.match(found.place.cell) if found.place.cell else None
    if match is None or found.kind == MARKING or found.segment < 0 or found.part not in parts:
        return None
    visible = parts[found.part].text.segments[found.segment].visible
    return (
        found.part, found.detector, found.kind, found.rule, found.severity, found.place.part, found.place.kind,
        match["table"], match["column"], visible,
    )  # fmt: skip


def _one(items: Sequence[Finding]) -> Finding:
    """One finding for all of them."""
    first, *others = sorted(items, key=lambda item: (item.segment, item.start, item.end))
    ranges = dict.fromkeys(place for item in (first, *others) for place in item.ranges)
    ranges.pop(first.ranges[0])
    count = sum(item.count for item in items)
    return replace(
        first,
        more=tuple(ranges),
        count=count,
        confidence=max(item.confidence for item in items),
        why="；".join(filter(None, (first.why, f"同一列中共{count}处（{_rows(items)}），一并处理"))),
    )


def _rows(items: Iterable[Finding]) -> str:
    """Column and rows, without the name of the table: that is the author's."""
    cells = [match for item in items if (match := _CELL.match(item.place.cell or ""))]
    rows = [int(match["row"]) for match in cells]
    return f"{cells[0]['column']}列第{min(rows)}行至第{max(rows)}行"
