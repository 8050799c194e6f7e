"""`disclosure archive {check,hand-over,handed-over,lists}`: whether the archive is whole, and what leaves for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import ACTING, Session, group, prove, subcommand
from disclosure_pipeline.errors import UsageError

if TYPE_CHECKING:
    from disclosure_pipeline.store.hand_overs import HandOver

DIFFERENT = 1
"""Exit status of a check that found damage."""

TARGETS = ("archive", "library")

archive = group("archive")

UNIT = click.option("--unit", default=None, metavar="UNIT", help="单位代码；不写则为第一个单位。")


@subcommand(archive, "check", "核对归档包是否完好")
@click.argument("documents", metavar="[ID]...", nargs=-1)
@click.option("--all", "whole", is_flag=True, help="读一遍全部归档包；不写则读一天的份额。")
def check(session: Session, documents: tuple[str, ...], *, whole: bool) -> int:
    """Read bags again and compare them with their digests and receipts; exits with 1 when something is damaged.

    The daemon reads a share of them every hour, all of them within `[archive] fixity_days`.
    """
    if whole and documents:
        raise UsageError("--all and case numbers exclude each other.")
    from disclosure_pipeline.pipeline import fixity

    with session.core() as core:
        found = fixity.check(core, documents, whole=whole)
    if session.as_json:
        output.print_json(found)
    else:
        _print_check(found)
    return DIFFERENT if found["differences"] else 0


def _print_check(found: Mapping[str, Any]) -> None:
    output.table(
        ("档案", "件数", "本次核对", "本轮始于", "上轮读完"),
        [
            (item["channel"], item["documents"], item["looked_at"], item["began"], item["whole"])
            for item in found["archives"]
        ],
    )
    if found["differences"]:
        output.say("\n差异")
        output.table(
            ("收件号", "档案", "差异"),
            [(item["document"], item["channel"], item["code"]) for item in found["differences"]],
        )
    else:
        output.say("没有差异。")


@subcommand(archive, "hand-over", "制作移交清单（移送明细表）")
@click.option("--year", type=click.IntRange(1949, 2199), required=True, metavar="Y", help="成文年度。")
@click.option("--for", "target", type=click.Choice(TARGETS), default="archive", show_default=True,
              help="接收方：archive 档案馆，library 图书馆、政务服务场所（只含已公开的文件）。")  # fmt: skip
@click.option("--to", "receiver", default="", metavar="NAME", help="接收单位名称，印在清单上。")
@click.option("--again", is_flag=True, help="已经移交且没有变化的也列入。")
@click.option("-o", "--output", "out", required=True, type=click.Path(dir_okay=False, path_type=Path),
              metavar="FILE", help="清单文件，.csv 或 .xlsx；不得已存在。")  # fmt: skip
@UNIT
@ACTING
def hand_over(
    session: Session,
    *,
    year: int,
    target: str,
    receiver: str,
    again: bool,
    out: Path,
    unit: str | None,
    user: str,
) -> None:
    """List what was not handed over yet, and what has changed since it was; office or admin.

    The list is recorded with its digest; `disclosure archive handed-over` ends it with the signed paper.
    """
    from disclosure_pipeline.model.hand_over import Target
    from disclosure_pipeline.pipeline import hand_over as handing

    with session.core() as core:
        code = unit or core.settings.unit[0].code
        wish = handing.Wish(Target(target), code, year, receiver, again)
        made = handing.make(core, wish, out, by=prove(core, user))
    if session.as_json:
        output.print_json(
            {
                "list": made.id, "target": target, "unit": code, "year": year, "documents": made.documents,
                "changed": made.changed, "overdue": made.overdue, "left_out": dict(made.left_out),
                "path": str(out), "sha256": made.digest,
            }
        )  # fmt: skip
        return
    output.say(f"已制作清单 {made.id}：{made.documents} 件，其中移交后有变化的 {made.changed} 件。")
    if made.overdue:
        output.say(f"{made.overdue} 件已超过移送期限。")
    for why, number in made.left_out.items():
        output.say(f"未列入 {number} 件：{_LEFT_OUT[why]}。")


_LEFT_OUT = {"handed_over": "已经移交且没有变化", "not_archived": "尚未归档，请先处理归档失败的文件"}


@subcommand(archive, "handed-over", "登记移交清单已签收")
@click.option("--list", "which", required=True, metavar="FILE|ID", help="清单编号，或清单文件。")
@click.option("--receipt", "scan", required=True, metavar="SCAN",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="双方签字后的扫描件。")  # fmt: skip
@ACTING
def handed_over(session: Session, *, which: str, scan: Path, user: str) -> None:
    """Say that a list was signed for, with the paper that proves it; office or admin."""
    from disclosure_pipeline.pipeline import hand_over as handing

    file = Path(which)
    with session.core() as core:
        ended = handing.received(core, file if file.is_file() else which, scan, by=prove(core, user))
    if session.as_json:
        output.print_json(_as_json(ended))
    else:
        output.say(f"已登记：清单 {ended.id}（{ended.documents} 件）已签收。")


@subcommand(archive, "lists", "列出移交清单及其签收情况")
@UNIT
@ACTING
def lists(session: Session, *, unit: str | None, user: str) -> None:
    """Every list of a unit, the oldest first; office or admin."""
    from disclosure_pipeline.pipeline import hand_over as handing

    with session.core() as core:
        found = handing.listing(core, unit or core.settings.unit[0].code, by=prove(core, user))
    if session.as_json:
        output.print_json([_as_json(item) for item in found])
    else:
        _print_lists(found)


def _print_lists(found: Sequence[HandOver]) -> None:
    output.table(
        ("清单", "接收方", "件数", "制作", "签收"),
        [
            (item.id, _target(item), item.documents, item.made, item.received or ("已由新清单代替" if item.replaced else ""))
            for item in found
        ],
    )  # fmt: skip


def _as_json(item: HandOver) -> dict[str, Any]:
    return {
        "list": item.id, "target": _target(item), "unit": item.unit, "documents": item.documents, "made": item.made,
        "sha256": item.digest, "received": item.received, "scan": item.scan, "replaced": item.replaced,
    }  # fmt: skip


def _target(item: HandOver) -> str:
    return item.channel.rpartition(".")[2]
