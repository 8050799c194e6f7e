"""When secrecy ends: the term written, the level's longest term, and what cannot be computed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.secrecy.expiry import date_formed, expiry
from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.model.finding import MARKING
from tests.unit.screening_rules import part, shipped

CAPS = {"绝密": 30, "机密": 20, "秘密": 10}
FORMED = date(2019, 3, 5)


@pytest.mark.parametrize(
    ("marking", "level", "end", "capped"),
    [
        ("机密★10年", "机密", date(2029, 3, 4), False),
        ("机密★ 1 0 年", "机密", date(2029, 3, 4), False),
        ("秘密★五年", "秘密", date(2024, 3, 4), False),
        ("绝密★二十五年", "绝密", date(2044, 3, 4), False),
        ("绝密★廿年", "绝密", date(2039, 3, 4), False),
        ("秘密★1O年", "秘密", date(2029, 3, 4), False),
        ("秘密★6个月", "秘密", date(2019, 9, 4), False),
        ("秘密★11个月", "秘密", date(2020, 2, 4), False),
        ("秘密★30天", "秘密", date(2019, 4, 4), False),
        ("机密★长期", "机密", date(2039, 3, 4), True),
        ("机密", "机密", date(2039, 3, 4), True),
        ("秘密★30年", "秘密", date(2029, 3, 4), True),
        ("秘密★2026年12月31日", "秘密", date(2026, 12, 31), False),
        ("秘密★2026-06-30", "秘密", date(2026, 6, 30), False),
        ("秘密★解密时间：2027年", "秘密", date(2027, 12, 31), False),
    ],
)
def test_the_end_of_secrecy(marking: str, level: str, end: date, capped: bool) -> None:
    found = expiry(marking, level, FORMED, CAPS)
    assert (found.end, found.capped) == (end, capped)


def test_a_term_from_a_leap_day_ends_with_february() -> None:
    assert expiry("秘密★1年", "秘密", date(2024, 2, 29), CAPS).end == date(2025, 2, 27)


def test_without_a_date_of_formation_nothing_is_computed() -> None:
    found = expiry("机密★10年", "机密", None, CAPS)
    assert found.end is None
    assert "无法推算" in found.told()


@pytest.mark.parametrize(
    ("text", "formed"),
    [
        ("关于某事的通知\n正文\n2019年3月5日", FORMED),
        ("正文\n二〇一九年三月五日\n（此件不公开）", FORMED),
        ("根据2018年1月1日发布的办法\n2019年3月5日\n示例办公室2019年3月6日印发", FORMED),
        ("正文在2019年3月5日写成。", None),
        ("正文\n2019年13月45日", None),
        ("", None),
    ],
)
def test_the_date_of_formation_is_a_line_of_its_own(text: str, formed: date | None) -> None:
    assert date_formed(text) == formed


def test_a_finding_says_that_a_term_has_run_out_and_still_blocks() -> None:
    (finding,) = SecrecyMarking(shipped()).detect(part("秘密★1年", "关于某事的通知", "2019年3月5日"))
    assert finding.kind == MARKING
    assert finding.severity == "block"
    assert "2020-03-04，已届满" in finding.why
    assert "解密记录" in finding.why


def test_what_is_said_holds_nothing_of_the_paper() -> None:
    (finding,) = SecrecyMarking(shipped()).detect(part("绝密★启用前", "甲号方案"))
    assert "启用" not in finding.why
    assert "甲号" not in finding.why


@given(
    st.text("机密★0123456789一二三十廿年月日个天.-OolI长期 ", max_size=24),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
)
def test_no_wording_breaks_the_computation(marking: str, formed: date) -> None:
    assert expiry(marking, "机密", formed, CAPS).told()
