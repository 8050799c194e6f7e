"""What stands around a number, and what its rule makes of it.

A row of digits is a telephone number for the words before it, or for the heading of its column, as much as for
its digits; the same words, or a unit behind it, make it an amount or a serial number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.common import finding_at
from disclosure_pipeline.builtin.detectors.numbers.digits import GAP_CLASS, Number, strength
from disclosure_pipeline.builtin.detectors.tables import words_above
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

_BEFORE, _AFTER = 80, 24
"""Characters on either side that are looked at."""

_TAIL = (
    r"(?:[(\[][^()\[\]]{0,12}[)\]])?[0-9①-⑩一二三]{0,2}[:;,.(\[{<《「“\"'=_\-—–~#*/|>]*"
    r"(?:分别)?(?:为|是|系|即|至)?[:(\[“\"']*\Z"
)
"""What may stand between a label and its number."""

_LISTED = re.compile(r"[+(]*[0-9][0-9XxA-Za-z*@._\-–—()/]{5,}(?:\([^()]{1,8}\))?[、,;/和及与或]*\Z")
"""An item of a list before the number; the label stands before the first one."""

_UNWRAPPED = {ord("\n"): None, ord("\t"): None}
_GROUPS = re.compile("[0-9]+")
# The empty groups take part where the digit stands alone.
_DIGIT_BEFORE = re.compile(f"((?<![0-9]))?[0-9]({GAP_CLASS}{{1,4}})\\Z")
_DIGIT_AFTER = re.compile(f"({GAP_CLASS}{{1,4}})[0-9]((?![0-9]))?")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a range of a text.

    Args:
        beside: the characters before it, as they are.
        before: the words before it without white space and without earlier items of the same list.
        after: the characters behind it.
        heading: what stands over its column.
        table: all headings of its table.
        alone: nothing else stands in its lines.
        whole: nothing else stands in the text.
    """

    beside: str
    before: str
    after: str
    heading: str
    table: str
    alone: bool
    whole: bool


def around(part: PartText, view: View, start: int, end: int) -> Surroundings:
    """What stands around a range of a view."""
    text = view.text
    beside, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    before = _words(beside)
    heading, table = words_above(part, part.text.segments[view.segment(start)].place)
    alone = not beside.rpartition("\n")[2].strip() and not after.partition("\n")[0].strip()
    whole = alone and not beside.strip() and not after.strip()
    return Surroundings(beside, before, after, heading, table, alone, whole)


