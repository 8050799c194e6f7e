"""Web pages: visible blocks, hidden elements, comments, scripts, attributes. Nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from disclosure_pipeline.builtin.extractors import pictures
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.html_style import HiddenBySheet, is_hidden_style
from disclosure_pipeline.builtin.extractors.html_table import TablePlaces
from disclosure_pipeline.builtin.extractors.txt import decode, is_plausible, load
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from lxml import etree

_SUFFIXES = (".html", ".htm", ".xhtml")
_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|div|table)[\s>]", re.IGNORECASE)
_PROLOG = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*", re.DOTALL)
_WIDE_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHINESE_CHARSETS = ("gb2312", "gbk", "gb18030", "x-gbk", "hz-gb-2312")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DATA_ADDRESS = re.compile(r"data:([\w/+.-]*)(?:;[\w=.-]+)*?(;base64)?,(.*)", re.DOTALL)
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "label",
     "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
     "tspan", "input")
)  # fmt: skip
_HIDDEN_ELEMENTS = frozenset(
    ("template", "noscript", "datalist", "head", "dialog", "audio", "video", "canvas", "object", "noframes")
)
_ATTRIBUTE_KINDS = {
    "alt": "alt", "title": "alt", "summary": "alt", "aria-label": "alt", "aria-description": "alt", "label": "form",
    "placeholder": "form", "value": "form", "href": "link", "src": "link", "action": "link", "data": "link",
    "cite": "link", "background": "link", "poster": "link", "formaction": "link", "srcset": "link",
}  # fmt: skip
_TECHNICAL = frozenset(
    ("class", "id", "style", "width", "height", "align", "valign", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "lang",
     "charset", "rel", "type", "target", "name", "for", "dir", "color", "bgcolor", "face", "size", "http-equiv", "media", "role", "tabindex",
     "xmlns", "hidden", "method", "enctype", "span", "start", "nowrap", "scope", "version", "viewbox", "d", "fill", "content", "srcdoc",
     "datetime")
)  # fmt: skip
_MOST_DEPTH = 200


class HtmlExtractor:
    """Reads HTML.

    Args:
        limits: the keys of ``[extraction]``.
    """

    id = "html"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:  # noqa: ARG002 - the name proves nothing
        """Sure when the first element is one of HTML."""
        sample = head[:4096]
        if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
            sample = sample.replace(b"\x00", b"")[2:]
        prolog = _PROLOG.match(sample)
        start = prolog.end() if prolog else 0
        return 80 if _START.match(sample, start) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read everything in the page.

        Raises:
            ExtractionFailed: ``text.encoding``, ``text.binary``, ``file.empty``, ``file.too_large``, ``file.broken``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        out = Collector("text/html", f"builtin.{self.id}", self._limits)
        check_suffix(out, name, _SUFFIXES, "网页")
        text = _decode(load(source, self._limits), out)
        _Page(out).read(_parse(text, out))
        return out.text()


class _Page:
    """One page while it is read."""

    def __init__(self, out: Collector):
        self._out = out
        self._block: list[str] = []
        self._hidden = False
        self._blocks = 0
        self._sheet = HiddenBySheet()
        self._tables = TablePlaces()

    def read(self, root: etree._Element) -> None:
        for style in root.iter("style"):
            self._sheet.read(style.text or "", self._out)
        # Comments around the root element, and whatever follows its end tag, are its siblings.
        for sibling in (*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings()):
            self._element(sibling, hidden=False, pre=False, depth=0)
            self._end_block()

    def _element(self, element: etree._Element, *, hidden: bool, pre: bool, depth: int) -> None:
        if not isinstance(element.tag, str):
            self._note(element)
            return
        tag = element.tag.rpartition("}")[2].lower()
        self._attributes(element, tag)
        if tag in ("script", "style"):
            self._out.add(str(element.text or ""), "script", "page", detail=tag)
            return
        if tag == "title":
            self._out.add("".join(map(str, element.itertext())), "metadata", "page", detail="title")
            return
        if tag == "br":
            self._add_text("\n", hidden=hidden, pre=True)
            return
        concealed = hidden or tag in _HIDDEN_ELEMENTS or self._is_hidden(element, tag)
        inline = tag in _INLINE
        if not inline or concealed != hidden:
            self._end_block()
        if depth > _MOST_DEPTH:
            self._add_text(" ".join(map(str, element.itertext())), hidden=concealed, pre=pre)
            return
        keep = pre or tag in ("pre", "textarea", "xmp", "plaintext")
        self._tables.enter(tag)
        self._add_text(element.text, hidden=concealed, pre=keep)
        for child in element:
            self._element(child, hidden=concealed, pre=keep, depth=depth + 1)
            self._add_text(child.tail, hidden=concealed, pre=keep)
        if not inline or concealed != hidden:
            self._end_block()
        self._tables.leave(tag, element.get("colspan", ""))

    def _add_text(self, text: object, *, hidden: bool, pre: bool) -> None:
        if not text:
            return
        if hidden != self._hidden:
            self._end_block()
            self._hidden = hidden
        self._block.append(str(text) if pre else _SPACES.sub(" ", str(text)))

    def _end_block(self) -> None:
        text = "".join(self._block).strip(" \n")
        self._block.clear()
        if text:
            self._blocks += 1
            cell = self._tables.cell
            kind = "hidden" if self._hidden else "table" if cell else "body"
            self._out.add(text, kind, "page", paragraph=self._blocks, cell=cell)

    def _is_hidden(self, element: etree._Element, tag: str) -> bool:
        if element.get("hidden") is not None or (
            tag == "input" and element.get("type", "").lower() == "hidden"
        ):
            return True
        if is_hidden_style(element.get("style", "")):
            return True
        if tag == "font" and element.get("color", "").lower() in ("#fff", "#ffffff", "white"):
            return True
        return self._sheet.hides(tag, element.get("id", ""), element.get("class", "").split())

    def _note(self, node: etree._Element) -> None:
        """A comment or processing instruction."""
        text = str(node.text or "")
        self._out.add(text, "comment", "page", detail="comment")

    # -------------------------------------------------------------- attributes

    def _attributes(self, element: etree._Element, tag: str) -> None:
        for key, raw in element.attrib.items():
            name, value = str(key).rpartition("}")[2].lower(), str(raw)
            if value.startswith("data:"):
                self._data_address(value)
            elif tag == "meta" and name == "content":
                self._out.add(
                    value, "metadata", "page", detail=element.get("name") or element.get("property")
                )
            elif name.startswith("on"):
                self._out.add(value, "script", "page", detail=name)
            elif name in _ATTRIBUTE_KINDS:
                self._out.add(value, _ATTRIBUTE_KINDS[name], "page", detail=f"{tag} {name}", visible=False)
            elif name not in _TECHNICAL or not value.isascii():
                self._out.add(value, "unplaced", "page", detail=f"{tag} {name}", visible=False)
        if element.get("srcdoc"):
            self._unread_attachment()
        if tag in ("img", "image", "iframe", "frame", "embed", "object") and not str(
            element.get("src") or element.get("data") or "data:"
        ).startswith("data:"):
            self._out.warn("网页引用了外部图片或页面，引用的内容未读取。")
        if tag == "link" and "stylesheet" in element.get("rel", "").lower():
            self._out.warn("网页引用了外部样式表，其中隐藏的内容可能被当作可见内容。")

    def _data_address(self, value: str) -> None:
        """A file inside an address."""
        match = _DATA_ADDRESS.fullmatch(value)
        if match is None:
            self._unread_attachment()
            return
        try:
            data = base64.b64decode(match[3]) if match[2] else unquote_to_bytes(match[3])
        except (binascii.Error, ValueError):
            self._unread_attachment()
            return
        if pictures.is_picture("", data):
            pictures.look_at(self._out, "data address", data)
        elif not match[1].startswith("font/"):
            self._unread_attachment()

    def _unread_attachment(self) -> None:
        place = Place("data address", "attachment")
        self._out.doubt("attachment.unread", "网页中嵌有无法读取的内容，请人工查看。", place)


def _decode(data: bytes, out: Collector) -> str:
    """By byte order mark, then by declared charset, then as plain text is decoded."""
    encoding = next((encoding for mark, encoding in _WIDE_MARKS if data.startswith(mark)), "")
    if not encoding:
        declared = _CHARSET.search(data[:4096])
        encoding = declared[1].decode("ascii").lower() if declared else ""
        encoding = "gb18030" if encoding in _CHINESE_CHARSETS else encoding
    try:
        text = data.decode(encoding).removeprefix("\ufeff") if encoding else ""
    except (UnicodeDecodeError, LookupError):
        text = ""
    # Pages whose editor saved another encoding than they declare are common; some decode by chance.
    if text and (encoding != "gb18030" or is_plausible(text)):
        return text
    if encoding:
        out.warn("网页声明的编码与内容不符。")
    return decode(data)[0]


def _parse(text: str, out: Collector) -> etree._Element:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise failure("file.broken", "It cannot be parsed as HTML.") from error
    if root is None:
        raise failure("file.broken", "It holds no HTML element.")
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        out.doubt("file.partial", "网页结构异常，可能没有读全，请人工查看原件。")
    return root
