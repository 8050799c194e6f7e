"""What the objects of a pdf page say about its words: which of them may not show, rulings, pictures.

A walk over the page's objects never decides alone that words show or not; it only finds the ones that
*may* not: faint or pale letters, letters under or on a filled area, clipped, masked, on a layer. Those are
looked at in the rendered page (`pdf_sight`). Most pages have none, and are not rendered.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from disclosure_pipeline.builtin.extractors.pdf.state import UNKNOWN, State
from disclosure_pipeline.builtin.extractors.shared.layout import (
    IDENTITY,
    Box,
    Edge,
    Matrix,
    holds,
    moved,
    product,
    touch,
    union,
)

_COVER_LEAST = 4.0
_OPAQUE = 250
_CONTRAST = 60
_THIN = 2.0
_MOST_SEGMENTS = 2000
_MOST_NESTING = 8
_MOST_PAIRS = 200_000
_INVISIBLE_MODES = (3, 7)
_STROKED_MODES = (1, 5)
_TOLERANCE = 2.0
_LETTER_SIDES = (4.0, 60.0)
_LETTER_SEGMENTS = 8
_LETTERS_LEAST = 40
_PICTURE_SHARE = 0.15
_LINE_LONG, _LINE_HIGH = 180.0, 6.0

Color = tuple[int, int, int, int]
_PAPER = (255, 255, 255)
_RECTANGLE = 6
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
_NOTHING: Box = (0.0, 0.0, 0.0, 0.0)

MARKUP_ANNOTATIONS = frozenset((1, 2, 9, 10, 11, 12, 16))
"""pdfium's numbers of annotations that leave the words below them readable: notes, links, highlights."""


@dataclass(slots=True)
class _Text:
    """A text object of a plain colour, and where it stands in the drawing order."""

    order: int
    item: Any
    matrix: Matrix
    color: tuple[int, ...]


@dataclass(slots=True)
class _Cover:
    """An area that hides what was drawn before it; ``color`` where it is a plain one."""

    order: float
    box: Box
    color: Color | None


@dataclass(slots=True)
class Drawing:
    """What is known of a page after the walk."""

    objects: int = 0
    unseen: set[int] = field(default_factory=set)
    """Addresses of text objects that never show."""
    uncertain: dict[int, Any] = field(default_factory=dict)
    """Address → text object whose showing the rendered page decides."""
    suspects: list[Box] = field(default_factory=list)
    """Where the words stand that never show or may not."""
    edges: list[Edge] = field(default_factory=list)
    picture_area: float = 0.0
    long_picture: bool = False
    letters: int = 0
    """Filled outlines of the size of letters."""

    @property
    def plain(self) -> bool:
        """Whether all words of the page surely show."""
        return not self.unseen and not self.uncertain

    def needs_look(self, area: float) -> bool:
        """Whether pictures or outlines on the page are large enough to hold words.

        Args:
            area: of the page, square points.
        """
        return (
            self.long_picture or self.picture_area > _PICTURE_SHARE * area or self.letters >= _LETTERS_LEAST
        )


