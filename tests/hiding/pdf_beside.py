"""Words in the objects beside a pdf's pages: annotations, forms, actions, names, metadata, attachments."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.hiding.pdf_paper import annotate, append, changed, form, paper, picture, saved, text
from tests.hiding.place import Hiding

_NOTE = ("annotation",)


def _place(
    name: str, change: Callable[[Pdf, str], object], *kinds: str, visible: bool = False, narrow: bool = False
) -> Hiding:
    return Hiding(name, ".pdf", kinds or ("unplaced",), changed(change), visible=visible, narrow=narrow)


def _note(subtype: str, key: str = "Contents", **entries: object) -> Callable[[Pdf, str], object]:
    return lambda d, m: annotate(d, Subtype=Name("/" + subtype), **{key: String(m)}, **entries)


def _info(key: str) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        document.docinfo[key] = String(marker)

    return change


def _info_key(document: Pdf, marker: str) -> None:
    document.docinfo[Name("/" + marker)] = String("1")


def _stamp(document: Pdf, marker: str) -> None:
    annotate(document, Subtype=Name.Stamp, F=4, AP=Dictionary(N=form(document, text(marker, 5, 5))))


def _hidden_stamp(document: Pdf, marker: str) -> None:
    annotate(document, Subtype=Name.Stamp, F=2, AP=Dictionary(N=form(document, text(marker, 5, 5))))


def _pressed(document: Pdf, marker: str) -> None:
    look = Dictionary(N=form(document, b""), D=form(document, text(marker, 5, 5)))
    annotate(document, Subtype=Name.Widget, FT=Name.Btn, T=String("b"), F=4, AP=look)


def _other_state(document: Pdf, marker: str) -> None:
    look = Dictionary(N=Dictionary(On=form(document, text(marker, 5, 5)), Off=form(document, b"")))
    annotate(document, Subtype=Name.Widget, FT=Name.Btn, T=String("b"), F=4, AS=Name.Off, AP=look)


def _filled(document: Pdf, marker: str) -> None:
    look = Dictionary(N=form(document, b"/Tx BMC " + text(marker, 5, 5) + b"EMC"))
    annotate(document, Subtype=Name.Widget, FT=Name.Tx, T=String("f"), F=4, V=String(marker), AP=look)


def _field(key: str, value: Callable[[str], object] = String) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        entries = {"T": String("f"), key: value(marker)}
        field = annotate(document, Subtype=Name.Widget, FT=Name.Tx, **entries)
        document.Root.AcroForm = Dictionary(Fields=[field])

    return change


def _parent_value(document: Pdf, marker: str) -> None:
    child = annotate(document, Subtype=Name.Widget)
    field = document.make_indirect(Dictionary(T=String("f"), FT=Name.Tx, V=String(marker), Kids=[child]))
    child.Parent = field
    document.Root.AcroForm = Dictionary(Fields=[field])


def _radio(document: Pdf, marker: str) -> None:
    look = Dictionary(N=Dictionary({"/" + marker: form(document, b""), "/Off": form(document, b"")}))
    annotate(document, Subtype=Name.Widget, FT=Name.Btn, T=String("r"), AS=Name.Off, AP=look)


def _xfa(document: Pdf, marker: str) -> None:
    packet = f"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><data><v>{marker}</v></data></xdp:xdp>"
    document.Root.AcroForm = Dictionary(Fields=[], XFA=document.make_stream(packet.encode()))


def _action(marker: str) -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{marker}')"))


def _script_tree(document: Pdf, marker: str) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=[String("f"), _action(marker)]))


def _script_stream(document: Pdf, marker: str) -> None:
    source = document.make_stream(f"var a = '{marker}';".encode())
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=source)


def _page_script(document: Pdf, marker: str) -> None:
    document.pages[0].AA = Dictionary(O=_action(marker))


def _link(action: Callable[[str], Dictionary]) -> Callable[[Pdf, str], object]:
    return lambda d, m: annotate(d, Subtype=Name.Link, A=action(m))


def _outline(document: Pdf, entry: Dictionary) -> None:
    item = document.make_indirect(entry)
    root = document.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1))
    item.Parent = root
    document.Root.Outlines = root


def _destination(document: Pdf, marker: str) -> None:
    document.Root.Names = Dictionary(
        Dests=Dictionary(Names=[String(marker), Array([document.pages[0].obj, Name.Fit])])
    )


def _old_destination(document: Pdf, marker: str) -> None:
    document.Root.Dests = Dictionary({"/" + marker: Array([document.pages[0].obj, Name.Fit])})


def _labels(document: Pdf, marker: str) -> None:
    document.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.D, P=String(marker))])


def _thread(document: Pdf, marker: str) -> None:
    thread = document.make_indirect(Dictionary(Type=Name.Thread, I=Dictionary(Title=String(marker))))
    document.Root.Threads = Array([thread])


def _xmp(marker: str, inside: str) -> bytes:
    return (
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:stEvt='http://ns.adobe.com/xap/1.0/sType/ResourceEvent#'>"
        f"{inside.format(marker)}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    ).encode()


def _packet(document: Pdf, marker: str, inside: str = "<dc:d>{}</dc:d>") -> Stream:
    return Stream(document, _xmp(marker, inside), Type=Name.Metadata, Subtype=Name.XML)


def _document_xmp(inside: str) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        document.Root.Metadata = document.make_indirect(_packet(document, marker, inside))

    return change


def _image(change: Callable[[Pdf, pikepdf.Object, str], object]) -> Callable[[Pdf, str], object]:
    """A small picture on the page, with something about it."""

    def whole(document: Pdf, marker: str) -> None:
        image = document.make_indirect(picture(document))
        change(document, image, marker)
        document.pages[0].Resources.XObject.X1 = image
        append(document, b"q 40 0 0 40 400 100 cm /X1 Do Q\n")

    return whole


def _image_xmp(document: Pdf, image: pikepdf.Object, marker: str) -> None:
    image.Metadata = document.make_indirect(_packet(document, marker))


def _jpeg_comment(document: Pdf, image: pikepdf.Object, marker: str) -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (8, 8), 200).save(buffer, "JPEG", comment=marker.encode())
    image.write(buffer.getvalue(), filter=Name.DCTDecode)


def _profile(document: Pdf, image: pikepdf.Object, marker: str) -> None:
    profile = (
        bytes(36) + b"acsp" + bytes(88) + b"\0\0\0\1desc" + (144).to_bytes(4, "big") + (90).to_bytes(4, "big")
    )
    profile += b"desc\0\0\0\0" + len(marker).to_bytes(4, "big") + marker.encode() + bytes(70)
    image.ColorSpace = Array([Name.ICCBased, document.make_stream(profile, N=1)])


def _alternate(document: Pdf, image: pikepdf.Object, marker: str) -> None:
    other = picture(document, Metadata=document.make_indirect(_packet(document, marker)))
    image.Alternates = Array([Dictionary(Image=document.make_indirect(other), DefaultForPrinting=False)])


def _thumbnail(document: Pdf, marker: str) -> None:
    thumb = picture(document, Metadata=document.make_indirect(_packet(document, marker)))
    document.pages[0].Thumb = document.make_indirect(thumb)


def _after_the_pixels(document: Pdf, image: pikepdf.Object, marker: str) -> None:
    image.write(bytes([200]) * 64 + marker.encode())


def _private(document: Pdf, marker: str) -> None:
    document.pages[0].PieceInfo = Dictionary(App=Dictionary(Private=Dictionary(Note=String(marker))))


def _structure(**keys: Callable[[str], object]) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        item = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure))
        for key, value in keys.items():
            item[Name("/" + key)] = value(marker)
        root = document.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=item))
        item.P = root
        document.Root.StructTreeRoot = root

    return change


def _file(document: Pdf, data: bytes, **entries: object) -> pikepdf.Object:
    stream = Stream(document, data, Type=Name.EmbeddedFile)
    return document.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String("a.txt"), EF=Dictionary(F=document.make_indirect(stream)), **entries
        )
    )


def _attached(document: Pdf, marker: str) -> None:
    names = Array([String("a"), _file(document, marker.encode())])
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))


def _attached_name(document: Pdf, marker: str) -> None:
    names = Array([String("a"), _file(document, "附件".encode(), UF=String(f"{marker}.txt"))])
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))


def _described_file(document: Pdf, marker: str) -> None:
    document.Root.AF = Array([_file(document, "附件".encode(), Desc=String(marker))])


def _pinned_file(document: Pdf, marker: str) -> None:
    annotate(document, Subtype=Name.FileAttachment, FS=_file(document, marker.encode()))


def _associated_file(document: Pdf, marker: str) -> None:
    document.pages[0].AF = Array([_file(document, marker.encode())])


def _portfolio(document: Pdf, marker: str) -> None:
    schema = Dictionary(Col=Dictionary(Type=Name.CollectionField, Subtype=Name.S, N=String(marker)))
    document.Root.Collection = Dictionary(Type=Name.Collection, Schema=schema)


def _portfolio_value(document: Pdf, marker: str) -> None:
    item = Dictionary(Type=Name.CollectionItem, Col=String(marker))
    document.Root.AF = Array([_file(document, "附件".encode(), CI=item)])


def _nested(document: Pdf, marker: str) -> None:
    document.Root.AF = Array([_file(document, saved(paper(text(marker))))])


def _signature(key: str) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/adbe.pkcs7.detached"),
                           ByteRange=[0, 1, 2, 3], Contents=String(b"\x30\x00" * 20))  # fmt: skip
        value[Name("/" + key)] = String(marker)
        annotate(document, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), V=document.make_indirect(value))

    return change


def _root(**keys: Callable[[str], object]) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        for key, value in keys.items():
            document.Root[Name("/" + key)] = value(marker)

    return change


def _layer_name(document: Pdf, marker: str) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String(marker)))
    document.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary())


def _spot_name(document: Pdf, marker: str) -> None:
    function = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0], C1=[1], N=1)
    document.pages[0].Resources.ColorSpace.C1 = Array(
        [Name.Separation, Name("/" + marker), Name.DeviceGray, function]
    )


def _calculator(document: Pdf, marker: str) -> None:
    function = Stream(
        document, f"{{ % {marker}\n pop 0 }}".encode(), FunctionType=4, Domain=[0, 1], Range=[0, 1]
    )
    document.pages[0].Resources.ColorSpace.C1 = Array([Name.Separation, Name.All, Name.DeviceGray, function])


def _font_comment(document: Pdf, marker: str) -> None:
    table = f"% {marker}\n/CIDInit /ProcSet findresource begin begincmap endcmap end".encode()
    document.pages[0].Resources.Font.F1.ToUnicode = document.make_stream(table)


def _media(document: Pdf, marker: str) -> None:
    assets = Dictionary(Names=[String(marker), Dictionary(Type=Name.Filespec, F=String("a.swf"))])
    annotate(document, Subtype=Name("/RichMedia"), RichMediaContent=Dictionary(Assets=assets))


def _view(document: Pdf, marker: str) -> None:
    model = Stream(document, b"U3D\0", Type=Name("/3D"), Subtype=Name.U3D,
                   VA=[Dictionary(Type=Name("/3DView"), XN=String(marker))])  # fmt: skip
    annotate(document, Subtype=Name("/3D"), **{"3DD": document.make_indirect(model)})


def _page_key(**keys: Callable[[str], object]) -> Callable[[Pdf, str], object]:
    def change(document: Pdf, marker: str) -> None:
        for key, value in keys.items():
            document.pages[0].obj[Name("/" + key)] = value(marker)

    return change


def _trailer(document: Pdf, marker: str) -> None:
    document.trailer.Remark = String(marker)


BESIDE: tuple[Hiding, ...] = (
    *(_place(f"{kind} note", _note(kind), *_NOTE) for kind in
      ("Text", "FreeText", "Highlight", "Underline", "Line", "Ink", "Caret", "Stamp", "Sound", "Watermark")),
    _place("popup", _note("Popup"), *_NOTE),
    _place("hidden note", _note("Text", F=2), *_NOTE),
    _place("note not to be viewed", _note("FreeText", F=32), *_NOTE),
    _place("redaction overlay", _note("Redact", "OverlayText"), *_NOTE),
    _place("rich note", lambda d, m: annotate(d, Subtype=Name.FreeText, RC=String(f"<body><p>{m}</p></body>")), *_NOTE),
    _place("author of a note", _note("Text", "T"), *_NOTE),
    _place("subject of a note", _note("Text", "Subj"), *_NOTE),
    _place("unknown key of a note", _note("Text", "Remark"), *_NOTE),
    _place("note of an unknown kind", _note("Vendor"), *_NOTE),
    _place("stamp's appearance", _stamp, *_NOTE, visible=True),
    _place("hidden stamp's appearance", _hidden_stamp, *_NOTE),
    _place("pressed button's appearance", _pressed, "form", "annotation"),
    _place("other state's appearance", _other_state, "form", "annotation"),
    _place("filled field", _filled, "form", visible=True),
    _place("field value", _field("V"), "form"),
    _place("field default", _field("DV"), "form"),
    _place("field name shown", _field("TU"), "form"),
    _place("field name exported", _field("TM"), "form"),
    _place("field rich value", _field("RV", lambda m: String(f"<body><p>{m}</p></body>")), "form"),
    _place("field choices", _field("Opt", lambda m: Array([String("1"), Array([String("2"), String(m)])])), "form"),
    _place("button caption", _field("MK", lambda m: Dictionary(CA=String(m))), "form"),
    _place("value of a parent field", _parent_value, "form"),
    _place("state of a radio button", _radio, "name", "form"),
    _place("xfa", _xfa, "form"),
    _place("named script", _script_tree, "script"),
    _place("script at opening", _root(OpenAction=_action), "script"),
    _place("script in a stream", _script_stream, "script"),
    _place("script of the page", _page_script, "script"),
    _place("script of a field", _field("AA", lambda m: Dictionary(K=_action(m))), "script"),
    _place("web link", _link(lambda m: Dictionary(S=Name.URI, URI=String(f"http://example.com/{m}"))), "link"),
    _place("launch", _link(lambda m: Dictionary(S=Name.Launch, F=String(m))), "link"),
    _place("launch on windows", _link(lambda m: Dictionary(S=Name.Launch, Win=Dictionary(F=String("a"), P=String(m)))), "link"),
    _place("other file", _link(lambda m: Dictionary(S=Name.GoToR, F=Dictionary(Type=Name.Filespec, UF=String(m)))), "link", "attachment"),
    _place("place in another file", _link(lambda m: Dictionary(S=Name.GoToR, F=String("a.pdf"), D=String(m))), "link", "name"),
    _place("form target", _link(lambda m: Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F=String(m)))), "link", "attachment"),
    _place("bookmark", lambda d, m: _outline(d, Dictionary(Title=String(m))), "note"),
    _place("bookmark's link", lambda d, m: _outline(d, Dictionary(Title=String("一"), A=Dictionary(S=Name.URI, URI=String(m)))), "link"),
    _place("named destination", _destination, "name"),
    _place("destination of pdf 1.1", _old_destination, "name"),
    _place("page label", _labels, "name"),
    _place("article thread", _thread, "metadata", "note"),
    _place("title", _info("/Title"), "metadata"),
    _place("own property", _info("/Remark"), "metadata"),
    _place("name of a property", _info_key, "metadata", "name"),
    _place("xmp", _document_xmp("<dc:d>{}</dc:d>"), "metadata"),
    _place("xmp attribute", _document_xmp("<dc:d dc:x='{}'/>"), "metadata"),
    _place("xmp history", _document_xmp("<dc:h><rdf:Seq><rdf:li stEvt:parameters='{}'/></rdf:Seq></dc:h>"), "metadata"),
    _place("comment in xmp", _document_xmp("<!-- {} -->"), "metadata"),
    _place("xmp of a picture", _image(_image_xmp), "metadata"),
    _place("comment of a picture", _image(_jpeg_comment), "metadata"),
    _place("colour profile", _image(_profile), "metadata", "unplaced", narrow=True),
    _place("alternate picture", _image(_alternate), "metadata"),
    _place("after the pixels", _image(_after_the_pixels), "metadata", "unplaced"),
    _place("thumbnail", _thumbnail, "metadata"),
    _place("private data", _private, "metadata"),
    _place("language", _root(Lang=String), "metadata"),
    _place("alternative text", _structure(Alt=String), "alt"),
    _place("replacement text", _structure(ActualText=String), "alt"),
    _place("expansion", _structure(E=String), "alt"),
    _place("title of an element", _structure(T=String), "alt"),
    _place("id of an element", _structure(ID=String), "alt", "name"),
    _place("summary of a table", _structure(A=lambda m: Dictionary(O=Name.Table, Summary=String(m))), "alt"),
    _place("role of an element", _structure(S=lambda m: Name("/" + m)), "name", "alt"),
    _place("attached file", _attached, "attachment"),
    _place("name of an attached file", _attached_name, "attachment"),
    _place("description of a file", _described_file, "attachment"),
    _place("pinned file", _pinned_file, "attachment"),
    _place("associated file", _associated_file, "attachment"),
    _place("portfolio column", _portfolio, "metadata", "attachment"),
    _place("portfolio value", _portfolio_value, "attachment", "metadata"),
    _place("pdf in a pdf", _nested, "attachment"),
    *(_place(f"signature {key}", _signature(key), "signature") for key in ("Name", "Reason", "Location", "ContactInfo")),
    _place("unknown key of a signature", _signature("Remark"), "signature"),
    _place("requirement", _root(Requirements=lambda m: Array([Dictionary(S=Name.EnableJavaScripts, Note=String(m))]))),
    _place("web capture", _root(SpiderInfo=lambda m: Dictionary(V=1, C=[Dictionary(URL=String(m))])), "link", "unplaced"),
    _place("output intent", _root(OutputIntents=lambda m: Array([Dictionary(S=Name.GTS_PDFA1, Info=String(m))])), "metadata"),
    _place("unknown key of the catalogue", _root(Remark=String)),
    _place("layer name", _layer_name, "name", "metadata"),
    _place("name of a spot colour", _spot_name, "name"),
    _place("comment in a function", _calculator),
    _place("comment in a font's table", _font_comment),
    _place("viewport", _page_key(VP=lambda m: Array([Dictionary(Type=Name.Viewport, Name=String(m))])), "name", "unplaced"),
    _place("unknown key of a page", _page_key(Remark=String)),
    _place("name as a value", _page_key(Remark=lambda m: Name("/" + m)), "name"),
    _place("rich media", _media, "attachment", "name", "annotation"),
    _place("view of a model", _view, "annotation", "name", "unplaced"),
    _place("trailer", _trailer, "metadata", "unplaced"),
)  # fmt: skip
