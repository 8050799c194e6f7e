"""What every command shares: its common options, the workspace, the store, and who is acting.

Threat model. The command line is run by whoever can read and write the data folder, so it protects
nothing from that account; it makes people sign as themselves. A person proves a name by their token
in ``DISCLOSURE_TOKEN``, or because the operating-system account that really runs the process (not
the one that an environment variable claims) is mapped to them. Tokens are never taken from the
command line, where other accounts could see them.
"""

from __future__ import annotations

import functools
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli.catalogue import COMMANDS
from disclosure_pipeline.errors import BadToken, NotFound

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

CONFIG, DATA = Path("config"), Path("var")
"""Default folders, below the current one."""

TOKEN_VARIABLE = "DISCLOSURE_TOKEN"  # noqa: S105 -- the variable's name, not a token

Callback = Callable[..., int | None]


@dataclass(frozen=True, slots=True)
class Session:
    """One call of a command.

    Args:
        config: configuration folder. data: data folder.
        as_json: whether the answer is one JSON value.
    """

    config: Path
    data: Path
    as_json: bool

    @property
    def workspace(self) -> Workspace:
        """The two folders."""
        from disclosure_pipeline.settings.workspace import Workspace

        return Workspace(self.config, self.data)

    def settings(self) -> Settings:
        """The settings, with logs set up for a short command: warnings only.

        Raises:
            ConfigError: they cannot be used.
        """
        from disclosure_pipeline import logs
        from disclosure_pipeline.settings.workspace import load_settings

        settings = load_settings(self.config)
        level = "error" if settings.log.level == "error" else "warning"
        logs.configure(settings.log.model_copy(update={"level": level}))
        return settings

    @contextmanager
    def core(self, *, existing: bool = True) -> Iterator[Core]:
        """The parts of the pipeline, for one command.

        Args:
            existing: whether the store must be there already; else an empty one is made.

        Raises:
            NotFound: there is no workspace in these folders.
            ConfigError: the configuration cannot be used.
            StoreFault: the store cannot be opened.
        """
        settings = self.settings()
        if existing:
            self.require_store(settings)
        from disclosure_pipeline.pipeline.core import Core
        from disclosure_pipeline.service.engine import EngineQueue

        core = Core.open(self.workspace)
        try:
            core.queue = EngineQueue(core.database)
            yield core
        finally:
            core.close()

    def require_store(self, settings: Settings) -> None:
        """Refuse to make a store where none is: a mistyped folder must not look like an empty office.

        Raises:
            NotFound: no workspace lies here.
        """
        there = bool(settings.store.url) and self.config.is_dir()
        if not (there or self.workspace.database.is_file()):
            raise missing_workspace()

    def require_config(self) -> None:
        """Refuse to work on the defaults: they would open an office that nobody set up.

        Raises:
            NotFound: there is no configuration folder.
        """
        if not self.config.is_dir():
            raise missing_workspace()

    def daemon_settings(self) -> Settings:
        """The settings of a process that runs on, with its logs set up as they say.

        Raises:
            NotFound: no workspace lies here.
            ConfigError: the settings cannot be used.
        """
        self.require_config()
        from disclosure_pipeline import logs
        from disclosure_pipeline.settings.workspace import load_settings

        settings = load_settings(self.config)
        logs.configure(settings.log)
        return settings


def missing_workspace() -> NotFound:
    """The error of a call outside any workspace."""
    return NotFound(
        "There is no workspace in these folders.",
        code="workspace.missing",
        advice="Make one with `disclosure init DIR`, go into DIR, or name its folders with --config and --data.",
    )


# ------------------------------------------------------------------------ commands

_COMMON = (
    click.option("--json", "as_json", is_flag=True, help="以一个 JSON 值回答（包括错误）。"),
    click.option("--config", type=click.Path(path_type=Path), default=CONFIG, show_default=True, help="配置文件夹。"),
    click.option("--data", type=click.Path(path_type=Path), default=DATA, show_default=True, help="数据文件夹。"),
)  # fmt: skip


def command(name: str) -> Callable[[Callback], click.Command]:
    """Make a function a command of the catalogue; it gets a :class:`Session` and its own options.

    Args:
        name: the command's name.
    """

    def wrap(function: Callback) -> click.Command:
        return _command(name, COMMANDS[name].summary, function)

    return wrap


def group(name: str) -> click.Group:
    """An empty group of commands of the catalogue."""
    return click.Group(name, help=COMMANDS[name].summary)


def subcommand(parent: click.Group, name: str, summary: str) -> Callable[[Callback], click.Command]:
    """Make a function a command of a group.

    Args:
        parent: the group.
        name: the command's name in it.
        summary: first line of its help.
    """

    def wrap(function: Callback) -> click.Command:
        made = _command(name, summary, function)
        parent.add_command(made)
        return made

    return wrap


def in_group(name: str, summary: str) -> Callable[[Callback], click.Command]:
    """Make a function a command that another module adds to its group.

    Args:
        name: the command's name there.
        summary: first line of its help.
    """
    return lambda function: _command(name, summary, function)


def _command(name: str, summary: str, function: Callback) -> click.Command:
    @functools.wraps(function)
    def call(*, as_json: bool, config: Path, data: Path, **options: Any) -> int | None:
        return function(Session(config, data, as_json), **options)

    wrapped: Callback = call
    for option in reversed(_COMMON):
        wrapped = option(wrapped)
    details = (function.__doc__ or "").strip()
    return click.command(name, help=f"{summary}\n\n{details}", short_help=summary)(wrapped)


# --------------------------------------------------------------------- who is acting

ACTING = click.option("--as", "user", metavar="USER", required=True, help="以谁的名义（须以本人令牌证明）。")
DAY = click.DateTime(["%Y-%m-%d"])
REASON = click.option("--reason", metavar="TEXT", default="", help="理由。")


def os_account() -> str:
    """The account that runs this process, as the system knows it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def operator() -> str:
    """How the audit and access logs name somebody who acts without a user's name."""
    from disclosure_pipeline.pipeline.staff import BY_ACCOUNT

    return f"{BY_ACCOUNT}{os_account()}"


def prove(core: Core, user: str) -> str:
    """Make sure that the caller is this user.

    Returns:
        The user's name.

    Raises:
        BadToken: neither the token nor the account belongs to them; also when there is no such user.
    """
    from disclosure_pipeline.store import people

    with core.database.read() as connection:
        if people.proves(connection, user, os.environ.get(TOKEN_VARIABLE), os_account()):
            return user
    raise BadToken(f"The caller did not prove to be '{user}'.")


def actor(core: Core, user: str | None) -> str:
    """The proven user, or the operator when no user was named."""
    return operator() if user is None else prove(core, user)
