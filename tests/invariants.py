"""What must hold of every document at every moment, whatever was killed, locked, full or attacked.

:func:`violations` compares the rows with one another and with spool, vault and quarantine; an empty
list means that nothing is lost, nothing is kept that must not be, and nothing waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.document import Attribute, Part
from disclosure_pipeline.model.lifecycle import WORKABLE, State
from disclosure_pipeline.model.publication import PublicationState
from disclosure_pipeline.model.route import TierState
from disclosure_pipeline.pipeline import spool, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.incidents import NOTES
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.pipeline.quarantine import RECORDS
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import (
    artefact,
    audit,
    decision,
    document,
    extract,
    fault,
    finding,
    letter,
    part,
    referral,
    tier,
)
from disclosure_pipeline.store.vault import UNFINISHED

GONE = frozenset({State.DUPLICATE, State.DESTROYED})
"""States in which nothing of the document's bytes is kept."""

READ = frozenset(set(State) - GONE - {State.RECEIVED, State.ATTENTION, State.RETURNED, State.QUARANTINED})
"""States whose text has been read and kept."""

SIGNED = frozenset(
    {
        State.APPROVED,
        State.AWAITING_ISSUE,
        State.PUBLISHING,
        State.PUBLISHED,
        State.WITHHELD,
        State.ON_REQUEST,
    }
)
"""States that only the last signature leads to."""

WAITING = frozenset(
    {State.ATTENTION, State.RETURNED, State.AWAITING_ISSUE, State.QUARANTINED, State.PUBLISHED, State.WITHDRAWN, State.WITHHELD,
     State.ON_REQUEST, *GONE}
)  # fmt: skip
"""States in which no worker has anything to do."""


def violations(core: Core, *, idle: bool = False) -> list[str]:
    """Everything that does not hold, as ``case: what``.

    Args:
        core: the store and its folders.
        idle: whether all work has been done: then nothing may be under way, owed or left over.
    """
    with core.database.read() as connection:
        rows = connection.execute(select(document).order_by(document.c.id)).all()
        found = [f"{row.id}: {what}" for row in rows for what in _of_document(core, connection, row)]
        if idle:
            found += _not_idle(core, connection, rows)
        return found


def _of_document(core: Core, connection: Connection, row: Row[Any]) -> Iterator[str]:
    state = State(row.state)
    parts = documents.parts_of(connection, row.id, row.version)
    yield from _bytes(core, row, state, parts)
    yield from _work(connection, row, state)
    yield from _text(connection, row, state, parts)
    yield from _review(connection, row, state)
    yield from _copy(core, connection, row)
    yield from _channels(connection, row, state)
    last = connection.execute(
        select(audit.c.after, audit.c.version)
        .where(audit.c.document == row.id, audit.c.after != "")
        .order_by(audit.c.seq.desc())
    ).first()
    if last is None or last.after != row.state:
        yield f"the log says {last and last.after}, the row says {row.state}"


def _bytes(core: Core, row: Row[Any], state: State, parts: tuple[Part, ...]) -> Iterator[str]:
    if not parts:
        yield "has no files"
    if state in GONE:
        if row.spool is not None:
            yield "names a spool folder, and should have none"
        return
    if row.spool is not None:
        yield from _spooled(core, row, state, parts)
        return
    if state is State.QUARANTINED:
        yield "is quarantined nowhere"
    for item in parts:
        if not _holds(core.vault.path(item.sha256), item.sha256):
            yield f"file {item.position} is not in the vault"


def _spooled(core: Core, row: Row[Any], state: State, parts: tuple[Part, ...]) -> Iterator[str]:
    folder = core.workspace.quarantine / row.spool
    if state is State.QUARANTINED and (core.workspace.quarantine / RECORDS / f"{row.id}.json").exists():
        return  # it is being destroyed
    if state is not State.QUARANTINED:
        folder = spool.folder_of(core, row.spool)
    elif (core.workspace.spool / row.spool).exists():
        yield "is quarantined, and lies in the spool too"
    try:
        manifest = spool.read_manifest(folder)
    except (OSError, ValueError):
        yield "its spool folder has no manifest"
        return
    for item, kept in zip(parts, manifest.files, strict=False):
        if kept.sha256 != item.sha256 or not _holds(folder / kept.file, item.sha256):
            yield f"file {item.position} is not in its spool folder"
    if len(parts) != len(manifest.files):
        yield "its spool folder holds another number of files"


def _work(connection: Connection, row: Row[Any], state: State) -> Iterator[str]:
    if state in WORKABLE and row.work_at is None:
        yield f"is {state.value}, and no worker will look at it"
    if state in WAITING and row.work_at is not None:
        yield f"is {state.value}, and still asks for work"
    given = publications_of(connection, row.id)
    if state is State.APPROVED and row.work_at is None and not given:
        yield "is approved, and nobody gives it to the channels"
    if state is State.IN_REVIEW:
        tiers = documents.tiers_of(connection, row.id, row.version)
        last = [item.state for item in tiers].count(TierState.OPEN.value) == 1
        due = last and row.reviewed_as == Attribute.PROACTIVE.value and row.frozen_digest is None
        if due and row.work_at is None:
            yield "waits for its public copy, and nobody builds it"
    if state is State.ATTENTION and not _any(connection, fault, row.id, fault.c.resolved_at.is_(None)):
        yield "needs attention, and nothing says why"


