"""Text of printed pages made running text again: page numbers out, broken lines joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_OPENS = re.compile(
    r"[一二三四五六七八九十百]+、|（[一二三四五六七八九十百]+）|第[一二三四五六七八九十百零\d]+[章节条]|\d{1,2}[.．、]\D|附件|（此件"
)
_CLOSES = tuple("。！？；：.!?;:”）)")
_PAGE_NUMBER = re.compile(r"[-—–－·\s]*(\d{1,4})[-—–－·\s]*")
_FULL = 0.9
"""A line that reaches this share of the widest one runs on into the next."""
_INDENT = 4
"""Half-width columns by which the first line of a paragraph may be shorter."""
_NARROWEST = 20
"""Columns of the narrowest page: no shorter line is full."""
_WORD = re.compile("[!-~]*")
"""What is not broken at the end of a line: where it begins the next one, it did not fit."""
_HAN = "[\u3400-\u9fff，、；：。]"
_SPREAD = re.compile(f"(?<={_HAN}) (?={_HAN})")
_CLOSE = re.compile(f"(?<={_HAN})(?={_HAN})")
_LEAST_SPREAD = 8


@dataclass(frozen=True, slots=True)
class Printed:
    """A paragraph as it stands on one page.

    Args:
        text: its printed lines, separated by line breaks.
        page: 1-based page.
    """

    text: str
    page: int


def is_page_number(text: str, page: int) -> bool:
    """Whether a line at a page's edge is only that page's number (``3`` or ``— 3 —``)."""
    match = _PAGE_NUMBER.fullmatch(text.strip())
    if match is None:
        return False
    return match.group(1) != text.strip() or int(match.group(1)) == page


def running_text(blocks: Iterable[Printed], *, lines: bool = False) -> list[str]:
    """Whole paragraphs, each without the line breaks of print.

    A paragraph that the end of a page cut in two is one again: its last line is full and ends no
    sentence, and what follows opens nothing new.

    Args:
        blocks: in reading order.
        lines: each block is one printed line, so that a paragraph may be cut anywhere.
    """
    kept = _without_page_numbers([block for block in blocks if block.text.strip()])
    widest = max((_width(line) for block in kept for line in block.text.split("\n")), default=0)
    joined: list[str] = []
    before: Printed | None = None
    for block in kept:
        text = _joined(block.text)
        if (
            before is not None
            and (lines or before.page != block.page)
            and _runs_on(before, text, widest)
            and not _OPENS.match(text)
        ):
            joined[-1] = _join(joined[-1], text)
        else:
            joined.append(text)
        before = block
    return joined


def _without_page_numbers(blocks: Sequence[Printed]) -> list[Printed]:
    kept = []
    for index, block in enumerate(blocks):
        first = index == 0 or blocks[index - 1].page != block.page
        last = index == len(blocks) - 1 or blocks[index + 1].page != block.page
        if not ((first or last) and is_page_number(block.text, block.page)):
            kept.append(block)
    return kept


def _runs_on(block: Printed, text: str, widest: int) -> bool:
    """Whether a block's last line is full, the next word (of ``text``) not fitting in, and ends no sentence."""
    *others, last = block.text.strip().split("\n")
    room = widest if others else max(widest - _INDENT, _NARROWEST)
    word = _WORD.match(text)
    wide = _width(last) + (_width(word[0]) if word else 0)
    return wide >= _FULL * room and not last.rstrip().endswith(_CLOSES)


def _joined(text: str) -> str:
    first, *rest = [_closed_up(line.strip()) for line in text.split("\n") if line.strip()]
    for line in rest:
        first = _join(first, line)
    return first


def _closed_up(line: str) -> str:
    """A line without the blanks by which it was justified: they stand between nearly all of its characters."""
    blanks = len(_SPREAD.findall(line))
    return _SPREAD.sub("", line) if blanks >= _LEAST_SPREAD and blanks > len(_CLOSE.findall(line)) else line


def _join(left: str, right: str) -> str:
    """Two lines as one: a blank only between words of letters."""
    words = left[-1:].isascii() and right[:1].isascii() and left[-1:].isalpha() and right[:1].isalpha()
    return f"{left} {right}" if words else left + right


def _width(text: str) -> int:
    """Half-width columns that a line fills; a justified one may be spread with blanks, which do not count."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text if not one.isspace())
