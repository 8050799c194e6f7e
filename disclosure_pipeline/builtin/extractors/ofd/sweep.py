"""Every text and attribute of an OFD's XML that no page shows, named by a table; the rest is ``unplaced``.

What writers put there by themselves (numbers, ids, boxes, paths of members, names of fonts) is passed over,
but only where it looks like that: words among the numbers of a path are kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.ofd.parts import Parts
from disclosure_pipeline.builtin.extractors.shared.code_words import PATTERN
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.collector import Collector

_LONG = re.compile(rf"(?<![\d.])\d{{11}}|[★☆]|{PATTERN}")
_PLAIN = re.compile(r"\s*|-?[\d.]{1,9}|[Tt]rue|[Ff]alse")
_NUMBERS = re.compile(r"[\s\d.,+\-eEg#a-fA-F]*")
_DRAWING = re.compile(r"[\s\d.,+\-eEMLQBACSZmlqbacsz]*")
_DATE = re.compile(r"[\d\s:/.TZ+\-年月日]{4,32}")
_IDENTITY = re.compile(r"[0-9a-fA-F\-{}]{8,40}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{1,100}")
_OID = re.compile(r"\d(?:\.\d{1,10}){2,14}|[A-Za-z0-9\-]{1,24}")
_WORD = re.compile(r"[A-Za-z_.\-]{1,32}")
_CODE = re.compile(r"[\x20-\x7e]{0,64}")
_FONT = re.compile(r".{0,64}")
_IDENTIFIER = re.compile(r"[A-Za-z_]{1,40}\d{0,3}")
_OWN_FILE = re.compile(r"[./\\A-Za-z_]{0,24}(?:_?\d{1,3})?(?:\.xml)?/?")
_SCHEMAS = re.compile(r"[\x20-\x7e\s]{0,400}")
_FONT_FILE = re.compile(r"[\w./\\\-]{1,80}\.(?:ttf|otf|ttc|cff|otc)", re.ASCII | re.IGNORECASE)

_TEXTS = {
    **dict.fromkeys(
        ("PhysicalBox", "ApplicationBox", "ContentBox", "BleedBox", "CropBox", "Glyphs", "MaxUnitID", "MaxSignId",
         "CV", "Point", "MaxSignID"),
        _NUMBERS,
    ),
    "AbbreviatedData": _DRAWING,
    **dict.fromkeys(("CreationDate", "ModDate"), _DATE),
    "DocID": _IDENTITY, "CheckValue": _BASE64, "SignatureMethod": _OID, "DocUsage": _WORD, "CreatorVersion": _CODE,
    "ObjectRef": _NUMBERS, "Parameter": _WORD,
}  # fmt: skip
"""Elements whose text is no words, as long as it looks like that."""

_PATHS = frozenset(
    ("BaseLoc", "FileLoc", "DocRoot", "PublicRes", "DocumentRes", "PageRes", "MediaFile", "FontFile", "Annotations",
     "CustomTags", "Attachments", "Extensions", "Signatures", "SignedValue", "PageFile", "SignedValueLoc", "ExtendData",
     "File", "Profile", "SchemaLoc", "ExternalFileLoc", "Cover")
)  # fmt: skip
_CODES = frozenset(
    ("ID", "Boundary", "CTM", "X", "Y", "DeltaX", "DeltaY", "Size", "Font", "Value", "ColorSpace", "Alpha", "Index",
     "ResourceID", "TemplateID", "ZOrder", "PageID", "PageRef", "Type", "Visible", "Print", "NoZoom", "NoRotate", "ReadOnly",
     "LastModDate", "CodePosition", "CodeCount", "GlyphCount", "LineWidth", "Join", "Cap", "DashOffset", "DashPattern",
     "MiterLimit", "Fill", "Stroke", "Rule", "HScale", "ReadDirection", "CharDirection", "Weight", "Italic", "Bold", "Serif",
     "FixedWidth", "CharSet", "DrawParam", "Relative", "TransFlag", "Clip", "Position", "Extend", "StartPoint", "EndPoint",
     "StartRadius", "EndRadius", "MapType", "MapUnit", "Eccentricity", "Angle", "Width", "Height", "XStep", "YStep",
     "ReflectMethod", "RelativeTo", "BitsPerComponent", "Format", "Left", "Top", "Right", "Bottom", "Zoom", "Expanded", "Count",
     "Event", "TypeID", "NameSpace", "CreationDate", "ModDate", "Version", "version", "DocType", "CheckMethod", "RefId", "Date",
     "Current", "Volume", "Repeat", "Synchronous", "Operator", "Printable", "Copies", "StartDate", "EndDate", "EdgeFlag",
     "VerticesPerRow", "schemaLocation", "BlendMode", "ImageMask", "Substitution", "ThumbNail", "PageBlockID", "Subtype",
     "contextRef", "unitRef", "decimals", "id", "scheme", "type", "href", "AppVersion", "AttachID", "SaveID",
     "Border", "HorizonalCornerRadius", "VerticalCornerRadius", "MediaFile", "GroupID", "CreatorName", "Precision")
)  # fmt: skip
"""Attributes that hold no words, as long as they are short and ASCII."""

_LOCATIONS = frozenset(("BaseLoc", "FileRef", "FileLoc", "Loc"))
_OWN_VALUES = {
    "FontName": _FONT, "FamilyName": _FONT, "Tag": _IDENTIFIER, "schemaLocation": _SCHEMAS,
}  # fmt: skip
"""Names that writers choose by themselves, as long as they look like that."""

_ATTRIBUTES = {
    "URI": "link", "Base": "link", "href": "link", "Title": "name", "Name": "name", "Tag": "name", "AreaName": "name",
    "Creator": "metadata", "CreatorName": "metadata", "AppName": "metadata", "Company": "metadata",
    "AppVersion": "metadata", "ProviderName": "metadata", "InterUser": "metadata",
}  # fmt: skip
_NAMES_IN = {
    "Attachment": "attachment", "CustomData": "metadata", "Property": "metadata", "Parameter": "annotation",
}  # fmt: skip
_KINDS = {
    "Signature": "signature", "Signatures": "signature", "CustomTags": "metadata", "Extensions": "metadata",
    "CustomTag": "metadata", "Attachment": "attachment",
}  # fmt: skip
"""Kind of what else a member holds, by its root."""

_ELEMENTS = {
    "Remark": "annotation",
    "Parameter": "annotation",
    "ExternalFileLoc": "link",
    "Keyword": "metadata",
}
_NAMESPACE = re.compile(rb"""xmlns(?::[^\s=]+)?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SPACES = frozenset((b"http://www.ofdspec.org/2016", b"http://www.ofdspec.org", b""))
_PIECE = re.compile(r">([^<>]+)<|=\s*\"([^\"<>]*)\"|<!--(.*?)-->|<\?(?!xml\b)(.*?)\?>", re.DOTALL)


