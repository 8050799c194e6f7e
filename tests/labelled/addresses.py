"""Where people live, and where offices are: addresses in sentences, letters, forms and lists."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from tests.labelled.address_texts import BY_HAND, COLUMNS, LISTS, OFFICE, PLACES, TEXTS
from tests.labelled.sample import Half, Mark, Sample, in_segments, of

KIND = "privacy.address"
_SEEDS: Mapping[Half, int] = {"dev": 7, "test": 83}
_NAMES: Mapping[Half, tuple[str, ...]] = {
    "dev": ("张建国", "李秀英", "王某", "赵某某", "陈志强", "刘*"),
    "test": ("孙丽华", "周某", "吴国庆", "郑某某", "冯海燕", "杨**"),
}
_WIDE = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
_OPEN = re.compile(r"<([^<>]+)>")


def _spaced(chance: random.Random, written: str) -> str:
    """Blanks between the steps of an address."""
    return re.sub(
        r"(?<=[市县区镇乡道村路])(?=[^道区])", lambda _: chance.choice((" ", "\u3000", "\xa0")), written
    )


def _broken(chance: random.Random, written: str) -> str:
    at = chance.randrange(2, len(written) - 1)
    return f"{written[:at]}\n{written[at:]}"


def _invisible(chance: random.Random, written: str) -> str:
    at = chance.randrange(2, len(written) - 1)
    return f"{written[:at]}\u200b{written[at:]}"


FORMS: Mapping[str, Callable[[random.Random, str], str]] = {
    "plain": lambda _, written: written,
    "full_width": lambda _, written: written.translate(_WIDE),
    "spaced": _spaced,
    "line_broken": _broken,
    "zero_width": _invisible,
    "traditional": lambda _, written: written.translate(
        str.maketrans("东区镇乡号楼单组栋济庄兴丰华阳园园苏龙", "東區鎮鄉號樓單組棟濟莊興豐華陽園園蘇龍")
    ),
}


@cache
def samples(half: Half) -> Sequence[Sample]:
    """Every sample of a half, the same in every run."""
    chance = random.Random(_SEEDS[half])
    return (
        *_in_sentences(chance, half),
        *_in_tables(chance, half),
        *_by_hand(half),
        *_of_offices(chance, half),
    )


def _in_sentences(chance: random.Random, half: Half) -> Iterator[Sample]:
    for form, write in FORMS.items():
        for template in TEXTS[half]:
            address = write(chance, chance.choice(PLACES[half]))
            head, tail = template.format(name=chance.choice(_NAMES[half]), x="\0").split("\0")
            yield of(head, Mark(address, KIND), tail, family="address", form=form)


def _in_tables(chance: random.Random, half: Half) -> Iterator[Sample]:
    for form in ("plain", "full_width", "spaced", "zero_width", "traditional"):
        for heading in COLUMNS[half]:
            rows: list[list[str | Mark]] = [["序号", "姓名", heading, "备注"]]
            for number in range(1, 4):
                address = FORMS[form](chance, chance.choice(PLACES[half]))
                rows.append([str(number), chance.choice(_NAMES[half]), Mark(address, KIND), "无"])
            yield in_segments(*rows, family="address.table", form=form, table=True)


def _by_hand(half: Half) -> Iterator[Sample]:
    for written in BY_HAND[half]:
        pieces = [
            Mark(piece, KIND) if number % 2 else piece for number, piece in enumerate(_OPEN.split(written))
        ]
        yield of(*pieces, family="address.by_hand", kinds=(KIND,))


def _of_offices(chance: random.Random, half: Half) -> Iterator[Sample]:
    for number, written in enumerate(OFFICE[half]):
        yield of(written, family="address.trap", form="office", kinds=(KIND,))
        yield of(written.translate(_WIDE), family="address.trap", form=f"office {number % 2}", kinds=(KIND,))
    for headings, rows in LISTS[half]:
        chosen = chance.sample(list(rows), len(rows))
        yield in_segments(headings, *chosen, family="address.trap", form="table", kinds=(KIND,), table=True)
