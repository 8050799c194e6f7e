"""Calls of the command line in this process, on real workspaces, for tests; the fixtures are in `cli_fixtures`."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from disclosure_pipeline.cli.main import main
from disclosure_pipeline.pipeline import leases, publication
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.settings.workspace import Workspace
from tests.logging_state import logging_put_back

TITLE = "关于调整窗口办公时间的通知"
MAIL = "chuangkou@example.cn"
BODY = f"{TITLE}\n\n窗口联系邮箱：{MAIL}。"

PEOPLE = {
    "李示密": ("secrecy", ""),
    "孟示密": ("secrecy", ""),
    "王示初": ("first", "办公室"),
    "赵示复": ("second", ""),
    "钟示终": ("final", ""),
    "孙示办": ("office", ""),
    "田示经": ("clerk", "办公室"),
}


@dataclass(frozen=True)
class Answer:
    """What a call printed and how it ended."""

    status: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def code(self) -> str:
        """Code of the error; the shape of an error is checked on the way."""
        value = self.json
        assert set(value) == {"error"}
        assert set(value["error"]) == {"code", "message", "advice"}
        return str(value["error"]["code"])

    @property
    def text(self) -> str:
        return self.out.decode()


def call(*words: str, token: str | None = None) -> Answer:
    """Call `disclosure` with these words."""
    out, err = io.BytesIO(), io.StringIO()
    before = os.environ.pop("DISCLOSURE_TOKEN", None)
    if token is not None:
        os.environ["DISCLOSURE_TOKEN"] = token
    stream = io.TextIOWrapper(out, encoding="utf-8")
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(err), logging_put_back():
            status = main(words)
            stream.flush()
    finally:
        os.environ.pop("DISCLOSURE_TOKEN", None)
        if before is not None:
            os.environ["DISCLOSURE_TOKEN"] = before
    return Answer(status, out.getvalue(), err.getvalue())


@dataclass
class Office:
    """A workspace with people, and one worker in this process."""

    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder / "config", self.folder / "var")

    @property
    def options(self) -> tuple[str, ...]:
        return ("--json", "--config", str(self.workspace.config), "--data", str(self.workspace.data))

    @classmethod
    def found(cls, folder: Path) -> Office:
        """`disclosure init`, and everybody who signs."""
        office = cls(folder)
        made = call("init", str(folder), "--department", "办公室", "--department", "财政局", "--json")
        assert made.status == 0, made.text
        office.tokens[made.json["user"]] = made.json["token"]
        for name, (role, department) in PEOPLE.items():
            words = ("--department", department) if department else ()
            office.tokens[name] = office("user", "add", name, "--role", role, *words).json["token"]
        return office

    def __call__(self, *words: str, token: str | None = None) -> Answer:
        return call(*words, *self.options, token=token)

    def as_(self, user: str, *words: str) -> Answer:
        """Call as somebody, with their token."""
        return self(*words, "--as", user, token=self.tokens[user])

    @contextlib.contextmanager
    def core(self) -> Iterator[Core]:
        core = Core.open(self.workspace, scope="worker", worker="test#1")
        try:
            yield core
        finally:
            core.close()

    def draft(self, name: str, body: str, note: str = "（此件公开发布）") -> Path:
        """A text draft that names its own attribute."""
        path = self.folder / name
        path.write_text(f"{body}\n\n办公室\n2026年11月20日\n{note}\n", "utf-8")
        return path


class Hands:
    """A worker's hands: carries documents on, and publications out."""

    def __init__(self, core: Core):
        self._core = core
        leases.register_worker(core, host="test", pid=os.getpid())

    def carry(self, case: str) -> None:
        leases.beat(self._core)
        carry_on(self._core, case)
        with self._core.database.read() as connection:
            due = publication.due(connection, 10)
        for item in due:
            publication.carry_out(self._core, item.document, item.channel)


class Desk:
    """Submits drafts with bytes of their own and walks them."""

    def __init__(self, cli_office: Office, cli_hands: Hands):
        self.office, self.hands, self.number = cli_office, cli_hands, 0

    def __call__(self, body: str = BODY, *words: str, name: str = "", carry: bool = True) -> str:
        self.number += 1
        path = self.office.draft(name or f"文稿{self.number}.txt", f"{body}\n（第{self.number}号）")
        case = str(self.office("submit", str(path), "--department", "办公室", *words).json["id"])
        if carry:
            self.hands.carry(case)
        return case

    def sign(self, case: str, *users: str, version: int = 1) -> Answer:
        answer = None
        for user in users:
            answer = self.office.as_(user, "decide", case, "approve", "--version", str(version))
            assert answer.status == 0, answer.text
            self.hands.carry(case)
        assert answer is not None
        return answer

    def cleared(self, case: str) -> str:
        assert self.office.as_("李示密", "clear", case, "all", "accept", "--reason", "公务邮箱").status == 0
        return case

    def state(self, case: str) -> str:
        return str(self.office("show", case).json["state"])
