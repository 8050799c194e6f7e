"""What the review page shows of a version: the text of every file page by page, with its findings marked.

No markup is made here; a template prints the pieces and escapes them. Pages are put together when they are asked for,
so that a list of thousands of rows costs no more than the page that is looked at. Pictures of pages and the boxes of
findings on them are `pipeline/pages.py`'s; the text is complete without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.pieces import Mark, Piece, cut, plain
from disclosure_pipeline.model.printed import joint
from disclosure_pipeline.model.text import VISIBLE_KINDS, Text
from disclosure_pipeline.model.words import PageLabel
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.layout import (
    Block,
    LaidPage,
    TableBlock,
    TableRow,
    TextBlock,
)
from disclosure_pipeline.pipeline.shelf import Laid, TextShelf, on_the_desk
from disclosure_pipeline.store.documents import Settled

_PICTURED = ("application/pdf", "image/")
_UNPICTURED = ("image/x-emf", "image/emf", "image/wmf")
_INSERTION = "insertion"


@dataclass(frozen=True, slots=True)
class Span:
    """The text of one segment.

    Args:
        segment: index of the segment in its file.
        pieces: its text; joined it is the segment's.
        note: its kind of place, where that is not plain to see (``insertion``), else empty.
        before: what stands between it and the span before it (a blank between two words of letters).
    """

    segment: int
    pieces: tuple[Piece, ...]
    note: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class TextView:
    """A heading (``level`` 1 or 2), a paragraph, or a text that stands ``apart`` (``kind`` header, footnote …)."""

    kind: str
    level: int
    spans: tuple[Span, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell, with its column's letters."""

    column: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row, with its number in the table."""

    number: int
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table, or the rows of it that stand on this page.

    Args:
        name: of the table or sheet.
        sheet: whether it is a sheet of a workbook.
        columns: letters of its columns.
        rows: see :class:`RowView`.
        head: what the table's first row says, where that stands on an earlier page; nothing is marked in it.
    """

    name: str
    sheet: bool
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    head: tuple[str, ...] = ()


BlockView = TextView | TableView


@dataclass(frozen=True, slots=True)
class HiddenView:
    """A place that no reader of the page sees.

    Args:
        place: where it is, as it is stored.
        span: its text.
    """

    place: Mapping[str, Any]
    span: Span


@dataclass(frozen=True, slots=True)
class HiddenGroup:
    """Hidden places of one kind.

    Args:
        kind: theirs. unprinted: whether such places are shown elsewhere, and only these are not.
        places: in the order of the file.
    """

    kind: str
    unprinted: bool
    places: tuple[HiddenView, ...]


@dataclass(frozen=True)
class PageView:
    """A page of a file.

    Args:
        number: from 1. label: what it is called.
        findings: ids of the findings on it, in the order of their places.
    """

    number: int
    label: PageLabel
    findings: tuple[str, ...]
    _source: _Source
    _laid: LaidPage

    @cached_property
    def blocks(self) -> tuple[BlockView, ...]:
        """What stands on it, in reading order."""
        return tuple(map(self._source.block, self._laid.blocks))


@dataclass(frozen=True)
class PanelView:
    """Hidden places of a file, so many as fit one panel.

    Args:
        number: 0, -1, -2 …: the page number under which it is noted as shown.
        findings: ids of the findings in it.
    """

    number: int
    findings: tuple[str, ...]
    _source: _Source
    _indexes: tuple[int, ...]

    @cached_property
    def groups(self) -> tuple[HiddenGroup, ...]:
        """Its places by kind, in the order of the file."""
        by_kind: dict[str, list[HiddenView]] = {}
        for index in self._indexes:
            place = self._source.text.segments[index].place
            span = self._source.span(index)
            by_kind.setdefault(place.kind, []).append(HiddenView(place.as_json(), span))
        return tuple(
            HiddenGroup(kind, kind in VISIBLE_KINDS, tuple(places)) for kind, places in by_kind.items()
        )


