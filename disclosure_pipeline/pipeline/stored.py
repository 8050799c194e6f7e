"""Stored text, as screening reads it again: a replay, and a re-screening under newer rules.

Originals are not touched. A part whose text is missing is a doubt: what cannot be looked at is never clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Doubt
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import document

STORED = tuple(
    state
    for state in State
    if state not in (State.RECEIVED, State.EXTRACTED, State.QUARANTINED, State.DESTROYED, State.DUPLICATE)
)
"""States in which a document was screened and its text is kept. In the ones before, the rules in force
are about to be used anyway; in quarantine there is no text."""

SECRECY = "secrecy."
"""Kinds that also count in slips and internal sheets, which are never published."""


@dataclass(frozen=True, slots=True)
class StoredText:
    """The text of a document's present version.

    Args:
        document: case number.
        version: the version.
        state: where the document stands.
        texts: the text of each part that has one.
        missing: positions of the parts that have none.
    """

    document: str
    version: int
    state: State
    texts: tuple[PartText, ...]
    missing: tuple[int, ...]

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """One for each part without text; one for a document without parts."""
        if not self.texts and not self.missing:
            return (Doubt("text.missing", "没有留存的文字，请人工核查。"),)
        return tuple(missing_text(position) for position in self.missing)

    def counts(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that count: of slips and internal sheets only those about secrets."""
        public = {part.position for part in self.texts if part.role.public}
        return [item for item in findings if item.part in public or item.kind.startswith(SECRECY)]


def missing_text(position: int) -> Doubt:
    """The doubt about a part whose text is not there."""
    message = f"第{position + 1}个文件没有留存的文字，请人工核查原件。"
    return Doubt("text.missing", message, position=position)


def read(connection: Connection, case: str) -> StoredText:
    """The stored text of a document.

    Args:
        connection: a transaction.
        case: case number.

    Raises:
        NotFound: no such case.
    """
    row = documents.fetch(connection, case)
    parts = documents.parts_of(connection, case, row.version)
    texts = documents.texts_of(connection, case, row.version)
    return StoredText(
        case,
        row.version,
        State(row.state),
        tuple(
            PartText(part.position, part.role, texts[part.position])
            for part in parts
            if part.position in texts
        ),
        tuple(part.position for part in parts if part.position not in texts),
    )


def page(
    connection: Connection, after: str, limit: int, *conditions: ColumnElement[bool], until: str = ""
) -> list[str]:
    """Case numbers of stored documents in their order.

    Args:
        connection: a transaction.
        after: the last one of the page before, or empty.
        limit: most of them.
        conditions: further conditions on `document`.
        until: the last one that may be among them, or empty.
    """
    query = select(document.c.id).where(document.c.state.in_([state.value for state in STORED]), *conditions)
    if after:
        query = query.where(document.c.id > after)
    if until:
        query = query.where(document.c.id <= until)
    found: Sequence[Any] = connection.execute(query.order_by(document.c.id).limit(limit)).scalars().all()
    return [str(item) for item in found]
