"""Papers known by their fields, filled in or blank."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.grounds.paper_form import PaperForm
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.policy import RuleBook
from tests.unit.screening_rules import assert_offsets, part, shipped

PAPERS = [
    ("时间：3月5日\n地点：三楼\n主持人：王某\n出席：李某\n记录人：赵某", "process.information"),
    ("来文单位：县水务局\n收文日期：3月5日\n拟办意见：呈王某阅", "process.information"),
    ("询问时间：9时\n被询问人：李某\n执法人员：赵某、孙某", "enforcement.case"),
    ("案件来源：移交\n案情摘要：销售伪劣种子\n承办人意见：立案", "enforcement.case"),
    ("举报人：李某\n举报时间：3月5日\n举报内容：施工扰民", "enforcement.case"),
    ("姓名\t岗位工资\t应发工资\t实发工资\n王某\t2200\t6850\t5931", "internal.affairs"),
    ("姓名\t出勤天数\t迟到\t旷工\n王某\t21\t1\t0", "internal.affairs"),
    ("直接材料\t直接人工\t制造费用\n3.2\t1.1\t0.8", "commercial.secret"),
    ("原料名称：A-17\n配比：3:1\n反应温度：85℃", "commercial.secret"),
    ("姓名\t发病日期\t确诊日期\t接触史\n王某\t3月5日\t3月7日\t有", "special.epidemic"),
    ("养殖户：王某\n存栏数：300\n发病数：12", "special.animal_epidemic"),
    ("样品名称\t受检单位\t检测值\n芹菜\t某公司\t0.35", "special.agriculture"),
    ("点名\tX坐标\tY坐标\nD01\t2894512\t412887", "special.geography"),
    ("IP地址\t开放端口\t操作系统\n172.16.3.8\t22\tCentOS", "infrastructure.secret"),
    ("学生姓名\t监护人\t联系电话\n王某\t李某\t无", "privacy.minor"),
    ("姓名\t残疾类别\t残疾等级\n王某\t视力\t一级", "privacy.health"),
]


@pytest.fixture(scope="module")
def detector() -> PaperForm:
    return shipped_detector()


@cache
def shipped_detector() -> PaperForm:
    """One for all examples too: it holds rules only, and reading them takes longer than a short text."""
    return PaperForm(shipped())


@pytest.mark.parametrize(("text", "kind"), PAPERS)
def test_papers_are_known_by_their_fields(detector: PaperForm, text: str, kind: str) -> None:
    for screened in (part(text), part(*text.split("\n")), part(text.replace("\n", "\n\u200b"))):
        found = detector.detect(screened)
        assert_offsets(found, screened)
        assert [finding.kind for finding in found] == [kind]
        assert found[0].why


BLANK = [
    "时间：____\n地点：____\n主持人：____\n记录人：____\n出席：____", "举报人：\n举报时间：\n举报内容：\n联系电话：", "信访人\t\t联系电话\t\n诉求\t\n办理情况\t\n",
    "询问时间：　　\n被询问人：\n执法人员：\n记录人：",
]  # fmt: skip


@pytest.mark.parametrize("text", BLANK)
def test_a_blank_form_is_none(detector: PaperForm, text: str) -> None:
    assert list(detector.detect(part(text))) == []


PROSE = [
    "会议由主持人宣布开始，记录人如实记录，出席人员签到，缺席的说明理由。", "举报人、被举报人、举报内容、举报时间应当登记。",
    "联系人：王某\n联系电话：0874-7123456\n地址：东关街", "时间：3月5日\n地点：三楼会议室\n参会人员：各科室负责人", "单位名称：县水务局\n负责人：王某\n内容：见附件",
]  # fmt: skip


@pytest.mark.parametrize("text", PROSE)
def test_prose_and_other_papers_are_none(detector: PaperForm, text: str) -> None:
    assert list(detector.detect(part(text))) == []


def test_fields_far_apart_are_no_paper(detector: PaperForm) -> None:
    far = "。各单位要按照职责分工抓好落实" * 100
    assert list(detector.detect(part("询问时间：9时", far, "被询问人：李某", far, "执法人员：赵某"))) == []


def test_rules_that_lack_something_are_refused() -> None:
    book = shipped()
    rule = book.of_form("paper_form")[0]
    labels = book.of_form("paper_label")
    for changed, code in (
        (replace(rule, options={}), "rule.option"), (replace(rule, patterns=()), "rule.empty"),
    ):  # fmt: skip
        with pytest.raises(ConfigError) as raised:
            PaperForm(RuleBook((changed, *labels)))
        assert raised.value.code == code


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=60)
def test_any_surroundings_give_exact_offsets(before: str) -> None:
    screened = part(before, *PAPERS[2][0].split("\n"))
    found = list(shipped_detector().detect(screened))
    assert_offsets(found, screened)
    assert found
