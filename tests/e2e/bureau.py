"""A bureau for the end-to-end tests: a workspace, its people, and a real daemon beside it.

What a test is about is said to `disclosure` as a process of its own (`cli`). Steps that lead up to it, and the
many that must be refused, go through the same entry of the command line in this process (`quick`, `refused`),
which saves a second each.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from disclosure_pipeline.cli.demo.office import DaemonProcess, Office
from disclosure_pipeline.cli.demo.samples import Officer
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.route import Role

PATIENCE = 60.0
DEPARTMENT = "财政局"
CHAIN = ("保密甲", "初审甲", "复审甲", "终审甲")
"""Who signs a document of :data:`DEPARTMENT`, in order."""

OFFICERS = (
    Officer("保密甲", (Role.SECRECY,)),
    Officer("保密乙", (Role.SECRECY,)),
    Officer("初审甲", (Role.FIRST,), DEPARTMENT),
    Officer("初审丙", (Role.FIRST,), "民政局"),
    Officer("复审甲", (Role.SECOND,)),
    Officer("终审甲", (Role.FINAL,)),
    Officer("办公甲", (Role.OFFICE,)),
    Officer("管理甲", (Role.ADMIN,)),
    Officer("经办甲", (Role.CLERK,), DEPARTMENT),
    Officer("经办丙", (Role.CLERK,), "民政局"),
    Officer("多岗甲", (Role.SECRECY, Role.SECOND)),
    Officer("拟稿甲", (Role.FIRST, Role.CLERK), DEPARTMENT),
)


def run_process(words: Sequence[str], token: str | None) -> tuple[int, bytes]:
    """Run `disclosure` as a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "DISCLOSURE_TOKEN"}
    if token is not None:
        environment["DISCLOSURE_TOKEN"] = token
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", *words],
        env=environment,
        stdout=subprocess.PIPE,
        check=False,
    )
    return done.returncode, done.stdout


