"""Places of a workbook where text can hide: its sheets, and every other part of the package."""

from __future__ import annotations

import io
from collections.abc import Mapping

from tests.hiding.opc import DRAWING, OFFICE, Relation
from tests.hiding.place import Hiding
from tests.hiding.vocabulary import vocabulary
from tests.hiding.workbooks import MAIN, NAMESPACES, Book, Sheet, cell, row
from tests.hiding.xlsx_sheet import SHEET_PLACES, place

_SHEET = "xl/worksheets/sheet1.xml"
_BOOK = "xl/workbook.xml"
_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"'
_XDR = f'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"'
_TC = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
_X14 = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
_RICH = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"'
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_GRAPHIC = '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="图表 1"{}/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData uri="{}">{}</a:graphicData></a:graphic></xdr:graphicFrame>'
_ANCHOR = "<xdr:from><xdr:col>{0}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{1}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"


def _linked(source: str, kind: str, target: str, content: str | bytes, **book: str) -> Book:
    """A book with one more part that another one names."""
    return _related({target: content}, {source: [Relation(kind, f"/{target}")]}, **book)


def _related(parts: Mapping[str, str | bytes], relations: Mapping[str, list[Relation]], **book: str) -> Book:
    return Book(parts=parts, relations=relations, **book)  # type: ignore[arg-type]


def _comments(text: str, author: str = "王芳") -> Book:
    xml = f'<comments xmlns="{MAIN}"><authors><author>{author}</author></authors><commentList><comment ref="B2" authorId="0"><text><r><t>{text}</t></r></text></comment></commentList></comments>'
    return _related(
        {"xl/comments1.xml": xml, "xl/drawings/vmlDrawing1.vml": _vml('ObjectType="Note"', "")},
        {_SHEET: [Relation("comments", "../comments1.xml"), Relation("vmlDrawing", "../drawings/vmlDrawing1.vml")]},
    )  # fmt: skip


def _vml(client: str, inner: str, shape: str = "", data: str = "") -> str:
    return (
        f'<xml {_VML}><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        f'<v:shape id="_x0000_s1025" type="#_x0000_t202" style="position:absolute;visibility:hidden" {shape}>'
        f'<v:textbox style="mso-direction-alt:auto">{inner}</v:textbox><x:ClientData {client}><x:MoveWithCells/>'
        f"<x:Anchor>3, 15, 1, 2, 5, 31, 5, 1</x:Anchor>{data}<x:Row>1</x:Row><x:Column>1</x:Column></x:ClientData></v:shape></xml>"
    )


def _button(inner: str = "", shape: str = "", data: str = "") -> Book:
    vml = _vml('ObjectType="Button"', inner, shape, data)
    return _linked(_SHEET, "vmlDrawing", "xl/drawings/vmlDrawing1.vml", vml)


def _drawing(
    inner: str, *, at: tuple[int, int] = (1, 5), client: str = "", more: Mapping[str, str | bytes] | None = None,
    relations: list[Relation] | None = None,
) -> Book:  # fmt: skip
    xml = f'<xdr:wsDr {_XDR}><xdr:oneCellAnchor>{_ANCHOR.format(*at)}<xdr:ext cx="900000" cy="300000"/>{inner}<xdr:clientData {client}/></xdr:oneCellAnchor></xdr:wsDr>'
    return _related(
        {"xl/drawings/drawing1.xml": xml, **(more or {})},
        {_SHEET: [Relation("drawing", "../drawings/drawing1.xml")], "xl/drawings/drawing1.xml": relations or []},
        after='<drawing r:id="rId1"/>',
    )  # fmt: skip


def _shape(
    text: str, *, run: str = "", properties: str = "", attributes: str = "", name: str = "文本框 1"
) -> str:
    return (
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="{name}" {attributes}/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        f'<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></a:xfrm>{properties}</xdr:spPr>'
        f'<xdr:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="zh-CN">{run}</a:rPr><a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>'
    )


