"""JPEG pictures without what they tell of themselves: only what a decoder needs is kept."""

from __future__ import annotations

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
_ADOBE = 0xEE
_ADOBE_NAME = b"Adobe"
_ADOBE_LENGTH = 14
_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_ALONE = (0x01, *range(0xD0, 0xD8))
"""Markers without a segment."""


def stripped(data: bytes) -> bytes:
    """The picture without comments and application segments (Exif, XMP, profiles), and without what follows its end.

    The short segment of Adobe is kept: it says how colours are coded.

    Args:
        data: the picture.

    Raises:
        ValueError: it is no JPEG picture.
    """
    if not data.startswith(_START):
        raise ValueError("no JPEG picture")
    kept = [_START]
    at = len(_START)
    while True:
        at = _next_marker(data, at)
        marker = data[at + 1]
        if marker == 0xD9:
            return b"".join((*kept, _END))
        if marker in _ALONE:
            kept.append(data[at : at + 2])
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at:end]
        if len(segment) < 4 or end > len(data):
            raise ValueError("broken JPEG picture")
        if marker == _SCAN:
            end = _end_of_scan(data, end)
            segment = data[at:end]
        if _is_needed(marker, segment):
            kept.append(segment)
        at = end


def _next_marker(data: bytes, at: int) -> int:
    while data[at : at + 2] == b"\xff\xff":
        at += 1
    if len(data) < at + 2 or data[at] != 0xFF:
        raise ValueError("broken JPEG picture")
    return at


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the coded pixels end: at a marker that is neither stuffed nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("broken JPEG picture")
        if data[at + 1] != 0 and data[at + 1] not in _ALONE and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _is_needed(marker: int, segment: bytes) -> bool:
    if marker == _ADOBE:
        return segment[4:].startswith(_ADOBE_NAME) and len(segment) == _ADOBE_LENGTH + 2
    return marker not in _APPLICATION and marker != _COMMENT
