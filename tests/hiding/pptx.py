"""Places of a presentation where text can hide."""

from __future__ import annotations

import io
from collections.abc import Callable

from tests.hiding.decks import NAMES, THEME, Deck, box, frame, picture, placeholder, sheet_of, slide
from tests.hiding.opc import DRAWING, OFFICE, PREFIX, Relation, core
from tests.hiding.place import Hiding
from tests.hiding.vocabulary import vocabulary
from tests.hiding.workbooks import Book, cell, row

_SLIDE = "ppt/slides/slide1.xml"
_DECK = "ppt/presentation.xml"
_WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
_GUID = "{AB1234CD-0001-4000-8000-000000000001}"


def _place(
    name: str,
    kinds: str,
    make: Callable[[str], Deck],
    *,
    visible: bool = False,
    narrow: bool = False,
    suffix: str = ".pptx",
) -> Hiding:
    return Hiding(name, suffix, tuple(kinds.split()), lambda m: make(m).data(), visible, narrow)


def _shapes(xml: str) -> Callable[[str], Deck]:
    return lambda m: Deck(shapes=xml.replace("@", m))


def _linked(source: str, kind: str, part: str, content: str | bytes, **deck: str) -> Deck:
    """A deck with one more part that another one names (``rId2`` of a slide)."""
    return Deck(parts={part: content}, relations={source: [Relation(kind, f"/{part}")]}, **deck)  # type: ignore[arg-type]


def _notes(m: str) -> Deck:
    notes = placeholder("sldImg", "幻灯片图像占位符 1", "") + placeholder("body", "备注占位符 2", m)
    part = "ppt/notesSlides/notesSlide1.xml"
    return Deck(
        parts={part: sheet_of("notes", notes), "ppt/notesMasters/notesMaster1.xml": sheet_of("notesMaster", "")},
        relations={
            _SLIDE: [Relation("notesSlide", "../notesSlides/notesSlide1.xml")],
            part: [Relation("slide", "../slides/slide1.xml"), Relation("notesMaster", "../notesMasters/notesMaster1.xml")],
            _DECK: [Relation("notesMaster", "notesMasters/notesMaster1.xml")],
        },
    )  # fmt: skip


def _png(m: str = "") -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    information = PngInfo()
    if m:
        information.add_text("Comment", m)
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "navy").save(buffer, "PNG", pnginfo=information)
    return buffer.getvalue()


def _covered(m: str) -> Deck:
    shapes = box(m, at=(100, 300), size=(200, 40)) + picture("rId2", at=(50, 250), size=(400, 200))
    return _linked(_SLIDE, "image", "ppt/media/image1.png", _png(), shapes=shapes)


def _white_on_picture(m: str) -> Deck:
    shapes = picture("rId2", at=(50, 250), size=(400, 200)) + box(
        m, at=(100, 300), size=(200, 40), run=_WHITE
    )
    return _linked(_SLIDE, "image", "ppt/media/image1.png", _png(), shapes=shapes)


def _comment(m: str, author: str = "王芳") -> Deck:
    comments = f'<p:cmLst {NAMES}><p:cm authorId="0" dt="2026-03-01T08:00:00" idx="1"><p:pos x="10" y="10"/><p:text>{m}</p:text></p:cm></p:cmLst>'
    authors = f'<p:cmAuthorLst {NAMES}><p:cmAuthor id="0" name="{author}" initials="W" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>'
    return Deck(
        parts={"ppt/comments/comment1.xml": comments, "ppt/commentAuthors.xml": authors},
        relations={_SLIDE: [Relation("comments", "../comments/comment1.xml")], _DECK: [Relation("commentAuthors", "commentAuthors.xml")]},
    )  # fmt: skip


