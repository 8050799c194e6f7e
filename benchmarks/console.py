"""The console under a day's load: pages over 1,000,000 documents, and fifty officers who decide at once for a minute.

Run: ``python benchmarks/console.py FOLDER [--documents N] [--waiting N] [--officers N] [--seconds S] [--only pages]``.
Makes the store in FOLDER with drafts that the real pipeline has read (one that is there is used as long as drafts are
left), starts the real daemon on it, and asks it over HTTP. Pages are asked one after another by one person; then every
officer settles and concludes documents of their own, with pauses in between as a reader makes them. At the end each
answer that an officer got is held against the rows and the audit chain. The exit code is 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

import console_store
import httpx2 as httpx
from chaos_daemon import Daemon
from sqlalchemy import func, select
from support import ADMIN, BODY, CONFIG, DEPARTMENT, OFFICE, Office, Workshop
from web import PASSWORD, Seat, give_password

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import chain_status, clocks, review
from disclosure_pipeline.pipeline import statistics as figures
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.used_numbers import raise_counters
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.database import Database
from disclosure_pipeline.store.tables import decision, document, finding

CALLS = 200
DRAFTS_EACH = 6
"""Drafts that wait for each officer; every second one has findings."""

PACE = 18
"""Pages a second that one person asks for; more than 20 in the long run are refused."""

PAUSE = (3.0, 9.0)
"""Shortest and longest time that an officer reads before the next action, seconds."""

WANTED = (50.0, 150.0)
"""Milliseconds that a page may take: median, 99th percentile."""

NEXT_WITHIN = 250.0
"""Milliseconds from a decision to the next document drawn."""

_CONCLUDE = "//form[.//button[@value='approve']]"
_SETTLE = "//form[.//button[@value='redact.mask' or @value='redact.remove']]"


def name_of(number: int) -> str:
    """An officer's name."""
    return f"密审员{number:02d}"


def drafts_of(number: int) -> Iterator[tuple[str, str]]:
    """Titles and texts of an officer's drafts."""
    for serial in range(DRAFTS_EACH):
        about = f"{console_store.THINGS[number % len(console_store.THINGS)]}第{number:02d}{serial}号"
        private = (
            f"\n咨询请联系王小{'明华丽强'[serial % 4]}，手机138{number:02d}{serial:02d}5678。"
            if serial % 2
            else ""
        )
        yield f"关于{about}事项的通知", BODY + private


