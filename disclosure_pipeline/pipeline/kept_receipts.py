"""What all channels answered, kept beside the bags of the archive (回执; 档案法实施条例 第三十九条).

A bag is written once, when the other channels are still at work, and the archive's own receipt can be in no bag. So the
receipts of a version, and what people did for its channels, follow as a file beside its bag, as they come in. Files
are told by their digests alone: a name often is the title, and the file stays where a bag was moved into quarantine.
Written anew it is the same file, and one that is there already is left alone; receipts that only the file knows, because
an older backup was restored, stay in it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from disclosure_pipeline.durable import sync_folder
from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.model.publication import EffectKey
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.publication_tables import errand, receipt

ARCHIVE = "builtin.archive"
"""The archive whose bags these are; others get no such file."""

SUFFIX = ".receipts.json"
"""What the name of a bag's folder ends with in the name of the file beside it."""

CURSOR = "receipts_kept"
"""Fact in `meta`: number of the last receipt that was looked at."""

_BATCH = 500
_OVERLAP = 500
"""Receipts that are looked at again: numbers are given before the transaction ends, so a later one can come first."""
_MODE = 0o640


def catch_up(core: Core, enough: Callable[[], bool] = lambda: False) -> int:
    """Keep the receipts that have come in since the last time; the scheduler's job.

    Args:
        core: the process's parts.
        enough: asked before each batch; the rest is left for the next time when it says so.

    Returns:
        How many files were written.

    Raises:
        StoreFault: the archive's folder cannot be read or written.
    """
    with core.database.read() as connection:
        known = int(get_meta(connection, CURSOR) or 0)
        newest = int(connection.execute(select(func.coalesce(func.max(receipt.c.seq), 0))).scalar_one())
    if newest == known:
        return 0
    written, after = 0, max(0, min(known, newest) - _OVERLAP)
    while after < newest and not enough():
        with core.database.read() as connection:
            query = select(receipt.c.seq, receipt.c.document).where(receipt.c.seq > after)
            rows = connection.execute(query.order_by(receipt.c.seq).limit(_BATCH)).all()
        if not rows:
            break
        written += keep(core, {row.document for row in rows})
        after = rows[-1].seq
        with core.database.write() as connection:
            set_meta(connection, CURSOR, str(after))
    return written


def keep(core: Core, documents: Collection[str]) -> int:
    """Keep what the channels have answered of some documents.

    Args:
        core: the process's parts.
        documents: case numbers, some thousands at most.

    Returns:
        How many files were written; one that is there already with this content is none.

    Raises:
        StoreFault: the archive's folder cannot be read or written.
    """
    written = 0
    for document in sorted(documents):
        with core.database.read() as connection:
            found = _receipts(connection, document)
            errands = _errands(connection, document)
        for version, rows in sorted(found.items()):
            bag = _bag(core, rows)
            if bag is not None:
                path = bag.with_name(bag.name + SUFFIX)
                told = _told(document, version, rows, errands)
                known = {item["key"] for item in told["receipts"]}
                told["receipts"] += [item for item in _earlier(path) if item["key"] not in known]
                told["receipts"].sort(key=lambda item: (item["at"], item["key"]))
                written += _written(path, told)
    return written


def _receipts(connection: Connection, document: str) -> dict[int, list[Row[Any]]]:
    """Every receipt of a document, by the version that it is about."""
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
        select(receipt).where(receipt.c.document == document).order_by(receipt.c.seq)
    ):
        found[EffectKey.parse(row.key).version].append(row)
    return found


def _errands(connection: Connection, document: str) -> list[dict[str, Any]]:
    """What people were asked to do for it, whatever the version."""
    query = select(errand).where(errand.c.document == document).order_by(errand.c.seq)
    return [
        {
            "channel": row.channel, "kind": row.kind, "opened": row.opened_at, "ended": row.ended_at,
            "outcome": row.outcome, "by": row.by, "deputy_for": row.deputy_for, "address": row.address,
            "scan": row.scan,
        }
        for row in connection.execute(query)
    ]  # fmt: skip


def _bag(core: Core, rows: Iterable[Row[Any]]) -> Path | None:
    """Where the archive says that the bag of a version lies; ``None`` while it has said nothing."""
    places = [
        str(row.body["detail"]["bag"])
        for row in rows
        if row.channel == ARCHIVE and (row.body.get("detail") or {}).get("bag")
    ]
    if not places:
        return None
    root = core.workspace.archive.resolve()
    place = (root / places[-1]).resolve()
    return place if place.is_relative_to(root) and place.parent.is_dir() else None


def _told(
    document: str, version: int, rows: Sequence[Row[Any]], errands: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "document": document,
        "version": version,
        "receipts": [
            {
                "channel": row.channel, "key": row.key, "at": row.at, "address": row.body.get("address") or "",
                "files": sorted((row.body.get("hashes") or {}).values()), "detail": row.body.get("detail") or {},
            }
            for row in rows
        ],
        "errands": list(errands),
    }  # fmt: skip


def _earlier(path: Path) -> list[dict[str, Any]]:
    """The receipts that a file holds already; none of one that is no such file: it is written anew."""
    try:
        found: list[dict[str, Any]] = json.loads(path.read_bytes())["receipts"]
        return [item for item in found if item["key"] and item["at"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
    except OSError as error:
        # Written anew it would lose what only it knows.
        raise _unusable(error) from None


def _written(path: Path, told: dict[str, Any]) -> bool:
    """Write a file at once and durably, unless it says this already; whether it was written."""
    data = (json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    unfinished = path.with_name(f".{path.name}.new")
    try:
        if path.is_file() and path.read_bytes() == data:
            unfinished.unlink(missing_ok=True)
            return False
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _unusable(error) from None
    return True


def _unusable(error: OSError) -> StoreFault:
    return StoreFault(
        f"The archive's folder cannot be read or written ({type(error).__name__}).",
        advice="Check disk space, mounts and permissions; it is tried again by itself.",
    )
