"""Clean copies look like their drafts: tables, shapes and pictures are where they were, or there is no copy."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from PIL import Image

from disclosure_pipeline.errors import ExtractionFailed
from tests.hiding.decks import Deck
from tests.hiding.wordfile import Draft, paragraph, run
from tests.unit.test_editors import CLEANERS, LIMITS

STYLE = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"
TABLE = (
    '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="表格 8"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
    '<p:xfrm><a:off x="914400" y="3657600"/><a:ext cx="5486400" cy="457200"/></p:xfrm><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl><a:tblPr firstRow="1">'
    f'<a:tableStyleId>{STYLE}</a:tableStyleId></a:tblPr><a:tblGrid><a:gridCol w="5486400"/></a:tblGrid><a:tr h="457200">'
    "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>民政局</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc></a:tr></a:tbl>"
    "</a:graphicData></a:graphic></p:graphicFrame>"
)


def cleaned(data: bytes, suffix: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(CLEANERS[suffix](data, [], LIMITS)))


def shape(geometry: str) -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="7" name="形状 6"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="914400" cy="914400"/></a:xfrm>{geometry}</p:spPr></p:sp>'
    )


def test_a_table_of_a_slide_stays_a_table() -> None:
    slide = cleaned(Deck(shapes=TABLE).data(), ".pptx").read("ppt/slides/slide1.xml").decode()
    assert 'uri="http://schemas.openxmlformats.org/drawingml/2006/table"' in slide
    assert STYLE in slide


def test_a_shape_keeps_its_measures() -> None:
    rounded = shape(
        '<a:prstGeom prst="roundRect"><a:avLst><a:gd name="adj" fmla="val 50000"/></a:avLst></a:prstGeom>'
    )
    slide = cleaned(Deck(shapes=rounded).data(), ".pptx").read("ppt/slides/slide1.xml").decode()
    assert '<a:gd name="adj" fmla="val 50000"/>' in slide


@pytest.mark.parametrize(
    "shapes",
    [
        shape('<a:prstGeom prst="rect"><a:avLst><a:gd name="张三" fmla="val 1"/></a:avLst></a:prstGeom>'),
        TABLE.replace("2006/table", "2006/zhangsan"),
        '<p:pic><p:nvPicPr><p:cNvPr id="8" name="图片 7"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><mc:AlternateContent>'
        '<mc:Choice Requires="p14"><p:blipFill/></mc:Choice></mc:AlternateContent><p:spPr/></p:pic>',
    ],
)
def test_what_cannot_be_taken_over_is_refused_not_lost(shapes: str) -> None:
    with pytest.raises(ExtractionFailed) as refused:
        cleaned(Deck(shapes=shapes).data(), ".pptx")
    assert refused.value.code == "clean.object"


def sheet_of(fill: Any) -> bytes:
    book = openpyxl.Workbook()
    fill(book.worksheets[0])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_formula_without_a_result_is_refused() -> None:
    data = sheet_of(lambda sheet: [sheet.append(row) for row in ((12,), (8,), ("=SUM(A1:A2)",))])
    with pytest.raises(ExtractionFailed) as refused:
        cleaned(data, ".xlsx")
    assert refused.value.code == "clean.formula"


def test_a_picture_keeps_its_size_behind_hidden_rows() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["标题"])
        sheet.row_dimensions[2].hidden = True
        buffer = io.BytesIO()
        Image.new("RGB", (400, 300), "red").save(buffer, "PNG")
        picture = SheetImage(buffer)
        picture.anchor = TwoCellAnchor(_from=AnchorMarker(col=1, row=4), to=AnchorMarker(col=2, row=6))
        sheet.add_image(picture)

    drawing = cleaned(sheet_of(fill), ".xlsx").read("xl/drawings/drawing1.xml").decode()
    corners = [line.split("</")[0] for line in drawing.replace("<xdr:", "<").split("<row>")[1:]]
    assert corners == ["3", "5"]


def test_a_sheet_is_printed_as_before() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["标题"])
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = 0.25

    copy: Any = openpyxl.load_workbook(io.BytesIO(CLEANERS[".xlsx"](sheet_of(fill), [], LIMITS))).worksheets[
        0
    ]
    assert (copy.sheet_properties.pageSetUpPr.fitToPage, copy.page_margins.left) == (True, 0.25)


def document(body: str) -> str:
    return cleaned(Draft(body).data(), ".docx").read("word/document.xml").decode()


def test_a_deleted_paragraph_leaves_no_empty_one() -> None:
    gone = (
        '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1" w:author="甲"/></w:rPr></w:pPr>'
        '<w:del w:id="2" w:author="甲"><w:r><w:delText>旧条款</w:delText></w:r></w:del></w:p>'
    )
    before = document(paragraph("甲") + paragraph("乙"))
    assert document(paragraph("甲") + gone + paragraph("乙")) == before


def test_a_picture_in_two_forms_keeps_the_common_one() -> None:
    position = (
        '<mc:AlternateContent><mc:Choice Requires="wp14"/><mc:Fallback><wp:positionH relativeFrom="page">'
        "<wp:posOffset>458470</wp:posOffset></wp:positionH></mc:Fallback></mc:AlternateContent>"
    )
    drawing = f"<w:p>{run('甲')}<w:r><w:drawing><wp:anchor>{position}</wp:anchor></w:drawing></w:r></w:p>"
    assert "458470" in document(drawing)
    with pytest.raises(ExtractionFailed, match="newer form"):
        document(drawing.replace("Fallback", "Other"))
