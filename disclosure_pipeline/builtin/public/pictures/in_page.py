"""Pictures that stand in the source of a web page itself, where no sheet or look can hide them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.html.address import is_data, open_data
from disclosure_pipeline.builtin.extractors.html.page import parse
from disclosure_pipeline.builtin.extractors.html.reader import decode_page
from disclosure_pipeline.builtin.public.pictures.spots import Spot

if TYPE_CHECKING:
    from lxml import etree

_AROUND = frozenset((
    "html", "body", "main", "article", "section", "div", "p", "center", "span", "figure", "ul", "ol", "li", "a", "b",
    "strong", "em", "i", "table", "thead", "tbody", "tr", "td", "th",
))  # fmt: skip
_KEYS = frozenset(("class", "id", "lang", "dir", "align", "href", "border", "valign"))
_OF_PICTURE = frozenset(("src", "alt", "title", "width", "height", "align", "border", "class", "id"))
_LEAST = 24
_SIDES = ("width", "height")
_WORDS_BEFORE = 60


def spots(data: bytes, limits: Mapping[str, Any]) -> Iterator[Spot]:
    """The pictures of a page without styles and scripts, in order.

    Args:
        data: the page.
        limits: the keys of ``[extraction]``.
    """
    out = Collector("text/html", "", Limits.of(limits))
    root = parse(decode_page(data, out), out)
    holders = [element for element in root.iter() if _holds_file(element)]
    if _is_styled(root) or any(element.tag != "img" for element in holders):
        return  # the extractor counts files by the order of the page: only pictures may be among them
    for number, picture in enumerate(holders, 1):
        opened = open_data(picture.get("src", ""))
        if opened is not None and _is_shown(picture):
            yield Spot(f"page address {number}", opened[1], story="page", before=_words_before(root, picture))


def _is_styled(root: etree._Element) -> bool:
    """Whether anything may change how the page looks, or lay one thing over another."""
    makers = next(root.iter("style", "link", "script", "svg", "frameset"), None)
    return makers is not None or any("style" in element.attrib for element in root.iter())


def _holds_file(element: etree._Element) -> bool:
    return any(is_data(str(value)) for value in element.attrib.values())


def _is_shown(picture: etree._Element) -> bool:
    return (
        _OF_PICTURE.issuperset(map(str, picture.attrib))
        and all(_is_large_enough(picture.get(side, "")) for side in _SIDES)
        and all(
            above.tag in _AROUND and _KEYS.issuperset(map(str, above.attrib))
            for above in picture.iterancestors()
        )
    )


def _is_large_enough(length: str) -> bool:
    """Whether a width or height is not given, or lets somebody see something."""
    return not length or (length.isascii() and length.isdecimal() and int(length) >= _LEAST)


def _words_before(root: etree._Element, picture: etree._Element) -> str:
    """The last words before a picture, white space aside."""
    from lxml import etree

    words: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element is picture:
            break
        text = element.text if event == "start" else element.tail
        words += (text or "").split()
    return "".join(words)[-_WORDS_BEFORE:]
