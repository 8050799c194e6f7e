"""The records of who did and who saw what (留痕), page by page.

Rows come newest first and by their number; no page looks at more than :data:`REACH` rows, however rare the
thing is that it looks for, and says where the next one goes on. Reasons are in the log as digests only, so nothing
here is text of a document. Who may see the records of a unit: the disclosure office, the secrecy officers and the
administrators. What belongs to no unit (a batch of views, the end of a hold) is shown with those of a root unit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import merge
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, func, select

from disclosure_pipeline.model.clock import ONE_DAY, beginning_of
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import access, audit, document

READERS = (Role.OFFICE, Role.SECRECY, Role.ADMIN)
"""Roles that read the records of their unit."""

Item = TypeVar("Item", "Event", "View")

PAGE, REACH = 50, 1000
"""Rows of a page, and rows of the log that one page looks at."""

_WHOLE = 500
"""Rows of a page that only an export reads."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty means everything.

    Args:
        document: case number.
        actor: who acted, or looked.
        action: name of the step or act; of views: what was looked at.
        department: whose documents.
        first: first day in Asia/Shanghai, ``None`` for no bound.
        last: last day.
    """

    document: str = ""
    actor: str = ""
    action: str = ""
    department: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the audit log.

    Args:
        seq: number. at: UTC. actor: who. action: what. document: case number, or empty.
        version: of the document. before: state before. after: state after.
        detail: ids, codes, digests, counts. hash: the row's hash in the chain.
    """

    seq: int
    at: str
    actor: str
    action: str
    document: str
    version: int
    before: str
    after: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class View:
    """One row of the access log.

    Args:
        seq: number. at: UTC. actor: who. document: case number.
        what: what was looked at. chained: whether the audit log has its digest already.
    """

    seq: int
    at: str
    actor: str
    document: str
    what: str
    chained: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows, newest first.

    Args:
        rows: the rows.
        before: the next page shows rows with lower numbers than this; ``None`` at the end. A page that looked far
            enough without finding much is short, and is not the end.
    """

    rows: tuple[Item, ...]
    before: int | None


def events(
    core: Core, person: Person, unit: str, wanted: Wanted, before: int | None = None, *, limit: int = PAGE
) -> Page[Event]:
    """Who did what in a unit.

    Args:
        core: the process's parts.
        person: who asks.
        unit: unit code.
        wanted: what is looked for.
        before: where the page before ended.
        limit: most rows.

    Raises:
        NotAllowed: the person does not read the records of this unit.
    """
    require(person, unit, READERS)
    owners = _owners(core, unit)
    with core.database.read() as connection:
        low, high = _range(connection, audit.c.seq, audit.c.at, wanted, before)
        # What one index answers needs no looking through.
        asked = [item for item in (wanted.document, wanted.actor, wanted.action) if item]
        reach = min(limit + 1, REACH) if len(asked) <= 1 and not wanted.department else REACH
        # A document belongs to one unit; that it is one of these is asked of each row.
        sources = [_events_of(owner, wanted) for owner in (owners[:1] if wanted.document else owners)]
        found = [_look(connection, audit, source, (low, high), reach) for source in sources]
        of_department = _of_department(connection, wanted, found)
    rows = merge(*(item.rows for item in found), key=lambda row: -int(row.seq))
    # What one source has not looked at yet may lie between the rows of the other.
    reached = max((item.reached for item in found), default=0)
    kept = [
        row for row in rows
        if row.seq >= reached and row.unit in owners and _fits(row, wanted)
        and (of_department is None or row.document in of_department)
    ]  # fmt: skip
    return _page([_event(row) for row in kept], reached, limit)


def views(
    core: Core, person: Person, unit: str, wanted: Wanted, before: int | None = None, *, limit: int = PAGE
) -> Page[View]:
    """Who looked at which document of a unit; arguments and errors as of :func:`events`."""
    require(person, unit, READERS)
    with core.database.read() as connection:
        low, high = _range(connection, access.c.seq, access.c.at, wanted, before)
        found = _look(connection, access, _views_of(wanted), (low, high), REACH)
        own = _of_unit(connection, unit, {row.document for row in found.rows}, wanted.department)
    kept = [row for row in found.rows if row.document in own and _fits_view(row, wanted)]
    shown = [View(row.seq, row.at, row.actor, row.document, row.what, row.batch is not None) for row in kept]
    return _page(shown, found.reached, limit)


def everything(core: Core, person: Person, unit: str, wanted: Wanted, most: int) -> Iterator[Event]:
    """The events of all pages, for an export; at most ``most``."""
    before: int | None = None
    while most > 0:
        page = events(core, person, unit, wanted, before, limit=_WHOLE)
        yield from page.rows[:most]
        most, before = most - len(page.rows), page.before
        if before is None:
            return


def every_view(core: Core, person: Person, unit: str, wanted: Wanted, most: int) -> Iterator[View]:
    """The views of all pages, for an export; at most ``most``."""
    before: int | None = None
    while most > 0:
        page = views(core, person, unit, wanted, before, limit=_WHOLE)
        yield from page.rows[:most]
        most, before = most - len(page.rows), page.before
        if before is None:
            return


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows that were looked at, and the lowest number down to which nothing was left out; 0: to the end."""

    rows: list[Row[Any]]
    reached: int


