"""What a paper says about itself, forms with boxes, foreign and encoded markings, and what only speaks of levels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.model.finding import MARKING, Finding
from tests.unit.screening_rules import assert_offsets, part, row, shipped

TERM = "secrecy.term"


@pytest.fixture(scope="module")
def detector() -> SecrecyMarking:
    return SecrecyMarking(shipped())


def found(detector: SecrecyMarking, *texts: str | tuple[str, str]) -> Sequence[Finding]:
    screened = part(*texts)
    findings = detector.detect(screened)
    assert_offsets(findings, screened)
    return findings


def kinds(detector: SecrecyMarking, *texts: str | tuple[str, str]) -> set[str]:
    return {finding.kind for finding in found(detector, *texts)}


FILLER = [f"第{number}条 由办公室负责。" for number in range(12)]


@pytest.mark.parametrize(
    "text",
    [
        "本文密级为秘密。", "此件为机密级文件，请专人保管。", "本材料属绝密级国家秘密。", "本件定为机密级，保密期限五年。", "本报告系秘密文件",
        "本资料按机密级文件管理。", "附件为秘密级文件。", "本　文　密　级　为　机　密。", "本文件属于国家秘密。",
    ],
)  # fmt: skip
def test_a_paper_that_states_its_own_level_is_marked(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, *FILLER, text) == {MARKING}


@pytest.mark.parametrize(
    "text",
    [
        "本文件不属于国家秘密。", "如本件为机密级文件，应当登记。", "本资料属商业秘密。", "本办法所称机密级文件，是指……", "本材料不涉及国家秘密。",
        "本通知为秘密投票工作提供依据。", "该文件属于工作秘密。", "本方案为绝密、机密、秘密三级文件的管理提供依据。",
    ],
)  # fmt: skip
def test_a_paper_that_denies_or_explains_is_not(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, *FILLER, text) == set()


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("□绝密 ☑机密 □秘密", "☑机密"), ("绝密□ 机密☑ 秘密□", "机密☑"), ("绝密□机密□秘密√", "秘密√"), ("□绝密　■机密　□秘密", "■机密"),
        ("绝密（ ） 机密（√） 秘密（ ）", "机密（√）"), ("☑ 秘密", "☑ 秘密"),
    ],
)  # fmt: skip
def test_a_ticked_level_is_a_marking(detector: SecrecyMarking, text: str, chosen: str) -> None:
    assert chosen in {finding.text for finding in found(detector, *FILLER, text) if finding.kind == MARKING}


@pytest.mark.parametrize(
    "text",
    [
        "□绝密 □机密 □秘密 ☑公开", "绝密□ 机密□ 秘密□ 公开☑", "密级：□绝密 □机密 □秘密 ■非密", "公开☑ 秘密□", "☑公开 □机密",
        "公开（√） 秘密（ ）", "□绝密\t□机密\t□秘密", "●绝密级 ●机密级 ●秘密级",
    ],
)  # fmt: skip
def test_a_level_that_is_not_chosen_is_none(detector: SecrecyMarking, text: str) -> None:
    assert MARKING not in kinds(detector, text, "拟稿人：")


@pytest.mark.parametrize(
    "text",
    [
        "例如“机密★20年”表示机密级。", "印有“绝密★启用前”字样的试卷袋", "标注“秘密★1年”的文件", "标志形式为“绝密★30年”“机密★20年”“秘密★10年”",
        "【机密】字样的文件", "绝密★30年、机密★20年、秘密★10年",
    ],
)  # fmt: skip
def test_a_quoted_marking_is_a_question(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, *FILLER, text) == {TERM}


def test_a_quoted_marking_of_this_paper_is_a_marking(detector: SecrecyMarking) -> None:
    assert kinds(detector, "本文件标注“机密★20年”字样。") == {MARKING}


def test_a_list_is_one_question(detector: SecrecyMarking) -> None:
    table = row("绝密", "3", "机密", "5", "秘密", "20")
    assert [finding.kind for finding in detector.detect(table)] == [TERM]


@pytest.mark.parametrize(
    "text",
    [
        "绝密级：30年；机密级：20年；秘密级：10年。", "绝密——30年；机密——20年；秘密——10年。", "保守国家秘密\n★2.投标人近三年无违法记录",
        "★国家秘密载体印制资质", "关于做好保 守 国 家 秘 密 工作", "保 守 国 家 秘 密", "保密协议\n保密期限：3年", "电影《绝密》上映10年",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_nothing(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, *text.split("\n"), *FILLER) == set()


@pytest.mark.parametrize(
    "text",
    [
        "TOP SECRET",
        "[SECRET]",
        "CONFIDENTIAL",
        "S E C R E T",
        "ТОР SEСRET",
        "SECRET//NOFORN",
        "Strictly Confidential.",
    ],
)
def test_english_markings_are_a_question(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, text, "Minutes of the meeting") == {TERM}
    assert kinds(detector, *FILLER, (text, "header")) == {TERM}


@pytest.mark.parametrize(
    "text", ["The secret of success", "CLIENT_SECRET=…", "Secret Garden", "CONFIDENTIALITY AGREEMENT"]
)
def test_english_words_are_not(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, text, "正文。") == set()


@pytest.mark.parametrize("level", ["绝密", "机密", "秘密"])
def test_encoded_markings_are_found(detector: SecrecyMarking, level: str) -> None:
    from urllib.parse import quote

    mark = level + "★"
    encoded = [
        quote(mark), quote(mark).lower(), ascii(mark)[1:-1], "".join(f"&#{ord(one)};" for one in mark),
        "".join(f"&#x{ord(one):x};" for one in mark), mark.encode("hz").decode("ascii"), mark.encode("utf-7").decode("ascii"),
        mark.encode("gb18030").decode("latin-1"),
    ]  # fmt: skip
    for text in encoded:
        assert kinds(detector, *FILLER, (f"view?t={text}10&x=1", "link")) == {MARKING}, text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("机密-关于排查情况的报告.docx", "name"),
        ("附表（秘密）.xlsx", "attachment"),
        ("秘密_名单", "metadata"),
        ("【绝密】方案", "name"),
        ("名单_机密.xlsx", "name"),
    ],
)
def test_names_of_files_carry_markings(detector: SecrecyMarking, name: str, kind: str) -> None:
    assert MARKING in kinds(detector, *FILLER, (name, kind))


@pytest.mark.parametrize("text", ["㊙★10年", "㊙️★长期", "㊙", "㊙️密★10年"])
def test_the_circled_sign_is_not_the_letter(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, text, "关于某事的通知") == {MARKING}
    assert kinds(detector, "秘书处★10年", "秘", "关于某事的通知") == set()


def test_the_circled_sign_in_a_sentence_is_a_question(detector: SecrecyMarking) -> None:
    assert kinds(detector, *FILLER, "独家㊙配方大公开") == {TERM}


def test_an_unknown_letter_before_star_and_term_is_a_question(detector: SecrecyMarking) -> None:
    assert kinds(detector, *FILLER, "机蜜宓★10年"[:1] + "要★10年") == {TERM}


@pytest.mark.parametrize("text", ["机密大10年", "秘密K5年", "绝密食长期"])
def test_a_star_that_was_misread_is_still_a_marking(detector: SecrecyMarking, text: str) -> None:
    assert kinds(detector, *FILLER, (text, "ocr")) == {MARKING}


def test_every_finding_says_why(detector: SecrecyMarking) -> None:
    texts = (
        "机密★10年",
        "密级：秘密",
        "☑机密",
        "【绝密】甲",
        "本文密级为秘密。",
        "例如“机密★20年”",
        "已解密",
        "TOP SECRET",
        "㊙配方",
    )
    for text in texts:
        for finding in found(detector, text, *FILLER):
            assert finding.why, finding.rule
            assert finding.rule_version > 0
