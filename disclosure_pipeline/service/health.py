"""The daemon's web server: health and metrics (``/healthz``, ``/readyz``, ``/metrics``), the site, what is mounted.

The site and its search are read-only (`service/public/`); the console is handed in by the command line, which alone knows both.

``/healthz``: the process lives and the store answers. ``/readyz``: 200 once every drop folder is
watched; its ``status`` says ``degraded`` when a required detector is missing, a folder is
unavailable, no worker runs or the system is held after a restore.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import func, select
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline import clocks, incidents, leases
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.operations import READINESS
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.service.watcher.watch import Watcher
from disclosure_pipeline.service.workers import WorkerProcesses
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import get_meta
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document, fault, letter

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.settings.workspace import Workspace

log = get_logger(__name__)


class Status:
    """What the daemon can say about itself.

    Args:
        core: the process's parts.
        watcher: gives the present watcher.
        workers: the worker processes.
    """

    def __init__(self, core: Core, watcher: Callable[[], Watcher], workers: WorkerProcesses):
        self._core = core
        self._watcher = watcher
        self._workers = workers

    def renew(self, core: Core) -> None:
        """Go on with a fresh configuration."""
        self._core = core

    def healthy(self) -> bool:
        """Whether the store answers."""
        try:
            with self._core.database.read() as connection:
                get_meta(connection, "store_id")
        except DisclosureError:
            return False
        return True

    def readiness(self) -> dict[str, Any]:
        """What ``/readyz`` says."""
        watcher = self._watcher()
        trouble = [f"folder:{status.root.id}" for status in watcher.status() if status.state != "available"]
        with self._core.database.read() as connection:
            held = get_meta(connection, HELD)
            incident = incidents.count_open(connection) > 0
            missing = get_meta(connection, READINESS) or ""
            alive = leases.living(self._core, connection)
        trouble += [f"detector:{name}" for name in missing.split(",") if name]
        trouble += ["held"] if held else []
        trouble += ["incident"] if incident else []
        trouble += [] if alive else ["workers"]
        watched = watcher.ready.is_set()
        status = "starting" if not watched else "degraded" if trouble else "ready"
        return {
            "status": status,
            "watching": watched,
            "trouble": trouble,
            "rules_version": self._core.rulebook.version,
        }

    def figures(self) -> Iterator[tuple[str, str, dict[str, str], float]]:
        """Metrics as (name, help, labels, value); counts and ages only."""
        with self._core.database.read() as connection:
            for state, number in documents.count_by_state(connection).items():
                yield "disclosure_documents", "Documents by state", {"state": state}, number
            rows = connection.execute(
                select(publication.c.channel, publication.c.state, func.count()).group_by(
                    publication.c.channel, publication.c.state
                )
            )
            for channel, state, number in rows:
                labels = {"channel": channel, "state": state}
                yield "disclosure_publications", "Publications by channel and state", labels, number
            faults = connection.execute(
                select(fault.c.code, func.count()).where(fault.c.resolved_at.is_(None)).group_by(fault.c.code)
            )
            for code, number in faults:
                yield "disclosure_open_faults", "Open faults by code", {"code": code}, number
            letters = select(func.count()).select_from(letter).where(letter.c.sent_at.is_(None))
            yield (
                "disclosure_letters_owed",
                "Letters not delivered yet",
                {},
                connection.execute(letters).scalar_one(),
            )
            open_incidents = incidents.count_open(connection)
            yield (
                "disclosure_incidents",
                "Open incidents that rule changes brought to light",
                {},
                open_incidents,
            )
            oldest = connection.execute(
                select(func.min(document.c.work_at)).where(document.c.work_at <= utc_now())
            ).scalar()
            age = (parse(utc_now()) - parse(oldest)).total_seconds() if oldest else 0.0
            yield "disclosure_oldest_work_seconds", "Age of the oldest work that is due", {}, age
            overdue = len(clocks.overdue(connection))
            yield "disclosure_overdue", "Documents past their time limit", {}, overdue
        yield "disclosure_workers", "Worker processes of this daemon that run", {}, self._workers.alive()
        for status in self._watcher().status():
            labels = {"root": status.root.id}
            yield "disclosure_drops_waiting", "Drops seen and not taken yet", labels, status.waiting
        free = shutil.disk_usage(self._core.workspace.data).free
        yield "disclosure_disk_free_bytes", "Free bytes where the data folder lies", {}, free

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._core.settings

    @property
    def workspace(self) -> Workspace:
        """The folders."""
        return self._core.workspace


class Mounted(Protocol):
    """A web application that the server carries beside its own pages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        ...

    def end(self) -> None:
        """Let open streams end: the server is stopping."""
        ...


def application(status: Status, mounts: Mapping[str, Mounted]) -> Starlette:
    """The web application.

    Args:
        status: what it tells.
        mounts: further applications by the path below which they answer; ``/`` leads to the first one, else to the site.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
    from starlette.routing import Mount, Route

    from disclosure_pipeline.service.public import app as public

    async def healthz(_request: Request) -> Response:
        healthy = await run_in_threadpool(status.healthy)
        return JSONResponse({"status": "ok" if healthy else "failing"}, 200 if healthy else 503)

    async def readyz(_request: Request) -> Response:
        try:
            answer = await run_in_threadpool(status.readiness)
        except DisclosureError as error:
            return JSONResponse({"status": "failing", "trouble": [error.code]}, 503)
        return JSONResponse(answer, 200 if answer["watching"] else 503)

    async def metrics(_request: Request) -> Response:
        try:
            text = await run_in_threadpool(render, status)
        except DisclosureError as error:
            return PlainTextResponse(f"# {error.code}\n", 503)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    shown = public.routes(status.workspace, lambda: status.settings) if status.settings.server.site else ()

    async def front(_request: Request) -> Response:
        first = next(iter(mounts), "/site" if shown else None)
        return RedirectResponse(f"{first}/" if first else "/healthz")

    return Starlette(
        routes=[
            Route("/", front),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            *shown,
            *(Mount(path, mounted) for path, mounted in mounts.items()),
        ]
    )


def render(status: Status) -> str:
    """The metrics in the Prometheus text format."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for name, text, labels, value in status.figures():
        if name not in gauges:
            gauges[name] = Gauge(name, text, sorted(labels), registry=registry)
        gauge = gauges[name].labels(**labels) if labels else gauges[name]
        gauge.set(value)
    return generate_latest(registry).decode()


class HealthServer:
    """Serves :func:`application` from a thread.

    Args:
        status: what it tells.
        host: address.
        port: port; 0 means any free one.
        mounts: further applications by their paths.
        proxies: network addresses of reverse proxies whose word about the caller is believed.
    """

    def __init__(
        self,
        status: Status,
        host: str,
        port: int,
        *,
        mounts: Mapping[str, Mounted] | None = None,
        proxies: Sequence[str] = (),
    ):
        self.status = status
        self._mounts = dict(mounts or {})
        self._proxies = list(proxies)
        self._socket = socket.create_server((host, port), reuse_port=False)
        # Connections inherit it: head and body of an answer are sent one after the other, and a browser that takes its
        # time to confirm the first (40 ms) would hold up the second.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._server: Any = None

    @property
    def address(self) -> str:
        """Where it listens, as an address for people."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Begin to serve."""
        import uvicorn

        config = uvicorn.Config(
            application(self.status, self._mounts),
            log_config=None, access_log=False, lifespan="off", server_header=False,
            proxy_headers=bool(self._proxies), forwarded_allow_ips=self._proxies or None,
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        for mounted in self._mounts.values():
            mounted.end()
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(5.0)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))