def _owners(core: Core, unit: str) -> tuple[str, ...]:
    """Units whose rows are shown: the unit's own, and with a root unit those of the store itself."""
    return (unit,) if core.unit(unit).parent else (unit, "")


def _events_of(owner: str, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    """What one index answers; the rest of what is wanted is looked at row by row."""
    if wanted.document:
        return (audit.c.document == wanted.document,)
    unit = audit.c.unit == owner
    if wanted.actor:
        return (unit, audit.c.actor == wanted.actor)
    return (unit, audit.c.action == wanted.action) if wanted.action else (unit,)


def _views_of(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    if wanted.document:
        return (access.c.document == wanted.document,)
    return (access.c.actor == wanted.actor,) if wanted.actor else ()


def _look(
    connection: Connection,
    table: Table,
    chosen: tuple[ColumnElement[bool], ...],
    numbers: tuple[int, int],
    reach: int,
) -> _Found:
    """The newest rows, numbers first: asked for whole rows, SQLite would walk through the log past all the others."""
    seq = table.c.seq
    query = select(seq).where(*chosen, seq >= numbers[0], seq < numbers[1]).order_by(seq.desc()).limit(reach)
    found = list(connection.execute(query).scalars())
    rows = list(connection.execute(select(table).where(seq.in_(found)).order_by(seq.desc())))
    return _Found(rows, found[-1] if len(found) == reach else 0)


def _page(rows: list[Item], reached: int, limit: int) -> Page[Item]:
    if len(rows) > limit:
        return Page(tuple(rows[:limit]), rows[limit - 1].seq)
    return Page(tuple(rows), reached or None)


def _fits(row: Row[Any], wanted: Wanted) -> bool:
    return wanted.actor in ("", row.actor) and wanted.action in ("", row.action)


def _fits_view(row: Row[Any], wanted: Wanted) -> bool:
    return wanted.actor in ("", row.actor) and wanted.action in ("", row.what)


def _of_unit(connection: Connection, unit: str, cases: set[str], department: str) -> set[str]:
    query = select(document.c.id).where(document.c.id.in_(cases), document.c.unit == unit)
    if department:
        query = query.where(document.c.department == department)
    return set(connection.execute(query).scalars())


def _of_department(connection: Connection, wanted: Wanted, found: Iterable[_Found]) -> set[str] | None:
    """Documents of the department that is asked for among those of some rows; ``None`` when none is."""
    if not wanted.department:
        return None
    cases = {row.document for item in found for row in item.rows}
    query = select(document.c.id).where(document.c.id.in_(cases), document.c.department == wanted.department)
    return set(connection.execute(query).scalars())


def _event(row: Row[Any]) -> Event:
    return Event(
        row.seq, row.at, row.actor, row.action, row.document, row.version, row.before, row.after,
        json.loads(row.detail), row.hash,
    )  # fmt: skip


def _range(
    connection: Connection, seq: Column[int], at: Column[str], wanted: Wanted, before: int | None
) -> tuple[int, int]:
    """Numbers of the rows that can be meant: from the first up to, and without, the second."""
    last = connection.execute(select(func.max(seq))).scalar() or 0
    low = 1 if wanted.first is None else _first_since(connection, seq, at, beginning_of(wanted.first), last)
    high = last + 1
    if wanted.last is not None:
        high = _first_since(connection, seq, at, beginning_of(wanted.last + ONE_DAY), last)
    return low, high if before is None else min(high, before)


def _first_since(connection: Connection, seq: Column[int], at: Column[str], instant: str, last: int) -> int:
    """Number of the first row that is not older than an instant, found by halving: times grow with numbers."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        # Numbers of views can have gaps; the next one there is tells.
        row = connection.execute(select(seq, at).where(seq >= middle).order_by(seq).limit(1)).first()
        if row is None or row[1] >= instant:
            high = middle
        else:
            low = row[0] + 1
    return low
