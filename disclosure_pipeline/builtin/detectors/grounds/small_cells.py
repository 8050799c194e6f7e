"""小数字: cells of statistics tables that count so few that the people behind them can be recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.reporting import cells
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.tables import Cell, Table, tables_of
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

_HEADING_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    heading: re.Pattern[str]
    other: re.Pattern[str]
    below: int


class SmallCells:
    """Finds small counts (rules of the form ``small_cells``); one finding for each table and rule.

    Patterns are headings of columns or rows, or the title of the table, that say that it counts people or
    households; the option ``other`` names columns that count something else, ``below`` is the number from which a
    count is large enough. Nought tells nothing about anybody and is none. A table belongs to the rule named first.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile.
    """

    id = "small_cells"
    version = "1"
    kinds = ("special.statistics",)
    canaries = (Canary("乡镇\t患病人数\n东关镇\t2\n西关镇\t15", "special.statistics"),)

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "small_cells")
        compiler = PatternSet(rulebook, ())
        self._compiled = [
            _Compiled(
                rule,
                compiler.compiled(rule, "|".join(rule.patterns)),
                compiler.compiled(rule, str(rule.options.get("other", "(?!)"))),
                int(rule.options["below"]),
            )
            for rule in self._rules
        ]

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        found = []
        for table in tables_of(part):
            for compiled in self._compiled:
                small = list(_small(table, compiled))
                if small:
                    found.append(cells(part, compiled.rule, small))
                    break
        return found


def _small(table: Table, compiled: _Compiled) -> Iterator[Cell]:
    """The small counts of a table, in the order of the text."""
    titled = compiled.heading.search(table.title) is not None
    heads = {column: _heading(of_column) for column, of_column in table.columns.items()}
    for row in table.rows.values():
        label = row[0].text
        counted = compiled.heading.search(label) is not None and compiled.other.search(label) is None
        for cell in row:
            if _is_small(cell.text, compiled.below):
                head = heads[cell.column]
                if compiled.other.search(head) is None and (
                    titled or counted or compiled.heading.search(head) is not None
                ):
                    yield cell


def _heading(column: Sequence[Cell]) -> str:
    """The words above the first number of a column."""
    words = []
    for cell in column[:_HEADING_ROWS]:
        if cell.text[:1].isdecimal():
            break
        words.append(cell.text)
    return "".join(words)


def _is_small(written: str, below: int) -> bool:
    return written.isdecimal() and len(written) <= 2 and 0 < int(written) < below
