"""The shared things of an OFD document: fonts, pictures, colours, drawing parameters, composite units."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ofd.fonts import CharacterMap
from disclosure_pipeline.builtin.extractors.ofd.geometry import number
from disclosure_pipeline.builtin.extractors.ofd.parts import Parts
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

NEARLY_WHITE = 0.94
"""Share of full brightness from which letters cannot be seen on paper."""

_MOST_INHERITED = 8
_BY_COUNT = {1: "GRAY", 3: "RGB", 4: "CMYK"}
_HEXADECIMAL = re.compile(r"#[0-9a-fA-F]{1,4}")


class Resources:
    """What the resource members of one document hold, by id.

    Args:
        parts: the package.
    """

    def __init__(self, parts: Parts):
        self._parts = parts
        self.media: dict[str, str] = {}
        """Member of each picture, sound or film."""
        self.units: dict[str, etree._Element] = {}
        self.drawn_units: set[str] = set()
        """Composite units that some page shows."""
        self._fonts: dict[str, str] = {}
        self._maps: dict[str, CharacterMap] = {}
        self._parameters: dict[str, etree._Element] = {}
        self._spaces: dict[str, etree._Element] = {}
        self._opaque: dict[str, bool] = {}

    def load(self, name: str) -> None:
        """Take over what a resource member holds."""
        root = self._parts.xml(name)
        folder = self._parts.folder(name, root.get("BaseLoc"))
        for element in root.iter("{*}Font", "{*}MultiMedia"):
            kind = "FontFile" if local(element) == "Font" else "MediaFile"
            location = next((child.text for child in element.iterchildren(f"{{*}}{kind}")), None)
            member = self._parts.find(folder, location) or self._parts.find(name, location)
            if member is not None:
                (self._fonts if kind == "FontFile" else self.media)[element.get("ID", "")] = member
        for tag, found in (
            ("CompositeGraphicUnit", self.units), ("DrawParam", self._parameters), ("ColorSpace", self._spaces),
        ):  # fmt: skip
            found.update((element.get("ID", ""), element) for element in root.iter(f"{{*}}{tag}"))

    @property
    def font_members(self) -> set[str]:
        """Members that are fonts."""
        return set(self._fonts.values())

    def character_map(self, font: str) -> CharacterMap:
        """Which letters the glyphs of an embedded font show; empty when it does not tell."""
        if font not in self._maps:
            member = self._fonts.get(font)
            self._maps[font] = CharacterMap(self._parts.data(member) if member else b"")
        return self._maps[font]

    def colour(
        self, element: etree._Element, kind: str, inherited: str | None = None
    ) -> etree._Element | None:
        """The ``FillColor`` or ``StrokeColor`` of an object, from its drawing parameter if it has none."""
        own = next(element.iterchildren(f"{{*}}{kind}"), None)
        identity = element.get("DrawParam") or inherited
        for _ in range(_MOST_INHERITED):
            parameter = self._parameters.get(identity or "")
            if own is not None or parameter is None:
                break
            own = next(parameter.iterchildren(f"{{*}}{kind}"), None)
            identity = parameter.get("Relative")
        return own

    def brightness(self, colour: etree._Element | None) -> float | None:
        """0 for black, 1 for white; ``None`` when it is a pattern or a shading. No colour is black."""
        if colour is None:
            return 0.0
        if any(isinstance(child.tag, str) for child in colour):
            return None
        space = self._spaces.get(colour.get("ColorSpace", ""))
        value = colour.get("Value") or self._palette(space, colour.get("Index"))
        if not value:
            return 0.0
        deepest = 2 ** number(space.get("BitsPerComponent") if space is not None else None, 8) - 1
        shares = [min(max(_component(word) / max(deepest, 1), 0.0), 1.0) for word in value.split()]
        kind = (space.get("Type", "") if space is not None else "").upper() or _BY_COUNT.get(
            len(shares), "RGB"
        )
        if kind == "CMYK" and len(shares) == 4:
            return (1 - max(shares[:3])) * (1 - shares[3])
        return min(shares)

    def plain(self, colour: etree._Element | None) -> tuple[str, ...] | None:
        """A colour as it is written, so that two can be compared; ``None`` for a pattern. No colour is black."""
        if colour is None:
            return ("", "0", "0", "0")
        if any(isinstance(child.tag, str) for child in colour) or not colour.get("Value"):
            return None
        return colour.get("ColorSpace", ""), *colour.get("Value", "").split()

    def _palette(self, space: etree._Element | None, index: str | None) -> str | None:
        if space is None or not index or not index.isdigit():
            return None
        values = [element.text for element in space.iter("{*}CV")]
        return values[int(index)] if int(index) < len(values) else None

    def is_opaque(self, identity: str | None) -> bool:
        """Whether a picture hides what it is drawn over."""
        member = self.media.get(identity or "")
        if member is None:
            return False
        if member not in self._opaque:
            self._opaque[member] = _is_opaque(self._parts.data(member))
        return self._opaque[member]


def alpha(element: etree._Element | None) -> float:
    """Opacity of an object or a colour, 0 to 255."""
    return 255.0 if element is None else number(element.get("Alpha"), 255.0)


def _component(word: str) -> float:
    return float(int(word[1:], 16)) if _HEXADECIMAL.fullmatch(word) else number(word, 0.0)


def _is_opaque(data: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as image:
            return image.mode not in ("RGBA", "LA", "PA", "RGBa") and "transparency" not in image.info
    except MemoryError:
        raise  # it ends the process
    except Exception:  # noqa: BLE001 - hostile pictures fail in many ways; who looks at them doubts them
        return False
