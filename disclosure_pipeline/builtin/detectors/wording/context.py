"""What stands around a term: whether a text *contains* something or only *speaks of* it.

Regulations, guides and plans name commercial secrets, epidemics or minutes all the time; only what they hold
themselves must be looked at by a person. The words that tell the two apart are data: rules of the form
``cue``, each one class of surroundings that raises or lowers a hit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

TERM = "▮"
"""What the term itself is in the patterns of cues."""

_REACH, _RAW = 64, 96
"""Characters looked at on either side, and those of the original they are taken from: some are invisible."""
_SENTENCE = "。;!?"
_WRAP = re.compile(r"(?<=[^\n]{26})(?<![。;!?:])\n(?=[^\n\t])")
"""A line end inside a sentence: the line is full and does not end in a stop."""
_LINE_END = re.compile(r"[\n\t]")

NOTHING = "none"
"""What a rule's option ``otherwise`` says when a term alone is no finding at all."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A class of surroundings.

    Args:
        rule: its rule; the option ``raises`` says in which direction it works, ``line`` that it reads the whole
            line instead of the sentence, ``why`` what it is called.
        expression: its patterns.
    """

    rule: Rule
    expression: re.Pattern[str]

    @property
    def raises(self) -> bool:
        """Whether the text contains what the term names; else it only speaks of it."""
        return bool(self.rule.options["raises"])

    @property
    def why(self) -> str:
        """What the class is called."""
        return str(self.rule.options["why"])

    def fits(self, near: Surroundings) -> bool:
        """Whether a term has such surroundings."""
        return (
            self.expression.search(near.line if self.rule.options.get("line") else near.sentence) is not None
        )


class Surroundings:
    """What stands around a range of a view, in folded characters without blanks.

    Args:
        view: a view.
        start: first character of the range.
        end: behind its last one.
    """

    def __init__(self, view: View, start: int, end: int):
        first, behind = view.origin(start), view.origin(end - 1) + 1
        self.before = fold(view.original[max(0, first - _RAW) : first]).replace(" ", "")[-_REACH:]
        self.after = fold(view.original[behind : behind + _RAW]).replace(" ", "")[:_REACH]

    @cached_property
    def sentence(self) -> str:
        """The sentence with :data:`TERM` in the place of the term; ends of full lines left out."""
        before, after = self.before, self.after
        if "\n" in before or "\n" in after:
            before, _, after = _WRAP.sub("", f"{before}{TERM}{after}").partition(TERM)
        before = before[max(map(before.rfind, (*_SENTENCE, "\n"))) + 1 :]
        ends = [at for at in map(after.find, (*_SENTENCE, "\n")) if at >= 0]
        return f"{before}{TERM}{after[: min(ends) + 1] if ends else after}"

    @cached_property
    def line(self) -> str:
        """The line, or the cell, with :data:`TERM` in the place of the term."""
        before = self.before[max(self.before.rfind("\n"), self.before.rfind("\t")) + 1 :]
        after = _LINE_END.split(self.after, maxsplit=1)[0]
        return f"{before}{TERM}{after}"


@dataclass(frozen=True, slots=True)
class Weight:
    """What the surroundings make of a hit.

    Args:
        severity: of the finding; ``None`` when there is none.
        confidence: share of the rule's confidence.
        why: what decided, in Chinese; empty when the rule has no cues.
    """

    severity: Severity | None
    confidence: float = 1.0
    why: str = ""


_ALONE = "前后没有表明只是提到的词语"
_TOPIC = "前后没有表明载有具体内容的词语"
_NOT_LOOKED_AT = "同类词语太多，没有逐个看前后文"


class Judge:
    """Weighs the hits of rules by their option ``cues``: ids of cues, of which the first that fits decides.

    Where none fits, the option ``otherwise`` does: the severity without further evidence (``info`` for words
    that most texts only speak of, ``none`` for words that alone mean nothing).

    Args:
        rulebook: all rules; those of the form ``cue`` are the classes of surroundings.
        rules: the rules whose hits are weighed.

    Raises:
        ConfigError: a rule names a cue that is not there, or a severity that is none (``rule.cue``); a cue does
            not compile (``rule.pattern``).
    """

    def __init__(self, rulebook: RuleBook, rules: Sequence[Rule]):
        cues = rulebook.of_form("cue")
        patterns = PatternSet(rulebook, ())
        known = {rule.id: _cue(rule, patterns) for rule in cues}
        try:
            self._cues = {rule.id: [known[name] for name in rule.options.get("cues", ())] for rule in rules}
            self._otherwise: Mapping[str, Severity | None] = {rule.id: _otherwise(rule) for rule in rules}
        except (KeyError, ValueError):
            raise ConfigError("A rule names an unknown cue or severity.", code="rule.cue") from None
        self.rules = cues

    def weigh(self, rule: Rule, view: View, start: int, end: int) -> Weight:
        """What the surroundings make of a hit of a rule."""
        cues = self._cues[rule.id]
        if not cues:
            return Weight(self._otherwise[rule.id])
        near = Surroundings(view, start, end)
        decisive = next((cue for cue in cues if cue.fits(near)), None)
        if decisive is None:
            severity = self._otherwise[rule.id]
            stays = severity is not None and severity is not Severity.INFO
            return Weight(severity, 0.85 if stays else 0.5, _ALONE if stays else _TOPIC)
        if decisive.raises:
            return Weight(rule.severity, 1.0, decisive.why)
        return Weight(None if self._otherwise[rule.id] is None else Severity.INFO, 0.5, decisive.why)

    def unweighed(self, rule: Rule) -> Weight:
        """What a hit counts for whose surroundings were not looked at: as much as it can."""
        return Weight(rule.severity, 0.5, _NOT_LOOKED_AT)


def _cue(rule: Rule, patterns: PatternSet) -> Cue:
    if not {"raises", "why"} <= set(rule.options):
        raise ConfigError(f"Cue {rule.id} needs the options raises and why.", code="rule.cue")
    return Cue(rule, patterns.compiled(rule, "|".join(rule.patterns)))


def _otherwise(rule: Rule) -> Severity | None:
    value = rule.options.get("otherwise", rule.severity.value)
    return None if value == NOTHING else Severity(value)
