"""Every shipped rule says what it is, what it rests on, and what an officer should do."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from disclosure_pipeline.model.finding import FINDING_KINDS, Severity
from disclosure_pipeline.model.policy import Rule
from disclosure_pipeline.settings.resources import share
from tests.unit.screening_rules import shipped

SERVING = frozenset(
    {
        "attachment_name", "citation", "cue", "given", "lookalikes", "marking_context", "paper_label", "person_shape",
    }
)  # fmt: skip
"""Forms of rules that only help others: no finding bears them, so they need no article and no advice."""

DECIDED_ELSEWHERE = ("secrecy.", "special.", "hidden.", "attribute.")
"""Kinds for which no attribute can be suggested: what is marked is quarantined, what needs a special approval waits
for it, what is hidden is removed, and a contradiction is about the attribute itself."""

OF_DIGITS = frozenset({"landline_neutral", "resident_id", "resident_id_doubtful"})
OF_OTHERS = frozenset(
    {
        "address_village", "attachment", "birth_date_public", "claims", "forward_source", "given", "lookalikes",
        "marking_fallback", "person_bare", "person_family", "person_property", "person_unsure",
        "released_marking",
    }
)  # fmt: skip
"""Forms whose rules need no patterns: digits prove themselves, and what another rule or the register tells."""


def written() -> Iterator[Any]:
    """Every ``[[rule]]`` as it stands in its file."""
    for folder in ("rules", "lexicons"):
        for path in sorted((share("config") / folder).glob("*.toml")):
            for rule in tomllib.loads(path.read_text("utf-8")).get("rule", ()):
                yield pytest.param(rule, path, id=rule["id"])


def is_serving(rule: dict[str, Any]) -> bool:
    return rule["form"] in SERVING or rule["kind"].startswith("format.")


RULES = list(written())


def test_all_of_them_are_looked_at_and_in_force() -> None:
    assert len(RULES) == len(shipped().rules) > 200
    assert len({entry.values[0]["id"] for entry in RULES}) == len(RULES)


@pytest.mark.parametrize(("rule", "path"), RULES)
def test_a_rule_names_what_it_finds_and_where_that_comes_from(rule: dict[str, Any], path: Path) -> None:
    assert rule["id"].strip()
    assert rule["kind"] in FINDING_KINDS or rule["kind"].startswith("format.")
    assert Severity(rule["severity"])
    assert rule["form"].strip()
    assert rule["source"].strip()
    assert rule.get("version", 1) >= 1


@pytest.mark.parametrize(("rule", "path"), RULES)
def test_a_rule_has_patterns_that_are_no_doubles(rule: dict[str, Any], path: Path) -> None:
    patterns = rule["patterns"] if rule["form"] not in OF_DIGITS | OF_OTHERS else rule.get("patterns", [])
    assert rule["form"] in OF_DIGITS | OF_OTHERS or patterns
    assert all(pattern.strip() for pattern in patterns)
    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize(("rule", "path"), RULES)
def test_guards_of_terms_hold_a_term(rule: dict[str, Any], path: Path) -> None:
    """A guard explains away what it covers: one that holds none of the terms never can."""
    guards = rule.get("guards", [])
    assert all(guard.strip() for guard in guards)
    assert len(set(guards)) == len(guards)
    if rule["form"] == "literal":
        useless = [guard for guard in guards if not any(term in guard for term in rule["patterns"])]
        assert useless == []


@pytest.mark.parametrize(("rule", "path"), RULES)
def test_a_finding_tells_its_article_and_what_to_do(rule: dict[str, Any], path: Path) -> None:
    if is_serving(rule):
        return
    assert rule["article"].strip()
    assert rule["suggestion"].strip()
    if rule["severity"] != "info" and not rule["kind"].startswith(DECIDED_ELSEWHERE):
        assert rule["attribute"]
        assert rule["ground"]


def test_what_a_rule_leaves_out_has_a_documented_default() -> None:
    """Tier, expiry, guards and the like: no rule must repeat that it has none."""
    bare = Rule("T", "secrecy.term", Severity.INFO, "literal", ())
    required = {"id", "kind", "severity", "form", "patterns"}
    defaults = {item.name: getattr(bare, item.name) for item in fields(Rule) if item.name not in required}
    assert defaults == {
        "guards": (), "article": "", "source": "", "version": 1, "suggestion": "", "attribute": "", "ground": "",
        "tier": "", "expires": None, "options": {},
    }  # fmt: skip
    for name in defaults:
        assert f"        {name}: " in (Rule.__doc__ or "")
