"""How a long listing is divided into pages that one publication or withdrawal can change alone.

Pages counted from either end shift when a row in the middle goes. Here a page is an interval of sort keys, read as bits:
the largest one whose end is not shared with more than :data:`ROWS_PER_PAGE` rows. Which rows share a page follows from
the rows alone, so that a rebuild gives the same pages, and a row that comes or goes changes its own page, at most with
the page beside it (a page that grew too long is cut in two, two that became short are joined).

A page is named by the end of its interval: when it is cut, the newer half keeps the name, and nothing that links to it
changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROWS_PER_PAGE = 200
"""Rows of a page. Listings of 500 rows and more are to be split; shorter pages also are cheaper to change."""


@dataclass(frozen=True, slots=True)
class Share:
    """The rows of one page.

    Args:
        start: position of its first row. stop: position after its last.
        end: name of its interval's end, hexadecimal digits that compare like the keys.
    """

    start: int
    stop: int
    end: str


def divide(
    count: int, key: Callable[[int], bytes], before: bytes | None = None, after: bytes | None = None
) -> list[Share]:
    """Divide rows, sorted by key, into pages.

    Args:
        count: number of rows.
        key: sort key of the row at a position; no two are equal and none is the beginning of another.
        before: key of the last row of the page before them, which stays as it is.
        after: key of the first row of the page after them.
    """
    return _divide(0, count, key, before, after) if count else []


def _divide(
    start: int, stop: int, key: Callable[[int], bytes], before: bytes | None, after: bytes | None
) -> list[Share]:
    first, last = key(start), key(stop - 1)
    depth = 0
    if before is not None:
        depth = _shared(before, first) + 1
    if after is not None:
        depth = max(depth, _shared(last, after) + 1)
    span = _shared(first, last)
    if stop - start <= ROWS_PER_PAGE and span >= depth:
        return [Share(start, stop, _end(first, depth))]
    cut = _cut(start, stop, key, span)
    return [
        *_divide(start, cut, key, before, key(cut)),
        *_divide(cut, stop, key, key(cut - 1), after),
    ]


def _cut(start: int, stop: int, key: Callable[[int], bytes], bit: int) -> int:
    """Position of the first row whose key has this bit; the first row has it not, the last one has it."""
    low, high = start, stop - 1
    while high - low > 1:
        middle = (low + high) // 2
        if key(middle)[bit // 8] & (0x80 >> bit % 8):
            high = middle
        else:
            low = middle
    return high


def _shared(one: bytes, other: bytes) -> int:
    """Number of bits that two keys have in common from the front."""
    if one == other:
        return 8 * len(one)
    at = next(at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return 8 * at + 8 - (one[at] ^ other[at]).bit_length()


def _end(key: bytes, depth: int) -> str:
    """The last key that shares ``depth`` bits, as hexadecimal digits; the endless ``f`` at its end are left out."""
    whole, rest = divmod(depth, 8)
    digits = key[:whole].hex()
    if rest:
        digits += f"{key[whole] | (0xFF >> rest):02x}"
    return digits.rstrip("f")


def position(ends: Sequence[str], key: bytes) -> int:
    """Position of the page whose interval holds a key, or would be next to it.

    Args:
        ends: the pages' ends in the order of their rows; the last page has none and is not named here.
        key: a sort key.
    """
    digits = key.hex()
    return bisect_left(ends, digits, key=lambda end: padded(end, len(digits)))


def padded(end: str, length: int) -> str:
    """An end as it compares: followed by endless ``f``."""
    return end.ljust(length, "f")
