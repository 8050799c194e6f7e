"""Pdf files: lines, paragraphs, tables, pictures, passwords; what is refused, and why."""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib import pdfencrypt
from reportlab.lib.utils import ImageReader

from disclosure_pipeline.builtin.extractors.claims import PDF
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.shared.layout import Edge, Line, tables
from disclosure_pipeline.builtin.extractors.shared.paragraphs import paragraphs
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import LAUGHS, codes, limits, only, pdf, png


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


SECRET = "绝不外泄的文字"


def _laughs(document: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(document, (LAUGHS + f"<x>{SECRET}</x>").encode(), Type=pikepdf.Name.Metadata)
    document.Root.Metadata = document.make_indirect(stream)


def _flate_bomb() -> bytes:
    """40 MB of blanks behind one page."""

    def attach(document: pikepdf.Pdf) -> None:
        document.pages[0].Contents = document.make_stream(b" " * (40 << 20) + SECRET.encode())

    return changed(attach)


def _twice_packed() -> bytes:
    packed = zlib.compress(zlib.compress(bytes(40 << 20), 9), 9)

    def attach(document: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(document, b"")
        stream.write(packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
        document.pages[0].Contents = document.make_indirect(stream)

    return changed(attach)


def _looping_tree() -> bytes:
    def loop(document: pikepdf.Pdf) -> None:
        document.Root.Pages.Kids.append(document.Root.Pages)

    return changed(loop)


def _huge(**entries: Any) -> bytes:
    def grow(document: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            document.pages[0].obj["/" + key] = value

    return changed(grow)


def _form_in_itself() -> bytes:
    def draw(document: pikepdf.Pdf) -> None:
        form = document.make_indirect(
            pikepdf.Stream(
                document, b"/X Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]
            )
        )
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
        document.pages[0].Resources.XObject = pikepdf.Dictionary(X=form)
        document.pages[0].Contents = document.make_stream(b"/X Do")

    return changed(draw)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "file.empty"),
    "no pdf": (lambda: b"%PDF-1.4\n" + SECRET.encode() * 50, "file.broken"),
    "truncated": (lambda: plain()[:200], "file.broken"),
    "password": (lambda: plain(encrypt=pdfencrypt.StandardEncryption(SECRET, canPrint=0)), "file.encrypted"),
    "laughs in xmp": (lambda: changed(_laughs), "file.bomb"),
    "bomb": (_flate_bomb, "file.bomb"),
    "packed twice": (_twice_packed, "file.bomb"),
    "pages in a circle": (_looping_tree, "file.broken"),
    "huge page": (lambda: _huge(MediaBox=[0, 0, 200_000, 800]), "file.too_large"),
    "huge unit": (lambda: _huge(UserUnit=100), "file.too_large"),
    "form in itself": (_form_in_itself, "file.bomb"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_files_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make(), max_unpacked=32 << 20)
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())


def test_an_owner_password_alone_is_a_warning() -> None:
    data = plain(encrypt=pdfencrypt.StandardEncryption("", ownerPassword="x", canModify=0))
    text = read(data)
    assert only(text, "看得见的正文").visible
    assert len(text.warnings) == 1


def test_a_password_opens_a_file_and_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "文件.pdf"
    path.write_bytes(plain(encrypt=pdfencrypt.StandardEncryption(SECRET, canPrint=0)))
    known = limits()
    text = PdfExtractor(known).extract(SourceFile(0, path, path.name, passwords=("no", SECRET)))
    assert only(text, "看得见的正文").visible
    text = PdfExtractor({**known, "passwords": (SECRET,)}).read(path, path.name)
    assert only(text, "看得见的正文").visible
    assert SECRET not in repr(text)


def test_a_small_seal_is_everyday_and_a_strip_of_a_picture_is_looked_at() -> None:
    def draw(size: tuple[int, int]) -> Callable[[Any], None]:
        return lambda canvas: canvas.drawImage(ImageReader(io.BytesIO(png(400, 400))), 300, 100, *size)

    assert read(plain(draw((120, 120)))).doubts == ()
    assert codes(read(plain(draw((240, 14))))) == {"picture.unread"}
    assert codes(read(plain(draw((300, 300))))) == {"picture.unread"}


def test_letters_drawn_as_outlines_are_looked_at() -> None:
    def draw(canvas: Any) -> None:
        for number in range(60):
            x, y = 72 + number % 20 * 14, 500 - number // 20 * 20
            path = canvas.beginPath()
            path.moveTo(x, y)
            for step in range(8):
                path.lineTo(x + step, y + 10 - step % 3)
            path.close()
            canvas.drawPath(path, fill=1, stroke=0)

    assert codes(read(plain(draw))) == {"picture.unread"}


def test_a_number_broken_in_a_column_stays_together() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(60, 740, "关于公布二〇二六年第三季度公租房保障对象名单及轮候情况的公示")
        for row, (left, right) in enumerate(
            [("左栏的文字较长身份证号110101", "右栏的文字较长联系电话1380"),
             ("199003074514在左栏", "0138000在右栏")]
        ):  # fmt: skip
            canvas.drawString(60, 700 - 16 * row, left)
            canvas.drawString(320, 660 - 16 * row, right)

    texts = ["".join(segment.text.split()) for segment in read(pdf(draw)).segments]
    assert any("110101199003074514" in words for words in texts)
    assert any("13800138000" in words for words in texts)


def test_a_number_with_a_cell_for_each_digit_is_one() -> None:
    number = "110101199003074514"

    def draw(canvas: Any) -> None:
        for y in (600, 620):
            canvas.line(72, y, 72 + 20 * 18, y)
        for at in range(19):
            canvas.line(72 + 20 * at, 600, 72 + 20 * at, 620)
        for at, digit in enumerate(number):
            canvas.drawString(77 + 20 * at, 605, digit)

    segment = only(read(plain(draw)), number)
    assert (segment.place.kind, segment.place.cell) == ("table", "table 1 A1")


@pytest.mark.parametrize(
    ("name", "kept"), [("Mayor hides his debts", True), ("Check Box1", False), ("a1b2-0042", False)]
)
def test_names_of_notes_are_kept_when_they_are_words(name: str, kept: bool) -> None:
    def annotate(document: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[9, 9, 19, 19],
                                  NM=pikepdf.String(name))  # fmt: skip
        document.pages[0].obj["/Annots"] = pikepdf.Array([document.make_indirect(note)])

    assert any(segment.text == name for segment in read(changed(annotate)).segments) == kept


def test_a_number_cut_by_columns_and_runs_stays_together() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 700, "联系电话：138")
        canvas.drawString(72 + 12 * 6.5, 700, "00138")
        canvas.drawString(72 + 12 * 9.05, 700, "000")

    text = read(pdf(draw))
    assert "13800138000" in "".join("".join(s.text.split()) for s in text.segments if s.visible)


def test_boxes_of_an_inherited_page_size() -> None:
    def inherit(document: pikepdf.Pdf) -> None:
        document.Root.Pages.MediaBox = [0, 0, 300, 750]
        del document.pages[0].obj["/MediaBox"]

    segment = only(read(changed(inherit)), "看得见的正文")
    assert segment.visible
    assert segment.place.bbox is not None
    assert 30 < segment.place.bbox[1] < 60


SAMPLE = plain()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, 400),
)
def test_damaged_files_are_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SAMPLE)
    for at, value in changes:
        data[at] = value
    with contextlib.suppress(ExtractionFailed):
        read(bytes(data[: len(data) - cut]))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
def test_any_content_is_read_or_refused(content: bytes) -> None:
    def write(document: pikepdf.Pdf) -> None:
        document.pages[0].Contents = document.make_stream(b"BT /F1 12 Tf " + content)

    with contextlib.suppress(ExtractionFailed):
        read(changed(write))


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
    assert PDF.score(head, "a.docx") == score


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
