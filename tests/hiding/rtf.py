"""Where text can hide in Rich Text Format."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.hiding.msg_file import compound_file
from tests.hiding.place import Hiding

_FONTS = (
    r"{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fswiss\fcharset0 Arial;}{\f2\fnil\fcharset136 PMingLiU;}"
    r"{\f3\fnil\fcharset2 Symbol;}}"
)
_COLOURS = r"{\colortbl;\red0\green0\blue0;\red255\green255\blue255;}"
_STYLES = r"{\stylesheet{\s0 Normal;}{\*\cs10 \additive Default Paragraph Font;}}"


def words(text: str) -> str:
    """Text as Word writes it: Unicode with question marks for older readers."""
    return "".join(
        letter if letter.isascii() else f"\\u{ord(letter) - 65536 * (ord(letter) > 32767)}?"
        for letter in text
    )


def quoted(text: str, encoding: str) -> str:
    """Text as escaped bytes of a code page."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def document(body: str, head: str = "", tail: bytes = b"") -> bytes:
    """A document in the code page of mainland China."""
    start = rf"{{\rtf1\ansi\ansicpg936\deff0\uc1{_FONTS}{_COLOURS}{_STYLES}{head}\pard\plain\f0\fs32 "
    return (start + body + r"\par}").encode("gb18030") + tail


_TEXT = words("关于召开会议的通知") + r"\par "


def _body(pattern: str) -> Callable[[str], bytes]:
    """The marker, where the pattern says ``@``, in the body."""
    return lambda marker: document(_TEXT + pattern.replace("@", words(marker)))


def _head(pattern: str) -> Callable[[str], bytes]:
    return lambda marker: document(_TEXT, pattern.replace("@", words(marker)))


def _pages(encoding: str, font: int) -> Callable[[str], bytes]:
    return lambda marker: document(_TEXT + rf"{{\f{font} {quoted(marker, encoding)}}}")


def _object(program: bytes, native: bytes) -> str:
    def counted(text: bytes) -> bytes:
        return struct.pack("<I", len(text) + 1) + text + b"\x00" if text else bytes(4)

    data = struct.pack("<II", 0x0501, 2) + counted(program) + counted(b"") + counted(b"")
    return (data + struct.pack("<I", len(native)) + native).hex()


def _packaged(marker: str) -> bytes:
    name, content = "附件.txt".encode("gbk") + b"\x00", f"附件内容：{marker}".encode()
    body = b"\x02\x00" + name + name + b"\x00\x00\x03\x00" + struct.pack("<I", len(name)) + name
    body += struct.pack("<I", len(content)) + content
    return document(
        _TEXT
        + rf"{{\object\objemb{{\*\objclass Package}}{{\*\objdata {_object(b'Package', body)}}}{{\result x}}}}"
    )


def _compound(marker: str) -> bytes:
    inner = compound_file({"\x01CompObj": bytes(16), "Draft": marker.encode("utf-16-le")})
    return document(_TEXT + rf"{{\object\objemb{{\*\objdata {_object(b'Sheet', inner)}}}{{\result x}}}}")


def _link(marker: str) -> bytes:
    def counted(text: bytes) -> bytes:
        return struct.pack("<I", len(text) + 1) + text + b"\x00"

    data = (
        struct.pack("<II", 0x0501, 1)
        + counted(b"Word.Document.8")
        + counted(f"D:\\{marker}.doc".encode("gbk"))
        + counted(b"")
    )
    return document(_TEXT + rf"{{\object\objlink{{\*\objdata {data.hex()}}}{{\result x}}}}")


def _picture(marker: str) -> bytes:
    from io import BytesIO

    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_itxt("Comment", marker)
    out = BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG", pnginfo=told)
    return document(_TEXT + rf"{{\pict\pngblip\picw40\pich40 {out.getvalue().hex()}}}")


def _binary(marker: str, encoding: str = "utf-16-le") -> bytes:
    data = marker.encode(encoding)
    head, tail = document(_TEXT + r"{\*\private \bin@ }").split(b"@ ")
    return head + str(len(data)).encode() + b" " + data + tail


