"""Which formatting of WordprocessingML makes text invisible: vanished, white, too small to read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.markup import attribute, is_on, local

if TYPE_CHECKING:
    from lxml import etree

_HALF_POINTS_UNREADABLE = 4
_WHITE = re.compile(rb'[vV]al="(?:[fF][0-9a-fA-F]){3}"')
_TINY = re.compile(rb'sz[^>]{0,16}[vV]al="[0-4]"')


def may_hide(data: bytes) -> bool:
    """Whether any run of a part may be formatted to be invisible, by the part's bytes.

    Few parts have one; the others are spared a look at the formatting of every run.
    """
    if any(word in data for word in (b"vanish", b"webHidden", b"background1")) or b"\x00" in data[:64]:
        return True
    return bool(_WHITE.search(data) or _TINY.search(data))


@dataclass(frozen=True, slots=True)
class Styles:
    """Styles whose runs a reader does not see."""

    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: etree._Element) -> Styles:
        """Read ``styles.xml``; a style inherits from the one it is based on."""
        own: dict[str, bool | None] = {}
        parents: dict[str, str] = {}
        for style in root.iterchildren("{*}style"):
            name = attribute(style, "styleId")
            properties = style.find("{*}rPr")
            own[name] = None if properties is None else hides(properties, shaded=False)
            base = style.find("{*}basedOn")
            if base is not None:
                parents[name] = attribute(base, "val")
        return cls(frozenset(name for name in own if _inherits(name, own, parents)))


def _inherits(name: str, own: Mapping[str, bool | None], parents: Mapping[str, str]) -> bool:
    for _ in range(32):  # Word allows eleven levels; a circle must end too
        verdict = own.get(name)
        if verdict is not None:
            return verdict
        if name not in parents:
            return False
        name = parents[name]
    return False


def hides(properties: etree._Element, *, shaded: bool) -> bool | None:
    """Whether run properties make text invisible; ``None`` when they do not say."""
    verdict: bool | None = None
    white = marked = False
    for item in properties:
        name = local(item)
        if name in ("vanish", "webHidden"):
            if is_on(item):
                return True
            verdict = False
        elif name == "color":
            white = _is_white(attribute(item, "val"), attribute(item, "themeColor"))
        elif name == "highlight":
            marked = attribute(item, "val") not in ("none", "white")
        elif name == "shd":
            marked = _is_dark(item)
        elif name == "sz":
            size = attribute(item, "val")
            if size.isdigit() and int(size) <= _HALF_POINTS_UNREADABLE:
                return True
    return True if white and not marked and not shaded else verdict


def _is_white(value: str, theme: str) -> bool:
    return theme == "background1" or bool(re.fullmatch("(?:[fF][0-9a-fA-F]){3}", value))


def _is_dark(shading: etree._Element) -> bool:
    fill = attribute(shading, "fill")
    return fill not in ("", "auto") and not _is_white(fill, "")


def has_shading(properties: etree._Element) -> bool:
    """Whether paragraph properties set a background that is not white."""
    shading = properties.find("{*}shd")
    return shading is not None and _is_dark(shading)
