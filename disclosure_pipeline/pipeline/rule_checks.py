"""What a proposed change must hold: nothing that would be found everywhere, silence a rule, or keep a number."""

from __future__ import annotations

import re

from disclosure_pipeline.errors import NotFound, Refused, UsageError
from disclosure_pipeline.model.amendment import UNGUARDED, Action, Amendment, normalised
from disclosure_pipeline.model.finding import FINDING_KINDS, MARKING, Severity
from disclosure_pipeline.model.policy import RuleBook

_SHORTEST, _LONGEST = 2, 60
"""Characters of a term, white space left out."""

_NUMBER = re.compile(r"\d{5,}")


def check(book: RuleBook, amendment: Amendment) -> None:
    """Look at a change before it is proposed.

    Args:
        book: the rules in force.
        amendment: the change.

    Raises:
        UsageError: something is missing.
        NotFound: there is no such rule.
        Refused: the change would be dangerous or without effect.
    """
    match amendment.action:
        case Action.TERM:
            _check_terms(amendment)
        case Action.GUARD:
            _check_guard(book, amendment)
        case Action.REVOKE:
            pass
    if not amendment.source.strip():
        raise UsageError("A change needs its source.", advice="Give it with --source.")


def _check_terms(amendment: Amendment) -> None:
    lengths = [len(normalised(term)) for term in amendment.terms]
    if not lengths or not all(_SHORTEST <= length <= _LONGEST for length in lengths):
        raise Refused(
            f"A term has between {_SHORTEST} and {_LONGEST} characters.", code="term.length",
            advice="A single character would be found everywhere.",
        )  # fmt: skip
    if amendment.kind not in FINDING_KINDS or amendment.kind in UNGUARDED - {MARKING}:
        raise UsageError("Terms cannot have this kind.", advice="See `disclosure lexicon list` for kinds.")
    if not amendment.article.strip():
        raise UsageError("Terms need their legal source.", advice="Give it with --article.")
    if amendment.kind == MARKING and amendment.severity is not Severity.BLOCK:
        raise UsageError("Terms that mark a secret always block.", advice="Leave --severity out.")


def _check_guard(book: RuleBook, amendment: Amendment) -> None:
    rule = next((item for item in book.rules if item.id == amendment.rule), None)
    if rule is None:
        raise NotFound(f"There is no rule {amendment.rule}.", advice="See `disclosure lexicon list`.")
    if rule.kind in UNGUARDED:
        raise Refused(
            f"Findings of kind {rule.kind} are never explained away by words beside them.", code="guard.kind",
            advice="Each is judged by a person; a marking rule is changed in the rule files only.",
        )  # fmt: skip
    guard = amendment.guard
    beside = normalised(guard.before) + normalised(guard.after)
    words = normalised(guard.words)
    if not beside or (not words and len(beside) < _SHORTEST) or len(beside) > _LONGEST:
        raise Refused(
            "A guard needs words beside the hit: at least one character where the hit's own words are named, "
            f"two where they are not, at most {_LONGEST}.",
            code="guard.length",
        )
    if _NUMBER.search(beside) or (_NUMBER.search(words) and words not in map(normalised, rule.patterns)):
        raise Refused(
            "A guard holds words, not numbers: they may belong to a person.", code="guard.number",
            advice="Name the words beside the number.",
        )  # fmt: skip
