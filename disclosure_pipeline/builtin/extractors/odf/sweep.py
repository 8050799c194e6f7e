"""Attributes, properties and other parts of OpenDocument, named by tables; the rest is ``unplaced``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.odf.sheet import says_something
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import vocabulary
from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml import etree

    from disclosure_pipeline.builtin.extractors.collector import Collector
    from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags

_LONG = re.compile(r"(?<![\d.])\d{11}(?!\d{8,})")
_PLAIN = re.compile(r"\s*|-?[\d.]{1,9}|[Tt]rue|[Ff]alse")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{16,}")
_SHORT_SIGNS = 3
_LONGEST_FONT = 64
_LONGEST_LABEL = 10

_FONTS = frozenset(
    ("font-family", "font-family-asian", "font-family-complex", "font-name", "font-name-asian", "font-name-complex",
     "font-style-name", "font-adornments", "style-name", "parent-style-name",
     "next-style-name", "list-style-name", "master-page-name", "style-name-asian", "cond-style-name", "apply-style-name",
     "leader-text", "data-style-name", "default-style-name", "presentation-page-layout-name", "page-layout-name",
     "rel-width", "citation-style-name", "citation-body-style-name", "class-names", "transform", "d", "points", "path",
     "enhanced-path", "glyph-orientation-vertical", "modifiers", "rsid", "paragraph-rsid", "font-size", "viewBox",
     "id", "page-number", "main-entry-style-name", "default-cell-style-name", "linked-style-name", "date", "creation-date")
)  # fmt: skip
"""Fonts, shapes, and references to styles, which are named where they are defined."""

_STYLED = frozenset(
    ("style", "list-style", "page-layout", "master-page", "gradient", "hatch", "fill-image", "marker", "stroke-dash", "opacity",
     "font-face", "number-style", "date-style", "time-style", "text-style", "currency-style", "percentage-style",
     "boolean-style", "table-template", "presentation-page-layout", "default-style", "color")
)  # fmt: skip
# What writers call styles, sheets and objects by themselves, also in Chinese.
_DEFAULT_NAME = re.compile(
    r"(?:默认|預設|默認|段落|字体|字型|字符|字元|文字|正文|內文|内文|标题|標題|页眉|页脚|頁首|頁尾|頁眉|頁腳|超链接|超連結|列表|清單|表格|网格|"
    r"普通|常规|無|无|批注|註解|框|目录|目錄|索引|引用|样式|樣式|版式|主题|主題|幻灯片|投影片|母版|工作表|图片|图像|图形|对象|形状|文本框|"
    r"矩形|直线|箭头|页面|頁面|页码|頁碼|编号|編號|项目符号|脚注|尾注|注释|备注|修订|电子表格|网站|缩进|首行|题注|图表|演示文稿|链接|访问过的|"
    r"[A-Za-z]|[\d_\s()（）\-.,:/~])+"
)
_OWN_NAME = re.compile(r"[A-Za-z][A-Za-z ]{0,24}[ _]?\d{0,4}|_[\w]{0,60}|\w{0,24}\d{0,6}_\w{0,40}", re.ASCII)
_NAMED = frozenset(
    ("bookmark", "bookmark-start", "reference-mark", "reference-mark-start", "section", "table", "frame", "page", "layer",
     "named-range", "database-range", "data-pilot-table", "show", "custom-shape", "named-expression", "style", "master-page",
     "list-style", "text", "form", "textarea", "checkbox", "radio", "listbox", "combobox", "button", "object-index",
     "table-of-content", "file-entry", "control", "rect", "line", "g", "a", "variable-decl", "user-field-decl",
     "sequence-decl", "dde-connection-decl", "scenario", "gradient", "module", "element", "library")
)  # fmt: skip
_KINDS = {
    "title": "alt", "desc": "alt", "string-value": "field", "string-value-if-true": "field",
    "string-value-if-false": "field", "current-value": "form", "label": "form", "help-text": "form", "comment": "comment",
    "author": "metadata", "generator": "metadata", "creator": "metadata", "macro-name": "script", "expression": "formula", "condition": "formula",
    "connection-resource": "link", "dde-topic": "link", "dde-item": "link", "dde-application": "link",
    **dict.fromkeys(("print-ranges", "target-range-address", "cell-range-address", "base-cell-address"), "formula"),
    "filter-name": "link", "description": "form", "display-name": "name", "full-path": "name",
}  # fmt: skip
_ASCII_TELLING = frozenset(
    ("string-value", "string-value-if-true", "string-value-if-false", "current-value", "label", "help-text", "comment",
     "macro-name", "author", "connection-resource", "dde-topic", "dde-item", "description")
)  # fmt: skip
"""Attributes that are kept even when they are ASCII."""

_ROOT_KINDS = {
    "RDF": "metadata", "version-list": "metadata", "document-meta": "metadata", "document-signatures": "signature",
    "document-settings": "metadata", "math": "formula", "module": "script",
}  # fmt: skip
_CELLS = ("table-cell", "covered-table-cell")
_PATHS = re.compile(
    r"(?:\./|#|\.\./)?(?:Pictures|Object|ObjectReplacements|Configurations2|Thumbnails)?[\w ./\-]{0,60}",
    re.ASCII,
)
_EXTERNAL = re.compile(r"[a-z][a-z0-9+.\-]*:|//|\.\./|[A-Za-z]:\\", re.IGNORECASE)
_FORBIDDEN = ("BeginLine", "EndLine")


class OdfSweep:
    """Keeps what the text of a part does not say.

    Args:
        out: gets the segments.
        members: names of the package's members, which attributes may name.
    """

    def __init__(self, out: Collector, members: Collection[str]):
        self._out = out
        self._members = frozenset(members)
        self._sheets: set[str] = set()
        """Names of sheets, which give their page styles their names."""
        self._told: set[str] = set()

    def vocabulary(self, name: str, tags: Tags) -> None:
        """Keep namespaces and names that no program writes, each once in a file."""
        for word, detail in vocabulary(tags):
            if word not in self._told:
                self._told.add(word)
                kind = "name" if detail == "namespace" else "unplaced"
                self._out.add(word, kind, name, detail=detail, visible=False)

    def attributes(self, name: str, root: etree._Element) -> None:
        """Keep attribute values that a person wrote: not ASCII, or telling, or a long number."""
        seen: set[tuple[str, str]] = set()
        self._sheets.update(attribute(table, "name") for table in root.iter("{*}table"))
        for element in root.iter():
            tag = local(element)
            if not tag:
                continue
            for key, value in element.attrib.items():
                plain = str(key).rpartition("}")[2]
                text = str(value)
                if (plain, text) in seen or not self._tells(tag, plain, text):
                    continue
                seen.add((plain, text))
                self._out.add(text, _kind(tag, plain), name, detail=f"{tag} {plain}", visible=False)

    def _tells(self, tag: str, key: str, text: str) -> bool:
        """Whether a person wrote a value."""
        if tag in _CELLS and key in ("string-value", "value", "formula"):
            return False  # the sheet's reader compares them with what is shown
        rule = _RULES.get(key)
        if rule is not None:
            return rule(self, tag, text)
        if CODE_WORD.search(text):
            return True
        if key in _FONTS and len(text) < _LONGEST_FONT:
            return False
        if key in _ASCII_TELLING and not _PLAIN.fullmatch(text):
            return True
        return not text.isascii() or (_LONG.search(text) is not None and not _BASE64.fullmatch(text))

    def _tells_address(self, _: str, text: str) -> bool:
        return _EXTERNAL.match(text) is not None or not text.isascii() or not _PATHS.fullmatch(text)

    def _tells_member(self, _: str, text: str) -> bool:
        return text.rstrip("/") not in self._members and not _PATHS.fullmatch(text)

    def _tells_name(self, tag: str, text: str) -> bool:
        if CODE_WORD.search(text):
            return True
        if tag in ("font-face", "font-decl") and len(text) < _LONGEST_FONT:
            return False
        if _LONG.search(text):
            return True
        text = text.removeprefix("PageStyle_").removeprefix("5f_") if tag == "master-page" else text
        if tag == "master-page" and text in self._sheets:
            return False
        if _DEFAULT_NAME.fullmatch(text) or (text.isascii() and tag not in _NAMED):
            return False
        return tag in _STYLED or not _OWN_NAME.fullmatch(text)

    def _tells_label(self, _: str, text: str) -> bool:
        return len(text) > _LONGEST_LABEL

    def _tells_formula(self, _: str, text: str) -> bool:
        return says_something(text)

    def texts(self, name: str, root: etree._Element, kind: str | None = None) -> None:
        """Keep every text of a part that holds no document text.

        Args:
            name: of the part.
            root: its root.
            kind: of its text; ``None`` asks the root's name.
        """
        rest = kind or _ROOT_KINDS.get(local(root), "unplaced")
        for element in root.iter():
            tag = local(element)
            text = element.text
            if text and not _PLAIN.fullmatch(text) and not self._is_technical(element, tag, text):
                where = rest if tag else "unplaced"
                detail = attribute(element, "name") or tag or "xml comment"
                self._out.add(text, where, name, detail=detail, visible=False)
            if element.tail and not element.tail.isspace():
                self._out.add(
                    element.tail,
                    rest if tag else "unplaced",
                    name,
                    detail=tag or "xml comment",
                    visible=False,
                )

    def _is_technical(self, element: etree._Element, tag: str, text: str) -> bool:
        if tag == "config-item":
            binary = attribute(element, "type") == "base64Binary"
            own = text.isascii() and not (_LONG.search(text) or CODE_WORD.search(text))
            return binary or own or attribute(element, "name") in _FORBIDDEN
        base64 = _BASE64.fullmatch(text) is not None and " " not in text.strip()
        return base64 and tag in (
            "DigestValue",
            "SignatureValue",
            "X509Certificate",
            "binary-data",
            "Modulus",
            "EncapsulatedX509Certificate",
        )

    def formats(self, name: str, root: etree._Element) -> None:
        """Keep words among number formats, and every other text among styles."""
        for element in root.iter():
            tag, text = local(element), element.text
            if not text or text.isspace():
                continue
            if not tag:
                self._out.add(text, "unplaced", name, detail="xml comment", visible=False)
            elif len(text.strip()) >= _SHORT_SIGNS and not (text.isascii() and tag == "currency-symbol"):
                self._out.add(
                    text,
                    "field" if tag in ("text", "embedded-text", "currency-symbol") else "unplaced",
                    name,
                    detail=tag,
                    visible=False,
                )


def _kind(tag: str, key: str) -> str:
    if key == "href":
        return "script" if tag == "event-listener" else "link"
    if key == "string-value" and tag == "hidden-text":
        return "hidden"
    if tag == "version-entry":
        return "metadata"
    if key == "name":
        return "metadata" if tag == "user-defined" else "name"
    if tag.startswith("filter") and key == "value":
        return "field"
    return _KINDS.get(key, "unplaced")


_RULES = {
    "href": OdfSweep._tells_address, "full-path": OdfSweep._tells_member, "name": OdfSweep._tells_name,
    "display-name": OdfSweep._tells_name, "title": OdfSweep._tells_name, "expression": OdfSweep._tells_formula,
    "condition": OdfSweep._tells_formula,
    **dict.fromkeys(("bullet-char", "num-prefix", "num-suffix", "num-list-format"), OdfSweep._tells_label),
}  # fmt: skip
