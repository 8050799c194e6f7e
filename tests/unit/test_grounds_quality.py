"""How much of the labelled texts is found, how much of the policy prose is left alone; both halves."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from disclosure_pipeline.builtin.registration.grounds import register_detectors as of_form
from disclosure_pipeline.builtin.registration.wording import register_detectors as of_wording
from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.model.finding import Finding, Severity
from tests.labelled import grounds, policy_prose
from tests.labelled.sample import Half, Sample
from tests.unit.screening_rules import shipped

HALVES: tuple[Half, ...] = ("dev", "test")


@cache
def detectors() -> tuple[Detector, ...]:
    context = PluginContext(None, shipped(), {})
    return (*of_wording(context), *of_form(context))


def to_settle(sample: Sample) -> list[Finding]:
    """What a person would have to settle in a sample."""
    found = (finding for detector in detectors() for finding in detector.detect(sample.part))
    return [finding for finding in found if finding.severity is not Severity.INFO]


def is_found(sample: Sample) -> bool:
    """Whether a finding of the right kind covers some of the first label."""
    label = sample.labels[0]
    return any(
        finding.kind == label.kind and segment == label.segment and start < label.end and end > label.start
        for finding in to_settle(sample)
        for segment, start, end in finding.ranges
    )


@pytest.mark.parametrize("half", HALVES)
def test_what_a_ground_protects_is_found(half: Half) -> None:
    found, all_of = Counter[str](), Counter[str]()
    for sample in grounds.samples(half):
        for score in (sample.family, "all"):
            all_of[score] += 1
            found[score] += is_found(sample)
    shares = {score: found[score] / all_of[score] for score in all_of}
    assert shares["all"] >= 0.95, shares
    assert min(shares.values()) >= 0.88, shares


@pytest.mark.parametrize("half", HALVES)
def test_prose_that_speaks_of_it_stays_quiet(half: Half) -> None:
    samples = [sample for sample in policy_prose.samples(half) if sample.form == "plain"]
    characters = sum(len(sample.plain) for sample in samples)
    false = sum(len(to_settle(sample)) for sample in samples)
    assert false * 2000 <= characters, "more than 5 in 10,000 characters where every sentence names a ground"


def test_the_samples_are_many_and_different() -> None:
    assert sum(len(policy_prose.samples(half)) for half in HALVES) >= 400
    dev, test = ({sample.plain for sample in grounds.samples(half)} for half in HALVES)
    assert not dev & test
    assert min(len(dev), len(test)) >= 1000
