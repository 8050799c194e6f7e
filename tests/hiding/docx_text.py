"""Hiding places of a Word document that lie in its text: formatting, changes, fields, shapes, tables."""

from __future__ import annotations

import base64
from collections.abc import Callable

from tests.hiding.place import Hiding
from tests.hiding.wordfile import Draft, paragraph, part, run, settings, styles

Places = list[Hiding]
_BY = 'w:id="1" w:author="李明" w:date="2026-03-02T08:00:00Z"'
_EXTENT = '<wp:extent cx="{wide}" cy="{high}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


def body(xml: str) -> Callable[[str], bytes]:
    """Writes a document with these blocks; ``@`` stands for the marker."""
    return lambda marker: Draft(xml.replace("@", marker)).data()


def place(
    name: str, make: str | Callable[[str], bytes], *kinds: str, visible: bool = False, narrow: bool = False
) -> Hiding:
    """A place of a docx; ``make`` writes it, or is the XML of blocks with ``@`` for the marker."""
    return Hiding(name, ".docx", kinds, body(make) if isinstance(make, str) else make, visible, narrow)


def field(*pieces: str) -> str:
    """A paragraph with a complex field: begin, code, separator and result are given in order."""
    return f"<w:p>{''.join(pieces)}</w:p>"


def mark(kind: str, inside: str = "") -> str:
    """A field character."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'


def code(text: str) -> str:
    """A run of a field's code."""
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def box(text: str, inside: str = "", *, fill: str = "<a:noFill/>") -> str:
    """A text box shape."""
    words = paragraph(text, inside)
    return (
        f'<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"/>{fill}</wps:spPr>'
        f"<wps:txbx><w:txbxContent>{words}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    )


def graphic(inside: str, kind: str = _SHAPE) -> str:
    """A graphic frame around a shape."""
    return f'<a:graphic><a:graphicData uri="{kind}">{inside}</a:graphicData></a:graphic>'


def anchor(
    inside: str, *, left: int = 0, top: int = 0, wide: int = 1_800_000, high: int = 720_000, layer: int = 2,
    doc: str = "", more: str = "",
) -> str:  # fmt: skip
    """A floating drawing, placed from the page's corner; lengths in EMU."""
    return (
        f'<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{layer}" '
        f'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"{more}><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{top}</wp:posOffset></wp:positionV>'
        f'{_EXTENT.format(wide=wide, high=high)}<wp:docPr id="{layer}" name="文本框 {layer}"{doc}/>{inside}</wp:anchor></w:drawing>'
    )


def drawn(inside: str) -> str:
    """A paragraph around a drawing."""
    return f"<w:p><w:r>{inside}</w:r></w:p>"


def vml(style: str, *, attributes: str = "", text: str = "@") -> str:
    """A paragraph with a VML text box."""
    words = f"<v:textbox><w:txbxContent>{paragraph(text)}</w:txbxContent></v:textbox>"
    return drawn(
        f'<w:pict><v:shape id="s1" type="#_x0000_t202" style="{style}"{attributes}>{words}</v:shape></w:pict>'
    )


def table(cell: str, *, about: str = "", row: str = "", cell_about: str = "") -> str:
    """A table of one cell under a heading row."""
    head = f'<w:tr><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr>{paragraph("姓名")}</w:tc></w:tr>'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="4000" w:type="dxa"/>{about}</w:tblPr><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid>{head}'
        f"<w:tr>{row}<w:tc><w:tcPr>{cell_about}</w:tcPr>{cell}</w:tc></w:tr></w:tbl>{paragraph('表后文字。')}"
    )