class Bureau:
    """A workspace with people and a daemon.

    Args:
        folder: where to make it.
        plugins: drop-in plugins to allow.
        environment: further environment variables of the daemon.
        settings: values that replace those of the shipped ``disclosure.toml``, by key.
    """

    def __init__(
        self,
        folder: Path,
        *,
        plugins: Sequence[str] = ("notice_board",),
        environment: dict[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ):
        self.office = Office(folder)
        self.office.make(OFFICERS, plugins)
        self.process = Office(folder, run_process, self.office.tokens)
        self.workspace = self.office.workspace
        quick = {"stable_after": "0.3", "folder_stable_after": "0.6", **(settings or {})}
        for key, value in quick.items():
            self.configure(key, value)
        self._known: dict[tuple[str, int], list[str]] = {}
        self.daemon = DaemonProcess(self.workspace, environment=environment)

    def configure(self, key: str, value: str) -> None:
        """Replace the first line ``key = …`` of ``disclosure.toml``."""
        path = self.workspace.config / "disclosure.toml"
        text, count = re.subn(
            rf"^{key} = .*$", f"{key} = {value}", path.read_text("utf-8"), count=1, flags=re.M
        )
        assert count == 1
        path.write_text(text, "utf-8")

    # ------------------------------------------------------------------- commands

    def quick(self, *words: str) -> Any:
        """A command that leads up to what is tested."""
        return self.office.call(*words)

    def cli(self, *words: str, token: str | None = None) -> Any:
        """A command that is tested."""
        return self.process.call(*words, token=token)

    def refused(self, *words: str, token: str | None = None) -> str:
        """The error code of a command that must fail."""
        with pytest.raises(DisclosureError) as caught:
            self.office.call(*words, token=token)
        return caught.value.code

    def workers(self) -> list[int]:
        """Process ids of the daemon's workers, whichever of its threads started them."""
        tasks = Path(f"/proc/{self.daemon.pid}/task").iterdir()
        children = [child for task in tasks for child in (task / "children").read_text().split()]
        return [int(child) for child in children if b"--slot" in Path(f"/proc/{child}/cmdline").read_bytes()]

    # ----------------------------------------------------------------------- drops

    def inbox(self, department: str = DEPARTMENT) -> Path:
        """The drop folder of a department."""
        return self.workspace.inbox / department

    def outbox(self, department: str = DEPARTMENT) -> Path:
        """The folder where a department gets its letters."""
        return self.workspace.outbox / department

    def drop(self, name: str, content: bytes, *, department: str = DEPARTMENT) -> str:
        """Drop a file, and wait for its case number."""
        path = self.inbox(department) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return self.received([content])

    def drop_folder(self, name: str, members: Mapping[str, bytes], *, department: str = DEPARTMENT) -> str:
        """Drop a folder, and wait for its case number."""
        folder = self.inbox(department) / name
        for member, content in members.items():
            (folder / member).parent.mkdir(parents=True, exist_ok=True)
            (folder / member).write_bytes(content)
        return self.received(list(members.values()))

    def received(self, contents: Iterable[bytes]) -> str:
        """The case whose present version holds exactly these bytes; the newest one."""
        digests = sorted(hashlib.sha256(content).hexdigest() for content in contents)

        def find() -> str:
            for item in reversed(self.quick("list")):
                if self._digests(item["id"], item["version"]) == digests:
                    return str(item["id"])
            return ""

        return wait_for(find, "the case is received")

    def _digests(self, case: str, version: int) -> list[str]:
        """Hashes of a version's files; they never change, so each version is asked for once."""
        if (case, version) not in self._known:
            parts = self.quick("show", case)["parts"]
            self._known[case, version] = sorted(part["sha256"] for part in parts)
        return self._known[case, version]

    def wait(self, case: str, state: str) -> Any:
        """Wait until a case is in a state; what `show` says then."""

        def look() -> Any:
            shown = self.quick("show", case)
            return shown if shown["state"] == state else None

        return wait_for(look, f"{case} is {state}")

    def reviewable(self, name: str, content: bytes, **place: str) -> str:
        """Drop a file and wait until it is in review."""
        case = self.drop(name, content, **place)
        self.wait(case, "in_review")
        return case

    # ----------------------------------------------------------------------- people

    def sign(self, case: str, *people: str) -> None:
        """Let people approve the present version, one after the other."""
        for name in people:
            self.wait_until_signable(case)
            version = self.quick("show", case)["version"]
            self.quick("decide", case, "approve", "--version", str(version), "--as", name, "--reason", "同意")

    def wait_until_signable(self, case: str) -> None:
        """Before the last tier: wait until the public copy is frozen."""

        def ready() -> bool:
            shown = self.quick("show", case)
            last = [tier["state"] for tier in shown["tiers"]].count("open") == 1
            return shown["public"] is not None or not last or shown["attribute"]["proposed"] != "proactive"

        wait_for(ready, f"{case} is frozen")

    def published(self, name: str, content: bytes) -> Any:
        """Drop a draft and lead it to the site; what `show` says then."""
        case = self.reviewable(name, content)
        self.sign(case, *CHAIN)
        return self.wait(case, "published")


def wait_for(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Look until there is something to see."""
    deadline = time.monotonic() + patience
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)
    return seen


def draft(title: str, *paragraphs: str, note: str = "（此件公开发布）") -> bytes:
    """A plain text draft, as a department writes it."""
    return "\n".join([title, "", *paragraphs, "", "示范县财政局", "2026年11月20日", note, ""]).encode()


def letter(path: Path) -> str:
    """The text of a letter, without its mark-up."""
    html = path.read_text("utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.S))


def holding(folder: Path, words: Iterable[str | bytes]) -> list[str]:
    """Files below a folder that hold one of the words, in their bytes or in their name."""
    needles = "\n".join((word.encode() if isinstance(word, str) else word).hex() for word in words)
    script = Path(__file__).with_name("search.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)], input=needles.encode(), stdout=subprocess.PIPE, check=True
    )
    return [os.fsdecode(bytes.fromhex(line.decode())) for line in done.stdout.split()]
