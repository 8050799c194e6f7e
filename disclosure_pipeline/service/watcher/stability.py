"""Decides when a drop has stopped changing. Pure: no file system, its clock is given.

A drop is *ready* when two looks at least ``quiet`` seconds apart, and every look between them, saw
the same fingerprint. File times are compared with each other only, never with this machine's clock:
files with old (or future) mtimes and shares whose clock is off behave the same.

Threats: half-written files (any growth restarts the quiet time), a stray event or a second scan
that would queue a drop twice (each content of a key is ready once), a scan gap while a share was
away (:meth:`FileStabilityTracker.interrupt`). Accepted risk: a writer that pauses longer than the
quiet time without holding the file open looks finished; the claim's recheck and the read-back find
what it writes later.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

LONGEST_QUIET = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a drop.

    Args:
        fingerprint: equal if and only if nothing changed.
        quiet: seconds it must stay unchanged.
        hold: reason code while it must not be taken at all (a lock file lies beside it).
    """

    fingerprint: Hashable
    quiet: float
    hold: str = ""


@dataclass(slots=True)
class _Watched:
    look: Look
    since: float
    quiet: float
    blocked: str
    blocked_since: float
    told: bool = False
    done: bool = False

    @property
    def pending(self) -> bool:
        return not self.done and not self.look.hold

    @property
    def due(self) -> float:
        return self.since + self.quiet


class FileStabilityTracker:
    """Follows the drops of one root from look to look.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._watched: dict[str, _Watched] = {}

    def observe(self, looks: Mapping[str, Look]) -> list[str]:
        """Take in one whole listing of the root; drops not in it are forgotten.

        Returns:
            Keys that are ready now, each once for one content, in the listing's order.
        """
        now = self._clock()
        self._watched = {key: self._next(key, look, now) for key, look in looks.items()}
        ready = [key for key, known in self._watched.items() if known.pending and now >= known.due]
        for key in ready:
            self._watched[key].done = True
        return ready

    def _next(self, key: str, look: Look, now: float) -> _Watched:
        known = self._watched.get(key)
        if known is not None and known.look == look:
            return known
        return _Watched(look, now, look.quiet, look.hold, now)

    def again(self, key: str, blocked: str = "") -> None:
        """A ready drop could not be taken: it becomes ready again after a doubled quiet time.

        Args:
            key: the drop.
            blocked: reason code why it could not be taken, for :meth:`overdue`.
        """
        known = self._watched.get(key)
        if known is None:
            return
        now = self._clock()
        if known.blocked != blocked:
            known.blocked, known.blocked_since, known.told = blocked, now, False
        known.since, known.done = now, False
        known.quiet = min(known.quiet * 2, max(LONGEST_QUIET, known.quiet))

    def interrupt(self) -> None:
        """The root could not be looked at: the quiet time of unfinished drops starts anew."""
        self._watched = {key: known for key, known in self._watched.items() if known.done}

    def next_due(self) -> float | None:
        """Clock time at which the next drop can become ready; ``None`` when nothing is pending."""
        return min((known.due for known in self._watched.values() if known.pending), default=None)

    def overdue(self, patience: float) -> list[tuple[str, str]]:
        """Drops (key, reason code) blocked for at least ``patience`` seconds; each told once."""
        now = self._clock()
        late = []
        for key, known in self._watched.items():
            if known.blocked and not known.done and not known.told and now - known.blocked_since >= patience:
                known.told = True
                late.append((key, known.blocked))
        return late

    @property
    def waiting(self) -> int:
        """Number of drops that are neither taken nor refused yet."""
        return sum(not known.done for known in self._watched.values())
