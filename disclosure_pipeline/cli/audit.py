"""`disclosure audit {verify,export}`: proves the audit log, and gives it to whoever checks it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, group, subcommand
from disclosure_pipeline.errors import StoreFault

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core

BROKEN = 1
"""Exit status of a log that does not hold."""

audit = group("audit")


@subcommand(audit, "verify", "验证审计日志：哈希链、锚点和查阅记录")
def verify(session: Session) -> int:
    """Prove the hash chain, the anchors outside the store and the chained views; exits with 1 if not."""
    with session.core() as core:
        found = _verify(core)
    if session.as_json:
        output.print_json(found)
    else:
        _print(found)
    return 0 if found["intact"] else BROKEN


def _verify(core: Core) -> dict[str, Any]:
    from disclosure_pipeline.pipeline.anchors import anchors, views_hold
    from disclosure_pipeline.store import audit as chain

    noted = anchors(core)
    with core.database.read() as connection:
        rows, problems = chain.verify(connection, noted)
    told = [{"seq": problem.seq, "code": problem.code} for problem in problems]
    told += [{"seq": seq, "code": "views"} for seq in views_hold(core)]
    return {"rows": rows, "anchors": len(noted), "problems": told, "intact": not told}


def _print(found: Mapping[str, Any]) -> None:
    output.say(f"审计日志 {found['rows']} 行，锚点 {found['anchors']} 个。")
    if found["intact"]:
        output.say("完整，未被改动。")
    for problem in found["problems"]:
        output.say(f"第 {problem['seq']} 行：{_PROBLEMS[problem['code']]}")


_PROBLEMS = {
    "missing": "缺行",
    "changed": "内容被改动",
    "unlinked": "与上一行不衔接",
    "anchor": "与锚点不符（日志被截断或改写）",
    "views": "查阅记录与封存的摘要不符",
}


@subcommand(audit, "export", "导出审计日志")
@click.option("--document", metavar="ID", help="只导出该收件的。")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="写入新文件。"
)
def export(session: Session, document: str | None, target: Path | None) -> None:
    """Write the rows with their hashes, one JSON object a line; with --json and no -o, one array."""
    from disclosure_pipeline.store import audit as chain
    from disclosure_pipeline.store import documents

    with session.core() as core, core.database.read() as connection:
        if document is not None:
            documents.fetch(connection, document)
        rows = ({**row, "detail": json.loads(row["detail"])} for row in chain.rows(connection, document))
        if session.as_json and target is None:
            output.print_json(list(rows))
            return
        with _target(target) as stream:
            number = 0
            for row in rows:
                stream.write(output.as_line(row) + b"\n")
                number += 1
    if session.as_json:
        output.print_json({"rows": number, "file": str(target)})
    elif target is not None:
        output.say(f"已导出 {number} 行。")


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    """The file to write, which must be new, or standard output."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        stream = path.open("xb")
    except OSError as error:
        raise StoreFault(
            f"The export cannot be written ({type(error).__name__}).",
            code="export.target",
            advice="Name a new file in a folder that can be written.",
        ) from None
    with stream:
        yield stream
