"""Files inside addresses: ``data:`` URLs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.signatures import is_picture
from disclosure_pipeline.builtin.extractors.text.xml import read_drawing
from disclosure_pipeline.model.text import Place

_ADDRESS = re.compile(r"\s*data:([^,;]*)((?:;[^,;]*)*),(.*)", re.DOTALL | re.IGNORECASE)
_FONTS = ("font/", "application/font", "application/x-font", "application/vnd.ms-fontobject")
_FONT_MAGIC = (b"wOFF", b"wOF2", b"\x00\x01\x00\x00", b"OTTO", b"true")
_SUFFIXES = {"text/html": "a.html", "text/plain": "a.txt", "text/csv": "a.csv"}


def is_data(address: str) -> bool:
    """Whether an address holds its file itself."""
    return address.lstrip()[:5].lower() == "data:"


def open_data(address: str) -> tuple[str, bytes] | None:
    """(media type, bytes) of a ``data:`` URL; ``None`` when it is broken."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    raw = unquote_to_bytes(match[3])
    if ";base64" not in match[2].lower():
        return match[1].strip().lower(), raw
    try:
        packed = b"".join(raw.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        return match[1].strip().lower(), base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def read_data(out: Collector, address: str, part: str, *, settings: Mapping[str, Any], depth: int) -> None:
    """Read the file in a ``data:`` URL: pictures are looked at, scripts kept as they are.

    Args:
        out: gets what is in it.
        address: the URL.
        part: name of the place.
        settings: the keys of ``[extraction]``.
        depth: depth of the page.
    """
    opened = open_data(address)
    if opened is None:
        place = Place(part, "attachment")
        out.doubt("attachment.unread", "网页中嵌有无法读取的内容，请人工查看。", place)
        return
    kind, data = opened
    if not data or kind.startswith(_FONTS) or data.startswith(_FONT_MAGIC):
        return
    if is_picture("", data):
        pictures.look_at(out, part, data)
    elif kind in ("text/javascript", "application/javascript", "text/css", "application/json"):
        out.add(data.decode("utf-8", "replace"), "script", part, detail=kind)
    elif kind == "image/svg+xml":
        read_drawing(out, data, part, settings=settings, depth=depth)
    else:
        read_embedded(out, part, data, limits=settings, depth=depth, name=_SUFFIXES.get(kind, part))
