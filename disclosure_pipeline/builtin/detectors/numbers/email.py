"""电子邮箱; mailboxes under the domains of public bodies are only mentioned."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.builtin.detectors.common import finding_at, refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet, without_overlaps
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import WHITESPACE
from disclosure_pipeline.model.policy import Rule, RuleBook


class Email:
    """Finds e-mail addresses (rules of the form ``email``).

    Rules of the form ``email_office`` name domains; an address in one of them is reported by that
    rule, with its severity.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty, or do not compile.
    """

    id = "email"
    version = "1"
    kinds = ("privacy.email",)
    canaries = (
        Canary("邮箱：zhangsan@example.com", "privacy.email"),
        Canary("ｚｈａｎｇｓａｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "privacy.email"),
    )

    def __init__(self, rulebook: RuleBook):
        rules = rules_of(rulebook, "email")
        self._offices = rulebook.of_form("email_office")
        self._rules = (*rules, *self._offices)
        self._patterns = PatternSet(rulebook, rules)

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        return [
            finding_at(
                part, view, self._rule_for(view.text[hit.start : hit.end], hit.rule), hit.start, hit.end
            )
            for hit in without_overlaps(self._patterns.hits(view.text))
        ]

    def _rule_for(self, address: str, rule: Rule) -> Rule:
        bare = "".join(character for character in address.lower() if character not in WHITESPACE)
        return next(
            (
                office
                for office in self._offices
                if any(bare.endswith(("." + domain, "@" + domain)) for domain in office.patterns)
            ),
            rule,
        )
