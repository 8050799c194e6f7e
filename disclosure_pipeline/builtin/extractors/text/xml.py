"""XML that no other reader knows, and SVG drawings: text, attributes, comments, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.claims import XML
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.text.encoding import load, strictly
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from lxml import etree

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["'](gb2312|gbk|gb_2312-80)["']""", re.IGNORECASE)
# A document type that declares nothing itself; one that does is refused.
_TYPE = re.compile(rb"<!DOCTYPE\s[^\[\]<>]*>")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# Office documents as one XML file: what they hide is hidden by rules that this reader does not know.
_OFFICE = ("schemas.microsoft.com/office", "schemas.openxmlformats.org", "opendocument:xmlns:office")
_ALTERNATIVES = frozenset(("title", "desc"))
_MANY_OUTLINES = 20_000
"""Characters of path data from which a drawing may hold letters as outlines."""
_UNSHOWN = frozenset(("defs", "metadata", "script", "style", "symbol"))
_FAITHLESS = frozenset(("true", "false", "none", "preserve", "default"))
# Switches, colours, lengths and the coordinates of drawings; never seven digits on end.
_SYMBOL = re.compile(
    r"(?!.*\d{7})(?:[\w.#%:+-]{0,6}|#[0-9a-f]{3,8}|(?:[MmLlHhVvCcSsQqTtAaZz]?[-+.\deE]+(?:px|pt|em|%|cm|mm)?[ ,Zz\n]*)+)",
    re.ASCII,
)


class XmlExtractor(BuiltinExtractor):
    """Reads XML of any vocabulary."""

    claim = XML

    def read(self, source: Source, name: str) -> Text:
        """Read everything in the file.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.empty``, ``file.too_large``.
        """
        data = load(source, self._limits)
        root = parse_xml(_TYPE.sub(b"", _known_encoding(data), count=1))
        drawing = local(root) == "svg"
        out = self._collector("image/svg+xml" if drawing else "application/xml")
        check_suffix(out, name, self.claim.suffixes, "XML")
        if any(mark in str(space) for space in root.nsmap.values() for mark in _OFFICE):
            out.doubt(
                "file.partial", "文件是单一 XML 形式的办公文档，隐藏的内容可能被当作可见内容，请人工查看。"
            )
        _Walk(out, drawing=drawing).read(root)
        if drawing and sum(len(path.get("d", "")) for path in root.iter("{*}path")) > _MANY_OUTLINES:
            out.doubt(
                "picture.unread", "矢量图中有大量轮廓，其中可能有文字，请人工查看。", Place("xml", "body")
            )
        return out.text()


def read_drawing(out: Collector, data: bytes, part: str, *, settings: Mapping[str, Any], depth: int) -> None:
    """Read an SVG drawing that lies in another file; icons hold no words, and that is no doubt.

    Args:
        out: gets its text as kind ``attachment``.
        data: the drawing.
        part: where it lies.
        settings: the keys of ``[extraction]``.
        depth: depth of the outer file.
    """
    try:
        text = XmlExtractor(settings, depth + 1).read(data, "a.svg")
    except ExtractionFailed as error:
        if error.code == "file.too_large":
            raise
        out.doubt("attachment.unread", "文件中嵌有的矢量图未能读出，请人工查看。", Place(part, "attachment"))
        return
    doubts = tuple(doubt for doubt in text.doubts if doubt.code != "text.empty")
    out.adopt(replace(text, doubts=doubts), part, shown=True)


class _Walk:
    """One tree while it is read."""

    def __init__(self, out: Collector, *, drawing: bool):
        self._out = out
        self._drawing = drawing
        self._number = 0
        self._names: set[str] = set()

    def read(self, root: etree._Element) -> None:
        for sibling in (*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings()):
            for node in sibling.iter():
                self._node(node)

    def _node(self, node: etree._Element) -> None:
        if not isinstance(node.tag, str):
            self._add(node.text, "comment")
        else:
            self._named(node)
            self._add(node.text, self._kind(node), local(node))
            for key, value in node.attrib.items():
                if not _SYMBOL.fullmatch(str(value)) and str(value) not in _FAITHLESS:
                    detail = f"{local(node)} {str(key).rpartition('}')[2]}"
                    self._out.add(str(value), "metadata", "xml", paragraph=self._number, detail=detail)
        parent = node.getparent()
        if parent is not None:
            self._add(node.tail, self._kind(parent), local(parent))

    def _add(self, text: object, kind: str, detail: str | None = None) -> None:
        if text and not str(text).isspace():
            self._number += 1
            self._out.add(str(text), kind, "xml", paragraph=self._number, detail=detail)
            self._out.reveal(str(text), Place("xml", "hidden", paragraph=self._number))

    def _kind(self, element: etree._Element) -> str:
        if not self._drawing:
            return "body"
        names = {local(element), *(local(above) for above in element.iterancestors())}
        if names & _ALTERNATIVES:
            return "alt"
        if names & {"script", "style"}:
            return "script"
        return "hidden" if names & _UNSHOWN else "body"

    def _named(self, element: etree._Element) -> None:
        """Names that say more than a vocabulary does: beyond ASCII, in elements, attributes, prefixes."""
        keys = (local(element), *(str(key).rpartition("}")[2] for key in element.attrib))
        spaces = (word for pair in element.nsmap.items() for word in pair if word)
        for name in (*keys, *spaces):
            if not name.isascii() and name not in self._names:
                self._names.add(name)
                self._out.add(name, "name", "xml", paragraph=self._number or None)


def _known_encoding(data: bytes) -> bytes:
    """The bytes as UTF-8 when they declare an encoding of which the parser knows only a part (GB 2312)."""
    if not _DECLARED.match(data):
        return data
    text = strictly(data, "gb18030")
    return data if text is None else _DECLARATION.sub("", text).encode()
