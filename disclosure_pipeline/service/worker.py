"""A worker process: carries documents on and publications out (`disclosure work`).

What is due is read from the rows whenever the doorbell rings, and started at once as a durable
piece of work; the engine's queues are the net under it. One process carries a few documents at a
time, each in a sandbox of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks.sandbox_child import collect_seldom
from disclosure_pipeline.pipeline import leases, letters, publication, rescreen_batches, upkeep
from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH, RESCREEN, Core
from disclosure_pipeline.pipeline.operations import READINESS
from disclosure_pipeline.pipeline.run import carry_on, due
from disclosure_pipeline.service.doorbell import Doorbell
from disclosure_pipeline.service.engine import EngineQueue, WorkEngine
from disclosure_pipeline.settings.workspace import Workspace
from disclosure_pipeline.store.database import set_meta
from disclosure_pipeline.store.tables import worker

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.host import PluginHost

log = get_logger(__name__)

_PUBLICATIONS_PER_DOCUMENT = 2
_BREATH = 0.25
"""Seconds between two goes at the same piece of work: what stays due without getting on must not spin."""

_LOOK_AGAIN = 30.0
"""Seconds between looks at required detectors while some are missing."""

_MEND_EVERY = 300.0
"""Seconds between looks whether a channel has something to make anew."""

_LOOK_AT_LEAST = 2.0
"""Seconds after which the rows are looked at without a ring: delayed work becomes due silently."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that is due.

    Args:
        queue: the queue it belongs to.
        subject: what it is about.
    """

    queue: str
    subject: str


class Worker:
    """One worker life.

    Args:
        core: the process's parts; ``core.worker`` names this life.
        slot: stable name of the worker's place on its host.
        parent: process id of the daemon that it must not outlive, if it belongs to one.
    """

    def __init__(self, core: Core, slot: str, parent: int | None = None):
        self._core = core
        self._slot = slot
        self._parent = parent
        self._look = threading.Event()
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._running: set[Piece] = set()
        self._reserved: set[Piece] = set()
        self._last_end: dict[Piece, float] = {}
        self.renewed = False
        documents = core.settings.engine.concurrency
        self._limits = {INTAKE: documents, PUBLISH: documents * _PUBLICATIONS_PER_DOCUMENT, RESCREEN: 1}
        self._engine = WorkEngine(
            core.database,
            executor=slot,
            tasks={
                INTAKE: self._task(INTAKE, self._carry_on),
                PUBLISH: self._task(PUBLISH, self._carry_out),
                RESCREEN: self._task(RESCREEN, self._rescreen),
            },
            poll=core.settings.engine.poll,
        )

    def run(self) -> None:
        """Work until :meth:`stop`."""
        settings = self._core.settings.engine
        self._begin_life()
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        bell = Doorbell(self._core.database, self._look.set, settings.doorbell)
        host = self._core.host  # loaded here, once: the threads share it
        self._engine.launch()
        bell.start()
        threading.Thread(target=self._tell_readiness, args=(host,), name="readiness", daemon=True).start()
        threading.Thread(target=self._keep_up, name="upkeep", daemon=True).start()
        collect_seldom()
        log.info("worker_started", worker=self._core.worker)
        while not self._stop.is_set():
            self._look.wait(min(settings.poll, _LOOK_AT_LEAST))
            self._look.clear()
            if not self._stop.is_set() and not self._has_old_rules():
                self._start_due()
        bell.stop()
        self._end_life(settings.grace)

    def stop(self) -> None:
        """Take no more work and end when what runs has ended."""
        self._stop.set()
        self._look.set()

    def _has_old_rules(self) -> bool:
        """Whether other rules have come into force; this life ends then, and :func:`work` begins a new one."""
        try:
            self.renewed = self._core.rules_changed()
        except DisclosureError as error:
            log.warning("rules_not_read", code=error.code)
        if self.renewed:
            log.info("rules_changed", worker=self._core.worker)
            self.stop()
        return self.renewed

    # ------------------------------------------------------------------ due work

    def _start_due(self) -> None:
        """Start what the rows say is due, up to the limits."""
        try:
            for piece in self._due():
                if not self._enter(piece, reserve=True):
                    continue
                key = f"{piece.queue}:{piece.subject}:{uuid.uuid4().hex}"
                try:
                    self._engine.start(piece.queue, key, piece.subject)
                except BaseException:
                    self._leave(piece)
                    raise
            letters.deliver(self._core)
        except DisclosureError as error:
            log.warning("due_work_not_read", code=error.code)
        except Exception as error:  # noqa: BLE001 -- the worker must outlive any trouble of the store
            log.warning("due_work_not_started", error=type(error).__name__)

    def _due(self) -> list[Piece]:
        room = {queue: self._room(queue) for queue in (INTAKE, PUBLISH, RESCREEN)}
        found: list[Piece] = []
        with self._core.database.read() as connection:
            if room[INTAKE]:
                waiting = due(connection, room[INTAKE] + len(self._running))
                found += [Piece(INTAKE, case) for case in waiting]
            if room[PUBLISH]:
                owed = publication.due(connection, room[PUBLISH] + len(self._running))
                found += [Piece(PUBLISH, f"{item.document}|{item.channel}") for item in owed]
            if room[RESCREEN]:
                found += [Piece(RESCREEN, item) for item in rescreen_batches.due(connection, room[RESCREEN])]
        return found

    def _room(self, queue: str) -> int:
        with self._lock:
            return self._limits[queue] - sum(piece.queue == queue for piece in self._running)

    def _enter(self, piece: Piece, *, reserve: bool = False) -> bool:
        """Take a place for a piece of work; false when there is none, or it runs already.

        Args:
            piece: the work.
            reserve: keep the place for the task that is about to be started.
        """
        with self._lock:
            taken = sum(other.queue == piece.queue for other in self._running)
            if piece in self._running or taken >= self._limits[piece.queue]:
                return False
            if time.monotonic() - self._last_end.get(piece, -_BREATH) < _BREATH:
                return False
            self._running.add(piece)
            if reserve:
                self._reserved.add(piece)
            return True

    def _take_reserved(self, piece: Piece) -> bool:
        with self._lock:
            held = piece in self._reserved
            self._reserved.discard(piece)
            return held

    def _leave(self, piece: Piece) -> None:
        with self._lock:
            self._running.discard(piece)
            self._reserved.discard(piece)
            now = time.monotonic()
            self._last_end = {other: at for other, at in self._last_end.items() if now - at < _BREATH}
            self._last_end[piece] = now
        self._look.set()

    def _task(self, queue: str, work: Callable[[str], None]) -> Callable[[str], str]:
        """What the engine runs: started by the doorbell it has its place already, else it takes one."""

        def run(subject: str) -> str:
            piece = Piece(queue, subject)
            if not self._take_reserved(piece) and not self._enter(piece):
                return "busy"
            try:
                work(subject)
            except DisclosureError as error:
                log.warning("work_failed", queue=queue, subject=subject, code=error.code)
                return error.code
            finally:
                self._leave(piece)
            return "done"

        return run

    def _carry_on(self, case: str) -> None:
        carry_on(self._core, case)

    def _carry_out(self, subject: str) -> None:
        case, _, channel = subject.partition("|")
        publication.carry_out(self._core, case, channel)

    def _rescreen(self, subject: str) -> None:
        rescreen_batches.carry_out(self._core, subject, self._stop.is_set)

    # ------------------------------------------------------------------ life

    def _begin_life(self) -> None:
        """Register this life; earlier lives of the same slot are over, whatever they say."""
        with self._core.database.read() as connection:
            earlier = connection.execute(
                select(worker.c.id).where(
                    worker.c.stopped_at.is_(None),
                    or_(worker.c.id == self._slot, worker.c.id.startswith(f"{self._slot}#", autoescape=True)),
                )
            ).scalars()
            lives = list(earlier)
        for life in lives:
            leases.retire(self._core, life)
        leases.register_worker(self._core, host=socket.gethostname(), pid=os.getpid())

    def _beat(self) -> None:
        """Show signs of life until the last piece of work has ended; a lost daemon ends the worker too.

        Which process the daemon is was told at the start: a daemon that died before this worker looked
        would not be missed otherwise.
        """
        while not self._ended.wait(self._core.settings.engine.heartbeat):
            try:
                leases.beat(self._core)
            except DisclosureError as error:
                log.warning("heartbeat_failed", code=error.code)
            except Exception as error:  # noqa: BLE001 -- a heart that stops makes others take over living work
                log.warning("heartbeat_failed", error=type(error).__name__)
            if self._parent is not None and os.getppid() != self._parent and not self._stop.is_set():
                log.warning("parent_gone", worker=self._core.worker)
                self.stop()

    def _tell_readiness(self, host: PluginHost) -> None:
        """Say which required detectors are missing; the daemon, which loads none, shows it (`/readyz`).

        While some are missing it looks again: a sandbox that could not start may have been the reason.
        """
        while not self._stop.is_set():
            try:
                missing = host.missing_detectors()
                with self._core.database.write() as connection:
                    set_meta(connection, READINESS, ",".join(missing) or None)
            except DisclosureError as error:
                log.warning("readiness_not_told", code=error.code)
            else:
                if not missing:
                    host.rest()
                    return
                log.warning("detectors_missing", detectors=list(missing))
            self._stop.wait(_LOOK_AGAIN)

    def _keep_up(self) -> None:
        """Have the channels make anew what a power cut or a change of templates has left behind (`pipeline/upkeep.py`)."""
        while not self._stop.is_set():
            try:
                counts = upkeep.mend_channels(self._core)
            except DisclosureError as error:
                log.warning("channels_not_mended", code=error.code)
            except Exception as error:  # noqa: BLE001 -- trouble of the store passes
                log.warning("channels_not_mended", error=type(error).__name__)
            else:
                if any(counts.values()):
                    log.info("channels_mended", **counts)
            self._stop.wait(_MEND_EVERY)

    def _end_life(self, grace: float) -> None:
        deadline = time.monotonic() + grace
        while self._running and time.monotonic() < deadline:
            time.sleep(0.05)
        self._engine.stop(1.0)
        self._ended.set()
        leases.beat(self._core, stopped=True)
        log.info("worker_stopped", worker=self._core.worker, unfinished=len(self._running))


def work(workspace: Workspace, *, slot: str, parent: int | None = None) -> int:
    """Run a worker until SIGTERM or SIGINT.

    Args:
        workspace: the folders.
        slot: stable name of this worker's place, unique among the living.
        parent: process id of the daemon that started it; with the daemon it ends.

    Returns:
        Exit code.
    """
    core = Core.open(workspace, scope="worker", worker=f"{slot}#{uuid.uuid4().hex[:12]}")
    core.queue = EngineQueue(core.database)
    running = Worker(core, slot, parent)
    _stop_at_signals(running)
    try:
        running.run()
    finally:
        core.close()
    if running.renewed:
        # A new life in the same process: whoever started and watches it need not know.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- our own call again
    return 0


def _stop_at_signals(running: Worker) -> None:
    """Stop a worker at SIGTERM and SIGINT.

    A handler interrupts the main thread wherever it is, perhaps inside a lock that :meth:`Worker.stop`
    takes; so it only puts a word into a queue, and a thread that holds nothing does the rest.
    """
    asked: SimpleQueue[None] = SimpleQueue()

    def wait() -> None:
        asked.get()
        running.stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked.put(None))
