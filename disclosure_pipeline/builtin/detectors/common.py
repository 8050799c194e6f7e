"""What all built-in detectors share: rules that must be there and in force, guards, findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import Span, View

OFFICE_TIME = ZoneInfo("Asia/Shanghai")


def rules_of(rulebook: RuleBook, *forms: str) -> tuple[Rule, ...]:
    """The rules a detector works by.

    Args:
        rulebook: all rules in force.
        forms: the forms the detector knows.

    Raises:
        ConfigError: there is none (``rule.missing``), or one of them has no patterns
            (``rule.empty``); a detector without rules would find everything clear.
    """
    rules = rulebook.of_form(*forms)
    if not rules:
        raise ConfigError(f"No rule of form {' / '.join(forms)}.", code="rule.missing")
    empty = [rule.id for rule in rules if not any(rule.patterns)]
    if empty:
        raise ConfigError(f"Rules without patterns: {', '.join(empty)}.", code="rule.empty")
    return rules


def refuse_expired(rules: Iterable[Rule]) -> None:
    """Stop before screening by rules that are no longer in force.

    Raises:
        DisclosureError: ``rule.expired``; leaving the rule out would weaken the screening unseen.
    """
    ending = [(rule.id, rule.expires) for rule in rules if rule.expires is not None]
    if not ending:
        return
    today = datetime.now(OFFICE_TIME).date()
    expired = [name for name, last in ending if last < today]
    if expired:
        raise DisclosureError(
            f"Rules expired: {', '.join(expired)}.",
            code="rule.expired",
            advice="Renew the rules (`expires`) or remove them, then `disclosure retry`.",
        )


def finding_at(
    part: PartText,
    view: View,
    rule: Rule,
    start: int,
    end: int,
    *,
    confidence: float | None = None,
    why: str = "",
) -> Finding:
    """The finding for a range of a view.

    Args:
        part: the part looked at.
        view: its view in which the range stands.
        rule: the rule that fired.
        start: first character in the view.
        end: behind the last one.
        confidence: overrides the rule's.
        why: see :class:`Finding`.
    """
    first, *others = view.spans(start, end)
    found = finding_of(part, first, rule, confidence=confidence, why=why)
    return replace(found, more=tuple((item.segment, item.start, item.end) for item in others))


def finding_of(
    part: PartText, span: Span, rule: Rule, *, confidence: float | None = None, why: str = ""
) -> Finding:
    """The finding for a range of the original text.

    Args:
        part: the part looked at.
        span: the range.
        rule: the rule that fired; its option ``confidence`` is the default confidence.
        confidence: overrides the rule's.
        why: see :class:`Finding`; the rule's option ``why`` is the default.
    """
    segment = part.text.segments[span.segment]
    return Finding(
        kind=rule.kind,
        severity=rule.severity,
        text=segment.text[span.start : span.end],
        start=span.start,
        end=span.end,
        segment=span.segment,
        place=segment.place,
        rule=rule.id,
        article=rule.article,
        suggestion=rule.suggestion,
        confidence=float(rule.options.get("confidence", 1.0)) if confidence is None else confidence,
        part=part.position,
        why=why or str(rule.options.get("why", "")),
        rule_version=rule.version,
    )
