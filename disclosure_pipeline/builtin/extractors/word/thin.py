"""Leaves formatting that repeats itself out of a part before it is parsed.

Most of a document's XML says the same of every run: its font, its size, its language. Where no formatting hides
anything, the first of equal properties tells all that the others tell, and a tree without the others is parsed,
walked and freed in half of the time. Where formatting matters, the part is parsed as it is.

What is left out is proved to be nothing but a row of empty elements that say how letters, paragraphs and cells
look; every different one stays in its first place, so that a parser still checks it and every sweep still sees it.
"""

from __future__ import annotations

import re

_FROM = 8 << 10
"""Bytes of a part from which it pays."""
_LETTERS = (
    b"rStyle|rFonts|b|bCs|i|iCs|u|kern|sz|szCs|color|highlight|lang|spacing|noProof|snapToGrid|bdr|em|fitText|"
    b"vertAlign|strike|dstrike|caps|smallCaps|outline|shadow|emboss|imprint|effect|rtl|cs|oMath|webHidden"
)
_PARAGRAPHS = (
    b"pStyle|keepNext|keepLines|pageBreakBefore|widowControl|suppressLineNumbers|kinsoku|wordWrap|overflowPunct|"
    b"topLinePunct|autoSpaceDE|autoSpaceDN|adjustRightInd|snapToGrid|spacing|ind|contextualSpacing|mirrorIndents|"
    b"jc|textAlignment|textDirection|outlineLvl|bidi"
)
_CELLS = b"tcW|vAlign|noWrap|textDirection|tcFitText"
_ROW = rb'(?:<w:(?:%b)(?: w:[A-Za-z]+="[^"<>&]*")* ?/>)*'
_BLOCKS = tuple(
    (b"<w:%b>" % name, b"</w:%b>" % name, re.compile(_ROW % elements))
    for name, elements in ((b"rPr", _LETTERS), (b"pPr", _PARAGRAPHS), (b"tcPr", _CELLS))
)
"""Start and end of an element of properties, and what it may hold to be left out."""


def thin(data: bytes) -> bytes:
    """A part of a Word document without the properties that repeat earlier ones.

    Args:
        data: the part. One with comments, sections or instructions is not changed: there, not every ``<`` begins
            a tag.
    """
    if len(data) < _FROM or (b"!" in data and b"<!" in data) or data.count(b"<?") > 1:
        return data
    for start, end, harmless in _BLOCKS:
        data = _without_repetitions(data, start, end, harmless)
    return data


def _without_repetitions(data: bytes, start: bytes, end: bytes, harmless: re.Pattern[bytes]) -> bytes:
    first, *pieces = data.split(start)
    kept = [first]
    seen: dict[bytes, bool] = {}
    for piece in pieces:
        inside, closed, rest = piece.partition(end)
        if closed and seen.get(inside):
            kept.append(rest)
            continue
        if closed and inside not in seen:
            seen[inside] = harmless.fullmatch(inside) is not None
        kept += (start, piece)
    return b"".join(kept)