def prepare(folder: Path, documents: int, waiting: int, officers: int) -> None:
    """Fill the store, hire the officers and have their drafts read, unless that was done before."""
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "console.sqlite"
    _configure(folder / "config", store)
    if store.exists():
        return
    workshop = Workshop()
    office = Office.open(workshop, folder, f"sqlite:///{store}")
    try:
        begun = time.perf_counter()
        console_store.fill(office.core.database, documents, waiting)
        with office.core.database.write() as connection:
            raise_counters(connection, {"case:2026": documents})
        print(f"store of {documents:,} documents made in {time.perf_counter() - begun:.0f} s", flush=True)
        office.staff()
        for name in (*map(name_of, range(officers)), ADMIN, OFFICE):
            if name not in (ADMIN, OFFICE):
                office.hire(name, Role.SECRECY)
            give_password(office, name)
        begun = time.perf_counter()
        for number in range(officers):
            for title, body in drafts_of(number):
                office.hand_in(title, body)
        for _ in range(-(-officers * DRAFTS_EACH // 100)):
            office.work()
        print(f"{officers * DRAFTS_EACH} drafts read in {time.perf_counter() - begun:.0f} s", flush=True)
        begun = time.perf_counter()
        catch_up(office.core)
        print(f"regular work caught up in {time.perf_counter() - begun:.0f} s", flush=True)
    finally:
        office.close()
        workshop.close()


def catch_up(core: Core) -> None:
    """Do what the daemon has long done in a store that has grown: its first run would last for minutes."""
    clocks.recompute(core)
    review.open_due(core)
    figures.catch_up(core)
    chain_status.prove_further(core, None)


def _configure(config: Path, store: Path) -> None:
    if not config.exists():
        shutil.copytree(CONFIG, config)
    (config / "disclosure.toml").write_text(
        f'[store]\nurl = "sqlite:///{store}"\n\n[[unit]]\ndepartments = ["{DEPARTMENT}"]\n\n[engine]\nworkers = 1\n',
        "utf-8",
    )


# ---------------------------------------------------------------------------- pages


def enter(address: str, name: str) -> Seat:
    """A browser in which somebody has signed in."""
    seat = Seat(cast("Any", httpx.Client(base_url=address, timeout=60.0)))
    seat.get("/sign-in")
    seat.post("/sign-in", {"name": name, "password": PASSWORD})
    if seat.path != "/queue":
        raise SystemExit(f"{name} could not enter: {seat.refusal or seat.status}")
    return seat


def pages(
    database: Database, case: str
) -> Iterator[tuple[str, Callable[[random.Random], tuple[str, dict[str, str]]]]]:
    """Pages that are measured, each with what is asked for in one call."""
    with database.read() as connection:
        rows = connection.execute(
            select(document.c.id, document.c.title, document.c.slip)
            .where(document.c.index_number.is_not(None))
            .order_by(document.c.id.desc())
            .limit(3_000)
        ).all()
    yield "queue", lambda _: ("/queue", {})
    yield "queue, blocking findings", lambda _: ("/queue", {"severity": "block"})
    yield (
        "queue, one department",
        lambda dice: ("/queue", {"department": dice.choice(console_store.DEPARTMENTS)}),
    )
    yield (
        "search, part of a title",
        lambda dice: (
            "/search",
            {"q": f"{dice.choice(console_store.THINGS)} {dice.choice(console_store.PLACES)}"},
        ),
    )
    yield "search, whole title", lambda dice: ("/search", {"q": dice.choice(rows).title})
    yield "search, case number", lambda dice: ("/search", {"q": dice.choice(rows).id})
    yield "search, 发文字号", lambda dice: ("/search", {"q": dice.choice(rows).slip["document_number"]})
    yield "document, review page", lambda _: (f"/documents/{case}/review", {})
    yield "document, signing sheet", lambda _: (f"/documents/{case}/sign", {})
    yield "document, timeline", lambda _: (f"/documents/{case}/timeline", {})
    yield "deadlines of a month", lambda _: ("/deadlines", {})


def measure_pages(address: str, database: Database, case: str) -> bool:
    """Ask for each page many times; whether all were fast enough."""
    met = True
    print(f"{'one person':38}{'median':>9}{'p99':>9}  ms, wanted {WANTED[0]:.0f} and {WANTED[1]:.0f}")
    client = enter(address, name_of(0)).client
    for name, ask in pages(database, case):
        dice, taken = random.Random(7), []
        for _ in range(CALLS):
            path, query = ask(dice)
            begun = time.perf_counter()
            answer = client.get("/console" + path, params=query)
            taken.append((time.perf_counter() - begun) * 1000)
            time.sleep(max(0.0, 1 / PACE - taken[-1] / 1000))
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code}")
        median, late = summary(taken)
        good = median <= WANTED[0] and late <= WANTED[1]
        met = met and good
        print(f"{name:38}{median:9.1f}{late:9.1f}{'' if good else '  too slow'}", flush=True)
    return met


def summary(taken: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    ordered = sorted(taken)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


# ------------------------------------------------------------------------- officers


@dataclass(slots=True)
class Minute:
    """What the officers did and what they were told.

    Args:
        settled: findings whose settling was answered, by case. concluded: cases whose conclusion was answered, with who.
        drawn: milliseconds from each decision to the next document drawn. opened: from a click to the page.
        errors: what went wrong.
    """

    settled: dict[str, int] = field(default_factory=dict)
    concluded: dict[str, str] = field(default_factory=dict)
    drawn: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Officer(threading.Thread):
    """Settles and concludes documents of their own until the time is up.

    Args:
        address: of the console. name: who. cases: what waits for them. minute: where the figures go.
    """

    def __init__(self, address: str, name: str, cases: list[str], minute: Minute):
        super().__init__(name=name, daemon=True)
        self._seat = enter(address, name)
        self._cases = cases
        self._ends = 0.0
        self._minute = minute
        self._dice = random.Random(name)

    def until(self, ends: float) -> None:
        """Begin, and stop at this moment of ``time.monotonic``; signing in is over."""
        self._ends = ends
        self.start()

    def run(self) -> None:
        """Work through the cases."""
        self._read(0.0)
        for case in self._cases:
            try:
                self._review(case)
            except Exception as error:  # noqa: BLE001 -- counted, and the run fails
                self._minute.errors.append(f"{self.name} {case}: {type(error).__name__} {error}")
            if time.monotonic() > self._ends:
                return

    def _review(self, case: str) -> None:
        seat, minute = self._seat, self._minute
        self._timed(minute.opened, lambda: seat.get(f"/documents/{case}/review"))
        self._read()
        while seat.page.xpath(_SETTLE) and time.monotonic() < self._ends:
            form = seat.page.xpath(_SETTLE)[0].getroottree().getpath(seat.page.xpath(_SETTLE)[0])
            self._timed(minute.opened, lambda form=form: seat.press(form, "redact.remove"))
            minute.settled[case] = minute.settled.get(case, 0) + 1
            self._read()
        if not seat.page.xpath(_CONCLUDE) or time.monotonic() > self._ends:
            return
        self._timed(minute.drawn, lambda: seat.press(_CONCLUDE, "approve"))
        minute.concluded[case] = self.name
        self._read()

    def _timed(self, into: list[float], action: Callable[[], object]) -> None:
        begun = time.perf_counter()
        action()
        into.append((time.perf_counter() - begun) * 1000)
        if self._seat.status != 200 or self._seat.refusal:
            raise RuntimeError(f"{self._seat.status} {self._seat.refusal}")

    def _read(self, shortest: float = PAUSE[0]) -> None:
        time.sleep(self._dice.uniform(shortest, PAUSE[1]))


def measure_officers(address: str, cases: dict[str, list[str]], seconds: float) -> Minute:
    """Let all officers work at once."""
    minute = Minute()
    people = [Officer(address, name, own, minute) for name, own in cases.items()]
    ends = time.monotonic() + seconds
    for person in people:
        person.until(ends)
    for person in people:
        person.join()
    return minute


def lost(database: Database, minute: Minute) -> list[str]:
    """Answers that the rows do not bear out."""
    problems = list(minute.errors)
    with database.read() as connection:
        for case, name in minute.concluded.items():
            found = connection.execute(
                select(func.count()).where(
                    decision.c.document == case, decision.c.by == name, decision.c.verb == Verb.APPROVE.value
                )
            ).scalar_one()
            if found != 1:
                problems.append(f"{case}: {found} conclusions of {name}")
        for case, number in minute.settled.items():
            found = connection.execute(
                select(func.count()).where(
                    finding.c.document == case, finding.c.settled == Settlement.REDACT.value
                )
            ).scalar_one()
            if found < number:
                problems.append(f"{case}: {found} of {number} findings are settled")
        _, broken = audit.verify(connection, {})
    return problems + [f"audit chain: {problem}" for problem in broken]


def waiting_for(database: Database, number: int) -> list[str]:
    """An officer's cases that nobody has concluded yet."""
    titles = [title for title, _ in drafts_of(number)]
    with database.read() as connection:
        rows = connection.execute(
            select(document.c.id)
            .where(document.c.id > "2026-", document.c.title.in_(titles), document.c.submitter.is_not(None))
            .where(document.c.id.not_in(select(decision.c.document)))
            .order_by(document.c.id)
        )
        return list(rows.scalars())


def main() -> None:
    """Prepare, serve, measure, check."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--documents", type=int, default=1_000_000)
    options.add_argument("--waiting", type=int, default=200_000)
    options.add_argument("--officers", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--only", choices=("pages", "officers"))
    chosen = options.parse_args(sys.argv[1:])
    folder = chosen.folder.absolute()
    prepare(folder, chosen.documents, chosen.waiting, chosen.officers)
    database = Database(f"sqlite:///{folder / 'console.sqlite'}")
    cases = {name_of(number): waiting_for(database, number) for number in range(chosen.officers)}
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    daemon = Daemon(folder / "config", folder / "var", folder / "daemon.log", temporary)
    daemon.start()
    good = True
    try:
        daemon.wait_ready()
        address = daemon.address
        if chosen.only != "officers":
            good = measure_pages(address, database, cases[name_of(0)][0])
        if chosen.only != "pages":
            minute = measure_officers(address, cases, chosen.seconds)
            problems = lost(database, minute)
            told(minute, chosen.officers, chosen.seconds)
            print("\n".join(problems) or "no error, no lost decision")
            good = good and not problems
    finally:
        daemon.stop()
        database.close()
    raise SystemExit(0 if good else 1)


def told(minute: Minute, officers: int, seconds: float) -> None:
    """Print what the officers met."""
    actions = len(minute.opened) + len(minute.drawn)
    print(f"{officers} officers, {seconds:.0f} s: {actions} actions, {len(minute.concluded)} concluded")
    for name, taken in (("decision to next document", minute.drawn), ("click to page", minute.opened)):
        median, late = summary(taken)
        wanted = f", wanted {NEXT_WITHIN:.0f}" if taken is minute.drawn else ""
        print(f"{name:38}{median:9.1f}{late:9.1f}  ms (median, p99){wanted}")


if __name__ == "__main__":
    main()
