"""The command line on a real workspace: what operators do."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.store import documents
from tests.cli_calls import BODY, Desk, Office, call
from tests.plugin_hosts import INSTALLED

pytest_plugins = ["tests.cli_fixtures"]


def test_channels_are_listed_and_verified(cli_office: Office, cli_published: str) -> None:
    listed = {item["id"]: item for item in cli_office("channel", "list").json}
    assert set(listed) == {"builtin.site", "builtin.search", "builtin.archive", "builtin.register"}
    assert set(listed["builtin.site"]) == {
        "id", "version", "attributes", "archive", "in_use", "publications",
    }  # fmt: skip
    assert listed["builtin.site"]["publications"]["done"] >= 1
    found = cli_office("channel", "verify")
    assert (found.status, found.json["differences"], found.json["hold_ended"]) == (0, [], False)
    out = {item["channel"]: item for item in cli_office("show", cli_published).json["publications"]}
    page = cli_office.workspace.site / out["builtin.site"]["address"]
    kept = page.read_bytes()
    page.unlink()
    lost = cli_office("channel", "verify")
    page.write_bytes(kept)
    assert lost.status == 1
    assert {(item["document"], item["channel"]) for item in lost.json["differences"]} == {
        (cli_published, "builtin.site")
    }
    assert cli_office("channel", "retry").json == []
    assert cli_office("channel", "retry", cli_published).json == [{"id": cli_published, "channels": 0}]
    assert cli_office("channel", "retry", "2026-999999").code == "not_found"


def test_a_document_is_placed_in_the_catalogue(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    placed = cli_office.as_(
        "孙示办", "catalogue", "place", case, "services", "--theme", "综合政务", "--keywords", "窗口 办公时间"
    )
    assert placed.json == {"id": case, "item": "services", "theme": "综合政务", "keywords": "窗口 办公时间"}
    with cli_office.core() as core, core.database.read() as connection:
        row = documents.fetch(connection, case)
    assert (row.item, row.theme, row.keywords) == ("services", "综合政务", "窗口 办公时间")
    assert cli_office.as_("孙示办", "catalogue", "place", case).code == "item.nothing"
    assert (
        cli_office.as_("孙示办", "catalogue", "place", case, "--keywords", "联系邮箱").code == "item.keywords"
    )
    assert cli_office.as_("李示密", "catalogue", "place", case, "--theme", "").code == "wrong_role"


def test_a_channel_is_made_anew(cli_office: Office, cli_published: str) -> None:
    listing = cli_office.workspace.site / "catalogue/index.html"
    page = next(cli_office.workspace.site.glob(f"documents/*/{cli_published}/index.html"))
    kept = listing.read_bytes(), page.read_bytes()
    assert b'href="../../../../search"' in kept[1]
    listing.unlink()
    page.write_bytes(b"")
    assert cli_office("channel", "rebuild", "builtin.site").json == {"channel": "builtin.site"}
    assert (listing.read_bytes(), page.read_bytes()) == kept
    assert cli_office("channel", "rebuild", "builtin.archive").code == "channel.makes_nothing"
    assert cli_office("channel", "rebuild", "builtin.none").code == "not_found"


def test_audit_verify_and_export(cli_office: Office, cli_published: str) -> None:
    good = cli_office("audit", "verify")
    assert good.status == 0
    assert set(good.json) == {"rows", "anchors", "problems", "intact"}
    assert (good.json["problems"], good.json["intact"]) == ([], True)
    exported = cli_office("audit", "export", "--document", cli_published).json
    assert exported == cli_office("history", cli_published).json
    target = cli_office.folder / "audit.jsonl"
    told = cli_office("audit", "export", "-o", str(target)).json
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert told == {"rows": len(lines), "file": str(target)}
    assert [row["seq"] for row in lines] == list(range(1, len(lines) + 1))
    assert cli_office("audit", "export", "-o", str(target)).code == "export.target"


def test_audit_verify_sees_a_changed_row(tmp_path: Path) -> None:
    small = Office(tmp_path / "small")
    call("init", str(small.folder), "--json")
    small("user", "add", "甲", "--role", "final")
    store = sqlite3.connect(small.workspace.database)
    with store:
        store.execute("UPDATE audit SET actor = 'os:other' WHERE seq = 1")
    store.close()
    bad = small("audit", "verify")
    assert (bad.status, bad.json["problems"], bad.json["intact"]) == (
        1,
        [{"seq": 1, "code": "changed"}],
        False,
    )


def test_people(cli_office: Office) -> None:
    first = cli_office("user", "add", "陈示新", "--role", "final").json
    assert set(first) == {"user", "token"}
    assert cli_office("user", "add", "陈示新", "--role", "second").json == {"user": "陈示新", "token": None}
    renewed = cli_office("user", "token", "陈示新").json
    assert renewed["token"] not in (None, first["token"])
    (person,) = [item for item in cli_office("user", "list").json if item["user"] == "陈示新"]
    assert person["roles"] == [
        {"role": "final", "unit": "default", "department": None},
        {"role": "second", "unit": "default", "department": None},
    ]
    assert cli_office("user", "token", "无此人").code == "not_found"
    assert (
        cli_office("user", "add", "甲", "--role", "final", "--department", "办公室").code
        == "user.department_role"
    )
    assert cli_office("user", "add", "甲", "--role", "king").code == "usage"
    assert cli_office("user", "add", "甲", "--role", "final", "--unit", "mars").code == "usage"
    assert cli_office("user", "add", " ", "--role", "final").code == "user.name"
    for path in cli_office.workspace.data.glob("disclosure.sqlite*"):
        assert renewed["token"].encode() not in path.read_bytes()


def test_the_attribute_review_is_opened_shown_and_settled(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk.cleared(cli_desk(BODY, "--attribute", "依申请公开"))
    cli_desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert cli_desk.state(case) == "on_request"
    opened = cli_office("review-attributes").json
    assert set(opened) == {"quarter", "tasks"}
    (task,) = [item for item in opened["tasks"] if item["document"] == case]
    assert (task["state"], task["outcome"]) == ("open", None)
    assert cli_office("review-attributes", "--decide", case, "keep").code == "usage"
    assert cli_office("review-attributes", "--as", "孙示办").code == "usage"
    assert cli_office("review-attributes", "--quarter", "2026-4").code == "usage"
    settle = ("review-attributes", "--decide", case, "keep", "--quarter", opened["quarter"])
    assert cli_office("review-attributes", "--decide", case, "keep", "--as", "孙示办").code == "bad_token"
    assert cli_office.as_("孙示办", *settle, "--reason", "仍不宜主动公开").status == 0
    (task,) = [item for item in cli_office("review-attributes").json["tasks"] if item["document"] == case]
    assert (task["state"], task["outcome"]) == ("done", "keep")


def test_entries_of_the_catalogue_of_before_are_reviewed_too(
    tmp_path: Path, cli_office: Office, cli_published: str
) -> None:
    (tmp_path / "old.csv").write_text("标题,公开属性\n旧记录,依申请公开\n", "utf-8")
    assert cli_office.as_("孙示办", "catalogue", "import", str(tmp_path / "old.csv")).json["entries"] == 1
    names = [item["document"] for item in cli_office("review-attributes").json["tasks"]]
    name = next(item for item in names if item.startswith("catalogue-"))
    settle = ("review-attributes", "--reason", "可以公开", "--decide", name)
    assert cli_office.as_("孙示办", *settle, "convert").json["state"] == "acting"
    assert cli_office.as_("孙示办", *settle, "acted").code == "review.case"
    assert cli_office("review-attributes", "--document", cli_published).code == "usage"
    ended = cli_office.as_("孙示办", *settle, "acted", "--document", cli_published).json
    assert (ended["document"], ended["state"], ended["outcome"]) == (name, "done", "acted")


def test_backup_and_restore_start_held_until_the_channels_are_verified(
    tmp_path: Path, cli_office: Office
) -> None:
    other = Office(tmp_path / "other")
    call("init", str(other.folder), "--json")
    made = cli_office("backup", str(tmp_path / "copy"))
    assert made.status == 0
    assert set(made.json) == {"folder", "at", "rows", "files", "audit"}
    assert cli_office("backup", str(tmp_path / "copy")).code == "usage"
    assert other("restore", str(tmp_path / "nothing")).code == "backup.damaged"
    assert other("user", "list").json[0]["user"] == "管理员"

    restored = other("restore", str(tmp_path / "copy"))
    assert restored.json | {"folder": ""} == made.json | {"folder": ""}
    assert {item["user"] for item in other("user", "list").json} >= {"李示密", "钟示终"}
    held = [item for item in other("doctor").json["checks"] if item["name"] == "held"]
    assert [item["state"] for item in held] == ["warning"]
    compared = other("channel", "verify")
    assert (compared.status, compared.json["hold_ended"]) == (1, True)  # its own site holds nothing
    assert compared.json["differences"]
    assert other("channel", "verify").json["hold_ended"] is False


def test_restore_wants_the_daemon_down(cli_office: Office, tmp_path: Path) -> None:
    from disclosure_pipeline.service.lock import DataLock

    cli_office("backup", str(tmp_path / "copy"))
    lock = DataLock(cli_office.workspace.data)
    lock.take()
    try:
        assert cli_office("restore", str(tmp_path / "copy")).code == "locked"
    finally:
        lock.release()


def test_plugins_and_doctor(cli_office: Office) -> None:
    listed: list[dict[str, Any]] = cli_office("plugins").json
    assert {frozenset(item) for item in listed} == {
        frozenset({"name", "version", "state", "provides", "faults"})
    }
    states = {item["name"]: item["state"] for item in listed}
    disabled = dict.fromkeys(("notice_board", "vehicle_plate", *INSTALLED), "disabled")
    assert states == {"builtin": "loaded", **disabled}
    answer = cli_office("doctor")
    assert set(answer.json) == {"healthy", "checks"}
    assert {frozenset(item) for item in answer.json["checks"]} == {
        frozenset({"name", "state", "message", "advice"})
    }
    assert {item["name"] for item in answer.json["checks"]} == {
        "config", "folders", "drop_folders", "disk", "store", "queue", "held", "backlog", "plugins", "confinement", "office",
        "recognition", "calendars",
    }  # fmt: skip
    assert (answer.status, answer.json["healthy"]) == (0, True)


def test_run_prints_its_address_and_ends_in_order(tmp_path: Path) -> None:
    small = Office(tmp_path / "small")
    call("init", str(small.folder), "--json")
    command = [sys.executable, "-m", "disclosure_pipeline", "run", "--port", "0", *small.options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert (set(told), told["process"]) == ({"address", "process"}, process.pid)
        with urllib.request.urlopen(f"{told['address']}/healthz", timeout=10) as page:
            assert page.status == 200
        second = small("run", "--port", "0")
        assert (second.status, second.code) == (1, "locked")
        process.terminate()
        assert process.wait(60) == 0
        assert process.stdout.read() == b"", "one value"


def test_doctor_finds_an_open_vault_and_a_lost_folder(tmp_path: Path) -> None:
    sick = Office(tmp_path / "sick")
    call("init", str(sick.folder), "--json")
    sick.workspace.vault.chmod(0o755)
    sick.workspace.site.rmdir()
    answer = sick("doctor")
    failed = {item["message"] for item in answer.json["checks"] if item["state"] == "failed"}
    assert failed == {"vault is open to other accounts", "site is missing"}
    assert (answer.status, answer.json["healthy"]) == (1, False)


def test_a_limit_is_shown_and_extended_by_the_office(cli_office: Office, cli_desk: Desk) -> None:
    today = today_in_shanghai()
    path = cli_office.folder / "延期.txt"
    day = f"{today.year}年{today.month}月{today.day}日"
    path.write_text(f"{BODY}\n（延期）\n\n办公室\n{day}\n（此件公开发布）\n", "utf-8")
    case = str(cli_office("submit", str(path), "--department", "办公室").json["id"])
    cli_desk.hands.carry(case)
    shown = cli_office("clock", "show", case).json
    assert (set(shown), shown["id"]) == ({"id", "clocks"}, case)
    assert shown["clocks"][0]["explanation"][0].startswith("时限：主动公开政府信息上网")
    words = ("clock", "extend", case, "--days", "3", "--reason", "须等书面意见")
    assert cli_office.as_("李示密", *words, "--law", "示例条例第九条").code == "wrong_role"
    assert cli_office.as_("孙示办", *words).code == "clock.law_required"
    (after,) = cli_office.as_("孙示办", *words, "--law", "示例条例第九条").json["clocks"]
    assert (after["extended"], after["due"] > shown["clocks"][0]["due"]) == (3, True)
    assert cli_office("show", case).json["clocks"] == [after]
    assert "示例条例第九条" in call("clock", "show", case, *cli_office.options[1:]).text
