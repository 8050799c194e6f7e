"""Workers and the processes that started them: with the daemon its workers end, on their own they stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bureau import Bureau, draft, wait_for

PATIENCE = 60.0


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    settings = {"workers": "1\nheartbeat = 0.3\ndead_after = 3.0\ngrace = 3.0"}
    return Bureau(tmp_path_factory.mktemp("processes"), plugins=(), settings=settings)


@pytest.fixture
def command(bureau: Bureau) -> list[str]:
    return [sys.executable, "-m", "disclosure_pipeline", "work", "--slot", "test-1", *bureau.office.folders]


def test_a_worker_whose_daemon_died_before_it_looked_ends(command: list[str]) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    worker = subprocess.run(
        [*command, "--parent", str(gone.pid)], timeout=PATIENCE, capture_output=True, check=False
    )
    assert worker.returncode == 0
    assert b"parent_gone" in worker.stderr


def test_a_worker_of_its_own_outlives_the_shell_that_started_it(command: list[str], tmp_path: Path) -> None:
    log, number = tmp_path / "log", tmp_path / "pid"
    log.touch()
    script = f'"$@" >{log} 2>&1 & echo $! >{number}'
    subprocess.run(["sh", "-c", script, "sh", *command], check=True)
    pid = int(number.read_text())
    try:
        wait_for(lambda: "worker_started" in log.read_text("utf-8"), "it works", PATIENCE)
        time.sleep(1.5)  # several heartbeats
        assert _alive(pid)
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not _alive(pid), "it ends when asked", PATIENCE)
    assert "worker_stopped" in log.read_text("utf-8")


@pytest.fixture
def killed_daemon(bureau: Bureau) -> Iterator[Bureau]:
    """A bureau whose daemon alone was killed, workers and all else left behind."""
    bureau.daemon.start()
    os.kill(bureau.daemon.pid, signal.SIGKILL)
    yield bureau
    assert bureau.daemon.stop() == 0


def test_the_daemon_alone_is_killed_and_started_again(killed_daemon: Bureau) -> None:
    content = draft("关于重新启动的通知", "守护进程被杀死时投递。")
    (killed_daemon.inbox() / "重启.txt").write_bytes(content)
    killed_daemon.daemon.start()
    case = killed_daemon.received([content])
    killed_daemon.wait(case, "in_review")
    log = killed_daemon.daemon.log
    wait_for(lambda: log.read_text("utf-8").count("parent_gone") == 1, "the old worker has ended", PATIENCE)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
