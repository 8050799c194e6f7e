"""The faults of one process: counted for metrics, the most recent ones kept for showing, each one logged."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TypeVar

import structlog

from disclosure_pipeline.hooks.guard import ask
from disclosure_pipeline.hooks.registry import Registered
from disclosure_pipeline.model.finding import Fault

T = TypeVar("T")

KEPT_FAULTS = 200
"""Most recent faults that are kept for showing; counts are kept of all."""


class FaultLedger:
    """Takes down the faults of one process. Thread-safe."""

    def __init__(self) -> None:
        self._recent: deque[Fault] = deque(maxlen=KEPT_FAULTS)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def record(self, faults: Sequence[Fault]) -> None:
        """Count, keep and log these faults: code, plugin and stage, never the message."""
        log = structlog.get_logger(__name__)
        for fault in faults:
            with self._lock:
                self._recent.append(fault)
                self._counts[fault.plugin or "", fault.code] += 1
            log.warning("plugin.fault", code=fault.code, plugin=fault.plugin, stage=fault.stage)

    def recent(self) -> tuple[Fault, ...]:
        """The most recent faults, oldest first."""
        with self._lock:
            return tuple(self._recent)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How often each (plugin or object id, code) failed since the start."""
        with self._lock:
            return dict(self._counts)

    def ask(
        self,
        found: Registered,
        question: Callable[[], object],
        check: Callable[[object], T],
        *,
        passes: tuple[type[BaseException], ...] = (),
    ) -> T:
        """Call one object as :func:`~disclosure_pipeline.hooks.guard.ask` does; its fault is taken down.

        Raises:
            PluginFault: the call failed.
        """
        answer = ask(found.family.subject(found.id), question, check, passes=passes)
        if answer.fault is not None:
            self.record((answer.fault,))
        return answer.get()
