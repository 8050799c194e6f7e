"""`disclosure lexicon test`: which rules fire on a text, and what explained other hits away."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.reading import reading_host, rules_in_force
from disclosure_pipeline.cli.screening import STANDARD_INPUT, decoded
from disclosure_pipeline.cli.session import Session, in_group

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.contracts import PartText
    from disclosure_pipeline.model.finding import Finding
    from disclosure_pipeline.model.policy import RuleBook

_REASONS = {"office_guard": "本单位排除条件", "guard": "规则的排除语", "boundary": "跨词"}


@click.argument("file", metavar="FILE|-", type=click.Path(path_type=Path))
def _trial(session: Session, file: Path) -> None:
    """Try the rules in force on a document, or on plain text (UTF-8) from standard input; nothing is kept.

    The text is screened a second time without guards and word boundaries: what is found only then was
    explained away, and each such hit names what did it.
    """
    from disclosure_pipeline.model.amendment import unguarded

    book = rules_in_force(session)
    with reading_host(session, book) as host:
        part = _part(host, file)
        screening, _ = host.screen((part,))
    with reading_host(session, unguarded(book)) as host:
        bare, _ = host.screen((part,))
    known = {(item.rule, item.ranges) for item in _single(part, screening.findings)}
    away = [item for item in _single(part, bare.findings) if (item.rule, item.ranges) not in known]
    answer = {
        "rules_version": book.version,
        "verdict": screening.verdict.value,
        "fired": [_shown(part, item) for item in screening.findings],
        "explained": [{**_shown(part, item), **_reason(book, part, item)} for item in away],
        "undetermined": [doubt.as_json() for doubt in screening.doubts],
    }
    if session.as_json:
        output.print_json(answer)
    else:
        _print(answer)


trial = in_group("test", "试用规则：哪些规则命中，哪些命中被排除及原因")(_trial)


def _single(part: PartText, findings: Iterable[Finding]) -> list[Finding]:
    """Every hit by itself, those of lists too."""
    from disclosure_pipeline.hooks.explaining import singles_of

    return [item for found in findings for item in singles_of(found, part)]


def _part(host: Any, file: Path) -> PartText:
    from disclosure_pipeline.cli.reading import source_of
    from disclosure_pipeline.hooks.contracts import PartText
    from disclosure_pipeline.model.document import PartRole
    from disclosure_pipeline.model.text import Place, Segment, Text

    if str(file) != STANDARD_INPUT:
        return PartText(0, PartRole.MAIN, host.extract(source_of(file)))
    words = decoded(sys.stdin.buffer.read())
    place = Place("text", "body", paragraph=1)
    return PartText(0, PartRole.MAIN, Text("text/plain", "cli.text", (Segment(words, place),)))


def _shown(part: PartText, found: Finding) -> dict[str, Any]:
    segment = part.text.segments[found.segment]
    return {
        "rule": found.rule, "kind": found.kind, "severity": found.severity.value, "article": found.article,
        "text": segment.text[found.start : found.end], "segment": found.segment, "start": found.start,
        "end": found.end, "confidence": found.confidence, "why": found.why, "rule_version": found.rule_version,
    }  # fmt: skip


def _reason(book: RuleBook, part: PartText, found: Finding) -> dict[str, str]:
    """What explained a hit away."""
    from disclosure_pipeline.hooks.explaining import beside, explanation
    from disclosure_pipeline.model.amendment import guards_of, normalised

    guard = explanation(found, part, guards_of(book).get(found.rule, ()))
    if guard is not None:
        return {"by": "office_guard", "guard": guard.change}
    before, words, after = beside(found, part)
    rule = next(rule for rule in book.rules if rule.id == found.rule)
    text, start = before + words + after, len(before)
    for phrase in sorted(map(normalised, rule.guards), key=len, reverse=True):
        at = text.find(phrase, max(0, start + len(words) - len(phrase)), start + len(phrase))
        if phrase and 0 <= at <= start and at + len(phrase) >= start + len(words):
            return {"by": "guard", "guard": phrase}
    return {"by": "boundary", "guard": ""}


def _print(answer: Mapping[str, Any]) -> None:
    output.say(
        f"规则版本 {answer['rules_version']}：命中 {len(answer['fired'])} 处，排除 {len(answer['explained'])} 处"
    )
    if answer["fired"]:
        output.table(
            ("规则", "类型", "级别", "内容", "原因", "依据"),
            [
                (item["rule"], item["kind"], item["severity"], item["text"], item["why"], item["article"])
                for item in answer["fired"]
            ],
        )
    if answer["explained"]:
        output.say("\n被排除的命中")
        output.table(
            ("规则", "内容", "排除原因", "排除语或变更"),
            [
                (item["rule"], item["text"], _REASONS[item["by"]], item["guard"])
                for item in answer["explained"]
            ],
        )
    for doubt in answer["undetermined"]:
        output.say(f"未能确定：{doubt['message']}")
