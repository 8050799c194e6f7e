"""Hiding places in pictures: what stands beside the pixels, and what the pixels themselves hide."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, TiffImagePlugin

from tests.hiding.place import Hiding

WORDS = "关于整治道路的通知"


@cache
def face(size: int) -> ImageFont.FreeTypeFont:
    """A Chinese face of the machine, simplified forms."""
    import subprocess

    found = subprocess.run(
        ["fc-match", "-f", "%{file}", "Noto Serif CJK SC:lang=zh-cn"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return ImageFont.truetype(found, size, index=2 if found.endswith(".ttc") else 0)


def page(*lines: str, fill: object = "black", mode: str = "RGB", ground: object = "white") -> Image.Image:
    """A small page with lines of words."""
    picture = Image.new(mode, (760, 90 + 70 * len(lines)), ground)  # type: ignore[arg-type]
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((60, 50 + 70 * number), line, font=face(44), fill=fill)
    return picture


def stored(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as bytes."""
    out = BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def png(**options: object) -> bytes:
    return stored(page(WORDS), "PNG", **options)


def jpeg(**options: object) -> bytes:
    return stored(page(WORDS), "JPEG", quality=90, **options)


def _png_text(key: str, marker: str, *, packed: bool) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text(key, f"remark {marker}", zip=packed)
    return png(pnginfo=notes)


def _png_itxt(marker: str) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Comment", f"备注：{marker}", "zh-CN", "备注", zip=True)
    return png(pnginfo=notes)


def _png_chunk(kind: bytes, body: bytes, *, before: bytes = b"IEND") -> bytes:
    data = png()
    at = data.index(before) - 4
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:at] + chunk + data[at:]


def _exif(change: Callable[[Image.Exif], None]) -> Image.Exif:
    exif = Image.Exif()
    change(exif)
    return exif


def _user_comment(marker: str) -> bytes:
    def change(exif: Image.Exif) -> None:
        exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + f"批注{marker}".encode("utf-16-le")

    return jpeg(exif=_exif(change))


def _xp_comment(marker: str) -> bytes:
    def change(exif: Image.Exif) -> None:
        exif[0x9C9C] = f"内部说明{marker}".encode("utf-16-le") + b"\0\0"

    return jpeg(exif=_exif(change))


def _gps(marker: str) -> bytes:
    def change(exif: Image.Exif) -> None:
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", (36.0, 40.0, 12.0)
        place[27] = b"ASCII\0\0\0" + marker.encode()

    return jpeg(exif=_exif(change))


def _xmp(marker: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
        f'{marker}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _segment(marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its first one."""
    data = jpeg()
    at = 4 + int.from_bytes(data[4:6], "big")
    return data[:at] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + data[at:]


def _iptc(marker: str) -> bytes:
    text = f"说明{marker}".encode()
    dataset = b"\x1c\x02\x78" + struct.pack(">H", len(text)) + text
    return b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset


def _raw_profile(marker: str) -> bytes:
    """An IPTC block in hexadecimal, as ImageMagick keeps it in PNG files."""
    block = _iptc(marker)[14:]
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Raw profile type iptc", f"\niptc\n{len(block):8}\n{block.hex()}\n", zip=True)
    return png(pnginfo=notes)


def _tiff_pages(marker: str) -> bytes:
    return stored(page(WORDS), "TIFF", save_all=True, append_images=[page(marker)], compression="tiff_lzw")


def _tiff_tag(marker: str, tag: int) -> bytes:
    notes = TiffImagePlugin.ImageFileDirectory_v2()
    notes[tag] = f"附记{marker}".encode()
    notes.tagtype[tag] = 2
    return stored(page(WORDS), "TIFF", tiffinfo=notes)


def _tiff_second_tag(marker: str) -> bytes:
    """A page name in the directory of a second page."""
    first = bytearray(stored(page(WORDS), "TIFF"))
    count = struct.unpack_from("<H", first, 8)[0]
    struct.pack_into("<I", first, 10 + 12 * count, len(first))
    note = f"附记{marker}".encode() + b"\0"
    tags = ((256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))
    end = len(first) + 2 + 12 * 8 + 4
    rows = [*tags, (273, 4, 1, end), (279, 4, 1, 1), (285, 2, len(note), end + 2)]
    directory = struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4)
    return bytes(first) + directory + b"\xff\0" + note


def _gif_frames(marker: str) -> bytes:
    return stored(page(WORDS), "GIF", save_all=True, append_images=[page(marker)], duration=0)


