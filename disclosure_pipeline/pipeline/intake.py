"""A drop becomes a case: numbered, matched with the case it corrects or is the issued file of, or known as a duplicate.

The files lie durably in the spool before this begins, and the drop folder lets go of them only
after it has returned. Calling it again with the same claim gives the same answer.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.document import Attribute, Part, content_digest
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import deputies, letters, spool
from disclosure_pipeline.pipeline.core import INTAKE, Core
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import audit, documents, people, search, version_heads
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.database import next_serial
from disclosure_pipeline.store.tables import audit as audit_table
from disclosure_pipeline.store.tables import document

_NOT_IN_HAND = (State.RETURNED.value, State.DESTROYED.value)
"""States whose bytes nobody works on: the same ones again are a draft of their own, to be looked at."""

_OPEN_FOR_FILES = (State.RETURNED.value, State.AWAITING_ISSUE.value)
"""States in which a department is asked for files: a correction, or the issued file (正式件)."""

UNKNOWN = "department"
"""The actor of a drop that nobody signed for: somebody of the department."""

ISSUED = "issued"
"""Source of an issued file's slip: what was decided of the approved version."""

REVIEWED_IN_FULL = 0
"""``document.issue_of`` of an issued file that is compared with nothing."""

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
        case: the case it corrects or is the issued file of, when the clerk said so outside of its files; or empty.
    """

    claim: str
    unit: str
    department: str
    folder_attribute: str
    spool: str
    submitter: str | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a drop.

    Args:
        outcome: ``accepted`` (a new case, or a new version of one that waits for files),
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
    """Open a case for a drop, or join it to the case it corrects or is the issued file of.

    Args:
        core: the process's parts.
        drop: the submission; its files are durable in the spool.

    Raises:
        StoreFault: the rows cannot be written; the claim stays and is offered again.
    """
    folder = core.workspace.spool / drop.spool
    os.utime(folder)  # it may have waited here for long: no stray any more
    manifest = spool.read_manifest(folder)
    parts = spool.unchecked_parts(manifest)
    with core.database.write() as connection:
        known = connection.execute(select(document).where(document.c.claim == drop.claim)).first()
        if known is not None:
            outcome = "duplicate" if known.duplicate_of else "accepted"
            held = documents.parts_of(connection, known.id, known.version)
            stored = frozenset(item.sha256 for item in held)
            answer = Accepted(outcome, known.id, known.duplicate_of or "", stored=stored)
            lies_there = known.spool == drop.spool and State(known.state) is not State.QUARANTINED
            leftover = None if lies_there else drop.spool
        else:
            answer, leftover = _take(core, connection, drop, manifest, parts)
    # Only after the commit: until then the spool may hold the one copy that a row names.
    if leftover is not None:
        spool.remove(core, leftover)
    return answer


def _take(
    core: Core, connection: Connection, drop: Drop, manifest: spool.Manifest, parts: tuple[Part, ...]
) -> tuple[Accepted, str | None]:
    """Take a drop that is new; also the spool folder that nothing names afterwards."""
    named = _named_case(core.workspace.spool / drop.spool, manifest)
    if drop.case and named not in ("", drop.case):
        reason = f"文件名或拟稿单中的收件号 {named} 与所投递的收件 {drop.case} 不一致。"
        return _not_taken(connection, drop, reason, drop.case), drop.spool
    match = _match(core, connection, drop, manifest, parts, named=drop.case or named)
    if isinstance(match, Accepted):
        return match, drop.spool
    if match is not None:
        return _join(core, connection, match, drop, parts)
    answer = _open(core, connection, drop, parts)
    return answer, drop.spool if answer.outcome == "duplicate" else None


def _open(core: Core, connection: Connection, drop: Drop, parts: tuple[Part, ...]) -> Accepted:
    digest = content_digest(parts)
    # The number first: it makes others wait, so that two drops of the same bytes cannot both be the first.
    case, now = _next_case(connection), utc_now()
    first = connection.execute(
        select(document.c.id)
        .where(
            document.c.content_digest == digest,
            document.c.unit == drop.unit,
            document.c.duplicate_of.is_(None),
            document.c.state.not_in(_NOT_IN_HAND),
        )
        .order_by(document.c.id)
    ).scalar()
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
    search.refresh(connection, case)
    audit.append(
        connection,
        audit.Record(
            action="receive", actor=drop.submitter or UNKNOWN, document=case, unit=drop.unit, version=1,
            after=state.value, detail=_told(connection, drop, parts),
        ),
    )  # fmt: skip
    return Accepted("duplicate" if first else "accepted", case, first or "")


def _join(
    core: Core, connection: Connection, case: str, drop: Drop, parts: tuple[Part, ...]
) -> tuple[Accepted, str | None]:
    """Make a drop the next version of a case that waits for files.

    What was approved keeps what was decided of it when its issued file comes, and when that one comes corrected.
    """
    row = documents.fetch(connection, case, lock=True)
    version = row.version + 1
    version_heads.keep(connection, row)
    issued = State(row.state) is State.AWAITING_ISSUE
    issue_of = row.version if issued else row.issue_of
    decided = version_heads.kept(connection, case, issue_of) if issue_of else None
    if issue_of and decided is None:
        issue_of = REVIEWED_IN_FULL
    documents.write_parts(connection, case, version, parts)
    documents.resolve_faults(connection, case)
    letters.owe(connection, case, version, "receipt", {})
    take_step(
        core, connection, case, "issue" if issued else "correct", actor=drop.submitter or UNKNOWN, work=INTAKE,
        changes=fresh_version(version) | {
            "spool": drop.spool, "claim": drop.claim, "content_digest": content_digest(parts),
            "folder_attribute": drop.folder_attribute, "taken_back": False, "issue_of": issue_of,
            "proposed": None, "reviewed_as": None, "proposed_ground": "", "ground": "", "ground_reason": "",
            "formed": "", "dropped_as": None,
            **({"title": None, "slip": {}} if decided is None else _kept(decided)),
        },
        detail=_told(connection, drop, parts),
    )  # fmt: skip
    return Accepted("accepted", case), row.spool


def _kept(decided: version_heads.VersionHead) -> dict[str, Any]:
    """Title and slip of an issued file: the approved ones, until its own number and date are read."""
    public = Attribute.PROACTIVE.value
    slip = replace(
        decided.slip, attribute=public, ground=None, reason=None, case=None, main=None, source=ISSUED
    )
    return {"title": decided.title, "slip": slip.as_json()}


def drafters(connection: Connection, case: str) -> set[str]:
    """Who handed in any version of a case; :data:`UNKNOWN` for what came through a drop folder.

    What a deputy handed in was handed in by the principal as well.
    """
    rows = connection.execute(
        select(audit_table.c.actor, audit_table.c.detail).where(
            audit_table.c.document == case, audit_table.c.action.in_(("receive", "correct", "issue"))
        )
    ).all()
    principals = (json.loads(row.detail).get(deputies.DEPUTY_FOR) for row in rows)
    return {row.actor for row in rows} | {name for name in principals if name}


def _told(connection: Connection, drop: Drop, parts: tuple[Part, ...]) -> dict[str, Any]:
    """What the audit log says about a drop; of a clerk's deputy also for whom they handed it in."""
    detail = {"files": len(parts), "content": content_digest(parts), "claim": drop.claim}
    if drop.submitter is None:
        return detail
    person = people.get(connection, drop.submitter)
    return detail | deputies.told(deputies.entitled(person, (Role.CLERK,), drop.unit, drop.department))


