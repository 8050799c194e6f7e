"""Numbers of persons in every way of writing, in sentences, lists and tables."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tests.labelled import numbers_by_hand
from tests.labelled.number_forms import FORMS, forms_of, split
from tests.labelled.number_texts import HEADINGS, TEXTS, WORDS
from tests.labelled.number_values import KINDS, VALUES
from tests.labelled.sample import Half, Mark, Sample, in_segments, of

_SLOT = re.compile(r"\{([a-z]+)\}")
_SEEDS: Mapping[Half, int] = {"dev": 41, "test": 97}
_ROUNDS = {"id": 2, "mobile": 2, "landline": 2, "card": 2}
_WORDS = ("name", "place", "office", "item", "sum", "day")

_Pieces = list[str | Mark]


def samples(half: Half) -> Sequence[Sample]:
    """Every sample of a half, the same in every run."""
    return [*_generated(half), *numbers_by_hand.texts(half)]


@cache
def _generated(half: Half) -> tuple[Sample, ...]:
    chance = random.Random(_SEEDS[half])
    return tuple(
        sample
        for name in VALUES
        for form in forms_of(VALUES[name])
        for _ in range(_ROUNDS.get(name, 1))
        for sample in (*_in_sentences(chance, half, name, form), *_in_a_table(chance, half, name, form))
    )


def _in_sentences(chance: random.Random, half: Half, name: str, form: str) -> Iterator[Sample]:
    texts = TEXTS[half][name]
    for template in chance.sample(texts, min(len(texts), 4)):
        number = VALUES[name].make(chance, half)
        if form == "two_segments":
            first, second = split(chance, number)
            head, tail = template.split("{x}")
            yield in_segments(
                [*_filled(chance, half, head), Mark(first, VALUES[name].kind)],
                [Mark(second, VALUES[name].kind), *_filled(chance, half, tail)],
                family=name, form=form, kinds=sorted(KINDS),
            )  # fmt: skip
        elif form == "two_cells":
            first, second = split(chance, number)
            head, _ = template.split("{x}")
            label = "".join(piece for piece in _filled(chance, half, head) if isinstance(piece, str))
            yield in_segments(
                [label, Mark(first, VALUES[name].kind), Mark(second, VALUES[name].kind), "备注"],
                family=name, form=form, kinds=sorted(KINDS), table=True,
            )  # fmt: skip
        else:
            pieces = _filled(
                chance, half, template, Mark(_written(chance, name, number, form), VALUES[name].kind)
            )
            if form == "traditional":
                pieces = [_traditional(piece) if isinstance(piece, str) else piece for piece in pieces]
            yield of(*pieces, family=name, form=form, kinds=sorted(KINDS))


def _in_a_table(chance: random.Random, half: Half, name: str, form: str) -> Iterator[Sample]:
    """A list with headings, three persons long."""
    if form in ("two_segments", "two_cells"):
        return
    words, value = WORDS[half], VALUES[name]
    headings = ["序号", "姓名", chance.choice(HEADINGS[half][name]), "金额（元）"]
    if form == "traditional":
        headings = [_traditional(heading) for heading in headings]
    rows: list[_Pieces] = [[*headings]]
    for row in range(1, 4):
        number = Mark(_written(chance, name, value.make(chance, half), form), value.kind)
        rows.append([str(row), chance.choice(words["name"]), number, chance.choice(words["sum"])])
    yield in_segments(*rows, family=f"{name}.table", form=form, kinds=sorted(KINDS), table=True)


def _written(chance: random.Random, name: str, number: str, form: str) -> str:
    return FORMS[form](chance, number, VALUES[name].groups)


def _filled(chance: random.Random, half: Half, template: str, number: Mark | None = None) -> _Pieces:
    """A template's pieces with every slot filled."""
    pieces: _Pieces = []
    at = 0
    for slot in _SLOT.finditer(template):
        pieces.append(template[at : slot.start()])
        at = slot.end()
        if slot[1] in _WORDS:
            pieces.append(chance.choice(WORDS[half][slot[1]]))
        elif slot[1] == "x" and number is not None:
            pieces.append(number)
        else:
            pieces.append(Mark(VALUES[slot[1]].make(chance, half), VALUES[slot[1]].kind))
    return [piece for piece in [*pieces, template[at:]] if piece]


def _traditional(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")
