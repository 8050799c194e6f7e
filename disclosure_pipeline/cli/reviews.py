"""`disclosure review-attributes`: the regular review of attributes (001 定期审查)."""

from __future__ import annotations

from collections.abc import Mapping

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import REASON, Session, command, prove
from disclosure_pipeline.errors import UsageError

OUTCOMES = ("keep", "convert", "declassify", "withdraw", "acted")


@command("review-attributes")
@click.option("--quarter", metavar="Q", help="季度，如 2026Q4；不写为本季度。")
@click.option("--decide", "decision", metavar="ID OUTCOME", type=(str, click.Choice(OUTCOMES)),
              help="办结一件：keep 维持，convert 转为公开，declassify 解密后公开；"
                   "已有目录的条目另有 withdraw 须从原网址撤下，acted 交办的已办妥。")  # fmt: skip
@click.option("--document", "handed_in", metavar="ID", default="",
              help="已有目录的条目转为公开的，重新提交后的收件号；与 acted 同用。")  # fmt: skip
@click.option("--as", "user", metavar="USER", help="以谁的名义（须以本人令牌证明）；与 --decide 同用。")
@REASON
def review_attributes(
    session: Session,
    *,
    quarter: str | None,
    decision: tuple[str, str] | None,
    user: str | None,
    reason: str,
    handed_in: str,
) -> None:
    """Open the quarter's review if it is not open, and show its tasks; or settle one task.

    Entries of the imported catalogue are called catalogue-N. Their files are not here: after convert, declassify and
    withdraw the task waits until a person has acted. convert and declassify end with the case number of the file that
    was handed in and reviewed.
    """
    if decision is not None and user is None:
        raise UsageError("--decide needs --as USER.")
    if decision is None and (user is not None or reason or handed_in):
        raise UsageError("--as, --reason and --document go with --decide only.")
    from disclosure_pipeline.pipeline import review

    with session.core() as core:
        if decision is not None and user is not None:
            case, outcome = decision
            settled = review.settle(
                core,
                case,
                outcome,
                by=prove(core, user),
                reason=reason,
                quarter=quarter,
                handed_in=handed_in,
            )
            _print_settled(session, settled)
            return
        found = review.tasks(core, review.open_quarter(core, quarter))
    if session.as_json:
        output.print_json(found)
        return
    output.say(f"{found['quarter']} 公开属性定期审查：{len(found['tasks'])} 件")
    output.table(
        ("收件号", "状态", "结论"),
        [(item["document"], item["state"], item["outcome"]) for item in found["tasks"]],
    )


def _print_settled(session: Session, settled: Mapping[str, object]) -> None:
    if session.as_json:
        output.print_json(settled)
    else:
        output.say("已办结：" + "，".join(f"{key} {output.cell_of(value)}" for key, value in settled.items()))