_CHANGES: Places = [
    place("tracked insertion", f"<w:p>{run('原文')}<w:ins {_BY}>{run('@')}</w:ins></w:p>", "insertion", visible=True),
    place("insertion in a cell", table(f"<w:p><w:ins {_BY}>{run('@')}</w:ins></w:p>"), "insertion", visible=True),
    place("inserted row", table(paragraph("@"), row=f"<w:trPr><w:ins {_BY}/></w:trPr>"), "insertion", visible=True),
    place("tracked deletion", f"<w:p>{run('原文')}<w:del {_BY}><w:r><w:delText>@</w:delText></w:r></w:del></w:p>", "deletion"),
    place("deletion inside an insertion", f"<w:p>{run('原文')}<w:ins {_BY}><w:del {_BY}><w:r><w:delText>@</w:delText></w:r></w:del></w:ins></w:p>", "deletion"),
    place("moved from", f"<w:p>{run('原文')}<w:moveFrom {_BY}>{run('@')}</w:moveFrom></w:p>", "deletion"),
    place("moved to", f"<w:p>{run('原文')}<w:moveTo {_BY}>{run('@')}</w:moveTo></w:p>", "insertion", visible=True),
    place("author of a deleted paragraph mark", f"<w:p><w:pPr><w:rPr><w:del w:id=\"3\" w:author=\"@\"/></w:rPr></w:pPr>{run('原文')}</w:p>", "metadata"),
    place("deleted row", table(paragraph("@"), row=f"<w:trPr><w:del {_BY}/></w:trPr>"), "deletion"),
    place("deleted cell", table(paragraph("@"), cell_about=f"<w:cellDel {_BY}/>"), "deletion"),
    place("deleted field code", f"<w:p>{run('原文')}<w:del {_BY}><w:r><w:delInstrText> QUOTE @ </w:delInstrText></w:r></w:del></w:p>", "deletion", "field"),
    place("author of a formatting change", f"<w:p><w:pPr><w:jc w:val=\"center\"/><w:pPrChange w:id=\"3\" w:author=\"@\"><w:pPr/></w:pPrChange></w:pPr>{run('原文')}</w:p>", "metadata"),
    place("old numbering of a change", f"<w:p><w:pPr><w:numPr><w:numberingChange w:id=\"3\" w:author=\"李明\" w:original=\"@\"/></w:numPr></w:pPr>{run('原文')}</w:p>", "deletion"),
    place("deleted equation", f"<w:p>{run('原文')}<w:del {_BY}><m:oMath><m:r><m:t>@</m:t></m:r></m:oMath></w:del></w:p>", "deletion"),
]  # fmt: skip

_HIDDEN_STYLE = '<w:style w:type="{}" w:styleId="A"><w:name w:val="heading 9"/><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="{}" w:styleId="B"><w:name w:val="toc 9"/><w:basedOn w:val="A"/></w:style>'
_THEME = (
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office 主题"><a:themeElements><a:clrScheme name="Office">'
    '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    '<a:accent3><a:srgbClr val="FEFEFA"/></a:accent3></a:clrScheme></a:themeElements></a:theme>'
)  # fmt: skip


def _styled(sheet: str, xml: str) -> Callable[[str], bytes]:
    return lambda marker: Draft(xml.replace("@", marker), {"word/styles.xml": styles(sheet)}).data()


