from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_orders import names

from disclosure_pipeline.builtin import files
from disclosure_pipeline.errors import ChannelFault


def test_write_replaces_at_once_and_leaves_no_temporary(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    files.write_atomic(target, b"one")
    with target.open("rb") as reader:
        files.write_atomic(target, b"two")
        assert reader.read() == b"one"
    assert target.read_bytes() == b"two"
    assert names(tmp_path) == ["a.json"]


def test_write_makes_private_files_private(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "a", b"x", 0o600)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a"
    files.write_atomic(target, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_an_equal_file_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a"
    assert files.write_if_changed(target, b"x")
    number = target.stat().st_ino
    assert not files.write_if_changed(target, b"x")
    assert target.stat().st_ino == number
    assert files.write_if_changed(target, b"y")


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    (tmp_path / "a").symlink_to(outside)
    files.write_atomic(tmp_path / "a", b"new")
    assert outside.read_bytes() == b"mine"
    assert not (tmp_path / "a").is_symlink()


def test_stage_checks_the_hash(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"signed")
    folder = tmp_path / "out"
    folder.mkdir()
    copy = files.stage(source, folder, hashlib.sha256(b"signed").hexdigest())
    files.put(copy, folder / "named")
    assert (folder / "named").read_bytes() == b"signed"
    with pytest.raises(ChannelFault) as caught:
        files.stage(source, folder, hashlib.sha256(b"other").hexdigest())
    assert caught.value.code == "artefact.changed"
    assert names(folder) == ["named"]


def test_sweep_takes_only_temporaries(tmp_path: Path) -> None:
    for name in (f"{files.TEMPORARY}1", "a", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    files.sweep(tmp_path, older_than=60)
    assert len(names(tmp_path)) == 3
    files.sweep(tmp_path)
    assert names(tmp_path) == [".hidden", "a"]


def test_faults_tell_the_error_but_no_name(tmp_path: Path) -> None:
    with pytest.raises(ChannelFault) as caught, files.storage_faults("the site"):
        (tmp_path / "关于某某的通知").read_bytes()
    assert caught.value.code == "channel.storage"
    assert caught.value.message == "Files of the site cannot be read or written (ENOENT)."


def test_the_lock_keeps_others_out_and_ends_with_its_holder(tmp_path: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from disclosure_pipeline.builtin.files import folder_lock\n"
        "with folder_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(ChannelFault) as caught, files.folder_lock(tmp_path, timeout=0.2):
            pytest.fail("two holders")
        assert caught.value.code == "channel.busy"
        assert 0.2 <= time.monotonic() - started < 5
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    with files.folder_lock(tmp_path, timeout=5):
        pass


@given(st.text(min_size=0, max_size=400), st.sampled_from(["", "2026-000123_"]))
def test_safe_names_fit_everywhere(name: str, prefix: str) -> None:
    safe = files.safe_name(name, prefix)
    assert safe.startswith(prefix)
    assert 0 < len(safe.encode()) <= files.NAME_BYTES
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\:*?"<>|\0\n\r\t')


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("通知.docx", "通知.docx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\nb\x00c.pdf", "abc.pdf"),
        ("字" * 120 + ".docx", "字" * 83 + ".docx"),
        ("\udcb9\udcab.txt", "__.txt"),
        ("gpj.\u202exe", "gpj.xe"),
        ("...", "_"),
        ("", "_"),
    ],
)
def test_safe_name_examples(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe
