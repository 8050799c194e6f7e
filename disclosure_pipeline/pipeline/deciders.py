"""Who may decide on a document now: the open tier, the person before it, and whoever records what was signed on paper.

Each rule is a function that refuses, and writes nothing; `pipeline/objections.py` puts them together with what a
decision must bring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState
from disclosure_pipeline.pipeline import deputies, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import UNKNOWN, drafters
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.people import Person

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.decisions import Decision

GIVE_BACK = frozenset({Role.SECRECY, Role.OFFICE, Role.ADMIN})
"""Who may return a document that needs attention."""

GIVE_BACK_UNISSUED = frozenset({Role.OFFICE})
"""Who may return what was approved and waits for its issued file (正式件)."""

GIVEN_BACK = frozenset({State.ATTENTION, State.AWAITING_ISSUE})
"""States outside of review from which a document can be returned."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A document in review before the person who wants to decide on it.

    Args:
        core: the process's parts. connection: the transaction.
        row: the document's row. tiers: its chain, in signing order. tier: the open one.
        person: who decides.
    """

    core: Core
    connection: Connection
    row: Row[Any]
    tiers: list[Row[Any]]
    tier: Row[Any]
    person: Person

    @property
    def final(self) -> bool:
        """Whether the open tier is the last one."""
        return bool(self.tier.position == self.tiers[-1].position)


def matter_of(core: Core, connection: Connection, row: Row[Any], person: Person) -> Matter:
    """The open tier of a document and who stands before it.

    Raises:
        Refused: the document is not in review, or waits for nobody's signature.
    """
    tier = open_tier(connection, row)
    if tier is None:
        raise Refused(f"{row.id} is {row.state}; only a document in review can be decided on.")
    return Matter(core, connection, row, documents.tiers_of(connection, row.id, row.version), tier, person)


def open_tier(connection: Connection, row: Row[Any]) -> Row[Any] | None:
    """The tier that waits for a signature; ``None`` outside of review."""
    if State(row.state) is not State.IN_REVIEW:
        return None
    tiers = documents.tiers_of(connection, row.id, row.version)
    return next((item for item in tiers if item.state == TierState.OPEN.value), None)


def check_person(matter: Matter) -> str:
    """Whether the person may decide at the open tier (000, 003, 004: different people, in order).

    Returns:
        The principal as whose deputy they would, or empty for somebody with the role of their own.

    Raises:
        NotAllowed: wrong role or unit, the person's tier is signed already, signed this version before, or
            drafted any version; as a deputy also when the principal has.
    """
    row, tier, person = matter.row, matter.tier, matter.person
    principals = _principals(matter, tier)
    if not principals:
        raise _no_principals(matter)
    signed = {
        name
        for item in matter.tiers
        if item.state == TierState.APPROVED.value
        for name in deputies.counted(item.by, item.deputy_for)
    }

    def check(principal: str) -> None:
        if signed & deputies.counted(person.name, principal):
            raise NotAllowed(
                f"{person.name}, or the person they stand in for, has signed another tier of this version already.",
                code="same_person",
                advice="Every tier is signed by a different person; a deputy counts as the principal too.",
            )
        refuse_drafter(matter.connection, row, person, principal)

    return deputies.first_allowed(principals, check)


def _principals(matter: Matter, tier: Row[Any]) -> tuple[str, ...]:
    """For whom the person would sign a tier; nobody when it is not theirs to sign."""
    row = matter.row
    return matter.person.acts_for(Role(tier.role), row.unit, row.department if tier.department else None)


def _no_principals(matter: Matter) -> NotAllowed:
    """Why the open tier is not the person's: their own is signed already, or they never had one that is due."""
    states = {item.state for item in matter.tiers if _principals(matter, item)}
    if states == {TierState.APPROVED.value}:
        return NotAllowed(
            f"The tier that {matter.person.name} may sign is signed already.",
            code="already_signed",
            advice="Nothing is left to do here: look at the document's present state.",
        )
    return NotAllowed(
        f"{matter.person.name} does not hold the role '{matter.tier.role}' that the open tier '{matter.tier.tier}' needs.",
        code="wrong_role",
    )


def refuse_drafter(connection: Connection, row: Row[Any], person: Person, principal: str = "") -> None:
    """Whoever drafted any version decides nothing about the document, and nobody decides for them.

    Args:
        connection: a transaction.
        row: the document's row.
        person: who wants to decide.
        principal: as whose deputy, or empty.

    Raises:
        NotAllowed: one of the two did.
    """
    handed_in = drafters(connection, row.id)
    sides = (person, people.get(connection, principal)) if principal else (person,)
    if handed_in & deputies.counted(person.name, principal) or (
        UNKNOWN in handed_in and any(side.holds(Role.CLERK, row.unit, row.department) for side in sides)
    ):
        raise NotAllowed(
            f"{principal or person.name} belongs to the drafting side; {person.name} cannot sign.",
            code="drafter",
            advice="Somebody who did not draft the document must sign.",
        )


def check_giving_back(row: Row[Any], person: Person) -> str:
    """Who may return a document that needs attention (unreadable, broken), or waits for its issued file (正式件).

    Returns:
        The principal as whose deputy they would, or empty.

    Raises:
        NotAllowed: the person holds none of the roles.
    """
    roles = GIVE_BACK if State(row.state) is State.ATTENTION else GIVE_BACK_UNISSUED
    principal = deputies.entitled(person, roles, row.unit)
    if principal is None:
        names = ", ".join(sorted(role.value for role in roles))
        raise NotAllowed(
            f"A document that is {row.state} is returned by: {names}.",
            code="wrong_role",
        )
    return principal


def check_recorder(core: Core, connection: Connection, row: Row[Any], wish: Decision) -> str:
    """A decision that another person records (代录) needs an administrator and the scan of the paper.

    Returns:
        The administrator as whose deputy it is recorded, or empty.

    Raises:
        NotAllowed: the recorder is no administrator of the unit.
        Refused: the vault holds no scan of it, or the day on it cannot be.
    """
    check_paper_day(connection, row, wish)
    if not wish.recorded_by:
        return ""
    recorder_for = deputies.entitled(people.get(connection, wish.recorded_by), (Role.ADMIN,), row.unit)
    if recorder_for is None:
        raise NotAllowed(
            "Only an administrator of the unit records decisions signed on paper.", code="wrong_role"
        )
    if not (wish.scan and core.vault.holds(wish.scan)):
        raise Refused(
            "A decision signed on paper needs its scan.", code="scan_required", advice="Give it with --scan."
        )
    return recorder_for


def check_paper_day(connection: Connection, row: Row[Any], wish: Decision) -> None:
    """No paper was signed tomorrow, and none before there was a version to sign (一事一审, 004 第十五条).

    Raises:
        Refused: it bears a later day than today, or one before the present version was handed in.
    """
    if wish.signed_on is None:
        return
    if wish.signed_on > today_in_shanghai():
        raise Refused(
            "The day on the paper lies in the future.", code="paper.future", advice="Look at the paper."
        )
    if wish.signed_on < versions.begun_on(connection, row):
        raise Refused(
            "The paper was signed before the present version was handed in.",
            code="paper.early",
            advice="Look at the paper: a new version is signed anew.",
        )
