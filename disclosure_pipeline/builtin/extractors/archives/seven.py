"""7z archives, unpacked in memory after their header told how much that is."""

from __future__ import annotations

import lzma
import struct
import zlib
from io import BytesIO
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.failures import check_memory, failure

_HEADER = 32


def read_seven(data: bytes, members: Members, budget: Budget, passwords: tuple[str, ...]) -> None:
    """Read a 7z archive.

    Args:
        data: the archive.
        members: takes its members.
        budget: what may be unpacked.
        passwords: tried on an encrypted archive.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.encrypted``.
    """
    locked = False
    for password in (None, *passwords):
        try:
            found = _unpack(data, budget, password)
        except _Locked:
            locked = True
            continue
        _add(found, members)
        members.loose(data[_end(data) :], "bytes after the end")
        return
    raise failure("file.encrypted" if locked else "file.broken")


class _Locked(Exception):
    """The archive wants a password, or another one."""


class _Member:
    """A member while it is unpacked; py7zr writes into it."""

    def __init__(self, limit: int):
        self._buffer = BytesIO()
        self._limit = limit

    def write(self, data: bytes | bytearray) -> int:
        if self._buffer.tell() + len(data) > self._limit:
            raise failure("file.bomb", "A member is larger than its archive says.")
        return self._buffer.write(data)

    def read(self, size: int | None = None) -> bytes:
        return self._buffer.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._buffer.seek(offset, whence)

    def flush(self) -> None:
        self._buffer.flush()

    def size(self) -> int:
        return self._buffer.getbuffer().nbytes

    def close(self) -> None:
        """The bytes stay."""

    @property
    def data(self) -> bytes:
        return self._buffer.getvalue()


class _Factory:
    """Makes the members' buffers, in the order in which they are unpacked."""

    def __init__(self, limit: int):
        self._limit = limit
        self.made: dict[str, _Member] = {}

    def create(self, filename: str) -> Any:
        member = _Member(self._limit)
        self.made[filename] = member
        return member


def _unpack(data: bytes, budget: Budget, password: str | None) -> list[tuple[str, bytes | None, bool]]:
    """(name, bytes or ``None`` for what could not be unpacked, whether it is a link) of every member."""
    import py7zr
    from py7zr import exceptions

    wrong = (exceptions.CrcError, lzma.LZMAError, zlib.error, EOFError, exceptions.DecompressionError)
    broken = (exceptions.ArchiveError, OSError, ValueError, TypeError, IndexError, KeyError, AttributeError,
              AssertionError, struct.error, RuntimeError)  # fmt: skip
    try:
        with py7zr.SevenZipFile(BytesIO(data), password=password) as archive:
            infos = archive.list()
            if password is None and archive.needs_password():
                raise _Locked
            for _ in infos:
                budget.member()
            total = sum(info.uncompressed or 0 for info in infos)
            budget.take(total)
            factory = _Factory(total)
            archive.extract(factory=factory)
    except exceptions.PasswordRequired as error:
        raise _Locked from error
    except exceptions.AbsolutePathError as error:
        raise failure("file.broken", "A member has a name that leads out of the archive.") from error
    except wrong as error:
        check_memory(error)
        if password is not None:
            raise _Locked from error
        raise failure("file.broken", "It cannot be unpacked.") from error
    except broken as error:
        if password is not None:  # an encrypted header opened with another password is noise
            raise _Locked from error
        raise failure("file.broken", "It cannot be unpacked.") from error
    return _matched(
        [(info.filename, bool(info.is_symlink), not info.is_directory) for info in infos], factory.made
    )


def _matched(
    infos: list[tuple[str, bool, bool]], made: dict[str, _Member]
) -> list[tuple[str, bytes | None, bool]]:
    """Members with their bytes: the library tells members of one name apart by a number."""
    by_end = {path: member.data for path, member in made.items()}
    seen: dict[str, int] = {}
    found: list[tuple[str, bytes | None, bool]] = []
    for name, is_link, is_file in infos:
        again = seen.get(name)
        seen[name] = 0 if again is None else again + 1
        stored = name if again is None else f"{name}_{again}"
        path = next((path for path in by_end if path == stored or path.endswith(f"/{stored}")), None)
        data = by_end.pop(path) if path is not None else None
        # Empty members are not written at all.
        found.append((name, b"" if data is None and is_file else data, is_link))
    return found


def _add(found: list[tuple[str, bytes | None, bool]], members: Members) -> None:
    for name, data, is_link in found:
        members.name(name)
        if data is not None and is_link:
            members.link(data.decode("utf-8", "replace"))
        elif data is not None:
            members.read(data, name)


def _end(data: bytes) -> int:
    """Where the archive ends: its header comes last."""
    offset, size = struct.unpack_from("<QQ", data, 12)
    return min(_HEADER + int(offset) + int(size), len(data))
