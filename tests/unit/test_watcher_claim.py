"""Claims: nothing is lost between the drop folder and the desk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from disclosure_pipeline.service.watcher.bundle import build, obstacle
from disclosure_pipeline.service.watcher.claim import (
    Claim,
    ClaimFault,
    give_back,
    leftover,
    look_into,
    put_back,
    release,
    take,
)
from disclosure_pipeline.service.watcher.desk import Accepted, DropRootInfo, Outcome
from disclosure_pipeline.service.watcher.files import SourceChanged
from disclosure_pipeline.service.watcher.scan import Entry, ScanRules, scan
from disclosure_pipeline.settings.models import IntakeSettings

RULES = ScanRules(IntakeSettings())
TAKEN = Accepted("2026-000001", Outcome.ACCEPTED)


@pytest.fixture
def root(tmp_path: Path) -> DropRootInfo:
    drop, outbox = tmp_path / "inbox", tmp_path / "outbox"
    drop.mkdir()
    return DropRootInfo("default/办公室", "default", "办公室", drop, drop, outbox, outbox / "退回")


def entry_of(root: DropRootInfo, key: str) -> Entry:
    return scan(root.drop, RULES)[key]


def look(claim: Claim) -> Entry:
    entry = look_into(claim, RULES)
    assert entry is not None
    return entry


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_claim_mirrors_the_place_and_keeps_the_fingerprint(root: DropRootInfo) -> None:
    (root.drop / "主动公开" / "折子").mkdir(parents=True)
    (root.drop / "主动公开" / "折子" / "正文.txt").write_bytes(b"1")
    entry = entry_of(root, "主动公开/折子")
    claim = take(root, entry)
    assert tree(root.drop) == {f".disclosure-claims/{claim.id}/主动公开/折子/正文.txt": b"1"}
    assert (root.claims.stat().st_mode & 0o777, look(claim)) == (0o700, entry)
    assert [found.id for found in leftover(root)] == [claim.id]


def test_a_slip_goes_with_its_draft(root: DropRootInfo) -> None:
    (root.drop / "通知.docx").write_bytes(b"draft")
    (root.drop / "通知.docx.slip.toml").write_bytes(b"slip")
    claim = take(root, entry_of(root, "通知.docx"))
    submission = build(claim, look(claim))
    assert [file.relative for file in submission.files] == ["通知.docx", "通知.docx.slip.toml"]
    assert release(claim, submission, TAKEN) is None
    assert tree(root.path) == {}
    assert list(root.claims.iterdir()) == []


def test_a_draft_that_vanishes_between_slip_and_draft_leaves_the_slip(root: DropRootInfo) -> None:
    (root.drop / "通知.docx").write_bytes(b"draft")
    (root.drop / "通知.docx.slip.toml").write_bytes(b"slip")
    entry = entry_of(root, "通知.docx")
    (root.drop / "通知.docx").unlink()
    with pytest.raises(FileNotFoundError):
        take(root, entry)
    assert tree(root.path) == {"通知.docx.slip.toml": b"slip"}
    assert leftover(root) == []


def test_put_back_never_replaces(root: DropRootInfo) -> None:
    (root.drop / "a.txt").write_bytes(b"old")
    claim = take(root, entry_of(root, "a.txt"))
    (root.drop / "a.txt").write_bytes(b"new")
    assert not put_back(claim, "", "a.txt")
    assert (root.drop / "a.txt").read_bytes() == b"new"
    (root.drop / "a.txt").unlink()
    assert put_back(claim, "", "a.txt")
    assert (root.drop / "a.txt").read_bytes() == b"old"


def test_a_replacement_during_the_claim_is_seen_and_both_contents_survive(root: DropRootInfo) -> None:
    (root.drop / "a.txt").write_bytes(b"first")
    entry = entry_of(root, "a.txt")
    (root.drop / "b.tmp").write_bytes(b"other")
    (root.drop / "b.tmp").replace(root.drop / "a.txt")
    claim = take(root, entry)
    (root.drop / "a.txt").write_bytes(b"third")
    claimed = look(claim)
    assert claim.look is not None
    assert claimed.look.fingerprint != claim.look.fingerprint
    with pytest.raises(SourceChanged):
        build(claim, entry)
    assert tree(root.path) == {"a.txt": b"third", f".disclosure-claims/{claim.id}/a.txt": b"other"}


def test_what_comes_or_changes_after_the_look_becomes_a_new_claim(root: DropRootInfo) -> None:
    (root.drop / "折子").mkdir()
    for name in ("a.txt", "b.txt", "Thumbs.db"):
        (root.drop / "折子" / name).write_bytes(b"1")
    claim = take(root, entry_of(root, "折子"))
    submission = build(claim, look(claim))
    (claim.path / "折子" / "a.txt").write_bytes(b"changed")
    (claim.path / "折子" / "c.txt").write_bytes(b"late")
    later = release(claim, submission, TAKEN)
    assert later is not None
    assert later.id != claim.id
    assert tree(root.claims) == {f"{later.id}/折子/a.txt": b"changed", f"{later.id}/折子/c.txt": b"late"}


def test_only_what_the_case_holds_is_removed_after_a_crash(root: DropRootInfo) -> None:
    (root.drop / "折子").mkdir()
    (root.drop / "折子" / "a.txt").write_bytes(b"1")
    (root.drop / "折子" / "late.txt").write_bytes(b"2")
    claim = take(root, entry_of(root, "折子"))
    submission = build(claim, look(claim))
    stored = frozenset({submission.files[0].sha256})
    later = release(claim, submission, Accepted("2026-000001", Outcome.ACCEPTED, stored))
    assert later is not None
    assert tree(later.path) == {"折子/late.txt": b"2"}


def test_give_back_keeps_what_lies_there(root: DropRootInfo) -> None:
    long = "长" * 83 + ".txt"  # 253 bytes: a number must not make it too long
    for round_ in (b"1", b"2"):
        (root.drop / "主动公开").mkdir(exist_ok=True)
        (root.drop / "主动公开" / "通知.v1.docx").write_bytes(round_)
        (root.drop / long).write_bytes(round_)
        (root.drop / "折子").mkdir()
        (root.drop / "折子" / "x.txt").write_bytes(round_)
        for entry in scan(root.drop, RULES).values():
            give_back(take(root, entry))
    assert tree(root.returned) == {
        "通知.v1.docx": b"1", "通知.v1 (2).docx": b"2", long: b"1", "长" * 82 + " (2).txt": b"2",
        "折子/x.txt": b"1", "折子 (2)/x.txt": b"2",
    }  # fmt: skip
    assert leftover(root) == []


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_give_back_across_file_systems(root: DropRootInfo, tmp_path_factory: pytest.TempPathFactory) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        away = DropRootInfo("x", "u", "d", root.path, root.drop, Path(other), Path(other) / "退回")
        (root.drop / "a.txt").write_bytes(b"1")
        (root.drop / "折子").mkdir()
        (root.drop / "折子" / "x.txt").write_bytes(b"2")
        for entry in scan(root.drop, RULES).values():
            give_back(take(away, entry))
        assert tree(away.returned) == {"a.txt": b"1", "折子/x.txt": b"2"}
        assert leftover(root) == []


def test_a_planted_link_in_place_of_the_claims_folder_is_not_followed(
    root: DropRootInfo, tmp_path: Path
) -> None:
    (tmp_path / "trap").mkdir()
    root.claims.symlink_to(tmp_path / "trap")
    (root.drop / "a.txt").write_bytes(b"1")
    with pytest.raises(ClaimFault):
        take(root, entry_of(root, "a.txt"))
    assert tree(tmp_path / "trap") == {}
    assert (root.drop / "a.txt").read_bytes() == b"1"


def test_a_link_on_the_way_to_a_file_is_not_followed(root: DropRootInfo, tmp_path: Path) -> None:
    (root.drop / "折子" / "附件").mkdir(parents=True)
    (root.drop / "折子" / "附件" / "passwd").write_bytes(b"1")
    claim = take(root, entry_of(root, "折子"))
    seen = look(claim)
    inner = claim.path / "折子" / "附件"
    inner.rename(claim.path / "折子" / "away")
    inner.symlink_to("/etc")
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        build(claim, seen)


def test_a_file_open_for_writing_is_an_obstacle(root: DropRootInfo) -> None:
    path = root.drop / "a.txt"
    with path.open("wb") as writer:
        writer.write(b"1")
        writer.flush()
        assert obstacle(root.drop, entry_of(root, "a.txt")) == "drop.busy"
    assert obstacle(root.drop, entry_of(root, "a.txt")) == ""
    with path.open("rb"):
        assert obstacle(root.drop, entry_of(root, "a.txt")) == ""


_PROBE = """
import os, sys, time
from disclosure_pipeline.service.watcher.files import being_written
handle = os.open(sys.argv[1], os.O_RDONLY)
print("go", flush=True)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    being_written(handle)
"""


def test_a_writer_in_the_instant_of_the_probe_does_not_kill_the_daemon(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"1")
    probe = subprocess.Popen([sys.executable, "-c", _PROBE, str(path)], stdout=subprocess.PIPE)
    assert probe.stdout is not None
    probe.stdout.readline()
    while probe.poll() is None:
        with contextlib.suppress(BlockingIOError):
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    assert probe.wait(10) == 0


def test_names_and_bytes_of_a_submission(root: DropRootInfo) -> None:
    raw = "2026-000123 通知.docx".encode("gbk")
    Path(os.fsdecode(os.fsencode(root.drop) + b"/" + raw)).write_bytes(b"draft")
    (key,) = scan(root.drop, RULES)
    claim = take(root, entry_of(root, key))
    submission = build(claim, look(claim))
    (file,) = submission.files
    assert (submission.name, submission.is_folder, submission.folder_attribute, submission.claim_id) == (
        "2026-000123 通知.docx", False, "", claim.id,
    )  # fmt: skip
    assert (file.name, file.relative, file.raw_name, file.size) == (
        "2026-000123 通知.docx", "2026-000123 通知.docx", raw, 5,
    )  # fmt: skip
    assert file.sha256 == hashlib.sha256(b"draft").hexdigest()
    assert file.path.read_bytes() == b"draft"
