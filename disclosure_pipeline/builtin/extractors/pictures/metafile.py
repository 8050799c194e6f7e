"""EMF and WMF drawings: their records are walked for words, bitmaps and further drawings inside them.

They are not drawn: words made of curves, or of glyph numbers without characters, cannot be read here and
are a doubt.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import check_memory
from disclosure_pipeline.builtin.extractors.pictures import metadata as picture_metadata
from disclosure_pipeline.builtin.extractors.pictures.scanned import unread
from disclosure_pipeline.builtin.extractors.signatures import EMF_MARK, PLACEABLE_WMF, is_metafile
from disclosure_pipeline.model.text import Place

_GZIP = b"\x1f\x8b"
_MANY_CURVES = 60
"""Curved paths from which a drawing without a character may show words."""

_MOST_DEPTH = 3
_LETTERS = 2

_TEXT_A, _TEXT_W, _POLY_A, _POLY_W, _SMALL = 83, 84, 96, 97, 108
_COMMENT, _END, _HEADER = 70, 14, 1
_BITMAPS = {80: 48, 81: 48, 76: 84, 77: 84, 78: 84, 79: 72, 114: 84, 116: 84}
"""EMF records with a bitmap → where the offsets of its header and its bits stand."""

_CURVES = {2, 5, 85, 88, 90, 91, 92}
_ESCAPES = {105, 106, 110}
_GLYPHS, _SMALL_CHARACTERS, _NO_BOX = 0x10, 0x200, 0x100

_WMF_TEXT, _WMF_EXT_TEXT, _WMF_ESCAPE, _WMF_FONT = 0x0521, 0x0A32, 0x0626, 0x02FB
_ENCODINGS = {128: "cp932", 129: "cp949", 136: "big5", 2: "latin-1"}
"""Character sets of fonts; all others as GB18030, of which ASCII is a part."""

_WMF_BITMAPS = {0x0F43: 22, 0x0B41: 20, 0x0940: 16, 0x0D33: 18}
_WMF_OPTIONS_WITH_BOX = 6
_PLUS = b"EMF+"
_PLUS_STRING, _PLUS_DRIVER_STRING, _PLUS_OBJECT, _PLUS_IMAGE = 0x401C, 0x4036, 0x4008, 5
_OLD_DRAWING = b"GDIC\x01\x00\x00\x80"
_ENHANCED = b"WMFC\x01\x00\x00\x00"

Run = tuple[int, str]
"""Height of the base line, and characters."""


def read(out: Collector, part: str, data: bytes, *, page: int | None = None, depth: int = 0) -> None:
    """Keep every word of a drawing as ``ocr`` (a reader sees it as part of a picture).

    Args:
        out: gets the words; a doubt when the drawing cannot be read.
        part: name of the drawing.
        data: its bytes, perhaps packed (EMZ, WMZ).
        page: page on which it is shown.
        depth: how many drawings it lies in.
    """
    drawing = _Drawing(out, part, page, depth)
    try:
        if data.startswith(_GZIP):
            packed = zlib.decompressobj(31)
            data = packed.decompress(data, out.limits.max_pixels)
            if not packed.eof:
                unread(out, Place(part, "ocr", page))
            elif packed.unused_data.strip(b"\x00"):
                _behind(out, part, packed.unused_data, page=page, depth=depth)
        if depth <= _MOST_DEPTH and data[40:44] == EMF_MARK:
            drawing.read_emf(data)
        elif depth <= _MOST_DEPTH and is_metafile(data):
            drawing.read_wmf(data)
        else:
            unread(out, Place(part, "ocr", page))
    except (ValueError, IndexError, struct.error, zlib.error) as error:
        check_memory(error)
        unread(out, Place(part, "ocr", page))
    drawing.finish()


def _behind(out: Collector, part: str, data: bytes, *, page: int | None, depth: int) -> None:
    """Bytes behind a packed drawing: another one, or words."""
    if data.startswith(_GZIP):
        read(out, f"{part}!surplus", data, page=page, depth=depth + 1)
        return
    picture_metadata.sweep(out, part, data, "after the end")


class _Drawing:
    """One drawing while its records are walked."""

    def __init__(self, out: Collector, part: str, page: int | None, depth: int):
        self._out, self._part, self._page, self._depth = out, part, page, depth
        self._runs: list[Run] = []
        self._curves = self._pictures = 0
        self._illegible = False
        self._enhanced = bytearray()
        self._encoding = "gb18030"

    def finish(self) -> None:
        """Keep the gathered runs, those of one line together."""
        line, height = "", None
        for at, text in self._runs:
            if at != height and line:
                self._out.add(line, "ocr", self._part, page=self._page)
                line = ""
            # Some programs write letter by letter; longer runs are words or columns.
            apart = " " if line and len(text) > _LETTERS else ""
            line, height = f"{line}{apart}{text}", at
        self._out.add(line, "ocr", self._part, page=self._page)
        drawn = self._curves >= _MANY_CURVES and not self._runs
        if self._illegible or drawn:
            unread(self._out, Place(self._part, "ocr", self._page))
        if self._enhanced:
            read(
                self._out, f"{self._part}!emf", bytes(self._enhanced), page=self._page, depth=self._depth + 1
            )

    # ------------------------------------------------------------------ EMF

    def read_emf(self, data: bytes) -> None:
        """Walk the records of an EMF drawing."""
        letters, where = struct.unpack_from("<II", data, 60)
        if letters and where:
            for name in data[where : where + 2 * letters].decode("utf-16-le", "replace").split("\0"):
                self._note(name, "description")
        at = 0
        while at + 8 <= len(data):
            kind, size = struct.unpack_from("<II", data, at)
            if size < 8:
                raise ValueError("a record without length")
            record = data[at : at + size]
            at += size
            if kind == _END:
                self._sweep(data[at:], "after the end")
                return
            self._emf_record(kind, record)
        raise ValueError("no end")

    def _emf_record(self, kind: int, record: bytes) -> None:
        if kind in (_TEXT_A, _TEXT_W):
            self._emf_text(record, 36, wide=kind == _TEXT_W)
        elif kind in (_POLY_A, _POLY_W):
            for number in range(struct.unpack_from("<I", record, 36)[0]):
                self._emf_text(record, 40 + 40 * number, wide=kind == _POLY_W)
        elif kind == _SMALL:
            self._small_text(record)
        elif kind == _COMMENT:
            self._comment(record[12 : 12 + struct.unpack_from("<I", record, 8)[0]])
        elif kind in _BITMAPS:
            self._emf_bitmap(record, _BITMAPS[kind])
        elif kind in _CURVES:
            self._curves += 1
        elif kind in _ESCAPES:
            self._comments(record[8:])

    def _emf_text(self, record: bytes, at: int, *, wide: bool) -> None:
        _, height, count, start, options = struct.unpack_from("<iiIII", record, at)
        if options & _GLYPHS:
            self._illegible |= count > 0
            return
        size = 2 * count if wide else count
        self._runs.append((height, _decoded(record[start : start + size], wide=wide)))

    def _small_text(self, record: bytes) -> None:
        _, height, count, options = struct.unpack_from("<iiII", record, 8)
        start = 36 if options & _NO_BOX else 52
        wide = not options & _SMALL_CHARACTERS
        self._runs.append(
            (height, _decoded(record[start : start + (2 * count if wide else count)], wide=wide))
        )

    def _emf_bitmap(self, record: bytes, at: int) -> None:
        head, head_size, bits, bits_size = struct.unpack_from("<IIII", record, at)
        if head_size and bits_size:
            self._bitmap(record[head : head + head_size], record[bits : bits + bits_size])

    def _comment(self, data: bytes) -> None:
        if data.startswith(_PLUS):
            for kind, flags, body in _plus_records(data[4:]):
                self._plus_record(kind, flags, body)
        elif data.startswith(_OLD_DRAWING):  # the same drawing for old programs
            read(self._out, f"{self._part}!wmf", data[24:], page=self._page, depth=self._depth + 1)
        else:
            self._comments(data)

    def _plus_record(self, kind: int, flags: int, body: bytes) -> None:
        if kind == _PLUS_STRING:
            count = struct.unpack_from("<I", body, 8)[0]
            height = int(struct.unpack_from("<f", body, 16)[0])
            self._runs.append((height, _decoded(body[28 : 28 + 2 * count], wide=True)))
        elif kind == _PLUS_DRIVER_STRING:
            options, _, count = struct.unpack_from("<III", body, 4)
            if options & 1:
                self._runs.append((0, _decoded(body[16 : 16 + 2 * count], wide=True)))
            else:
                self._illegible = True
        elif kind == _PLUS_OBJECT and flags >> 8 & 0x7F == _PLUS_IMAGE:
            self._plus_image(body)

    def _plus_image(self, body: bytes) -> None:
        kind = struct.unpack_from("<I", body, 4)[0]
        if kind == 2:  # a drawing
            read(self._out, f"{self._part}!metafile", body[16:], page=self._page, depth=self._depth + 1)
        elif struct.unpack_from("<I", body, 24)[0] == 1:  # a packed bitmap
            self._look(body[28:])
        else:
            wide, high, _, _ = struct.unpack_from("<IIii", body, 8)
            self._illegible |= wide * high > 10_000

    # ------------------------------------------------------------------ WMF

    def read_wmf(self, data: bytes) -> None:
        """Walk the records of a WMF drawing."""
        at = (22 if data.startswith(PLACEABLE_WMF) else 0) + 18
        while at + 6 <= len(data):
            words, kind = struct.unpack_from("<IH", data, at)
            if words < 3:
                raise ValueError("a record without length")
            body = data[at + 6 : at + 2 * words]
            at += 2 * words
            if kind == 0:
                self._sweep(data[at:], "after the end")
                return
            self._wmf_record(kind, body)
        raise ValueError("no end")

    def _wmf_record(self, kind: int, body: bytes) -> None:
        if kind == _WMF_TEXT:
            count = struct.unpack_from("<H", body, 0)[0]
            after = 2 + count + count % 2
            self._runs.append((struct.unpack_from("<h", body, after)[0], self._letters(body[2 : 2 + count])))
        elif kind == _WMF_EXT_TEXT:
            height, _, count, options = struct.unpack_from("<hhhH", body, 0)
            start = 16 if options & _WMF_OPTIONS_WITH_BOX else 8
            self._runs.append((height, self._letters(body[start : start + count])))
        elif kind == _WMF_FONT and len(body) > 13:
            self._encoding = _ENCODINGS.get(body[13], "gb18030")
        elif kind == _WMF_ESCAPE:
            self._escape(body[4:])
        elif kind in _WMF_BITMAPS:
            self._packed_bitmap(body[_WMF_BITMAPS[kind] :])
        elif kind in (0x0324, 0x0325, 0x0538):
            self._curves += 1

    def _letters(self, data: bytes) -> str:
        """Characters in the font's character set, or in the Chinese one where they are none of it."""
        try:
            return data.decode(self._encoding)
        except UnicodeDecodeError:
            return _decoded(data)

    def _escape(self, data: bytes) -> None:
        if data.startswith(_ENHANCED):
            self._enhanced += data[34:]
        else:
            self._comments(data)

    # -------------------------------------------------------------- helpers

    def _packed_bitmap(self, data: bytes) -> None:
        """A header with its palette, directly followed by the pixels."""
        if len(data) < 40:
            return
        header, _, _, _, depth, packed = struct.unpack_from("<IiiHHI", data)
        colours = struct.unpack_from("<I", data, 32)[0]
        palette = 4 * (colours or (1 << depth if depth <= 8 else 0)) + (12 if packed == 3 else 0)
        self._bitmap(data[: header + palette], data[header + palette :])

    def _bitmap(self, head: bytes, bits: bytes) -> None:
        packed = struct.unpack_from("<I", head, 16)[0] if len(head) >= 20 else 0
        if packed in (4, 5):  # JPEG, PNG
            self._look(bits)
            return
        size = 14 + len(head) + len(bits)
        self._look(b"BM" + struct.pack("<IHHI", size, 0, 0, 14 + len(head)) + head + bits)

    def _look(self, data: bytes) -> None:
        from disclosure_pipeline.builtin.extractors.pictures import pictures

        self._pictures += 1
        pictures.look_at(self._out, f"{self._part}!{self._pictures}", data, page=self._page)

    def _note(self, text: str, detail: str) -> None:
        self._out.add(text.strip(), "metadata", self._part, detail=detail)

    def _comments(self, data: bytes) -> None:
        """What a program notes for itself beside the drawing (MathType, Office), or an author hides there."""
        for run in picture_metadata.runs(data):
            self._note(run, "comment")

    def _sweep(self, data: bytes, detail: str) -> None:
        picture_metadata.sweep(self._out, self._part, data, detail)


def _plus_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 12 <= len(data):
        kind, flags, size, length = struct.unpack_from("<HHII", data, at)
        yield kind, flags, data[at + 12 : at + 12 + length]
        at += max(size, 12)


def _decoded(data: bytes, *, wide: bool = False) -> str:
    return data.decode("utf-16-le" if wide else "gb18030", "replace").replace("\0", "")
