"""Texts with numbers written one by one, as offices write them; ⟦kind:number⟧ is what is to be found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.labelled import numbers_by_hand_dev, numbers_by_hand_test
from tests.labelled.number_values import KINDS
from tests.labelled.sample import Half, Mark, Sample, of

_MARKED = re.compile(r"⟦(\w+):(.*?)⟧", re.DOTALL)
_KINDS = {
    "i": "privacy.resident_id", "m": "privacy.mobile", "l": "privacy.landline", "c": "privacy.bank_card", "e": "privacy.email",
    "v": "privacy.plate", "p": "privacy.passport",
}  # fmt: skip

_TEXTS: Mapping[Half, Sequence[str]] = {"dev": numbers_by_hand_dev.TEXTS, "test": numbers_by_hand_test.TEXTS}


def texts(half: Half) -> Sequence[Sample]:
    """The hand-written samples of a half."""
    return [_sample(text) for text in _TEXTS[half]]


def _sample(text: str) -> Sample:
    pieces: list[str | Mark] = []
    at = 0
    for marked in _MARKED.finditer(text):
        pieces += [text[at : marked.start()], Mark(marked[2], _KINDS[marked[1]])]
        at = marked.end()
    family = "by_hand" if at else "by_hand.nothing"
    return of(*(piece for piece in [*pieces, text[at:]] if piece), family=family, kinds=sorted(KINDS))
