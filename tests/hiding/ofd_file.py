"""OFD files (GB/T 33190) written by hand: members, pages, annotations, attachments, seals and signatures."""

from __future__ import annotations

import base64
import hashlib
import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

SPACE = "http://www.ofdspec.org/2016"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_COVER = '<ofd:AbbreviatedData>M 0 0 L 150 0 L 150 12 L 0 12 C</ofd:AbbreviatedData>'  # fmt: skip


def element(name: str, inside: str = "", **attributes: str) -> str:
    """``<ofd:name …>inside</ofd:name>``."""
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<ofd:{name}{said}>{inside}</ofd:{name}>"


def root(name: str, inside: str, **attributes: str) -> bytes:
    """A whole member."""
    return (HEAD + element(name, inside, **{"xmlns:ofd": SPACE}, **attributes)).encode()


def text(words: str, *, at: str = "20 40 150 8", size: str = "5", inside: str = "", **attributes: str) -> str:
    """A TextObject with one TextCode, its letters set apart evenly."""
    code = element("TextCode", words, X="0", Y="5", DeltaX=f"g {max(len(words) - 1, 1)} {size}")
    return element(
        "TextObject", inside + code, ID="90", Boundary=at, Font="3", Size=size,
        **{key.rstrip("_"): value for key, value in attributes.items()},
    )  # fmt: skip


def path(data: str = _COVER, *, at: str = "20 40 150 12", inside: str = "", **attributes: str) -> str:
    """A filled path."""
    return element(
        "PathObject", inside + data, ID="91", Boundary=at, Stroke="false", Fill="true", **attributes
    )


def page(*objects: str, before: str = "", after: str = "", layer: str = "", content: str = "") -> bytes:
    """A page with one everyday line and the objects."""
    everyday = text("关于印发政府信息公开工作要点的通知", at="20 20 150 8")
    shown = element("Content", f'<ofd:Layer ID="80"{layer}>{everyday}{"".join(objects)}</ofd:Layer>{content}')
    return root("Page", before + shown + after)


