"""RAR archives: names and comments are read; members only where they are stored unpacked.

Nothing free unpacks RAR in this process, and no outside program is started; a packed member is a doubt.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import failure

_THIRD, _FIFTH = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_MAIN_BLOCK, _LAST_BLOCK, _LAST_BLOCK_5 = 0x73, 0x7B, 5
_HAS_DATA, _SHORTEST = 0x8000, 7


def read_rar(out: Collector, data: bytes, members: Members, budget: Budget) -> None:
    """Read what of a RAR archive can be read.

    Args:
        out: gets its comment.
        data: the archive.
        members: takes its members.
        budget: what may be unpacked.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.encrypted``, ``archive.split``.
    """
    import rarfile

    try:
        with rarfile.RarFile(BytesIO(data), part_only=True) as archive:
            infos = archive.infolist()
            if archive.needs_password() and not infos:
                raise failure("file.encrypted")
            if not infos:
                raise failure("file.broken", "It holds no member.")
            out.add(archive.comment or "", "comment", "archive", detail="comment")
            for info in infos:
                budget.member()
                members.name(info.filename)
                out.add(info.comment or "", "comment", members.part, detail="comment")
                _member(archive, info, members, budget)
            if any(info.flags & 3 for info in infos if data.startswith(_THIRD)):
                members.number += 1
                members.unread()
    except rarfile.NeedFirstVolume as error:
        raise failure("archive.split") from error
    except rarfile.PasswordRequired as error:
        raise failure("file.encrypted") from error
    except (rarfile.Error, OSError, ValueError, struct.error, IndexError, EOFError, TypeError) as error:
        raise failure("file.broken", "Its RAR headers cannot be read.") from error
    members.loose(data[_end(data) :], "bytes after the end")


def _member(archive: object, info: object, members: Members, budget: Budget) -> None:
    import rarfile

    if not isinstance(archive, rarfile.RarFile) or not isinstance(info, rarfile.RarInfo) or info.is_dir():
        return
    if info.needs_password():
        members.locked()
    elif info.is_symlink() and info.file_redir:
        members.link(str(info.file_redir[2]))
    elif info.compress_type != rarfile.RAR_M0 or info.compress_size != info.file_size:
        members.unread()
    else:
        budget.take(info.file_size)
        try:
            with archive.open(info) as stream:
                content = stream.read()
        except (rarfile.Error, OSError, EOFError):
            members.unread()
            return
        members.read(content, info.filename or "")


def _end(data: bytes) -> int:
    """Where the archive ends: behind its own last block, or where something else than a block begins."""
    block, at = (_third, len(_THIRD)) if data.startswith(_THIRD) else (_fifth, len(_FIFTH))
    while at < len(data):
        try:
            following, last = block(data, at)
        except (struct.error, IndexError):
            return at
        if last:
            return following
        at = following
    return len(data)


def _third(data: bytes, at: int) -> tuple[int, bool]:
    """Where a block of the third format ends, and whether it is the last."""
    told, kind, flags, size = struct.unpack_from("<HBHH", data, at)
    added = struct.unpack_from("<I", data, at + 7)[0] if flags & _HAS_DATA else 0
    if kind != _MAIN_BLOCK and zlib.crc32(data[at + 2 : at + size]) & 0xFFFF != told:
        raise IndexError
    return at + max(size, _SHORTEST) + added, kind == _LAST_BLOCK


def _fifth(data: bytes, at: int) -> tuple[int, bool]:
    """Where a block of the fifth format ends, and whether it is the last."""
    size, start = _number(data, at + 4)
    if zlib.crc32(data[at + 4 : start + size]) != struct.unpack_from("<I", data, at)[0]:
        raise IndexError
    kind, here = _number(data, start)
    flags, here = _number(data, here)
    if flags & 1:
        _, here = _number(data, here)
    added = _number(data, here)[0] if flags & 2 else 0
    return start + size + added, kind == _LAST_BLOCK_5


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where the next field begins."""
    value = 0
    for place in range(10):
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    raise IndexError
