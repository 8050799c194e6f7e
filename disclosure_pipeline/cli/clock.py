"""`disclosure clock {show,extend}`: how a due date came about, and its extension by the disclosure office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import ID
from disclosure_pipeline.cli.session import ACTING, REASON, Session, group, prove, subcommand

clock = group("clock")


@subcommand(clock, "show", "查看一件的时限及其推算过程")
@ID
def show(session: Session, document: str) -> None:
    """The time limits of a document, each with the way in which its date came about."""
    from disclosure_pipeline.pipeline import extensions

    with session.core() as core:
        found = extensions.show(core, document)
    _print(session, found)


@subcommand(clock, "extend", "延长一件的时限（政务公开办）")
@ID
@click.option("--days", metavar="N", type=click.IntRange(min=1), required=True, help="延长几个工作日。")
@click.option("--rule", metavar="RULE", default="publish", show_default=True, help="时限的代码。")
@click.option(
    "--law", metavar="TEXT", default="", help="对期限另有规定的法律、法规及条款；时限本身不可延长时必填。"
)
@ACTING
@REASON
def extend(
    session: Session, *, document: str, days: int, rule: str, law: str, user: str, reason: str
) -> None:
    """Extend a limit that has not run out; how long, and on what ground, `config/rules/clocks.toml` says."""
    from disclosure_pipeline.pipeline import extensions

    with session.core() as core:
        by = prove(core, user)
        found = extensions.extend(core, document, rule, days, by=by, reason=reason, law=law)
    _print(session, found)


def _print(session: Session, found: Mapping[str, Any]) -> None:
    if session.as_json:
        output.print_json(found)
        return
    for item in found["clocks"]:
        output.say(f"{item['rule']}：{item['due']} {item['state']}")
        for line in item["explanation"]:
            output.say(f"  {line}")
