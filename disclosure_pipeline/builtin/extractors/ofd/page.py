"""One page of an OFD: its drawing told apart into what shows and what does not, and put in reading order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ofd.drawing import Cover, Drawing
from disclosure_pipeline.builtin.extractors.ofd.geometry import covers_point
from disclosure_pipeline.builtin.extractors.ofd.letters import Run
from disclosure_pipeline.builtin.extractors.shared.layout import (
    Box,
    Grid,
    Line,
    inside,
    tables,
    touch,
)
from disclosure_pipeline.builtin.extractors.shared.paragraphs import Block, paragraphs
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

_GARBAGE = re.compile("[\x00\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_GARBLED_LEAST = 5
_GARBLED_SHARE = 0.1
_OUTLINED_POINTS = 400
"""Points of paths from which a page without letters may show letters as outlines."""
_ROW = 0.4
_GAP, _WORD_GAP = 1.5, 0.3
_TALL = 2.0
_JUMPS_SHARE = 0.15


def add_page(out: Collector, drawing: Drawing, area: Box, part: str, page: int) -> None:
    """Add what a page shows, then what it hides, then the doubts about it.

    Args:
        out: gets the segments.
        drawing: of the page and its templates, in points.
        area: the visible area of the page.
        part: name of the document's pages.
        page: 1-based number.
    """
    shown, hidden = split(drawing, area)
    number = 0
    for block in _blocks(arrange(shown), tables(drawing.edges), area[2]):
        number += 1
        kind = "table" if block.cell else "body"
        out.add(block.text, kind, part, page=page, paragraph=number, cell=block.cell, bbox=block.box)
    for line in arrange(hidden):
        number += 1
        out.add(line.text, "hidden", part, page=page, paragraph=number, bbox=line.box, visible=False)
    _judge(out, drawing, shown + hidden, Place(part, "body", page))


def _blocks(lines: list[Line], grids: list[Grid], width: float) -> Iterator[Block]:
    """Paragraphs and cells; where no table is ruled, each column has its own right margin."""
    if grids:
        yield from paragraphs(lines, grids, width)
        return
    column: list[Line] = []
    for line in lines:
        if column and (_is_beside(column[-1].box, line.box) or _is_tall(line) or _is_tall(column[-1])):
            yield from paragraphs(column, grids, width)
            column = []
        column.append(line)
    yield from paragraphs(column, grids, width)


def _is_tall(line: Line) -> bool:
    """Whether letters stand below each other, or are turned."""
    box = line.box
    return box is not None and len(line.characters) > 1 and box[3] - box[1] > _TALL * (box[2] - box[0])


def _is_beside(before: Box | None, box: Box | None) -> bool:
    """Whether a line starts another column: it lies to the right or left of the one before."""
    return before is not None and box is not None and (box[0] > before[2] or box[2] < before[0])


def add_block(
    out: Collector, drawing: Drawing, area: Box, part: str, kind: str, *, page: int | None = None,
    detail: str | None = None, shown: bool = True,
) -> None:  # fmt: skip
    """Add what a block outside the page's own content draws: an annotation, an orphan, an unused unit.

    Args:
        out: gets the segments.
        drawing: of the block, in points of the page.
        area: the visible area of the page.
        part: name of the part.
        kind: of all its segments.
        page: 1-based, where it has one.
        detail: of all its segments.
        shown: whether the block is on the page at all.
    """
    parts = split(drawing, area)
    for visible, runs in zip((True, False), parts, strict=True):
        for line in arrange(runs):
            out.add(line.text, kind, part, page=page, bbox=line.box, detail=detail, visible=shown and visible)
    _judge(out, drawing, parts[0] + parts[1], Place(part, kind, page), whole=False)


def split(drawing: Drawing, area: Box) -> tuple[list[Run], list[Run]]:
    """The runs that show and those that do not; a run that is half covered is cut in two."""
    shown: list[Run] = []
    hidden: list[Run] = []
    for run in drawing.runs:
        box = run.line.box
        if box is None or run.unseen:
            (hidden if run.unseen else shown).append(run)
            continue
        over = [cover for cover in drawing.covers if cover.order > run.order and touch(cover.box, box)]
        under = [cover for cover in drawing.covers if cover.order < run.order and touch(cover.box, box)]
        if (run.white and not _stands_on_dark(box, under)) or _is_lost(run, box, under):
            hidden.append(run)
        elif over or not _within(box, area):
            _cut(run, over, area, shown, hidden)
        else:
            shown.append(run)
    return shown, hidden


def _cut(run: Run, over: Sequence[Cover], area: Box, shown: list[Run], hidden: list[Run]) -> None:
    pieces: dict[bool, Line] = {True: Line(), False: Line()}
    unseen = False
    for character, box in zip(run.line.characters, run.line.boxes, strict=True):
        if box is not None:
            unseen = not inside(box, area) or any(_covers(cover, box) for cover in over)
        pieces[unseen].append(character, box)
    for unseen, target in ((False, shown), (True, hidden)):
        if pieces[unseen].text.strip():
            follows = run.follows and len(pieces[unseen].characters) == len(run.line.characters)
            target.append(Run(pieces[unseen], run.size, run.upright, run.order, follows=follows))


def _stands_on_dark(box: Box, under: Sequence[Cover]) -> bool:
    """Whether the last thing drawn below the middle of a box is not white."""
    below = [cover for cover in under if _covers(cover, box)]
    return bool(below) and not max(below, key=lambda cover: cover.order).white


def _is_lost(run: Run, box: Box, under: Sequence[Cover]) -> bool:
    """Whether letters lie wholly on an area of their own colour."""
    if run.colour is None or not under:
        return False
    below = [cover for cover in under if _within(box, cover.box) and _covers(cover, box)]
    return bool(below) and max(below, key=lambda cover: cover.order).colour == run.colour


def _covers(cover: Cover, box: Box) -> bool:
    if not inside(box, cover.box):
        return False
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return not cover.shapes or covers_point(cover.shapes, x, y)


def _within(box: Box, area: Box) -> bool:
    return box[0] >= area[0] and box[1] >= area[1] and box[2] <= area[2] and box[3] <= area[3]


# ------------------------------------------------------------------------ reading order


def arrange(runs: Iterable[Run]) -> list[Line]:
    """Runs joined to lines, in reading order.

    Runs on one base line that nearly touch are one line, in whatever order they were drawn. Lines keep the
    drawing order, unless it jumps up and down the page: then they go from top to bottom.
    """
    runs = list(runs)
    lines = [_Joined(run) for run in runs if not run.upright]
    for row in _rows([run for run in runs if run.upright]):
        row.sort(key=_left)
        fresh: list[_Joined] = []
        for run in row:
            if not (fresh and fresh[-1].take(run)):
                fresh.append(_Joined(run))
        lines += fresh
    lines.sort(key=lambda joined: joined.order)
    if _jumps(lines):
        lines.sort(key=lambda joined: (round(joined.top / max(joined.size, 1.0)), joined.left))
    else:
        lines = _followed(lines)
    return [joined.line for joined in lines]


class _Joined:
    """A line that grows to the right."""

    __slots__ = ("last", "left", "line", "order", "size", "starts", "top")

    def __init__(self, run: Run):
        self.line = Line()
        self.line.characters += run.line.characters
        self.line.boxes += run.line.boxes
        self.order = run.order
        self.size = run.size
        self.last = run
        self.starts = run
        box = run.line.box
        self.left, self.top = (box[0], box[3]) if box else (0.0, 0.0)

    def take(self, run: Run) -> bool:
        """Take a run that begins where this line ends; say whether it does."""
        before, box = self.last.line.box, run.line.box
        if before is None or box is None:
            return False
        size = max(min(self.size, run.size), 1.0)
        gap = box[0] - before[2]
        if run.line.text == self.last.line.text and abs(box[0] - before[0]) < 0.2 * size:
            return self.last.unseen == run.unseen  # drawn twice, to look bold
        if not -0.5 * size <= gap <= _GAP * max(self.size, run.size):
            return False
        if gap > _WORD_GAP * size:
            self.line.append(" ", None)
        self.line.characters += run.line.characters
        self.line.boxes += run.line.boxes
        self.order = min(self.order, run.order)
        self.last = run
        return True


def _rows(runs: list[Run]) -> list[list[Run]]:
    """Runs that stand on one base line."""
    rows: list[list[Run]] = []
    bottom = 0.0
    for run in sorted(runs, key=_bottom):
        at = _bottom(run)
        if rows and at - bottom <= _ROW * min(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
            bottom = at
    return rows


def _bottom(run: Run) -> float:
    box = run.line.box
    return box[3] if box else 0.0


def _left(run: Run) -> float:
    box = run.line.box
    return box[0] if box else 0.0


def _jumps(lines: Sequence[_Joined]) -> bool:
    """Whether the drawing order goes back up within one column too often to be the reading order."""
    upward = sum(
        after.top < before.top - before.size and after.left < before.left + before.size
        for before, after in itertools.pairwise(lines)
    )
    return upward > max(2, _JUMPS_SHARE * len(lines))


def _followed(lines: list[_Joined]) -> list[_Joined]:
    """Lines of one text object joined with a line break, so that what is broken over them is found."""
    joined: list[_Joined] = []
    for line in lines:
        if joined and line.starts.follows and joined[-1].last.order == line.starts.order:
            joined[-1].line.append("\n", None)
            joined[-1].line.characters += line.line.characters
            joined[-1].line.boxes += line.line.boxes
            joined[-1].last = line.last
        else:
            joined.append(line)
    return joined


# ------------------------------------------------------------------------------- doubts


def _judge(
    out: Collector, drawing: Drawing, runs: Sequence[Run], place: Place, *, whole: bool = True
) -> None:
    page = f"第{place.page}页" if place.page else "一处"
    letters = "".join(run.line.text for run in runs).strip()
    garbled = len(_GARBAGE.findall(letters))
    if drawing.lies:
        out.doubt("page.glyphs", f"{page}显示的字形与文字编码不一致，请人工对照查看。", place)
    if drawing.wordless:
        out.doubt("page.glyphs", f"{page}有只给出字形、没有文字编码的内容，请人工查看。", place)
    if garbled >= _GARBLED_LEAST and garbled > _GARBLED_SHARE * len(letters):
        out.doubt("page.garbled", f"{page}的文字编码异常，读出的是乱码，请人工查看。", place)
    if whole and not letters and drawing.points >= _OUTLINED_POINTS:
        out.doubt("page.no_text", f"{page}没有文字，只有图形（可能是转成曲线的文字），请人工查看。", place)
