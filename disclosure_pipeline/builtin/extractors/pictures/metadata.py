"""Words beside the pixels of a picture: chunks, tags, comments, thumbnails, and bytes that no viewer reads.

What a format's structure holds is found by :mod:`.walks` and :mod:`.tiff_tags`; here it becomes text.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.pictures import tiff_tags
from disclosure_pipeline.builtin.extractors.pictures.icons import is_icon
from disclosure_pipeline.builtin.extractors.pictures.walks import (
    EXIF,
    Field,
    fields_of,
    in_profile,
    iptc,
    photoshop,
    plain_text,
    weighed,
)
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_HAN = "\u2605\u2606\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_WORDS = re.compile(rf"[\w{_HAN}]")
_RUN = re.compile(rf"[\x20-\x7e{_HAN}\u00b7\u2010-\u203b\n\r\t]{{4,}}")
_LETTERS = re.compile(rf"[A-Za-z0-9{_HAN}]")
_ATTRIBUTE = r"\s(?!xmlns|xml:)[\w-]+:[\w-]+="
_XMP_VALUE = re.compile(
    rf">([^<>]+)<|{_ATTRIBUTE}\"([^\"]+)\"|{_ATTRIBUTE}'([^']+)'|<!--(.*?)-->|<!\[CDATA\[(.*?)\]\]>", re.S
)
_RAW_PROFILE = re.compile(rb"\s*(exif|iptc|8bim|xmp|app1)\s+\d+\s+([0-9a-fA-F\s]+)$", re.I)
_TECHNICAL = re.compile(
    r"\d{0,6}|\d{4}[:-]\d\d[:-]\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?"
    r"|https?://(?:ns\.adobe|www\.w3|purl)\S*|(?:uuid|xmp\.\w+):[\w:-]+",
    re.I,
)
"""Short numbers, dates, names of schemes and random ids; never a number long enough to be somebody's."""

_BYTES = (1, 2, 6, 7)
_FEW_NUMBERS = 16
"""Bytes of numbers in which nobody looks for words."""

_XP_TAGS = range(0x9C9B, 0x9CA0)
_IPTC_TAG, _ICC_TAG, _JPEG_TABLES = 33723, 34675, 347
_PIXEL_TAGS = (320, 339, 258, 529, 532, 301, 273, 279, 324, 325)
_THUMB_AT, _THUMB_LENGTH = 0x0201, 0x0202
_THUMB_DIFFERENCE = 28.0


def read(out: Collector, part: str, data: bytes, picture: Picture) -> bytes:
    """Keep every word beside the pixels as ``metadata``.

    Args:
        out: gets the words.
        part: name of the picture.
        data: its bytes.
        picture: the same, opened.

    Returns:
        The bytes behind the picture's end, without padding: another file may stand there.
    """
    if picture.format == "TIFF":
        directories = tiff_tags.Walk.over(data)
        _structure(out, part, directories, picture)
        for gap in directories.gaps():
            sweep(out, part, gap, "between the directories")
        return b""
    fields, end = fields_of(picture.format or "", data)
    _fields(out, part, fields, picture)
    return data[end:].strip(b"\x00\xff \t\r\n")


def _fields(out: Collector, part: str, fields: Iterable[Field], picture: Picture) -> None:
    for name, value in fields:
        raw = _RAW_PROFILE.match(value)  # how ImageMagick and GIMP put blocks into PNG
        value = bytes.fromhex(raw[2].decode()) if raw else value  # noqa: PLW2901 - the same field, unpacked
        if name == EXIF or value.startswith(b"Exif\0"):
            _exif(out, part, value, picture)
        else:
            _field(out, part, name, value)


def sweep(out: Collector, part: str, data: bytes, detail: str) -> None:
    """Keep what reads like words in bytes that no rule names, as ``unplaced``."""
    for run in runs(data):
        out.add(run, "unplaced", part, detail=detail)


def _add(out: Collector, part: str, detail: str, text: str) -> None:
    text = text.strip("\x00 \t\r\n")
    if _WORDS.search(text) and not _TECHNICAL.fullmatch(text):
        out.add(text, "metadata", part, detail=detail)


def _field(out: Collector, part: str, name: str, value: bytes) -> None:
    """One field: XMP by its values, IPTC by its datasets, plain text as it is, else the runs in it."""
    if b"<x:xmpmeta" in value or b"<rdf:RDF" in value or b"<?xpacket" in value:
        for found in _XMP_VALUE.finditer(value.decode("utf-8", "replace")):
            _add(
                out, part, "xmp", html.unescape(next(group for group in found.groups() if group is not None))
            )
        return
    if b"8BIM" in value:
        for name_, inner in photoshop(value):
            _add(out, part, name_, _text(inner))
        return
    text = plain_text(value)
    if text is not None:
        _add(out, part, name, text)
        return
    for run in runs(value):
        _add(out, part, name, run)


def _text(value: bytes) -> str:
    return plain_text(value) or " ".join(runs(value))


