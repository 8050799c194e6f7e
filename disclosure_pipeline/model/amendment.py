"""Changes of the rules that an office made for itself, on top of the rule files.

A change adds terms to the office's own list, or a guard: words beside a hit that explain it away. Both are data
with a source, and bear the names of the two people who made them. Nothing here can touch a marking rule: how a
secrecy marking is recognised is changed in the rule files only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.finding import HIDDEN, MARKING, UNDETERMINED, Severity
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook

GUARDS = "office_guards"
"""Option of a rule that holds the office's guards, as JSON objects of :class:`Guard`."""

OFFICE = "office."
"""Beginning of the ids of the office's own rules."""

UNGUARDED = frozenset({MARKING, HIDDEN, UNDETERMINED, "attribute.contradiction"})
"""Kinds that no words beside them explain away: they are judged by a person, each time."""

_CONFIDENCE = 0.8


class Action(StrEnum):
    """What a change does."""

    TERM = "term"
    GUARD = "guard"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Guard:
    """Words beside a hit that explain it away; white space does not count.

    Args:
        before: what stands directly before the hit, or empty.
        after: what stands directly behind it, or empty.
        words: the hit's own words; empty means any hit of the rule.
        change: id of the change that brought it.
    """

    before: str = ""
    after: str = ""
    words: str = ""
    change: str = ""

    def explains(self, before: str, words: str, after: str) -> bool:
        """Whether it explains a hit away.

        Args:
            before: normalised text before the hit (:func:`normalised`).
            words: the hit.
            after: the text behind it.
        """
        left, mine, right = normalised(self.before), normalised(self.words), normalised(self.after)
        return (
            bool(left or right) and before.endswith(left) and after.startswith(right) and mine in ("", words)
        )


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change of the rules.

    Args:
        id: id of the change, e.g. ``L2026-0001``.
        action: what it does.
        rule: for a guard: the rule whose hits it explains away.
        guard: the words, for a guard.
        terms: the terms, for a term list.
        kind: kind of the findings of the terms.
        severity: their severity.
        article: the legal source.
        source: where the terms or the guard come from (一览表, an officer's decision).
        suggestion: what an officer may do.
        expires: last day on which the terms may be used.
    """

    id: str
    action: Action
    source: str
    rule: str = ""
    guard: Guard = Guard()
    terms: tuple[str, ...] = ()
    kind: str = ""
    severity: Severity = Severity.REVIEW
    article: str = ""
    suggestion: str = ""
    expires: date | None = None

    @property
    def own_rule(self) -> str:
        """Id of the rule that a change of terms makes."""
        return f"{OFFICE}{self.id}"

    @property
    def touched(self) -> str:
        """Id of the rule whose findings it changes."""
        return self.rule if self.action is Action.GUARD else self.own_rule

    def content(self) -> dict[str, Any]:
        """What it changes, as a JSON value; its digest stands in the audit log."""
        if self.action is Action.TERM:
            return {
                "terms": list(self.terms), "kind": self.kind, "severity": self.severity.value,
                "article": self.article, "suggestion": self.suggestion,
                "expires": self.expires.isoformat() if self.expires else None,
            }  # fmt: skip
        return {"before": self.guard.before, "after": self.guard.after, "words": self.guard.words}

    @classmethod
    def of(cls, identity: str, action: str, rule: str, source: str, content: Mapping[str, Any]) -> Amendment:
        """The change that :meth:`content` was written of."""
        if Action(action) is not Action.TERM:
            words = {name: str(content.get(name, "")) for name in ("before", "after", "words")}
            return cls(identity, Action(action), source, rule, Guard(**words, change=identity))
        expires = content.get("expires")
        return cls(
            identity, Action.TERM, source, rule, terms=tuple(content["terms"]), kind=content["kind"],
            severity=Severity(content["severity"]), article=content["article"], suggestion=content["suggestion"],
            expires=date.fromisoformat(expires) if expires else None,
        )  # fmt: skip


def amended(book: RuleBook, amendments: Sequence[Amendment]) -> RuleBook:
    """The rules with an office's changes.

    A guard for a rule that is no longer there has no effect.

    Args:
        book: the rules of the files.
        amendments: the changes in force.

    Returns:
        The book itself when there are none, else one with a version of its own.
    """
    changes = sorted(amendments, key=lambda item: item.id)
    if not changes:
        return book
    guards: dict[str, list[Guard]] = {}
    for item in changes:
        if item.action is Action.GUARD:
            guards.setdefault(item.rule, []).append(item.guard)
    rules = tuple(_guarded(rule, guards.get(rule.id, ())) for rule in book.rules)
    own = tuple(_own_rule(item) for item in changes if item.action is Action.TERM)
    written = [[item.id, item.action.value, item.rule, item.source, item.content()] for item in changes]
    return replace(book, rules=(*rules, *own), source=canonical_digest([book.source, written]))


def guards_of(book: RuleBook) -> dict[str, tuple[Guard, ...]]:
    """The office's guards by rule id."""
    return {
        rule.id: tuple(Guard(**item) for item in rule.options[GUARDS])
        for rule in book.rules
        if GUARDS in rule.options
    }


def unguarded(book: RuleBook) -> RuleBook:
    """The rules without anything that explains a hit away: guards, and boundaries between words."""
    rules = tuple(
        replace(
            rule, guards=(),
            options={**{key: value for key, value in rule.options.items() if key != GUARDS}, "boundary": False},
        ) if rule.form in ("literal", "regex") or GUARDS in rule.options else rule
        for rule in book.rules
    )  # fmt: skip
    return replace(book, rules=rules, source=canonical_digest([book.source, "unguarded"]))


def normalised(text: str) -> str:
    """The form in which words beside a hit are compared: folded, lower case, without white space."""
    return "".join(fold(text).split()).lower()


def _guarded(rule: Rule, guards: Sequence[Guard]) -> Rule:
    if not guards or rule.kind in UNGUARDED:
        return rule
    written = [
        {"before": item.before, "after": item.after, "words": item.words, "change": item.change}
        for item in guards
    ]
    return replace(rule, version=rule.version + len(guards), options={**rule.options, GUARDS: written})


def _own_rule(item: Amendment) -> Rule:
    return Rule(
        id=item.own_rule, kind=item.kind, severity=item.severity, form="literal", patterns=item.terms,
        article=item.article, source=item.source, suggestion=item.suggestion, expires=item.expires,
        options={"confidence": _CONFIDENCE, "why": "本单位词库中的词语"},
    )  # fmt: skip
