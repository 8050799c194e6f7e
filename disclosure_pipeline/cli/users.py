"""`disclosure user {add,token,list,password,disable,enable}`: people, their roles, tokens and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.deputies import deputies as listing_of_deputies
from disclosure_pipeline.cli.deputies import deputy, deputy_end
from disclosure_pipeline.cli.session import Session, group, operator, subcommand
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.route import Role

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core

user = group("user")


@subcommand(user, "add", "增加人员或其角色；新人员的令牌只显示这一次")
@click.argument("name", metavar="NAME")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="角色。")
@click.option("--department", metavar="D", default="", help="部门（clerk、first）；不写为本单位所有部门。")
@click.option("--unit", metavar="U", help="单位代码；不写为配置中的第一个单位。")
@click.option("--os-account", metavar="ACCOUNT", help="映射的操作系统账号：以此账号运行时无须令牌。")
@click.option("--password", "with_password", is_flag=True, help="同时开通审查工作台，初始密码只显示这一次。")
def add(
    session: Session,
    *,
    name: str,
    role: str,
    department: str,
    unit: str | None,
    os_account: str | None,
    with_password: bool,
) -> None:
    """Add a person, or a further role to a known one; NAME is what the public page prints.

    With --password the person can enter the console; who can already keeps the password they have.
    """
    from disclosure_pipeline.pipeline import staff
    from disclosure_pipeline.store.people import Grant

    with session.core() as core:
        grant = Grant(Role(role), unit_of(core, unit), department)
        token = staff.add(core, name, grant, by=operator(), os_account=os_account)
        told = {"user": name, "token": token}
        if with_password:
            told["password"] = _first_password(core, name)
    _print(session, told)


@subcommand(user, "token", "换发令牌；旧令牌随即失效")
@click.argument("name", metavar="NAME")
def token(session: Session, name: str) -> None:
    """Give a person a new token, shown this once; the old one is void."""
    from disclosure_pipeline.store import people
    from disclosure_pipeline.store.audit import Record, append

    with session.core() as core, core.database.write() as connection:
        made = people.new_token(connection, name)
        append(connection, Record(action="user.token", actor=operator(), detail={"user": name}))
    _print(session, {"user": name, "token": made})


@subcommand(user, "password", "发给工作台初始密码；首次登录须修改，原密码和会话随即失效")
@click.argument("name", metavar="NAME")
def password(session: Session, name: str) -> None:
    """Open a person's account for the console, or give it a new first password, shown this once."""
    from disclosure_pipeline.pipeline import accounts

    with session.core() as core:
        made = accounts.give_password(core, name, by=operator())
    _print(session, {"user": name, "password": made})


def _first_password(core: Core, name: str) -> str | None:
    """A password for somebody who has none; ``None`` for somebody who has."""
    from disclosure_pipeline.pipeline import accounts

    return None if accounts.has_account(core, name) else accounts.give_password(core, name, by=operator())


@subcommand(user, "disable", "停用人员：令牌、密码、会话和代理随即失效")
@click.argument("name", metavar="NAME")
def disable(session: Session, name: str) -> None:
    """Let a person act no more; what they did stands. `disclosure user enable` takes it back."""
    _set_disabled(session, name, disabled=True)


@subcommand(user, "enable", "恢复停用的人员")
@click.argument("name", metavar="NAME")
def enable(session: Session, name: str) -> None:
    """Let a disabled person act again, with the roles, token and password of before."""
    _set_disabled(session, name, disabled=False)


def _set_disabled(session: Session, name: str, *, disabled: bool) -> None:
    from disclosure_pipeline.pipeline import accounts

    with session.core() as core:
        accounts.disable(core, name, by=operator(), disabled=disabled)
    if session.as_json:
        output.print_json({"user": name, "disabled": disabled})
    else:
        output.say(f"{name}：已{'停用' if disabled else '恢复'}。")


@subcommand(user, "list", "列出人员及其角色")
def listing(session: Session) -> None:
    """People and the roles they hold."""
    from disclosure_pipeline.store import people

    with session.core() as core, core.database.read() as connection:
        found: list[dict[str, Any]] = [
            {
                "user": person.name,
                "roles": [
                    {"role": grant.role.value, "unit": grant.unit, "department": grant.department or None}
                    for grant in person.grants
                ],
            }
            for person in people.everyone(connection)
        ]
    if session.as_json:
        output.print_json(found)
        return
    rows = [
        (person["user"], Role(grant["role"]).chinese, grant["role"], grant["unit"], grant["department"])
        for person in found
        for grant in person["roles"]
    ]
    output.table(("姓名", "角色", "代码", "单位", "部门"), rows)


def unit_of(core: Core, code: str | None) -> str:
    """A unit by the code given, the first one if none is.

    Raises:
        UsageError: there is no such unit.
    """
    units = [unit.code for unit in core.settings.unit]
    if code is None:
        return units[0]
    if code not in units:
        raise UsageError(f"There is no unit '{code}'.", advice=f"One of {', '.join(units)}.")
    return code


def _print(session: Session, told: dict[str, str | None]) -> None:
    """Print what a person is given, each secret this once."""
    if session.as_json:
        output.print_json(told)
        return
    name = told["user"]
    if told.get("token"):
        output.give(name, "token", told["token"])
    elif "token" in told:
        output.say(f"{name}：已增加角色；令牌不变（换发用 disclosure user token）。")
    if told.get("password"):
        output.give(name, "password", told["password"])
    elif "password" in told:
        output.say(f"{name}：密码不变（换发用 disclosure user password）。")


user.add_command(deputy)
user.add_command(deputy_end)
user.add_command(listing_of_deputies)
