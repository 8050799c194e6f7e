"""What an operator must look at, told from the board of operations (`pipeline/operations.py`).

`disclosure doctor` asks more, because it can look at folders and programs; where both look at the same, the limits
are these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from disclosure_pipeline.model.times import parse

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.operations import Board

LEAST_FREE = 1 << 30
"""Free bytes under which a data folder is in danger; under five times that it is watched."""

STALE = 600.0
"""Seconds after which work that nobody took is a warning."""

NEXT_YEAR_FROM = 11
"""Month from which next year's holidays should be known (放假安排 appears in early November)."""

GIVEN_UP_DAYS = 1
"""Days after which a worker that says nothing is none that is missed: its host was replaced or renamed."""

BACKUP_DAYS = 7
"""Days after which a backup is old."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is not as it should be.

    Args:
        code: what it is. grave: whether work stands still, or secrecy is at stake, until it is mended.
        number: how many, or how much (GiB, minutes, days, a year); 0 where nothing is counted.
        names: what it is about: detectors, a queue.
    """

    code: str
    grave: bool = False
    number: int = 0
    names: tuple[str, ...] = ()


CODES = (
    "workers", "detectors", "held", "disk", "disk_soon", "incidents", "deviations", "late", "attention", "stuck", "dead",
    "letters",
    "worker_silent", "calendar", "backup_none", "backup_old", "proposed", "rescreening",
)  # fmt: skip
"""Every code, in the order in which they are told."""

_GRAVE = frozenset({"incidents", "deviations"})
"""What failed with secrecy, or the public, at stake."""


def alarms(board: Board, today: date) -> tuple[Alarm, ...]:
    """Everything on the board that somebody must do something about.

    Args:
        board: the board.
        today: today in Asia/Shanghai.
    """
    found = (*_standing(board), *_failed(board), *_kept_up(board, today))
    return tuple(sorted(found, key=lambda alarm: (not alarm.grave, CODES.index(alarm.code))))


def _standing(board: Board) -> Iterator[Alarm]:
    """What stops work, or soon will."""
    silent = sum(not item.alive and _days_since(item.beat_at) < GIVEN_UP_DAYS for item in board.workers)
    if not any(item.alive for item in board.workers):
        yield Alarm("workers", grave=True)
    elif silent:
        yield Alarm("worker_silent", number=silent)
    if board.missing_detectors:
        yield Alarm("detectors", grave=True, names=board.missing_detectors)
    if board.held:
        yield Alarm("held", grave=True)
    if board.disk_free < 5 * LEAST_FREE:
        danger = board.disk_free < LEAST_FREE
        yield Alarm("disk" if danger else "disk_soon", grave=danger, number=board.disk_free >> 30)
    for item in board.queues:
        if item.due and item.oldest > STALE:
            yield Alarm("late", number=int(item.oldest // 60), names=(item.name,))


def _failed(board: Board) -> Iterator[Alarm]:
    """Work that needs a person."""
    counts = {
        "incidents": board.incidents, "attention": board.attention_number, "stuck": board.stuck_number,
        "deviations": board.deviations, "dead": len(board.dead), "letters": board.letters,
    }  # fmt: skip
    for code, number in counts.items():
        if number:
            yield Alarm(code, grave=code in _GRAVE, number=number)


def _days_since(moment: str) -> int:
    return (datetime.now(UTC) - parse(moment)).days


def _kept_up(board: Board, today: date) -> Iterator[Alarm]:
    """What an office has to keep up, and what goes on just now."""
    for year in (today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])):
        if year not in board.years:
            yield Alarm("calendar", number=year)
    if not board.last_backup:
        yield Alarm("backup_none")
    elif (age := _days_since(board.last_backup)) > BACKUP_DAYS:
        yield Alarm("backup_old", number=age)
    if board.proposed:
        yield Alarm("proposed", number=board.proposed)
    if board.rescreening:
        yield Alarm("rescreening")
