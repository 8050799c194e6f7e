"""Every stream of an OLE compound file: what the format's readers place, and what the sweep finds besides."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.legacy import doc_binary, ppt_binary, xls_binary
from disclosure_pipeline.builtin.extractors.legacy.art import find_pictures, without
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile, Entry
from disclosure_pipeline.builtin.extractors.ole.harvest import Harvest, Words
from disclosure_pipeline.builtin.extractors.ole.macros import is_project, read_macros
from disclosure_pipeline.builtin.extractors.ole.packed import unpacked
from disclosure_pipeline.builtin.extractors.ole.properties import (
    is_property_stream,
    read_properties,
    without_preview,
)
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.pictures.pictures import look_at
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.builtin.extractors.signatures import OLE_MAGIC, is_picture
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place


@dataclass(frozen=True, slots=True)
class Family:
    """The documents of one program.

    Args:
        streams: names of the main stream.
        suffix: that LibreOffice knows it by.
        suffixes: that fit.
        target: id of the reader of what LibreOffice makes of it, and its suffix.
        media_type: its media type. title: what it is, Chinese.
    """

    streams: tuple[str, ...]
    suffix: str
    suffixes: tuple[str, ...]
    target: str
    media_type: str
    title: str


FAMILIES = (
    Family(("WordDocument",), ".doc", (".doc", ".dot", ".wps", ".wpt"), "docx", "application/msword", " Word 97-2003 文档"),
    Family(("Workbook", "Book"), ".xls", (".xls", ".xlt", ".et", ".ett", ".xla"), "xlsx", "application/vnd.ms-excel",
           " Excel 97-2003 工作簿"),
    Family(("PowerPoint Document",), ".ppt", (".ppt", ".pps", ".pot", ".dps", ".dpt", ".ppa"), "pptx",
           "application/vnd.ms-powerpoint", " PowerPoint 97-2003 演示文稿"),
)  # fmt: skip

_FILE_STARTS = (b"%PDF-", b"PK\x03\x04", OLE_MAGIC, b"{\\rtf", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
_NATIVE = "\x01Ole10Native"
# Streams that Office, WPS and LibreOffice write; in any other one every word counts.
_USUAL = re.compile(
    r"WordDocument|[01]Table|Data|Workbook|Book|PowerPoint Document|Current User|Pictures|\x01CompObj|\x01Ole|"
    r"\x03ObjInfo|\x03LinkInfo|\x02OlePres\d+|\x03E?PRINT|\x03META|\x03PIC|Ctls|\x03OCX\w*|\x05.*|PROJECT\w*|dir|_VBA_PROJECT.*|"
    r"__SRP_\w+|Equation Native|\x01Ole10Native|[of]|\x03VBFrame|User Names|Revision Log|\x06DataSpaces.*|Text_Content|WpsCustomData|"
    r"\x01Ole10ItemName|Version|PP40|PP97_DUALSTORAGE|Header|MsoDataStore|PICT|META|DIB|XCB|PersistentStorage Directory|"
    r"\x04JSRV_SegmentInformation", re.IGNORECASE
)  # fmt: skip
_OBJECT_STREAMS = re.compile(
    r"\x01.*|\x02OlePres\d+|\x03.*|Equation Native|CONTENTS|Package|PICT|META|DIB", re.IGNORECASE
)


class OleReader:
    """Reads one compound file.

    Args:
        compound: the file, decrypted.
        out: gets embedded files and pictures.
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside others.
        family: whose document it is; ``None`` for an object or an unknown program.
    """

    def __init__(
        self,
        compound: CompoundFile,
        out: Collector,
        limits: Mapping[str, Any],
        depth: int,
        family: Family | None,
    ):
        self._compound, self._out, self._limits, self._depth = compound, out, limits, depth
        self.family = family
        self.words: list[Words] = []
        """What rules placed, in reading order."""
        self.names: list[str] = []
        """Names of fonts and styles that Office itself gives."""
        self.complete = True
        """Whether the structure of every document in the file was understood."""
        self._package: frozenset[str] = frozenset()
        self._package_drawings = 0
        self._blanked: dict[Entry, bytes] = {}
        self._read_documents()
        for entry in compound.streams:
            if is_property_stream(entry.name):
                self._read_properties(entry)

    @property
    def place(self) -> Place:
        """The main stream, for doubts about the whole file."""
        return Place(self.family.streams[0] if self.family else "ole", "body")

    def note_package(self, package: bytes) -> None:
        """Remember which pictures the converted document shows: they are read there."""
        with zipfile.ZipFile(BytesIO(package)) as archive:
            media = [name for name in archive.namelist() if "/media/" in name]
            self._package = frozenset(hashlib.sha256(archive.read(name)).hexdigest() for name in media)
        self._package_drawings = sum(name.endswith((".emf", ".wmf")) for name in media)

    # -------------------------------------------------------------- documents

    def _read_documents(self) -> None:
        for entry in self._compound.streams:
            reading = self._document(entry)
            if reading is None:
                continue
            self.names += reading.names
            self.complete &= reading.complete
            own = len(entry.path) == 1
            self.words += reading.words if own else [_as_attachment(words) for words in reading.words]

    def _document(self, entry: Entry) -> Harvest | None:
        """The words of a main stream, in whatever storage it lies."""
        name = entry.name.casefold()
        if name == "worddocument":
            stream = self._compound.read(entry)
            if not doc_binary.is_word(stream) or doc_binary.is_encrypted(stream):
                return None
            return doc_binary.read_doc(stream, self._beside(entry, doc_binary.table_name(stream)), entry.part)
        if name in ("workbook", "book"):
            stream = self._compound.read(entry)
            return None if xls_binary.is_encrypted(stream) else xls_binary.read_xls(stream, entry.part)
        if name == "powerpoint document":
            stream = self._compound.read(entry)
            return ppt_binary.read_ppt(stream, self._beside(entry, "Current User"), entry.part)
        return None

    def _beside(self, entry: Entry, name: str) -> bytes:
        other = self._compound.find(*entry.path[:-1], name)
        return self._compound.read(other) if other is not None else b""

    def _read_properties(self, entry: Entry) -> None:
        for label, text in read_properties(self._compound.read(entry)):
            self.words.append(Words(text, "metadata", entry.part, detail=label, visible=False))

    # ---------------------------------------------------------------- objects

    def read_objects(self) -> None:
        """Read what lies in the file as a file of its own: packages, pictures, XML, other storages."""
        unknown = False
        if is_project(self._compound):
            read_macros(self._out, "macros", self._compound)
        for entry in self._compound.streams:
            data = self._compound.read(entry)
            if entry.name == _NATIVE:
                self._native(entry, data)
            elif data.startswith(_FILE_STARTS):
                read_embedded(self._out, entry.part, data, limits=self._limits, depth=self._depth)
                self._blanked[entry] = b""
            elif data.lstrip(b"\xef\xbb\xbf\xff\xfe").startswith((b"<", b"<\x00")):
                self._xml(entry, data)
            elif is_picture(entry.name, data) and not _USUAL.fullmatch(entry.name):
                look_at(self._out, entry.part, data)
                self._blanked[entry] = b""
            else:
                self._blanked[entry] = self._without_pictures(entry, data)
                unknown |= not (
                    _USUAL.fullmatch(entry.name) or _OBJECT_STREAMS.fullmatch(entry.name) or _is_macro(entry)
                )
        if self.family is None and (self._depth == 0 or unknown):
            self._out.doubt(
                "ole.unknown", "文件是无法识别的 OLE 格式，只搜出了其中的文字，请人工查看原件。", self.place
            )
        if self._compound.damaged:
            self._out.doubt(
                "ole.damaged", "文件结构有损坏，部分内容可能没有读出，请人工查看原件。", self.place
            )

    def _without_pictures(self, entry: Entry, data: bytes) -> bytes:
        """What is left of a stream when its pictures and objects were read."""
        if is_property_stream(entry.name):
            return without_preview(data)
        if entry.name.casefold() in ("workbook", "book"):
            self._look_at(entry, xls_binary.drawings(data))
            return xls_binary.loose(data)
        if entry.name.casefold() == "powerpoint document":
            for name, content in ppt_binary.objects(data):
                read_embedded(
                    self._out, f"{entry.part}!{name}", content, limits=self._limits, depth=self._depth
                )
            data = ppt_binary.without_objects(data)
        return self._look_at(entry, data)

    def _look_at(self, entry: Entry, data: bytes) -> bytes:
        """Read the pictures of a stream that the converted document does not show."""
        pictures = list(find_pictures(data))
        drawings = sum(picture.is_metafile for picture in pictures)
        for number, picture in enumerate(pictures, 1):
            shown = hashlib.sha256(picture.data).hexdigest() in self._package or (
                picture.is_metafile and drawings <= self._package_drawings
            )
            if not shown and picture.data:
                look_at(self._out, f"{entry.part}!picture {number}{picture.suffix}", picture.data)
        return without(data, pictures)

    def _native(self, entry: Entry, data: bytes) -> None:
        """A file put into the document as a package (Ole10Native)."""
        self._blanked[entry] = b""
        try:
            names, content = packaged(data)
        except (struct.error, ValueError):
            self._blanked[entry] = data
            if data[4:].startswith(_FILE_STARTS):
                read_embedded(self._out, entry.part, data[4:], limits=self._limits, depth=self._depth)
            return
        for name in dict.fromkeys(names):
            self._out.add(name, "metadata", entry.part, detail="package name", visible=False)
        read_embedded(self._out, entry.part, content, limits=self._limits, depth=self._depth, name=names[0])

    def _xml(self, entry: Entry, data: bytes) -> None:
        try:
            root = parse_xml(data)
        except ExtractionFailed:
            self._blanked[entry] = data
            return
        self._blanked[entry] = b""
        for element in root.iter():
            for text in (element.text, element.tail, *map(str, element.attrib.values())):
                if text and (not text.isascii() or (text is element.text and not text.isspace())):
                    self._out.add(text, "metadata", entry.part, detail="custom XML", visible=False)

    # ------------------------------------------------------------------ sweep

    def sweep(self, known: Known) -> Iterator[tuple[str, str, str]]:
        """What no rule found: (kind, part, text), each text once.

        Args:
            known: every text found before.
        """
        seen: set[str] = set()
        for kind, part, data, everything in self._rest():
            for run in sweep(data, everything=everything):
                if run not in seen and not known.explains(run) and not is_default("prompts", run):
                    seen.add(run)
                    yield kind, part, run

    def _rest(self) -> Iterator[tuple[str, str, bytes, bool]]:
        for entry in self._compound.streams:
            if entry.name == "\x01CompObj" and entry.size < _BOILERPLATE:
                continue  # the name of the program
            everything = not (_USUAL.fullmatch(entry.name) or _is_macro(entry)) or entry.lost
            kind = "deletion" if entry.name.casefold() == "worddocument" else "unplaced"
            yield kind, entry.part, unpacked(self._blanked.get(entry, b""), self._out, entry.part), everything
        for leftover in self._compound.leftovers():
            yield "unplaced", leftover.part, without(leftover.data, list(find_pictures(leftover.data))), False
        names = "\n".join(entry.name for entry in self._compound.entries if not _USUAL.fullmatch(entry.name))
        yield "name", "directory", names.encode("utf-16-le"), False


_BOILERPLATE = 256


def _as_attachment(words: Words) -> Words:
    return replace(words, kind="attachment", detail=words.detail or words.kind, visible=False)


def _is_macro(entry: Entry) -> bool:
    """Whether a stream lies in a macro project."""
    return any(name in ("VBA", "Macros", "_VBA_PROJECT_CUR") for name in entry.path[:-1])


def packaged(data: bytes) -> tuple[list[str], bytes]:
    """Names and content of a packaged file (the stream ``Ole10Native``).

    Raises:
        struct.error: it is cut short.
        ValueError: it is none.
    """
    _, flags = struct.unpack_from("<IH", data)
    if flags != 2:
        raise ValueError("no package")
    label, at = _ended(data, 6)
    path, at = _ended(data, at)
    (length,) = struct.unpack_from("<I", data, at + 4)
    temporary, _ = _ended(data, at + 8)
    at += 8 + length
    (size,) = struct.unpack_from("<I", data, at)
    return [label, path, temporary], data[at + 4 : at + 4 + size]


def _ended(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\x00", at)
    return data[at:end].decode("gb18030", "replace"), end + 1
