"""Whether the audit chain holds, as far as it was proved (design 8).

Proving the whole chain of a large store takes minutes, so it is proved piece by piece: a checkpoint in `meta` names
the last row that was proved, with its hash, and each piece goes on from there. The scheduler moves it, and a
page may ask for a piece. Whoever can write the store could also write the checkpoint: the proof over everything,
with the anchors outside the store, is `disclosure audit verify`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import anchors
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.database import insert_once
from disclosure_pipeline.store.tables import audit as audit_table
from disclosure_pipeline.store.tables import meta

CHECKPOINT = "audit_proved"
"""Fact in `meta`: the last row that was proved."""

PIECE = 5000
"""Rows that are proved at once."""


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """How far the chain is proved.

    Args:
        proved: number of the last row that was proved.
        at: when that was, UTC; empty if it never was.
        head: number of the last row.
        problem: ``missing``, ``changed``, ``unlinked`` (a row), ``anchor`` (the chain does not fit what was noted
            outside the store), ``checkpoint`` (the row that was proved last is not what it was), or empty.
        where: number of the row with the problem.
    """

    proved: int
    at: str
    head: int
    problem: str = ""
    where: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything there is was proved."""
        return not self.problem and self.proved == self.head


def status(core: Core) -> ChainStatus:
    """How far the chain is proved; proves nothing but that the checkpoint itself still holds."""
    with core.database.read() as connection:
        return _status(connection, _read(connection))


def prove_further(
    core: Core, pieces: int | None = 1, enough: Callable[[], bool] = lambda: False
) -> ChainStatus:
    """Prove the rows behind the checkpoint.

    Args:
        core: the process's parts.
        pieces: most pieces of :data:`PIECE` rows; ``None`` goes to the end.
        enough: asked before each of them; the rest is left for the next time when it says so.

    Returns:
        How far it is proved then. A problem stays until `disclosure audit verify` has been looked at and the
        checkpoint was forgotten (:func:`forget`).
    """
    left = pieces
    while (left is None or left > 0) and not enough():
        noted = _anchors(core)  # before the rows: an anchor that is noted meanwhile may be of a later row
        with core.database.read() as connection:
            known = _read(connection)
            found = _status(connection, known)
            if found.problem or found.proved == found.head:
                break
            moved = _prove_piece(connection, found, noted)
        _move(core, known, moved)
        left = None if left is None else left - 1
    return status(core)


def forget(core: Core) -> None:
    """Begin to prove anew from the first row."""
    with core.database.write() as connection:
        connection.execute(meta.delete().where(meta.c.key == CHECKPOINT))


def _read(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.key == CHECKPOINT)).scalar() or ""


def _status(connection: Connection, known: str) -> ChainStatus:
    head, _ = audit.head(connection)
    if not known:
        return ChainStatus(0, "", head)
    values: dict[str, Any] = json.loads(known)
    problem, where = values.get("problem", ""), values.get("where", 0)
    if not problem and _hash_of(connection, values["seq"]) != values["hash"]:
        problem, where = "checkpoint", values["seq"]
    return ChainStatus(values["seq"], values["at"], head, problem, where)


def _hash_of(connection: Connection, seq: int) -> str | None:
    """The hash of a row, as its columns give it now."""
    row = connection.execute(select(audit_table).where(audit_table.c.seq == seq)).mappings().first()
    if row is None:
        return audit.GENESIS if seq == 0 else None
    values = {str(key): value for key, value in row.items()}
    return audit.row_hash(values) if values["hash"] == audit.row_hash(values) else None


def _anchors(core: Core) -> dict[int, set[str]]:
    wanted: dict[int, set[str]] = {}
    for seq, digest in anchors.anchors(core):
        wanted.setdefault(seq, set()).add(digest)
    return wanted


def _prove_piece(connection: Connection, found: ChainStatus, wanted: dict[int, set[str]]) -> dict[str, Any]:
    """The next checkpoint."""
    if wanted and max(wanted) > found.head:
        return _checkpoint(connection, found.proved, "anchor", max(wanted))
    seq, digest = found.proved, _hash_of(connection, found.proved) or audit.GENESIS
    for row in audit.rows(connection, after=seq, limit=PIECE):
        for problem in audit.problems_of(row, seq + 1, digest):
            return _checkpoint(connection, seq, problem.code, problem.seq)
        if wanted.get(row["seq"], {row["hash"]}) != {row["hash"]}:
            return _checkpoint(connection, seq, "anchor", row["seq"])
        seq, digest = row["seq"], row["hash"]
    return {"seq": seq, "hash": digest, "at": utc_now()}


def _checkpoint(connection: Connection, seq: int, problem: str, where: int) -> dict[str, Any]:
    digest = _hash_of(connection, seq) or ""
    return {"seq": seq, "hash": digest, "at": utc_now(), "problem": problem, "where": where}


def _move(core: Core, known: str, moved: dict[str, Any]) -> None:
    """Write a checkpoint, unless somebody else has moved it meanwhile."""
    with core.database.write() as connection:
        insert_once(connection, meta, {"key": CHECKPOINT, "value": ""})
        connection.execute(
            update(meta)
            .where(meta.c.key == CHECKPOINT, meta.c.value == known)
            .values(value=json.dumps(moved))
        )
