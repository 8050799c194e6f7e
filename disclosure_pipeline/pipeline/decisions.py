"""What people decide about a version (`disclosure decide`).

A decision names the version it was made on and is bound to the hash of that version's content.
The tiers of the chain are signed in order by different people; the drafter signs none of them.
Every rule here is checked inside the transaction that writes the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.errors import NotAllowed, Refused, StaleVersion
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState, Verb
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import clocks, index_numbers, letters, referrals, versions, widening
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.intake import UNKNOWN, drafters
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.pipeline.widening import Wider
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import decision, tier


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody wants to decide.

    Args:
        verb: see :class:`Verb`.
        version: the version it is made on.
        by: who decides.
        reason: required for everything but ``approve``.
        attribute: attribute the person holds right, or ``None``.
        ground: reason code or wording for ``exempt``.
        meeting: number of the meeting (会议文号) where a rule asks for one.
        recorded_by: the administrator who records a decision signed on paper (代录), or empty.
        scan: sha256 of the scan of that paper in the vault, or empty.
    """

    verb: Verb
    version: int
    by: str
    reason: str = ""
    attribute: Attribute | None = None
    ground: str = ""
    meeting: str = ""
    recorded_by: str = ""
    scan: str = ""


def decide(core: Core, document: str, wish: Decision) -> State:
    """Carry out a decision, or refuse it.

    Args:
        core: the process's parts.
        document: case number.
        wish: the decision.

    Returns:
        The document's state afterwards.

    Raises:
        StaleVersion: made on a version that is no longer current.
        NotAllowed: the person may not decide this.
        Refused: the procedure forbids it now.
    """
    if wish.verb is not Verb.APPROVE and not wish.reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    wider = widening.wider(core, document, wish.attribute)
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        person = people.get(connection, wish.by)
        _check_recorder(core, connection, row, wish)
        if State(row.state) is State.ATTENTION and wish.verb is Verb.RETURN:
            _give_back(core, connection, row, person, wish)
        else:
            versions.check_current(row, wish.version)
            _in_review(core, connection, row, person, wish=wish, wider=wider)
        return State(documents.fetch(connection, document).state)


def _check_recorder(core: Core, connection: Connection, row: Row[Any], wish: Decision) -> None:
    """A decision that another person records (代录) needs an administrator and the scan of the paper.

    Raises:
        NotAllowed: the recorder is no administrator of the unit.
        Refused: the vault holds no scan of it.
    """
    if not wish.recorded_by:
        return
    if not people.get(connection, wish.recorded_by).holds(Role.ADMIN, row.unit):
        raise NotAllowed(
            "Only an administrator of the unit records decisions signed on paper.", code="wrong_role"
        )
    if not (wish.scan and core.vault.holds(wish.scan)):
        raise Refused(
            "A decision signed on paper needs its scan.", code="scan_required", advice="Give it with --scan."
        )


def _in_review(
    core: Core, connection: Connection, row: Row[Any], person: Person, *, wish: Decision, wider: Wider | None
) -> None:
    if State(row.state) is not State.IN_REVIEW:
        raise Refused(f"{row.id} is {row.state}; only a document in review can be decided on.")
    tiers = documents.tiers_of(connection, row.id, row.version)
    tier_row = next(item for item in tiers if item.state == TierState.OPEN.value)
    may_sign(connection, row, tier_row, tiers, person=person)
    match wish.verb:
        case Verb.APPROVE:
            _approve(core, connection, row, tier_row, tiers=tiers, wish=wish, wider=wider)
        case Verb.WITHHOLD:
            exempt = replace(wish, attribute=Attribute.EXEMPT)
            _approve(core, connection, row, tier_row, tiers=tiers, wish=exempt, wider=None)
        case Verb.RETURN:
            _return(core, connection, row, tier_row, wish)
        case Verb.REFER:
            _note(connection, row, tier_row, wish)
            referrals.refer(core, connection, row, tier_row, wish)
        case Verb.ANSWER:
            raise Refused(f"{row.id} waits for no outside answer.")


