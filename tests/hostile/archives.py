"""Archives: bombs, links, names that climb, files inside files."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

from tests.hostile.case import ATTACHED, BOMB, BROKEN, LARGE, MARKER, READ, Hostile
from tests.hostile.zips import MEGA, docx, docx_with, zipped


def _tar(add: Callable[[tarfile.TarFile], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        add(archive)
    return buffer.getvalue()


def _member(archive: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(data))


def _links(archive: tarfile.TarFile) -> None:
    _member(archive, "a", type=tarfile.SYMTYPE, linkname="/etc/passwd")
    _member(archive, "b", type=tarfile.SYMTYPE, linkname="../../..")
    _member(archive, "b/c.txt", MARKER.encode())
    _member(archive, "d", type=tarfile.LNKTYPE, linkname="a")
    _member(archive, "e", type=tarfile.CHRTYPE, devmajor=1, devminor=5)
    _member(archive, "f", type=tarfile.FIFOTYPE)


def _many_members(archive: tarfile.TarFile) -> None:
    for number in range(20_000):
        _member(archive, f"{number}.txt", b"x")


def tarball() -> bytes:
    """A small harmless archive."""
    return _tar(lambda archive: _member(archive, "正文.txt", MARKER.encode()))


def _climbing(archive: tarfile.TarFile) -> None:
    for name in ("../../etc/cron.d/job.txt", "/etc/passwd.txt", "a/../../b.txt", "a\\..\\b.txt"):
        _member(archive, name, MARKER.encode())


def _sparse() -> bytes:
    """A header that declares 8 GB of nothing."""
    return _tar(lambda archive: _member(archive, "a.txt", b"x")).replace(
        b"00000000001\0", b"77777777777\0", 1
    )


def _seven_zip(data: bytes) -> bytes:
    import py7zr

    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", filters=[{"id": py7zr.FILTER_DEFLATE}]) as archive:
        archive.writestr(data, "a.txt")
    return buffer.getvalue()


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    ends = (
        *BOMB,
        *LARGE,
        *BROKEN,
        *ATTACHED,
        "archive.name",
        "archive.link",
        "archive.special",
        "text.empty",
    )
    return (
        Hostile("gzip bomb", ".gz", lambda: gzip.compress(b"\0" * (200 * MEGA)), (*ends, "file.unknown", "text.binary")),
        Hostile("bzip2 bomb", ".bz2", lambda: bz2.compress(b"\0" * (200 * MEGA)), (*ends, "file.unknown", "text.binary")),
        Hostile("xz bomb", ".xz", lambda: lzma.compress(b"\0" * (200 * MEGA), preset=0), (*ends, "file.unknown", "text.binary")),
        Hostile("packed tar bomb", ".tar.gz", lambda: gzip.compress(_tar(
            lambda archive: _member(archive, "a.txt", b"\0" * (200 * MEGA)))), (*ends, "file.unknown", "text.binary")),
        Hostile("tar of links and devices", ".tar", lambda: _tar(_links), (*ends, READ)),
        Hostile("tar that climbs", ".tar", lambda: _tar(_climbing), (READ,), "包外"),
        Hostile("tar that declares without end", ".tar", _sparse, ends),
        Hostile("tar of 20000 members", ".tar", lambda: _tar(_many_members), ends),
        Hostile("zip of 42", ".zip", lambda: _forty_two(), ends),
        Hostile("zip in zip, 30 deep", ".zip", lambda: _forty_two(30, 1), ends),
        Hostile("zip that climbs", ".zip", lambda: zipped({"../../../etc/a.txt": MARKER, "/etc/b.txt": MARKER}), (READ,), "包外"),
        Hostile("7z bomb", ".7z", lambda: _seven_zip(b"\0" * (200 * MEGA)), ends),
        Hostile("7z of nothing", ".7z", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + b"\xff" * 200, (*ends, "file.unknown")),
        Hostile("7z with a password", ".7z", lambda: _locked_seven_zip(names=False), ("file.encrypted", "archive.encrypted")),
        Hostile("7z with locked names", ".7z", lambda: _locked_seven_zip(names=True), ("file.encrypted",)),
        Hostile("rar of nothing", ".rar", lambda: b"Rar!\x1a\7\1\0" + b"\xff" * 200, (
            *ends, "file.unknown", "archive.unsupported", "file.unsupported")),
        Hostile("docx in docx, 30 deep", ".docx", _docx_in_docx, (*ATTACHED, *BOMB)),
    )  # fmt: skip


def _locked_seven_zip(*, names: bool) -> bytes:
    import py7zr

    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password="unknown", header_encryption=names) as archive:
        archive.writestr(MARKER.encode(), "a.txt")
    return buffer.getvalue()


def _forty_two(levels: int = 4, width: int = 16) -> bytes:
    data = b"\0" * (4 * MEGA)
    for level in range(levels):
        data = zipped({f"{level}-{number}.zip": data for number in range(width)})
    return data


def _docx_in_docx() -> bytes:
    data = docx()
    for _ in range(30):
        data = docx_with("word/embeddings/document.docx", data)
    return data
