"""What a page shows of a batch (`pipeline/batches.py`): each document with the words around the finding.

Those words are text of the documents, so that each of them is a line of the access log, once a day; but they are no
look at a document (:data:`~disclosure_pipeline.pipeline.batches.QUOTED`): one has to be opened all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.model.finding import Finding, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.pipeline import settling
from disclosure_pipeline.pipeline.batches import QUOTED, Candidate, alike, looked_at, sample_of
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import document as document_table
from disclosure_pipeline.store.tables import extract, finding
from disclosure_pipeline.store.views import not_noted_today, write_view

PAGE = 50
"""Documents of a page, and so of one batch in the console."""

AROUND = 40
"""Most characters that are quoted on each side of a finding."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A document of the batch with the words around its finding.

    Args:
        candidate: the document.
        place: where the finding stands, as it is stored.
        before: characters before it. words: what was found. behind: characters behind it.
        opened: whether the person has looked at the document itself.
    """

    candidate: Candidate
    place: Mapping[str, Any]
    before: str
    words: str
    behind: str
    opened: bool


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """A batch before an officer.

    Args:
        like: the finding that was seen.
        treatments: how it could be left out of the public copies; columns are emptied in their own document.
        rows: the documents.
        after: case number behind which the next page goes on; empty at the end.
    """

    like: Finding
    treatments: tuple[Treatment, ...]
    rows: tuple[Quoted, ...]
    after: str


def sheet(
    core: Core, person: Person, document: str, finding_id: str, *, after: str = "", limit: int = PAGE
) -> BatchSheet:
    """The documents in which the same rule has found the same words; arguments and errors as of `candidates`."""
    with core.database.read() as connection:
        sample = sample_of(connection, person, document, finding_id)
        found = alike(connection, person, sample.finding, after=after, limit=limit + 1)
        shown = found[:limit]
        opened = looked_at(connection, person.name, [item.document for item in shown])
        rows = tuple(_quoted(connection, shown, opened))
        unnoted = not_noted_today(connection, person.name, [item.document for item in shown], QUOTED)
    if unnoted:
        with core.database.write() as connection:
            for case in unnoted:
                write_view(connection, person.name, case, QUOTED)
    ways = settling.treatments(core, sample)
    return BatchSheet(
        like=sample.finding,
        treatments=tuple(how for how in ways if how is not Treatment.COLUMN),
        rows=rows,
        after=shown[-1].document if len(found) > limit else "",
    )


def _quoted(connection: Connection, shown: Sequence[Candidate], opened: frozenset[str]) -> Iterator[Quoted]:
    present = (document_table.c.id == finding.c.document) & (document_table.c.version == finding.c.version)
    found = connection.execute(
        select(finding)
        .join(document_table, present)
        .where(
            finding.c.document.in_([item.document for item in shown]),
            finding.c.id.in_({item.finding for item in shown}),
            document_table.c.state == State.IN_REVIEW.value,
        )
    )
    rows = {(row.document, row.id): row for row in found}
    for item in shown:
        row = rows[item.document, item.finding]
        text = _segment(connection, row)
        start, end = max(0, row.start - AROUND), min(len(text), row.end + AROUND)
        yield Quoted(
            item,
            row.place,
            ("…" if start else "") + text[start : row.start],
            row.text,
            text[row.end : end] + ("…" if end < len(text) else ""),
            item.document in opened,
        )


def _segment(connection: Connection, row: Row[Any]) -> str:
    """The text of the segment that a finding stands in; empty when there is none (a file name, a doubt)."""
    if row.segment < 0:
        return ""
    query = select(extract.c.segments[row.segment]["text"].as_string()).where(
        extract.c.document == row.document,
        extract.c.version == row.version,
        extract.c.position == row.part,
    )
    return connection.execute(query).scalar() or ""
