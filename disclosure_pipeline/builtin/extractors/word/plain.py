"""The short way through a part: which paragraphs are plain, so that their text can be taken in one step.

A paragraph is plain when nothing in it is an element that the long way treats in a way of its own, and no
formatting in the part can hide anything. Nothing is taken on trust: the characters of the plain paragraphs
and of the others must add up to all characters of the part, else no paragraph is plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
    from disclosure_pipeline.builtin.extractors.word.sheet import StyleSheet

_MAIN = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SPECIAL = (
    "delText", "instrText", "delInstrText", "tab", "ptab", "br", "cr", "noBreakHyphen", "softHyphen", "sym", "ins",
    "del", "moveFrom", "moveTo", "fldChar", "fldData", "binData", "txbxContent", "tbl", "AlternateContent", "blip", "imagedata",
    "footnoteReference", "endnoteReference", "posOffset", "align", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset", "contentPart", "drawing", "pict", "object",
)  # fmt: skip
_HIDING = ("vanish", "specVanish", "highlight", "w", "position", "textFill", "framePr")
_DARK_ENOUGH = 0xB0


@dataclass(frozen=True, slots=True)
class Plain:
    """What the short way found out about a part.

    Args:
        texts: text of every plain paragraph.
        looks_matter: whether formatting may hide anything in the other paragraphs.
    """

    texts: Mapping[etree._Element, str]
    looks_matter: bool


def plain_paragraphs(root: etree._Element, tags: Tags, sheet: StyleSheet) -> Plain:
    """The text of every plain paragraph.

    Args:
        root: of the part.
        tags: its tags.
        sheet: the document's styles.
    """
    if not may_be_searched(tags) or (not sheet.is_quiet and sheet.styles.may_hide):
        return Plain({}, looks_matter=True)
    hiding = hiding_elements(tags, sheet)
    if hiding is None:
        return Plain({}, looks_matter=True)
    odd: set[etree._Element] = set()
    outermost: list[etree._Element] = []
    special = tags.present((*_SPECIAL, *hiding))
    for element in root.iter(*special) if special else ():
        around = [parent for parent in element.iterancestors("{*}p") if parent not in odd]
        odd.update(around)
        if around and next(around[-1].iterancestors("{*}p"), None) is None:
            outermost.append(around[-1])
    texts = _texts(root, odd)
    string = _all_text()
    inside = texts.values() if not odd else [text for item, text in texts.items() if _is_outermost(item)]
    counted = _length("".join(inside)) + sum(_length(str(string(paragraph))) for paragraph in outermost)
    if counted != _length(str(string(root))):
        texts = {}
    return Plain(texts, looks_matter=bool(hiding))


def _texts(root: etree._Element, odd: set[etree._Element]) -> dict[etree._Element, str]:
    """The text of the paragraphs that are not odd."""
    if any(next(paragraph.iterdescendants("{*}p"), None) is not None for paragraph in odd):
        return {
            paragraph: "".join(paragraph.itertext("{*}t", with_tail=False))  # type: ignore[arg-type]
            for paragraph in root.iter("{*}p")
            if paragraph not in odd
        }
    pieces: dict[etree._Element, list[str]] = {}
    current: list[str] = []
    for element in root.iter("{*}p", "{*}t"):
        if element.tag.endswith("}p"):
            current = pieces[element] = []
        elif element.text:
            current.append(element.text)
    return {paragraph: "".join(found) for paragraph, found in pieces.items() if paragraph not in odd}


@cache
def _all_text() -> etree.XPath:
    from lxml import etree

    return etree.XPath("string()", smart_strings=False)


def _is_outermost(paragraph: etree._Element) -> bool:
    return next(paragraph.iterancestors("{*}p"), None) is None


def _length(text: str) -> int:
    return len("".join(text.split()))


def may_be_searched(tags: Tags) -> bool:
    """Whether a part's elements can be told by their tags: written as usual, with the usual prefix, no comments."""
    return tags.is_usual and _MAIN in tags.lines and not tags.has_remarks


def hiding_elements(tags: Tags, sheet: StyleSheet) -> tuple[str, ...] | None:
    """Names of the formatting that makes a paragraph odd; ``None`` when every paragraph must be looked at.

    Args:
        tags: of the part.
        sheet: asked for colours of the theme, and of styles when the part paints grounds.
    """
    found = tuple(name for name in _HIDING if name in tags.elements)
    if found == ("highlight",) and b'w:highlight w:val="black"' not in tags.lines:
        found = ()
    fills = {
        value for value in tags.of(b"w:shd") if b'fill="auto"' not in value and b'fill="FFFFFF"' not in value
    }
    if fills and sheet.is_colored:
        return None
    if (
        fills
        or any(_may_be_light(value, sheet) for value in tags.of(b"w:color"))
        or "background" in tags.elements
    ):
        found += ("color", "shd")
    if any(_number(value, b"val") <= 4 for value in tags.of(b"w:sz")):
        found += ("sz",)
    if any(_number(value, b"val") <= -30 or _is_thin(value) for value in tags.of(b"w:spacing")):
        found += ("spacing",)
    if any(abs(_number(value, key)) >= 5000 for value in tags.of(b"w:ind") for key in (b"left", b"start")):
        found += ("ind",)
    return found


def _may_be_light(value: bytes, sheet: StyleSheet) -> bool:
    """Whether a colour may be as light as paper."""
    themed = _attribute(value, b"themeColor")
    if themed:
        tint, shade = _attribute(value, b"themeTint"), _attribute(value, b"themeShade")
        color = sheet.palette.themed(themed, tint, shade)
        return color is None or min(color) >= _DARK_ENOUGH
    written = _attribute(value, b"val")
    if written == "auto":
        return False
    try:
        number = int(written, 16)
    except ValueError:
        return True
    return min(number >> 16, number >> 8 & 255, number & 255) >= _DARK_ENOUGH


def _is_thin(value: bytes) -> bool:
    return b'lineRule="exact"' in value and _number(value, b"line") <= 60


def _number(value: bytes, key: bytes) -> float:
    """A number; what is none is taken as one that hides."""
    text = _attribute(value, key)
    if not text:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return float("-inf")


def _attribute(value: bytes, key: bytes) -> str:
    return value.partition(b":" + key + b'="')[2].partition(b'"')[0].decode("ascii", "replace")
