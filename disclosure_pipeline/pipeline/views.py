"""What commands and pages show of documents (`disclosure show / list / history / findings`)."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import clocks, records
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.tables import document
from disclosure_pipeline.store.views import write_view


def show(core: Core, case: str) -> dict[str, Any]:
    """One document as `disclosure show --json` prints it.

    Raises:
        NotFound: no such case.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, case)
        frozen = documents.artefacts_of(connection, case, row.version)
        return {
            **_head(row),
            "ground": row.ground or None,
            "parts": [part.as_json() for part in documents.parts_of(connection, case, row.version)],
            "findings": findings(connection, case, row.version),
            "tiers": records.tiers(connection, row),
            "public": _public(frozen) if row.frozen_digest else None,
            "publications": [
                {
                    "channel": item.channel, "state": item.state, "address": item.address, "attempt": item.attempt,
                    "receipt": item.receipt,
                }
                for item in publications_of(connection, case)
            ],
            "index_number": row.index_number,
            "clocks": clocks.clocks_of(core, connection, case),
            "faults": [dict(item.as_json()) for item in documents.open_faults(connection, case)],
            "taken_back": row.taken_back,
            "duplicate_of": row.duplicate_of,
            "referral_needed": row.referral_needed or None,
        }  # fmt: skip


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row.id, "title": row.title, "department": row.department, "state": row.state, "version": row.version,
        "attribute": records.attributes(row),
    }  # fmt: skip


def _public(frozen: list[Any]) -> list[dict[str, Any]]:
    return [
        {"name": item.name, "media_type": item.media_type, "sha256": item.sha256, "size": item.size}
        for item in frozen
    ]


def findings(connection: Connection, case: str, version: int) -> list[dict[str, Any]]:
    """The findings of a version as `show` and `findings` print them."""
    return [
        {
            "id": item.id, **item.finding.as_json(), "part": item.finding.part,
            "settled": item.settled.value if item.settled else None, "by": item.by, "reason": item.reason,
            "treatment": item.treatment.value if item.treatment else None,
        }
        for item in documents.findings_of(connection, case, version)
    ]  # fmt: skip


def listing(
    core: Core, *, state: str | None = None, department: str | None = None, overdue: bool = False
) -> list[dict[str, Any]]:
    """Documents as `disclosure list --json` prints them: the first seven keys of `show`.

    Args:
        core: the process's parts.
        state: only this state.
        department: only this department.
        overdue: only documents whose clock has run out.
    """
    query = select(document).order_by(document.c.id)
    if state is not None:
        query = query.where(document.c.state == State(state).value)
    if department is not None:
        query = query.where(document.c.department == department)
    with core.database.read() as connection:
        rows = connection.execute(query).all()
        late = clocks.overdue(connection) if overdue else set()
    return [{**_head(row), "ground": row.ground or None} for row in rows if not overdue or row.id in late]


def history(core: Core, case: str) -> list[dict[str, Any]]:
    """What happened to a document, from the audit log."""
    with core.database.read() as connection:
        documents.fetch(connection, case)
        return [{**row, "detail": json.loads(row["detail"])} for row in audit.rows(connection, case)]


def note_view(core: Core, actor: str, case: str, what: str) -> None:
    """Write into the access log that somebody looked at a document (design 8)."""
    with core.database.write() as connection:
        write_view(connection, actor, case, what)
