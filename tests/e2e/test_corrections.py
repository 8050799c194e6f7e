"""Returned, taken back, corrected: what the clerk reads, and how the corrected file finds its case."""

from __future__ import annotations

import os
import signal

import pytest
from bureau import CHAIN, Bureau, draft, letter, wait_for

MOBILE = "19900000021"


def returned(bureau: Bureau, name: str, title: str) -> str:
    """A case that the first tier has sent back after secrecy had signed it."""
    case = bureau.reviewable(name, draft(title, "原文一段。"))
    bureau.sign(case, "保密甲")
    words = ("decide", case, "return", "--version", "1", "--as", "初审甲", "--reason", "请补充实施时间")
    assert bureau.cli(*words)["state"] == "returned"
    return case


def test_a_returned_draft_comes_back_with_place_and_reason(bureau: Bureau) -> None:
    content = draft("关于公布咨询方式的通知", "第一段没有问题。", f"联系人手机：{MOBILE}。")
    case = bureau.reviewable("咨询方式.txt", content)
    words = ("decide", case, "return", "--version", "1", "--as", "保密甲", "--reason", "请改为办公电话")
    assert bureau.cli(*words) == {"id": case, "state": "returned", "version": 1}
    note = bureau.outbox() / f"{case}_退回说明.html"
    wait_for(note.exists, "the note is delivered")
    text = letter(note)
    (found,) = [item for item in bureau.quick("show", case)["findings"] if item["kind"] == "privacy.mobile"]
    assert "请改为办公电话" in text
    assert MOBILE in text
    assert f"第{found['place']['paragraph']}段" in text
    copy = bureau.outbox() / "退回" / f"{case}_咨询方式.txt"
    assert copy.read_bytes() == content


def by_number(case: str, _name: str) -> dict[str, bytes]:
    return {f"{case}_修改稿.txt": b""}


def by_same_name(_case: str, name: str) -> dict[str, bytes]:
    return {name: b""}


def by_slip(case: str, _name: str) -> dict[str, bytes]:
    return {"改好的文稿.txt.slip.toml": f'case = "{case}"\n'.encode(), "改好的文稿.txt": b""}


@pytest.mark.parametrize("way", [by_number, by_same_name, by_slip])
def test_a_corrected_file_joins_its_case(bureau: Bureau, way: object) -> None:
    name = f"实施办法-{way.__name__}.txt"  # type: ignore[attr-defined]
    title = f"关于实施办法的通知 {way.__name__}"  # type: ignore[attr-defined]
    case = returned(bureau, name, title)
    corrected = draft(title, "原文一段。", "自2027年1月1日起实施。")
    files = {key: value or corrected for key, value in way(case, name).items()}  # type: ignore[operator]
    before = len(bureau.quick("list"))
    for path, content in files.items():
        (bureau.inbox() / path).write_bytes(content)
    assert bureau.received(files.values()) == case
    shown = bureau.wait(case, "in_review")
    assert len(bureau.quick("list")) == before
    assert shown["version"] == 2
    assert [(tier["state"], tier["by"]) for tier in shown["tiers"]] == [("open", None)] * 4
    stale = ("decide", case, "approve", "--version", "1", "--as")
    assert bureau.refused(*stale, "保密甲") == "stale_version"
    assert bureau.refused(*stale, "初审甲") == "stale_version"
    bureau.sign(case, *CHAIN)
    published = bureau.wait(case, "published")
    page = (bureau.workspace.site / address(published)).read_text("utf-8")
    assert "自2027年1月1日起实施" in page


def address(shown: dict[str, object]) -> str:
    publications: list[dict[str, str]] = shown["publications"]  # type: ignore[assignment]
    return next(item["address"] for item in publications if item["channel"] == "builtin.site")


def test_a_file_that_names_a_case_at_work_is_not_guessed(bureau: Bureau) -> None:
    case = bureau.reviewable("在办件.txt", draft("关于在办事项的通知", "内容。"))
    before = len(bureau.quick("list"))
    stray = draft("关于在办事项的通知", "另一份内容。")
    (bureau.inbox() / f"{case}_改稿.txt").write_bytes(stray)
    kept = wait_for(lambda: list(bureau.outbox().rglob(f"*{case}_改稿.txt")), "the file is given back")
    assert [path.read_bytes() for path in kept] == [stray]
    notes = wait_for(lambda: list(bureau.outbox().glob("*未收取说明*.html")), "a note says why")
    assert any(case in letter(note) for note in notes)
    assert len(bureau.quick("list")) == before
    assert bureau.quick("show", case)["version"] == 1


def test_two_returned_cases_of_one_name_are_asked_about(bureau: Bureau) -> None:
    cases = []
    for number in ("一", "二"):
        content = draft(f"关于同名事项之{number}的通知", "内容。")
        cases.append(bureau.drop("同名.txt", content))
    for case in cases:
        bureau.wait(case, "in_review")
        bureau.quick("decide", case, "return", "--version", "1", "--as", "保密甲", "--reason", "请核实")
    before = bureau.quick("list")
    third = draft("关于同名事项的通知", "改后的内容。")
    (bureau.inbox() / "同名.txt").write_bytes(third)
    wait_for(
        lambda: third in [path.read_bytes() for path in bureau.outbox().rglob("*同名.txt")],
        "it is given back",
    )
    assert bureau.quick("list") == before


def test_a_clerk_takes_a_draft_back_before_the_first_signature(bureau: Bureau) -> None:
    title = "关于撤件试验的通知"
    case = bureau.reviewable("撤件试验.txt", draft(title, "初稿。"))
    assert bureau.refused("take-back", case, "--as", "经办丙") == "wrong_role"
    assert bureau.refused("take-back", case, "--as", "初审甲") == "wrong_role"
    assert bureau.cli("take-back", case, "--as", "经办甲") == {"id": case, "state": "returned"}
    assert bureau.quick("show", case)["taken_back"] is True
    wait_for((bureau.outbox() / f"{case}_撤件回执.html").exists, "the clerk gets a receipt")
    words = ("decide", case, "approve", "--version", "1", "--as", "保密甲")
    assert bureau.refused(*words) == "refused"
    assert bureau.drop("撤件试验.txt", draft(title, "改后的稿子。")) == case
    shown = bureau.wait(case, "in_review")
    assert (shown["version"], shown["taken_back"]) == (2, False)


def test_nobody_takes_a_signed_draft_back(bureau: Bureau) -> None:
    case = bureau.reviewable("已签件.txt", draft("关于已签事项的通知", "内容。"))
    bureau.sign(case, "保密甲")
    assert bureau.refused("take-back", case, "--as", "经办甲") == "signed"
    shown = bureau.quick("show", case)
    assert shown["state"] == "in_review"
    assert shown["tiers"][0]["state"] == "approved"


def test_the_final_tier_waits_for_the_frozen_copy(bureau: Bureau) -> None:
    """While no worker runs nothing is frozen, and nobody can sign for something that is not there."""
    case = bureau.reviewable("冻结试验.txt", draft("关于冻结试验的通知", "内容。"))
    bureau.sign(case, "保密甲", "初审甲")
    workers = bureau.workers()
    final = ("decide", case, "approve", "--version", "1", "--as", "终审甲")
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        bureau.quick("decide", case, "approve", "--version", "1", "--as", "复审甲")
        assert bureau.refused(*final) == "not_frozen"
        assert bureau.quick("show", case)["public"] is None
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
    bureau.wait_until_signable(case)
    assert bureau.cli(*final)["state"] in ("approved", "publishing", "published")
    bureau.wait(case, "published")
