"""Taking back what is out: withdrawal by one person with the right, repeal, and what a correction replaces (撤回 废止 更正).

A leak must not wait: whoever may withdraw does it alone, and it is reviewed afterwards. Page and 索引号 stay; what
stands there then is a notice.
"""

from __future__ import annotations

from disclosure_pipeline.errors import NotAllowed, Refused
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Validity
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, incidents, publication, relations
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import call_back, reissue
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of


def withdraw(core: Core, document: str, by: str, reason: str) -> State:
    """Recall a document from every channel (撤回; 保守国家秘密法 第三十四条; A2.14).

    One person with the right suffices: a leak must not wait. Receipts are kept; the page keeps its
    address and index number with a notice.

    Args:
        core: the process's parts.
        document: case number.
        by: a person with role ``secrecy``, ``office`` or ``admin``.
        reason: why; only its digest enters the log, and it is not published.

    Returns:
        ``withdrawing``, or ``withdrawn`` when no channel had it.

    Raises:
        NotAllowed: the person may not withdraw.
        Refused: nothing is out or on its way out.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        person = people.get(connection, by)
        principal = deputies.entitled(person, (Role.SECRECY, Role.OFFICE, Role.ADMIN), row.unit)
        if principal is None:
            raise NotAllowed("Only secrecy, office or admin may withdraw.", code="wrong_role")
        generation = call_back(core, connection, row)
        incidents.close(connection, document, incidents.WITHDRAWN, by)
        detail = {"reason": digest_of(reason), "generation": generation, **deputies.told(principal)}
        changes = {"generation": generation, "work_at": None}
        take_step(core, connection, document, "withdraw", actor=by, changes=changes, detail=detail)
        publication.finish(core, connection, document)
        return State(documents.fetch(connection, document).state)


def repeal(core: Core, document: str, *, by: str, reason: str) -> None:
    """Say that a published document is no longer in force (废止): its page stays and says so.

    Args:
        core: the process's parts.
        document: case number.
        by: a person with role ``office`` or ``admin``.
        reason: why; only its digest enters the log.

    Raises:
        NotFound: no such case in a unit of this person.
        NotAllowed: the person may not.
        Refused: no reason, or the document is not published and in force.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        principal = relations.allowed(connection, by, row)
        if row.validity != Validity.VALID.value:
            raise Refused(f"{document} is not in force any more.", code="already_repealed")
        changes = {"generation": reissue(core, connection, row), "validity": Validity.REPEALED.value}
        detail = {
            "validity": Validity.REPEALED.value,
            "reason": digest_of(reason),
            **deputies.told(principal),
        }
        take_step(core, connection, document, "amend", actor=by, changes=changes, detail=detail)
