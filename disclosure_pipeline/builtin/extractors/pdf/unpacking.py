"""Streams that unpack to too much: unpacked piece by piece before any library does it in one go."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.failures import check_memory, failure

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Limits

STREAM = re.compile(rb"stream(?<!endstream)\r?\n")
"""The word comes first: it can be searched for as a whole, which takes a thirtieth of the time."""
_FILTERS = re.compile(rb"/F(?:ilter|#69lter)?\s*(\[[^\]]*\]|/[^\s/<>()\[\]]+|(\d{1,9})\s+\d{1,5}\s+R)")
_CHAINED = re.compile(
    rb"/(?:F(?:ilter(?:\s*\[\s*/\w+\s*/|\s+\d|\s*(?:\[\s*)?/\w*#)|#69|l\s+/)|(?:LZW|RL|A(?:85|Hx))\s+/)"
)
_NAME = re.compile(rb"/([^\s/<>()\[\]]+)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_WHITE = re.compile(rb"\s+")
_SHORT = {b"Fl": b"FlateDecode", b"LZW": b"LZWDecode", b"RL": b"RunLengthDecode",
          b"A85": b"ASCII85Decode", b"AHx": b"ASCIIHexDecode"}  # fmt: skip
_BEST_RATIO = 1032
"""Deflate packs no better than this; LZW hardly better."""

_LZW_CLEAR, _LZW_END, _LZW_FULL = 256, 257, 4096
_HEADER = 1000
_PIECE = 1 << 20
_GROUPS = 5 << 18
"""Bytes of base 85 unpacked at once: whole groups of five."""

_MUCH = 64 << 20
_MOST_FILTERS = 8

Pieces = Iterator[bytes]


def check_streams(data: Any, limits: Limits) -> None:
    """Unpack the streams of a file that may grow large, and throw the pieces away.

    Args:
        data: the file.
        limits: ``max_unpacked`` for all of them together, ``max_ratio`` for large ones.

    Raises:
        ExtractionFailed: ``file.bomb``.
    """
    suspicious = min(limits.max_unpacked, 4 * _MUCH) // _BEST_RATIO
    chained = _is_chained(data)
    total = 0
    for match in STREAM.finditer(data):
        start = match.end()
        end = data.find(b"endstream", start)
        end = len(data) if end == -1 else end
        if end - start < suspicious and not chained:
            continue
        header = bytes(data[max(0, match.start() - _HEADER) : match.start()]).rpartition(b"obj")[2]
        filters = _filters(header, data)
        packings = sum(name in _PACKINGS for name in filters)
        if packings and (end - start >= suspicious or packings > 1):
            total += _unpacked(data[start:end], filters, limits)
            if total > limits.max_unpacked:
                raise failure("file.bomb", "Its streams unpack to too many bytes.")


def _is_chained(data: Any) -> bool:
    """Whether a small stream may pass through several filters."""
    return _CHAINED.search(data) is not None


def _filters(header: bytes, data: Any) -> list[bytes]:
    """The names of the filters of a stream, as they are written in full."""
    found: list[bytes] = []
    for match in _FILTERS.finditer(header):
        value = match[1]
        if match[2]:
            named = re.search(rb"(?<!\d)%b\s+\d+\s+obj(.{0,200})" % match[2], data, re.DOTALL)
            value = named[1].partition(b"endobj")[0] if named is not None else b"/FlateDecode"
        for name in _NAME.findall(value):
            plain = _ESCAPED.sub(lambda code: bytes.fromhex(code[1].decode()), name)
            plain = _SHORT.get(plain, plain)
            if plain.endswith(b"Decode"):  # a resource may be named F, too
                found.append(plain)
    return found


def _unpacked(data: bytes, filters: Sequence[bytes], limits: Limits) -> int:
    """How much a stream unpacks to; refuses as soon as it is too much."""
    if len(filters) > _MOST_FILTERS:
        raise failure("file.bomb", "A stream is packed over and over.")
    pieces: Pieces = iter((data,))
    for name in filters:
        unpack = _UNPACKERS.get(name)
        if unpack is None:  # a picture: its own size is checked elsewhere
            break
        pieces = _limited(unpack(pieces), limits)
    size = sum(map(len, pieces))
    if size > _MUCH and size > limits.max_ratio * len(data):
        raise failure("file.bomb", "A stream unpacks to far more bytes than it has.")
    return size


def unpacked(data: bytes, filters: Sequence[str]) -> Pieces:
    """Unpack a stream piece by piece, as far as it goes.

    Args:
        data: as it lies in the file.
        filters: names with their slash, only such as :func:`can_unpack` knows.
    """
    pieces: Pieces = iter((data,))
    for name in filters:
        pieces = _UNPACKERS[name[1:].encode()](pieces)
    return pieces


def can_unpack(filters: Sequence[str]) -> bool:
    """Whether all of these filters are known here."""
    return all(name[1:].encode() in _UNPACKERS for name in filters)


def _limited(pieces: Pieces, limits: Limits) -> Pieces:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limits.max_unpacked:
            raise failure("file.bomb", "A stream unpacks to far more bytes than it has.")
        yield piece


# ------------------------------------------------------------- as far as they go


def _inflated(packed: Pieces) -> Pieces:
    unpacker = zlib.decompressobj()
    for data in packed:
        left = data
        while left:
            try:
                piece = unpacker.decompress(left, _PIECE)
            except zlib.error as error:
                check_memory(error)
                return
            if piece:
                yield piece
            if unpacker.eof:
                return
            left = unpacker.unconsumed_tail


def _run_lengths(packed: Pieces) -> Pieces:
    data, at = b"".join(packed), 0
    out = bytearray()
    while at < len(data) and data[at] != 128:
        count = data[at]
        if count < 128:
            out += data[at + 1 : at + 2 + count]
            at += 2 + count
        else:
            out += data[at + 1 : at + 2] * (257 - count)
            at += 2
        if len(out) >= _PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _lzw(packed: Pieces) -> Pieces:
    table = [bytes([code]) for code in range(256)] + [b"", b""]
    out, known, last = bytearray(), table[:], b""
    width, value, bits = 9, 0, 0
    for byte in (byte for data in packed for byte in data):
        value, bits = value << 8 | byte, bits + 8
        if bits < width:
            continue
        bits -= width
        code, value = value >> bits, value & ((1 << bits) - 1)
        if code == _LZW_CLEAR:
            known, width, last = table[:], 9, b""
            continue
        if code == _LZW_END or code > len(known) or (code == len(known) and not last):
            break
        entry = known[code] if code < len(known) else last + last[:1]
        out += entry
        if last and len(known) < _LZW_FULL:
            known.append(last + entry[:1])
            width = min(12, (len(known) + 1).bit_length())
        last = entry
        if len(out) >= _PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _base85(packed: Pieces) -> Pieces:
    import base64

    text = _WHITE.sub(b"", b"".join(packed)).partition(b"~")[0].replace(b"z", b"!!!!!")
    for at in range(0, len(text), _GROUPS):
        try:
            yield base64.a85decode(text[at : at + _GROUPS])
        except ValueError:
            return


def _hexadecimal(packed: Pieces) -> Pieces:
    digits = _WHITE.sub(b"", b"".join(packed)).partition(b">")[0]
    try:
        yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return


_UNPACKERS: dict[bytes, Callable[[Pieces], Pieces]] = {
    b"FlateDecode": _inflated, b"LZWDecode": _lzw, b"RunLengthDecode": _run_lengths,
    b"ASCII85Decode": _base85, b"ASCIIHexDecode": _hexadecimal,
}  # fmt: skip
_PACKINGS = (b"FlateDecode", b"LZWDecode", b"RunLengthDecode")
