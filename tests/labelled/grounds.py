"""Office texts that hold what a legal ground protects, in several ways of writing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tests.labelled import grounds_dev, grounds_test
from tests.labelled.sample import Half, Mark, Sample, in_segments, of

_SEEDS: Mapping[Half, int] = {"dev": 23, "test": 89}
_TEXTS = {"dev": grounds_dev.TEXTS, "test": grounds_test.TEXTS}
_SLOT = re.compile(r"\{([a-zA-Z])\}")
_MARKED = re.compile(r"(⟦.*?⟧)", re.DOTALL)
_WORDS: Mapping[Half, Mapping[str, Sequence[str]]] = {
    "dev": {
        "p": ("东山镇", "会泽县城关", "大桥乡", "平川镇"), "o": ("县水务局", "市发展改革委", "东山镇人民政府", "恒泰建材有限公司"),
        "x": ("王建国", "李桂芳", "张某某", "陈志明"), "d": ("2026年3月5日", "9月12日", "2025年12月30日"),
    },
    "test": {
        "p": ("青龙街道", "双河村", "永昌县西河", "石门坎"), "o": ("区自然资源局", "县医保局", "宏远化工厂", "西河乡卫生院"),
        "x": ("赵永强", "周秀英", "刘某", "孙伟"), "d": ("2026年7月18日", "11月3日", "2024年10月8日"),
    },
}  # fmt: skip
_ALIKE = {"y": "x", "z": "x", "e": "d"}
_AFTERWARDS = ("", "\n特此说明。", "\n以上内容请阅。")

_Pieces = list[str | Mark]


def samples(half: Half) -> Sequence[Sample]:
    """Every sample of a half, the same in every run."""
    chance = random.Random(_SEEDS[half])
    return [
        sample
        for kind, templates in _TEXTS[half].items()
        for template in templates
        for sample in _written(chance, half, kind, template)
    ]


def _written(chance: random.Random, half: Half, kind: str, template: str) -> Iterator[Sample]:
    filled = _filled(chance, half, template)
    for form, change in _forms(kind).items():
        words = filled + chance.choice(_AFTERWARDS)
        pieces = [change(piece) for piece in _pieces(words, kind)]
        if form == "segments":
            yield _in_segments(words, kind)
        else:
            yield of(*pieces, family=kind, form=form)


def _forms(kind: str) -> Mapping[str, Callable[[str | Mark], str | Mark]]:
    forms: dict[str, Callable[[str | Mark], str | Mark]] = {
        "plain": lambda piece: piece,
        "segments": lambda piece: piece,
    }
    if kind != "security.credential":
        forms |= {
            "traditional": _changed(_traditional),
            "zero_width": _changed("\u200b".join),
            "blanks": _changed(_spaced),
        }
    return forms | {"full_width": _changed(_wide)}


def _changed(change: Callable[[str], str]) -> Callable[[str | Mark], str | Mark]:
    return lambda piece: change(piece) if isinstance(piece, str) else Mark(change(piece.text), piece.kind)


def _traditional(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def _spaced(text: str) -> str:
    """Blanks between the characters of what is only Han, as headings are spread out."""
    return " ".join(text) if re.fullmatch("[\u4e00-\u9fff]{2,8}", text) else text


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def _in_segments(words: str, kind: str) -> Sample:
    """Each line a segment; lines with tabs the rows of a table."""
    lines: list[_Pieces] = []
    is_table = words.count("\t") > 1
    marked = False
    for line in words.split("\n"):
        marked, pieces = _line(line, kind, marked)
        lines.append(pieces)
    if is_table:
        rows = [list(_row(pieces)) for pieces in lines]
        return in_segments(*rows, family=kind, form="table", table=True)
    return in_segments(*lines, family=kind, form="segments")


def _row(pieces: _Pieces) -> Iterator[str | Mark]:
    kind = next((piece.kind for piece in pieces if isinstance(piece, Mark)), "")
    joined = "".join(piece if isinstance(piece, str) else f"⟦{piece.text}⟧" for piece in pieces)
    for cell in joined.split("\t"):
        bare = cell.replace("⟦", "").replace("⟧", "")
        yield Mark(bare, kind) if bare != cell else bare


def _line(line: str, kind: str, marked: bool) -> tuple[bool, _Pieces]:
    """The pieces of a line, and whether the mark goes on in the next one."""
    text = f"⟦{line}" if marked else line
    opened = text.count("⟦") > text.count("⟧")
    return opened, _pieces(f"{text}⟧" if opened else text, kind)


def _pieces(words: str, kind: str) -> _Pieces:
    return [
        Mark(piece[1:-1], kind) if piece.startswith("⟦") else piece for piece in _MARKED.split(words) if piece
    ]


def _filled(chance: random.Random, half: Half, template: str) -> str:
    def value(match: re.Match[str]) -> str:
        slot = match[1]
        if slot in "nm":
            return str(chance.randint(3, 29))
        if slot == "N":
            return str(chance.randint(310, 9870))
        if slot in "tuv":
            return f"1{chance.choice('3589')}{chance.randint(0, 9)}{chance.randint(10000000, 99999999)}"
        return chance.choice(_WORDS[half][_ALIKE.get(slot, slot)])

    return _SLOT.sub(value, template)
