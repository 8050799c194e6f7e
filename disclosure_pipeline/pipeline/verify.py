"""What is really out, compared with the rows (`disclosure channel verify`).

The channels are asked what they hold; every difference is named. After a restore this ends the
hold: what a channel says is withdrawn becomes withdrawn here, because a withdrawal outlives the
backup that does not know it (tombstones).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.lifecycle import State, step
from disclosure_pipeline.model.publication import PublicationState, Standing
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import publication as publishing
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import HELD, publications_of
from disclosure_pipeline.pipeline.transitions import SYSTEM, take_step
from disclosure_pipeline.store import audit, deviations, documents
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.deviations import Deviation
from disclosure_pipeline.store.publication_tables import publication, receipt
from disclosure_pipeline.store.tables import document

P = PublicationState
_HOLDS = {P.DONE.value: "published", P.WITHDRAWN.value: "withdrawn"}


def verify_channels(core: Core, *, by: str = "system") -> dict[str, Any]:
    """Compare every channel with the rows, and end the hold after a restore.

    Args:
        core: the process's parts.
        by: who asked.

    Returns:
        ``{"channels": [{"channel", "held", "fault"}], "differences": [{"document", "channel",
        "code"}], "hold_ended"}``; codes: ``missing``, ``changed``, ``extra``, ``withdrawn``,
        ``unverified``.
    """
    found = _look(core)
    held = _end_hold(core, by)
    return {**found, "hold_ended": held}


def watch(core: Core) -> Mapping[str, int]:
    """Look whether every channel still holds what its receipts say; the scheduler's job.

    Archives are left to :mod:`fixity <disclosure_pipeline.pipeline.fixity>`, which reads them a share at a time: they
    hold everything that ever was. What is found stays noted until the next look finds it gone. After a restore
    nothing is looked at: a person compares first.

    Args:
        core: the process's parts.

    Returns:
        How many differences there are, and how many of them are new.
    """
    with core.database.read() as connection:
        if get_meta(connection, HELD) is not None:
            return {"differences": 0, "new": 0}
    archives = {name for name, info in core.host.channels.items() if info.archive}
    differences = _look(core, apart_from=archives)["differences"]
    with core.database.write() as connection:
        new = deviations.replace(
            connection, differences, core.settings.unit[0].code, apart_from=sorted(archives)
        )
        tell(connection, new)
    return {"differences": len(differences), "new": len(new)}


def tell(connection: Connection, new: Iterable[Deviation]) -> None:
    """Enter deviations that were not known before into the audit log.

    Args:
        connection: a writing transaction.
        new: what was found.
    """
    for item in new:
        detail = {"channel": item.channel, "code": item.code}
        audit.append(
            connection, audit.Record("channel.deviates", SYSTEM, item.document, item.unit, detail=detail)
        )


def _look(core: Core, apart_from: Collection[str] = ()) -> dict[str, Any]:
    channels: list[dict[str, Any]] = []
    differences: list[dict[str, str]] = []
    for name in sorted(set(core.host.channels) - set(apart_from)):
        try:
            standings = core.host.channel_verify(name, ())
        except DisclosureError as error:
            channels.append({"channel": name, "held": None, "fault": error.code})
            differences.append({"document": "", "channel": name, "code": "unverified"})
            continue
        channels.append({"channel": name, "held": len(standings), "fault": None})
        differences += compare(core, name, {item.document: item for item in standings})
    return {"channels": channels, "differences": differences}


def compare(
    core: Core, channel: str, holds: Mapping[str, Standing], documents: Collection[str] | None = None
) -> list[dict[str, str]]:
    """Differences between what a channel holds and what the rows say.

    Args:
        core: the process's parts.
        channel: full id of the channel.
        holds: what it said, by case number.
        documents: the documents that it was asked for; ``None`` for all of them.

    Returns:
        ``document``, ``channel`` and ``code`` of each.
    """
    query, ids = select(publication).where(publication.c.channel == channel), select(document.c.id)
    if documents is not None:
        query, ids = (
            query.where(publication.c.document.in_(documents)),
            ids.where(document.c.id.in_(documents)),
        )
    with core.database.read() as connection:
        rows = {row.document: row for row in connection.execute(query)}
        known = set(connection.execute(ids).scalars())
    found = []
    for case in sorted({*rows, *holds}):
        standing, row = holds.get(case), rows.get(case)
        code = _difference(core, channel, standing, row)
        if code == "withdrawn" and case in known:
            _believe_withdrawn(core, case, channel, standing)
        if code:
            found.append({"document": case, "channel": channel, "code": code})
    return found


def _difference(core: Core, channel: str, standing: Standing | None, row: Any) -> str:
    state = standing.state if standing is not None else "absent"
    if row is None:
        return "" if state == "absent" else "withdrawn" if state == "withdrawn" else "extra"
    wanted = _HOLDS.get(row.state)
    if state == "withdrawn" and wanted != "withdrawn":
        return "withdrawn" if standing is not None and standing.generation >= row.generation else ""
    if wanted == "published":
        if state != "published" or standing is None:
            return "missing"
        return "changed" if dict(standing.hashes) != _receipt_hashes(core, channel, row) else ""
    if wanted == "withdrawn":
        return "extra" if state == "published" else _lost(core, channel, standing, row)
    return ""


def _lost(core: Core, channel: str, standing: Standing | None, row: Any) -> str:
    """What is wrong with something withdrawn, in a channel that keeps what it holds."""
    if not _keeps(row.receipt):
        return ""
    if standing is None or standing.state == "absent":
        return "missing"
    return "changed" if dict(standing.hashes) != _receipt_hashes(core, channel, row) else ""


def _keeps(receipt_body: Mapping[str, Any] | None) -> bool:
    """Whether a channel said of a withdrawal that it keeps what it holds, as an archive does."""
    return bool(((receipt_body or {}).get("detail") or {}).get("kept"))


def _receipt_hashes(core: Core, _channel: str, row: Any) -> dict[str, str]:
    body = row.receipt
    if body is None:
        with core.database.read() as connection:
            body = connection.execute(
                select(receipt.c.body)
                .where(receipt.c.document == row.document, receipt.c.channel == row.channel)
                .order_by(receipt.c.seq.desc())
            ).scalar()
    return dict((body or {}).get("hashes", {}))


def _believe_withdrawn(core: Core, case: str, channel: str, standing: Standing | None) -> None:
    """Make the rows say what the channel shows: this document was withdrawn."""
    generation = standing.generation if standing is not None else 0
    with core.database.write() as connection:
        row = documents.fetch(connection, case, lock=True)
        if State(row.state) not in step("found_withdrawn").sources:
            return
        generation = max(generation, row.generation)
        now = utc_now()
        under_way = State(row.state) is State.WITHDRAWING
        for item in publications_of(connection, case, lock=True):
            if under_way and item.channel != channel:
                continue
            # The other channels may still hold it: they are told to withdraw, under this generation.
            values: dict[str, Any] = {
                "action": "withdraw", "generation": generation, "attempt": 0, "effect_at": now, "due_at": now,
                "lease_owner": None, "fence": item.fence + 1,
            }  # fmt: skip
            values["state"] = (P.WITHDRAWN if item.channel == channel else P.WITHDRAWING).value
            connection.execute(
                update(publication)
                .where(publication.c.document == case, publication.c.channel == item.channel)
                .values(**values)
            )
        take_step(
            core, connection, case, "found_withdrawn", changes={"generation": generation, "work_at": None},
            detail={"channel": channel, "generation": generation},
        )  # fmt: skip
        publishing.finish(core, connection, case)


def _end_hold(core: Core, by: str) -> bool:
    with core.database.write() as connection:
        if get_meta(connection, HELD) is None:
            return False
        set_meta(connection, HELD, None)
        audit.append(connection, audit.Record(action="hold.ended", actor=by))
        return True
