"""Attributes of a page's elements: each value is text by its kind, or known to be none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.html.address import is_data, read_data
from disclosure_pipeline.builtin.extractors.html.sheets import told_by_style
from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD
from disclosure_pipeline.builtin.extractors.text.escapes import unescaped

if TYPE_CHECKING:
    from lxml import etree

_KINDS = {
    **dict.fromkeys(
        ("alt", "title", "summary", "abbr", "standby", "aria-label", "aria-description", "aria-valuetext", "aria-roledescription",
         "aria-placeholder"), "alt"),
    **dict.fromkeys(("placeholder", "value", "label", "prompt", "list"), "form"),
    **dict.fromkeys(
        ("href", "src", "action", "data", "cite", "background", "poster", "formaction", "srcset", "imagesrcset", "longdesc", "ping",
         "manifest", "codebase", "archive", "classid", "usemap", "profile", "lowsrc", "dynsrc", "xlink:href", "icon"), "link"),
}  # fmt: skip
_TECHNICAL = frozenset(
    ("class", "id", "width", "height", "align", "valign", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "lang", "xml:lang",
     "charset", "rel", "rev", "type", "target", "name", "for", "dir", "color", "bgcolor", "face", "size", "http-equiv", "media", "role",
     "tabindex", "hidden", "method", "enctype", "span", "start", "nowrap", "scope", "version", "viewbox", "d", "fill", "srcdoc",
     "link", "vlink", "alink", "text", "rules", "frame", "noshade", "clear", "hspace", "vspace", "checked", "selected", "disabled",
     "readonly", "multiple", "maxlength", "minlength", "autocomplete", "autofocus", "required", "pattern", "rows", "cols", "wrap",
     "defer", "async", "crossorigin", "integrity", "referrerpolicy", "loading", "decoding", "sizes", "language", "event", "scrolling",
     "frameborder", "marginheight", "marginwidth", "allowfullscreen", "allow", "sandbox", "points", "transform", "stroke",
     "stroke-width", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "draggable", "contenteditable", "spellcheck",
     "translate", "accept", "accept-charset", "min", "max", "step", "high", "low", "shape", "coords", "ismap", "preserveaspectratio",
     "open", "itemtype", "itemscope", "headers", "compact", "char", "charoff", "prefix", "dropzone", "is", "part", "slot", "nonce",
     "bordercolor", "bordercolorlight", "bordercolordark", "leftmargin", "topmargin", "marginleft", "margintop", "spidmax", "eqn",
     "coordsize", "filled", "stroked", "path", "controls", "autoplay", "loop", "muted", "preload", "shadowrootmode", "popover")
)  # fmt: skip
_NAMES = frozenset(("class", "id", "name", "for", "headers"))
_FONTS = frozenset(("face", "font-family"))
_SAYS_NOTHING = re.compile(
    r"(?:true|false|yes|no|on|off|auto|none|null|undefined|[-+]?[\d.]{1,6}(?:px|pt|em|rem|%)?)?",
    re.IGNORECASE,
)
# Bookmarks and shapes that Word names itself; the charset, which was obeyed.
_MADE_BY_PROGRAMS = re.compile(
    r"_(?:Toc|Ref|Hlk|Hlt)\d+|_GoBack|OLE_LINK\d+|\w{1,6}(?:_x0020_| )\d{1,4}|text/html; ?charset=[\w-]+",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"\d{7}")
_FRAMES = ("img", "image", "iframe", "frame", "embed", "object")


class Attributes:
    """Reads the attributes of one page.

    Args:
        out: gets the text.
        part: name of the page in its file.
        settings: the keys of ``[extraction]``.
        depth: depth of the page.
        beside: addresses of files that are stored beside the page, in the same archive.
    """

    def __init__(
        self, out: Collector, part: str, settings: Mapping[str, Any], depth: int, beside: frozenset[str]
    ):
        self._out = out
        self._part = part
        self._settings = settings
        self._depth = depth
        self._beside = beside
        self._count = 0
        self._names: set[str] = set()

    def read(self, element: etree._Element, tag: str, *, shown: bool) -> None:
        """Add what the attributes of an element say.

        Args:
            element: the element.
            tag: its name, lower case.
            shown: whether the element is seen on the page.
        """
        for key, raw in element.attrib.items():
            name, value = str(key).rpartition("}")[2].lower(), str(raw)
            self._value(element, tag, name, value, shown=shown)
            if not name.isascii():
                self._add(name, "name", tag)
        if not tag.isascii():
            self._add(tag, "name", "element")
        self._outside(element, tag)

    def _outside(self, element: etree._Element, tag: str) -> None:
        """Warn of what the page takes from elsewhere: it is neither fetched nor read."""
        address = str(element.get("src") or element.get("data") or "data:")
        here = is_data(address) or address in self._beside or address.startswith("about:")
        if tag in _FRAMES and not here:
            self._out.warn("网页引用了外部图片或页面，引用的内容未读取。")
        sheet = ""
        if tag == "link" and "stylesheet" in element.get("rel", "").lower():
            sheet = element.get("href", "")
        if sheet and not is_data(sheet) and sheet not in self._beside:
            self._out.warn("网页引用了外部样式表，其中隐藏的内容可能被当作可见内容。")

    def _value(self, element: etree._Element, tag: str, name: str, value: str, *, shown: bool) -> None:
        detail = f"{tag} {name}"
        if is_data(value):
            self._count += 1
            if not (tag == "link" and name == "href"):  # sheets were read with the others
                self._file(value)
        elif name == "style":
            for told in told_by_style(value):
                self._add(told, "script", detail)
        elif name == "srcdoc" or _MADE_BY_PROGRAMS.fullmatch(value):
            return
        elif tag in ("meta", "param") and name in ("content", "value"):
            about = (
                element.get("name")
                or element.get("property")
                or element.get("itemprop")
                or element.get("http-equiv")
            )
            self._add(value, "metadata", about or detail)
        elif name.startswith("on") or value.lstrip()[:11].lower() == "javascript:":
            self._add(value, "script" if name.startswith("on") else "link", detail)
        elif name in _KINDS:
            self._add(value, _KINDS[name], detail, shown=shown and _is_shown(element, tag, name))
        elif name in _FONTS or name.startswith("xmlns"):
            return
        elif name in _TECHNICAL:
            if not value.isascii() or _LONG_NUMBER.search(value) or CODE_WORD.search(value):
                self._add_once(value, "name" if name in _NAMES else "metadata", detail)
        elif not _SAYS_NOTHING.fullmatch(value.strip()):
            self._add_once(value, "metadata", detail)

    def _add(self, text: str, kind: str, detail: str, *, shown: bool = False) -> None:
        self._out.add(text, kind, self._part, detail=detail, visible=shown)
        for run in unescaped(text):
            self._out.add(run, kind, self._part, detail=f"{detail} unescaped", visible=False)

    def _add_once(self, text: str, kind: str, detail: str) -> None:
        if text not in self._names:
            self._names.add(text)
            self._add(text, kind, detail)

    def _file(self, address: str) -> None:
        part = f"{self._part} address {self._count}"
        read_data(self._out, address, part, settings=self._settings, depth=self._depth)


def _is_shown(element: etree._Element, tag: str, name: str) -> bool:
    """Whether the page shows the value of an attribute: what stands in boxes and on buttons."""
    kind = element.get("type", "text").lower()
    if tag == "input" and kind not in (
        "hidden",
        "checkbox",
        "radio",
        "password",
        "image",
        "file",
        "range",
        "color",
    ):
        return name == "value" or (name == "placeholder" and not element.get("value"))
    if tag == "textarea":
        return name == "placeholder" and not (element.text or "").strip()
    if tag in ("option", "optgroup") and name == "label":
        parent = element.getparent()
        return tag == "option" and parent is not None and element.get("selected") is not None
    return False
