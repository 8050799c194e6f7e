"""Anchors: the audit chain's latest hash, written where the store cannot reach it (design 8).

A chain whose end was cut off verifies by itself. Once a day (and on demand) its head is appended to
a file in the archive folder and to one in the log folder; `disclosure audit verify` compares.
Views of documents are chained into the audit log in batches.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select, update

from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.tables import access

NAME = "audit-anchor.txt"
_BATCH = 1000


def anchor_files(core: Core) -> tuple[Path, Path]:
    """Where anchors are kept."""
    return core.workspace.archive / NAME, core.workspace.log / NAME


def anchor_now(core: Core, *, restored: int | None = None) -> int:
    """Append the chain's head to the anchor files.

    Args:
        core: the process's parts.
        restored: the store was just replaced by a backup whose chain ended with this row: anchors
            of later rows belong to a chain that is gone and count no more (the restore itself is a
            row of the new one).

    Returns:
        Rows in the chain.
    """
    with core.database.read() as connection:
        seq, digest = audit.head(connection)
    if seq:
        note = "" if restored is None else f" restored {restored}"
        for path in anchor_files(core):
            _append(path, f"{utc_now()} {seq} {digest}{note}\n")
    return seq


def anchors(core: Core) -> list[tuple[int, str]]:
    """Every anchor noted so far, as (seq, hash); damaged lines count as an anchor that fails."""
    found: set[tuple[int, str]] = set()
    for path in anchor_files(core):
        kept: set[tuple[int, str]] = set()
        for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else ():
            words = line.split()
            if len(words) in (3, 5) and words[1].isdigit():
                if words[3:4] == ["restored"] and words[4].isdigit():
                    kept = {anchor for anchor in kept if anchor[0] <= int(words[4])}
                kept.add((int(words[1]), words[2]))
            elif words:
                kept.add((0, line))
        found |= kept
    return sorted(found)


def chain_views(core: Core) -> int:
    """Chain the views of documents that no batch holds yet into the audit log.

    Returns:
        How many were chained.
    """
    with core.database.write() as connection:
        rows = connection.execute(
            select(access).where(access.c.batch.is_(None)).order_by(access.c.seq).limit(_BATCH)
        ).all()
        if not rows:
            return 0
        digest = canonical_digest([[row.seq, row.at, row.actor, row.document, row.what] for row in rows])
        first, last = rows[0].seq, rows[-1].seq
        # Row by row: a view with a number in between may be committed only now; it goes with the next batch.
        connection.execute(
            update(access).where(access.c.seq.in_([row.seq for row in rows])).values(batch=digest)
        )
        detail = {"first": first, "last": last, "views": len(rows), "digest": digest}
        audit.append(connection, audit.Record(action="access.batch", actor="system", detail=detail))
        return len(rows)


def views_hold(core: Core) -> list[int]:
    """First sequence numbers of batches of views that are not what was chained."""
    import json

    broken = []
    with core.database.read() as connection:
        batches = [
            json.loads(row["detail"]) for row in audit.rows(connection) if row["action"] == "access.batch"
        ]
        for batch in batches:
            rows = connection.execute(
                select(access).where(access.c.batch == batch["digest"]).order_by(access.c.seq)
            ).all()
            digest = canonical_digest([[row.seq, row.at, row.actor, row.document, row.what] for row in rows])
            if digest != batch["digest"]:
                broken.append(batch["first"])
    return broken


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as handle:
        handle.write(line)
        handle.flush()
        os.fsync(handle.fileno())
