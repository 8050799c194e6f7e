"""What a stage concluded becomes one step in one transaction.

The core does all writing: a stage only says what it found. Files are made safe before the rows say
so, and removed from the spool after the rows say so; both halves can be repeated after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import singledispatch
from typing import Any

from sqlalchemy import delete, insert

from disclosure_pipeline.errors import DisclosureError, Fenced
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import (
    Extracted,
    Frozen,
    Marked,
    Outcome,
    Routed,
    Screened,
    SentBack,
    SetAside,
    Tagged,
)
from disclosure_pipeline.model.document import canonical_digest
from disclosure_pipeline.model.finding import UNDETERMINED, Fault, Finding, Screening, Severity
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import clocks, index_numbers, intake, issuing, letters, spool, versions
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.isolation import isolate, tidy
from disclosure_pipeline.pipeline.transitions import Lease, take_step
from disclosure_pipeline.store import documents, lookups, picture_rulings
from disclosure_pipeline.store.audit import digest_of
from disclosure_pipeline.store.tables import artefact

REVIEW = "review"
"""Source of a slip whose attribute comes from the regular attribute review."""


@singledispatch
def record(outcome: Outcome, core: Core, lease: Lease, case: Case) -> None:  # noqa: ARG001 -- the shape of all
    """Write an outcome.

    Args:
        outcome: what the stage concluded.
        core: the process's parts.
        lease: the lease under which it was concluded.
        case: the case it is about.

    Raises:
        Fenced: somebody took the document over.
        StoreFault: rows or vault cannot be written; nothing has happened then.
    """
    raise DisclosureError(
        f"A stage answered {type(outcome).__name__}, which nothing records.", code="stage.nonsense"
    )


@record.register
def _(outcome: Extracted, core: Core, lease: Lease, case: Case) -> None:
    name, dropped_as = _spool_of(core, lease), None
    named = outcome.slip.case
    if named and named != case.document and name is not None and intake.join(core, lease, named):
        return
    if name is not None:
        spool.bring_back(core, name)  # an isolation that was begun and not committed, under other rules
        spool.promote(core, spool.folder_of(core, name), outcome.parts)
        dropped_as = digest_of(spool.read_manifest(spool.folder_of(core, name)).name)
    with _nothing_left_behind(core, case), core.database.write() as connection:
        documents.fetch(connection, case.document, lock=True)
        documents.write_parts(connection, case.document, case.version, outcome.parts)
        texts = {item.position: item.text for item in outcome.reading.texts}
        documents.write_texts(connection, case.document, case.version, texts)
        documents.add_faults(connection, case.document, outcome.reading.faults)
        changes = {"spool": None, **_named(outcome, case)}
        if dropped_as is not None:
            changes["dropped_as"] = dropped_as
        detail = {"parts": len(outcome.parts), "content": canonical_digest([p.sha256 for p in outcome.parts])}
        take_step(core, connection, case.document, "extract", lease=lease, changes=changes, detail=detail)
        if named and named != case.document:
            reason = f"拟稿单所写收件号 {named} 不是本部门退回或待正式件的收件，请核对后重新投递。"
            letters.owe(connection, case.document, case.version, "returned", {"reasons": [reason]})
            take_step(core, connection, case.document, "send_back", lease=lease, changes={"work_at": None})
        else:
            letters.owe(connection, case.document, case.version, "receipt", {})
    if name is not None:
        spool.remove(core, name)


def _named(outcome: Extracted, case: Case) -> dict[str, Any]:
    """Title and slip of what was read.

    What the attribute review decided is not undone by the slip that the department wrote then, nor what was approved by
    what comes with its issued file; one that asks for something else than publication is reviewed in full.
    """
    said: dict[str, Any] = {"title": outcome.title, "slip": outcome.slip.as_json()}
    if case.slip.source == REVIEW:
        return said | {"slip": case.slip.as_json()}
    if case.slip.source != intake.ISSUED:
        return said
    if issuing.contradicts(outcome.slip, case.folder_attribute):
        return said | {"issue_of": intake.REVIEWED_IN_FULL}
    return {"title": case.title, "slip": issuing.slip_of(case.slip, outcome.slip).as_json()}


@record.register
def _(outcome: Marked, core: Core, lease: Lease, case: Case) -> None:
    isolate(core, case.document, outcome.findings, outcome.rules_version, lease=lease)


@record.register
def _(outcome: Screened, core: Core, lease: Lease, case: Case) -> None:
    screening = outcome.screening
    found = (*screening.findings, *doubts_as_findings(screening))
    with core.database.write() as connection:
        documents.fetch(connection, case.document, lock=True)
        documents.forget_doubts(connection, case.document, case.version)
        documents.add_findings(connection, case.document, case.version, found)
        documents.add_faults(connection, case.document, outcome.faults)
        take_step(
            core, connection, case.document, "screen", lease=lease,
            changes={"rules_version": screening.rules_version},
            detail={"verdict": screening.verdict.value, "rules": screening.rules_version, **_tally(found)},
        )  # fmt: skip


@record.register
def _(outcome: Tagged, core: Core, lease: Lease, case: Case) -> None:
    changes = {
        "proposed": outcome.attribute.value,
        "reviewed_as": outcome.attribute.value,
        "proposed_ground": outcome.ground,
        "ground": outcome.ground,
        "ground_reason": outcome.ground_reason,
        "formed": outcome.formed,
        "urgency": outcome.urgency,
    }
    with core.database.write() as connection:
        documents.fetch(connection, case.document, lock=True)
        documents.add_findings(connection, case.document, case.version, outcome.findings)
        documents.add_faults(connection, case.document, outcome.faults)
        lookups.write_catalogue_keys(connection, case.document, outcome.keys)
        clocks.start_publication(core, connection, case.document, outcome.formed)
        detail = {"attribute": outcome.attribute.value, "ground": outcome.ground, **_tally(outcome.findings)}
        take_step(core, connection, case.document, "tag", lease=lease, changes=changes, detail=detail)


@record.register
def _(outcome: SentBack, core: Core, lease: Lease, case: Case) -> None:
    with core.database.write() as connection:
        documents.fetch(connection, case.document, lock=True)
        letters.owe(connection, case.document, case.version, "returned", {"reasons": list(outcome.reasons)})
        take_step(
            core, connection, case.document, "send_back", lease=lease,
            changes={"work_at": None, "attempts": 0}, detail={"reasons": len(outcome.reasons)},
        )  # fmt: skip


@record.register
def _(outcome: Routed, core: Core, lease: Lease, case: Case) -> None:
    with core.database.write() as connection:
        row = documents.fetch(connection, case.document, lock=True)
        versions.open_tiers(connection, case.document, case.version, outcome.route)
        documents.add_faults(connection, case.document, outcome.faults)
        documents.add_findings(connection, case.document, case.version, outcome.findings)
        picture_rulings.carry_over(connection, case.document, case.version - 1, case.version)
        changes: dict[str, Any] = {
            "referral_needed": outcome.route.referral,
            "work_at": None,
            "attempts": 0,
            "takeovers": 0,
        }
        detail = {"tiers": [item.name for item in outcome.route.tiers], "rules": list(outcome.route.rules)}
        if outcome.carried is not None:
            detail |= issuing.carry_over(connection, row, outcome.carried)
            number = index_numbers.reserve(core, connection, row)
            changes |= {"index_number": number, "work_at": utc_now()}  # its public copy is confirmed with it
        elif row.issue_of:
            detail |= issuing.told_of(row, outcome.findings)
            changes["issue_of"] = intake.REVIEWED_IN_FULL
        take_step(core, connection, case.document, "route", lease=lease, changes=changes, detail=detail)


@record.register
def _(outcome: Frozen, core: Core, lease: Lease, case: Case) -> None:
    if outcome.findings:
        kinds = sorted({item.kind for item in outcome.findings})
        fault = Fault(
            "freeze.findings",
            "freeze",
            f"Re-reading the public copy found {len(outcome.findings)} places that nobody approved ({', '.join(kinds)}).",
            "Return the draft, or `disclosure retry` to begin the review again.",
        )
        _set_aside(core, lease, case, (fault,))
        return
    _spool_of(core, lease)
    for item, path in outcome.files:
        core.vault.put(path, item.sha256)
    digest = versions.frozen_digest((item.name, item.sha256) for item, _ in outcome.files)
    with (
        _nothing_left_behind(core, case, *(item.sha256 for item, _ in outcome.files)),
        core.database.write() as connection,
    ):
        documents.fetch(connection, case.document, lock=True)
        connection.execute(
            delete(artefact).where(artefact.c.document == case.document, artefact.c.version == case.version)
        )
        for ordinal, (item, _) in enumerate(outcome.files):
            connection.execute(
                insert(artefact).values(
                    document=case.document, version=case.version, name=item.name, ordinal=ordinal,
                    media_type=item.media_type, sha256=item.sha256, size=item.size, role=item.role,
                    title=item.title,
                )
            )  # fmt: skip
        subjects = ((item.keys, item.facts) for item in outcome.subjects)
        lookups.write_subjects(connection, case.document, subjects)
        changes = {"frozen_digest": digest, "work_at": None, "attempts": 0, "takeovers": 0}
        detail = {"frozen": digest, "files": len(outcome.files)}
        take_step(core, connection, case.document, "freeze", lease=lease, changes=changes, detail=detail)


@record.register
def _(outcome: SetAside, core: Core, lease: Lease, case: Case) -> None:
    _set_aside(core, lease, case, outcome.faults)


def _set_aside(core: Core, lease: Lease, case: Case, faults: Iterable[Fault]) -> None:
    with core.database.write() as connection:
        documents.fetch(connection, case.document, lock=True)
        documents.resolve_faults(connection, case.document)
        documents.add_faults(connection, case.document, faults)
        letters.owe(
            connection, case.document, case.version, "receipt", {"state": "需人工处理，工作人员将与您联系"}
        )
        take_step(
            core, connection, case.document, "set_aside", lease=lease,
            changes={"work_at": None, "attempts": 0}, detail={"codes": sorted({item.code for item in faults})},
        )  # fmt: skip


def doubts_as_findings(screening: Screening) -> list[Finding]:
    """Each doubt as a finding that a person must settle: undetermined is never clear."""
    return [
        Finding(
            kind=UNDETERMINED,
            severity=Severity.REVIEW,
            text=None,
            start=0,
            end=0,
            segment=number,
            place=doubt.place or Place(part="", kind="unplaced"),
            rule=doubt.code,
            suggestion=doubt.message,
            detector=doubt.detector or "",
            part=doubt.position,
        )
        for number, doubt in enumerate(screening.doubts)
    ]


def _spool_of(core: Core, lease: Lease) -> str | None:
    """The document's spool folder, while the lease is still held: files are touched only then.

    Raises:
        Fenced: somebody took the document over; its files may have been isolated meanwhile.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, lease.document)
        if (row.lease_owner, row.fence) != (lease.owner, lease.fence):
            raise Fenced(f"{lease.document} was taken over by another worker.")
        name: str | None = row.spool
        return name


@contextmanager
def _nothing_left_behind(core: Core, case: Case, *hashes: str) -> Iterator[None]:
    """Take out of the vault what a worker put there that had just lost its document."""
    try:
        yield
    except Fenced:
        tidy(core, case.document, hashes)
        raise


def _tally(findings: Iterable[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in findings:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    return counts
