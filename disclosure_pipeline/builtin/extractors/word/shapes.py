"""Where drawings of WordprocessingML stand, and whether a reader of the page sees what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.drawings.colors import WHITE, Color, Theme, parse_rgb
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

EMU_PER_TWIP = 635
_EMU_PER_POINT = 12_700
_SMALLEST = 2 * _EMU_PER_POINT
_VML_SHAPES = frozenset(("shape", "rect", "roundrect", "oval", "group", "line"))
_DRAWINGML_SHAPES = frozenset(("wsp", "sp", "grpSp", "wgp", "pic"))
_LENGTH = re.compile(r"(-?[\d.]+)\s*(pt|in|cm|mm|px|pc|)")
_ALIGNED = re.compile(r"mso-position-(horizontal|vertical):(?:left|center|right|top|bottom|inside|outside)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75, "pc": 12.0, "": 0.75}
_TRUE = ("1", "true", "on", "t")
_FALSE = ("0", "false", "off", "f")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's sides in twips."""

    width: int = 11906
    height: int = 16838

    @property
    def area(self) -> float:
        """In square EMU."""
        return float(self.width * self.height * EMU_PER_TWIP**2)


def is_unseen(content: etree._Element, page: Page) -> bool:
    """Whether the drawing around some text is hidden, empty, off the page, or under a picture."""
    for element in content.iterancestors():
        name = local(element)
        if name == "p":
            return False
        if name in ("anchor", "inline"):
            if _frame_is_unseen(element, page):
                return True
        elif name in _VML_SHAPES:
            if _vml_is_unseen(element, page):
                return True
        elif name in _DRAWINGML_SHAPES and _is_hidden_shape(element):
            return True
    return False


def ground_of(content: etree._Element, theme: Theme, page_ground: Color | None) -> Color | None:
    """Colour of the shape around some text; ``None`` when it cannot be said (gradient, picture, style)."""
    for element in content.iterancestors():
        name = local(element)
        if name in ("wsp", "sp"):
            properties = element.find("{*}spPr")
            for fill in () if properties is None else properties:
                if local(fill) == "solidFill":
                    return theme.solid(fill)
                if local(fill) == "noFill":
                    return page_ground
            return None
        if name in _VML_SHAPES:
            if attribute(element, "filled") in _FALSE:
                return page_ground
            color = attribute(element, "fillcolor").split(" ")[0].lstrip("#")
            return WHITE if color in ("", "white", "window") else parse_rgb(color)
        if name == "p":
            break
    return page_ground


def shown_area(element: etree._Element) -> float:
    """Area on the page of the drawing around a picture, in square EMU; 0 if unknown."""
    for ancestor in element.iterancestors():
        name = local(ancestor)
        if name in ("inline", "anchor"):
            extent = ancestor.find("{*}extent")
            if extent is not None:
                return float(_number(extent, "cx") * _number(extent, "cy"))
        if name in ("shape", "rect"):
            style = _style(ancestor)
            if "width" in style and "height" in style:
                return style["width"] * style["height"] * _EMU_PER_POINT**2
    return 0.0


def _is_hidden_shape(shape: etree._Element) -> bool:
    about = shape.find("{*}cNvPr")
    if about is None:
        about = shape.find("*/{*}cNvPr")
    return about is not None and attribute(about, "hidden") in _TRUE


def _frame_is_unseen(frame: etree._Element, page: Page) -> bool:
    about, extent = frame.find("{*}docPr"), frame.find("{*}extent")
    if attribute(frame, "hidden") in _TRUE or (about is not None and attribute(about, "hidden") in _TRUE):
        return True
    wide, high = (
        (_number(extent, "cx"), _number(extent, "cy")) if extent is not None else (_SMALLEST + 1,) * 2
    )
    if wide <= _SMALLEST or high <= _SMALLEST:
        return True
    if local(frame) == "inline":
        return False
    left, top = _offset(frame, "positionH"), _offset(frame, "positionV")
    across, down = page.width * EMU_PER_TWIP, page.height * EMU_PER_TWIP
    if left is not None and _is_beyond(left, wide, across, exact=_is_from_page(frame, "positionH")):
        return True
    if top is not None and _is_beyond(top, high, down, exact=_is_from_page(frame, "positionV")):
        return True
    return _is_covered(frame)


