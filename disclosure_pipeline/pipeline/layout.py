"""What of a file stands on which page of the review page: visible places in blocks, hidden ones in panels.

Files with pages keep theirs. Others are cut into pages of some 3,000 characters at the ends of blocks, tables at the
end of a row, workbooks by sheet, so that "every page was shown" means something and a list of thousands of rows is no
single page. The cut depends on the text alone, never on findings: a page that was shown stays the same page.

Hidden places have numbers too: 0 and below, one panel each for so many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from disclosure_pipeline.model.printed import CellName, Printed, cell_name, gathered, heading_level, unbroken
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.model.words import PageKind, PageLabel

PAGE = 3000
"""Characters of a page of a file that has none of its own."""

ROWS = 200
"""Rows of a page of a workbook."""

PANEL = 500
"""Hidden places of one panel."""

PAGED = ("application/pdf", "application/ofd")
"""Formats that know printed lines only."""

_ROW = PAGE // ROWS
_PROSE = 300
"""A row of more characters is prose, and takes the room that it fills."""
_RUNNING = frozenset({"body", "table", "insertion"})
"""Kinds of place that make up the running text; the others stand apart."""
_OCR = "ocr"
_BLANK = " \t\n\u3000\u00a0"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A heading or a paragraph.

    Args:
        kind: ``heading``, ``paragraph``, or the kind of its place (``header``, ``footnote`` …) where that is apart.
        level: of a heading: 1 for 一、, 2 for （一）; else 0.
        segments: what it is made of, by index.
    """

    kind: str
    level: int
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its number in the table and, for each column of the table, the segments in that cell."""

    number: int
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, or some rows of one that goes over several pages.

    Args:
        name: of the table or sheet.
        columns: letters of the columns that hold anything.
        rows: the rows on this page.
        head: the table's first row, where it stands on an earlier page.
        sheet: whether it is a sheet of a workbook, and not a table in running text.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    head: TableRow | None = None
    sheet: bool = False


Block = TextBlock | TableBlock


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page: its number, what it is called, its blocks."""

    number: int
    label: PageLabel
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Layout:
    """Where everything of a file is shown.

    Args:
        pages: numbered from 1; at least one.
        panels: hidden places by index, panel by panel: number 0, -1, -2 …
        printed: whether line breaks in its segments are those of print.
    """

    pages: tuple[LaidPage, ...]
    panels: tuple[tuple[int, ...], ...]
    printed: bool

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of all pages and panels, those of panels first."""
        return (*(-number for number in range(len(self.panels))), *(page.number for page in self.pages))

    @cached_property
    def where(self) -> dict[int, int]:
        """Page or panel of each segment that is shown."""
        found = {index: -number for number, panel in enumerate(self.panels) for index in panel}
        for page in self.pages:
            found.update(dict.fromkeys(_segments(page.blocks), page.number))
        return found


def lay_out(text: Text) -> Layout:
    """Cut a file's text into pages and panels."""
    shown = [
        index for index, segment in enumerate(text.segments) if segment.visible and not _is_blank(segment)
    ]
    hidden = [
        index for index, segment in enumerate(text.segments) if not segment.visible and not _is_blank(segment)
    ]
    panels = tuple(tuple(hidden[at : at + PANEL]) for at in range(0, len(hidden), PANEL))
    printed = text.media_type in PAGED or text.media_type.startswith("image/")
    count = _page_count(text)
    if count:
        pages = tuple(_own_pages(text.segments, shown, count, printed=printed))
    else:
        pages = _Cutter(text.segments).cut(_blocks(text.segments, shown))
    return Layout(pages, panels, printed)


def _is_blank(segment: Segment) -> bool:
    return not segment.text.strip(_BLANK)


def _page_count(text: Text) -> int:
    """Pages that the file itself has; 0 for a format without pages."""
    known = [text.facts.get(name, 0) for name in ("pages", "slides")]
    seen = [segment.place.page or 0 for segment in text.segments if segment.visible]
    return max((number for number in (*known, *seen) if isinstance(number, int)), default=0)


def _own_pages(
    segments: Sequence[Segment], shown: Sequence[int], count: int, *, printed: bool
) -> Iterator[LaidPage]:
    by_page: dict[int, list[int]] = {}
    page = 1
    for index in shown:
        page = segments[index].place.page or page
        by_page.setdefault(page, []).append(index)
    for number in range(1, count + 1):
        found = by_page.get(number, [])
        blocks = _printed_blocks(segments, found) if printed else _blocks(segments, found)
        yield LaidPage(number, PageLabel(PageKind.PAGE, number), tuple(blocks))


# ------------------------------------------------------------------------- blocks

_GoesOn = Callable[[int, int], bool]
"""Whether a segment goes on with the paragraph that ends with another, by their indexes."""


def _blocks(segments: Sequence[Segment], indexes: Iterable[int]) -> Iterator[Block]:
    """Blocks of a format that knows paragraphs; an insertion joins the paragraph it stands in."""

    def goes_on(before: int, index: int) -> bool:
        first, second = segments[before].place, segments[index].place
        if first.paragraph is None or (first.part, first.paragraph) != (second.part, second.paragraph):
            return False
        return "insertion" in (first.kind, second.kind)

    return _in_order(segments, indexes, goes_on, _RUNNING, printed=False)


