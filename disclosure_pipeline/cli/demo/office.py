"""An office for the demo: a workspace of its own, its people with their tokens, and its daemon.

People act through the commands of `disclosure` themselves, each under their own token; nothing here
reaches past the command line into the store.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from disclosure_pipeline.cli.demo.samples import Officer
from disclosure_pipeline.cli.session import CONFIG, DATA, TOKEN_VARIABLE
from disclosure_pipeline.errors import ConfigError, DisclosureError, Refused, StoreFault
from disclosure_pipeline.settings.workspace import Workspace

MARKER = ".disclosure-demo"
"""File that says that a folder was made by the demo, and may be replaced by it."""

PLUGINS = ("notice_board", "vehicle_plate")
"""The shipped example plugins; the demo uses both."""

Runner = Callable[[Sequence[str], str | None], tuple[int, bytes]]
"""Runs `disclosure` with words and a token; gives exit status and standard output."""

_ALLOW = re.compile(r"^allow = \[\].*$", re.MULTILINE)
_ADDRESS = re.compile(r"http://[^\s\"']+")
_LOOK_EVERY = 0.1


def run_here(words: Sequence[str], token: str | None) -> tuple[int, bytes]:
    """Run a command in this process: the same code, without the time to start Python."""
    from disclosure_pipeline.cli.main import main

    raw = io.BytesIO()
    answer = io.TextIOWrapper(raw, "utf-8")
    with contextlib.redirect_stdout(answer), _token(token):
        status = main(words)
        answer.flush()
    return status, raw.getvalue()


@contextlib.contextmanager
def _token(token: str | None) -> Iterator[None]:
    before = os.environ.pop(TOKEN_VARIABLE, None)
    if token is not None:
        os.environ[TOKEN_VARIABLE] = token
    try:
        yield
    finally:
        os.environ.pop(TOKEN_VARIABLE, None)
        if before is not None:
            os.environ[TOKEN_VARIABLE] = before


class Office:
    """A workspace whose people act through commands.

    Args:
        folder: holds ``config``, ``var`` and ``plugins``.
        runner: how commands are run.
        tokens: tokens by name, as far as they are known already.
    """

    def __init__(self, folder: Path, runner: Runner = run_here, tokens: dict[str, str] | None = None):
        self.folder = folder
        self.workspace = Workspace(folder / CONFIG, folder / DATA)
        self.tokens = {} if tokens is None else tokens
        self.passwords: dict[str, str] = {}
        self._runner = runner

    def make(self, officers: Sequence[Officer], plugins: Sequence[str] = PLUGINS) -> None:
        """Make the workspace, allow plugins and add the officers.

        Args:
            officers: who works here.
            plugins: names of drop-in plugins to allow.

        Raises:
            DisclosureError: a command failed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._run(["init", str(self.folder), "--json"])
        self._allow(plugins)
        for officer in officers:
            for role in officer.roles:
                self.hire(officer.name, role.value, officer.department)

    def hire(self, name: str, role: str, department: str = "") -> None:
        """Add a person or a further role, and keep their token and first password."""
        words = ["--department", department] if department else []
        made = self.call("user", "add", name, "--role", role, "--password", *words)
        if made["token"]:
            self.tokens[name] = made["token"]
            self.passwords[name] = made["password"]

    def call(self, *words: str, token: str | None = None) -> Any:
        """Run a command of this office; ``--as NAME`` among the words brings that person's token.

        Args:
            words: the command with its options.
            token: another token than the person's own.

        Returns:
            What it answers as JSON.

        Raises:
            DisclosureError: the error that the command told, with its code.
        """
        if token is None and "--as" in words:
            token = self.tokens.get(words[words.index("--as") + 1])
        return self._run([*words, "--json", *self.folders], token)

    @property
    def folders(self) -> list[str]:
        """The options that name the workspace."""
        return ["--config", str(self.workspace.config), "--data", str(self.workspace.data)]

    def _run(self, words: Sequence[str], token: str | None = None) -> Any:
        status, answer = self._runner(words, token)
        value = json.loads(answer)
        if status != 0 and isinstance(value, dict) and "error" in value:
            told = value["error"]
            raise DisclosureError(told["message"], code=told["code"], advice=told["advice"])
        return value

    def _allow(self, plugins: Sequence[str]) -> None:
        path = self.workspace.config / "disclosure.toml"
        line = f"allow = {json.dumps(list(plugins))}"
        text, count = _ALLOW.subn(line, path.read_text("utf-8"), count=1)
        if count != 1:
            raise ConfigError("The shipped disclosure.toml has no line 'allow = []'.")
        path.write_text(text, "utf-8")


def fresh_folder(folder: Path) -> None:
    """Make an empty folder for the demo; only what an earlier demo made is replaced.

    Raises:
        Refused: something else lies there.
        Locked: the daemon of an earlier demo still runs on it.
        StoreFault: it cannot be written.
    """
    from disclosure_pipeline.service.lock import DataLock

    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise _occupied(folder)
        if folder.is_dir() and any(folder.iterdir()):
            if not (folder / MARKER).is_file():
                raise _occupied(folder)
            if (folder / DATA).is_dir():
                lock = DataLock(folder / DATA)
                lock.take()
                lock.release()
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text("disclosure demo\n", "utf-8")
    except OSError as error:
        raise StoreFault(
            f"{folder} cannot be written ({type(error).__name__}).",
            code="demo.write",
            advice="Name a folder that you can write with --dir.",
        ) from None


def _occupied(folder: Path) -> Refused:
    return Refused(
        f"{folder} exists and was not made by the demo; nothing was changed.",
        code="workspace.exists",
        advice="Name another folder with --dir.",
    )


class DaemonProcess:
    """`disclosure run` as a process of its own.

    Args:
        workspace: its folders.
        port: port to listen on; 0 means any free one.
        environment: further environment variables.
    """

    def __init__(self, workspace: Workspace, port: int = 0, environment: dict[str, str] | None = None):
        self._command = [
            sys.executable, "-m", "disclosure_pipeline", "run", "--port", str(port),
            "--config", str(workspace.config), "--data", str(workspace.data),
        ]  # fmt: skip
        self._environment = {**os.environ, **(environment or {})}
        self.log = workspace.log / "daemon.log"
        self.address = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 60.0) -> None:
        """Start it and wait until its drop folders are watched.

        Args:
            patience: seconds.

        Raises:
            DisclosureError: it ended, or did not get ready in time.
        """
        self.address = ""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                env=self._environment,
            )  # fmt: skip
        deadline = time.monotonic() + patience
        while not self._ready(begin):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise DisclosureError(
                    "The daemon did not start.", code="demo.daemon", advice=f"Read {self.log}."
                )
            time.sleep(_LOOK_EVERY)

    def stop(self) -> int | None:
        """Ask it to end and wait for it; its exit status, ``None`` if it never started."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait()

    def wait(self) -> int:
        """Wait until it ends by itself."""
        assert self._process is not None  # noqa: S101 -- callers start it first
        return self._process.wait()

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None  # noqa: S101 -- callers start it first
        return self._process.pid

    def _ready(self, begin: int) -> bool:
        if not self.address:
            self.address = self._told_address(begin)
        if not self.address:
            return False
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5.0) as answer:  # noqa: S310 -- http
                return bool(answer.status == 200)
        except (urllib.error.URLError, TimeoutError):
            return False

    def _told_address(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            for line in log.read().decode("utf-8", "replace").splitlines():
                if "daemon_started" in line and (found := _ADDRESS.search(line)):
                    return found[0]
        return ""
