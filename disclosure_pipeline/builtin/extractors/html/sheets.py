"""Where a page's style sheets are, and what they say beside how things look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.html.address import is_data, open_data
from disclosure_pipeline.builtin.extractors.html.css import BOTH, Import, Rule, media_of, rules

if TYPE_CHECKING:
    from lxml import etree

_COMMENT = re.compile(r"/\*(.*?)(?:\*/|\Z)", re.DOTALL)
_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|url\(\s*([^)\"']+?)\s*\)")
_FONT_NAMES = re.compile(
    r"(?:[\w-]*font[\w-]*|panose-1|mso-[\w-]*style-[\w-]*|src)\s*:[^;{}]*", re.IGNORECASE
)
_DATA = re.compile(r"data:[^)\"'\s]*")
_RULE_NAMES = re.compile(
    r"@(?:font-face|list|page|charset|namespace|keyframes|-webkit-keyframes|import)[^{;]*"
)
_HAN = re.compile("[\u3400-\u9fff]")
_STANDARD = frozenset(("Style Definitions", "Font Definitions", "List Definitions", "Page Definitions"))
_DEEPEST = 4


def page_rules(root: etree._Element, beside: Mapping[str, str]) -> Iterator[Rule]:
    """The rules of every sheet that comes with a page, in the order of the cascade.

    Args:
        root: the page.
        beside: sheets stored in the same archive, by address.
    """
    for element in root.iter("style", "link"):
        media = media_of(element.get("media", ""))
        if element.tag == "style":
            yield from _sheet("".join(map(str, element.itertext())), media, beside, 0)
        elif "stylesheet" in element.get("rel", "").lower():
            yield from _linked(element.get("href", ""), media, beside, 0)


def sheet_texts(root: etree._Element) -> Iterator[str]:
    """The text of every sheet inside a page."""
    for element in root.iter("style", "link"):
        if element.tag == "style":
            yield "".join(map(str, element.itertext()))
        elif is_data(element.get("href", "")):
            opened = open_data(element.get("href", ""))
            yield "" if opened is None else opened[1].decode("utf-8", "replace")


def told_by_sheet(text: str) -> Iterator[str]:
    """What a sheet says in words: comments, strings, addresses, names in Chinese; never names of fonts."""
    for match in _COMMENT.finditer(text):
        if match[1].strip() not in _STANDARD:
            yield match[1]
    text = _DATA.sub("", _FONT_NAMES.sub("", _RULE_NAMES.sub("", _COMMENT.sub("", text))))
    for match in _STRING.finditer(text):
        string = match[1] or match[2] or match[3] or ""
        if any(char.isalnum() for char in string):
            yield string
    for line in _STRING.sub("", text).splitlines():
        if _HAN.search(line):
            yield line


def told_by_style(text: str) -> Iterator[str]:
    """The same for a ``style`` attribute."""
    if "'" in text or '"' in text or "/*" in text or "url(" in text or not text.isascii():
        yield from told_by_sheet(text)


def _sheet(text: str, media: int, beside: Mapping[str, str], depth: int) -> Iterator[Rule]:
    for item in rules(text, media):
        if isinstance(item, Import):
            yield from _linked(item.address, item.media & media & BOTH, beside, depth + 1)
        else:
            yield item


def _linked(address: str, media: int, beside: Mapping[str, str], depth: int) -> Iterator[Rule]:
    if depth > _DEEPEST:
        return
    if is_data(address):
        opened = open_data(address)
        if opened is not None:
            yield from _sheet(opened[1].decode("utf-8", "replace"), media, beside, depth)
    elif address in beside:
        yield from _sheet(beside[address], media, beside, depth)
