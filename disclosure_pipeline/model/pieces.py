"""A segment's text cut where findings begin and end, and what a page shows of characters that nobody sees.

Offsets are always those of the segment's original text: the pieces of a segment joined are that text, whatever is
shown in place of its characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from disclosure_pipeline.model.printed import unbroken

_NAMES = {
    "\u061c": "ALM", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM", "\u00ad": "SHY",
    "\u2028": "LS", "\u2029": "PS", "\r": "CR", "\0": "NUL",
}  # fmt: skip
"""Short names of the Unicode standard (UAX #9 for those of direction)."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAYOUT = frozenset("\n\t")


class Mark(NamedTuple):
    """A range of a segment that a finding names.

    Args:
        start: offset of its first character. end: offset behind its last one.
        finding: id of the finding.
        begins: whether it is the finding's first range.
    """

    start: int
    end: int
    finding: str
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters that the same findings name.

    Args:
        text: the original characters.
        shown: what a page shows for them: direction marks as ``‹RLO›``, joined lines without their breaks.
        marks: ids of the findings that name them, the one that began first in front.
        starts: those of them that begin here, for the place that a link to a finding leads to.
    """

    text: str
    shown: str
    marks: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()

    @property
    def first(self) -> bool:
        """Whether a finding begins here."""
        return bool(self.starts)


def cut(text: str, marks: Iterable[Mark], *, printed: bool = False) -> tuple[Piece, ...]:
    """The pieces of a segment; joined they are its text.

    Args:
        text: the segment's text.
        marks: ranges of findings in it; they may overlap. What lies outside of the text is left out.
        printed: whether its line breaks are those of print, so that its lines are shown joined.
    """
    shown = visible(text, printed=printed)
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[str]] = {}
    for mark in marks:
        start, end = max(mark.start, 0), min(mark.end, len(text))
        if start < end:
            opening.setdefault(start, []).append(mark)
            closing.setdefault(end, []).append(mark.finding)
    pieces = []
    open_now: dict[str, int] = {}
    for start, end in pairwise(sorted({0, len(text), *opening, *closing})):
        for finding in closing.get(start, ()):
            open_now[finding] -= 1
        for mark in opening.get(start, ()):
            open_now[mark.finding] = open_now.get(mark.finding, 0) + 1
        open_now = {finding: ranges for finding, ranges in open_now.items() if ranges}
        starts = tuple(dict.fromkeys(mark.finding for mark in opening.get(start, ()) if mark.begins))
        pieces.append(Piece(text[start:end], "".join(shown[start:end]), tuple(open_now), starts))
    return tuple(pieces)


def visible(text: str, *, printed: bool = False) -> Sequence[str]:
    """What is shown of each character of a text.

    Args:
        text: original characters.
        printed: whether its line breaks are those of print.
    """
    signs = _signs(text)
    if not printed or "\n" not in text:
        return [signs.get(character, character) for character in text] if signs else text
    lines = unbroken(text)
    return [signs.get(character, character) for character in lines] if signs else lines


def plain(text: str, *, printed: bool = False) -> str:
    """The whole of :func:`visible`."""
    return "".join(visible(text, printed=printed))


def _signs(text: str) -> Mapping[str, str]:
    """Signs for the characters of a text that no reader sees, or that change the order of others."""
    unseen = (one for one in set(text) if unicodedata.category(one) in _UNSEEN and one not in _LAYOUT)
    return {one: f"‹{_NAMES.get(one) or f'U+{ord(one):04X}'}›" for one in unseen}
