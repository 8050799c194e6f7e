"""Everyday selectors (names, classes, ids, descendants and children), matched without an XPath for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_COMPOUND = re.compile(r"([a-zA-Z][\w-]*|\*)?((?:[.#][a-zA-Z_-][\w-]*)*)", re.ASCII)
_PARTS = re.compile(r"([.#])([\w-]+)")
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be.

    Args:
        tag: its name, empty for any.
        classes: it has all of them.
        ids: it has all of them.
        child: whether it is a child of what matches the compound before it, not only a descendant.
    """

    tag: str
    classes: frozenset[str]
    ids: frozenset[str]
    child: bool

    def fits(self, element: etree._Element) -> bool:
        """Whether an element is so."""
        if self.tag and element.tag != self.tag:
            return False
        if not all(element.get("id") == name for name in self.ids):
            return False
        return not self.classes or self.classes.issubset(element.get("class", "").split())


def everyday(selector: str) -> tuple[Compound, ...] | None:
    """The compounds of an everyday selector; ``None`` for any other."""
    found: list[Compound] = []
    at, child = 0, False
    while True:
        match = _COMPOUND.match(selector, at)
        if match is None or match.end() == at:
            return None
        tag = match[1].lower() if match[1] and match[1] != "*" else ""
        names = _PARTS.findall(match[2])
        classes = frozenset(name for sign, name in names if sign == ".")
        found.append(Compound(tag, classes, frozenset(name for sign, name in names if sign == "#"), child))
        at = match.end()
        if at == len(selector):
            return tuple(found)
        between = _COMBINATOR.match(selector, at)
        if between is None:
            return None
        child, at = between[1] is not None, between.end()


def specificity(compounds: tuple[Compound, ...]) -> tuple[int, int, int]:
    """(ids, classes, names), as CSS counts them."""
    ids = sum(len(item.ids) for item in compounds)
    return ids, sum(len(item.classes) for item in compounds), sum(bool(item.tag) for item in compounds)


class Index:
    """The elements of a page by name, class and id.

    Args:
        root: the page.
    """

    def __init__(self, root: etree._Element):
        self._all: list[etree._Element] = []
        self._by: dict[tuple[str, str], list[etree._Element]] = {}
        for element in root.iter():
            if isinstance(element.tag, str):
                self._all.append(element)
                self._note("", element.tag, element)
                self._note("#", element.get("id", ""), element)
                for name in set(element.get("class", "").split()):
                    self._note(".", name, element)

    def has(self, sign: str, name: str) -> bool:
        """Whether any element has a class (``.``) or id (``#``)."""
        return (sign, name) in self._by

    def matches(self, compounds: tuple[Compound, ...]) -> Iterator[etree._Element]:
        """The elements that an everyday selector matches."""
        last = compounds[-1]
        keys = (
            [("#", name) for name in last.ids] or [(".", name) for name in last.classes] or [("", last.tag)]
        )
        candidates = min((self._by.get(key, []) for key in keys), key=len) if keys[0][1] else self._all
        for element in candidates:
            if last.fits(element) and _above(element, compounds[:-1], child=last.child):
                yield element

    def _note(self, sign: str, name: str, element: etree._Element) -> None:
        if name:
            self._by.setdefault((sign, name), []).append(element)


def _above(element: etree._Element, compounds: tuple[Compound, ...], *, child: bool) -> bool:
    """Whether the elements above one satisfy the compounds before its own."""
    if not compounds:
        return True
    parent = element.getparent()
    while parent is not None:
        if compounds[-1].fits(parent) and _above(parent, compounds[:-1], child=compounds[-1].child):
            return True
        if child:
            return False
        parent = parent.getparent()
    return False
