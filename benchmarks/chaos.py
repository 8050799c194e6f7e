"""``kill -9`` at random instants, and nothing is lost, doubled or leaked.

Run: ``python benchmarks/chaos.py [--rounds 20] [--documents 200] [--store sqlite|postgres] [--seed N]``

A real daemon with two workers carries generated drafts of every kind from the drop folders to the
site and the archive, while two officers decide and the processes are killed: all of them, the
daemon alone, a worker, a sandbox. When everything is at rest every promise is checked; a violation
makes the exit code 1. PostgreSQL is started from the test requirements unless ``--url`` names a
database, which must be empty.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chaos_drafts
import chaos_verdict
from chaos_daemon import KILLS, Daemon
from chaos_office import Clerks, Memory, Officer, enrol
from sqlalchemy import select

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.service.engine import EngineQueue
from disclosure_pipeline.settings.resources import share
from disclosure_pipeline.settings.workspace import Workspace
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document, worker

_CONFIG = """
[store]
url = {url}

[[unit]]
departments = {departments}

[intake]
stable_after = 0.3
folder_stable_after = 1.0
rescan_every = 3.0

[engine]
workers = 2
poll = 1.0
heartbeat = 0.5
dead_after = 3.0
grace = 5.0

[publication]
retry_first = 0.5

[scheduler]
reconcile_every = 1.0

[log]
format = "json"
"""
_BETWEEN = (0.3, 4.0)
"""Shortest and longest time between two kills, seconds."""

_AIMED = 0.4
"""Share of the kills that wait until an effect is under way: a random instant seldom hits one."""

_STUCK_AFTER = 120.0
"""Seconds without any progress after which what is not at rest is a violation."""

_SETTLE = 2.0
"""Seconds that rest must last."""


@dataclass(slots=True)
class Report:
    """What the run did and found."""

    store: str
    rounds: int
    documents: int
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    officers: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    takeovers: int = 0
    longest_recovery: float = 0.0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON value."""
        return {
            "store": self.store, "rounds": self.rounds, "documents": self.documents, "seed": self.seed,
            "kills": dict(self.kills), "ends": dict(self.ends), "officers": dict(self.officers),
            "retried_effects": self.retried, "takeovers": self.takeovers,
            "longest_recovery_seconds": round(self.longest_recovery, 1), "seconds": round(self.seconds, 1),
            "violations": self.violations,
        }  # fmt: skip

    def as_table(self) -> str:
        """The report for people."""
        lines = [
            ("store", self.store), ("seed", self.seed), ("rounds", self.rounds), ("documents", self.documents),
            *((f"killed: {name}", self.kills[name]) for name in KILLS),
            *((f"ended: {name}", number) for name, number in sorted(self.ends.items())),
            *((f"officers: {name}", number) for name, number in sorted(self.officers.items())),
            ("effects tried again", self.retried), ("takeovers", self.takeovers),
            ("longest recovery", f"{self.longest_recovery:.1f} s"), ("whole run", f"{self.seconds:.0f} s"),
            ("verdict", "every promise kept" if not self.violations else f"{len(self.violations)} VIOLATIONS"),
        ]  # fmt: skip
        return "\n".join(
            [*(f"{name:<40}{value}" for name, value in lines), *(f"  {v}" for v in self.violations)]
        )


