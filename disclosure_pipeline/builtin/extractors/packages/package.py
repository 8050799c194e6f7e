"""Containers from strangers: zip packages and the XML inside them, checked before they are parsed.

Threat model: zip bombs (nested names, overlapping members, lying sizes), path tricks in names, two
members of one name (of which two readers pick different ones), encrypted members, entity
expansion, external entities, deep or endless XML. Every one of them ends as a named refusal.
Bytes before the first member are refused too (another reader would take the file for something else);
whatever else lies outside the members is handed out by :meth:`Package.strays`.
"""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
import zlib
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import IO, TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import check_memory, failure
from disclosure_pipeline.builtin.extractors.packages.strays import Stray, Strays, inflate
from disclosure_pipeline.builtin.extractors.shared.zip_errors import ZIP_ERRORS
from disclosure_pipeline.builtin.extractors.signatures import LOCAL_HEADER, ZIP_MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml import etree

_ABOUT = struct.Struct("<HQL")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF8 = 0x800
_RATIO_MATTERS_FROM = 4 << 20
"""Unpacked bytes below which the ratio says nothing: XML of small files packs very well."""


_GAP = 32 << 10
"""Bytes of XML without any tag from which an element may have very many attributes."""

_MOST_ATTRIBUTES = 2000


class Package:
    """A zip package that passed every check.

    Args:
        source: path or bytes.
        limits: members, ratio and unpacked bytes.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.encrypted``, ``file.bomb``, ``file.too_large``, ``file.empty``.
    """

    def __init__(self, source: Source, limits: Limits):
        self._limits = limits
        self._read = 0
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size == 0:
            raise failure("file.empty")
        try:
            self._zip = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        except ZIP_ERRORS as error:
            check_memory(error)
            raise failure("file.broken", "Its zip directory cannot be read.") from error
        members = [info for info in self._zip.infolist() if not info.is_dir()]
        _check_names(self._zip.infolist())
        _check_sizes(members, size, limits)
        if members and min(info.header_offset for info in self._zip.infolist()) != 0:
            raise failure("file.broken", "There are bytes before its first member.")
        self.names = tuple(info.filename for info in members)
        self.comment = self._zip.comment
        self.remarks = {info.filename: info.comment for info in self._zip.infolist() if info.comment}
        """Comments that the directory keeps about single members."""
        self._data = source if isinstance(source, bytes) else _mapped(source)
        self._slack: dict[str, Stray] = {}
        self._digests: dict[str, bytes] = {}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        if isinstance(self._data, mmap.mmap):
            self._data.close()

    def read(self, name: str) -> bytes:
        """The bytes of a member; every byte ever unpacked counts against ``max_unpacked``."""
        info, packed = self._packed(name)
        self.count(info.file_size)
        data, rest = packed, b""
        if info.compress_type == zipfile.ZIP_DEFLATED:
            data, rest = inflate(packed, info.file_size)
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise failure("file.broken", "A member of the package is damaged.")
        if rest.strip(b"\x00"):
            self._slack[name] = Stray(name, rest)
        return data

    def digest(self, name: str) -> bytes:
        """What tells a member from all others without unpacking it: members of one digest have the same bytes.

        It covers the packed bytes with what the directory says about them, so that a member which was read
        without a failure, and had nothing behind its packed end (:meth:`has_rest`), need not be read again.
        """
        digest = self._digests.get(name)
        if digest is None:
            info, packed = self._packed(name)
            about = _ABOUT.pack(info.compress_type, info.file_size, info.CRC)
            digest = self._digests[name] = sha256(about + packed).digest()
        return digest

    def has_rest(self, name: str) -> bool:
        """Whether bytes stand behind a member's packed end; known once it was read."""
        return name in self._slack

    def _packed(self, name: str) -> tuple[zipfile.ZipInfo, bytes]:
        """A member's entry in the directory, and its bytes as they are packed."""
        try:
            info = self._zip.getinfo(name)
        except KeyError as error:
            raise failure("file.broken", "A member of the package cannot be opened.") from error
        start = self._start(info)
        return info, self._data[start : start + info.compress_size]

    def _start(self, info: zipfile.ZipInfo) -> int:
        """Where a member's packed bytes begin; its own header must say what the directory says."""
        header = self._data[info.header_offset : info.header_offset + LOCAL_HEADER.size]
        if len(header) == LOCAL_HEADER.size:
            magic, flags, _, name_length, extra_length = LOCAL_HEADER.unpack(header)
            at = info.header_offset + LOCAL_HEADER.size
            encoding = "utf-8" if flags & _UTF8 else "cp437"
            name = self._data[at : at + name_length].decode(encoding, "replace")
            if magic == ZIP_MAGIC and not flags & 1 and name == info.orig_filename:
                return at + int(name_length) + int(extra_length)
        raise failure("file.broken", "A member of the package cannot be opened.")

    def strays(self) -> tuple[Stray, ...]:
        """What the file holds outside its members; complete once every member was read."""
        return (*self._slack.values(), *Strays(self._data, self._zip, self.count).all())

    def open(self, name: str) -> CheckedStream:
        """A member as a stream that counts what it unpacks."""
        try:
            return CheckedStream(self._zip.open(name), self)
        except (KeyError, *ZIP_ERRORS) as error:
            check_memory(error)
            raise failure("file.broken", "A member of the package cannot be opened.") from error

    def xml(self, name: str) -> etree._Element:
        """The root of an XML member."""
        return parse_xml(self.read(name))

    def count(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            ExtractionFailed: ``file.bomb`` when the declared sizes were lies.
        """
        self._read += size
        if self._read > 2 * self._limits.max_unpacked:  # a member may be read twice, for two purposes
            raise failure("file.bomb")


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


class CheckedStream:
    """A file-like view of one member."""

    def __init__(self, member: IO[bytes], package: Package):
        self._member = member
        self._package = package
        self.is_xml = False
        """Set by who streams it into a parser: then document types are refused before they are parsed."""

    def __enter__(self) -> CheckedStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._member.close()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        try:
            data = self._member.read(size)
        except ZIP_ERRORS as error:
            check_memory(error)
            raise failure("file.broken", "A member of the package is damaged.") from error
        self._package.count(len(data))
        if self.is_xml and refuses(data):
            raise failure("file.bomb", "Its XML declares a document type.")
        return data


def parse_xml(data: bytes, *, recover: bool = False) -> etree._Element:
    """Parse XML without DTD, entities, network, or depth beyond 256.

    Args:
        data: the document.
        recover: read on after errors; for parts that no rule needs to be exact (VML).

    Raises:
        ExtractionFailed: ``file.bomb`` for declarations, ``file.broken`` for what is no XML.
    """
    from lxml import etree

    if refuses(data):
        raise failure("file.bomb", "Its XML declares a document type.")
    try:
        root = etree.fromstring(data, _parser(recover=recover))
    except (etree.XMLSyntaxError, ValueError) as error:
        check_memory(error)
        raise failure("file.broken", "A part of it is not well-formed XML.") from error
    if root is None:
        raise failure("file.broken", "A part of it is not XML.")
    refuse_declarations(root)
    if any(data.find(b"<", at, at + _GAP) == -1 for at in range(0, len(data) - _GAP, _GAP)):
        refuse_attributes(root)
    return root


@cache
def _parser(*, recover: bool) -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=recover,
    )  # fmt: skip


class ElementStream:
    """The elements of one name in a large XML member, one by one, with the refusals of :func:`parse_xml`.

    Each element is emptied after the caller has seen it, so that memory stays flat.

    Args:
        stream: the member.
        name: local name of the elements to give.
    """

    def __init__(self, stream: CheckedStream, name: str):
        from lxml import etree

        stream.is_xml = True
        self._parsing = etree.iterparse(
            stream, events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True,
            load_dtd=False, huge_tree=False,
        )  # fmt: skip

    def __iter__(self) -> Iterator[etree._Element]:
        from lxml import etree

        checked = False
        try:
            for _, element in self._parsing:
                if not checked:
                    refuse_declarations(element)
                    checked = True
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            check_memory(error)
            raise failure("file.broken", "A part of it is not well-formed XML.") from error

    @property
    def rest(self) -> etree._Element:
        """The root with everything but the streamed elements, once they have all been seen."""
        root: etree._Element = self._parsing.root
        refuse_declarations(root)
        return root


def refuses(data: bytes) -> bool:
    """Whether the bytes declare a document type or an entity."""
    # One character is found much faster than two, and most XML has none.
    return b"!" in data and b"<!" in data and _DECLARATION.search(data) is not None


def refuse_attributes(root: etree._Element) -> None:
    """Refuse an element with attributes without number: to read them takes the square of their number."""
    if any(len(element.attrib) > _MOST_ATTRIBUTES for element in root.iter("*")):
        raise failure("file.bomb", "An element of its XML has too many attributes.")


def refuse_declarations(root: etree._Element) -> None:
    """Refuse a document type in any encoding, after parsing (entities were never resolved)."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise failure("file.bomb", "Its XML declares a document type.")


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in members:
        name = info.filename
        # zipfile cuts names at NUL and turns back slashes on Windows only: look at the original.
        raw = info.orig_filename
        if ".." in name.split("/") or name.startswith("/") or "\\" in raw or re.search("[\x00-\x1f]", raw):
            raise failure("file.broken", "A member of the package has an unsafe name.")
        if name.casefold() in seen:
            raise failure("file.broken", "Two members of the package have one name.")
        seen.add(name.casefold())


def _check_sizes(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    if any(info.flag_bits & 1 for info in members):
        raise failure("file.encrypted")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in members):
        raise failure("file.broken", "A member of the package is packed in an unknown way.")
    if len(members) > limits.max_members:
        raise failure("file.bomb", "It has too many members.")
    unpacked = sum(info.file_size for info in members)
    if unpacked > limits.max_unpacked:
        raise failure("file.bomb", "It unpacks to too many bytes.")
    if unpacked > _RATIO_MATTERS_FROM and unpacked > limits.max_ratio * size:
        raise failure("file.bomb", "It unpacks to far more bytes than it has.")
