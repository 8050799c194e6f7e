"""The catalogue that an office had before: all of it or nothing comes in, 转发 finds it, its numbers are never given again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ADMIN, CLERK, OFFICE, SECRECY, SIGNERS, Office, refused

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.pipeline import catalogue_import, index_numbers
from disclosure_pipeline.pipeline.index_numbers import _form_of
from disclosure_pipeline.store import imported

HEAD = "序号,索引号,标题,发文字号,成文日期,发布日期,网址,公开属性"
YEAR = datetime.now(UTC).year
LINES = (
    f"1,MB0000000/{YEAR}-00041,关于加强养老服务的通知,示政发〔2025〕7号,2025年3月1日,2025-03-05,https://www.example.gov.cn/a.html,主动公开",
    f"2,MB0000000/{YEAR}-00007,关于内部考勤的通知,示政办〔2025〕9号,2025/4/1,2025.4.3,,依申请公开",
    "3,,关于城区供水的公告,,,,,",
)


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


def written(folder: Path, *lines: str, encoding: str = "utf-8-sig", head: str = HEAD) -> Path:
    path = folder / "catalogue.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding)
    return path


def workbook(folder: Path, *lines: str) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEAD, *lines):
        sheet.append(line.split(","))
    book.save(folder / "catalogue.xlsx")
    return folder / "catalogue.xlsx"


def bring_in(office: Office, path: Path, by: str = OFFICE, **more: Any) -> int:
    return catalogue_import.bring_in(office.core, path, "default", by=by, **more)


def held(office: Office) -> int:
    with office.core.database.read() as connection:
        return imported.number(connection, "default")


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "xlsx"])
def test_all_lines_come_in_and_a_forwarding_finds_them(office: Office, tmp_path: Path, form: str) -> None:
    path = workbook(tmp_path, *LINES) if form == "xlsx" else written(tmp_path, *LINES, encoding=form)
    assert (bring_in(office, path, check=True), held(office)) == (3, 0)
    assert (bring_in(office, path), held(office)) == (3, 3)

    rules = {}
    for name, cited in (
        ("known", "示政发〔2025〕7号"),
        ("narrow", "示政办〔2025〕9号"),
        ("foreign", "示政发〔2025〕8号"),
    ):
        case = office.reviewed(
            f"关于转发《关于某事项的通知》的通知（{name}）",
            f"现将《关于某事项的通知》（{cited}）转发给你们，请贯彻执行。",
        )
        rules[name] = sorted(
            item.finding.rule for item in office.findings(case) if item.finding.rule.startswith("forward")
        )
    assert rules["known"] != rules["foreign"] != rules["narrow"]
    assert "forward.narrower" in str(rules["narrow"])
    office.chain_holds()


def test_numbers_go_on_above_those_of_before(office: Office, tmp_path: Path) -> None:
    bring_in(office, written(tmp_path, *LINES))
    case = office.published()
    assert office.row(case).index_number == f"MB0000000/{YEAR}-00042"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1,X-1,,示政发〔2025〕7号,,,,", "没有标题"),
        ("1,X-1,题目,,2025-13-40,,,", "成文日期不是日期"),
        ("1,X-1,题目,,,,ftp://x,", "网址不完整"),
        ("1,X-1,题目,,,,,公开", "公开属性"),
        (f"1,MB0000000/{YEAR}-00041,题目,,,,,", "相同"),
    ],
)
def test_one_mistake_keeps_everything_out_and_is_named_by_its_line(
    office: Office, tmp_path: Path, line: str, told: str
) -> None:
    before = office.dump()
    with pytest.raises(DisclosureError) as error:
        bring_in(office, written(tmp_path, *LINES, line))
    assert (error.value.code, "第 5 行" in str(error.value), told in str(error.value)) == (
        "catalogue.mistakes",
        True,
        True,
    )
    assert office.dump() == before


def test_numbers_in_use_are_refused(office: Office, tmp_path: Path) -> None:
    number = office.row(office.published()).index_number
    assert (
        refused(lambda: bring_in(office, written(tmp_path, f"1,{number},题目,,,,,"))) == "catalogue.mistakes"
    )
    bring_in(office, written(tmp_path, LINES[0]))
    assert refused(lambda: bring_in(office, written(tmp_path, LINES[0]))) == "catalogue.mistakes"
    assert held(office) == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"\xff\xff\x00\x81", "catalogue.unreadable"),
        ("a.xlsx", b"no workbook", "catalogue.unreadable"),
        ("a.csv", "编号,日期\n1,2".encode(), "catalogue.columns"),
        ("a.csv", b"", "catalogue.columns"),
    ],
)
def test_what_is_no_catalogue_is_refused(
    office: Office, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert refused(lambda: bring_in(office, tmp_path / name)) == code


@pytest.mark.parametrize("by", [CLERK, SECRECY])
def test_only_the_office_brings_one_in(office: Office, tmp_path: Path, by: str) -> None:
    assert refused(lambda: bring_in(office, written(tmp_path, *LINES), by)) == "wrong_role"
    assert held(office) == 0


def test_a_platform_gives_the_number_before_the_final_signature(office: Office, tmp_path: Path) -> None:
    bring_in(office, written(tmp_path, *LINES))
    case, other = office.reviewed(), office.reviewed()

    def set_number(document: str, number: str, by: str = OFFICE) -> None:
        index_numbers.set_number(office.core, document, number, by=by)

    assert refused(lambda: set_number(case, "P-1", CLERK)) == "wrong_role"
    assert refused(lambda: set_number(case, f"MB0000000/{YEAR}-00007")) == "index.used"
    assert refused(lambda: set_number(case, " ")) == "index.number"
    set_number(case, "114403006955506492/2026-00426", ADMIN)
    assert refused(lambda: set_number(case, "P-2")) == "index.known"
    assert refused(lambda: set_number(other, "114403006955506492/2026-00426")) == "index.used"
    office.sign(case, *SIGNERS)
    assert office.row(case).index_number == "114403006955506492/2026-00426"
    office.sign(other, *SIGNERS)
    assert refused(lambda: set_number(other, "P-3")) == "index.late"


@given(
    template=st.sampled_from(
        ["{org}/{year}-{serial:05d}", "{unit}-02-{year}-{serial:06d}", "{serial}", "{org}{year}{serial:04d}"]
    ),
    year=st.integers(2000, 2099),
    serial=st.integers(1, 9999),
)
def test_a_units_own_numbers_are_read_back(template: str, year: int, serial: int) -> None:
    number = template.format(org="MB1532375", unit="0101", year=year, serial=serial)
    match = _form_of(template, "MB1532375", "0101").fullmatch(number)
    assert match is not None
    assert int(match["serial"]) == serial
    assert int(match.groupdict().get("year") or year) == year
