"""Disclosure profiles: names that the law wants shown become information, everything else stays, and in doubt all stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from screening_rules import shipped

from benchmarks import screening_scores
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Detector, PartText
from disclosure_pipeline.hooks.profiles import Profiles
from disclosure_pipeline.hooks.reading import Reader
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Screening, Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.profile import SHOWABLE
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook

Rows = Sequence[Sequence[str]]

PEOPLE = ("王海涛", "李晓雯", "陈国栋", "赵文静", "孙志远", "周雨桐")
IDENTITY = "11010519491231002X"
RECRUITMENT = "永安县2025年度考试录用公务员拟录用人员公示"
INTRODUCTION = "经笔试、面试、体检和考察，现将拟录用人员名单公示如下，公示期五个工作日。"


@cache
def working() -> dict[str, Detector]:
    families = ["secrecy", "personal_data", "persons", "circumstances", "wording", "hidden_content"]
    return {f"builtin.{item.id}": item for item in screening_scores.detectors(families)}


def segments_of(blocks: Sequence[str | Rows], hidden_column: int | None = None) -> tuple[Segment, ...]:
    """Paragraphs and tables as an extractor gives them; one column of the tables can be hidden."""
    made: list[Segment] = []
    table = 0
    for number, block in enumerate(blocks, start=1):
        if isinstance(block, str):
            made.append(Segment(block, Place("word/document.xml", "body", paragraph=number)))
            continue
        table += 1
        for row, cells in enumerate(block, start=1):
            for column, text in enumerate(cells):
                place = Place("word/document.xml", "table", cell=f"table {table} {chr(65 + column)}{row}")
                made.append(Segment(text, place, visible=column != hidden_column))
    return tuple(made)


def document(*blocks: str | Rows, hidden_column: int | None = None, doubts: Sequence[Doubt] = ()) -> PartText:
    return PartText(
        0, PartRole.MAIN, Text("text/plain", "test", segments_of(blocks, hidden_column), doubts=tuple(doubts))
    )


def attachment(*blocks: str | Rows, doubts: Sequence[Doubt] = ()) -> PartText:
    text = Text("text/plain", "test", segments_of(blocks), doubts=tuple(doubts))
    return PartText(1, PartRole.ATTACHMENT, text)


def screened(*parts: PartText, book: RuleBook | None = None) -> Screening:
    reader = Reader({}, working(), (), "1", profiles=Profiles(book or shipped()))
    screening, faults = reader.screen(parts, frozenset(), {})
    assert not faults
    return screening


def names(screening: Screening) -> list[Finding]:
    return [item for item in screening.findings if item.kind == "privacy.person_name"]


def open_names(*parts: PartText) -> set[str | None]:
    """First names of the findings of names that a person must settle."""
    return {item.text for item in names(screened(*parts)) if item.severity is not Severity.INFO}


def shown_by(profile: str, *parts: PartText) -> set[str | None]:
    return {item.text for item in names(screened(*parts)) if item.rule == profile}


def roll(*headings: str, people: Sequence[str] = PEOPLE) -> Rows:
    """A list with names in its second column and the same words in every other one."""
    return [["序号", *headings], *[[str(number), name, *["男"] * (len(headings) - 1)]
                                  for number, name in enumerate(people, start=1)]]  # fmt: skip


def test_a_shown_list_stays_a_finding_and_says_why() -> None:
    part = document(RECRUITMENT, INTRODUCTION, roll("姓名", "性别"))
    (found,) = names(screened(part))
    assert (found.severity, found.count, found.rule) == (Severity.INFO, len(PEOPLE), "P.recruitment")
    assert "公务员法第三十二条" in found.article and found.article in found.why
    assert "P.recruitment" in found.why and "D9.name_applicant" in found.why
    assert not any(name in found.why + found.suggestion for name in PEOPLE)


@pytest.mark.parametrize(
    ("profile", "blocks"),
    [
        ("P.recruitment", ["永安县2025年公开招聘中小学教师拟聘用人员公示", roll("姓名", "拟聘单位")]),
        ("P.recruitment", ["永安县关于2025年拟录用公务员的公示", "拟录用王海涛、李晓雯、陈国栋等3人为一级科员。"]),
        ("P.appointment", ["中共永安县委组织部关于王海涛等同志任前公示的公告",
                           "王海涛，男，汉族，1980年5月出生，大学学历，现任县财政局四级调研员。"]),
        ("P.appointment", ["永安县人民政府关于李晓雯等同志职务任免的通知", "各乡镇人民政府：", "李晓雯不再担任县教育局副局长职务。"]),
        ("P.penalty", ["永安市市场监督管理局", "行政处罚决定书", "永市监罚〔2025〕12号", "当事人：王海涛",
                       "经查，王海涛于2025年3月销售超过保质期的食品。"]),
        ("P.penalty", ["永安市城市管理局行政处罚信息公示表",
                       [["文号", "被处罚人姓名", "处罚内容"], ["永城罚〔2025〕3号", "王海涛", "罚款五百元"]]]),
        ("P.award", ["永安市体育馆项目中标结果公告", "评审专家名单：王海涛、李晓雯、陈国栋。"]),
        ("P.welfare", ["永安县燕东街道2025年第三季度最低生活保障对象公示", roll("户主姓名", "月保障金额（元）")]),
        ("P.welfare", ["永安县2025年耕地地力保护补贴资金发放公示", roll("农户姓名", "补贴金额")]),
        ("P.qualification", ["永安市2024年度工程系列中级职称评审结果公示", "通过人员名单如下：", "王海涛　李晓雯　陈国栋"]),
        ("P.qualification", ["永安市总工会关于拟推荐省劳动模范人选的公示", roll("姓名", "工作单位")]),
    ],
)  # fmt: skip
def test_names_that_the_law_wants_shown(profile: str, blocks: Sequence[str | Rows]) -> None:
    part = document(*blocks)
    assert open_names(part) == set()
    shown = shown_by(profile, part)
    assert shown and shown <= set(PEOPLE)


def test_without_the_title_the_same_lists_are_reviewed() -> None:
    assert open_names(document("永安县人员情况", roll("姓名", "性别"))) == {PEOPLE[0]}
    assert open_names(document("情况说明", "当事人：王海涛")) == {"王海涛"}


def test_every_profile_of_the_configuration_names_law_and_source() -> None:
    assert len(shipped().profiles) >= 6
    for profile in shipped().profiles:
        assert "第" in profile.article and profile.source and profile.suggestion
        rules = [rule for rule in shipped().rules if rule.id in profile.rules]
        assert {rule.kind for rule in rules} <= SHOWABLE
        assert all(rule.severity is Severity.REVIEW for rule in rules)


@pytest.mark.parametrize(
    "title",
    [
        "关于实行拟录用人员公示制度的通知",
        "关于做好2025年拟聘用人员公示工作的通知",
        "关于规范拟聘用人员公示的公告",
        "永安县拟录用人员公示办法",
        "关于拟录用人员公示有关投诉的答复",
        "关于取消拟聘用资格的公示",
        "永安县2025年小学一年级拟录取新生公示",
        "工作动态",
    ],
)
def test_a_title_that_only_speaks_of_it(title: str) -> None:
    body = "现将拟录用人员名单公示如下："
    assert open_names(document(title, body, roll("姓名", "性别"))) == {PEOPLE[0]}


def test_a_phrase_in_the_middle_is_no_title() -> None:
    part = document("永安县工作简讯", "一、会议召开", RECRUITMENT, INTRODUCTION, roll("姓名", "性别"))
    assert open_names(part) == {PEOPLE[0]}


@pytest.mark.parametrize(
    "title",
    [
        "永安县困难残疾人生活补贴对象公示", "永安县2025年大病医疗补助对象公示", "永安县孤儿基本生活补贴发放公示",
        "永安县家庭经济困难学生补助对象公示", "永安县计划生育特殊家庭补助发放公示",
    ],
)  # fmt: skip
def test_lists_that_tell_of_health_or_minors_by_their_title(title: str) -> None:
    assert open_names(document(title, roll("姓名", "金额"))) == {PEOPLE[0]}


def test_candidates_before_the_result_keep_the_experts_closed() -> None:
    body = "评标委员会成员名单：王海涛、李晓雯、陈国栋、赵文静、孙志远。"
    assert "王海涛" in open_names(document("永安市体育馆项目中标候选人公示", body))


def test_police_decisions_hide_names() -> None:
    lines = ("永安市公安局", "行政处罚决定书", "永公罚〔2025〕12号", "当事人：王海涛")
    assert open_names(document(*lines)) == {"王海涛"}
    assert open_names(document(*lines[1:], "依据《治安管理处罚法》第四十三条，罚款二百元。")) == {"王海涛"}


def test_complainants_and_victims_of_a_penalty_stay() -> None:
    part = document(
        "永安市市场监督管理局行政处罚决定书", "当事人：王海涛", "身份证号码：" + IDENTITY,
        "经查，王海涛销售超过保质期的食品，举报人李晓雯向本局举报。", "被害人：陈国栋",
        "患者赵文静食用后住院治疗。",
    )  # fmt: skip
    screening = screened(part)
    assert open_names(part) == {"李晓雯", "陈国栋", "赵文静"}
    assert {item.text for item in names(screening) if item.rule == "P.penalty"} == {"王海涛"}
    assert [item.severity for item in screening.findings if item.kind == "privacy.resident_id"] == [
        Severity.BLOCK
    ]


def test_a_party_who_also_is_somebody_protected_stays() -> None:
    part = document("永安市城市管理局行政处罚决定书", "当事人：王海涛", "举报人王海涛要求处理。")
    assert [item.severity for item in names(screened(part)) if item.rule.startswith("P.")] == []


def test_a_namesake_introduced_as_somebody_else_stays() -> None:
    part = document("永安市城市管理局行政处罚决定书", "当事人：王海涛", "另有被害人王海涛提出赔偿。")
    assert [item.severity for item in names(screened(part))] == [Severity.INFO, Severity.REVIEW]


def test_other_columns_and_other_people_of_the_text_stay() -> None:
    rows = [["姓名", "配偶姓名"], ["王海涛", "李晓雯"], ["陈国栋", "赵文静"]]
    part = document(RECRUITMENT, rows, "申请人孙志远对结果提出申请。")
    assert open_names(part) == {"李晓雯", "赵文静", "孙志远"}


def test_a_second_heading_in_the_column_counts() -> None:
    rows = [["序号", "姓名"], ["1", "王海涛"], ["序号", "申请人姓名"], ["1", "李晓雯"]]
    assert open_names(document(RECRUITMENT, rows)) == {"李晓雯"}


def test_a_list_ends_where_something_else_is_said() -> None:
    part = document(RECRUITMENT, "拟录用人员名单：王海涛、李晓雯。", "未通过考察的有陈国栋、赵文静。")
    assert {"陈国栋", "赵文静"} <= open_names(part)
    assert not {"王海涛", "李晓雯"} & open_names(part)


def test_other_lists_of_the_same_document_stay() -> None:
    part = document(RECRUITMENT, "拟录用人员名单：王海涛、李晓雯。", "附：考察对象亲属名单：陈国栋、赵文静。")
    assert {"陈国栋", "赵文静"} <= open_names(part)


def test_a_list_goes_on_over_paragraphs_but_not_over_a_role() -> None:
    part = document(RECRUITMENT, "拟录用人员名单如下：", "1.王海涛", "2.李晓雯（女）", "3.陈国栋")
    assert open_names(part) == set()
    part = document(RECRUITMENT, "拟录用人员名单如下：王海涛、陈国栋、申请人 李晓雯")
    assert open_names(part) == {"李晓雯"}


def test_minors_of_an_admissions_list_stay() -> None:
    rows = roll("学生姓名", "监护人")
    part = document("永安县实验小学2025年拟录取新生公示", rows)
    assert all(item.severity is not Severity.INFO for item in names(screened(part)))
    part = document(RECRUITMENT, roll("姓名", "性别"), [["学生姓名", "年级"], ["周子轩", "三年级"]])
    assert PEOPLE[0] in open_names(part)


def test_numbers_stay_also_in_a_hidden_column() -> None:
    rows = [["姓名", "身份证号"], *[[name, IDENTITY] for name in PEOPLE]]
    screening = screened(document(RECRUITMENT, rows, hidden_column=1))
    kinds = {item.kind: item.severity for item in screening.findings if item.severity is not Severity.INFO}
    assert kinds["privacy.resident_id"] is Severity.BLOCK
    assert kinds["hidden.content"] is Severity.REVIEW
    assert "privacy.person_name" not in kinds


def test_hidden_names_stay() -> None:
    part = document(RECRUITMENT, roll("姓名", "性别"), hidden_column=1)
    assert open_names(part) == {PEOPLE[0]}


def test_text_read_from_pixels_and_insertions_stay() -> None:
    part = document(RECRUITMENT, INTRODUCTION)
    for kind in ("ocr", "insertion", "footnote"):
        more = Segment("拟录用人员名单：王海涛", Place("word/document.xml", kind))
        other = PartText(0, PartRole.MAIN, replace(part.text, segments=(*part.text.segments, more)))
        assert open_names(other) == {"王海涛"}


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("身份证号", IDENTITY),
        ("联系电话", "13812345678"),
        ("致贫原因", "肢体残疾二级"),
        ("银行卡号", "6217993910003123455"),
    ],
)
def test_a_welfare_list_with_anything_sensitive_has_no_profile(heading: str, value: str) -> None:
    title = "永安县农村最低生活保障对象公示"
    rows = [["户主姓名", heading], *[[name, value] for name in PEOPLE]]
    masked = [["户主姓名", "身份证号"], *[[name, "35*************123"] for name in PEOPLE]]
    assert open_names(document(title, masked)) == set()
    assert PEOPLE[0] in open_names(document(title, rows))


def test_a_doubt_about_the_document_keeps_everything() -> None:
    doubt = Doubt("page.no_text", "第2页没有文字。")
    part = document(RECRUITMENT, roll("姓名", "性别"))
    unread = attachment("附件", "情况说明", doubts=[doubt])
    assert open_names(document(RECRUITMENT, roll("姓名", "性别"), doubts=[doubt])) == {PEOPLE[0]}
    assert open_names(part, unread) == {PEOPLE[0]}


def test_an_attachment_needs_the_main_document_and_a_title_of_its_own() -> None:
    main = document(RECRUITMENT, INTRODUCTION)
    named = attachment("附件", "2025年拟录用人员名单", roll("姓名", "性别"))
    other = attachment("附件", "考生家庭情况登记表", roll("姓名", "性别"))
    assert open_names(main, named) == set()
    assert PEOPLE[0] in open_names(main, other)
    assert open_names(document("工作报告", "见附件。"), named) == {PEOPLE[0]}


def test_an_expired_profile_lowers_nothing_and_is_a_doubt() -> None:
    book = shipped()
    gone = tuple(replace(profile, expires=date(2020, 1, 1)) for profile in book.profiles)
    screening = screened(document(RECRUITMENT, roll("姓名", "性别")), book=replace(book, profiles=gone))
    assert [doubt.code for doubt in screening.doubts] == ["profile.expired"]
    assert {item.severity for item in names(screening)} == {Severity.REVIEW}
    other = screened(document("会议通知", "会议由副市长王海涛主持。"), book=replace(book, profiles=gone))
    assert not other.doubts


def test_without_the_profile_it_is_another_finding() -> None:
    """So that screening again after a profile was taken away opens the document."""
    part = document(RECRUITMENT, roll("姓名", "性别"))
    (with_it,) = names(screened(part))
    (without,) = names(screened(part, book=replace(shipped(), profiles=())))
    assert with_it.id != without.id and without.severity is Severity.REVIEW


OWN = """
[[rule]]
id = "t.name"
kind = "privacy.person_name"
severity = "review"
form = "literal"
patterns = ["某"]

