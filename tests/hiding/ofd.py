"""Hiding places in OFD (GB/T 33190): members are written by hand, so that nothing tidies them away."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO

from tests.hiding.ofd_file import (
    HEAD,
    PNG,
    annotated,
    attached,
    element,
    members,
    pack,
    page,
    path,
    png,
    root,
    seal,
    signed,
    text,
)  # fmt: skip
from tests.hiding.place import Hiding

Places = Callable[[str], bytes]


def _on_page(draw: Callable[[str], str]) -> Places:
    return lambda marker: pack(members(draw(marker)))


def _in_info(name: str) -> Places:
    return lambda marker: pack(members(info=element(name, marker)))


def _custom_data(marker: str) -> bytes:
    return pack(members(info=element("CustomDatas", element("CustomData", marker, Name="密文来源"))))


def _custom_data_name(marker: str) -> bytes:
    return pack(members(info=element("CustomDatas", element("CustomData", "1", Name=marker))))


def _keywords(marker: str) -> bytes:
    return pack(members(info=element("Keywords", element("Keyword", marker))))


def _fill(colour: str) -> str:
    return element("FillColor", Value=colour)


def _draw_parameter(marker: str) -> bytes:
    white = element("DrawParams", element("DrawParam", _fill("255 255 255"), ID="7"))
    return pack(members(text(marker, DrawParam="7"), resources=white))


def _split(marker: str) -> bytes:
    half = len(marker) // 2
    return pack(
        members(text(marker[:half], at="20 40 60 8"), text(marker[half:], at=f"{20 + half * 5} 40 60 8"))
    )


def _clip(marker: str) -> str:
    shape = element(
        "Path",
        "<ofd:AbbreviatedData>M 100 100 L 101 100 L 101 101 C</ofd:AbbreviatedData>",
        Boundary="0 0 210 297",
    )
    return text(marker, inside=element("Clips", element("Clip", element("Area", shape))))


def _layer(kind: str) -> Places:
    def make(marker: str) -> bytes:
        return pack(members(content=page(content=element("Layer", text(marker), ID="81", Type=kind))))

    return make


def _template(*, used: bool, order: str = "Background") -> Places:
    def make(marker: str) -> bytes:
        drawn = root("Page", element("Content", element("Layer", text(marker, at="20 60 150 8"), ID="82")))
        use = element("Template", TemplateID="9", ZOrder=order) if used else ""
        return pack(
            members(
                content=page(before=use), common=element("TemplatePage", ID="9", BaseLoc="Tpls/Tpl_0/Content.xml", ZOrder=order),
                more={"Doc_0/Tpls/Tpl_0/Content.xml": drawn},
            )
        )  # fmt: skip

    return make


def _template_name(marker: str) -> bytes:
    tell = element("TemplatePage", ID="9", Name=marker, BaseLoc="Tpls/Tpl_0/Content.xml")
    return pack(members(common=tell, more={"Doc_0/Tpls/Tpl_0/Content.xml": root("Page", "")}))


def _appearance(words: str) -> str:
    return element("Appearance", text(words, at="0 0 150 8"), Boundary="20 80 150 8")


def _annotation(kind: str, **attributes: str) -> Places:
    return lambda marker: annotated(_appearance(marker), Type=kind, **attributes)


def _action(event: str, inside: Callable[[str], str]) -> Callable[[str], str]:
    return lambda marker: element("Actions", element("Action", inside(marker), Event=event))


def _attached_docx(marker: str) -> bytes:
    from docx import Document

    document, file = Document(), BytesIO()
    document.add_paragraph(marker)
    document.save(file)
    return attached("附件.docx", file.getvalue())


def _tags(marker: str) -> bytes:
    tag = f'<root version="1.0"><收文单位><ObjectRef PageRef="1">90</ObjectRef>{marker}</收文单位></root>'
    return _tagged(tag.encode())


def _broken_tags(marker: str) -> bytes:
    tag = f'{HEAD}<:eInvoice xmlns:=""><BuyerName><ofd:ObjectRef PageRef="1">90</ofd:ObjectRef>{marker}</BuyerName></:eInvoice>'
    return _tagged(tag.encode())


def _tagged(tag: bytes) -> bytes:
    listed = root("CustomTags", element("CustomTag", element("FileLoc", "CustomTag.xml"), TypeID="root"))
    return pack(
        members(
            inside=element("CustomTags", "Tags/CustomTags.xml"),
            more={"Doc_0/Tags/CustomTags.xml": listed, "Doc_0/Tags/CustomTag.xml": tag},
        )
    )


def _tag_element(marker: str) -> bytes:
    return _tagged(f"<root><{marker}/></root>".encode())


def _extension(inside: Callable[[str], str], name: str = "Extension") -> Places:
    def make(marker: str) -> bytes:
        told = element(name, inside(marker), AppName="制作软件", AppVersion="1.0", RefId="1")
        return pack(
            members(
                inside=element("Extensions", "Extensions.xml"),
                more={"Doc_0/Extensions.xml": root("Extensions", told)},
            )
        )

    return make


def _two_documents(marker: str) -> bytes:
    parts = members()
    second = element(
        "DocBody", element("DocInfo", element("DocID", "1f" * 16)) + element("DocRoot", "Doc_1/Document.xml")
    )
    parts["OFD.xml"] = parts["OFD.xml"].replace(b"</ofd:OFD>", second.encode() + b"</ofd:OFD>")
    for name, data in members(text(marker)).items():
        if name.startswith("Doc_0/"):
            parts[name.replace("Doc_0/", "Doc_1/")] = data
    return pack(parts)


def _version(marker: str) -> bytes:
    old = element("FileList", element("File", "../Document_v1.xml", ID="1")) + element(
        "DocRoot", "../Document_v1.xml"
    )
    listed = element("Pages", element("Page", ID="1", BaseLoc="Versions/Page_0.xml"))
    return pack(
        members(
            body=element("Versions", element("Version", ID="v1", Index="1", Current="false", BaseLoc="Doc_0/Versions/Version.xml")),
            more={
                "Doc_0/Versions/Version.xml": root("DocVersion", old, ID="v1", Version="1"),
                "Doc_0/Document_v1.xml": root("Document", element("CommonData", element("MaxUnitID", "9")) + listed),
                "Doc_0/Versions/Page_0.xml": page(text(marker)),
            },
        )
    )  # fmt: skip


def _outline(attribute: str) -> Places:
    return lambda marker: pack(
        members(inside=element("Outlines", element("OutlineElem", **{"Title": "第一章", attribute: marker})))
    )


def _bookmark(marker: str) -> bytes:
    goal = element("Dest", Type="XYZ", PageID="1", Left="0", Top="0", Zoom="1")
    return pack(members(inside=element("Bookmarks", element("Bookmark", goal, Name=marker))))


def _permission(marker: str) -> bytes:
    return pack(members(inside=element("Permissions", element("Edit", "true") + element("Owner", marker))))


def _document_action(inside: Callable[[str], str]) -> Places:
    return lambda marker: pack(members(inside=_action("DO", inside)(marker)))


def _seal_picture(marker: str) -> bytes:
    """A seal drawn as an OFD of its own, as several makers do."""
    return signed(value=seal("某市人民政府", picture=pack(members(text(marker, at="0 0 150 8")))))


def _unit(*, used: bool) -> Places:
    def make(marker: str) -> bytes:
        drawn = element("Content", text(marker, at="0 0 150 8"))
        unit = element(
            "CompositeGraphicUnits", element("CompositeGraphicUnit", drawn, ID="30", Width="150", Height="8")
        )
        use = element("CompositeObject", ID="31", ResourceID="30", Boundary="20 50 150 8") if used else ""
        return pack(members(use, resources=unit))

    return make


def _pattern(marker: str) -> str:
    cell = element("CellContent", text(marker, at="0 0 150 8"))
    return path(inside=element("FillColor", element("Pattern", cell, Width="150", Height="12")))


def _image(marker: str, *, over: bool = False) -> bytes:
    media = element(
        "MultiMedias",
        element("MultiMedia", element("MediaFile", "image_1.png"), ID="40", Type="Image", Format="PNG"),
    )
    shown = element("ImageObject", ID="41", ResourceID="40", Boundary="15 38 160 14", CTM="160 0 0 14 0 0")
    drawn = (text(marker), shown) if over else (shown,)
    return pack(members(*drawn, resources=media, more={"Doc_0/Res/image_1.png": png("" if over else marker)}))


def _media_name(marker: str) -> bytes:
    media = element("MultiMedia", element("MediaFile", f"{marker}.mp4"), ID="40", Type="Video", Format="MP4")
    return pack(members(resources=element("MultiMedias", media)))


def _orphan_page(marker: str) -> bytes:
    return pack(members(more={"Doc_0/Pages/Page_1/Content.xml": page(text(marker))}))


def _page_box(marker: str) -> bytes:
    area = element("Area", element("PhysicalBox", "0 0 210 297") + element("CropBox", "0 0 210 100"))
    return pack(members(content=page(text(marker, at="20 200 150 8"), before=area)))


def _unknown_document_part(marker: str) -> bytes:
    return pack(members(more={"Doc_0/Custom/Flow.xml": f"<flow><step>{marker}</step></flow>".encode()}))


def _gbk_page(marker: str) -> bytes:
    words = page(text(marker)).decode().replace("UTF-8", "GBK").encode("gbk")
    return pack(members(content=words))


def _absolute_paths(marker: str) -> bytes:
    """Back slashes, another case and a byte order mark, as converters write them."""
    parts = members(content=b"\xef\xbb\xbf" + page(text(marker)))
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        b"Pages/Page_0/Content.xml", b"\\Doc_0\\pages\\page_0\\content.xml"
    )
    return pack(parts)  # fmt: skip


def _place(name: str, kinds: str, make: Places, *, visible: bool = False, narrow: bool = False) -> Hiding:
    return Hiding(name, ".ofd", tuple(kinds.split()), make, visible=visible, narrow=narrow)


PLACES: tuple[Hiding, ...] = (
    # on the page
    _place("page text", "body", _on_page(text), visible=True),
    _place("text in two objects", "body", _split, visible=True),
    _place("rotated text", "body", _on_page(lambda m: text(m, CTM="0 1 -1 0 60 0")), visible=True),
    _place("page block", "body", _on_page(lambda m: element("PageBlock", text(m), ID="60")), visible=True),
    _place("background layer", "body", _layer("Background"), visible=True),
    _place("foreground layer", "body", _layer("Foreground"), visible=True),
    _place("page in GBK", "body", _gbk_page, visible=True),
    _place("page behind an odd path", "body", _absolute_paths, visible=True),
    _place("white text", "hidden", _on_page(lambda m: text(m, inside=_fill("255 255 255")))),
    _place("white by draw parameter", "hidden", _draw_parameter),
    _place("letters of their ground's colour", "hidden", _on_page(lambda m: path(inside=_fill("0 96 0")) + text(m, inside=_fill("0 96 0")))),
    _place("letters pressed together", "hidden", _on_page(lambda m: text(m, HScale="0.001"))),
    _place("alpha 0", "hidden", _on_page(lambda m: text(m, Alpha="0"))),
    _place("fill alpha 0", "hidden", _on_page(lambda m: text(m, inside=element("FillColor", Value="0 0 0", Alpha="0")))),
    _place("neither filled nor stroked", "hidden", _on_page(lambda m: text(m, Fill="false"))),
    _place("tiny text", "hidden", _on_page(lambda m: text(m, size="0.1"))),
    _place("shrunk by its matrix", "hidden", _on_page(lambda m: text(m, CTM="0.02 0 0 0.02 0 0"))),
    _place("off the page", "hidden", _on_page(lambda m: text(m, at="230 40 150 8"))),
    _place("outside the crop box", "hidden", _page_box),
    _place("clipped away", "hidden", _on_page(_clip)),
    _place("object not visible", "hidden", _on_page(lambda m: text(m, Visible="false"))),
    _place("under a filled path", "hidden", _on_page(lambda m: text(m) + path(inside=_fill("0 0 0")))),
    _place("under a picture", "hidden", lambda m: _image(m, over=True)),
    _place("tag of an object", "name metadata", _on_page(lambda m: text("标", Tag=m))),
    _place("name of an object", "name", _on_page(lambda m: text("名", Name=m))),
    _place("link on an object", "link", _on_page(lambda m: text("链", inside=_action("CLICK", lambda x: element("URI", URI=f"http://a.cn/{x}"))(m)))),
    _place("unknown attribute on an object", "unplaced", _on_page(lambda m: text("属", Memo=m))),
    _place("unknown element on the page", "unplaced", _on_page(lambda m: element("Memo", m))),
    _place("comment in the page's XML", "unplaced", _on_page(lambda m: f"<!-- {m} -->")),
    _place("processing instruction", "unplaced", _on_page(lambda m: f"<?maker {m}?>")),
    _place("words among path data", "unplaced", _on_page(lambda m: path(f"<ofd:AbbreviatedData>M 0 0 {m}</ofd:AbbreviatedData>"))),
    _place("pattern cell", "body", _on_page(_pattern), visible=True),
    _place("composite unit, used", "body", _unit(used=True), visible=True),
    _place("composite unit, unused", "hidden", _unit(used=False)),
    _place("template in the background", "body", _template(used=True), visible=True),
    _place("template in the foreground", "body", _template(used=True, order="Foreground"), visible=True),
    _place("template, unused", "hidden", _template(used=False)),
    _place("name of a template", "name", _template_name),
    _place("orphan page", "hidden", _orphan_page),
    _place("page action", "link", lambda m: pack(members(content=page(after=_action("PO", lambda x: element("URI", URI=f"http://a.cn/{x}"))(m))))),
    # annotations
    *(
        _place(f"annotation {kind}", "annotation", _annotation(kind), visible=True)
        for kind in ("Link", "Path", "Highlight", "Stamp", "Watermark")
    ),
    _place("annotation not visible", "annotation", _annotation("Stamp", Visible="false")),
    _place("annotation not printed", "annotation", _annotation("Watermark", Print="false")),
    _place("remark of an annotation", "annotation", lambda m: annotated(element("Remark", m) + _appearance("注"))),
    _place("parameter of an annotation", "annotation", lambda m: annotated(element("Parameters", element("Parameter", m, Name="k")) + _appearance("注"))),
    _place("creator of an annotation", "metadata", lambda m: annotated(_appearance("注"), Creator=m)),
    _place("subtype of an annotation", "annotation", lambda m: annotated(_appearance("注"), Subtype=m)),
    # attachments, tags, extensions
    _place("attachment", "attachment", lambda m: attached("a.txt", m.encode())),
    _place("attachment not shown", "attachment", lambda m: attached("a.txt", m.encode(), Visible="false")),
    _place("attached docx", "attachment", _attached_docx),
    _place("attached OFD", "attachment", lambda m: attached("b.ofd", pack(members(text(m))))),
    _place("attached XML", "attachment", lambda m: attached("c.xml", f"<invoice><buyer>{m}</buyer></invoice>".encode())),
    _place("name of an attachment", "attachment name", lambda m: attached("a.txt", b"text", title=m)),
    _place("external file of an attachment", "link", lambda m: attached("a.txt", b"text", more=element("ExternalFileLoc", f"http://a.cn/{m}"))),
    _place("custom tag", "metadata", _tags),
    _place("custom tag, not well-formed", "metadata", _broken_tags),
    _place("name of a custom tag's element", "metadata", _tag_element),
    _place("extension property", "metadata", _extension(lambda m: element("Property", m, Name="k"))),
    _place("extension data", "metadata", _extension(lambda m: element("Data", element("Deep", m)))),
    # the document
    *(
        _place(f"DocInfo {name}", "metadata", _in_info(name))
        for name in ("Title", "Author", "Subject", "Abstract", "Creator", "Cover")
    ),
    _place("keyword", "metadata", _keywords),
    _place("custom data", "metadata", _custom_data),
    _place("name of custom data", "metadata", _custom_data_name),
    _place("second document", "body", _two_documents, visible=True),
    _place("old version", "hidden", _version),
    _place("outline", "name", _outline("Title")),
    _place("bookmark", "name", _bookmark),
    _place("unknown permission", "unplaced", _permission),
    _place("document action", "link", _document_action(lambda m: element("URI", URI=f"http://a.cn/{m}"))),
    _place("base of a link", "link", _document_action(lambda m: element("URI", URI="x", Base=m))),
    _place("attachment an action opens", "unplaced", _document_action(lambda m: element("GotoA", AttachID=m))),
    _place("media file name", "name link", _media_name),
    # signatures
    _place("seal name", "signature", lambda m: signed(value=seal(m)), visible=True),
    _place("seal file", "signature", lambda m: signed(seal_file=seal(m)), visible=True),
    _place("words in a seal's certificate", "signature", lambda m: signed(value=seal("某局", certificate=m))),
    _place("seal maker", "signature", lambda m: signed(value=seal("某局", maker=m)), narrow=True),
    _place("text drawn in a seal", "signature", _seal_picture, visible=True),
    _place("signature provider", "signature", lambda m: signed(provider=m)),
    _place("signature date", "signature", lambda m: signed(when=m)),
    _place("unknown element of a signature", "signature", lambda m: signed(inside=element("Reason", m))),
    # the container
    _place("picture description", "metadata", _image),
    _place("member that nothing names", "attachment unplaced", lambda m: pack(members(more={"Doc_0/note.txt": m.encode()}))),
    _place("XML that nothing names", "unplaced", _unknown_document_part),
    _place("name of a member", "name", lambda m: pack(members(more={f"Doc_0/Res/{m}.png": PNG}))),
    _place("name of a font in ASCII", "unplaced name", lambda m: pack(members(resources=element("Fonts", element("Font", ID="4", FontName=m)))), narrow=True),
    _place("zip comment", "metadata", lambda m: pack(members(), comment=m.encode())),
    _place("comment of a member", "metadata unplaced", lambda m: pack(members(), remark=m.encode())),
    _place("extra field of a member", "unplaced metadata", lambda m: pack(members(), extra=struct.pack("<HH", 0x6D65, len(m)) + m.encode()), narrow=True),
)  # fmt: skip
