"""Regular attribute review of the catalogue that an office had before (定期审查, 001; 条例 第十八条).

Its entries fall due as documents do: what is not public each quarter, what is public when its cycle is over, counted
from the 发布日期 of the entry. We do not hold the files. So nothing but ``keep`` is done here and now: the others ask a
person to act, and the task stays unfinished until somebody says ``acted``. ``withdraw`` means that the entry must go
from its old address; ``convert`` and ``declassify`` mean that its file is handed in, and the task ends with the case
that went through the gate: from then on that case is reviewed instead of the entry.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, or_, select, update

from disclosure_pipeline.errors import NotFound, Refused, UsageError
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.review_lists import DONE, OPEN, Kind, cycle_began, principal_of
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store import imported as entries
from disclosure_pipeline.store.publication_tables import TAKEN_OVER, WITHDRAWN, imported, imported_review

ACTING = "acting"
"""State of a task after which a person still has to act."""

UNFINISHED = (OPEN, ACTING)
"""States of a task that keep a quarter from being done."""

ACTED = "acted"
"""The outcome by which somebody says that it was done."""

TAKE_OVER = frozenset({"convert", "declassify"})
"""Outcomes after which the file is handed in."""

OUTCOMES = ("keep", "convert", "declassify", "withdraw", ACTED)

_PASSED = frozenset({State.PUBLISHED.value, State.ON_REQUEST.value, State.WITHHELD.value})
"""Where a document stands that went through the whole gate, and is reviewed by itself."""

_NAME = re.compile(r"catalogue-(\d{1,9})")


def name_of(number: int) -> str:
    """What an entry is called where documents are called by their case numbers."""
    return f"catalogue-{number}"


def number_of(name: str) -> int | None:
    """The number of an entry by its name; ``None`` when it is the name of no entry."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def ways(attribute: str, state: str) -> tuple[str, ...]:
    """Outcomes that are possible for an entry of an attribute whose task is in a state."""
    if state == ACTING:
        return (ACTED, "keep")
    if state != OPEN:
        return ()
    if attribute == Attribute.PROACTIVE.value:
        return ("keep", "withdraw")
    return ("keep", "convert", "declassify")


def _due(core: Core, quarter: str, last: int) -> Select[Any]:
    """Entries that a quarter's list lacks, behind the number ``last``.

    A public one without a day of publication, or with one that has not come, is due at once. None is due while a
    person still has to act on it, or after it has ended.
    """
    began = cycle_began(core).isoformat()
    of_item = imported_review.c.entry == imported.c.seq
    listed = exists().where(of_item, imported_review.c.quarter == quarter)
    acting = exists().where(of_item, imported_review.c.state == ACTING)
    reviewed = exists().where(of_item, imported_review.c.state == DONE, imported_review.c.at >= began)
    recent = imported.c.published.between(began, today_in_shanghai().isoformat())
    hidden = imported.c.attribute != Attribute.PROACTIVE.value
    return (
        select(imported.c.seq.label("entry"), imported.c.unit)
        .where(imported.c.seq > last, imported.c.ended == "", ~listed, ~acting)
        .where(or_(hidden, and_(~recent, ~reviewed)))
        .order_by(imported.c.seq)
    )


KIND = Kind(imported_review, _due, 0, "entries")


def rows(core: Core, quarter: str) -> list[dict[str, Any]]:
    """A quarter's tasks as `disclosure review-attributes --json` prints them."""
    query = (
        select(imported_review, imported.c.title, imported.c.attribute)
        .join(imported, imported.c.seq == imported_review.c.entry)
        .where(imported_review.c.quarter == quarter)
        .order_by(imported_review.c.entry)
    )
    with core.database.read() as connection:
        found = connection.execute(query).all()
    return [
        {
            "document": name_of(row.entry), "state": row.state, "outcome": row.outcome, "attribute": row.attribute,
            "title": row.title, "department": "", "by": row.by,
        }
        for row in found
    ]  # fmt: skip


