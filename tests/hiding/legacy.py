"""Where text can hide in a binary Office file (doc, xls, ppt) and in any OLE compound file."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from io import BytesIO

from tests.hiding.legacy_office import base, filled, placeholder, rebuilt, streams
from tests.hiding.place import Hiding
from tests.hiding.vba import project


@dataclass(frozen=True)
class At:
    """A placeholder of the everyday document of a program, which the marker takes the place of."""

    kind: str
    number: int

    def __call__(self, marker: str) -> bytes:
        return filled(base(self.kind), self.number, marker)


def in_one_file(suffix: str) -> tuple[bytes, tuple[Hiding, ...]]:
    """One file with the markers of all placeholders of its format: LibreOffice takes a second for each file.

    Returns:
        The file, and whose markers it holds.
    """
    held = tuple(place for place in PLACES if place.suffix == suffix and isinstance(place.make, At))
    data = b""
    for place in held:
        assert isinstance(place.make, At)
        data = filled(data or base(place.make.kind), place.make.number, place.marker)
    return data, held


def _word(marker: str, **changes: object) -> bytes:
    return rebuilt(base("doc"), **changes)  # type: ignore[arg-type]


def _fast_save(marker: str) -> bytes:
    """Text behind the last page of the main stream, in no piece of the piece table."""
    stream = streams(base("doc"))["WordDocument"]
    assert isinstance(stream, bytes)
    return _word(marker, WordDocument=stream + bytes(64) + marker.encode("utf-16-le") + bytes(512))


def _lost_entry(marker: str) -> bytes:
    """A stream that no storage names any more."""
    name = "Z" * 31
    data = bytearray(_word(marker, **{name: ("上一稿：" + marker).encode("utf-16-le")}))
    (directory,) = struct.unpack_from("<I", data, 48)
    start = (directory + 1) * 512
    number = (data.index(name.encode("utf-16-le")) - start) // 128
    end = data.index(b"\x00" * 128, start)
    for entry in range(start, end, 128):
        for link in (68, 72, 76):
            if struct.unpack_from("<I", data, entry + link)[0] == number:
                struct.pack_into("<I", data, entry + link, 0xFFFFFFFF)
    return bytes(data)


def _slack(marker: str) -> bytes:
    """Bytes in the last sector of a stream, behind its end."""
    tail = b"END-OF-THE-STREAM"
    data = _word(marker, Notes=bytes(5000) + tail)
    hidden = marker.encode("utf-16-le")
    at = data.index(tail) + len(tail)
    assert not data[at : at + len(hidden) + 1].strip(b"\x00")
    return data[: at + 1] + hidden + data[at + 1 + len(hidden) :]


def _custom_xml(marker: str) -> bytes:
    xml = f'<?xml version="1.0"?><items xmlns="urn:oa"><opinion>{marker}</opinion></items>'.encode()
    return _word(marker, MsoDataStore={"item1": {"Item": xml, "Properties": b"<p/>"}})


def _package(marker: str) -> bytes:
    """A text file packaged into the document."""
    content = f"附件内容：{marker}".encode()
    name = "附件.txt".encode("gbk") + b"\x00"
    body = b"\x02\x00" + name + name + b"\x00\x00\x03\x00" + struct.pack("<I", len(name)) + name
    body += struct.pack("<I", len(content)) + content + b"\x00\x00"
    return _word(marker, ObjectPool={"_1234567890": {"\x01Ole10Native": struct.pack("<I", len(body)) + body}})


def _inner_document(marker: str) -> bytes:
    """A Word document embedded as a storage of its own."""
    return _word(marker, ObjectPool={"_1234567891": streams(filled(base("doc"), 12, marker))})


def _macro(marker: str) -> bytes:
    code = f'Sub Send()\r\n  MsgBox "{marker}"\r\nEnd Sub\r\n'
    return _word(marker, Macros=streams(project({"Module1": code})))


def _very_hidden(marker: str) -> bytes:
    """The hidden sheet, hidden so that no menu shows it again."""
    data = filled(base("xls"), 24, marker)
    name = "草稿".encode("utf-16-le")
    at = data.index(bytes((2, 1)) + name)
    assert data[at - 2] == 1
    return data[: at - 2] + b"\x02" + data[at - 1 :]


def _unused_string(marker: str) -> bytes:
    """A cell whose text was replaced; the old one stays in the shared table."""
    book = bytearray(_workbook(filled(base("xls"), 26, marker)))
    cells = [at for at, kind, _ in _records(bytes(book)) if kind == 0x00FD]
    used = {at: struct.unpack_from("<I", book, at + 10)[0] for at in cells}
    strings = bytes(book)
    order = [placeholder(20), marker]
    positions = sorted((strings.index(text.encode("utf-16-le")), text) for text in order)
    assert positions[0][1] == placeholder(20)
    ordered = sorted(cells)
    # Row one: 项目, the visible text, the one that is to be forgotten.
    struct.pack_into("<I", book, ordered[2] + 10, used[ordered[1]])
    return rebuilt(base("xls"), Workbook=bytes(book))


def _unknown_record(marker: str) -> bytes:
    """A record of a type that no program knows, before the end of the globals."""
    book = _workbook(base("xls"))
    at = next(at for at, kind, _ in _records(book) if kind == 0x000A)
    text = marker.encode("utf-16-le")
    return rebuilt(base("xls"), Workbook=book + struct.pack("<HH", 0x0999, len(text)) + text) if at else b""


def _number_format(marker: str) -> bytes:
    """Words that a number format writes around a number."""
    text = f'"{marker}"0'
    data = struct.pack("<HHB", 200, len(text), 1) + text.encode("utf-16-le")
    book = _workbook(base("xls"))
    return rebuilt(base("xls"), Workbook=book + struct.pack("<HH", 0x041E, len(data)) + data)


def _workbook(data: bytes) -> bytes:
    book = streams(data)["Workbook"]
    assert isinstance(book, bytes)
    return book


def _records(book: bytes) -> list[tuple[int, int, int]]:
    found, at = [], 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        found.append((at, kind, length))
        at += 4 + length
    return found


def _old_slide(marker: str) -> bytes:
    """A slide that an earlier save left in the stream."""
    text = f"会议内容：{marker}".encode("utf-16-le")
    atom = struct.pack("<HHI", 0, 0x0FA0, len(text)) + text
    slide = struct.pack("<HHI", 0x0F, 0x03EE, len(atom)) + atom
    stream = streams(base("ppt"))["PowerPoint Document"]
    assert isinstance(stream, bytes)
    # Before the last record but one: the offsets in the directory must hold, so it goes to the end.
    return rebuilt(base("ppt"), **{"PowerPoint Document": stream + slide})


def _packed_shape(marker: str) -> bytes:
    """The newer form of a shape, as a package among the shape's properties."""
    package = BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("drs/shapexml.xml", f"<p:sp><a:t>联系人及电话：{marker}</a:t></p:sp>")
    blob = package.getvalue()
    properties = struct.pack("<HI", 0xC3A9, len(blob)) + blob
    stream = streams(base("ppt"))["PowerPoint Document"]
    assert isinstance(stream, bytes)
    shape = struct.pack("<HHI", 0x13, 0xF122, len(properties)) + properties
    return rebuilt(base("ppt"), **{"PowerPoint Document": stream + shape})


