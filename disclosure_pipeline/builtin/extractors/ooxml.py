"""What docx and xlsx have in common: every part of the package is opened, whatever its name.

A part is judged by its bytes: XML by its root element, the rest as picture, font, program, or an
embedded file. Text and telling attributes that no rule places are kept as ``unplaced``; bytes that
nobody can read are a doubt.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors import pictures
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.markup import attribute, local
from disclosure_pipeline.builtin.extractors.package import Package, parse_xml, refuses
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from lxml import etree

PartReader = Callable[[str, "etree._Element", bytes], bool]
"""Reads a part (name, root, bytes); says whether it has read the attributes too."""

_TELLING = frozenset(
    ("descr", "title", "alt", "string", "instr", "prompt", "promptTitle", "error", "errorTitle", "connection", "command",
     "displayText")
)  # fmt: skip
"""Attributes that are kept even when they are ASCII."""

_TELLING_STEMS = (*(name.encode() + b"=" for name in _TELLING), b" =", b"\t=", b"\n=", b"\r=")
_TELLING_ATTRIBUTE = re.compile(rb"[\s:](?:" + "|".join(_TELLING).encode() + rb")\s*=\s*[\"'][^\"'<]")
_LONG_NUMBER = re.compile(r"\d{11}")
_LONG_NUMBER_BYTES = re.compile(rb"\d{11}")
_UTF8_PROLOG = re.compile(
    rb"""\s*<(?!\?xml)|\s*<\?xml(?![^>]*encoding)|[^>]*encoding\s*=\s*["'](?:utf-8|us-ascii)["']""",
    re.IGNORECASE,
)
_FONT_ATTRIBUTE = re.compile(rb' (?:\w+:)?(?:eastAsia|ascii|hAnsi|cs|typeface|font|panose)="[^"<]*"')
_WIDE_ATTRIBUTE = re.compile(rb"""[\x00-\x7f][\x80-\xff][^"'<>]*["']|&\#[^"'<>]*["']""")
_ELEMENT_TEXT = re.compile(rb">[^<]*[^\s<][^<]*<")
_ROOT = re.compile(rb"<(?:[\w.\-]+:)?([A-Za-z][\w.\-]*)[\s/>]")
_FONT_NAMES = frozenset(("eastAsia", "ascii", "hAnsi", "cs", "typeface", "font", "panose", "altName"))
_ATTRIBUTE_KINDS = {
    "descr": "alt", "title": "alt", "alt": "alt", "author": "metadata", "initials": "metadata",
    "userId": "metadata", "displayName": "metadata", "instr": "field", "formatCode": "field",
    "href": "link", "prompt": "form", "promptTitle": "form", "error": "form", "errorTitle": "form",
    "displayText": "form",
}  # fmt: skip
# Names that Office and WPS give to objects and styles by themselves.
_DEFAULT_NAME = re.compile(
    r"(?:图片|图表|文本框|矩形|直线|椭圆|组合|对象|形状|任意多边形|自选图形|直接连接符|表格|标题|正文|页眉|页脚|默认|普通|网格|"
    r"批注|列出段落|无间隔|脚注|尾注|目录|超链接|字符|文本|框|引用|列表|书签|主题|样式|Char|[\d\s()（）\-.,/]|[A-Za-z])+"
)
_PLAIN_VALUE = re.compile(r"\s*|[\d.]{1,9}|[Tt]rue|[Ff]alse")
_PICTOGRAPH = re.compile("[\x00-\x7f\ue000-\uf8ff]*")
_BULLET = 8
_SKIPPED_BINARIES = (".odttf", ".ttf", ".otf", ".fntdata")
_DRAWING_ROOTS = frozenset(("chartSpace", "dataModel", "drawing", "wsDr", "userShapes", "svg"))
_LOOKS_ROOTS = frozenset(("styles", "styleSheet", "theme", "fonts", "webSettings"))
_PROPERTY_ROOTS = frozenset(("coreProperties", "Properties"))


