"""What docx, xlsx and pptx have in common: every part of the package is opened, whatever its name.

A part is judged by its bytes: XML by its root element, the rest as picture, font, program, or an
embedded file. Text and telling attributes that no rule places are kept as ``unplaced``; bytes that
nobody can read are a doubt.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.ooxml.binary import read_binary
from disclosure_pipeline.builtin.extractors.ooxml.memory import Memory
from disclosure_pipeline.builtin.extractors.ooxml.pictures import ShownPictures
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags, is_xml, root_name
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import (
    is_known_namespace,
    odd_names,
    tags_of,
    vocabulary,
)
from disclosure_pipeline.builtin.extractors.ooxml.words import (
    is_default_name,
    is_plain,
    kind_of,
    may_tell,
)
from disclosure_pipeline.builtin.extractors.packages.leftovers import add_leftovers
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml, refuses
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree


PartReader = Callable[[str, "etree._Element", bytes], bool]
"""Reads a part (name, root, bytes); says whether it has read the attributes too."""

_LOOKS_NAMES = (b'theme name="', b'Scheme name="', b'w:name w:val="', b'w:aliases w:val="')
"""What stands before the names that an author may give in such parts."""
_FONT_SHAPES = (b'panose="', b'panose1 w:val="')
_USUAL_LOOKS = frozenset((
    "[Content_Types].xml", "word/styles.xml", "word/stylesWithEffects.xml", "word/fontTable.xml", "word/webSettings.xml",
    "word/theme/theme1.xml",
))  # fmt: skip
"""Where programs put such parts: these are looked up by their digests before they are unpacked."""
_DRAWING_ROOTS = frozenset(("chartSpace", "dataModel", "drawing", "wsDr", "userShapes", "svg"))
_LOOKS_ROOTS = frozenset(
    ("styles", "styleSheet", "theme", "fonts", "webSettings", "Types", "stylesWithEffects")
)
"""Parts of fonts, colours and names only: those that programs write hold no words."""
_PROPERTY_ROOTS = frozenset(("coreProperties", "Properties"))
_TEXT_KINDS = {
    "Signature": "signature", "SignatureInfoV1": "signature", "people": "metadata", "personList": "metadata",
    "webextension": "metadata", "taskpanes": "metadata", "ocx": "form", "vbaSuppData": "script", "Tasks": "comment",
    "ink": "annotation", "Sources": "metadata", "recipients": "hidden", "cmAuthorLst": "metadata",
}  # fmt: skip
"""Kind of the text of parts that are known by their root."""
_CRYPTOGRAPHIC = frozenset((
    "DigestValue", "SignatureValue", "X509Certificate", "X509SerialNumber", "Modulus", "Exponent", "EncapsulatedTimeStamp",
    "EncapsulatedX509Certificate", "EncapsulatedCRLValue", "EncapsulatedOCSPValue", "trace", "SetupID", "SignatureProviderId",
    "WindowsVersion", "OfficeVersion", "ApplicationVersion", "HorizontalResolution", "VerticalResolution", "ColorDepth", "Value",
))  # fmt: skip
"""Elements of signatures and of ink that hold numbers and keys."""
_MEASURES = frozenset(("posOffset", "col", "row", "colOff", "rowOff", "ptCount", "formatCode"))
_EXTERNAL_FILES = (
    "attachedTemplate",
    "oleObject",
    "frame",
    "subDocument",
    "aFChunk",
    "externalLinkPath",
    "mailMergeSource",
)


class OoxmlReader:
    """Reads the parts of an OOXML package that are not the format's own text.

    Args:
        package: the checked package.
        out: gets the segments.
        limits: the keys of ``[extraction]``, for embedded files.
        depth: how deep this package lies inside others.
        own: readers of the format's own parts, by local name of the root element.
        thin: leaves out of their bytes what their readers need not see in the tree.
    """

    def __init__(
        self,
        package: Package,
        out: Collector,
        limits: Mapping[str, Any],
        depth: int,
        own: Mapping[str, PartReader],
        *,
        thin: Callable[[bytes], bytes] = bytes,
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._depth = depth
        self._own = own
        self._thin = thin
        self._looks = frozenset(_LOOKS_ROOTS.difference(own))
        self._shown = ShownPictures(package)
        self.large_pictures: set[str] = set()
        """Names of picture parts shown on half a page or more; filled by the format's own reader."""
        self._told: set[str] = set()
        self.tags = Tags(b"")
        """The tags of the XML part that is being read."""
        self.is_thin = False
        """Whether something was left out of its tree."""

    def read(self, name: str) -> None:
        """Read one part, whatever it is."""
        expected = name in _USUAL_LOOKS
        if expected and self._says_nothing(name):
            return
        data = self._package.read(name)
        if is_xml(name, data):
            if expected or root_name(data) not in self._looks or not self._says_nothing(name):
                self._read_xml(name, data)
        elif data.strip(b"\x00\xff"):
            large = name in self.large_pictures
            read_binary(
                self._out, name, data, self._shown, limits=self._limits, depth=self._depth, large=large
            )

    def comment(self) -> None:
        """Read what the zip holds beside its members: comments, their names, bytes between and behind them."""
        for name in self._package.names:
            if may_tell(name) and not is_default_name(posixpath.basename(name)):
                self._out.add(name, "name", name, detail="member name", visible=False)
        add_leftovers(self._out, self._package, self._limits, self._depth)

    # --------------------------------------------------------------------- XML

    def _read_xml(self, name: str, data: bytes) -> None:
        thinned = self._thin(data) if root_name(data) in self._own else data
        root = self._parsed(name, thinned)
        if root is None:
            return
        self._beside_root(name, root)
        self.is_thin = len(thinned) < len(data)
        self.tags = tags_of(thinned, root)
        self._vocabulary(name)
        kind = local(root)
        if kind == "Relationships":
            self._relationships(name, root)
            return
        if kind in self._own:
            complete = self._own[kind](name, root, data)
        else:
            complete = False
            self._common(name, root)
        if not complete:
            self.sweep_attributes(name, root)

    def _vocabulary(self, name: str) -> None:
        """Namespaces and names that no office program writes; each once, though every slide may have them."""
        for word, detail in vocabulary(self.tags):
            if word not in self._told:
                self._told.add(word)
                kind = "name" if detail == "namespace" else _place_of(name)
                self._out.add(word, kind, name, detail=detail, visible=False)

    def _common(self, name: str, root: etree._Element) -> None:
        kind = local(root)
        if kind in _PROPERTY_ROOTS:
            self._properties(name, root)
        elif kind in _DRAWING_ROOTS:
            self._drawing(name, root)
        elif kind != "fonts":
            self.sweep_text(name, root, _TEXT_KINDS.get(kind) or _place_of(name))

    def _parsed(self, name: str, data: bytes) -> etree._Element | None:
        """The part's root; ``None`` after a doubt for a part beside the text that is no XML."""
        lower = name.lower()
        try:
            return parse_xml(data, recover=lower.endswith(".vml"))
        except ExtractionFailed as error:
            if error.code == "file.bomb" or root_name(data) in self._own:
                raise
        if lower.endswith(".svg"):
            pictures.unread(self._out, Place(name, "body"))
        else:
            self._out.doubt(
                "part.broken", "文件中有一个部件已损坏，未能读出，请人工查看。", Place(name, "unplaced")
            )
        return None

    def _says_nothing(self, name: str) -> bool:
        """Whether the bytes alone show that a part of fonts, colours and names holds no words.

        Half of a document's XML is such; not parsing it halves the time, not unpacking it saves more.
        """
        return _is_silent((self._package.digest(name), self._looks), self._package, name, self._looks)

    def _beside_root(self, name: str, root: etree._Element) -> None:
        """Comments and instructions before and behind the root element."""
        for preceding in (True, False):
            for node in root.itersiblings(preceding=preceding):
                if node.text and getattr(node, "target", "") != "mso-application":
                    self._out.add(node.text, "unplaced", name, detail="xml comment")

    def sweep_text(self, name: str, root: etree._Element, kind: str) -> None:
        """Keep every text node under ``root``."""
        for element in root.iter():
            own = local(element)
            if own == "Anchor" or own in _CRYPTOGRAPHIC:
                texts = (element.tail,)
            else:
                texts = (element.text, element.tail)  # type: ignore[assignment]
            for text in texts:
                if text and not is_plain(text):
                    self._out.add(text, kind, name, detail=own or "xml comment", visible=False)

    def sweep_attributes(self, name: str, root: etree._Element, named: Iterable[str] = ()) -> None:
        """Keep attribute values that a person wrote: telling ones, and what is not ASCII or a long number.

        Args:
            name: the part.
            root: its root.
            named: names of the elements to look at when no other attribute of the part can tell anything;
                empty for every element.
        """
        foreign = self.tags.foreign_namespaces(is_known_namespace)
        if foreign or not named or any(map(_is_telling, self.tags.suspects)):
            elements: Iterable[etree._Element] = root.iter()
        else:
            elements = self.tags.search(root, named)
        seen: set[tuple[str, str]] = set()
        for element in elements:
            if not element.attrib:
                continue
            own = local(element)
            outside = bool(foreign) and _is_foreign(str(element.tag))
            for key, value in element.attrib.items():
                address, _, short = str(key).rpartition("}")
                text = str(value)
                kind = kind_of(own, short, text, foreign=outside or (bool(foreign) and _is_foreign(address)))
                if kind is not None and (short, text) not in seen:
                    seen.add((short, text))
                    self._attribute(name, own, short, text, kind)

    def _attribute(self, name: str, element: str, key: str, text: str, kind: str) -> None:
        if element == "textpath" and key == "string":
            self._out.add(text, "textbox", name, detail="WordArt")  # a watermark, mostly
            return
        if kind == "unplaced":
            if text.lstrip("/") in self._package.names:
                return  # a content type names the part
            kind = _place_of(name)
        self._out.add(text, kind, name, detail=f"{element} {key}", visible=False)

    def _relationships(self, name: str, root: etree._Element) -> None:
        folder = posixpath.dirname(posixpath.dirname(name))
        for relation in root.iter("{*}Relationship"):
            kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
            for key in ("Id", "Type"):
                if may_tell(relation.get(key, "")):
                    self._out.add(relation.get(key, ""), "unplaced", name, detail=f"Relationship {key}")
            if relation.get("TargetMode", "").lower() != "external":
                path = _resolved(folder, target).partition("#")[0]
                if path and path not in self._package.names and target.upper() != "NULL":
                    self._out.add(target, "link", name, detail=kind)
                continue
            self._out.add(target, "link", name, detail=kind)
            if kind in _EXTERNAL_FILES:
                self._out.warn("文件引用了外部的模板、对象或文档，引用的内容未读取。")
            elif kind == "image":
                self._out.warn("文件引用了外部图片，图片未读取。")
        self.sweep_text(name, root, "unplaced")

    def _properties(self, name: str, root: etree._Element) -> None:
        for element in root.iter():
            if len(element) == 0 and element.text and not is_plain(element.text):
                named = next((node.get("name", "") for node in _upwards(element) if node.get("name")), "")
                self._out.add(element.text, "metadata", name, detail=named or local(element))
            elif len(element) and element.text and not element.text.isspace():
                self._out.add(element.text, "metadata", name, detail=local(element))
            if element.tail and not element.tail.isspace():
                self._out.add(element.tail, "unplaced", name, detail=local(element))

    def _drawing(self, name: str, root: etree._Element) -> None:
        """Charts, diagrams, shapes: a paragraph is a segment; cached values and references have kinds of their own."""
        drawn = self._drawn(name, root)
        known = self._out.texts() if drawn is None and "/diagrams/" in name else set()
        for element in root.iter():
            kind = local(element)
            if kind == "p" or (kind == "text" and local(root) == "svg"):
                text = "".join(str(run) for run in element.itertext())
                if drawn is not None and text not in drawn:
                    self._out.add(text, "hidden", name, detail="diagram data")
                elif text not in known:
                    self._out.add(text, "textbox", name)
            elif kind in ("v", "f"):
                if element.text and not is_plain(element.text):
                    self._out.add(element.text, "cache" if kind == "v" else "formula", name, detail="chart")
            elif kind in ("t", "tspan") or kind in _MEASURES:
                pass
            elif element.text and not is_plain(element.text):
                self._out.add(element.text, "unplaced", name, detail=kind or "xml comment")
            if element.tail and not element.tail.isspace() and kind not in ("t", "tspan"):
                self._out.add(element.tail, "unplaced", name, detail=kind or "xml comment")

    def _drawn(self, name: str, root: etree._Element) -> set[str] | None:
        """What is drawn of a diagram's data, from the drawing beside them; ``None`` if there is none."""
        folder, _, base = name.rpartition("/")
        drawing = f"{folder}/{base.replace('data', 'drawing')}"
        if local(root) != "dataModel" or drawing == name or drawing not in self._package.names:
            return None
        paragraphs = parse_xml(self._package.read(drawing)).iter("{*}p")
        return {"".join(str(run) for run in paragraph.itertext()) for paragraph in paragraphs}


