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

from disclosure_pipeline.builtin.extractors.shared.markup import local

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
_TEXTS = frozenset(("t", *_SPECIAL))
_HIDING = ("vanish", "specVanish", "highlight", "w", "position", "textFill", "framePr")
_DARK_ENOUGH = 0xB0
_SMALL, _CLOSE, _FAR, _THIN = 4, -30, 5000, 60
"""Half points, twips between letters, twips from the margin, twips of a line: from here on the long way decides."""
_INDENTS = (b"left", b"start", b"firstLine")


@dataclass(frozen=True, slots=True)
class Plain:
    """What the short way found out about a part.

    Args:
        texts: text of every plain paragraph.
        looks_matter: whether formatting may hide anything in the other paragraphs.
        is_tidy: whether no characters stand outside paragraphs.
    """

    texts: Mapping[etree._Element, str]
    looks_matter: bool
    is_tidy: bool = False


def plain_paragraphs(root: etree._Element, tags: Tags, sheet: StyleSheet, *, painted: bool = False) -> Plain:
    """The text of every plain paragraph.

    Args:
        root: of the part.
        tags: its tags.
        sheet: the document's styles.
        painted: whether the ground of the pages may be other than white.
    """
    if not may_be_searched(tags) or not sheet.hides_nothing(tags):
        return Plain({}, looks_matter=True)
    hiding = hiding_elements(tags, sheet, painted=painted)
    if hiding is None:
        return Plain({}, looks_matter=True)
    odd: set[etree._Element] = set()
    outermost: list[etree._Element] = []
    for element in tags.search(root, (*_SPECIAL, *hiding)):
        around = [parent for parent in element.iterancestors("{*}p") if parent not in odd]
        odd.update(around)
        if around and _is_outermost(around[-1]):
            outermost.append(around[-1])
    paragraphs = list(root.iter("{*}p"))
    nested = _are_nested(paragraphs)
    read = _string if not nested and tags.has_text_only_in(_TEXTS) else _runs
    texts = {paragraph: read(paragraph) for paragraph in paragraphs if paragraph not in odd}
    inside = texts.values() if not nested else [text for item, text in texts.items() if _is_outermost(item)]
    counted = _length("".join(inside)) + sum(_length(_string(paragraph)) for paragraph in outermost)
    if counted != _length(_string(root)):
        return Plain({}, looks_matter=bool(hiding))
    return Plain(texts, looks_matter=bool(hiding), is_tidy=True)


def _runs(paragraph: etree._Element) -> str:
    """The characters of a plain paragraph's runs."""
    return "".join(paragraph.itertext("{*}t", with_tail=False))  # type: ignore[arg-type]


def _string(element: etree._Element) -> str:
    """All characters in an element: of a paragraph, the same where a part has no others."""
    return str(_all_text()(element))


@cache
def _all_text() -> etree.XPath:
    from lxml import etree

    return etree.XPath("string()", smart_strings=False)


def _are_nested(paragraphs: list[etree._Element]) -> bool:
    """Whether a paragraph stands inside another."""
    parents = {paragraph.getparent() for paragraph in paragraphs}
    return any(local(parent) == "p" or not _is_outermost(parent) for parent in parents if parent is not None)


def _is_outermost(paragraph: etree._Element) -> bool:
    return next(paragraph.iterancestors("{*}p"), None) is None


def _length(text: str) -> int:
    return len("".join(text.split()))


def may_be_searched(tags: Tags) -> bool:
    """Whether a part's elements can be told by their tags: written as usual, with the usual prefix, no comments."""
    return tags.is_usual and _MAIN in tags.lines and not tags.has_remarks


def hiding_elements(tags: Tags, sheet: StyleSheet, *, painted: bool = False) -> tuple[str, ...] | None:
    """Names of the formatting that makes a paragraph odd; ``None`` when every paragraph must be looked at.

    Args:
        tags: of the part.
        sheet: asked for colours of the theme, and of styles when the part paints grounds.
        painted: whether the ground of the pages may be other than white.
    """
    found = tuple(name for name in _HIDING if name in tags.elements)
    if found == ("highlight",) and not any(
        attribute_of(value, b"val") == "black" for value in tags.of("highlight")
    ):
        found = ()
    painted = painted or "background" in tags.elements or any(map(_paints, tags.of("shd")))
    if painted and sheet.is_colored:
        return None
    if painted or any(_may_be_light(value, sheet) for value in tags.of("color")):
        found += ("color", "shd")
    if any(_number(value, b"val") <= _SMALL for value in tags.of("sz")):
        found += ("sz",)
    if any(_number(value, b"val") <= _CLOSE or _is_thin(value) for value in tags.of("spacing")):
        found += ("spacing",)
    # Half of the page, because an indent and that of the first line add up.
    far = min(_FAR, sheet.page_width // 2)
    if any(abs(_number(value, key)) >= far for value in tags.of("ind") for key in _INDENTS):
        found += ("ind",)
    return found


def _paints(shading: bytes) -> bool:
    """Whether a ``w:shd`` may paint a ground that is not white."""
    if attribute_of(shading, b"val") == "solid" or attribute_of(shading, b"themeFill"):
        return True
    return attribute_of(shading, b"fill") not in ("", "auto", "FFFFFF")


def _may_be_light(value: bytes, sheet: StyleSheet) -> bool:
    """Whether a colour may be as light as paper."""
    themed = attribute_of(value, b"themeColor")
    if themed:
        tint, shade = attribute_of(value, b"themeTint"), attribute_of(value, b"themeShade")
        color = sheet.palette.themed(themed, tint, shade)
        return color is None or min(color) >= _DARK_ENOUGH
    written = attribute_of(value, b"val")
    if written == "auto":
        return False
    try:
        number = int(written, 16)
    except ValueError:
        return True
    return min(number >> 16 & 255, number >> 8 & 255, number & 255) >= _DARK_ENOUGH


def _is_thin(value: bytes) -> bool:
    return attribute_of(value, b"lineRule") == "exact" and _number(value, b"line") <= _THIN


def _number(value: bytes, key: bytes) -> float:
    """A number; what is none is taken as one that hides."""
    text = attribute_of(value, key)
    if not text:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return float("-inf")


def attribute_of(value: bytes, key: bytes) -> str:
    """An attribute by local name, as `markup.attribute` finds it: without a prefix, else with any.

    Args:
        value: attributes of a tag, as :meth:`Tags.of` gives them.
        key: local name.
    """
    for before in (b" ", b":"):
        _, mark, rest = value.partition(before + key + b'="')
        if mark:
            return rest.partition(b'"')[0].decode("utf-8", "replace")
    return ""
