"""Everything that can speak against a decision: each rule a function that refuses, and writes nothing.

`pipeline/decisions.py` runs them inside the transaction that writes; the page of a signer runs the same
ones (:func:`against`) to say beforehand what is open and why a key does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import ISSUE, Role, TierState, Verb
from disclosure_pipeline.pipeline import deputies, quotes, referrals, shown, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import UNKNOWN, drafters
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.people import Person

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.decisions import Decision

LONGEST_MEETING = 100
"""Characters of the number of a meeting; what it discussed is written in the reason."""

Check = Callable[[], object]
"""A rule about one decision; it raises :class:`Refused` or lets it pass."""

GIVE_BACK = frozenset({Role.SECRECY, Role.OFFICE, Role.ADMIN})
"""Who may return a document that needs attention."""

GIVE_BACK_UNISSUED = frozenset({Role.OFFICE})
"""Who may return what was approved and waits for its issued file (正式件)."""

GIVEN_BACK = frozenset({State.ATTENTION, State.AWAITING_ISSUE})
"""States outside of review from which a document can be returned."""

SIGNING = frozenset({Verb.APPROVE, Verb.WITHHOLD})
"""Verbs that sign a tier."""

ASKED = frozenset(
    {
        "reason_required", "meeting_required", "risk_required", "checklist_open", "attribute_undecided",
        "ground_required",
    }
)  # fmt: skip
"""Codes of refusals that end when the signer writes what is missing into the decision itself."""


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


# ---------------------------------------------------------------------------- the person


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


# ------------------------------------------------------------------- what the decision brings


def check_words(wish: Decision) -> None:
    """Everything but a plain approval says why (an outside answer speaks for itself); a meeting has a short number.

    Raises:
        Refused: no reason, or what is no number of a meeting.
    """
    if len(wish.meeting) > LONGEST_MEETING:
        raise Refused(
            f"The number of a meeting has at most {LONGEST_MEETING} characters.",
            code="meeting_long",
            advice="Write what was discussed into the reason.",
        )
    if wish.verb not in (Verb.APPROVE, Verb.ANSWER) and not wish.reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")


def check_quotes(connection: Connection, row: Row[Any], wish: Decision) -> tuple[Quote, ...]:
    """Passages go with a return, and stand in the version.

    Returns:
        The passages with their offsets.

    Raises:
        Refused: they do not.
    """
    if wish.quotes and wish.verb is not Verb.RETURN:
        raise Refused("Only a return quotes passages.", code="quotes_misplaced")
    return tuple(quotes.proved(connection, row, wish.quotes))


def check_confirmation(matter: Matter, wish: Decision) -> None:
    """At the one tier of an issued file (正式件) nothing else is decided: the chain of the approved version did.

    Raises:
        Refused: something else is decided.
    """
    if matter.tier.tier != ISSUE.name:
        return
    changed = wish.attribute not in (None, documents.attribute_in_force(matter.row)) or bool(wish.ground)
    if wish.verb not in (Verb.APPROVE, Verb.RETURN) or changed:
        raise Refused(
            "An issued file is confirmed as it was approved, or returned.",
            code="issue_confirmed_only",
            advice="Return it if it must not be published; then it is dropped and reviewed anew.",
        )


def demands(matter: Matter, wish: Decision) -> Iterator[Check]:
    """What the open tier asks of a signature, before the attribute it stands for is looked at."""
    if matter.tier.tier == ISSUE.name:
        yield partial(versions.check_settled, matter.connection, matter.row)
    if Role(matter.tier.role) is Role.SECRECY:
        yield partial(versions.check_settled, matter.connection, matter.row)
        if wish.shown:
            yield partial(shown.check_shown, matter.connection, matter.row.id, wish.version, wish.by)
    yield partial(_check_meeting, matter, wish)
    yield partial(_check_risk, matter, wish)
    yield partial(_check_checklist, matter, wish)


def _check_meeting(matter: Matter, wish: Decision) -> None:
    if matter.tier.meeting and not wish.meeting.strip():
        raise Refused(
            "This tier needs the number of the meeting that discussed the matter (集体审议).",
            code="meeting_required",
            advice="Give it with --meeting.",
        )


def _check_risk(matter: Matter, wish: Decision) -> None:
    """004 第十四条、第十六条、第十七条: 保密审查和风险评估; asked by whoever asks for the checklist, too."""
    if wish.checklist is not None and matter.tier.risk and not (wish.risk and wish.risk.text.strip()):
        raise Refused(
            "This tier needs a written risk assessment (风险评估).",
            code="risk_required",
            advice="Give it with --risk and --risk-text.",
        )


def _check_checklist(matter: Matter, wish: Decision) -> None:
    """004 第十五条: 程序的完整性、范围的适应性、内容的准确性; ``None`` means that nobody was asked."""
    if wish.checklist is None:
        return
    asked = matter.core.rulebook.checklist(matter.tier.tier, matter.tier.role)
    if set(wish.checklist) - {item.id for item in asked}:
        raise Refused(
            "The checklist names a point that this tier is not asked.",
            code="checklist_unknown",
            advice="Load the page again: the rules may have changed.",
        )
    missing = [item.id for item in asked if item.compulsory and item.id not in wish.checklist]
    if missing:
        raise Refused(
            f"Not confirmed: {', '.join(missing)}.",
            code="checklist_open",
            advice="Confirm every compulsory point, or return the draft.",
        )


def judged(matter: Matter, wish: Decision) -> tuple[Attribute, str]:
    """The attribute and ground a signature stands for (三个属性值: proposed, office, final; 003 三(四)).

    Raises:
        Refused: they are not settled, or 不予公开 lacks its ground or reason.
    """
    row = matter.row
    if matter.final and wish.attribute is None and row.office and row.office != row.proposed:
        raise Refused(
            "Department and disclosure office hold different attributes; the signatory decides.",
            code="attribute_undecided",
            advice="Approve with --attribute.",
        )
    attribute = wish.attribute or documents.attribute_in_force(row)
    if attribute is None:
        raise Refused("The document has no attribute.", code="attribute_missing")
    if attribute is not Attribute.EXEMPT:
        return attribute, ""
    wording = wish.ground or row.ground
    ground = matter.core.rulebook.ground(wording) if wording else None
    if ground is None:
        codes = ", ".join(item.code for item in matter.core.rulebook.grounds)
        raise Refused(
            "不予公开 needs a legal ground.",
            code="ground_required",
            advice=f"Give it with --ground ({codes}).",
        )
    if ground.needs_reason and not (wish.reason or row.ground_reason):
        raise Refused(f"Ground {ground.code} needs a written reason.", code="reason_required")
    return attribute, ground.code


def proofs(matter: Matter, attribute: Attribute) -> Iterator[Check]:
    """What must hold of the document itself when a tier is signed under an attribute."""
    yield partial(versions.check_unchanged, matter.connection, matter.row, matter.tiers)
    if matter.final:
        yield partial(referrals.check_answered, matter.core, matter.connection, matter.row)
        if attribute is Attribute.PROACTIVE:
            yield partial(versions.check_frozen, matter.connection, matter.row)


# ------------------------------------------------------------------------- all together


def against(
    core: Core, connection: Connection, row: Row[Any], person: Person, wish: Decision
) -> list[Refused]:
    """Every refusal that a decision would meet now; empty when it would be carried out.

    Nothing is written. What plugins say about a wider attribute (`pipeline/widening.py`) is asked only
    when somebody really decides so.

    Args:
        core: the process's parts.
        connection: a transaction, reading is enough.
        row: the document's row.
        person: who would decide.
        wish: the decision.
    """
    found = refusals((partial(check_words, wish), partial(check_recorder, core, connection, row, wish)))
    if wish.verb is Verb.ANSWER:
        return found + refusals((partial(referrals.check_answer, connection, row, person),))
    found += refusals(
        (partial(versions.check_current, row, wish.version), partial(check_quotes, connection, row, wish))
    )
    if State(row.state) in GIVEN_BACK and wish.verb is Verb.RETURN:
        return found + refusals((partial(check_giving_back, row, person),))
    try:
        matter = matter_of(core, connection, row, person)
    except Refused as error:
        return [*found, error]
    found += refusals((partial(check_person, matter), partial(check_confirmation, matter, wish)))
    return found + (_against_signing(matter, wish) if wish.verb in SIGNING else [])


def _against_signing(matter: Matter, wish: Decision) -> list[Refused]:
    if wish.verb is Verb.WITHHOLD:
        wish = replace(wish, attribute=Attribute.EXEMPT)
    found = refusals(demands(matter, wish))
    attribute = wish.attribute or documents.attribute_in_force(matter.row)
    found += refusals((partial(judged, matter, wish),))
    if attribute is None or versions.widens(matter.row, attribute):
        return found
    return found + refusals(proofs(matter, attribute))


def refusals(checks: Iterable[Check]) -> list[Refused]:
    """What each of some checks says against it."""
    found = []
    for check in checks:
        try:
            check()
        except Refused as error:
            found.append(error)
    return found
