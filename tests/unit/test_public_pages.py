"""Pages of a pdf made anew: with the text layer by a white-list, as pictures with boxes burnt in; and their proof."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from disclosure_pipeline.builtin.public import Redaction
from disclosure_pipeline.builtin.public.page_proof import compare_pages
from disclosure_pipeline.builtin.public.pages import drawing, job, layered
from disclosure_pipeline.builtin.public.pages.jpeg import stripped
from disclosure_pipeline.builtin.public.proof import leftovers
from disclosure_pipeline.errors import ExtractionFailed, StoreFault
from disclosure_pipeline.hooks.contracts import PartText, SourceFile
from disclosure_pipeline.hooks.page_pictures import Letters
from disclosure_pipeline.hooks.stages import Struck, Wording
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.pipeline.reprinting import boxes_of
from tests import typeset
from tests.hiding import pdf as places
from tests.hiding.pdf_paper import VISIBLE, changed, drawn, paper, picture, saved, text
from tests.hiding.reading import read

PDF = "application/pdf"
PHONE = "13912345678"


def file_of(folder: Path, data: bytes, name: str = "草稿.pdf") -> SourceFile:
    path = folder / name
    path.write_bytes(data)
    return SourceFile(0, path, name, sha256=hashlib.sha256(data).hexdigest())


def everything(data: bytes) -> bytes:
    """Every byte of a pdf, its streams unpacked and its strings decoded."""
    found = [data]
    with pikepdf.open(io.BytesIO(data)) as document:
        for item in (*document.objects, document.trailer):
            is_stream = isinstance(item, pikepdf.Stream)
            found.append(repr(item.stream_dict if is_stream else item).encode())
            if is_stream:
                pixels = item.get("/Filter") in (pikepdf.Name.DCTDecode, pikepdf.Name.CCITTFaxDecode)
                found.append(item.read_raw_bytes() if pixels else item.read_bytes())
    return b"\n".join(found)


def holds(data: bytes, words: str) -> bool:
    wide = words.encode("utf-16-be")
    forms = (
        words.encode(),
        wide,
        words.encode("utf-16-le"),
        wide.hex().encode(),
        wide.hex().upper().encode(),
    )
    return any(form in data for form in forms)


def part(*segments: Segment, media: str = PDF) -> PartText:
    return PartText(0, PartRole.MAIN, Text(media, "test", segments))


# ----------------------------------------------------------------------------------------- the text layer


def test_what_hides_in_a_pdf_is_left_behind_or_the_copy_is_refused(tmp_path: Path) -> None:
    leaks, proved, refused = [], 0, 0
    for place in places.PLACES:
        before = read(place.data, "草稿.pdf")
        copy = layered.copy(file_of(tmp_path, place.data).path)
        again = read(copy, "公开件.pdf")
        approved = [PartText(0, PartRole.MAIN, before)]
        problems = [*compare_pages(again, approved, (), drawn=False), *leftovers(again, ""), *again.doubts]
        refused += bool(problems)
        proved += not problems
        if not problems and not place.visible and holds(everything(copy), place.marker):
            leaks.append(place.name)
    assert leaks == []
    assert proved > refused > 20


def test_only_what_draws_is_copied_and_always_the_same(tmp_path: Path) -> None:
    path = file_of(tmp_path, typeset.reportlab_pdf(typeset.set_in_type(typeset.paper(3)))).path
    copy = layered.copy(path)
    assert copy == layered.copy(path)
    with pikepdf.open(io.BytesIO(copy)) as document:
        assert set(document.trailer.keys()) == {"/Root", "/Size", "/ID"}
        assert set(document.Root.keys()) == {"/Type", "/Pages", "/Lang"}
        for page in document.pages:
            assert set(page.obj.keys()) <= {
                "/Type",
                "/Parent",
                "/MediaBox",
                "/CropBox",
                "/Rotate",
                "/Resources",
                "/Contents",
            }
            assert set(page.Resources.keys()) <= {"/Font", "/ExtGState", "/XObject"}
    before, after = read(path.read_bytes(), "草稿.pdf"), read(copy, "公开件.pdf")
    assert [item for item in before.segments if item.visible] == list(after.segments)


def test_a_form_that_names_itself_is_copied_once(tmp_path: Path) -> None:
    def circle(document: pikepdf.Pdf, marker: str) -> None:
        page = document.pages[0]
        resources = document.make_indirect(page.Resources)
        page.Resources = resources
        form = pikepdf.Stream(
            document, text(marker), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 595, 842],
            Resources=resources,
        )  # fmt: skip
        resources.XObject.Again = document.make_indirect(form)
        page.Contents = document.make_stream(page.Contents.read_bytes() + b" /Again Do")

    copy = layered.copy(file_of(tmp_path, changed(circle)("表格内容")).path)
    assert [item.text for item in read(copy, "公开件.pdf").segments] == [VISIBLE, "表格内容"]


def test_a_picture_in_a_page_loses_what_it_tells_of_itself(tmp_path: Path) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "HIDDENMARK77"
    Image.effect_noise((40, 30), 60).save(out, "JPEG", exif=exif, comment=b"HIDDENMARK77")
    raw = out.getvalue() + b"HIDDENMARK77"
    clean = stripped(raw)
    assert b"HIDDENMARK77" not in clean
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(out.getvalue())).tobytes()

    def place(document: pikepdf.Pdf, _: str) -> None:
        image = picture(document)
        image.write(raw, filter=pikepdf.Name.DCTDecode)
        image.Width, image.Height, image.Metadata = 40, 30, pikepdf.Stream(document, b"HIDDENMARK77")
        document.pages[0].Resources.XObject.Photo = image
        contents = document.pages[0].Contents.read_bytes()
        document.pages[0].Contents = document.make_stream(contents + b" q 90 0 0 60 72 300 cm /Photo Do Q")

    copy = layered.copy(file_of(tmp_path, changed(place)("")).path)
    assert b"HIDDENMARK77" not in everything(copy)
    assert clean in copy


@pytest.mark.parametrize(
    "broken", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff12", b"GIF89a", b"\xff\xd8\xff\xda\x00\x04ab12"]
)
def test_what_is_no_whole_jpeg_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="JPEG"):
        stripped(broken)


# ----------------------------------------------------------------------------------------------- pictures


def greys(data: bytes, page: int = 0) -> Image.Image:
    """The picture of a page as it lies in the file, sixteen greys as 0 … 15."""
    with pikepdf.open(io.BytesIO(data)) as document:
        (image,) = document.pages[page].Resources.XObject.values()
        wide, high, packed = int(image.Width), int(image.Height), image.read_bytes()
    row = (wide + 1) // 2
    levels = bytes(
        level
        for line in range(high)
        for level in [
            half for byte in packed[line * row : (line + 1) * row] for half in (byte >> 4, byte & 15)
        ][:wide]
    )
    return Image.frombytes("L", (wide, high), levels)


def test_a_box_is_burnt_in_and_nothing_else_is_in_the_file(tmp_path: Path) -> None:
    file = file_of(tmp_path, saved(paper(text(PHONE, y=500))))
    box = (72.0, 842 - 512.0, 72 + 12.0 * 11, 842 - 498.0)
    clean, data = job.reprint(file, PDF, {}, True), job.reprint(file, PDF, {1: (box,)}, True)
    assert data == job.reprint(file, PDF, {1: (box,)}, True)
    scale = drawing.DPI / 72
    area = tuple(round(side * scale) for side in box)
    assert greys(data).crop(area).getextrema() == (0, 0)
    low, high = greys(clean).crop(area).getextrema()
    assert low < 4 and high == 15
    assert not holds(everything(data), PHONE) and not holds(everything(data), VISIBLE)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages", "/Lang"}
        assert document.pages[0].Contents.read_bytes() == b"q 595.0 0 0 842.0 0 0 cm /Picture Do Q"


@pytest.mark.parametrize("as_pictures", [True, False], ids=["pictures", "text layer"])
def test_a_new_pdf_tells_its_title_and_its_language_and_nothing_else(
    tmp_path: Path, as_pictures: bool
) -> None:
    draft = saved(paper(text("内容")))
    data = job.reprint(file_of(tmp_path, draft), PDF, {}, as_pictures, Wording("关于补贴的通知"))
    with pikepdf.open(io.BytesIO(data)) as document:
        assert dict(document.docinfo.items()) == {"/Title": "关于补贴的通知"}
        assert str(document.Root.Lang) == "zh-CN"
        assert set(document.Root.keys()) == {"/Type", "/Pages", "/Lang", "/ViewerPreferences"}
    again = read(data, "公开件.pdf")
    assert leftovers(again, "关于补贴的通知") == []
    assert {problem.code for problem in leftovers(again, "另一个标题")} == {"public.metadata"}


def test_a_last_page_tells_in_pixels_what_was_withheld(tmp_path: Path) -> None:
    note = "本文有部分内容依法不予公开，依据：某条例第十五条。"
    file = file_of(tmp_path, saved(paper(text(PHONE, y=500))))
    data = job.reprint(file, PDF, {}, True, Wording(notes=(note,)))
    assert data == job.reprint(file, PDF, {}, True, Wording(notes=(note,)))
    with pikepdf.open(io.BytesIO(data)) as document:
        assert [list(page.Resources.keys()) for page in document.pages] == [["/XObject"]] * 2
    with pypdfium2.PdfDocument(data) as document:
        assert [page.get_size() for page in document][1] == (595.0, 842.0)
    line = greys(data, 1).crop((150, 150, 1090, 215))
    assert line.getextrema() == (0, 15)
    with pytest.raises(ExtractionFailed):
        job.reprint(file, PDF, {}, True, Wording(notes=(note * 60,)))


def test_annotations_and_letters_too_faint_to_be_seen_are_not_in_the_picture(tmp_path: Path) -> None:
    faint = drawn(lambda words: b"0.95 g " + text(words, y=400, size=30) + b"0.05 g 72 200 200 60 re f 0 g " + text(words, y=220, size=30))  # fmt: skip
    data = job.reprint(file_of(tmp_path, faint("暗藏标记")), PDF, {}, True)
    scale = drawing.DPI / 72
    paper_side = greys(data).crop((int(72 * scale), int(400 * scale), int(300 * scale), int(450 * scale)))
    ink_side = greys(data).crop((int(75 * scale), int(585 * scale), int(260 * scale), int(635 * scale)))
    assert paper_side.getextrema() == (15, 15)
    assert ink_side.getextrema() == (0, 0)


def test_a_scan_of_many_pages_becomes_pages_of_its_size(tmp_path: Path) -> None:
    pages = [Image.new("L", (400, 200), 255), Image.new("L", (200, 400), 0)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    data = job.reprint(
        file_of(tmp_path, out.getvalue(), "扫描件.tiff"), "image/tiff", {2: ((0, 0, 9, 9),)}, True
    )
    with pypdfium2.PdfDocument(data) as document:
        assert [page.get_size() for page in document] == [(144.0, 72.0), (72.0, 144.0)]


def test_what_cannot_be_made_surely_is_refused(tmp_path: Path) -> None:
    good = file_of(tmp_path, saved(paper()))
    for struck, layer, media in (
        ({1: ((0, 0, 9, 9),)}, False, PDF),
        ({7: ((0, 0, 9, 9),)}, True, PDF),
        ({}, True, "image/png"),
    ):
        with pytest.raises(ExtractionFailed) as caught:
            job.reprint(good, media, struck, layer)
        assert caught.value.code == "pages.unprinted"
    good.path.write_bytes(b"%PDF-1.7 other bytes")
    with pytest.raises(StoreFault):
        job.reprint(good, PDF, {}, True)


# ------------------------------------------------------------------------------------ what is where, proof

LINE = f"联系人电话{PHONE}，工作日接听来电。"
BOX = (72.0, 100.0, 372.0, 114.0)


def letters(words: str, left: float = 72.0, step: float = 10.0) -> Letters:
    return Letters(
        words, tuple((left + step * at, 101.0, left + step * (at + 1), 113.0) for at in range(len(words)))
    )


def asked(**known: str) -> Mapping[int, Letters]:
    return {1: letters(known.get("words", LINE))}


def written(kind: str = "body", **place: object) -> Text:
    values = {"page": 1, "bbox": BOX, **place}
    return Text(PDF, "test", (Segment(LINE, Place("page", kind, **values)),))  # type: ignore[arg-type]


NUMBER = Struck(((0, 5, 16),))


def test_boxes_of_letters_are_exact_and_those_of_recognised_lines_whole() -> None:
    assert boxes_of(written(), NUMBER, lambda _: asked()) == {1: ((122.0, 101.0, 232.0, 113.0),)}
    (box,) = (boxes_of(written("ocr"), NUMBER, lambda _: {}) or {})[1]
    assert box[0] < BOX[0] and box[2] > BOX[2]
    assert boxes_of(written(), Struck((), ((2, BOX),)), lambda _: {}) == {2: (BOX,)}
    assert boxes_of(written(), Struck(), lambda _: {}) == {}


@pytest.mark.parametrize(
    ("text_", "struck", "page"),
    [
        (written(bbox=None), NUMBER, LINE), (written(page=None), NUMBER, LINE), (written(), NUMBER, LINE[:-2]),
        (written(), NUMBER, LINE.replace("9", "6")), (written(), Struck((), ((1, None),)), LINE),
    ],
    ids=["no box", "no page", "other letters in the box", "another number", "a box without a place"],
)  # fmt: skip
def test_where_a_place_is_not_sure_there_are_no_boxes(text_: Text, struck: Struck, page: str) -> None:
    assert boxes_of(text_, struck, lambda _: asked(words=page)) is None


APPROVED = [
    part(
        Segment(LINE, Place("page", "body", page=1)),
        Segment("示范县公章", Place("page", "ocr", page=1, detail="seal")),
    )
]
CUT = [Redaction(0, 0, 5, 16)]


def recognised(*lines: str) -> Text:
    return Text(PDF, "test", tuple(Segment(line, Place("page", "ocr", page=1)) for line in lines))


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["联系人电话", "，工作日接听来电。", "示范县公章"], set()),
        (["联系人电话", "工作曰接听来电", "示范县公草", "一"], set()),
        ([LINE], {"public.foreign_text", "public.redacted_remains"}),
        (["联系人电话", "9123456", "工作日接听来电"], {"public.foreign_text", "public.redacted_remains"}),
        (["联系人电话", "工作日接听来电", "内部批注：暂缓办理"], {"public.foreign_text"}),
        (["联系人"], {"public.missing_text"}),
    ],
    ids=["clean", "errors of recognition", "number shows", "part of it shows", "other words", "blank"],
)  # fmt: skip
def test_recognised_pages_are_compared_with_what_was_approved(lines: list[str], codes: set[str]) -> None:
    found = compare_pages(recognised(*lines), APPROVED, CUT, drawn=True)
    assert {problem.code for problem in found} == codes


NOTE = "本文有部分内容依法不予公开，依据：某条例第十五条。"


@pytest.mark.parametrize(
    ("last", "codes"),
    [
        ([NOTE[:20], NOTE[20:]], set()),
        (["本文有部分内容依法不予公幵", "依据：某条例第十五条"], set()),
        ([], {"public.missing_text"}),
        (["本文有部分"], {"public.missing_text"}),
        ([NOTE, "内部批注：暂缓办理"], {"public.foreign_text"}),
        ([NOTE, PHONE], {"public.foreign_text", "public.redacted_remains"}),
    ],
    ids=["clean", "errors of recognition", "no page", "illegible", "other words", "the number"],
)
def test_the_last_page_of_pictures_says_the_note(last: list[str], codes: set[str]) -> None:
    pages = recognised("联系人电话", "，工作日接听来电。", "示范县公章")
    told = tuple(Segment(line, Place("page", "ocr", page=2)) for line in last)
    found = compare_pages(
        replace(pages, segments=(*pages.segments, *told)), APPROVED, CUT, drawn=True, notes=(NOTE,)
    )
    assert {problem.code for problem in found} == codes


def test_a_text_layer_is_compared_to_the_letter() -> None:
    approved = [part(Segment(LINE, Place("page", "body", page=1)))]
    again = Text(PDF, "test", (Segment(LINE, Place("page", "body", page=1)),))
    assert compare_pages(again, approved, (), drawn=False) == []
    wrong = Text(PDF, "test", (Segment(LINE.replace("日", "曰"), Place("page", "body", page=1)),))
    codes = {problem.code for problem in compare_pages(wrong, approved, (), drawn=False)}
    assert codes == {"public.foreign_text", "public.missing_text"}
