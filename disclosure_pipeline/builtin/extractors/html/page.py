"""The elements of a page in reading order: seen and unseen blocks, forms, tables, files in addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.failures import check_memory, failure
from disclosure_pipeline.builtin.extractors.html.attributes import Attributes
from disclosure_pipeline.builtin.extractors.html.cascade import Cascade
from disclosure_pipeline.builtin.extractors.html.comments import add_comment
from disclosure_pipeline.builtin.extractors.html.look import Look, old_colour
from disclosure_pipeline.builtin.extractors.html.sheets import page_rules, sheet_texts, told_by_sheet
from disclosure_pipeline.builtin.extractors.html.sweep import sweep_source
from disclosure_pipeline.builtin.extractors.html.table import TablePlaces
from disclosure_pipeline.builtin.extractors.text.escapes import unescaped
from disclosure_pipeline.model.text import Place

if TYPE_CHECKING:
    from lxml import etree

_SPACES = re.compile(r"[ \t\r\n\f]+")
_WORD = re.compile("[^\\W_\ue000-\uf8ff]")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?|\\(.)")
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "label",
     "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
     "tspan", "input", "acronym", "nobr", "button")
)  # fmt: skip
_UNSEEN = frozenset(
    ("noscript", "head", "dialog", "audio", "video", "canvas", "object", "noframes", "noembed", "rp", "iframe", "defs", "symbol",
     "applet", "datalist", "area")
)  # fmt: skip
_ALTERNATIVES = frozenset(("annotation", "annotation-xml", "desc"))
_PRESERVED = frozenset(("pre", "textarea", "xmp", "plaintext", "listing"))
_CLOSED = frozenset(("details", "dialog"))
_MOST_DEPTH = 200


def parse(text: str, out: Collector) -> etree._Element:
    """The tree of a page.

    Raises:
        ExtractionFailed: ``file.broken`` for what is no page at all.
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        check_memory(error)
        raise failure("file.broken", "It cannot be parsed as HTML.") from error
    if root is None:
        raise failure("file.broken", "It holds no HTML element.")
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        out.doubt("file.partial", "网页结构异常，可能没有读全，请人工查看原件。")
    return root


