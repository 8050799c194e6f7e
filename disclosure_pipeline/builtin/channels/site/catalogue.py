"""``catalogue.json``: all rows in one array, one row a line, newest first.

At 100,000 documents it has some 40 MB, and a reader must never see half of it, so every change is a new file. Its bytes
are copied by the kernel (``copy_file_range``: shared, not copied, where the file system can), only the changed line is
written, and its place is found by bisection. The space is reserved first: then a full disk is told before anything is
written, and the rename does not wait for the disk to choose blocks.
"""

from __future__ import annotations

import json
import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.site.faults import ListingBroken
from disclosure_pipeline.builtin.channels.site.layout import CATALOGUE
from disclosure_pipeline.builtin.channels.site.writing import Writer, create, temporary_beside

Row = Mapping[str, Any]
Piece = bytes | tuple[int, int]
"""New bytes, or a range of the old file."""

_START, _END, _BETWEEN = b"[\n", b"\n]\n", b",\n"


class Catalogue:
    """Keeps ``catalogue.json``.

    Args:
        root: the site's folder.
        writer: how files are written.
    """

    def __init__(self, root: Path, writer: Writer) -> None:
        self._path = root / CATALOGUE
        self._writer = writer

    def newest(self, count: int) -> list[dict[str, Any]]:
        """The newest rows, newest first."""
        rows = []
        with self._path.open("rb") as stream:
            stream.readline()
            for _ in range(count):
                line = stream.readline().rstrip(b",\n")
                if not line or line == b"]":
                    break
                rows.append(_row(line))
        return rows

    def change(self, before: Row | None, after: Row | None) -> None:
        """Bring a document's row in, out, or to what it is now.

        Args:
            before: the row as the file has it; ``None`` when it has it not.
            after: the row as it shall have it; ``None`` when it shall not.

        Raises:
            ListingBroken: the file does not hold what it should.
        """
        if before is not None and after is not None and _key(before) == _key(after):
            self._edit(before, after)
            return
        if before is not None:
            self._edit(before, None)
        if after is not None:
            self._edit(None, after)

    def repair(self, document: str, row: Row | None) -> None:
        """Like :meth:`change`, whatever the file has of the document.

        Raises:
            ListingBroken: it is no such file.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            raise ListingBroken from None
        if not data.startswith(_START) or not data.endswith(_END) or len(data) < len(_START + _END):
            raise ListingBroken
        begins = f'{{"id":"{document}",'.encode()
        found = data[len(_START) : -len(_END)].split(_BETWEEN)
        lines = [line for line in found if line and not line.startswith(begins)]
        if row is not None:
            older = bisect_left(lines, True, key=lambda line: _key(_row(line)) < _key(row))
            lines.insert(older, _line(row))
        self._writer.write(self._path, _START + _BETWEEN.join(lines) + _END)

    def write(self, rows: Iterable[Row]) -> None:
        """Write the whole file."""
        lines = [_line(row) for row in sorted(rows, key=_key, reverse=True)]
        self._writer.write(self._path, _START + _BETWEEN.join(lines) + _END)

    def _edit(self, before: Row | None, after: Row | None) -> None:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise ListingBroken from None
        try:
            if os.fstat(descriptor).st_size < len(_START + _END):
                raise ListingBroken
            with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
                pieces = _pieces(data, before, after)
            self._compose(descriptor, pieces)
        finally:
            os.close(descriptor)

    def _compose(self, old: int, pieces: Sequence[Piece]) -> None:
        temporary = temporary_beside(self._path)
        try:
            with os.fdopen(create(temporary), "wb", buffering=0) as stream:
                os.posix_fallocate(stream.fileno(), 0, sum(map(_length, pieces)))
                for piece in pieces:
                    if isinstance(piece, bytes):
                        stream.write(piece)
                    else:
                        _copy(old, stream.fileno(), *piece)
            self._writer.put(temporary, self._path)
        finally:
            temporary.unlink(missing_ok=True)


def _pieces(data: mmap.mmap, before: Row | None, after: Row | None) -> list[Piece]:
    """The new file as pieces of the old one and new bytes."""
    start, end = len(_START), len(data) - len(_END)
    if data[:start] != _START or data[end:] != _END:
        raise ListingBroken
    sought = before if before is not None else after
    assert sought is not None  # noqa: S101 -- every edit has a row
    at = _place(data, start, end, _key(sought))
    stop = _line_end(data, at, end)
    found = data[at:stop]
    if before is None:
        assert after is not None  # noqa: S101
        if found and _key(_row(found)) == _key(after):
            raise ListingBroken
        return _with(_line(after), at, start, end)
    if found != _line(before):
        raise ListingBroken
    if after is not None:
        return [(0, at), _line(after), (stop, len(data))]
    if stop < end:
        stop += len(_BETWEEN)
    elif at > start:
        at -= len(_BETWEEN)
    return [(0, at), (stop, len(data))]


def _with(line: bytes, at: int, start: int, end: int) -> list[Piece]:
    """The file with a line before the one at ``at``, or after the last."""
    if at < end:
        line += _BETWEEN
    elif end > start:
        line = _BETWEEN + line
    return [(0, at), line, (at, end + len(_END))]


def _place(data: mmap.mmap, start: int, end: int, key: tuple[str, str]) -> int:
    """Where the first line begins that is not newer than ``key``; the end when there is none."""
    low, high = start, end
    while low < high:
        middle = (low + high) // 2
        begin = data.rfind(b"\n", start, middle) + 1 or start
        stop = _line_end(data, begin, end)
        if _key(_row(data[begin:stop])) > key:
            low = min(stop + len(_BETWEEN), end)
        else:
            high = begin
    return low


def _line_end(data: mmap.mmap, begin: int, end: int) -> int:
    found = data.find(b"\n", begin, end)
    return end if found < 0 else found - 1


def _copy(source: int, target: int, start: int, stop: int) -> None:
    """Copy a range of one file to where another one is written."""
    at = start
    with suppress(OSError):  # file systems that cannot leave it to the kernel
        while at < stop and (copied := os.copy_file_range(source, target, stop - at, offset_src=at)):
            at += copied
    while at < stop:
        chunk = os.pread(source, min(stop - at, 1 << 20), at)
        if not chunk:
            raise ListingBroken
        at += os.write(target, chunk)


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def _row(line: bytes) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        _key(row)
    except (ValueError, KeyError, TypeError):
        raise ListingBroken from None
    return row


def _key(row: Row) -> tuple[str, str]:
    return row["published"], row["id"]
