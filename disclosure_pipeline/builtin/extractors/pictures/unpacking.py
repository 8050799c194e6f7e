"""Where the packed bytes of pixels end: what stands behind that, or is unpacked and no pixel, no viewer shows.

A container says how long its pixels are, and may lie; the packing itself ends where it ends.
"""

from __future__ import annotations

import zlib

from disclosure_pipeline.builtin.extractors.failures import check_memory

MOST_SURPLUS = 4 << 20
"""Bytes that pixels may unpack to beyond the last row."""

_FED, _STEP = 1 << 16, 1 << 20
_HEAD, _CHECKSUM = 2, 4
"""Bytes of a deflated stream before and behind what is packed."""
_HEAD_DIVISOR = 31
"""Every head is a multiple of it."""

_CLEAR, _END = 256, 257
_WIDTHS = ((9, 254), (10, 512), (11, 1024))
"""Bits of a code, and how many codes of that size follow a clear code (TIFF 6.0, section 13); then twelve bits."""
_LONGEST, _BLOCK = 12, 2048

_BLOCK_END = "000000000001" * 2
"""Two end-of-line codes (T.6, EOFB): eleven noughts in a row stand in no line of pixels."""
_MOST_FACSIMILE = 16 << 20
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def inflated_rest(data: bytes, need: int) -> tuple[bytes, bytes]:
    """What a deflated stream (RFC 1950) holds beside its pixels.

    Args:
        data: the stream; its checksum may be wrong, which viewers do not mind.
        need: bytes that the pixels take, unpacked.

    Returns:
        What it unpacks to beyond the pixels, or what cannot be unpacked; and the bytes behind its end, or all
        of it when it is no such stream.

    Raises:
        ValueError: it unpacks to far more than the pixels take.
    """
    if int.from_bytes(data[:_HEAD], "big") % _HEAD_DIVISOR:
        return b"", data
    stream, surplus, taken = zlib.decompressobj(-zlib.MAX_WBITS), bytearray(), 0
    for at in range(_HEAD, len(data), _FED):
        left = data[at : at + _FED]
        while left and not stream.eof:
            try:
                rows = stream.decompress(left, _STEP)
            except zlib.error as error:
                check_memory(error)
                return (bytes(surplus) + data[at:], b"") if taken else (b"", data)
            left = stream.unconsumed_tail
            taken += len(rows)
            if taken > need:
                surplus += rows[-min(len(rows), taken - need) :]
            if len(surplus) > MOST_SURPLUS:
                raise ValueError("pixels that unpack without end")
        if stream.eof:
            end = min(at + _FED, len(data)) - len(stream.unused_data)
            return bytes(surplus), data[end + _CHECKSUM :]
    return bytes(surplus), b""


def lzw_end(data: bytes) -> int | None:
    """Bytes up to the end code of an LZW stream of TIFF; ``None`` without one (or in the order of old writers)."""
    at, total = 0, len(data) * 8
    while at < total:
        for width, count in (*_WIDTHS, (_LONGEST, 0)):
            at, code = _until_mark(data, at, width, count)
            if code == _END:
                return -(-at // 8)
            if code == _CLEAR:
                break
        else:
            return None
    return None


def _until_mark(data: bytes, at: int, width: int, count: int) -> tuple[int, int]:
    """Where the next clear or end code ends, and which it is; 0 when ``count`` codes (nought: all) hold none."""
    marks = (f"{_CLEAR:0{width}b}", f"{_END:0{width}b}")
    total = len(data) * 8
    while at + width <= total:
        number = min(count or _BLOCK, (total - at) // width)
        bits = _bits(data[at // 8 : -(-(at + number * width) // 8)])
        first = at % 8
        codes = [bits[place : place + width] for place in range(first, first + number * width, width)]
        found = [codes.index(mark) for mark in marks if mark in codes]
        if found:
            place = min(found)
            return at + (place + 1) * width, int(codes[place], 2)
        at += number * width
        if count:
            return at, 0
    return total, 0


def _bits(data: bytes) -> str:
    return bin(int.from_bytes(b"\x01" + data, "big"))[3:]


def packbits_end(data: bytes, need: int) -> int:
    """Bytes of a PackBits stream that unpack to ``need`` bytes."""
    at = taken = 0
    while at < len(data) and taken < need:
        head = data[at]
        if head < 128:
            taken += head + 1
            at += head + 2
        elif head > 128:
            taken += 257 - head
            at += 2
        else:
            at += 1
    return min(at, len(data))


def facsimile_end(data: bytes, *, turned: bool) -> int | None:
    """Bytes up to the end of block of T.6 (Group 4); ``None`` without one.

    Args:
        data: the block.
        turned: whether the lowest bit of a byte comes first.
    """
    if len(data) > _MOST_FACSIMILE:
        return None
    at = _bits(data.translate(_TURNED) if turned else data).find(_BLOCK_END)
    return None if at < 0 else -(-(at + len(_BLOCK_END)) // 8)