def _modern(comment: str, reply: str = "好", author: str = "王芳") -> Deck:
    names = f'xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" xmlns:a="{DRAWING}"'
    body = "<p188:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></p188:txBody>"
    comments = f'<p188:cmLst {names}><p188:cm id="{_GUID}" authorId="{_GUID}" created="2026-03-01T08:00:00.000"><p188:replyLst><p188:reply id="{_GUID}" authorId="{_GUID}" created="2026-03-01T08:01:00.000">{body.format(reply)}</p188:reply></p188:replyLst>{body.format(comment)}</p188:cm></p188:cmLst>'
    authors = f'<p188:authorLst {names}><p188:author id="{_GUID}" name="{author}" initials="W" userId="S::w::1" providerId="AD"/></p188:authorLst>'
    microsoft = "http://schemas.microsoft.com/office/2018/10/relationships"
    return Deck(
        parts={"ppt/comments/modernComment_100_0.xml": comments, "ppt/authors.xml": authors},
        relations={_SLIDE: [Relation(f"{microsoft}/comments", "../comments/modernComment_100_0.xml")], _DECK: [Relation(f"{microsoft}/authors", "authors.xml")]},
    )  # fmt: skip


def _table(cells: str) -> Callable[[str], Deck]:
    grid = '<a:tblGrid><a:gridCol w="900000"/><a:gridCol w="900000"/></a:tblGrid>'
    return lambda m: Deck(
        shapes=frame(
            _TABLE, f'<a:tbl><a:tblPr/>{grid}<a:tr h="300000">{cells.replace("@", m)}</a:tr></a:tbl>'
        )
    )


def _td(text: str, attributes: str = "", run: str = "") -> str:
    return f"<a:tc {attributes}><a:txBody><a:bodyPr/><a:p><a:r><a:rPr>{run}</a:rPr><a:t>{text}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>"


def _chart(m: str, *, workbook: str = "") -> Deck:
    series = f"<c:ser><c:cat><c:strRef><c:f>Sheet1!$A$2</c:f><c:strCache><c:pt idx='0'><c:v>{m}</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser>"
    xml = f'{PREFIX}<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"><c:chart><c:plotArea><c:barChart>{series}</c:barChart></c:plotArea></c:chart><c:externalData r:id="rId1"/></c:chartSpace>'
    inner = Book(rows=row(9, cell("H9", workbook or "合计"))).data()
    return Deck(
        shapes=frame(_CHART, f'<c:chart xmlns:c="{_CHART}" r:id="rId2"/>'),
        parts={"ppt/charts/chart1.xml": xml, "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": inner},
        relations={_SLIDE: [Relation("chart", "../charts/chart1.xml")], "ppt/charts/chart1.xml": [Relation("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx")]},
    )  # fmt: skip


def _diagram(m: str) -> Deck:
    data = f'<dgm:dataModel xmlns:dgm="{_DIAGRAM}" xmlns:a="{DRAWING}"><dgm:ptLst><dgm:pt modelId="1"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/><a:p><a:r><a:t>{m}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>'
    return _linked(_SLIDE, "diagramData", "ppt/diagrams/data1.xml", data, shapes=frame(_DIAGRAM, f'<dgm:relIds xmlns:dgm="{_DIAGRAM}" r:dm="rId2"/>'))  # fmt: skip


def _group(inner: str, attributes: str = "") -> str:
    form = '<a:xfrm><a:off x="0" y="0"/><a:ext cx="9144000" cy="6858000"/><a:chOff x="0" y="0"/><a:chExt cx="9144000" cy="6858000"/></a:xfrm>'
    return f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="组合 8" {attributes}/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>{form}</p:grpSpPr>{inner}</p:grpSp>'


def _embedded(m: str) -> Deck:
    from tests.unit.hostile import docx, paragraph

    ole = '<p:oleObj name="文档" r:id="rId2" progId="Word.Document.12"><p:embed/></p:oleObj>'
    return _linked(_SLIDE, "package", "ppt/embeddings/Microsoft_Word_Document1.docx", docx(paragraph(m)), shapes=frame("http://schemas.openxmlformats.org/presentationml/2006/ole", ole))  # fmt: skip


def _media(m: str) -> Deck:
    inside = f'<a:audioFile r:link="rId3"/><p:extLst><p:ext uri="{{DAA4B4D4-6D71-4841-9C94-3DE7FCFB9230}}"><p14:media r:embed="rId3"><p14:bmkLst><p14:bmk name="{m}" time="1000"/></p14:bmkLst></p14:media></p:ext></p:extLst>'
    return _linked(_SLIDE, "image", "ppt/media/image1.png", _png(), shapes=picture("rId2", at=(50, 250), size=(40, 40), name="音频 5", inside=inside))  # fmt: skip


