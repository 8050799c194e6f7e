"""SmartArt: its data, the shapes drawn of it, and the definitions that come with Office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.drawings.text import plain
from disclosure_pipeline.builtin.extractors.ooxml.defaults import is_default
from disclosure_pipeline.builtin.extractors.ooxml.leftovers import sweep
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

DEFINITIONS = ("layoutDef", "styleDef", "colorsDef")
"""Root elements of the definitions."""
_NAMED = {"cNvPr name": "name", "cNvPr descr": "alt", "cNvPr title": "alt"}


def read_diagram(
    out: Collector, part: str, root: etree._Element, kind: str, *, page: int | None = None, hidden: str = ""
) -> None:
    """Read ``dataModel``, or the ``drawing`` that repeats it.

    Args:
        out: gets the segments.
        part: name of the part.
        root: its root.
        kind: of what is shown.
        page: slide that shows it, if one does.
        hidden: why nobody sees it; empty when it is shown.
    """
    known = out.texts() if local(root) == "drawing" else set()
    for text in plain(root):
        if text not in known and not is_default("prompts", text):
            out.add(text, "hidden" if hidden else kind, part, page=page, detail=hidden or None)
    sweep(out, part, root, texts=("t",), attributes=("prSet phldrT", "prSet custT"), named=_NAMED, page=page)


def read_definition(out: Collector, part: str, root: etree._Element) -> None:
    """Layouts, styles and colours of SmartArt: their titles come with Office, other words do not."""
    sweep(out, part, root, texts=("t",), attributes=("title val", "desc val"))
