"""`disclosure backup / restore`: database first, then the vault; never the quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, command

if TYPE_CHECKING:
    from disclosure_pipeline.service.lock import DataLock

_TOLD_EVERY = 1000
"""Files of the vault between two lines of progress."""


@command("backup")
@click.argument("dest", metavar="DEST", type=click.Path(path_type=Path))
def backup(session: Session, dest: Path) -> None:
    """Write a backup into a new folder; the daemon may run meanwhile."""
    from disclosure_pipeline.pipeline import backup as backups

    with session.core() as core:
        manifest = backups.backup(core, dest, _tell)
    _print(session, "备份完成", dest, manifest)


@command("restore")
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
def restore(session: Session, source: Path) -> None:
    """Replace store and vault by a backup; the daemon must be down.

    The restored system is held: people can decide, nothing goes out until `disclosure channel verify`
    has compared every publication with what is really out.
    """
    from disclosure_pipeline.pipeline import backup as backups

    backups.check(source)
    lock = _daemon_down(session)
    try:
        with session.core(existing=False) as core:
            manifest = backups.restore(core, source, _tell)
    finally:
        lock.release()
    _print(session, "恢复完成；运行 disclosure channel verify 之前不会发布任何内容", source, manifest)


def _daemon_down(session: Session) -> DataLock:
    """Hold the daemon's own lock, so that none starts in between.

    Raises:
        Locked: a daemon runs.
        NotFound: no configuration lies here.
    """
    from disclosure_pipeline.service.lock import DataLock

    session.require_config()
    session.data.mkdir(parents=True, exist_ok=True)
    lock = DataLock(session.data)
    lock.take()
    return lock


def _tell(what: str, count: int) -> None:
    if what != "vault" or count % _TOLD_EVERY == 0:
        output.progress(f"{what} {count}")


def _print(session: Session, headline: str, folder: Path, manifest: Mapping[str, Any]) -> None:
    made = {
        "folder": str(folder), "at": manifest["at"], "rows": sum(manifest["rows"].values()),
        "files": len(manifest["vault"]), "audit": manifest["audit"],
    }  # fmt: skip
    if session.as_json:
        output.print_json(made)
    else:
        output.say(
            f"{headline}：{folder}，{made['rows']} 行，{made['files']} 个文件（备份时间 {made['at']}）。"
        )