def may_sign(
    connection: Connection, row: Row[Any], tier_row: Row[Any], tiers: list[Row[Any]], *, person: Person
) -> None:
    """Whether a person may decide at a tier (000, 003, 004: different people, in order).

    Raises:
        NotAllowed: wrong role or unit, signed this version before, or drafted any version.
    """
    role = Role(tier_row.role)
    if not person.holds(role, row.unit, row.department if tier_row.department else None):
        raise NotAllowed(
            f"{person.name} does not hold the role '{role.value}' that the open tier '{tier_row.tier}' needs.",
            code="wrong_role",
        )
    if any(item.by == person.name and item.state == TierState.APPROVED.value for item in tiers):
        raise NotAllowed(
            f"{person.name} has signed another tier of this version already.",
            code="same_person",
            advice="Every tier is signed by a different person.",
        )
    refuse_drafter(connection, row, person)


def refuse_drafter(connection: Connection, row: Row[Any], person: Person) -> None:
    """Whoever drafted any version decides nothing about the document.

    Raises:
        NotAllowed: the person did.
    """
    handed_in = drafters(connection, row.id)
    if person.name in handed_in or (
        UNKNOWN in handed_in and person.holds(Role.CLERK, row.unit, row.department)
    ):
        raise NotAllowed(
            f"{person.name} belongs to the drafting side and cannot sign.",
            code="drafter",
            advice="Somebody who did not draft the document must sign.",
        )


def _approve(
    core: Core,
    connection: Connection,
    row: Row[Any],
    tier_row: Row[Any],
    *,
    tiers: list[Row[Any]],
    wish: Decision,
    wider: Wider | None,
) -> None:
    final = tier_row.position == tiers[-1].position
    if Role(tier_row.role) is Role.SECRECY:
        versions.check_settled(connection, row)
    if tier_row.meeting and not wish.meeting.strip():
        raise Refused(
            "This tier needs the number of the meeting that discussed the matter (集体审议).",
            code="meeting_required",
            advice="Give it with --meeting.",
        )
    attribute, ground = _judged(core, row, wish, final=final)
    if versions.widens(row, attribute):
        if wider is None:
            raise StaleVersion(f"{row.id} has changed meanwhile.")
        _widen(core, connection, row, tier_row, wish=wish, attribute=attribute, wider=wider)
        return
    wish = replace(wish, ground=ground if wish.ground else "")
    changes: dict[str, Any] = {"ground": ground}
    if wish.attribute is not None or final or Role(tier_row.role) is Role.SECOND:
        changes["final" if final else "office"] = attribute.value
    if ground and wish.reason and (wish.ground or wish.attribute or not row.ground_reason):
        changes["ground_reason"] = wish.reason
    versions.check_unchanged(connection, row, tiers)
    if final:
        _check_final(core, connection, row, attribute)
    _note(connection, row, tier_row, wish)
    _sign_tier(connection, tier_row, wish, TierState.APPROVED)
    if not final:
        next_is_final = tier_row.position == tiers[-2].position
        freeze = next_is_final and row.reviewed_as == Attribute.PROACTIVE.value
        if next_is_final:
            changes["index_number"] = index_numbers.reserve(core, connection, row)
        if freeze:
            changes["work_at"] = utc_now()
        take_step(
            core, connection, row.id, "sign", actor=wish.by, version=wish.version, changes=changes,
            work=INTAKE if freeze else None, detail=_detail(connection, row, tier_row, wish),
        )  # fmt: skip
        return
    clocks.reach(connection, row.id, clocks.INTERNAL)
    take_step(
        core, connection, row.id, "approve", actor=wish.by, version=wish.version, work=INTAKE,
        changes={**changes, "work_at": utc_now()}, detail=_detail(connection, row, tier_row, wish),
    )  # fmt: skip


def _judged(core: Core, row: Row[Any], wish: Decision, *, final: bool) -> tuple[Attribute, str]:
    """The attribute and ground this decision stands for (三个属性值: proposed, office, final; 003 三(四))."""
    if final and wish.attribute is None and row.office and row.office != row.proposed:
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
    ground = core.rulebook.ground(wording) if wording else None
    if ground is None:
        raise Refused(
            "不予公开 needs a legal ground.",
            code="ground_required",
            advice="Give it with --ground (R14a, R14b, R14c, R15, R16a, R16b, R16c).",
        )
    if ground.needs_reason and not (wish.reason or row.ground_reason):
        raise Refused(f"Ground {ground.code} needs a written reason.", code="reason_required")
    return attribute, ground.code


