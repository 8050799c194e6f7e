"""Incidents: what newer rules found in documents that are out, until a secrecy officer has judged it.

An incident is a row without text: document, rules, counts. It is told by `/readyz`, the metrics, `disclosure doctor` and
`disclosure rescreen --status`; a published document bears a fault besides. It ends when the document is withdrawn
or, after a marking, judged in quarantine, or when the officer says why it may stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from structlog import get_logger

from disclosure_pipeline.durable import sync_folder
from disclosure_pipeline.errors import DisclosureError, NotAllowed, NotFound, Refused
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.settings.workspace import PRIVATE
from disclosure_pipeline.store import audit, documents, people, rule_changes
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.rule_tables import incident
from disclosure_pipeline.store.tables import document as document_table

log = get_logger(__name__)

NOTES = "incidents"
"""Folder of the incident notes, in the quarantine folder."""

FINDING, UNDETERMINED, RELEASED, MARKING = "finding", "undetermined", "released", "marking"
"""Kinds: newer rules find more; they cannot look; a released marking whose release has lapsed; a marking."""

KEPT, WITHDRAWN, RELEASE, DESTROYED = "kept", "withdrawn", "released", "destroyed"
"""How incidents end."""

STAGE = "rescreen"
"""Stage under which an incident stands among the document's faults."""

FAILED = "rescreen.failed"
"""Stage of the fault of a document that could not be screened again."""

OUT = frozenset({State.PUBLISHING, State.PUBLISHED})
"""States of what the public sees, or is about to."""

_FLAG = Fault(
    "rescreen.incident",
    STAGE,
    "Newer rules find something in this document, which is out.",
    "Look with `disclosure findings`; then `disclosure withdraw`, or `disclosure rescreen --keep ID` with the reason.",
)

_PLACES = (
    "档案目录（archive）的备份和异地副本",
    "已从网站下载的副本、搜索引擎快照和转载网站",
    "网站服务器、镜像和内容分发网络的缓存",
    "共享文件夹的回收站、卷影副本和备份",
    "投递人电脑上的原稿与临时文件",
    "本系统此前的备份",
)


def open_one(
    connection: Connection,
    row: Row[Any],
    kind: str,
    *,
    rules: Iterable[str],
    findings: int,
    rules_version: str,
) -> None:
    """Open an incident.

    Args:
        connection: a writing transaction that holds the document's row.
        row: the document's row.
        kind: one of the kinds above.
        rules: ids of the rules.
        findings: how many places.
        rules_version: the rules in force.
    """
    named = sorted(set(rules))
    connection.execute(
        insert(incident).values(
            document=row.id, version=row.version, kind=kind, rules=named, findings=findings,
            rules_version=rules_version, at=utc_now(),
        )
    )  # fmt: skip
    if kind != MARKING:
        documents.resolve_faults(connection, row.id, STAGE)
        documents.add_faults(connection, row.id, (_FLAG,))
    log.warning("incident", case=row.id, kind=kind, rules=named, findings=findings)


def not_screened(connection: Connection, case: str, error: DisclosureError, rules_version: str) -> None:
    """Say at a document that it could not be screened again; if it is out, that is an incident.

    Args:
        connection: a writing transaction.
        case: case number.
        error: why not.
        rules_version: the rules in force.
    """
    row = documents.fetch(connection, case, lock=True)
    documents.resolve_faults(connection, case, FAILED)
    documents.add_faults(connection, case, (Fault(error.code, FAILED, error.message, error.advice),))
    if State(row.state) in OUT and not _kinds(connection, case):
        open_one(connection, row, UNDETERMINED, rules=(), findings=0, rules_version=rules_version)


def check_may_go_out(core: Core, connection: Connection, row: Row[Any]) -> None:
    """Refuse to give out what newer rules have not looked at, or found something in that nobody has judged.

    Args:
        core: the process's parts.
        connection: a transaction.
        row: the document's row.

    Raises:
        Refused: it stays where it is.
    """
    current = row.rules_version == core.rulebook.version and rule_changes.mark(connection) == core.rules_mark
    if State(row.state) is State.PUBLISHING and not current:
        raise Refused(
            "Newer rules are in force than those this document was screened by.", code="rules.older",
            advice="Run `disclosure rescreen`; the channel is tried again by itself.",
        )  # fmt: skip
    if _kinds(connection, row.id):
        raise Refused(
            "Newer rules found something in this document, and nobody has judged it yet.",
            code="incident.open", advice=_FLAG.advice,
        )  # fmt: skip


