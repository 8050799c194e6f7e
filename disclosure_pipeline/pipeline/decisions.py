"""What people decide about a version (`disclosure decide`).

A decision names the version it was made on and is bound to the hash of that version's content.
The tiers of the chain are signed in order by different people; the drafter signs none of them. Who
signs as a deputy (AB角) counts as two people there: themselves and their principal.
Every rule (`pipeline/objections.py`) is checked inside the transaction that writes the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.errors import Refused, StaleVersion
from disclosure_pipeline.model.document import Attribute, canonical_digest
from disclosure_pipeline.model.judgement import Quote, Risk
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState, Verb
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import (
    clocks,
    deciders,
    deputies,
    index_numbers,
    letters,
    objections,
    referrals,
    versions,
    widening,
)
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.deciders import Matter
from disclosure_pipeline.pipeline.intake import REVIEWED_IN_FULL
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.pipeline.widening import Wider
from disclosure_pipeline.store import desk, documents, people
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
        signed_on: the day that the paper bears, with ``recorded_by``; ``None`` when nobody said. Whether a deputy
            might sign is asked of that day.
        deputy_for: the principal as whose deputy ``by`` decides. :func:`decide` works it out by today's
            roles and takes nobody's word for it.
        recorder_for: the same of ``recorded_by``.
        checklist: ids of the points that the signer confirmed (004 第十五条); ``None`` when the channel
            does not ask (a command, a paper signed elsewhere), and then neither they nor ``risk`` are demanded.
        risk: the written risk assessment where the tier asks for one (004 第十四条).
        quotes: the passages meant; only with ``return``.
        shown: whether the core shall check that every page was shown to who concludes the secrecy review
            (`pipeline/shown.py`); a channel that shows no pages does not ask for it.
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
    signed_on: date | None = None
    deputy_for: str = ""
    recorder_for: str = ""
    checklist: tuple[str, ...] | None = None
    risk: Risk | None = None
    quotes: tuple[Quote, ...] = ()
    shown: bool = False

    def on_paper(self) -> dict[str, Any]:
        """What a row keeps of the paper on which the decision was made (代录)."""
        return {
            "recorded_by": self.recorded_by or None, "scan": self.scan or None,
            "signed_on": self.signed_on.isoformat() if self.signed_on else None,
        }  # fmt: skip

    def told_of_paper(self) -> dict[str, Any]:
        """What the audit log says about that paper; nothing, where there is none."""
        told = {**self.on_paper(), "recorder_for": self.recorder_for}
        return {key: value for key, value in told.items() if value}


def decide(core: Core, document: str, wish: Decision, *, wider: Wider | None = None) -> State:
    """Carry out a decision, or refuse it.

    Args:
        core: the process's parts.
        document: case number.
        wish: the decision.
        wider: what `widening.wider` answered about it; ``None`` when it was not asked yet, or found nothing wider.

    Returns:
        The document's state afterwards.

    Raises:
        StaleVersion: made on a version that is no longer current.
        NotAllowed: the person may not decide this.
        Refused: the procedure forbids it now.
    """
    objections.check_words(wish)
    wider = wider or widening.wider(core, document, wish.attribute)
    wish = replace(wish, deputy_for="", signed_on=wish.signed_on if wish.recorded_by else None)
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        person = people.get(connection, wish.by, wish.signed_on)
        wish = replace(wish, recorder_for=deciders.check_recorder(core, connection, row, wish))
        if State(row.state) in deciders.GIVEN_BACK and wish.verb is Verb.RETURN:
            _give_back(core, connection, row, person, wish)
        else:
            versions.check_current(row, wish.version)
            _in_review(core, connection, row, person, wish=wish, wider=wider)
        return State(documents.fetch(connection, document).state)


def _in_review(
    core: Core, connection: Connection, row: Row[Any], person: Person, *, wish: Decision, wider: Wider | None
) -> None:
    matter = deciders.matter_of(core, connection, row, person)
    wish = replace(wish, deputy_for=deciders.check_person(matter))
    objections.check_confirmation(matter, wish)
    wish = replace(wish, quotes=objections.check_quotes(connection, row, wish))
    if wish.verb not in objections.SIGNING:
        wish = replace(wish, ground="")
    match wish.verb:
        case Verb.APPROVE:
            _approve(matter, wish, wider)
        case Verb.WITHHOLD:
            _approve(matter, replace(wish, attribute=Attribute.EXEMPT), None)
        case Verb.RETURN:
            _return(core, connection, row, matter.tier, wish)
        case Verb.REFER:
            _note(core, connection, row, matter.tier, wish)
            referrals.refer(core, connection, row, matter.tier, wish)
        case Verb.ANSWER:
            raise Refused(f"{row.id} waits for no outside answer.")


def _approve(matter: Matter, wish: Decision, wider: Wider | None) -> None:
    core, connection, row, tier_row = matter.core, matter.connection, matter.row, matter.tier
    tiers, final = matter.tiers, matter.final
    for check in objections.demands(matter, wish):
        check()
    attribute, ground = objections.judged(matter, wish)
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
    for check in objections.proofs(matter, attribute):
        check()
    _note(core, connection, row, tier_row, wish)
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
    _note(core, connection, row, tier_row, replace(wish, ground=""))
    version = versions.raise_version(
        core, connection, row, actor=wish.by, deputy_for=wish.deputy_for, why="attribute", route=wider.route,
        changes={"office": attribute.value, "reviewed_as": attribute.value, "proposed_ground": "", "ground": ""},
        told={"reason": digest_of(wish.reason), **wish.told_of_paper()},
    )  # fmt: skip
    documents.add_findings(connection, row.id, version, wider.findings)
    desk.refresh(connection, row.id)


def _return(core: Core, connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> None:
    _note(core, connection, row, tier_row, wish)
    _sign_tier(connection, tier_row, wish, TierState.RETURNED)
    versions.void_open_tiers(connection, row)
    letters.owe(connection, row.id, row.version, "returned", {"tier": tier_row.label})
    take_step(
        core, connection, row.id, "return", actor=wish.by, version=wish.version, changes={"work_at": None},
        detail=_detail(connection, row, tier_row, wish),
    )  # fmt: skip


def _give_back(core: Core, connection: Connection, row: Row[Any], person: Person, wish: Decision) -> None:
    """Return a document that needs attention (unreadable, broken), or waits for its issued file, to its department.

    What comes after an issued file (正式件) that needed attention is reviewed in full.
    """
    wish = replace(wish, deputy_for=deciders.check_giving_back(row, person))
    versions.check_current(row, wish.version)
    wish = replace(wish, quotes=objections.check_quotes(connection, row, wish))
    connection.execute(
        insert(decision).values(
            document=row.id, version=row.version, content="", tier=row.state, verb=wish.verb.value, by=wish.by,
            reason=wish.reason, meeting="", ground="", at=utc_now(), deputy_for=wish.deputy_for or None,
            **wish.on_paper(), **_quoted(wish),
        )
    )  # fmt: skip
    letters.owe(connection, row.id, row.version, "returned", {"tier": ""})
    take_step(
        core, connection, row.id, "give_back", actor=wish.by, version=wish.version,
        changes={"issue_of": REVIEWED_IN_FULL} if row.issue_of else None,
        detail={
            "reason": digest_of(wish.reason), **_quotes_told(wish), **wish.told_of_paper(),
            **deputies.told(wish.deputy_for),
        },
    )  # fmt: skip


def _sign_tier(connection: Connection, tier_row: Row[Any], wish: Decision, state: TierState) -> None:
    connection.execute(
        update(tier)
        .where(
            tier.c.document == tier_row.document,
            tier.c.version == tier_row.version,
            tier.c.position == tier_row.position,
        )
        .values(
            state=state.value, by=wish.by, at=utc_now(), reason=wish.reason or None,
            deputy_for=wish.deputy_for or None,
        )
    )  # fmt: skip


def _note(core: Core, connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> None:
    """Write the decision with the hash of what it was made on."""
    said: dict[str, Any] = {}
    if wish.checklist is not None:
        asked = core.rulebook.checklist(tier_row.tier, tier_row.role)
        said["checklist"] = [
            {"id": item.id, "version": item.version} for item in asked if item.id in wish.checklist
        ]
    if wish.risk is not None:
        said["risk"] = wish.risk.as_json()
    connection.execute(
        insert(decision).values(
            document=row.id, version=row.version, content=versions.content_hash(connection, row),
            tier=tier_row.tier, verb=wish.verb.value, by=wish.by, reason=wish.reason, meeting=wish.meeting,
            attribute=wish.attribute.value if wish.attribute else None, ground=wish.ground,
            frozen=row.frozen_digest, at=utc_now(), deputy_for=wish.deputy_for or None,
            **said, **wish.on_paper(), **_quoted(wish),
        )
    )  # fmt: skip


def _quoted(wish: Decision) -> dict[str, Any]:
    return {"quotes": [item.as_json() for item in wish.quotes]} if wish.quotes else {}


def _quotes_told(wish: Decision) -> dict[str, Any]:
    """What the audit log says about quotes: their digest, so that remarks can be purged."""
    return {"quotes": canonical_digest([item.as_json() for item in wish.quotes])} if wish.quotes else {}


def _detail(connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> dict[str, Any]:
    values = {
        "tier": tier_row.tier, "verb": wish.verb.value, "content": versions.content_hash(connection, row),
        "frozen": row.frozen_digest, "reason": digest_of(wish.reason),
        "meeting": digest_of(wish.meeting),
        "attribute": wish.attribute.value if wish.attribute else None, "checklist": sorted(wish.checklist or ()),
        "risk": wish.risk.level.value if wish.risk else None,
        "risk_text": digest_of(wish.risk.text) if wish.risk else None, **_quotes_told(wish), **wish.told_of_paper(),
        **deputies.told(wish.deputy_for),
    }  # fmt: skip
    return {key: value for key, value in values.items() if value}


def decisions_of(connection: Connection, document: str) -> list[Row[Any]]:
    """All decisions about a document, oldest first."""
    return list(
        connection.execute(select(decision).where(decision.c.document == document).order_by(decision.c.seq))
    )