def _chart(inner: str, frame: str = "") -> Book:
    graphic = _GRAPHIC.format(frame, _CHART, f'<c:chart xmlns:c="{_CHART}" r:id="rId1"/>')
    xml = f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}">{inner}</c:chartSpace>'
    return _drawing(
        graphic, more={"xl/charts/chart1.xml": xml}, relations=[Relation("chart", "../charts/chart1.xml")]
    )


def _series(category: str) -> str:
    return (
        "<c:chart><c:plotArea><c:layout/><c:barChart><c:ser><c:idx val='0'/><c:cat><c:strRef><c:f>名单!$A$2</c:f><c:strCache>"
        f"<c:ptCount val='1'/><c:pt idx='0'><c:v>{category}</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:barChart></c:plotArea></c:chart>"
    )


def _pivot(fields: str, records: str = "", table: str = "") -> Book:
    definition = f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" refreshedBy="王芳" recordCount="1"><cacheSource type="worksheet"><worksheetSource ref="A1:B2" sheet="名单"/></cacheSource><cacheFields count="1">{fields}</cacheFields></pivotCacheDefinition>'
    cache = "xl/pivotCache/pivotCache"
    return _related(
        {
            f"{cache}Definition1.xml": definition,
            f"{cache}Records1.xml": f'<pivotCacheRecords xmlns="{MAIN}" count="1">{records}</pivotCacheRecords>',
            "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{MAIN}" name="数据透视表1" cacheId="1" dataCaption="值" {table}><location ref="H1:I3" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/></pivotTableDefinition>',
        },
        {
            _BOOK: [Relation("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")],
            f"{cache}Definition1.xml": [Relation("pivotCacheRecords", "pivotCacheRecords1.xml")],
            _SHEET: [Relation("pivotTable", "../pivotTables/pivotTable1.xml")],
            "xl/pivotTables/pivotTable1.xml": [Relation("pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")],
        },
        workbook_after='<pivotCaches><pivotCache cacheId="1" r:id="rId4"/></pivotCaches>',
    )  # fmt: skip


