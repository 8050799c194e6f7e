"""The doorbell: know within a moment that rows have changed, without asking the rows.

SQLite has a change counter per database file (``PRAGMA data_version``) that costs microseconds to
read. PostgreSQL tells its listeners: every writing transaction of the store notifies.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable

from disclosure_pipeline.store.database import CHANNEL, Database


class Doorbell(threading.Thread):
    """Calls ``ring`` soon after any process has committed to the store.

    Args:
        database: the store.
        ring: called from this thread; must return at once.
        every: seconds between looks at the counter (SQLite).
    """

    def __init__(self, database: Database, ring: Callable[[], None], every: float):
        super().__init__(name="doorbell", daemon=True)
        self._database = database
        self._ring = ring
        self._every = every
        self._ended = threading.Event()

    def run(self) -> None:
        """Watch until stopped; trouble with the connection only costs speed, the poll is the net."""
        while not self._ended.is_set():
            with contextlib.suppress(Exception):
                self._watch_file() if self._database.sqlite else self._listen()
            self._ended.wait(1.0)

    def stop(self) -> None:
        """End soon."""
        self._ended.set()

    def _watch_file(self) -> None:
        path = self._database.engine.url.database or ""
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as connection:
            seen = None
            while not self._ended.wait(self._every):
                now = connection.execute("PRAGMA data_version").fetchone()[0]
                if now != seen:
                    seen = now
                    self._ring()

    def _listen(self) -> None:
        import psycopg

        address = self._database.url.replace("postgresql+psycopg", "postgresql", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._ring()
            while not self._ended.is_set():
                if list(connection.notifies(timeout=1.0, stop_after=1)):
                    self._ring()
