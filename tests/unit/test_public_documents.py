"""Rebuilt documents and workbooks: nothing that hid in a draft is in their bytes, and what leaks is caught."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.public import MARK, Beside, Redaction, build, prove, word, workbook
from disclosure_pipeline.builtin.public.blocks import Grid, Heading, Paragraph
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.text import Text
from tests.hiding import archive as archive_places
from tests.hiding import decks
from tests.hiding import docx as docx_places
from tests.hiding import html as html_places
from tests.hiding import mail as mail_places
from tests.hiding import odf as odf_places
from tests.hiding import ofd as ofd_places
from tests.hiding import pptx as pptx_places
from tests.hiding import rtf as rtf_places
from tests.hiding import txt as txt_places
from tests.hiding import xlsx as xlsx_places
from tests.hiding.place import Hiding
from tests.hiding.reading import read
from tests.hiding.wordfile import Draft, paragraph
from tests.unit.public_copies import TITLE, everything, holds, is_public, leaks, made

SECRET = "13912345678"
UNPROVED = {
    # the words are decoded from letters that a reader of the page sees
    "base64", "percent escapes", "backslash escapes", "entities",
    # the draft itself was not read to the end, or shows nothing
    "hidden slide", "hidden in an iframe document",
    # a mail whose text lies in what is signed, or is made anew
    "opaque signed mail", "html in the rtf body",
}  # fmt: skip
"""Drafts of which no public copy can be made: the proof says so."""

PLACES = {
    "docx": docx_places, "xlsx": xlsx_places, "pptx": pptx_places, "odf": odf_places, "rtf": rtf_places,
    "txt": txt_places, "html": html_places, "mail": mail_places,
    "archive": archive_places, "ofd": ofd_places,
}  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_nothing_that_hid_in_a_draft_is_in_its_public_copy(kind: str, tmp_path: Path) -> None:
    leaking, unproved, hidden = [], set(), 0
    places: tuple[Hiding, ...] = PLACES[kind].PLACES
    for number, place in enumerate(places):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = read(place.data, f"草稿{place.suffix}")
        files, problems = made(text, folder)
        hidden += not is_public(place, text)
        unproved |= {place.name} if problems else set()
        leaking += [place.name] if leaks(place, text, files) else []
    assert leaking == []
    if (
        kind == "archive"
    ):  # what lies in an archive is no text of it: the files are to be handed in themselves
        assert unproved == {place.name for place in places}
    else:
        assert unproved <= UNPROVED
    assert hidden > len(places) / 2 or kind == "txt"


# -------------------------------------------------------------------------------- redactions, same bytes


def draft(*lines: str) -> Text:
    return read(Draft("".join(paragraph(line) for line in lines)).data(), "草稿.docx")


def struck(text: Text, words: str) -> list[Redaction]:
    return [
        Redaction(0, index, item.text.index(words), item.text.index(words) + len(words))
        for index, item in enumerate(text.segments)
        if words in item.text
    ]


def test_a_struck_number_is_in_no_byte_of_any_file(tmp_path: Path) -> None:
    text = draft("一、联系方式", f"联系人电话{SECRET}，工作日接听。")
    files, problems = made(text, tmp_path, struck(text, SECRET))
    assert problems == []
    assert not holds(everything(files), SECRET)
    assert not holds(everything(files), SECRET[3:])
    (document,) = (path for artefact, path in files if artefact.role == "copy")
    assert f"联系人电话{MARK}，工作日接听。" in [
        item.text for item in docx.Document(str(document)).paragraphs
    ]


def test_the_same_content_gives_the_same_bytes_and_no_time(tmp_path: Path) -> None:
    text = draft("一、联系方式", "另行通知。")
    digests = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        digests.append([artefact.sha256 for artefact, _ in made(text, tmp_path / name)[0]])
    assert digests[0] == digests[1]
    for data in (word.document(TITLE, [Paragraph("甲")]), workbook.workbook([Grid("", (("甲",),))])):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert {item.date_time for item in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert not {name for name in package.namelist() if name.startswith(("docProps", "customXml"))}


def test_a_document_has_levels_headings_of_tables_and_notes() -> None:
    blocks = [Heading(1, "一、总体要求"), Heading(2, "（一）目标"), Paragraph("第一行\n第二行"),
              Grid("发放表", (("镇", "户数"), ("青石镇", "12")))]  # fmt: skip
    paper = docx.Document(io.BytesIO(word.document(TITLE, blocks, ["本文有部分内容依法不予公开。"])))
    assert [(item.style.name, item.text) for item in paper.paragraphs if item.text and item.style] == [
        ("Title", TITLE), ("Heading 1", "一、总体要求"), ("Heading 2", "（一）目标"), ("Normal", "第一行\n第二行"),
        ("Caption", "发放表"), ("Body Text", "本文有部分内容依法不予公开。"),
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in paper.tables[0].rows] == [
        ["镇", "户数"],
        ["青石镇", "12"],
    ]
    assert paper.tables[0].rows[0]._tr.xpath("w:trPr/w:tblHeader")


def test_each_table_is_a_sheet_and_notes_stand_below_the_last() -> None:
    data = workbook.workbook(
        [Grid("甲表", (("镇", "户数"),)), Grid("", (("村",), ("东村",)))], ["附注一句。"]
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [("表1", "visible"), ("表2", "visible")]
    assert list(book["表1"].values) == [("甲表", None), ("镇", "户数")]
    assert list(book["表2"].values) == [("村",), ("东村",), (None,), ("附注一句。",)]


def test_a_sheet_shows_what_the_draft_showed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("2026年补贴表",), ("镇", "日期", "比例", "金额", "合计", "编号"),
                ("青石镇", date(2026, 3, 5), 0.125, 1234567.5, "=D3*2", 7), (None, "另付", 0.5, 1, None, 12)):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A3:A4")
    for column, code in {"B": 'yyyy"年"m"月"d"日"', "C": "0.0%", "D": "#,##0.00", "F": "000"}.items():
        for row_number in (3, 4):
            sheet[f"{column}{row_number}"].number_format = code
    sheet.column_dimensions["E"].hidden = True
    out = io.BytesIO()
    book.save(out)
    files, problems = made(read(out.getvalue(), "草稿.xlsx"), tmp_path)
    assert problems == []
    (path,) = (path for artefact, path in files if artefact.role == "copy")
    assert list(openpyxl.load_workbook(path).active.values) == [
        ("2026年补贴表", None, None, None, None), ("镇", "日期", "比例", "金额", "编号"),
        ("青石镇", "2026年3月5日", "12.5%", "1,234,567.50", "007"), (None, "另付", "50.0%", "1.00", "012"),
    ]  # fmt: skip


def test_slides_become_headings_paragraphs_and_tables(tmp_path: Path) -> None:
    cell = "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>"
    rows = (("镇", "户数"), ("青石镇", "12"))
    lines = "".join(f'<a:tr h="1">{"".join(map(cell.format, row))}</a:tr>' for row in rows)
    grid = decks.frame(
        "http://schemas.openxmlformats.org/drawingml/2006/table",
        f'<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="1"/><a:gridCol w="1"/></a:tblGrid>{lines}</a:tbl>',
    )
    second = (
        decks.placeholder("title", "标题 1", "下一步安排")
        + decks.box("一、抓紧办理")
        + decks.box("年底前办结。")
    )
    third = decks.box("本页没有标题，只有一句话。")
    text = read(decks.Deck(shapes=grid, slides=(second, third)).data(), "草稿.pptx")
    files, problems = made(text, tmp_path)
    assert problems == []
    paper = docx.Document(str(files[2][1]))
    assert [(item.style.name, item.text) for item in paper.paragraphs if item.text and item.style] == [
        ("Title", TITLE), ("Heading 1", "年度工作报告"), ("Normal", "办公室编制"), ("Heading 1", "下一步安排"),
        ("Heading 2", "一、抓紧办理"), ("Normal", "年底前办结。"), ("Normal", "本页没有标题，只有一句话。"),
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in paper.tables[0].rows] == [list(row) for row in rows]


def test_tables_that_no_program_takes_become_text(tmp_path: Path) -> None:
    assert not workbook.fits([Grid("", (("x" * 32_768,),))])
    assert not word.fits([Grid("", (("x",) * 64,))])
    text = read("\n".join(",".join("一二三四五六七八九十" * 7) for _ in range(2)).encode(), "表.csv")
    files, problems = made(text, tmp_path)
    assert problems == []
    assert files[2][0].media_type in ("text/plain", word.MEDIA_TYPE)


letters = st.characters(codec="utf-8", exclude_characters="\uffff")
cells = st.text(letters, max_size=12) | st.tuples(
    st.sampled_from("=+-@＝＋－＠\t"), st.text(letters, max_size=12)
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4).flatmap(lambda wide: st.lists(st.tuples(*[cells] * wide), min_size=1, max_size=4)))
def test_no_cell_is_ever_calculated(rows: list[tuple[str, ...]]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook([Grid("", tuple(rows))]))).active
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            assert cell.data_type in ("s", "n" if not text else "inlineStr")
            assert bool(cell.quotePrefix) == text.startswith(tuple("=+-@＝＋－＠"))
    word.document(TITLE, [Grid("", tuple(rows))])


# ----------------------------------------------------------------------------------------------- leaks


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the members of a package."""
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)


