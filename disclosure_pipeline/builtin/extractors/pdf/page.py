"""One page of a pdf: characters with boxes, sorted into lines that a reader sees and lines that nobody does.

Lines of ordinary pages are asked of pdfium line by line; where something may be hidden or a table is ruled,
character by character.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.pdf.drawing import Drawing, Surveyor
from disclosure_pipeline.builtin.extractors.pdf.state import UNKNOWN, State
from disclosure_pipeline.builtin.extractors.shared.layout import (
    Box,
    Grid,
    Line,
    holds,
    paragraphs,
    tables,
    touch,
    union,
)

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
        import pypdfium2.raw as pdfium

        self.page = page
        self._number = number
        self._layered = layered
        self._state = state
        self.size: tuple[float, float] = page.get_size()
        self._crop = page.get_bbox()
        self._rotation = page.get_rotation()
        self._rectangle = pdfium.FS_RECTF()
        self._reference = ctypes.byref(self._rectangle)
        self._sides = [ctypes.c_double() for _ in range(4)]
        self._references = [ctypes.byref(side) for side in self._sides]

    def read(self) -> PageText:
        """Read the page's text layer and look at its objects."""
        drawing = Surveyor(self.page, self._view, layered=self._layered, state=self._state).survey()
        grids = tables(drawing.edges)
        shown, hidden, garbled = self._read_text(drawing, grids)
        if self._state.plain and not self._is_within_clip(shown):
            self._state = UNKNOWN
            return self.read()
        return PageText(self._number, self.size, shown, hidden, garbled, drawing, grids)

    def _is_within_clip(self, lines: Sequence[Line]) -> bool:
        """Whether no line leaves the clips of the page."""
        clip = self._view(*self._state.clip)
        narrow = [self._view(*area) for area in self._state.narrow]
        for line in lines:
            whole = line.box
            if whole is None or (holds(clip, whole, 1.0) and not any(touch(area, whole) for area in narrow)):
                continue
            for box in line.runs or line.boxes:
                if box is not None and not _is_inside(box, clip, narrow):
                    return False
        return True

    def lines(self) -> list[Line]:
        """Every line, seen or not."""
        shown, hidden, _ = self._read_text(Drawing(), ())
        return [*shown, *hidden]

    # --------------------------------------------------------------- characters

    def _read_text(self, drawing: Drawing, grids: Sequence[Grid]) -> tuple[list[Line], list[Line], int]:
        """(visible lines, unseen lines, number of garbled characters)."""
        import pypdfium2.raw as pdfium

        text_page = self.page.get_textpage()
        try:
            handle = text_page.raw
            count = pdfium.FPDFText_CountChars(handle)
            text = text_page.get_text_range(0, count, errors="replace")
            exact = _Exact(self, handle, drawing)
            if len(text) != count or _UNUSUAL.search(text):
                codes = (pdfium.FPDFText_GetUnicode(handle, index) for index in range(count))
                text = "".join(chr(code) if code < _NO_CHARACTER else "\ufffd" for code in codes)
                exact.always = True
            careful = [*(grid.box for grid in grids), *drawing.suspects]
            shown, hidden = [], []
            for match in _LINE.finditer(text):
                start, end = match.span()
                runs = None if exact.always else self._plain_runs(handle, start, end, careful)
                if runs is None:
                    seen, unseen = exact.read(text, start, end)
                    shown.append(seen)
                    hidden.append(unseen)
                else:
                    shown.append(Line.whole(_HYPHEN.sub("-", match[0]), runs))
                    exact.garbled += pdfium.FPDFText_HasUnicodeMapError(handle, start) == 1 and end - start
            return _filled(shown), _filled(hidden), exact.garbled
        finally:
            text_page.close()

    def _plain_runs(self, handle: Any, start: int, end: int, careful: Sequence[Box]) -> list[Box] | None:
        """The boxes of a line that surely shows as a whole and needs no care, else ``None``."""
        boxes = self._boxes(handle, start, end - start)
        first = self.box(handle, start)
        if first is not None:
            boxes.append(first)
        whole = union(boxes)
        if (
            whole is None
            or min(min(right - left, low - top) for left, top, right, low in boxes) < _UNREADABLE_POINTS
        ):
            return None
        if whole[0] < -1 or whole[1] < -1 or whole[2] > self.size[0] + 1 or whole[3] > self.size[1] + 1:
            return None
        return None if any(touch(area, whole) for area in careful) else boxes

    def _boxes(self, handle: Any, start: int, length: int) -> list[Box]:
        import pypdfium2.raw as pdfium

        left, top, right, bottom = self._sides
        references = self._references
        ask, view = pdfium.FPDFText_GetRect, self._view
        return [
            view(left.value, bottom.value, right.value, top.value)
            for index in range(pdfium.FPDFText_CountRects(handle, start, length))
            if ask(handle, index, *references)
        ]

    def box(self, handle: Any, index: int) -> Box | None:
        """The box of a character, as high as its font."""
        import pypdfium2.raw as pdfium

        rectangle = self._rectangle
        if not pdfium.FPDFText_GetLooseCharBox(handle, index, self._reference):
            return None
        return self._view(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def is_off_page(self, box: Box) -> bool:
        """Whether the middle of a box lies off the page."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        wide, high = self.size
        return not (-1 <= x <= wide + 1 and -1 <= y <= high + 1)

    def _view(self, left: float, bottom: float, right: float, top: float) -> Box:
        """From pdf space to points from the top left corner of the page as shown."""
        crop_left, crop_bottom, crop_right, crop_top = self._crop
        if self._rotation == 0:
            return left - crop_left, crop_top - top, right - crop_left, crop_top - bottom
        if self._rotation == 90:
            return bottom - crop_bottom, left - crop_left, top - crop_bottom, right - crop_left
        if self._rotation == 180:
            return crop_right - right, bottom - crop_bottom, crop_right - left, top - crop_bottom
        return crop_top - top, crop_right - right, crop_top - bottom, crop_right - left


class _Exact:
    """Reads lines character by character: each is placed by its own box and its own text object.

    Args:
        page: gives boxes. handle: pdfium's text page.
        drawing: which objects may not show; the page is rendered when the first of them is met.
    """

    def __init__(self, page: PageReader, handle: Any, drawing: Drawing):
        self._page = page
        self._handle = handle
        self._drawing = drawing
        self.always = len(drawing.suspects) > _MOST_SUSPECTS
        self.garbled = 0

    def read(self, text: str, start: int, end: int) -> tuple[Line, Line]:
        """(what is seen, what is not) of the characters from ``start`` to ``end``."""
        import pypdfium2.raw as pdfium

        shown, hidden = Line(), Line()
        unseen = False
        for index in range(start, end):
            character = _HYPHEN.sub("-", text[index])
            box = None if character.isspace() else self._page.box(self._handle, index)
            if box is not None:
                self.garbled += (
                    bool(_GARBAGE.match(character))
                    or pdfium.FPDFText_HasUnicodeMapError(self._handle, index) == 1
                )
                unseen = self._page.is_off_page(box) or _is_tiny(box, character) or self._misses(index, box)
            (hidden if unseen else shown).append(character, box)
        return shown, hidden

    def _misses(self, index: int, box: Box) -> bool:
        """Whether a character is not seen because of the object that draws it."""
        if self._drawing.plain:
            return False
        import pypdfium2.raw as pdfium

        source = pdfium.FPDFText_GetTextObject(self._handle, index)
        address = ctypes.addressof(source.contents) if source else 0
        if address in self._drawing.unseen:
            return True
        if address not in self._drawing.uncertain:
            return False
        return self._sight is None or not self._sight.shows(box)

    @cached_property
    def _sight(self) -> Sight | None:
        """``None`` for a page that cannot be rendered: nobody sees anything on it."""
        from disclosure_pipeline.builtin.extractors.pdf.sight import Sight

        try:
            return Sight(self._page.page, self._drawing.uncertain.values())
        except (ValueError, RuntimeError):
            return None


def _is_inside(box: Box, clip: Box, narrow: Sequence[Box]) -> bool:
    """Whether the body of a letter lies in a small clip that it touches, else in the page's."""
    high = _HEADROOM * (box[3] - box[1])
    body = box[0], box[1] + high, box[2], box[3] - high
    return any(holds(area, body, 1.0) for area in ([a for a in narrow if touch(a, body)] or [clip]))


def _is_tiny(box: Box, character: str) -> bool:
    """Whether a letter is too small, or squeezed too much, to be read."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if max(wide, high) < _UNREADABLE_POINTS:
        return True
    return (
        min(wide, high) < _NARROW * max(wide, high) and unicodedata.category(character) not in _WITHOUT_WIDTH
    )


def _filled(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.text.strip()]
