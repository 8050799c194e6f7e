"""国家秘密标志: 密级★保密期限 and everything people write for it.

A marking counts wherever it stands: body, header, text box, comment, property, hidden sheet. A bare
level (机密 on a line of its own) is a marking at the top of a page and in every place that does not
flow down the page; elsewhere, and where levels are listed or quoted, it is only a question to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired, rules_of
from disclosure_pipeline.builtin.detectors.lookup import codes_of
from disclosure_pipeline.builtin.detectors.patterns import Hit, PatternSet, without_overlaps
from disclosure_pipeline.builtin.detectors.secrecy.expiry import date_formed, expiry
from disclosure_pipeline.builtin.detectors.secrecy.placement import Contexts, Tops
from disclosure_pipeline.builtin.detectors.secrecy.reporting import reported
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import MARKING, Finding
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.view import View


class SecrecyMarking:
    """Finds secrecy markings (保守国家秘密法 第二十二条; rules of the forms ``marking*``).

    Rules of the form ``marking`` count anywhere. Rules of the form ``marking_line`` count outside
    of the kinds of place named by their option ``flow``, and inside of these within the first
    ``top_lines`` lines of a page; elsewhere the rule named by ``otherwise`` applies, if any. Rules of
    the form ``marking_context`` say where a level is only spoken of (:class:`Contexts`). The option
    ``signs`` of a rule names characters that are kept from being normalised (㊙); ``caps`` the
    longest terms of the levels in years.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: rules are missing, empty, or do not compile.
    """

    id = "secrecy_marking"
    version = "2"
    kinds = (MARKING, "secrecy.term")
    canaries = (
        Canary("机密★10年", MARKING),
        Canary("绝　密☆長期", MARKING),
        Canary("秘密\n关于有关事项的通知", MARKING),
        Canary("机 宻＊1 0 年", MARKING),
        Canary("本文件密级为秘密。", MARKING),
    )

    def __init__(self, rulebook: RuleBook):
        anywhere, lines = rules_of(rulebook, "marking"), rules_of(rulebook, "marking_line")
        fallbacks = {rule.id: rule for rule in rulebook.of_form("marking_fallback")}
        self._fallbacks = fallbacks
        self._patterns = PatternSet(rulebook, (*anywhere, *lines))
        self._placed = frozenset(rule.id for rule in lines)
        self._contexts = Contexts(rulebook, self._patterns, fallbacks)
        self._rules = (*anywhere, *lines, *fallbacks.values(), *self._contexts.rules)
        self._signs: dict[str, str] = {}
        self._caps: dict[str, int] = {}
        for rule in self._rules:
            if rule.options.get("otherwise", "") not in ("", *fallbacks):
                raise ConfigError(f"Rule {rule.id} names an unknown rule.", code="rule.unknown")
            self._signs |= rule.options.get("signs", {})
            self._caps |= rule.options.get("caps", {})

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part; overlapping hits are reported once, the surest first.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired(self._rules)
        view = part.views.plain
        text = self._with_signs(view)
        hits = list(self._patterns.hits(text, codes_of(view) if text is view.text else None))
        if not hits:
            return []
        tops = Tops(part.text, view, text)
        hits = list(self._contexts.judged(self._where_they_count(hits, tops), tops))
        hits.sort(key=lambda hit: hit.rule.kind != MARKING)
        return reported(part, view, without_overlaps(hits), _Remarks(text, self._caps, self._patterns))

    def _with_signs(self, view: View) -> str:
        """The view's text with signs as they were written: ㊙ is not the 秘 that it folds to."""
        text = view.text
        for sign, letter in self._signs.items():
            if sign in view.original:
                text = "".join(
                    sign if character == letter and view.original[view.origin(index)] == sign else character
                    for index, character in enumerate(text)
                )
        return text

    def _where_they_count(self, hits: Sequence[Hit], tops: Tops) -> list[Hit]:
        """The hits, bare levels among them judged by where they stand."""
        kept: list[Hit] = []
        for hit in hits:
            if hit.rule.id not in self._placed:
                kept.append(hit)
                continue
            place, options = tops.place(hit.start), hit.rule.options
            if place.kind not in options["flow"] or hit.start < tops.end(place, options["top_lines"]):
                kept.append(hit)
            elif otherwise := options.get("otherwise"):
                kept.append(hit.under(self._fallbacks[otherwise]))
        return kept


class _Remarks:
    """What is to be said about a marking beside its rule: when its secrecy ends."""

    def __init__(self, text: str, caps: Mapping[str, int], patterns: PatternSet):
        self._text, self._caps, self._patterns = text, caps, patterns
        self._formed = date_formed(text)
        self._told: dict[str, str] = {}

    def __call__(self, hit: Hit) -> str:
        """The remark on a hit, empty for what is no marking."""
        if hit.rule.kind != MARKING:
            return ""
        words = self._text[hit.start : hit.end]
        if words not in self._told:
            first = self._patterns.letters(hit.core)[:1]
            level = next((name for name in self._caps if name[0] == first), "")
            self._told[words] = expiry(words, level, self._formed, self._caps).told()
        return self._told[words]
