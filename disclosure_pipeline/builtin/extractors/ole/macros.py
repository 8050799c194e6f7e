"""Macro projects ([MS-OVBA]): the source of every module, and the words that stand beside it.

Macros are read, never run. A project keeps each module twice, as source and compiled; the compiled code is
not taken apart, but words in it that the source does not say are kept too (the source may have been
removed and the program left). Forms, project settings and document data are swept for words.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile, Entry
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

_CHUNK = 4096
_CODE_PAGE, _VERSION = 0x0003, 0x0009
_MODULE_NAME, _STREAM_NAME, _SOURCE_OFFSET, _MODULE_END = 0x0019, 0x001A, 0x0031, 0x002B
_WIDE_MODULE_NAME, _WIDE_STREAM_NAME = 0x0047, 0x0032
_CODECS = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 10008: "gb18030", 65001: "utf-8"}
# Lines that the editor writes by itself.
_ATTRIBUTE = re.compile(r"^Attribute VB_\w+ = [^\r\n]*\r?\n?", re.MULTILINE)
_SILENT = ("_vba_project", "projectwm", "projectlk", "dir")
_FRAME = re.compile(r"Caption\s*=\s*\"([^\"]*)\"|Tag\s*=\s*\"([^\"]*)\"")
_WORD = re.compile(rb"(?:[\x81-\xfe][\x40-\xfe]|[\x20-\x7e]){4,}")
_COMPILED_WORD = re.compile(
    rb"(?:[\xb0-\xd7][\xa1-\xfe]|[\x20-\x7e])*(?:(?:[\xb0-\xd7][\xa1-\xfe]){3}|[\x20-\x7e]{8})(?:[\xb0-\xd7][\xa1-\xfe]|[\x20-\x7e])*"
)
# Libraries that a compiled project names: VBA's own, Office's, Windows'.
_LIBRARY = re.compile(
    r"[A-Z]:\\(?:PROGRA~\d|Program Files|WINDOWS)\b.*|VBAProject|\*\\[A-Z]\w*|Project\d*|PowerPoint|Office|stdole",
    re.I,
)
_LETTERS = re.compile(r"[\u3400-\u9fff]{2}|[A-Za-z]{4}")


@dataclass(slots=True)
class _Module:
    """What the directory says about a module."""

    name: str = ""
    stream: str = ""
    offset: int = 0


def is_project(file: CompoundFile) -> bool:
    """Whether a compound file holds a macro project, at its root or in a storage (``Macros`` of a doc)."""
    return any(_is_directory(entry) for entry in file.streams)


def read_macros(out: Collector, part: str, file: CompoundFile) -> None:
    """Read every macro project of a compound file.

    Args:
        out: gets the sources as kind ``script``, a warning, and a doubt for what could not be read.
        part: where the compound file lies in the outer one.
        file: the compound file.
    """
    out.warn("文件中含有宏，宏未运行，其源代码列为隐藏内容。")
    for entry in file.streams:
        if _is_directory(entry):
            try:
                _Project(out, part, file, entry.path[:-2]).read()
            except (ExtractionFailed, struct.error, ValueError, LookupError):
                out.doubt("macro.unread", "文件中含有宏，其内容未能读出，请人工查看。", Place(part, "script"))


def decompress(data: bytes) -> bytes:
    """Unpack a compressed container ([MS-OVBA] 2.4.1).

    Raises:
        ValueError: it is none.
    """
    if not data.startswith(b"\x01"):
        raise ValueError("no compressed container")
    pieces: list[bytes] = []
    at = 1
    while at + 2 <= len(data):
        (header,) = struct.unpack_from("<H", data, at)
        if header >> 12 & 7 != 3:
            raise ValueError("no chunk")
        end = at + 3 + (header & 0xFFF)
        chunk = data[at + 2 : end]
        pieces.append(_unpacked(chunk) if header & 0x8000 else chunk[:_CHUNK])
        at = end
    return b"".join(pieces)


def _unpacked(chunk: bytes) -> bytes:
    """One chunk: groups of eight literals or copies."""
    done = bytearray()
    at = 0
    while at < len(chunk):
        flags, at = chunk[at], at + 1
        for bit in range(8):
            if at >= len(chunk) or len(done) > _CHUNK:
                break
            if not flags >> bit & 1:
                done.append(chunk[at])
                at += 1
                continue
            if at + 2 > len(chunk):
                raise ValueError("a copy ends early")
            (token,) = struct.unpack_from("<H", chunk, at)
            at += 2
            bits = max((len(done) - 1).bit_length(), 4)
            length, offset = (token & (0xFFFF >> bits)) + 3, (token >> (16 - bits)) + 1
            if offset > len(done):
                raise ValueError("a copy begins before the chunk")
            for _ in range(length):
                done.append(done[-offset])
    return bytes(done)


class _Project:
    """One project while it is read."""

    def __init__(self, out: Collector, part: str, file: CompoundFile, storage: tuple[str, ...]):
        self._out = out
        self._part = part
        self._file = file
        self._storage = storage
        self._codec = "cp1252"
        self._known = Known()

    def read(self) -> None:
        modules = {module.stream.casefold(): module for module in self._modules()}
        inside = [entry for entry in self._file.streams if entry.path[: len(self._storage)] == self._storage]
        rest: list[tuple[Entry, bytes]] = []
        for entry in inside:
            data = self._file.read(entry)
            path = entry.path[len(self._storage) :]
            module = modules.pop(entry.name.casefold(), None) if path[0].casefold() == "vba" else None
            if module is not None:
                rest.append((entry, data[: module.offset]))
                self._module(module, data)
            elif self._is_mine(path):
                rest.append((entry, data))
        for entry, data in rest:
            self._beside(entry, data)
        if modules:
            self._doubt()

    def _is_mine(self, path: tuple[str, ...]) -> bool:
        """Whether a stream belongs to the project: beside a doc's project other streams may stand."""
        if self._storage or path[0].casefold() in ("vba", "project", "projectwm", "projectlk"):
            return True
        return self._file.has_storage("VBA") and len(path) > 1

    def _modules(self) -> list[_Module]:
        directory = self._file.find(*self._storage, "VBA", "dir")
        if directory is None:
            raise ValueError("no directory")
        found: list[_Module] = []
        module = _Module()
        for number, data in _records(decompress(self._file.read(directory))):
            if number == _CODE_PAGE:
                page = int.from_bytes(data[:2], "little")
                self._codec = _CODECS.get(page, f"cp{page}")
                "".encode(self._codec)
            elif number == _MODULE_NAME:
                module = _Module(name=self._text(data))
            elif number == _WIDE_MODULE_NAME:
                module.name = data.decode("utf-16-le", "replace")
            elif number == _STREAM_NAME:
                module.stream = self._text(data)
            elif number == _WIDE_STREAM_NAME:
                module.stream = data.decode("utf-16-le", "replace")
            elif number == _SOURCE_OFFSET:
                module.offset = int.from_bytes(data[:4], "little")
            elif number == _MODULE_END:
                found.append(module)
        return found

    def _module(self, module: _Module, data: bytes) -> None:
        try:
            source = self._text(decompress(data[module.offset :]))
        except ValueError:
            self._doubt()
            return
        self._known.add(source)
        self._known.add(module.name)
        self._out.add(_ATTRIBUTE.sub("", source), "script", self._part, detail=module.name)

    def _beside(self, entry: Entry, data: bytes) -> None:
        """Words of compiled code, caches, forms and settings that no source says."""
        name = entry.name.casefold()
        if name in _SILENT:
            return
        if name == "\x03vbframe":
            for match in _FRAME.finditer(self._text(data)):
                self._out.add(match[1] or match[2] or "", "form", self._part, detail="form")
            return
        compiled = len(entry.path) > 1 and entry.path[-2].casefold() == "vba"
        pattern = _COMPILED_WORD if compiled else _WORD
        words = (self._text(run[0]).strip() for run in pattern.finditer(data))
        for run in (*sweep(data), *words):
            if name == "project" or not _LETTERS.search(run) or (compiled and _LIBRARY.fullmatch(run)):
                continue
            if not self._known.explains(run):
                self._known.add(run)
                self._out.add(run, "script" if compiled else "form", self._part, detail=entry.part)

    def _text(self, data: bytes) -> str:
        return data.decode(self._codec, "replace")

    def _doubt(self) -> None:
        self._out.doubt(
            "macro.unread", "文件中含有宏，其内容未能全部读出，请人工查看。", Place(self._part, "script")
        )


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the directory; one kind says a wrong size."""
    at = 0
    while at + 6 <= len(data):
        number, size = struct.unpack_from("<HI", data, at)
        size = 6 if number == _VERSION else size
        yield number, data[at + 6 : at + 6 + size]
        at += 6 + size


def _is_directory(entry: Entry) -> bool:
    path = tuple(name.casefold() for name in entry.path)
    return path[-2:] == ("vba", "dir")
