"""Versions: what an approval binds to, and what makes a new one (design 6; 一事一审 004 第十五条).

The content hash is computed from the rows each time it is needed; a signature is good as long as the
hash it was made on is the hash of what is there now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from disclosure_pipeline.errors import Refused, StaleVersion
from disclosure_pipeline.model.clock import day_of
from disclosure_pipeline.model.document import Attribute, VersionContent, canonical_digest
from disclosure_pipeline.model.finding import PERSON, Settlement, Severity
from disclosure_pipeline.model.route import Route, TierState
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.intake import fresh_version
from disclosure_pipeline.pipeline.transitions import take_step
from disclosure_pipeline.store import documents, picture_rulings, version_heads
from disclosure_pipeline.store.tables import audit, decision, document, tier


def check_current(row: Row[Any], version: int) -> None:
    """Refuse a decision on a version that is not the present one.

    Raises:
        StaleVersion: it is not.
    """
    if row.version != version:
        raise StaleVersion(f"{row.id} is at version {row.version}, not {version}.")


def begun_on(connection: Connection, row: Row[Any]) -> date:
    """The day in Asia/Shanghai on which the present version was handed in, or made; by the audit log."""
    query = (
        select(audit.c.at)
        .where(audit.c.document == row.id, audit.c.version == row.version)
        .order_by(audit.c.seq)
        .limit(1)
    )
    return day_of(parse(connection.execute(query).scalar_one()))


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
        settled=tuple((item.id, _settlement(item)) for item in settled if item.settled is not None),
        texts=tuple(
            (
                position,
                canonical_digest([[item.text, item.visible, item.place.as_json()] for item in text.segments]),
            )
            for position, text in sorted(documents.texts_of(connection, row.id, row.version).items())
        ),
        pictures=tuple(
            (*key, said.ruling.value)
            for key, said in picture_rulings.of_version(connection, row.id, row.version).items()
        ),
    )
    return content.digest()


def _settlement(item: documents.Settled) -> str:
    """How a finding is settled, with the characters that it means; a box or a treatment only if it has one."""
    said: list[Any] = [
        item.settled, item.finding.kind, item.finding.rule, item.finding.part, item.finding.ranges,
    ]  # fmt: skip
    if item.treatment is not None:
        said.append(item.treatment)
    if item.finding.detector == PERSON:
        said.append(item.finding.place.as_json())
    return json.dumps(said)


def check_unchanged(connection: Connection, row: Row[Any], tiers: list[Row[Any]]) -> None:
    """Prove that what earlier tiers of this version signed is still what is there.

    Raises:
        Refused: something changed under a signature.
    """
    signed = [item.tier for item in tiers if item.state == TierState.APPROVED.value]
    if not signed:
        return
    given = connection.execute(
        select(decision.c.tier, decision.c.content)
        .where(
            decision.c.document == row.id,
            decision.c.version == row.version,
            decision.c.verb.in_(("approve", "withhold")),
        )
        .order_by(decision.c.seq)
    )
    # A version that was reviewed again (after `retry`) has older signatures too: the last one of a tier counts.
    latest = {item.tier: item.content for item in given}
    if {latest.get(name) for name in signed} != {content_hash(connection, row)}:
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
    open_ones = unsettled(documents.findings_of(connection, row.id, row.version))
    if open_ones:
        raise Refused(
            f"{len(open_ones)} findings are not settled yet.",
            code="findings_open",
            advice="Settle them with `disclosure clear`, or return the draft.",
        )


def unsettled(findings: Iterable[documents.Settled]) -> list[documents.Settled]:
    """The findings that still need a person's word."""
    return [item for item in findings if item.settled is None and item.finding.severity is not Severity.INFO]


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


def frozen_digest(files: Iterable[tuple[str, str]]) -> str:
    """The hash that the final tier signs, over (name, sha256) of the frozen files in order."""
    return canonical_digest([list(item) for item in files])


def check_frozen(connection: Connection, row: Row[Any]) -> None:
    """Prove that the frozen files are the ones whose hash the row names.

    Raises:
        Refused: there are none yet, or they were changed.
    """
    if row.frozen_digest is None:
        raise Refused(
            "The public copy is not frozen yet; the final tier signs its hash.",
            code="not_frozen",
            advice="Wait until `disclosure show` lists the files under 'public', then decide again.",
        )
    files = documents.artefacts_of(connection, row.id, row.version)
    if frozen_digest((item.name, item.sha256) for item in files) != row.frozen_digest:
        raise Refused(
            "The frozen files are not the ones that were proved.",
            code="content_changed",
            advice="Return the document; a new version must be reviewed from the start.",
        )


