"""The whole watcher on real folders, round by round, with a clock of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import structlog
from watched_place import Place

from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.service.watcher import Outcome
from disclosure_pipeline.settings.models import DropRoot, IntakeSettings


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Round by round, with a clock that the test moves."""
    made: list[Place] = []
    made.append(Place(tmp_path, IntakeSettings(), clock=lambda: made[0].now if made else 1000.0))
    return made[0]


def test_taken_after_the_quiet_time_and_removed_after_the_commit(place: Place) -> None:
    path = place.drop("通知.docx")
    os.utime(path, (0, 0))  # an old mtime says nothing
    place.rounds(0.9)
    assert place.desk.calls == 0
    place.rounds(0.1)
    assert place.desk.contents() == [{"通知.docx": b"draft"}]
    assert not path.exists()
    assert place.claims() == []
    place.rounds(10, 10)
    assert place.desk.calls == 1


def test_a_slowly_written_file_is_taken_whole(place: Place) -> None:
    path = place.drop("大.pdf", b"")
    for _ in range(20):
        with path.open("ab") as file:
            file.write(b"0123456789")
        place.rounds(0.6)
    assert place.desk.calls == 0
    place.rounds(1)
    assert place.desk.contents() == [{"大.pdf": b"0123456789" * 20}]


def test_an_empty_file_waits_longer_then_goes_to_the_desk(place: Place) -> None:
    place.drop("新建文档.docx", b"")
    place.rounds(9)
    assert place.desk.calls == 0
    place.rounds(1)
    assert place.desk.contents() == [{"新建文档.docx": b""}]


def test_a_file_held_open_for_writing_waits_and_its_clerk_is_told(place: Place) -> None:
    path = place.drop("a.docx")
    with path.open("ab"):
        place.rounds(1, 30, 30)
        assert place.desk.waiting == []
        place.rounds(600, 30, 30)
        assert place.desk.waiting == [("a.docx", "drop.busy")]
    place.rounds(30)
    assert place.desk.names() == ["a.docx"]


def test_a_lock_file_holds_its_draft_only(place: Place) -> None:
    place.drop("通知公告.docx")
    lock = place.drop("~$公告.docx")
    place.drop("另一份.docx")
    place.rounds(1, 600)
    assert place.desk.names() == ["另一份.docx"]
    assert place.desk.waiting == [("通知公告.docx", "drop.locked")]
    lock.unlink()
    place.rounds(1)
    assert place.desk.names() == ["另一份.docx", "通知公告.docx"]


def test_a_folder_moved_in_whole_with_slip_and_attribute(place: Place) -> None:
    place.drop("主动公开/年度计划/正文.docx", b"text")
    place.drop("主动公开/年度计划/附件/一.xlsx", b"table")
    place.drop("主动公开/年度计划/slip.toml", b"slip")
    place.rounds(2.9)
    assert place.desk.calls == 0
    place.rounds(0.1)
    ((submission, copies),) = place.desk.taken
    assert copies == {"正文.docx": b"text", "附件/一.xlsx": b"table", "slip.toml": b"slip"}
    assert (submission.folder_attribute, submission.is_folder, submission.name, submission.department) == (
        "主动公开", True, "年度计划", "办公室",
    )  # fmt: skip
    assert list(place.inbox.glob("主动公开/*")) == []
    assert (place.inbox / "主动公开").is_dir()


def test_ready_shortens_the_wait_and_an_unfinished_transfer_stops_it(place: Place) -> None:
    place.drop("甲/正文.docx")
    place.drop("甲/.ready")
    place.drop("乙/正文.docx")
    part = place.drop("乙/附件.pdf.part")
    place.rounds(1)
    assert place.desk.names() == ["甲"]
    place.rounds(600)
    assert place.desk.names() == ["甲"]
    assert place.desk.waiting == [("乙", "drop.unfinished")]
    part.rename(part.with_suffix(""))
    place.rounds(3)
    assert place.desk.names() == ["乙", "甲"]
    assert place.desk.contents()[1] == {"正文.docx": b"draft", "附件.pdf": b"draft"}


def test_an_ignored_file_of_a_folder_goes_back_clutter_goes(place: Place) -> None:
    place.drop("甲/正文.docx")
    place.drop("甲/.私人笔记")
    place.drop("甲/Thumbs.db")
    place.rounds(3, 3)
    assert place.desk.contents() == [{"正文.docx": b"draft"}]
    assert sorted(str(path.relative_to(place.returned)) for path in place.returned.rglob("*")) == [
        "甲", "甲/.私人笔记",
    ]  # fmt: skip
    assert place.claims() == []