def settle(
    core: Core, number: int, outcome: str, *, by: str, reason: str, quarter: str | None, document: str
) -> dict[str, Any]:
    """Settle the tasks of an entry, of whatever quarter: they all ask the same.

    Args:
        core: the process's parts.
        number: the entry's number.
        outcome: one of :data:`OUTCOMES` that is possible now (:func:`ways`).
        by: a person with role ``office``, ``second`` or ``secrecy``; ``declassify`` needs ``secrecy``.
        reason: why, or what was done; not empty.
        quarter: a quarter in which it has a task that is not done; ``None`` means the oldest.
        document: with ``acted`` after ``convert`` or ``declassify``: case number of the file that was handed in.

    Returns:
        The task.

    Raises:
        NotFound: no such entry, no such case in its unit, or no task that is not done.
        NotAllowed: the person may not settle it.
        Refused: the outcome is not possible now (``review.outcome``), the case number is missing (``review.case``), or
            the case has not been through the gate (``review.unfinished``).
    """
    with core.database.write() as connection:
        entry = entries.fetch(connection, number)
        principal = principal_of(connection, by, entry.unit, outcome)
        task = _unfinished(connection, number, quarter)
        possible = ways(entry.attribute, task.state)
        if outcome not in possible:
            raise Refused(
                "This outcome is not possible for this entry now.", code="review.outcome",
                advice=f"One of {', '.join(possible)}.",
            )  # fmt: skip
        over = outcome == ACTED and task.outcome in TAKE_OVER
        if document and not over:
            raise UsageError("A case number goes with 'acted' after 'convert' or 'declassify' only.")
        if over:
            principal = principal_of(connection, by, entry.unit, task.outcome)
            _check_passed(connection, document, entry.unit)
        _write(connection, number, task, outcome, by=by, reason=reason)
        gone = WITHDRAWN if "withdraw" in (outcome, task.outcome) and outcome != "keep" else ""
        entries.end(connection, number, TAKEN_OVER if over else gone, document if over else None)
        detail = {
            "quarter": task.quarter, "entry": number, "outcome": outcome, "reason": audit.digest_of(reason),
            **deputies.told(principal),
        }  # fmt: skip
        action = {"keep": "review.kept", ACTED: "review.acted"}.get(outcome, "review.asked")
        audit.append(connection, audit.Record(action, by, document=document, unit=entry.unit, detail=detail))
    state = DONE if outcome in ("keep", ACTED) else ACTING
    return {"document": name_of(number), "state": state, "outcome": outcome, "quarter": task.quarter}


def _write(
    connection: Connection, number: int, task: Row[Any], outcome: str, *, by: str, reason: str
) -> None:
    """Write an outcome into all tasks of an entry that are not done; ``acted`` keeps what was asked."""
    connection.execute(
        update(imported_review)
        .where(imported_review.c.entry == number, imported_review.c.state.in_(UNFINISHED))
        .values(
            state=DONE if outcome in ("keep", ACTED) else ACTING,
            outcome=task.outcome if outcome == ACTED else outcome, by=by, reason=reason, at=utc_now(),
        )
    )  # fmt: skip


def _unfinished(connection: Connection, number: int, quarter: str | None) -> Row[Any]:
    """The oldest task of an entry that is not done, or that of a quarter."""
    query = (
        select(imported_review)
        .where(imported_review.c.entry == number, imported_review.c.state.in_(UNFINISHED))
        .order_by(imported_review.c.quarter)
        .limit(1)
    )
    if quarter is not None:
        query = query.where(imported_review.c.quarter == quarter)
    found = connection.execute(query).first()
    if found is None:
        raise NotFound(
            f"{name_of(number)} has no open attribute review.", advice="See `disclosure review-attributes`."
        )
    return found


def _check_passed(connection: Connection, document: str, unit: str) -> None:
    """Refuse a case that does not prove that the file went through the gate."""
    if not document:
        raise Refused(
            "The case number of the file that was handed in is missing.", code="review.case",
            advice="Hand the file in, and give its case number with --document when it is done.",
        )  # fmt: skip
    case = documents.fetch(connection, document, lock=True)
    if case.unit != unit:
        raise NotFound(f"There is no case {document}.")
    if case.state not in _PASSED:
        raise Refused(
            f"{document} has not been through its review yet.", code="review.unfinished",
            advice="Wait until it is published, withheld or on request.",
        )  # fmt: skip
