"""Roles and approval chains (审批链): data per unit, signed in order by different people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; one person can hold several roles, but signs one document once."""

    CLERK = "clerk"
    FIRST = "first"
    SECRECY = "secrecy"
    SECOND = "second"
    FINAL = "final"
    OFFICE = "office"
    ADMIN = "admin"

    @property
    def chinese(self) -> str:
        """The role's name as officers know it."""
        return _ROLE_NAMES[self]


_ROLE_NAMES = {
    Role.CLERK: "部门经办人",
    Role.FIRST: "初审",
    Role.SECRECY: "保密审查",
    Role.SECOND: "复审",
    Role.FINAL: "终审",
    Role.OFFICE: "政务公开办",
    Role.ADMIN: "系统管理员",
}


class TierState(StrEnum):
    """State of one tier of one version."""

    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    VOID = "void"


class Desk(StrEnum):
    """What the queue calls the places of documents that wait for somebody outside of the chain's tiers."""

    QUARANTINE = "quarantine"
    ATTENTION = "attention"
    REFERRED = "referred"
    AWAITING_ISSUE = "awaiting_issue"
    RETURNED = "returned"


class Verb(StrEnum):
    """What a person can decide about a version (`disclosure decide`)."""

    APPROVE = "approve"
    RETURN = "return"
    WITHHOLD = "withhold"
    REFER = "refer"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of an approval chain.

    Args:
        name: stable name within the route (``secrecy``, ``first`` …).
        role: who signs it.
        label: what the page prints (初审).
        limit: working days within which it should be signed; 0 means none.
        meeting: whether a meeting number is required (局务会 / 党组会, 004 第十七条).
        department: for ``first``: only a head of the drafting department signs.
        risk: whether a written risk assessment is required (风险评估, 004 第十四条).
    """

    name: str
    role: Role
    label: str
    limit: int = 0
    meeting: bool = False
    department: bool = False
    risk: bool = False


ISSUE = Tier("issue", Role.OFFICE, "正式件核对")
"""The one tier of an issued file (正式件) that says what was approved: the rest of its chain has signed before."""


@dataclass(frozen=True, slots=True)
class Route:
    """An ordered chain of tiers and the rules that shaped it.

    Args:
        tiers: in signing order; the first is ``secrecy``, the last holds role ``final``.
        rules: ids of the rules that added something (重点审查事项, 集体审议).
        referral: kinds of outside answer that must come before approval (``special_approval``,
            ``countersign`` …), joined by commas; empty when none is needed.
        extra: tiers of the unit's chain that a rule may add; not part of this route.
    """

    tiers: tuple[Tier, ...]
    rules: tuple[str, ...] = ()
    referral: str = ""
    extra: tuple[Tier, ...] = ()

    @property
    def referrals(self) -> tuple[str, ...]:
        """The demanded referrals one by one."""
        return tuple(self.referral.split(",")) if self.referral else ()

    def problems(self) -> list[str]:
        """What makes the chain unusable; empty when it holds.

        先审查、后公开 (条例 第十七条, 004 第十五条): the secrecy tier comes first, a final tier
        ends the chain, names are unique.
        """
        found = []
        if not self.tiers or self.tiers[0].role is not Role.SECRECY:
            found.append("the first tier must have role 'secrecy'")
        if not self.tiers or self.tiers[-1].role is not Role.FINAL:
            found.append("the last tier must have role 'final'")
        names = [tier.name for tier in self.tiers]
        if len(set(names)) != len(names):
            found.append("tier names must be unique")
        return found


SIGNING_ROLES = frozenset({Role.SECRECY, Role.FIRST, Role.SECOND, Role.FINAL, Role.OFFICE})
"""Roles that can hold a tier."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A unit's approval chain as configured in ``routes.toml``.

    Args:
        name: what ``[[unit]] route`` calls it.
        tiers: signed for every document, in order.
        extra: tiers that route rules may add before the final one.
    """

    name: str
    tiers: tuple[Tier, ...]
    extra: tuple[Tier, ...] = ()

    def route(self) -> Route:
        """The route of a document to which no rule adds anything."""
        return Route(self.tiers, extra=self.extra)

    def problems(self) -> list[str]:
        """What makes the chain unusable; empty when it holds with every extra tier added."""
        longest = Route((*self.tiers[:-1], *self.extra, *self.tiers[-1:]))
        found = longest.problems()
        for tier in longest.tiers:
            if tier.role not in SIGNING_ROLES:
                found.append(f"tier '{tier.name}': role '{tier.role.value}' signs nothing")
            if tier.name in set(Desk):
                found.append(f"tier '{tier.name}': the queue of the console uses this name")
            if tier.name == ISSUE.name:
                found.append(f"tier '{tier.name}': issued files are confirmed under this name")
            if tier.limit < 0:
                found.append(f"tier '{tier.name}': the limit cannot be negative")
        return found
