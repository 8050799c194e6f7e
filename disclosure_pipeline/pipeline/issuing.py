"""正式件: where a unit publishes only the issued file, what was approved waits for it, and is compared with it.

The issued file is dropped as the next version of its case (`pipeline/intake.py`). ``document.issue_of`` says what it is
compared with. If it says the same (`builtin/issued`), the disclosure office confirms it at the one tier ``issue``, and
how findings were settled is carried over; if it does not, or if anything of it is changed or found before it is
confirmed, it is reviewed in full like any other version, and then goes out directly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.hooks.stages import Carried
from disclosure_pipeline.model.document import Attribute, Slip
from disclosure_pipeline.model.finding import DIFFERS, Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import letters, versions
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.intake import REVIEWED_IN_FULL
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.transitions import SYSTEM, Lease, take_step
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import get_meta

AWAITED = "awaiting_issue"
"""The letter that asks the department for the issued file."""


def await_issue(core: Core, lease: Lease) -> None:
    """Let what was approved wait for its issued file, if its unit publishes nothing else.

    Args:
        core: the process's parts.
        lease: the lease of the worker that carries the document.

    Raises:
        Refused: what was approved is not what is there now.
        Fenced: a person acted on it just now.
    """
    with core.database.write() as connection:
        row = documents.fetch(connection, lease.document, lock=True)
        if not _waits(core, connection, row):
            return
        versions.check_signed(connection, row)
        letters.owe(connection, row.id, row.version, AWAITED, {})
        changes = {"work_at": None, "attempts": 0, "takeovers": 0}
        take_step(core, connection, row.id, "await_issue", lease=lease, changes=changes)


def _waits(core: Core, connection: Connection, row: Row[Any]) -> bool:
    due = State(row.state) is State.APPROVED and row.work_at is not None and not get_meta(connection, HELD)
    public = row.final == Attribute.PROACTIVE.value
    return due and public and row.issue_of is None and core.unit(row.unit).issued_only


# --------------------------------------------------------------------------- what it says of itself


def contradicts(said: Slip, folder_attribute: str) -> bool:
    """Whether what came with an issued file asks for something else than the publication that was approved.

    Args:
        said: the slip that came with it.
        folder_attribute: attribute named by the folder in which it lay, or empty.
    """
    words = (said.attribute, folder_attribute)
    narrower = any(Attribute.parse(word) is not Attribute.PROACTIVE for word in words if word)
    return narrower or bool(said.ground or said.reason)


def slip_of(decided: Slip, said: Slip) -> Slip:
    """The slip of an issued file: what was decided, with the number and the date that the file itself bears.

    Args:
        decided: the approved version's.
        said: what was read in the issued file.
    """
    return replace(
        decided, document_number=said.document_number or decided.document_number,
        date=said.date or decided.date, main=said.main,
    )  # fmt: skip


# ------------------------------------------------------------------------- after the comparison


def carry_over(connection: Connection, row: Row[Any], carried: Carried) -> dict[str, Any]:
    """Settle the findings of an issued file as those of the approved version were.

    Args:
        connection: a writing transaction that holds the document's row.
        row: the document's row.
        carried: what the comparison says.

    Returns:
        What the audit log says of it.

    Raises:
        Refused: the approved version does not hold what was compared.
    """
    known = {item.id: item for item in documents.findings_of(connection, row.id, carried.version)}
    documents.add_findings(connection, row.id, row.version, (item for item, _ in carried.marked))
    pairs = (*carried.settled, *((item.id, source) for item, source in carried.marked))
    for own, source in pairs:
        like = known.get(source)
        if like is None or like.settled is None or like.by is None:
            raise Refused("The approved version has changed.", code="content_changed")
        documents.settle(
            connection, row.id, row.version, own, how=like.settled, by=like.by, reason=like.reason or "",
            treatment=like.treatment,
        )  # fmt: skip
    return {"compared": carried.version, "same": True, "carried": len(pairs)}


def told_of(row: Row[Any], findings: Iterable[Finding]) -> dict[str, Any]:
    """What the audit log says of an issued file that is reviewed in full.

    Args:
        row: the document's row, before that.
        findings: those that tell the differences.
    """
    if not row.issue_of:
        return {}
    differs = sorted({item.rule.rpartition(".")[2] for item in findings if item.kind == DIFFERS})
    return {"compared": row.issue_of, "same": False, "differs": differs}


def review_in_full(
    core: Core, connection: Connection, document: str, *, actor: str = SYSTEM, why: str
) -> None:
    """Send an issued file that was only to be confirmed through the whole chain.

    Args:
        core: the process's parts.
        connection: a writing transaction that holds the document's row.
        document: case number; it is in review, as a new version that has no public copy yet.
        actor: who caused it.
        why: code of the reason (``settlement``, ``rescreen``).
    """
    row = documents.fetch(connection, document)
    versions.void_open_tiers(connection, row)
    changes = {"issue_of": REVIEWED_IN_FULL, "work_at": utc_now(), "attempts": 0, "takeovers": 0}
    detail = {"why": why, "compared": row.issue_of}
    take_step(
        core, connection, document, "review_in_full", actor=actor, changes=changes, work=INTAKE, detail=detail
    )
