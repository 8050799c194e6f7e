"""`disclosure clear / take-back / retry`: settle findings, and the ways out."""

from __future__ import annotations

from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import ID
from disclosure_pipeline.cli.session import ACTING, REASON, Session, actor, command, prove
from disclosure_pipeline.model.finding import Settlement, Treatment

_REOPEN = "reopen"


@command("clear")
@ID
@click.argument("findings", metavar="FINDING...", nargs=-1, required=True)
@click.argument("settlement", type=click.Choice([*(how.value for how in Settlement), _REOPEN]))
@click.option(
    "--treatment",
    type=click.Choice([item.value for item in Treatment]),
    default=Treatment.REMOVE.value,
    help="不予公开的方式：remove 删除（默认）、mask 遮盖、column 清空表格整列。",
)
@click.option("--also-same", is_flag=True, help="本文件中同类、同样文字的疑点一并处理。")
@ACTING
@REASON
def clear(
    session: Session, *, document: str, findings: tuple[str, ...], settlement: str, **given: Any
) -> None:
    """Settle findings: accept (it may stay), dismiss (a false hit), redact (leave it out); or reopen settled ones.

    FINDING is an id of `disclosure findings`; `all` means every open one (to reopen: every settled one). A reason is
    a code of `rules/reasons.toml`, `CODE: remark`, or other words; to reopen needs none.
    """
    from disclosure_pipeline.pipeline import settling

    with session.core() as core:
        by = prove(core, given["user"])
        if settlement == _REOPEN:
            number, version = settling.reopen(core, document, findings, by)
        else:
            number, version = settling.clear(
                core, document, findings, Settlement(settlement), by=by, reason=given["reason"],
                treatment=Treatment(given["treatment"]), also_same=given["also_same"],
            )  # fmt: skip
    if session.as_json:
        output.print_json({"id": document, "settled": number, "version": version})
    else:
        output.say(f"{document}：已处理 {number} 处疑点，当前版本 {version}。")


@command("take-back")
@ID
@ACTING
def take_back(session: Session, document: str, user: str) -> None:
    """Take a draft back before anybody has signed; a clerk of its department."""
    from disclosure_pipeline.pipeline import takeback

    with session.core() as core:
        state = takeback.take_back(core, document, prove(core, user))
    print_state(session, document, state.value)


@command("retry")
@ID
@click.option("--as", "user", metavar="USER", help="以谁的名义（须以本人令牌证明）；不写则记为操作系统账号。")
def retry(session: Session, document: str, user: str | None) -> None:
    """Start a document in `attention` again, or its failed publications."""
    from disclosure_pipeline.pipeline import takeback

    with session.core() as core:
        state = takeback.retry(core, document, actor(core, user))
    print_state(session, document, state.value)


def print_state(session: Session, document: str, state: str) -> None:
    """The answer of a command that moved a document."""
    if session.as_json:
        output.print_json({"id": document, "state": state})
    else:
        output.say(f"{document}：当前状态 {state}。")