def _external(inner: str, target: str = "file:///D:/a.xlsx") -> Book:
    part = "xl/externalLinks/externalLink1.xml"
    return _related(
        {part: f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1">{inner}</externalBook></externalLink>'},
        {_BOOK: [Relation("externalLink", "externalLinks/externalLink1.xml")], part: [Relation("externalLinkPath", target, external=True)]},
        workbook_after='<externalReferences><externalReference r:id="rId4"/></externalReferences>',
    )  # fmt: skip


def _connection(attributes: str, inner: str) -> Book:
    return _linked(_BOOK, "connections", "xl/connections.xml", f'<connections xmlns="{MAIN}"><connection id="1" type="1" refreshedVersion="6" {attributes}>{inner}</connection></connections>')  # fmt: skip


def _table(
    attributes: str, columns: str = '<tableColumn id="1" name="姓名"/><tableColumn id="2" name="部门"/>'
) -> Book:
    xml = f'<table xmlns="{MAIN}" id="1" displayName="表1" ref="A1:B2" {attributes}><tableColumns count="2">{columns}</tableColumns></table>'
    return _linked(_SHEET, "table", "xl/tables/table1.xml", xml, after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>')  # fmt: skip


def _slicer(attributes: str) -> Book:
    return _linked(_SHEET, "http://schemas.microsoft.com/office/2007/relationships/slicer", "xl/slicers/slicer1.xml", f'<slicers {_X14}><slicer cache="c" rowHeight="241300" {attributes}/></slicers>')  # fmt: skip


def _revision(inner: str) -> Book:
    headers, log = "xl/revisions/revisionHeaders.xml", "xl/revisions/revisionLog1.xml"
    guid = "{AB1234CD-0001-4000-8000-000000000001}"
    return _related(
        {
            headers: f'<headers xmlns="{MAIN}" xmlns:r="{OFFICE}" guid="{guid}"><header guid="{guid}" dateTime="2026-03-01T08:00:00" maxSheetId="2" userName="王芳" r:id="rId1"><sheetIdMap count="1"><sheetId val="1"/></sheetIdMap></header></headers>',
            log: f'<revisions xmlns="{MAIN}">{inner}</revisions>',
        },
        {_BOOK: [Relation("revisionHeaders", "revisions/revisionHeaders.xml")], headers: [Relation("revisionLog", "revisionLog1.xml")]},
    )  # fmt: skip


def _custom(content: str) -> Book:
    return Book(parts={"customXml/item1.xml": content}, relations={_BOOK: [Relation("customXml", "../customXml/item1.xml")]})  # fmt: skip


def _threaded(m: str, person: str = "李明") -> Book:
    guid = "{AB1234CD-0001-4000-8000-000000000001}"
    thread = f'<ThreadedComments {_TC}><threadedComment ref="B2" dT="2026-03-01T08:00:00.00" personId="{guid}" id="{guid}"><text>{m}</text></threadedComment></ThreadedComments>'
    people = f'<personList {_TC}><person displayName="{person}" id="{guid}" userId="liming" providerId="None"/></personList>'
    microsoft = "http://schemas.microsoft.com/office/2017/10/relationships"
    return _related(
        {"xl/threadedComments/threadedComment1.xml": thread, "xl/persons/person.xml": people},
        {_SHEET: [Relation(f"{microsoft}/threadedComment", "../threadedComments/threadedComment1.xml")], _BOOK: [Relation(f"{microsoft}/person", "persons/person.xml")]},
    )  # fmt: skip


def _diagram(m: str) -> Book:
    uri = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    data = f'<dgm:dataModel xmlns:dgm="{uri}" xmlns:a="{DRAWING}"><dgm:ptLst><dgm:pt modelId="1"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/><a:p><a:r><a:t>{m}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>'
    graphic = _GRAPHIC.format("", uri, f'<dgm:relIds xmlns:dgm="{uri}" r:dm="rId1"/>')
    return _drawing(graphic, more={"xl/diagrams/data1.xml": data}, relations=[Relation("diagramData", "../diagrams/data1.xml")])  # fmt: skip


def _picture(m: str) -> Book:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    information = PngInfo()
    information.add_text("Comment", m)
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG", pnginfo=information)
    picture = '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="图片 1"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill><xdr:spPr/></xdr:pic>'
    return _drawing(picture, more={"xl/media/image1.png": buffer.getvalue()}, relations=[Relation("image", "../media/image1.png")])  # fmt: skip


def _embedded(m: str) -> Book:
    inner = Book(rows=row(5, cell("A5", m))).data()
    return _linked(_SHEET, "package", "xl/embeddings/Microsoft_Excel_Worksheet.xlsx", inner)


def _printer(m: str, driver: str = "") -> Book:
    """Windows' DEVMODE begins with the name of the printer, 32 characters of UTF-16."""
    device = (
        m.encode("utf-16-le").ljust(64, b"\0") + b"\x01\x04\x00\x06\xdc\x00" + b"\0" * 150 + driver.encode()
    )
    return _linked(_SHEET, "printerSettings", "xl/printerSettings/printerSettings1.bin", device)


PLACES: tuple[Hiding, ...] = (
    *SHEET_PLACES,
    place("cell comment", "comment", _comments),
    place("author of a comment", "metadata", lambda m: _comments("请核对", m)),
    place("threaded comment", "comment", _threaded),
    place("person of a threaded comment", "metadata", lambda m: _threaded("好", m)),
    place("caption of a button", "form textbox", lambda m: _button(f'<div style="text-align:center"><font face="等线" size="220">{m}</font></div>'), visible=True),
    place("alternative text in VML", "alt", lambda m: _button(shape=f'alt="{m}"')),
    place("macro of a button", "formula script", lambda m: _button(data=f"<x:FmlaMacro>[0]!{m}</x:FmlaMacro>"), narrow=True),
    place("list of a form control", "form", lambda m: _linked(_SHEET, "ctrlProp", "xl/ctrlProps/ctrlProp1.xml", f'<formControlPr {_X14} objectType="List" dx="22"><itemLst><item val="{m}"/></itemLst></formControlPr>')),
    place("cell behind a form control", "formula form", lambda m: _linked(_SHEET, "ctrlProp", "xl/ctrlProps/ctrlProp1.xml", f'<formControlPr {_X14} objectType="CheckBox" fmlaLink="{m}!$A$1"/>'), narrow=True),
    place("column name of a table, not shown", "name", lambda m: _table('headerRowCount="0"', f'<tableColumn id="1" name="{m}"/>')),
    place("label of a table's totals", "name", lambda m: _table('totalsRowCount="1"', f'<tableColumn id="1" name="姓名" totalsRowLabel="{m}"/>')),
    place("comment of a table", "comment name", lambda m: _table(f'comment="{m}"')),
    place("formula of a table's column", "formula", lambda m: _table("", f'<tableColumn id="1" name="姓名"><calculatedColumnFormula>"{m}"</calculatedColumnFormula></tableColumn>')),
    place("pivot cache, items", "cache", lambda m: _pivot(f'<cacheField name="姓名"><sharedItems count="1"><s v="{m}"/></sharedItems></cacheField>')),
    place("pivot cache, records", "cache", lambda m: _pivot('<cacheField name="姓名"><sharedItems/></cacheField>', f'<r><s v="{m}"/></r>')),
    place("pivot cache, formula of a field", "formula cache", lambda m: _pivot(f'<cacheField name="x" databaseField="0" formula="{m}*2"/>'), narrow=True),
    place("name of a pivot table", "name", lambda m: _pivot("", table=f'rowHeaderCaption="{m}"')),
    place("caption of a slicer", "textbox name", lambda m: _slicer(f'name="s" caption="{m}"'), visible=True),
    place("name of a slicer", "name", lambda m: _slicer(f'name="{m}" caption="部门"'), narrow=True),
    place("values of a linked file", "cache", lambda m: _external(f'<sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>{m}</v></cell></row></sheetData></sheetDataSet>')),
    place("sheets of a linked file", "name cache", lambda m: _external(f'<sheetNames><sheetName val="{m}"/></sheetNames>')),
    place("path of a linked file", "link", lambda m: _external("", f"file:///D:/{m}.xlsx")),
    place("DDE link", "link", lambda m: _linked(_BOOK, "externalLink", "xl/externalLinks/externalLink1.xml", f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="{m}" ddeTopic="t"/></externalLink>'), narrow=True),
    place("connection", "link", lambda m: _connection('name="c"', f'<dbPr connection="Provider=SQLOLEDB;User ID={m}" command="x"/>'), narrow=True),
    place("command of a connection", "formula", lambda m: _connection('name="c"', f'<dbPr connection="x" command="SELECT {m}"/>'), narrow=True),
    place("description of a connection", "name metadata", lambda m: _connection(f'name="c" description="{m}"', "")),
    place("text file of a connection", "link", lambda m: _connection('name="c"', f'<textPr sourceFile="D:\\{m}.txt"/>')),
    place("query table", "name", lambda m: _linked(_SHEET, "queryTable", "xl/queryTables/queryTable1.xml", f'<queryTable xmlns="{MAIN}" name="q" connectionId="1"><queryTableRefresh><queryTableDeletedFields count="1"><deletedField name="{m}"/></queryTableDeletedFields></queryTableRefresh></queryTable>')),
    place("custom XML", "metadata", lambda m: _custom(f"<档案><密级>{m}</密级></档案>")),
    place("attribute of custom XML", "metadata", lambda m: _custom(f'<file note="{m}"/>')),
    place("XML map", "name metadata", lambda m: _linked(_BOOK, "xmlMaps", "xl/xmlMaps.xml", f'<MapInfo xmlns="{MAIN}" SelectionNamespaces=""><Schema ID="s"/><Map ID="1" Name="{m}" RootElement="r" SchemaID="s"/></MapInfo>')),
    place("list of parts in the properties", "metadata", lambda m: Book(parts={"docProps/app.xml": f'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><TitlesOfParts><vt:vector size="1" baseType="lpstr"><vt:lpstr>{m}</vt:lpstr></vt:vector></TitlesOfParts></Properties>'})),
    place("custom property", "metadata", lambda m: Book(parts={"docProps/custom.xml": f'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="承办人"><vt:lpwstr>{m}</vt:lpwstr></property></Properties>'})),
    place("property of a sheet", "metadata", lambda m: _linked(_SHEET, "customProperty", "xl/customProperty1.bin", m.encode("utf-16-le"), after='<customProperties><customPr name="p" r:id="rId1"/></customProperties>')),
    place("title of a chart", "textbox", lambda m: _chart(f"<c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{m}</a:t></a:r></a:p></c:rich></c:tx></c:title></c:chart>"), visible=True),
    place("category of a chart", "cache", lambda m: _chart(_series(m)), visible=True),
    place("series of a chart filtered out", "cache", lambda m: _chart(f'<c:chart><c:plotArea><c:barChart><c:extLst><c:ext uri="{{02D57815-91ED-43cb-92C2-25804820EDAC}}"><c15:filteredBarSeries xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:ser><c:tx><c:strRef><c:f>A1</c:f><c:strCache><c:pt idx="0"><c:v>{m}</c:v></c:pt></c:strCache></c:strRef></c:tx></c15:ser></c15:filteredBarSeries></c:ext></c:extLst></c:barChart></c:plotArea></c:chart>')),
    place("header of a chart printed alone", "header", lambda m: _chart(f"<c:chart/><c:printSettings><c:headerFooter><c:oddHeader>&amp;C{m}</c:oddHeader></c:headerFooter></c:printSettings>")),
    place("alternative text of a chart", "alt", lambda m: _chart("<c:chart/>", f' descr="{m}"')),
    place("chart of a hidden sheet", "hidden", lambda m: Book(
        sheets=[Sheet("附表", "", "hidden", after='<drawing r:id="rId1"/>')],
        parts={"xl/drawings/drawing1.xml": f'<xdr:wsDr {_XDR}><xdr:absoluteAnchor><xdr:pos x="0" y="0"/><xdr:ext cx="9" cy="9"/>{_shape(m)}<xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>'},
        relations={"xl/worksheets/sheet2.xml": [Relation("drawing", "../drawings/drawing1.xml")]})),
    place("text box", "textbox", lambda m: _drawing(_shape(m)), visible=True),
    place("text box that is not printed", "hidden", lambda m: _drawing(_shape(m), client='fPrintsWithSheet="0"')),
    place("hidden text box", "hidden", lambda m: _drawing(_shape(m, attributes='hidden="1"'))),
    place("white text in a text box", "hidden", lambda m: _drawing(_shape(m, run='<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>', properties="<a:noFill/>"))),
    place("white text on a blue shape", "textbox", lambda m: _drawing(_shape(m, run='<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>', properties='<a:solidFill><a:srgbClr val="1F4E79"/></a:solidFill>')), visible=True),
    place("text box outside the sheet's columns", "hidden", lambda m: _drawing(_shape(m), at=(16384, 3))),
    place("alternative text of a shape", "alt", lambda m: _drawing(_shape("见附件", attributes=f'descr="{m}"'))),
    place("name of a shape", "name", lambda m: _drawing(_shape("见附件", name=m))),
    place("formula of a text box", "formula", lambda m: _drawing(_shape("见附件").replace('textlink=""', f'textlink="{m}!$A$1"')), narrow=True),
    place("SmartArt", "textbox", _diagram, visible=True),
    place("name of a picture in a cell, as WPS keeps it", "alt", lambda m: _linked(_BOOK, "http://www.wps.cn/officeDocument/2020/cellImage", "xl/cellimages.xml", f'<etc:cellImages {_XDR} xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"><etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A" descr="{m}"/><xdr:cNvPicPr/></xdr:nvPicPr></xdr:pic></etc:cellImage></etc:cellImages>')),
    place("embedded workbook", "attachment", _embedded),
    place("comment of a picture", "metadata", _picture),
    place("name of the printer", "metadata", _printer),
    place("changed cell of a shared workbook", "deletion", lambda m: _revision(f'<rcc rId="1" sId="1"><oc r="A2" t="inlineStr"><is><t>{m}</t></is></oc><nc r="A2"/></rcc>')),
    place("cell of a deleted row in a shared workbook", "deletion", lambda m: _revision(f'<rrc rId="1" sId="1" ref="A9:XFD9" action="deleteRow"><rcc rId="0" sId="1"><oc r="A9" t="inlineStr"><is><t>{m}</t></is></oc><nc r="A9"/></rcc></rrc>')),
    place("old name of a sheet", "deletion", lambda m: _revision(f'<rsnm rId="1" sheetId="1" oldName="[a.xlsx]{m}" newName="[a.xlsx]名单"/>')),
    place("user of a shared workbook", "metadata", lambda m: _linked(_BOOK, "usernames", "xl/revisions/userNames.xml", f'<users xmlns="{MAIN}" count="1"><userInfo guid="{{AB1234CD-0001-4000-8000-000000000001}}" name="{m}" id="-1" dateTime="2026-03-01T08:00:00"/></users>'), narrow=True),
    place("web extension", "metadata", lambda m: Book(parts={"xl/webextensions/webextension1.xml": f'<we:webextension xmlns:we="http://schemas.microsoft.com/office/webextensions/webextension/2010/11" id="{{AB1234CD-0001-4000-8000-000000000001}}"><we:reference id="wa1" version="1.0.0.0" store="zh-CN" storeType="OMEX"/><we:properties><we:property name="p" value="&quot;{m}&quot;"/></we:properties></we:webextension>'}), narrow=True),
    place("linked data type", "cache", lambda m: _linked(_BOOK, "http://schemas.microsoft.com/office/2017/06/relationships/rdRichValue", "xl/richData/rdrichvalue.xml", f'<rvData {_RICH} count="1"><rv s="0"><v>{m}</v></rv></rvData>')),
    place("key of a linked data type", "name", lambda m: _linked(_BOOK, "http://schemas.microsoft.com/office/2017/06/relationships/rdRichValueStructure", "xl/richData/rdrichvaluestructure.xml", f'<rvStructures {_RICH} count="1"><s t="_entity"><k n="_DisplayString" t="s"/><k n="{m}" t="s"/></s></rvStructures>')),
    place("metadata of a cell", "metadata cache", lambda m: _linked(_BOOK, "sheetMetadata", "xl/metadata.xml", f'<metadata xmlns="{MAIN}"><metadataStrings count="1"><s v="{m}"/></metadataStrings></metadata>')),
    place("theme", "name", lambda m: _linked(_BOOK, "theme", "xl/theme/theme1.xml", f'<a:theme xmlns:a="{DRAWING}" name="{m}"><a:themeElements/></a:theme>')),
    place("sheet that the workbook forgot", "hidden", lambda m: Book(parts={"xl/worksheets/sheet7.xml": f'<worksheet {NAMESPACES}><sheetData>{row(1, cell("A1", m))}</sheetData></worksheet>'})),
    place("macro sheet with a prefix of its own", "hidden", lambda m: Book(parts={"xl/macrosheets/sheet8.xml": f'<xm:macrosheet xmlns="{MAIN}" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><sheetData>{row(1, cell("A1", m))}</sheetData></xm:macrosheet>'})),
    place("smart tag of a cell", "metadata", lambda m: Book(parts={"xl/worksheets/sheet6.xml": f'<worksheet {NAMESPACES}><sheetData/><smartTags><cellSmartTags r="A1"><cellSmartTag type="0"><cellSmartTagPr key="k" val="{m}"/></cellSmartTag></cellSmartTags></smartTags></worksheet>'}), narrow=True),
    place("part that nobody names", "unplaced", lambda m: Book(parts={"xl/旧/a.xml": f"<a>{m}</a>"})),
    place("part with a code name", "name", lambda m: Book(parts={f"xl/media/{m}.xml": "<a/>"}), narrow=True),
    place("element in the schema of an XML map", "metadata", lambda m: _linked(_BOOK, "xmlMaps", "xl/xmlMaps.xml", f'<MapInfo xmlns="{MAIN}" SelectionNamespaces=""><Schema ID="s"><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="{m}"/></xs:schema></Schema></MapInfo>'), narrow=True),
    place("id of an XML map's schema", "metadata", lambda m: _linked(_BOOK, "xmlMaps", "xl/xmlMaps.xml", f'<MapInfo xmlns="{MAIN}" SelectionNamespaces=""><Schema ID="{m}"/></MapInfo>'), narrow=True),
    place("topic of a volatile dependency", "link", lambda m: _linked(_BOOK, "volatileDependencies", "xl/volatileDependencies.xml", f'<volTypes xmlns="{MAIN}"><volType type="realTimeData"><main first="rtd"><tp t="s"><v>1</v><stp>{m}</stp><tr r="A1" s="1"/></tp></main></volType></volTypes>'), narrow=True),
    place("words of a printer's driver", "metadata", lambda m: _printer("PDF", m), narrow=True),
    place("font of a theme", "unplaced name", lambda m: _linked(_BOOK, "theme", "xl/theme/theme1.xml", f'<a:theme xmlns:a="{DRAWING}" name="Office"><a:themeElements><a:fontScheme name="Office"><a:majorFont><a:latin typeface="{m}"/></a:majorFont></a:fontScheme></a:themeElements></a:theme>'), narrow=True),
    place("name of a member", "name", lambda m: Book(parts={f"xl/media/{m}.xml": "<a/>"})),
    place("value in a chart of another kind", "cache", lambda m: _drawing(_shape("见图"), more={"xl/charts/chartEx1.xml": f'<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:chartData><cx:data id="0"><cx:strDim type="cat"><cx:lvl ptCount="1"><cx:pt idx="0">{m}</cx:pt></cx:lvl></cx:strDim></cx:data></cx:chartData></cx:chartSpace>'}, relations=[Relation("http://schemas.microsoft.com/office/2014/relationships/chartEx", "../charts/chartEx1.xml")]), visible=True),
    *vocabulary(
        ".xlsx", lambda: Book(strings='<si><r><rPr><sz val="9"/></rPr><t>字</t></r></si>').data(), where="xl/worksheets/sheet1.xml",
        spots={"xl/worksheets/sheet1.xml": ("<worksheet", "</worksheet>"), "xl/workbook.xml": ("<workbook", "</workbook>"),
               "xl/sharedStrings.xml": ("<sst", "</si>"), "xl/styles.xml": ("<styleSheet", "</styleSheet>")},
    ),
    *(
        Hiding(f"{item.name}, plain", item.suffix, item.kinds, item.make, narrow=item.narrow)
        for spot in (("xl/worksheets/sheet1.xml", ('<row r="1"', "</row>")), ("xl/sharedStrings.xml", ("<sst", "")))
        for item in vocabulary(".xlsx", lambda: Book().data(), where="xl/worksheets/sheet1.xml", spots=dict([spot]))
    ),
)  # fmt: skip
