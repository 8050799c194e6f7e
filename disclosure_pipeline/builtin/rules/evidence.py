"""Findings about a whole document: the words in its text that they point at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.reading import Spot, find_title, fold, lines, unfold


@dataclass(frozen=True, slots=True)
class Evidence:
    """A real place in one part of a case."""

    part: PartText
    spot: Spot

    def finding(self, rule: Rule, suggestion: str = "") -> Finding:
        """The finding of a rule at this place."""
        return Finding(
            kind=rule.kind, severity=rule.severity, text=self.spot.words(self.part.text),
            start=self.spot.start, end=self.spot.end, segment=self.spot.segment,
            place=self.part.text.segments[self.spot.segment].place, rule=rule.id, article=rule.article,
            suggestion=suggestion or rule.suggestion, part=self.part.position,
        )  # fmt: skip


def main_part(case: Case) -> PartText | None:
    """The 正文."""
    return next((part for part in case.texts if part.role is PartRole.MAIN), None)


def title_of(case: Case, rulebook: RuleBook) -> str:
    """The title, folded: what the slip says, else what the document says; empty without either."""
    if stated := case.title or case.slip.title:
        return fold(stated)
    main = main_part(case)
    title = find_title(main.text, rulebook) if main else None
    return fold(title.words) if title else ""


def titles_of(case: Case, rulebook: RuleBook) -> tuple[str, ...]:
    """Every title, folded: the one in force, and the document's own where a slip states another."""
    main = main_part(case)
    own = find_title(main.text, rulebook) if main else None
    return tuple(dict.fromkeys((title_of(case, rulebook), fold(own.words) if own else "")))


def title_place(case: Case, rulebook: RuleBook, words: str = "") -> Evidence | None:
    """The place a finding about the document as a whole points at.

    Args:
        case: the document.
        rulebook: rules that tell the title from other lines.
        words: folded words of the title to narrow the place to.

    Returns:
        The words in the title line, else the title line, else the first line of the 正文;
        ``None`` when the 正文 has no visible text.
    """
    main = main_part(case)
    if main is None:
        return None
    title = find_title(main.text, rulebook)
    first = next(lines(main.text), None)
    spot = title.spot if title else first.spot if first else None
    if spot is None:
        return None
    line = spot.words(main.text)
    offset = fold(line).find(words) if words else -1
    if offset >= 0:
        start, end = unfold(line, offset, offset + len(words))
        spot = Spot(spot.segment, spot.start + start, spot.start + end)
    return Evidence(main, spot)


def title_hits(rule: Rule, title: str) -> Iterator[str]:
    """The words of a folded title that a rule's patterns hit and no guard phrase covers."""
    for pattern in rule.patterns:
        for match in re.finditer(pattern, title):
            if not _explained(rule.guards, title, match.start(), match.end()):
                yield match.group()


def _explained(guards: Sequence[str], title: str, start: int, end: int) -> bool:
    return any(
        found.start() <= start and end <= found.end()
        for guard in guards
        for found in re.finditer(re.escape(fold(guard)), title)
    )
