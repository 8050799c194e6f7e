"""A drop becomes a case: numbered, matched with the case it corrects, or known as a duplicate.

The files lie durably in the spool before this begins, and the drop folder lets go of them only
after it has returned. Calling it again with the same claim gives the same answer.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Part, content_digest
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import letters, spool
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import audit, documents
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.tables import document, part

CASE_NUMBER = re.compile(r"(?<!\d)(20\d{2}-\d{6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Drop:
    """A submission that lies in the spool.

    Args:
        claim: id of the claim; the same claim again is the same drop.
        unit: unit code.
        department: department name.
        folder_attribute: attribute named by the subfolder it lay in, or empty.
        spool: name of its spool folder, which holds a manifest.
        submitter: person who handed it in, if known.
    """

    claim: str
    unit: str
    department: str
    folder_attribute: str
    spool: str
    submitter: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a drop.

    Args:
        outcome: ``accepted`` (a new case, or a new version of a returned one),
            ``duplicate`` (``case`` is the new row, ``first`` the earlier case) or
            ``not_taken`` (nothing was opened; ``reason`` says why, Chinese).
        case: case number, empty when nothing was opened.
        stored: hashes of the files that the case holds, when this claim was taken before.
        first: earlier case of a duplicate.
        reason: for ``not_taken``.
    """

    outcome: str
    case: str
    first: str = ""
    reason: str = ""
    stored: frozenset[str] | None = None


def accept(core: Core, drop: Drop) -> Accepted:
    """Open a case for a drop, or join it to the case it corrects.

    Args:
        core: the process's parts.
        drop: the submission; its files are durable in the spool.

    Raises:
        StoreFault: the rows cannot be written; the claim stays and is offered again.
    """
    manifest = spool.read_manifest(core.workspace.spool / drop.spool)
    parts = spool.unchecked_parts(manifest)
    with core.database.write() as connection:
        known = connection.execute(select(document).where(document.c.claim == drop.claim)).first()
        if known is not None:
            outcome = "duplicate" if known.duplicate_of else "accepted"
            held = documents.parts_of(connection, known.id, known.version)
            stored = frozenset(item.sha256 for item in held)
            waits = known.spool == drop.spool and State(known.state) in (State.RECEIVED, State.ATTENTION)
            if not waits:
                spool.remove(core, drop.spool)
            return Accepted(outcome, known.id, known.duplicate_of or "", stored=stored)
        named = _named_case(core.workspace.spool / drop.spool, manifest)
        match = _match(connection, drop, manifest, parts, named)
        if isinstance(match, Accepted):
            answer = match
        elif match is not None:
            answer = _correct(core, connection, match, drop, parts)
        else:
            answer = _open(core, connection, drop, parts)
    if answer.outcome in ("duplicate", "not_taken"):
        spool.remove(core, drop.spool)
    return answer


def _open(core: Core, connection: Connection, drop: Drop, parts: tuple[Part, ...]) -> Accepted:
    digest = content_digest(parts)
    first = connection.execute(
        select(document.c.id)
        .where(
            document.c.content_digest == digest,
            document.c.unit == drop.unit,
            document.c.duplicate_of.is_(None),
        )
        .order_by(document.c.id)
    ).scalar()
    case, now = _next_case(connection), utc_now()
    state = State.DUPLICATE if first else State.RECEIVED
    connection.execute(
        insert(document).values(
            id=case, unit=drop.unit, department=drop.department, state=state.value, version=1, revision=1,
            slip={}, folder_attribute=drop.folder_attribute, submitter=drop.submitter, claim=drop.claim,
            content_digest=digest, duplicate_of=first, spool=None if first else drop.spool,
            work_at=None if first else now, created_at=now, entered_at=now,
        )
    )  # fmt: skip
    documents.write_parts(connection, case, 1, parts)
    letters.owe(connection, case, 1, "duplicate" if first else "receipt", {"first": first} if first else {})
    if not first:
        core.queue.enqueue(connection, INTAKE, key=f"intake:{case}:1", subject=case)
    audit.append(
        connection,
        audit.Record(
            action="receive", actor=drop.submitter or "department", document=case, unit=drop.unit, version=1,
            after=state.value, detail={"files": len(parts), "content": digest, "claim": drop.claim},
        ),
    )  # fmt: skip
    return Accepted("duplicate" if first else "accepted", case, first or "")


