"""Addresses of persons are found beyond township and street; those of offices are not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from benchmarks import quality
from disclosure_pipeline.builtin.detectors.persons.address import Address
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.settings.policy import load_rulebook
from tests.labelled import addresses
from tests.labelled.sample import Half, Sample, in_segments, of

CONFIG = Path(__file__).parents[2] / "config"


@cache
def rulebook() -> RuleBook:
    return load_rulebook(CONFIG)


@cache
def detector() -> Address:
    return Address(rulebook())


def found(sample: Sample) -> Sequence[Finding]:
    return detector().detect(sample.part)


def words(text: str) -> list[str | None]:
    return [item.text for item in found(of(text, family="address"))]


def test_it_proves_itself() -> None:
    assert prove(detector(), "builtin.address") is None


@pytest.mark.parametrize("half", get_args(Half))
def test_labelled_addresses(half: Half) -> None:
    total = quality.Tally()
    for sample in addresses.samples(half):
        total.add(quality.score(sample, [detector()])[0])
    assert total.labels > 300
    assert total.touched / total.labels >= 0.95
    assert total.near / total.found >= 0.95
    assert total.fired / total.traps <= 0.05


def test_the_halves_share_no_text() -> None:
    dev, test = ({sample.plain for sample in addresses.samples(half)} for half in get_args(Half))
    assert not dev & test


def test_an_address_up_to_the_township_is_none() -> None:
    assert words("家庭住址：青山县东关镇") == []
    assert words("家庭住址：青山县东关镇幸福村") == ["青山县东关镇幸福村"]


def test_what_is_masked_is_none() -> None:
    assert words("住址：东关镇***村**组；户籍地：某县某镇某村") == []


def test_the_nearest_word_says_whose_address_it_is() -> None:
    assert words("申请人：王某，男，住所地：青山县人民路18号。") == ["青山县人民路18号"]
    assert words("申请人王某诉青山县水务局，住所地：青山县人民路18号。") == []


def test_an_address_over_two_lines_is_found_whole() -> None:
    sample = in_segments(["家庭住址：东关镇幸"], ["福村3组12号"], family="address", form="two_lines")
    (finding,) = found(sample)
    assert [sample.text.segments[at].text[start:end] for at, start, end in finding.ranges] == [
        "东关镇幸", "福村3组12号",
    ]  # fmt: skip


def test_a_form_asks_with_the_cell_at_the_left() -> None:
    sample = in_segments(
        ["姓名", "王某", "家庭住址", "东关镇幸福村3组"], family="address", form="form", table=True
    )
    assert [item.text for item in found(sample)] == ["东关镇幸福村3组"]


def test_the_same_column_means_offices_in_a_list_of_offices() -> None:
    rows = (["1", "某某", "人民路18号"], ["2", "某某", "人民路20号"])
    persons = in_segments(["序号", "姓名", "地址"], *rows, family="address", form="list", table=True)
    offices = in_segments(["序号", "单位名称", "地址"], *rows, family="address", form="list", table=True)
    assert len(found(persons)) == 2
    assert found(offices) == []


def test_a_finding_says_why_and_how_to_mask() -> None:
    (finding,) = found(of("家庭住址：东关镇幸福村3组", family="address"))
    assert finding.kind == "privacy.address"
    assert "住址" in finding.why and "幸福村" not in finding.why
    assert "乡镇" in finding.suggestion


@pytest.mark.parametrize("line", ["1" * 100_000, "幸福村3组" * 20_000, "家庭住址：" * 20_000, "住 " * 50_000])
def test_no_line_takes_long(line: str) -> None:
    sample = of(line, family="address")
    assert sample.part.views.plain.text
    begun = time.process_time()
    found(sample)
    assert time.process_time() - begun < 5


def test_without_its_rule_it_does_not_start() -> None:
    others = tuple(rule for rule in rulebook().rules if rule.form != "address")
    with pytest.raises(ConfigError, match="address"):
        Address(RuleBook(others))


def test_a_rule_that_lacks_an_option_is_refused() -> None:
    (rule,) = rulebook().of_form("address")
    bare = replace(rule, options={name: value for name, value in rule.options.items() if name != "person"})
    with pytest.raises(ConfigError, match="options"):
        Address(RuleBook((bare,)))


def test_an_expired_rule_stops_the_screening() -> None:
    from datetime import date

    (rule,) = rulebook().of_form("address")
    with pytest.raises(DisclosureError, match="expired"):
        Address(RuleBook((replace(rule, expires=date(2020, 1, 1)),))).detect(of("住址：", family="a").part)
