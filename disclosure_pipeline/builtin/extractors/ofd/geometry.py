"""Numbers, matrices and shapes of OFD: millimetres in, points from the page's top left corner out."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import cast

from disclosure_pipeline.builtin.extractors.shared.layout import IDENTITY, Box, Matrix, moved

POINTS = 72 / 25.4
"""Points in a millimetre."""

Point = tuple[float, float]

_FARTHEST = 1e7
_COMMAND = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0, "Z": 0}
_MOST_COMMANDS = 100_000


def number(text: str | None, default: float) -> float:
    """A number; the default for none, and for what is not finite."""
    try:
        value = float(text) if text else default
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) <= _FARTHEST else default


def numbers(text: str | None) -> list[float]:
    """A list of numbers; what is none counts as 0."""
    return [number(word, 0.0) for word in (text or "").replace(",", " ").split()]


def box_of(text: str | None) -> Box | None:
    """``x y width height`` as (left, top, right, bottom); ``None`` when it is not four numbers."""
    values = numbers(text)
    if len(values) != 4 or values[2] <= 0 or values[3] <= 0:
        return None
    return values[0], values[1], values[0] + values[2], values[1] + values[3]


def matrix_of(text: str | None) -> Matrix:
    """``a b c d e f``; the identity when it is not six numbers."""
    values = numbers(text)
    if len(values) != 6:
        return IDENTITY
    return values[0], values[1], values[2], values[3], values[4], values[5]


def shifted(matrix: Matrix, x: float, y: float) -> Matrix:
    """The matrix that moves by (x, y) before ``matrix``."""
    a, b, c, d, e, f = matrix
    return a, b, c, d, x * a + y * c + e, x * b + y * d + f


def mapped_box(matrix: Matrix, box: Box) -> Box:
    """The upright box around a box after the matrix."""
    left, top, right, bottom = box
    return around([moved(matrix, x, y) for x in (left, right) for y in (top, bottom)])


def around(points: Sequence[Point]) -> Box:
    """The smallest upright box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def outlines(data: str | None, matrix: Matrix) -> list[list[Point]]:
    """The lines of a path (``AbbreviatedData``), curves by their end points and half way.

    Returns:
        One list of points per line begun with M or S; closed ones end where they began.
    """
    words = _words(data or "")
    lines: list[list[Point]] = []
    command, at = "", 0
    a, b, c, d, e, f = matrix
    while at < len(words):
        word = words[at]
        if isinstance(word, str):
            command = word
            at += 1
        count = _ARGUMENTS[command]
        if count == 0:
            if lines:
                lines[-1].append(lines[-1][0])
            if not isinstance(word, str):
                at += 1  # a stray number
            continue
        values = words[at : at + count]
        if len(values) < count or any(isinstance(value, str) for value in values):
            at += not isinstance(word, str)
            continue
        xs, ys = cast("list[float]", values[-2::-2]), cast("list[float]", values[-1::-2])
        points = [(x * a + y * c + e, x * b + y * d + f) for x, y in zip(xs, ys, strict=False)][::-1]
        if command in ("M", "S") or not lines:
            lines.append([points[-1]])
        else:
            if command in ("Q", "B"):
                lines[-1].append(_half_way([lines[-1][-1], *points]))
            lines[-1].append(points[-1])
        at += count
    return lines


def _words(data: str) -> list[str | float]:
    """Commands as letters, arguments as numbers; what is neither is left out."""
    pieces = data.split()
    words: list[str | float] = []
    try:
        words = [piece if piece in _ARGUMENTS else float(piece) for piece in pieces[:_MOST_COMMANDS]]
    except ValueError:
        for match in itertools.islice(_COMMAND.finditer(data), _MOST_COMMANDS):
            word = match[0].upper()
            if word in _ARGUMENTS:
                words.append(word)
            elif not word.isalpha():
                words.append(number(word, 0.0))
    words = [word for word in words if isinstance(word, str) or abs(word) <= _FARTHEST]
    return words if words and isinstance(words[0], str) else ["M", *words]


def _half_way(points: Sequence[Point]) -> Point:
    """The middle of a Bézier curve of two or three degrees."""
    weights = (0.25, 0.5, 0.25) if len(points) == 3 else (0.125, 0.375, 0.375, 0.125)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
    )


def covers_point(shapes: Iterable[Sequence[Point]], x: float, y: float) -> bool:
    """Whether a point lies inside filled outlines (even-odd rule)."""
    odd = False
    for shape in shapes:
        last_x, last_y = shape[-1]
        for next_x, next_y in shape:
            if (next_y > y) != (last_y > y) and x < (last_x - next_x) * (y - next_y) / (
                last_y - next_y
            ) + next_x:
                odd = not odd
            last_x, last_y = next_x, next_y
    return odd
