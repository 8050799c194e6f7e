"""口令、密钥: written passwords, keys of services, tokens, private keys, connection strings, password hashes.

The secret itself is masked in what is stored: a finding's first range, whose characters are kept, ends after
the secret's first characters; the rest is named by further ranges only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.detectors.common import finding_at, finding_of, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.anchored import AnchoredPatterns
from disclosure_pipeline.builtin.detectors.grounds.reporting import Range, with_more
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.tables import Cell, tables_of
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.view import View

_SHOWN, _SHOWN_OF_SHORT, _SHORT = 2, 1, 6
"""Characters of a secret that stay readable, and of one shorter than the third number."""

_LIST_FROM = 12
"""Credentials of one rule in a part from which they are one finding."""

_SECRET = re.compile(r"(?=[!-~]*[A-Za-z0-9])[!-~]{4,64}")


class Credential:
    """Finds credentials (rules of the form ``credential`` and ``credential_column``).

    Patterns have a group ``secret``. Those of ``credential_column`` are headings of columns whose cells are
    secrets; a column is one finding.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile.
    """

    id = "credential"
    version = "1"
    kinds = ("security.credential",)
    canaries = (
        Canary("登录密码：Abc#2026", "security.credential"),
        Canary("口 令: admin123!", "security.credential"),
        Canary("-----BEGIN RSA PRIVATE KEY-----", "security.credential"),
        Canary("postgres://app:S3cret@db.example/x", "security.credential"),
    )

    def __init__(self, rulebook: RuleBook):
        written, columns = rules_of(rulebook, "credential"), rules_of(rulebook, "credential_column")
        self._rules = (*written, *columns)
        self._patterns = AnchoredPatterns(rulebook, written)
        compiler = PatternSet(rulebook, ())
        self._columns = [(rule, compiler.compiled(rule, "|".join(rule.patterns))) for rule in columns]

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        places: dict[str, tuple[Rule, list[tuple[int, Range]]]] = {}
        for hit in self._patterns.hits(view):
            place = hit.match.start(), hit.match.span("secret")
            places.setdefault(hit.rule.id, (hit.rule, []))[1].append(place)
        found = []
        for rule, ranges in places.values():
            several = [ranges] if len(ranges) >= _LIST_FROM else [[item] for item in ranges]
            found += [_masked(part, view, rule, items) for items in several]
        return [*found, *self._in_columns(part)]

    def _in_columns(self, part: PartText) -> Iterator[Finding]:
        for table in tables_of(part):
            for head in table.cells:
                for rule, heading in self._columns:
                    if heading.fullmatch(head.text):
                        secrets = [cell for cell in table.below(head) if _SECRET.fullmatch(cell.text)]
                        if secrets:
                            yield _column(part, rule, secrets)


def _masked(part: PartText, view: View, rule: Rule, places: Sequence[tuple[int, Range]]) -> Finding:
    """One finding for credentials, each as (where it begins, its secret); only the first is partly readable."""
    start, (first, behind) = places[0]
    shown = max(first + _shown(behind - first), start + 1)
    found = finding_at(part, view, rule, start, shown)
    hidden = [(shown, behind), *(secret for _, secret in places[1:])]
    spans = [span for item in hidden if item[0] < item[1] for span in view.spans(*item)]
    return with_more(found, spans, len(places))


def _column(part: PartText, rule: Rule, secrets: Sequence[Cell]) -> Finding:
    """One finding for the cells of a column."""
    first, *others = (cell.span for cell in secrets)
    shown = first.start + _shown(first.end - first.start)
    found = finding_of(part, replace(first, end=shown), rule)
    return with_more(found, [replace(first, start=shown), *others], len(secrets))


def _shown(length: int) -> int:
    return min(length, _SHOWN if length >= _SHORT else _SHOWN_OF_SHORT)
