"""One lane: the roots that are looked at by one thread, with a hand-over thread of their own.

All local folders share a lane and listen for events. Each polled root and each mount has a lane of
its own: a share whose server hangs blocks its lane only. A lane sleeps until an event, the time at
which a drop may be stable, the next poll or the next full rescan, whichever comes first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from disclosure_pipeline.service.watcher.desk import CLAIMS_FOLDER, DropRootInfo
from disclosure_pipeline.service.watcher.hand import Hand, Intake, describe
from disclosure_pipeline.service.watcher.listen import Listener, Source
from disclosure_pipeline.service.watcher.rootwatch import RootWatch

# A file that grows sends a storm of events; looking more often than this tells nothing new.
SHORTEST_GAP = 0.2
# The first files of a new folder may come before its watch is in place.
YOUNG = 10.0


class Lane:
    """The roots of one lane.

    Args:
        name: for threads and faults.
        intake: desk, settings, clock.
        roots: the roots as they are now (asked again when something unknown appears).
        base: folder above some of the roots, watched as a whole (``var/inbox``), or ``None``.
        source: where events come from; ``None`` polls.
        on_turn: called after each full round.
    """

    def __init__(
        self,
        name: str,
        intake: Intake,
        roots: Callable[[], Sequence[DropRootInfo]],
        *,
        base: Path | None = None,
        source: Source | None = None,
        on_turn: Callable[[], None] = lambda: None,
    ):
        self.name = name
        self.hand = Hand(intake)
        self.ready = threading.Event()
        self.watches: dict[str, RootWatch] = {}
        self._intake = intake
        self._roots = roots
        self._base = base
        self._on_turn = on_turn
        self._listener = Listener(self._ring, intake.settings.rescan_every, source) if source else None
        self._listening_to: tuple[object, ...] | None = None
        self._said_degraded = False
        self._born: dict[str, float] = {}
        self._bell = threading.Event()
        self._lock = threading.Lock()
        self._everything = True
        self._dirty: set[str] = set()
        self._next_round = intake.clock()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    # -------------------------------------------------------------- threads

    def start(self) -> None:
        """Start the lane's threads."""
        bodies = {"scan": self._run, "hand": self.hand.run}
        if self._listener is not None:
            bodies["listen"] = self._listener.run
        for part, body in bodies.items():
            # Daemon threads: a share that hangs must not keep the process from ending.
            thread = threading.Thread(target=body, name=f"watcher-{self.name}-{part}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def ask_to_stop(self) -> None:
        """Let the threads end: the hand-over finishes the claim it is at."""
        self._stopped.set()
        self._bell.set()
        self.hand.agenda.close()
        if self._listener is not None:
            self._listener.stop()

    def join(self, deadline: Callable[[], float]) -> bool:
        """Wait for the threads.

        Args:
            deadline: seconds that are left.

        Returns:
            Whether all have ended.
        """
        for thread in self._threads:
            thread.join(max(0.0, deadline()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._bell.clear()
            try:
                self.turn()
            except Exception as error:  # noqa: BLE001 - the lane must live on
                self._intake.report("watch.failed", self.name, describe(error))
                self._stopped.wait(1.0)
            self._bell.wait(max(0.0, self._next_look() - self._intake.clock()))

    # ---------------------------------------------------------------- turns

    def turn(self, *, full: bool = False) -> None:
        """Look at every root that wants a look now.

        Args:
            full: look at all, and for leftover claims and new roots too.
        """
        now = self._intake.clock()
        settled = self._listener is None or self._listener.settled
        with self._lock:
            full = full or self._everything or now >= self._next_round
            self._everything = False
            dirty, self._dirty = self._dirty, set()
        if full:
            self._next_round = now + self._intake.settings.rescan_every
            self._refresh(now)
        for watch in list(self.watches.values()):
            if full or self._wants_look(watch, now):
                watch.look(recover=full)
            elif watch.root.id in dirty:
                self._look_or_postpone(watch, now)
        self._listen()
        if full:
            if settled:
                self.ready.set()
            self._on_turn()

    def _look_or_postpone(self, watch: RootWatch, now: float) -> None:
        if now - (watch.last_look or 0.0) >= SHORTEST_GAP:
            watch.look(recover=False)
        else:
            with self._lock:
                self._dirty.add(watch.root.id)

    def _wants_look(self, watch: RootWatch, now: float) -> bool:
        return now >= self._due(watch)

    def _due(self, watch: RootWatch) -> float:
        """Clock time at which a root wants a look without any event."""
        last = watch.last_look
        if last is None:
            return self._intake.clock()
        times = [self._next_round]
        if self.polls or not watch.available or last - self._born.get(watch.root.id, last) < YOUNG:
            times.append(last + self._intake.settings.poll_every)
        stable = watch.next_due()
        if stable is not None:
            times.append(max(stable, last + SHORTEST_GAP))
        return min(times)

    def _next_look(self) -> float:
        with self._lock:
            dirty = set(self._dirty)
            if self._everything:
                return self._intake.clock()
        times = [self._next_round]
        for watch in self.watches.values():
            times.append(self._due(watch))
            if watch.root.id in dirty:
                times.append((watch.last_look or 0.0) + SHORTEST_GAP)
        return min(times)

    @property
    def polls(self) -> bool:
        """Whether the lane polls: because it shall, or because it cannot listen."""
        return self._listener is None or self._listener.degraded

    @property
    def mode(self) -> str:
        """``events``, ``polling``, or ``degraded`` (polls because events are not to be had)."""
        if self._listener is None:
            return "polling"
        return "degraded" if self._listener.degraded else "events"

    def _refresh(self, now: float) -> None:
        """Take up new roots, let go of those whose folder is no department's any more."""
        roots = {root.id: root for root in self._roots()}
        for gone in self.watches.keys() - roots.keys():
            del self.watches[gone], self._born[gone]
        for key, root in roots.items():
            if key not in self.watches:
                self.watches[key] = RootWatch(root, self._intake, self.hand)
                self._born[key] = now

    # --------------------------------------------------------------- events

    def _listen(self) -> None:
        """Keep the listener at the folders that can be watched now; say once when it cannot listen."""
        if self._listener is None:
            return
        apart = [watch for watch in self.watches.values() if watch.available and not self._below_base(watch)]
        now = tuple((watch.root.path, watch.identity) for watch in apart)
        if self._base is not None:
            now = ((self._base, _identity(self._base)), *now)
        if now != self._listening_to:
            self._listening_to = now
            self._listener.listen_to(tuple(path for path, _ in now))
        if self._listener.degraded and not self._said_degraded and self._listener.fault is not None:
            self._intake.report("watch.degraded", self.name, describe(self._listener.fault))
        self._said_degraded = self._listener.degraded

    def _below_base(self, watch: RootWatch) -> bool:
        return self._base is not None and self._base in watch.root.path.parents

    def _ring(self, paths: set[str] | None) -> None:
        """Note what an event touched, and wake the lane (called by the listener's thread)."""
        with self._lock:
            if paths is None:
                self._everything = True
            else:
                for path in paths:
                    self._touch(path)
            wanted = self._everything or bool(self._dirty)
        if wanted:
            self._bell.set()

    def _touch(self, path: str) -> None:
        if f"/{CLAIMS_FOLDER}" in path:
            return  # our own doing
        for watch in tuple(self.watches.values()):
            if path.startswith(f"{watch.root.path}/"):
                self._dirty.add(watch.root.id)
                return
        self._everything = True


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