def check_signed(connection: Connection, row: Row[Any]) -> None:
    """Prove that what is about to go out is what every tier signed, and the last one as frozen.

    Raises:
        Refused: something changed after the last signature.
    """
    tiers = documents.tiers_of(connection, row.id, row.version)
    last = tiers[-1].tier if tiers else ""
    given = connection.execute(
        select(decision)
        .where(decision.c.document == row.id, decision.c.version == row.version, decision.c.tier == last)
        .order_by(decision.c.seq.desc())
    ).first()
    complete = tiers and all(item.state == TierState.APPROVED.value for item in tiers)
    if not complete or given is None or given.verb not in ("approve", "withhold"):
        raise _changed("The version does not bear all signatures.")
    check_unchanged(connection, row, tiers)
    said = given.attribute or row.office or row.proposed
    if row.final != said or widens(row, Attribute(row.final)):
        raise _changed("The attribute is not the one that was decided.")
    if row.formed != (documents.slip_of(row).date or ""):
        raise _changed("The date of formation is not the one that was reviewed.")
    if row.final == Attribute.PROACTIVE.value:
        check_frozen(connection, row)
        if given.frozen != row.frozen_digest:
            raise _changed("The frozen files are not the ones that were signed.")


def _changed(message: str) -> Refused:
    return Refused(
        message,
        code="content_changed",
        advice="Nothing was sent. Run `disclosure audit verify`, and look who changed the store.",
    )


def raise_version(
    core: Core,
    connection: Connection,
    row: Row[Any],
    *,
    actor: str,
    why: str,
    changes: Mapping[str, Any],
    deputy_for: str = "",
    route: Route | None = None,
    wider: bool = True,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Make a new version of the same files, to be reviewed from the first tier on.

    Findings keep how they were settled, except that nothing stays accepted for a wider disclosure
    than it was accepted for.

    Args:
        core: the process's parts.
        connection: a writing transaction that holds the document's row.
        row: the document's row.
        actor: who caused it.
        why: code of the reason (``attribute``, ``settlement``, ``rescreen``).
        changes: columns that the new version starts with.
        deputy_for: as whose deputy ``actor`` caused it, or empty.
        route: the route of the new version; ``None`` keeps the present one.
        wider: whether that route is for a wider disclosure than was reviewed.
        told: what the audit log says in addition.

    Returns:
        The new version.
    """
    version = int(row.version) + 1
    version_heads.keep(connection, row)
    void_open_tiers(connection, row, signed_too=True)
    documents.copy_version(connection, row.id, row.version, version)
    if route is None:
        referral = row.referral_needed
        _copy_tiers(connection, row, version)
    else:
        referral = route.referral
        open_tiers(connection, row.id, version, route)
        if wider:
            documents.unsettle(connection, row.id, version, Settlement.ACCEPT)
    take_step(
        core, connection, row.id, "revise", actor=actor,
        changes={**fresh_version(version), "work_at": None, "referral_needed": referral, **changes},
        detail={"why": why, "from_version": row.version, **({"deputy_for": deputy_for} if deputy_for else {}), **told},
    )  # fmt: skip
    return version


def lengthen(connection: Connection, row: Row[Any], route: Route) -> None:
    """Give the present version, which nobody has signed, the longer chain that new findings ask for."""
    open_tiers(connection, row.id, row.version, route)
    asked = update(document).where(document.c.id == row.id).values(referral_needed=route.referral)
    connection.execute(asked)


def open_tiers(connection: Connection, document: str, version: int, route: Route) -> None:
    """Write the chain of a version, every tier open."""
    connection.execute(delete(tier).where(tier.c.document == document, tier.c.version == version))
    connection.execute(
        insert(tier),
        [
            {
                "document": document, "version": version, "position": position, "tier": item.name,
                "role": item.role.value, "label": item.label, "department": item.department,
                "meeting": item.meeting, "risk": item.risk, "limit": item.limit, "rules": list(route.rules),
                "state": TierState.OPEN.value,
            }
            for position, item in enumerate(route.tiers)
        ],
    )  # fmt: skip


def _copy_tiers(connection: Connection, row: Row[Any], version: int) -> None:
    rows = connection.execute(
        select(tier).where(tier.c.document == row.id, tier.c.version == row.version).order_by(tier.c.position)
    ).mappings()
    fresh = {"version": version, "state": TierState.OPEN.value, "by": None, "at": None, "reason": None,
             "deputy_for": None}  # fmt: skip
    values = [{**item, **fresh} for item in rows]
    connection.execute(tier.insert(), values)
