"""Walks one WordprocessingML part: paragraphs, cells, text boxes, changes, hidden runs, fields.

Elements are recognised by local name, so that transitional and strict documents read alike. The
walk visits every element; text that no rule places is kept as ``unplaced``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.markup import attribute, column_name, local
from disclosure_pipeline.builtin.extractors.wordml_style import Styles, has_shading, hides

if TYPE_CHECKING:
    from lxml import etree

KINDS_BY_ROOT: Mapping[str, str] = {
    "document": "body", "hdr": "header", "ftr": "footer", "footnotes": "footnote",
    "endnotes": "endnote", "comments": "comment", "glossaryDocument": "hidden",
}  # fmt: skip
"""What the root element of a part says about the text in it."""

_VISIBLE, _HIDDEN, _DELETED, _FIELD = "", "hidden", "deletion", "field"
_TEXT = {"t": _VISIBLE, "delText": _DELETED, "instrText": _FIELD, "delInstrText": _FIELD}
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Numbers and base64 that DrawingML and fields keep as element text.
_TECHNICAL = frozenset(("posOffset", "align", "pctWidth", "pctHeight", "fldData", "binData"))
_PROPERTIES = frozenset(("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "sdtEndPr"))
# The only symbols of Wingdings that matter here: stars of a secrecy marking, ticked boxes of a form.
_WINGDINGS = {"F0AB": "★", "F0B6": "☆", "F0FE": "☑", "F052": "☑", "F0A8": "☐", "F06F": "☐", "F0FC": "✓"}


@dataclass(slots=True)
class Tally:
    """Counts over a document."""

    insertions: int = 0
    deletions: int = 0
    large_pictures: set[tuple[str, str]] = field(default_factory=set)
    """(part, relationship id) of pictures shown on half a page or more."""


@dataclass(frozen=True, slots=True)
class _Where:
    """What the elements around a paragraph say about it."""

    kind: str
    mode: str = _VISIBLE
    cell: str | None = None
    detail: str | None = None
    shaded: bool = False
    visible: bool | None = None


@dataclass(slots=True)
class _Runs:
    """The runs of one paragraph, sorted by what a reader sees."""

    shown: list[str] = field(default_factory=list)
    others: list[tuple[str, list[str]]] = field(default_factory=list)
    inner: list[etree._Element] = field(default_factory=list)
    inserted: bool = False
    shaded: bool = False
    last: str = _VISIBLE

    def add(self, mode: str, text: str) -> None:
        """Append text; neighbouring runs of one mode are one run."""
        if mode == _VISIBLE:
            self.shown.append(text)
        elif self.last == mode and self.others:
            self.others[-1][1].append(text)
        else:
            self.others.append((mode, [text]))
        self.last = mode


class PartWalker:
    """Walks one part.

    Args:
        out: gets the segments.
        part: the part's name.
        styles: the document's hidden styles.
        tally: counts over the document.
        looks: whether runs need a look at their formatting (:func:`~disclosure_pipeline.builtin.extractors.wordml_style.may_hide`).
        page_area: area of a page in square EMU.
    """

    def __init__(
        self, out: Collector, part: str, *, styles: Styles, tally: Tally, looks: bool, page_area: float
    ):
        self._out = out
        self._part = part
        self._styles = styles
        self._tally = tally
        self._looks = looks or bool(styles.hidden)
        self._page_area = page_area
        self._paragraphs = 0
        self._tables = 0
        self._cells: list[list[str] | None] = []

    def walk(self, root: etree._Element) -> None:
        """Read everything under the part's root element."""
        name = local(root)
        kind = KINDS_BY_ROOT.get(name, "unplaced")
        self._blocks(root, _Where(kind, visible=False if name == "glossaryDocument" else None))

    # ------------------------------------------------------------------ blocks

    def _blocks(self, parent: etree._Element, where: _Where) -> None:
        self._stray(parent.text, where)
        for child in parent:
            self._block(child, where)
            self._stray(child.tail, where)

    def _block(self, element: etree._Element, where: _Where) -> None:
        name = local(element)
        if name == "p":
            self._paragraph(element, where)
        elif name == "tbl":
            self._table(element, where)
        elif name == "comment":
            self._blocks(element, replace(where, detail=attribute(element, "author") or None))
        elif name in ("del", "moveFrom"):
            self._blocks(element, replace(where, mode=_DELETED))
        elif name == "AlternateContent":
            self._alternatives(element, where)
        elif name == "":
            self._out.add(element.text or "", "unplaced", self._part, detail="xml comment")
        elif name not in _PROPERTIES:
            self._blocks(element, where)

    def _paragraph(self, element: etree._Element, where: _Where) -> None:
        self._paragraphs += 1
        number = self._paragraphs
        runs = _Runs(shaded=where.shaded)
        mode = where.mode
        properties = element.find("{*}pPr")
        if properties is not None and self._looks:
            runs.shaded = runs.shaded or has_shading(properties)
            style = properties.find("{*}pStyle")
            if style is not None and attribute(style, "val") in self._styles.hidden:
                mode = mode or _HIDDEN
        self._inline(element, mode, runs)
        shown = "".join(runs.shown)
        detail = where.detail or ("insertion" if runs.inserted else None)
        if self._cells and self._cells[-1] is not None:
            self._cells[-1].append(shown)
        else:
            self._out.add(
                shown, where.kind, self._part, paragraph=number, cell=where.cell, detail=detail,
                visible=where.visible,
            )  # fmt: skip
        for kind, texts in runs.others:
            self._out.add(
                "".join(texts), kind, self._part, paragraph=number, cell=where.cell,
                detail=where.detail, visible=False,
            )  # fmt: skip
        if runs.inner:
            self._text_boxes(runs.inner, where)

    def _text_boxes(self, boxes: list[etree._Element], where: _Where) -> None:
        self._cells.append(None)
        kind = "textbox" if where.visible is None else where.kind
        for box in boxes:
            # A box may be filled: white text in it is not taken for hidden.
            inner = _Where(kind, where.mode, shaded=True, visible=where.visible)
            if local(box) == "AlternateContent":
                self._alternatives(box, inner)
            else:
                self._block(box, inner)
        self._cells.pop()

    def _alternatives(self, element: etree._Element, where: _Where) -> None:
        """Both branches; of the fallback only what the choice does not say."""
        said: set[str] = set()
        for branch in element:
            scratch = Collector("", "", self._out.limits)
            walker = PartWalker(
                scratch, self._part, styles=self._styles, tally=self._tally, looks=self._looks,
                page_area=self._page_area,
            )  # fmt: skip
            walker._inline_or_blocks(branch, where)
            for segment in scratch.text().segments:
                if segment.text not in said:
                    place = segment.place
                    self._out.add(
                        segment.text, place.kind, self._part, paragraph=self._paragraphs or None,
                        cell=place.cell, detail=place.detail, visible=segment.visible,
                    )  # fmt: skip
            said |= scratch.texts()

    def _inline_or_blocks(self, branch: etree._Element, where: _Where) -> None:
        """Read a branch that may hold runs as well as blocks, as if it were one paragraph."""
        runs = _Runs(shaded=True)
        self._inline(branch, where.mode, runs)
        self._out.add("".join(runs.shown), where.kind, self._part, visible=where.visible)
        for kind, texts in runs.others:
            self._out.add("".join(texts), kind, self._part, visible=False)
        if runs.inner:
            self._text_boxes(runs.inner, where)

    # ------------------------------------------------------------------ tables

    def _table(self, table: etree._Element, where: _Where) -> None:
        self._tables += 1
        number = self._tables
        styled = table.find("{*}tblPr/{*}tblStyle") is not None
        where = replace(where, shaded=where.shaded or styled)
        row_number = 0
        for child in table:
            if local(child) == "tr":
                row_number += 1
                self._row(child, number, row_number, where)
            elif local(child) not in _PROPERTIES:
                for row in child.iter("{*}tr"):  # rows inside content controls or change marks
                    row_number += 1
                    self._row(row, number, row_number, where)

    def _row(self, row: etree._Element, table: int, number: int, where: _Where) -> None:
        properties = row.find("{*}trPr")
        column = 1
        if properties is not None:
            if properties.find("{*}del") is not None:
                where = replace(where, mode=_DELETED)
            elif properties.find("{*}hidden") is not None:
                where = replace(where, mode=_HIDDEN)
            before = properties.find("{*}gridBefore")
            column += int(attribute(before, "val") or 0) if before is not None else 0
        for cell in row.iter("{*}tc"):
            if _nearest_row(cell) is not row:
                continue
            self._cell(cell, f"table {table} {column_name(column)}{number}", where)
            span = cell.find("{*}tcPr/{*}gridSpan")
            column += int(attribute(span, "val") or 1) if span is not None else 1

    def _cell(self, cell: etree._Element, name: str, where: _Where) -> None:
        shaded = where.shaded or cell.find("{*}tcPr/{*}shd") is not None
        inner = replace(where, cell=name, shaded=shaded)
        first = self._paragraphs + 1
        lines: list[str] = []
        self._cells.append(lines)
        self._blocks(cell, inner)
        self._cells.pop()
        kind = "table" if where.kind == "body" else where.kind
        self._out.add(
            "\n".join(lines), kind, self._part, paragraph=first, cell=name, detail=where.detail,
            visible=where.visible,
        )  # fmt: skip

    # ------------------------------------------------------------------ inline

    def _inline(self, parent: etree._Element, mode: str, runs: _Runs) -> None:  # noqa: PLR0912 - one case an element
        for child in parent:
            name = local(child)
            if name == "r":
                self._inline(child, self._run_mode(child, mode, runs) if self._looks else mode, runs)
            elif name in _TEXT:
                runs.add(mode or _TEXT[name], child.text or "")
            elif name in _PROPERTIES:
                continue
            elif name in _SIGNS:
                runs.add(mode, _SIGNS[name])
            elif name in ("ins", "moveTo"):
                runs.inserted = True
                self._tally.insertions += 1
                self._inline(child, mode, runs)
            elif name in ("del", "moveFrom"):
                self._tally.deletions += 1
                self._inline(child, _DELETED, runs)
            elif name in ("txbxContent", "p", "tbl", "AlternateContent"):
                runs.inner.append(child)
            elif name == "sym":
                code = attribute(child, "char").upper()
                runs.add(mode, _WINGDINGS.get(code) or _symbol(code))
            elif name in ("blip", "imagedata"):
                self._picture(child)
            elif name in _TECHNICAL:
                continue
            elif name == "":
                self._out.add(child.text or "", "unplaced", self._part, detail="xml comment")
            else:
                if child.text and not child.text.isspace():
                    self._out.add(child.text, "unplaced", self._part, detail=name)
                self._inline(child, mode, runs)
            if child.tail and not child.tail.isspace():
                self._out.add(child.tail, "unplaced", self._part, detail=name)

    def _run_mode(self, run: etree._Element, mode: str, runs: _Runs) -> str:
        if mode:
            return mode
        properties = run.find("{*}rPr")
        if properties is None:
            return mode
        verdict = hides(properties, shaded=runs.shaded)
        if verdict is None:
            style = properties.find("{*}rStyle")
            verdict = style is not None and attribute(style, "val") in self._styles.hidden
        return _HIDDEN if verdict else mode

    def _picture(self, element: etree._Element) -> None:
        relation = attribute(element, "embed") or attribute(element, "id")
        if relation and _shown_area(element) >= self._page_area / 2:
            self._tally.large_pictures.add((self._part, relation))

    def _stray(self, text: str | None, where: _Where) -> None:
        if text and not text.isspace():
            self._out.add(text, "unplaced", self._part, cell=where.cell)


def _symbol(code: str) -> str:
    return chr(int(code, 16)) if re.fullmatch("[0-9A-F]{4}", code) else "\ufffd"


def _nearest_row(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors("{*}tr"), None)


_EMU_PER_POINT = 12_700


def _shown_area(element: etree._Element) -> float:
    """Area on the page of the drawing around a picture, in square EMU; 0 if unknown."""
    for ancestor in element.iterancestors():
        name = local(ancestor)
        if name in ("inline", "anchor"):
            extent = ancestor.find("{*}extent")
            if extent is not None:
                return float(attribute(extent, "cx") or 0) * float(attribute(extent, "cy") or 0)
        if name in ("shape", "rect"):
            sides = re.findall(r"(?:^|;)\s*(?:width|height):\s*([\d.]+)pt", ancestor.get("style") or "")
            if len(sides) == 2:
                return float(sides[0]) * float(sides[1]) * _EMU_PER_POINT**2
    return 0.0
