"""`disclosure list / show / history / findings`: what is where, why, and who did what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, command, operator
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.words import signer_in_words

ID = click.argument("document", metavar="ID")


@command("list")
@click.option(
    "--state",
    metavar="STATE",
    type=click.Choice([state.value for state in State]),
    help="只列出该状态的收件。",
)
@click.option("--department", metavar="D", help="只列出该部门的收件。")
@click.option("--overdue", is_flag=True, help="只列出已超过公开时限的收件。")
def listing(session: Session, state: str | None, department: str | None, overdue: bool) -> None:
    """Documents, oldest first: the first seven keys of `show`."""
    from disclosure_pipeline.pipeline import views

    with session.core() as core:
        found = views.listing(core, state=state, department=department, overdue=overdue)
    if session.as_json:
        output.print_json(found)
        return
    output.table(
        ("收件号", "状态", "版本", "部门", "公开属性", "标题"),
        [
            (item["id"], item["state"], item["version"], item["department"], _attribute(item), item["title"])
            for item in found
        ],
    )


@command("show")
@ID
def show(session: Session, document: str) -> None:
    """Everything about one document: parts, findings, tiers, publications, clocks, faults."""
    from disclosure_pipeline.pipeline import views

    with session.core() as core:
        found = views.show(core, document)
        views.note_view(core, operator(), document, "show")
    if session.as_json:
        output.print_json(found)
    else:
        _print_case(found)


@command("history")
@ID
def history(session: Session, document: str) -> None:
    """The document's rows of the audit log, oldest first."""
    from disclosure_pipeline.pipeline import views

    with session.core() as core:
        found = views.history(core, document)
    if session.as_json:
        output.print_json(found)
        return
    output.table(
        ("时间", "步骤", "办理人", "版本", "由", "至"),
        [
            (row["at"], row["action"], row["actor"], row["version"], row["before"], row["after"])
            for row in found
        ],
    )


@command("findings")
@ID
def findings(session: Session, document: str) -> None:
    """The findings of the document's present version, with their ids for `clear`."""
    from disclosure_pipeline.pipeline import views
    from disclosure_pipeline.store import documents

    with session.core() as core:
        with core.database.read() as connection:
            version = documents.fetch(connection, document).version
            found = views.findings(connection, document, version)
        views.note_view(core, operator(), document, "findings")
    if session.as_json:
        output.print_json(found)
    else:
        print_findings(found)


def print_findings(found: Iterable[Mapping[str, Any]]) -> None:
    """Findings of a document as a table."""
    output.table(
        ("疑点", "类型", "级别", "位置", "内容", "依据", "处理", "处理人"),
        [
            (
                item["id"], item["kind"], item["severity"], place_of(item), item["text"], item["rule"],
                item["settled"], item["by"],
            )
            for item in found
        ],
    )  # fmt: skip


def place_of(item: Mapping[str, Any]) -> str:
    """Where a finding stands, in a few words."""
    place = item["place"]
    words = [f"第{item.get('part', 0) + 1}个文件", place["kind"]]
    if "page" in place:
        words.append(f"第{place['page']}页")
    if "paragraph" in place:
        words.append(f"第{place['paragraph']}段")
    if "cell" in place:
        words.append(place["cell"])
    return " ".join(words)


def _attribute(item: Mapping[str, Any]) -> str | None:
    """The attribute in force: final, else the office's, else the proposed one."""
    values = item["attribute"]
    token = values["final"] or values["office"] or values["proposed"]
    return Attribute(token).chinese if token else None


def _print_case(found: Mapping[str, Any]) -> None:
    for label, value in (
        ("收件号", found["id"]), ("标题", found["title"]), ("部门", found["department"]), ("状态", found["state"]),
        ("版本", found["version"]), ("公开属性", _attribute(found)), ("不予公开理由", found["ground"]),
        ("索引号", found["index_number"]),
    ):  # fmt: skip
        output.say(f"{label}：{output.cell_of(value)}")
    _section(
        "文件", ("名称", "类型", "大小"),
        [(part["name"], part["media_type"], part["size"]) for part in found["parts"]],
    )  # fmt: skip
    _section(
        "公开文本", ("名称", "类型", "大小"),
        [(part["name"], part["media_type"], part["size"]) for part in found["public"] or ()],
    )  # fmt: skip
    if found["findings"]:
        output.say("\n疑点")
        print_findings(found["findings"])
    _section(
        "审签", ("环节", "角色", "状态", "签署人", "时间"),
        [
            (tier["label"], tier["role"], tier["state"], signer_in_words(tier["by"], tier["deputy_for"]), tier["at"])
            for tier in found["tiers"]
        ],
    )  # fmt: skip
    _section(
        "发布", ("渠道", "状态", "次数", "地址"),
        [(item["channel"], item["state"], item["attempt"], item["address"]) for item in found["publications"]],
    )  # fmt: skip
    _section(
        "时限", ("时限", "起算", "到期", "暂定", "状态"),
        [
            (item["rule"], item["start"], item["due"], "暂定" if item["provisional"] else "", item["state"])
            for item in found["clocks"]
        ],
    )  # fmt: skip
    _section(
        "故障", ("代码", "环节", "情况", "建议"),
        [(item["code"], item["stage"], item["message"], item["advice"]) for item in found["faults"]],
    )  # fmt: skip


def _section(title: str, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if rows:
        output.say(f"\n{title}")
        output.table(head, rows)