def read_page(
    out: Collector, text: str, *, part: str, settings: Mapping[str, Any], depth: int,
    beside: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Read the source of a page into a collector.

    Args:
        out: gets everything in it.
        text: the source.
        part: name of the page in its file.
        settings: the keys of ``[extraction]``.
        depth: depth of the file that holds the page.
        beside: what is stored in the same archive: text of style sheets by address, empty for other files.
    """
    root = parse(text, out)
    page = Page(out, root, part=part, settings=settings, depth=depth, beside=beside or {})
    page.read(root)
    sweep_source(out, text, part)


def read_fragment(out: Collector, text: str, *, part: str, settings: Mapping[str, Any], depth: int) -> None:
    """Read a piece of HTML that stands in other text."""
    read_page(out, f"<html><body>{text}", part=part, settings=settings, depth=depth)


class Page:
    """One page while it is read; see :func:`read_page` for the arguments."""

    def __init__(
        self, out: Collector, root: etree._Element, *, part: str, settings: Mapping[str, Any], depth: int,
        beside: Mapping[str, str],
    ):  # fmt: skip
        self._out = out
        self._part = part
        self._settings = settings
        self._depth = depth
        self._block: list[str] = []
        self._kind = "body"
        self._blocks = 0
        self._tables = TablePlaces()
        self._attributes = Attributes(out, part, settings, depth, frozenset(beside))
        self._cascade = Cascade(root, page_rules(root, beside))
        for sheet in sheet_texts(root):
            for told in told_by_sheet(sheet):
                out.add(told, "script", part, detail="style")
        if self._cascade.unsure:
            place = Place(part, "hidden")
            out.doubt("style.unsure", "网页样式表以复杂的规则隐藏了部分内容，请人工查看。", place)

    def read(self, root: etree._Element) -> None:
        """Read the page."""
        looks = tuple(Look() for _ in self._cascade.media)
        # Comments around the root element, and whatever follows its end tag, are its siblings.
        for sibling in (*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings()):
            self._element(sibling, looks, kind="body", pre=False, depth=0)
            self._end_block()

    def _element(
        self, element: etree._Element, above: tuple[Look, ...], *, kind: str, pre: bool, depth: int
    ) -> None:
        if not isinstance(element.tag, str):
            add_comment(self._out, str(element.text or ""), self._part)
            return
        tag = element.tag.rpartition("}")[2].lower()
        looks = self._looks(element, tag, above)
        seen = all(look.seen for look in looks)
        kind = self._kind_of(element, tag, kind)
        self._attributes.read(element, tag, shown=seen and kind in ("body", "form"))
        if self._has_no_blocks(element, tag):
            return
        inline = tag in _INLINE or (":" in tag and not tag.startswith("v:"))
        if not inline:
            self._end_block()
        if depth > _MOST_DEPTH:
            self._add_text(" ".join(map(str, element.itertext())), kind, looks, pre=pre)
            return
        keep = pre or tag in _PRESERVED
        self._tables.enter(tag)
        before, after = self._generated(element)
        self._add_text(before, kind, looks, pre=True)
        self._add_text(element.text, kind, looks, pre=keep)
        closed = tag in _CLOSED and element.get("open") is None
        for child in element:
            unseen = closed and child.tag != "summary"
            self._element(child, looks, kind="hidden" if unseen else kind, pre=keep, depth=depth + 1)
            self._add_text(child.tail, "hidden" if closed else kind, looks, pre=keep)
        self._add_text(after, kind, looks, pre=True)
        if not inline:
            self._end_block()
        self._tables.leave(tag, element.get("colspan", ""))

    def _has_no_blocks(self, element: etree._Element, tag: str) -> bool:
        """Elements whose text is none of the page's: scripts, titles, line breaks, documents in frames."""
        if tag in ("script", "style"):
            if tag == "script":
                self._script(str(element.text or ""))
        elif tag == "title":
            kind = "alt" if element.getparent() is not None and _is_drawing(element) else "metadata"
            self._out.add("".join(map(str, element.itertext())), kind, self._part, detail="title")
        elif tag == "br":
            self._block.append("\n")
        elif tag == "metadata":
            self._out.add(" ".join(map(str, element.itertext())), "metadata", self._part, detail="svg")
        elif element.get("srcdoc"):
            self._blocks += 1
            data = element.get("srcdoc", "").encode("utf-8", "replace")
            name = f"{self._part} frame {self._blocks}"
            page = b'<html><meta charset="utf-8">' + data
            read_embedded(
                self._out, name, page, limits=self._settings, depth=self._depth, name="a.html", shown=True
            )
            return False
        else:
            return False
        return True

    def _script(self, text: str) -> None:
        self._out.add(text, "script", self._part, detail="script")
        for run in unescaped(text):
            self._out.add(run, "script", self._part, detail="script unescaped")

    def _looks(self, element: etree._Element, tag: str, above: tuple[Look, ...]) -> tuple[Look, ...]:
        looks = tuple(_by_attributes(element, tag, look) for look in above)
        media = self._cascade.media
        return tuple(
            self._cascade.look(element, look, medium) for look, medium in zip(looks, media, strict=True)
        )

    def _kind_of(self, element: etree._Element, tag: str, above: str) -> str:
        if above == "hidden":
            return above
        if tag in ("textarea", "option", "optgroup"):
            return "form" if tag == "textarea" or _is_chosen(element) else "form unseen"
        if tag in _ALTERNATIVES:
            return "alt"
        if tag == "template":
            return above if element.get("shadowrootmode") else "hidden"
        hidden = tag in _UNSEEN and not (tag == "dialog" and element.get("open") is not None)
        return (
            "hidden"
            if hidden or element.get("popover") is not None or element.get("fill") == "none"
            else above
        )

    def _generated(self, element: etree._Element) -> tuple[str, str]:
        """The words that sheets put before and after an element."""
        texts = ["", ""]
        for number, value in enumerate(self._cascade.generated(element)):
            strings = (first or second for first, second in _QUOTED.findall(value))
            text = _CSS_ESCAPE.sub(_unescape, "".join(strings))
            texts[min(number, 1)] = text if _WORD.search(text) else ""
        return texts[0], texts[1]

    # ------------------------------------------------------------------- blocks

    def _add_text(self, text: object, kind: str, looks: tuple[Look, ...], *, pre: bool) -> None:
        if not text:
            return
        if kind == "body" and not all(look.seen for look in looks):
            kind = "hidden"
        if kind != self._kind:
            self._end_block()
            self._kind = kind
        self._block.append(str(text) if pre else _SPACES.sub(" ", str(text)))

    def _end_block(self) -> None:
        text = "".join(self._block).strip(" \n")
        self._block.clear()
        if not text:
            return
        self._blocks += 1
        cell = self._tables.cell
        kind, _, unseen = self._kind.partition(" ")
        visible = kind in ("body", "form") and not unseen
        kind = "table" if cell and kind == "body" else kind
        self._out.add(text, kind, self._part, paragraph=self._blocks, cell=cell, visible=visible)


def _by_attributes(element: etree._Element, tag: str, look: Look) -> Look:
    """The look that old attributes and the browser's own sheet give."""
    values: dict[str, str] = {}
    if element.get("hidden") is not None or (tag == "input" and element.get("type", "").lower() == "hidden"):
        values["display"] = "none"
    old = {"bgcolor": "background"}
    if tag in ("font", "basefont"):
        old["color"] = "color"
    elif tag == "body":
        old["text"] = "color"
    for name, key in old.items():
        value = element.get(name, "")
        if value and old_colour(value) is not None:
            values[key] = f"#{value}" if re.fullmatch("[0-9A-Fa-f]{6}", value) else value
    if element.get("background"):
        values["background"] = "url()"
    for name in ("opacity", "display", "visibility", "font-size"):  # presentation attributes of SVG
        if element.get(name):
            values[name] = element.get(name, "")
    if tag in ("mark", "button", "input", "select", "textarea"):
        values["background"] = "url()"
    if tag == "a" and element.get("href") is not None:
        values["color"] = "#0000ee"
    return look.inside(values)


def _is_chosen(element: etree._Element) -> bool:
    """Whether an option is shown in the closed list, or the list shows all."""
    lists = list(element.iterancestors("select", "datalist"))
    if not lists or lists[0].tag == "datalist" or element.tag != "option":
        return False
    if element.get("selected") is not None or lists[0].get("multiple") is not None:
        return True
    size = lists[0].get("size", "1")
    if size.isascii() and size.isdigit() and int(size[:4]) > 1:
        return True
    options = list(lists[0].iter("option"))
    return element is options[0] and not any(option.get("selected") is not None for option in options)


def _is_drawing(element: etree._Element) -> bool:
    return any(isinstance(above.tag, str) and above.tag.lower() == "svg" for above in element.iterancestors())


def _unescape(match: re.Match[str]) -> str:
    return chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else match[2]
