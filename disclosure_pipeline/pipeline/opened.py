"""Whether the content of a version may be shown to anybody at all, and what of it is stored.

What is quarantined, destroyed or not yet checked has no content for any screen. The functions that show text or
pages ask here themselves, whatever their callers have checked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.model.document import Part
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.stored import STORED
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import extract

SEALED = "content_sealed"
"""Code of the refusal to show what is sealed."""


def check_open(connection: Connection, document: str, version: int) -> Row[Any]:
    """The row of a document whose content may be shown to those who have the right.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``: quarantined, destroyed, or not checked yet.
    """
    row = documents.fetch(connection, document)
    if State(row.state) not in STORED:
        raise Refused(
            f"The content of {document} is shown to nobody; it is {row.state}.",
            code=SEALED,
            advice="A quarantined case is judged by the secrecy officers, outside of this screen.",
        )
    if not 1 <= version <= row.version:
        raise NotFound(f"{document} has no version {version}.")
    return row


def original(core: Core, connection: Connection, document: str, version: int, position: int) -> Part:
    """A file of a version, if it passed the marking check and its bytes lie in the vault.

    Text is stored only after the marking check, and bytes are moved into the vault only then: both must be there,
    because equal bytes of another case may lie in the vault too.

    Raises:
        NotFound: no such case, version or file.
        Refused: ``content_sealed``; ``original_missing``: it was not read, or its bytes are not in the vault.
    """
    row = check_open(connection, document, version)
    parts = documents.parts_of(connection, document, version)
    found = next((part for part in parts if part.position == position), None)
    if found is None:
        raise NotFound(f"Version {version} of {document} has no file {position}.")
    read = connection.execute(
        select(extract.c.position).where(
            extract.c.document == document, extract.c.version == version, extract.c.position == position
        )
    ).first()
    if read is None or row.spool is not None or not core.vault.holds(found.sha256):
        raise Refused(
            "There is no checked original of this file.",
            code="original_missing",
            advice="Look at the faults of the case, and at `disclosure doctor`.",
        )
    return found
