"""Single packed files: gz, bz2, xz; streams may follow one another, and bytes may follow the last."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import check_memory, failure
from disclosure_pipeline.builtin.extractors.signatures import BZIP2_MAGIC, GZIP_MAGIC, STREAM_MAGICS

_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
_GZIP_TAIL = 8
_STEP = 1 << 20


def read_stream(out: Collector, data: bytes, members: Members, budget: Budget) -> bytes:
    """Unpack a single packed file.

    Args:
        out: gets what its headers say.
        data: the packed file.
        members: takes the bytes after the last stream.
        budget: what may be unpacked.

    Returns:
        The file inside, of all its streams.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``.
    """
    unpacked: list[bytes] = []
    rest = data
    while rest.startswith(STREAM_MAGICS):
        budget.member()
        body, follow = _header(out, rest, members) if rest.startswith(GZIP_MAGIC) else (rest, 0)
        try:
            pieces, behind = _unpack(body, rest, budget)
        except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
            check_memory(error)
            if not unpacked:
                raise failure("file.broken", "It cannot be unpacked.") from error
            _doubt(out)
            break
        if follow and not _is_proved(pieces, behind[:follow]):
            _doubt(out)
        unpacked += pieces
        rest = behind[follow:]
    members.loose(rest, "bytes after the end")
    return b"".join(unpacked)


def _unpack(body: bytes, whole: bytes, budget: Budget) -> tuple[list[bytes], bytes]:
    """(unpacked pieces, bytes after the stream)."""
    unpacker: Any
    if whole.startswith(GZIP_MAGIC):
        unpacker = zlib.decompressobj(-15)
    else:
        unpacker = bz2.BZ2Decompressor() if whole.startswith(BZIP2_MAGIC) else lzma.LZMADecompressor()
    pieces = list(_pieces(unpacker, body, budget))
    if not unpacker.eof:
        raise EOFError
    return pieces, unpacker.unused_data


def _is_proved(pieces: list[bytes], tail: bytes) -> bool:
    """Whether what follows a gzip stream is its checksum and length."""
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    return tail == struct.pack("<II", checksum, sum(map(len, pieces)) & 0xFFFFFFFF)


def _doubt(out: Collector) -> None:
    out.doubt("file.partial", "压缩文件不完整或已损坏，可能没有读全，请人工查看原件。")


def _pieces(unpacker: Any, body: bytes, budget: Budget) -> Iterator[bytes]:
    piece = unpacker.decompress(body, _STEP)
    while piece or not (unpacker.eof or _is_hungry(unpacker)):
        budget.take(len(piece))
        yield piece
        if unpacker.eof:
            return
        piece = unpacker.decompress(getattr(unpacker, "unconsumed_tail", b""), _STEP)


def _is_hungry(unpacker: Any) -> bool:
    """Whether nothing more comes without more packed bytes."""
    return bool(getattr(unpacker, "needs_input", True))


def _header(out: Collector, data: bytes, members: Members) -> tuple[bytes, int]:
    """(the bytes after a gzip header, the length of what follows the stream)."""
    try:
        flags, at = data[3], 10
        if flags & _EXTRA:
            (length,) = struct.unpack_from("<H", data, at)
            members.loose(data[at + 2 : at + 2 + length], "extra field")
            at += 2 + length
        for flag, kind in ((_NAME, "name"), (_COMMENT, "comment")):
            if flags & flag:
                end = data.index(b"\x00", at)
                out.add(decode_name(data[at:end]), kind, "archive", detail="gzip", visible=kind == "name")
                at = end + 1
    except (struct.error, ValueError, IndexError) as error:
        raise failure("file.broken", "Its header is damaged.") from error
    return data[at + (2 if flags & _HEADER_CRC else 0) :], _GZIP_TAIL