def _unused_layout(m: str) -> Deck:
    xml = f'{PREFIX}<p:sldLayout {NAMES}><p:cSld name="空白"><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{box(m)}</p:spTree></p:cSld></p:sldLayout>'
    part = "ppt/slideLayouts/slideLayout2.xml"
    return Deck(parts={part: xml}, relations={"ppt/slideMasters/slideMaster1.xml": [Relation("slideLayout", "../slideLayouts/slideLayout2.xml")], part: [Relation("slideMaster", "../slideMasters/slideMaster1.xml")]})  # fmt: skip


def _handout(m: str) -> Deck:
    return _linked(_DECK, "handoutMaster", "ppt/handoutMasters/handoutMaster1.xml", sheet_of("handoutMaster", placeholder("hdr", "页眉占位符 1", m)))  # fmt: skip


def _changes(m: str) -> Deck:
    xml = f'<pc:chgInfo xmlns:pc="http://schemas.microsoft.com/office/powerpoint/2013/main/command"><pc:docChgLst><pc:chgData name="{m}" userId="1" providerId="None" clId="Web-{_GUID}"/></pc:docChgLst></pc:chgInfo>'
    return _linked(_DECK, "http://schemas.microsoft.com/office/2016/11/relationships/changesInfo", "ppt/changesInfos/changesInfo1.xml", xml)  # fmt: skip


def _sections(m: str) -> Deck:
    return Deck(presentation=f'<p:extLst><p:ext uri="{{521415D9-36F7-43E2-AB2F-B90AF26B5E84}}"><p14:sectionLst><p14:section name="{m}" id="{_GUID}"><p14:sldIdLst><p14:sldId id="256"/></p14:sldIdLst></p14:section></p14:sectionLst></p:ext></p:extLst>')  # fmt: skip


