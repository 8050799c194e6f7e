"""`disclosure rescreen`: screen the stored archive again under the rules in force, in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import REASON, Session, actor, command, prove
from disclosure_pipeline.errors import UsageError

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core

_STATES = {"running": "进行中", "paused": "已暂停", "done": "已完成"}
_COUNTS = {
    "same": "没有新增疑点的件", "found": "新增疑点的件", "reopened": "须重新审签的件", "incident": "已公开、待处置的件",
    "quarantined": "已隔离的件", "recalled": "已撤回并隔离的件", "gone": "已不在库的件", "failed": "未能筛查、须人工核查的件",
    "undetermined": "其中未能确定的件", "appeared": "新增疑点（处）", "vanished": "消失疑点（处）",
}  # fmt: skip
"""What became of the documents of a run, in the order in which it is told."""
_KINDS = {
    "finding": "新增疑点",
    "undetermined": "未能确定",
    "released": "解除隔离已失效",
    "marking": "国家秘密标志",
}


@command("rescreen")
@click.option(
    "--since-version",
    "since",
    metavar="V",
    default="",
    help="只重新筛查最后按该规则版本（及由其变更而来的版本）筛查的文件。",
)
@click.option("--document", "documents", metavar="ID", multiple=True, help="只重新筛查该件，可重复。")
@click.option("--status", "show", is_flag=True, help="查看进度和待处置事件，不开始新的筛查。")
@click.option("--pause", is_flag=True, help="暂停。")
@click.option("--resume", is_flag=True, help="继续。")
@click.option("--keep", metavar="ID", default="", help="保密审查员确认该已公开件无须撤回，须写理由。")
@click.option("--as", "user", metavar="USER", help="以谁的名义（须以本人令牌证明）；不写则记为操作系统账号。")
@REASON
def rescreen(session: Session, *, user: str | None, **given: Any) -> None:
    """Screen every document again that older rules have screened, about 500 at a time, by the daemon's workers.

    It reads stored text, not originals; it can be paused, and goes on after a crash. New findings in a document
    under review must be settled, and void what was signed; in a published one they are an incident for the
    secrecy officer, who withdraws it or says with --keep why it may stay. A secrecy marking quarantines, and
    recalls from every channel first.
    """
    _check(given, user)
    from disclosure_pipeline.pipeline import incidents, rescreen_runs

    with session.core() as core:
        if given["keep"]:
            by = prove(core, str(user))
            number = incidents.keep(core, given["keep"], by=by, reason=given["reason"])
            _print_kept(session, given["keep"], number)
            return
        found = rescreen_runs.status(core) if given["show"] else _act(core, user, given)
    if session.as_json:
        output.print_json(found)
    else:
        _print(found)


def _check(given: Mapping[str, Any], user: str | None) -> None:
    chosen = [name for name in ("show", "pause", "resume", "keep") if given[name]]
    if len(chosen) > 1:
        raise UsageError("--status, --pause, --resume and --keep exclude one another.")
    if chosen and (given["since"] or given["documents"]):
        raise UsageError("--since-version and --document begin a run of their own.")
    if given["since"] and given["documents"]:
        raise UsageError("Give --since-version or --document.")
    if given["keep"] and user is None:
        raise UsageError("--keep needs --as USER.")
    if given["reason"] and not given["keep"]:
        raise UsageError("--reason goes with --keep only.")


def _act(core: Core, user: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    from disclosure_pipeline.pipeline import rescreen_runs

    by = actor(core, user)
    if user is not None:
        rescreen_runs.may_ask(core, by)
    if given["pause"]:
        return rescreen_runs.pause(core, by)
    if given["resume"]:
        return rescreen_runs.resume(core, by)
    return rescreen_runs.start(core, by=by, since=given["since"], only=given["documents"])


def _print_kept(session: Session, document: str, number: int) -> None:
    if session.as_json:
        output.print_json({"id": document, "closed": number})
    else:
        output.say(f"{document}：已登记处置意见，结束 {number} 项事件。")


def _print(found: Mapping[str, Any]) -> None:
    output.say(f"现行规则版本 {found['rules_version']}；按其他版本筛查的尚有 {found['older']} 件")
    run = found["run"]
    if run is not None:
        output.say(
            f"第 {run['id']} 次重新筛查：{_STATES[run['state']]}，{run['done']}/{run['documents']} 件，{run['batches']} 批"
        )
        for name, title in _COUNTS.items():
            if number := run["counts"].get(name):
                output.say(f"  {title}：{number}")
    if found["older"] and (run is None or run["state"] == "done"):
        output.say(
            "  要重新筛查，请运行 disclosure rescreen；刚改过规则文件的，先让守护进程重新读取配置（kill -HUP）。"
        )
    if found["incidents"]:
        output.say("\n待处置事件：撤回用 disclosure withdraw，确认无须撤回用 disclosure rescreen --keep；")
        output.say("有国家秘密标志的已自动撤回，由保密审查员判定：disclosure quarantine release 或 confirm")
        output.table(
            ("收件号", "部门", "状态", "事件", "处数", "规则"),
            [
                (
                    item["document"], item["department"], item["state"], _KINDS[item["kind"]], item["findings"],
                    "、".join(item["rules"]),
                )
                for item in found["incidents"]
            ],
        )  # fmt: skip
