"""JBIG2 pictures, as OFD keeps scans and codes in two colours, turned into PNG by pdfium."""

from __future__ import annotations

import struct
from io import BytesIO

MAGIC = b"\x97JB2\r\n\x1a\n"
_SEQUENTIAL, _UNKNOWN_PAGES = 1, 2
_PAGE_INFORMATION = 48
_SEGMENT = struct.Struct(">IBB")


def is_jbig2(data: bytes) -> bool:
    """Whether bytes are a JBIG2 file."""
    return data.startswith(MAGIC)


def as_png(data: bytes, max_pixels: int) -> bytes | None:
    """The picture as PNG.

    Args:
        data: a JBIG2 file.
        max_pixels: most pixels it may have.

    Returns:
        ``None`` when it cannot be turned, or is too large.
    """
    if len(data) < 14 or not data[8] & _SEQUENTIAL:
        return None
    segments = data[9:] if data[8] & _UNKNOWN_PAGES else data[13:]
    size = _size(segments)
    if size is None or not 0 < size[0] * size[1] <= max_pixels:
        return None
    return _rendered(segments, *size)


def _size(segments: bytes) -> tuple[int, int] | None:
    """Width and height from the first segment, which describes the page."""
    if len(segments) < 22 or segments[4] & 0x3F != _PAGE_INFORMATION or segments[5]:
        return None
    start = _SEGMENT.size + (4 if segments[4] & 0x40 else 1) + 4
    wide, high = struct.unpack_from(">II", segments, start)
    return int(wide), int(high)


def _rendered(segments: bytes, wide: int, high: int) -> bytes | None:
    import pikepdf
    import pypdfium2

    file = BytesIO()
    with pikepdf.new() as pdf:
        picture = pdf.make_stream(
            segments, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=wide, Height=high,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1, Filter=pikepdf.Name.JBIG2Decode,
        )  # fmt: skip
        page = pdf.add_blank_page(page_size=(max(wide, 3), max(high, 3)))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
        page.Contents = pdf.make_stream(f"{wide} 0 0 {high} 0 0 cm /P Do".encode())
        pdf.save(file)
    try:
        document = pypdfium2.PdfDocument(file.getvalue())
        try:
            image = document[0].render(scale=1).to_pil()
        finally:
            document.close()
    except pypdfium2.PdfiumError:
        return None
    shown = BytesIO()
    image.convert("L").save(shown, "PNG")
    return shown.getvalue()
