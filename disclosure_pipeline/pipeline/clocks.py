"""Time limits of documents, kept with everything they were computed from.

The publication clock starts at 成文日期 (条例 第二十六条; A4); without one, at the day of receipt.
A date that crosses into a year whose holidays are not loaded is provisional (暂定) and computed
again when they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from disclosure_pipeline.model.clock import Clock, day_of, today_in_shanghai
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.tables import clock

PUBLISH = "publish"
"""Id of the clock rule for publication."""

INTERNAL = "internal"
"""Leg of the publication clock that ends with the final signature."""


def start_publication(core: Core, connection: Connection, document: str, formed: str) -> None:
    """Start (or start again) the publication clock of a document.

    Args:
        core: the process's parts.
        connection: a writing transaction.
        document: case number.
        formed: 成文日期 ISO, or empty.
    """
    row = documents.fetch(connection, document)
    start = date.fromisoformat(formed) if formed else day_of(parse(row.created_at))
    running = Clock.begin(core.rulebook.clock(PUBLISH), start, core.calendar)
    connection.execute(delete(clock).where(clock.c.document == document, clock.c.rule == PUBLISH))
    connection.execute(
        insert(clock).values(
            document=document, rule=PUBLISH, start=start.isoformat(), due=running.due.isoformat(),
            provisional=running.provisional, done_on=None,
            inputs={"calendar": running.calendar_version, "days": running.days, "reached": {}},
        )
    )  # fmt: skip


def reach(connection: Connection, document: str, leg: str) -> None:
    """Note that an inner limit was reached today."""
    row = connection.execute(
        select(clock).where(clock.c.document == document, clock.c.rule == PUBLISH)
    ).first()
    if row is not None:
        reached = {**row.inputs["reached"], leg: today_in_shanghai().isoformat()}
        connection.execute(
            update(clock)
            .where(clock.c.document == document, clock.c.rule == PUBLISH)
            .values(inputs={**row.inputs, "reached": reached})
        )


def stop(connection: Connection, document: str) -> None:
    """Note that the document was published, or ended otherwise, today."""
    connection.execute(
        update(clock)
        .where(clock.c.document == document, clock.c.done_on.is_(None))
        .values(done_on=today_in_shanghai().isoformat())
    )


def clocks_of(core: Core, connection: Connection, document: str) -> list[dict[str, Any]]:
    """The clocks of a document as `disclosure show --json` prints them."""
    rows = connection.execute(select(clock).where(clock.c.document == document).order_by(clock.c.rule)).all()
    today = today_in_shanghai()
    found = []
    for row in rows:
        running = _rebuild(core, row)
        done = date.fromisoformat(row.done_on) if row.done_on else None
        found.append({**running.as_json(today, done), "explanation": running.explain()})
    return found


def overdue(connection: Connection) -> set[str]:
    """Case numbers whose clock has run out without being stopped."""
    today = today_in_shanghai().isoformat()
    return set(
        connection.execute(
            select(clock.c.document).where(clock.c.done_on.is_(None), clock.c.due < today)
        ).scalars()
    )


def recompute(core: Core) -> int:
    """Compute every running clock again with the calendar now loaded.

    Returns:
        How many due dates changed.
    """
    changed = 0
    with core.database.read() as connection:
        rows = connection.execute(select(clock).where(clock.c.done_on.is_(None))).all()
    for row in rows:
        if _differs(_rebuild(core, row), row):
            with core.database.write() as connection:
                changed += _recompute(core, connection, row.document, row.rule)
    return changed


def _differs(running: Clock, row: Any) -> bool:
    return (running.due.isoformat(), running.provisional) != (row.due, row.provisional)


def _recompute(core: Core, connection: Connection, document: str, rule: str) -> bool:
    """Write one clock anew, as it is now that its document is locked; whether it changed."""
    case = documents.fetch(connection, document, lock=True)
    one = (clock.c.document == document, clock.c.rule == rule)
    row = connection.execute(select(clock).where(*one, clock.c.done_on.is_(None))).first()
    if row is None or not _differs(running := _rebuild(core, row), row):
        return False
    connection.execute(
        update(clock)
        .where(*one)
        .values(
            due=running.due.isoformat(),
            provisional=running.provisional,
            inputs={**row.inputs, "calendar": running.calendar_version},
        )
    )
    audit.append(
        connection,
        audit.Record(
            action="clock.recomputed", actor="system", document=document, unit=case.unit, version=case.version,
            before=case.state, after=case.state,
            detail={"rule": rule, "before": row.due, "after": running.due.isoformat()},
        ),
    )  # fmt: skip
    return True


def _rebuild(core: Core, row: Any) -> Clock:
    reached: Mapping[str, date] = {
        name: date.fromisoformat(day) for name, day in row.inputs.get("reached", {}).items()
    }
    return Clock.begin(
        core.rulebook.clock(row.rule), date.fromisoformat(row.start), core.calendar, reached=reached
    )
