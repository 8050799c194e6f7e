"""Word documents: every hiding place has a marker of its own."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.word import part as wordml
from disclosure_pipeline.builtin.extractors.word.plain import Plain
from disclosure_pipeline.builtin.extractors.word.reader import DocxExtractor
from disclosure_pipeline.builtin.public.blocks import Grid, public_copy
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import PartText, SourceFile
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.text import Text
from tests.hiding.docx_text import TEXT_PLACES
from tests.hiding.word_papers import paper
from tests.unit.hostile import (
    LAUGHS,
    by_text,
    codes,
    document,
    docx,
    encrypted_zip,
    limits,
    lying_bomb,
    only,
    packed,
    paragraph,
    png,
    zip_bomb,
)

VISIBLE = paragraph("看得见的正文")
NOTED = VISIBLE.replace("</w:p>", '<w:r><w:{0}Reference w:id="2"/></w:r></w:p>')
BOX = '<mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx><w:txbxContent>{0}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>{1}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>'


def read(data: bytes, name: str = "文件.docx", **changes: int) -> Text:
    return DocxExtractor(limits(**changes)).read(data, name)


def test_reads_a_document_written_by_a_library(tmp_path: Path) -> None:
    path = tmp_path / "通知.docx"
    made = python_docx.Document()
    made.add_heading("关于公开征求意见的通知", 1)
    made.add_paragraph("甲").add_run("乙").bold = True
    table = made.add_table(2, 2)
    table.cell(1, 1).text = "格乙二"
    made.sections[0].header.paragraphs[0].text = "页眉文字"
    made.sections[0].footer.paragraphs[0].text = "页脚文字"
    made.core_properties.author = "作者甲"
    made.save(str(path))
    text = DocxExtractor(limits()).extract(SourceFile(0, path, path.name))
    assert [segment.text for segment in text.segments[:3]] == ["关于公开征求意见的通知", "甲乙", "格乙二"]
    assert text.segments[2].place.as_json() == {
        "part": "word/document.xml", "kind": "table", "paragraph": 6, "cell": "table 1 B2",
    }  # fmt: skip
    assert only(text, "页眉文字").place.kind == "header"
    assert only(text, "页脚文字").place.kind == "footer"
    author = only(text, "作者甲")
    assert (author.place.kind, author.place.detail, author.visible) == ("metadata", "creator", False)
    assert (text.media_type.split(".")[-1], text.extractor, text.warnings, text.doubts) == (
        "document",
        "builtin.docx",
        (),
        (),
    )


PLACES: dict[str, tuple[Callable[[str], bytes], str, bool]] = {
    "deleted": (lambda m: docx(VISIBLE + f'<w:p><w:del w:author="x"><w:r><w:delText>{m}</w:delText></w:r></w:del></w:p>'), "deletion", False),
    "moved away": (lambda m: docx(VISIBLE + f"<w:p><w:moveFrom><w:r><w:t>{m}</w:t></w:r></w:moveFrom></w:p>"), "deletion", False),
    "deleted row": (lambda m: docx(VISIBLE + f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph(m)}</w:tc></w:tr></w:tbl>"), "deletion", False),
    "inserted": (lambda m: docx(VISIBLE + f"<w:p><w:ins><w:r><w:t>{m}</w:t></w:r></w:ins></w:p>"), "insertion", True),
    "vanish": (lambda m: docx(VISIBLE + paragraph(m, "<w:vanish/>")), "hidden", False),
    "white": (lambda m: docx(VISIBLE + paragraph(m, '<w:color w:val="FFFFFF"/>')), "hidden", False),
    "nearly white": (lambda m: docx(VISIBLE + paragraph(m, '<w:color w:val="FEFDFC"/>')), "hidden", False),
    "tiny": (lambda m: docx(VISIBLE + paragraph(m, '<w:sz w:val="2"/>')), "hidden", False),
    "white on black": (lambda m: docx(VISIBLE + paragraph(m, '<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>')), "body", True),
    "not vanished": (lambda m: docx(VISIBLE + paragraph(m, '<w:vanish w:val="0"/>')), "body", True),
    "hidden style": (
        lambda m: docx(
            VISIBLE + paragraph(m, '<w:rStyle w:val="B"/>'),
            word__styles_dot_xml=document(
                '<w:style w:type="character" w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style>'
                '<w:style w:type="character" w:styleId="B"><w:basedOn w:val="A"/></w:style>', "styles"),
        ), "hidden", False),
    "field code": (lambda m: docx(VISIBLE + f"<w:p><w:r><w:instrText>QUOTE {m}</w:instrText></w:r></w:p>"), "field", False),
    "simple field": (lambda m: docx(VISIBLE + f'<w:p><w:fldSimple w:instr="DOCPROPERTY {m}"/></w:p>'), "field", False),
    "text box": (lambda m: docx(VISIBLE + f"<w:p><w:r>{BOX.format(paragraph(m), paragraph(m))}</w:r></w:p>"), "textbox", True),
    "only in the fallback": (lambda m: docx(VISIBLE + f"<w:p><w:r>{BOX.format(paragraph('甲'), paragraph(m))}</w:r></w:p>"), "hidden", False),
    "watermark": (
        lambda m: docx(VISIBLE, word__header1_dot_xml=document(f'<w:p><w:r><w:pict><v:shape><v:textpath string="{m}"/></v:shape></w:pict></w:r></w:p>', "hdr")),
        "textbox", True),
    "footnote": (lambda m: docx(NOTED.format("footnote"), word__footnotes_dot_xml=document(f'<w:footnote w:id="2">{paragraph(m)}</w:footnote>', "footnotes")), "footnote", True),
    "endnote": (lambda m: docx(NOTED.format("endnote"), word__endnotes_dot_xml=document(f'<w:endnote w:id="2">{paragraph(m)}</w:endnote>', "endnotes")), "endnote", True),
    "comment": (lambda m: docx(VISIBLE, word__comments_dot_xml=document(f'<w:comment w:author="a">{paragraph(m)}</w:comment>', "comments")), "comment", False),
    "glossary": (lambda m: docx(VISIBLE, word__glossary__document_dot_xml=document(f"<w:docParts>{paragraph(m)}</w:docParts>", "glossaryDocument")), "hidden", False),
    "alt text": (lambda m: docx(VISIBLE + f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="图片 1" descr="{m}"/></wp:inline></w:drawing></w:r></w:p>'), "alt", False),
    "equation": (lambda m: docx(VISIBLE + f"<w:p><m:oMath><m:r><m:t>{m}</m:t></m:r></m:oMath></w:p>"), "body", True),
    "content control": (lambda m: docx(VISIBLE + f"<w:sdt><w:sdtContent>{paragraph(m)}</w:sdtContent></w:sdt>"), "body", True),
    "list of a control": (lambda m: docx(VISIBLE + f'<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="{m}"/></w:dropDownList></w:sdtPr></w:sdt>'), "form", False),
    "custom XML": (lambda m: docx(VISIBLE, customXml__item1_dot_xml=f"<data><name>{m}</name></data>"), "metadata", False),
    "custom property": (lambda m: docx(VISIBLE, docProps__custom_dot_xml=f'<Properties><property name="n"><v>{m}</v></property></Properties>'), "metadata", False),
    "unknown part": (lambda m: docx(VISIBLE, word__other_dot_xml=f"<x><y>{m}</y></x>"), "unplaced", False),
    "unknown attribute": (lambda m: docx(VISIBLE, word__other_dot_xml=f'<x y="{m}"/>'), "unplaced", False),
    "stray text": (lambda m: docx(VISIBLE + m), "unplaced", False),
    "xml comment": (lambda m: docx(VISIBLE + f"<!--{m}-->"), "unplaced", False),
    "xml comment in settings": (lambda m: docx(VISIBLE, word__settings_dot_xml=f"<settings><!--{m}--></settings>"), "unplaced", False),
    "numbering text": (lambda m: docx(VISIBLE, word__numbering_dot_xml=document(f'<w:lvl><w:lvlText w:val="{m}%1"/></w:lvl>', "numbering")), "field", True),
    "hyperlink": (
        lambda m: docx(VISIBLE, word___rels__document_dot_xml_dot_rels=f'<Relationships><Relationship Id="r" TargetMode="External" Type="x/hyperlink" Target="http://x/{m}"/></Relationships>'),
        "link", False),
    "chart": (lambda m: docx(VISIBLE, word__charts__chart1_dot_xml=f'<c:chartSpace xmlns:c="c" xmlns:a="a"><a:p><a:r><a:t>{m}</a:t></a:r></a:p></c:chartSpace>'), "textbox", True),
    "embedded document": (lambda m: docx(VISIBLE, word__embeddings__a_dot_docx=docx(paragraph(m))), "attachment", False),
    "embedded twice": (lambda m: docx(VISIBLE, word__embeddings__a_dot_docx=docx("", word__embeddings__b_dot_docx=docx(paragraph(m)))), "attachment", False),
    "imported html": (lambda m: docx(VISIBLE, word__afchunk_dot_htm=f"<html><body><p>{m}</p></body></html>"), "attachment", False),
    "picture metadata": (lambda m: docx(VISIBLE, word__media__image1_dot_png=_png_with_text(f"电话{m}")), "metadata", False),
}  # fmt: skip


def _png_with_text(marker: str) -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Description", marker)
    buffer = io.BytesIO()
    Image.new("L", (20, 20)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("marker", ["藏身处甲乙丙", "13800138000"])
def test_finds_every_hiding_place(place: str, marker: str) -> None:
    make, kind, visible = PLACES[place]
    text = read(make(marker))
    found = only(text, marker)
    assert (found.place.kind, found.visible) == (kind, visible)
    assert only(text, "看得见的正文").visible


def test_a_utf16_part_is_read_like_any_other() -> None:
    part = document(paragraph("十六位", "<w:vanish/>")).replace("UTF-8", "UTF-16").encode("utf-16")
    text = read(packed({"[Content_Types].xml": "<Types/>", "word/document.xml": part}))
    assert only(text, "十六位").place.kind == "hidden"


def test_changes_keep_the_sentence_whole() -> None:
    body = (
        "<w:p><w:r><w:t>一</w:t></w:r><w:del w:author='王芳'><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins w:author='李明'><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:t>三</w:t></w:r></w:p>"
    )
    text = read(docx(body))
    assert [(s.text, s.place.kind, s.place.detail) for s in text.segments[:2]] == [
        ("一新三", "insertion", "李明"), ("旧", "deletion", "王芳"),
    ]  # fmt: skip
    assert text.facts == {"insertions": 1, "deletions": 1}
    assert len(text.warnings) == 1


def test_signs_and_symbols_become_characters() -> None:
    body = '<w:p><w:r><w:t>机密</w:t><w:sym w:font="Wingdings" w:char="F0AB"/><w:t>1年</w:t><w:tab/><w:t>甲</w:t></w:r></w:p>'
    assert read(docx(body)).segments[0].text == "机密★1年\t甲"


def test_nested_and_merged_cells_have_their_own_names() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('内')}</w:tc></w:tr></w:tbl>"
    body = (
        f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph("甲")}{paragraph("乙")}</w:tc>'
        f"<w:tc>{paragraph('丙')}{inner}</w:tc></w:tr></w:tbl>"
    )
    cells = {segment.place.cell: segment.text for segment in read(docx(body)).segments}
    assert cells["table 1 A1"] == "甲\n乙"
    assert cells["table 1 C1"].strip() == "丙"
    assert cells["table 2 A1"] == "内"


def test_hidden_places_follow_the_visible_ones_of_their_part() -> None:
    parts = {
        "word__styles_dot_xml": document("", "styles"),
        "word__header1_dot_xml": document(paragraph("眉"), "hdr"),
    }
    text = read(docx(paragraph("隐", "<w:vanish/>") + VISIBLE, **parts))
    assert [segment.text for segment in text.segments] == ["看得见的正文", "隐", "眉"]
    assert [segment.visible for segment in text.segments] == [True, False, False]
    assert text.segments[0].place.part == "word/document.xml"


def test_a_large_picture_is_a_doubt_and_a_small_one_is_not() -> None:
    assert codes(read(docx(VISIBLE, word__media__a_dot_png=png(800, 800)))) == {"picture.unread"}
    assert codes(read(docx(VISIBLE, word__media__a_dot_png=png(200, 900)))) == set()
    assert codes(read(docx(VISIBLE, word__media__a_dot_emf=b"\x01\x00\x00\x00emf"))) == {"picture.unread"}


def test_a_small_picture_shown_large_is_a_doubt() -> None:
    body = VISIBLE + (
        '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="6000000" cy="9000000"/>'
        '<a:blip r:embed="rId1"/></wp:inline></w:drawing></w:r></w:p>'
    )
    rels = '<Relationships><Relationship Id="rId1" Type="x/image" Target="media/a.png"/></Relationships>'
    data = docx(body, word___rels__document_dot_xml_dot_rels=rels, word__media__a_dot_png=png(150, 150))
    assert codes(read(data)) == {"picture.unread"}


def test_what_cannot_be_read_is_a_doubt() -> None:
    assert codes(read(docx(VISIBLE, word__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0vba"))) == {"macro.unread"}
    assert codes(read(docx(VISIBLE, word__embeddings__o_dot_bin=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1ole"))) == {
        "attachment.unread"
    }
    assert codes(read(docx(VISIBLE, word__x_dot_dat=bytes(range(256))))) == {"attachment.unread"}
    assert codes(read(docx(paragraph("隐", "<w:vanish/>")))) == {"text.empty"}
    deep = docx(paragraph("底"))
    for _ in range(4):
        deep = docx(VISIBLE, word__embeddings__a_dot_docx=deep)
    text = read(deep, max_depth=3)
    assert codes(text) == {"attachment.unread"}
    assert by_text(text, "底") == []


def test_a_wrong_suffix_is_a_warning() -> None:
    assert read(docx(VISIBLE), "文件.docm").warnings == ()
    assert read(docx(VISIBLE), "文件.pdf").warnings == ("文件扩展名与内容不符：内容实际是Word 文档。",)


SECRET = "绝不外泄的文字"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "file.empty"),
    "truncated": (lambda: docx(paragraph(SECRET))[:-30], "file.broken"),
    "bytes before it": (lambda: b"PK\x03\x04" + docx(paragraph(SECRET)), "file.broken"),
    "damaged member": (lambda: docx(paragraph(SECRET)).replace(b"word/document.xml", b"word/d\xe9cument.xml", 1), "file.broken"),
    "not well-formed": (lambda: docx(f"<w:p>{SECRET}"), "file.broken"),
    "encrypted zip": (encrypted_zip, "file.encrypted"),
    "zip bomb": (zip_bomb, "file.bomb"),
    "lying zip bomb": (lying_bomb, "file.broken"),
    "billion laughs": (lambda: docx(word__x_dot_xml=LAUGHS + f"<x>&lol9;{SECRET}</x>"), "file.bomb"),
    "laughs in utf-16": (lambda: docx(word__x_dot_xml=(LAUGHS + f"<x>{SECRET}</x>").encode("utf-16")), "file.bomb"),
    "external entity": (lambda: docx(word__x_dot_xml=f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;{SECRET}</x>'), "file.bomb"),
    "climbing name": (lambda: packed({"word/document.xml": document(paragraph(SECRET)), "../evil.xml": "<x/>"}), "file.broken"),
    "absolute name": (lambda: packed({"word/document.xml": document(paragraph(SECRET)), "/evil.xml": "<x/>"}), "file.broken"),
    "two of one name": (lambda: packed({"word/document.xml": document(paragraph(SECRET)), "word/Document.xml": "<x/>"}), "file.broken"),
    "too deep": (lambda: docx("<w:sdt>" * 300 + SECRET + "</w:sdt>" * 300), "file.broken"),
    "no document": (lambda: packed({"word/other.xml": f"<x>{SECRET}</x>"}), "file.unknown"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_refuses_hostile_packages_without_their_text(attack: str) -> None:
    make, code = HOSTILE[attack]
    with pytest.raises(ExtractionFailed) as refusal:
        read(make())
    assert refusal.value.code == code
    assert SECRET not in repr(refusal.value.as_json())
    assert refusal.value.advice != ExtractionFailed.advice


def test_limits_are_kept() -> None:
    with pytest.raises(ExtractionFailed, match="too many members"):
        read(docx(VISIBLE), max_members=1)
    with pytest.raises(ExtractionFailed, match="too many characters"):
        read(docx(VISIBLE), max_characters=3)
    with pytest.raises(ExtractionFailed, match="too many bytes"):
        read(docx(VISIBLE), max_unpacked=10)


@pytest.mark.parametrize("wps", [False, True])
def test_an_everyday_paper_is_quiet(wps: bool) -> None:
    text = read(paper(wps=wps))
    assert (text.doubts, text.warnings) == ((), ())
    assert {segment.place.kind for segment in text.segments if not segment.visible} == {"field", "metadata"}
    assert {segment.place.kind for segment in text.segments if segment.visible} == {"body", "table", "footer"}


def test_every_word_of_a_paper_is_read_once() -> None:
    text = read(paper())
    shown = [segment for segment in text.segments if segment.visible]
    assert [segment.text for segment in shown[:2]] == [
        "各镇人民政府，县政府各部门：",
        "现将有关事项通知如下。",
    ]
    assert sum(segment.text.startswith("各镇人民政府，县政府各部门：现将") for segment in shown) == 80
    cells = [segment for segment in shown if segment.place.kind == "table"]
    assert len(cells) == 48
    assert cells[5].place.cell == "table 1 B2"


def _long_way(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Text:
    with monkeypatch.context() as patch:
        patch.setattr(wordml, "plain_paragraphs", lambda *_, **__: Plain({}, looks_matter=True))
        return read(data)


def test_the_short_way_sees_what_the_long_way_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in TEXT_PLACES:
        data = place.data
        assert read(data) == _long_way(monkeypatch, data), place.name
    assert read(paper(wps=True)) == _long_way(monkeypatch, paper(wps=True))


_RUNS = (
    "<w:r><w:t>甲</w:t></w:r>", "<w:r><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r>", "<w:ins><w:r><w:t>新</w:t></w:r></w:ins>",
    "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>", '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>白</w:t></w:r>',
    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>', "<w:foo>散</w:foo>",
    "<w:r><w:instrText>PAGE</w:instrText></w:r>", "<w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink>", "落单",
    '<w:r><w:rPr><w:sz w:val="2"/></w:rPr><w:t>微</w:t></w:r>', "<m:oMath><m:r><m:t>数</m:t></m:r></m:oMath>", "<w:r><w:br/></w:r>",
    "<w:r><w:t>前<!--注-->后</w:t></w:r>", "<w:r><w:tab>藏</w:tab></w:r>", '<w:r><w:sym w:char="F0AB">符</w:sym></w:r>',
    "<w:r><w:t>外<x>里</x>外</w:t></w:r>", "<wp:posOffset>移</wp:posOffset>",
    "<w:r><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict><w:t>后</w:t></w:r>",
)  # fmt: skip
_PROPERTIES = (
    "", "<w:pPr><!--评--></w:pPr>", "<w:pPr><w:jc w:val='left'/></w:pPr>", '<w:pPr><w:ind w:left="31680"/></w:pPr>', "<w:pPr>误</w:pPr>",
    '<w:pPr><w:shd w:val="clear" w:fill="FFFFFF"/></w:pPr>', '<w:pPr><w:shd w:val="clear" w:fill="000000"/></w:pPr>',
)  # fmt: skip
_PARAGRAPHS = st.builds(
    lambda properties, runs: f"<w:p>{properties}{''.join(runs)}</w:p>",
    st.sampled_from(_PROPERTIES), st.lists(st.sampled_from(_RUNS), max_size=4),
)  # fmt: skip
_BLOCKS = st.recursive(
    _PARAGRAPHS,
    lambda inner: st.lists(inner, max_size=3).map(lambda blocks: f"<w:tbl><w:tr><w:tc>{''.join(blocks)}</w:tc></w:tr></w:tbl>")
    | inner.map(lambda block: f"<w:sdt><w:sdtContent>{block}</w:sdtContent></w:sdt>")
    | inner.map(lambda block: f"<w:del>{block}</w:del>"),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(_BLOCKS, max_size=5))
def test_both_ways_agree_and_lose_nothing(monkeypatch: pytest.MonkeyPatch, blocks: list[str]) -> None:
    body = "".join(blocks)
    data = docx(VISIBLE + body)
    text = read(data)
    assert text == _long_way(monkeypatch, data)
    written = Counter(
        "".join(map("".join, re.findall(r">([^<]+)(?=<)|<!--(.*?)--", f">{body}<"))).replace("PAGE", "")
    )
    kept = Counter("".join(segment.text for segment in text.segments))
    assert not {letter for letter in written if kept[letter] < written[letter]}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.data())
def test_broken_files_are_refused_and_nothing_else_happens(noise: bytes, data: st.DataObject) -> None:
    file = docx(VISIBLE, word__styles_dot_xml=document("", "styles"))
    at = data.draw(st.integers(0, len(file)))
    until = data.draw(st.integers(at, min(len(file), at + 60)))
    for attempt in (noise, b"PK\x03\x04" + noise, file[:at] + noise + file[until:], file[:at]):
        try:
            read(attempt)
        except ExtractionFailed as refusal:
            assert refusal.code.startswith("file.")


def test_inserted_cells_stay_in_their_table() -> None:
    rows = [("姓名", "部门"), ("<w:ins w:author='李明'><w:r><w:t>王芳</w:t></w:r></w:ins>", "办公室")]
    cells = ["".join(f"<w:tc><w:p>{_run(cell)}</w:p></w:tc>" for cell in row) for row in rows]
    text = read(docx(VISIBLE + f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"))
    assert only(text, "王芳").place.kind == "insertion"
    (section,) = public_copy("标题", [PartText(0, PartRole.MAIN, text)], []).sections
    assert section.blocks[-1] == Grid("", (("姓名", "部门"), ("王芳", "办公室")))


def _run(cell: str) -> str:
    return cell if cell.startswith("<") else f"<w:r><w:t>{cell}</w:t></w:r>"


def test_an_inserted_header_does_not_become_public() -> None:
    header = document("<w:p><w:ins><w:r><w:t>内部页眉</w:t></w:r></w:ins></w:p>", "hdr")
    assert only(read(docx(VISIBLE, word__header1_dot_xml=header)), "内部页眉").place.kind == "header"


def test_white_letters_in_a_dark_styled_table_are_seen() -> None:
    look = '<w:style w:type="table" w:styleId="D"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:tblStylePr></w:style>'
    cell = paragraph("表头", '<w:color w:val="FFFFFF"/>')
    for style, kind in (("D", "table"), ("E", "hidden")):
        body = f'{VISIBLE}<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/></w:tblPr><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>'
        assert (
            only(read(docx(body, word__styles_dot_xml=document(look, "styles"))), "表头").place.kind == kind
        )


def test_a_style_sheet_seen_before_is_known_again_and_another_is_not() -> None:
    clean = document(
        '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading 9"/></w:style>', "styles"
    )
    told = clean.replace("heading 9", "绝密样式")
    body = VISIBLE + paragraph("隐", '<w:rStyle w:val="A"/>')
    hiding = clean.replace("<w:name", "<w:rPr><w:vanish/></w:rPr><w:name")
    for _ in range(2):
        assert only(read(docx(body, word__styles_dot_xml=clean)), "隐").visible
        assert only(read(docx(body, word__styles_dot_xml=told)), "绝密样式").place.kind == "name"
        assert not only(read(docx(body, word__styles_dot_xml=hiding)), "隐").visible


@pytest.mark.parametrize(("aligned", "seen"), [("", False), ("mso-position-horizontal:right;", True)])
def test_a_shape_that_is_aligned_stands_on_the_page_whatever_its_offset_was(aligned: str, seen: bool) -> None:
    style = f"position:absolute;margin-left:11313pt;margin-top:0;width:90pt;height:40pt;{aligned}"
    box = f"<v:textbox><w:txbxContent>{paragraph('页码牌')}</w:txbxContent></v:textbox>"
    body = f'{VISIBLE}<w:p><w:r><w:pict><v:rect style="{style}">{box}</v:rect></w:pict></w:r></w:p>'
    assert only(read(docx(body)), "页码牌").visible == seen


def test_page_numbers_of_a_table_of_contents_are_seen() -> None:
    entry = "<w:p><w:r><w:t>总则</w:t></w:r><w:r><w:rPr><w:webHidden/></w:rPr><w:tab/><w:t>第三页</w:t></w:r></w:p>"
    assert [item.text for item in read(docx(entry)).segments if item.visible] == ["总则\t第三页"]
