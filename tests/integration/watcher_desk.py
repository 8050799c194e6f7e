"""An intake desk without a store, for the watcher's tests: it spools, keeps claim ids, can fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from disclosure_pipeline.service.watcher import Accepted, DropRootInfo, Outcome, Submission, spool


@dataclass
class FolderDesk:
    """Takes submissions into a spool folder, as the real desk does, and keeps what it was told.

    Args:
        folder: the spool.
        outcome: what becomes of a submission, by its name.
        fault: raised for a submission, by its name.
    """

    folder: Path
    outcome: Callable[[str], Outcome] = lambda name: Outcome.ACCEPTED
    fault: Callable[[str], Exception | None] = lambda name: None
    taken: list[tuple[Submission, dict[str, bytes]]] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, submission: Submission) -> Accepted:
        with self.lock:
            self.calls += 1
        error = self.fault(submission.name)
        if error is not None:
            raise error
        with self.lock:
            known = self.cases.get(submission.claim_id)
            if known:
                return Accepted(known, Outcome.ACCEPTED)
            spooled = spool(submission, self.folder, submission.claim_id)
            case = f"2026-{len(self.cases) + 1:06d}"
            self.cases[submission.claim_id] = case
            copies = {file.source.relative: file.path.read_bytes() for file in spooled.files}
            self.taken.append((submission, copies))
            return Accepted(case, self.outcome(submission.name))

    def refuse(self, root: DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        assert reason_zh
        self.refused.append((root.department, name, code))

    def in_progress(self, root: DropRootInfo, name: str, code: str, reason_zh: str) -> None:
        assert reason_zh
        self.waiting.append((name, code))

    def names(self) -> list[str]:
        """Display names of what was taken, sorted."""
        with self.lock:
            return sorted(submission.name for submission, _ in self.taken)

    def contents(self) -> list[dict[str, bytes]]:
        """Files of each submission, in the order they were taken."""
        with self.lock:
            return [copies for _, copies in self.taken]
