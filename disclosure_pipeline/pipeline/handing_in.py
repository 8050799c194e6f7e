"""New and corrected drafts and issued files that a clerk uploads, beside the drop folder: its way, its limits, its refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, rights, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import Accepted
from disclosure_pipeline.pipeline.ports import IntakePort
from disclosure_pipeline.pipeline.rights import Sight
from disclosure_pipeline.pipeline.uploads import Upload, staged
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.people import Person


def check_resubmit(row: Row[Any], person: Person) -> None:
    """Whether a person may hand in a corrected draft of a document, or its issued file, now; nothing is written.

    Raises:
        NotAllowed: not a clerk of its department.
        Refused: it is neither ``returned`` nor ``awaiting_issue``.
    """
    _require_clerk(person, row.unit, row.department)
    if State(row.state) not in (State.RETURNED, State.AWAITING_ISSUE):
        raise Refused(
            f"{row.id} is {row.state}; only a returned draft is corrected.",
            code="not_returned",
            advice="Take it back first, or wait until it is returned.",
        )


def resubmit(
    core: Core,
    intake: IntakePort,
    case: str,
    files: Sequence[Upload],
    *,
    by: str,
    version: int,
    attribute: Attribute | None = None,
) -> Accepted:
    """Hand in the corrected draft of a returned case, or the issued file (正式件) of one that waits for it.

    Args:
        core: the process's parts.
        intake: the way in.
        case: case number.
        files: the corrected files.
        by: a clerk of its department; recorded as a drafter.
        version: the version that came back or was approved; another one means that somebody has handed in files meanwhile.
        attribute: the proposed attribute; ``None`` when the slip says it, or the folder of the first drop did.

    Returns:
        What became of it; ``not_taken`` when a file names another case.

    Raises:
        NotFound: no such case, or nothing this person may see.
        NotAllowed: not a clerk of the department.
        StaleVersion: it was corrected meanwhile.
        Refused: it does not wait for files, or the upload is refused (`pipeline/uploads.py`, ``drop.*``).
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, case)
        person = people.get(connection, by)
        rights.require(person, row, Sight.TEXT)
        check_resubmit(row, person)
        versions.check_current(row, version)
    # Of what was approved the folder of the first drop says nothing any more.
    earlier = row.folder_attribute if State(row.state) is State.RETURNED and not row.issue_of else ""
    words = attribute.chinese if attribute else earlier
    with staged(core, files) as path:
        (answer,) = intake.submit(
            [path], department=row.department, unit=row.unit, attribute=words, submitter=by, case=case
        )
    return answer


def upload(
    core: Core,
    intake: IntakePort,
    department: str,
    files: Sequence[Upload],
    *,
    attribute: Attribute | None,
    by: str,
    unit: str = "",
) -> Accepted:
    """Hand in a new draft, as if it had been dropped into the department's folder.

    Args:
        core: the process's parts.
        intake: the way in.
        department: department it belongs to.
        files: a draft (with its slip), or the files of one submission.
        attribute: the proposed attribute, ``None`` when the slip says it.
        by: a clerk of the department; recorded as the drafter.
        unit: unit code; empty means the one in which ``by`` is its clerk.

    Returns:
        What became of it (see :class:`Accepted`).

    Raises:
        NotAllowed: not a clerk of the department.
        Refused: the upload is refused (`pipeline/uploads.py`, ``drop.*``).
        NotFound: the configuration knows no such department.
    """
    with core.database.read() as connection:
        person = people.get(connection, by)
    units = [unit] if unit else [grant.unit for grant in person.grants if grant.role is Role.CLERK]
    place = next((code for code in units if person.holds(Role.CLERK, code, department)), "")
    _require_clerk(person, place, department)
    words = attribute.chinese if attribute else ""
    with staged(core, files) as path:
        (answer,) = intake.submit([path], department=department, unit=place, attribute=words, submitter=by)
    return answer


def _require_clerk(person: Person, unit: str, department: str) -> None:
    if deputies.entitled(person, (Role.CLERK,), unit, department) is None:
        raise NotAllowed("Only a clerk of the department hands in its drafts.", code="wrong_role")
