"""Backup and restore: the rows, then the vault; never spool or quarantine (design 5, 7).

A backup is a folder: one JSON-lines file per table, a copy of the vault, and a manifest with the
hash of everything. It is the same for SQLite and PostgreSQL and can be restored into either. Site,
archive, register and drop folders have their own lives and are left as they are; a restored system
is therefore *held*: people can decide, nothing goes out, until ``channel verify`` has compared the
rows with what is really out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import DisclosureError, UsageError
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import held_again
from disclosure_pipeline.pipeline.anchors import anchor_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.used_numbers import raise_counters, used_numbers
from disclosure_pipeline.settings.workspace import PRIVATE
from disclosure_pipeline.store import audit, desk, search
from disclosure_pipeline.store.console_tables import desk as desk_rows
from disclosure_pipeline.store.console_tables import desk_count, session
from disclosure_pipeline.store.database import set_meta
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.rule_tables import rescreen_batch
from disclosure_pipeline.store.schema import metadata
from disclosure_pipeline.store.tables import document, worker
from disclosure_pipeline.store.vault import Vault

LAST = "last_backup"
"""Fact in `meta`: when this store was last backed up."""

FORMAT = 1
MANIFEST = "manifest.json"
_LEFT_OUT = frozenset({worker.name, session.name, desk_rows.name, desk_count.name})
"""Signs of life, and who is in the console: a restored store must not let anybody in who has left. The queue is
derived anew from the documents, like the search index."""

_BATCH = 500

Progress = Callable[[str, int], None]
"""Told what is being copied and how many pieces are done."""


def silent(_what: str, _count: int) -> None:
    """Tell nobody about the progress."""


class BackupDamaged(DisclosureError):
    """The backup is incomplete or damaged."""

    code = "backup.damaged"
    advice = "Use another backup; nothing was changed."


def backup(core: Core, destination: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write a backup into a new folder; the daemon may run on.

    Args:
        core: the process's parts.
        destination: a folder that does not exist yet.
        progress: told about the progress.

    Returns:
        The manifest.

    Raises:
        UsageError: the folder exists.
        StoreFault: the rows cannot be read.
    """
    if destination.exists():
        raise UsageError(f"{destination.name} exists already.", advice="Name a folder that does not exist.")
    partial = destination.with_name(destination.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=PRIVATE)
    (partial / "rows").mkdir(mode=PRIVATE)
    counts: dict[str, int] = {}
    with core.database.read() as connection:
        for table in _tables():
            counts[table.name] = _dump(connection, table, partial / "rows" / f"{table.name}.jsonl")
            progress(table.name, counts[table.name])
        head = audit.head(connection)
    files = _copy_vault(core.vault.folder, partial / "vault", progress)
    manifest = {
        "format": FORMAT,
        "at": utc_now(),
        "rows": counts,
        "audit": {"seq": head[0], "hash": head[1]},
        "tables": {name: file_digest(partial / "rows" / f"{name}.jsonl") for name in counts},
        "vault": files,
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    partial.rename(destination)
    with core.database.write() as connection:
        set_meta(connection, LAST, str(manifest["at"]))
    return manifest


def restore(core: Core, source: Path, progress: Progress = silent) -> dict[str, Any]:
    """Replace store and vault by a backup; the daemon must be down.

    Args:
        core: the process's parts; its store is emptied first.
        source: a folder that :func:`backup` made.
        progress: told about the progress.

    Returns:
        The manifest of the backup.

    Raises:
        BackupDamaged: found before anything is changed.
    """
    manifest = check(source)
    in_use = used_numbers(core)
    core.database.clear()
    core.database.migrate()
    with core.database.write() as connection:
        for table in _tables():
            connection.execute(table.delete())
        for table in _tables():
            progress(table.name, _load(connection, table, source / "rows" / f"{table.name}.jsonl"))
        core.database.renew_serials(connection)
        raise_counters(connection, in_use)
        desk.rebuild(connection)
        search.rebuild(connection)
        _settle_after_restore(connection)
    vault = Vault(core.workspace.vault)
    for number, name in enumerate(manifest["vault"]):
        vault.put(source / "vault" / name[:2] / name, name)
        progress("vault", number + 1)
    vault.sweep(manifest["vault"])
    held_again.hold_again(core)
    anchor_now(core, restored=manifest["audit"]["seq"])
    return manifest


def check(source: Path) -> dict[str, Any]:
    """Prove a backup against its manifest.

    Raises:
        BackupDamaged: something is missing or not what the manifest says.
    """
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise BackupDamaged("There is no readable manifest in the folder.") from None
    if manifest.get("format") != FORMAT:
        raise BackupDamaged("The backup has another format than this program reads.")
    if set(manifest["tables"]) != {table.name for table in _tables()}:
        raise BackupDamaged("The backup holds other tables than this program has.")
    wanted = {source / "rows" / f"{name}.jsonl": digest for name, digest in manifest["tables"].items()}
    wanted |= {source / "vault" / name[:2] / name: name for name in manifest["vault"]}
    bad = [path for path, digest in wanted.items() if not path.is_file() or file_digest(path) != digest]
    if bad:
        raise BackupDamaged(f"{len(bad)} files are missing or damaged.")
    return manifest


def _tables() -> Iterator[Table]:
    return (table for table in metadata.sorted_tables if table.name not in _LEFT_OUT)


def _dump(connection: Connection, table: Table, path: Path) -> int:
    count = 0
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    with path.open("w", encoding="utf-8") as handle:
        for row in rows.mappings():
            handle.write(
                json.dumps({str(key): value for key, value in row.items()}, ensure_ascii=False) + "\n"
            )
            count += 1
    return count


def _load(connection: Connection, table: Table, path: Path) -> int:
    count, batch = 0, []
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            batch.append(json.loads(line))
            if len(batch) == _BATCH:
                connection.execute(insert(table), batch)
                count, batch = count + len(batch), []
    if batch:
        connection.execute(insert(table), batch)
    return count + len(batch)


def _copy_vault(vault: Path, target: Path, progress: Progress) -> list[str]:
    names = []
    for path in sorted(vault.glob("??/*")) if vault.is_dir() else ():
        if path.name.startswith(".") or not path.is_file():
            continue
        copy = target / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        names.append(path.name)
        progress("vault", len(names))
    target.mkdir(exist_ok=True)
    return names


def _settle_after_restore(connection: Connection) -> None:
    """Nothing goes out, nobody holds anything, and what was only in the spool needs a person."""
    set_meta(connection, HELD, utc_now())
    connection.execute(update(document).values(lease_owner=None, fence=document.c.fence + 1))
    connection.execute(update(publication).values(lease_owner=None, fence=publication.c.fence + 1))
    connection.execute(update(rescreen_batch).values(lease_owner=None, fence=rescreen_batch.c.fence + 1))
    lost = connection.execute(
        select(document.c.id).where(
            document.c.spool.is_not(None),
            document.c.state.in_((State.RECEIVED.value, State.ATTENTION.value)),
        )
    ).scalars()
    detail: Mapping[str, Any] = {"only_in_spool": sorted(lost)}
    audit.append(connection, audit.Record(action="restored", actor="system", detail=detail))
