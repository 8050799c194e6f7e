"""Which pictures of an OOXML package are shown, and how much of each: what is cropped away is not seen."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.shared.markup import attribute

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.pictures.pictures import Window

_WHOLE, _NOTHING = (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0)
_DRAWN = re.compile(
    r"(?:word/[^/]+|ppt/(?:slides|slideLayouts|slideMasters|notesSlides)/[^/]+|xl/cellimages|\w+/drawings/[^/]+)\.xml$"
)
"""Parts that show pictures."""
_CROP = re.compile(rb"srcRect [^>]*[ltrb]=")
_SHARE = re.compile(r"(-?\d{1,9})(?:\.\d+)?(%?)")
_LEAST = 0.02
"""Share of a side from which a crop takes something away; programs round."""


class ShownPictures:
    """Looks once through the relationships and drawings of a package.

    Args:
        package: the checked package.
    """

    def __init__(self, package: Package):
        self._package = package

    def window(self, name: str) -> Window | None:
        """The part of a picture that the document shows; ``None`` for all of it.

        Args:
            name: the picture's part. A thumbnail of the whole file, and a picture that no part refers to, show
                nothing.
        """
        if name not in self._targets or name.lower().startswith("docprops/"):
            return _NOTHING
        window = self._windows.get(name, _WHOLE)
        cropped = max(window[0], window[1], 1 - window[2], 1 - window[3])
        return window if cropped > _LEAST else None

    @cached_property
    def _targets(self) -> set[str]:
        """Every part that some relationship names."""
        found: set[str] = set()
        for name in self._package.names:
            if name.endswith(".rels"):
                found.update(self._named(name).values())
        return found

    @cached_property
    def _windows(self) -> dict[str, Window]:
        """What is shown of the pictures that are cropped somewhere, all their places together."""
        windows: dict[str, Window] = {}
        for name in self._package.names:
            if not _DRAWN.match(name) or not _CROP.search(data := self._package.read(name)):
                continue
            folder, _, base = name.rpartition("/")
            targets = self._named(f"{folder}/_rels/{base}.rels")
            for blip in parse_xml(data).iter("{*}blip"):
                target = targets.get(attribute(blip, "embed"))
                if target is not None:
                    shown = shown_window(blip)
                    windows[target] = _around(windows.get(target, shown), shown)
        return windows

    def _named(self, rels: str) -> dict[str, str]:
        """The parts inside the package that a part of relationships names, by id."""
        if rels not in self._package.names:
            return {}
        folder = posixpath.dirname(posixpath.dirname(rels))
        return {
            relation.get("Id", ""): posixpath.normpath(
                posixpath.join(folder, relation.get("Target", "."))
            ).lstrip("/")
            for relation in self._package.xml(rels).iter("{*}Relationship")
            if relation.get("TargetMode", "").lower() != "external"
        }


def shown_window(blip: etree._Element) -> Window:
    """What one place shows of its picture (``a:srcRect``: thousandths of a per cent, or per cent)."""
    crop = next(blip.itersiblings("{*}srcRect"), None)
    if crop is None:
        return _WHOLE
    left, top, right, bottom = (_share(attribute(crop, side)) for side in "ltrb")
    return left, top, 1 - right, 1 - bottom


def _share(written: str) -> float:
    found = _SHARE.fullmatch(written)
    if found is None:
        return 0.0
    return min(max(int(found[1]) / (100 if found[2] else 100_000), 0.0), 1.0)


def _around(one: Window, other: Window) -> Window:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
