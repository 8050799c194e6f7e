"""The review record of a document: what the archive keeps and `disclosure show` prints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.pipeline import clocks, decisions, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents, picture_rulings
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import decision, finding, referral

_URGENCY = {0: "特急", 1: "加急"}
"""紧急程度 that a paper states; an ordinary one states none."""


def review_record(core: Core, connection: Connection, case: Row[Any]) -> dict[str, Any]:
    """Everything the 审查单 and the archive need, as JSON values (A2.7).

    The texts of findings stay out: the record travels with the public text and must not repeat
    what was redacted from it.

    Args:
        core: the process's parts.
        connection: a transaction.
        case: the document's row.
    """
    ground = core.rulebook.ground(case.ground) if case.ground else None
    return {
        "case": case.id,
        "version": case.version,
        "department": case.department,
        "attribute": attributes(case),
        "ground": case.ground,
        "ground_article": ground.article if ground else "",
        "ground_reason": case.ground_reason,
        "rules_version": case.rules_version,
        "content": versions.content_hash(connection, case),
        "frozen": case.frozen_digest,
        "urgency": _URGENCY.get(case.urgency, ""),
        "carrier": "公文" if documents.slip_of(case).document_number else "非公文信息",
        "channels": [row.channel for row in connection.execute(
            select(publication.c.channel).where(publication.c.document == case.id).order_by(publication.c.channel)
        )],
        "findings": _findings(connection, case),
        "tiers": [_tier(item) for item in chain(connection, case)],
        "decisions": [
            _plain(row, decision, "seq", "document", "quotes") | {"checklist": _checklist(core, row.checklist)}
            for row in decisions.decisions_of(connection, case.id)
        ],
        "referrals": [
            _plain(row, referral, "seq", "document")
            for row in connection.execute(select(referral).where(referral.c.document == case.id).order_by(referral.c.seq))
        ],
        "clocks": clocks.clocks_of(core, connection, case.id),
        "parts": [part.as_json() for part in documents.parts_of(connection, case.id, case.version)],
        **_pictures(connection, case),
    }  # fmt: skip


def attributes(case: Row[Any]) -> dict[str, str | None]:
    """The three attribute values (003 三(四))."""
    return {"proposed": case.proposed, "office": case.office, "final": case.final}


def tiers(connection: Connection, case: Row[Any]) -> list[dict[str, Any]]:
    """The tiers of the present version."""
    return [_tier(item) for item in documents.tiers_of(connection, case.id, case.version)]


def chain(connection: Connection, case: Row[Any]) -> list[Row[Any]]:
    """Every tier on which the present version rests: of an issued file (正式件) those of the approved version first."""
    before = documents.tiers_of(connection, case.id, case.issue_of) if case.issue_of else []
    return [*before, *documents.tiers_of(connection, case.id, case.version)]


def _tier(item: Row[Any]) -> dict[str, Any]:
    return {
        "tier": item.tier, "role": item.role, "label": item.label, "state": item.state, "by": item.by,
        "at": item.at, "reason": item.reason, "meeting": item.meeting, "risk": item.risk,
        "deputy_for": item.deputy_for,
    }  # fmt: skip


def _findings(connection: Connection, case: Row[Any]) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(finding)
        .where(finding.c.document == case.id, finding.c.version == case.version)
        .order_by(finding.c.ordinal)
    )
    return [
        {
            "id": row.id, "kind": row.kind, "severity": row.severity, "rule": row.rule, "article": row.article,
            "place": row.place, "settled": row.settled, "by": row.settled_by, "at": row.settled_at,
            "reason": row.settled_reason,
        }
        for row in rows
    ]  # fmt: skip


def _pictures(connection: Connection, case: Row[Any]) -> dict[str, Any]:
    """What was ruled of pictures without words; nothing where nobody ruled, so that older records stay as they are."""
    ruled = picture_rulings.of_version(connection, case.id, case.version)
    rows = [
        {
            "part": key.part, "pixels": key.pixels, "ruling": said.ruling.value, "by": said.by, "at": said.at,
            "reason": said.reason,
        }
        for key, said in sorted(ruled.items())
    ]  # fmt: skip
    return {"pictures": rows} if rows else {}


def _checklist(core: Core, ticked: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """What a signer confirmed, in the words of the rule if it still is the one that was confirmed."""
    if ticked is None:
        return None
    labels = {(item.id, item.version): item.label for item in core.rulebook.checks}
    return [{**item, "label": labels.get((item["id"], item["version"]), "")} for item in ticked]


def _plain(row: Row[Any], table: Any, *left_out: str) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in table.c if column.name not in left_out}