@dataclass(frozen=True, slots=True)
class PartView:
    """A file of the version.

    Args:
        position: index of the part. name: as dropped, or empty. role: see :class:`PartRole`.
        media_type: detected from its bytes.
        pictured: whether its pages can be shown as pictures (`pipeline/pages.py`).
        readable: whether its text was read.
        pages: see :class:`PageView`; at least one.
        hidden: see :class:`PanelView`; none when nothing is hidden.
    """

    position: int
    name: str
    role: PartRole
    media_type: str
    pictured: bool
    readable: bool
    pages: tuple[PageView, ...]
    hidden: tuple[PanelView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding and where the page shows it.

    Args:
        settled: the finding with how it was settled.
        part: index of its file.
        page: number of the page (from 1) or panel (0 and below) of its first place; ``None`` for a finding about the
            whole file (a doubt, a file name).
        cells: names of the cells it stands in, for one of a list.
        numbers: every page and panel that it stands on.
    """

    settled: Settled
    part: int
    page: int | None
    cells: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def id(self) -> str:
        """The finding's id."""
        return self.settled.id

    @property
    def count(self) -> int:
        """How many things it stands for; more than one for a list that is settled in one step."""
        return self.settled.finding.count


@dataclass(frozen=True)
class DocumentView:
    """A version as the review page shows it.

    Args:
        document: case number. version: the version.
        parts: its files.
        findings: its findings by id, in the order of their places.
    """

    document: str
    version: int
    parts: tuple[PartView, ...]
    findings: dict[str, FindingView]

    def part(self, position: int) -> PartView | None:
        """The file at a position."""
        return next((part for part in self.parts if part.position == position), None)

    def page_of(self, finding: str) -> tuple[int, int] | None:
        """(file, page) on which a finding is shown; ``None`` for one about the whole file, or none of this version."""
        found = self.findings.get(finding)
        return (found.part, found.page) if found is not None and found.page is not None else None


def read(core: Core, document: str, version: int, shelf: TextShelf | None = None) -> DocumentView:
    """A version as the review page shows it; the caller has checked who asks.

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
    return view(document, version, parts, texts, findings)


def view(
    document: str, version: int, parts: Sequence[Part], texts: Mapping[int, Laid], findings: Sequence[Settled]
) -> DocumentView:
    """The same from values; see :func:`read`."""
    shown = []
    placed: dict[str, FindingView] = {}
    for part in parts:
        laid = texts.get(part.position) or Laid.of(Text(part.media_type, "", ()))
        source = _Source(laid, [item for item in findings if item.finding.part == part.position])
        shown.append(_part(part, source, readable=part.position in texts))
        placed.update(source.placed)
    ordered = {item.id: placed[item.id] for item in findings if item.id in placed}
    return DocumentView(document, version, tuple(shown), ordered)


def is_pictured(media_type: str) -> bool:
    """Whether pages of a format can be drawn. Of OFD and of drawings (EMF, WMF) only the text can be shown."""
    return media_type.startswith(_PICTURED) and media_type not in _UNPICTURED


def ranges(settled: Settled) -> Iterator[tuple[int, Mark]]:
    """(segment, range) of each place of a finding in the text; none for one about the whole file."""
    begins = True
    for segment, start, end in settled.finding.ranges:
        if segment >= 0 and start < end:
            yield segment, Mark(start, end, settled.id, begins)
            begins = False


def _part(part: Part, source: _Source, *, readable: bool) -> PartView:
    layout = source.layout
    return PartView(
        part.position, part.name or "", part.role, part.media_type, is_pictured(part.media_type), readable,
        tuple(PageView(page.number, page.label, source.on(page.number), source, page) for page in layout.pages),
        tuple(PanelView(-at, source.on(-at), source, panel) for at, panel in enumerate(layout.panels)),
    )  # fmt: skip


class _Source:
    """The text of a file, its layout and the findings in it.

    Args:
        laid: the text and its layout. findings: those of this file.
    """

    def __init__(self, laid: Laid, findings: Sequence[Settled]):
        self.text, self.layout = laid
        self.placed = {item.id: self._placed(item) for item in findings}
        self._marks: dict[int, list[Mark]] = {}
        self._on: dict[int, list[str]] = {}
        for item in findings:
            for segment, mark in ranges(item):
                self._marks.setdefault(segment, []).append(mark)
            for number in self.placed[item.id].numbers:
                self._on.setdefault(number, []).append(item.id)

    def on(self, number: int) -> tuple[str, ...]:
        """Ids of the findings on a page or panel."""
        return tuple(self._on.get(number, ()))

    def _placed(self, item: Settled) -> FindingView:
        """A finding with where it is shown."""
        segments = [segment for segment, _ in ranges(item)]
        numbers = dict.fromkeys(self.layout.where[at] for at in segments if at in self.layout.where)
        known = [self.text.segments[at].place.cell for at in segments if at < len(self.text.segments)]
        cells = tuple(dict.fromkeys(cell for cell in known if cell))
        named = item.finding.place.page or 0
        if not numbers and 0 < named <= len(self.layout.pages):
            numbers = {named: None}
        return FindingView(item, item.finding.part, next(iter(numbers), None), cells, tuple(numbers))

    def block(self, block: Block) -> BlockView:
        """A block with its text."""
        if isinstance(block, TableBlock):
            return self._table(block)
        apart = block.kind not in ("heading", "paragraph")
        return TextView(block.kind, block.level, tuple(self._spans(block)), apart)

    def span(self, index: int, before: str = "") -> Span:
        """A segment, cut where its findings begin and end."""
        segment = self.text.segments[index]
        pieces = cut(segment.text, self._marks.get(index, ()), printed=self.layout.printed)
        note = segment.place.kind if segment.place.kind == _INSERTION else ""
        return Span(index, pieces, note, before)

    def _spans(self, block: TextBlock) -> Iterator[Span]:
        above = ""
        for index in block.segments:
            words = plain(self.text.segments[index].text, printed=self.layout.printed)
            yield self.span(index, joint(above, words) if self.layout.printed else "")
            above = words

    def _table(self, block: TableBlock) -> TableView:
        rows = tuple(
            RowView(
                row.number,
                tuple(
                    self._cell(column, cell) for column, cell in zip(block.columns, row.cells, strict=True)
                ),
            )
            for row in block.rows
        )
        head = tuple(self._head(block.head)) if block.head is not None else ()
        return TableView(block.name, block.sheet, block.columns, rows, head)

    def _cell(self, column: str, indexes: Iterable[int]) -> CellView:
        return CellView(column, tuple(map(self.span, indexes)))

    def _head(self, row: TableRow) -> Iterator[str]:
        for cell in row.cells:
            yield " ".join(
                plain(self.text.segments[index].text, printed=self.layout.printed) for index in cell
            )