class OoxmlReader:
    """Reads the parts of an OOXML package that are not the format's own text.

    Args:
        package: the checked package.
        out: gets the segments.
        limits: the keys of ``[extraction]``, for embedded files.
        depth: how deep this package lies inside others.
        own: readers of the format's own parts, by local name of the root element.
    """

    def __init__(
        self,
        package: Package,
        out: Collector,
        limits: Mapping[str, Any],
        depth: int,
        own: Mapping[str, PartReader],
    ):
        self._package = package
        self._out = out
        self._limits = limits
        self._depth = depth
        self._own = own
        self.large_pictures: set[str] = set()
        """Names of picture parts shown on half a page or more; filled by the format's own reader."""

    def read(self, name: str) -> None:
        """Read one part, whatever it is."""
        data = self._package.read(name)
        if _is_xml(name, data):
            self._read_xml(name, data)
        elif data:
            self._read_binary(name, data)

    def comment(self) -> None:
        """Read the comment that a zip file may carry behind its directory."""
        text = self._package.comment.decode("utf-8", "replace")
        self._out.add(text, "metadata", "zip comment", visible=False)

    # --------------------------------------------------------------------- XML

    def _read_xml(self, name: str, data: bytes) -> None:
        if self._says_nothing(data):
            return
        vector = name.lower().endswith(".svg")
        try:
            root = parse_xml(data, recover=name.lower().endswith(".vml"))
        except ExtractionFailed:
            if not vector:
                raise
            pictures.unread(self._out, Place(name, "body"))
            return
        kind = local(root)
        if kind == "Relationships":
            self._relationships(name, root)
            return
        complete = kind == "fonts"
        if kind in self._own:
            complete = self._own[kind](name, root, data)
        elif kind in _PROPERTY_ROOTS:
            self._properties(name, root)
        elif kind in _DRAWING_ROOTS:
            self._drawing(name, root)
        else:
            self.sweep_text(name, root, "metadata" if name.lower().startswith("customxml/") else "unplaced")
        if not complete and _has_telling_attributes(data):
            self._sweep_attributes(name, root)

    def _says_nothing(self, data: bytes) -> bool:
        """Whether the bytes alone show that a part (styles, theme, settings …) holds no words.

        Half of a document's XML is such; not parsing it halves the time.
        """
        if not _is_searchable(data) or refuses(data):
            return False
        root = _ROOT.search(data[:4096])
        kind = root[1].decode() if root else ""
        if not kind or kind in self._own or kind in _PROPERTY_ROOTS or kind in _DRAWING_ROOTS:
            return False
        if kind == "Relationships":
            return b"xternal" not in data
        if _ELEMENT_TEXT.search(data) or b"<!" in data:
            return False
        return data.isascii() if kind in _LOOKS_ROOTS else not _has_telling_attributes(data)

    def sweep_text(self, name: str, root: etree._Element, kind: str) -> None:
        """Keep every text node under ``root``."""
        for element in root.iter():
            for text in (element.text, element.tail):
                if text and not _PLAIN_VALUE.fullmatch(text) and local(element) != "Anchor":
                    self._out.add(text, kind, name, detail=local(element) or "xml comment", visible=False)

    def _sweep_attributes(self, name: str, root: etree._Element) -> None:
        """Keep attribute values that a person wrote: not ASCII, or telling, or a long number."""
        seen: set[tuple[str, str]] = set()
        for element in root.iter():
            for key, value in element.attrib.items():
                attribute_name, text = str(key).rpartition("}")[2], str(value)
                if text.isascii() and attribute_name not in _TELLING and not _LONG_NUMBER.search(text):
                    continue
                if _is_default(local(element), attribute_name, text) or (attribute_name, text) in seen:
                    continue
                seen.add((attribute_name, text))
                self._attribute(name, element, attribute_name, text)

    def _attribute(self, name: str, element: etree._Element, key: str, text: str) -> None:
        if local(element) == "textpath" and key == "string":
            self._out.add(text, "textbox", name, detail="WordArt")  # a watermark, mostly
            return
        kind = _ATTRIBUTE_KINDS.get(key, "unplaced")
        self._out.add(text, kind, name, detail=f"{local(element)} {key}", visible=False)

    def _relationships(self, name: str, root: etree._Element) -> None:
        for relation in root.iterchildren("{*}Relationship"):
            if relation.get("TargetMode", "").lower() != "external":
                continue
            kind = relation.get("Type", "").rpartition("/")[2]
            self._out.add(relation.get("Target", ""), "link", name, detail=kind)
            if kind in (
                "attachedTemplate",
                "oleObject",
                "frame",
                "subDocument",
                "aFChunk",
                "externalLinkPath",
            ):
                self._out.warn("文件引用了外部的模板、对象或文档，引用的内容未读取。")
            elif kind == "image":
                self._out.warn("文件引用了外部图片，图片未读取。")

    def _properties(self, name: str, root: etree._Element) -> None:
        for element in root.iter():
            if len(element) == 0 and element.text and not _PLAIN_VALUE.fullmatch(element.text):
                named = next(
                    (attribute(node, "name") for node in _upwards(element) if attribute(node, "name")), ""
                )
                self._out.add(element.text, "metadata", name, detail=named or local(element))

    def _drawing(self, name: str, root: etree._Element) -> None:
        """Charts, diagrams, shapes: a paragraph is a segment; cached values are hidden tables."""
        known = self._out.texts() if "/diagrams/" in name else set()
        for element in root.iter():
            kind = local(element)
            if kind == "p" or (kind == "text" and local(root) == "svg"):
                text = "".join(str(run) for run in element.itertext())
                if text not in known:
                    self._out.add(text, "textbox", name)
            elif kind == "v" and element.text:
                self._out.add(element.text, "table", name, detail="chart data")
            elif kind in ("t", "tspan", "posOffset", "col", "row", "colOff", "rowOff"):
                continue
            elif element.text and not element.text.isspace():
                self._out.add(element.text, "unplaced", name, detail=kind or "xml comment")

    # ------------------------------------------------------------------ binary

    def _read_binary(self, name: str, data: bytes) -> None:
        lower = name.lower()
        if pictures.is_picture(lower, data):
            self._out.facts["pictures"] = self._out.facts.get("pictures", 0) + 1
            pictures.look_at(self._out, name, data, large=name in self.large_pictures)
        elif lower.endswith("vbaproject.bin") or "/activex/" in lower:
            self._out.warn("文件中含有宏或控件。")
            self._out.doubt(
                "macro.unread", "文件中含有宏或控件，其内容未能读出，请人工查看。", Place(name, "script")
            )
        elif lower.endswith(_SKIPPED_BINARIES) or "/printersettings" in lower:
            return
        else:
            read_embedded(self._out, name, data, limits=self._limits, depth=self._depth)


