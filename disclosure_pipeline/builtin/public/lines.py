"""Printed lines of a page put together again into paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_OPENS = re.compile(
    r"[\u3000 ]{2,}|[一二三四五六七八九十百]+、|（[一二三四五六七八九十百]+）|第[一二三四五六七八九十百零\d]+[章节条]"
    r"|\d{1,2}[.．、]\D|附件|（此件"
)
_PAGE_NUMBER = re.compile(r"[-—–－－·\s]*(\d{1,4})[-—–－·\s]*")
_FULL = 0.9
"""A line that reaches this share of the widest one runs on into the next."""
_INDENT = 9.0
"""Points by which a first line stands in (one character of the smallest usual print)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line.

    Args:
        text: its characters.
        page: 1-based page, 0 when unknown.
        left: left edge in points, ``None`` when unknown.
        right: right edge in points, ``None`` when unknown.
    """

    text: str
    page: int = 0
    left: float | None = None
    right: float | None = None


def is_page_number(text: str, page: int | None) -> bool:
    """Whether a line at a page's edge is only that page's number (``3`` or ``— 3 —``)."""
    match = _PAGE_NUMBER.fullmatch(text.strip())
    if match is None:
        return False
    return match.group(1) != text.strip() or int(match.group(1)) == page


def without_page_numbers(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that are only a page number at the top or bottom of a page."""
    kept = []
    for index, line in enumerate(lines):
        first = index == 0 or lines[index - 1].page != line.page
        last = index == len(lines) - 1 or lines[index + 1].page != line.page
        if not ((first or last) and is_page_number(line.text, line.page)):
            kept.append(line)
    return kept


def paragraphs(lines: Iterable[Line]) -> list[str]:
    """Join lines that run on; a short line, an indent or a numbering ends the paragraph before.

    Args:
        lines: non-empty lines in reading order, without page numbers.
    """
    kept = [line for line in lines if line.text.strip()]
    if not kept:
        return []
    widest = max(_width(line.text) for line in kept)
    rights = [line.right for line in kept if line.right is not None]
    lefts = [line.left for line in kept if line.left is not None]
    margin_left = min(lefts, default=0.0)
    measure = max(rights, default=0.0) - margin_left

    def runs_on(line: Line) -> bool:
        if line.right is not None and measure > 0:
            return line.right - margin_left >= _FULL * measure
        return _width(line.text) >= _FULL * widest

    def opens(line: Line) -> bool:
        indented = line.left is not None and line.left - margin_left > _INDENT
        return indented or _OPENS.match(line.text) is not None

    joined = [kept[0].text.strip()]
    for before, line in pairwise(kept):
        if runs_on(before) and not opens(line):
            joined[-1] = _join(joined[-1], line.text.strip())
        else:
            joined.append(line.text.strip())
    return joined


def _join(left: str, right: str) -> str:
    wordlike = left[-1:].isascii() and right[:1].isascii() and left[-1:].isalpha() and right[:1].isalpha()
    return f"{left} {right}" if wordlike else left + right


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text.strip())
