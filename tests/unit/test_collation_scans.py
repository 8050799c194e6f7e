"""A scan beside its editable text: agreement settles, differences are findings, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from disclosure_pipeline.builtin.collation.scans import ScanCollator
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks import checks
from disclosure_pipeline.hooks.contracts import Comparison, PartText
from disclosure_pipeline.hooks.guard import Nonsense
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text
from disclosure_pipeline.settings.policy import load_rulebook

BOOK = load_rulebook(Path(__file__).parents[2] / "config")
PARAGRAPHS = (
    "关于做好冬季清洁取暖工作的通知",
    "各镇人民政府，县政府各部门：",
    "为保障群众温暖过冬，现就做好今年冬季清洁取暖工作通知如下。",
    "一、按照既定标准发放清洁取暖补贴1280.5元，由张三同志负责。",
    "示范县人民政府办公室",
    "2026年11月20日",
)


def text(*paragraphs: str, position: int = 0) -> PartText:
    segments = tuple(
        Segment(words, Place("word/document.xml", "body", paragraph=number))
        for number, words in enumerate(paragraphs, start=1)
    )
    return PartText(position, PartRole.MAIN, Text("application/docx", "builtin.docx", segments))


def line(words: str, number: int, detail: str | None = None, page: int = 1) -> Segment:
    return Segment(
        words,
        Place(
            f"page {page}", "ocr", page, bbox=(50.0, 20.0 * number, 500.0, 20.0 * number + 15), detail=detail
        ),
    )


def scan(*lines: Segment, unsure: tuple[int, ...] = (), position: int = 1) -> PartText:
    doubts = []
    for index in unsure:
        place = lines[index].place
        doubts.append(Doubt("ocr.unsure", "请核对。", Place(place.part, "ocr", place.page, bbox=place.bbox)))
    found = Text("image/png", "builtin.image", tuple(lines), doubts=tuple(doubts))
    return PartText(position, PartRole.ATTACHMENT, found)


def lines_of(*paragraphs: str) -> list[Segment]:
    """A scan breaks lines elsewhere than paragraphs end."""
    whole = "".join(paragraphs)
    return [line(whole[at : at + 17], number) for number, at in enumerate(range(0, len(whole), 17))]


def collate(*parts: PartText) -> Comparison:
    collator = ScanCollator(BOOK)
    doubts = [
        Doubt(d.code, d.message, d.place, d.detector, part.position)
        for part in parts
        for d in part.text.doubts
    ]
    return checks.comparison(parts, "builtin.scans", collator.kinds, doubts)(collator.collate(parts))


def changed(old: str, new: str) -> list[Segment]:
    assert any(old in words for words in PARAGRAPHS)
    return lines_of(*(words.replace(old, new) for words in PARAGRAPHS))


def test_agreement_is_no_finding_and_settles_uncertain_lines() -> None:
    pages = scan(*lines_of(*PARAGRAPHS), unsure=(1, 3))
    result = collate(text(*PARAGRAPHS), pages)
    assert result.findings == ()
    assert [doubt.position for doubt in result.settled] == [1, 1]


def test_punctuation_width_and_spaces_are_no_difference() -> None:
    pages = scan(*changed("，现就做好", " ,现就 做好"), unsure=(2,))
    result = collate(text(*PARAGRAPHS), pages)
    assert (result.findings, len(result.settled)) == ((), 1)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [("1280.5", "1230.5", "3"), ("1280.5", "12805", None), ("张三", "张四", "四"), ("不", "", None)],
)
def test_a_number_or_name_that_differs_is_a_finding(old: str, new: str, shown: str | None) -> None:
    if old == "不":
        old, new = "温暖过冬", "温暖入冬"
        shown = "入"
    result = collate(text(*PARAGRAPHS), scan(*changed(old, new)))
    assert len(result.findings) == 1
    found = result.findings[0]
    assert found.kind == "format.scan_difference"
    assert found.rule == "D23.scan_difference"
    if shown is not None:
        assert (found.part, found.text) == (1, shown)
        assert found.place.kind == "ocr"


def test_a_lost_decimal_point_stands_where_the_text_has_it() -> None:
    result = collate(text(*PARAGRAPHS), scan(*changed("1280.5", "12805")))
    assert [(found.part, found.text) for found in result.findings] == [(0, ".")]


def test_a_line_that_only_one_side_has_is_a_finding() -> None:
    extra = [*lines_of(*PARAGRAPHS), line("此件另附经办人联系电话", 30)]
    assert [found.text for found in collate(text(*PARAGRAPHS), scan(*extra)).findings] == [
        "此件另附经办人联系电话"
    ]
    missing = collate(text(*PARAGRAPHS, "附件：补贴发放名单"), scan(*lines_of(*PARAGRAPHS)))
    assert [(found.part, found.text) for found in missing.findings] == [(0, "附件：补贴发放名单")]


def test_an_uncertain_digit_is_a_finding_and_stays_in_doubt() -> None:
    lines = changed("1280.5", "1230.5")
    which = next(number for number, item in enumerate(lines) if "1230" in item.text)
    result = collate(text(*PARAGRAPHS), scan(*lines, unsure=(which,)))
    assert len(result.findings) == 1
    assert result.settled == ()


def test_an_uncertain_letter_that_differs_is_left_to_its_doubt() -> None:
    lines = changed("取暖补贴", "取暖补贻")
    which = next(number for number, item in enumerate(lines) if "贻" in item.text)
    result = collate(text(*PARAGRAPHS), scan(*lines, unsure=(which,)))
    assert (result.findings, result.settled) == ((), ())


def test_the_words_of_a_seal_and_what_it_hides_are_tolerated() -> None:
    lines = [
        *(line(words, number) for number, words in enumerate(PARAGRAPHS[:-2])),
        line("示范县人民政府", 4),
        line(PARAGRAPHS[-1], 5),
    ]
    assert len(collate(text(*PARAGRAPHS), scan(*lines)).findings) == 1
    assert collate(text(*PARAGRAPHS), scan(*lines, line("永范县人", 4, "seal"))).findings == ()


def test_what_is_gone_elsewhere_is_no_matter_of_the_seal() -> None:
    lines = [line(words.replace("既定标准", "标准"), number) for number, words in enumerate(PARAGRAPHS)]
    result = collate(text(*PARAGRAPHS), scan(*lines, line("永范县人", 5, "seal")))
    assert [(found.part, found.text) for found in result.findings] == [(0, "既定")]
    assert len(collate(text(*PARAGRAPHS), scan(*lines, line("永范县人", 5, "seal", page=2))).findings) == 1


def test_page_numbers_and_automatic_numbers_are_tolerated() -> None:
    lines = [
        *lines_of(*PARAGRAPHS[:3]),
        line("一、按照既定标准发放清洁取暖补贴1280.5元，由张三同志负责。", 20),
        line("— 2 —", 21),
    ]
    lines += [line(words, 30 + number) for number, words in enumerate(PARAGRAPHS[4:])]
    without = [words.removeprefix("一、") for words in PARAGRAPHS]
    assert collate(text(*without), scan(*lines)).findings == ()


def test_pages_that_are_files_of_their_own_are_one_scan() -> None:
    lines = lines_of(*PARAGRAPHS)
    half = len(lines) // 2
    result = collate(
        text(*PARAGRAPHS), scan(*lines[:half], position=1), scan(*lines[half:], unsure=(0,), position=2)
    )
    assert result.findings == ()
    assert [doubt.position for doubt in result.settled] == [2]


def test_another_document_is_not_compared() -> None:
    other = (
        "县财政局决算公开说明",
        "本年度一般公共预算支出合计三千万元，较上年增长百分之五，主要用于教育和卫生。",
    )
    result = collate(text(*other), scan(*lines_of(*PARAGRAPHS), unsure=(1,)))
    assert (result.findings, result.settled) == ((), ())


def test_a_scan_alone_settles_nothing() -> None:
    assert collate(scan(*lines_of(*PARAGRAPHS), unsure=(1,), position=0)) == Comparison()


def test_other_doubts_are_never_settled() -> None:
    pages = scan(*lines_of(*PARAGRAPHS))
    doubt = Doubt("picture.unread", "请查看。", Place("page 1", "ocr", 1))
    unread = PartText(1, pages.role, Text("image/png", "builtin.image", pages.text.segments, doubts=(doubt,)))
    assert collate(text(*PARAGRAPHS), unread).settled == ()


def test_settling_anything_else_is_refused() -> None:
    part = text(*PARAGRAPHS)
    doubt = Doubt("detector.failed", "请核查。")
    check = checks.comparison((part,), "builtin.scans", ScanCollator.kinds, [doubt])
    with pytest.raises(Nonsense):
        check(Comparison(settled=(doubt,)))
    with pytest.raises(Nonsense):
        check(Comparison(settled=(Doubt("ocr.unsure", "没有这一条。"),)))
    with pytest.raises(Nonsense):
        check(None)


def test_without_its_rule_it_does_not_load() -> None:
    with pytest.raises(ConfigError):
        ScanCollator(RuleBook(()))


def test_a_number_at_the_start_of_a_line_is_no_numbering_when_it_goes_on() -> None:
    words = ("现将补贴资金发放情况公布如下", "全县共计发放补贴", "5万元", "示范县人民政府办公室公布")
    lines = [line(item.replace("5万元", "12.5万元"), number) for number, item in enumerate(words)]
    assert len(collate(text(*words), scan(*lines)).findings) == 1


def test_values_that_change_places_are_findings() -> None:
    words = (
        "现将补贴资金发放情况公布如下",
        "甲村发放补贴12345元",
        "乙村发放补贴67890元",
        "示范县人民政府办公室公布",
    )
    swapped = [item.replace("12345", "#").replace("67890", "12345").replace("#", "67890") for item in words]
    lines = [line(item, number) for number, item in enumerate(swapped)]
    found = collate(text(*words), scan(*lines)).findings
    assert {item.segment for item in found} == {1, 2}


def test_words_in_another_order_are_no_difference() -> None:
    lines = [line(item, number) for number, item in enumerate((*PARAGRAPHS, "此件公开发布"))]
    assert collate(text("此件公开发布", *PARAGRAPHS), scan(*lines)).findings == ()
