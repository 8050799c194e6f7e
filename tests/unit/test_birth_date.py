"""Dates of birth are found, other dates are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from disclosure_pipeline.builtin.detectors.persons.birth_date import BirthDate
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.settings.policy import load_rulebook
from tests.labelled.sample import in_segments, of

CONFIG = Path(__file__).parents[2] / "config"


@cache
def detector() -> BirthDate:
    return BirthDate(load_rulebook(CONFIG))


def words(text: str) -> list[str | None]:
    return [item.text for item in detector().detect(of(text, family="birth_date").part)]


def test_it_proves_itself() -> None:
    assert prove(detector(), "builtin.birth_date") is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("出生日期：1980年3月15日", "1980年3月15日"), ("出生年月:1980.03", "1980.03"), ("张某，1980-03-15出生", "1980-03-15"),
        ("生于一九四九年十月一日。", "一九四九年十月一日"), ("出 生 日 期 ： １９８０ 年 ３ 月 １５ 日", "１９８０ 年 ３ 月 １５ 日"),
        ("刘某，女，1980年生，住本市", "1980年"),
    ],
)  # fmt: skip
def test_dates_of_birth(text: str, date: str) -> None:
    assert words(text) == [date]


@pytest.mark.parametrize(
    "text",
    [
        "公司成立于1980年3月15日。", "事故发生于2021年6月3日。", "2016年9月1日至2017年8月31日出生的适龄儿童", "1960年1月1日以后出生的",
        "2023年3月出生人口三百人", "请填写出生日期。", "学生于2024年2月25日返校",
    ],
)  # fmt: skip
def test_other_dates(text: str) -> None:
    assert words(text) == []


def test_a_column_of_dates_of_birth() -> None:
    rows = (["王某", "19800315", "2020-01-01"], ["李某", "1975/6/1", "2021-01-01"])
    sample = in_segments(["姓名", "出生年月", "参加工作时间"], *rows, family="b", form="list", table=True)
    assert [item.text for item in detector().detect(sample.part)] == ["19800315", "1975/6/1"]


def test_a_paper_before_an_appointment_may_tell_the_month() -> None:
    text = "青山县干部任前公示\n王某，男，1975年6月生，现任某局局长，拟任某局党组书记。"
    (finding,) = detector().detect(of(text, family="b").part)
    assert finding.severity is Severity.INFO


def test_without_its_rules_it_does_not_start() -> None:
    others = tuple(rule for rule in load_rulebook(CONFIG).rules if not rule.form.startswith("birth_date"))
    with pytest.raises(ConfigError):
        BirthDate(RuleBook(others))
