"""The spool copy: durable and verified, or nothing."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from disclosure_pipeline.errors import DisclosureError, NotFound, Refused, StoreFault
from disclosure_pipeline.service.watcher.bundle import submit_paths
from disclosure_pipeline.service.watcher.desk import DropRootInfo, Submission
from disclosure_pipeline.service.watcher.files import SourceChanged
from disclosure_pipeline.service.watcher.spool import spool
from disclosure_pipeline.settings.models import IntakeSettings

ROOT = DropRootInfo("u/d", "u", "d", Path("/x"), Path("/x"), Path("/y"), Path("/y/z"))


def submission_of(*paths: Path, attribute: str = "") -> Submission:
    (submission,) = submit_paths(paths, ROOT, IntakeSettings(), attribute)
    return submission


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "折子"
    (source / "附件").mkdir(parents=True)
    (source / "正文.docx").write_bytes(b"text" * 700_000)
    (source / "附件" / "一.xlsx").write_bytes(b"table")
    return source


def test_copies_are_private_numbered_and_equal(folder: Path, tmp_path: Path) -> None:
    submission = submission_of(folder)
    spooled = spool(submission, tmp_path / "spool", "2026-000001")
    assert spooled.folder == tmp_path / "spool" / "2026-000001"
    assert [(file.path.name, file.source.relative, file.path.read_bytes()) for file in spooled.files] == [
        ("0000", "正文.docx", b"text" * 700_000), ("0001", "附件/一.xlsx", b"table"),
    ]  # fmt: skip
    assert [file.sha256 for file in spooled.files] == [file.sha256 for file in submission.files]
    assert spooled.folder.stat().st_mode & 0o777 == 0o700
    assert {file.path.stat().st_mode & 0o777 for file in spooled.files} == {0o600}
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["2026-000001"]
    assert (folder / "正文.docx").exists()


def test_again_after_a_crash_is_the_same(folder: Path, tmp_path: Path) -> None:
    submission = submission_of(folder)
    (tmp_path / "spool" / ".case.part").mkdir(parents=True)
    (tmp_path / "spool" / ".case.part" / "0000").write_bytes(b"half")
    first = spool(submission, tmp_path / "spool", "case")
    inode = first.files[0].path.stat().st_ino
    (first.folder / "manifest.json").write_text("{}")  # the desk's own file, written before the crash
    assert spool(submission, tmp_path / "spool", "case") == first
    assert first.files[0].path.stat().st_ino == inode


def test_a_taken_folder_is_never_touched(folder: Path, tmp_path: Path) -> None:
    spool(submission_of(folder), tmp_path / "spool", "case")
    other = tmp_path / "other.txt"
    other.write_bytes(b"other")
    with pytest.raises(StoreFault) as fault:
        spool(submission_of(other), tmp_path / "spool", "case")
    assert fault.value.code == "spool.occupied"
    assert (tmp_path / "spool" / "case" / "0001").read_bytes() == b"table"


def test_a_source_that_changed_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    submission = submission_of(folder)
    (folder / "附件" / "一.xlsx").write_bytes(b"TABLE")
    with pytest.raises(SourceChanged):
        spool(submission, tmp_path / "spool", "case")
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_change_that_hides_its_mtime_is_found_by_the_digest(folder: Path, tmp_path: Path) -> None:
    submission = submission_of(folder)
    path = folder / "附件" / "一.xlsx"
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"TABLE")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(SourceChanged):
        spool(submission, tmp_path / "spool", "case")
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_source_that_is_written_while_it_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(b"0" * 30_000_000)
    submission = submission_of(path)
    stop = threading.Event()

    def write() -> None:
        with path.open("r+b") as file:
            while not stop.is_set():
                file.seek(29_000_000)
                file.write(os.urandom(8))
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(SourceChanged):
            spool(submission, tmp_path / "spool", "case")
    finally:
        stop.set()
        writer.join()
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_a_named_fault_and_the_draft_stays(folder: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=True)
    try:
        with pytest.raises(StoreFault) as fault:
            spool(submission_of(folder), small / "spool", "case")
        assert fault.value.code == "spool.full"
        assert list((small / "spool").iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)
    assert (folder / "正文.docx").stat().st_size == 2_800_000


def test_a_spool_that_cannot_be_made(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"a file")
    with pytest.raises(StoreFault) as fault:
        spool(submission_of(folder), tmp_path / "spool", "case")
    assert fault.value.code == "spool.write"
    assert "正文" not in fault.value.message


def test_submit_takes_slips_links_and_hard_links_the_user_named(tmp_path: Path) -> None:
    draft, slip = tmp_path / "a.docx", tmp_path / "a.docx.slip.toml"
    draft.write_bytes(b"draft")
    slip.write_bytes(b"slip")
    os.link(draft, tmp_path / "b.docx")
    (tmp_path / "c.docx").symlink_to(draft)
    for paths in ([draft], [draft, slip], [slip, draft], [tmp_path / "c.docx"]):
        submission = submission_of(*paths, attribute="主动公开")
        assert [file.name for file in submission.files] == ["a.docx", "a.docx.slip.toml"]
        assert submission.folder_attribute == "主动公开"
    assert len(list(submit_paths([draft, tmp_path / "b.docx"], ROOT, IntakeSettings()))) == 2
    assert draft.exists()


def test_what_submit_refuses(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").symlink_to("/etc/hostname")
    (tmp_path / "empty").mkdir()
    (tmp_path / "打开.docx").write_bytes(b"1")
    (tmp_path / "~$打开.docx").write_bytes(b"1")
    (tmp_path / "big").write_bytes(b"1" * 11)
    wanted: dict[str, tuple[type[DisclosureError], str]] = {
        "folder": (Refused, "drop.link"), "empty": (NotFound, "not_found"), "none": (NotFound, "not_found"),
        "打开.docx": (Refused, "drop.locked"), "big": (Refused, "drop.too_large"),
        "~$打开.docx": (NotFound, "not_found"),
    }  # fmt: skip
    for name, (kind, code) in wanted.items():
        with pytest.raises(kind) as error:
            list(submit_paths([tmp_path / name], ROOT, IntakeSettings(max_bytes=10)))
        assert error.value.code == code
