"""内部网络地址: private addresses and names of hosts that only an internal network knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.grounds.anchored import Anchored, AnchoredPatterns
from disclosure_pipeline.builtin.detectors.grounds.reporting import Range, listed
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import Rule, RuleBook

_LIST_FROM = 5
_LINE = 60
_ABOVE = 256
_HOST = re.compile(r"[A-Za-z0-9.\-]*\Z")


class InternalAddress:
    """Finds internal addresses (rules of the form ``internal_address``).

    Patterns have a group ``v4``, ``v6`` or ``name``. An address of four numbers must be one (each below 256); where
    it begins a line and words follow it is the number of a heading (10.2.3.1 检验规则), unless the line matches the
    rule's option ``spoken`` (words of networks). A list of addresses is one finding.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty or do not compile.
    """

    id = "internal_address"
    version = "1"
    kinds = ("infrastructure.secret",)
    canaries = (
        Canary("服务器192.168.1.10", "infrastructure.secret"),
        Canary("网关：10.23.4.1", "infrastructure.secret"),
        Canary("管理地址 fd12:3456:789a::1", "infrastructure.secret"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rules = rules_of(rulebook, "internal_address")
        self._patterns = AnchoredPatterns(rulebook, self._rules)
        compiler = PatternSet(rulebook, ())
        self._spoken = {
            rule.id: compiler.compiled(rule, str(rule.options.get("spoken", "(?!)"))) for rule in self._rules
        }

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        places: dict[str, tuple[Rule, list[Range]]] = {}
        for hit in self._patterns.hits(view):
            place = self._place(hit, view.text)
            if place is not None:
                places.setdefault(hit.rule.id, (hit.rule, []))[1].append(place)
        found: list[Finding] = []
        for rule, ranges in places.values():
            several = [ranges] if len(ranges) >= _LIST_FROM else [[item] for item in ranges]
            found += [listed(part, view, rule, items) for items in several]
        return found

    def _place(self, hit: Anchored, text: str) -> Range | None:
        """Where the address stands; ``None`` when it is none."""
        form = str(hit.match.lastgroup)
        start, end = hit.match.span(form)
        if form == "name":
            before = _HOST.search(text[max(0, start - _LINE) : start])
            return (start - len(before[0]) if before and text[start] == "." else start), end
        if not _is_address(form, hit.match[form]) or (form == "v4" and self._is_number(hit, text)):
            return None
        return start, end

    def _is_number(self, hit: Anchored, text: str) -> bool:
        """Whether the numbers are of a heading instead of an address."""
        start, end = hit.match.span("v4")
        if text[end : end + 2].lstrip(" ")[:1] < "\u3400":
            return False
        if text[max(0, start - _LINE) : start].rpartition("\n")[2].strip():
            return False
        line = text[start : end + _LINE].partition("\n")[0]
        return self._spoken[hit.rule.id].search(line) is None


def _is_address(form: str, written: str) -> bool:
    """Whether it can be one; the pattern has seen to it that it is a private one."""
    compact = "".join(written.split())
    if form == "v4":
        return all(len(number) < 4 and int(number) < _ABOVE for number in compact.split("."))
    try:
        IPv6Address(compact)
    except AddressValueError:
        return False
    return True
