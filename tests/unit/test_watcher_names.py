"""Names of dropped files."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.service.watcher import names
from disclosure_pipeline.settings.models import IntakeSettings


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("关于做好工作的通知.docx".encode(), "关于做好工作的通知.docx"),
        ("关于做好工作的通知.docx".encode("gb18030"), "关于做好工作的通知.docx"),
        ("通知.docx".encode("gb18030"), "通知.docx"),  # valid UTF-8 by chance
        ("Résumé ΑΒ Жук Cafe\u0301.docx".encode(), "Résumé ΑΒ Жук Cafe\u0301.docx"),
        ("㐂𠮷堃.txt".encode("gb18030"), "㐂𠮷堃.txt"),
        ("2026-000123 通知.docx".encode(), "2026-000123 通知.docx"),
        (b"a\nb\x1b[31m.txt", "a\ufffdb\ufffd[31m.txt"),
        ("通知\u202excod.exe".encode(), "通知\ufffdxcod.exe"),
        (b"\xff\xff\xff", "\ufffd\ufffd\ufffd"),
    ],
)
def test_display_name(raw: bytes, shown: str) -> None:
    assert names.display_name(raw) == shown


@given(st.binary(max_size=255))
def test_every_name_can_be_shown_and_stored(raw: bytes) -> None:
    shown = names.display_name(raw)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert not any(character < " " or character == "\x7f" for character in shown)


def test_names_in_two_normal_forms_are_the_same_name() -> None:
    assert names.comparable("Cafe\u0301.docx") == names.comparable("Caf\u00e9.docx")


@pytest.mark.parametrize(
    "lock",
    ["~$通知公告第一号.docx", "~$知公告第一号.docx", "~$公告第一号.docx", ".~通知公告第一号.docx",
     ".~公告第一号.docx", ".~lock.通知公告第一号.docx#"],
)  # fmt: skip
def test_lock_files_of_office_programs(lock: str) -> None:
    assert names.is_locked("通知公告第一号.docx", {"通知公告第一号.docx", lock})
    assert not names.is_locked("另一份文件.docx", {"另一份文件.docx", lock})


@pytest.mark.parametrize(
    "name",
    ["~$通知.docx", ".~通知.wps", "a.TMP", "a.part", "a.crdownload", "thumbs.db", "Desktop.ini", ".DS_Store",
     ".hidden"],
)  # fmt: skip
def test_default_ignore_list(name: str) -> None:
    assert name in names.IgnoredNames(IntakeSettings().ignore)


def test_what_is_not_ignored() -> None:
    ignored = names.IgnoredNames(IntakeSettings().ignore)
    assert [name for name in ("通知.docx", "a.part.docx", "tmp", "Thumbs.db.docx") if name in ignored] == []
    assert "anything" not in names.IgnoredNames(())


def test_slips() -> None:
    assert names.is_slip("通知.docx.slip.toml")
    assert names.is_slip("slip.toml")
    assert not names.is_slip(".slip.toml")
    assert not names.is_slip("slip.toml.docx")
    assert names.slip_of("通知.docx", {"通知.docx", "通知.docx.slip.toml"}) == "通知.docx.slip.toml"
    assert names.slip_of("通知.docx", {"通知.docx", "公告.docx.slip.toml"}) is None


@pytest.mark.parametrize(
    ("name", "fits"),
    [("办公室", True), ("Office 1", True), (".claims", False), ("主动公开", False), ("a\nb", False),
     ("办公室 ", False), ("x" * 61, False), ("", False), (os.fsdecode("办".encode("gbk")), False)],
)  # fmt: skip
def test_department_names(name: str, fits: bool) -> None:
    assert names.is_department(name) is fits
