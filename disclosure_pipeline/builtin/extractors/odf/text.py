"""Walks the text of an OpenDocument part: paragraphs, tables, shapes, notes, changes, hidden runs.

Every element is visited; text in elements that no rule names is read with its paragraph, or kept as
``unplaced`` where there is none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.odf.runs import DELETION, HIDDEN, SIGNS, Runs, Where, repeated
from disclosure_pipeline.builtin.extractors.odf.styles import Look, Styles, length
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, column_name, local

if TYPE_CHECKING:
    from lxml import etree

    from disclosure_pipeline.builtin.extractors.collector import Collector

_FIELD_NAME = re.compile(r"\s*<[^<>\d]{1,12}>\s*")
_SOURCES = ("section-source", "table-source")
_SHORT_SIGNS = 3
_MOST_REPEATED = 200
_SHAPES = frozenset(
    ("frame", "custom-shape", "rect", "line", "polyline", "polygon", "regular-polygon", "path", "circle", "ellipse", "g",
     "page-thumbnail", "connector", "caption", "measure", "control", "scene", "shapes", "a", "text-box")
)  # fmt: skip
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
_CELLS = ("table-cell", "covered-table-cell")
_EMPTY = frozenset(("change", "change-start", "change-end", "annotation-end", "soft-page-break", "bookmark"))
_UNPRINTED = ("none", "screen")


class TextWalker:
    """Walks one part.

    Args:
        out: gets the segments.
        part: the part's name.
        styles: of the document.
        embedded: reads a file that the part holds as base64: (number, bytes).
    """

    def __init__(self, out: Collector, part: str, styles: Styles, embedded: Callable[[int, bytes], None]):
        self._out = out
        self._part = part
        self.styles = styles
        self._embedded = embedded
        self._paragraphs = 0
        self._tables = 0
        self._binaries = 0
        self._insertions: set[str] = set()
        self._cells: list[list[str]] = []
        self.large_pictures: set[str] = set()
        """Addresses of pictures shown on half a page or more."""

    # ------------------------------------------------------------------ blocks

    def blocks(self, parent: etree._Element, where: Where) -> None:
        """Read everything inside an element."""
        self._stray(parent.text, where, local(parent))
        for child in parent:
            self.block(child, where)
            self._stray(child.tail, where, local(parent))

    def block(self, element: etree._Element, where: Where) -> None:
        """Read one element that stands between paragraphs."""
        name = local(element)
        rule = _BLOCKS.get(name)
        if rule is not None:
            if name in _APART:
                self._apart(rule, element, where)
            else:
                rule(self, element, where)
        elif not name:
            self._out.add(
                element.text or "",
                "unplaced",
                self._part,
                page=where.page,
                detail="xml comment",
                visible=False,
            )
        elif name.endswith("-source") and name not in _SOURCES:
            self._index_pattern(element)
        elif name in _SHAPES or element.tag == f"{{{_DRAWING}}}{name}":
            self._apart(TextWalker.shape, element, where)
        else:
            self.blocks(element, where)

    def _index_pattern(self, element: etree._Element) -> None:
        """How an index is put together: commas and colons, mostly."""
        for text in element.itertext():
            if len(str(text).strip()) >= _SHORT_SIGNS:
                self._out.add(str(text), "field", self._part, detail="index", visible=False)

    def _apart(self, rule: _Rule, element: etree._Element, where: Where) -> None:
        """Read an element whose paragraphs are no lines of the cell it stands in."""
        lines, self._cells = self._cells, []
        rule(self, element, where)
        self._cells = lines

    def paragraph(self, element: etree._Element, where: Where) -> None:
        """Read a paragraph or heading, then what stands in it."""
        self._paragraphs += 1
        number = self._paragraphs
        runs = Runs()
        look = self.styles.look("paragraph", element, where.look)
        self._inline(element, look, where.hidden or (HIDDEN if look.unseen else ""), runs)
        shown = "".join(runs.shown)
        others = runs.others
        if runs.hides_all:
            others, shown = [(HIDDEN, shown + "".join(text for _, text in others))], ""
        if self._cells:
            self._cells[-1].append(shown)
        else:
            detail = where.detail or ("insertion" if runs.inserted else None)
            self._add(shown, where, number, detail=detail)
        for kind, text in others:
            if where.pattern and _FIELD_NAME.fullmatch(text):
                continue
            self._out.add(
                text, kind, self._part, page=where.page, paragraph=number, cell=where.cell,
                detail=where.detail, visible=False,
            )  # fmt: skip
        for text in runs.rubies:
            self._add(text, where, number, detail="ruby")
        for inner in runs.inner:
            self._inner(inner, replace(where, cell=None))

    def _add(self, text: str, where: Where, number: int, *, detail: str | None = None) -> None:
        if where.pattern and _FIELD_NAME.fullmatch(text):
            return
        self._out.add(
            text, where.hidden or where.kind, self._part, page=where.page, paragraph=number, cell=where.cell,
            detail=detail or where.detail, visible=False if where.hidden else None,
        )  # fmt: skip

    def _inner(self, element: etree._Element, where: Where) -> None:
        """What stands in a paragraph, but is not its text: notes, comments, shapes."""
        name = local(element)
        lines, self._cells = self._cells, []
        if name == "note":
            kind = "endnote" if attribute(element, "note-class") == "endnote" else "footnote"
            for body in element.iterchildren("{*}note-body"):
                self.blocks(body, replace(where, kind=kind))
        elif name in ("annotation", "script"):
            self.block(element, where)
        else:
            self.shape(element, replace(where, kind="textbox") if where.kind in ("body", "table") else where)
        self._cells = lines

    def section(self, element: etree._Element, where: Where) -> None:
        """A section may be hidden, always or on a condition."""
        absent = attribute(element, "display") in ("none", "condition")
        self.blocks(element, replace(where, hidden=HIDDEN) if absent else where)

    def annotation(self, element: etree._Element, where: Where) -> None:
        """A comment with its author."""
        author = next((child.text for child in element.iterchildren("{*}creator")), None)
        self._out.add(
            author or "", "metadata", self._part, page=where.page, detail="comment author", visible=False
        )
        inner = Where("comment", page=where.page, cell=where.cell, detail=author)
        for child in element:
            if local(child) not in ("creator", "date", "date-string", "creator-initials", "sender-initials"):
                self.block(child, inner)

    def changes(self, element: etree._Element, where: Where) -> None:
        """Tracked changes: what was deleted or replaced is still here; what was inserted stands in the text."""
        for child in element.iter("{*}insertion"):
            region = child.getparent()
            if region is not None:
                self._insertions |= {attribute(region, "id")}
        for child in element.iter("{*}change-info"):
            for author in child.iterchildren("{*}creator"):
                self._out.add(
                    author.text or "", "metadata", self._part, detail="change author", visible=False
                )
                author.text = None
            for date in child.iterchildren("{*}date"):
                date.text = None
        self.blocks(element, replace(where, hidden=DELETION, kind=DELETION))

    def script(self, element: etree._Element, where: Where) -> None:
        """A script inside the text."""
        self._out.add(
            "".join(map(str, element.itertext())), "script", self._part, page=where.page, visible=False
        )

    def nested(self, element: etree._Element, where: Where) -> None:
        """A whole document inside a flat one: a chart shows its text, others only a picture of theirs."""
        for section in element:
            name = local(section)
            if name == "body":
                for document in section:
                    chart = local(document) == "chart"
                    kind, hidden = ("textbox", "") if chart else ("attachment", "attachment")
                    self.blocks(document, Where(kind, page=where.page, hidden=where.hidden or hidden))
            else:
                kind = {"meta": "metadata", "settings": "metadata", "scripts": "script"}.get(name, "unplaced")
                for leaf in section.iter():
                    if leaf.text and len(leaf.text.strip()) >= _SHORT_SIGNS and local(leaf) != "config-item":
                        self._out.add(
                            leaf.text, kind, self._part, detail=local(leaf) or "xml comment", visible=False
                        )

    def _stray(self, text: str | None, where: Where, detail: str) -> None:
        if text and not text.isspace():
            self._out.add(
                text, where.hidden or "unplaced", self._part, page=where.page, cell=where.cell, detail=detail, visible=False
            )  # fmt: skip

    # ------------------------------------------------------------------ inline

    def _inline(self, parent: etree._Element, look: Look, mode: str, runs: Runs) -> None:
        runs.add(parent.text, mode)
        for child in parent:
            self._inline_child(child, look, mode, runs)
            runs.add(child.tail, mode)

    def _inline_child(self, child: etree._Element, look: Look, mode: str, runs: Runs) -> None:
        name = local(child)
        if name == "span":
            own = self.styles.look("text", child, look)
            self._inline(child, own, mode or (HIDDEN if own.unseen else ""), runs)
        elif name in SIGNS:
            runs.add(SIGNS[name](child), mode)
        elif name in ("note", "annotation", "script"):
            runs.inner.append(child)
            for citation in child.iterchildren("{*}note-citation"):
                runs.add(citation.text, mode)
        elif name == "ruby-text":
            runs.rubies.append("".join(map(str, child.itertext())))
        elif name == "hidden-text":
            self._inline(child, look, HIDDEN if attribute(child, "is-hidden") == "true" else mode, runs)
        elif name == "hidden-paragraph":
            runs.hides_all = runs.hides_all or attribute(child, "is-hidden") != "false"
            self._inline(child, look, mode, runs)
        elif name == "change-start":
            runs.inserted = runs.inserted or attribute(child, "change-id") in self._insertions
        elif not name:
            self._out.add(child.text or "", "unplaced", self._part, detail="xml comment", visible=False)
        elif child.tag.startswith(f"{{{_DRAWING}}}"):
            runs.inner.append(child)
        elif name not in _EMPTY:
            self._inline(child, look, mode, runs)

    # ------------------------------------------------------------------ tables

    def table(self, element: etree._Element, where: Where) -> None:
        """A table in a text or on a slide; its cells are called ``table 1 A1`` …."""
        self._tables += 1
        number = self._tables
        parent = element.getparent()
        if parent is not None and local(parent) == "chart":
            where = replace(where, hidden=where.hidden or "cache")  # the numbers that the chart draws
        where = replace(where, look=Look(shaded=self.styles.look("table", element).shaded).over(where.look))
        for line, row in enumerate(_rows(element), 1):
            column = 1
            for cell in row:
                if local(cell) not in _CELLS:
                    self.block(cell, where)
                    continue
                self._cell(cell, f"table {number} {column_name(column)}{line}", where)
                column += min(repeated(cell, "number-columns-repeated"), _MOST_REPEATED)
        for child in element:
            if local(child) in ("shapes", "title", "desc"):
                self.block(child, where)

    def _cell(self, cell: etree._Element, name: str, where: Where) -> None:
        hidden = where.hidden or (HIDDEN if local(cell) == "covered-table-cell" else "")
        kind = "table" if where.kind in ("body", "textbox") else where.kind
        look = self.styles.look("table-cell", cell, where.look)
        first = self._paragraphs + 1
        lines = self.collect(cell, replace(where, kind=kind, cell=name, hidden=hidden, look=look))
        self._add("\n".join(lines), replace(where, kind=kind, cell=name, hidden=hidden), first)

    def collect(self, element: etree._Element, where: Where) -> list[str]:
        """Read an element whose paragraphs are lines of one segment; gives the lines that are shown."""
        lines: list[str] = []
        self._cells.append(lines)
        self.blocks(element, where)
        self._cells.pop()
        if where.hidden and lines == [""] * len(lines):
            return []
        return lines

    # ------------------------------------------------------------------ shapes

    def shape(self, element: etree._Element, where: Where) -> None:
        """A frame or shape: its text, pictures and descriptions."""
        if self._is_absent(element, where):
            where = replace(where, hidden=where.hidden or HIDDEN)
        inner = replace(where, look=Look(shaded=True).over(where.look))
        for child in element:
            name = local(child)
            if name in ("title", "desc"):
                self._out.add(
                    child.text or "", "alt", self._part, page=where.page, detail=name, visible=False
                )
            elif name == "binary-data":
                self._binary(child)
            elif name in ("image", "object", "object-ole", "text-box", "g"):
                if name == "image" and self._is_large(element):
                    self.large_pictures.add(attribute(child, "href"))
                self.shape(child, inner)
            else:
                self.block(child, inner)
            self._stray(child.tail, where, name)
        self._stray(element.text, where, local(element))

    def _is_absent(self, element: etree._Element, where: Where) -> bool:
        if attribute(element, "display") in _UNPRINTED or self.styles.look("graphic", element).absent:
            return True
        wide, high = self._paper(element) if where.page is not None else (0.0, 0.0)
        x, y = length(element, "x"), length(element, "y")
        if not wide or not high or x is None or y is None:
            return False
        across, down = length(element, "width") or 0.0, length(element, "height") or 0.0
        return x >= wide or y >= high or x + across <= 0 or y + down <= 0

    def _paper(self, element: etree._Element) -> tuple[float, float]:
        for above in element.iterancestors():
            if local(above) in ("page", "master-page"):
                return self.styles.page_size(attribute(above, "master-page-name") or attribute(above, "name"))
        return 0.0, 0.0

    def _is_large(self, frame: etree._Element) -> bool:
        wide, high = self._paper(frame)
        area = wide * high or 595.0 * 842.0
        return (length(frame, "width") or 0.0) * (length(frame, "height") or 0.0) >= area / 2

    def _binary(self, element: etree._Element) -> None:
        self._binaries += 1
        try:
            data = base64.b64decode(element.text or "")
        except (binascii.Error, ValueError):
            data = (element.text or "").encode()
        element.text = None
        self._embedded(self._binaries, data)


def _rows(table: etree._Element) -> list[etree._Element]:
    """The rows of a table, also those in header and group elements, but not those of a table in a cell."""
    rows: list[etree._Element] = []
    waiting = list(table)[::-1]
    while waiting:
        element = waiting.pop()
        name = local(element)
        if name == "table-row":
            rows.append(element)
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            waiting.extend(list(element)[::-1])
    return rows


_Rule = Callable[[TextWalker, "etree._Element", Where], None]
_APART = frozenset(("annotation", "tracked-changes", "script", "document"))
_BLOCKS: dict[str, _Rule] = {
    "p": TextWalker.paragraph,
    "h": TextWalker.paragraph,
    "section": TextWalker.section,
    "annotation": TextWalker.annotation,
    "tracked-changes": TextWalker.changes,
    "document": TextWalker.nested,
    "table": TextWalker.table,
    "script": TextWalker.script,
}
