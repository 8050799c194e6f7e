"""Regular work (APScheduler), in one leader process at a time.

The leader is the daemon of the data folder; where several share one PostgreSQL store, the one that
holds an advisory lock there. Jobs only look and enqueue, under ids that do not change, and what
they do may be done twice. Missed runs are caught up once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.pipeline import (
    anchors,
    chain_status,
    clocks,
    fixity,
    kept_receipts,
    reconcile,
    review,
    statistics,
    verify,
)
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.jobs import JobFacade
from disclosure_pipeline.service import engine

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = get_logger(__name__)

_LEADER = 7230003
PRUNE, WATCH, FIXITY = "prune", "watch", "fixity"
"""Jobs that do not run at the start: one needs the engine's library, the others read what is out and what is kept."""

_REVIEW_EVERY = 6 * 3600.0
_FIGURES_EVERY = 300.0
_FIXITY_EVERY = 3600.0
_LATER = (PRUNE, WATCH, FIXITY)
_LONG = ("clocks", "review", "access", "statistics", "proof", "receipts", FIXITY)
"""Jobs that can go through the whole store: side by side they would take the console's time."""
_ONE_BY_ONE = "one_by_one"
_PAUSE = 0.02
"""Seconds between two pieces: who waits for SQLite's only place to write tries again in less."""

Work = Callable[[Core], Mapping[str, int]]


class Scheduler:
    """Runs the regular jobs; the long ones one after another, and in pieces between which others get to the store.

    Args:
        core: the process's parts.
    """

    def __init__(self, core: Core):
        self._core = core
        self._scheduler: BackgroundScheduler | None = None
        self._leadership: Connection | None = None
        self._asking = Lock()
        self._ending = Event()

    def start(self) -> None:
        """Start every job; each runs once at the start."""
        from datetime import UTC, datetime, timedelta

        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(), _ONE_BY_ONE: ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, every, work in self._jobs():
            scheduler.add_job(
                self._run,
                "interval",
                args=(name, work),
                seconds=every,
                id=name,
                executor=_ONE_BY_ONE if name in _LONG else "default",
                next_run_time=datetime.now(UTC) + timedelta(seconds=every if name in _LATER else 0),
            )
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """End; a job that runs is finished, a long one at the next place where it can be left."""
        self._ending.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None
        if self._leadership is not None:
            # Really closed, not given back to the pool: the lock lasts as long as the session.
            self._leadership.detach()
            self._leadership.close()
            self._leadership = None

    def _jobs(self) -> list[tuple[str, float, Work]]:
        settings, enough = self._core.settings.scheduler, self._give_way
        return [
            ("reconcile", settings.reconcile_every, _reconcile),
            ("clocks", settings.clocks_every, lambda core: {"changed": clocks.recompute(core, enough)}),
            ("review", _REVIEW_EVERY, lambda core: {"opened": review.open_due(core, enough)}),
            ("anchor", settings.anchor_every, lambda core: {"rows": anchors.anchor_now(core)}),
            ("access", settings.prune_every, lambda core: {"chained": anchors.chain_views(core)}),
            (
                "statistics",
                _FIGURES_EVERY,
                lambda core: {"counted": statistics.catch_up(core, enough=enough)},
            ),
            ("proof", _FIGURES_EVERY, lambda core: _prove(core, enough)),
            ("receipts", _FIGURES_EVERY, lambda core: {"written": kept_receipts.catch_up(core, enough)}),
            (WATCH, settings.watch_every, verify.watch),
            (FIXITY, _FIXITY_EVERY, lambda core: fixity.sample(core, enough)),
            (PRUNE, settings.prune_every, _prune),
            *self._plugin_jobs(),
        ]

    def _plugin_jobs(self) -> list[tuple[str, float, Work]]:
        if not self._core.settings.plugins.allow:
            return []
        return [
            (name, float(job.every), partial(_plugin_job, name)) for name, job in self._core.host.jobs.items()
        ]

    def _give_way(self) -> bool:
        """Asked between two pieces of long work: waits until others had their turn; whether to leave it here."""
        return self._ending.wait(_PAUSE)

    def _run(self, name: str, work: Work) -> None:
        try:
            if not self._leads():
                return
            counts = dict(work(self._core))
        except DisclosureError as error:
            log.warning("job_failed", job=name, code=error.code)
            return
        except Exception as error:  # noqa: BLE001 -- one failing job must not end the others
            log.warning("job_failed", job=name, error=type(error).__name__)
            return
        if any(counts.values()):
            log.info("job_done", job=name, **counts)

    def _leads(self) -> bool:
        """Whether this process is the leader now."""
        if self._core.database.sqlite:
            return True
        # Jobs start side by side: two that asked at once would shut each other out.
        with self._asking:
            return self._holds_leadership()

    def _holds_leadership(self) -> bool:
        if self._leadership is None or self._leadership.closed or self._leadership.invalidated:
            connection: Any = self._core.database.engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
            if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LEADER})").scalar():
                connection.close()
                return False
            self._leadership = connection
        else:
            self._leadership.exec_driver_sql("SELECT 1")
        return True


def _reconcile(core: Core) -> Mapping[str, int]:
    counts = reconcile.reconcile(core)
    dead = reconcile.dead_slots(core)
    return {**counts, "adopted": engine.adopt(core.database, dead) if dead else 0}


def _prove(core: Core, enough: Callable[[], bool]) -> Mapping[str, int]:
    """Prove what the audit log holds in addition; a broken chain is told as often as this looks."""
    found = chain_status.prove_further(core, None, enough)
    if found.problem:
        log.error("audit_chain_broken", code=found.problem, row=found.where)
    return {"broken": int(bool(found.problem))}


def _prune(core: Core) -> Mapping[str, int]:
    if not engine.has_tables(core.database):
        return {}
    return {"pruned": engine.prune(core.database, core.settings.engine.keep_settled)}


def _plugin_job(name: str, core: Core) -> Mapping[str, int]:
    return core.host.run_job(name, JobFacade(core))