def _bmp_gap(marker: str) -> bytes:
    data = bytearray(stored(page(WORDS), "BMP"))
    start = struct.unpack_from("<I", data, 10)[0]
    note = f"批注{marker}".encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<I", data, 10, start + len(note))
    return bytes(data[:start]) + note + bytes(data[start:])


def _webp_chunk(marker: str) -> bytes:
    data = stored(page(WORDS), "WEBP", lossless=True)
    body = f"备注{marker}".encode()
    body += b"\0" * (len(body) % 2)
    longer = data + b"NOTE" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(longer) - 8) + longer[8:]


def _upside_down(marker: str) -> bytes:
    picture = page(WORDS, "", "")
    line = page(marker).rotate(180)
    picture.paste(line.crop((0, 30, 760, 130)), (0, 150))
    return stored(picture, "PNG")


def _sideways(marker: str) -> bytes:
    return stored(page(WORDS, marker, "各镇人民政府、县政府各部门：").rotate(90, expand=True), "PNG")


def _alpha(marker: str) -> bytes:
    """Words that stand in the colours of pixels which are wholly transparent."""
    picture = page(WORDS, marker).convert("RGBA")
    opacity = Image.new("L", picture.size, 255)
    ImageDraw.Draw(opacity).rectangle((0, 112, picture.width, picture.height), fill=0)
    picture.putalpha(opacity)
    return stored(picture, "PNG")


def _white_on_nothing(marker: str) -> bytes:
    """White words on a transparent ground, as on a dark slide."""
    picture = Image.new("RGBA", (760, 230), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    pen.text((60, 50), WORDS, font=face(44), fill=(0, 0, 0, 255))
    pen.text((60, 120), marker, font=face(44), fill=(255, 255, 255, 255))
    return stored(picture, "PNG")


def _faint(marker: str) -> bytes:
    picture = page(WORDS, "")
    ImageDraw.Draw(picture).text((60, 120), marker, font=face(44), fill=(248, 248, 248))
    return stored(picture, "PNG")


def _in_red(marker: str) -> bytes:
    """Black words under a red stamp."""
    from PIL import ImageChops

    stamp = Image.new("RGB", (760, 160), "white")
    pen = ImageDraw.Draw(stamp)
    pen.ellipse((330, 10, 470, 150), outline=(230, 30, 30), width=7)
    pen.regular_polygon((400, 80, 30), 5, fill=(230, 30, 30))
    return stored(ImageChops.multiply(page(marker), stamp), "PNG")


def _thumbnail_note(marker: str) -> bytes:
    """A description in the directory of the thumbnail, not in the picture's own."""
    note = f"缩略图{marker}".encode() + b"\0"
    own = struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, 1, 0, 26)
    second = struct.pack("<HHHIII", 1, 0x010E, 2, len(note), 26 + 18, 0)
    return jpeg(exif=b"Exif\0\0" + struct.pack("<2sHI", b"II", 42, 8) + own + second + note)


def emf(*records: bytes, description: str = "") -> bytes:
    """An EMF drawing of these records."""
    words = description.encode("utf-16-le") + b"\0\0\0\0" if description else b""
    words += b"\0" * (-len(words) % 4)
    end = struct.pack("<IIIII", 14, 20, 0, 0, 20)
    size = 108 + len(words)
    total = size + sum(map(len, records)) + len(end)
    head = struct.pack("<II", 1, size) + struct.pack("<8i", 0, 0, 2000, 400, 0, 0, 20000, 4000) + b" EMF"
    head += struct.pack(
        "<IIIHHIIIiiii",
        0x10000,
        total,
        len(records) + 2,
        1,
        0,
        len(words) // 2,
        108 if words else 0,
        0,
        1920,
        1080,
        508,
        286,
    )
    head += struct.pack("<IIIII", 0, 0, 0, 508000, 286000)
    return head[:108].ljust(108, b"\0") + words + b"".join(records) + end


def emf_text(text: str, at: int = 100) -> bytes:
    """A record that writes a line."""
    words = text.encode("utf-16-le")
    words += b"\0" * (-len(words) % 4)
    size = 76 + len(words) + 4 * len(text)
    body = struct.pack("<4i", 0, 0, -1, -1) + struct.pack("<Iff", 2, 1.0, 1.0)
    body += struct.pack("<iiIII", 50, at, len(text), 76, 0) + struct.pack("<4i", 0, 0, -1, -1)
    body += struct.pack("<I", 76 + len(words))
    return struct.pack("<II", 84, size) + body + words + struct.pack(f"<{len(text)}I", *[40] * len(text))


