"""What keeps the office running, on one page: queues, failed work, workers, rules, holidays, disk.

Nothing here is text of a document: an administrator sees number, title, state and faults (`pipeline/rights.py`). The
disclosure office reads the page; what is tried again or given up is an act of ``admin`` or ``office`` in the unit of the
document. Plugins are asked for by themselves (:func:`plugins`), because their host may have to be loaded first.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import PublicationState
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline import backup, incidents, leases
from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH, RESCREEN, Core
from disclosure_pipeline.pipeline.ports import DeadLetter, EnginePort
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.pipeline.rescreen_batches import RunState, run_as_json
from disclosure_pipeline.pipeline.rights import SEALED, is_root
from disclosure_pipeline.pipeline.scopes import require
from disclosure_pipeline.store import deviations
from disclosure_pipeline.store.database import get_meta
from disclosure_pipeline.store.deviations import Deviation
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.publication_tables import publication, receipt
from disclosure_pipeline.store.rule_changes import ChangeState
from disclosure_pipeline.store.rule_tables import rescreen, rescreen_batch, rule_change
from disclosure_pipeline.store.tables import document, fault, letter, worker

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.roster import PluginInfo

READERS = (Role.ADMIN, Role.OFFICE)
"""Roles that see the page and act on it."""

SHOWN = 50
"""Rows of each list of failed work."""

P = PublicationState
_WAITING = (P.PENDING.value, P.RUNNING.value, P.FAILED.value, P.WITHDRAWING.value)
_STUCK = (P.FAILED.value, P.UNCERTAIN.value)


@dataclass(frozen=True, slots=True)
class QueueState:
    """One of the engine's queues.

    Args:
        name: ``intake``, ``publish``, ``rescreen``.
        due: pieces of work that the rows say are due.
        oldest: seconds since the oldest of them became due; 0 without any.
        engine: pieces of work that the engine holds; ``None`` when this process has no engine.
    """

    name: str
    due: int
    oldest: float
    engine: int | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A document or publication that needs somebody.

    Args:
        document: case number. title: title, or ``None``. department: drafting department.
        state: state of the document, or of the publication.
        since: UTC; of a publication: when it is tried next.
        channel: the channel, or empty. attempt: tries of the channel.
        faults: code and advice of what is wrong.
    """

    document: str
    title: str | None
    department: str
    state: str
    since: str
    channel: str
    attempt: int
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel.

    Args:
        id: full id.
        waiting: publications that are not done yet, by state.
        last: when it last gave a receipt, UTC, or empty.
    """

    id: str
    waiting: Mapping[str, int]
    last: str


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker's life.

    Args:
        id: its id. host: its machine. pid: its process.
        started_at: UTC. beat_at: last sign of life, UTC. alive: whether that was lately.
    """

    id: str
    host: str
    pid: int
    started_at: str
    beat_at: str
    alive: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The page.

    Args:
        queues: the queues.
        attention: documents of the unit that were set aside, the first :data:`SHOWN`.
        attention_number: how many there are. stuck: its failed and uncertain publications, the first :data:`SHOWN`.
        stuck_number: how many there are.
        deviations: where channels did not hold what their receipts say when they were last looked at.
        deviating: the first :data:`SHOWN` of them.
        dead: what the engine has given up of the unit's documents; for an administrator of a unit without one
            above also what is about no document.
        channels: those that ever had something to do.
        workers: lives that have not ended in order.
        rules_version: the rules in force. proposed: rule changes that wait for a second person.
        years: years whose holidays are loaded, of the last, this and the next.
        disk_free: bytes. disk_total: bytes.
        incidents: open ones. letters: owed ones.
        held: since when nothing goes out after a restore, or empty.
        last_backup: when the store was last backed up, UTC, or empty.
        rescreen: the newest run as `disclosure rescreen --status` tells it, or ``None``.
        rescreening: whether that run has not ended.
        missing_detectors: required detectors that the workers miss.
    """

    queues: tuple[QueueState, ...]
    attention: tuple[Trouble, ...]
    attention_number: int
    stuck: tuple[Trouble, ...]
    stuck_number: int
    deviations: int
    deviating: tuple[Deviation, ...]
    dead: tuple[DeadLetter, ...]
    channels: tuple[ChannelState, ...]
    workers: tuple[WorkerState, ...]
    rules_version: str
    proposed: int
    years: tuple[int, ...]
    disk_free: int
    disk_total: int
    incidents: int
    letters: int
    held: str
    last_backup: str
    rescreen: Mapping[str, Any] | None
    rescreening: bool
    missing_detectors: tuple[str, ...]


READINESS = "readiness"
"""Fact in `meta`: what the workers last said about missing detectors."""


def board(core: Core, person: Person, unit: str) -> Board:
    """The page.

    Args:
        core: the process's parts.
        person: who looks.
        unit: unit code; documents are listed of this unit, queues and workers are those of the store.

    Raises:
        NotAllowed: the person holds neither role there.
    """
    require(person, unit, READERS)
    engine = core.queue if isinstance(core.queue, EnginePort) else None
    backlog = engine.backlog() if engine is not None else {}
    disk = shutil.disk_usage(core.workspace.data)
    with core.database.read() as connection:
        run = connection.execute(select(rescreen).order_by(rescreen.c.id.desc()).limit(1)).first()
        return Board(
            queues=tuple(_queues(connection, backlog)),
            attention=tuple(_attention(connection, unit)),
            attention_number=_count(connection, *_set_aside(unit)),
            stuck=tuple(_stuck(connection, unit)),
            stuck_number=_count(connection, *_unsent(unit)),
            deviations=deviations.number(connection, unit),
            deviating=tuple(deviations.listed(connection, unit, SHOWN)),
            dead=tuple(_dead(core, connection, person, unit, engine.dead_letters() if engine else ())),
            channels=tuple(_channels(connection)),
            workers=tuple(_workers(core, connection)),
            rules_version=core.rulebook.version,
            proposed=_count(connection, rule_change.c.state == ChangeState.PROPOSED.value),
            years=_years(core),
            disk_free=disk.free,
            disk_total=disk.total,
            incidents=incidents.count_open(connection),
            letters=_count(connection, letter.c.sent_at.is_(None)),
            held=get_meta(connection, HELD) or "",
            last_backup=get_meta(connection, backup.LAST) or "",
            rescreen=None if run is None else run_as_json(connection, run),
            rescreening=run is not None and run.state != RunState.DONE.value,
            missing_detectors=tuple(filter(None, (get_meta(connection, READINESS) or "").split(","))),
        )


def plugins(core: Core, person: Person, unit: str) -> tuple[PluginInfo, ...]:
    """Plugins with state and faults, as this process has loaded them.

    Raises:
        NotAllowed: the person holds neither role there.
    """
    require(person, unit, READERS)
    return core.host.plugins()


def _queues(connection: Connection, backlog: Mapping[str, int]) -> Iterable[QueueState]:
    now = utc_now()
    due = {
        INTAKE: (document.c.work_at, document.c.work_at <= now),
        PUBLISH: (publication.c.due_at, publication.c.state.in_(_WAITING) & (publication.c.due_at <= now)),
        RESCREEN: (
            rescreen_batch.c.due_at,
            (rescreen_batch.c.state == RunState.RUNNING.value) & (rescreen_batch.c.due_at <= now),
        ),
    }
    for name, (column, condition) in due.items():
        number, oldest = connection.execute(select(func.count(), func.min(column)).where(condition)).one()
        age = (parse(now) - parse(oldest)).total_seconds() if oldest else 0.0
        yield QueueState(name, int(number), age, backlog.get(name))


def _set_aside(unit: str) -> tuple[ColumnElement[bool], ...]:
    return document.c.state == State.ATTENTION.value, document.c.unit == unit


def _unsent(unit: str) -> tuple[ColumnElement[bool], ...]:
    # A join could begin with the documents of the unit, of which there are many; failures are few.
    owner = select(document.c.unit).where(document.c.id == publication.c.document)
    return publication.c.state.in_(_STUCK), owner.scalar_subquery() == unit


def _attention(connection: Connection, unit: str) -> list[Trouble]:
    query = select(document).where(*_set_aside(unit)).order_by(document.c.id).limit(SHOWN)
    rows = connection.execute(query).all()
    faults = _faults(connection, [row.id for row in rows])
    return [
        Trouble(
            row.id, row.title, row.department, row.state, row.entered_at, "", 0,
            tuple((item.code, item.advice) for item in faults[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _stuck(connection: Connection, unit: str) -> list[Trouble]:
    query = select(publication).where(*_unsent(unit)).order_by(publication.c.due_at).limit(SHOWN)
    rows = connection.execute(query).all()
    names = [row.document for row in rows]
    cases, faults = _rows_of(connection, names), _faults(connection, names)
    return [
        Trouble(
            row.document, _title(cases[row.document]), cases[row.document].department, row.state, row.due_at,
            row.channel, row.attempt,
            tuple(
                (item.code, item.advice)
                for item in faults[row.document]
                if item.stage == f"publish:{row.channel}"
            ),
        )
        for row in rows
    ]  # fmt: skip


def _title(case: Row[Any]) -> str | None:
    """The title, of what is not sealed: a quarantined case can still have a channel that does not give it up."""
    title: str | None = None if State(case.state) in SEALED else case.title
    return title


def case_of(letter: DeadLetter) -> str:
    """The case number of the document that a piece of work is about, if it is about one (see :class:`DeadLetter`)."""
    return letter.subject.partition("|")[0]


def cases_of(connection: Connection, letters: Iterable[DeadLetter]) -> Mapping[str, Row[Any]]:
    """The rows of the documents that pieces of work are about, by case number."""
    return _rows_of(connection, {case_of(letter) for letter in letters})


def _rows_of(connection: Connection, cases: Collection[str]) -> Mapping[str, Row[Any]]:
    query = select(document).where(document.c.id.in_(cases))
    return {row.id: row for row in connection.execute(query).all()}


def _dead(
    core: Core, connection: Connection, person: Person, unit: str, letters: Iterable[DeadLetter]
) -> Iterable[DeadLetter]:
    cases = cases_of(connection, letters)
    everything = is_root(core.settings, unit) and person.holds(Role.ADMIN, unit)
    for item in letters:
        case = cases.get(case_of(item))
        mine = everything if case is None else case.unit == unit
        if mine:
            yield item


def _faults(connection: Connection, cases: list[str]) -> Mapping[str, list[Row[Any]]]:
    """Open faults by case number."""
    query = select(fault).where(fault.c.document.in_(cases), fault.c.resolved_at.is_(None))
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    rows: Iterable[Row[Any]] = connection.execute(query.order_by(fault.c.seq))
    for row in rows:
        found[row.document].append(row)
    return found


def _channels(connection: Connection) -> Iterable[ChannelState]:
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = connection.execute(
        select(publication.c.channel, publication.c.state, func.count())
        .where(publication.c.state.in_((*_WAITING, P.UNCERTAIN.value)))
        .group_by(publication.c.channel, publication.c.state)
    )
    for channel, state, number in rows:
        counts[channel][state] = int(number)
    for name in sorted({*counts, *_with_receipts(connection)}):
        newest = select(receipt.c.at).where(receipt.c.channel == name).order_by(receipt.c.seq.desc())
        yield ChannelState(name, counts[name], connection.execute(newest.limit(1)).scalar() or "")


def _with_receipts(connection: Connection) -> Iterable[str]:
    """Channels that ever gave a receipt, one look at the index each."""
    name = connection.execute(select(func.min(receipt.c.channel))).scalar()
    while name is not None:
        yield name
        name = connection.execute(
            select(func.min(receipt.c.channel)).where(receipt.c.channel > name)
        ).scalar()


def _workers(core: Core, connection: Connection) -> Iterable[WorkerState]:
    alive = leases.living(core, connection)
    rows = connection.execute(select(worker).where(worker.c.stopped_at.is_(None)).order_by(worker.c.id))
    for row in rows:
        yield WorkerState(row.id, row.host, row.pid, row.started_at, row.beat_at, row.id in alive)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(*conditions)).scalar_one())


def _years(core: Core) -> tuple[int, ...]:
    """Years whose 放假安排 is loaded; the third of January is in every one."""
    this = today_in_shanghai().year
    probe = (date(year, 1, 1) + timedelta(days=2) for year in range(this - 1, this + 2))
    return tuple(day.year for day in probe if core.calendar.is_working_day(day) is not None)
