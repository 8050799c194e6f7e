"""What is told about a person's health, family, childhood, faith and whereabouts; not what is said about the matter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from benchmarks import screening_scores
from disclosure_pipeline.builtin.detectors.persons.circumstances import Circumstances
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.settings.policy import load_rulebook
from tests.labelled import circumstances
from tests.labelled.sample import Half, in_segments, of

CONFIG = Path(__file__).parents[2] / "config"


@cache
def detector() -> Circumstances:
    return Circumstances(load_rulebook(CONFIG))


def told(text: str) -> list[tuple[str, str | None]]:
    return [(item.kind, item.text) for item in detector().detect(of(text, family="c").part)]


def test_it_proves_itself() -> None:
    assert prove(detector(), "builtin.circumstances") is None


@pytest.mark.parametrize("half", get_args(Half))
def test_labelled_circumstances(half: Half) -> None:
    working = screening_scores.detectors(["circumstances"])
    total = screening_scores.Tally()
    for sample in circumstances.samples(half):
        total.add(screening_scores.score(sample, working)[0])
    assert total.labels > 200
    assert total.touched / total.labels >= 0.95
    assert total.near / total.found >= 0.95
    assert total.fired / total.traps <= 0.05


def test_an_illness_counts_with_somebody_who_has_it() -> None:
    assert told("户主王某因患尿毒症致贫。") == [("privacy.health", "尿毒症")]
    assert told("提高因患尿毒症致贫人口的救助水平。") == []


def test_a_column_counts_in_a_list_of_persons() -> None:
    rows = (["某某", "一级"], ["某某", "二级"])
    persons = in_segments(["姓名", "残疾等级"], *rows, family="c", form="list", table=True)
    standard = in_segments(["补贴标准", "残疾等级"], *rows, family="c", form="list", table=True)
    assert [item.text for item in detector().detect(persons.part)] == ["一级", "二级"]
    assert detector().detect(standard.part) == []


def test_what_says_nothing_is_no_finding() -> None:
    assert told("健康状况：良好\n过敏史：无\n诊断：***") == []


def test_reasons_hold_no_words_of_the_text() -> None:
    (finding,) = detector().detect(of("婚姻状况：离异", family="c").part)
    assert "离异" not in finding.why and finding.why


def test_without_its_rules_it_does_not_start() -> None:
    others = tuple(rule for rule in load_rulebook(CONFIG).rules if rule.form != "circumstance")
    with pytest.raises(ConfigError):
        Circumstances(RuleBook(others))
