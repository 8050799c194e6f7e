"""Pdf files: lines, tables, what is drawn so that nobody sees it, and every object beside the pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from reportlab.lib import pdfencrypt
from reportlab.lib.utils import ImageReader

from disclosure_pipeline.builtin.extractors.pdf import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf_layout import Edge, Line, paragraphs, tables
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import LAUGHS, by_text, codes, docx, limits, only, paragraph, pdf, png

MARKER = "藏身处甲乙丙"


def read(data: bytes, name: str = "文件.pdf", **changes: int) -> Text:
    return PdfExtractor(limits(**changes)).read(data, name)


def plain(draw: Callable[[Any], None] | None = None, **options: Any) -> bytes:
    """A page with a visible line, and whatever else is drawn."""

    def all_of_it(canvas: Any) -> None:
        canvas.drawString(72, 700, "看得见的正文")
        if draw is not None:
            draw(canvas)

    return pdf(all_of_it, **options)


def changed(change: Callable[[pikepdf.Pdf], None], data: bytes | None = None) -> bytes:
    """A pdf whose objects were edited."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain() if data is None else data)) as document:
        change(document)
        document.save(buffer, fix_metadata_version=False)
    return buffer.getvalue()


def _mode_three(canvas: Any) -> None:
    text = canvas.beginText(72, 600)
    text.setTextRenderMode(3)
    text.textLine(MARKER)
    text.setTextRenderMode(0)
    canvas.drawText(text)


def _white(canvas: Any) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 600, MARKER)


def _white_on_black(canvas: Any) -> None:
    canvas.rect(70, 595, 200, 20, fill=1)
    _white(canvas)


def _covered(canvas: Any) -> None:
    canvas.drawString(72, 600, MARKER)
    canvas.rect(70, 595, 200, 20, fill=1)


def _under_a_picture(canvas: Any) -> None:
    canvas.drawString(72, 600, MARKER)
    canvas.drawImage(ImageReader(io.BytesIO(png(50, 10))), 70, 595, 200, 20)


def _off_page(canvas: Any) -> None:
    canvas.drawString(-400, 600, MARKER)


def _tiny(canvas: Any) -> None:
    canvas.setFont("STSong-Light", 0.5)
    canvas.drawString(72, 600, MARKER)


def _bookmark(canvas: Any) -> None:
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry(MARKER, "a")


def _annotate(document: pikepdf.Pdf, **entries: Any) -> None:
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 10, 10], **entries)
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(annotation)])


def _note(document: pikepdf.Pdf) -> None:
    _annotate(document, Subtype=pikepdf.Name.Text, Contents=MARKER)


def _rich_note(document: pikepdf.Pdf) -> None:
    _annotate(document, Subtype=pikepdf.Name.FreeText, RC=f"<body><p>{MARKER}</p></body>")


def _link(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"http://x/{MARKER}")
    _annotate(document, Subtype=pikepdf.Name.Link, A=action)


def _form(document: pikepdf.Pdf) -> None:
    _annotate(document, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="f", V=MARKER)
    document.Root.AcroForm = pikepdf.Dictionary(Fields=document.pages[0].Annots)


def _xfa(document: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(document, f"<xdp><v>{MARKER}</v></xdp>".encode())
    document.Root.AcroForm = pikepdf.Dictionary(
        Fields=[], XFA=pikepdf.Array(["data", document.make_indirect(stream)])
    )


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{MARKER}')")


def _xmp(document: pikepdf.Pdf) -> None:
    data = f"<?xpacket begin='' id='x'?><x:xmpmeta xmlns:x='a'><x:d>{MARKER}</x:d></x:xmpmeta><?xpacket end='w'?>"
    stream = pikepdf.Stream(document, data.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    document.Root.Metadata = document.make_indirect(stream)


def _attach(data: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.attachments["附件"] = data

    return change


def _alt(document: pikepdf.Pdf) -> None:
    item = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Figure, Alt=MARKER)
    document.Root.StructTreeRoot = pikepdf.Dictionary(
        Type=pikepdf.Name.StructTreeRoot, Q=document.make_indirect(item)
    )


def _private(document: pikepdf.Pdf) -> None:
    document.Root.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=MARKER))


