"""Internal-use notices and the ordinary sentences that resemble them."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.secrecy.internal import InternalNotice
from disclosure_pipeline.model.finding import Severity
from tests.unit.screening_rules import assert_offsets, part, row, shipped


@pytest.fixture(scope="module")
def detector() -> InternalNotice:
    return shipped_detector()


@cache
def shipped_detector() -> InternalNotice:
    """One for all tests and examples: it holds rules only, and reading them takes longer than a short text."""
    return InternalNotice(shipped())


NOTICES = [
    "内部资料 注意保存", "内部资料，注意保存", "内部事项 注意保管", "内部文件", "内部资料", "仅供内部使用", "供内部参考", "内部　资料\n注意　保密",
    "不得外传", "请勿外传", "严禁外传", "阅后清退", "阅后收回", "阅后即焚", "会后退回", "會後收回", "用后销毁", "内 部 资 料",
    "内\u200b部\u200b使\u200b用", "工作秘密★2年", "工作秘密", "【内部】", "（内部资料）", "内部★", "本资料仅供内部传阅", "此件属内部资料，不得复制。",
    "不得擅自转发。", "仅限系统内部使用", "內部資料 請勿外傳", "內部參考", "阅 后 请 退 回", "注意保密，不得外传",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTICES)
def test_notices_are_found(detector: InternalNotice, text: str) -> None:
    for screened in (
        part(*text.split("\n"), "关于某事的情况"),
        part("正文。\n" + text + "\n正文。"),
        part((text, "header")),
    ):
        found = list(detector.detect(screened))
        assert found
        assert_offsets(found, screened)
        assert {(finding.kind, finding.severity) for finding in found} == {
            ("secrecy.internal", Severity.REVIEW)
        }


PROSE = [
    "健全内部审计制度，加强内部控制。", "内部机构设置和职能调整情况。", "各内部科室应当按照职责分工落实。",
    "完善内部管理，优化内部流程。", "对内部人员加强培训。", "室内部分装修完工。", "内部使用的计算机应当登记。",
    "经批准的内部资料性出版物应当标明准印证号。", "不涉及工作秘密的信息应当公开。", "机关工作秘密的范围由各部门确定。",
    "涉及国家秘密、工作秘密的，不予公开。", "制定工作秘密管理暂行办法。", "不得将个人信息用于其他目的。", "市场内部分摊位关闭。",
    "外传染病例由疾控部门处置。", "请注意保管好个人财物。", "会后，与会人员参观了展览。", "阅后有何意见，请反馈。",
]  # fmt: skip


@pytest.mark.parametrize("text", PROSE)
def test_ordinary_sentences_are_not(detector: InternalNotice, text: str) -> None:
    assert detector.detect(part("第一条", text, "第二条")) == []


def test_a_notice_over_cells_is_reported_on_the_first(detector: InternalNotice) -> None:
    screened = row("内部", "资料", "注意保存")
    (finding,) = detector.detect(screened)
    assert (finding.segment, finding.text, finding.rule) == (0, "内部", "D3.notice")


@given(st.lists(st.text(max_size=30), max_size=4), st.sampled_from(NOTICES))
@example(["办法第三条，"], "不得擅自转发。")
@settings(deadline=None, max_examples=60)
def test_any_surroundings(parts: list[str], notice: str) -> None:
    # A line that ends a sentence which the line before left open is no notice but the end of that sentence.
    closed = "。" if notice.endswith("。") else ""
    screened = part(*parts, f"{closed}\n{notice}\n")
    found = list(shipped_detector().detect(screened))
    assert_offsets(found, screened)
    assert found


def test_canaries_fire(detector: InternalNotice) -> None:
    for canary in detector.canaries:
        assert canary.kind in {finding.kind for finding in detector.detect(part(canary.text))}


NOTES = [
    "（此件发至县团级）",
    "（此件不公开）",
    "(此件传达至全体党员)",
    "此件暂不公开",
    "（发至各镇、街道党政班子成员）",
    "此件不得登报、上网",
]


@pytest.mark.parametrize("note", NOTES)
def test_notes_that_limit_circulation_are_found(detector: InternalNotice, note: str) -> None:
    (finding,) = detector.detect(part("关于某事的通知", "正文。", "2026年3月5日", note))
    assert finding.rule in ("D4.note", "D3.notice")


@pytest.mark.parametrize(
    "note",
    [
        "（此件公开发布）",
        "（此件主动公开）",
        "（此件依申请公开）",
        "附注写明“此件不公开”的，不得上网。",
        "“此件发至县团级”一类附注",
    ],
)
def test_other_notes_are_not(detector: InternalNotice, note: str) -> None:
    assert detector.detect(part("关于某事的通知", "正文。", note)) == []


@pytest.mark.parametrize(
    "text",
    [
        "会议材料由专人发放和清退，不得外传。", "严禁将内部资料上传互联网，违者追究责任。", "标注“内部资料 注意保存”的材料不得公开。",
        "不得泄露国家秘密、\n工作秘密。", "会议材料由专人发放，\n不得擅自转发。", "各单位要加强内部资料管理。", "未经批准不得转载本网内容。", "请妥善保管准考证。", "内部 | 外部",
    ],
)  # fmt: skip
def test_rules_about_notices_are_not(detector: InternalNotice, text: str) -> None:
    assert detector.detect(part(*text.split("\n"))) == []


def test_a_finding_says_why_and_by_which_version(detector: InternalNotice) -> None:
    (finding,) = detector.detect(part("内部资料，注意保存"))
    assert finding.why
    assert finding.rule_version == 2
    assert "内部资料" not in finding.why


@pytest.mark.parametrize("opening", ["不公[", "不公[第", "份号 ", "内部〔No. "])
def test_a_long_number_in_brackets_is_read_once(detector: InternalNotice, opening: str) -> None:
    """Digits that can be parted in many ways must not be tried in all of them: this would not end."""
    number = "6222021001116245702" * 3
    assert list(detector.detect(part(f"{opening}{number}]，请核对。"))) == []
    assert list(detector.detect(part(f"{opening}{number}]。", "内部资料 注意保存")))
