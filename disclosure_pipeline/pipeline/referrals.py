"""Referrals: 报审, 会签, 专项审批. The document stops until the outside answer is recorded.

Who cannot decide asks the superior or secrecy authority (条例 第十七条; 000 第八条; A1.5); what
concerns other bodies needs their written word (A2.9, A3.2); some topics need a special approval
(001 四; A3.4). Only the recorded answer, with number, body and scan, ends a referral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, insert, select, update

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, letters, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import referral, tier

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.decisions import Decision

REPORT_UP = "report_up"
"""报审: the kind of a referral that no rule demanded."""

SPECIAL_APPROVAL = "special_approval"


@dataclass(frozen=True, slots=True)
class Answer:
    """An outside body's reply.

    Args:
        number: 文号 of the reply.
        body: who replied.
        scan: sha256 of the reply's scan in the vault.
        agree: whether it agrees to publication.
    """

    number: str
    body: str
    scan: str
    agree: bool


def refer(core: Core, connection: Connection, row: Row[Any], tier_row: Row[Any], wish: Decision) -> None:
    """Stop the document until an outside answer is recorded (called by `decisions`)."""
    wanted = [
        kind for kind in row.referral_needed.split(",") if kind and kind not in _agreed(connection, row)
    ]
    kind = wanted[0] if wanted else REPORT_UP
    connection.execute(
        insert(referral).values(
            document=row.id, version=row.version, tier=tier_row.tier, kind=kind, reason=wish.reason,
            opened_by=wish.by, opened_at=utc_now(),
        )
    )  # fmt: skip
    take_step(
        core, connection, row.id, "refer", actor=wish.by, version=wish.version,
        detail={
            "kind": kind, "tier": tier_row.tier, "reason": digest_of(wish.reason),
            **deputies.told(wish.deputy_for), **wish.told_of_paper(),
        },
    )  # fmt: skip


def answer(core: Core, document: str, version: int, by: str, reply: Answer, *, reason: str = "") -> State:
    """Record the outside answer that ends a referral.

    Args:
        core: the process's parts.
        document: case number.
        version: version the referral was made on.
        by: who records it: the role of the tier that referred, or ``office``.
        reply: the answer.
        reason: further words, may be empty.

    Returns:
        ``in_review`` after agreement (earlier signatures stand), ``returned`` after refusal.

    Raises:
        Refused: no open referral, or the answer is incomplete.
        NotAllowed: the person may not record it.
    """
    if not (reply.number.strip() and reply.body.strip() and reply.scan):
        raise Refused(
            "An outside answer needs its number, the body and a scan.",
            code="answer_incomplete",
            advice="Give --number, --body and --scan.",
        )
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        question, principal = check_answer(connection, row, people.get(connection, by))
        versions.check_current(row, version)
        connection.execute(
            update(referral)
            .where(referral.c.seq == question.seq)
            .values(
                outcome="agree" if reply.agree else "refuse", body=reply.body, number=reply.number, scan=reply.scan,
                answered_by=by, answered_at=utc_now(),
            )
        )  # fmt: skip
        detail = {
            "kind": question.kind,
            "number": digest_of(reply.number),
            "scan": reply.scan,
            "reason": digest_of(reason),
            **deputies.told(principal),
        }
        if reply.agree:
            take_step(core, connection, document, "answer_agree", actor=by, detail=detail)
        else:
            versions.void_open_tiers(connection, row)
            letters.owe(
                connection,
                document,
                row.version,
                "returned",
                {"refused_by": reply.body, "number": reply.number},
            )
            take_step(core, connection, document, "answer_refuse", actor=by, detail=detail)
        return State(documents.fetch(connection, document).state)


def check_answered(core: Core, connection: Connection, row: Row[Any]) -> None:
    """Prove that every referral that a rule demands has been agreed to.

    Raises:
        Refused: an answer is missing.
    """
    for kind in wanting(core, connection, row):
        raise Refused(
            f"A rule demands an outside answer ({kind}) before approval.",
            code="referral_needed",
            advice="Refer the document (`disclosure decide ID refer`) and record the answer.",
        )


def wanting(core: Core, connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """Kinds of outside answers that a rule demands and nobody has given.

    A special approval that only findings asked for is not needed any more when the secrecy officer
    has dismissed all of them.
    """
    agreed = _agreed(connection, row)
    return tuple(
        kind
        for kind in row.referral_needed.split(",")
        if kind
        and kind not in agreed
        and not (kind == SPECIAL_APPROVAL and _all_dismissed(core, connection, row))
    )


def referrals_of(connection: Connection, document: str, version: int) -> list[Row[Any]]:
    """The referrals of a version, oldest first."""
    return list(
        connection.execute(
            select(referral)
            .where(referral.c.document == document, referral.c.version == version)
            .order_by(referral.c.seq)
        )
    )


def _agreed(connection: Connection, row: Row[Any]) -> set[str]:
    return set(
        connection.execute(
            select(referral.c.kind).where(
                referral.c.document == row.id,
                referral.c.version == row.version,
                referral.c.outcome == "agree",
            )
        ).scalars()
    )


def _all_dismissed(core: Core, connection: Connection, row: Row[Any]) -> bool:
    kinds = {
        kind for rule in core.rulebook.routes if rule.refer == SPECIAL_APPROVAL for kind in rule.finding_kinds
    }
    asking = [
        item for item in documents.findings_of(connection, row.id, row.version) if item.finding.kind in kinds
    ]
    return bool(asking) and all(item.settled is Settlement.DISMISS for item in asking)


def check_answer(connection: Connection, row: Row[Any], person: Person) -> tuple[Row[Any], str]:
    """The referral that waits for an answer which this person may record.

    Returns:
        The question, and the principal as whose deputy it would be recorded, or empty.

    Raises:
        Refused: nothing waits for an answer.
        NotAllowed: the person is neither of the tier that referred nor of the disclosure office.
    """
    if State(row.state) is not State.REFERRED:
        raise Refused(f"{row.id} is {row.state}; it waits for no outside answer.")
    question = connection.execute(
        select(referral)
        .where(referral.c.document == row.id, referral.c.outcome.is_(None))
        .order_by(referral.c.seq.desc())
    ).first()
    if question is None:
        raise Refused(f"{row.id} has no open referral.")
    return question, _may_record(connection, row, question.tier, person)


def _may_record(connection: Connection, row: Row[Any], tier_name: str, person: Person) -> str:
    """The principal as whose deputy somebody records an answer, or empty.

    Raises:
        NotAllowed: neither the tier that referred nor the disclosure office.
    """
    asked = connection.execute(
        select(tier).where(tier.c.document == row.id, tier.c.version == row.version, tier.c.tier == tier_name)
    ).first()
    names = [*person.acts_for(Role.OFFICE, row.unit)]
    if asked is not None:
        names += person.acts_for(Role(asked.role), row.unit, row.department if asked.department else None)
    if not names:
        raise NotAllowed(
            "The tier that referred, or the disclosure office, records the answer.", code="wrong_role"
        )
    return "" if "" in names else names[0]
