"""What earlier versions of a document were called and reviewed as; of the present one the document's own row tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from disclosure_pipeline.model.document import Slip
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.console_tables import version_head


@dataclass(frozen=True, slots=True)
class VersionHead:
    """What is said of a version beside its files.

    Args:
        title: its title.
        slip: its slip.
        attribute: attribute under which it is reviewed, or in force; empty until known.
        ground: reason code, or empty.
    """

    title: str
    slip: Slip
    attribute: str
    ground: str


def of_row(row: Row[Any]) -> VersionHead:
    """The head of the version that a document's row is about."""
    attribute = documents.attribute_in_force(row)
    return VersionHead(
        row.title or "", documents.slip_of(row), attribute.value if attribute else "",
        row.ground or row.proposed_ground,
    )  # fmt: skip


def keep(connection: Connection, row: Row[Any]) -> None:
    """Keep the head of a version before the next one takes its place in the row."""
    head = of_row(row)
    connection.execute(
        insert(version_head).values(
            document=row.id, version=row.version, title=head.title, slip=head.slip.as_json(),
            attribute=head.attribute, ground=head.ground,
        )
    )  # fmt: skip


def kept(connection: Connection, document: str, version: int) -> VersionHead | None:
    """The head of an earlier version; ``None`` if none was kept: it ended before heads were."""
    found = connection.execute(
        select(version_head).where(version_head.c.document == document, version_head.c.version == version)
    ).first()
    if found is None:
        return None
    return VersionHead(found.title, Slip.from_json(found.slip), found.attribute, found.ground)
