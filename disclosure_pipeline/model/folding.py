"""What a character becomes before anything is searched: half-width, simplified, visible, one kind of star.

Writers, layouts and evaders change characters without changing what a reader sees in them. Folding undoes
that one character at a time, so that offsets can always be led back (`model/view.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

WHITESPACE = frozenset(" \t\n")
"""The only white space a view holds: blank, border of a table cell, end of a line or segment."""

SEPARATORS = WHITESPACE | frozenset("-‐‑‒–—―·•._")
"""What people put between the digits or characters of something they spread out."""

_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_STARS = "★☆⋆✦✧✩✪✫✬✭✮✯✰✶✷✸✹⍟⚝⭐🌟🟊"
_RADICALS = dict(
    zip(
        "⺟⺠⺝⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰⻳",
        "母民月西见角贝车长门青页风飞食马骨鬼鱼鸟黄齐齿龙龟",
        strict=True,
    )
)
"""Radicals that pdf writers give in the place of characters; unlike the others they have no compatibility form."""
_SPECIAL = {"\t": "\t", **dict.fromkeys(_LINE_ENDS, "\n"), **dict.fromkeys(_STARS, "★"), **_RADICALS}
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")


def fold(text: str) -> str:
    """The form in which patterns and terms meet the view (no white space is collapsed).

    Args:
        text: a pattern or term as its author wrote it.
    """
    return _candidates().sub(lambda found: _FOLDS[ord(found[0])], text)


def bare(text: str) -> str:
    """The folded form without white space: what two hits share when they are the same words."""
    return "".join(fold(text).split())


def folded(character: str) -> str:
    """What one original character becomes: itself, another one, several, or nothing."""
    return _FOLDS[ord(character)]


def changed(text: str) -> dict[str, str]:
    """The characters of a text that do not stay as they are, and what they become."""
    return {one: other for one in set(_candidates().findall(text)) if (other := folded(one)) != one}


@cache
def _candidates() -> re.Pattern[str]:
    """Finds every character that may change: those of the basic plane that do, and all of the others.

    Asking for each different character of a text takes longer than all detectors of numbers together.
    """
    changing = [code for code in range(0x10000) if _fold(chr(code)) != chr(code)]
    return re.compile(f"[{''.join(map(re.escape, map(chr, changing)))}\U00010000-\U0010ffff]")


@cache
def _simplified() -> Mapping[str, str]:
    """Traditional characters (繁体字) and what is written for them in simplified script, one for one."""
    from opencc import OpenCC

    written = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))]
    simple = OpenCC("t2s").convert("\n".join(written)).split("\n")
    return {
        one: other for one, other in zip(written, simple, strict=True) if one != other and len(other) == 1
    }


def _is_ignored(character: str) -> bool:
    """Controls, invisible formats, variation selectors, marks set over or under a character."""
    return unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me") or character in _FILLERS


def _fold(character: str) -> str:
    """What one original character becomes: itself, another one, several, or nothing."""
    special = _SPECIAL.get(character)
    if special is not None:
        return special
    if "\u3400" <= character <= "\u9fff":
        return _simplified().get(character, character)
    if character.isspace():
        return " "
    if _is_ignored(character):
        return ""
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    return _compatible(character)


def _compatible(character: str) -> str:
    """The compatibility form (NFKC), except of composite numbers.

    Superscripts, circled numbers and the like would glue to a number beside them (a footnote mark
    behind a telephone number), so they keep their form.
    """
    folded = unicodedata.normalize("NFKC", character)
    if folded == character or any(part.isdigit() for part in folded):
        return character
    simple = _simplified()
    return "".join(simple.get(part, part) for part in folded if not part.isspace() and not _is_ignored(part))


class _FoldTable(dict[int, str]):
    """Folded forms by code point, computed when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


_FOLDS = _FoldTable()
