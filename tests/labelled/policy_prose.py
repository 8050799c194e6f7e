"""Prose as in rules, guides and plans: it speaks of what the legal grounds protect and holds none of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from disclosure_pipeline.model.finding import FINDING_KINDS
from tests.labelled import policy_prose_dev, policy_prose_test
from tests.labelled.sample import Half, Sample, in_segments, of

_SEEDS: Mapping[Half, int] = {"dev": 11, "test": 73}
_WORDS = {"dev": policy_prose_dev, "test": policy_prose_test}
_KINDS = tuple(kind for kind in FINDING_KINDS if not kind.startswith(("privacy.", "secrecy.")))
_GENERATED = 180
_LINES = 6


def samples(half: Half) -> Sequence[Sample]:
    """At least 400 paragraphs over both halves, single and as pages of several."""
    words, chance = _WORDS[half], random.Random(_SEEDS[half])
    generated = [
        chance.choice(words.NORMS).replace("{t}", topic) for topic in _repeated(words.TOPICS, _GENERATED)
    ]
    single = [
        *(of(text, family="prose.written", kinds=_KINDS) for text in words.SENTENCES),
        *(of(text, family="prose.norm", kinds=_KINDS) for text in generated),
    ]
    lines = [*words.SENTENCES, *generated]
    chance.shuffle(lines)
    pages = [
        in_segments(
            *([line] for line in lines[at : at + _LINES]), family="prose.page", form="lines", kinds=_KINDS
        )
        for at in range(0, len(lines), _LINES)
    ]
    return [*single, *pages]


def _repeated(topics: Sequence[str], count: int) -> list[str]:
    return [topics[number % len(topics)] for number in range(count)]
