"""From the lines of a page to its paragraphs and table cells: what a paper's author wrote before it was printed.

A line goes on with the one above when that one is full. What full means depends on the company a line keeps: the
lines of a column run to the margin of their column, while a line that stands alone between the margins of the page
(a title, a 文号, a 落款) is short unless it reaches the page's own margin. Digits that a line break cuts stay together
whatever else holds: a number that nobody finds is worse than a paragraph too long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from disclosure_pipeline.builtin.extractors.shared.layout import Box, Grid, Line, union

_FEWEST_LETTERS = 6
_COLUMN = 18.0
_COLUMNS = 3
_FEWEST_ALIGNED = 3
"""Lines that start at one place from which on they are a column of text."""
_NARROWEST = 10
"""Letters from which on aligned lines are a column, and no names below each other."""
_RESIZED = 1.15
"""From this ratio on, letters are of another size."""
_FEWEST_HAN = 4
"""Han characters from which on the width of a line tells their size."""
_SAME = 0.3
"""Share of a letter's size by which sides that are aligned may differ."""
_WIDER_PITCH = 0.4
"""Share of a line's height by which a line may be farther below the one above than the second is."""
_FIRST_INDENT = (1.5, 2.6)
"""Letters by which the first line of a paragraph is indented (GB/T 9704: two)."""
_TALL = 2.0
_SET_OFF = 4.0
"""From this many times its height on, a line is farther from the left margin than an indent."""
_HAN = re.compile("[\u3400-\u9fff]")
_CLOSED = re.compile(r"[。！？；：.!?;:][”’）)』」》]*\s*$")
_HEAD = re.compile(
    r"\s*(?:附件\s*\d{0,2}\s*[：:]\s*)?(?:\d{1,2}\s*[.．、]\s*|[（(]\d{1,2}[）)]\s*|[①-⑳]\s*)?"
)
"""What an item begins with; where it is broken, its words go on below its first word."""


@dataclass(slots=True)
class Block:
    """A paragraph or a table cell."""

    lines: list[Line] = field(default_factory=list)
    cell: str | None = None
    last: Box | None = None
    """The box of a paragraph's last line."""
    pitch: float | None = None
    """How far apart the lines of a paragraph are, once it has two."""

    @property
    def text(self) -> str:
        """The lines, with the page's line breaks."""
        if len(self.lines) == 1:
            return self.lines[0].text.rstrip()
        return "\n".join(line.text.rstrip() for line in self.lines)

    @property
    def box(self) -> Box | None:
        """The box around all lines."""
        if len(self.lines) == 1:
            return self.lines[0].box
        return union(line.box for line in self.lines)


def paragraphs(lines: Sequence[Line], grids: Sequence[Grid], width: float) -> list[Block]:
    """Lines gathered into paragraphs; what lies in a ruled table becomes its cells instead.

    Two lines are one paragraph when the first runs to the right margin (or breaks a number) and the second starts
    without an indent right below it, in letters of the same size: so an address or a number broken over two lines
    stays whole, while titles, headings, list items and the lines of a signature stay apart. Letters that stand in a
    cell each, as the digits of a form do, are one cell.

    Args:
        lines: in reading order.
        grids: ruled tables of the page.
        width: width of the page.
    """
    blocks: list[Block] = []
    cells: dict[str, Block] = {}
    page = _Page(lines, width)
    if not grids:
        for line, box in zip(lines, page.boxes, strict=True):
            _continue_or_start(blocks, line, box, page)
        return blocks
    for whole in lines:
        for name, line in _by_cell(whole, grids):
            if name is None:
                _continue_or_start(blocks, line, line.box, page)
            elif name in cells:
                cells[name].lines.append(line)
            else:
                _start_cells(blocks, cells, name, grids)
                cells[name].lines.append(line)
    return list(_joined([block for block in blocks if block.lines])) if cells else blocks