def test_refusals_are_noted_once_per_change_and_left_where_they_are(place: Place) -> None:
    secret = place.base / "outside.txt"
    secret.write_bytes(b"must never be read")
    place.drop("折子/正文.docx")
    (place.inbox / "折子" / "附件.txt").symlink_to(secret)
    os.link(secret, place.inbox / "硬.txt")
    place.rounds(3, 3, 30, 600)
    assert sorted(place.desk.refused) == [
        ("办公室", "折子", "drop.link"), ("办公室", "硬.txt", "drop.hard_link"),
    ]  # fmt: skip
    assert (place.inbox / "折子" / "正文.docx").exists()
    place.drop("折子/正文.docx", b"changed")
    place.rounds(3)
    assert [name for _, name, _ in place.desk.refused].count("折子") == 2
    (place.inbox / "折子" / "附件.txt").unlink()
    place.rounds(3)
    assert place.desk.contents() == [{"正文.docx": b"changed"}]


def test_not_taken_goes_to_the_returned_folder(place: Place) -> None:
    place.desk.outcome = lambda name: Outcome.NOT_TAKEN if "000001" in name else Outcome.DUPLICATE
    place.drop("2026-000001 更正.docx")
    place.drop("重复.docx")
    place.rounds(1)
    assert [path.name for path in place.returned.iterdir()] == ["2026-000001 更正.docx"]
    assert place.claims() == []
    assert [path.name for path in place.inbox.iterdir()] == [".disclosure-claims"]


def test_a_failing_desk_keeps_the_claim_and_the_rest_goes_on(place: Place) -> None:
    broken = {
        "坏.docx": StoreFault("No space.", code="spool.full"),
        "怪.docx": RuntimeError("坏.docx secret"),
    }
    place.desk.fault = broken.get
    for name in (*broken, "好.docx"):
        place.drop(name)
    place.rounds(1)
    assert place.desk.names() == ["好.docx"]
    assert len(place.claims()) == 2
    assert sorted(place.reports) == [
        ("desk.failed", "default/办公室", "RuntimeError"), ("spool.full", "default/办公室", "StoreFault"),
    ]  # fmt: skip
    calls = []
    for _ in range(12):
        before = place.desk.calls
        place.rounds(1)
        calls.append(place.desk.calls - before)
    assert calls == [2, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0]  # after 1, 2, 4, 8 … seconds
    place.desk.fault = lambda name: None
    place.rounds(60)
    assert place.desk.names() == ["坏.docx", "好.docx", "怪.docx"]
    assert place.claims() == []


def test_a_crash_between_claim_and_commit_or_commit_and_removal(place: Place) -> None:
    place.drop("依申请公开/a.docx", b"one")
    place.drop("b.docx", b"two")
    place.desk.fault = lambda name: RuntimeError("killed before the commit")
    place.rounds(1)
    assert len(place.claims()) == 2
    place.desk.fault = lambda name: None
    first = place.claims()[0].name
    place.desk.cases[first] = "2026-000077"  # this one was committed, and not removed
    place.watcher = place.another_watcher()
    place.rounds(1)
    assert place.claims() == []
    assert place.desk.cases[first] == "2026-000077"
    assert len(place.desk.taken) == 1
    ((submission, _),) = place.desk.taken
    assert submission.folder_attribute == ("依申请公开" if submission.name == "a.docx" else "")


def test_claims_cut_short_by_a_crash(place: Place) -> None:
    claims = place.inbox / ".disclosure-claims"
    (claims / ("a" * 32)).mkdir(parents=True)  # between mkdir and rename
    place.drop("通知.docx.slip.toml", b"slip", claims / ("b" * 32))  # between slip and draft
    place.drop("通知.docx")
    place.rounds(1, 1)
    assert place.desk.contents() == [{"通知.docx": b"draft", "通知.docx.slip.toml": b"slip"}]
    assert place.claims() == []


def test_a_file_replaced_while_it_is_taken_in_loses_nothing(place: Place) -> None:
    place.drop("a.docx", b"first")

    def replace_during_accept(name: str) -> None:
        if place.desk.calls == 1:
            place.drop("a.docx", b"second")

    place.desk.fault = replace_during_accept
    place.rounds(1, 1, 1)
    assert place.desk.contents() == [{"a.docx": b"first"}, {"a.docx": b"second"}]


def test_a_writer_that_kept_the_claimed_file_open_loses_nothing(place: Place) -> None:
    path = place.drop("a.docx", b"first")

    def write_into_the_claim(name: str) -> None:
        if place.desk.calls == 1:
            (claimed,) = place.claims()
            with (claimed / "a.docx").open("ab") as file:
                file.write(b", and more")

    place.desk.fault = write_into_the_claim
    place.rounds(1, 1, 1, 1)
    assert not path.exists()
    assert place.desk.contents() == [{"a.docx": b"first, and more"}]


