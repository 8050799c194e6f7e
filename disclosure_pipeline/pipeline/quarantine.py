"""Suspected state secrets: isolate, release by two, or destroy (design 7; 保守国家秘密法; A2.13).

Nothing of the text is kept anywhere but in the quarantine folder. The secrecy officer (保密审查员)
judges the original offline. A release takes two different officers and is bound to the bytes, the
rules and the places: the same bytes under other rules are quarantined again. A confirmation
destroys the bytes and leaves a destruction record and an incident note.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from disclosure_pipeline.errors import Fenced, NotAllowed, Refused
from disclosure_pipeline.hooks.record import mark_key
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import clocks, incidents, letters, publication, spool
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.tables import artefact, decision, exemption, meta, part, quarantine, referral
from disclosure_pipeline.store.tables import document as document_table
from disclosure_pipeline.store.vault import sync_folder

RECORDS = "records"
"""Folder of the destruction records, in the quarantine folder."""

Also = Callable[[Connection], None]
"""What else belongs into the transaction of an isolation."""

FORGET = "forget"
"""Fact in `meta`: text was purged, and the store's files may still hold remains of it."""


def isolate(
    core: Core,
    document: str,
    findings: Sequence[Finding],
    rules_version: str,
    *,
    lease: Lease | None = None,
    also: Also | None = None,
) -> None:
    """Quarantine a whole submission.

    Args:
        core: the process's parts.
        document: case number.
        findings: the markings; only rule, place and offsets of them are kept.
        rules_version: the rules that found them.
        lease: the worker's lease.
        also: written in the same transaction.
    """
    version, name, marks = _set_apart(core, document, findings, lease)
    with core.database.write() as connection:
        documents.fetch(connection, document, lock=True)
        purge(connection, document, version, rules_version, marks)
        if also is not None:
            also(connection)
        take_step(
            core, connection, document, "quarantine", lease=lease,
            changes={"spool": name, "work_at": None, "attempts": 0, "frozen_digest": None},
            detail={"marks": len(marks), "rules": sorted({item.rule for item in findings})},
        )  # fmt: skip
    forget(core)
    tidy(core, document)


def recall(
    core: Core,
    document: str,
    findings: Sequence[Finding],
    rules_version: str,
    *,
    lease: Lease,
    also: Also,
) -> None:
    """Withdraw what is out or archived from every channel, and take its text away at once.

    Newer rules found a marking in it. Quarantine follows when every channel has answered
    (`publication.finish`); the files lie in the quarantine folder from now on.

    Args:
        core: the process's parts.
        document: case number.
        findings: the markings; only rule, place and offsets of them are kept.
        rules_version: the rules that found them.
        lease: the worker's lease.
        also: written in the same transaction.
    """
    rules = sorted({item.rule for item in findings})
    version, name, marks = _set_apart(core, document, findings, lease)
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        purge(connection, document, version, rules_version, marks)
        incidents.open_one(
            connection, row, incidents.MARKING, rules=rules, findings=len(marks), rules_version=rules_version
        )
        changes = {"spool": name, "work_at": None, "attempts": 0, "frozen_digest": None}
        if State(row.state) is not State.WITHDRAWING:
            changes["generation"] = publication.call_back(core, connection, row)
        also(connection)
        detail = {"marks": len(marks), "rules": rules}
        take_step(core, connection, document, "recall", lease=lease, changes=changes, detail=detail)
        publication.finish(core, connection, document)
    incidents.write_note(core, document, rules)
    forget(core)
    tidy(core, document)


