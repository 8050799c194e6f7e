"""A real OpenSSH server on the loopback address, with keys of its own, for as long as a test takes."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin")


@dataclass
class SshHost:
    """A running server: its port, the client's key, the host's key, and the folder that holds the site."""

    port: int
    key: Path
    known: Path
    folder: Path

    def section(self, **more: Any) -> dict[str, Any]:
        """The settings of the plugin for it."""
        return {
            "host": "127.0.0.1", "port": self.port, "user": getpass.getuser(), "folder": str(self.folder),
            "key_file": str(self.key), "known_hosts": str(self.known), **more,
        }  # fmt: skip


@contextmanager
def ssh_host(folder: Path, largest: int | None = None) -> Iterator[SshHost]:
    """Start a server.

    Args:
        folder: an empty folder for its keys; ``folder/site`` is where the site goes.
        largest: longest file that it can write, bytes, like a disk without room.
    """
    assert SSHD is not None
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    site = folder / "site"
    site.mkdir(parents=True)
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorised").write_bytes((folder / "client.pub").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder / 'authorised'}\nStrictModes no\nPasswordAuthentication no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n",
        "utf-8",
    )
    known = folder / "known"
    known.write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text('utf-8')}", "utf-8")

    words = [] if largest is None else ["prlimit", f"--fsize={largest}"]
    words += [SSHD, "-D", "-e", "-f", str(config)]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(words, stderr=log)
    try:
        _wait_for(port, running)
        yield SshHost(port, folder / "client", known, site)
    finally:
        running.terminate()
        running.wait()


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the SSH server ended")
