"""What is told about a person's health, family, childhood, body, faith and whereabouts.

A word alone (残疾等级) is no finding here, what is said of somebody is: the value behind a label, the cells of a
column, a sentence about a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.common import finding_at, finding_of, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.tables import NamedCell, named_cells
from disclosure_pipeline.builtin.detectors.told import tell
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

_BEFORE = 40
"""Characters before a hit in which a person must be named, where the rule asks for one."""

_NEVER, _ANYTHING = re.compile("(?!)"), re.compile(".{1,40}")


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    nothing: re.Pattern[str]
    person: re.Pattern[str] | None
    heading: re.Pattern[str] | None
    value: re.Pattern[str]
    person_table: re.Pattern[str]


class Circumstances:
    """Finds what is told about persons (rules of the form ``circumstance``).

    Patterns find what is told (their group ``found``). Options are expressions: ``nothing`` for what says nothing;
    ``person`` must be found before or in a hit, where a rule has it; ``heading`` meets the headings and labels of
    tables, under which ``value`` is told, under headings only in tables with a ``person_table`` heading.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing or empty, or do not compile.
    """

    id = "circumstances"
    version = "1"
    kinds = ("privacy.health", "privacy.minor")
    canaries = (
        Canary("患者张某，诊断：高血压三级", "privacy.health"),
        Canary("姓名\t残疾等级\n张某\t二级", "privacy.health"),
        Canary("婚姻状况：离异", "privacy.health"),
        Canary("姓名：李小某，性别：女，年龄：９岁", "privacy.minor"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "circumstance")
        self._patterns = PatternSet(rulebook, self._rules)
        self._compiled = {rule.id: self._compile(rule) for rule in self._rules}

    def _compile(self, rule: Rule) -> _Compiled:
        def expression(name: str) -> re.Pattern[str] | None:
            written = rule.options.get(name)
            return self._patterns.compiled(rule, str(written)) if written else None

        return _Compiled(
            rule,
            expression("nothing") or _NEVER,
            expression("person"),
            expression("heading"),
            expression("value") or _ANYTHING,
            expression("person_table") or _ANYTHING,
        )

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        found = list(self._in_tables(part))
        cells = {(item.segment, item.start) for item in found}
        found += [item for item in self._in_text(part) if (item.segment, item.start) not in cells]
        tell(part, found)
        return found

    def _in_tables(self, part: PartText) -> Iterator[Finding]:
        known: dict[tuple[str, ...], Sequence[_Compiled]] = {}
        for named in named_cells(part):
            if named.is_heading:
                continue
            key = (named.heading, named.label, named.headings, named.title)
            if key not in known:
                known[key] = [compiled for compiled in self._compiled.values() if _is_meant(compiled, named)]
            words = named.cell.text
            for compiled in known[key]:
                if compiled.value.fullmatch(words) and not compiled.nothing.fullmatch(words):
                    why = _reason(compiled.rule, "所在列或者左侧的栏目要求填写")
                    yield finding_of(part, named.cell.span, compiled.rule, why=why)
                    break

    def _in_text(self, part: PartText) -> Iterator[Finding]:
        view = part.views.plain
        hits = (hit for hit in self._patterns.hits(view.text, codes_of(view)) if self._counts(view.text, hit))
        for hit in without_overlaps(hits):
            why = _reason(hit.rule, "写明了某人的情况")
            yield finding_at(part, view, hit.rule, hit.start, hit.end, why=why)

    def _counts(self, text: str, hit: Hit) -> bool:
        """Whether something is told, and of somebody."""
        compiled = self._compiled[hit.rule.id]
        if compiled.nothing.fullmatch("".join(text[hit.start : hit.end].split())):
            return False
        person = compiled.person
        return person is None or person.search(text, max(0, hit.start - _BEFORE), hit.end) is not None


def _is_meant(compiled: _Compiled, named: NamedCell) -> bool:
    """Whether the words over or beside a cell ask for what a rule is about."""
    if compiled.heading is None:
        return False
    if compiled.heading.fullmatch(named.label):
        return True
    headed = compiled.heading.fullmatch(named.heading)
    return headed is not None and compiled.person_table.search(f"{named.title} {named.headings}") is not None


def _reason(rule: Rule, reason: str) -> str:
    return f"{rule.options.get('why', '')}；{reason}"