def _printed_blocks(segments: Sequence[Segment], indexes: Sequence[int]) -> Iterator[Block]:
    """Blocks of a page of which only its lines are known: those of a scan are gathered into paragraphs."""
    running, follows = _RUNNING, set[int]()
    if all(segments[index].place.kind == _OCR for index in indexes):
        lines = [Printed(segments[index].text, segments[index].place.page or 0) for index in indexes]
        follows = {indexes[number] for group in gathered(lines, lines=True) for number in group[1:]}
        running = _RUNNING | {_OCR}
    return _in_order(segments, indexes, lambda _, index: index in follows, running, printed=True)


def _in_order(
    segments: Sequence[Segment], indexes: Iterable[int], goes_on: _GoesOn, running: Set[str], *, printed: bool
) -> Iterator[Block]:
    """Segments of one paragraph together; a table stands where its first cell stood."""
    found: list[list[int] | _Cells] = []
    tables: dict[tuple[str, str], _Cells] = {}
    for index in indexes:
        place = segments[index].place
        cell = cell_name(place.cell)
        last = found[-1] if found else None
        if cell is not None:
            key = (place.part, cell.table)
            if key not in tables:
                tables[key] = _Cells(cell.table, cell.sheet)
                found.append(tables[key])
            tables[key].put(cell, index)
        elif isinstance(last, list) and goes_on(last[-1], index):
            last.append(index)
        else:
            found.append([index])
    for item in found:
        if isinstance(item, _Cells):
            yield item.table()
        elif (kind := segments[item[0]].place.kind) in running:
            yield _paragraph(segments, item, printed=printed)
        else:
            yield TextBlock(kind, 0, tuple(item))


@dataclass(slots=True)
class _Cells:
    """The cells of a table as they are found."""

    name: str
    sheet: bool
    rows: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    columns: dict[int, str] = field(default_factory=dict)

    def put(self, cell: CellName, index: int) -> None:
        """Add a segment to the cell it stands in."""
        self.rows.setdefault(cell.row, {}).setdefault(cell.order, []).append(index)
        self.columns[cell.order] = cell.column

    def table(self) -> TableBlock:
        """The whole table; columns that hold nothing are left out."""
        columns = sorted(self.columns)
        rows = tuple(
            TableRow(number, tuple(tuple(cells.get(column, ())) for column in columns))
            for number, cells in sorted(self.rows.items())
        )
        letters = tuple(self.columns[column] for column in columns)
        return TableBlock(self.name, letters, rows, sheet=self.sheet)


def _paragraph(segments: Sequence[Segment], indexes: Sequence[int], *, printed: bool) -> TextBlock:
    texts = (segments[index].text for index in indexes)
    level = heading_level("".join("".join(unbroken(text)) if printed else text for text in texts).strip())
    return TextBlock("heading" if level else "paragraph", level, tuple(indexes))


def _segments(blocks: Iterable[Block]) -> Iterator[int]:
    for block in blocks:
        if isinstance(block, TextBlock):
            yield from block.segments
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from cell


# -------------------------------------------------------------------------- pages


class _Cutter:
    """Cuts blocks into pages.

    Args:
        segments: of the file.
    """

    def __init__(self, segments: Sequence[Segment]):
        self._segments = segments
        self._pages: list[tuple[PageLabel | None, tuple[Block, ...]]] = []
        self._blocks: list[Block] = []
        self._room = PAGE

    def cut(self, blocks: Iterable[Block]) -> tuple[LaidPage, ...]:
        """The pages; one without blocks for a file that shows nothing."""
        for block in blocks:
            if isinstance(block, TableBlock):
                self._table(block)
            else:
                self._make_room(length := self._length(block.segments))
                self._blocks.append(block)
                self._room -= length
        self._turn()
        if not self._pages:
            self._pages.append((None, ()))
        kind = PageKind.SCREEN if len(self._pages) > 1 else PageKind.WHOLE
        return tuple(
            LaidPage(number, label or PageLabel(kind, number), found)
            for number, (label, found) in enumerate(self._pages, 1)
        )

    def _table(self, table: TableBlock) -> None:
        if table.sheet:
            self._turn()
        begin = 0
        for end, row in enumerate(table.rows):
            weight = self._weight(row)
            if self._room < weight and (self._blocks or end > begin):
                self._rows(table, begin, end)
                begin = end
            self._room -= weight
        self._rows(table, begin, len(table.rows), last=True)

    def _rows(self, table: TableBlock, begin: int, end: int, *, last: bool = False) -> None:
        """Put some rows on this page; it is full then, unless they are the last ones of a table in running text."""
        if end > begin:
            head = table.rows[0] if begin else None
            self._blocks.append(replace(table, rows=table.rows[begin:end], head=head))
        if table.sheet and end > begin:
            rows = table.rows[begin:end]
            self._turn(PageLabel(PageKind.ROWS, sheet=table.name, first=rows[0].number, last=rows[-1].number))
        elif not last:
            self._turn()

    def _weight(self, row: TableRow) -> int:
        length = sum(map(self._length, row.cells))
        return length if length > _PROSE else _ROW

    def _length(self, indexes: Iterable[int]) -> int:
        return sum(len(self._segments[index].text) for index in indexes)

    def _make_room(self, length: int) -> None:
        if self._room < length and self._blocks:
            self._turn()

    def _turn(self, label: PageLabel | None = None) -> None:
        if self._blocks:
            self._pages.append((label, tuple(self._blocks)))
        self._blocks, self._room = [], PAGE
