"""The records and the figures in the console: who sees which rows, the chain's state, and what leaves as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from support import ADMIN, CLERK, DEPARTMENT, FIRST, OFFICE, OTHER_DEPARTMENT, PHONE, SECRECY, SIGNERS, Office
from web import ROOT, Seat, signed_in

from disclosure_pipeline.console import statistics, trail, trail_words, words
from disclosure_pipeline.console.answers import Fields
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import STEPS
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import chain_status, views
from disclosure_pipeline.pipeline.trail import Event, Wanted, events
from disclosure_pipeline.store import audit, people

UNITS = [
    {"departments": [DEPARTMENT, OTHER_DEPARTMENT]},
    {"code": "town", "name": "城关镇人民政府", "parent": "default", "departments": ["党政办"]},
]
CHANGE = "//form[contains(@action,'/prove')]"
EXPORTS = "//form[contains(@action,'/export')]"
FILTER = "//main//form[@method='get']"
TITLE = "柳河村补贴名册"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed(unit=UNITS)


@pytest.fixture
def reader(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, OFFICE) as made:
        yield made


def rows(seat: Seat) -> list[list[str]]:
    """The cells of the open page's rows."""
    return [
        [" ".join(str(cell.text_content()).split()) for cell in row]
        for row in seat.page.xpath("//tbody[@id='rows']/tr")
    ]


def numbers(seat: Seat) -> list[int]:
    return [int(row[0]) for row in rows(seat)]


def taken(seat: Seat, form: str) -> Any:
    """The file that a press of an export's button gives."""
    (found,) = seat.page.xpath(EXPORTS)
    return seat.client.post(found.get("action"), data={**dict(found.form_values()), "form": form})


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def act(office: Office, action: str, actor: str, unit: str = "default", **detail: Any) -> None:
    with office.core.database.write() as connection:
        audit.append(connection, audit.Record(action, actor, unit=unit, detail=detail))


def audit_rows(office: Office, action: str) -> Sequence[Event]:
    with office.core.database.read() as connection:
        person = people.get(connection, OFFICE)
    return events(office.core, person, "default", Wanted(action=action)).rows


# ------------------------------------------------------------------------ records


def test_what_was_done_newest_first(office: Office, reader: Seat) -> None:
    case = office.reviewed(title=TITLE)
    office.sign(case, SECRECY)
    reader.get("/trail", document=case)
    shown = rows(reader)
    assert [row[3] for row in shown] == ["签署", "进入审查", "定属性", "筛查", "提取文本", "收件"]
    assert shown[0][2] == SECRECY
    assert shown[1][5] == "已定属性 → 审查中"
    assert numbers(reader) == sorted(numbers(reader), reverse=True)
    assert TITLE not in reader.text
    assert office.row(case).title not in reader.text


def test_filters_stand_in_the_address(office: Office, reader: Seat) -> None:
    case, other = office.reviewed(), office.reviewed(department=OTHER_DEPARTMENT)
    office.sign(case, SECRECY)
    today = today_in_shanghai().isoformat()
    reader.get("/trail")
    reader.press(
        FILTER,
        person=SECRECY,
        action="sign",
        document=case,
        department=DEPARTMENT,
        **{"from": today, "to": today},
    )
    assert [(row[2], row[3], row[4]) for row in rows(reader)] == [(SECRECY, "签署", case)]
    reader.get("/trail", department=OTHER_DEPARTMENT)
    assert {row[4] for row in rows(reader)} == {other}
    reader.get("/trail", **{"to": "2020-01-01"})
    assert rows(reader) == []
    assert "没有这样的记录" in reader.words
    reader.get("/trail", **{"from": "yesterday", "person": '"><script>alert(1)</script>'})
    assert (reader.status, "日期不正确" in reader.refusal, rows(reader)) == (400, True, [])
    assert reader.page.xpath("//script[not(@src)]") == []
    assert reader.page.xpath("//input[@name='person'][@type='text']/@value") == [
        '"><script>alert(1)</script>'
    ]


