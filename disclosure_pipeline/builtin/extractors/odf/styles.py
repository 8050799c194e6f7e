"""Which styles of OpenDocument make text invisible, and how wide its columns, rows and pages are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from lxml import etree

_DEEPEST = 32
_UNREADABLE_POINTS = 2.0
_NEARLY_WHITE = 240
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(pt|cm|mm|in|pc|px)?")
_POINTS = {"pt": 1.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pc": 12.0, "px": 0.75, None: 1.0}
_CLEAR = ("", "transparent", "none")


@dataclass(frozen=True, slots=True)
class Look:
    """What a style says about being seen; ``None`` where it says nothing."""

    hidden: bool | None = None
    white: bool | None = None
    tiny: bool | None = None
    shaded: bool | None = None
    absent: bool | None = None
    """Sheets, rows, columns, slides and shapes that are not shown at all."""

    def over(self, base: Look) -> Look:
        """This style on top of another."""
        return Look(
            *(
                mine if mine is not None else theirs
                for mine, theirs in (
                    (self.hidden, base.hidden), (self.white, base.white), (self.tiny, base.tiny),
                    (self.shaded, base.shaded), (self.absent, base.absent),
                )
            )
        )  # fmt: skip

    @property
    def unseen(self) -> bool:
        """Whether letters of this style cannot be seen."""
        return bool(self.hidden or self.tiny or (self.white and not self.shaded))


PLAIN = Look()


class Styles:
    """The styles of a document.

    Args:
        roots: of ``content.xml`` and ``styles.xml``, or of a flat file.
    """

    def __init__(self, roots: Iterable[etree._Element]):
        self._own: dict[tuple[str, str], etree._Element] = {}
        self._looks: dict[tuple[str, str], Look] = {}
        self._pages: dict[str, tuple[float, float]] = {}
        layouts: dict[str, tuple[float, float]] = {}
        for root in roots:
            for style in root.iter("{*}style", "{*}default-style"):
                name = attribute(style, "name") if local(style) == "style" else ""
                self._own[attribute(style, "family"), name] = style
            for layout in root.iter("{*}page-layout"):
                for properties in layout.iterchildren("{*}page-layout-properties"):
                    sides = (
                        length(properties, "page-width") or 0.0,
                        length(properties, "page-height") or 0.0,
                    )
                    layouts[attribute(layout, "name")] = sides
            for master in root.iter("{*}master-page"):
                self._pages[attribute(master, "name")] = layouts.get(
                    attribute(master, "page-layout-name"), (0.0, 0.0)
                )

    def look(self, family: str, element: etree._Element, base: Look = PLAIN) -> Look:
        """How an element of a style family looks, on top of what it stands in."""
        name = attribute(element, "style-name")
        return self._look(family, name).over(base) if name else base

    def named(self, family: str, name: str) -> Look:
        """How a style looks by itself."""
        return self._look(family, name) if name else PLAIN

    def page_size(self, master: str) -> tuple[float, float]:
        """Width and height of a master page in points; zeros when it does not say."""
        return self._pages.get(master, (0.0, 0.0))

    def _look(self, family: str, name: str) -> Look:
        key = (family, name)
        if key not in self._looks:
            look = PLAIN
            for style in self._chain(family, name):
                look = look.over(_look_of(style))
            self._looks[key] = look
        return self._looks[key]

    def _chain(self, family: str, name: str) -> Iterator[etree._Element]:
        for _ in range(_DEEPEST):
            style = self._own.get((family, name))
            if style is None:
                return
            yield style
            name = attribute(style, "parent-style-name")


def length(element: etree._Element, name: str) -> float | None:
    """A length attribute in points; ``None`` when absent or relative."""
    match = _LENGTH.fullmatch(attribute(element, name).strip())
    return float(match[1]) * _POINTS[match[2]] if match else None


def _look_of(style: etree._Element) -> Look:
    look = PLAIN
    for properties in style:
        look = _LOOKS.get(local(properties), _nothing)(properties).over(look)
    return look


def _nothing(_: etree._Element) -> Look:
    return PLAIN


def _of_text(properties: etree._Element) -> Look:
    display, colour = attribute(properties, "display"), attribute(properties, "color")
    automatic = attribute(properties, "use-window-font-color") == "true"
    # LibreOffice writes an opacity of 0 beside the automatic colour, where it means nothing.
    clear = bool(colour) and not automatic and attribute(properties, "opacity") == "0%"
    size = length(properties, "font-size")
    return Look(
        hidden=True if clear else display in ("none", "condition") if display else None,
        white=False if automatic else _is_white(colour) if colour else None,
        tiny=size <= _UNREADABLE_POINTS if size is not None else None,
        shaded=_shade(properties),
    )


def _of_area(properties: etree._Element) -> Look:
    """Paragraphs, cells, rows, tables and shapes: a background, and whether they are there."""
    fill = attribute(properties, "fill")
    absent: bool | None = None
    if attribute(properties, "display") == "false" or attribute(properties, "visibility") == "hidden":
        absent = True
    sides = [length(properties, name) for name in ("row-height", "column-width")]
    if any(side is not None and side < 1 for side in sides):
        absent = True
    shaded = True if fill and fill != "none" else _shade(properties)
    return Look(shaded=shaded, absent=absent)


def _shade(properties: etree._Element) -> bool | None:
    colour = attribute(properties, "background-color")
    if not colour:
        return None
    return None if colour in _CLEAR else not _is_white(colour)


def _is_white(colour: str) -> bool:
    digits = colour.lstrip("#")
    try:
        parts = [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
    except ValueError:
        return False
    return len(digits) == 6 and min(parts) >= _NEARLY_WHITE


_LOOKS = {
    "text-properties": _of_text,
    **dict.fromkeys(
        ("paragraph-properties", "table-cell-properties", "table-row-properties", "table-column-properties",
         "table-properties", "graphic-properties", "drawing-page-properties", "section-properties"),
        _of_area,
    ),
}  # fmt: skip
