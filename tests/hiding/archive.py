"""Hiding places of archives: zip, tar, 7z, rar and single packed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from tests.hiding.place import Hiding

_SHOWN = "各单位：请按附件要求报送。".encode()


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip with an everyday member and these."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("通知.txt", _SHOWN)
        for name, data in members:
            archive.writestr(name, data)
        archive.comment = comment
    return packed.getvalue()


def _info(name: str, **values: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0))
    for key, value in values.items():
        setattr(info, key, value)
    return info


def _extra(identifier: int, data: bytes) -> bytes:
    return struct.pack("<HH", identifier, len(data)) + data


def _gbk_name(marker: str) -> bytes:
    name = f"{marker}.txt".encode("gbk")
    stand_in = "".join(f"{number:x}" for number in range(len(name)))[: len(name)]
    return zipped((stand_in, b"abc")).replace(stand_in.encode(), name)


def _local_name(marker: str) -> bytes:
    """The name in front of the member is another one than the directory's."""
    name = f"{marker}.txt".encode()
    stand_in = b"x" * len(name)
    return zipped((stand_in.decode(), b"abc")).replace(stand_in, name, 1)


def _moved(data: bytes, by: int) -> bytes:
    """The same zip with offsets as if it stood later in a file."""
    moved = bytearray(data)
    end = moved.rfind(b"PK\x05\x06")
    count, _, start = struct.unpack_from("<HII", moved, end + 10)
    at = start
    for _ in range(count):
        struct.pack_into("<I", moved, at + 42, struct.unpack_from("<I", moved, at + 42)[0] + by)
        at += 46 + sum(struct.unpack_from("<HHH", moved, at + 28))
    struct.pack_into("<I", moved, end + 16, start + by)
    return bytes(moved)


def _before(marker: str) -> bytes:
    words = f"说明 {marker}".encode()
    return words + _moved(zipped(), len(words))


def _between(marker: str, *, packed: bool = False) -> bytes:
    """A member that the directory does not name, or loose bytes, before the directory."""
    words = f"底稿 {marker}".encode()
    if packed:
        body = zlib.compress(words)[2:-4]
        sizes = (zlib.crc32(words), len(body), len(words), 5, 0)
        words = (
            b"PK\x03\x04"
            + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
            + struct.pack("<IIIHH", *sizes)
            + b"a.txt"
            + body
        )
    data = zipped()
    end = data.rfind(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    tail = data[end : end + 16] + struct.pack("<I", start + len(words)) + data[end + 20 :]
    return data[:start] + words + data[start:end] + tail


def _same_name(marker: str) -> bytes:
    first = zipped(("b", b"1"), ("c", f"第二份 {marker}".encode()))
    return first.replace(b"PK\x01\x02", b"PK\x01\x02").replace(b"\x00\x00\x00c", b"\x00\x00\x00b")


def _link(marker: str) -> bytes:
    return zipped((_info("a.lnk", external_attr=0o120777 << 16, create_system=3), f"../{marker}".encode()))


def _after_stream(marker: str) -> bytes:
    """Bytes between the end of a member's deflate stream and the end of the member."""
    words = f"底稿 {marker}".encode()
    body = zlib.compress(b"abc")[2:-4] + words
    head = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, zlib.crc32(b"abc"), len(body), 3)
    local = b"PK\x03\x04" + head + struct.pack("<HH", 5, 0) + b"a.txt" + body
    central = (
        b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    )
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def _apple_double(marker: str) -> bytes:
    value = marker.encode("utf-16-be")
    data = struct.pack(">II16sHIII", 0x00051607, 0x20000, b"Mac OS X        ", 1, 9, 38, len(value)) + value
    return zipped(("__MACOSX/._a.txt", data))


