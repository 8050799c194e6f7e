"""Regular attribute review (定期审查, 001; 条例 第十八条): every quarter, until the queue is empty.

All items that are not public fall due each quarter; a published one when its cycle is over. Each
becomes a task. ``keep`` leaves the attribute; ``convert`` sends the item through the whole gate
again as a new version; ``declassify`` records that the ground has fallen away (解密清理) and
converts as well. Entries of the catalogue of before fall due with them (`imported_reviews.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, update

from disclosure_pipeline.errors import NotFound, Refused, UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, imported_reviews
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.intake import fresh_version
from disclosure_pipeline.pipeline.recording import REVIEW
from disclosure_pipeline.pipeline.review_lists import (
    DONE,
    OPEN,
    Kind,
    begun,
    cycle_began,
    fill,
    principal_of,
    quarter_of,
)
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import audit, documents, version_heads
from disclosure_pipeline.store.tables import attribute_review, document

OUTCOMES = ("keep", "convert", "declassify")


def open_due(core: Core, enough: Callable[[], bool] = lambda: False) -> int:
    """Open this quarter's review if it is not open yet; the scheduler's job.

    Args:
        core: the process's parts.
        enough: asked before each batch; the rest is left for the next time when it says so.

    Returns:
        How many tasks were added.
    """
    return fill(core, quarter_of(today_in_shanghai()), _KINDS, enough)


def open_quarter(core: Core, quarter: str | None = None) -> str:
    """Open a quarter's review by hand, or add what has fallen due since.

    Args:
        core: the process's parts.
        quarter: ``2026Q4``; ``None`` means the present one.

    Returns:
        The quarter.

    Raises:
        UsageError: no quarter, or one that lies in the future.
    """
    wanted = begun(quarter)
    if wanted == quarter_of(today_in_shanghai()):
        fill(core, wanted, _KINDS)
    return wanted


def _due(core: Core, quarter: str, last: str) -> Select[Any]:
    """Items that a quarter's list lacks: all non-public ones, and published ones whose cycle is over.

    Only those behind the case number ``last`` are asked for. A published one is not due while it was reviewed within its cycle.
    """
    limit = cycle_began(core).isoformat()
    of_item = attribute_review.c.document == document.c.id
    listed = exists().where(of_item, attribute_review.c.quarter == quarter)
    reviewed = exists().where(of_item, attribute_review.c.state == DONE, attribute_review.c.at >= limit)
    hidden = document.c.state.in_((State.WITHHELD.value, State.ON_REQUEST.value))
    public = and_(document.c.state == State.PUBLISHED.value, document.c.published_at < limit, ~reviewed)
    return (
        select(
            document.c.id.label("document"), document.c.unit, func.coalesce(document.c.final, "").label("attribute")
        )
        .where(document.c.id > last, or_(hidden, public), ~listed)
        .order_by(document.c.id)
    )  # fmt: skip


_KINDS = (Kind(attribute_review, _due, "", "tasks"), imported_reviews.KIND)


def tasks(core: Core, quarter: str) -> dict[str, Any]:
    """A quarter's tasks as `disclosure review-attributes --json` prints them."""
    with core.database.read() as connection:
        rows = connection.execute(
            select(attribute_review, document.c.title, document.c.department, document.c.state.label("where"))
            .join(document, document.c.id == attribute_review.c.document)
            .where(attribute_review.c.quarter == quarter)
            .order_by(attribute_review.c.document)
        ).all()
    return {
        "quarter": quarter,
        "tasks": [
            {
                "document": row.document, "state": row.state, "outcome": row.outcome, "attribute": row.attribute,
                "title": row.title, "department": row.department, "by": row.by,
            }
            for row in rows
        ] + imported_reviews.rows(core, quarter),
    }  # fmt: skip


def settle(
    core: Core,
    case: str,
    outcome: str,
    *,
    by: str,
    reason: str,
    quarter: str | None = None,
    handed_in: str = "",
) -> dict[str, Any]:
    """Settle one task.

    Args:
        core: the process's parts.
        case: case number, or the name of an entry of the catalogue of before (`imported_reviews.name_of`).
        outcome: ``keep``, ``convert`` or ``declassify``; for an entry see :func:`imported_reviews.ways`.
        by: a person with role ``office``, ``second`` or ``secrecy``; ``declassify`` needs ``secrecy``.
        reason: why, never empty.
        quarter: the task's quarter; ``None`` means the oldest open one.
        handed_in: for an entry that was asked to be converted: the case number of its file.

    Returns:
        The task.

    Raises:
        NotFound: no open task for this document.
        NotAllowed: the person may not settle it.
        Refused: no reason, or a published item cannot be converted this way; more of an entry.
    """
    entry = imported_reviews.number_of(case)
    known = OUTCOMES if entry is None else imported_reviews.OUTCOMES
    if outcome not in known:
        raise UsageError(f"'{outcome}' is no outcome.", advice=f"One of {', '.join(known)}.")
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    if entry is not None:
        return imported_reviews.settle(
            core, entry, outcome, by=by, reason=reason, quarter=quarter, document=handed_in
        )
    if handed_in:
        raise UsageError("A case number goes with an entry of the imported catalogue only.")
    with core.database.write() as connection:
        row = documents.fetch(connection, case, lock=True)
        principal = principal_of(connection, by, row.unit, outcome)
        task = _open_task(connection, case, quarter)
        connection.execute(
            update(attribute_review)
            .where(attribute_review.c.quarter == task, attribute_review.c.document == case)
            .values(state=DONE, outcome=outcome, by=by, reason=reason, at=utc_now())
        )
        detail = {
            "quarter": task, "outcome": outcome, "reason": audit.digest_of(reason), **deputies.told(principal),
        }  # fmt: skip
        if outcome == "keep":
            audit.append(
                connection,
                audit.Record(
                    action="review.kept", actor=by, document=case, unit=row.unit, version=row.version,
                    before=row.state, after=row.state, detail=detail,
                ),
            )  # fmt: skip
        else:
            _convert(core, connection, row, by, detail)
    return {"document": case, "state": DONE, "outcome": outcome, "quarter": task}


def _convert(core: Core, connection: Connection, row: Any, by: str, detail: dict[str, Any]) -> None:
    """Send the item through the full gate again, now proposed for publication (条例 第十八条)."""
    if State(row.state) is State.PUBLISHED:
        raise Refused(
            f"{row.id} is published.",
            code="published",
            advice="Withdraw it first with `disclosure withdraw` if it must not be public.",
        )
    version = row.version + 1
    version_heads.keep(connection, row)
    documents.write_parts(connection, row.id, version, documents.parts_of(connection, row.id, row.version))
    slip = replace(
        documents.slip_of(row), attribute=Attribute.PROACTIVE.value, ground=None, reason=None, source=REVIEW
    ).as_json()
    changes = fresh_version(version) | {
        "slip": slip, "folder_attribute": "", "proposed": None, "reviewed_as": None, "proposed_ground": "",
        "ground": "", "ground_reason": "",
    }  # fmt: skip
    take_step(core, connection, row.id, "convert", actor=by, changes=changes, work=INTAKE, detail=detail)


def _open_task(connection: Connection, case: str, quarter: str | None) -> str:
    query = (
        select(attribute_review.c.quarter)
        .where(attribute_review.c.document == case, attribute_review.c.state == OPEN)
        .order_by(attribute_review.c.quarter)
    )
    if quarter is not None:
        query = query.where(attribute_review.c.quarter == quarter)
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound(f"{case} has no open attribute review.", advice="See `disclosure review-attributes`.")
    return str(found)