class Sweep:
    """Walks over members.

    Args:
        parts: of the package, to know which paths lead somewhere.
        out: gets the segments.
    """

    def __init__(self, parts: Parts, out: Collector):
        self._parts = parts
        self._out = out

    def read(
        self,
        name: str,
        root: etree._Element,
        *,
        drawn: Collection[etree._Element] = (),
        kind: str | None = None,
        page: int | None = None,
    ) -> None:
        """Keep what one member says beside its drawing.

        Args:
            name: of the member.
            root: its root.
            drawn: the ``TextCode`` elements that were read.
            kind: of text that no table names; ``None`` asks the root's name.
            page: the page it belongs to.
        """
        rest = kind or _KINDS.get(local(root), "unplaced")
        walk = _Walk(self._parts, self._out, name, page, rest, drawn)
        for element in (*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()):
            walk.visit(element, is_root=element is root)
        walk.namespaces()

    def read_broken(self, name: str, data: bytes, kind: str) -> None:
        """Keep every text, attribute and comment of what looks like XML, but is not well-formed."""
        text = _decoded(data)
        for match in _PIECE.finditer(text):
            piece = html.unescape(next(group for group in match.groups() if group is not None)).strip()
            if not _PLAIN.fullmatch(piece) and not (match[2] is not None and _is_code(piece)):
                self._out.add(piece, kind, name, detail="not well-formed", visible=False)


