"""The daemon (`disclosure run`): watcher, workers, scheduler, health — one per data folder.

The daemon itself handles no document: it claims drops into the spool and leaves reading them to the
workers. SIGTERM and SIGINT end it in order; SIGHUP reads the configuration again, tells what is
different and keeps the old one when the new one is bad.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Literal

from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.service.desk import IntakeDesk
from disclosure_pipeline.service.engine import EngineQueue
from disclosure_pipeline.service.health import HealthServer, Mounted, Status
from disclosure_pipeline.service.lock import DataLock
from disclosure_pipeline.service.scheduler import Scheduler
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.watcher.watch import Watcher
from disclosure_pipeline.service.workers import WorkerProcesses
from disclosure_pipeline.settings.workspace import Workspace

log = get_logger(__name__)

WebFactory = Callable[[Callable[[], Core], Callable[[], IntakeDesk]], Mapping[str, Mounted]]
"""Makes web applications from what gives the present parts and the present intake desk."""

_NEEDS_RESTART = ("store.", "server.", "engine.workers")
_LONGEST_DEAFNESS = 1.0
"""Seconds after which the main thread looks up: the system may give a signal to any thread, but only the
main thread heeds it, and only when it is awake."""


class Daemon:
    """One running daemon.

    Args:
        workspace: the folders.
        host: address to listen on, else the configured one.
        port: port to listen on, 0 for any free one, else the configured one.
        announce: told the address once it is known.
        web: makes the web applications that the server carries beside its own pages.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        host: str | None = None,
        port: int | None = None,
        announce: Callable[[str], None] | None = None,
        web: WebFactory | None = None,
    ):
        self._web = web
        self._workspace = workspace
        self._lock = DataLock(workspace.data)
        # The one queue that a signal handler may put into at any moment; events and locks could be held.
        self._asked: SimpleQueue[Literal["end", "renew"]] = SimpleQueue()
        self._listen = (host, port)
        self._announce = announce

    def run(self) -> int:
        """Serve until asked to end.

        Returns:
            Exit code.

        Raises:
            Locked: another daemon uses this data folder.
            ConfigError: the configuration cannot be used.
        """
        self._workspace.data.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._start()
            self._serve()
        finally:
            self._end()
            self._lock.release()
        return 0

    def _start(self) -> None:
        self._core = self._open()
        settings = self._core.settings
        self._catch_signals()
        self._workers = WorkerProcesses(self._workspace, settings.engine.workers, settings.engine.grace)
        self._workers.start()
        self._watcher = self._new_watcher()
        self._watcher.start()
        self._scheduler = Scheduler(self._core)
        if settings.scheduler.enabled:
            self._scheduler.start()
        host, port = self._listen
        status = Status(self._core, lambda: self._watcher, self._workers)
        self._server = HealthServer(
            status,
            settings.server.host if host is None else host,
            settings.server.port if port is None else port,
            mounts=self._web(lambda: self._core, lambda: IntakeDesk(self._core)) if self._web else {},
            proxies=settings.console.proxies,
        )
        self._server.start()
        log.info("daemon_started", address=self._server.address, process=os.getpid())
        if self._announce is not None:
            self._announce(self._server.address)

    def _serve(self) -> None:
        while True:
            try:
                asked = self._asked.get(timeout=_LONGEST_DEAFNESS)
            except Empty:
                self._follow_rules()
                continue
            if asked == "end":
                return
            self._renew()

    def _follow_rules(self) -> None:
        """Take up rule changes that were approved; the workers do so themselves."""
        try:
            if self._core.rules_changed():
                self._core.take_up_rules()
                log.info("rules_changed", rules_version=self._core.rulebook.version)
        except DisclosureError as error:
            log.warning("rules_not_read", code=error.code)

    def _end(self) -> None:
        log.info("daemon_ending")
        for part in ("_watcher", "_scheduler", "_server", "_workers"):
            running = self.__dict__.get(part)
            if running is not None:
                running.stop()
        if "_core" in self.__dict__:
            self._core.close()
        log.info("daemon_ended")

    def _catch_signals(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: self._asked.put("end"))
        signal.signal(signal.SIGINT, lambda *_: self._asked.put("end"))
        signal.signal(signal.SIGHUP, lambda *_: self._asked.put("renew"))

    def _open(self) -> Core:
        core = Core.open(self._workspace, scope="daemon", worker=f"daemon-{os.getpid()}")
        core.queue = EngineQueue(core.database)
        return core

    def _new_watcher(self) -> Watcher:
        def report(code: str, root: str, detail: object) -> None:
            log.warning("intake_trouble", code=code, root=root, detail=str(detail))

        plan = RootPlan(self._workspace, self._core.settings)
        return Watcher(plan, self._core.settings.intake, IntakeDesk(self._core), report)

    def _renew(self) -> None:
        """Read the configuration again; a bad one changes nothing."""
        try:
            fresh = self._open()
            RootPlan(self._workspace, fresh.settings)
        except DisclosureError as error:
            log.error("config_refused", code=error.code, reason=error.message)  # noqa: TRY400 -- no traceback in logs
            return
        changed = differences(self._core.settings.model_dump(), fresh.settings.model_dump())
        for key, (before, after) in changed.items():
            log.info(
                "config_changed", key=key, before=before, after=after, restart=key.startswith(_NEEDS_RESTART)
            )
        log.info("config_read", changes=len(changed), rules_version=fresh.rulebook.version)
        self._watcher.stop()
        self._scheduler.stop()
        old, self._core = self._core, fresh
        self._watcher = self._new_watcher()
        self._watcher.start()
        self._scheduler = Scheduler(fresh)
        if fresh.settings.scheduler.enabled:
            self._scheduler.start()
        self._server.status.renew(fresh)
        self._workers.renew()
        old.close()


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> dict[str, tuple[str, str]]:
    """Settings that differ, by dotted key, as (before, after) texts; addresses of stores are masked."""
    found: dict[str, tuple[str, str]] = {}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        name = f"{prefix}{key}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found |= differences(old, new, f"{name}.")
        elif old != new:
            masked = name == "store.url" or name.startswith("plugin.")
            found[name] = ("***", "***") if masked else (str(old), str(new))
    return found


def run(
    workspace: Workspace,
    *,
    host: str | None = None,
    port: int | None = None,
    announce: Callable[[str], None] | None = None,
    web: WebFactory | None = None,
) -> int:
    """Run a daemon in this process until it is asked to end; see :class:`Daemon`."""
    return Daemon(workspace, host=host, port=port, announce=announce, web=web).run()
