"""Charts of sheets and slides: titles and labels, and the values they keep of their source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.text import plain
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import sweep
from disclosure_pipeline.builtin.extractors.shared.markup import local
from disclosure_pipeline.builtin.extractors.sheets.elements import header_texts
from disclosure_pipeline.builtin.extractors.sheets.formulas import Formulas

if TYPE_CHECKING:
    from lxml import etree

_HOLDERS = frozenset(("rich", "userShapes"))
_READ = frozenset(("t", "v", "f", "pt", "formatCode", "oddHeader", "oddFooter", "evenHeader", "evenFooter",
                   "firstHeader", "firstFooter", "name"))  # fmt: skip
_NUMBER_FORMAT = re.compile(r'"([^"]+)"')


def read_chart(
    out: Collector,
    part: str,
    root: etree._Element,
    formulas: Formulas,
    *,
    page: int | None = None,
    hidden: str = "",
) -> None:
    """Read ``chartSpace``.

    Args:
        out: gets the segments.
        part: name of the part.
        root: its root.
        formulas: tells which references hold words of their own.
        page: slide that shows the chart, if one does.
        hidden: why nobody sees it; empty when it is shown.
    """
    for element in root.iter():
        name = local(element)
        if name in _HOLDERS and not _within_holder(element):
            for text in plain(element):
                out.add(text, "hidden" if hidden else "textbox", part, page=page, detail=hidden or None)
        elif (name == "v" and element.text and not _within_holder(element)) or (
            name == "pt" and element.text and not element.text.isspace()
        ):
            _value(out, part, element, page=page, hidden=hidden)
        elif name in ("f", "name") and element.text and formulas.tells(element.text):
            out.add(element.text, "formula", part, page=page)
        elif name == "formatCode":
            for words in _NUMBER_FORMAT.findall(element.text or ""):
                if not words.isspace() and not words.isascii():
                    out.add(words, "field", part, page=page, detail="number format")
        elif name.endswith(("Header", "Footer")) and element.text:
            for text in header_texts(element.text):
                kind = "header" if name.endswith("Header") else "footer"
                out.add(text, kind, part, page=page, detail=name, visible=False)
    named = {"cNvPr descr": "alt", "cNvPr title": "alt", "cNvPr name": "name"}
    sweep(out, part, root, texts=_READ, attributes=("numFmt formatCode",), named=named, page=page)


def _value(out: Collector, part: str, element: etree._Element, *, page: int | None, hidden: str) -> None:
    """A kept value; in an extension it belongs to a series that is filtered out."""
    shown = not hidden and not any(local(item) == "ext" for item in element.iterancestors())
    holder = element.getparent()
    cache = None if holder is None else holder.getparent()
    detail = local(cache) if cache is not None else None
    out.add(element.text or "", "cache", part, page=page, detail=detail, visible=shown)


def _within_holder(element: etree._Element) -> bool:
    return any(local(item) in _HOLDERS for item in element.iterancestors())
