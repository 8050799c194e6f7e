"""One page of a pdf: characters with boxes, sorted into lines that a reader sees and lines that nobody does.

Lines of ordinary pages are asked of pdfium line by line; where something may be hidden or a table is ruled,
character by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import sub
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.pdf.characters import Characters
from disclosure_pipeline.builtin.extractors.pdf.drawing import Drawing, Surveyor
from disclosure_pipeline.builtin.extractors.pdf.state import UNKNOWN, State
from disclosure_pipeline.builtin.extractors.shared.layout import (
    Box,
    Grid,
    Line,
    holds,
    tables,
    touch,
)
from disclosure_pipeline.builtin.extractors.shared.paragraphs import paragraphs

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector
    from disclosure_pipeline.builtin.extractors.pdf.sight import Sight

PART = "page"
_GARBLED_SHARE = 0.1
_GARBLED_LEAST = 5
_UNREADABLE_POINTS = 1.5
_NARROW = 0.07
_HEADROOM = 0.3
_MOST_SUSPECTS = 500
_NOWHERE: Box = (0.0, 0.0, -1.0, -1.0)
_NO_CHARACTER = 0x110000
_WITHOUT_WIDTH = ("Mn", "Me", "Mc", "Cf", "Lm", "Sk")
_GARBAGE = re.compile("[\x00\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_HYPHEN = re.compile("[\x02\ufffe]")
_UNUSUAL = re.compile("[\x00\ue000-\uf8ff\ufffd\ud800-\udfff\U00010000-\U0010ffff]")
_LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")


@dataclass(slots=True)
class PageText:
    """What was read on a page.

    Args:
        number: 1-based.
        size: width and height as shown, points.
        shown: lines that a reader sees, in reading order.
        hidden: lines that nobody sees.
        garbled: characters whose meaning the fonts do not tell.
        drawing: what the page's objects say.
        grids: ruled tables.
        recognised: lines read from the page's pixels that the text layer lacks.
    """

    number: int
    size: tuple[float, float]
    shown: list[Line]
    hidden: list[Line]
    garbled: int
    drawing: Drawing
    grids: Sequence[Grid] = ()
    recognised: list[Line] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """Characters of the text layer, seen or not."""
        return sum(len(line.text.strip()) for line in (*self.shown, *self.hidden))

    @property
    def is_garbled(self) -> bool:
        """Whether so much has no meaning that the rest is worth little."""
        return self.garbled >= _GARBLED_LEAST and self.garbled > _GARBLED_SHARE * self.characters

    def add_to(self, out: Collector) -> None:
        """Keep everything: paragraphs and cells, then what was recognised, then what nobody sees."""
        number = 0
        for block in paragraphs(self.shown, self.grids, self.size[0]):
            number += 1
            kind = "table" if block.cell else "body"
            out.add(
                block.text, kind, PART, page=self.number, paragraph=number, cell=block.cell, bbox=block.box
            )
        for kind, lines in (("ocr", self.recognised), ("hidden", self.hidden)):
            for line in lines:
                number += 1
                out.add(line.text, kind, PART, page=self.number, paragraph=number, bbox=line.box)


class PageReader:
    """Reads one page.

    Args:
        page: a ``pypdfium2.PdfPage``.
        number: 1-based.
        layered: whether layers of the document may hide words.
        state: what the operators of the page's content say.
    """

    def __init__(self, page: Any, number: int, *, layered: bool = False, state: State = UNKNOWN):
        self.page = page
        self._number = number
        self._layered = layered
        self._state = state
        self.size: tuple[float, float] = page.get_size()
        self._crop = page.get_bbox()
        self._rotation = page.get_rotation()
        self._clip = self.view(*state.clip)
        self._narrow = [self.view(*area) for area in state.narrow]
        self._unclear: list[Line] = []
        """Lines of which it is not clear that they keep to the clips of the page."""

    def read(self) -> PageText:
        """Read the page's text layer and look at its objects."""
        drawing = Surveyor(self.page, self.view, layered=self._layered, state=self._state).survey()
        grids = tables(drawing.edges)
        shown, hidden, garbled = self._read_text(drawing, grids)
        if self._state.plain and not self._is_within_clip():
            self._state = UNKNOWN
            return self.read()
        return PageText(self._number, self.size, shown, hidden, garbled, drawing, grids)

    def _is_within_clip(self) -> bool:
        """Whether no line leaves the clips of the page."""
        return all(
            _are_inside(line.runs or line.boxes, self._clip, self._narrow)
            for line in self._unclear
            if line.box is not None and not self._surely_keeps_to_clip(line.box)
        )

    def _surely_keeps_to_clip(self, line: Box) -> bool:
        return holds(self._clip, line, 1.0) and not (
            self._narrow and any(touch(area, line) for area in self._narrow)
        )

    def lines(self) -> list[Line]:
        """Every line, seen or not."""
        shown, hidden, _ = self._read_text(Drawing(), ())
        return [*shown, *hidden]

    # --------------------------------------------------------------- characters

    def _read_text(self, drawing: Drawing, grids: Sequence[Grid]) -> tuple[list[Line], list[Line], int]:
        """(visible lines, unseen lines, number of garbled characters)."""
        text_page = self.page.get_textpage()
        try:
            characters = Characters(text_page.raw)
            exact = _Exact(self, characters, drawing)
            text, usual = characters_of(text_page)
            exact.always |= not usual
            careful = [*(grid.box for grid in grids), *drawing.suspects]
            shown, hidden = [], []
            for match in _LINE.finditer(text):
                start, end = match.span()
                line = None if exact.always else self._plain_line(characters, match[0], start, careful)
                if line is None:
                    seen, unseen = exact.read(text, start, end)
                    self._unclear.append(seen)
                    shown += [seen] if seen.text.strip() else []
                    hidden += [unseen] if unseen.text.strip() else []
                else:
                    shown.append(line)
                    exact.garbled += characters.is_meaningless(start) and end - start
            return shown, hidden, exact.garbled
        finally:
            text_page.close()

    def _plain_line(
        self, characters: Characters, text: str, start: int, careful: Sequence[Box]
    ) -> Line | None:
        """A line that surely shows as a whole and needs no care, else ``None``."""
        lefts, tops, rights, bottoms = characters.runs(start, len(text))
        first = characters.box(start)
        if first is not None:
            lefts.append(first[0])
            bottoms.append(first[1])
            rights.append(first[2])
            tops.append(first[3])
        if not lefts or min(map(sub, rights, lefts)) < _UNREADABLE_POINTS:
            return None
        if min(tops) - max(bottoms) < _UNREADABLE_POINTS > min(map(sub, tops, bottoms)):
            return None
        whole = left, top, right, low = self.view(min(lefts), min(bottoms), max(rights), max(tops))
        if left < -1 or top < -1 or right > self.size[0] + 1 or low > self.size[1] + 1:
            return None
        if careful and any(touch(area, whole) for area in careful):
            return None
        if not self._state.plain or self._surely_keeps_to_clip(whole):
            return Line.whole(text, whole)
        line = Line.whole(text, whole, list(map(self.view, lefts, bottoms, rights, tops)))
        self._unclear.append(line)
        return line

    def is_off_page(self, box: Box) -> bool:
        """Whether the middle of a box lies off the page."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        wide, high = self.size
        return not (-1 <= x <= wide + 1 and -1 <= y <= high + 1)

    def view(self, left: float, bottom: float, right: float, top: float) -> Box:
        """From pdf space to points from the top left corner of the page as shown."""
        crop_left, crop_bottom, crop_right, crop_top = self._crop
        if self._rotation == 0:
            return left - crop_left, crop_top - top, right - crop_left, crop_top - bottom
        if self._rotation == 90:
            return bottom - crop_bottom, left - crop_left, top - crop_bottom, right - crop_left
        if self._rotation == 180:
            return crop_right - right, bottom - crop_bottom, crop_right - left, top - crop_bottom
        return crop_top - top, crop_right - right, crop_top - bottom, crop_right - left


def characters_of(text_page: Any) -> tuple[str, bool]:
    """The characters of a page's text layer, one for each index that pdfium knows, and whether all are usual ones.

    Args:
        text_page: a ``pypdfium2.PdfTextPage``.
    """
    import pypdfium2.raw as pdfium

    handle = text_page.raw
    count = pdfium.FPDFText_CountChars(handle)
    text = text_page.get_text_range(0, count, errors="replace")
    usual = len(text) == count and not _UNUSUAL.search(text)
    if not usual:
        codes = (pdfium.FPDFText_GetUnicode(handle, index) for index in range(count))
        text = "".join(chr(code) if code < _NO_CHARACTER else "\ufffd" for code in codes)
    return _HYPHEN.sub("-", text), usual


class _Exact:
    """Reads lines character by character: each is placed by its own box and its own text object.

    Args:
        page: turns boxes into those of the page as shown. characters: of its text.
        drawing: which objects may not show; the page is rendered when the first of them is met.
    """

    def __init__(self, page: PageReader, characters: Characters, drawing: Drawing):
        self._page = page
        self._characters = characters
        self._drawing = drawing
        self._plain = drawing.plain
        self.always = len(drawing.suspects) > _MOST_SUSPECTS
        self.garbled = 0

    def read(self, text: str, start: int, end: int) -> tuple[Line, Line]:
        """(what is seen, what is not) of the characters from ``start`` to ``end``."""
        words = text[start:end]
        boxes = [
            None if area is None or character.isspace() else self._page.view(*area)
            for character, area in zip(words, self._characters.boxes(start, end - start), strict=True)
        ]
        known = [index for index, box in enumerate(boxes, start) if box is not None]
        garbage = {match.start() for match in _GARBAGE.finditer(text, start, end)}.intersection(known)
        meaningless = filter(self._characters.is_meaningless, known)
        self.garbled += len(garbage.union(meaningless))
        if self._plain and known and self._are_clear([box for box in boxes if box is not None]):
            return Line(list(words), boxes), Line()
        shown, hidden = Line(), Line()
        unseen = False
        for index, (character, box) in enumerate(zip(words, boxes, strict=True), start):
            if box is not None:
                unseen = (
                    self._page.is_off_page(box)
                    or _is_tiny(box, character)
                    or not (self._plain or self._shows(index, box))
                )
            (hidden if unseen else shown).append(character, box)
        return shown, hidden

    def _are_clear(self, boxes: Sequence[Box]) -> bool:
        """Whether letters surely are on the page, and neither too small nor squeezed."""
        lefts, tops, rights, lows = zip(*boxes, strict=True)
        across, along = self._page.size
        if min(lefts) < 0 or min(tops) < 0 or max(rights) > across or max(lows) > along:
            return False
        sides: list[float] = [*map(sub, rights, lefts), *map(sub, lows, tops)]
        return min(sides) >= max(_UNREADABLE_POINTS, _NARROW * max(sides))

    def _shows(self, index: int, box: Box) -> bool:
        """Whether a character is seen, as far as the object that draws it is concerned."""
        source = self._characters.source(index)
        if source in self._drawing.unseen:
            return False
        if source not in self._drawing.uncertain:
            return True
        return self._sight is not None and self._sight.shows(box)

    @cached_property
    def _sight(self) -> Sight | None:
        """``None`` for a page that cannot be rendered: nobody sees anything on it."""
        from disclosure_pipeline.builtin.extractors.pdf.sight import Sight

        try:
            return Sight(self._page.page, self._drawing.uncertain.values())
        except (ValueError, RuntimeError):
            return None


def _are_inside(boxes: Sequence[Box | None], clip: Box, narrow: Sequence[Box]) -> bool:
    """Whether the bodies of letters lie in a small clip that they touch, else in the page's."""
    last = _NOWHERE
    for box in boxes:
        if box is None or holds(last, box, 0.0):
            continue
        high = _HEADROOM * (box[3] - box[1])
        body = box[0], box[1] + high, box[2], box[3] - high
        touched = [area for area in narrow if touch(area, body)] or [clip]
        found = next((area for area in touched if holds(area, body, 1.0)), None)
        if found is None:
            return False
        last = found if found is not clip else _NOWHERE
    return True


def _is_tiny(box: Box, character: str) -> bool:
    """Whether a letter is too small, or squeezed too much, to be read."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if max(wide, high) < _UNREADABLE_POINTS:
        return True
    return (
        min(wide, high) < _NARROW * max(wide, high) and unicodedata.category(character) not in _WITHOUT_WIDTH
    )