_FORMATTING: Places = [
    place("vanish", paragraph("@", "<w:vanish/>"), "hidden"),
    place("hidden on the web only", paragraph("@", "<w:webHidden/>"), "body", visible=True),
    place("special vanish", paragraph("@", "<w:specVanish/>"), "hidden"),
    place("hidden character style", _styled(_HIDDEN_STYLE.format(*["character"] * 2), paragraph("@", '<w:rStyle w:val="B"/>')), "hidden"),
    place("hidden paragraph style", _styled(_HIDDEN_STYLE.format(*["paragraph"] * 2), paragraph("@", properties='<w:pStyle w:val="B"/>')), "hidden"),
    place("white", paragraph("@", '<w:color w:val="FFFFFF"/>'), "hidden"),
    place("nearly white", paragraph("@", '<w:color w:val="F2F2F2"/>'), "hidden"),
    place("white by the theme", paragraph("@", '<w:color w:val="AAAAAA" w:themeColor="background1"/>'), "hidden"),
    place("accent that is white here", lambda m: Draft(paragraph(m, '<w:color w:val="AAAAAA" w:themeColor="accent3"/>'), {"word/theme/theme1.xml": _THEME}).data(), "hidden"),
    place("white by a style", _styled('<w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading 9"/><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>', paragraph("@", properties='<w:pStyle w:val="A"/>')), "hidden"),
    place("tiny", paragraph("@", '<w:sz w:val="2"/>'), "hidden"),
    place("tiny by a style", _styled('<w:style w:type="character" w:styleId="A"><w:name w:val="heading 9"/><w:rPr><w:sz w:val="2"/></w:rPr></w:style>', paragraph("@", '<w:rStyle w:val="A"/>')), "hidden"),
    place("letters over each other", paragraph("@", '<w:spacing w:val="-420"/>'), "hidden"),
    place("one per cent wide", paragraph("@", '<w:w w:val="1"/>'), "hidden"),
    place("lowered off the page", paragraph("@", '<w:position w:val="-3000"/>'), "hidden"),
    place("colour of its own shading", paragraph("@", '<w:color w:val="1F4E79"/><w:shd w:val="clear" w:fill="1F4E79"/>'), "hidden"),
    place("colour of the paragraph", paragraph("@", '<w:color w:val="1F4E79"/>', '<w:shd w:val="clear" w:fill="1F4E79"/>'), "hidden"),
    place("colour of the cell", table(paragraph("@", '<w:color w:val="C00000"/>'), cell_about='<w:shd w:val="clear" w:fill="C00000"/>'), "hidden"),
    place("black on a black marker pen", paragraph("@", '<w:highlight w:val="black"/>'), "hidden"),
    place("transparent fill", paragraph("@", '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/></w14:srgbClr></w14:solidFill></w14:textFill>'), "hidden"),
    place("no fill", paragraph("@", "<w14:textFill><w14:noFill/></w14:textFill>"), "hidden"),
    place("line one point high", paragraph("@", properties='<w:spacing w:line="20" w:lineRule="exact"/>'), "hidden"),
    place("indented off the page", paragraph("@", properties='<w:ind w:left="31680"/>'), "hidden"),
    place("frame off the page", paragraph("@", properties='<w:framePr w:w="2000" w:hAnchor="page" w:vAnchor="page" w:x="-20000" w:y="100"/>'), "hidden"),
    place("row one point high", table(paragraph("@"), row='<w:trPr><w:trHeight w:val="20" w:hRule="exact"/></w:trPr>'), "hidden"),
    place("hidden row", table(paragraph("@"), row="<w:trPr><w:hidden/></w:trPr>"), "hidden"),
    place("white on a dark cell", table(paragraph("@", '<w:color w:val="FFFFFF"/>'), cell_about='<w:shd w:val="clear" w:fill="1F4E79"/>'), "table", visible=True),
    place("page of the text's colour", lambda m: Draft(parts={"word/settings.xml": settings("<w:displayBackgroundShape/>"), "word/document.xml": part("document", f'<w:background w:color="C00000"/><w:body>{paragraph("看得见")}{paragraph(m, """<w:color w:val="C00000"/>""")}</w:body>')}).data(), "hidden"),
]  # fmt: skip

_FALLBACK = '<mc:AlternateContent><mc:Choice Requires="{}">{}</mc:Choice><mc:Fallback><w:pict><v:shape type="#_x0000_t202" style="width:90pt;height:40pt"><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>'
_GROUP = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
_CANVAS = "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"
_PICTURE = '<pic:pic><pic:nvPicPr><pic:cNvPr id="9" name="图片 9"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill/><pic:spPr/></pic:pic>'
_PICTURES = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_COVER = anchor(
    graphic(_PICTURE, _PICTURES), left=900_000, top=900_000, wide=3_000_000, high=3_000_000, layer=7
)
_BOX = graphic(box("@"))

