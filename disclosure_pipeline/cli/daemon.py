"""`disclosure run / work`: the daemon, and workers on further hosts."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import Session, command

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core
    from disclosure_pipeline.service.desk import IntakeDesk
    from disclosure_pipeline.service.health import Mounted

CONSOLE = "/console"
"""Path under which the daemon serves the review console."""


@command("run")
@click.option("--host", metavar="ADDRESS", help="监听地址，代替配置 [server] host。")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), help="监听端口，代替配置；0 为任意空闲端口。"
)
def run(session: Session, host: str | None, port: int | None) -> int:
    """Watch the drop folders and do the work until SIGTERM; SIGHUP re-reads the configuration.

    Prints the address of health and metrics once it listens.
    """
    settings = session.daemon_settings()
    from disclosure_pipeline.service import daemon

    def announce(address: str) -> None:
        if session.as_json:
            output.print_json({"address": address, "process": os.getpid()})
        else:
            output.say(f"守护进程已启动：{address}")
            if settings.console.enabled:
                output.say(f"审查工作台：{address}{CONSOLE}/")
            if settings.server.site:
                output.say(f"公开网站：{address}/site/　检索：{address}/search")

    web = _console if settings.console.enabled else None
    return daemon.run(session.workspace, host=host, port=port, announce=announce, web=web)


def _console(core: Callable[[], Core], desk: Callable[[], IntakeDesk]) -> Mapping[str, Mounted]:
    """The review console over the daemon's parts; only the command line knows both."""
    from disclosure_pipeline.console.app import Console
    from disclosure_pipeline.console.parts import Parts

    return {CONSOLE: Console(Parts(core, desk, CONSOLE))}


@command("work")
@click.option("--slot", metavar="NAME", help="办理进程的固定名称，在用的各不相同；不写为主机名加 -work。")
@click.option("--parent", type=int, hidden=True, help="启动本进程的守护进程；其结束时本进程随之结束。")
def work(session: Session, slot: str | None, parent: int | None) -> int:
    """Do the work of the queues only, until SIGTERM; for further hosts on one PostgreSQL store."""
    session.daemon_settings()
    from disclosure_pipeline.service import worker

    return worker.work(session.workspace, slot=slot or f"{socket.gethostname()}-work", parent=parent)
