"""Pictures that a Word document shows in its text, without anything that could lie over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, first, local
from disclosure_pipeline.builtin.extractors.word.shapes import EMU_PER_TWIP, Page, is_unseen
from disclosure_pipeline.builtin.extractors.word.sheet import StyleSheet
from disclosure_pipeline.builtin.extractors.word.style import is_off
from disclosure_pipeline.builtin.public.pictures.spots import Spot, frame_of

if TYPE_CHECKING:
    from lxml import etree

_AROUND = frozenset((
    "graphicData", "graphic", "inline", "anchor", "drawing", "r", "p", "hyperlink", "ins", "smartTag", "sdt",
    "sdtContent", "tc", "tr", "tbl", "body", "document",
))  # fmt: skip
"""Elements in which a picture of the text stands; changes, fallbacks, text boxes, objects and groups are not."""
_HIDING = (b"vanish", b"webHidden", b"specVanish")
_PLAIN_RUN = frozenset((
    "rFonts", "noProof", "sz", "szCs", "lang", "b", "bCs", "i", "iCs", "color", "kern", "u",
))  # fmt: skip
"""Looks of a run that say nothing about a picture in it."""
_NUMBER = re.compile(r"-?\d{1,12}")
_MARGIN = 360_000
"""EMU by which a picture may reach over the edge of the text: a centimetre."""
_LARGEST_INDENT = 2000
"""Twips by which a table may be moved."""
_TRUE = ("1", "true", "on", "t")
_OF_WORD = re.compile(r"word/[^/]+\.xml$", re.IGNORECASE)
_MAY_FLOAT = re.compile(rb"<(?:\w+:)?(?:anchor|shape|rect|roundrect|oval|group|line)[ >]")
_BEHIND = re.compile(r"z-index:\s*-\d")


def spots(package: Package) -> Iterator[Spot]:
    """The pictures of the document's own text, in order.

    A drawing that floats may lie over a picture and hide some of it. So where anything floats over the text, only what
    floats itself is shown, and only if nothing else does.

    Args:
        package: the document.
    """
    main = _main(package)
    about = _About(package)
    if main is None or about.may_hide:
        return
    root = package.xml(main)
    floating = [*_floating(root), *root.iter("{*}framePr", "{*}tblpPr"), *_beyond_text(package, main)]
    numbers = {paragraph: number for number, paragraph in enumerate(root.iter("{*}p"), 1)}
    targets = relation_targets(package, main)
    for blip in _outside_codes(root):
        found = frame_of(blip)
        part = targets.get(attribute(blip, "embed"), "")
        if found is None or part not in package.names:
            continue
        frame = _frame(blip)
        if frame is None or any(other is not frame for other in floating):
            continue
        paragraph = next(frame.iterancestors("{*}p"))
        if not is_unseen(blip, Page()) and _is_on_page(frame) and about.shows(frame):
            yield Spot(part, package.read(part), found[1], main, numbers[paragraph])


def _main(package: Package) -> str | None:
    if "_rels/.rels" not in package.names:
        return None
    targets = relation_targets(package, "")
    for relation in package.xml("_rels/.rels").iter("{*}Relationship"):
        if relation.get("Type", "").endswith("/officeDocument"):
            name = targets.get(relation.get("Id", ""), "")
            return name if name in package.names else None
    return None


def _floating(root: etree._Element) -> list[etree._Element]:
    """Drawings that stand over the text, wherever on the page."""
    frames = [frame for frame in root.iter("{*}anchor") if attribute(frame, "behindDoc") not in _TRUE]
    shapes = []
    for shape in root.iter("{*}shape", "{*}rect", "{*}roundrect", "{*}oval", "{*}group", "{*}line"):
        style = attribute(shape, "style").lower()
        if "absolute" in style and not _BEHIND.search(style):
            shapes.append(shape)
    return [*frames, *shapes]


def _beyond_text(package: Package, main: str) -> list[etree._Element]:
    """The same in the other parts, of which headers and footers reach over the page whatever they are called."""
    found = []
    for name in package.names:
        if name != main and _OF_WORD.match(name) and _MAY_FLOAT.search(package.read(name)):
            found += _floating(package.xml(name))
    return found


def _outside_codes(root: etree._Element) -> Iterator[etree._Element]:
    """Pictures that stand in no instruction of a field, of which only the result is shown."""
    instructions: list[bool] = []
    for element in root.iter("{*}fldChar", "{*}blip"):
        if local(element) == "blip":
            if not any(instructions):
                yield element
            continue
        mark = attribute(element, "fldCharType")
        if mark == "begin":
            instructions.append(True)
        elif mark == "separate" and instructions:
            instructions[-1] = False
        elif mark == "end" and instructions:
            instructions.pop()


def _frame(blip: etree._Element) -> etree._Element | None:
    """The ``inline`` or ``anchor`` of a picture that stands in the text; ``None`` for any other."""
    picture = next(blip.iterancestors("{*}pic"))
    around = [local(element) for element in picture.iterancestors()]
    if not _AROUND.issuperset(around) or around[:2] != ["graphicData", "graphic"] or "p" not in around:
        return None
    frame = next(picture.iterancestors("{*}inline", "{*}anchor"), None)
    if frame is None or attribute(frame, "behindDoc") in _TRUE:
        return None
    return frame if sum(1 for _ in frame.iter("{*}blip")) == 1 else None


def _is_on_page(frame: etree._Element) -> bool:
    """Whether all of a picture is on a sheet of A4, as far as its numbers say."""
    extent = frame.find("{*}extent")
    if extent is None:
        return False
    for key, axis, side in (("cx", "positionH", Page().width), ("cy", "positionV", Page().height)):
        start = frame.findtext(f"{{*}}{axis}/{{*}}posOffset") or "0"
        length = attribute(extent, key)
        if not _NUMBER.fullmatch(start) or not _NUMBER.fullmatch(length):
            return False
        if int(start) < -_MARGIN or int(start) + int(length) > side * EMU_PER_TWIP:
            return False
    return True


class _About:
    """What the styles of a document say about the places of its pictures.

    Args:
        package: the document.
    """

    def __init__(self, package: Package):
        named = {name.lower(): name for name in package.names}
        styles = named.get("word/styles.xml")
        data = package.read(styles) if styles else b""
        self.may_hide = any(name in data for name in _HIDING)
        """Whether a style may hide what it is used for."""
        self._clips = b'lineRule="exact"' in data
        self._sheet = StyleSheet(package, styles, named.get("word/theme/theme1.xml"), Page().width)

    def shows(self, frame: etree._Element) -> bool:
        """Whether nothing around a picture hides it, cuts it off or moves it away."""
        for element in frame.iterancestors("{*}r", "{*}p", "{*}tr", "{*}tbl"):
            name = local(element)
            properties = first(element, f"{name}Pr")
            if (
                name == "r"
                and properties is not None
                and not {local(item) for item in properties} <= _PLAIN_RUN
            ):
                return False
            if name == "p" and not self._has_room(properties):
                return False
            if name == "tr" and properties is not None and not _is_usual_row(properties):
                return False
            if name == "tbl" and properties is not None and not _is_in_place(properties):
                return False
        return True

    def _has_room(self, properties: etree._Element | None) -> bool:
        """Whether a paragraph's lines are as high as what stands in them, and the paragraph is on its page."""
        styles = self._sheet.styles
        named = first(properties, "pStyle") if properties is not None else None
        look = dict(
            styles.paragraphs.get(attribute(named, "val") if named is not None else styles.default, {})
        )
        rule = ""
        if properties is not None:
            look.update(self._sheet.palette.paragraph(properties, Page().width))
            spacing = first(properties, "spacing")
            rule = attribute(spacing, "lineRule") if spacing is not None else ""
        return not is_off(look) and rule != "exact" and (bool(rule) or not self._clips)


def _is_usual_row(properties: etree._Element) -> bool:
    height = first(properties, "trHeight")
    exact = height is not None and attribute(height, "hRule") == "exact"
    return not exact and first(properties, "hidden") is None and first(properties, "del") is None


def _is_in_place(properties: etree._Element) -> bool:
    indent = first(properties, "tblInd")
    if indent is None:
        return True
    digits = attribute(indent, "w").lstrip("-")
    return digits.isdecimal() and int(digits) <= _LARGEST_INDENT
