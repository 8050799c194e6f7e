"""Rules as data: every rule has an id, an article, a source and a version.

The values live in ``config/rules/*.toml``, ``config/lexicons/*.toml`` and ``config/routes.toml``;
``settings/policy.py`` loads them. Code asks for a rule by id or category and never names an
article or holds a word list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.finding import FINDING_KINDS, Severity
from disclosure_pipeline.model.issuing import IssueRule
from disclosure_pipeline.model.masks import Mask
from disclosure_pipeline.model.profile import Profile
from disclosure_pipeline.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Rule:
    """One screening rule.

    Args:
        id: stable id, e.g. ``D1.marking``.
        kind: finding kind it yields.
        severity: severity of its findings.
        form: how it matches: ``regex``, ``literal``, ``checksum`` … (what the detector knows).
        patterns: the patterns or terms.
        guards: phrases that explain a hit away when they cover it (longest match wins).
        article: legal source as shown to officers.
        source: where the rule comes from (seed, standard).
        version: raised when the rule changes.
        suggestion: what an officer may do.
        attribute: suggested disclosure attribute, or empty.
        ground: suggested reason code, or empty.
        tier: name of a route addition it asks for, or empty.
        expires: last day on which it may be used; an expired rule makes a screening undetermined.
        options: anything else the detector reads.
    """

    id: str
    kind: str
    severity: Severity
    form: str
    patterns: tuple[str, ...]
    guards: tuple[str, ...] = ()
    article: str = ""
    source: str = ""
    version: int = 1
    suggestion: str = ""
    attribute: str = ""
    ground: str = ""
    tier: str = ""
    expires: date | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason for not publishing (不予公开理由; 条例 第十四条 to 第十六条).

    Args:
        code: R14a … R16c.
        title: short name.
        article: the article it rests on.
        needs_reason: whether free text must come with it.
        aliases: other wordings a slip may use.
        tally: row of the annual report's table three.
        kinds: beginnings of the kinds of findings that fall under it, for the note that something was withheld.
    """

    code: str
    title: str
    article: str
    needs_reason: bool = False
    aliases: tuple[str, ...] = ()
    tally: str = ""
    kinds: tuple[str, ...] = ()

    def problems(self) -> Iterator[str]:
        """What makes it unusable."""
        if not self.code or not self.title:
            yield "code and title must not be empty"
        for prefix in self.kinds:
            if not prefix or not any(kind.startswith(prefix) for kind in FINDING_KINDS):
                yield f"unknown kind '{prefix}'"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A time limit in working days.

    Args:
        id: e.g. ``publish``.
        title: what must be done.
        days: working days; the start day is not counted.
        article: legal source.
        version: raised when the rule changes.
        legs: named inner limits in working days, in order (``{"internal": 15, "site": 5}``).
        leg_titles: what each leg is called on the page.
        extendable: whether the disclosure office may extend it on the ground of ``extension_article``.
        by_law: whether it may be extended where another law or regulation, which the office names, gives more
            time.
        extension_days: most working days of all extensions of one document together; required with either.
        extension_article: the article an extension rests on.
    """

    id: str
    title: str
    days: int
    article: str
    version: int = 1
    legs: Mapping[str, int] = field(default_factory=dict)
    leg_titles: Mapping[str, str] = field(default_factory=dict)
    extendable: bool = False
    by_law: bool = False
    extension_days: int = 0
    extension_article: str = ""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """What adds tiers or conditions to a route (重点审查事项 004 第十六条; 集体审议 004 第十七条).

    Args:
        id: stable id.
        article: legal source.
        title_patterns: regular expressions on the title.
        genres: 文种 that trigger it.
        finding_kinds: finding kinds that trigger it.
        rules: screening-rule ids that trigger it.
        joint: fires when the slip names joint bodies (联合发文; 001 协调制度 二).
        attributes: attribute tokens it is limited to; empty means all.
        add: tier names (of the unit's ``extra_tiers``) added before the final tier.
        meeting: whether the final tier must name the meeting (会议文号).
        refer: kind of referral that must be answered before approval (``special_approval``,
            ``countersign``, ``report_up``), or empty.
        risk: whether the final tier must write a risk assessment (风险评估; 004 第十四条、第十六条、第十七条).
    """

    id: str
    article: str
    title_patterns: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    finding_kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    joint: bool = False
    attributes: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    meeting: bool = False
    refer: str = ""
    risk: bool = False


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One point that a signer confirms when a tier is signed (程序完整、范围适当、内容准确; 004 第十五条).

    Args:
        id: stable id.
        label: what the page and the review sheet print.
        article: legal source.
        tiers: names of the tiers that are asked.
        roles: roles whose tiers are asked, beside ``tiers``.
        compulsory: whether a tier cannot be signed without it.
        version: raised when the wording changes.
    """

    id: str
    label: str
    article: str
    tiers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    compulsory: bool = True
    version: int = 1

    def asked_of(self, tier: str, role: str) -> bool:
        """Whether a tier of this name and role is asked."""
        return tier in self.tiers or role in self.roles


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in force, with one version over them."""

    rules: tuple[Rule, ...]
    grounds: tuple[Ground, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    routes: tuple[RouteRule, ...] = ()
    profiles: tuple[Profile, ...] = ()
    checks: tuple[CheckItem, ...] = ()
    reasons: tuple[Reason, ...] = ()
    masks: tuple[Mask, ...] = ()
    issuing: tuple[IssueRule, ...] = ()
    source: str = ""
    """sha256 over the rule files' bytes; part of :attr:`version`."""

    @property
    def version(self) -> str:
        """Short digest over every rule file; recorded with each screening."""
        return canonical_digest([self.source, len(self.rules)])[:16]

    def of_form(self, *forms: str) -> tuple[Rule, ...]:
        """The screening rules of these forms, in file order."""
        return tuple(rule for rule in self.rules if rule.form in forms)

    def patterns_of(self, form: str) -> tuple[str, ...]:
        """The patterns of the screening rules of one form, in file order."""
        return tuple(pattern for rule in self.of_form(form) for pattern in rule.patterns)

    def of_kind(self, prefix: str) -> tuple[Rule, ...]:
        """The screening rules whose kind begins with ``prefix``."""
        return tuple(rule for rule in self.rules if rule.kind.startswith(prefix))

    def expired(self, today: date, rules: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
        """Rules that may no longer be used on ``today``."""
        chosen = self.rules if rules is None else rules
        return tuple(rule for rule in chosen if rule.expires is not None and rule.expires < today)

    def ground(self, text: str) -> Ground | None:
        """The ground with this code or wording; ``None`` when it is none of them."""
        wanted = "".join(text.split())
        for ground in self.grounds:
            if wanted.upper() == ground.code.upper() or wanted in (ground.title, *ground.aliases):
                return ground
        return None

    def checklist(self, tier: str, role: str) -> tuple[CheckItem, ...]:
        """What a tier of this name and role confirms, in file order."""
        return tuple(item for item in self.checks if item.asked_of(tier, role))

    def mask(self, kind: str) -> Mask | None:
        """How hits of a kind are masked; ``None`` when they can only be removed."""
        return next((item for item in self.masks if item.kind == kind), None)

    def clock(self, rule_id: str) -> ClockRule:
        """The clock rule with this id.

        Raises:
            KeyError: no such rule; `disclosure config check` refuses such a configuration.
        """
        return next(rule for rule in self.clocks if rule.id == rule_id)
