"""The department's side: its documents, what happened to each, and why one came back.

A department is told what its letters tell it (`pipeline/letters.py`) and no more: of findings only those
that a return note names, of a quarantined case nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, union_all

from disclosure_pipeline.errors import NotAllowed, NotFound
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import handing_in, objections, records, returns, rights, takeback
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.returns import ReturnReason
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT, SEALED, Sight
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document, letter, quarantine, tier

SITE = "builtin.site"
"""The channel whose address a department is told."""

MOST = 200
"""Most documents of one page of the list."""


# ------------------------------------------------------------------------------ the list


@dataclass(frozen=True, slots=True)
class DepartmentDocument:
    """One line of the department's list.

    Args:
        id: case number. title: as read; ``None`` until then.
        state: where it stands. version: the present one.
        attributes: ``proposed``, ``office`` and ``final`` attribute tokens.
        received: UTC time of receipt. since: UTC time since which it stands there.
        taken_back: whether it is ``returned`` because the clerk took it back.
    """

    id: str
    title: str | None
    state: State
    version: int
    attributes: Mapping[str, str | None]
    received: str
    since: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class DepartmentPage:
    """Some of a department's documents, newest first.

    Args:
        documents: the lines.
        after: what to give as ``after`` for the next page; empty when this is the last one.
    """

    documents: tuple[DepartmentDocument, ...]
    after: str


def documents_of(
    core: Core,
    person: Person,
    *,
    unit: str,
    department: str,
    state: State | None = None,
    after: str = "",
    limit: int = 50,
) -> DepartmentPage:
    """A department's documents, newest first, without what is quarantined.

    Args:
        core: the process's parts.
        person: a clerk or the head of the department.
        unit: unit code.
        department: department name.
        state: only this state.
        after: the last case number of the page before, or empty.
        limit: most lines, at most :data:`MOST`.

    Raises:
        NotAllowed: somebody else.
    """
    if not any(person.holds(role, unit, department) for role in OF_DEPARTMENT):
        raise NotAllowed("Only the department itself sees its documents here.", code="wrong_role")
    limit = max(1, min(limit, MOST))
    states = [item for item in State if item not in SEALED] if state is None else [state]
    held = select(quarantine.c.document).where(quarantine.c.ended.is_(None))
    mine = select(document.c.id).where(
        document.c.unit == unit, document.c.department == department, document.c.id.not_in(held)
    )
    if after:
        mine = mine.where(document.c.id < after)
    # A few rows of each state by the index, however many there are.
    newest = [
        mine.where(document.c.state == item.value).order_by(document.c.id.desc()).limit(limit + 1).subquery()
        for item in states
        if item not in SEALED
    ]
    if not newest:
        return DepartmentPage((), "")
    ids = union_all(*(select(item.c.id) for item in newest)).subquery()
    query = select(document).where(document.c.id.in_(select(ids.c.id))).order_by(document.c.id.desc())
    with core.database.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).all()
    lines = tuple(_line(row) for row in rows[:limit])
    return DepartmentPage(lines, lines[-1].id if len(rows) > limit else "")


def _line(row: Row[Any]) -> DepartmentDocument:
    return DepartmentDocument(
        row.id, row.title, State(row.state), row.version, records.attributes(row), row.created_at,
        row.entered_at, row.taken_back,
    )  # fmt: skip


# -------------------------------------------------------------------------- the timeline


class Happened(StrEnum):
    """What a department is told of a document's way."""

    RECEIVED = "received"
    SCREENED = "screened"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"
    RESUBMITTED = "resubmitted"
    REVISED = "revised"
    REFERRED = "referred"
    ANSWERED = "answered"
    ATTENTION = "attention"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    ON_REQUEST = "on_request"
    WITHDRAWN = "withdrawn"
    CONVERTED = "converted"
    AWAITING_ISSUE = "awaiting_issue"
    ISSUED = "issued"