def _old_picture(marker: str) -> bytes:
    """A Windows metafile that draws words."""
    text = marker.encode("gbk")
    padded = text + b"\x00" * (len(text) % 2)
    drawn = (
        struct.pack("<IHH", 3 + 1 + len(padded) // 2 + 2, 0x0521, len(text))
        + padded
        + struct.pack("<hh", 10, 10)
    )
    records = drawn + struct.pack("<IH", 3, 0)
    head = struct.pack("<HHHIHIH", 1, 9, 0x0300, 9 + len(records) // 2, 0, len(drawn) // 2, 0)
    return document(_TEXT + rf"{{\nonshppict{{\pict\wmetafile8\picw400\pich400 {(head + records).hex()}}}}}")


def _datastore(marker: str) -> bytes:
    xml = f'<?xml version="1.0"?><items xmlns="urn:oa"><opinion>{marker}</opinion></items>'.encode()
    store = compound_file({"MsoDataStore": {"item1": {"Item": xml}}})
    return document(_TEXT, rf"{{\*\datastore {store.hex()}}}")


PLACES: tuple[Hiding, ...] = (
    Hiding("body", ".rtf", ("body",), _body("@"), visible=True),
    Hiding("bytes of GBK", ".rtf", ("body",), _pages("gbk", 0), visible=True),
    Hiding("bytes of GBK in a Latin font", ".rtf", ("body",), _pages("gbk", 1), visible=True),
    Hiding("bytes of Big5", ".rtf", ("body",), lambda marker: document(
        _TEXT + rf"{{\f2 {quoted('會議紀錄' + marker[4:], 'big5')}}}{words(marker)}"), visible=True),
    Hiding("table", ".rtf", ("table",), _body(r"\trowd\cellx4000\cellx8000\intbl 甲\cell @\cell\row\pard "), visible=True),
    Hiding("deleted", ".rtf", ("deletion",), _body(r"{\deleted\revauthdel1 @}")),
    Hiding("inserted", ".rtf", ("insertion",), _body(r"{\revised\revauth1 @}"), visible=True),
    Hiding("hidden", ".rtf", ("hidden",), _body(r"{\v @}")),
    Hiding("white", ".rtf", ("hidden",), _body(r"{\cf2 @}")),
    Hiding("tiny", ".rtf", ("hidden",), _body(r"{\fs2 @}")),
    Hiding("comment", ".rtf", ("comment",), _body(r"{\*\atnid A}{\*\atnauthor B}\chatn{\*\annotation{\*\atnref 1}\pard @}")),
    Hiding("comment author", ".rtf", ("metadata",), _body(r"{\*\atnid A}{\*\atnauthor @}\chatn{\*\annotation\pard x}")),
    Hiding("header", ".rtf", ("header",), _body(r"{\header\pard @\par}"), visible=True),
    Hiding("first page footer", ".rtf", ("footer",), _body(r"{\footerf\pard @\par}"), visible=True),
    Hiding("footnote", ".rtf", ("footnote",), _body(r"{\super\chftn}{\footnote\pard @}"), visible=True),
    Hiding("endnote", ".rtf", ("endnote",), _body(r"{\footnote\ftnalt\pard @}"), visible=True),
    Hiding("title", ".rtf", ("metadata",), _head(r"{\info{\title @}}")),
    Hiding("document comment", ".rtf", ("metadata",), _head(r"{\info{\doccomm @}}")),
    Hiding("reviewer", ".rtf", ("metadata",), _head(r"{\*\revtbl{Unknown;}{@;}}")),
    Hiding("field code", ".rtf", ("field",), _body(r'{\field{\*\fldinst HYPERLINK "http://x.cn/@"}{\fldrslt x}}')),
    Hiding("field result", ".rtf", ("body",), _body(r"{\field{\*\fldinst PAGE}{\fldrslt @}}"), visible=True),
    Hiding("index entry", ".rtf", ("field", "hidden"), _body(r"{\v {\xe @}}")),
    Hiding("form default", ".rtf", ("form",), _body(r"{\field{\*\fldinst FORMTEXT {\*\formfield{\fftype0{\*\ffdeftext @}}}}{\fldrslt }}")),
    Hiding("bookmark", ".rtf", ("name",), _body(r"{\*\bkmkstart @}x{\*\bkmkend @}")),
    Hiding("document variable", ".rtf", ("metadata",), _head(r"{\*\docvar {经办}{@}}")),
    Hiding("user property", ".rtf", ("metadata",), _head(r"{\*\userprops{\propname 意见}\proptype30{\staticval @}}")),
    Hiding("template", ".rtf", ("link",), _head(r"{\*\template C:\\@.dot}")),
    Hiding("XML attribute", ".rtf", ("metadata",), _body(
        r"{\*\xmlopen\xmlns1{\xmlname item}{\xmlattr\xmlns0{\xmlattrname a}{\xmlattrvalue @}}}x{\*\xmlclose}")),
    Hiding("style name", ".rtf", ("name",), lambda marker: document(_TEXT).replace(
        rb"{\s0 Normal;}", rb"{\s0 Normal;}{\s9 " + words(marker).encode() + b";}")),
    Hiding("list label", ".rtf", ("hidden",), _body(r"{\listtext\pard @\tab}x")),
    Hiding("text box", ".rtf", ("textbox",), _body(r"{\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard @\par}}}"), visible=True),
    Hiding("text box for old readers", ".rtf", ("hidden",), _body(r"{\shp{\*\shpinst{\shptxt x\par}}{\shprslt{\do{\dptxbxtext}}\pard @\par}}")),
    Hiding("shape description", ".rtf", ("alt",), _body(r"{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv @}}}}")),
    Hiding("unknown destination", ".rtf", ("unplaced",), _body(r"{\*\oanote @}")),
    Hiding("nested unknown destination", ".rtf", ("unplaced",), _body(r"{\*\oanote{\oatext{\b @}}}")),
    Hiding("unknown group", ".rtf", ("body",), _body(r"{\oanote @}"), visible=True),
    Hiding("text for readers without Unicode", ".rtf", ("hidden",), lambda marker: document(
        _TEXT + rf"\uc{len(marker)}\u20250 {marker}\uc1 "), narrow=True),
    Hiding("ANSI of a Unicode pair", ".rtf", ("hidden",), lambda marker: document(
        _TEXT + rf"{{\upr{{{quoted(marker, 'gbk')}}}{{\*\ud{{{words('正文')}}}}}}}")),
    Hiding("Unicode of a pair", ".rtf", ("body",), _body(r"{\upr{??}{\*\ud{@}}}"), visible=True),
    Hiding("packaged file", ".rtf", ("attachment",), _packaged),
    Hiding("embedded object", ".rtf", ("attachment",), _compound),
    Hiding("linked object", ".rtf", ("link",), _link),
    Hiding("picture metadata", ".rtf", ("metadata",), _picture),
    Hiding("picture for old readers", ".rtf", ("hidden",), _old_picture),
    Hiding("binary data", ".rtf", ("unplaced",), _binary),
    Hiding("binary data in ASCII", ".rtf", ("unplaced",), lambda marker: _binary(marker, "ascii"), narrow=True),
    Hiding("text box right of the page", ".rtf", ("hidden",), _body(
        r"{\shp{\*\shpinst\shpleft30000\shptop0\shpright34000\shpbottom900{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard @\par}}}")),
    Hiding("text box above the page", ".rtf", ("hidden",), _body(
        r"{\shp{\*\shpinst\shpleft0\shptop-29000\shpright4000\shpbottom-28000{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard @\par}}}")),
    Hiding("data store", ".rtf", ("attachment",), _datastore),
    Hiding("after the last brace", ".rtf", ("unplaced",), lambda marker: document(_TEXT, tail=b"\r\n" + marker.encode("gbk"))),
)  # fmt: skip
