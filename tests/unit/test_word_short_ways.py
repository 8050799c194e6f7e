"""The short ways through Word documents: taken where they lose nothing, and never where they would."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Callable

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.collector import Limits
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.word import part as wordml
from disclosure_pipeline.builtin.extractors.word import reader as word_reader
from disclosure_pipeline.builtin.extractors.word import thin as thinning
from disclosure_pipeline.builtin.extractors.word.plain import Plain
from disclosure_pipeline.builtin.extractors.word.reader import DocxExtractor
from disclosure_pipeline.builtin.extractors.word.sheet import StyleSheet
from disclosure_pipeline.builtin.extractors.word.style import Styles
from disclosure_pipeline.builtin.extractors.word.thin import thin
from disclosure_pipeline.model.text import Text
from tests.hiding.word_papers import paper
from tests.hiding.wordfile import Draft, part
from tests.unit.hostile import document, docx, limits, only, packed, paragraph

VISIBLE = paragraph("看得见的正文")
MAIN = '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WHITE = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'


def read(data: bytes) -> Text:
    return DocxExtractor(limits()).read(data, "文件.docx")


def seen(data: bytes, words: str = "表中字") -> bool:
    """Whether a reader of the page sees the words; asked twice, because answers are remembered."""
    first, again = (only(read(data), words).visible for _ in range(2))
    assert first == again
    return first


def table(style: str = "", words: str = "表中字") -> str:
    about = f'<w:tblPr><w:tblStyle w:val="{style}"/></w:tblPr>' if style else ""
    return f"<w:tbl>{about}<w:tr><w:tc>{paragraph(words)}</w:tc></w:tr></w:tbl>"


def table_style(name: str, inside: str, more: str = "") -> str:
    return (
        f'<w:style w:type="table"{more} w:styleId="{name}"><w:name w:val="Table {name}"/>{inside}</w:style>'
    )


def styled(body: str, *styles: str) -> bytes:
    return docx(VISIBLE + body, word__styles_dot_xml=document("".join(styles), "styles"))


# ------------------------------------------------------------------ styles of tables


@pytest.mark.parametrize(
    "look",
    [
        WHITE, "<w:rPr><w:vanish/></w:rPr>", "<w:rPr><w:specVanish/></w:rPr>", '<w:rPr><w:sz w:val="2"/></w:rPr>',
        '<w:rPr><w:color w:themeColor="background1"/></w:rPr>', '<w:rPr><w:w w:val="1"/></w:rPr>',
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr>{WHITE}',
    ],
)  # fmt: skip
def test_a_table_style_that_hides_counts_where_a_table_names_it(look: str) -> None:
    assert not seen(styled(table("A"), table_style("A", look)))
    assert seen(styled(table("B"), table_style("A", look), table_style("B", "")))
    assert seen(styled(table(), table_style("A", look)))
    assert seen(styled(paragraph("表中字"), table_style("A", look)))


def test_a_table_style_that_hides_is_inherited() -> None:
    styles = [table_style("A", WHITE)]
    for below, above in zip("BCD", "ABC", strict=True):
        styles.append(table_style(below, f'<w:basedOn w:val="{above}"/>'))
    assert not seen(styled(table("D"), *styles))
    assert seen(styled(table("D"), *styles[1:]))


@pytest.mark.parametrize("style", ["", "unknown"])
def test_the_default_table_style_counts_for_tables_without_one(style: str) -> None:
    default = table_style("A", WHITE, ' w:default="1"')
    assert not seen(styled(table(style), default))
    assert not seen(styled(table(style), table_style("A", '<w:basedOn w:val="B"/>', ' w:default="1"'), table_style("B", WHITE)))  # fmt: skip
    assert seen(styled(table("C"), default, table_style("C", "")))
    assert seen(styled(paragraph("表中字"), default))


def test_a_table_style_counts_in_the_part_that_names_it() -> None:
    header = part("hdr", table("A", "眉中之字"))
    draft = Draft(
        body=table("B"), section='<w:headerReference w:type="default" r:id="rId2"/>',
        parts={"word/header1.xml": header, "word/styles.xml": document(table_style("A", WHITE) + table_style("B", ""), "styles")},
    )  # fmt: skip
    text = read(draft.data())
    assert only(text, "表中字").visible
    assert only(text, "眉中之字").place.kind == "hidden"


def test_a_dark_table_style_does_not_hide_its_white_letters() -> None:
    dark = f'<w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr>{WHITE}'
    assert seen(styled(table("A"), table_style("A", dark)))


def test_a_table_style_is_known_by_any_spelling_of_its_name() -> None:
    style = table_style("网格甲", WHITE)
    assert not seen(styled(table("网格甲"), style))
    assert not seen(styled(table("网格&#x7532;"), style))
    assert not seen(styled(table("网格甲").replace("w:tblStyle w:val", "w:tblStyle x='y' w:val"), style))
    assert not seen(styled(table("网格甲").replace("w:tblStyle w:val", "w:tblStyle val"), style))


def _other_prefix(sheet: str) -> str:
    return re.sub(r"(</?|\s)w:", r"\1s:", sheet).replace("xmlns:w=", "xmlns:s=")


@pytest.mark.parametrize(
    "write",
    [
        _other_prefix,
        lambda sheet: sheet.replace('"', "'"),
        lambda sheet: sheet.replace("<w:style ", "<w:style\n"),
        lambda sheet: sheet.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda sheet: sheet.replace("<w:style ", "<w:latentStyles w:count='0'/><w:style ", 1),
        lambda sheet: sheet.replace("<w:style ", '<w:latentStyles w:count="0"/><w:style ', 1),
        lambda sheet: sheet.replace("<w:style ", "<!--<w:style w:type='x'>--><w:style "),
        lambda sheet: sheet.replace("<w:style ", table_style("Z", "") + "<w:style\t"),
        lambda sheet: sheet.replace(' w:type="paragraph"', ' w:type="paragraph" xmlns:x="x" x:type="table"'),
        lambda sheet: sheet.replace(' w:type="paragraph"', ' type="paragraph" w:type="table"'),
        lambda sheet: sheet.replace("<w:style ", '<w:style w:type="table"/><w:style\n'),
        lambda sheet: sheet.replace("<w:style ", '<w:style w:type="table"/><s:style ').replace("</w:style>", "</s:style>").replace("xmlns:w=", f"xmlns:s={MAIN} xmlns:w="),
        lambda sheet: sheet.replace("<w:style ", '<w:style w:type="table"><!--<w:style w:type="table">--></w:style><w:style\t'),
        lambda sheet: sheet.replace("<w:name", '<w:tblInd w:w="0" w:type="table"/><w:name'),
    ],
)  # fmt: skip
def test_a_style_that_hides_is_found_however_the_sheet_is_written(
    write: Callable[[str], str | bytes],
) -> None:
    for kind, body in (
        ("paragraph", '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>表中字</w:t></w:r></w:p>'),
        ("table", table("A")),
    ):
        look = table_style("A", WHITE).replace("table", kind)
        sheet = write(document(look, "styles"))
        assert not seen(docx(VISIBLE + body, word__styles_dot_xml=sheet)), kind


def test_the_same_styles_hide_with_one_theme_and_not_with_another() -> None:
    body = table("A")
    styles = document(table_style("A", '<w:rPr><w:color w:themeColor="background1"/></w:rPr>'), "styles")
    theme = '<a:theme xmlns:a="a" name="Office"><a:clrScheme><a:lt1><a:srgbClr val="{}"/></a:lt1></a:clrScheme></a:theme>'
    for color, visible in (("FFFFFF", False), ("000000", True), ("FFFFFF", False)):
        made = docx(
            VISIBLE + body, word__styles_dot_xml=styles, word__theme__theme1_dot_xml=theme.format(color)
        )
        assert seen(made) == visible


def test_a_library_document_needs_its_styles_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = python_docx.Document()
    for number in range(40):
        made.add_paragraph(f"第{number}条　依法主动公开。")
    for style in ("Table Grid", "Light List Accent 1", "Dark List"):
        made.add_table(1, 1, style).cell(0, 0).text = f"格中字：{style}"
    buffer = io.BytesIO()
    made.save(buffer)
    text = read(buffer.getvalue())
    assert all(
        only(text, f"格中字：{style}").visible for style in ("Table Grid", "Light List Accent 1", "Dark List")
    )
    monkeypatch.setattr(Styles, "of", lambda *_: pytest.fail("the styles were parsed again"))
    assert read(buffer.getvalue()) == text


def test_the_unused_white_styles_of_a_library_do_not_make_its_documents_slow() -> None:
    buffer = io.BytesIO()
    python_docx.Document().save(buffer)
    with Package(buffer.getvalue(), Limits.of(limits())) as package:
        sheet = StyleSheet(package, "word/styles.xml", "word/theme/theme1.xml")
        assert sheet.hides_nothing(Tags(document(VISIBLE).encode()))
        white = re.sub("(w:styleId=.TableGrid.>)", rf"\1{WHITE}", sheet.data.decode())
    body = document(VISIBLE + table("TableGrid")).encode()
    with Package(packed({"s.xml": white}), Limits.of(limits())) as package:
        assert not StyleSheet(package, "s.xml").hides_nothing(Tags(body))


# ------------------------------------------------------------------ formatting

_HIDDEN_BY_FORMATTING = {
    "solid shading": '<w:p><w:pPr><w:shd w:val="solid" w:color="000000" w:fill="auto"/></w:pPr><w:r><w:rPr><w:color w:val="000000"/></w:rPr><w:t>表中字</w:t></w:r></w:p>',
    "shading of the theme": '<w:p><w:pPr><w:shd w:val="clear" w:fill="FFFFFF" w:themeFill="text1"/></w:pPr><w:r><w:rPr><w:color w:val="000000"/></w:rPr><w:t>表中字</w:t></w:r></w:p>',
    "attribute without prefix": '<w:p><w:r><w:rPr><w:sz val="2"/></w:rPr><w:t>表中字</w:t></w:r></w:p>',
    "element of another prefix": '<w:p><w:r><w:rPr><x:color xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main" x:val="FFFFFF"/></w:rPr><w:t>表中字</w:t></w:r></w:p>',
    "first line": '<w:p><w:pPr><w:ind w:firstLine="-31680"/></w:pPr><w:r><w:t>表中字</w:t></w:r></w:p>',
    "narrow page": '<w:p><w:pPr><w:ind w:left="3000"/></w:pPr><w:r><w:t>表中字</w:t></w:r></w:p><w:sectPr><w:pgSz w:w="2000" w:h="9000"/></w:sectPr>',
}


@pytest.mark.parametrize("name", _HIDDEN_BY_FORMATTING)
def test_formatting_that_hides_is_seen_by_the_short_way(name: str) -> None:
    assert not seen(docx(VISIBLE + _HIDDEN_BY_FORMATTING[name]))


def test_a_size_that_is_no_number_is_read() -> None:
    assert seen(docx(VISIBLE + paragraph("表中字", '<w:sz w:val="1e999"/><w:vanish w:val="0"/>')))


def test_letters_of_the_pages_colour_are_hidden_in_every_part() -> None:
    blue = '<w:color w:val="1F4E79"/>'
    style = f'<w:style w:type="paragraph" w:styleId="A"><w:rPr>{blue}</w:rPr></w:style>'
    header = document(
        f'{paragraph("页眉字", blue)}<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>样式字</w:t></w:r></w:p>',
        "hdr",
    )
    main = document(VISIBLE).replace("<w:body>", '<w:background w:color="1F4E79"/><w:body>')
    made = packed({
        "word/document.xml": main, "word/header1.xml": header, "word/styles.xml": document(style, "styles"),
        "word/settings.xml": document("<w:displayBackgroundShape/>", "settings"),
    })  # fmt: skip
    text = read(made)
    assert [only(text, words).place.kind for words in ("页眉字", "样式字")] == ["hidden", "hidden"]


def test_characters_outside_paragraphs_belong_to_none() -> None:
    stray = "<w:r><w:t>孤儿字</w:t></w:r>"
    cell = f"<w:tbl><w:tr><w:tc><w:tcPr>{stray}</w:tcPr>{paragraph('格')}</w:tc></w:tr></w:tbl>"
    for body in (VISIBLE + stray, VISIBLE + cell):
        text = read(docx(body))
        assert only(text, "看得见的正文").visible
        assert only(text, "孤儿字").place.kind == "unplaced"


def test_characters_of_a_box_outside_its_paragraphs_are_kept() -> None:
    box = f"<w:txbxContent><w:t>匣中散字</w:t>{paragraph('匣中段')}<w:tcPr><w:t>匣中格字</w:t></w:tcPr></w:txbxContent>"
    text = read(docx(f"{VISIBLE}<w:p><w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r></w:p>"))
    assert only(text, "匣中段").place.kind == "textbox"
    assert [only(text, words).place.kind for words in ("匣中散字", "匣中格字")] == ["unplaced"] * 2


def test_paragraphs_in_paragraphs_do_not_balance_what_stands_outside() -> None:
    nested = "<w:p><w:r><w:t>外</w:t><w:p><w:r><w:t>内字</w:t></w:r></w:p></w:r></w:p>"
    text = read(docx(f"{VISIBLE}{nested}<w:customXml>落单</w:customXml>"))
    assert Counter("".join(item.text for item in text.segments))["单"] == 1
    assert sum(item.text.count("内字") for item in text.segments) == 1


# ------------------------------------------------------------------ what is left out before parsing

_RUN = '<w:r><w:rPr><w:rFonts w:ascii="仿宋"/><w:sz w:val="32"/></w:rPr><w:t>甲</w:t></w:r>'
_LONG = f"<w:p>{_RUN}</w:p>" * 120


def test_repeated_formatting_is_left_out_and_nothing_else() -> None:
    data = document(_LONG).encode()
    assert len(thin(data)) < len(data) / 2
    assert thin(data).count(b"<w:rPr>") == 1
    assert set(Tags(thin(data)).lines.split()) == set(Tags(data).lines.split())
    assert "".join(map(str, parse_xml(thin(data)).itertext())) == "甲" * 120


@pytest.mark.parametrize(
    "block",
    [
        "<w:rPr><w:vanish/></w:rPr>", "<w:rPr>字</w:rPr>", "<w:rPr><w:sz w:val='2'/></w:rPr>", "<w:rPr><w:b>字</w:b></w:rPr>",
        "<w:rPr><w:ins w:author='甲'/></w:rPr>", "<w:rPr><w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr>",
        '<w:rPr><w:sz w:val="&#x32;"/></w:rPr>', "<w:pPr><w:sectPr/></w:pPr>", "<w:tcPr><w:vMerge/></w:tcPr>",
        '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', "<w:rPr><x:b xmlns:x='x'/></w:rPr>",
    ],
)  # fmt: skip
def test_what_may_matter_is_never_left_out(block: str) -> None:
    data = document(f"<w:p><w:r>{block}<w:t>乙</w:t></w:r></w:p>" * 300).encode()
    left = thin(data)
    assert left.count(block.encode()) == 300 or "rPrChange" in block
    assert len(parse_xml(left).findall(".//{*}r/*")) == len(parse_xml(data).findall(".//{*}r/*"))


@pytest.mark.parametrize("odd", ["<!--注-->", "<?x y?>", "<![CDATA[字]]>"])
def test_a_part_where_not_every_bracket_begins_a_tag_is_left_alone(odd: str) -> None:
    data = document(_LONG + paragraph(odd)).encode()
    assert thin(data) == data


def test_formatting_that_matters_is_read_from_the_whole_part() -> None:
    style = '<w:style w:type="paragraph" w:default="1" w:styleId="A"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    black = paragraph("黑字", '<w:color w:val="000000"/>')
    text = read(docx(black * 200 + paragraph("白字"), word__styles_dot_xml=document(style, "styles")))
    assert [item.visible for item in text.segments if item.text == "黑字"] == [True] * 200
    assert not only(text, "白字").visible


def test_broken_formatting_breaks_the_part_whether_it_is_left_out_or_not() -> None:
    data = document(_LONG).encode()
    for wrong in (data.replace(b"</w:rPr>", b"", 1), data[::-1].replace(b"</w:rPr>"[::-1], b"", 1)[::-1]):
        for attempt in (wrong, thin(wrong)):
            with pytest.raises(Exception, match="well-formed"):
                parse_xml(attempt)


_PROPERTIES = st.sampled_from((
    "", "<w:rPr><w:b/></w:rPr>", '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr>', "<w:rPr><w:b/>", "<w:rPr/>", "<w:rPr>误</w:rPr>",
    "<w:pPr><w:jc w:val='left'/></w:pPr>", '<w:pPr><w:jc w:val="left"/></w:pPr>', '<w:pPr><w:jc w:val="left"/><w:rPr><w:b/></w:rPr></w:pPr>',
    "<w:tcPr><w:noWrap/></w:tcPr>", '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>', "<w:rPr><w:rPr><w:b/></w:rPr></w:rPr>",
    '<w:rPr><w:sz w:val="2"/></w:rPr>', '<w:tcPr><w:vMerge w:val="continue"/></w:tcPr>', "<w:rPr><w:b></w:b></w:rPr>",
))  # fmt: skip
_PARAGRAPH = st.builds(
    "<w:p>{0}<w:r>{1}<w:t>甲{2}</w:t></w:r></w:p>".format, _PROPERTIES, _PROPERTIES, st.integers(0, 9)
)
_CELLS = st.builds(
    "<w:tbl><w:tr><w:tc>{0}{1}</w:tc><w:tc>{0}{2}</w:tc></w:tr></w:tbl>".format,
    _PROPERTIES,
    _PARAGRAPH,
    _PARAGRAPH,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(_PARAGRAPH | _CELLS, max_size=8))
def test_a_thinned_part_reads_as_the_whole_part(monkeypatch: pytest.MonkeyPatch, blocks: list[str]) -> None:
    data = docx(VISIBLE + "".join(blocks))
    with monkeypatch.context() as patch:
        patch.setattr(thinning, "_FROM", 0)
        thinned = _read_or_refused(data)
        patch.setattr(word_reader, "thin", bytes)
        whole = _read_or_refused(data)
        patch.setattr(wordml, "plain_paragraphs", lambda *_, **__: Plain({}, looks_matter=True))
        assert thinned == whole == _read_or_refused(data)


def _read_or_refused(data: bytes) -> Text | str:
    try:
        return read(data)
    except Exception as refusal:  # noqa: BLE001 - compared, not handled
        return repr(refusal)


def test_a_paper_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    text = read(paper(wps=True))
    monkeypatch.setattr(word_reader, "thin", bytes)
    assert read(paper(wps=True)) == text


# ------------------------------------------------------------------ memory


def _with_rest(data: bytes, name: str, rest: bytes) -> bytes:
    """The package with bytes behind the packed end of a member, counted as its packed bytes."""
    out = bytearray()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
        directory = bytearray()
        for info in infos:
            start = info.header_offset
            head = 30 + len(info.filename.encode()) + struct.unpack_from("<H", data, start + 28)[0]
            body = data[start + head : start + head + info.compress_size]
            body += rest if info.filename == name else b""
            sizes = struct.pack("<LLL", info.CRC, len(body), info.file_size)
            local = data[start : start + 14] + sizes + data[start + 26 : start + head]
            encoded = info.filename.encode()
            directory += struct.pack("<4s6H", b"PK\x01\x02", 20, 20, 0, info.compress_type, 0, 33) + sizes
            directory += struct.pack("<5HLL", len(encoded), 0, 0, 0, 0, 0, len(out)) + encoded
            out += local + body
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(infos), len(infos), len(directory), len(out), 0)
    return bytes(out + directory + end)


def test_bytes_behind_a_remembered_part_are_not_forgotten() -> None:
    style = table_style("Grid", "")
    clean = styled(VISIBLE, style)
    dirty = _with_rest(clean, "word/styles.xml", "藏在压缩数据之后的字".encode())
    for _ in range(2):
        assert read(clean) == read(_with_rest(clean, "word/styles.xml", b""))
        assert only(read(dirty), "藏在压缩数据之后的字").place.kind == "unplaced"


def test_a_remembered_part_with_other_sizes_is_another_part() -> None:
    clean = styled(VISIBLE, table_style("Grid", ""))
    read(clean)
    with Package(clean, Limits.of(limits())) as package:
        known = package.digest("word/styles.xml")
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        info = archive.getinfo("word/styles.xml")
    damaged = clean.replace(struct.pack("<L", info.CRC), struct.pack("<L", info.CRC ^ 1))
    with Package(damaged, Limits.of(limits())) as package:
        assert package.digest("word/styles.xml") != known
    with pytest.raises(Exception, match="damaged"):
        read(damaged)
