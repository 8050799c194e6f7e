"""Where a draft shows a picture, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ooxml.pictures import shown_window
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.pictures.pictures import Window

WHOLE = (0.0, 0.0, 1.0, 1.0)

_OF_PICTURE = frozenset(("nvPicPr", "blipFill", "spPr"))
_OF_FILL = frozenset(("blip", "srcRect", "stretch"))
_OF_SHAPE = frozenset(("xfrm", "prstGeom", "noFill", "ln"))
_TURNS = ("rot", "flipH", "flipV")
_STRAIGHT = ("", "0", "false")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place.

    Args:
        part: the picture's name, as the extractor names it.
        data: its bytes.
        window: what is shown of it, as shares of its sides.
        story: the part of the draft that shows it.
        paragraph: the paragraph of that part in which it stands; ``None`` for its end.
        before: the words before it, where the format has no paragraphs with numbers.
    """

    part: str
    data: bytes
    window: Window = WHOLE
    story: str = ""
    paragraph: int | None = None
    before: str = ""


def frame_of(blip: etree._Element) -> tuple[etree._Element, Window] | None:
    """The ``pic`` around a picture of OOXML, and what it shows.

    Args:
        blip: names the picture.

    Returns:
        ``None`` when it shows anything else than these very pixels in a rectangle: another layer (SVG, the layers of
        an editor), an effect, a turn, a shape that cuts corners off, a linked file.
    """
    fill = blip.getparent()
    picture = fill.getparent() if fill is not None else None
    if fill is None or picture is None or local(fill) != "blipFill" or local(picture) != "pic":
        return None
    look = picture.find("{*}spPr")
    plain = (
        _names(picture) <= _OF_PICTURE
        and _names(fill) <= _OF_FILL
        and _is_bare(blip)
        and all(not corner.attrib for corner in fill.iter("{*}fillRect"))
        and (look is None or _is_rectangle(look))
    )
    return (picture, shown_window(blip)) if plain else None


def _names(element: etree._Element) -> set[str]:
    return {local(child) for child in element}


def _is_bare(blip: etree._Element) -> bool:
    """Whether a picture is drawn as it lies in the file: no effect, no other version beside it."""
    keys = {str(key).rpartition("}")[2] for key in blip.attrib}
    hints = {local(node) for node in blip.iterdescendants()}
    return keys <= {"embed", "cstate"} and "embed" in keys and hints <= {"extLst", "ext", "useLocalDpi"}


def _is_rectangle(look: etree._Element) -> bool:
    form, shape = look.find("{*}xfrm"), look.find("{*}prstGeom")
    turned = form is not None and any(attribute(form, key) not in _STRAIGHT for key in _TURNS)
    return (
        _names(look) <= _OF_SHAPE and not turned and shape is not None and attribute(shape, "prst") == "rect"
    )
