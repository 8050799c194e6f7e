"""Terms of the lexicons: guards, word boundaries, white space, and rules that cannot work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.wording.lexicon import Lexicon
from disclosure_pipeline.builtin.detectors.wording.segmentation import WordBoundaries
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.finding import FINDING_KINDS, Severity
from disclosure_pipeline.model.policy import Rule, RuleBook
from tests.unit.screening_rules import assert_offsets, part, row, shipped


def lexicon(*patterns: str, guards: tuple[str, ...] = (), **changes: object) -> Lexicon:
    rule = Rule("T.test", "secrecy.term", Severity.REVIEW, "literal", patterns, guards=guards)
    return Lexicon(RuleBook((replace(rule, **changes),)))  # type: ignore[arg-type]


def texts(detector: Lexicon, screened: PartText) -> list[str]:
    found = list(detector.detect(screened))
    assert_offsets(found, screened)
    return [finding.text or "" for finding in found]


@pytest.fixture(scope="module")
def loaded() -> Lexicon:
    return Lexicon(shipped())


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("机密", "要定期更换计算机密码。", False), ("机密", "泄露国家机密的，依法处理。", True), ("机密", "属于机密。", True),
        ("国防", "中华人民共和国防治污染条例", False), ("国防", "开展国防教育。", True), ("口交", "路口交通繁忙", False),
        ("会议纪要", "现将办公会议纪要印发给你们", True), ("纪要印", "现将办公会议纪要印发给你们", False), ("情报", "负责疫情报告工作", True),
    ],
)  # fmt: skip
def test_only_hits_that_straddle_words_are_dropped(term: str, text: str, found: bool) -> None:
    detector = lexicon(term)
    assert texts(detector, part(text)) == ([term] if found else [])


def test_far_from_other_hits_a_window_is_enough() -> None:
    detector = lexicon("机密")
    filler = "各单位要按照职责分工抓好落实。" * 60
    assert texts(detector, part(filler + "计算机密码。" + filler + "国家机密。" + filler)) == ["机密"]


def test_a_rule_can_keep_straddling_hits() -> None:
    assert texts(lexicon("机密", options={"boundary": False}), part("计算机密码")) == ["机密"]


def test_a_guard_covers_the_whole_hit_or_does_nothing() -> None:
    detector = lexicon("国防", "国防教育基地名单", guards=("国防教育", "国防教育基地"))
    assert texts(detector, part("加强国防教育。")) == []
    assert texts(detector, part("公布国防教育基地名单。")) == ["国防教育基地名单"]
    assert texts(detector, part("国防教育和国防工程")) == ["国防"]


def test_guards_of_one_rule_do_not_touch_another() -> None:
    one = Rule("T.one", "secrecy.term", Severity.REVIEW, "literal", ("疫情报告",), guards=("疫情报告制度",))
    other = replace(one, id="T.other", kind="special.epidemic", guards=())
    found = Lexicon(RuleBook((one, other))).detect(part("疫情报告制度"))
    assert [finding.rule for finding in found] == ["T.other"]


@pytest.mark.parametrize("written", ["询 问 笔 录", "询问\n笔录", "询\u200b问笔　录", "询问\t笔录"])
def test_white_space_does_not_hide_a_term(loaded: Lexicon, written: str) -> None:
    assert texts(loaded, part("附：" + written + "。")) == [written]


def test_terms_over_segments_and_cells(loaded: Lexicon) -> None:
    assert texts(loaded, part("附：询问", "笔录。")) == ["询问"]
    assert texts(loaded, row("值班", "表")) == ["值班"]


def test_latin_terms_are_whole_words_in_any_case(loaded: Lexicon) -> None:
    assert texts(loaded, part("accesskey：见附件")) == ["accesskey"]
    assert texts(loaded, part("ＡｃｃｅｓｓＫｅｙ 见附件")) == ["ＡｃｃｅｓｓＫｅｙ"]
    assert texts(loaded, part("MyAccessKeys")) == []
    assert texts(loaded, part("İ 附 AccessKey")) == ["AccessKey"]


SHIPPED = [
    ("妥否，请批示。", "process.information"), ("本稿为征求意见稿。", "process.information"), ("县长办公会议纪要", "process.information"),
    ("节假日值班表", "internal.affairs"), ("附：询问笔录", "enforcement.case"), ("举报人：王某", "enforcement.case"),
    ("残疾等级：二级", "privacy.health"), ("受害人未满14周岁", "privacy.minor"), ("附件：报价明细", "commercial.secret"),
    ("核心商密★3年", "commercial.secret"), ("本月快报数", "special.statistics"), ("新增确诊病例3例", "special.epidemic"),
    ("已扑杀生猪", "special.animal_epidemic"), ("高程 52.3 米", "special.geography"), ("东经116.391275，北纬39.907217", "special.geography"),
    ("116.391275,39.907217", "special.geography"), ("116°23′28″", "special.geography"), ("农药残留超标批次", "special.agriculture"),
    ("出口配额", "special.trade"), ("军事禁区外围", "infrastructure.secret"), ("网络拓扑图", "infrastructure.secret"),
    ("服务器192.168.1.10", "infrastructure.secret"), ("登录密码：Abc#2026", "security.credential"), ("口令: admin123!", "security.credential"),
    ("-----BEGIN RSA PRIVATE KEY-----", "security.credential"), ("该附件属机密", "secrecy.term"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), SHIPPED)
def test_the_shipped_lexicons_find(loaded: Lexicon, text: str, kind: str) -> None:
    found = loaded.detect(part("一、" + text + "。"))
    assert kind in {finding.kind for finding in found}
    assert all(finding.article and finding.suggestion for finding in found)


CLEAN = [
    "认真贯彻落实重要批示精神。", "向社会公开征求意见稿及说明。", "加强国防教育，开展双拥活动。", "依法保护举报人合法权益。",
    "举报人可以拨打热线。", "推广测土配方施肥。", "制定分配方案。", "修改初始密码后登录。", "提供证据材料复印件。", "版本号10.1.2",
    "县政府发布控制烟花爆竹通告。", "申请人应当提交投标文件格式要求的材料。", "路口交通信号灯改造。", "人事任免公示。", "经度与纬度的概念。",
]  # fmt: skip


@pytest.mark.parametrize("text", CLEAN)
def test_the_shipped_lexicons_leave_alone(loaded: Lexicon, text: str) -> None:
    assert texts(loaded, part(text)) == []


def test_a_clean_text_does_not_load_the_segmenter() -> None:
    detector = Lexicon(shipped())
    text = "为规范政府信息公开工作，保障公民、法人和其他组织依法获取政府信息，制定本办法。" * 50
    assert detector.detect(part(text)) == []
    for canary in detector.canaries:
        assert canary.kind in {finding.kind for finding in detector.detect(part(canary.text))}
    assert not detector.segmenter_loaded


def test_the_segmenter_keeps_no_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert WordBoundaries().straddling("更换计算机密码", [(4, 6)]) == {(4, 6)}
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_segmenter_knows_further_words() -> None:
    text, place = "新设军民融合机密管理中心", (6, 8)
    assert WordBoundaries().straddling(text, [place]) == set()
    assert WordBoundaries(["军民融合机", "密管理中心"]).straddling(text, [place]) == {place}


@pytest.mark.parametrize("patterns", [(), ("",), (" \u200b",)])
def test_an_empty_lexicon_is_refused(patterns: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        lexicon(*patterns)
    assert raised.value.code == "lexicon.empty"
    with pytest.raises(ConfigError) as none:
        Lexicon(RuleBook(()))
    assert none.value.code == "lexicon.empty"


def test_an_expired_rule_stops_the_screening() -> None:
    detector = lexicon("机密", expires=date(2020, 1, 1))
    with pytest.raises(DisclosureError) as raised:
        detector.detect(part("没有内容"))
    assert raised.value.code == "rule.expired"


def test_shipped_rules_are_complete() -> None:
    for rule in shipped().of_form("literal", "regex"):
        assert rule.kind in FINDING_KINDS
        assert rule.article
        assert rule.source
        assert rule.suggestion
        assert rule.version >= 1
        assert len(set(rule.patterns)) == len(rule.patterns), rule.id


@given(
    st.lists(st.text(max_size=40), max_size=4),
    st.sampled_from(["询问笔录", "国防工程", "AccessKey", "密码：a1b2c3"]),
)
@settings(deadline=None, max_examples=80)
def test_any_surroundings_give_exact_offsets(parts: list[str], term: str) -> None:
    screened = part(*parts, f"。{term}。")
    detector = Lexicon(shipped())
    assert texts(detector, screened)
