"""Taking back what an officer did last to the findings of a document.

Only the last change of the document can be taken back, and only by whoever made it: what others did meanwhile stays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.pipeline import marking, settling
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.findings_desk import MARK
from disclosure_pipeline.store.tables import audit

_SETTLED = frozenset(item.value for item in Settlement)


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did last.

    Args:
        how: a settlement, or ``mark``.
        findings: ids of the findings.
    """

    how: str
    findings: tuple[str, ...]


def last_change(connection: Connection, document: str, person: str) -> Change | None:
    """What a person did last to a document's findings, if nothing has happened to it since.

    Args:
        connection: a transaction.
        document: case number.
        person: name.
    """
    last = connection.execute(
        select(audit.c.actor, audit.c.action, audit.c.detail)
        .where(audit.c.document == document)
        .order_by(audit.c.seq.desc())
        .limit(1)
    ).first()
    if last is None or (last.actor, last.action) != (person, "clear"):
        return None
    said = json.loads(last.detail)
    if said.get("how") not in _SETTLED | {MARK}:
        return None
    return Change(said["how"], tuple(said["findings"]))


def undo(core: Core, document: str, *, by: str, version: int | None = None) -> tuple[str, ...]:
    """Take back one's last change: what was settled is open again, what was marked is no finding any more.

    Args:
        core: the process's parts.
        document: case number.
        by: the secrecy officer.
        version: the version that they saw; ``None`` when they named none.

    Returns:
        Ids of the findings.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or the one who drafted the document.
        Refused: ``nothing_to_undo``, or not in review.
        StaleVersion: they saw another version.
    """
    with core.database.read() as connection:
        change = last_change(connection, document, by)
    if change is None:
        raise Refused(
            "There is nothing to take back.", code="nothing_to_undo",
            advice="Open the finding again instead, if it is settled wrongly.",
        )  # fmt: skip
    if change.how != MARK:
        settling.reopen(core, document, change.findings, by, version=version)
        return change.findings
    for finding in change.findings:
        marking.unmark(core, document, finding, by=by)
    return change.findings