def inside(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        assert old.encode() in members[name]
        members[name] = members[name].replace(old.encode(), new.encode(), 1)

    return change


def added(name: str, data: str) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.update({name: data.encode()})


MAIN = "word/document.xml"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>石样甲</dc:creator></cp:coreProperties>'
)


@pytest.mark.parametrize(
    ("leak", "codes"),
    [
        (inside(MAIN, "</w:body>", f"<w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:body>"),
         {"public.foreign_text", "public.redacted_remains"}),
        (inside(MAIN, "</w:body>", "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>内部批注</w:t></w:r></w:p></w:body>"),
         {"public.foreign_text", "public.hidden"}),
        (inside(MAIN, "<w:body>", "<w:body><!-- 工作日 -->"), {"public.hidden"}),
        (inside(MAIN, "，工作日接听。", ""), {"public.missing_text"}),
        (added("docProps/core.xml", CORE), {"public.foreign_text", "public.metadata"}),
        (added("word/comments.xml", "<x>内部批注</x>"), {"public.foreign_text", "public.hidden"}),
    ],
    ids=["struck number", "hidden run", "comment of the file", "lost words", "author", "part that nothing names"],
)  # fmt: skip
def test_a_builder_that_leaks_is_caught(
    leak: Callable[[dict[str, bytes]], None], codes: set[str], tmp_path: Path
) -> None:
    text = draft(f"联系人电话{SECRET}，工作日接听。")
    cuts = struck(text, SECRET)
    files, problems = made(text, tmp_path, cuts)
    assert problems == []
    (document,) = (path for artefact, path in files if artefact.role == "copy")
    repacked(document, leak)
    again = [(artefact, read(path.read_bytes(), path.name)) for artefact, path in files]
    parts = [Part(0, "草稿", text.media_type, "0" * 64, 1, PartRole.MAIN)]
    found = prove(again, TITLE, [PartText(0, PartRole.MAIN, text)], parts, cuts)
    assert {problem.code for problem in found} == codes
    assert {problem.artefact for problem in found} == {2}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_in_a_rebuilt_workbook_is_caught(state: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["镇", "户数"])
    book.active.append(["青石镇", "12"])
    out = io.BytesIO()
    book.save(out)
    text = read(out.getvalue(), "草稿.xlsx")
    files, problems = made(text, tmp_path)
    assert problems == []
    (path,) = (path for artefact, path in files if artefact.role == "copy")
    leaking = openpyxl.load_workbook(path)
    leaking.create_sheet("底稿").append(["青石镇", "张三"])
    leaking["底稿"].sheet_state = state
    leaking.save(path)
    again = [(artefact, read(item.read_bytes(), item.name)) for artefact, item in files]
    parts = [Part(0, "草稿", text.media_type, "0" * 64, 1, PartRole.MAIN)]
    codes = {item.code for item in prove(again, TITLE, [PartText(0, PartRole.MAIN, text)], parts)}
    assert {"public.foreign_text", "public.hidden", "public.metadata"} <= codes


def test_notes_are_on_the_page_in_the_text_and_in_the_document(tmp_path: Path) -> None:
    text = draft("正文。")
    beside = Beside(notes={0: ("本文有部分内容依法不予公开，依据：某条例第九条。",)})
    texts, parts = (
        [PartText(0, PartRole.MAIN, text)],
        [Part(0, "草稿", text.media_type, "0" * 64, 1, PartRole.MAIN)],
    )
    files = build(TITLE, texts, parts, tmp_path, beside=beside)
    again = [(artefact, read(path.read_bytes(), path.name)) for artefact, path in files]
    assert prove(again, TITLE, texts, parts, beside=beside) == []
    for _, found in again:
        assert beside.notes[0][0] in [line for item in found.segments for line in item.text.split("\n")]
    assert {item.code for item in prove(again, TITLE, texts, parts)} == {"public.foreign_text"}
