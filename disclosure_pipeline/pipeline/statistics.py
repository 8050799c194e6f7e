"""Figures for the records (统计), kept up as monthly counts and derived from the audit log alone.

A figure that the log cannot prove is worth nothing, so nothing here is counted from the present state of
documents: every row of the log changes the same counts whenever it is read, and counting anew from the first
row gives the same figures. :func:`catch_up` goes on where it stopped; the mark moves in the transaction that writes
the counts. Shares and medians are made when they are read (`pipeline/figures.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select, update

from disclosure_pipeline.model.clock import day_of
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.console_tables import statistic
from disclosure_pipeline.store.database import add_to, insert_once
from disclosure_pipeline.store.tables import document, meta

MARK = "statistics"
"""Fact in `meta`: sequence number of the last row of the audit log that is counted."""

BATCH = 1000
"""Rows of the log that one transaction counts."""

WHOLE = ""
"""The department under which the figures of a whole unit stand."""

Change = tuple[str, str, int]
"""A measure, its key, and by how much it changes."""

_RETURNS = frozenset({"return", "send_back", "give_back", "answer_refuse"})
_ENDS: Mapping[str, str] = {
    "finish_publishing": "published",
    "withhold": "withheld",
    "file_on_request": "on_request",
}
_UNIT_ONLY = frozenset({"rule"})
"""Measures that are kept for whole units only: hundreds of rules in dozens of departments tell nothing."""


def catch_up(core: Core, batches: int | None = None, enough: Callable[[], bool] = lambda: False) -> int:
    """Count what the log holds in addition; may run at any time, and twice at once.

    Args:
        core: the process's parts.
        batches: most transactions; ``None`` goes to the end.
        enough: asked before each of them; the rest is left for the next time when it says so.

    Returns:
        How many rows were counted.
    """
    counted, left = 0, batches
    while (left is None or left > 0) and not enough():
        with core.database.read() as connection:
            head, _ = audit.head(connection)
            if counted_up_to(connection) >= head:
                return counted
        with core.database.write() as connection:
            number = _count_batch(connection)
        counted, left = counted + number, None if left is None else left - 1
        if not number:
            break
    return counted


def rebuild(core: Core) -> int:
    """Forget all figures and count anew; returns how many rows were counted."""
    with core.database.write() as connection:
        _mark(connection)
        connection.execute(delete(statistic))
        connection.execute(update(meta).where(meta.c.key == MARK).values(value="0"))
    return catch_up(core)


def counted_up_to(connection: Connection) -> int:
    """Sequence number of the last row of the log that the figures hold."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == MARK)).scalar()
    return int(value or 0)


def _count_batch(connection: Connection) -> int:
    mark = _mark(connection)
    rows = list(audit.rows(connection, after=mark, limit=BATCH))
    if not rows:
        return 0
    departments = _departments(connection, {row["document"] for row in rows})
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for row in rows:
        department = departments.get(row["document"], WHOLE)
        month = day_of(parse(row["at"])).isoformat()[:7]
        for measure, key, number in changes_of(row):
            counts[row["unit"], WHOLE, month, measure, key] += number
            if department != WHOLE and measure not in _UNIT_ONLY:
                counts[row["unit"], department, month, measure, key] += number
    for (unit, department, month, measure, key), number in sorted(counts.items()):
        if number:
            names = {"unit": unit, "department": department, "month": month, "measure": measure, "key": key}
            add_to(connection, statistic, names, "number", number)
    connection.execute(update(meta).where(meta.c.key == MARK).values(value=str(rows[-1]["seq"])))
    return len(rows)


def _mark(connection: Connection) -> int:
    """How far the log is counted; whoever asks in a writing transaction is the only one to go on."""
    query = select(meta.c.value).where(meta.c.key == MARK).with_for_update()
    value = connection.execute(query).scalar()
    if value is None:
        insert_once(connection, meta, {"key": MARK, "value": "0"})
        value = connection.execute(query).scalar_one()
    return int(value)


def _departments(connection: Connection, cases: set[str]) -> dict[str, str]:
    """Departments by case number; a document never changes its department."""
    query = select(document.c.id, document.c.department).where(document.c.id.in_(cases))
    return {row.id: row.department for row in connection.execute(query)}


def changes_of(row: Mapping[str, Any]) -> Iterator[Change]:
    """What one row of the log changes.

    Args:
        row: a row of the audit log.

    Yields:
        ``received``, ``duplicate``, ``resubmitted``, ``withdrawn``: documents. ``returned``: by where. ``published``,
        ``withheld``, ``on_request``: by ground. ``in_time``, ``late``: documents that ended. ``days.LEG``: documents by
        working days. ``judged``: by ``agree`` or ``differ``, and whose attribute was decided. ``found``: places by kind.
        ``settled``: places by ``kind|settlement``. ``rule``: places by ``rule|settlement``.
    """
    action, detail = row["action"], json.loads(row["detail"])
    if action == "receive":
        yield ("duplicate" if row["after"] == State.DUPLICATE.value else "received"), "", 1
    elif action == "correct":
        yield "resubmitted", "", 1
    elif action == "finish_withdrawal":
        yield "withdrawn", "", 1
    elif action in _RETURNS:
        yield "returned", detail.get("tier", action), 1
    elif action in _ENDS:
        yield _ENDS[action], detail.get("ground", ""), 1
        yield from _end(detail)
    elif action in ("screen", "tag"):
        yield from (("found", kind, number) for kind, number in detail.items() if "." in kind)
    elif action == "rescreen":
        yield from (("found", kind, number) for kind, number in detail.get("appeared", {}).items())
    elif action == "clear":
        for kind, rule, how, number in detail.get("tally", ()):
            yield "settled", f"{kind}|{how}", number
            yield "rule", f"{rule}|{how}", number


def _end(detail: Mapping[str, Any]) -> Iterator[Change]:
    """How long a document took, and whether department and office held the same attribute (003 三)."""
    if "late" in detail:
        yield ("late" if detail["late"] else "in_time"), "", 1
    for leg, days in sorted(detail.get("days", {}).items()):
        yield f"days.{leg}", str(days), 1
    proposed, office, final = detail.get("attributes", (None, None, None))
    if proposed in list(Attribute):
        held = office or final or proposed
        yield "judged", "agree" if held == proposed else "differ", 1
        if held != proposed:
            yield (
                "judged",
                "for_department" if final == proposed else "for_office" if final == held else "for_neither",
                1,
            )