[[rule]]
id = "t.child"
kind = "privacy.person_name"
severity = "block"
form = "literal"
patterns = ["某某"]

[[rule]]
id = "t.number"
kind = "privacy.resident_id"
severity = "review"
form = "literal"
patterns = ["号"]

[[profile]]
id = "t.profile"
title = "公示"
article = "某法第一条"
source = "某法"
suggestion = "请看"
titles = ['.+公示']
rules = ["t.name"]
places = ['名单:{name}']
"""


def load(folder: Path, text: str) -> RuleBook:
    (folder / "rules").mkdir()
    (folder / "rules" / "own.toml").write_text(text, "utf-8")
    return load_rulebook(folder)


def test_a_profile_loads(tmp_path: Path) -> None:
    (profile,) = load(tmp_path, OWN + "expires = 2030-01-01\n").profiles
    assert (profile.id, profile.expires, profile.repeats) == ("t.profile", date(2030, 1, 1), False)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rules = ["t.name"]', 'rules = ["t.nobody"]', "unknown rule 't.nobody'"),
        ('rules = ["t.name"]', 'rules = ["t.child"]', "never lowered"),
        ('rules = ["t.name"]', 'rules = ["t.number"]', "never lowered"),
        ('rules = ["t.name"]', "rules = []", "needs titles, rules"),
        ("places = ['名单:{name}']", "", "needs titles, rules"),
        ("places = ['名单:{name}']", "places = ['名单']", "names {name} once"),
        ("titles = ['.+公示']", "titles = ['公示(']", "no regular expression"),
        ("titles = ['.+公示']", "titles = ['.*']", "matches everything"),
        ('article = "某法第一条"', 'article = " "', "must not be empty"),
        ('article = "某法第一条"', "", "article"),
        ('title = "公示"', 'title = "公示"\nunless = ["privacy.everything"]', "unknown kind"),
        ('title = "公示"', 'title = "公示"\nshows = ["t.name"]', "unknown key 'shows'"),
        ('id = "t.profile"', 'id = "t.name"', "a rule has the same id"),
    ],
)
def test_a_wrong_profile_stops_the_start(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in OWN
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, OWN.replace(old, new))
    assert message in caught.value.message
