"""Addresses of persons are found beyond township and street; those of offices are not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from benchmarks import screening_scores
from disclosure_pipeline.builtin.detectors.persons.address import Address
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.model.finding import Finding, Severity
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
    total = screening_scores.Tally()
    for sample in addresses.samples(half):
        total.add(screening_scores.score(sample, [detector()])[0])
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


VILLAGES = [
    "幸福村三组",
    "幸福村3组",
    "东坡村第二村民小组",
    "石桥村委会",
    "大石头屯",
    "东街社区",
    "三号桥村二组",
]
HOUSES = [
    "幸福村三组12号",
    "幸福村3-2-501",
    "幸福小区3号楼2单元501室",
    "东街社区人民路18号",
    "石桥村105",
    "河湾村5栋",
]


def in_a_list(
    heading: str, cells: Sequence[str], title: str = "", column: str = "补贴金额"
) -> Sequence[Finding]:
    rows = [[title]] if title else []
    body = [[str(number), "张三", cell, "800"] for number, cell in enumerate(cells, 1)]
    rows += [["序号", "姓名", heading, column], *body]
    return found(in_segments(*rows, family="address", form="table", table=True))


@pytest.mark.parametrize(
    "heading",
    ["村组", "村（社区）", "所在村", "所属行政村", "村民小组", "乡镇、村", "所在村组", "村别", "村/组"],
)
def test_a_column_of_villages_is_mentioned_once(heading: str) -> None:
    (mention,) = in_a_list(heading, VILLAGES)
    assert (mention.severity, mention.rule) == (Severity.INFO, "D9.village_column")
    assert mention.text == VILLAGES[0]
    assert mention.count == len(mention.ranges) >= 4
    assert in_a_list(heading, ["东关镇", "西关镇"]) == []


@pytest.mark.parametrize("heading", ["村组", "村（社区）", "所在村"])
@pytest.mark.parametrize("house", HOUSES)
def test_a_house_in_a_column_of_villages_is_an_address(heading: str, house: str) -> None:
    (address,) = (one for one in in_a_list(heading, [VILLAGES[0], house]) if one.severity is Severity.REVIEW)
    assert (address.text, address.rule) == (house, "D9.address")


def test_villages_elsewhere_are_addresses() -> None:
    """Under a heading for addresses, in a list of patients or children, in a form and in a sentence."""
    for screened in (
        in_a_list("家庭住址", VILLAGES[:2]),
        in_a_list("村组", VILLAGES[:2], column="诊断"),
        in_a_list("村组", VILLAGES[:2], title="留守儿童名单"),
        found(in_segments(["村组", "幸福村三组", "姓名", "张三"], ["性别", "男", "村组", "幸福村三组"],
                          family="address", form="table", table=True)),
    ):  # fmt: skip
        assert {one.rule for one in screened} == {"D9.address"}


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