class Surveyor:
    """Walks the objects of a page.

    Args:
        page: a ``pypdfium2.PdfPage``.
        view: turns (left, bottom, right, top) of pdf space into a box of the page as shown.
        layered: whether layers of the document may hide words.
        state: what the operators of the page's content say.
    """

    def __init__(
        self, page: Any, view: Callable[[float, float, float, float], Box], *, layered: bool, state: State
    ):
        self._page = page
        self._view = view
        self._layered = layered
        self._plain = state.plain and not layered
        self._paints = state.paints
        self._drawing = Drawing()
        self._texts: dict[int, _Text] = {}
        self._covers: list[_Cover] = []
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._side_references = [ctypes.byref(side) for side in self._sides]
        self._parts = [ctypes.c_uint() for _ in range(4)]
        self._part_references = [ctypes.byref(part) for part in self._parts]

    def survey(self) -> Drawing:
        """Do it."""
        import pypdfium2.raw as pdfium

        page = self._page.raw
        count = pdfium.FPDFPage_CountObjects(page)
        self._covers.extend(self._annotations())
        if self._plain and not self._paints and not self._covers:
            self._drawing.objects = count
            return self._drawing
        for index in range(count):
            self._look_at(pdfium.FPDFPage_GetObject(page, index), 0, IDENTITY, self._layered)
        if self._plain and self._covers:  # now it matters where each word stands
            again = Surveyor(self._page, self._view, layered=self._layered, state=UNKNOWN)
            return again.survey()
        self._settle()
        return self._drawing

    def _look_at(self, item: Any, depth: int, matrix: Matrix, faded: bool) -> None:
        import pypdfium2.raw as pdfium

        self._drawing.objects += 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if depth or not self._plain:
                self._look_at_text(item, matrix, faded)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._look_at_path(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._look_at_image(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            self._shade(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MOST_NESTING:
            inner = product(_matrix(item), matrix)
            faded = faded or bool(pdfium.FPDFPageObj_HasTransparency(item))
            for index in range(pdfium.FPDFFormObj_CountObjects(item)):
                self._look_at(pdfium.FPDFFormObj_GetObject(item, index), depth + 1, inner, faded)

    def _look_at_text(self, item: Any, matrix: Matrix, faded: bool) -> None:
        import pypdfium2.raw as pdfium

        drawing = self._drawing
        address = ctypes.addressof(item.contents)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
        if mode in _INVISIBLE_MODES:
            drawing.unseen.add(address)
            self._suspect(item, matrix)
            return
        stroked = mode in _STROKED_MODES
        ask = pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor
        color = self._color(ask, item)
        if color is not None and color[3] == 0:
            drawing.unseen.add(address)
            self._suspect(item, matrix)
            return
        if faded or color is None or pdfium.FPDFPageObj_HasTransparency(item) or self._is_clipped(item):
            drawing.uncertain[address] = item
            self._suspect(item, matrix)
        else:
            self._texts[address] = _Text(drawing.objects, item, matrix, color[:3])

    def _is_clipped(self, item: Any) -> bool:
        """Whether a clip path leaves out some of an object; paths that are no rectangles do, for all we know."""
        import pypdfium2.raw as pdfium

        clip = pdfium.FPDFPageObj_GetClipPath(item)
        count = pdfium.FPDFClipPath_CountPaths(clip)
        if count <= 0:
            return False
        bounds = self._bounds(item)
        if bounds is None:
            return True
        return any(
            not holds(box, bounds, _TOLERANCE)
            for box in (self._clip_box(clip, index) for index in range(count))
        )

    def _clip_box(self, clip: Any, index: int) -> Box:
        import pypdfium2.raw as pdfium

        x, y = self._sides[0], self._sides[1]
        count = pdfium.FPDFClipPath_CountPathSegments(clip, index)
        if not 0 < count <= _RECTANGLE:
            return _NOTHING
        points = []
        for at in range(count):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, index, at)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            points.append((x.value, y.value))
        across, along = [x for x, _ in points], [y for _, y in points]
        return min(across), min(along), max(across), max(along)

    def _look_at_path(self, item: Any, matrix: Matrix) -> None:
        import pypdfium2.raw as pdfium

        fill_mode, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item, fill_mode, stroke)
        box = self._box(item, matrix)
        if box is None:
            return
        wide, high = box[2] - box[0], box[3] - box[1]
        thin = wide <= _THIN or high <= _THIN
        if thin and (fill_mode.value or stroke.value):
            self._drawing.edges.append(Edge.along(box))
            return
        if stroke.value:
            self._drawing.edges.extend(self._strokes(item, matrix))
            width = ctypes.c_float()
            if pdfium.FPDFPageObj_GetStrokeWidth(item, width) and width.value >= _COVER_LEAST:
                self._covers.append(_Cover(self._drawing.objects, box, None))
        if fill_mode.value:
            if _LETTER_SIDES[0] <= high <= _LETTER_SIDES[1] and wide <= _LETTER_SIDES[1]:
                segments = pdfium.FPDFPath_CountSegments(item)
                self._drawing.letters += segments >= _LETTER_SEGMENTS
            if high >= _COVER_LEAST and not pdfium.FPDFPageObj_HasTransparency(item):
                color = self._color(pdfium.FPDFPageObj_GetFillColor, item)
                if color is None or color[3] >= _OPAQUE:
                    self._covers.append(_Cover(self._drawing.objects, box, color))

    def _strokes(self, item: Any, outer: Matrix) -> Iterator[Edge]:
        """The straight lines of a stroked path that run along the page."""
        import pypdfium2.raw as pdfium

        count = pdfium.FPDFPath_CountSegments(item)
        if count > _MOST_SEGMENTS:
            return
        matrix = product(_matrix(item), outer)
        start = last = (0.0, 0.0)
        x, y = self._sides[0], self._sides[1]
        for index in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(item, index)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = moved(matrix, x.value, y.value)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                yield from self._edge(last, point)
            last = point
            if pdfium.FPDFPathSegment_GetClose(segment):
                yield from self._edge(point, start)

    def _edge(self, one: tuple[float, float], other: tuple[float, float]) -> Iterator[Edge]:
        if abs(one[0] - other[0]) <= _THIN or abs(one[1] - other[1]) <= _THIN:
            left, right = sorted((one[0], other[0]))
            bottom, top = sorted((one[1], other[1]))
            yield Edge.along(self._view(left, bottom, right, top))

    def _look_at_image(self, item: Any, matrix: Matrix) -> None:
        import pypdfium2.raw as pdfium

        box = self._box(item, matrix)
        if box is None:
            return
        wide, high = box[2] - box[0], box[3] - box[1]
        drawing = self._drawing
        drawing.picture_area += wide * high
        drawing.long_picture |= max(wide, high) >= _LINE_LONG and min(wide, high) >= _LINE_HIGH
        if not pdfium.FPDFPageObj_HasTransparency(item):
            self._covers.append(_Cover(drawing.objects, box, None))

    def _annotations(self) -> Iterator[_Cover]:
        """Areas of annotations, which are painted over the page."""
        import pypdfium2.raw as pdfium

        page = self._page.raw
        for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            rectangle = pdfium.FS_RECTF()
            if (
                pdfium.FPDFAnnot_GetSubtype(annotation) not in MARKUP_ANNOTATIONS
                and pdfium.FPDFAnnot_HasKey(annotation, b"AP")
                and pdfium.FPDFAnnot_GetRect(annotation, rectangle)
            ):
                box = self._view(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                yield _Cover(float("inf"), box, None)
            pdfium.FPDFPage_CloseAnnot(annotation)

    def _shade(self, item: Any, matrix: Matrix) -> None:
        box = self._box(item, matrix)
        if box is not None:
            self._covers.append(_Cover(self._drawing.objects, box, None))

    # ------------------------------------------------------------------ verdicts

    def _settle(self) -> None:
        """Find the words that may be under an area, or of the colour of what they stand on."""
        uncertain = self._drawing.uncertain
        around = union(cover.box for cover in self._covers)
        many = len(self._covers) * len(self._texts) > _MOST_PAIRS
        for address, text in self._texts.items():
            shows = (
                _apart(text.color, _PAPER)
                if around is None
                else not many and self._surely_shows(text, around)
            )
            if not shows:
                uncertain[address] = text.item
                self._suspect(text.item, text.matrix)

    def _suspect(self, item: Any, matrix: Matrix) -> None:
        box = self._box(item, matrix)
        self._drawing.suspects.append(box if box is not None else EVERYWHERE)

    def _surely_shows(self, text: _Text, around: Box) -> bool:
        box = self._box(text.item, text.matrix)
        if box is None:
            return False
        touching = [cover for cover in self._covers if touch(cover.box, box)] if touch(around, box) else []
        if any(cover.order > text.order for cover in touching):
            return False
        below = touching[-1] if touching else None
        if below is None:
            return _apart(text.color, _PAPER)
        return (
            below.color is not None and holds(below.box, box, _TOLERANCE) and _apart(text.color, below.color)
        )

    # ------------------------------------------------------------------ geometry

    def _bounds(self, item: Any) -> Box | None:
        import pypdfium2.raw as pdfium

        if not pdfium.FPDFPageObj_GetBounds(item, *self._side_references):
            return None
        left, bottom, right, top = self._sides
        return left.value, bottom.value, right.value, top.value

    def _box(self, item: Any, matrix: Matrix) -> Box | None:
        bounds = self._bounds(item)
        if bounds is None:
            return None
        if matrix is not IDENTITY:
            corners = [moved(matrix, x, y) for x in bounds[::2] for y in bounds[1::2]]
            across, along = [x for x, _ in corners], [y for _, y in corners]
            bounds = (min(across), min(along), max(across), max(along))
        return self._view(*bounds)

    def _color(self, ask: Callable[..., int], item: Any) -> Color | None:
        if not ask(item, *self._part_references):
            return None
        red, green, blue, alpha = self._parts
        return red.value, green.value, blue.value, alpha.value


def _matrix(item: Any) -> Matrix:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _apart(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two colours differ so much that one is readable on the other."""
    return any(abs(first - second) >= _CONTRAST for first, second in zip(one[:3], other[:3], strict=True))
