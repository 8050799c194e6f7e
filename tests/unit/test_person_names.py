"""Names of persons: found whole, told apart by whose they are, and left alone where they are masked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.persons import lexical_model
from disclosure_pipeline.builtin.detectors.persons.person_name import PersonName
from disclosure_pipeline.builtin.detectors.persons.sentences import LONGEST, sentences
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from tests.labelled import names
from tests.labelled.sample import Half, in_segments
from tests.unit.screening_rules import assert_offsets, part, shipped

NAMES = PersonName(shipped())


def found(screened: PartText) -> dict[str, Finding]:
    findings = NAMES.detect(screened)
    assert_offsets(findings, screened)
    assert all(finding.why for finding in findings)
    return {finding.text or "": finding for finding in findings}


def quoted(finding: Finding, screened: PartText) -> list[str]:
    """The characters of every range."""
    segments = screened.text.segments
    return [segments[segment].text[start:end] for segment, start, end in finding.ranges]


def rules(text: str) -> dict[str, str]:
    return {name: finding.rule for name, finding in found(part(text)).items()}


def test_the_canaries_fire() -> None:
    assert prove(NAMES, "builtin.person_name") is None


@pytest.mark.parametrize(
    ("text", "name", "rule"),
    [
        ("举报人李建国反映的占道经营问题属实。", "李建国", "D19.name_complainant"),
        ("患者陈晓燕于3月2日入院。", "陈晓燕", "D10.name_patient"),
        ("学生王志强就读于三年级。", "王志强", "D10.name_minor"),
        ("当事人赵卫东未取得许可，罚款二千元。", "赵卫东", "D19.name_case"),
        ("户主马小军，家庭人口4人。", "马小军", "D9.name_applicant"),
        ("县长刘长河主持召开会议。", "刘长河", "D9.name_official"),
        ("签发人：周文斌", "周文斌", "D9.name_official"),
        ("联系人：孙丽华，联系电话：0555-2381111。", "孙丽华", "D9.name_official"),
        ("深入学习贯彻习近平新时代中国特色社会主义思想。", "习近平", "D9.name_figure"),
        ("坚持以邓小平理论为指导。", "邓小平", "D9.name_figure"),
    ],
)
def test_whose_name_it_is(text: str, name: str, rule: str) -> None:
    assert rules(text) == {name: rule}


def test_the_author_of_a_file_needs_nobody_but_a_complainant_in_its_properties_does() -> None:
    def properties(*values: str) -> PartText:
        place = Place("docProps/core.xml", "metadata")
        return PartText(
            0, PartRole.MAIN, Text("x", "test", tuple(Segment(one, place, visible=False) for one in values))
        )

    author = found(properties("王小明"))["王小明"]
    assert (author.rule, author.severity) == ("D9.name_of_author", Severity.INFO)
    assert found(properties("信访人陈晓燕反映情况"))["陈晓燕"].severity is Severity.BLOCK


def test_family_names_of_two_characters_keep_their_given_names() -> None:
    for name in ("欧阳建国", "欧阳爱国", "欧阳保国", "上官婉儿", "诸葛明"):
        assert list(rules(f"投诉人{name}反映其邻居违法建房。")) == [name]


def test_private_names_must_be_settled_and_officials_need_not() -> None:
    findings = found(part("会议由副市长王志强主持，信访人陈晓燕到会。"))
    assert findings["王志强"].severity is Severity.INFO
    assert findings["陈晓燕"].severity is Severity.BLOCK
    assert findings["陈晓燕"].article and findings["陈晓燕"].suggestion


def test_a_name_without_a_role_is_reviewed_with_low_confidence() -> None:
    finding = found(part("李建国、王志强在名单之列。"))["李建国"]
    assert (finding.rule, finding.severity) == ("D9.name", Severity.REVIEW)
    assert finding.confidence <= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "举报人张某反映的问题已经办结。", "当事人李某某未佩戴安全帽。", "公示名单：赵*、钱××、周*华。",
        "患者王**当日出院。", "被告人欧阳某犯诈骗罪。", "高××家属表示认可。", "患者胡×痊愈。", "学生林X已返校。",
    ],
)  # fmt: skip
def test_masked_names_are_no_findings(text: str) -> None:
    assert rules(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "各镇人民政府应当于每月5日前报送政务公开工作进展。", "黄河流域生态保护规划公开征求意见。",
        "申请人应当如实填写姓名、身份证号和联系方式。", "平安建设、和谐社区评比结果另行公布。",
        "广东、江西、云南等地代表分别作了发言。", "温馨提示：高温天气请注意防暑。", "法规科、人事科、办公室负责落实。",
        "姓名：", "户主姓名：无", "申请人：（签字）",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_name(text: str) -> None:
    assert rules(text) == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("申请人：张三李四王五", ["张三", "李四", "王五"]),
        ("低保对象：李志鹏朱子君张万山", ["李志鹏", "朱子君", "张万山"]),
        ("低保对象：李志鹏、朱子君、张万山", ["李志鹏", "朱子君", "张万山"]),
        ("低保对象：李志鹏 朱子君 张万山", ["李志鹏", "朱子君", "张万山"]),
        (
            "拟救助对象：曾凯红、江凤宇、沈俊凤、沈宇斌、江红",
            ["曾凯红", "江凤宇", "沈俊凤", "沈宇斌", "江红"],
        ),
        ("低保对象：赵　伟、李志鹏、欧阳明华", ["赵　伟", "李志鹏", "欧阳明华"]),
    ],
)
def test_rows_of_names_fall_apart(text: str, wanted: Sequence[str]) -> None:
    screened = part(text)
    findings = NAMES.detect(screened)
    assert [name for finding in findings for name in quoted(finding, screened)] == wanted
    assert {finding.rule for finding in findings} == {"D9.name_applicant"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("陳曉東先生到場。", "陳曉東"),
        ("经查，张\u200b志\u200b强无证经营。", "张\u200b志\u200b强"),
        ("信访人黄　丽反映问题。", "黄　丽"),
        ("总统卡洛斯·阿马特致辞。", "卡洛斯·阿马特"),
    ],
)
def test_ways_of_writing(text: str, name: str) -> None:
    assert name in found(part(text))


def test_a_name_broken_over_a_full_line() -> None:
    text = "经调查核实，本次事故的伤者为东坡村第三村民小组村民李建\n国，现已送医救治。"
    screened = part(*text.split("\n"))
    finding = next(one for one in NAMES.detect(screened) if one.text == "李建")
    assert finding.ranges[1:] == ((1, 0, 1),)


def test_titles_are_no_part_of_a_name() -> None:
    assert set(found(part("陈晓燕女士、王志强教授和刘长河同志到场。"))) == {"陈晓燕", "王志强", "刘长河"}


def test_a_family_name_alone_is_for_information() -> None:
    assert {one.severity for one in NAMES.detect(part("王女士来电咨询。"))} <= {Severity.INFO}


def test_columns_and_labels_ask_for_names() -> None:
    table = in_segments(
        ("序号", "姓　名", "补助金额"), ("1", "和万春", "1200"), ("2", "开晓彬", "800"), ("3", "合计", "2000"),
        family="test", form="plain", table=True,
    ).part  # fmt: skip
    findings = found(table)
    assert set(findings) == {"和万春", "开晓彬"}
    assert {finding.rule for finding in findings.values()} == {"D9.name_applicant"}
    form = in_segments(("责任人", "闻立冬", "职务", "科长"), family="test", form="plain", table=True).part
    assert found(form)["闻立冬"].rule == "D9.name_official"


def test_a_list_is_one_finding_with_its_count() -> None:
    people = ["李志鹏", "朱子君", "张万山", "陈晓燕", "王志强", "赵卫东"]
    table = in_segments(
        ("序号", "姓名", "金额"), *((str(number), name, "800") for number, name in enumerate(people, 1)),
        family="test", form="plain", table=True,
    ).part  # fmt: skip
    for screened in (table, part("低保对象：" + "、".join(people))):
        (finding,) = NAMES.detect(screened)
        assert finding.count == len(people)
        assert quoted(finding, screened) == people


def test_the_same_name_has_the_same_role_in_the_whole_document() -> None:
    findings = NAMES.detect(part("信访人陈晓燕到访。", "次日，陈晓燕再次来到大厅。"))
    assert [finding.rule for finding in findings] == ["D19.name_complainant"] * 2


@pytest.mark.parametrize("half", ["dev", "test"])
def test_the_labelled_texts(half: Half) -> None:
    wanted = exact = heavy = false = 0
    for sample in names.samples(half):
        ranges = {place: finding for finding in NAMES.detect(sample.part) for place in finding.ranges}
        labels = {(label.segment, label.start, label.end) for label in sample.labels}
        wanted += len(labels)
        exact += len(labels & set(ranges))
        heavy += sum((ranges[one].severity is Severity.INFO) == (sample.family == "name.official")
                     for one in labels & set(ranges))  # fmt: skip
        if not labels:
            false += sum(one.severity is not Severity.INFO for one in ranges.values())
    assert wanted > 500
    assert exact / wanted > 0.93
    assert heavy / exact > 0.95
    assert false == 0


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="王小明和张三在李任 、，。：\n\t\u3000\u200b某*·A1先生主任", max_size=240))
def test_offsets_hold_in_any_text(text: str) -> None:
    screened = part(*text.split("\n"))
    assert_offsets(NAMES.detect(screened), screened)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="王小明和张三，。 \n\t一二", max_size=300))
def test_sentences_lead_back_to_the_view(text: str) -> None:
    text = " ".join(part.strip() for part in text.split(" ") if part)
    for sentence in sentences(text, frozenset("王张")):
        assert 0 < len(sentence.text) <= LONGEST
        for index, character in enumerate(sentence.text):
            assert text[sentence.position(index)] == character


def test_no_quadratic_time() -> None:
    for text in ("王小明" * 8000, "张" * 20000, "、王" * 10000, "· " * 10000):
        began = time.process_time()
        NAMES.detect(part(text))
        assert time.process_time() - began < 8


def test_a_model_that_cannot_be_loaded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical_model, "_PACKAGE", "no_such_package")
    broken = PersonName(shipped())
    with pytest.raises(DisclosureError) as caught:
        broken.detect(part("患者陈晓燕入院。"))
    assert caught.value.code == "names.model"
    assert "陈晓燕" not in str(caught.value)
    fault = prove(broken, "builtin.person_name")
    assert fault is not None


def test_the_model_is_loaded_when_a_sentence_needs_it() -> None:
    fresh = PersonName(shipped())
    assert fresh.detect(part("1", "2026", "")) == []
    assert not fresh.is_loaded
    fresh.detect(part("患者陈晓燕入院。"))
    assert fresh.is_loaded


def test_rules_must_be_there_and_in_force() -> None:
    book = shipped()
    without = RuleBook(tuple(rule for rule in book.rules if rule.form != "person_role"), source="test")
    with pytest.raises(ConfigError):
        PersonName(without)
    expired = RuleBook(
        tuple(
            replace(rule, expires=date(2020, 1, 1)) if rule.id == "D9.name" else rule for rule in book.rules
        ),
        source="test",
    )
    with pytest.raises(DisclosureError, match="expired"):
        PersonName(expired).detect(part("张三"))
    shape = next(rule for rule in book.rules if rule.form == "person_shape")
    for missing in ("titles", "worth"):
        options = {name: value for name, value in shape.options.items() if name != missing}
        rules_left = tuple(replace(rule, options=options) if rule is shape else rule for rule in book.rules)
        with pytest.raises(ConfigError):
            PersonName(RuleBook(rules_left, source="test"))
