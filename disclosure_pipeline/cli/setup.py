"""`disclosure init`: a workspace that works at once. It never asks and never overwrites."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import CONFIG, DATA, Session, command, operator
from disclosure_pipeline.errors import DisclosureError, Refused, StoreFault, UsageError
from disclosure_pipeline.model.route import Role

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core

FIRST_ADMINISTRATOR = "管理员"
_DEPARTMENTS = re.compile(r"^departments = \[.*?\].*$", re.MULTILINE)
_PRIVATE_FILE = 0o600
_OTHERS_WRITE = 0o022


@command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--department", "departments", metavar="NAME", multiple=True, help="部门，可多次给出；不写为示例部门。"
)
@click.pass_context
def init(ctx: click.Context, session: Session, folder: Path, departments: tuple[str, ...]) -> None:
    """Make config, data, drop folders and the first administrator; token and password are shown this once.

    The folders are DIR/config and DIR/var unless --config and --data name others. A template of the
    slip (发文拟稿单) is laid into each drop folder; under its name it is never taken for a draft.
    """
    session = Session(
        _place(ctx, "config", folder, CONFIG), _place(ctx, "data", folder, DATA), session.as_json
    )
    _check_departments(departments)
    _refuse_existing(session)
    try:
        _lay_out_config(session, departments)
        core = _open(session)
        try:
            made = _furnish(core, session)
        finally:
            core.close()
    except OSError as error:
        raise StoreFault(f"A folder cannot be written ({type(error).__name__}).", code="init.write") from None
    _print(session, made)


def _place(ctx: click.Context, name: str, folder: Path, default: Path) -> Path:
    """The folder named by an option, else the default one below DIR."""
    if ctx.get_parameter_source(name) is ParameterSource.DEFAULT:
        return folder / default
    named: Path = ctx.params[name]
    return named


def _check_departments(departments: Sequence[str]) -> None:
    from disclosure_pipeline.service.watcher.names import is_department

    for name in departments:
        if not is_department(name):
            raise UsageError(
                "A department's name cannot be that of a folder here (blank, '/', hidden, too long)."
            )
    if len(set(departments)) != len(departments):
        raise UsageError("A department is named twice.")


def _refuse_existing(session: Session) -> None:
    for path in (session.config, session.data):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise Refused(
                f"{path} exists already and is not empty; nothing was changed.",
                code="workspace.exists",
                advice="Name another folder: `disclosure init DIR`.",
            )


def _lay_out_config(session: Session, departments: Sequence[str]) -> None:
    """Copy the commented configuration and the example plugins (none of which is allowed to load)."""
    from disclosure_pipeline.settings.resources import share

    shutil.copytree(share("config"), session.config, copy_function=shutil.copyfile, dirs_exist_ok=True)
    plugins = session.config.parent / "plugins"
    if not plugins.exists():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(share("plugins"), plugins, copy_function=shutil.copyfile, ignore=ignored)
        _close_to_others(plugins)
    if departments:
        path = session.config / "disclosure.toml"
        names = json.dumps(list(departments), ensure_ascii=False)
        line = f"departments = {names}   # 各在 var/inbox/ 下有投递文件夹"
        path.write_text(_DEPARTMENTS.sub(lambda _: line, path.read_text("utf-8"), count=1), "utf-8")


def _close_to_others(folder: Path) -> None:
    """Let only the owner write plugins, whatever the umask was when they were copied or checked out."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~_OTHERS_WRITE)


def _open(session: Session) -> Core:
    session.settings()
    from disclosure_pipeline.pipeline.core import Core

    core = Core.open(session.workspace)
    if core.database.sqlite:
        # Drafts lie in it: nobody else of this machine reads it, whatever the umask says.
        session.workspace.database.chmod(_PRIVATE_FILE)
    return core


def _furnish(core: Core, session: Session) -> dict[str, Any]:
    from disclosure_pipeline.cli.template import write_template
    from disclosure_pipeline.pipeline import accounts, staff
    from disclosure_pipeline.service.watcher.roots import RootPlan
    from disclosure_pipeline.settings.workspace import SLIP_TEMPLATE
    from disclosure_pipeline.store.people import Grant

    plan = RootPlan(core.workspace, core.settings)
    plan.make()
    roots = plan.local_roots()
    for root in roots:
        write_template(root.drop / SLIP_TEMPLATE)
    unit = core.settings.unit[0].code
    token = staff.add(core, FIRST_ADMINISTRATOR, Grant(Role.ADMIN, unit, ""), by=operator())
    if token is None:
        raise DisclosureError("This store has an administrator already.", code="workspace.exists")
    password = accounts.give_password(core, FIRST_ADMINISTRATOR, by=operator())
    return {
        "config": str(session.config), "data": str(session.data),
        "departments": [root.department for root in roots],
        "user": FIRST_ADMINISTRATOR, "token": token, "password": password,
    }  # fmt: skip


def _print(session: Session, made: dict[str, Any]) -> None:
    if session.as_json:
        output.print_json(made)
        return
    output.say(f"配置：{made['config']}\n数据：{made['data']}")
    output.say(f"投递文件夹：{session.data / 'inbox'}/（{'、'.join(made['departments'])}）")
    output.give(made["user"], "token", made["token"])
    output.give(made["user"], "password", made["password"])
    output.say(
        "下一步：修改 disclosure.toml 中的单位和网站信息，用 disclosure user add 增加人员，然后 disclosure run。"
    )
