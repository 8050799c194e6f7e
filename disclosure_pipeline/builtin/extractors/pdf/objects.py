"""Every object of a pdf that holds words beside its pages, found by a walk over all of them.

Annotations, form fields, links, scripts, bookmarks, document information, XMP, alternative texts,
attachments; what fits no name is ``unplaced``. Objects that nothing refers to are walked too.

A pdf has tens of thousands of objects, most of them numbers and references: each is written out by the
library (in C++), and only those whose bytes hold a string or an uncommon name are walked in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.pdf.kinds import holder_kind, inner_kind, string_kind
from disclosure_pipeline.builtin.extractors.pdf.names import is_given
from disclosure_pipeline.builtin.extractors.pdf.streams import Role, StreamReader
from disclosure_pipeline.builtin.extractors.pdf.words import (
    decoded,
    is_binary,
    kept_as,
    name_words,
    shape_of,
)

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

_HOLDS_WORDS = re.compile(rb"[(<#\x80-\xff](?:(?<=[(\x80-\xff])|(?<=<)[0-9a-f]|(?<=#)[0-9a-f]{2})")
"""A string, an escape or a byte that is not ASCII; where nothing begins, one look at each byte is enough."""

_LONG_NUMBER = re.compile(rb"/[^\s/]*\d{6}")
_ROLES = re.compile(
    rb"/(FontFile[23]?|ToUnicode|CIDToGIDMap|CIDSet|Encoding|UseCMap|JS|Metadata|XFA|Thumb) (\d+) (\d+) R"
)
_XFA = re.compile(rb"/XFA \[([^\]]*)\]")
_PALETTE = re.compile(rb"/Indexed [^\]]*?(\d+) (\d+) R \]")
_GLYPH_TABLE = re.compile(rb"/CharProcs (\d+) (\d+) R")
_GLYPHS = re.compile(rb"/CharProcs <<(.*?)>>", re.DOTALL)
_REFERENCE = re.compile(rb"(\d+) (\d+) R")
_CONTENTS = re.compile(rb"/Contents (?:(\d+) (\d+) R|\[([^\]]*)\])")
_PAGE = re.compile(rb"/Type /Page[ />]")
_FONT_TYPES = frozenset(
    ("/Font", "/FontDescriptor", "/Encoding", "/XRef", "/ObjStm", "/CMap", "/Halftone", "/ExtGState")
)
_XML_RUN = re.compile(">([^<>]*[^<>\\s][^<>]*)<")
_MAX_NESTING = 40
_TELLING = re.compile(
    rb"/(?:FontFile|ToUnicode|CIDToGIDMap|CIDSet|Encoding|UseCMap|JS|Metadata|XFA|Thumb|Contents|Indexed|CharProcs)"
    rb"|/Type /Page[ />]"
)
"""Keys that say what another object is for."""

_ALIKE = bytes.maketrans(b"123456789", b"0" * 9)
_SIX_DIGITS = b"0" * 6
_MOST_QUIET = 10_000
_SPOTS = ("/Separation", "/DeviceN")
_USUAL_SPOTS = frozenset(("/All", "/None", "/Black", "/Cyan", "/Magenta", "/Yellow"))


class ObjectSweep:
    """Walks all objects of a pdf.

    Args:
        pdf: the open ``pikepdf.Pdf``. out: gets the segments.
        limits: the keys of ``[extraction]``, for attachments. depth: how deep the file lies inside others.
        seen: words of the pages without white space; a bookmark that repeats a heading hides nothing.
        done: content streams that were read already.
    """

    def __init__(
        self, pdf: Any, out: Collector, limits: Mapping[str, Any], depth: int, *, seen: str,
        done: Set[tuple[int, int]] = frozenset(),
    ):  # fmt: skip
        self._pdf = pdf
        self._out = out
        self._seen = seen
        self._loose: list[bytes] = []
        self._quiet: set[bytes] = set()
        """Objects that say nothing, their digits made alike: elements of a structure differ in nothing else."""
        self._streams = StreamReader(out, limits, depth, done)
        self._info: tuple[int, int] = (0, 0)
        self.pages: list[Any] = []
        """Every page object, also those that the tree of pages has no more."""

    def run(self) -> StreamReader:
        """Do it.

        Returns:
            The reader of the streams, which knows those that draw something.
        """
        import pikepdf

        info = self._pdf.trailer.get("/Info")
        if info is not None:
            self._info = info.objgen
        streams = []
        for item in self._pdf.objects:
            try:
                shape = shape_of(item)
                if shape == "stream":
                    streams.append(item)
                    item, shape = item.stream_dict, "dictionary"  # noqa: PLW2901 - walked like any other
                self._visit(item, shape)
            except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
                self._damaged(error)
        self._dictionary(self._pdf.trailer, 0, "metadata")
        for stream in streams:
            try:
                self._streams.read(stream)
            except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
                self._damaged(error)
        self._keep_loose()
        self._keep_old_destinations()
        self._streams.read_attachments()
        return self._streams

    def _damaged(self, error: Exception) -> None:
        self._out.doubt(
            "object.unread", f"文件中有损坏的对象，未能读出（{type(error).__name__}），请人工查看。"
        )

    def _keep_loose(self) -> None:
        """A string of its own is mostly the value of a key elsewhere: keep it if it was not met there."""
        known = self._out.texts() if self._loose else set()
        for data in self._loose:
            words = decoded(data)
            kind = kept_as(words, "/Limits") if words and words not in known else None
            if kind is not None:
                self._out.add(words, kind, "document", visible=False)

    def _keep_old_destinations(self) -> None:
        """Names of places as pdf 1.1 wrote them: keys of a dictionary."""
        table = self._pdf.Root.get("/Dests")
        for key in sorted(table.keys()) if shape_of(table) == "dictionary" else ():
            if is_given(key.lstrip("/")):
                self._out.add(key.lstrip("/"), "name", "document", detail="Dests", visible=False)

    # -------------------------------------------------------------------- walk

    def _visit(self, item: Any, shape: str) -> None:
        if shape == "string":
            self._loose.append(bytes(item))
        if shape not in ("dictionary", "array"):
            return
        raw = item.unparse(resolved=True)
        alike = raw.translate(_ALIKE)
        if alike in self._quiet:
            return
        is_worth = _is_worth_a_walk(raw)
        if not is_worth and len(self._quiet) < _MOST_QUIET and not _TELLING.search(raw):
            self._quiet.add(alike)
            return
        self._note_roles(raw)
        if _PAGE.search(raw):
            self.pages.append(item)
        if is_worth:
            if shape == "dictionary":
                self._dictionary(item, 0, "unplaced")
            else:
                self._array(item, "", None, "unplaced", 0)

    def _note_roles(self, raw: bytes) -> None:
        for role, number, generation in _ROLES.findall(raw):
            self._streams.note((int(number), int(generation)), Role.of(role.decode()))
        if b"/Contents" in raw:
            for number, generation, several in _CONTENTS.findall(raw):
                for one in _REFERENCE.findall(several) if several else [(number, generation)]:
                    self._streams.note((int(one[0]), int(one[1])), Role.CONTENT)
        for number, generation in _PALETTE.findall(raw) if b"/Indexed" in raw else ():
            self._streams.note((int(number), int(generation)), Role.TABLE)
        for number, generation in _GLYPH_TABLE.findall(raw) if b"/CharProcs" in raw else ():
            table = self._pdf.get_object((int(number), int(generation)))
            self._note_roles(b"/CharProcs " + table.unparse(resolved=True))
        for key, pattern, one_role in ((b"/XFA", _XFA, Role.FORM), (b"/CharProcs", _GLYPHS, Role.GLYPH)):
            for several in pattern.findall(raw) if key in raw else ():
                for number, generation in _REFERENCE.findall(several):
                    self._streams.note((int(number), int(generation)), one_role)

    def _dictionary(self, item: Any, depth: int, inherited: str) -> None:
        if depth > _MAX_NESTING:
            self._damaged(RecursionError())
            return
        if str(item.get("/Type", "")) in _FONT_TYPES or "/BaseFont" in item or "/FontName" in item:
            return
        self._note_files(item)
        kind = (
            "metadata" if self._info != (0, 0) and item.objgen == self._info else holder_kind(item, inherited)
        )
        for key, value in item.items():
            self._name(key, "metadata" if kind == "metadata" else "name")
            self._value(value, key, item, kind, depth)

    def _value(self, value: Any, key: str, holder: Any, kind: str, depth: int) -> None:
        shape = shape_of(value)
        if shape == "string":
            if not (kind == "signature" and key == "/Contents"):
                self._string(bytes(value), string_kind(key, holder, kind), key)
        elif shape == "name":
            if key not in ("/Type", "/Subtype", "/Filter", "/BaseFont", "/FontName"):
                self._name(str(value), "name")
        elif shape in ("array", "dictionary") and not value.is_indirect:
            if shape == "array":
                self._array(value, key, holder, string_kind(key, holder, kind), depth + 1)
            else:
                self._dictionary(value, depth + 1, inner_kind(key, kind))
        elif shape == "dictionary" and key in ("/OutputIntents", "/Collection", "/SpiderInfo"):
            self._dictionary(value, depth + 1, inner_kind(key, kind))

    def _array(self, items: Any, key: str, holder: Any, kind: str, depth: int) -> None:
        if depth > _MAX_NESTING:
            self._damaged(RecursionError())
            return
        first = str(items[0]) if len(items) and shape_of(items[0]) == "name" else ""
        if first in ("/Indexed", "/I"):
            return
        for item in items:
            shape = shape_of(item)
            if shape == "string":
                self._string(bytes(item), kind, key)
            elif (shape == "name" and first in _SPOTS and str(item) not in _USUAL_SPOTS) or shape == "name":
                self._name(str(item), "name")
            elif shape == "dictionary" and not item.is_indirect:
                self._dictionary(item, depth + 1, kind)
            elif shape == "array" and not item.is_indirect:
                self._array(item, key, holder, kind, depth + 1)

    def _note_files(self, item: Any) -> None:
        """Remember the attachments that a dictionary names."""
        files = item.get("/EF")
        if shape_of(files) == "dictionary":
            name = str(item.get("/UF", item.get("/F", "")))
            for stream in files.values():
                if shape_of(stream) == "stream":
                    self._streams.note(stream.objgen, Role.ATTACHMENT, name)

    def _string(self, data: bytes, kind: str, key: str) -> None:
        if is_binary(data, key):
            return
        words = decoded(data)
        named = kept_as(words, "/NM" if key == "/T" and kind == "form" else key, kind) if words else None
        if named is None:
            return
        if kind in ("note", "alt") and "".join(words.split()) in self._seen:
            return
        if key in ("/RC", "/RV"):
            words = " ".join(_XML_RUN.findall(words)) or words
        self._out.add(words, named, "document", detail=key.strip("/") or None, visible=False)

    def _name(self, name: str, kind: str) -> None:
        if name.isascii() and "#" not in name and not any(map(str.isdigit, name)):
            return
        words = name_words(name)
        if words:
            self._out.add(words, kind, "document", detail="name", visible=False)


def _is_worth_a_walk(raw: bytes) -> bool:
    """Whether an object, as it is written out, holds strings, files or names that are no program's."""
    if b"/EF" in raw or _HOLDS_WORDS.search(raw):
        return True
    return _SIX_DIGITS in raw.translate(_ALIKE) and _LONG_NUMBER.search(raw) is not None
