"""正式件 through the command line: approved, issued, confirmed by the office, published; and one that was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bureau import CHAIN, Bureau, draft, holding, letter, wait_for

TITLE = "关于公布专项资金安排的通知"
LINES = ("各镇：", "专项资金共300万元。", "联系人手机：19900000021。")
MOBILE = "19900000021"
NUMBER = "示财发〔2026〕18号"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau(tmp_path_factory.mktemp("issued"), plugins=(), settings={"issued_only": "true"})
    made.daemon.start()
    yield made
    assert made.daemon.stop() == 0


def awaited(bureau: Bureau, name: str) -> str:
    """A document that was signed by the whole chain, with a number struck out."""
    case = bureau.reviewable(name, draft(f"{TITLE}（{name[0]}）", *LINES))
    found = [
        item["id"] for item in bureau.quick("show", case)["findings"] if item["kind"] == "privacy.mobile"
    ]
    bureau.quick("clear", case, *found, "redact", "--as", CHAIN[0], "--reason", "个人电话")
    bureau.sign(case, *CHAIN)
    bureau.wait(case, "awaiting_issue")
    return case


def issued(name: str, *lines: str) -> bytes:
    return f"{NUMBER}\n".encode() + draft(f"{TITLE}（{name[0]}）", *lines).replace(
        b"20\xe6\x97\xa5", b"23\xe6\x97\xa5"
    )


def test_the_issued_file_is_confirmed_by_the_office_and_published(bureau: Bureau) -> None:
    case = awaited(bureau, "甲.txt")
    note = bureau.outbox() / f"{case}_待投放正式件.html"
    wait_for(note.exists, "the department is asked")
    assert case in letter(note)
    assert holding(bureau.workspace.site, [TITLE]) == []
    path = bureau.workspace.data.parent / "正式件" / f"{case}.txt"
    path.parent.mkdir()
    path.write_bytes(issued("甲", *LINES))
    taken = bureau.cli("submit", str(path), "--department", "财政局", "--wait")
    assert (taken["id"], taken["state"]) == (case, "in_review")
    shown = bureau.quick("show", case)
    assert [(tier["tier"], tier["role"], tier["state"]) for tier in shown["tiers"]] == [
        ("issue", "office", "open")
    ]
    words = ("decide", case, "approve", "--version", "2", "--as")
    assert bureau.refused(*words, "终审甲") == "wrong_role"
    bureau.wait_until_signable(case)
    bureau.cli(*words, "办公甲")
    published = bureau.wait(case, "published")
    (site,) = [item for item in published["publications"] if item["channel"] == "builtin.site"]
    page = (bureau.workspace.site / site["address"]).read_text("utf-8")
    assert NUMBER in page
    assert "2026年11月23日" in page
    assert holding(bureau.workspace.site, [MOBILE]) == []


def test_one_that_was_changed_is_reviewed_by_the_whole_chain(bureau: Bureau) -> None:
    case = awaited(bureau, "乙.txt")
    content = issued("乙", LINES[0], "专项资金共330万元。", LINES[2])
    assert bureau.drop(f"{case}正式件.txt", content) == case
    shown = bureau.wait(case, "in_review")
    assert [tier["state"] for tier in shown["tiers"]] == ["open"] * 4
    assert bureau.refused("decide", case, "approve", "--version", "2", "--as", "办公甲") == "wrong_role"
    found = [item["id"] for item in shown["findings"] if item["kind"] == "privacy.mobile"]
    bureau.quick("clear", case, *found, "redact", "--as", CHAIN[0], "--reason", "个人电话")
    bureau.sign(case, *CHAIN)
    bureau.wait(case, "published")
    assert holding(bureau.workspace.site, [MOBILE]) == []


def test_what_waits_is_given_back_by_the_office_or_withdrawn(bureau: Bureau) -> None:
    case = awaited(bureau, "丙.txt")
    words = ("decide", case, "return", "--version", "1", "--reason", "暂不公开", "--as")
    assert bureau.refused(*words, "保密甲") == "wrong_role"
    assert bureau.cli(*words, "办公甲")["state"] == "returned"
    other = awaited(bureau, "丁.txt")
    bureau.cli("withdraw", other, "--as", "办公甲", "--reason", "暂不公开")
    bureau.wait(other, "withdrawn")
