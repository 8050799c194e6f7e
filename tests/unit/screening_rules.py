"""The shipped rules, and documents made of plain strings, for the tests of screening."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import VISIBLE_KINDS, Place, Segment, Text

CONFIG = Path(__file__).parents[2] / "config"
_LISTS = {"patterns", "guards"}


def rule_of(table: dict[str, Any]) -> Rule:
    unknown = set(table) - {field.name for field in fields(Rule)}
    assert not unknown, f"{table['id']}: {unknown}"
    values = {key: tuple(value) if key in _LISTS else value for key, value in table.items()}
    return Rule(**{**values, "severity": Severity(table["severity"])})


@cache
def shipped() -> RuleBook:
    """Every ``[[rule]]`` of the repository's own configuration."""
    files = sorted([*CONFIG.glob("rules/*.toml"), *CONFIG.glob("lexicons/*.toml")])
    tables = [table for file in files for table in tomllib.loads(file.read_text()).get("rule", [])]
    return RuleBook(rules=tuple(rule_of(table) for table in tables))


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


def assert_offsets(found: list[Finding], screened: PartText) -> None:
    """Every finding quotes exactly the original characters."""
    for finding in found:
        segment = screened.text.segments[finding.segment]
        assert 0 <= finding.start < finding.end <= len(segment.text)
        assert finding.text == segment.text[finding.start : finding.end]
        assert finding.place == segment.place
        assert finding.rule
        assert 0 < finding.confidence <= 1