def _kinds(connection: Connection, case: str) -> set[str]:
    """Kinds of the open incidents of a document."""
    query = select(incident.c.kind).where(incident.c.document == case, incident.c.outcome.is_(None))
    return set(connection.execute(query).scalars())


def close(connection: Connection, case: str, outcome: str, by: str, reason: str = "") -> int:
    """Close the open incidents of a document; returns how many."""
    done = connection.execute(
        update(incident)
        .where(incident.c.document == case, incident.c.outcome.is_(None))
        .values(outcome=outcome, closed_by=by, closed_at=utc_now(), reason=reason or None)
    )
    if done.rowcount:
        documents.resolve_faults(connection, case, STAGE)
    return int(done.rowcount)


def keep(core: Core, case: str, *, by: str, reason: str) -> int:
    """Say why a document may stay out in spite of what newer rules found.

    Returns:
        How many incidents were closed.

    Raises:
        NotAllowed: not a secrecy officer of the unit.
        NotFound: there is no open incident that could be closed so.
        Refused: no reason.
    """
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")
    with core.database.write() as connection:
        row = documents.fetch(connection, case, lock=True)
        principal = deputies.entitled(people.get(connection, by), (Role.SECRECY,), row.unit)
        if principal is None:
            raise NotAllowed(
                "Only a secrecy officer (保密审查员) of the unit may do this.", code="wrong_role"
            )
        kinds = _kinds(connection, case)
        if not kinds:
            raise NotFound(f"{case} has no open incident.", advice="See `disclosure rescreen --status`.")
        if MARKING in kinds:
            raise Refused(
                f"{case} bears a marking; it is judged in quarantine.", code="incident.marking",
                advice="`disclosure quarantine release` by two officers, or `disclosure quarantine confirm`.",
            )  # fmt: skip
        number = close(connection, case, KEPT, by, reason)
        record = audit.Record(
            action="incident.kept", actor=by, document=case, unit=row.unit, version=row.version,
            before=row.state, after=row.state,
            detail={"incidents": number, "reason": digest_of(reason), **deputies.told(principal)},
        )  # fmt: skip
        audit.append(connection, record)
    return number


def open_ones(connection: Connection) -> list[dict[str, Any]]:
    """The open incidents, oldest first."""
    rows = connection.execute(
        select(incident, document_table.c.state, document_table.c.department)
        .join(document_table, document_table.c.id == incident.c.document)
        .where(incident.c.outcome.is_(None))
        .order_by(incident.c.seq)
    )
    return [
        {
            "document": row.document, "version": row.version, "department": row.department, "state": row.state,
            "kind": row.kind, "rules": row.rules, "findings": row.findings, "rules_version": row.rules_version,
            "at": row.at,
        }
        for row in rows
    ]  # fmt: skip


def count_open(connection: Connection) -> int:
    """How many incidents are open."""
    query = select(func.count()).select_from(incident).where(incident.c.outcome.is_(None))
    return int(connection.execute(query).scalar_one())


def write_note(core: Core, case: str, rules: Sequence[str]) -> Path:
    """Write the incident note of a marking in a document that was out; repeatable, without a name or text."""
    with core.database.read() as connection:
        row = documents.fetch(connection, case)
        rows = connection.execute(
            select(publication).where(publication.c.document == case).order_by(publication.c.channel)
        ).all()
    note = {
        "case": case, "department": row.department, "version": row.version, "at": utc_now(),
        "rules": sorted(set(rules)), "rules_version": core.rulebook.version, "index_number": row.index_number,
        "published_at": row.published_at, "channels": [[item.channel, item.address] for item in rows],
        "copies_may_lie_in": list(_PLACES),
    }  # fmt: skip
    path = _note_of(core, case)
    path.parent.mkdir(mode=PRIVATE, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(note, ensure_ascii=False, indent=2), "utf-8")
    unfinished.replace(path)
    sync_folder(path.parent)
    return path


def finish_notes(core: Core) -> int:
    """Write the notes that a killed process owed; returns how many."""
    with core.database.read() as connection:
        marked = connection.execute(
            select(incident.c.document, incident.c.rules).where(
                incident.c.kind == MARKING, incident.c.outcome.is_(None)
            )
        ).all()
    owed = [row for row in marked if not _note_of(core, row.document).is_file()]
    for row in owed:
        write_note(core, row.document, row.rules)
    return len(owed)


def _note_of(core: Core, case: str) -> Path:
    return core.workspace.quarantine / NOTES / f"{case}.json"
