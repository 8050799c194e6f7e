"""Small helpers over lxml elements, shared by the OOXML readers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: etree._Element) -> str:
    """The element's name without namespace; empty for comments and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by local name, whatever its namespace; empty when absent."""
    value = element.get(name)
    if value is not None:
        return value
    for key, text in element.attrib.items():
        if _local(str(key)) == name:
            return str(text)
    return ""


def first(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of this local name."""
    return next(element.iterchildren(f"{{*}}{name}"), None)


def is_on(element: etree._Element) -> bool:
    """The value of an OOXML on/off element: present means on."""
    return attribute(element, "val") not in ("0", "false", "off")


def column_name(number: int) -> str:
    """Letters of a 1-based column: 1 → A, 28 → AB."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1-based number of a column: A → 1, AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
