"""Pictures: not read yet, so a large one is a doubt; text in their metadata is a segment."""

from __future__ import annotations

import re
from io import BytesIO

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.model.text import Place

LARGE_PIXELS = 600
"""Width and height in pixels from which a picture may hold readable text."""

_GPS_DIRECTORY = 0x8825
_PRINTABLE = re.compile(r"[\w\u3400-\u9fff]")
_TECHNICAL = ("icc_profile", "exif", "xmp", "XML:com.adobe.xmp", "photoshop", "adobe", "version")


def is_picture(name: str, data: bytes) -> bool:
    """Whether a member of a package is a picture, by its bytes (or, for metafiles, its name)."""
    return (
        data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or name.lower().endswith((".emf", ".wmf", ".emz", ".wmz"))
    )


def unread(out: Collector, place: Place) -> None:
    """Note a picture large enough to hold text."""
    out.doubt("picture.unread", "有较大的图片，其中的文字未能读出，请人工查看。", place)


def look_at(out: Collector, part: str, data: bytes, *, large: bool = False) -> None:
    """Look at a picture's size and metadata, without decoding its pixels.

    Args:
        out: gets the doubt and the metadata.
        part: name of the picture inside the file.
        data: its bytes.
        large: whether it takes half a page or more where it is shown.
    """
    from PIL import Image

    place = Place(part, "body")
    try:
        with Image.open(BytesIO(data)) as image:
            wide, high = image.size
            described = {key: value for key, value in image.info.items() if key not in _TECHNICAL}
            exif = dict(image.getexif())
            packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
            unopened = image.format in ("EMF", "WMF")
    except Exception:  # noqa: BLE001 - hostile pictures fail in many ways; each is simply unread
        unread(out, place)
        return
    if large or unopened or (wide >= LARGE_PIXELS and high >= LARGE_PIXELS):
        unread(out, place)
    if _GPS_DIRECTORY in exif:
        out.warn("图片中带有拍摄位置（GPS）信息。")
    for key, value in described.items():
        _add(out, part, str(key), value)
    for tag, value in exif.items():
        _add(out, part, f"exif {tag}", value)
    if packet:
        text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
        for run in re.findall(r">([^<>]+)<", text):
            _add(out, part, "xmp", run)


def _add(out: Collector, part: str, detail: str, value: object) -> None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace").strip("\x00")
    if isinstance(value, str) and _PRINTABLE.search(value):
        out.add(value, "metadata", part, detail=detail)
