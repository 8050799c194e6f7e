"""The command line on a real workspace: documents and people; JSON by exact keys, and refusals."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cli_calls import BODY, MAIL, TITLE, Desk, Office, call

pytest_plugins = ["tests.cli_fixtures"]

MARKED = "机密★5年\n\n关于储备点位的报告\n\n储备点位共三处。"

HEAD_KEYS = {"id", "title", "department", "state", "version", "attribute", "ground"}
SHOW_KEYS = HEAD_KEYS | {
    "parts", "findings", "tiers", "public", "publications", "index_number", "clocks", "faults", "taken_back",
    "duplicate_of", "referral_needed",
}  # fmt: skip
SCREEN_KEYS = {
    "detector", "kind", "severity", "text", "start", "end", "segment", "place", "rule", "article", "suggestion",
    "confidence", "why", "rule_version", "count",
}  # fmt: skip


# ------------------------------------------------------------------------- looking


def test_show_and_list_have_exactly_the_designed_keys(cli_office: Office, cli_published: str) -> None:
    shown = cli_office("show", cli_published).json
    assert set(shown) == SHOW_KEYS
    assert (shown["title"], shown["department"], shown["state"], shown["version"]) == (
        TITLE,
        "办公室",
        "published",
        1,
    )
    assert shown["attribute"] == {"proposed": "proactive", "office": "proactive", "final": "proactive"}
    assert {frozenset(part) for part in shown["parts"]} == {
        frozenset({"name", "media_type", "sha256", "size", "role"})
    }
    assert {frozenset(item) for item in shown["findings"]} == {
        frozenset(SCREEN_KEYS | {"id", "part", "settled", "by", "reason", "treatment"})
    }
    assert [tier["tier"] for tier in shown["tiers"]] == ["secrecy", "first", "second", "final"]
    assert {"tier", "role", "state", "by", "at", "reason"} <= set(shown["tiers"][0])
    assert set(shown["publications"][0]) == {"channel", "state", "address", "attempt", "receipt"}
    assert set(shown["public"][0]) == {"name", "media_type", "sha256", "size"}
    assert {"rule", "start", "due", "provisional", "state"} <= set(shown["clocks"][0])

    (listed,) = [
        item for item in cli_office("list", "--state", "published").json if item["id"] == cli_published
    ]
    assert list(listed) == ["id", "title", "department", "state", "version", "attribute", "ground"]
    assert listed == {key: shown[key] for key in listed}
    assert cli_office("list", "--department", "财政局").json == []


def test_findings_carry_the_ids_that_show_has(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    found = cli_office("findings", case).json
    assert found == cli_office("show", case).json["findings"]
    assert [(item["kind"], item["text"], item["settled"]) for item in found] == [
        ("privacy.email", MAIL, None)
    ]


def test_a_view_is_noted_with_the_account_and_not_in_the_history(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk(carry=False)
    before = cli_office("history", case).json
    cli_office("show", case), cli_office("findings", case)
    store = sqlite3.connect(cli_office.workspace.database)
    views = store.execute(
        "SELECT actor, what FROM access WHERE document = ? ORDER BY seq", (case,)
    ).fetchall()
    assert [what for _, what in views] == ["show", "findings"]
    assert all(actor.startswith("os:") for actor, _ in views)
    assert cli_office("history", case).json == before
    assert [row["action"] for row in before] == ["receive"]


def test_people_read_tables_in_chinese(cli_office: Office, cli_published: str) -> None:
    options = cli_office.options[1:]
    shown = call("show", cli_published, *options)
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
def test_an_unknown_case_is_named_as_such(cli_office: Office, words: tuple[str, ...]) -> None:
    answer = cli_office(*words, "2026-999999")
    assert (answer.status, answer.code) == (4, "not_found")


# -------------------------------------------------------------------------- submit


def test_submit_answers_with_the_case_of_each_path(cli_office: Office) -> None:
    first, second = cli_office.draft("甲.txt", "甲通知"), cli_office.draft("乙.txt", "乙通知")
    single = cli_office("submit", str(first), "--department", "财政局")
    assert single.status == 0
    assert set(single.json) == {"id", "state", "submissions"}
    assert single.json["submissions"] == [
        {
            "path": str(first), "id": single.json["id"], "outcome": "accepted", "first": None, "reason": None,
            "state": "received",
        }
    ]  # fmt: skip
    both = cli_office("submit", str(first), str(second), "--department", "财政局").json
    assert (both["id"], both["state"]) == (None, None)
    assert [(item["outcome"], item["first"]) for item in both["submissions"]] == [
        ("duplicate", single.json["id"]), ("accepted", None),
    ]  # fmt: skip
    assert first.exists(), "the caller keeps the file"


def test_submit_beside_a_missing_path_takes_the_other_and_fails(cli_office: Office) -> None:
    path = cli_office.draft("丙.txt", "丙通知")
    answer = cli_office("submit", str(cli_office.folder / "无.txt"), str(path), "--department", "财政局")
    assert answer.status == 1
    lost, taken = answer.json["submissions"]
    assert (lost["outcome"], lost["error"]["code"], taken["outcome"]) == ("failed", "not_found", "accepted")
    assert (
        cli_office("submit", str(cli_office.folder / "无.txt"), "--department", "财政局").code == "not_found"
    )


def test_submit_waits_and_says_when_nobody_carries_the_case_on(cli_office: Office) -> None:
    path = cli_office.draft("丁.txt", "丁通知")
    answer = cli_office("submit", str(path), "--department", "财政局", "--wait", "--timeout", "0.3")
    assert (answer.status, answer.json["state"]) == (1, "received")
    assert "等待超时" in answer.err


def test_submit_takes_a_chinese_attribute_and_a_proven_clerk(cli_office: Office, cli_desk: Desk) -> None:
    path = cli_office.draft("戊.txt", "戊通知", note="")
    answer = cli_office.as_(
        "田示经", "submit", str(path), "--department", "办公室", "--attribute", "依申请公开"
    )
    cli_desk.hands.carry(answer.json["id"])
    assert cli_office("show", answer.json["id"]).json["attribute"]["proposed"] == "on_request"
    assert cli_office("history", answer.json["id"]).json[0]["actor"] == "田示经"
    assert cli_office("submit", str(path), "--department", "办公室", "--attribute", "随便").code == "usage"
    assert cli_office("submit", str(path), "--department", "无此局").code == "not_found"


# -------------------------------------------------------------------------- decide


def test_a_decision_answers_with_state_and_version(cli_desk: Desk) -> None:
    answer = cli_desk.sign(cli_desk.cleared(case := cli_desk()), "李示密")
    assert answer.json == {"id": case, "state": "in_review", "version": 1}


@pytest.mark.parametrize("token", [None, "", "falsch", "李示密的令牌"])
def test_nobody_decides_without_the_own_token(cli_office: Office, cli_desk: Desk, token: str | None) -> None:
    case = cli_desk()
    answer = cli_office("decide", case, "approve", "--version", "1", "--as", "李示密", token=token)
    assert (answer.status, answer.code) == (5, "bad_token")
    other = cli_office(
        "decide", case, "approve", "--version", "1", "--as", "李示密", token=cli_office.tokens["王示初"]
    )
    assert other.code == "bad_token"
    nobody = cli_office(
        "decide", case, "approve", "--version", "1", "--as", "无此人", token=cli_office.tokens["王示初"]
    )
    assert nobody.code == "bad_token"
    assert cli_office("show", case).json["tiers"][0]["state"] == "open"


def test_an_account_from_the_environment_proves_nothing(
    cli_office: Office, cli_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli_office("user", "add", "胡示登", "--role", "secrecy", "--os-account", "nobody-at-all")
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "nobody-at-all")
    assert cli_office("take-back", cli_desk(), "--as", "胡示登").code == "bad_token"


def test_the_mapped_account_needs_no_token(cli_office: Office, cli_desk: Desk) -> None:
    import os
    import pwd

    account = pwd.getpwuid(os.geteuid()).pw_name
    cli_office("user", "add", "石示本", "--role", "clerk", "--department", "办公室", "--os-account", account)
    case = cli_desk()
    assert cli_office("take-back", case, "--as", "石示本").json == {"id": case, "state": "returned"}
    taken = cli_office("user", "add", "别示人", "--role", "clerk", "--os-account", account)
    assert (taken.status, taken.code) == (2, "account.taken")


def test_refusals_have_their_codes_and_quote_nothing(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    approve = ("decide", case, "approve", "--version")
    answers = {
        "findings_open": cli_office.as_("李示密", *approve, "1"),
        "stale_version": cli_office.as_("李示密", *approve, "7"),
        "wrong_role": cli_office.as_("王示初", *approve, "1"),
        "reason_required": cli_office.as_("李示密", "decide", case, "return", "--version", "1"),
    }
    assert {code: answer.code for code, answer in answers.items()} == {code: code for code in answers}
    for answer in answers.values():
        assert answer.status == 5
        assert TITLE not in answer.text + answer.err
        assert MAIL not in answer.text + answer.err


def test_clear_settles_and_returns_count_and_version(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    (finding,) = cli_office("findings", case).json
    assert cli_office.as_("李示密", "clear", case, finding["id"], "accept").code == "reason_required"
    assert (
        cli_office.as_("王示初", "clear", case, finding["id"], "accept", "--reason", "可").code
        == "wrong_role"
    )
    assert cli_office.as_("李示密", "clear", case, "f0000", "accept", "--reason", "可").code == "not_found"
    assert cli_office.as_("李示密", "clear", case, finding["id"], "accept", "--reason", "可").json == {
        "id": case, "settled": 1, "version": 1,
    }  # fmt: skip
    (settled,) = cli_office("findings", case).json
    assert (settled["settled"], settled["by"], settled["reason"]) == ("accept", "李示密", "可")


def test_clear_masks_by_code_and_opens_again(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    (finding,) = cli_office("findings", case).json
    redact = ("clear", case, finding["id"], "redact", "--treatment", "mask", "--also-same", "--reason")
    assert cli_office.as_("李示密", *redact, "consent").code == "reason_unfit"
    assert cli_office.as_("李示密", *redact, "other").code == "remark_required"
    assert cli_office.as_("李示密", *redact, "other: 个人邮箱").json["settled"] == 1
    (masked,) = cli_office("findings", case).json
    assert (masked["settled"], masked["treatment"], masked["reason"]) == ("redact", "mask", "other: 个人邮箱")
    assert cli_office.as_("王示初", "clear", case, "all", "reopen").code == "wrong_role"
    assert cli_office.as_("李示密", "clear", case, "all", "reopen").json == {
        "id": case,
        "settled": 1,
        "version": 1,
    }
    (opened,) = cli_office("findings", case).json
    assert (opened["settled"], opened["treatment"], opened["reason"]) == (None, None, None)


def test_a_paper_decision_is_recorded_by_an_administrator_with_its_scan(
    cli_office: Office, cli_desk: Desk
) -> None:
    case = cli_desk.cleared(cli_desk())
    scan = cli_office.folder / "签批单.png"
    scan.write_bytes(b"\x89PNG paper")
    approve = ("decide", case, "approve", "--version", "1")
    paper = (*approve, "--recorded-for", "李示密", "--scan", str(scan))
    assert cli_office.as_("管理员", *approve, "--recorded-for", "李示密").code == "usage"
    assert cli_office.as_("李示密", *approve, "--risk", "low").code == "usage"
    assert cli_office.as_("李示密", *approve, "--risk-text", "无不良影响").code == "usage"
    assert cli_office.as_("管理员", *approve, "--scan", str(scan)).code == "usage"
    assert cli_office.as_("王示初", *paper).code == "wrong_role"
    assert cli_office.as_("管理员", *paper[:-1], str(scan) + "x").code == "not_found"
    assert cli_office.as_("管理员", *paper).json["state"] == "in_review"
    tier = cli_office("show", case).json["tiers"][0]
    assert (tier["state"], tier["by"]) == ("approved", "李示密")
    detail = cli_office("history", case).json[-1]["detail"]
    assert detail["recorded_by"] == "管理员"
    with cli_office.core() as core:
        assert core.vault.path(detail["scan"]).read_bytes() == scan.read_bytes()


def test_a_referral_ends_with_the_recorded_answer(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk.cleared(cli_desk())
    cli_desk.sign(case, "李示密")
    assert (
        cli_office.as_("王示初", "decide", case, "refer", "--version", "1", "--reason", "请示").json["state"]
        == "referred"
    )
    scan = cli_office.folder / "复函.png"
    scan.write_bytes(b"reply")
    answer = ("decide", case, "answer", "--version", "1")
    whole = (*answer, "--number", "函〔2026〕1号", "--body", "县保密局", "--scan", str(scan))
    assert cli_office.as_("王示初", *whole).code == "usage"  # no outcome
    assert cli_office.as_("王示初", *answer, "--outcome", "agree").code == "answer_incomplete"
    assert cli_office.as_("李示密", *whole, "--outcome", "agree").code == "wrong_role"
    assert cli_office.as_("王示初", *whole, "--outcome", "agree", "--recorded-for", "王示初").code == "usage"
    assert cli_office.as_("孙示办", *whole, "--outcome", "agree").json["state"] == "in_review"
    assert [tier["state"] for tier in cli_office("show", case).json["tiers"]][:2] == ["approved", "open"]


def test_a_refused_referral_returns_the_draft(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk.cleared(cli_desk())
    cli_office.as_("李示密", "decide", case, "refer", "--version", "1", "--reason", "请示")
    scan = cli_office.folder / "复函2.png"
    scan.write_bytes(b"no")
    words = ("--number", "函2号", "--body", "县保密局", "--scan", str(scan), "--outcome", "refuse")
    assert (
        cli_office.as_("孙示办", "decide", case, "answer", "--version", "1", *words).json["state"]
        == "returned"
    )


# ------------------------------------------------------------------------ ways out


def test_a_clerk_takes_back_and_drops_a_correction(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk()
    assert cli_office.as_("王示初", "take-back", case).code == "wrong_role"
    assert cli_office.as_("田示经", "take-back", case).json == {"id": case, "state": "returned"}
    assert cli_office("show", case).json["taken_back"] is True
    assert cli_desk(BODY + "（更正）", name=f"{case}通知.txt") == case
    assert cli_office("show", case).json["version"] == 2


def test_retry_leads_out_of_attention(cli_office: Office, cli_desk: Desk) -> None:
    path = cli_office.folder / "坏.docx"
    path.write_bytes(b"PK\x03\x04 not a document")
    case = cli_office("submit", str(path), "--department", "办公室", "--attribute", "proactive").json["id"]
    cli_desk.hands.carry(case)
    shown = cli_office("show", case).json
    assert shown["state"] == "attention"
    assert set(shown["faults"][0]) - {"plugin"} == {"code", "stage", "message", "advice", "at"}
    assert cli_office("retry", case).json == {"id": case, "state": "received"}
    assert cli_office("history", case).json[-1]["actor"].startswith("os:")
    assert cli_office("retry", case).code == "refused"


def test_withdraw_recalls_and_needs_role_and_reason(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk.cleared(cli_desk())
    cli_desk.sign(case, "李示密", "王示初", "赵示复", "钟示终")
    assert cli_office.as_("孙示办", "withdraw", case).code == "reason_required"
    assert cli_office.as_("王示初", "withdraw", case, "--reason", "有误").code == "wrong_role"
    assert cli_office.as_("孙示办", "withdraw", case, "--reason", "有误").json == {
        "id": case,
        "state": "withdrawing",
    }
    cli_desk.hands.carry(case)
    assert cli_desk.state(case) == "withdrawn"
    assert {item["state"] for item in cli_office("show", case).json["publications"]} == {"withdrawn"}


def test_quarantine_shows_no_words_and_is_left_by_two_or_by_destruction(
    cli_office: Office, cli_desk: Desk
) -> None:
    case = cli_desk(MARKED, name="储备点位.txt")
    shown = cli_office("show", case)
    assert (shown.json["state"], shown.json["title"], shown.json["parts"][0]["name"]) == (
        "quarantined",
        None,
        None,
    )
    listed = cli_office("quarantine", "list")
    (entry,) = [item for item in listed.json if item["id"] == case]
    assert set(entry) == {
        "id", "department", "at", "rules_version", "folder", "marks", "released_by", "parts",
    }  # fmt: skip
    for answer in (
        shown,
        listed,
        cli_office("findings", case),
        cli_office("history", case),
        cli_office("list"),
    ):
        assert "储备点位" not in answer.text
        assert "机密★" not in answer.text

    release = ("quarantine", "release", case)
    assert cli_office.as_("李示密", *release).code == "reason_required"
    assert cli_office.as_("王示初", *release, "--reason", "误标").code == "not_allowed"
    assert cli_office.as_("李示密", *release, "--reason", "误标").json == {"id": case, "state": "quarantined"}
    assert cli_office.as_("李示密", *release, "--reason", "误标").code == "same_person"
    assert cli_office.as_("孟示密", *release, "--reason", "误标").json == {"id": case, "state": "received"}


def test_a_confirmed_suspicion_is_destroyed(cli_office: Office, cli_desk: Desk) -> None:
    case = cli_desk(MARKED + "另一份")
    note = cli_office.as_("孟示密", "quarantine", "confirm", case, "--reason", "涉密").json
    assert (note["case"], note["files"], note["confirmed_by"]) == (case, 1, "孟示密")
    assert note["copies_may_lie_in"]
    assert cli_office("show", case).json["state"] == "destroyed"
    assert cli_office.as_("孟示密", "quarantine", "confirm", case, "--reason", "涉密").code == "refused"
