"""How well markings and notices are found in the labelled papers, and how quiet prose about secrets stays."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import pytest

from disclosure_pipeline.builtin.detectors.secrecy.internal import InternalNotice
from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.hooks.contracts import Detector
from disclosure_pipeline.model.finding import MARKING, Finding
from tests.labelled import markings, secrecy_prose
from tests.labelled.sample import Half, Sample
from tests.unit.screening_rules import assert_offsets, part, shipped

HALVES: Sequence[Half] = get_args(Half)


@pytest.fixture(scope="module")
def detectors() -> Sequence[Detector]:
    return SecrecyMarking(shipped()), InternalNotice(shipped())


def found(detectors: Sequence[Detector], sample: Sample) -> list[Finding]:
    return [finding for detector in detectors for finding in detector.detect(sample.part)]


def is_found(sample: Sample, findings: Sequence[Finding]) -> bool:
    return any(
        finding.kind == label.kind and segment == label.segment and start < label.end and end > label.start
        for finding in findings
        for segment, start, end in finding.ranges
        for label in sample.labels
    )


@pytest.mark.parametrize("half", HALVES)
def test_markings_are_found_in_every_way_of_writing(detectors: Sequence[Detector], half: Half) -> None:
    seen: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for sample in markings.samples(half):
        findings = found(detectors, sample)
        assert_offsets(findings, sample.part)
        name = "notices" if sample.labels[0].kind == "secrecy.internal" else sample.form
        seen[name] += 1
        missed[name] += not is_found(sample, findings)
    assert seen.total() > 1400
    shares = {name: missed[name] / count for name, count in seen.items()}
    assert {name: share for name, share in shares.items() if share > 0.02} == {}
    assert missed.total() <= 0.005 * seen.total()


@pytest.mark.parametrize("half", HALVES)
def test_prose_about_secrets_stays_quiet(detectors: Sequence[Detector], half: Half) -> None:
    samples = secrecy_prose.samples(half)
    fired = [
        finding for sample in samples for finding in found(detectors, sample) if finding.kind in sample.kinds
    ]
    assert len({sample.plain for sample in samples}) > 600
    assert [finding.rule for finding in fired if finding.kind == MARKING] == []
    assert len(fired) <= 0.01 * len(samples)


FLOODS = [
    "机密★", "机密★10年", "机密\n", "机密\t", "机密 ", "密", "内部", "内部资料 注意保存 ", "★", "【机密】", "(机密)", "☑机密", "□机密",
    "㊙", "000001 机密 ", "密级：", "保密期限：", "不得外传", "阅后", "此件", "此件发至", "本文密级为", "机-", "机密、", "“机密★", "如“",
    "机", "绝", " ", "合同", "TOP SECRET ", "S", "木几", "1 ", "年", "(", "国家秘密",
]  # fmt: skip


@pytest.mark.parametrize("piece", FLOODS)
def test_no_line_is_slow(detectors: Sequence[Detector], piece: str) -> None:
    screened = part(piece * 40_000)
    assert screened.views.plain.text is not None
    for detector in detectors:
        began = time.process_time()
        findings = detector.detect(screened)
        assert (
            time.process_time() - began < 1.5
        )  # a quarter of it on a quiet machine; quadratic would be a minute
        assert len(findings) <= 1500


def test_a_flood_is_counted_in_one_finding() -> None:
    text = "机密★10年，"
    findings = SecrecyMarking(shipped()).detect(part(*[text] * 1000))
    assert len(findings) == 201
    assert findings[-1].count == 800
    assert len(findings[-1].ranges) == 800
    assert sum(finding.count for finding in findings) == 1000
