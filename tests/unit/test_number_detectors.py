"""Numbers of persons: every way of writing is found, every trap is left alone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.numbers.bank_card import BankCard
from disclosure_pipeline.builtin.detectors.numbers.checks import check_character, is_luhn, is_resident_id
from disclosure_pipeline.builtin.detectors.numbers.email import Email
from disclosure_pipeline.builtin.detectors.numbers.mobile import Mobile
from disclosure_pipeline.builtin.detectors.numbers.resident_id import ResidentId
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import Detector, PartText
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import RuleBook
from tests.labelled.sample import in_segments
from tests.unit.screening_rules import assert_offsets, part, row, shipped

IDENTITY, MOBILE, CARD, EMAIL = (
    ResidentId(shipped()), Mobile(shipped()), BankCard(shipped()), Email(shipped()),
)  # fmt: skip
ALL: tuple[Detector, ...] = (IDENTITY, MOBILE, CARD, EMAIL)

KNOWN_ID = "11010519491231002X"
KNOWN_MOBILE = "13812345678"
KNOWN_CARD = "6222021234567890128"
FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")


def texts(detector: Detector, screened: PartText) -> list[str]:
    found = list(detector.detect(screened))
    assert_offsets(found, screened)
    return [finding.text or "" for finding in found]


def table(*rows: tuple[str, ...]) -> PartText:
    return in_segments(*rows, family="test", form="plain", table=True).part


@st.composite
def identities(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1930, 1, 1), date(2020, 12, 31)))
    body = f"{draw(st.integers(110000, 659999))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + check_character(body)


mobiles = st.builds(lambda two, rest: f"1{two}{rest:09}", st.integers(3, 9), st.integers(0, 10**9 - 1))


@st.composite
def cards(draw: st.DrawFn) -> str:
    length = draw(st.sampled_from([16, 19]))
    body = "62" + "".join(
        draw(st.lists(st.sampled_from("0123456789"), min_size=length - 3, max_size=length - 3))
    )
    return body + next(digit for digit in "0123456789" if is_luhn(body + digit))


NOISE = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        " ",
        "　",
        "-",
        "－",
        "·",
        ".",
        "\u200b",
        "\ufeff",
        "\n",
        " \u200b",
        "—",
        "\u00a0",
        "\t",
        "_",
    ]
)


@st.composite
def noisy(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """(label, a number with noise between its characters and perhaps in full-width form)."""
    number = draw(numbers)
    noise = draw(st.lists(NOISE, min_size=len(number) - 1, max_size=len(number) - 1))
    written = number[0] + "".join(gap + digit for gap, digit in zip(noise, number[1:], strict=True))
    return number, written.translate(FULL_WIDTH) if draw(st.booleans()) else written


@pytest.mark.parametrize(
    ("detector", "numbers", "label"),
    [
        (IDENTITY, identities(), "身份证号："),
        (MOBILE, mobiles, "联系电话："),
        (CARD, cards(), "开户行及账号："),
    ],
    ids=["identity", "mobile", "card"],
)
def test_noise_does_not_hide_a_number(
    detector: Detector, numbers: st.SearchStrategy[str], label: str
) -> None:
    @given(
        noisy(numbers),
        st.sampled_from(["张三，", "", "（一）"]),
        st.sampled_from(["。", "，住所", "\n备注", "）"]),
    )
    @settings(deadline=None, max_examples=150)
    def found(number: tuple[str, str], before: str, after: str) -> None:
        if len(set(number[0])) < 3:
            return
        written = number[1]
        assert texts(detector, part(before + label + written + after)) == [written]

    found()


@given(identities())
def test_one_changed_digit_is_no_identity(number: str) -> None:
    wrong = number[:16] + str((int(number[16]) + 1) % 10) + number[17:]
    assert is_resident_id(number)
    assert not is_resident_id(wrong)
    assert texts(IDENTITY, part("户号" + wrong)) == []
    assert texts(IDENTITY, part(wrong)) == []


def test_a_slip_in_what_is_called_an_identity_number_is_doubtful() -> None:
    wrong = KNOWN_ID[:10] + "1" + KNOWN_ID[11:17] + "1"
    (finding,) = IDENTITY.detect(part("身份证号：" + wrong))
    assert (finding.rule, finding.severity) == ("D9.resident_id_doubtful", Severity.REVIEW)
    (headed,) = IDENTITY.detect(table(("姓名", "身份证号码"), ("张三", wrong)))
    assert headed.rule == "D9.resident_id_doubtful"
    assert texts(IDENTITY, part("身份证号：" + wrong[:6] + "20261399" + wrong[14:])) == []


def test_a_disability_certificate_carries_the_identity_number() -> None:
    assert texts(IDENTITY, part(f"残疾人证号：{KNOWN_ID}43")) == [KNOWN_ID + "43"]
    assert texts(IDENTITY, part("残疾人证号：37010219560804186943")) == ["37010219560804186943"]
    assert texts(IDENTITY, part("37010219560804186999")) == []


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"]) | st.sampled_from("0123456789X-. \n１"), max_size=60
        ),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=150)
def test_any_text_gives_exact_offsets(parts: list[str]) -> None:
    for detector in ALL:
        texts(detector, part(*parts))


@pytest.mark.parametrize(
    ("detector", "written"),
    [
        (IDENTITY, KNOWN_ID), (IDENTITY, "11010519491231002x"), (IDENTITY, "110105 19491231 002X"),
        (IDENTITY, "110105-19491231-002Х"), (IDENTITY, "1101 0519 4912 3100 2X"), (IDENTITY, "110105194912310\n02X"),
        (MOBILE, KNOWN_MOBILE), (MOBILE, "138-1234-5678"), (MOBILE, "138 1234 5678"), (MOBILE, "138.1234.5678"),
        (MOBILE, "1 3 8 1 2 3 4 5 6 7 8"), (MOBILE, "1381234\n5678"), (MOBILE, "138\u200b12345678"), (MOBILE, "١٣٨١٢٣٤٥٦٧٨"),
        (CARD, KNOWN_CARD), (CARD, "6222 0212 3456 7890 128"), (CARD, "622202-1234567890128"), (CARD, "6222021234\n567890128"),
    ],
)  # fmt: skip
def test_usual_ways_of_writing(detector: Detector, written: str) -> None:
    assert texts(detector, part(f"张三{written}，李四")) == [written]
    assert texts(detector, part(written)) == [written]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+86 13812345678", [KNOWN_MOBILE]), ("+8613812345678", [KNOWN_MOBILE]), ("(86)13812345678", [KNOWN_MOBILE]),
        ("0086-138-1234-5678", ["138-1234-5678"]), ("Tel:13812345678", [KNOWN_MOBILE]), ("TEL13812345678", [KNOWN_MOBILE]),
        ("013812345678", [KNOWN_MOBILE]), ("13812345678/13987654321", [KNOWN_MOBILE, "13987654321"]),
        ("13812345678、13987654321", [KNOWN_MOBILE, "13987654321"]), ("13812345678 13987654321", [KNOWN_MOBILE, "13987654321"]),
        ("138 1234 5678 139 8765 4321", ["138 1234 5678", "139 8765 4321"]), ("0531-88886666 13812345678", [KNOWN_MOBILE]),
        ("①13812345678②", [KNOWN_MOBILE]), ("手机13812345678²", [KNOWN_MOBILE]), ("13812345678-13987654321", [KNOWN_MOBILE, "13987654321"]),
        ("手机-13812345678", [KNOWN_MOBILE]), ("微信号13812345678", [KNOWN_MOBILE]),
    ],
)  # fmt: skip
def test_mobiles_beside_other_things(text: str, numbers: list[str]) -> None:
    assert texts(MOBILE, part(text)) == numbers


TRAPS = [
    "中标价13812345678元", "总投资 13812345678.90 元", "13812345678.90元", "人民币13812345678", "¥13812345678", "￥ 13812345678", "共计13812345678",
    "13812345678万元", "13812345678 元", "13,812,345,678元", "项目编号：13812345678", "项目编号：JSZC-320100-13812345678-C01",
    "招标编号 ZB-2026-13812345678", "示政办发〔2026〕13812345678号", "第13812345678号", "统一社会信用代码：91370100MA3C4D5E6F",
    "ISBN 978-7-5138-1234-5", "ISBN：9787513812345", "索引号：13812345678/2026-00017", "索引号：01527918X-2020-153077", "流水号13812345678",
    "订单号：6222021234567890128", "服务热线12345", "政务公开热线96128", "电话：0531-88886666", "400-138-1234", "邮编100000", "138****1234",
    "138****5678", "1381234****", "35*************123", "6222 **** **** 0128", "0000000000000000", "1111111111111111", "113812345678",
    "138123456789", "1381234567", "12812345678", "SF13812345678", "1990.3-2026.11", "1998.09-2002.7", "110105194912310021", "110105199913310021",
    "99999999999999999X", "2026年1月至12月 1381 2345", "1523 4567 890 1234 5678", "15 234 567 890 321", "370100200012345", "纳税人识别号370105491231002",
    "13812345678吨", "13812345678kWh", "6222021234567890129", "6222021234567890128元", "10.138.123.45678", "面积1381.2345678公顷",
]  # fmt: skip


@pytest.mark.parametrize("text", TRAPS)
def test_traps_are_left_alone(text: str) -> None:
    for screened in (part(text), part("一、" + text + "，二、"), part("表一", text, "表二")):
        for detector in ALL:
            assert texts(detector, screened) == []


def test_figures_in_tables_are_not_mobiles() -> None:
    assert texts(MOBILE, row("2025", "1381", "2345", "678", "9012")) == []
    assert texts(MOBILE, part("13812", "345678", "22222", "33333")) == []
    assert texts(CARD, row("6222", "0212", "345678", "90128", "55")) == []


def test_a_heading_makes_a_number_or_explains_it_away() -> None:
    for heading, found in (
        ("联系方式", [KNOWN_MOBILE]),
        ("备注", [KNOWN_MOBILE]),
        ("金额（元）", []),
        ("订单编号", []),
    ):
        assert texts(MOBILE, table(("姓名", heading), ("张三", KNOWN_MOBILE))) == found
    (headed,) = MOBILE.detect(table(("公示名单", ""), ("姓名", "联系方式"), ("张三", KNOWN_MOBILE)))
    (alone,) = MOBILE.detect(part("张三" + KNOWN_MOBILE))
    assert headed.confidence > alone.confidence
    assert "表头" in headed.why
    assert "表头" not in alone.why


def test_a_list_keeps_its_label() -> None:
    numbers = "13812345678、13812345679、13812345680"
    assert texts(MOBILE, part("受理号：" + numbers)) == []
    assert texts(MOBILE, part("联系电话：" + numbers)) == numbers.split("、")


def test_the_heading_of_the_next_column_is_no_label() -> None:
    assert texts(MOBILE, table(("手机", "姓名", "流水号"), (KNOWN_MOBILE, "张三", "1"))) == [KNOWN_MOBILE]


@pytest.mark.parametrize(
    "digits",
    ["1 3 " * 25_000, "6 2 " * 25_000, "0 5 3 1 " * 12_500, "1" * 100_000, "110105194912310021" * 5_000],
)
def test_long_rows_of_digits_take_no_time(digits: str) -> None:
    screened = part("电话 身份证 卡号 " + digits)
    began = time.process_time()
    for detector in ALL:
        detector.detect(screened)
    assert time.process_time() - began < 4


def test_numbers_broken_over_cells_and_runs() -> None:
    assert texts(IDENTITY, row("张三", "110105194912", "31002X", "备注")) == ["110105194912"]
    assert texts(MOBILE, row("张三", "1381234", "5678")) == ["1381234"]
    assert texts(MOBILE, part("电话：138", "12345", "678")) == ["138"]
    assert texts(CARD, part("账号：62220212345", "67890128")) == ["62220212345"]


@pytest.mark.parametrize(
    "kind", ["comment", "metadata", "hidden", "attachment", "header", "script", "deletion"]
)
def test_numbers_count_in_every_kind_of_place(kind: str) -> None:
    screened = part("正文", (f"{KNOWN_ID} {KNOWN_MOBILE}", kind), (f"{KNOWN_CARD} a1@example.com", kind))
    assert [texts(detector, screened) for detector in ALL] == [
        [KNOWN_ID], [KNOWN_MOBILE], [KNOWN_CARD], ["a1@example.com"]
    ]  # fmt: skip


def test_an_identity_is_neither_mobile_nor_card() -> None:
    for written in (KNOWN_ID, "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "110105 1949 1231 002X"):
        assert texts(MOBILE, part(written)) == []
        assert texts(CARD, part(written)) == []


def test_the_former_identity_is_less_sure() -> None:
    (finding,) = IDENTITY.detect(part("身份证：370105491231002"))
    assert (finding.rule, finding.severity) == ("D9.resident_id_15", Severity.REVIEW)
    (surer,) = IDENTITY.detect(part(KNOWN_ID))
    assert finding.confidence < surer.confidence
    assert texts(IDENTITY, part("身份证：990105491231002")) == []


def test_suggestions_say_how_to_mask() -> None:
    (identity,) = IDENTITY.detect(part(KNOWN_ID))
    (mobile,) = MOBILE.detect(part(KNOWN_MOBILE))
    assert "35*************123" in identity.suggestion
    assert "138****1234" in mobile.suggestion
    assert identity.article
    assert mobile.article


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("邮箱：zhang.san@example.com。", ["zhang.san@example.com"]), ("ａ１＠ｅｘａｍｐｌｅ．ｃｏｍ", ["ａ１＠ｅｘａｍｐｌｅ．ｃｏｍ"]),
        ("zhang @ example . com", ["zhang @ example . com"]), ("zhang\u200b@example\u200b.com", ["zhang\u200b@example\u200b.com"]),
        ("zhang@exam\nple.com 。", ["zhang@exam\nple.com"]), ("zhang@\nexample.com", ["zhang@\nexample.com"]), ("zhang#example.com", ["zhang#example.com"]),
        ("zhang(at)example.com", ["zhang(at)example.com"]), ("a1@qq.com b2@qq.com", ["a1@qq.com", "b2@qq.com"]),
        ("mail a1@example.com. Next sentence", ["a1@example.com"]), ("13812345678@139.com", ["13812345678@139.com"]),
        ("a1@mail.example.com.cn", ["a1@mail.example.com.cn"]), ("z***@example.com", []), ("zh***n@example.com", []), ("@全体成员", []),
        ("单价@3.5元", []), ("C#语言", []), ("微博@示范县发布", []),
    ],
)  # fmt: skip
def test_addresses(text: str, addresses: list[str]) -> None:
    assert texts(EMAIL, part(text)) == addresses


def test_mailboxes_of_public_bodies_are_only_mentioned() -> None:
    office, person = EMAIL.detect(part("xxgk@shifan.gov.cn", "zhang@notgov.cn"))
    assert (office.severity, office.rule) == (Severity.INFO, "D9.email_office")
    assert (person.severity, person.rule) == (Severity.REVIEW, "D9.email")


@pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.id)
def test_canaries_fire(detector: Detector) -> None:
    assert prove(detector, f"builtin.{detector.id}") is None


@pytest.mark.parametrize("made", [ResidentId, Mobile, BankCard, Email])
def test_no_rules_and_expired_rules(made: type[ResidentId]) -> None:
    with pytest.raises(ConfigError) as missing:
        made(RuleBook(()))
    assert missing.value.code == "rule.missing"
    expired = RuleBook(tuple(replace(rule, expires=date(2020, 1, 1)) for rule in shipped().rules))
    with pytest.raises(DisclosureError) as raised:
        made(expired).detect(part("没有号码"))
    assert raised.value.code == "rule.expired"


def test_a_guard_that_does_not_compile_is_refused() -> None:
    rules = tuple(
        replace(rule, options={**rule.options, "after": ["("]}) if rule.form == "mobile" else rule
        for rule in shipped().rules
    )
    with pytest.raises(ConfigError) as raised:
        Mobile(RuleBook(rules))
    assert raised.value.code == "rule.pattern"
