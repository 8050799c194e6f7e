"""Sheets, texts, pages, mails, pictures, old formats and archives."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable

from tests.hiding import msg_file
from tests.hostile.case import MARKER, READ, Hostile
from tests.hostile.pdfs import zeros
from tests.hostile.xml import open_document
from tests.hostile.zips import MEGA, docx, docx_with, members, zipped

_LARGE = ("file.too_large",)
_BOMB = ("file.bomb",)
_BROKEN = ("file.broken",)
_ATTACHED = ("attachment.unread", "archive.unread", "member.unread")
_PICTURE = ("image.unread", "picture.unread", "image.large", "picture.large", "text.empty", "ocr.off",
            "image.unrecognised", "picture.unrecognised")  # fmt: skip

# ------------------------------------------------------------------------------ sheets

_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _workbook(rows: str, **parts: str) -> bytes:
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    book.worksheets[0]["A1"] = MARKER
    book.save(buffer)
    sheet = f"<worksheet {_SHEET}><sheetData>{rows}</sheetData>{parts.pop('after', '')}</worksheet>"
    return zipped({**members(buffer.getvalue()), "xl/worksheets/sheet1.xml": sheet, **parts})


def _far_cell() -> bytes:
    return _workbook(
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>' + MARKER + "</t></is></c></row>"
    )


def _many_cells() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    return _workbook(row * 1000)


def _many_strings() -> bytes:
    strings = f"<sst {_SHEET}>" + "".join(f"<si><t>{n}</t></si>" for n in range(1_000_000)) + "</sst>"
    return _workbook(
        '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>', **{"xl/sharedStrings.xml": strings}
    )


def _one_string_often() -> bytes:
    text = "哈" * 30_000
    strings = f"<sst {_SHEET}><si><t>{text}</t></si></sst>"
    return _workbook(
        "<row>" + '<c t="s"><v>0</v></c>' * 10_000 + "</row>", **{"xl/sharedStrings.xml": strings}
    )


def _merged() -> bytes:
    merges = "".join(f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(1, 5000))
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{MARKER}</t></is></c></row>'
    return _workbook(cell, after=f"<mergeCells>{merges}</mergeCells>")


def _wide_columns() -> bytes:
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{MARKER}</t></is></c></row>'
    return _workbook(
        f'{cell}<row r="99999999999999999999"/><row r="-5"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>'
    )


def _repeated(rows: int, columns: int, text: str = MARKER) -> bytes:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"><t:p>{text}</t:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return open_document(body=f'<table:table table:name="表">{row}</table:table>', kind="spreadsheet")


def _sheets() -> tuple[Hostile, ...]:
    return (
        Hostile("far-away cell", ".xlsx", _far_cell, (READ,)),
        Hostile("100000 cells", ".xlsx", _many_cells, _LARGE),
        Hostile("1000000 shared strings", ".xlsx", _many_strings, (*_LARGE, *_BOMB, "hidden.content", READ)),
        Hostile("one long string in every cell", ".xlsx", _one_string_often, _LARGE),
        Hostile("5000 merged regions", ".xlsx", _merged, (READ, *_BROKEN, "sheet.unread")),
        Hostile("impossible row and column", ".xlsx", _wide_columns, (READ, *_BROKEN, "sheet.unread", *_LARGE)),
        Hostile("repeated cells without number", ".ods", lambda: _repeated(1_048_576, 16_384), (READ, *_LARGE)),
        Hostile("repeated beyond any sheet", ".ods", lambda: _repeated(10**30, 10**30), (READ, *_LARGE, *_BROKEN)),
        Hostile("negative repetition", ".ods", lambda: _repeated(-5, -7), (READ, *_LARGE, *_BROKEN)),
        Hostile("long text repeated", ".ods", lambda: _repeated(1_048_576, 1, "哈" * 9000), (READ, *_LARGE)),
        Hostile("repeated spaces", ".odt", lambda: open_document(
            text=f'<t:s t:c="{10**12}"/>'), (READ, *_LARGE, *_BROKEN)),
        Hostile("html table of huge spans", ".html", lambda: (
            f'<table><tr><td colspan="999999999" rowspan="999999999">{MARKER}</td></tr></table>' * 50).encode(), (
                READ, *_LARGE)),
    )  # fmt: skip


# ------------------------------------------------------------------------------ texts


def _lines(unit: str, number: int) -> Callable[[], bytes]:
    return lambda: (MARKER + "。\n" + unit * number).encode()


def _texts() -> tuple[Hostile, ...]:
    ends = (READ, "text.invisible", *_LARGE)
    units = {
        "〔": 300_000, "〔2026〕": 60_000, "1": 300_000, "1 ": 150_000, "密 ": 150_000, "机密★": 60_000,
        "绝": 200_000, "a@": 150_000, "a.": 150_000, "1-": 150_000, "（": 300_000, "\u200b": 300_000, "年月": 100_000,
        "县长王": 60_000, "0531-": 60_000, "６": 200_000, "★": 200_000, "\u3000": 300_000, "A1": 100_000,
        "联系人：": 60_000, "4111111111111111": 12_000, "11010119900307": 12_000,
    }  # fmt: skip
    found = [
        Hostile(f"one line of {unit!r}", ".txt", _lines(unit, number), ends) for unit, number in units.items()
    ]
    return (
        *found,
        Hostile("one line of 50 MB", ".txt", _lines("没有换行的一行字", 50 * MEGA // 24), _LARGE),
        Hostile("lines without number", ".txt", _lines("\n", 3 * MEGA), ends),
        Hostile("a line of nul", ".txt", lambda: MARKER.encode() + b"\0" * MEGA, ("text.binary", "text.encoding", "file.unknown")),
        Hostile("page of open tags", ".html", lambda: (MARKER + "<b>" * 200_000).encode(), (*ends, *_BROKEN, "file.partial")),
        Hostile("page of style sheets", ".html", lambda: (
            "<style>" + "a b c d e f{color:red}" * 8_000 + f"</style><p>{MARKER}" + "<a><b><c>" * 500).encode(), (
                *ends, *_BROKEN, "file.partial")),
        Hostile("rules for every element", ".html", lambda: (
            "<style>" + "*{color:red}" * 3600 + "</style>" + f"<p>{MARKER}</p>" * 3000).encode(), _LARGE),
        Hostile("style of brackets", ".html", lambda: (
            "<style>p{color:" + "(" * 200_000 + f"</style><p>{MARKER}</p>").encode(), _BOMB),
        Hostile("page of selectors", ".html", lambda: (
            "<style>" + "".join(f":not(:not(.c{n} *)) ~ * + *{{display:none}}" for n in range(3000))
            + f"</style><p>{MARKER}</p>" + "<p class=c1>行</p>" * 3000).encode(), (*ends, "style.unsure",
                                                                                     "file.partial")),
        Hostile("rules in rules that double", ".html", lambda: (
            "<style>p{" + "&&&{" * 40 + "color:red" + "}" * 41 + f"</style><p>{MARKER}</p>").encode(), (
                *ends, "file.partial", "style.unsure", "style.unread")),
        Hostile("page of entities", ".html", lambda: (MARKER + "&#x41;&nbsp" * 100_000).encode(), ends),
        Hostile("picture in an address, without end", ".html", lambda: (
            f'<p>{MARKER}</p><img src="data:image/png;base64,{"A" * (8 * MEGA)}">').encode(), (
                *ends, *_PICTURE, *_ATTACHED)),
    )  # fmt: skip


# ------------------------------------------------------------------------------ mails

_MAIL = b"From: a@example.cn\r\nTo: b@example.cn\r\nDate: Mon, 02 Nov 2026 09:00:00 +0800\r\nMIME-Version: 1.0\r\n"
_SUBJECT = b"Subject: =?utf-8?b?5Li76aKY?=\r\n"


def _parts(number: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n"
    head = _MAIL + _SUBJECT + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return (
        head
        + f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()
        + part * number
        + b"--b--\r\n"
    )


def _nested_mail(depth: int) -> bytes:
    data = _MAIL + _SUBJECT
    for level in range(depth):
        data += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    return data + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()


def _forwarded(depth: int) -> bytes:
    data = _MAIL + _SUBJECT + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + MARKER.encode()
    for _ in range(depth):
        data = _MAIL + _SUBJECT + b"Content-Type: message/rfc822\r\n\r\n" + data
    return data


def mail() -> bytes:
    """A small harmless mail."""
    return _MAIL + _SUBJECT + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()


def _mails() -> tuple[Hostile, ...]:
    doubt = (*_ATTACHED, "mail.unread", "mail.deep", "mail.defect", "part.unread")
    body = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}".encode()
    return (
        Hostile("mail of 20000 parts", ".eml", lambda: _parts(20_000), (*_BOMB, *_LARGE, *doubt)),
        Hostile("mail nested 5000 deep", ".eml", lambda: _nested_mail(5000), (*_BOMB, *_LARGE, *_BROKEN, *doubt)),
        Hostile("mails in mails", ".eml", lambda: _forwarded(200), (*_BOMB, *_LARGE, *_BROKEN, *doubt)),
        Hostile("header without end", ".eml", lambda: _MAIL + b"X-Long: " + b"a" * (6 * MEGA) + b"\r\n" + body, (
            *_LARGE, *doubt, *_BOMB)),
        Hostile("header folded without end", ".eml", lambda: _MAIL + b"Subject:" + b" =?utf-8?q?=E5=93=88?=\r\n" * 15_000
                + body, (READ, *_LARGE, *doubt, *_BROKEN)),
        Hostile("mail of 100000 parts", ".eml", lambda: _parts(100_000), _BOMB),
        Hostile("header of 60000 words", ".eml", lambda: _MAIL + b"Subject:" + b" =?utf-8?q?=E5=93=88?= x\r\n" * 60_000
                + body, (READ, *_LARGE, *doubt)),
        Hostile("mail cut in its headers", ".eml", lambda: _MAIL + _SUBJECT, ("file.partial",)),
        Hostile("headers without number", ".eml", lambda: _MAIL + b"".join(
            b"X-%d: y\r\n" % n for n in range(20_000)) + body, (READ, *_LARGE, *doubt, *_BOMB)),
        Hostile("transfer encoding that lies", ".eml", lambda: _MAIL + _SUBJECT + b"Content-Type: application/pdf\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n!!!!" + b"=" * MEGA, (*doubt, *_BROKEN, "text.empty")),
    )  # fmt: skip


# ------------------------------------------------------------------------------ pictures


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, packed: bytes, more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + more + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    )


def _tiff(pages: int, loop: bool) -> bytes:
    """Pages of one pixel; the last one points back to the first if they loop."""
    entries = (
        (256, 4, 1),
        (257, 4, 1),
        (258, 3, 1),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 1),
        (279, 4, 1),
    )
    size = 2 + 12 * len(entries) + 4
    data = [b"II*\0" + struct.pack("<I", 16) + b"\xff" + b"\0" * 7]
    for page in range(pages):
        following = 16 + size * (page + 1) if page + 1 < pages else 16 if loop else 0
        rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        data.append(struct.pack("<H", len(entries)) + rows + struct.pack("<I", following))
    return b"".join(data)


def _animated(frames: int) -> bytes:
    frame = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def _pictures() -> tuple[Hostile, ...]:
    refused = (*_LARGE, *_BOMB, *_BROKEN, *_PICTURE)
    return (
        Hostile("png of 100000 x 100000", ".png", lambda: _png(100_000, 100_000, zeros(64 * MEGA)), refused),
        Hostile("png whose words unpack without end", ".png", lambda: _png(2, 2, zlib.compress(b"\0" * 6), _comment()), refused),
        Hostile("png whose profile unpacks without end", ".png", lambda: _png(2, 2, zlib.compress(b"\0" * 6), _profile()), refused),
        Hostile("png in a docx", ".docx", lambda: docx(word__media__a_dot_png=_png(100_000, 100_000, zeros(64 * MEGA))), (
            *refused, "hidden.content")),
        Hostile("tiff of 50000 pages", ".tiff", lambda: _tiff(50_000, loop=False), refused),
        Hostile("tiff whose pages loop", ".tiff", lambda: _tiff(3, loop=True), refused),
        Hostile("gif of 100000 frames", ".gif", lambda: _animated(100_000), (*refused, "file.unknown")),
        Hostile("bmp that lies", ".bmp", lambda: b"BM" + struct.pack(
            "<IIIIiiHHIIiiII", 54, 0, 54, 40, 2**31 - 1, -(2**31), 1, 32, 0, 0, 0, 0, 0, 0), refused),
        Hostile("jpeg of nothing", ".jpg", lambda: b"\xff\xd8\xff\xe0" + b"\xff" * MEGA, refused),
        Hostile("jpeg and zip in one", ".jpg", lambda: _jpeg() + zipped({"payload.txt": MARKER}), refused),
        Hostile("gif and script in one", ".gif", lambda: b"GIF89a=/*" + b"\0" * 20 + b"*/1;alert(1)//", (
            *refused, "file.unknown", "text.binary")),
    )  # fmt: skip


def _comment() -> bytes:
    return _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * (200 * MEGA), 1))


def _profile() -> bytes:
    return _chunk(b"iCCP", b"p\0\0" + zeros(64 * MEGA))


def picture() -> bytes:
    """A small harmless picture."""
    return _png(8, 8, zlib.compress((b"\0" + b"\xc8" * 8) * 8))


def _jpeg() -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (40, 40), 200).save(buffer, "JPEG")
    return buffer.getvalue()


# ------------------------------------------------------------------------------ archives


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


def _archives() -> tuple[Hostile, ...]:
    ends = (
        *_BOMB,
        *_LARGE,
        *_BROKEN,
        *_ATTACHED,
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
    )  # fmt: skip


def _forty_two(levels: int = 4, width: int = 16) -> bytes:
    data = b"\0" * (4 * MEGA)
    for level in range(levels):
        data = zipped({f"{level}-{number}.zip": data for number in range(width)})
    return data


# ------------------------------------------------------------------------------ old formats


def _ole(fat: bytes, directory: bytes = b"") -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 0x1000, 2, 1, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    return header + fat.ljust(512, b"\xff") + directory.ljust(512, b"\0")


def _looping_fat() -> bytes:
    name = "WordDocument".encode("utf-16-le")
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 22, 5, 1)
    root += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1) + b"\0" * 36 + struct.pack("<II", 2, 2**31)
    entry = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, 2, 1)
    entry += struct.pack("<III", 1, 1, 1) + b"\0" * 36 + struct.pack("<II", 2, 2**31)
    # Sectors 1 and 2 follow each other for ever; the entry is its own sibling.
    return _ole(
        struct.pack("<IIII", 0xFFFFFFFD, 2, 1, 0xFFFFFFFF), root.ljust(128, b"\0") + entry.ljust(128, b"\0")
    )


def _protected(data: bytes) -> bytes:
    import msoffcrypto

    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt("unknown", out)
    return out.getvalue()


def _locked_seven_zip(*, names: bool) -> bytes:
    import py7zr

    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password="unknown", header_encryption=names) as archive:
        archive.writestr(MARKER.encode(), "a.txt")
    return buffer.getvalue()


def _message(**extra: bytes) -> bytes:
    return msg_file.compound_file(msg_file.message(extra=extra))


def _looping_message() -> bytes:
    """A message whose table of sectors sends every chain back to the first sector of the table's own."""
    data = bytearray(_message())
    (first,) = struct.unpack_from("<I", data, 0x4C)
    start = 512 * (first + 1)
    for at in range(start, start + 512, 4):
        if struct.unpack_from("<I", data, at)[0] < 0xFFFFFFFA:
            struct.pack_into("<I", data, at, 1)
    return bytes(data)


