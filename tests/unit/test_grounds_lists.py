"""Contact lists of emergency plans, and small counts in statistics tables."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from disclosure_pipeline.builtin.detectors.grounds.contact_list import ContactList
from disclosure_pipeline.builtin.detectors.grounds.small_cells import SmallCells
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.text import Place, Segment, Text
from tests.unit.screening_rules import assert_offsets, part, shipped

PEOPLE = ("王建国 13812345678", "李志强 139 1234 5678", "赵敏 137-1234-5678", "孙伟 0874-7123456")


def table(*rows: Sequence[str], title: str = "") -> PartText:
    """A part with one table, and a line before it."""
    cells = tuple(
        Segment(text, Place("test", "table", cell=f"table 1 {chr(65 + column)}{number}"))
        for number, row in enumerate(rows, start=1)
        for column, text in enumerate(row)
    )
    head = (Segment(title, Place("test", "body", paragraph=1)),) if title else ()
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", (*head, *cells)))


@pytest.fixture(scope="module")
def contacts() -> ContactList:
    return ContactList(shipped())


@pytest.fixture(scope="module")
def small() -> SmallCells:
    return SmallCells(shipped())


def test_a_contact_list_of_a_plan_is_one_finding(contacts: ContactList) -> None:
    screened = part("山洪灾害应急预案", "附件3 联系人名单", "姓名 电话", *PEOPLE, "本预案自印发之日起施行。")
    (found,) = contacts.detect(screened)
    assert_offsets([found], screened)
    assert found.count == 4
    assert [segment for segment, _, _ in found.ranges] == [3, 4, 5, 6]
    assert found.text == PEOPLE[0]


def test_a_contact_list_in_a_table(contacts: ContactList) -> None:
    rows = [("姓名", "职务", "手机"), *(("王某", "组长", f"1381234567{number}") for number in range(5))]
    (found,) = contacts.detect(table(*rows, title="防汛抢险应急指挥部成员联系表"))
    assert (found.kind, found.count) == ("infrastructure.secret", 5)


@pytest.mark.parametrize(
    "lines",
    [
        ("2026年招商活动通讯录", "姓名 电话", *PEOPLE),
        ("防汛应急预案", "值班电话：0874-7123456", "监督电话：0874-7654321"),
        ("应急预案管理办法", "预案应当附联络方式。"),
        ("地震应急预案", "物资价值12345678元", "人口1234567人", "面积2345678平方米"),
    ],
)
def test_what_is_no_contact_list_of_a_plan(contacts: ContactList, lines: Sequence[str]) -> None:
    assert list(contacts.detect(part(*lines))) == []


def test_lists_apart_are_findings_of_their_own(contacts: ContactList) -> None:
    between = "各成员单位按照职责分工做好应急准备工作。" * 20
    found = contacts.detect(part("应急预案", "联系人", *PEOPLE, between, "联络员", *PEOPLE))
    assert [finding.count for finding in found] == [4, 4]


def test_small_counts_of_patients_are_one_finding(small: SmallCells) -> None:
    screened = table(
        ("乡镇", "患病人数", "死亡人数"),
        ("东关", "2", "0"),
        ("西关", "15", "1"),
        ("合计", "17", "1"),
        title="布病监测表",
    )
    (found,) = small.detect(screened)
    assert_offsets([found], screened)
    assert (found.rule, found.severity, found.count) == ("D12.small_cells", Severity.REVIEW, 3)
    assert found.place.cell == "table 1 B2"
    assert found.article
    assert found.why


def test_small_counts_of_people_are_told_without_asking(small: SmallCells) -> None:
    (found,) = small.detect(table(("村", "户数", "人数"), ("一村", "2", "5"), ("二村", "41", "130")))
    assert (found.severity, found.text, found.count) == (Severity.INFO, "2", 1)


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("招聘岗位表", (("岗位", "招聘人数"), ("财务", "1"), ("综合", "2"))),
        ("机构一览表", (("序号", "名称"), ("1", "县医院"), ("2", "县疾控"))),
        ("病例统计表", (("序号", "乡镇", "病例数"), ("1", "东关", "15"), ("2", "西关", "30"))),
        ("人口情况", (("村", "人数"), ("一村", "0"), ("二村", "3"))),
        ("设备清单", (("名称", "数量"), ("水泵", "2"))),
    ],
)
def test_other_small_numbers_are_none(small: SmallCells, title: str, rows: Sequence[Sequence[str]]) -> None:
    assert list(small.detect(table(*rows, title=title))) == []


def test_the_title_or_the_head_of_a_row_may_say_what_is_counted(small: SmallCells) -> None:
    assert small.detect(table(("乡镇", "一季度"), ("东关", "2"), title="各乡镇艾滋病病例数"))
    assert small.detect(table(("指标", "东关", "西关"), ("死亡人数", "1", "7")))


def test_a_table_of_plain_text_counts_too(small: SmallCells) -> None:
    screened = part("确诊人数统计\n乡镇\t确诊人数\n东关\t1\n西关\t9\n")
    (found,) = small.detect(screened)
    assert_offsets([found], screened)
    assert found.text == "1"


def test_large_tables_and_lists_take_no_longer_than_they_must(
    contacts: ContactList, small: SmallCells
) -> None:
    rows = [("乡镇", *["患病人数"] * 4), *(("某", "1", "2", "3", "4") for _ in range(20_000))]
    screened = table(*rows)
    long = part("应急预案联系人", "13812345678 " * 60_000)
    assert screened.views.plain.text
    assert long.views.plain.text
    start = time.process_time()
    (found,) = small.detect(screened)
    assert found.count == 40_000
    assert len(contacts.detect(long)) == 1
    assert time.process_time() - start < 6  # about one second on an idle core
