"""Tar archives: every member and header, the unused rests of blocks, and what follows the end."""

from __future__ import annotations

import tarfile
from io import BytesIO
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.signatures import is_tar

_BLOCK = 512
_END = 2 * _BLOCK
"""Bytes of nothing with which an archive ends."""

# Names that are shown as members, and numbers.
_SHOWN_HEADERS = frozenset(
    ("path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname")
)
_USUAL_OWNERS = frozenset(("root", "wheel", "staff", "users", "user", "nobody", "admin", "Administrator"))


def read_tar(out: Collector, data: bytes, members: Members, budget: Budget) -> None:
    """Read a tar archive.

    Args:
        out: gets what its headers say.
        data: the archive.
        members: takes its members.
        budget: what may be unpacked.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``.
    """
    end = 0
    try:
        with tarfile.open(
            fileobj=BytesIO(data), mode="r:", encoding="utf-8", errors="surrogateescape"
        ) as archive:
            for info in archive:
                budget.member()
                end = _member(out, data, archive, info, members=members, budget=budget)
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError, RecursionError) as error:
        if not members.number:
            raise failure("file.broken", "Its tar headers cannot be read.") from error
        members.number += 1
        members.unread()
        return
    tail = data[end:]
    if len(tail) < _END:
        out.doubt("file.partial", "打包文件没有结束标记，可能不完整，请人工查看原件。")
    if tail.strip(b"\x00"):
        if len(tail) % _BLOCK == 0 and any(
            is_tar(tail[at : at + _BLOCK]) for at in range(0, len(tail), _BLOCK)
        ):
            budget.take(len(tail))
            members.number += 1
            members.read(tail.lstrip(b"\x00"), "tail.tar")
        else:
            members.loose(tail, "bytes after the end")


def _member(
    out: Collector,
    data: bytes,
    archive: tarfile.TarFile,
    info: tarfile.TarInfo,
    *,
    members: Members,
    budget: Budget,
) -> int:
    """Read one member; where it ends."""
    members.name(_text(info.name))
    part = members.part
    for key, value in info.pax_headers.items():
        if key not in _SHOWN_HEADERS:
            out.add(_text(str(value)), "metadata", part, detail=_text(str(key)))
    for owner in (info.uname, info.gname):
        if owner and owner not in _USUAL_OWNERS:
            out.add(_text(owner), "metadata", part, detail="owner")
    if info.issym() or info.islnk():
        members.link(_text(info.linkname))
        return info.offset_data
    if not info.isreg():
        return info.offset_data
    budget.take(info.size)
    stream = archive.extractfile(info)
    content = stream.read() if stream is not None else b""
    if len(content) < info.size:
        members.unread()
    members.read(content, _text(info.name))
    stored = info.size if info.sparse is None else _stored(info.sparse)
    end = info.offset_data + -(-stored // _BLOCK) * _BLOCK
    members.loose(data[info.offset_data + stored : end], f"{part} rest")
    return end


def _stored(sparse: Any) -> int:
    """Bytes of a file with holes that are in the archive, by its list of (offset, size)."""
    return sum(int(size) for _, size in sparse)


def _text(name: str) -> str:
    return decode_name(name.encode("utf-8", "surrogateescape"))