def relation_targets(package: Package, part: str) -> dict[str, str]:
    """Relationship ids of a part with the parts inside the package that they name."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if name not in package.names:
        return {}
    targets: dict[str, str] = {}
    for relation in package.xml(name).iterchildren("{*}Relationship"):
        if relation.get("TargetMode", "").lower() != "external":
            target = relation.get("Target", "")
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            targets[relation.get("Id", "")] = path
    return targets


def _upwards(element: etree._Element) -> list[etree._Element]:
    return [element, *element.iterancestors()]


def _is_xml(name: str, data: bytes) -> bool:
    """Whether a part is XML; a web page imported as ``afchunk.htm`` is not."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return start.startswith(b"<?xml") or name.lower().endswith((".xml", ".rels", ".vml", ".svg"))
    return data[:4] in (
        b"\xff\xfe<\x00",
        b"\xfe\xff\x00<",
        b"<\x00?\x00",
        b"\x00<\x00?",
    )


def _is_searchable(data: bytes) -> bool:
    """Whether searching the bytes sees what a parser sees: UTF-8, not an encoding that hides words."""
    return (
        b"\x00" not in data[:64] and _UTF8_PROLOG.match(data.removeprefix(b"\xef\xbb\xbf")[:200]) is not None
    )


def _has_telling_attributes(data: bytes) -> bool:
    """Whether a look at every attribute is worth its time; may say yes too often, never no too often."""
    if not _is_searchable(data):
        return True
    if any(stem in data for stem in _TELLING_STEMS) and _TELLING_ATTRIBUTE.search(data):
        return True
    if _LONG_NUMBER_BYTES.search(data):
        return True
    if data.isascii() and b"&#" not in data:
        return False
    return _WIDE_ATTRIBUTE.search(_FONT_ATTRIBUTE.sub(b"", data)) is not None


def _is_default(element: str, key: str, text: str) -> bool:
    """Fonts, bullets, and the names that Office and WPS give to objects and styles by themselves."""
    if key in _FONT_NAMES or (element == "lvlText" and len(text) < _BULLET and _PICTOGRAPH.fullmatch(text)):
        return True
    named = element in ("name", "docPr", "cNvPr", "lsdException") and key in ("val", "name")
    return named and _DEFAULT_NAME.fullmatch(text) is not None