def emf_comment(body: bytes) -> bytes:
    body_size = len(body)
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<III", 70, 12 + len(body), body_size) + body


def _emf_plus(marker: str) -> bytes:
    words = marker.encode("utf-16-le")
    words += b"\0" * (-len(words) % 4)
    body = struct.pack("<III", 0xFF000000, 0, len(marker)) + struct.pack("<4f", 10, 20, 300, 40) + words
    record = struct.pack("<HHII", 0x401C, 0x8000, 12 + len(body), len(body)) + body
    return emf(emf_comment(b"EMF+" + record), emf_text(WORDS))


def _emf_bitmap(marker: str) -> bytes:
    bmp = stored(page(marker), "BMP")
    head, bits = bmp[14:54], bmp[54:]
    body = struct.pack("<4i", 0, 0, 760, 160) + struct.pack("<6i", 0, 0, 0, 0, 760, 160)
    body += struct.pack("<IIII", 80, 40, 120, len(bits)) + struct.pack("<IIii", 0, 0x00CC0020, 760, 160)
    return emf(struct.pack("<II", 81, 120 + len(bits)) + body + head + bits)


def wmf(*records: bytes) -> bytes:
    """A placeable WMF drawing of these records."""
    place = b"\xd7\xcd\xc6\x9a" + struct.pack("<HhhhhHI", 0, 0, 0, 2000, 400, 96, 0)
    place += struct.pack("<H", 0)
    body = b"".join(records) + struct.pack("<IH", 3, 0)
    longest = max(len(record) for record in records) // 2
    return place + struct.pack("<HHHIHIH", 1, 9, 0x300, (18 + len(body)) // 2, 0, longest, 0) + body


def wmf_record(kind: int, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    return struct.pack("<IH", 3 + len(body) // 2, kind) + body


def _wmf_text(marker: str) -> bytes:
    words = f"图中{marker}".encode("gb18030")
    padded = words + b"\0" * (len(words) % 2)
    return wmf(wmf_record(0x0521, struct.pack("<H", len(words)) + padded + struct.pack("<hh", 100, 50)))


def _wmf_split(marker: str) -> bytes:
    """Each character in a record of its own, as some programs write them."""
    return wmf(
        *(
            wmf_record(
                0x0A32,
                struct.pack("<hhhH", 100, 50 + 40 * at, len(sign.encode("gb18030")), 0)
                + sign.encode("gb18030"),
            )
            for at, sign in enumerate(marker)
        )
    )


def _emf_in_wmf(marker: str) -> bytes:
    inner = emf(emf_text(marker))
    head = b"WMFC" + struct.pack("<IIHIIIII", 1, 0x10000, 0, 0, 1, len(inner), 0, len(inner))
    body = head + inner
    return wmf(wmf_record(0x0626, struct.pack("<HH", 15, len(body)) + body))


def _zip_behind(marker: str) -> bytes:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", f"附记{marker}")
    return jpeg() + out.getvalue()


PLACES: tuple[Hiding, ...] = (
    Hiding("words in pixels", ".png", ("ocr",), lambda marker: stored(page(WORDS, marker), "PNG"), visible=True),
    Hiding("words in a grey jpeg", ".jpg", ("ocr",), lambda marker: stored(page(marker).convert("L"), "JPEG", quality=60), visible=True),
    Hiding("upside-down line", ".png", ("ocr",), _upside_down, visible=True),
    Hiding("page on its side", ".png", ("ocr",), _sideways, visible=True),
    Hiding("words under a seal", ".png", ("ocr",), _in_red, visible=True),
    Hiding("faint words", ".png", ("ocr",), _faint),
    Hiding("transparent words", ".png", ("ocr",), _alpha),
    Hiding("white on transparent", ".png", ("ocr",), _white_on_nothing),
    Hiding("white on dark", ".bmp", ("ocr",), lambda marker: stored(page(marker, fill="white", ground=(20, 30, 60)), "BMP"), visible=True),
    Hiding("tEXt", ".png", ("metadata",), lambda marker: _png_text("Comment", marker, packed=False), narrow=True),
    Hiding("zTXt", ".png", ("metadata",), lambda marker: _png_text("Description", marker, packed=True), narrow=True),
    Hiding("tEXt keyword", ".png", ("metadata",), lambda marker: _png_text(marker, "x", packed=False), narrow=True),
    Hiding("iTXt", ".png", ("metadata",), _png_itxt),
    Hiding("private chunk", ".png", ("metadata", "unplaced"), lambda marker: _png_chunk(b"noTe", f"备注{marker}".encode())),
    Hiding("text in the middle of pixels", ".png", ("metadata", "unplaced"), lambda marker: _png_chunk(b"prVw", f"说明{marker}".encode("utf-16-le"), before=b"IDAT")),
    Hiding("data after IEND", ".png", ("unplaced", "attachment"), lambda marker: png() + f"附在末尾：{marker}".encode()),
    Hiding("zip after EOI", ".jpg", ("attachment", "unplaced"), _zip_behind),
    Hiding("data after EOI", ".jpg", ("unplaced", "attachment"), lambda marker: jpeg() + f"附在末尾：{marker}".encode()),
    Hiding("picture after EOI", ".jpg", ("attachment", "ocr"), lambda marker: jpeg() + stored(page(marker), "PNG")),
    Hiding("jpeg comment", ".jpg", ("metadata",), lambda marker: jpeg(comment=f"备注{marker}".encode())),
    Hiding("jpeg comment in gbk", ".jpg", ("metadata",), lambda marker: jpeg(comment=f"备注说明{marker}".encode("gbk"))),
    Hiding("jpeg app segment", ".jpg", ("metadata",), lambda marker: _segment(0xEB, b"OFFICE\0" + f"批示{marker}".encode())),
    Hiding("exif description", ".jpg", ("metadata",), lambda marker: jpeg(exif=_exif(lambda exif: exif.__setitem__(0x010E, marker))), narrow=True),
    Hiding("exif user comment", ".jpg", ("metadata",), _user_comment),
    Hiding("exif windows comment", ".jpg", ("metadata",), _xp_comment),
    Hiding("exif gps processing", ".jpg", ("metadata",), _gps, narrow=True),
    Hiding("exif thumbnail directory", ".jpg", ("metadata",), _thumbnail_note),
    Hiding("xmp", ".jpg", ("metadata",), lambda marker: _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp(marker))),
    Hiding("xmp", ".png", ("metadata",), lambda marker: _png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(marker))),
    Hiding("xmp comment", ".jpg", ("metadata",), lambda marker: _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp("x").replace(b"<rdf:RDF", f"<!-- {marker} --><rdf:RDF".encode()))),
    Hiding("raw profile", ".png", ("metadata",), _raw_profile),
    Hiding("iptc", ".jpg", ("metadata",), lambda marker: _segment(0xED, _iptc(marker))),
    Hiding("second page", ".tif", ("ocr",), _tiff_pages, visible=True),
    Hiding("tiff tag", ".tif", ("metadata",), lambda marker: _tiff_tag(marker, 0x010E)),
    Hiding("tiff private tag", ".tif", ("metadata",), lambda marker: _tiff_tag(marker, 65001)),
    Hiding("tag of the second page", ".tif", ("metadata",), _tiff_second_tag),
    Hiding("gif comment", ".gif", ("metadata",), lambda marker: stored(page(WORDS), "GIF", comment=f"备注{marker}".encode())),
    Hiding("later frame", ".gif", ("ocr",), _gif_frames, visible=True),
    Hiding("bmp trailing data", ".bmp", ("unplaced", "attachment"), lambda marker: stored(page(WORDS), "BMP") + f"附在末尾：{marker}".encode()),
    Hiding("gap before pixels", ".bmp", ("metadata", "unplaced"), _bmp_gap),
    Hiding("webp chunk", ".webp", ("metadata",), _webp_chunk),
    Hiding("emf text", ".emf", ("ocr",), lambda marker: emf(emf_text(WORDS), emf_text(marker, 200)), visible=True),
    Hiding("emf description", ".emf", ("metadata",), lambda marker: emf(emf_text(WORDS), description=f"Draw\0{marker}\0")),
    Hiding("emf comment", ".emf", ("metadata", "unplaced"), lambda marker: emf(emf_text(WORDS), emf_comment(f"批注{marker}".encode("utf-16-le")))),
    Hiding("emf+ string", ".emf", ("ocr",), _emf_plus, visible=True),
    Hiding("bitmap in emf", ".emf", ("ocr",), _emf_bitmap, visible=True),
    Hiding("wmf text", ".wmf", ("ocr",), _wmf_text, visible=True),
    Hiding("wmf text in pieces", ".wmf", ("ocr",), _wmf_split, visible=True),
    Hiding("emf inside wmf", ".wmf", ("ocr",), _emf_in_wmf, visible=True),
)  # fmt: skip
