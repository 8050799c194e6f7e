"""Shapes of slides and of drawings on sheets: flattened in drawing order, with their boxes and what covers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.drawings.colors import Color, Theme, is_transparent
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

EMU_IN_POINT = 12700
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points."""

SHAPES = frozenset(("sp", "pic", "graphicFrame", "cxnSp", "contentPart"))
_FILLS = frozenset(("solidFill", "gradFill", "blipFill", "pattFill", "grpFill"))
_MOST_COMPARED = 1500
_TOLERANCE = 1.0


@dataclass(frozen=True, slots=True)
class Transform:
    """From a group's own coordinates (EMU) to points on the page."""

    x: float = 0
    y: float = 0
    scale_x: float = 1 / EMU_IN_POINT
    scale_y: float = 1 / EMU_IN_POINT

    def box(self, form: etree._Element | None) -> Box | None:
        """The box of an ``xfrm``."""
        numbers = _numbers(form, "off", "ext")
        if numbers is None:
            return None
        left, top, wide, high = numbers
        return (
            self.x + left * self.scale_x, self.y + top * self.scale_y,
            self.x + (left + wide) * self.scale_x, self.y + (top + high) * self.scale_y,
        )  # fmt: skip

    def inner(self, form: etree._Element | None) -> Transform:
        """The coordinates inside a group."""
        outer, child = self.box(form), _numbers(form, "chOff", "chExt")
        if outer is None or child is None or not child[2] or not child[3]:
            return self
        scale_x, scale_y = (outer[2] - outer[0]) / child[2], (outer[3] - outer[1]) / child[3]
        return Transform(outer[0] - child[0] * scale_x, outer[1] - child[1] * scale_y, scale_x, scale_y)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape.

    Args:
        element: ``sp``, ``pic``, ``graphicFrame`` … box: on the page, if known.
        hidden: why nobody sees it by itself; empty when it is shown.
        filled: whether something stands behind its letters. fill: its colour, if that is plain.
        opaque: whether it hides what lies behind it.
    """

    element: etree._Element
    box: Box | None
    hidden: str
    filled: bool
    fill: Color | None
    opaque: bool


def flatten(
    holder: etree._Element, theme: Theme, transform: Transform | None = None, hidden: str = ""
) -> Iterator[Shape]:
    """The shapes below an element in drawing order, groups opened.

    Args:
        holder: ``spTree``, an anchor, a group, or anything around them.
        theme: colours by name.
        transform: coordinates of the holder.
        hidden: why all of them are unseen.
    """
    at = transform or Transform()
    for element in holder:
        name = local(element)
        if name == "grpSp":
            form = element.find("{*}grpSpPr/{*}xfrm")
            own = element.find("{*}nvGrpSpPr/{*}cNvPr")
            unseen = hidden or ("hidden shape" if _is_hidden(own) else "")
            yield from flatten(element, theme, at.inner(form), unseen)
        elif name in SHAPES:
            yield _shape(element, theme, at, hidden)
        elif name == "Fallback":
            yield from flatten(element, theme, at, hidden or "fallback")
        elif name and len(element):
            yield from flatten(element, theme, at, hidden)


def _shape(element: etree._Element, theme: Theme, transform: Transform, hidden: str) -> Shape:
    form = element.find("{*}spPr/{*}xfrm")
    if form is None:
        form = element.find("{*}xfrm")
    properties = next((item for item in element.iter("{*}cNvPr")), None)
    unseen = hidden or ("hidden shape" if _is_hidden(properties) else "")
    filled, fill, opaque = _fill(element, theme)
    turned = form is not None and form.get("rot", "0") != "0"
    return Shape(element, transform.box(form), unseen, filled, fill, opaque and not turned and not unseen)


def _fill(element: etree._Element, theme: Theme) -> tuple[bool, Color | None, bool]:
    """Whether a shape has a ground of its own, its colour, and whether that hides what lies behind."""
    name = local(element)
    if name == "pic":
        return True, None, True
    if name in ("graphicFrame", "contentPart"):
        return True, None, False
    look = element.find("{*}spPr")
    given = (
        None if look is None else next((item for item in look if local(item) in {*_FILLS, "noFill"}), None)
    )
    if given is None:
        reference = element.find("{*}style/{*}fillRef")
        styled = reference is not None and reference.get("idx", "0") != "0"
        return styled, (theme.solid(reference) if styled and reference is not None else None), styled
    if local(given) == "noFill":
        return False, None, False
    if local(given) == "solidFill":
        veil = given.find("./*/{*}alpha") is not None
        return not is_transparent(given), None if veil else theme.solid(given), not veil
    return True, None, local(given) != "grpFill" and given.find(".//{*}alpha") is None


def ground_of(shapes: Sequence[Shape], index: int, page: Color | None) -> Color | None:
    """The colour behind a shape's letters; ``None`` when it cannot be said.

    Args:
        shapes: all shapes in drawing order.
        index: of the shape.
        page: colour of the page.
    """
    shape = shapes[index]
    if shape.filled:
        return shape.fill
    if shape.box is None or len(shapes) > _MOST_COMPARED:
        return page if not any(other.filled for other in shapes[:index]) else None
    for other in reversed(shapes[:index]):
        if other.filled and (other.box is None or _touches(other.box, shape.box)):
            return other.fill if other.box is not None and _contains(other.box, shape.box) else None
    return page


def is_covered(shapes: Sequence[Shape], index: int) -> bool:
    """Whether a later shape lies over the whole of a shape."""
    box = shapes[index].box
    if box is None or box[0] == box[2] or box[1] == box[3] or len(shapes) > _MOST_COMPARED:
        return False
    return any(
        other.opaque and other.box is not None and _contains(other.box, box) for other in shapes[index + 1 :]
    )


def is_off(box: Box | None, wide: float, high: float) -> bool:
    """Whether a box lies wholly outside a page (points)."""
    if box is None:
        return False
    left, top, right, bottom = box
    return (
        right <= _TOLERANCE or bottom <= _TOLERANCE or left >= wide - _TOLERANCE or top >= high - _TOLERANCE
    )


def page_color(holder: etree._Element, theme: Theme) -> tuple[bool, Color | None]:
    """Whether ``cSld`` says what lies behind everything, and its colour, if that is plain."""
    background = holder.find("{*}bg")
    if background is None:
        return False, None
    fill = background.find("{*}bgPr/{*}solidFill")
    if fill is not None:
        return True, theme.solid(fill)
    reference = background.find("{*}bgRef")
    if reference is not None and reference.get("idx") == "1001":  # the theme's plain fill
        return True, theme.solid(reference)
    return True, None


def _is_hidden(properties: etree._Element | None) -> bool:
    return properties is not None and properties.get("hidden") in ("1", "true")


def _numbers(
    form: etree._Element | None, first: str, second: str
) -> tuple[float, float, float, float] | None:
    if form is None:
        return None
    start, size = form.find(f"{{*}}{first}"), form.find(f"{{*}}{second}")
    if start is None or size is None:
        return None
    try:
        return (
            float(start.get("x", "")), float(start.get("y", "")), float(size.get("cx", "")), float(size.get("cy", "")),
        )  # fmt: skip
    except ValueError:
        return None


def _touches(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + _TOLERANCE
        and outer[1] <= inner[1] + _TOLERANCE
        and outer[2] >= inner[2] - _TOLERANCE
        and outer[3] >= inner[3] - _TOLERANCE
    )
