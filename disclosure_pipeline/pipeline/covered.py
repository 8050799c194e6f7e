"""What the public copy will leave out, shown where it stands (遮盖预览).

The public copy itself is made and proved by the publication; this is what an officer looks at before signing. Where
the two could differ it shows less: what cannot be masked is covered whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.model.masks import STAR, masked_pieces
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.printed import cell_name
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.reading_view import DocumentView, Span, TableView, view
from disclosure_pipeline.pipeline.shelf import TextShelf, on_the_desk
from disclosure_pipeline.store.documents import Settled


class Cover(NamedTuple):
    """Characters of a segment as the public copy will show them.

    Args:
        text: the characters that stay, or their masked form; empty where they are removed.
        treatment: how they are left out; ``None`` for what stays.
        finding: id of the finding that says so.
        number: how many characters are covered.
    """

    text: str
    treatment: Treatment | None = None
    finding: str = ""
    number: int = 0


@dataclass(frozen=True)
class Covered:
    """A version with its redactions in place.

    Args:
        view: its pages, cut where redactions begin and end; nothing else is marked.
        redacted: the findings that are redacted, by id.
    """

    view: DocumentView
    redacted: Mapping[str, Settled]
    _forms: Mapping[tuple[str, int, int], str]

    @cached_property
    def _columns(self) -> frozenset[tuple[int, str, str]]:
        """(file, table, column) of each column that is emptied."""
        emptied = (item for item in self.redacted.values() if item.treatment is Treatment.COLUMN)
        named = ((item.finding.part, cell_name(item.finding.place.cell)) for item in emptied)
        return frozenset((part, cell.table, cell.column) for part, cell in named if cell is not None)

    def pieces(self, span: Span) -> Iterator[Cover]:
        """The text of a span as it will be shown."""
        at = 0
        for piece in span.pieces:
            end = at + len(piece.text)
            if not piece.marks:
                yield Cover(piece.shown)
            else:
                yield self._cover(piece.marks, span.segment, at, end)
            at = end

    def is_emptied(self, part: int, table: TableView, column: str) -> bool:
        """Whether the cells of a column below its heading are emptied."""
        return (part, table.name, column) in self._columns

    def _cover(self, marks: Sequence[str], segment: int, start: int, end: int) -> Cover:
        first, number = marks[0], end - start
        form = self._forms.get((first, segment, start), "") if len(marks) == 1 else ""
        if len(form) == number and STAR in form:
            return Cover(form, Treatment.MASK, first, number)
        return Cover("", Treatment.REMOVE, first, number)


def read(core: Core, document: str, version: int, shelf: TextShelf | None = None) -> Covered:
    """A version with its redactions in place; the caller has checked who asks.

    Args:
        core: the process's parts.
        document: case number.
        version: the version.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``.
    """
    parts, texts, findings = on_the_desk(core, document, version, shelf)
    redacted = [item for item in findings if item.settled is Settlement.REDACT]
    forms = dict(_forms(redacted, {at: laid.text for at, laid in texts.items()}, core.rulebook))
    return Covered(
        view(document, version, parts, texts, redacted), {item.id: item for item in redacted}, forms
    )


def _forms(
    redacted: Iterable[Settled], texts: Mapping[int, Text], rulebook: RuleBook
) -> Iterator[tuple[tuple[str, int, int], str]]:
    """The masked form of each range of what is masked, by finding, segment and offset."""
    for item in redacted:
        found, mask = item.finding, rulebook.mask(item.finding.kind)
        segments = texts[found.part].segments if found.part in texts else ()
        if (
            item.treatment is not Treatment.MASK
            or mask is None
            or found.count not in (1, len(found.ranges))
            or any(not 0 <= segment < len(segments) for segment, _, _ in found.ranges)
        ):
            continue
        pieces = [segments[segment].text[start:end] for segment, start, end in found.ranges]
        whole = masked_pieces(pieces, mask)
        single = (form for piece in pieces for form in masked_pieces((piece,), mask))
        for (segment, start, _), form in zip(
            found.ranges, whole if found.count == 1 else single, strict=True
        ):
            yield (item.id, segment, start), form