def tarred(
    *members: tuple[tarfile.TarInfo, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT, **header: str
) -> bytes:
    """A tar with an everyday member and these; ``header`` is the global pax header."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, format=form, pax_headers=header) as archive:  # type: ignore[call-overload]
        for info, data in ((_tar("通知.txt"), _SHOWN), *members):
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _tar(name: str, **values: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info


def _tar_slack(marker: str) -> bytes:
    """Words in the unused rest of a member's last block."""
    data = bytearray(tarred((_tar("a.txt"), b"abc"), form=tarfile.GNU_FORMAT))
    at = data.rfind(b"abc") + 10
    words = marker.encode()
    data[at : at + len(words)] = words
    return bytes(data)


def _tar_tail(marker: str) -> bytes:
    data = tarred()
    return data + f"尾部 {marker}".encode().ljust(512, b"\x00")


def _seven(*members: tuple[str, bytes], password: str | None = None) -> bytes:
    import py7zr

    packed = io.BytesIO()
    with py7zr.SevenZipFile(packed, "w", password=password) as archive:
        for name, data in (("通知.txt", _SHOWN), *members):
            archive.writestr(data, name)
    return packed.getvalue()


def _gzip(
    data: bytes, name: bytes = b"", comment: bytes = b"", extra: bytes = b"", after: bytes = b""
) -> bytes:
    flags = (8 if name else 0) | (16 if comment else 0) | (4 if extra else 0)
    head = b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<I", 0) + b"\x00\x03"
    head += struct.pack("<H", len(extra)) + extra if extra else b""
    head += name + b"\x00" if name else b""
    head += comment + b"\x00" if comment else b""
    body = zlib.compress(data)[2:-4]
    return head + body + struct.pack("<II", zlib.crc32(data), len(data)) + after


def rar(*members: tuple[str, bytes], method: int = 0x30, comment: str = "", tail: bytes = b"") -> bytes:
    """A RAR archive of the third generation whose members are stored.

    Args:
        members: names and bytes. method: 0x30 is stored; others only claim to be packed.
        comment: of the archive. tail: what follows its end.
    """

    def block(kind: int, flags: int, rest: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in (("tz.txt", _SHOWN), *members):
        plain = name.encode("ascii", "replace")
        wide = plain if name.isascii() else plain + b"\x00" + _rar_name(name)
        flags = 0x8000 | (0 if name.isascii() else 0x200)
        out += block(0x74, flags, struct.pack("<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x5C624800, 20, method, len(wide), 0x20) + wide, data)  # fmt: skip
    if comment:
        words = comment.encode("utf-16-le")
        out += block(0x7A, 0x8000, struct.pack("<IIBIIBBHI", len(words), len(words), 2, zlib.crc32(words), 0, 29, 0x30, 3, 0) + b"CMT", words)  # fmt: skip
    return out + block(0x7B, 0x4000, b"") + tail


def _rar_name(name: str) -> bytes:
    """A name in RAR's own packing of UTF-16, every character in full."""
    out, wide = b"\x00", [name.encode("utf-16-le")[at : at + 2] for at in range(0, 2 * len(name), 2)]
    for at in range(0, len(wide), 4):
        group = wide[at : at + 4]
        out += bytes([sum(2 << (6 - 2 * place) for place in range(len(group)))]) + b"".join(group)
    return out


_ZIP: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    ("member", ("attachment",), lambda m: zipped(("a.txt", m.encode())), True, False),
    ("stored member", ("attachment",), lambda m: zipped(("a.txt", m.encode()), method=zipfile.ZIP_STORED), True, False),
    ("bzip2 member", ("attachment",), lambda m: zipped(("a.txt", m.encode()), method=zipfile.ZIP_BZIP2), True, False),
    ("lzma member", ("attachment",), lambda m: zipped(("a.txt", m.encode()), method=zipfile.ZIP_LZMA), True, False),
    ("member without suffix", ("attachment",), lambda m: zipped(("a", m.encode())), True, False),
    ("nested archives", ("attachment",), lambda m: zipped(("a.zip", zipped(("b.zip", zipped(("c.txt", m.encode())))))), True, False),
    ("page inside", ("attachment",), lambda m: zipped(("a.html", f"<html><body><p>甲</p><p hidden>{m}</p></body></html>".encode())), False, False),
    ("name", ("name",), lambda m: zipped((f"{m}.txt", b"abc")), True, False),
    ("name of a folder", ("name",), lambda m: zipped((f"{m}/", b"")), True, False),
    ("gbk name", ("name",), _gbk_name, True, False),
    ("unicode name beside the name", ("name", "unplaced"), lambda m: zipped((_info("a.txt", extra=_extra(0x7075, b"\x01" + struct.pack("<I", zlib.crc32(b"a.txt")) + f"{m}.txt".encode())), b"abc")), True, False),
    ("other name before the member", ("name",), _local_name, False, False),
    ("absolute name", ("name",), lambda m: zipped((f"/etc/{m}.txt", b"abc")), True, False),
    ("name that leads out", ("name",), lambda m: zipped((f"../../{m}.txt", b"abc")), True, False),
    ("comment", ("comment",), lambda m: zipped(comment=m.encode("gbk")), False, False),
    ("comment of a member", ("comment",), lambda m: zipped((_info("a.txt", comment=m.encode()), b"abc")), False, False),
    ("extra field", ("unplaced",), lambda m: zipped((_info("a.txt", extra=_extra(0x6D6D, m.encode())), b"abc")), False, False),
    ("bytes before", ("unplaced",), _before, False, False),
    ("bytes between", ("unplaced",), _between, False, False),
    ("member that no directory names", ("attachment", "unplaced"), lambda m: _between(m, packed=True), False, False),
    ("bytes after", ("unplaced",), lambda m: zipped() + f"尾部 {m}".encode(), False, False),
    ("archive after the archive", ("attachment",), lambda m: zipped() + _moved(zipped(("a.txt", m.encode())), len(zipped())), True, False),
    ("bytes after a packed stream", ("unplaced",), _after_stream, False, False),
    ("second member of one name", ("attachment",), _same_name, True, False),
    ("target of a link", ("link",), _link, False, False),
    ("mac companion file", ("metadata", "attachment", "unplaced"), _apple_double, False, False),
)  # fmt: skip

_TAR: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    ("member", ("attachment",), lambda m: tarred((_tar("a.txt"), m.encode())), True, False),
    ("name", ("name",), lambda m: tarred((_tar(f"{m}.txt"), b"abc")), True, False),
    ("long name", ("name",), lambda m: tarred((_tar("a/" * 80 + f"{m}.txt"), b"abc"), form=tarfile.GNU_FORMAT), True, False),
    ("pax header", ("metadata",), lambda m: tarred((_tar("a.txt", pax_headers={"comment": m}), b"abc")), False, False),
    ("global pax header", ("metadata", "comment"), lambda m: tarred(comment=m), False, False),
    ("owner", ("metadata",), lambda m: tarred((_tar("a.txt", uname=m), b"abc")), False, False),
    ("group", ("metadata",), lambda m: tarred((_tar("a.txt", gname=m), b"abc")), False, False),
    ("target of a link", ("link",), lambda m: tarred((_tar("a", type=tarfile.SYMTYPE, linkname=m), b"")), False, False),
    ("rest of a block", ("unplaced",), _tar_slack, False, False),
    ("bytes after the end", ("unplaced",), _tar_tail, False, False),
)  # fmt: skip

_OTHERS: tuple[tuple[str, str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    (".tar.gz", "member", ("attachment",), lambda m: tarred((_tar("a.txt"), m.encode()), mode="w:gz"), True, False),
    (".tar.bz2", "member", ("attachment",), lambda m: tarred((_tar("a.txt"), m.encode()), mode="w:bz2"), True, False),
    (".tar.xz", "member", ("attachment",), lambda m: tarred((_tar("a.txt"), m.encode()), mode="w:xz"), True, False),
    (".gz", "content", ("attachment",), lambda m: gzip.compress(m.encode()), True, False),
    (".gz", "second stream", ("attachment",), lambda m: gzip.compress(_SHOWN) + gzip.compress(m.encode()), True, False),
    (".gz", "name", ("name",), lambda m: _gzip(_SHOWN, name=m.encode()), True, False),
    (".gz", "comment", ("comment",), lambda m: _gzip(_SHOWN, comment=m.encode()), False, True),
    (".gz", "extra field", ("unplaced",), lambda m: _gzip(_SHOWN, extra=m.encode()), False, False),
    (".gz", "bytes after", ("unplaced",), lambda m: _gzip(_SHOWN, after=f"\x00尾部 {m}".encode()), False, False),
    (".bz2", "content", ("attachment",), lambda m: bz2.compress(m.encode()), True, False),
    (".bz2", "bytes after", ("unplaced",), lambda m: bz2.compress(_SHOWN) + f"尾部 {m}".encode(), False, False),
    (".xz", "content", ("attachment",), lambda m: lzma.compress(m.encode()), True, False),
    (".xz", "second stream", ("attachment",), lambda m: lzma.compress(_SHOWN) + lzma.compress(m.encode()), True, False),
    (".7z", "member", ("attachment",), lambda m: _seven(("a.txt", m.encode())), True, False),
    (".7z", "name", ("name",), lambda m: _seven((f"{m}.txt", b"abc")), True, False),
    (".7z", "second member of one name", ("attachment",), lambda m: _seven(("a.txt", b"abc"), ("a.txt", m.encode())), True, False),
    (".7z", "bytes after", ("unplaced",), lambda m: _seven() + f"尾部 {m}".encode(), False, False),
    (".rar", "member", ("attachment",), lambda m: rar(("a.txt", m.encode())), True, False),
    (".rar", "name", ("name",), lambda m: rar((f"{m}.txt", b"abc")), True, False),
    (".rar", "name of a packed member", ("name",), lambda m: rar((f"{m}.txt", b"abc"), method=0x33), True, False),
    (".rar", "comment", ("comment",), lambda m: rar(comment=m), False, False),
    (".rar", "bytes after", ("unplaced",), lambda m: rar(tail=f"尾部 {m}".encode()), False, False),
)  # fmt: skip

PLACES: tuple[Hiding, ...] = (
    *(Hiding(name, ".zip", kinds, make, visible, narrow) for name, kinds, make, visible, narrow in _ZIP),
    *(Hiding(name, ".tar", kinds, make, visible, narrow) for name, kinds, make, visible, narrow in _TAR),
    *(
        Hiding(name, suffix, kinds, make, visible, narrow)
        for suffix, name, kinds, make, visible, narrow in _OTHERS
    ),
)