def test_a_claim_that_changes_before_it_is_handed_over_waits_again(place: Place) -> None:
    place.drop("甲.docx", b"first")
    place.drop("乙.docx", b"second")

    def write_into_the_other_claim(name: str) -> None:
        if place.desk.calls == 1:
            (waiting,) = place.inbox.glob(f".disclosure-claims/*/{'乙' if name == '甲.docx' else '甲'}.docx")
            waiting.write_bytes(b"written after the claim")

    place.desk.fault = write_into_the_other_claim
    place.rounds(1)
    assert place.desk.calls == 1
    place.rounds(1)
    assert place.desk.contents()[1:] in (
        [{"甲.docx": b"written after the claim"}], [{"乙.docx": b"written after the claim"}],
    )  # fmt: skip


def test_a_root_that_was_away_starts_its_quiet_time_anew(tmp_path: Path) -> None:
    share, away, clock = tmp_path / "share", tmp_path / "away", [0.0]
    share.mkdir()
    place = Place(tmp_path, IntakeSettings(), DropRoot(department="财政科", path=str(share)),
                  clock=lambda: clock[0])  # fmt: skip
    place.drop("a.docx", folder=share)
    for step in (None, away, share, None):
        place.watcher.scan_once()
        assert place.desk.calls == 0
        if step is not None:
            (share if step is away else away).rename(step)
        clock[0] += 5 if step is not None else 0
    clock[0] += 1
    place.watcher.scan_once()
    assert place.desk.names() == ["a.docx"]
    assert place.reports == [("root.missing", "default/财政科#1", "")]


def test_gbk_names_long_paths_and_control_characters(place: Place) -> None:
    inbox = os.fsencode(place.inbox)
    for raw in ("更正通知.docx".encode("gbk"), b"a\nb.docx"):
        Path(os.fsdecode(inbox + b"/" + raw)).write_bytes(raw)
    place.drop("深/" + "/".join(["长" * 80] * 4) + "/正文.docx")
    place.rounds(3)
    assert place.desk.names() == ["a\ufffdb.docx", "更正通知.docx", "深"]
    (deep,) = [copies for copies in place.desk.contents() if b"draft" in copies.values()]
    assert len(next(iter(deep)).encode()) > 960


def test_a_folder_that_somebody_makes_is_a_department(place: Place) -> None:
    place.rounds(1)
    place.drop("年报.docx", folder=place.base / "var/inbox/财政科")
    place.rounds(1)
    assert [submission.department for submission, _ in place.desk.taken] == ["财政科"]
    (place.base / "var/inbox/误放.docx").write_bytes(b"1")
    place.rounds(1, 1)
    assert place.reports == [("inbox.stray", "inbox", "1")]


def test_no_names_in_logs_or_reports(place: Place) -> None:
    place.drop("绝密人事安排.docx")
    place.drop("机密折子/正文.docx")
    (place.inbox / "机密折子" / "x").symlink_to("/etc")
    place.desk.fault = lambda name: OSError(5, "Input/output error", f"/x/{name}")
    with structlog.testing.capture_logs() as logs:
        place.rounds(3)
    assert place.desk.calls == 1
    assert logs
    said = str(logs) + str(place.reports)
    assert "EIO" in said
    assert "绝密" not in said
    assert "机密" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_an_unmounted_share_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    clock = [0.0]
    place = Place(tmp_path, IntakeSettings(), DropRoot(department="财政科", path=str(share), mount=True),
                  clock=lambda: clock[0])  # fmt: skip

    def status() -> tuple[str, str]:
        (found,) = [item for item in place.watcher.status() if item.root.path == share]
        return found.state, found.fault

    def mount() -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", share], check=True)

    place.drop("落在空挂载点.docx", folder=share)
    for _ in range(3):
        place.watcher.scan_once()
        clock[0] += 5
    assert (place.desk.calls, status()) == (0, ("unavailable", "root.not_mounted"))
    mount()
    try:
        place.drop("年报.docx", folder=share)
        place.watcher.scan_once()
        assert status() == ("available", "")
        clock[0] += 1
        place.watcher.scan_once()
        assert place.desk.names() == ["年报.docx"]
        place.drop("未取走.docx", folder=share)
        place.watcher.scan_once()
    finally:
        subprocess.run(["umount", share], check=True)
    clock[0] += 5
    place.watcher.scan_once()
    assert status() == ("unavailable", "root.not_mounted")
    assert place.desk.names() == ["年报.docx"]
    assert place.reports == [("root.not_mounted", "default/财政科#1", "")] * 2
