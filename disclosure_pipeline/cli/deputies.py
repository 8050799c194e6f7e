"""`disclosure user {deputy,deputy-end,deputies}`: who stands in for whom (AB角), from which day to which."""

from __future__ import annotations

from datetime import datetime

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import ACTING, DAY, Session, in_group, prove
from disclosure_pipeline.model.route import Role

_STATES = {"running": "有效", "coming": "未开始", "ended": "已结束"}


@click.argument("principal", metavar="PRINCIPAL")
@click.argument("name", metavar="DEPUTY")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="所代理的角色。"
)
@click.option("--from", "first_day", metavar="D", type=DAY, required=True, help="首日（含），如 2026-12-01。")
@click.option("--to", "last_day", metavar="D", type=DAY, required=True, help="末日（含）。")
@click.option("--unit", metavar="U", help="单位代码；不写为配置中的第一个单位。")
@click.option("--department", metavar="D", default="", help="部门；不写为被代理人该角色的全部部门。")
@ACTING
def _deputy(
    session: Session,
    *,
    principal: str,
    name: str,
    role: str,
    first_day: datetime,
    last_day: datetime,
    unit: str | None,
    department: str,
    user: str,
) -> None:
    """Let DEPUTY act for PRINCIPAL in a role; by the principal or an administrator of the unit.

    Days are those of Asia/Shanghai. A deputy counts as both people wherever different ones must sign, and
    has no more than the principal themselves holds.
    """
    from disclosure_pipeline.cli.users import unit_of
    from disclosure_pipeline.pipeline import deputies as standing
    from disclosure_pipeline.store.deputies import Appointment

    with session.core() as core:
        by = prove(core, user)
        wish = Appointment(
            principal, name, Role(role), unit_of(core, unit), department, first_day.date(), last_day.date()
        )
        number = standing.give(core, wish, by=by)
        (made,) = (item for item in standing.listing(core) if item["number"] == number)
    if session.as_json:
        output.print_json(made)
    else:
        output.say(
            f"第 {number} 号：{name} 代 {principal}（{Role(role).chinese}），{made['first_day']} 至 {made['last_day']}。"
        )


@click.argument("number", metavar="NUMBER", type=int)
@ACTING
def _end(session: Session, *, number: int, user: str) -> None:
    """End an appointment at once; by the principal, the deputy or an administrator of the unit."""
    from disclosure_pipeline.pipeline import deputies as standing

    with session.core() as core:
        standing.end(core, number, by=prove(core, user))
    if session.as_json:
        output.print_json({"number": number, "state": "ended"})
    else:
        output.say(f"第 {number} 号代理已结束。")


@click.option("--all", "past", is_flag=True, help="也列出已结束的。")
def _deputies(session: Session, *, past: bool) -> None:
    """Appointments that run or are to come."""
    from disclosure_pipeline.pipeline import deputies as standing

    with session.core() as core:
        found = standing.listing(core, past=past)
    if session.as_json:
        output.print_json(found)
        return
    rows = [
        (item["number"], item["principal"], item["deputy"], Role(item["role"]).chinese, item["unit"],
         item["department"], item["first_day"], item["last_day"], _STATES[item["state"]])
        for item in found
    ]  # fmt: skip
    output.table(("号", "被代理人", "代理人", "角色", "单位", "部门", "首日", "末日", "状态"), rows)


deputy = in_group("deputy", "指定代理人（AB角），有起止日期")(_deputy)
deputy_end = in_group("deputy-end", "提前结束代理")(_end)
deputies = in_group("deputies", "列出代理（AB角）")(_deputies)