def join(core: Core, lease: Lease, target: str) -> bool:
    """Turn a case just opened into a new version of the one that its 拟稿单 names.

    The form's 收件号 is known only once the file was read; a number in a name or in ``slip.toml``
    is known at once (:func:`accept`).

    Args:
        core: the process's parts.
        lease: the lease on the case just opened.
        target: the case number that the form names.

    Returns:
        Whether it was joined; ``False`` when the form names no case of the department that waits for files.
    """
    with core.database.write() as connection:
        row = documents.fetch(connection, lease.document, lock=True)
        wanted = connection.execute(select(document).where(document.c.id == target).with_for_update()).first()
        fits = (
            wanted is not None
            and wanted.state in _OPEN_FOR_FILES
            and (wanted.unit, wanted.department) == (row.unit, row.department)
            and row.version == 1
        )
        if not fits:
            return False
        parts = documents.parts_of(connection, row.id, row.version)
        drop = Drop(row.claim, row.unit, row.department, row.folder_attribute, row.spool, row.submitter)
        take_step(
            core, connection, row.id, "join", lease=lease,
            changes={"duplicate_of": target, "spool": None, "claim": None, "work_at": None},
            detail={"joined": target},
        )  # fmt: skip
        letters.owe(connection, row.id, row.version, "duplicate", {"first": target, "joined": True})
        _join(core, connection, target, drop, parts)
        return True


