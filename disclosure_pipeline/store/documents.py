"""Rows of documents, read as model values and written as parts of a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.document import Attribute, Part, PartRole, Slip
from disclosure_pipeline.model.finding import UNDETERMINED, Fault, Finding, Settlement, Severity, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store import finding_words, picture_rulings
from disclosure_pipeline.store.tables import (
    artefact,
    document,
    extract,
    fault,
    finding,
    part,
    quarantine,
    tier,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding with how it was settled, if it was; without a treatment its characters are removed."""

    finding: Finding
    id: str
    settled: Settlement | None
    by: str | None
    reason: str | None
    treatment: Treatment | None = None


def fetch(connection: Connection, document_id: str, *, lock: bool = False) -> Row[Any]:
    """The row of a document.

    Args:
        connection: a transaction.
        document_id: case number.
        lock: lock the row for the rest of a writing transaction (PostgreSQL; SQLite has one writer).

    Raises:
        NotFound: no such case.
    """
    query = select(document).where(document.c.id == document_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(f"There is no case {document_id}.")
    return row


def slip_of(row: Row[Any]) -> Slip:
    """The slip of a document row."""
    return Slip.from_json(row.slip)


def attribute_in_force(row: Row[Any]) -> Attribute | None:
    """The final attribute, else the office's, else the proposed one."""
    value = row.final or row.office or row.proposed
    return Attribute(value) if value else None


def parts_of(connection: Connection, document_id: str, version: int) -> tuple[Part, ...]:
    """The files of a version, in order."""
    rows = connection.execute(
        select(part)
        .where(part.c.document == document_id, part.c.version == version)
        .order_by(part.c.position)
    )
    return tuple(
        Part(row.position, row.name, row.media_type, row.sha256, row.size, PartRole(row.role)) for row in rows
    )


def write_parts(connection: Connection, document_id: str, version: int, parts: Sequence[Part]) -> None:
    """Replace the file rows of a version."""
    connection.execute(delete(part).where(part.c.document == document_id, part.c.version == version))
    if parts:
        connection.execute(
            insert(part),
            [
                {
                    "document": document_id, "version": version, "position": item.position, "name": item.name,
                    "media_type": item.media_type, "sha256": item.sha256, "size": item.size,
                    "role": item.role.value,
                }
                for item in parts
            ],
        )  # fmt: skip


def texts_of(connection: Connection, document_id: str, version: int) -> dict[int, Text]:
    """Extracted text by part position."""
    rows = connection.execute(
        select(extract).where(extract.c.document == document_id, extract.c.version == version)
    )
    return {
        row.position: Text(
            media_type=row.media_type,
            extractor=row.extractor,
            segments=tuple(
                Segment(item["text"], Place.from_json(item["place"]), item["visible"])
                for item in row.segments
            ),
            warnings=tuple(row.warnings),
            doubts=tuple(Doubt.from_json(item) for item in row.doubts),
            facts=row.facts,
        )
        for row in rows
    }


def write_texts(connection: Connection, document_id: str, version: int, texts: Mapping[int, Text]) -> None:
    """Replace the extracted text of a version."""
    connection.execute(delete(extract).where(extract.c.document == document_id, extract.c.version == version))
    if texts:
        connection.execute(
            insert(extract),
            [
                {
                    "document": document_id, "version": version, "position": position,
                    "media_type": text.media_type, "extractor": text.extractor,
                    "segments": [segment.as_json() for segment in text.segments],
                    "warnings": list(text.warnings),
                    "doubts": [doubt.as_json() for doubt in text.doubts], "facts": dict(text.facts),
                }
                for position, text in texts.items()
            ],
        )  # fmt: skip


def findings_of(connection: Connection, document_id: str, version: int) -> list[Settled]:
    """The findings of a version, in the order of their places."""
    rows = connection.execute(
        select(finding)
        .where(finding.c.document == document_id, finding.c.version == version)
        .order_by(finding.c.ordinal)
    )
    return [
        Settled(
            Finding(
                kind=row.kind, severity=Severity(row.severity), text=row.text, start=row.start, end=row.end,
                segment=row.segment, more=tuple((item[0], item[1], item[2]) for item in row.more),
                place=Place.from_json(row.place), rule=row.rule, article=row.article,
                suggestion=row.suggestion, confidence=float(row.confidence), detector=row.detector, part=row.part,
                why=row.why, rule_version=row.rule_version, count=row._mapping["count"],
            ),
            row.id,
            Settlement(row.settled) if row.settled else None,
            row.settled_by,
            row.settled_reason,
            Treatment(row.treatment) if row.treatment else None,
        )
        for row in rows
    ]  # fmt: skip


def add_findings(connection: Connection, document_id: str, version: int, findings: Iterable[Finding]) -> int:
    """Add findings that the version does not have yet; returns how many were new."""
    known = set(
        connection.execute(
            select(finding.c.id).where(finding.c.document == document_id, finding.c.version == version)
        ).scalars()
    )
    fresh: dict[str, Finding] = {}
    for item in findings:
        if item.id not in known:
            fresh.setdefault(item.id, item)
    words = finding_words.of(connection, fresh.values())
    new = [
        {**_finding_values(document_id, version, len(known) + number, item), "words": words.get(item.id)}
        for number, item in enumerate(fresh.values(), 1)
    ]
    if new:
        connection.execute(insert(finding), new)
    return len(new)


def drop_findings(connection: Connection, document_id: str, version: int, ids: Iterable[str]) -> None:
    """Remove findings that nobody has settled."""
    for identity in ids:
        connection.execute(
            delete(finding).where(
                finding.c.document == document_id, finding.c.version == version, finding.c.id == identity,
                finding.c.settled.is_(None),
            )
        )  # fmt: skip


def forget_findings(connection: Connection, document_id: str, version: int, ids: Iterable[str]) -> None:
    """Remove findings with how they were settled: what comes in their place says more."""
    wanted = finding.c.id.in_(list(ids))
    connection.execute(
        delete(finding).where(finding.c.document == document_id, finding.c.version == version, wanted)
    )


def forget_doubts(connection: Connection, document_id: str, version: int) -> None:
    """Remove the doubts of an earlier screening of the same version, with how they were settled.

    Doubts are numbered, not placed: a new one could pass for the one that a person has settled.
    """
    connection.execute(
        delete(finding).where(
            finding.c.document == document_id, finding.c.version == version, finding.c.kind == UNDETERMINED
        )
    )


def _finding_values(document_id: str, version: int, ordinal: int, item: Finding) -> dict[str, Any]:
    return {
        "document": document_id, "version": version, "id": item.id, "ordinal": ordinal, "part": item.part,
        "detector": item.detector, "kind": item.kind, "severity": item.severity.value, "text": item.text,
        "start": item.start, "end": item.end, "segment": item.segment, "place": item.place.as_json(),
        "more": [list(item) for item in item.more],
        "rule": item.rule, "article": item.article, "suggestion": item.suggestion,
        "confidence": f"{item.confidence:.3f}", "why": item.why, "rule_version": item.rule_version,
        "count": item.count,
    }  # fmt: skip


def settle(
    connection: Connection,
    document_id: str,
    version: int,
    finding_id: str,
    *,
    how: Settlement,
    by: str,
    reason: str,
    treatment: Treatment | None = None,
) -> None:
    """Write how one finding is settled; ``treatment`` says how one to be redacted is left out, if not removed.

    Raises:
        NotFound: the version has no such finding.
    """
    done = connection.execute(
        update(finding)
        .where(finding.c.document == document_id, finding.c.version == version, finding.c.id == finding_id)
        .values(
            settled=how.value, settled_by=by, settled_at=utc_now(), settled_reason=reason, treatment=treatment
        )
    )
    if done.rowcount == 0:
        raise NotFound(
            f"Version {version} of {document_id} has no finding {finding_id}.",
            advice="List them with `disclosure findings`.",
        )


def unsettle(connection: Connection, document_id: str, version: int, how: Settlement) -> None:
    """Open the findings again that were settled this way; they need a person's word anew."""
    connection.execute(
        update(finding)
        .where(
            finding.c.document == document_id, finding.c.version == version, finding.c.settled == how.value
        )
        .values(**_UNSETTLED)
    )


def reopen(connection: Connection, document_id: str, version: int, finding_id: str) -> None:
    """Open one settled finding again."""
    mine = (finding.c.document == document_id, finding.c.version == version, finding.c.id == finding_id)
    connection.execute(update(finding).where(*mine).values(**_UNSETTLED))


_UNSETTLED = dict.fromkeys(("settled", "settled_by", "settled_at", "settled_reason", "treatment"))


def copy_version(connection: Connection, document_id: str, source: int, target: int) -> None:
    """Give a new version the parts, texts and findings (with settlements and rulings) of an earlier one.

    From then on only those of the new version can be found by their words.
    """
    for table in (part, extract, finding):
        columns = [column for column in table.c if column.name != "version"]
        rows = connection.execute(
            select(*columns).where(table.c.document == document_id, table.c.version == source)
        ).mappings()
        values = [{**row, "version": target} for row in rows]
        if values:
            connection.execute(insert(table), values)
    picture_rulings.carry_over(connection, document_id, source, target)
    finding_words.forget(connection, document_id, source)


def tiers_of(connection: Connection, document_id: str, version: int) -> list[Row[Any]]:
    """The approval chain of a version, in signing order."""
    return list(
        connection.execute(
            select(tier)
            .where(tier.c.document == document_id, tier.c.version == version)
            .order_by(tier.c.position)
        )
    )


def artefacts_of(connection: Connection, document_id: str, version: int) -> list[Row[Any]]:
    """The frozen public files of a version, in order."""
    return list(
        connection.execute(
            select(artefact)
            .where(artefact.c.document == document_id, artefact.c.version == version)
            .order_by(artefact.c.ordinal)
        )
    )


def add_faults(connection: Connection, document_id: str | None, faults: Iterable[Fault]) -> None:
    """Store faults."""
    for item in faults:
        connection.execute(
            insert(fault).values(
                document=document_id, code=item.code, stage=item.stage, plugin=item.plugin,
                message=item.message, advice=item.advice, at=utc_now(),
            )
        )  # fmt: skip


def open_faults(connection: Connection, document_id: str) -> list[Fault]:
    """Faults of a document that nobody has resolved yet."""
    rows = connection.execute(
        select(fault)
        .where(fault.c.document == document_id, fault.c.resolved_at.is_(None))
        .order_by(fault.c.seq)
    )
    return [Fault(row.code, row.stage, row.message, row.advice, row.plugin, row.at) for row in rows]


def resolve_faults(connection: Connection, document_id: str, *stages: str) -> None:
    """Mark the open faults of a document (of these stages, or of all) as resolved."""
    query = update(fault).where(fault.c.document == document_id, fault.c.resolved_at.is_(None))
    if stages:
        query = query.where(fault.c.stage.in_(stages))
    connection.execute(query.values(resolved_at=utc_now()))


def is_held(connection: Connection, document_id: str) -> bool:
    """Whether the secrecy officers have a case about this document that has not ended."""
    query = select(quarantine.c.document).where(
        quarantine.c.document == document_id, quarantine.c.ended.is_(None)
    )
    return connection.execute(query).first() is not None


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many documents are in each state."""
    rows = connection.execute(select(document.c.state, func.count()).group_by(document.c.state))
    return {State(state).value: int(number) for state, number in rows}
