"""A real Samba share, written through ``smbclient``, watched on the server's side.

The server runs on a free loopback port with a configuration of its own under the test's folder; the
system's Samba is neither used nor changed.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from waiting import wait_for
from watcher_desk import FolderDesk

from disclosure_pipeline.service.watcher import RootPlan, Watcher
from disclosure_pipeline.settings.models import DropRoot, FolderNames, IntakeSettings, Settings, UnitSettings
from disclosure_pipeline.settings.workspace import Workspace

pytestmark = pytest.mark.slow

_CONFIG = """\
[global]
server role = standalone server
security = user
map to guest = Bad User
guest account = {user}
interfaces = lo
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
load printers = no
printing = bsd
printcap name = /dev/null
disable spoolss = yes
unix charset = UTF-8
state directory = {base}/state
cache directory = {base}/cache
lock directory = {base}/lock
private dir = {base}/private
pid directory = {base}/pid
ncalrpc dir = {base}/ncalrpc
log file = {base}/log.smbd
passdb backend = tdbsam:{base}/private/passdb.tdb

[share]
path = {share}
guest ok = yes
guest only = yes
force user = {user}
read only = no
veto files = /.disclosure-claims/
"""


def _install() -> str:
    """Path of smbd; installs Debian's packages where that is possible."""
    if not (shutil.which("smbd") and shutil.which("smbclient")) and os.geteuid() == 0:
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "samba", "smbclient"]):
            subprocess.run(["apt-get", *arguments], capture_output=True, check=False,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})  # fmt: skip
    server = shutil.which("smbd")
    if server is None or shutil.which("smbclient") is None:
        pytest.skip("samba and smbclient are not installed and cannot be (not root, or no packages)")
    return server


@dataclass
class Share:
    """A running share."""

    folder: Path
    port: int

    def run(self, *commands: str) -> None:
        """Run smbclient commands in the share; each call is a connection of its own."""
        subprocess.run(self.client(*commands), check=True, capture_output=True, timeout=120)

    def answers(self) -> bool:
        """Whether the server is up."""
        return subprocess.run(self.client("ls"), check=False, capture_output=True).returncode == 0

    def client(self, *commands: str) -> list[str]:
        return ["smbclient", "//127.0.0.1/share", "-N", "-p", str(self.port), "-c", "; ".join(commands)]


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Share]:
    server = _install()
    base = tmp_path_factory.mktemp("smb")
    folder = base / "共享"
    folder.mkdir()
    for name in ("state", "cache", "lock", "private", "pid", "ncalrpc"):
        (base / name).mkdir(mode=0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = base / "smb.conf"
    config.write_text(_CONFIG.format(base=base, share=folder, port=port, user=getpass.getuser()), "utf-8")
    process = subprocess.Popen(
        [server, "--foreground", "--no-process-group", "--configfile", str(config), "--debug-stdout"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,  # at its end smbd signals its whole process group
    )  # fmt: skip
    running = Share(folder, port)
    try:
        wait_for(running.answers, 30)
        yield running
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(params=["events", "polling"])
def watched(request: pytest.FixtureRequest, share: Share, tmp_path: Path) -> Iterator[FolderDesk]:
    """The share as a drop root with Chinese folder names, watched by events and by polling."""
    space = Workspace(tmp_path / "config", tmp_path / "var")
    space.make()
    intake = IntakeSettings(
        stable_after=0.5, folder_stable_after=1.0, rescan_every=600, poll_every=0.3,
        folders=FolderNames(inbox="待审"),
    )  # fmt: skip
    root = DropRoot(
        department="办公室", path=str(share.folder), outbox=str(share.folder / "已收"),
        polling=request.param == "polling",
    )  # fmt: skip
    plan = RootPlan(space, Settings(unit=(UnitSettings(drop_roots=(root,)),), intake=intake))
    desk = FolderDesk(space.spool)
    watcher = Watcher(plan, intake, desk, lambda *fault: None)
    watcher.start()
    assert watcher.ready.wait(10)
    yield desk
    assert watcher.stop(10)


def _local(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


def test_files_and_folders_copied_over_smb(watched: FolderDesk, share: Share, tmp_path: Path) -> None:
    draft = _local(tmp_path, "client/draft.docx", b"draft")
    share.run(f'put "{draft}" "待审\\关于做好工作的通知.docx"')
    share.run(
        'mkdir "待审\\年度计划"', f'put "{draft}" "待审\\年度计划\\正文.docx"',
        'mkdir "待审\\年度计划\\附件"', f'put "{draft}" "待审\\年度计划\\附件\\一.xlsx"',
    )  # fmt: skip
    wait_for(lambda: watched.names() == ["关于做好工作的通知.docx", "年度计划"])
    assert sorted(watched.contents(), key=len) == [
        {"关于做好工作的通知.docx": b"draft"}, {"正文.docx": b"draft", "附件/一.xlsx": b"draft"},
    ]  # fmt: skip
    wait_for(lambda: list((share.folder / "待审").iterdir()) == [])


def test_a_large_file_is_taken_whole_and_once(watched: FolderDesk, share: Share, tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 64
    big = _local(tmp_path, "client/big.pdf", content)
    share.run(f'put "{big}" "待审\\大文件.pdf"')
    wait_for(lambda: watched.names() == ["大文件.pdf"], 30)
    assert watched.contents() == [{"大文件.pdf": content}]
    assert watched.calls == 1


def test_an_upload_that_pauses_longer_than_the_quiet_time(
    watched: FolderDesk, share: Share, tmp_path: Path
) -> None:
    """The server holds the file open for writing as long as the client does: the lease test sees it."""
    half = os.urandom(1 << 20) * 40  # more than the client keeps in hand
    other = _local(tmp_path, "client/other.docx", b"other")
    client = subprocess.Popen(
        share.client('put - "待审\\慢.pdf"'), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert client.stdin is not None
    slow = share.folder / "待审" / "慢.pdf"
    client.stdin.write(half)
    client.stdin.flush()
    wait_for(lambda: slow.exists() and slow.stat().st_size > 0)
    share.run(f'put "{other}" "待审\\另一份.docx"')
    wait_for(lambda: watched.names() == ["另一份.docx"])
    time.sleep(2)
    assert watched.names() == ["另一份.docx"]
    client.stdin.write(half)
    client.stdin.close()
    assert client.wait(30) == 0
    wait_for(lambda: watched.names() == ["另一份.docx", "慢.pdf"])
    assert watched.contents()[1] == {"慢.pdf": half + half}


def test_what_a_client_cannot_see(watched: FolderDesk, share: Share, tmp_path: Path) -> None:
    entered: list[str] = []

    def look(name: str) -> None:
        listing = subprocess.run(share.client("ls"), check=True, capture_output=True, text=True)
        entered.append(listing.stdout)

    watched.fault = look
    draft = _local(tmp_path, "client/draft.docx", b"draft")
    share.run(f'put "{draft}" "待审\\a.docx"')
    wait_for(lambda: watched.names() == ["a.docx"])
    assert "待审" in entered[0]
    assert ".disclosure-claims" not in entered[0]
