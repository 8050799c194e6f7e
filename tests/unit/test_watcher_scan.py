"""One look at a drop folder."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from disclosure_pipeline.service.watcher.scan import Entry, ScanRules, examine, scan
from disclosure_pipeline.settings.models import IntakeSettings

RULES = ScanRules(IntakeSettings(max_bytes=1000, max_files=5))


def one(folder: Path) -> Entry:
    (entry,) = scan(folder, RULES).values()
    return entry


def test_files_folders_slips_and_attribute_folders(tmp_path: Path) -> None:
    (tmp_path / "通知.docx").write_bytes(b"1")
    (tmp_path / "通知.docx.slip.toml").write_bytes(b"2")
    (tmp_path / "折子" / "附件").mkdir(parents=True)
    (tmp_path / "折子" / "正文.docx").write_bytes(b"3")
    (tmp_path / "折子" / "附件" / "一.xlsx").write_bytes(b"4")
    (tmp_path / "折子" / "Thumbs.db").write_bytes(b"5")
    (tmp_path / "主动公开").mkdir()
    (tmp_path / "主动公开" / "公告.txt").write_bytes(b"6")
    (tmp_path / "依申请公开").mkdir()
    (tmp_path / "新建文件夹").mkdir()
    (tmp_path / "~$别的.docx").write_bytes(b"7")
    (tmp_path / ".disclosure-claims").mkdir()
    (tmp_path / ".disclosure-claims" / "x").write_bytes(b"8")
    found = scan(tmp_path, RULES)
    assert {key: [file.relative for file in entry.files] for key, entry in found.items()} == {
        "通知.docx": ["通知.docx", "通知.docx.slip.toml"],
        "折子": ["折子/正文.docx", "折子/附件/一.xlsx"],
        "主动公开/公告.txt": ["主动公开/公告.txt"],
    }
    assert {key: (entry.attribute, entry.is_folder, entry.look.hold, entry.problem) for key, entry in
            found.items()} == {
        "通知.docx": ("", False, "", ""), "折子": ("", True, "", ""), "主动公开/公告.txt": ("主动公开", False, "", ""),
    }  # fmt: skip
    assert found["折子"].look.quiet == 3.0
    assert found["通知.docx"].look.quiet == 1.0


def test_the_claims_folder_is_never_a_drop_whatever_the_ignore_list(tmp_path: Path) -> None:
    (tmp_path / ".disclosure-claims" / "x").mkdir(parents=True)
    (tmp_path / ".disclosure-claims" / "x" / "secret.docx").write_bytes(b"1")
    assert scan(tmp_path, ScanRules(IntakeSettings(ignore=()))) == {}


def test_holds(tmp_path: Path) -> None:
    cases = {
        "打开的文件.docx": ("~$的文件.docx", "drop.locked"),
        "孤单.docx.slip.toml": (None, "drop.slip_alone"),
        "slip.toml": (None, "drop.slip_alone"),
    }
    for name, (lock, _) in cases.items():
        (tmp_path / name).write_bytes(b"1")
        if lock:
            (tmp_path / lock).write_bytes(b"1")
    for name, other, _ in (
        ("甲", "正文.docx.part", ""),
        ("乙", ".正文.docx.tmp", ""),
        ("丙", "~$文.docx", ""),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "正文.docx").write_bytes(b"1")
        (tmp_path / name / other).write_bytes(b"1")
    assert {key: entry.look.hold for key, entry in scan(tmp_path, RULES).items()} == {
        **{name: hold for name, (_, hold) in cases.items()},
        "甲": "drop.unfinished", "乙": "drop.unfinished", "丙": "drop.locked",
    }  # fmt: skip


def test_quiet_times(tmp_path: Path) -> None:
    (tmp_path / "empty.docx").touch()
    (tmp_path / "ready").mkdir()
    (tmp_path / "ready" / "a.txt").write_bytes(b"1")
    (tmp_path / "ready" / ".ready").touch()
    assert {key: entry.look.quiet for key, entry in scan(tmp_path, RULES).items()} == {
        "empty.docx": 10.0, "ready": 1.0,
    }  # fmt: skip


def _link(folder: Path) -> None:
    (folder / "a.docx").symlink_to("/etc/hostname")


def _link_to_folder(folder: Path) -> None:
    (folder / "a").symlink_to("/etc")


def _hidden_link(folder: Path) -> None:
    (folder / ".a").symlink_to("/etc/hostname")


def _hard_link(folder: Path) -> None:
    secret = folder.parent.parent / "outside"
    secret.write_bytes(b"1")
    os.link(secret, folder / "a.docx")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "a.docx")


def _socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # socket paths are short
    try:
        socket.socket(socket.AF_UNIX).bind("a.docx")
    finally:
        os.chdir(here)


def _large(folder: Path) -> None:
    (folder / "a.docx").write_bytes(b"1" * 1001)


def _many(folder: Path) -> None:
    for number in range(6):
        (folder / f"{number}.txt").write_bytes(b"1")


def _deep(folder: Path) -> None:
    (folder / Path(*["d"] * 40)).mkdir(parents=True)


def _hollow(folder: Path) -> None:
    for number in range(101):
        (folder / str(number)).mkdir()


@pytest.mark.parametrize(
    ("make", "code"),
    [(_link, "drop.link"), (_link_to_folder, "drop.link"), (_hidden_link, "drop.link"),
     (_hard_link, "drop.hard_link"), (_pipe, "drop.special"), (_socket, "drop.special"),
     (_large, "drop.too_large"), (_many, "drop.too_many_files"), (_deep, "drop.too_deep"),
     (_hollow, "drop.too_many_files")],
)  # fmt: skip
def test_problems_of_folders(tmp_path: Path, make: object, code: str) -> None:
    folder = tmp_path / "drop" / "折子"
    folder.mkdir(parents=True)
    make(folder)  # type: ignore[operator]
    (folder / "zz 正文.docx").write_bytes(b"a good file beside it")
    entry = one(folder.parent)
    assert (entry.key, entry.problem, entry.look.hold) == ("折子", code, "")


@pytest.mark.parametrize("make", [_link, _hard_link, _pipe])
def test_problems_of_single_files(tmp_path: Path, make: object) -> None:
    folder = tmp_path / "a" / "drop"
    folder.mkdir(parents=True)
    make(folder)  # type: ignore[operator]
    assert one(folder).problem in {"drop.link", "drop.hard_link", "drop.special"}


def test_an_attribute_folder_that_is_a_link_is_refused_not_entered(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.docx").write_bytes(b"1")
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "主动公开").symlink_to(tmp_path / "elsewhere")
    assert one(tmp_path / "drop").problem == "drop.link"


def test_every_change_changes_the_fingerprint(tmp_path: Path) -> None:
    folder = tmp_path / "折子"
    (folder / "空").mkdir(parents=True)
    file = folder / "a.txt"
    file.write_bytes(b"1")
    seen = [one(tmp_path).look.fingerprint]

    def changed() -> bool:
        seen.append(one(tmp_path).look.fingerprint)
        return seen[-1] not in seen[:-1]

    file.write_bytes(b"22")
    assert changed()
    os.utime(file, ns=(1, 1))
    assert changed()
    other = tmp_path.parent / "other"
    other.write_bytes(b"33")
    os.utime(other, ns=(1, 1))
    other.replace(file)  # same size, same mtime, another inode
    assert changed()
    (folder / "空" / "深").mkdir()
    assert changed()
    (folder / "b.tmp").write_bytes(b"1")
    assert changed()
    assert not changed()


def test_examine_finds_one_drop(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"1")
    (tmp_path / "a.docx.slip.toml").write_bytes(b"1")
    (tmp_path / "b.docx").write_bytes(b"1")
    entry = examine(tmp_path, "a.docx", RULES)
    assert entry is not None
    assert [file.relative for file in entry.files] == ["a.docx", "a.docx.slip.toml"]
    assert examine(tmp_path, "c.docx", RULES) is None


def test_long_paths_and_gbk_names(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/" + "通知.docx".encode("gbk")
    Path(os.fsdecode(raw)).write_bytes(b"1")
    deep = tmp_path / Path(*["政府信息公开工作" * 8] * 6)
    deep.mkdir(parents=True)
    (deep / ("长" * 80 + ".docx")).write_bytes(b"1")
    shown = {entry.display: (entry.problem, len(entry.files)) for entry in scan(tmp_path, RULES).values()}
    assert shown == {"通知.docx": ("", 1), "政府信息公开工作" * 8: ("", 1)}


def test_five_hundred_files_are_one_quick_look(tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / f"{number}.txt").write_bytes(b"1")
    start = time.process_time()
    assert len(scan(tmp_path, RULES)) == 500
    assert time.process_time() - start < 0.5
