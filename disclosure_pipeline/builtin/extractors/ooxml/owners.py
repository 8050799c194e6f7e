"""Which sheet or slide shows a part: found along the relationships, across drawings and charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.ooxml.parts import PartReader


def owned_by(package: Package, part: str, stops: tuple[str, ...]) -> set[str]:
    """Every part that a sheet or slide leads to, itself among them.

    Args:
        package: the package.
        part: where to begin.
        stops: folders whose parts stand for themselves: other sheets, slides, layouts.
    """
    found = {part}
    waiting = [part]
    names = set(package.names)
    while waiting:
        for target in relation_targets(package, waiting.pop()).values():
            if target in names and target not in found and not any(f"/{stop}/" in target for stop in stops):
                found.add(target)
                waiting.append(target)
    return found


def whole(read: Callable[[str, etree._Element], None]) -> PartReader:
    """A part reader out of a function that reads everything in a part, its attributes too."""

    def reader(part: str, root: etree._Element, data: bytes) -> bool:
        del data
        read(part, root)
        return True

    return reader
