"""Orders: what a channel is asked to do, built from the rows alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.hooks.passwords import is_slip
from disclosure_pipeline.model.columns import keywords_shown, suggested
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import (
    Action,
    Artefact,
    Deposit,
    EffectKey,
    Entry,
    Link,
    Order,
    Relation,
    Validity,
)
from disclosure_pipeline.model.reading import genre_of
from disclosure_pipeline.model.route import ISSUE, TierState
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline import records, relations, spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents

_SHANGHAI = timezone(timedelta(hours=8))
_SUMMARY = 100
"""Most characters of 内容概述 (目录规范: at most 100)."""


def build(core: Core, connection: Connection, row: Row[Any]) -> Order:
    """The order of one publication.

    Args:
        core: the process's parts.
        connection: a transaction.
        row: the publication's row.
    """
    case = documents.fetch(connection, row.document)
    action = Action(row.action)
    key = EffectKey(row.document, row.version, row.channel, action, row.generation)
    if action is Action.WITHDRAW:
        told = replace(_bare(core, case), links=_replaced_by(connection, case))
        isolate = _isolated(core, connection, case)
        return Order(key=key, entry=told, at=row.effect_at, isolate=isolate, address=row.address)
    attribute = Attribute(case.final)
    artefacts = documents.artefacts_of(connection, row.document, row.version)
    return Order(
        key=key,
        entry=entry(core, connection, case),
        at=row.effect_at,
        artefacts=tuple(
            (
                Artefact(item.name, item.media_type, item.sha256, item.size, item.role, item.title),
                core.vault.path(item.sha256),
            )
            for item in artefacts
        )
        if attribute is Attribute.PROACTIVE
        else (),
        deposit=_deposit(core, connection, case) if _keeps(core, row.channel) else None,
    )


def entry(core: Core, connection: Connection, case: Row[Any]) -> Entry:
    """The catalogue entry of a document as it is published."""
    slip = documents.slip_of(case)
    unit = core.unit(case.unit)
    published = parse(case.published_at).astimezone(_SHANGHAI) if case.published_at else None
    return Entry(
        document=case.id,
        version=case.version,
        title=case.title or "",
        index_number=case.index_number or "",
        attribute=case.final or "",
        unit=case.unit,
        unit_name=unit.name,
        department=case.department,
        issuing_body=slip.issuing_body or unit.name,
        document_number=slip.document_number or "",
        genre=slip.genre or genre_of(case.title or "", core.rulebook),
        summary=(case.title or "")[:_SUMMARY],
        formed=case.formed,
        published=published.strftime("%Y-%m-%d %H:%M") if published else "",
        validity=Validity(case.validity),
        theme=case.theme or suggested(case.title or "", core.themes),
        keywords=" ".join(keywords_shown(case.keywords, case.title or "", core.themes)),
        item=case.item or suggested(case.title or "", core.columns),
        links=relations.links_of(connection, case),
        joint_bodies=slip.joint_bodies,
        reviewers=_reviewers(connection, case, unit.footer),
    )


def _bare(core: Core, case: Row[Any]) -> Entry:
    """What a withdrawal notice may say: number and body, no title, no text."""
    return Entry(
        document=case.id, version=case.version, title="", index_number=case.index_number or "",
        attribute=case.final or "", unit=case.unit, unit_name=core.unit(case.unit).name,
        department=case.department, issuing_body=core.unit(case.unit).name, validity=Validity(case.validity),
    )  # fmt: skip


def _replaced_by(connection: Connection, case: Row[Any]) -> tuple[Link, ...]:
    """Where the notice leads that stands in a corrected document's place; nowhere, when it was withdrawn for good."""
    if case.validity != Validity.CORRECTED.value:
        return ()
    return tuple(
        link for link in relations.links_of(connection, case) if link.relation is Relation.REPLACED_BY
    )


def _isolated(core: Core, connection: Connection, case: Row[Any]) -> Path | None:
    """Where an archive moves what it holds of a suspected secret."""
    if case.spool is None or not documents.is_held(connection, case.id):
        return None
    return core.workspace.quarantine / str(case.spool) / spool.ARCHIVED


def _reviewers(connection: Connection, case: Row[Any], footer: str) -> tuple[tuple[str, str], ...]:
    """Names for the page's footer, by the unit's option (000: 初审 复审 终审)."""
    signed = [
        (item.label, item.by)
        for item in records.chain(connection, case)
        if item.state == TierState.APPROVED.value
        and item.by
        and item.role != "secrecy"
        and item.tier != ISSUE.name
    ]
    return {"full": tuple(signed), "editor": tuple(signed[:1]), "none": ()}[footer]


def _keeps(core: Core, channel: str) -> bool:
    """Whether a channel gets the deposit: archives, and channels that publish nothing (the register)."""
    info = core.host.channels.get(channel)
    return info is not None and (info.archive or Attribute.PROACTIVE not in info.attributes)


def _deposit(core: Core, connection: Connection, case: Row[Any]) -> Deposit:
    # A slip may hold a password; what it says otherwise is in the record.
    originals = tuple(
        (part.name or str(part.position), part.sha256, core.vault.path(part.sha256))
        for part in documents.parts_of(connection, case.id, case.version)
        if not is_slip(part.name or "")
    )
    return Deposit(originals, records.review_record(core, connection, case), core.unit(case.unit).fonds)
