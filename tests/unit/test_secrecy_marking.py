"""Secrecy markings: a grid of forms that must be found, and prose that must not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import MARKING, Severity
from disclosure_pipeline.model.policy import RuleBook
from tests.unit.screening_rules import assert_offsets, part, row, shipped

LEVELS = ("绝密", "机密", "秘密", "機密", "絕密", "祕密")
STARS = ("★", "☆", "⋆", "✩", "⭐", "*", "＊", "●", "※", "\uf0ab")
TERMS = ("10年", "１０年", "十年", "6个月", "长期", "2030年12月31日", "2030年12月31日前", "启用前", "3個月")
SHAPES = (
    "{level}{star}{term}",
    "{level} {star} {term}",
    "{level}　{star}　{term}",
    "{level}\n{star}\n{term}",
    "{level}\u200b{star}\ufeff{term}",
    "{level}级{star}{term}",
    "关于报送有关情况的报告\n{level}{star}{term}\n各科室：",
)
SPREAD = (" ", "　", "\n", "\u200b", " \u200b ", "\u00ad", "·", "-", "\t")


@pytest.fixture(scope="module")
def detector() -> SecrecyMarking:
    return shipped_detector()


@cache
def shipped_detector() -> SecrecyMarking:
    """One for all tests and examples: it holds rules only, and reading them takes longer than a short text."""
    return SecrecyMarking(shipped())


def markings(detector: SecrecyMarking, screened: PartText) -> list[str]:
    found = list(detector.detect(screened))
    assert_offsets(found, screened)
    return [finding.text or "" for finding in found if finding.kind == MARKING]


GRID = [
    shape.format(level=level, star=star, term=term)
    for level, star, term, shape in product(LEVELS, STARS, TERMS, SHAPES)
]


def test_the_grid_of_level_star_term(detector: SecrecyMarking) -> None:
    assert len(GRID) > 200
    missed = [text for text in GRID if not markings(detector, part(text))]
    assert missed == []


@pytest.mark.parametrize("gap", SPREAD)
@pytest.mark.parametrize("level", LEVELS)
def test_characters_spread_out(detector: SecrecyMarking, level: str, gap: str) -> None:
    assert markings(detector, part("前言。" + gap.join(level + "★20年") + "。后文"))
    assert markings(detector, part(gap.join(level)))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("star", ["★", "☆", "★★", " ★", "(★)", "\uf0ab"])
def test_a_star_without_a_term(detector: SecrecyMarking, level: str, star: str) -> None:
    assert markings(detector, part("本办法自发布之日起施行。", f"附件 {level}{star}关于某事项的说明"))


FORMS = [
    "机密10年", "机密 10年", "秘密 长期", "绝密30年", "机密（20年）", "【秘密】关于某事的函", "机密—20年", "机密·20年",
    "机密/20年", "机密：20年", "机密|10年", "密级：机密", "密级 机密", "密级：秘密 期限：五年", "密级：【绝密】",
    "密级和保密期限：机密★10年", "密 级：机 密", "密级：机密级", "☑机密 □秘密", "□绝密 √机密 □秘密", "★机密",
    "★ 秘密 ★", "机密★解密时间：2030年", "秘密★解密条件：公布后", "绝密★启用前", "机密级★20年", "机密件★20年",
    "机密   特急", "特急 机密", "000123\n机密\n特急", "份号：000123  机密", "000001 秘密 特急", "No.000123\n秘密",
    "秘密★1年 特急", "机密★2026.12.31", "机密★2026-12-31", "秘密★公布前", "秘密★2026年12月31日解密", "(机密)",
    "〔秘密〕", "[绝密]", "机密文件", "秘密级", "绝密件", "—机密—", "* 机密 *", "【机密】", "㊙密★10年", "机密〇10年"[:2] + "○10年",
    "机密   ××县人民政府文件", "××县人民政府文件      机密", "机密★\n关于某项工作的通知", "国家秘密★10年", "机密★保密期限10年",
    "秘密★二十年", "绝密★三十年", "机密★壹年"[:3] + "一年", "机\u0332密\u0332★10年", "机密✱10年", "绝密\u2b50\ufe0f长期",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_other_forms_on_the_first_page(detector: SecrecyMarking, text: str) -> None:
    assert markings(detector, part(*text.split("\n"), "关于某项工作的通知", "各科室："))
    assert markings(detector, part(text + "\n关于某项工作的通知"))


@pytest.mark.parametrize(
    "kind",
    [
        "header",
        "footer",
        "textbox",
        "comment",
        "hidden",
        "metadata",
        "note",
        "attachment",
        "alt",
        "link",
        "deletion",
        "form",
        "unplaced",
    ],
)
@pytest.mark.parametrize("text", ["机密", "绝　密", "机密★10年", "秘密 特急", "秘密级"])
def test_every_kind_of_place_counts(detector: SecrecyMarking, kind: str, text: str) -> None:
    body = [f"第{number}条 本办法由县政府办公室负责解释。" for number in range(40)]
    assert markings(detector, part(*body, (text, kind))) == [text.removesuffix(" 特急")]


def test_markings_broken_over_runs_and_cells(detector: SecrecyMarking) -> None:
    assert markings(detector, part("机", "密", "★", "10", "年")) == ["机"]
    assert markings(detector, part("标题", "机密", "★10年")) == ["机密"]
    assert markings(detector, row("机密", "★", "10年")) == ["机密"]
    assert markings(detector, row("密级", "机密")) == ["密级"]
    assert markings(detector, row("份号", "000123", "密级", "秘密", "缓急", "特急")) == ["密级"]
    assert markings(detector, row("绝密", "30年")) == ["绝密"]


def test_a_bare_level_below_the_top_is_a_question_not_a_marking(detector: SecrecyMarking) -> None:
    screened = part(*(f"第{number}条 由办公室负责。" for number in range(20)), "机密", "关于夹带文件的说明")
    found = detector.detect(screened)
    assert [(finding.kind, finding.severity, finding.text) for finding in found] == [
        ("secrecy.term", Severity.REVIEW, "机密")
    ]


def test_a_bare_level_at_the_top_of_a_later_page_is_a_marking(detector: SecrecyMarking) -> None:
    first, second = part(*("正文。" for _ in range(30)), page=1), part("机密", "夹带的文件", page=2)
    text = replace(first.text, segments=first.text.segments + second.text.segments)
    assert markings(detector, replace(first, text=text)) == ["机密"]


def test_a_list_of_levels_is_a_question_not_a_marking(detector: SecrecyMarking) -> None:
    for screened in (
        row("绝密", "机密", "秘密"),
        row("绝密", "0", "机密", "5", "秘密", "20"),
        part("绝密", "机密", "秘密"),
    ):
        assert {finding.kind for finding in detector.detect(screened)} == {"secrecy.term"}


QUOTED = [
    "“机密★20年”",
    '"机密★20年"',
    "「绝密★长期」",
    "『秘密★1年』",
    "“机密”★20年",
    "‘机密 ★’20年",
    "“机 密 ★ 2 0 年”",
]


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_marking_in_quotes_where_markings_stand_is_a_marking(detector: SecrecyMarking, quoted: str) -> None:
    body = (
        "关于印发某项工作方案的通知",
        "各科室：",
        *(f"第{number}条 由办公室负责。" for number in range(40)),
    )
    for screened in (
        part(quoted, *body),
        part("某县人民政府办公室文件", quoted, *body),
        part(quoted + body[0], *body[1:]),
        part("某县人民政府文件      " + quoted, *body),
        part("000123", quoted, "特急", *body),
        part("\n".join((quoted, *body))),
        *(part((quoted, kind), *body) for kind in ("header", "textbox", "alt", "metadata")),
        *(part(("某县文件" + quoted, kind), *body) for kind in ("header", "textbox")),
        part(*body, f"本文件标注{quoted}字样。"),
    ):
        assert markings(detector, screened), screened.text.segments[:3]


def test_a_marking_in_quotes_at_the_top_of_a_later_page_is_a_marking(detector: SecrecyMarking) -> None:
    first = part(*("正文，由办公室负责。" for _ in range(30)), page=1)
    second = part("“机密★20年”", "关于夹带的文件", page=2)
    text = replace(first.text, segments=first.text.segments + second.text.segments)
    assert markings(detector, replace(first, text=text)) == ["机密★20年"]


@pytest.mark.parametrize("quoted", QUOTED)
@pytest.mark.parametrize(
    "sentence",
    [
        "涉密文件应当在首页左上角标注{}字样。",
        "国家秘密标志的写法如{}，并注明份号。",
        "标注格式为：{}。",
        "例如{}、“秘密★10年”等形式。",
    ],
)
def test_a_marking_quoted_by_a_policy_is_a_question_and_never_dropped(
    detector: SecrecyMarking, quoted: str, sentence: str
) -> None:
    body = [f"第{number}条 由办公室负责。" for number in range(20)]
    text = sentence.format(quoted)
    for screened in (part(*body, text, *body), part("定密管理办法", text, *body), part("第一章 " + text)):
        found = detector.detect(screened)
        assert {(finding.kind, finding.severity) for finding in found} == {("secrecy.term", Severity.REVIEW)}


PROSE = [
    "根据《中华人民共和国保守国家秘密法》及其实施条例，制定本办法。",
    "经审查，该文件不涉及国家秘密，可以公开。",
    "国家秘密分为绝密、机密、秘密三级。",
    "国家秘密的密级分为绝密、机密和秘密。",
    "绝密级国家秘密的保密期限不超过三十年，机密级不超过二十年，秘密级不超过十年。",
    "绝密级不超过30年、机密级不超过20年、秘密级不超过10年。",
    "绝密30年、机密20年、秘密10年，是保密期限的上限。",
    "涉及商业秘密、个人隐私的信息，应当征求第三方意见。",
    "供应商应当对采购活动中知悉的商业秘密保密，签订保密协议。",
    "商业秘密：3年内不得披露。",
    "商业秘密★3年",
    "商业秘密*3年",
    "工作人员应当签订保密承诺书，履行保密义务。",
    "各单位要加强司机密切配合，确保行车安全。",
    "要加强计算机密码管理，定期更换口令。",
    "公司技术秘密的保护期限为五年。",
    "保守秘密是每一名干部的职责。",
    "秘密级文件由专人登记保管。",
    "传递绝密级秘密载体，应当实行二人护送。",
    "不得在非涉密网络中处理、存储机密信息。",
    "属于国家秘密的信息，依照有关规定不予公开。",
    "任何组织和个人不得非法获取、持有国家秘密载体。",
    "投票采用无记名方式，秘密写票处设在会场两侧。",
    "选举应当设立秘密写票处。",
    "他们在山洞里发现了一个秘密。",
    "数据的机密性、完整性和可用性应当得到保障。",
    "信息安全的机密性要求。",
    "对涉及国家机密的内容严格把关。",
    "星级评定：服务质量★★★★★。",
    "带★号的条款为实质性要求，不允许偏离。",
    "★投标人须提供近三年的财务报表。",
    "注：标*的为必填项。",
    "保密期限届满的，自行解密。",
    "定密责任人应当确定密级、保密期限和知悉范围。",
    "文件的密级和保密期限应当在首页标明。",
    "密级、保密期限由承办单位提出意见。",
    "公文标识密级的，应当同时标注份号。",
    "标题前标注密级的，应当按照保密规定办理。",
    "密级栏不得空缺，不涉密的填写“无”。",
    "密级：无",
    "密级：公开",
    "密级：",
    "密级：□绝密 □机密 □秘密",
    "密级（绝密、机密、秘密）由起草单位确定。",
    "文件密级为机密级的，不得复印。",
    "泄露国家秘密10年以上追溯的案件较少。",
    "曾被列为机密的档案，2010年前已全部解密。",
    "秘密侦查措施的适用范围由法律规定。",
    "该案涉及窃取、刺探国家秘密，另案处理。",
    "举报人信息应当严格保密，保护举报人的秘密。",
    "通信自由和通信秘密受法律保护。",
    "依法保护公民的通信秘密。",
    "律师应当保守在执业活动中知悉的国家秘密、商业秘密。",
    "涉密人员脱密期为6个月至3年。",
    "会议强调，保密工作是一项长期任务，秘密长期存在。",
    "机密要害部门的防护按照规定执行。",
    "负责机要文件和秘密载体的收发、登记、销毁。",
    "全县共清理秘密文件12份，机密文件3份。",
    "全县机关存有绝密级文件0件、机密级文件5件、秘密级文件20件。",
    "凡标有“机密”“秘密”字样的材料，不得带离办公场所。",
    "未经批准，不得复制、摘抄绝密级、机密级、秘密级国家秘密载体。",
    "涉及国家机密，10年内不得公开的除外。",
    "保守商业机密，10年内有效。",
    "机密★"[:2] + "信息由专人负责",
    "统计机构应当对统计中知悉的国家秘密、商业秘密和个人信息予以保密。",
    "为提高飞机密封性能，10年来该厂坚持创新。",
    "收割机密集作业，3天完成抢收。",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_about_secrets_is_not_a_marking(detector: SecrecyMarking, text: str) -> None:
    for screened in (part("关于印发管理办法的通知", text, "请遵照执行。"), part(f"一、总则{text}二、分则")):
        found = detector.detect(screened)
        assert [finding.text for finding in found if finding.kind == MARKING] == []


def test_at_least_sixty_negatives() -> None:
    assert len(set(PROSE)) >= 60


def test_a_block_for_a_person_with_article_and_rule(detector: SecrecyMarking) -> None:
    (finding,) = detector.detect(part("机密★10年"))
    assert (finding.severity, finding.rule, finding.confidence) == (Severity.BLOCK, "D1.star", 1.0)
    assert finding.article
    assert "隔离" in finding.suggestion


@pytest.mark.parametrize("text", ["保密期限：10年", "解密时间：2030年1月1日", "已解密"])
def test_declassification_notes_are_looked_at(detector: SecrecyMarking, text: str) -> None:
    assert {finding.kind for finding in detector.detect(part("正文。", text, "正文。"))} == {"secrecy.term"}


full_markings = st.builds(
    "".join, st.tuples(st.sampled_from(LEVELS), st.sampled_from(STARS[:5]), st.sampled_from(TERMS))
)
noises = st.lists(st.sampled_from(["", " ", "\u200b", "　", "\n", "\u200d \ufeff"]), min_size=20, max_size=20)


@given(full_markings, noises, st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_noise_inside_does_not_hide_a_marking(
    marking: str, noise: list[str], before: str, after: str
) -> None:
    written = "".join(character + gap for character, gap in zip(marking, noise, strict=False))
    screened = part(before + "。" + written + "。" + after)
    found = [finding for finding in shipped_detector().detect(screened) if finding.kind == MARKING]
    assert_offsets(found, screened)
    first = len(before) + 1
    assert any(finding.start <= first < finding.end for finding in found)


@given(st.lists(st.text(max_size=40), max_size=4))
@settings(deadline=None)
def test_any_text_can_be_screened(parts: list[str]) -> None:
    screened = part(*parts)
    assert_offsets(list(shipped_detector().detect(screened)), screened)


def test_canaries_fire(detector: SecrecyMarking) -> None:
    for canary in detector.canaries:
        assert canary.kind in {finding.kind for finding in detector.detect(part(canary.text))}


def test_an_expired_rule_stops_the_screening() -> None:
    rules = tuple(
        replace(rule, expires=date(2020, 1, 1)) if rule.id == "D1.alone" else rule for rule in shipped().rules
    )
    with pytest.raises(DisclosureError) as raised:
        SecrecyMarking(RuleBook(rules)).detect(part("没有任何标志"))
    assert raised.value.code == "rule.expired"
    assert "D1.alone" in raised.value.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"patterns": ()}, "rule.empty"),
        ({"patterns": ("(",)}, "rule.pattern"),
        ({"patterns": ("«nothing»",)}, "rule.pattern"),
        ({"form": "other"}, "rule.missing"),
    ],
)
def test_rules_that_cannot_work_are_refused(change: dict[str, object], code: str) -> None:
    rules = tuple(
        replace(rule, **change) if rule.form == "marking_line" else rule  # type: ignore[arg-type]
        for rule in shipped().rules
    )
    with pytest.raises(ConfigError) as raised:
        SecrecyMarking(RuleBook(rules))
    assert raised.value.code == code
