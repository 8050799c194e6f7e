"""The shipped rules, and documents made of plain strings, for the tests of screening."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import VISIBLE_KINDS, Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook


@cache
def shipped() -> RuleBook:
    """The rules of the repository's own configuration."""
    return load_rulebook(Path(__file__).parents[2] / "config")


def part(*texts: str | tuple[str, str], **place: Any) -> PartText:
    """A part whose segments are body paragraphs, or of the kind named with the text."""
    segments = []
    for entry in texts:
        text, kind = entry if isinstance(entry, tuple) else (entry, "body")
        segments.append(Segment(text, Place("test", kind, **place), visible=kind in VISIBLE_KINDS))
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", tuple(segments)))


def row(*cells: str, number: int = 3) -> PartText:
    """A part that is one row of a table."""
    segments = tuple(
        Segment(cell, Place("test", "table", cell=f"table 1 {chr(65 + index)}{number}"))
        for index, cell in enumerate(cells)
    )
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", segments))


def assert_offsets(found: Sequence[Finding], screened: PartText) -> None:
    """Every finding quotes exactly the original characters."""
    for finding in found:
        segment = screened.text.segments[finding.segment]
        assert 0 <= finding.start < finding.end <= len(segment.text)
        assert finding.text == segment.text[finding.start : finding.end]
        assert finding.place == segment.place
        assert finding.rule
        assert 0 < finding.confidence <= 1