def fresh_version(version: int) -> dict[str, Any]:
    """Columns that begin anew with a version: nothing signed for an earlier one carries over."""
    return {
        "version": version, "office": None, "final": None, "frozen_digest": None, "referral_needed": "",
        "work_at": utc_now(), "attempts": 0, "takeovers": 0,
    }  # fmt: skip


def _match(
    core: Core,
    connection: Connection,
    drop: Drop,
    manifest: spool.Manifest,
    parts: tuple[Part, ...],
    *,
    named: str,
) -> str | Accepted | None:
    """The case that a drop corrects or is the issued file of, a refusal to guess, or ``None`` for a new case."""
    if named:
        row = connection.execute(select(document).where(document.c.id == named)).first()
        if row is None or row.department != drop.department or row.unit != drop.unit:
            return _not_taken(connection, drop, f"文件名或拟稿单中的收件号 {named} 不是本部门的收件。")
        if row.state not in _OPEN_FOR_FILES:
            reason = f"收件 {named} 当前不在“退回”或“待正式件”状态，不能以新文件替换。"
            return _not_taken(connection, drop, reason, named)
        return named
    waiting = connection.execute(
        select(
            document.c.id, document.c.version, document.c.state, document.c.content_digest, document.c.spool,
            document.c.dropped_as,
        ).where(
            document.c.state.in_(_OPEN_FOR_FILES),
            document.c.unit == drop.unit,
            document.c.department == drop.department,
        )
    ).all()  # fmt: skip
    digest, name = content_digest(parts), digest_of(manifest.name)
    returned = [row for row in waiting if row.state == State.RETURNED.value]
    same = [row.id for row in returned if row.content_digest == digest]
    same = same or [row.id for row in returned if _dropped_as(core, row) == name]
    same += [
        row.id
        for row in waiting
        if row.state == State.AWAITING_ISSUE.value
        and row.dropped_as == name
        and not _is_the_draft(connection, row, parts)
    ]
    if len(same) > 1:
        return _not_taken(
            connection, drop, "有多份退回或待正式件的收件与本文件同名，请在文件名中写明收件号后重新投递。"
        )
    return same[0] if same else None


def _is_the_draft(connection: Connection, row: Any, parts: tuple[Part, ...]) -> bool:
    """Whether a drop is the approved draft once more: that is an issued file only with the number written on it."""
    known = {item.sha256 for item in documents.parts_of(connection, row.id, row.version)}
    return {item.sha256 for item in parts} <= known


def _dropped_as(core: Core, row: Any) -> str | None:
    """Digest of the name of the file or folder that a case was dropped as.

    Names inside a folder do not count: 正文.docx is in every folder that an office system exports. The
    row keeps a digest, because the name of a folder is text that no detector has seen.
    """
    if row.spool is None:
        digest: str | None = row.dropped_as
        return digest
    try:
        return digest_of(spool.read_manifest(spool.folder_of(core, row.spool)).name)
    except (OSError, ValueError):
        return None


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