def _check_final(core: Core, connection: Connection, row: Row[Any], attribute: Attribute) -> None:
    referrals.check_answered(core, connection, row)
    if attribute is Attribute.PROACTIVE:
        versions.check_frozen(connection, row)


def _widen(
    core: Core,
    connection: Connection,
    row: Row[Any],
    tier_row: Row[Any],
    *,
    wish: Decision,
    attribute: Attribute,
    wider: Wider,
) -> None:
    """A wider attribute than anybody has reviewed: a new version goes round again."""
    _note(connection, row, tier_row, replace(wish, ground=""))
    version = versions.raise_version(
        core, connection, row, actor=wish.by, why="attribute", route=wider.route,
        changes={"office": attribute.value, "reviewed_as": attribute.value, "proposed_ground": "", "ground": ""},
    )  # fmt: skip
    documents.add_findings(connection, row.id, version, wider.findings)


def _return(core: Core, connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> None:
    _note(connection, row, tier_row, wish)
    _sign_tier(connection, tier_row, wish, TierState.RETURNED)
    versions.void_open_tiers(connection, row)
    letters.owe(connection, row.id, row.version, "returned", {"tier": tier_row.label})
    take_step(
        core, connection, row.id, "return", actor=wish.by, version=wish.version, changes={"work_at": None},
        detail=_detail(connection, row, tier_row, wish),
    )  # fmt: skip


def _give_back(core: Core, connection: Connection, row: Row[Any], person: Person, wish: Decision) -> None:
    """Return a document that needs attention (unreadable, broken) to its department."""
    if not any(person.holds(role, row.unit) for role in (Role.SECRECY, Role.OFFICE, Role.ADMIN)):
        raise NotAllowed(
            "Only secrecy, office or admin may return a document from 'attention'.", code="wrong_role"
        )
    versions.check_current(row, wish.version)
    connection.execute(
        insert(decision).values(
            document=row.id, version=row.version, content="", tier="attention", verb=wish.verb.value, by=wish.by,
            recorded_by=wish.recorded_by or None, scan=wish.scan or None, reason=wish.reason, meeting="", ground="",
            at=utc_now(),
        )
    )  # fmt: skip
    letters.owe(connection, row.id, row.version, "returned", {"tier": ""})
    take_step(
        core, connection, row.id, "give_back", actor=wish.by, version=wish.version,
        detail={"reason": digest_of(wish.reason)},
    )  # fmt: skip


def _sign_tier(connection: Connection, tier_row: Row[Any], wish: Decision, state: TierState) -> None:
    connection.execute(
        update(tier)
        .where(
            tier.c.document == tier_row.document,
            tier.c.version == tier_row.version,
            tier.c.position == tier_row.position,
        )
        .values(state=state.value, by=wish.by, at=utc_now(), reason=wish.reason or None)
    )


def _note(connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> None:
    """Write the decision with the hash of what it was made on."""
    connection.execute(
        insert(decision).values(
            document=row.id, version=row.version, content=versions.content_hash(connection, row),
            tier=tier_row.tier, verb=wish.verb.value, by=wish.by, recorded_by=wish.recorded_by or None,
            scan=wish.scan or None, reason=wish.reason, meeting=wish.meeting,
            attribute=wish.attribute.value if wish.attribute else None, ground=wish.ground,
            frozen=row.frozen_digest, at=utc_now(),
        )
    )  # fmt: skip


def _detail(connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> dict[str, Any]:
    values = {
        "tier": tier_row.tier, "verb": wish.verb.value, "content": versions.content_hash(connection, row),
        "frozen": row.frozen_digest, "reason": digest_of(wish.reason), "meeting": wish.meeting,
        "attribute": wish.attribute.value if wish.attribute else None, "recorded_by": wish.recorded_by,
        "scan": wish.scan,
    }  # fmt: skip
    return {key: value for key, value in values.items() if value}


def decisions_of(connection: Connection, document: str) -> list[Row[Any]]:
    """All decisions about a document, oldest first."""
    return list(
        connection.execute(select(decision).where(decision.c.document == document).order_by(decision.c.seq))
    )
