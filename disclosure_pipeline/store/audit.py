"""The audit log: a hash chain over everything that happened (design 8).

Each row's hash covers every column of it and the hash of the row before. One writer at a time
appends: SQLite has one writer anyway, PostgreSQL takes an advisory lock that is held to the end of
the transaction and must therefore be **the last lock a transaction takes** (lock document rows
first). Reasons enter as digests, so that text can be purged without breaking the chain.

A truncated chain verifies by itself; the anchors (sequence and hash, appended daily to a file in
the archive) show the truncation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store.tables import audit

GENESIS = "0" * 64
_LOCK = 7230002
_COLUMNS = (
    "seq",
    "at",
    "unit",
    "actor",
    "action",
    "document",
    "version",
    "before",
    "after",
    "detail",
    "previous",
)


@dataclass(frozen=True, slots=True)
class Record:
    """What an audit row tells.

    Args:
        action: name of the step, or of another act (``user.add`` …).
        actor: who acted; ``system`` for the pipeline.
        document: case number, or empty.
        unit: unit code. version: document version, 0 if none.
        before: state before. after: state after.
        detail: further facts: ids, codes, hashes, counts; never document text.
    """

    action: str
    actor: str
    document: str = ""
    unit: str = ""
    version: int = 0
    before: str = ""
    after: str = ""
    detail: Mapping[str, Any] | None = None


def digest_of(text: str) -> str:
    """The digest under which a reason enters the chain (empty for an empty reason)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def hold(connection: Connection) -> None:
    """Take the log's lock, to the end of the transaction; whoever has it waits for no other lock."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def append(connection: Connection, record: Record) -> str:
    """Append one row to the chain.

    Args:
        connection: the writing transaction of the change that the row tells.
        record: what happened.

    Returns:
        The row's hash.
    """
    hold(connection)
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    row: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": utc_now(),
        "unit": record.unit,
        "actor": record.actor,
        "action": record.action,
        "document": record.document,
        "version": record.version,
        "before": record.before,
        "after": record.after,
        "detail": json.dumps(dict(record.detail or {}), ensure_ascii=False, sort_keys=True),
        "previous": last.hash if last else GENESIS,
    }
    row["hash"] = row_hash(row)
    connection.execute(insert(audit).values(**row))
    return str(row["hash"])


def row_hash(row: Mapping[str, Any]) -> str:
    """The hash over all columns of a row but the hash itself."""
    return canonical_digest([row[name] for name in _COLUMNS])


def rows(
    connection: Connection, document: str | None = None, *, after: int = 0, limit: int | None = None
) -> Iterator[Mapping[str, Any]]:
    """Audit rows in order, of one document or of all.

    Args:
        connection: a reading transaction.
        document: case number; ``None`` for the whole chain.
        after: only rows with a higher sequence number.
        limit: most rows.
    """
    query = select(audit).order_by(audit.c.seq).limit(limit)
    if document is not None:
        query = query.where(audit.c.document == document)
    if after:
        query = query.where(audit.c.seq > after)
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield {str(key): value for key, value in row.items()}


def head(connection: Connection) -> tuple[int, str]:
    """Sequence number and hash of the last row; ``(0, GENESIS)`` for an empty chain."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where the chain does not hold.

    Args:
        seq: sequence number of the row (or of the anchor).
        code: ``missing``, ``changed``, ``unlinked``, ``anchor``.
    """

    seq: int
    code: str


def problems_of(row: Mapping[str, Any], seq: int, previous: str) -> Iterator[Problem]:
    """What is wrong with a row.

    Args:
        row: the row.
        seq: the sequence number that comes next in the chain.
        previous: hash of the row before.
    """
    if row["seq"] != seq:
        yield Problem(seq, "missing")
    if row_hash(row) != row["hash"]:
        yield Problem(row["seq"], "changed")
    elif row["previous"] != previous:
        yield Problem(row["seq"], "unlinked")


def verify(connection: Connection, anchors: Iterable[tuple[int, str]] = ()) -> tuple[int, list[Problem]]:
    """Prove the chain.

    Args:
        connection: a reading transaction.
        anchors: (seq, hash) pairs noted outside the store.

    Returns:
        Number of rows, and every problem found.
    """
    problems: list[Problem] = []
    wanted: dict[int, set[str]] = {}
    for seq, digest in anchors:
        wanted.setdefault(seq, set()).add(digest)
    previous, expected = GENESIS, 1
    for row in rows(connection):
        problems.extend(problems_of(row, expected, previous))
        if wanted.pop(row["seq"], {row["hash"]}) != {row["hash"]}:
            problems.append(Problem(row["seq"], "anchor"))
        previous, expected = row["hash"], row["seq"] + 1
    problems.extend(Problem(seq, "anchor") for seq in sorted(wanted))
    return expected - 1, problems
