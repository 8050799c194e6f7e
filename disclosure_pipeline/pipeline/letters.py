"""Letters that are owed to departments: receipts, return notes, results.

A step owes a letter in its own transaction; the letter is written out afterwards, from the rows as
they are then, so that a crash in between loses nothing and nothing of a suspected secret is ever
kept in a half-sent message. The same letter delivered twice is one letter (`key`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks.contracts import Event
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import returns, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import insert_once
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import letter

log = get_logger(__name__)


def owe(
    connection: Connection,
    case: str,
    version: int,
    kind: str,
    detail: Mapping[str, Any],
    *,
    key: str | None = None,
) -> None:
    """Note that a letter is owed.

    Args:
        connection: the transaction of the step that owes it.
        case: case number; empty when no case was opened.
        version: version it is about.
        kind: kind of letter (`builtin/notifiers/outbox.py`).
        detail: facts that the rows do not tell; never document text.
        key: idempotency key; by default the next one of the case.
    """
    if key is None:
        number = connection.execute(
            select(func.count()).select_from(letter).where(letter.c.document == case)
        ).scalar_one()
        key = f"{case}/{kind}/v{version}/{number + 1}"
    insert_once(
        connection,
        letter,
        {
            "key": key,
            "document": case,
            "version": version,
            "kind": kind,
            "detail": dict(detail),
            "at": utc_now(),
        },
    )


def deliver(core: Core, case: str | None = None) -> int:
    """Write out the letters that are owed.

    Args:
        core: the process's parts.
        case: only those of this case; ``None`` means all.

    Returns:
        How many were delivered. A letter that cannot be written stays owed.
    """
    query = select(letter).where(letter.c.sent_at.is_(None)).order_by(letter.c.at)
    if case is not None:
        query = query.where(letter.c.document == case)
    with core.database.read() as connection:
        owed = connection.execute(query).all()
    delivered = 0
    for row in owed:
        try:
            _send(core, row)
        except Exception as error:  # noqa: BLE001 -- no letter may hold up the ones behind it
            log.warning("letter_waits", case=row.document, letter=row.kind, error=type(error).__name__)
            continue
        with core.database.write() as connection:
            connection.execute(update(letter).where(letter.c.key == row.key).values(sent_at=utc_now()))
        delivered += 1
    return delivered


def _send(core: Core, row: Row[Any]) -> None:
    with core.database.read() as connection:
        content = compose(core, connection, row)
    if content is None:
        return
    event = Event(row.kind, row.document, content.pop("unit"), content.pop("department"))
    faults = core.host.notify(event, content)
    if faults:
        raise DisclosureError(faults[0].message, code=faults[0].code)


def compose(core: Core, connection: Connection, row: Row[Any]) -> dict[str, Any] | None:
    """A letter's content from the rows as they are now; ``None`` if it must not be sent any more."""
    base: dict[str, Any] = {"key": row.key, "kind": row.kind, "at": row.at, "case": row.document}
    if row.kind == "refused":
        place = {"unit": row.detail["unit"], "department": row.detail["department"]}
        reasons = [{"text": row.detail["reason"]}]
        return {**base, **place, **folders(core, **place), "reasons": reasons, "case": row.document or ""}
    case = documents.fetch(connection, row.document)
    place = {"unit": case.unit, "department": case.department}
    base = {**base, **place, **folders(core, **place)}
    suspected = State(case.state) in (State.QUARANTINED, State.DESTROYED)
    if row.kind == "held":
        return base
    if suspected:
        return None
    return {**base, **_CONTENT[row.kind](core, connection, case, row)}


def folders(core: Core, unit: str, department: str) -> dict[str, str]:
    """The department's outbox and the folders in it."""
    settings = core.unit(unit)
    base = core.workspace.outbox / unit if settings.parent else core.workspace.outbox
    outbox = base / department
    for root in settings.drop_roots:
        if root.department == department and root.outbox:
            outbox = Path(root.outbox)
    names = core.settings.intake.folders
    return {
        "folder": str(outbox.absolute()),
        "returned_folder": str((outbox / names.returned).absolute()),
        "published_folder": str((outbox / names.published).absolute()),
    }


def _receipt(_core: Core, connection: Connection, case: Row[Any], row: Row[Any]) -> dict[str, Any]:
    parts = documents.parts_of(connection, case.id, row.version or case.version)
    values: dict[str, Any] = {
        "parts": [{"size": part.size, "sha256": part.sha256, "name": part.name} for part in parts],
        "title": case.title,
    }
    return values | ({"state": row.detail["state"]} if "state" in row.detail else {})


def _duplicate(_core: Core, _connection: Connection, _case: Row[Any], row: Row[Any]) -> dict[str, Any]:
    return {"first_case": row.detail["first"], "joined": row.detail.get("joined", False)}


def _titled(_core: Core, _connection: Connection, case: Row[Any], _row: Row[Any]) -> dict[str, Any]:
    return {"title": case.title}


def _returned(core: Core, connection: Connection, case: Row[Any], row: Row[Any]) -> dict[str, Any]:
    """Why a draft comes back: the tag stage's reasons, or the officer's words and the places meant."""
    told = returns.told(connection, case.id, row.version, row.detail)
    return {
        "reasons": [item.as_json() for item in told.reasons],
        "hidden": told.hidden,
        "title": case.title,
        "by": row.detail.get("tier", ""),
        "files": _originals(core, connection, case, row.version),
    }


def _originals(core: Core, connection: Connection, case: Row[Any], version: int) -> list[tuple[str, str]]:
    """The draft's files, to lie beside the note so that the clerk can correct them."""
    parts = documents.parts_of(connection, case.id, version)
    kept = [part for part in parts if part.role is not PartRole.INTERNAL]
    if case.spool is None or version != case.version:
        paths = {part.position: core.vault.path(part.sha256) for part in kept}
        return [(part.name or f"{part.position}", str(paths[part.position])) for part in kept]
    folder = spool.folder_of(core, case.spool)
    if not folder.is_dir():  # a restored store does not have what lay in the spool
        return []
    manifest = spool.read_manifest(folder)
    return [
        (manifest.files[part.position].name, str(folder / manifest.files[part.position].file))
        for part in kept
    ]


def _result(_core: Core, connection: Connection, case: Row[Any], _row: Row[Any]) -> dict[str, Any]:
    address = connection.execute(
        select(publication.c.address).where(
            publication.c.document == case.id, publication.c.channel == "builtin.site"
        )
    ).scalar()
    return {
        "title": case.title,
        "address": address or "",
        "index_number": case.index_number,
        "outcome": _OUTCOMES.get(State(case.state), ""),
    }


def _withdrawn(_core: Core, _connection: Connection, case: Row[Any], _row: Row[Any]) -> dict[str, Any]:
    return {"index_number": case.index_number}


_OUTCOMES = {
    State.PUBLISHED: "已公开发布",
    State.WITHHELD: "不予公开，已归档并登记",
    State.ON_REQUEST: "依申请公开，已归档并登记",
}

_CONTENT = {
    "receipt": _receipt,
    "duplicate": _duplicate,
    "taken_back": _titled,
    "awaiting_issue": _titled,
    "returned": _returned,
    "result": _result,
    "withdrawn": _withdrawn,
}


def waiting(connection: Connection) -> bool:
    """Whether any letter is owed."""
    return (
        connection.execute(select(letter.c.key).where(letter.c.sent_at.is_(None)).limit(1)).first()
        is not None
    )