def _layer(document: pikepdf.Pdf) -> None:
    layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=MARKER))
    document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary())


def _stream(document: pikepdf.Pdf) -> None:
    document.Root.Other = document.make_indirect(pikepdf.Stream(document, MARKER.encode()))


PLACES: dict[str, tuple[bytes, str, bool]] = {
    "line": (plain(lambda canvas: canvas.drawString(72, 600, MARKER)), "body", True),
    "render mode 3": (plain(_mode_three), "hidden", False),
    "white": (plain(_white), "hidden", False),
    "white on black": (plain(_white_on_black), "body", True),
    "blackened": (plain(_covered), "hidden", False),
    "under a picture": (plain(_under_a_picture), "hidden", False),
    "off the page": (plain(_off_page), "hidden", False),
    "tiny": (plain(_tiny), "hidden", False),
    "title": (plain(lambda canvas: canvas.setTitle(MARKER)), "metadata", False),
    "bookmark": (plain(_bookmark), "note", False),
    "annotation": (changed(_note), "annotation", False),
    "rich annotation": (changed(_rich_note), "annotation", False),
    "link": (changed(_link), "link", False),
    "form value": (changed(_form), "form", False),
    "xfa": (changed(_xfa), "form", False),
    "script": (changed(_script), "script", False),
    "xmp": (changed(_xmp), "metadata", False),
    "attached text": (changed(_attach(MARKER.encode())), "attachment", False),
    "attached document": (changed(_attach(docx(paragraph(MARKER)))), "attachment", False),
    "attached pdf": (changed(_attach(plain(lambda canvas: canvas.setTitle(MARKER)))), "attachment", False),
    "alternative text": (changed(_alt), "alt", False),
    "private data": (changed(_private), "unplaced", False),
    "layer name": (changed(_layer), "metadata", False),
    "unknown stream": (changed(_stream), "unplaced", False),
}


@pytest.mark.parametrize("place", PLACES)
def test_finds_every_hiding_place(place: str) -> None:
    data, kind, visible = PLACES[place]
    text = read(data)
    found = only(text, MARKER)
    assert (found.place.kind, found.visible) == (kind, visible)
    assert any(segment.visible for segment in by_text(text, "看得见的正文"))


