"""Style sheets of a page: the rules that can make an element unseen, by medium."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from disclosure_pipeline.builtin.extractors.failures import failure

SCREEN, PRINT = 1, 2
BOTH = SCREEN | PRINT

RELEVANT = frozenset(
    ("display", "visibility", "opacity", "filter", "font", "font-size", "color", "background", "background-color",
     "background-image", "-webkit-text-fill-color", "position", "left", "top", "right", "bottom", "transform", "translate",
     "scale", "text-indent", "margin", "margin-left", "margin-top", "clip", "clip-path", "-webkit-clip-path", "width",
     "height", "max-width", "max-height", "overflow", "overflow-x", "overflow-y", "content-visibility", "mso-hide",
     "content", "zoom", "fill", "mask", "-webkit-mask")
)  # fmt: skip
"""Properties that decide whether an element is seen; ``--*`` besides."""

_WINDOW = 1280
_PIXELS = {"px": 1.0, "em": 16.0, "rem": 16.0, "pt": 4 / 3, "cm": 37.8, "mm": 3.78, "in": 96.0}
_FEATURE = re.compile(r"\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]+)(px|em|rem|pt|cm|mm|in)\s*\)")
_RANGE = re.compile(r"\(\s*width\s*([<>]=?)\s*([\d.]+)(px|em|rem|pt|cm|mm|in)\s*\)")
_PREFERENCE = re.compile(
    r"\(\s*(?:prefers-[\w-]+|forced-colors|inverted-colors|scripting)\s*(?::\s*([\w-]+))?\s*\)"
)
_USUAL = frozenset(("no-preference", "light", "none", "enabled"))
_ORIENTATION = re.compile(r"\(\s*orientation\s*:\s*portrait\s*\)")
_GROUPS = frozenset(("supports", "container", "scope", "document", "-moz-document", "starting-style"))
_DEEPEST = 12
_MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property and its value, as written."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Declarations for the elements that a selector matches.

    Args:
        selector: as written, nested ones joined with their parents.
        declarations: only relevant ones.
        media: :data:`SCREEN`, :data:`PRINT` or both.
        layered: it stands in a cascade layer, which any other rule beats.
    """

    selector: str
    declarations: tuple[Declaration, ...]
    media: int = BOTH
    layered: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """An ``@import``."""

    address: str
    media: int


@lru_cache(maxsize=1024)
def declarations(text: str) -> tuple[Declaration, ...]:
    """The relevant declarations of a ``style`` attribute.

    Raises:
        ExtractionFailed: ``file.bomb`` when its brackets lie too deep.
    """
    import tinycss2

    if not text.strip():
        return ()
    try:
        nodes = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
        return _relevant(nodes)
    except RecursionError as error:
        raise failure("file.bomb", "Its styles nest too deep.") from error


def rules(text: str, media: int = BOTH) -> Iterator[Rule | Import]:
    """The rules of a sheet that may matter, and its imports.

    Args:
        text: the sheet; the comment marks that hide it from ancient browsers are skipped.
        media: of the element that holds it.

    Raises:
        ExtractionFailed: ``file.too_large``, or ``file.bomb`` when its brackets lie too deep.
    """
    import tinycss2

    if len(text) > _MOST_CHARACTERS:
        raise failure("file.too_large", "It has a style sheet of too many characters.")
    text = text.replace("<!--", " ").replace("-->", " ")
    try:
        nodes = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        yield from _rules(nodes, "", media, layered=False, depth=0)
    except RecursionError as error:
        raise failure("file.bomb", "Its styles nest too deep.") from error


def media_of(query: str) -> int:
    """The media (:data:`SCREEN`, :data:`PRINT`) to which a media query applies.

    Features are judged for an ordinary office screen; a feature that is not known applies, so that what
    it hides counts as hidden.
    """
    if not query.strip():
        return BOTH
    result = 0
    for part in query.lower().split(","):
        result |= _media(part.strip())
    return result


def _media(query: str) -> int:
    negated = query.startswith("not ")
    words = re.sub(r"\([^()]*\)|\b(?:not|only|and)\b", " ", query).split()
    kind = words[0] if words else "all"
    media = {"all": BOTH, "screen": SCREEN, "print": PRINT}.get(kind, 0)
    holds = all(_holds(match) for match in _FEATURE.finditer(query))
    holds = holds and all(_in_range(match) for match in _RANGE.finditer(query))
    holds = holds and not _ORIENTATION.search(query)
    holds = holds and all(match[1] in _USUAL for match in _PREFERENCE.finditer(query))
    media = media if holds else 0
    return BOTH & ~media if negated else media


def _holds(feature: re.Match[str]) -> bool:
    size = float(feature[2]) * _PIXELS[feature[3]]
    return size <= _WINDOW if feature[1] == "min" else size >= _WINDOW


def _in_range(feature: re.Match[str]) -> bool:
    size = float(feature[2]) * _PIXELS[feature[3]]
    return size >= _WINDOW if feature[1].startswith("<") else size <= _WINDOW


def _rules(
    nodes: Iterable[Any], parent: str, media: int, *, layered: bool, depth: int
) -> Iterator[Rule | Import]:
    import tinycss2

    if depth > _DEEPEST:
        return
    for node in nodes:
        if node.type == "at-rule":
            yield from _at_rule(node, parent, media, layered=layered, depth=depth)
        elif node.type == "qualified-rule":
            selector = _joined(parent, tinycss2.serialize(node.prelude).strip())
            inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            found = _relevant(inner)
            if found:
                yield Rule(selector, found, media, layered)
            nested = [item for item in inner if item.type in ("qualified-rule", "at-rule")]
            yield from _rules(nested, selector, media, layered=layered, depth=depth + 1)


def _at_rule(node: Any, parent: str, media: int, *, layered: bool, depth: int) -> Iterator[Rule | Import]:
    import tinycss2

    name = node.lower_at_keyword
    prelude = tinycss2.serialize(node.prelude).strip()
    if name == "import":
        address = next((token.value for token in node.prelude if token.type in ("string", "url")), "")
        if not address:
            nested = (token for item in node.prelude if item.type == "function" for token in item.arguments)
            address = next((token.value for token in nested if token.type == "string"), "")
        query = re.sub(r"^(?:url\([^)]*\)|\"[^\"]*\"|'[^']*')\s*", "", prelude)
        yield Import(address, media & media_of(re.sub(r"\b(?:layer|supports)\([^)]*\)|\blayer\b", "", query)))
        return
    if node.content is None:
        return
    if name == "media":
        media &= media_of(prelude)
    elif name == "supports" and prelude.lower().startswith("not"):
        return
    elif name == "layer":
        layered = True
    elif name not in _GROUPS:
        return
    inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
    found = _relevant(inner)
    if found and parent:
        yield Rule(parent, found, media, layered)
    yield from _rules(inner, parent, media, layered=layered, depth=depth + 1)


def _joined(parent: str, selector: str) -> str:
    if not parent:
        return selector
    above = f":is({parent})"
    return selector.replace("&", above) if "&" in selector else f"{above} {selector}"


def _relevant(nodes: Iterable[Any]) -> tuple[Declaration, ...]:
    """The declarations that may matter; of several for one property only the last holds."""
    import tinycss2

    last: dict[tuple[str, bool], Any] = {}
    for node in nodes:
        if node.type == "declaration":
            name = node.name if node.name.startswith("--") else node.lower_name
            if name in RELEVANT or name.startswith("--"):
                last.pop((name, node.important), None)
                last[name, node.important] = node.value
    return tuple(
        Declaration(name, tinycss2.serialize(value).strip(), important)
        for (name, important), value in last.items()
    )
