"""Listens for events of the file system with watchfiles, and says when it cannot.

Events only save time: every root is looked at regularly without them, so a lost event delays a drop
and nothing more. Traps met here: watchfiles ends with an error when a name is not UTF-8 (a GBK name
from an old client), when the kernel's watch limit is reached, when a folder is missing; it does not
notice that a watched folder was replaced. Behaviour: after an error everything is looked at, the
listening starts anew; where it cannot start, the lane polls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

PAUSE = 0.2
_STEP_MS = 50
_TIMEOUT_MS = 5000


class Until(Protocol):
    """Ends a listening; asked many times a second, the first time when the watches are in place."""

    def is_set(self) -> bool:
        """Whether to end."""
        ...


Source = Callable[[tuple[Path, ...], Until], Iterable[set[str]]]
"""Yields sets of changed paths below the folders until told to end."""


def file_events(folders: tuple[Path, ...], until: Until) -> Iterable[set[str]]:
    """Events of the operating system, by watchfiles."""
    from watchfiles import watch

    changes = watch(
        *folders, watch_filter=None, stop_event=until, step=_STEP_MS, debounce=4 * _STEP_MS,
        rust_timeout=_TIMEOUT_MS, raise_interrupt=False, force_polling=False,
    )  # fmt: skip
    for change in changes:
        yield {path for _, path in change}


class Listener:
    """Listens to the folders of one lane (body of its listening thread).

    Args:
        ring: called with the changed paths; with ``None`` when anything may have changed.
        retry: seconds after which a failed start is tried again.
        source: where events come from.
    """

    def __init__(self, ring: Callable[[set[str] | None], None], retry: float, source: Source = file_events):
        self._ring = ring
        self._retry = retry
        self._source = source
        self._folders: tuple[Path, ...] | None = None
        self._renew = threading.Event()
        self._stopped = threading.Event()
        self._armed = False
        self.degraded = False
        self.fault: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether the watches are in place, or are known to be impossible (or not wanted)."""
        return not self._renew.is_set() and (self._armed or self.degraded or self._folders == ())

    def listen_to(self, folders: tuple[Path, ...]) -> None:
        """Watch these folders from now on; watches are made anew even for the same ones."""
        self._folders = folders
        self._armed = False
        self._renew.set()

    def stop(self) -> None:
        """End the listening."""
        self._stopped.set()
        self._renew.set()

    def is_set(self) -> bool:
        """Asked by the source; its first question says that the watches are in place."""
        if not self._armed and not self._renew.is_set():
            self._armed, self.degraded, self.fault = True, False, None
            self._ring(None)  # what came before the watches was not told
        return self._renew.is_set()

    def run(self) -> None:
        """Listen until stopped."""
        while not self._stopped.is_set():
            self._renew.clear()
            folders = self._folders
            pause = None
            if folders:
                pause = self._listen(folders)
            else:
                self._ring(None)
            if not self._stopped.is_set():
                self._renew.wait(pause)

    def _listen(self, folders: tuple[Path, ...]) -> float:
        """Listen once.

        Returns:
            Seconds to wait before listening again.
        """
        try:
            for paths in self._source(folders, self):
                self._ring(paths)
        except Exception as error:  # noqa: BLE001 - whatever it is, the lane must look for itself
            was_armed, self._armed = self._armed, False
            self.degraded, self.fault = not was_armed, error
            self._ring(None)
            return PAUSE if was_armed else self._retry
        return PAUSE