def test_pages_follow_one_another(office: Office, reader: Seat) -> None:
    for number in range(120):
        act(office, "export", ADMIN, what=str(number))
    reader.get("/trail", action="export")
    seen = numbers(reader)
    while following := reader.page.xpath("//a[@data-key=']']/@href"):
        reader.get(following[0].removeprefix(ROOT))
        seen += numbers(reader)
    wanted = [
        row[0] for row in office.query("SELECT seq FROM audit WHERE action = 'export' ORDER BY seq DESC")
    ]
    assert seen == wanted
    reader.get(reader.page.xpath("//a[@data-key='[']/@href")[0].removeprefix(ROOT))
    assert numbers(reader) == wanted[:50]


def test_who_looked_at_what(office: Office, reader: Seat) -> None:
    case, other = office.reviewed(), office.reviewed(department=OTHER_DEPARTMENT)
    views.note_view(office.core, SECRECY, case, "review")
    views.note_view(office.core, OFFICE, other, "show")
    reader.get("/trail", log="views")
    assert [row[2:5] for row in rows(reader)] == [[OFFICE, "命令行：文件", other], [SECRECY, "审查页", case]]
    reader.press(FILTER, department=DEPARTMENT)
    assert [row[4] for row in rows(reader)] == [case]
    reader.press(FILTER, department="", action="show")
    assert [row[4] for row in rows(reader)] == [other]


def test_another_unit_s_rows_are_shown_to_nobody_here(office: Office, app: Any, reader: Seat) -> None:
    office.hire("镇办", Role.OFFICE, unit="town")
    case, far = office.reviewed(), office.reviewed()
    office.sql("UPDATE document SET unit = 'town' WHERE id = :case", case=far)
    act(office, "export", "镇管员", unit="town", what="远处")
    for seen in (case, far):
        views.note_view(office.core, SECRECY, seen, "review")
    for address in ({}, {"unit": "town"}):
        reader.get("/trail", **address)
        assert "镇管员" not in reader.text
        assert "远处" not in reader.text
        reader.get("/trail", log="views", **address)
        assert [row[4] for row in rows(reader)] == [case]
        answer = taken(reader, "csv")
        assert [line[5] for line in lines(answer)[1:]] == [case]
    with signed_in(app, office, "镇办") as townsman:
        townsman.get("/trail", unit="default")
        assert {row[2] for row in rows(townsman)} == {"镇管员"}
        townsman.get("/trail", document=case)
        assert rows(townsman) == []


def test_every_step_and_every_look_has_a_word() -> None:
    assert {step.name for step in STEPS} <= set(trail_words.ACTIONS)
    sources = "".join(path.read_text("utf-8") for path in sorted(Path(words.__file__).parent.glob("*.py")))
    pages = set(re.findall(r'note_look\(ask, doc, "(\w+)"\)', sources))
    assert {"review", "batch", "show", "findings"} | pages == set(trail_words.LOOKS)


def test_what_stands_beside_a_step_has_a_name(office: Office, reader: Seat) -> None:
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.REDACT, reason="personal")
    office.sign(case, *SIGNERS)
    named = words.TABLES["detail"]
    told = {key for row in office.query("SELECT detail FROM audit") for key in json.loads(row[0])}
    assert told - set(named) == set()
    act(office, "approve", SECRECY, unheard_of="x")
    reader.get("/trail")
    names = set(reader.page.xpath("//td[@class='detail']//dt/text()"))
    assert {"理由的摘要值", "环节", "手机号码", "哈希", "unheard_of"} <= names
    reader.get("/account")
    reader.post("/account", {"language": "en"})
    reader.get("/trail")
    names = set(reader.page.xpath("//td[@class='detail']//dt/text()"))
    assert {"Digest of the reason", "unheard_of"} <= names
    assert not any(re.search("[\u4e00-\u9fff]", name) for name in names)


# ------------------------------------------------------------------------ the chain


