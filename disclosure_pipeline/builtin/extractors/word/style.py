"""Which formatting of WordprocessingML makes text invisible: vanished, of the ground's colour, too small, off the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.drawings.colors import (
    BLACK,
    WHITE,
    Color,
    Theme,
    alike,
    parse_rgb,
    tinted,
)
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, is_on, local

if TYPE_CHECKING:
    from lxml import etree

Look = dict[str, Any]
"""What properties say, by name; what they do not say is absent. Keys of runs: ``hidden``, ``color``
(``None`` is automatic), ``ground``, ``marker``, ``size`` (half points), ``scale`` (per cent), ``spacing``
(twips), ``position`` (half points), ``clear``; of paragraphs: ``ground``, ``off``."""

_UNREADABLE_SIZE = 4
_UNREADABLE_SCALE = 10
_UNREADABLE_LINE = 60
_OVERLAP = 8
"""Letters closer than this many twips a half point lie over each other (a letter is ten wide)."""
_FAR_POSITION = 1000
_NORMAL_SIZE = 21
_ON = ("1", "true", "on")
_INVISIBLE_ALPHA = 95_000
_THEME_NAMES = {
    "background1": "bg1", "text1": "tx1", "background2": "bg2", "text2": "tx2", "dark1": "dk1", "light1": "lt1",
    "dark2": "dk2", "light2": "lt2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_MARKERS = {"black": BLACK, "white": WHITE}
_COLORED: Color = (128, 255, 128)
"""Any marker pen that is neither black nor white: letters of nearly all colours can be read on it."""


class Palette:
    """Colours as WordprocessingML names them.

    Args:
        theme: the document's theme.
    """

    def __init__(self, theme: Theme | None = None):
        self.theme = theme or Theme()

    def themed(self, name: str, tint: str = "", shade: str = "") -> Color | None:
        """A colour of the theme by the name that documents use (``background1``, ``accent2`` …).

        Args:
            name: the name.
            tint: how much of the colour is left on white, two hexadecimal digits.
            shade: how much is left on black.
        """
        color = self.theme.named(_THEME_NAMES.get(name, name)) if name else None
        if color is None:
            return None
        color = tinted(color, 1 - _byte(tint)) if tint else color
        return tinted(color, _byte(shade) - 1) if shade else color

    def color(self, element: etree._Element, value: str = "val", kind: str = "theme") -> Color | None:
        """The colour of an element; ``None`` when it is automatic or says none.

        Args:
            element: ``w:color``, ``w:shd`` …
            value: attribute with the colour as written.
            kind: what the attributes of the theme's colour begin with.
        """
        name = attribute(element, "themeColor" if kind == "theme" else kind)
        color = self.themed(name, attribute(element, f"{kind}Tint"), attribute(element, f"{kind}Shade"))
        return color or parse_rgb(attribute(element, value))

    def ground(self, shading: etree._Element) -> Color | None:
        """The colour of ``w:shd``; ``None`` when it lets the ground through."""
        if attribute(shading, "val") == "solid":
            return self.color(shading, "color") or BLACK
        return self.color(shading, "fill", "themeFill")

    def run(self, properties: etree._Element) -> Look:
        """What run properties say about being seen."""
        look: Look = {}
        for item in properties:
            name = local(item)
            if name in ("vanish", "specVanish"):  # webHidden hides on the screen only
                look["hidden"] = is_on(item) or look.get("hidden", False)
            elif name == "color":
                look["color"] = self.color(item)
            elif name == "shd":
                look["ground"] = self.ground(item)
            elif name == "highlight":
                pen = attribute(item, "val")
                look["marker"] = None if pen == "none" else _MARKERS.get(pen, _COLORED)
            elif name in _NUMBERS:
                number = _number(attribute(item, "val").rstrip("%"))
                if number is not None:
                    look[_NUMBERS[name]] = number
            elif name == "textFill":
                look["clear"] = _is_clear(item)
        return look

    def paragraph(self, properties: etree._Element, page_width: int) -> Look:
        """What paragraph properties say about being seen."""
        look: Look = {}
        for item in properties:
            name = local(item)
            if name == "shd":
                look["ground"] = self.ground(item)
            elif name == "spacing":
                line = _number(attribute(item, "line"))
                if line is not None and attribute(item, "lineRule") == "exact":
                    look["thin"] = line <= _UNREADABLE_LINE
            elif name == "ind":
                left = _number(attribute(item, "left") or attribute(item, "start")) or 0
                look["far"] = (
                    not -page_width < left + min(_number(attribute(item, "firstLine")) or 0, 0) < page_width
                )
            elif name == "framePr":
                look["framed"] = _frame_is_off(item, page_width)
        return look


_NUMBERS = {"sz": "size", "w": "scale", "spacing": "spacing", "position": "position"}


def _byte(digits: str) -> float:
    try:
        return int(digits, 16) / 255
    except ValueError:
        return 1.0


def _number(digits: str) -> int | None:
    try:
        return int(float(digits))
    except (ValueError, OverflowError):
        return None


def _is_clear(fill: etree._Element) -> bool:
    """Whether ``w14:textFill`` paints nothing."""
    for item in fill.iter():
        if local(item) == "noFill":
            return True
        if local(item) == "alpha" and (_number(attribute(item, "val")) or 0) >= _INVISIBLE_ALPHA:
            return True
    return False


def _frame_is_off(frame: etree._Element, page_width: int) -> bool:
    """Whether a text frame lies off the page, wherever it is measured from."""
    wide = _number(attribute(frame, "w")) or 0
    left, top = _number(attribute(frame, "x")) or 0, _number(attribute(frame, "y")) or 0
    slack = page_width if attribute(frame, "hAnchor") != "page" else 0
    thin = (
        attribute(frame, "hRule") == "exact" and 0 < (_number(attribute(frame, "h")) or 0) <= _UNREADABLE_LINE
    )
    return left + wide + slack < 0 or left > page_width or abs(top) > 2 * page_width or thin


def hides(look: Mapping[str, Any], ground: Color | None) -> bool:
    """Whether a reader of the page does not see text of this look.

    Args:
        look: everything that styles and properties say about a run.
        ground: colour of what lies behind the paragraph, ``None`` if nobody knows it.
    """
    size = look.get("size", _NORMAL_SIZE)
    if look.get("hidden") or look.get("clear") or size <= _UNREADABLE_SIZE:
        return True
    if look.get("scale", 100) <= _UNREADABLE_SCALE or look.get("spacing", 0) <= -_OVERLAP * size:
        return True
    if abs(look.get("position", 0)) >= _FAR_POSITION:
        return True
    marker = look.get("marker")
    color = look.get("color")
    if color is None:
        return marker is BLACK
    behind = marker or look.get("ground") or ground
    return behind is not None and alike(color, behind)


def is_off(look: Mapping[str, Any]) -> bool:
    """Whether a paragraph of this look lies off the page or is cut to nothing."""
    return bool(look.get("thin") or look.get("far") or look.get("framed"))


@dataclass(slots=True)
class Styles:
    """The looks of styles, each with what it inherits.

    Args:
        runs: looks of runs by style, paragraph styles and character styles alike.
        paragraphs: looks of paragraphs by style.
        default: id of the style of paragraphs that name none.
        base: look of all runs (document defaults).
        colored_tables: table styles that paint grounds.
        tables: looks of runs by table style, without those of first rows and the like.
        default_table: id of the style of tables that name none.
    """

    runs: dict[str, Look] = field(default_factory=dict)
    paragraphs: dict[str, Look] = field(default_factory=dict)
    default: str = ""
    base: Look = field(default_factory=dict)
    colored_tables: frozenset[str] = frozenset()
    tables: dict[str, Look] = field(default_factory=dict)
    default_table: str = ""

    @classmethod
    def of(cls, root: etree._Element, palette: Palette, page_width: int) -> Styles:
        """Read ``styles.xml``; a style inherits from the one it is based on."""
        styles = cls()
        own: dict[str, tuple[Look, Look]] = {}
        own_tables: dict[str, Look] = {}
        parents: dict[str, str] = {}
        colored: set[str] = set()
        for style in root.iterchildren("{*}style"):
            name, kind = attribute(style, "styleId"), attribute(style, "type")
            base = style.find("{*}basedOn")
            if base is not None:
                parents[name] = attribute(base, "val")
            if kind == "table":
                if any(palette.ground(shading) not in (None, WHITE) for shading in style.iter("{*}shd")):
                    colored.add(name)
                run = style.find("{*}rPr")
                own_tables[name] = {} if run is None else palette.run(run)
                if attribute(style, "default") in _ON:
                    styles.default_table = name
                continue
            run, paragraph = style.find("{*}rPr"), style.find("{*}pPr")
            own[name] = (
                {} if run is None else palette.run(run),
                {} if paragraph is None else palette.paragraph(paragraph, page_width),
            )
            if kind == "paragraph" and attribute(style, "default") in _ON:
                styles.default = name
        defaults = root.find("{*}docDefaults/{*}rPrDefault/{*}rPr")
        styles.base = {} if defaults is None else palette.run(defaults)
        for name in own:
            chain = _chain(name, parents)
            styles.runs[name] = _merged(own[item][0] for item in chain if item in own)
            styles.paragraphs[name] = _merged(own[item][1] for item in chain if item in own)
        for name in own_tables:
            chain = _chain(name, parents)
            styles.tables[name] = _merged(own_tables[item] for item in chain if item in own_tables)
        styles.colored_tables = frozenset(
            name for name in (*parents, *colored) if any(item in colored for item in _chain(name, parents))
        )
        return styles

    @property
    def may_hide(self) -> bool:
        """Whether some style, those of tables aside, hides text by itself, or paints a ground."""
        if hides(self.base, WHITE):
            return True
        return any(
            hides({**self.base, **look}, WHITE) or look.get("ground") or look.get("marker")
            for look in self.runs.values()
        ) or any(is_off(look) or look.get("ground") for look in self.paragraphs.values())

    @property
    def hiding_tables(self) -> frozenset[str]:
        """Table styles that hide all letters of their tables."""
        return frozenset(name for name in self.tables if self.vanishes(name, WHITE))

    def vanishes(self, table: str, ground: Color | None) -> bool:
        """Whether a table style makes all letters of its table invisible.

        Args:
            table: its id.
            ground: colour behind the table, ``None`` if nobody knows it.
        """
        # Which cells a coloured one paints depends on their place.
        ground = None if table in self.colored_tables else ground
        return hides({**self.base, **self.tables.get(table, {})}, ground)

    @property
    def colored(self) -> bool:
        """Whether some style gives letters a colour."""
        return bool(self.base.get("color")) or any(look.get("color") for look in self.runs.values())


def _chain(name: str, parents: Mapping[str, str]) -> list[str]:
    """A style and those it is based on, the furthest first."""
    chain: list[str] = []
    while name and name not in chain and len(chain) < 32:  # Word allows eleven levels; a circle must end too
        chain.append(name)
        name = parents.get(name, "")
    return chain[::-1]


def _merged(looks: Any) -> Look:
    merged: Look = {}
    for look in looks:
        merged.update(look)
    return merged
