"""Word documents: every hiding place has a marker of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pytest

from disclosure_pipeline.builtin.extractors.docx import DocxExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
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
    "inserted": (lambda m: docx(VISIBLE + f"<w:p><w:ins><w:r><w:t>{m}</w:t></w:r></w:ins></w:p>"), "body", True),
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
    "only in the fallback": (lambda m: docx(VISIBLE + f"<w:p><w:r>{BOX.format(paragraph('甲'), paragraph(m))}</w:r></w:p>"), "textbox", True),
    "watermark": (
        lambda m: docx(VISIBLE, word__header1_dot_xml=document(f'<w:p><w:r><w:pict><v:shape><v:textpath string="{m}"/></v:shape></w:pict></w:r></w:p>', "hdr")),
        "textbox", True),
    "footnote": (lambda m: docx(VISIBLE, word__footnotes_dot_xml=document(f"<w:footnote>{paragraph(m)}</w:footnote>", "footnotes")), "footnote", True),
    "endnote": (lambda m: docx(VISIBLE, word__endnotes_dot_xml=document(f"<w:endnote>{paragraph(m)}</w:endnote>", "endnotes")), "endnote", True),
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
    "numbering text": (lambda m: docx(VISIBLE, word__numbering_dot_xml=document(f'<w:lvl><w:lvlText w:val="{m}%1"/></w:lvl>', "numbering")), "unplaced", False),
    "hyperlink": (
        lambda m: docx(VISIBLE, word___rels__document_dot_xml_dot_rels=f'<Relationships><Relationship Id="r" TargetMode="External" Type="x/hyperlink" Target="http://x/{m}"/></Relationships>'),
        "link", False),
    "chart": (lambda m: docx(VISIBLE, word__charts__chart1_dot_xml=f'<c:chartSpace xmlns:c="c" xmlns:a="a"><a:p><a:r><a:t>{m}</a:t></a:r></a:p></c:chartSpace>'), "textbox", True),
    "embedded document": (lambda m: docx(VISIBLE, word__embeddings__a_dot_docx=docx(paragraph(m))), "attachment", False),
    "embedded twice": (lambda m: docx(VISIBLE, word__embeddings__a_dot_docx=docx("", word__embeddings__b_dot_docx=docx(paragraph(m)))), "attachment", False),
    "imported html": (lambda m: docx(VISIBLE, word__afchunk_dot_htm=f"<html><body><p>{m}</p></body></html>"), "attachment", False),
    "picture metadata": (lambda m: docx(VISIBLE, word__media__image1_dot_png=_png_with_text(m)), "metadata", False),
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
        "<w:p><w:r><w:t>一</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:t>三</w:t></w:r></w:p>"
    )
    text = read(docx(body))
    assert [(s.text, s.place.kind, s.place.detail) for s in text.segments] == [
        ("一新三", "body", "insertion"), ("旧", "deletion", None),
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
    text = read(
        docx(paragraph("隐", "<w:vanish/>") + VISIBLE, word__header1_dot_xml=document(VISIBLE, "hdr"))
    )
    assert [segment.visible for segment in text.segments] == [True, False, True]
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
    data = docx(body, word___rels__document_dot_xml_dot_rels=rels, word__media__a_dot_png=png(90, 90))
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
    text = read(deep)
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
