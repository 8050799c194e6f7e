"""`disclosure backup / restore`: database first, then the vault; never the quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, command


@command("backup")
@click.argument("dest", metavar="DEST", type=click.Path(path_type=Path))
def backup(session: Session, dest: Path) -> None:
    """Write a backup into a new folder; the daemon may run meanwhile."""
    from disclosure_pipeline.pipeline import backup as backups

    with session.core() as core:
        made = backups.backup(core, dest, output.progress)
    _print(session, "备份完成", made)


@command("restore")
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
def restore(session: Session, source: Path) -> None:
    """Replace store and vault by a backup; the daemon must be down.

    The restored system is held: people can decide, nothing goes out until `disclosure channel verify`
    has compared every publication with what is really out.
    """
    from disclosure_pipeline.pipeline import backup as backups

    session.settings()
    restored = backups.restore(session.workspace, source, output.progress)
    _print(session, "恢复完成；在 disclosure channel verify 之前不会发布任何内容", restored)


def _print(session: Session, headline: str, facts: Mapping[str, Any]) -> None:
    if session.as_json:
        output.print_json(facts)
        return
    output.say(headline)
    for key, value in facts.items():
        output.say(f"  {key}：{output.cell_of(value)}")
