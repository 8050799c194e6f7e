"""Zip packages in the middle of binary Office streams: newer programs keep a shape's or a theme's XML there.

An older program shows the record beside it, so that words in the package may be others than on the page.

Threat model: packages that are encrypted, damaged, packed by an unknown method, too large, too many or in one
another. What stays packed is a doubt, never a silence; what unpacks is counted, whatever a header claims.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.shared.zip_errors import ZIP_ERRORS
from disclosure_pipeline.model.text import Place

_FIRST, _LAST = b"PK\x03\x04", b"PK\x05\x06"
_END_SIZE = 22
_MOST_PACKAGES = 2000
_MOST_ENDS = 8
"""Ends of packages that are tried for one beginning: stored packages in a package have ends of their own."""

_MOST_UNPACKED = 64 << 20
_MOST_DEPTH = 4
_STILL_PACKED = "文件的数据流中有加密、损坏或者过大的压缩内容，其中的文字未能读出，请人工查看。"


def unpacked(stream: bytes, out: Collector, part: str) -> bytes:
    """The stream with what its packages hold in their place; packages that cannot be opened stay as they are.

    Args:
        stream: bytes of any structure.
        out: gets a doubt when something stays packed.
        part: name of the stream.
    """

    def doubt() -> None:
        out.doubt("attachment.unread", _STILL_PACKED, Place(part, "attachment"))

    return _Unpacking(doubt).replaced(stream, 0)


class _Unpacking:
    """The packages of one stream, and of one another.

    Args:
        doubt: called for whatever stays packed.
    """

    def __init__(self, doubt: Callable[[], None]):
        self._doubt = doubt
        self._packages, self._bytes = _MOST_PACKAGES, _MOST_UNPACKED

    def replaced(self, data: bytes, depth: int) -> bytes:
        """The bytes with the content of every package in its place."""
        pieces: list[bytes] = []
        done, at = 0, data.find(_FIRST)
        while at >= 0:
            if depth > _MOST_DEPTH or self._packages <= 0:
                self._doubt()
                break
            self._packages -= 1
            package = _package(data, at)
            end = at + len(_FIRST) if package is None else at + len(package)
            if package is None:
                self._doubt()
            else:
                pieces += [data[done:at], b"\n", self._content(package, depth), b"\n"]
                done = end
            at = data.find(_FIRST, end)
        return b"".join((*pieces, data[done:])) if pieces else data

    def _content(self, package: bytes, depth: int) -> bytes:
        """Names and bytes of the members; where one cannot be read, a doubt and the package as it stands too."""
        pieces: list[bytes] = []
        failed = False
        with zipfile.ZipFile(BytesIO(package)) as archive:
            for member in archive.infolist():
                pieces.append(member.filename.encode("utf-8", "replace"))
                try:
                    with archive.open(member) as opened:
                        data = opened.read(self._bytes + 1)
                except ZIP_ERRORS as error:
                    check_memory(error)
                    failed = True
                    continue
                if len(data) > self._bytes:
                    failed = True
                    continue
                self._bytes -= len(data)
                pieces.append(self.replaced(data, depth + 1))
        if failed:
            self._doubt()
            pieces.append(package)
        return b"\n".join(pieces)


def _package(data: bytes, at: int) -> bytes | None:
    """The package that begins here; ``None`` when none can be opened."""
    last = at
    for _ in range(_MOST_ENDS):
        last = data.find(_LAST, last + 1)
        if last < 0:
            return None
        package = data[at : last + _END_SIZE]
        try:
            with zipfile.ZipFile(BytesIO(package)) as archive:
                starts = [member.header_offset for member in archive.infolist()]
        except ZIP_ERRORS as error:
            check_memory(error)
            continue
        if starts and min(starts) == 0:
            return package
    return None
