"""Ways in which a secrecy marking gets written: by offices, by layouts, by those who do not want it to be found."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from tests.labelled.sample import Half

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"
BLANKS = " \u3000\u00a0\u2002\u2009"
DASHES = "-－—‐·.．•_"

TRADITIONAL: Mapping[Half, Mapping[str, str]] = {
    "dev": {
        "机": "機",
        "绝": "絕",
        "级": "級",
        "长": "長",
        "个": "個",
        "启": "啟",
        "时": "時",
        "间": "間",
        "条": "條",
    },
    "test": {
        "机": "機",
        "绝": "絶",
        "秘": "祕",
        "级": "級",
        "长": "長",
        "个": "個",
        "启": "啓",
        "时": "時",
        "间": "間",
    },
}

LOOKALIKES: Mapping[Half, Mapping[str, str]] = {
    "dev": {"密": "宻宓蜜", "机": "杋杌肌", "秘": "祕泌柲", "绝": "絶绐"},
    "test": {"密": "宻谧蔤樒", "机": "朹玑杋叽", "秘": "毖柲铋秕", "绝": "絕绌绖"},
}

OTHER_STARS: Mapping[Half, Sequence[str]] = {
    "dev": ("☆", "⋆", "＊", "*", "·", "﹡", "✱", "※", "◆", "★★", "⭐"),
    "test": ("✩", "✰", "∗", "*", "•", "✳", "❋", "●", "■", "☆☆", "⭐\ufe0f", "＃", "✦", "○", "†"),
}

_SCRIPTS = tuple(
    {ord(str(digit)): chr(zero + digit) for digit in range(10)}
    for zero in (0x1D7CE, 0x1D7D8, 0x1D7EC, 0x0660)
)

Write = Callable[[random.Random, str, Half], str]


def _spread(chance: random.Random, mark: str, half: Half) -> str:
    blank = chance.choice(BLANKS)
    return blank.join(mark.replace(" ", ""))


def _invisible(chance: random.Random, mark: str, half: Half) -> str:
    written = "".join(one + (chance.choice(INVISIBLE) if chance.random() < 0.6 else "") for one in mark[:-1])
    return written[:1] + chance.choice(INVISIBLE) + written[1:] + mark[-1]


def _lines(chance: random.Random, mark: str, half: Half) -> str:
    at = chance.randrange(1, len(mark))
    return mark[:at] + "\n" + mark[at:]


def _column(chance: random.Random, mark: str, half: Half) -> str:
    return "\n".join(mark)


def _traditional(chance: random.Random, mark: str, half: Half) -> str:
    return "".join(TRADITIONAL[half].get(one, one) for one in mark)


def _lookalike(chance: random.Random, mark: str, half: Half) -> str:
    table = LOOKALIKES[half]
    at = chance.choice([index for index, one in enumerate(mark[:4]) if one in table])
    return mark[:at] + chance.choice(table[mark[at]]) + mark[at + 1 :]


def _hyphenated(chance: random.Random, mark: str, half: Half) -> str:
    return chance.choice(DASHES).join(mark)


def _other_star(chance: random.Random, mark: str, half: Half) -> str:
    return mark.replace("★", chance.choice(OTHER_STARS[half]))


def _other_digits(chance: random.Random, mark: str, half: Half) -> str:
    return mark.translate(chance.choice(_SCRIPTS))


def _mixed(chance: random.Random, mark: str, half: Half) -> str:
    for write in chance.sample((_traditional, _other_star, _invisible, _spread), 2):
        mark = write(chance, mark, half)
    return mark.translate(FULL_WIDTH) if chance.random() < 0.5 else mark


FORMS: Mapping[str, Write] = {
    "plain": lambda chance, mark, half: mark,
    "full_width": lambda chance, mark, half: mark.translate(FULL_WIDTH),
    "spaced": _spread,
    "spaced_star": lambda chance, mark, half: mark.replace("★", f" {chance.choice('★☆')} "),
    "hyphenated": _hyphenated,
    "line_broken": _lines,
    "column": _column,
    "zero_width": _invisible,
    "traditional": _traditional,
    "lookalike": _lookalike,
    "other_star": _other_star,
    "other_digits": _other_digits,
    "mixed": _mixed,
    "two_segments": lambda chance, mark, half: mark,
    "cells": lambda chance, mark, half: mark,
}
"""Every way of writing; the last two break the marking over segments or the cells of a row."""
