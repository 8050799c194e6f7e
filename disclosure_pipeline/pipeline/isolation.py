"""How a suspected state secret is isolated: the files move into quarantine, the text leaves the rows (design 7).

Nothing of the text is kept anywhere but in the quarantine folder. What went out or was archived is called back
from every channel; an archive moves its bags into quarantine too. Everything here can be repeated after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select

from disclosure_pipeline.errors import Fenced
from disclosure_pipeline.hooks.record import mark_key
from disclosure_pipeline.model.amendment import amended
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import exemptions, incidents, letters, publication, publication_rows, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.pipeline.transitions import SYSTEM, Lease, check_rules, take_step
from disclosure_pipeline.store import documents, purging, rule_changes, search
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.tables import artefact, decision, meta, part, quarantine, referral

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
    actor: str = SYSTEM,
    said: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Quarantine a whole submission, and take its text away at once.

    What is out or archived is withdrawn from every channel first; quarantine follows when all have answered
    (`publication.finish`). Channels that had an earlier version of what is under review are asked beside it. In
    both cases an incident is opened, with a note of where copies may lie.

    Args:
        core: the process's parts.
        document: case number.
        findings: the markings; only rule, place and offsets of them are kept.
        rules_version: the rules that found them.
        lease: the worker's lease.
        also: written in the same transaction.
        actor: who suspects it, if it was no detector.
        said: what the audit row tells in addition (digests, names of people).
    """
    rules = sorted({item.rule for item in findings})
    name, marks = _set_apart(core, document, findings, lease)
    with core.database.write() as connection:
        row = documents.fetch(connection, document, lock=True)
        if lease is not None:
            check_rules(core, connection)
        lapsed = _purge_with_guards(core, connection, row, rules_version=rules_version, marks=marks)
        changes = {"spool": name, "work_at": None, "attempts": 0, "frozen_digest": None}
        recalled = State(row.state) in step("recall").sources
        given_out = recalled or bool(publications_of(connection, document))
        if given_out:
            kind, places = incidents.MARKING, len(marks)
            incidents.open_one(
                connection, row, kind, rules=rules, findings=places, rules_version=rules_version
            )
            changes["generation"] = publication_rows.call_back(core, connection, row)
        if also is not None:
            also(connection)
        detail = {"marks": len(marks), "rules": rules, **said} | ({"lapsed": lapsed} if lapsed else {})
        take_step(
            core, connection, document, "recall" if recalled else "quarantine", actor=actor, lease=lease,
            changes=changes, detail=detail, rules_mark=rule_changes.mark(connection),
        )  # fmt: skip
        publication.finish(core, connection, document)
    if given_out:
        incidents.write_note(core, document, rules)
    forget(core)
    tidy(core, document)


def _purge_with_guards(
    core: Core, connection: Connection, row: Row[Any], *, rules_version: str, marks: list[dict[str, Any]]
) -> list[str]:
    """Purge, and let guards lapse whose words were cut from the document; returns the ids of those in force.

    Other documents' releases from quarantine outlive that: no guard touches a marking rule.
    """
    before = rule_changes.in_force(connection)
    purge(connection, row.id, row.version, rules_version, marks)
    after = rule_changes.in_force(connection)
    lapsed = sorted({item.id for item in before} - {item.id for item in after})
    if lapsed:
        versions = [amended(core.rules_written, changes).version for changes in (before, after)]
        exemptions.carry_over(connection, *versions)
    return lapsed


def _set_apart(
    core: Core, document: str, findings: Sequence[Finding], lease: Lease | None
) -> tuple[str, list[dict[str, Any]]]:
    """Move the files into quarantine, before the rows say so; repeatable.

    Returns:
        The name of the folder, and what is kept of the markings.
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
    return name, marks


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
    purging.purge_text(connection, document)
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
    if owed is None or not search.scrub(core.database) or not core.database.forget():
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
