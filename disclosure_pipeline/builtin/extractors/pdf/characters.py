"""The characters of a page: their boxes, asked of pdfium in as few steps as its interface allows.

A page may have thousands of runs, and a call through the typed bindings costs three times what it costs to answer
it. Here the arguments are made once, and the answers of many calls are read from one array.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from typing import Any

_ROOM = 256
"""Runs whose boxes are asked for at once."""

Area = tuple[float, float, float, float]
"""Left, bottom, right and top side in pdf space."""

Sides = tuple[list[float], list[float], list[float], list[float]]
"""Left, top, right and bottom sides, one of each a run."""


class Characters:
    """What pdfium knows of a page's characters; boxes are in pdf space.

    Args:
        text_page: pdfium's handle, open as long as this is used.
    """

    def __init__(self, text_page: Any):
        self._page = ctypes.c_void_p(ctypes.addressof(text_page.contents))
        self._bindings = _bindings()

    def runs(self, start: int, length: int) -> Sides:
        """The boxes around the letters of each text object among some characters.

        Args:
            start: first character.
            length: number of characters.
        """
        bindings = self._bindings
        total = bindings.count_runs(self._page, start, length)
        if total == 1 and bindings.ask_run(self._page, 0, *bindings.first_run_places):
            left, top, right, bottom = bindings.first_run
            return [left], [top], [right], [bottom]
        sides: list[float] = []
        for first in range(0, total, _ROOM):
            end = min(first + _ROOM, total)
            known = list(map(bindings.ask_run, repeat(self._page), range(first, end), *bindings.run_places))
            answers = bindings.runs[: 4 * len(known)].tolist()
            sides += answers if all(known) else _of_known(answers, known)
        return sides[::4], sides[1::4], sides[2::4], sides[3::4]

    def boxes(self, start: int, length: int) -> list[Area | None]:
        """(left, bottom, right, top) of characters, as high as their fonts; ``None`` for those that have none.

        Args:
            start: first character.
            length: number of characters.
        """
        bindings = self._bindings
        areas: list[Area | None] = []
        for first in range(start, start + length, _ROOM):
            numbers = range(first, min(first + _ROOM, start + length))
            known = list(map(bindings.ask_letter, repeat(self._page), numbers, bindings.letter_places))
            sides = bindings.letters[: 4 * len(known)].tolist()
            corners = zip(known, sides[::4], sides[3::4], sides[2::4], sides[1::4], strict=True)
            areas += [(left, low, right, top) if ok else None for ok, left, low, right, top in corners]
        return areas

    def box(self, index: int) -> Area | None:
        """The box of one character, as those of :meth:`boxes`."""
        bindings = self._bindings
        if not bindings.ask_letter(self._page, index, bindings.letter_places[0]):
            return None
        left, top, right, low = bindings.first_letter
        return left, low, right, top

    def is_meaningless(self, index: int) -> bool:
        """Whether the font does not say which character a glyph is."""
        return bool(self._bindings.ask_meaning(self._page, index) == 1)

    def source(self, index: int) -> int:
        """The address of the text object that draws a character; 0 when none does."""
        return self._bindings.ask_source(self._page, index) or 0


class _Bindings:
    """pdfium's functions without the types of their arguments, and the memory that they answer into."""

    def __init__(self) -> None:
        import pypdfium2.raw as pdfium

        self.count_runs = _untyped(pdfium.FPDFText_CountRects)
        self.ask_run = _untyped(pdfium.FPDFText_GetRect)
        self.ask_letter = _untyped(pdfium.FPDFText_GetLooseCharBox)
        self.ask_meaning = _untyped(pdfium.FPDFText_HasUnicodeMapError)
        self.ask_source = _untyped(pdfium.FPDFText_GetTextObject, ctypes.c_void_p)
        runs, letters = (ctypes.c_double * (4 * _ROOM))(), (pdfium.FS_RECTF * _ROOM)()
        step, size = ctypes.sizeof(ctypes.c_double), ctypes.sizeof(pdfium.FS_RECTF)
        self.run_places = [
            [ctypes.byref(runs, step * at) for at in range(side, 4 * _ROOM, 4)] for side in range(4)
        ]
        self.letter_places = [ctypes.byref(letters, size * at) for at in range(_ROOM)]
        self.first_run_places = [places[0] for places in self.run_places]
        self.runs = memoryview(runs).cast("B").cast("d")
        self.first_run = self.runs[:4]
        self.letters = memoryview(letters).cast("B").cast("f")
        self.first_letter = self.letters[:4]


@cache
def _bindings() -> _Bindings:
    """Made once for a process: pdfium answers one question at a time anyway."""
    return _Bindings()


def _of_known(sides: Sequence[float], known: Sequence[float]) -> list[float]:
    return [side for at, answer in enumerate(known) if answer for side in sides[4 * at : 4 * at + 4]]


def _untyped(function: Any, answer: Any = ctypes.c_int) -> Any:
    """The same function, whose arguments are already what C takes; no other thread runs while it answers."""
    return ctypes.cast(function, ctypes.PYFUNCTYPE(answer))
