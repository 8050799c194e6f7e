"""Two officers at once, an old version, two daemons, an old backup after a withdrawal: with real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bureau import CHAIN, Bureau, draft, holding, wait_for

SECRECY_A, SECRECY_B = "保密甲", "保密乙"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau(tmp_path_factory.mktemp("people"), plugins=())
    made.daemon.start()
    yield made
    made.daemon.stop()


def at_once(bureau: Bureau, *calls: tuple[str, ...]) -> list[Any]:
    """Run commands as processes that run at the same time; what each printed."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "disclosure_pipeline", *words, "--json", *bureau.office.folders],
            env={**os.environ, "DISCLOSURE_TOKEN": bureau.office.tokens[words[words.index("--as") + 1]]},
            stdout=subprocess.PIPE,
        )
        for words in calls
    ]
    return [json.loads(process.communicate()[0]) for process in running]


def signed(bureau: Bureau, case: str) -> list[tuple[str, str]]:
    """Who signed, by the audit log."""
    return [
        (row["action"], row["actor"])
        for row in bureau.quick("history", case)
        if row["action"] in ("sign", "approve")
    ]


def test_two_officers_at_once_one_signature(bureau: Bureau) -> None:
    case = bureau.reviewable("同时.txt", draft("关于同时签署的通知", "两位保密审查员同时签署。"))
    words = ("decide", case, "approve", "--version", "1", "--reason", "不涉密", "--as")
    answers = at_once(bureau, (*words, SECRECY_A), (*words, SECRECY_B), (*words, SECRECY_A))
    taken = [answer for answer in answers if "error" not in answer]
    assert len(taken) == 1
    assert {answer["error"]["code"] for answer in answers if "error" in answer} == {"already_signed"}
    ((action, by),) = signed(bureau, case)
    assert action == "sign"
    tiers = bureau.cli("show", case)["tiers"]
    assert [(tier["state"], tier["by"]) for tier in tiers] == [("approved", by), *[("open", None)] * 3]
    assert bureau.cli("audit", "verify")["problems"] == []


def test_approve_and_return_at_once(bureau: Bureau) -> None:
    """Whichever comes first counts, and the other is refused: never both."""
    case = bureau.reviewable("争先.txt", draft("关于争先的通知", "一位同意，一位退回。"))
    words = ("--version", "1", "--reason", "经审查", "--as")
    answers = at_once(
        bureau, ("decide", case, "approve", *words, SECRECY_A), ("decide", case, "return", *words, SECRECY_B)
    )
    state = bureau.cli("show", case)["state"]
    refused = [answer for answer in answers if "error" in answer]
    assert len(refused) == 1
    assert state == ("returned" if "error" in answers[0] else "in_review")


def test_a_decision_on_an_old_version_is_refused(bureau: Bureau) -> None:
    content = draft("关于版本的通知", "第一稿。")
    case = bureau.reviewable("版本.txt", content)
    bureau.quick("decide", case, "return", "--version", "1", "--as", SECRECY_A, "--reason", "请修改")
    better = draft("关于版本的通知", "第二稿。")
    assert bureau.drop(f"{case} 版本.txt", better) == case
    bureau.wait(case, "in_review")
    old = ("decide", case, "approve", "--version", "1", "--as", SECRECY_A, "--reason", "不涉密")
    assert bureau.refused(*old) == "stale_version"
    assert (
        bureau.cli("decide", case, "approve", "--version", "2", "--as", SECRECY_A, "--reason", "不涉密")[
            "version"
        ]
        == 2
    )
    assert signed(bureau, case) == [("sign", SECRECY_A)]


def test_two_daemons_on_one_data_folder(bureau: Bureau) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", "run", "--port", "0", "--json", *bureau.office.folders],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode != 0
    assert json.loads(second.stdout)["error"]["code"] == "locked"
    case = bureau.drop("仍在.txt", draft("关于守护进程的通知", "第一个守护进程照常工作。"))
    bureau.wait(case, "in_review")


@pytest.mark.slow
def test_an_old_backup_does_not_bring_a_withdrawn_page_back(bureau: Bureau, tmp_path: Path) -> None:
    title, words = "关于稍后撤回的通知", "撤回后不得再现的正文"
    case = bureau.published("撤回.txt", draft(title, words))["id"]
    bureau.cli("backup", str(tmp_path / "backup"))
    bureau.quick("withdraw", case, "--as", "办公甲", "--reason", "内容有误")
    bureau.wait(case, "withdrawn")
    waiting = bureau.reviewable("未发.txt", draft("关于恢复前收到的通知", "备份里没有这一件。"))

    assert bureau.daemon.stop() == 0
    bureau.cli("restore", str(tmp_path / "backup"))
    bureau.daemon.start()
    assert bureau.cli("show", case)["state"] == "published"  # what the old rows believe
    assert waiting not in [item["id"] for item in bureau.quick("list")]
    later = bureau.reviewable("恢复后.txt", draft("关于恢复之后的通知", "暂停期间可以审签，不会发布。"))
    bureau.sign(later, *CHAIN)
    assert bureau.cli("show", later)["state"] == "approved"
    assert holding(bureau.workspace.site, [title, words, "关于恢复之后的通知"]) == []

    outcome = bureau.cli("channel", "verify")
    assert outcome["hold_ended"]
    assert {(item["document"], item["code"]) for item in outcome["differences"]} >= {(case, "withdrawn")}
    bureau.wait(case, "withdrawn")
    bureau.wait(later, "published")
    assert holding(bureau.workspace.site, [title, words]) == []
    wait_for(
        lambda: "关于恢复之后的通知" in (bureau.workspace.site / "catalogue.json").read_text("utf-8"),
        "it is out",
    )
    assert bureau.cli("audit", "verify")["problems"] == []
