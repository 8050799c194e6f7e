"""Whether an element of a page is seen: from its declared styles and those it inherits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Colour = tuple[float, float, float, float]
"""Red, green, blue (0 … 1) and opacity."""

BLACK: Colour = (0.0, 0.0, 0.0, 1.0)
WHITE: Colour = (1.0, 1.0, 1.0, 1.0)

_SMALLEST_FONT = 2.0  # pixels; nobody reads smaller letters
_FAR = 500.0  # pixels; further to the left or above nothing of a line stays in sight
_LEAST_CONTRAST = 1.12
_FAINTEST = 0.06
_PIXELS = {
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "cm": 37.8,
    "mm": 3.78,
    "in": 96.0,
    "q": 0.945,
    "rem": 16.0,
    "vw": 12.8,
    "vh": 8.0,
}
_FONT_WORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([a-z]+|%)?")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
_CLIPPED = re.compile(r"rect\(\s*(\S+?)[\s,]+(\S+?)[\s,]+(\S+?)[\s,]+(\S+?)\s*\)")
_INSET = re.compile(r"inset\(\s*(\d+)%")
_NOTHING_LEFT = re.compile(r"(?:circle|ellipse)\(\s*0|polygon\(\s*(?:0(?:px|%)?[\s,]*)+\)")
_MOVED = re.compile(r"translate(?:3d|x|y)?\(([^)]*)\)", re.IGNORECASE)
_SCALED = re.compile(
    r"scale(?:3d|x|y)?\(\s*0*\.?0*\s*[,)]|matrix\(\s*0\s*,\s*0\s*,\s*0\s*,\s*0", re.IGNORECASE
)
_FILTERED = re.compile(r"opacity\(\s*0*\.?0*%?\s*\)|alpha\(\s*opacity\s*=\s*0\s*\)", re.IGNORECASE)
_CLIPPING = ("hidden", "clip", "auto", "scroll")
_SHORTHAND_SIZE = re.compile(
    r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%|mm|cm|in|pc)?|xx?-small|small|medium|large|xx?-large)(?:\s*/|\s)"
)
_COLOUR_WORD = re.compile(
    r"#[0-9a-f]+|(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([^)]*\)|[a-z]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Look:
    """How an element is drawn, as far as it decides whether its text is seen.

    Args:
        drawn: nothing above takes the whole element away (display, opacity, place, clipping).
        visible: the value of ``visibility``.
        colour: of the letters; ``None`` when it is not known.
        ground: colour behind the letters; ``None`` when it is not known (a picture).
        size: of the letters, pixels.
        indented: the first line is moved out of sight.
        custom: custom properties.
    """

    drawn: bool = True
    visible: bool = True
    colour: Colour | None = BLACK
    ground: Colour | None = WHITE
    size: float = 16.0
    indented: bool = False
    custom: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        """Whether text that stands directly in the element is seen."""
        if not self.drawn or not self.visible or self.indented or self.size < _SMALLEST_FONT:
            return False
        if self.colour is None:
            return True
        if self.colour[3] < _FAINTEST:
            return False
        return self.ground is None or _contrast(self.colour, self.ground) >= _LEAST_CONTRAST

    def inside(self, declared: Mapping[str, str]) -> Look:
        """The look of a child element.

        Args:
            declared: its own properties after the cascade.
        """
        if not declared:
            return self
        custom = self.custom
        own = {name: value for name, value in declared.items() if name.startswith("--")}
        if own:
            custom = {**custom, **own}
        values = {
            name: _resolved(value, custom).lower() for name, value in declared.items() if name not in own
        }
        size = _font_size(values, self.size)
        return replace(
            self,
            custom=custom,
            size=size,
            drawn=self.drawn and not _taken_away(values, size),
            visible=_visible(values, before=self.visible),
            colour=_letters(values, self.colour),
            ground=_ground(values, self.ground),
            indented=_indented(values, size, before=self.indented),
        )


def _resolved(value: str, custom: Mapping[str, str]) -> str:
    for _ in range(5):
        if "var(" not in value:
            break
        value = _VAR.sub(lambda match: custom.get(match[1], match[2] or ""), value)
    return value.strip()


def _length(value: str, size: float) -> float | None:
    """Pixels; ``None`` for what is no plain length."""
    match = _LENGTH.fullmatch(value.strip())
    if match is None:
        return None
    number, unit = float(match[1]), match[2] or "px"
    if unit in ("em", "ex", "ch", "%"):
        return number * size * {"em": 1.0, "ex": 0.5, "ch": 0.5, "%": 0.01}[unit]
    return number * _PIXELS[unit] if unit in _PIXELS else None


def _font_size(values: Mapping[str, str], size: float) -> float:
    value = values.get("font-size")
    if value is None and "font" in values:
        match = _SHORTHAND_SIZE.search(values["font"] + " ")
        value = match[1] if match else None
    if value is None:
        return size
    if value in _FONT_WORDS:
        return _FONT_WORDS[value]
    length = _length(value, size)
    return size if length is None else abs(length)


def _visible(values: Mapping[str, str], *, before: bool) -> bool:
    value = values.get("visibility", "")
    if value in ("hidden", "collapse"):
        return False
    return True if value in ("visible", "initial") else before


def _indented(values: Mapping[str, str], size: float, *, before: bool) -> bool:
    value = values.get("text-indent")
    if value is None:
        return before
    length = _length(value.split()[0], size) if value else None
    return length is not None and abs(length) >= _FAR * (2 if length > 0 else 1)


def _taken_away(values: Mapping[str, str], size: float) -> bool:
    """Whether the element and all inside it is not drawn where anybody looks."""
    opacity = _NUMBER.match(values.get("opacity", ""))
    return (
        values.get("display") == "none"
        or (
            opacity is not None
            and float(opacity[0]) * (0.01 if values["opacity"].endswith("%") else 1) < _FAINTEST
        )
        or _FILTERED.search(values.get("filter", "")) is not None
        or values.get("content-visibility") == "hidden"
        or values.get("mso-hide") == "all"
        or values.get("zoom") in ("0", "0%")
        or values.get("scale") in ("0", "0%", "0 0")
        or _SCALED.search(values.get("transform", "")) is not None
        or _far_away(values, size)
        or _clipped_away(values, size)
    )


def _far_away(values: Mapping[str, str], size: float) -> bool:
    moves = [values[name] for name in ("margin-left", "margin-top") if name in values]
    margin = values.get("margin", "").split()
    moves += [margin[place] for place in (0, 3) if len(margin) > place]
    if values.get("position", "") in ("absolute", "fixed", "relative", "sticky"):
        moves += [values[name] for name in ("left", "top") if name in values]
        # Pushed to the left or up by the other edge.
        moves += [f"-{values[name]}" for name in ("right", "bottom") if values.get(name, "-")[:1] != "-"]
    for match in _MOVED.finditer(values.get("transform", "")):
        moves += match[1].split(",")
    moves += values.get("translate", "").split()
    for move in moves:
        length = None if move.endswith("%") else _length(move, size)
        if length is not None and length <= -_FAR:
            return True
    far_right = (
        _length(values.get("left", ""), size) if values.get("position") in ("absolute", "fixed") else None
    )
    return far_right is not None and far_right >= 10 * _FAR


def _clipped_away(values: Mapping[str, str], size: float) -> bool:
    clip = _CLIPPED.search(values.get("clip", ""))
    if clip is not None:
        top, right, bottom, left = (_length(edge, size) for edge in clip.groups())
        if None not in (top, bottom) and (bottom or 0) - (top or 0) <= 1:
            return True
        if None not in (left, right) and (right or 0) - (left or 0) <= 1:
            return True
    path = values.get("clip-path") or values.get("-webkit-clip-path") or ""
    inset = _INSET.search(path)
    if _NOTHING_LEFT.search(path) or (inset is not None and int(inset[1]) >= 50):
        return True
    overflow = " ".join(values.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    if not any(word in overflow.split() for word in _CLIPPING):
        return False
    sides = (_length(values.get(name, ""), size) for name in ("width", "height", "max-width", "max-height"))
    return any(side is not None and side <= 1 for side in sides)


# ----------------------------------------------------------------------- colours


def colour(value: str) -> Colour | None:
    """A CSS colour; ``None`` when it is none, or not known (``currentcolor``, wide gamuts)."""
    import tinycss2.color3

    try:
        found = tinycss2.color3.parse_color(value)
    except (ValueError, TypeError):
        return None
    if found is None or isinstance(found, str):
        found = _modern(value)
    return None if found is None else (found[0], found[1], found[2], found[3])


def _modern(value: str) -> Colour | None:
    """Colours with spaces or four hexadecimal digits."""
    import tinycss2.color4

    try:
        found = tinycss2.color4.parse_color(value)
    except (ValueError, TypeError):
        return None
    if found is None or isinstance(found, str):
        return None
    if found.space not in ("srgb", "hsl", "hwb"):
        return None
    rgb = found.to("srgb") if hasattr(found, "to") and found.space != "srgb" else found
    red, green, blue = (float(part or 0) for part in rgb.coordinates)
    return red, green, blue, float(rgb.alpha)


def old_colour(value: str) -> Colour | None:
    """A colour of the attributes ``color`` and ``bgcolor``: names, and hexadecimal with or without ``#``."""
    value = value.strip()
    if re.fullmatch("[0-9A-Fa-f]{6}", value):
        value = f"#{value}"
    return colour(value)


