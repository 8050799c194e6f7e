"""Text of printed papers made running text again: page numbers out, broken lines joined, headings and cells known.

The public copy and the review page both rest on this, so that an officer reads the paragraphs that will go out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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

_CELL = re.compile(r"(?:(?P<table>.+)(?P<mark>[ !]))?(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})", re.DOTALL)
_HEADINGS = (
    re.compile(r"[一二三四五六七八九十百]{1,3}、"),
    re.compile(r"[（(][一二三四五六七八九十百]{1,3}[）)]"),
)
_HEADING_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Printed:
    """A paragraph as it stands on one page.

    Args:
        text: its printed lines, separated by line breaks.
        page: 1-based page.
    """

    text: str
    page: int


class CellName(NamedTuple):
    """Where a cell stands, as its name says (`Place.cell`).

    Args:
        table: name of its table or sheet; empty for a file that is one table.
        row: 1-based row.
        column: its letters.
        sheet: whether it is a cell of a spreadsheet, and not of a table in running text.
    """

    table: str
    row: int
    column: str
    sheet: bool

    @property
    def order(self) -> int:
        """1-based number of the column."""
        number = 0
        for letter in self.column:
            number = number * 26 + ord(letter) - ord("A") + 1
        return number


def cell_name(name: str | None) -> CellName | None:
    """``Sheet!B3``, ``table 2 B3`` or ``B3`` taken apart; ``None`` for what names no cell."""
    match = _CELL.fullmatch(name or "")
    if match is None:
        return None
    return CellName(match["table"] or "", int(match["row"]), match["column"], match["mark"] != " ")


def heading_level(text: str) -> int:
    """1 for 一、, 2 for （一）, 0 for a paragraph that is no heading."""
    if len(text) > _HEADING_LENGTH or "\n" in text or text.endswith(("。", "；", "，", ";", ",")):
        return 0
    for level, pattern in enumerate(_HEADINGS, 1):
        if pattern.match(text):
            return level
    return 0


def is_page_number(text: str, page: int) -> bool:
    """Whether a line at a page's edge is only that page's number (``3`` or ``— 3 —``)."""
    match = _PAGE_NUMBER.fullmatch(text.strip())
    if match is None:
        return False
    return match.group(1) != text.strip() or int(match.group(1)) == page


def running_text(blocks: Iterable[Printed], *, lines: bool = False) -> list[str]:
    """Whole paragraphs, each without the line breaks of print; see :func:`gathered`."""
    known = list(blocks)
    joined: list[str] = []
    for group in gathered(known, lines=lines):
        first, *rest = ("".join(unbroken(known[number].text)) for number in group)
        for text in rest:
            first += joint(first, text) + text
        joined.append(first)
    return joined


def gathered(blocks: Sequence[Printed], *, lines: bool = False) -> list[list[int]]:
    """Which blocks are one paragraph; page numbers and empty blocks are in none.

    A paragraph that the end of a page cut in two is one again: its last line is full and ends no
    sentence, and what follows opens nothing new.

    Args:
        blocks: in reading order.
        lines: each block is one printed line, so that a paragraph may be cut anywhere.

    Returns:
        The numbers of the blocks of each paragraph.
    """
    kept = _without_page_numbers(
        blocks, [number for number, block in enumerate(blocks) if block.text.strip()]
    )
    widest = max((_width(line) for number in kept for line in blocks[number].text.split("\n")), default=0)
    groups: list[list[int]] = []
    for number in kept:
        block = blocks[number]
        before = blocks[groups[-1][-1]] if groups else None
        text = "".join(unbroken(block.text))
        if (
            before is not None
            and (lines or before.page != block.page)
            and _runs_on(before, text, widest)
            and not _OPENS.match(text)
        ):
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def unbroken(text: str) -> list[str]:
    """What is shown of each character of a printed paragraph when its lines are joined.

    Line breaks, the blanks around them and those by which a line was justified show nothing; a line break
    between two words of letters shows a blank.

    Returns:
        One string for each character of ``text``.
    """
    shown = [""] * len(text)
    start, last = 0, ""
    for line in text.split("\n"):
        words = line.strip()
        if words:
            at = start + len(line) - len(line.lstrip())
            if last:
                shown[at - 1] = joint(last, words)
            shown[at : at + len(words)] = _closed_up(words)
            last = words[-1]
        start += len(line) + 1
    return shown


def joint(left: str, right: str) -> str:
    """What stands between two lines that are one: a blank only between words of letters."""
    words = left[-1:].isascii() and right[:1].isascii() and left[-1:].isalpha() and right[:1].isalpha()
    return " " if words else ""


def _without_page_numbers(blocks: Sequence[Printed], numbers: Sequence[int]) -> list[int]:
    kept = []
    for index, number in enumerate(numbers):
        block = blocks[number]
        first = index == 0 or blocks[numbers[index - 1]].page != block.page
        last = index == len(numbers) - 1 or blocks[numbers[index + 1]].page != block.page
        if not ((first or last) and is_page_number(block.text, block.page)):
            kept.append(number)
    return kept


def _runs_on(block: Printed, text: str, widest: int) -> bool:
    """Whether a block's last line is full, the next word (of ``text``) not fitting in, and ends no sentence."""
    *others, last = block.text.strip().split("\n")
    room = widest if others else max(widest - _INDENT, _NARROWEST)
    word = _WORD.match(text)
    wide = _width(last) + (_width(word[0]) if word else 0)
    return wide >= _FULL * room and not last.rstrip().endswith(_CLOSES)


def _closed_up(line: str) -> list[str]:
    """A line's characters; the blanks by which it was justified, between nearly all of them, show nothing."""
    characters = list(line)
    blanks = [match.start() for match in _SPREAD.finditer(line)]
    if len(blanks) >= _LEAST_SPREAD and len(blanks) > len(_CLOSE.findall(line)):
        for at in blanks:
            characters[at] = ""
    return characters


def _width(text: str) -> int:
    """Half-width columns that a line fills; a justified one may be spread with blanks, which do not count."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text if not one.isspace())
