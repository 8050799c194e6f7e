"""The time a job inside a sandbox process may still take.

A job begins with ``[extraction] timeout``. Work that is known to take longer (recognising a page, a
conversion) is granted more when it begins, so that a parser that hangs is still killed early. The limit is
the kernel's: the alarm's default action ends the process, whatever code it is stuck in. The parent holds a
second limit, :func:`most` later, for a process whose alarm was taken off.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings

_LEAST = 0.001
"""Seconds; nought would take the alarm off."""


def most(settings: Settings) -> float:
    """Seconds that a job can be granted at most: every page recognised, and one conversion."""
    recognition = settings.recognition
    pages = recognition.max_pages * recognition.page_timeout if recognition.enabled else 0.0
    return pages + (settings.extraction.office_timeout if settings.extraction.office else 0.0)


def begin(seconds: float) -> None:
    """Start a job's time."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def grant(seconds: float) -> None:
    """Give the running job more time; does nothing where no job's time was begun.

    Args:
        seconds: what the work that begins now may take at most.
    """
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left > 0:
        signal.setitimer(signal.ITIMER_REAL, left + seconds)


def end() -> None:
    """The job is done: no alarm any more."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def take_back(seconds: float) -> None:
    """Take what was granted and not used; does nothing where no job's time was begun.

    Args:
        seconds: how much; nothing is taken when it is not positive.
    """
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left > 0 and seconds > 0:
        signal.setitimer(signal.ITIMER_REAL, max(left - seconds, _LEAST))