@dataclass(slots=True)
class _Walk:
    """The walk over one member."""

    parts: Parts
    out: Collector
    name: str
    page: int | None
    rest: str
    drawn: Collection[etree._Element]
    seen: set[tuple[str, str]] = field(default_factory=set)

    def visit(self, element: etree._Element, *, is_root: bool) -> None:
        tag = local(element)
        if not tag:
            self._keep(element.text or "", "unplaced", "xml comment")
        else:
            if not tag.isascii():
                self._once(tag, "metadata" if self.rest == "metadata" else "unplaced", "element")
            for key, value in element.attrib.items():
                self._attribute(tag, str(key).rpartition("}")[2], str(value))
            self._text(element, tag)
        if element.tail and not is_root:
            self._keep(element.tail, self.rest, tag or "xml comment")

    def _text(self, element: etree._Element, tag: str) -> None:
        text = element.text
        if not text or _PLAIN.fullmatch(text):
            return
        if tag == "TextCode":
            if element not in self.drawn:
                self._keep(text, "hidden", "TextCode")
            return
        pattern = _TEXTS.get(tag)
        if pattern is not None and pattern.fullmatch(text) and not _LONG.search(text):
            return
        inside = any(local(above) == "DocInfo" for above in element.iterancestors())
        if tag in _PATHS:
            self._path(text.strip(), tag, "metadata" if inside else "link")
            return
        kind = _ELEMENTS.get(tag) or ("metadata" if inside else self.rest)
        named = element.get("Name") if tag in ("CustomData", "Property", "Parameter") else None
        self._keep(text, kind, named or tag)

    def _attribute(self, tag: str, key: str, value: str) -> None:
        if _PLAIN.fullmatch(value):
            return
        if key in _LOCATIONS:
            if not (self.parts.known(value) or _is_own_file(value)):
                self._once(value, "link", f"{tag} {key}")
            return
        own = _OWN_VALUES.get(key)
        if own is not None and own.fullmatch(value) and not _LONG.search(value):
            return
        if tag == "Parameter" and _WORD.fullmatch(value):
            return
        if key in _CODES and (_is_code(value) or _is_list(key, value)):
            return
        kind = "annotation" if key == "Subtype" else _ATTRIBUTES.get(key, "unplaced")
        if key == "Name":
            kind = _NAMES_IN.get(tag, "name")
        elif tag == "Provider":
            kind = "signature"
        self._once(value, kind, f"{tag} {key}")

    def _path(self, text: str, tag: str, kind: str) -> None:
        own = self.parts.known(text) or _is_own_file(text)
        if tag == "FontFile" and not _LONG.search(text):
            own = own or _FONT_FILE.fullmatch(text) is not None
        if tag == "ExternalFileLoc" or not own:
            self._keep(text, kind, tag)

    def namespaces(self) -> None:
        """Namespaces are addresses that nobody shows: one with words in it hides them."""
        data = self.parts.data(self.name) if self.name in self.parts.names else b""
        if data.count(b"xmlns") <= 1 and b"http://www.ofdspec.org" in data[:400]:
            return
        for value in {match[1] or match[2] or b"" for match in _NAMESPACE.finditer(data)} - _SPACES:
            text = value.decode("utf-8", "replace")
            if not text.isascii() or _LONG.search(text):
                self._keep(text, "unplaced", "namespace")

    def _once(self, text: str, kind: str, detail: str) -> None:
        if (detail, text) not in self.seen:
            self.seen.add((detail, text))
            self._keep(text, kind, detail)

    def _keep(self, text: str, kind: str, detail: str) -> None:
        self.out.add(text.strip(), kind, self.name, page=self.page, detail=detail, visible=False)


def member_names(parts: Parts) -> Iterator[str]:
    """Names of members that a person gave: not ASCII, or with a long number."""
    for name in parts.names:
        if not name.isascii() or _LONG.search(name):
            yield name


def _is_own_file(path: str) -> bool:
    return _OWN_FILE.fullmatch(path) is not None and _LONG.search(path) is None


def _is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None and _LONG.search(value) is None


def _is_list(key: str, value: str) -> bool:
    """Offsets of letters and boxes are long lists of numbers."""
    return key not in ("ID", "Name") and _NUMBERS.fullmatch(value) is not None and _LONG.search(value) is None


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return (
        data.decode("utf-16", "replace")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff")
        else data.decode("utf-8", "replace")
    )
