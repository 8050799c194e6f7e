"""The checks of `disclosure doctor`, one function each; none changes anything."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from disclosure_pipeline.cli.session import Session, missing_workspace
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.times import later, parse, utc_now
from disclosure_pipeline.pipeline.alarms import LEAST_FREE, NEXT_YEAR_FROM, STALE

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings
    from disclosure_pipeline.store.database import Database

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Args:
        name: stable name. state: ``ok``, ``warning`` or ``failed``.
        message: what was seen.
        advice: what to do, empty when nothing.
    """

    name: str
    state: Literal["ok", "warning", "failed"]
    message: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        """The check as an entry of ``checks`` in `disclosure doctor --json`."""
        return {"name": self.name, "state": self.state, "message": self.message, "advice": self.advice}


class Patient:
    """A workspace under examination.

    Args:
        session: its folders.
        settings: its settings.
    """

    def __init__(self, session: Session, settings: Settings):
        self.session = session
        self.settings = settings

    @cached_property
    def database(self) -> Database:
        """The store, opened but not migrated.

        Raises:
            NotFound: there is none.
        """
        from disclosure_pipeline.store.database import Database

        self.session.require_store(self.settings)
        return Database(self.session.workspace.store_url(self.settings), self.settings.store.busy_timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "database" in self.__dict__:
            self.database.close()


def config(session: Session) -> Iterator[Check]:
    """Everything `disclosure config check` says; rules, chains and overlapping folders among it."""
    from disclosure_pipeline.cli.configuration import find_problems

    problems = list(dict.fromkeys(find_problems(session)))
    for problem in problems:
        yield Check("config", "failed", problem, "Correct it and run `disclosure config check`.")
    if not problems:
        yield Check("config", "ok", "settings, rules, chains and folders fit together")


def folders(patient: Patient) -> Iterator[Check]:
    """Whether every folder is there, writable, and private where it must be."""
    space = patient.session.workspace
    if not space.data.is_dir():
        raise missing_workspace()
    for folder in (space.inbox, space.outbox, space.site, space.search, space.archive, space.log):
        yield _folder(folder, private=False)
    for folder in (space.spool, space.vault, space.quarantine, space.register):
        yield _folder(folder, private=True)
    if space.database.is_file() and space.database.stat().st_mode & _OTHERS:
        yield Check(
            "folders", "warning", f"{space.database.name} can be read by other accounts",
            f"Run `chmod 600 {space.database}`.",
        )  # fmt: skip


def _folder(folder: Path, *, private: bool) -> Check:
    if not folder.is_dir():
        return Check("folders", "failed", f"{folder.name} is missing", "Start the daemon, which makes it.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check(
            "folders", "failed", f"{folder.name} cannot be written by this account",
            "Run this command, and the daemon, as the account that owns the data folder.",
        )  # fmt: skip
    if private and folder.stat().st_mode & _OTHERS:
        return Check(
            "folders", "failed", f"{folder.name} is open to other accounts", f"Run `chmod 700 {folder}`."
        )
    return Check("folders", "ok", folder.name)


def drop_folders(patient: Patient) -> Iterator[Check]:
    """Whether each drop root can be looked at, and things lie in an inbox that nobody will take."""
    from disclosure_pipeline.service.watcher.roots import RootPlan, availability

    plan = RootPlan(patient.session.workspace, patient.settings)
    for root in plan.roots():
        code = availability(root)
        if code:
            advice = "Mount the share, or correct [[unit.drop_roots]]; until then nothing is taken from it."
            yield Check("drop_folders", "failed", f"{root.id}: {code}", advice)
        else:
            yield Check("drop_folders", "ok", root.id)
    if strays := plan.strays():
        advice = "Move files from the inbox itself into a department's folder."
        yield Check("drop_folders", "warning", f"{strays} things in an inbox belong to no department", advice)


def disk(patient: Patient) -> Iterator[Check]:
    """Free space of the data folder."""
    free = shutil.disk_usage(patient.session.data).free
    message = f"{free / (1 << 30):.1f} GiB free"
    if free < LEAST_FREE:
        yield Check("disk", "failed", message, "Make room: a full disk stops intake and decisions.")
    elif free < 5 * LEAST_FREE:
        yield Check("disk", "warning", message, "Make room soon.")
    else:
        yield Check("disk", "ok", message)


def store(patient: Patient) -> Iterator[Check]:
    """Whether the store answers and has the schema of this program."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import text

    from disclosure_pipeline.store.database import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    wanted = ScriptDirectory.from_config(config).get_current_head()
    with patient.database.read() as connection:
        present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if present == wanted:
        yield Check("store", "ok", f"reachable, schema {present}")
    else:
        advice = "Start the daemon once, which migrates it; make a backup first."
        yield Check("store", "warning", f"schema {present}, this program has {wanted}", advice)


def queue(patient: Patient) -> Iterator[Check]:
    """Whether the queue of the console shows what waits for people, all of it and nothing else."""
    from disclosure_pipeline.store import desk

    with patient.database.read() as connection:
        wrong = desk.drift(connection)
    if wrong == 0:
        yield Check("queue", "ok", "the queue is what the documents say")
    else:
        advice = "Make a backup and restore it, which derives the queue anew; tell the makers of the program."
        yield Check("queue", "failed", f"{wrong} rows of the queue are not what the documents say", advice)


def held(patient: Patient) -> Iterator[Check]:
    """Whether nothing goes out since a restore."""
    from disclosure_pipeline.pipeline.publication_rows import HELD
    from disclosure_pipeline.store.database import get_meta

    with patient.database.read() as connection:
        since = get_meta(connection, HELD)
    if since is None:
        yield Check("held", "ok", "publications go out")
    else:
        advice = "Run `disclosure channel verify`, which compares what is really out and ends the hold."
        yield Check("held", "warning", "held after a restore: nothing goes out", advice)


def backlog(patient: Patient) -> Iterator[Check]:
    """Work that waits for workers, letters that wait for folders, and documents that wait for somebody."""
    from sqlalchemy import func, select

    from disclosure_pipeline.store.publication_tables import publication
    from disclosure_pipeline.store.rule_tables import incident
    from disclosure_pipeline.store.tables import document, letter

    waiting = select(func.count(), func.min(document.c.work_at)).where(document.c.work_at.is_not(None))
    stuck = select(func.count()).where(publication.c.state.in_(("failed", "uncertain")))
    aside = select(func.count()).where(document.c.state.in_(("attention", "quarantined")))
    owed = select(func.count()).where(letter.c.sent_at.is_(None))
    flagged = select(func.count()).where(incident.c.outcome.is_(None))
    with patient.database.read() as connection:
        number, oldest = connection.execute(waiting).one()
        counts = [connection.execute(query).scalar_one() for query in (stuck, aside, owed, flagged)]
    if oldest is not None and oldest < later(utc_now(), -STALE):
        minutes = int((parse(utc_now()) - parse(oldest)).total_seconds() // 60)
        advice = "Is the daemon running? See its logs."
        yield Check(
            "backlog", "warning", f"{number} documents wait for a worker, one for {minutes} minutes", advice
        )
    else:
        yield Check("backlog", "ok", f"{number} documents wait for a worker")
    yield _waiting("publications are failed or uncertain", counts[0], "See `disclosure channel list`.")
    yield _waiting("documents stand in attention or quarantine", counts[1], "See `disclosure list --state`.")
    yield _waiting("incidents wait for the secrecy officer", counts[3], "See `disclosure rescreen --status`.")
    yield _waiting("letters wait to be written", counts[2], "Is the daemon running, are the outboxes there?")


def _waiting(what: str, number: int, advice: str) -> Check:
    return (
        Check("backlog", "warning", f"{number} {what}", advice)
        if number
        else Check("backlog", "ok", f"no {what}")
    )


def plugins(patient: Patient) -> Iterator[Check]:
    """Whether every allowed plugin loaded and every required detector was proved."""
    from disclosure_pipeline.cli.reading import whole_host

    with whole_host(patient.session) as host:
        found, missing = host.plugins(), host.missing_detectors()
    for info in found:
        if info.state in ("failed", "degraded"):
            codes = ", ".join(sorted({fault.code for fault in info.faults}))
            yield Check(
                "plugins", "failed", f"{info.name} is {info.state} ({codes})", "See `disclosure plugins`."
            )
    for name in missing:
        advice = "Until it is back every screening is undetermined. See `disclosure plugins`."
        yield Check("plugins", "failed", f"required detector {name} is missing", advice)
    loaded = sum(info.state == "loaded" for info in found)
    yield Check("plugins", "ok", f"{loaded} loaded")


def calendars(patient: Patient) -> Iterator[Check]:
    """Whether the holidays of this year, and towards its end of the next, are loaded."""
    from disclosure_pipeline.settings.calendars import load_calendar

    calendar: Any = load_calendar(patient.session.config)
    today = today_in_shanghai()
    years = [today.year] + [today.year + 1] * (today.month >= NEXT_YEAR_FROM)
    advice = "Put the year's 放假安排 into config/calendars/; until then dates in it are 暂定."
    for year in years:
        known = (
            calendar.is_working_day(today.replace(year=year, month=1, day=1) + timedelta(days=2)) is not None
        )
        state: Literal["ok", "warning"] = "ok" if known else "warning"
        message = f"holidays of {year} are {'loaded' if known else 'not loaded'}"
        yield Check("calendars", state, message, "" if known else advice)