def _correct(core: Core, connection: Connection, case: str, drop: Drop, parts: tuple[Part, ...]) -> Accepted:
    row = documents.fetch(connection, case, lock=True)
    version = row.version + 1
    if row.spool is not None:
        spool.remove(core, row.spool)
    documents.write_parts(connection, case, version, parts)
    documents.resolve_faults(connection, case)
    letters.owe(connection, case, version, "receipt", {})
    take_step(
        core, connection, case, "correct", actor=drop.submitter or "department", work=INTAKE,
        changes=fresh_version(version) | {
            "spool": drop.spool, "claim": drop.claim, "content_digest": content_digest(parts),
            "folder_attribute": drop.folder_attribute, "taken_back": False, "title": None, "slip": {},
            "proposed": None, "reviewed_as": None, "proposed_ground": "", "ground": "", "ground_reason": "",
            "formed": "",
        },
        detail={"files": len(parts), "content": content_digest(parts), "claim": drop.claim},
    )  # fmt: skip
    return Accepted("accepted", case)


def fresh_version(version: int) -> dict[str, Any]:
    """Columns that begin anew with a version: nothing signed for an earlier one carries over."""
    return {
        "version": version, "office": None, "final": None, "frozen_digest": None, "referral_needed": "",
        "work_at": utc_now(), "attempts": 0, "takeovers": 0,
    }  # fmt: skip


def _match(
    connection: Connection, drop: Drop, manifest: spool.Manifest, parts: tuple[Part, ...], named: str
) -> str | Accepted | None:
    """The returned case that a drop corrects, a refusal to guess, or ``None`` for a new case."""
    if named:
        row = connection.execute(select(document).where(document.c.id == named)).first()
        if row is None or row.department != drop.department or row.unit != drop.unit:
            return _not_taken(connection, drop, f"文件名或拟稿单中的收件号 {named} 不是本部门的收件。")
        if row.state != State.RETURNED.value:
            return _not_taken(connection, drop, f"收件 {named} 当前不在“退回”状态，不能以新文件替换。", named)
        return named
    returned = connection.execute(
        select(document.c.id, document.c.version, document.c.content_digest).where(
            document.c.state == State.RETURNED.value,
            document.c.unit == drop.unit,
            document.c.department == drop.department,
        )
    ).all()
    same = [row.id for row in returned if row.content_digest == content_digest(parts)]
    same = same or [row.id for row in returned if _same_names(connection, row.id, row.version, manifest)]
    if len(same) > 1:
        return _not_taken(
            connection, drop, "有多份退回的收件与本文件同名，请在文件名中写明收件号后重新投递。"
        )
    return same[0] if same else None


def _same_names(connection: Connection, case: str, version: int, manifest: spool.Manifest) -> bool:
    names = set(
        connection.execute(
            select(part.c.name).where(part.c.document == case, part.c.version == version)
        ).scalars()
    )
    return names == {item.relative for item in manifest.files}


def _not_taken(connection: Connection, drop: Drop, reason: str, case: str = "") -> Accepted:
    detail = {"reason": reason, "department": drop.department, "unit": drop.unit}
    letters.owe(connection, case, 0, "refused", detail, key=f"refused:{drop.claim}")
    return Accepted("not_taken", "", case, reason)


def _named_case(folder: Path, manifest: spool.Manifest) -> str:
    """The case number in a name of the drop or in its ``slip.toml``, or empty."""
    for name in (manifest.name, *(item.name for item in manifest.files)):
        found = CASE_NUMBER.search(name)
        if found:
            return found.group(1)
    for item in manifest.files:
        if item.name == "slip.toml" or item.name.endswith(".slip.toml"):
            try:
                case = tomllib.loads((folder / item.file).read_text("utf-8")).get("case", "")
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                continue
            if isinstance(case, str) and CASE_NUMBER.fullmatch(case.strip()):
                return case.strip()
    return ""


def _next_case(connection: Connection) -> str:
    year = today_in_shanghai().year
    return f"{year}-{next_serial(connection, f'case:{year}'):06d}"


def touch_work(connection: Connection, case: str) -> None:
    """Mark a document as having work now."""
    connection.execute(update(document).where(document.c.id == case).values(work_at=utc_now(), attempts=0))
