"""What the pipeline asks of the service above it; the console gets these handed in when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from disclosure_pipeline.pipeline.intake import Accepted


class IntakePort(Protocol):
    """The way in for what a clerk uploads; `service.desk.IntakeDesk` fills it."""

    def submit(
        self,
        paths: Sequence[Path],
        *,
        department: str,
        unit: str,
        attribute: str,
        submitter: str,
        case: str = "",
    ) -> Sequence[Accepted]:
        """Take files in as a drop folder would; the caller keeps them.

        Args:
            paths: files and folders, each a submission; a slip beside a file goes with it.
            department: department they belong to.
            unit: unit code.
            attribute: 主动公开, 依申请公开 or 不予公开, or empty.
            submitter: the clerk; recorded as the drafter.
            case: the returned case that they correct, or empty.

        Returns:
            What became of each, in order.

        Raises:
            Refused: a limit or a rule of the drop folders (``drop.*``).
            NotFound: a name that is never taken, or no such department.
            StoreFault: nothing was taken; the same files can be offered again.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A piece of work that the engine has given up.

    Args:
        key: its id.
        queue: the queue it belongs to, or empty.
        subject: what it is about: a case number, ``case|channel``, a batch.
        at: when it was asked for, UTC.
        code: the engine's word for how it ended.
    """

    key: str
    queue: str
    subject: str
    at: str
    code: str


@runtime_checkable
class EnginePort(Protocol):
    """What operators see and do of the engine; `service.engine.EngineQueue` fills it."""

    def backlog(self) -> Mapping[str, int]:
        """Pieces of work that have not ended, by queue."""
        ...

    def dead_letters(self, key: str | None = None) -> Sequence[DeadLetter]:
        """The newest pieces of work that the engine has given up; or the one with this id."""
        ...

    def revive(self, key: str) -> bool:
        """Let a piece of work that was given up be looked at again; whether there was such a one."""
        ...

    def drop(self, key: str) -> bool:
        """Forget a piece of work that was given up; whether there was such a one."""
        ...
