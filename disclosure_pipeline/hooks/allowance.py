"""The time a job inside a sandbox process may still take.

A job begins with ``[extraction] timeout``. Work that is known to take longer (recognising a page, a
conversion) is granted more when it begins, so that a parser that hangs is still killed early. The limit is
the kernel's: the alarm's default action ends the process, whatever code it is stuck in.
"""

from __future__ import annotations

import signal


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
