"""Instants as text: UTC, ISO 8601 with microseconds, sortable and the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_now() -> str:
    """The present instant."""
    return as_text(datetime.now(UTC))


def as_text(instant: datetime) -> str:
    """An aware instant as text.

    Args:
        instant: any aware datetime.
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """The aware instant that :func:`as_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def later(text: str, seconds: float) -> str:
    """The instant ``seconds`` after ``text`` (before it, when negative)."""
    return as_text(parse(text) + timedelta(seconds=seconds))
