"""内部标志: notices that keep a paper inside the house (内部资料 注意保存, 阅后清退, 工作秘密 …)."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.secrecy.reporting import reported
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook


class InternalNotice:
    """Finds internal-use notices (rules of the form ``notice``).

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty, or do not compile.
    """

    id = "secrecy_internal"
    version = "2"
    kinds = ("secrecy.internal",)
    canaries = (
        Canary("内部资料　注意保存", "secrecy.internal"),
        Canary("阅后清退，不得外传。", "secrecy.internal"),
        Canary("工作秘密★2年", "secrecy.internal"),
        Canary("（此件发至县团级）", "secrecy.internal"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "notice")
        self._patterns = PatternSet(rulebook, self._rules)

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part; overlapping hits are reported once.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        return reported(part, view, without_overlaps(self._patterns.hits(view.text, codes_of(view))))
