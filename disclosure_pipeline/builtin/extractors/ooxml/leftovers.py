"""The sweep behind the rules: text and telling attributes of a part that no rule has named."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import is_known_namespace
from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD, PATTERN, has_code_word
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
TELLING = re.compile(rf"[^\x00-\x7f]|\d{{11}}|{PATTERN}")
"""Attribute values that a person may have written: not ASCII, a code word, or a number as long as a telephone's."""
_TECHNICAL = re.compile(
    r"\s*|[\d.,:;\-+eE]{1,10}|[Tt]rue|[Ff]alse|#REF!|(?:\$?[A-Z]{1,3}\$?\d{1,7}[\s:,]*)+|\s*!\[(?:if [\w ]+|endif)\]>\s*"
)
_FRACTION = re.compile(r"-?\d{0,6}\.\d+(?:[eE][+\-]?\d+)?")
_FONTS = frozenset(("typeface", "panose", "font", "altName", "invalStChars", "invalEndChars", "script"))
_FONT_ELEMENTS = frozenset(("rFont", "font", "name"))
_BULLET = 2


def sweep(
    out: Collector,
    part: str,
    root: etree._Element,
    *,
    texts: Container[str] = (),
    attributes: Container[str] = (),
    named: Mapping[str, str] | None = None,
    kind: str = "unplaced",
    page: int | None = None,
) -> None:
    """Keep what the rules of a part have not read.

    Args:
        out: gets the segments.
        part: name of the part.
        root: its root.
        texts: local names of elements whose text has been read.
        attributes: ``element attribute`` pairs that have been read.
        named: kinds of attributes by ``element attribute``; read here, whatever their value.
        kind: of what is left.
        page: slide, if the part belongs to one.
    """
    kinds = named or {}
    for element in root.iter():
        name = local(element)
        if element.text and name not in texts and not is_technical(element.text):
            out.add(element.text, kind, part, detail=name or "xml comment", page=page, visible=False)
        if element.tail and element is not root and not element.tail.isspace():
            out.add(element.tail, kind, part, detail=name or "xml comment", page=page, visible=False)
        for key, value in element.attrib.items() if name else ():
            pair = f"{name} {str(key).rpartition('}')[2]}"
            text = str(value)
            if pair in kinds:
                if not (kinds[pair] == "name" and is_default("names", text)):
                    out.add(text, kinds[pair], part, detail=pair, page=page)
            elif pair not in attributes and is_telling(name, pair.rpartition(" ")[2], text):
                out.add(text, kind, part, detail=pair, page=page, visible=False)


def is_technical(text: str) -> bool:
    """Whether a text node is a number, a flag, cell references or an identifier: nobody's words."""
    return _TECHNICAL.fullmatch(text) is not None or GUID.fullmatch(text.strip()) is not None


def is_telling(element: str, attribute: str, text: str) -> bool:
    """Whether an attribute that no rule names is worth keeping: fonts, bullets and measures are not."""
    if has_code_word(text):
        return True
    text = CODE_WORD.sub("", text)
    if not TELLING.search(text) or attribute in _FONTS or (attribute == "val" and element in _FONT_ELEMENTS):
        return False
    if element == "buChar" and len(text) <= _BULLET:
        return False
    if is_known_namespace(text) or _FRACTION.fullmatch(text):
        return False
    return TELLING.search(GUID.sub("", text)) is not None
