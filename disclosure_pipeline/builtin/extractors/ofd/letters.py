"""Where the letters of an OFD text object stand: ``TextCode`` with its offsets, in points on the page."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ofd.geometry import mapped_box, number
from disclosure_pipeline.builtin.extractors.shared.layout import Box, Line, Matrix

if TYPE_CHECKING:
    from lxml import etree

_ASCENT, _DESCENT = 0.88, 0.12
_WIDEST = 1.3
"""Share of the letter size up to which the offset to the next letter is a letter's own width."""
_NARROWEST = 0.1
"""Share of their width to which letters may be pressed together and still be read."""
_SAME_LINE = 0.5
"""Share of the letter size by which letters of one line may be apart."""


@dataclass(slots=True)
class Run:
    """Letters of one text object that stand in one line.

    Args:
        line: the letters with their boxes.
        size: height of the letters in points.
        upright: whether they run from left to right.
        order: place in the drawing order.
        unseen: whether they do not show by themselves.
        white: whether they show on something dark only.
        follows: whether they continue the run before, in the line below.
        colour: as written, if they have one plain colour.
    """

    line: Line
    size: float
    upright: bool
    order: int = 0
    unseen: bool = False
    white: bool = False
    follows: bool = False
    colour: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Letter:
    character: str
    x: float
    y: float
    step: float


def runs(element: etree._Element, matrix: Matrix) -> list[Run]:
    """The letters of a ``TextObject``, line by line.

    Args:
        element: the text object.
        matrix: from the object's space to the page, its own ``CTM`` included.
    """
    size = abs(number(element.get("Size"), 0.0))
    stretch = abs(number(element.get("HScale"), 1.0)) or 1.0
    found: list[Run] = []
    turned = number(element.get("CharDirection"), 0.0) % 360
    a, b, c, d, *_ = matrix
    upright = a > 0 and abs(b) < 0.1 * abs(a) and abs(c) < 0.1 * abs(d) and not turned
    height = size * math.hypot(c, d)
    x = y = 0.0
    for code in element.iterchildren("{*}TextCode"):
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        letters = _letters(code, x, y, size, stretch)
        for index, piece in enumerate(_lines(letters, size)):
            line = Line()
            for letter in piece:
                box = None if letter.character.isspace() else _box(letter, size, matrix)
                line.append(letter.character, box)
            sideways = upright and _is_column(piece, size)
            narrow = 0 < stretch < _NARROWEST
            found.append(Run(line, height, upright and not sideways, follows=index > 0, unseen=narrow))
    return found


def _letters(code: etree._Element, x: float, y: float, size: float, stretch: float) -> list[_Letter]:
    text = "".join(str(part) for part in code.itertext()).strip("\r\n\t")
    across, down = _offsets(code.get("DeltaX"), len(text)), _offsets(code.get("DeltaY"), len(text))
    letters: list[_Letter] = []
    step = 0.0
    for index, character in enumerate(text):
        width = size * stretch * (1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5)
        last, step = step, across[index] if index < len(across) else (0.0 if down or across else width)
        own = step if index < len(text) - 1 else last
        letters.append(_Letter(character, x, y, own if 0 < own <= _WIDEST * size else width))
        x += step
        y += down[index] if index < len(down) else 0.0
    return letters


def _offsets(text: str | None, count: int) -> list[float]:
    """The offsets after each letter; ``g n v`` is ``v`` n times, and the last one goes on."""
    words = (text or "").split()
    values: list[float] = []
    at = 0
    while at < len(words) and len(values) < count:
        if words[at] in ("g", "G") and at + 2 < len(words):
            repeat = int(max(0.0, number(words[at + 1], 0.0)))
            values.extend([number(words[at + 2], 0.0)] * min(repeat, count))
            at += 3
        else:
            values.append(number(words[at], 0.0))
            at += 1
    if values and len(values) < count:
        values.extend([values[-1]] * (count - len(values)))
    return values


def _lines(letters: list[_Letter], size: float) -> Iterator[list[_Letter]]:
    """Cut where the letters go on in another line; letters below each other are one column."""
    if _is_column(letters, size):
        yield letters
        return
    piece: list[_Letter] = []
    for letter in letters:
        if piece and abs(letter.y - piece[-1].y) > _SAME_LINE * size:
            yield piece
            piece = []
        piece.append(letter)
    if piece:
        yield piece


def _is_column(letters: list[_Letter], size: float) -> bool:
    if len(letters) < 2:
        return False
    steps = itertools.pairwise(letters)
    down = sum(abs(b.y - a.y) > _SAME_LINE * size >= abs(b.x - a.x) for a, b in steps)
    return 2 * down >= len(letters) - 1


def _box(letter: _Letter, size: float, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    left, top = letter.x, letter.y - _ASCENT * size
    right, bottom = letter.x + letter.step, letter.y + _DESCENT * size
    if b == 0 == c and a > 0 and d > 0:
        return left * a + e, top * d + f, right * a + e, bottom * d + f
    return mapped_box(matrix, (left, top, right, bottom))