def _set_apart(
    core: Core, document: str, findings: Sequence[Finding], lease: Lease | None
) -> tuple[int, str, list[dict[str, Any]]]:
    """Move the files into quarantine, before the rows say so; repeatable.

    Returns:
        The version, the name of the folder, and what is kept of the markings.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        if lease is not None and (row.lease_owner, row.fence) != (lease.owner, lease.fence):
            # Who took over reads the files where they lie now.
            raise Fenced(f"{document} was taken over by another worker.")
        parts = documents.parts_of(connection, document, row.version)
        frozen = only_its_own(connection, document, artefact)
    name = row.spool or f"case-{document}"
    if row.spool is not None:
        spool.isolate(core, name)
    else:
        spool.isolate_checked(core, name, parts)
    spool.label(core, name, document)
    spool.empty_vault(core, name, (), sorted(frozen))
    digests = {item.position: item.sha256 for item in parts}
    marks = [
        {
            "rule": item.rule, "part": item.part, "segment": item.segment, "start": item.start, "end": item.end,
            "more": [list(item) for item in item.more], "kind": item.place.kind, "page": item.place.page, "key": mark_key(digests.get(item.part, ""), item),
        }
        for item in findings
    ]  # fmt: skip
    return row.version, name, marks


def purge(
    connection: Connection, document: str, version: int, rules_version: str, marks: list[dict[str, Any]]
) -> None:
    """Remove every character of a document's text, and open the officers' case.

    Args:
        connection: a writing transaction that holds the document's row.
        document: case number.
        version: its version.
        rules_version: the rules that found the markings.
        marks: what is kept of the markings.
    """
    documents.purge_text(connection, document)
    documents.resolve_faults(connection, document)
    connection.execute(delete(quarantine).where(quarantine.c.document == document))
    connection.execute(
        insert(quarantine).values(document=document, at=utc_now(), rules_version=rules_version, marks=marks)
    )
    letters.owe(connection, document, version, "held", {})
    set_meta(connection, FORGET, utc_now())


def forget(core: Core) -> bool:
    """Remove the remains of purged text from the store's files, as long as that is still owed.

    Returns:
        Whether it was owed and has now been done; a reader of the store can delay it.
    """
    with core.database.read() as connection:
        owed = get_meta(connection, FORGET)
    if owed is None or not core.database.forget():
        return False
    with core.database.write() as connection:
        connection.execute(delete(meta).where(meta.c.key == FORGET, meta.c.value == owed))
    return True


def tidy(core: Core, document: str, more: Iterable[str] = ()) -> int:
    """Take the files of a quarantined document out of the vault, also after a crash in between.

    Args:
        core: the process's parts.
        document: case number.
        more: hashes that a worker put there for it and no row names.

    Returns:
        How many files left the vault.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        ended = row.state in (State.QUARANTINED.value, State.DESTROYED.value)
        if not ended and not documents.is_held(connection, document):
            return 0
        needless = set(more) - _named(connection, set(more))
        own = only_its_own(connection, document, part)
        scans = only_its_own(connection, document, decision, decision.c.scan)
        scans |= only_its_own(connection, document, referral, referral.c.scan)
        present = {item.sha256 for item in documents.parts_of(connection, document, row.version)}
    if row.state == State.DESTROYED.value:
        return spool.empty_vault(core, None, (), sorted(own | scans | needless))
    return spool.empty_vault(core, row.spool, sorted(own - present | scans), sorted(own & present | needless))


def listing(core: Core) -> list[dict[str, Any]]:
    """The quarantined cases: ids, hashes, sizes, rules and offsets; no names, no text."""
    with core.database.read() as connection:
        rows = connection.execute(
            select(quarantine, document_table.c.state, document_table.c.department, document_table.c.spool)
            .join(document_table, document_table.c.id == quarantine.c.document)
            .where(document_table.c.state == State.QUARANTINED.value)
            .order_by(quarantine.c.document)
        ).all()
        return [
            {
                "id": row.document, "department": row.department, "at": row.at, "rules_version": row.rules_version,
                "folder": str(core.workspace.quarantine / row.spool), "marks": row.marks,
                "released_by": row.released_by,
                "parts": [
                    {"position": item.position, "sha256": item.sha256, "size": item.size}
                    for item in documents.parts_of(connection, row.document, _version(connection, row.document))
                ],
            }
            for row in rows
        ]  # fmt: skip


def release(core: Core, document: str, by: str, reason: str) -> State:
    """One officer says that this is no secret; the second one's word releases it.

    Returns:
        The state after the word: still ``quarantined``, or ``received``.

    Raises:
        Refused: not in quarantine, or the same officer twice.
        NotAllowed: not a secrecy officer of the unit.
    """
    with core.database.write() as connection:
        row, case = _open_case(connection, document, by)
        if case.released_by is None:
            connection.execute(
                update(quarantine)
                .where(quarantine.c.document == document)
                .values(released_by=by, released_at=utc_now())
            )
            detail = {"reason": digest_of(reason)}
            take_step(core, connection, document, "release_first", actor=by, detail=detail)
            return State.QUARANTINED
        if case.released_by == by:
            raise Refused(
                "A release needs two different secrecy officers.",
                code="same_person",
                advice="A second secrecy officer must look at the original and call the command.",
            )
    spool.bring_back(core, row.spool)
    with core.database.write() as connection:
        row, case = _open_case(connection, document, by)
        if _record_of(core, document).exists():
            raise Refused(f"The suspicion about {document} has been confirmed; it is being destroyed.")
        for mark in case.marks:
            connection.execute(
                delete(exemption).where(exemption.c.document == document, exemption.c.mark == mark["key"])
            )
            connection.execute(
                insert(exemption).values(
                    document=document, mark=mark["key"], rules_version=case.rules_version
                )
            )
        connection.execute(
            update(quarantine).where(quarantine.c.document == document).values(ended="released")
        )
        incidents.close(connection, document, incidents.RELEASE, by)
        take_step(
            core, connection, document, "release", actor=by, work=INTAKE,
            # After a recall a channel takes the document only under a newer generation than the withdrawal's.
            changes={"work_at": utc_now(), "generation": row.generation + bool(row.generation)},
            detail={"reason": digest_of(reason), "marks": len(case.marks), "first": case.released_by},
        )  # fmt: skip
    return State.RECEIVED


