"""Whole numbers in the attributes of strangers' files: few digits, ASCII, or none at all."""

from __future__ import annotations

_MOST = 9


def natural(text: str | None) -> int:
    """A natural number of up to nine digits; -1 for anything else (``None``, ``²``, a thousand nines)."""
    stripped = (text or "").strip()
    return int(stripped) if len(stripped) <= _MOST and stripped.isascii() and stripped.isdigit() else -1
