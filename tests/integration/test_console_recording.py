"""代录 in the console: a paper with its scan counts as its signer's decision, under the same rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support import (
    ADMIN,
    BROKEN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    PHONE,
    SECOND,
    SECRECY,
    SECRECY_2,
    SECRET,
    Office,
    refused,
)
from web import Seat

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import paper
from disclosure_pipeline.pipeline.decisions import Decision

TODAY = today_in_shanghai()
SCAN = b"%PDF-1.7\nsigned\n%%EOF"
LARGEST = 2 << 20
HOSTILE = "../../磐石<script>\u202efdp.pdf"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    units = [{"departments": [DEPARTMENT]}, {"code": "elsewhere", "name": "别县"}]
    return staffed(unit=units, intake={"max_scan_bytes": LARGEST})


@pytest.fixture
def admin(sit: Callable[[str], Seat]) -> Seat:
    return sit(ADMIN)


def record(
    seat: Seat,
    case: str,
    signer: str,
    verb: str = "approve",
    *,
    scan: bytes | None = SCAN,
    name: str = "签批单.pdf",
    **typed: Any,
) -> None:
    """Fill the form of a case and send it."""
    seat.get(f"/documents/{case}/record")
    values = {
        "version": "".join(seat.page.xpath("//input[@name='version']/@value")), "signer": signer, "verb": verb,
        "signed_on": TODAY.isoformat(), **typed,
    }  # fmt: skip
    files = [] if scan is None else [("scan", (name, scan, "application/pdf"))]
    seat.post(f"/documents/{case}/record", values, files or [("scan", ("", b"", "application/pdf"))])


def kept(office: Office) -> list[tuple[Any, ...]]:
    return office.query("SELECT detail FROM audit WHERE action = 'scan.kept'")


def signers(office: Office, case: str) -> list[str | None]:
    return [by for _, _, by in office.tiers(case)]


def test_the_whole_chain_of_one_paper_is_recorded(office: Office, admin: Seat) -> None:
    case = office.reviewed("关于冬季养老服务补贴发放的通知")
    admin.get("/record")
    admin.press("//main//form", case=case)
    assert admin.path == f"/documents/{case}/record"
    for name in (SECRECY, FIRST, SECOND):
        assert admin.page.xpath("//select[@name='signer']/option[@value!='']/@value") in (
            [name], [SECRECY, SECRECY_2],
        )  # fmt: skip
        record(admin, case, name)
        assert (admin.status, admin.refusal, "已代录" in admin.words) == (200, "", True)
    office.work()
    record(admin, case, FINAL, reason="同意公开")
    assert admin.refusal == ""
    assert "本件现在没有待签的环节" in admin.words
    assert signers(office, case) == [SECRECY, FIRST, SECOND, FINAL]
    rows = office.query(
        'SELECT "by", recorded_by, signed_on, scan FROM decision WHERE document = :d ORDER BY seq', d=case
    )
    digest = hashlib.sha256(SCAN).hexdigest()
    assert rows == [(name, ADMIN, TODAY.isoformat(), digest) for name in (SECRECY, FIRST, SECOND, FINAL)]
    assert office.core.vault.path(digest).read_bytes() == SCAN
    told = [
        json.loads(detail) for (detail,) in office.query("SELECT detail FROM audit WHERE action = 'sign'")
    ]
    assert {(item["recorded_by"], item["signed_on"]) for item in told} == {(ADMIN, TODAY.isoformat())}
    office.chain_holds()


def test_whoever_records_sees_the_head_and_no_text(office: Office, admin: Seat) -> None:
    case = office.reviewed("关于补贴的通知<script>x</script>", f"{SECRET}，联系电话{PHONE}。")
    admin.get(f"/documents/{case}")
    (link,) = admin.page.xpath("//a[contains(@href, '/record')][contains(@href, '/documents/')]/@href")
    admin.get(link.removeprefix("/console"))
    assert "关于补贴的通知<script>x</script>" in admin.words
    assert admin.page.xpath("//script[not(@src)]") == []
    assert (PHONE in admin.text, SECRET in admin.text) == (False, False)


def test_only_administrators_of_the_unit_record(office: Office, sit: Callable[[str], Seat]) -> None:
    case = office.reviewed("关于磐石小区的通知")
    office.hire("远管员", Role.ADMIN, unit="elsewhere")
    for name, status in ((CLERK, 403), (OFFICE, 403), (SECRECY, 403), ("远管员", 404)):
        seat = sit(name)
        seat.get("/account")
        token = seat.token
        record(seat, case, SECRECY)
        seat.post(f"/documents/{case}/record", {"signer": SECRECY}, [("scan", ("a.pdf", SCAN))], token=token)
        assert seat.status == status
        seat.get(f"/documents/{case}/record")
        assert (seat.status, "磐石" in seat.text) == (status, False)
    for by, code in ((OFFICE, "wrong_role"), ("远管员", "not_found")):
        wish = Decision(Verb.APPROVE, 1, SECRECY)
        assert refused(lambda by=by, wish=wish: paper.record(office.core, case, wish, SCAN, by=by)) == code
    assert (signers(office, case), kept(office)) == ([None] * 4, [])


@pytest.mark.parametrize(
    ("signer", "typed", "said"),
    [
        (FINAL, {}, "所需的角色不符"),
        ("没有此人", {}, "没有这一项"),
        ("", {}, "请选择签署人"),
        (SECRECY, {"verb": "answer"}, "请选择同意"),
        (SECRECY, {"verb": "return"}, "须填写理由"),
        (SECRECY, {"verb": "withhold", "reason": "涉及内部事务"}, "须选择法定依据"),
        (SECRECY, {"signed_on": ""}, "请填写签批单上的签署日期"),
        (SECRECY, {"signed_on": "昨天"}, "日期不正确"),
        (SECRECY, {"signed_on": (TODAY + timedelta(days=1)).isoformat()}, "不能晚于今天"),
        (SECRECY, {"signed_on": (TODAY - timedelta(days=1)).isoformat()}, "早于本版本送审的日期"),
        (SECRECY, {"version": "7"}, "文件已有新版本"),
        (SECRECY, {"meeting": "议" * 101}, "会议文号最多 100 个字符"),
        (SECRECY, {"scan": None}, "须上传签字原件"),
        (SECRECY, {"scan": b"<html><script>alert(1)</script>"}, "这不是可以留存的扫描件"),
        (SECRECY, {"scan": SCAN + b" " * LARGEST}, "扫描件太大"),
        (SECRECY, {"scan": b""}, "没有这一项"),
    ],
)
def test_a_refused_paper_leaves_nothing_but_what_was_typed(
    office: Office, admin: Seat, signer: str, typed: dict[str, Any], said: str
) -> None:
    case = office.reviewed()
    remark = f"依据{SECRET}<b>"
    record(admin, case, signer, **{"meeting": "x", "reason": "" if "须填写理由" in said else remark, **typed})
    assert (admin.status >= 400, said in admin.refusal) == (True, True), admin.refusal
    assert (signers(office, case), kept(office)) == ([None] * 4, [])
    assert list(office.core.workspace.spool.glob("scan-*")) == []
    (words,) = admin.page.xpath("//textarea[@name='reason']")
    assert (words.text or "").strip() == typed.get("reason", "" if "须填写理由" in said else remark)
    chosen = admin.page.xpath("//select[@name='signer']/option[@selected]/@value")
    assert chosen == ([signer] if signer == SECRECY else [])


def test_pressing_twice_signs_once(office: Office, admin: Seat) -> None:
    case = office.reviewed()
    admin.get(f"/documents/{case}/record")
    values = {"version": "1", "signer": SECRECY, "verb": "approve", "signed_on": TODAY.isoformat()}
    for _ in range(2):
        admin.post(f"/documents/{case}/record", values, [("scan", ("签批单.pdf", SCAN))])
    assert (admin.status, admin.refusal != "") == (403, True)
    assert signers(office, case) == [SECRECY, None, None, None]
    assert len(kept(office)) == 1


def test_a_drafter_who_signed_on_paper_is_refused_too(office: Office, admin: Seat) -> None:
    office.hire(CLERK, Role.SECRECY)
    case = office.reviewed(by=CLERK)
    record(admin, case, CLERK)
    assert (admin.status, "拟稿一方" in admin.refusal) == (403, True)
    assert kept(office) == []


def test_the_name_of_the_scan_goes_nowhere(office: Office, admin: Seat) -> None:
    case = office.reviewed()
    record(admin, case, SECRECY, name=HOSTILE)
    assert admin.refusal == ""
    assert "磐石" not in str(office.query("SELECT * FROM decision")) + str(kept(office))
    assert not [path for path in office.folder.rglob("*") if "磐石" in path.name]


def test_a_paper_returns_what_was_set_aside(office: Office, admin: Seat) -> None:
    case = office.hand_in(raw=BROKEN, name="坏.docx").case
    office.work()
    assert office.state(case) is State.ATTENTION
    admin.get(f"/documents/{case}/record")
    assert admin.page.xpath("//input[@name='verb']/@value") == ["return"]
    assert FINAL not in admin.page.xpath("//select[@name='signer']/option/@value")
    record(admin, case, OFFICE, "return", reason="文件打不开，请重交")
    assert (admin.refusal, office.state(case)) == ("", State.RETURNED)
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'give_back'")
    told = json.loads(detail)
    assert (told["recorded_by"], told["signed_on"]) == (ADMIN, TODAY.isoformat())


def test_a_number_that_is_none_is_asked_again(office: Office, admin: Seat) -> None:
    admin.get("/record", case="2026-999999<b>")
    assert (admin.status, "没有这一项" in admin.refusal) == (404, True)
    assert admin.page.xpath("//input[@name='case']/@value") == ["2026-999999<b>"]
    sealed = office.hand_in("磐石计划", "机密★10年\n甲号库").case
    office.work()
    admin.get("/record", case=sealed)
    assert (admin.status, "磐石" in admin.text) == (404, False)
