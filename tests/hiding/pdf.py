"""Where words hide in a pdf: in what is drawn, in the objects beside the pages, and between the objects."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Dictionary, Name, ObjectStreamMode, Pdf, Stream, String

from tests.hiding.pdf_beside import BESIDE
from tests.hiding.pdf_drawn import DRAWN
from tests.hiding.pdf_named import NAMED
from tests.hiding.pdf_paper import annotate, append, orphaned, paper, saved, text, updated
from tests.hiding.pdf_undrawn import UNDRAWN
from tests.hiding.place import Hiding


def _place(name: str, make: Callable[[str], bytes], *kinds: str) -> Hiding:
    return Hiding(name, ".pdf", kinds or ("unplaced",), make)


def _written(change: Callable[[Pdf], object]) -> tuple[bytes, Pdf]:
    """A first revision, and the same file opened again to learn its object numbers."""
    document = paper()
    change(document)
    data = saved(document)
    return data, pikepdf.open(io.BytesIO(data))


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _replaced_content(marker: str) -> bytes:
    data, document = _written(lambda d: append(d, text(marker)))
    number = document.pages[0].Contents.objgen[0]
    return updated(data, {number: _stream(text("关于印发工作要点的通知", y=700))})


def _deleted_note(marker: str) -> bytes:
    data, document = _written(lambda d: annotate(d, Subtype=Name.Text, Contents=String(marker)))
    number = document.pages[0].Annots[0].objgen[0]
    return updated(data, {number: b"null"})


def _deleted_page(marker: str) -> bytes:
    def change(document: Pdf) -> None:
        second = document.add_blank_page(page_size=(595, 842))
        second.Resources = document.pages[0].Resources
        second.Contents = document.make_stream(text(marker))

    data, document = _written(change)
    tree, first = document.Root.Pages.objgen[0], document.pages[0].objgen[0]
    return updated(data, {tree: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % first})


def _old_title(marker: str) -> bytes:
    def change(document: Pdf) -> None:
        document.docinfo["/Title"] = String(marker)

    data, document = _written(change)
    number = document.trailer.Info.objgen[0]
    return updated(data, {number: b"<< /Title (new) >>"})


def _replaced_without_end(marker: str) -> bytes:
    """The new version of an object stands beside the old one, and only one end mark in the file."""
    return _deleted_note(marker).replace(b"%%EOF", b"%%...", 1)


def _orphan_page(document: Pdf, marker: str) -> pikepdf.Object:
    return Dictionary(
        Type=Name.Page, MediaBox=[0, 0, 595, 842], Resources=document.pages[0].Resources,
        Contents=document.make_stream(text(marker)),
    )  # fmt: skip


def _in_an_object_stream(marker: str) -> bytes:
    document = paper()
    document.Root.Vendor = document.make_indirect(Dictionary(Note=String(marker)))
    return saved(document, object_stream_mode=ObjectStreamMode.generate)


def _at(where: bytes, addition: Callable[[str], bytes], *, last: bool = False) -> Callable[[str], bytes]:
    """Bytes put before a mark of the file; readers mend the table of places."""

    def make(marker: str) -> bytes:
        data = saved(paper())
        at = data.rindex(where) if last else data.index(where)
        return data[:at] + addition(marker) + data[at:]

    return make


def _listed_nowhere(value: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """A whole object after the last one that no table lists."""

    def make(marker: str) -> bytes:
        data = saved(paper())
        at = data.rindex(b"xref\n", 0, data.rindex(b"startxref"))
        head, tail = data[:at] + b"99 0 obj\n%s\nendobj\n" % value(marker), data[at:]
        start = tail.rindex(b"startxref")
        return head + tail[:start] + b"startxref\n%d\n%%%%EOF\n" % len(head)

    return make


def _packed(data: bytes, entries: bytes = b"") -> bytes:
    content = zlib.compress(data)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        entries, len(content), content,
    )  # fmt: skip


def _pack_of_objects(marker: str) -> bytes:
    head, member = b"98 0 ", f"<< /Note ({marker}) >>".encode()
    return _packed(head + member, b"/Type /ObjStm /N 1 /First %d" % len(head))


def _attached(marker: str) -> bytes:
    return _packed(_docx(marker), b"/Type /EmbeddedFile")


def _chained(marker: str) -> bytes:
    """Old content behind two filters."""
    content = text(marker).hex().encode() + b">"
    return b"<< /Filter /ASCIIHexDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _drawing_without_end(marker: str) -> bytes:
    return _replaced_content(marker).replace(b"%%EOF", b"%%...", 1)


def _attachment_removed(marker: str) -> bytes:
    def change(document: Pdf) -> None:
        document.attachments["note.docx"] = _docx(marker)

    data, document = _written(change)
    number = document.Root.objgen[0]
    names = document.Root.Names.EmbeddedFiles.Names
    file, stream = names[1].objgen[0], names[1].EF.F.objgen[0]
    root = b"<< /Type /Catalog /Pages %d 0 R >>" % document.Root.Pages.objgen[0]
    return updated(data, {number: root, file: b"null", stream: b"null"}).replace(b"%%EOF", b"%%...", 1)


def _docx(marker: str) -> bytes:
    from tests.unit.hostile import docx, paragraph

    return docx(paragraph(marker))


def _after_the_stream(marker: str) -> bytes:
    """Bytes between the end of a stream and the word that ends it."""
    data = saved(paper())
    at = data.index(b"endstream")
    return data[:at] + b"\n" + marker.encode() + b"\n" + data[at:]


def _zip_behind(marker: str) -> bytes:
    return saved(paper()) + _docx(marker)


BETWEEN: tuple[Hiding, ...] = (
    _place("replaced content", _replaced_content, "deletion"),
    _place("deleted note", _deleted_note, "deletion"),
    _place("deleted page", _deleted_page, "deletion"),
    _place("old title", _old_title, "deletion"),
    _place("replaced without an end mark", _replaced_without_end, "deletion", "unplaced"),
    _place("orphan page", orphaned(_orphan_page), "deletion"),
    _place("orphan content", orphaned(lambda d, m: d.make_stream(text(m)))),
    _place("orphan string", orphaned(lambda d, m: String(m))),
    _place("orphan dictionary", orphaned(lambda d, m: Dictionary(Note=String(m)))),
    _place("orphan stream", orphaned(lambda d, m: d.make_stream(m.encode()))),
    _place("orphan file", orphaned(lambda d, m: Stream(d, m.encode(), Type=Name.EmbeddedFile)), "attachment"),
    _place("in an object stream", _in_an_object_stream),
    _place("no table names it", _listed_nowhere(lambda m: f"<< /Note ({m}) >>".encode())),
    _place("no table names the stream", _listed_nowhere(lambda m: _packed(m.encode()))),
    _place("no table names the drawing", _listed_nowhere(lambda m: _packed(text(m)))),
    _place("no table names the chained drawing", _listed_nowhere(_chained)),
    _place("no table names the pack", _listed_nowhere(_pack_of_objects)),
    _place("no table names the attachment", _listed_nowhere(_attached), "attachment"),
    _place("replaced drawing without an end mark", _drawing_without_end, "deletion"),
    _place("attachment removed later", _attachment_removed, "attachment"),
    _place("after the end", lambda m: saved(paper()) + f"\n{m}\n".encode()),
    _place("after the end, utf-16", lambda m: saved(paper()) + m.encode("utf-16")),
    _place("after the end, gbk", lambda m: saved(paper()) + m.encode("gbk")),
    _place("zip behind the end", _zip_behind, "attachment"),
    _place("comment between objects", _at(b"1 0 obj", lambda m: f"% {m}\n".encode())),
    _place("comment in an object", _at(b"/Pages", lambda m: f"% {m}\n".encode())),
    _place("words between objects", _at(b"2 0 obj", lambda m: f"{m}\n".encode())),
    _place("comment in the table", _at(b"trailer", lambda m: f"% {m}\n".encode(), last=True)),
    _place("before the header", lambda m: f"{m}\n".encode() + saved(paper())),
    _place("in the header's comment", _at(b"1 0 obj", lambda m: f"%{m}\n".encode())),
    _place("after a stream", _after_the_stream),
)

PLACES: tuple[Hiding, ...] = (*DRAWN, *BESIDE, *BETWEEN, *NAMED, *UNDRAWN)
