"""Which declarations hold for which element of a page: selectors, specificity, media."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.failures import check_memory, failure
from disclosure_pipeline.builtin.extractors.html.css import (
    BOTH,
    PRINT,
    SCREEN,
    Declaration,
    Rule,
    declarations,
)
from disclosure_pipeline.builtin.extractors.html.look import Look
from disclosure_pipeline.builtin.extractors.html.selector import Index, everyday, specificity

if TYPE_CHECKING:
    from lxml import etree

_Place = tuple[tuple[int, int, int], int]
_Rank = tuple[bool, bool, tuple[int, int, int], int]
_NAMES = re.compile(r"(?<!\\)([.#])((?:[\w-]|[^\x00-\x7f]|\\.)+)")
_NEGATION = re.compile(r":(?:not|is|where|has|matches|-webkit-any|-moz-any)\((?:[^()]|\([^()]*\))*\)")
# States that no printed or freshly opened page is in: the selector matches nothing, as for :hover.
_STATES = re.compile(
    r":(?:focus-within|focus-visible|placeholder-shown|autofill|fullscreen|open|popover-open|modal|user-\w+|"
    r"invalid|valid|in-range|out-of-range|required|indeterminate|read-only|read-write|playing|paused|target-within)\b"
)
# States that need a hand or an address.
_NEVER = re.compile(r":(?:hover|active|focus|focus-within|focus-visible|target|visited)\b")
_FOREIGN = re.compile(r":{1,2}-(?:webkit|moz|ms|o|khtml)-")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?|\\(.)")
_HIDING = re.compile(r"none|hidden|collapse|transparent|-\d{3,}|^0")
_PSEUDO = ("before", "after")
_MOST_SELECTORS = 20_000
_MOST_MATCHES = 1_000_000
_BY_STYLE: _Rank = (False, True, (1 << 20, 0, 0), 0)


class Cascade:
    """The declarations of a page's sheets, element by element, for one medium at a time.

    Args:
        root: the page. sheet: its rules, in their order.
    """

    def __init__(self, root: etree._Element, sheet: Iterable[Rule]):
        self._root = root
        self._index = Index(root)
        self._matches: list[tuple[Rule, _Place]] = []
        """Each selector that matched something, with its rule."""
        self._by_element: dict[etree._Element, list[int]] = {}
        """Numbers of the selectors that matched an element."""
        self._generated: dict[tuple[etree._Element, str], list[int]] = {}
        self._won: dict[tuple[tuple[int, ...], str, int], dict[str, str]] = {}
        self._looks: dict[tuple[int, int], tuple[Look, Look]] = {}
        """The look inside a parent by what wins; the parent is kept so that its identity stays its own."""
        self._kept = 0
        self.unsure = False
        """Whether a rule that hides something has a selector that cannot be judged."""
        self.media: tuple[int, ...] = (SCREEN,)
        """The media in which the page looks different."""
        for number, rule in enumerate(sheet):
            if rule.media not in (0, BOTH):
                self.media = (SCREEN, PRINT)
            if rule.media:
                self._apply(rule, number)

    def look(self, element: etree._Element, parent: Look, medium: int) -> Look:
        """The look of an element inside one that looks like ``parent``."""
        values = self._values(self._by_element.get(element, ()), element.get("style", ""), medium)
        if not values:
            return parent
        known = self._looks.get((id(values), id(parent)))
        if known is None:
            known = self._looks[id(values), id(parent)] = (parent, parent.inside(values))
        return known[1]

    def generated(self, element: etree._Element) -> Iterable[str]:
        """The values of ``content`` before and after an element."""
        for side in _PSEUDO:
            found = self._generated.get((element, side))
            if found:
                values = self._values(found, "", SCREEN)
                if "content" in values and values.get("display") != "none":
                    yield values["content"]

    def _values(self, matches: Iterable[int], style: str, medium: int) -> dict[str, str]:
        """The values that win for an element; most elements of a page share theirs with others."""
        key = (tuple(matches), style, medium)
        values = self._won.get(key)
        if values is None:
            found = [entry for number in key[0] for entry in _ranked(*self._matches[number])]
            found += [((item.important, *_BY_STYLE[1:]), BOTH, item) for item in declarations(style)]
            values = self._won[key] = _winners(found, medium)
        return values

    def _apply(self, rule: Rule, number: int) -> None:
        for text in _split(rule.selector):
            if number > _MOST_SELECTORS:
                self.unsure = self.unsure or _hides(rule)
            elif self._may_match(text):
                self._match(text, rule, number)

    def _may_match(self, text: str) -> bool:
        """Quickly: whether the page has all the classes and ids that a selector wants."""
        wanted = _NEGATION.sub("", text)
        for sign, raw in _NAMES.findall(wanted):
            name = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], raw)
            if not self._index.has(sign, name):
                return False
        return True

    def _match(self, text: str, rule: Rule, number: int) -> None:
        import cssselect
        from lxml import etree

        if _FOREIGN.search(text) or _NEVER.search(_NEGATION.sub("", text)):
            return
        compounds = everyday(text)
        if compounds is not None:
            self._matches.append((rule, (specificity(compounds), number)))
            for element in self._index.matches(compounds):
                self._keep(self._by_element.setdefault(element, []))
            return
        translator = cssselect.HTMLTranslator()
        try:
            selectors = cssselect.parse(_STATES.sub(":hover", text).replace(":any-link", ":link"))
            for selector in selectors:
                pseudo = selector.pseudo_element
                if pseudo is not None and pseudo not in _PSEUDO:
                    continue
                path = translator.selector_to_xpath(selector, prefix="descendant-or-self::")
                matched: Any = etree.XPath(path)(self._root)
                self._matches.append((rule, (selector.specificity(), number)))
                for element in matched:
                    side = (element, str(pseudo))
                    self._keep(
                        self._generated.setdefault(side, [])
                        if pseudo
                        else self._by_element.setdefault(element, [])
                    )
        except (cssselect.SelectorError, etree.XPathError, RecursionError) as error:
            check_memory(error)
            self.unsure = self.unsure or _hides(rule)

    def _keep(self, matches: list[int]) -> None:
        self._kept += 1
        if self._kept > _MOST_MATCHES:
            raise failure("file.too_large", "Its style rules match too many elements.")
        matches.append(len(self._matches) - 1)


def _ranked(rule: Rule, place: _Place) -> Iterable[tuple[_Rank, int, Declaration]]:
    for item in rule.declarations:
        # Among important declarations, layers win; among others they lose.
        outside = rule.layered if item.important else not rule.layered
        yield (item.important, outside, *place), rule.media, item


def _winners(found: list[tuple[_Rank, int, Declaration]], medium: int) -> dict[str, str]:
    ranked = sorted((entry for entry in found if entry[1] & medium), key=lambda entry: entry[0])
    values: dict[str, str] = {}
    for _, _, item in ranked:
        if item.name in ("font", "background", "margin"):  # a shorthand resets its longhands
            for name in [name for name in values if name.startswith(f"{item.name}-")]:
                del values[name]
        values.pop(item.name, None)
        values[item.name] = item.value
    return values


def _hides(rule: Rule) -> bool:
    return any(_HIDING.search(item.value) and not item.name.startswith("--") for item in rule.declarations)


def _split(selectors: str) -> Iterable[str]:
    """The selectors of a list; commas inside brackets do not part."""
    depth, start = 0, 0
    for at, char in enumerate(selectors):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            yield selectors[start:at].strip()
            start = at + 1
    yield selectors[start:].strip()
