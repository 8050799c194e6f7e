"""Drops that are not as they should be: what is taken, what is refused with a note, what waits."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import docx
import pytest
from bureau import Bureau, draft, holding, letter, wait_for

DEPARTMENT = "民政局"
OUTSIDE = "不属于本部门的机密钥匙"
"""Text of a file outside the drop folder, which a link leads to."""


@pytest.fixture(autouse=True)
def _own_department(bureau: Bureau) -> None:
    bureau.inbox(DEPARTMENT).mkdir(parents=True, exist_ok=True)


def notes(bureau: Bureau) -> dict[Path, str]:
    return {path: letter(path) for path in bureau.outbox(DEPARTMENT).rglob("*未收取说明*.html")}


def told_anew(bureau: Bureau, before: dict[Path, str]) -> str:
    """The text of the note that came since."""
    fresh = wait_for(lambda: set(notes(bureau)) - set(before), "a note says why")
    return " ".join(letter(path) for path in fresh)


def settle() -> None:
    """Long enough for a drop to be taken, had it been one."""
    time.sleep(3.0)


def test_a_link_is_never_followed(bureau: Bureau, tmp_path: Path) -> None:
    target = tmp_path / "外部文件.txt"
    target.write_bytes(draft("外部文件", OUTSIDE))
    before, count = notes(bureau), len(bureau.quick("list"))
    link = bureau.inbox(DEPARTMENT) / "链接.txt"
    link.symlink_to(target)
    assert "链接" in told_anew(bureau, before)
    settle()
    assert link.is_symlink()
    assert target.exists()
    assert len(bureau.quick("list")) == count
    assert holding(bureau.workspace.data, [OUTSIDE]) == []
    link.unlink()


def test_a_folder_with_a_link_is_refused_whole(bureau: Bureau, tmp_path: Path) -> None:
    target = tmp_path / "外部文件.txt"
    target.write_bytes(draft("外部文件", OUTSIDE))
    inside = draft("关于夹带链接的通知", "这一份本身没有问题。")
    before, count = notes(bureau), len(bureau.quick("list"))
    folder = bureau.inbox(DEPARTMENT) / "夹带链接"
    folder.mkdir()
    (folder / "链接.txt").symlink_to(target)
    (folder / "正文.txt").write_bytes(inside)
    told_anew(bureau, before)
    settle()
    assert (folder / "正文.txt").read_bytes() == inside
    assert len(bureau.quick("list")) == count
    assert holding(bureau.workspace.vault, [OUTSIDE, "这一份本身没有问题"]) == []
    (folder / "链接.txt").unlink()
    case = bureau.received([inside])
    assert bureau.wait(case, "in_review")["title"] == "关于夹带链接的通知"


def test_a_pipe_is_not_waited_for(bureau: Bureau) -> None:
    before = notes(bureau)
    pipe = bureau.inbox(DEPARTMENT) / "管道.txt"
    os.mkfifo(pipe)
    told_anew(bureau, before)
    bureau.reviewable("管道之后.txt", draft("关于管道之后的通知", "照常收件。"), department=DEPARTMENT)
    pipe.unlink()


def test_a_growing_file_is_taken_when_it_is_whole(bureau: Bureau) -> None:
    count = len(bureau.quick("list"))
    path = bureau.inbox(DEPARTMENT) / "慢慢拷贝.txt"
    content = draft("关于慢慢拷贝的通知", *(f"第{number}段。" for number in range(40)))
    step = len(content) // 8
    with path.open("wb") as stream:
        for start in range(0, len(content), step):
            stream.write(content[start : start + step])
            stream.flush()
            time.sleep(0.15)
            assert len(bureau.quick("list")) == count
    case = bureau.received([content])
    assert len(bureau.quick("list")) == count + 1
    assert bureau.wait(case, "in_review")["parts"][0]["size"] == len(content)


@pytest.mark.parametrize("name", ["~$草稿.docx", ".~草稿.docx", "草稿.docx.tmp", "草稿.part", "Thumbs.db"])
def test_rests_of_programs_are_never_taken(bureau: Bureau, name: str) -> None:
    count = len(bureau.quick("list"))
    path = bureau.inbox(DEPARTMENT) / name
    path.write_bytes(draft("关于残留文件的通知", name))
    time.sleep(1.5)
    assert path.exists()
    assert len(bureau.quick("list")) == count
    path.unlink()


def test_an_empty_file_ends_with_a_person(bureau: Bureau) -> None:
    """Explorer makes an empty file first: it waits longer, then nobody guesses what it was to be."""
    path = bureau.inbox(DEPARTMENT) / "主动公开" / "空文件.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    case = bureau.received([b""])
    shown = wait_for(lambda: _rested(bureau, case), "it rests")
    assert shown["state"] in ("attention", "in_review")
    if shown["state"] == "in_review":
        assert {item["kind"] for item in shown["findings"]} & {"check.undetermined"}
        words = ("decide", case, "approve", "--version", "1", "--as", "保密甲")
        assert bureau.refused(*words) == "findings_open"


def _rested(bureau: Bureau, case: str) -> object:
    shown = bureau.quick("show", case)
    return shown if shown["state"] in ("attention", "in_review", "returned") else None


def test_a_name_in_gbk_is_read_and_shown(bureau: Bureau) -> None:
    content = draft("关于旧式文件名的通知", "文件名为旧编码。")
    name = "民政局旧编码文件名.txt".encode("gbk")
    folder = os.fsencode(bureau.inbox(DEPARTMENT))
    with open(os.path.join(folder, name), "wb") as stream:  # noqa: PTH118, PTH123 -- the name is no text
        stream.write(content)
    case = bureau.received([content])
    shown = bureau.wait(case, "in_review")
    assert [part["name"] for part in shown["parts"]] == ["民政局旧编码文件名.txt"]
    assert os.listdir(folder) == [item for item in os.listdir(folder) if item != name]  # noqa: PTH208


def test_control_characters_in_a_name_forge_nothing(bureau: Bureau) -> None:
    content = draft("关于怪异文件名的通知", "内容。")
    case = bureau.drop("怪\u202e异\n名\x1b[31m.txt", content, department=DEPARTMENT)
    shown = bureau.wait(case, "in_review")
    (name,) = [part["name"] for part in shown["parts"]]
    assert not set(name) & set("\u202e\n\x1b")
    assert "怪" in name


def test_the_same_bytes_again_are_a_duplicate_that_names_the_first(bureau: Bureau) -> None:
    content = draft("关于重复报送的通知", "同样的内容。")
    first = bureau.reviewable("头一次.txt", content, department=DEPARTMENT)
    (bureau.inbox(DEPARTMENT) / "第二次.txt").write_bytes(content)

    def second() -> object:
        return [item["id"] for item in bureau.quick("list") if item["state"] == "duplicate"]

    (case,) = wait_for(second, "the second is known as a duplicate")
    assert bureau.quick("show", case)["duplicate_of"] == first
    receipt = bureau.outbox(DEPARTMENT) / f"{case}_收件回执.html"
    wait_for(receipt.exists, "the clerk is told")
    assert first in letter(receipt)
    assert bureau.quick("show", first)["state"] == "in_review"


def test_a_second_drop_while_the_first_is_in_work(bureau: Bureau) -> None:
    """The same name with other bytes, twice in a row: two cases, and no byte of either is lost."""
    path = bureau.inbox(DEPARTMENT) / "接连投递.txt"
    contents = [draft(f"关于接连投递之{number}的通知", f"第{number}份。") for number in ("一", "二")]
    path.write_bytes(contents[0])
    wait_for(lambda: not path.exists(), "the first is taken")
    path.write_bytes(contents[1])
    cases = [bureau.received([content]) for content in contents]
    assert len(set(cases)) == 2
    titles = [bureau.wait(case, "in_review")["title"] for case in cases]
    assert titles == ["关于接连投递之一的通知", "关于接连投递之二的通知"]


def test_a_department_is_opened_by_making_its_folder(bureau: Bureau) -> None:
    content = draft("关于新设部门的通知", "内容。")
    bureau.inbox("应急管理局").mkdir()
    case = bureau.reviewable("新部门.txt", content, department="应急管理局")
    assert bureau.quick("show", case)["department"] == "应急管理局"
    wait_for((bureau.outbox("应急管理局") / f"{case}_收件回执.html").exists, "a receipt lies there")


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\nnothing follows", b"PK\x05\x06" + bytes(18), os.urandom(2000)],
    ids=["pdf", "zip", "noise"],
)
def test_what_nobody_can_read_goes_to_a_person(bureau: Bureau, content: bytes) -> None:
    name = {b"%": "残缺.pdf", b"P": "空包.docx"}.get(content[:1], "乱码.xlsx")
    case = bureau.drop(f"主动公开/{name}", content, department=DEPARTMENT)
    shown = bureau.wait(case, "attention")
    assert shown["faults"]
    assert all(fault["code"] and fault["advice"] for fault in shown["faults"])


def test_a_locked_office_file_waits_until_it_is_closed(bureau: Bureau) -> None:
    document = docx.Document()
    for text in ("关于仍在编辑的通知", "内容。", "（此件公开发布）"):
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    lock = bureau.inbox(DEPARTMENT) / "~$在编辑.docx"
    lock.write_bytes(b"owner")
    count = len(bureau.quick("list"))
    path = bureau.inbox(DEPARTMENT) / "仍在编辑.docx"
    path.write_bytes(stream.getvalue())
    time.sleep(2.0)
    assert path.exists()
    assert len(bureau.quick("list")) == count
    lock.unlink()
    bureau.wait(bureau.received([stream.getvalue()]), "in_review")
