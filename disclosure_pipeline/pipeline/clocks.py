"""Time limits of documents, kept with everything they were computed from.

The publication clock starts at 成文日期 (条例 第二十六条; A4); without one, at the day of receipt.
A date that crosses into a year whose holidays are not loaded is provisional (暂定) and computed
again when they are. Extensions (`pipeline/extensions.py`) outlive a new version of the document: they
are its own, like the day of its formation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, delete, func, insert, select, tuple_, update

from disclosure_pipeline.model.clock import (
    Clock,
    Extension,
    day_of,
    today_in_shanghai,
    working_days_between,
)
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, desk, documents, due_counts
from disclosure_pipeline.store.console_tables import clock_change
from disclosure_pipeline.store.tables import clock

PUBLISH = "publish"
"""Id of the clock rule for publication."""

INTERNAL = "internal"
"""Leg of the publication clock that ends with the final signature."""

SITE, WHOLE = "site", "whole"
"""Names under which :func:`taken` tells the days after that signature, and all of them."""

_KIND = (clock.c.rule, clock.c.start, clock.c.due, clock.c.provisional)


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
    extensions = extensions_of(connection, document, PUBLISH)
    running = Clock.begin(core.rulebook.clock(PUBLISH), start, core.calendar, extensions=extensions)
    one = (clock.c.document == document, clock.c.rule == PUBLISH)
    counted = connection.execute(select(clock.c.counted_due, clock.c.counted_provisional).where(*one)).first()
    connection.execute(delete(clock).where(*one))
    connection.execute(
        insert(clock).values(
            document=document, rule=PUBLISH, unit=row.unit, department=row.department,
            start=start.isoformat(), due=running.due.isoformat(), provisional=running.provisional,
            done_on=None, inputs=inputs_of(running, reached={}),
            **({} if counted is None else counted._asdict()),
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


def taken(core: Core, connection: Connection, document: str) -> dict[str, Any]:
    """How long a document has taken up to today, for the audit row that ends its way.

    Returns:
        ``{"days": {leg: working days}, "late": bool}``; empty for a document without a running clock.
    """
    row = connection.execute(
        select(clock).where(clock.c.document == document, clock.c.rule == PUBLISH, clock.c.done_on.is_(None))
    ).first()
    if row is None:
        return {}
    start, today = date.fromisoformat(row.start), today_in_shanghai()
    days = {WHOLE: working_days_between(core.calendar, start, today)}
    if INTERNAL in row.inputs["reached"]:
        signed = date.fromisoformat(row.inputs["reached"][INTERNAL])
        days[INTERNAL] = working_days_between(core.calendar, start, signed)
        days[SITE] = working_days_between(core.calendar, signed, today)
    return {"days": days, "late": today.isoformat() > row.due}


def clocks_of(core: Core, connection: Connection, document: str) -> list[dict[str, Any]]:
    """The clocks of a document as `disclosure show --json` prints them."""
    rows = connection.execute(select(clock).where(clock.c.document == document).order_by(clock.c.rule)).all()
    today = today_in_shanghai()
    found = []
    for row in rows:
        running = rebuild(core, row, extensions_of(connection, document, row.rule))
        done = date.fromisoformat(row.done_on) if row.done_on else None
        found.append({**running.as_json(today, done), "explanation": running.explain()})
    return found


def extensions_of(connection: Connection, document: str, rule: str) -> tuple[Extension, ...]:
    """What was added to one clock of a document, oldest first."""
    rows = connection.execute(
        select(clock_change)
        .where(clock_change.c.document == document, clock_change.c.rule == rule)
        .order_by(clock_change.c.seq)
    )
    return tuple(
        Extension(row.days, day_of(parse(row.at)), row.leg, row.law, row.reason, row.by) for row in rows
    )


def overdue(connection: Connection) -> set[str]:
    """Case numbers whose clock has run out without being stopped."""
    today = today_in_shanghai().isoformat()
    return set(
        connection.execute(
            select(clock.c.document).where(clock.c.done_on.is_(None), clock.c.due < today)
        ).scalars()
    )


def recompute(core: Core, enough: Callable[[], bool] = lambda: False) -> int:
    """Compute every running clock again with the calendar now loaded.

    Args:
        core: the process's parts.
        enough: asked before each clock that is written; the rest is left for the next time when it says so.

    Returns:
        How many due dates changed.
    """
    changed = 0
    with core.database.read() as connection:
        samples = connection.execute(_one_of_each_kind()).all()
    for sample in samples:
        if not _differs(rebuild(core, sample), sample):
            continue
        with core.database.read() as connection:
            names = connection.execute(_of_its_kind(sample)).scalars().all()
        for document in names:
            if enough():
                return changed
            with core.database.write() as connection:
                changed += _recompute(core, connection, document, sample.rule)
    return changed


def rebuild(core: Core, row: Row[Any], extensions: Sequence[Extension] | None = None) -> Clock:
    """A clock from what its row keeps.

    Args:
        core: the process's parts.
        row: a row of ``clock``.
        extensions: what was added, with words to be shown; ``None`` takes the numbers that the row keeps.
    """
    reached: Mapping[str, date] = {
        name: date.fromisoformat(day) for name, day in row.inputs.get("reached", {}).items()
    }
    kept = [
        Extension(item["days"], date.fromisoformat(item["on"]), item["leg"])
        for item in row.inputs.get("extensions", ())
    ]
    return Clock.begin(
        core.rulebook.clock(row.rule), date.fromisoformat(row.start), core.calendar, reached=reached,
        extensions=kept if extensions is None else extensions,
    )  # fmt: skip


def inputs_of(running: Clock, reached: Mapping[str, str]) -> dict[str, Any]:
    """What a row keeps of everything a clock was computed from; no words, they can be purged elsewhere."""
    values: dict[str, Any] = {
        "calendar": running.calendar_version, "days": running.days, "reached": dict(reached),
    }  # fmt: skip
    if running.extensions:
        values["extensions"] = [
            {"days": item.days, "on": item.on.isoformat(), "leg": item.leg} for item in running.extensions
        ]
    return values


def write(connection: Connection, row: Row[Any], running: Clock) -> None:
    """Replace what a row says about when its clock ends."""
    connection.execute(
        update(clock)
        .where(clock.c.document == row.document, clock.c.rule == row.rule)
        .values(
            due=running.due.isoformat(),
            provisional=running.provisional,
            inputs=inputs_of(running, row.inputs["reached"]),
        )
    )


def _one_of_each_kind() -> Select[Any]:
    """A running clock for each set of values that a clock is computed from: most share theirs with many others."""
    kind = (*_KIND, cast(clock.c.inputs, Text))
    one = select(func.min(clock.c.document), clock.c.rule).where(clock.c.done_on.is_(None)).group_by(*kind)
    return select(clock).where(tuple_(clock.c.document, clock.c.rule).in_(one))


def _of_its_kind(sample: Row[Any]) -> Select[Any]:
    """Case numbers of running clocks like one; some may rest on other inputs."""
    same = (column == getattr(sample, column.name) for column in _KIND)
    return select(clock.c.document).where(clock.c.done_on.is_(None), *same)


def _differs(running: Clock, row: Row[Any]) -> bool:
    return (running.due.isoformat(), running.provisional) != (row.due, row.provisional)


def _recompute(core: Core, connection: Connection, document: str, rule: str) -> bool:
    """Write one clock anew, as it is now that its document is locked; whether it changed."""
    case = documents.fetch(connection, document, lock=True)
    row = connection.execute(
        select(clock).where(clock.c.document == document, clock.c.rule == rule, clock.c.done_on.is_(None))
    ).first()
    if row is None or not _differs(running := rebuild(core, row), row):
        return False
    write(connection, row, running)
    desk.refresh(connection, document)
    due_counts.refresh(connection, document)
    audit.append(
        connection,
        audit.Record(
            action="clock.recomputed", actor="system", document=document, unit=case.unit, version=case.version,
            before=case.state, after=case.state,
            detail={"rule": rule, "before": row.due, "after": running.due.isoformat()},
        ),
    )  # fmt: skip
    return True
