"""What a signer needs before signing: what the tiers before decided, disagreements first, and what is open.

Which verbs are possible, and why not, is asked of the very functions that refuse a decision
(`pipeline/objections.py`), so that a page never offers what the core would turn down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.finding import Settlement, Severity
from disclosure_pipeline.model.judgement import Risk
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import CheckItem, Ground
from disclosure_pipeline.model.route import SIGNING_ROLES, Role, TierState, Verb
from disclosure_pipeline.pipeline import deciders, objections, records, referrals, rights, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.decisions import Decision, decisions_of
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT, Sight
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.documents import Settled
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import decision

CONTRADICTION = "attribute.contradiction"
"""Kind of findings that set the attribute against the document itself."""


@dataclass(frozen=True, slots=True)
class TierSigned:
    """A tier of the present version and the last decision made at it.

    Args:
        tier: name. label: what the page prints. role: who signs it. state: see :class:`TierState`.
        by: who decided, ``None`` while it is open. at: UTC time. reason: their words.
        deputy_for: the principal of a deputy, or ``None``. recorded_by: who recorded a paper (代录), or ``None``.
        attribute: attribute token held right, or ``None``. ground: reason code, or empty.
        meeting: 会议文号, or empty. risk: the assessment, if one was written.
        checklist: ids of the points that were confirmed; ``None`` when nobody was asked.
    """

    tier: str
    label: str
    role: Role
    state: TierState
    by: str | None
    at: str | None
    reason: str
    deputy_for: str | None
    recorded_by: str | None
    attribute: str | None
    ground: str
    meeting: str
    risk: Risk | None
    checklist: tuple[str, ...] | None


class Dispute(StrEnum):
    """What people, or a person and a rule, see differently."""

    ATTRIBUTE = "attribute"
    CONTRADICTION = "contradiction"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing to look at first.

    Args:
        dispute: ``attribute`` (department, office or tiers hold different ones), ``contradiction`` (the
            document says otherwise than its attribute) or ``accepted`` (a finding stays in although the
            rule advises something else).
        held: (who, attribute token), for ``attribute``; who is ``proposed``, ``office`` or a tier's name.
        finding: the finding, for the others.
    """

    dispute: Dispute
    held: tuple[tuple[str, str], ...] = ()
    finding: Settled | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not possible: stable code, message and advice (English; translated by code)."""

    code: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Use:
    """Whether a person may use a verb now.

    Args:
        verb: the verb.
        refusals: what stands against it and no form can supply; empty means that it is possible.
        asks: codes of what the signer still has to write down (`objections.ASKED`).
    """

    verb: Verb
    refusals: tuple[Refusal, ...]
    asks: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it but what the form asks."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class OpenTier:
    """What the open tier asks.

    Args:
        tier: name. label: what the page prints. role: who signs. final: whether it is the last one.
        rules: ids of the route rules that shaped the chain.
        meeting: whether a 会议文号 is asked. risk: whether a risk assessment is.
        checklist: the points to confirm.
        findings_open: findings that the secrecy officer has not settled.
    """

    tier: str
    label: str
    role: Role
    final: bool
    rules: tuple[str, ...]
    meeting: bool
    risk: bool
    checklist: tuple[CheckItem, ...]
    findings_open: int


@dataclass(frozen=True, slots=True)
class Question:
    """A referral of the present version (报审, 会签, 专项审批).

    Args:
        kind: ``report_up``, ``countersign`` or ``special_approval``. tier: who asked.
        opened_by: who. opened_at: when. reason: why.
        outcome: ``agree``, ``refuse`` or ``None`` while it is open. body: who answered. number: 文号.
    """

    kind: str
    tier: str
    opened_by: str
    opened_at: str
    reason: str
    outcome: str | None
    body: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """A file of the frozen public copy."""

    name: str
    media_type: str
    sha256: str
    size: int
    role: str


@dataclass(frozen=True, slots=True)
class SigningSheet:
    """The whole view of one signer on one document.

    Args:
        document: case number. version: what a decision must name. state: where it stands.
        disagreements: to be looked at first.
        tiers: the chain in signing order, with what was decided.
        attributes: ``proposed``, ``office`` and ``final`` attribute tokens.
        ground: reason code in force, or empty. ground_reason: its words.
        grounds: the reasons that can be given for 不予公开.
        open: the open tier, ``None`` outside of review.
        questions: referrals of this version. wanting: kinds of answers that are still demanded.
        frozen: the frozen public copy, in order; ``None`` until it is there.
        uses: what the person may do now, verb by verb.
        signed_before: the last earlier version that anybody signed, to show the difference to; or ``None``.
    """

    document: str
    version: int
    state: State
    disagreements: tuple[Disagreement, ...]
    tiers: tuple[TierSigned, ...]
    attributes: Mapping[str, str | None]
    ground: str
    ground_reason: str
    grounds: tuple[Ground, ...]
    open: OpenTier | None
    questions: tuple[Question, ...]
    wanting: tuple[str, ...]
    frozen: tuple[FrozenFile, ...] | None
    uses: Mapping[Verb, Use]
    signed_before: int | None


def sheet(core: Core, document: str, person: Person) -> SigningSheet:
    """What a person sees before signing.

    Args:
        core: the process's parts.
        document: case number.
        person: who wants to sign, or to look at it as one of the chain.

    Raises:
        NotFound: no such case, or nothing that this person may see (a quarantined one is seen by nobody).
        NotAllowed: the person sees the document, but signs nothing there.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        rights.require(person, row, Sight.TEXT)
        if not any(_of_chain(person, role, row) for role in SIGNING_ROLES):
            raise NotAllowed("The signing sheet is for those who sign.", code="wrong_role")
        chain = tiers(connection, row)
        findings = documents.findings_of(connection, row.id, row.version)
        return SigningSheet(
            document=row.id,
            version=row.version,
            state=State(row.state),
            disagreements=tuple(_disagreements(row, chain, findings)),
            tiers=chain,
            attributes=records.attributes(row),
            ground=row.ground,
            ground_reason=row.ground_reason,
            grounds=core.rulebook.grounds,
            open=_open(core, connection, row, person, findings),
            questions=tuple(
                _question(item) for item in referrals.referrals_of(connection, row.id, row.version)
            ),
            wanting=referrals.wanting(core, connection, row),
            frozen=_frozen(connection, row),
            uses=uses(core, connection, row, person),
            signed_before=_signed_before(connection, row),
        )


