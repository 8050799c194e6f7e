"""Which pictures are too small for words."""

from __future__ import annotations

SMALL_PIXELS = 12_000
LOW_PIXELS = 24
"""A picture of fewer pixels, or lower than this, is an icon."""


def is_icon(size: tuple[int, int]) -> bool:
    """Whether a picture of this width and height, pixels, is an icon, which is not looked at for words."""
    return size[0] * size[1] < SMALL_PIXELS or min(size) < LOW_PIXELS