def _text(connection: Connection, row: Row[Any], state: State, parts: tuple[Part, ...]) -> Iterator[str]:
    if state in READ:
        texts = documents.texts_of(connection, row.id, row.version)
        if set(texts) != {item.position for item in parts}:
            yield "the text of some file is missing"
        if any(item.name is None for item in parts):
            yield "a name is missing"
    if state in (State.QUARANTINED, State.DESTROYED):
        if row.title is not None or row.slip or row.ground_reason or row.frozen_digest:
            yield "is a suspected secret, and its row still tells of it"
        for table in (extract, finding, artefact):
            if _any(connection, table, row.id):
                yield f"is a suspected secret, and has rows in '{table.name}'"
        if _any(connection, part, row.id, part.c.name.is_not(None)):
            yield "is a suspected secret, and a file's name is kept"
        if _any(connection, tier, row.id, tier.c.reason.is_not(None)):
            yield "is a suspected secret, and a reason is kept"
        if _any(connection, decision, row.id, decision.c.reason != ""):
            yield "is a suspected secret, and a reason is kept"


def _review(connection: Connection, row: Row[Any], state: State) -> Iterator[str]:
    tiers = documents.tiers_of(connection, row.id, row.version)
    states = [item.state for item in tiers]
    if state in (State.IN_REVIEW, State.REFERRED):
        done = states.count(TierState.APPROVED.value)
        wanted = [TierState.APPROVED.value] * done + [TierState.OPEN.value] * (len(states) - done)
        if states != wanted or done == len(states):
            yield f"is in review, and its tiers are {states}"
    if state is State.REFERRED and not _any(connection, referral, row.id, referral.c.outcome.is_(None)):
        yield "is referred, and no question is open"
    if state in SIGNED:
        try:
            versions.check_signed(connection, row)
        except DisclosureError as error:
            yield f"is {state.value}, and {error.message}"
        if not row.index_number:
            yield f"is {state.value} without an index number"


def _copy(core: Core, connection: Connection, row: Row[Any]) -> Iterator[str]:
    if row.frozen_digest is None:
        return
    try:
        versions.check_frozen(connection, row)
    except DisclosureError as error:
        yield error.message
    for item in documents.artefacts_of(connection, row.id, row.version):
        if not _holds(core.vault.path(item.sha256), item.sha256):
            yield f"the frozen file '{item.role}' is not in the vault"


def _channels(connection: Connection, row: Row[Any], state: State) -> Iterator[str]:
    rows = publications_of(connection, row.id)
    states = {item.state for item in rows}
    ended = {PublicationState.DONE.value, PublicationState.WITHDRAWN.value}
    if state in (State.PUBLISHING, State.WITHDRAWING) and not states - ended:
        yield f"is {state.value}, and every channel has answered"
    if state in (State.PUBLISHED, State.WITHHELD, State.ON_REQUEST):
        if PublicationState.DONE.value not in states or states - ended:
            yield f"is {state.value}, and its channels are {sorted(states)}"
        if any(item.receipt is None for item in rows if item.state == PublicationState.DONE.value):
            yield "a channel gave no receipt"
    if state is State.WITHDRAWN and states - {PublicationState.WITHDRAWN.value}:
        yield f"is withdrawn, and its channels are {sorted(states)}"


def _not_idle(core: Core, connection: Connection, rows: list[Row[Any]]) -> Iterator[str]:
    for row in rows:
        if row.lease_owner is not None:
            yield f"{row.id}: a lease is left"
        if State(row.state) in WORKABLE | {State.PUBLISHING, State.WITHDRAWING, State.APPROVED}:
            yield f"{row.id}: is still {row.state}"
        for item in publications_of(connection, row.id):
            if item.lease_owner is not None:
                yield f"{row.id}: a lease of {item.channel} is left"
    if connection.execute(select(letter.c.key).where(letter.c.sent_at.is_(None))).first():
        yield "letters are owed"
    named = {row.spool for row in rows if row.spool is not None}
    yield from (f"spool: {name} is nobody's" for name in sorted(_submissions(core.workspace.spool) - named))
    yield from (
        f"quarantine: {name} is nobody's"
        for name in sorted(_submissions(core.workspace.quarantine) - named - {RECORDS, NOTES})
    )
    yield from (f"vault: {name} is nobody's" for name in sorted(_kept(core) - _needed(connection)))


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and file_digest(path) == sha256


def _submissions(folder: Path) -> set[str]:
    """Folders of submissions; those of sandboxes are named for their process."""
    return {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("sandbox-")}


def _kept(core: Core) -> set[str]:
    return {
        str(path.relative_to(core.workspace.vault)) if UNFINISHED in path.parts else path.name
        for path in core.workspace.vault.rglob("*")
        if path.is_file()
    }


def _needed(connection: Connection) -> set[str]:
    columns = (part.c.sha256, artefact.c.sha256, decision.c.scan, referral.c.scan)
    return {value for column in columns for value in connection.execute(select(column)).scalars()}


def _any(connection: Connection, table: Any, case: str, *conditions: Any) -> bool:
    return (
        connection.execute(select(table.c.document).where(table.c.document == case, *conditions)).first()
        is not None
    )
