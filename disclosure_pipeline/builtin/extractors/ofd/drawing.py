"""What an OFD page draws, in drawing order: letters, areas that cover, ruling lines, pictures.

Everything is drawn, also what cannot be seen; each run of letters knows why it would not show.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ofd.geometry import (
    Point,
    around,
    box_of,
    mapped_box,
    matrix_of,
    number,
    numbers,
    outlines,
    shifted,
)
from disclosure_pipeline.builtin.extractors.ofd.letters import Run, runs
from disclosure_pipeline.builtin.extractors.ofd.resources import NEARLY_WHITE, Resources, alpha
from disclosure_pipeline.builtin.extractors.shared.layout import (
    Box,
    Edge,
    Line,
    Matrix,
    product,
    touch,
    union,
)
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

_OPAQUE = 250.0
_COVER_LEAST = 4.0
_THIN = 2.0
_MOST_EDGES = 2000
_SHORTEST_EDGE = 4.0
_MOST_OBJECTS = 500_000
_DEEPEST = 16
_UNREADABLE_POINTS = 1.5
_LAYERS = {"Background": 0, "Body": 1, "Foreground": 2}


@dataclass(frozen=True, slots=True)
class Cover:
    """An opaque area, with the outlines that bound it (none for a picture)."""

    order: int
    box: Box
    shapes: Sequence[Sequence[Point]]
    white: bool
    colour: tuple[str, ...] | None = None


@dataclass(slots=True)
class Drawing:
    """What was drawn."""

    runs: list[Run] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pictures: list[tuple[str, Box]] = field(default_factory=list)
    """Picture members with their boxes."""
    codes: set[etree._Element] = field(default_factory=set)
    """The ``TextCode`` elements that were drawn."""
    objects: int = 0
    points: int = 0
    """Points of paths: letters may be drawn as outlines."""
    lies: int = 0
    """Letters whose glyph is another letter."""
    wordless: int = 0
    """Glyphs without a letter."""

    def extend(self, other: Drawing) -> None:
        """Draw another drawing over this one."""
        shift = self.objects
        self.runs += [replace(run, order=run.order + shift) for run in other.runs]
        self.covers += [replace(cover, order=cover.order + shift) for cover in other.covers]
        self.edges += other.edges
        self.pictures += other.pictures
        self.codes |= other.codes
        self.objects += other.objects
        self.points += other.points
        self.lies += other.lies
        self.wordless += other.wordless


@dataclass(frozen=True, slots=True)
class _State:
    """What an object inherits from what it stands in."""

    matrix: Matrix
    shown: bool = True
    parameter: str | None = None
    depth: int = 0


class Painter:
    """Draws objects of one document.

    Args:
        resources: of the document.
    """

    def __init__(self, resources: Resources):
        self._resources = resources
        self._painted = 0

    def page(self, root: etree._Element, matrix: Matrix) -> Drawing:
        """Draw the layers of a page or template, the background first.

        Args:
            root: a ``Page``.
            matrix: from millimetres on the page to points.
        """
        layers = [layer for content in root.iterchildren("{*}Content") for layer in content]
        layers = [layer for layer in layers if isinstance(layer.tag, str)]
        layers.sort(key=lambda layer: _LAYERS.get(layer.get("Type", "Body"), 1))
        return self._all(layers, matrix)

    def block(self, element: etree._Element, matrix: Matrix) -> Drawing:
        """Draw a block of objects that stands by itself: an appearance, a unit's content."""
        return self._all([element], matrix)

    def _all(self, elements: Sequence[etree._Element], matrix: Matrix) -> Drawing:
        drawing = Drawing()
        for element in elements:
            self._draw(drawing, element, _State(matrix))
        return drawing

    def _draw(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        self._painted += 1
        if self._painted > _MOST_OBJECTS:
            raise failure("file.bomb", "Its pages draw too many objects.")
        drawing.objects += 1
        if state.depth > _DEEPEST:
            return
        kind = local(element)
        if not kind:
            return
        if element.get("Visible", "true").strip().lower() in ("false", "0") or alpha(element) <= 0:
            state = replace(state, shown=False)
        if kind == "TextObject":
            self._text(drawing, element, state)
        elif kind == "PathObject":
            self._path(drawing, element, state)
        elif kind == "ImageObject":
            self._image(drawing, element, state)
        elif kind == "CompositeObject":
            self._composite(drawing, element, state)
        else:
            self._children(drawing, element, state)

    def _children(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        inside = replace(state, parameter=element.get("DrawParam") or state.parameter, depth=state.depth + 1)
        for child in element:
            self._draw(drawing, child, inside)

    def _space(self, element: etree._Element, state: _State) -> Matrix:
        """From an object's own space to the page: its matrix, then its boundary's corner."""
        corner = numbers(element.get("Boundary"))
        outer = shifted(state.matrix, corner[0], corner[1]) if len(corner) == 4 else state.matrix
        own = element.get("CTM")
        return product(matrix_of(own), outer) if own else outer

    def _composite(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        identity = element.get("ResourceID", "")
        unit = self._resources.units.get(identity)
        inside = replace(state, matrix=self._space(element, state), depth=state.depth + 1)
        if unit is not None:
            self._resources.drawn_units.add(identity)
            for content in unit.iterchildren("{*}Content"):
                self._children(drawing, content, inside)

    # ------------------------------------------------------------------ letters

    def _text(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        matrix = self._space(element, state)
        found = runs(element, matrix)
        drawing.codes.update(element.iterchildren("{*}TextCode"))
        self._compare_glyphs(drawing, element, found, matrix)
        fill = self._resources.colour(element, "FillColor", state.parameter)
        filled = element.get("Fill", "true") != "false" and alpha(fill) > 0
        stroke = self._resources.colour(element, "StrokeColor", state.parameter)
        stroked = element.get("Stroke") == "true" and alpha(stroke) > 0
        white = all(
            (self._resources.brightness(colour) or 0.0) >= NEARLY_WHITE
            for colour, used in ((fill, filled), (stroke, stroked))
            if used
        )
        for run in found:
            run.order = drawing.objects
            run.unseen = (
                run.unseen or not state.shown or not (filled or stroked) or run.size < _UNREADABLE_POINTS
            )
            run.unseen = run.unseen or _is_clipped(element, state.matrix, run.line.box)
            run.white = white
            run.colour = None if stroked or not filled else self._resources.plain(fill)
            drawing.runs.append(run)
        for colour in (fill, stroke):
            self._pattern(drawing, colour, replace(state, matrix=matrix))

    def _compare_glyphs(
        self, drawing: Drawing, element: etree._Element, found: list[Run], matrix: Matrix
    ) -> None:
        """Read the glyphs beside the letters: other words, or words where there are no letters."""
        swaps = list(element.iterchildren("{*}CGTransform"))
        if not swaps:
            return
        font = self._resources.character_map(element.get("Font", ""))
        letters = "".join(run.line.text for run in found)
        shown = list(letters)
        lies = False
        for swap in swaps:
            glyphs = [int(value) for value in numbers("".join(str(text) for text in swap.itertext()))]
            start = int(number(swap.get("CodePosition"), 0))
            told = [font.letter(glyph) or "" for glyph in glyphs]
            count = int(number(swap.get("CodeCount"), 1))
            replaced = letters[start : start + count]
            if not replaced.strip():
                drawing.wordless += told.count("")
                shown += told
            elif len(replaced) == len(glyphs):
                for at, (glyph, letter) in enumerate(zip(glyphs, replaced, strict=True), start):
                    if font.disagrees(glyph, letter):
                        lies, shown[at] = True, told[at - start]
                        drawing.lies += 1
        words = "".join(shown)
        if words and (lies or not letters.strip()):
            around_all = union(run.line.box for run in found)
            line = Line()
            line.append(words, around_all or mapped_box(matrix, (0.0, 0.0, 1.0, 1.0)))
            size = number(element.get("Size"), 0.0) * matrix[3]
            found.append(Run(line, size, upright=True))

    # -------------------------------------------------------------------- areas

    def _path(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        matrix = self._space(element, state)
        fill = self._resources.colour(element, "FillColor", state.parameter)
        self._pattern(drawing, fill, replace(state, matrix=matrix))
        if not state.shown:
            return
        data = "".join(str(child.text or "") for child in element.iterchildren("{*}AbbreviatedData"))
        shapes = outlines(data, matrix)
        if not shapes:
            return
        drawing.points += sum(map(len, shapes))
        box = around([point for shape in shapes for point in shape])
        filled = element.get("Fill") == "true" and fill is not None
        thin = box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN
        stroked = element.get("Stroke", "true") != "false"
        if thin and (stroked or element.get("Fill") == "true"):
            drawing.edges.append(Edge.along(box))
        elif stroked or filled:
            drawing.edges.extend(_edges(shapes))
        brightness = self._resources.brightness(fill)
        if filled and not thin and alpha(element) >= _OPAQUE and alpha(fill) >= _OPAQUE:
            pattern = fill is not None and next(fill.iterchildren("{*}Pattern"), None) is not None
            if box[3] - box[1] >= _COVER_LEAST and not pattern and not _clips(element):
                white = brightness is not None and brightness >= NEARLY_WHITE
                drawing.covers.append(Cover(drawing.objects, box, shapes, white, self._resources.plain(fill)))

    def _pattern(self, drawing: Drawing, colour: etree._Element | None, state: _State) -> None:
        if colour is None:
            return
        for pattern in colour.iterchildren("{*}Pattern"):
            inside = replace(
                state, matrix=product(matrix_of(pattern.get("CTM")), state.matrix), depth=state.depth + 1
            )
            for content in pattern.iterchildren("{*}CellContent"):
                self._children(drawing, content, inside)

    def _image(self, drawing: Drawing, element: etree._Element, state: _State) -> None:
        matrix = self._space(element, state)
        box = mapped_box(matrix, (0.0, 0.0, 1.0, 1.0))
        if element.get("CTM") is None and (boundary := box_of(element.get("Boundary"))):
            box = mapped_box(state.matrix, boundary)
        identity = element.get("ResourceID")
        member = self._resources.media.get(identity or "")
        if member is None or not state.shown:
            return
        drawing.pictures.append((member, box))
        plain = element.get("ImageMask") is None and element.get("BlendMode", "Normal") == "Normal"
        if (
            plain
            and alpha(element) >= _OPAQUE
            and not _clips(element)
            and self._resources.is_opaque(identity)
        ):
            drawing.covers.append(Cover(drawing.objects, box, (), white=False))


def _edges(shapes: Sequence[Sequence[Point]]) -> Iterator[Edge]:
    """The straight lines of a path that run along the page."""
    if sum(map(len, shapes)) > _MOST_EDGES:
        return
    for shape in shapes:
        for (x, y), (next_x, next_y) in itertools.pairwise(shape):
            wide, high = abs(x - next_x), abs(y - next_y)
            if min(wide, high) <= _THIN < _SHORTEST_EDGE <= max(wide, high):
                yield Edge.along((min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y)))


def _clips(element: etree._Element) -> list[etree._Element]:
    return [area for clips in element.iterchildren("{*}Clips") for area in clips.iter("{*}Clip")]


def _is_clipped(element: etree._Element, matrix: Matrix, box: Box | None) -> bool:
    """Whether an object's clips leave nothing of a box, however its writer understood their space."""
    clips = _clips(element)
    if not clips or box is None:
        return False
    corner = numbers(element.get("Boundary"))
    at = shifted(matrix, corner[0], corner[1]) if len(corner) == 4 else matrix
    spaces = (matrix, at, product(matrix_of(element.get("CTM")), at))
    for clip in clips:
        areas = _areas(clip)
        if areas and all(_is_outside(areas, space, box) for space in spaces):
            return True
    return False


def _areas(clip: etree._Element) -> list[Box]:
    """The boxes around the shapes of a clip, in its own space; none when one of them cannot be told."""
    boxes: list[Box] = []
    for area in clip.iterchildren("{*}Area"):
        for shape in area:
            corner = numbers(shape.get("Boundary"))
            outer = matrix_of(area.get("CTM"))
            outer = shifted(outer, corner[0], corner[1]) if len(corner) == 4 else outer
            space = product(matrix_of(shape.get("CTM")), outer)
            data = "".join(str(child.text or "") for child in shape.iterchildren("{*}AbbreviatedData"))
            points = [point for line in outlines(data, space) for point in line]
            if local(shape) != "Path" or not points:
                return []
            boxes.append(around(points))
    return boxes


def _is_outside(areas: Sequence[Box], space: Matrix, box: Box) -> bool:
    return not any(touch(mapped_box(space, area), box) for area in areas)
