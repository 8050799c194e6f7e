"""紧急程度: how soon a draft must go out, by its 拟稿单 or by the line at its head (GB/T 9704).

The words are rules of form ``urgency``. It orders the queue and nothing else: what is not stated, or not
understood, is ordinary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from disclosure_pipeline.builtin.forms import is_form, read_urgency
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.reading import HEAD_LINES, lines

ORDINARY = 2
"""Neither 特急 nor 加急."""

_HEAD = ("body", "textbox", "table", "header")


def urgency_of(case: Case, rulebook: RuleBook) -> int:
    """The most urgent thing that form and head say.

    Args:
        case: the case, with the text of its files.
        rulebook: rules of form ``urgency``; ``options.urgency`` is what their words mean.

    Returns:
        0 特急 or 特提, 1 加急, 2 ordinary.
    """
    rules = rulebook.of_form("urgency")
    return min(
        (
            int(rule.options["urgency"])
            for words in _stated(case)
            for rule in rules
            if any(re.fullmatch(pattern, words) for pattern in rule.patterns)
        ),
        default=ORDINARY,
    )


def _stated(case: Case) -> Iterator[str]:
    """Folded words that may state an urgency."""
    for part in case.texts:
        if is_form(part.text):
            yield from read_urgency(part.text)
        elif part.role is PartRole.MAIN:
            yield from (line.folded for line in islice(lines(part.text, _HEAD), HEAD_LINES))
