"""Days as they stand in addresses and forms."""

from __future__ import annotations

from datetime import date

from disclosure_pipeline.errors import UsageError

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
"""The days that the console takes; what lies farther away is a slip of the pen, and nothing here can count with it."""


def day_of(text: str) -> date | None:
    """A day as a browser sends it (``2026-01-31``); ``None`` when nothing was filled in.

    Raises:
        UsageError: it is no day, or one outside of the years that are taken (``day``).
    """
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise UsageError(
            f"That is no day between {FIRST} and {LAST}.", code="day", advice="Write it as 2026-01-31."
        )
    return found
