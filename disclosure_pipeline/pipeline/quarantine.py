"""Suspected state secrets before the officers: released by two, or destroyed (design 7; 保守国家秘密法; A2.13).

The secrecy officer (保密审查员) judges the original offline. A release takes two different officers and is
bound to the bytes, the rules and the places: the same bytes under other rules are quarantined again. A
confirmation destroys the bytes and leaves a destruction record and an incident note.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from disclosure_pipeline.durable import sync_folder
from disclosure_pipeline.errors import NotAllowed, NotFound, Refused
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import clocks, deputies, incidents, spool
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.publication_rows import is_leaving
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import document as document_table
from disclosure_pipeline.store.tables import exemption, quarantine

SHOWN = 50
"""Cases of one page."""

RECORDS = "records"
"""Folder of the destruction records, in the quarantine folder."""


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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A quarantined case as a page may show it: number, rules, dates, and who has judged it.

    Args:
        document: case number. at: when it was isolated, UTC. rules: ids of the rules that found the marks.
        released_by: who has asked for its release, or empty. released_at: when, UTC, or empty.
    """

    document: str
    at: str
    rules: tuple[str, ...]
    released_by: str
    released_at: str


@dataclass(frozen=True, slots=True)
class SealedPage:
    """Some of the quarantined cases.

    Args:
        cases: the cases, by number, so that the oldest come first.
        after: what to give as ``after`` for the next page; empty when this is the last one.
    """

    cases: tuple[Sealed, ...]
    after: str


def sealed(core: Core, person: Person, *, after: str = "", limit: int = SHOWN) -> SealedPage:
    """Quarantined cases of the units in which a person is a secrecy officer.

    Args:
        core: the process's parts.
        person: who looks; to everybody else none is shown.
        after: the last case number of the page before, or empty.
        limit: most cases.
    """
    query = _sealed_to(person).where(document_table.c.id > after).order_by(document_table.c.id)
    with core.database.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).all()
    cases = tuple(_as_sealed(row) for row in rows[:limit])
    return SealedPage(cases, cases[-1].document if len(rows) > limit else "")


def one_sealed(core: Core, person: Person, document: str) -> Sealed:
    """One of the cases of :func:`sealed`.

    Raises:
        NotFound: it is none of them.
    """
    with core.database.read() as connection:
        row = connection.execute(_sealed_to(person).where(document_table.c.id == document)).first()
    if row is None:
        raise NotFound(f"There is no quarantined case {document}.")
    return _as_sealed(row)


def _sealed_to(person: Person) -> Select[Any]:
    units = {grant.unit for grant in person.grants if grant.role is Role.SECRECY}
    return (
        select(quarantine)
        .join(document_table, document_table.c.id == quarantine.c.document)
        .where(document_table.c.state == State.QUARANTINED.value, document_table.c.unit.in_(units))
    )


def _as_sealed(row: Row[Any]) -> Sealed:
    rules = tuple(sorted({mark["rule"] for mark in row.marks}))
    return Sealed(row.document, row.at, rules, row.released_by or "", row.released_at or "")


def release(core: Core, document: str, by: str, reason: str) -> State:
    """One officer says that this is no secret; the second one's word releases it.

    Returns:
        The state after the word: still ``quarantined``, or ``received``.

    Raises:
        Refused: no reason, or not in quarantine.
        NotAllowed: not a secrecy officer of the unit, or the same one twice (a deputy counts as the
            principal too).
    """
    _check_reason(reason)
    with core.database.write() as connection:
        row, case, principals = _open_case(connection, document, by)
        if case.released_by is None:
            connection.execute(
                update(quarantine)
                .where(quarantine.c.document == document)
                .values(released_by=by, released_at=utc_now())
            )
            detail = {"reason": digest_of(reason), **deputies.told(principals[0])}
            take_step(core, connection, document, "release_first", actor=by, detail=detail)
            return State.QUARANTINED
        _second(connection, case, by, principals)
    spool.bring_back(core, row.spool)
    with core.database.write() as connection:
        row, case, principals = _open_case(connection, document, by)
        principal = _second(connection, case, by, principals)
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
            detail={
                "reason": digest_of(reason), "marks": len(case.marks), "first": case.released_by,
                **deputies.told(principal),
            },
        )  # fmt: skip
    return State.RECEIVED


