"""Data inside Rich Text Format: objects, pictures and stores, written as digits or bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.legacy.art import bitmap_file
from disclosure_pipeline.builtin.extractors.legacy.streams import packaged
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.pictures.pictures import look_at
from disclosure_pipeline.builtin.extractors.rtf.kinds import PICTURES
from disclosure_pipeline.builtin.extractors.rtf.tokens import hex_bytes
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.builtin.extractors.signatures import OLE_MAGIC, is_picture
from disclosure_pipeline.errors import ExtractionFailed

_EMBEDDED = 2
_HALF_PAGE = 11906 * 16838 // 2
"""Square twips of half an A4 page."""


class RtfData:
    """Reads the binary parts of one document.

    Args:
        out: gets what is in them.
        limits: the keys of ``[extraction]``.
        depth: how deep the document lies inside others.
    """

    def __init__(self, out: Collector, limits: Mapping[str, Any], depth: int):
        self._out, self._limits, self._depth = out, limits, depth
        self._count = 0
        self._swept: list[tuple[str, bytes]] = []

    def take(
        self, destination: str, digits: bytes, binary: bytes, picture: Mapping[str, int], *, old: bool = False
    ) -> None:
        """Read the data of a group.

        Args:
            destination: what the group is: ``pict``, ``objdata``, ``datastore``, ``themedata``, ``bin`` …
            digits: its text.
            binary: what stood there as bytes.
            picture: control words of a picture with their numbers.
            old: whether only readers that do not know the newer form show the picture.
        """
        data = binary or hex_bytes(digits)
        if not data:
            return
        self._count += 1
        part = f"{destination} {self._count}"
        if destination == "pict":
            self._picture(part, data, picture, old=old)
        elif destination == "objdata":
            self._object(part, data)
        elif destination == "themedata":
            self._theme(part, data)
        elif data.startswith(OLE_MAGIC):
            read_embedded(self._out, part, data, limits=self._limits, depth=self._depth)
        else:
            self._swept.append((part, data))

    def finish(self) -> None:
        """Sweep the data that has no format of its own; what was read elsewhere is no news."""
        known = Known(self._out.texts())
        for part, data in self._swept:
            for run in dict.fromkeys(sweep(data, everything=part.startswith("bin "))):
                if not known.explains(run):
                    self._out.add(run, "unplaced", part, detail="data", visible=False)

    def _picture(self, part: str, data: bytes, picture: Mapping[str, int], *, old: bool) -> None:
        suffix = next((PICTURES[word] for word in picture if word in PICTURES), "")
        if suffix in (".dib", ".bmp") and not data.startswith(b"BM"):
            data = bitmap_file(data)
        area = picture.get("picwgoal", 0) * picture.get("pichgoal", 0)
        if old and is_picture(suffix, data):
            self._old_picture(f"{part}{suffix}", data)
        elif is_picture(suffix, data):
            look_at(self._out, f"{part}{suffix}", data, large=area >= _HALF_PAGE)
        else:
            self._swept.append((part, data))

    def _old_picture(self, part: str, data: bytes) -> None:
        """A second form of a picture: its words are hidden, unless the first form shows them."""
        aside = Collector(self._out.media_type, self._out.extractor, self._out.limits)
        look_at(aside, part, data)
        known, found = Known(self._out.texts()), aside.text()
        for segment in found.segments:
            if not known.holds(segment.text):
                kind = "hidden" if segment.visible else segment.place.kind
                self._out.add(segment.text, kind, part, detail="picture for old readers", visible=False)
        for doubt in found.doubts:
            if doubt.code != "text.empty":
                self._out.doubt(doubt.code, doubt.message, doubt.place)

    def _object(self, part: str, data: bytes) -> None:
        """An OLE 1 object: names, then a compound file or a packaged one."""
        try:
            kind, names, native = _native(data)
        except (struct.error, ValueError):
            self._out.doubt("attachment.unread", "文件中嵌有无法读取的附件或对象，请人工查看。")
            self._swept.append((part, data))
            return
        for name in names[1:]:
            self._out.add(name, "link", part, detail="object source", visible=False)
        if kind != _EMBEDDED:
            self._out.warn("文件引用了外部的模板、对象或文档，引用的内容未读取。")
            return
        if names[0] == "Package":
            try:
                labels, native = packaged(struct.pack("<I", len(native)) + native)
            except (struct.error, ValueError):
                labels = [part]
            for label in dict.fromkeys(labels):
                self._out.add(label, "metadata", part, detail="package name", visible=False)
            part = part if not labels else f"{part}!{labels[0]}"
        read_embedded(self._out, part, native, limits=self._limits, depth=self._depth)

    def _theme(self, part: str, data: bytes) -> None:
        """The theme, a zip package of which only words that a person wrote count."""
        try:
            with Package(data, self._out.limits) as package:
                for name in package.names:
                    self._swept.append((f"{part}!{name}", package.read(name)))
        except ExtractionFailed:
            self._swept.append((part, data))


def _native(data: bytes) -> tuple[int, list[str], bytes]:
    """Kind, names and content of an OLE 1 object ([MS-OLEDS] 2.2.4)."""
    _, kind = struct.unpack_from("<II", data)
    at = 8
    names: list[str] = []
    for _ in range(3):
        if kind != _EMBEDDED and at + 4 > len(data):
            return kind, names, b""  # a link that names only its program
        (length,) = struct.unpack_from("<I", data, at)
        if length > len(data):
            raise ValueError("no name")
        names.append(data[at + 4 : at + 4 + length].rstrip(b"\x00").decode("gb18030", "replace"))
        at += 4 + length
    if kind != _EMBEDDED:
        return kind, names, b""
    (size,) = struct.unpack_from("<I", data, at)
    return kind, names, data[at + 4 : at + 4 + size]