def runs(data: bytes) -> Iterator[str]:
    """Stretches that read like words, in UTF-8 and UTF-16."""
    seen: set[str] = set()
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for shift in (0, 1) if encoding != "utf-8" else (0,):
            for found in _RUN.finditer(data[shift:].decode(encoding, "replace")):
                run = found.group().strip()
                if run in seen or not _like_words(run, encoding):
                    continue
                seen.add(run)
                yield run


def _like_words(run: str, encoding: str) -> bool:
    letters = len(_LETTERS.findall(run))
    if letters < 4 or letters < 0.7 * len(run):
        return False
    if encoding == "utf-8":
        return letters >= 6 or not run.isascii()
    if run.isascii():
        return letters >= 5
    # Any bytes decode as Han characters: real words are of common ones, or of Latin letters.
    return len(run.encode("gb2312", "ignore")) >= 1.9 * sum(not sign.isascii() for sign in run)


# ------------------------------------------------------------- EXIF and TIFF


def _exif(out: Collector, part: str, data: bytes, picture: Picture) -> None:
    """An EXIF block: every directory, the thumbnail's too."""
    walk = tiff_tags.Walk.over(data.removeprefix(b"Exif\0\0"))
    _structure(out, part, walk, picture)
    for gap in walk.gaps():
        _fields(out, part, weighed("exif gap", gap), picture)
    _thumbnail(out, part, walk, picture)


def _structure(out: Collector, part: str, walk: tiff_tags.Walk, picture: Picture) -> None:
    """The directories of a TIFF structure, and what their pixels cover."""
    for entry in walk.entries:
        _entry(out, part, entry, picture)
    _fields(out, part, walk.fields, picture)
    for data in walk.weighed:
        _fields(out, part, weighed("pixels", data), picture)
    if any(entry.name == "gps" for entry in walk.entries):
        out.warn("图片中带有拍摄位置（GPS）信息。")
    if any(not is_icon(size) for size in walk.unseen):
        message = "图片文件中另有不显示的图像，其中的文字未能读出，请人工查看。"
        out.doubt("picture.unread", message, Place(part, "hidden"))


def _entry(out: Collector, part: str, entry: tiff_tags.Entry, picture: Picture) -> None:
    name = f"exif {entry.name} {entry.tag}"
    if entry.tag == _JPEG_TABLES:
        _fields(out, part, fields_of("JPEG", entry.value)[0], picture)
    elif entry.tag == _ICC_TAG:
        _fields(out, part, in_profile(name, entry.value), picture)
    elif entry.tag in _PIXEL_TAGS and entry.type not in _BYTES:
        _fields(out, part, weighed(name, entry.value), picture)
    elif entry.type in _BYTES:
        _tag(out, part, entry)
    elif len(entry.value) > _FEW_NUMBERS:
        # Numbers by their type; that does not keep them from being letters.
        for run in runs(entry.value):
            _add(out, part, name, run)


def _tag(out: Collector, part: str, entry: tiff_tags.Entry) -> None:
    name, value = f"exif {entry.name} {entry.tag}", entry.value
    if entry.tag in _XP_TAGS:
        _add(out, part, name, value.decode("utf-16-le", "replace"))
    elif entry.tag == _IPTC_TAG:
        for field, inner in iptc(value):
            _add(out, part, field, _text(inner))
    elif value[:8] == b"UNICODE\0":
        found = sorted(
            (value[8:].decode(kind, "replace") for kind in ("utf-16-le", "utf-16-be")), key=_commonness
        )
        _add(out, part, name, found[-1])
    elif value[:8] in (b"ASCII\0\0\0", b"JIS\0\0\0\0\0", bytes(8)):
        _field(out, part, name, value[8:])
    else:
        _field(out, part, name, value)


def _commonness(text: str) -> int:
    return len(text.encode("gb2312", "ignore")) - text.count("\ufffd")


def _thumbnail(out: Collector, part: str, walk: tiff_tags.Walk, picture: Picture) -> None:
    """A thumbnail that shows something else than the picture: what was there before it was cropped or covered."""
    from PIL import ImageChops, ImageOps, ImageStat

    from disclosure_pipeline.builtin.extractors.pictures.pictures import open_picture

    spans = {entry.tag: entry.numbers() for entry in walk.entries if entry.tag in (_THUMB_AT, _THUMB_LENGTH)}
    if not all(spans.get(tag) for tag in (_THUMB_AT, _THUMB_LENGTH)):
        return
    start, length = spans[_THUMB_AT][0], spans[_THUMB_LENGTH][0]
    data = walk.data[start : start + length]
    if not data:
        return
    try:
        with open_picture(data, out.limits.max_pixels) as small:
            # Cameras pad thumbnails to their own shape.
            shape = ImageOps.pad(picture.convert("L"), small.size)
            apart = ImageStat.Stat(ImageChops.difference(shape, small.convert("L"))).mean[0]
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError):
        apart = math.inf  # what our library cannot read may be no riddle to another
    if apart > _THUMB_DIFFERENCE:
        out.doubt(
            "picture.thumbnail",
            "图片带有与画面不同的缩略图，可能是修改前的内容，请人工查看。",
            Place(part, "hidden"),
        )