def _is_beyond(start: int, length: int, side: int, *, exact: bool) -> bool:
    """Whether a stretch lies outside the page; one that is not measured from the page's edge gets a page's slack."""
    slack = 0 if exact else side
    return start + length + slack <= 0 or start >= side + slack


def _offset(frame: etree._Element, axis: str) -> int | None:
    offset = frame.find(f"{{*}}{axis}/{{*}}posOffset")
    if offset is None or not offset.text or not re.fullmatch(r"\s*-?\d{1,15}\s*", offset.text):
        return None
    return int(offset.text)


def _is_from_page(frame: etree._Element, axis: str) -> bool:
    position = frame.find(f"{{*}}{axis}")
    return position is not None and attribute(position, "relativeFrom") == "page"


def _is_covered(frame: etree._Element) -> bool:
    """Whether a picture of the same paragraph, measured alike, lies over the whole frame."""
    paragraph = next(frame.iterancestors("{*}p"), None)
    mine = _box(frame)
    if paragraph is None or mine is None:
        return False
    return any(
        other is not frame
        and _holds_picture(other)
        and (box := _box(other)) is not None
        and _covers(box, mine)
        for other in paragraph.iter("{*}anchor")
    )


def _holds_picture(frame: etree._Element) -> bool:
    behind = attribute(frame, "behindDoc") in _TRUE
    return (
        not behind
        and next(frame.iter("{*}pic"), None) is not None
        and next(frame.iter("{*}txbxContent"), None) is None
    )


def _box(frame: etree._Element) -> tuple[int, int, int, int, int, str] | None:
    left, top, extent = _offset(frame, "positionH"), _offset(frame, "positionV"), frame.find("{*}extent")
    if left is None or top is None or extent is None:
        return None
    axes = (frame.find("{*}positionH"), frame.find("{*}positionV"))
    measured = "/".join(attribute(axis, "relativeFrom") for axis in axes if axis is not None)
    layer = -1 if attribute(frame, "behindDoc") in _TRUE else _number(frame, "relativeHeight")
    return left, top, left + _number(extent, "cx"), top + _number(extent, "cy"), layer, measured


def _covers(above: tuple[int, int, int, int, int, str], below: tuple[int, int, int, int, int, str]) -> bool:
    inside = above[0] <= below[0] and above[1] <= below[1] and above[2] >= below[2] and above[3] >= below[3]
    return inside and above[4] > below[4] and above[5] == below[5]


def _vml_is_unseen(shape: etree._Element, page: Page) -> bool:
    written = re.sub(r"\s", "", attribute(shape, "style")).lower()
    if "visibility:hidden" in written or "display:none" in written or "mso-hide:all" in written:
        return True
    style = _style(shape)
    wide, high = style.get("width"), style.get("height")
    if (wide is not None and wide <= 2) or (high is not None and high <= 2):
        return local(shape) != "line"
    # A shape that is aligned keeps the offset that it had before; programs ignore it.
    aligned = set(_ALIGNED.findall(written))
    left = 0.0 if "horizontal" in aligned else style.get("margin-left", style.get("left", 0.0))
    top = 0.0 if "vertical" in aligned else style.get("margin-top", style.get("top", 0.0))
    if local(next(shape.iterancestors(), shape)) == "group":
        return False  # measured in the group's own units
    across, down = page.width / 20, page.height / 20
    return (
        left + (wide or 0) < -across / 2 or left > 1.5 * across or top + (high or 0) < -down or top > 2 * down
    )


def _style(shape: etree._Element) -> dict[str, float]:
    """Lengths of a VML style, in points."""
    lengths: dict[str, float] = {}
    for name, value in _declarations(attribute(shape, "style")):
        found = _LENGTH.fullmatch(value)
        if found:
            try:
                lengths[name] = float(found[1]) * _POINTS[found[2]]
            except ValueError:
                continue
    return lengths


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip().lower(), value.strip().lower()


def _number(element: etree._Element, key: str) -> int:
    digits = attribute(element, key)
    return int(digits) if re.fullmatch(r"-?\d{1,15}", digits) else 0
