"""Pictures that a slide shows, with nothing drawn over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.drawings.colors import Theme
from disclosure_pipeline.builtin.extractors.drawings.shapes import EMU_IN_POINT, Box, Shape
from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local
from disclosure_pipeline.builtin.extractors.slides.page import page_shapes
from disclosure_pipeline.builtin.public.pictures.spots import Spot, frame_of

if TYPE_CHECKING:
    from lxml import etree

_MAIN = "ppt/presentation.xml"
_OFF = ("0", "false")
_SLACK = 1.0
"""Points by which a picture may stand out of its slide."""


def spots(package: Package) -> Iterator[Spot]:
    """The pictures of the slides, in the order of the show; those of animated slides may be covered at any time.

    Args:
        package: the presentation.
    """
    if _MAIN not in package.names:
        return
    root, targets = package.xml(_MAIN), relation_targets(package, _MAIN)
    size = root.find("{*}sldSz")
    if size is None:
        return
    side = tuple(int(attribute(size, key) or 0) / EMU_IN_POINT for key in ("cx", "cy"))
    for entry in root.iterfind("{*}sldIdLst/{*}sldId"):
        part = next((targets[value] for value in map(str, entry.attrib.values()) if value in targets), "")
        if part in package.names:
            yield from _of_slide(package, part, (side[0], side[1]))


def _of_slide(package: Package, part: str, side: tuple[float, float]) -> Iterator[Spot]:
    slide = package.xml(part)
    if slide.get("show") in _OFF or next(slide.iter("{*}timing", "{*}AlternateContent"), None) is not None:
        return
    targets = relation_targets(package, part)
    shapes = list(page_shapes(slide, Theme()))
    for index, shape in enumerate(shapes):
        blip = next(shape.element.iter("{*}blip"), None)
        if local(shape.element) != "pic" or blip is None or not _is_in_sight(shapes, index, side):
            continue
        found = frame_of(blip)
        name = targets.get(attribute(blip, "embed"), "")
        if found is not None and name in package.names and _is_still(shape.element):
            yield Spot(name, package.read(name), found[1], part)


def _is_in_sight(shapes: Sequence[Shape], index: int, side: tuple[float, float]) -> bool:
    """Whether a shape of its own stands wholly on the slide, and no later one may lie over any of it."""
    shape = shapes[index]
    above = shape.element.getparent()
    if shape.box is None or shape.hidden or above is None or local(above) != "spTree":
        return False
    left, top, right, bottom = shape.box
    inside = left >= -_SLACK and top >= -_SLACK and right <= side[0] + _SLACK and bottom <= side[1] + _SLACK
    return inside and not any(
        other.box is None or _touch(other.box, shape.box) for other in shapes[index + 1 :]
    )


def _is_still(picture: etree._Element) -> bool:
    """Whether it is a picture, and not the first one of a film."""
    about = picture.find("{*}nvPicPr/{*}nvPr")
    return about is None or {local(item) for item in about} <= {"ph"}


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
