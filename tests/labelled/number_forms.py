"""Ways in which people, layouts and evaders write a number."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from tests.labelled.number_values import Value

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SCRIPTS = tuple(
    {ord(str(digit)): chr(zero + digit) for digit in range(10)}
    for zero in (0x0660, 0x0966, 0x0E50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)
)
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
BLANKS = "\u00a0\u3000\u2002\u2003\u2009"
DASHES = "-－–—‐"
DOTS = ".·．•"

Write = Callable[[random.Random, str, Sequence[int]], str]


def _grouped(number: str, groups: Sequence[int], separator: str) -> str:
    pieces, at = [], 0
    for length in groups:
        pieces.append(number[at : at + length])
        at += length
    pieces.append(number[at:])
    return separator.join(piece for piece in pieces if piece)


def _cut(chance: random.Random, number: str) -> int:
    return chance.randrange(1, len(number))


def _line_broken(chance: random.Random, number: str, groups: Sequence[int]) -> str:
    at = _cut(chance, number)
    return number[:at].rstrip() + "\n" + number[at:].lstrip()


def _invisible(chance: random.Random, number: str, groups: Sequence[int]) -> str:
    return number[0] + "".join(
        (chance.choice(INVISIBLE) if chance.random() < 0.4 else "") + character for character in number[1:]
    )


def _mixed(chance: random.Random, number: str, groups: Sequence[int]) -> str:
    separator = chance.choice((" ", "-", "·", "\u3000", " - "))
    written = _grouped(number, groups, separator) if groups else number
    written = _invisible(chance, written, groups)
    if chance.random() < 0.5:
        written = written.translate(FULL_WIDTH)
    elif chance.random() < 0.5:
        written = written.translate(chance.choice(SCRIPTS))
    return _line_broken(chance, written, groups) if chance.random() < 0.4 else written


FORMS: Mapping[str, Write] = {
    "plain": lambda chance, number, groups: number,
    "full_width": lambda chance, number, groups: number.translate(FULL_WIDTH),
    "spaced_each": lambda chance, number, groups: " ".join(number.replace(" ", "")),
    "spaced_groups": lambda chance, number, groups: _grouped(number, groups, " "),
    "hyphenated": lambda chance, number, groups: _grouped(number, groups, chance.choice(DASHES)),
    "dotted": lambda chance, number, groups: _grouped(number, groups, chance.choice(DOTS)),
    "line_broken": _line_broken,
    "zero_width": _invisible,
    "other_digits": lambda chance, number, groups: number.translate(chance.choice(SCRIPTS)),
    "odd_blanks": lambda chance, number, groups: _grouped(number, groups, chance.choice(BLANKS)),
    "mixed": _mixed,
    "traditional": lambda chance, number, groups: number,
    "two_segments": lambda chance, number, groups: number,
    "two_cells": lambda chance, number, groups: number,
}
"""Every way of writing; the last ones change what stands around, or break the number over two places."""

_FITTING: Mapping[str, frozenset[str]] = {
    "digits": frozenset(FORMS),
    "landline": frozenset(FORMS) - {"spaced_groups", "hyphenated", "dotted", "odd_blanks"},
    "words": frozenset(FORMS) - {"spaced_groups", "hyphenated", "dotted", "odd_blanks"},
    "address": frozenset(
        {"plain", "full_width", "spaced_each", "line_broken", "zero_width", "traditional", "two_segments"}
    ),
    "name": frozenset({"plain", "full_width", "zero_width", "traditional"}),
}


def forms_of(value: Value) -> list[str]:
    """The ways of writing that a kind of number takes."""
    return [form for form in FORMS if form in _FITTING[value.forms]]


def split(chance: random.Random, number: str) -> tuple[str, str]:
    """A number in two pieces that both begin and end with a character of it."""
    places = [at for at in range(1, len(number)) if number[at - 1].isalnum() and number[at].isalnum()]
    at = chance.choice(places)
    return number[:at], number[at:]