class _Page:
    """Where the lines of a page start and how far to the right they run.

    Args:
        lines: of the page. width: of the page.
    """

    def __init__(self, lines: Sequence[Line], width: float):
        self.boxes = [line.box for line in lines]
        self._width = width
        self._ends: dict[int, float] = {}
        self._known: dict[int, float] = {}
        start = width
        for box in self.boxes:
            if box is not None:
                left, _, right, _ = box
                column = round(left / _COLUMN)
                if right > self._ends.get(column, 0.0):
                    self._ends[column] = right
                start = min(start, left)
        self.right = max(self._ends.values(), default=width)
        self.left = min(start, width - self.right)

    def margin(self, box: Box) -> float:
        """The right margin of the lines that start where a line does; an indent of two letters is no other place."""
        column = round(box[0] / _COLUMN)
        if column not in self._known:
            near = [self._ends[at] for at in range(column - 2, column + 2) if at in self._ends]
            self._known[column] = max(near, default=self._width)
        return self._known[column]

    def is_centred(self, box: Box) -> bool:
        """Whether a line is as far from the left side as from the right one: of the paper, or of its text."""
        both = box[0] + box[2]
        return min(abs(both - self._width), abs(both - self.left - self.right)) <= box[3] - box[1]

    @cached_property
    def height(self) -> float:
        """The usual height of its lines."""
        heights = sorted(box[3] - box[1] for box in self.boxes if box is not None)
        return heights[(len(heights) - 1) // 2]

    @cached_property
    def _columns(self) -> set[int]:
        """Places where lines start that have another line beside them."""
        rows = sorted((box for box in self.boxes if box is not None and not _is_tall(box)), key=_top)
        found = set()
        for at, box in enumerate(rows):
            for other in rows[at + 1 :]:
                if other[1] >= (box[1] + box[3]) / 2:
                    break
                if other[0] >= box[2] or box[0] >= other[2]:
                    found |= {round(box[0] / _COLUMN), round(other[0] / _COLUMN)}
        return found

    def is_column(self, box: Box) -> bool:
        """Whether a line belongs to one of several columns of text or of figures."""
        return round(box[0] / _COLUMN) in self._columns

    def starting_at(self, left: float, slack: float) -> int:
        """How many lines start at a place."""
        return sum(box is not None and abs(box[0] - left) <= slack for box in self.boxes)


def _continue_or_start(blocks: list[Block], line: Line, box: Box | None, page: _Page) -> None:
    """Add a line to a paragraph right above it: the last one, or one of a column drawn in turns with others."""
    if box is not None:
        for block in blocks[: -_COLUMNS - 1 : -1]:
            before = block.last
            if before is not None and _goes_on(block, before, line, box, page):
                if len(block.lines) == 1:
                    block.pitch = _step(before, box)
                block.lines.append(line)
                block.last = box
                return
    blocks.append(Block([line], last=box))


def _goes_on(block: Block, before: Box, line: Line, box: Box, page: _Page) -> bool:
    """Whether a line goes on with a paragraph; ``before`` is the box of the paragraph's last line."""
    height = max(before[3] - before[1], box[3] - box[1])
    if not -0.5 * height <= box[1] - before[3] <= 1.2 * height:
        return False
    if before[2] <= box[0] or before[0] >= box[2]:
        return False
    full = before[2] >= page.margin(before) - 1.5 * height
    if box[0] > before[0] + 0.5 * height:
        return _is_title(before, box, page) or (full and _hangs(block.lines[-1], before, box))
    if full and _flows_on(block, before, line, box, page):
        return True
    breaks = _are_digits if full else _breaks_a_number
    return breaks(block.lines[-1], line) or _is_title(before, box, page)


def _flows_on(block: Block, before: Box, line: Line, box: Box, page: _Page) -> bool:
    """Whether a line below a full one is of the same paragraph: as far below, as large, in the same margins."""
    height = max(before[3] - before[1], box[3] - box[1])
    if max(before[2] - before[0], box[2] - box[0]) < _TALL * height:  # single letters: vertical writing
        return True
    if block.pitch is not None and _step(before, box) - block.pitch > _WIDER_PITCH * height:
        return False
    if _is_set_off(before, box, page, height) and not _is_in_company(before, box, page):
        return False
    return not (_is_resized(block.lines[-1], before, line, box) or _begins_anew(block, before, box, page))


def _is_set_off(before: Box, box: Box, page: _Page, height: float) -> bool:
    """Whether a line leaves the page's right margin free or is centred, or is short and its left one free too."""
    if before[2] < page.right - 1.5 * height:
        return True
    if min(before[0], box[0]) > page.left + _SET_OFF * height:
        return before[2] - before[0] < _NARROWEST * height
    return before[0] - box[0] > _FIRST_INDENT[1] * height and page.is_centred(before)


def _is_in_company(before: Box, box: Box, page: _Page) -> bool:
    """Whether two lines that leave a margin of the page free run to the margin of a column of their own.

    A line of one of several columns does. So does one that starts where others start, its first line indented; two
    lines alone do when only their left sides are aligned: those of a 落款 may be equally long.
    """
    if page.is_column(before):
        return True
    size = min(before[3] - before[1], box[3] - box[1])
    inward = before[0] - box[0]
    if not -_SAME * size <= inward <= _FIRST_INDENT[1] * size:
        return False
    wide = before[2] - before[0] >= _NARROWEST * size
    if wide and page.starting_at(box[0], _SAME * size) >= _FEWEST_ALIGNED:
        return True
    return abs(inward) <= _SAME * size and before[2] - box[2] > _FIRST_INDENT[0] * size


def _is_title(before: Box, box: Box, page: _Page) -> bool:
    """Whether two lines are large and centred on one axis."""
    high, low = before[3] - before[1], box[3] - box[1]
    if abs(before[0] + before[2] - box[0] - box[2]) > 2 * _SAME * low:
        return False
    return max(high, low) <= _RESIZED * min(high, low) and min(high, low) > _RESIZED * page.height


def _hangs(above: Line, before: Box, box: Box) -> bool:
    """Whether a line begins below the first word of an item whose full first line ends no sentence."""
    text = above.text
    head = _HEAD.match(text)
    if head is None or not head[0].strip() or _CLOSED.search(text):
        return False
    size = _size(text, before)
    return abs(box[0] - before[0] - _letters(head[0]) * size) <= 2 * _SAME * size


def _is_resized(above: Line, before: Box, line: Line, box: Box) -> bool:
    """Whether the size of the letters changes: those of another font may be higher, but then are not wider too.

    Only Han characters are all as wide as they are high; a line of figures says nothing.
    """
    high, low = before[3] - before[1], box[3] - box[1]
    if max(high, low) <= _RESIZED * min(high, low):
        return False
    if min(len(_HAN.findall(above.text)), len(_HAN.findall(line.text))) < _FEWEST_HAN:
        return False
    one, other = _size(above.text, before), _size(line.text, box)
    return max(one, other) > _RESIZED * min(one, other)


def _begins_anew(block: Block, before: Box, box: Box, page: _Page) -> bool:
    """Whether a full first line that ends a sentence is followed by another that is indented as much."""
    size = min(before[3] - before[1], box[3] - box[1])
    if len(block.lines) > 1 or abs(before[0] - box[0]) > _SAME * size:
        return False
    if not _CLOSED.search(block.lines[0].text):
        return False
    least, most = (letters * size for letters in _FIRST_INDENT)
    return any(known is not None and least <= box[0] - known[0] <= most for known in page.boxes)


def _breaks_a_number(before: Line, line: Line) -> bool:
    """Whether one line ends with a digit after words, and the next goes on with digits."""
    above, below = before.text.rstrip(), line.text.lstrip()
    return (
        above[-1:].isdigit() and below[:1].isdigit()
        and not above[:1].isdigit() and not (above + below).replace(".", "").isdigit()
    )  # fmt: skip


def _are_digits(before: Line, line: Line) -> bool:
    """Whether a line break stands between two digits."""
    return before.text.rstrip()[-1:].isdigit() and line.text.lstrip()[:1].isdigit()


def _size(text: str, box: Box) -> float:
    """How wide a full-width letter of a line is."""
    return (box[2] - box[0]) / max(_letters(text.strip()), 0.5)


def _letters(text: str) -> float:
    """How many full-width letters a text is wide."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def _is_tall(box: Box) -> bool:
    """Whether letters stand below each other."""
    return box[3] - box[1] > _TALL * (box[2] - box[0])


def _step(before: Box, box: Box) -> float:
    """How far a line is below another; a sign that sticks out of one makes its box higher on one side only."""
    return min(box[1] - before[1], box[3] - before[3])


def _top(box: Box) -> float:
    return box[1]


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks, with runs of cells of one letter made one."""
    at = 0
    while at < len(blocks):
        end = at
        while end < len(blocks) and _is_letter_after(blocks[end], blocks[end - 1] if end > at else None):
            end += 1
        if end - at >= _FEWEST_LETTERS:
            whole = Line()
            for line in (line for block in blocks[at:end] for line in block.lines):
                for character, box in zip(line.characters, line.boxes, strict=True):
                    if not character.isspace():
                        whole.append(character, box)
            yield Block([whole], blocks[at].cell)
        else:
            yield from blocks[at : max(end, at + 1)]
        at = max(end, at + 1)


def _is_letter_after(block: Block, before: Block | None) -> bool:
    """Whether a cell holds a digit or Latin letter, and stands in the row of the one before."""
    if block.cell is None:
        return False
    text = block.text.strip()
    if len(text) != 1 or not (text.isascii() and text.isalnum()):
        return False
    return before is None or (before.cell is not None and _row(before.cell) == _row(block.cell))


def _row(cell: str) -> tuple[str, str]:
    """(table, row) of a cell's name."""
    table, _, place = cell.rpartition(" ")
    return table, place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _by_cell(line: Line, grids: Sequence[Grid]) -> list[tuple[str | None, Line]]:
    """A line cut at the borders of cells; white space goes with what stands before it."""
    if not grids:
        return [(None, line)]
    pieces: list[tuple[str | None, Line]] = []
    name: str | None = None
    for character, box in zip(line.characters, line.boxes, strict=True):
        if box is not None:
            name = next((found for grid in grids if (found := grid.cell_at(box, name))), None)
        if not pieces or pieces[-1][0] != name:
            pieces.append((name, Line()))
        pieces[-1][1].append(character, box)
    return pieces


def _start_cells(blocks: list[Block], cells: dict[str, Block], name: str, grids: Sequence[Grid]) -> None:
    """Put every cell of a table where its first character was met, row by row."""
    grid = next(grid for grid in grids if name in grid.cells)
    for cell in grid.cells:
        if cell not in cells:
            cells[cell] = Block(cell=cell)
            blocks.append(cells[cell])
