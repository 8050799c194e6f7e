"""One document part of OpenDocument: the body by its kind, masters, styles, properties, what is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.odf.runs import DELETION, HIDDEN, Where
from disclosure_pipeline.builtin.extractors.odf.sheet import SheetReader
from disclosure_pipeline.builtin.extractors.odf.styles import Look, Styles
from disclosure_pipeline.builtin.extractors.odf.sweep import OdfSweep
from disclosure_pipeline.builtin.extractors.odf.text import TextWalker
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.collector import Collector

_REGIONS = {
    "header": "header", "header-left": "header", "header-first": "header", "footer": "footer",
    "footer-left": "footer", "footer-first": "footer",
}  # fmt: skip
_SLIDE_LOOK = Look(shaded=True)
"""White letters on slides stand on dark backgrounds, which are pictures or gradients."""

_SLIDE_REGIONS = {"header": "header", "footer": "footer", "date-time": "footer", "page-number": "footer"}


class BodyReader:
    """Reads a part whose root is ``document-content``, ``document-styles`` or ``document``.

    Args:
        out: gets the segments.
        part: the part's name.
        root: its root.
        styles: of the document.
        sweep: for what is no text.
        settings: the keys of ``[extraction]``.
        embedded: reads a file that stands in the XML.
        inside: whether the part belongs to an embedded object.
    """

    def __init__(
        self, out: Collector, part: str, root: etree._Element, *, styles: Styles, sweep: OdfSweep,
        settings: Mapping[str, Any], embedded: Callable[[int, bytes], None], inside: bool,
    ):  # fmt: skip
        self._out = out
        self._part = part
        self._root = root
        self._styles = styles
        self._sweep = sweep
        self._max_pages = int(settings["max_pages"])
        self._walker = TextWalker(out, part, styles, embedded)
        self._sheets = SheetReader(out, part, self._walker, int(settings["max_cells"]))
        self._inside = inside
        self.kind = ""
        """``text``, ``spreadsheet``, ``presentation`` …"""

    @property
    def large_pictures(self) -> set[str]:
        """Addresses of pictures shown on half a page or more."""
        return self._walker.large_pictures

    def read(self) -> None:
        """Read the body, then the masters, then everything else of the part."""
        for section in self._root:
            name = local(section)
            if name == "body":
                for document in section:
                    self._document(document)
            elif name == "master-styles":
                for master in section:
                    self._master(master)
            elif name in ("automatic-styles", "styles"):
                self._sweep.formats(self._part, section)
            elif name in {"meta", "settings"}:
                self._sweep.texts(self._part, section, "metadata")
            elif name == "scripts":
                self._sweep.texts(self._part, section, "script")
            elif name:
                self._sweep.texts(self._part, section, "unplaced")
            else:
                self._out.add(section.text or "", "unplaced", self._part, detail="xml comment", visible=False)
        self._sweep.attributes(self._part, self._root)

    # --------------------------------------------------------------------- body

    def _document(self, document: etree._Element) -> None:
        kind = local(document)
        self.kind = self.kind or kind
        where = self._object(kind) if self._inside else Where()
        if kind == "spreadsheet":
            self._spreadsheet(document, where)
        elif kind in ("presentation", "drawing"):
            self._presentation(document, where)
        else:
            self._walker.blocks(document, where)

    def _object(self, kind: str) -> Where:
        """An embedded object: a chart shows its text, other documents only a picture of theirs."""
        return Where("textbox") if kind == "chart" else Where("attachment", hidden="attachment")

    def _spreadsheet(self, document: etree._Element, where: Where) -> None:
        sheets = 0
        for child in document:
            name = local(child)
            if name == "table":
                sheets += 1
                self._sheets.sheet(child, where)
            elif name == "content-validations":
                self._walker.block(child, Where("form", hidden="form"))
            elif name == "tracked-changes":
                self._walker.block(child, Where(DELETION, hidden=DELETION))
            else:
                self._walker.block(child, where)
        if not self._inside:
            self._out.facts["sheets"] = sheets

    def _presentation(self, document: etree._Element, where: Where) -> None:
        pages = 0
        for child in document:
            name = local(child)
            if name == "page":
                pages += 1
                if pages > self._max_pages:
                    raise failure("file.too_large", "It has too many pages.")
                self._slide(child, replace(where, page=None if self._inside else pages))
            elif name in ("footer-decl", "header-decl", "date-time-decl"):
                kind = "header" if name == "header-decl" else "footer"
                text = "".join(map(str, child.itertext()))
                self._out.add(text, where.hidden or kind, self._part, visible=not where.hidden)
            else:
                self._walker.block(child, where)
        if not self._inside:
            self._out.facts["pages"] = pages

    def _slide(self, page: etree._Element, where: Where) -> None:
        absent = self._styles.look("drawing-page", page).absent
        where = replace(where, look=_SLIDE_LOOK, hidden=where.hidden or (HIDDEN if absent else ""))
        for child in page:
            if local(child) == "notes":
                self._walker.blocks(child, replace(where, kind="note", hidden="note", look=_SLIDE_LOOK))
            else:
                self._walker.block(child, where)

    # ------------------------------------------------------------------ masters

    def _master(self, master: etree._Element) -> None:
        """Headers, footers and what stands on every slide; empty frames for text say nothing."""
        if local(master) in ("handout-master", "layer-set"):
            self._walker.blocks(master, Where("note", hidden="note", pattern=True))
            return
        for child in master:
            name = local(child)
            kind = _REGIONS.get(name)
            if kind is not None:
                off = attribute(child, "display") == "false"
                self._walker.blocks(child, Where(kind, hidden=HIDDEN if off else ""))
            elif name == "notes":
                self._walker.blocks(child, Where("note", hidden="note", pattern=True))
            elif attribute(child, "class") in _SLIDE_REGIONS:
                region = _SLIDE_REGIONS[attribute(child, "class")]
                self._walker.block(child, Where(region, look=_SLIDE_LOOK, pattern=True))
            elif attribute(child, "placeholder") == "true" or attribute(child, "class"):
                self._walker.block(child, Where("form", hidden="form", pattern=True))
            else:
                self._walker.block(child, Where(look=_SLIDE_LOOK, pattern=True))
