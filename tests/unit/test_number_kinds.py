"""Landlines, plates, papers and accounts: whose telephone it is, and what only a word makes what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.numbers.labelled import IdentityPaper, OnlineAccount
from disclosure_pipeline.builtin.detectors.numbers.landline import Landline
from disclosure_pipeline.builtin.detectors.numbers.plate import Plate
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.canary import prove
from disclosure_pipeline.hooks.contracts import Detector, PartText
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import RuleBook
from tests.labelled.sample import in_segments
from tests.unit.screening_rules import assert_offsets, part, shipped

LANDLINE, PLATE, PAPER, ACCOUNT = (
    Landline(shipped()), Plate(shipped()), IdentityPaper(shipped()), OnlineAccount(shipped()),
)  # fmt: skip
ALL: tuple[Detector, ...] = (LANDLINE, PLATE, PAPER, ACCOUNT)


def texts(detector: Detector, screened: PartText) -> list[str]:
    found = list(detector.detect(screened))
    assert_offsets(found, screened)
    assert all(finding.why and finding.article and finding.suggestion for finding in found)
    return [finding.text or "" for finding in found]


def severities(text: str) -> list[Severity]:
    return [finding.severity for finding in LANDLINE.detect(part(text))]


@pytest.mark.parametrize(
    "written",
    [
        "0531-82345678", "0531 82345678", "053182345678", "(0531)82345678", "（０５３１）８２３４５６７８", "0531-8234 5678", "0 5 3 1 8 2 3 4 5 6 7 8",
        "0531-8234\n5678", "0531\u200b-82345678", "82345678", "8234567", "010-82345678", "(0371)6655 889",
    ],
)  # fmt: skip
def test_a_home_telephone_in_every_way_of_writing(written: str) -> None:
    assert texts(LANDLINE, part(f"申请人住宅电话：{written}，住东营村。")) == [written]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("户主张三，联系电话：0531-82345678", [Severity.REVIEW]), ("家庭电话 82345678", [Severity.REVIEW]), ("0531-82345678（宅）", [Severity.REVIEW]),
        ("联系电话：0531-82345678", [Severity.INFO]), ("张三 0531-82345678", [Severity.INFO]),
        ("办公电话：0531-82345678", []), ("传真：0531-82345678", []), ("示范县民政局联系电话：0531-82345678", []), ("咨询电话：0531-82345678、82345679", []),
        ("监督电话：82345678", []), ("0531-82345678（办公室）", []), ("申请人可拨打监督电话：0531-82345678", []), ("客服热线400-123-4567", []), ("拨打12345", []),
        ("编号：0531-20260017", []), ("日期 20261122", []), ("0531-82345678元", []), ("联系电话：0531-8234****", []), ("区号 0999999 1234567", []),
    ],
)  # fmt: skip
def test_whose_telephone_it_is(text: str, found: list[Severity]) -> None:
    assert severities(text) == found


def test_a_list_of_persons_makes_its_telephones_private() -> None:
    rows = [("姓名", "身份证号", "联系电话"), ("张三", "—", "0531-82345678"), ("李四", "—", "82345679")]
    persons = in_segments(*rows, family="test", form="plain", table=True).part
    assert texts(LANDLINE, persons) == ["0531-82345678", "82345679"]
    assert {finding.severity for finding in LANDLINE.detect(persons)} == {Severity.REVIEW}
    offices = in_segments(
        ("单位", "办公电话"), ("民政局", "0531-82345678"), family="test", form="plain", table=True
    )
    assert texts(LANDLINE, offices.part) == []


def test_a_mobile_number_in_groups_holds_no_landline() -> None:
    assert texts(LANDLINE, part("家庭电话：138 8234 5678")) == []
    assert texts(LANDLINE, part("家庭电话：1 3 8 8 2 3 4 5 6 7 8")) == []


@pytest.mark.parametrize(
    "written",
    [
        "鲁A12345", "鲁A·12345", "鲁 A 1 2 3 4 5", "鲁Ａ－１２３４５", "鲁AD12345", "鲁A12345D", "鲁A1234警", "冀F1234学", "冀F1234挂", "粤Z1234港", "粤Z1234澳",
        "京N8K329", "鲁a12345", "鲁A12\u200b345", "鲁A12\n345",
    ],
)  # fmt: skip
def test_plates(written: str) -> None:
    assert texts(PLATE, part(f"车牌号：{written}，车主张三")) == [written]


@pytest.mark.parametrize(
    "text",
    [
        "更新A12345型", "京ICP备12345678号", "京B2-20090059", "规格：豫A12345", "鲁A1****", "豫A20260-1", "鲁AAAAAA", "鲁A12345号文件", "津A1级", "鲁A123456789",
    ],
)  # fmt: skip
def test_what_is_no_plate(text: str) -> None:
    assert texts(PLATE, part(text)) == []


def test_plates_of_official_cars_are_only_mentioned() -> None:
    (official,) = PLATE.detect(part("公务用车鲁A12345已报废"))
    (private,) = PLATE.detect(part("张三驾驶鲁A12345"))
    assert (official.severity, official.rule) == (Severity.INFO, "D9.plate_official")
    assert (private.severity, private.rule) == (Severity.REVIEW, "D9.plate")


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("护照号码：E12345678", ["E12345678"]), ("护照EA1234567", ["EA1234567"]), ("护照：Ｅ １２３４\n５６７８", ["Ｅ １２３４\n５６７８"]), ("持G12345678号护照出境", ["G12345678"]),
        ("护照（PE1234567）", ["PE1234567"]), ("护照号码：C01X00T47", ["C01X00T47"]), ("型号E12345678", []), ("E12345678", []), ("护照办理大厅，产品编号E12345678", []),
        ("港澳居民来往内地通行证：H12345678", ["H12345678"]), ("回乡证M1234567801", ["M1234567801"]), ("H12345678", []),
        ("台胞证号：12345678", ["12345678"]), ("台湾居民来往大陆通行证（证号：12345678）", ["12345678"]), ("办理台胞证，日期20261122", []),
        ("永久居留身份证号ABC110105123456", ["ABC110105123456"]), ("香港身份证A123456(7)", ["A123456(7)"]), ("台湾身份证号A123456789", ["A123456789"]),
        ("军官证：军字第1234567号", ["军字第1234567号"]), ("军官证号：1234567", ["1234567"]), ("士兵证号码士字第20119876号", ["士字第20119876号"]), ("京政字第12345678号", []),
        ("军官证号：1234****", []), ("护照号码：E12****78", []),
    ],
)  # fmt: skip
def test_papers(text: str, papers: list[str]) -> None:
    assert texts(PAPER, part(text)) == papers


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("微信号：zhangsan_88", ["zhangsan_88"]), ("微信zhangsan88", ["zhangsan88"]), ("微信公众号：shifanfabu", []), ("微信支付zhangsan88", []), ("微信：zhang@example.com", []),
        ("QQ：123456789", ["123456789"]), ("QQ号１２３ ４５６ ７８９", ["１２３ ４５６ ７８９"]), ("QQ群：123456789", []), ("QQ：13812345678", []), ("QQ邮箱：123456@qq.com", []),
        ("支付宝账号：2088012345678901", ["2088012345678901"]), ("订单号2088012345678901", []),
    ],
)  # fmt: skip
def test_accounts(text: str, accounts: list[str]) -> None:
    assert texts(ACCOUNT, part(text)) == accounts


def test_columns_name_papers_and_accounts() -> None:
    rows = [
        ("姓名", "护照号码", "微信", "QQ号"),
        ("张三", "E12345678", "zhangsan88", "123456"),
        ("李四", "PE1234567", "lisi_1990", "1234567"),
    ]
    listed = in_segments(*rows, family="test", form="plain", table=True).part
    assert texts(PAPER, listed) == ["E12345678", "PE1234567"]
    assert texts(ACCOUNT, listed) == ["zhangsan88", "lisi_1990", "123456", "1234567"]


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"])
            | st.sampled_from("0123456789鲁AE护照微信QQ电话：-() \n１"),
            max_size=60,
        ),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=150)
def test_any_text_gives_exact_offsets(parts: list[str]) -> None:
    for detector in ALL:
        texts(detector, part(*parts))


@pytest.mark.parametrize("detector", ALL, ids=lambda detector: detector.id)
def test_canaries_fire(detector: Detector) -> None:
    assert prove(detector, f"builtin.{detector.id}") is None


@pytest.mark.parametrize("made", [Landline, Plate, IdentityPaper, OnlineAccount])
def test_no_rules_and_expired_rules(made: type[Landline]) -> None:
    with pytest.raises(ConfigError) as missing:
        made(RuleBook(()))
    assert missing.value.code == "rule.missing"
    expired = RuleBook(tuple(replace(rule, expires=date(2020, 1, 1)) for rule in shipped().rules))
    with pytest.raises(DisclosureError) as raised:
        made(expired).detect(part("没有号码"))
    assert raised.value.code == "rule.expired"


@pytest.mark.parametrize(
    ("made", "option"),
    [(Landline, "words"), (Landline, "private"), (IdentityPaper, "words"), (OnlineAccount, "words")],
)
def test_a_rule_that_could_find_nothing_is_refused(made: type[Landline], option: str) -> None:
    rules = tuple(
        replace(rule, options={**rule.options, option: []}) if option in rule.options else rule
        for rule in shipped().rules
    )
    with pytest.raises(ConfigError) as raised:
        made(RuleBook(rules))
    assert raised.value.code == "rule.empty"
