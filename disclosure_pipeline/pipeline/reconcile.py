"""The reconciler: brings rows and reality together again after crashes (design 4).

It derives work from the rows alone, may run at any time and twice at once, and only ever does what
a step or a worker would have done.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import or_, select, update
from structlog import get_logger

from disclosure_pipeline.hooks.sandbox import FOLDER_PREFIX
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.times import later, utc_now
from disclosure_pipeline.pipeline import (
    incidents,
    isolation,
    leases,
    letters,
    quarantine,
    rescreen_batches,
    spool,
)
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document, worker

log = get_logger(__name__)

_STRAY_AFTER = 3600.0
"""Seconds after which a spool folder that the rows do not know is a stray."""

_NEEDLESS_AFTER = 20.0
"""Seconds after which a spool folder goes that a killed process did not get round to removing."""

_DOOMED = ".stray-"
"""Beginning of the name of a folder that is about to go."""


def reconcile(core: Core) -> Mapping[str, int]:
    """Do one round.

    Args:
        core: the process's parts.

    Returns:
        Counts of what was mended.
    """
    return {
        "freed": free_orphans(core) + free_batches(core),
        "destroyed": quarantine.finish_destructions(core),
        "quarantine_moved": finish_quarantines(core),
        "notes": incidents.finish_notes(core),
        "forgotten": int(isolation.forget(core)),
        "strays_removed": remove_strays(core),
        "letters": letters.deliver(core) if _letters_wait_long(core) else 0,
    }


def free_orphans(core: Core) -> int:
    """Free the work of dead workers, so that a living one takes it over.

    Returns:
        How many documents and publications were freed.
    """
    with core.database.read() as connection:
        cases, publications = leases.orphans(core, connection)
    if not cases and not publications:
        return 0
    with core.database.write() as connection:
        alive = leases.living(core, connection)
        for case in cases:
            connection.execute(
                update(document)
                .where(document.c.id == case, document.c.lease_owner.not_in(alive))
                .values(lease_owner=None, fence=document.c.fence + 1, takeovers=document.c.takeovers + 1)
            )
        for case, channel in publications:
            connection.execute(
                update(publication)
                .where(
                    publication.c.document == case,
                    publication.c.channel == channel,
                    publication.c.lease_owner.not_in(alive),
                )
                .values(
                    lease_owner=None, fence=publication.c.fence + 1, takeovers=publication.c.takeovers + 1
                )
            )
    log.info("orphans_freed", documents=len(cases), publications=len(publications))
    return len(cases) + len(publications)


def free_batches(core: Core) -> int:
    """Free the batches of re-screening whose worker is dead; returns how many."""
    with core.database.read() as connection:
        alive = leases.living(core, connection)
        held = rescreen_batches.held(connection) - alive
    if not held:
        return 0
    with core.database.write() as connection:
        return rescreen_batches.free_orphans(connection, leases.living(core, connection))


def finish_quarantines(core: Core) -> int:
    """Move what a quarantined row still has in the spool or the vault; returns how many files or folders."""
    with core.database.read() as connection:
        held = [
            (row.id, row.spool)
            for row in connection.execute(
                select(document.c.id, document.c.spool).where(
                    document.c.state == State.QUARANTINED.value, document.c.spool.is_not(None)
                )
            )
        ]
        waiting = {case: name for case, name in held if (core.workspace.spool / name).is_dir()}
    for name in waiting.values():
        spool.isolate(core, name)
    return sum(max(case in waiting, isolation.tidy(core, case)) for case, _ in held)


def remove_strays(core: Core) -> int:
    """Remove what killed processes left in spool and vault; returns how many folders and files.

    A submission's folder goes when its row says that the files are safe elsewhere; one that no row
    knows may still be on its way in, and goes after an hour. A worker's folders go when it is dead.
    """
    folders = {path.name: path for path in core.workspace.spool.iterdir() if path.is_dir()}
    with core.database.read() as connection:
        named = set(
            connection.execute(select(document.c.spool).where(document.c.spool.in_(list(folders)))).scalars()
        )
        taken_in = set(
            connection.execute(select(document.c.claim).where(document.c.claim.in_(list(folders)))).scalars()
        )
        alive = leases.living(core, connection)
        hosts = set(connection.execute(select(worker.c.host).where(worker.c.id.in_(alive))).scalars())
    in_use = tuple(spool.scratch_prefix(life) for life in alive)
    in_use += tuple(f"{FOLDER_PREFIX}{host}-" for host in {*hosts, socket.gethostname()})
    removed = core.vault.remove_unfinished()
    for name, folder in folders.items():
        if name in named or name.startswith(in_use):
            continue
        needless = name in taken_in or name.startswith((spool.SCRATCH, _DOOMED))
        limit = _NEEDLESS_AFTER if needless else _STRAY_AFTER
        removed += _age(folder) > limit and _remove_stray(core, folder, limit)
    return removed


def _remove_stray(core: Core, folder: Path, limit: float) -> bool:
    """Remove a folder, unless the desk takes it in at this very moment (which renews its time)."""
    name = folder.name.removeprefix(_DOOMED)
    doomed, kept = folder.with_name(f"{_DOOMED}{name}"), folder.with_name(name)
    folder.rename(doomed)
    with core.database.read() as connection:
        named = connection.execute(select(document.c.id).where(document.c.spool == name)).first() is not None
    if named or _age(doomed) <= limit:
        doomed.rename(kept)
        return False
    spool.return_archived(core, doomed)
    shutil.rmtree(doomed, ignore_errors=True)
    return True


def _age(folder: Path) -> float:
    """Seconds since something was last put into a folder; 0 for one that is gone already."""
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def dead_slots(core: Core) -> list[str]:
    """Worker slots none of whose lives is living, each told once.

    Their unfinished engine rows are given to the living; a slot that comes back starts anew.
    """
    limit = later(utc_now(), -core.settings.engine.dead_after)
    with core.database.write() as connection:
        alive = {life.split("#", 1)[0] for life in leases.living(core, connection)}
        ended = connection.execute(
            select(worker.c.id).where(or_(worker.c.stopped_at.is_not(None), worker.c.beat_at < limit))
        ).scalars()
        told = set((get_meta(connection, "dead_slots") or "").split(","))
        slots = {life.split("#", 1)[0] for life in ended} - alive
        fresh = sorted(slots - told)
        if fresh or told - slots - {""}:
            set_meta(connection, "dead_slots", ",".join(sorted(slots)) or None)
    return fresh


def _letters_wait_long(core: Core) -> bool:
    with core.database.read() as connection:
        return letters.waiting(connection)
