"""运维 in the console: what is wrong first, each with what to do; failed work tried again or given up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from given_up import work_given_up
from support import (
    ADMIN,
    BROKEN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    OTHER_DEPARTMENT,
    PHONE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
)
from web import Seat

from disclosure_pipeline.console.operations import ALARMS, CURES
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import alarms, backup, leases, operations
from disclosure_pipeline.store import people

SITE = "builtin.site"
UNITS = {"unit": [{"departments": [DEPARTMENT, OTHER_DEPARTMENT]}, {"code": "elsewhere", "name": "别县"}]}
HOSTILE = "关于补贴的通知<script>x</script>\u202etxt"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    made = staffed(**UNITS)
    made.hire("远管员", Role.ADMIN, unit="elsewhere")
    return made


@pytest.fixture
def admin(sit: Callable[[str], Seat]) -> Seat:
    return sit(ADMIN)


def stuck(office: Office, title: str | None = None, body: str = "补贴按月发放。") -> str:
    """A document that one channel does not take."""
    case = office.reviewed(title, body)
    office.sign(case, *SIGNERS)
    office.sql("UPDATE document SET state = 'publishing' WHERE id = :d", d=case)
    office.sql(
        "UPDATE publication SET state = 'failed', attempt = 3 WHERE document = :d AND channel = :c",
        d=case,
        c=SITE,
    )
    return case


def board(office: Office) -> operations.Board:
    with office.core.database.read() as connection:
        person = people.get(connection, ADMIN)
    return operations.board(office.core, person, "default")


def codes(found: operations.Board, today: date = date(2026, 6, 1)) -> list[str]:
    return [item.code for item in alarms.alarms(found, today)]


# ------------------------------------------------------------------------ what is told


def test_every_alarm_says_what_to_do() -> None:
    assert set(ALARMS) == set(alarms.CODES)
    assert all(what and cure for what, cure in ALARMS.values())
    assert all(CURES.values())


def test_a_calm_office_says_so(office: Office, admin: Seat, tmp_path: Path) -> None:
    leases.register_worker(office.core, host="主机<b>", pid=4711)
    backup.backup(office.core, tmp_path / "copy")
    found = replace(board(office), years=(2026, 2027), disk_free=1 << 40)
    assert codes(found, date(2026, 12, 1)) == []
    admin.get("/operations")
    assert admin.status == 200
    assert "主机<b>" in admin.words
    assert "需人工处理的文件" not in admin.words
    assert board(office).rules_version in admin.words


def test_what_is_wrong_is_told_gravest_first(office: Office) -> None:
    calm = replace(board(office), years=(2026,), disk_free=1 << 40)
    assert codes(calm) == ["workers", "backup_none"]
    assert codes(calm, date(2026, 11, 1)) == ["workers", "calendar", "backup_none"]
    queue = operations.QueueState("intake", 3, 601.0, None)
    bad = replace(
        calm, missing_detectors=("builtin.mobile",), held="2026-01-01", disk_free=1 << 20, incidents=2, letters=1,
        queues=(queue, replace(queue, name="publish", oldest=599.0)), last_backup="2026-01-01T00:00:00.000000Z",
        proposed=1, rescreening=True,
    )  # fmt: skip
    found = alarms.alarms(bad, date(2026, 6, 1))
    assert [item.code for item in found] == [
        "workers", "detectors", "held", "disk", "incidents", "late", "letters", "backup_old", "proposed", "rescreening",
    ]  # fmt: skip
    assert [item.grave for item in found] == [True] * 5 + [False] * 5
    assert codes(replace(calm, disk_free=3 << 30)) == ["workers", "disk_soon", "backup_none"]


def test_numbers_and_names_stand_in_the_words(office: Office, admin: Seat) -> None:
    office.sql("INSERT INTO meta (key, value) VALUES ('readiness', 'builtin.mobile')")
    office.sql(
        "INSERT INTO worker (id, host, pid, started_at, beat_at) VALUES ('w', 'h', 1, :at, :at)",
        at="2026-01-01T00:00:00.000000Z",
    )
    office.hand_in()
    office.sql("UPDATE document SET work_at = '2026-01-01T00:00:00.000000Z'")
    admin.get("/operations")
    assert "没有工作进程在运行" in admin.words
    assert "缺少必需的检测器：builtin.mobile" in admin.words
    assert re.search(r"队列“收件处理”中最早的工作已等待 \d+ 分钟", admin.words)
    assert "%(" not in admin.text


# ------------------------------------------------------------------------ who sees and acts


def test_titles_show_as_text_and_no_text_of_a_document_is_here(office: Office, admin: Seat) -> None:
    case = stuck(office, HOSTILE, f"咨询电话{PHONE[:3]}。")
    admin.get("/operations")
    assert admin.page.xpath("//script[not(@src)]") == []
    assert "<script>x</script>" in admin.words
    assert "\u202e" not in admin.text
    assert "咨询电话" not in admin.text
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :d", d=case)
    admin.get("/operations")
    assert (case in admin.words, "补贴" in admin.text) == (True, False)


def test_others_see_and_do_nothing(office: Office, sit: Callable[[str], Seat]) -> None:
    case = stuck(office, "关于磐石小区的通知")
    for name in (CLERK, FIRST, SECRECY):
        seat = sit(name)
        seat.get("/account")
        for path in ("/operations", "/operations/plugins"):
            seat.get(path)
            assert (seat.status, "磐石" in seat.text) == (403, False)
        for act in ("retry", "cancel", "engine"):
            seat.post(f"/operations/{act}", {"case": case, "channel": SITE, "reason": "坏了", "key": "x"})
            assert (seat.status, "磐石" in seat.text) == (403, False)
    foreign = sit("远管员")
    foreign.get("/people")
    for act in ("retry", "cancel"):
        foreign.post(f"/operations/{act}", {"case": case, "channel": SITE, "reason": "坏了"})
        assert (foreign.status, "磐石" in foreign.text) == (404, False)
    assert office.channels(case)["site"] == "failed"


def test_an_office_sees_its_own_unit(office: Office, admin: Seat) -> None:
    stuck(office, "关于磐石小区的通知")
    office.sql("UPDATE document SET unit = 'elsewhere'")
    admin.get("/operations", unit="elsewhere")
    assert (admin.status, "磐石" in admin.text) == (200, False)


# ------------------------------------------------------------------------ what is done


def test_a_publication_is_tried_again(office: Office, sit: Callable[[str], Seat]) -> None:
    case = stuck(office)
    seat = sit(OFFICE)
    seat.get("/operations")
    assert "1 项发布失败或待核实" in seat.words
    retry = "//tr[starts-with(@id, 'stuck-')]//form[contains(@action, '/retry')]"
    seat.press(retry)
    assert (seat.path, "已重新安排" in seat.words, seat.page.xpath(retry)) == ("/operations", True, [])
    office.work()
    assert (office.state(case), office.channels(case)["site"]) == (State.PUBLISHED, "done")


def test_a_document_is_tried_again_once(office: Office, admin: Seat) -> None:
    case = office.hand_in(raw=BROKEN, name="坏.docx").case
    office.work()
    admin.get("/operations")
    (cause,) = admin.page.xpath("//tr[starts-with(@id, 'attention-')]/td[3]")
    assert re.search(r"[\u4e00-\u9fff]", str(cause.text_content()))
    admin.press("//tr[starts-with(@id, 'attention-')]//form[contains(@action, '/retry')]")
    assert (admin.refusal, office.state(case)) == ("", State.RECEIVED)
    admin.post("/operations/retry", {"unit": "default", "case": case})
    assert (admin.status, admin.refusal != "") == (409, True)
    admin.post("/operations/retry", {"unit": "default", "case": "2026-999999"})
    assert admin.status == 404


def test_giving_a_channel_up_wants_a_reason_and_another_channel(office: Office, admin: Seat) -> None:
    case = stuck(office)
    admin.get("/operations")
    cancel = "//tr[starts-with(@id, 'stuck-')]//form[contains(@action, '/cancel')]"
    admin.press(cancel, reason=" ")
    assert "须填写理由" in admin.refusal
    admin.press(cancel, reason="渠道<b>停用")
    assert (admin.status, "不能放弃" in admin.refusal) == (409, True)
    assert admin.page.xpath(f"{cancel}//input[@name='reason']/@value") == ["渠道<b>停用"]
    assert len(admin.page.xpath("//tr[starts-with(@id, 'stuck-')]//details[@open]")) == 1
    assert office.channels(case)["site"] == "failed"
    assert "channel.cancelled" not in office.steps(case)


def test_the_engine_looks_again_only_for_administrators(
    office: Office, admin: Seat, sit: Callable[[str], Seat]
) -> None:
    seat = sit(OFFICE)
    assert [office.hand_in().case for _ in range(2)] == ["2026-000001", "2026-000002"]
    with work_given_up(office):
        seat.get("/operations")
        assert "由系统管理员处理" in seat.words
        assert seat.page.xpath("//form[contains(@action, '/engine')]") == []
        admin.get("/operations")
        assert "引擎放弃了 2 项工作" in admin.words
        admin.press("//tr[@id='dead-1']//form")
        assert (admin.status, "没有执行任何操作" in admin.refusal) == (400, True)
        assert "引擎放弃了 2 项工作" in admin.words
        admin.press("//tr[@id='dead-1']//form", "revive")
        assert (admin.refusal, "引擎放弃了 1 项工作" in admin.words) == ("", True)
        (left,) = admin.page.xpath("//tr[@id='dead-1']//input[@name='key']/@value")
        admin.press("//tr[@id='dead-1']//form", "drop")
        assert (admin.refusal, "引擎放弃了" in admin.words) == ("", False)
        admin.post("/operations/engine", {"unit": "default", "key": left, "do": "drop"})
        assert admin.status == 404
    acts = office.query("SELECT action, actor FROM audit WHERE action LIKE 'engine.%' ORDER BY seq")
    assert acts == [("engine.retried", ADMIN), ("engine.cancelled", ADMIN)]


def test_plugins_are_shown_with_their_state(office: Office, admin: Seat) -> None:
    admin.get("/operations/plugins")
    assert (admin.status, "builtin" in admin.words, "正常" in admin.words) == (200, True, True)


def test_signers_of_a_document_are_none_of_this(office: Office, sit: Callable[[str], Seat]) -> None:
    for name in (SECOND, FINAL):
        seat = sit(name)
        seat.get("/account")
        assert "运维" not in seat.words
