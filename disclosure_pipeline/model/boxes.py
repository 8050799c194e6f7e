"""Boxes on a page, in points from its top left corner: (left, top, right, bottom)."""

from __future__ import annotations

from math import isfinite

Box = tuple[float, float, float, float]

GRAZE = 0.1
"""Up to this share two boxes only graze each other: hands do not draw exactly."""

HELD = 0.5
"""From this share on a box holds what lies in it."""


def is_box(box: Box) -> bool:
    """Whether the numbers are a box with an area on a page."""
    return all(map(isfinite, box)) and 0 <= box[0] < box[2] and 0 <= box[1] < box[3]


def area(box: Box) -> float:
    """Square points; 0 for a box without width or height."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def share(box: Box, other: Box) -> float:
    """How much of a box lies in another: 0 nothing … 1 all of it.

    Args:
        box: the one that is asked about; one without an area counts by whether it lies inside.
        other: the other one.
    """
    common = (
        max(box[0], other[0]), max(box[1], other[1]), min(box[2], other[2]), min(box[3], other[3]),
    )  # fmt: skip
    if common[0] > common[2] or common[1] > common[3]:
        return 0.0
    return area(common) / area(box) if area(box) else 1.0
