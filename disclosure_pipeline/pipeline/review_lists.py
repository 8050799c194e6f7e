"""How a quarter's list of attribute reviews is filled, whatever is reviewed (定期审查, 001; 条例 第十八条)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, Table

from disclosure_pipeline.errors import NotAllowed, UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit, people
from disclosure_pipeline.store.database import insert_missing

OPEN, DONE = "open", "done"
"""States of a task."""

READERS = (Role.OFFICE, Role.SECOND, Role.SECRECY)
"""Roles that review attributes, and so see the tasks."""

_QUARTER = re.compile(r"20\d{2}Q[1-4]")
_MONTHS = 12
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item that is reviewed.

    Args:
        table: its tasks; the key is the quarter and the item.
        due: what a quarter's list lacks, in the order of the items, behind one; its columns are those of the
            tasks, the item first.
        first: what stands before all items.
        counted: under which name the audit log counts them.
    """

    table: Table
    due: Callable[[Core, str, Any], Select[Any]]
    first: Any
    counted: str


def quarter_of(day: date) -> str:
    """The quarter of a day, as ``2026Q4``."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def begun(quarter: str | None) -> str:
    """A quarter that has begun; ``None`` means the present one.

    Raises:
        UsageError: no quarter, or one that lies in the future.
    """
    present = quarter_of(today_in_shanghai())
    wanted = quarter or present
    if not _QUARTER.fullmatch(wanted):
        raise UsageError(f"'{wanted}' is no quarter.", advice="Write it like 2026Q4.")
    if wanted > present:
        raise UsageError(f"{wanted} has not begun.", advice=f"The present quarter is {present}.")
    return wanted


def cycle_began(core: Core) -> date:
    """The first day of the month in which the present cycle of reviewing began (``scheduler.review_months``)."""
    day = today_in_shanghai()
    total = day.year * _MONTHS + day.month - 1 - core.settings.scheduler.review_months
    return date(total // _MONTHS, total % _MONTHS + 1, 1)


def fill(core: Core, quarter: str, kinds: Iterable[Kind], enough: Callable[[], bool] = lambda: False) -> int:
    """Add what is due in a quarter and not in it yet, a batch at a time: others write in between.

    What is due is looked for without keeping anybody from writing.

    Args:
        core: the process's parts.
        quarter: the quarter.
        kinds: what is looked for.
        enough: asked before each batch; the rest is left for the next time when it says so.

    Returns:
        How many tasks were added.
    """
    added = 0
    for kind in kinds:
        last = kind.first
        while not enough():
            with core.database.read() as connection:
                due = connection.execute(kind.due(core, quarter, last).limit(_BATCH)).all()
            if not due:
                break
            added += _add(core, quarter, kind, due)
            last = due[-1][0]
    return added


def _add(core: Core, quarter: str, kind: Kind, due: Iterable[Row[Any]]) -> int:
    """Make tasks of what is due, but for those that somebody else has made meanwhile."""
    rows = [{**row._mapping, "quarter": quarter, "state": OPEN} for row in due]
    with core.database.write() as connection:
        added = insert_missing(connection, kind.table, rows)
        if added:
            detail = {"quarter": quarter, kind.counted: added}
            audit.append(connection, audit.Record(action="review.opened", actor="system", detail=detail))
        return added


def principal_of(connection: Connection, by: str, unit: str, outcome: str) -> str:
    """As whose deputy somebody decides on an item of a unit, or the own name; ``declassify`` is the secrecy officer's.

    Raises:
        NotAllowed: the person may not.
    """
    roles = (Role.SECRECY,) if outcome == "declassify" else READERS
    principal = deputies.entitled(people.get(connection, by), roles, unit)
    if principal is None:
        names = ", ".join(role.value for role in roles)
        raise NotAllowed(f"This outcome needs one of the roles: {names}.", code="wrong_role")
    return principal
