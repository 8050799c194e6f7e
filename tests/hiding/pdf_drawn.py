"""Words in what a page draws: shown so that nobody sees them, or never shown at all."""

from __future__ import annotations

from importlib import resources
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.hiding.pdf_paper import annotate, append, changed, drawn, form, paper, picture, saved, text
from tests.hiding.place import Hiding

_HIDDEN = ("hidden",)


def _place(name: str, make: Any, *kinds: str, visible: bool = False, narrow: bool = False) -> Hiding:
    return Hiding(name, ".pdf", kinds or _HIDDEN, make, visible=visible, narrow=narrow)


def _state(document: Pdf, marker: str, **entries: object) -> None:
    document.pages[0].Resources.ExtGState.G1 = Dictionary(**entries)
    append(document, b"q /G1 gs " + text(marker) + b"Q\n")


def _soft_mask(document: Pdf, marker: str) -> None:
    group = form(document, b"0 g 0 0 595 842 re f", Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray))
    _state(document, marker, SMask=Dictionary(S=Name.Luminosity, G=document.make_indirect(group)))


def _in_the_mask(document: Pdf, marker: str) -> None:
    group = form(document, b"1 g 0 0 595 842 re f 0 g " + text(marker),
                 Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray))  # fmt: skip
    _state(document, "盖住的字", SMask=Dictionary(S=Name.Luminosity, G=document.make_indirect(group)))


def _faded_form(document: Pdf, marker: str) -> None:
    page = document.pages[0]
    page.Resources.ExtGState.G1 = Dictionary(ca=0, CA=0)
    page.Resources.XObject.X1 = form(document, text(marker))
    append(document, b"q /G1 gs /X1 Do Q\n")


def _separation(document: Pdf, marker: str) -> None:
    function = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 0, 0, 1], N=1)
    document.pages[0].Resources.ColorSpace.C1 = Array(
        [Name.Separation, Name("/Spot"), Name.DeviceCMYK, function]
    )
    append(document, text(marker, before="/C1 cs 0 scn"))


def _under_a_picture(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X1 = picture(document)
    append(document, text(marker) + b"q 300 0 0 30 70 490 cm /X1 Do Q\n")


def _on_a_picture(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X1 = picture(document, level=80)
    append(document, b"q 300 0 0 30 70 490 cm /X1 Do Q\n" + text(marker, before="0.3137 g"))


def _under_a_shading(document: Pdf, marker: str) -> None:
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceGray, Coords=[0, 0, 595, 0], Extend=[True, True],
                         Function=Dictionary(FunctionType=2, Domain=[0, 1], C0=[0.5], C1=[0.9], N=1))  # fmt: skip
    document.pages[0].Resources.Shading = Dictionary(S1=shading)
    append(document, text(marker) + b"q 60 480 400 50 re W n /S1 sh Q\n")


def _under_a_form(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X1 = form(document, b"0.8 g 60 480 400 50 re f")
    append(document, text(marker) + b"/X1 Do\n")


def _under_an_annotation(document: Pdf, marker: str) -> None:
    """A black square over words, as an annotation: a "redaction" that anyone can pull aside."""
    append(document, text(marker, y=410))
    look = form(document, b"0 g 0 0 300 30 re f")
    look.BBox = Array([0, 0, 300, 30])
    annotate(document, Subtype=Name.Square, F=4, AP=Dictionary(N=look))


def _crop(document: Pdf, marker: str) -> None:
    document.pages[0].CropBox = [0, 550, 595, 842]
    append(document, text(marker))


def _layers(document: Pdf, default: Dictionary, **entries: object) -> Any:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("图层"), **entries))
    if "/OFF" in default:
        default.OFF = Array([layer])
    if "/AS" in default:
        default.AS[0].OCGs = Array([layer])
    document.Root.OCProperties = Dictionary(OCGs=[layer], D=default)
    return layer


