"""Colours of OOXML: theme, scheme names, tints; and whether letters can be told from what lies behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

Color = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
_ALIKE = 16
"""Difference per channel up to which nobody can read letters on a ground."""
_HEX = re.compile(r"[0-9a-fA-F]{6}")
_WHOLE = re.compile("-?[0-9]{1,9}")
_FULL = 100_000  # the 100 % of DrawingML
_OFFICE: Mapping[str, Color] = {
    "dk1": BLACK, "lt1": WHITE, "dk2": (68, 84, 106), "lt2": (231, 230, 230),
    "accent1": (68, 114, 196), "accent2": (237, 125, 49), "accent3": (165, 165, 165),
    "accent4": (255, 192, 0), "accent5": (91, 155, 213), "accent6": (112, 173, 71),
    "hlink": (5, 99, 193), "folHlink": (149, 79, 114),
}  # fmt: skip
_ALIASES: Mapping[str, str] = {"tx1": "dk1", "bg1": "lt1", "tx2": "dk2", "bg2": "lt2"}
_PRESETS: Mapping[str, Color] = {"white": WHITE, "black": BLACK, "red": (255, 0, 0), "snow": (255, 250, 250)}


def alike(letters: Color, ground: Color) -> bool:
    """Whether letters of one colour on a ground of another cannot be read."""
    return all(abs(one - other) <= _ALIKE for one, other in zip(letters, ground, strict=True))


def parse_rgb(text: str) -> Color | None:
    """``RRGGBB``, with or without two digits of alpha before it."""
    digits = text[-6:]
    if not _HEX.fullmatch(digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def tinted(color: Color, tint: float) -> Color:
    """A spreadsheet's tint: -1 is black, 0 the colour itself, 1 white."""
    target = 255 if tint > 0 else 0
    share = min(abs(tint), 1.0)
    return (
        round(color[0] + (target - color[0]) * share),
        round(color[1] + (target - color[1]) * share),
        round(color[2] + (target - color[2]) * share),
    )


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's colours by name, and the map that a master puts over them."""

    colors: Mapping[str, Color] = field(default_factory=lambda: dict(_OFFICE))
    aliases: Mapping[str, str] = field(default_factory=lambda: dict(_ALIASES))

    @classmethod
    def of(cls, root: etree._Element | None, color_map: etree._Element | None = None) -> Theme:
        """Read ``a:theme`` and, for slides, ``p:clrMap``."""
        colors = dict(_OFFICE)
        scheme = None if root is None else root.find(".//{*}clrScheme")
        for entry in () if scheme is None else scheme:
            for choice in entry:
                found = parse_rgb(choice.get("lastClr") or choice.get("val") or "")
                if found is not None:
                    colors[local(entry)] = found
        aliases = dict(_ALIASES)
        if color_map is not None:
            aliases.update({str(key): str(value) for key, value in color_map.attrib.items()})
        return cls(colors, aliases)

    def named(self, name: str) -> Color | None:
        """A colour by the name that shapes use (``bg1``, ``accent2`` …)."""
        return self.colors.get(self.aliases.get(name, name))

    def numbered(self, index: int) -> Color | None:
        """A colour by the number that spreadsheets use; light and dark change places there."""
        names = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
        return self.colors[names[index]] if 0 <= index < len(names) else None

    def solid(self, fill: etree._Element) -> Color | None:
        """The colour of ``a:solidFill``; ``None`` when it cannot be said."""
        choice = next((item for item in fill if local(item)), None)
        if choice is None:
            return None
        name = choice.get("val", "")
        color = {
            "srgbClr": parse_rgb, "schemeClr": self.named, "prstClr": _PRESETS.get,
            "sysClr": lambda _: parse_rgb(choice.get("lastClr", "")),
        }.get(local(choice), lambda _: None)(name)  # fmt: skip
        return None if color is None else _modified(color, choice)


def is_transparent(fill: etree._Element) -> bool:
    """Whether a fill lets everything behind it through."""
    alpha = fill.find("./*/{*}alpha")
    return alpha is not None and alpha.get("val", "").rstrip("%") in ("0", "1", "1000")


def _modified(color: Color, choice: etree._Element) -> Color | None:
    """Lightness changes of a scheme colour; anything else is not computed."""
    for change in choice:
        value = change.get("val", "").rstrip("%")
        if not _WHOLE.fullmatch(value):
            return None
        share = int(value) / _FULL
        name = local(change)
        if name in ("lumMod", "shade"):
            color = tinted(color, share - 1)
        elif name == "lumOff":
            color = (
                min(255, round(color[0] + 255 * share)), min(255, round(color[1] + 255 * share)),
                min(255, round(color[2] + 255 * share)),
            )  # fmt: skip
        elif name == "tint":
            color = tinted(color, 1 - share)
        elif name != "alpha":
            return None
    return color
