"""Versions: what an approval binds to, and what makes a new one (design 6; 一事一审 004 第十五条).

The content hash is computed from the rows each time it is needed; a signature is good as long as the
hash it was made on is the hash of what is there now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update

from disclosure_pipeline.errors import Refused, StaleVersion
from disclosure_pipeline.model.document import Attribute, VersionContent
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.route import TierState
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import fresh_version
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import decision, tier


def check_current(row: Row[Any], version: int) -> None:
    """Refuse a decision on a version that is not the present one.

    Raises:
        StaleVersion: it is not.
    """
    if row.version != version:
        raise StaleVersion(f"{row.id} is at version {row.version}, not {version}.")


def content_hash(connection: Connection, row: Row[Any]) -> str:
    """The hash over everything a signature on the present version binds to."""
    tiers = documents.tiers_of(connection, row.id, row.version)
    settled = documents.findings_of(connection, row.id, row.version)
    content = VersionContent(
        parts=tuple(
            (part.position, part.name or "", part.role.value, part.sha256)
            for part in documents.parts_of(connection, row.id, row.version)
        ),
        slip=documents.slip_of(row).published_fields() | {"title": row.title},
        attribute=row.reviewed_as,
        ground=row.proposed_ground,
        route=tuple(f"{item.tier}:{item.role}" for item in tiers),
        settled=tuple((item.id, item.settled.value) for item in settled if item.settled is not None),
    )
    return content.digest()


def check_unchanged(connection: Connection, row: Row[Any], tiers: list[Row[Any]]) -> None:
    """Prove that what earlier tiers of this version signed is still what is there.

    Raises:
        Refused: something changed under a signature.
    """
    signed = [item.tier for item in tiers if item.state == TierState.APPROVED.value]
    if not signed:
        return
    hashes = set(
        connection.execute(
            select(decision.c.content).where(
                decision.c.document == row.id,
                decision.c.version == row.version,
                decision.c.verb.in_(("approve", "withhold")),
            )
        ).scalars()
    )
    if hashes != {content_hash(connection, row)}:
        raise Refused(
            "The content is no longer what the earlier tiers signed.",
            code="content_changed",
            advice="Return the document; a new version must be reviewed from the start.",
        )


def check_settled(connection: Connection, row: Row[Any]) -> None:
    """Prove that every finding that needs a person has been settled.

    Raises:
        Refused: some are open.
    """
    open_ones = [
        item.id
        for item in documents.findings_of(connection, row.id, row.version)
        if item.settled is None and item.finding.severity is not Severity.INFO
    ]
    if open_ones:
        raise Refused(
            f"{len(open_ones)} findings are not settled yet.",
            code="findings_open",
            advice="Settle them with `disclosure clear`, or return the draft.",
        )


def widens(row: Row[Any], attribute: Attribute) -> bool:
    """Whether an attribute discloses more than the one under which this version is reviewed."""
    return attribute.breadth > (Attribute(row.reviewed_as).breadth if row.reviewed_as else 0)


def void_open_tiers(connection: Connection, row: Row[Any], *, signed_too: bool = False) -> None:
    """Void the tiers of the present version that are still open (and the signed ones, if asked)."""
    states = [TierState.OPEN.value] + ([TierState.APPROVED.value] if signed_too else [])
    connection.execute(
        update(tier)
        .where(tier.c.document == row.id, tier.c.version == row.version, tier.c.state.in_(states))
        .values(state=TierState.VOID.value)
    )


def raise_version(
    core: Core,
    connection: Connection,
    row: Row[Any],
    *,
    actor: str,
    why: str,
    changes: Mapping[str, Any],
) -> int:
    """Make a new version of the same files, to be reviewed from the first tier on.

    Args:
        core: the process's parts.
        connection: a writing transaction that holds the document's row.
        row: the document's row.
        actor: who caused it.
        why: code of the reason (``attribute``, ``settlement``, ``rescreen``).
        changes: columns that the new version starts with.

    Returns:
        The new version.
    """
    version = int(row.version) + 1
    void_open_tiers(connection, row, signed_too=True)
    documents.copy_version(connection, row.id, row.version, version)
    _copy_tiers(connection, row, version)
    take_step(
        core, connection, row.id, "revise", actor=actor,
        changes={**fresh_version(version), "work_at": None, "referral_needed": row.referral_needed, **changes},
        detail={"why": why, "from_version": row.version},
    )  # fmt: skip
    return version


def _copy_tiers(connection: Connection, row: Row[Any], version: int) -> None:
    rows = connection.execute(
        select(tier).where(tier.c.document == row.id, tier.c.version == row.version).order_by(tier.c.position)
    ).mappings()
    fresh = {"version": version, "state": TierState.OPEN.value, "by": None, "at": None, "reason": None}
    values = [{**item, **fresh} for item in rows]
    connection.execute(tier.insert(), values)
