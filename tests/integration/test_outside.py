"""What an office sees from outside, by command line and files alone: titles, values, registers, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import Desk, Hands, Office

pytest_plugins = ["tests.cli_fixtures"]

CLERK_REASON = "内部人事管理事项，讨论中，不对外公开"


def hand_in(office: Office, hands: Hands, path: Path, *words: str) -> str:
    answer = office("submit", str(path), "--department", "办公室", *words)
    assert answer.status == 0, answer.text
    hands.carry(case := str(answer.json["id"]))
    return case


def show(office: Office, case: str) -> dict[str, Any]:
    shown: dict[str, Any] = office("show", case).json
    return shown


def folder_of(office: Office, name: str, text: str, slip: str) -> Path:
    folder = office.folder / name
    folder.mkdir()
    (folder / "正文.txt").write_text(text, "utf-8")
    (folder / "slip.toml").write_text(slip, "utf-8")
    return folder


def test_a_title_above_its_number_is_the_title(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk("流感疫苗接种工作安排\n示卫〔2026〕17号\n各乡镇卫生院：\n现就接种工作安排如下。")
    assert show(cli_office, case)["title"] == "流感疫苗接种工作安排"


def test_a_slip_with_another_title_takes_no_tier_away(cli_office: Office, cli_hands: Hands) -> None:
    minutes = "示范县办公室第三次主任办公会议纪要\n会议听取了汇报。\n2026年11月20日\n"
    slip = 'title = "有关事项"\nattribute = "proactive"\n'
    case = hand_in(cli_office, cli_hands, folder_of(cli_office, "纪要", minutes, slip))
    shown = show(cli_office, case)
    assert (shown["title"], "focus" in [tier["tier"] for tier in shown["tiers"]]) == ("有关事项", True)


def test_the_ground_keeps_the_reason_it_was_given(
    cli_office: Office, cli_desk: Desk, cli_hands: Hands
) -> None:
    slip = f'attribute = "不予公开"\nground = "R16a"\nreason = "{CLERK_REASON}"\n'
    text = "关于值班安排的通知\n各科室按表值班。\n2026年11月20日\n"
    case = hand_in(cli_office, cli_hands, folder_of(cli_office, "值班", text, slip))
    if any(item["severity"] != "info" for item in show(cli_office, case)["findings"]):
        cli_desk.cleared(case)
    for user in ("李示密", "王示初", "赵示复", "钟示终"):
        words = ("decide", case, "approve", "--version", "1", "--reason", "经审查不涉密")
        assert cli_office.as_(user, *words).status == 0
        cli_hands.carry(case)
    assert show(cli_office, case)["state"] == "withheld"
    register = cli_office.workspace.data / "register"
    (entry,) = [item for item in json.loads((register / "register.json").read_text()) if item["id"] == case]
    assert (entry["attribute"], entry["ground"], entry["reason"]) == ("exempt", "R16a", CLERK_REASON)
    with (register / "register.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = [item for item in csv.DictReader(stream) if item["收件号"] == case]
    assert (row["公开属性"], row["理由说明"]) == ("不予公开", CLERK_REASON)


def test_the_disclosure_office_has_a_value_of_its_own(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk.cleared(cli_desk())
    cli_desk.sign(case, "李示密", "王示初")
    assert show(cli_office, case)["attribute"] == {"proposed": "proactive", "office": None, "final": None}
    cli_desk.sign(case, "赵示复")
    assert show(cli_office, case)["attribute"] == {
        "proposed": "proactive", "office": "proactive", "final": None,
    }  # fmt: skip
    cli_desk.sign(case, "钟示终")
    shown = show(cli_office, case)
    assert (shown["state"], shown["attribute"]["final"]) == ("published", "proactive")
    assert {leg["state"] for leg in shown["clocks"][0]["legs"]} == {"done"}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("坏.docx", "这不是文档，只有文字。".encode(), "file.unknown"),
        ("图.dwg", b"AC1032\x00\x00\x00\x00" + "秘密".encode(), "file.unknown"),
        ("空.pdf", b"", "file.empty"),
    ],
)
def test_what_is_not_what_its_name_says_goes_to_a_person(
    cli_office: Office, cli_hands: Hands, name: str, data: bytes, code: str
) -> None:
    path = cli_office.folder / name
    path.write_bytes(data)
    shown = show(cli_office, hand_in(cli_office, cli_hands, path, "--attribute", "主动公开"))
    assert (shown["state"], [fault["code"] for fault in shown["faults"]]) == ("attention", [code])