_SHAPES: Places = [
    place("text box", drawn(_FALLBACK.format("wps", anchor(_BOX), paragraph("@"))), "textbox", visible=True),
    place("only in the fallback", drawn(_FALLBACK.format("wps", anchor(graphic(box("框内文字"))), paragraph("框内文字") + paragraph("@"))), "hidden", "textbox"),
    place("choice that nobody knows", drawn(_FALLBACK.format("zzz", anchor(_BOX), paragraph("框内文字"))), "hidden", "textbox"),
    place("text box off the page", drawn(anchor(_BOX, left=-9_000_000)), "hidden"),
    place("text box below the page", drawn(anchor(_BOX, top=12_000_000)), "hidden"),
    place("text box of no size", drawn(anchor(_BOX, wide=0, high=0)), "hidden"),
    place("hidden text box", drawn(anchor(_BOX, doc=' hidden="1"')), "hidden"),
    place("hidden anchor", drawn(anchor(_BOX, more=' hidden="1"')), "hidden"),
    place("behind a picture", f"<w:p><w:r>{anchor(_BOX, left=1_000_000, top=1_000_000)}</w:r><w:r>{_COVER}</w:r></w:p>", "hidden"),
    place("white box, white text", drawn(anchor(graphic(box("@", '<w:color w:val="FFFFFF"/>', fill='<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>')))), "hidden"),
    place("shape of a group", drawn(anchor(graphic(f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{box('@')}</wpg:wgp>", _GROUP))), "textbox", visible=True),
    place("hidden shape of a group", drawn(anchor(graphic("<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>" + box("@").replace("<wps:wsp>", '<wps:wsp><wps:cNvPr id="4" name="矩形 4" hidden="1"/>') + "</wpg:wgp>", _GROUP))), "hidden"),
    place("shape of a canvas", drawn(anchor(graphic(f"<wpc:wpc><wpc:bg/><wpc:whole/>{box('@')}</wpc:wpc>", _CANVAS))), "textbox", visible=True),
    place("VML text box", vml("width:90pt;height:40pt"), "textbox", visible=True),
    place("invisible VML text box", vml("width:90pt;height:40pt;visibility:hidden"), "hidden"),
    place("VML text box off the page", vml("position:absolute;margin-left:-999pt;width:90pt;height:40pt"), "hidden"),
    place("VML text box of no size", vml("width:0;height:0"), "hidden"),
    place("VML alternative text", vml("width:90pt;height:40pt", attributes=' alt="@"', text="框内文字"), "alt"),
    place("WordArt", drawn('<w:pict><v:shape type="#_x0000_t136" style="width:400pt;height:90pt"><v:textpath style="font-family:宋体" string="@"/></v:shape></w:pict>'), "textbox", visible=True),
    place("alternative text", drawn(anchor(graphic(_PICTURE, _PICTURES), doc=' descr="@"')), "alt"),
    place("title of a picture", drawn(anchor(graphic(_PICTURE, _PICTURES), doc=' title="@"')), "alt"),
    place("name of a shape", drawn(anchor(graphic(box("框内文字"))).replace("文本框 2", "@")), "name"),
    place("file name of a picture", drawn(anchor(graphic(_PICTURE.replace("图片 9", "C:\\用户\\@.png"), _PICTURES))), "name", "metadata"),
    place("screen tip of a shape", drawn(anchor(graphic(_PICTURE, _PICTURES)).replace("<wp:docPr ", "<wp:docPr ").replace("/><a:graphic>", '><a:hlinkClick r:id="" tooltip="@"/></wp:docPr><a:graphic>', 1)), "link"),
    place("signature line", drawn('<w:pict><v:shape style="width:192pt;height:96pt"><o:signatureline v:ext="edit" id="{1}" provid="{0}" o:suggestedsigner="@" issignatureline="t"/></v:shape></w:pict>'), "signature"),
    place("advice of a signature line", drawn('<w:pict><v:shape style="width:192pt;height:96pt"><o:signatureline v:ext="edit" id="{1}" o:signinginstructions="@" issignatureline="t"/></v:shape></w:pict>'), "signature"),
]  # fmt: skip


def _field_data(marker: str) -> bytes:
    data = base64.b64encode(b"\xff\xff\xff\xff\x65" + marker.encode("utf-16-le") + b"\x00\x00").decode()
    xml = field(
        mark("begin", f"<w:fldData>{data}</w:fldData>"),
        code("FORMTEXT"),
        mark("separate"),
        run("填写"),
        mark("end"),
    )
    return Draft(xml).data()


def _form(inside: str) -> str:
    data = f'<w:ffData><w:name w:val="Text1"/><w:enabled/>{inside}</w:ffData>'
    return field(mark("begin", data), code("FORMTEXT"), mark("separate"), run("填写"), mark("end"))


def _control(properties: str, content: str = "内容") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{paragraph(content)}</w:sdtContent></w:sdt>"


_FIELDS: Places = [
    place("field code", field(mark("begin"), code("QUOTE @"), mark("separate"), run("结果"), mark("end")), "field"),
    place("field result", field(mark("begin"), code("AUTHOR"), mark("separate"), run("@"), mark("end")), "body", visible=True),
    place("nested field code", field(mark("begin"), code("IF 1 = 1"), mark("begin"), code("QUOTE @"), mark("separate"), run("甲"), mark("end"), code("乙"), mark("separate"), run("结果"), mark("end")), "field"),
    place("ordinary run inside a field code", field(mark("begin"), code("IF 1 = 1 甲"), run("@"), mark("separate"), run("结果"), mark("end")), "field"),
    place("result of an inner field", field(mark("begin"), code("IF 1 = 1 甲"), mark("begin"), code("QUOTE"), mark("separate"), run("@"), mark("end"), mark("separate"), run("结果"), mark("end")), "field"),
    place("field code over two paragraphs", f"<w:p>{mark('begin')}{code('SET x')}</w:p><w:p>{run('@')}{mark('separate')}{run('结果')}{mark('end')}</w:p>", "field"),
    place("simple field", '<w:p><w:fldSimple w:instr=" DOCPROPERTY @ "><w:r><w:t>结果</w:t></w:r></w:fldSimple></w:p>', "field"),
    place("dynamic data exchange", field(mark("begin"), code("DDEAUTO c:\\\\@ 甲"), mark("separate"), run("结果"), mark("end")), "field"),
    place("included file", field(mark("begin"), code('INCLUDETEXT "C:\\\\@.docx"'), mark("separate"), run("结果"), mark("end")), "field"),
    place("data of a field", _field_data, "field", "form"),
    place("default of a form field", _form('<w:textInput><w:default w:val="@"/></w:textInput>'), "form"),
    place("help of a form field", _form('<w:helpText w:type="text" w:val="@"/>'), "form"),
    place("status of a form field", _form('<w:statusText w:type="text" w:val="@"/>'), "form"),
    place("macro of a form field", _form('<w:entryMacro w:val="@"/>'), "script", narrow=True),
    place("entry of a form list", _form('<w:ddList><w:listEntry w:val="甲"/><w:listEntry w:val="@"/></w:ddList>'), "form"),
    place("title of a control", _control('<w:alias w:val="@"/>'), "form"),
    place("tag of a control", _control('<w:tag w:val="@"/>'), "form", narrow=True),
    place("entry of a control's list", _control('<w:dropDownList><w:listItem w:displayText="@" w:value="1"/></w:dropDownList>'), "form"),
    place("value of a control's list", _control('<w:comboBox><w:listItem w:displayText="甲" w:value="@"/></w:comboBox>'), "form", narrow=True),
    place("content of a control", _control("<w:text/>", "@"), "body", visible=True),
    place("binding of a control", _control('<w:dataBinding w:xpath="/人员/@" w:storeItemID="{0}"/>'), "form", "field"),
    place("bookmark", '<w:p><w:bookmarkStart w:id="5" w:name="@"/><w:r><w:t>甲</w:t></w:r><w:bookmarkEnd w:id="5"/></w:p>', "name", narrow=True),
    place("anchor of a link", '<w:p><w:hyperlink w:anchor="@"><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>', "link", narrow=True),
    place("screen tip of a link", '<w:p><w:hyperlink w:anchor="_top" w:tooltip="@"><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>', "link"),
    place("smart tag property", f'<w:p><w:smartTag w:uri="urn:x" w:element="date"><w:smartTagPr><w:attr w:name="Year" w:val="@"/></w:smartTagPr>{run("甲")}</w:smartTag></w:p>', "metadata"),
    place("who may edit a range", '<w:p><w:permStart w:id="6" w:ed="@"/><w:r><w:t>甲</w:t></w:r><w:permEnd w:id="6"/></w:p>', "metadata", narrow=True),
    place("caption of a table", table(paragraph("甲"), about='<w:tblCaption w:val="@"/>'), "alt"),
    place("description of a table", table(paragraph("甲"), about='<w:tblDescription w:val="@"/>'), "alt"),
]  # fmt: skip


def _symbols(marker: str) -> bytes:
    signs = "".join(f'<w:sym w:font="宋体" w:char="{ord(letter):04X}"/>' for letter in marker)
    return Draft(f"<w:p><w:r>{signs}</w:r></w:p>").data()


def _soft(marker: str) -> bytes:
    return Draft(f"<w:p>{''.join(run(letter) for letter in marker)}</w:p>").data()


def _styled_table(look: str) -> Callable[[str], bytes]:
    """A table of which the style makes all letters invisible."""
    sheet = f'<w:style w:type="table" w:styleId="Plain9"><w:name w:val="Plain Table 9"/><w:rPr>{look}</w:rPr></w:style>'
    blocks = table(paragraph("@"), about='<w:tblStyle w:val="Plain9"/>')
    return lambda marker: Draft(blocks.replace("@", marker), {"word/styles.xml": styles(sheet)}).data()


_SIGNS: Places = [
    place("symbols", _symbols, "body", visible=True),
    place("a run a letter", _soft, "body", visible=True),
    place("phonetic guide", f"<w:p><w:r><w:ruby><w:rubyPr/><w:rt>{run('@')}</w:rt><w:rubyBase>{run('甲')}</w:rubyBase></w:ruby></w:r></w:p>", "body", visible=True),
    place("equation", "<w:p><m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>@</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara></w:p>", "body", visible=True),
    place("cell under a merged cell", table(paragraph("@"), cell_about="<w:vMerge/>"), "hidden"),
    place("left of the page", '<w:p><w:pPr><w:ind w:left="-20000" w:right="20000"/></w:pPr><w:r><w:t>@</w:t></w:r></w:p>', "hidden"),
    place("WordArt in Latin letters", '<w:p><w:r><w:pict><v:shape style="width:400pt;height:90pt"><v:textpath on="t" string="@"/></v:shape></w:pict></w:r></w:p>', "textbox", visible=True, narrow=True),
    place("placeholder of a custom element", f'<w:customXml w:element="e"><w:customXmlPr><w:placeholder w:val="@"/></w:customXmlPr>{paragraph("甲")}</w:customXml>', "form", narrow=True),
    place("white by a table style", _styled_table('<w:color w:val="FFFFFF"/>'), "hidden"),
    place("vanished by a table style", _styled_table("<w:vanish/>"), "hidden"),
    place("nested table", table(table(paragraph("@")) + paragraph("")), "table", visible=True),
    place("XML comment", paragraph("甲") + "<!-- @ -->", "unplaced"),
    place("processing instruction", paragraph("甲") + "<?note @?>", "unplaced"),
    place("comment inside a run", "<w:p><w:r><!--@--><w:t>甲</w:t></w:r></w:p>", "unplaced"),
    place("stray text", f"{paragraph('甲')}@", "unplaced"),
    place("text among the properties", '<w:p><w:pPr><w:jc w:val="left">@</w:jc></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>', "unplaced"),
    place("text of a run's properties", "<w:p><w:r><w:rPr><w:b>@</w:b></w:rPr><w:t>甲</w:t></w:r></w:p>", "unplaced"),
    place("element of an unknown namespace", '<x:note xmlns:x="urn:example:notes"><x:text>@</x:text></x:note>', "unplaced"),
    place("attribute of an unknown namespace", f'<w:p xmlns:x="urn:example:notes" x:note="@">{run("甲")}</w:p>', "unplaced", narrow=True),
    place("ignorable content", f'<w:p xmlns:x="urn:example:notes" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x">{run("甲")}<x:note>@</x:note></w:p>', "unplaced"),
    place("revision number that is none", f'<w:p w:rsidR="@">{run("甲")}</w:p>', "unplaced"),
    place("address of a namespace", f'<w:p xmlns:x="urn:@">{run("甲")}</w:p>', "name", "unplaced", narrow=True),
]  # fmt: skip

TEXT_PLACES = (*_CHANGES, *_FORMATTING, *_SHAPES, *_FIELDS, *_SIGNS)