class Recovery(threading.Thread):
    """Watches how long interrupted work waits, and counts takeovers and repeated attempts.

    Args:
        core: parts of the watching process.
        daemon: the daemon.
        report: where the figures go.
    """

    def __init__(self, core: Core, daemon: Daemon, report: Report):
        super().__init__(daemon=True)
        self._core = core
        self._daemon = daemon
        self._report = report
        self._seen: dict[tuple[str, str], tuple[int, int]] = {}
        self._interrupted: dict[tuple[str, str, int], float] = {}
        self._killed_at: float | None = None
        self._ended = threading.Event()

    def killed(self) -> None:
        """A kill happened now: the daemon must become ready again."""
        self._killed_at = self._killed_at or time.monotonic()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Look ten times a second."""
        while not self._ended.wait(0.1):
            with contextlib.suppress(DisclosureError):
                self._look()

    def _look(self) -> None:
        now = time.monotonic()
        with self._core.database.read() as connection:
            cases = connection.execute(
                select(document.c.id, document.c.lease_owner, document.c.fence, document.c.takeovers)
            ).all()
            effects = connection.execute(
                select(publication.c.document, publication.c.channel, publication.c.lease_owner, publication.c.fence,
                       publication.c.takeovers, publication.c.attempt)
            ).all()  # fmt: skip
            owners = {row.id: row.pid for row in connection.execute(select(worker.c.id, worker.c.pid))}
        alive = {item.pid for item in self._daemon.processes()}
        held = [((row.id, "", row.fence), row.lease_owner) for row in cases]
        held += [((row.document, row.channel, row.fence), row.lease_owner) for row in effects]
        orphaned = {key for key, owner in held if owner is not None and owners.get(owner) not in alive}
        for key in orphaned:
            self._interrupted.setdefault(key, now)
        for key in [key for key in self._interrupted if key not in orphaned]:
            self._took(now - self._interrupted.pop(key))
        if self._killed_at is not None and self._daemon.ready:
            self._took(now - self._killed_at)
            self._killed_at = None
        for row in cases:
            self._count((row.id, ""), row.takeovers, 0)
        for row in effects:
            self._count((row.document, row.channel), row.takeovers, max(0, row.attempt - 1))

    def _took(self, seconds: float) -> None:
        self._report.longest_recovery = max(self._report.longest_recovery, seconds)

    def _count(self, key: tuple[str, str], takeovers: int, repeats: int) -> None:
        before = self._seen.get(key, (0, 0))
        self._report.takeovers += max(0, takeovers - before[0])
        self._report.retried += max(0, repeats - before[1])
        self._seen[key] = (takeovers, repeats)


class Run:
    """One chaos run on a workspace of its own.

    Args:
        base: an empty folder.
        url: SQLAlchemy URL of the store; empty for SQLite in the workspace.
        report: what is to be done, and where the figures go.
    """

    def __init__(self, base: Path, url: str, report: Report):
        self._rng = random.Random(report.seed)
        self._report = report
        self._workspace = Workspace(base / "config", base / "var")
        self._temporary = base / "tmp"
        self._temporary.mkdir()
        shutil.copytree(share("config"), self._workspace.config)
        settings = _CONFIG.format(
            url=json.dumps(url), departments=json.dumps(chaos_drafts.DEPARTMENTS, ensure_ascii=False)
        )
        (self._workspace.config / "disclosure.toml").write_text(settings, "utf-8")
        for department in chaos_drafts.DEPARTMENTS:
            (self._workspace.inbox / department).mkdir(parents=True)
        self._core = self._open()
        enrol(self._core)
        self._log = base / "daemon.log"
        self._daemon = Daemon(self._workspace.config, self._workspace.data, self._log, self._temporary)
        self._drafts = chaos_drafts.plan(report.documents, self._rng)
        spread = report.rounds * sum(_BETWEEN)
        self._clerks = Clerks(
            self._workspace.inbox, base / "desk", self._drafts, spread, random.Random(report.seed + 1)
        )
        self._memory = Memory()
        self._officers = [Officer(self._open(), self._drafts, self._clerks, self._memory) for _ in range(2)]
        self._recovery = Recovery(self._core, self._daemon, report)

    def carry_out(self) -> None:
        """Drop, decide, kill, wait for rest, check."""
        begun = time.monotonic()
        threads = [self._clerks, *self._officers, self._recovery]
        self._daemon.start()
        self._daemon.wait_ready()
        try:
            for thread in threads:
                thread.start()
            for _ in range(self._report.rounds):
                self._round()
            self._wait_for_rest()
            for officer in self._officers:
                officer.stop()
                officer.join()
            self._recovery.stop()
            self._report.seconds = time.monotonic() - begun
            self._check_end(*self._daemon.stop())
        finally:
            self._daemon.end_all()
        self._check()

    def _open(self) -> Core:
        core = Core.open(self._workspace)
        core.queue = EngineQueue(core.database)
        return core

    def _round(self) -> None:
        """Kill something at a random instant, and start the daemon again where it is gone."""
        time.sleep(self._rng.uniform(*_BETWEEN))
        if self._rng.random() < _AIMED:
            self._await_effect()
        for kind in self._rng.sample(KILLS, len(KILLS)):
            if self._daemon.kill(kind, self._rng):
                self._report.kills[kind] += 1
                self._recovery.killed()
                break
        if self._daemon.running:
            return
        time.sleep(self._rng.uniform(0.0, 1.0))
        self._daemon.start()
        if self._rng.random() < 0.7:  # else the next kill may hit the start
            self._daemon.wait_ready()

    def _await_effect(self) -> None:
        """Wait a while for the instant at which a worker is inside a channel."""
        deadline = time.monotonic() + _BETWEEN[1]
        under_way = select(publication.c.document).where(publication.c.lease_owner.is_not(None))
        while time.monotonic() < deadline:
            with contextlib.suppress(DisclosureError), self._core.database.read() as connection:
                if connection.execute(under_way).first() is not None:
                    return
            time.sleep(0.002)

    def _wait_for_rest(self) -> None:
        """Wait until every draft has ended where it must, and nothing is left over."""
        if not self._daemon.running:
            self._daemon.start()
        self._daemon.wait_ready()
        seen, changed = [""], time.monotonic()
        while time.monotonic() - changed < (_STUCK_AFTER if seen else _SETTLE):
            time.sleep(0.5)
            now = self._unsettled() if self._clerks.done else ["drafts are still being dropped"]
            if now != seen:
                seen, changed = now, time.monotonic()

    def _unsettled(self) -> list[str]:
        try:
            return chaos_verdict.not_at_rest(self._core, self._drafts) or chaos_verdict.leftovers(
                self._core, running=True
            )
        except DisclosureError as error:
            return [error.code]

    def _check_end(self, exit_code: int, survivors: int) -> None:
        if exit_code != 0:
            self._report.violations.append(f"the daemon ended with exit code {exit_code}")
        if survivors:
            self._report.violations.append(f"{survivors} processes outlived the daemon")

    def _check(self) -> None:
        core, there = self._core, chaos_verdict.ended(self._core, self._drafts)
        self._report.ends.update(row.state for row in there.cases)
        self._report.officers.update(self._memory.counts)
        temporary = [path for path in self._temporary.rglob("*") if path.is_file()]
        places = [self._workspace.data, self._temporary]
        self._report.violations += [
            *chaos_verdict.not_at_rest(core, self._drafts),
            *chaos_verdict.leftovers(core, running=False),
            *(f"left over: {path.relative_to(self._temporary)}" for path in temporary),
            *chaos_verdict.wrong_site(core, there),
            *chaos_verdict.wrong_archive(core, there),
            *chaos_verdict.wrong_receipts(core, there),
            *chaos_verdict.wrong_audit(core),
            *chaos_verdict.wrong_vault(core),
            *chaos_verdict.unanswered(core, there),
            *chaos_verdict.leaked(core, there, places),
            *(["the log holds words of a suspected secret"] if self._log_leaks(there) else []),
        ]

    def _log_leaks(self, there: chaos_verdict.Ended) -> bool:
        text = self._log.read_text("utf-8", "replace")
        return any(draft.words in text for _, draft in there.of("secret"))


@contextlib.contextmanager
def store_url(store: str, url: str) -> Iterator[str]:
    """The URL of an empty store; empty for SQLite."""
    if store == "sqlite" or url:
        yield url
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.postgres import start_server

    with contextlib.closing(start_server()) as servers:  # type: ignore[type-var]
        yield next(servers).fresh_database()


def main() -> int:
    """Run and report; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--url", default="", help="SQLAlchemy URL of an empty PostgreSQL database")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 20))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="empty folder to work in, kept afterwards")
    options = parser.parse_args()
    report = Report(options.store, options.rounds, options.documents, options.seed)
    base = options.keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    base.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the daemon is ended too
    with store_url(options.store, options.url) as url:
        Run(base.resolve(), url, report).carry_out()
    print(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if options.json else report.as_table())
    if options.keep is None and not report.violations:
        shutil.rmtree(base)
    elif report.violations:
        print(f"The workspace is kept: {base}", file=sys.stderr)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
