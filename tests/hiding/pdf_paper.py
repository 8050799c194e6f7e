"""The paper that hiding places in a pdf are drawn on: a one-page document with one visible line."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

VISIBLE = "关于印发工作要点的通知"
Change = Callable[[Pdf, str], object]


def text(words: str, x: float = 72, y: float = 500, size: float = 12, *, before: str = "") -> bytes:
    """Operators that show words; ``before`` stands between the font and the words."""
    code = words.encode("utf-16-be").hex()
    return f"BT /F1 {size} Tf {before} 1 0 0 1 {x} {y} Tm <{code}> Tj ET\n".encode()


def font(document: Pdf) -> pikepdf.Object:
    """The standard Chinese font, not embedded: its codes are Unicode."""
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"), DW=1000,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("GB1"), Supplement=4),
        FontDescriptor=document.make_indirect(Dictionary(
            Type=Name.FontDescriptor, FontName=Name("/STSong-Light"), Flags=6, FontBBox=[-25, -254, 1000, 880],
            ItalicAngle=0, Ascent=880, Descent=-120, CapHeight=880, StemV=93,
        )),
    )  # fmt: skip
    return document.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"),
            Encoding=Name("/UniGB-UTF16-H"), DescendantFonts=[document.make_indirect(descendant)],
        )
    )  # fmt: skip


def paper(content: bytes = b"") -> Pdf:
    """A document whose page shows :data:`VISIBLE` and whatever else is drawn."""
    document = Pdf.new()
    document.add_blank_page(page_size=(595, 842))
    page = document.pages[0]
    page.Resources = Dictionary(Font=Dictionary(F1=font(document)), XObject=Dictionary(), Pattern=Dictionary(),
                                ExtGState=Dictionary(), Properties=Dictionary(), ColorSpace=Dictionary())  # fmt: skip
    page.Contents = document.make_stream(text(VISIBLE, y=700) + content)
    return document


def saved(document: Pdf, **options: bool | pikepdf.ObjectStreamMode) -> bytes:
    """The document's bytes; objects that nothing refers to stay."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fields that no form lists are a hiding place, too
        document.save(buffer, fix_metadata_version=False, preserve_pdfa=False, **options)
    return buffer.getvalue()


def orphaned(make: Callable[[Pdf, str], pikepdf.Object]) -> Callable[[str], bytes]:
    """A place in an object that the file lists and nothing refers to."""

    def write(marker: str) -> bytes:
        document = paper()
        document.Root.KeptForNow = document.make_indirect(make(document, marker))
        data = saved(document)
        reference = re.search(rb"/KeptForNow \d+ 0 R", data)
        assert reference is not None
        return data.replace(reference[0], b" " * len(reference[0]))

    return write


def drawn(content: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """A place inside the page's content stream."""
    return lambda marker: saved(paper(content(marker)))


def changed(change: Change) -> Callable[[str], bytes]:
    """A place anywhere in the document's objects."""

    def make(marker: str) -> bytes:
        document = paper()
        change(document, marker)
        return saved(document)

    return make


def append(document: Pdf, content: bytes) -> None:
    """Draw more on the page."""
    page = document.pages[0]
    page.Contents = document.make_stream(page.Contents.read_bytes() + content)


def form(document: Pdf, content: bytes, **entries: object) -> pikepdf.Object:
    """A form XObject."""
    return Stream(
        document, content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842],
        Resources=document.pages[0].Resources, **entries,
    )  # fmt: skip


def picture(document: Pdf, level: int = 200, **entries: object) -> pikepdf.Object:
    """An image of one grey."""
    return Stream(
        document, bytes([level]) * 64, Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
        ColorSpace=Name.DeviceGray, BitsPerComponent=8, **entries,
    )  # fmt: skip


def annotate(document: Pdf, **entries: object) -> pikepdf.Object:
    """Add an annotation to the page."""
    annotation = document.make_indirect(Dictionary(Type=Name.Annot, Rect=[72, 400, 372, 430], **entries))
    page = document.pages[0]
    if "/Annots" not in page:
        page.Annots = Array([])
    page.Annots.append(annotation)
    return annotation


def updated(old: bytes, objects: dict[int, bytes]) -> bytes:
    """An incremental save: new versions of objects after the end, with a table of their own."""
    with pikepdf.open(io.BytesIO(old)) as document:
        root, size = document.trailer.Root.objgen[0], int(document.trailer.Size)
    start = int(old[old.rindex(b"startxref") :].split()[1])
    body = b"\n"
    table = b""
    for number, data in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(old) + len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (max(size, *objects) + 1, root, start)
    where = len(old) + len(body)
    return old + body + b"xref\n" + table + trailer + b"startxref\n%d\n%%%%EOF\n" % where