_TOLD: Mapping[str, Happened] = {
    "receive": Happened.RECEIVED,
    "screen": Happened.SCREENED,
    "route": Happened.IN_REVIEW,
    "sign": Happened.SIGNED,
    "approve": Happened.SIGNED,
    "return": Happened.RETURNED,
    "give_back": Happened.RETURNED,
    "send_back": Happened.RETURNED,
    "answer_refuse": Happened.RETURNED,
    "take_back": Happened.TAKEN_BACK,
    "correct": Happened.RESUBMITTED,
    "revise": Happened.REVISED,
    "refer": Happened.REFERRED,
    "answer_agree": Happened.ANSWERED,
    "set_aside": Happened.ATTENTION,
    "finish_publishing": Happened.PUBLISHED,
    "withhold": Happened.WITHHELD,
    "file_on_request": Happened.ON_REQUEST,
    "finish_withdrawal": Happened.WITHDRAWN,
    "convert": Happened.CONVERTED,
    "await_issue": Happened.AWAITING_ISSUE,
    "issue": Happened.ISSUED,
}
"""Steps of the audit log that a department is told of; every other one is not its concern."""

_PEOPLE = frozenset(
    {Happened.SIGNED, Happened.RETURNED, Happened.TAKEN_BACK, Happened.RECEIVED, Happened.RESUBMITTED,
     Happened.ISSUED}
)  # fmt: skip
"""Events of which the department is told who it was."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One thing that happened.

    Args:
        happened: what. at: UTC time. version: the version it happened to.
        by: who, where the department is told; else empty.
        tier: label of the tier that signed or returned, or empty.
        reasons: why it came back, as its note says; quoted passages first.
        address: public address of a published document, relative to the site, or empty.
    """

    happened: Happened
    at: str
    version: int
    by: str = ""
    tier: str = ""
    reasons: tuple[ReturnReason, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A document as its department sees it.

    Args:
        document: the line of the list.
        events: what happened, oldest first.
        take_back: code of what stands against taking it back now; empty when that is possible.
        resubmit: the same of handing in a corrected draft, or the issued file that is waited for.
    """

    document: DepartmentDocument
    events: tuple[TimelineEvent, ...]
    take_back: str
    resubmit: str


def timeline(core: Core, case: str, person: Person) -> Timeline:
    """What happened to a document, for the department that drafted it.

    Args:
        core: the process's parts.
        case: case number.
        person: who looks.

    Raises:
        NotFound: no such case, nothing this person may see, or a case in quarantine.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, case)
        rights.require(person, row, Sight.TEXT)
        if State(row.state) in SEALED or documents.is_held(connection, case):
            raise NotFound(f"There is no case {case}.")
        return Timeline(
            _line(row),
            _events(connection, row),
            _against(lambda: takeback.check(connection, row, person)),
            _against(lambda: handing_in.check_resubmit(row, person)),
        )


def _against(check: objections.Check) -> str:
    return next((error.code for error in objections.refusals((check,))), "")


def _events(connection: Connection, row: Row[Any]) -> tuple[TimelineEvent, ...]:
    labels = {
        (item.version, item.tier): item.label
        for item in connection.execute(select(tier).where(tier.c.document == row.id))
    }
    notes = {
        item.version: item.detail
        for item in connection.execute(
            select(letter)
            .where(letter.c.document == row.id, letter.c.kind == "returned")
            .order_by(letter.c.at)
        )
    }
    return tuple(
        _event(connection, row, step, labels, notes)
        for step in audit.rows(connection, row.id)
        if step["action"] in _TOLD
    )


def _event(
    connection: Connection,
    row: Row[Any],
    step: Mapping[str, Any],
    labels: Mapping[tuple[int, str], str],
    notes: Mapping[int, Mapping[str, Any]],
) -> TimelineEvent:
    happened, version = _TOLD[step["action"]], step["version"]
    name = json.loads(step["detail"]).get("tier", "")
    reasons: tuple[ReturnReason, ...] = ()
    address = ""
    if happened is Happened.RETURNED:
        reasons = returns.told(connection, row.id, version, notes.get(version, {})).reasons
    if happened is Happened.PUBLISHED and State(row.state) is State.PUBLISHED:
        address = _address(connection, row.id)
    return TimelineEvent(
        happened, step["at"], version, step["actor"] if happened in _PEOPLE else "",
        labels.get((version, name), ""), reasons, address,
    )  # fmt: skip


def _address(connection: Connection, case: str) -> str:
    found: str | None = connection.execute(
        select(publication.c.address).where(publication.c.document == case, publication.c.channel == SITE)
    ).scalar()
    return found or ""
