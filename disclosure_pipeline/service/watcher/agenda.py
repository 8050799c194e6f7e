"""A small queue of claims, each due at its time: what is to be handed over, and again after a fault."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

from disclosure_pipeline.service.watcher.claim import Claim


class Agenda:
    """Claims by the time they are due; a claim is in it, or in work, at most once (by its id).

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._heap: list[tuple[float, int, Claim]] = []
        self._order = itertools.count()
        self._flying: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closed = False

    def add(self, claim: Claim, delay: float = 0.0) -> bool:
        """Put a new claim in; ``False`` when it is already in flight."""
        with self._changed:
            if claim.id in self._flying:
                return False
            self._flying[claim.id] = claim.root.id
            self._push(claim, delay)
            return True

    def again(self, claim: Claim, delay: float) -> None:
        """Put a claim that was in work back in."""
        with self._changed:
            self._push(claim, delay)

    def done(self, claim: Claim) -> None:
        """A claim is out of work for good (or until it is found again on the disk)."""
        with self._changed:
            self._flying.pop(claim.id, None)

    def take_due(self) -> Claim | None:
        """The claim that has been due longest; ``None`` when none is due."""
        with self._changed:
            if self._heap and self._heap[0][0] <= self._clock():
                return heapq.heappop(self._heap)[2]
            return None

    def wait(self) -> Claim | None:
        """Wait for the next due claim; ``None`` when the agenda was closed."""
        with self._changed:
            while not self._closed:
                now = self._clock()
                if self._heap and self._heap[0][0] <= now:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(self._heap[0][0] - now if self._heap else None)
            return None

    def close(self) -> None:
        """Let every waiting thread go; claims stay on the disk."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def in_flight(self) -> dict[str, str]:
        """Root ids by claim id of everything on the agenda or in work."""
        with self._changed:
            return dict(self._flying)

    def _push(self, claim: Claim, delay: float) -> None:
        heapq.heappush(self._heap, (self._clock() + delay, next(self._order), claim))
        self._changed.notify()