def test_a_line_knows_its_place(tmp_path: Path) -> None:
    path = tmp_path / "文件.pdf"
    path.write_bytes(plain(pagesize=(595, 842)))
    text = PdfExtractor(limits()).extract(SourceFile(0, path, path.name))
    first = text.segments[0]
    assert (first.text, first.place.page, first.place.paragraph) == ("看得见的正文", 1, 1)
    left, top, right, bottom = first.place.bbox or (0, 0, 0, 0)
    assert (round(left), round(right)) == (72, 144)
    assert 842 - 700 - 14 < top < 842 - 700 < bottom < 842 - 700 + 6
    assert (text.facts, text.doubts, text.warnings) == ({"pages": 1}, (), ())


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_follow_the_page_as_shown(rotation: int) -> None:
    def turn(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = rotation
        document.pages[0].CropBox = [50, 100, 550, 800]

    box = only(read(changed(turn, plain(pagesize=(595, 842)))), "看得见的正文").place.bbox
    assert box is not None
    wide, high = (500, 700) if rotation in (0, 180) else (700, 500)
    expected = {0: (22, 88), 90: (588, 22), 180: (406, 588), 270: (88, 406)}[rotation]
    assert abs(box[0] - expected[0]) < 15
    assert abs(box[1] - expected[1]) < 15
    assert 0 <= box[0] < box[2] <= wide
    assert 0 <= box[1] < box[3] <= high


def test_a_broken_line_is_one_paragraph_and_an_indented_one_is_not() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(96, 700, "现将有关事项通知如下请遵照执行身份证号110101")
        canvas.drawString(72, 680, "199003074514的人员请于三日内到政务服务中心办理")
        canvas.drawString(96, 660, "另起一段的文字")
        canvas.drawString(200, 600, "示范县人民政府")

    texts = [segment.text for segment in read(pdf(draw)).segments if segment.visible]
    assert texts == [
        "现将有关事项通知如下请遵照执行身份证号110101\n199003074514的人员请于三日内到政务服务中心办理",
        "另起一段的文字",
        "示范县人民政府",
    ]


def _grid(canvas: Any) -> None:
    for x in (72, 200, 330):
        canvas.line(x, 600, x, 640)
    for y in (600, 620, 640):
        canvas.line(72, y, 330, y)
    for row, y in enumerate((625, 605)):
        for column, x in enumerate((76, 204)):
            canvas.drawString(x, y, f"格{row}{column}")
    canvas.drawString(72, 560, "表后的文字")


def test_a_ruled_table_becomes_its_cells_and_nothing_is_doubled() -> None:
    text = read(plain(_grid))
    assert [(s.text.strip(), s.place.kind, s.place.cell) for s in text.segments if s.visible] == [
        ("看得见的正文", "body", None),
        ("格00", "table", "table 1 A1"),
        ("格01", "table", "table 1 B1"),
        ("格10", "table", "table 1 A2"),
        ("格11", "table", "table 1 B2"),
        ("表后的文字", "body", None),
    ]


def test_a_page_without_text_is_a_doubt_unless_it_is_blank() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 700, "看得见的正文")
        canvas.showPage()
        canvas.drawImage(ImageReader(io.BytesIO(png(1240, 1754))), 0, 0, 595, 842)
        canvas.showPage()
        canvas.showPage()
        canvas.bezier(10, 10, 50, 50, 80, 20, 200, 10)

    doubts = read(pdf(draw)).doubts
    assert [(doubt.code, doubt.place.page if doubt.place else None) for doubt in doubts] == [
        ("page.no_text", 2), ("page.no_text", 4),
    ]  # fmt: skip


def test_a_scan_with_a_text_layer_is_still_a_picture() -> None:
    def draw(canvas: Any) -> None:
        _mode_three(canvas)
        canvas.drawImage(ImageReader(io.BytesIO(png(1240, 1754))), 0, 0, 595, 842)

    text = read(pdf(draw))
    assert codes(text) == {"picture.unread", "text.empty"}
    assert only(text, MARKER).place.kind == "hidden"


def test_garbled_text_is_a_doubt() -> None:
    garbled = "\ue001\ue002\ue003\ue004\ue005\ue006\ue007"
    hexes = garbled.encode("utf-16-be").hex()

    def write(document: pikepdf.Pdf) -> None:
        cmap = (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
            b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <41> <50> <e001> endbfrange endcmap end end"
        )
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            ToUnicode=document.make_indirect(pikepdf.Stream(document, cmap)),
        )  # fmt: skip
        document.pages[0].Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F=document.make_indirect(font))
        )
        document.pages[0].Contents = document.make_indirect(
            pikepdf.Stream(document, b"BT /F 12 Tf 72 700 Td (ABCDEFGHIJ) Tj ET")
        )

    assert hexes.startswith("e001")
    assert "page.garbled" in codes(read(changed(write)))


def test_replacement_text_is_a_doubt() -> None:
    def write(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents.read_bytes()
        shown = "机密文件".encode("utf-16-be").hex().encode()
        document.pages[0].Contents = document.make_indirect(
            pikepdf.Stream(document, b"/Span <</ActualText <feff" + shown + b">>> BDC " + stream + b" EMC")
        )

    text = read(changed(write))
    assert codes(text) >= {"page.actual_text"}
    assert any(segment.place.kind == "alt" for segment in by_text(text, "机密文件"))


def test_layers_stamps_and_deleted_pages_are_doubts() -> None:
    def layers(document: pikepdf.Pdf) -> None:
        layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="层"))
        document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))

    def stamp(document: pikepdf.Pdf) -> None:
        look = document.make_indirect(pikepdf.Stream(document, b""))
        _annotate(document, Subtype=pikepdf.Name.Stamp, AP=pikepdf.Dictionary(N=look))

    def orphan(document: pikepdf.Pdf) -> None:
        page = pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=[0, 0, 1, 1])
        document.Root.Other = document.make_indirect(page)

    assert codes(read(changed(layers))) == {"layer.hidden"}
    assert codes(read(changed(stamp))) == {"annotation.unread"}
    assert codes(read(changed(orphan))) == {"page.orphan"}
    assert codes(read(changed(_attach(bytes(range(256)))))) == {"attachment.unread"}


