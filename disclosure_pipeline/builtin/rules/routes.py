"""Route planning by rule: 重点审查事项, 集体审议, 专项审批, 会签 (``rules/routes.toml``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from disclosure_pipeline.builtin.rules.attributes import attribute_of
from disclosure_pipeline.builtin.rules.evidence import titles_of
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, RoutePlanner
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.policy import RouteRule, RuleBook
from disclosure_pipeline.model.reading import fold
from disclosure_pipeline.model.route import Route, Tier


def route_planners(rulebook: RuleBook) -> tuple[RoutePlanner, ...]:
    """Every route planner of the product, for ``register_approval_routes``."""
    return (FocusItems(rulebook),)


class FocusItems:
    """Lengthens a route by every rule that fires; it never shortens one."""

    id = "focus_items"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def plan(self, case: Case, base: Route) -> Route:
        """Add tiers before the final one, the demands for a meeting and a risk assessment, and referrals.

        Returns:
            ``base`` with what the rules add; ``rules`` names every rule that fired.

        Raises:
            ConfigError: a rule asks for a tier that the unit's chain does not offer, or ``base``
                cannot hold; the document then needs a person.
        """
        if problems := base.problems():
            raise ConfigError(f"routes.toml: {problems[0]}")
        fired = self._fired(case)
        asked = self._asking_rules(case)
        names = [name for rule in fired for name in rule.add] + [tier for _, tier in asked]
        *earlier, final = base.tiers
        final = replace(
            final,
            meeting=final.meeting or any(rule.meeting for rule in fired),
            risk=final.risk or any(rule.risk for rule in fired),
        )
        referrals = (*base.referrals, *(rule.refer for rule in fired if rule.refer))
        return replace(
            base,
            tiers=(*earlier, *_added(base, names), final),
            rules=_unique((*base.rules, *(rule.id for rule in fired), *(rule for rule, _ in asked))),
            referral=",".join(_unique(referrals)),
        )

    def _fired(self, case: Case) -> list[RouteRule]:
        # Both titles count, so that the wording on a slip cannot take a tier away.
        titles = titles_of(case, self._rulebook)
        attribute = attribute_of(case, self._rulebook)
        # While the attribute is not known, no rule is left out on its account.
        return [
            rule
            for rule in self._rulebook.routes
            if (not rule.attributes or attribute is None or attribute.value in rule.attributes)
            and _triggered(rule, case, titles)
        ]

    def _asking_rules(self, case: Case) -> list[tuple[str, str]]:
        """(rule, tier) for each screening rule that found something and asks for a tier."""
        hit = {finding.rule for finding in _weighty(case)}
        return [(rule.id, rule.tier) for rule in self._rulebook.rules if rule.tier and rule.id in hit]


def _weighty(case: Case) -> list[Finding]:
    """The findings that must be settled: a text that only speaks of a topic (``info``) is no matter of that topic."""
    return [finding for finding in case.findings if finding.severity is not Severity.INFO]


def _triggered(rule: RouteRule, case: Case, titles: Sequence[str]) -> bool:
    return (
        any(re.search(pattern, title) for pattern in rule.title_patterns for title in titles)
        or fold(case.slip.genre or "") in rule.genres
        or any(finding.kind in rule.finding_kinds or finding.rule in rule.rules for finding in _weighty(case))
        or (rule.joint and bool(case.slip.joint_bodies))
    )


def _added(base: Route, names: Sequence[str]) -> list[Tier]:
    """The asked tiers that the route does not have yet, in the chain's order."""
    present = {tier.name for tier in base.tiers}
    missing = set(names) - present - {tier.name for tier in base.extra}
    if missing:
        raise ConfigError(f"routes.toml: the chain has no tier '{min(missing)}' to add")
    return [tier for tier in base.extra if tier.name in names and tier.name not in present]


def _unique(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