def _beside(marker: str) -> bytes:
    return rebuilt(base("xls"), 留言=("经办人意见：" + marker).encode("gb18030"))


def _revision_log(marker: str) -> bytes:
    return rebuilt(
        base("xls"), **{"Revision Log": b"\x38\x01\x10\x00\x02\x00" + marker.encode("utf-16-le") + bytes(8)}
    )


PLACES: tuple[Hiding, ...] = (
    Hiding("doc text", ".doc", ("body",), At("doc", 12), visible=True),
    Hiding("doc title", ".doc", ("metadata",), At("doc", 1)),
    Hiding("doc keywords", ".doc", ("metadata",), At("doc", 2)),
    Hiding("doc custom property", ".doc", ("metadata",), At("doc", 3)),
    Hiding("doc header", ".doc", ("header",), At("doc", 10), visible=True),
    Hiding("doc deleted text", ".doc", ("deletion",), At("doc", 11)),
    Hiding("doc comment", ".doc", ("comment",), At("doc", 13)),
    Hiding("doc footnote", ".doc", ("footnote",), At("doc", 14), visible=True),
    Hiding("doc hidden text", ".doc", ("hidden",), At("doc", 15)),
    Hiding("doc bookmark", ".doc", ("name",), At("doc", 16)),
    Hiding("doc text box", ".doc", ("textbox",), At("doc", 17), visible=True),
    Hiding("doc table", ".doc", ("table",), At("doc", 19), visible=True),
    Hiding("doc fast save", ".doc", ("deletion",), _fast_save),
    Hiding("doc extra stream", ".doc", ("unplaced",), lambda marker: _word(marker, Draft=marker.encode("utf-16-le"))),
    Hiding("doc extra narrow stream", ".doc", ("unplaced",), lambda marker: _word(marker, Draft=marker.encode()), narrow=True),
    Hiding("doc behind the last sector", ".doc", ("unplaced",), lambda marker: base("doc") + bytes(512) + marker.encode("utf-16-le")),
    Hiding("doc slack of a stream", ".doc", ("unplaced",), _slack),
    Hiding("doc lost entry", ".doc", ("unplaced",), _lost_entry),
    Hiding("doc name of a stream", ".doc", ("name",), lambda marker: _word(marker, **{marker: b"\x01\x02"})),
    Hiding("doc custom XML", ".doc", ("metadata",), _custom_xml),
    Hiding("doc packaged file", ".doc", ("attachment",), _package),
    Hiding("doc embedded document", ".doc", ("attachment",), _inner_document),
    Hiding("doc macro", ".doc", ("script",), _macro),
    Hiding("wps text", ".wps", ("body",), At("doc", 12), visible=True),
    Hiding("xls cell", ".xls", ("table",), At("xls", 20), visible=True),
    Hiding("xls cell of a template", ".et", ("table",), At("xls", 20), visible=True),
    Hiding("xls note", ".xls", ("comment",), At("xls", 21)),
    Hiding("xls formula string", ".xls", ("formula", "field"), At("xls", 22)),
    Hiding("xls hidden row", ".xls", ("hidden",), At("xls", 23)),
    Hiding("xls hidden sheet", ".xls", ("hidden",), At("xls", 24)),
    Hiding("xls very hidden sheet", ".xls", ("hidden",), _very_hidden),
    Hiding("xls text box", ".xls", ("textbox",), At("xls", 25), visible=True),
    Hiding("xls defined name", ".xls", ("name", "metadata"), At("xls", 27)),
    Hiding("xls unused string", ".xls", ("cache",), _unused_string),
    Hiding("xls unknown record", ".xls", ("unplaced",), _unknown_record),
    Hiding("xls number format", ".xls", ("formula",), _number_format),
    Hiding("xls extra stream", ".xls", ("unplaced",), _beside),
    Hiding("xls revision log", ".xls", ("unplaced",), _revision_log),
    Hiding("ppt slide", ".ppt", ("body", "textbox"), At("ppt", 31), visible=True),
    Hiding("ppt slide of a show", ".dps", ("body", "textbox"), At("ppt", 31), visible=True),
    Hiding("ppt notes", ".ppt", ("note",), At("ppt", 32)),
    Hiding("ppt hidden slide", ".ppt", ("hidden",), At("ppt", 33)),
    Hiding("ppt earlier slide", ".ppt", ("deletion",), _old_slide),
    Hiding("ppt packed shape", ".ppt", ("unplaced",), _packed_shape),
    Hiding("ppt title", ".ppt", ("metadata",), At("ppt", 1)),
)  # fmt: skip