def _letters(values: Mapping[str, str], before: Colour | None) -> Colour | None:
    value = values.get("-webkit-text-fill-color") or values.get("color")
    if not value or value in ("inherit", "currentcolor", "unset"):
        return before
    return BLACK if value in ("initial", "windowtext", "canvastext") else colour(value)


def _ground(values: Mapping[str, str], before: Colour | None) -> Colour | None:
    ground = before
    for name in ("background", "background-color", "background-image"):
        value = values.get(name)
        if not value or value in ("none", "transparent", "inherit", "initial", "unset"):
            continue
        if "url(" in value or "gradient(" in value or "image" in value:
            return None
        found = next((found for word in _COLOUR_WORD.findall(value) if (found := colour(word))), None)
        if found is not None and found[3] >= 0.99:
            ground = found
        elif found is not None and found[3] > _FAINTEST:
            ground = None if before is None else _mixed(found, before)
    return ground


def _mixed(upper: Colour, lower: Colour) -> Colour:
    share = upper[3]
    red, green, blue = (up * share + low * (1 - share) for up, low in zip(upper[:3], lower[:3], strict=True))
    return red, green, blue, 1.0


def _contrast(first: Colour, second: Colour) -> float:
    """The ratio of luminances of WCAG 2, 1 … 21."""
    lights = sorted((_luminance(_mixed(first, second)), _luminance(second)))
    # Equal luminance is not equal colour: pure red on grey is well seen.
    if max(abs(one - two) for one, two in zip(first[:3], second[:3], strict=True)) > 0.25:
        return 21.0 if first[3] > 0.3 else (lights[1] + 0.05) / (lights[0] + 0.05)
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(value: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in value[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