def test_the_chain_is_proved_from_the_page(
    office: Office, reader: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_status, "PIECE", 3)
    office.reviewed()
    reader.get("/trail", action="receive")
    assert "尚未核对" in reader.words
    reader.press(CHANGE)
    assert (reader.path, reader.refusal) == ("/trail", "")
    head = office.query("SELECT max(seq) FROM audit")[0][0]
    proved = min(head, 3 * trail.PIECES)
    assert f"已核对至第 {proved} 条，共 {head} 条" in reader.words
    assert reader.page.xpath("//select[@name='action']/option[@selected]/@value") == ["receive"]
    while reader.page.xpath(CHANGE):
        reader.press(CHANGE)
    assert "链条完好" in reader.words


def test_a_broken_chain_is_an_alarm_that_says_what_to_do(office: Office, reader: Seat) -> None:
    office.reviewed()
    office.sql("UPDATE audit SET actor = '别人' WHERE seq = 3")
    reader.get("/trail")
    reader.press(CHANGE)
    (alarm,) = reader.page.xpath("//*[@role='alert'][contains(@class,'alarm')]")
    assert "留痕链条已损坏：第 3 条" in alarm.text_content()
    assert "disclosure audit verify" in alarm.text_content()
    assert "第 2 条及以前的核对无误" in alarm.text_content()
    assert "链条完好" not in reader.words
    assert reader.page.xpath(CHANGE) == []


# ------------------------------------------------------------------------ files


def test_an_export_is_what_the_filter_shows_and_stands_in_the_log(office: Office, reader: Seat) -> None:
    case, _other = office.reviewed(), office.reviewed()
    reader.get("/trail", document=case)
    shown = numbers(reader)
    answer = taken(reader, "csv")
    assert answer.headers["content-type"].startswith("text/csv")
    name = f"trail-default-{today_in_shanghai():%Y%m%d}.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"
    assert [int(line[0]) for line in lines(answer)[1:]] == shown
    reader.get("/trail", action="export")
    ((_seq, _at, who, *_),) = rows(reader)
    assert who == OFFICE
    assert [item.detail for item in audit_rows(office, "export")] == [{"rows": len(shown), "what": "trail"}]
    office.chain_holds()