def _of_chain(person: Person, role: Role, row: Row[Any]) -> bool:
    return person.holds(role, row.unit, row.department if role in OF_DEPARTMENT else None)


def uses(core: Core, connection: Connection, row: Row[Any], person: Person) -> Mapping[Verb, Use]:
    """What a person may do with a document now, verb by verb, and why not.

    Args:
        core: the process's parts.
        connection: a transaction, reading is enough.
        row: the document's row.
        person: who.
    """
    found = {}
    for verb in Verb:
        wish = Decision(verb, row.version, person.name, checklist=())
        against = objections.against(core, connection, row, person, wish)
        found[verb] = Use(
            verb,
            tuple(_refusal(error) for error in against if error.code not in objections.ASKED),
            tuple(dict.fromkeys(error.code for error in against if error.code in objections.ASKED)),
        )
    return found


def _refusal(error: Refused) -> Refusal:
    return Refusal(error.code, error.message, error.advice)


# -------------------------------------------------------------------- what was decided


def tiers(connection: Connection, row: Row[Any]) -> tuple[TierSigned, ...]:
    """The chain of a document's present version, each tier with the last decision made at it."""
    last = {item.tier: item for item in decisions_of(connection, row.id) if item.version == row.version}
    return tuple(
        _tier(item, None if item.state == TierState.OPEN.value else last.get(item.tier))
        for item in documents.tiers_of(connection, row.id, row.version)
    )


def _tier(item: Row[Any], said: Row[Any] | None) -> TierSigned:
    ticked = None if said is None else said.checklist
    return TierSigned(
        tier=item.tier, label=item.label, role=Role(item.role), state=TierState(item.state), by=item.by, at=item.at,
        reason=item.reason or "", deputy_for=item.deputy_for,
        recorded_by=said.recorded_by if said else None, attribute=said.attribute if said else None,
        ground=said.ground if said else "", meeting=said.meeting if said else "",
        risk=Risk.from_json(said.risk) if said and said.risk else None,
        checklist=None if ticked is None else tuple(point["id"] for point in ticked),
    )  # fmt: skip


def _disagreements(
    row: Row[Any], chain: Sequence[TierSigned], findings: Sequence[Settled]
) -> Iterator[Disagreement]:
    held = [(who, value) for who, value in records.attributes(row).items() if value]
    held += [(item.tier, item.attribute) for item in chain if item.attribute]
    if len({value for _, value in held}) > 1:
        yield Disagreement(Dispute.ATTRIBUTE, held=tuple(held))
    for item in findings:
        if item.finding.kind == CONTRADICTION and item.settled is not Settlement.DISMISS:
            yield Disagreement(Dispute.CONTRADICTION, finding=item)
    for item in findings:
        advised = item.finding.suggestion and item.finding.severity is not Severity.INFO
        if item.settled is Settlement.ACCEPT and advised and item.finding.kind != CONTRADICTION:
            yield Disagreement(Dispute.ACCEPTED, finding=item)


def _signed_before(connection: Connection, row: Row[Any]) -> int | None:
    version: int | None = connection.execute(
        select(func.max(decision.c.version)).where(
            decision.c.document == row.id,
            decision.c.version < row.version,
            decision.c.verb.in_([verb.value for verb in objections.SIGNING]),
        )
    ).scalar()
    return version


# ------------------------------------------------------------------------- what is open


def _open(
    core: Core, connection: Connection, row: Row[Any], person: Person, findings: Sequence[Settled]
) -> OpenTier | None:
    try:
        matter = deciders.matter_of(core, connection, row, person)
    except Refused:
        return None
    tier = matter.tier
    return OpenTier(
        tier=tier.tier, label=tier.label, role=Role(tier.role), final=matter.final, rules=tuple(tier.rules),
        meeting=tier.meeting, risk=tier.risk, checklist=core.rulebook.checklist(tier.tier, tier.role),
        findings_open=len(versions.unsettled(findings)),
    )  # fmt: skip


def _question(item: Row[Any]) -> Question:
    return Question(
        item.kind,
        item.tier,
        item.opened_by,
        item.opened_at,
        item.reason,
        item.outcome,
        item.body,
        item.number,
    )


def _frozen(connection: Connection, row: Row[Any]) -> tuple[FrozenFile, ...] | None:
    if row.frozen_digest is None:
        return None
    return tuple(
        FrozenFile(item.name, item.media_type, item.sha256, item.size, item.role)
        for item in documents.artefacts_of(connection, row.id, row.version)
    )
