"""What the labelled numbers promise: nearly everything found in every way of writing, nearly no trap fires."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import get_args

import pytest

from benchmarks import screening_scores
from disclosure_pipeline.hooks.contracts import Detector
from tests.labelled import number_traps, numbers
from tests.labelled.sample import Half, Sample

HALVES = get_args(Half)


@cache
def working() -> tuple[Detector, ...]:
    return tuple(screening_scores.detectors(["personal_data"]))


def tally(samples: Sequence[Sample]) -> screening_scores.Tally:
    total = screening_scores.Tally()
    for sample in samples:
        total.add(screening_scores.score(sample, working())[0])
    return total


@pytest.mark.parametrize("half", HALVES)
def test_numbers_are_found_exactly(half: Half) -> None:
    counted = tally(numbers.samples(half))
    assert counted.samples > 1000
    assert counted.exact / counted.labels >= 0.99
    assert counted.right / counted.found >= 0.98


@pytest.mark.parametrize("half", HALVES)
def test_traps_do_not_fire(half: Half) -> None:
    counted = tally(number_traps.samples(half))
    assert counted.traps > 450
    assert counted.fired / counted.traps <= 0.005


def test_the_halves_share_no_sentence() -> None:
    for family in (numbers, number_traps):
        dev, test = ({sample.plain for sample in family.samples(half)} for half in HALVES)
        assert not dev & test