def _second(connection: Connection, case: Row[Any], by: str, principals: Sequence[str]) -> str:
    """The principal as whose deputy somebody speaks the second word, or empty.

    Raises:
        NotAllowed: the same officer, or a deputy and the principal.
    """
    told = deputies.principals_of(connection, "release_first", document=case.document)
    first = deputies.counted(case.released_by, next(told, ""))

    def check(principal: str) -> None:
        if first & deputies.counted(by, principal):
            raise NotAllowed(
                "A release needs two different secrecy officers.",
                code="same_person",
                advice="A second secrecy officer must look at the original and call the command.",
            )

    return deputies.first_allowed(principals, check)


def destruction(document: str, *, english: bool = False) -> str:
    """What has to be typed on a page to confirm a suspicion, in one of two languages; either will do."""
    return f"destroy {document}" if english else f"销毁 {document}"


def confirm(core: Core, document: str, by: str, reason: str, *, typed: str | None = None) -> dict[str, Any]:
    """Confirm the suspicion: destroy the bytes, leave a record and an incident note.

    Args:
        core: the process's parts.
        document: case number.
        by: a secrecy officer of the unit.
        reason: why; only its digest is kept.
        typed: what the officer typed to confirm, must be :func:`destruction`; ``None`` for a channel that does not ask.

    Returns:
        The incident note: what was destroyed and where copies may still lie.

    Raises:
        Refused: no reason, not confirmed (``not_confirmed``), not in quarantine, or a channel has yet to give it up.
        NotAllowed: not a secrecy officer of the unit.
    """
    _check_reason(reason)
    if typed is not None and typed.strip() not in (
        destruction(document),
        destruction(document, english=True),
    ):
        raise Refused(
            "The destruction was not confirmed.", code="not_confirmed",
            advice=f"Type exactly: {destruction(document)}",
        )  # fmt: skip
    with core.database.write() as connection:
        row, case, principals = _open_case(connection, document, by)
        if is_leaving(connection, document):
            raise Refused(
                f"A channel or the archive has not given {document} up yet.", code="channel.open",
                advice="See `disclosure show`; confirm again when every channel says withdrawn.",
            )  # fmt: skip
        parts = documents.parts_of(connection, document, row.version)
    path = _record_of(core, document)
    if not path.exists():
        note = {
            "case": document,
            "department": row.department,
            "confirmed_by": by,
            **deputies.told(principals[0]),
            "at": utc_now(),
            "files": spool.count(core, row.spool),
            "sha256": [item.sha256 for item in parts],
            "rules": sorted({mark["rule"] for mark in case.marks}),
            "reason_sha256": digest_of(reason),
            "copies_may_lie_in": list(COPIES),
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
        confirmed = [case for case in confirmed if not is_leaving(connection, case)]
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
            detail={
                "reason": note["reason_sha256"], "files": note["files"],
                **deputies.told(note.get(deputies.DEPUTY_FOR)),
            },
        )  # fmt: skip
    return note


def _record_of(core: Core, document: str) -> Path:
    return core.workspace.quarantine / RECORDS / f"{document}.json"


COPIES = (
    "共享文件夹的回收站",
    "共享服务器的卷影副本或快照",
    "投递人电脑上的原稿与临时文件",
    "共享服务器的备份",
    "本系统此前的备份",
    "本机文件系统日志或闪存的残留块",
    "PostgreSQL 数据文件的空闲页和预写日志",
)
"""Where copies of what was destroyed may still lie; somebody has to look at each."""


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("A reason is required.", code="reason_required", advice="Give it with --reason.")


def _open_case(connection: Connection, document: str, by: str) -> tuple[Any, Any, tuple[str, ...]]:
    """The document, its case, and for whom somebody may judge it (:meth:`Person.acts_for`).

    Raises:
        Refused: not in quarantine.
        NotAllowed: not a secrecy officer of the unit.
    """
    row = documents.fetch(connection, document, lock=True)
    if row.state != State.QUARANTINED.value:
        raise Refused(f"{document} is not in quarantine; it is {row.state}.")
    principals = people.get(connection, by).acts_for(Role.SECRECY, row.unit)
    if not principals:
        raise NotAllowed("Only a secrecy officer (保密审查员) of the unit may do this.")
    case = connection.execute(select(quarantine).where(quarantine.c.document == document)).one()
    return row, case, principals


def _version(connection: Connection, document: str) -> int:
    return int(documents.fetch(connection, document).version)
