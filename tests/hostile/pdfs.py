"""Pdf: streams that unpack without end, pages without number or end, references in circles."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Mapping

from tests.hostile.case import MARKER, Hostile

MEGA = 1 << 20


def written(objects: Mapping[int, bytes], extra: bytes = b"", version: bytes = b"1.7") -> bytes:
    """A pdf of these objects, object 1 being its catalogue."""
    pieces = [b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n"]
    offsets: dict[int, int] = {}
    at, size = len(pieces[0]), max(objects) + 1
    for number, body in objects.items():
        offsets[number] = at
        pieces.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        at += len(pieces[-1])
    rows = [b"0000000000 65535 f \n"]
    rows += [
        b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 00000 f \n" for n in range(1, size)
    ]
    table = b"xref\n0 %d\n" % size + b"".join(rows)
    return (
        b"".join(pieces)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, at)
    )


def stream(data: bytes, entries: bytes = b"", packed: bytes | None = None) -> bytes:
    """A stream object, packed by Flate."""
    body = zlib.compress(data) if packed is None else packed
    return b"<</Length %d/Filter/FlateDecode%b>>stream\n%b\nendstream" % (len(body), entries, body)


@functools.cache
def zeros(size: int) -> bytes:
    """So many zeros, packed a megabyte at a time."""
    packer = zlib.compressobj(9)
    piece = b"\0" * MEGA
    return b"".join(packer.compress(piece) for _ in range(size // MEGA)) + packer.flush()


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_SHOWN = b"BT /F1 12 Tf 72 700 Td (plain words of a hostile file) Tj ET"


def simple(page: bytes = b"", content: bytes | None = None, more: Mapping[int, bytes] | None = None,
           catalogue: bytes = b"", box: bytes = b"0 0 595 842") -> dict[int, bytes]:  # fmt: skip
    """The objects of a pdf of one page with some words."""
    return {
        1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalogue,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>"
        b"/XObject<</X1 6 0 R>>>>%b>>" % (box, page),
        4: stream(_SHOWN) if content is None else content,
        5: FONT,
        **(more or {}),
    }


def _pages(number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (10 + n) for n in range(number))
    objects = simple()
    objects[2] = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, number)
    for n in range(number):
        objects[10 + n] = objects[3]
    return written(objects)


def _image(width: int, height: int, packed: bytes) -> bytes:
    return stream(
        b"", b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height),
        packed=packed,
    )  # fmt: skip


def _object_stream_bomb() -> bytes:
    return written(simple(more={7: stream(b"", b"/Type/ObjStm/N 1/First 4", packed=zeros(1024 * MEGA))}))


def _cross_reference_bomb() -> bytes:
    data = written(simple())[: -len(b"startxref\n0\n%%EOF\n") - 4]
    body = data.partition(b"xref\n")[0]
    at = len(body)
    table = stream(
        b"", b"/Type/XRef/W[1 4 2]/Index[0 150000000]/Size 150000000/Root 1 0 R", packed=zeros(1024 * MEGA)
    )
    return body + b"9 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at)


def _chained_filters() -> bytes:
    packed = zeros(512 * MEGA)
    for _ in range(3):
        packed = zlib.compress(packed)
    filters = b"/FlateDecode " * 4
    return written(
        simple(content=b"<</Length %d/Filter[%b]>>stream\n%b\nendstream" % (len(packed), filters, packed))
    )


def _looping_tree() -> bytes:
    objects = simple()
    objects[2] = b"<</Type/Pages/Kids[3 0 R 2 0 R 7 0 R]/Count 9>>"
    objects[7] = b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 7 0 R]/Count 9>>"
    return written(objects)


def _circles() -> bytes:
    form = stream(
        b"/X1 Do /X2 Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X1 6 0 R/X2 7 0 R>>>>",
    )
    outline = b"<</First 9 0 R/Last 9 0 R/Next 9 0 R/Parent 9 0 R/Title(round)>>"
    field = b"<</T(f)/Kids[10 0 R]/Parent 10 0 R>>"
    return written(
        simple(
            content=stream(_SHOWN + b" /X1 Do"),
            catalogue=b"/Outlines 9 0 R/AcroForm<</Fields[10 0 R]>>/Names<</EmbeddedFiles 11 0 R>>/A 12 0 R",
            more={6: form, 7: form, 9: outline, 10: field, 11: b"<</Kids[11 0 R]/Names[(a) 11 0 R]>>", 12: b"12 0 R"},
        )
    )  # fmt: skip


def _doubling() -> bytes:
    """Thirty forms, each of which draws the next one twice."""
    forms = {
        20 + level: stream(
            b"/N Do /N Do",
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N %d 0 R>>>>" % (21 + level),
        )
        for level in range(30)
    }
    last = stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return written(simple(content=stream(_SHOWN + b" /X1 Do"), more={6: forms[20], **forms, 50: last}))


def _deep_arrays() -> bytes:
    return written(simple(catalogue=b"/Deep " + b"[" * 100_000 + b"]" * 100_000))


def _font(body: bytes) -> bytes:
    objects = simple()
    objects[5] = (
        b"<</Type/Font/Subtype/TrueType/BaseFont/Broken/FirstChar 0/LastChar 255/FontDescriptor 8 0 R/ToUnicode 9 0 R>>"
    )
    objects[8] = b"<</Type/FontDescriptor/FontName/Broken/Flags 4/FontFile2 10 0 R/FontBBox[0 0 1 1]>>"
    objects[9] = stream(b"begincmap 1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange endcmap")
    objects[10] = stream(body)
    return written(objects)


def _encrypted() -> bytes:
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(written(simple()))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="geheim", R=6))
    return out.getvalue()


def _many_objects() -> bytes:
    return written({**simple(), **dict.fromkeys(range(10, 120_000), b"(x)")})


def _described(doctype: bytes) -> bytes:
    """A pdf whose XMP packet declares entities."""
    packet = (b'<?xpacket begin=""?>' + doctype + b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
              b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:d="http://purl.org/dc/elements/1.1/">'
              b"<d:title>&x;</d:title></rdf:Description></rdf:RDF></x:xmpmeta>")  # fmt: skip
    objects = simple(catalogue=b"/Metadata 7 0 R")
    objects[7] = stream(packet, b"/Type/Metadata/Subtype/XML")
    return written(objects)


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    bomb, large, broken = ("file.bomb",), ("file.too_large",), ("file.broken",)
    doubt = (
        "pdf.stream",
        "stream.unread",
        "page.unread",
        "text.empty",
        "pdf.object",
        "object.unread",
        "page.text_layer",
    )
    picture = (
        "image.unread",
        "picture.unread",
        "image.large",
        "picture.large",
        "page.picture",
        "page.unread",
        "ocr.off",
        "page.image",
        "image.unrecognised",
        "picture.unrecognised",
    )
    return (
        Hostile("entities in its description", ".pdf", lambda: _described(
            b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), (*bomb, *broken, *doubt, "read")),
        Hostile("laughs in its description", ".pdf", lambda: _described(
            b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 9999 + b'"><!ENTITY x "' + b"&b;" * 9999 + b'">]>'), (
                *bomb, *broken, *doubt, "read")),
        Hostile("page stream of 1 GB", ".pdf", lambda: written(simple(content=stream(
            b"", packed=zeros(1024 * MEGA)))), (*bomb, *large, *doubt)),
        Hostile("unused stream of 1 GB", ".pdf", lambda: written(simple(more={7: stream(
            b"", packed=zeros(1024 * MEGA))})), (*bomb, *large, *doubt)),
        Hostile("object stream of 1 GB", ".pdf", _object_stream_bomb, (*bomb, *large, *doubt, *broken)),
        Hostile("cross-reference stream of 1 GB", ".pdf", _cross_reference_bomb, (*bomb, *large, *doubt, *broken)),
        Hostile("filters in a chain", ".pdf", _chained_filters, (*bomb, *large, *doubt)),
        Hostile("picture of 1 GB", ".pdf", lambda: written(simple(
            content=stream(_SHOWN + b" q 500 0 0 500 0 0 cm /X1 Do Q"),
            more={6: _image(32_768, 32_768, zeros(1024 * MEGA))})), (*bomb, *large, *picture, *doubt)),
        Hostile("picture whose size lies", ".pdf", lambda: written(simple(
            content=stream(_SHOWN + b" q 500 0 0 500 0 0 cm /X1 Do Q"),
            more={6: _image(100_000, 100_000, zlib.compress(b"\0" * 99))})), (*bomb, *large, *picture, *doubt)),
        Hostile("10000 pages", ".pdf", lambda: _pages(10_000), large),
        Hostile("page of 200000 points", ".pdf", lambda: written(simple(box=b"0 0 200000 200000")), large),
        Hostile("page without end", ".pdf", lambda: written(simple(
            box=b"-99999999999999 -99999999999999 99999999999999 99999999999999")), (*large, *broken, *doubt, "read")),
        Hostile("page tree in a circle", ".pdf", _looping_tree, (*broken, *doubt, "read")),
        Hostile("references in circles", ".pdf", _circles, bomb),
        Hostile("forms that double", ".pdf", _doubling, bomb),
        Hostile("deep arrays", ".pdf", _deep_arrays, (*broken, *doubt, *bomb, "read")),
        Hostile("broken font", ".pdf", lambda: _font(b"\0\1\0\0" + b"\xff" * 4000), (*doubt, *broken, "read")),
        Hostile("font without end", ".pdf", lambda: _font(b"\0\1\0\0\xff\xff" + b"\0" * (8 * MEGA)), (*doubt, *broken, "read")),
        Hostile("encrypted pdf", ".pdf", _encrypted, ("file.encrypted",)),
        Hostile("120000 objects", ".pdf", _many_objects, (*large, *bomb, "read", "hidden.content")),
        Hostile("no page", ".pdf", lambda: written({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]>>"}),
                (*broken, "text.empty")),
        Hostile("pdf and zip in one", ".pdf", lambda: written(simple()) + _zip(), (
            "pdf.trailing", "tail.unread", "attachment.unread", "pdf.tail", "text.empty", "read")),
    )  # fmt: skip


def _zip() -> bytes:
    from tests.hostile.zips import zipped

    return zipped({"payload.txt": MARKER})
