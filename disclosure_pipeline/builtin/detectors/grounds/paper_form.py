"""表单: papers that are known by their fields (minutes, records of questioning, payrolls, lines of cases …)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.reporting import with_more
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.words import Words
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

_STRETCH = 900
"""Characters within which the fields of one paper stand."""

_BEFORE = frozenset(";。,、|([【:")
_REMARK = 14
"""Characters of a remark in brackets behind a label."""

_BLANK = frozenset(("", *"_…—-□/×"))
_AFTER = frozenset("\t\n\r\v\f\u2028\u2029")


@dataclass(frozen=True, slots=True)
class _Field:
    """A field found: its label, where it stands, whether something is filled in."""

    label: str
    start: int
    end: int
    filled: bool


class PaperForm:
    """Finds papers by their fields (rules of the form ``paper_form``).

    The patterns of a rule are labels of fields (before a colon) or headings of columns. A paper is one finding
    where at least ``least`` different ones stand close together, one of those in the option ``needs`` among them,
    and not most of them are left blank (a blank form may be given to anybody).

    A column is filled when something but a further label follows its heading; labels that say nothing about the
    kind of paper (姓名, 日期) are the patterns of rules of the form ``paper_label``.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing or empty, or lack an option (``rule.option``).
    """

    id = "paper_form"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "paper_form")
        if any(not {"least", "needs"} <= set(rule.options) for rule in self._rules):
            raise ConfigError("A rule for forms of paper lacks least or needs.", code="rule.option")
        self._labels = {rule.id: frozenset(map(_key, rule.patterns)) for rule in self._rules}
        self._needs = {rule.id: frozenset(map(_key, rule.options["needs"])) for rule in self._rules}
        general = [_key(label) for rule in rules_of(rulebook, "paper_label") for label in rule.patterns]
        special = [label for labels in self._labels.values() for label in labels]
        self._telling = _Labels(sorted({label for needs in self._needs.values() for label in needs}))
        self._all = _Labels(tuple(dict.fromkeys((*general, *special))))
        self.kinds = tuple(dict.fromkeys(rule.kind for rule in self._rules))
        self.canaries = tuple(_canary(rule) for rule in self._rules)

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.compact
        if next(self._telling.places(view), None) is None:
            return []
        fields = _fields(view, self._all)
        found: list[Finding] = []
        for rule in self._rules:
            labels = self._labels[rule.id]
            own = [field for field in fields if field.label in labels]
            found += (_finding(part, view, rule, paper) for paper in self._papers(rule, own))
        return found

    def _papers(self, rule: Rule, fields: Sequence[_Field]) -> Iterator[Sequence[_Field]]:
        """Stretches with enough different fields."""
        done = behind = 0
        labels, filled = Counter[str](), Counter[str]()
        for first, field in enumerate(fields):
            while behind < len(fields) and fields[behind].start <= field.start + _STRETCH:
                labels[fields[behind].label] += 1
                filled[fields[behind].label] += fields[behind].filled
                behind += 1
            if self._is_paper(rule, labels, filled) and first >= done:
                yield fields[first:behind]
                done = behind
            labels[field.label] -= 1
            filled[field.label] -= field.filled

    def _is_paper(self, rule: Rule, labels: Counter[str], filled: Counter[str]) -> bool:
        present = +labels
        return (
            len(present) >= rule.options["least"]
            and not self._needs[rule.id].isdisjoint(present)
            and 2 * len(+filled) >= len(present)
        )


class _Labels:
    """Finds labels in a text.

    Args:
        words: the labels.
    """

    def __init__(self, words: Sequence[str]):
        self.words = words
        self._finder = Words(words)

    def places(self, view: View) -> Iterator[tuple[str, int, int, int]]:
        """(label, start, end, where its value begins) of every field of a view."""
        for word, start, end in self._finder.apart(view.text, codes_of(view)):
            value = _value(view, end)
            if value is not None and _begins(view, start):
                yield self.words[word], start, end, value


def _fields(view: View, labels: _Labels) -> list[_Field]:
    """Every field of a view; one that only a further field follows is as filled as that one."""
    fields: list[_Field] = []
    for label, start, end, value in reversed(list(labels.places(view))):
        following = fields[-1] if fields else None
        if following is not None and following.start == value:
            filled = view.text[value - 1] != ":" and following.filled
        else:
            filled = view.text[value : value + 1] not in _BLANK
        fields.append(_Field(label, start, end, filled))
    return fields[::-1]


def _finding(part: PartText, view: View, rule: Rule, paper: Sequence[_Field]) -> Finding:
    found = finding_at(part, view, rule, paper[0].start, paper[0].end)
    return with_more(found, [span for field in paper[1:] for span in view.spans(field.start, field.end)], 1)


def _begins(view: View, start: int) -> bool:
    """Whether a field can begin here: at a border, or behind punctuation."""
    if start == 0 or view.text[start - 1] in _BEFORE:
        return True
    return any(map(str.isspace, _between(view, start)))


def _value(view: View, end: int) -> int | None:
    """Where the value of a field begins whose label ends here; ``None`` when it is no label."""
    if view.text[end : end + 1] == "(":
        closed = view.text.find(")", end, end + _REMARK)
        end = closed + 1 if closed > 0 else end
    if view.text[end : end + 1] == ":":
        return end + 1
    return end if end == len(view.text) or any(map(_AFTER.__contains__, _between(view, end))) else None


def _between(view: View, at: int) -> str:
    """What of the original stands between two characters of a view without white space."""
    return view.original[view.origin(at - 1) + 1 : view.origin(at)]


def _key(label: str) -> str:
    return "".join(fold(label).split())


def _canary(rule: Rule) -> Canary:
    labels = dict.fromkeys((*rule.options["needs"], *rule.patterns))
    chosen = list(labels)[: max(int(rule.options["least"]), 1) + 1]
    return Canary("\n".join(f"{label}：若干" for label in chosen), rule.kind)
