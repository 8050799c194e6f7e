"""What a job of a plugin may do: look at counts and clocks, and tell people."""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.hooks.contracts import Event
from disclosure_pipeline.pipeline import clocks, views
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents


class JobFacade:
    """The ``core`` argument of a job's ``run``.

    Args:
        core: the process's parts.
    """

    def __init__(self, core: Core):
        self._core = core

    def counts(self) -> Mapping[str, int]:
        """Documents by state."""
        with self._core.database.read() as connection:
            return documents.count_by_state(connection)

    def overdue(self) -> list[str]:
        """Case numbers whose time limit has run out."""
        with self._core.database.read() as connection:
            return sorted(clocks.overdue(connection))

    def listing(self, state: str) -> list[str]:
        """Case numbers in a state."""
        return [item["id"] for item in views.listing(self._core, state=state)]

    def emit(self, event: Event) -> None:
        """Tell every plugin about an event."""
        self._core.host.emit(event)