def _many_properties() -> bytes:
    header = b"\0" * 8 + struct.pack("<IIII", 2**31, 2**31, 2**31, 2**31) + b"\0" * 8
    entry = struct.pack("<II", 0x0037001F, 6) + struct.pack("<II", 2**31, 0)
    return _message(**{"__properties_version1.0": header + entry * 50_000, **msg_file.stream(0x1000, MARKER)})


def rich() -> bytes:
    """A small harmless text."""
    return _rich("".join(f"\\u{ord(letter)}?" for letter in MARKER))


def _rich(text: str) -> bytes:
    return ("{\\rtf1\\ansi " + text + "}").encode("ascii")


def _old() -> tuple[Hostile, ...]:
    ends = (
        *_BOMB,
        *_LARGE,
        *_BROKEN,
        "office.missing",
        "legacy.unconverted",
        "ole.unread",
        "text.empty",
    )
    rich = (*ends, READ, "rtf.unread", "rtf.deep", "object.unread", "attachment.unread", *_PICTURE)
    return (
        Hostile("allocation table in a circle", ".doc", _looping_fat, ends),
        Hostile("allocation table of noise", ".xls", lambda: _ole(b"\1\0\0\0" * 128, b"\xff" * 512), ends),
        Hostile("encrypted package", ".docx", lambda: _protected(docx()), ("file.encrypted",)),
        Hostile("message whose sectors loop", ".msg", _looping_message, (*ends, "file.partial", "attachment.unread")),
        Hostile("message of 50000 properties", ".msg", _many_properties, (*ends, READ, "file.partial", "attachment.unread")),
        Hostile("only a signature", ".ppt", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (*ends, "file.encrypted")),
        Hostile("a million groups", ".rtf", lambda: _rich("words " + "{\\b" * 1_000_000), rich),
        Hostile("groups without number", ".rtf", lambda: _rich("words " + "{\\b x}" * 1_000_000), _LARGE),
        Hostile("object of noise", ".rtf", lambda: _rich("words {\\object{\\*\\objdata " + "ff" * MEGA + "}}"), rich),
        Hostile("bytes that are not there", ".rtf", lambda: _rich("words \\bin2147483647 x"), ("rtf.truncated",)),
        Hostile("skipped characters without end", ".rtf", lambda: _rich("words \\uc2147483647\\u21704 " + "x" * 1000), rich),
        Hostile("table of fonts without end", ".rtf", lambda: _rich(
            "{\\fonttbl" + "".join(f"{{\\f{n} F;}}" for n in range(60_000)) + "}words"), rich),
    )  # fmt: skip


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    nested = Hostile("docx in docx, 30 deep", ".docx", _docx_in_docx, (*_ATTACHED, *_BOMB))
    return (*_sheets(), *_texts(), *_mails(), *_pictures(), *_archives(), *_old(), nested)


def _docx_in_docx() -> bytes:
    data = docx()
    for _ in range(30):
        data = docx_with("word/embeddings/document.docx", data)
    return data