PLACES: tuple[Hiding, ...] = (
    _place("text box", "body textbox", _shapes(box("@")), visible=True),
    _place("title", "body", _shapes(placeholder("title", "标题 9", "@")), visible=True),
    _place("notes", "note", _notes),
    _place("hidden slide", "hidden", lambda m: Deck(shapes=box(m), attributes='show="0"')),
    _place("slide that was taken out", "hidden", lambda m: Deck(slides=[box(m)], show=[1])),
    _place("slide without a relationship", "hidden", lambda m: Deck(parts={"ppt/slides/slide9.xml": slide(box(m))})),
    _place("beside the slide", "hidden", _shapes(box("@", at=(800, 100)))),
    _place("above the slide", "hidden", _shapes(box("@", at=(100, -90)))),
    _place("hidden shape", "hidden", _shapes(box("@", attributes='hidden="1"'))),
    _place("hidden group", "hidden", _shapes(_group(box("@"), 'hidden="1"'))),
    _place("group in a group", "body textbox", _shapes(_group(_group(box("@")))), visible=True),
    _place("group scaled off the slide", "hidden", _shapes(_group(box("@")).replace('<a:off x="0" y="0"/><a:ext cx="9144000"', '<a:off x="9200000" y="0"/><a:ext cx="9144000"', 1))),
    _place("white on white", "hidden", _shapes(box("@", run=_WHITE))),
    _place("white by theme", "hidden", _shapes(box("@", run='<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'))),
    _place("white on a picture", "body textbox", _white_on_picture, visible=True),
    _place("black on a black slide", "hidden", lambda m: Deck(shapes=box(m, run='<a:solidFill><a:srgbClr val="000000"/></a:solidFill>'), background='<p:bg><p:bgPr><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>')),
    _place("white on a blue shape", "body textbox", _shapes(box("@", run=_WHITE, properties='<a:solidFill><a:srgbClr val="1F4E79"/></a:solidFill>')), visible=True),
    _place("blue on a blue shape", "hidden", _shapes(box("@", run='<a:solidFill><a:srgbClr val="1F4E79"/></a:solidFill>', properties='<a:solidFill><a:srgbClr val="1F4E79"/></a:solidFill>'))),
    _place("letters without fill", "hidden", _shapes(box("@", run="<a:noFill/>"))),
    _place("transparent letters", "hidden", _shapes(box("@", run='<a:solidFill><a:srgbClr val="FF0000"><a:alpha val="0"/></a:srgbClr></a:solidFill>'))),
    _place("letters of one point", "hidden", _shapes(box("@", size_of='sz="100"'))),
    _place("behind a picture", "hidden", _covered),
    _place("behind a filled shape", "hidden", _shapes(box("@", at=(100, 300), size=(200, 40)) + box("图示", at=(90, 290), size=(300, 90), properties='<a:solidFill><a:srgbClr val="FFC000"/></a:solidFill>'))),
    _place("text for old programs", "hidden", _shapes(f'<mc:AlternateContent><mc:Choice Requires="a14">{box("公式")}</mc:Choice><mc:Fallback>{box("@")}</mc:Fallback></mc:AlternateContent>')),
    _place("formula", "body textbox", _shapes(box("计算").replace("</a:r></a:p>", "</a:r><mc:AlternateContent><mc:Choice Requires='a14'><a14:m><m:oMath><m:r><m:t>@</m:t></m:r></m:oMath></a14:m></mc:Choice></mc:AlternateContent></a:p>")), visible=True),
    _place("field of a date", "body textbox footer", _shapes(box("日期").replace("</a:r></a:p>", f'</a:r><a:fld id="{_GUID}" type="datetime1"><a:t>@</a:t></a:fld></a:p>')), visible=True),
    _place("footer", "footer", _shapes(placeholder("ftr", "页脚占位符 4", "@")), visible=True),
    _place("cell of a table", "table", _table(_td("@") + _td("乙")), visible=True),
    _place("cell covered by a merge", "hidden", _table(_td("甲", 'gridSpan="2"') + _td("@", 'hMerge="1"'))),
    _place("white cell", "hidden", _table(_td("@", run=_WHITE) + _td("乙"))),
    _place("category of a chart", "cache", _chart, visible=True),
    _place("workbook behind a chart", "attachment", lambda m: _chart("一季度", workbook=m)),
    _place("SmartArt", "body textbox", _diagram, visible=True),
    _place("embedded document", "attachment", _embedded),
    _place("alternative text", "alt", _shapes(box("见图", attributes='descr="@"'))),
    _place("title of a picture", "alt", _shapes(box("见图", attributes='title="@"'))),
    _place("name of a shape", "name", _shapes(box("见图", name="@"))),
    _place("name of a slide", "name", lambda m: Deck(slide_name=m)),
    _place("tip of a link", "link", _shapes(box("见图", inside='<a:hlinkClick r:id="" action="ppaction://hlinkshowjump?jump=nextslide" tooltip="@"/>'))),
    _place("macro behind a click", "link script", _shapes(box("见图", inside='<a:hlinkHover r:id="" action="ppaction://macro?name=@"/>')), narrow=True),
    _place("address of a link", "link", lambda m: Deck(relations={_SLIDE: [Relation("hyperlink", f"https://example.org/{m}", external=True)]})),
    _place("comment", "comment", _comment),
    _place("author of a comment", "metadata", lambda m: _comment("好", m)),
    _place("modern comment", "comment", _modern),
    _place("reply to a modern comment", "comment", lambda m: _modern("好", m)),
    _place("author of a modern comment", "metadata", lambda m: _modern("好", author=m)),
    _place("text on the master", "body textbox", lambda m: Deck(master=box(m)), visible=True),
    _place("text on the layout", "body textbox", lambda m: Deck(layout=box(m, at=(300, 400))), visible=True),
    _place("text on a master that the slide does not show", "hidden", lambda m: Deck(master=box(m), attributes='showMasterSp="0"')),
    _place("prompt of a placeholder", "hidden name", lambda m: Deck(layout=placeholder("body", "文本占位符 7", m))),
    _place("layout of no slide", "hidden", _unused_layout),
    _place("name of a layout", "name", lambda m: Deck(parts={"ppt/slideLayouts/slideLayout7.xml": f'<p:sldLayout {NAMES}><p:cSld name="{m}"><p:spTree/></p:cSld></p:sldLayout>'})),
    _place("handout master", "hidden", _handout),
    _place("notes master", "hidden", lambda m: _linked(_DECK, "notesMaster", "ppt/notesMasters/notesMaster1.xml", sheet_of("notesMaster", box(m)))),
    _place("section of slides", "name", _sections),
    _place("custom show", "name", lambda m: Deck(presentation=f'<p:custShowLst><p:custShow name="{m}" id="0"><p:sldLst><p:sld r:id="rId1"/></p:sldLst></p:custShow></p:custShowLst>')),
    _place("tag", "metadata", lambda m: _linked(_SLIDE, "tags", "ppt/tags/tag1.xml", f'<p:tagLst {NAMES}><p:tag name="ARTICULATE" val="{m}"/></p:tagLst>'), narrow=True),
    _place("sound of a transition", "name", lambda m: Deck(after=f'<p:transition><p:sndAc><p:stSnd><p:snd r:embed="rId1" name="{m}.wav"/></p:stSnd></p:sndAc></p:transition>'), narrow=True),
    _place("text of an animation", "unplaced script", lambda m: Deck(after=f'<p:timing><p:tnLst><p:par><p:cTn id="1"><p:childTnLst><p:cmd type="call" cmd="{m}"/></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>'), narrow=True),
    _place("box that leaves by animation", "body textbox", lambda m: Deck(shapes=box(m), after='<p:timing><p:tnLst><p:par><p:cTn id="1" presetClass="exit"/></p:par></p:tnLst></p:timing>'), visible=True),
    _place("bookmark in a recording", "name", _media),
    _place("name of a control", "name", lambda m: Deck(shapes=frame("x", f'<p:control name="{m}" r:id="rId1"/>')), narrow=True),
    _place("caption of an object", "name", lambda m: Deck(shapes=frame("http://schemas.openxmlformats.org/presentationml/2006/ole", f'<p:oleObj name="{m}" progId="Package"><p:link/></p:oleObj>'))),
    _place("title of a web copy", "metadata", lambda m: _linked(_DECK, "presProps", "ppt/presProps.xml", f'<p:presentationPr {NAMES}><p:htmlPubPr title="{m}" r:id="rId1"><p:sldAll/></p:htmlPubPr></p:presentationPr>')),
    _place("change record", "metadata", _changes, narrow=True),
    _place("theme", "name", lambda m: Deck(parts={"ppt/theme/theme1.xml": THEME.replace("Office 主题", m)})),
    _place("table style", "name", lambda m: _linked(_DECK, "tableStyles", "ppt/tableStyles.xml", f'<a:tblStyleLst xmlns:a="{DRAWING}" def="{_GUID}"><a:tblStyle styleId="{_GUID}" styleName="{m}"/></a:tblStyleLst>')),
    _place("comment of a picture", "metadata", lambda m: _linked(_SLIDE, "image", "ppt/media/image1.png", _png(m), shapes=picture("rId2", at=(50, 250), size=(40, 40)))),
    _place("title property", "metadata", lambda m: Deck(parts={"docProps/core.xml": core(title=m)})),
    _place("custom XML", "metadata", lambda m: Deck(parts={"customXml/item1.xml": f"<a>{m}</a>"})),
    _place("XML comment", "comment unplaced", _shapes("<!-- @ -->")),
    _place("unknown element", "unplaced", lambda m: Deck(after=f"<p:extLst><p:ext uri='{_GUID}'><z>{m}</z></p:ext></p:extLst>")),
    _place("part that nobody names", "unplaced", lambda m: Deck(parts={"ppt/旧/a.xml": f"<a>{m}</a>"})),
    _place("name of a member", "name", lambda m: Deck(parts={f"ppt/media/{m}.xml": "<a/>"})),
    _place("comment behind the zip", "metadata", lambda m: Deck(comment=m.encode())),
    _place("kind of a drawing", "unplaced", lambda m: Deck(shapes=frame(f"http://schemas.openxmlformats.org/drawingml/2006/{m}", "")), narrow=True),
    *vocabulary(
        ".pptx", lambda: Deck(shapes=box("文字")).data(), where=_SLIDE,
        spots={_SLIDE: ("<p:sld", "</p:sld>"), _DECK: ("<p:presentation", "</p:presentation>")},
    ),
)  # fmt: skip
