"""The command line on a real workspace: every family, its JSON by exact keys, and its refusals."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import Answer, Hands, Office, call

TITLE = "关于调整窗口办公时间的通知"
MAIL = "chuangkou@example.cn"
BODY = f"{TITLE}\n\n窗口联系邮箱：{MAIL}。"
MARKED = "机密★5年\n\n关于储备点位的报告\n\n储备点位共三处。"

HEAD_KEYS = {"id", "title", "department", "state", "version", "attribute", "ground"}
SHOW_KEYS = HEAD_KEYS | {
    "parts", "findings", "tiers", "public", "publications", "index_number", "clocks", "faults", "taken_back",
    "duplicate_of", "referral_needed",
}  # fmt: skip
SCREEN_KEYS = {
    "detector", "kind", "severity", "text", "start", "end", "segment", "place", "rule", "article", "suggestion",
    "confidence",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.found(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def hands(office: Office) -> Iterator[Hands]:
    with office.core() as core:
        yield Hands(core)


class Desk:
    """Submits drafts with bytes of their own and walks them."""

    def __init__(self, office: Office, hands: Hands):
        self.office, self.hands, self.number = office, hands, 0

    def __call__(self, body: str = BODY, *words: str, name: str = "", carry: bool = True) -> str:
        self.number += 1
        path = self.office.draft(name or f"文稿{self.number}.txt", f"{body}\n（第{self.number}号）")
        case = str(self.office("submit", str(path), "--department", "办公室", *words).json["id"])
        if carry:
            self.hands.carry(case)
        return case

    def sign(self, case: str, *users: str, version: int = 1) -> Answer:
        answer = None
        for user in users:
            answer = self.office.as_(user, "decide", case, "approve", "--version", str(version))
            assert answer.status == 0, answer.text
            self.hands.carry(case)
        assert answer is not None
        return answer

    def cleared(self, case: str) -> str:
        assert self.office.as_("李示密", "clear", case, "all", "accept", "--reason", "公务邮箱").status == 0
        return case

    def state(self, case: str) -> str:
        return str(self.office("show", case).json["state"])


@pytest.fixture(scope="module")
def desk(office: Office, hands: Hands) -> Desk:
    return Desk(office, hands)


@pytest.fixture(scope="module")
def published(desk: Desk) -> str:
    case = desk.cleared(desk())
    desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert desk.state(case) == "published"
    return case


# ------------------------------------------------------------------------- looking


def test_show_and_list_have_exactly_the_designed_keys(office: Office, published: str) -> None:
    shown = office("show", published).json
    assert set(shown) == SHOW_KEYS
    assert (shown["title"], shown["department"], shown["state"], shown["version"]) == (
        TITLE,
        "办公室",
        "published",
        1,
    )
    assert shown["attribute"] == {"proposed": "proactive", "office": None, "final": "proactive"}
    assert {frozenset(part) for part in shown["parts"]} == {
        frozenset({"name", "media_type", "sha256", "size", "role"})
    }
    assert {frozenset(item) for item in shown["findings"]} == {
        frozenset(SCREEN_KEYS | {"id", "part", "settled", "by", "reason"})
    }
    assert [tier["tier"] for tier in shown["tiers"]] == ["secrecy", "first", "second", "final"]
    assert {"tier", "role", "state", "by", "at", "reason"} <= set(shown["tiers"][0])
    assert set(shown["publications"][0]) == {"channel", "state", "address", "attempt", "receipt"}
    assert set(shown["public"][0]) == {"name", "media_type", "sha256", "size"}
    assert {"rule", "start", "due", "provisional", "state"} <= set(shown["clocks"][0])

    (listed,) = [item for item in office("list", "--state", "published").json if item["id"] == published]
    assert list(listed) == ["id", "title", "department", "state", "version", "attribute", "ground"]
    assert listed == {key: shown[key] for key in listed}
    assert office("list", "--department", "财政局").json == []


def test_findings_carry_the_ids_that_show_has(office: Office, desk: Desk) -> None:
    case = desk()
    found = office("findings", case).json
    assert found == office("show", case).json["findings"]
    assert [(item["kind"], item["text"], item["settled"]) for item in found] == [
        ("privacy.email", MAIL, None)
    ]


def test_a_view_is_noted_with_the_account_and_not_in_the_history(office: Office, desk: Desk) -> None:
    case = desk(carry=False)
    before = office("history", case).json
    office("show", case), office("findings", case)
    store = sqlite3.connect(office.workspace.database)
    views = store.execute(
        "SELECT actor, what FROM access WHERE document = ? ORDER BY seq", (case,)
    ).fetchall()
    assert [what for _, what in views] == ["show", "findings"]
    assert all(actor.startswith("os:") for actor, _ in views)
    assert office("history", case).json == before
    assert [row["action"] for row in before] == ["receive"]


def test_people_read_tables_in_chinese(office: Office, published: str) -> None:
    options = office.options[1:]
    shown = call("show", published, *options)
    assert shown.status == 0
    assert f"标题：{TITLE}" in shown.text
    assert "保密审查" in shown.text
    assert call("list", *options).text.splitlines()[0].split() == [
        "收件号",
        "状态",
        "版本",
        "部门",
        "公开属性",
        "标题",
    ]


@pytest.mark.parametrize("words", [("show",), ("history",), ("findings",), ("retry",)])
def test_an_unknown_case_is_named_as_such(office: Office, words: tuple[str, ...]) -> None:
    answer = office(*words, "2026-999999")
    assert (answer.status, answer.code) == (4, "not_found")


# -------------------------------------------------------------------------- submit


def test_submit_answers_with_the_case_of_each_path(office: Office) -> None:
    first, second = office.draft("甲.txt", "甲通知"), office.draft("乙.txt", "乙通知")
    single = office("submit", str(first), "--department", "财政局")
    assert single.status == 0
    assert set(single.json) == {"id", "state", "submissions"}
    assert single.json["submissions"] == [
        {
            "path": str(first), "id": single.json["id"], "outcome": "accepted", "first": None, "reason": None,
            "state": "received",
        }
    ]  # fmt: skip
    both = office("submit", str(first), str(second), "--department", "财政局").json
    assert (both["id"], both["state"]) == (None, None)
    assert [(item["outcome"], item["first"]) for item in both["submissions"]] == [
        ("duplicate", single.json["id"]), ("accepted", None),
    ]  # fmt: skip
    assert first.exists(), "the caller keeps the file"


def test_submit_beside_a_missing_path_takes_the_other_and_fails(office: Office) -> None:
    path = office.draft("丙.txt", "丙通知")
    answer = office("submit", str(office.folder / "无.txt"), str(path), "--department", "财政局")
    assert answer.status == 1
    lost, taken = answer.json["submissions"]
    assert (lost["outcome"], lost["error"]["code"], taken["outcome"]) == ("failed", "not_found", "accepted")
    assert office("submit", str(office.folder / "无.txt"), "--department", "财政局").code == "not_found"


def test_submit_waits_and_says_when_nobody_carries_the_case_on(office: Office) -> None:
    path = office.draft("丁.txt", "丁通知")
    answer = office("submit", str(path), "--department", "财政局", "--wait", "--timeout", "0.3")
    assert (answer.status, answer.json["state"]) == (1, "received")
    assert "等待超时" in answer.err


def test_submit_takes_a_chinese_attribute_and_a_proven_clerk(office: Office, desk: Desk) -> None:
    path = office.draft("戊.txt", "戊通知", note="")
    answer = office.as_("田示经", "submit", str(path), "--department", "办公室", "--attribute", "依申请公开")
    desk.hands.carry(answer.json["id"])
    assert office("show", answer.json["id"]).json["attribute"]["proposed"] == "on_request"
    assert office("history", answer.json["id"]).json[0]["actor"] == "田示经"
    assert office("submit", str(path), "--department", "办公室", "--attribute", "随便").code == "usage"
    assert office("submit", str(path), "--department", "无此局").code == "not_found"


# -------------------------------------------------------------------------- decide


def test_a_decision_answers_with_state_and_version(desk: Desk) -> None:
    answer = desk.sign(desk.cleared(case := desk()), "李示密")
    assert answer.json == {"id": case, "state": "in_review", "version": 1}


@pytest.mark.parametrize("token", [None, "", "falsch", "李示密的令牌"])
def test_nobody_decides_without_the_own_token(office: Office, desk: Desk, token: str | None) -> None:
    case = desk()
    answer = office("decide", case, "approve", "--version", "1", "--as", "李示密", token=token)
    assert (answer.status, answer.code) == (5, "bad_token")
    other = office(
        "decide", case, "approve", "--version", "1", "--as", "李示密", token=office.tokens["王示初"]
    )
    assert other.code == "bad_token"
    nobody = office(
        "decide", case, "approve", "--version", "1", "--as", "无此人", token=office.tokens["王示初"]
    )
    assert nobody.code == "bad_token"
    assert office("show", case).json["tiers"][0]["state"] == "open"


def test_an_account_from_the_environment_proves_nothing(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office("user", "add", "胡示登", "--role", "secrecy", "--os-account", "nobody-at-all")
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "nobody-at-all")
    assert office("take-back", desk(), "--as", "胡示登").code == "bad_token"


def test_the_mapped_account_needs_no_token(office: Office, desk: Desk) -> None:
    import os
    import pwd

    account = pwd.getpwuid(os.geteuid()).pw_name
    office("user", "add", "石示本", "--role", "clerk", "--department", "办公室", "--os-account", account)
    case = desk()
    assert office("take-back", case, "--as", "石示本").json == {"id": case, "state": "returned"}
    taken = office("user", "add", "别示人", "--role", "clerk", "--os-account", account)
    assert (taken.status, taken.code) == (2, "account.taken")


def test_refusals_have_their_codes_and_quote_nothing(office: Office, desk: Desk) -> None:
    case = desk()
    approve = ("decide", case, "approve", "--version")
    answers = {
        "findings_open": office.as_("李示密", *approve, "1"),
        "stale_version": office.as_("李示密", *approve, "7"),
        "wrong_role": office.as_("王示初", *approve, "1"),
        "reason_required": office.as_("李示密", "decide", case, "return", "--version", "1"),
    }
    assert {code: answer.code for code, answer in answers.items()} == {code: code for code in answers}
    for answer in answers.values():
        assert answer.status == 5
        assert TITLE not in answer.text + answer.err
        assert MAIL not in answer.text + answer.err


def test_clear_settles_and_returns_count_and_version(office: Office, desk: Desk) -> None:
    case = desk()
    (finding,) = office("findings", case).json
    assert office.as_("李示密", "clear", case, finding["id"], "accept").code == "reason_required"
    assert office.as_("王示初", "clear", case, finding["id"], "accept", "--reason", "可").code == "wrong_role"
    assert office.as_("李示密", "clear", case, "f0000", "accept", "--reason", "可").code == "not_found"
    assert office.as_("李示密", "clear", case, finding["id"], "accept", "--reason", "可").json == {
        "id": case, "settled": 1, "version": 1,
    }  # fmt: skip
    (settled,) = office("findings", case).json
    assert (settled["settled"], settled["by"], settled["reason"]) == ("accept", "李示密", "可")


def test_a_paper_decision_is_recorded_by_an_administrator_with_its_scan(office: Office, desk: Desk) -> None:
    case = desk.cleared(desk())
    scan = office.folder / "签批单.png"
    scan.write_bytes(b"\x89PNG paper")
    approve = ("decide", case, "approve", "--version", "1")
    paper = (*approve, "--recorded-for", "李示密", "--scan", str(scan))
    assert office.as_("管理员", *approve, "--recorded-for", "李示密").code == "usage"
    assert office.as_("管理员", *approve, "--scan", str(scan)).code == "usage"
    assert office.as_("王示初", *paper).code == "wrong_role"
    assert office.as_("管理员", *paper[:-1], str(scan) + "x").code == "not_found"
    assert office.as_("管理员", *paper).json["state"] == "in_review"
    tier = office("show", case).json["tiers"][0]
    assert (tier["state"], tier["by"]) == ("approved", "李示密")
    detail = office("history", case).json[-1]["detail"]
    assert detail["recorded_by"] == "管理员"
    with office.core() as core:
        assert core.vault.path(detail["scan"]).read_bytes() == scan.read_bytes()


def test_a_referral_ends_with_the_recorded_answer(office: Office, desk: Desk) -> None:
    case = desk.cleared(desk())
    desk.sign(case, "李示密")
    assert (
        office.as_("王示初", "decide", case, "refer", "--version", "1", "--reason", "请示").json["state"]
        == "referred"
    )
    scan = office.folder / "复函.png"
    scan.write_bytes(b"reply")
    answer = ("decide", case, "answer", "--version", "1")
    whole = (*answer, "--number", "函〔2026〕1号", "--body", "县保密局", "--scan", str(scan))
    assert office.as_("王示初", *whole).code == "usage"  # no outcome
    assert office.as_("王示初", *answer, "--outcome", "agree").code == "answer_incomplete"
    assert office.as_("李示密", *whole, "--outcome", "agree").code == "wrong_role"
    assert office.as_("王示初", *whole, "--outcome", "agree", "--recorded-for", "王示初").code == "usage"
    assert office.as_("孙示办", *whole, "--outcome", "agree").json["state"] == "in_review"
    assert [tier["state"] for tier in office("show", case).json["tiers"]][:2] == ["approved", "open"]


def test_a_refused_referral_returns_the_draft(office: Office, desk: Desk) -> None:
    case = desk.cleared(desk())
    office.as_("李示密", "decide", case, "refer", "--version", "1", "--reason", "请示")
    scan = office.folder / "复函2.png"
    scan.write_bytes(b"no")
    words = ("--number", "函2号", "--body", "县保密局", "--scan", str(scan), "--outcome", "refuse")
    assert (
        office.as_("孙示办", "decide", case, "answer", "--version", "1", *words).json["state"] == "returned"
    )


# ------------------------------------------------------------------------ ways out


def test_a_clerk_takes_back_and_drops_a_correction(office: Office, desk: Desk) -> None:
    case = desk()
    assert office.as_("王示初", "take-back", case).code == "wrong_role"
    assert office.as_("田示经", "take-back", case).json == {"id": case, "state": "returned"}
    assert office("show", case).json["taken_back"] is True
    assert desk(BODY + "（更正）", name=f"{case}通知.txt") == case
    assert office("show", case).json["version"] == 2


def test_retry_leads_out_of_attention(office: Office, desk: Desk) -> None:
    path = office.folder / "坏.docx"
    path.write_bytes(b"PK\x03\x04 not a document")
    case = office("submit", str(path), "--department", "办公室", "--attribute", "proactive").json["id"]
    desk.hands.carry(case)
    shown = office("show", case).json
    assert shown["state"] == "attention"
    assert set(shown["faults"][0]) - {"plugin"} == {"code", "stage", "message", "advice", "at"}
    assert office("retry", case).json == {"id": case, "state": "received"}
    assert office("history", case).json[-1]["actor"].startswith("os:")
    assert office("retry", case).code == "refused"


def test_withdraw_recalls_and_needs_role_and_reason(office: Office, desk: Desk) -> None:
    case = desk.cleared(desk())
    desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert office.as_("孙示办", "withdraw", case).code == "reason_required"
    assert office.as_("王示初", "withdraw", case, "--reason", "有误").code == "wrong_role"
    assert office.as_("孙示办", "withdraw", case, "--reason", "有误").json == {
        "id": case,
        "state": "withdrawing",
    }
    desk.hands.carry(case)
    assert desk.state(case) == "withdrawn"
    assert {item["state"] for item in office("show", case).json["publications"]} == {"withdrawn"}


def test_quarantine_shows_no_words_and_is_left_by_two_or_by_destruction(office: Office, desk: Desk) -> None:
    case = desk(MARKED, name="储备点位.txt")
    shown = office("show", case)
    assert (shown.json["state"], shown.json["title"], shown.json["parts"][0]["name"]) == (
        "quarantined",
        None,
        None,
    )
    listed = office("quarantine", "list")
    (entry,) = [item for item in listed.json if item["id"] == case]
    assert set(entry) == {
        "id", "department", "at", "rules_version", "folder", "marks", "released_by", "parts",
    }  # fmt: skip
    for answer in (shown, listed, office("findings", case), office("history", case), office("list")):
        assert "储备点位" not in answer.text
        assert "机密★" not in answer.text

    release = ("quarantine", "release", case)
    assert office.as_("李示密", *release).code == "reason_required"
    assert office.as_("王示初", *release, "--reason", "误标").code == "not_allowed"
    assert office.as_("李示密", *release, "--reason", "误标").json == {"id": case, "state": "quarantined"}
    assert office.as_("李示密", *release, "--reason", "误标").code == "same_person"
    assert office.as_("孟示密", *release, "--reason", "误标").json == {"id": case, "state": "received"}


def test_a_confirmed_suspicion_is_destroyed(office: Office, desk: Desk) -> None:
    case = desk(MARKED + "另一份")
    note = office.as_("孟示密", "quarantine", "confirm", case, "--reason", "涉密").json
    assert (note["case"], note["files"], note["confirmed_by"]) == (case, 1, "孟示密")
    assert note["copies_may_lie_in"]
    assert office("show", case).json["state"] == "destroyed"
    assert office.as_("孟示密", "quarantine", "confirm", case, "--reason", "涉密").code == "refused"


# ---------------------------------------------------------------------- operations


def test_channels_are_listed_and_verified(office: Office, published: str) -> None:
    listed = {item["id"]: item for item in office("channel", "list").json}
    assert set(listed) == {"builtin.site", "builtin.archive", "builtin.register"}
    assert set(listed["builtin.site"]) == {
        "id", "version", "attributes", "archive", "in_use", "publications",
    }  # fmt: skip
    assert listed["builtin.site"]["publications"]["done"] >= 1
    found = office("channel", "verify")
    assert (found.status, found.json["differences"], found.json["hold_ended"]) == (0, [], False)
    page = office.workspace.site / office("show", published).json["publications"][1]["address"]
    kept = page.read_bytes()
    page.unlink()
    lost = office("channel", "verify")
    page.write_bytes(kept)
    assert lost.status == 1
    assert {(item["document"], item["channel"]) for item in lost.json["differences"]} == {
        (published, "builtin.site")
    }
    assert office("channel", "retry").json == []
    assert office("channel", "retry", published).json == [{"id": published, "channels": 0}]
    assert office("channel", "retry", "2026-999999").code == "not_found"


def test_audit_verify_and_export(office: Office, published: str) -> None:
    good = office("audit", "verify")
    assert good.status == 0
    assert set(good.json) == {"rows", "anchors", "problems", "intact"}
    assert (good.json["problems"], good.json["intact"]) == ([], True)
    exported = office("audit", "export", "--document", published).json
    assert exported == office("history", published).json
    target = office.folder / "audit.jsonl"
    told = office("audit", "export", "-o", str(target)).json
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert told == {"rows": len(lines), "file": str(target)}
    assert [row["seq"] for row in lines] == list(range(1, len(lines) + 1))
    assert office("audit", "export", "-o", str(target)).code == "export.target"


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


def test_people(office: Office) -> None:
    first = office("user", "add", "陈示新", "--role", "final").json
    assert set(first) == {"user", "token"}
    assert office("user", "add", "陈示新", "--role", "second").json == {"user": "陈示新", "token": None}
    renewed = office("user", "token", "陈示新").json
    assert renewed["token"] not in (None, first["token"])
    (person,) = [item for item in office("user", "list").json if item["user"] == "陈示新"]
    assert person["roles"] == [
        {"role": "final", "unit": "default", "department": None},
        {"role": "second", "unit": "default", "department": None},
    ]
    assert office("user", "token", "无此人").code == "not_found"
    assert office("user", "add", "甲", "--role", "final", "--department", "办公室").code == "usage"
    assert office("user", "add", "甲", "--role", "king").code == "usage"
    assert office("user", "add", "甲", "--role", "final", "--unit", "mars").code == "usage"
    assert office("user", "add", " ", "--role", "final").code == "usage"
    for path in office.workspace.data.glob("disclosure.sqlite*"):
        assert renewed["token"].encode() not in path.read_bytes()


def test_the_attribute_review_is_opened_shown_and_settled(office: Office, desk: Desk) -> None:
    case = desk.cleared(desk(BODY, "--attribute", "依申请公开"))
    desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert desk.state(case) == "on_request"
    opened = office("review-attributes").json
    assert set(opened) == {"quarter", "tasks"}
    (task,) = [item for item in opened["tasks"] if item["document"] == case]
    assert (task["state"], task["outcome"]) == ("open", None)
    assert office("review-attributes", "--decide", case, "keep").code == "usage"
    assert office("review-attributes", "--as", "孙示办").code == "usage"
    assert office("review-attributes", "--quarter", "2026-4").code == "usage"
    settle = ("review-attributes", "--decide", case, "keep", "--quarter", opened["quarter"])
    assert office("review-attributes", "--decide", case, "keep", "--as", "孙示办").code == "bad_token"
    assert office.as_("孙示办", *settle, "--reason", "仍不宜主动公开").status == 0
    (task,) = [item for item in office("review-attributes").json["tasks"] if item["document"] == case]
    assert (task["state"], task["outcome"]) == ("done", "keep")


def test_backup_and_restore_start_held_until_the_channels_are_verified(
    tmp_path: Path, office: Office
) -> None:
    other = Office(tmp_path / "other")
    call("init", str(other.folder), "--json")
    made = office("backup", str(tmp_path / "copy"))
    assert made.status == 0
    assert set(made.json) == {"folder", "at", "rows", "files", "audit"}
    assert office("backup", str(tmp_path / "copy")).code == "usage"
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


def test_restore_wants_the_daemon_down(office: Office, tmp_path: Path) -> None:
    from disclosure_pipeline.service.lock import DataLock

    office("backup", str(tmp_path / "copy"))
    lock = DataLock(office.workspace.data)
    lock.take()
    try:
        assert office("restore", str(tmp_path / "copy")).code == "locked"
    finally:
        lock.release()


def test_plugins_and_doctor(office: Office) -> None:
    listed: list[dict[str, Any]] = office("plugins").json
    assert {frozenset(item) for item in listed} == {
        frozenset({"name", "version", "state", "provides", "faults"})
    }
    states = {item["name"]: item["state"] for item in listed}
    assert states == {"builtin": "loaded", "notice_board": "disabled", "vehicle_plate": "disabled"}
    answer = office("doctor")
    assert set(answer.json) == {"healthy", "checks"}
    assert {frozenset(item) for item in answer.json["checks"]} == {
        frozenset({"name", "state", "message", "advice"})
    }
    assert {item["name"] for item in answer.json["checks"]} == {
        "config", "folders", "drop_folders", "disk", "store", "held", "backlog", "plugins", "calendars",
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
