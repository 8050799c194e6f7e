"""OFD (GB/T 33190): every document, version, template, annotation, attachment and seal of the package."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import OFD
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ofd.document import Document, Shared
from disclosure_pipeline.builtin.extractors.ofd.jbig2 import as_png, is_jbig2
from disclosure_pipeline.builtin.extractors.ofd.parts import Parts, is_markup
from disclosure_pipeline.builtin.extractors.ofd.signature import SignatureReader
from disclosure_pipeline.builtin.extractors.ofd.sweep import Sweep, member_names
from disclosure_pipeline.builtin.extractors.packages.extractor import PackageExtractor
from disclosure_pipeline.builtin.extractors.packages.leftovers import add_leftovers
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.asn1 import NotAsn1, parse
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.signatures import is_picture
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from lxml import etree

_ENCRYPTED = frozenset(("encryptions.xml", "decryptseed.dat"))
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf", b"wOFF", b"wOF2", b"\x01\x00\x04")
_LARGE_SHARE = 0.5
"""Share of a page from which a picture is the page."""

_FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".cff", ".pfb", ".otc")


class OfdExtractor(PackageExtractor):
    """Reads OFD packages."""

    claim = OFD
    media_type = "application/ofd"
    format_name = "OFD 文档"

    def _read_package(self, package: Package, out: Collector) -> None:
        _Ofd(package, out, self._settings, self._depth).read()
        add_leftovers(out, package, self._settings, self._depth)


class _Ofd:
    """One package while it is read."""

    def __init__(self, package: Package, out: Collector, settings: Mapping[str, Any], depth: int):
        self._out = out
        self._settings = settings
        self._depth = depth
        self._parts = Parts(package)
        if any(posixpath.basename(name).lower() in _ENCRYPTED for name in self._parts.names):
            raise failure("file.encrypted")
        self._sweep = Sweep(self._parts, out)
        self._shared = Shared(self._parts, out, Limits.of(settings), self._sweep)
        self._documents: list[Document] = []
        self._signatures: SignatureReader
        self._kinds: dict[str, str] = {}
        """Kind of what a member holds, when another member says so."""

    def read(self) -> None:
        root = self._parts.xml(self._parts.main)
        bodies = list(root.iterchildren("{*}DocBody"))
        self._documents = [self._document(body) for body in bodies]
        if not self._documents:
            raise failure("file.broken", "It has no document.")
        for document in self._documents:
            folder = posixpath.dirname(document.name)
            document.read("page" if len(self._documents) == 1 else f"{folder}/page")
            self._parts.visited.add(document.name)
            self._sweep.read(document.name, self._parts.xml(document.name))
        self._out.facts["pages"] = self._shared.pages
        self._read_signatures(bodies)
        for body in bodies:
            self._versions(body)
        for document in list(self._documents):
            self._attached(document)
        for name in list(self._parts.unvisited()):
            self._rest(name)
        for name in member_names(self._parts):
            self._out.add(name, "name", name, detail="member", visible=False)

    def _document(self, body: etree._Element) -> Document:
        name = self._parts.find(self._parts.main, _text_of(body, "DocRoot"))
        if name is None:
            raise failure("file.broken", "A document that it lists is missing.")
        return Document(self._shared, name)

    # --------------------------------------------------------------- signatures

    def _read_signatures(self, bodies: list[etree._Element]) -> None:
        numbers = {key: value for document in self._documents for key, value in document.page_number.items()}
        deep = self._depth >= int(self._settings["max_depth"])
        self._signatures = SignatureReader(
            self._parts, self._out, numbers, None if deep else self._read_inner
        )
        for body in bodies:
            listing = self._parts.find(self._parts.main, _text_of(body, "Signatures"))
            if listing is not None:
                self._signatures.listed(listing)
        for name in list(self._parts.unvisited()):
            if posixpath.basename(name).lower() == "signature.xml" and self._parts.try_xml(name) is not None:
                self._signatures.signature(name)
        for name in self._parts.names:
            root = self._parts.try_xml(name) if name in self._parts.visited and "ign" in name else None
            if root is not None and local(root) in ("Signature", "Signatures"):
                self._sweep.read(name, root)

    def _read_inner(self, data: bytes) -> Text:
        return OfdExtractor(self._settings, self._depth + 1).read(data, "seal.ofd")

    # ----------------------------------------------------------------- versions

    def _versions(self, body: etree._Element) -> None:
        """Earlier versions of a document: their pages are still in the package."""
        for version in body.iter("{*}Version"):
            listing = self._parts.find(self._parts.main, version.get("BaseLoc"))
            root = self._parts.try_xml(listing) if listing else None
            if listing is None or root is None:
                continue
            name = self._parts.find(listing, _text_of(root, "DocRoot"))
            if name is not None and name not in self._parts.visited:
                self._stray_document(name)

    def _stray_document(self, name: str) -> None:
        root = self._parts.try_xml(name)
        if root is None or local(root) != "Document":
            return
        self._parts.visited.add(name)
        document = Document(self._shared, name)
        document.read(name, current=False)
        self._documents.append(document)
        self._sweep.read(name, root)

    # -------------------------------------------------------------- attachments

    def _attached(self, document: Document) -> None:
        """Read attachments, and note whose tags and extensions the other members are."""
        root = self._parts.xml(document.name)
        for location in root.iter("{*}Attachments", "{*}CustomTags", "{*}Extensions"):
            listing = self._parts.find(document.name, location.text)
            listed = self._parts.try_xml(listing) if listing else None
            if listing is None or listed is None:
                continue
            for place in listed.iter("{*}FileLoc", "{*}ExtendData"):
                member = self._parts.find(listing, place.text)
                if member is None or member in self._parts.visited:
                    continue
                self._kinds[member] = "attachment" if local(location) == "Attachments" else "metadata"

    # --------------------------------------------------------------------- rest

    def _rest(self, name: str) -> None:
        """Read a member that no rule has read, by its bytes."""
        if name in self._parts.visited:
            return
        self._parts.visited.add(name)
        data = self._parts.data(name)
        if is_markup(data) and not name.lower().endswith((".html", ".htm", ".svg")):
            self._markup(name, data)
        elif is_jbig2(data) or is_picture(name, data):
            self._picture(name, data)
        elif self._is_font(name, data) or self._lists_members(data):
            return
        elif _is_asn1(data):
            self._signatures.value(name, data)
        else:
            read_embedded(self._out, name, data, limits=self._settings, depth=self._depth)

    def _picture(self, name: str, data: bytes) -> None:
        shown = next((found for document in self._documents if (found := document.pictures.get(name))), None)
        self._out.facts["pictures"] = self._out.facts.get("pictures", 0) + 1
        png = as_png(data, self._out.limits.max_pixels) if is_jbig2(data) else data
        if png is None:
            pictures.unread(self._out, Place(name, "ocr", shown.page if shown else None))
            return
        pictures.look_at(
            self._out, name, png, large=shown is not None and shown.share >= _LARGE_SHARE,
            page=shown.page if shown else None, bbox=shown.box if shown else None,
            window=None if shown else (0.0, 0.0, 0.0, 0.0),
        )  # fmt: skip

    def _markup(self, name: str, data: bytes) -> None:
        kind = self._kinds.get(name)
        root = self._parts.try_xml(name)
        if root is None:
            self._sweep.read_broken(name, data, kind or "unplaced")
        elif local(root) == "Page":
            self._documents[0].stray(name, "orphan page")
        elif local(root) == "PageAnnot":
            self._documents[0].stray_annotations(name)
        elif local(root) == "Res":
            self._documents[0].resource(name)
        elif local(root) == "Document":
            self._stray_document(name)
        else:
            self._sweep.read(name, root, kind=kind)

    def _lists_members(self, data: bytes) -> bool:
        """Whether bytes are a list of members, as some makers of seals leave."""
        try:
            lines = data.decode().split()
        except UnicodeDecodeError:
            return False
        return bool(lines) and all("/" in line and line.lstrip("/") in self._parts.names for line in lines)

    def _is_font(self, name: str, data: bytes) -> bool:
        listed = any(name in document.font_members for document in self._documents)
        return data.startswith(_FONTS) and (listed or name.lower().endswith(_FONT_SUFFIXES))


def _text_of(element: etree._Element, name: str) -> str | None:
    return next((child.text for child in element.iterchildren(f"{{*}}{name}")), None)


def _is_asn1(data: bytes) -> bool:
    if not data.startswith(b"0"):
        return False
    try:
        parse(data)
    except NotAsn1:
        return False
    return True
