"""`disclosure submit`: the drop folder's way without the folder. The caller keeps the files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.decide import read_attribute
from disclosure_pipeline.cli.session import Session, command, prove
from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.model.lifecycle import WORKABLE, State

if TYPE_CHECKING:
    from disclosure_pipeline.model.document import Attribute
    from disclosure_pipeline.pipeline.core import Core

CARRIED = WORKABLE | {State.APPROVED, State.PUBLISHING, State.WITHDRAWING}
"""States in which a worker, not a person, has the next step."""

INCOMPLETE = 1
_LOOK_EVERY = 0.2

_OUTCOMES = {
    "accepted": "已收件",
    "corrected": "已作为更正件收入原收件",
    "duplicate": "与先前的收件相同",
    "not_taken": "未收件",
}


@command("submit")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--department", metavar="D", required=True, help="报送部门。")
@click.option("--attribute", metavar="A", callback=read_attribute, help="公开属性（代码或中文名称）。")
@click.option("--unit", metavar="U", default="", help="单位代码；不写为有此部门的单位。")
@click.option("--as", "user", metavar="USER", help="经办人（须以本人令牌证明）。")
@click.option("--wait", is_flag=True, help="等到须由人办理为止；须有守护进程在运行。")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0), default=300.0, show_default=True,
              help="--wait 最多等多少秒。")  # fmt: skip
def submit(
    session: Session,
    *,
    paths: tuple[Path, ...],
    department: str,
    attribute: Attribute | None,
    unit: str,
    user: str | None,
    wait: bool,
    timeout: float,
) -> int:
    """Hand in drafts; each PATH is a submission, a folder is one with attachments.

    Needs no daemon to accept; the daemon carries the case on.
    """
    with session.core() as core:
        submitter = None if user is None else prove(core, user)
        named = attribute.chinese if attribute else ""
        taken = [
            _take(core, path, alone=len(paths) == 1, department=department, unit=unit, attribute=named, submitter=submitter)
            for path in _without_slips(paths)
        ]  # fmt: skip
        waited = not wait or _wait(core, taken, timeout)
        for item in taken:
            item["state"] = _state(core, item["id"])
    _print(session, taken)
    if any(item["outcome"] == "not_taken" for item in taken):
        return Refused.exit_code
    return 0 if waited and not any("error" in item for item in taken) else INCOMPLETE


def _without_slips(paths: Sequence[Path]) -> list[Path]:
    """The paths without the slips of others: a slip goes with the file it lies beside."""
    from disclosure_pipeline.service.watcher.names import SLIP_SUFFIX

    slips = {path.with_name(path.name + SLIP_SUFFIX) for path in paths}
    return [path for path in paths if path not in slips]


def _take(core: Core, path: Path, *, alone: bool, **words: Any) -> dict[str, Any]:
    """Hand one path in; beside others, its failure is its own."""
    from disclosure_pipeline.service import desk

    try:
        (answer,) = desk.submit(core, [path], **words)
    except DisclosureError as error:
        if alone:
            raise
        return {"path": str(path), "id": None, "outcome": "failed", **error.as_json()}
    return {
        "path": str(path), "id": answer.case or None, "outcome": answer.outcome,
        "first": answer.first or None, "reason": answer.reason or None,
    }  # fmt: skip


def _wait(core: Core, taken: Sequence[dict[str, Any]], timeout: float) -> bool:
    """Wait until no case is a worker's any more; whether that was reached in time."""
    deadline = time.monotonic() + timeout
    told: dict[str, str | None] = {}
    waiting = [item["id"] for item in taken if item["id"]]
    while waiting:
        for case in waiting:
            state = _state(core, case)
            if told.get(case) != state:
                output.progress(f"{case}：{state}")
                told[case] = state
        waiting = [case for case in waiting if told[case] in CARRIED]
        if waiting and time.monotonic() >= deadline:
            output.progress(f"等待超时：{'、'.join(waiting)} 仍在办理中。守护进程是否在运行？")
            return False
        if waiting:
            time.sleep(_LOOK_EVERY)
    return True


def _state(core: Core, case: str | None) -> str | None:
    from disclosure_pipeline.store import documents

    if case is None:
        return None
    with core.database.read() as connection:
        return str(documents.fetch(connection, case).state)


def _print(session: Session, taken: Sequence[dict[str, Any]]) -> None:
    """The answer; ``id`` and ``state`` at the top are those of the only submission."""
    if session.as_json:
        only = taken[0] if len(taken) == 1 else {"id": None, "state": None}
        output.print_json({"id": only["id"], "state": only["state"], "submissions": list(taken)})
        return
    for item in taken:
        words = [
            _OUTCOMES.get(item["outcome"], "未能收件"),
            item["id"],
            item.get("first"),
            item.get("reason"),
        ]
        if "error" in item:
            words.append(f"[{item['error']['code']}] {item['error']['message']}")
        output.say(f"{output.cell_of(item['path'])}：" + " ".join(word for word in words if word))