def pack(
    members: Mapping[str, bytes], *, comment: bytes = b"", extra: bytes = b"", remark: bytes = b""
) -> bytes:
    """The zip."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name == "OFD.xml":
                info.extra, info.comment = extra, remark
            archive.writestr(info, data)
        archive.comment = comment
    return file.getvalue()


def members(
    *objects: str, content: bytes | None = None, info: str = "", body: str = "", common: str = "", inside: str = "",
    pages: str = "", resources: str = "", more: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """The members of a one-page OFD.

    Args:
        objects: further objects on the page. content: another page instead. info: in DocInfo. body: in DocBody.
        common: in CommonData. inside: in Document. pages: in Pages. resources: in the public resources.
        more: further members.
    """
    about = element("DocInfo", element("DocID", "0f" * 16) + element("CreationDate", "2026-01-05") + info)
    boxes = element("PageArea", element("PhysicalBox", "0 0 210 297"))
    shared = element("MaxUnitID", "100") + boxes + element("PublicRes", "PublicRes.xml") + common
    listed = element("Pages", element("Page", ID="1", BaseLoc="Pages/Page_0/Content.xml") + pages)
    fonts = element("Fonts", element("Font", ID="3", FontName="宋体", FamilyName="宋体"))
    return {
        "OFD.xml": root(
            "OFD", element("DocBody", about + element("DocRoot", "Doc_0/Document.xml") + body), Version="1.1", DocType="OFD"
        ),
        "Doc_0/Document.xml": root("Document", element("CommonData", shared) + listed + inside),
        "Doc_0/PublicRes.xml": root("Res", fonts + resources, BaseLoc="Res"),
        "Doc_0/Pages/Page_0/Content.xml": content or page(*objects),
        **(more or {}),
    }  # fmt: skip


def annotated(inside: str, **attributes: str) -> bytes:
    """A file with one annotation."""
    said = {"ID": "50", "Type": "Highlight", "Creator": "制作", "LastModDate": "2026-01-05", **attributes}
    return pack(
        members(
            inside=element("Annotations", "Annots/Annotations.xml"),
            more={
                "Doc_0/Annots/Annotations.xml": root(
                    "Annotations", element("Page", element("FileLoc", "Page_0/Annotation.xml"), PageID="1")
                ),
                "Doc_0/Annots/Page_0/Annotation.xml": root("PageAnnot", element("Annot", inside, **said)),
            },
        )
    )


def attached(name: str, data: bytes, *, title: str = "附件", more: str = "", **attributes: str) -> bytes:
    """A file with one attachment."""
    listed = element(
        "Attachment", element("FileLoc", name) + more, ID="1", Name=title, Format="txt", **attributes
    )
    return pack(
        members(
            inside=element("Attachments", "Attachs/Attachments.xml"),
            more={
                "Doc_0/Attachs/Attachments.xml": root("Attachments", listed),
                f"Doc_0/Attachs/{name}": data,
            },
        )
    )


def der(tag: int, content: bytes) -> bytes:
    """One ASN.1 value."""
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x82" + struct.pack(">H", size)
    return bytes((tag,)) + length + content


def seal(name: str, *, maker: str = "ORG", certificate: str = "CN", picture: bytes = b"") -> bytes:
    """A seal after GM/T 0031: header, number, properties, picture; and a signature value."""
    header = der(0x30, der(0x16, b"ES") + der(2, b"\x04") + der(0x16, maker.encode()))
    holder = der(0x30, der(0x31, der(0x30, der(6, b"\x55\x04\x03") + der(0x0C, certificate.encode()))))
    when = der(0x18, b"20260105000000Z")
    about = der(
        0x30,
        der(2, b"\x03") + der(0x0C, name.encode()) + der(2, b"\x01") + der(0x30, der(4, holder)) + when * 3,
    )
    shown = der(0x30, der(0x16, b"png") + der(4, picture or PNG) + der(2, b"\x1e") + der(2, b"\x14"))
    return der(
        0x30,
        der(0x30, header + der(0x16, b"50011200000399") + about + shown) + der(3, b"\x00" + b"\x5a" * 64),
    )


def png(marker: str = "") -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    file, info = BytesIO(), PngInfo()
    if marker:
        info.add_itxt("Description", marker)
    Image.new("RGB", (40, 40), "white").save(file, "PNG", pnginfo=info)
    return file.getvalue()


PNG = png()


def signed(
    *, value: bytes = b"", seal_file: bytes = b"", provider: str = "制章单位", inside: str = "", files: tuple[str, ...] = (),
    when: str = "20260105093000Z", stamp: str = "", listed: str = "",
) -> bytes:  # fmt: skip
    """A file with one signature; ``files`` are the members it lists."""
    return stamped(
        members(), value=value, seal_file=seal_file, provider=provider, inside=inside, files=files, when=when,
        stamp=stamp, listed=listed,
    )  # fmt: skip


def stamped(
    parts: dict[str, bytes], *, value: bytes = b"", seal_file: bytes = b"", provider: str = "制章单位",
    inside: str = "", files: tuple[str, ...] = (), when: str = "20260105093000Z", stamp: str = "", listed: str = "",
) -> bytes:  # fmt: skip
    """The file of these members, signed as :func:`signed` tells."""
    told_in_body = element("Signatures", "Doc_0/Signs/Signatures.xml") + "</ofd:DocBody>"
    parts["OFD.xml"] = parts["OFD.xml"].replace(b"</ofd:DocBody>", told_in_body.encode())
    references = "".join(
        element(
            "Reference",
            element("CheckValue", base64.b64encode(hashlib.new("sm3", parts[name]).digest()).decode()),
            FileRef=f"/{name}",
        )
        for name in files or parts
    )
    told = (
        element("Provider", ProviderName=provider, Version="1.0", Company="公司")
        + element("SignatureMethod", "1.2.156.10197.1.501")
        + element("SignatureDateTime", when)
        + element("References", references, CheckMethod="1.2.156.10197.1.401")
        + element("StampAnnot", ID="1", PageRef="1", Boundary=stamp or "120 200 42 42")
        + (element("Seal", element("BaseLoc", "/Doc_0/Signs/Sign_0/Seal.esl")) if seal_file else "")
    )
    value_at = element("SignedValue", "/Doc_0/Signs/Sign_0/SignedValue.dat")
    one = element("Signature", listed, ID="1", Type="Seal", BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml")
    parts["Doc_0/Signs/Signatures.xml"] = root("Signatures", element("MaxSignId", "1") + one)
    parts["Doc_0/Signs/Sign_0/Signature.xml"] = root(
        "Signature", element("SignedInfo", told) + value_at + inside
    )
    parts["Doc_0/Signs/Sign_0/SignedValue.dat"] = value or seal("某市人民政府")
    if seal_file:
        parts["Doc_0/Signs/Sign_0/Seal.esl"] = seal_file
    return pack(parts)


def _font(lie: dict[str, str]) -> bytes:
    """A font that holds a character map only: of the letters, and which glyph shows each."""
    pairs = sorted((ord(letter), int(glyph)) for letter, glyph in lie.items())
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in pairs)
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(pairs)) + groups
    data = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
    return (
        b"\x00\x01\x00\x00"
        + struct.pack(">HHHH", 1, 16, 0, 0)
        + b"cmap"
        + struct.pack(">III", 0, 28, len(data))
        + data
    )


def lying_glyphs(words: str, shown: str) -> bytes:
    """A page whose letters say one thing, while the glyphs that are drawn say another."""
    letters = sorted(set(words + shown))
    glyphs = {letter: str(at + 1) for at, letter in enumerate(letters)}
    listed = element("Glyphs", " ".join(glyphs[letter] for letter in shown))
    swap = element(
        "CGTransform", listed, CodePosition="0", CodeCount=str(len(words)), GlyphCount=str(len(shown))
    )
    fonts = element("Fonts", element("Font", element("FontFile", "font_4.ttf"), ID="4", FontName="仿宋"))
    drawn = text(words, inside=swap).replace('Font="3"', 'Font="4"')
    return pack(members(drawn, resources=fonts, more={"Doc_0/Res/font_4.ttf": _font(glyphs)}))