def _on_layer(document: Pdf, marker: str, layer: Any) -> None:
    document.pages[0].Resources.Properties.L1 = layer
    append(document, b"/OC /L1 BDC\n" + text(marker) + b"EMC\n")


def _layer_off(document: Pdf, marker: str) -> None:
    _on_layer(document, marker, _layers(document, Dictionary(OFF=[])))


def _base_state_off(document: Pdf, marker: str) -> None:
    _on_layer(document, marker, _layers(document, Dictionary(BaseState=Name.OFF)))


def _screen_only(document: Pdf, marker: str) -> None:
    usage = Dictionary(Print=Dictionary(PrintState=Name.OFF), View=Dictionary(ViewState=Name.ON))
    events = [Dictionary(Event=Name.Print, Category=[Name.Print], OCGs=[])]
    _on_layer(document, marker, _layers(document, Dictionary(AS=events), Usage=usage))


def _membership(document: Pdf, marker: str) -> None:
    layer = _layers(document, Dictionary(OFF=[]))
    member = document.make_indirect(Dictionary(Type=Name.OCMD, OCGs=[layer], P=Name.AllOn))
    _on_layer(document, marker, member)


def _form_off(document: Pdf, marker: str) -> None:
    layer = _layers(document, Dictionary(OFF=[]))
    document.pages[0].Resources.XObject.X1 = form(document, text(marker), OC=layer)
    append(document, b"/X1 Do\n")


def _never_drawn(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X1 = form(document, text(marker))


def _only_named_in_a_string(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X1 = form(document, text(marker))
    append(document, b"/Span <</Note (/X1 Do )>> BDC EMC\n")


def _small_form(document: Pdf, marker: str) -> None:
    small = form(document, text(marker))
    small.BBox = Array([0, 0, 50, 50])
    document.pages[0].Resources.XObject.X1 = small
    append(document, b"/X1 Do\n")


def _tile(document: Pdf, marker: str) -> Stream:
    return Stream(
        document, text(marker, 5, 5), Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1,
        BBox=[0, 0, 300, 30], XStep=300, YStep=30, Resources=document.pages[0].Resources,
    )  # fmt: skip


def _pattern(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.Pattern.P1 = document.make_indirect(_tile(document, marker))
    append(document, b"/Pattern cs /P1 scn 100 300 300 200 re f\n")


def _unused_pattern(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.Pattern.P1 = document.make_indirect(_tile(document, marker))


def _glyph(document: Pdf, marker: str, *, drawn: bool = True) -> None:
    """A letter that is drawn by showing words."""
    glyph = document.make_stream(b"1000 0 d0 " + text(marker, 0, 0))
    document.pages[0].Resources.Font.T3 = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 1000, 1000], FontMatrix=[1, 0, 0, 1, 0, 0],
        CharProcs=Dictionary(a=glyph), Encoding=Dictionary(Type=Name.Encoding, Differences=[97, Name.a]),
        FirstChar=97, LastChar=97, Widths=[1000],
        Resources=Dictionary(Font=Dictionary(F1=document.pages[0].Resources.Font.F1)),
    )  # fmt: skip
    if drawn:
        append(document, b"BT /T3 1 Tf 1 0 0 1 72 450 Tm (a) Tj ET\n")


def _named_property(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.Properties.M1 = Dictionary(Remark=String(marker))
    append(document, b"/Note /M1 BDC EMC\n")


def _hex(marker: str) -> bytes:
    return f"<feff{marker.encode('utf-16-be').hex()}>".encode()


def truetype(document: Pdf, says: dict[int, str] | None, content: str, *, table: bool = True) -> None:
    """Show words in an embedded font whose ``ToUnicode`` may say something else.

    Args:
        document: gets the font. says: character code → what the text layer says; ``None`` for no table.
        content: what the glyphs show. table: whether the font itself knows the Unicode of its glyphs.
    """
    from reportlab.pdfbase.ttfonts import TTFontFile

    path = resources.files("reportlab").joinpath("fonts/Vera.ttf")
    data = path.read_bytes()
    if not table:
        data = data.replace(b"cmap", b"Cmap", 1)
    glyphs = TTFontFile(str(path)).charToGlyph
    codes = [glyphs[ord(letter)] for letter in content]
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/AAAAAA+Vera"), Flags=4, FontBBox=[-183, -236, 1287, 928],
        ItalicAngle=0, Ascent=928, Descent=-236, CapHeight=730, StemV=80,
        FontFile2=document.make_stream(data, Length1=len(data)),
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/AAAAAA+Vera"), DW=600, CIDToGIDMap=Name.Identity,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=document.make_indirect(descriptor),
    )  # fmt: skip
    whole = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/AAAAAA+Vera"),
                       Encoding=Name("/Identity-H"), DescendantFonts=[document.make_indirect(descendant)])  # fmt: skip
    if says is not None:
        rows = "".join(f"<{codes[at]:04x}> <{ord(letter):04x}>\n" for at, letter in says.items())
        whole.ToUnicode = document.make_stream(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            + f"{len(says)} beginbfchar\n{rows}endbfchar\nendcmap end end\n".encode()
        )
    document.pages[0].Resources.Font.E1 = document.make_indirect(whole)
    shown = "".join(f"{code:04x}" for code in codes)
    append(document, f"BT /E1 12 Tf 1 0 0 1 72 450 Tm <{shown}> Tj ET\n".encode())


_INNOCENT = "ZYXWVUTSQPZOLJF"


def _layer_says(document: Pdf, marker: str) -> None:
    innocent = "abcdefghijklmnopqrstuvwxyz"[: len(marker)]
    truetype(document, dict(enumerate(marker)), innocent)


def _glyphs_show(document: Pdf, marker: str) -> None:
    first: dict[str, int] = {}
    for at, letter in enumerate(marker):
        first.setdefault(letter, at)
    truetype(document, {at: _INNOCENT[n] for n, at in enumerate(first.values())}, marker)


def _wrong_names(document: Pdf, marker: str) -> None:
    """A plain Latin font whose table says other letters than its encoding shows."""
    letters = sorted(set(marker))
    rows = "".join(
        f"<{ord(a):02x}> <{ord(b):04x}>\n" for a, b in zip(letters, "zyxwvutsrqponmlk", strict=False)
    )
    table = document.make_stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        + f"{len(letters)} beginbfchar\n{rows}endbfchar\nendcmap end end\n".encode()
    )
    document.pages[0].Resources.Font.E1 = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
        ToUnicode=table,
    )
    append(document, f"BT /E1 12 Tf 1 0 0 1 72 450 Tm ({marker}) Tj ET\n".encode())


