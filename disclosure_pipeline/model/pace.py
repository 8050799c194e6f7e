"""How often somebody may ask, kept in this process: one daemon serves one office."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Pace:
    """How often somebody may ask: a bucket that fills steadily and is emptied by asking.

    Args:
        rate: requests a second in the long run.
        burst: requests that may come at once.
        clock: seconds, ever growing.
    """

    _REMEMBERED = 10_000

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic):
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """Take one request from somebody's bucket.

        Args:
            who: a session, a name or a network address.

        Returns:
            Seconds to wait before asking again; 0 when the request may go on.
        """
        now = self._clock()
        left, at = self._buckets.pop(who, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        allowed = left >= 1
        self._buckets[who] = (left - 1 if allowed else left, now)
        while len(self._buckets) > self._REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate

    def give_back(self, who: str) -> None:
        """Put one request back into somebody's bucket: it was none of those that are counted."""
        if who in self._buckets:
            left, at = self._buckets[who]
            self._buckets[who] = (min(float(self._burst), left + 1), at)
