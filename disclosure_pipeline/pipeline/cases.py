"""Cases: the immutable view of one version that stages and rules get."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.hooks.contracts import Approved, Case, PartText
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.pipeline import spool
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents, picture_rulings, version_heads


def load_case(
    core: Core, connection: Connection, row: Row[Any], known: Mapping[int, Text] | None = None
) -> Case:
    """The case of a document's present version.

    Args:
        core: the process's parts.
        connection: a transaction.
        row: the document's row.
        known: its texts by position, if they were read already.
    """
    parts = documents.parts_of(connection, row.id, row.version)
    parts, paths = _locate(core, row, parts)
    findings = documents.findings_of(connection, row.id, row.version)
    ruled = picture_rulings.of_version(connection, row.id, row.version)
    return Case(
        document=row.id,
        unit=row.unit,
        department=row.department,
        state=State(row.state),
        version=row.version,
        title=row.title,
        slip=documents.slip_of(row),
        parts=parts,
        paths=paths,
        folder_attribute=row.folder_attribute,
        texts=_of_parts(documents.texts_of(connection, row.id, row.version) if known is None else known, parts),
        findings=tuple(item.finding for item in findings),
        settled={item.id: item.settled.value for item in findings if item.settled is not None},
        treatments={item.id: item.treatment.value for item in findings if item.treatment is not None},
        attribute=documents.attribute_in_force(row),
        ground=row.ground,
        formed=row.formed,
        rulings={key: said.ruling for key, said in ruled.items()},
        approved=_approved(core, connection, row) if State(row.state) is State.TAGGED and row.issue_of else None,
    )  # fmt: skip


def _approved(core: Core, connection: Connection, row: Row[Any]) -> Approved | None:
    """The approved version that an issued file is compared with; ``None`` when it is not kept any more."""
    head = version_heads.kept(connection, row.id, row.issue_of)
    if head is None:
        return None
    parts = documents.parts_of(connection, row.id, row.issue_of)
    findings = documents.findings_of(connection, row.id, row.issue_of)
    return Approved(
        version=row.issue_of,
        slip=head.slip,
        parts=parts,
        paths={part.position: core.vault.path(part.sha256) for part in parts},
        texts=_of_parts(documents.texts_of(connection, row.id, row.issue_of), parts),
        findings=tuple(item.finding for item in findings),
        settled={item.id: item.settled.value for item in findings if item.settled is not None},
        treatments={item.id: item.treatment.value for item in findings if item.treatment is not None},
    )


def _of_parts(texts: Mapping[int, Text], parts: tuple[Part, ...]) -> tuple[PartText, ...]:
    return tuple(
        PartText(part.position, part.role, texts[part.position]) for part in parts if part.position in texts
    )


def _locate(core: Core, row: Row[Any], parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], dict[int, Path]]:
    """Find each part's bytes; unchecked parts get their names from the manifest, in memory only."""
    if row.spool is None:
        return parts, {part.position: core.vault.path(part.sha256) for part in parts}
    folder = spool.folder_of(core, row.spool)
    manifest = spool.read_manifest(folder)
    named = tuple(
        Part(
            part.position,
            part.name or manifest.files[part.position].relative,
            part.media_type,
            part.sha256,
            part.size,
            part.role,
        )
        for part in parts
    )
    return named, {part.position: folder / manifest.files[part.position].file for part in parts}