def _no_table(document: Pdf, marker: str) -> None:
    truetype(document, None, marker)


def _second_content(document: Pdf, marker: str) -> None:
    """Words cut in two by the border of two content streams."""
    whole = text(marker)
    at = whole.index(b"<") + 9
    page = document.pages[0]
    first = document.make_stream(page.Contents.read_bytes() + whole[:at] + b"> Tj")
    second = document.make_stream(b"<" + whole[at:])
    page.Contents = Array([first, second])


DRAWN: tuple[Hiding, ...] = (
    _place("render mode 3", drawn(lambda m: text(m, before="3 Tr"))),
    _place("render mode 7", drawn(lambda m: b"q " + text(m, before="7 Tr") + b"Q\n")),
    _place("white", drawn(lambda m: text(m, before="1 g"))),
    _place("nearly white", drawn(lambda m: text(m, before="0.97 0.98 0.97 rg"))),
    _place("white by inks", drawn(lambda m: text(m, before="0 0 0 0 k"))),
    _place("white by a spot colour", changed(_separation)),
    _place("white outlines", drawn(lambda m: text(m, before="1 Tr 1 G"))),
    _place("colour of its box", drawn(lambda m: b"0.8 0 0 rg 60 480 400 50 re f " + text(m, before="0.8 0.01 0 rg"))),
    _place("colour of its picture", changed(_on_a_picture)),
    _place("tiny", drawn(lambda m: text(m, size=0.5))),
    _place("scaled to nothing", drawn(lambda m: b"q .01 0 0 .01 100 500 cm " + text(m, 0, 0) + b"Q\n")),
    _place("squeezed", drawn(lambda m: text(m, before="1 Tz"))),
    _place("off the page", drawn(lambda m: text(m, x=-500))),
    _place("outside the crop box", changed(_crop)),
    _place("clipped away", drawn(lambda m: b"q 0 0 20 20 re W n " + text(m) + b"Q\n")),
    _place("zero opacity", changed(lambda d, m: _state(d, m, ca=0))),
    _place("one percent opacity", changed(lambda d, m: _state(d, m, ca=0.01))),
    _place("drawn faded", changed(_faded_form)),
    _place("soft mask", changed(_soft_mask)),
    _place("in a soft mask", changed(_in_the_mask)),
    _place("blackened", drawn(lambda m: text(m) + b"0 g 60 480 400 50 re f\n")),
    _place("whitened", drawn(lambda m: text(m) + b"1 g 60 480 400 50 re f\n")),
    _place("under a thick stroke", drawn(lambda m: text(m) + b"40 w 60 505 m 460 505 l S\n")),
    _place("under a picture", changed(_under_a_picture)),
    _place("under a shading", changed(_under_a_shading)),
    _place("under a form", changed(_under_a_form)),
    _place("under an annotation", changed(_under_an_annotation)),
    _place("layer off", changed(_layer_off)),
    _place("all layers off", changed(_base_state_off)),
    _place("layer for the screen only", changed(_screen_only)),
    _place("membership of a layer off", changed(_membership)),
    _place("form on a layer off", changed(_form_off)),
    _place("form never drawn", changed(_never_drawn)),
    _place("form only named", changed(_only_named_in_a_string)),
    _place("form larger than its box", changed(_small_form)),
    _place("pattern", changed(_pattern), "body", visible=True),
    _place("unused pattern", changed(_unused_pattern)),
    _place("glyph", changed(_glyph), "body", visible=True),
    _place("unused glyph", changed(lambda d, m: _glyph(d, m, drawn=False))),
    _place("marked content", drawn(lambda m: b"/Note <</Remark " + _hex(m) + b">> BDC EMC\n"), "hidden", "alt", "unplaced"),
    _place("marked point", drawn(lambda m: b"/Note <</Remark " + _hex(m) + b">> DP\n"), "hidden", "alt", "unplaced"),
    _place("named property", changed(_named_property), "unplaced"),
    _place("actual text", drawn(lambda m: b"/Span <</ActualText " + _hex(m) + b">> BDC " + text("看见的") + b" EMC\n"), "alt"),
    _place("comment in content", drawn(lambda m: f"% {m}\n".encode()), "unplaced"),
    _place("operand of nothing", drawn(lambda m: b"BX " + _hex(m) + b" nothing EX\n"), "unplaced"),
    _place("text layer lies", changed(_layer_says), narrow=True),
    _place("glyphs lie", changed(_glyphs_show), "body", "ocr", visible=True, narrow=True),
    _place("encoding shows other letters", changed(_wrong_names), "body", "ocr", visible=True, narrow=True),
    _place("no unicode table", changed(_no_table), "body", "ocr", visible=True, narrow=True),
    _place("cut by two streams", changed(_second_content), "body", visible=True),
    _place("plain line", drawn(text), "body", visible=True),
    _place("white on black", drawn(lambda m: b"60 480 400 50 re f " + text(m, before="1 g")), "body", visible=True),
    _place("pale but readable", drawn(lambda m: text(m, before="0.6 g")), "body", visible=True),
)  # fmt: skip


def scan(level: int = 230) -> bytes:
    """A page that is nothing but a picture."""
    document = paper()
    document.pages[0].Resources.XObject.X1 = picture(document, level)
    document.pages[0].Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /X1 Do Q")
    return saved(document)