def test_no_cell_of_an_export_is_a_formula(office: Office, reader: Seat) -> None:
    act(office, "export", "=cmd()|'/c calc'!A1", what="x")
    act(office, "export", "\t+1", what="x")
    reader.get("/trail", action="export")
    assert {line[2] for line in lines(taken(reader, "csv"))[1:]} == {"'=cmd()|'/c calc'!A1", "'\t+1"}
    answer = taken(reader, "xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert "'=cmd()|'/c calc'!A1" in [cell.value for cell in book.active["C"]]
    assert all(cell.data_type != "f" for row in book.active.rows for cell in row)
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_an_export_that_cannot_be_noted_does_not_leave(office: Office, reader: Seat) -> None:
    office.reviewed(title=TITLE)
    reader.get("/trail")
    office.sql(
        "CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.action = 'export' BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    answer = taken(reader, "csv")
    assert answer.status_code >= 500
    assert "content-disposition" not in answer.headers
    assert "receive" not in answer.text


def test_an_export_that_was_cut_off_says_so(
    office: Office, reader: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "EXPORTED", 2)
    office.reviewed()
    reader.get("/trail")
    found = lines(taken(reader, "csv"))
    assert len(found) == 4
    assert "没有导出" in found[3][0]
    assert audit_rows(office, "export")[0].detail["rows"] == 2


# ------------------------------------------------------------------------ figures


def test_figures_in_words_charts_and_tables(office: Office, reader: Seat) -> None:
    office.published()
    case = office.reviewed(body=f"联系电话：{PHONE}。", department=OTHER_DEPARTMENT)
    office.clear(case, Settlement.DISMISS, reason="lookalike")
    reader.get("/statistics")
    assert reader.status == 200
    facts = {
        str(item.xpath("./dt")[0].text_content()): str(item.xpath(".//strong")[0].text_content())
        for item in reader.page.xpath("//dl[@class='figures']/div")
    }
    assert (facts["收件"], facts["公开"], facts["退回"]) == ("2", "1", "0")
    assert len(reader.page.xpath("//*[local-name()='svg'][@role='img']")) == 3
    assert reader.page.xpath("//*[@style]") == []
    months = reader.page.xpath("//caption[normalize-space()='按月的数字']/..//tbody/tr/th/text()")
    assert len(months) == statistics.USUAL
    assert months[-1] == f"{today_in_shanghai():%Y-%m}"
    told = reader.page.xpath("//caption[normalize-space()='各类命中的处理']/..//tbody/tr")
    assert [cell.text_content() for cell in told[0]] == ["手机号码", "1", "0", "0", "1"]
    assert "D9.mobile" in reader.words


def test_the_county_sees_counts_and_a_unit_its_own(office: Office, app: Any, reader: Seat) -> None:
    office.hire("镇办", Role.OFFICE, unit="town")
    office.hire("镇经办", Role.CLERK, "党政办", unit="town")
    office.reviewed(title=TITLE, department="党政办", unit="town", by="镇经办")
    office.reviewed()
    reader.get("/statistics", unit="town")
    (town,) = reader.page.xpath("//caption[normalize-space()='下级单位的件数']/..//tbody/tr")
    assert [cell.text_content() for cell in town][:2] == ["城关镇人民政府", "1"]
    assert "党政办" not in reader.text
    assert "收件1" in reader.words.replace(" ", "")
    with signed_in(app, office, "镇办") as townsman:
        townsman.get("/statistics", unit="default")
        assert "党政办" in townsman.words
        assert DEPARTMENT not in townsman.text
        assert "下级单位" not in townsman.words


def test_a_head_of_department_sees_the_department_only(office: Office, app: Any) -> None:
    office.reviewed()
    office.reviewed(department=OTHER_DEPARTMENT)
    with signed_in(app, office, FIRST) as head:
        head.get("/statistics")
        assert DEPARTMENT in head.words
        assert OTHER_DEPARTMENT not in head.text
        found = lines(taken(head, "csv"))
        assert [line[2] for line in found if line[0] == "合计"] == ["1"]
        assert not any(OTHER_DEPARTMENT in cell for line in found for cell in line)


def test_figures_as_files(office: Office, reader: Seat) -> None:
    office.published()
    office.sql("UPDATE document SET department = '=cmd()'")
    reader.get("/statistics")
    found = lines(taken(reader, "csv"))
    assert found[1][0] == "合计"
    assert (found[0][3], found[1][3]) == ("公开", "1")
    assert ["部门", "'=cmd()"] in [line[:2] for line in found]
    book = load_workbook(io.BytesIO(taken(reader, "xlsx").content))
    assert book.sheetnames == ["件数", "命中", "规则"]
    assert [cell.value for cell in book["件数"][2]][3] == 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet.rows for cell in row)


@pytest.mark.parametrize(
    ("asked", "months"),
    [
        ({"from": "2026-03", "to": "2026-05"}, ("2026-03", "2026-05")),
        ({"from": "2026-05", "to": "2026-03"}, ("2026-03", "2026-05")),
        ({"from": "spring", "to": "2026-03"}, ("2025-04", "2026-03")),
        ({"from": "0001-01", "to": "2026-03"}, ("2025-04", "2026-03")),
        ({"from": "2001-01", "to": "2026-03"}, ("2021-04", "2026-03")),
    ],
)
def test_months_of_an_address(asked: dict[str, str], months: tuple[str, str]) -> None:
    assert statistics.months_of(Fields(tuple(asked.items()))) == months


def test_names_of_departments_do_no_harm_in_charts(office: Office, reader: Seat) -> None:
    office.reviewed()
    office.reviewed(department=OTHER_DEPARTMENT)
    office.sql(
        "UPDATE document SET department = '<script>alert(1)</script>' || char(8238) WHERE department = :name",
        name=OTHER_DEPARTMENT,
    )
    reader.get("/statistics")
    assert reader.page.xpath("//script[not(@src)]") == []
    assert "\u202e" not in reader.text
    assert "<script>alert(1)</script>‹U+202E›" in reader.words


def test_clerks_read_neither(office: Office, app: Any) -> None:
    office.reviewed()
    with signed_in(app, office, CLERK) as clerk:
        for path in ("/trail", "/statistics"):
            clerk.get(path)
            assert clerk.status == 403
            assert DEPARTMENT not in clerk.text
