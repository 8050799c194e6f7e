"""撤件: the clerk takes a draft back before the first signature; and ways out of ``attention``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.lifecycle import State, target_of
from disclosure_pipeline.model.route import Role, TierState
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, letters, publication, versions
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import audit, documents, people
from disclosure_pipeline.store.people import Person


def take_back(core: Core, document: str, by: str) -> State:
    """Take a draft back; it can be corrected and dropped again under its case number.

    Args:
        core: the process's parts.
        document: case number.
        by: a clerk of its department.

    Raises:
        NotAllowed: not a clerk of the department.
        Refused: somebody has signed already, or it is past review.
    """
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        principal = check(connection, row, people.get(connection, by))
        versions.void_open_tiers(connection, row)
        letters.owe(connection, document, row.version, "taken_back", {})
        changes = {"taken_back": True, "work_at": None}
        take_step(
            core,
            connection,
            document,
            "take_back",
            actor=by,
            changes=changes,
            detail=deputies.told(principal),
        )
        return State.RETURNED


def check(connection: Connection, row: Row[Any], person: Person) -> str:
    """Whether a person may take a draft back now; nothing is written.

    Returns:
        The principal as whose deputy they would, or empty.

    Raises:
        NotAllowed: not a clerk of the department.
        Refused: somebody has signed already, or it is past review.
    """
    principal = deputies.entitled(person, (Role.CLERK,), row.unit, row.department)
    if principal is None:
        raise NotAllowed("Only a clerk of the drafting department may take a draft back.", code="wrong_role")
    tiers = documents.tiers_of(connection, row.id, row.version)
    if any(item.state == TierState.APPROVED.value for item in tiers):
        raise Refused(
            "Somebody has signed this version already.",
            code="signed",
            advice="Ask the open tier to return it.",
        )
    target_of("take_back", State(row.state))
    return principal


def retry(core: Core, document: str, by: str, *, deputy_for: str = "") -> State:
    """Try again: a document in ``attention`` from the start, or its failed publications.

    Args:
        core: the process's parts.
        document: case number.
        by: who does it.
        deputy_for: as whose deputy, or empty.

    Returns:
        The state afterwards.

    Raises:
        Refused: there is nothing to try again.
    """
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        if State(row.state) is State.ATTENTION:
            versions.void_open_tiers(connection, row, signed_too=True)
            documents.resolve_faults(connection, document)
            changes = {
                "work_at": utc_now(), "attempts": 0, "takeovers": 0, "frozen_digest": None,
                "proposed": None, "office": None, "final": None, "reviewed_as": None,
            }  # fmt: skip
            take_step(
                core, connection, document, "retry", actor=by, changes=changes, work=INTAKE,
                detail=deputies.told(deputy_for),
            )  # fmt: skip
            return State.RECEIVED
    number = publication.retry(core, document)
    if number == 0:
        raise Refused(f"{document} is {row.state}; there is nothing to try again.")
    detail = {"channels": number, **deputies.told(deputy_for)}
    with core.database.write() as connection:
        audit.append(connection, audit.Record("channel.retried", by, document, row.unit, detail=detail))
    return State(row.state)