def relation_targets(package: Package, part: str) -> dict[str, str]:
    """Relationship ids of a part with the parts inside the package that they name."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if name not in package.names:
        return {}
    return {
        relation.get("Id", ""): _resolved(folder, relation.get("Target", ""))
        for relation in package.xml(name).iterchildren("{*}Relationship")
        if relation.get("TargetMode", "").lower() != "external"
    }


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target)) if target else ""


def _place_of(name: str) -> str:
    """The kind of words that no rule places: data beside the document are properties of it."""
    return "metadata" if name.lower().startswith("customxml/") else "unplaced"


def _is_foreign(tag: str) -> bool:
    return (
        not is_known_namespace(tag.partition("}")[0].lstrip("{"))
        if tag.startswith(("{", "http", "urn"))
        else False
    )


def _holds_no_words(package: Package, name: str, roots: frozenset[str]) -> bool:
    data = package.read(name)
    if package.has_rest(name) or not is_xml(name, data) or root_name(data) not in roots:
        return False
    tags = Tags(data)
    if not tags.is_usual or tags.has_remarks or tags.has_text or refuses(data):
        return False
    if tags.foreign_namespaces(is_known_namespace) or odd_names(tags):
        return False
    shapes = set().union(*(tags.values(start) for start in _FONT_SHAPES if start in tags.lines))
    if any(_is_telling(value) and value.encode() not in shapes for value in tags.suspects):
        return False
    named = set().union(*(tags.values(start) for start in _LOOKS_NAMES if start in tags.lines))
    return all(is_default_name(value.decode("utf-8", "replace")) for value in named)


_is_silent = Memory(_holds_no_words)
"""Whether a part of looks holds no words."""


def _is_telling(value: str) -> bool:
    """Whether a value of unknown meaning may hold words."""
    return may_tell(value) and not is_default_name(value)


def _upwards(element: etree._Element) -> list[etree._Element]:
    return [element, *element.iterancestors()]