def test_text_of_an_earlier_revision_is_found() -> None:
    """An incremental save appends the new page content; the old one stays in the file."""
    old = changed(
        lambda document: None, pdf(lambda canvas: canvas.drawString(72, 700, MARKER), pageCompression=0)
    )
    with pikepdf.open(io.BytesIO(old)) as document:
        number = document.pages[0].Contents.objgen[0]
    start = old.rindex(b"startxref")
    previous = int(old[start:].split()[1])
    body = b"BT ET"
    offset = len(old)
    update = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(body), body)
    trailer = old[old.rindex(b"trailer") : start].replace(b"trailer <<", b"trailer << /Prev %d " % previous)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, offset)
    new = old + update + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (offset + len(update))
    found = only(read(new), MARKER)
    assert (found.place.kind, found.place.page, found.visible) == ("deletion", 1, False)


SECRET = "绝不外泄的文字"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "file.empty"),
    "no pdf": (lambda: b"%PDF-1.4\n" + SECRET.encode() * 50, "file.broken"),
    "truncated": (lambda: plain()[:200], "file.broken"),
    "password": (lambda: plain(encrypt=pdfencrypt.StandardEncryption(SECRET, canPrint=0)), "file.encrypted"),
    "laughs in xmp": (lambda: changed(_laughs), "file.bomb"),
}  # fmt: skip


def _laughs(document: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(document, (LAUGHS + f"<x>{SECRET}</x>").encode(), Type=pikepdf.Name.Metadata)
    document.Root.Metadata = document.make_indirect(stream)


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_files_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make())
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())


def test_an_owner_password_alone_is_a_warning() -> None:
    data = plain(encrypt=pdfencrypt.StandardEncryption("", ownerPassword="x", canModify=0))
    text = read(data)
    assert only(text, "看得见的正文").visible
    assert len(text.warnings) == 1


def test_pages_are_limited() -> None:
    def draw(canvas: Any) -> None:
        for _ in range(3):
            canvas.drawString(72, 700, "页")
            canvas.showPage()

    with pytest.raises(ExtractionFailed, match="too many pages"):
        read(pdf(draw), max_pages=2)


@pytest.mark.parametrize(
    ("head", "score"), [(b"%PDF-1.7", 100), (b"\n junk %PDF-1.7", 60), (b"PK\x03\x04", 0)]
)
def test_score_is_by_the_bytes(head: bytes, score: int) -> None:
    assert PdfExtractor(limits()).score(head, "a.docx") == score


def test_a_drawing_of_many_lines_is_no_table() -> None:
    edges = [Edge((0, n, 100, n), horizontal=True) for n in range(0, 8000, 8)]
    edges += [Edge((n, 0, n, 100), horizontal=False) for n in range(0, 8000, 8)]
    assert tables(edges) == []


def test_no_character_is_lost_between_cells() -> None:
    grids = tables([
        *(Edge((0, y, 100, y), horizontal=True) for y in (0, 20, 40)),
        *(Edge((x, 0, x, 40), horizontal=False) for x in (0, 50, 100)),
    ])  # fmt: skip
    line = Line()
    for index, character in enumerate("左甲右乙外"):
        line.append(character, (index * 30.0, 5, index * 30 + 10.0, 15))
    blocks = paragraphs([line], grids, 200)
    assert "".join(sorted(block.text for block in blocks)) == "".join(sorted(["左甲", "右乙", "外"]))
