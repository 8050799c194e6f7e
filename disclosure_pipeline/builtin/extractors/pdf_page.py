"""One page of a pdf: characters with boxes, sorted into paragraphs, table cells and unseen text.

Everything is asked of pdfium character by character; page objects tell what a reader cannot see:
invisible rendering, white or tiny letters, letters off the page, letters under a box that was drawn
over them (a blackened place whose text is still there).
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors import pictures
from disclosure_pipeline.builtin.extractors.pdf_layout import (
    Box,
    Edge,
    Line,
    inside,
    paragraphs,
    tables,
    union,
)
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

PART = "page"
_GARBLED_SHARE = 0.1
_GARBLED_LEAST = 5
_UNREADABLE_POINTS = 1.5
_COVER_LEAST = 4.0
_NEARLY_WHITE = 240
_OPAQUE = 250
_INVISIBLE_MODES = (3, 7)
_GARBAGE = re.compile("[\x00\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_HYPHENS = (0x02, 0xFFFE)
_HYPHEN = re.compile("[\x02\ufffe]")
_UNUSUAL = re.compile("[\x00\ue000-\uf8ff\ufffd\ud800-\udfff\U00010000-\U0010ffff]")
_LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")
_THIN = 2.0
_MOST_SEGMENTS = 2000


@dataclass(slots=True)
class _Drawing:
    """What the objects of a page say about its text."""

    objects: int = 0
    suspects: set[int] = field(default_factory=set)
    """Addresses of text objects that do not show by themselves."""
    white: set[int] = field(default_factory=set)
    order: dict[int, int] = field(default_factory=dict)
    covers: list[tuple[int, Box]] = field(default_factory=list)
    """Opaque areas with their place in the drawing order."""
    edges: list[Edge] = field(default_factory=list)
    large_picture: bool = False

    @property
    def hides_something(self) -> bool:
        """Whether an opaque area was drawn after some text, which it may cover."""
        first = min(self.order.values(), default=0)
        return any(at > first for at, _ in self.covers)


class PageReader:
    """Reads one page.

    Args:
        page: a ``pypdfium2.PdfPage``. number: 1-based.
    """

    def __init__(self, page: Any, number: int):
        import pypdfium2.raw as pdfium

        self._page = page
        self._number = number
        self._width, self._height = page.get_size()
        self._crop = page.get_cropbox()
        self._rotation = page.get_rotation()
        self._rectangle = pdfium.FS_RECTF()
        self._reference = ctypes.byref(self._rectangle)

    def read(self, out: Collector) -> None:
        """Add the page's segments and doubts."""
        drawing = self._look_at_objects()
        grids = tables(drawing.edges)
        texts, hidden, garbled = self._read_text(drawing, by_character=bool(grids))
        shown = sum(len(line.text.strip()) for line in texts)
        unseen = sum(len(line.text.strip()) for line in hidden)
        self._judge(out, drawing, shown, unseen, garbled)
        number = 0
        for block in paragraphs(texts, grids, self._width):
            number += 1
            kind = "table" if block.cell else "body"
            out.add(
                block.text, kind, PART, page=self._number, paragraph=number, cell=block.cell, bbox=block.box
            )
        for line in hidden:
            number += 1
            out.add(
                line.text, "hidden", PART, page=self._number, paragraph=number, bbox=line.box, visible=False
            )

    def lines(self) -> list[str]:
        """The text of every line, seen or not, for comparing revisions."""
        shown, hidden, _ = self._read_text(_Drawing(), by_character=False)
        return [line.text for line in (*shown, *hidden)]

    def _judge(self, out: Collector, drawing: _Drawing, shown: int, unseen: int, garbled: int) -> None:
        place = Place(PART, "body", page=self._number)
        characters = shown + unseen
        if not characters and drawing.objects:
            out.doubt(
                "page.no_text",
                f"第{self._number}页没有文字层（可能是扫描件），文字未能读出，请人工查看。",
                place,
            )
            return
        if garbled >= _GARBLED_LEAST and garbled > _GARBLED_SHARE * characters:
            out.doubt("page.garbled", f"第{self._number}页的文字编码异常，读出的是乱码，请人工查看。", place)
        if drawing.large_picture:
            pictures.unread(out, place)

    # --------------------------------------------------------------- characters

    def _read_text(self, drawing: _Drawing, *, by_character: bool) -> tuple[list[Line], list[Line], int]:
        """(visible lines, unseen lines, number of garbled characters)."""
        text_page = self._page.get_textpage()
        try:
            if not (by_character or drawing.suspects or drawing.white or drawing.hides_something):
                found = self._by_line(text_page)
                if found is not None:
                    return found
            return self._by_character(text_page, drawing)
        finally:
            text_page.close()

    def _by_line(self, text_page: Any) -> tuple[list[Line], list[Line], int] | None:
        """The quick way, for pages where nothing is hidden and no table is ruled.

        ``None`` when characters and text do not correspond one to one, or something lies off the page.
        """
        import pypdfium2.raw as pdfium

        handle = text_page.raw
        count = pdfium.FPDFText_CountChars(handle)
        text = text_page.get_text_range(0, count, errors="replace")
        if len(text) != count or _UNUSUAL.search(text):
            return None
        lines = []
        garbled = 0
        for match in _LINE.finditer(text):
            start, end = match.span()
            ends = [self._box(handle, start), self._box(handle, end - 1)]
            runs = self._boxes(handle, start, end - start)
            boxes = [*ends, *runs]
            if any(box is not None and self._is_off_page(box) for box in boxes):
                return None
            if any(box is not None and _is_tiny(box) for box in ends) or any(_is_flat(box) for box in runs):
                return None
            garbled += pdfium.FPDFText_HasUnicodeMapError(handle, start) == 1 and end - start
            lines.append(Line.whole(_HYPHEN.sub("-", match[0]), union(boxes)))
        return lines, [], garbled

    def _boxes(self, handle: Any, start: int, length: int) -> list[Box]:
        import pypdfium2.raw as pdfium

        sides = [ctypes.c_double() for _ in range(4)]
        boxes = []
        for index in range(pdfium.FPDFText_CountRects(handle, start, length)):
            if pdfium.FPDFText_GetRect(handle, index, *sides):
                left, top, right, bottom = (side.value for side in sides)
                boxes.append(self._view(left, bottom, right, top))
        return boxes

    def _box(self, handle: Any, index: int) -> Box | None:
        import pypdfium2.raw as pdfium

        rectangle = self._rectangle
        if not pdfium.FPDFText_GetLooseCharBox(handle, index, self._reference):
            return None
        return self._view(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def _by_character(self, text_page: Any, drawing: _Drawing) -> tuple[list[Line], list[Line], int]:
        """The exact way: each character is placed by its own box and its own text object."""
        import pypdfium2.raw as pdfium

        handle = text_page.raw
        asks_object = bool(drawing.suspects or drawing.white or drawing.covers)
        shown, hidden = [Line()], [Line()]
        garbled = 0
        for index in range(pdfium.FPDFText_CountChars(handle)):
            code = pdfium.FPDFText_GetUnicode(handle, index)
            if code in (0x0D, 0x0A):
                _break(shown)
                _break(hidden)
                continue
            character = "-" if code in _HYPHENS else chr(code)
            box = None if character.isspace() else self._box(handle, index)
            unseen = False
            if box is not None:
                garbled += (
                    bool(_GARBAGE.match(character)) or pdfium.FPDFText_HasUnicodeMapError(handle, index) == 1
                )
                unseen = self._is_off_page(box) or _is_tiny(box)
                if asks_object and not unseen:
                    source = pdfium.FPDFText_GetTextObject(handle, index)
                    unseen = _is_unseen(drawing, ctypes.addressof(source.contents) if source else 0, box)
            (hidden if unseen else shown)[-1].append(character, box)
        return [line for line in shown if line.text], [line for line in hidden if line.text], garbled

    def _is_off_page(self, box: Box) -> bool:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return not (-1 <= x <= self._width + 1 and -1 <= y <= self._height + 1)

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

    # ------------------------------------------------------------- page objects

    def _look_at_objects(self) -> _Drawing:
        import pypdfium2.raw as pdfium

        drawing = _Drawing()
        for index in range(pdfium.FPDFPage_CountObjects(self._page.raw)):
            self._look_at(drawing, pdfium.FPDFPage_GetObject(self._page.raw, index), 0)
        return drawing

    def _look_at(self, drawing: _Drawing, item: Any, depth: int) -> None:
        import pypdfium2.raw as pdfium

        drawing.objects += 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            self._look_at_text(drawing, item)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and depth == 0:
            self._look_at_path(drawing, item)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._look_at_image(drawing, item, depth)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 8:
            for index in range(pdfium.FPDFFormObj_CountObjects(item)):
                self._look_at(drawing, pdfium.FPDFFormObj_GetObject(item, index), depth + 1)

    def _look_at_text(self, drawing: _Drawing, item: Any) -> None:
        import pypdfium2.raw as pdfium

        address = ctypes.addressof(item.contents)
        drawing.order[address] = drawing.objects
        if pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE_MODES:
            drawing.suspects.add(address)
            return
        color = _fill(item)
        if color is not None and color[3] == 0:
            drawing.suspects.add(address)
        elif color is not None and min(color[:3]) >= _NEARLY_WHITE:
            drawing.white.add(address)

    def _look_at_path(self, drawing: _Drawing, item: Any) -> None:
        import pypdfium2.raw as pdfium

        fill_mode, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item, fill_mode, stroke)
        box = self._bounds(item)
        if box is None:
            return
        thin = box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN
        if thin and (fill_mode.value or stroke.value):
            drawing.edges.append(Edge.along(box))
        elif stroke.value:
            drawing.edges.extend(self._strokes(item))
        if fill_mode.value and not thin and not pdfium.FPDFPageObj_HasTransparency(item):
            color = _fill(item)
            if color is not None and color[3] >= _OPAQUE and box[3] - box[1] >= _COVER_LEAST:
                drawing.covers.append((drawing.objects, box))

    def _strokes(self, item: Any) -> list[Edge]:
        """The straight lines of a stroked path that run along the page."""
        import pypdfium2.raw as pdfium

        count = pdfium.FPDFPath_CountSegments(item)
        if count > _MOST_SEGMENTS:
            return []
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFPageObj_GetMatrix(item, matrix)
        edges: list[Edge] = []
        start = last = (0.0, 0.0)
        x, y = ctypes.c_float(), ctypes.c_float()
        for index in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(item, index)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                edges.extend(self._edge(last, point))
            last = point
            if pdfium.FPDFPathSegment_GetClose(segment):
                edges.extend(self._edge(point, start))
        return edges

    def _edge(self, one: tuple[float, float], other: tuple[float, float]) -> list[Edge]:
        if abs(one[0] - other[0]) > _THIN and abs(one[1] - other[1]) > _THIN:
            return []
        box = self._view(
            min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
        )
        return [Edge.along(box)]

    def _look_at_image(self, drawing: _Drawing, item: Any, depth: int) -> None:
        import pypdfium2.raw as pdfium

        wide, high = ctypes.c_uint(), ctypes.c_uint()
        if pdfium.FPDFImageObj_GetImagePixelSize(item, wide, high):
            large = min(wide.value, high.value) >= pictures.LARGE_PIXELS
            drawing.large_picture = drawing.large_picture or large
        box = self._bounds(item) if depth == 0 else None
        if box is not None:
            area = (box[2] - box[0]) * (box[3] - box[1])
            drawing.large_picture = drawing.large_picture or area >= self._width * self._height / 2
            if not pdfium.FPDFPageObj_HasTransparency(item):
                drawing.covers.append((drawing.objects, box))

    def _bounds(self, item: Any) -> Box | None:
        import pypdfium2.raw as pdfium

        sides = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(item, *sides):
            return None
        left, bottom, right, top = (side.value for side in sides)
        return self._view(left, bottom, right, top)


def _is_unseen(drawing: _Drawing, address: int, box: Box) -> bool:
    if address in drawing.suspects:
        return True
    order = drawing.order.get(address, 0)
    if address in drawing.white and not any(
        at < order and inside(box, cover) for at, cover in drawing.covers
    ):
        return True
    return bool(order) and any(at > order and inside(box, cover) for at, cover in drawing.covers)


def _is_tiny(box: Box) -> bool:
    return max(box[3] - box[1], box[2] - box[0]) < _UNREADABLE_POINTS


def _is_flat(box: Box) -> bool:
    """Whether a run is as low as tiny letters are; a row of dots is, too."""
    return box[3] - box[1] < _UNREADABLE_POINTS < box[2] - box[0]


def _fill(item: Any) -> tuple[int, int, int, int] | None:
    import pypdfium2.raw as pdfium

    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(item, *parts):
        return None
    red, green, blue, alpha = (part.value for part in parts)
    return red, green, blue, alpha


def _break(lines: list[Line]) -> None:
    if lines[-1].text:
        lines.append(Line())
