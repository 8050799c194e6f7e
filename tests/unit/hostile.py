"""Files that attack or confuse a reader, and small hand-made packages, for the extraction tests."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(
        f'<!ENTITY lol{n} "{"&lol" + (str(n - 1) if n > 1 else "") + ";" * 1}{("&lol" + (str(n - 1) if n > 1 else "") + ";") * 9}">'
        for n in range(1, 10)
    )
    + "]>"
)


def limits(**changes: int) -> dict[str, Any]:
    """The default limits of ``[extraction]``, some of them changed."""
    return {**ExtractionSettings().model_dump(), **changes}


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A zip with these members, in order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return buffer.getvalue()


def docx(body: str = "", **parts: str | bytes) -> bytes:
    """A docx whose body is this XML; further parts by name with ``__`` for ``/`` and ``_dot_`` for ``.``."""
    members: dict[str, str | bytes] = {"[Content_Types].xml": _TYPES}
    members["word/document.xml"] = document(body)
    for name, data in parts.items():
        members[name.replace("__", "/").replace("_dot_", ".")] = data
    return packed(members)


def document(body: str, root: str = "document") -> str:
    """A WordprocessingML part."""
    inner = f"<w:body>{body}</w:body>" if root == "document" else body
    names = (
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {W} {R} {names}>{inner}</w:{root}>'


def paragraph(text: str, formatting: str = "") -> str:
    """A paragraph of one run."""
    return f"<w:p><w:r><w:rPr>{formatting}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def by_text(text: Text, marker: str) -> list[Segment]:
    """The segments that hold a marker."""
    return [segment for segment in text.segments if marker in segment.text]


def only(text: Text, marker: str) -> Segment:
    """The one segment that holds a marker: neither lost nor doubled."""
    found = by_text(text, marker)
    assert len(found) == 1, [(segment.place, segment.text) for segment in found]
    return found[0]


def codes(text: Text) -> set[str]:
    """The codes of a text's doubts."""
    return {doubt.code for doubt in text.doubts}


def png(width: int, height: int) -> bytes:
    """A real picture of one colour."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (width, height), 200).save(buffer, "PNG")
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    """A zip whose members say that they are encrypted."""
    data = bytearray(docx(paragraph("正文")))
    at = 0
    while (at := data.find(b"PK\x03\x04", at)) != -1:
        data[at + 6] |= 1
        at += 4
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) != -1:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def encrypted_office() -> bytes:
    """The outside of a password-protected docx: an OLE file with an ``EncryptedPackage`` stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000 + "EncryptedPackage".encode("utf-16-le")


def zip_bomb() -> bytes:
    """60 MB of zeros in a few kB."""
    return docx("", word__bomb_dot_xml=b"\x00" * (60 << 20))


def lying_bomb() -> bytes:
    """A member whose declared size is smaller than what it unpacks to."""
    data = bytearray(docx("", word__bomb_dot_xml=b" " * (8 << 20)))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = 0
        while (at := data.find(magic, at)) != -1:
            if struct.unpack_from("<I", data, at + offset)[0] == 8 << 20:
                struct.pack_into("<I", data, at + offset, 100)
            at += 4
    return bytes(data)


def pdf(draw: Any, **options: Any) -> bytes:
    """A pdf drawn by a function that gets the canvas; Chinese by the standard CID font."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    canvas.setFont("STSong-Light", 12)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def replace_members(data: bytes, changes: Mapping[str, str | bytes]) -> bytes:
    """A package with some members replaced or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    return packed({**members, **changes})
