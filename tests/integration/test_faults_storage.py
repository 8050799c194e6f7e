"""A full disk, a read-only vault, a locked database: a named fault, nothing lost, and on it goes by itself.

The disks are real: small file systems in memory, filled or mounted read-only, which takes root.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.bureau import CHAIN, Bureau, draft, wait_for


def may_mount() -> bool:
    """Whether this process may mount a file system (root in a container often may not)."""
    if os.geteuid() != 0:
        return False
    probe = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    return probe.returncode == 0


needs_mounts = pytest.mark.skipif(
    not may_mount(), reason="mounting a small disk takes root with CAP_SYS_ADMIN"
)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system in memory at ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, keep: int = 0) -> Path:
    """Fill a disk but for ``keep`` bytes; returns the ballast."""
    ballast = folder / "ballast"
    with ballast.open("wb") as stream:
        try:
            while True:
                stream.write(b"\0" * 65536)
                stream.flush()
        except OSError:
            pass
    if keep:
        os.truncate(ballast, max(0, ballast.stat().st_size - keep))
    return ballast


def codes(bureau: Bureau, case: str) -> list[str]:
    return [fault["code"] for fault in bureau.quick("show", case)["faults"]]


def delayed_no_more(bureau: Bureau, case: str) -> None:
    """The work has gone on to review, and right behind it the fault is gone."""
    bureau.wait(case, "in_review")
    wait_for(lambda: codes(bureau, case) == [], "what delayed it is no fault any more")


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """A bureau whose vault and spool are small disks of their own."""
    folder = tmp_path_factory.mktemp("disks")
    made = Bureau(folder, plugins=())
    with small_disk(made.workspace.vault, "2m"), small_disk(made.workspace.spool, "2m"):
        made.daemon.start()
        yield made
        assert made.daemon.stop() == 0


@needs_mounts
def test_a_full_vault_delays_and_then_the_work_goes_on(bureau: Bureau) -> None:
    ballast = fill(bureau.workspace.vault)
    content = draft("关于磁盘已满的通知", "各镇抓好落实。" * 600)
    case = bureau.drop("满.txt", content)
    wait_for(lambda: codes(bureau, case) == ["disk.full"], "the fault is named")
    shown = bureau.cli("show", case)
    assert shown["state"] == "received"
    assert shown["faults"][0]["advice"]
    assert [path.read_bytes() for path in bureau.workspace.spool.glob("*/0000")] == [content]
    ballast.unlink()
    delayed_no_more(bureau, case)
    bureau.sign(case, *CHAIN)
    bureau.wait(case, "published")


@needs_mounts
def test_a_read_only_vault_delays_and_then_the_work_goes_on(bureau: Bureau) -> None:
    vault = str(bureau.workspace.vault)
    subprocess.run(["mount", "-o", "remount,ro", vault], check=True)
    try:
        case = bureau.drop("只读.txt", draft("关于只读存储的通知", "各镇抓好落实。"))
        wait_for(lambda: codes(bureau, case) == ["vault.readonly"], "the fault is named")
        assert bureau.cli("show", case)["state"] == "received"
    finally:
        subprocess.run(["mount", "-o", "remount,rw", vault], check=True)
    delayed_no_more(bureau, case)


@needs_mounts
def test_a_full_spool_leaves_the_draft_where_it_is_safe(bureau: Bureau) -> None:
    ballast = fill(bureau.workspace.spool)
    content = draft("关于暂存区已满的通知", "各镇抓好落实。" * 600)
    path = bureau.inbox() / "暂存.txt"
    path.write_bytes(content)
    log = bureau.daemon.log
    wait_for(lambda: "spool.full" in log.read_text("utf-8"), "the trouble is told")
    held = [item for item in bureau.inbox().rglob("暂存.txt") if item.read_bytes() == content]
    assert len(held) == 1  # in the drop folder or in its claim, whole
    ballast.unlink()
    case = bureau.received([content])
    bureau.wait(case, "in_review")
    assert list(bureau.inbox().rglob("暂存.txt")) == []


@needs_mounts
@pytest.mark.slow
def test_a_disk_that_is_full_everywhere(tmp_path: Path) -> None:
    """Store, log, vault and outbox on one full disk; the drafts come from another."""
    share = tmp_path / "share"
    share.mkdir()
    made = Bureau(tmp_path / "office", plugins=())
    config = made.workspace.config / "disclosure.toml"
    root = f'[[unit.drop_roots]]\ndepartment = "共享部门"\npath = "{share}"\n\n[intake]'
    config.write_text(config.read_text("utf-8").replace("[intake]", root, 1), "utf-8")
    tomllib.loads(config.read_text("utf-8"))
    data = made.workspace.data
    data.rename(tmp_path / "before")
    with small_disk(data, "48m"):
        subprocess.run(["cp", "-a", f"{tmp_path / 'before'}/.", str(data)], check=True)
        made.daemon.start()
        before = made.reviewable("此前.txt", draft("关于此前的通知", "先行办理。"))
        ballast = fill(data)
        content = draft("关于满盘的通知", "各镇抓好落实。")
        (share / "满盘.txt").write_bytes(content)
        wait_for(lambda: not (share / "满盘.txt").exists(), "the draft is claimed")
        with pytest.raises(OSError, match="No space"):
            (data / "probe").write_bytes(b"\0" * 1_000_000)
        wait_for(lambda: _trouble(made) != "", "the daemon is still there and says so", 10.0)
        ballast.unlink()
        case = wait_for(lambda: made.received([content]), "the draft is a case")
        delayed_no_more(made, case)
        made.sign(before, "保密甲", "初审甲", "复审甲", "终审甲")
        made.wait(before, "published")
        assert made.cli("audit", "verify")["problems"] == []
        assert made.daemon.stop() == 0


def _trouble(made: Bureau) -> str:
    """What a decision meets while nothing can be written."""
    return made.refused("user", "add", "新人甲", "--role", "office")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the database as another program might: nobody else can write."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.slow
def test_a_locked_database_holds_everything_up_and_loses_nothing(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path / "locked", plugins=(), settings={"url": '""\nbusy_timeout = 2.0'})
    bureau.daemon.start()
    waiting = bureau.reviewable("已收.txt", draft("关于已收文稿的通知", "等待签署。"))
    content = draft("关于锁定期间投递的通知", "各镇抓好落实。")
    with locked(bureau.workspace.database):
        path = bureau.inbox() / "锁定.txt"
        path.write_bytes(content)
        approve = ("decide", waiting, "approve", "--version", "1", "--as", CHAIN[0], "--reason", "同意")
        assert bureau.refused(*approve) == "store.locked"
        log = bureau.daemon.log
        wait_for(lambda: "store.locked" in log.read_text("utf-8"), "the daemon names the fault")
        assert len(list(bureau.inbox().rglob("锁定.txt"))) == 1
    case = bureau.received([content])
    bureau.wait(case, "in_review")
    bureau.sign(waiting, *CHAIN)
    bureau.wait(waiting, "published")
    assert bureau.cli("audit", "verify")["problems"] == []
    assert bureau.daemon.stop() == 0