def confirm(core: Core, document: str, by: str, reason: str) -> dict[str, Any]:
    """Confirm the suspicion: destroy the bytes, leave a record and an incident note.

    Returns:
        The incident note: what was destroyed and where copies may still lie.

    Raises:
        Refused: not in quarantine.
        NotAllowed: not a secrecy officer of the unit.
    """
    with core.database.write() as connection:
        row, case = _open_case(connection, document, by)
        parts = documents.parts_of(connection, document, row.version)
    path = _record_of(core, document)
    if not path.exists():
        note = {
            "case": document,
            "department": row.department,
            "confirmed_by": by,
            "at": utc_now(),
            "files": spool.count(core, row.spool),
            "sha256": [item.sha256 for item in parts],
            "rules": sorted({mark["rule"] for mark in case.marks}),
            "reason_sha256": digest_of(reason),
            "copies_may_lie_in": list(_PLACES),
        }
        path.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(note, ensure_ascii=False, indent=2), "utf-8")
        unfinished.replace(path)
        sync_folder(path.parent)
    return _destroy(core, document)


def finish_destructions(core: Core) -> int:
    """Destroy what a record says was confirmed while its row still says quarantined; returns how many cases.

    The record is written before the first byte goes, so that a crash in between leaves no doubt.
    """
    with core.database.read() as connection:
        waiting = connection.execute(
            select(document_table.c.id).where(document_table.c.state == State.QUARANTINED.value)
        ).scalars()
        confirmed = [case for case in waiting if _record_of(core, case).is_file()]
    for case in confirmed:
        _destroy(core, case)
    return len(confirmed)


def _destroy(core: Core, document: str) -> dict[str, Any]:
    record = _record_of(core, document)
    note: dict[str, Any] = json.loads(record.read_text("utf-8"))
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
    # From here on no release comes through (it looks for the record); one that was first wins.
    if row.state == State.DESTROYED.value:
        return note
    if row.state != State.QUARANTINED.value:
        record.unlink()
        raise Refused(f"{document} was released meanwhile; it is {row.state}.")
    spool.destroy(core, row.spool)
    with core.database.write() as connection:
        if documents.fetch(connection, document, lock=True).state == State.DESTROYED.value:
            return note
        connection.execute(
            update(quarantine).where(quarantine.c.document == document).values(ended="destroyed")
        )
        clocks.stop(connection, document)
        incidents.close(connection, document, incidents.DESTROYED, note["confirmed_by"])
        take_step(
            core, connection, document, "destroy", actor=note["confirmed_by"], changes={"spool": None},
            detail={"reason": note["reason_sha256"], "files": note["files"]},
        )  # fmt: skip
    return note


def _record_of(core: Core, document: str) -> Path:
    return core.workspace.quarantine / RECORDS / f"{document}.json"


_PLACES = (
    "共享文件夹的回收站 (recycle bin of the share)",
    "共享服务器的卷影副本或快照 (shadow copies, snapshots)",
    "投递人电脑上的原稿与临时文件 (the sender's computer)",
    "共享服务器的备份 (backups of the share)",
    "本系统此前的备份 (earlier backups of this system)",
    "本机文件系统日志或闪存的残留块 (journal or flash remains)",
    "PostgreSQL 数据文件的空闲页和预写日志 (free pages and write-ahead log of PostgreSQL)",
)


def _open_case(connection: Connection, document: str, by: str) -> tuple[Any, Any]:
    row = documents.fetch(connection, document, lock=True)
    if row.state != State.QUARANTINED.value:
        raise Refused(f"{document} is not in quarantine; it is {row.state}.")
    if not people.get(connection, by).holds(Role.SECRECY, row.unit):
        raise NotAllowed("Only a secrecy officer (保密审查员) of the unit may do this.")
    case = connection.execute(select(quarantine).where(quarantine.c.document == document)).one()
    return row, case


def _version(connection: Connection, document: str) -> int:
    return int(documents.fetch(connection, document).version)


def only_its_own(connection: Connection, document: str, table: Table, column: Any = None) -> set[str]:
    """Hashes in the vault that the rows of this table name for this document, and no row for another."""
    wanted = table.c.sha256 if column is None else column
    mine = connection.execute(select(wanted).where(table.c.document == document, wanted.is_not(None)))
    own = set(mine.scalars())
    return own - _named(connection, own, but=document)


def _named(connection: Connection, hashes: set[str], but: str = "") -> set[str]:
    """Those of these hashes that rows name; rows of the document ``but`` do not count."""
    found: set[str] = set()
    for column in (part.c.sha256, artefact.c.sha256, decision.c.scan, referral.c.scan):
        rows = select(column).where(column.in_(hashes), column.table.c.document != but)
        found |= set(connection.execute(rows).scalars())
    return found
