"""OpenDocument (GB/T 20916, ISO 26300): text, spreadsheets, presentations and their templates, also flat XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import ODF
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.odf.body import BodyReader
from disclosure_pipeline.builtin.extractors.odf.styles import Styles
from disclosure_pipeline.builtin.extractors.odf.sweep import OdfSweep
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import tags_of
from disclosure_pipeline.builtin.extractors.packages.leftovers import add_leftovers
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.builtin.extractors.pictures import metadata as picture_metadata
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.signatures import MARKUP, ZIP_MAGIC, is_picture
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from lxml import etree

_SUFFIXES = {
    "text": (".odt", ".ott", ".odm", ".fodt"), "spreadsheet": (".ods", ".ots", ".fods"),
    "presentation": (".odp", ".otp", ".fodp"), "graphics": (".odg", ".otg", ".fodg"),
}  # fmt: skip
_ALL_SUFFIXES = (*tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes), ".odf", ".odc")
_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_EXTERNAL_TYPE = re.compile(rb"<!DOCTYPE\s[^\[<>]*>")
_DOCUMENT_TYPES = ("document-content", "document-styles", "document")
# Reading order: the text, then headers and footers, embedded objects, the rest.
_ORDER = ("content.xml", "styles.xml")
_TECHNICAL = ("layout-cache", "mimetype")
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf", b"wOFF")
_METAFILE = b"VCLMTF"
_SMALL_THUMBNAIL = 400
_WIDE_WORDS = re.compile("[\u3400-\u9fff][★☆\u3000-\u303f\u3400-\u9fff\uff00-\uffef\x20-\x7e]{1,}")


class OdfExtractor(BuiltinExtractor):
    """Reads OpenDocument files."""

    claim = ODF

    def read(self, source: Source, name: str) -> Text:
        """Read every part.

        Raises:
            ExtractionFailed: ``file.encrypted``, ``file.broken``, ``file.bomb``, ``file.too_large``.
        """
        out = self._collector(_MEDIA_TYPE + "text")
        head = source[:4] if isinstance(source, bytes) else _head(source)
        if not head.startswith(ZIP_MAGIC):
            data = source if isinstance(source, bytes) else source.read_bytes()
            _Odf(None, out, self._settings, self._depth).flat(data)
        else:
            with Package(source, self._limits) as package:
                _Odf(package, out, self._settings, self._depth).read()
                add_leftovers(out, package, self._settings, self._depth)
        kind = out.media_type.removeprefix(_MEDIA_TYPE)
        check_suffix(out, name, _SUFFIXES.get(kind, _ALL_SUFFIXES), "OpenDocument 文档")
        return out.text()


class _Odf:
    """One file while it is read."""

    def __init__(self, package: Package | None, out: Collector, settings: Mapping[str, Any], depth: int):
        self._package = package
        self._out = out
        self._settings = settings
        self._depth = depth
        self._names = package.names if package is not None else ()
        self._sweep = OdfSweep(out, self._names)
        self._large: set[str] = set()

    def flat(self, data: bytes) -> None:
        """Read a document that is one XML file."""
        root = parse_plain(data)
        self._sweep.vocabulary("document", tags_of(data, root))
        self._body("document", root, Styles([root]))

    def read(self) -> None:
        """Read a package."""
        if self._package is None or "content.xml" not in self._names:
            raise failure("file.broken", "It has no content.xml.")
        self._refuse_encrypted()
        for name in sorted(self._names, key=_rank):
            self._member(name, self._package.read(name))

    def _refuse_encrypted(self) -> None:
        manifest = "META-INF/manifest.xml"
        if self._package is None or manifest not in self._names:
            return
        root = parse_plain(self._package.read(manifest))
        if next(root.iter("{*}encryption-data"), None) is not None:
            raise failure("file.encrypted")

    # ----------------------------------------------------------------- members

    def _member(self, name: str, data: bytes) -> None:
        if not data or name in _TECHNICAL:
            return
        lower = name.lower()
        if MARKUP.match(data[:64]) and not lower.endswith((".html", ".htm", ".svg")):
            self._markup(name, data)
        elif is_picture(lower, data):
            self._picture(name, data)
        elif data.startswith(_METAFILE):
            self._metafile(name, data)
        elif data.startswith(_FONTS) and lower.endswith((".ttf", ".otf", ".ttc", ".woff")):
            return
        elif lower.startswith(("scripts/", "basic/")) and _is_text(data):
            self._out.warn("文件中含有宏或脚本。")
            self._out.add(data.decode("utf-8", "replace"), "script", name, visible=False)
        else:
            read_embedded(self._out, name, data, limits=self._settings, depth=self._depth)

    def _markup(self, name: str, data: bytes) -> None:
        root = parse_plain(data)
        self._sweep.vocabulary(name, tags_of(data, root))
        kind = local(root)
        if kind in _DOCUMENT_TYPES:
            self._body(name, root, self._styles(name, root))
            return
        if kind == "module":
            self._out.warn("文件中含有宏或脚本。")
        self._sweep.texts(name, root, "signature" if "signatures" in name.lower() else None)
        self._sweep.attributes(name, root)

    def _styles(self, name: str, root: etree._Element) -> Styles:
        """The styles of a part and of the part beside it."""
        folder = name.rpartition("/")[0]
        beside = [f"{folder}/{other}" if folder else other for other in _ORDER]
        roots = [
            parse_plain(self._package.read(other))
            for other in beside
            if self._package is not None and other in self._names and other != name
        ]
        return Styles([*roots, root])

    def _body(self, name: str, root: etree._Element, styles: Styles) -> BodyReader:
        inside = "/" in name
        body = BodyReader(
            self._out, name, root, styles=styles, sweep=self._sweep, settings=self._settings,
            embedded=lambda number, data: self._embedded(name, number, data), inside=inside,
        )  # fmt: skip
        body.read()
        if not inside and body.kind:
            self._out.media_type = _MEDIA_TYPE + body.kind
        self._large |= body.large_pictures
        return body

    def _embedded(self, name: str, number: int, data: bytes) -> None:
        """A file that stands in the XML as base64."""
        part = f"{name}!binary {number}"
        if is_picture("", data):
            pictures.look_at(self._out, part, data)
        elif data.startswith(_METAFILE):
            self._metafile(part, data)
        else:
            read_embedded(self._out, part, data, limits=self._settings, depth=self._depth)

    def _picture(self, name: str, data: bytes) -> None:
        self._out.facts["pictures"] = self._out.facts.get("pictures", 0) + 1
        if name.startswith("Thumbnails/") and self._is_small(name, data):
            return
        pictures.look_at(self._out, name, data, large=name in self._large or f"./{name}" in self._large)

    def _is_small(self, name: str, data: bytes) -> bool:
        """Whether a thumbnail is too small for words; its metadata is read then."""
        try:
            with pictures.open_picture(data, self._out.limits.max_pixels) as picture:
                if min(picture.size) > _SMALL_THUMBNAIL:
                    return False
                surplus = picture_metadata.read(self._out, name, data, picture)
        except (OSError, ValueError, SyntaxError):
            pictures.unread(self._out, Place(name, "ocr"))
            return True
        if surplus:
            picture_metadata.sweep(self._out, name, surplus, "after the end")
        return True

    def _metafile(self, name: str, data: bytes) -> None:
        """The picture of an embedded object, whose own text is read: words in it are a copy."""
        for encoding in ("utf-16-le", "utf-8"):
            for text in _WIDE_WORDS.findall(data.decode(encoding, "replace")):
                self._out.add(text, "cache", name, detail="metafile", visible=False)


def parse_plain(data: bytes) -> etree._Element:
    """Parse a part; a document type without declarations of its own, as older writers leave, is left out.

    Raises:
        ExtractionFailed: ``file.bomb``, ``file.broken``.
    """
    return parse_xml(_EXTERNAL_TYPE.sub(b"", data, count=1) if b"<!DOCTYPE" in data[:2048] else data)


def _rank(name: str) -> tuple[int, str]:
    if name in _ORDER:
        return _ORDER.index(name), name
    depth = 2 if name.endswith("/content.xml") else 4 if name.startswith(("meta.xml", "settings.xml")) else 3
    return depth, name


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\x00" not in data


def _head(path: Any) -> bytes:
    with path.open("rb") as stream:
        head: bytes = stream.read(4)
    return head
