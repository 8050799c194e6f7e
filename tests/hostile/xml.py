"""XML that expands, fetches, or never ends, in each container that holds XML."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

from collections.abc import Callable

from tests.hostile.case import MARKER, Hostile
from tests.hostile.zips import docx, members, zipped
from tests.unit import hostile as small

LAUGHS = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10 if level else "哈" * 10}">' for level in range(12)
)
PROLOGUES = {
    "billion laughs": (f"<!DOCTYPE x [{LAUGHS}]>", "&l11;"),
    "quadratic blow-up": (f'<!DOCTYPE x [<!ENTITY big "{"哈" * 50_000}">]>', "&big;" * 2000),
    "file of the machine": ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
    "address of the network": ('<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>', "&f;"),
    "parameter entity": ('<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', ""),
    "outer document type": ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_OFFICE = 'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def _word(prologue: str, text: str) -> bytes:
    body = small.document(small.paragraph(MARKER + text)).split("?>", 1)[1]
    return zipped({**members(docx()), "word/document.xml": _HEAD + prologue + body})


def _word_side(prologue: str, text: str) -> bytes:
    return docx(customXml__item1_dot_xml=f"{_HEAD}{prologue}<x>{text}</x>")


def _word_utf16(prologue: str, text: str) -> bytes:
    body = small.document(small.paragraph(MARKER + text)).split("?>", 1)[1]
    whole = f'<?xml version="1.0" encoding="UTF-16"?>{prologue}{body}'
    return zipped({**members(docx()), "word/document.xml": whole.encode("utf-16")})


def _workbook(prologue: str, text: str) -> bytes:
    import io

    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    book.worksheets[0]["A1"] = MARKER
    book.save(buffer)
    strings = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    )
    return zipped({**members(buffer.getvalue()), "xl/sharedStrings.xml": _HEAD + prologue + strings})


def slides(prologue: str = "", text: str = "") -> bytes:
    """A presentation of one slide.

    Args:
        prologue: before the root element of its slide.
        text: in its text box.
    """
    types = "application/vnd.openxmlformats-officedocument.presentationml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{office}"'
    )
    relation = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    return zipped({
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{types}.presentation.main+xml"/>'
        f'<Override PartName="/ppt/slides/slide1.xml" ContentType="{types}.slide+xml"/></Types>',
        "_rels/.rels": relation.format(
            f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="ppt/presentation.xml"/>'),
        "ppt/presentation.xml": f'{_HEAD}<p:presentation {names}><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relation.format(
            f'<Relationship Id="rId1" Type="{office}/slide" Target="slides/slide1.xml"/>'),
        "ppt/slides/slide1.xml": f"{_HEAD}{prologue}<p:sld {names}><p:cSld><p:spTree><p:nvGrpSpPr>"
        '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr>'
        '<p:cNvPr id="2" name="Title 1"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="100000" y="100000"/>'
        '<a:ext cx="5000000" cy="900000"/></a:xfrm></p:spPr><p:txBody><a:bodyPr/>'
        f"<a:p><a:r><a:t>{MARKER}{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
    })  # fmt: skip


def open_document(prologue: str = "", text: str = "", body: str = "", kind: str = "text") -> bytes:
    """An OpenDocument file.

    Args:
        prologue: before the root element of its content.
        text: in its paragraph.
        body: XML in its body; a paragraph if empty.
        kind: ``text``, ``spreadsheet`` or ``presentation``.
    """
    table = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    inner = body or f"<t:p>{MARKER}{text}</t:p>"
    content = (
        f"{_HEAD}{prologue}<o:document-content {_OFFICE} {table}><o:body><o:{kind}>{inner}</o:{kind}></o:body>"
        "</o:document-content>"
    )
    media = f"application/vnd.oasis.opendocument.{kind}"
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{media}"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    )
    return zipped({"mimetype": media, "content.xml": content, "META-INF/manifest.xml": manifest}, stored=True)


def layout_document(prologue: str = "", text: str = "", page: str = "") -> bytes:
    """An OFD file of one page.

    Args:
        prologue: before the root element of its page.
        text: in its text object.
        page: XML in its page; a text object if empty.
    """
    glyphs = page or (
        '<ofd:TextObject ID="5" Boundary="20 20 150 10" Font="2" Size="4">'
        f'<ofd:TextCode X="0" Y="4" DeltaX="g 7 4">{MARKER}{text}</ofd:TextCode></ofd:TextObject>'
    )
    return zipped({
        "OFD.xml": f'{_HEAD}<ofd:OFD {_OFD} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{_HEAD}<ofd:Document {_OFD}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>"
        "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": f'{_HEAD}<ofd:Res {_OFD} BaseLoc="Res"><ofd:Fonts>'
        '<ofd:Font ID="2" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f"{_HEAD}{prologue}<ofd:Page {_OFD}><ofd:Content>"
        f'<ofd:Layer ID="3" Type="Body">{glyphs}</ofd:Layer></ofd:Content></ofd:Page>',
    })  # fmt: skip


def _html(prologue: str, text: str) -> bytes:
    return f"{prologue.replace('<!DOCTYPE x', '<!DOCTYPE html')}<html><body><p>{MARKER}{text}</p></body></html>".encode()


def _picture(prologue: str, text: str) -> bytes:
    return (
        f'{_HEAD}{prologue}<svg xmlns="http://www.w3.org/2000/svg"><text>{MARKER}{text}</text></svg>'.encode()
    )


def _picture_in_word(prologue: str, text: str) -> bytes:
    return docx(word__media__image1_dot_svg=_picture(prologue, text))


_CONTAINERS: tuple[tuple[str, str, Callable[[str, str], bytes], tuple[str, ...]], ...] = (
    ("docx", ".docx", _word, ("file.bomb",)),
    ("docx, unused part", ".docx", _word_side, ("file.bomb",)),
    ("docx in UTF-16", ".docx", _word_utf16, ("file.bomb", "part.broken")),
    ("xlsx", ".xlsx", _workbook, ("file.bomb",)),
    ("pptx", ".pptx", slides, ("file.bomb",)),
    ("odt", ".odt", open_document, ("file.bomb", "read")),
    ("ofd", ".ofd", layout_document, ("file.bomb",)),
    ("html", ".html", _html, ("read", "html.declaration", "entity.unread", "html.entity", "file.bomb", "html.unread")),
    ("svg", ".svg", _picture, ("file.bomb", "file.unknown", "text.encoding", "xml.unread", "file.broken", "read",
                               "image.unread")),
    ("svg in a docx", ".docx", _picture_in_word, ("file.bomb", "image.unread", "picture.unread")),
)  # fmt: skip


def _deep(levels: int, tag: str = "x") -> str:
    return f"<{tag}>" * levels + f"</{tag}>" * levels


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    # An outer document type alone is what old OpenDocument files have: it may be read, and is never fetched.
    found = [
        Hostile(f"{name} in {where}", suffix, lambda make=make, parts=parts: make(*parts), ends)  # type: ignore[misc]
        for where, suffix, make, ends in _CONTAINERS
        for name, parts in PROLOGUES.items()
    ]
    deep = _deep(100_000)
    refused = ("file.broken", "file.bomb")
    nested_word = _deep(100_000, "w:ins")
    found += [
        Hostile("deep docx", ".docx", lambda: _word("", f"</w:t></w:r>{nested_word}<w:r><w:t>"), refused),
        Hostile("deep unused part", ".docx", lambda: docx(customXml__item1_dot_xml=deep), (
            *refused, "part.broken")),
        Hostile("deep odt", ".odt", lambda: open_document("", _deep(100_000, "t:span")), refused),
        Hostile("deep ofd", ".ofd", lambda: layout_document(page=_deep(100_000, "ofd:PageBlock")), (*refused, "page.missing")),
        Hostile("deep html", ".html", lambda: (MARKER + _deep(100_000, "div")).encode(), (
            *refused, "read", "file.partial")),
        Hostile("deep svg", ".svg", lambda: f"<svg>{deep}</svg>".encode(), (*refused, "read", "file.unknown",
                                                                             "image.unread", "xml.unread")),
        Hostile("attributes without number", ".docx", lambda: docx(
            customXml__item1_dot_xml="<x " + " ".join(f'a{n}="{n}"' for n in range(200_000)) + "/>"), (
                *refused, "read", "hidden.content")),
    ]  # fmt: skip
    return tuple(found)
