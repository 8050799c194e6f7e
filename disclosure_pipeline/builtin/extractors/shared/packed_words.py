"""Words among packed bytes, such as the pixels of a JPEG: any of them look like characters by chance.

Only longer runs count there. They are searched class of bytes by class of bytes, for a scan holds megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep

_BEFORE, _AFTER = 64, 4096
"""Bytes around a find that are read with it."""


def _class(*ranges: tuple[int, int]) -> bytes:
    """A table that translates the bytes of some ranges to 1, others to 0."""
    return bytes(any(first <= byte <= last for first, last in ranges) for byte in range(256))


_SEARCHES = (
    (1, 12, _class((0x20, 0x7E))),  # ASCII
    (2, 12, _class((0x20, 0x7E))),  # the same in UTF-16
    (2, 10, _class((0x4E, 0x9F))),  # the high bytes of Han characters in UTF-16
    (2, 12, _class((0xB0, 0xD7))),  # the leading bytes of common ones in GB 18030
    (3, 4, _class((0xE4, 0xE9))),  # and of all in UTF-8
)
"""(distance of the bytes, how many in a row, which)."""


def sweep_packed(data: bytes) -> Iterator[str]:
    """Every run of characters that chance does not explain: from ten Han characters, or twelve of ASCII.

    Args:
        data: packed bytes.
    """
    behind = 0
    for start, end in _windows(data):
        if end > behind:
            yield from sweep(data[max(start, behind - _BEFORE) : end], packed=True)
            behind = end


def _windows(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of what is worth a look, in order."""
    found = []
    for distance, least, wanted in _SEARCHES:
        run = b"\x01" * least
        for first in range(distance):
            row = data[first::distance].translate(wanted)
            at = row.find(run)
            while at >= 0:
                place = first + at * distance
                found.append((max(0, place - _BEFORE), min(len(data), place + _AFTER)))
                at = row.find(run, at + _AFTER // distance - least)
    return sorted(found)
