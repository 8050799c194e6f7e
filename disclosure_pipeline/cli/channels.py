"""`disclosure channel {list,verify,retry,fill,rebuild,cancel,errands,close}`: where documents go out, and what is really there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import ACTING, REASON, Session, group, operator, prove, subcommand
from disclosure_pipeline.model.publication import PublicationState

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core

DIFFERENT = 1
"""Exit status of a comparison that found differences."""

_STUCK = (PublicationState.FAILED.value, PublicationState.UNCERTAIN.value)

channel = group("channel")


@subcommand(channel, "list", "列出发布渠道及其发布情况")
def listing(session: Session) -> None:
    """Channels and archives, what they take, and how many publications are in which state."""
    with session.core() as core:
        states = _states(core)
        found: list[dict[str, Any]] = [
            {
                "id": info.id,
                "version": info.version,
                "attributes": [attribute.value for attribute in info.attributes],
                "archive": info.archive,
                "in_use": info.in_use,
                "publications": {state.value: states[name, state.value] for state in PublicationState},
            }
            for name, info in core.host.channels.items()
        ]
    if session.as_json:
        output.print_json(found)
        return
    output.table(
        ("渠道", "启用", "档案", "公开属性", "已完成", "失败", "待核实", "已撤下"),
        [
            (
                item["id"], "是" if item["in_use"] else "否", "是" if item["archive"] else "否",
                "、".join(item["attributes"]), *(item["publications"][state] for state in _SHOWN),
            )
            for item in found
        ],
    )  # fmt: skip


_SHOWN = ("done", *_STUCK, "withdrawn")


def _states(core: Core) -> Counter[tuple[str, str]]:
    """Publications by (channel, state)."""
    from sqlalchemy import func, select

    from disclosure_pipeline.store.publication_tables import publication

    query = select(publication.c.channel, publication.c.state, func.count()).group_by(
        publication.c.channel, publication.c.state
    )
    with core.database.read() as connection:
        return Counter({(name, state): number for name, state, number in connection.execute(query)})


@subcommand(channel, "verify", "核对各渠道的实际内容；恢复后由此解除暂停")
def verify(session: Session) -> int:
    """Compare every publication with what is really out; ends the hold after a restore.

    Exits with 1 when it found differences; the hold ends all the same.
    """
    from disclosure_pipeline.pipeline import verify as comparing

    with session.core() as core:
        found = comparing.verify_channels(core, by=operator())
    if session.as_json:
        output.print_json(found)
    else:
        _print_comparison(found)
    return DIFFERENT if found["differences"] else 0


def _print_comparison(found: Mapping[str, Any]) -> None:
    output.table(
        ("渠道", "实有", "故障"),
        [(item["channel"], item["held"], item["fault"]) for item in found["channels"]],
    )
    if found["differences"]:
        output.say("\n差异")
        output.table(
            ("收件号", "渠道", "差异"),
            [(item["document"], item["channel"], item["code"]) for item in found["differences"]],
        )
    else:
        output.say("没有差异。")
    if found["hold_ended"]:
        output.say("恢复后的暂停已解除，发布继续进行。")


@subcommand(channel, "retry", "重试失败或待核实的发布")
@click.argument("documents", metavar="[ID]...", nargs=-1)
@click.option("--channel", "name", metavar="CHANNEL", help="只重试该渠道。")
def retry(session: Session, documents: tuple[str, ...], name: str | None) -> None:
    """Try failed and uncertain publications again, now: of the documents named, or of all."""
    from disclosure_pipeline.pipeline import publication

    with session.core() as core:
        cases = documents or _stuck_cases(core, name)
        tried = {case: publication.retry(core, case, name) for case in cases}
    if session.as_json:
        output.print_json([{"id": case, "channels": number} for case, number in tried.items()])
    else:
        output.say(f"将重试 {sum(tried.values())} 项发布，涉及 {len(tried)} 件。")


@subcommand(channel, "fill", "把以前公开的文件补发给一个渠道")
@click.argument("name", metavar="CHANNEL")
@click.option("--again", is_flag=True, help="渠道的内容已丢失：已完成的也重做。")
def fill(session: Session, name: str, *, again: bool) -> None:
    """Give a channel that came later every document that it takes and never got; workers carry it out.

    An index or a copy that was lost is made anew with --again.
    """
    from disclosure_pipeline.pipeline import filling

    with session.core() as core:
        number = filling.fill(core, name, by=operator(), again=again)
    if session.as_json:
        output.print_json({"channel": name, "documents": number})
    else:
        output.say(f"将向 {name} 补发 {number} 件。")


@subcommand(channel, "rebuild", "依据渠道所存重新生成全部页面和目录")
@click.argument("name", metavar="CHANNEL")
def rebuild(session: Session, name: str) -> None:
    """Make every page and list of a channel anew from what it holds; what is right already is not touched.

    The daemon does so by itself where a power cut or a change of templates has left something behind.
    """
    from disclosure_pipeline.pipeline import upkeep

    with session.core() as core:
        upkeep.rebuild(core, name)
    if session.as_json:
        output.print_json({"channel": name})
    else:
        output.say(f"{name} 已重新生成。")


@subcommand(channel, "cancel", "放弃一件在一个渠道的失败或待核实的发布")
@click.argument("document", metavar="ID")
@click.option("--channel", "name", metavar="CHANNEL", required=True, help="放弃的渠道。")
@ACTING
@REASON
def cancel(session: Session, document: str, name: str, user: str, reason: str) -> None:
    """Take a document back from a channel that cannot publish it; the other channels go on.

    Neither the archive nor the last channel that the public could read is given up: withdraw the document then.
    """
    from disclosure_pipeline.pipeline import cancelling

    with session.core() as core:
        cancelling.cancel(core, document, name, by=prove(core, user), reason=reason)
    if session.as_json:
        output.print_json({"id": document, "channel": name})
    else:
        output.say(f"已放弃 {document} 在 {name} 的发布；渠道中可能已有的内容将被撤下。")


@subcommand(channel, "errands", "列出渠道交由人工办理的事项")
@click.option("--as", "user", metavar="USER", required=True, help="以谁的名义（须以本人令牌证明）。")
@click.option("--unit", default=None, metavar="UNIT", help="单位代码；不写则为第一个单位。")
def listed(session: Session, user: str, unit: str | None) -> None:
    """What channels ask people to do, the oldest first, a hundred at most; office or admin."""
    from disclosure_pipeline.pipeline import errands
    from disclosure_pipeline.store import people

    with session.core() as core:
        by = prove(core, user)
        with core.database.read() as connection:
            person = people.get(connection, by)
        found = errands.waiting(core, person, unit or core.settings.unit[0].code)
    if session.as_json:
        output.print_json(
            [
                {
                    "id": item.document, "channel": item.channel, "kind": item.kind, "action": item.action.value,
                    "folder": item.folder, "wants": sorted(item.wants), "since": item.since,
                }
                for item in found
            ]
        )  # fmt: skip
        return
    output.table(
        ("收件号", "渠道", "事项", "动作", "材料", "办结须提供", "自"),
        [
            (item.document, item.channel, item.kind, item.action.value, item.folder, "、".join(sorted(item.wants)), item.since)
            for item in found
        ],
    )  # fmt: skip


@subcommand(channel, "close", "登记人工事项已办结")
@click.argument("document", metavar="ID")
@click.option("--channel", "name", metavar="CHANNEL", required=True, help="交办的渠道。")
@click.option("--address", default="", metavar="URL", help="公众可访问的网址（事项要求时必填）。")
@click.option(
    "--scan",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="签收单扫描件或带回的回执（事项要求时必填）。",
)
@ACTING
def close(session: Session, *, document: str, name: str, address: str, scan: Path | None, user: str) -> None:
    """Say that what a channel asked was done, with the address or the paper that proves it; office or admin."""
    from disclosure_pipeline.pipeline import errands

    with session.core() as core:
        errands.close(core, document, name, by=prove(core, user), address=address, scan=scan)
    if session.as_json:
        output.print_json({"id": document, "channel": name})
    else:
        output.say(f"已登记：{document} 在 {name} 的事项办结。")


def _stuck_cases(core: Core, name: str | None) -> list[str]:
    from sqlalchemy import select

    from disclosure_pipeline.store.publication_tables import publication

    query = select(publication.c.document).where(publication.c.state.in_(_STUCK)).distinct()
    if name is not None:
        query = query.where(publication.c.channel == name)
    with core.database.read() as connection:
        return list(connection.execute(query.order_by(publication.c.document)).scalars())
