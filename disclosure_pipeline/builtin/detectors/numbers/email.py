"""电子邮箱; mailboxes of public bodies are only mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from disclosure_pipeline.builtin.detectors.common import refuse_expired
from disclosure_pipeline.builtin.detectors.numbers.digits import Number, strength
from disclosure_pipeline.builtin.detectors.numbers.surroundings import (
    NumberRule,
    Surroundings,
    around,
    expression_of,
    sole_rule,
)
from disclosure_pipeline.hooks.contracts import Canary, PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook

_SIGNS = ("@", "#", "at)", "at]", "AT)", "AT]")
_AT = re.compile(r"\s?(?:@|#|[(\[](?:at|AT|@)[)\]])\s?")
_BEFORE, _BEHIND = 160, 160

_LOCAL = re.compile(
    r"(?<![A-Za-z0-9._%+*-])(?:(?<=[A-Za-z0-9_][\n\t])\.)?[A-Za-z0-9_](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_-])?\Z"
)
_SPREAD_LOCAL = re.compile(r"(?<![A-Za-z0-9._%+*-])(?:[A-Za-z0-9._%+-] ){1,40}[A-Za-z0-9_-]\Z")
_PIECE = re.compile(r"(?<![A-Za-z0-9._%+*@-])([A-Za-z0-9_][A-Za-z0-9._%+-]{0,62})[\n\t]\Z")
_ENDS_LOCAL = re.compile("[A-Za-z0-9_-]")
_SMALL = re.compile("[a-z][a-z0-9._-]*")
_BRACKETS, _MARKS = frozenset('(<[“"'), frozenset(",:;、")
_TELEPHONE = re.compile(r"(?:[0-9]{3,4}-?)?[0-9]{7,8}|1[0-9]{10}")

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TIGHT_DOMAIN = re.compile(rf"(?:{_NAME}\.){{1,5}}([A-Za-z]{{2,18}})(?![A-Za-z0-9]|\.[A-Za-z])")


class Email:
    """Finds e-mail addresses (rules of the forms ``email`` and ``email_office``).

    The patterns of ``email`` are the top-level domains in use, needed where an address is broken; those of
    ``email_office`` are domains of public bodies. An address in one of these, or behind a label of that rule, is
    reported by it, with its severity.

    Args:
        rulebook: all rules in force.

    Raises:
        ConfigError: a rule is missing, empty or ambiguous.
    """

    id = "email"
    version = "2"
    kinds = ("privacy.email",)
    canaries = (
        Canary("邮箱：zhangsan@example.com", "privacy.email"),
        Canary("ｚｈａｎｇｓａｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "privacy.email"),
    )

    def __init__(self, rulebook: RuleBook):
        self._rule = sole_rule(rulebook, "email")
        self._office = sole_rule(rulebook, "email_office")
        self._label = expression_of(self._rule.rule, "label")
        self._ends = frozenset(self._rule.rule.patterns)
        self._domains = tuple(sign + domain for domain in self._office.rule.patterns for sign in (".", "@"))
        ends = "|".join(r"\s?".join(end) for end in self._rule.rule.patterns)
        last = rf"\s?\.\s?(?:{ends})(?:\s?\.\s?(?:{ends}))?(?![A-Za-z0-9])"
        within = r"[A-Za-z0-9-]|\s?\.\s?|(?<=[A-Za-z0-9-])[\n\t](?=[A-Za-z0-9-])"
        self._broken = re.compile(rf"(?:{within}){{1,120}}?{last}")
        self._spread = re.compile(rf"[A-Za-z0-9](?:\s[A-Za-z0-9.-]){{1,60}}?{last}")
        self._country = re.compile(r"\s?\.\s?[a-z]\s?[a-z](?![A-Za-z0-9])")

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Raises:
            DisclosureError: a rule has expired.
        """
        refuse_expired((self._rule.rule, self._office.rule))
        view = part.views.plain
        found: list[Finding] = []
        last = 0
        for begun, end in self._addresses(view.text):
            if begun < last:
                continue
            above = self._with_line_before(part, begun)
            start = above if above >= last else begun
            near = around(part, view, start, end)
            rule = self._rule_for("".join(view.text[start:end].lower().split()), near)
            broken = strength("".join(re.findall(r"\s", view.text[start:end])))
            number = Number("", start, end, (end - start,), broken)
            judgement = rule.judge(view.text, number, near, sure=True)
            if judgement is not None:
                found.append(rule.finding(part, view, start, end, judgement))
                last = end
        return found

    def _rule_for(self, address: str, near: Surroundings) -> NumberRule:
        office = address.endswith(self._domains) or self._office.is_labelled(near)
        return self._office if office else self._rule

    def _addresses(self, text: str) -> Iterator[tuple[int, int]]:
        if not any(sign in text for sign in _SIGNS):
            return
        for sign in _AT.finditer(text):
            if not _ENDS_LOCAL.match(text, max(0, sign.start() - 1)):
                continue
            start = _local(text[max(0, sign.start() - _BEFORE) : sign.start()])
            end = self._domain(text[sign.end() : sign.end() + _BEHIND], plain="@" in sign[0]) if start else 0
            if end:
                yield sign.start() - start, sign.end() + end

    def _domain(self, text: str, *, plain: bool) -> int:
        """Length of the domain at the beginning of a text, 0 where there is none.

        Args:
            text: what stands behind the sign.
            plain: the sign is @, so that an unknown top-level domain is believed.
        """
        tight = _TIGHT_DOMAIN.match(text)
        if tight and tight[1].lower() in self._ends:
            more = self._country.match(text, tight.end())
            return more.end() if more and more[0].strip(". \n\t") in self._ends else tight.end()
        loose = self._broken.match(text) or self._spread.match(text)
        if loose:
            return loose.end()
        return tight.end() if tight and plain else 0

    def _with_line_before(self, part: PartText, start: int) -> int:
        """Where an address begins whose first letters stand at the end of the line above.

        They do where a label or a mark stands before them; a telephone number is none.
        """
        view = part.views.plain
        piece = _PIECE.search(view.text[max(0, start - _BEFORE) : start])
        if piece is None:
            return start
        above = start - len(piece[0])
        same = view.segment(above) == view.segment(start)
        if self._rule.is_labelled(around(part, view, above, start), one_cell=same):
            return above
        if piece[1][-1] in "._-" or view.text[start] in "._-" or self._is_cut_word(piece[1]):
            return above
        opening = view.text[max(0, above - 1) : above]
        if opening in _BRACKETS or (opening in _MARKS and not _TELEPHONE.fullmatch(piece[1])):
            return above
        return start

    def _is_cut_word(self, piece: str) -> bool:
        """Whether small letters at the end of a line are the beginning of an address, no label of it."""
        return bool(_SMALL.fullmatch(piece)) and not (self._label and self._label.search(piece))


def _local(text: str) -> int:
    """Length of the local part at the end of a text, 0 where there is none."""
    spread = _SPREAD_LOCAL.search(text)
    local = spread or _LOCAL.search(text)
    return len(local[0]) if local else 0
