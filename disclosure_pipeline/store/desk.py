"""The queue as rows: what waits for a person, and how many of each sort (`desk`, `desk_count`).

Both tables only repeat what other rows say, so that the console need not derive it from a million documents.
One select says what a row of `desk` holds; :func:`refresh` writes it for one document in the transaction that
changed the document, its tiers, findings or clocks, and :func:`rebuild` for all of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Desk, Role, TierState
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.console_tables import desk, desk_count
from disclosure_pipeline.store.database import add_to
from disclosure_pipeline.store.tables import clock, document, finding, referral, tier

NO_DUE = "9999-12-31"
"""The due day of what has no running clock: behind everything that has one."""

PUBLISH = "publish"
"""Id of the clock rule by which the queue is sorted."""

_ASIDE = {
    State.QUARANTINED: (Role.SECRECY, Desk.QUARANTINE),
    State.ATTENTION: (Role.SECRECY, Desk.ATTENTION),
    State.AWAITING_ISSUE: (Role.OFFICE, Desk.AWAITING_ISSUE),
    State.RETURNED: (Role.CLERK, Desk.RETURNED),
}
"""Who acts in the states in which no tier is asked."""

WAITING = (*_ASIDE, State.IN_REVIEW, State.REFERRED)
"""States in which a document waits for a person."""

SORT = ("unit", "role", "department", "tier", "urgency", "severity")
"""What rows of `desk` are counted by."""


def derived(*conditions: ColumnElement[bool]) -> Select[Any]:
    """What `desk` must hold, from the rows of documents.

    A document in review belongs to its open tier, a referred one to the tier that referred it. One that has no
    such tier is shown to the secrecy officers: nothing may wait unseen.

    Args:
        conditions: on `document`; none means every document.
    """
    one = (tier.c.document == document.c.id, tier.c.version == document.c.version)
    opened = select(func.min(tier.c.position)).where(*one, tier.c.state == TierState.OPEN.value)
    asking = (
        select(referral.c.tier)
        .where(referral.c.document == document.c.id, referral.c.outcome.is_(None))
        .order_by(referral.c.seq.desc())
        .limit(1)
    )
    at = tier.alias("at")
    referred = document.c.state == State.REFERRED.value
    asked = and_(
        at.c.document == document.c.id,
        at.c.version == document.c.version,
        or_(
            and_(referred, at.c.tier == asking.scalar_subquery()),
            and_(document.c.state == State.IN_REVIEW.value, at.c.position == opened.scalar_subquery()),
        ),
    )
    roles = [(document.c.state == state.value, literal(role.value)) for state, (role, _) in _ASIDE.items()]
    tiers = [(document.c.state == state.value, literal(name.value)) for state, (_, name) in _ASIDE.items()]
    return (
        select(
            document.c.id.label("document"),
            document.c.unit,
            document.c.department,
            document.c.state,
            case(*roles, else_=func.coalesce(at.c.role, Role.SECRECY.value)).label("role"),
            case(*tiers, (referred, literal(Desk.REFERRED.value)), else_=func.coalesce(at.c.tier, "")).label(
                "tier"
            ),
            document.c.urgency,
            _open_findings(func.coalesce(func.max(_WEIGHT), 0)).label("severity"),
            _open_findings(func.count()).label("open"),
            func.coalesce(_DUE, NO_DUE).label("due"),
            _since(one).label("entered_at"),
        )
        .select_from(document.outerjoin(at, asked))
        .where(document.c.state.in_([state.value for state in WAITING]), *conditions)
    )


_WEIGHT = case(
    *((finding.c.severity == severity.value, severity.weight) for severity in Severity), else_=Severity.BLOCK.weight
)  # fmt: skip

_DUE = (
    select(func.min(clock.c.due))
    .where(clock.c.document == document.c.id, clock.c.rule == PUBLISH, clock.c.done_on.is_(None))
    .scalar_subquery()
)


def _open_findings(value: ColumnElement[Any]) -> Any:
    """A figure over the findings that somebody must still settle."""
    return (
        select(value)
        .select_from(finding)
        .where(
            finding.c.document == document.c.id,
            finding.c.version == document.c.version,
            finding.c.settled.is_(None),
            finding.c.severity != Severity.INFO.value,
        )
        .scalar_subquery()
    )


def _since(one: tuple[ColumnElement[bool], ...]) -> ColumnElement[str]:
    """When the document came to this desk: with the last signature before it, or into its state."""
    signed = (
        select(func.max(tier.c.at)).where(*one, tier.c.state == TierState.APPROVED.value).scalar_subquery()
    )
    return case(
        (and_(document.c.state == State.IN_REVIEW.value, signed > document.c.entered_at), signed),
        else_=document.c.entered_at,
    )


def refresh(connection: Connection, document_id: str) -> None:
    """Make the queue say what the rows of a document say now.

    Counts are raised and lowered under the lock of the audit log, so that two transactions never wait for
    each other's counts: call it right before the audit row of the change.

    Args:
        connection: a writing transaction that holds the document's row.
        document_id: case number.
    """
    new = connection.execute(derived(document.c.id == document_id)).first()
    old = connection.execute(select(desk).where(desk.c.document == document_id)).first()
    if new == old:
        return
    if old is not None:
        connection.execute(delete(desk).where(desk.c.document == document_id))
    if new is not None:
        connection.execute(insert(desk).values(**new._mapping))
    changes = Counter({_sort(new): 1} if new is not None else {})
    changes.subtract({_sort(old): 1} if old is not None else {})
    changes = Counter({sort: number for sort, number in changes.items() if number})
    if changes:
        audit.hold(connection)
    for sort, number in sorted(changes.items()):
        add_to(connection, desk_count, dict(zip(SORT, sort, strict=True)), "number", number)


def _sort(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[name] for name in SORT)


def rebuild(connection: Connection) -> int:
    """Make the whole queue anew; returns how many documents wait."""
    connection.execute(delete(desk))
    connection.execute(delete(desk_count))
    rows = derived()
    connection.execute(insert(desk).from_select([column.name for column in rows.selected_columns], rows))
    counted = _counted()
    connection.execute(insert(desk_count).from_select([*SORT, "number"], counted))
    return int(connection.execute(select(func.count()).select_from(desk)).scalar_one())


def drift(connection: Connection) -> int:
    """How many rows of the queue or of its counts are not what the documents say; 0 when all is well."""
    wanted, columns = derived().subquery(), [desk.c[column.name] for column in derived().selected_columns]
    present = select(*columns)
    counts = select(*(desk_count.c[name] for name in SORT), desk_count.c.number).where(
        desk_count.c.number != 0
    )
    pairs = ((select(wanted), present), (_counted(), counts))
    return sum(
        connection.execute(select(func.count()).select_from(one.except_(other).subquery())).scalar_one()
        for pair in pairs
        for one, other in (pair, pair[::-1])
    )


def _counted() -> Select[Any]:
    columns = [desk.c[name] for name in SORT]
    return select(*columns, func.count().label("number")).group_by(*columns)
