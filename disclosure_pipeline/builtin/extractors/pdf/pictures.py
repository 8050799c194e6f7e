"""Words in a pdf's pictures beside their pixels: comments, Exif, XMP, colour profiles, bytes after the last row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from disclosure_pipeline.builtin.extractors.pdf.unpacking import can_unpack, unpacked
from disclosure_pipeline.builtin.extractors.pdf.words import shape_of, spoken
from disclosure_pipeline.builtin.extractors.shared.packed_words import sweep_packed

_MARKERS_WITH_WORDS = {0xFE: "comment", 0xE1: "exif", 0xED: "photoshop", 0xEC: "app12", 0xE2: "app2"}
_SAMPLES = {
    "/DeviceGray": 1, "/CalGray": 1, "/G": 1, "/Indexed": 1, "/I": 1, "/Separation": 1,
    "/DeviceRGB": 3, "/CalRGB": 3, "/RGB": 3, "/Lab": 3, "/DeviceCMYK": 4, "/CMYK": 4,
}  # fmt: skip
_LEAST_REST, _MOST_REST = 3, 1 << 20
_ROWS_PREDICTED = 10
_PROFILE_TAGS = (b"desc", b"cprt", b"dmnd", b"dmdd")

Found = tuple[str, str]
"""(detail, words)."""


def picture_words(stream: Any) -> Iterator[Found]:
    """Words in an image XObject beside its pixels."""
    filters = stream.get("/Filter")
    several = shape_of(filters) == "array"
    names = [str(item) for item in filters] if several else [str(filters)] if filters is not None else []
    if names[-1:] == ["/DCTDecode"]:
        if can_unpack(names[:-1]):
            yield from _jpeg_words(b"".join(unpacked(stream.read_raw_bytes(), names[:-1])))
    elif can_unpack(names):
        yield from _words_after_rows(stream, names)


def profile_words(data: bytes) -> Iterator[Found]:
    """Description, copyright and maker in an ICC profile."""
    count = int.from_bytes(data[128:132], "big")
    for index in range(min(count, 100)):
        entry = data[132 + 12 * index : 144 + 12 * index]
        if entry[:4] in _PROFILE_TAGS:
            at, size = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:12], "big")
            words = _profile_text(data[at : at + min(size, 4096)])
            if words:
                yield "icc " + entry[:4].decode(), words


def _profile_text(tag: bytes) -> str:
    if tag.startswith(b"desc"):
        return spoken(tag[12 : 12 + int.from_bytes(tag[8:12], "big")].rstrip(b"\0"))
    if tag.startswith(b"mluc"):
        length, at = int.from_bytes(tag[20:24], "big"), int.from_bytes(tag[24:28], "big")
        return tag[at : at + length].decode("utf-16-be", "replace").strip("\0")
    return spoken(tag[8:].rstrip(b"\0")) if tag.startswith(b"text") else ""


def _jpeg_words(data: bytes) -> Iterator[Found]:
    """Words in the segments of a JPEG file before its pixels, and after its end."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        payload = data[at + 4 : at + 2 + size]
        if marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0"):
            yield from profile_words(payload[14:])
        elif marker in _MARKERS_WITH_WORDS:
            words = spoken(payload)
            if words:
                yield _MARKERS_WITH_WORDS[marker], words
        at += 2 + max(size, 2)
    end = data.rfind(b"\xff\xd9")
    for words in sweep_packed(data[at : end if end != -1 else len(data)]):
        yield "in the pixels", words
    if end != -1:
        words = spoken(data[end + 2 :].strip(b"\0\r\n "))
        if words:
            yield "after the picture", words


def _words_after_rows(stream: Any, filters: list[str]) -> Iterator[Found]:
    samples = 1 if bool(stream.get("/ImageMask", False)) else _samples(stream.get("/ColorSpace"))
    bits = int(stream.get("/BitsPerComponent", 1))
    rows, across = int(stream.get("/Height", 0)), int(stream.get("/Width", 0))
    parameters = stream.get("/DecodeParms")
    row = (across * bits * samples + 7) // 8 + _is_predicted(parameters)
    if not samples:
        return
    rest = bytearray()
    left = rows * row
    for piece in unpacked(stream.read_raw_bytes(), filters):
        rest += piece[max(left, 0) :]
        left -= len(piece)
        if len(rest) > _MOST_REST:
            break
    if len(rest) > _LEAST_REST:
        words = spoken(bytes(rest))
        if words:
            yield "after the picture", words


def _samples(space: Any) -> int:
    """Numbers of a pixel in a colour space; 0 for one that says nothing."""
    if shape_of(space) != "array":
        return _SAMPLES.get(str(space), 0)
    family = str(space[0])
    if family == "/ICCBased":
        return int(space[1].get("/N", 3))
    return len(space[1]) if family == "/DeviceN" else _SAMPLES.get(family, 0)


def _is_predicted(parameters: Any) -> bool:
    """Whether every row has a byte before it that says how it was predicted."""
    several = list(parameters) if shape_of(parameters) == "array" else [parameters]
    return any(
        shape_of(item) == "dictionary" and int(item.get("/Predictor", 1)) >= _ROWS_PREDICTED
        for item in several
    )