def _words(beside: str) -> str:
    row, line, rest = beside.rpartition("\n")
    if line and "\t" in row.rpartition("\n")[2]:  # the row above ends with the heading of another column
        beside = rest
    words = "".join(beside.split())
    while listed := _LISTED.search(words):
        words = words[: listed.start()]
    return words


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a number is a finding.

    Args:
        confidence: 0 … 1.
        why: see :class:`~disclosure_pipeline.model.finding.Finding`.
        labelled: words directly before it or over its column name it.
    """

    confidence: float
    why: str
    labelled: bool


class NumberRule:
    """What a rule says about the surroundings of a number.

    Args:
        rule: expressions in its options: ``label`` (words directly before the number or over its column that
            name it), ``context`` (words further before that make it credible), ``other`` (labels and headings of
            something else), ``named_after`` (words directly behind it that name it), ``beside`` and ``after`` (what explains it away when it touches the number),
            ``refuse`` (written forms that only count with a label or context). Further ``groupings`` (group
            lengths in use), ``needs_label``, ``confidence``, ``confidence_labelled``, ``confidence_broken``.

    Raises:
        ConfigError: an expression does not compile (``rule.pattern``).
    """

    def __init__(self, rule: Rule):
        self.rule = rule
        options = rule.options
        label, other = _any(rule, "label"), _any(rule, "other")
        self._label = _compiled(rule, f"(?:{label}){_TAIL}") if label else None
        self._headed = _compiled(rule, label) if label else None
        self._other = _compiled(rule, f"(?:{other}){_TAIL}") if other else None
        self._other_headed = _compiled(rule, other) if other else None
        self._context = _optional(rule, "context", "{}")
        self._named_after = _optional(rule, "named_after", "{}")
        self._beside = _optional(rule, "beside", "(?:{})\\Z")
        self._after = _optional(rule, "after", "{}")
        self._refuse = _optional(rule, "refuse", "{}")
        self._groupings = frozenset(tuple(grouping) for grouping in options.get("groupings", ()))
        self._needs_label = bool(options.get("needs_label", False))

    def is_usual(self, number: Number) -> bool:
        """Whether numbers of this kind are written in such groups.

        Over lines and cells only where something else stands between other groups: figures in a column are no number.
        """
        if number.strength == 0:
            return True
        together = number.strength < 3 or (number.mixed and len(number.groups) > 2)
        return together and number.groups in self._groupings

    def is_beside(self, text: str) -> bool:
        """Whether the end of a text explains a number behind it away."""
        return self._beside is not None and bool(self._beside.search(text))

    def is_unwrapped_usual(self, text: str, number: Number) -> bool:
        """Whether it is written in such groups when the ends of lines and cells in it are undone.

        They may stand between two groups, or cut one.
        """
        if number.groups in self._groupings:
            return True
        written = text[number.start : number.end].translate(_UNWRAPPED)
        return tuple(map(len, _GROUPS.findall(written))) in self._groupings or written.isdecimal()

    def is_labelled(self, near: Surroundings, *, one_cell: bool = True) -> bool:
        """Whether words directly before it or over its column name this kind of number.

        Args:
            near: what stands around it.
            one_cell: it keeps to its column.
        """
        return self._label is not None and bool(
            self._label.search(near.before)
            or (one_cell and self._headed and self._headed.search(near.heading))
        )

    def has_context(self, near: Surroundings) -> bool:
        """Whether words further before it, or directly behind it, make this kind of number credible."""
        if self._named_after is not None and self._named_after.match(near.after):
            return True
        return self._context is not None and bool(
            self._context.search(near.before) or self._context.search(near.heading)
        )

    def judge(self, text: str, number: Number, near: Surroundings, *, sure: bool = False) -> Judgement | None:
        """Whether the number counts.

        Args:
            text: the view's text.
            number: the candidate.
            near: what stands around it.
            sure: its digits prove it (check digits), however they are grouped.
        """
        if self._after is not None and self._after.match(near.after):
            return None
        one_cell = "\t" not in text[number.start : number.end]
        labelled = self.is_labelled(near, one_cell=one_cell)
        if not labelled and self._is_other(near):
            return None
        credible = labelled or self.has_context(near)
        if self._needs_label and not credible:
            return None
        # What stands before a row of groups speaks of the number that begins there.
        credible = credible and not follows_digits(near, number)
        if not (credible or sure or number.strength == 0 or self._stands_out(text, number, near)):
            return None
        return self._judgement(number, labelled)

    def _is_other(self, near: Surroundings) -> bool:
        return bool(
            self.is_beside(near.beside)
            or (self._other and self._other.search(near.before))
            or (self._other_headed and near.heading and self._other_headed.search(near.heading))
        )

    def _stands_out(self, text: str, number: Number, near: Surroundings) -> bool:
        """Whether groups of digits without any word for them are yet one number, no row of figures."""
        if self._refuse is not None and self._refuse.match(text, number.start, number.end):
            return False
        if self.is_usual(number):
            return True
        if near.heading and "\t" in text[number.start : number.end]:
            return False
        if number.strength == 4 and near.alone and not near.whole:
            return False
        if not (number.strength == 1 or number.is_spread or self.is_unwrapped_usual(text, number)):
            return False
        return not (follows_digits(near, number) or _precedes_digits(near, number))

    def _judgement(self, number: Number, labelled: bool) -> Judgement:
        options = self.rule.options
        confidence = float(options.get("confidence", 1.0))
        reasons = [str(options.get("why", ""))]
        if number.strength:
            confidence = float(options.get("confidence_broken", confidence))
            reasons.append("数字间有分隔或者换行")
        if labelled:
            confidence = max(confidence, float(options.get("confidence_labelled", confidence)))
            reasons.append("前面的字样或者所在列的表头与之相符")
        return Judgement(confidence, "；".join(filter(None, reasons)), labelled)

    def finding(self, part: PartText, view: View, start: int, end: int, judgement: Judgement) -> Finding:
        """The finding for a range that counts."""
        return finding_at(
            part, view, self.rule, start, end, confidence=judgement.confidence, why=judgement.why
        )


def follows_digits(near: Surroundings, number: Number) -> bool:
    """Whether digits precede the number, not better separated than its own groups."""
    gap = _DIGIT_BEFORE.search(near.beside) if number.strength else None
    if gap is None:
        return False
    return gap[1] is not None if number.is_spread else strength(gap[2]) <= number.strength


def has_digits_before(near: Surroundings) -> bool:
    """Whether digits stand before the number with separators only between."""
    return _DIGIT_BEFORE.search(near.beside) is not None


def _precedes_digits(near: Surroundings, number: Number) -> bool:
    """Whether digits follow the number, not better separated than its own groups.

    A number that the end of a line cuts in two ends where the next blank stands.
    """
    gap = _DIGIT_AFTER.match(near.after)
    if gap is None:
        return False
    if number.is_spread:
        return gap[2] is not None
    wrapped = number.strength == 4 and len(number.groups) == 2
    return strength(gap[1]) != 2 if wrapped else strength(gap[1]) <= number.strength


def sole_rule(rulebook: RuleBook, form: str, *, patterns: bool = True) -> NumberRule:
    """The one rule of a form.

    Args:
        rulebook: all rules in force.
        form: the form.
        patterns: whether the rule must have patterns.

    Raises:
        ConfigError: there is none (``rule.missing``), more than one (``rule.ambiguous``), or it has no patterns
            (``rule.empty``).
    """
    rules = rulebook.of_form(form)
    if not rules:
        raise ConfigError(f"No rule of form {form}.", code="rule.missing")
    if len(rules) > 1:
        raise ConfigError(f"More than one rule of form {form}.", code="rule.ambiguous")
    if patterns and not any(rules[0].patterns):
        raise ConfigError(f"Rules without patterns: {rules[0].id}.", code="rule.empty")
    return NumberRule(rules[0])


def words_of(rule: Rule) -> tuple[str, ...]:
    """The words without one of which a text is not searched by a rule.

    Raises:
        ConfigError: there are none, so that nothing would ever be found (``rule.empty``).
    """
    words = tuple(rule.options.get("words", ()))
    if not any(words):
        raise ConfigError(f"Rule {rule.id} has no words.", code="rule.empty")
    return words


def expression_of(rule: Rule, option: str) -> re.Pattern[str] | None:
    """An option of a rule that lists expressions, compiled into one.

    Raises:
        ConfigError: it does not compile (``rule.pattern``).
    """
    return _optional(rule, option, "{}")


def _any(rule: Rule, option: str) -> str:
    return "|".join(rule.options.get(option, ()))


def _optional(rule: Rule, option: str, form: str) -> re.Pattern[str] | None:
    return _compiled(rule, form.format(_any(rule, option))) if rule.options.get(option) else None


def _compiled(rule: Rule, expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error:
        raise ConfigError(f"An option of rule {rule.id} cannot be used.", code="rule.pattern") from None
