"""Containers: bombs, lies, tricks in names, parts without number, formats glued together."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from tests.hostile.case import MARKER, Hostile
from tests.unit import hostile as small

MEGA = 1 << 20


def zipped(
    members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]], stored: bool = False
) -> bytes:
    """A zip of these members, names twice allowed."""
    pairs = members.items() if isinstance(members, Mapping) else members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as package:
        for name, data in pairs:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            package.writestr(info, data)
    return buffer.getvalue()


def docx(**parts: str | bytes) -> bytes:
    """A docx with the marker, and further parts."""
    return small.docx(small.paragraph(MARKER), **parts)


def members(data: bytes) -> dict[str, str | bytes]:
    """What is in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def raw_zip(entries: Iterable[tuple[bytes, int]], body: bytes) -> bytes:
    """A directory over a body that already holds the members.

    Args:
        entries: raw name and offset of the local header of each member.
        body: local headers and data.
    """
    rows = []
    for name, offset in entries:
        checksum, packed, size = struct.unpack_from("<III", body, offset + 14)
        method = struct.unpack_from("<H", body, offset + 8)[0]
        rows.append(struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, method, 0, 0x21, checksum, packed, size, len(name), 0, 0,
            0, 0, 0, offset,
        ) + name)  # fmt: skip
    directory, number = b"".join(rows), len(rows)
    end = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, min(number, 65535), min(number, 65535), len(directory), len(body), 0
    )
    if number > 65535:
        at = len(body) + len(directory)
        end = (
            struct.pack(
                "<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, number, number, len(directory), len(body)
            )
            + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
            + end
        )
    return body + directory + end


def local(name: bytes, data: bytes, *, deflate: bool = False) -> bytes:
    """A local header and its data."""
    body = zlib.compress(data, 9)[2:-4] if deflate else data
    return (
        struct.pack(
            "<4sHHHHHIIIHH",
            b"PK\3\4",
            20,
            0,
            8 * deflate,
            0,
            0x21,
            zlib.crc32(data),
            len(body),
            len(data),
            len(name),
            0,
        )
        + name
        + body
    )


def _many_parts() -> bytes:
    body, entries = io.BytesIO(), []
    with zipfile.ZipFile(io.BytesIO(docx())) as package:
        for info in package.infolist():
            entries.append((info.filename.encode(), body.tell()))
            body.write(local(info.filename.encode(), package.read(info), deflate=True))
    for number in range(100_000):
        name = b"word/media/p%06d.xml" % number
        entries.append((name, body.tell()))
        body.write(local(name, b"<a/>"))
    return raw_zip(entries, body.getvalue())


def _overlapping() -> bytes:
    kernel = local(b"word/document.xml", b" " * (8 * MEGA), deflate=True)
    return raw_zip(
        [(b"word/document.xml", 0), *((b"word/p%05d.xml" % number, 0) for number in range(2000))], kernel
    )


def _named(name: str) -> bytes:
    """A docx with one more member, whose raw name is written after packing (writers would correct it)."""
    place = "word/" + "x" * (len(name) - 5)
    return docx_with(place, MARKER).replace(place.encode(), name.encode())


def docx_with(name: str, data: str | bytes) -> bytes:
    """A docx with one more member."""
    return zipped({**members(docx()), name: data})


def _nested(levels: int, width: int, core: bytes) -> bytes:
    data = core
    for level in range(levels):
        data = zipped({f"{level}-{number}.zip": data for number in range(width)})
    return data


def _in_docx(data: bytes, name: str = "attached.zip") -> bytes:
    return docx_with(f"word/embeddings/{name}", data)


def _lying_member() -> bytes:
    name = b"word/document.xml"
    data = bytearray(
        local(name, small.document(small.paragraph(MARKER) + " " * (8 * MEGA)).encode(), deflate=True)
    )
    struct.pack_into("<I", data, 22, 100)
    return raw_zip([(name, 0)], bytes(data))


def _before(head: bytes) -> bytes:
    return head + docx()


def _behind(head: bytes) -> bytes:
    """A file of another format with a whole zip after its end."""
    return head + zipped({"payload.txt": MARKER})


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    broken, bomb = ("file.broken",), ("file.bomb",)
    return (
        Hostile("flat bomb", ".docx", lambda: docx(word__bomb_dot_xml=b"\0" * (80 * MEGA)), bomb),
        Hostile("bomb of many", ".docx", lambda: zipped(
            {**members(docx()), **{f"word/p{n}.xml": b" " * MEGA for n in range(80)}}), bomb),
        Hostile("overlapping members", ".docx", _overlapping, (*bomb, *broken)),
        Hostile("size that lies", ".docx", _lying_member, (*bomb, *broken)),
        Hostile("100000 parts", ".docx", _many_parts, bomb),
        Hostile("nested bomb in a docx", ".docx", lambda: _in_docx(_nested(3, 16, b"\0" * (4 * MEGA))),
                ("attachment.unread", *bomb)),
        Hostile("deep nest in a docx", ".docx", lambda: _in_docx(_nested(30, 1, b"x")), ("attachment.unread", *bomb)),
        Hostile("two members of one name", ".docx", lambda: zipped(
            [*members(docx()).items(), ("word/document.xml", small.document(small.paragraph("另一个")))]), broken),
        Hostile("names that differ in case", ".docx", lambda: docx_with("WORD/Document.xml", "<a/>"), broken),
        *(Hostile(f"name {name!r}", ".docx", lambda name=name: _named(name), broken)  # type: ignore[misc]
          for name in ("../../../etc/cron.d/job", "/etc/passwd.xml", "word\\..\\..\\up.xml", "word/docu\0ment.xml",
                       "word/../../up.xml", "C:\\up\\up.xml")),
        Hostile("encrypted members", ".docx", small.encrypted_zip, ("file.encrypted",)),
        Hostile("encrypted office package", ".docx", small.encrypted_office, ("file.encrypted", "file.broken")),
        Hostile("pdf before a docx", ".docx", lambda: _before(b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n"), (
            *broken, "tail.unread", "attachment.unread", "pdf.trailing")),
        Hostile("html before a docx", ".html", lambda: _before(b"<html><script>alert(1)</script>"), (
            *broken, "text.binary", "text.encoding", "tail.unread")),
        Hostile("no member at all", ".docx", lambda: zipped({}), ("file.empty",)),
        Hostile("directory without members", ".docx", lambda: raw_zip([], docx()[:-200]), (*broken, "text.empty", "file.unknown")),
    )  # fmt: skip
