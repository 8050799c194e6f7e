"""Hiding places of a Word document that lie outside its text: other parts, embedded files, the zip itself."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.hiding.docx_text import Places, anchor, drawn, graphic, place
from tests.hiding.msg_file import compound_file
from tests.hiding.opc import PREFIX, Relation, core
from tests.hiding.vba import project
from tests.hiding.wordfile import (
    NAMESPACES,
    Draft,
    paragraph,
    part,
    run,
    settings,
    styles,
)
from tests.hiding.workbooks import Book, cell, row

_PATH = {"/": "__", ".": "_dot_"}


def parts(**named: str) -> Callable[[str], bytes]:
    """Writes a document with these parts (``__`` for ``/``, ``_dot_`` for ``.``); ``@`` stands for the marker."""
    return lambda marker: Draft(parts=_parts(named, marker)).data()


def _parts(named: Mapping[str, str], marker: str) -> dict[str, str | bytes]:
    return {
        key.replace("__", "/").replace("_dot_", "."): value.replace("@", marker)
        for key, value in named.items()
    }


def _notes(kind: str, note: str) -> str:
    separator = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("")}</w:{kind}>'
    return part(f"{kind}s", separator + note)


def _noted(kind: str, *, referenced: bool, extra: str = "") -> Callable[[str], bytes]:
    def make(marker: str) -> bytes:
        note = extra.replace("@", marker) or f'<w:{kind} w:id="1">{paragraph(marker)}</w:{kind}>'
        reference = f'<w:r><w:{kind}Reference w:id="1"/></w:r>' if referenced else ""
        return Draft(f"<w:p>{run('正文')}{reference}</w:p>", {f"word/{kind}s.xml": _notes(kind, note)}).data()

    return make


_COMMENT = '<w:comment w:id="0" w:author="{}" w:initials="{}" w:date="2026-03-02T08:00:00Z">{}</w:comment>'


def _commented(
    author: str = "李明", initials: str = "L", text: str = "请核实", **more: str
) -> Callable[[str], bytes]:
    comment = part("comments", _COMMENT.format(author, initials, paragraph(text)))

    def make(marker: str) -> bytes:
        reference = f'<w:p><w:commentRangeStart w:id="0"/>{run("正文")}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>'
        return Draft(reference, _parts({"word__comments_dot_xml": comment, **more}, marker)).data()

    return make


def _header(
    kind: str = "default",
    *,
    about: str = "",
    root: str = "hdr",
    named: bool = True,
    text: str = "@",
    even: str = "",
) -> Callable[[str], bytes]:
    name = "header" if root == "hdr" else "footer"

    def make(marker: str) -> bytes:
        reference = f'<w:{name}Reference w:type="{kind}" r:id="rId2"/>' if named else ""
        content = {
            f"word/{name}1.xml": part(root, text.replace("@", marker) if text != "@" else paragraph(marker))
        }
        return Draft(
            parts={**content, "word/settings.xml": settings(even)}, section=reference, after=about
        ).data()

    return make


_WATERMARK = '<w:p><w:r><w:pict><v:shape id="PowerPlusWaterMarkObject1" type="#_x0000_t136" style="position:absolute;width:400pt;height:90pt"><v:textpath style="font-family:宋体" string="@"/></v:shape></w:pict></w:r></w:p>'

_STORIES: Places = [
    place("comment", _commented(text="@"), "comment"),
    place("author of a comment", _commented(author="@"), "metadata"),
    place("initials of a comment", _commented(initials="@"), "metadata", narrow=True),
    place("comment that nothing refers to", parts(word__comments_dot_xml=part("comments", _COMMENT.format("李明", "L", paragraph("@")))), "comment"),
    place("settled comment", _commented(text="@", word__commentsExtended_dot_xml=f'{PREFIX}<w15:commentsEx {NAMESPACES}><w15:commentEx w15:paraId="00000001" w15:done="1"/></w15:commentsEx>'), "comment"),
    place("person", parts(word__people_dot_xml=f'{PREFIX}<w15:people {NAMESPACES}><w15:person w15:author="@"><w15:presenceInfo w15:providerId="None" w15:userId="x"/></w15:person></w15:people>'), "metadata"),
    place("account of a person", parts(word__people_dot_xml=f'{PREFIX}<w15:people {NAMESPACES}><w15:person w15:author="李明"><w15:presenceInfo w15:providerId="AD" w15:userId="@"/></w15:person></w15:people>'), "metadata", narrow=True),
    place("header", _header(), "header", visible=True),
    place("header of the first page", _header("first", about="<w:titlePg/>"), "header", visible=True),
    place("header of a first page that is none", _header("first"), "header"),
    place("header of even pages", _header("even", even="<w:evenAndOddHeaders/>"), "header", visible=True),
    place("header of even pages that are none", _header("even"), "header"),
    place("header that nothing refers to", _header(named=False), "header"),
    place("footer", _header(root="ftr"), "footer", visible=True),
    place("watermark", _header(text=_WATERMARK), "textbox", visible=True),
    place("footnote", _noted("footnote", referenced=True), "footnote", visible=True),
    place("footnote that nothing refers to", _noted("footnote", referenced=False), "footnote"),
    place("separator of footnotes", _noted("footnote", referenced=True, extra=f'<w:footnote w:id="1">{paragraph("注")}</w:footnote><w:footnote w:type="continuationNotice" w:id="2">{paragraph("@")}</w:footnote>'), "footnote", visible=True),
    place("endnote", _noted("endnote", referenced=True), "endnote", visible=True),
    place("endnote that nothing refers to", _noted("endnote", referenced=False), "endnote"),
    place("building block", parts(word__glossary__document_dot_xml=part("glossaryDocument", f"<w:docParts><w:docPart><w:docPartPr><w:name w:val=\"x\"/></w:docPartPr><w:docPartBody>{paragraph('@')}</w:docPartBody></w:docPart></w:docParts>")), "hidden"),
    place("name of a building block", parts(word__glossary__document_dot_xml=part("glossaryDocument", f'<w:docParts><w:docPart><w:docPartPr><w:name w:val="@"/></w:docPartPr><w:docPartBody>{paragraph("甲")}</w:docPartBody></w:docPart></w:docParts>')), "name"),
    place("numbering text", lambda m: Draft(paragraph("甲", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'), {"word/numbering.xml": _numbering(m)}).data(), "field", visible=True),
    place("numbering text that is not used", lambda m: Draft(parts={"word/numbering.xml": _numbering(m)}).data(), "field"),
]  # fmt: skip


def _numbering(marker: str) -> str:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{marker}%1."/></w:lvl>'
    return part(
        "numbering",
        f'<w:abstractNum w:abstractNumId="4">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num>',
    )


def _settings(inside: str) -> Callable[[str], bytes]:
    return lambda marker: Draft(parts={"word/settings.xml": settings(inside.replace("@", marker))}).data()


def _linked(
    kind: str, target: str, *, source: str = "word/document.xml", external: bool = True
) -> Callable[[str], bytes]:
    return lambda marker: Draft(
        parts={"word/settings.xml": settings("")},
        relations={source: [Relation(kind, target.replace("@", marker), external)]},
    ).data()


def _core(field: str) -> Callable[[str], bytes]:
    return lambda marker: Draft(parts={"docProps/core.xml": core(**{field: marker})}).data()


_APP = (
    PREFIX
    + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Microsoft Office Word</Application><{0}>@</{0}></Properties>'
)
_CUSTOM = (
    PREFIX
    + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{}"><vt:lpwstr>{}</vt:lpwstr></property></Properties>'
)
_SIGNED = (
    PREFIX
    + '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><Reference URI="#a"><DigestValue>q1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0</DigestValue></Reference></SignedInfo><SignatureValue>bm90IGEgcmVhbCBzaWduYXR1cmU=</SignatureValue><KeyInfo><X509Data><X509Certificate>bm90IGEgcmVhbCBjZXJ0aWZpY2F0ZQ==</X509Certificate></X509Data></KeyInfo><Object><SignatureInfoV1 xmlns="http://schemas.microsoft.com/office/2006/digsig"><SignatureComments>@</SignatureComments></SignatureInfoV1></Object></Signature>'
)
_EXTENSION = (
    PREFIX
    + '<we:webextension xmlns:we="http://schemas.microsoft.com/office/webextensions/webextension/2010/11" id="{{0}}"><we:reference id="wa1" version="1.0" store="zh-CN"/><we:properties><we:property name="{}" value="{}"/></we:properties></we:webextension>'
)
_INK = (
    PREFIX
    + '<inkml:ink xmlns:inkml="http://www.w3.org/2003/InkML"><inkml:annotation type="truth">@</inkml:annotation><inkml:trace>12 34, 56 78</inkml:trace></inkml:ink>'
)
_THEME = (
    PREFIX
    + '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="@"><a:themeElements/></a:theme>'
)
_CHART = (
    PREFIX
    + '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>{}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:f>{}</c:f><c:strCache><c:pt idx="0"><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>'
)
_DIAGRAM = (
    PREFIX
    + '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt modelId="1"><dgm:t><a:bodyPr/><a:p><a:r><a:t>@</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>'
)
_DIAGRAM_DRAWING = (
    PREFIX
    + '<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dsp:spTree><dsp:sp modelId="1"><dsp:txBody><a:p><a:r><a:t>@</a:t></a:r></a:p></dsp:txBody></dsp:sp></dsp:spTree></dsp:drawing>'
)

_PROPERTIES: Places = [
    place("author", _core("creator"), "metadata"),
    place("last changed by", _core("lastModifiedBy"), "metadata"),
    place("remarks", _core("description"), "metadata"),
    place("keywords", _core("keywords"), "metadata"),
    place("company", parts(docProps__app_dot_xml=_APP.format("Company")), "metadata"),
    place("base of links", parts(docProps__app_dot_xml=_APP.format("HyperlinkBase")), "metadata"),
    place("custom property", parts(docProps__custom_dot_xml=_CUSTOM.format("来源", "@")), "metadata"),
    place("name of a custom property", parts(docProps__custom_dot_xml=_CUSTOM.format("@", "1")), "metadata", "name"),
    place("document variable", _settings('<w:docVars><w:docVar w:name="v" w:val="@"/></w:docVars>'), "metadata"),
    place("name of a document variable", _settings('<w:docVars><w:docVar w:name="@" w:val="1"/></w:docVars>'), "metadata", narrow=True),
    place("query of a mail merge", _settings('<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="native"/><w:query w:val="SELECT * FROM `@`"/></w:mailMerge>'), "metadata"),
    place("connection of a mail merge", _settings('<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="native"/><w:connectString w:val="Data Source=C:\\@.mdb"/></w:mailMerge>'), "metadata", narrow=True),
    place("template", _linked("attachedTemplate", "file:///C:\\Users\\@\\Normal.dotm", source="word/settings.xml"), "link", narrow=True),
    place("address of a link", _linked("hyperlink", "http://www.example.gov.cn/@"), "link", narrow=True),
    place("linked picture", _linked("image", "file:///C:/@.png"), "link", narrow=True),
    place("inner target that does not exist", _linked("hyperlink", "@.xml", external=False), "link", narrow=True),
    place("name of a style", lambda m: Draft(parts={"word/styles.xml": styles(f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="z"><w:name w:val="{m}"/></w:style>')}).data(), "name"),
    place("other names of a style", lambda m: Draft(parts={"word/styles.xml": styles(f'<w:style w:type="paragraph" w:styleId="z"><w:name w:val="heading 1"/><w:aliases w:val="{m}"/></w:style>')}).data(), "name", narrow=True),
    place("text in the style sheet", lambda m: Draft(parts={"word/styles.xml": styles(f'<w:style w:type="paragraph" w:styleId="z"><w:name w:val="heading 1">{m}</w:name></w:style>')}).data(), "unplaced"),
    place("name of the theme", parts(word__theme__theme1_dot_xml=_THEME), "name"),
    place("other name of a font", parts(word__fontTable_dot_xml=part("fonts", '<w:font w:name="仿宋"><w:altName w:val="@"/></w:font>')), "name", narrow=True),
    place("part with a code name", lambda m: Draft(parts={f"word/{m}.xml": f"{PREFIX}<x/>"}).data(), "name", narrow=True),
    place("substitute of a font", parts(word__fontTable_dot_xml=part("fonts", '<w:font w:name="仿宋"><w:notes w:val="@"/></w:font>')), "unplaced"),
    place("custom XML", parts(customXml__item1_dot_xml=f"{PREFIX}<data><name>@</name></data>"), "metadata"),
    place("attribute of custom XML", parts(customXml__item1_dot_xml=f'{PREFIX}<data name="@"/>'), "metadata"),
    place("bibliography", parts(customXml__item1_dot_xml=f'{PREFIX}<b:Sources xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography"><b:Source><b:Title>@</b:Title></b:Source></b:Sources>'), "metadata"),
    place("signature comment", parts(_xmlsignatures__sig1_dot_xml=_SIGNED), "signature"),
    place("web extension", parts(word__webextensions__webextension1_dot_xml=_EXTENSION.format("p", "@")), "metadata", "script"),
    place("ink annotation", parts(word__ink__ink1_dot_xml=_INK), "annotation"),
    place("chart title", parts(word__charts__chart1_dot_xml=_CHART.format("@", "Sheet1!$A$2", "甲")), "textbox", visible=True),
    place("chart category", parts(word__charts__chart1_dot_xml=_CHART.format("题", "Sheet1!$A$2", "@")), "cache"),
    place("chart reference", parts(word__charts__chart1_dot_xml=_CHART.format("题", "'@'!$A$2", "甲")), "formula"),
    place("diagram", lambda m: Draft(parts=_parts({"word/diagrams/data1.xml": _DIAGRAM, "word/diagrams/drawing1.xml": _DIAGRAM_DRAWING}, m)).data(), "textbox", visible=True),
    place("diagram's data that are not drawn", lambda m: Draft(parts=_parts({"word/diagrams/data1.xml": _DIAGRAM, "word/diagrams/drawing1.xml": _DIAGRAM_DRAWING.replace("@", "甲")}, m)).data(), "hidden", "textbox"),
    place("part of an unknown kind", parts(word__other_dot_xml=f"{PREFIX}<x><y>@</y></x>"), "unplaced"),
    place("part in UTF-16", lambda m: Draft(parts={"word/other.xml": f'<?xml version="1.0" encoding="UTF-16"?><x a="{m}"/>'.encode("utf-16")}).data(), "unplaced"),
    place("document without a relationship", lambda m: Draft(orphans={"word/document2.xml": part("document", f"<w:body>{paragraph(m)}</w:body>")}).data(), "hidden"),
    place("part without a content type", lambda m: Draft(orphans={"word/notes.dat": f"备忘：{m}".encode()}).data(), "attachment"),
    place("name of a member", lambda m: Draft(orphans={f"word/{m}.xml": f"{PREFIX}<x/>"}).data(), "name"),
    place("content type", lambda m: Draft(orphans={"[trash]/a.xml": f'{PREFIX}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="x" ContentType="text/{m}"/></Types>'}).data(), "unplaced"),
]  # fmt: skip


def _native(marker: str, *, label: str = "a.txt", path: str = "C:\\a.txt", data: bytes = b"") -> bytes:
    names = b"\x02\x00" + label.encode("gbk") + b"\x00" + path.encode("gbk") + b"\x00"
    temporary = b"C:\\Temp\\a.txt\x00"
    content = data or f"附件：{marker}".encode()
    inner = (
        names
        + b"\x00\x00\x03\x00"
        + struct.pack("<I", len(temporary))
        + temporary
        + struct.pack("<I", len(content))
        + content
    )
    return compound_file({"\x01Ole10Native": struct.pack("<I", len(inner)) + inner, "\x01CompObj": bytes(30)})


def embedded(name: str, data: bytes) -> bytes:
    """A document with an embedded file."""
    return Draft(parts={f"word/embeddings/{name}": data}).data()


def _inner(marker: str) -> bytes:
    return Draft(paragraph(marker)).data()


def _pdf(marker: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 700, marker)
    canvas.save()
    return buffer.getvalue()


def _control_properties(marker: str) -> bytes:
    xml = f'{PREFIX}<ax:ocx xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" ax:classid="{{8BD21D10-EC42-11CE-9E0D-00AA006002F3}}" ax:persistence="persistPropertyBag"><ax:ocxPr ax:name="Caption" ax:value="{marker}"/></ax:ocx>'
    return Draft(parts={"word/activeX/activeX1.xml": xml}).data()


def _control_stream(marker: str) -> bytes:
    contents = b"\x00\x02\x20\x00\x01\x00\x00\x80" + marker.encode("utf-16-le") + bytes(4)
    return Draft(parts={"word/activeX/activeX1.bin": compound_file({"contents": contents})}).data()


def _module(source: str, **options: bytes) -> Callable[[str], bytes]:
    def make(marker: str) -> bytes:
        text = 'Attribute VB_Name = "Module1"\r\n' + source.replace("@", marker)
        cached = {key: value + marker.encode("gbk") + b"\x00\x01" for key, value in options.items()}
        return Draft(parts={"word/vbaProject.bin": project({"Module1": text}, **cached)}).data()  # type: ignore[arg-type]

    return make


def _user_form(marker: str) -> bytes:
    stream = b"\x00\x02\x28\x00\x05\x00\x00\x80" + marker.encode("gbk") + bytes(3)
    forms = {
        "UserForm1": {
            "f": bytes(40),
            "o": stream,
            "\x03VBFrame": b"VERSION 5.00\r\nBegin {C62A69F0-16DC-11CE-9E98-00AA00574A4F} UserForm1\r\nEnd\r\n",
        }
    }
    return Draft(
        parts={"word/vbaProject.bin": project({"Module1": "Sub A()\r\nEnd Sub\r\n"}, more=forms)}
    ).data()


def _picture(kind: str, marker: str) -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    image, buffer = Image.new("L", (20, 20), 200), io.BytesIO()
    if kind == "png":
        words = PngInfo()
        words.add_itxt("Description", marker)
        image.save(buffer, "PNG", pnginfo=words)
    else:
        about = Image.Exif()
        about[0x010E] = marker
        packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d>{marker}</d></x:xmpmeta>'.encode()
        image.save(buffer, "JPEG", **({"exif": about} if kind == "exif" else {"xmp": packet}))
    return buffer.getvalue()


def _pictured(kind: str, name: str) -> Callable[[str], bytes]:
    shown = drawn(anchor(graphic('<pic:pic><pic:blipFill><a:blip r:embed="rId2"/></pic:blipFill></pic:pic>')))
    return lambda marker: Draft(shown, {name: _picture(kind, marker)}).data()


def _printer(marker: str) -> bytes:
    device = marker.encode("utf-16-le").ljust(64, b"\x00") + bytes(156)
    return Draft(parts={"word/printerSettings1.bin": device}).data()


_FILES: Places = [
    place("embedded document", lambda m: embedded("a1.docx", _inner(m)), "attachment"),
    place("document in a document in a document", lambda m: embedded("a1.docx", embedded("a2.docx", _inner(m))), "attachment"),
    place("embedded workbook", lambda m: embedded("book1.xlsx", Book(row(9, cell("A9", m))).data()), "attachment"),
    place("embedded pdf", lambda m: embedded("oleObject1.bin", compound_file({"CONTENTS": _pdf(m)})), "attachment", narrow=True),
    place("packaged file", lambda m: embedded("oleObject1.bin", _native(m)), "attachment"),
    place("packaged document", lambda m: embedded("oleObject1.bin", _native(m, label="a.docx", data=_inner(m))), "attachment"),
    place("name of a packaged file", lambda m: embedded("oleObject1.bin", _native("甲", label=f"{m}.txt")), "metadata", "name"),
    place("path of a packaged file", lambda m: embedded("oleObject1.bin", _native("甲", path=f"C:\\Users\\{m}\\a.txt")), "metadata", "name"),
    place("document in a Package stream", lambda m: embedded("oleObject1.bin", compound_file({"Package": _inner(m)})), "attachment"),
    place("imported web page", lambda m: Draft('<w:altChunk r:id="rId2"/>', {"word/chunk1.html": f"<html><body><p>{m}</p></body></html>"}).data(), "attachment"),
    place("imported text", lambda m: Draft('<w:altChunk r:id="rId2"/>', {"word/chunk1.txt": m}).data(), "attachment"),
    place("macro", _module("Sub A()\r\n  x = 1 ' @\r\nEnd Sub\r\n"), "script"),
    place("string of a macro", _module('Sub A()\r\n  MsgBox "@"\r\nEnd Sub\r\n'), "script"),
    place("compiled code that its source does not say", _module("Sub A()\r\nEnd Sub\r\n", cached=b"\x01\x16\x03\x00\x06\x00\x00\xae\x00"), "script"),
    place("form of a macro", _user_form, "form", "script"),
    place("names of macros", parts(word__vbaData_dot_xml=PREFIX + '<wne:vbaSuppData xmlns:wne="http://schemas.microsoft.com/office/word/2006/wordml"><wne:mcds><wne:mcd wne:macroName="PROJECT.MODULE1.@" wne:name="Project.Module1.a" wne:bEncrypt="00" wne:cmg="56"/></wne:mcds></wne:vbaSuppData>'), "script", narrow=True),
    place("property of a control", _control_properties, "form"),
    place("stream of a control", _control_stream, "form"),
    place("printer", _printer, "metadata"),
    place("description of a picture", _pictured("png", "word/media/image1.png"), "metadata"),
    place("camera data of a picture", _pictured("exif", "word/media/image1.jpeg"), "metadata", narrow=True),
    place("XMP of a picture", _pictured("xmp", "word/media/image1.jpeg"), "metadata"),
    place("thumbnail", lambda m: Draft(parts={"docProps/thumbnail.jpeg": _picture("xmp", m)}).data(), "metadata"),
]  # fmt: skip


def _zipped(
    change: Callable[[zipfile.ZipFile, str], None], *, behind: bool = False
) -> Callable[[str], bytes]:
    """Writes a document and lets ``change`` touch the open zip before (or behind) its other members."""

    def make(marker: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            members = list(Draft().members().items())
            for at, (name, content) in enumerate(members):
                package.writestr(name, content)
                if at == (len(members) - 1 if behind else 1):
                    change(package, marker)
        return buffer.getvalue()

    return make


def _between(package: zipfile.ZipFile, marker: str) -> None:
    assert package.fp is not None
    package.fp.seek(package.start_dir)
    package.fp.write(marker.encode())
    package.start_dir = package.fp.tell()


def _extra(package: zipfile.ZipFile, marker: str) -> None:
    info = zipfile.ZipInfo("word/other.xml")
    info.extra = struct.pack("<HH", 0x4D4D, len(marker.encode())) + marker.encode()
    package.writestr(info, f"{PREFIX}<x/>")


def _remark(package: zipfile.ZipFile, marker: str) -> None:
    info = zipfile.ZipInfo("word/other.xml")
    info.comment = marker.encode()
    package.writestr(info, f"{PREFIX}<x/>")


def _unlisted(package: zipfile.ZipFile, marker: str) -> None:
    package.writestr("word/old.xml", part("document", f"<w:body>{paragraph(marker)}</w:body>"))
    del package.NameToInfo[package.filelist.pop().filename]


def _folder(package: zipfile.ZipFile, marker: str) -> None:
    package.writestr(zipfile.ZipInfo("word/drafts/"), marker.encode())


def _slack(marker: str) -> bytes:
    """Bytes behind the end of a member's packed data, inside its packed size."""
    content = f"{PREFIX}<x/>".encode()
    packer = zlib.compressobj(wbits=-15)
    stored = packer.compress(content) + packer.flush() + marker.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in Draft().members().items():
            package.writestr(name, data)
        package.writestr("word/other.xml", stored)
        at = package.getinfo("word/other.xml").header_offset
    blob = bytearray(buffer.getvalue())
    entry = blob.rfind(b"PK\x01\x02")
    for start, method, check, size in ((at, 8, 14, 22), (entry, 10, 16, 24)):
        struct.pack_into("<H", blob, start + method, 8)
        struct.pack_into("<I", blob, start + check, zlib.crc32(content))
        struct.pack_into("<I", blob, start + size, len(content))
    return bytes(blob)


_CONTAINER: Places = [
    place("zip comment", lambda m: Draft(comment=m.encode()).data(), "metadata"),
    place("remark of a member", _zipped(_remark), "metadata"),
    place("extra field of a member", _zipped(_extra), "unplaced"),
    place("between two members", _zipped(_between), "unplaced"),
    place("before the directory", _zipped(_between, behind=True), "unplaced"),
    place("behind the directory", lambda m: Draft().data() + m.encode(), "unplaced"),
    place("file behind the directory", lambda m: Draft().data() + _pdf(m), "attachment", narrow=True),
    place("member that the directory does not list", _zipped(_unlisted), "attachment", "unplaced", "hidden"),
    place("content of a folder", _zipped(_folder), "unplaced", "attachment"),
    place("behind the packed data of a member", _slack, "unplaced"),
]  # fmt: skip

PART_PLACES = (*_STORIES, *_PROPERTIES, *_FILES, *_CONTAINER)
