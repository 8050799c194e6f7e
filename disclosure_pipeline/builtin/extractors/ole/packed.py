"""Zip packages in the middle of binary Office streams: newer programs keep a shape's or a theme's XML there.

An older program shows the record beside it, so that words in the package may be others than on the page.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

_FIRST, _LAST = b"PK\x03\x04", b"PK\x05\x06"
_END_SIZE = 22
_MOST_PACKAGES = 2000
_MOST_UNPACKED = 64 << 20


def unpacked(stream: bytes) -> bytes:
    """The stream with what its packages hold in their place; packages that cannot be opened stay as they are.

    Args:
        stream: bytes of any structure.
    """
    pieces: list[bytes] = []
    done, budget = 0, _MOST_UNPACKED
    at = stream.find(_FIRST)
    for _ in range(_MOST_PACKAGES):
        end = stream.find(_LAST, at) + _END_SIZE if at >= 0 else 0
        if end < _END_SIZE:
            break
        content = _content(stream[at:end], budget)
        if content is not None:
            pieces += [stream[done:at], b"\n", content, b"\n"]
            done = end
            budget -= len(content)
        at = stream.find(_FIRST, end)
    return b"".join((*pieces, stream[done:])) if pieces else stream


def _content(package: bytes, most: int) -> bytes | None:
    """Names and bytes of the members, or ``None``: it is no package, or holds too much."""
    pieces: list[bytes] = []
    try:
        with zipfile.ZipFile(BytesIO(package)) as archive:
            if sum(member.file_size for member in archive.infolist()) > most:
                return None
            for member in archive.infolist():
                with archive.open(member) as opened:
                    data = opened.read(most + 1)
                most -= len(data)
                if most < 0:
                    return None
                pieces += [member.filename.encode("utf-8", "replace"), data]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return None
    return b"\n".join(pieces)
