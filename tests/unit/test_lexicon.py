"""Terms of the lexicons: guards, word boundaries, white space, and rules that cannot work."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import date
from functools import cache
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
    return shipped_detector()


@cache
def shipped_detector() -> Lexicon:
    """One for all examples too: it holds rules only, and reading them takes longer than a short text."""
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
    ("已扑杀生猪326头", "special.animal_epidemic"), ("高程 52.3 米", "special.geography"), ("农药残留超标批次", "special.agriculture"),
    ("出口配额", "special.trade"), ("军事禁区外围", "infrastructure.secret"), ("网络拓扑图", "infrastructure.secret"),
    ("登录密码：Abc#2026", "security.credential"), ("该附件属机密", "secrecy.term"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), SHIPPED)
def test_the_shipped_lexicons_find(loaded: Lexicon, text: str, kind: str) -> None:
    found = loaded.detect(part("一、" + text + "。"))
    assert kind in {finding.kind for finding in found}
    assert all(finding.article and finding.suggestion for finding in found)


CLEAN = [
    "认真贯彻落实重要批示精神。", "加强国防教育，开展双拥活动。", "依法保护举报人合法权益。", "举报人可以拨打热线。", "推广测土配方施肥。", "制定分配方案。",
    "修改初始密码后登录。", "提供证据材料复印件。", "县政府发布控制烟花爆竹通告。", "申请人应当提交投标文件格式要求的材料。", "路口交通信号灯改造。",
    "人事任免公示。", "经度与纬度的概念。", "信访人应当到接待场所提出信访事项。", "强制扑杀补助经费纳入预算。", "落实关税配额管理。",
]  # fmt: skip


@pytest.mark.parametrize("text", CLEAN)
def test_the_shipped_lexicons_leave_alone(loaded: Lexicon, text: str) -> None:
    assert texts(loaded, part(text)) == []


SPOKEN_OF = [
    ("会议纪要由承办处室起草，会后三日内印发。", "会议纪要\n〔2026〕3号\n县长主持会议，议定事项如下", "process.information"),
    ("本办法由县政府向社会公开征求意见，征求意见稿应当刊登全文。", "停车管理办法（征求意见稿）", "process.information"),
    ("各科室要按时报送值班表。", "国庆节值班表\n10月1日 王建国", "internal.affairs"),
    ("执法人员应当制作询问笔录。", "询问笔录\n被询问人：李某", "enforcement.case"),
    ("发现10例以上疑似病例的，应当在两小时内报告。", "已报告疑似病例12例，均在隔离治疗。", "special.epidemic"),
    ("道路施工应当核对高程。", "坝顶高程1756.8米。", "special.geography"),
    ("禁止在军事禁区及其周边放飞无人机。", "该地块位于军事禁区北侧300米。", "infrastructure.secret"),
    ("各单位不得擅自公布网络拓扑。", "附件：网络拓扑图", "infrastructure.secret"),
    ("企业应当对供应商名单采取保密措施。", "供应商名单\n1.宏远建材", "commercial.secret"),
    ("未经核定的数据不得对外提供，任何单位不得违反。", "上述数据未经核定。", "special.statistics"),
]  # fmt: skip


@pytest.mark.parametrize(("spoken", "held", "kind"), SPOKEN_OF)
def test_what_is_only_spoken_of_is_info(loaded: Lexicon, spoken: str, held: str, kind: str) -> None:
    def severities(text: str) -> set[Severity]:
        found = loaded.detect(part(*text.split("\n")))
        assert all(finding.why for finding in found)
        return {finding.severity for finding in found if finding.kind == kind}

    assert severities(spoken) <= {Severity.INFO}
    assert severities(held) & {Severity.REVIEW, Severity.BLOCK}


def cued(*cues: Rule, **options: object) -> Lexicon:
    rule = Rule(
        "T.test", "special.epidemic", Severity.REVIEW, "literal", ("疑似病例",),
        options={"cues": [cue.id for cue in cues], **options},
    )  # fmt: skip
    return Lexicon(RuleBook((rule, *cues)))


def cue(name: str, pattern: str, *, raises: bool, **options: object) -> Rule:
    return Rule(
        name, "format.cue", Severity.INFO, "cue", (pattern,),
        options={"raises": raises, "why": f"{name}的词语", **options},
    )  # fmt: skip


def test_the_first_cue_that_fits_decides_and_is_named() -> None:
    figure, norm = cue("数量", "▮[0-9]+例", raises=True), cue("规定", "应当", raises=False)
    (held,) = cued(figure, norm).detect(part("应当看到，疑似病例3例。"))
    (spoken,) = cued(norm, figure).detect(part("应当看到，疑似病例3例。"))
    assert (held.severity, spoken.severity) == (Severity.REVIEW, Severity.INFO)
    assert "数量的词语" in held.why
    assert "规定的词语" in spoken.why
    assert held.confidence > spoken.confidence


def test_a_cue_reads_the_sentence_or_the_line() -> None:
    norm = cue("规定", "应当", raises=False)
    assert cued(norm).detect(part("应当报告。疑似病例"))[0].severity is Severity.REVIEW
    assert cued(norm).detect(part("应当报告\n疑似病例"))[0].severity is Severity.REVIEW
    wrapped = "各级各类医疗卫生机构和疾病预防控制机构在工作中发现的情况应当\n报告疑似病例"
    assert cued(norm).detect(part(wrapped))[0].severity is Severity.INFO
    alone = cue("标题", "^▮$", raises=False, line=True)
    assert cued(alone).detect(part("一、要求\n疑似病例\n有。"))[0].severity is Severity.INFO
    assert cued(alone).detect(part("报告疑似病例"))[0].severity is Severity.REVIEW


def test_without_a_cue_the_rule_says_what_a_term_is_worth() -> None:
    norm = cue("规定", "应当", raises=False)
    assert cued(norm, otherwise="info").detect(part("疑似病例"))[0].severity is Severity.INFO
    assert cued(norm, otherwise="none").detect(part("疑似病例")) == []
    assert cued(norm, otherwise="none").detect(part("应当报告疑似病例")) == []


def test_what_a_part_speaks_of_is_one_finding_for_each_rule() -> None:
    norm = cue("规定", "应当", raises=False)
    screened = part("应当报告疑似病例。", "应当登记疑似病例。", "现有疑似病例。")
    held, spoken = sorted(cued(norm).detect(screened), key=lambda finding: finding.segment, reverse=True)
    assert (held.segment, held.count) == (2, 1)
    assert (spoken.severity, spoken.count, spoken.ranges) == (Severity.INFO, 2, ((0, 4, 8), (1, 4, 8)))


def test_many_hits_of_a_rule_are_one_finding() -> None:
    (found,) = lexicon("询问笔录").detect(part(*["有询问笔录。"] * 40))
    assert (found.count, len(found.ranges)) == (40, 40)


def test_of_two_rules_of_a_kind_the_more_severe_then_the_longer_speaks() -> None:
    short = Rule("T.short", "special.trade", Severity.REVIEW, "literal", ("配额",))
    long = replace(short, id="T.long", patterns=("配额分配",))
    info = replace(short, id="T.info", severity=Severity.INFO, patterns=("出口配额分配方案",))
    found = Lexicon(RuleBook((short, long, info))).detect(part("出口配额分配方案"))
    assert [finding.rule for finding in found] == ["T.long"]


@pytest.mark.parametrize("options", [{"cues": ["cue.gone"]}, {"otherwise": "maybe"}])
def test_an_unknown_cue_or_severity_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as raised:
        lexicon("机密", options=options)
    assert raised.value.code == "rule.cue"


def test_an_expired_cue_stops_the_screening() -> None:
    norm = replace(cue("规定", "应当", raises=False), expires=date(2020, 1, 1))
    with pytest.raises(DisclosureError) as raised:
        cued(norm).detect(part("没有内容"))
    assert raised.value.code == "rule.expired"


@pytest.mark.parametrize("term", ["询问笔录", "国防", "疫点3头，", "配方：", "请示", "举报人张某，"])
def test_a_term_said_a_hundred_thousand_times_takes_no_longer_than_it_must(
    loaded: Lexicon, term: str
) -> None:
    screened = part(term * 100_000)
    assert screened.views.compact.text
    start = time.process_time()
    loaded.detect(screened)
    assert time.process_time() - start < 3  # about 0.6 s on an idle core


def test_a_clean_text_does_not_load_the_segmenter() -> None:
    detector = Lexicon(shipped())
    text = "为规范政府信息公开工作，保障公民、法人和其他组织依法获取政府信息，制定本办法。" * 50
    assert detector.detect(part(text)) == []
    for canary in detector.canaries:
        assert canary.kind in {finding.kind for finding in detector.detect(part(canary.text))}
    assert not detector.segmenter_loaded


def test_words_are_cut_where_the_dictionarys_own_segmenter_cuts_them() -> None:
    import jieba

    jieba.setLogLevel(logging.CRITICAL)
    text = "负责疫情报告工作的中华人民共和国防治污染条例县政府发布控制烟花爆竹通告要定期更换计算机密码"
    for start in range(len(text) - 12):
        window = text[start : start + 12]
        cuts, at = {0}, 0
        for word in jieba.cut(window, HMM=False):
            at += len(word)
            cuts.add(at)
        for first in range(1, 10):
            place = (first, first + 2)
            inside = first + 1 in cuts
            straddles = inside and not (first in cuts and first + 2 in cuts)
            assert (WordBoundaries().straddling(window, [place]) == {place}) is straddles


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
    st.sampled_from(["询问笔录", "国防工程", "AccessKey", "登录密码：a1b2c3"]),
)
@settings(deadline=None, max_examples=80)
def test_any_surroundings_give_exact_offsets(parts: list[str], term: str) -> None:
    screened = part(*parts, f"。{term}。")
    assert texts(shipped_detector(), screened)
