"""Disclosure profiles as an officer meets them: real files through `disclosure screen --json`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import openpyxl

ROOT = Path(__file__).parents[2]
PEOPLE = ("王海涛", "李晓雯", "陈国栋", "赵文静", "孙志远", "周雨桐")
IDENTITY = "11010519491231002X"
TITLE = "永安县2025年公开招聘工作人员拟聘用人员公示"


def screen(draft: Path) -> list[dict[str, Any]]:
    """The findings of a file."""
    command = [
        sys.executable,
        "-m",
        "disclosure_pipeline",
        "screen",
        str(draft),
        "--json",
        "--config",
        str(ROOT / "config"),
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300, cwd=draft.parent)
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["verdict"] == "found", answer
    assert not answer["undetermined"]
    found: list[dict[str, Any]] = answer["findings"]
    return found


def severities(findings: list[dict[str, Any]], kind: str) -> dict[str, str]:
    return {item["text"]: item["severity"] for item in findings if item["kind"] == kind}


def workbook(path: Path, title: str) -> Path:
    """A list with a title over it, and the numbers in a column that its author hid."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:C1")
    sheet["A1"] = title
    sheet.append(["序号", "姓名", "身份证号"])
    for number, name in enumerate(PEOPLE, start=1):
        sheet.append([number, name, IDENTITY])
    sheet.column_dimensions["C"].hidden = True
    book.save(path)
    return path


def test_a_list_with_a_hidden_column_of_numbers(tmp_path: Path) -> None:
    findings = screen(workbook(tmp_path / "名单.xlsx", TITLE))
    (names,) = [item for item in findings if item["kind"] == "privacy.person_name"]
    assert (names["severity"], names["rule"], names["count"]) == ("info", "P.recruitment", len(PEOPLE))
    assert "P.recruitment" in names["why"] and "事业单位人事管理条例第九条" in names["why"]
    assert set(severities(findings, "privacy.resident_id").values()) == {"block"}
    assert "review" in severities(findings, "hidden.content").values()


def test_the_same_list_under_a_title_that_only_speaks_of_it(tmp_path: Path) -> None:
    findings = screen(workbook(tmp_path / "名单.xlsx", "关于建立拟聘用人员公示制度的通知"))
    assert severities(findings, "privacy.person_name") == {PEOPLE[0]: "review"}


def test_a_penalty_decision_shows_its_party_and_nobody_else(tmp_path: Path) -> None:
    document = docx.Document()
    for line in (
        "永安市城市管理局", "行政处罚决定书", "永城罚决字〔2025〕12号", "当事人：王海涛", f"身份证号码：{IDENTITY}",
        "经查，王海涛占用人行道堆放物料，举报人李晓雯向本局反映。",
    ):  # fmt: skip
        document.add_paragraph(line)
    document.save(str(tmp_path / "决定书.docx"))
    findings = screen(tmp_path / "决定书.docx")
    assert severities(findings, "privacy.person_name") == {"王海涛": "info", "李晓雯": "block"}
    assert severities(findings, "privacy.resident_id") == {IDENTITY: "block"}
