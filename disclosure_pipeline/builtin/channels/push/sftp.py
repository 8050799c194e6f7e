"""The other host, reached with OpenSSH's ``sftp``: whole files only, by rename, and read back to be compared.

The host's key must be known beforehand; no password is asked, no configuration of the account is read, and nothing
that the host says becomes part of a message.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from disclosure_pipeline.builtin.channels.outside import unreachable
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ChannelFault

TEMPORARY = ".pushed"
"""End of the name of a file that is on its way; after a crash one may be left."""

_NO_CONNECTION = 255
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Host:
    """Where the site is pushed to.

    Args:
        name: host. port: port of its SSH server. user: account there.
        folder: folder there that holds the site.
        key_file: private key of this side. known_hosts: file with the host's key.
        timeout: seconds for one session.
    """

    name: str
    port: int
    user: str
    folder: str
    key_file: str
    known_hosts: str
    timeout: float


class Sftp:
    """Sessions with the other host.

    Args:
        host: where it is.
    """

    def __init__(self, host: Host):
        self._host = host

    def put(self, root: Path, paths: Sequence[str]) -> None:
        """Put files there, each at once, in this order.

        Args:
            root: the site's folder.
            paths: relative to it.

        Raises:
            ChannelFault: ``channel.unreachable``, ``channel.refused``, ``channel.timeout``; any of them may be there.
        """
        folders = sorted({str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"."})
        commands = [f"-mkdir {self._there(folder)}" for folder in folders]
        for path in paths:
            temporary = self._there(path + TEMPORARY)
            commands += [
                f"put {_quoted(str(root / path))} {temporary}",
                f"rename {temporary} {self._there(path)}",
            ]
        self._run(commands)

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files there; one that is not there is removed. Ask :meth:`held` what is left.

        Raises:
            ChannelFault: see :meth:`put`.
        """
        self._run([f"-rm {self._there(path)}" for path in paths])

    def held(self, folders: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """What folders there really hold: sha256 by path in the folder; what cannot be read is left out.

        Raises:
            ChannelFault: see :meth:`put`.
        """
        with tempfile.TemporaryDirectory() as copies:
            places = {folder: Path(copies) / str(number) for number, folder in enumerate(folders)}
            self._run(
                [f"-get -r {self._there(folder)} {_quoted(str(place))}" for folder, place in places.items()]
            )
            return {folder: _digests(place) for folder, place in places.items()}

    def _there(self, path: str) -> str:
        return _quoted(f"{self._host.folder.rstrip('/')}/{path}")

    def _run(self, commands: Sequence[str]) -> None:
        if not commands:
            return
        libc = ctypes.CDLL(None)  # before the fork: nothing is loaded between fork and exec
        try:
            # It ends with this process: a session that goes on alone could put back what a withdrawal has removed.
            done = subprocess.run(  # noqa: S603 -- fixed words, and quoted paths on its standard input
                self._words(), input="\n".join(commands).encode() + b"\n", capture_output=True,
                timeout=self._host.timeout, env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, check=False,
                preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ChannelFault("The host did not answer in time.", code="channel.timeout") from None
        except OSError as error:
            raise unreachable(error) from None
        if done.returncode == _NO_CONNECTION:
            raise unreachable(ConnectionError())
        if done.returncode != 0:
            raise ChannelFault(
                "The host refused a file.",
                code="channel.refused",
                advice="Check room, rights and the folder on the host; it is tried again by itself.",
            )

    def _words(self) -> list[str]:
        host = self._host
        options = {
            "BatchMode": "yes", "StrictHostKeyChecking": "yes", "UserKnownHostsFile": host.known_hosts,
            "GlobalKnownHostsFile": "/dev/null", "IdentityFile": host.key_file, "IdentitiesOnly": "yes",
            "ConnectTimeout": "10", "ServerAliveInterval": "5", "PreferredAuthentications": "publickey",
        }  # fmt: skip
        words = ["sftp", "-q", "-F", "/dev/null", "-b", "-", "-P", str(host.port)]
        words += [f"-o{name}={value}" for name, value in options.items()]
        return [*words, f"{host.user}@{host.name}"]


def _quoted(path: str) -> str:
    """A path as a batch of ``sftp`` takes it literally."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _digests(place: Path) -> dict[str, str]:
    return {
        str(path.relative_to(place)): file_digest(path) for path in sorted(place.rglob("*")) if path.is_file()
    }
