"""Objects embedded in OOXML documents as compound files: packaged files, controls, macros, documents."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile, Entry
from disclosure_pipeline.builtin.extractors.ole.macros import is_project, read_macros
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

_NATIVE = "\x01ole10native"
_FILES = ("package", "contents", "embeddedodf")
"""Streams that are a whole file."""
_SILENT = frozenset(("\x01ole", "\x01compobj", "\x03objinfo", "\x03accessobjsitedata", "\x03linkinfo", "\x03eprint", "\x03ocxname"))  # fmt: skip
"""Streams of class names and links that Office writes beside an object."""
_MACROS_BROKEN = "文件中含有宏或控件，其内容未能读出，请人工查看。"


def read_object(out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any], depth: int) -> None:
    """Read an embedded compound file: what it packages, or the object as a file of its own.

    Args:
        out: gets the text; what cannot be read is a doubt.
        part: its name in the outer file.
        data: its bytes.
        limits: the keys of ``[extraction]``.
        depth: depth of the outer file.
    """
    try:
        file = CompoundFile(data, Limits.of(limits))
        wrapped = _wrapped(file)
        if not wrapped:
            read_embedded(out, part, data, limits=limits, depth=depth)
            return
        for entry in wrapped:
            content = file.read(entry)
            if entry.name.casefold() == _NATIVE:
                _native(out, part, content, limits=limits, depth=depth)
            else:
                read_embedded(out, f"{part}!{entry.part}", content, limits=limits, depth=depth)
        _strings(out, part, file, [entry for entry in file.streams if entry not in wrapped], "attachment")
    except ExtractionFailed as error:
        if error.code in ("file.bomb", "file.too_large"):
            raise
        out.doubt(
            "attachment.unread", "文件中嵌有无法读取的附件或对象，请人工查看。", Place(part, "attachment")
        )


def read_control(out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any]) -> None:
    """Read the stored properties of a control (ActiveX): every string in them."""
    out.warn("文件中含有控件。")
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        _sweep(out, part, data, "form")
        return
    try:
        file = CompoundFile(data, Limits.of(limits))
        _strings(out, part, file, list(file.streams), "form")
    except ExtractionFailed:
        out.doubt("macro.unread", _MACROS_BROKEN, Place(part, "form"))


def read_program(out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any]) -> None:
    """Read ``vbaProject.bin``."""
    try:
        file = CompoundFile(data, Limits.of(limits))
        if is_project(file):
            read_macros(out, part, file)
            return
    except ExtractionFailed:
        pass
    out.warn("文件中含有宏。")
    out.doubt("macro.unread", _MACROS_BROKEN, Place(part, "script"))


def _wrapped(file: CompoundFile) -> list[Entry]:
    """Streams that are files themselves; none when the compound file is a document."""
    tops = [entry for entry in file.streams if len(entry.path) == 1]
    return [entry for entry in tops if entry.name.casefold() in (_NATIVE, *_FILES)]


def _native(out: Collector, part: str, data: bytes, *, limits: Mapping[str, Any], depth: int) -> None:
    """A packaged file: its label, the paths it came from, its bytes."""
    try:
        (total,) = struct.unpack_from("<I", data)
        label, path, temporary, content, rest = _unpacked(data[4 : 4 + total])
    except (struct.error, ValueError):
        content, rest = data[4:], b""
        if not content.startswith((b"BM", b"\x01\x00")):  # some programs store a bare picture here
            _sweep(out, part, content, "attachment")
        read_embedded(out, part, content, limits=limits, depth=depth)
        return
    for text, detail in ((label, "file name"), (path, "path"), (temporary, "path")):
        out.add(text, "metadata", part, detail=detail, visible=False)
    read_embedded(out, part, content, limits=limits, depth=depth, name=label)
    _sweep(out, part, rest + data[4 + total :], "metadata")


def _unpacked(data: bytes) -> tuple[str, str, str, bytes, bytes]:
    """Label, path, temporary path, bytes, and what follows ([MS-OLEDS] 2.3.6, as packagers write it).

    Raises:
        ValueError, struct.error: it is not laid out like this.
    """
    if data[:2] != b"\x02\x00":
        raise ValueError("no packaged file")
    label, at = _until_zero(data, 2)
    path, at = _until_zero(data, at)
    (length,) = struct.unpack_from("<I", data, at + 4)
    temporary = data[at + 8 : at + 8 + length].rstrip(b"\x00").decode("gb18030", "replace")
    at += 8 + length
    (size,) = struct.unpack_from("<I", data, at)
    content = data[at + 4 : at + 4 + size]
    if len(content) != size:
        raise ValueError("it ends early")
    return label, path, temporary, content, data[at + 4 + size :]


def _until_zero(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\x00", at)
    return data[at:end].decode("gb18030", "replace"), end + 1


def _strings(out: Collector, part: str, file: CompoundFile, entries: list[Entry], kind: str) -> None:
    for entry in entries:
        if entry.name.casefold() not in _SILENT:
            _sweep(out, part, file.read(entry), kind)
    for leftover in file.leftovers():
        _sweep(out, part, leftover.data, kind)


def _sweep(out: Collector, part: str, data: bytes, kind: str) -> None:
    for run in dict.fromkeys(sweep(data)):
        out.add(run, kind, part, detail="sweep", visible=False)
